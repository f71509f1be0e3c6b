"""Whose direct fire is free against whom, and how far: acts for the defenders, orders and sight for the attackers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.context import Context
from sim.events import Reason
from sim.world import Mount


class Licence:
    """Known places, contacts that acted, and whether the defenders have been fired at."""

    def __init__(self, ctx: Context, near: dict[int, NDArray[np.int64]]):
        self.world, self.sensors = ctx.world, ctx.scenario.sensors
        self.hostile: set[int] = set()  # attackers' units seen to fire or to advance
        self.provoked = False  # the first fire seen makes a threat of every advance
        knows = bool(ctx.scenario.belief["attackers"].known_points)
        self.known = [knows and self.world.formations[f].known for f in self.world.formation]
        self._known = np.array(self.known)
        self._circles = ctx.scenario.once("circles", lambda: {u: self._circle(near[u]) for u in near})
        self._sensor = [unit.sensor for unit in self.world.unit]
        self._sight: dict[tuple[str, str], float] = {}  # sensor, light -> m
        self._hostile = np.zeros(len(self.known), dtype=bool)
        self._was_there = [self.there(j) for j in range(len(self.known))]
        self._there = np.array(self._was_there)  # the same, to ask for many at once

    def _circle(self, near: NDArray[np.int64]) -> tuple[float, float, float] | None:
        """(x, y, radius), m, of a circle in which all known places of `near` lie; None if there are none."""
        places = self.world.legs.pos[near[self._known[near]]]
        if not len(places):
            return None
        middle = places.mean(axis=0)
        return float(middle[0]), float(middle[1]), float(np.hypot(*(places - middle).T).max())

    def there(self, j: int) -> bool:
        """j is there and worth a round."""
        world = self.world
        return world.present[j] and not world.surrendered[j] and world.alive(j)

    def able(self, u: int) -> bool:
        """u is there and alive, and has not had enough."""
        world = self.world
        return world.present[u] and world.alive(u) and not (world.broken[u] or world.surrendered[u])

    def renew(self, units: list[int]) -> None:
        """These units have changed."""
        for j in units:
            there = self.there(j)
            if there is not self._was_there[j]:
                self._there[j] = self._was_there[j] = there

    def threaten(self, j: int) -> None:
        """j was seen to fire or to advance."""
        self.hostile.add(j)
        self._hostile[j] = True

    def targets(self, u: int, near: NDArray[np.int64]) -> list[int]:
        """Those of `near` against which the fire of unit u is free: `free` for many at once."""
        world, f = self.world, self.world.formation[u]
        if world.sides[u] == 0:
            if not world.attacking[u]:
                return []
            free = self._known[near] | world.beliefs[0].held[f, near]
        elif not self.provoked:
            return []
        else:
            picture = world.beliefs[1]
            free = self._hostile[near] & picture.held[f, near] & ~picture.barred[near]
        found: list[int] = near[free & self._there[near]].tolist()
        return found

    def sure_wait_s(self, u: int, idle: list[Mount], near: NDArray[np.int64]) -> float:
        """Time in which an attacker that holds nobody in sight can surely reach no known place; 0 if it cannot be told.

        The known places that it may ever come near lie within a circle; no mount fires farther than it sights.
        """
        world, f = self.world, self.world.formation[u]
        circle = self._circles[u]
        if world.sides[u] == 1 or circle is None or np.logical_or.reduce(world.beliefs[0].held[f, near]):
            return 0.0
        x, y = world.legs.at(u, world.clock.now_ms)
        vx, vy = world.legs.speed_of(u)
        reach = max(self._sight_m(mount) for mount in idle)
        gap = ((circle[0] - x) ** 2 + (circle[1] - y) ** 2) ** 0.5 - circle[2] - reach
        if gap <= 1.0:
            return 0.0
        speed = (vx * vx + vy * vy) ** 0.5
        return gap / speed if speed > 0.0 else float(np.inf)

    def _sight_m(self, mount: Mount) -> float:
        name, light = self._sensor[mount.unit], self.world.light
        if name is None:
            return 0.0
        found = self._sight.get((name, light))
        if found is None:
            sensor = self.sensors[name]
            largest = max((unit.dimension_m or 0.0 for unit in self.world.unit), default=0.0)
            found = sensor.found_m(light, largest)
            self._sight[(name, light)] = found
        return min(mount.range_m, found)

    def free(self, u: int, j: int) -> bool:
        """Unit u knows or sees j, j is worth a round, and its side's fire is free against it."""
        world = self.world
        if not self.there(j):
            return False
        if world.sides[u] == 0:
            return world.attacking[u] and (self.known[j] or world.formation[u] in world.beliefs[0].holders[j])
        picture = world.beliefs[1]
        held = self.provoked and j in self.hostile and world.formation[u] in picture.holders[j]
        return held and not picture.across[j] and not picture.turned[j]

    def why_not(self, u: int, j: int) -> Reason:
        """Why the fire of unit u at j, free until now, has to end."""
        picture = self.world.beliefs[self.world.sides[u]]
        if picture.across[j]:
            return Reason.RECROSSED
        return Reason.TURNED_BACK if picture.turned[j] else Reason.OUT_OF_CONTACT

    def cause(self, u: int, j: int) -> int:
        """The act for which a defender fires, the order under which an attacker does, or the sighting."""
        side = self.world.sides[u]
        picture = self.world.beliefs[side]
        if side == 1 and picture.act_id[j] >= 0:
            return int(picture.act_id[j])
        return int(self.world.order_id.get(u, picture.seen_id[j]))

    def limit_m(self, mount: Mount, j: int) -> float:
        """Range within which a mount fires at j: the weapon's, and at a place only known of beforehand no more than
        the distance at which looking there finds it within the sensor's reference time in this light."""
        u, world = mount.unit, self.world
        if not self.known[j] or world.formation[u] in world.beliefs[1 - world.sides[j]].holders[j]:
            return mount.range_m
        return self._sight_m(mount)
