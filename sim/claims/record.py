"""The record: statements with speaker and source, what contests them, and what would test them.

It is read from the claims file of a scenario, which a recording carries too. Nothing is endorsed by standing in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

from sim.metrics import Value
from sim.scenario.reading import ScenarioError, read_map

Found = Mapping[str, Value | None]
"""Metrics of one run by name."""

Basis = Literal["stated", "derived", "analogue", "assumption"]

ROLES = ("fit", "check", "rule", "input", "context")
"""What a row may be used for; only `check` rows validate."""


@dataclass(frozen=True)
class Condition:
    """A metric with a band, both ends belonging to it, or a value it must equal."""

    metric: str
    low: float | None = None
    high: float | None = None
    equals: Value | None = None

    def holds(self, found: Found) -> bool:
        """Whether a run meets it; an undefined metric does not: what was said to happen did not."""
        value = found[self.metric]
        if value is None:
            return False
        if self.equals is not None:
            return value == self.equals
        low, high = self.low, self.high
        return not isinstance(value, str) and (low is None or value >= low) and (high is None or value <= high)

    @property
    def words(self) -> str:
        """The band as people read it."""
        if self.equals is not None:
            return {True: "yes", False: "no"}[self.equals] if isinstance(self.equals, bool) else f"{self.equals}"
        if self.high is None:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.low is None else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Test:
    """What a statement predicts: conditions that must hold in the same run, and in which share of runs at least."""

    __test__ = False  # not one of pytest's

    conditions: tuple[Condition, ...]
    share: float | None = None
    note: str = ""

    def holds(self, found: Found) -> bool:
        """Whether a run meets every condition."""
        return all(condition.holds(found) for condition in self.conditions)

    @property
    def first(self) -> Condition:
        """The condition whose metric is shown."""
        return self.conditions[0]

    @property
    def words(self) -> str:
        """All bands, the further ones with their metric."""
        more = [f"{c.metric.replace('_', ' ')} {c.words}" for c in self.conditions[1:]]
        return "; ".join([self.first.words, *more])


@dataclass(frozen=True)
class Claim:
    """One statement, in our own words."""

    id: str
    says: str
    said_by: str
    when: str
    source: str
    kind: str
    role: str
    confidence: str
    contests: tuple[str, ...]
    test: Test | None
    note: str


@dataclass(frozen=True)
class Parameter:
    """A number of a reporting model: an assumption with a range, never fitted."""

    id: str
    number: float
    low: float
    high: float
    unit: str
    what: str
    basis: Basis
    claim: str
    """Id of the statement it rests on; "" where there is none."""
    note: str


@dataclass(frozen=True)
class Report:
    """How one party's statements come about from one night."""

    id: str
    speaker: str
    claims: frozenset[str]
    model: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Record:
    """All of it."""

    claims: tuple[Claim, ...]
    framing: frozenset[frozenset[str]]
    """Pairs that tell one event in two framings rather than deny each other."""
    reports: tuple[Report, ...]

    @property
    def tested(self) -> tuple[Claim, ...]:
        """The statements that a metric can test."""
        return tuple(claim for claim in self.claims if claim.test is not None)

    def by_id(self, name: str) -> Claim:
        """The statement of this id; KeyError if there is none."""
        found = next((claim for claim in self.claims if claim.id == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def report_of(self, claim: str) -> Report | None:
        """The party in whose report a statement stands."""
        return next((report for report in self.reports if claim in report.claims), None)

    def denies(self, one: str, other: str) -> bool:
        """Whether two statements contradict, rather than frame, each other."""
        return other in self.by_id(one).contests and frozenset((one, other)) not in self.framing


def _end(raw: Any) -> float | None:
    number = float(str(raw).replace(".inf", "inf"))
    return None if number in (inf, -inf) else number


def _condition(raw: Mapping[str, Any]) -> Condition:
    if "equals" in raw:
        return Condition(str(raw["metric"]), equals=raw["equals"])
    low, high = raw["band"]
    return Condition(str(raw["metric"]), _end(low), _end(high))


def _test(raw: Mapping[str, Any] | None) -> Test | None:
    if raw is None:
        return None
    rows = [raw, *raw.get("and", ())]
    return Test(tuple(_condition(row) for row in rows), raw.get("share"), str(raw.get("note", "")))


def _claim(raw: Mapping[str, Any]) -> Claim:
    id_, says, said_by, when, source, kind, role = (
        str(raw[key]) for key in ("id", "says", "said_by", "when", "source", "kind", "role")
    )
    confidence, note = (str(raw.get(key, "")) for key in ("confidence", "note"))
    return Claim(
        id_, says, said_by, when, source, kind, role, confidence, tuple(raw["contests"]), _test(raw.get("test")), note
    )


def _report(raw: Mapping[str, Any]) -> Report:
    rows = [
        Parameter(str(p["id"]), float(p["value"]), float(p["low"]), float(p["high"]), str(p["unit"]), str(p["what"]),
                  p["basis"], str(p.get("claim", "")), str(p.get("note", "")))
        for p in raw["parameters"]
    ]  # fmt: skip
    return Report(str(raw["id"]), str(raw["speaker"]), frozenset(raw["claims"]), str(raw["model"]), tuple(rows))


def read(text: bytes, shown: str = "claims") -> Record:
    """The record in the text of a claims file. Raises ScenarioError with file and line for what is no YAML."""
    tree, problems = read_map(text, shown)
    if problems:
        raise ScenarioError([str(problem) for problem in problems])
    return Record(
        tuple(_claim(row) for row in tree["claims"]),
        frozenset(frozenset(pair) for pair in tree.get("framing", ())),
        tuple(_report(row) for row in tree.get("reports", ())),
    )
