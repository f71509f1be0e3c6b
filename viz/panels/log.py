"""The event log: a filter for each kind and side, a search, and rows that follow the playhead and lead it."""

from __future__ import annotations

import numpy as np

from viz.canvas import Canvas, Mark
from viz.canvas.base import shorten
from viz.frame import Frame
from viz.frame.happenings import CLASSES
from viz.theme import Palette, Rect

ROW, HEAD = 24.0, 66.0
CURRENT_AT = 0.62
FADED = 105


def draw(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """Title, filters, rows."""
    view = frame.view
    canvas.text("Event log", (box.x + 14, box.y + 10), size=15, face="semibold", colour=palette.text)
    state = "locked" if view.lock else "back to playhead" if view.log_scroll is not None else "follows playhead"
    x = box.x + 14 + canvas.measure("Event log", 15, "semibold")[0] + 10
    w = canvas.text(
        state, (x, box.y + 12), size=12.5, colour=palette.notice if view.log_scroll is not None else palette.text3
    )
    frame.hit(Rect(x - 4, box.y + 6, w + 8, 24), "log_follow", None, "Follow the playhead again")
    canvas.text("L lock", (box.right - 14, box.y + 12), size=12.5, colour=palette.text3, anchor="rt")
    frame.hit(Rect(box.right - 60, box.y + 6, 54, 24), "lock", None, "Lock the log (L)")
    wrapped = _filters(canvas, frame, palette, box)
    top = box.y + HEAD + wrapped
    if view.search_open or view.query:
        _search(canvas, frame, palette, Rect(box.x + 12, top, box.w - 24, 26))
        top += 32
    _rows(canvas, frame, palette, Rect(box.x, top, box.w, box.bottom - top))


def _filters(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> float:
    """Nine chips; a hidden kind is hollow. Returns the height of a second line if one was needed."""
    step = 30.0 if box.w >= 340 else 27.0 if box.w >= 300 else 30.0
    x, y, more = box.x + 12.0, box.y + 36.0, 0.0
    for number, name in enumerate((*CLASSES, "attackers", "defenders")):
        side = number >= len(CLASSES)
        if number == len(CLASSES):
            x += 6
        if x + 26 > box.right - 8:
            x, y, more = box.x + 12.0, y + 28, 28.0
        on = name in frame.view.sides if side else number in frame.view.classes
        chip = Rect(x, y, step - 4, 24)
        edge = palette.side(name) if side and on else palette.line_strong if on else palette.line
        canvas.rect(chip, palette.line if on else palette.panel, edge=edge, radius=4)
        kind = "key_outline" if side else name
        colour = "" if side else "#CFEBDD" if on and name in ("roe", "call") else "#E8ECEF" if on else "#5E6B78"
        canvas.image(
            Mark(kind, 13 if side else 11, name if side else "", colour), chip.centre, alpha=255 if on else 130
        )
        word = f"{'Hide' if on else 'Show'} {name}"
        frame.hit(chip, "filter_side" if side else "filter", name if side else number, word)
        x += step
    return more


def _search(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    canvas.rect(box, palette.window, edge=palette.playhead if frame.view.search_open else palette.line_strong, radius=4)
    words = frame.view.query + ("|" if frame.view.search_open else "")
    canvas.text(
        words or "search the log",
        (box.x + 8, box.y + 13),
        size=13,
        colour=palette.text if words else palette.text3,
        anchor="lm",
    )
    canvas.image(Mark("close", 9, code="#AEB8C2"), (box.right - 14, box.y + 13))
    frame.hit(Rect(box.right - 28, box.y, 28, 26), "clear_search", None, "Clear the search")


def window_of(frame: Frame, visible: int) -> tuple[int, int]:
    """First row shown, and the position of the current row among the filtered ones."""
    rows = frame.rows
    current = int(np.searchsorted(rows, frame.row, side="right")) - 1
    if frame.view.log_scroll is not None:
        first = frame.view.log_scroll
    else:
        first = current - int(visible * CURRENT_AT)
    return max(min(first, len(rows) - visible), 0), current


def _rows(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    rows, night = frame.rows, frame.night
    if not len(rows):
        hidden = frame.view.query or len(frame.view.classes) < 7 or len(frame.view.sides) < 2
        words = "No events of these kinds." if hidden else "No event in this recording."
        canvas.text(words, (box.x + 14, box.y + 8), size=13, colour=palette.text3)
        if hidden:
            canvas.text("Clear filters", (box.x + 14, box.y + 30), size=13, colour=palette.defenders)
            frame.hit(Rect(box.x + 10, box.y + 26, 100, 24), "clear_filters", None, "")
        return
    visible = max(int(box.h // ROW), 1)
    first, current = window_of(frame, visible)
    canvas.clip(box)
    for k, index in enumerate(rows[first : first + visible + 1].tolist()):
        y = box.y + k * ROW
        now = first + k == current
        later = first + k > current
        line = Rect(box.x + 5, y, box.w - 10, ROW)
        if now:
            canvas.rect(line, palette.raised)
            canvas.rect(Rect(box.x + 5, y + 3, 2, ROW - 6), palette.playhead)
        group, side = int(night.rows.group[index]), int(night.rows.side[index])
        alpha = FADED if later else 255
        who = ("attackers", "defenders")[side] if side in (0, 1) else ""
        colour = palette.text if now else palette.text2
        canvas.text(
            night.calendar.local(int(night.rows.t_ms[index])),
            (box.x + 14, y + 12),
            size=13,
            colour=colour,
            anchor="lm",
            alpha=alpha,
        )
        if who:
            canvas.image(Mark("key", 7, who), (box.x + 74, y + 12), alpha=alpha)
        canvas.image(Mark(CLASSES[group], 11, who), (box.x + 89, y + 12), alpha=alpha)
        words = shorten(canvas, night.sentence_of(index), box.w - 116, 13)
        canvas.text(words, (box.x + 101, y + 12), size=13, colour=palette.text, anchor="lm", alpha=alpha)
        if y + ROW <= box.bottom:
            frame.hit(line, "row", index, night.sentence_of(index) if words.endswith("…") else "")
    canvas.clip(None)
    if len(rows) > visible:
        h = max(box.h * visible / len(rows), 24)
        y = box.y + (box.h - h) * first / max(len(rows) - visible, 1)
        canvas.rect(Rect(box.right - 4, y, 3, h), palette.line_strong, radius=1.5)
