"""Flip distance: the rule, the way of the inputs, and that a step of nothing is the scenario itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import engine
from sim import scenario as room
from sim.__main__ import app
from sim.experiment import flip

BASE = Path(__file__).parents[3] / "scenarios" / "khusham.yaml"


@pytest.fixture(scope="module")
def base() -> room.Scenario:
    return room.load(BASE)


def way(*met: int) -> flip.Flip:
    return flip.Flip((), tuple(flip.Step(k / (len(met) - 1), n, 20) for k, n in enumerate(met)))


def test_the_distance_lies_between_what_is_possible_and_what_is_sure() -> None:
    found = way(20, 17, 13, 9, 2)
    assert (found.possibly, found.distance, found.surely) == (0.5, 0.75, 1.0)
    assert way(20, 18, 19, 18, 18).distance is None
    back = way(20, 2, 18, 9, 2)  # what turns back on the way has not been reversed from there on
    assert back.distance == 0.75


def test_headlines() -> None:
    held, many, near = (
        flip.headline(text) for text in ("hq_held", "attackers_killed>=55", "closest_approach_m <= 700")
    )
    assert held.holds(True)
    assert not held.holds(False)
    assert not held.holds(None)
    assert many.holds(55)
    assert not many.holds(54)
    assert near.holds(700.0)
    assert not near.more
    for text in ("attackers_kiled>=3", "x>", "", "hq_held or not"):
        with pytest.raises(room.ScenarioError):
            flip.headline(text)


def test_inputs_go_against_the_headline_inside_their_ranges(base: room.Scenario) -> None:
    for text, sign in (("attackers_killed>=55", 1), ("attackers_killed<=55", -1)):
        rows = flip.ranked(base, flip.headline(text))
        assert len(rows) > 40
        strengths = [abs(row.rank_correlation) for row in rows]
        assert strengths == sorted(strengths, reverse=True)
        for row in rows:
            ends = [float(str(row.at(x)).split()[0]) for x in (0.0, 1.0)]
            assert (ends[1] - ends[0]) * row.rank_correlation * sign <= 0.0
            assert row.dial.low <= ends[1] <= row.dial.high
            assert ends[0] == pytest.approx(
                row.dial.number, abs=0.51 if row.dial.whole else 1e-5 * abs(row.dial.number)
            )
    with pytest.raises(room.ScenarioError, match="no stored screening"):
        flip.ranked(base, flip.headline("hotline_before>=1"))


def test_a_step_of_nothing_is_the_scenario_itself(base: room.Scenario) -> None:
    rows = flip.ranked(base, flip.headline("hq_held"))[:8]
    plain, same, far = (
        engine.run(scenario, seed=3, replication=0, record="events").digest
        for scenario in (base, flip.moved(base, rows, 0.0), flip.moved(base, rows, 1.0))
    )
    assert plain == same != far


@pytest.mark.slow
def test_the_command() -> None:
    words = ["flip", str(BASE), "-n", "2", "--steps", "2", "--most", "2", "-j", "1"]
    said = CliRunner().invoke(app, [*words, "--json"])
    assert said.exit_code in (0, 1), said.output
    body = json.loads(said.stdout)
    assert [len(row["moved"]) for row in body["flips"]] == [1, 2]
    assert said.exit_code == int(all(row["distance"] is None for row in body["flips"]))
    told = CliRunner().invoke(app, words)
    assert "simulated nights at every step" in told.stdout
    assert CliRunner().invoke(app, [*words, "--headline", "hq_hold"]).exit_code == 2
