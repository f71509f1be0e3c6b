"""Air defence, abstract: a ground weapon that fires at aircraft of the other side while they attack.

An aircraft shows itself by its run. Whoever can reach it there acquires it or not, as the light allows, and fires
until the run is over. A shot hits or misses; it never falls on the ground.
"""

from __future__ import annotations

from typing import Any

from sim.clock import Phase, Steps
from sim.context import Context
from sim.draws import Purpose, span_ms
from sim.losses import break_hull, touched
from sim.rounds import flight_ms, spend
from sim.world import Body, Mount, Task

PHASES = (Phase.FIRE, Phase.IMPACT)
READS = ("legs", "tasks", "present", "broken", "withdrawing", "light")
WRITES = ("mounts", "hull", "airspace")
ACQUIRE, GAP = 1, 2


class AirDefence:
    """All mounts that fire at aircraft."""

    def __init__(self, ctx: Context, mounts: list[Mount]):
        self.ctx, self.world, self.mounts = ctx, ctx.world, mounts
        self.looks: dict[int, int] = {}

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
                and self.reaches(mount, task)
            ):
                look = self.looks[mount.key] = self.looks.get(mount.key, -1) + 1
                luck = self.ctx.draws.block(Purpose.ANTI_AIR, mount.key, 2 * look, 2)
                if luck[0] < mount.weapon.acquires[world.light]:
                    mount.busy = True
                    wait_ms = max(1, span_ms(mount.weapon.acquire, float(luck[1])))
                    self.ctx.clock.start(Phase.FIRE, world.actor[mount.unit], self.engage(mount, task, id_, wait_ms))

    def able(self, mount: Mount) -> bool:
        """Its crew serves it, and it has not broken, withdrawn or been lost."""
        world, u = self.world, mount.unit
        gone = world.broken[u] or world.withdrawing[u] or world.surrendered[u] or not world.present[u]
        return bool(not gone and mount.left != 0 and world.servers(mount) > 0)

    def reaches(self, mount: Mount, task: Task) -> bool:
        """The aircraft is low and near enough on its run."""
        x, y, height_m = self.place(task)
        low = bool(height_m <= mount.weapon.ceiling_m)
        return low and self.slant_m(mount, x, y, height_m) <= float(mount.weapon.range_m)

    def place(self, task: Task) -> tuple[float, float, float]:
        """Where an aircraft attacks from, m: a gun pass leads over its target, all else is released on station."""
        world, now = self.world, self.ctx.clock.now_ms
        height_m = float(world.altitude_m[task.shooter])
        if task.mount.weapon.kind == "strafe":
            return (*world.legs.at(task.contact, now), min(height_m, float(task.mount.weapon.range_m)))
        return (*world.legs.at(task.shooter, now), height_m)

    def slant_m(self, mount: Mount, x: float, y: float, height_m: float) -> float:
        """Distance from a mount to a place in the air."""
        mx, my = self.world.legs.at(mount.unit, self.ctx.clock.now_ms)
        return float(((x - mx) ** 2 + (y - my) ** 2 + height_m**2) ** 0.5)

    def engage(self, mount: Mount, task: Task, cause: int, wait_ms: int) -> Steps:
        """Acquire, then shot after shot while the aircraft is on its run and within reach."""
        world, clock, actor = self.world, self.ctx.clock, self.world.actor[mount.unit]
        yield clock.wait(wait_ms, Phase.FIRE, actor)
        while not task.closed and world.present[task.shooter] and self.able(mount) and self.reaches(mount, task):
            self.shoot(mount, task, cause)
            luck = self.ctx.draws.one(Purpose.DELAY, mount.key ^ GAP << 8, mount.salvo)
            yield clock.wait(max(1, span_ms(mount.weapon.interval, luck)), Phase.FIRE, actor)
        mount.busy = False

    def shoot(self, mount: Mount, task: Task, cause: int) -> None:
        """One round leaves; those who keep clear of air defence know of it from now."""
        world, now, weapon, shot = self.world, self.ctx.clock.now_ms, mount.weapon, mount.salvo
        x, y, height_m = self.place(task)
        slant_m = self.slant_m(mount, x, y, height_m)
        mount.salvo += 1
        spend(world, mount, 1)
        if world.t0_ms is None:
            world.t0_ms = now
        id_ = self.ctx.log.emit(
            "fired", world.actor[mount.unit], world.actor[task.shooter], (cause,), weapon_key=mount.signed_key,
            rounds=1, range_mm=round(slant_m * 1000), salvo=shot,
        )  # fmt: skip
        world.airspace.threats[mount.unit] = (float(weapon.range_m), float(weapon.ceiling_m))
        later = now + flight_ms(weapon, slant_m)
        self.ctx.clock.at(later, Phase.IMPACT, world.actor[mount.unit], self.arrive, mount, task, shot, id_, (x, y))

    def arrive(self, mount: Mount, task: Task, shot: int, cause: int, xy: tuple[float, float]) -> None:
        """The round is there: an impact on the aircraft, if it is still there, or a round that destroys itself."""
        world, log, u = self.world, self.ctx.log, task.shooter
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
        ctx.log.on("run_begun", Phase.FIRE, ctx.clock.handle("sim/air"), defence.attacked)
