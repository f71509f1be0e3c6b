"""Two kinds of uncertainty taken apart: what of a spread is dice, and what is history.

Nights are nested: each of h histories (one draw of every disputed input and latent state) is run with m dice. One-way
analysis of variance with random effects then gives the two parts: within = mean variance among the dice of a history;
between = (variance of the histories' means) - within / m, cut at zero. The share of history has a bootstrap interval
over histories (percentile, 400 resamples, addressed draws). Which dispute matters: the rank correlation (Spearman) of
a history's mean with each dial, those that stand out against all dials tried at once (Holm, 5 %) being called clear.
Source: Searle, Casella & McCulloch, Variance Components (1992), section 3.6; Holm, Scand. J. Statist. 6 (1979).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import metrics
from sim.draws import Draws, Purpose, key
from sim.experiment import uncertain
from sim.experiment.ensemble import engine_run
from sim.metrics import Value

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = NDArray[np.float64]
RESAMPLES = 400
LEAST_HISTORIES = 20


@dataclass(frozen=True)
class Parts:
    """The spread of one metric. Standard deviations in its unit; shares of the variance."""

    metric: str
    n: int
    mean: float
    sd_dice: float
    sd_history: float
    history_share: float
    low: float
    high: float


@dataclass(frozen=True)
class Dispute:
    """One disputed input beside one metric."""

    path: str
    rank_correlation: float
    p: float
    clear: bool


@dataclass(frozen=True)
class Nested:
    """h histories of m dice: settings of each, metrics of each night."""

    seed: int
    paths: tuple[str, ...]
    dials: Floats
    """(h, n_dials) where each history set each dial, as the uniform it was drawn with."""
    nights: tuple[tuple[dict[str, Value | None], ...], ...]
    """(h, m)"""

    def values(self, metric: str) -> Floats:
        """(h, m), NaN where a night has no value."""
        return np.array([[_number(night[metric]) for night in row] for row in self.nights])


def _number(value: Value | None) -> float:
    return np.nan if value is None or isinstance(value, str) else float(value)


def one_history(scenario: Scenario, seed: int, history: int, dice: Sequence[int]) -> list[dict[str, Value | None]]:
    """The nights of one history: its inputs, its latent states, and the given dice."""
    drawn = uncertain.drawn(scenario, seed, history)
    return [
        metrics.measure(engine_run(drawn, seed=seed, replication=n, history=history, record="events")) for n in dice
    ]


def nested(
    scenario: Scenario, *, seed: int, histories: int, dice: int, workers: int = 1,
    done: Callable[[int], None] = lambda n: None,
) -> Nested:  # fmt: skip
    """Runs h x m nights. The dice of a history are its own, so that no two nights share any."""
    told = uncertain.dials(scenario)
    rows: list[list[dict[str, Value | None]]] = []
    jobs = [(scenario, seed, h, range(h * dice, (h + 1) * dice)) for h in range(histories)]
    if workers < 2:
        for count, job in enumerate(jobs, start=1):
            rows.append(one_history(*job))
            done(count)
    else:
        with ProcessPoolExecutor(workers) as pool:
            for count, row in enumerate(pool.map(one_history, *zip(*jobs, strict=True)), start=1):
                rows.append(row)
                done(count)
    luck = [[uncertain.luck_of(seed, h, dial.path) for dial in told] for h in range(histories)]
    return Nested(seed, tuple(dial.path for dial in told), np.array(luck), tuple(tuple(row) for row in rows))


def components(values: Floats) -> tuple[float, float]:
    """(within, between) variance of (h, m) values, between cut at zero; needs m >= 2."""
    within = float(np.mean(np.var(values, axis=1, ddof=1)))
    between = float(np.var(values.mean(axis=1), ddof=1)) - within / values.shape[1]
    return within, max(between, 0.0)


def parts(found: Nested, metric: str) -> Parts | None:
    """What is dice and what history; None with fewer than LEAST_HISTORIES whole histories or without any spread."""
    values = found.values(metric)
    values = values[~np.isnan(values).any(axis=1)]
    h = len(values)
    if h < LEAST_HISTORIES or values.shape[1] < 2 or not np.ptp(values):
        return None
    within, between = components(values)
    luck = Draws(found.seed, 0).block(Purpose.AUDIT, key(f"spread/{metric}"), 0, RESAMPLES * h).reshape(RESAMPLES, h)
    shares = []
    for row in (luck * h).astype(int):
        a, b = components(values[row])
        shares.append(b / (a + b) if a + b else 0.0)
    low, high = np.quantile(shares, (0.025, 0.975))
    share = between / (within + between)
    return Parts(metric, h, float(values.mean()), within**0.5, between**0.5, share, float(low), float(high))


def disputes(found: Nested, metric: str) -> list[Dispute]:
    """Every dial by how strongly the histories' means follow it, the strongest first."""
    from scipy.stats import spearmanr

    from sim.experiment.effects import holm

    values = found.values(metric)
    known = ~np.isnan(values).all(axis=1)
    if np.count_nonzero(known) < LEAST_HISTORIES:
        return []
    means = np.nanmean(values[known], axis=1)
    if not np.ptp(means):
        return []
    tested = [spearmanr(found.dials[known, n], means) for n in range(len(found.paths))]
    adjusted = holm([float(one.pvalue) for one in tested])
    rows = [
        Dispute(path, float(one.statistic), float(one.pvalue), bool(ad < 0.05))
        for path, one, ad in zip(found.paths, tested, adjusted, strict=True)
    ]
    return sorted(rows, key=lambda row: -abs(row.rank_correlation))


def as_json(scenario: str, found: Nested, names: Sequence[str]) -> dict[str, Any]:
    """What `khusham run --uncertain --json` prints: exact."""
    split = {name: parts(found, name) for name in names}
    return {
        "schema": 1, "scenario": scenario, "seed": found.seed, "histories": len(found.nights),
        "dice": len(found.nights[0]), "dials": len(found.paths),
        "spread": {name: None if one is None else vars(one) for name, one in split.items()},
        "disputes": {name: [vars(row) for row in disputes(found, name)[:20]] for name in names},
        "nights": [[dict(night) for night in row] for row in found.nights],
    }  # fmt: skip


def screening(scenario: Scenario, found: Nested, names: Sequence[str]) -> dict[str, Any]:
    """What `explain` reads: for every metric the rank correlation of each dial, and whether it stands out."""
    rows = {
        name: {
            row.path: [round(row.rank_correlation, 3), row.clear] for row in sorted(disputes(found, name), key=_path)
        }
        for name in names
    }
    return {
        "schema": 1, "scenario": scenario.id, "sha256": scenario.sha256, "seed": found.seed,
        "histories": len(found.nights), "dice": len(found.nights[0]), "metrics": rows,
    }  # fmt: skip


def _path(row: Dispute) -> str:
    return row.path
