"""The four tabs of the side panel."""

from __future__ import annotations

from viz.canvas import Canvas
from viz.frame import Frame
from viz.frame.view import TABS
from viz.theme import Palette, Rect

HEIGHT = 34.0


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The ground of the panel and its tabs."""
    side = frame.layout.side
    canvas.rect(side, palette.panel)
    canvas.lines([(side.x + 0.5, side.y), (side.x + 0.5, side.bottom)], palette.line)
    frame.hit(Rect(side.x - 4, side.y, 8, side.h), "resize_side", None, "")
    step = side.w / len(TABS)
    for i, name in enumerate(TABS):
        on = frame.view.tab == name
        x = side.x + step * i
        colour = palette.text if on else palette.text3
        face = "semibold" if on else "regular"
        canvas.text(name.capitalize(), (x + step / 2, side.y + 17), size=13, face=face, colour=colour, anchor="mm")
        if on:
            canvas.rect(Rect(x + step * 0.2, side.y + HEIGHT - 2, step * 0.6, 2), palette.text)
        frame.hit(Rect(x, side.y, step, HEIGHT), "tab", name, f"F{i + 2}")
    canvas.lines([(side.x, side.y + HEIGHT), (side.right, side.y + HEIGHT)], palette.line)


def body(frame: Frame) -> Rect:
    """Where the tab's content goes: the upper part, above the log."""
    side = frame.layout.side
    wide = frame.view.tab in ("sources", "run")
    share = 0.60 if wide else 0.415 if side.h > 700 else 0.47 if side.h > 560 else 0.5
    return Rect(side.x, side.y + HEIGHT, side.w, max(side.h * share - HEIGHT, 180))


def log_box(frame: Frame) -> Rect:
    """Where the log goes: the rest."""
    side, top = frame.layout.side, body(frame)
    return Rect(side.x, top.bottom, side.w, side.bottom - top.bottom)
