"""Remaining hazards of pairs (observer, target) along planned legs: using them up, and when they run out.

Most pairs at most times will never come within reach on their present legs: those are told apart first and cost
nothing more. The few that remain are reckoned one by one in plain floats, many in arrays; both by the same formulas
in the same order, so that it does not matter which.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Clock
from sim.crossings import Crossings
from sim.effects.seeing import exposure, exposure_one, time_to_exposure, time_to_exposure_one
from sim.geometry import range_entry, range_entry_one
from sim.legs import Leg, Legs
from sim.processes.sensing.columns import Columns
from sim.processes.sensing.pairs import Pairs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW = 80
"""So many rows are cheaper one by one than in arrays."""
_NEVER_S = 1e9


class Hazards:
    """m pairs: remaining Exp(1) `need`, `rate` m3/s, times of entering and leaving reach, and when `need` runs out."""

    def __init__(
        self, clock: Clock, legs: Legs, pairs: Pairs, columns: Columns, crossing: Crossings,
        first_need: Callable[[int], float],
    ):  # fmt: skip
        m, n = len(pairs.a), len(legs.t0_ms)
        self.crossing, self._first, self.pairs = crossing, first_need, pairs
        self.a, self.b, self.z, self.widest = pairs.a, pairs.b, pairs.z_m, pairs.widest_m
        self._a, self._b, self._z, self._widest = pairs.first, pairs.second, pairs.z, pairs.widest
        self._of_a, self._of_b = pairs.of_a, pairs.of_b
        self.need = np.full(m, np.nan)  # drawn when a pair first is or comes within reach
        self.rate = np.zeros(m)
        # of the planned stay within reach; never before the pair was last solved, so hazard is used up from enter_ms on
        self.enter_ms, self.leave_ms = np.zeros(m), np.full(m, np.inf)
        self.resting = np.zeros(m, dtype=bool)
        self.halfway_m: dict[int, float] = {}  # pairs that look by resolution -> where the target is half resolved
        self.rank_m: dict[int, float] = {}  # of these, those of a frozen rank -> beyond where they look in vain
        self.power, self.far, self.signature = columns.power, columns.far, columns.signature
        # the same columns for one row at a time
        view: Any = memoryview
        self._need, self._rate, self._rests = view(self.need), view(self.rate), view(self.resting)
        self._enter, self._leave = view(self.enter_ms), view(self.leave_ms)
        self._power, self._far, self._seen = columns.powers, columns.fars, columns.signatures
        self.legs = legs
        self._leg: list[Leg] = [legs.leg(u) for u in range(n)]  # as planned with: behind `legs` until the replan
        self._legs = np.array(self._leg).T.copy()
        self._leg_columns = [view(column) for column in self._legs]

    # -- legs

    def turned(self, units: list[int]) -> list[int]:
        """Those of `units` that are on another leg than planned with."""
        legs, planned = self.legs.rows, self._leg
        return [u for u in units if legs[u] is not planned[u]]

    def take_legs(self, units: list[int]) -> None:
        """Plan with the present legs of `units` from now on."""
        for u in units:
            self._leg[u] = leg = self.legs.leg(u)
            for column, value in zip(self._leg_columns, leg, strict=True):
                column[u] = value

    def _relative(self, rows: Ints, t_ms: float | Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Relative position and velocity of `rows` at t_ms (one, or one each) along the planned legs."""
        p, q = self._legs.take(self.a[rows], axis=1), self._legs.take(self.b[rows], axis=1)
        v = q[3:] - p[3:]
        q[1:3] += q[3:] * ((t_ms - q[0]) * 1e-3)
        q[1:3] -= p[1:3]
        q[1:3] -= p[3:] * ((t_ms - p[0]) * 1e-3)
        return q[1], q[2], v[0], v[1]

    def _relative_one(self, row: int, t_ms: float) -> tuple[float, float, float, float]:
        """`_relative` of one pair."""
        s, ax, ay, au, av = self._leg[self._a[row]]
        t, bx, by, bu, bv = self._leg[self._b[row]]
        ta, tb = (t_ms - s) * 1e-3, (t_ms - t) * 1e-3
        return bx + bu * tb - ax - au * ta, by + bv * tb - ay - av * ta, bu - au, bv - av

    # -- one change

    def renew(self, turned: list[int], farther: list[int], power: list[int], signature: list[int], now: int) -> None:
        """Units have turned or these columns of theirs have altered: account with the old, take over the new legs,
        solve with the new."""
        if sum([len(self._of_a[u]) for u in {*turned, *farther, *power}]) <= FEW and (
            sum([len(self._of_b[u]) for u in {*turned, *signature}]) <= FEW
        ):
            one = self._concerned_few(turned, farther, power, signature)
            self._account_few(one, now)
            self.take_legs(turned)
            self._solve_few(one, now)
            return
        rows = self.concerned(turned, farther, power, signature) if turned or farther else self._other_rates()
        if len(rows):
            self.account(rows, now)
        self.take_legs(turned)
        if len(rows):
            self.solve(rows, now)

    def _concerned_few(
        self, turned: list[int], farther: list[int], power: list[int], signature: list[int]
    ) -> list[int]:
        """`concerned`, row by row."""
        moved = {*turned, *farther}
        firsts, seconds = {*moved, *power}, {*turned, *signature}
        rows = [row for u in firsts for row in self._of_a[u]]
        if len(firsts | seconds) > 1:
            rows += [row for u in seconds for row in self._of_b[u] if self._a[row] not in firsts]
        else:
            rows += [row for u in seconds for row in self._of_b[u]]
        found = []
        for row in rows:
            if self._rests[row]:
                continue
            a, b = self._a[row], self._b[row]
            old, new = self._rate[row], self._power[a] * self._seen[b]
            if old > 0.0 or new > 0.0:
                if self._enter[row] < math.inf or old == 0.0 or a in moved or b in moved:
                    found.append(row)
                else:
                    self._rate[row] = new
        found.sort()
        return found

    def _other_rates(self) -> Ints:
        """`concerned` where nobody has turned and no reach has altered: the pairs with another rate than before."""
        new = self.power[self.a] * self.signature[self.b]
        other = (new != self.rate) & ~self.resting
        anew = other & ((self.enter_ms < np.inf) | (self.rate == 0.0))
        np.copyto(self.rate, new, where=other ^ anew)
        return np.asarray(anew.nonzero()[0], dtype=np.int64)

    # -- using up

    def concerned(self, turned: list[int], farther: list[int], power: list[int], signature: list[int]) -> Ints:
        """Pairs to account and solve when units have turned or these columns have altered, in pair order.

        A pair with a rate that never comes within reach on legs that have not changed only takes over the new rate:
        done here.
        """
        rows = self.pairs.touching([*turned, *farther, *power], [*turned, *signature])
        rows = rows[~self.resting[rows]]
        old, new = self.rate[rows], self.power[self.a[rows]] * self.signature[self.b[rows]]
        busy = (old > 0.0) | (new > 0.0)
        anew = (self.enter_ms[rows] < np.inf) | (old == 0.0)
        moved = [*turned, *farther]
        if moved:
            mark = np.zeros(len(self.power), dtype=bool)
            mark[moved] = True
            anew |= mark[self.a[rows]] | mark[self.b[rows]]
        self.rate[rows[~anew]] = new[~anew]
        return np.asarray(rows[busy & anew], dtype=np.int64)

    def account(self, rows: Ints, now: int) -> None:
        """Use up the remaining hazards of `rows` since they were solved, as far as within reach; solve or rest them
        after it."""
        if len(rows) <= FEW:
            self._account_few(rows.tolist(), now)
            return
        part = rows[(self.rate[rows] > 0.0) & (self.enter_ms[rows] < np.minimum(self.leave_ms[rows], now))]
        if len(part):
            begin = self.enter_ms[part]
            span_s = (np.minimum(now, self.leave_ms[part]) - begin) * 1e-3
            spent = exposure(*self._relative(part, begin), self.z[part], span_s)
            self.need[part] = np.maximum(self.need[part] - spent * self.rate[part], 0.0)

    def _account_few(self, rows: list[int], now: int) -> None:
        enter, leave, rates = self._enter, self._leave, self._rate
        for row in rows:
            begin = enter[row]
            if begin < now and rates[row] > 0.0:
                end = leave[row]
                if end > now:
                    end = float(now)
                if begin < end:
                    spent = exposure_one(*self._relative_one(row, begin), self._z[row], (end - begin) * 1e-3)
                    left = self._need[row] - spent * rates[row]
                    self._need[row] = left if left > 0.0 else 0.0

    def rest(self, rows: list[int], now: int) -> None:
        """These pairs look no more until they are solved again; their hazards are used up to now."""
        self._account_few(rows, now)
        rests, rates = self._rests, self._rate
        for row in rows:
            rests[row] = True
            rates[row] = 0.0
        self.crossing.drop(rows)

    def wake(self, rows: list[int]) -> None:
        """These pairs look again; they are to be solved."""
        for row in rows:
            self._rests[row] = False

    # -- when they run out

    def solve(self, rows: Ints, now: int) -> None:
        """New rates of `rows` and the times at which their hazards run out."""
        if len(rows) <= FEW:
            self._solve_few(rows.tolist(), now)
            return
        self.rate[rows] = rate = self.power[self.a[rows]] * self.signature[self.b[rows]] * ~self.resting[rows]
        due_ms, busy = np.full(len(rows), np.inf), rate > 0.0
        if busy.any():
            due_ms[busy] = self._solve_many(rows[busy], now)
        self.crossing.plan(rows.tolist(), due_ms.tolist())

    def _solve_many(self, rows: Ints, now: int) -> Floats:
        """Whether they ever are within reach and when, then the hazard of those that are; returns when it runs out."""
        way = np.array(self._relative(rows, now))
        far = self.far[self.a[rows]]
        px, py, vx, vy = way
        cross, far2 = px * vy - py * vx, far * far
        never = (px * px + py * py > far2) & (self.widest[rows] > far)
        never &= (px * vx + py * vy >= 0.0) | ((vx * vx + vy * vy) * far2 <= cross * cross)
        done, ever = rows[never], ~never
        self.enter_ms[done] = self.leave_ms[done] = np.inf
        rows, far, (px, py, vx, vy) = rows[ever], far[ever], way[:, ever]
        t_in, t_out = range_entry(px, py, vx, vy, far)
        always = self.widest[rows] <= far
        t_in[always], t_out[always] = 0.0, np.inf
        self.enter_ms[rows], self.leave_ms[rows] = now + t_in * 1e3, now + t_out * 1e3
        k = np.flatnonzero(t_in < _NEVER_S)
        part, vx, vy = rows[k], vx[k], vy[k]
        wait = (self.enter_ms[part] - now) * 1e-3
        new = part[np.isnan(self.need[part])]
        if len(new):
            self.need[new] = [self._first(row) for row in new.tolist()]
        h = self.need[part] / self.rate[part]
        later = time_to_exposure(px[k] + vx * wait, py[k] + vy * wait, vx, vy, self.z[part], h)
        due = now + (wait + later) * 1e3
        out: Floats = np.full(len(ever), np.inf)
        out[ever.nonzero()[0][k]] = np.where(due <= self.leave_ms[part], due, np.inf)
        return out

    def _solve_few(self, rows: list[int], now: int) -> None:
        """The same pair by pair."""
        firsts, seconds, legs, rests, widest = self._a, self._b, self._leg, self._rests, self._widest
        power, seen, rates, far_m, needs = self._power, self._seen, self._rate, self._far, self._need
        enters, leaves, never = self._enter, self._leave, math.inf
        dues = []
        for row in rows:
            a, b = firsts[row], seconds[row]
            rates[row] = rate = 0.0 if rests[row] else power[a] * seen[b]
            if rate <= 0.0:
                dues.append(never)
                continue
            s, ax, ay, au, av = legs[a]  # `_relative_one`, written out
            t, bx, by, bu, bv = legs[b]
            ta, tb = (now - s) * 1e-3, (now - t) * 1e-3
            px, py, vx, vy = bx + bu * tb - ax - au * ta, by + bv * tb - ay - av * ta, bu - au, bv - av
            far, enter, leave, wait = far_m[a], float(now), never, 0.0
            if widest[row] > far:
                if px * vx + py * vy >= 0.0 and px * px + py * py > far * far:  # most: out of reach and going away
                    enters[row] = leaves[row] = never
                    dues.append(never)
                    continue
                t_in, t_out = range_entry_one(px, py, vx, vy, far)
                enter, leave = now + t_in * 1e3, now + t_out * 1e3
                wait = (enter - now) * 1e-3
            enters[row], leaves[row] = enter, leave
            due = never
            if wait < _NEVER_S:
                need = needs[row]
                if need != need:
                    need = needs[row] = self._first(row)
                later = time_to_exposure_one(px + vx * wait, py + vy * wait, vx, vy, self._z[row], need / rate)
                due = now + (wait + later) * 1e3
                if due > leave:
                    due = never
            dues.append(due)
        self.crossing.plan(rows, dues)

    def solve_leaving(self, rows: list[int], leaving: Crossings, now: int) -> None:
        """When the targets of held pairs leave reach; now, if they cannot be seen any more."""
        for row in rows:
            a, b = self._a[row], self._b[row]
            px, py, vx, vy = self._relative_one(row, now)
            far = self._far[a]
            gone = self._power[a] == 0.0 or self._seen[b] == 0.0 or px * px + py * py > far * far
            out_s = 0.0 if gone else range_entry_one(px, py, vx, vy, far)[1]
            leaving.put(row, now + out_s * 1e3)
        leaving.settle()
