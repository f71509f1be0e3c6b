"""The river rule decides: with it nobody who recrossed is engaged, without it somebody is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import scenario as room
from sim.experiment.ensemble import Ensemble, ensemble

VARIANTS = Path(__file__).parents[2] / "scenarios" / "variants"
N = 4
"""In 8 nights of seed 11, 7 engaged somebody who recrossed and all 8 refused: four nights without either would come
less than once in 4,000."""


def nights(name: str) -> Ensemble:
    return ensemble(room.load(VARIANTS / f"{name}.yaml"), 11, range(N))


@pytest.mark.parametrize(("name", "engaged"), [("pursuit", True), ("pursuit-to-the-river", False)])
def test_the_rule_alone_decides_whether_who_recrossed_is_engaged(name: str, engaged: bool) -> None:
    found = nights(name)
    assert any(found.column("recrossed_engaged")) == engaged
    assert any(found.column("river_rule_denied")) != engaged
    assert all(value for value in found.column("recrossed_people"))
