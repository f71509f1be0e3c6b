"""Makes the table of who reads what (sim/recorder/readers.json) by watching runs of the base: `make readers`."""

from __future__ import annotations

import json
import sys
from typing import Any

import sim.scenario
from sim import engine
from sim.recorder.readers import TABLE, general
from sim.scenario.base import Part
from tests.battle import BASE
from tests.conformance.test_reads import heads, parts

REPLICATIONS = 14


def room(depth: int) -> str | None:
    """The room of sim that asked, past what the scenario room does for it; None for others."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith(("sim.scenario", "sim.draws", "pydantic", "functools", "tests.")):
            break
        frame = frame.f_back
    if frame is None or not name.startswith("sim."):
        return None
    return name.removeprefix("sim.").removeprefix("processes.").partition(".")[0]


def watched_reads() -> dict[str, list[str]]:
    """General path of every number of the base -> rooms that read it, or the container it stands in, in some runs."""
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
        for n in range(REPLICATIONS):
            engine.run(scenario, seed=5, replication=n, record="events")
    finally:
        Part.__getattribute__ = true  # type: ignore[method-assign]
    for path, rooms in list(read.items()):  # what a unit has from its kind is read at the unit
        if path.startswith("units["):
            unit, _, rest = path[len("units[") :].partition("]")
            read.setdefault(f"kinds.{kind_of[unit]}{rest}", set()).update(rooms)
    made_of_parts = set(where.values()) | {path.rpartition("[")[0] for path in where.values()}
    found: dict[str, set[str]] = {}
    for row in scenario.provenance:
        for head in heads(row.path, made_of_parts):
            found.setdefault(general(row.path), set()).update(read.get(head, ()))
    return {path: sorted(rooms) for path, rooms in sorted(found.items())}


if __name__ == "__main__":
    TABLE.write_text(json.dumps(watched_reads(), indent=0) + "\n", encoding="utf-8")
