"""Pages over the page: keys, end of the recording, a bookmark's note, nothing open, something wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.metrics import Kind, hurt, kind, measure
from sim.metrics.words import label
from viz import keys
from viz.canvas import Canvas
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.frame.series import Typical
from viz.playback.bookmarks import SAME_MARK_MS
from viz.theme import Palette, Rect

WITHOUT_CLAIMS = (
    "attackers_killed", "attackers_wounded", "defenders_killed", "defenders_wounded",
    "rounds_within_500m_before_reply", "hq_held",
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A row of the table at the end: this run beside what was stated."""

    name: str
    here: str
    stated: str
    fit: str
    claim: str
    typical: str = ""


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The open dialog, with the page behind it dimmed."""
    which = frame.view.dialog
    if not which:
        return
    wide, high = frame.layout.logical
    canvas.rect(Rect(0, 0, wide, high), palette.window, alpha=165)
    frame.hit(Rect(0, 0, wide, high), "close", None, "")
    if which == "keys":
        legend(canvas, frame, palette)
    elif which == "end":
        end(canvas, frame, palette)
    elif which == "note":
        note(canvas, frame, palette)


def _card(canvas: Canvas, frame: Frame, palette: Palette, w: float, h: float) -> Rect:
    wide, high = frame.layout.logical
    w, h = min(w, wide - 24), min(h, high - 24)
    box = Rect((wide - w) / 2, (high - h) / 2, w, h)
    canvas.rect(box, palette.raised, edge=palette.line_strong, radius=8)
    frame.hit(box, "none", None, "")
    return box


def legend(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Every key, from the one table of keys."""
    tall = {g: 34 + 27 * sum(1 for line in keys.LEGEND if line.group == g) for g in keys.GROUPS}
    left, right = ("Time", "Layers"), ("Map", "Record")
    height = 84 + max(sum(tall[g] for g in left), sum(tall[g] for g in right))
    box = _card(canvas, frame, palette, 1020, height)
    canvas.text("Keyboard and mouse", (box.x + 32, box.y + 24), size=20, face="semibold", colour=palette.text)
    canvas.text("Esc or ? closes", (box.right - 32, box.y + 30), size=13, colour=palette.text2, anchor="rt")
    step = 27.0 if height <= box.h else 27.0 * (box.h - 84) / (height - 84)
    for column, groups in enumerate((left, right)):
        x, y = box.x + 32 + column * (box.w / 2 - 12), box.y + 68
        for group in groups:
            canvas.text(group.upper(), (x, y), size=11, face="semibold", colour=palette.text3, tracking=0.8)
            y += 20
            for line in (row for row in keys.LEGEND if row.group == group):
                cap = Rect(x, y, 96, min(step - 5, 21))
                canvas.rect(cap, palette.window, edge=palette.line_strong, radius=4)
                canvas.text(line.caps, cap.centre, size=13, face="semibold", colour=palette.text, anchor="mm")
                words = shorten(canvas, line.words, box.w / 2 - 160, 13)
                canvas.text(words, (x + 112, y + cap.h / 2), size=13, colour=palette.text2, anchor="lm")
                y += step
            y += 12


def number(value: object, metric: str = "") -> str:
    """A metric as people read it; people who were hurt are rounded."""
    if value is None:
        return "not defined"
    if metric and kind(metric) is Kind.HURT and isinstance(value, int | float) and math.isfinite(value):
        return hurt.count(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "not defined" if not math.isfinite(value) else f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"
    return str(value)


def measures(frame: Frame) -> list[Measure]:
    """This run's metrics beside the claims that test them (the recording carries both)."""
    values = measure(frame.night.recording)
    typical = frame.night.series.typical
    out, seen = [], set()
    for claim in frame.night.papers.claims:
        if claim.metric not in values or claim.low is None or claim.high is None or claim.metric in seen:
            continue
        seen.add(claim.metric)
        value = values[claim.metric]
        fit = "no value"
        if isinstance(value, bool | int | float) and not isinstance(value, str) and value is not None:
            fit = "below" if value < claim.low else "above" if value > claim.high else "inside"
        high = "" if math.isinf(claim.high) else number(claim.high)
        stated = (
            f"{number(claim.low)}–{high}"
            if high and claim.low != claim.high
            else number(claim.low)
            if high
            else f"{number(claim.low)} or more"
        )
        words = f"{stated}, {claim.speaker or claim.source}"
        out.append(
            Measure(
                _title(claim.metric), number(value, claim.metric), words, fit, claim.id, _usual(typical, claim.metric)
            )
        )
    none = "no claim in this recording"
    return out or [
        Measure(_title(n), number(values[n], n), none, "", "", _usual(typical, n))
        for n in WITHOUT_CLAIMS
        if n in values
    ]


def _title(metric: str) -> str:
    unit = kind(metric).unit
    words = label(metric).capitalize() + (f" ({unit})" if unit else "")
    return words.replace("Sdf", "SDF").replace(" hq", " HQ").replace("Hq ", "HQ ").replace("500m", "500 m")


def _usual(typical: dict[str, Typical], metric: str) -> str:
    """Median and 90 % range of all replications."""
    found = typical.get(metric)
    told = [number(value, metric) for value in (found.median, found.low, found.high)] if found else []
    return f"{told[0]} ({told[1]}–{told[2]})" if told else ""


def end(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The run beside what was stated: claims by named sources, not ground truth."""
    rows = measures(frame)[:14]
    night = frame.night
    many = any(row.typical for row in rows)
    wide = 800.0 if many else 640.0
    foot = night.recording.attributed.foot(" ".join(f"{row.name} {row.stated}." for row in rows))
    whose = wrap(canvas, foot, wide - 48, 12.5) if foot else []
    box = _card(canvas, frame, palette, wide, 150 + 27 * len(rows) + 16 * len(whose))
    title = f"End of recording, {night.calendar.local(night.end, False)} local"
    canvas.text(title, (box.x + 24, box.y + 18), size=19, face="semibold", colour=palette.text)
    words = "Stated figures are claims by named sources, not ground truth. This run is simulated; the hurt are rounded."
    canvas.text(words, (box.x + 24, box.y + 46), size=12.5, colour=palette.text2)
    y = box.y + 72
    aside = box.x + (490 if many else 330)
    columns = (box.x + 24, box.x + 310, aside, aside + 20, box.right - 24)
    usual = f"Median of {night.series.replications} (5–95 %)" if many else ""
    heads = zip(("Measure", "This run", usual, "Stated", "Fit"), columns, ("lt", "rt", "rt", "lt", "rt"), strict=True)
    for words, x, anchor in heads:
        canvas.text(words, (x, y), size=12, colour=palette.text3, anchor=anchor)
    y += 20
    for row in rows:
        _end_row(canvas, frame, palette, row, columns, y)
        y += 27
    for k, line in enumerate(whose):
        canvas.text(line, (box.x + 24, y + 6 + 16 * k), size=12.5, colour=palette.text2)
    if not frame.view.film:
        buttons(
            canvas,
            frame,
            palette,
            (box.x + 24, box.bottom - 44),
            (("Replay from T0", "replay", None), ("Close", "close", None), ("Save snapshot", "snapshot", None)),
        )


def _end_row(
    canvas: Canvas, frame: Frame, palette: Palette, row: Measure, columns: tuple[float, ...], y: float
) -> None:
    name, here, usual, stated, fit = columns
    canvas.lines([(name, y - 2), (fit, y - 2)], palette.line)
    canvas.text(shorten(canvas, row.name, here - name - 66, 13), (name, y + 4), size=13, colour=palette.text2)
    canvas.text(row.here, (here, y + 4), size=13, face="semibold", colour=palette.text, anchor="rt")
    canvas.text(row.typical, (usual, y + 4), size=13, colour=palette.text2, anchor="rt")
    words = shorten(canvas, row.stated, fit - stated - 60, 13)
    w = canvas.text(words, (stated, y + 4), size=13, colour=palette.text2)
    if row.claim:
        canvas.lines([(stated, y + 21), (stated + w, y + 21)], palette.text3, dash=(1.5, 2.5))
        frame.hit(Rect(stated, y, w, 24), "provenance", f"claim:{row.claim}", "Who stated it")
    colour = palette.notice if row.fit in ("below", "above") else palette.text
    canvas.text(row.fit, (fit, y + 4), size=13, colour=colour, anchor="rt")


def buttons(
    canvas: Canvas, frame: Frame, palette: Palette, at: tuple[float, float], rows: tuple[tuple[str, str, object], ...]
) -> None:
    """Buttons in a row, the first one filled."""
    x, y = at
    for i, (words, action, argument) in enumerate(rows):
        w = canvas.measure(words, 13, "semibold")[0] + 28
        box = Rect(x, y, w, 30)
        canvas.rect(box, palette.playhead if i == 0 else palette.raised, edge=palette.line_strong, radius=4)
        canvas.text(
            words, box.centre, size=13, face="semibold", colour=palette.window if i == 0 else palette.text, anchor="mm"
        )
        frame.hit(box, action, argument, "")
        x += w + 8


def note(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The note of a bookmark, being written."""
    box = _card(canvas, frame, palette, 460, 138)
    known = any(abs(m.t_ms - frame.t) <= SAME_MARK_MS for m in frame.view.bookmarks)
    words = f"{'Note of the bookmark' if known else 'Bookmark'} at {frame.night.calendar.local(frame.t)}"
    canvas.text(words, (box.x + 20, box.y + 16), size=17, face="semibold", colour=palette.text)
    field = Rect(box.x + 20, box.y + 50, box.w - 40, 30)
    canvas.rect(field, palette.window, edge=palette.playhead, radius=4)
    shown = frame.view.note
    while shown and canvas.measure(shown, 13.5)[0] > field.w - 20:
        shown = shown[1:]
    canvas.text(shown + "|", (field.x + 8, field.y + 15), size=13.5, colour=palette.text, anchor="lm")
    canvas.text(
        "Enter keeps it, Esc does not, an empty note is allowed",
        (box.x + 20, box.y + 94),
        size=12.5,
        colour=palette.text3,
    )


def message(
    canvas: Canvas,
    palette: Palette,
    size: tuple[float, float],
    title: str,
    words: str,
    *,
    rows: tuple[str, ...] = (),
    focus: int = -1,
    hint: str = "",
) -> list[Rect]:
    """A page with no recording behind it: nothing open, loading, or what is wrong. Returns the boxes of its rows."""
    wide, high = size
    canvas.rect(Rect(0, 0, wide, high), palette.window)
    w = min(620.0 if rows else 560.0, wide - 40)
    lines = [line for part in words.split("\n") for line in wrap(canvas, part, w - 48, 13.5)][:14]
    h = 92.0 + 19 * len(lines) + (8 + 30 * len(rows) if rows else 0) + (22 if hint else 0)
    box = Rect((wide - w) / 2, max((high - h) / 2, 10), w, h)
    canvas.rect(box, palette.raised, edge=palette.line_strong, radius=8)
    head = shorten(canvas, title, w - 48, 19, "semibold")
    canvas.text(head, (box.x + 24, box.y + 20), size=19, face="semibold", colour=palette.text)
    y = box.y + 54
    for line in lines:
        canvas.text(line, (box.x + 24, y), size=13.5, colour=palette.text2)
        y += 19
    boxes = []
    y += 8 if rows else 0
    for i, row in enumerate(rows):
        line_box = Rect(box.x + 20, y, w - 40, 28)
        canvas.rect(line_box, palette.window, edge=palette.playhead if i == focus else palette.line_strong, radius=4)
        canvas.text(str(i + 1), (line_box.x + 14, y + 14), size=13, face="semibold", colour=palette.text3, anchor="mm")
        canvas.text(
            shorten(canvas, row, line_box.w - 44, 13.5), (line_box.x + 30, y + 14), size=13.5, colour=palette.text,
            anchor="lm",
        )  # fmt: skip
        boxes.append(line_box)
        y += 30
    if hint:
        canvas.text(hint, (box.x + 24, y + 8), size=12.5, colour=palette.text3)
    return boxes
