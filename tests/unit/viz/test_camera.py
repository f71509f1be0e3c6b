"""The camera: data and pure functions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.camera import (
    Camera,
    between,
    fit,
    following,
    pan,
    range_bearing,
    resized,
    round_length,
    to_map,
    to_screen,
    with_width,
    zoom_at,
)
from viz.frame.place import degrees, grid_reference, metres

CAMERA = Camera(1000.0, -500.0, 12.0, 1248.0, 536.0)
COORDINATE = st.floats(-1e5, 1e5)


@given(COORDINATE, COORDINATE)
def test_map_and_screen_are_inverse(x: float, y: float) -> None:
    px, py = to_screen(CAMERA, np.array([[x, y]]))[0]
    assert to_map(CAMERA, px, py) == pytest.approx((x, y), abs=1e-6)


@given(st.floats(0, 1248), st.floats(0, 536), st.floats(0.2, 5))
def test_zoom_keeps_the_place_under_the_cursor(px: float, py: float, factor: float) -> None:
    before = to_map(CAMERA, px, py)
    assert to_map(zoom_at(CAMERA, px, py, factor), px, py) == pytest.approx(before, abs=1e-6)


def test_zoom_has_limits() -> None:
    assert zoom_at(CAMERA, 0, 0, 1e9).width_m == pytest.approx(500)
    assert zoom_at(CAMERA, 0, 0, 1e-9).width_m == pytest.approx(120_000)
    assert with_width(CAMERA, 6000).width_m == pytest.approx(6000)


def test_a_drag_moves_the_ground_with_the_hand() -> None:
    moved = to_screen(pan(CAMERA, 30, -20), np.array([[0.0, 0.0]]))[0]
    assert moved - to_screen(CAMERA, np.array([[0.0, 0.0]]))[0] == pytest.approx([30, -20])


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=20))
def test_fit_shows_all_points(points: list[tuple[float, float]]) -> None:
    camera = fit(CAMERA, points)
    spread = max(max(abs(a - b) for a in p for b in p) for p in zip(*points, strict=True))
    if spread < 30_000:
        screen = to_screen(camera, np.array(points))
        assert (screen >= -1).all()
        assert (screen[:, 0] <= camera.width + 1).all()


def test_fit_of_nothing_and_nonsense_changes_nothing() -> None:
    assert fit(CAMERA, []) == CAMERA
    assert fit(CAMERA, [(math.nan, 0.0), (math.inf, 1.0)]) == CAMERA


def test_moving_and_following() -> None:
    other = with_width(CAMERA, 60_000)
    assert between(CAMERA, other, 0).scale == pytest.approx(CAMERA.scale)
    assert between(CAMERA, other, 1) == other
    near = following(CAMERA, 2000, 0, 0.4)
    assert (near.x - 1000) / 1000 == pytest.approx(1 - math.exp(-1))
    assert resized(CAMERA, 800, 400).x == CAMERA.x


def test_scale_bar_is_one_two_or_five() -> None:
    for width in (500, 3000, 26_000, 120_000):
        length, px = round_length(with_width(CAMERA, width))
        assert px <= 150
        assert float(f"{length:e}".split("e")[0]) in (1, 2, 5)


def test_bearings_run_from_north() -> None:
    assert range_bearing((0, 0), (0, 10)) == (10, 0)
    assert range_bearing((0, 0), (10, 0)) == (10, 90)


def test_degrees_and_grid() -> None:
    origin = (35.3361, 40.3094)
    x, y = metres(origin, 35.30088, 40.28916)
    assert degrees(origin, x, y) == pytest.approx((35.30088, 40.28916), abs=1e-7)
    assert grid_reference(35.30088, 40.28916) == "37S FV 1720 0717"
