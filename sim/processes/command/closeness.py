"""Which contacts are believed close to own troops; one that is far is measured again only once it can have come."""

from __future__ import annotations

from math import inf
from typing import Any

from sim.context import Context
from sim.world import SIDES

FAR_M = 20_000.0
"""So far beyond closeness a distance is told; what is farther counts as there."""
MARGIN_M = 1.0


class Closeness:
    """Of one side. A contact comes no faster than along a route; a new fix of it, or own troops that come, may be near
    at once."""

    def __init__(self, ctx: Context, side: int):
        self.ctx, self.world, self.side = ctx, ctx.world, side
        self.picture = ctx.world.beliefs[side]
        self._far: dict[int, tuple[float, int]] = {}  # contact -> surely far until, ms; fixes of it then
        self._arrivals = -1
        self.rules_changed()

    def rules_changed(self) -> None:
        """By the scenario as it stands."""
        scenario: Any = self.ctx.scenario
        law = scenario.command[SIDES[self.side]]
        self.near_m, self.more = float(law.contact_range_m), int(law.contact_priority)
        haste = max([1.0, *(float(morale.retreat_speed_factor) for morale in scenario.morale.values())])
        fastest = dict.fromkeys(SIDES, 1.0)
        for f in self.world.formations:
            fastest[f.side] = max([fastest[f.side], *(float(route.speed_mps) for route in f.routes.values())])
        self._closing_mps = haste * sum(fastest.values())
        self._far.clear()

    def first(self, waiting: list[tuple[int, int]]) -> int:
        """Whose turn it is of contacts (unit, priority of its class): more when close; of equals the earliest."""
        now, fixes = self.ctx.clock.now_ms, self.picture.fixes
        if self._arrivals != self.world.arrivals:
            self._arrivals = self.world.arrivals
            self._far.clear()
        far, best, which, unsure = self._far, -inf, 0, []
        for i, (b, priority) in enumerate(waiting):
            until, then = far.get(b, (-inf, 0))
            if now >= until or then != fixes[b]:
                unsure.append(i)
            if priority > best:
                best, which = priority, i
        for i, gap in zip(unsure, self._gaps([waiting[i][0] for i in unsure], now), strict=True):
            b, priority = waiting[i]
            if gap > self.near_m:
                far[b] = now + (gap - self.near_m - MARGIN_M) / self._closing_mps * 1e3, fixes[b]
            elif priority + self.more > best or (priority + self.more == best and i < which):
                best, which = priority + self.more, i
        return which

    def _gaps(self, contacts: list[int], now: int) -> list[float]:
        """Distances, m, from where contacts are believed to own troops; no more than FAR_M beyond closeness."""
        if not contacts:
            return []
        far_m = self.near_m + FAR_M
        return [min(gap, far_m) for gap in self.world.nearest_own(self.side, self.picture.places(contacts, now), far_m)]
