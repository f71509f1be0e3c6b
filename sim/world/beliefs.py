"""What one side believes of the units of the other: track, act, affiliation, kept apart.

Held: an observer has it in sight; the believed place is the true one plus an error frozen at the last fix.
Stale: out of sight; the believed place is the last one, its error grows with `drift`. Dropped: forgotten.
Only this module turns truth into belief; command and roe read beliefs alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.draws import Draws, Purpose, pair
from sim.legs import Legs

FEW = 12
"""So many places are cheaper one by one than in arrays."""


class Status:
    """State of a contact."""

    NONE = 0
    HELD = 1
    STALE = 2


class Beliefs:
    """One side's picture: a row per unit of the world (rows of its own units stay unused)."""

    def __init__(self, side: int, n: int, n_formations: int, legs: Legs, drift_mps: float):
        self.side = side
        self._legs = legs
        self.drift_mps = drift_mps
        self.status = [Status.NONE] * n
        self.holders: list[dict[int, int]] = [{} for _ in range(n)]  # observer formation -> observer unit
        self.held = np.zeros((n_formations, n), dtype=bool)  # the same, to ask for many at once
        self.barred = np.zeros(n, dtype=bool)  # turned back, or believed across a line that the rules name
        self.error = np.zeros((n, 2))
        self.sigma_m = [0.0] * n
        self.last = np.zeros((n, 2))
        self.lost_ms = [0] * n
        self.fix_ms = [0] * n
        self.act = [0] * n
        self.looks: list[str | None] = [None] * n  # what it looks like: the class of its main part
        self.tag: list[str | None] = [None] * n
        self.seen_id = [-1] * n
        self.approved_id = [-1] * n
        self.report_id = [-1] * n
        self.act_id = [-1] * n
        self.across: list[set[str]] = [set() for _ in range(n)]
        self.turned = [False] * n
        self.judged_dead = [False] * n
        self.fixes = [0] * n
        self.rows: list[tuple[int, ...]] = []

    def where(self, unit: int, t_ms: int) -> tuple[float, float]:
        """Believed place, m."""
        if self.status[unit] == Status.HELD:
            (x, y), (east, north) = self._legs.at(unit, t_ms), self.error[unit].tolist()
            return x + east, y + north
        x, y = self.last[unit].tolist()
        return x, y

    def places(self, units: list[int], t_ms: int) -> NDArray[np.float64]:
        """(len(units), 2) believed places, m: `where` of many at once."""
        if len(units) <= FEW:
            return np.array([self.where(u, t_ms) for u in units]).reshape(-1, 2)
        rows = np.array(units, dtype=np.int64)
        at = self._legs.at_many(rows, t_ms) + self.error[rows]
        lost = [i for i, u in enumerate(units) if self.status[u] != Status.HELD]
        if lost:
            at[lost] = self.last[rows[lost]]
        return at

    def velocity(self, unit: int) -> tuple[float, float]:
        """Believed velocity, m/s: that of the track while held, else none."""
        if self.status[unit] == Status.HELD:
            return float(self._legs.vel[unit, 0]), float(self._legs.vel[unit, 1])
        return 0.0, 0.0

    def sigma(self, unit: int, t_ms: int) -> float:
        """Stated one-sigma error per axis, m."""
        grown = self.drift_mps * (t_ms - self.lost_ms[unit]) * 1e-3 if self.status[unit] == Status.STALE else 0.0
        return self.sigma_m[unit] + grown

    def fix(self, unit: int, t_ms: int, error: tuple[float, float], sigma_m: float) -> None:
        """A new fix: the error of the believed place, and what is stated about it."""
        self.error[unit] = error
        self.sigma_m[unit] = sigma_m
        self.fix_ms[unit] = t_ms
        self.fixes[unit] += 1

    def hold(self, unit: int, group: int, observer: int) -> None:
        """An observer of a formation has it in sight."""
        self.holders[unit][group] = observer
        self.held[group, unit] = True
        self.status[unit] = Status.HELD

    def release(self, unit: int, group: int, t_ms: int) -> bool:
        """That formation has lost sight; True when nobody holds it any more (it is stale from now)."""
        self.holders[unit].pop(group, None)
        self.held[group, unit] = False
        if self.holders[unit] or self.status[unit] != Status.HELD:
            return False
        x, y = self._legs.at(unit, t_ms)
        self.last[unit] = (x + self.error[unit, 0], y + self.error[unit, 1])
        self.lost_ms[unit] = t_ms
        self.status[unit] = Status.STALE
        return True

    def drop(self, unit: int) -> None:
        """Forget where it is."""
        self.status[unit] = Status.NONE
        self.holders[unit].clear()
        self.held[:, unit] = False

    def turn(self, unit: int) -> None:
        """It is seen to turn back."""
        self.turned[unit] = True
        self.barred[unit] = True

    def believe_across(self, unit: int, lines: set[str]) -> None:
        """It is believed beyond these lines that the rules name."""
        self.across[unit] = lines
        self.barred[unit] = bool(lines) or self.turned[unit]

    def record(self, unit: int, t_ms: int, tag_key: int, observer: int) -> None:
        """Keep a row for the replay: t, side, unit, status, mm, mm, mm, mm/s, mm/s, act, tag, observer."""
        x, y = self.where(unit, t_ms)
        vx, vy = self.velocity(unit)
        mm = (round(x * 1e3), round(y * 1e3), round(self.sigma(unit, t_ms) * 1e3), round(vx * 1e3), round(vy * 1e3))
        self.rows.append((t_ms, self.side, unit, int(self.status[unit]), *mm, self.act[unit], tag_key, observer))


def fix(draws: Draws, world: Any, observer: int, target: int) -> None:
    """A fresh report of where `target` is, with the error of the observer's sensor."""
    sigma_m = world.fix_error_m[observer]
    picture: Beliefs = world.beliefs[world.side[observer]]
    who = pair(world.keys[observer], world.keys[target])
    u, v = draws.few(Purpose.FIX, who, picture.fixes[target], 2)
    error = float(ndtri(u)) * sigma_m, float(ndtri(v)) * sigma_m
    picture.fix(target, world.clock.now_ms, error, sigma_m)
