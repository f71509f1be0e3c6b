"""Values as people say them, and those of metrics as their kind is told. `--json` is exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.metrics import METRICS, Kind, hurt, kind


def shown(value: object) -> str:
    """A value as people read it: no needless decimals, a dash for what there is not, yes and no."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 or value.is_integer() else f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("_", " ")


def span(seconds: float | None, sign: str = "") -> str:
    """A span of time as people say it: seconds, minutes, hours or days; `sign` may be +."""
    if seconds is None:
        return "-"
    before, length = ("-" if seconds < 0 else sign), abs(seconds)
    for unit, size in (("s", 1.0), ("min", 60.0), ("h", 3600.0)):
        if length < {"s": 90.0, "min": 5400.0, "h": 172_800.0}[unit]:
            return f"{before}{length / size:.{int(unit == 'h')}f} {unit}"
    return f"{before}{length / 86_400:.1f} d"


def amount(metric: str, value: Any) -> str:
    """A value of a metric in one night, or a quantile over nights: people rounded, counts whole, spans in words."""
    if value is None or isinstance(value, str):
        return shown(value)
    match what := kind(metric):
        case Kind.HURT:
            return hurt.count(value)
        case Kind.YES_OR_NO:
            return "yes" if value >= 0.5 else "no"
    return _measure(what, value, "") or f"{value:,.0f}"


def mean(metric: str, value: float | None, sign: str = "") -> str:
    """A mean of a metric over nights, or a difference of means: people rounded, yes and no as a share; `sign` may
    be +."""
    if value is None:
        return "-"
    match what := kind(metric):
        case Kind.HURT:
            return hurt.mean(value, sign)
        case Kind.YES_OR_NO:
            return f"{value:{sign}.0%}"
    if told := _measure(what, value, sign):
        return told
    rounded = round(value, 0 if abs(value) >= 100 else 1) + 0.0
    return f"{rounded:{sign},.{0 if abs(value) >= 100 else 1}f}"


def people_rounded(metric: str, value: float, otherwise: Callable[[float], str], many: bool = True) -> str:
    """A mean over many nights, or a value of one, where numbers are given with the digits that `otherwise` leaves: only
    people who were hurt are rounded. The metric may be a test of one."""
    if kind(metric) is not Kind.HURT:
        return otherwise(value)
    return hurt.mean(value) if many else hurt.count(value)


def between(metric: str, low: float | None, high: float | None, sign: str = "") -> str:
    """An interval of means; a dash where there is none."""
    if low is None or high is None:
        return "-"
    return "all alike" if low == high else f"{mean(metric, low, sign)} to {mean(metric, high, sign)}"


def label(metric: str) -> str:
    """A metric in words, without the unit that its values carry."""
    if metric in METRICS and METRICS[metric].words:
        return METRICS[metric].words
    return metric.removesuffix(f"_{kind(metric).unit}").replace("_", " ")


def _measure(what: Kind, value: float, sign: str) -> str:
    """Spans, lengths, shares and ratios; "" for what is a count."""
    match what:
        case Kind.SECONDS:
            return span(value, sign)
        case Kind.HOURS:
            return span(3600.0 * value, sign)
        case Kind.METRES:
            return f"{value:{sign},.0f} m"
        case Kind.SHARE:
            return f"{value:{sign}.0%}"
        case Kind.RATIO:
            return f"{value:{sign}.1f}"
    return ""
