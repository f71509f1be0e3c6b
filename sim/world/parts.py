"""What the world is made of: names of sides and bodies, mounts (a weapon of a unit), tasks (an attack)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import Call
from sim.effects.damage import carleton_reach, carleton_terms
from sim.scenario import Side

SIDES: tuple[Side, Side] = ("attackers", "defenders")
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


class Blast(NamedTuple):
    """Carleton damage of a burst by target class, peak * exp(rate * distance**2), and how near a unit must be for it.

    rate, peak: (len(TARGETS) + 1,), 0 for the covered; within_m2: (len(PEOPLE), n_units) squared distance of a unit's
    middle, by the posture of its people; widest_m2: the largest of these.
    """

    rate: NDArray[np.float64]
    peak: NDArray[np.float64]
    within_m2: NDArray[np.float64]
    widest_m2: float


def blast(damage: Any, spread_m: NDArray[np.float64], on_foot: NDArray[np.bool_]) -> Blast:
    """The burst of a `damage` of the scenario against units (n_units,) that spread so far about their middles.

    Those with hulls are near by the widest radius, whatever their people do.
    """
    radii = np.array([*(damage.radius_m.get(name, 0.0) for name in TARGETS), 0.0])
    rate, peak = carleton_terms(damage.d0, radii)
    widest_m = carleton_reach(damage.d0, float(radii.max()))
    by_posture_m = np.array([carleton_reach(damage.d0, float(radius)) for radius in radii[: len(PEOPLE)]])
    reach_m = np.where(on_foot, by_posture_m[:, None], widest_m)
    within_m2 = np.where(reach_m > 0.0, np.square(reach_m + spread_m), -1.0)
    return Blast(rate, peak, within_m2, float(within_m2.max(initial=-1.0)))


@dataclass(slots=True)
class Mount:
    """One weapon of one unit. `key` addresses its luck, `salvo` counts its salvos.

    `precision_m`: sigma along and across of a round about the mean point; `mpi_m`: of the mean point about the aim.
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
    blast: Blast | None
    range_m: float
    precision_m: tuple[float, float]
    mpi_m: tuple[float, float]
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
class Airspace:
    """What aircraft have to heed: heights closed while rockets fly (mount key -> below which height, m), aircraft that
    have not checked in, have to leave or are released from overwatch, until when they evade (aircraft -> ms), and air
    defence that has fired (unit -> reach, ceiling, m)."""

    closed_below_m: dict[int, float] = field(default_factory=dict)
    checking_in: set[int] = field(default_factory=set)
    leaving: set[int] = field(default_factory=set)
    released: set[int] = field(default_factory=set)
    evading: dict[int, int] = field(default_factory=dict)
    threats: dict[int, tuple[float, float]] = field(default_factory=dict)

    def closed(self, height_m: float) -> bool:
        """Whether an aircraft at this height has to keep out."""
        return any(height_m < ceiling for ceiling in self.closed_below_m.values())


@dataclass(slots=True)
class Task:
    """An attack given to a shooter by a command: where it is believed, what for, and the gate that tells the end.

    `over` is called once: when the shooter has closed the attack and nothing of it is in flight any more. `recalled`,
    `uncontrolled`: ids of the fuel warning of the shooter and of the loss of the controller, -1: none; `broken_off`: of
    the end of a run before all was released.
    """

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
    in_flight: int = 0
    closed: bool = False
    recalled: int = -1
    uncontrolled: int = -1
    broken_off: int = -1
    over: Callable[[], None] | None = None

    def launched(self, rounds: int) -> None:
        """A salvo has left."""
        self.in_flight += 1
        self.fired += rounds

    def landed(self, ids: list[int]) -> None:
        """A salvo is down; `ids` of its impacts."""
        self.in_flight -= 1
        if ids:
            self.last_impact = ids[-1]
        self._end()

    def close(self) -> None:
        """Nothing more will be fired."""
        self.closed = True
        self._end()

    def _end(self) -> None:
        if self.closed and not self.in_flight and self.over is not None:
            self.over()
