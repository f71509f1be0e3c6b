"""Air defence, abstract: a ground weapon that fires at aircraft of the other side, from the first round on.

An aircraft shows itself by its run. Whoever can reach it there acquires it or not, as the light allows, and fires
until the run is over. One that orbits within reach is looked for again and again; it is fired at until it evades,
stands off because it keeps clear, or is gone. A shot hits or misses; it never falls on the ground.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

from sim.clock import Call, Phase, Steps
from sim.context import Context
from sim.draws import Purpose, span_ms
from sim.geometry import range_entry_one
from sim.losses import break_hull, touched
from sim.rounds import flight_ms, spend
from sim.world import Body, Mount, Task

PHASES = (Phase.FIRE, Phase.IMPACT)
READS = ("legs", "tasks", "present", "broken", "withdrawing", "light")
WRITES = ("mounts", "hull", "airspace")
ACQUIRE, GAP, SEARCH = 1, 2, 3
FIRST_FIRE = ("opened", "fired", "warning_fired")


class AirDefence:
    """All mounts that fire at aircraft."""

    def __init__(self, ctx: Context, mounts: list[Mount]):
        self.ctx, self.world, self.mounts = ctx, ctx.world, mounts
        self.looks: dict[int, int] = {}
        self.begun = False  # a round has been fired by somebody
        self.searches: dict[int, int] = {}  # mount key -> searches so far
        self.since_ms: dict[int, float] = {}  # mount key -> since when it has had one that orbits within reach
        self.next: dict[int, Call] = {}  # mount key -> its next search
        self.arrivals: dict[int, int] = {}  # aircraft -> id of its arrival on station
        self.within = {mount.key: self._within(mount) for mount in mounts}
        self.of_unit: dict[int, list[Mount]] = {}  # unit or aircraft -> mounts whose search it may alter
        for mount in mounts:
            for u in (mount.unit, *self.within[mount.key]):
                self.of_unit.setdefault(u, []).append(mount)

    def _within(self, mount: Mount) -> list[int]:
        """Aircraft of the other side that may ever come within reach of a mount."""
        world, weapon = self.world, mount.weapon
        low = world.altitude_m <= min(weapon.ceiling_m, weapon.range_m)
        theirs = world.is_air & (world.side != world.side[mount.unit])
        found: list[int] = (theirs & low & (world.gaps(mount.unit) <= weapon.range_m)).nonzero()[0].tolist()
        return found

    def attacked(self, id_: int, aircraft: int, contact: int, weapon_key: int, serial: int) -> None:
        """An aircraft begins a run: whoever can reach it, is free and acquires it begins to fire."""
        world = self.world
        u = world.unit_of_actor[aircraft]
        task = world.tasks.get(u)
        if task is None or task.serial != serial:
            return
        for mount in self.mounts:
            if (
                world.side[mount.unit] != world.side[u]
                and not mount.busy
                and self.able(mount)
                and self.reaches(mount, u, task)
            ):
                look = self.looks[mount.key] = self.looks.get(mount.key, -1) + 1
                luck = self.ctx.draws.block(Purpose.ANTI_AIR, mount.key, 2 * look, 2)
                if luck[0] < mount.weapon.acquires[world.light]:
                    mount.busy = True
                    wait_ms = max(1, span_ms(mount.weapon.acquire, float(luck[1])))
                    steps = self.engage(mount, u, task, (id_,), wait_ms)
                    self.ctx.clock.start(Phase.FIRE, world.actor[mount.unit], steps)

    # -- those that orbit

    def fight_begun(self, *_: Any) -> None:
        """The first round of the night: from now on aircraft are looked for."""
        self.begun = True
        for mount in self.mounts:
            self.plan(mount)

    def arrived(self, id_: int, kind: str, aircraft: int, target: int, payload: tuple[int, ...]) -> None:
        """An aircraft is on station: what a shot at it there comes of."""
        self.arrivals[self.world.unit_of_actor[aircraft]] = id_

    def quiet(self, *_: Any) -> bool:
        """Whether nobody has fired yet."""
        return not self.begun

    def replan(self, units: list[int]) -> None:
        """Aircraft have come or gone, or air defence has moved: its next search is booked anew."""
        if self.begun:
            found = {mount.key: mount for u in units for mount in self.of_unit.get(u, ())}
            for mount in found.values():
                self.plan(mount)

    def plan(self, mount: Mount) -> None:
        """Book the next search: its gap counts from when the last one was, or from when one came within reach."""
        old, now = self.next.pop(mount.key, None), self.ctx.clock.now_ms
        if old is not None:
            old.cancel()
        comes_ms = min((self.comes_ms(mount, u) for u in self.within[mount.key]), default=inf)
        if comes_ms == inf or not self.able(mount):
            self.since_ms.pop(mount.key, None)
            return
        since = comes_ms if comes_ms > now else self.since_ms.get(mount.key, now)
        self.since_ms[mount.key] = since
        luck = self.ctx.draws.one(Purpose.DELAY, mount.key ^ SEARCH << 8, self.searches.get(mount.key, 0))
        at = max(now, round(since + max(1, span_ms(mount.weapon.search, luck))))
        self.next[mount.key] = self.ctx.clock.at(at, Phase.FIRE, self.world.actor[mount.unit], self.search, mount)

    def comes_ms(self, mount: Mount, u: int) -> float:
        """From when an aircraft of those `within` orbits in reach of a mount on its present leg, ms; inf: never."""
        world, now = self.world, self.ctx.clock.now_ms
        height_m, far_m = float(world.altitude_m[u]), float(mount.weapon.range_m)
        if not world.present[u] or self.stands_off(mount, u):
            return inf
        (x, y), (vx, vy) = world.legs.at(mount.unit, now), world.legs.speed_of(mount.unit)
        ax, ay = world.legs.at(u, now)
        t_in, _ = range_entry_one(ax - x, ay - y, -vx, -vy, sqrt(far_m**2 - height_m**2))
        return max(now + t_in * 1e3, world.airspace.evading.get(u, 0))

    def stands_off(self, mount: Mount, u: int) -> bool:
        """An aircraft keeps clear, and a mount has fired: it orbits elsewhere."""
        return bool(self.world.unit[u].air.keeps_clear and mount.unit in self.world.airspace.threats)

    def search(self, mount: Mount) -> None:
        """A look round: the nearest that orbits within reach is acquired or not."""
        world, now = self.world, self.ctx.clock.now_ms
        n = self.searches[mount.key] = self.searches.get(mount.key, 0) + 1
        self.since_ms[mount.key] = now
        near = [u for u in self.within[mount.key] if self.comes_ms(mount, u) <= now]
        luck = self.ctx.draws.block(Purpose.ANTI_AIR, mount.key ^ SEARCH << 8, n, 2)
        if near and not mount.busy and luck[0] < mount.weapon.acquires[world.light]:
            u = min(near, key=lambda u: self.slant_m(mount, *world.legs.at(u, now), float(world.altitude_m[u])))
            mount.busy = True
            wait_ms = max(1, span_ms(mount.weapon.acquire, float(luck[1])))
            steps = self.engage(mount, u, None, (self.arrivals[u],), wait_ms)
            self.ctx.clock.start(Phase.FIRE, world.actor[mount.unit], steps)
        self.plan(mount)

    # -- fire

    def able(self, mount: Mount) -> bool:
        """Its crew serves it, and it has not broken, withdrawn or been lost."""
        world, u = self.world, mount.unit
        gone = world.broken[u] or world.withdrawing[u] or world.surrendered[u] or not world.present[u]
        return bool(not gone and mount.left != 0 and world.servers(mount) > 0)

    def reaches(self, mount: Mount, u: int, task: Task | None) -> bool:
        """The aircraft is low and near enough, on its run or where it orbits."""
        x, y, height_m = self.place(u, task)
        low = bool(height_m <= mount.weapon.ceiling_m)
        return low and self.slant_m(mount, x, y, height_m) <= float(mount.weapon.range_m)

    def place(self, u: int, task: Task | None) -> tuple[float, float, float]:
        """Where an aircraft is, m: a gun pass leads over its target, all else is released on station."""
        world, now = self.world, self.ctx.clock.now_ms
        height_m = float(world.altitude_m[u])
        if task is not None and task.mount.weapon.kind == "strafe":
            return (*world.legs.at(task.contact, now), min(height_m, float(task.mount.weapon.range_m)))
        return (*world.legs.at(u, now), height_m)

    def slant_m(self, mount: Mount, x: float, y: float, height_m: float) -> float:
        """Distance from a mount to a place in the air."""
        mx, my = self.world.legs.at(mount.unit, self.ctx.clock.now_ms)
        return float(((x - mx) ** 2 + (y - my) ** 2 + height_m**2) ** 0.5)

    def exposed(self, mount: Mount, u: int, task: Task | None) -> bool:
        """The aircraft is still on its run and within reach, or still orbits there."""
        if task is None:
            return self.comes_ms(mount, u) <= self.ctx.clock.now_ms
        return not task.closed and bool(self.world.present[u]) and self.reaches(mount, u, task)

    def engage(self, mount: Mount, u: int, task: Task | None, cause: tuple[int, ...], wait_ms: int) -> Steps:
        """Acquire, then shot after shot while the aircraft is exposed."""
        clock, actor = self.ctx.clock, self.world.actor[mount.unit]
        yield clock.wait(wait_ms, Phase.FIRE, actor)
        while self.able(mount) and self.exposed(mount, u, task):
            self.shoot(mount, u, task, cause)
            luck = self.ctx.draws.one(Purpose.DELAY, mount.key ^ GAP << 8, mount.salvo)
            yield clock.wait(max(1, span_ms(mount.weapon.interval, luck)), Phase.FIRE, actor)
        mount.busy = False

    def shoot(self, mount: Mount, u: int, task: Task | None, cause: tuple[int, ...]) -> None:
        """One round leaves; those who keep clear of air defence know of it from now."""
        world, now, weapon, shot = self.world, self.ctx.clock.now_ms, mount.weapon, mount.salvo
        x, y, height_m = self.place(u, task)
        slant_m = self.slant_m(mount, x, y, height_m)
        mount.salvo += 1
        spend(world, mount, 1)
        if world.t0_ms is None:
            world.t0_ms = now
        id_ = self.ctx.log.emit(
            "fired", world.actor[mount.unit], world.actor[u], cause, weapon_key=mount.signed_key,
            rounds=1, range_mm=round(slant_m * 1000), salvo=shot,
        )  # fmt: skip
        world.airspace.threats[mount.unit] = (float(weapon.range_m), float(weapon.ceiling_m))
        later = now + flight_ms(weapon, slant_m)
        self.ctx.clock.at(later, Phase.IMPACT, world.actor[mount.unit], self.arrive, mount, u, shot, id_, (x, y))

    def arrive(self, mount: Mount, u: int, shot: int, cause: int, xy: tuple[float, float]) -> None:
        """The round is there: an impact on the aircraft, if it is still there, or a round that destroys itself."""
        world, log = self.world, self.ctx.log
        luck = self.ctx.draws.block(Purpose.ANTI_AIR, mount.key, 2 * shot + 1, 3)
        first, last = world.first[u], world.first[u] + world.count[u]
        there = [r for r in range(first, last) if world.body[r] == Body.AIRCRAFT and not world.hull[r] & 4]
        shooter, toward, facts = (
            world.actor[mount.unit],
            world.actor[u],
            {"weapon_key": mount.signed_key, "salvo": shot},
        )
        p = float(mount.weapon.p_hit)
        if luck[0] >= p or not world.present[u] or not there:
            log.emit("dud", shooter, toward, (cause,), **facts)
            return
        hit = log.emit("impact", shooter, toward, (cause,), x_mm=round(xy[0] * 1e3), y_mm=round(xy[1] * 1e3), **facts)
        row = there[min(int(luck[1] * len(there)), len(there) - 1)]
        odds: dict[str, Any] = {"p": p, "draw": float(luck[0])}
        break_hull(world, log, self.ctx.draws, row, float(luck[2]), mount, shot, hit, odds)
        touched(world, u)


def start(ctx: Context) -> None:
    """Listen for runs, if anybody can fire at aircraft."""
    mounts = [
        m for m in ctx.world.mounts if m.weapon.kind == "anti_air" and not m.held and not ctx.world.is_air[m.unit]
    ]
    if mounts:
        defence = AirDefence(ctx, mounts)
        actor = ctx.clock.handle("sim/air")
        ctx.log.on("run_begun", Phase.FIRE, actor, defence.attacked)
        for kind in FIRST_FIRE:
            ctx.log.on(kind, Phase.FIRE, actor, defence.fight_begun, defence.quiet)
        ctx.log.watch("on_station", defence.arrived)
        ctx.world.replanners.append(defence.replan)
