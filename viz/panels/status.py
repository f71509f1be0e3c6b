"""The status line: where the cursor is, the gravest caveat, which recording this is and whether it was verified."""

from __future__ import annotations

from viz.camera import range_bearing
from viz.canvas import Canvas
from viz.canvas.base import shorten
from viz.frame import Frame
from viz.frame.place import degree_words, degrees, distance_words, grid_reference
from viz.theme import Palette, Rect


def notice(frame: Frame, fallback_font: bool = False) -> str:
    """The most serious thing to know about this picture."""
    meta = frame.night.recording.meta
    if meta.get("checksum_ok") is False:
        return "Checksum does not match: data was changed after the run"
    if meta.get("truncated"):
        return f"Cut file: complete until {frame.night.calendar.local(frame.night.end)} only"
    if meta.get("synthetic"):
        return "Illustrative data, not a result"
    if not meta.get("checksum_ok"):
        return "Simulated, unverified"
    if frame.night.terrain is None:
        return "Simulated; no terrain in this recording"
    if fallback_font:
        return "Simulated; font missing, fallback in use"
    return "Simulated: a model's run, not a record of events"


def identity(frame: Frame) -> str:
    """1 of how many, and the digest: on every frame."""
    meta = frame.night.recording.meta
    digest = str(meta.get("digest", ""))
    state = {True: "verified", False: "NOT VERIFIED"}.get(meta.get("checksum_ok"), "unverified")
    return f"{frame.night.one_of} · digest {digest[:8]}…{digest[-4:]} {state}"


def draw(canvas: Canvas, frame: Frame, palette: Palette, *, fallback_font: bool = False) -> None:
    """Left: cursor; right: caveat and identity."""
    bar = frame.layout.status
    canvas.rect(bar, palette.window)
    canvas.lines([(0, bar.y + 0.5), (bar.w, bar.y + 0.5)], palette.line)
    y = bar.y + bar.h / 2
    right = bar.w - 14.0
    if not frame.view.film:
        right -= canvas.text("? keys", (right, y), size=12, colour=palette.text, anchor="rm") + 14
        frame.hit(Rect(right, bar.y, 60, 24), "legend", None, "Keyboard and mouse (?)")
    words = identity(frame)
    right -= canvas.text(words, (right, y), size=12, colour=palette.text3, anchor="rm") + 16
    said = frame.view.toast or notice(frame, fallback_font)
    right -= canvas.text(said, (right, y), size=12, colour=palette.notice, anchor="rm") + 16
    x = 16.0
    for words in _place(frame):
        words = shorten(canvas, words, right - x, 12)
        if not words or right - x < 40:
            break
        x += canvas.text(words, (x, y), size=12, colour=palette.text2, anchor="lm") + 8
        canvas.lines([(x, bar.y + 7), (x, bar.y + 17)], palette.line_strong)
        x += 8


def _place(frame: Frame) -> list[str]:
    """Position, grid, range and bearing from the HQ, elevation: of the cursor, or of the map's centre."""
    x, y = frame.view.hover if frame.view.hover and not frame.view.film else (frame.view.camera.x, frame.view.camera.y)
    lat, lon = degrees(tuple(float(v) for v in frame.night.recording.meta["origin"]), x, y)  # type: ignore[arg-type]
    metres, bearing = range_bearing(frame.night.hq, (x, y))
    out = [degree_words(lat, lon), grid_reference(lat, lon)]
    out.append(f"{distance_words(metres)}, bearing {bearing:03.0f}° from HQ")
    height = frame.night.terrain.at(x, y) if frame.night.terrain else None
    if height is not None:
        out.append(f"elev {height:.0f} m ±30")
    return [words for words in out if words]
