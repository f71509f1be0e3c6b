"""The command `khusham last`: until when each action could still have spared a share of the dead."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report.columns import Beside
from sim.report.comparing import Jobs, Json, Seed

if TYPE_CHECKING:
    from rich.console import Group

    from sim.experiment.last import Action, At
    from sim.scenario import Scenario

READ_ME = (
    "If the action had begun at that moment, all else and all luck being equal: the dead of the attackers + of the "
    "defenders"
)
OF_MANY = (
    ", means with the 95 % interval of both together. Surely: the whole interval of what is left over the share lies "
    "at or below nothing; possibly: its low end does"
)
TRIED = " Tried every {every:.0f} minutes from {first} to {last}: the last moment lies before the next one tried."
SOBER = " Simulated under these inputs; nobody is at fault by it, and nobody is said to have known."
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
    beside: Beside = None,
    json: Json = False,
) -> None:
    """Until when could it still have been stopped? Deaths by the moment at which each action of each actor begins."""
    from functools import partial

    from sim import scenario as room
    from sim.experiment import last as looking
    from sim.experiment.ensemble import engine_run, processors
    from sim.experiment.verify import scenario_of
    from sim.recording import load, one_of_many
    from sim.report import columns, out
    from sim.scenario.overlay import near, some

    run, numbers, said = engine_run, range(n), f"{n} simulated nights of each, seed {seed}"
    if file.suffix == ".mcap":
        if beside:
            raise room.ScenarioError([f"{file}: one recorded night has no columns beside it; give its scenario"])
        night = load(file)
        told, seed, said = [scenario_of(night)], int(night.meta["seed"]), one_of_many(night)
        run = partial(engine_run, history=int(night.meta["history"]))
        numbers = range(int(night.meta["replication"]), int(night.meta["replication"]) + 1)
    else:
        told = columns.loaded(file, beside)
    wanted = looking.actions(actions or _beside(told[0], file))
    unknown = sorted(set(only or ()) - {action.id for action in wanted})
    if unknown:
        known = [action.id for action in wanted]
        raise room.ScenarioError([f"--action {unknown[0]}: is none; allowed: {some(known)}{near(unknown[0], known)}"])
    wanted = [action for action in wanted if not only or action.id in only]
    when = looking.moments(told[0], first, until, every)
    workers = jobs or (processors() if len(numbers) >= 8 else 1)
    curves = []
    for one in told:
        done = partial(_progress, one.id, len(when) * len(wanted))
        found = looking.run(one, wanted, when, seed=seed, numbers=numbers, workers=workers, run=run, done=done)
        curves.append(Curves(one, *found))
    if json:
        bodies = [{"scenario": c.scenario.id} | looking.as_json(seed, spares, c.plain, c.rows) for c in curves]
        out.columns_as_json(bodies, told)
    else:
        out.show(in_words(said, wanted, curves, spares), *told)


def _progress(name: str, moments: int, count: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{name}: moment {count} of {moments}", nl=count == moments, err=True)


def _beside(scenario: Scenario, file: Path) -> Path:
    """The actions that lie beside the claims of a scenario."""
    from sim.experiment.last import ACTIONS
    from sim.scenario import ScenarioError

    if scenario.claims_file is None:
        raise ScenarioError([f"{file}: names no claims beside which {ACTIONS} could lie; give --actions FILE"])
    return Path(scenario.folder) / Path(scenario.claims_file).parent / ACTIONS


@dataclass(frozen=True)
class Curves:
    """The dead of a scenario if nobody does anything, and by action and moment."""

    scenario: Scenario
    plain: At
    rows: Mapping[str, Sequence[At]]


def in_words(said: str, wanted: Sequence[Action], found: Sequence[Curves], share: float) -> Group:
    """The last moments, then deaths by moment for every action; of several scenarios a column for each."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.report import columns, text

    scenarios = [one.scenario for one in found]
    heads = columns.heads(scenarios)
    of = "" if len(found[0].plain.killed) > 1 else f" ({said})"
    parts: list[RenderableType] = [
        Text(columns.titles(scenarios, said), style="bold"), Text(_read_me(found[0])), Text(""),
        _ends(wanted, found, heads, share, of),
    ]  # fmt: skip
    if len(found) > 1:
        tables = [
            (f"{action.id}, {action.what}", [(name, one, action.id) for name, one in zip(heads, found, strict=True)])
            for action in wanted
        ]
    else:
        named = [(action.id, found[0], action.id) for action in wanted]
        tables = [("all else being equal", named[k : k + BESIDE]) for k in range(0, len(named), BESIDE)]
    for what, cells in tables:
        curves = [
            (f"{row.when:%H:%M}", *(_dead(one.rows[action][k]) for _, one, action in cells))
            for k, row in enumerate(found[0].rows[wanted[0].id])
        ]
        curves.append(("never", *(_dead(one.plain) for _, one, _ in cells)))
        title = f"Dead, attackers + defenders, by the moment at which it begins: {what}{of}"
        parts += [Text(""), text.table(title, ("from", *(name for name, _, _ in cells)), curves)]
    return Group(*parts)


def _read_me(found: Curves) -> str:
    """How to read the tables: those of one night have neither means nor intervals."""
    when = [row.when for row in next(iter(found.rows.values()))]
    tried = (
        f" Tried at {when[0]:%H:%M}."
        if len(when) == 1
        else TRIED.format(
            every=(when[1] - when[0]).total_seconds() / 60, first=f"{when[0]:%H:%M}", last=f"{when[-1]:%H:%M}"
        )
    )
    return READ_ME + (OF_MANY if len(found.plain.killed) > 1 else "") + "." + tried + SOBER


def _ends(wanted: Sequence[Action], found: Sequence[Curves], heads: Sequence[str], share: float, of: str) -> Group:
    """Of every action the last moment that still spares a share of the dead; `of` says of which night, if of one."""
    from sim.experiment.last import last as last_of
    from sim.report import text

    one_night = len(found[0].plain.killed) == 1
    rows = []
    for action in wanted:
        told: list[str] = []
        for one in found:
            column, end = one.rows[action.id], last_of(one.plain, one.rows[action.id], share)
            ends = [_until(at, column) for at in ((end.surely,) if one_night else (end.surely, end.possibly))]
            told += [" / ".join(ends)] if len(found) > 1 else ends
        rows.append((action.id, action.who, action.what, *told))
    if len(found) > 1:
        names: tuple[str, ...] = tuple(f"{head}: surely / possibly" for head in heads)
    else:
        names = ("in this night",) if one_night else ("surely", "possibly")
    title = f"The last moment at which it would still have spared {share:.0%} of the dead of both sides{of}"
    return text.table(title, ("", "who", "what", *names), rows, left=9)


def _until(at: datetime | None, rows: Sequence[At]) -> str:
    if at is None:
        return f"at no moment from {rows[0].when:%H:%M} on"
    return f"{at:%H:%M}" + (" or later" if at == rows[-1].when else "")


def _dead(row: At) -> str:
    """Means with the interval of both sides together; counts of one night."""
    from sim import stats
    from sim.metrics import hurt

    if len(row.killed) == 1:
        return f"{hurt.count(row.attackers[0])} + {hurt.count(row.defenders[0])}"
    bound = stats.mean_interval(row.killed)
    told = f"{hurt.mean(float(row.attackers.mean()))} + {hurt.mean(float(row.defenders.mean()))}"
    return told if bound is None or bound[0] == bound[1] else f"{told} ({hurt.between(max(bound[0], 0.0), bound[1])})"
