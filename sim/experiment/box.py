"""Where an event happens: a box of factor settings, found on half of the points and judged on the other half.

Patient rule induction (Friedman & Fisher, Stat. Comput. 9, 1999): peel a tenth of the points off one side at a time,
whichever raises the share of the event most for each point given up. Of the boxes on the way the one with the best
harmonic mean of coverage (share of all events that lie inside) and density (share of events inside) is kept; a side
that chance explains as well is opened again (Bryant & Lempert 2010). What is printed was measured on the points that
the search did not see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from sim import stats
from sim.experiment.design import Design
from sim.experiment.points import permutation
from sim.experiment.responses import Floats, NotEnough, Response

PEEL = 0.1
LEAST_INSIDE = 6
LEAST_POINTS, LEAST_EVENTS = 32, 20

Bools = NDArray[np.bool_]
Side = tuple[int, str, float]
"""Factor, `from`, `to` or `not`, and the number or the level it speaks of."""


@dataclass(frozen=True)
class Box:
    """A region of the factors, and how often the event happens there."""

    conditions: tuple[str, ...]
    points: int
    """Points of the half not searched that lie inside."""
    density: float
    low: float
    high: float
    """95 % interval of the density, over points."""
    coverage: float
    base: float
    """How often the event happens anywhere."""


def values(design: Design) -> Floats:
    """(n_points, n_factors): numbers of ranges, positions of levels."""
    columns = [
        [factor.number(float(u)) if factor.numeric else float(factor.level(float(u))) for u in design.unit[:, j]]
        for j, factor in enumerate(design.factors)
    ]
    return np.array(columns).T


def inside(x: Floats, sides: list[Side]) -> Bools:
    """(n_points,) which lie within all sides."""
    found = np.ones(len(x), dtype=bool)
    for j, way, at in sides:
        found &= (x[:, j] >= at) if way == "from" else (x[:, j] <= at) if way == "to" else (x[:, j] != at)
    return found


def find(design: Design, response: Response) -> Box:
    """The box of an event; raises NotEnough."""
    if not response.truth:
        raise NotEnough(f"{response.name} is no event; a box is of an event, as `attackers_killed>150`")
    known = np.flatnonzero(response.n > 0)
    events, runs = float(np.nansum(response.y)), int(np.count_nonzero(np.isfinite(response.y)))
    if len(known) < LEAST_POINTS:
        raise NotEnough(f"{len(known)} points; a box takes {LEAST_POINTS} or more")
    if min(events, runs - events) < LEAST_EVENTS:
        raise NotEnough(f"it happened in {events:.0f} of {runs} runs; a box takes {LEAST_EVENTS} of either outcome")
    x, share = values(design), response.mean
    order = known[permutation(design.seed, f"box/{response.name}", 0, len(known))]
    search, judge = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    sides = _opened(design, x[search], share[search], _peeled(design, x[search], share[search]))
    held = inside(x[judge], sides)
    base = float(share[judge].mean())
    if not sides:
        raise NotEnough(f"no region was found in which it is more frequent than anywhere ({100 * base:.0f} %)")
    if np.count_nonzero(held) < LEAST_INSIDE:
        raise NotEnough(f"{np.count_nonzero(held)} points to judge it by lie inside; it takes {LEAST_INSIDE}")
    there = share[judge][held]
    interval = stats.mean_interval(there)
    assert interval is not None
    total = float(share[judge].sum())
    return Box(
        tuple(_words(design, side) for side in _merged(sides)), len(there), float(there.mean()),
        max(0.0, interval.low), min(1.0, interval.high), float(there.sum()) / total if total else 0.0, base,
    )  # fmt: skip


def _peeled(design: Design, x: Floats, share: Floats) -> list[Side]:
    """The sides of the best box on the way in."""
    sides: list[Side] = []
    best: tuple[float, list[Side]] = (_merit(share, np.ones(len(x), dtype=bool)), [])
    while True:
        now = inside(x, sides)
        options = [
            side for side in _options(design, x, now) if np.count_nonzero(inside(x, [*sides, side])) >= LEAST_INSIDE
        ]
        if not options:
            return best[1]
        rises = [_rise(share, now, inside(x, [*sides, side])) for side in options]
        sides = [*sides, options[int(np.argmax(rises))]]
        merit = _merit(share, inside(x, sides))
        if merit > best[0]:
            best = (merit, sides)


def _rise(share: Floats, now: Bools, then: Bools) -> float:
    """By how much the density rises for every point given up, so that a whole level must earn its size."""
    gone = int(np.count_nonzero(now) - np.count_nonzero(then))
    return (float(share[then].mean()) - float(share[now].mean())) / max(gone, 1)


def _options(design: Design, x: Floats, now: Bools) -> list[Side]:
    """What can be peeled off a box: the lowest or highest tenth of a range, or one level."""
    found: list[Side] = []
    for j, factor in enumerate(design.factors):
        here = np.sort(x[now, j])
        if factor.levels:
            found += [(j, "not", float(level)) for level in np.unique(here)] if here[0] != here[-1] else []
            continue
        off = max(1, int(PEEL * len(here)))
        above, below = here[here > here[off - 1]], here[here < here[-off]]
        found += [(j, "from", float(above[0]))] if len(above) else []
        found += [(j, "to", float(below[-1]))] if len(below) else []
    return found


def _merit(share: Floats, held: Bools) -> float:
    """Harmonic mean of coverage and density."""
    events = float(share[held].sum())
    return 2.0 * events / (float(share.sum()) + np.count_nonzero(held)) if events else 0.0


def _merged(sides: list[Side]) -> list[Side]:
    """One side for each end of a factor, the innermost."""
    last = {(j, way, at if way == "not" else None): (j, way, at) for j, way, at in sides}
    return sorted(last.values())


def _opened(design: Design, x: Floats, share: Floats, sides: list[Side]) -> list[Side]:
    """The sides that chance does not explain: without it, how likely are as many events as inside?"""
    kept = _merged(sides)
    for side in list(kept):
        others = [other for other in kept if other != side]
        wide, narrow = inside(x, others), inside(x, kept)
        n, rate = int(np.count_nonzero(narrow)), float(share[wide].mean())
        events = int(np.floor(float(share[narrow].sum())))
        if bdtrc(events - 1.0, n, rate) > 0.05 if events else True:
            kept = others
    return kept


def _words(design: Design, side: Side) -> str:
    j, way, at = side
    factor = design.factors[j]
    if way == "not":
        return f"{factor.id} != {factor.levels[int(at)].id}"
    return f"{factor.id} {'>=' if way == 'from' else '<='} {at:.4g} {factor.unit}".strip()
