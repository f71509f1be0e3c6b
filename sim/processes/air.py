"""Aircraft: they come on station when their condition holds, attack when assigned, leave at the end of their fuel.

A sortie is a script; an attack is another. Aircraft held in overwatch stay out of strikes until they are released.
"""

from __future__ import annotations

from typing import Any

from sim.clock import Phase, Steps
from sim.context import Context
from sim.draws import Purpose, span_ms
from sim.events import Reason, Rung
from sim.geometry import bearing
from sim.rounds import launch, mean_point
from sim.world import Mount, Task

PHASES = (Phase.MOVE, Phase.FIRE)
READS = ("beliefs", "airspace_closed", "tasks")
WRITES = ("present", "legs", "mounts", "tasks")
RELEASE, GAP, TURN = 1, 2, 3


class Air:
    """All aircraft."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.counts: dict[tuple[int, int], int] = {}
        self.waiting: list[Any] = []

    def delay(self, who: int, law: Any, what: int) -> int:
        """A drawn span, counted per aircraft or mount and purpose."""
        event = self.counts.get((who, what), 0)
        self.counts[(who, what)] = event + 1
        return max(1, span_ms(law, self.ctx.draws.one(Purpose.DELAY, who ^ what << 8, event)))

    def arm(self, u: int) -> None:
        """Come on station when the condition of the aircraft holds."""
        unit, actor = self.world.unit[u], self.world.actor[u]
        self.ctx.conditions.when(
            unit.arrives, f"arrives/{unit.luck or unit.id}", Phase.MOVE, actor,
            lambda causes: self._begin(u, causes),
        )  # fmt: skip

    def _begin(self, u: int, causes: tuple[int, ...]) -> None:
        self.ctx.clock.start(Phase.MOVE, self.world.actor[u], self.sorties(u, causes))

    def sorties(self, u: int, causes: tuple[int, ...]) -> Steps:
        """On station, off when the fuel says so, refuelled and rearmed, on station again."""
        world, log, clock, actor = self.world, self.ctx.log, self.ctx.clock, self.world.actor[u]
        unit = world.unit[u]
        full = {mount.name: mount.left for mount in world.mounts_of[u]}
        x, y = self.ctx.scenario.point(unit.station)
        while True:
            world.legs.place(u, clock.now_ms, x + unit.slot[0], y + unit.slot[1])
            world.flag("present", u, True)
            arrived = log.emit("on_station", actor, causes=causes)
            self.tell_free(u)
            away_ms = self.delay(world.keys[u], unit.air.turnaround, TURN)
            yield clock.wait(round(unit.air.on_station_s * 1000), Phase.MOVE, actor)
            bingo = log.emit("bingo", actor, causes=(arrived,))
            task = world.tasks.get(u)
            while task is not None and not task.closed:
                yield clock.wait(1000 * 60, Phase.MOVE, actor)
                task = world.tasks.get(u)
            world.flag("present", u, False)
            log.emit("off_station", actor, causes=(bingo,), why=int(Reason.FUEL))
            yield clock.wait(away_ms, Phase.MOVE, actor)
            for mount in world.mounts_of[u]:
                mount.left = full[mount.name]
            causes = (log.emit("rearmed", actor, causes=(bingo,)),)

    def tell_free(self, u: int) -> None:
        """Those who look for a shooter may look again."""
        for phase, fn in self.world.free_hooks:
            self.ctx.clock.soon(phase, self.world.actor[u], fn)

    def assigned(self, id_: int, shooter: int, target: int, weapon_key: int, serial: int) -> None:
        """A task for an aircraft: begin the run."""
        u = self.world.unit_of_actor[shooter]
        task = self.world.tasks.get(u)
        if task is not None and self.world.is_air[u] and task.serial == serial:
            self.ctx.clock.start(Phase.FIRE, shooter, self.run(task, id_))

    def run(self, task: Task, cause: int) -> Steps:
        """Fly the run, keep out of closed airspace, release, tell when the last round is down."""
        world, clock, mount = self.world, self.ctx.clock, task.mount
        weapon, actor = mount.weapon, self.world.actor[task.shooter]
        begun = self.ctx.log.emit(
            "run_begun", actor, world.actor[task.contact], (cause,), weapon_key=mount.signed_key, serial=task.serial
        )
        yield clock.wait(self.delay(mount.key, weapon.release, RELEASE) + task.slower_ms, Phase.FIRE, actor)
        while world.airspace_closed:
            gate = clock.gate(Phase.FIRE, actor)
            self.waiting.append(gate)
            yield gate
        mean: tuple[float, float] | None = None
        in_flight = [0]
        for shot in range(weapon.volley if weapon.kind != "strafe" else 1):
            rounds = weapon.volley if weapon.kind == "strafe" else 1
            rounds = min(rounds, mount.left if mount.left is not None else rounds)
            if rounds <= 0 or world.beliefs[task.side].across[task.contact]:
                break  # nothing left, or the contact is believed where the rules forbid fire
            aim = world.beliefs[task.side].where(task.contact, clock.now_ms)
            mean = self.mean(mount, mean, aim)
            in_flight[0] += 1
            launch(
                world, self.ctx.log, self.ctx.draws, mount, aim, rounds, (cause, begun), mean=mean, target=task.contact,
                laser=getattr(weapon, "guidance", "") == "laser",
                landed=lambda ids: self.landed(task, in_flight, ids),
            )  # fmt: skip
            task.fired += rounds
            if shot + 1 < weapon.volley and weapon.kind != "strafe":
                yield clock.wait(self.delay(mount.key, weapon.interval, GAP), Phase.FIRE, actor)
            if weapon.kind == "strafe":  # the bursts of a pass follow each other; the aircraft is busy so long
                yield clock.wait(rounds * self.delay(mount.key, weapon.interval, GAP), Phase.FIRE, actor)
        task.closed = True
        if in_flight[0] == 0:
            self.free(task)

    def mean(
        self, mount: Mount, mean: tuple[float, float] | None, aim: tuple[float, float]
    ) -> tuple[float, float]:  # fmt: skip
        """Common error of a gun pass; guided rounds have only their own."""
        if mount.weapon.kind != "strafe":
            return 0.0, 0.0
        if mean is not None and mount.weapon.mpi.redrawn == "mission":
            return mean
        x, y = self.world.legs.at(mount.unit, self.ctx.clock.now_ms)
        return mean_point(self.ctx.draws, mount, mount.salvo, float(bearing(aim[0] - x, aim[1] - y)))

    def landed(self, task: Task, in_flight: list[int], ids: list[int]) -> None:
        """A release of the task is down."""
        in_flight[0] -= 1
        if ids:
            task.last_impact = ids[-1]
        if task.closed and in_flight[0] == 0:
            self.free(task)

    def free(self, task: Task) -> None:
        """The aircraft may be given another task."""
        if task.mount.left == 0:
            self.ctx.log.emit("empty", self.world.actor[task.shooter], weapon_key=task.mount.signed_key)
        self.world.tasks.pop(task.shooter, None)
        self.ctx.clock.open_gate(task.done)
        self.tell_free(task.shooter)

    def opened(self, *_: int) -> None:
        """The airspace is open again."""
        waiting, self.waiting = self.waiting, []
        for gate in waiting:
            self.ctx.clock.open_gate(gate)

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
