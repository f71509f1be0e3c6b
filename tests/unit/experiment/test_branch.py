"""A branch shares its past with its parent, and `diff` says what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim import engine, metrics
from sim import recording as rec
from sim import scenario as room
from sim.__main__ import app
from sim.experiment.branch import branch, moment, prefix_digest
from sim.experiment.verify import CannotVerify, verify
from sim.recording import Recording

SCENARIOS = Path(__file__).parents[3] / "scenarios"
HALT = [
    f"hotline.counterpart.{path}=1"
    for path in ("knows.p", "will.p", "authority.contractor", "authority.militia", "authority.regime_army")
]


@pytest.fixture(scope="module")
def parent() -> Recording:
    return engine.run(room.load(SCENARIOS / "khusham.yaml"), seed=1, replication=0)


@pytest.fixture(scope="module")
def files(parent: Recording, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("branch")
    rec.save(parent, folder / "a.mcap")
    sets = [word for setting in HALT for word in ("--set", setting)]
    said = call("branch", folder / "a.mcap", "--at", "22:40", *sets, "-o", folder / "b.mcap")
    assert said.exit_code == 0, said.output
    assert "1 of many possible nights, simulated" in said.stdout
    return folder / "a.mcap", folder / "b.mcap"


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_common_part_is_the_same_event_for_event(parent: Recording) -> None:
    at = moment(parent, "22:40")
    found = branch(parent, at, HALT)
    assert found.difference_ms is not None
    assert found.difference_ms >= at
    assert 0 < found.shared < len(parent.events)
    assert prefix_digest(parent, found.shared) == prefix_digest(found.child, found.shared) == found.shared_digest
    assert prefix_digest(parent, found.shared + 1) != prefix_digest(found.child, found.shared + 1)
    assert prefix_digest(parent, len(parent.events)) == parent.digest
    assert "halt is ordered" in str(found.difference)


def test_a_decision_that_decides_nothing_says_so(parent: Recording) -> None:
    found = branch(parent, moment(parent, "22:40"), ["hotline.gate_timeout=3 h"])
    assert found.difference is None
    assert found.child.digest == parent.digest


def test_a_branch_is_a_recording_that_verifies_and_branches_again(files: tuple[Path, Path]) -> None:
    _, other = files
    assert verify(other).same
    child = rec.load(other)
    again = branch(child, moment(child, "23:30"), ["command.defenders.attacks=1"])
    assert again.shared > 0
    assert branch(child, moment(child, "23:30"), ["hotline.gate_timeout=3 h"]).child.digest == child.digest


def test_times_of_day_are_those_nearest_the_first_round(parent: Recording) -> None:
    t0 = metrics.View(parent).t0
    assert t0 is not None
    assert moment(parent, "T+0:10") == t0 + 600_000
    assert moment(parent, "2018-02-07T22:40:00+02:00") == moment(parent, "22:40") == moment(parent, "22:40:00")
    with pytest.raises(room.ScenarioError, match="is no time"):
        moment(parent, "22:4x")


def test_what_cannot_be_branched_is_refused(parent: Recording) -> None:
    with pytest.raises(room.ScenarioError, match="may not change in mid-run"):
        branch(parent, moment(parent, "22:40"), ["units[t72-1].formation=x"])
    with pytest.raises(room.ScenarioError, match="outside"):
        branch(parent, -1, HALT)
    strange = engine.run(room.load(SCENARIOS / "khusham.yaml"), seed=1, replication=1)
    strange.meta["replication"] = 0
    with pytest.raises(CannotVerify, match="the past of the recording"):
        branch(strange, moment(strange, "22:40"), HALT)


def test_diff_tells_settings_and_the_first_event(files: tuple[Path, Path]) -> None:
    a, b = files
    said = call("diff", a, b)
    assert said.exit_code == 1
    assert "hotline.counterpart.will.p: 1 is added." in said.stdout
    assert "in B" in said.stdout
    assert "attackers killed" in said.stdout
    same = call("diff", a, a)
    assert same.exit_code == 0
    assert "No event differs" in same.stdout


def test_diff_tells_what_comes_or_goes_whole_in_one_line() -> None:
    no_himars = call("diff", SCENARIOS / "khusham.yaml", SCENARIOS / "variants" / "no-himars.yaml").stdout
    assert "units[himars-1, himars-2] (himars, rocket-artillery) are taken away." in no_himars
    assert "slot" not in no_himars
    halted = call("diff", SCENARIOS / "khusham.yaml", SCENARIOS / "variants" / "hotline-halt.yaml").stdout
    line = next(line for line in halted.splitlines() if "answer_delay" in line)
    assert line.strip().startswith("hotline.counterpart.answer_delay: law ")
    assert " becomes " in line
    there = call("diff", SCENARIOS / "variants" / "no-himars.yaml", SCENARIOS / "khusham.yaml").stdout
    assert "units[himars-1, himars-2] (himars, rocket-artillery) are added." in there


def test_diff_of_scenarios_says_in_words_what_a_variant_changes() -> None:
    said = call("diff", SCENARIOS / "khusham.yaml", SCENARIOS / "variants" / "f22-strike.yaml")
    assert said.exit_code == 1
    assert "kinds.f22.air.role: overwatch becomes strike." in said.stdout
    body = json.loads(call("diff", SCENARIOS / "khusham.yaml", SCENARIOS / "khusham.yaml", "--json").stdout)
    assert body["settings"] == []
    mixed = call("diff", SCENARIOS / "khusham.yaml", "x.mcap")
    assert mixed.exit_code == 2
    assert "one is a recording and one a scenario" in mixed.stderr
