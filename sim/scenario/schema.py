"""The scenario as a whole: the frozen root model and its cross references.

`load` (loader.py) makes it from YAML; nobody changes it afterwards. Positions are metres east and north of
`map.origin`; durations seconds; `t_ms` turns an absolute time into integer milliseconds after `clock.start`.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from sim.scenario.arms import Weapon
from sim.scenario.base import Count, Light, Name, Part, Point, Side
from sim.scenario.control import Belief, Command, End, Hotline, Morale, Roe, Suppression, Wounds
from sim.scenario.forces import Formation, Kind, Order, Unit
from sim.scenario.quantity import Length, Moment
from sim.scenario.sensors import Sensor
from sim.tags import Attributions

Kept = TypeVar("Kept")


class Clock(Part):
    """From `start` to `end`; orders may name absolute times only before `scripted_until`."""

    start: Moment
    end: Moment
    scripted_until: Moment


class Source(Part):
    """Where a number comes from."""

    title: str
    address: str | None = None
    via: str | None = None
    accessed: str | None = None
    trust: Literal["H", "M", "L"] | None = None
    remark: str | None = None


class Line(Part):
    """A line on the map: the river, the deconfliction line, the front. `error`: doubt across it."""

    id: Name
    role: Literal["river", "deconfliction", "front", "other"]
    label: str
    points: tuple[Point, ...] | None = None
    feature: str | None = None  # of the rivers file
    error_m: Length = Field(alias="error", ge=0)


class Area(Part):
    """A round footprint on the map."""

    id: Name
    label: str
    centre: Point
    radius_m: Length = Field(alias="radius", gt=0)


class Map(Part):
    """Origin is latitude and longitude in degrees; files are named from the scenario's folder."""

    origin: tuple[float, float]
    terrain: str | None = None
    rivers: str | None = None
    places: str | None = None
    points: dict[Name, tuple[Length, Length]] = Field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    areas: tuple[Area, ...] = ()
    line_of_sight: bool = False


class LightPhase(Part):
    """From `at` on, the light is `light` until the next phase."""

    id: Name
    at: Moment
    light: Light


class Weather(Part):
    """From `at` on, the visibility, until the next row."""

    id: Name
    at: Moment
    visibility_m: Length = Field(alias="visibility", gt=0)


class TagRow(Part):
    """A force tag is an attribution: who says so."""

    label: str
    attributed_to: str
    contested_by: str | None = None


Halted = Literal["contractor", "regime_army", "militia", "tribal", "iran_backed"]


class Change(Part):
    """A decision changed in mid-run (a branch is a scenario with a change).

    `halt`: a halt reaches every formation of these tags at that moment, and they obey it, whoever gave it.
    """

    at: Moment
    set: dict[str, Any] = Field(default_factory=dict)
    halt: tuple[Halted, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Change:
        if not self.set and not self.halt:
            raise ValueError("a change needs `set` or `halt`")
        return self


class ProvenanceRow(Part):
    """One number of the scenario and what is known about it.

    lower, upper: ends of its range if it is a disputed input, drawn anew by every history. least, most: how far it may
    be out, which is that range, or its doubt, within which it is held.
    """

    path: str
    number: Any
    unit: str
    lower: Any = None
    upper: Any = None
    least: Any = None
    most: Any = None
    basis: Literal["stated", "derived", "analogue", "assumption"] | None = None
    source_id: str | None = None
    claim_id: str | None = None
    trust: str | None = None
    remark: str | None = None


def freeze(value: Kept) -> Kept:
    """The same value; arrays in it, in tuples and in values of mappings as well, can no longer be written."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            freeze(part)
    return value


class Scenario(Part):
    """A whole scenario, frozen."""

    khusham: Literal[1]
    id: Name
    title: str
    question: str = ""
    published: bool = False
    clock: Clock
    sources: dict[Name, Source] = Field(default_factory=dict)
    claims_file: str | None = None
    map: Map
    light: tuple[LightPhase, ...] = Field(min_length=1)
    weather: tuple[Weather, ...] = Field(min_length=1)
    tags: dict[str, TagRow] = Field(default_factory=dict)
    sensors: dict[Name, Sensor] = Field(default_factory=dict)
    weapons: dict[Name, Weapon] = Field(default_factory=dict)
    kinds: dict[Name, Kind]
    formations: tuple[Formation, ...] = Field(min_length=1)
    units: tuple[Unit, ...] = Field(min_length=1)
    orders: tuple[Order, ...] = ()
    belief: dict[Side, Belief]
    command: dict[Side, Command] = Field(default_factory=dict)
    roe: dict[Side, Roe] = Field(default_factory=dict)
    hotline: Hotline | None = None
    suppression: Suppression
    morale: dict[Side, Morale] = Field(default_factory=dict)
    wounds: Wounds | None = None
    end: End
    replications: Count = 0  # set by the tools: 1 of N
    changes: tuple[Change, ...] = ()

    CHANGING: ClassVar[tuple[str, ...]] = ("weather", "belief", "command", "roe", "hotline", "suppression", "morale")
    """Sections that `changes` may alter."""

    # set by the loader, not written by users
    _folder: str = PrivateAttr("")
    _resolved_yaml: str = PrivateAttr("")
    _sha256: str = PrivateAttr("")
    _provenance: tuple[ProvenanceRow, ...] = PrivateAttr(())
    _overrides: tuple[str, ...] = PrivateAttr(())
    _kept: dict[str, Any] = PrivateAttr(default_factory=dict)
    _given: dict[str, bytes] = PrivateAttr(default_factory=dict)  # data files that came with the text

    @property
    def folder(self) -> str:
        """Folder against which the files of `map` and `claims_file` are resolved."""
        return self._folder

    @property
    def resolved_yaml(self) -> str:
        """The scenario after extends, set and --set, as YAML: goes into the recording."""
        return self._resolved_yaml

    @property
    def sha256(self) -> str:
        """Digest of the resolved scenario and the data files it names."""
        return self._sha256

    @property
    def provenance(self) -> tuple[ProvenanceRow, ...]:
        """One row per number, in path order."""
        return self._provenance

    @property
    def overrides(self) -> tuple[str, ...]:
        """What was set on the command line or by a tool."""
        return self._overrides

    @property
    def attributed(self) -> Attributions:
        """Tag -> who says so, and who contests it."""
        return Attributions.of({tag: row.model_dump() for tag, row in self.tags.items()}, self.id)

    def once(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What `make` derives from this frozen scenario alone, made the first time it is asked for and then kept.

        Every run of the scenario shares it: its arrays are made read-only.
        """
        if name not in self._kept:
            self._kept[name] = freeze(make())
        kept: Kept = self._kept[name]
        return kept

    def for_a_run(self) -> Scenario:
        """The scenario as a run may hold it: itself, or, if decisions change in mid-run, with a copy of its own of
        every section that they may alter."""
        if not self.changes:
            return self
        return self.model_copy(update={name: deepcopy(getattr(self, name)) for name in self.CHANGING})

    def t_ms(self, when: datetime) -> int:
        """Milliseconds after `clock.start`."""
        delta = when - self.clock.start
        return round(delta.total_seconds() * 1000)

    def point(self, point: Point) -> tuple[float, float]:
        """East and north metres of a point or of a name in `map.points`."""
        return self.map.points[point] if isinstance(point, str) else point


NumberLike = Annotated[float, Field(allow_inf_nan=False)]
