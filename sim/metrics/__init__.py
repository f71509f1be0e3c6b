"""What a run amounts to: scalars by name, tables, curves; all from a recording alone.

To add a metric, write a function of a `View` that returns a number, a word, or `Undefined("why not")`,
and give it a line in METRICS. It then stands in `khusham run`, in `--json`, in comparisons and sweeps.
"""

from collections.abc import Callable

from sim.events import Hull
from sim.metrics import command, fires, outcome, people
from sim.metrics import tables as _tables
from sim.metrics.series import MINUTE_MS, Series, minutes, series
from sim.metrics.tables import TABLES, Rows
from sim.metrics.view import ATTACKERS, DEFENDERS, SIDES, Undefined, Value, View
from sim.recording import Recording

Metric = Callable[[View], Value | Undefined]

_LOSSES = {
    f"{who}_{state}": people.count(who, state)
    for who in ("attackers", "defenders", *people.TAGS)
    for state in people.STATES
}
_MATTER = {"tanks": ("tank",), "artillery": people.ARTILLERY, "mortars": ("mortar",), "vehicles": ("vehicle",)}
_HULLS: dict[str, Metric] = {}
for _name, _kinds in _MATTER.items():
    _HULLS[f"{_name}_destroyed"] = people.destroyed(*_kinds)
    _HULLS |= {f"{_name}_{_flag.name.lower()}": people.damaged(_flag, *_kinds) for _flag in Hull if _flag.name}

METRICS: dict[str, Metric] = {
    **_LOSSES,
    **_HULLS,
    "aircraft_destroyed": people.aircraft_destroyed,
    "wounded_per_killed": people.wounded_per_killed,
    "attackers_die_later": people.die_later,
    "hurt_by_own_side": people.hurt_by_own_side,
    "attackers_committed": people.committed,
    "rounds_within_500m": fires.rounds_near,
    "rounds_within_500m_before_reply": fires.rounds_before_reply,
    "rounds_within_500m_before_warning": fires.rounds_before_warning,
    "rounds_within_500m_before_lethal": fires.rounds_before_lethal,
    "first_fire_side": fires.first_fire_side,
    "first_fire_kind": fires.first_fire_kind,
    "time_to_first_effect_s": fires.time_to_first_effect,
    "time_to_warning_s": fires.delay_to(fires.warning_ms, "no warning shot was fired"),
    "time_to_reply_s": fires.delay_to(lambda v: v.reply_ms, "the supporting fires never replied"),
    "strike_duration_s": fires.strike_duration,
    "fight_duration_s": outcome.fight_duration,
    "censored": outcome.censored,
    "hq_held": outcome.hq_held,
    "advance_stopped": outcome.advance_stopped,
    "recrossed_people": outcome.recrossed_people,
    "recrossed_engaged": outcome.recrossed_engaged,
    "recrossed_hit_by_error": outcome.recrossed_hit_by_error,
    "river_rule_denied": outcome.river_rule_denied,
    "closest_approach_m": outcome.closest_approach,
    "engagement_range_min_m": fires.engagement_range(0.0),
    "engagement_range_median_m": fires.engagement_range(0.5),
    "engagement_range_max_m": fires.engagement_range(1.0),
    "hotline_before": command.calls_in("before"),
    "hotline_during": command.calls_in("during"),
    "hotline_after": command.calls_in("after"),
    **{name: command.wait(*links) for name, links in command.WAITS.items()},
    "attacks_close_to_own": command.attacks_close_to_own,
    "controller_load": command.controller_load,
    "build_up_seen_h": command.first_sight_lead,
}
"""Every scalar metric by name, in the order they are printed."""

SIGNED = frozenset({"time_to_first_effect_s", "time_to_warning_s", "time_to_reply_s", "build_up_seen_h"})
"""Spans between two moments of which either may come first; no other metric can lie below zero."""


def _view(of: Recording | View) -> View:
    return of if isinstance(of, View) else View(of)


def measure(of: Recording | View) -> dict[str, Value | None]:
    """All metrics of a run by name; None where a metric has no value (`undefined` says why)."""
    view = _view(of)
    found = {name: metric(view) for name, metric in METRICS.items()}
    return {name: None if isinstance(value, Undefined) else value for name, value in found.items()}


def undefined(of: Recording | View) -> dict[str, str]:
    """Why the metrics without a value have none, by name."""
    view = _view(of)
    found = {name: metric(view) for name, metric in METRICS.items()}
    return {name: value.reason for name, value in found.items() if isinstance(value, Undefined)}


def tables(of: Recording | View) -> dict[str, Rows]:
    """All tables of a run: name -> column -> values."""
    view = _view(of)
    return {name: table(view) for name, table in _tables.TABLES.items()}


__all__ = [
    "ATTACKERS",
    "DEFENDERS",
    "METRICS",
    "MINUTE_MS",
    "SIDES",
    "SIGNED",
    "TABLES",
    "Metric",
    "Rows",
    "Series",
    "Undefined",
    "Value",
    "View",
    "measure",
    "minutes",
    "series",
    "tables",
    "undefined",
]
