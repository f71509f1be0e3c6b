"""Heavy direct fire: tank gun, autocannon burst, anti-tank missile - single shots with time of flight.

A shot hits with the probability of the range at which it leaves the tube; a miss bursts near the target. Both end in
exactly one impact, which may hurt others near it. A weapon whose fire is `markov` waits for the fall of its last round,
and what that did sets when the next one leaves and how likely it hits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.clock import Phase
from sim.context import Context
from sim.draws import Purpose, span_ms
from sim.processes.direct_fire.small_arms import Engagement, SmallArms
from sim.processes.direct_fire.victims import Victims
from sim.rounds import flight_ms, launch
from sim.world import Mount

Told = Callable[[Engagement], None]


class HeavyShots:
    """Shot after shot of all engagements of heavy weapons. `left`, `ended`: target out of range, nothing left."""

    def __init__(
        self,
        ctx: Context,
        victims: Victims,
        small: SmallArms,
        reaches: Callable[[Mount, int], bool],
        left: Told,
        ended: Told,
    ):
        self.ctx, self.world, self.victims, self.small = ctx, ctx.world, victims, small
        self._reaches, self._left, self._ended = reaches, left, ended
        self.cycles: dict[int, int] = {}
        self.last: dict[int, tuple[Engagement, bool, int]] = {}  # markov: mount -> engagement, whether it hits, when

    def book(self, e: Engagement) -> None:
        """The next shot, after a cycle of the weapon; several tubes share the work."""
        mount, clock = e.mount, self.ctx.clock
        law, since = mount.weapon.interval, clock.now_ms
        if mount.weapon.markov is not None:
            law, since = self._after_the_last(e)
        n = self.cycles.get(mount.key, 0)
        self.cycles[mount.key] = n + 1
        luck = self.ctx.draws.one(Purpose.DELAY, mount.key, n)
        cycle_ms = max(1, span_ms(law, luck) // max(1, self.world.servers(mount)))
        e.call = clock.at(since + cycle_ms, Phase.FIRE, self.world.actor[mount.unit], self._shoot, e)

    def _after_the_last(self, e: Engagement) -> tuple[Any, int]:
        """(law, since when) of the wait for the next round of fire that is corrected by the last one."""
        weapon, now = e.mount.weapon, self.ctx.clock.now_ms
        of, hits, falls_ms = self.last.get(e.mount.key, (None, False, 0))
        if of is not e:
            return weapon.markov.first, now
        return weapon.markov.after_hit if hits else weapon.interval, max(now, falls_ms)

    def _p(self, e: Engagement) -> float:
        """Hit probability of the round that leaves now."""
        markov = e.mount.weapon.markov
        of, hits, _ = self.last.get(e.mount.key, (None, False, 0))
        if markov is None or of is not e:
            return self.small.p_now(e)
        p = float(markov.hit_after_hit if hits else markov.hit_after_miss)
        return p * self.victims.exposure(e.mount, e.target)[1]

    def _shoot(self, e: Engagement) -> None:
        mount = e.mount
        if not self._reaches(mount, e.target):
            self._left(e)
            return
        if not self.world.pinned[mount.unit] or self.ctx.scenario.suppression.fire_factor > 0.0:
            self._fire(e)
            if mount.left == 0:
                self._ended(e)
                return
        self.book(e)

    def _fire(self, e: Engagement) -> None:
        """One round leaves the tube."""
        world, log, draws, mount, j = self.world, self.ctx.log, self.ctx.draws, e.mount, e.target
        shot = mount.salvo
        luck = draws.few(Purpose.SHOT, mount.key, shot, 3)
        p = self._p(e)

        def landed(ids: list[int]) -> None:
            if ids and luck[0] < p:
                which = (float(luck[1]), float(luck[2]))
                self.victims.hit(log, draws, mount, j, which, shot, ids[0], p)

        cause = (e.cause,) if e.cause >= 0 else ()
        aim = world.legs.at(j, self.ctx.clock.now_ms)
        id_ = launch(world, log, draws, mount, aim, 1, cause, target=j, landed=landed)
        log.note(id_, p=p, draw=float(luck[0]))
        if mount.weapon.markov is not None:
            falls_ms = self.ctx.clock.now_ms + flight_ms(mount.weapon, self.small.range_m(mount.unit, j))
            self.last[mount.key] = e, luck[0] < p, falls_ms
