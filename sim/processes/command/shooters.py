"""Which own shooter may take an attack on a contact: free, loaded, allowed, in range of where it is believed."""

from __future__ import annotations

import math
from typing import Any

from sim.world import Mount, Status, World
from sim.world.near import Square, gaps, square

KINDS = ("indirect", "guided", "strafe")


class Shooters:
    """The supporting weapons of one side."""

    def __init__(self, world: World, side: int):
        self.world, self.picture = world, world.beliefs[side]
        self.mounts: dict[str, list[Mount]] = {}
        for m in world.mounts:
            if world.side[m.unit] == side and m.weapon.kind in KINDS and not m.held:
                self.mounts.setdefault(m.name, []).append(m)
        self._about: dict[tuple[str, Square], list[Mount]] = {}

    def choose(self, b: int, weapons: tuple[str, ...], now_ms: int) -> Mount | None:
        """The first of `weapons` with a free shooter in range of contact b; of equals the nearest."""
        where = self.picture.where(b, now_ms)
        for name in weapons:
            best, found = math.inf, None
            for mount in self.about(name, square(*where)):
                if self.can(mount, b):
                    x, y = self.world.legs.at(mount.unit, now_ms)
                    far = math.hypot(where[0] - x, where[1] - y, self.world.altitude_m[mount.unit])
                    flown = mount.weapon.kind == "strafe"  # a pass is flown to the target
                    if (flown or mount.weapon.min_range_m <= far <= mount.weapon.range_m) and far < best:
                        best, found = far, mount
            if found is not None:
                return found
        return None

    def about(self, name: str, at: Square) -> list[Mount]:
        """Mounts of a weapon that may ever reach some place of a square; a pass is flown to the target."""
        found = self._about.get((name, at))
        if found is None:
            found = self._about[(name, at)] = [
                m for m in self.mounts.get(name, ())
                if m.weapon.kind == "strafe" or gaps(self.world.box[m.unit][None], at)[0] <= m.weapon.range_m
            ]  # fmt: skip
        return found

    def can(self, mount: Mount, b: int) -> bool:
        """An own shooter is free, loaded and allowed to strike; laser needs a contact in sight."""
        world, u = self.world, mount.unit
        if u in world.tasks or mount.busy or mount.left == 0 or mount.loaded == 0 or not world.present[u]:
            return False
        air: Any = world.unit[u].air
        if world.visibility_m < mount.weapon.clear_m:
            return False
        if air is not None and not self.may_fly(mount, b, air):
            return False
        laser = getattr(mount.weapon, "guidance", "") == "laser"
        if laser and self.picture.status[b] != Status.HELD:
            return False
        return world.servers(mount) > 0

    def may_fly(self, mount: Mount, b: int, air: Any) -> bool:
        """An aircraft may strike: by its role, once it has checked in, and clear of air defence if it keeps clear."""
        u, airspace = mount.unit, self.world.airspace
        released = self.world.air_released or u in airspace.released
        if u in airspace.checking_in or u in airspace.leaving:
            return False
        if air.role == "watch" or (air.role == "overwatch" and not released):
            return False
        return not (air.keeps_clear and airspace.threats) or not self.threatened(mount, b)

    def threatened(self, mount: Mount, b: int) -> bool:
        """Whether the attack leads within the reach of air defence that has fired and is believed to be there still."""
        world, picture, now = self.world, self.picture, self.world.clock.now_ms
        height, flown = float(world.altitude_m[mount.unit]), mount.weapon.kind == "strafe"
        x, y = picture.where(b, now) if flown else world.legs.at(mount.unit, now)
        height = min(height, mount.range_m) if flown else height
        for j, (reach_m, ceiling_m) in world.airspace.threats.items():
            if picture.status[j] != Status.NONE and not picture.judged_dead[j] and height <= ceiling_m:
                jx, jy = picture.where(j, now)
                if math.hypot(x - jx, y - jy, height) <= reach_m:
                    return True
        return False
