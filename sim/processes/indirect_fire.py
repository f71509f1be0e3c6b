"""Indirect fire from the ground: shelling by order, warning shots, and attacks assigned by a command.

A gun loop is a script: only the gun decides when it fires next. Rounds in flight land whatever becomes of it.
"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any

from scipy.special import ndtri

from sim.clock import Phase, Steps
from sim.context import Context
from sim.draws import Purpose, key, signed, span_ms
from sim.events import Reason, Rung
from sim.geometry import bearing
from sim.rounds import launch, mean_point, reload_call
from sim.world import SIDES, Mount, Status, Task

PHASES = (Phase.FIRE, Phase.IMPACT)
READS = ("beliefs", "fit", "hull", "pinned", "broken", "withdrawing", "halted")
WRITES = ("mounts", "firing", "tasks")
KINDS = ("indirect", "guided")
LAY, GAP = 1, 2  # own address of delays: to the first round, between rounds


class IndirectFire:
    """All ground mounts of indirect and guided weapons."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.mounts = [m for m in ctx.world.mounts if m.weapon.kind in KINDS and not ctx.world.is_air[m.unit]]
        self.orders = {signed(key(order.id)): order for order in ctx.scenario.orders}
        self.missions: dict[int, int] = {}
        self.formation_missions: dict[int, int] = {}
        self.shooting: dict[int, int] = {}  # order key -> mounts still at it
        self.gaps: dict[tuple[int, int], int] = {}

    def delay(self, mount: Mount, law: Any, what: int) -> int:
        """A drawn span of a mount, counted per mount and purpose."""
        event = self.gaps.get((mount.key, what), 0)
        self.gaps[(mount.key, what)] = event + 1
        return max(1, span_ms(law, self.ctx.draws.one(Purpose.DELAY, mount.key ^ what << 8, event)))

    def able(self, mount: Mount) -> bool:
        """Its crew serves it, and it has not broken, withdrawn, been halted or been lost."""
        world, u = self.world, mount.unit
        gone = (
            world.halted[u] or world.broken[u] or world.withdrawing[u] or world.surrendered[u] or not world.present[u]
        )
        return not gone and world.alive(u) and self.world.servers(mount) > 0 and mount.left != 0

    # -- shelling by order

    def ordered(self, id_: int, formation_actor: int, target: int, order_key: int) -> None:
        """An order to shell begins: every mount of that weapon in the formation starts its loop."""
        shell = self.orders[order_key].do.shell
        if shell is None:
            return
        f = self.world.formation_actor.index(formation_actor)
        event = self.formation_missions.get(f, 0)
        self.formation_missions[f] = event + 1
        doubt = ndtri(self.ctx.draws.block(Purpose.LOCATION, key(f"formation/{self.world.formations[f].id}"), event, 2))
        x, y = self.ctx.scenario.point(shell.at)
        aim = (x + float(doubt[0]) * shell.location_error_m, y + float(doubt[1]) * shell.location_error_m)
        for mount in self.mounts:
            if self.world.formation[mount.unit] == f and mount.name == shell.weapon and self.may_shell(mount, aim):
                actor = self.world.actor[mount.unit]
                self.shooting[order_key] = self.shooting.get(order_key, 0) + 1
                mount.busy = True
                self.ctx.clock.start(Phase.FIRE, actor, self.shelling(mount, shell, aim, id_, order_key))
        if not self.shooting.get(order_key):
            why = int(Reason.OUT_OF_RANGE)
            self.ctx.log.emit("order_aborted", formation_actor, causes=(id_,), order_key=order_key, why=why)

    def may_shell(self, mount: Mount, aim: tuple[float, float]) -> bool:
        """A mount is free, not held, and has the place between its least and largest range."""
        x, y = self.world.legs.at(mount.unit, self.ctx.clock.now_ms)
        far = ((aim[0] - x) ** 2 + (aim[1] - y) ** 2) ** 0.5
        return not mount.held and not mount.busy and mount.weapon.min_range_m <= far <= mount.weapon.range_m

    def shelling(self, mount: Mount, shell: Any, aim: tuple[float, float], cause: int, order_key: int) -> Steps:
        """Lay, then volley after volley until the ordered rounds are gone or the guns are."""
        clock, world, actor = self.ctx.clock, self.world, self.world.actor[mount.unit]
        weapon = mount.weapon
        yield clock.wait(self.delay(mount, weapon.lay, LAY), Phase.FIRE, actor)
        mission = self.missions.get(mount.key, 0)
        self.missions[mount.key] = mission + 1
        x, y = world.legs.at(mount.unit, clock.now_ms)
        turn = float(bearing(aim[0] - x, aim[1] - y))
        mean = self.mean(mount, mission << 20, turn)
        left, volley = shell.rounds * len(mount.served_by), 0
        while left > 0 and self.able(mount):
            if world.pinned[mount.unit]:
                yield clock.wait(self.delay(mount, weapon.interval, GAP), Phase.FIRE, actor)
                continue
            rounds = min(left, world.servers(mount), *([mount.left] if mount.left is not None else []))
            if mount.loaded is not None:
                if mount.loaded <= 0:
                    gate = clock.gate(Phase.FIRE, actor)
                    world.flag("firing", mount.unit, False)
                    reload_call(world, self.ctx.log, self.ctx.draws, mount, partial(clock.open_gate, gate))
                    yield gate
                    continue
                rounds = min(rounds, mount.loaded)
            world.flag("firing", mount.unit, True)
            launch(world, self.ctx.log, self.ctx.draws, mount, aim, rounds, (cause,), mean=mean)
            left, volley = left - rounds, volley + 1
            mean = self.next_mean(mount, shell, aim, mean, (mission << 20) + volley, turn)
            yield clock.wait(self.delay(mount, weapon.interval, GAP), Phase.FIRE, actor)
        mount.busy = False
        self.cease(mount)
        self.shooting[order_key] -= 1
        if not self.shooting[order_key]:
            formation = world.formation_actor[world.formation[mount.unit]]
            self.ctx.log.emit("order_done", formation, causes=(cause,), order_key=order_key)

    def mean(self, mount: Mount, event: int, turn: float) -> tuple[float, float]:
        """Common error of a mission; guided rounds have none but their CEP."""
        return mean_point(self.ctx.draws, mount, event, turn) if mount.weapon.kind == "indirect" else (0.0, 0.0)

    def next_mean(
        self, mount: Mount, shell: Any, aim: tuple[float, float], mean: tuple[float, float], event: int, turn: float
    ) -> tuple[float, float]:  # fmt: skip
        """After a volley: redrawn by level, or moved by an observer who sees and errs."""
        weapon = mount.weapon
        if weapon.mpi.redrawn in ("volley", "gun"):
            return self.mean(mount, event, turn)
        if not self.observed(shell, aim):
            return mean
        if weapon.mpi.redrawn == "adjustment":
            mean = self.mean(mount, event, turn)
        return self.adjusted(mount, mean, event)

    def adjusted(self, mount: Mount, mean: tuple[float, float], event: int) -> tuple[float, float]:
        """The mean point moved by an observer who sees the fall of shot and errs."""
        z = [ndtri(u) * mount.weapon.spotting_m for u in self.ctx.draws.few(Purpose.SPOTTING, mount.key, event, 2)]
        keep = mount.weapon.adjust
        return mean[0] * keep + float(z[0]) * (1.0 - keep), mean[1] * keep + float(z[1]) * (1.0 - keep)

    def observed(self, shell: Any, aim: tuple[float, float]) -> bool:
        """Somebody of the spotting formation is effective and has the target area within his sensor's reach."""
        if shell.observer is None:
            return False
        world, now = self.world, self.ctx.clock.now_ms
        f = next(i for i, formation in enumerate(world.formations) if formation.id == shell.observer)
        for u in world.members[f]:
            sensor = world.unit[u].sensor
            if sensor is not None and world.effective(u):
                x, y = world.legs.at(u, now)
                reach = min(self.ctx.scenario.sensors[sensor].reach_m, world.visibility_m)
                if (x - aim[0]) ** 2 + (y - aim[1]) ** 2 <= reach**2:
                    return True
        return False

    def cease(self, mount: Mount) -> None:
        """No more rounds from this mount for now."""
        u = mount.unit
        if any(other.busy for other in self.world.mounts_of[u]):
            return
        if self.world.flag("firing", u, False):
            world = self.world
            reason = (
                Reason.LOST if not world.alive(u) or world.servers(mount) == 0
                else Reason.EMPTY if mount.left == 0
                else Reason.BROKE if world.broken[u]
                else Reason.HALTED if world.halted[u]
                else Reason.ORDERED
            )  # fmt: skip
            self.ctx.log.emit("ceased", world.actor[u], reason=int(reason))

    # -- attacks of the supporting-fire queue

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
        yield clock.wait(self.delay(mount, first, LAY) + task.slower_ms, Phase.FIRE, actor)
        mission = self.missions.get(mount.key, 0)
        self.missions[mount.key] = mission + 1
        closes = getattr(weapon, "closes_airspace", False)
        if closes:
            self.airspace(mount, 1)
        mean: tuple[float, float] | None = None
        in_flight = [0]
        for shot in range(weapon.volley):
            rounds = min(world.servers(mount), mount.left if mount.left is not None else 10**6)
            if mount.loaded is not None:
                rounds = min(rounds, mount.loaded)
            if rounds <= 0 or not self.able(mount) or world.beliefs[task.side].across[task.contact]:
                break  # nothing left, nobody left, or the contact is believed where the rules forbid fire
            world.flag("firing", mount.unit, True)
            aim = world.beliefs[task.side].where(task.contact, clock.now_ms)
            if mean is None:
                x, y = world.legs.at(mount.unit, clock.now_ms)
                mean = self.mean(mount, mission << 20, float(bearing(aim[0] - x, aim[1] - y)))
            in_flight[0] += 1
            launch(
                world, self.ctx.log, self.ctx.draws, mount, aim, rounds, (cause,), mean=mean, target=task.contact,
                laser=getattr(weapon, "guidance", "") == "laser",
                landed=lambda ids: self.landed(task, in_flight, ids),
            )  # fmt: skip
            task.fired += rounds
            if weapon.kind == "indirect" and world.beliefs[task.side].status[task.contact] == Status.HELD:
                mean = self.adjusted(mount, mean, (mission << 20) + shot + 1)
            if shot + 1 < weapon.volley:
                yield clock.wait(self.delay(mount, weapon.interval, GAP), Phase.FIRE, actor)
        world.flag("firing", mount.unit, False)
        if task.fired:
            self.ctx.log.emit("ceased", actor, world.actor[task.contact], reason=int(Reason.ORDERED))
        task.closed = True
        if closes:
            self.airspace(mount, -1)
        if in_flight[0] == 0:
            self.free(task)

    def airspace(self, mount: Mount, step: int) -> None:
        """Aircraft keep out while rockets fly through their heights."""
        closed, actor = self.world.airspace.closed_below_m, self.world.actor[mount.unit]
        if step > 0:
            if not closed:
                self.ctx.log.emit("airspace_closed", actor)
            closed[mount.key] = inf if mount.weapon.closes_below_m is None else mount.weapon.closes_below_m
        else:
            del closed[mount.key]
            if not closed:
                self.ctx.log.emit("airspace_open", actor)

    def landed(self, task: Task, in_flight: list[int], ids: list[int]) -> None:
        """A salvo of the task is down; after the last the command hears of it."""
        in_flight[0] -= 1
        if ids:
            task.last_impact = ids[-1]
        if task.closed and in_flight[0] == 0:
            self.free(task)

    def free(self, task: Task) -> None:
        """The shooter is free again; an empty rack is refilled first."""
        mount = task.mount
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

    # -- warning shots

    def warn(self, id_: int, roe_actor: int, target: int, rung: int) -> None:
        """The ladder has come to warning shots: the first able mount of the weapon fires them beside the contact."""
        if rung != Rung.WARNING_SHOTS or self.world.warning_aim is None:
            return
        side = next(s for s in (0, 1) if self.ctx.clock.handle(f"roe/{SIDES[s]}") == roe_actor)
        step = next(r for r in self.ctx.scenario.roe[SIDES[side]].ladder if r.id == "warning_shots")  # type: ignore[index]
        for mount in self.mounts:
            ours = self.world.side[mount.unit] == side and mount.name == step.weapon
            if ours and self.able(mount) and not mount.busy and mount.unit not in self.world.tasks:
                self.ctx.clock.start(Phase.FIRE, self.world.actor[mount.unit], self.warning(mount, step, id_))
                return

    def warning(self, mount: Mount, step: Any, cause: int) -> Steps:
        """Lay and fire the warning rounds one by one."""
        clock, world = self.ctx.clock, self.world
        actor = world.actor[mount.unit]
        mount.busy = True
        yield clock.wait(self.delay(mount, mount.weapon.lay, LAY), Phase.FIRE, actor)
        for _ in range(step.rounds):
            if not self.able(mount) or world.warning_aim is None:
                break
            launch(world, self.ctx.log, self.ctx.draws, mount, world.warning_aim, 1, (cause,), kind="warning_fired")
            yield clock.wait(self.delay(mount, mount.weapon.interval, GAP), Phase.FIRE, actor)
        mount.busy = False


def start(ctx: Context) -> None:
    """Listen for orders to shell, assignments and the ladder."""
    fire = IndirectFire(ctx)
    actor = ctx.clock.handle("sim/fire")
    ctx.log.on("order_begun", Phase.FIRE, actor, fire.ordered)
    ctx.log.on("assigned", Phase.FIRE, actor, fire.assigned)
    ctx.log.on("roe_state", Phase.FIRE, actor, fire.warn)
