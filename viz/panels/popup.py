"""Small windows over the page: where a number comes from, menus, tips."""

from __future__ import annotations

from dataclasses import dataclass

from sim.tags import word
from viz.canvas import Canvas
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.frame.signs import state_words
from viz.theme import Palette, Rect

WIDE = 318.0
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Provenance:
    """A pop-up about a number, opened where it was clicked."""

    key: str
    at: tuple[float, float]


@dataclass(frozen=True)
class Menu:
    """A list of choices: (words, action, argument, on)."""

    title: str
    rows: tuple[tuple[str, str, object, bool], ...]
    at: tuple[float, float]


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Whatever is open, and a tip under the cursor."""
    opened = frame.view.popup
    if isinstance(opened, Provenance):
        _provenance(canvas, frame, palette, opened)
    elif isinstance(opened, Menu):
        _menu(canvas, frame, palette, opened)


def about(frame: Frame, key: str) -> tuple[str, Rows, bool]:
    """Title, rows, and whether a source was found, for a key: claim:ID, path:PATH, or the beginning of a path."""
    papers, view = frame.night.papers, key
    if view.startswith("claim:"):
        claim = papers.claim(view[6:])
        if claim is not None:
            rows = [("Kind", f"stated; in this model: {claim.kind or 'context'}"), ("Says", claim.says)]
            rows += [
                ("Value", claim.value),
                ("Said by", claim.speaker),
                ("Source", papers.sources.get(claim.source) or claim.source),
            ]
            rows += [("Confidence", claim.confidence), ("Contests", claim.contests), ("Tests", claim.metric)]
            return f"Claim {claim.id}", [(n, v) for n, v in rows if v], True
        return view.replace("claim:", "Claim "), [("Source", "not in this recording")], False
    row = papers.about(view.removeprefix("path:"))
    if row is None:
        rows = [("Basis", "recorded by the run itself"), ("Path", view.removeprefix("path:"))]
        return "A number of this run", rows, False
    spread = f"{row.low}–{row.high}" if row.low or row.high else ""
    rows = [
        ("Basis", row.basis),
        ("Value", f"{row.value} {row.unit}"),
        ("Source", papers.sources.get(row.source) or row.source),
    ]
    rows += [("Claim", row.claim), ("Confidence", row.confidence), ("Range swept", spread), ("Set in", row.path)]
    rows += [("Used by", ", ".join(row.readers)), ("Note", row.note)]
    return row.path.rsplit(".", 1)[-1], [(n, v) for n, v in rows if v.strip()], row.basis != "assumption"


def _provenance(canvas: Canvas, frame: Frame, palette: Palette, opened: Provenance) -> None:
    title, rows, sourced = about(frame, opened.key)
    laid = [(name, wrap(canvas, value, WIDE - 116, 13)[:4]) for name, value in rows]
    whose = frame.night.recording.attributed.of_text(" ".join((title, *(value for _, value in rows))))
    laid += [(word(tag), wrap(canvas, by, WIDE - 116, 13)) for tag, by in whose.items()]
    height = 74 + sum(17 * max(len(lines), 1) + 5 for _, lines in laid) + (0 if sourced else 20)
    box = held(frame, opened.at, WIDE, height)
    canvas.rect(box, palette.raised, edge=palette.line_strong, radius=7)
    frame.hit(box, "none", None, "")
    canvas.text(
        shorten(canvas, title, WIDE - 50, 15, "semibold"),
        (box.x + 14, box.y + 12),
        size=15,
        face="semibold",
        colour=palette.text,
    )
    canvas.text("×", (box.right - 20, box.y + 10), size=17, colour=palette.text2)
    frame.hit(Rect(box.right - 32, box.y + 6, 28, 26), "close", None, "Close (Esc)")
    y = box.y + 40
    if not sourced:
        words = "Assumption, no source" if any(v == "assumption" for _, v in rows) else "No stated source"
        canvas.text(words, (box.x + 14, y), size=13, colour=palette.notice)
        y += 20
    for name, lines in laid:
        canvas.text(name, (box.x + 14, y), size=13, colour=palette.text2)
        for k, line in enumerate(lines):
            canvas.text(line, (box.x + 102, y + 17 * k), size=13, colour=palette.text)
        y += 17 * max(len(lines), 1) + 5
    canvas.lines([(box.x + 14, y + 2), (box.right - 14, y + 2)], palette.line_strong)
    w = canvas.text("Open source list", (box.x + 14, y + 9), size=13, colour=palette.defenders)
    frame.hit(Rect(box.x + 10, y + 4, w + 8, 24), "tab", "sources", "")
    x = box.x + 14 + w + 24
    w = canvas.text("Copy citation", (x, y + 9), size=13, colour=palette.defenders)
    frame.hit(Rect(x - 4, y + 4, w + 8, 24), "copy_text", "; ".join(f"{n}: {v}" for n, v in rows), "")
    canvas.text("Esc", (box.right - 14, y + 9), size=12, colour=palette.text3, anchor="rt")


def held(frame: Frame, at: tuple[float, float], w: float, h: float) -> Rect:
    """A box beside a place, never off the screen, left of the side panel if that is where the place is."""
    wide, high = frame.layout.logical
    side = frame.layout.side
    x = side.x - w - 14 if at[0] >= side.x and side.w else at[0] + 14
    return Rect(max(min(x, wide - w - 8), 8), max(min(at[1] - 30, high - h - 32), 54), w, h)


def _menu(canvas: Canvas, frame: Frame, palette: Palette, menu: Menu) -> None:
    w = max(canvas.measure(words, 13)[0] for words, *_ in menu.rows) + 60
    box = held(frame, menu.at, max(w, 200), 38 + 26 * len(menu.rows))
    canvas.rect(box, palette.raised, edge=palette.line_strong, radius=7)
    frame.hit(box, "none", None, "")
    canvas.text(menu.title, (box.x + 14, box.y + 9), size=13, face="semibold", colour=palette.text2)
    for i, (words, action, argument, on) in enumerate(menu.rows):
        y = box.y + 32 + 26 * i
        canvas.rect(Rect(box.x + 14, y + 5, 12, 12), palette.playhead if on else None, edge=palette.text3, radius=2)
        canvas.text(words, (box.x + 36, y + 11), size=13, colour=palette.text, anchor="lm")
        frame.hit(Rect(box.x + 6, y, box.w - 12, 25), action, argument, "")


def tip(canvas: Canvas, frame: Frame, palette: Palette, words: str) -> None:
    """A line beside the cursor."""
    if not words or frame.view.hover_px is None:
        return
    x, y = frame.view.hover_px
    foot = frame.night.recording.attributed.foot(words)
    lines = wrap(canvas, words, 300, 12.5)[:4] + (wrap(canvas, foot, 300, 12.5) if foot else [])
    w = max(canvas.measure(line, 12.5)[0] for line in lines) + 16
    wide, high = frame.layout.logical
    box = Rect(min(x + 14, wide - w - 6), min(y + 16, high - 18 * len(lines) - 14), w, 16 * len(lines) + 8)
    canvas.rect(box, palette.window, edge=palette.line_strong, radius=4, alpha=240)
    for k, line in enumerate(lines):
        canvas.text(line, (box.x + 8, box.y + 4 + 16 * k), size=12.5, colour=palette.text)


def unit_tip(frame: Frame, unit: int) -> str:
    """Name, state, last seen: what hovering a unit says."""
    night = frame.night
    if not frame.known_side(0 if night.attackers[unit] else 1):
        return "Contact; click for what is known"
    words = state_words(int(night.states.bits(frame.t)[unit]), bool(night.states.out(frame.t)[unit])) or "in place"
    people = int(night.states.strength(frame.t)[unit])
    return f"{night.label(unit)} · {words}" + (
        f" · {people} of {int(night.recording.units['people'][unit])} people" if people else ""
    )


def focus_ring(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Where Tab has gone."""
    if 0 <= frame.view.focus < len(frame.hits):
        box = frame.hits[frame.view.focus].box
        canvas.rect(box.grown(2), None, edge=palette.playhead, width=2, radius=4)
