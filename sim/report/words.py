"""Single values as people say them."""

from __future__ import annotations


def shown(value: object) -> str:
    """A value as people read it: no needless decimals, a dash for what there is not, yes and no."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 or value.is_integer() else f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("_", " ")


def span(seconds: float | None) -> str:
    """A span of time as people say it: seconds, minutes, hours or days."""
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("min", 60.0), ("h", 3600.0)):
        if seconds < {"s": 90.0, "min": 5400.0, "h": 172_800.0}[unit]:
            return f"{seconds / size:.{int(unit == 'h')}f} {unit}"
    return f"{seconds / 86_400:.1f} d"
