"""Who has his hands full looks for no other, is drawn by acts, and keeps the gravest."""

from __future__ import annotations

from collections import Counter

import pytest

from sim import engine
from sim.events import BY_NAME
from sim.processes.sensing.custody import Custody
from tests.battle import base
from tests.unit.processes.nights import night

CAMERAS = ("uav_camera", "pod", "gunship_camera", "helicopter_sight")


def limited(n: int) -> tuple[str, ...]:
    return tuple(f"sensors.{name}.tracks={n}" for name in CAMERAS)


@pytest.mark.parametrize("n", [2, 5])
def test_nobody_follows_more_than_he_can(n: int) -> None:
    run = night(*limited(n))
    log, names = run.events, run.actors["name"]
    cameras = {str(run.units["id"][u]) for u in range(len(run.units["id"])) if run.units["altitude_m"][u] > 0}
    seen, lost = BY_NAME["seen"].code, BY_NAME["sight_lost"].code
    level: Counter[str] = Counter()
    most, before = 0, -1
    for kind, t_ms, actor in zip(log.kind.tolist(), log.t_ms.tolist(), log.actor.tolist(), strict=True):
        if t_ms != before:
            assert all(level[who] <= n for who in cameras), t_ms
            most, before = max(most, *(level[who] for who in cameras)), t_ms
        level[str(names[actor])] += (kind == seen) - (kind == lost)
    assert most == n


def test_no_limit_that_binds_changes_nothing() -> None:
    assert night(*limited(1000)).digest == night().digest


@pytest.mark.parametrize("replication", [0, 1])
def test_what_is_planned_is_what_its_history_says(replication: int) -> None:
    engine.run(base(*limited(3)), seed=7, replication=replication, record="events", audit=40)


def test_an_act_draws_the_eye() -> None:
    full = night(*limited(2))
    log = full.events
    held = {int(t) for t in log.target[log.of("seen")]}
    assert len(held) > 2 * len([u for u in full.units["altitude_m"].tolist() if u > 0]), "more than the first few"


def test_the_gravest_stay() -> None:
    custody = Custody({7: 2})
    for now, row in enumerate((10, 11, 12)):
        custody.took(7, row, now)
    assert custody.over(7, {10: 4, 11: 0, 12: 0}, 12) == 11
    assert custody.over(7, {10: 0, 11: 0, 12: 0}, 12) == 10, "of equals the one followed longest"
    custody.gave(7, 11)
    assert custody.over(7, {10: 4, 12: 0}, 12) is None
    assert custody.full(7)
    assert not custody.full(8)


def test_rests_are_kept_for_the_audit() -> None:
    custody = Custody({7: 1})
    custody.rest([3, 4], 10)
    custody.rest([3], 20)
    custody.wake([3, 5], 30)
    assert custody.rested == {3: [(10, 30)]}
    assert custody.resting == {4: 10}
