"""What is left of the ranges, given the fitted rows: approximate Bayesian computation by rejection.

Every point of the design is a draw from the ranges of the factors. A night that meets all fitted rows at once keeps its
point; what is kept is a sample of what the inputs may be, given those rows (Tavaré et al., Genetics 145, 1997; the
acceptance kernel is the rows' own bands). A point is kept for one night and judged by another with other luck: no
night judges itself. `python -m benchmarks.calibration` makes the runs and writes the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.claims import Claim, Record, judging
from sim.experiment.effects import holm
from sim.experiment.points import uniforms
from sim.experiment.responses import Runs

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

FITTED = {"about 100": ("C02", "C17", "C34"), "more than 100": ("C31", "C17", "C34")}
"""The rows of a fit. Two statements of the same toll are two fits, never one."""

RESAMPLES = 400
CLEAR = 0.05


class Share(judging.Share):
    """A share as a table says it."""

    @property
    def words(self) -> str:
        """In whole percent, with its interval; a dash of nothing."""
        if not self.n:
            return "-"
        low, high = self.interval
        return f"{100 * self.share:.0f}% ({100 * low:.0f}-{100 * high:.0f})"


@dataclass(frozen=True)
class Marginal:
    """One factor: where what is kept lies in its range, and whether the rows say anything about it."""

    factor: str
    q5: float
    q50: float
    q95: float
    p: float
    """Of an even spread over the range (Kolmogorov-Smirnov), adjusted for all factors (Holm)."""

    @property
    def clear(self) -> bool:
        """Whether the fitted rows narrow it."""
        return self.p < CLEAR


@dataclass(frozen=True)
class Pair:
    """Two factors that make up for each other: rank correlation of what is kept, 95 % interval over points."""

    one: str
    other: str
    rank_correlation: float
    low: float
    high: float


@dataclass(frozen=True)
class Fit:
    """The nights of one scenario with the rows of one fit."""

    runs: Runs
    record: Record
    rows: tuple[str, ...]

    @cached_property
    def nights(self) -> list[list[dict[str, Any]]]:
        """(n_points, nights) metrics."""
        names = self.runs.metrics
        found: list[list[dict[str, Any]]] = [[] for _ in range(self.runs.design.n_points)]
        values = [self.runs.columns[name] for name in names]
        for at, point in enumerate(self.runs.columns["point"]):
            found[point].append({name: column[at] for name, column in zip(names, values, strict=True)})
        return found

    def meets(self, claim: Claim) -> Bools:
        """(n_points, nights) which nights meet a statement."""
        test = claim.test
        assert test is not None
        return np.array([[test.holds(night) for night in row] for row in self.nights])

    @cached_property
    def kept(self) -> Bools:
        """(n_points, nights) which nights keep their point: all fitted rows at once."""
        return np.logical_and.reduce([self.meets(self.record.by_id(name)) for name in self.rows])

    def unit(self, points: NDArray[np.intp]) -> Floats:
        """(n_kept, n_factors) where in their ranges these points lie, each as often as its nights kept it."""
        return self.runs.design.unit[np.repeat(points, self.kept[points].sum(axis=1))]

    @cached_property
    def checks(self) -> tuple[Claim, ...]:
        """The rows of role `check`: no part of the fit."""
        return tuple(claim for claim in self.record.tested if claim.role == "check")

    def judged(self, meets: Bools) -> Bools:
        """What the other night says at every point that a night has kept: (n_kept,)."""
        return np.concatenate([meets[self.kept[:, night], 1 - night] for night in (0, 1)])

    def before(self, meets: Bools) -> Share:
        """Share of all nights: what the ranges alone give."""
        return Share(int(meets.sum()), meets.size)

    def after(self, meets: Bools) -> Share:
        """Share of the judging nights: what the fit gives."""
        found = self.judged(meets)
        return Share(int(found.sum()), len(found))

    def marginals(self) -> list[Marginal]:
        """Every factor, whether it is learnt or not."""
        return together([self])

    def pairs(self) -> list[Pair]:
        """Every two factors whose kept values are tied more than chance ties them (interval without 0), the most tied
        first. The interval is a percentile bootstrap over the kept points, since the nights of one are not two."""
        from scipy.stats import spearmanr

        names = [factor.id for factor in self.runs.design.factors]
        points = np.flatnonzero(self.kept.any(axis=1))
        n = len(points)
        luck = uniforms(self.runs.design.seed, f"fit/pairs/{'/'.join(self.rows)}", 0, RESAMPLES * n)
        again = points[(luck.reshape(RESAMPLES, n) * n).astype(int)]
        ties = np.array([spearmanr(self.unit(row)).statistic for row in again])
        known = spearmanr(self.unit(points)).statistic
        found = []
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True):
            low, high = np.quantile(ties[:, i, j], (0.025, 0.975))
            if low > 0.0 or high < 0.0:
                found.append(Pair(names[i], names[j], float(known[i, j]), float(low), float(high)))
        return sorted(found, key=lambda pair: -abs(pair.rank_correlation))

    def cells(self, one: str, other: str, bins: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(bins, bins) nights that meet all fitted rows, and nights, by equal parts of the ranges of two factors."""
        names = [factor.id for factor in self.runs.design.factors]
        place = np.minimum(
            (self.runs.design.unit[:, [names.index(one), names.index(other)]] * bins).astype(int), bins - 1
        )
        kept, all_ = np.zeros((bins, bins), dtype=np.int64), np.zeros((bins, bins), dtype=np.int64)
        np.add.at(kept, tuple(place.T), self.kept.sum(axis=1))
        np.add.at(all_, tuple(place.T), self.kept.shape[1])
        return kept, all_


def together(fits: Sequence[Fit]) -> list[Marginal]:
    """Every factor over what several scenarios keep of the same points, whether the rows narrow it or not. Narrowed is
    asked of the points that any night kept, each once: nights of one point are no evidence of their own."""
    from scipy.stats import kstest

    design = fits[0].runs.design
    ever = np.logical_or.reduce([fit.kept.any(axis=1) for fit in fits])
    adjusted = holm([float(kstest(column, "uniform").pvalue) for column in design.unit[ever].T])
    unit = np.concatenate([fit.unit(np.flatnonzero(fit.kept.any(axis=1))) for fit in fits])
    spread = np.quantile(unit, (0.05, 0.5, 0.95), axis=0)
    return [
        Marginal(factor.id, *(factor.number(float(u)) for u in spread[:, j]), adjusted[j])
        for j, factor in enumerate(design.factors)
    ]


def compatible(record: Record, claims: Sequence[Claim]) -> list[Claim]:
    """The rows that one night could meet together: those without a denier among them."""
    return [one for one in claims if not any(record.denies(one.id, other.id) for other in claims)]
