"""What a variant changes, read from its file, so that the same can be changed in another scenario."""

from __future__ import annotations

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
    return room.load(other), room.load(other, rows)
