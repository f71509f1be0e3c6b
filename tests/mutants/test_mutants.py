"""Eighteen deliberate faults, one by one: each must turn the guard of its name red (`make mutants`).

A fault is planted in the shipped code, by replacing a function for the length of one test; the guard is the test that
runs without it in every `make test`. Both are run: the guard must pass before and fail after.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim import draws, engine, losses, rounds, stats
from sim.audit import AuditError
from sim.effects import seeing
from sim.processes import indirect_fire, suppression
from sim.processes.direct_fire import victims, volleys
from sim.processes.sensing import hazards
from sim.world import Fate, World
from tests import battle
from tests.laws import test_effects_seeing, test_luck
from tests.laws.test_shared_impact import shared_impact_guard
from tests.theory import test_pitfalls

pytestmark = [pytest.mark.mutant, pytest.mark.slow]

build = importlib.import_module("sim.world.build")  # the room, not the function of its name

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutant:
    """A fault and the test that must see it."""

    plant: Plant
    guard: Callable[[], Any]


def aim_error_redrawn_per_round(patch: pytest.MonkeyPatch) -> None:
    def redrawn(self: Any, mount: Any, shell: Any, aim: Any, mean: Any, event: int, turn: float) -> Any:
        return self.mean(mount, event, turn)

    patch.setattr(indirect_fire.IndirectFire, "next_mean", redrawn)


def impact_redrawn_per_target(patch: pytest.MonkeyPatch) -> None:
    true, rng = losses.carleton_at, np.random.default_rng(5)

    def redrawn(impact_xy: Any, target_xy: Any, rate: Any, peak: Any) -> Any:
        each = [
            true(impact_xy + rng.normal(0.0, 30.0, impact_xy.shape), target_xy[i : i + 1], rate[i], peak[i])
            for i in range(len(target_xy))
        ]
        return np.concatenate(each, axis=1)

    patch.setattr(losses, "carleton_at", redrawn)


def one_side_resolved_first(patch: pytest.MonkeyPatch) -> None:
    true = volleys.flight_ms
    patch.setattr(volleys, "flight_ms", lambda w, range_m: 1 if w.label == "Rifle of x" else true(w, range_m))


def zero_flight_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rounds, "flight_ms", lambda weapon, range_m: 0)


def dead_men_shooting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(World, "servers", lambda self, mount: len(mount.served_by))


def time_step_of_10_s_in_sensing(patch: pytest.MonkeyPatch) -> None:
    one, many = hazards.time_to_exposure_one, hazards.time_to_exposure
    patch.setattr(hazards, "time_to_exposure_one", lambda *a: 10.0 * math.ceil(one(*a) / 10.0))
    patch.setattr(hazards, "time_to_exposure", lambda *a: 10.0 * np.ceil(many(*a) / 10.0))


def glimpse_taken_as_rate_times_dt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seeing, "glimpse_rate", lambda g, dt_s: np.asarray(g) / dt_s)


def p_inf_redrawn_per_look(patch: pytest.MonkeyPatch) -> None:
    def redrawn(n_over_n50: Any, u_ever: Any, u_when: Any) -> Any:
        """Everybody detects in the end, at the rate of the ensemble."""
        return -np.log1p(-np.asarray(u_when)) / seeing.ttpf_rate(n_over_n50)

    patch.setattr(seeing, "time_to_detect", redrawn)


def suppression_clock_restart_for_ignore(patch: pytest.MonkeyPatch) -> None:
    true = suppression.Suppression.__init__

    def restarted(self: Any, ctx: Any) -> None:
        true(self, ctx)
        self.law = self.law.model_copy(update={"model": "restart"})

    patch.setattr(suppression.Suppression, "__init__", restarted)


def range_and_deflection_axes_swapped(patch: pytest.MonkeyPatch) -> None:
    true = build._precision
    patch.setattr(build, "_precision", lambda weapon: true(weapon)[::-1])


def cep_taken_for_sigma(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(build, "sigma_from_cep", lambda cep_m: cep_m)


def probable_error_taken_for_sigma(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(build, "sigma_from_pe", lambda pe_m: pe_m)


def one_stream_per_purpose(patch: pytest.MonkeyPatch) -> None:
    first, block = draws.Philox.first, draws.Philox.from_one

    def next_of(philox: Any, purpose: int) -> int:
        counts = philox.__dict__.setdefault("counts", {})
        counts[purpose] = counts.get(purpose, 0) + 1
        return int(counts[purpose])

    def one(self: Any, event: int, who: int, purpose: int, seed: int, second: int) -> Any:
        return first(self, next_of(self, purpose), 0, purpose, seed, second)

    def many(self: Any, event: int, who: int, purpose: int, seed: int, second: int, n: int) -> Any:
        return block(self, next_of(self, purpose), 0, purpose, seed, second, n)

    patch.setattr(draws.Philox, "first", one)
    patch.setattr(draws.Philox, "from_one", many)


def variant_id_in_the_key(patch: pytest.MonkeyPatch) -> None:
    true = engine.prepare

    def keyed(scenario: Any, *, seed: int, **how: Any) -> Any:
        return true(scenario, seed=seed ^ draws.key(scenario.sha256) >> 1, **how)

    patch.setattr(engine, "prepare", keyed)


def rate_changed_without_world_change(patch: pytest.MonkeyPatch) -> None:
    def silent(world: World, u: int) -> None:
        for phase, fn in world.loss_hooks:
            world.clock.soon(phase, world.actor[u], fn, u)

    patch.setattr(losses, "touched", silent)
    patch.setattr(victims, "touched", silent)


def killed_entities_drawn_twice(patch: pytest.MonkeyPatch) -> None:
    true = losses.wound

    def again(world: World, log: Any, luck: Any, row: int, *rest: Any) -> None:
        if world.fate[row] == Fate.KILLED:
            world.fate[row] = Fate.WOUNDED
        true(world, log, luck, row, *rest)

    patch.setattr(losses, "wound", again)


def wald_for_wilson(patch: pytest.MonkeyPatch) -> None:
    def wald(successes: int, n: int, confidence: float = 0.95) -> Any:
        p = successes / n
        half = stats.z_value(confidence) * math.sqrt(p * (1.0 - p) / n)
        return stats.Interval(p - half, p + half)

    patch.setattr(stats, "wilson", wald)


def replication_index_ignored(patch: pytest.MonkeyPatch) -> None:
    true = draws.Draws.__init__

    def ignored(self: Any, seed: int, replication: int, history: int | None = None) -> None:
        true(self, seed, 0, history)

    patch.setattr(draws.Draws, "__init__", ignored)


def audited() -> None:
    """Audits at forty random moments of a base night find nothing."""
    battle.planted(battle.base(), lambda ctx: None, audit=40)


MUTANTS: dict[str, Mutant] = {
    "aim error redrawn per round": Mutant(
        aim_error_redrawn_per_round, test_pitfalls.test_pitfall_05_rounds_of_a_mission_share_their_aim
    ),
    "impact redrawn per target": Mutant(impact_redrawn_per_target, shared_impact_guard),
    "one side resolved first": Mutant(
        one_side_resolved_first, test_pitfalls.test_pitfall_01_neither_side_is_resolved_first
    ),
    "zero flight time": Mutant(
        zero_flight_time, test_pitfalls.test_pitfall_15_a_round_lands_after_its_flight_and_not_before
    ),
    "dead men shooting": Mutant(dead_men_shooting, test_pitfalls.test_pitfall_02_the_dead_do_not_shoot),
    "a time step of 10 s in sensing": Mutant(
        time_step_of_10_s_in_sensing, test_pitfalls.test_pitfall_03_detection_has_no_time_step
    ),
    "glimpse taken as rate times dt": Mutant(
        glimpse_taken_as_rate_times_dt,
        test_effects_seeing.test_pitfall_03_a_rate_does_not_depend_on_the_step,
    ),
    "P_inf redrawn per look": Mutant(
        p_inf_redrawn_per_look, test_effects_seeing.test_pitfall_10_who_will_never_see_never_sees
    ),
    "suppression clock restart for ignore": Mutant(
        suppression_clock_restart_for_ignore,
        test_pitfalls.test_pitfall_12_a_clock_that_ignores_is_not_one_that_restarts,
    ),
    "range and deflection axes swapped": Mutant(
        range_and_deflection_axes_swapped, test_pitfalls.test_pitfall_18_range_error_lies_along_the_line_of_fire
    ),
    "CEP taken for sigma": Mutant(
        cep_taken_for_sigma, test_pitfalls.test_pitfall_23_probable_error_cep_and_sigma_are_three_things
    ),
    "probable error taken for sigma": Mutant(
        probable_error_taken_for_sigma, test_pitfalls.test_pitfall_23_probable_error_cep_and_sigma_are_three_things
    ),
    "one stream per purpose": Mutant(one_stream_per_purpose, test_luck.test_an_idle_bystander_changes_nobodys_fate),
    "variant id in the key": Mutant(variant_id_in_the_key, test_luck.test_a_null_variant_differs_by_exactly_nothing),
    "a rate changed without world.change": Mutant(rate_changed_without_world_change, audited),
    "killed entities drawn twice": Mutant(
        killed_entities_drawn_twice, test_pitfalls.test_pitfall_14_nobody_is_killed_twice
    ),
    "Wald for Wilson": Mutant(wald_for_wilson, test_pitfalls.test_pitfall_16_proportions_have_wilson_intervals),
    "replication index ignored": Mutant(
        replication_index_ignored, test_pitfalls.test_pitfall_08_replications_and_seeds_are_different_nights
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    battle.forget()
    mutant.guard()
    mutant.plant(monkeypatch)
    battle.forget()
    try:
        with pytest.raises((AssertionError, AuditError)):
            mutant.guard()
    finally:
        battle.forget()


def test_all_eighteen_are_there() -> None:
    assert len(MUTANTS) == 18
