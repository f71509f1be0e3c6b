"""Laws of looking: exact along legs however they are cut, turned or timed; frozen chances stay frozen."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.effects import seeing
from sim.geometry import rotate

metres = st.floats(-5e3, 5e3).map(lambda v: round(v, 2))
speeds = st.floats(-40.0, 40.0).map(lambda v: round(v, 2))
heights = st.sampled_from([1.0, 2.5, 40.0, 900.0])
seconds = st.floats(0.01, 3e3)
legs = st.tuples(metres, metres, speeds, speeds, heights)
Leg = tuple[float, float, float, float, float]


@given(legs, seconds)
def test_exposure_is_the_integral(leg: Leg, t: float) -> None:
    px, py, vx, vy, z = leg
    c = vx * vx + vy * vy
    near = -(px * vx + py * vy) / c if c else 0.0
    r = np.hypot(np.hypot(px + vx * near, py + vy * near), z)
    pace = r / np.sqrt(c) if c else t
    cuts = np.unique(np.clip([0.0, *(near + pace * np.array([-30, -5, -1, 0, 1, 5, 30])), t], 0.0, t))

    def hazard(s: float) -> float:
        return float(((px + vx * s) ** 2 + (py + vy * s) ** 2 + z * z) ** -1.5)

    whole = sum(quad(hazard, a, b, epsrel=1e-11, epsabs=0.0)[0] for a, b in pairwise(cuts))
    assert seeing.exposure(px, py, vx, vy, z, t) == pytest.approx(whole, rel=1e-8)


@given(legs, seconds)
def test_time_to_exposure_undoes_exposure(leg: Leg, t: float) -> None:
    h = seeing.exposure(*leg, t)
    back = seeing.time_to_exposure(*leg, h)
    if np.isinf(back):  # only where all there is to come is below rounding
        assert h == pytest.approx(seeing.exposure(*leg, 1e9), rel=1e-9)
    else:
        assert seeing.exposure(*leg, back) == pytest.approx(h, rel=1e-9)


@given(st.floats(10.0, 5e3), st.floats(0.1, 40.0), st.floats(0.0, 6.3), st.floats(0.001, 0.999), st.booleans())
def test_exactly_head_on_and_receding(r0: float, speed: float, turn: float, share: float, coming: bool) -> None:
    """From r0 to r1 straight at speed v: |1/r1**2 - 1/r0**2|/(2 v), and the inverse finds the moment."""
    v = -speed if coming else speed
    t = share * r0 / speed
    r1 = r0 + v * t
    px, py = (float(q) for q in rotate(r0, 0.0, turn))
    vx, vy = px / r0 * v, py / r0 * v
    h = abs(1.0 / r1**2 - 1.0 / r0**2) / (2.0 * speed)
    assert seeing.exposure(px, py, vx, vy, 0.0, t) == pytest.approx(h, rel=1e-6)
    assert seeing.time_to_exposure(px, py, vx, vy, 0.0, h) == pytest.approx(t, rel=1e-6)


@given(legs, seconds, st.floats(0.0, 1.0))
def test_pitfall_03_cutting_a_leg_changes_nothing(leg: Leg, t: float, share: float) -> None:
    px, py, vx, vy, z = leg
    cut = share * t
    first = seeing.exposure(px, py, vx, vy, z, cut)
    second = seeing.exposure(px + vx * cut, py + vy * cut, vx, vy, z, t - cut)
    assert first + second == pytest.approx(seeing.exposure(*leg, t), rel=1e-9)


@given(legs, seconds, st.floats(0.0, 6.3))
def test_exposure_is_blind_to_turning_mirroring_and_running_backwards(leg: Leg, t: float, turn: float) -> None:
    px, py, vx, vy, z = leg
    plain = seeing.exposure(*leg, t)
    ax, ay = rotate(py, px, turn)
    bx, by = rotate(vy, vx, turn)
    assert seeing.exposure(ax, ay, bx, by, z, t) == pytest.approx(plain, rel=1e-8)
    assert seeing.exposure(-px, py, -vx, vy, -z, t) == pytest.approx(plain, rel=1e-12)
    assert seeing.exposure(px + vx * t, py + vy * t, -vx, -vy, z, t) == pytest.approx(plain, rel=1e-9)


@given(legs, seconds, st.sampled_from([0.25, 2.0, 64.0]))
def test_exposure_scales_with_the_unit_of_time_and_of_length(leg: Leg, t: float, k: float) -> None:
    px, py, vx, vy, z = leg
    assume(vx or vy)
    plain = seeing.exposure(*leg, t)
    assert seeing.exposure(px, py, vx * k, vy * k, z, t / k) * k == pytest.approx(plain, rel=1e-12)
    assert seeing.exposure(px * k, py * k, vx * k, vy * k, z * k, t) * k**3 == pytest.approx(plain, rel=1e-12)


@given(legs, seconds, st.floats(1.0, 3.0))
def test_exposure_grows_with_time_and_falls_with_height(leg: Leg, t: float, more: float) -> None:
    px, py, vx, vy, z = leg
    plain = seeing.exposure(*leg, t)
    assert seeing.exposure(*leg, t * more) >= plain * (1.0 - 1e-12)
    assert seeing.exposure(px, py, vx, vy, z * more, t) <= plain * (1.0 + 1e-12)


@given(legs)
def test_endless_need_is_never_met_and_no_need_at_once(leg: Leg) -> None:
    assert seeing.time_to_exposure(*leg, np.inf) == np.inf
    assert seeing.time_to_exposure(*leg, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert seeing.exposure(*leg, 0.0) == 0.0


def test_edges_of_exposure_are_numbers() -> None:
    """Same place, standing still, straight through: no warning, no nan."""
    px, vx, t = np.array([0.0, 0.0, -100.0, 5.0]), np.array([0.0, 3.0, 10.0, 0.0]), np.array([5.0, 5.0, 30.0, 0.0])
    zero = np.zeros(4)
    h = seeing.exposure(px, zero, vx, zero, zero, t)
    assert h[2] == np.inf
    assert not np.any(np.isnan(h))
    through = seeing.time_to_exposure(px, zero, vx, zero, zero, np.array([1.0, 1.0, 1e20, 2.0]))
    assert through[:3] == pytest.approx([0.0, 0.0, 10.0], abs=1e-5)
    assert through[3] == pytest.approx(2.0 * 125.0)


@given(legs, seconds)
def test_one_pair_and_many_pairs_give_the_same(leg: Leg, t: float) -> None:
    many = [np.full((2, 3), v) for v in (*leg, t)]
    assert np.all(seeing.exposure(*many) == seeing.exposure(*leg, t))


@given(st.floats(50.0, 3e3), st.floats(0.5, 30.0), st.floats(1e3, 1e8))
def test_a_whole_pass_gives_the_lateral_range_curve(x: float, speed: float, k: float) -> None:
    far = 1e4 * x / speed
    total = k * seeing.exposure(-speed * far, x, speed, 0.0, 0.0, 2.0 * far)
    width = seeing.sweep_width(k / speed)
    assert -np.expm1(-total) == pytest.approx(seeing.lateral_range(x, width), rel=1e-6)


def test_the_sweep_width_is_the_area_under_the_lateral_range_curve() -> None:
    pieces = [quad(lambda x: float(seeing.lateral_range(x, 800.0)), a, b)[0] for a, b in ((0, 800), (800, np.inf))]
    assert 2.0 * sum(pieces) == pytest.approx(800.0, rel=1e-6)
    assert seeing.lateral_range(0.0, 800.0) == 1.0
    assert seeing.lateral_range(np.array([0.0, 5.0]), 0.0).tolist() == [0.0, 0.0]


def test_parallel_sweeps_beat_random_search_and_meet_it_when_thin() -> None:
    ratio = np.array([0.01, 0.3, 1.0, 3.0])  # W/S: the same effort for both
    ordered, random = seeing.parallel_sweeps(ratio, 1.0), seeing.random_search(ratio, 1.0, 1.0)
    assert np.all(ordered > random)
    assert ordered[0] == pytest.approx(random[0], rel=0.01)


# Glimpses.


@given(st.floats(1e-9, 0.999), st.floats(0.1, 60.0), st.integers(1, 1000))
def test_pitfall_03_no_glimpse_taken_as_rate_times_dt(g: float, dt: float, looks: int) -> None:
    """Halving the step and taking the chance of half a look leaves the law of the detection time unchanged."""
    rate = seeing.glimpse_rate(g, dt)
    half = -np.expm1(0.5 * np.log1p(-g))
    assert seeing.glimpse_rate(half, 0.5 * dt) == pytest.approx(rate, rel=1e-9)
    assert seeing.continuous_looking(rate, looks * dt) == pytest.approx(seeing.repeated_glimpse(g, looks), rel=1e-9)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_glimpses_in_any_order_and_never_less_than_the_best_one(looks: list[float]) -> None:
    got = seeing.glimpses(np.array(looks))
    assert 0.0 <= got <= 1.0
    assert got >= max(looks) * (1.0 - 1e-12)
    assert seeing.glimpses(np.array(looks[::-1])) == pytest.approx(got, rel=1e-12)


def test_glimpse_edges() -> None:
    assert seeing.glimpses(np.array([0.2, 1.0])) == 1.0
    assert seeing.repeated_glimpse(1e-15, 1000) == pytest.approx(1e-12, rel=1e-12)
    assert seeing.glimpse_rate(0.0, 1.0) == 0.0


@given(st.floats(50.0, 4e3), st.floats(1.0, 20.0), st.floats(1e5, 1e8))
def test_head_on_is_the_limit_of_a_long_approach(range_m: float, speed: float, k: float) -> None:
    far = 1e7
    total = k * seeing.exposure(-far, 0.0, speed, 0.0, 0.0, (far - range_m) / speed)
    assert -np.expm1(-total) == pytest.approx(seeing.head_on(k, speed, range_m), rel=1e-6)
