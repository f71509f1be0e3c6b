"""Everything planned can be computed anew from history; the audit must find nothing and change nothing."""

from __future__ import annotations

import pytest

from sim import engine
from sim.audit import AuditError
from sim.processes.direct_fire import DirectFire
from tests.battle import base, battle, from_tree, tree


def test_no_rate_changed_without_world_change() -> None:
    """What is planned hangs on rates: forty audits of a night would find one that altered unannounced."""
    engine.run(base(), seed=7, replication=0, record="events", audit=40)


@pytest.mark.parametrize("replication", range(2))
def test_the_audit_finds_nothing_and_changes_nothing(replication: int) -> None:
    audited = engine.run(base(), seed=7, replication=replication, record="events", audit=6)
    assert audited.digest == battle(replication).digest


@pytest.mark.slow
@pytest.mark.parametrize(("door", "said"), [("lost", "still fires at"), ("came", "rests")])
def test_the_audit_sees_fire_that_comes_or_ends_too_late(monkeypatch: pytest.MonkeyPatch, door: str, said: str) -> None:
    """Nobody is told that a target is out of sight; or that it has come, turned, or lost its hull. One night in some
    twenty shows it at one of sixty moments."""
    monkeypatch.setattr(DirectFire, door, lambda self, *told: None)

    def nights() -> None:
        for replication in range(80):
            engine.run(base(), seed=7, replication=replication, record="events", audit=60)

    with pytest.raises(AuditError, match=said):
        nights()


def test_the_audit_finds_nothing_where_some_look_by_resolution() -> None:
    """The thermal sights of the night resolve cycles, half of them of a frozen rank; the others look as ever."""
    data = tree()
    sight = data["sensors"]["thermal"]
    del sight["reference_range"], sight["reference_time"]
    sight["resolution"] = {"cycles_per_mrad": 2, "n50": 1, "tau": "5 s"}
    data["sensors"]["sharp"] = {**sight, "resolution": {**sight["resolution"], "frozen": True}}
    note = {"basis": "assumption", "note": "of the tests"}
    for n, kind in enumerate(data["kinds"].values()):
        if "entities" in kind and "air" not in kind:
            kind["dimension"] = {"value": "1.5 m", **note}
        if kind.get("sensor") == "thermal" and n % 2:
            kind["sensor"] = "sharp"
    data["published"] = False
    scenario = from_tree(data)
    audited = engine.run(scenario, seed=7, replication=0, record="events", audit=30)
    assert audited.digest == engine.run(scenario, seed=7, replication=0, record="events").digest
    assert len(audited.events.of("seen")) > 50


@pytest.mark.slow
@pytest.mark.parametrize("replication", range(20))
def test_the_audit_finds_nothing_over_20_seeds(replication: int) -> None:
    engine.run(base(), seed=11, replication=replication, record="events", audit=8)
