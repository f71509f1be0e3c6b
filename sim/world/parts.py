"""What the world is made of: names of sides and bodies, mounts (a weapon of a unit), tasks (an attack)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Call

SIDES = ("attackers", "defenders")
PEOPLE = ("standing", "prone", "dug_in")
TARGETS = (*PEOPLE, "soft", "armour", "gun", "aircraft")
COVERED = len(TARGETS)


class Body:
    """How a weapon sees an entity."""

    PERSON = 0
    SOFT = 1
    ARMOUR = 2
    GUN = 3
    AIRCRAFT = 4


BODIES = {"person": Body.PERSON, "soft": Body.SOFT, "armour": Body.ARMOUR, "gun": Body.GUN, "aircraft": Body.AIRCRAFT}


class Fate:
    """State of a person."""

    UNHURT = 0
    WOUNDED = 1
    KILLED = 2


@dataclass(frozen=True, slots=True)
class Odds:
    """What a damaging hit does: chance of death of the hurt, steps of m, m + f, m + f + k, crew's chance."""

    lethal: float
    m: float
    f: float
    k: float
    crew_hurt: float


@dataclass(slots=True)
class Mount:
    """One weapon of one unit. `key` addresses its luck, `salvo` counts its salvos.

    `precision_m`: sigma along and across of a round about the mean point.
    `left`: rounds in all, None: unlimited; `loaded`: of these in the launcher, None: no launcher to fill.
    """

    unit: int
    name: str
    weapon: Any
    key: int
    signed_key: int
    served_by: NDArray[np.int64]
    by_people: bool
    left: int | None
    odds: Odds
    range_m: float
    precision_m: tuple[float, float]
    reliability: float
    loaded: int | None = None
    salvo: int = 0
    busy: bool = False
    held: bool = False

    @property
    def empty(self) -> bool:
        """Nothing left at all."""
        return self.left == 0


@dataclass(slots=True)
class Task:
    """An attack given to a shooter by a command: where it is believed, what for, and the gate that tells the end."""

    serial: int
    side: int
    contact: int
    shooter: int
    mount: Mount
    cause: int
    done: Call
    slower_ms: int = 0
    last_impact: int = -1
    fired: int = 0
    closed: bool = False
