"""Two scenarios under the same luck, in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from sim.experiment.compare import Effect
from sim.report.text import table

READ_FIRST = (
    "attackers_killed", "attackers_wounded", "defenders_killed", "defenders_wounded", "tanks_destroyed",
    "artillery_destroyed", "rounds_within_500m_before_reply", "hq_held",
)  # fmt: skip
"""What the one line speaks of."""


def reading(effects: Sequence[Effect]) -> str:
    """One line: which of the numbers people ask for first clearly differ, people in whole numbers."""
    told = []
    for e in effects:
        if e.clear and e.metric in READ_FIRST:
            words = e.metric.replace("_", " ")
            if e.metric == "hq_held":
                told.append(f"{words} {e.difference:+.0%} ({e.low:+.0%} to {e.high:+.0%})")
            else:
                told.append(f"{words} {_people(e.difference)} ({_people(e.low)} to {_people(e.high)})")
    differ = sum(1 for e in effects if e.changed)
    first = ", ".join(told) or "nothing that people ask for first"
    return f"Clear: {first}. {differ} of {len(effects)} metrics differ somewhere."


def _people(value: float | None) -> str:
    """A mean difference of people or rounds: whole, or in tenths below ten."""
    assert value is not None
    return f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.1f}"


def comparison(first: str, second: str, n: int, effects: Sequence[Effect], same: bool, everything: bool) -> Group:
    """B against A under the same luck: the metrics that differ in any pair, or all."""
    rows = [
        (e.metric, e.mean_a, e.mean_b, e.difference, e.low, e.high, e.variance_reduction, e.changed)
        for e in effects
        if everything or e.changed
    ]
    verdict = "Every pair is the same run, event by event." if same else reading(effects)
    columns = ("metric", "A", "B", "B - A", "low", "high", "variance reduction", "pairs that differ")
    return Group(
        Text(
            f"A  {first}\nB  {second}\n{n} pairs of simulated nights under the same luck; 95 % intervals of the mean.",
            style="bold",
        ),
        Text(verdict),
        "",
        table("", columns, rows),
    )
