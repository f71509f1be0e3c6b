"""Makes the table of who reads what (sim/recorder/readers.json) by watching runs of the base: `make readers`.

Most numbers are read where they are used. What the world works out of them before the first event (a weapon's errors,
its burst, where everybody stands) is read there: who reads such a number is who reads the part of the world that comes
out otherwise when the number is another.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sim.scenario
from sim import engine
from sim.recorder.readers import TABLE, general
from sim.scenario import Scenario, ScenarioError
from sim.scenario.base import Part
from sim.world import Beliefs, Mount, World
from tests.battle import BASE

REPLICATIONS = 14


PASSED = ("sim.scenario", "sim.draws", "pydantic", "functools", "tests.", "__main__")


def room(depth: int, passed: tuple[str, ...] = PASSED) -> str | None:
    """The room of sim that asked, past what others (the scenario room) do for it; None for others."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith(passed):
            break
        frame = frame.f_back
    if frame is None or not name.startswith("sim."):
        return None
    return name.removeprefix("sim.").removeprefix("processes.").partition(".")[0]


def parts(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path as in --set, part) of every part of a scenario."""
    if isinstance(node, Part):
        yield path, node
        for name, info in type(node).model_fields.items():
            key = info.alias or name
            yield from parts(getattr(node, name), f"{path}.{key}" if path else key)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from parts(value, f"{path}.{key}")
    elif isinstance(node, tuple):
        for i, value in enumerate(node):
            yield from parts(value, f"{path}[{getattr(value, 'id', i)}]")


def heads(path: str, made_of_parts: set[str]) -> list[str]:
    """A path, and the containers of plain numbers around it (a point, a table), which are read as a whole."""
    found = [path]
    while True:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
        if not path or path in made_of_parts:
            return found
        found.append(path)


def reads(replications: int) -> tuple[Scenario, dict[str, set[str]], set[str]]:
    """The base, path of everything read in some replications -> rooms that read it, and paths that are parts."""
    scenario = sim.scenario.load(BASE)
    where = {id(part): path for path, part in parts(scenario, "")}
    read: dict[str, set[str]] = {}
    true = Part.__getattribute__

    def watched(self: Part, name: str) -> Any:
        if not name.startswith(("_", "model_")):
            path = where.get(id(self))
            asker = room(2) if path is not None else None
            if path is not None and asker is not None:
                info = type(self).model_fields.get(name)
                key = (info.alias or name) if info is not None else name
                read.setdefault(f"{path}.{key}" if path else key, set()).add(asker)
        return true(self, name)

    kind_of = {unit.id: unit.kind for unit in scenario.units}
    Part.__getattribute__ = watched  # type: ignore[method-assign]
    try:
        for n in range(replications):
            engine.run(scenario, seed=5, replication=n, record="full" if n == 0 else "events")
    finally:
        Part.__getattribute__ = true  # type: ignore[method-assign]
    for path, rooms in list(read.items()):  # what a unit has from its kind is read at the unit
        if path.startswith("units["):
            unit, _, rest = path[len("units[") :].partition("]")
            read.setdefault(f"kinds.{kind_of[unit]}{rest}", set()).update(rooms)
    return scenario, read, set(where.values()) | {path.rpartition("[")[0] for path in where.values()}


WORKED_OUT: tuple[type, ...] = (World, Mount, Beliefs)


@contextmanager
def watched_world() -> Iterator[dict[str, set[str]]]:
    """Within: `Mount.reliability` and the like -> rooms that read it, past what the world does for them."""
    read: dict[str, set[str]] = {}
    kept = {kind: kind.__getattribute__ for kind in WORKED_OUT}

    def watching(kind: type) -> Callable[[Any, str], Any]:
        def get(self: Any, name: str) -> Any:
            if name[0] != "_":
                asker = room(2, (*PASSED, "sim.world"))
                if asker not in (None, "engine"):
                    read.setdefault(f"{kind.__name__}.{name}", set()).add(str(asker))
            return kept[kind](self, name)

        return get

    for kind in WORKED_OUT:
        kind.__getattribute__ = watching(kind)  # type: ignore[method-assign, assignment]
    try:
        yield read
    finally:
        for kind, true in kept.items():
            kind.__getattribute__ = true  # type: ignore[method-assign]


def worked_out(scenario: Scenario) -> dict[str, bytes]:
    """`Mount.reliability` and the like -> what the world has worked out there before the first event, as bytes."""
    world = engine.prepare(scenario, seed=5, replication=0, full=False).world
    found: dict[str, Any] = {"World.legs": world.legs.all_at(world.clock.now_ms)}
    for name in ("altitude_m", "offset_m", "spread_m", "people", "fix_error_m", "lines", "areas", "box"):
        found[f"World.{name}"] = getattr(world, name)
    for name in ("left", "loaded", "odds", "blast", "range_m", "precision_m", "mpi_m", "reliability"):
        found[f"Mount.{name}"] = [getattr(mount, name) for mount in world.mounts]
    found["Beliefs.drift_mps"] = [belief.drift_mps for belief in world.beliefs]
    return {name: pickle.dumps(value) for name, value in found.items()}


def moved(path: str, number: float, unit: str) -> Scenario:
    """The base with one number a little less or more; one less or more where it counts something."""
    steps = (number - 1, number + 1) if isinstance(number, int) and not unit else (0.9 * number, 1.1 * number)
    tried = [f"{step} {unit}".strip() for step in (*steps, 0.9 * number)]
    for raw in (*tried, *(f"{{value: {other}, basis: assumption, note: moved}}" for other in tried)):
        try:
            return sim.scenario.load(BASE, [f"{path}={raw}"])
        except ScenarioError:
            continue  # not every number may move either way, nor without a word
    raise ValueError(f"{path} cannot be moved")


def through_the_world(found: dict[str, set[str]], scenario: Scenario, read: dict[str, set[str]]) -> None:
    """Give each number that the world alone reads those who read what the world makes of it."""
    as_it_is = worked_out(scenario)
    for path in [path for path, rooms in found.items() if {"world"} <= rooms <= {"world", "recorder"}]:
        row = max((row for row in scenario.provenance if general(row.path) == path), key=lambda row: float(row.number))
        otherwise = worked_out(moved(row.path, row.number, row.unit))
        for part in [part for part, was in as_it_is.items() if otherwise[part] != was]:
            found[path] |= read.get(part, set())


def watched_reads() -> dict[str, list[str]]:
    """General path of every number of the base -> rooms that read it, or the container it stands in, in some runs."""
    with watched_world() as of_the_world:
        scenario, read, made_of_parts = reads(REPLICATIONS)
    found: dict[str, set[str]] = {}
    for row in scenario.provenance:
        for head in heads(row.path, made_of_parts):
            found.setdefault(general(row.path), set()).update(read.get(head, ()))
    through_the_world(found, scenario, of_the_world)
    return {path: sorted(rooms) for path, rooms in sorted(found.items())}


def unread(replications: int) -> list[str]:
    """Paths of numbers of the base that no room read in some replications."""
    scenario, read, made_of_parts = reads(replications)
    return [row.path for row in scenario.provenance if not any(h in read for h in heads(row.path, made_of_parts))]


if __name__ == "__main__":
    TABLE.write_text(json.dumps(watched_reads(), indent=0) + "\n", encoding="utf-8")
