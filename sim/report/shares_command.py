"""The command `khusham shares`: order-free shares of an effect over arms."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report.columns import Beside
from sim.report.comparing import Jobs, Json, Seed

if TYPE_CHECKING:
    from rich.console import Group

    from sim.experiment.shares import Share, Shares
    from sim.scenario import Scenario

USUAL = ("attackers_killed", "attackers_wounded", "vehicles_destroyed", "artillery_destroyed")


def shares(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario with all arms.")],
    without: Annotated[list[Path], typer.Argument(metavar="VARIANT...", help="Two to six, each without one arm.")],
    metrics: Annotated[list[str] | None, typer.Option("--metric", metavar="NAME", help="Repeatable.")] = None,
    n: Annotated[int, typer.Option("-n", min=2, help="Replications of each of the 2^k coalitions.")] = 30,
    seed: Seed = 1,
    jobs: Jobs = 0,
    beside: Beside = None,
    json: Json = False,
) -> None:
    """Split an effect over arms in no order (Shapley): all coalitions of arms, under the same luck. With --beside, the
    same arms are taken from these scenarios too."""
    from functools import partial

    from sim.experiment import shares as room
    from sim.experiment.ensemble import processors
    from sim.metrics import METRICS
    from sim.report import columns, out
    from sim.scenario import ScenarioError
    from sim.scenario.overlay import near

    names = list(metrics or USUAL)
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ScenarioError(
            [f"--metric {name}: there is no such metric{near(name, list(METRICS))}" for name in unknown]
        )
    told = columns.loaded(scenario, beside)
    made = [room.scenarios(scenario, without, place) for place in (None, *(beside or ()))]
    workers = jobs or (processors() if n >= 16 else 1)
    answers = []
    for one, (arms, coalitions) in zip(told, made, strict=True):
        done = partial(_progress, one.id, len(coalitions))
        worth = room.run(coalitions, names, seed=seed, n=n, workers=workers, done=done)
        answers.append([room.shares(name, arms, worth[name]) for name in names])
    if json:
        bodies = [{"scenario": one.id} | room.as_json(seed, row) for one, row in zip(told, answers, strict=True)]
        out.columns_as_json(bodies, told)
    else:
        out.show(in_words(told, answers, seed), *told)


def _progress(name: str, coalitions: int, count: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{name}: coalition {count} of {coalitions}", nl=count == coalitions, err=True)


def in_words(scenarios: Sequence[Scenario], answers: Sequence[Sequence[Shares]], seed: int) -> Group:
    """A table for each metric; of several scenarios a column for each share."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.metrics import words
    from sim.report import columns, text

    first = answers[0][0]
    count = f"{first.n} simulated nights of each of {2 ** len(first.shares)} coalitions, seed {seed}, the same luck"
    parts: list[RenderableType] = [
        Text(columns.titles(scenarios, f"Shares of arms in no order (Shapley); {count}."), style="bold"),
        Text("Means, with their 95 % interval. A share is what an arm adds, averaged over all orders in which the arms "
             "could have come; shares sum to the whole. People are rounded; --json is exact."),
    ]  # fmt: skip
    heads = columns.heads(scenarios)
    for k, one in enumerate(answers[0]):
        found = [answer[k] for answer in answers]
        if len(found) == 1:
            title = f"{words.label(one.metric)}: {_ends(one)}"
            rows: list[tuple[str, ...]] = [
                (row.arm, *_share(one, row), words.mean(one.metric, row.alone), words.mean(one.metric, row.last))
                for row in one.shares
            ]
            names: tuple[str, ...] = ("arm", "share", "95 %", "of the whole", "alone", "if it alone is missing")
        else:
            title = f"{words.label(one.metric)}: share (95 %), of the whole"
            rows = [
                (row.arm, *("{} ({}), {}".format(*_share(other, other.shares[n])) for other in found))
                for n, row in enumerate(one.shares)
            ]
            rows.append(("all of them", *map(_ends, found)))
            names = ("arm", *heads)
        parts += ["", text.table(title, names, rows)]
    return Group(*parts)


def _ends(one: Shares) -> str:
    from sim.metrics import words

    return f"{words.mean(one.metric, one.nothing)} without any, {words.mean(one.metric, one.everything)} with all"


def _share(one: Shares, row: Share) -> tuple[str, str, str]:
    """Share, interval, part of the whole; that last only where the whole is surely not nothing."""
    from sim.metrics import words

    whole = one.everything - one.nothing
    known = one.whole_low is not None and one.whole_high is not None and one.whole_low * one.whole_high > 0.0
    between = words.between(one.metric, row.low, row.high)
    return words.mean(one.metric, row.share), between, f"{row.share / whole:.0%}" if known else "-"
