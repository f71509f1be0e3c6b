"""Makes the table of who reads what (sim/recorder/readers.json) by watching runs of the base: `make readers`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import sim.scenario
from sim import engine
from sim.recorder.readers import TABLE, general
from sim.scenario import Scenario
from sim.scenario.base import Part
from tests.battle import BASE

REPLICATIONS = 14


def room(depth: int) -> str | None:
    """The room of sim that asked, past what the scenario room does for it; None for others."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith(("sim.scenario", "sim.draws", "pydantic", "functools", "tests.", "__main__")):
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
            engine.run(scenario, seed=5, replication=n, record="events")
    finally:
        Part.__getattribute__ = true  # type: ignore[method-assign]
    for path, rooms in list(read.items()):  # what a unit has from its kind is read at the unit
        if path.startswith("units["):
            unit, _, rest = path[len("units[") :].partition("]")
            read.setdefault(f"kinds.{kind_of[unit]}{rest}", set()).update(rooms)
    return scenario, read, set(where.values()) | {path.rpartition("[")[0] for path in where.values()}


def watched_reads() -> dict[str, list[str]]:
    """General path of every number of the base -> rooms that read it, or the container it stands in, in some runs."""
    scenario, read, made_of_parts = reads(REPLICATIONS)
    found: dict[str, set[str]] = {}
    for row in scenario.provenance:
        for head in heads(row.path, made_of_parts):
            found.setdefault(general(row.path), set()).update(read.get(head, ()))
    return {path: sorted(rooms) for path, rooms in sorted(found.items())}


def unread(replications: int) -> list[str]:
    """Paths of numbers of the base that no room read in some replications."""
    scenario, read, made_of_parts = reads(replications)
    return [row.path for row in scenario.provenance if not any(h in read for h in heads(row.path, made_of_parts))]


if __name__ == "__main__":
    TABLE.write_text(json.dumps(watched_reads(), indent=0) + "\n", encoding="utf-8")
