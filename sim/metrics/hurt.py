"""How numbers of people who were hurt are told in text: never to the man, and with an interval where there is one.

`--json` is exact. Counts of one night go to the nearest five from ten on, to the nearest ten from a hundred on;
below ten they stand, since one wounded is not none. Means of many nights are whole from ten on, in tenths below.
"""

from __future__ import annotations

from typing import Any

from sim import stats


def count(value: Any) -> str:
    """People in one night, or one end of an interval of nights."""
    if value is None:
        return "-"
    return f"{stats.coarse(value):,}"


def mean(value: float | None, sign: str = "") -> str:
    """A mean, or a difference of means, over many nights; `sign` may be +."""
    if value is None:
        return "-"
    rounded = round(value, 0 if abs(value) >= 10 else 1) + 0.0
    return f"{rounded:{sign},.{0 if abs(value) >= 10 else 1}f}"


def between(low: float | None, high: float | None, sign: str = "") -> str:
    """An interval of means; a dash where there is none."""
    return "-" if low is None or high is None else f"{mean(low, sign)} to {mean(high, sign)}"
