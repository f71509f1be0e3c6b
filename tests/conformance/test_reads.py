"""Every number of the base scenario is read during a run: none is accepted and ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim import engine
from sim.scenario.base import Part
from tests.battle import BASE

REPLICATIONS = 14


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


def unread() -> list[str]:
    """Paths of numbers that no process read in some replications of the base scenario."""
    import sim.scenario

    scenario = sim.scenario.load(BASE)
    where = {id(part): path for path, part in parts(scenario, "")}
    read: set[str] = set()
    true = Part.__getattribute__

    def watched(self: Part, name: str) -> Any:
        if not name.startswith(("_", "model_")):
            path = where.get(id(self))
            if path is not None:
                info = type(self).model_fields.get(name)
                key = (info.alias or name) if info is not None else name
                read.add(f"{path}.{key}" if path else key)
        return true(self, name)

    rows = scenario.provenance
    kind_of = {unit.id: unit.kind for unit in scenario.units}
    Part.__getattribute__ = watched  # type: ignore[method-assign]
    try:
        for n in range(REPLICATIONS):
            engine.run(scenario, seed=5, replication=n, record="events")
    finally:
        Part.__getattribute__ = true  # type: ignore[method-assign]
    for path in list(read):  # what a unit has from its kind is read at the unit
        if path.startswith("units["):
            unit, _, rest = path[len("units[") :].partition("]")
            read.add(f"kinds.{kind_of[unit]}{rest}")
    made_of_parts = set(where.values()) | {path.rpartition("[")[0] for path in where.values()}
    return [row.path for row in rows if not any(head in read for head in heads(row.path, made_of_parts))]


def heads(path: str, made_of_parts: set[str]) -> list[str]:
    """A path, and the containers of plain numbers around it (a point, a table), which are read as a whole."""
    found = [path]
    while True:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
        if not path or path in made_of_parts:
            return found
        found.append(path)


def test_every_number_is_read() -> None:
    assert unread() == []
