"""Eighteen deliberate faults, one by one: each must turn the guard of its name red (`make mutants`).

A fault is planted in the shipped code, by replacing a function for the length of one test; the guard is the test that
runs without it in every `make test`. Both are run: the guard must pass before and fail after.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
import pytest

from sim import draws, engine, losses, rounds, stats
from sim.effects import seeing
from sim.processes import indirect_fire, suppression
from sim.processes.direct_fire import victims, volleys
from sim.processes.sensing import hazards, resolving
from sim.world import Fate, World
from tests.laws import test_audit, test_effects_seeing, test_luck, test_shared_impact
from tests.mutants.planting import Mutant, caught, strangers
from tests.theory import test_pitfalls

pytestmark = [pytest.mark.mutant, pytest.mark.slow]

build = importlib.import_module("sim.world.build")  # the room, not the function of its name


def aim_error_redrawn_per_round(patch: pytest.MonkeyPatch) -> None:
    def redrawn(self: Any, mount: Any, shell: Any, aim: Any, mean: Any, event: int, turn: float) -> Any:
        return self.guns.mean(mount, event, turn)

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
    """Everybody detects in the end, at the rate of the ensemble."""
    patch.setattr(resolving, "ttpf_inverse", lambda rank: 1e-9)


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


MUTANTS: dict[str, Mutant] = {
    "aim error redrawn per round": Mutant(
        aim_error_redrawn_per_round, test_pitfalls.test_pitfall_05_no_aim_error_redrawn_per_round
    ),
    "impact redrawn per target": Mutant(
        impact_redrawn_per_target, test_shared_impact.test_pitfall_06_no_impact_redrawn_per_target
    ),
    "one side resolved first": Mutant(
        one_side_resolved_first, test_pitfalls.test_pitfall_01_never_one_side_resolved_first
    ),
    "zero flight time": Mutant(zero_flight_time, test_pitfalls.test_pitfall_15_no_zero_flight_time),
    "dead men shooting": Mutant(dead_men_shooting, test_pitfalls.test_pitfall_02_no_dead_men_shooting),
    "time step of 10 s in sensing": Mutant(
        time_step_of_10_s_in_sensing, test_pitfalls.test_pitfall_03_no_time_step_of_10_s_in_sensing
    ),
    "glimpse taken as rate times dt": Mutant(
        glimpse_taken_as_rate_times_dt,
        test_effects_seeing.test_pitfall_03_no_glimpse_taken_as_rate_times_dt,
    ),
    "P_inf redrawn per look": Mutant(p_inf_redrawn_per_look, test_pitfalls.test_pitfall_10_no_p_inf_redrawn_per_look),
    "suppression clock restart for ignore": Mutant(
        suppression_clock_restart_for_ignore,
        test_pitfalls.test_pitfall_12_no_suppression_clock_restart_for_ignore,
    ),
    "range and deflection axes swapped": Mutant(
        range_and_deflection_axes_swapped, test_pitfalls.test_pitfall_18_no_range_and_deflection_axes_swapped
    ),
    "CEP taken for sigma": Mutant(cep_taken_for_sigma, test_pitfalls.test_pitfall_23_no_cep_taken_for_sigma),
    "probable error taken for sigma": Mutant(
        probable_error_taken_for_sigma, test_pitfalls.test_pitfall_23_no_probable_error_taken_for_sigma
    ),
    "one stream per purpose": Mutant(one_stream_per_purpose, test_luck.test_pitfall_07_no_one_stream_per_purpose),
    "variant id in the key": Mutant(variant_id_in_the_key, test_luck.test_pitfall_07_no_variant_id_in_the_key),
    "rate changed without world.change": Mutant(
        rate_changed_without_world_change, test_audit.test_no_rate_changed_without_world_change
    ),
    "killed entities drawn twice": Mutant(
        killed_entities_drawn_twice, test_pitfalls.test_pitfall_14_no_killed_entities_drawn_twice
    ),
    "Wald for Wilson": Mutant(wald_for_wilson, test_pitfalls.test_pitfall_16_no_wald_for_wilson),
    "replication index ignored": Mutant(
        replication_index_ignored, test_pitfalls.test_pitfall_08_no_replication_index_ignored
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    caught(MUTANTS[name], monkeypatch)


def test_all_eighteen_are_there_each_with_a_guard_of_its_name() -> None:
    assert len(MUTANTS) == 18
    assert strangers(MUTANTS) == {}
