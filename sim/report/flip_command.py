"""The command `khusham flip`: how far disputed inputs must move, inside their ranges, to reverse a headline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report.columns import Beside
from sim.report.comparing import Jobs, Json, ScenarioFile, Seed

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

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
    beside: Beside = None,
    json: Json = False,
) -> None:
    """The smallest change inside sourced ranges that reverses a headline. Exit 1 if none of those tried does."""
    from sim.experiment import flip as looking
    from sim.experiment.ensemble import processors
    from sim.report import columns, out

    told, wanted = columns.loaded(scenario, beside), looking.headline(headline)

    def done(count: int, fraction: float) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{count} inputs, {fraction:.0%} of the way   ", nl=False, err=True)

    workers = jobs or (processors() if n >= 8 else 1)
    counts = [count for count in COUNTS if count <= most]
    answers = [looking.run(one, wanted, counts, steps, seed=seed, n=n, workers=workers, done=done) for one in told]
    if json:
        bodies = [
            {"scenario": one.id} | looking.as_json(wanted, seed, *row) for one, row in zip(told, answers, strict=True)
        ]
        out.columns_as_json(bodies, told)
    else:
        title = columns.titles(told, f"{n} simulated nights at every step, seed {seed}")
        out.show(in_words(title, headline, columns.heads(told), answers), *told)
    raise typer.Exit(0 if any(one.distance is not None for _, found in answers for one in found) else 1)


def in_words(title: str, headline: str, heads: Sequence[str], answers: Sequence[tuple[Step, Sequence[Flip]]]) -> Group:
    """Distances by how many inputs are moved, the way of the fewest that suffice, and the inputs; of several scenarios
    the distances in columns, the ways one after the other."""
    from rich.console import Group
    from rich.text import Text

    from sim.report import text

    here = "; ".join(
        (f"{name} {_share(step)}" if len(heads) > 1 else _share(step))
        for name, (step, _) in zip(heads, answers, strict=True)
    )
    parts: list[RenderableType] = [
        Text(title, style="bold"), Text(READ_ME), Text(""),
        Text(f"Headline: {headline}. Nights that meet it as the scenario stands: {here}."), Text(""),
    ]  # fmt: skip
    if len(heads) == 1:
        names: tuple[str, ...] = ("inputs moved", "share met at the ends", "distance", "possibly", "surely")
        rows: list[tuple[object, ...]] = [
            (len(one.moved), _share(one.steps[-1]), _way(one.distance), _way(one.possibly), _way(one.surely))
            for one in answers[0][1]
        ]
        parts.append(text.table("How far", names, rows))
    else:
        every = [
            (len(one.moved), *(_distance(found[k]) for _, found in answers)) for k, one in enumerate(answers[0][1])
        ]
        parts.append(text.table("How far: distance (possibly to surely)", ("inputs moved", *heads), every))
    for name, (_, found) in zip(heads, answers, strict=True):
        parts += _fewest(f"{name}: " if len(heads) > 1 else "", found)
    return Group(*parts)


def _fewest(of: str, found: Sequence[Flip]) -> list[RenderableType]:
    """The way of the fewest inputs that suffice, and where they go."""
    from rich.text import Text

    from sim.report import text

    few = next((one for one in found if one.distance is not None), None)
    if few is None:
        return [Text(""), Text(f"{of}Nothing tried reverses it inside the ranges.")]
    far = few.distance or 0.0
    way = [(_way(step.fraction), _share(step)) for step in few.steps]
    moved = [
        (Text(row.dial.path), row.at(0.0), row.at(far), row.at(1.0), f"{row.rank_correlation:+.2f}")
        for row in few.moved
    ]
    return [
        Text(""), text.table(f"{of}The way, {len(few.moved)} moved together", ("of the way", "share met"), way),
        Text(""),
        text.table(f"{of}What is moved", ("input", "stated", "at the flip", "end", "rank correlation"), moved),
    ]  # fmt: skip


def _distance(flip: Flip) -> str:
    if flip.distance is None:
        return f"not within the ranges; {_share(flip.steps[-1])} at the ends"
    return f"{_way(flip.distance)} ({_way(flip.possibly)} to {_way(flip.surely)})"


def _share(step: Step) -> str:
    low, high = step.interval
    return f"{step.met / step.n:.0%} ({low:.0%} to {high:.0%})"


def _way(fraction: float | None) -> str:
    return "not within the ranges" if fraction is None else f"{fraction:.0%}"
