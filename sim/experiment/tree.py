"""A partition tree of the point means that splits only on what chance would not show.

At every node each factor's best cut is compared with the best that the same values give in shuffled order, over all
factors and cuts at once. So with no effect anywhere the tree is a single leaf in 95 of 100 sweeps. After Hothorn,
Hornik & Zeileis, J. Comput. Graph. Stat. 15 (2006), with the cut statistic of Breiman et al., *CART* (1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.design import Design
from sim.experiment.effects import CLEAR
from sim.experiment.points import uniforms
from sim.experiment.responses import Floats, NotEnough, Response

SHUFFLES = 999
DEPTH = 4
LEAST_LEAF = 5
LEAST_POINTS = 20

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Node:
    """Points under some conditions; a leaf has no branches."""

    conditions: tuple[str, ...]
    points: tuple[int, ...]
    mean: float
    p: float | None
    """Of the split; None if none was tried."""
    yes: Node | None = None
    no: Node | None = None

    def leaves(self) -> list[Node]:
        """All leaves below, yes before no."""
        if self.yes is None or self.no is None:
            return [self]
        return self.yes.leaves() + self.no.leaves()

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        below = {"yes": self.yes.plain(), "no": self.no.plain()} if self.yes and self.no else {}
        return {
            "conditions": list(self.conditions), "points": len(self.points), "mean": self.mean, "p": self.p, **below,
        }  # fmt: skip


@dataclass(frozen=True)
class Cuts:
    """All ways to part n points in two by one factor: (n_cuts, n) sides and their words."""

    sides: Bools
    yes: tuple[str, ...]
    no: tuple[str, ...]


def cuts(design: Design, points: NDArray[np.intp]) -> Cuts:
    """Every cut that leaves LEAST_LEAF points on both sides: between neighbours of a range, one level off the rest."""
    sides, yes, no = list[Bools](), list[str](), list[str]()
    for j, factor in enumerate(design.factors):
        u = design.unit[points, j]
        if factor.levels:
            levels = np.array([factor.level(float(v)) for v in u])
            for k, level in enumerate(factor.levels):
                sides.append(levels == k)
                yes.append(f"{factor.id} = {level.id}")
                no.append(f"{factor.id} != {level.id}")
            continue
        values = np.array([factor.number(float(v)) for v in u])
        distinct = np.unique(values)
        for below, above in pairwise(distinct.tolist()):
            border = f"{(below + above) / 2.0:.4g} {factor.unit}".strip()
            sides.append(values <= below)
            yes.append(f"{factor.id} < {border}")
            no.append(f"{factor.id} > {border}")
    table = np.array(sides).reshape(len(sides), len(points))
    size = table.sum(axis=1)
    kept = (size >= LEAST_LEAF) & (len(points) - size >= LEAST_LEAF)
    pick = np.flatnonzero(kept)
    return Cuts(table[kept], tuple(yes[i] for i in pick), tuple(no[i] for i in pick))


def gains(sides: Bools, y: Floats) -> Floats:
    """(n_cuts, k) fall of the sum of squares by each cut, for columns of values y (n, k)."""
    centred = y - y.mean(axis=0)
    size = sides.sum(axis=1)[:, None]
    n = sides.shape[1]
    total = sides.astype(float) @ centred
    out: Floats = total**2 * n / (size * (n - size))
    return out


def grow(design: Design, response: Response) -> Node:
    """The tree of a response; raises NotEnough."""
    known = np.flatnonzero(response.n > 0)
    if len(known) < LEAST_POINTS:
        raise NotEnough(f"{len(known)} points; a tree takes {LEAST_POINTS} or more")
    return _node(design, response, known, (), 0)


def _node(
    design: Design, response: Response, points: NDArray[np.intp], conditions: tuple[str, ...], depth: int
) -> Node:
    y = response.mean[points]
    leaf = Node(conditions, tuple(points.tolist()), float(y.mean()), None)
    if depth == DEPTH or len(points) < 2 * LEAST_LEAF or np.all(y == y[0]):
        return leaf
    ways = cuts(design, points)
    if not len(ways.sides):
        return leaf
    n = len(points)
    name = f"tree/{response.name}/{'/'.join(conditions)}"
    order = np.argsort(uniforms(design.seed, name, 0, SHUFFLES * n).reshape(n, SHUFFLES), axis=0)
    found = gains(ways.sides, np.column_stack([y, y[order]]))
    best = int(np.argmax(found[:, 0]))
    reached = np.count_nonzero(found[:, 1:].max(axis=0) >= found[best, 0] * (1.0 - 1e-12))
    p = (1 + int(reached)) / (SHUFFLES + 1)
    if p > CLEAR:
        return Node(conditions, leaf.points, leaf.mean, p)
    side = ways.sides[best]
    yes = _node(design, response, points[side], narrowed(conditions, ways.yes[best]), depth + 1)
    no = _node(design, response, points[~side], narrowed(conditions, ways.no[best]), depth + 1)
    return Node(conditions, leaf.points, leaf.mean, p, yes, no)


def narrowed(conditions: tuple[str, ...], further: str) -> tuple[str, ...]:
    """Conditions and one more, which takes the place of those it implies: `x < 3` that of `x < 5`."""
    factor, sign, _ = further.split(" ", 2)
    implied = {"=": ("=", "!="), "!=": ()}.get(sign, (sign,))
    kept = (words for words in conditions if words.split(" ", 2)[0] != factor or words.split(" ", 2)[1] not in implied)
    return (*kept, further)
