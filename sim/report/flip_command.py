"""The command `khusham flip`: how far disputed inputs must move, inside their ranges, to reverse a headline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report.comparing import Jobs, Json, ScenarioFile, Seed, out_json

if TYPE_CHECKING:
    from rich.console import Group

    from sim.experiment.flip import Flip, Step

COUNTS = (1, 2, 4, 8, 16)
READ_ME = (
    "Inputs are moved together from their stated numbers towards the ends of their ranges that speak against the "
    "headline; 0 % is the scenario, 100 % the ends. Distance: the least part of the way looked at from which on fewer "
    "than half of the nights meet it, between where that is possible and where it is sure, by the 95 % interval of the "
    "share. The inputs are those that the stored screening ranks first; other moves were not tried."
)


def flip(
    scenario: ScenarioFile,
    headline: Annotated[str, typer.Option("--headline", help="hq_held, attackers_killed>=55, METRIC<=N.")] = "hq_held",
    steps: Annotated[int, typer.Option("--steps", min=2, help="Steps from the numbers to the ends.")] = 8,
    most: Annotated[int, typer.Option("--most", min=1, help="The most inputs moved together.")] = 16,
    n: Annotated[int, typer.Option("-n", min=2, help="Nights at every step, the same luck.")] = 32,
    seed: Seed = 1,
    jobs: Jobs = 0,
    json: Json = False,
) -> None:
    """The smallest change inside sourced ranges that reverses a headline. Exit 1 if none of those tried does."""
    from sim import scenario as room
    from sim.experiment import flip as looking
    from sim.experiment.ensemble import processors
    from sim.report import text

    told, wanted = room.load(scenario), looking.headline(headline)

    def done(count: int, fraction: float) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{count} inputs, {fraction:.0%} of the way   ", nl=False, err=True)

    workers = jobs or (processors() if n >= 8 else 1)
    counts = [count for count in COUNTS if count <= most]
    here, found = looking.run(told, wanted, counts, steps, seed=seed, n=n, workers=workers, done=done)
    if json:
        out_json(looking.as_json(wanted, seed, here, found))
    else:
        text.show(in_words(f"{told.title}\n{n} simulated nights at every step, seed {seed}", headline, here, found))
    raise typer.Exit(0 if any(one.distance is not None for one in found) else 1)


def in_words(title: str, headline: str, here: Step, found: Sequence[Flip]) -> Group:
    """Distances by how many inputs are moved, the way of the fewest that suffice, and the inputs."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.report import text

    rows = [
        (len(one.moved), _share(one.steps[-1]), _way(one.distance), _way(one.possibly), _way(one.surely))
        for one in found
    ]
    parts: list[RenderableType] = [
        Text(title, style="bold"), Text(READ_ME), Text(""),
        Text(f"Headline: {headline}. As the scenario stands: {_share(here)}."), Text(""),
        text.table("How far", ("inputs moved", "share met at the ends", "distance", "possibly", "surely"), rows),
    ]  # fmt: skip
    flips = [one for one in found if one.distance is not None]
    if not flips:
        return Group(*parts, Text("Nothing tried reverses it inside the ranges."))
    few = flips[0]
    far = few.distance or 0.0
    way = [(_way(step.fraction), _share(step)) for step in few.steps]
    moved = [
        (Text(row.dial.path), row.at(0.0), row.at(far), row.at(1.0), f"{row.rank_correlation:+.2f}")
        for row in few.moved
    ]
    parts += [
        Text(""), text.table(f"The way, {len(few.moved)} moved together", ("of the way", "share met"), way),
        Text(""), text.table("What is moved", ("input", "stated", "at the flip", "end", "rank correlation"), moved),
    ]  # fmt: skip
    return Group(*parts)


def _share(step: Step) -> str:
    low, high = step.interval
    return f"{step.met / step.n:.0%} ({low:.0%} to {high:.0%})"


def _way(fraction: float | None) -> str:
    return "not within the ranges" if fraction is None else f"{fraction:.0%}"
