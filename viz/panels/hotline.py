"""The hotline tab: one call, what is reported, disputed or modelled of it, and what followed."""

from __future__ import annotations

from viz.canvas import Canvas, Mark
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.theme import Palette, Rect, mix

NO_RECORD = "No verbatim record is public: text is reported, disputed or modelled."


def draw(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """The chosen call, or the last one begun."""
    night, view = frame.night, frame.view
    latest = night.call_at(frame.t)
    number = view.call if view.call >= 0 else latest
    if not view.truth:
        number = min(number, latest)
    if not 0 <= number < len(night.calls):
        first = (
            f"No call before {night.calendar.local(night.calls[0].t_ms, False)}"
            if night.calls and view.truth
            else "No call yet"
        )
        canvas.text(
            first if night.calls else "No call in this recording",
            (box.x + 14, box.y + 14),
            size=13,
            colour=palette.text2,
        )
        return
    call = night.calls[number]
    known = view.truth or call.end_ms <= frame.t
    head = f"Call {number + 1} of {len(night.calls)}" if view.truth else f"Call {number + 1}"
    canvas.text(head, (box.x + 14, box.y + 12), size=17, face="semibold", colour=palette.text)
    canvas.image(Mark("call" if call.outgoing else "call_in", 14), (box.right - 24, box.y + 24))
    lasted = (
        f"{(call.end_ms - call.t_ms) / 1000:.0f} s"
        if call.end_ms - call.t_ms < 90_000
        else f"{(call.end_ms - call.t_ms) / 60_000:.0f} min"
    )
    about = [
        night.calendar.short_day(call.t_ms),
        night.calendar.local(call.t_ms, False) + " local",
        "outgoing" if call.outgoing else "incoming",
    ]
    about += [lasted, call.outcome] if known else ["no answer yet"]
    canvas.text(
        shorten(canvas, " · ".join(about), box.w - 28, 12.5), (box.x + 14, box.y + 35), size=12.5, colour=palette.text2
    )
    note = NO_RECORD + (" The hour is inferred." if call.inferred else "")
    y = box.y + 54
    for line in wrap(canvas, note, box.w - 28, 12.5)[:2]:
        canvas.text(line, (box.x + 14, y), size=12.5, colour=palette.text3)
        y += 16
    y = _messages(canvas, frame, palette, Rect(box.x, y + 4, box.w, box.bottom - y - 90), number)
    y = _after(canvas, frame, palette, box, y, number)
    _buttons(canvas, frame, palette, Rect(box.x + 14, box.bottom - 34, box.w - 28, 26), number, latest)


def _messages(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, number: int) -> float:
    """Reported speech, each with its tag; what lies in the future is faint (or hidden in a side's picture)."""
    call, y = frame.night.calls[number], box.y
    if not call.messages:
        words = f"Coalition: {call.topic}. Nothing of its wording is recorded."
        for line in wrap(canvas, words, box.w - 28, 13.5):
            canvas.text(line, (box.x + 14, y), size=13.5, colour=palette.text)
            y += 18
        return y + 4
    for message in call.messages:
        late = message.t_ms > frame.t
        if late and not frame.view.truth:
            continue
        alpha = 105 if late else 255
        left = box.x + (34 if message.outgoing else 14)
        width = box.w - 48
        lines = wrap(canvas, message.text, width - 24, 13.5)[:5]
        height = 26 + 17 * len(lines) + (16 if message.note else 4)
        if y + height > box.bottom:
            canvas.text("…", (box.x + box.w / 2, y), size=13, colour=palette.text3)
            return y + 14
        card = Rect(left, y, width, height)
        edge = palette.defenders if message.outgoing else palette.decision
        canvas.rect(card, palette.raised, radius=3)
        canvas.rect(Rect(card.right - 3 if message.outgoing else card.x, y, 3, height), edge)
        who = "Coalition" if message.outgoing else "Liaison"
        w = canvas.text(who, (left + 14, y + 6), size=12.5, colour=edge, alpha=alpha)
        canvas.text(
            frame.night.calendar.local(message.t_ms),
            (left + 22 + w, y + 6),
            size=12.5,
            colour=palette.text3,
            alpha=alpha,
        )
        _tag(canvas, palette, card.right - 10, y + 4, message.tag, alpha)
        for k, line in enumerate(lines):
            canvas.text(line, (left + 14, y + 24 + 17 * k), size=13.5, colour=palette.text, alpha=alpha)
        if message.note:
            at = (left + 14, y + 24 + 17 * len(lines))
            canvas.text(shorten(canvas, message.note, width - 28, 12), at, size=12, colour=palette.text2, alpha=alpha)
            name = message.note.removeprefix("claim ").strip()
            frame.hit(Rect(at[0], at[1], width - 28, 16), "provenance", f"claim:{name}", "Where this comes from (Q)")
        y += height + 6
    return y


def _tag(canvas: Canvas, palette: Palette, right: float, y: float, tag: str, alpha: int) -> None:
    w = canvas.measure(tag, 12)[0] + 14
    edge = palette.decision if tag == "disputed" else palette.line_strong
    box = Rect(right - w, y, w, 17)
    canvas.rect(box, palette.raised, edge=mix(palette.panel, edge, alpha / 255), radius=8)
    canvas.text(
        tag, box.centre, size=12, colour=palette.text if tag == "disputed" else palette.text2, anchor="mm", alpha=alpha
    )


def _after(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, y: float, number: int) -> float:
    """What the permission did after the call, in this run: order in time, no more."""
    night = frame.night
    call = night.calls[number]
    if not frame.view.truth or y > box.bottom - 74:
        return y
    canvas.text(
        "AFTER THE CALL, THIS RUN", (box.x + 14, y), size=11, face="semibold", colour=palette.text3, tracking=0.8
    )
    change = next((p for p in night.permissions if p.start >= call.t_ms and p.event >= 0), None)
    words = "no change followed"
    if change is not None:
        words = f"{change.words.lower()} {(change.start - call.t_ms) / 60_000:.0f} min later"
    canvas.text("ROE", (box.x + 14, y + 24), size=13, colour=palette.text2, anchor="lm")
    canvas.text(words, (box.right - 14, y + 24), size=13, face="semibold", colour=palette.text, anchor="rm")
    return y + 36


def _buttons(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, number: int, latest: int) -> None:
    calls, half = frame.night.calls, (box.w - 8) / 2
    for k, (other, sign) in enumerate(((number - 1, "‹ "), (number + 1, ""))):
        chip = Rect(box.x + k * (half + 8), box.y, half, box.h)
        canvas.rect(chip, palette.panel, edge=palette.line_strong, radius=4)
        there = 0 <= other < len(calls)
        hidden = there and not frame.view.truth and other > latest
        if hidden or not there:
            words, colour = (
                ("next call hidden" if hidden else "no earlier call" if k == 0 else "no later call"),
                palette.text3,
            )
        else:
            words = f"{sign}{frame.night.calendar.local(calls[other].t_ms, False)} {calls[other].topic}" + (
                " ›" if k else ""
            )
            colour = palette.text
            frame.hit(chip, "call", other, "Go to this call")
        canvas.text(shorten(canvas, words, half - 12, 12.5), chip.centre, size=12.5, colour=colour, anchor="mm")
