"""Aimed fire at a fixed interval: all who serve the weapon fire at once, volley after volley.

Who is fired at is settled when the volley leaves (`allocation`), what it does when it lands: two who fire at each
other in one instant both fire, and a round on its way lands whatever becomes of its shooter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.clock import Phase
from sim.draws import Purpose
from sim.rounds import flight_ms, spend
from sim.world import Mount

if TYPE_CHECKING:
    from sim.processes.direct_fire.small_arms import Engagement, SmallArms


class Volleys:
    """Volley after volley of the engagements of small arms whose interval is fixed."""

    def __init__(self, small: SmallArms):
        self.ctx, self.world, self.victims, self.small = small.ctx, small.world, small.victims, small

    def book(self, e: Engagement) -> None:
        """The next volley, an interval from now."""
        clock = self.ctx.clock
        gap_ms = max(1, round(60_000.0 / e.mount.weapon.rate_per_min))
        e.call = clock.at(clock.now_ms + gap_ms, Phase.FIRE, self.world.actor[e.mount.unit], self._fire, e)

    def _fire(self, e: Engagement) -> None:
        """A round of each server leaves; the pinned fire their share."""
        world, mount = self.world, e.mount
        if self.small.range_m(mount.unit, e.target) > mount.range_m:
            self.small.left(e)
            return
        rounds = world.servers(mount)
        if world.pinned[mount.unit]:
            rounds = round(rounds * self.ctx.scenario.suppression.fire_factor)
        if mount.left is not None:
            rounds = min(rounds, mount.left)
        if rounds:
            self._volley(e, rounds)
        if mount.left == 0:
            self.small.ended(e)
        else:
            self.book(e)

    def _volley(self, e: Engagement, rounds: int) -> None:
        """`rounds` leave at once, each with its own uniforms (hit, whom, outcome)."""
        world, mount, j = self.world, e.mount, e.target
        luck = self.ctx.draws.block(Purpose.HIT, e.key, e.candidate, 3 * len(mount.served_by)).reshape(-1, 3)[:rounds]
        range_m, p = self.small.range_m(mount.unit, j), self.small.p_now(e)
        good = np.flatnonzero(luck[:, 0] < p)
        spend(world, mount, rounds)
        self.ctx.log.emit(
            "account", world.actor[mount.unit], world.actor[j], (e.fired_id,),
            weapon_key=mount.signed_key, rounds=rounds, hits=len(good),
        )  # fmt: skip
        if len(good):
            at = self.ctx.clock.now_ms + flight_ms(mount.weapon, range_m)
            aims = self._aims(mount, j, luck[:, 1])
            hits = [(aims[i], float(luck[i, 1]), float(luck[i, 2])) for i in good.tolist()]
            self.ctx.clock.at(at, Phase.IMPACT, world.actor[mount.unit], self._land, e, hits, e.candidate, p)
        e.candidate += 1

    def _aims(self, mount: Mount, j: int, luck: NDArray[np.float64]) -> list[int | None]:
        """The entity at which each round is fired; None: at whoever is there when it lands."""
        how = mount.weapon.allocation
        name, _ = self.victims.exposure(mount, j)
        if how == "shoot_look_shoot" or name is None:
            return [None] * len(luck)
        alive, n = self.victims.alive(j, name), len(luck)
        which = np.arange(n) % len(alive) if how == "even" else (luck * len(alive)).astype(np.int64)
        return [int(row) for row in alive[which]]

    def _land(self, e: Engagement, hits: list[tuple[int | None, float, float]], volley: int, p: float) -> None:
        """The hits of a volley take effect one after the other."""
        for at, which, outcome in hits:
            self.victims.hit(
                self.ctx.log, self.ctx.draws, e.mount, e.target, (which, outcome), volley, e.fired_id, p, at
            )
