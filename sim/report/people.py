"""People who were hurt in the tables of reports: rounded as `sim.metrics.hurt` says, with what other nights gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sim.metrics import Rows
from sim.metrics.hurt import count
from sim.metrics.people import OF_TAG

NOTE = "Killed and wounded go to the nearest five from ten on, ten from a hundred on; sums may miss. --json is exact."
NO_INTERVAL = "One night gives no interval: `khusham run SCENARIO -n 100` does."
NOT_MODELLED = (
    "Not modelled: civilians (distances of impacts to places are given), ISIS as an actor, electronic warfare, air "
    "defence of the attackers unless a scenario gives them some, the recovery of the dead, what any single person "
    "thought or said. Effectiveness numbers are coarse, abstract and open; none is a real weapon table. Stated figures "
    "are claims by named sources, not ground truth, and nobody is endorsed by being quoted."
)


def usual(summary: Mapping[str, Any] | None, told: Callable[[Any], str] = count) -> str:
    """The middle 90 % of a metric over an ensemble; a dash where there is none."""
    if summary is None or summary["p5"] is None:
        return "-"
    low, high = told(summary["p5"]), told(summary["p95"])
    return low if low == high else f"{low} to {high}"


def rounded(rows: Rows, columns: Iterable[str]) -> Rows:
    """A table of one night with some columns told as people are."""
    return dict(rows) | {name: [count(value) for value in rows[name]] for name in columns if name in rows}


def where(rows: Rows) -> Rows:
    """Where the attackers are at the end, killed and wounded among them rounded, and how many they are in all."""
    found: Rows = {"where": [*rows["where"], "all, parts rounded"]}
    for name, column in rows.items():
        if name != "where":
            told = [
                count(n) if place in ("killed", "wounded") else n
                for place, n in zip(rows["where"], column, strict=True)
            ]
            found["all" if name == "people" else name] = [*told, sum(column)]
    return found


def losses(rows: Rows, summary: Mapping[str, Any] | None) -> Rows:
    """People by tag with what other nights gave behind killed and wounded, if an ensemble is known."""
    found = rounded(rows, ("killed", "wounded"))
    if summary is not None:
        for state in ("killed", "wounded"):
            names = [f"{OF_TAG.get(tag, tag)}_{state}" for tag in rows["tag"]]
            found[state] = [
                f"{one} ({usual(summary.get(name))})" for one, name in zip(found[state], names, strict=True)
            ]
    return found
