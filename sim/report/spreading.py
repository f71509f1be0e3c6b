"""`khusham run --uncertain`: what of the spread is dice and what is history, and which dispute matters."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from sim.report import columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Group

    from sim.experiment.spread import Nested
    from sim.scenario import Scenario

SHOWN = (
    "attackers_killed", "attackers_wounded", "sdf_wounded", "defenders_killed", "tanks_destroyed",
    "artillery_destroyed", "rounds_within_500m_before_reply", "strike_duration_s", "closest_approach_m", "hq_held",
)  # fmt: skip
RANKED = ("attackers_killed", "rounds_within_500m_before_reply", "hq_held")
MOST = 6


def uncertain(
    scenarios: Sequence[Scenario], seed: int, n: int, dice: int, jobs: int, json: bool, output: Path | None
) -> None:
    """Runs n nights of each, `dice` of each history, and tells; `output` gets what each dispute moves in the first,
    for `explain`."""
    import json as js

    from sim.experiment import spread
    from sim.experiment.ensemble import processors
    from sim.report import out
    from sim.scenario import ScenarioError

    histories = n // dice
    if histories < 2:
        raise ScenarioError([f"-n {n}: with --dice {dice} this is {histories} histories; it takes two or more"])

    def done(count: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\rhistory {count} of {histories}", nl=count == histories, err=True)

    workers = jobs or (processors() if n >= 16 else 1)
    found = [
        spread.nested(one, seed=seed, histories=histories, dice=dice, workers=workers, done=done) for one in scenarios
    ]
    if output is not None:
        body = spread.screening(scenarios[0], found[0], SHOWN)
        output.write_text(js.dumps(body, indent=1) + "\n", "utf-8")
        typer.echo(f"wrote {output}", err=True)
    if json:
        bodies = [spread.as_json(one.id, nested, SHOWN) for one, nested in zip(scenarios, found, strict=True)]
        out.columns_as_json(bodies, scenarios)
    else:
        told = in_words(scenarios[0].title, found[0]) if len(found) == 1 else beside(scenarios, found)
        out.show(told, *scenarios)


def beside(scenarios: Sequence[Scenario], found: Sequence[Nested]) -> Group:
    """Several scenarios: of every metric the mean and history's share, of every dispute its correlation, in columns."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.experiment import spread
    from sim.metrics import words
    from sim.report import text

    heads, first = columns.heads(scenarios), found[0]
    said = f"{len(first.nights)} histories of {len(first.nights[0])} dice of each, simulated, seed {first.seed}"
    rows = []
    for name in SHOWN:
        cells = []
        for one in (spread.parts(nested, name) for nested in found):
            told = "-"
            if one is not None:
                told = f"{words.mean(name, one.mean)}; {one.history_share:.0%} ({one.low:.0%} to {one.high:.0%})"
            cells.append(told)
        rows.append((words.label(name), *cells))
    title = f"Mean; history's share of the variance (95 %); a dash below {spread.LEAST_HISTORIES} histories with values"
    parts: list[RenderableType] = [
        Text(columns.titles(scenarios, said), style="bold"), "", text.table(title, ("metric", *heads), rows),
    ]  # fmt: skip
    for name in RANKED:
        ranked = [spread.disputes(nested, name) for nested in found]
        first_of_all = dict.fromkeys(row.path for column in ranked for row in column[:MOST])
        of = [
            {row.path: f"{row.rank_correlation:+.2f}{' clear' if row.clear else ''}" for row in column}
            for column in ranked
        ]
        listed = [(Text(path), *(column.get(path, "-") for column in of)) for path in first_of_all]
        if listed:
            title = f"Which dispute moves {words.label(name)}: rank correlation, clear against all tried at once"
            parts += ["", text.table(title, ("input", *heads), listed)]
    return Group(*parts)


def in_words(title: str, found: Nested) -> Group:
    """Spread by metric, then the disputes that stand out."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    from sim.experiment import spread
    from sim.metrics import words
    from sim.report import text

    h, m = len(found.nights), len(found.nights[0])
    head = (
        f"{title}\n{h} histories of {m} dice, simulated, seed {found.seed}; {len(found.paths)} disputed inputs drawn."
    )
    rows, refused = list[tuple[object, ...]](), list[str]()
    for name in SHOWN:
        one = spread.parts(found, name)
        if one is None:
            refused.append(words.label(name))
            continue
        between = f"{one.low:.0%} to {one.high:.0%}"
        means = [words.mean(name, value) for value in (one.mean, one.sd_dice, one.sd_history)]
        rows.append((words.label(name), *means, f"{one.history_share:.0%}", between, one.n))
    heads = ("metric", "mean", "sd of the dice", "sd of history", "history's share", "95 %", "histories")
    parts: list[RenderableType] = [Text(head, style="bold")]
    if rows:
        parts += ["", text.table("Dice and history", heads, rows)]
    least = spread.LEAST_HISTORIES
    if h < least:
        parts.append(Text(f"It takes {least} histories to split a spread: give -n {least * m} or more."))
    elif refused:
        parts.append(Text(f"Nothing to split, or fewer than {least} histories with values: {', '.join(refused)}."))
    for name in RANKED:
        ranked = spread.disputes(found, name)
        if not ranked:
            continue
        clear = [row for row in ranked if row.clear]
        told = [(Text(row.path), f"{row.rank_correlation:+.2f}", row.clear) for row in ranked[:MOST]]
        parts += [
            "",
            text.table(f"Which dispute moves {words.label(name)}", ("input", "rank correlation", "clear"), told),
        ]
        if not clear:
            parts.append(
                Text(f"None stands out against {len(ranked)} tried at once: not enough histories to rank them.")
            )
    return Group(*parts)
