"""The unit card: who it is, how it fares, what it does, who sees it, and why its state last changed."""

from __future__ import annotations

import math

from sim.events import Act
from viz.canvas import Canvas, Mark
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.frame.beliefs import age_words
from viz.frame.card import Bar, bars_of, chain, pair, rows_of
from viz.frame.signs import title
from viz.symbols import box_of
from viz.theme import Palette, Rect

ACTS = {
    int(Act.FIRED): "fired", int(Act.ADVANCED): "advanced", int(Act.CROSSED_LINE): "crossed a line",
    int(Act.BUILD_UP): "gathered",
}  # fmt: skip


def draw(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """The card of the selected unit (and a second one beside it), or a list to choose from."""
    unit = frame.view.selected
    if not 0 <= unit < frame.night.n_units:
        _choose(canvas, frame, palette, box)
        return
    if not frame.known_side(0 if frame.night.attackers[unit] else 1):
        _believed(canvas, frame, palette, box, unit)
        return
    y = _head(canvas, frame, palette, box, unit)
    bars = bars_of(frame, unit)
    rows = rows_of(frame, unit)
    if 0 <= frame.view.second < frame.night.n_units:
        rows = pair(frame, unit, frame.view.second) + rows
    for bar in bars:
        if y + 20 > box.bottom:
            return
        _bar(canvas, frame, palette, box, y, bar)
        y += 22
    canvas.lines([(box.x + 14, y + 5), (box.right - 14, y + 5)], palette.line)
    y += 12
    for name, value, source in rows:
        if y + 20 > box.bottom - 44:
            break
        canvas.text(name, (box.x + 14, y + 9), size=13, colour=palette.text2, anchor="lm")
        room = box.w - 42 - canvas.measure(name, 13)[0]
        words = shorten(canvas, value, room, 13, "semibold")
        w = canvas.text(words, (box.right - 14, y + 9), size=13, face="semibold", colour=palette.text, anchor="rm")
        if source:
            canvas.lines([(box.right - 14 - w, y + 19), (box.right - 14, y + 19)], palette.text3, dash=(1.5, 2.5))
            frame.hit(Rect(box.right - 14 - w, y, w, 22), "provenance", source, "Where this comes from (Q)")
        y += 22
    _why(canvas, frame, palette, Rect(box.x + 14, y + 4, box.w - 28, box.bottom - y - 10), unit)


def _head(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, unit: int) -> float:
    night = frame.night
    side = night.side(unit)
    gone = bool(night.states.out(frame.t)[unit])
    code = night.code(unit)
    w, h, ax, ay = box_of(code, side, 27)
    left = box.x + 34
    mark = Mark("unit", 27, side, code, "hollow slash" if gone else "")
    canvas.image(mark, (left - w / 2 + ax, box.y + 34 - min(h, 52) / 2 + ay))
    name = shorten(canvas, night.label(unit), box.w - 66 - 78, 17, "semibold")
    canvas.text(name, (box.x + 64, box.y + 12), size=17, face="semibold", colour=palette.text)
    tag = str(night.recording.units["tag"][unit]).replace("_", " ")
    full = night.full_label(unit)
    about = f"{night.unit_id(unit)} · {side} · {tag}" if full == night.label(unit) else f"{full} · {tag}"
    canvas.text(shorten(canvas, about, box.w - 78, 12.5), (box.x + 64, box.y + 34), size=12.5, colour=palette.text2)
    button = Rect(box.right - 72, box.y + 12, 58, 22)
    on = frame.view.follow
    canvas.rect(button, palette.line_strong if on else palette.panel, edge=palette.line_strong, radius=11)
    canvas.text("Follow", button.centre, size=12.5, colour=palette.text if on else palette.text2, anchor="mm")
    frame.hit(Rect(button.x, button.y - 1, button.w, 24), "follow", None, "Centre on it and follow (C)")
    return _attributed(canvas, frame, palette, box, str(night.recording.units["tag"][unit]), box.y + 56)


def _attributed(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, tag: str, y: float) -> float:
    """Who says that somebody is of a tag, and who contests it: an attribution, no finding. Where the next line goes."""
    said = frame.night.recording.attributed.get(tag)
    words = f"{tag.replace('_', ' ')}: by {said}" if said else f"{tag.replace('_', ' ')}: by nobody named here"
    for line in wrap(canvas, words, box.w - 28, 12.5, "italic")[:4]:
        canvas.text(line, (box.x + 14, y), size=12.5, face="italic", colour=palette.text3)
        y += 15
    return y + 4


def _bar(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, y: float, bar: Bar) -> None:
    canvas.text(shorten(canvas, bar.name, 88, 13), (box.x + 14, y + 9), size=13, colour=palette.text2, anchor="lm")
    left, wide = box.x + 14 + 96, box.w - 28 - 96 - 78
    canvas.rect(Rect(left, y + 6, wide, 6), palette.window, radius=2)
    share = min(max(bar.share, 0.0), 1.0) if math.isfinite(bar.share) else 0.0
    if share > 0:
        colour = palette.side(bar.side) if bar.side else palette.text3
        canvas.rect(Rect(left, y + 6, max(wide * share, 2), 6), colour, radius=2)
    w = canvas.text(bar.words, (box.right - 14, y + 9), size=13, face="semibold", colour=palette.text, anchor="rm")
    if bar.source:
        canvas.lines([(box.right - 14 - w, y + 19), (box.right - 14, y + 19)], palette.text3, dash=(1.5, 2.5))
        frame.hit(Rect(box.right - 16 - w, y, w + 4, 22), "provenance", bar.source, "Where this comes from (Q)")


def _why(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, unit: int) -> None:
    """The chain behind the latest change, newest first; every link seeks."""
    links = chain(frame, unit)
    if not links or box.h < 40:
        return
    canvas.rect(Rect(box.x, box.y, box.w, box.h), palette.raised, radius=4)
    y = box.y + 6
    lead = "Why: " if frame.view.truth else "Known: "
    for i, (event, words) in enumerate(links):
        text = (lead if i == 0 else "← ") + words
        for line in wrap(canvas, text, box.w - 16, 12.5)[:2]:
            if y + 16 > box.bottom - 2:
                return
            canvas.text(line, (box.x + 8, y), size=12.5, colour=palette.text if i == 0 else palette.text2)
            frame.hit(Rect(box.x + 4, y - 1, box.w - 8, 17), "event_at", event, "Go to this event")
            y += 16


def _believed(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, unit: int) -> None:
    """What this side knows of a unit of the other."""
    night, side = frame.night, frame.view.side
    contact = night.beliefs.last_seen(unit, side, frame.t)
    canvas.text(
        "Contact" if contact else "Unknown to this side",
        (box.x + 14, box.y + 12),
        size=17,
        face="semibold",
        colour=palette.text,
    )
    if contact is None:
        canvas.text("Nothing was reported of this unit.", (box.x + 14, box.y + 40), size=13, colour=palette.text2)
        return
    rows = (
        ("Taken for", contact.tag.replace("_", " ") or "not judged"),
        ("Seen to have", ACTS.get(contact.act, "done nothing")),
        ("Reported by", contact.observer or "unknown"),
        ("Age", age_words(contact.age_ms)),
        ("Error now", f"±{contact.error_m:.0f} m"),
        ("State", "stale" if contact.stale else "held"),
    )
    for i, (name, value) in enumerate(rows):
        y = box.y + 50 + 22 * i
        canvas.text(name, (box.x + 14, y), size=13, colour=palette.text2, anchor="lm")
        canvas.text(value, (box.right - 14, y), size=13, face="semibold", colour=palette.text, anchor="rm")
    if contact.tag:
        _attributed(canvas, frame, palette, box, contact.tag, box.y + 50 + 22 * len(rows) - 4)


def _choose(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """Nothing selected: say how to, and offer everybody by formation."""
    canvas.text("Select a unit on the map or in the log", (box.x + 14, box.y + 12), size=13, colour=palette.text2)
    night = frame.night
    y = box.y + 40 - frame.view.tab_scroll * 22
    for side in ("attackers", "defenders"):
        if not frame.known_side(0 if side == "attackers" else 1):
            continue
        if y > box.y + 30:
            canvas.text(
                side.upper(), (box.x + 14, y), size=11, face="semibold", colour=palette.side(side), tracking=0.8
            )
        y += 18
        for i in range(night.n_units):
            if night.side(i) != side:
                continue
            if box.y + 34 < y < box.bottom - 18:
                words = f"{night.label(i)} · {title(str(night.recording.units['formation'][i]))}"
                canvas.text(shorten(canvas, words, box.w - 40, 13), (box.x + 14, y), size=13, colour=palette.text)
                frame.hit(Rect(box.x + 8, y - 2, box.w - 16, 20), "select", i, "")
            y += 22
