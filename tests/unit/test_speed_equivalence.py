"""The forms in plain floats give, to the last bit, what the forms in arrays give."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.effects.seeing import exposure, exposure_one, time_to_exposure, time_to_exposure_one
from sim.geometry import range_entry, range_entry_one, segment_crossing_one, segment_crossings

PLACE = st.floats(-2e4, 2e4).map(lambda x: round(x, 3))
SPEED = st.one_of(st.just(0.0), st.floats(-30.0, 30.0).map(lambda v: round(v, 3)))
HEIGHT = st.sampled_from([0.0, 0.5, 3000.0])


def arrays(*values: float) -> list[np.ndarray]:
    return [np.array([value, value]) for value in values]


@given(PLACE, PLACE, SPEED, SPEED, HEIGHT, st.floats(1e-3, 1e6))
def test_exposure_of_one_pair(px: float, py: float, vx: float, vy: float, z: float, t: float) -> None:
    with np.errstate(all="ignore"):
        many = exposure(*arrays(px, py, vx, vy, z, t))
    assert exposure_one(px, py, vx, vy, z, t) == many[0] == many[1]


@given(PLACE, PLACE, SPEED, SPEED, HEIGHT, st.one_of(st.just(np.inf), st.floats(0.0, 1e3)))
def test_time_to_exposure_of_one_pair(px: float, py: float, vx: float, vy: float, z: float, h: float) -> None:
    with np.errstate(all="ignore"):
        many = time_to_exposure(*arrays(px, py, vx, vy, z, h))
    assert time_to_exposure_one(px, py, vx, vy, z, h) == many[0] == many[1]


@given(PLACE, PLACE, SPEED, SPEED, st.floats(1.0, 2e4))
def test_range_entry_of_one_pair(px: float, py: float, vx: float, vy: float, range_m: float) -> None:
    many = range_entry(*arrays(px, py, vx, vy, range_m))
    assert range_entry_one(px, py, vx, vy, range_m) == (many[0][0], many[1][0])


@given(PLACE, PLACE, SPEED, SPEED, st.floats(1.0, 3e3), PLACE, PLACE, PLACE, PLACE)
def test_crossing_of_one_leg_and_one_segment(
    px: float, py: float, vx: float, vy: float, t_end: float, ax: float, ay: float, bx: float, by: float
) -> None:
    p, v, a, b = np.array([[px, py]]), np.array([vx, vy]), np.array([[ax, ay]]), np.array([[bx, by]])
    _, _, times, ways = segment_crossings(p, v, t_end, a, b)
    expected = (times[0], ways[0]) if len(times) else (np.inf, 0)
    assert segment_crossing_one(px, py, vx, vy, t_end, ax, ay, bx, by) == expected
