"""The hotline: two ends, calls triggered by events, answers from a latent state of the other side.

Knowledge, will and authority by force tag are disputed inputs and drawn as history, not as dice. A halt order
reaches each formation with the authority held over its tag; those without it ignore it. Words are never quoted:
the transcript holds reported speech made here, tagged reported, disputed or modelled by what the record says of it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sim.clock import Call, Phase, Pool, Steps
from sim.context import Context
from sim.draws import Purpose, key, signed, span_ms
from sim.events import Answer, CallPhase, Reason, Says
from sim.world import SIDES

PHASES = (Phase.COMMAND,)
READS = ("t0_ms", "present", "fit")
WRITES = ("air_released", "transcript")

SPOKEN = {
    "position": "tells where the SDF and its advisers are",
    "build_up": "tells of pro-government forces gathering near the SDF",
    "warning": "warns that the forces will be fired at if they go on",
    "stop": "asks that the attack be stopped",
    "after": "tells that firing has ended and asks about the return of casualties",
}
ANSWERED = {
    Answer.NONE: "does not answer",
    Answer.DISOWN: "says that the force is not theirs and takes no orders from them",
    Answer.ASSURE: "gives assurance that their own forces will not engage the coalition there",
    Answer.ASK_TIME: "asks for time to find out",
    Answer.OWN_UP: "says that the force is known to them",
    Answer.HALT_ORDERED: "says that the force will be ordered to halt",
}


class Hotline:
    """The line, and what is true at the other end in this history."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.law: Any = ctx.scenario.hotline
        self.here = ctx.clock.handle("hotline/coalition")
        self.there = ctx.clock.handle("hotline/russia")
        self.history = ctx.draws.block(Purpose.HISTORY, key("hotline/russia"), 0, 2)
        self.halted = False
        self.lines = self.exchange()
        self.reach_ms: dict[str, int] = {}
        self.delays()

    def exchange(self) -> Pool | None:
        """The lines, taken in the order of the calls; None if there are always enough."""
        lines: int | None = self.law.lines
        return None if lines is None else Pool(self.ctx.clock, lines, lambda calls: 0)

    def delays(self) -> None:
        """How long a halt takes to reach each formation, by the scenario as it stands."""
        law, draws = self.law.counterpart.halt_delay, self.ctx.draws
        self.reach_ms = {
            formation.id: max(1, span_ms(law, draws.one(Purpose.ANSWER, key(f"halt/{formation.id}"))))
            for formation in self.world.formations
        }

    @property
    def knows(self) -> bool:
        """Whether the other end knows whose the force is, in this history."""
        return bool(self.history[0] < self.law.counterpart.knows.p)

    @property
    def will(self) -> bool:
        """Whether it has the will to stop it, in this history."""
        return bool(self.history[1] < self.law.counterpart.will.p)

    def arm(self, call: Any) -> None:
        """Place the call when its condition holds."""
        self.ctx.conditions.when(
            call.when, f"call/{call.id}", Phase.COMMAND, self.here,
            lambda causes: self._begin(call, causes),
        )  # fmt: skip

    def _begin(self, call: Any, causes: tuple[int, ...]) -> None:
        stream = call.repeat is not None and call.repeat.counted_from == "placed"
        self.ctx.clock.start(Phase.COMMAND, self.here, (self.stream if stream else self.talk)(call, causes))

    def talk(self, call: Any, causes: tuple[int, ...]) -> Steps:
        """Place it, wait for the answer, ask again as often as the call allows."""
        times = call.repeat.times if call.repeat is not None else 1
        for n in range(times):
            heard = yield from self.converse(call, n, causes)
            if heard is None:
                return
            if n + 1 < times:
                yield self.gap(call, n)
                causes = (heard,)

    def stream(self, call: Any, causes: tuple[int, ...]) -> Steps:
        """Place it again and again, whether answered yet or not."""
        for n in range(call.repeat.times):
            if n > 0:
                yield self.gap(call, n - 1)
            if self.halted:
                return
            self.ctx.clock.start(Phase.COMMAND, self.here, self.converse(call, n, causes))

    def gap(self, call: Any, n: int) -> Call:
        """The wait before the next asking."""
        luck = self.ctx.draws.one(Purpose.ANSWER, key(f"call/{call.id}") ^ 1, n)
        return self.ctx.clock.wait(max(1, span_ms(call.repeat.every, luck)), Phase.COMMAND, self.here)

    def converse(self, call: Any, n: int, causes: tuple[int, ...]) -> Generator[Call, None, int | None]:
        """Place it, get a line, wait for the answer; gives the id of what ends it, or None if a halt is ordered."""
        luck = self.ctx.draws.block(Purpose.ANSWER, key(f"call/{call.id}"), n, 4)
        placed = self.ctx.log.emit(
            "call_placed", self.here, self.there, causes, call_key=signed(who_key(call.id)),
            phase=int(CallPhase[call.phase.upper()]), says=int(Says[call.says.upper()]),
        )  # fmt: skip
        self.write(call, n, "out", Answer.NONE, SPOKEN[call.says])
        if self.lines is not None and not (yield from self.line(self.lines, call, placed)):
            self.write(call, n, "in", Answer.NONE, "cannot be reached: no line is free")
            return self.ctx.log.emit(
                "call_unanswered", self.here, self.there, (placed,), call_key=signed(who_key(call.id))
            )
        wait = max(1, span_ms(self.law.counterpart.answer_delay, float(luck[0])))
        yield self.ctx.clock.wait(wait, Phase.COMMAND, self.there)
        answer = self.answer(call, float(luck[1]), float(luck[2]), float(luck[3]))
        heard = self.reply(call, n, answer, placed)
        if self.lines is not None:
            self.lines.release()
        if answer is not Answer.HALT_ORDERED:
            return heard
        self.order_halt(call, heard)
        return None

    def line(self, lines: Pool, call: Any, placed: int) -> Generator[Call, None, bool]:
        """Get a line, or wait for one; False when all places to wait are taken."""
        call_key, holding = signed(who_key(call.id)), self.law.holding
        if not lines.free:
            held = holding is None or len(lines.queue) < holding
            self.ctx.log.emit("line_busy", self.here, self.there, (placed,), call_key=call_key, held=int(held))
            if not held:
                return False
        yield lines.request(call.id, (placed,), Phase.COMMAND, self.here)
        self.ctx.log.emit("line_taken", self.here, self.there, (placed,), call_key=call_key)
        return True

    def answer(self, call: Any, reached: float, admits: float, assures: float) -> Answer:
        """What the other end says: no more than its knowledge, will and authority allow."""
        other = self.law.counterpart
        if reached >= other.answers:
            return Answer.NONE
        authority = any(p > 0.0 for p in other.authority.values())
        if call.says in ("build_up", "warning", "stop") and self.knows and self.will and authority and not self.halted:
            return Answer.HALT_ORDERED
        if self.knows and admits < other.admits:
            return Answer.OWN_UP
        if call.says in ("position", "build_up", "warning", "stop") and assures < other.assures:
            return Answer.ASSURE
        if not self.knows and call.says == "build_up":
            return Answer.ASK_TIME
        return Answer.DISOWN

    def reply(self, call: Any, n: int, answer: Answer, placed: int) -> int:
        """Log and write down the answer; an assurance given in the fight may free aircraft held for air defence."""
        self.write(call, n, "in", answer, ANSWERED[answer])
        call_key = signed(who_key(call.id))
        if answer is Answer.NONE:
            return self.ctx.log.emit("call_unanswered", self.there, self.here, (placed,), call_key=call_key)
        id_ = self.ctx.log.emit(
            "call_answered", self.there, self.here, (placed,), call_key=call_key, answer=int(answer)
        )
        if answer is Answer.ASSURE and self.law.assurance_releases and self.world.t0_ms is not None:
            self.world.air_released = True
            for phase, fn in self.world.free_hooks:
                self.ctx.clock.soon(phase, self.here, fn)
        return id_

    def order_halt(self, call: Any, cause: int) -> None:
        """The halt goes down to every attacking formation, each over its own chain, with its own delay."""
        self.halted = True
        id_ = self.ctx.log.emit("halt_ordered", self.there, causes=(cause,), call_key=signed(who_key(call.id)))
        for f, formation in enumerate(self.world.formations):
            members = self.world.members[f]
            if not members or SIDES[self.world.side[members[0]]] != "attackers":
                continue
            at = self.ctx.clock.now_ms + self.reach_ms[formation.id]
            self.ctx.clock.at(at, Phase.COMMAND, self.there, self.reach, f, id_)

    def reach(self, f: int, cause: int) -> None:
        """The halt reaches a formation: obeyed if the other side has authority over its tag in this history."""
        formation = self.world.formations[f]
        tag = self.world.unit[self.world.members[f][0]].tag
        share = self.law.counterpart.authority.get(tag, 0.0)
        luck = self.ctx.draws.one(Purpose.HISTORY, key(f"authority/{tag}"))
        actor = self.ctx.clock.handle(f"formation/{formation.id}")
        if luck < share:
            self.ctx.log.emit("halt_obeyed", actor, causes=(cause,))
        else:
            self.ctx.log.emit("halt_ignored", actor, causes=(cause,), why=int(Reason.NO_AUTHORITY))

    def write(self, call: Any, n: int, direction: str, answer: Answer, words: str) -> None:
        """A line of the transcript, in reported speech."""
        speaker = "The coalition" if direction == "out" else "The Russian side"
        said = call.on_record if direction == "out" else self.law.counterpart.on_record.get(answer.name.lower())
        self.ctx.transcript.append(
            {
                "t_ms": self.ctx.clock.now_ms, "call": call.id, "turn": n, "phase": call.phase, "direction": direction,
                "says": call.says, "answer": answer.name.lower(), "text": f"{speaker} {words}.",
                "tag": "modelled" if said is None or (direction == "out" and n > 0) else said,
            }
        )  # fmt: skip


def who_key(call_id: str) -> int:
    """The key of a call in payloads: that of its id."""
    return key(call_id)


def start(ctx: Context) -> None:
    """Arm every call."""
    if ctx.scenario.hotline is None:
        return
    hotline = Hotline(ctx)
    ctx.after_change.append((Phase.COMMAND, hotline.there, hotline.delays))
    for call in sorted(ctx.scenario.hotline.calls, key=lambda call: call.id):
        hotline.arm(call)
