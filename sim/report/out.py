"""The doors through which words and numbers leave on a terminal. Whatever passes tells of whom it is (`of`: scenarios
or recordings); if it names a force tag, who says so goes with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, Protocol

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from sim.tags import Attributions, feet, with_whose

WIDE = 10_000
"""Columns at which nothing wraps."""


class Attributed(Protocol):
    """A scenario or a recording."""

    @property
    def attributed(self) -> Attributions: ...


def show(what: RenderableType, *of: Attributed, before: Sequence[str] = ()) -> None:
    """Prints lines as they stand, then something as wide as the terminal, or 120 columns into a file; below it who says
    so of the tags it names."""
    for line in before:
        typer.echo(line)
    console = Console()
    if not console.is_terminal:
        console = Console(width=120, no_color=True)
    console.print(what, highlight=False)
    for line in feet("\n".join((*before, plain(what))), [one.attributed for one in of]):
        console.print(Text(f"\n{line}", style="dim"), highlight=False)


def plain(what: RenderableType) -> str:
    """The words of something that can be printed, unwrapped."""
    sink = StringIO()
    Console(file=sink, width=WIDE, no_color=True).print(what, highlight=False)
    return sink.getvalue()


def say(lines: Iterable[str], *of: Attributed) -> None:
    """Prints lines as they stand; below them who says so of the tags they name."""
    told = list(lines)
    below = feet("\n".join(told), [one.attributed for one in of])
    for line in (*told, *([""] if below else []), *below):
        typer.echo(line)


def as_json(value: Mapping[str, Any] | Sequence[Mapping[str, Any]], *of: Attributed) -> None:
    """Prints JSON; an object, or each row of a list, that names tags says whose word they are."""
    body: Any
    if isinstance(value, Mapping):
        body = with_whose(value, [one.attributed for one in of])
    else:
        body = [with_whose(row, [one.attributed for one in of]) for row in value]
    typer.echo(json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False))


def columns_as_json(bodies: Sequence[Mapping[str, Any]], of: Sequence[Attributed]) -> None:
    """Prints one answer as JSON, or several as a list under `beside`, each with whose word its tags are."""
    told = [with_whose(body, [one.attributed]) for body, one in zip(bodies, of, strict=True)]
    body = told[0] if len(told) == 1 else {"schema": 1, "beside": told}
    typer.echo(json.dumps(body, indent=2, ensure_ascii=False, allow_nan=False))
