"""Who controls attacks: people on the ground, each lost when he is hurt or his unit is out of action; cells from afar.

A controller that is lost takes no more attacks. The one that he was setting up waits for another, aircraft on a run
that he controlled break off before their next release, and rounds in flight or called from guns on the ground go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.clock import Call, Phase, Pool
from sim.context import Context
from sim.world import SIDES

AFAR = -1


class Controllers:
    """Of one side: `far` from afar, and those of its units on the ground; a pool that serves whom `first` names."""

    def __init__(self, ctx: Context, side: int, far: int, first: Callable[[list[Any]], int]):
        self.ctx, self.world, self.side, self.far = ctx, ctx.world, side, far
        self.actor = ctx.clock.handle(f"command/{SIDES[side]}")
        world = ctx.world
        own = [u for u in range(len(world.ids)) if world.side[u] == side and not world.is_air[u]]
        self.ground = [(world.actor[u], entity) for u in own for entity in world.controls[u]]  # unit's actor, who of it
        self.carriers = {actor for actor, _ in self.ground}
        self.lost: set[int] = set()
        self.busy: dict[int, tuple[int, int]] = {}  # contact -> who controls the attack on it, serial of the mission
        self.set_ups: dict[int, Call] = {}  # contact -> gate of whoever waits for the attack on it to be set up
        self.pool = Pool(ctx.clock, len(self.ground) + far, first)

    # -- attacks

    def take(self, b: int, serial: int) -> bool:
        """One of those free takes the attack on contact b, rather one on the ground; False: he was lost meanwhile."""
        taken = {who for who, _ in self.busy.values()}
        free = [n for n in range(len(self.ground)) if n not in taken and n not in self.lost]
        if not free and not self.far:
            return False
        self.far -= not free
        self.busy[b] = (free[0] if free else AFAR), serial
        return True

    def controls(self, b: int) -> bool:
        """Somebody controls the attack on b."""
        return b in self.busy

    def afar(self, b: int) -> bool:
        """He does so from afar."""
        return self.busy[b][0] == AFAR

    def setting_up(self, b: int, span_ms: int) -> Call:
        """The attack on b is being set up: a gate that opens after the span, or when its controller is lost."""
        clock = self.ctx.clock
        gate = self.set_ups[b] = clock.gate(Phase.COMMAND, self.actor)
        clock.at(clock.now_ms + span_ms, Phase.COMMAND, self.actor, clock.open_gate, gate)
        return gate

    def release(self, b: int) -> None:
        """He is free for the next; nothing if he was lost."""
        if b in self.busy:
            number, serial = self.busy.pop(b)
            self.far += number == AFAR
            self.ctx.log.emit("controller_freed", self.actor, self.world.actor[b], serial=serial)
            self.pool.release()

    # -- losses

    def carries(self, actor: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether a unit with controllers breaks, withdraws or surrenders."""
        return actor in self.carriers

    def carried(self, shooter: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether somebody of a unit with controllers is hurt."""
        return target in self.carriers

    def hurt(self, id_: int, shooter: int, target: int, entity: int, *_: int) -> None:
        """Somebody of such a unit is hurt: if it is a controller, he is lost."""
        for n, person in enumerate(self.ground):
            if person == (target, entity):
                self.lose(n, id_)

    def out_of_action(self, id_: int, actor: int, *_: int) -> None:
        """Such a unit has had enough: so have its controllers."""
        for n, person in enumerate(self.ground):
            if person[0] == actor:
                self.lose(n, id_)

    def lose(self, n: int, cause: int) -> None:
        """Controller n takes no more attacks; the one he was at is no longer controlled."""
        if n in self.lost:
            return
        self.lost.add(n)
        b = next((b for b, (number, _) in self.busy.items() if number == n), None)
        if b is None:
            self.ctx.log.emit("controller_lost", self.actor, causes=(cause,), serial=0)
            self.pool.shrink()
            return
        _, serial = self.busy.pop(b)
        id_ = self.ctx.log.emit("controller_lost", self.actor, self.world.actor[b], (cause,), serial=serial)
        if b in self.set_ups:
            self.ctx.clock.open_gate(self.set_ups[b])
        for task in self.world.tasks.values():
            if task.side == self.side and task.contact == b:
                task.uncontrolled = id_


def listen(ctx: Context, controllers: Controllers) -> None:
    """Hear of losses of those who carry controllers."""
    for kind in ("wounded", "killed"):
        ctx.log.on(kind, Phase.COMMAND, controllers.actor, controllers.hurt, controllers.carried)
    for kind in ("broke", "withdrew", "surrendered"):
        ctx.log.on(kind, Phase.COMMAND, controllers.actor, controllers.out_of_action, controllers.carries)
