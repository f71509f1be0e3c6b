"""Sensing: continuous looking as an exact hazard, and custody of what has been seen.

A pair (observer, target) carries a remaining Exp(1). Its hazard s * light / T * (R / r)**3 is integrated in closed
form along the legs and the moment it runs out is booked; when a leg or a state changes, the remainder is rescaled,
never redrawn. Observers of one formation share what they see: while one holds a target the others rest.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Phase
from sim.context import Context
from sim.crossings import Crossings
from sim.draws import Purpose, pair
from sim.events import GRAVITY
from sim.geometry import range_entry_one
from sim.processes.sensing.columns import Columns
from sim.processes.sensing.custody import Custody
from sim.processes.sensing.hazards import Hazards
from sim.processes.sensing.pairs import Pairs
from sim.processes.sensing.resolving import Resolving
from sim.world import SIDES, Status, fix

PHASES = (Phase.REPLAN, Phase.COMMAND)
READS = ("legs", "moving", "firing", "present", "fit", "light")
WRITES = ("beliefs", "light")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Sensing(Hazards):
    """Pairs, their remaining hazards, and custody."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        world = self.world
        self.sensor = [ctx.scenario.sensors[u.sensor] if u.sensor else None for u in world.unit]
        pairs, self.who, self.group_rows = ctx.scenario.once("sensing", self._listed)
        clock = ctx.clock
        self.actor = clock.handle("sim/sensing")
        crossing = Crossings(clock, Phase.COMMAND, self.actor, len(pairs.a), self._sighted)
        self.leaving = Crossings(clock, Phase.COMMAND, self.actor, len(pairs.a), self._left)
        self.holds: list[set[int]] = [set() for _ in world.ids]  # unit -> pairs in which it has the other in sight
        self.held: list[set[int]] = [set() for _ in world.ids]  # unit -> pairs in which it is in sight
        self.times_seen = [0] * len(pairs.a)
        self.columns = Columns(world, ctx.scenario.sensors)
        super().__init__(clock, world.legs, pairs, self.columns, crossing, self._first_need)
        self.looks = [_looks(unit) for unit in world.unit]
        limits = {u: sensor.tracks for u, sensor in enumerate(self.sensor) if sensor is not None and sensor.tracks}
        self.custody = Custody(limits) if limits else None

    def _listed(self) -> tuple[Pairs, list[int], dict[tuple[int, int], list[int]]]:
        """The pairs; their keys; rows by (observer's formation, target)."""
        world = self.world
        a, b = self._pairs()
        both = list(zip(a.tolist(), b.tolist(), strict=True))
        lists: dict[tuple[int, int], list[int]] = {}
        for row, (i, j) in enumerate(both):
            lists.setdefault((world.formation[i], j), []).append(row)
        widest_m = np.array([world.widest(i, j) for i, j in both], dtype=np.float64)
        pairs = Pairs(a, b, widest_m, np.abs(world.altitude_m[a] - world.altitude_m[b]), len(world.ids))
        return pairs, [pair(world.keys[i], world.keys[j]) for i, j in both], lists

    def _pairs(self) -> tuple[Ints, Ints]:
        """Observers with a sensor against units of the other side whose corridors come within reach."""
        world = self.world
        known = np.array([self._known(u) for u in range(len(world.ids))])
        a, b = [], []
        for i, sensor in enumerate(self.sensor):
            if sensor is not None:
                others = (world.side != world.sides[i]) & ~world.is_air & ~known & (world.gaps(i) <= sensor.reach_m)
                found = np.flatnonzero(others)
                a.append(np.full(len(found), i))
                b.append(found)
        empty = [np.empty(0, dtype=np.int64)]
        return np.concatenate(a or empty).astype(np.int64), np.concatenate(b or empty).astype(np.int64)

    def _known(self, u: int) -> bool:
        """A fixed target known beforehand needs no detection, if the other side knows the points."""
        world = self.world
        other = SIDES[1 - world.sides[u]]
        return world.formations[world.formation[u]].known and self.ctx.scenario.belief[other].known_points

    def _first_need(self, row: int) -> float:
        """The Exp(1) that a pair begins with."""
        return self.ctx.draws.exponential(Purpose.SEEING, self.who[row])

    # -- planning

    def replan(self, units: list[int]) -> None:
        """Account with the old legs and rates, take over the new, solve again. Equal legs and rates are a no-op."""
        now = self.ctx.clock.now_ms
        turned = self.turned(units)
        power, far, signature = self.columns.renew(units)
        if not (turned or power or far or signature):
            return
        self.renew(turned, far, power, signature, now)
        held: set[int] = set()
        for u in turned:
            held |= self.holds[u] | self.held[u]
        for u in far:
            held |= self.holds[u]
        for u in power:
            if self._power[u] == 0.0:
                held |= self.holds[u]
        for u in signature:
            if self._seen[u] == 0.0:
                held |= self.held[u]
        if held:
            self.solve_leaving(sorted(held), self.leaving, now)

    # -- what happens

    def _sighted(self, rows: list[int], now: int) -> None:
        for row in rows:
            if not self._rests[row]:
                self._see(row, now)

    def _see(self, row: int, now: int) -> None:
        world, ctx = self.world, self.ctx
        a, b = self._a[row], self._b[row]
        group, picture = world.formation[a], world.beliefs[world.sides[a]]
        new = picture.status[b] != Status.HELD
        picture.hold(b, group, a)
        sensor = self.sensor[a]
        assert sensor is not None
        if new:
            fix(ctx.draws, world, a, b)
            picture.looks[b] = self.looks[b]
        (ax, ay), (bx, by) = world.legs.at(a, now), world.legs.at(b, now)
        range_m = float(((bx - ax) ** 2 + (by - ay) ** 2 + self._z[row] ** 2) ** 0.5)
        id_ = ctx.log.emit(
            "seen", world.actor[a], world.actor[b],
            range_mm=round(range_m * 1e3), sigma_mm=round(sensor.fix_error_m * 1e3),
        )  # fmt: skip
        if new or picture.seen_id[b] < 0:
            picture.seen_id[b] = id_
            picture.believe_across(b, set(self._beyond(b)))
        self._rest(row, group, b, now)
        self.times_seen[row] = times = self.times_seen[row] + 1
        self._need[row] = ctx.draws.exponential(Purpose.SEEING, self.who[row], times)
        self.holds[a].add(row)
        self.held[b].add(row)
        (ux, uy), (vx, vy) = world.legs.speed_of(a), world.legs.speed_of(b)
        _, out_s = range_entry_one(bx - ax, by - ay, vx - ux, vy - uy, self._far[a])
        self.leaving.put(row, now + out_s * 1e3)
        self.leaving.settle()
        if self.custody is not None:
            self._follow(self.custody, a, row, now)

    def _follow(self, custody: Custody, a: int, row: int, now: int) -> None:
        """Observer a follows one more; with too many it lets one go, with its hands full it looks for no other."""
        custody.took(a, row, now)
        acts = self.world.beliefs[self.world.sides[a]].act
        over = custody.over(a, {r: GRAVITY[acts[self._b[r]]] for r in custody.follows.get(a, ())}, row)
        if over is not None:
            self.leaving.put(over, math.inf)
            self.leaving.settle()
            self._left([over], now)
        if custody.full(a):
            self.rest(custody.rest([r for r in self._of_a[a] if not self._rests[r]], now), now)

    def _looking(self, custody: Custody, a: int, pairs: list[int], now: int) -> list[int]:
        """Of `pairs`, those whose observers have a hand free; and all that rested because a had none."""
        free = [r for r in pairs if not custody.full(self._a[r])]
        custody.rest([r for r in pairs if custody.full(self._a[r])], now)
        if not custody.full(a):
            world = self.world
            holders, group = world.beliefs[world.sides[a]].holders, world.formation[a]
            free += [r for r in self._of_a[a] if r in custody.resting and group not in holders[self._b[r]]]
        return custody.wake(sorted(set(free)), now)

    def draw_eye(self, id_: int, actor: int, *_: int) -> None:
        """A unit acts: those who have their hands full look at it all the same."""
        b, now, custody = self.world.unit_of_actor[actor], self.ctx.clock.now_ms, self.custody
        assert custody is not None
        holders = self.world.beliefs[1 - self.world.sides[b]].holders[b]
        rows = [r for r in self._of_b[b] if r in custody.resting and self.world.formation[self._a[r]] not in holders]
        if rows:
            self.wake(custody.wake(rows, now))
            self.solve(np.array(rows), now)

    def _beyond(self, b: int) -> list[str]:
        side = SIDES[1 - self.world.sides[b]]
        rules = self.ctx.scenario.roe[side].forbid if side in self.ctx.scenario.roe else ()
        beyond = self.world.beyond.get(b, ())
        return [rule.line for rule in rules if rule.line in beyond]

    def _rest(self, row: int, group: int, b: int, now: int) -> None:
        """The others of the formation rest while one of them holds b."""
        self.rest(self.group_rows[(group, b)], now)

    def _left(self, rows: list[int], now: int) -> None:
        again: list[int] = []
        for row in rows:
            a, b = self._a[row], self._b[row]
            group, picture = self.world.formation[a], self.world.beliefs[self.world.sides[a]]
            self.holds[a].discard(row)
            self.held[b].discard(row)
            if picture.holders[b].get(group) != a:
                continue
            self.ctx.log.emit("sight_lost", self.world.actor[a], self.world.actor[b], (picture.seen_id[b],))
            picture.release(b, group, now)
            pairs = self.group_rows[(group, b)]
            if self.custody is not None:
                self.custody.gave(a, row)
                pairs = self._looking(self.custody, a, pairs, now)
            self.wake(pairs)
            if self.signature[b] > 0.0 or self.custody is not None:
                again += pairs
        if again:
            self.solve(np.array(again), now)


class SensingByLaw(Resolving, Sensing):
    """Sensing where some look by resolution."""

    def __init__(self, ctx: Context):
        super().__init__(ctx)
        self.resolve(self.sensor, self.world.unit, self.who, ctx.draws)


def _looks(unit: Any) -> str:
    """What a unit looks like from afar: the class of its first part that is not people, else people."""
    kinds = [element.counts_as for element in unit.entities.values()]
    return next((kind for kind in kinds if kind != "person"), "person")


def start(ctx: Context) -> None:
    """List the pairs, plan them, book light and weather."""
    by_law = any(sensor.resolution is not None for sensor in ctx.scenario.sensors.values())
    sensing = SensingByLaw(ctx) if by_law else Sensing(ctx)
    world, clock = ctx.world, ctx.clock
    world.replanners.append(sensing.replan)
    light = clock.handle("sim/light")
    for phase in ctx.scenario.light:
        clock.at(max(0, ctx.scenario.t_ms(phase.at)), Phase.MOVE, light, partial(world.look_differs, light=phase.light))

    def weather() -> None:
        rows = [row for row in ctx.scenario.weather if ctx.scenario.t_ms(row.at) <= clock.now_ms]
        if rows:
            world.look_differs(visibility_m=max(rows, key=lambda row: row.at).visibility_m)

    for row in ctx.scenario.weather:
        clock.at(max(0, ctx.scenario.t_ms(row.at)), Phase.MOVE, light, weather)
    ctx.after_change.append((Phase.MOVE, light, weather))
    ctx.audited.append(sensing)
    if sensing.custody is not None:
        for kind in ("opened", "fired", "committed"):
            ctx.log.on(kind, Phase.COMMAND, sensing.actor, sensing.draw_eye)
    for u in range(len(world.ids)):
        world.change(u)
