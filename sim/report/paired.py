"""Two scenarios under the same luck, in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from sim.experiment.compare import Effect
from sim.metrics.people import STATES
from sim.metrics.view import SIDES
from sim.metrics.words import between, label, mean
from sim.report.text import table

READ_FIRST = (
    "attackers_killed", "attackers_wounded", "defenders_killed", "defenders_wounded", "tanks_destroyed",
    "artillery_destroyed", "rounds_within_500m_before_reply", "hq_held",
)  # fmt: skip
"""What the one line speaks of."""


def reading(effects: Sequence[Effect]) -> str:
    """Which of the numbers people ask for first clearly differ, people in whole numbers; and whether strengths do."""
    told = [
        f"{label(e.metric)} {mean(e.metric, e.difference, '+')} ({between(e.metric, e.low, e.high, '+')})"
        for e in effects
        if e.clear and e.metric in READ_FIRST
    ]
    differ = sum(1 for e in effects if e.changed)
    first = ", ".join(told) or "nothing that people ask for first"
    return " ".join([f"Clear: {first}. {differ} of {len(effects)} metrics differ somewhere.", *strengths(effects)])


def cells(e: Effect) -> tuple[str, ...]:
    """A, B, B - A and its interval; people rounded, spans in words."""
    return (mean(e.metric, e.mean_a), mean(e.metric, e.mean_b), mean(e.metric, e.difference, "+"),
            between(e.metric, e.low, e.high, "+"))  # fmt: skip


def comparison(names: tuple[str, str], n: int, effects: Sequence[Effect], same: bool, everything: bool) -> Group:
    """B against A under the same luck: the metrics that differ in any pair, or all."""
    rows = [(label(e.metric), *cells(e), e.variance_reduction, e.changed) for e in effects if everything or e.changed]
    verdict = "Every pair is the same run, event by event." if same else reading(effects)
    heads = ("metric", "A", "B", "B - A", "95 %", "variance reduction", "pairs that differ")
    rest: list[RenderableType] = [Text(""), table("", heads, rows)] if rows else []
    return Group(
        Text(
            f"A  {names[0]}\nB  {names[1]}\n{n} pairs of simulated nights under the same luck; 95 % intervals of the "
            "mean (all alike: every pair differs by the same). People are rounded; --json is exact.",
            style="bold",
        ),
        Text(verdict), *rest,
    )  # fmt: skip


def strengths(effects: Sequence[Effect]) -> list[str]:
    """A sentence for each side that is not equally strong in A and B: its unhurt differ for that alone."""
    of = {e.metric: e for e in effects}
    told = []
    for side in SIDES:
        states = [of[f"{side}_{state}"] for state in STATES]
        a, b = (round(sum(means)) for means in ([e.mean_a or 0 for e in states], [e.mean_b or 0 for e in states]))
        if a != b:
            told.append(f"A has {a} {side} and B {b}: the unhurt differ by that too.")
    return told


def transferred(
    title: str, names: Sequence[str], n: int, effects: Sequence[Sequence[Effect]], everything: bool
) -> Group:  # fmt: skip
    """The same change made to several scenarios: its effect in each, side by side."""
    found = [{e.metric: e for e in column} for column in effects]
    known = list(dict.fromkeys(name for column in found for name in column))
    rows = [
        (label(name), *(_effect(column.get(name)) for column in found))
        for name in known
        if everything or any(name in column and column[name].changed for column in found)
    ]
    head = f"{n} pairs of simulated nights of each under the same luck: difference of means (95 %)."
    heads = [f"{name}: {reading(column)}" for name, column in zip(names, effects, strict=True)]
    return Group(
        Text(f"{title}\n{head} People are rounded; --json is exact.", style="bold"), *map(Text, heads), Text(""),
        table("", ("metric", *names), rows),
    )  # fmt: skip


def _effect(e: Effect | None) -> str:
    if e is None or e.difference is None:
        return "-"
    *_, difference, bound = cells(e)
    return f"{difference} ({bound})"
