"""Laws of salvos: a common error is not an independent one, an impact is shared, closed forms meet simulation."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import gammainc, gammaln

from sim.effects import damage, delivery, salvo

rounds = st.integers(1, 80)
shares = st.floats(0.05, 1.0)
scales = st.floats(5.0, 40.0)
chances = st.floats(0.0, 1.0)


# Independent rounds.


@given(chances, st.integers(0, 200), st.integers(0, 200))
def test_splitting_an_independent_salvo_changes_nothing(p: float, one: int, two: int) -> None:
    whole = salvo.independent(p, one + two)
    parts = 1.0 - (1.0 - salvo.independent(p, one)) * (1.0 - salvo.independent(p, two))
    assert 0.0 <= whole <= 1.0
    assert parts == pytest.approx(whole, rel=1e-9, abs=1e-14)


def test_independent_edges() -> None:
    assert salvo.independent(np.array([0.0, 1.0, 1.0, 0.3]), np.array([9, 1, 0, 1])).tolist() == pytest.approx(
        [0.0, 1.0, 0.0, 0.3]
    )
    assert salvo.independent(1e-12, 1_000_000) == pytest.approx(9.999995e-7, rel=1e-12)


# Common aim error.


@given(rounds, shares, scales, scales, scales)
def test_pitfall_05_a_common_error_is_never_better_than_independent_ones(
    n: int, d0: float, b: float, sp: float, sa: float
) -> None:
    """Equal for one round; for more, Jensen: the difference is the largest error a toy model makes."""
    single = float(damage.expected_gaussian(d0, b, b, np.hypot(sp, sa), np.hypot(sp, sa)))
    p = float(salvo.common_aim(n, d0, b, sp, sa))
    assert single - 1e-12 <= p <= salvo.independent(single, n) + 1e-12
    assert salvo.common_aim(1, d0, b, sp, sa) == pytest.approx(single, rel=1e-9)


def test_pitfall_05_the_textbook_case() -> None:
    single = damage.expected_gaussian(1.0, 15.0, 15.0, np.hypot(12.0, 25.0), np.hypot(12.0, 25.0))
    assert salvo.common_aim(18, 1.0, 15.0, 12.0, 25.0) == pytest.approx(0.7885, abs=5e-5)
    assert salvo.independent(single, 18) == pytest.approx(0.9901, abs=5e-5)


@given(rounds, shares, scales, scales, scales)
def test_more_rounds_help_and_two_aims_help_more_than_one(n: int, d0: float, b: float, sp: float, sa: float) -> None:
    p = float(salvo.common_aim(n, d0, b, sp, sa))
    double = float(salvo.common_aim(2 * n, d0, b, sp, sa))
    assert p <= double + 1e-13
    assert double <= salvo.independent(p, 2) + 1e-12  # two volleys, aimed anew


@given(rounds, shares, scales, scales, scales)
def test_three_routes_to_a_common_error_agree(n: int, d0: float, b: float, sp: float, sa: float) -> None:
    """Recursion of positive terms, Rice quadrature, grid of aim errors."""
    assume(sa < 3.0 * np.hypot(b, sp))
    p = float(salvo.common_aim(n, d0, b, sp, sa))
    assert salvo.common_aim_biased(n, d0, b, sp, sa, 0.0) == pytest.approx(p, rel=1e-9)
    grid = salvo.expected_salvo(np.zeros((1, 2)), n, d0, b, np.full(2, sp), np.full(2, sa))
    assert grid[0] == pytest.approx(p, abs=1e-6)


@given(rounds, shares, scales, scales, scales, st.floats(0.0, 100.0), st.floats(0.0, 50.0))
def test_bias_only_hurts(n: int, d0: float, b: float, sp: float, sa: float, bias: float, more: float) -> None:
    p = salvo.common_aim_biased(n, d0, b, sp, sa, bias)
    assert 0.0 <= salvo.common_aim_biased(n, d0, b, sp, sa, bias + more) <= p + 1e-12
    single = damage.expected_gaussian(d0, b, b, np.hypot(sp, sa), np.hypot(sp, sa), bias)
    assert salvo.common_aim_biased(1, d0, b, sp, sa, bias) == pytest.approx(float(single), rel=1e-8, abs=1e-15)


def test_bias_beyond_all_reach_is_nothing() -> None:
    assert salvo.common_aim_biased(10, 1.0, 5.0, 5.0, 5.0, 1e4) == 0.0


@pytest.mark.parametrize(("n", "d0", "b", "sp", "sa"), [(39, 1.0, 30.0, 6.0, 5.0), (80, 0.64, 15.0, 0.0, 24.0)])
def test_a_common_error_where_libraries_lose_digits(n: int, d0: float, b: float, sp: float, sa: float) -> None:
    """The exact alternating sum, in fractions of whole numbers."""
    s2 = Fraction(b) ** 2 + Fraction(sp) ** 2
    q, k = Fraction(d0) * Fraction(b) ** 2 / s2, Fraction(sa) ** 2 / s2
    exact = -sum(comb(n, i) * (-q) ** i / (1 + i * k) for i in range(1, n + 1))
    assert salvo.common_aim(n, d0, b, sp, sa) == pytest.approx(float(exact), rel=1e-13)


@given(st.floats(0.1, 60.0), shares, scales, scales, scales)
def test_a_poisson_number_of_rounds_meets_its_closed_form(
    mean: float, d0: float, b: float, sp: float, sa: float
) -> None:
    s2 = b * b + sp * sp
    rho, load = s2 / sa**2, mean * d0 * b * b / s2
    assume(rho < 60.0 and load > 1e-3)
    closed = 1.0 - np.exp(gammaln(rho + 1.0) - rho * np.log(load)) * gammainc(rho, load)
    p = salvo.common_aim_poisson(mean, d0, b, sp, sa)
    assert p == pytest.approx(closed, abs=1e-10)
    # fewer surprises with a fixed number of rounds
    assert (
        salvo.common_aim_poisson(float(round(mean)), d0, b, sp, sa)
        <= salvo.common_aim(round(mean), d0, b, sp, sa) + 1e-12
    )


@given(rounds, shares, scales, scales)
def test_without_a_common_error_rounds_are_independent(n: int, d0: float, b: float, sp: float) -> None:
    single = damage.expected_gaussian(d0, b, b, sp, sp)
    assert salvo.common_aim(n, d0, b, sp, 0.0) == pytest.approx(salvo.independent(single, n), rel=1e-12)
    assert salvo.common_aim(n, d0, b, sp, 1e-3) == pytest.approx(salvo.independent(single, n), rel=1e-6)


@given(st.integers(1, 60), st.floats(3.0, 60.0), st.floats(3.0, 40.0), st.floats(3.0, 60.0))
def test_cookie_cutters_with_a_common_error(n: int, radius: float, sp: float, sa: float) -> None:
    single = float(delivery.circle_probability(radius, float(np.hypot(sp, sa))))
    p = salvo.common_aim_cookie(n, radius, sp, sa)
    assert salvo.common_aim_cookie(1, radius, sp, sa) == pytest.approx(single, rel=1e-9)
    assert single * (1.0 - 1e-9) <= p <= salvo.independent(single, n) + 1e-12
    bound = damage.best_pattern(n, np.pi * radius**2, sa)
    assert p <= bound + 1e-9  # no pattern about a normal aim point beats its total lethal area


# Several targets.

PAIR = np.array([[-10.0, 0.0], [10.0, 0.0]])


@given(st.integers(1, 30), shares, scales, st.floats(5.0, 30.0), st.floats(5.0, 30.0), st.floats(0.0, 60.0))
def test_pitfall_06_a_shared_impact_is_not_one_redrawn_for_each(
    n: int, d0: float, b: float, sp: float, sa: float, apart: float
) -> None:
    """The joint chance lies between the bounds of its margins; targets close together fall together more often."""
    at = np.array([[0.0, 0.0], [apart, 0.0]])
    both = salvo.joint_kill(at, n, d0, b, sp, sa)
    margins = salvo.expected_salvo(at, n, d0, b, np.full(2, sp), np.full(2, sa))
    assert max(0.0, margins.sum() - 1.0) - 1e-9 <= both <= margins.min() + 1e-9
    if apart < 0.1 * b and n > 1:
        assert both >= salvo.joint_kill_redrawn(at, n, d0, b, sp, sa) - 1e-12


@given(st.integers(1, 30), st.floats(5.0, 30.0), st.floats(5.0, 30.0))
def test_the_order_and_place_of_two_targets_do_not_matter(n: int, sp: float, sa: float) -> None:
    plain = salvo.joint_kill(PAIR, n, 0.8, 15.0, sp, sa)
    assert salvo.joint_kill(PAIR[::-1], n, 0.8, 15.0, sp, sa) == pytest.approx(plain, rel=1e-9)
    assert salvo.joint_kill(PAIR[:, ::-1], n, 0.8, 15.0, sp, sa) == pytest.approx(plain, rel=1e-9)


TARGETS = np.array([[0.0, 0.0], [18.0, -4.0], [-30.0, 12.0], [5.0, 40.0], [60.0, 5.0]])
SCALES = np.array([14.0, 14.0, 9.0, 20.0, 14.0])


def test_expected_salvo_is_mirrored_with_its_targets() -> None:
    sp, sa = np.array([20.0, 6.0]), np.array([30.0, 10.0])
    plain = salvo.expected_salvo(TARGETS, 6, 0.7, SCALES, sp, sa)
    assert salvo.expected_salvo(-TARGETS, 6, 0.7, SCALES, sp, sa) == pytest.approx(plain, rel=1e-9)
    turned = salvo.expected_salvo(TARGETS[:, ::-1], 6, 0.7, SCALES, sp[::-1], sa[::-1])
    assert turned == pytest.approx(plain, rel=1e-9)
    assert np.all(np.diff(salvo.expected_salvo(TARGETS[[0, 1, 4]], 6, 0.7, 14.0, sp, sa)) < 0.0)


def test_pitfalls_05_06_19_simulated_volleys_meet_the_analytic_mode() -> None:
    """20,000 volleys through `impacts` and `kill_probability`: each target, the mean and the variance of the kills.

    Variance matters: redrawing impacts for each target, or aim for each round, leaves every single-round chance right.
    """
    volleys, n, d0 = 20_000, 6, 0.7
    sp, sa = np.array([20.0, 6.0]), np.array([30.0, 10.0])
    rng = np.random.default_rng(19)
    mpi, z = rng.normal(size=(volleys, 2)), rng.normal(size=(volleys, n, 2))
    # bearing north: range is y, so targets are given as (deflection, range)
    at = delivery.impacts(0.0, 0.0, 0.0, sp[0], sp[1], mpi, z, sa[0], sa[1]).reshape(-1, 2)
    radius = SCALES * np.sqrt(2.0 * d0)
    kill = damage.kill_probability(at, TARGETS[:, ::-1], d0, radius).reshape(volleys, n, -1)
    dead = damage.killed(kill, rng.uniform(size=(volleys, len(TARGETS))), axis=1)
    want = salvo.expected_salvo(TARGETS, n, d0, SCALES, sp, sa)
    assert np.all(np.abs(dead.mean(axis=0) - want) < 4.0 * np.sqrt(want * (1.0 - want) / volleys))
    count = dead.sum(axis=1)
    mean, variance = salvo.kill_moments(TARGETS, n, d0, SCALES, sp, sa)
    assert mean == pytest.approx(want.sum(), rel=1e-9)
    assert count.mean() == pytest.approx(mean, abs=4.0 * np.sqrt(variance / volleys))
    kurtosis = np.mean((count - mean) ** 4) - variance**2
    assert count.var() == pytest.approx(variance, abs=4.0 * np.sqrt(kurtosis / volleys))
    # and the test can tell: independent targets would vary less by ten standard errors
    assert np.sum(want * (1.0 - want)) < variance - 8.0 * np.sqrt(kurtosis / volleys)


def test_kill_moments_of_one_target_are_those_of_a_coin() -> None:
    two = np.array([12.0, 9.0])
    mean, variance = salvo.kill_moments(TARGETS[:1], 6, 1.0, 15.0, two, 2.0 * two)
    assert variance == pytest.approx(mean * (1.0 - mean), rel=1e-12)


def test_kill_moments_of_a_pair_hold_its_joint_chance() -> None:
    mean, variance = salvo.kill_moments(PAIR, 6, 1.0, 15.0, np.full(2, 12.0), np.full(2, 25.0))
    both = salvo.joint_kill(PAIR, 6, 1.0, 15.0, 12.0, 25.0)
    assert variance == pytest.approx(mean + 2.0 * both - mean**2, rel=1e-9)
