"""Room for everyone: overlapping symbols are pushed apart, labels take the first free place. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.theme import Rect

Floats = NDArray[np.float64]
GAP, ROUNDS, LEADER_PX = 3.0, 80, 7.0


def spread(centres: Floats, sizes: Floats, *, rounds: int = ROUNDS, gap: float = GAP) -> Floats:
    """Centres (n, 2) moved so that boxes of `sizes` (n, 2) keep a gap: along the smaller overlap, in list order.

    The same boxes always end in the same places. Few neighbours are looked at: boxes are sorted once by x.
    """
    at = np.array(centres, dtype=np.float64)
    n = len(at)
    if n < 2:
        return at
    reach = float(sizes[:, 0].max()) + gap
    for _ in range(rounds):
        order = np.argsort(at[:, 0], kind="stable")
        xs = at[order, 0]
        last = np.searchsorted(xs, xs + reach, side="right")
        counts = last - np.arange(n) - 1
        if not counts.any():
            break
        left = np.repeat(np.arange(n), counts)
        step = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        i, j = order[left], order[left + step]
        apart = at[j] - at[i]
        need = (sizes[i] + sizes[j]) / 2 + gap - np.abs(apart)
        hit = (need[:, 0] > 0.25) & (need[:, 1] > 0.25)
        if not hit.any():
            break
        i, j, apart, need = i[hit], j[hit], apart[hit], need[hit]
        along_x = need[:, 0] < need[:, 1]
        sign = np.where(apart >= 0, 1.0, -1.0)
        same = (apart == 0) & (i > j)[:, None]
        sign = np.where(same, -sign, sign)
        push = np.zeros_like(apart)
        push[along_x, 0] = need[along_x, 0] * sign[along_x, 0]
        push[~along_x, 1] = need[~along_x, 1] * sign[~along_x, 1]
        share = np.zeros(n)
        np.add.at(share, i, 1.0)
        np.add.at(share, j, 1.0)
        move = np.zeros_like(at)
        np.add.at(move, j, push * 0.5)
        np.add.at(move, i, push * -0.5)
        at += move / np.maximum(np.sqrt(share), 1.0)[:, None]
    return at


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
