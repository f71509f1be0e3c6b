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
MANY = 150


@dataclass
class Memory:
    """Where each sign stood relative to its true place: so that nothing jumps from frame to frame."""

    offsets: dict[int, tuple[float, float]] = field(default_factory=dict)
    wall: float | None = None


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
    order = np.argsort(keys, kind="stable")
    rounds = 80 if len(inside) <= MANY else 24
    target = np.empty_like(centres)
    target[order] = spread(centres[order], shape[order] - (2.0, 2.0), rounds=rounds)
    offset = target - centres
    if memory is not None and not frame.view.reduced_motion:
        offset = _damped(memory, [int(k) for k in keys], offset, frame.view.wall)
    out = []
    for i, (sign, x, y) in enumerate(inside):
        left, top = centres[i] + offset[i] - shape[i] / 2
        out.append(
            Placed(
                sign,
                codes[i],
                Rect(float(left), float(top), float(shape[i, 0]), float(shape[i, 1])),
                (float(left + hook[i, 0]), float(top + hook[i, 1])),
                (x, y),
                bool(math.hypot(*offset[i]) > LEADER_PX),
            )
        )
    return out


def _damped(memory: Memory, keys: list[int], offset: Floats, wall: float) -> Floats:
    """Offsets that move no faster than 60 px a second towards where they should be."""
    step = math.inf if memory.wall is None else max(wall - memory.wall, 0.0) * DAMP_PX_PER_S
    out = offset.copy()
    for i, key in enumerate(keys):
        before = memory.offsets.get(key)
        if before is not None and math.isfinite(step):
            dx, dy = offset[i, 0] - before[0], offset[i, 1] - before[1]
            far = math.hypot(dx, dy)
            if far > step:
                out[i] = (before[0] + dx / far * step, before[1] + dy / far * step)
        memory.offsets[key] = (float(out[i, 0]), float(out[i, 1]))
    memory.wall = wall
    return out


def draw(canvas: Canvas, frame: Frame, palette: Palette, placed: list[Placed]) -> None:
    """Leaders, symbols, selection, then names where there is room."""
    size = NEAR_SIZE if frame.view.camera.width_m < 8000 else FAR_SIZE
    for p in placed:
        if p.moved:
            canvas.lines([p.true, p.anchor], palette.text2, alpha=170)
            canvas.circle(p.true, 2.2, palette.side(p.sign.side))
    for p in placed:
        mark = Mark("unit", size, p.sign.side, p.code, p.sign.state)
        canvas.image(mark, p.anchor, alpha=p.sign.alpha)
    for p in placed:
        if frame.view.selected in p.sign.units or (frame.view.second in p.sign.units and frame.view.second >= 0):
            brackets(canvas, p.box.grown(5), palette.playhead)
        elif frame.view.flash[0] in p.sign.units and frame.view.wall - frame.view.flash[1] < 0.4:
            canvas.circle(p.box.centre, p.box.w, palette.playhead, width=1.5)
    names(canvas, frame, palette, placed)


def brackets(canvas: Canvas, box: Rect, colour: tuple[int, int, int]) -> None:
    """Four corners around what is selected."""
    arm = min(box.w, box.h) * 0.28
    for cx, dx in ((box.x, 1), (box.right, -1)):
        for cy, dy in ((box.y, 1), (box.bottom, -1)):
            canvas.lines([(cx + dx * arm, cy), (cx, cy), (cx, cy + dy * arm)], colour, width=2)


def names(canvas: Canvas, frame: Frame, palette: Palette, placed: list[Placed]) -> None:
    """Names in the order of importance, each in the first of eight places that is free."""
    if "names" not in frame.view.layers:
        return
    taken = Taken(Rect(0, 0, frame.view.camera.width, frame.view.camera.height))
    for box in frame.taken:
        taken.add(box)
    for i, p in enumerate(placed):
        taken.add(p.box, i)
    near = frame.view.camera.width_m < 8000
    wanted, words = [], {}
    most = 40 if len(placed) <= MANY else 60
    for i in sorted(
        range(len(placed)), key=lambda k: (frame.view.selected not in placed[k].sign.units, -placed[k].sign.rank)
    ):
        if len(wanted) >= most * 2:
            break
        sign = placed[i].sign
        chosen = frame.view.selected in sign.units
        sub = sign.sub if chosen or len(sign.units) > 1 or sign.air or not frame.view.truth or len(placed) < 26 else ""
        name = sign.name if chosen or not near or len(sign.name) <= 26 else sign.name[:25] + "…"
        w1, h1 = canvas.measure(name, 13, "semibold")
        w2, h2 = canvas.measure(sub, 12) if sub else (0.0, 0.0)
        words[i] = (name, sub, h1)
        wanted.append(Wanted(max(w1, w2), h1 + max(h2 - 3, 0), placed[i].box, i))
    for i, (box, align) in place_labels(taken, wanted, most).items():
        name, sub, h1 = words[i]
        sign = placed[i].sign
        x = {"l": box.x, "r": box.right, "m": box.x + box.w / 2}[align]
        colour = palette.label(sign.side)
        alpha = sign.alpha
        canvas.text(
            name, (x, box.y), size=13, face="semibold", colour=colour, anchor=align + "t", halo=True, alpha=alpha
        )
        if sub:
            at = (x, box.y + h1 - 3)
            canvas.text(sub, at, size=12, colour=palette.text2, anchor=align + "t", halo=True, alpha=alpha)
