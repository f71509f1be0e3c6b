"""How far a number may be out, where it is not disputed: `doubt: x2`, `doubt: 300 m`, `doubt: [x1.5, 300 m, 30 min]`.

`x2` is the analyst's "known to within a factor of two": from half to twice the value. A quantity is give or take, for
the numbers it can be added to, times of the clock with a duration among them; a bare number for numbers without a unit.
Where several are given the first that fits holds, give or take before the factor. Unlike `low` and `high`, which make a
number a disputed input that every history draws anew, a doubt is held: it stands beside the number, and a sweep may go
over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sim.scenario import quantity

FACTOR = re.compile(rf"^x({quantity.NUMBER})$")


def parts(given: Any) -> list[Any]:
    """The doubts written at a place, one by one."""
    return list(given) if isinstance(given, list) else [] if given is None else [given]


def faults(given: Any) -> Iterator[str]:
    """What is wrong with a `doubt`."""
    for one in parts(given):
        factor = FACTOR.fullmatch(one) if isinstance(one, str) else None
        size = float(factor[1]) if factor else _size(one)
        if size is None or size <= (1.0 if factor else 0.0):
            allowed = "a factor above 1 as `x2`, a quantity as `300 m`, or a list of these"
            yield f"doubt {one!r} is not allowed; allowed: {allowed}"


def _size(one: Any) -> float | None:
    if isinstance(one, str):
        found = quantity.read(one)
        return None if found is None else found[0]
    return float(one) if isinstance(one, int | float) and not isinstance(one, bool) else None


def bounds(raw: Any, number: Any, unit: str, given: Any) -> tuple[Any, Any]:
    """(least, most) of a number in the unit it is written in; (None, None) if no doubt given fits it.

    A share (0 to 1 without a unit) stays one, a count stays whole, and a factor leaves 0 as it is.
    """
    said = parts(given)
    for one in said:
        around = _give_or_take(raw, unit, one)
        if around is not None:
            return around
    factor = next((float(found[1]) for one in said if isinstance(one, str) and (found := FACTOR.fullmatch(one))), None)
    if factor is None or isinstance(number, str | bool):
        return None, None
    ends = sorted((number / factor, number * factor))
    if isinstance(number, int) and not unit:
        return round(ends[0]), round(ends[1])
    if not unit and 0.0 < number <= 1.0:
        ends[1] = min(ends[1], 1.0)
    return _short(ends[0]), _short(ends[1])


def _give_or_take(raw: Any, unit: str, one: Any) -> tuple[Any, Any] | None:
    if isinstance(raw, str) and quantity.is_moment(raw):
        found = quantity.read(one) if isinstance(one, str) else None
        if found is None or found[1] is not quantity.DURATION:
            return None
        at, step = quantity.moment(raw), timedelta(seconds=found[0])
        return (at - step).isoformat(timespec="minutes"), (at + step).isoformat(timespec="minutes")
    if isinstance(raw, str):
        mine, its = quantity.read(raw), quantity.read(one) if isinstance(one, str) else None
        if mine is None or its is None or its[1] is not mine[1]:
            return None
        per_unit = quantity.read(f"1 {unit}")
        assert per_unit is not None
        return _short((mine[0] - its[0]) / per_unit[0]), _short((mine[0] + its[0]) / per_unit[0])
    if isinstance(one, str) or isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return _short(raw - one), _short(raw + one)


def _short(value: float) -> float | int:
    """Without the last digits, which say nothing about a doubt; whole where it is."""
    short = float(f"{value:.4g}") if abs(value) < 1e4 else float(round(value))
    return int(short) if short.is_integer() else short
