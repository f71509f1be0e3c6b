"""Symbols with their names: pushed apart until none covers another, each with a leader to its true place."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viz.canvas import Canvas, Mark
from viz.frame import Frame, Sign
from viz.frame.declutter import LEADER_PX, Taken, Wanted, place_labels, spread
from viz.symbols import box_of, neutral_code, unknown_code
from viz.theme import Palette, Rect

Floats = NDArray[np.float64]
FAR_SIZE, NEAR_SIZE = 22.0, 25.0
DAMP_PX_PER_S = 60.0
SOLVE_EVERY_S = 0.15
MANY = 150


@dataclass
class Memory:
    """Where each sign stood relative to its true place: so that nothing jumps from frame to frame."""

    offsets: dict[int, tuple[float, float]] = field(default_factory=dict)
    wall: float | None = None
    solved: tuple[object, ...] = ()
    solved_at: float = -1.0
    target: Floats | None = None
    labels: dict[int, tuple[float, float, str]] = field(default_factory=dict)
    labelled: tuple[object, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A sign with its box on the map."""

    sign: Sign
    code: str
    box: Rect
    anchor: tuple[float, float]
    true: tuple[float, float]
    moved: bool


def place(frame: Frame, memory: Memory | None = None) -> list[Placed]:
    """Boxes of all signs in view, apart from each other."""
    size = NEAR_SIZE if frame.view.camera.width_m < 8000 else FAR_SIZE
    w, h = frame.view.camera.width, frame.view.camera.height
    inside = [
        (sign, float(x), float(y))
        for sign, (x, y) in zip(frame.signs, frame.screen, strict=True)
        if -size < x < w + size and -size < y < h + size
    ]
    if not inside:
        return []
    codes, boxes = [], []
    for sign, _, _ in inside:
        code = unknown_code(sign.code[7:]) if sign.code.startswith("unknown") else sign.code
        code = neutral_code(code) if frame.view.neutral else code
        codes.append(code)
        boxes.append(box_of(code, sign.side, size))
    true = np.array([(x, y) for _, x, y in inside])
    shape = np.array([(b[0], b[1]) for b in boxes])
    hook = np.array([(b[2], b[3]) for b in boxes])
    centres = true - hook + shape / 2
    keys = np.array([s.key for s, _, _ in inside])
    offset = _solved(frame, memory, keys, centres, shape)
    if memory is not None and not frame.view.reduced_motion:
        offset = _damped(memory, [int(k) for k in keys], offset, frame.view.wall)
    out = []
    corner = (centres + offset - shape / 2).tolist()
    moved = (np.hypot(offset[:, 0], offset[:, 1]) > LEADER_PX).tolist()
    for i, (sign, x, y) in enumerate(inside):
        (left, top), (w, h, ax, ay) = corner[i], boxes[i]
        out.append(Placed(sign, codes[i], Rect(left, top, w, h), (left + ax, top + ay), (x, y), moved[i]))
    return out


def _solved(frame: Frame, memory: Memory | None, keys: NDArray[np.int64], centres: Floats, shape: Floats) -> Floats:
    """How far each sign must give way. While time runs the last answer serves for a tenth of a second."""
    view = frame.view
    key = (view.camera, view.neutral, view.selected, keys.tobytes())
    if memory is not None and memory.target is not None and view.playing and memory.solved == key:
        age = view.wall - memory.solved_at
        if 0 <= age < SOLVE_EVERY_S:
            return memory.target
    order = np.argsort(keys, kind="stable")
    rounds = 80 if len(keys) <= MANY else 24
    target = np.empty_like(centres)
    target[order] = spread(centres[order], shape[order] - (2.0, 2.0), rounds=rounds)
    offset = target - centres
    if memory is not None:
        memory.solved, memory.solved_at, memory.target, memory.labelled = key, view.wall, offset, ()
    return offset


def _damped(memory: Memory, keys: list[int], offset: Floats, wall: float) -> Floats:
    """Offsets that move no faster than 60 px a second towards where they should be."""
    step = math.inf if memory.wall is None else max(wall - memory.wall, 0.0) * DAMP_PX_PER_S
    out = offset
    if math.isfinite(step):
        before = np.array([memory.offsets.get(k, (math.nan, math.nan)) for k in keys])
        way = offset - before
        far = np.hypot(way[:, 0], way[:, 1])
        slow = far > step
        out = offset.copy()
        out[slow] = before[slow] + way[slow] / far[slow, None] * step
    memory.offsets.update(zip(keys, map(tuple, out.tolist()), strict=True))  # type: ignore[arg-type]
    memory.wall = wall
    return out


def draw(canvas: Canvas, frame: Frame, palette: Palette, placed: list[Placed], memory: Memory | None = None) -> None:
    """Leaders, symbols, selection, then names where there is room."""
    size = NEAR_SIZE if frame.view.camera.width_m < 8000 else FAR_SIZE
    for p in placed:
        if p.moved:
            canvas.lines([p.true, p.anchor], palette.text3)
            if len(placed) <= MANY:
                canvas.circle(p.true, 2.2, palette.side(p.sign.side))
    marks: dict[tuple[str, str, str], Mark] = {}
    for p in placed:
        kind = (p.sign.side, p.code, p.sign.state)
        mark = marks.get(kind) or marks.setdefault(kind, Mark("unit", size, *kind))
        canvas.image(mark, p.anchor, alpha=p.sign.alpha)
    for p in placed:
        if frame.view.selected in p.sign.units or (frame.view.second in p.sign.units and frame.view.second >= 0):
            brackets(canvas, p.box.grown(5), palette.playhead)
        elif frame.view.flash[0] in p.sign.units and frame.view.wall - frame.view.flash[1] < 0.4:
            canvas.circle(p.box.centre, p.box.w, palette.playhead, width=1.5)
    names(canvas, frame, palette, placed, memory)


def brackets(canvas: Canvas, box: Rect, colour: tuple[int, int, int]) -> None:
    """Four corners around what is selected."""
    arm = min(box.w, box.h) * 0.28
    for cx, dx in ((box.x, 1), (box.right, -1)):
        for cy, dy in ((box.y, 1), (box.bottom, -1)):
            canvas.lines([(cx + dx * arm, cy), (cx, cy), (cx, cy + dy * arm)], colour, width=2)


def names(canvas: Canvas, frame: Frame, palette: Palette, placed: list[Placed], memory: Memory | None = None) -> None:
    """Names in the order of importance, each in the first of eight places that is free."""
    if "names" not in frame.view.layers:
        return
    if memory is not None and memory.labelled and memory.labelled == memory.solved:
        for p in placed:
            if (spot := memory.labels.get(p.sign.key)) is not None:
                _write(canvas, frame, palette, p, p.box.x + spot[0], p.box.y + spot[1], spot[2], len(placed))
        return
    taken = Taken(Rect(0, 0, frame.view.camera.width, frame.view.camera.height))
    for box in frame.taken:
        taken.add(box)
    for i, p in enumerate(placed):
        taken.add(p.box, i)
    wanted: list[Wanted] = []
    most = 40 if len(placed) <= MANY else 60
    for i in sorted(
        range(len(placed)), key=lambda k: (frame.view.selected not in placed[k].sign.units, -placed[k].sign.rank)
    ):
        if len(wanted) >= most * 2:
            break
        name, sub = _words(frame, placed[i], len(placed))
        w1, h1 = canvas.measure(name, 13, "semibold")
        w2, h2 = canvas.measure(sub, 12) if sub else (0.0, 0.0)
        wanted.append(Wanted(max(w1, w2), h1 + max(h2 - 3, 0), placed[i].box, i))
    found = place_labels(taken, wanted, most)
    spots: dict[int, tuple[float, float, str]] = {}
    for i, (box, align) in found.items():
        x = {"l": box.x, "r": box.right, "m": box.x + box.w / 2}[align]
        spots[placed[i].sign.key] = (x - placed[i].box.x, box.y - placed[i].box.y, align)
        _write(canvas, frame, palette, placed[i], x, box.y, align, len(placed))
    if memory is not None and frame.view.playing:
        memory.labels, memory.labelled = spots, memory.solved


def _words(frame: Frame, p: Placed, crowd: int) -> tuple[str, str]:
    """Name and second line: the second one for what is chosen, grouped, in the air, believed, or when few are seen."""
    sign = p.sign
    chosen = frame.view.selected in sign.units
    told = chosen or len(sign.units) > 1 or sign.air or not frame.view.truth or crowd < 26
    return sign.name if chosen or len(sign.name) <= 26 else sign.name[:25] + "…", sign.sub if told else ""


def _write(
    canvas: Canvas, frame: Frame, palette: Palette, p: Placed, x: float, y: float, align: str, crowd: int
) -> None:
    name, sub = _words(frame, p, crowd)
    colour, alpha, anchor = palette.label(p.sign.side), p.sign.alpha, align + "t"
    canvas.text(name, (x, y), size=13, face="semibold", colour=colour, anchor=anchor, halo=True, alpha=alpha)
    if sub:
        at = (x, y + canvas.measure(name, 13, "semibold")[1] - 3)
        canvas.text(sub, at, size=12, colour=palette.text2, anchor=anchor, halo=True, alpha=alpha)
