"""Symbols with their names: none covers another, each has a leader to its true place."""

from __future__ import annotations

import numpy as np

from viz.canvas import Canvas
from viz.frame import Frame, Sign
from viz.frame.declutter import Taken, Wanted, place_labels
from viz.symbols.placing import MANY, Label, Memory, Placed, Placing, place
from viz.theme import Palette, Rect

MOST_LABELS, MOST_IN_CROWD = 40, 60


def draw(canvas: Canvas, frame: Frame, palette: Palette, placed: Placing, memory: Memory | None = None) -> None:
    """Leaders, symbols, selection, then names where there is room."""
    gone = placed.moved
    ends = np.stack([placed.true[gone], placed.anchor[gone]], axis=1).reshape(-1, 2)
    canvas.strokes(ends, np.arange(len(gone) + 1) * 2, palette.text3)
    if len(placed) <= MANY:
        for k in gone.tolist():
            x, y = placed.true[k].tolist()
            canvas.circle((x, y), 2.2, palette.side(placed.sign(k).side))
    signs = [placed.signs[i] for i in placed.index.tolist()]
    marks = placed.looks.marks
    canvas.images([marks[i] for i in placed.index.tolist()], placed.anchor, [s.alpha for s in signs])
    view = frame.view
    chosen = {view.selected, view.second} - {-1}
    flash = view.flash[0] if view.wall - view.flash[1] < 0.4 else -1
    for k in [k for k, s in enumerate(signs) if not chosen.isdisjoint(s.units) or flash in s.units]:
        box = placed.box(k)
        if not chosen.isdisjoint(signs[k].units):
            brackets(canvas, box.grown(5), palette.playhead)
        elif flash >= 0:
            canvas.circle(box.centre, box.w, palette.playhead, width=1.5)
    names(canvas, frame, palette, placed, memory)


def brackets(canvas: Canvas, box: Rect, colour: tuple[int, int, int]) -> None:
    """Four corners around what is selected."""
    arm = min(box.w, box.h) * 0.28
    for cx, dx in ((box.x, 1), (box.right, -1)):
        for cy, dy in ((box.y, 1), (box.bottom, -1)):
            canvas.lines([(cx + dx * arm, cy), (cx, cy), (cx, cy + dy * arm)], colour, width=2)


def names(canvas: Canvas, frame: Frame, palette: Palette, placed: Placing, memory: Memory | None = None) -> None:
    """Names in the order of importance, each in the first of eight places that is free."""
    if "names" not in frame.view.layers:
        return
    if memory is not None and memory.labelled and memory.labelled == memory.solved:
        labels = memory.labels
    else:
        labels = find_labels(canvas, frame, placed)
        if memory is not None and frame.view.playing:
            memory.labels, memory.labelled = labels, memory.solved
    crowd = len(placed)
    for k, dx, dy, align in labels:
        x, y = placed.corner[k].tolist()
        _write(canvas, frame, palette, placed.sign(k), x + dx, y + dy, align, crowd)


def find_labels(canvas: Canvas, frame: Frame, placed: Placing) -> list[Label]:
    """Who is named, and where."""
    taken = Taken(Rect(0, 0, frame.view.camera.width, frame.view.camera.height))
    for box in frame.taken:
        taken.add(box)
    boxes = [placed.box(k) for k in range(len(placed))]
    for k, box in enumerate(boxes):
        taken.add(box, k)
    most = MOST_LABELS if len(placed) <= MANY else MOST_IN_CROWD
    signs = [placed.sign(k) for k in range(len(placed))]
    ranked = sorted(range(len(placed)), key=lambda k: (frame.view.selected not in signs[k].units, -signs[k].rank))
    wanted: list[Wanted] = []
    for k in ranked[: most * 2]:
        name, sub = words_of(frame, signs[k], len(placed))
        w1, h1 = canvas.measure(name, 13, "semibold")
        w2, h2 = canvas.measure(sub, 12) if sub else (0.0, 0.0)
        around = boxes[k].grown(5) if frame.view.selected in signs[k].units else boxes[k]
        wanted.append(Wanted(max(w1, w2), h1 + max(h2 - 3, 0), around, k))
    out = []
    for k, (box, align) in place_labels(taken, wanted, most).items():
        x = {"l": box.x, "r": box.right, "m": box.x + box.w / 2}[align]
        out.append(Label(k, x - boxes[k].x, box.y - boxes[k].y, align))
    return out


def words_of(frame: Frame, sign: Sign, crowd: int) -> tuple[str, str]:
    """Name and second line: the second one for what is chosen, grouped, in the air, believed, or when few are seen."""
    chosen = frame.view.selected in sign.units
    told = chosen or len(sign.units) > 1 or sign.air or not frame.view.truth or crowd < 26
    return sign.name if chosen or len(sign.name) <= 26 else sign.name[:25] + "…", sign.sub if told else ""


def _write(
    canvas: Canvas, frame: Frame, palette: Palette, sign: Sign, x: float, y: float, align: str, crowd: int
) -> None:
    name, sub = words_of(frame, sign, crowd)
    colour, alpha, anchor = palette.label(sign.side), sign.alpha, align + "t"
    canvas.text(name, (x, y), size=13, face="semibold", colour=colour, anchor=anchor, halo=True, alpha=alpha)
    if sub:
        at = (x, y + canvas.measure(name, 13, "semibold")[1] - 3)
        canvas.text(sub, at, size=12, colour=palette.text2, anchor=anchor, halo=True, alpha=alpha)


__all__ = [
    "MANY",
    "Label",
    "Memory",
    "Placed",
    "Placing",
    "brackets",
    "draw",
    "find_labels",
    "names",
    "place",
    "words_of",
]
