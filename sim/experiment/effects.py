"""What each factor does to the mean of a response: main effects, a second-order regression, paired contrasts.

The unit of analysis is the point mean, never the single run. In a design that samples a space (LHS, Sobol) the
interval comes from how far the means lie off the fitted surface, so it holds what the surface misses. In a design
that is the question itself (factorial, grid) every replication gives every effect once, and the interval is that of
those values: right under common luck too, where points are not independent. p-values are adjusted for how many are
looked at (Holm 1979): if nothing has an effect, the chance that anything is called clear is 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import fdtrc, stdtr

from sim import stats
from sim.experiment.compare import effect
from sim.experiment.design import Design
from sim.experiment.responses import Floats, NotEnough, Response

CLEAR = 0.05
ROUNDING = 1e-10
"""What is smaller than this beside the largest value is what is left of a difference of equal numbers."""
LEAST_RESIDUALS, LEAST_REPLICATIONS = 8, 5
POINTS_PER_TERM = 3
"""Points a sampled design must have for each term of a second-order surface: with fewer it is fitted to noise."""


@dataclass(frozen=True)
class Effect:
    """One term: how much the mean changes from the low to the high end (or from the first level to this one)."""

    term: str
    estimate: float
    low: float
    high: float
    p: float
    clear: bool
    """Whether it stands after adjusting for the number of terms."""


@dataclass(frozen=True)
class Fit:
    """A fitted surface."""

    effects: tuple[Effect, ...]
    n_points: int
    interval_from: str
    """`points` (distance from the surface) or `replications`."""
    r2: float
    r2_predicted: float | None
    """Of points left out one at a time; far below r2 means that the surface is fitted to noise."""
    left_out: tuple[str, ...] = ()
    """Factors whose squares and products were not looked at, since the points do not carry them all."""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def holm(p: Sequence[float]) -> list[float]:
    """p-values adjusted for their number."""
    order = np.argsort(p, kind="stable")
    out, worst = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - rank) * p[i]))
        out[i] = worst
    return out


def columns(design: Design) -> tuple[Floats, list[str], list[int]]:
    """(n_points, n_terms) of a linear model without its constant, names, and which factor each belongs to: a range
    from -1/2 to 1/2, levels as 0 and 1 against the first."""
    found, names, owners = list[Floats](), list[str](), list[int]()
    for j, factor in enumerate(design.factors):
        u = design.unit[:, j]
        if factor.numeric:
            width = factor.high - factor.low
            if factor.whole:
                found.append(np.array([(factor.number(float(v)) - factor.low) / width - 0.5 for v in u]))
            else:
                found.append(u - 0.5)
            names.append(factor.id)
            owners.append(j)
            continue
        levels = np.array([factor.level(float(v)) for v in u])
        for k, level in enumerate(factor.levels[1:], 1):
            found.append((levels == k).astype(float))
            names.append(f"{factor.id}={level.id}")
            owners.append(j)
    return np.column_stack(found), names, owners


def _t_p(t: Floats, df: float) -> list[float]:
    """Two-sided p of t values; 0 where there is an effect and no variance at all."""
    return [float(2.0 * stdtr(df, -abs(v))) if np.isfinite(v) else 0.0 for v in t]


def _over(estimate: Floats, se: Floats) -> Floats:
    """estimate / se; 0 where both vanish, infinite where only se does."""
    out = np.divide(estimate, se, out=np.full_like(estimate, np.inf), where=se > 0.0)
    return np.where((se == 0.0) & (np.abs(estimate) < 1e-12), 0.0, out)


def _effects(names: Sequence[str], estimate: Floats, se: Floats, df: float) -> tuple[Effect, ...]:
    p = _t_p(_over(estimate, se), df)
    half = stats.t_value(df, 0.95) * se
    return tuple(
        Effect(name, float(b), float(b - h), float(b + h), raw, adjusted < CLEAR)
        for name, b, h, raw, adjusted in zip(names, estimate, half, p, holm(p), strict=True)
    )


def fit(x: Floats, names: Sequence[str], response: Response, exact: bool) -> Fit:
    """Least squares of the point means on x (n_points, n_terms) and a constant; raises NotEnough."""
    known = response.n > 0
    y, x = response.mean[known], x[known]
    full = np.column_stack([np.ones(len(x)), x])
    if np.linalg.matrix_rank(full) < full.shape[1]:
        raise NotEnough(f"{len(x)} points do not tell {x.shape[1]} terms apart; a larger design does")
    solve = np.linalg.pinv(full)
    beta = solve @ y
    residual = y - full @ beta
    around = float(np.sum((y - y.mean()) ** 2))
    r2 = 1.0 - float(residual @ residual) / around if around > 0.0 else 1.0
    df = len(y) - full.shape[1]
    leverage = np.einsum("ij,ji->i", full, solve)
    press = None
    if df > 0 and around > 0.0 and np.all(leverage < 1.0 - 1e-9):
        press = 1.0 - float(np.sum((residual / (1.0 - leverage)) ** 2)) / around
    if exact:
        each = solve[1:] @ response.complete if known.all() else np.zeros((x.shape[1], 0))
        each = np.where(np.abs(each) < ROUNDING * np.abs(response.values).max(), 0.0, each)
        n = each.shape[1]
        if n < LEAST_REPLICATIONS:
            raise NotEnough(f"{n} replications are defined at every point; it takes {LEAST_REPLICATIONS}")
        se = np.std(each, axis=1, ddof=1) / n**0.5
        return Fit(_effects(names, each.mean(axis=1), se, n - 1.0), len(y), "replications", r2, press)
    if df < LEAST_RESIDUALS:
        need = full.shape[1] + LEAST_RESIDUALS
        raise NotEnough(f"{len(y)} points for {x.shape[1]} terms; it takes {need}")
    se = np.sqrt(np.diag(solve @ solve.T) * float(residual @ residual) / df)
    return Fit(_effects(names, beta[1:], se[1:], float(df)), len(y), "points", r2, press)


def main_effects(design: Design, response: Response, exact: bool) -> Fit:
    """Every factor by itself, from end to end of its range or against its first level."""
    x, names, _ = columns(design)
    return fit(x, names, response, exact)


def second_order(design: Design, response: Response, exact: bool) -> Fit:
    """Main effects, squares of ranges, and products of two factors.

    Where a sampled design has too few points for all of them, only those of factors with a clear effect of their own
    are looked at, the largest first, as many as there are points for. In a design without correlations an effect says
    nothing about the error of a product, so that choosing by it keeps the stated rate of false alarms.
    """
    every = list(range(len(design.factors)))
    x, called = _second_order_terms(design, every)
    if x.shape[1] == len(columns(design)[1]):
        raise NotEnough("one factor of two values has no squares and no products")
    kept = every if exact else _carried(design, response, len(called))
    x, called = _second_order_terms(design, kept)
    left = tuple(factor.id for j, factor in enumerate(design.factors) if j not in kept)
    return replace(fit(x, called, response, exact), left_out=left)


def _second_order_terms(design: Design, kept: Sequence[int]) -> tuple[Floats, list[str]]:
    """(n_points, n_terms) and names: main effects of all factors, squares and products of those kept."""
    x, names, owners = columns(design)
    more, called = list[Floats](), list[str]()
    for j, factor in enumerate(design.factors):
        if j in kept and factor.numeric and len(np.unique(design.unit[:, j])) > 2:
            at = owners.index(j)
            square = x[:, at] ** 2
            more.append(square - square.mean())
            called.append(f"{names[at]}^2")
    for a, b in combinations(range(len(names)), 2):
        if owners[a] != owners[b] and owners[a] in kept and owners[b] in kept:
            more.append((x[:, a] - x[:, a].mean()) * (x[:, b] - x[:, b].mean()))
            called.append(f"{names[a]} x {names[b]}")
    return np.column_stack([x, *more]), [*names, *called]


def _carried(design: Design, response: Response, n_terms: int) -> list[int]:
    """The factors whose squares and products the points can carry; raises NotEnough if there are none."""
    known = int(np.count_nonzero(response.n > 0))
    if known >= POINTS_PER_TERM * n_terms:
        return list(range(len(design.factors)))
    size: dict[int, float] = {}
    for owner, row in zip(columns(design)[2], main_effects(design, response, exact=False).effects, strict=True):
        if row.clear:
            size[owner] = max(size.get(owner, 0.0), abs(row.estimate))
    kept: list[int] = []
    for owner in sorted(size, key=lambda j: -size[j]):
        if known >= POINTS_PER_TERM * len(_second_order_terms(design, [*kept, owner])[1]):
            kept.append(owner)
    if not kept:
        raise NotEnough(
            f"{known} points do not carry squares and products of all factors, it takes {POINTS_PER_TERM * n_terms}"
            + ("" if size else "; and no factor has a clear effect of its own, so that its alone could be looked at")
        )
    return sorted(kept)


def spread_effects(design: Design, response: Response) -> Fit:
    """What each factor does to the log of the standard deviation within a point: where outcomes can be relied upon."""
    if response.truth:
        raise NotEnough("the spread of an event follows from its share")
    enough = response.n >= LEAST_REPLICATIONS
    if not enough.all():
        raise NotEnough(f"some points have fewer than {LEAST_REPLICATIONS} runs with a value")
    if np.any(response.variance <= 0.0):
        raise NotEnough("at some points nothing varies, so that there is no log of the spread")
    x, names, _ = columns(design)
    logs = Response(response.name, 0.5 * np.log(response.variance)[:, None], False)
    return fit(x, names, logs, exact=False)


def f_p(f: float, df1: float, df2: float) -> float:
    """P(F > f)."""
    return float(fdtrc(df1, df2, f))


# ---------------------------------------------------------------- paired contrasts


def contrasts(design: Design, response: Response) -> list[dict[str, Any]]:
    """Every level of every factor against its first (against the base, one at a time), paired by luck: each
    replication gives one difference, averaged over whatever else is varied. Raises NotEnough."""
    if design.kind not in ("factorial", "grid", "one_at_a_time"):
        raise NotEnough(f"the points of a {design.kind} design differ in more than one factor; a grid does not")
    if not design.common_luck:
        raise NotEnough("every point has luck of its own; `luck: common` pairs them")
    found = []
    for j, factor in enumerate(design.factors):
        column = design.unit[:, j]
        others = np.delete(design.unit, j, axis=1)
        if design.kind == "one_at_a_time":
            rows = [0, *np.flatnonzero(column != column[0])]
            groups = [(column[i], response.y[[i]]) for i in rows]
        else:
            order = np.lexsort(others.T) if others.shape[1] else np.arange(len(column))
            levels = np.unique(column)
            groups = [(u, response.y[order][column[order] == u]) for u in levels]
        first = groups[0]
        for u, y in groups[1:]:
            usable = np.isfinite(first[1]).all(axis=0) & np.isfinite(y).all(axis=0)
            a, b = (np.where(usable, group.mean(axis=0), np.nan) for group in (first[1], y))
            pair = effect(response.name, *([None if np.isnan(v) else float(v) for v in side] for side in (a, b)))
            found.append(
                {"factor": factor.id, "from": factor.value(float(first[0])), "to": factor.value(float(u))}
                | {key: getattr(pair, key) for key in ("n", "difference", "low", "high", "variance_reduction")}
            )
    return found
