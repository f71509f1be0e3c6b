"""Whose direct fire is free against whom, and how far: acts for the defenders, orders and sight for the attackers."""

from __future__ import annotations

from sim.context import Context
from sim.world import Mount


class Licence:
    """Known places, contacts that acted, and whether the defenders have been fired at."""

    def __init__(self, ctx: Context):
        self.world, self.sensors = ctx.world, ctx.scenario.sensors
        self.hostile: set[int] = set()  # attackers' units seen to fire or to advance
        self.provoked = False  # the first fire seen makes a threat of every advance
        knows = bool(ctx.scenario.belief["attackers"].known_points)
        self.known = [knows and self.world.formations[f].known for f in self.world.formation]

    def free(self, u: int, j: int) -> bool:
        """Unit u knows or sees j, j is worth a round, and its side's fire is free against it."""
        world = self.world
        if not world.present[j] or world.surrendered[j] or not world.alive(j):
            return False
        if world.side[u] == 0:
            return bool(world.attacking[u]) and (self.known[j] or world.formation[u] in world.beliefs[0].holders[j])
        picture = world.beliefs[1]
        held = self.provoked and j in self.hostile and world.formation[u] in picture.holders[j]
        return held and not picture.across[j] and not picture.turned[j]

    def limit_m(self, mount: Mount, j: int) -> float:
        """Range within which a mount fires at j: the weapon's, and at a place only known of beforehand no more than
        the distance at which looking there finds it within the sensor's reference time in this light."""
        u, world = mount.unit, self.world
        far = float(mount.weapon.range_m)
        if not self.known[j] or world.formation[u] in world.beliefs[1 - world.side[j]].holders[j]:
            return far
        name = world.unit[u].sensor
        if name is None:
            return 0.0
        sensor = self.sensors[name]
        light = sensor.light[world.light]  # type: ignore[index]
        return min(far, float(sensor.reference_range_m * light ** (1.0 / 3.0)))
