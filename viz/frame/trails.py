"""Where units came from: the ends of their recorded legs inside a window of time, for all units at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viz.camera import to_screen
from viz.frame.night import Night
from viz.frame.view import View

Floats = NDArray[np.float64]
Trail = tuple[int, Floats, NDArray[np.int64]]
TRAIL_MS = {False: 1_800_000, True: 3_600_000}
AIR_TRAIL_MS = 480_000
MOST_POINTS = 120
MARGIN_PX, LEAST_PX = 4.0, 1.5


def trails_of(night: Night, view: View, t: float, units: NDArray[np.int64]) -> list[Trail]:
    """Unit, its path in pixels, and the times (ms) of the points: where its legs began, and where it is now.

    Paths that do not touch the view, and those too short to see, are left out.
    """
    index, legs, camera = night.legs, night.recording.legs, view.camera
    if not len(units) or not len(index.keys):
        return []
    ground = int(t) if camera.width_m <= 8000 else TRAIL_MS[camera.width_m <= 20_000]
    begin = np.maximum(t - np.where(night.air[units], AIR_TRAIL_MS, ground), 0.0).astype(np.int64)
    base = units * index.span
    first = np.searchsorted(index.keys, base + begin, side="right") - 1
    stop = np.searchsorted(index.keys, base + min(int(t), index.span - 1), side="right")
    first = np.maximum(np.maximum(first, index.first[units]), stop - MOST_POINTS)
    moving = np.abs(night.velocity(t)[units]).sum(axis=1) > 0
    keep = (stop - first >= 2) | ((stop - first == 1) & moving)
    units, first, begin, count = units[keep], first[keep], begin[keep], (stop - first)[keep]
    if not len(units):
        return []
    # One flat row for each point: the legs of a unit, then where it stands now.
    ends = np.cumsum(count + 1)
    starts = ends - count - 1
    step = np.arange(ends[-1]) - np.repeat(starts, count + 1)
    rows = index.order[np.minimum(np.repeat(first, count + 1) + step, len(index.order) - 1)]
    times = legs["t_ms"][rows].astype(np.int64)
    points = np.stack([legs["x_m"][rows], legs["y_m"][rows]], axis=1)
    late = np.maximum(begin - times[starts], 0)
    points[starts, 0] += legs["vx_mps"][rows[starts]] * (late / 1000.0)
    points[starts, 1] += legs["vy_mps"][rows[starts]] * (late / 1000.0)
    times[starts] += late
    times[ends - 1], points[ends - 1] = int(t), night.positions(t)[units]
    screen = to_screen(camera, points)
    low, high = np.minimum.reduceat(screen, starts), np.maximum.reduceat(screen, starts)
    far = np.array([camera.width, camera.height]) + MARGIN_PX
    with np.errstate(invalid="ignore"):
        seen = (high > -MARGIN_PX).all(axis=1) & (low < far).all(axis=1) & ((high - low).max(axis=1) >= LEAST_PX)
    return [(int(units[k]), screen[starts[k] : ends[k]], times[starts[k] : ends[k]]) for k in np.flatnonzero(seen)]
