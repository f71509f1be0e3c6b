"""Who is within range of whom: each unit's farthest direct weapon against enemy ground units, as crossings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.clock import Clock, Phase
from sim.crossings import Crossings
from sim.geometry import range_entry
from sim.world import World


class Ranges:
    """Pairs (unit, enemy unit). `inside[u]`: units within range; `told(u, j, inside)` hears of every flip."""

    def __init__(
        self, clock: Clock, actor: int, world: World, far: dict[int, float], told: Callable[[int, int, bool], None]
    ):
        self._clock, self._world, self._told = clock, world, told
        self.inside: dict[int, set[int]] = {u: set() for u in far}
        self.near_of: list[set[int]] = [set() for _ in world.ids]
        a, b = [], []
        for u in sorted(far):
            gap = world.gaps(u)
            near = (world.side != world.side[u]) & ~world.is_air & (gap <= far[u])
            for j in np.flatnonzero(near).tolist() if not world.is_air[u] else []:
                a.append(u)
                b.append(j)
        self._far = np.array([far[u] for u in a])
        self._within = np.zeros(len(a), dtype=bool)
        self.pairs = Crossings(
            clock, Phase.COMMAND, actor, np.array(a, dtype=np.int64), np.array(b, dtype=np.int64), len(world.ids), self._due
        )

    def replan(self, units: list[int]) -> None:
        """New times for the pairs of units whose legs have changed."""
        rows = self.pairs.touching(units)
        if not len(rows):
            return
        t_in, t_out, now = *self._times(rows), self._clock.now_ms
        inside = t_in == 0.0
        for k in np.flatnonzero(inside != self._within[rows]).tolist():
            self._flip(int(rows[k]), bool(inside[k]))
        self.pairs.update(rows, now + np.where(inside, t_out, t_in) * 1e3)

    def _times(self, rows: Any) -> tuple[Any, Any]:
        world, now = self._world, self._clock.now_ms
        a, b = self.pairs.a[rows], self.pairs.b[rows]
        at = world.legs.all_at(now)
        p, v = at[b] - at[a], world.legs.vel[b] - world.legs.vel[a]
        return range_entry(p[:, 0], p[:, 1], v[:, 0], v[:, 1], self._far[rows])

    def _flip(self, row: int, inside: bool) -> None:
        self._within[row] = inside
        u, j = int(self.pairs.a[row]), int(self.pairs.b[row])
        if inside:
            self.inside[u].add(j)
            self.near_of[j].add(u)
        else:
            self.inside[u].discard(j)
            self.near_of[j].discard(u)
        self._told(u, j, inside)

    def _due(self, rows: Any, now: int) -> None:
        """Pairs come into or go out of range; the next flip of each is at the other end of its way through."""
        t_in, t_out = self._times(rows)
        for k, row in enumerate(rows.tolist()):
            self._flip(row, not self._within[row])
            if self._within[row]:
                self.pairs.time_ms[row] = now + max(float(t_out[k]) * 1e3, 1.0)
            elif t_in[k] > 1e-3:
                self.pairs.time_ms[row] = now + float(t_in[k]) * 1e3
