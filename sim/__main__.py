"""The command line: thin, and nothing imported before the command that needs it.

Results go to stdout, progress and warnings to stderr. Exit codes: 0 ok, 1 the answer is no, 2 bad input
(one clear line, no traceback), 130 interrupted with nothing half-written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.report import branching, columns, comparing, spreading, sweep_commands
from sim.report.claims_command import claims
from sim.report.columns import Beside
from sim.report.comparing import Jobs, Json, Reps, ScenarioFile, Seed, Set, many
from sim.report.export_command import export
from sim.report.flip_command import flip
from sim.report.guard import told
from sim.report.last_command import last
from sim.report.report_command import report
from sim.report.shares_command import shares

app = typer.Typer(
    name="khusham",
    help="An open, sober simulator for the historical analysis of one engagement: Khusham, 7-8 February 2018.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DICE = 2
"""Nights of each history: as many as it takes to tell dice from history."""
RecordingFile = Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording (.mcap).")]


@app.command()
@told()
def run(
    scenario: ScenarioFile,
    seed: Seed = 1,
    rep: Annotated[int, typer.Option("--rep", min=0, help="Number of the (first) replication.")] = 0,
    n: Reps = 1,
    overrides: Set = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write the recording (--uncertain: what each dispute moves, JSON)."
        ),
    ] = None,
    jobs: Jobs = 0,
    history: Annotated[int | None, typer.Option("--history", min=0, help="Latent states; as the replication.")] = None,
    uncertain: Annotated[bool, typer.Option("--uncertain", help="Draw every disputed input too.")] = False,
    dice: Annotated[
        int | None, typer.Option("--dice", min=2, help="Nights of each history, with --uncertain; 2 by default.")
    ] = None,
    beside: Beside = None,
    json: Json = False,
) -> None:
    """Run a scenario and print what happened; with -n, an ensemble and the run nearest its median."""
    from functools import partial

    from sim import engine
    from sim import scenario as room
    from sim.experiment import ensemble as many_runs
    from sim.recording import save

    told_of, *others = columns.loaded(scenario, beside, overrides or ())
    if others and n == 1:
        raise room.ScenarioError(["--beside sets ensembles side by side: give -n 2 or more"])
    if output is not None and not output.absolute().parent.is_dir():
        raise room.ScenarioError([f"{output}: there is no folder {output.parent} to write it to"])
    if uncertain:
        if history is not None or rep:
            raise room.ScenarioError(["--uncertain draws histories of its own: no --history or --rep"])
        spreading.uncertain([told_of, *others], seed, n, dice or DICE, jobs, json, output)
        return
    if dice is not None:
        raise room.ScenarioError(["--dice is for --uncertain: every other run has one night of each history"])
    one_night = engine.run if history is None else partial(engine.run, history=history)
    if n > 1:
        found = many(told_of, seed, range(rep, rep + n), jobs, "run", one_night)
        if output is not None:
            best = found.nearest.replication
            save(many_runs.with_ensemble(one_night(told_of, seed=seed, replication=best), found), output)
            typer.echo(f"wrote replication {best}, the nearest to the median, to {output}", err=True)
    else:
        night = one_night(told_of, seed=seed, replication=rep)
        found = many_runs.Ensemble(seed, (many_runs.measured(rep, night),))
        if output is not None:
            save(night, output)
            typer.echo(f"wrote {output}", err=True)
    ensembles = [found, *(many(other, seed, range(rep, rep + n), jobs, other.id, one_night) for other in others)]
    _tell([told_of, *others], ensembles, night if n == 1 else None, json)


def _tell(scenarios: list[Any], ensembles: list[Any], night: Any, json: bool) -> None:
    """What `run` prints of ensembles side by side, of one, or of a night."""
    from sim.experiment import ensemble as many_runs
    from sim.metrics import tables
    from sim.report import many as nights
    from sim.report import out, text

    n, seed = len(ensembles[0].runs), ensembles[0].seed
    if json:
        bodies = [many_runs.as_json(one.id, column) for one, column in zip(scenarios, ensembles, strict=True)]
        if night is not None:
            bodies[0] |= {"tables": {name: tables(night)[name] for name in ("losses", "disposition")}}
        out.columns_as_json(bodies, scenarios)
    elif night is not None:
        out.show(text.after_action(night), night)
    elif len(ensembles) > 1:
        out.show(nights.beside(scenarios, n, seed, [many_runs.summary(column) for column in ensembles]), *scenarios)
    else:
        out.show(nights.ensemble(scenarios[0].title, n, seed, many_runs.summary(ensembles[0])), scenarios[0])


@app.command()
@told()
def verify(recording: RecordingFile, json: Json = False) -> None:
    """Run a recording again: the same digest, or the first event that differs. Exit 1 if anything differs."""
    from dataclasses import asdict

    from sim.experiment import verify as room
    from sim.recording import load
    from sim.report import out

    verdict = room.verify(recording)
    if json:
        out.as_json(asdict(verdict) | {"same": verdict.same})
    else:
        out.say(room.in_words(verdict), *([load(recording)] if verdict.difference else []))
    raise typer.Exit(0 if verdict.same else 1)


@app.command()
@told()
def order(json: Json = False) -> None:
    """Print the order of things within one instant, and who uses each phase."""
    from sim.clock import order_table
    from sim.report import out, text

    rows = order_table()
    if json:
        out.as_json([{"number": number, "phase": phase, "used_by": users} for number, phase, users in rows])
    else:
        out.show(text.table("Order within an instant", ("", "phase", "used by"), rows, left=3))


@app.command()
@told()
def check(scenario: ScenarioFile, overrides: Set = None, json: Json = False) -> None:
    """Say everything that is wrong with a scenario, each with file, line and column; exit 2 if anything is."""
    from sim import scenario as room
    from sim.report import out

    problems = room.check(scenario, overrides or [])
    if json:
        out.as_json({"scenario": str(scenario), "problems": problems})
    elif problems:
        raise room.ScenarioError(problems)
    else:
        typer.echo(f"{scenario}: nothing is wrong")
    raise typer.Exit(2 if problems else 0)


@app.command()
@told()
def schema() -> None:
    """Print the JSON schema of scenarios, for editors."""
    from sim.scenario import schema_json

    typer.echo(schema_json())


@app.command()
@told()
def why(
    recording: RecordingFile,
    who: Annotated[str, typer.Argument(metavar="ENTITY", help="A unit (t72-1) or one of its entities (t72-1/tank).")],
    silent: Annotated[bool, typer.Option("--not", help="Ask why it did not fire.")] = False,
    json: Json = False,
) -> None:
    """The chain of causes of a loss; with --not, what kept a shooter from firing. Exit 1 if nothing befell it."""
    from dataclasses import asdict

    from sim import why as room
    from sim.recording import load, one_of_many
    from sim.report import out

    night = load(recording)
    steps = room.why_not(night, who) if silent else room.chain(night, who)
    if json:
        out.as_json([asdict(step) | {"time": room.local_time(night, step.t_ms)} for step in steps], night)
    else:
        none = f"{who}: nothing befell it" if not silent else f"{who}: nothing kept it from firing"
        said = [f"{room.local_time(night, step.t_ms):>12}  {step.text}" for step in steps] or [none]
        out.say([one_of_many(night), *said], night)
    raise typer.Exit(0 if steps else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
@told()
def view(context: typer.Context) -> None:
    """Watch a recording: khusham view RECORDING [--at 22:41:30] [--snapshot FILE ...]."""
    import viz.__main__ as viewer

    raise typer.Exit(viewer.main(context.args))


for _command in (
    claims,
    comparing.compare,
    comparing.variants,
    comparing.explain,
    branching.branch,
    branching.diff,
    report,
    shares,
    last,
    flip,
    export,
):
    app.command()(told()(_command))
for _command in (sweep_commands.sweep, sweep_commands.analyse, sweep_commands.replay):
    app.command()(_command)


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
