"""Rules of engagement: an act opens the ladder; its last rung permits supporting fires at contacts that act.

Only beliefs and what falls on one's own are read. The garrison's own direct fire needs an act but never waits here.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Phase, Steps
from sim.context import Context
from sim.draws import Purpose, key, signed, span_ms
from sim.events import Act, Reason, Rung
from sim.world import SIDES, Status
from sim.world.near import least_gaps

PHASES = (Phase.COMMAND,)
READS = ("beliefs",)
WRITES = ("warning_aim",)


class Roe:
    """The ladder of one side."""

    def __init__(self, ctx: Context, side: int):
        self.ctx, self.world, self.side = ctx, ctx.world, side
        self.law: Any = ctx.scenario.roe[SIDES[side]]
        self.actor = ctx.clock.handle(f"roe/{SIDES[side]}")
        self.picture = ctx.world.beliefs[side]
        self.fallen = 0
        self.losses: set[tuple[int, int]] = set()
        self.direct = {signed(key(n)) for n, w in ctx.scenario.weapons.items() if w.kind in ("aimed", "shot")}
        self.shooters: set[int] = set()
        self.opened = False
        self.engaged = -1
        self.permitted: set[int] = set()
        self.line_key = signed(key(self.law.trigger.line_crossing)) if self.law.trigger.line_crossing else None
        self.point = ctx.scenario.point(self.law.trigger.point)
        self.theirs = {ctx.world.actor[u] for u in range(len(ctx.world.ids)) if ctx.world.side[u] != side}

    # -- what opens the ladder

    def counts(self, shooter: int, *_: Any) -> bool:
        """Whether an impact of a shooter can still open the ladder."""
        return not self.opened and self.law.trigger.rounds is not None and shooter in self.theirs

    def names(self, mover: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether the rules name the line that one of the other side crosses."""
        return payload[0] == self.line_key and mover in self.theirs

    def fell(self, id_: int, shooter: int, target: int, x_mm: int, y_mm: int, weapon_key: int, salvo: int) -> None:
        """Rounds of the other side fall near the protected point: counted by those who are there."""
        if self.opened:
            return
        dx, dy = x_mm * 1e-3 - self.point[0], y_mm * 1e-3 - self.point[1]
        if dx * dx + dy * dy <= self.law.trigger.near_m**2:
            self.fallen += 1
            if self.fallen >= self.law.trigger.rounds:
                self.open((id_,))

    def observed(self, id_: int, observer: int, target: int, act: int) -> None:
        """An act of a contact may open the ladder; if it is open to the end, the act permits fire at the contact."""
        b = self.world.unit_of_actor[target]
        if self.world.side[b] == self.side:
            return
        trigger = self.law.trigger
        if not self.opened:
            near = trigger.advance_within_m
            x, y = self.picture.where(b, self.ctx.clock.now_ms)
            close = near is not None and (x - self.point[0]) ** 2 + (y - self.point[1]) ** 2 <= near**2
            if (
                (act == Act.ADVANCED and close)
                or (act == Act.BUILD_UP and trigger.build_up)
                or (act == Act.CROSSED_LINE and self.line_key is not None)
            ):
                self.open((id_,))

    def crossed(self, id_: int, mover: int, *_: int) -> None:
        """A held contact crosses the line that the rules name."""
        b = self.world.unit_of_actor[mover]
        if self.picture.holders[b] and not self.opened:
            self.open((id_, self.picture.seen_id[b]))

    def reported(self, id_: int, observer: int, target: int, serial: int) -> None:
        """A report of an acting contact is in: permit it if the ladder is at its end."""
        b = self.world.unit_of_actor[target]
        if self.world.side[b] != self.side and self.engaged >= 0:
            self.permit(b)

    def is_ours(self, actor: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether one of the own side was hurt and that can still open the ladder."""
        return not self.opened and target not in self.theirs

    def hurt(self, id_: int, shooter: int, target: int, entity: int, *_: int) -> None:
        """One of the own people is hurt, counted once: with so many the ladder opens."""
        self.losses.add((target, entity))
        enough = self.law.trigger.own_losses
        if not self.opened and enough is not None and len(self.losses) >= enough:
            self.open((id_,))

    def is_at_us(self, shooter: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether one of the other side fires directly at own people, and that can still open the ladder."""
        ours = target >= 0 and target not in self.theirs
        return not self.opened and ours and shooter in self.theirs and payload[0] in self.direct

    def fired_at(self, id_: int, shooter: int, target: int, *_: int) -> None:
        """Own people are fired at directly: they know it, whoever it is. Each unit that does so counts once."""
        self.shooters.add(shooter)
        enough = self.law.trigger.direct_fire
        if not self.opened and enough is not None and len(self.shooters) >= enough:
            self.open((id_,))

    # -- the ladder

    def open(self, causes: tuple[int, ...]) -> None:
        """Start climbing."""
        self.opened = True
        self.ctx.clock.start(Phase.COMMAND, self.actor, self.climb(causes))

    def climb(self, causes: tuple[int, ...]) -> Steps:
        """Rung by rung, giving each its time; one that nobody can perform is passed, with the reason."""
        log = self.ctx.log
        for n, step in enumerate(self.law.ladder):
            rung = Rung[step.id.upper()]
            if not self.able(rung, step):
                log.emit("rung_passed", self.actor, causes=causes, rung=int(rung), why=int(Reason.NO_UNIT_CAN))
                continue
            if rung is Rung.WARNING_SHOTS:
                self.world.warning_aim = self.aim_beside(step)
            state = log.emit("roe_state", self.actor, causes=causes, rung=int(rung))
            self.world.mark(-1, "roe", int(rung))
            if rung is Rung.ENGAGE:
                self.engaged = state
                for b in range(len(self.world.ids)):
                    if self.world.side[b] != self.side and self.picture.report_id[b] >= 0:
                        self.permit(b)
                return
            assert step.wait is not None
            luck = self.ctx.draws.one(Purpose.DELAY, key(f"roe/{SIDES[self.side]}"), n)
            yield self.ctx.clock.wait(max(1, span_ms(step.wait, luck)), Phase.COMMAND, self.actor)
            causes = (state,)

    def able(self, rung: Rung, step: Any) -> bool:
        """Whether somebody on this side can perform the rung."""
        world = self.world
        ours = [u for u in range(len(world.ids)) if world.side[u] == self.side]
        if rung is Rung.HOTLINE_CALL:
            return self.ctx.scenario.hotline is not None
        if rung is Rung.SHOW_OF_FORCE:
            return any(
                world.present[u] and world.unit[u].air is not None and world.unit[u].air.role != "watch" for u in ours
            )
        if rung is Rung.WARNING_SHOTS:
            return self.leading() is not None and any(step.weapon in world.unit[u].weapons for u in ours)
        return True

    def leading(self) -> int | None:
        """The advancing contact believed nearest to the protected point."""
        now, best, found = self.ctx.clock.now_ms, 0.0, None
        for b in range(len(self.world.ids)):
            if self.world.side[b] != self.side and self.picture.act[b] == Act.ADVANCED and self.picture.holders[b]:
                x, y = self.picture.where(b, now)
                far = (x - self.point[0]) ** 2 + (y - self.point[1]) ** 2
                if found is None or far < best:
                    best, found = far, b
        return found

    def aim_beside(self, step: Any) -> tuple[float, float] | None:
        """Aim of warning shots: by the offset to one side of the leading contact's way to the protected point, on the
        side that is clearer of everybody else believed or known to be there; of two alike, on its left."""
        lead = self.leading()
        if lead is None:
            return None
        x, y = self.picture.where(lead, self.ctx.clock.now_ms)
        dx, dy = x - self.point[0], y - self.point[1]
        far = max((dx * dx + dy * dy) ** 0.5, 1.0)
        across, along = dy / far * step.offset_m, -dx / far * step.offset_m
        left, right = (x + across, y + along), (x - across, y - along)
        clear = self.clearance(np.array([left, right]), lead)
        return left if clear[0] >= clear[1] else right

    def clearance(self, places: NDArray[np.float64], but: int) -> NDArray[np.float64]:
        """(k,) distances, m, from places (k, 2) to who is nearest: of the own side or believed, `but` apart."""
        contacts = [b for b, status in enumerate(self.picture.status) if status != Status.NONE and b != but]
        theirs = least_gaps(self.picture.places(contacts, self.ctx.clock.now_ms), places)
        return np.minimum(theirs, self.world.nearest_own(self.side, places, inf))

    def permit(self, b: int) -> None:
        """Fire at an acting contact is permitted."""
        if b in self.permitted or (self.picture.act[b] not in (Act.FIRED, Act.ADVANCED, Act.CROSSED_LINE) and not (
            self.picture.act[b] == Act.BUILD_UP and self.law.trigger.build_up
        )):  # fmt: skip
            return
        self.permitted.add(b)
        causes = (self.engaged, self.picture.act_id[b])
        self.ctx.log.emit("permitted", self.actor, self.world.actor[b], causes, rung=int(Rung.ENGAGE))


def start(ctx: Context) -> None:
    """One ladder for each side that has rules."""
    for side, name in enumerate(SIDES):
        if name not in ctx.scenario.roe:
            continue
        roe = Roe(ctx, side)
        ctx.log.on("impact", Phase.COMMAND, roe.actor, roe.fell, roe.counts)
        ctx.log.on("act_observed", Phase.COMMAND, roe.actor, roe.observed)
        if roe.line_key is not None:
            ctx.log.on("line_crossed", Phase.COMMAND, roe.actor, roe.crossed, roe.names)
        ctx.log.on("reported", Phase.COMMAND, roe.actor, roe.reported)
        if roe.law.trigger.direct_fire is not None or ctx.scenario.changes:
            for kind in ("opened", "fired"):
                ctx.log.on(kind, Phase.COMMAND, roe.actor, roe.fired_at, roe.is_at_us)
        if roe.law.trigger.own_losses is not None or ctx.scenario.changes:
            for kind in ("wounded", "killed"):
                ctx.log.on(kind, Phase.COMMAND, roe.actor, roe.hurt, roe.is_ours)
