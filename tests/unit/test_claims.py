"""Statements against runs: bands, reports, verdicts, rivals, drawn inputs, and the words of it."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim import claims, metrics, stats
from sim import scenario as room
from sim.__main__ import app
from sim.claims import Condition, Record
from sim.claims.judging import Share
from sim.experiment import claims_table, uncertain
from sim.metrics.words import amount
from sim.report import claims as words
from sim.tags import Attributions
from tests import synthetic

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BASE = SCENARIOS / "khusham.yaml"
FILE = SCENARIOS / "khusham" / "claims.yaml"


@pytest.fixture(scope="module")
def record() -> Record:
    return claims.read(FILE.read_bytes())


@pytest.fixture(scope="module")
def base() -> room.Scenario:
    return room.load(BASE)


def night(**values: metrics.Value | None) -> dict[str, metrics.Value | None]:
    """Metrics of a run in which nothing happened but what is named."""
    assert set(values) <= set(metrics.METRICS)
    return {
        name: 0 if name.endswith(("_killed", "_wounded", "_k", "_destroyed")) else None for name in metrics.METRICS
    } | values


def of(findings: list[claims.Finding], name: str) -> claims.Finding:
    return next(finding for finding in findings if finding.claim.id == name)


# ---------------------------------------------------------------- the record and its bands


def test_the_shipped_record_is_read(record: Record) -> None:
    assert len(record.claims) >= 160
    assert [claim.id for claim in record.claims[:2]] == ["C01", "C02"]
    assert len(record.tested) >= 30
    assert {report.id for report in record.reports} == {"coalition", "sana", "mod"}
    for claim in record.tested:
        assert claim.test is not None
        assert {condition.metric for condition in claim.test.conditions} <= set(metrics.METRICS), claim.id
    assert record.by_id("C17").said_by.startswith("Col. Veale")
    with pytest.raises(KeyError):
        record.by_id("C99")


def test_denial_is_not_framing(record: Record) -> None:
    assert record.denies("C02", "C07")
    assert record.denies("C61", "S80")
    assert not record.denies("C02", "C31")  # about 100 and more than 100: one event told twice
    assert not record.denies("C02", "C17")


def test_a_broken_record_is_told_with_its_place() -> None:
    with pytest.raises(room.ScenarioError, match="here:2:"):
        claims.read(b"claims:\n  - {id: C01, says: [}\n", "here")


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Condition("attackers_killed", 80, 130), 80, True),
        (Condition("attackers_killed", 80, 130), 130, True),
        (Condition("attackers_killed", 80, 130), 79.5, False),
        (Condition("attackers_killed", 80, 130), 131, False),
        (Condition("attackers_killed", 101, None), 10_000, True),
        (Condition("attackers_killed", None, 5), -3, True),
        (Condition("attackers_killed", 0, None), None, False),
        (Condition("hq_held", equals=True), True, True),
        (Condition("hq_held", equals=True), False, False),
        (Condition("first_fire_side", equals="attackers"), "defenders", False),
        (Condition("attackers_killed", 0, 10), "many", False),
    ],
)
def test_both_ends_belong_to_a_band_and_what_is_undefined_did_not_happen(
    condition: Condition, value: metrics.Value | None, holds: bool
) -> None:
    assert condition.holds(night(**{condition.metric: value})) is holds


def test_an_open_end_is_read_as_open(record: Record) -> None:
    test = record.by_id("C31").test
    assert test is not None
    assert (test.first.low, test.first.high, test.words) == (101, None, "at least 101")
    assert inf not in {test.first.low, test.first.high}


def test_further_conditions_hold_in_the_same_run(record: Record) -> None:
    test = record.by_id("C07").test
    assert test is not None
    assert test.holds(night(attackers_killed=50, attackers_wounded=1))
    assert not test.holds(night(attackers_killed=50, attackers_wounded=0))
    assert test.words == "at least 40; attackers wounded at least 1"


# ---------------------------------------------------------------- what could have been reported


def told(record: Record, party: str, **values: metrics.Value | None) -> claims.Said:
    report = next(report for report in record.reports if report.id == party)
    return claims.said(report, night(**values), claims.usual(report))


def test_the_coalition_counts_what_it_sees_and_rounds_only_its_words(record: Record) -> None:
    said = told(record, "coalition", attackers_killed=120, attackers_wounded=200, tanks_k=2, tanks_destroyed=4,
                coalition_killed=1, sdf_wounded=3)  # fmt: skip
    assert said.counted["attackers_killed"] == pytest.approx(0.8 * 120 + 0.05 * 200)
    assert said.words == "more than 100 killed; wounded not given"
    assert said.counted["attackers_wounded"] is None
    assert said.counted["contractors_killed"] is None  # who they were is withheld
    assert said.counted["tanks_destroyed"] == 3  # two burnt, half of two disabled
    assert said.counted["coalition_killed"] == 1
    assert said.counted["sdf_wounded"] == 3
    assert told(record, "coalition", attackers_killed=110).words.startswith("about 100 killed")
    assert told(record, "coalition").words.startswith("a few killed")


def test_the_agency_says_scores_from_two_score_known(record: Record) -> None:
    assert told(record, "sana", attackers_killed=49).words == "some killed"
    said = told(record, "sana", attackers_killed=50, attackers_wounded=1, strike_duration_s=60.0)
    assert said.words == "scores killed, others injured, huge damage"
    assert said.counted["first_fire_side"] == "defenders"
    assert said.counted["tanks_destroyed"] is None


def test_the_ministry_counts_injured_militia_and_no_dead(record: Record) -> None:
    said = told(record, "mod", attackers_killed=100, militia_wounded=50, tribal_wounded=10, contractors_wounded=70,
                regime_army_wounded=9)  # fmt: skip
    assert said.counted["attackers_wounded"] == pytest.approx(0.3 * 60)
    assert said.counted["attackers_killed"] is None
    assert said.words.startswith("18 militiamen injured; dead not mentioned")


def test_one_night_can_lie_under_all_three_reports(record: Record) -> None:
    found = night(attackers_killed=120, attackers_wounded=240, militia_wounded=80, strike_duration_s=9000.0)
    counts = [claims.said(report, found, claims.usual(report)).counted for report in record.reports]
    for name, counted in zip(("C02", "C07", "C61"), counts, strict=True):
        test = record.by_id(name).test
        assert test is not None
        assert test.holds(counted), name


# ---------------------------------------------------------------- verdicts


def test_shares_have_wilsons_interval(record: Record) -> None:
    runs = [night(attackers_killed=100)] * 3 + [night(attackers_killed=10)] * 7
    found = of(claims.judge(record, runs), "C02")
    assert (found.inside.k, found.inside.n) == (3, 10)
    assert found.inside.interval == stats.wilson(3, 10)
    assert (found.median, found.defined, found.prior, found.evidence) == (10, 10, None, None)


@pytest.mark.parametrize(
    ("inside", "n", "verdict"), [(1, 20, "consistent"), (1, 21, "not consistent"), (0, 5, "not consistent")]
)
def test_one_night_in_twenty_is_enough(record: Record, inside: int, n: int, verdict: str) -> None:
    runs = [night(tanks_destroyed=2)] * inside + [night(tanks_destroyed=1)] * (n - inside)
    assert of(claims.judge(record, runs), "C29").verdict == verdict


@pytest.mark.parametrize(("held", "verdict"), [(19, "consistent"), (18, "not consistent")])
def test_a_statement_may_demand_more(record: Record, held: int, verdict: str) -> None:
    runs = [night(hq_held=True)] * held + [night(hq_held=False)] * (20 - held)
    assert of(claims.judge(record, runs), "C30").verdict == verdict


def test_without_a_value_there_is_no_verdict_and_words_have_their_commonest(record: Record) -> None:
    runs = [night(first_fire_side="attackers")] * 2 + [night(first_fire_side="defenders")]
    findings = claims.judge(record, runs)
    assert of(findings, "C30").verdict == claims.NO_VALUE
    assert of(findings, "C09").median == "attackers"
    with pytest.raises(ValueError, match="at least one run"):
        claims.judge(record, [])


@pytest.mark.parametrize(("met", "worth"), [(4, "evidence"), (5, "no evidence"), (10, "no evidence")])
def test_what_half_of_all_inputs_give_is_no_evidence(record: Record, met: int, worth: str) -> None:
    draws = [night(tanks_destroyed=3)] * met + [night()] * (10 - met)
    findings = claims.judge(record, [night(tanks_destroyed=3)], draws)
    assert of(findings, "C29").standing == worth
    assert of(findings, "C02").standing == "fitted"
    assert of(findings, "C09").standing == "by construction"
    assert of(findings, "C02").evidence is None  # a fitted row is no evidence, whatever was drawn


def test_of_rivals_one_has_to_be_met(record: Record) -> None:
    def missed(**values: metrics.Value) -> set[str]:
        return {finding.claim.id for finding in claims.failed(record, claims.judge(record, [night(**values)]))}

    assert {"C61", "S80"} <= missed(attackers_wounded=100)
    assert not {"C61", "S80"} & missed(attackers_wounded=25)
    assert not {"C61", "S80"} & missed(attackers_wounded=250)
    assert "C05" not in missed(first_fire_side="attackers")  # neither fitted nor a check


def test_a_death_toll_alone_fails_what_the_toll_does_not_say(record: Record) -> None:
    """The dummy that knows the answer to one question: 100 dead, and nothing else of the night."""
    findings = claims.judge(record, [night(attackers_killed=n) for n in range(80, 121)])
    assert of(findings, "C02").verdict == claims.CONSISTENT
    missed = {finding.claim.id for finding in claims.failed(record, findings)}
    assert {"C17", "C27", "C28", "C29", "C30", "S21", "S26"} <= missed


# ---------------------------------------------------------------- disputed inputs


def test_every_range_of_the_base_is_a_dial_and_its_draws_stay_inside(base: room.Scenario) -> None:
    dials = uncertain.dials(base)
    ranged = [row for row in base.provenance if row.lower is not None or row.upper is not None]
    assert len(dials) == len(ranged)
    for dial in dials:
        assert dial.low <= dial.number <= dial.high
        assert dial.at(0.5) == pytest.approx(dial.number)
        for u in (1e-9, 0.2, 0.7, 1 - 1e-9):
            assert dial.low * (1 - 1e-5) <= dial.at(u) <= dial.high * (1 + 1e-5), dial.path
        assert dial.at(0.01) <= dial.at(0.6) <= dial.at(0.99)
    whole = {dial.path for dial in dials if dial.whole}
    assert "roe.defenders.trigger.rounds" in whole
    assert "hotline.counterpart.knows.p" not in whole


def test_a_history_is_a_pure_function_and_each_dial_has_its_own_luck(base: room.Scenario) -> None:
    one = uncertain.drawn(base, 5, 3)
    assert one.sha256 == uncertain.drawn(base, 5, 3).sha256
    assert one.sha256 != uncertain.drawn(base, 5, 4).sha256
    assert one.sha256 != uncertain.drawn(base, 6, 3).sha256
    narrower = room.load(BASE, ["suppression.tau=90 s"])  # one range less
    gone = dict(uncertain.settings(narrower, 5, 3))
    kept = dict(uncertain.settings(base, 5, 3))
    assert kept.pop("suppression.tau")
    assert gone == kept


def test_draws_spread_over_their_ranges(base: room.Scenario) -> None:
    dial = next(d for d in uncertain.dials(base) if d.path == "hotline.counterpart.assures")
    drawn = [dict(uncertain.settings(base, 1, i))[dial.path]["value"] for i in range(60)]
    below = sum(value < dial.number for value in drawn)
    interval = stats.wilson(below, 60, 0.999)
    assert interval is not None
    assert interval.low < 0.5 < interval.high
    assert min(drawn) < dial.low + 0.2 * (dial.high - dial.low)


def test_drawn_inputs_are_assumptions_of_their_history(base: room.Scenario) -> None:
    row = room.explain(uncertain.drawn(base, 1, 7), "suppression.tau")
    assert (row.basis, row.remark) == ("assumption", "drawn from its range, history 7")


# ---------------------------------------------------------------- the table


class Told(synthetic.Scenario):
    """A made-up night that names the shipped record."""

    claims_file, folder, _given = "claims.yaml", str(FILE.parent), dict[str, bytes]()


def column(workers: int = 1) -> claims_table.Column:
    scenario: Any = Told(60)
    return claims_table.column(
        scenario, seed=2, n=6, drawn=3, workers=workers, run=synthetic.run, run_drawn=synthetic.run
    )


def test_a_column_is_the_same_on_any_number_of_workers() -> None:
    assert column() == column(2)


def test_it_hears_how_far_it_is() -> None:
    heard: list[tuple[str, int]] = []
    scenario: Any = Told(60)
    claims_table.column(scenario, seed=2, n=2, drawn=1, run=synthetic.run, run_drawn=synthetic.run,
                        done=lambda what, n: heard.append((what, n)))  # fmt: skip
    assert heard == [("run", 1), ("run", 2), ("drawn", 1)]


def test_attribution_stands_beside_every_number(record: Record) -> None:
    said = Attributions.of({"contractor": {"attributed_to": "two officials"}})
    page = words.page(record, [column(), column()], 2, [said])
    assert "contractor: two officials" in page.split("## Side by side")[0]
    for claim in record.claims:
        line = next(line for line in page.splitlines() if line.startswith(f"| {claim.id} |"))
        assert claim.said_by in line, claim.id
        assert claim.source in line, claim.id
    assert "never true or false" in page.replace("\n", " ")
    assert "1 of 6, simulated" in page
    for party in ("coalition", "SANA", "Russian MoD"):
        assert f"### {party}" in page


def test_the_three_parties_tell_one_night(record: Record) -> None:
    said = column().said
    assert [row.party for row in said] == ["coalition", "sana", "mod"]
    assert len({(row.killed, row.wounded) for row in said}) == 1
    assert "dead not mentioned" in said[2].words


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (101.4, "attackers_killed", "100"),
        (None, "attackers_killed", "-"),
        (10800.0, "strike_duration_s", "3.0 h"),
        (900.0, "time_to_first_effect_s", "15 min"),
        (437.2, "closest_approach_m", "437 m"),
        (1.0, "hq_held", "yes"),
        ("attackers", "first_fire_side", "attackers"),
    ],
)
def test_numbers_are_told_no_finer_than_they_are_known(value: float | None, metric: str, text: str) -> None:
    assert amount(metric, value) == text


def test_json_is_exact_and_plain() -> None:
    body = claims_table.as_json(2, [column()])
    again = json.loads(json.dumps(body, allow_nan=False))
    row = next(row for row in again["scenarios"][0]["claims"] if row["claim"] == "C17")
    assert row["conditions"][0] == {"metric": "rounds_within_500m_before_reply", "low": 15, "high": 40, "equals": None}
    assert row["inside"]["n"] == 6
    assert row["prior"]["n"] == 3
    assert Share(row["inside"]["k"], 6).interval.low == row["inside"]["low"]


# ---------------------------------------------------------------- the command


def test_the_command_prints_the_table_and_says_no_by_its_exit_code() -> None:
    result = CliRunner().invoke(app, ["claims", str(BASE), "-n", "1", "--drawn", "0", "--json"])
    assert result.exit_code in (0, 1), result.output
    body = json.loads(result.stdout)
    rows = body["scenarios"][0]["claims"]
    assert {row["prior"] for row in rows} == {None}
    told = CliRunner().invoke(app, ["claims", str(BASE), "-n", "1", "--drawn", "0"])
    assert told.exit_code == result.exit_code
    assert ("rows not met" in told.stdout) is (told.exit_code == 1)
    assert "Col. Veale" in told.stdout


@pytest.mark.parametrize("words_", [["nowhere.yaml"], [str(BASE), "--page", "no/such/folder/x.md"]])
def test_bad_input_is_one_clear_line(words_: list[str]) -> None:
    result = CliRunner().invoke(app, ["claims", "-n", "1", "--drawn", "0", *words_])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_scenario_without_a_record_is_refused() -> None:
    scenario: Any = Told(60)
    scenario.claims_file = None
    with pytest.raises(room.ScenarioError, match="names no claims_file"):
        claims_table.record_of(scenario)


def test_the_page_is_written_for_several_scenarios(tmp_path: Path) -> None:
    short = SCENARIOS / "variants" / "break-at-first-loss.yaml"
    page = tmp_path / "claims.md"
    call = ["claims", str(short), str(short), "-n", "1", "--drawn", "1", "--page", str(page)]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert page.read_text("utf-8").count("## Khusham with attackers who break at the first loss") == 2


def test_every_parameter_of_a_report_is_read(record: Record) -> None:
    """A number that nobody reads would be a promise."""

    class Watched(dict[str, float]):
        def __getitem__(self, key: str) -> float:
            read.add(key)
            return super().__getitem__(key)

    found = dict.fromkeys(metrics.METRICS, 3)
    for report in record.reports:
        read: set[str] = set()
        claims.said(report, found, Watched({p.id: p.high for p in report.parameters}))
        assert read == {p.id for p in report.parameters}, report.id


def test_own_losses_are_reported_as_far_as_the_model_says(record: Record) -> None:
    coalition = next(report for report in record.reports if report.id == "coalition")
    found = dict.fromkeys(metrics.METRICS, 4)
    usual = claims.usual(coalition)
    assert claims.said(coalition, found, usual).counted["sdf_wounded"] == 4
    assert claims.said(coalition, found, usual | {"own_losses_reported": 0.5}).counted["sdf_wounded"] == 2


def test_a_band_has_the_unit_of_its_metric(record: Record) -> None:
    told = {claim.test.first.metric: words.band_of(claim) for claim in record.tested if claim.test is not None}
    assert told["closest_approach_m"] == "closest approach: 300 m to 700 m"
    assert told["strike_duration_s"].endswith((" h", " min"))
    assert told["sdf_killed"] == "sdf killed: 0"
