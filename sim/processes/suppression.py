"""Suppression: a leaky integrator per unit, pushed by impacts near it and by aimed fire at it.

Between changes the level is exact (closed form); the push of misses of aimed fire enters as a constant inflow per
piece, a fluid approximation of near misses. Pinned above `pin`, recovered below `recover`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import Purpose, pair
from sim.effects.suppression import time_to_level_one, with_inflow_one
from sim.world import Mount

PHASES = (Phase.SUPPRESS,)
READS = ("legs", "fit")
WRITES = ("level", "pinned")


class Suppression:
    """Levels, inflows and the next crossing of a threshold of every unit."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.law = ctx.scenario.suppression
        n = len(self.world.ids)
        self.since_ms = [ctx.clock.now_ms] * n
        self.inflow = [0.0] * n
        self.call: list[Call | None] = [None] * n
        self.cause = [-1] * n
        self.spells = [0] * n  # times pinned, under a memoryless law
        self.jumps: dict[int, int] = {}  # pair (mount, unit) -> drawn pushes so far

    def fell(self, mount: Mount, d2: Any, ids: list[int]) -> None:
        """Impacts at squared distances d2 (k, n_units): each pushes every unit within the weapon's radius once."""
        suppress = mount.weapon.suppress
        push, drawn = suppress.push, suppress.jumps != "fixed"
        near = d2 <= suppress.radius_m**2
        some = near[0] if len(ids) == 1 else np.logical_or.reduce(near, axis=0)
        for u in (some & self.world.there).nonzero()[0].tolist():
            hits = near[:, u].tolist()
            jumps = self._drawn(pair(mount.key, self.world.keys[u]), hits) if drawn else sum(hits)
            self.push(u, push * jumps, ids[hits.index(True)])

    def _drawn(self, who: int, hits: list[bool]) -> float:
        """Sum of Exp(1) over the rounds of a salvo that are near a unit; each round has its own uniform."""
        event = self.jumps.get(who, 0)
        self.jumps[who] = event + 1
        luck = self.ctx.draws.few(Purpose.PUSH, who, event, len(hits))
        return sum(-math.log(u) for u, near in zip(luck, hits, strict=True) if near)

    def push(self, u: int, amount: float, cause: int) -> None:
        """Raise the level of unit u at once."""
        self._settle(u)
        if self.law.model == "leaky":
            self.world.level[u] += amount
        elif self.law.model == "restart" or not self.world.pinned[u]:
            self.world.level[u] = max(self.law.pin, amount)
        self.cause[u] = cause
        self._plan(u)

    def set_inflow(self, u: int, per_s: float, cause: int) -> None:
        """Aimed fire at unit u pushes at this rate from now on."""
        if per_s != self.inflow[u]:
            self._settle(u)
            self.inflow[u] = per_s
            self.cause[u] = cause
            self._plan(u)

    def _settle(self, u: int) -> None:
        now = self.ctx.clock.now_ms
        dt_s = (now - self.since_ms[u]) * 1e-3
        if dt_s > 0.0:
            self.world.level[u] = with_inflow_one(self.world.level[u], self.inflow[u], self.law.tau_s, dt_s)
        self.since_ms[u] = now

    def _plan(self, u: int) -> None:
        """Pin or recover now, or book when the level will say so."""
        world, law = self.world, self.law
        level, pinned, pin, memoryless = world.level[u], world.pinned[u], law.pin, law.model == "markov"
        if memoryless and pinned:
            return  # its recovery is booked, whatever else falls
        old = self.call[u]
        if old is not None:
            old.cancel()
        self.call[u] = None
        if not pinned and level >= pin and world.alive(u):
            self._turn(u, True)
            if memoryless:
                self._book_recovery(u)
                return
        elif pinned and level < law.recover:
            self._turn(u, False)
        threshold = law.recover if world.pinned[u] else pin
        wait_s = time_to_level_one(level, self.inflow[u], law.tau_s, threshold)
        if wait_s < 1e6:
            at = self.ctx.clock.now_ms + max(1, math.ceil(wait_s * 1e3))
            self.call[u] = self.ctx.clock.at(at, Phase.SUPPRESS, world.actor[u], self._due, u)

    def _book_recovery(self, u: int) -> None:
        """Recovery at a constant rate, 1 / tau."""
        luck = self.ctx.draws.one(Purpose.DELAY, self.world.keys[u], self.spells[u])
        self.spells[u] += 1
        at = self.ctx.clock.now_ms + max(1, round(-math.log(luck) * self.law.tau_s * 1e3))
        self.call[u] = self.ctx.clock.at(at, Phase.SUPPRESS, self.world.actor[u], self._recover, u)

    def _recover(self, u: int) -> None:
        self.since_ms[u], self.world.level[u] = self.ctx.clock.now_ms, 0.0
        self._turn(u, False)
        self._plan(u)

    def _due(self, u: int) -> None:
        self._settle(u)
        if self.world.pinned[u] and self.world.level[u] <= self.law.recover * (1.0 + 1e-6):
            self.world.level[u] = min(self.world.level[u], self.law.recover * (1.0 - 1e-9))
        self._plan(u)

    def _turn(self, u: int, pinned: bool) -> None:
        self.world.flag("pinned", u, pinned)
        self.world.mark(u, "suppression", self.world.level[u])
        cause = (self.cause[u],) if self.cause[u] >= 0 else ()
        self.ctx.log.emit("pinned" if pinned else "recovered", self.world.actor[u], causes=cause)

    def settle_all(self) -> None:
        """Bring every level up to this instant, under the rules so far."""
        for u in range(len(self.since_ms)):
            self._settle(u)

    def rules_changed(self) -> None:
        """Thresholds and decay are new: pin or recover, book anew, and let the pinned fire at their new rate."""
        for u in range(len(self.since_ms)):
            self._plan(u)
            if self.world.pinned[u]:
                self.world.change(u)

    def fired_on(self, u: int, cause: int) -> None:
        """Aimed fire at unit u has changed: its inflow is the sum over those who fire at it."""
        rows = self.world.incoming.get(u, {})
        self.set_inflow(u, sum(rows[mount] for mount in sorted(rows)), cause)


def _reach_m(mount: Mount) -> float:
    """Radius within which an impact of a mount's weapon pushes."""
    suppress = mount.weapon.suppress
    return suppress.radius_m if suppress.radius_m is not None and suppress.push > 0.0 else -1.0


def start(ctx: Context) -> None:
    """Watch impacts and aimed fire."""
    suppression = Suppression(ctx)
    ctx.before_change.append(suppression.settle_all)
    ctx.after_change.append((Phase.SUPPRESS, ctx.clock.handle("sim/fire"), suppression.rules_changed))
    ctx.world.impact_hooks.append((Phase.SUPPRESS, _reach_m, suppression.fell))
    ctx.world.fire_hooks.append((Phase.SUPPRESS, suppression.fired_on))
