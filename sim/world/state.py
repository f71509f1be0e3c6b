"""State of a run: frozen columns of units and entities, and the living ones with their single writers.

Units are sorted by luck name, so an index says nothing about the order of a list in the scenario. Entities of
unit u are rows first[u] : first[u] + count[u], in the order of its kind's `entities`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Call, Clock, Phase
from sim.legs import Legs
from sim.scenario import Light
from sim.world.beliefs import Beliefs
from sim.world.near import Troops, box_gaps
from sim.world.parts import COVERED, PEOPLE, Airspace, Body, Mount, Task

Floats = NDArray[np.float64]

# name -> (unit, shape, dtype, single writer)
COLUMNS: dict[str, tuple[str, str, str, str]] = {
    "fate": ("Fate", "(n_entities,)", "int8", "losses"),
    "hull": ("Hull bits", "(n_entities,)", "int8", "losses"),
    "fit": ("people unhurt", "(n_units,)", "list[int]", "losses"),
    "moving": ("flag", "(n_units,)", "list[bool]", "movement"),
    "firing": ("flag", "(n_units,)", "list[bool]", "rounds, direct_fire"),
    "pinned": ("flag", "(n_units,)", "list[bool]", "suppression"),
    "broken": ("flag", "(n_units,)", "list[bool]", "morale"),
    "withdrawing": ("flag", "(n_units,)", "list[bool]", "morale, hotline"),
    "surrendered": ("flag", "(n_units,)", "list[bool]", "morale"),
    "present": ("flag", "(n_units,)", "view of `there`", "air, orders"),
    "attacking": ("flag", "(n_units,)", "list[bool]", "orders"),
    "halted": ("flag", "(n_units,)", "list[bool]", "morale"),
    "recrossed": ("flag", "(n_units,)", "list[bool]", "movement"),
    "level": ("suppression", "(n_units,)", "list[float]", "suppression"),
    "legs": ("m, m/s", "(n_units, 2)", "float64", "movement, air"),
    "mounts": ("rounds", "per unit and weapon", "Mount", "rounds, direct_fire, air"),
    "light": ("name", "()", "str", "sensing"),
}


@dataclass(repr=False)  # it holds everything, and would print it
class World:
    """Everything a run changes. Build it with `sim.world.build`."""

    clock: Clock
    scenario: Any
    unit: list[Any]
    ids: list[str]
    keys: list[int]
    actor: list[int]
    unit_of_actor: dict[int, int]
    side: NDArray[np.int8]
    sides: list[int]  # the same, to ask for one
    formation: list[int]
    formations: list[Any]
    formation_actor: list[int]
    members: list[list[int]]
    company: list[str]
    companies: dict[str, list[int]]
    altitude_m: Floats
    is_air: NDArray[np.bool_]
    first: list[int]
    count: list[int]
    entity_unit: NDArray[np.int64]
    body: NDArray[np.int8]
    part: list[str]
    offset_m: Floats
    inside: NDArray[np.int64]
    spread_m: Floats
    on_foot: NDArray[np.bool_]  # no hulls at all
    mounts: list[Mount]
    mounts_of: list[list[Mount]]
    legs: Legs
    people: list[int]
    beliefs: list[Beliefs]
    fix_error_m: list[float]
    lines: list[Any]
    areas: list[Any]
    fate: NDArray[np.int8] = field(init=False)
    hull: NDArray[np.int8] = field(init=False)
    fit: list[int] = field(init=False)
    tasks: dict[int, Task] = field(default_factory=dict)
    light: Light = "day"
    visibility_m: float = np.inf
    replanners: list[Callable[[list[int]], None]] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)
    changes: list[tuple[int, int, str, float]] = field(default_factory=list)
    record_changes: bool = True
    t0_ms: int | None = None
    crew_at: list[list[int]] = field(default_factory=list)
    controls: list[list[int]] = field(default_factory=list)  # unit -> entities of it that control attacks
    beyond: dict[int, set[str]] = field(default_factory=dict)  # unit -> lines of the rules beyond which it is
    order_id: dict[int, int] = field(default_factory=dict)  # unit -> id of the order it is under
    retreats: dict[int, tuple[str, float]] = field(default_factory=dict)  # unit -> route, speed factor
    loss_hooks: list[tuple[int, Callable[[int], None]]] = field(default_factory=list)
    free_hooks: list[tuple[int, Callable[[], None]]] = field(default_factory=list)  # a shooter is free
    fire_hooks: list[tuple[int, Callable[[int, int], None]]] = field(default_factory=list)
    incoming: dict[int, dict[int, float]] = field(default_factory=dict)  # target -> shooter's key -> push per s
    air_released: bool = False  # an assurance has freed aircraft held in overwatch
    airspace: Airspace = field(default_factory=Airspace)
    warning_aim: tuple[float, float] | None = None
    dying: dict[int, tuple[int, int]] = field(default_factory=dict)  # row of a wounded -> when hurt, when to die, ms
    # (phase, within which radius of a unit, fn(mount, d2 (k, n_units), ids)): told of impacts near somebody
    impact_hooks: list[tuple[int, Callable[[Mount], float], Callable[..., None]]] = field(default_factory=list)
    # told where rounds fell, m; only note
    fall_watchers: list[Callable[[list[tuple[float, float]]], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        n, m = len(self.ids), len(self.entity_unit)
        self.fate = np.zeros(m, dtype=np.int8)
        self.hull = np.zeros(m, dtype=np.int8)
        self.fit = list(self.people)
        for name in [name for name, row in COLUMNS.items() if row[0] == "flag"]:
            setattr(self, name, [False] * n)  # flags are asked for one by one
        self.there = np.array([unit.arrives is None for unit in self.unit])
        view: Any = memoryview
        self.present = view(self.there)  # the same memory, to be asked one by one
        self.level: list[float] = [0.0] * n
        self.on_ground = ~self.is_air
        self.unhurt_m2 = np.where(self.is_air, np.inf, 0.0)  # added to squared distances of impacts: nobody in the air
        self.rows_of = [np.arange(first, first + count) for first, count in zip(self.first, self.count, strict=True)]
        self.target_class = np.full(m, COVERED, dtype=np.int8)
        self.hull_hits = [0] * n  # times a hull of the unit was lost in some way
        self._postures = [(str(u.posture.pinned), str(u.posture.moving), str(u.posture.halted)) for u in self.unit]
        self._serving: dict[int, tuple[int, int, int]] = {}  # mount key -> fit, hull_hits, servers then
        self._whole: dict[tuple[int, int], NDArray[np.int8]] = self.scenario.once("classes", dict)  # by unit, posture
        self._on_foot: list[bool] = self.on_foot.tolist()
        self.reach_row = np.arange(n)  # flat place of each unit in the (posture, unit) tables of a burst
        self._looked = [(self.posture(unit), 0) for unit in range(n)]
        for unit in range(n):
            self.classify(unit)
        self.arrivals = 0  # how often a ground unit has come or gone
        self._replan_actor = self.clock.handle("sim/replan")
        self._replan: Call | None = None

    moving: list[bool] = field(init=False)
    firing: list[bool] = field(init=False)
    pinned: list[bool] = field(init=False)
    broken: list[bool] = field(init=False)
    withdrawing: list[bool] = field(init=False)
    surrendered: list[bool] = field(init=False)
    attacking: list[bool] = field(init=False)
    recrossed: list[bool] = field(init=False)
    halted: list[bool] = field(init=False)
    present: list[bool] = field(init=False)
    box: Floats = field(init=False)
    troops: Troops = field(init=False)

    # -- the one door through which a rate may alter

    def change(self, unit: int) -> None:
        """A rate of this unit (velocity, posture, signature, people, presence) has altered: re-plan it this instant.

        After the phase `replan` the new rate holds from the next millisecond on.
        """
        self.dirty.add(unit)
        if self._replan is None or self._replan.fn is None:
            self._replan = self.clock.soon(Phase.REPLAN, self._replan_actor, self._run_replan)

    def look_differs(self, *, light: Light | None = None, visibility_m: float | None = None) -> None:
        """A new light or visibility: rates of all who look are re-planned this instant."""
        self.light = self.light if light is None else light
        self.visibility_m = self.visibility_m if visibility_m is None else visibility_m
        if self._replan is None or self._replan.fn is None:
            self._replan = self.clock.soon(Phase.REPLAN, self._replan_actor, self._run_replan)

    def classify(self, unit: int) -> None:
        """Renew how weapons see a unit's entities: posture of people, body of hulls, COVERED inside a live hull."""
        rows, people = slice(self.first[unit], self.first[unit] + self.count[unit]), PEOPLE.index(self.posture(unit))
        if self._on_foot[unit]:
            self.target_class[rows] = people
            self.reach_row[unit] = people * len(self.ids) + unit
            return
        seen = self._whole.get((unit, people)) if not self.hull_hits[unit] else None
        if seen is None:
            body, host = self.body[rows], self.inside[rows]
            bare = np.where(body == Body.PERSON, people, body + 2)
            seen = np.where((host >= 0) & (self.hull[np.maximum(host, 0)] & 4 == 0), COVERED, bare)
            if not self.hull_hits[unit]:
                seen.setflags(write=False)  # every run of the scenario shares it
                self._whole[(unit, people)] = seen
        self.target_class[rows] = seen

    def _run_replan(self) -> None:
        units = sorted(self.dirty)
        self.dirty.clear()
        for unit in units:
            look = (self.posture(unit), self.hull_hits[unit])
            if look != self._looked[unit]:
                self._looked[unit] = look
                self.classify(unit)
        for replanner in self.replanners:
            replanner(units)
        assert not self.dirty, "a replanner called change()"

    def fire_at(self, target: int, shooter_key: int, push_per_s: float, cause: int) -> None:
        """Aimed fire of a shooter at a target pushes at this rate from now on; 0 ends it."""
        rows = self.incoming.setdefault(target, {})
        if rows.get(shooter_key, 0.0) == push_per_s:
            return
        if push_per_s:
            rows[shooter_key] = push_per_s
        else:
            rows.pop(shooter_key, None)
        for phase, fn in self.fire_hooks:
            self.clock.soon(phase, self.actor[target], fn, target, cause)

    # -- reading

    def alive(self, unit: int) -> bool:
        """Somebody is unhurt, or (a unit without people on the map) a hull is not a catastrophic kill."""
        if self.people[unit]:
            return self.fit[unit] > 0
        rows = slice(self.first[unit], self.first[unit] + self.count[unit])
        return bool((self.hull[rows] & 4 == 0).any())

    def effective(self, unit: int) -> bool:
        """Not broken, surrendered or withdrawing, present, and somebody unhurt."""
        gone = self.broken[unit] or self.surrendered[unit] or self.withdrawing[unit]
        return bool(not gone and self.present[unit] and self.alive(unit))

    def posture(self, unit: int) -> str:
        """standing, prone or dug_in, by what the unit does."""
        pinned, moving, halted = self._postures[unit]
        return pinned if self.pinned[unit] else moving if self.moving[unit] else halted

    def servers(self, mount: Mount) -> int:
        """Weapons of a mount that can fire now: people unhurt, or working hulls or tubes with people to serve them."""
        fit, hits = self.fit[mount.unit], self.hull_hits[mount.unit]
        kept = self._serving.get(mount.key)
        if kept is not None and kept[0] == fit and kept[1] == hits:  # nobody and nothing in the unit was lost since
            return kept[2]
        rows = mount.served_by
        if mount.by_people:
            number = int(np.count_nonzero(self.fate[rows] == 0))
        else:
            number = int(np.count_nonzero(self.hull[rows] & 6 == 0))
            number = min(number, fit) if self.people[mount.unit] else number
        self._serving[mount.key] = (fit, hits, number)
        return number

    def can_move(self, unit: int) -> bool:
        """Alive, not pinned, and its hulls (if it rides in any) can still drive."""
        if self.pinned[unit] or self.surrendered[unit] or not self.alive(unit):
            return False
        rows = self.crew_at[unit]
        return not rows or any(not self.hull[row] & 5 for row in rows)

    def gaps(self, unit: int) -> Floats:
        """(n_units,) least distance there can ever be between the corridors of `unit` and of each other unit, m."""
        return box_gaps(self.box, *self.box[unit].tolist())

    def nearest_own(self, side: int, places: Floats, within_m: float) -> list[float]:
        """Distances, m, from places (k, 2) to the nearest ground unit of a side that is there; beyond `within_m` any
        that is greater, or inf."""
        return self.troops.nearest(side, places, within_m)

    def widest(self, a: int, b: int) -> float:
        """Largest distance there can ever be between two units inside their corridors, m."""
        p, q = self.box[a], self.box[b]
        return float(np.hypot(max(p[2] - q[0], q[2] - p[0]), max(p[3] - q[1], q[3] - p[1])))

    def mark(self, unit: int, name: str, value: float) -> None:
        """Record a change of a state column for the replay (unit -1: of the whole side or map)."""
        if self.record_changes:
            self.changes.append((self.clock.now_ms, unit, name, float(value)))

    def bits(self, unit: int) -> int:
        """State bits of the recording: moving 1, pinned 2, broken 4, withdrawing 8, out 16, firing 32."""
        return (
            int(self.moving[unit])
            | int(self.pinned[unit]) << 1
            | int(self.broken[unit] or self.surrendered[unit]) << 2
            | int(self.withdrawing[unit]) << 3
            | int(not self.present[unit] or not self.alive(unit)) << 4
            | int(self.firing[unit]) << 5
        )

    def flag(self, name: str, unit: int, value: bool, *, rate: bool = True) -> bool:
        """Set a state flag; marks it for the replay and, if it alters a rate, re-plans. Returns whether it changed."""
        column = getattr(self, name)
        if column[unit] == value:
            return False
        column[unit] = value
        if name == "present" and self.on_ground[unit]:
            self.troops.forget()
            self.arrivals += 1
        if self.record_changes:
            self.mark(unit, "state", self.bits(unit))
        if rate:
            self.change(unit)
        return True
