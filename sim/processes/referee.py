"""The end: both sides have ceased for a time and nobody is on the way; at the latest when the clock runs out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Call, Phase
from sim.context import Context
from sim.events import Reason
from sim.geometry import closest_approach
from sim.world import World

PHASES = (Phase.AUDIT,)
READS = ("firing", "moving", "withdrawing", "tasks", "legs")
WRITES = ()
OUT = ("broke", "withdrew", "surrendered")
FIRE = ("fired", "opened", "warning_fired", "account", "hit")


class Referee:
    """Watches fire and movement; ends the run."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.quiet_ms = round(ctx.scenario.end.quiet_s * 1000)
        self.scripted_ms = ctx.scenario.t_ms(ctx.scenario.clock.scripted_until)  # orders may still come until then
        self.actor = ctx.clock.handle("sim/referee")
        self.last_ms = -1
        self.call: Call | None = None
        self.out_ms: dict[int, int] = {}

    def fire(self, *_: Any) -> None:
        """Any fire starts the quiet anew (at once, it acts on nothing)."""
        self.last_ms = self.ctx.clock.now_ms

    def out(self, id_: int, kind: str, actor: int, *_: Any) -> None:
        """A unit that has had enough is no longer effective from now."""
        self.out_ms.setdefault(self.world.unit_of_actor[actor], self.ctx.clock.now_ms)

    def lost(self, unit: int) -> None:
        """A unit with nobody left is no longer effective from now."""
        if not self.world.alive(unit):
            self.out_ms.setdefault(unit, self.ctx.clock.now_ms)

    def ceased(self, *_: int) -> None:
        """Somebody ceased: see again when it has been quiet long enough."""
        if self.last_ms >= 0 and (self.call is None or self.call.fn is None):
            self.book(self.last_ms + self.quiet_ms)

    def book(self, t_ms: int) -> None:
        """Look at this time."""
        self.call = self.ctx.clock.at(t_ms, Phase.AUDIT, self.actor, self.look)

    def look(self) -> None:
        """End if quiet; else at the next moment it could be, or when the last one on the way arrives."""
        now = self.ctx.clock.now_ms
        if max(self.last_ms + self.quiet_ms, self.scripted_ms) > now:
            self.book(max(self.last_ms + self.quiet_ms, self.scripted_ms))
            return
        world = self.world
        busy = any(world.firing) or bool(world.tasks)
        on_the_way = bool((np.array(world.moving) & (np.array(world.withdrawing) | self.ordered())).any())
        if not busy and not on_the_way:
            self.end(Reason.QUIET)

    def ordered(self) -> NDArray[np.bool_]:
        """Units moving under an order that is not an attack: reinforcing, withdrawing."""
        flags = np.zeros(len(self.world.ids), dtype=bool)
        for u in self.world.order_id:
            flags[u] = not self.world.attacking[u]
        return flags

    def end(self, reason: Reason) -> None:
        """Last entries of the log: how near each attacker unit came; then the end."""
        for unit, distance_m in sorted(closest(self.ctx, self.out_ms).items()):
            self.ctx.log.emit("closest", self.world.actor[unit], distance_mm=round(distance_m * 1000))
        self.ctx.log.emit("end", self.actor, reason=int(reason))
        self.ctx.clock.stop()


def closest(ctx: Context, out_ms: dict[int, int]) -> dict[int, float]:
    """Nearest distance, m, of each attacker unit to the HQ point while it was effective, from its legs."""
    world: World = ctx.world
    area = next((area for area in world.areas if area.id == "hq"), None)
    if area is None:
        return {}
    end = ctx.clock.now_ms
    history = [row for row in world.legs.history if world.side[row[1]] == 0]
    if not history:
        return {}
    legs = np.array(history)
    unit, t0 = legs[:, 1].astype(int), legs[:, 0]
    until = np.empty(len(legs))
    following: dict[int, float] = {}
    for i in range(len(legs) - 1, -1, -1):
        u = int(unit[i])
        until[i] = min(following.get(u, float(end)), out_ms.get(u, end))
        following[u] = t0[i]
    span = np.maximum(until - t0, 0.0) * 1e-3
    _, distance = closest_approach(legs[:, 2] - area.x_m, legs[:, 3] - area.y_m, legs[:, 4], legs[:, 5], span)
    found: dict[int, float] = {}
    for u, d, ok in zip(unit.tolist(), distance.tolist(), (until >= t0).tolist(), strict=True):
        if ok:
            found[u] = min(d, found.get(u, np.inf))
    return found


def start(ctx: Context) -> None:
    """Watch; and end at the clock's end in any case."""
    referee = Referee(ctx)
    for kinds, fn in ((FIRE, referee.fire), (OUT, referee.out)):
        for kind in kinds:
            ctx.log.watch(kind, fn)
    for kind in ("ceased", "arrived", "closed", "cancelled"):
        ctx.log.on(kind, Phase.AUDIT, referee.actor, referee.ceased)
    ctx.world.loss_hooks.append((Phase.AUDIT, referee.lost))
    end_ms = ctx.scenario.t_ms(ctx.scenario.clock.end)
    ctx.clock.at(end_ms, Phase.AUDIT, referee.actor, referee.end, Reason.CLOCK)
