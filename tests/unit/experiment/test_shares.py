"""Shapley's shares: the axioms on made-up games, and two real arms of the base scenario."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import scenario as room
from sim.experiment import shares

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def game(arms: int, seed: int, n: int = 5) -> dict[frozenset[int], np.ndarray]:
    made = np.random.default_rng(seed)
    return {some: made.normal(size=n) for some in shares.coalitions(arms)}


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_shares_sum_to_the_whole_and_are_linear(arms: int) -> None:
    one, other = game(arms, 1), game(arms, 2)
    every = frozenset(range(arms))
    found = shares.shapley(arms, one)
    np.testing.assert_allclose(found.sum(axis=0), one[every] - one[frozenset()], atol=1e-12)
    both = {some: 2.0 * one[some] + other[some] for some in one}
    np.testing.assert_allclose(shares.shapley(arms, both), 2.0 * found + shares.shapley(arms, other), atol=1e-12)


def test_who_adds_nothing_gets_nothing_and_equals_get_the_same() -> None:
    worth = {some: np.array([10.0 * (0 in some and 1 in some)]) for some in shares.coalitions(3)}
    np.testing.assert_allclose(shares.shapley(3, worth), [[5.0], [5.0], [0.0]])


def test_the_glove_game() -> None:
    worth = {some: np.array([float(0 in some and (1 in some or 2 in some))]) for some in shares.coalitions(3)}
    np.testing.assert_allclose(shares.shapley(3, worth)[:, 0], [2 / 3, 1 / 6, 1 / 6])


def test_two_arms_of_the_base_scenario() -> None:
    without = [SCENARIOS / "variants" / f"{name}.yaml" for name in ("no-himars", "no-manned-aircraft")]
    arms, made = shares.scenarios(SCENARIOS / "khusham.yaml", without)
    assert arms == ["himars", "manned-aircraft"]
    assert len(made) == 4
    base = room.load(SCENARIOS / "khusham.yaml")
    assert made[frozenset({0, 1})].sha256 == base.sha256
    worth = shares.run(made, ["attackers_killed"], seed=1, n=2)["attackers_killed"]
    found = shares.shares("attackers_killed", arms, worth)
    assert sum(row.share for row in found.shares) == pytest.approx(found.everything - found.nothing)
    assert found.shares[1].last == pytest.approx(found.everything - worth[frozenset({0})].mean())


def test_an_arm_that_takes_the_last_unit_takes_its_formation() -> None:
    names = ("no-himars", "no-manned-aircraft", "no-unmanned-aircraft")
    without = [SCENARIOS / "variants" / f"{name}.yaml" for name in names]
    _, made = shares.scenarios(SCENARIOS / "khusham.yaml", without)
    left = {unit.formation for unit in made[frozenset()].units}
    assert {formation.id for formation in made[frozenset()].formations} == left


def test_what_is_no_variant_without_an_arm_is_refused() -> None:
    base = SCENARIOS / "khusham.yaml"
    with pytest.raises(room.ScenarioError, match="2 to 6 arms"):
        shares.scenarios(base, [SCENARIOS / "variants" / "no-himars.yaml"])
    with pytest.raises(room.ScenarioError, match="changes it by `set` alone"):
        shares.scenarios(base, [base, SCENARIOS / "variants" / "no-himars.yaml"])
