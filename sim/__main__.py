"""The command line: thin, and nothing imported before the command that needs it.

Results go to stdout, progress and warnings to stderr. Exit codes: 0 ok, 1 the answer is no, 2 bad input
(one clear line, no traceback), 130 interrupted with nothing half-written.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.experiment import commands
from sim.report.claims_command import claims

if TYPE_CHECKING:
    from sim.experiment.ensemble import Ensemble
    from sim.scenario import Scenario

app = typer.Typer(
    name="khusham",
    help="An open, sober simulator for the historical analysis of one engagement: Khusham, 7-8 February 2018.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).")]
RecordingFile = Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording (.mcap).")]
Seed = Annotated[int, typer.Option("--seed", help="Names all luck of the run.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=0, help="Processes; 0 means one for each processor.")]
Reps = Annotated[int, typer.Option("-n", min=1, help="Replications.")]


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Errors of the input as lines on stderr and exit 2; an interrupt as exit 130."""

    @functools.wraps(command)
    def wrapped(*args: Any, **keys: Any) -> None:
        from sim.experiment.verify import CannotVerify
        from sim.recording import RecordingError
        from sim.scenario import ScenarioError
        from sim.why import NotFound

        try:
            command(*args, **keys)
        except (ScenarioError, RecordingError, CannotVerify, NotFound) as fault:
            typer.echo(str(fault), err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("interrupted; nothing was written", err=True)
            raise typer.Exit(130) from None

    return wrapped


def out_json(value: Any) -> None:
    """Prints JSON."""
    import json

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def many(scenario: Scenario, seed: int, numbers: range, jobs: int, words: str) -> Ensemble:
    """Replications with progress on stderr."""
    from sim.experiment.ensemble import ensemble, processors

    def done(n: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{words} {n} of {len(numbers)}", nl=n == len(numbers), err=True)

    workers = jobs or (processors() if len(numbers) >= 16 else 1)
    return ensemble(scenario, seed, numbers, workers=workers, done=done)


@app.command()
@told
def run(
    scenario: ScenarioFile,
    seed: Seed = 1,
    rep: Annotated[int, typer.Option("--rep", min=0, help="Number of the (first) replication.")] = 0,
    n: Reps = 1,
    overrides: Set = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the recording.")] = None,
    jobs: Jobs = 0,
    json: Json = False,
) -> None:
    """Run a scenario and print what happened; with -n, an ensemble and the run nearest its median."""
    from sim import engine
    from sim import scenario as room
    from sim.experiment import ensemble as many_runs
    from sim.recording import save
    from sim.report import text

    told_of = room.load(scenario, overrides or [])
    if output is not None and not output.absolute().parent.is_dir():
        raise room.ScenarioError([f"{output}: there is no folder {output.parent} to write it to"])
    if n > 1:
        found = many(told_of, seed, range(rep, rep + n), jobs, "run")
        if output is not None:
            best = found.nearest.replication
            save(many_runs.with_ensemble(engine.run(told_of, seed=seed, replication=best), found), output)
            typer.echo(f"wrote replication {best}, the nearest to the median, to {output}", err=True)
    else:
        night = engine.run(told_of, seed=seed, replication=rep)
        found = many_runs.Ensemble(seed, (many_runs.measured(rep, night),))
        if output is not None:
            save(night, output)
            typer.echo(f"wrote {output}", err=True)
    if json:
        out_json(many_runs.as_json(told_of.id, found))
    elif n > 1:
        text.show(text.ensemble(told_of.title, n, seed, many_runs.summary(found)))
    else:
        text.show(text.after_action(night))


@app.command()
@told
def verify(recording: RecordingFile, json: Json = False) -> None:
    """Run a recording again: the same digest, or the first event that differs. Exit 1 if anything differs."""
    from dataclasses import asdict

    from sim.experiment import verify as room

    verdict = room.verify(recording)
    if json:
        out_json(asdict(verdict) | {"same": verdict.same})
    else:
        for line in room.in_words(verdict):
            typer.echo(line)
    raise typer.Exit(0 if verdict.same else 1)


@app.command()
@told
def order(json: Json = False) -> None:
    """Print the order of things within one instant, and who uses each phase."""
    from sim.clock import order_table
    from sim.report import text

    rows = order_table()
    if json:
        out_json([{"number": number, "phase": phase, "used_by": users} for number, phase, users in rows])
    else:
        text.show(text.table("Order within an instant", ("", "phase", "used by"), rows, left=3))


@app.command()
@told
def check(scenario: ScenarioFile, overrides: Set = None, json: Json = False) -> None:
    """Say everything that is wrong with a scenario, each with file, line and column; exit 2 if anything is."""
    from sim import scenario as room

    problems = room.check(scenario, overrides or [])
    if json:
        out_json({"scenario": str(scenario), "problems": problems})
    elif problems:
        raise room.ScenarioError(problems)
    else:
        typer.echo(f"{scenario}: nothing is wrong")
    raise typer.Exit(2 if problems else 0)


@app.command()
@told
def schema() -> None:
    """Print the JSON schema of scenarios, for editors."""
    from sim.scenario import schema_json

    typer.echo(schema_json())


@app.command()
@told
def why(
    recording: RecordingFile,
    who: Annotated[str, typer.Argument(metavar="ENTITY", help="A unit (t72-1) or one of its entities (t72-1/tank).")],
    silent: Annotated[bool, typer.Option("--not", help="Ask why it did not fire.")] = False,
    json: Json = False,
) -> None:
    """The chain of causes of a loss; with --not, what kept a shooter from firing. Exit 1 if nothing befell it."""
    from dataclasses import asdict

    from sim import why as room
    from sim.recording import load

    night = load(recording)
    steps = room.why_not(night, who) if silent else room.chain(night, who)
    if json:
        out_json([asdict(step) | {"time": room.local_time(night, step.t_ms)} for step in steps])
    else:
        for step in steps:
            typer.echo(f"{room.local_time(night, step.t_ms):>12}  {step.text}")
        if not steps:
            typer.echo(f"{who}: nothing befell it" if not silent else f"{who}: nothing kept it from firing")
    raise typer.Exit(0 if steps else 1)


@app.command()
@told
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A scenario.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another; the effect is B minus A.")],
    n: Reps = 200,
    seed: Seed = 1,
    jobs: Jobs = 0,
    everything: Annotated[bool, typer.Option("--all", help="Also the metrics that never differ.")] = False,
    json: Json = False,
) -> None:
    """Compare two scenarios under the same luck: effect, 95 % interval, what the common luck was worth."""
    from sim import scenario as room
    from sim.experiment import compare as pairs
    from sim.report import text

    a, b = room.load(first), room.load(second)
    one = many(a, seed, range(n), jobs, a.id)
    other = many(b, seed, range(n), jobs, b.id)
    effects, same = pairs.compare(one, other), pairs.identical(one, other)
    if json:
        out_json(pairs.as_json(a.id, b.id, seed, effects, same))
    else:
        text.show(text.comparison(a.title, b.title, n, effects, same, everything))


@app.command()
@told
def variants(json: Json = False) -> None:
    """List the shipped scenarios and variants, each with its question."""
    import os

    from sim import scenario as room
    from sim.report import text

    home = Path(room.__file__).resolve().parents[2] / "scenarios"
    found = [row for folder in (home, home / "variants") for row in room.variants(folder)]
    if json:
        out_json([row._asdict() for row in found])
    else:
        rows = [(row.id, row.title, row.question, os.path.relpath(row.path)) for row in found]
        text.show(text.table("Scenarios and variants", ("id", "title", "question", "file"), rows, left=4))


@app.command()
@told
def explain(
    scenario: ScenarioFile,
    path: Annotated[str, typer.Argument(metavar="PATH", help="Such as units[t72-1].weapons.tank_gun.rounds.")],
    overrides: Set = None,
    json: Json = False,
) -> None:
    """What is known of one number: value, unit, range, basis, source, claim, note."""
    from sim import scenario as room
    from sim.report import text

    row = room.explain(room.load(scenario, overrides or []), path).model_dump(mode="json", by_alias=True)
    if json:
        out_json(row)
    else:
        known = [(name, value) for name, value in row.items() if value is not None]
        text.show(text.table(path, ("", ""), known, left=2))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
@told
def view(context: typer.Context) -> None:
    """Watch a recording: khusham view RECORDING [--at 22:41:30] [--snapshot FILE ...]."""
    import viz.__main__ as viewer

    raise typer.Exit(viewer.main(context.args))


app.command()(told(claims))
for command in (commands.sweep, commands.analyse, commands.replay):
    app.command()(command)


def main() -> None:
    """Entry of the command `khusham`. SIGTERM unwinds like an exit, so that no half-written file stays."""
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


if __name__ == "__main__":
    main()
