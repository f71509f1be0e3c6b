"""A decision changed in mid-run holds from then on, and touches nothing before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import engine
from sim import scenario as room
from sim.experiment.verify import first_difference
from sim.recording import Recording

BASE = Path(__file__).parents[2] / "scenarios" / "khusham.yaml"
SEED = 5

FROM_THE_START = [  # settings, each of which moves something in replication 0
    {"hotline.counterpart.knows.p": 1, "hotline.counterpart.will.p": 1, "hotline.counterpart.authority.contractor": 1},
    {"hotline.effect_on_fires": "gates", "hotline.counterpart.answers": 0, "hotline.gate_timeout": "40 min"},
    {"command.defenders.approval.time": "40 min"},
    {"command.defenders.attacks": 1},
    {"command.defenders.targets[tank].priority": 0},
    {"roe.defenders.trigger.rounds": 40},
    {"roe.defenders.ladder[warning_shots].wait": "40 min"},
    {"roe.defenders.approval_needed": False},
    {"suppression.tau": "300 s"},
    {"suppression.pin": 2},
    {"suppression.fire_factor": 0},
    {"morale.attackers.loss_fraction.mean": 0.6},
    {"morale.attackers.recross": 0.9},
    {"morale.attackers.unanswered": 0.1, "morale.attackers.near": "900 m"},
    {"belief.defenders.stale": "3 min"},
    {"weather[night].visibility": "900 m"},
]


@pytest.fixture(scope="module")
def base() -> room.Scenario:
    return room.load(BASE)


@pytest.fixture(scope="module")
def plain(base: room.Scenario) -> Recording:
    """The night in which nothing is changed."""
    return night(base)


def changed_at(base: room.Scenario, after: timedelta, settings: dict[str, Any]) -> room.Scenario:
    return room.load(
        BASE, [("changes", [{"at": (base.clock.start + after).isoformat(timespec="seconds"), "set": settings}])]
    )


def night(scenario: room.Scenario, replication: int = 0) -> Recording:
    return engine.run(scenario, seed=SEED, replication=replication, record="events")


@pytest.mark.parametrize("settings", FROM_THE_START, ids=lambda settings: " ".join(settings))
def test_a_change_before_anything_happens_is_the_scenario_with_the_other_value(
    base: room.Scenario, plain: Recording, settings: dict[str, Any]
) -> None:
    other, early = room.load(BASE, list(settings.items())), changed_at(base, timedelta(seconds=1), settings)
    digest = night(other).digest
    assert night(early).digest == digest
    assert digest != plain.digest


def test_what_was_before_the_change_stays_event_for_event(base: room.Scenario, plain: Recording) -> None:
    at_ms = int(np.quantile(plain.events.t_ms[plain.events.of("fired")], 0.3))
    changed = night(
        changed_at(base, timedelta(seconds=at_ms // 1000), {"suppression.pin": 3, "command.defenders.attacks": 1})
    )
    event, words = first_difference(plain, changed)
    assert event is not None, "the change did nothing"
    assert int(changed.events.t_ms[event]) >= at_ms // 1000 * 1000, words
    assert int(plain.events.t_ms[event]) >= at_ms // 1000 * 1000, words


def test_a_run_with_changes_leaves_the_scenario_as_it_was(base: room.Scenario) -> None:
    scenario = changed_at(base, timedelta(seconds=1), {"suppression.pin": 3})
    before = scenario.model_dump()
    first = night(scenario).digest
    assert scenario.model_dump() == before
    assert night(scenario).digest == first


def test_what_a_run_derives_once_may_not_change(base: room.Scenario) -> None:
    for path, value in (("units[t72-1].formation", "x"), ("roe.defenders.trigger.line_crossing", "front")):
        with pytest.raises(room.ScenarioError, match="may not change in mid-run"):
            changed_at(base, timedelta(hours=1), {path: value})


def test_a_halt_reaches_those_it_names_at_its_moment_and_nobody_else(base: room.Scenario) -> None:
    def halted(tags: list[str], after: timedelta) -> Recording:
        row = {"at": (base.clock.start + after).isoformat(timespec="seconds"), "halt": tags}
        return night(room.load(BASE, [("changes", [row])]))

    early = timedelta(days=7)
    attackers = ["contractor", "regime_army", "militia", "tribal", "iran_backed"]
    quiet = halted(attackers, early)
    assert not len(quiet.events.of("fired"))
    assert not len(quiet.events.of("opened"))
    some = halted(["contractor"], early)
    tags = {
        formation.id: [str(u.tag) for u in base.units if u.formation == formation.id] for formation in base.formations
    }
    obeyed = [some.events.event(int(row)) for row in some.events.of("halt_obeyed")]
    assert {event.t_ms for event in obeyed} == {7 * 86_400_000}
    named = {event.actor.removeprefix("formation/") for event in obeyed}
    assert named == {name for name, found in tags.items() if found[:1] == ["contractor"]}
    with pytest.raises(room.ScenarioError, match="needs `set` or `halt`"):
        room.load(BASE, [("changes", [{"at": base.clock.start.isoformat()}])])
