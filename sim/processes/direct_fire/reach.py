"""Who can ever come within whose range, and when somebody does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.geometry import range_entry_one
from sim.processes.direct_fire.licence import Licence
from sim.processes.direct_fire.victims import Victims
from sim.world import Mount, World

Ints = NDArray[np.int64]
NEVER_MS = 1 << 62
Coming = tuple[float, int, float, float, float, float]
"""Squared distance, unit, relative place (m) and velocity (m/s) of somebody who comes nearer."""


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


class Search:
    """Whom free mounts of a unit can fire at now, else how long they wait."""

    def __init__(self, world: World, victims: Victims, licence: Licence):
        self._world, self._victims, self._licence = world, victims, licence

    def nearest(self, u: int, idle: list[Mount], rows: list[int], now: int) -> tuple[list[int], float]:
        """For each of the mounts `idle` of unit u the nearest of `rows` that it reaches and can hurt (-1: none); and
        the seconds until the first comes into range of a mount that has none (inf: never on these legs)."""
        legs, exposure = self._world.legs.rows, self._victims.exposure
        (ux, uy), (wx, wy) = self._world.legs.at(u, now), self._world.legs.speed_of(u)
        nearest, target = [math.inf] * len(idle), [-1] * len(idle)
        coming: list[Coming] = []
        widest2 = max([mount.range_m for mount in idle]) ** 2
        for j in rows:
            t0, x, y, vx, vy = legs[j]
            dt = (now - t0) * 1e-3
            px, py = x + vx * dt - ux, y + vy * dt - uy
            vx, vy = vx - wx, vy - wy
            far2 = px * px + py * py
            if far2 <= widest2:
                for i, mount in enumerate(idle):
                    if far2 < nearest[i] and exposure(mount, j)[1] > 0.0 and far2 <= self._limit_m(mount, j) ** 2:
                        nearest[i], target[i] = far2, j
            if px * vx + py * vy < 0.0:
                coming.append((far2, j, px, py, vx, vy))
        waiting = [mount for mount, j in zip(idle, target, strict=True) if j < 0]
        return target, self._soonest_s(waiting, coming) if waiting and coming else math.inf

    def _soonest_s(self, waiting: list[Mount], coming: list[Coming]) -> float:
        soonest_s, exposure = math.inf, self._victims.exposure
        for far2, j, px, py, vx, vy in coming:
            covers_m = math.sqrt(vx * vx + vy * vy) * soonest_s * (1.0 + 1e-9)  # before the soonest so far
            for mount in waiting:
                limit_m = self._limit_m(mount, j)
                if (limit_m + covers_m) ** 2 >= far2 > limit_m * limit_m and exposure(mount, j)[1] > 0.0:
                    soonest_s = min(soonest_s, range_entry_one(px, py, vx, vy, limit_m)[0])
        return soonest_s

    def _limit_m(self, mount: Mount, j: int) -> float:
        return self._licence.limit_m(mount, j) if self._licence.known[j] else mount.range_m
