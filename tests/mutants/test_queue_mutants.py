"""Faults of queues: each must turn the guard of its name red (`make mutants`)."""

from __future__ import annotations

from typing import Any

import pytest

from sim.clock import Pool
from sim.processes import hotline, indirect_fire
from sim.processes.command.closeness import Closeness
from tests.mutants.planting import Mutant, caught, strangers
from tests.unit.processes import test_lines, test_orders_wait, test_queue_for_controllers

pytestmark = [pytest.mark.mutant, pytest.mark.slow]


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hotline, "Pool", lambda clock, size, first: Pool(clock, size, lambda waiting: len(waiting) - 1))


def a_place_too_many(patch: pytest.MonkeyPatch) -> None:
    true = hotline.Hotline.exchange

    def roomier(self: Any) -> Any:
        if self.law.holding is not None:
            self.law = self.law.model_copy(update={"holding": self.law.holding + 1})
        return true(self)

    patch.setattr(hotline.Hotline, "exchange", roomier)


def a_line_left_idle(patch: pytest.MonkeyPatch) -> None:
    def forgets(self: Pool) -> None:
        self.free += 1

    patch.setattr(Pool, "release", forgets)


def priorities_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Closeness, "first", lambda self, waiting: 0)


def orders_overtake(patch: pytest.MonkeyPatch) -> None:
    class Backwards(indirect_fire.deque):  # type: ignore[type-arg, name-defined]
        def popleft(self) -> Any:
            return self.pop()

    patch.setattr(indirect_fire, "deque", Backwards)


MUTANTS: dict[str, Mutant] = {
    "last come first served": Mutant(
        last_come_first_served, test_lines.test_calls_are_not_served_last_come_first_served
    ),
    "a place too many": Mutant(a_place_too_many, test_lines.test_lines_are_all_used_and_never_a_place_too_many),
    "a line left idle": Mutant(a_line_left_idle, test_lines.test_no_call_waits_beside_a_line_left_idle),
    "priorities ignored": Mutant(
        priorities_ignored, test_queue_for_controllers.test_no_priorities_ignored_and_no_attack_broken_off
    ),
    "overtake": Mutant(orders_overtake, test_orders_wait.test_orders_that_wait_do_not_overtake),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    caught(MUTANTS[name], monkeypatch)


def test_each_has_a_guard_of_its_name() -> None:
    assert strangers(MUTANTS) == {}
