"""What each party could have reported of one and the same run: a report is a filtered view of the truth.

The models stand in words and numbers in the claims file; here they are arithmetic. A count is compared with a
statement before it is rounded; the words are what the speaker would have said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.claims.record import Found, Report
from sim.metrics import Value
from sim.metrics.people import OF_TAG
from sim.tags import OF_SIDE

SYRIAN_MILITIA = ("militia_wounded", "tribal_wounded")
"""Whom a ministry that speaks of Syrian militia counts; regular units and contractors are not among them."""

LOSSES = {
    side: [f"{who}_{state}" for who in (side, *(OF_TAG[tag] for tag in tags)) for state in ("killed", "wounded")]
    for side, tags in OF_SIDE.items()
}
"""Side -> the metrics of its killed and wounded, whole and by tag."""


@dataclass(frozen=True)
class Said:
    """A report of one run: what was counted, by the name of the metric it stands for, and the words of it."""

    counted: dict[str, Value | None]
    words: str


def usual(report: Report) -> dict[str, float]:
    """The parameters at their stated values."""
    return {p.id: p.number for p in report.parameters}


def said(report: Report, found: Found, parameters: Mapping[str, float]) -> Said:
    """What the party could have said of a run. Metrics it knows exactly are as in the run; those it does not speak
    of are undefined."""
    return MODELS[report.id](found, parameters)


def _number(found: Found, name: str) -> float:
    value = found[name]
    return 0.0 if value is None or isinstance(value, str) else float(value)


def _coalition(found: Found, p: Mapping[str, float]) -> Said:
    seen = p["dead_seen"] * _number(found, "attackers_killed")
    seen += p["wounded_as_dead"] * _number(found, "attackers_wounded")
    counted = dict(found)
    counted |= dict.fromkeys(LOSSES["attackers"])
    counted["attackers_killed"] = seen
    if p["wounded_reported"] > 0:
        counted["attackers_wounded"] = p["wounded_reported"] * _number(found, "attackers_wounded")
    for name in LOSSES["defenders"]:
        if found[name] is not None:
            counted[name] = p["own_losses_reported"] * _number(found, name)
    for name in ("tanks", "artillery", "vehicles"):
        burnt = _number(found, f"{name}_k")
        disabled = max(_number(found, f"{name}_destroyed") - burnt, 0.0)
        counted[f"{name}_destroyed"] = burnt + p["disabled_seen"] * disabled
    step = 10 * max(round(p["rounding"] / 10), 1)  # nobody rounds to the nearest 37
    about = step * round(seen / step)
    words = "a few killed" if about == 0 else f"{'more than' if seen > about else 'about'} {about:g} killed"
    return Said(counted, f"{words}; wounded not given")


def _sana(found: Found, p: Mapping[str, float]) -> Said:
    known = p["dead_known"] * _number(found, "attackers_killed")
    scores, hurt = known >= p["scores_from"], _number(found, "attackers_wounded") >= p["injured_from"]
    words = ["scores killed" if scores else "some killed" if known >= 1 else "no dead"]
    words += ["others injured"] if hurt else []
    words += ["huge damage"] if found["strike_duration_s"] is not None else []
    counted: dict[str, Value | None] = dict.fromkeys(found)
    counted |= {"attackers_killed": known, "attackers_wounded": found["attackers_wounded"]}
    counted["first_fire_side"] = "defenders"  # an aggression, whoever fired first
    return Said(counted, ", ".join(words))


def _mod(found: Found, p: Mapping[str, float]) -> Said:
    hurt = sum(_number(found, name) for name in SYRIAN_MILITIA)
    hurt += p["contractors_counted"] * _number(found, "contractors_wounded")
    injured = p["injured_counted"] * hurt
    counted: dict[str, Value | None] = dict.fromkeys(found)
    counted |= {"attackers_wounded": injured, "rounds_within_500m_before_reply": 0}
    if p["dead_reported"] > 0:
        counted["attackers_killed"] = p["dead_reported"] * _number(found, "attackers_killed")
    return Said(counted, f"{round(injured)} militiamen injured; dead not mentioned; no shelling by them mentioned")


MODELS = {"coalition": _coalition, "sana": _sana, "mod": _mod}
"""Party -> its model."""
