"""Room for everyone: overlapping symbols are pushed apart, labels take the first free place. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.theme import Rect

Floats = NDArray[np.float64]
GAP, ROUNDS, LEADER_PX, SLACK = 3.0, 80, 7.0, 24.0


class Spread:
    """Boxes being pushed apart, some rounds at a time: along the smaller overlap, in list order.

    The same boxes always end in the same places. Who may meet whom is listed with some slack, and listed anew only
    when somebody has moved that far.
    """

    def __init__(self, centres: Floats, sizes: Floats, gap: float = GAP) -> None:
        self.at = np.array(centres, dtype=np.float64)
        self.sizes, self.gap = sizes, gap
        self.rounds, self.done = 0, len(self.at) < 2
        self._listed: Floats | None = None

    def step(self, rounds: int) -> bool:
        """So many rounds more, fewer when all is well; whether it is."""
        for _ in range(rounds):
            if self.done:
                break
            self.done = not self._round()
            self.rounds += 1
        return self.done

    def _list(self) -> None:
        """Pairs (i before j along x) that meet or might soon."""
        n, at = len(self.at), self.at
        order = np.argsort(at[:, 0], kind="stable")
        xs = at[order, 0]
        last = np.searchsorted(xs, xs + float(self.sizes[:, 0].max()) + self.gap + SLACK, side="right")
        counts = last - np.arange(n) - 1
        left = np.repeat(np.arange(n), counts)
        step = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        i, j = order[left], order[left + step]
        need = (self.sizes[i] + self.sizes[j]) / 2 + self.gap
        near = (np.abs(at[j] - at[i]) < need + SLACK).all(axis=1)
        i, j = np.minimum(i, j)[near], np.maximum(i, j)[near]
        self._i, self._j, self._need, self._listed = i, j, need[near], at.copy()

    def _round(self) -> bool:
        if self._listed is None or np.abs(self.at - self._listed).max() > SLACK / 2:
            self._list()
        i, j = self._i, self._j
        apart = self.at[j] - self.at[i]
        over = self._need - np.abs(apart)
        hit = np.flatnonzero((over[:, 0] > 0.25) & (over[:, 1] > 0.25))
        if not len(hit):
            return False
        i, j, apart, over = i[hit], j[hit], apart[hit], over[hit]
        push = np.where(apart >= 0, over, -over) * 0.5
        along_x = over[:, 0] < over[:, 1]
        n = len(self.at)
        both = np.concatenate([i, j])
        share = np.maximum(np.sqrt(np.bincount(both, minlength=n)), 1.0)
        for axis, mine in ((0, along_x), (1, ~along_x)):
            by = np.where(mine, push[:, axis], 0.0)
            self.at[:, axis] += np.bincount(both, np.concatenate([-by, by]), minlength=n) / share
        return True


def spread(centres: Floats, sizes: Floats, *, rounds: int = ROUNDS, gap: float = GAP) -> Floats:
    """Centres (n, 2) moved so that boxes of `sizes` (n, 2) keep a gap, as far as `rounds` go."""
    work = Spread(centres, sizes, gap)
    work.step(rounds)
    return work.at


@dataclass(frozen=True)
class Wanted:
    """A label that looks for a place: its box size, the box it belongs to."""

    width: float
    height: float
    around: Rect
    key: int


def places_for(box: Rect, width: float, height: float) -> list[tuple[float, float, str]]:
    """The eight candidate places of a label, best first: right, left, below, above, corners."""
    cx, cy, g = box.x + box.w / 2, box.y + box.h / 2, 5.0
    return [
        (box.right + g, cy - height / 2, "l"),
        (box.x - g - width, cy - height / 2, "r"),
        (cx - width / 2, box.bottom + 2, "m"),
        (cx - width / 2, box.y - height - 2, "m"),
        (box.right + 2, box.bottom - 2, "l"),
        (box.x - 2 - width, box.bottom - 2, "r"),
        (box.right + 2, box.y - height + 2, "l"),
        (box.x - 2 - width, box.y - height + 2, "r"),
    ]


class Taken:
    """Boxes that are taken, in a grid of buckets: asking is cheap however many there are."""

    def __init__(self, bounds: Rect, cell: float = 64.0) -> None:
        self.bounds, self.cell = bounds, cell
        self.buckets: dict[tuple[int, int], list[tuple[Rect, int]]] = {}

    def _cells(self, box: Rect) -> list[tuple[int, int]]:
        c = self.cell
        return [
            (i, j)
            for i in range(int(box.x // c), int(box.right // c) + 1)
            for j in range(int(box.y // c), int(box.bottom // c) + 1)
        ]

    def add(self, box: Rect, key: int = -1) -> None:
        """Take a box; `key` says whose it is."""
        if box.w > 4000 or box.h > 4000:
            return
        for cell in self._cells(box):
            self.buckets.setdefault(cell, []).append((box, key))

    def free(self, box: Rect, key: int = -2) -> bool:
        """Whether a box lies inside the bounds and meets nothing of anyone else."""
        b = self.bounds
        if box.x < b.x or box.y < b.y or box.right > b.right or box.bottom > b.bottom:
            return False
        return not any(
            owner != key and box.meets(other)
            for cell in self._cells(box)
            for other, owner in self.buckets.get(cell, ())
        )


def place_labels(taken: Taken, wanted: Sequence[Wanted], most: int = 40) -> dict[int, tuple[Rect, str]]:
    """The first free place of each label, in order of importance; whoever finds none goes without."""
    out: dict[int, tuple[Rect, str]] = {}
    for label in wanted:
        if len(out) >= most:
            break
        for x, y, align in places_for(label.around, label.width, label.height):
            box = Rect(x, y, label.width, label.height)
            if taken.free(box, label.key):
                out[label.key] = (box, align)
                taken.add(box)
                break
    return out
