"""Every tested statement against many runs of one scenario: how the runs lie, how many are inside, what follows.

A night happened once. A statement is *consistent with these inputs* if nights like it are not rare among the runs:
at least LEAST of them inside, or the share that the statement itself demands. A statement that most draws of the
disputed inputs would meet anyway is no evidence for the model, and is said not to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim import stats
from sim.claims.record import Claim, Condition, Found, Record
from sim.claims.reports import said, usual

LEAST = 0.05
"""Share of runs inside from which a statement without a share of its own is consistent: one night in twenty."""

EASY = 0.5
"""Prior-predictive pass rate from which a row is no evidence."""

STANDING = {"fit": "fitted", "rule": "by construction", "input": "input", "context": "shown only"}
"""What rows other than checks are worth."""

CONSISTENT, NOT_CONSISTENT, NO_VALUE = "consistent", "not consistent", "no value"


@dataclass(frozen=True)
class Share:
    """So many of n, with Wilson's 95 % interval."""

    k: int
    n: int

    @property
    def share(self) -> float:
        """k / n."""
        return self.k / self.n

    @property
    def interval(self) -> stats.Interval:
        """Wilson's, 95 %."""
        found = stats.wilson(self.k, self.n)
        assert found is not None
        return found


@dataclass(frozen=True)
class Finding:
    """One statement against the runs of one scenario."""

    claim: Claim
    median: float | str | None
    """Of the metric of the first condition; for words the commonest."""
    p5: float | None
    p95: float | None
    defined: int
    inside: Share
    """Runs that meet the statement as they were."""
    reported: Share | None
    """Runs of which its speaker could have said it, by the reporting model; None if he has none."""
    prior: Share | None
    """Draws of the disputed inputs that meet it."""
    verdict: str

    @property
    def evidence(self) -> bool | None:
        """Whether meeting it says anything: a check that less than half of all draws would meet. None for rows that
        are no checks, and where no draws were made."""
        if self.claim.role != "check" or self.prior is None:
            return None
        return self.prior.share < EASY

    @property
    def standing(self) -> str:
        """In words, what the row is worth."""
        if self.claim.role != "check":
            return STANDING[self.claim.role]
        return {True: "evidence", False: "no evidence", None: "not drawn"}[self.evidence]

    def as_json(self) -> dict[str, Any]:
        """Exact, for machines."""
        claim = self.claim
        assert claim.test is not None
        rows = [{"metric": c.metric, "low": c.low, "high": c.high, "equals": c.equals} for c in claim.test.conditions]
        return {
            "claim": claim.id, "says": claim.says, "said_by": claim.said_by, "source": claim.source,
            "confidence": claim.confidence or None, "role": claim.role, "contests": list(claim.contests),
            "conditions": rows, "least_share": claim.test.share or LEAST, "note": claim.test.note or None,
            "median": self.median, "p5": self.p5, "p95": self.p95, "n_defined": self.defined,
            "inside": _json(self.inside), "reported": _json(self.reported), "prior": _json(self.prior),
            "evidence": self.evidence, "verdict": self.verdict,
        }  # fmt: skip


def _json(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    low, high = share.interval
    return {"k": share.k, "n": share.n, "share": share.share, "low": low, "high": high}


def _spread(condition: Condition, runs: Sequence[Found]) -> tuple[float | str | None, float | None, float | None, int]:
    values = [value for run in runs if (value := run[condition.metric]) is not None]
    words = [value for value in values if isinstance(value, str)]
    if words:
        return max(sorted(set(words)), key=words.count), None, None, len(values)
    if not values:
        return None, None, None, 0
    numbers = [float(value) for value in values]
    p5, median, p95 = (stats.quantile(numbers, q) for q in (0.05, 0.5, 0.95))
    return median, p5, p95, len(values)


def judge(record: Record, runs: Sequence[Found], draws: Sequence[Found] = ()) -> list[Finding]:
    """Every tested statement against the metrics of `runs`; `draws` are runs whose disputed inputs were drawn from
    their ranges. Raises ValueError without runs and KeyError for a metric that nobody measures."""
    if not runs:
        raise ValueError("a judgement needs at least one run")
    told = {report.id: [said(report, run, usual(report)).counted for run in runs] for report in record.reports}
    findings = []
    for claim in record.tested:
        test = claim.test
        assert test is not None
        inside = Share(sum(test.holds(run) for run in runs), len(runs))
        report = record.report_of(claim.id)
        reported = None
        if report is not None and any(run[test.first.metric] is not None for run in told[report.id]):
            reported = Share(sum(test.holds(run) for run in told[report.id]), len(runs))
        prior = Share(sum(test.holds(run) for run in draws), len(draws)) if draws else None
        median, p5, p95, defined = _spread(test.first, runs)
        enough = inside.share >= (test.share or LEAST)
        verdict = NO_VALUE if not defined else CONSISTENT if enough else NOT_CONSISTENT
        findings.append(Finding(claim, median, p5, p95, defined, inside, reported, prior, verdict))
    return findings


def failed(record: Record, findings: Sequence[Finding]) -> list[Finding]:
    """The fit and check rows that are not consistent and that no consistent rival excuses: of statements that deny
    each other at most one can be met."""
    met = [finding.claim for finding in findings if finding.verdict == CONSISTENT]
    return [
        finding
        for finding in findings
        if finding.claim.role in ("fit", "check")
        and finding.verdict != CONSISTENT
        and not any(_rival(record, finding.claim, other) for other in met)
    ]


def _rival(record: Record, one: Claim, other: Claim) -> bool:
    assert one.test is not None
    assert other.test is not None
    return record.denies(one.id, other.id) and one.test.first.metric == other.test.first.metric
