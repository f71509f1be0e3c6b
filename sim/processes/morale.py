"""Morale: per company. Guns lost, leader lost, neighbours gone and unanswered fire come first, losses last.

Casualties are 10 % of the reasons for quitting in the record (McQuie, Army, November 1987), so loss share is one
weight among others. Pressure is evaluated when something happened that can raise it, never polled.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.clock import Phase
from sim.context import Context
from sim.draws import Purpose, key, span_ms, truncated
from sim.events import Reason
from sim.world import SIDES, Mount, World

PHASES = (Phase.MORALE,)
READS = ("fit", "hull", "legs", "broken")
ROUNDING = 1e-9
"""By so much a company is looked at too early rather than too late."""
SUPPORTING = ("indirect", "guided", "strafe")
WRITES = ("broken", "withdrawing", "surrendered", "halted")


class Company:
    """One morale group: its resolve, what has shaken it."""

    def __init__(self, name: str, units: list[int], side: int, world: World):
        self.name, self.units, self.side = name, units, side
        self.people = sum(world.people[u] for u in units)
        self.leaders = [u for u in units if world.unit[u].leader]
        # weights: guns, leader, neighbours, unanswered fire
        self.weights = (0.0, 0.0, 0.0, 0.0)
        self.resolve = self.loss_fraction = 1.0
        self.surrenders = False
        self.route, self.factor, self.turn_ms = "", 1.0, 0
        self.unanswered = 0
        self.broken = False
        self.neighbours: list[str] = []
        self.beside: list[Company] = []  # those whose neighbour it is
        self.last_cause = -1
        self.slack = -math.inf  # the weight of lost guns that it bears at most; -inf: to be reckoned


class Morale:
    """All companies of sides that have a morale law."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.companies: dict[str, Company] = {}
        self.of_unit: dict[int, Company] = {}
        for name, units in sorted(self.world.companies.items()):
            side = int(self.world.sides[units[0]])
            if SIDES[side] in ctx.scenario.morale:
                self._add(name, units, side)
        for other in self.companies.values():
            for neighbour in {*other.neighbours} & {*self.companies}:
                self.companies[neighbour].beside.append(other)
        self.of_side = [[c for c in self.companies.values() if c.side == side] for side in (0, 1)]
        self.warnings = -1
        laws = [ctx.scenario.morale.get(name) for name in SIDES]
        self.near_m = [-1.0 if law is None else float(law.near_m) for law in laws]
        self.guns = [
            [
                m
                for m in self.world.mounts
                if self.world.sides[m.unit] == side and m.weapon.kind == "indirect" and not m.held
            ]
            for side in (0, 1)
        ]
        self.tubes = [sum(len(m.served_by) for m in guns) for guns in self.guns]
        self.gunners = [sorted({m.unit for m in guns}) for guns in self.guns]
        self.serves = {u: side for side, units in enumerate(self.gunners) for u in units}
        self.working: list[int | None] = [None, None]  # tubes in action, until somebody who serves one is hurt

    def _add(self, name: str, units: list[int], side: int) -> None:
        company = Company(name, units, side, self.world)
        self._nature(company)
        for f in sorted({self.world.formation[u] for u in units}):
            for other in self.world.formations[f].neighbours:
                neighbour = next(g for g in self.world.formations if g.id == other)
                company.neighbours.append(neighbour.company or neighbour.id)
        self.companies[name] = company
        for u in units:
            self.of_unit[u] = company

    def _nature(self, company: Company) -> None:
        """What a company is made of: its own luck, under the law as it stands."""
        law, name, company.slack = self.law(company), company.name, -math.inf
        company.weights = float(law.guns), float(law.leader), float(law.neighbours), float(law.unanswered)
        luck = self.ctx.draws.block(Purpose.MORALE, key(f"company/{name}"), 0, 2)
        company.resolve = truncated(law.resolve.mean, law.resolve.sd, float(luck[0]))
        company.loss_fraction = truncated(law.loss_fraction.mean, law.loss_fraction.sd, float(luck[1]))
        luck = self.ctx.draws.block(Purpose.MORALE, key(f"company/{name}"), 1, 3)
        company.turn_ms = max(1, span_ms(law.turn_delay, float(luck[0])))
        company.surrenders = bool(luck[1] < law.surrender)
        company.route = law.home if luck[2] < law.recross else law.retreat
        company.factor = law.retreat_speed_factor

    def rules_changed(self) -> None:
        """A new law: companies that stand draw their nature anew from the same luck, and may break at once."""
        laws = [self.ctx.scenario.morale.get(name) for name in SIDES]
        self.near_m = [-1.0 if law is None else float(law.near_m) for law in laws]
        for company in self.companies.values():
            if not company.broken:
                self._nature(company)
        for company in self.companies.values():
            self.check(company)

    def law(self, company: Company) -> Any:
        """The parameters of a company's side."""
        return self.ctx.scenario.morale[SIDES[company.side]]

    # -- what shakes

    def lost(self, u: int) -> None:
        """Losses in unit u: its company, and (a leader, a gun) those it matters to."""
        if u in self.of_unit:
            self.check(self.of_unit[u])
        if u in self.serves:
            side = self.world.sides[u]
            share = 1.0 - self.in_action(side) / self.tubes[side]
            for company in self.of_side[side]:
                if company.slack <= company.weights[0] * share + ROUNDING and company.units[0] != u:
                    self.check(company)

    def reach_m(self, mount: Mount) -> float:
        """Radius within which supporting fire at a side that has morale is felt; -1 for other fire."""
        return self.near_m[1 - self.world.sides[mount.unit]] if mount.weapon.kind in SUPPORTING else -1.0

    def fell(self, mount: Mount, d2: Any, ids: list[int]) -> None:
        """Enemy supporting fire near units of a company whose own guns are silent or gone counts as unanswered."""
        side = 1 - int(self.world.sides[mount.unit])
        near = d2 <= self.near_m[side] ** 2
        some = near[0] if len(ids) == 1 else np.logical_or.reduce(near, axis=0)
        concerned = dict.fromkeys(self.of_unit[u] for u in some.nonzero()[0].tolist() if u in self.of_unit)
        firing = self.world.firing
        silent = not any(firing[u] for u in self.gunners[side])
        for company in concerned:
            if company.side == side and not company.broken:
                company.last_cause = ids[0]
                if silent:
                    company.slack = -math.inf
                    company.unanswered += 1 if len(ids) == 1 else int(near[:, company.units].any(axis=1).sum())
                    self.check(company)

    def hurt(self, id_: int, kind: str, actor: int, target: int, payload: tuple[int, ...]) -> None:
        """Somebody or something is lost: if it served a tube, the tubes in action are counted anew when asked for."""
        u = self.world.unit_of_actor[target]
        if u in self.serves:
            self.working[self.serves[u]] = None
        if u in self.of_unit:
            self.of_unit[u].slack = -math.inf

    def in_action(self, side: int) -> int:
        """Tubes of a side that can fire."""
        kept = self.working[side]
        if kept is None:
            kept = self.working[side] = sum([self.world.servers(m) for m in self.guns[side]])
        return kept

    # -- pressure

    def pressure(self, company: Company) -> tuple[float, Reason]:
        """Sum of the weights, and the reason that weighs most."""
        world, leaders, neighbours = self.world, company.leaders, company.neighbours
        guns, leader, others, unanswered = company.weights
        out = 1.0 - sum([world.fit[u] for u in company.units]) / company.people if company.people else 0.0
        tubes = self.tubes[company.side]
        working = self.in_action(company.side) if tubes else 0
        gone = sum([n in self.companies and self.companies[n].broken for n in neighbours])
        parts = [
            (out / max(company.loss_fraction, 1e-9), Reason.LOSSES),
            (guns * (1.0 - working / tubes) if tubes else 0.0, Reason.GUNS_LOST),
            (
                leader * sum([not world.alive(u) for u in leaders]) / len(leaders) if leaders else 0.0,
                Reason.LEADER_LOST,
            ),
            (others * gone / len(neighbours) if neighbours else 0.0, Reason.NEIGHBOURS),
            (unanswered * company.unanswered, Reason.UNANSWERED_FIRE),
        ]
        pressure = sum([p for p, _ in parts])
        company.slack = company.resolve - (pressure - parts[1][0])
        return pressure, max(parts)[1]

    def check(self, company: Company) -> None:
        """Break when the pressure reaches the resolve."""
        if company.broken or not any(self.world.alive(u) and self.world.present[u] for u in company.units):
            return
        pressure, reason = self.pressure(company)
        if pressure >= company.resolve:
            self.break_up(company, reason)

    def break_up(self, company: Company, reason: Reason) -> None:
        """The company is done: its units break; after the turn delay they surrender or withdraw."""
        company.broken, company.slack = True, math.inf
        cause = (company.last_cause,) if company.last_cause >= 0 else ()
        for u in company.units:
            if self.world.alive(u) and self.world.present[u]:
                self.world.flag("broken", u, True)
                self.world.flag("attacking", u, False)
                id_ = self.ctx.log.emit("broke", self.world.actor[u], causes=cause, reason=int(reason))
        actor = self.world.actor[company.units[0]]
        at = self.ctx.clock.now_ms + company.turn_ms
        self.ctx.clock.at(at, Phase.MORALE, actor, self.turn, company, reason, id_)
        for other in company.beside:
            other.last_cause = id_
            if not other.broken:
                other.slack = -math.inf
            self.check(other)

    def turn(self, company: Company, reason: Reason, cause: int) -> None:
        """Surrender, or go back: to the enclave, or across the river."""
        for u in company.units:
            if not self.world.alive(u) or not self.world.present[u]:
                continue
            if company.surrenders:
                self.world.flag("surrendered", u, True)
                self.ctx.log.emit("surrendered", self.world.actor[u], causes=(cause,), reason=int(reason))
            elif company.route in self.world.formations[self.world.formation[u]].routes:
                self.withdraw(u, company.route, company.factor, reason, cause)

    def withdraw(self, u: int, route: str, factor: float, reason: Reason, cause: int) -> None:
        """Unit u goes back along a route of its formation."""
        self.world.retreats[u] = (route, factor)
        self.world.flag("withdrawing", u, True)
        self.world.flag("attacking", u, False)
        self.ctx.log.emit("withdrew", self.world.actor[u], causes=(cause,), reason=int(reason))

    def warned(self, id_: int, actor: int, rung: str) -> None:
        """A show of force or a warning shot: each company of the other side may notice it, and then heed it."""
        side = 1 - int(self.world.sides[self.world.unit_of_actor[actor]])
        law = self.ctx.scenario.roe[SIDES[1 - side]]
        step = next(step for step in law.ladder if step.id == rung)
        n = self.warnings = self.warnings + 1
        for company in self.companies.values():
            if company.side != side or company.broken or not any(self.world.attacking[u] for u in company.units):
                continue
            luck = self.ctx.draws.block(Purpose.NOTICE, key(f"company/{company.name}"), n, 2)
            if luck[0] < step.notice:
                heeded = bool(luck[1] < step.heed)
                noticed = self.ctx.log.emit(
                    "warning_noticed", self.world.actor[company.units[0]], causes=(id_,), heeded=int(heeded)
                )
                if heeded:
                    company.route = self.law(company).retreat
                    company.last_cause = noticed
                    self.break_up(company, Reason.TURNED_BACK)

    def halted(self, id_: int, actor: int, *_: int) -> None:
        """A formation obeys a halt: it goes back to the enclave in order, and begins no attack and no fire any more."""
        f = self.world.formation_actor.index(actor)
        side = SIDES[self.world.sides[self.world.members[f][0]]]
        law = self.ctx.scenario.morale.get(side)
        for u in self.world.members[f]:
            self.world.flag("halted", u, True, rate=False)
            if self.world.alive(u) and self.world.present[u] and not self.world.broken[u]:
                route = law.retreat if law is not None else ""
                if route in self.world.formations[f].routes and self.world.attacking[u]:
                    self.withdraw(u, route, 1.0, Reason.HALTED, id_)
                else:
                    self.world.flag("attacking", u, False)


def start(ctx: Context) -> None:
    """Draw every company's resolve; watch losses, impacts and halts."""
    morale = Morale(ctx)
    ctx.world.loss_hooks.append((Phase.MORALE, morale.lost))
    ctx.world.impact_hooks.append((Phase.MORALE, morale.reach_m, morale.fell))
    actor = ctx.clock.handle("morale/attackers")
    ctx.after_change.append((Phase.MORALE, actor, morale.rules_changed))
    for kind, rung in (("show_of_force", "show_of_force"), ("warning_fired", "warning_shots")):
        ctx.log.on(kind, Phase.MORALE, actor, lambda id_, a, *_, rung=rung: morale.warned(id_, a, rung))
    ctx.log.on("halt_obeyed", Phase.MORALE, actor, morale.halted)
    for kind in ("wounded", "killed", "vehicle"):
        ctx.log.watch(kind, morale.hurt)
