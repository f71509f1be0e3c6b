"""Laws of delivery: the common error is common, axes are where they should be, routes to a number agree."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.effects import delivery
from sim.geometry import rotate

sigmas = st.floats(0.5, 80.0)
radii = st.floats(0.5, 150.0)
offsets = st.floats(0.0, 200.0)
normals = arrays(np.float64, (5, 2), elements=st.floats(-4.0, 4.0))
one_normal = arrays(np.float64, (2,), elements=st.floats(-4.0, 4.0))
turns = st.floats(-7.0, 7.0)


def luck(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# Impacts.


@given(one_normal, normals, turns, st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_impacts_turn_and_shift_with_the_aim(
    mpi: np.ndarray, precision: np.ndarray, turn: float, x: float, y: float
) -> None:
    plain = delivery.impacts(0.0, 0.0, 0.0, 40.0, 10.0, mpi, precision, 25.0, 8.0)
    got = delivery.impacts(x, y, turn, 40.0, 10.0, mpi, precision, 25.0, 8.0)
    # bearing 0 is north: deflection is east, range is north
    east, north = rotate(plain[:, 1], plain[:, 0], turn)
    assert got == pytest.approx(np.stack((x + east, y + north), axis=-1), abs=1e-8)


@given(one_normal, normals, turns)
def test_the_rounds_of_a_volley_share_one_error(mpi: np.ndarray, precision: np.ndarray, turn: float) -> None:
    with_aim = delivery.impacts(0.0, 0.0, turn, 40.0, 10.0, mpi, precision, 25.0, 8.0)
    without = delivery.impacts(0.0, 0.0, turn, 40.0, 10.0, mpi, precision, 0.0, 0.0)
    shift = with_aim - without
    assert shift == pytest.approx(np.tile(shift[0], (5, 1)), abs=1e-9)
    assert np.hypot(*shift[0]) == pytest.approx(np.hypot(*(mpi * [25.0, 8.0])), abs=1e-9)


@given(one_normal, normals, turns, st.integers(1, 4))
def test_splitting_a_volley_moves_no_round(mpi: np.ndarray, precision: np.ndarray, turn: float, cut: int) -> None:
    def fire(z: np.ndarray) -> np.ndarray:
        return delivery.impacts(3.0, 4.0, turn, 40.0, 10.0, mpi, z, 25.0, 8.0)

    parts = np.concatenate((fire(precision[:cut]), fire(precision[cut:])))
    assert np.all(parts == fire(precision))


@given(turns)
def test_perfect_delivery_hits_the_aim_point(turn: float) -> None:
    got = delivery.impacts(12.0, -7.0, turn, 0.0, 0.0, np.ones(2), np.ones((5, 2)), 0.0, 0.0)
    assert np.all(got == [12.0, -7.0])


def test_several_volleys_at_once_are_the_single_ones() -> None:
    rng = luck(1)
    mpi, precision = rng.normal(size=(3, 2)), rng.normal(size=(3, 4, 2))
    x, turn = np.array([[0.0], [50.0], [9.0]]), np.array([[0.1], [2.0], [4.0]])
    together = delivery.impacts(x, 1.0, turn, 30.0, 8.0, mpi, precision, 20.0, 5.0)
    for i in range(3):
        alone = delivery.impacts(float(x[i, 0]), 1.0, float(turn[i, 0]), 30.0, 8.0, mpi[i], precision[i], 20.0, 5.0)
        assert together[i] == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("degrees", [0.0, 90.0, 37.0])
def test_pitfall_18_range_error_lies_along_the_line_of_fire(degrees: float) -> None:
    """Range error 60 m, deflection 6 m: the empirical covariance matrix, not the radii, within 4 SE."""
    n, turn = 20_000, np.radians(degrees)
    z = luck(2).normal(size=(n, 2))
    got = np.cov(delivery.impacts(0.0, 0.0, turn, 60.0, 6.0, np.zeros(2), z, 0.0, 0.0).T)
    along, across = np.array([np.sin(turn), np.cos(turn)]), np.array([np.cos(turn), -np.sin(turn)])
    want = 60.0**2 * np.outer(along, along) + 6.0**2 * np.outer(across, across)
    assert got == pytest.approx(want, abs=4 * np.sqrt(2.0 / n) * 60.0**2)
    assert along @ got @ along == pytest.approx(60.0**2, rel=4 * np.sqrt(2.0 / n))
    assert across @ got @ across == pytest.approx(6.0**2, rel=4 * np.sqrt(2.0 / n))


def test_pitfall_05_rounds_of_a_volley_are_correlated_as_stated() -> None:
    """4,000 volleys of six: intra-volley correlation and spread about the volley mean, within 4 SE."""
    volleys, rounds, aim, precision = 4_000, 6, 25.0, 12.0
    rng = luck(3)
    mpi, z = rng.normal(size=(volleys, 2)), rng.normal(size=(volleys, rounds, 2))
    x = delivery.impacts(0.0, 0.0, 0.7, precision, precision, mpi, z, aim, aim)
    mean = x.mean(axis=1)
    spread = np.mean(np.sum((x - mean[:, None]) ** 2, axis=2))
    assert spread == pytest.approx(float(delivery.spread_about_mean(precision, rounds)), rel=4 * 0.0071)
    between = mean.var(axis=0).mean()
    assert between == pytest.approx(float(delivery.volley_mean_variance(aim, precision, rounds)), rel=4 * 0.016)
    pairs = [np.corrcoef(x[:, i, a], x[:, j, a])[0, 1] for a in (0, 1) for i in range(rounds) for j in range(i)]
    assert np.mean(pairs) == pytest.approx(float(delivery.volley_correlation(aim, precision)), abs=4 * 0.005)


# Probabilities of hitting.


def test_pitfall_23_probable_error_cep_and_sigma_are_three_things() -> None:
    sigma = delivery.sigma_from_cep(50.0)
    assert delivery.cep_from_sigma(sigma) == pytest.approx(50.0)
    assert delivery.circle_probability(50.0, sigma) == pytest.approx(0.5)
    pe = delivery.pe_from_sigma(sigma)
    assert delivery.sigma_from_pe(pe) == pytest.approx(sigma)
    assert delivery.box_probability(pe, 1e9, sigma, sigma) == pytest.approx(0.5)
    assert pe < sigma < delivery.cep_from_sigma(sigma) < delivery.drms(sigma, sigma)
    assert delivery.radial_quantile(sigma, 0.5) == pytest.approx(50.0)
    assert delivery.within_pe(1.0) == pytest.approx(0.5)
    assert delivery.sigma_from_mil(1.0, 1000.0) == pytest.approx(0.9817477)


@given(radii, sigmas, offsets, st.floats(1.0, 2.0))
def test_circle_probability_is_bounded_and_monotone(radius: float, sigma: float, offset: float, more: float) -> None:
    p = float(delivery.circle_probability(radius, sigma, offset))
    assert 0.0 <= p <= 1.0
    assert delivery.circle_probability(radius * more, sigma, offset) >= p * (1.0 - 1e-12)
    assert delivery.circle_probability(radius, sigma, offset * more) <= p * (1.0 + 1e-12)
    assert delivery.circle_probability(radius * 3.0, sigma * 3.0, offset * 3.0) == pytest.approx(p, rel=1e-9)


@given(radii, sigmas, st.floats(0.0, 60.0), st.floats(0.0, 6.3))
def test_three_routes_to_the_circle_agree(radius: float, sigma: float, offset: float, turn: float) -> None:
    assume(offset < 6.0 * sigma + radius)
    p = float(delivery.circle_probability(radius, sigma, offset))
    dx, dy = (float(v) for v in rotate(offset, 0.0, turn))
    assert delivery.offset_ellipse_probability(radius, sigma, sigma, dx, dy) == pytest.approx(p, abs=1e-11)
    if offset == 0.0:
        assert delivery.elliptical_probability(radius, sigma, sigma) == pytest.approx(p, rel=1e-12)


@given(radii, sigmas, st.floats(0.02, 1.0), offsets, offsets)
def test_ellipse_mirrors_and_swaps(radius: float, sigma: float, ratio: float, dx: float, dy: float) -> None:
    other = sigma * ratio
    p = delivery.offset_ellipse_probability(radius, sigma, other, dx, dy)
    assert 0.0 <= p <= 1.0
    assert delivery.offset_ellipse_probability(radius, sigma, other, -dx, dy) == pytest.approx(p, rel=1e-9, abs=1e-12)
    assert delivery.offset_ellipse_probability(radius, other, sigma, dy, -dx) == pytest.approx(p, rel=1e-9, abs=1e-12)
    centred = delivery.offset_ellipse_probability(radius, sigma, other, 0.0, 0.0)
    assert delivery.elliptical_probability(radius, sigma, other) == pytest.approx(centred, abs=1e-11)
    assert p <= centred + 1e-12


@given(sigmas, st.floats(0.02, 1.0), st.floats(0.0, 60.0))
def test_medians_hold_half(sigma: float, ratio: float, bias: float) -> None:
    cep = delivery.elliptical_cep(sigma, sigma * ratio)
    assert delivery.elliptical_probability(cep, sigma, sigma * ratio) == pytest.approx(0.5, abs=1e-10)
    assert delivery.elliptical_cep(sigma * ratio, sigma) == pytest.approx(cep, rel=1e-9)
    median = delivery.rice_median(sigma, bias)
    assert delivery.circle_probability(median, sigma, bias) == pytest.approx(0.5, abs=1e-10)
    assert delivery.rice_median(sigma, 0.0) == pytest.approx(float(delivery.cep_from_sigma(sigma)), rel=1e-12)


def test_the_rule_of_thumb_for_the_elliptical_cep() -> None:
    assert delivery.elliptical_cep(30.0, 12.0) == pytest.approx(0.562 * 30.0 + 0.615 * 12.0, rel=0.01)


@given(st.floats(-40.0, 40.0), st.floats(0.0, 10.0))
def test_interval_probability_keeps_its_digits_in_both_tails(low: float, width: float) -> None:
    p = delivery.interval_probability(low, low + width)
    assert 0.0 <= p <= 1.0
    assert delivery.interval_probability(-low - width, -low) == pytest.approx(p, rel=1e-12)
    assert delivery.interval_probability(9.0, 9.5) == pytest.approx(1.1285884e-19 - 1.0494515e-21, rel=1e-6)
