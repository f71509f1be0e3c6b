"""What every part of a scenario is made of: frozen models, delay laws, conditions, points.

Keys in YAML carry no unit (`range: 800 m`); the fields carry it (`range_m`, always SI: m, s, m/s, rad).
The words `value, low, high, doubt, basis, source, claim, confidence, note, provenance` belong to provenance and are
taken off by the loader before these models see the data; no field may bear one of those names.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.scenario.quantity import Duration, Length, Moment

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=60)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Side = Literal["attackers", "defenders"]
Tag = Literal["contractor", "regime_army", "militia", "tribal", "iran_backed", "sdf", "coalition"]
Light = Literal["day", "dusk", "night", "moon"]
Posture = Literal["standing", "prone", "dug_in"]
Target = Literal["standing", "prone", "dug_in", "soft", "armour", "gun"]


class Part(BaseModel):
    """A frozen piece of a scenario; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False, allow_inf_nan=False)


def adopt(old: Any, new: Any) -> Any:
    """`old` with the content of `new`, in place, so that whoever holds a part of it sees the new values. Items of a
    tuple are matched by id. Returns what stands for `new`: `old` itself wherever the two are of a kind."""
    if isinstance(old, Part) and type(old) is type(new):
        for name in type(old).model_fields:
            old.__dict__[name] = adopt(getattr(old, name), getattr(new, name))
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        fresh = {key: adopt(old.get(key), value) for key, value in new.items()}
        old.clear()
        old.update(fresh)
        return old
    if isinstance(old, tuple) and isinstance(new, tuple):
        known = {item.id: item for item in old if hasattr(item, "id")}
        return tuple(adopt(known[item.id], item) if getattr(item, "id", None) in known else item for item in new)
    return new


def _as_law(data: Any) -> Any:
    """A bare quantity is a fixed law: `delay: 5 min` means `{law: fixed, time: 5 min}`."""
    return data if isinstance(data, (dict, Part)) else {"law": "fixed", "time": data}


class DelayLaw(Part):
    """A law for a time span, drawn by inversion from one uniform.

    fixed: `time`; exponential: mean `time`; lognormal: median `time`, `spread` the geometric standard
    deviation; gamma: mean `time`, `spread` the coefficient of variation; uniform: 0.5 to 1.5 times `time`
    when spread is absent, else `time` times (1 +- spread).
    """

    law: Literal["fixed", "exponential", "lognormal", "gamma", "uniform"] = "fixed"
    time_s: Duration = Field(alias="time", ge=0)
    spread: NonNegative | None = None

    @model_validator(mode="after")
    def _spread_fits(self) -> DelayLaw:
        if self.law in ("lognormal", "gamma") and self.spread is None:
            raise ValueError(f"a {self.law} law needs `spread`")
        if self.law == "lognormal" and self.spread is not None and self.spread < 1:
            raise ValueError("`spread` of a lognormal law is a geometric standard deviation: at least 1")
        if self.law in ("fixed", "exponential") and self.spread is not None:
            raise ValueError(f"a {self.law} law has no `spread`")
        return self


Delay = Annotated[DelayLaw, BeforeValidator(_as_law)]

# East and north of the map origin, or the name of one of `map.points`.
Point = tuple[Length, Length] | Name


class Quiet(Part):
    """A round has fallen within `radius` of a point, and then no other for a time."""

    point: Point
    radius_m: Length = Field(alias="radius", gt=0)
    for_s: Duration = Field(alias="for", gt=0)


class When(Part):
    """A condition: exactly one of the keys, and for `event` an optional delay after it.

    at: an absolute time with offset, only before `clock.scripted_until`. event: `first_fire`, `act_observed`,
    `permitted`, `approved`, `show_of_force`, `warning_shots`, `halt_ordered`, `broke`, `ceased`,
    `ORDER.begun`, `ORDER.done`, `CALL.placed`, `CALL.answered`, `AIRCRAFT.on_station`,
    `AIRCRAFT.bingo`, `AIRCRAFT.off_station`. loss: fraction of `of` (a formation) out of
    action. signal: a name given by an order's `do: {signal: NAME}`. quiet: see `Quiet`.
    """

    at: Moment | None = None
    event: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*(\.[a-z_]+)?$")] | None = None
    delay: Delay | None = None
    loss: Share | None = None
    of: Name | None = None
    signal: Name | None = None
    quiet: Quiet | None = None
    all: tuple[When, ...] | None = None
    any: tuple[When, ...] | None = None
    not_: When | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _exactly_one(self) -> When:
        given = [
            key
            for key, got in (
                ("at", self.at), ("event", self.event), ("loss", self.loss), ("signal", self.signal),
                ("quiet", self.quiet), ("all", self.all), ("any", self.any), ("not", self.not_),
            )
            if got is not None
        ]  # fmt: skip
        if len(given) != 1:
            allowed = "at, event, loss, signal, quiet, all, any, not"
            raise ValueError(f"give exactly one of {allowed}; got {given or 'none'}")
        if self.delay is not None and self.event is None and self.signal is None:
            raise ValueError("`delay` goes with `event` or `signal`")
        if (self.loss is None) != (self.of is None):
            raise ValueError("`loss` and `of` go together")
        return self


class Chance(Part):
    """A disputed yes/no fact with its probability; drawn as history, not as dice."""

    p: Share
