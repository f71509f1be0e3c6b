"""Who can ever come within whose range, and when somebody does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.geometry import STILL_M2PS2, Bools, range_entry_one
from sim.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER_MS = 1 << 62


def listed(world: World, far_m: dict[int, float]) -> tuple[dict[int, Ints], list[dict[int, list[int]]]]:
    """Enemy ground units whose corridors ever come within far_m of each unit in it; and, by target, those units by
    formation."""
    near: dict[int, Ints] = {}
    near_of: list[dict[int, list[int]]] = [{} for _ in world.ids]
    for u, far in far_m.items():
        near[u] = np.flatnonzero((world.side != world.side[u]) & ~world.is_air & (world.gaps(u) <= far))
        for j in near[u].tolist():
            near_of[j].setdefault(world.formation[u], []).append(u)
    return near, near_of


def entry_ms(p: tuple[float, float], v: tuple[float, float], far_m: float, now: int) -> int:
    """When what is at p (m) and moves at v (m/s) comes within far_m: `now` if it is, NEVER_MS if never."""
    t_in, _ = range_entry_one(*p, *v, far_m)
    if t_in == 0.0:
        return now
    return now + max(1, round(t_in * 1e3)) if t_in < 1e7 else NEVER_MS


class Closing:
    """Those of n others that come nearer, at p (n, 2) m and moving at v (n, 2) m/s, seen from the origin."""

    def __init__(self, p: Floats, v: Floats):
        c, b = v[:, 0] * v[:, 0] + v[:, 1] * v[:, 1], p[:, 0] * v[:, 0] + p[:, 1] * v[:, 1]
        self.k = k = ((b < 0.0) & (c > STILL_M2PS2)).nonzero()[0]
        if len(k):
            px, py, self.b, self.c = p[k, 0], p[k, 1], b[k], c[k]
            cross = px * v[k, 1] - py * v[k, 0]
            self.cross2, self.gap2 = cross * cross, px * px + py * py

    def soonest_s(self, can: Bools, far_m: Floats) -> float:
        """Least time until one of `can` (n,), all outside, comes within its far_m (n,); inf if none does.

        As `range_entry` has it, without what is not asked for.
        """
        if not len(self.k):
            return math.inf
        far = far_m[self.k]
        far2 = far * far
        root2 = self.c * far * far - self.cross2
        hit = can[self.k] & (root2 > 0.0)
        if not hit.any():
            return math.inf
        return float(np.minimum.reduce((self.gap2 - far2)[hit] / (np.sqrt(root2[hit]) - self.b[hit])))
