"""How every command fails: in one place, so that no new one shows a traceback or leaves with another code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import typer

from sim.faults import EXTRAS, Fault, missing

NOTHING_WRITTEN = "interrupted; nothing was written"


def told(interrupted: str = NOTHING_WRITTEN, **extras: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Faults of what was given as lines on stderr and exit 2, so too a module that an extra brings; an interrupt as
    exit 130 with the words of the command. `extras` names, for a module that several bring, the one to install."""

    def guard(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def guarded(*args: Any, **keys: Any) -> None:
            try:
                command(*args, **keys)
            except Fault as fault:
                typer.echo(str(fault), err=True)
                raise typer.Exit(2) from None
            except ModuleNotFoundError as fault:
                if fault.name not in EXTRAS:
                    raise
                typer.echo(missing(fault.name, extras.get(fault.name, "")), err=True)
                raise typer.Exit(2) from None
            except KeyboardInterrupt:
                typer.echo(interrupted, err=True)
                raise typer.Exit(130) from None

        return guarded

    return guard
