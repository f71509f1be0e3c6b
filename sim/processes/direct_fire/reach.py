"""Who can ever come within whose range, and when somebody does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.geometry import range_entry_one
from sim.world import Mount, World

Ints = NDArray[np.int64]
NEVER_MS = 1 << 62


def listed(world: World, of_unit: dict[int, list[Mount]]) -> tuple[dict[int, Ints], list[dict[int, list[int]]]]:
    """Enemy ground units whose corridors ever come within range of each unit in it; and, by target, those units by
    formation."""
    near: dict[int, Ints] = {}
    near_of: list[dict[int, list[int]]] = [{} for _ in world.ids]
    for u, mounts in of_unit.items():
        far = max(mount.range_m for mount in mounts)
        near[u] = np.flatnonzero((world.side != world.side[u]) & ~world.is_air & (world.gaps(u) <= far))
        for j in near[u].tolist():
            near_of[j].setdefault(world.formation[u], []).append(u)
    return near, near_of


def entry_ms(p: tuple[float, float], v: tuple[float, float], far_m: float, now: int) -> int:
    """When what is at p (m) and moves at v (m/s) comes within far_m: `now` if it is, NEVER_MS if never."""
    t_in, _ = range_entry_one(*p, *v, far_m)
    if t_in == 0.0:
        return now
    return now + max(1, math.ceil(t_in * 1e3)) if t_in < 1e7 else NEVER_MS
