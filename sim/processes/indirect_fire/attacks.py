"""Attacks that the queue of supporting fires assigns to shooters on the ground."""

from __future__ import annotations

from functools import partial
from math import inf

from sim.clock import Phase, Steps
from sim.context import Context
from sim.events import Reason
from sim.geometry import bearing
from sim.processes.indirect_fire.guns import GAP, LAY, Guns
from sim.rounds import launch, reload_call
from sim.world import Mount, Status, Task


class Attacks:
    """One loop for each task."""

    def __init__(self, ctx: Context, guns: Guns):
        self.ctx, self.world, self.guns = ctx, ctx.world, guns

    def assigned(self, id_: int, shooter: int, target: int, weapon_key: int, serial: int) -> None:
        """A task for a ground shooter: start its loop."""
        u = self.world.unit_of_actor[shooter]
        task = self.world.tasks.get(u)
        if task is not None and not self.world.is_air[u] and task.serial == serial:
            self.ctx.clock.start(Phase.FIRE, shooter, self.attack(task, id_))

    def attack(self, task: Task, cause: int) -> Steps:
        """Lay or prepare, fire the volley at where the contact is believed then, tell when it has landed."""
        clock, world, mount = self.ctx.clock, self.world, task.mount
        weapon, actor = mount.weapon, self.world.actor[task.shooter]
        first = weapon.lay if weapon.kind == "indirect" else weapon.release
        yield clock.wait(self.guns.delay(mount, first, LAY) + task.slower_ms, Phase.FIRE, actor)
        mission = self.guns.missions.get(mount.key, 0)
        self.guns.missions[mount.key] = mission + 1
        closes = getattr(weapon, "closes_airspace", False)
        if closes:
            self.airspace(mount, 1)
        mean: tuple[float, float] | None = None
        task.over = partial(self.free, task)
        for shot in range(weapon.volley):
            rounds = min(world.servers(mount), mount.left if mount.left is not None else 10**6)
            if mount.loaded is not None:
                rounds = min(rounds, mount.loaded)
            if rounds <= 0 or not self.guns.able(mount) or world.beliefs[task.side].across[task.contact]:
                break  # nothing left, nobody left, or the contact is believed where the rules forbid fire
            world.flag("firing", mount.unit, True)
            aim = world.beliefs[task.side].where(task.contact, clock.now_ms)
            if mean is None:
                x, y = world.legs.at(mount.unit, clock.now_ms)
                mean = self.guns.mean(mount, mission << 20, float(bearing(aim[0] - x, aim[1] - y)))
            task.launched(rounds)
            launch(
                world, self.ctx.log, self.ctx.draws, mount, aim, rounds, (cause,), mean=mean, target=task.contact,
                laser=getattr(weapon, "guidance", "") == "laser",
                landed=task.landed,
            )  # fmt: skip
            if weapon.kind == "indirect" and world.beliefs[task.side].status[task.contact] == Status.HELD:
                mean = self.guns.adjusted(mount, mean, (mission << 20) + shot + 1)
            if shot + 1 < weapon.volley:
                yield clock.wait(self.guns.delay(mount, weapon.interval, GAP), Phase.FIRE, actor)
        world.flag("firing", mount.unit, False)
        if task.fired:
            self.ctx.log.emit("ceased", actor, world.actor[task.contact], reason=int(Reason.ORDERED))
        task.close()

    def airspace(self, mount: Mount, step: int) -> None:
        """Aircraft keep out while rockets fly through their heights: from before the first leaves until the last is
        down."""
        closed, actor = self.world.airspace.closed_below_m, self.world.actor[mount.unit]
        if step > 0:
            if not closed:
                self.ctx.log.emit("airspace_closed", actor)
            closed[mount.key] = inf if mount.weapon.closes_below_m is None else mount.weapon.closes_below_m
        else:
            del closed[mount.key]
            if not closed:
                self.ctx.log.emit("airspace_open", actor)

    def free(self, task: Task) -> None:
        """All is down, and nothing flies through the airspace any more; the shooter is free again, an empty rack is
        refilled first."""
        mount = task.mount
        if mount.key in self.world.airspace.closed_below_m:
            self.airspace(mount, -1)
        if mount.loaded is not None and mount.loaded <= 0 and mount.left != 0 and mount.weapon.reload is not None:
            reload_call(self.world, self.ctx.log, self.ctx.draws, mount, lambda: self._release(task.shooter))
        else:
            self._release(task.shooter)
        if mount.left == 0:
            self.ctx.log.emit("empty", self.world.actor[mount.unit], weapon_key=mount.signed_key)
        self.ctx.clock.open_gate(task.done)

    def _release(self, shooter: int) -> None:
        self.world.tasks.pop(shooter, None)
        for phase, fn in self.world.free_hooks:
            self.ctx.clock.soon(phase, self.world.actor[shooter], fn)
