"""What larger forces cost: copies of the base scenario side by side, 500 attackers each, on one clock.

Every copy has its own headquarters, routes, guns, aircraft and controllers, far enough from the next that no weapon and
no eye reaches over; one command, one ladder and one hotline serve each side, as in the base.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from sim.scenario import Scenario, load_text

SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "khusham.yaml"
APART_M = 150_000
ROUNDS = 5
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*|[0-9]+(\.[0-9]+)? [a-z/]+")


def copies(n: int) -> Scenario:
    """The base scenario `n` times, each APART_M further east."""
    data = YAML(typ="safe").load(SCENARIO.read_text("utf-8"))
    points, routes = data["map"]["points"], {}
    rows: dict[str, list[Any]] = {name: [] for name in ("formations", "units", "orders")}
    places: dict[str, Any] = {"provenance": points.pop("provenance")}
    areas = list(data["map"]["areas"])
    for k in range(n):
        copy = _Copy(k, set(points))
        places.update({copy.name(name): copy.point(place) for name, place in points.items()})
        if k:
            areas += [
                {**row, "id": copy.name(row["id"]), "centre": copy.point(row["centre"])} for row in data["map"]["areas"]
            ]
        for row in data["formations"]:
            routes = {
                name: {**route, "points": [copy.point(p) for p in route["points"]]}
                for name, route in row.get("routes", {}).items()
            }
            rows["formations"].append(copy.formation({**row, "routes": routes}))
        rows["units"] += [copy.unit(row) for row in data["units"]]
        rows["orders"] += [copy.order(row) for row in data["orders"]]
    data["map"].update(points=places, areas=areas)
    data.update(rows)
    text = "".join(f"{key}: {flow(value)}\n" for key, value in data.items())
    return load_text(text, SCENARIO.parent)


class _Copy:
    """One of the copies: its names, and its places APART_M times k further east."""

    def __init__(self, k: int, points: set[str]):
        self.k, self.points = k, points

    def name(self, name: str) -> str:
        """A name in this copy."""
        return f"{name}-x{self.k}" if self.k else name

    def point(self, place: Any) -> Any:
        """A place in this copy: a name, a pair, or a pair with its provenance."""
        if isinstance(place, str):
            return self.name(place)
        if isinstance(place, dict):
            return {**place, "value": self.point(place["value"])}
        east_m = metres(place[0]) + APART_M * self.k
        return [f"{east_m:g} m" if abs(east_m) < 1e6 else f"{east_m / 1e3:.3f} km", place[1]]

    def formation(self, row: dict[str, Any]) -> dict[str, Any]:
        """A formation in this copy."""
        out = {**row, "id": self.name(row["id"]), "at": self.point(row["at"])}
        if "neighbours" in row:
            out["neighbours"] = [self.name(other) for other in row["neighbours"]]
        if "company" in row:
            out["company"] = self.name(row["company"])
        return out

    def unit(self, row: dict[str, Any]) -> dict[str, Any]:
        """A unit in this copy."""
        out = {**row, "id": self.name(row["id"]), "formation": self.name(row["formation"])}
        if "station" in row:
            out["station"] = self.point(row["station"])
        return out

    def order(self, row: dict[str, Any]) -> dict[str, Any]:
        """An order in this copy."""
        out = {**row, "id": self.name(row["id"]), "who": self.name(row["who"]), "when": self.when(row["when"])}
        shell = row["do"].get("shell")
        if shell is not None:
            there = {**shell, "at": self.point(shell["at"])}
            if "observer" in shell:
                there["observer"] = self.name(shell["observer"])
            out["do"] = {"shell": there}
        return out

    def when(self, row: dict[str, Any]) -> dict[str, Any]:
        """A condition in this copy: events of orders and places are its own."""
        out = dict(row)
        for key in ("all", "any"):
            if key in row:
                out[key] = [self.when(part) for part in row[key]]
        if "quiet" in row:
            out["quiet"] = {**row["quiet"], "point": self.point(row["quiet"]["point"])}
        if "." in row.get("event", ""):
            order, _, what = row["event"].partition(".")
            out["event"] = f"{self.name(order)}.{what}"
        return out


def metres(text: Any) -> float:
    """A length as scenarios write it, m."""
    number, _, unit = str(text).partition(" ")
    return float(number) * (1000.0 if unit == "km" else 1.0)


def flow(value: Any) -> str:
    """A value in flow style, words as plain as can be: the fast reader takes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (int, float)):
        return str(value)
    text = value if isinstance(value, str) else value.isoformat()
    return (
        text
        if _PLAIN.fullmatch(text) and text not in ("true", "false", "null")
        else "'" + text.replace("'", "''") + "'"
    )


class Costs:
    """CPU of n copies, a replication at a time."""

    def __init__(self, n: int):
        self.n, self.scenario = n, copies(n)
        self.replication = self.events = 0
        self.first_s = self.run()  # with all that is made once for a scenario
        self.a_copy_s: list[float] = []

    def run(self) -> float:
        """CPU, s, of the next replication."""
        from sim.engine import run

        begin = time.process_time()
        recording = run(self.scenario, seed=1, replication=self.replication, record="events")
        took = time.process_time() - begin
        self.replication += 1
        self.events = len(recording.events)
        return took

    def round(self) -> None:
        """One more measurement: as many copies of the night, ten, whatever n, so that their luck weighs the same."""
        times = max(1, round(10 / self.n))
        self.a_copy_s.append(sum(self.run() for _ in range(times)) / times / self.n)


def _copies(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of copies; allowed: whole numbers from 1")
    return int(word)


def main() -> None:
    """Prints cost a copy by number of copies, and against one; arguments: numbers of copies."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__)
    parser.add_argument("copies", nargs="*", type=_copies, default=[1, 10], help="numbers of copies; 1 10 if none")
    numbers = parser.parse_args(sys.argv[1:]).copies
    costs = [Costs(n) for n in numbers]
    for number in range(ROUNDS):
        for cost in costs:
            if cost.n <= 10 or not number:  # interleaved; what takes minutes once
                cost.round()
    alone = costs[0].a_copy_s
    for cost in costs:
        ratios = [took / of for took, of in zip(cost.a_copy_s, alone, strict=False)]
        low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
        print(
            f"{500 * cost.n:6d} attackers: {1e3 * median(cost.a_copy_s):6.0f} ms CPU a copy and replication, "
            f"{middle:.2f} ({low:.2f} to {high:.2f}) of {costs[0].n}; the first {cost.first_s:.2f} s, "
            f"{cost.events} events in the last"
        )


if __name__ == "__main__":
    main()
