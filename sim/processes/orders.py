"""Orders are data: each begins when its condition first holds, and ends when its task does."""

from __future__ import annotations

from typing import Any

from sim.clock import Phase
from sim.context import Context
from sim.draws import Purpose, key, signed
from sim.events import Reason

PHASES = (Phase.MOVE, Phase.COMMAND)
READS = ("fit", "broken", "withdrawing", "present", "halted")
WRITES = ("attacking",)


class Orders:
    """Which order each formation is under."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.formation = {f.id: i for i, f in enumerate(self.world.formations)}
        self.open: dict[int, tuple[int, Any, int]] = {}  # order key -> (formation, order, id)

    def arm(self, order: Any) -> None:
        """Wait for the order's condition; an order of chance below 1 is given or not as history has it."""
        if order.p < 1.0 and self.ctx.draws.one(Purpose.HISTORY, key(f"order/{order.id}")) >= order.p:
            return
        actor = self.world.formation_actor[self.formation[order.who]]
        self.ctx.conditions.when(order.when, order.id, Phase.COMMAND, actor, lambda causes: self.begin(order, causes))

    def begin(self, order: Any, causes: tuple[int, ...]) -> None:
        """The order is given: to those of the formation who still obey."""
        f = self.formation[order.who]
        actor, order_key = self.world.formation_actor[f], signed(key(order.id))
        obey = [u for u in self.world.members[f] if self._obeys(u)]
        aggressive = order.do.assault is not None or order.do.shell is not None
        held = aggressive and any(self.world.halted[u] for u in obey)
        if held or not obey:
            why = Reason.HALTED if held else Reason.LOST
            self.ctx.log.emit("order_aborted", actor, causes=causes, order_key=order_key, why=int(why))
            return
        id_ = self.ctx.log.emit("order_begun", actor, causes=causes, order_key=order_key)
        if any(task is not None for task in (order.do.move, order.do.assault, order.do.reinforce, order.do.withdraw)):
            self.open[order_key] = (f, order, id_)
        for u in obey:
            self.world.order_id[u] = id_
        if order.do.assault is not None:
            for u in obey:
                self.world.flag("attacking", u, True)
                self.ctx.log.emit("committed", self.world.actor[u], causes=(id_,), order_key=order_key)
        if order.do.signal is not None:
            self.ctx.conditions.signal(order.do.signal, id_)
            self.ctx.log.emit("order_done", actor, causes=(id_,), order_key=order_key)

    def _obeys(self, u: int) -> bool:
        world = self.world
        gone = world.broken[u] or world.withdrawing[u] or world.surrendered[u]
        return world.present[u] and world.alive(u) and not gone

    def arrived(self, id_: int, actor: int, target: int, order_key: int, leg: int) -> None:
        """The first to arrive completes a task of movement."""
        if order_key in self.open:
            self.end(order_key, id_)

    def end(self, order_key: int, cause: int = -1) -> None:
        """A task is done."""
        f, _, begun = self.open.pop(order_key)
        causes = (begun,) if cause < 0 else (begun, cause)
        self.ctx.log.emit("order_done", self.world.formation_actor[f], causes=causes, order_key=order_key)

    def shrink(self, u: int) -> None:
        """After losses or a withdrawal: an attack whose last unit is out of it is aborted."""
        f = self.world.formation[u]
        for order_key, (owner, order, begun) in list(self.open.items()):
            if owner == f and order.do.assault is not None and not any(self._obeys(m) for m in self.world.members[f]):
                del self.open[order_key]
                why = (
                    Reason.BROKE
                    if self.world.broken[u]
                    else Reason.HALTED
                    if self.world.withdrawing[u]
                    else Reason.LOST
                )
                self.ctx.log.emit(
                    "order_aborted", self.world.formation_actor[f], causes=(begun,), order_key=order_key, why=int(why)
                )


def start(ctx: Context) -> None:
    """Arm every order."""
    orders = Orders(ctx)
    for order in sorted(ctx.scenario.orders, key=lambda order: order.id):
        orders.arm(order)
    actor = ctx.clock.handle("sim/orders")
    ctx.log.on("arrived", Phase.COMMAND, actor, orders.arrived)
    for kind in ("broke", "withdrew", "surrendered"):
        ctx.log.on(kind, Phase.COMMAND, actor, lambda id_, a, *_: orders.shrink(ctx.world.unit_of_actor[a]))
    ctx.world.loss_hooks.append((Phase.COMMAND, orders.shrink))
