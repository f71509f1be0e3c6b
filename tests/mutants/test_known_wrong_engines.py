"""Engines known to be wrong, at the sample size of a case: each lies more than 4 standard errors off the closed form.

That the right engine meets it is a test of its own (`tests/theory/test_engine_cases.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.effects.resolution import ttpf
from sim.processes import suppression
from sim.processes.direct_fire import heavy
from sim.processes.sensing import resolving
from tests.theory import adapter
from tests.theory.battles.judging import ACCEPT
from tests.theory.battles.page import judge

pytestmark = [pytest.mark.mutant, pytest.mark.slow]
CASES = {case["id"]: case for case in adapter.CASES}


def hits_do_not_help_the_next_round(patch: pytest.MonkeyPatch) -> None:
    true = heavy.HeavyShots._p

    def forgetful(self: Any, e: Any) -> float:
        last = self.last.get(e.mount.key)
        if last is not None:
            self.last[e.mount.key] = (last[0], False, last[2])
        return true(self, e)

    patch.setattr(heavy.HeavyShots, "_p", forgetful)


def rounds_do_not_wait_for_the_fall_of_the_last(patch: pytest.MonkeyPatch) -> None:
    true = heavy.HeavyShots._after_the_last
    patch.setattr(heavy.HeavyShots, "_after_the_last", lambda self, e: (true(self, e)[0], self.ctx.clock.now_ms))


def pushes_are_of_one_size(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(suppression.Suppression, "_drawn", lambda self, who, hits: float(sum(hits)))


def one_hazard_all_the_way(patch: pytest.MonkeyPatch) -> None:
    def middle(halfway: float) -> float:
        return float(ttpf(halfway / 2000.0))

    patch.setattr(resolving, "resolved_exposure", lambda px, py, vx, vy, z, t, halfway: t * middle(halfway))
    patch.setattr(resolving, "time_to_resolved", lambda px, py, vx, vy, z, need, halfway: need / middle(halfway))


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("DIR-11", hits_do_not_help_the_next_round),
        ("DIR-11", rounds_do_not_wait_for_the_fall_of_the_last),
        ("SUP-04", pushes_are_of_one_size),
        ("DET-13", one_hazard_all_the_way),
    ],
)
def test_a_known_wrong_engine_is_refused(
    name: str, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert max(abs(row.z) for row in judge(CASES[name]).found) > ACCEPT
