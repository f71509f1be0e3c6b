"""Sensing: continuous looking as an exact hazard, and custody of what has been seen.

A pair (observer, target) carries a remaining Exp(1). Its hazard s * light / T * (R / r)**3 is integrated in closed
form along the legs and the moment it runs out is booked; when a leg or a state changes, the remainder is rescaled,
never redrawn. Observers of one formation share what they see: while one holds a target the others rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Phase
from sim.context import Context
from sim.crossings import Crossings
from sim.draws import Purpose, pair
from sim.effects.seeing import exposure, time_to_exposure
from sim.geometry import range_entry, range_entry_one
from sim.world import SIDES, Status, fix

PHASES = (Phase.REPLAN, Phase.COMMAND)
READS = ("legs", "moving", "firing", "present", "fit", "light")
WRITES = ("beliefs", "light")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Sensing:
    """Pairs, their remaining hazards, and custody."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        world = self.world
        self.sensor = [ctx.scenario.sensors[u.sensor] if u.sensor else None for u in world.unit]
        a, b, self.who, self.widest, self.z, self.group_rows = ctx.scenario.once("sensing", self._listed)
        self.actor = ctx.clock.handle("sim/sensing")
        self.crossing = Crossings(ctx.clock, Phase.COMMAND, self.actor, a, b, len(world.ids), self._sighted)
        self.leaving = Crossings(ctx.clock, Phase.COMMAND, self.actor, a, b, len(world.ids), self._left)
        self.leaving.open[:] = False
        self.times_seen = np.zeros(len(a), dtype=np.int64)
        self.need = np.full(len(a), np.nan)  # drawn when a pair first has a rate
        self.last_ms = np.full(len(a), ctx.clock.now_ms, dtype=np.int64)
        self.rate = np.zeros(len(a))
        self.enter_ms, self.leave_ms = np.zeros(len(a)), np.full(len(a), np.inf)
        self.resting = np.zeros(len(a), dtype=bool)
        self.t0, self.pos, self.vel = world.legs.t0_ms.copy(), world.legs.pos.copy(), world.legs.vel.copy()
        self.looks = [_looks(unit) for unit in world.unit]
        looks = [unit.signature for unit in world.unit]
        self.looks_like = [(look.still, look.moving, look.firing) for look in looks]
        self._unit_columns()

    def _listed(self) -> tuple[Ints, Ints, list[int], Floats, Floats, dict[tuple[int, int], Ints]]:
        """Pairs a, b; their keys; widest distance and height between, m; rows by (observer's formation, target)."""
        world = self.world
        a, b = self._pairs()
        both = list(zip(a.tolist(), b.tolist(), strict=True))
        lists: dict[tuple[int, int], list[int]] = {}
        for row, (i, j) in enumerate(both):
            lists.setdefault((world.formation[i], j), []).append(row)
        return (
            a,
            b,
            [pair(world.keys[i], world.keys[j]) for i, j in both],
            np.array([world.widest(i, j) for i, j in both]),
            np.abs(world.altitude_m[a] - world.altitude_m[b]),
            {group: np.array(rows) for group, rows in lists.items()},
        )

    def _pairs(self) -> tuple[Ints, Ints]:
        """Observers with a sensor against units of the other side whose corridors come within reach."""
        world = self.world
        known = np.array([self._known(u) for u in range(len(world.ids))])
        a, b = [], []
        for i, sensor in enumerate(self.sensor):
            if sensor is not None:
                others = (world.side != world.side[i]) & ~world.is_air & ~known & (world.gaps(i) <= sensor.reach_m)
                found = np.flatnonzero(others)
                a.append(np.full(len(found), i))
                b.append(found)
        empty = [np.empty(0, dtype=np.int64)]
        return np.concatenate(a or empty).astype(np.int64), np.concatenate(b or empty).astype(np.int64)

    def _known(self, u: int) -> bool:
        """A fixed target known beforehand needs no detection, if the other side knows the points."""
        world = self.world
        other = SIDES[1 - world.side[u]]
        return world.formations[world.formation[u]].known and self.ctx.scenario.belief[other].known_points  # type: ignore[index]

    # -- rates

    def _unit_columns(self) -> None:
        """Per unit: hazard constant m3/s in this light, reach in this weather, and signature (of nobody: 0)."""
        n = len(self.world.ids)
        self.power, self.far, self.signature = np.zeros(n), np.zeros(n), np.zeros(n)
        self._refresh(range(n))

    def _refresh(self, units: Any) -> list[int]:
        """Renew the columns of `units`; those for which anything differs."""
        world, altered = self.world, []
        for u in units:
            sensor, old = self.sensor[u], (self.power[u], self.far[u], self.signature[u])
            there = bool(world.present[u]) and world.alive(u)
            if sensor is not None:
                self.power[u] = self.hazard_constant(sensor) if there and not world.surrendered[u] else 0.0
                clear = min(sensor.reach_m, world.visibility_m)
                self.far[u] = sensor.reach_m * sensor.through_fog + clear * (1.0 - sensor.through_fog)
            still, moving, firing = self.looks_like[u]
            state = firing if world.firing[u] else moving if world.moving[u] else still
            self.signature[u] = state if there else 0.0
            if (self.power[u], self.far[u], self.signature[u]) != old:
                altered.append(u)
        return altered

    def hazard_constant(self, sensor: Any) -> float:
        """k of gamma = k / r**3, m3/s, in the light of now."""
        return float(sensor.reference_range_m**3 / sensor.reference_time_s * sensor.light[self.world.light])

    def replan(self, units: list[int]) -> None:
        """Account with the old legs and rates, take over the new, solve again. Equal legs and rates are a no-op."""
        legs, now = self.world.legs, self.ctx.clock.now_ms
        turned = [u for u in units if legs.t0_ms[u] != self.t0[u]]
        altered = self._refresh(units)
        concerned = sorted({*turned, *altered})
        if not concerned:
            return
        rows = self.crossing.touching(concerned)
        rows = rows[~self.resting[rows]]
        rows = rows[
            (self.rate[rows] > 0.0) | (self.power[self.crossing.a[rows]] * self.signature[self.crossing.b[rows]] > 0.0)
        ]
        if len(rows):
            self.account(rows, now)
        if turned:
            index = np.array(turned)
            self.t0[index], self.pos[index], self.vel[index] = legs.t0_ms[index], legs.pos[index], legs.vel[index]
        if len(rows):
            self.solve(rows, now)
        gone = [u for u in altered if self.power[u] == 0.0 or self.signature[u] == 0.0]
        if turned or gone or len(altered) == len(self.power):
            held = self.leaving.touching(concerned)
            if len(held):
                self._solve_leaving(held, now)

    def _relative(self, rows: Ints, t_ms: int | Ints | Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Relative position and velocity of `rows` at t_ms (one, or one each) along the planned legs."""
        a, b = self.crossing.a[rows], self.crossing.b[rows]
        va, vb = self.vel[a], self.vel[b]
        ta, tb = (t_ms - self.t0[a]) * 1e-3, (t_ms - self.t0[b]) * 1e-3
        p = self.pos[b] + vb * tb[:, None] - self.pos[a] - va * ta[:, None]
        v = vb - va
        return p[:, 0], p[:, 1], v[:, 0], v[:, 1]

    def account(self, rows: Ints, now: int) -> None:
        """Use up the remaining hazards of `rows` from when they were last accounted to now."""
        since = self.last_ms[rows]
        live = (self.rate[rows] > 0.0) & (since < now)
        if live.any():
            part, since = rows[live], since[live]
            spent = self._exposed(part, since, now)
            self.need[part] = np.maximum(self.need[part] - spent * self.rate[part], 0.0)
        self.last_ms[rows] = now

    def _exposed(self, rows: Ints, since_ms: Ints, now: int) -> Floats:
        """Exposure, s/m3, of `rows` from `since_ms` to now along the planned legs, as far as within reach."""
        begin = np.minimum(np.maximum(since_ms, self.enter_ms[rows]), now)
        span_s = (np.minimum(now, self.leave_ms[rows]) - begin) * 1e-3
        px, py, vx, vy = self._relative(rows, begin)
        out: Floats = exposure(px, py, vx, vy, self.z[rows], np.maximum(span_s, 0.0))
        return np.where(span_s > 0.0, out, 0.0)

    def solve(self, rows: Ints, now: int) -> None:
        """New rates of `rows` and the times at which their hazards run out."""
        a, b = self.crossing.a[rows], self.crossing.b[rows]
        self.rate[rows] = rate = self.power[a] * self.signature[b] * ~self.resting[rows]
        live = rate > 0.0
        if not live.all():
            self.crossing.time_ms[rows[~live]] = np.inf
            rows, rate, a = rows[live], rate[live], a[live]
        if len(rows):
            new = rows[np.isnan(self.need[rows])]
            if len(new):
                self.need[new] = self.ctx.draws.exponentials(Purpose.SEEING, [self.who[row] for row in new.tolist()])
            px, py, vx, vy = self._relative(rows, now)
            self.enter_ms[rows], self.leave_ms[rows] = now, np.inf
            near = self.widest[rows] > self.far[a]
            if near.any():
                t_in, t_out = range_entry(px[near], py[near], vx[near], vy[near], self.far[a[near]])
                self.enter_ms[rows[near]], self.leave_ms[rows[near]] = now + t_in * 1e3, now + t_out * 1e3
            wait = np.minimum((self.enter_ms[rows] - now) * 1e-3, 1e9)
            later = time_to_exposure(px + vx * wait, py + vy * wait, vx, vy, self.z[rows], self.need[rows] / rate)
            due = now + (wait + later) * 1e3
            self.crossing.time_ms[rows] = np.where((wait < 1e9) & (due <= self.leave_ms[rows]), due, np.inf)
        self.crossing.book()

    def _solve_leaving(self, rows: Ints, now: int) -> None:
        a, b = self.leaving.a[rows], self.leaving.b[rows]
        px, py, vx, vy = self._relative(rows, now)
        _, t_out = range_entry(px, py, vx, vy, self.far[a])
        gone = (self.power[a] == 0.0) | (self.signature[b] == 0.0) | (px * px + py * py > self.far[a] ** 2)
        self.leaving.update(rows, np.where(gone, float(now), now + t_out * 1e3))

    # -- what happens

    def _sighted(self, rows: Ints, now: int) -> None:
        for row in rows.tolist():
            if not self.resting[row]:
                self._see(row, now)
        self.crossing.book()

    def _see(self, row: int, now: int) -> None:
        world, ctx = self.world, self.ctx
        a, b = int(self.crossing.a[row]), int(self.crossing.b[row])
        group, picture = world.formation[a], world.beliefs[world.side[a]]
        new = picture.status[b] != Status.HELD
        picture.hold(b, group, a)
        sensor = self.sensor[a]
        assert sensor is not None
        if new:
            fix(ctx.draws, world, a, b)
            picture.looks[b] = self.looks[b]
        (ax, ay), (bx, by) = world.legs.at(a, now), world.legs.at(b, now)
        range_m = float(((bx - ax) ** 2 + (by - ay) ** 2 + self.z[row] ** 2) ** 0.5)
        id_ = ctx.log.emit(
            "seen", world.actor[a], world.actor[b],
            range_mm=round(range_m * 1e3), sigma_mm=round(sensor.fix_error_m * 1e3),
        )  # fmt: skip
        if new or picture.seen_id[b] < 0:
            picture.seen_id[b] = id_
            picture.believe_across(b, set(self._beyond(b)))
        self._rest(row, group, b, now)
        self.times_seen[row] += 1
        self.need[row] = -np.log(ctx.draws.one(Purpose.SEEING, self.who[row], int(self.times_seen[row])))
        self.leaving.open[row] = True
        vel = world.legs.vel
        vx, vy = float(vel[b, 0] - vel[a, 0]), float(vel[b, 1] - vel[a, 1])
        _, out_s = range_entry_one(bx - ax, by - ay, vx, vy, float(self.far[a]))
        self.leaving.time_ms[row] = now + out_s * 1e3
        self.leaving.book()

    def _beyond(self, b: int) -> list[str]:
        side = SIDES[1 - self.world.side[b]]
        rules = self.ctx.scenario.roe[side].forbid if side in self.ctx.scenario.roe else ()
        return [rule.line for rule in rules] if self.world.recrossed[b] else []

    def _rest(self, row: int, group: int, b: int, now: int) -> None:
        """The others of the formation rest while one of them holds b."""
        index = self.group_rows[(group, b)]
        if len(index) > 1:
            self.account(index, now)
        self.resting[index] = True
        self.rate[index] = 0.0
        self.crossing.time_ms[index] = np.inf

    def _left(self, rows: Ints, now: int) -> None:
        again: list[Ints] = []
        for row in rows.tolist():
            a, b = int(self.leaving.a[row]), int(self.leaving.b[row])
            group, picture = self.world.formation[a], self.world.beliefs[self.world.side[a]]
            self.leaving.open[row] = False
            if picture.holders[b].get(group) != a:
                continue
            self.ctx.log.emit("sight_lost", self.world.actor[a], self.world.actor[b], (picture.seen_id[b],))
            picture.release(b, group, now)
            index = self.group_rows[(group, b)]
            self.resting[index] = False
            self.last_ms[index] = now
            if self.signature[b] > 0.0:
                again.append(index)
        if again:
            self.solve(np.concatenate(again), now)

    # -- light and weather

    def set_light(self, light: str) -> None:
        """A new light: all hazards are accounted in the old and solved in the new."""
        self.world.light = light
        self._everything()

    def set_weather(self, visibility_m: float) -> None:
        """A new visibility."""
        self.world.visibility_m = visibility_m
        self._everything()

    def _everything(self) -> None:
        for u in range(len(self.world.ids)):
            self.world.change(u)


def _looks(unit: Any) -> str:
    """What a unit looks like from afar: the class of its first part that is not people, else people."""
    kinds = [element.counts_as for element in unit.entities.values()]
    return next((kind for kind in kinds if kind != "person"), "person")


def start(ctx: Context) -> None:
    """List the pairs, plan them, book light and weather."""
    sensing = Sensing(ctx)
    world, clock = ctx.world, ctx.clock
    world.replanners.append(sensing.replan)
    light = clock.handle("sim/light")
    for phase in ctx.scenario.light:
        clock.at(max(0, ctx.scenario.t_ms(phase.at)), Phase.MOVE, light, sensing.set_light, phase.light)
    for row in ctx.scenario.weather:
        clock.at(max(0, ctx.scenario.t_ms(row.at)), Phase.MOVE, light, sensing.set_weather, row.visibility_m)
    ctx.audited.append(sensing)
    for u in range(len(world.ids)):
        world.change(u)
