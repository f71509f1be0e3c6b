"""Units at the border: text such as `15 km/h` becomes an SI float; strict syntax, a small whitelist.

A quantity is a plain decimal number, at most one space, and a unit of the dimension asked for. No commas, no
arithmetic, no words. A bare number is refused for a dimensional field, except 0. Angles in `mil` are 1/6400
of a turn. Models use the annotated types at the end of this file; they hold plain floats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, pi
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

NUMBER = r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?"


@dataclass(frozen=True)
class Dimension:
    """What a number measures: the SI unit it is held in, and the factor of every unit that may be written."""

    name: str
    si: str
    units: dict[str, float]
    example: str

    @property
    def pattern(self) -> str:
        """Regular expression of the text form, for parsing and for the JSON schema."""
        return rf"^({NUMBER}) ?({'|'.join(re.escape(unit) for unit in self.units)})$"


LENGTH = Dimension("length", "m", {"m": 1.0, "km": 1000.0, "mi": 1609.344, "ft": 0.3048}, "800 m")
DURATION = Dimension("duration", "s", {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}, "15 min")
SPEED = Dimension("speed", "m/s", {"m/s": 1.0, "km/h": 1000 / 3600}, "15 km/h")
ANGLE = Dimension("angle", "rad", {"rad": 1.0, "deg": pi / 180, "mil": 2 * pi / 6400}, "5 mil")
PER_MINUTE = Dimension("rate", "/min", {"/min": 1.0}, "12 /min")
DIMENSIONS = (LENGTH, DURATION, SPEED, ANGLE, PER_MINUTE)

_UNIT_OF = {unit: dimension for dimension in DIMENSIONS for unit in dimension.units}
_ANY = re.compile(rf"^({NUMBER}) ?({'|'.join(re.escape(unit) for unit in _UNIT_OF)})$")


def read(text: str) -> tuple[float, Dimension] | None:
    """SI value and dimension of a text that is a quantity; None if it is not one."""
    if len(text) > 40 or (found := _ANY.fullmatch(text)) is None:
        return None
    dimension = _UNIT_OF[found[2]]
    return float(found[1]) * dimension.units[found[2]], dimension


def _refuse(dimension: Dimension, why: str) -> PydanticCustomError:
    # A closed set of words: pydantic formats the template, braces in user text must not reach it.
    return PydanticCustomError(
        "quantity",
        "{why}; allowed: a number with one of {units}, such as `{example}`",
        {"why": why, "units": ", ".join(dimension.units), "example": dimension.example},
    )


def _why_not(text: str, dimension: Dimension) -> str:
    shown = text if len(text) <= 40 else text[:37] + "..."
    if "," in text:
        return f"{shown!r} has a comma: write a decimal point and no thousands marks"
    other = read(text)
    if other is not None and other[1] is not dimension:
        return f"{shown!r} is a {other[1].name}, a {dimension.name} is wanted"
    if re.fullmatch(NUMBER, text):
        return f"{shown!r} has no unit"
    return f"{shown!r} is not a {dimension.name}"


def parse(given: Any, dimension: Dimension) -> float:
    """SI value of what stands in a scenario; raises PydanticCustomError (a ValueError) with what is allowed."""
    if isinstance(given, str):
        found = read(given)
        if found is None or found[1] is not dimension:
            raise _refuse(dimension, _why_not(given, dimension))
        if not isfinite(found[0]):
            raise _refuse(dimension, f"{given!r} is too large")
        return found[0]
    if isinstance(given, int | float) and not isinstance(given, bool):
        if given == 0:
            return 0.0
        raise _refuse(dimension, f"{given!r} has no unit")
    raise _refuse(dimension, f"a {type(given).__name__} is not a {dimension.name}")


_MOMENT = re.compile(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$"
)


def moment(given: Any) -> datetime:
    """An absolute time with its offset; raises PydanticCustomError (a ValueError) with what is allowed."""
    if isinstance(given, datetime) and given.tzinfo is not None:
        return given
    why = f"{given!r:.60} is not a time"
    if isinstance(given, str) and (found := _MOMENT.fullmatch(given)) is not None:
        if found[1] is not None:
            try:
                return datetime.fromisoformat(given)
            except ValueError as trouble:
                why = f"{given!r}: {trouble}"
        else:
            why = f"{given!r} has no offset from UTC"
    raise PydanticCustomError(
        "quantity", "{why}; allowed: date, time and offset, such as `2018-02-07T22:00+02:00`", {"why": why}
    )


def is_moment(text: str) -> bool:
    """Whether a text is written as an absolute time."""
    return _MOMENT.fullmatch(text) is not None


def _reader(dimension: Dimension) -> BeforeValidator:
    return BeforeValidator(lambda given: parse(given, dimension))


def _form(dimension: Dimension) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": dimension.pattern}, {"const": 0}],
            "description": f"{dimension.name}, such as `{dimension.example}`",
        }
    )


Length = Annotated[float, _reader(LENGTH), _form(LENGTH)]
"""Metres."""
Duration = Annotated[float, _reader(DURATION), _form(DURATION)]
"""Seconds."""
Speed = Annotated[float, _reader(SPEED), _form(SPEED)]
"""Metres per second."""
Angle = Annotated[float, _reader(ANGLE), _form(ANGLE)]
"""Radians."""
PerMinute = Annotated[float, _reader(PER_MINUTE), _form(PER_MINUTE)]
"""Events per minute."""
Moment = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "pattern": _MOMENT.pattern})]
"""An absolute time with offset."""
