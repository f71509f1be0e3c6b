"""What is near a place, without a look at what is far: the ground in squares, and what can ever be in each.

The squares only sort out; whoever asks still measures. So their size alters nothing but the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Clock
from sim.legs import Legs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Square = tuple[int, int]
SQUARE_M = 40_000.0
"""A side: wider than a battle, so that one square, or two, hold all of it."""


def square(x: float, y: float) -> Square:
    """The square in which a place (m) lies."""
    return floor(x / SQUARE_M), floor(y / SQUARE_M)


def squares(x0: float, y0: float, x1: float, y1: float) -> list[Square]:
    """Those which a box (m) touches."""
    (i0, j0), (i1, j1) = square(x0, y0), square(x1, y1)
    return [(i0, j0)] if (i0, j0) == (i1, j1) else [(i, j) for i in range(i0, i1 + 1) for j in range(j0, j1 + 1)]


def gaps(box: Floats, at: Square) -> Floats:
    """(n,) least distances, m, from a square to the boxes (n, 4: least x, y, largest x, y)."""
    x, y = at[0] * SQUARE_M, at[1] * SQUARE_M
    return box_gaps(box, x, y, x + SQUARE_M, y + SQUARE_M)


def box_gaps(box: Floats, x0: float, y0: float, x1: float, y1: float) -> Floats:
    """(n,) least distances, m, from one box to others (n, 4: least x, y, largest x, y)."""
    dx = np.maximum(np.maximum(box[:, 0] - x1, x0 - box[:, 2]), 0.0)
    dy = np.maximum(np.maximum(box[:, 1] - y1, y0 - box[:, 3]), 0.0)
    return np.asarray(np.hypot(dx, dy), dtype=np.float64)


def least_gaps(at: Floats, places: Floats) -> Floats:
    """(k,) distances, m, from `places` (k, 2) to the nearest of `at` (n, 2); inf where there is none."""
    if not len(at):
        return np.full(len(places), np.inf)
    gap = places.T[:, :, None] - at.T[:, None]
    gap *= gap
    d2 = gap[0]
    d2 += gap[1]
    least: Floats = np.sqrt(np.minimum.reduce(d2, axis=1))
    return least


class Troops:
    """The ground units of each side, by the squares that their corridors come near."""

    def __init__(self, legs: Legs, clock: Clock, box: Floats, present: Bools, of_side: list[Bools]):
        """box: (n, 4) where each unit can ever be; present, of_side: (n,) who is there, whose it is."""
        self._legs, self._clock, self._box, self._present, self._of_side = legs, clock, box, present, of_side
        self._there: dict[tuple[int, Square, float], NDArray[np.int64]] = {}

    def forget(self) -> None:
        """One has come or gone."""
        self._there.clear()

    def about(self, side: int, at: Square, within_m: float) -> NDArray[np.int64]:
        """Those that are there and may come within so many m of a square."""
        found = self._there.get((side, at, within_m))
        if found is None:
            near = self._of_side[side] & self._present & (gaps(self._box, at) <= within_m)
            found = self._there[(side, at, within_m)] = near.nonzero()[0]
        return found

    def nearest(self, side: int, places: Floats, within_m: float) -> list[float]:
        """`World.nearest_own`."""
        groups: dict[Square, list[int]] = {}
        for i, (x, y) in enumerate(places.tolist()):
            groups.setdefault(square(x, y), []).append(i)
        found = np.empty(len(places))
        for at, rows in groups.items():
            own = self._legs.at_many(self.about(side, at, within_m), self._clock.now_ms)
            if len(groups) == 1:  # as in a single battle
                found = least_gaps(own, places)
            else:
                found[rows] = least_gaps(own, places[rows])
        out: list[float] = found.tolist()
        return out


class Discs:
    """Circles on the ground, each with what belongs to it."""

    def __init__(self, rows: Iterable[tuple[float, float, float, Any]] = ()):
        """rows: x, y, radius (m), and the thing."""
        self._of: dict[Square, dict[int, Any]] = {}
        self._next = 0
        for row in rows:
            self.add(*row)

    def add(self, x: float, y: float, radius_m: float, thing: Any) -> None:
        """One more."""
        for at in squares(x - radius_m, y - radius_m, x + radius_m, y + radius_m):
            self._of.setdefault(at, {})[self._next] = thing
        self._next += 1

    def remove(self, thing: Any) -> None:
        """One less."""
        for rows in self._of.values():
            for number in [number for number, other in rows.items() if other is thing]:
                del rows[number]

    def about(self, x0: float, y0: float, x1: float, y1: float) -> list[Any]:
        """All that may touch the box, in the order in which they were added; others may be among them."""
        some = squares(x0, y0, x1, y1)
        if len(some) == 1:
            return list(self._of.get(some[0], {}).values())
        found: dict[int, Any] = {}
        for at in some:
            found |= self._of.get(at, {})
        return [found[number] for number in sorted(found)]
