"""Legs, ranges, lines and lines of sight."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim import geometry as g

metres = st.floats(-1e4, 1e4).map(lambda v: round(v, 3))
speeds = st.floats(-60.0, 60.0).map(lambda v: round(v, 3))
seconds = st.floats(0.0, 2e3)


@pytest.mark.parametrize(
    ("dx", "dy", "degrees"), [(0, 1, 0), (1, 0, 90), (0, -1, 180), (-1, 0, 270), (3, 3, 45), (-1e-300, 1, 0)]
)
def test_bearing_runs_clockwise_from_north(dx: float, dy: float, degrees: float) -> None:
    assert np.degrees(g.bearing(dx, dy)) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(("degrees", "east", "north"), [(0, -2, 10), (90, 10, 2), (180, 2, -10), (270, -10, -2)])
def test_rotate_puts_range_along_the_bearing_and_deflection_to_its_right(
    degrees: float, east: float, north: float
) -> None:
    assert g.rotate(10.0, -2.0, np.radians(degrees)) == pytest.approx((east, north), abs=1e-12)


@given(metres, metres, st.floats(-10.0, 10.0))
def test_unrotate_undoes_rotate_and_both_keep_lengths(along: float, across: float, turn: float) -> None:
    east, north = g.rotate(along, across, turn)
    assert np.hypot(east, north) == pytest.approx(np.hypot(along, across), abs=1e-9)
    assert g.unrotate(east, north, turn) == pytest.approx((along, across), abs=1e-8)


# Range entry.


def test_range_entry_in_the_plain_cases() -> None:
    px = np.array([-100.0, -100.0, 0.0, 0.0, 200.0, 100.0, -100.0, 100.0])
    py = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 20.0, 10.0, 0.0])
    vx = np.array([10.0, -10.0, 10.0, 0.0, 0.0, -10.0, 10.0, 10.0])
    t_in, t_out = g.range_entry(px, py, vx, np.zeros(8), np.array([10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 100.0]))
    inf = np.inf
    # coming, going, inside and leaving, inside for good, outside for good, passing wide, touching, on the rim outward
    assert t_in.tolist() == [9.0, inf, 0.0, 0.0, inf, inf, inf, 0.0]
    assert t_out.tolist() == [11.0, inf, 1.0, inf, inf, inf, inf, 0.0]


@given(metres, metres, speeds, speeds, st.floats(1.0, 5e3))
def test_range_entry_and_exit_lie_on_the_rim(px: float, py: float, vx: float, vy: float, radius: float) -> None:
    t_in, t_out = g.range_entry(px, py, vx, vy, radius)
    gap = np.hypot(px, py)
    assert t_in <= t_out
    assert (t_in == 0.0) == (gap * gap <= radius * radius) or abs(gap - radius) < 1e-9
    for t in (t_in, t_out):
        if 0.0 < t < 1e7:
            assert np.hypot(px + vx * t, py + vy * t) == pytest.approx(radius, abs=1e-6)


@given(metres, metres, speeds, speeds, st.floats(1.0, 5e3), seconds)
def test_range_entry_agrees_with_where_the_mover_is(
    px: float, py: float, vx: float, vy: float, radius: float, t: float
) -> None:
    t_in, t_out = g.range_entry(px, py, vx, vy, radius)
    distance = np.hypot(px + vx * t, py + vy * t)
    assume(abs(distance - radius) > 1e-6)
    assert (t_in <= t <= t_out) == (distance < radius)


@given(
    st.floats(1.0, 5e3), st.floats(0.01, 1e4), st.floats(-0.95, 0.95), st.floats(0.5, 60.0), seconds, st.floats(0, 1)
)
def test_range_entry_does_not_care_where_the_leg_is_cut(
    radius: float, away: float, aside: float, speed: float, turn: float, share: float
) -> None:
    px, py = (float(v) for v in g.rotate(-(radius + away), aside * radius, turn))
    vx, vy = (float(v) for v in g.rotate(speed, 0.0, turn))
    t_in, _ = g.range_entry(px, py, vx, vy, radius)
    cut = share * float(t_in)
    later, _ = g.range_entry(px + vx * cut, py + vy * cut, vx, vy, radius)
    assert cut + later == pytest.approx(t_in, rel=1e-9, abs=1e-8)


@given(metres, metres, speeds, speeds, st.floats(1.0, 5e3))
def test_range_entry_of_one_pair_is_that_of_many(px: float, py: float, vx: float, vy: float, radius: float) -> None:
    for r in (radius, float(np.hypot(px, py))):  # also exactly on the rim
        many = g.range_entry(px, py, vx, vy, r)
        assert g.range_entry_one(px, py, vx, vy, r) == pytest.approx([float(t) for t in many], rel=1e-12, abs=1e-9)


# Closest approach.


@given(metres, metres, speeds, speeds, seconds, st.floats(0.0, 1.0))
def test_nothing_on_the_leg_is_closer_than_the_closest_approach(
    px: float, py: float, vx: float, vy: float, t_max: float, share: float
) -> None:
    t, d = g.closest_approach(px, py, vx, vy, t_max)
    assert 0.0 <= t <= t_max
    assert d == pytest.approx(np.hypot(px + vx * t, py + vy * t), abs=1e-9)
    assert d <= np.hypot(px + vx * t_max * share, py + vy * t_max * share) + 1e-8


def test_closest_approach_of_an_endless_leg_and_of_none() -> None:
    assert [float(v) for v in g.closest_approach(-30.0, 4.0, 3.0, 0.0, np.inf)] == [10.0, 4.0]
    assert [float(v) for v in g.closest_approach(3.0, 4.0, 0.0, 0.0, np.inf)] == [0.0, 5.0]


# Polygons.

HOOK = np.array([[0.0, 0.0], [40.0, 0.0], [40.0, 40.0], [30.0, 40.0], [30.0, 10.0], [0.0, 10.0]])


def test_point_in_a_concave_polygon() -> None:
    inside = g.point_in_polygon([[5.0, 5.0], [35.0, 30.0], [15.0, 30.0], [-1.0, 5.0], [41.0, 5.0]], HOOK)
    assert inside.tolist() == [True, True, False, False, False]


@given(st.integers(-2, 12), st.integers(-2, 12))
def test_tiles_that_share_an_edge_share_no_point_and_lose_none(x: int, y: int) -> None:
    tile = np.array([[0.0, 0.0], [5.0, 0.0], [5.0, 5.0], [0.0, 5.0]])
    owners = sum(
        int(g.point_in_polygon((float(x), float(y)), tile + np.array([dx, dy])))
        for dx in (-5.0, 0.0, 5.0, 10.0)
        for dy in (-5.0, 0.0, 5.0, 10.0)
    )
    assert owners == 1


@given(metres, metres, st.floats(0.0, 6.3), st.floats(-20.0, 60.0), st.floats(-20.0, 60.0))
def test_inside_stays_inside_when_all_is_moved_and_turned(
    dx: float, dy: float, turn: float, x: float, y: float
) -> None:
    point = np.array([x, y])
    rim = np.append(HOOK, HOOK[:1], axis=0)
    assume(g.polyline_distance(point, rim) > 1e-6)

    def moved(at: np.ndarray) -> np.ndarray:
        return np.stack(g.rotate(at[..., 0] + dx, at[..., 1] + dy, turn), axis=-1)

    assert g.point_in_polygon(moved(point), moved(HOOK)) == g.point_in_polygon(point, HOOK)


# Polylines.

ZIGZAG = np.array([[0.0, -100.0], [20.0, 0.0], [-10.0, 50.0], [0.0, 100.0]])


def test_polyline_distance() -> None:
    got = g.polyline_distance(
        [[0.0, 5.0], [-3.0, -4.0], [15.0, 2.0], [4.0, 0.0]], [[0.0, 0.0], [10.0, 0.0], [10.0, 0.0]]
    )
    assert got == pytest.approx([5.0, 5.0, np.hypot(5.0, 2.0), 0.0])


@given(metres, metres)
def test_polyline_distance_is_that_of_a_dense_string_of_points(x: float, y: float) -> None:
    share = np.linspace(0.0, 1.0, 2001)[:, None]
    dense = np.concatenate([a + share * (b - a) for a, b in pairwise(ZIGZAG)])
    assert g.polyline_distance((x, y), ZIGZAG) == pytest.approx(np.min(np.hypot(*(dense - [x, y]).T)), abs=0.06)


def test_crossing_time_and_direction() -> None:
    line = [[0.0, -10.0], [0.0, 10.0]]  # drawn northward: west is left
    times, ways = g.polyline_crossings((-30.0, 0.0), (3.0, 0.0), 60.0, line)
    assert times.tolist() == [10.0]
    assert ways.tolist() == [-1]
    times, ways = g.polyline_crossings((30.0, 0.0), (-3.0, 0.0), 60.0, line)
    assert (times.tolist(), ways.tolist()) == ([10.0], [1])
    assert g.polyline_crossings((-30.0, 11.0), (3.0, 0.0), 60.0, line)[0].size == 0
    assert g.polyline_crossings((-30.0, 0.0), (3.0, 0.0), 9.0, line)[0].size == 0


def test_a_zigzag_is_crossed_in_order_of_time_with_alternating_directions() -> None:
    times, ways = g.polyline_crossings((5.0, -100.0), (0.0, 1.0), 200.0, ZIGZAG)
    assert times.tolist() == [25.0, 125.0]
    assert ways.tolist() == [1, -1]


@pytest.mark.parametrize("y", [0.0, -50.0, 50.0])
def test_a_vertex_is_crossed_once(y: float) -> None:
    line = [[0.0, -50.0], [0.0, 0.0], [0.0, 50.0], [1.0, 100.0], [0.0, 150.0]]
    line = [[0.0, -150.0], *line]
    times, ways = g.polyline_crossings((-10.0, y), (1.0, 0.0), 30.0, line)
    assert times == pytest.approx([10.0])
    assert ways.tolist() == [-1]


def test_a_corner_merely_touched_is_no_net_crossing() -> None:
    _, ways = g.polyline_crossings((-10.0, 0.0), (0.0, 1.0), 30.0, [[0.0, 0.0], [-10.0, 10.0], [0.0, 20.0]])
    assert int(np.sum(ways)) == 0


@given(metres, metres, speeds, speeds, st.floats(1.0, 500.0), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4))
def test_cutting_a_leg_neither_loses_nor_doubles_a_crossing(
    px: float, py: float, vx: float, vy: float, t_end: float, shares: list[float]
) -> None:
    at, v = np.array([px, py]) / 50.0, np.array([vx, vy])
    whole, ways = g.polyline_crossings(at, v, t_end, ZIGZAG)
    cuts = np.diff([0.0, *sorted(shares), 1.0]) * t_end
    count, net, start = 0, 0, at
    for span in cuts:
        _, part = g.polyline_crossings(start, v, span, ZIGZAG)
        count, net, start = count + part.size, net + int(np.sum(part)), start + v * span
    assert (count, net) == (whole.size, int(np.sum(ways)))


def test_stopping_on_the_line_and_going_on_is_one_crossing_and_turning_back_none() -> None:
    line = [[0.0, -10.0], [0.0, 10.0]]
    for start, v in ((-6.0, 3.0), (6.0, -3.0)):
        first = g.polyline_crossings((start, 0.0), (v, 0.0), 2.0, line)[1]
        on = g.polyline_crossings((0.0, 0.0), (v, 0.0), 2.0, line)[1]
        back = g.polyline_crossings((0.0, 0.0), (-v, 0.0), 2.0, line)[1]
        assert first.size + on.size == 1
        assert int(np.sum(first)) + int(np.sum(back)) == 0


def test_many_movers_and_many_segments_are_the_single_ones() -> None:
    """Rows by mover, then segment; each mover's rows are its own crossings of the line."""
    starts = np.array([[5.0, -100.0], [-30.0, 0.0], [400.0, 0.0], [-1.0, 0.0]])
    v = np.array([0.0, 1.0])
    mover, segment, times, ways = g.segment_crossings(starts, v, 200.0, ZIGZAG[:-1], ZIGZAG[1:])
    assert np.all(np.diff(mover * 10 + segment) > 0)
    for i, start in enumerate(starts):
        order = np.argsort(times[mover == i])
        alone = g.polyline_crossings(start, v, 200.0, ZIGZAG)
        assert times[mover == i][order].tolist() == alone[0].tolist()
        assert ways[mover == i][order].tolist() == alone[1].tolist()
    assert set(mover.tolist()) == {0, 3}


@given(metres, metres, st.floats(-1.9, 1.9), st.floats(-1.9, 1.9), st.floats(0.001, 50.0))
def test_a_leg_that_stops_anywhere_meets_its_successor_bit_for_bit(
    px: float, py: float, vx: float, vy: float, t: float
) -> None:
    """A line drawn through the very point where the leg stops: one leg or the next crosses it, never both."""
    start, v = np.array([px, py]), np.array([vx, vy])
    stop = start + v * t
    line = stop + np.array([[7.0, -300.0], [-3.5, 150.0]])
    first = g.polyline_crossings(start, v, t, line)[1]
    second = g.polyline_crossings(stop, v, 50.0, line)[1]
    along = line[1] - line[0]
    sides = [along[0] * q[1] - along[1] * q[0] >= 0.0 for q in (start - line[0], stop + v * 50.0 - line[0])]
    assert first.size + second.size == int(sides[0] != sides[1])


# Line of sight on made-up ground.

CELL = 10.0
NORTH, EAST = np.meshgrid(np.arange(0.0, 1001.0, CELL), np.arange(0.0, 1001.0, CELL), indexing="ij")
FLAT = np.zeros_like(NORTH)
WALL = np.where((EAST == 500.0) & (np.abs(NORTH - 500.0) <= 100.0), 50.0, 0.0)


def test_bilinear_ground_is_exact_on_a_plane_and_goes_on_outside() -> None:
    plane = 3.0 + 0.2 * EAST - 0.1 * NORTH
    x, y = np.array([0.0, 123.4, 1000.0]), np.array([1000.0, 77.7, 0.0])
    assert g.height_at(plane, x, y, (0.0, 0.0), CELL) == pytest.approx(3.0 + 0.2 * x - 0.1 * y)
    assert g.height_at(plane, -50.0, 1200.0, (0.0, 0.0), CELL) == pytest.approx(3.0 - 100.0)
    assert g.height_at(plane, 100.0, 0.0, (100.0, 0.0), CELL) == pytest.approx(3.0)


def test_a_wall_hides_and_height_helps() -> None:
    eye = (0.0, 500.0, 2.0)
    targets = [(1000.0, 500.0, 2.0), (1000.0, 500.0, 110.0), (400.0, 500.0, 2.0), (1000.0, 0.0, 2.0)]
    seen = g.clearance(WALL, eye, targets, (0.0, 0.0), CELL) > 0.0
    assert seen.tolist() == [False, True, True, True]


@given(st.floats(0.0, 1000.0), st.floats(0.0, 1000.0), st.floats(0.5, 80.0), st.floats(0.5, 80.0))
def test_pitfall_22_line_of_sight_is_mutual(x: float, y: float, low: float, high: float) -> None:
    hills = 20.0 * np.sin(EAST / 90.0) * np.cos(NORTH / 70.0)
    here, there = (x, y, low), (500.0, 510.0, high)
    one = g.clearance(hills, here, there, (0.0, 0.0), CELL)
    assert one == pytest.approx(g.clearance(hills, there, here, (0.0, 0.0), CELL), abs=1e-6)


def test_visible_intervals_behind_a_wall() -> None:
    """From (0, 500) a wall at x = 500, y 400 to 600, hides y 300 to 700 on the line x = 1000."""
    got = g.visible_intervals(WALL, (0.0, 500.0, 2.0), (1000.0, 0.0, 2.0), (0.0, 10.0), 100.0, cell_m=CELL)
    assert got.shape == (2, 2)
    edge = 2.0 * CELL * (1.0 - 2.0 / 50.0)  # the foot of the wall falls off over one cell
    assert got == pytest.approx(np.array([[0.0, 30.0 - edge / 10.0], [70.0 + edge / 10.0, 100.0]]), abs=0.3)


def test_visible_intervals_at_the_extremes() -> None:
    eye, start = (0.0, 500.0, 2.0), (1000.0, 450.0, 2.0)
    assert g.visible_intervals(FLAT, eye, start, (0.0, 1.0), 100.0, cell_m=CELL).tolist() == [[0.0, 100.0]]
    assert g.visible_intervals(WALL, eye, start, (0.0, 1.0), 100.0, cell_m=CELL).shape == (0, 2)
    assert g.visible_intervals(WALL, eye, start, (0.0, 0.0), 100.0, cell_m=CELL).shape == (0, 2)


def test_visible_intervals_join_up_when_the_leg_is_cut() -> None:
    eye = (0.0, 500.0, 2.0)
    whole = g.visible_intervals(WALL, eye, (1000.0, 0.0, 2.0), (0.0, 10.0), 100.0, cell_m=CELL)
    late = g.visible_intervals(WALL, eye, (1000.0, 500.0, 2.0), (0.0, 10.0), 50.0, cell_m=CELL)
    assert late + 50.0 == pytest.approx(whole[1:], abs=0.05)
