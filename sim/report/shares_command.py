"""The command `khusham shares`: order-free shares of an effect over arms."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report.comparing import Jobs, Json, Seed, out_json

if TYPE_CHECKING:
    from rich.console import Group

    from sim.experiment.shares import Shares

USUAL = ("attackers_killed", "attackers_wounded", "vehicles_destroyed", "artillery_destroyed")


def shares(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario with all arms.")],
    without: Annotated[list[Path], typer.Argument(metavar="VARIANT...", help="Two to six, each without one arm.")],
    metrics: Annotated[list[str] | None, typer.Option("--metric", metavar="NAME", help="Repeatable.")] = None,
    n: Annotated[int, typer.Option("-n", min=2, help="Replications of each of the 2^k coalitions.")] = 30,
    seed: Seed = 1,
    jobs: Jobs = 0,
    json: Json = False,
) -> None:
    """Split an effect over arms in no order (Shapley): all coalitions of arms, under the same luck."""
    from sim.experiment import shares as room
    from sim.experiment.ensemble import processors
    from sim.metrics import METRICS
    from sim.report import text
    from sim.scenario import ScenarioError
    from sim.scenario.overlay import near

    names = list(metrics or USUAL)
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ScenarioError(
            [f"--metric {name}: there is no such metric{near(name, list(METRICS))}" for name in unknown]
        )
    arms, made = room.scenarios(scenario, without)

    def done(count: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\rcoalition {count} of {len(made)}", nl=count == len(made), err=True)

    workers = jobs or (processors() if n >= 16 else 1)
    worth = room.run(made, names, seed=seed, n=n, workers=workers, done=done)
    found = [room.shares(name, arms, worth[name]) for name in names]
    if json:
        out_json(room.as_json(seed, found))
    else:
        text.show(in_words(found))


def in_words(found: Sequence[Shares]) -> Group:
    """A table for each metric; people are told in tenths, as means are."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.report import text

    count = f"{found[0].n} simulated nights of each of {2 ** len(found[0].shares)} coalitions"
    parts: list[RenderableType] = [Text(f"Shares of arms in no order (Shapley); {count}, the same luck.", style="bold")]
    for one in found:
        whole = one.everything - one.nothing
        known = one.whole_low is not None and one.whole_high is not None and one.whole_low * one.whole_high > 0.0
        rows = [
            (row.arm, f"{row.share:.1f}", f"{row.low:.1f} to {row.high:.1f}",
             f"{row.share / whole:.0%}" if known else "-", f"{row.alone:.1f}", f"{row.last:.1f}")
            for row in one.shares
        ]  # fmt: skip
        title = f"{one.metric.replace('_', ' ')}: {one.nothing:.1f} without any, {one.everything:.1f} with all"
        parts += [
            "",
            text.table(title, ("arm", "share", "95 %", "of the whole", "alone", "if it alone is missing"), rows),
        ]
    return Group(*parts)
