"""What a variant changes, read from its file, so that the same can be changed in another scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario import Scenario

OF_AN_OVERLAY = {"extends", "id", "title", "question", "set"}


def changes(variant: Path, base: Path) -> tuple[str, list[tuple[str, Any]]]:
    """(id, rows of path and value) of a variant of `base` that changes it by `set` alone.

    Raises ScenarioError for what is no such variant.
    """
    from sim.scenario import ScenarioError
    from sim.scenario.reading import read_bytes, read_map

    tree, problems = read_map(read_bytes(variant, str(variant)), str(variant))
    own = tree.get("set")
    start = variant.parent / str(tree.get("extends", ""))
    if problems or not own or start.resolve() != base.resolve() or set(tree) - OF_AN_OVERLAY:
        raise ScenarioError([f"{variant}: is no variant of {base} that changes it by `set` alone"])
    return str(tree.get("id", variant.stem)), list(own.items())


def transferred(variant: Path, base: Path, other: Path) -> tuple[Scenario, Scenario]:
    """(the other scenario, the other scenario with what the variant changes in the base). Raises ScenarioError."""
    from sim import scenario as room

    _, rows = changes(variant, base)
    there = room.load(other)
    return there, room.load(other, fitting(there, rows))


def fitting(scenario: Scenario, rows: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The rows without those that would take away what a scenario does not have: there they change nothing."""
    from sim import scenario as room

    known = list(room.values(scenario))
    return [
        (path, value)
        for path, value in rows
        if value is not None or any(name.startswith((f"{path}.", f"{path}[")) or name == path for name in known)
    ]
