"""What lies on the map without being of it: layer chips, scale, north, credit, pointers, mini-map, measure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from viz.camera import range_bearing, round_length, to_screen
from viz.canvas import Canvas, Mark
from viz.frame import LAYERS, Frame, Sign
from viz.frame.place import distance_words
from viz.theme import Palette, Rect, mix

WALK_KMH = 5.0
MOST_POINTERS = 5
TITLE = 46  # what the name of a run takes at the foot of its half
CREDIT = "Elevation NOAA GLOBE 1 km ±30 m · rivers WDB II ±1 km · routes assumed"


def reserve(canvas: Canvas, frame: Frame) -> None:
    """Note what the furniture takes, so that names and labels keep off."""
    w, h = frame.view.camera.width, frame.view.camera.height
    frame.taken += [Rect(12, 12, 424, 32), Rect(8, h - 50, 150, 42)]
    if not frame.layout.compact:
        frame.taken.append(Rect(152, h - 36, 420, 28))
    if minimap_box(frame) is not None:
        frame.taken.append(Rect(w - 182, h - 128, 174, 122))
    if frame.view.side != "truth" or frame.view.beside:
        frame.taken.append(Rect(w - 370, 12, 360, 32))


def draw(canvas: Canvas, frame: Frame, palette: Palette, pills: list[Pointer]) -> None:
    """All of it, and what reacts to a click."""
    if not frame.view.film:
        _chips(canvas, frame, palette)
    _scale(canvas, frame, palette)
    if not frame.layout.compact:
        _credit(canvas, frame, palette)
    _pointers(canvas, frame, palette, pills)
    _pill(canvas, frame, palette)
    _measure(canvas, frame, palette)


def _chips(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    x, y = 17.0, 16.0
    total = 8.0 + sum(canvas.measure(n.capitalize(), 13)[0] + 24 for n in LAYERS)
    canvas.rect(Rect(12, 12, total, 32), palette.window, radius=5, alpha=190)
    for name in LAYERS:
        words = name.capitalize()
        w = canvas.measure(words, 13)[0] + 20
        on = name in frame.view.layers
        if on:
            canvas.rect(Rect(x, y, w, 24), palette.line, radius=4)
        colour = palette.text if on else palette.text3
        canvas.text(words, (x + 10, y + 12), size=13, colour=colour, anchor="lm")
        first = canvas.measure(words[0], 13)[0]
        canvas.lines([(x + 10, y + 20), (x + 10 + first, y + 20)], colour)
        box = Rect(frame.layout.map.x + x, frame.layout.map.y + y, w, 24)
        frame.hit(box, "layer", name, f"{'Hide' if on else 'Show'} {name} ({words[0]})")
        x += w + 4


def _scale(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    h = frame.view.camera.height
    length, px = round_length(frame.view.camera, 100)
    canvas.rect(Rect(10, h - 46, px + 62, 36), palette.window, radius=5, alpha=205)
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    canvas.text("0", (18, h - 42), size=12, colour=palette.text)
    canvas.text(words, (18 + px, h - 42), size=12, colour=palette.text, anchor="rt")
    canvas.rect(Rect(18, h - 21, px, 3), palette.text)
    canvas.image(Mark("north", 17, code="#E8ECEF"), (px + 46, h - 33))
    canvas.text("N", (px + 46, h - 11), size=11, colour=palette.text2, anchor="mb")


def _credit(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    h = frame.view.camera.height
    x = round_length(frame.view.camera, 100)[1] + 82
    if frame.view.camera.width < 700:
        return
    words = CREDIT if frame.night.terrain is not None else "No terrain in this recording: flat tint"
    w = canvas.measure(words, 12)[0]
    canvas.rect(Rect(x, h - 32, w + 16, 22), palette.window, radius=4, alpha=180)
    canvas.text(words, (x + 8, h - 21), size=12, colour=palette.text2, anchor="lm")


def minimap_box(frame: Frame) -> Rect | None:
    """The mini-map's place on the map, or None when the whole area shows."""
    if frame.view.camera.width_m > 20_000 or frame.layout.map.w < 500:
        return None
    w, h = (132.0, 88.0) if frame.layout.compact else (168.0, 112.0)
    return Rect(frame.view.camera.width - w - 14, frame.view.camera.height - h - 14, w, h)


def minimap_scale(frame: Frame, box: Rect) -> float:
    """Metres per pixel of the mini-map: the action, at least 24 km."""
    return 26_000.0 / box.w


def minimap(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """The wider area, who is where in it, and what the map shows of it."""
    scale, (hx, hy) = minimap_scale(frame, box), frame.night.hq
    centre = (hx - 2500.0, hy - 1500.0)

    def at(x: float, y: float) -> tuple[float, float]:
        return box.x + box.w / 2 + (x - centre[0]) / scale, box.y + box.h / 2 - (y - centre[1]) / scale

    canvas.rect(box, mix(palette.land_low, palette.window, 0.35), edge=palette.line_strong, radius=3, alpha=235)
    for line in frame.night.recording.lines:
        if str(line.get("role")) == "river":
            points = [at(float(x), float(y)) for x, y in line["points"]]
            run: list[tuple[float, float]] = []
            for p in [*points, (math.inf, 0.0)]:
                if box.has(*p):
                    run.append(p)
                    continue
                if len(run) > 1:
                    canvas.lines(run, palette.river, width=3)
                run = []
    places = np.array([(sign.x, sign.y) for sign in frame.signs]).reshape(-1, 2)
    x = box.x + box.w / 2 + (places[:, 0] - centre[0]) / scale
    y = box.y + box.h / 2 - (places[:, 1] - centre[1]) / scale
    inside = (x > box.x + 3) & (x < box.right - 3) & (y > box.y + 3) & (y < box.bottom - 3)
    seen = np.flatnonzero(inside)
    cells = zip((x[seen] // 4).tolist(), (y[seen] // 4).tolist(), (frame.signs[k].side for k in seen), strict=True)
    spots = {cell: k for k, cell in zip(seen.tolist(), cells, strict=True)}
    marks = [Mark("key", 5, side or "attackers") for _, _, side in spots]
    chosen = list(spots.values())
    canvas.images(marks, np.stack([x[chosen], y[chosen]], axis=1))
    c = frame.view.camera
    a, b = at(c.x - c.width_m / 2, c.y + c.height_m / 2), at(c.x + c.width_m / 2, c.y - c.height_m / 2)
    left, top = max(a[0], box.x), max(a[1], box.y)
    frame_box = Rect(left, top, max(min(b[0], box.right) - left, 3), max(min(b[1], box.bottom) - top, 3))
    canvas.rect(frame_box, None, edge=palette.playhead)


def minimap_hit(frame: Frame, box: Rect) -> None:
    """The mini-map reacts to a drag."""
    (hx, hy), shift = frame.night.hq, frame.layout.map
    argument = (box, minimap_scale(frame, box), (hx - 2500.0, hy - 1500.0))
    frame.hit(Rect(box.x + shift.x, box.y + shift.y, box.w, box.h), "minimap", argument, "Drag to pan")


@dataclass(frozen=True)
class Pointer:
    """A pill for something outside the view."""

    box: Rect
    words: str
    key: int
    side: str
    x: float
    y: float
    bearing: float


def pointers(canvas: Canvas, frame: Frame) -> list[Pointer]:
    """A pill for each of the weightiest signs outside the view: name, distance, arrow. Laid out before the labels."""
    w, h = frame.view.camera.width, frame.view.camera.height
    centre = (frame.view.camera.x, frame.view.camera.y)
    outside: dict[str, tuple[float, Sign, float, float]] = {}
    at = frame.screen
    seen = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
    for i in np.flatnonzero(~seen & np.isfinite(at).all(axis=1)):
        sign = frame.signs[i]
        away, bearing = range_bearing(centre, (sign.x, sign.y))
        weight = (30.0 if sign.side == "defenders" else 0.0) + sign.rank - away / 5000 + (20.0 if sign.air else 0.0)
        if sign.name not in outside or outside[sign.name][0] < weight:
            outside[sign.name] = (weight, sign, away, bearing)
    chosen = sorted(outside.values(), key=lambda row: -row[0])[: 3 if frame.layout.compact else MOST_POINTERS]
    below = minimap_box(frame)
    y, out = (below.y if below else h - (TITLE if frame.view.beside else 12)) - 10, []
    for _, sign, away, bearing in reversed(chosen):
        words = f"{sign.name[:24]} {distance_words(away)}"
        tw = canvas.measure(words, 12.5)[0]
        box = Rect(w - 14 - tw - 36, y - 22, tw + 36, 22)
        out.append(Pointer(box, words, sign.key, sign.side, sign.x, sign.y, bearing))
        y -= 28
    return out


def _pointers(canvas: Canvas, frame: Frame, palette: Palette, pills: list[Pointer]) -> None:
    """Draw the pills; a click goes there."""
    shift = frame.layout.map
    for p in pills:
        box, y = p.box, p.box.y + 11
        canvas.rect(box, palette.window, edge=mix(palette.side(p.side), palette.window, 0.45), radius=11, alpha=225)
        canvas.text(p.words, (box.x + 12, y), size=12.5, colour=palette.label(p.side), anchor="lm")
        canvas.image(Mark("arrow", 11, p.side, state=f"{round(p.bearing / 5) * 5}"), (box.right - 14, y))
        frame.hit(Rect(box.x + shift.x, box.y + shift.y, box.w, box.h), "go", (p.key, p.x, p.y), "Go there")


def _pill(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Which side's picture this is."""
    if frame.view.truth:
        return
    who = "Defenders'" if frame.view.side == "defenders" else "Attackers'"
    words = f"{who} picture: hollow = believed, last report age shown"
    w = canvas.measure(words, 13)[0] + 28
    box = Rect(frame.view.camera.width - w - 14, 14, w, 28)
    canvas.rect(box, palette.window, edge=palette.side(frame.view.side), radius=14, alpha=225)
    canvas.text(words, box.centre, size=13, colour=palette.text, anchor="mm")


def _measure(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Range, bearing and walking time from the first point to the second (or to the cursor)."""
    points = frame.view.measure
    if not points:
        return
    ends = [points[0], points[1] if len(points) > 1 else frame.view.hover or points[0]]
    screen = to_screen(frame.view.camera, np.array(ends))
    a, b = (float(v) for v in screen[0]), (float(v) for v in screen[1])
    (ax, ay), (bx, by) = a, b
    metres, bearing = range_bearing(ends[0], ends[1])
    canvas.lines([(ax, ay), (bx, by)], palette.playhead, width=1.5)
    for x, y in ((ax, ay), (bx, by)):
        canvas.circle((x, y), 4, palette.playhead, width=1.5)
    walk = metres / (WALK_KMH / 3.6) / 60
    words = f"{distance_words(metres)} · {bearing:03.0f}° · {walk:.0f} min at {WALK_KMH:g} km/h"
    w = canvas.measure(words, 13, "semibold")[0]
    mx = min(max((ax + bx) / 2 + 12, 8), frame.view.camera.width - w - 24)
    my = min(max((ay + by) / 2 - 26, 8), frame.view.camera.height - 32)
    canvas.rect(Rect(mx, my, w + 16, 24), palette.window, edge=palette.playhead, radius=4, alpha=235)
    canvas.text(words, (mx + 8, my + 12), size=13, face="semibold", colour=palette.text, anchor="lm")
