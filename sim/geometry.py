"""Flat-earth geometry: legs, ranges, lines, areas and line of sight over a height grid.

Everything is in metres east (x) and north (y) of the map origin, seconds, and radians; bearings run clockwise from
north. What feeds the clock (`range_entry`, `closest_approach`, `polyline_crossings`) uses only + - * / and sqrt,
which are the same on every platform. Pure functions: numbers or arrays in, arrays out, all broadcasting.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Real = float | Floats

RAD_PER_MIL = 2.0 * np.pi / 6400.0
"""Radians in one mil of 6400 to the circle."""

STILL_M2PS2 = 1e-18
"""Squared speed below which a relative motion counts as none (a nanometre per second)."""


def bearing(dx: Real, dy: Real) -> Floats:
    """Bearing in [0, 2 pi), clockwise from north, of the vector (dx east, dy north)."""
    angle = np.arctan2(dx, dy)
    turned = np.where(angle < 0.0, angle + 2.0 * np.pi, angle)
    return np.where(turned >= 2.0 * np.pi, 0.0, turned)


def rotate(along: Real, deflection: Real, bearing_rad: Real) -> tuple[Floats, Floats]:
    """(east, north) of a point `along` the bearing and `deflection` to its right, all in metres."""
    sine, cosine = np.sin(bearing_rad), np.cos(bearing_rad)
    return along * sine + deflection * cosine, along * cosine - deflection * sine


def unrotate(east: Real, north: Real, bearing_rad: Real) -> tuple[Floats, Floats]:
    """(along, deflection) of the vector (east, north) along the bearing; inverse of `rotate`."""
    sine, cosine = np.sin(bearing_rad), np.cos(bearing_rad)
    return east * sine + north * cosine, east * cosine - north * sine


def range_entry(px: Real, py: Real, vx: Real, vy: Real, range_m: Real) -> tuple[Floats, Floats]:
    """(t_in, t_out), seconds from now, between which p + v t lies inside the disc of radius range_m.

    p and v are relative position (m) and velocity (m/s); any shapes that broadcast. Inside now: t_in = 0. Never
    inside (a mere touch is never): both inf. Never leaving: t_out = inf. The roots are taken in the form that does
    not cancel.
    """
    c = vx * vx + vy * vy
    b = px * vx + py * vy
    cross = px * vy - py * vx
    gap = px * px + py * py - range_m * range_m
    root2 = c * range_m * range_m - cross * cross
    root = np.sqrt(np.maximum(root2, 0.0))
    moving = c > STILL_M2PS2
    inside = gap <= 0.0
    hit = moving & (root2 > 0.0) & (b < 0.0) & ~inside
    near = root - b
    t_in = np.where(inside, 0.0, np.where(hit, gap / np.where(hit, near, 1.0), np.inf))
    leaving = moving & inside & (b > 0.0)
    forward = -gap / np.where(leaving, root + b, 1.0)
    through = near / np.where(moving, c, 1.0)
    t_out = np.where(leaving, forward, np.where(hit | (inside & moving), through, np.inf))
    return t_in, t_out


def range_entry_one(px: float, py: float, vx: float, vy: float, range_m: float) -> tuple[float, float]:
    """`range_entry` of one pair in plain floats: the same rules, a tenth of the cost."""
    c = vx * vx + vy * vy
    gap = px * px + py * py - range_m * range_m
    if c <= STILL_M2PS2:
        return (0.0, math.inf) if gap <= 0.0 else (math.inf, math.inf)
    b = px * vx + py * vy
    cross = px * vy - py * vx
    root2 = c * range_m * range_m - cross * cross
    if root2 <= 0.0 or (gap > 0.0 and b >= 0.0):
        return (0.0, 0.0) if gap <= 0.0 else (math.inf, math.inf)
    root = math.sqrt(root2)
    if b <= 0.0:
        t_out = (root - b) / c
        t_in = gap / (root - b)
    else:
        t_out = -gap / (b + root)
        t_in = 0.0
    return t_in if t_in > 0.0 else 0.0, t_out


def closest_approach(px: Real, py: Real, vx: Real, vy: Real, t_max: Real) -> tuple[Floats, Floats]:
    """(t, distance) of the closest point of p + v t to the origin for 0 <= t <= t_max (t_max may be inf)."""
    c = vx * vx + vy * vy
    moving = c > STILL_M2PS2
    t = np.where(moving, -(px * vx + py * vy) / np.where(moving, c, 1.0), 0.0)
    t = np.minimum(np.maximum(t, 0.0), t_max)
    x, y = px + vx * t, py + vy * t
    return t, np.sqrt(x * x + y * y)


def point_in_polygon(points: ArrayLike, polygon: ArrayLike) -> Bools:
    """Even-odd test of points (..., 2) in a polygon (k, 2), closed by itself.

    A point on an edge belongs to exactly one of two polygons that share the edge (half-open rule).
    """
    at = np.asarray(points, dtype=np.float64)[..., None, :]
    a = np.asarray(polygon, dtype=np.float64)
    b = np.roll(a, -1, axis=0)
    x, y = at[..., 0], at[..., 1]
    straddles = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(straddles, b[:, 1] - a[:, 1], 1.0)
    x_cut = a[:, 0] + (y - a[:, 1]) * ((b[:, 0] - a[:, 0]) / rise)
    inside: Bools = np.logical_xor.reduce(straddles & (x < x_cut), axis=-1)
    return inside


def polyline_distance(points: ArrayLike, polyline: ArrayLike) -> Floats:
    """Distance (m) of points (..., 2) from the nearest point of a polyline (k, 2), k >= 2."""
    at = np.asarray(points, dtype=np.float64)[..., None, :]
    line = np.asarray(polyline, dtype=np.float64)
    a, d = line[:-1], np.diff(line, axis=0)
    length2 = np.sum(d * d, axis=-1)
    along = np.sum((at - a) * d, axis=-1) / np.where(length2 > 0.0, length2, 1.0)
    foot = a + np.clip(along, 0.0, 1.0)[..., None] * d
    gap = at - foot
    nearest: Floats = np.sqrt(np.min(np.sum(gap * gap, axis=-1), axis=-1))
    return nearest


def segment_crossings(
    p: Floats, v: Floats, t_end: float, a: Floats, b: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, NDArray[np.int8]]:
    """(mover, segment, time, direction) rows at which legs p (n, 2) + v (2,) t, 0 < t <= t_end, cross segments a to b
    (s, 2).

    Rows come by mover, then segment. Direction +1: the mover ends on the left of a to b, -1: on the right. A point on
    the line counts as left, for movers and ends alike: a vertex shared by two segments is crossed once, and a leg
    that stops on the line and the next that leaves it count one crossing together (or none, if it turns back).
    """
    dx, dy = b[:, 0] - a[:, 0], b[:, 1] - a[:, 1]
    before = dx * (p[:, 1, None] - a[:, 1]) - dy * (p[:, 0, None] - a[:, 0])
    # from the end point itself, so that the next leg's start gives the same number to the last bit
    stop = p + v * t_end
    after = dx * (stop[:, 1, None] - a[:, 1]) - dy * (stop[:, 0, None] - a[:, 0])
    ahead_a = v[0] * (a[:, 1] - p[:, 1, None]) - v[1] * (a[:, 0] - p[:, 0, None]) >= 0.0
    ahead_b = v[0] * (b[:, 1] - p[:, 1, None]) - v[1] * (b[:, 0] - p[:, 0, None]) >= 0.0
    mover, segment = np.nonzero(((before >= 0.0) != (after >= 0.0)) & (ahead_a != ahead_b))
    near, far = before[mover, segment], after[mover, segment]
    times = np.clip(near / (near - far), 0.0, 1.0) * t_end
    return mover, segment, times, np.where(far >= 0.0, 1, -1).astype(np.int8)


def segment_crossing_one(
    px: float, py: float, vx: float, vy: float, t_end: float, ax: float, ay: float, bx: float, by: float
) -> tuple[float, int]:
    """`segment_crossings` of one leg and one segment in plain floats: (time, direction); (inf, 0): none."""
    dx, dy = bx - ax, by - ay
    before = dx * (py - ay) - dy * (px - ax)
    after = dx * (py + vy * t_end - ay) - dy * (px + vx * t_end - ax)
    if (before >= 0.0) == (after >= 0.0):
        return math.inf, 0
    if (vx * (ay - py) - vy * (ax - px) >= 0.0) == (vx * (by - py) - vy * (bx - px) >= 0.0):
        return math.inf, 0
    return min(max(before / (before - after), 0.0), 1.0) * t_end, 1 if after >= 0.0 else -1


def polyline_crossings(
    p: ArrayLike, v: ArrayLike, t_end: float, polyline: ArrayLike
) -> tuple[Floats, NDArray[np.int8]]:
    """(times, directions) at which the leg p + v t, 0 < t <= t_end (finite), crosses the polyline (k, 2); times
    ascend, rules as in `segment_crossings`."""
    start = np.asarray(p, dtype=np.float64)
    line = np.asarray(polyline, dtype=np.float64)
    velocity = np.asarray(v, dtype=np.float64)
    _, _, times, directions = segment_crossings(start[None, :], velocity, t_end, line[:-1], line[1:])
    order = np.argsort(times, kind="stable")
    return times[order], directions[order]


def height_at(heights: Floats, x: Real, y: Real, origin: tuple[float, float], cell_m: float) -> Floats:
    """Ground height (m) at (x, y) by bilinear interpolation of heights (ny, nx), ny and nx >= 2.

    heights[0, 0] stands at `origin`, rows run north, columns east, cell_m apart; outside, the border goes on.
    """
    rows, columns = heights.shape
    u = np.clip((np.asarray(x) - origin[0]) / cell_m, 0.0, columns - 1.0)
    w = np.clip((np.asarray(y) - origin[1]) / cell_m, 0.0, rows - 1.0)
    i = np.minimum(u.astype(np.intp), columns - 2)
    j = np.minimum(w.astype(np.intp), rows - 2)
    fu, fw = u - i, w - j
    south = heights[j, i] * (1.0 - fu) + heights[j, i + 1] * fu
    north = heights[j + 1, i] * (1.0 - fu) + heights[j + 1, i + 1] * fu
    ground: Floats = south * (1.0 - fw) + north * fw
    return ground


def clearance(heights: Floats, a: ArrayLike, b: ArrayLike, origin: tuple[float, float], cell_m: float) -> Floats:
    """Least height (m) of the straight ray from a (..., 3) to b (..., 3) over the ground between them.

    a and b are x, y and height above the ground there. Positive: in line of sight. The ray is sampled every half cell
    at most, so a feature narrower than half a cell may be missed. No earth curvature: below 0.3 m at 2 km.
    """
    p, q = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    top_p = height_at(heights, p[..., 0], p[..., 1], origin, cell_m) + p[..., 2]
    top_q = height_at(heights, q[..., 0], q[..., 1], origin, cell_m) + q[..., 2]
    span = float(np.max(np.hypot(q[..., 0] - p[..., 0], q[..., 1] - p[..., 1]), initial=0.0))
    share = np.linspace(0.0, 1.0, max(3, int(np.ceil(2.0 * span / cell_m)) + 1))[1:-1]
    x = p[..., 0, None] + (q[..., 0] - p[..., 0])[..., None] * share
    y = p[..., 1, None] + (q[..., 1] - p[..., 1])[..., None] * share
    ray = top_p[..., None] + (top_q - top_p)[..., None] * share
    least: Floats = np.min(ray - height_at(heights, x, y, origin, cell_m), axis=-1)
    return least


def visible_intervals(
    heights: Floats,
    observer: ArrayLike,
    target: ArrayLike,
    velocity: ArrayLike,
    t_end: float,
    origin: tuple[float, float] = (0.0, 0.0),
    cell_m: float = 1.0,
) -> Floats:
    """Intervals (k, 2), in seconds within [0, t_end], in which a standing observer sees a target on its leg.

    observer and target are (x, y, height above ground), velocity (2,) is the target's; two movers are split into
    short legs by the caller. The leg is looked at every half cell of travel and each change is bisected to a
    thousandth of that, so a glimpse shorter than half a cell of travel may be missed.
    """
    eye, start = np.asarray(observer, dtype=np.float64), np.asarray(target, dtype=np.float64)
    v = np.append(np.asarray(velocity, dtype=np.float64), 0.0)
    looks = int(np.ceil(2.0 * float(np.hypot(v[0], v[1])) * t_end / cell_m)) + 2
    times = np.linspace(0.0, t_end, looks)

    def seen(t: Floats) -> Bools:
        return clearance(heights, eye, start + v * t[:, None], origin, cell_m) > 0.0

    visible = seen(times)
    change = np.flatnonzero(visible[1:] != visible[:-1])
    low, high = times[change], times[change + 1]
    for _ in range(10):
        middle = 0.5 * (low + high)
        same = seen(middle) == visible[change] if middle.size else np.zeros(0, dtype=np.bool_)
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    edges = list(0.5 * (low + high))
    if visible[0]:
        edges.insert(0, 0.0)
    if len(edges) % 2:
        edges.append(t_end)
    return np.asarray(edges, dtype=np.float64).reshape(-1, 2)
