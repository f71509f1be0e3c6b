"""How much of the variance each factor accounts for: first-order indices, Sobol's pair of indices, Morris' screening.

All on the means of the replications of a point. Total effects of single runs are refused: in a stochastic simulation
the luck of two runs differs whatever the factors do, and Jansen's estimator counts that luck as interaction, so that a
factor without any effect gets a large total index. First-order indices suffer too, but towards zero.
Sources: Saltelli et al., CPC 181 (2010); Jansen 1999; Kelley 1935 (epsilon squared); Morris 1991.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ncfdtr

from sim import stats
from sim.experiment.design import Design
from sim.experiment.effects import CLEAR, f_p, holm
from sim.experiment.points import uniforms
from sim.experiment.responses import Floats, NotEnough, Response

RESAMPLES = 1000
MOST_NOISE = 0.05
"""Largest share of luck in the variance of the point means with which total indices are given."""
PER_BIN = 8
"""Points in a bin of a range, at least."""


@dataclass(frozen=True)
class Index:
    """Share of the variance of the point means, with its 95 % interval."""

    factor: str
    share: float
    low: float
    high: float
    p: float | None = None
    clear: bool | None = None
    total: float | None = None
    total_low: float | None = None
    total_high: float | None = None


@dataclass(frozen=True)
class Screening:
    """Morris: mean, mean size and standard deviation of the elementary effects, and how sure the mean size is."""

    factor: str
    mu: float
    mu_star: float
    low: float
    high: float
    sigma: float


def _groups(design: Design, j: int, known: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Which bin of factor j each known point lies in: levels and whole numbers as they are, ranges in equal parts."""
    factor, u = design.factors[j], design.unit[known.astype(bool), j]
    if factor.levels:
        return np.array([factor.level(float(v)) for v in u])
    most = max(2, min(32, len(u) // PER_BIN))
    values = np.array([factor.number(float(v)) for v in u])
    distinct = np.unique(values)
    if len(distinct) <= most:
        return np.searchsorted(distinct, values)
    rank = np.searchsorted(np.sort(values), values, side="left")
    return np.asarray(rank * most // len(u))


def first_order(design: Design, response: Response) -> list[Index]:
    """Share of the variance of the means that each factor alone accounts for, from any design that samples the space:
    between-bin over total, freed of what chance alone would give; interval from the noncentral F law."""
    known = response.n > 0
    y = response.mean[known]
    if len(y) < 4 * PER_BIN:
        raise NotEnough(f"{len(y)} points; shares of variance take {4 * PER_BIN} or more")
    around = float(np.sum((y - y.mean()) ** 2))
    if around == 0.0:
        raise NotEnough("nothing varies between the points")
    found: list[tuple[float, float, float, float]] = []
    for j in range(len(design.factors)):
        groups = _groups(design, j, known.astype(float))
        sizes = np.bincount(groups)
        means = np.bincount(groups, y) / np.maximum(sizes, 1)
        between = float(np.sum(sizes * (means - y.mean()) ** 2))
        df1, df2 = float(np.count_nonzero(sizes) - 1), float(len(y) - np.count_nonzero(sizes))
        if df1 < 1.0 or df2 < 1.0:
            raise NotEnough(f"{design.factors[j].id} takes one value, or as many as there are points")
        within = max(around - between, 1e-6 * around) / df2  # the noncentral F knows no more digits
        f = between / df1 / within
        low, high = (_share(f, df1, df2, q) for q in (0.975, 0.025))
        found.append((1.0 - within / (around / (len(y) - 1.0)), low, high, f_p(f, df1, df2)))
    adjusted = holm([row[3] for row in found])
    return [
        Index(factor.id, share, low, high, p, ad < CLEAR)
        for factor, (share, low, high, p), ad in zip(design.factors, found, adjusted, strict=True)
    ]


def _share(f: float, df1: float, df2: float, q: float) -> float:
    """Share of variance at which P(F < f) = q under the noncentral law; 0 if no share is so unlikely."""

    def gap(centre: float) -> float:
        return float(ncfdtr(df1, df2, centre, f)) - q

    if gap(0.0) <= 0.0:
        return 0.0
    high = max(1.0, f * df1)
    while gap(high) > 0.0:
        high *= 2.0
    centre = float(brentq(gap, 0.0, high))
    return centre / (centre + df1 + df2 + 1.0)


def sobol(design: Design, response: Response) -> list[Index]:
    """First-order and total indices from a `saltelli` design; raises NotEnough where luck would pass for effect."""
    if design.kind != "saltelli":
        raise NotEnough(f"total effects need the points of a `saltelli` design, this is {design.kind}")
    noise = response.noise_share
    if noise is None:
        raise NotEnough(
            "total effects of single runs are refused: the luck of a run would be counted as interaction, and a factor "
            "without any effect would get a large index; give every point replications"
        )
    if noise > MOST_NOISE:
        times = int(np.ceil(noise / MOST_NOISE))
        raise NotEnough(
            f"{100 * noise:.0f} % of the variance between the points is luck, and every total index would be too large "
            f"by about as much; it takes about {times} times as many replications"
        )
    d = len(design.factors)
    blocks = response.mean.reshape(d + 2, -1)
    if not np.isfinite(blocks).all():
        raise NotEnough("at some points no run has a value")
    n = blocks.shape[1]
    picks = (uniforms(design.seed, f"sobol/{response.name}", 0, RESAMPLES * n).reshape(RESAMPLES, n) * n).astype(int)
    first, total = _indices(blocks[:, None, :])
    firsts, totals = _indices(blocks[:, picks])
    found = []
    for j, factor in enumerate(design.factors):
        (low, high), (t_low, t_high) = (np.quantile(boot[j], (0.025, 0.975)) for boot in (firsts, totals))
        found.append(
            Index(
                factor.id, float(first[j, 0]), float(low), float(high),
                total=float(total[j, 0]), total_low=float(t_low), total_high=float(t_high),
            )
        )  # fmt: skip
    return found


def _indices(blocks: Floats) -> tuple[Floats, Floats]:
    """(d, resamples) first-order (Saltelli 2010) and total (Jansen) indices of blocks (d + 2, resamples, n)."""
    a, b, mixed = blocks[0], blocks[1], blocks[2:]
    both = np.concatenate([a, b], axis=-1)
    variance = np.var(both, axis=-1)
    centre = both.mean(axis=-1, keepdims=True)
    first = np.mean((b - centre) * (mixed - a), axis=-1) / variance
    total = 0.5 * np.mean((a - mixed) ** 2, axis=-1) / variance
    return first, total


def morris(design: Design, response: Response) -> list[Screening]:
    """Elementary effects over the whole range of each factor, from a `morris` design."""
    if design.kind != "morris":
        raise NotEnough(f"elementary effects need the points of a `morris` design, this is {design.kind}")
    d = len(design.factors)
    unit = design.unit.reshape(-1, d + 1, d)
    y = response.mean.reshape(-1, d + 1)
    if not np.isfinite(y).all():
        raise NotEnough("at some points no run has a value")
    if len(y) < 4:
        raise NotEnough(f"{len(y)} trajectories; it takes 4 or more")
    steps = np.diff(unit, axis=1)
    moved = np.argmax(np.abs(steps), axis=2)
    each = np.diff(y, axis=1) / np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    found = []
    for j, factor in enumerate(design.factors):
        effects = each[moved == j]
        interval = stats.mean_interval(np.abs(effects))
        assert interval is not None
        found.append(
            Screening(
                factor.id, float(effects.mean()), float(np.abs(effects).mean()), max(0.0, interval.low), interval.high,
                float(effects.std(ddof=1)),
            )
        )  # fmt: skip
    return found
