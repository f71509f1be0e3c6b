"""Laws of looking by resolution: the transfer function, who never sees, and the way a target comes in."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.effects import resolution


@given(st.floats(0.0, 6.0), st.floats(0.0, 6.0))
def test_ttpf_rises_from_nothing_to_one_through_a_half(one: float, two: float) -> None:
    low, high = sorted((one, two))
    p, q = resolution.ttpf(low), resolution.ttpf(high)
    assert 0.0 <= p <= q <= 1.0
    assert resolution.ttpf(0.0) == 0.0
    assert resolution.ttpf(1.0) == 0.5


@given(st.floats(0.2, 3.0))
def test_pitfall_10_detection_saturates_at_its_ensemble_share(x: float) -> None:
    assert resolution.time_limited(x, 1e9) == resolution.ttpf(x)
    assert resolution.time_limited(x, 10.0) < resolution.ttpf(x)


@given(st.floats(0.2, 3.0), st.floats(0.0, 1.0, exclude_max=True))
def test_pitfall_10_who_will_never_see_never_sees(x: float, u: float) -> None:
    share = float(resolution.ttpf(x))
    assert resolution.time_to_detect(x, share, u) == np.inf
    assert resolution.time_to_detect(x, np.nextafter(share, 0.0), u) < np.inf
    t = resolution.time_to_detect(x, 0.0, u)
    assert resolution.time_limited(x, t) == pytest.approx(share * u, rel=1e-9, abs=1e-12)


def test_approach_detection_meets_quadrature_and_adds_up_over_cuts() -> None:
    sensor = {"dimension_m": 1.5, "cycles_per_mrad": 0.8, "n50": 1.0, "tau_s": 200.0}

    def hazard(r: float) -> float:
        return float(resolution.ttpf(resolution.resolvable_cycles(1.5, r, 0.8) / 1.0)) / 200.0

    whole = resolution.approach_detection(3000.0, 300.0, 4.0, **sensor)
    assert whole == pytest.approx(-np.expm1(-quad(hazard, 300.0, 3000.0, epsabs=1e-13, limit=200)[0] / 4.0), rel=1e-11)
    far = resolution.approach_detection(3000.0, 1200.0, 4.0, **sensor)
    near = resolution.approach_detection(1200.0, 300.0, 4.0, **sensor)
    assert 1.0 - (1.0 - far) * (1.0 - near) == pytest.approx(whole, rel=1e-12)


# Along a leg.

metres = st.floats(-4e3, 4e3).map(lambda v: round(v, 2))
speeds = st.floats(-30.0, 30.0).map(lambda v: round(v, 2))
legs = st.tuples(metres, metres, speeds, speeds, st.floats(0.0, 2e3))
spans = st.floats(1.0, 2000.0)
halfways = st.floats(50.0, 5e3)
Leg = tuple[float, float, float, float, float]


@settings(max_examples=30)
@given(legs, spans, halfways)
def test_exposure_is_the_integral(leg: Leg, t: float, halfway: float) -> None:
    px, py, vx, vy, z = leg

    def hazard(s: float) -> float:
        return float(resolution.ttpf(halfway / np.sqrt((px + vx * s) ** 2 + (py + vy * s) ** 2 + z * z + 1e-12)))

    c = vx * vx + vy * vy
    near = -(px * vx + py * vy) / c if c else 0.0
    pace = halfway / np.sqrt(c) if c else t
    cuts = np.unique(np.clip([0.0, *(near + pace * np.array([-9, -3, -1, -0.3, 0, 0.3, 1, 3, 9])), t], 0.0, t))
    whole = sum(quad(hazard, a, b, epsabs=1e-11, epsrel=1e-11, limit=200)[0] for a, b in pairwise(cuts))
    assert resolution.resolved_exposure(*leg, t, halfway) == pytest.approx(whole, rel=1e-8, abs=1e-9)


@given(legs, spans, halfways, st.floats(0.0, 1.0))
def test_pitfall_03_cutting_a_leg_changes_nothing(leg: Leg, t: float, halfway: float, share: float) -> None:
    px, py, vx, vy, z = leg
    cut = share * t
    first = resolution.resolved_exposure(*leg, cut, halfway)
    second = resolution.resolved_exposure(px + vx * cut, py + vy * cut, vx, vy, z, t - cut, halfway)
    assert first + second == pytest.approx(resolution.resolved_exposure(*leg, t, halfway), rel=1e-10, abs=1e-12)


@given(legs, spans, halfways)
def test_time_to_resolved_undoes_exposure(leg: Leg, t: float, halfway: float) -> None:
    h = resolution.resolved_exposure(*leg, t, halfway)
    back = resolution.time_to_resolved(*leg, h, halfway)
    if back == np.inf:
        assert resolution.resolved_exposure(*leg, 1e9, halfway) <= h * (1.0 + 1e-9)
    else:
        assert resolution.resolved_exposure(*leg, back, halfway) == pytest.approx(h, rel=1e-9, abs=1e-300)


@given(legs, spans, halfways, st.floats(0.1, 10.0), st.floats(-7.0, 7.0))
def test_exposure_is_blind_to_turning_and_scales(leg: Leg, t: float, halfway: float, k: float, turn: float) -> None:
    """Turned, mirrored, run backwards; metres by k, and time by k at an k-th of the speed."""
    px, py, vx, vy, z = leg
    plain = resolution.resolved_exposure(*leg, t, halfway)

    def turned(x: float, y: float) -> tuple[float, float]:
        return x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)

    same = [
        resolution.resolved_exposure(*turned(px, py), *turned(vx, vy), z, t, halfway),
        resolution.resolved_exposure(-px, py, -vx, vy, -z, t, halfway),
        resolution.resolved_exposure(px + vx * t, py + vy * t, -vx, -vy, z, t, halfway),
        resolution.resolved_exposure(k * px, k * py, k * vx, k * vy, k * z, t, k * halfway),
        resolution.resolved_exposure(px, py, vx / k, vy / k, z, t * k, halfway) / k,
    ]
    assert same == pytest.approx([plain] * 5, rel=1e-8, abs=1e-9)


@given(legs, spans, halfways, st.floats(1.0, 3.0))
def test_more_time_finer_cycles_and_less_height_see_more(leg: Leg, t: float, halfway: float, more: float) -> None:
    px, py, vx, vy, z = leg
    plain = resolution.resolved_exposure(*leg, t, halfway)
    assert 0.0 <= plain <= t * (1.0 + 1e-12)
    for better in (
        resolution.resolved_exposure(*leg, t * more, halfway),
        resolution.resolved_exposure(*leg, t, halfway * more),
        resolution.resolved_exposure(px, py, vx, vy, z / more, t, halfway),
    ):
        assert better >= plain * (1.0 - 1e-9) - 1e-12


def test_an_approach_is_the_exposure_along_it() -> None:
    """Two routes to DET-13's number: quadrature in range, and along the leg; and through the observer itself."""
    halfway = float(resolution.halfway_m(1.5, 0.8, 1.0))
    spent = resolution.resolved_exposure(-3000.0, 0.0, 4.0, 0.0, 0.0, 500.0, halfway)
    law = resolution.approach_detection(3000.0, 1000.0, 4.0, 1.5, 0.8, 1.0, 200.0)
    assert -np.expm1(-spent / 200.0) == pytest.approx(law, rel=1e-12)
    assert resolution.resolved_exposure(-100.0, 0.0, 10.0, 0.0, 0.0, 20.0, 1e5) == pytest.approx(20.0, rel=1e-12)


def test_no_need_is_met_at_once_and_too_much_never() -> None:
    away = (100.0, 0.0, 50.0, 0.0, 0.0)
    assert resolution.time_to_resolved(*away, 0.0, 500.0) == 0.0
    assert resolution.time_to_resolved(*away, 1e3, 500.0) == np.inf
    assert resolution.time_to_resolved(400.0, 300.0, 0.0, 0.0, 0.0, 7.0, 500.0) == pytest.approx(14.0)
    assert resolution.time_to_resolved(4e8, 0.0, 0.0, 0.0, 0.0, 7.0, 500.0) == np.inf


@given(st.floats(1e-6, 0.999999))
def test_ttpf_inverse_undoes_ttpf(p: float) -> None:
    assert resolution.ttpf(resolution.ttpf_inverse(p)) == pytest.approx(p, rel=1e-9)
