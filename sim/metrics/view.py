"""A recording as metrics look at it: who is where in the tables, and the few moments all else hangs on.

Everything is a numpy column, computed when first asked for and kept; nothing walks over events one by
one. Times are ms from the start of the clock; `NEVER` stands for what did not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.recording import EventTable, Recording

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

T = TypeVar("T")

NEVER = np.iinfo(np.int64).max
ATTACKERS, DEFENDERS = 0, 1
SIDES = ("attackers", "defenders")
ROUND_KINDS = ("opened", "fired", "warning_fired")
"""Events that say a round left a barrel, a tube or a rail."""


@dataclass(frozen=True)
class Undefined:
    """What a metric returns when it has no value, with the reason in words."""

    reason: str


Value = float | int | bool | str


def side_code(sides: NDArray[Any]) -> NDArray[np.int8]:
    """Names of sides -> 0 attackers, 1 defenders, -1 neither."""
    return np.where(sides == SIDES[0], 0, np.where(sides == SIDES[1], 1, -1)).astype(np.int8)


@dataclass(frozen=True)
class Fates:
    """Every person or vehicle hit so that it shows, one row each, all of shape (n,), in time order."""

    row: Ints
    """Event ids."""
    t_ms: Ints
    shooter: Ints
    """Unit of the shooter, -1 if it is none."""
    victim: Ints
    """Unit."""
    entity: Ints
    """Row of the table of entities."""
    weapon: Ints
    """Row of the table of weapons, -1 if unknown."""
    what: NDArray[np.int8]
    """0 wounded, 1 killed, 2 vehicle."""


class View:
    """Columns derived from one recording. Actors are translated to units and sides once."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.log: EventTable = recording.events
        self.meta = recording.meta
        self.end_ms = int(recording.meta["end_ms"])
        self._found: dict[Callable[[View], Any], Any] = {}

    def get(self, compute: Callable[[View], T]) -> T:
        """`compute(self)`, computed once and kept."""
        if compute not in self._found:
            self._found[compute] = compute(self)
        found: T = self._found[compute]
        return found

    # ------------------------------------------------------------ who

    @cached_property
    def unit_side(self) -> NDArray[np.int8]:
        """(n_units,) 0 attackers, 1 defenders."""
        return side_code(self.recording.units["side"])

    @cached_property
    def actor_side(self) -> NDArray[np.int8]:
        """(n_actors,) side of everyone in the log, -1 for those of none."""
        return side_code(self.recording.actors["side"])

    @cached_property
    def side(self) -> NDArray[np.int8]:
        """(n_events,) side of the actor."""
        return self.actor_side[self.log.actor]

    @cached_property
    def unit(self) -> Ints:
        """(n_events,) unit of the actor, -1 if it is none."""
        return self.recording.actors["unit"][self.log.actor].astype(np.int64)

    @cached_property
    def target_unit(self) -> Ints:
        """(n_events,) unit of the target, -1 if none."""
        units = np.append(self.recording.actors["unit"], -1)
        return units[self.log.target].astype(np.int64)

    @cached_property
    def person(self) -> Mask:
        """(n_entities,)"""
        return self.recording.entities["person"].astype(bool)

    @cached_property
    def entity_unit(self) -> Ints:
        """(n_entities,)"""
        return self.recording.entities["unit"].astype(np.int64)

    def key_of(self, name: str) -> int | None:
        """The key of a name that stands in the log, None if no event speaks of it."""
        return self._keys.get(name)

    @cached_property
    def _keys(self) -> dict[str, int]:
        return {name: key for key, name in self.recording.names.items()}

    def weapon(self, keys: Ints) -> Ints:
        """Rows of the table of weapons for keys of the log, -1 where unknown."""
        order, known = self._weapon_order
        if not len(known):
            return np.full(len(keys), -1)
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[at] == keys, order[at], -1)

    @cached_property
    def _weapon_order(self) -> tuple[Ints, Ints]:
        keys = self.recording.weapons["key"].astype(np.int64)
        order = np.argsort(keys)
        return order, keys[order]

    def weapon_has(self, weapon: Ints, column: str, *values: int | str) -> Mask:
        """Whether the weapon of each row has one of `values` in a column; False where unknown."""
        has: Mask = np.append(np.isin(self.recording.weapons[column], values), False)
        return has[weapon]

    def units_with(self, *counts_as: str) -> Mask:
        """(n_units,) whether a unit has an entity that counts as one of these."""
        entities = self.recording.entities
        has = np.zeros(len(self.unit_side), bool)
        has[entities["unit"][np.isin(entities["counts_as"], counts_as)]] = True
        return has

    @cached_property
    def hq(self) -> dict[str, Any] | None:
        """The area of the headquarters, if the scenario has one."""
        return next((area for area in self.recording.areas if area.get("id") == "hq"), None)

    # ------------------------------------------------------------ rounds

    @cached_property
    def rounds(self) -> Ints:
        """Ids of all events of ROUND_KINDS, in order."""
        return np.sort(np.concatenate([self.log.of(kind) for kind in ROUND_KINDS]))

    def first(self, rows: Ints) -> int | None:
        """Time of the first of these events."""
        return int(self.log.t_ms[rows].min()) if len(rows) else None

    def of_side(self, kind: str, side: int) -> Ints:
        """Ids of the events of a kind whose actor is of that side."""
        rows = self.log.of(kind)
        ours: Mask = self.side[rows] == side
        return rows[ours]

    @cached_property
    def t0(self) -> int | None:
        """T0: the first round of any weapon of either side."""
        return self.first(self.rounds)

    @cached_property
    def last_round(self) -> int | None:
        """The last round of either side; of small arms, the end of the piece it belongs to."""
        shots = self.log.payload("account")["rounds"] > 0
        times = [self.log.t_ms[self.rounds], self.log.t_ms[self.log.of("account")[shots]]]
        return max((int(t.max()) for t in times if len(t)), default=None)

    @cached_property
    def reply_rounds(self) -> Ints:
        """Ids of `fired` for effect by defenders' air or indirect weapons."""
        rows, keys = self.log.of("fired"), self.log.payload("fired")["weapon_key"]
        reply: Mask = self.weapon_has(self.weapon(keys), "reply", 1) & (self.side[rows] == DEFENDERS)
        return rows[reply]

    @cached_property
    def reply_ms(self) -> int | None:
        """When the reply began."""
        return self.first(self.reply_rounds)

    @cached_property
    def impact_weapon(self) -> Ints:
        """Weapon of each `impact`."""
        return self.weapon(self.log.payload("impact")["weapon_key"])

    @cached_property
    def impact_m(self) -> NDArray[np.float64]:
        """(n_impacts,) metres of each `impact` from the point of the headquarters; inf without one."""
        at = self.log.payload("impact")
        if self.hq is None:
            return np.full(len(at["x_mm"]), np.inf)
        dx, dy = at["x_mm"] / 1000 - self.hq["x_m"], at["y_mm"] / 1000 - self.hq["y_m"]
        metres: NDArray[np.float64] = np.hypot(dx, dy)
        return metres

    def caused_by(self, rows: Ints, cause: str | Ints) -> Mask:
        """Whether an event of the kind, or one of these events, is among the direct causes of each row."""
        counts = np.diff(self.log.cause_offsets)
        effect = np.repeat(np.arange(len(self.log)), counts)
        meant = np.zeros(len(self.log), bool)
        meant[self.log.of(cause) if isinstance(cause, str) else cause] = True
        return np.isin(rows, effect[meant[self.log.causes]])

    # ------------------------------------------------------------ fates

    @cached_property
    def fates(self) -> Fates:
        """Everyone and everything hit."""
        log, first = self.log, self.recording.units["first_entity"].astype(np.int64)
        kinds = ("wounded", "killed", "vehicle")
        rows = np.concatenate([log.of(kind) for kind in kinds])
        entity = np.concatenate([log.payload(kind)["entity"] for kind in kinds])
        keys = np.concatenate([log.payload(kind)["weapon_key"] for kind in kinds])
        what = np.repeat(np.arange(3, dtype=np.int8), [len(log.of(kind)) for kind in kinds])
        order = np.argsort(rows)
        rows, victim = rows[order], self.target_unit[rows[order]]
        return Fates(
            row=rows,
            t_ms=log.t_ms[rows],
            shooter=self.unit[rows],
            victim=victim,
            entity=first[victim] + entity[order],
            weapon=self.weapon(keys[order]),
            what=what[order],
        )

    @cached_property
    def dead_ms(self) -> Ints:
        """(n_entities,) when a person was killed or died of wounds, else NEVER."""
        log, first = self.log, self.recording.units["first_entity"].astype(np.int64)
        when = np.full(len(self.person), NEVER)
        killed = self.fates.what == 1
        np.minimum.at(when, self.fates.entity[killed], self.fates.t_ms[killed])
        rows = log.of("died_of_wounds")
        died = first[self.unit[rows]] + log.payload("died_of_wounds")["entity"]
        np.minimum.at(when, died, log.t_ms[rows])
        return when

    @cached_property
    def hurt_ms(self) -> Ints:
        """(n_entities,) when a person was first wounded or killed, else NEVER."""
        when = self.dead_ms.copy()
        people = self.fates.what < 2
        np.minimum.at(when, self.fates.entity[people], self.fates.t_ms[people])
        return when

    @cached_property
    def flags(self) -> Ints:
        """(n_entities,) bits M, F, K a vehicle, gun or aircraft has suffered by the end."""
        bits = np.zeros(len(self.person), np.int64)
        hits = self.fates.what == 2
        suffered = self.log.payload("vehicle")["flags"]
        np.bitwise_or.at(bits, self.fates.entity[hits], suffered)
        return bits

    @cached_property
    def ineffective_ms(self) -> Ints:
        """(n_units,) from when a unit is out of the fight: broke, withdrew, surrendered, or nobody in it
        unhurt; else NEVER. A unit without people is judged by its orders alone."""
        when = np.full(len(self.unit_side), NEVER)
        for kind in ("broke", "withdrew", "surrendered"):
            rows = self.log.of(kind)
            units = self.unit[rows]
            np.minimum.at(when, units[units >= 0], self.log.t_ms[rows[units >= 0]])
        last: Ints = np.full(len(when), -1)
        np.maximum.at(last, self.entity_unit[self.person], self.hurt_ms[self.person])
        found: Ints = np.minimum(when, np.where(last < 0, NEVER, last))
        return found

    @cached_property
    def end_reason(self) -> int | None:
        """Payload of the last `end`, None for a run cut short."""
        reasons = self.log.payload("end")["reason"]
        return int(reasons[-1]) if len(reasons) else None
