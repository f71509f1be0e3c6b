"""What of a unit a direct weapon can fire at, and what a hit does to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.log import Log
from sim.losses import break_hull, touched, wound
from sim.world import Body, Fate, Mount, World

HULLS = (("armour", Body.ARMOUR), ("soft", Body.SOFT), ("gun", Body.GUN))
BODY = dict(HULLS)


class Victims:
    """Per unit the classes it offers: live hulls first, then people in their posture; cached until it changes."""

    def __init__(self, world: World):
        self._world = world
        self._offers: dict[int, tuple[str, ...]] = {}
        self._bodies: dict[int, tuple[int, int, tuple[str, ...], int]] = {}
        self._bodies = dict(world.scenario.once("bodies", self._at_first))
        self._exposure: list[dict[str, tuple[str | None, float]]] = [{} for _ in world.ids]  # unit -> by weapon
        self._aims: dict[tuple[str, tuple[str, ...]], tuple[str | None, float, bool]] = {}  # by weapon and offers

    def forget(self, units: list[int]) -> None:
        """These units have changed."""
        for u in units:
            if self._offers.pop(u, None) is not None:
                self._exposure[u].clear()

    def offers(self, j: int) -> tuple[str, ...]:
        """Classes of unit j that are there to be fired at."""
        found = self._offers.get(j)
        if found is None:
            hulls, bare = self._bodies_of(j)
            found = self._offers[j] = (*hulls, self._world.posture(j)) if bare else hulls
        return found

    def _at_first(self) -> dict[int, tuple[int, int, tuple[str, ...], int]]:
        """Bodies of all units before anything happens: the same in every run of a scenario."""
        for j in range(len(self._world.ids)):
            self._bodies_of(j)
        return self._bodies

    def _bodies_of(self, j: int) -> tuple[tuple[str, ...], int]:
        """(classes of live hulls, how many unhurt are outside one); kept until somebody or something is lost."""
        world = self._world
        fit, hits = world.fit[j], world.hull_hits[j]
        kept = self._bodies.get(j)
        if kept is None or kept[0] != fit or kept[1] != hits:
            rows = slice(world.first[j], world.first[j] + world.count[j])
            live = set(world.body[rows][(world.hull[rows] & 4) == 0].tolist())
            hulls = tuple([name for name, body in HULLS if body in live])
            kept = self._bodies[j] = (fit, hits, hulls, len(self.people(j)) if fit > 0 else 0)
        return kept[2], kept[3]

    def exposure(self, mount: Mount, j: int) -> tuple[str | None, float]:
        """(class, factor on hit probability) that a weapon fires at in unit j; (None, 0) if it can hurt nothing."""
        found = self._exposure[j].get(mount.name)
        if found is None:
            key = mount.name, self.offers(j)
            if key not in self._aims:
                self._aims[key] = self._aim(mount.weapon, key[1])
            name, factor, by_head = self._aims[key]
            if by_head and name is not None:
                factor *= len(self.alive(j, name)) if name in BODY else self._bodies_of(j)[1]
            found = self._exposure[j][mount.name] = (name, factor)
        return found

    def _aim(self, weapon: Any, offers: tuple[str, ...]) -> tuple[str | None, float, bool]:
        """(class, factor on hit probability, whether by head) that a weapon fires at of what a unit offers."""
        table, targets = weapon.exposure, weapon.targets
        name = next((n for n in offers if n in targets and table.get(n, 0.0) > 0.0), None)
        by_head = weapon.kind == "aimed" and weapon.fire == "area"
        return (None, 0.0, False) if name is None else (name, float(table[name]), by_head)

    def people(self, j: int) -> NDArray[np.int64]:
        """Unhurt people of unit j who are not inside a live hull (rows of entities)."""
        world = self._world
        start = world.first[j]
        rows = slice(start, start + world.count[j])
        host = world.inside[rows]
        bare = (host < 0) | (world.hull[np.maximum(host, 0)] & 4 != 0)
        fit = (world.body[rows] == Body.PERSON) & (world.fate[rows] == Fate.UNHURT)
        return np.flatnonzero(fit & bare) + start

    def alive(self, j: int, name: str) -> NDArray[np.int64]:
        """Rows of entities of unit j of a class of target: live hulls of it, or people outside them."""
        if name not in BODY:
            return self.people(j)
        world, start = self._world, self._world.first[j]
        rows = slice(start, start + world.count[j])
        return np.flatnonzero((world.body[rows] == BODY[name]) & (world.hull[rows] & 4 == 0)) + start

    def hit(
        self, log: Log, draws: Draws, mount: Mount, j: int, luck: tuple[float, float], salvo: int, cause: int,
        p: float, at: int | None = None,
    ) -> None:  # fmt: skip
        """A hit lands on unit j: on one of those alive now, or on the hull the weapon fires at.

        luck: uniforms (which, outcome). `at`: the row of the entity it was aimed at; lost if that one is down.
        """
        world = self._world
        self.forget([j])  # others may have been hurt in this very instant, before it is re-planned
        name, _ = self.exposure(mount, j)
        if name is None:
            return
        alive = self.alive(j, name)
        if at is not None and at not in alive:
            return
        row = int(alive[min(int(luck[0] * len(alive)), len(alive) - 1)]) if at is None else at
        id_ = log.emit(
            "hit", world.actor[mount.unit], world.actor[j], (cause,), weapon_key=mount.signed_key, salvo=salvo
        )
        facts = {"p": p}
        if name in BODY:
            break_hull(world, log, draws, row, luck[1], mount, salvo, id_, facts)
        else:
            facts |= {"lethal": mount.odds.lethal, "lethal_draw": luck[1]}
            wound(world, log, draws, row, luck[1] < mount.odds.lethal, mount, salvo, id_, facts)
        touched(world, j)
