"""Two nights that know too little must miss named rows: the ministry's inputs, and a toll drawn from a hat."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sim import claims, metrics
from sim import scenario as room
from sim.claims import Record
from sim.draws import Draws, Purpose
from sim.experiment.ensemble import ensemble, processors

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def record() -> Record:
    return claims.read((SCENARIOS / "khusham" / "claims.yaml").read_bytes())


def poisson(mean: float, u: float) -> int:
    """By inversion."""
    n, p = 0, math.exp(-mean)
    total = p
    while total < u:
        n += 1
        p *= mean / n
        total += p
    return n


def test_a_toll_from_a_hat_meets_the_toll_and_nothing_else(record: Record) -> None:
    nothing: dict[str, metrics.Value | None] = dict.fromkeys(metrics.METRICS)
    tolls = [poisson(100, u) for u in Draws(1, 0).block(Purpose.AUDIT, 1, 0, 200)]
    findings = claims.judge(record, [nothing | {"attackers_killed": toll} for toll in tolls])
    verdicts = {finding.claim.id: finding.verdict for finding in findings}
    assert verdicts["C02"] == verdicts["C31"] == claims.CONSISTENT
    missed = {finding.claim.id for finding in claims.failed(record, findings)}
    assert missed >= {"C17", "C27", "C28", "C29", "C30", "C33", "C34", "C48", "S20", "S21", "S26", "S44", "S53", "S80"}


@pytest.mark.slow
def test_the_ministrys_inputs_miss_what_the_coalition_counted(record: Record) -> None:
    scenario = room.load(SCENARIOS / "variants" / "mod-version.yaml")
    found = ensemble(scenario, 3, range(60), workers=min(processors(), 4))
    findings = claims.judge(record, [run.metrics for run in found.runs])
    verdicts = {finding.claim.id: finding.verdict for finding in findings}
    for name in ("C02", "C09", "C17", "C28", "C29", "C31"):
        assert verdicts[name] != claims.CONSISTENT, name
    assert verdicts["C59"] == claims.CONSISTENT  # nobody was shelled
