"""Everything planned can be computed anew from history; the audit must find nothing and change nothing."""

from __future__ import annotations

import pytest

from sim import engine
from tests.battle import base, battle


def test_no_rate_changed_without_world_change() -> None:
    """What is planned hangs on rates: forty audits of a night would find one that altered unannounced."""
    engine.run(base(), seed=7, replication=0, record="events", audit=40)


@pytest.mark.parametrize("replication", range(2))
def test_the_audit_finds_nothing_and_changes_nothing(replication: int) -> None:
    audited = engine.run(base(), seed=7, replication=replication, record="events", audit=6)
    assert audited.digest == battle(replication).digest


@pytest.mark.slow
@pytest.mark.parametrize("replication", range(20))
def test_the_audit_finds_nothing_over_20_seeds(replication: int) -> None:
    engine.run(base(), seed=11, replication=replication, record="events", audit=8)
