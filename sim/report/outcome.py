"""The few numbers people ask for first, of one night beside its fellows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sim.metrics import Kind, Value, kind
from sim.metrics.words import amount, shown
from sim.report import people


def outcome_rows(
    found: Mapping[str, Value | None], others: Mapping[str, Any] | None
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads, and the same as rows of words; the middle 90 % of the other nights if they are known."""
    rows = [
        (words, " / ".join(amount(name, found[name]) for name in names),
         *(() if others is None else (" / ".join(_usual(name, others.get(name)) for name in names),)))
        for words, *names in ASKED_FIRST
    ]  # fmt: skip
    if found["censored"]:
        rows.append(("The clock ran out", "yes", *(() if others is None else ("",))))
    return (("", "") if others is None else ("", "this night", "middle 90 % of the nights")), rows


ASKED_FIRST = (
    ("Headquarters held", "hq_held"),
    ("Advance stopped", "advance_stopped"),
    ("First fire", "first_fire_side", "first_fire_kind"),
    ("Attackers killed / wounded", "attackers_killed", "attackers_wounded"),
    ("SDF killed / wounded", "sdf_killed", "sdf_wounded"),
    ("Coalition killed / wounded", "coalition_killed", "coalition_wounded"),
    ("Tanks / guns and launchers / vehicles destroyed", "tanks_destroyed", "artillery_destroyed", "vehicles_destroyed"),
    ("Rounds within 500 m before the reply", "rounds_within_500m_before_reply"),
    ("Strikes lasted", "strike_duration_s"),
    ("Fight lasted", "fight_duration_s"),
    ("People who recrossed the river", "recrossed_people"),
    ("Fire decisions against contacts across it", "recrossed_engaged"),
)
"""Words and metrics of what people ask for first."""


def _usual(name: str, summary: Mapping[str, Any] | None) -> str:
    """What other nights gave: the middle 90 %, or the share of a yes or of a word."""
    if summary is None:
        return "-"
    if "shares" in summary:
        return ", ".join(f"{shown(word)} {row['share']:.0%}" for word, row in summary["shares"].items())
    if kind(name) is Kind.YES_OR_NO:
        return "-" if summary["mean"] is None else f"in {summary['mean']:.0%}"
    return people.usual(summary, partial(amount, name))
