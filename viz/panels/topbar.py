"""The top bar: what this is, three clocks, whose picture."""

from __future__ import annotations

from viz.canvas import Canvas, Mark
from viz.canvas.base import shorten
from viz.frame import Frame
from viz.theme import Palette, Rect

VIEWS = (
    ("truth", "Ground truth", "Truth"),
    ("defenders", "Defenders' picture", "Def."),
    ("attackers", "Attackers' picture", "Att."),
)


def subtitle(frame: Frame) -> str:
    """1 of how many, simulated; which one, of what, with which seed."""
    meta = frame.night.recording.meta
    return f"{frame.night.one_of} · {meta.get('scenario_id', 'scenario unknown')} · seed {meta.get('seed', '?')}"


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Title left, clocks in the middle, views right."""
    bar = frame.layout.top
    canvas.rect(bar, palette.panel)
    canvas.lines([(0, bar.bottom - 0.5), (bar.w, bar.bottom - 0.5)], palette.line)
    compact = frame.layout.compact
    room = bar.w * 0.32 - 24
    meta = frame.night.recording.meta
    title = shorten(canvas, str(meta.get("scenario_title") or "Untitled scenario"), room, 17, "semibold")
    canvas.text(title, (16, 6), size=17, face="semibold", colour=palette.text)
    words = subtitle(frame) if not compact else frame.night.one_of
    canvas.text(shorten(canvas, words, room, 12.5), (16, 28), size=12.5, colour=palette.text2)
    _clocks(canvas, frame, palette)
    _views(canvas, frame, palette)


def _clocks(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    bar, calendar, t = frame.layout.top, frame.night.calendar, frame.t
    offset = calendar.offset_min / 60
    rows = (
        ("ELAPSED", calendar.elapsed(t), "semibold", f"{calendar.elapsed(t)} from the first round"),
        (f"LOCAL UTC{offset:+g}", calendar.local(t), "regular", calendar.at(t).isoformat()),
        ("UTC", calendar.utc(t), "regular", calendar.utc(t)),
    )
    width = 122.0 if not frame.layout.compact else 106.0
    size = 19 if not frame.layout.compact else 17
    x = bar.w * (0.348 if not frame.layout.compact else 0.335)
    for i, (label, value, face, copied) in enumerate(rows):
        cx = x + width * (i + 0.5)
        canvas.text(label, (cx, 6), size=11, face="semibold", colour=palette.text3, anchor="mt", tracking=0.8)
        canvas.text(value, (cx, 20), size=size, face=face, colour=palette.text, anchor="mt")
        frame.hit(Rect(cx - width / 2, 2, width, 44), "copy_text", copied, "Click copies")
        if i:
            canvas.lines([(x + width * i, 10), (x + width * i, 38)], palette.line)
    day = calendar.short_day(t)
    canvas.text(day, (x + width * 3 + 4, 24), size=12, colour=palette.text3)


def _views(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    bar, compact = frame.layout.top, frame.layout.compact
    names = [(key, short if compact else words) for key, words, short in VIEWS]
    widths = [canvas.measure(w, 13.5)[0] + (20 if key == "truth" else 40) for key, w in names]
    x = bar.w - 14 - sum(widths) - 6
    canvas.rect(Rect(x - 3, 10, sum(widths) + 6, 28), palette.panel, edge=palette.line_strong, radius=5)
    if bar.w >= 1200:
        canvas.text("VIEW", (x - 14, 24), size=11, face="semibold", colour=palette.text3, anchor="rm", tracking=0.8)
    for (key, words), w in zip(names, widths, strict=True):
        on = frame.view.side == key
        if on:
            canvas.rect(Rect(x, 12, w, 24), palette.line_strong, radius=4)
        left = x + 10
        if key != "truth":
            canvas.image(Mark("key_outline", 12, key), (left + 6, 24))
            left += 20
        canvas.text(words, (left, 24), size=13.5, colour=palette.text if on else palette.text2, anchor="lm")
        frame.hit(Rect(x, 10, w, 28), "side", key, f"See {words.lower()} (V)")
        x += w
