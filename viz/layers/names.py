"""Words on the ground: degrees, places, the river beside its bank, what is sketched and what is reported."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from viz.camera import to_map, to_screen
from viz.canvas import Canvas
from viz.frame import Frame
from viz.frame.place import degrees, metres, tick_step
from viz.theme import Palette, Rect

TOWNS_BEYOND_M = 60_000.0
SETTLED = ("town", "city")
MOST_PLACES = 18


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Names that depend on the camera alone. What they take is noted in the frame, so that labels keep off."""
    if "grid" in frame.view.layers:
        _graticule(canvas, frame, palette)
    if "names" in frame.view.layers:
        _places(canvas, frame, palette)
        for line in frame.night.recording.lines:
            _line_name(canvas, frame, palette, line)


def _graticule(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    camera = frame.view.camera
    w, h = camera.width, camera.height
    lat0, lon0 = (float(v) for v in frame.night.recording.meta["origin"])
    south, west = degrees((lat0, lon0), *to_map(camera, 0, h))
    north, east = degrees((lat0, lon0), *to_map(camera, w, 0))
    step = tick_step(east - west)
    digits = 2 if step >= 0.01 else 3
    for k in range(math.ceil(west / step), math.floor(east / step) + 1):
        x = float(to_screen(camera, np.array([metres((lat0, lon0), (south + north) / 2, k * step)]))[0, 0])
        canvas.lines([(x, 0), (x, h)], palette.text3, alpha=20)
        canvas.lines([(x, h - 6), (x, h)], palette.text3)
        box = Rect(x - 26, h - 24, 52, 18)
        if box.x > 8 and box.right < w - 8 and not any(box.meets(r) for r in frame.taken):
            canvas.text(f"{k * step:.{digits}f}° E", (x, h - 8), size=11, colour=palette.text2, anchor="mb", halo=True)
            frame.taken.append(box)
    for k in range(math.ceil(south / step), math.floor(north / step) + 1):
        y = float(to_screen(camera, np.array([metres((lat0, lon0), k * step, (west + east) / 2)]))[0, 1])
        canvas.lines([(0, y), (w, y)], palette.text3, alpha=20)
        canvas.lines([(w - 6, y), (w, y)], palette.text3)
        box = Rect(w - 60, y - 8, 56, 16)
        if 60 < y < h - 60 and not any(box.meets(r) for r in frame.taken):
            canvas.text(f"{k * step:.{digits}f}° N", (w - 9, y), size=11, colour=palette.text2, anchor="rm", halo=True)
            frame.taken.append(box)


def _places(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Places with a source, towns first; whoever finds no room beside its dot goes without a name."""
    places = frame.night.recording.places
    camera = frame.view.camera
    if not len(places["name"]):
        return
    points = to_screen(camera, np.stack([places["x_m"], places["y_m"]], axis=1))
    kinds = [str(k) for k in places["kind"]]
    order = sorted(range(len(kinds)), key=lambda i: (kinds[i] not in SETTLED, i))
    drawn = 0
    for i in order:
        x, y = (float(v) for v in points[i])
        if not (8 < x < camera.width - 8 and 60 < y < camera.height - 8) or drawn >= MOST_PLACES:
            continue
        town = kinds[i] in SETTLED
        if camera.width_m > TOWNS_BEYOND_M and not town:
            continue
        if kinds[i] == "hq" or any(r.has(x, y) for r in frame.taken):
            continue
        words = str(places["name"][i]).split(" (")[0][:40]
        site = any(w in words.lower() for w in ("field", "plant", "airport", "farms"))
        face = "italic" if site else "regular"
        size = 14.0 if town else 12.5
        tw, th = canvas.measure(words, size, face)
        for left, anchor in ((x - 9 - tw, "rm"), (x + 9, "lm")):
            box = Rect(left, y - th / 2, tw, th)
            free = not any(box.meets(r) for r in frame.taken)
            if free and box.x > 4 and box.right < camera.width - 4:
                at = (x - 9, y) if anchor == "rm" else (x + 9, y)
                canvas.text(words, at, size=size, face=face, colour=palette.text2, anchor=anchor, halo=True)
                frame.taken += [box, Rect(x - 4, y - 4, 8, 8)]
                drawn += 1
                break


def _line_name(canvas: Canvas, frame: Frame, palette: Palette, line: dict[str, Any]) -> None:
    """One name beside a line, along its straightest stretch in view, never across it."""
    camera = frame.view.camera
    points = np.asarray(line.get("points"), dtype=np.float64)
    if points.ndim != 2 or len(points) < 2:
        return
    river = str(line.get("role")) == "river"
    words = line_words(line)
    at = to_screen(camera, points)
    width, height = canvas.measure(words, 12.5, "italic" if river else "regular")
    off = (min(max(240.0 / camera.scale, 4.0), 26.0) / 2 if river else 2.0) + height / 2 + 3
    best = None
    for a, b, bend in stretches(at, width + 24):
        angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
        if angle > 90 or angle < -90:
            angle += 180 if angle < 0 else -180
        nx, ny = math.sin(math.radians(angle)), -math.cos(math.radians(angle))
        for sign in (1, -1):
            x, y = (a[0] + b[0]) / 2 + nx * sign * (off + bend), (a[1] + b[1]) / 2 + ny * sign * (off + bend)
            c, s = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
            box = Rect(
                x - (width * c + height * s) / 2,
                y - (width * s + height * c) / 2,
                width * c + height * s,
                width * s + height * c,
            )
            inside = box.x > 10 and box.right < camera.width - 70 and box.y > 54 and box.bottom < camera.height - 60
            if inside and not any(box.meets(r) for r in frame.taken):
                score = bend + abs(angle) * 0.1
                if best is None or score < best[0]:
                    best = (score, x, y, angle, box)
    if best is None:
        return
    _, x, y, angle, box = best
    canvas.text(
        words,
        (x, y),
        size=12.5,
        face="italic" if river else "regular",
        colour=palette.river_text if river else palette.text2,
        anchor="mm",
        halo=True,
        angle=-angle,
    )
    pieces = max(int(width / 24), 1)
    for k in range(pieces + 1):
        d = (k / pieces - 0.5) * width
        px, py = x + math.cos(math.radians(angle)) * d, y + math.sin(math.radians(angle)) * d
        frame.taken.append(Rect(px - height / 2, py - height / 2, height, height))


def line_words(line: dict[str, Any]) -> str:
    """What a line is, and how well it is known."""
    error = line.get("error_m")
    known = f" ±{error / 1000:g} km" if isinstance(error, int | float) and error > 0 else ""
    label = str(line.get("label") or line.get("id") or "").split(" (")[0][:50]
    role = str(line.get("role"))
    if role == "river":
        return f"{label}{known}"
    how = "assumption" if str(line.get("basis")) == "assumption" else "reported"
    return f"{label} ({how}{',' + known if known else ''})"


def stretches(at: np.ndarray, length: float) -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    """Chords of about `length` pixels along a polyline: both ends, and how far the line bows away from them."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
    if not np.isfinite(along[-1]) or along[-1] < length:
        return []
    starts = np.linspace(0, along[-1] - length, min(160, max(2, int(along[-1] / 25))))
    where = starts[:, None] + np.linspace(0, length, 9)[None, :]
    x, y = np.interp(where, along, at[:, 0]), np.interp(where, along, at[:, 1])
    dx, dy = x[:, -1] - x[:, 0], y[:, -1] - y[:, 0]
    chord = np.hypot(dx, dy)
    bow = np.abs((x - x[:, :1]) * dy[:, None] - (y - y[:, :1]) * dx[:, None]).max(axis=1) / np.maximum(chord, 1e-6)
    straight = np.flatnonzero(chord >= length * 0.9)
    best = straight[np.argsort(bow[straight], kind="stable")][:60]
    ends = np.stack([x[:, 0], y[:, 0], x[:, -1], y[:, -1], bow], axis=1)[best].tolist()
    return [((ax, ay), (bx, by), bend) for ax, ay, bx, by, bend in ends]
