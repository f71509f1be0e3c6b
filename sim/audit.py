"""Audit: at random instants, compute anew from recorded history what is planned; nothing may differ.

Needs and times of sightings are integrated from the first hazard on, along recorded legs and recorded rates, not read
from the live caches; rates of engagements are computed from the state of now. An audit has its own purpose of luck,
is not logged, comes last in its instant, skips units that wait to be re-planned, and never books anything anew.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from sim.clock import Phase
from sim.context import Context
from sim.draws import Purpose, key
from sim.effects.resolution import resolved_exposure, time_to_resolved
from sim.effects.seeing import exposure, time_to_exposure
from sim.geometry import range_entry_one
from sim.processes.direct_fire import DirectFire
from sim.processes.sensing import Sensing

BEFORE_MS, AFTER_MS = 3_600_000, 4 * 3_600_000
PAIRS = 12
TOLERANCE_MS = 0.01
EDGE_M = 0.1
"""So near the edge of its range a weapon may fire a millisecond later."""


class AuditError(AssertionError):
    """Something planned differs from what history says it should be."""


class Audit:
    """Books its instants, keeps the history of rates, compares."""

    def __init__(self, ctx: Context, times: int):
        self.ctx, self.world = ctx, ctx.world
        self.sensing = next(room for room in ctx.audited if isinstance(room, Sensing))
        self.fire = next(room for room in ctx.audited if isinstance(room, DirectFire))
        self.columns: list[list[tuple[int, float, float, float]]] = [[] for _ in self.world.ids]
        self.look: tuple[str, float] | None = None
        self.world.replanners.append(self.note)
        self.note([])
        middle = ctx.scenario.t_ms(ctx.scenario.clock.scripted_until)
        luck = ctx.draws.block(Purpose.AUDIT, key("audit"), 0, times)
        actor = ctx.clock.handle("sim/audit")
        for n, u in enumerate(luck.tolist()):
            at = max(1, round(middle - BEFORE_MS + u * (BEFORE_MS + AFTER_MS)))
            ctx.clock.at(at, Phase.AUDIT, actor, self.check, n)

    # -- history

    def fresh(self, u: int) -> tuple[float, float, float]:
        """(hazard constant m3/s, reach m, signature) of a unit from the state of now."""
        world, unit = self.world, self.world.unit[u]
        there = world.present[u] and world.alive(u)
        power = far = 0.0
        if unit.sensor is not None:
            sensor = self.ctx.scenario.sensors[unit.sensor]
            clear = min(sensor.reach_m, world.visibility_m)
            far = sensor.reach_m * sensor.through_fog + clear * (1.0 - sensor.through_fog)
            if there and not world.surrendered[u]:
                power = sensor.hazard_constant(world.light)
        look = unit.signature
        state = look.firing if world.firing[u] else look.moving if world.moving[u] else look.still
        return power, far, state if there else 0.0

    def note(self, units: list[int]) -> None:
        """After a replan: the columns of these units, of all in another light, hold from now."""
        look = self.world.light, self.world.visibility_m
        if look != self.look:
            self.look, units = look, list(range(len(self.world.ids)))
        for u in units:
            row = (self.ctx.clock.now_ms, *self.fresh(u))
            if not self.columns[u] or self.columns[u][-1][1:] != row[1:]:
                self.columns[u].append(row)

    # -- comparing

    def check(self, n: int) -> None:
        """Compare everything; raises AuditError with all that differs."""
        found = self.rates() + self.sightings(n) + self.engagements() + self.idle()
        if found:
            raise AuditError("; ".join(found[:5]))

    def rates(self) -> list[str]:
        """Cached columns of sensing against the state of now, for all units that are not waiting to be re-planned."""
        found = []
        for u in range(len(self.world.ids)):
            cached = (float(self.sensing.power[u]), float(self.sensing.far[u]), float(self.sensing.signature[u]))
            if u not in self.world.dirty and cached != self.fresh(u):
                found.append(f"{self.world.ids[u]}: sensing holds {cached}, the state says {self.fresh(u)}")
        return found

    def sightings(self, n: int) -> list[str]:
        """Planned times of some open pairs against the integral of their whole history."""
        sensing, now = self.sensing, self.ctx.clock.now_ms
        rows = np.flatnonzero(~sensing.resting & (sensing.rate > 0.0))
        picks = self.ctx.draws.block(Purpose.AUDIT, key("audit/pairs"), n, PAIRS)
        found = []
        for row in sorted({int(rows[int(u * len(rows))]) for u in picks} if len(rows) else set()):
            a, b = int(sensing.a[row]), int(sensing.b[row])
            if a in self.world.dirty or b in self.world.dirty:
                continue
            planned, expected = float(sensing.crossing.time_ms[row]), self.expected(row, a, b)
            if expected == planned or abs(expected - planned) <= TOLERANCE_MS + 1e-9 * (planned - now):
                continue
            found.append(f"{self.world.ids[a]} sees {self.world.ids[b]} at {planned!r}, history says {expected!r}")
        return found

    def expected(self, row: int, a: int, b: int) -> float:
        """When history says the hazard of a pair runs out, ms; inf if never on these legs."""
        sensing, now = self.sensing, self.ctx.clock.now_ms
        rank_m = sensing.rank_m.get(row, np.inf)
        need = self.ctx.draws.exponential(Purpose.SEEING, sensing.who[row], sensing.times_seen[row])
        since, rests = self.rested(a, b)
        custody = sensing.custody
        rests += custody.rested.get(row, []) if custody is not None else []  # while its observer had no hand free
        cuts = {since, now, *(t for rest in rests for t in rest)}
        cuts |= {leg[0] for u in (a, b) for leg in self.legs(u)} | {c[0] for u in (a, b) for c in self.columns[u]}
        times = sorted(t for t in cuts if since <= t <= now)
        for begin, end in pairwise(times):
            if any(start <= begin < stop for start, stop in rests):
                continue
            p, v, far, rate = self.state(a, b, begin)
            far = min(far, rank_m)
            t_in, t_out = range_entry_one(*p, *v, far)
            span = (end - begin) * 1e-3
            t_in, t_out = min(t_in, span), min(t_out, span)
            if rate > 0.0 and t_out > t_in:
                x, y = p[0] + v[0] * t_in, p[1] + v[1] * t_in
                need -= rate * self.spent(row, x, y, *v, t_out - t_in)
        p, v, far, rate = self.state(a, b, now)
        t_in, t_out = range_entry_one(*p, *v, min(far, rank_m))
        if rate == 0.0 or t_in == np.inf:
            return float(np.inf)
        x, y = p[0] + v[0] * t_in, p[1] + v[1] * t_in
        due = t_in + self.wait(row, x, y, *v, max(need, 0.0) / rate)
        return now + due * 1e3 if due <= t_out else float(np.inf)

    def spent(self, row: int, x: float, y: float, vx: float, vy: float, t: float) -> float:
        """Hazard of a pair at rate 1 that is used up along a leg in t seconds, by the law of its sensor."""
        z, halfway = float(self.sensing.z[row]), self.sensing.halfway_m.get(row)
        if halfway is not None:
            return resolved_exposure(x, y, vx, vy, z, t, halfway)
        return float(exposure(x, y, vx, vy, z, t))

    def wait(self, row: int, x: float, y: float, vx: float, vy: float, need: float) -> float:
        """Seconds until so much is used up."""
        z, halfway = float(self.sensing.z[row]), self.sensing.halfway_m.get(row)
        if halfway is not None:
            return time_to_resolved(x, y, vx, vy, z, need, halfway)
        return float(time_to_exposure(x, y, vx, vy, z, need))

    def rested(self, a: int, b: int) -> tuple[int, list[tuple[int, int]]]:
        """(since when the pair counts, spans in which its formation held b), from the log."""
        world, log = self.world, self.ctx.log
        group = world.formation[a]
        since, spans, began = 0, [], -1
        for t_ms, kind, actor, target, _, _ in log.rows:
            if kind not in (200, 201) or target != world.actor[b]:
                continue
            observer = world.unit_of_actor[actor]
            if world.formation[observer] != group:
                continue
            if kind == 200:
                began, seer = t_ms, observer
            elif began >= 0:
                spans.append((began, t_ms))
                since = t_ms if seer == a else since
                began = -1
        return since, spans

    def legs(self, u: int) -> list[tuple[int, int, float, float, float, float]]:
        """Recorded legs of a unit."""
        return [leg for leg in self.world.legs.history if leg[1] == u]

    def state(self, a: int, b: int, t_ms: int) -> tuple[tuple[float, float], tuple[float, float], float, float]:
        """(relative position, relative velocity, reach, rate) of a pair from t_ms on, from recorded history."""
        place: list[tuple[float, float, float, float]] = []
        for u in (a, b):
            leg = [leg for leg in self.legs(u) if leg[0] <= t_ms][-1]
            dt = (t_ms - leg[0]) * 1e-3
            place.append((leg[2] + leg[4] * dt, leg[3] + leg[5] * dt, leg[4], leg[5]))
        of_a = [row for row in self.columns[a] if row[0] <= t_ms][-1]
        of_b = [row for row in self.columns[b] if row[0] <= t_ms][-1]
        p = (place[1][0] - place[0][0], place[1][1] - place[0][1])
        v = (place[1][2] - place[0][2], place[1][3] - place[0][3])
        return p, v, of_a[2], of_a[1] * of_b[3]

    def engagements(self) -> list[str]:
        """Rates and bounds of aimed engagements against the state of now."""
        found: list[str] = []
        dirty: Any = self.world.dirty
        for e in self.fire.active.values():
            thinned = e.mount.weapon.kind == "aimed" and e.mount.weapon.interval == "exponential"
            if not thinned or e.mount.unit in dirty or e.target in dirty:
                continue
            now = self.fire.small.state(e)
            if (e.rate, e.bound, e.band) != now:
                found.append(
                    f"{self.world.ids[e.mount.unit]} fires at rate, bound, band {(e.rate, e.bound, e.band)}, not {now}"
                )
        return found

    def idle(self) -> list[str]:
        """Fire that goes on though it is no longer free, and weapons that rest though there is something to fire at."""
        fire, world, licence, found = self.fire, self.world, self.fire.licence, list[str]()
        for e in fire.active.values():
            u, j = e.mount.unit, e.target
            waits = {u, j} & world.dirty or e.mount.key in fire.shaken
            if not waits and not (licence.able(u) and licence.free(u, j)):
                found.append(f"{world.ids[u]} still fires at {world.ids[j]}")
        for u, mounts in fire.of_unit.items():
            if u in world.dirty or u in fire.pending or not licence.able(u):
                continue
            rest = [m for m in mounts if m.key not in fire.active and m.left != 0 and world.servers(m) > 0]
            for j in licence.targets(u, fire.near[u]) if rest else []:
                range_m = fire.small.range_m(u, j) + EDGE_M
                able = [m for m in rest if fire.victims.exposure(m, j)[1] > 0.0 and range_m < licence.limit_m(m, j)]
                if able and j not in world.dirty:
                    found.append(f"{able[0].name} of {world.ids[u]} rests, {world.ids[j]} is in range")
        return found
