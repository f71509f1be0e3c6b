"""Pairs whose observer looks by resolution: their hazards have no closed form and are reckoned one by one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws, Purpose
from sim.effects.resolution import halfway_m, resolved_exposure, time_to_resolved, ttpf_inverse
from sim.geometry import range_entry_one
from sim.processes.sensing.hazards import Hazards

Ints = NDArray[np.int64]


class Resolving(Hazards):
    """Hazards by law of the observer's sensor: what is said of the others in `Hazards` holds for these as well."""

    def resolve(self, sensors: list[Any], units: list[Any], who: list[int], luck: Draws) -> None:
        """Who looks by resolution, and how far those of a frozen rank do; `who`: keys of the pairs."""
        for row, (a, b) in enumerate(zip(self._a, self._b, strict=True)):
            law = sensors[a].resolution
            if law is None:
                continue
            halfway = self.halfway_m[row] = float(halfway_m(units[b].dimension_m, law.cycles_per_mrad, law.n50))
            if law.frozen:
                slant_m = halfway / ttpf_inverse(luck.one(Purpose.RANK, who[row]))
                self.rank_m[row] = math.sqrt(max(slant_m**2 - self._z[row] ** 2, 0.0))

    def _apart(self, rows: list[int]) -> tuple[list[int], list[int]]:
        """(those that look by resolution, the others)."""
        ours = self.halfway_m
        return [row for row in rows if row in ours], [row for row in rows if row not in ours]

    def account(self, rows: Ints, now: int) -> None:
        """Use up the remaining hazards of `rows` since they were solved."""
        ours, others = self._apart(rows.tolist())
        self._account_few(ours, now)
        super().account(np.array(others, dtype=np.int64), now)

    def _account_few(self, rows: list[int], now: int) -> None:
        ours, others = self._apart(rows)
        super()._account_few(others, now)
        for row in ours:
            begin, end = self._enter[row], min(self._leave[row], float(now))
            if begin < end and self._rate[row] > 0.0:
                leg = self._relative_one(row, begin)
                spent = resolved_exposure(*leg, self._z[row], (end - begin) * 1e-3, self.halfway_m[row])
                self._need[row] = max(self._need[row] - spent * self._rate[row], 0.0)

    def solve(self, rows: Ints, now: int) -> None:
        """New rates of `rows` and the times at which their hazards run out."""
        ours, others = self._apart(rows.tolist())
        self._solve_few(ours, now)
        super().solve(np.array(others, dtype=np.int64), now)

    def _solve_few(self, rows: list[int], now: int) -> None:
        ours, others = self._apart(rows)
        super()._solve_few(others, now)
        self.crossing.plan(ours, [self._due_ms(row, now) for row in ours])

    def _due_ms(self, row: int, now: int) -> float:
        """When the hazard of a pair runs out on its legs, inf if never; takes over rate and times of reach."""
        a = self._a[row]
        rate = self._rate[row] = 0.0 if self._rests[row] else self._power[a] * self._seen[self._b[row]]
        if rate <= 0.0:
            return math.inf
        px, py, vx, vy = self._relative_one(row, now)
        far = min(self._far[a], self.rank_m.get(row, math.inf))
        t_in, t_out = (0.0, math.inf) if self._widest[row] <= far else range_entry_one(px, py, vx, vy, far)
        self._enter[row], self._leave[row] = now + t_in * 1e3, now + t_out * 1e3
        if t_in == math.inf:
            return math.inf
        if math.isnan(self._need[row]):
            self._need[row] = self._first(row)
        need = self._need[row] / rate
        later = time_to_resolved(px + vx * t_in, py + vy * t_in, vx, vy, self._z[row], need, self.halfway_m[row])
        return now + (t_in + later) * 1e3 if later <= t_out - t_in else math.inf
