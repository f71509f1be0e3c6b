"""What a run amounts to: scalars by name, tables, curves; all from a recording alone.

To add a metric, write a function of a `View` that returns a number, a word, or `Undefined("why not")`, and give it a
line in METRICS that says what kind it is. It then stands in `khusham run`, in `--json`, in comparisons and sweeps.
"""

import re

from sim.events import Hull
from sim.metrics import command, fires, outcome, people
from sim.metrics import tables as _tables
from sim.metrics.kinds import Kind, Metric
from sim.metrics.series import MINUTE_MS, Series, minutes, series
from sim.metrics.tables import TABLES, Rows
from sim.metrics.view import ATTACKERS, DEFENDERS, SIDES, Undefined, Value, View
from sim.recording import Recording

_LOSSES = {
    f"{who}_{state}": Metric(people.count(who, state), Kind.COUNT if state == "unhurt" else Kind.HURT)
    for who in ("attackers", "defenders", *people.TAGS)
    for state in people.STATES
}
_MATTER = {"tanks": ("tank",), "artillery": people.ARTILLERY, "mortars": ("mortar",), "vehicles": ("vehicle",)}
_KILLS = {Hull.M: "mobility kills", Hull.F: "firepower kills", Hull.K: "catastrophic kills"}
_HULLS: dict[str, Metric] = {}
for _name, _kinds in _MATTER.items():
    _HULLS[f"{_name}_destroyed"] = Metric(people.destroyed(*_kinds), Kind.COUNT)
    for _flag, _words in _KILLS.items():
        _lost = Metric(people.damaged(_flag, *_kinds), Kind.COUNT, words=f"{_name}, {_words}")
        _HULLS[f"{_name}_{str(_flag.name).lower()}"] = _lost

METRICS: dict[str, Metric] = {
    **_LOSSES,
    **_HULLS,
    "aircraft_destroyed": Metric(people.aircraft_destroyed, Kind.COUNT),
    "wounded_per_killed": Metric(people.wounded_per_killed, Kind.RATIO),
    "attackers_die_later": Metric(people.die_later, Kind.HURT),
    "hurt_by_own_side": Metric(people.hurt_by_own_side, Kind.HURT),
    "attackers_committed": Metric(people.committed, Kind.COUNT),
    "rounds_within_500m": Metric(fires.rounds_near, Kind.COUNT),
    "rounds_within_500m_before_reply": Metric(fires.rounds_before_reply, Kind.COUNT),
    "rounds_within_500m_before_warning": Metric(fires.rounds_before_warning, Kind.COUNT),
    "rounds_within_500m_before_lethal": Metric(fires.rounds_before_lethal, Kind.COUNT),
    "first_fire_side": Metric(fires.first_fire_side, Kind.WORD),
    "first_fire_kind": Metric(fires.first_fire_kind, Kind.WORD),
    "time_to_first_effect_s": Metric(fires.time_to_first_effect, Kind.SECONDS, signed=True),
    "time_to_warning_s": Metric(
        fires.delay_to(fires.warning_ms, "no warning shot was fired"), Kind.SECONDS, signed=True
    ),
    "time_to_reply_s": Metric(
        fires.delay_to(lambda v: v.reply_ms, "the supporting fires never replied"), Kind.SECONDS, signed=True
    ),
    "strike_duration_s": Metric(fires.strike_duration, Kind.SECONDS),
    "fight_duration_s": Metric(outcome.fight_duration, Kind.SECONDS),
    "censored": Metric(outcome.censored, Kind.SHARE),
    "hq_held": Metric(outcome.hq_held, Kind.YES_OR_NO),
    "advance_stopped": Metric(outcome.advance_stopped, Kind.YES_OR_NO),
    "recrossed_people": Metric(outcome.recrossed_people, Kind.COUNT),
    "recrossed_engaged": Metric(outcome.recrossed_engaged, Kind.COUNT),
    "recrossed_hit_by_error": Metric(outcome.recrossed_hit_by_error, Kind.HURT),
    "river_rule_denied": Metric(outcome.river_rule_denied, Kind.COUNT),
    "closest_approach_m": Metric(outcome.closest_approach, Kind.METRES),
    "engagement_range_min_m": Metric(fires.engagement_range(0.0), Kind.METRES),
    "engagement_range_median_m": Metric(fires.engagement_range(0.5), Kind.METRES),
    "engagement_range_max_m": Metric(fires.engagement_range(1.0), Kind.METRES),
    "hotline_before": Metric(command.calls_in("before"), Kind.COUNT),
    "hotline_during": Metric(command.calls_in("during"), Kind.COUNT),
    "hotline_after": Metric(command.calls_in("after"), Kind.COUNT),
    **{name: Metric(command.wait(*links), Kind.SECONDS) for name, links in command.WAITS.items()},
    "attacks_close_to_own": Metric(command.attacks_close_to_own, Kind.COUNT),
    "controller_load": Metric(command.controller_load, Kind.SHARE),
    "build_up_seen_h": Metric(command.first_sight_lead, Kind.HOURS, signed=True),
}
"""Every scalar metric by name, in the order they are printed."""


def kind(name: str) -> Kind:
    """What a metric is. A test of one, as `first_fire_side=attackers` or `attackers_killed>150`, is a yes or no.
    Raises KeyError if there is no such metric."""
    metric = METRICS.get(name)
    if metric is not None:
        return metric.kind
    of, *test = re.split(r"\s*[<>=]+", name, maxsplit=1)
    if of not in METRICS or not test:
        raise KeyError(name)
    return Kind.YES_OR_NO


def _view(of: Recording | View) -> View:
    return of if isinstance(of, View) else View(of)


def measure(of: Recording | View) -> dict[str, Value | None]:
    """All metrics of a run by name; None where a metric has no value (`undefined` says why)."""
    view = _view(of)
    found = {name: metric.of(view) for name, metric in METRICS.items()}
    return {name: None if isinstance(value, Undefined) else value for name, value in found.items()}


def undefined(of: Recording | View) -> dict[str, str]:
    """Why the metrics without a value have none, by name."""
    view = _view(of)
    found = {name: metric.of(view) for name, metric in METRICS.items()}
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
    "TABLES",
    "Kind",
    "Metric",
    "Rows",
    "Series",
    "Undefined",
    "Value",
    "View",
    "kind",
    "measure",
    "minutes",
    "series",
    "tables",
    "undefined",
]
