"""Command: queue, controller, shooter, assessment - on beliefs alone.

An approved contact is nominated, waits for a controller and a shooter, is attacked, assessed, attacked again or
closed. Whom to fire at is chosen by what contacts look like and where they are believed; true
positions and states are never read here. Every wait is in the log with its reason.
"""

from __future__ import annotations

from typing import Any

from sim.clock import Call, Phase, Steps
from sim.context import Context
from sim.draws import Purpose, key, pair, signed, span_ms
from sim.events import Reason, Wait
from sim.processes.command.closeness import Closeness
from sim.processes.command.controllers import Controllers, listen
from sim.processes.command.shooters import Shooters
from sim.world import SIDES, Mount, Status, Task

PHASES = (Phase.COMMAND,)
READS = ("beliefs", "tasks", "mounts", "present")
WRITES = ("tasks",)
CONTROL, ASSESS, RETRY, CLOSE_IN = 3, 4, 5, 6


class Command:
    """The queue of supporting fires of one side."""

    def __init__(self, ctx: Context, side: int):
        self.ctx, self.world, self.side = ctx, ctx.world, side
        self.law: Any = ctx.scenario.command[SIDES[side]]
        self.roe: Any = ctx.scenario.roe[SIDES[side]]
        self.actor = ctx.clock.handle(f"command/{SIDES[side]}")
        self.picture = ctx.world.beliefs[side]
        self.prefer: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.preferences()
        self.closeness = Closeness(ctx, side)
        far = self.law.remote.attacks if self.law.remote is not None else 0
        self.controllers = Controllers(ctx, side, far, self.closeness.first)
        self.shooters = Shooters(self.world, side)
        self.missions: dict[int, int] = {}  # contact -> serial of its mission
        self.merged: dict[int, list[int]] = {}  # contact under attack -> contacts that share the attack
        self.serial = 0
        self.theirs = {self.world.actor[u] for u in range(len(self.world.ids)) if self.world.side[u] != side}
        self.lines = {signed(key(rule.line)) for rule in self.roe.forbid}
        self.counts: dict[tuple[int, int], int] = {}
        self.waiters: list[Call] = []

    def preferences(self) -> None:
        """Priority and weapons for each class of target, by the scenario as it stands."""
        self.prefer = {str(row.id): (int(row.priority), tuple(row.weapons)) for row in self.law.targets}

    def rules_changed(self) -> None:
        """A decision in mid-run."""
        self.preferences()
        self.closeness.rules_changed()

    def delay(self, contact: int, law: Any, what: int) -> int:
        """A drawn span, counted per contact and purpose."""
        who = pair(key(f"command/{SIDES[self.side]}"), self.world.keys[contact])
        event = self.counts.get((contact, what), 0)
        self.counts[(contact, what)] = event + 1
        return span_ms(law, self.ctx.draws.one(Purpose.DELAY, who ^ what << 8, event))

    def approved(self, id_: int, actor: int, target: int, in_contact: int) -> None:
        """Approved: the contact joins the queue."""
        b = self.world.unit_of_actor[target]
        if self.world.side[b] != self.side:
            self.nominate(b)

    # -- queue

    def nominate(self, b: int) -> None:
        """Into the queue, unless an attack under way covers it or it is no target."""
        row = self.prefer.get(str(self.picture.looks[b]))
        if row is None or b in self.missions or not self.worth(b):
            return
        now, actor = self.ctx.clock.now_ms, self.world.actor[b]
        x, y = self.picture.where(b, now)
        self.serial += 1
        nominated = self.ctx.log.emit(
            "nominated", self.actor, actor, (self.picture.approved_id[b],), priority=row[0], serial=self.serial
        )
        merged = self.merged_into()
        others = [other for other in sorted(self.missions) if other not in merged]
        apart = self.picture.places(others, now) - (x, y)
        near = ((apart * apart).sum(axis=1) <= float(self.law.merge_radius_m) ** 2).nonzero()[0]
        if len(near):
            other = others[int(near[0])]
            self.ctx.log.emit("merged", self.actor, actor, (nominated,), serial=self.missions[other])
            self.merged.setdefault(other, []).append(b)
            return
        self.missions[b] = self.serial
        self.ctx.clock.start(Phase.COMMAND, self.actor, self.mission(b, row, self.serial, nominated))

    def merged_into(self) -> set[int]:
        """Contacts that wait for another's attack to end."""
        return {b for rows in self.merged.values() for b in rows}

    def worth(self, b: int) -> bool:
        """Still believed there, dangerous and not forbidden; a refusal of the rules is logged."""
        if self.picture.across[b]:
            self.refuse(b)
            return False
        gone = self.picture.status[b] == Status.NONE
        return not (gone or self.picture.judged_dead[b] or self.picture.turned[b])

    def refuse(self, b: int) -> None:
        """A decision on a contact believed across a line that the rules name: no."""
        rule = sorted(self.picture.across[b])[0]
        forbid = next(r for r in self.roe.forbid if r.line == rule)
        causes = (self.picture.approved_id[b],)
        self.ctx.log.emit(
            "forbidden", self.actor, self.world.actor[b], causes, rule_key=signed(key(f"roe/{forbid.id}"))
        )

    def crossed(self, id_: int, mover: int, *_: int) -> None:
        """An approved contact is seen to go over the line: the standing approval is refused from now on."""
        b = self.world.unit_of_actor[mover]
        if self.picture.approved_id[b] >= 0 and self.picture.across[b]:
            self.refuse(b)

    # -- one attack after another on a contact

    def mission(self, b: int, row: tuple[int, tuple[str, ...]], serial: int, nominated: int) -> Steps:
        """Wait for a controller and a shooter, attack, assess, again or close."""
        result = Reason.EFFECT_JUDGED
        for attack in range(self.law.attacks):
            if not self.worth(b):
                result = self.why_not(b)
                break
            task = yield from self.attack(b, row, serial, nominated)
            if task is None:
                result = self.why_not(b)
                break
            if task.fired:
                yield self.wait(b, self.law.assess, ASSESS)
                if self.assess(b, task, serial):
                    break
            if attack + 1 < self.law.attacks:
                yield self.wait(b, self.law.retry, RETRY)
        else:
            result = Reason.TIMED_OUT
        self.close(b, serial, result)

    def attack(self, b: int, row: tuple[int, tuple[str, ...]], serial: int, nominated: int) -> Any:
        """One attack, by whoever comes to release something; None when the contact is no longer worth it.

        Who breaks off before the first release hands the target over: the same controller keeps it and briefs the next
        on what is believed of it by then, in the time that setting up takes.
        """
        mount = yield from self.shooter_for(b, row, serial, nominated)
        if mount is None:
            return None
        task = self.assign(b, mount, serial, (nominated,))
        yield task.done
        while task.broken_off >= 0 and not task.fired and self.controllers.controls(b) and self.worth(b):
            yield self.set_up(b)
            mount = self.shooters.choose(b, row[1], self.ctx.clock.now_ms)
            if mount is None or not self.controllers.controls(b) or not self.worth(b):
                break
            task = self.assign(b, mount, serial, (nominated, task.broken_off))
            yield task.done
        self.controllers.release(b)
        return task

    def wait(self, b: int, law: Any, what: int) -> Call:
        """Wait a drawn span."""
        return self.ctx.clock.wait(max(1, self.delay(b, law, what)), Phase.COMMAND, self.actor)

    def why_not(self, b: int) -> Reason:
        """Why a contact is no longer attacked."""
        if self.picture.across[b]:
            return Reason.RULE
        if self.picture.turned[b]:
            return Reason.TURNED_BACK
        if self.picture.judged_dead[b]:
            return Reason.EFFECT_JUDGED
        return Reason.NO_TRACK

    def shooter_for(self, b: int, row: tuple[int, tuple[str, ...]], serial: int, nominated: int) -> Any:
        """A controller and a shooter at once; None when the contact is no longer worth it."""
        log, actor = self.ctx.log, self.world.actor[b]
        while True:
            gate = self.controllers.pool.request((b, row[0]), (serial,), Phase.COMMAND, self.actor)
            if gate.t_ms < 0:
                log.emit("waiting", self.actor, actor, (nominated,), what=int(Wait.CONTROLLER), serial=serial)
            yield gate
            if not self.controllers.take(b, serial):
                continue
            log.emit("controller_taken", self.actor, actor, (nominated,), serial=serial)
            yield self.set_up(b)
            if not self.worth(b):
                self.controllers.release(b)
                return None
            if not self.controllers.controls(b):
                continue  # he was lost: another one begins anew
            mount = self.shooters.choose(b, row[1], self.ctx.clock.now_ms)
            if mount is not None:
                return mount
            self.controllers.release(b)
            log.emit("waiting", self.actor, actor, (nominated,), what=int(Wait.SHOOTER), serial=serial)
            gate = self.ctx.clock.gate(Phase.COMMAND, self.actor)
            self.waiters.append(gate)
            yield gate
            if not self.worth(b):
                return None

    def set_up(self, b: int) -> Call:
        """Wait until the attack on b is set up, or its controller lost: from afar it takes longer."""
        law = self.law.remote.control if self.controllers.afar(b) else self.law.control
        return self.controllers.setting_up(b, max(1, self.delay(b, law, CONTROL)))

    def assign(self, b: int, mount: Mount, serial: int, why: tuple[int, ...]) -> Task:
        """Give the task; too close to friends means a slower, higher release and a counted risk."""
        now, log, actor = self.ctx.clock.now_ms, self.ctx.log, self.world.actor[b]
        causes = (self.picture.approved_id[b], *why)
        slower = 0
        danger_m = float(mount.weapon.danger_close_m)
        if danger_m > 0 and self.world.nearest_own(self.side, self.picture.places([b], now), danger_m)[0] < danger_m:
            slower = self.delay(b, self.roe.danger_close_slower, CLOSE_IN)
            log.emit("waiting", self.actor, actor, causes, what=int(Wait.SAFE_DISTANCE), serial=serial)
        task = Task(
            serial=serial, side=self.side, contact=b, shooter=mount.unit, mount=mount, cause=why[0],
            done=self.ctx.clock.gate(Phase.COMMAND, self.actor), slower_ms=slower,
        )  # fmt: skip
        self.world.tasks[mount.unit] = task
        log.emit("assigned", self.world.actor[mount.unit], actor, causes, weapon_key=mount.signed_key, serial=serial)
        return task

    def assess(self, b: int, task: Task, serial: int) -> bool:
        """What the observer sees, not what is true: errs both ways. True when judged out of action."""
        true = self.ctx.truth(b)
        luck = self.ctx.draws.one(Purpose.ASSESS, pair(task.mount.key, self.world.keys[b]), task.mount.salvo)
        judged = luck >= self.law.miss_alive if true else luck < self.law.miss_dead
        cause = (task.last_impact,) if task.last_impact >= 0 else ()
        self.ctx.log.emit(
            "assessed", self.actor, self.world.actor[b], cause, judged=int(judged), true=int(true), serial=serial
        )
        self.picture.judged_dead[b] = judged
        return bool(judged)

    def close(self, b: int, serial: int, result: Reason) -> None:
        """The contact leaves the queue; those merged with it are looked at again."""
        if result in (Reason.EFFECT_JUDGED, Reason.TIMED_OUT):
            self.ctx.log.emit("closed", self.actor, self.world.actor[b], result=int(result), serial=serial)
        else:
            self.ctx.log.emit("cancelled", self.actor, self.world.actor[b], why=int(result), serial=serial)
        del self.missions[b]
        for other in self.merged.pop(b, []):
            self.nominate(other)
        if result is Reason.TIMED_OUT and self.worth(b):
            self.nominate(b)

    # -- what others tell

    def sees(self, observer: int, target: int, *_: Any) -> bool:
        """Whether one of the other side was seen."""
        return target in self.theirs

    def forbids(self, mover: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether one of the other side crosses a line that the rules name."""
        return payload[0] in self.lines and mover in self.theirs

    def look_again(self) -> None:
        """A shooter is free: those who wait for one may look."""
        waiters, self.waiters = self.waiters, []
        for gate in waiters:
            self.ctx.clock.open_gate(gate)

    def seen(self, id_: int, observer: int, target: int, *_: int) -> None:
        """A contact is in sight (again): one approved before is nominated anew."""
        b = self.world.unit_of_actor[target]
        if self.picture.approved_id[b] >= 0:
            self.picture.judged_dead[b] = False
            merged = b in self.merged_into()
            if not merged:
                self.nominate(b)


def start(ctx: Context) -> None:
    """One command for each side that has one."""
    for side, name in enumerate(SIDES):
        if name not in ctx.scenario.command:
            continue
        command = Command(ctx, side)
        ctx.after_change.append((Phase.COMMAND, command.actor, command.rules_changed))
        ctx.world.free_hooks.append((Phase.COMMAND, command.look_again))
        listen(ctx, command.controllers)
        ctx.log.on("approved", Phase.COMMAND, command.actor, command.approved)
        ctx.log.on("seen", Phase.COMMAND, command.actor, command.seen, command.sees)
        ctx.log.on("line_crossed", Phase.COMMAND, command.actor, command.crossed, command.forbids)
