"""Flip distance: how far, inside their sourced ranges, disputed inputs must move until a headline is reversed.

A headline holds or not in each night. The inputs that the stored screening ranks first for its metric are moved
together towards the ends that the screening says speak against it, all by the same fraction of the way from the stated
number to the end: 0 is the scenario, 1 the end of every range. The flip distance is the least fraction looked at from
which on fewer than half of the nights meet the headline; Wilson's 95 % interval of the share bounds it: *possibly*
where its low end is below one half, *surely* where its high end is. One input alone, then two, four and so on: how few
of them suffice. It is the least of the moves tried, along one direction, and no proof that no other is smaller.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import metrics, stats
from sim.experiment.ensemble import Run, engine_run, ensemble
from sim.experiment.uncertain import Dial, dials

if TYPE_CHECKING:
    from sim.scenario import Scenario

SCREENING = "screening.json"
_HEADLINE = re.compile(r"([a-z_0-9]+)\s*(?:(>=|<=)\s*(\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Headline:
    """`hq_held`, or a metric with a bound."""

    metric: str
    bound: float | None
    more: bool
    """Whether more of the metric speaks for it."""

    def holds(self, value: metrics.Value | None) -> bool:
        """Whether a night meets it; a metric without a value does not."""
        if value is None or isinstance(value, str):
            return False
        if self.bound is None:
            return bool(value)
        return value >= self.bound if self.more else value <= self.bound


@dataclass(frozen=True)
class Moved:
    """A dial and where it goes: 0 the low end, 1 the high."""

    dial: Dial
    end: int
    rank_correlation: float

    def at(self, fraction: float) -> Any:
        """The value at a fraction of the way, as the scenario writes it."""
        return self.dial.text(0.5 + 0.5 * fraction if self.end else 0.5 - 0.5 * fraction)


@dataclass(frozen=True)
class Step:
    """The share of nights that meet the headline at a fraction of the way."""

    fraction: float
    met: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson, 95 %."""
        found = stats.wilson(self.met, self.n)
        return (0.0, 1.0) if found is None else (found[0], found[1])


@dataclass(frozen=True)
class Flip:
    """So many inputs moved together."""

    moved: tuple[Moved, ...]
    steps: tuple[Step, ...]

    @property
    def distance(self) -> float | None:
        """The least fraction from which on the share stays below one half; None if the ends do not suffice."""
        return self._from(lambda step: step.met / step.n < 0.5)

    @property
    def possibly(self) -> float | None:
        """The same with the low end of the interval: it may be as near as this."""
        return self._from(lambda step: step.interval[0] < 0.5)

    @property
    def surely(self) -> float | None:
        """The same with the high end: it is no farther than this."""
        return self._from(lambda step: step.interval[1] < 0.5)

    def _from(self, reversed_: Callable[[Step], bool]) -> float | None:
        found = None
        for step in reversed(self.steps):
            if not reversed_(step):
                break
            found = step.fraction
        return found


def headline(text: str) -> Headline:
    """`hq_held`, `attackers_killed>=55`, `closest_approach_m<=700`. Raises ScenarioError."""
    from sim.scenario import ScenarioError
    from sim.scenario.overlay import near

    found = _HEADLINE.fullmatch(text.strip())
    if found is None:
        raise ScenarioError(
            [f"--headline {text}: is none; allowed: a metric that is yes or no, METRIC>=N or METRIC<=N"]
        )
    if found[1] not in metrics.METRICS:
        raise ScenarioError([f"--headline {text}: there is no such metric{near(found[1], list(metrics.METRICS))}"])
    return Headline(found[1], None if found[3] is None else float(found[3]), found[2] != "<=")


def ranked(scenario: Scenario, wanted: Headline) -> list[Moved]:
    """The dials by what the stored screening says of them, each with the end that speaks against the headline; those
    that have no way to go there are left out. Raises ScenarioError where no screening tells."""
    from sim.scenario import ScenarioError

    file = Path(scenario.folder) / Path(scenario.claims_file or ".").parent / SCREENING
    rows = json.loads(file.read_text("utf-8"))["metrics"] if file.is_file() else {}
    if not rows.get(wanted.metric):
        known = ", ".join(sorted(name for name, found in rows.items() if found)) or "none"
        raise ScenarioError([f"no stored screening ranks inputs for {wanted.metric}; it knows: {known}"])
    found = []
    for dial in dials(scenario):
        correlation = float(rows[wanted.metric].get(dial.path, (0.0, False))[0])
        end = int((correlation < 0.0) == wanted.more)
        room = dial.high - dial.number if end else dial.number - dial.low
        if correlation != 0.0 and room > 0.0:
            found.append(Moved(dial, end, correlation))
    return sorted(found, key=lambda row: (-abs(row.rank_correlation), row.dial.path))


def moved(scenario: Scenario, rows: Sequence[Moved], fraction: float) -> Scenario:
    """The scenario with these inputs moved by a fraction of their way. A pure function of the three."""
    from sim.scenario import load_text

    note = f"moved {fraction:.0%} of the way to an end of its range"
    settings: list[tuple[str, Any]] = [
        (row.dial.path, {"value": row.at(fraction), "basis": "assumption", "note": note}) for row in rows
    ]
    return load_text(scenario.resolved_yaml, scenario.folder, settings, scenario._given, scenario.id)


def run(
    scenario: Scenario, wanted: Headline, counts: Sequence[int], steps: int, *, seed: int, n: int, workers: int = 1,
    run: Run = engine_run, done: Callable[[int, float], None] = lambda count, fraction: None,
) -> tuple[Step, list[Flip]]:  # fmt: skip
    """(the scenario as it stands, what comes of moving the first so many inputs). Where the ends do not suffice the way
    there is not walked. Raises ScenarioError."""
    order = ranked(scenario, wanted)

    def step(rows: Sequence[Moved], fraction: float) -> Step:
        there = moved(scenario, rows, fraction) if rows else scenario
        values = ensemble(there, seed, range(n), workers=workers, run=run).column(wanted.metric)
        done(len(rows), fraction)
        return Step(fraction, sum(map(wanted.holds, values)), n)

    here, found = step((), 0.0), []
    for count in counts:
        rows = tuple(order[:count])
        taken = [step(rows, 1.0)]
        if taken[0].interval[0] < 0.5:
            taken = [here, *(step(rows, k / steps) for k in range(1, steps)), *taken]
        found.append(Flip(rows, tuple(taken)))
    return here, found


def as_json(wanted: Headline, seed: int, here: Step, found: Sequence[Flip]) -> dict[str, Any]:
    """What `khusham flip --json` prints."""
    rows = [
        {
            "distance": flip.distance, "possibly": flip.possibly, "surely": flip.surely,
            "moved": [{"path": row.dial.path, "from": row.at(0.0), "to": row.at(1.0)} for row in flip.moved],
            "steps": [vars(step) | {"interval": step.interval} for step in flip.steps],
        }
        for flip in found
    ]  # fmt: skip
    return {"schema": 1, "seed": seed, "headline": vars(wanted), "here": vars(here), "flips": rows}
