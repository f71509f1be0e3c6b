"""Disputed inputs drawn from their ranges: a run under other numbers that the sources allow.

Every number that stands with `low` and `high` is a dial. History i of a seed sets all dials at once, each by its own
address, so that adding a range elsewhere changes no other dial. The stated value is the median: half of the draws
lie evenly between `low` and it, half between it and `high`. Nothing more is known of a range than its ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.claims import Report
from sim.draws import Draws, Purpose, key
from sim.experiment.ensemble import engine_run
from sim.recording import Recording

if TYPE_CHECKING:
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Dial:
    """A number with a range, in the unit in which the scenario writes it."""

    path: str
    number: float
    low: float
    high: float
    unit: str
    whole: bool

    def at(self, u: float) -> float | int:
        """The draw of a uniform: below one half between low and the number, above between it and high."""
        low, high = (self.low, self.number) if u < 0.5 else (self.number, self.high)
        value = low + (high - low) * (2.0 * u - (u >= 0.5))
        return round(value) if self.whole else float(f"{value:.6g}")

    def text(self, u: float) -> Any:
        """The draw as the scenario would write it."""
        value = self.at(u)
        return f"{value} {self.unit}" if self.unit else value


def _number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def dials(scenario: Scenario) -> list[Dial]:
    """Every number of the scenario that has a range, by path."""
    found = []
    for row in scenario.provenance:
        ends = [row.number if end is None else end for end in (row.lower, row.upper)]
        if ends[0] == ends[1] or not all(map(_number, (row.number, *ends))):
            continue
        whole = all(isinstance(value, int) for value in (row.number, *ends)) and not row.unit
        whole = whole and ends[1] > 1  # a share from 0 to 1 is no count
        found.append(Dial(row.path, float(row.number), float(ends[0]), float(ends[1]), row.unit, whole))
    return found


def luck_of(seed: int, history: int, path: str) -> float:
    """The uniform with which a history sets the dial of a path."""
    return _luck(seed, history, f"dial/{path}")


def _luck(seed: int, history: int, name: str) -> float:
    return Draws(seed, 0, history).one(Purpose.HISTORY, key(name))


def settings(scenario: Scenario, seed: int, history: int) -> list[tuple[str, Any]]:
    """Where history i of a seed sets every dial: (path, value)."""
    note = f"drawn from its range, history {history}"
    return [
        (
            dial.path,
            {"value": dial.text(luck_of(seed, history, dial.path)), "basis": "assumption", "note": note},
        )
        for dial in dials(scenario)
    ]


def drawn(scenario: Scenario, seed: int, history: int) -> Scenario:
    """The scenario with all its dials set by a history. A pure function of the three."""
    from sim.scenario import load_text

    return load_text(
        scenario.resolved_yaml, scenario.folder, settings(scenario, seed, history), scenario._given, scenario.id
    )


def run(scenario: Scenario, *, seed: int, replication: int, record: str = "events") -> Recording:
    """A run with inputs, latent states and dice of its own: history and replication of the same number."""
    return engine_run(drawn(scenario, seed, replication), seed=seed, replication=replication, record=record)


def report_parameters(report: Report, seed: int, history: int) -> Mapping[str, float]:
    """The parameters of a reporting model, drawn as the dials are."""
    return {
        p.id: float(
            Dial(p.id, p.number, p.low, p.high, "", False).at(_luck(seed, history, f"report/{report.id}/{p.id}"))
        )
        for p in report.parameters
    }
