"""Approval: an observed act is reported, permitted by the rules, and approved by an authority that takes its time.

Troops in contact wait less. The hotline bears on it as the scenario says: not at all, as one parent of the approval
(informs), or as a gate that holds all approvals until it has answered or a time has run out.
"""

from __future__ import annotations

from typing import Any

from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import Purpose, key, pair, span_ms
from sim.events import Answer, Wait
from sim.world import SIDES

PHASES = (Phase.COMMAND,)
READS = ("beliefs", "t0_ms")
WRITES = ("beliefs",)
REPORT, APPROVE = 1, 2


class Approval:
    """The way from an act to an approval, for one side."""

    def __init__(self, ctx: Context, side: int):
        self.ctx, self.world, self.side = ctx, ctx.world, side
        self.law: Any = ctx.scenario.command[SIDES[side]]
        self.rules = ctx.scenario.roe.get(SIDES[side])
        self.actor = ctx.clock.handle(f"command/{SIDES[side]}")
        self.picture = ctx.world.beliefs[side]
        self.asked: set[int] = set()
        self.counts: dict[tuple[int, int], int] = {}
        self.rules_of_the_line()
        self.open = self.effect != "gates"
        self.gated: list[tuple[int, int]] = []
        self.timer: Call | None = None
        self.withheld = False
        self.answer_id = -1
        self.serial = 0

    def rules_of_the_line(self) -> None:
        """What the hotline does to approvals, by the scenario as it stands."""
        hotline = self.ctx.scenario.hotline
        self.effect = "none" if hotline is None else hotline.effect_on_fires
        self.timeout_ms = 0 if hotline is None else round(hotline.gate_timeout_s * 1000)
        self.withhold: set[int] = set()
        self.withhold_ms = 0
        if hotline is not None and hotline.withhold_for_s is not None:
            self.withhold = {int(Answer[name.upper()]) for name in hotline.withhold}
            self.withhold_ms = round(hotline.withhold_for_s * 1000)

    def rules_changed(self) -> None:
        """A decision in mid-run: a gate that is done away with lets through who waits at it; a new one is shut until
        the next answer."""
        before = self.effect
        self.rules_of_the_line()
        if self.effect == "gates" and before != "gates":
            self.open = False
        elif before == "gates" and self.effect != "gates" and not self.open and not self.withheld:
            self.release()

    def later(self, b: int, law: Any, what: int, fn: Any, *args: Any) -> None:
        """Book after a drawn span, counted per contact and purpose."""
        who = pair(key(f"command/{SIDES[self.side]}"), self.world.keys[b])
        event = self.counts.get((b, what), 0)
        self.counts[(b, what)] = event + 1
        wait_ms = span_ms(law, self.ctx.draws.one(Purpose.DELAY, who ^ what << 8, event))
        self.ctx.clock.at(self.ctx.clock.now_ms + wait_ms, Phase.COMMAND, self.actor, fn, *args)

    def observed(self, id_: int, observer: int, target: int, act: int) -> None:
        """An act of a contact has been observed: it is reported after the delay."""
        b = self.world.unit_of_actor[target]
        if self.world.side[b] != self.side:
            self.later(b, self.law.report, REPORT, self.report, b, observer, id_)

    def report(self, b: int, observer: int, cause: int) -> None:
        """The report is in."""
        self.serial += 1
        self.picture.report_id[b] = self.ctx.log.emit(
            "reported", observer, self.world.actor[b], (cause,), serial=self.serial
        )

    def permitted(self, id_: int, roe_actor: int, target: int, rung: int) -> None:
        """The rules allow fire at the contact: ask for approval."""
        b = self.world.unit_of_actor[target]
        if self.world.side[b] == self.side or b in self.asked:
            return
        self.asked.add(b)
        causes = (self.picture.report_id[b], id_)
        close = self.in_contact(b)
        asked = self.ctx.log.emit("approval_asked", self.actor, target, causes, in_contact=int(close))
        if self.open:
            self.ask(b, asked, close)
            return
        self.hold(b, asked)

    def hold(self, b: int, asked: int) -> None:
        """Wait for the hotline: to open, or for its time to run out."""
        self.ctx.log.emit("waiting", self.actor, self.world.actor[b], (asked,), what=int(Wait.HOTLINE), serial=0)
        self.gated.append((b, asked))
        if self.timer is None:
            self.release_in(self.timeout_ms)

    def release_in(self, span_ms: int) -> None:
        """Approvals go on after this span, counted anew from now."""
        if self.timer is not None:
            self.timer.cancel()
        at = self.ctx.clock.now_ms + span_ms
        self.timer = self.ctx.clock.at(at, Phase.COMMAND, self.actor, self.release)

    def in_contact(self, b: int) -> bool:
        """Own ground troops are near where the contact is believed."""
        where = self.picture.places([b], self.ctx.clock.now_ms)
        near_m = float(self.law.contact_range_m)
        return self.world.nearest_own(self.side, where, near_m)[0] <= near_m

    def ask(self, b: int, asked: int, close: bool) -> None:
        """Approval takes its time, less for troops in contact; none is needed where the rules say so."""
        if self.rules is not None and not self.rules.approval_needed:
            self.approve(b, asked, int(close))
            return
        law = self.law.approval_in_contact if close else self.law.approval
        self.later(b, law, APPROVE, self.approve, b, asked, int(close))

    def approve(self, b: int, asked: int, close: int) -> None:
        """Approved, unless held back in the meantime; an answer over the hotline is a parent if it informs."""
        if not self.open:
            self.hold(b, asked)
            return
        causes = (asked,) if self.answer_id < 0 or self.effect == "none" else (asked, self.answer_id)
        self.picture.approved_id[b] = self.ctx.log.next_id
        self.ctx.log.emit("approved", self.actor, self.world.actor[b], causes, in_contact=close)

    def answered(self, id_: int, actor: int, target: int, call_key: int, answer: int) -> None:
        """An answer over the hotline: a parent of the approvals that follow, and what a gate waits for."""
        self.answer_id = id_
        if answer in self.withhold:
            self.open, self.withheld = False, True
            self.release_in(self.withhold_ms)
        elif self.world.t0_ms is not None and not self.withheld:
            self.release()

    def release(self) -> None:
        """The hotline no longer holds approvals back."""
        self.open, self.withheld = True, False
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        gated, self.gated = self.gated, []
        for b, asked in gated:
            self.ask(b, asked, self.in_contact(b))


def start(ctx: Context) -> None:
    """One for each side that has a command."""
    for side, name in enumerate(SIDES):
        if name in ctx.scenario.command:
            approval = Approval(ctx, side)
            ctx.after_change.append((Phase.COMMAND, approval.actor, approval.rules_changed))
            ctx.log.on("act_observed", Phase.COMMAND, approval.actor, approval.observed)
            ctx.log.on("permitted", Phase.COMMAND, approval.actor, approval.permitted)
            ctx.log.on("call_answered", Phase.COMMAND, approval.actor, approval.answered)
