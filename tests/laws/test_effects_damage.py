"""Laws of damage: bounded, blind to turning, averages agree with integrals, small chances keep their digits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.effects import damage, delivery
from sim.geometry import rotate

sigmas = st.floats(0.5, 80.0)
radii = st.floats(0.5, 150.0)
offsets = st.floats(0.0, 200.0)
shares = st.floats(0.01, 1.0)
turns = st.floats(-7.0, 7.0)

# Damage functions.


@given(offsets, offsets, shares, radii, radii)
def test_damage_is_bounded_mirrors_and_falls_off(dx: float, dy: float, d0: float, rx: float, ry: float) -> None:
    for law in (damage.carleton, damage.gaussian):
        p = float(law(dx, dy, d0, rx, ry))
        assert 0.0 <= p <= d0
        assert law(-dx, dy, d0, rx, ry) == law(dx, -dy, d0, rx, ry) == p
        assert law(dx * 1.1, dy * 1.1, d0, rx, ry) <= p
        assert law(0.0, 0.0, d0, rx, ry) == d0
    bx, by = damage.carleton_scale(rx, d0), damage.carleton_scale(ry, d0)
    assert damage.carleton(dx, dy, d0, rx, ry) == pytest.approx(damage.gaussian(dx, dy, d0, bx, by), rel=1e-9)


@given(shares, st.floats(5.0, 50.0), st.floats(5.0, 50.0))
def test_lethal_area_is_the_integral_and_forgets_d0(d0: float, rx: float, ry: float) -> None:
    area = float(damage.lethal_area_carleton(rx, ry))
    bx, by = damage.carleton_scale(rx, d0), damage.carleton_scale(ry, d0)
    assert damage.lethal_area_gaussian(d0, bx, by) == pytest.approx(area, rel=1e-12)
    step = np.linspace(-9.0, 9.0, 181)
    x, y = step[:, None] * bx, step * by
    total = np.sum(damage.carleton(x, y, d0, rx, ry)) * (0.1 * bx) * (0.1 * by)
    assert total == pytest.approx(area, rel=1e-9)


@given(shares, st.floats(5.0, 50.0), st.floats(5.0, 50.0), sigmas, sigmas, offsets, offsets)
def test_expected_damage_is_the_average_over_impacts(
    d0: float, bx: float, by: float, sx: float, sy: float, dx: float, dy: float
) -> None:
    z, w = np.polynomial.hermite_e.hermegauss(120)
    w = w / np.sqrt(2.0 * np.pi)
    assume(sx < 3.0 * bx and sy < 3.0 * by)
    mean = w @ damage.gaussian(dx - sx * z[:, None], dy - sy * z, d0, bx, by) @ w
    got = damage.expected_gaussian(d0, bx, by, sx, sy, dx, dy)
    assert got == pytest.approx(mean, rel=1e-6, abs=1e-12)
    assert got <= d0


@given(radii, st.floats(5.0, 60.0))
def test_a_cookie_cutter_bounds_the_diffuse_form_of_equal_area(radius: float, sigma: float) -> None:
    b = damage.carleton_scale(radius, 1.0)
    cookie = delivery.circle_probability(radius, sigma)
    assert damage.expected_gaussian(1.0, b, b, sigma, sigma) <= cookie + 1e-15


def test_cookie_cutter_has_a_rim() -> None:
    assert damage.cookie_cutter(np.array([3.0, 3.1]), 4.0, 5.0).tolist() == [1.0, 0.0]


@given(st.floats(20.0, 200.0), st.floats(20.0, 200.0), offsets)
def test_rectangle_share_is_the_average_over_its_points(length: float, width: float, off: float) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(60)
    w = 0.5 * weights
    x, y = off + 0.5 * length * nodes[:, None], 0.5 * width * nodes
    mean = w @ damage.expected_gaussian(0.7, 25.0, 15.0, 30.0, 12.0, x, y) @ w
    got = damage.expected_rectangle(length, width, 0.7, 25.0, 15.0, 30.0, 12.0, off, 0.0)
    assert got == pytest.approx(mean, rel=1e-9, abs=1e-14)


# Many impacts, many targets.

points = arrays(np.float64, st.tuples(st.integers(1, 6), st.just(2)), elements=st.floats(-100.0, 100.0))


@given(points, points, shares)
def test_kill_probability_is_the_carleton_form_of_every_pair(at: np.ndarray, targets: np.ndarray, d0: float) -> None:
    radius = np.linspace(5.0, 30.0, len(targets))
    before = at.copy(), targets.copy()
    got = damage.kill_probability(at, targets, d0, radius)
    gap = at[:, None] - targets
    assert got == pytest.approx(damage.carleton(gap[..., 0], gap[..., 1], d0, radius, radius), rel=1e-9, abs=1e-300)
    assert np.all(at == before[0])
    assert np.all(targets == before[1])


@given(points, points, shares, turns, st.floats(-1e3, 1e3))
def test_kill_probability_is_blind_to_turning_and_shifting(
    at: np.ndarray, targets: np.ndarray, d0: float, turn: float, shift: float
) -> None:
    def moved(p: np.ndarray) -> np.ndarray:
        return np.stack(rotate(p[:, 0], p[:, 1], turn), axis=-1) + shift

    plain = damage.kill_probability(at, targets, d0, 20.0)
    assert damage.kill_probability(moved(at), moved(targets), d0, 20.0) == pytest.approx(plain, rel=1e-6, abs=1e-12)


def test_pruning_a_target_changes_nobody_else() -> None:
    at, targets = np.array([[0.0, 0.0], [9.0, 3.0]]), np.array([[5.0, 0.0], [400.0, 0.0], [0.0, 8.0]])
    radius = np.array([10.0, 12.0, 9.0])
    whole = damage.kill_probability(at, targets, 0.6, radius)
    near = damage.kill_probability(at, targets[[0, 2]], 0.6, radius[[0, 2]])
    assert np.all(whole[:, [0, 2]] == near)
    assert np.all(whole[:, 1] < 1e-12)


@given(shares, radii)
def test_nobody_beyond_the_reach_need_be_looked_at(d0: float, radius: float) -> None:
    reach = damage.carleton_reach(d0, radius)
    assert damage.carleton(reach, 0.0, d0, radius, radius) == pytest.approx(damage.NEGLIGIBLE, rel=1e-6)
    assert damage.carleton_reach(1e-13, radius) == 0.0


def test_radius_zero_is_out_of_reach_even_of_a_direct_hit() -> None:
    at = np.zeros((1, 2))
    assert damage.kill_probability(at, np.zeros((2, 2)), 1.0, np.array([0.0, 5.0])).tolist() == [[0.0, 1.0]]
    assert damage.kill_probability(np.zeros((0, 2)), np.zeros((2, 2)), 1.0, 5.0).shape == (0, 2)


chances = arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 4)), elements=st.floats(0.0, 1.0))


@given(chances, st.integers(0, 7))
def test_survival_of_a_split_volley_is_that_of_the_whole(kill: np.ndarray, cut: int) -> None:
    whole = np.exp(damage.log_survival(kill))
    parts = np.exp(damage.log_survival(kill[:cut]) + damage.log_survival(kill[cut:]))
    assert parts == pytest.approx(whole, rel=1e-9, abs=1e-15)
    assert whole == pytest.approx(np.prod(1.0 - kill, axis=0), rel=1e-9, abs=1e-15)


@given(chances)
def test_fate_at_the_ends_of_luck(kill: np.ndarray) -> None:
    targets = kill.shape[1]
    lucky = damage.killed(kill, np.full(targets, np.nextafter(1.0, 0.0)))
    unlucky = damage.killed(kill, np.zeros(targets))
    assert np.all(unlucky == (kill.max(axis=0) > 0.0))
    assert np.all(lucky[kill.max(axis=0) >= 1.0] == 1.0)
    assert np.all(lucky <= unlucky)
    assert np.all(lucky[np.prod(1.0 - kill, axis=0) > 1e-12] == 0.0)


def test_small_chances_keep_their_digits() -> None:
    kill = np.full((1_000_000, 1), 1e-12)
    assert -np.expm1(damage.log_survival(kill))[0] == pytest.approx(1e-6, rel=1e-6)


# Areas.


@given(radii, radii, st.floats(0.0, 320.0))
def test_lens_is_symmetric_and_never_more_than_the_smaller_circle(r1: float, r2: float, d: float) -> None:
    lens = float(damage.lens_area(r1, r2, d))
    assert 0.0 <= lens <= np.pi * min(r1, r2) ** 2 * (1.0 + 1e-9)
    assert lens == pytest.approx(damage.lens_area(r2, r1, d), rel=1e-9, abs=1e-9)
    assert damage.lens_area(r1, r2, d * 1.01 + 0.01) <= lens + 1e-6


@given(radii, st.floats(5.0, 60.0), st.floats(5.0, 120.0))
def test_disc_share_by_lens_and_by_offset_circle(lethal: float, sigma: float, target: float) -> None:
    """The average of the offset circle over the disc against the Rayleigh-weighted lens: two ways to one number."""
    edges = np.unique(np.clip([0.0, abs(lethal - target), lethal + target, 9.0 * sigma], 0.0, 9.0 * sigma))
    nodes, weights = np.polynomial.legendre.leggauss(200)
    total = 0.0
    for a, b in pairwise(edges):
        u = 0.5 * (a + b) + 0.5 * (b - a) * nodes
        density = u / sigma**2 * np.exp(-0.5 * (u / sigma) ** 2)
        total += 0.5 * (b - a) * np.sum(weights * density * damage.lens_area(lethal, target, u))
    got = damage.expected_disc(lethal, target, sigma)
    assert got == pytest.approx(total / (np.pi * target**2), rel=2e-5)
    assert 0.0 <= got <= 1.0 + 1e-12


@given(st.integers(1, 300), st.floats(1.0, 900.0), st.floats(20.0, 90.0))
def test_no_pattern_beats_the_bound(rounds: int, area: float, sigma: float) -> None:
    bound = damage.best_pattern(rounds, area, sigma)
    assert 0.0 <= damage.confetti(rounds, area, sigma) <= bound + 1e-15
    radius = np.sqrt(area / np.pi)
    independent = -np.expm1(rounds * np.log1p(-delivery.circle_probability(radius, sigma)))
    if rounds == 1:
        assert independent == pytest.approx(bound, rel=1e-9)


@given(st.integers(0, 500), st.floats(1.0, 900.0))
def test_pitfall_17_random_fire_against_its_poisson_limit(rounds: int, area: float) -> None:
    fixed, poisson = damage.random_fire(rounds, area, 9e4), damage.random_fire_poisson(rounds, area, 9e4)
    assert 0.0 <= poisson <= fixed + 1e-15
    assert fixed <= rounds * area / 9e4 + 1e-15
    assert fixed == pytest.approx(poisson, abs=area / 9e4)


def test_pitfall_17_edges_are_the_difference_between_a_torus_and_a_field() -> None:
    """Impacts at random in a square: with wrapped distances the law is exact, without them the rim is spared."""
    rng = np.random.default_rng(5)
    side, radius, rounds, battles = 300.0, 30.0, 20, 2_000
    shots = rng.uniform(0.0, side, (battles, rounds, 2))
    gap = np.abs(shots - rng.uniform(0.0, side, (battles, 1, 2)))
    wrapped = np.minimum(gap, side - gap)
    law = float(damage.random_fire(rounds, np.pi * radius**2, side**2))
    torus = np.mean(np.any(damage.cookie_cutter(wrapped[..., 0], wrapped[..., 1], radius) > 0.0, axis=1))
    field = np.mean(np.any(damage.cookie_cutter(gap[..., 0], gap[..., 1], radius) > 0.0, axis=1))
    assert torus == pytest.approx(law, abs=4 * np.sqrt(law * (1 - law) / battles))
    assert field < torus
