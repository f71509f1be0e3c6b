"""Single values as people say them."""

from __future__ import annotations

from typing import Any

from sim.report import people

YES_OR_NO = ("hq_held", "advance_stopped")
HULLS = ("tanks_m", "artillery_m", "mortars_m", "vehicles_m")
"""Mobility kills, and no metres."""
KILLED = ("tanks", "artillery", "mortars", "vehicles")
KILLS = {"m": "mobility kills", "f": "firepower kills", "k": "catastrophic kills"}
SHARES = ("controller_load", "censored")
"""Told in per cent."""
RATIOS = ("wounded_per_killed",)
"""Told with a decimal, where a count is whole."""

NOT_MODELLED = (
    "Not modelled: civilians (distances of impacts to places are given), ISIS as an actor, electronic warfare, air "
    "defence of the attackers unless a scenario gives them some, the recovery of the dead, what any single person "
    "thought or said. Effectiveness numbers are coarse, abstract and open; none is a real weapon table. Stated figures "
    "are claims by named sources, not ground truth, and nobody is endorsed by being quoted."
)


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
    if people.is_of_people(metric):
        return people.count(value)
    if metric in YES_OR_NO:
        return "yes" if value >= 0.5 else "no"
    return _measure(metric, value, "") or f"{value:,.0f}"


def mean(metric: str, value: float | None, sign: str = "") -> str:
    """A mean of a metric over nights, or a difference of means: people rounded, yes and no as a share; `sign` may
    be +."""
    if value is None:
        return "-"
    if people.is_of_people(metric):
        return people.mean(value, sign)
    if metric in YES_OR_NO or "=" in metric:
        return f"{value:{sign}.0%}"
    if told := _measure(metric, value, sign):
        return told
    rounded = round(value, 0 if abs(value) >= 100 else 1) + 0.0
    return f"{rounded:{sign},.{0 if abs(value) >= 100 else 1}f}"


def between(metric: str, low: float | None, high: float | None, sign: str = "") -> str:
    """An interval of means; a dash where there is none."""
    if low is None or high is None:
        return "-"
    return "all alike" if low == high else f"{mean(metric, low, sign)} to {mean(metric, high, sign)}"


def label(metric: str) -> str:
    """A metric in words, without the unit that its values carry."""
    hulls, _, kill = metric.rpartition("_")
    if hulls in KILLED and kill in KILLS:
        return f"{hulls}, {KILLS[kill]}"
    bare = metric if metric in HULLS else metric.removesuffix("_s").removesuffix("_m").removesuffix("_h")
    return bare.replace("_", " ")


def _measure(metric: str, value: float, sign: str) -> str:
    """Spans, lengths and shares; "" for what is a count."""
    if metric.endswith("_s"):
        return span(value, sign)
    if metric.endswith("_h"):
        return span(3600.0 * value, sign)
    if metric in SHARES:
        return f"{value:{sign}.0%}"
    if metric in RATIOS:
        return f"{value:{sign}.1f}"
    return f"{value:{sign},.0f} m" if metric.endswith("_m") and metric not in HULLS else ""
