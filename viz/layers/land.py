"""The ground: relief, river with its error, corridors and front as what they are (sketched, reported), places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.camera import to_screen
from viz.canvas import Canvas
from viz.frame import Frame
from viz.frame.terrain import shade
from viz.theme import Palette, Rect, mix

Floats = NDArray[np.float64]
RIVER_M = 240.0
SETTLED = ("town", "village", "city")


def draw(canvas: Canvas, frame: Frame, palette: Palette, *, fine: float = 1.0) -> None:
    """Everything that depends on the camera alone. `fine` is how many shading pixels a logical pixel has."""
    region = Rect(0, 0, frame.layout.map.w, frame.layout.map.h)
    _relief(canvas, frame, palette, region, fine)
    for line in frame.night.recording.lines:
        if str(line.get("role")) == "river":
            _river(canvas, frame, palette, line)
    for area in frame.night.recording.areas:
        _area(canvas, frame, palette, area)
    for corridor in frame.night.recording.corridors:
        _corridor(canvas, frame, palette, corridor)
    for line in frame.night.recording.lines:
        if str(line.get("role")) != "river":
            _reported(canvas, frame, palette, line)
    _places(canvas, frame, palette)


def _relief(canvas: Canvas, frame: Frame, palette: Palette, region: Rect, fine: float) -> None:
    terrain = frame.night.terrain
    if terrain is None:
        canvas.rect(region, mix(palette.land_low, palette.land_high, 0.3))
        return
    camera = frame.view.camera
    low, high = (mix((0, 0, 0), c, palette.land_dim) for c in (palette.land_low, palette.land_high))
    w, h = max(round(region.w * fine), 8), max(round(region.h * fine), 8)
    contours = 10.0 if camera.width_m < 20_000 else 20.0
    light = frame.night.light(frame.t)
    canvas.pixels(shade(terrain, camera, w, h, low, high, light=light, contour_m=contours), region)


def smooth(points: Floats, pieces: int = 4) -> Floats:
    """A curve through all the points (Catmull-Rom): drawn rounder, no vertex moved."""
    if len(points) < 3 or len(points) > 4000:
        return points
    p = np.concatenate([points[:1], points, points[-1:]])
    u = (np.arange(pieces) / pieces)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def visible(points: Floats, width: float, height: float, margin: float) -> list[list[tuple[float, float]]]:
    """The runs of a polyline that come near the view."""
    if len(points) < 2:
        return []
    a, b = points[:-1], points[1:]
    low, high = np.minimum(a, b), np.maximum(a, b)
    near = (
        (high[:, 0] > -margin) & (low[:, 0] < width + margin) & (high[:, 1] > -margin) & (low[:, 1] < height + margin)
    )
    runs: list[list[tuple[float, float]]] = []
    for i in np.flatnonzero(near):
        if not runs or runs[-1][-1] != tuple(points[i]):
            runs.append([(float(points[i, 0]), float(points[i, 1]))])
        runs[-1].append((float(points[i + 1, 0]), float(points[i + 1, 1])))
    return runs


def _screen(frame: Frame, line: dict[str, Any], curve: bool = False) -> Floats:
    points = np.asarray(line.get("points"), dtype=np.float64)
    if points.ndim != 2 or not len(points):
        return np.zeros((0, 2))
    return to_screen(frame.view.camera, smooth(points) if curve else points)


def _river(canvas: Canvas, frame: Frame, palette: Palette, line: dict[str, Any]) -> None:
    camera = frame.view.camera
    error = _number(line.get("error_m"))
    band = min(2 * error / camera.scale, 3000.0)
    wide = min(max(RIVER_M / camera.scale, 4.0), 26.0)
    runs = visible(_screen(frame, line, curve=True), camera.width, camera.height, band + 40)
    if band > wide:
        for run in runs:
            canvas.lines(run, palette.bank, width=band, alpha=26)
    for run in runs:
        canvas.lines(run, palette.bank, width=wide)
    for run in runs:
        canvas.lines(run, palette.river, width=max(wide - 2, 2))


def _corridor(canvas: Canvas, frame: Frame, palette: Palette, row: dict[str, Any]) -> None:
    """A route: nobody published it, so it is dashed, and its width is drawn faintly."""
    camera = frame.view.camera
    band = min(2 * _number(row.get("half_width_m")) / camera.scale, 1500.0)
    for run in visible(_screen(frame, row), camera.width, camera.height, band + 20):
        if band > 3:
            canvas.lines(run, palette.road, width=band, alpha=9)
        canvas.lines(run, palette.road, width=1.5, dash=(7, 5))


def _reported(canvas: Canvas, frame: Frame, palette: Palette, line: dict[str, Any]) -> None:
    camera = frame.view.camera
    dash = (16, 8) if str(line.get("role")) == "front" else (10, 4, 2, 4)
    for run in visible(_screen(frame, line), camera.width, camera.height, 20):
        canvas.lines(run, mix(palette.road, palette.text2, 0.35), width=1.2, dash=dash)


def _area(canvas: Canvas, frame: Frame, palette: Palette, area: dict[str, Any]) -> None:
    """A footprint, hatched when near: drawn as a disc because its outline is not public."""
    camera = frame.view.camera
    x, y = to_screen(camera, np.array([[_number(area.get("x_m")), _number(area.get("y_m"))]]))[0]
    radius = _number(area.get("radius_m")) / camera.scale
    reach = max(camera.width, camera.height)
    if (
        radius < 5
        or radius > 2 * reach
        or not (-radius < x < camera.width + radius and -radius < y < camera.height + radius)
    ):
        return
    canvas.circle((x, y), radius, palette.text3, alpha=12)
    ring = [(x + radius * math.cos(a * math.pi / 36), y + radius * math.sin(a * math.pi / 36)) for a in range(72)]
    canvas.lines(ring, palette.road, width=1, closed=True, dash=(5, 5))
    if camera.width_m < 8_000 and "plant" in str(area.get("id")):
        step = 14.0
        for k in range(int(-2 * radius // step), int(2 * radius // step) + 1):
            offset = k * step / math.sqrt(2)
            if abs(offset) < radius:
                half = math.sqrt(radius * radius - offset * offset) / math.sqrt(2)
                ox, oy = x + offset / math.sqrt(2), y + offset / math.sqrt(2)
                canvas.lines([(ox - half, oy + half), (ox + half, oy - half)], palette.text3, alpha=34)


def _places(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    places = frame.night.recording.places
    if not len(places["name"]):
        return
    points = to_screen(frame.view.camera, np.stack([places["x_m"], places["y_m"]], axis=1))
    for i, (x, y) in enumerate(points):
        if -20 < x < frame.view.camera.width + 20 and -20 < y < frame.view.camera.height + 20:
            size = 2.5 if str(places["kind"][i]) in SETTLED else 2.0
            canvas.circle((float(x), float(y)), size + 1, palette.halo)
            canvas.circle((float(x), float(y)), size, palette.text2)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def line_points(frame: Frame, row: dict[str, Any], curve: bool) -> Sequence[tuple[float, float]]:
    """The points of a line in pixels, for whoever writes beside it."""
    return [(float(x), float(y)) for x, y in _screen(frame, row, curve)]
