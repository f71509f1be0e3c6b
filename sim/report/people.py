"""How numbers of people who were hurt are told in text: never to the man, and with an interval where there is one.

`--json` is exact. Counts of one night go to the nearest five from ten on, to the nearest ten from a hundred on;
below ten they stand, since one wounded is not none. Means of many nights are whole from ten on, in tenths below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sim import stats
from sim.metrics import Rows
from sim.metrics.people import OF_TAG

HURT = ("_killed", "_wounded", "_die_later")
NOTE = "Killed and wounded go to the nearest five from ten on, ten from a hundred on; sums may miss. --json is exact."
NO_INTERVAL = "One night gives no interval: `khusham run SCENARIO -n 100` does."


def is_of_people(metric: str) -> bool:
    """Whether a metric counts people who were hurt, and is no ratio of such counts."""
    return (metric.endswith(HURT) and "_per_" not in metric) or metric == "hurt_by_own_side"


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


def usual(summary: Mapping[str, Any] | None, told: Callable[[Any], str] = count) -> str:
    """The middle 90 % of a metric over an ensemble; a dash where there is none."""
    if summary is None or summary["p5"] is None:
        return "-"
    low, high = told(summary["p5"]), told(summary["p95"])
    return low if low == high else f"{low} to {high}"


def rounded(rows: Rows, columns: Iterable[str]) -> Rows:
    """A table of one night with some columns told as people are."""
    return dict(rows) | {name: [count(value) for value in rows[name]] for name in columns if name in rows}


def where(rows: Rows) -> Rows:
    """Where the attackers are at the end, killed and wounded among them rounded, and how many they are in all."""
    found: Rows = {"where": [*rows["where"], "all"]}
    for name, column in rows.items():
        if name != "where":
            told = [
                count(n) if place in ("killed", "wounded") else n
                for place, n in zip(rows["where"], column, strict=True)
            ]
            found["all" if name == "people" else name] = [*told, sum(column)]
    return found


def losses(rows: Rows, summary: Mapping[str, Any] | None) -> Rows:
    """People by tag with what other nights gave behind killed and wounded, if an ensemble is known."""
    found = rounded(rows, ("killed", "wounded"))
    if summary is not None:
        for state in ("killed", "wounded"):
            names = [f"{OF_TAG.get(tag, tag)}_{state}" for tag in rows["tag"]]
            found[state] = [
                f"{one} ({usual(summary.get(name))})" for one, name in zip(found[state], names, strict=True)
            ]
    return found
