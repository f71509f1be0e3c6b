"""Aircraft: they come on station when their condition holds, attack when assigned, leave for fuel or to rearm.

A sortie is a script; an attack is another. Aircraft held in overwatch stay out of strikes until they are released;
one that has not checked in yet sees but takes no task; one that is hit leaves for good.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sim.clock import Call, Phase, Steps
from sim.context import Context
from sim.draws import Purpose, span_ms
from sim.events import Reason, Rung, Wait
from sim.geometry import bearing
from sim.rounds import launch, mean_point
from sim.world import Mount, Task

PHASES = (Phase.MOVE, Phase.FIRE)
READS = ("beliefs", "airspace", "tasks", "hull")
WRITES = ("present", "legs", "mounts", "tasks", "airspace")
RELEASE, GAP, TURN, TANKER, CHECK_IN, EVADE = 1, 2, 3, 4, 5, 6


class Air:
    """All aircraft."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.counts: dict[tuple[int, int], int] = {}
        self.waiting: dict[int, Call] = {}  # aircraft -> the gate at closed airspace
        self.going: dict[int, Call] = {}  # aircraft low on fuel -> the gate at the end of its attack
        self.hit: dict[int, int] = {}  # aircraft -> id of what it lost

    def delay(self, who: int, law: Any, what: int) -> int:
        """A drawn span, counted per aircraft or mount and purpose."""
        event = self.counts.get((who, what), 0)
        self.counts[(who, what)] = event + 1
        return max(1, span_ms(law, self.ctx.draws.one(Purpose.DELAY, who ^ what << 8, event)))

    def arm(self, u: int) -> None:
        """Come on station when the condition of the aircraft holds; leave overwatch when its own condition does."""
        unit, actor = self.world.unit[u], self.world.actor[u]
        name = unit.luck or unit.id
        self.ctx.conditions.when(
            unit.arrives, f"arrives/{name}", Phase.MOVE, actor, lambda causes: self._begin(u, causes)
        )
        if unit.released is not None:
            self.ctx.conditions.when(
                unit.released, f"released/{name}", Phase.MOVE, actor, lambda causes: self.release(u)
            )

    def _begin(self, u: int, causes: tuple[int, ...]) -> None:
        self.ctx.clock.start(Phase.MOVE, self.world.actor[u], self.sorties(u, causes))

    def release(self, u: int) -> None:
        """No longer held for air defence."""
        self.world.airspace.released.add(u)
        self.tell_free(u)

    # -- sorties

    def sorties(self, u: int, causes: tuple[int, ...]) -> Steps:
        """On station, off when the fuel says so, refuelled or rearmed as well, on station again."""
        world, log, clock, actor = self.world, self.ctx.log, self.ctx.clock, self.world.actor[u]
        air = world.unit[u].air
        full = {mount.name: mount.left for mount in world.mounts_of[u]}
        while True:
            yield from self.fly_in(u)
            world.flag("present", u, True)
            arrived = log.emit("on_station", actor, causes=causes)
            self.check_in(u)
            away_ms = self.delay(world.keys[u], air.turnaround, TURN)
            yield clock.wait(round(air.on_station_s * 1000), Phase.MOVE, actor)
            if u in self.hit:
                return
            bingo = log.emit("bingo", actor, causes=(arrived,))
            world.airspace.leaving.add(u)
            task = world.tasks.get(u)
            if task is not None:
                self.recall(task, bingo)
                self.going[u] = clock.gate(Phase.MOVE, actor)
                yield self.going[u]
            if u in self.hit:
                return
            self.leave(u, bingo, Reason.FUEL)
            if air.tanker is not None and self.armed(u, full):  # back with what it still has
                yield clock.wait(self.delay(world.keys[u], air.tanker, TANKER), Phase.MOVE, actor)
                causes = (bingo,)
                continue
            yield clock.wait(away_ms, Phase.MOVE, actor)
            for mount in world.mounts_of[u]:
                mount.left = full[mount.name]
            causes = (log.emit("rearmed", actor, causes=(bingo,)),)

    def fly_in(self, u: int) -> Steps:
        """From where it comes in to its station, at its speed; without such a point it is there at once."""
        world, clock, unit = self.world, self.ctx.clock, self.world.unit[u]
        x, y = self.ctx.scenario.point(unit.station)
        x, y = x + unit.slot[0], y + unit.slot[1]
        if unit.enters is not None:
            from_x, from_y = self.ctx.scenario.point(unit.enters)
            dx, dy = x - from_x, y - from_y
            flight_s = max((dx * dx + dy * dy) ** 0.5 / unit.air.speed_mps, 1e-3)
            world.legs.place(u, clock.now_ms, from_x, from_y)
            world.legs.set([u], clock.now_ms, (dx / flight_s, dy / flight_s))
            yield clock.wait(round(flight_s * 1000), Phase.MOVE, world.actor[u])
        world.legs.place(u, clock.now_ms, x, y)

    def check_in(self, u: int) -> None:
        """Ready for tasks at once, or when it has checked in and been told what is there."""
        law, clock, ready = self.world.unit[u].air.check_in, self.ctx.clock, self.world.airspace.checking_in
        if law is None:
            self.tell_free(u)
            return
        ready.add(u)
        at = clock.now_ms + self.delay(self.world.keys[u], law, CHECK_IN)
        clock.at(at, Phase.MOVE, self.world.actor[u], self.checked_in, u)

    def checked_in(self, u: int) -> None:
        """It may be given tasks from now."""
        self.world.airspace.checking_in.discard(u)
        self.tell_free(u)

    def leave(self, u: int, cause: int, why: Reason) -> None:
        """Off station."""
        self.world.airspace.leaving.discard(u)
        self.world.flag("present", u, False)
        self.ctx.log.emit("off_station", self.world.actor[u], causes=(cause,), why=int(why))

    def armed(self, u: int, full: dict[str, int | None]) -> bool:
        """It still has a round for each of the weapons it came with."""
        return all(mount.left != 0 or full[mount.name] == 0 for mount in self.world.mounts_of[u])

    def tell_free(self, u: int) -> None:
        """Those who look for a shooter may look again."""
        for phase, fn in self.world.free_hooks:
            self.ctx.clock.soon(phase, self.world.actor[u], fn)

    # -- attacks

    def assigned(self, id_: int, shooter: int, target: int, weapon_key: int, serial: int) -> None:
        """A task for an aircraft: begin the run."""
        u = self.world.unit_of_actor[shooter]
        task = self.world.tasks.get(u)
        if task is not None and self.world.is_air[u] and task.serial == serial:
            self.ctx.clock.start(Phase.FIRE, shooter, self.run(task, id_))

    def run(self, task: Task, cause: int) -> Steps:
        """Fly the run, keep out of closed airspace and from under fire, release, tell when the last round is down."""
        world, clock, mount = self.world, self.ctx.clock, task.mount
        weapon, actor = mount.weapon, self.world.actor[task.shooter]
        begun = self.ctx.log.emit(
            "run_begun", actor, world.actor[task.contact], (cause,), weapon_key=mount.signed_key, serial=task.serial
        )
        yield clock.wait(self.delay(mount.key, weapon.release, RELEASE) + task.slower_ms, Phase.FIRE, actor)
        yield from self.clear(task, begun)
        mean: tuple[float, float] | None = None
        task.over = partial(self.free, task)
        for shot in range(weapon.volley if weapon.kind != "strafe" else 1):
            rounds = weapon.volley if weapon.kind == "strafe" else 1
            rounds = min(rounds, mount.left if mount.left is not None else rounds)
            if rounds <= 0 or world.beliefs[task.side].across[task.contact] or self.breaks_off(task, begun):
                break  # nothing left, or the contact is believed where the rules forbid fire
            aim = world.beliefs[task.side].where(task.contact, clock.now_ms)
            mean = self.mean(mount, mean, aim)
            task.launched(rounds)
            launch(
                world, self.ctx.log, self.ctx.draws, mount, aim, rounds, (cause, begun), mean=mean, target=task.contact,
                laser=getattr(weapon, "guidance", "") == "laser",
                landed=task.landed,
            )  # fmt: skip
            if shot + 1 < weapon.volley and weapon.kind != "strafe":
                yield clock.wait(self.delay(mount.key, weapon.interval, GAP), Phase.FIRE, actor)
            if weapon.kind == "strafe":  # the bursts of a pass follow each other; the aircraft is busy so long
                yield clock.wait(rounds * self.delay(mount.key, weapon.interval, GAP), Phase.FIRE, actor)
        task.close()

    def clear(self, task: Task, begun: int) -> Steps:
        """Wait until the airspace is open at its height and it need not evade."""
        world, clock, u = self.world, self.ctx.clock, task.shooter
        actor, told = world.actor[u], False
        while world.airspace.closed(float(world.altitude_m[u])) and task.recalled < 0:
            if not told:
                told = True
                self.ctx.log.emit(
                    "waiting", actor, world.actor[task.contact], (begun,), what=int(Wait.AIRSPACE), serial=task.serial
                )
            self.waiting[u] = clock.gate(Phase.FIRE, actor)
            yield self.waiting[u]
        while world.airspace.evading.get(u, 0) > clock.now_ms and u not in self.hit:
            yield clock.wait(world.airspace.evading[u] - clock.now_ms, Phase.FIRE, actor)

    def recall(self, task: Task, bingo: int) -> None:
        """Low on fuel: enough for the run, not to wait until it is clear; then the target goes to the next."""
        task.recalled = bingo
        gate = self.waiting.pop(task.shooter, None)
        if gate is not None:
            self.ctx.clock.open_gate(gate)

    def breaks_off(self, task: Task, begun: int) -> bool:
        """Before a release: hit, no longer controlled, or recalled while the airspace is closed."""
        world, u = self.world, task.shooter
        if u in self.hit:
            why, cause = Reason.LOST, self.hit[u]
        elif task.uncontrolled >= 0:
            why, cause = Reason.NO_CONTROL, task.uncontrolled
        elif task.recalled >= 0 and world.airspace.closed(float(world.altitude_m[u])):
            why, cause = Reason.FUEL, task.recalled
        else:
            return False
        task.broken_off = self.ctx.log.emit(
            "broken_off", world.actor[u], world.actor[task.contact], (begun, cause), why=int(why), serial=task.serial
        )
        return True

    def mean(
        self, mount: Mount, mean: tuple[float, float] | None, aim: tuple[float, float]
    ) -> tuple[float, float]:  # fmt: skip
        """Common error of a gun pass; guided rounds have only their own."""
        if mount.weapon.kind != "strafe":
            return 0.0, 0.0
        if mean is not None and mount.weapon.mpi.redrawn in ("mission", "gun"):
            return mean
        x, y = self.world.legs.at(mount.unit, self.ctx.clock.now_ms)
        return mean_point(self.ctx.draws, mount, mount.salvo, float(bearing(aim[0] - x, aim[1] - y)))

    def free(self, task: Task) -> None:
        """The aircraft may be given another task."""
        if task.mount.left == 0:
            self.ctx.log.emit("empty", self.world.actor[task.shooter], weapon_key=task.mount.signed_key)
        self.world.tasks.pop(task.shooter, None)
        self.ctx.clock.open_gate(task.done)
        gate = self.going.pop(task.shooter, None)
        if gate is not None:
            self.ctx.clock.open_gate(gate)
        self.tell_free(task.shooter)

    # -- what comes from outside

    def opened(self, *_: int) -> None:
        """The airspace is open again."""
        waiting, self.waiting = self.waiting, {}
        for gate in waiting.values():
            self.ctx.clock.open_gate(gate)

    def aimed_at(self, shooter: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether a round is fired at an aircraft that evades."""
        u = self.world.unit_of_actor.get(target, -1)
        return u >= 0 and bool(self.world.is_air[u]) and self.world.unit[u].air.evade is not None

    def fired_at(self, id_: int, shooter: int, target: int, *_: int) -> None:
        """Under fire: no release for a time."""
        u = self.world.unit_of_actor[target]
        span_ms_ = self.delay(self.world.keys[u], self.world.unit[u].air.evade, EVADE)
        evading = self.world.airspace.evading
        evading[u] = max(evading.get(u, 0), self.ctx.clock.now_ms + span_ms_)

    def struck(self, id_: int, shooter: int, target: int, *_: int) -> None:
        """An aircraft is hit for damage: what is left of the flight leaves and does not come back."""
        u = self.world.unit_of_actor[target]
        if self.world.is_air[u] and u not in self.hit:
            self.hit[u] = id_
            self.leave(u, id_, Reason.LOST)

    def show(self, id_: int, roe_actor: int, target: int, rung: int) -> None:
        """The ladder has come to a show of force: the first aircraft present flies it."""
        if rung != Rung.SHOW_OF_FORCE:
            return
        for u in range(len(self.world.ids)):
            unit = self.world.unit[u]
            if (
                self.world.present[u]
                and unit.air is not None
                and unit.air.role != "watch"
                and u not in self.world.tasks
            ):
                self.ctx.log.emit("show_of_force", self.world.actor[u], causes=(id_,))
                return


def start(ctx: Context) -> None:
    """Arm the arrivals; listen for assignments, airspace and the ladder."""
    air = Air(ctx)
    for u in range(len(ctx.world.ids)):
        if ctx.world.is_air[u]:
            air.arm(u)
    actor = ctx.clock.handle("sim/air")
    ctx.log.on("assigned", Phase.FIRE, actor, air.assigned)
    ctx.log.on("airspace_open", Phase.FIRE, actor, air.opened)
    ctx.log.on("roe_state", Phase.FIRE, actor, air.show)
    if any(mount.weapon.kind == "anti_air" for mount in ctx.world.mounts):
        ctx.log.on("fired", Phase.FIRE, actor, air.fired_at, air.aimed_at)
        ctx.log.on("vehicle", Phase.MOVE, actor, air.struck)
