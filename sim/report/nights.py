"""The report of many nights: scenarios side by side, each statement beside them, effects under the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim import claims
from sim.claims import Finding
from sim.experiment import claims_table
from sim.experiment.compare import compare
from sim.experiment.ensemble import Ensemble, summarise
from sim.metrics.words import label
from sim.report import claims as claim_words
from sim.report import figures, many, paired
from sim.report.page import Grid, Picture, Section, grid, html
from sim.report.people import NOT_MODELLED
from sim.scenario.provenance import BASES, TRUST

if TYPE_CHECKING:
    from sim.scenario import Scenario

SHOWN = (
    "attackers_killed", "attackers_wounded", "sdf_killed", "sdf_wounded", "coalition_killed", "coalition_wounded",
    "tanks_destroyed", "artillery_destroyed", "vehicles_destroyed", "rounds_within_500m_before_reply",
    "strike_duration_s", "fight_duration_s", "closest_approach_m", "recrossed_people", "recrossed_engaged",
    "river_rule_denied", "hq_held", "advance_stopped", "first_fire_side",
)  # fmt: skip
DOTS = (
    ("attackers_killed", "attackers killed", (80.0, 130.0)),
    ("rounds_within_500m_before_reply", "rounds within 500 m of the headquarters before the reply", (20.0, 30.0)),
)
"""Metric, words, and the band of the coalition's statement drawn behind it (C02 and C31; C17)."""


def report(scenarios: Sequence[Scenario], ensembles: Sequence[Ensemble]) -> str:
    """HTML of ensembles of the same replications."""
    n, seed = len(ensembles[0].runs), ensembles[0].seed
    stamp = f"{n} nights of each, simulated; seed {seed}. A model's answer, not a record of events."
    parts = [
        Section("Scenarios", (), (), (_compared(scenarios),)),
        Section("Outcome", (f"Median, and the middle 90 % of {n} simulated nights; shares with their 95 % interval.",),
                tuple(_dots(scenarios, ensembles, n)), (outcome(scenarios, ensembles),)),
    ]  # fmt: skip
    if len(scenarios) > 1:
        parts.append(_effects(scenarios, ensembles))
    parts += _claims(scenarios, ensembles)
    parts.append(Section("What to keep in mind", (NOT_MODELLED,), (), (_shares(scenarios),)))
    foot = [f"{one.id}: scenario {one.sha256}" for one in scenarios]
    title = (
        scenarios[0].title if len(scenarios) == 1 else f"{scenarios[0].title}: {len(scenarios)} scenarios side by side"
    )
    return html(title, scenarios[0].question, stamp, parts, foot, [one.attributed for one in scenarios])


def outcome(scenarios: Sequence[Scenario], ensembles: Sequence[Ensemble]) -> Grid:
    """The metrics people ask for first, a column for each scenario."""
    rows = [
        (label(name), *(many.cell(name, summarise(name, found.column(name))) for found in ensembles)) for name in SHOWN
    ]
    return grid(f"{len(ensembles[0].runs)} simulated nights of each", ("", *(one.id for one in scenarios)), rows)


def _compared(scenarios: Sequence[Scenario]) -> Grid:
    rows = [(one.id, one.title, one.question) for one in scenarios]
    return grid("What is compared", ("id", "title", "question"), rows, 3)


def _dots(scenarios: Sequence[Scenario], ensembles: Sequence[Ensemble], n: int) -> list[Picture]:
    found = []
    for name, words, band in DOTS:
        columns = {
            s.id: [float(v) for v in e.column(name) if v is not None and not isinstance(v, str)]
            for s, e in zip(scenarios, ensembles, strict=True)
        }
        alt = (f"{words}: every dot is 1 of {n}, simulated; line: middle 90 %, stroke: median; shaded: the coalition's "
               f"statement, {band[0]:.0f} to {band[1]:.0f}.")  # fmt: skip
        found.append(Picture(figures.spread(columns, words, f"{n} simulated nights of each", band), alt))
    return found


def _effects(scenarios: Sequence[Scenario], ensembles: Sequence[Ensemble]) -> Section:
    """Every further scenario against the first, under the same luck."""
    grids = []
    for other, found in zip(scenarios[1:], ensembles[1:], strict=True):
        rows = [
            (label(e.metric), *paired.cells(e), e.variance_reduction, e.clear)
            for e in compare(ensembles[0], found)
            if e.changed and e.metric.partition("=")[0] in SHOWN
        ]
        heads = ("", "first", "this", "this - first", "95 %", "variance reduction", "clear")
        grids.append(grid(f"{other.title}, minus {scenarios[0].title}; {len(found.runs)} pairs", heads, rows))
    note = "Means of paired nights with the 95 % interval of their difference; what never differs is left out."
    return Section("Under the same luck", (note,), (), tuple(grids))


def _claims(scenarios: Sequence[Scenario], ensembles: Sequence[Ensemble]) -> list[Section]:
    """The statements beside every scenario; rival parties one after the other."""
    if any(one.claims_file is None for one in scenarios):
        return []
    record = claims_table.record_of(scenarios[0])
    found = [claims.judge(record, [run.metrics for run in e.runs], []) for e in ensembles]
    heads = ("", "said by", "says", "test", "worth", *(one.id for one in scenarios))

    def row(i: int, first: Finding) -> tuple[object, ...]:
        return (first.claim.id, first.claim.said_by, first.claim.says, claim_words.band(first), first.standing,
                *(claim_words.beside(column[i]) for column in found))  # fmt: skip

    every = [row(i, first) for i, first in enumerate(found[0])]
    grids: list[Grid] = []
    for party in record.reports:
        name = claim_words.PARTIES.get(party.id, party.id)
        rows = [row for row, first in zip(every, found[0], strict=True) if first.claim.id in party.claims]
        grids.append(grid(f"Stated by: {name}", heads, rows, len(heads)))
    told = set().union(*(party.claims for party in record.reports))
    rest = [row for row, first in zip(every, found[0], strict=True) if first.claim.id not in told]
    grids.append(grid("Stated by others", heads, rest, len(heads)))
    note = claim_words.HOW.replace("*", "") + " No inputs were drawn for this report: `khusham claims` does that."
    return [Section("Statements of the record", (note,), (), tuple(grids))]


def _shares(scenarios: Sequence[Scenario]) -> Grid:
    """How much of each scenario is stated, derived, by analogy, assumed; how far trusted, how much with a range."""
    rows = []
    for one in scenarios:
        said = one.provenance
        kinds = [f"{sum(r.basis == basis for r in said) / len(said):.0%}" for basis in BASES]
        rated = [f"{sum(r.trust == rating for r in said) / len(said):.0%}" for rating in TRUST]
        ranged = sum(r.least is not None for r in said)
        drawn = sum(r.lower is not None or r.upper is not None for r in said)
        rows.append((one.id, len(said), *kinds, *rated, ranged, drawn))
    heads = ("", "numbers", *BASES, *(f"confidence {rating}" for rating in TRUST), "with a range", "disputed")
    return grid("What the numbers rest on", heads, rows)
