"""Thin lines under the symbols: ellipses, rings, trails, fire. Drawn large on a transparent sheet, smoothed once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from viz.camera import to_screen
from viz.canvas import Canvas
from viz.frame import Frame
from viz.frame.beliefs import MOST_ERROR_M
from viz.frame.place import distance_words
from viz.theme import Palette

SIDES = ("attackers", "defenders")
ARC_APEX = 0.13
NEAR_M = 500.0
MANY = 160
Floats = NDArray[np.float64]
ROUND = np.arange(60) * (math.pi / 30)


def side_of(code: int) -> str:
    return SIDES[code] if 0 <= code < 2 else ""


def circle_points(x: float, y: float, r: float) -> Floats:
    """A circle as a closed polyline, fine enough for its size."""
    n = int(min(max(24, r), 180))
    a = np.arange(n) * (2 * math.pi / n)
    return np.stack([x + r * np.cos(a), y + r * np.sin(a)], axis=1)


def draw_slow(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """What changes slowly: ellipses, rings, trails."""
    layers = frame.view.layers
    if "ellipses" in layers and frame.view.camera.width_m < 30_000:
        _ellipses(canvas, frame, palette)
    _rings(canvas, frame, palette)
    if "trails" in layers:
        _trails(canvas, frame, palette)


def _ellipses(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    scale = frame.view.camera.scale
    for e in frame.ellipses():
        x, y = (float(v) for v in to_screen(frame.view.camera, np.array([[e.x, e.y]]))[0])
        colour = palette.side(side_of(e.side))
        a = math.radians(e.bearing)
        u, v = np.cos(ROUND) * e.along / scale, np.sin(ROUND) * e.across / scale
        ring = np.stack([u * math.sin(a) + v * math.cos(a), v * math.sin(a) - u * math.cos(a)], axis=1)
        for sigma, alpha, fill in ((2, 120, 14), (1, 190, 22)):
            around = ring * sigma + (x, y)
            canvas.polygon(around, colour, alpha=fill)
            canvas.lines(around, colour, closed=True, alpha=alpha, dash=(6, 4) if sigma == 2 else None)
        for dx, dy in ((5, 0), (0, 5)):
            canvas.lines([(x - dx, y - dy), (x + dx, y + dy)], colour, alpha=230)


def _rings(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    camera = frame.view.camera
    if camera.width_m < 20_000:
        x, y = (float(v) for v in to_screen(camera, np.array([frame.night.hq]))[0])
        canvas.lines(circle_points(x, y, NEAR_M / camera.scale), palette.defenders, closed=True, dash=(7, 5), alpha=170)
    for sign, (x, y) in zip(frame.signs, frame.screen, strict=True):
        if sign.ring_m > 0:
            radius = min(sign.ring_m, MOST_ERROR_M) / camera.scale
            if 4 < radius < 3000:
                ring = circle_points(float(x), float(y), radius)
                # A wide doubt is a faint one: many of them must not cover the map.
                alpha = 200 if frame.view.selected in sign.units else int(min(max(75_000 / sign.ring_m, 36), 150))
                canvas.lines(ring, palette.side(sign.side), closed=True, dash=(4, 4), alpha=alpha)
    if "rings" in frame.view.layers:
        for x, y, radius, _, side in ranges(frame):
            if radius < 8000:
                canvas.lines(circle_points(x, y, radius), palette.side(side), closed=True, dash=(2, 4), alpha=190)


def ranges(frame: Frame) -> list[tuple[float, float, float, str, str]]:
    """Rings of the selected unit: pixel place, pixel radius, words, side. One per weapon that it carries."""
    night, unit = frame.night, frame.view.selected
    if not 0 <= unit < night.n_units or not frame.known_side(0 if night.attackers[unit] else 1):
        return []
    x, y = (float(v) for v in to_screen(frame.view.camera, night.positions(frame.t)[unit : unit + 1])[0])
    if not (math.isfinite(x) and math.isfinite(y)):
        return []
    weapons = night.recording.weapons
    known = {str(name): i for i, name in enumerate(weapons["id"])}
    out: list[tuple[float, float, float, str, str]] = []
    for name, _, _ in night.states.ammunition(unit, frame.t):
        i = known.get(name)
        if i is not None and weapons["range_m"][i] > 0:
            reach = float(weapons["range_m"][i])
            label = f"{distance_words(reach)} {weapons['label'][i] or name}"
            out.append((x, y, reach / frame.view.camera.scale, label, night.side(unit)))
    return out or [(x, y, m / frame.view.camera.scale, distance_words(m), night.side(unit)) for m in (1000.0, 2000.0)]


def ring_names(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The words of the rings, on the map itself (never on the smoothed sheet)."""
    camera = frame.view.camera
    if camera.width_m < 20_000:
        x, y = (float(v) for v in to_screen(camera, np.array([frame.night.hq]))[0])
        _ring_name(canvas, frame, x, y, NEAR_M / camera.scale, "500 m", palette.defenders)
    if "rings" in frame.view.layers:
        for x, y, radius, words, side in ranges(frame):
            _ring_name(canvas, frame, x, y, radius, words, palette.side(side))


def _ring_name(
    canvas: Canvas, frame: Frame, x: float, y: float, r: float, words: str, colour: tuple[int, int, int]
) -> None:
    w, h = canvas.measure(words, 12)
    for degrees in (200, 160, 220, 140, 240, 120, 340, 20, 270):
        px, py = x + r * math.cos(math.radians(degrees)), y + r * math.sin(math.radians(degrees))
        left = px - w - 4 if math.cos(math.radians(degrees)) < 0 else px + 4
        if 4 < left < frame.view.camera.width - w - 66 and 56 < py < frame.view.camera.height - 50:
            from viz.theme import Rect

            box = Rect(left, py - h / 2, w, h)
            if not any(box.meets(t) for t in frame.taken):
                canvas.text(words, (left, py), size=12, colour=colour, anchor="lm", halo=True)
                frame.taken.append(box)
                return


def _trails(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Fainter the older; a dot each five minutes of the way, all of a side at once."""
    trails = frame.trails()
    many = len(trails) > MANY
    marks: dict[str, list[Floats]] = {}
    crowd: dict[str, list[Floats]] = {}
    for unit, path, times in trails:
        side = frame.night.side(unit)
        colour = palette.side(side)
        if many:
            crowd.setdefault(side, []).append(path)
            continue
        if len(path) < 3:
            canvas.lines(path, colour, width=1, alpha=110)
            continue
        span = max(int(times[-1] - times[0]), 1)
        chunks = min(4, len(path) - 1)
        for k in range(chunks):
            a, b = k * (len(path) - 1) // chunks, (k + 1) * (len(path) - 1) // chunks
            share = (times[b] - times[0]) / span
            canvas.lines(path[a : b + 1], colour, width=1, alpha=int(40 + 138 * share))
        if not frame.night.air[unit] and len(path) < 40:
            marks.setdefault(side, []).append(five_minutes(path, times))
    for side, paths in crowd.items():
        starts = np.cumsum([0, *(len(path) for path in paths)])
        canvas.strokes(np.concatenate(paths), starts, palette.side(side), alpha=110)
    for side, found in marks.items():
        at = np.concatenate(found)
        far = (frame.view.camera.width + 4, frame.view.camera.height + 4)
        at = at[((at > -4) & (at < far)).all(axis=1)]
        canvas.dots(at, 1.6, palette.side(side), alpha=170)


def five_minutes(path: Floats, times: NDArray[np.int64]) -> Floats:
    """Where a path was at each full five minutes, the last thirty of them."""
    marks = np.arange(math.ceil(times[0] / 300_000) * 300_000, times[-1], 300_000)[-30:]
    return np.stack([np.interp(marks, times, path[:, 0]), np.interp(marks, times, path[:, 1])], axis=1)


def draw_fires(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Lines of fire: straight for direct, an arc for indirect, brighter towards the head."""
    if "fire" not in frame.view.layers:
        return
    for line in frame.fires():
        colour = palette.fire(side_of(line.side))
        reach = math.hypot(line.b[0] - line.a[0], line.b[1] - line.a[1])
        if reach < 2 or reach > 20_000:
            continue
        lift = -ARC_APEX * reach * 4 if line.indirect else 0.0
        steps = 20 if line.indirect else 4
        path = []
        for k in range(steps + 1):
            s = k / steps * line.share
            path.append(
                (
                    line.a[0] + (line.b[0] - line.a[0]) * s,
                    line.a[1] + (line.b[1] - line.a[1]) * s + lift * s * (1 - s),
                )
            )
        full = (90 if line.small else 255) * line.fade
        for k in range(4):
            a, b = k * steps // 4, (k + 1) * steps // 4
            alpha = int(full * (0.3 + 0.7 * (k + 1) / 4))
            canvas.lines(path[a : b + 1], colour, width=1.0 if line.small else 1.5, alpha=alpha)
        if line.share < 1.0:
            canvas.circle(path[-1], 2.2, colour, alpha=int(full))
