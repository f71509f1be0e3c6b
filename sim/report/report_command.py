"""The command `khusham report`: one HTML file, of a recorded night or of many nights side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.report.columns import Beside
from sim.report.comparing import Jobs, Reps, Seed, many


def report(
    files: Annotated[list[Path], typer.Argument(metavar="RECORDING|SCENARIO...", help="One recording, or scenarios.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="report.html by default.")
    ] = None,
    n: Reps = 100,
    seed: Seed = 1,
    jobs: Jobs = 0,
    beside: Beside = None,
) -> None:
    """Write a report that needs no other file: of one recorded night, or of scenarios side by side, the first being
    what the others are compared with under the same luck. --beside: many nights of a scenario, in columns beside the
    outcome of the recorded one."""
    from sim import scenario as room

    output = output or Path("report.html")
    if not output.absolute().parent.is_dir():
        raise room.ScenarioError([f"{output}: there is no folder {output.parent} to write it to"])
    others = [room.load(path) for path in beside or ()]
    recorded = [path.suffix == ".mcap" for path in files]
    if any(recorded):
        from sim.recording import load
        from sim.report import night, nights

        if len(files) > 1:
            raise room.ScenarioError(
                ["a report is of one recording (--beside adds scenarios), or of scenarios; `khusham diff` tells two"]
            )
        shown = load(files[0])
        found = [many(one, seed, range(n), jobs, one.id) for one in others]
        page = night.report(shown, (nights.outcome(others, found),) if others else ())
    else:
        from sim.report import nights

        loaded = [*(room.load(path) for path in files), *others]
        page = nights.report(loaded, [many(one, seed, range(n), jobs, one.id) for one in loaded])
    output.write_text(page, "utf-8")
    typer.echo(f"wrote {output}", err=True)
