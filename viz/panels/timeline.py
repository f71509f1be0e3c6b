"""The dock: transport, time axis, permission band, hotline lane and the two lanes of events."""

from __future__ import annotations

import math

import numpy as np

from viz.canvas import Canvas, Mark
from viz.frame import Frame
from viz.frame.axis import ticks, x_of
from viz.theme import Palette, Rect, mix

BUTTON_SPEEDS = (0.1, 1, 4, 16, 64, 600)
PAUSES = (("loss", "First loss"), ("roe", "ROE change"), ("hotline", "Hotline"))
LANE_HEIGHT = {0: 0.75, 1: 0.60, 2: 1.0, 3: 0.40, 4: 0.28}
ROE_Y, CALL_Y, LANE_Y, LANE_H = 18.0, 38.0, 52.0, 16.0
LEGEND = (("fire", "fire"), ("impact", "impact"), ("loss", "loss"), ("detect", "detect"), ("move", "move"))


def draw_transport(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Buttons, speeds, what playing pauses at, and the legend of shapes."""
    dock, view = frame.layout.dock, frame.view
    y = dock.y + 18
    x = dock.x + 16.0
    playing = view.playing
    for name, action, argument, wide, tip in (
        ("previous", "event", -1, 26, "Previous event (,)"),
        ("pause" if playing < 0 else "back", "play", -1, 26, "Play backwards (Shift Space)"),
        ("pause" if playing > 0 else "play", "play", 1, 36, "Play or pause (Space)"),
        ("next", "event", 1, 26, "Next event (.)"),
    ):
        box = Rect(x, y - 12, wide, 24)
        on = name == "pause"
        canvas.rect(box, palette.line_strong if on else palette.raised, edge=palette.line_strong, radius=4)
        canvas.image(Mark(name, 11, code="#E8ECEF"), box.centre)
        frame.hit(box, action, argument, tip)
        x += wide + 6
    x += 10
    for speed in BUTTON_SPEEDS:
        words = f"{speed:g}×"
        w = canvas.measure(words, 12.5)[0] + 12
        if frame.layout.narrow and speed == 600:
            continue
        on = abs(view.speed - speed) < 1e-6
        if on:
            canvas.rect(Rect(x, y - 12, w, 24), palette.line_strong, radius=4)
        canvas.text(words, (x + 6, y), size=12.5, colour=palette.text if on else palette.text3, anchor="lm")
        frame.hit(Rect(x, y - 12, max(w, 24), 24), "set_speed", float(speed), "Speed (− +)")
        x += w + 1
    if not any(abs(view.speed - s) < 1e-6 for s in BUTTON_SPEEDS):
        x += (
            canvas.text(f"{view.speed:g}×", (x + 4, y), size=12.5, face="semibold", colour=palette.text, anchor="lm")
            + 8
        )
    x += 14
    x += canvas.text("Pause at", (x, y), size=12.5, colour=palette.text3, anchor="lm") + 8
    for key, words in PAUSES:
        if frame.layout.compact and key == "loss":
            continue
        words = words.replace(" change", "") if frame.layout.compact else words
        w = canvas.measure(words, 12.5)[0] + 20
        on = key in view.pause_at
        canvas.rect(Rect(x, y - 11, w, 22), palette.panel, edge=palette.text2 if on else palette.line_strong, radius=11)
        canvas.text(words, (x + w / 2, y), size=12.5, colour=palette.text if on else palette.text3, anchor="mm")
        frame.hit(Rect(x, y - 12, w, 24), "pause_at", key, "Pause there when playing (P)")
        x += w + 6
    if frame.layout.compact:
        return
    right = dock.right - 16.0
    for kind, words in reversed(LEGEND):
        right -= canvas.measure(words, 12.5)[0]
        canvas.text(words, (right, y), size=12.5, colour=palette.text2, anchor="lm")
        right -= 14
        canvas.image(Mark(kind, 10, code="#AEB8C2"), (right + 4, y))
        right -= 14


def draw_static(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """What depends on the recording, the window of time and the filters, but not on the playhead."""
    dock, axis = frame.layout.dock, frame.layout.axis
    canvas.rect(dock, palette.panel)
    canvas.lines([(dock.x, dock.y + 0.5), (dock.right, dock.y + 0.5)], palette.line)
    frame.hit(Rect(axis.x - 6, axis.y - 6, axis.w + 12, dock.bottom - axis.y + 2), "scrub", None, "")
    draw_transport(canvas, frame, palette)
    y = axis.y
    for words, at, colour in (
        ("LOCAL", y + 6, palette.text3),
        ("ROE", y + ROE_Y + 8, palette.decision),
        ("HOTLINE", y + CALL_Y + 5, palette.decision),
        ("ATTACKERS", y + LANE_Y + 8, palette.attackers),
        ("DEFENDERS", y + LANE_Y + LANE_H + 4 + 8, palette.defenders),
    ):
        canvas.text(words, (dock.x + 16, at), size=11, face="semibold", colour=colour, anchor="lm", tracking=0.8)
    night, window = frame.night, frame.view.window
    bottom = frame.layout.dock.bottom - 6
    for t in ticks(axis, window, night.calendar.midnight(window[0])):
        x = x_of(axis, window, t)
        canvas.lines([(x, y + 14), (x, bottom)], mix(palette.panel, palette.line, 0.7))
    canvas.clip(Rect(axis.x - 8, axis.y, axis.w + 16, axis.h))
    _permissions(canvas, frame, palette, axis)
    canvas.lines([(axis.x, y + CALL_Y + 5), (axis.right, y + CALL_Y + 5)], palette.decision_line)
    for lane in (0, 1):
        top = y + LANE_Y + lane * (LANE_H + 4)
        canvas.rect(Rect(axis.x, top, axis.w, LANE_H), mix(palette.panel, palette.window, 0.6))
        _lane(canvas, frame, palette, lane, Rect(axis.x, top, axis.w, LANE_H))
    _calls(canvas, frame, palette)
    canvas.clip(None)


def _permissions(canvas: Canvas, frame: Frame, palette: Palette, axis: Rect) -> None:
    """Pattern as well as tone: outline is hold, hatched is warning, full is weapons free."""
    for i, p in enumerate(frame.night.permissions):
        a, b = (x_of(axis, frame.view.window, t) for t in (p.start, p.end))
        a, b = max(a, axis.x), min(b, axis.right)
        if b - a < 0.5:
            continue
        box = Rect(a, axis.y + ROE_Y, max(b - a - 1, 1), 16)
        if p.rung >= 4:
            canvas.rect(box, palette.decision_full)
        else:
            canvas.rect(box, palette.panel, edge=palette.decision_line)
            if p.rung in (1, 2, 3):
                step = 5 if p.rung == 3 else 9
                canvas.clip(box)
                for k in range(int(box.w // step) + 4):
                    canvas.lines(
                        [(box.x + k * step - 16, box.bottom), (box.x + k * step, box.y)],
                        palette.decision if p.rung == 3 else palette.decision_line,
                    )
                canvas.clip(Rect(axis.x - 8, axis.y, axis.w + 16, axis.h))
                canvas.rect(box, None, edge=palette.decision)
        tip = f"{p.words}, from {frame.night.calendar.local(p.start)}"
        frame.hit(box, "seek", p.start if i else frame.night.t0, tip)


def permission_words(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Labels of the band: they step aside for the playhead."""
    axis = frame.layout.axis
    head = x_of(axis, frame.view.window, frame.t)
    for p in frame.night.permissions:
        if not frame.view.sees_future(frame.t, p.start):
            continue
        end = p.end if frame.view.truth else min(p.end, frame.t)
        a, b = (x_of(axis, frame.view.window, t) for t in (p.start, end))
        a, b = max(a, axis.x), min(b, axis.right)
        for words in (p.words, p.short):
            w = canvas.measure(words, 12, "semibold")[0]
            x = a + 8
            if x - 4 < head < x + w + 4:
                x = head + 8
            if x + w + 6 <= b:
                if 0 < p.rung < 4:
                    canvas.rect(Rect(x - 4, axis.y + ROE_Y + 2, w + 8, 12), palette.panel)
                colour = palette.panel if p.rung >= 4 else palette.decision
                canvas.text(words, (x, axis.y + ROE_Y + 8), size=12, face="semibold", colour=colour, anchor="lm")
                break


def _lane(canvas: Canvas, frame: Frame, palette: Palette, side: int, box: Rect) -> None:
    """One tick a pixel and kind; more than one event makes it brighter."""
    rows, view = frame.night.rows, frame.view
    a, b = view.window
    keep = (rows.side == side) & (rows.t_ms >= a) & (rows.t_ms <= b) & np.isin(rows.group, sorted(view.classes))
    if ("attackers", "defenders")[side] not in view.sides:
        return
    if not view.truth:
        allowed = np.zeros(len(rows), dtype=bool)
        allowed[frame.rows] = True
        keep &= allowed
    base = palette.side(("attackers", "defenders")[side])
    for group in (4, 3, 1, 0, 2):
        mine = keep & (rows.group == group)
        if not mine.any():
            continue
        px = ((rows.t_ms[mine] - a) / max(b - a, 1) * box.w).astype(np.int64)
        counts = np.bincount(px, weights=rows.count[mine])
        height = box.h * LANE_HEIGHT[group]
        colour = palette.text if group == 2 else base
        top = box.y - 2 if group == 2 else box.bottom - height
        tall = 4.0 if group == 2 else height
        for x in np.flatnonzero(counts):
            alpha = int(min(60 + 40 * math.log2(counts[x] + 1) + (60 if group in (0, 2) else 0), 255))
            canvas.rect(Rect(box.x + float(x), top, 1, tall), mix(palette.window, colour, alpha / 255))


def veil_box(frame: Frame) -> Rect:
    """What is still to come, weaker than what was; empty in a side's picture, which hides it."""
    axis, dock = frame.layout.axis, frame.layout.dock
    left = max(x_of(axis, frame.view.window, frame.t), axis.x) if frame.view.truth else axis.right
    return Rect(left, axis.y + ROE_Y - 2, max(axis.right - left, 0), dock.bottom - axis.y - ROE_Y)


def draw_veil(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The veil over the whole axis: the dock shows this picture from the playhead on."""
    axis = frame.layout.axis
    box = veil_box(frame)
    canvas.rect(Rect(axis.x, box.y, axis.w, box.h), palette.panel, alpha=97)


def draw_moving(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Axis words, chosen call, bookmarks, cover over a hidden future, playhead with its time."""
    axis, night, view = frame.layout.axis, frame.night, frame.view
    head = x_of(axis, view.window, frame.t)
    inside = axis.x <= head <= axis.right
    dock = frame.layout.dock
    if not view.truth:
        left = max(head, axis.x)
        if left < axis.right:
            canvas.rect(Rect(left, axis.y + 14, axis.right - left + 9, dock.bottom - axis.y - 18), palette.panel)
            if axis.right - left > 260:
                words = "The future is hidden in a side's picture"
                canvas.text(
                    words, ((left + axis.right) / 2, axis.y + axis.h * 0.5), size=13, colour=palette.text3, anchor="mm"
                )
    permission_words(canvas, frame, palette)
    _chosen_call(canvas, frame, palette)
    _axis_words(canvas, frame, palette, head if inside else -1000.0)
    if view.loop:
        a, b = (min(max(x_of(axis, view.window, t), axis.x), axis.right) for t in view.loop)
        canvas.rect(Rect(a, axis.y + 12, max(b - a, 2), 3), palette.playhead)
    if inside:
        canvas.lines([(head, axis.y + 8), (head, dock.bottom - 4)], palette.playhead, width=1.4)
        words = night.calendar.local(frame.t)
        w = canvas.measure(words, 13, "semibold")[0] + 14
        canvas.rect(Rect(head - w / 2, axis.y - 6, w, 18), palette.playhead, radius=4)
        canvas.text(words, (head, axis.y + 3), size=13, face="semibold", colour=palette.window, anchor="mm")


def _axis_words(canvas: Canvas, frame: Frame, palette: Palette, head: float) -> None:
    axis, night, view = frame.layout.axis, frame.night, frame.view
    y = axis.y + 3
    taken = [(head - 36, head + 36)]
    special = [(night.t0, "T0", palette.attackers)] if night.fired else []
    for t, words, colour in special:
        x = x_of(axis, view.window, t)
        if axis.x <= x <= axis.right and view.sees_future(frame.t, t):
            canvas.lines([(x, axis.y + 10), (x, axis.y + 16)], palette.text)
            if abs(x - head) > 46:
                canvas.text(words, (x + 4, y), size=12, face="semibold", colour=colour, anchor="lm")
                taken.append((x - 2, x + 22))
    for t in night.moonrises:
        x = x_of(axis, view.window, t)
        if axis.x <= x <= axis.right and abs(x - head) > 44:
            canvas.image(Mark("moon", 11), (x, y))
            taken.append((x - 10, x + 10))
            frame.hit(Rect(x - 12, y - 10, 24, 20), "seek", t, f"Moonrise {night.calendar.local(t, False)} (computed)")
    long = view.window[1] - view.window[0] > 36 * 3_600_000
    for t in ticks(axis, view.window, night.calendar.midnight(view.window[0])):
        x = x_of(axis, view.window, t)
        words = night.calendar.local(t, False)
        if long and words == "00:00":
            words = night.calendar.short_day(t)
        half = canvas.measure(words, 12.5)[0] / 2 + 4
        if not any(a < x + half and x - half < b for a, b in taken):
            canvas.text(words, (x, y), size=12.5, colour=palette.text2, anchor="mm")
            taken.append((x - half, x + half))
    for i, mark in enumerate(view.bookmarks):
        x = x_of(axis, view.window, mark.t_ms)
        if axis.x <= x <= axis.right and view.sees_future(frame.t, mark.t_ms):
            canvas.image(Mark("bookmark", 9), (x, axis.y + 13))
            frame.hit(Rect(x - 8, axis.y + 4, 16, 18), "bookmark_at", i, mark.note or "Bookmark")


def _calls(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Each call on its lane; a dotted whisker where the hour is inferred. The veil dims what is still to come."""
    axis, view = frame.layout.axis, frame.view
    y = axis.y + CALL_Y + 5
    seen = [
        (x, call)
        for call in frame.night.calls
        if axis.x - 5 <= (x := x_of(axis, view.window, call.t_ms)) <= axis.right + 5
        and view.sees_future(frame.t, call.t_ms)
    ]
    whiskers = [
        (x + sign * (9.0 + 4 * k), y) for x, call in seen if call.inferred for k in range(4) for sign in (-1, 1)
    ]
    canvas.dots(np.array(whiskers).reshape(-1, 2), 1.0, palette.decision)
    for x, call in seen:
        canvas.circle((x, y), 6.5, palette.panel)
        canvas.image(Mark("call" if call.outgoing else "call_in", 11), (x, y))


def _chosen_call(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The ring round the call that is open or was the last; and what a click on a call does."""
    axis, view = frame.layout.axis, frame.view
    y = axis.y + CALL_Y + 5
    chosen = view.call if view.call >= 0 else frame.night.call_at(frame.t)
    for i, call in enumerate(frame.night.calls):
        x = x_of(axis, view.window, call.t_ms)
        if not axis.x - 5 <= x <= axis.right + 5 or not view.sees_future(frame.t, call.t_ms):
            continue
        if i == chosen:
            canvas.circle((x, y), 9, palette.playhead, width=1.6)
        frame.hit(Rect(x - 12, y - 9, 24, 18), "call", i, frame.night.call_tips[i])
