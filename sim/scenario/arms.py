"""Weapons and what they do: the parameters of the fire effects.

Effectiveness numbers are coarse, open and abstract on purpose; none is a real weapon table.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.base import Count, Delay, Light, Name, Part, Posture, Share, Target
from sim.scenario.firing import Markov, Suppress
from sim.scenario.quantity import Length, PerMinute, Speed


class Hull(Part):
    """Outcome of a damaging hit on a vehicle, gun or launcher: shares of mobility, firepower, catastrophic kill.

    They are exclusive and sum to at most 1; the rest is damage without effect. `crew_hurt`: chance of each crew
    member inside to be hurt when the hull is a catastrophic kill.
    """

    m: Share
    f: Share
    k: Share
    crew_hurt: Share

    @model_validator(mode="after")
    def _sum(self) -> Hull:
        if self.m + self.f + self.k > 1 + 1e-9:
            raise ValueError("m + f + k exceeds 1")
        return self


class Damage(Part):
    """Carleton damage by class of target: D = d0 exp(-d0 (r/R)^2), R the `radius` of the class (0: immune).

    `lethal`: share killed among people hurt.
    """

    model: Literal["carleton"] = "carleton"
    d0: Annotated[float, Field(gt=0, le=1)]
    radius_m: dict[Target, Length] = Field(alias="radius")
    lethal: Share
    hull: Hull


class Errors(Part):
    """Probable errors of delivery along (rep) and across (dep) the gun-target line."""

    rep_m: Length = Field(alias="rep", ge=0)
    dep_m: Length = Field(alias="dep", ge=0)


class MeanPoint(Errors):
    """Error of the mean point of impact, common to all rounds until it is redrawn.

    mission: one for all guns of a mission; gun: one for each gun of it; volley: for each volley of a gun; adjustment:
    for each volley that an observer sees.
    """

    redrawn: Literal["mission", "adjustment", "volley", "gun"] = "mission"


class Band(Part):
    """Hit probability per round at a range; linear between the points of a curve, none beyond the last."""

    id: Name
    range_m: Length = Field(alias="range", ge=0)
    p: Share


class _Weapon(Part):
    label: str
    suppress: Suppress
    held: bool = False  # declared inert: never fires in this scenario by design
    targets: tuple[Target, ...] = Field(min_length=1)
    danger_close_m: Length = Field(0.0, alias="danger_close", ge=0)  # friendly distance needing special release
    clear_m: Length = Field(0.0, alias="clear", ge=0)  # least visibility in which supporting fires use it


def _curve_ok(curve: tuple[Band, ...]) -> None:
    ranges = sorted(band.range_m for band in curve)
    if len(curve) < 2 or ranges[0] != 0 or len(set(ranges)) != len(ranges):
        raise ValueError("a curve needs at least two points with distinct ranges, the first at 0 m")


class Aimed(_Weapon):
    """Small arms: a section's fire is a point process of hits (thinning); rounds are accounted per piece.

    `rate`: aimed rounds per shooter and minute. `interval`: law of the gap between rounds of one shooter:
    exponential (thinned), or fixed (all fire at once, volley after volley, the first an interval after opening).
    `allocation` of the rounds of a volley: shoot_look_shoot (a hit takes one of those alive when it lands), random
    (each round its own target among those alive when it is fired) or even (shared out among them); the latter two
    waste hits on the dead. `fire`: aimed, or area: the hit probability of the curve counts for each one of the
    target class that is there, so losses go with shooters times targets (Lanchester's linear law).
    `exposure`: factor on the hit probability by target class.
    `d0`-free: a hit on a person hurts, `lethal` of them die; on a hull the `hull` shares apply.
    """

    kind: Literal["aimed"]
    rate_per_min: PerMinute = Field(alias="rate", gt=0)
    interval: Literal["exponential", "fixed"] = "exponential"
    allocation: Literal["shoot_look_shoot", "random", "even"] = "shoot_look_shoot"
    fire: Literal["aimed", "area"] = "aimed"
    flight_mps: Speed = Field(alias="flight", gt=0)
    curve: tuple[Band, ...]
    exposure: dict[Target, Share]
    lethal: Share
    hull: Hull

    @model_validator(mode="after")
    def _check(self) -> Aimed:
        _curve_ok(self.curve)
        if self.interval == "exponential" and self.allocation != "shoot_look_shoot":
            raise ValueError("`allocation` shares out volleys: it goes with a fixed `interval`")
        if self.interval == "fixed" and self.fire == "area":
            raise ValueError("`fire: area` goes with an exponential `interval`")
        return self

    @property
    def range_m(self) -> float:
        """Largest range, m."""
        return max(band.range_m for band in self.curve)


class Shot(_Weapon):
    """Single heavy direct shots (tank gun, autocannon burst, anti-tank missile) with time of flight.

    A miss still bursts: near `miss_rep`/`miss_dep` of the target, with the same `damage`. `interval`: between rounds of
    one tube; with `markov`, after a miss.
    """

    kind: Literal["shot"]
    interval: Delay
    markov: Markov | None = None
    flight_mps: Speed = Field(alias="flight", gt=0)
    curve: tuple[Band, ...]
    exposure: dict[Target, Share]
    miss: Errors
    damage: Damage

    @model_validator(mode="after")
    def _check(self) -> Shot:
        _curve_ok(self.curve)
        return self

    @property
    def range_m(self) -> float:
        """Largest range, m."""
        return max(band.range_m for band in self.curve)


class Reload(Part):
    """A launcher or rack is full with `rounds`; when empty it takes `time` to fill again from the load."""

    rounds: Annotated[int, Field(gt=0)]
    time: Delay


class Indirect(_Weapon):
    """Unguided indirect fire: common aim (MPI) error, round-to-round precision, both as REP/DEP along the line.

    `lay`: time from order to first round. `interval`: time between rounds of one tube. `adjust`: with an observer
    who sees the fall, each volley keeps this share of the MPI error and adds the observer's spotting error.
    `reliability`: share of rounds that burst.
    """

    kind: Literal["indirect"]
    min_range_m: Length = Field(alias="min_range", ge=0)
    range_m: Length = Field(alias="range", gt=0)
    lay: Delay
    interval: Delay
    flight_mps: Speed = Field(alias="flight", gt=0)
    mpi: MeanPoint
    precision: Errors
    adjust: Share = 1.0
    spotting_m: Length = Field(0.0, alias="spotting", ge=0)
    reliability: Share
    reload: Reload | None = None
    volley: Annotated[int, Field(gt=0)] = 1  # rounds per tube and mission of the supporting-fire queue
    damage: Damage


class Guided(_Weapon):
    """Guided munition: circular error (CEP), reliability; gps flies to a point, laser to where the target is.

    `release`: time from assignment (air: from run begin) to release. `volley`: rounds per attack.
    """

    kind: Literal["guided"]
    min_range_m: Length = Field(alias="min_range", ge=0)
    range_m: Length = Field(alias="range", gt=0)
    guidance: Literal["gps", "laser"]
    release: Delay
    interval: Delay | None = None
    flight_mps: Speed = Field(alias="flight", gt=0)
    cep_m: Length = Field(alias="cep", gt=0)
    reliability: Share
    reload: Reload | None = None
    volley: Annotated[int, Field(gt=0)] = 1
    closes_airspace: bool = False
    closes_below_m: Length | None = Field(None, alias="closes_below", gt=0)  # None: at all heights
    damage: Damage

    @model_validator(mode="after")
    def _gap(self) -> Guided:
        if (self.volley > 1) != (self.interval is not None):
            raise ValueError("`interval` goes with a `volley` of more than one")
        return self


class Strafe(_Weapon):
    """A gun pass: `volley` bursts walked along the run-in line over `length`, each with its own error."""

    kind: Literal["strafe"]
    min_range_m: Length = Field(0.0, alias="min_range", ge=0)
    range_m: Length = Field(alias="range", gt=0)
    release: Delay
    interval: Delay
    flight_mps: Speed = Field(alias="flight", gt=0)
    length_m: Length = Field(alias="length", ge=0)
    mpi: MeanPoint
    precision: Errors
    reliability: Share = 1.0
    volley: Annotated[int, Field(gt=0)] = 1
    damage: Damage


class AntiAir(Part):
    """Abstract air defence: fires at aircraft of the other side within `range` (slant) and below `ceiling`.

    `acquires`: chance by light that it takes up an aircraft that begins a run, or one that orbits when it looks for
    such; `search`: from one of these looks to the next; `acquire`: time to its first shot; `p_hit`: chance of a shot to
    hit; then the `hull` shares apply, and whatever is left of the flight goes home.
    """

    kind: Literal["anti_air"]
    label: str
    range_m: Length = Field(alias="range", gt=0)
    ceiling_m: Length = Field(alias="ceiling", gt=0)
    acquires: dict[Light, Share]
    search: Delay
    acquire: Delay
    interval: Delay
    flight_mps: Speed = Field(alias="flight", gt=0)
    p_hit: Share
    hull: Hull
    held: bool = False
    lethal: Share = 0.0
    reload: None = None

    @model_validator(mode="after")
    def _all_lights(self) -> AntiAir:
        missing = [name for name in ("day", "dusk", "night", "moon") if name not in self.acquires]
        if missing:
            raise ValueError(f"`acquires` misses {', '.join(missing)}")
        return self


Weapon = Annotated[Aimed | Shot | Indirect | Guided | Strafe | AntiAir, Field(discriminator="kind")]


class Load(Part):
    """A unit's stock of one weapon: who serves it (`by`, a part of the kind) and rounds (None: unlimited)."""

    by: Name
    rounds: Count | None


class Bodies(Part):
    """Protection: factor on Carleton radius of people by posture is in each weapon; here when which posture holds."""

    moving: Posture
    halted: Posture
    pinned: Posture
