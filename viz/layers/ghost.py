"""The second run, thin and hollow under the first: same clock, same camera, lines to its twins."""

from __future__ import annotations

import math

import numpy as np

from viz.camera import to_screen
from viz.canvas import Canvas
from viz.frame import Frame, Night
from viz.theme import Palette

APART_PX = 14.0


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Outline keys where the units of the other run are; a thread to the same unit of this run when apart."""
    ghost = frame.ghost
    if ghost is None or not frame.view.ghost or not frame.view.truth:
        return
    t = shared_time(frame.night, ghost, frame.t)
    at = to_screen(frame.view.camera, ghost.positions(t))
    mine = to_screen(frame.view.camera, frame.night.positions(frame.t))
    own = {frame.night.unit_id(i): i for i in range(frame.night.n_units)}
    out = ghost.states.out(t)
    w, h = frame.view.camera.width, frame.view.camera.height
    for i in range(ghost.n_units):
        x, y = (float(v) for v in at[i])
        if not (-20 < x < w + 20 and -20 < y < h + 20):
            continue
        colour = palette.side(ghost.side(i))
        twin = own.get(ghost.unit_id(i))
        if twin is not None and np.isfinite(mine[twin]).all():
            away = math.hypot(x - mine[twin, 0], y - mine[twin, 1])
            if away > APART_PX:
                canvas.lines([(x, y), (float(mine[twin, 0]), float(mine[twin, 1]))], colour, dash=(2, 4), alpha=110)
        r = 6.0
        shape = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        if ghost.side(i) == "defenders":
            shape = [(x - r, y - r * 0.7), (x + r, y - r * 0.7), (x + r, y + r * 0.7), (x - r, y + r * 0.7)]
        canvas.lines(shape, colour, closed=True, alpha=190)
        if out[i]:
            canvas.lines([(x - r, y + r), (x + r, y - r)], colour, alpha=190)


def shared_time(mine: Night, other: Night, t: float) -> float:
    """The instant of the other run that is the same on the clock."""
    apart = (other.calendar.start - mine.calendar.start).total_seconds() * 1000.0
    return min(max(t - apart, 0.0), float(other.end))
