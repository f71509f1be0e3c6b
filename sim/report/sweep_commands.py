"""The commands `sweep`, `analyse` and `replay`: words in, words out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.report.guard import told

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep.")]
DesignFile = Annotated[Path, typer.Argument(metavar="DESIGN", help="A design file (YAML).")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR", help="out/ID by default.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=0, help="Workers; 0 means one for each processor.")]
Serial = Annotated[bool, typer.Option("--serial", help="In this process, one run after the other.")]
Scheduler = Annotated[str | None, typer.Option("--scheduler", metavar="ADDR", help="Your own dask scheduler.")]
SchedulerFile = Annotated[str | None, typer.Option("--scheduler-file", metavar="FILE", help="The file it wrote.")]
Replications = Annotated[
    int | None, typer.Option("-n", "--replications", min=1, metavar="N", help="Runs a point, instead of the design's.")
]
Metrics = Annotated[list[str] | None, typer.Option("--metric", metavar="NAME", help="What to analyse; repeatable.")]
Events = Annotated[
    list[str] | None, typer.Option("--event", metavar="TEST", help="As 'attackers_killed>150', 'hq_held=false'.")
]
Recordings = Annotated[bool, typer.Option("--recordings", help="Also run the odd runs again and write them.")]
Other = Annotated[
    str | None, typer.Option("--scenario", metavar="FILE", help="Run the design on this scenario instead of its own.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


RESUMABLE = "\ninterrupted; what was finished is safe, the same command goes on from there"
_told = told(RESUMABLE, pyarrow="sweep")


@_told
def sweep(
    design: DesignFile,
    output: Output = None,
    jobs: Jobs = 0,
    serial: Serial = False,
    scheduler: Scheduler = None,
    scheduler_file: SchedulerFile = None,
    replications: Replications = None,
    scenario: Other = None,
    json: Json = False,
) -> None:
    """Run a designed experiment; the same command again goes on where it stopped."""
    import time

    from sim.experiment import backends, reading
    from sim.experiment import sweep as room
    from sim.experiment.ensemble import processors
    from sim.report import out

    plan = reading.read(design, scenario)
    if replications is not None:
        plan = reading.of_size(plan, replications)
    folder = output or Path("out") / plan.id
    terminal, last = sys.stderr.isatty(), [0.0]

    def backend() -> backends.Backend:
        if scheduler or scheduler_file:
            return backends.remote(scheduler, scheduler_file)
        return backends.Serial() if serial else backends.local(jobs or processors())

    def progress(standing: room.Standing) -> None:
        now = time.monotonic()
        if now - last[0] >= (0.5 if terminal else 30.0):
            last[0] = now
            typer.echo(f"\r{standing.words()}\x1b[K" if terminal else standing.words(), nl=not terminal, err=True)

    typer.echo(f"{plan.id}: {plan.n_points} points, {plan.n_points * plan.cap} runs at most, to {folder}", err=True)
    found = room.sweep(plan, folder, backend, progress=progress, warn=lambda words: typer.echo(words, err=True))
    if terminal:
        typer.echo("", err=True)
    if json:
        body = {"schema": 1, "sweep": plan.id, "sha256": plan.sha256, "points": plan.n_points, "runs": found.runs,
                "failures": found.failures, "table": str(found.table)}  # fmt: skip
        out.as_json(body, *plan.bases.values())
    else:
        out.say([f"{found.runs} runs, {found.failures} failed: {found.table}"], *plan.bases.values())


@_told
def analyse(
    folder: Folder,
    metrics: Metrics = None,
    event: Events = None,
    recordings: Recordings = False,
    json: Json = False,
) -> None:
    """Analyse a sweep: distributions, effects, sensitivity, tree, boxes, odd runs and how to replay them."""
    from sim.experiment import analyse as room
    from sim.experiment import words
    from sim.report import out

    found = room.analyse(folder, metrics, event)
    written = room.write(folder, found)
    if recordings:
        written += room.write_recordings(folder, found, lambda words: typer.echo(words, err=True))
    if json:
        out.as_json(found.body)
    else:
        out.say(words.in_words(found), *found.runs.design.bases.values())
    typer.echo(f"wrote {len(written)} files to {written[0].parent}", err=True)


@_told
def replay(
    folder: Folder,
    run: Annotated[str, typer.Argument(metavar="POINT-REP", help="A run, as 12-3, or a number of the column `run`.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="odd/POINT-REP.mcap.")] = None,
    json: Json = False,
) -> None:
    """Run one run of a sweep again and write it with its ensemble; says when it left the band of the others."""
    from sim.experiment import manifest, odd
    from sim.report import out

    path, said, view = odd.replay(folder, run, output)
    bases = manifest.design_of(manifest.read(folder)["design"]).bases.values()
    if json:
        out.as_json({"schema": 1, "recording": str(path), "odd": said, "view": view}, *bases)
    else:
        out.say([f"wrote {path}: {said}", view], *bases)
