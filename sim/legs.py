"""Legs: where every unit is at any time. Position at t is pos + vel * (t - t0), exact, no step.

Columns per unit: t0_ms (n,) int64, pos (n, 2) m, vel (n, 2) m/s. `history` keeps every leg for the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Leg = tuple[int, float, float, float, float]
"""t0_ms, x, y (m), vx, vy (m/s)."""


class Legs:
    """One current leg per unit."""

    def __init__(self, pos: Floats):
        n = len(pos)
        self.t0_ms = np.zeros(n, dtype=np.int64)
        self._axes = np.zeros((4, n))  # x, y, vx, vy: what asks for many asks by axis
        self.pos, self.vel = self._axes[:2].T, self._axes[2:].T
        self.pos[:] = pos
        view: Any = memoryview
        self._columns = [view(column) for column in (self.t0_ms, *self._axes)]  # to set one at a time
        # the same legs as plain numbers: one unit is asked for far more often than all; to be read, not written
        self.rows: list[Leg] = [(0, float(x), float(y), 0.0, 0.0) for x, y in self.pos]
        self.history: list[tuple[int, int, float, float, float, float]] = [
            (0, unit, float(x), float(y), 0.0, 0.0) for unit, (x, y) in enumerate(self.pos)
        ]

    def at(self, unit: int, t_ms: int) -> tuple[float, float]:
        """(x, y) of one unit, m."""
        t0, x, y, vx, vy = self.rows[unit]
        dt = (t_ms - t0) * 1e-3
        return x + vx * dt, y + vy * dt

    def leg(self, unit: int) -> Leg:
        """The leg of one unit; the same object as long as it is on that leg."""
        return self.rows[unit]

    def speed_of(self, unit: int) -> tuple[float, float]:
        """(vx, vy) of one unit, m/s."""
        row = self.rows[unit]
        return row[3], row[4]

    def at_many(self, units: NDArray[np.int64], t_ms: int) -> Floats:
        """(len(units), 2) positions of these units, m."""
        axes = self._axes.take(units, axis=1)
        return (axes[:2] + axes[2:] * ((t_ms - self.t0_ms.take(units)) * 1e-3)).T

    def all_at(self, t_ms: int) -> Floats:
        """(n, 2) positions of all units, m."""
        return (self._axes[:2] + self._axes[2:] * ((t_ms - self.t0_ms) * 1e-3)).T

    def set(self, units: Sequence[int], t_ms: int, vel: tuple[float, float]) -> list[int]:
        """New legs from where `units` are, all at velocity `vel`; returns those whose velocity really changed."""
        changed = [u for u in units if self.speed_of(u) != vel]
        for u in changed:
            x, y = self.at(u, t_ms)
            self._put(u, t_ms, x, y, vel)
        return changed

    def _put(self, unit: int, t_ms: int, x: float, y: float, vel: tuple[float, float]) -> None:
        self.rows[unit] = leg = (t_ms, x, y, *vel)
        for column, value in zip(self._columns, leg, strict=True):
            column[unit] = value
        self.history.append((t_ms, unit, x, y, *vel))

    def place(self, unit: int, t_ms: int, x: float, y: float) -> None:
        """Put a unit somewhere at rest (an aircraft that comes on station from outside the map)."""
        self._put(unit, t_ms, x, y, (0.0, 0.0))

    def cut(self, t_ms: int) -> None:
        """Restart every leg where it is now: must change nothing anywhere (a test does it)."""
        self.pos += self.vel * ((t_ms - self.t0_ms) * 1e-3)[:, None]
        self.t0_ms[:] = t_ms
        self.rows[:] = [(t_ms, *map(float, (*p, *v))) for p, v in zip(self.pos, self.vel, strict=True)]  # type: ignore[misc]


def positions(
    t_ms: int, leg_t: NDArray[np.int64], leg_unit: NDArray[np.int64], xy: Floats, v: Floats, n: int
) -> Floats:
    """(n, 2) positions at t_ms from recorded legs in time order (rows: t, unit, xy (m, 2), v (m, 2)); NaN before."""
    out = np.full((n, 2), np.nan)
    upto = int(np.searchsorted(leg_t, t_ms, side="right"))
    last = np.full(n, -1)
    last[leg_unit[:upto]] = np.arange(upto)
    have = last >= 0
    rows = last[have]
    out[have] = xy[rows] + v[rows] * ((t_ms - leg_t[rows]) * 1e-3)[:, None]
    return out
