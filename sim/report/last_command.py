"""The command `khusham last`: until when each action could still have spared a share of the dead."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report.comparing import Jobs, Json, Seed, out_json

if TYPE_CHECKING:
    from rich.console import Group

    from sim.experiment.last import Action, At
    from sim.scenario import Scenario

READ_ME = (
    "If the action had begun at that moment, all else and all luck being equal: the dead of the attackers + of the "
    "defenders, means with the 95 % interval of both together. Surely: the whole interval of what is left over the "
    "share lies at or below nothing; possibly: its low end does. Simulated under these inputs; nobody is at fault by "
    "it, and nobody is said to have known."
)
BESIDE = 3
"""Columns of a table of curves."""


def last(
    file: Annotated[Path, typer.Argument(metavar="SCENARIO|RECORDING", help="Many nights, or that one.")],
    first: Annotated[str, typer.Option("--from", metavar="TIME", help="The first moment, local.")] = "20:30",
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="The last.")] = "00:30",
    every: Annotated[int, typer.Option("--every", min=1, help="Minutes between moments.")] = 30,
    spares: Annotated[
        float, typer.Option("--spares", min=0.01, max=1.0, help="The share of the dead in question.")
    ] = 0.5,
    only: Annotated[list[str] | None, typer.Option("--action", metavar="ID", help="Only this one; repeatable.")] = None,
    actions: Annotated[
        Path | None,
        typer.Option("--actions", metavar="FILE", help="Actions; actions.yaml beside the claims by default."),
    ] = None,
    n: Annotated[int, typer.Option("-n", min=2, help="Nights of a scenario.")] = 20,
    seed: Seed = 1,
    jobs: Jobs = 0,
    json: Json = False,
) -> None:
    """Until when could it still have been stopped? Deaths by the moment at which each action of each actor begins."""
    from functools import partial

    from sim import scenario as room
    from sim.experiment import last as looking
    from sim.experiment.ensemble import engine_run, processors
    from sim.experiment.verify import scenario_of
    from sim.recording import load, one_of_many
    from sim.report import text

    run, numbers, said = engine_run, range(n), f"{n} simulated nights of each, seed {seed}"
    if file.suffix == ".mcap":
        night = load(file)
        scenario, seed, said = scenario_of(night), int(night.meta["seed"]), one_of_many(night)
        run = partial(engine_run, history=int(night.meta["history"]))
        numbers = range(int(night.meta["replication"]), int(night.meta["replication"]) + 1)
    else:
        scenario = room.load(file)
    wanted = looking.actions(actions or _beside(scenario, file))
    unknown = sorted(set(only or ()) - {action.id for action in wanted})
    if unknown:
        raise room.ScenarioError([f"--action {unknown[0]}: is none; allowed: {', '.join(a.id for a in wanted)}"])
    wanted = [action for action in wanted if not only or action.id in only]
    when = looking.moments(scenario, first, until, every)

    def done(count: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\rmoment {count} of {len(when) * len(wanted)}", nl=count == len(when) * len(wanted), err=True)

    workers = jobs or (processors() if len(numbers) >= 8 else 1)
    plain, rows = looking.run(scenario, wanted, when, seed=seed, numbers=numbers, workers=workers, run=run, done=done)
    if json:
        out_json(looking.as_json(seed, spares, plain, rows))
    else:
        text.show(in_words(f"{scenario.title}\n{said}", wanted, plain, rows, spares))


def _beside(scenario: Scenario, file: Path) -> Path:
    """The actions that lie beside the claims of a scenario."""
    from sim.experiment.last import ACTIONS
    from sim.scenario import ScenarioError

    if scenario.claims_file is None:
        raise ScenarioError([f"{file}: names no claims beside which {ACTIONS} could lie; give --actions FILE"])
    return Path(scenario.folder) / Path(scenario.claims_file).parent / ACTIONS


def in_words(title: str, wanted: Sequence[Action], plain: At, rows: Mapping[str, Sequence[At]], share: float) -> Group:
    """The last moments, then deaths by moment for every action."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.experiment.last import last as last_of
    from sim.report import text

    one = len(plain.killed) == 1
    ends = []
    for action in wanted:
        found, column = last_of(plain, rows[action.id], share), rows[action.id]
        told = [_until(at, column) for at in ((found.surely,) if one else (found.surely, found.possibly))]
        ends.append((action.id, action.who, action.what, *told))
    heads = ("", "who", "what", "in this night") if one else ("", "who", "what", "surely", "possibly")
    parts: list[RenderableType] = [
        Text(title, style="bold"), Text(READ_ME), Text(""),
        text.table(f"The last moment at which it would still have spared {share:.0%} of the dead of both sides", heads,
                   ends, left=5),
    ]  # fmt: skip
    for start in range(0, len(wanted), BESIDE):
        some = wanted[start : start + BESIDE]
        curves = [
            (f"{row.when:%H:%M}", *(_dead(rows[action.id][k]) for action in some))
            for k, row in enumerate(rows[wanted[0].id])
        ]
        curves.append(("never", *(_dead(plain) for _ in some)))
        title = "Dead, attackers + defenders, by the moment at which it begins"
        parts += [Text(""), text.table(title, ("from", *(action.id for action in some)), curves)]
    return Group(*parts)


def _until(at: datetime | None, rows: Sequence[At]) -> str:
    if at is None:
        return f"before {rows[0].when:%H:%M}"
    return f"{at:%H:%M}" + (" or later" if at == rows[-1].when else "")


def _dead(row: At) -> str:
    """Means with the interval of both sides together; counts of one night."""
    from sim import stats
    from sim.report import people

    if len(row.killed) == 1:
        return f"{people.count(row.attackers[0])} + {people.count(row.defenders[0])}"
    bound = stats.mean_interval(row.killed)
    told = f"{people.mean(float(row.attackers.mean()))} + {people.mean(float(row.defenders.mean()))}"
    return told if bound is None or bound[0] == bound[1] else f"{told} ({people.between(max(bound[0], 0.0), bound[1])})"
