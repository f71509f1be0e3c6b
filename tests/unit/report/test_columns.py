"""Scenarios of equal standing: every command that asks one scenario asks several by the same door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sim import scenario as room
from sim import stats
from sim.__main__ import app
from sim.experiment.ensemble import summarise
from sim.experiment.transfer import transferred
from sim.metrics import words
from sim.report import columns

SCENARIOS = Path(__file__).parents[3] / "scenarios"
BASE, ARTICLE = SCENARIOS / "khusham.yaml", SCENARIOS / "variants" / "article-only.yaml"
NO_AC130 = SCENARIOS / "variants" / "no-ac130.yaml"


def call(*given: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in given])


def test_two_columns_of_one_name_are_told_apart() -> None:
    assert columns.heads(columns.loaded(BASE, [ARTICLE, BASE])) == ["khusham", "article-only", "khusham (2)"]


ASKED = [
    ("explain", BASE, "hotline.counterpart.will.p"),
    ("run", BASE, "--uncertain", "-n", 4, "-j", 1),
    ("shares", BASE, SCENARIOS / "variants" / "no-himars.yaml", NO_AC130, "-n", 2, "-j", 1),
    ("last", BASE, "-n", 2, "-j", 1, "--from", "22:00", "--to", "22:00", "--action", "halt-all"),
    ("flip", BASE, "-n", 2, "-j", 1, "--steps", 2, "--most", 1),
]
"""The dear ones, from the third on, are for the slow tests: all go through one door."""


@pytest.mark.parametrize(
    "given",
    [pytest.param(given, id=given[0], marks=[pytest.mark.slow] if n > 1 else []) for n, given in enumerate(ASKED)],
)
def test_beside_gives_what_the_scenario_alone_gives_and_another_column(given: tuple[object, ...]) -> None:
    alone = json.loads(call(*given, "--json").stdout)
    both = json.loads(call(*given, "--beside", ARTICLE, "--json").stdout)["beside"]
    assert both[0] == alone
    assert [row["scenario"] for row in both] == ["khusham", "article-only"]
    told = call(*given, "--beside", ARTICLE)
    assert told.exit_code in (0, 1), told.output
    assert any({"khusham", "article-only"} <= set(line.replace(":", "").split()) for line in told.stdout.splitlines())


def test_what_a_scenario_does_not_have_takes_nothing_away() -> None:
    there, without = transferred(NO_AC130, BASE, ARTICLE)
    assert there.sha256 == without.sha256
    said = call("explain", BASE, "units[ac130-1].weapons", "--beside", ARTICLE)
    assert "is not there" in said.stdout


def test_one_recorded_night_has_no_columns(tmp_path: Path) -> None:
    said = call("last", tmp_path / "n.mcap", "--beside", ARTICLE)
    assert said.exit_code == 2
    assert "no columns" in said.stderr


# ---------------------------------------------------------------- explain


@pytest.fixture(scope="module")
def base() -> room.Scenario:
    return room.load(BASE)


def test_a_unit_has_the_speeds_of_its_formation_and_the_numbers_of_its_kind(base: room.Scenario) -> None:
    unit = next(unit for unit in base.units if unit.id == "t72-1")
    speeds = room.numbers(base, "units[t72-1].speed")
    assert {row.path for row in speeds} == {
        row.path for row in base.provenance
        if row.path.startswith(f"formations[{unit.formation}].routes.") and row.path.endswith(".speed")
    }  # fmt: skip
    everything = {row.path for row in room.numbers(base, "units[t72-1]")}
    assert "units[t72-1].slot[0]" in everything
    assert f"kinds.{unit.kind}.weapons.tank_gun.rounds" in everything
    assert "formations" in call("explain", BASE, "units[t72-1].speed").stdout


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("units[t72-1].sped", "did you mean `units[t72-1].speed`"),
        ("units[t72-1].weapons.tankgun.rounds", "did you mean `units[t72-1].weapons.tank_gun.rounds`"),
        ("hotline.counterpart.wil.p", "did you mean `hotline.counterpart.will.p`"),
        ("formations[company-a].speed", "did you mean `formations[company-a].routes."),
        ("units[t99].speed", "there is no `t99`"),
        ("reports[mod].injured", "did you mean `reports[mod].injured_counted`"),
        ("!!", "is no path"),
    ],
)
def test_a_wrong_path_is_answered_with_where_it_leaves_the_scenario(path: str, hint: str) -> None:
    said = call("explain", BASE, path)
    assert said.exit_code == 2
    assert hint in said.stderr


def test_the_parameters_of_what_a_party_could_report_are_explained() -> None:
    body = json.loads(call("explain", BASE, "reports[mod].contractors_counted", "--json").stdout)
    assert body["claims"][0]["id"] == "C56"
    assert body["basis"] == "assumption"
    assert len(json.loads(call("explain", BASE, "reports[mod]", "--json").stdout)["numbers"]) > 1


def test_a_statement_tells_who_contests_it_and_what_rests_on_it(base: room.Scenario) -> None:
    named = next(row for row in base.provenance if row.basis == "stated")
    claim = str(named.claim_id).split(",")[0].strip()
    body = json.loads(call("explain", BASE, f"claims[{claim}]", "--json").stdout)
    assert named.path in body["numbers"]
    said = call("explain", BASE, "claims[C61]").stdout
    assert "Russian Ministry of Defence" in said
    assert "contested by" in said
    assert call("explain", BASE, "claims[C99]").exit_code == 2


def test_what_was_not_measured_is_said_to_be_so(base: room.Scenario) -> None:
    bare = next(row for row in base.provenance if row.lower is None and row.path.startswith("weapons."))
    said = call("explain", BASE, bare.path).stdout
    assert "not measured: it is held" in said


# ---------------------------------------------------------------- values in words


def test_an_interval_of_a_count_does_not_go_below_zero() -> None:
    """Values of which Student's t would; what may come first keeps its sign."""
    values = [0, 0, 0, 0, 3]
    assert stats.mean_interval(values)[0] < 0  # type: ignore[index]
    assert summarise("sdf_killed", values)["low"] == 0.0
    assert summarise("sdf_killed", values)["high"] == stats.mean_interval(values)[1]  # type: ignore[index]
    assert summarise("time_to_reply_s", values)["low"] < 0


def test_every_metric_is_told_in_a_unit_people_read() -> None:
    assert words.mean("strike_duration_s", 5400.0) == "1.5 h"
    assert words.mean("strike_duration_s", -600.0, "+") == "-10 min"
    assert words.between("strike_duration_s", 600.0, 1200.0, "+") == "+10 min to +20 min"
    assert words.between("sdf_killed", 0.0, 0.0) == "all alike"
    assert words.amount("controller_load", 0.765) == "76%"
    assert words.amount("closest_approach_m", 1052.2) == "1,052 m"
    assert words.amount("tanks_m", 2) == "2"
    assert words.mean("hq_held", -0.25, "+") == "-25%"
    assert words.mean("first_fire_side=attackers", 1.0) == "100%"
    assert words.amount("attackers_killed", 83) == "85"
    assert words.amount("wounded_per_killed", 0.8123) == "0.8"
