"""The claims of the record against ensembles of one or several scenarios, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import claims
from sim.claims import Finding, Record
from sim.experiment import uncertain
from sim.experiment.ensemble import Ensemble, Run, engine_run, ensemble

if TYPE_CHECKING:
    from sim.scenario import Scenario

Done = Callable[[str, int], None]


@dataclass(frozen=True)
class Column:
    """The findings for one scenario."""

    scenario: str
    title: str
    sha256: str
    n: int
    n_drawn: int
    findings: tuple[Finding, ...]
    said: tuple[Quoted, ...]


@dataclass(frozen=True)
class Quoted:
    """What one party would have said of the run nearest the median, beside what that run was."""

    party: str
    speaker: str
    replication: int
    killed: int
    wounded: int
    """Of the attackers in the run, exact."""
    words: str
    least: str
    """The same by the reporting parameters of the draw that gives the smallest count."""
    most: str


def record_of(scenario: Scenario) -> Record:
    """The record a scenario names. Raises ScenarioError if it names none."""
    from sim.scenario import ScenarioError

    name = scenario.claims_file
    if name is None:
        raise ScenarioError([f"{scenario.id}: names no claims_file, so there is nothing to hold against its runs"])
    given = scenario._given.get(name)
    return claims.read(given if given is not None else (Path(scenario.folder) / name).read_bytes(), name)


def column(
    scenario: Scenario,
    *,
    seed: int,
    n: int,
    drawn: int,
    workers: int = 1,
    run: Run = engine_run,
    run_drawn: Run = uncertain.run,
    done: Done = lambda what, n: None,
) -> Column:
    """Runs a scenario n times, `drawn` times more with its disputed inputs drawn, and judges every claim."""
    record = record_of(scenario)
    nights = ensemble(scenario, seed, range(n), workers=workers, run=run, done=lambda k: done("run", k))
    draws = ensemble(scenario, seed, range(drawn), workers=workers, run=run_drawn, done=lambda k: done("drawn", k))
    findings = claims.judge(record, [r.metrics for r in nights.runs], [r.metrics for r in draws.runs])
    said = tuple(quoted(record, nights))
    return Column(scenario.id, scenario.title, scenario.sha256, n, drawn, tuple(findings), said)


DRAWS_OF_A_REPORT = 40
"""Draws of the parameters of a reporting model, for the span of what could have been said."""


def quoted(record: Record, nights: Ensemble) -> list[Quoted]:
    """The night nearest the median as each party could have told it."""
    night = nights.nearest
    found = night.metrics
    killed, wounded = (int(found[f"attackers_{state}"] or 0) for state in ("killed", "wounded"))
    rows = []
    for report in record.reports:
        usual = claims.said(report, found, claims.usual(report))
        others = [
            claims.said(report, found, uncertain.report_parameters(report, nights.seed, i))
            for i in range(DRAWS_OF_A_REPORT)
        ]
        others.sort(
            key=lambda said: [float(said.counted[name] or 0) for name in ("attackers_killed", "attackers_wounded")]
        )
        rows.append(
            Quoted(
                report.id,
                report.speaker,
                night.replication,
                killed,
                wounded,
                usual.words,
                others[0].words,
                others[-1].words,
            )
        )
    return rows


def as_json(seed: int, columns: Sequence[Column]) -> dict[str, Any]:
    """What `khusham claims --json` prints: exact."""
    return {
        "schema": 1,
        "seed": seed,
        "least_share": claims.LEAST,
        "scenarios": [
            {
                "scenario": c.scenario, "title": c.title, "sha256": c.sha256, "n": c.n, "n_drawn": c.n_drawn,
                "claims": [finding.as_json() for finding in c.findings],
                "reports": [vars(row) for row in c.said],
            }
            for c in columns
        ],
    }  # fmt: skip
