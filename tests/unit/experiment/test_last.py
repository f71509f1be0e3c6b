"""Until when it could still have been stopped: the rule of the last moment, and the nights behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import engine, metrics
from sim import recording as rec
from sim import scenario as room
from sim.__main__ import app
from sim.experiment import last
from sim.experiment.branch import branch, moment

BASE = Path(__file__).parents[3] / "scenarios" / "khusham.yaml"
ACTIONS = BASE.parent / "khusham" / last.ACTIONS
T = datetime.fromisoformat("2018-02-07T22:00+02:00")


def at(minutes: int, *killed: float) -> last.At:
    return last.At(T + timedelta(minutes=minutes), np.array(killed), np.zeros(len(killed)))


def test_the_last_moment_is_bounded_by_what_is_sure_and_what_is_possible() -> None:
    plain = at(0, 100, 80, 120, 90)
    spared, unsure, lost = at(0, 10, 8, 12, 9), at(30, 20, 70, 40, 60), at(60, 99, 80, 118, 90)
    found = last.last(plain, [spared, unsure, lost], 0.5)
    assert found == last.Last(spared.when, unsure.when)
    assert last.last(plain, [lost], 0.5) == last.Last(None, None)
    assert last.last(plain, [spared], 1.0).surely is None  # somebody still dies
    assert last.last(at(0, 0, 0), [at(0, 0, 0)], 0.5) == last.Last(None, None)  # nobody died anyway
    assert last.last(at(0, 10), [at(5, 5), at(9, 6)], 0.5) == last.Last(at(5).when, at(5).when)


def test_moments_are_those_of_the_night() -> None:
    found = last.moments(room.load(BASE), "23:00", "00:30", 30)
    assert [when.isoformat()[:16] for when in found] == [
        "2018-02-07T23:00", "2018-02-07T23:30", "2018-02-08T00:00", "2018-02-08T00:30",
    ]  # fmt: skip
    for first, until in (("23:00", "22:00"), ("25:00", "26:00")):
        with pytest.raises(room.ScenarioError):
            last.moments(room.load(BASE), first, until, 30)


def test_every_shipped_action_is_one_and_is_seen(tmp_path: Path) -> None:
    """Each loads into the base, and nothing in it says whose fault anything was."""
    base, wanted = room.load(BASE), last.actions(ACTIONS)
    assert len({action.id for action in wanted}) == len(wanted) >= 6
    for action in wanted:
        assert last.with_action(base, action, T).changes[-1].at == T
    bad = tmp_path / "a.yaml"
    bad.write_text("actions:\n  - {id: x, who: y, what: z}\n", "utf-8")
    with pytest.raises(room.ScenarioError, match="neither"):
        last.actions(bad)


def test_an_earlier_halt_of_all_spares_everybody_and_a_branch_is_the_same_night(tmp_path: Path) -> None:
    base = room.load(BASE)
    halt = next(action for action in last.actions(ACTIONS) if action.id == "halt-all")
    when = last.moments(base, "20:30", "23:00", 150)
    plain, rows = last.run(base, [halt], when, seed=1, numbers=[0])
    night = engine.run(base, seed=1, replication=0)
    found = metrics.measure(night)
    assert plain.attackers.tolist() == [found["attackers_killed"]]
    early, late = rows["halt-all"]
    assert early.killed.sum() == 0
    assert 0 < late.killed.sum() < plain.killed.sum()
    child = branch(night, moment(night, "23:00"), (), halt.halt).child
    assert metrics.measure(child)["attackers_killed"] == late.attackers[0]
    rec.save(night, tmp_path / "n.mcap")
    words = [
        "last",
        str(tmp_path / "n.mcap"),
        "--from",
        "20:30",
        "--to",
        "23:00",
        "--every",
        "150",
        "--action",
        "halt-all",
    ]
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 0, said.output
    assert "1 of many possible nights, simulated" in said.stdout
    assert "in this night" in said.stdout
    assert CliRunner().invoke(app, [*words[:-1], "nothing"]).exit_code == 2
