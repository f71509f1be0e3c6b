"""Faults of pitfalls beyond the eighteen: each must turn the guard of its name red (`make mutants`)."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from sim import draws, losses
from sim.processes import direct_fire, recognition
from sim.processes.direct_fire import volleys
from sim.world import Fate, World
from tests.laws import test_interruptions
from tests.mutants.planting import Mutant, caught, strangers
from tests.theory import test_limits

pytestmark = [pytest.mark.mutant, pytest.mark.slow]

build = importlib.import_module("sim.world.build")  # the room, not the function of its name


def assessment_at_the_muzzle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(volleys.Volleys, "_aims", lambda self, mount, j, luck: [None] * len(luck))


def deterministic_law_for_the_mean(patch: pytest.MonkeyPatch) -> None:
    """The next loss comes after its mean time, as a differential equation has it."""
    patch.setattr(draws.Draws, "exponential", lambda self, purpose, who, event=0: 1.0)


def edges_of_units_spared(patch: pytest.MonkeyPatch) -> None:
    true = build.blast
    patch.setattr(build, "blast", lambda damage, spread_m, on_foot: true(damage, 0.0 * spread_m, on_foot))


def fixed_cycle_begun_anew(patch: pytest.MonkeyPatch) -> None:
    def anew(self: Any, e: Any) -> None:
        e.cancel()
        (self.heavy if e.mount.weapon.kind == "shot" else self.small.volleys).book(e)

    patch.setattr(direct_fire.DirectFire, "_reconsider", anew)


def wound_begun_anew(patch: pytest.MonkeyPatch) -> None:
    wound, die = losses.wound, losses._die

    def again(world: World, log: Any, luck: Any, row: int, dies: bool, *rest: Any) -> None:
        if world.fate[row] == Fate.WOUNDED and not dies:
            world.fate[row] = Fate.UNHURT
            world.fit[int(world.entity_unit[row])] += 1
        wound(world, log, luck, row, dies, *rest)

    def last(world: World, log: Any, row: int, cause: int) -> None:
        if world.dying[row][1] == world.clock.now_ms:
            die(world, log, row, cause)

    patch.setattr(losses, "wound", again)
    patch.setattr(losses, "_die", last)


def calls_outlive_their_contact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recognition.Recognition, "_drop", lambda self, *contact: None)


MUTANTS: dict[str, Mutant] = {
    "pitfall 04": Mutant(
        assessment_at_the_muzzle, test_limits.test_pitfall_04_overkill_grows_with_the_delay_of_assessment
    ),
    "pitfall 09": Mutant(
        deterministic_law_for_the_mean,
        test_limits.test_pitfall_09_the_deterministic_law_is_the_limit_of_large_numbers_and_no_mean,
    ),
    "pitfall 11 a fixed cycle": Mutant(
        fixed_cycle_begun_anew,
        test_interruptions.test_pitfall_11_a_fixed_cycle_goes_on_when_everything_is_replanned,
    ),
    "pitfall 11 a wound": Mutant(
        wound_begun_anew,
        test_interruptions.test_pitfall_11_a_wound_that_will_kill_is_not_put_off_by_another_hit,
    ),
    "pitfall 17": Mutant(
        edges_of_units_spared, test_limits.test_pitfall_17_fire_thins_out_at_its_edge_and_a_unit_has_none
    ),
    "pitfall 22": Mutant(
        calls_outlive_their_contact,
        test_interruptions.test_pitfall_22_a_call_outlives_its_observer_until_the_contact_is_dropped,
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    caught(MUTANTS[name], monkeypatch)


def test_each_has_a_guard_of_its_name() -> None:
    assert strangers(MUTANTS) == {}
