"""What the hazards of sightings are made of, unit by unit: how well it looks, how far, how plainly it is seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.world import World


class Columns:
    """Per unit: `power` (hazard constant m3/s, 0: looks at nothing), `far` (reach, m), `signature` (0: not to be seen).

    Nothing is planned at first: the first `renew` finds that all has altered.
    """

    def __init__(self, world: World, sensors: Any):
        n = len(world.ids)
        self.world, self.sensors = world, sensors
        self.power, self.far, self.signature = np.zeros(n), np.zeros(n), np.zeros(n)
        view: Any = memoryview
        self.powers, self.fars, self.signatures = view(self.power), view(self.far), view(self.signature)  # one by one
        self.lookers = [u for u, unit in enumerate(world.unit) if unit.sensor]
        self._sensor_name = [unit.sensor for unit in world.unit]
        looks = [unit.signature for unit in world.unit]
        self._looks_like = [(look.still, look.moving, look.firing) for look in looks]
        self._made_for: tuple[str, float] | None = None
        self._by_light: dict[tuple[str, float], dict[str | None, tuple[float, float]]] = {}  # and visibility
        self._looks_out = [False] * n  # there, alive and not in captivity
        self._rows = [(0.0, 0.0, 0.0)] * n

    def renew(self, units: list[int]) -> tuple[list[int], list[int], list[int]]:
        """Those whose power, whose reach, whose signature differs: of `units`; in another light of all who look."""
        signature = self._signatures(units)
        if (self.world.light, self.world.visibility_m) != self._made_for:
            units = [*units, *sorted(set(self.lookers).difference(units))]
        return *self._sights(units), signature

    def _signatures(self, units: list[int]) -> list[int]:
        """Takes over how plainly `units` are seen (nobody there: not at all); those whose signature differs."""
        world, found = self.world, []
        for u in units:
            there = world.present[u] and world.alive(u)
            still, moving, firing = self._looks_like[u]
            new = 0.0 if not there else firing if world.firing[u] else moving if world.moving[u] else still
            self._looks_out[u] = there and not world.surrendered[u]
            if new != self._rows[u][2]:
                self.signatures[u] = new
                self._rows[u] = (*self._rows[u][:2], new)
                found.append(u)
        return found

    def _sights(self, units: list[int]) -> tuple[list[int], list[int]]:
        """Takes over how well and how far `units` look in this light and weather; those of whom either differs."""
        sight = self.sight()
        powers: list[int] = []
        reaches: list[int] = []
        for u in units:
            power, far, signature = self._rows[u]
            new_power, new_far = sight[self._sensor_name[u]]
            if not self._looks_out[u]:
                new_power = 0.0
            if new_power == power and new_far == far:
                continue
            if new_power != power:
                self.powers[u] = new_power
                powers.append(u)
            if new_far != far:
                self.fars[u] = new_far
                reaches.append(u)
            self._rows[u] = (new_power, new_far, signature)
        return powers, reaches

    def sight(self) -> dict[str | None, tuple[float, float]]:
        """Sensor -> (hazard constant m3/s, reach m) in the light and weather of now; no sensor: nothing."""
        world = self.world
        self._made_for = now = (world.light, world.visibility_m)
        found = self._by_light.get(now)
        if found is None:
            found = self._by_light[now] = {None: (0.0, 0.0)}
            for name, sensor in self.sensors.items():
                clear = min(sensor.reach_m, world.visibility_m)
                far_m = sensor.reach_m * sensor.through_fog + clear * (1.0 - sensor.through_fog)
                found[name] = (sensor.hazard_constant(world.light), far_m)
        return found
