"""Scenarios of equal standing: what is asked of one is asked of all, and the answers stand in columns.

Every command that asks a scenario something takes `--beside SCENARIO`, repeatable, and goes through this door: one
scenario is told in full, several as one table each with a column for every scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.scenario import Scenario

Beside = Annotated[
    list[Path] | None, typer.Option("--beside", metavar="SCENARIO", help="A column for this one too; repeatable.")
]


def loaded(first: Path, beside: Iterable[Path] | None, overrides: Sequence[str] = ()) -> list[Scenario]:
    """The scenario, changed by `overrides`, and those beside it as they stand. Raises ScenarioError."""
    from sim import scenario as room

    return [room.load(first, list(overrides)), *(room.load(path) for path in beside or ())]


def heads(scenarios: Sequence[Scenario]) -> list[str]:
    """A name for every column; a second one of the same name is numbered."""
    names = [one.id for one in scenarios]
    return [f"{name} ({names[: k + 1].count(name)})" if name in names[:k] else name for k, name in enumerate(names)]


def titles(scenarios: Sequence[Scenario], said: str) -> str:
    """What the columns are, and of what nights."""
    named = [f"{name}: {one.title}" for name, one in zip(heads(scenarios), scenarios, strict=True)]
    return "\n".join([*(named if len(named) > 1 else [scenarios[0].title]), said])
