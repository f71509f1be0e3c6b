"""Who is there: kinds, units, formations with their routes, orders, aircraft."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.arms import Bodies, Load
from sim.scenario.base import Delay, Name, NonNegative, Part, Point, Share, Side, Tag, When
from sim.scenario.quantity import Duration, Length, Speed

CountsAs = Literal[
    "person", "tank", "ifv", "gun_truck", "truck", "light_vehicle", "artillery", "rocket_launcher", "mortar",
    "aircraft", "mrap", "launcher", "sensor",
]  # fmt: skip


class Element(Part):
    """`n` entities of one part of a unit (crew, tank, soldier). `body`: how weapons see it. `inside`: another part."""

    n: Annotated[int, Field(ge=0, le=100_000)]
    body: Literal["person", "soft", "armour", "gun", "aircraft"]
    counts_as: CountsAs
    vehicle: bool = False  # one of the 27 vehicles of the record (guns and tubes are not)
    inside: Name | None = None


class Signature(Part):
    """Factor on a sensor's hazard by what the unit does."""

    still: NonNegative
    moving: NonNegative
    firing: NonNegative


class AirKind(Part):
    """Flight: height, endurance on station, time to come back refuelled and rearmed.

    `tanker`: time to refuel and come back, instead, while there are rounds left for each weapon. `check_in`: time on
    station before it takes tasks. `evade`: fired at, it releases nothing for so long. `keeps_clear`: it attacks nothing
    for which it would have to come within reach of air defence that has fired. `speed`: on its way in.
    role: strike; overwatch (held for air defence until released); watch (sees and never strikes).
    """

    altitude_m: Length = Field(alias="altitude", ge=0)
    on_station_s: Duration = Field(alias="on_station", gt=0)
    turnaround: Delay
    role: Literal["strike", "overwatch", "watch"]
    tanker: Delay | None = None
    check_in: Delay | None = None
    evade: Delay | None = None
    keeps_clear: bool = False
    speed_mps: Speed | None = Field(None, alias="speed", gt=0)


class Kind(Part):
    """What many units share. `frontage` x `depth`: the ground over which its entities are spread. `dimension`: what is
    to be resolved of it by sensors that look by resolution."""

    label: str
    symbol: Annotated[str, Field(pattern=r"^[0-9]{20}$")]  # APP-6D SIDC; the viewer sets the affiliation digit
    entities: dict[Name, Element] = Field(min_length=1)
    sensor: Name | None = None
    weapons: dict[Name, Load] = Field(default_factory=dict)
    signature: Signature
    dimension_m: Length | None = Field(None, alias="dimension", gt=0)
    posture: Bodies
    frontage_m: Length = Field(alias="frontage", ge=0)
    depth_m: Length = Field(alias="depth", ge=0)
    air: AirKind | None = None


class Unit(Kind):
    """The smallest thing that moves and takes orders: a kind, in a formation, at a slot, under one force tag.

    Keys of the kind may be overridden here (`weapons: {tank_gun: {rounds: 10}}`); the loader merges them.
    `luck`: the name that addresses its draws and its place in the order of an instant (default: its id).
    `station` and `arrives`: only for aircraft: where it holds and the condition that brings it on station. `enters`:
    where it comes from then, at its speed. `released`: what frees it from overwatch, besides an assurance.
    """

    id: Name
    kind: Name
    formation: Name
    tag: Tag
    slot: tuple[Length, Length] = (0.0, 0.0)
    luck: Name | None = None
    leader: bool = False
    controllers: Annotated[int, Field(ge=0)] = 0  # terminal attack controllers: the first of its people
    station: Point | None = None
    arrives: When | None = None
    enters: Point | None = None
    released: When | None = None

    @model_validator(mode="after")
    def _air_pair(self) -> Unit:
        if (self.air is None) != (self.station is None) or (self.air is None) != (self.arrives is None):
            raise ValueError("`station` and `arrives` belong to aircraft, and an aircraft needs both")
        if self.air is None and (self.enters is not None or self.released is not None):
            raise ValueError("`enters` and `released` belong to aircraft")
        if self.enters is not None and self.air is not None and self.air.speed_mps is None:
            raise ValueError("an aircraft that `enters` needs a `speed`")
        if self.released is not None and self.air is not None and self.air.role != "overwatch":
            raise ValueError("`released` belongs to an aircraft whose role is overwatch")
        return self


class Route(Part):
    """Corridor of a route: points from the formation's start, drawn and labelled as an assumption."""

    points: tuple[Point, ...] = Field(min_length=1)
    half_width_m: Length = Field(alias="half_width", gt=0)
    speed_mps: Speed = Field(alias="speed", gt=0)


class Formation(Part):
    """What moves as one. `company`: morale group (default: its id). `echelon`: 1 leads, higher follows.

    `known`: it holds a fixed place that the other side knows beforehand, so that it needs no detection there.
    """

    id: Name
    side: Side
    at: Point
    company: Name | None = None
    echelon: Annotated[int, Field(ge=0, le=9)] = 1
    known: bool = False
    neighbours: tuple[Name, ...] = ()
    routes: dict[Name, Route] = Field(default_factory=dict)
    label: str | None = None


class Shell(Part):
    """Fire `rounds` (per tube) of a weapon at a known point; `error`: doubt about where the target is, one sigma.

    `waits`: a gun that is busy takes the order up when it is free, first come first served; else it is passed over.
    """

    weapon: Name
    at: Point
    rounds: Annotated[int, Field(gt=0)]
    location_error_m: Length = Field(0.0, alias="location_error", ge=0)
    observer: Name | None = None  # a formation that spots the fall of shot
    sheaf: Literal["converged", "parallel"] = "converged"  # parallel: guns aim as far apart as they stand
    waits: bool = False


class Counter(Part):
    """Answer guns of the other side that fire: each salvo is located with a `chance`, after `locate`, with an error of
    one sigma per axis; whoever of the formation is free and reaches the place fires `rounds` (per tube) at it.
    """

    weapon: Name
    rounds: Annotated[int, Field(gt=0)]
    chance: Share
    locate: Delay
    location_error_m: Length = Field(alias="location_error", ge=0)
    sheaf: Literal["converged", "parallel"] = "converged"
    observer: Name | None = None  # a formation that spots the fall of shot


class Do(Part):
    """A task: exactly one."""

    move: Name | None = None
    assault: Name | None = None  # route whose end is the objective; counts as an attack task
    reinforce: Name | None = None
    withdraw: Name | None = None
    shell: Shell | None = None
    counter: Counter | None = None  # stands until the end of the night
    hold: Literal[True] | None = None
    signal: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Do:
        given = [key for key in type(self).model_fields if getattr(self, key) is not None]
        if len(given) != 1:
            allowed = "move, assault, reinforce, withdraw, shell, counter, hold, signal"
            raise ValueError(f"give exactly one of {allowed}; got {given or 'none'}")
        return self


class Order(Part):
    """Data, not code: who does what when. `p`: chance that it is given at all (drawn as history)."""

    id: Name
    who: Name
    when: When
    do: Do
    p: Share = 1.0
