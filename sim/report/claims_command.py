"""The command `khusham claims`: several scenarios, one record, one table. Nothing is imported before it is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer


def claims(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="One, or several side by side.")],
    n: Annotated[int, typer.Option("-n", min=1, help="Replications.")] = 200,
    drawn: Annotated[
        int | None, typer.Option("--drawn", min=0, help="Nights with every disputed input drawn; as many as -n.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Names all luck of the run.")] = 1,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=0, help="Processes; 0 means one for each processor.")] = 0,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Write the page of the docs.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Hold every claim of the record against simulated nights. Exit 1 if a check or fit row is missed with no rival."""
    from sim import scenario as room
    from sim.claims import failed
    from sim.experiment import claims_table
    from sim.experiment.ensemble import processors
    from sim.report import claims as words
    from sim.report import out

    loaded = [room.load(path) for path in scenarios]
    record = claims_table.record_of(loaded[0])
    if any(claims_table.record_of(other) != record for other in loaded[1:]):
        raise room.ScenarioError(["the scenarios name different records; only one record makes one table"])
    if page is not None and not page.absolute().parent.is_dir():
        raise room.ScenarioError([f"{page}: there is no folder {page.parent} to write it to"])
    drawn = n if drawn is None else drawn
    workers = jobs or (processors() if n >= 16 else 1)
    columns = [
        claims_table.column(one, seed=seed, n=n, drawn=drawn, workers=workers, done=_progress(one.id)) for one in loaded
    ]
    if page is not None:
        page.write_text(words.page(record, columns, seed, [one.attributed for one in loaded]), "utf-8")
        typer.echo(f"wrote {page}", err=True)
    if json:
        out.as_json(claims_table.as_json(seed, columns), *loaded)
    elif page is None:
        out.show(words.terminal(record, columns, seed), *loaded)
    if any(failed(record, column.findings) for column in columns) and page is None:
        raise typer.Exit(1)


def _progress(name: str) -> Callable[[str, int], None]:
    """Tells on a terminal how far a scenario is."""

    def done(what: str, count: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{name}: {what} {count}   ", nl=False, err=True)

    return done
