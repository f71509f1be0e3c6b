"""Counter-battery: a standing order to answer guns and launchers of the other side that fire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy.special import ndtri

from sim.clock import Phase
from sim.context import Context
from sim.draws import Purpose, key, pair, signed, span_ms
from sim.world import SIDES, Mount

Begin = Callable[[int, Any, tuple[float, float], int, int, int], int]
GUNS = ("indirect", "guided")
MISSIONS = (1 << 40) - 1
"""Numbers of missions, for what their guns have in common; those of orders to shell count from 0."""


class CounterBattery:
    """Formations that stand by, and whom they are about to answer. `begin` starts a mission of a formation."""

    def __init__(self, ctx: Context, begin: Begin):
        self.ctx, self.world, self._begin = ctx, ctx.world, begin
        self.laws: dict[int, Any] = {
            signed(key(o.id)): o.do.counter for o in ctx.scenario.orders if o.do.counter is not None
        }
        self.who = {signed(key(o.id)): key(f"order/{o.id}") for o in ctx.scenario.orders}
        self.standing: dict[int, tuple[int, int]] = {}  # order key -> formation, id of its begin
        self.answered: set[tuple[int, int]] = set()  # (order key, unit) located or under fire
        self.at_it: dict[int, list[Any]] = {}  # id of `located` -> order key, unit, mounts still firing
        self.heard_of: dict[tuple[int, int], int] = {}
        self.guns = {m.unit for m in ctx.world.mounts if m.weapon.kind in GUNS and not ctx.world.is_air[m.unit]}

    def stand(self, id_: int, formation_actor: int, target: int, order_key: int) -> None:
        """An order of counter-battery begins."""
        if order_key in self.laws:
            self.standing[order_key] = self.world.formation_actor.index(formation_actor), id_

    def listens(self, shooter: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether somebody stands by, and a gun or launcher fires."""
        return bool(self.standing) and self.world.unit_of_actor.get(shooter, -1) in self.guns

    def heard(self, id_: int, shooter: int, target: int, *_: int) -> None:
        """A salvo: those who stand by against it may locate the gun, with a delay and an error."""
        world, u = self.world, self.world.unit_of_actor[shooter]
        for order_key, (f, begun) in sorted(self.standing.items()):
            law, them = self.laws[order_key], (order_key, u)
            if SIDES[world.side[u]] == world.formations[f].side or them in self.answered:
                continue
            n = self.heard_of[them] = self.heard_of.get(them, -1) + 1
            who = pair(self.who[order_key], world.keys[u])
            luck = self.ctx.draws.block(Purpose.LOCATION, who, n, 4)
            if luck[0] >= law.chance:
                continue
            self.answered.add(them)
            x, y = world.legs.at(u, self.ctx.clock.now_ms)
            error = ndtri(luck[2:]) * law.location_error_m
            later = self.ctx.clock.now_ms + max(1, span_ms(law.locate, float(luck[1])))
            aim = (x + float(error[0]), y + float(error[1]))
            formation = world.formation_actor[f]
            self.ctx.clock.at(later, Phase.FIRE, formation, self.located, them, aim, (begun, id_), n)

    def located(self, them: tuple[int, int], aim: tuple[float, float], causes: tuple[int, ...], n: int) -> None:
        """The gun is located: whoever is free and reaches it fires; if nobody can, the next salvo is another chance."""
        order_key, u = them
        f, _ = self.standing[order_key]
        law = self.laws[order_key]
        sigma_mm = round(law.location_error_m * 1000)
        id_ = self.ctx.log.emit(
            "located", self.world.formation_actor[f], self.world.actor[u], causes, sigma_mm=sigma_mm
        )
        mission = (pair(self.who[order_key], self.world.keys[u]) + n) & MISSIONS
        started = self._begin(f, law, aim, id_, order_key, mission)
        if started:
            self.at_it[id_] = [order_key, u, started]
        else:
            self.answered.discard(them)

    def over(self, mount: Mount, cause: int) -> bool:
        """A mount has fired its part; True if it was a mission of counter-battery, which ends no order."""
        row = self.at_it.get(cause)
        if row is None:
            return False
        row[2] -= 1
        if row[2] == 0:
            del self.at_it[cause]
            self.answered.discard((row[0], row[1]))
        return True
