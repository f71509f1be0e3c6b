"""Indirect fire from the ground: shelling and counter-battery by order, warning shots, attacks assigned by a command.

A gun loop is a script: only the gun decides when it fires next. Rounds in flight land whatever becomes of it.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Any

from scipy.special import ndtri

from sim.clock import Phase, Steps
from sim.context import Context
from sim.draws import Purpose, key, signed
from sim.events import Reason, Rung
from sim.geometry import bearing
from sim.processes.indirect_fire.attacks import Attacks
from sim.processes.indirect_fire.counter import CounterBattery
from sim.processes.indirect_fire.guns import GAP, LAY, Guns
from sim.rounds import launch, reload_call
from sim.world import SIDES, Mount

PHASES = (Phase.FIRE, Phase.IMPACT)
READS = ("beliefs", "fit", "hull", "pinned", "broken", "withdrawing", "halted")
WRITES = ("mounts", "firing", "tasks")
KINDS = ("indirect", "guided")
Mission = tuple[Any, tuple[float, float], int, int, tuple[int, int]]  # shell, aim, cause, key of the order, battery


class IndirectFire:
    """All ground mounts of indirect and guided weapons."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.mounts = [m for m in ctx.world.mounts if m.weapon.kind in KINDS and not ctx.world.is_air[m.unit]]
        self.orders = {signed(key(order.id)): order for order in ctx.scenario.orders}
        self.formation_of = {formation.id: f for f, formation in enumerate(ctx.world.formations)}
        self.guns = Guns(ctx)
        self.formation_missions: dict[int, int] = {}
        self.shooting: dict[int, int] = {}  # order key -> mounts still at it, or to come to it
        self.carried_out: set[int] = set()  # keys of orders that some gun has fired to the end
        self.waiting: dict[int, deque[Mission]] = {}  # mount key -> orders that wait for it
        self.counter = CounterBattery(ctx, self.begin)

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
        late = [mount for mount in self.mounts_of(f, shell.weapon) if shell.waits and not self.free(mount)]
        self.begin(f, shell, aim, id_, order_key, event)
        for mount in late:
            if self.reaches(mount, aim):
                self.shooting[order_key] = self.shooting.get(order_key, 0) + 1
                mission = shell, self.own_aim(mount, shell, aim), id_, order_key, self.battery(f, event)
                self.waiting.setdefault(mount.key, deque()).append(mission)
        if not self.shooting.get(order_key):
            why = int(self.passed_over(f, shell.weapon, aim))
            self.ctx.log.emit("order_aborted", formation_actor, causes=(id_,), order_key=order_key, why=why)

    def passed_over(self, f: int, weapon: str, aim: tuple[float, float]) -> Reason:
        """Why no gun took up an order."""
        guns = [mount for mount in self.mounts_of(f, weapon) if not mount.held]
        there = [self.guns.why_not(mount) for mount in guns if self.reaches(mount, aim)]
        if None in there:
            return Reason.BUSY  # one that can, but is at something else
        return next((why for why in there if why), Reason.OUT_OF_RANGE if guns else Reason.NO_UNIT_CAN)

    def begin(self, f: int, shell: Any, aim: tuple[float, float], cause: int, order_key: int, event: int) -> int:
        """Every free, able mount of a weapon in formation f that reaches the place starts its loop; how many do."""
        started = 0
        for mount in self.mounts_of(f, shell.weapon):
            if self.free(mount) and self.guns.able(mount) and self.reaches(mount, aim):
                self.shooting[order_key] = self.shooting.get(order_key, 0) + 1
                own = self.own_aim(mount, shell, aim)
                self.take_up(mount, (shell, own, cause, order_key, self.battery(f, event)))
                started += 1
        return started

    def mounts_of(self, f: int, weapon: str) -> list[Mount]:
        """The mounts of a weapon in a formation."""
        return [mount for mount in self.mounts if self.world.formation[mount.unit] == f and mount.name == weapon]

    def battery(self, f: int, event: int) -> tuple[int, int]:
        """Key and number of a mission, for what is common to all guns of it."""
        return key(f"formation/{self.world.formations[f].id}"), event

    def own_aim(self, mount: Mount, shell: Any, aim: tuple[float, float]) -> tuple[float, float]:
        """Where a gun of the formation aims."""
        if shell.sheaf != "parallel":
            return aim
        slot = self.world.unit[mount.unit].slot
        return aim[0] + float(slot[0]), aim[1] + float(slot[1])

    def free(self, mount: Mount) -> bool:
        """Neither at an order nor at a task."""
        return not mount.busy and mount.unit not in self.world.tasks

    def reaches(self, mount: Mount, aim: tuple[float, float]) -> bool:
        """A mount is not held, and has the place between its least and largest range."""
        x, y = self.world.legs.at(mount.unit, self.ctx.clock.now_ms)
        far = ((aim[0] - x) ** 2 + (aim[1] - y) ** 2) ** 0.5
        return not mount.held and bool(mount.weapon.min_range_m <= far <= mount.weapon.range_m)

    def take_up(self, mount: Mount, mission: Mission) -> None:
        """A free gun starts a mission."""
        mount.busy = True
        self.ctx.clock.start(Phase.FIRE, self.world.actor[mount.unit], self.shelling(mount, *mission))

    def next_of(self, mount: Mount) -> None:
        """A gun has come free: what waits for it comes next, or lapses with it."""
        line = self.waiting.get(mount.key)
        if line and self.free(mount):
            why = self.guns.why_not(mount)
            if why is None:
                self.take_up(mount, line.popleft())
                return
            for _, _, cause, order_key, _ in line:
                self.part_over(mount, order_key, cause, why)
            line.clear()

    def part_over(self, mount: Mount, order_key: int, cause: int, why: Reason | None) -> None:
        """A gun has fired all its part of an order (`why` None), or never will.

        With the last gun the order ends: done if any fired its part, else aborted for the reason of the last.
        """
        self.shooting[order_key] -= 1
        if self.counter.over(mount, cause):
            return
        if why is None:
            self.carried_out.add(order_key)
        if not self.shooting[order_key]:
            kind, more = "order_done", {}
            if order_key not in self.carried_out and why is not None:
                kind, more = "order_aborted", {"why": int(why)}
            formation = self.world.formation_actor[self.world.formation[mount.unit]]
            self.ctx.log.emit(kind, formation, causes=(cause,), order_key=order_key, **more)

    def look_again(self) -> None:
        """A task is over: its gun may have orders to come to."""
        for mount in self.mounts:
            self.next_of(mount)

    def shelling(
        self, mount: Mount, shell: Any, aim: tuple[float, float], cause: int, order_key: int, battery: tuple[int, int]
    ) -> Steps:  # fmt: skip
        """Lay, then volley after volley until the ordered rounds are gone or the guns are.

        `battery`: key and number of the mission, for what is common to all guns of it.
        """
        clock, world, actor = self.ctx.clock, self.world, self.world.actor[mount.unit]
        weapon = mount.weapon
        yield clock.wait(self.guns.delay(mount, weapon.lay, LAY), Phase.FIRE, actor)
        mission = self.guns.missions.get(mount.key, 0)
        self.guns.missions[mount.key] = mission + 1
        x, y = world.legs.at(mount.unit, clock.now_ms)
        turn = float(bearing(aim[0] - x, aim[1] - y))
        mean = self.guns.mean(mount, mission << 20, turn, battery)
        left, volley = shell.rounds * len(mount.served_by), 0
        while left > 0 and self.guns.able(mount):
            if world.pinned[mount.unit]:
                yield clock.wait(self.guns.delay(mount, weapon.interval, GAP), Phase.FIRE, actor)
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
            yield clock.wait(self.guns.delay(mount, weapon.interval, GAP), Phase.FIRE, actor)
        mount.busy = False
        self.cease(mount)
        self.next_of(mount)
        self.part_over(mount, order_key, cause, self.guns.why_not(mount) if left > 0 else None)

    def next_mean(
        self, mount: Mount, shell: Any, aim: tuple[float, float], mean: tuple[float, float], event: int, turn: float
    ) -> tuple[float, float]:  # fmt: skip
        """After a volley: redrawn by level, or moved by an observer who sees and errs."""
        weapon = mount.weapon
        if weapon.mpi.redrawn == "volley":
            return self.guns.mean(mount, event, turn)
        if not self.observed(shell, aim):
            return mean
        if weapon.mpi.redrawn == "adjustment":
            mean = self.guns.mean(mount, event, turn)
        return self.guns.adjusted(mount, mean, event)

    def observed(self, shell: Any, aim: tuple[float, float]) -> bool:
        """Somebody of the spotting formation is effective and has the target area within his sensor's reach."""
        if shell.observer is None:
            return False
        world, now = self.world, self.ctx.clock.now_ms
        for u in world.members[self.formation_of[shell.observer]]:
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
            reason = self.guns.why_not(mount) or Reason.ORDERED
            self.ctx.log.emit("ceased", self.world.actor[u], reason=int(reason))

    # -- warning shots

    def warn(self, id_: int, roe_actor: int, target: int, rung: int) -> None:
        """The ladder has come to warning shots: the first able mount of the weapon fires them beside the contact."""
        if rung != Rung.WARNING_SHOTS or self.world.warning_aim is None:
            return
        side = next(s for s in (0, 1) if self.ctx.clock.handle(f"roe/{SIDES[s]}") == roe_actor)
        step = next(r for r in self.ctx.scenario.roe[SIDES[side]].ladder if r.id == "warning_shots")
        for mount in self.mounts:
            ours = self.world.side[mount.unit] == side and mount.name == step.weapon
            if ours and self.guns.able(mount) and not mount.busy and mount.unit not in self.world.tasks:
                self.ctx.clock.start(Phase.FIRE, self.world.actor[mount.unit], self.warning(mount, step, id_))
                return

    def warning(self, mount: Mount, step: Any, cause: int) -> Steps:
        """Lay and fire the warning rounds one by one."""
        clock, world = self.ctx.clock, self.world
        actor = world.actor[mount.unit]
        mount.busy = True
        yield clock.wait(self.guns.delay(mount, mount.weapon.lay, LAY), Phase.FIRE, actor)
        for _ in range(step.rounds):
            if not self.guns.able(mount) or world.warning_aim is None:
                break
            launch(world, self.ctx.log, self.ctx.draws, mount, world.warning_aim, 1, (cause,), kind="warning_fired")
            yield clock.wait(self.guns.delay(mount, mount.weapon.interval, GAP), Phase.FIRE, actor)
        mount.busy = False
        self.next_of(mount)


def start(ctx: Context) -> None:
    """Listen for orders to shell, assignments and the ladder."""
    fire = IndirectFire(ctx)
    attacks = Attacks(ctx, fire.guns)
    actor = ctx.clock.handle("sim/fire")
    ctx.log.on("order_begun", Phase.FIRE, actor, fire.ordered)
    ctx.log.on("assigned", Phase.FIRE, actor, attacks.assigned)
    ctx.log.on("roe_state", Phase.FIRE, actor, fire.warn)
    if any(order.do.shell is not None and order.do.shell.waits for order in ctx.scenario.orders):
        ctx.world.free_hooks.append((Phase.FIRE, fire.look_again))
    if any(order.do.counter is not None for order in ctx.scenario.orders):
        ctx.log.on("order_begun", Phase.FIRE, actor, fire.counter.stand)
        ctx.log.on("fired", Phase.FIRE, actor, fire.counter.heard, fire.counter.listens)
