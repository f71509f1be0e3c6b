"""Two scenarios under the same luck: what differs, how surely, and what the common luck was worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim import metrics, stats
from sim.experiment.ensemble import Ensemble
from sim.metrics import Value


@dataclass(frozen=True)
class Effect:
    """One metric of B minus A over the replications in which both have it."""

    metric: str
    n: int
    mean_a: float | None
    mean_b: float | None
    difference: float | None
    low: float | None
    high: float | None
    variance_reduction: float | None
    """How many times more independent runs the same precision would take; None if it cannot be had."""
    changed: int
    """Replications in which the two differ, undefined against defined included."""

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def effect(metric: str, first: Sequence[Value | None], second: Sequence[Value | None]) -> Effect:
    """B - A of one metric; pairs in which either is undefined are left out of the mean and counted as changed if
    only one is."""
    changed = sum(a != b for a, b in zip(first, second, strict=True))
    pairs = [
        (float(a), float(b))
        for a, b in zip(first, second, strict=True)
        if not (a is None or b is None or isinstance(a, str) or isinstance(b, str))
    ]
    if not pairs:
        return Effect(metric, 0, None, None, None, None, None, None, changed)
    a, b = zip(*pairs, strict=True)
    found = stats.paired(a, b)
    low, high = found.interval or (None, None)
    bought = stats.variance_reduction(a, b)
    if bought is not None and bought == float("inf"):
        bought = None
    n = len(pairs)
    return Effect(metric, n, sum(a) / n, sum(b) / n, found.mean, low, high, bought, changed)


def compare(first: Ensemble, second: Ensemble) -> list[Effect]:
    """Every metric of `second` against `first`, paired by replication. Metrics that are words count as one metric
    for each word, 1 where it was said."""
    numbers = [run.replication for run in first.runs]
    if numbers != [run.replication for run in second.runs] or first.seed != second.seed:
        raise ValueError("only the same replications of one seed can be paired")
    effects = []
    for name in metrics.METRICS:
        a, b = first.column(name), second.column(name)
        words = sorted({v for v in (*a, *b) if isinstance(v, str)})
        if not words:
            effects.append(effect(name, a, b))
        for word in words:
            said = [[None if v is None else v == word for v in column] for column in (a, b)]
            effects.append(effect(f"{name}={word}", *said))
    return effects


def identical(first: Ensemble, second: Ensemble) -> bool:
    """Whether every pair of runs is the same run, event by event."""
    return all(a.digest == b.digest for a, b in zip(first.runs, second.runs, strict=True))


def as_json(first: str, second: str, seed: int, effects: Sequence[Effect], same: bool) -> dict[str, Any]:
    """What `khusham compare --json` prints."""
    fields = ("n", "mean_a", "mean_b", "difference", "low", "high", "variance_reduction", "changed")
    return {
        "schema": 1,
        "a": first,
        "b": second,
        "seed": seed,
        "identical": same,
        "effects": {e.metric: {f: getattr(e, f) for f in fields} for e in effects},
    }
