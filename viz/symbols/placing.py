"""Where symbols stand: each at its true place, pushed aside only as far as the others need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viz.canvas import Mark
from viz.frame import Frame, Sign
from viz.frame.declutter import LEADER_PX, ROUNDS, Spread
from viz.symbols.app6 import box_of, neutral_code, unknown_code
from viz.theme import Rect

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FAR_SIZE, NEAR_SIZE = 22.0, 25.0
DAMP_PX_PER_S = 60.0
SOLVE_EVERY_S = 0.15
MANY, MANY_ROUNDS, SLICE = 150, 24, 4


class Looks(NamedTuple):
    """What does not change while the same signs are drawn: codes, marks, box sizes, anchors within them, keys."""

    codes: list[str]
    marks: list[Mark]
    shape: Floats
    hook: Floats
    keys: Ints


class Label(NamedTuple):
    """A name that found room: which of the placed signs, where from the corner of its box, how aligned."""

    index: int
    dx: float
    dy: float
    align: str


@dataclass
class Memory:
    """Where each sign stood relative to its true place: so that nothing jumps from frame to frame."""

    offsets: dict[int, tuple[float, float]] = field(default_factory=dict)
    shown: tuple[bytes, Floats] = (b"", np.zeros((0, 2)))
    wall: float | None = None
    solved: tuple[object, ...] = ()
    solved_at: float = -1.0
    target: Floats | None = None
    work: Spread | None = None
    begun: Floats | None = None
    labels: list[Label] = field(default_factory=list)
    labelled: tuple[object, ...] = ()
    looks: Looks | None = None
    looks_of: tuple[object, ...] = ()


class Placed(NamedTuple):
    """A sign with its box on the map."""

    sign: Sign
    code: str
    box: Rect
    anchor: tuple[float, float]
    true: tuple[float, float]
    moved: bool


@dataclass
class Placing:
    """All signs in view and their boxes: as columns for drawing, as `Placed` for whoever asks about single ones."""

    signs: list[Sign]
    looks: Looks
    index: Ints
    corner: Floats
    true: Floats

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[Placed]:
        return iter(self.rows)

    def __getitem__(self, k: int) -> Placed:
        return self.rows[k]

    def __reversed__(self) -> Iterator[Placed]:
        return reversed(self.rows)

    def sign(self, k: int) -> Sign:
        """The k-th sign in view."""
        return self.signs[self.index[k]]

    def box(self, k: int) -> Rect:
        """The box of the k-th sign in view."""
        w, h = self.looks.shape[self.index[k]].tolist()
        return Rect(float(self.corner[k, 0]), float(self.corner[k, 1]), w, h)

    @cached_property
    def anchor(self) -> Floats:
        """The point of each symbol that marks its place, where it was drawn."""
        return self.corner + self.looks.hook[self.index]

    @cached_property
    def moved(self) -> Ints:
        """Who gave way so far that it needs a leader."""
        away = self.anchor - self.true
        return np.flatnonzero(np.hypot(away[:, 0], away[:, 1]) > LEADER_PX)

    @cached_property
    def rows(self) -> list[Placed]:
        """One by one."""
        moved = set(self.moved.tolist())
        anchor, true = self.anchor.tolist(), self.true.tolist()
        return [
            Placed(self.signs[i], self.looks.codes[i], self.box(k), tuple(anchor[k]), tuple(true[k]), k in moved)
            for k, i in enumerate(self.index.tolist())
        ]


def sign_size(frame: Frame) -> float:
    """How large a symbol is drawn."""
    return NEAR_SIZE if frame.view.camera.width_m < 8000 else FAR_SIZE


def place(frame: Frame, memory: Memory | None = None) -> Placing:
    """Boxes of all signs in view, apart from each other."""
    size, screen = sign_size(frame), frame.screen
    far = np.array([frame.view.camera.width, frame.view.camera.height]) + size
    inside = np.flatnonzero(((screen > -size) & (screen < far)).all(axis=1))
    looks = _looks(frame, memory, size)
    if not len(inside):
        return Placing(frame.signs, looks, inside, np.zeros((0, 2)), np.zeros((0, 2)))
    shape, keys, true = looks.shape[inside], looks.keys[inside], screen[inside]
    corner = true - looks.hook[inside]
    offset = _solved(frame, memory, keys, corner + shape / 2, shape)
    if memory is not None and not frame.view.reduced_motion:
        offset = _damped(memory, keys, offset, frame.view.wall)
    return Placing(frame.signs, looks, inside, corner + offset, true)


def _looks(frame: Frame, memory: Memory | None, size: float) -> Looks:
    """Codes and boxes of the frame's signs; kept while the list of signs is the same one."""
    signs, neutral = frame.signs, frame.view.neutral
    if memory is not None and memory.looks is not None:
        same, *rest = memory.looks_of
        if same is signs and rest == [neutral, size]:
            return memory.looks
    codes = [unknown_code(s.code[7:]) if s.code.startswith("unknown") else s.code for s in signs]
    codes = [neutral_code(code) for code in codes] if neutral else codes
    boxes = np.array([box_of(code, sign.side, size) for code, sign in zip(codes, signs, strict=True)]).reshape(-1, 4)
    marks = [Mark("unit", size, s.side, code, s.state) for code, s in zip(codes, signs, strict=True)]
    made = Looks(codes, marks, boxes[:, :2], boxes[:, 2:], np.array([s.key for s in signs], dtype=np.int64))
    if memory is not None:
        memory.looks, memory.looks_of = made, (signs, neutral, size)
    return made


def _solved(frame: Frame, memory: Memory | None, keys: Ints, centres: Floats, shape: Floats) -> Floats:
    """How far each sign must give way. While time runs the last answer serves for a sixth of a second.

    A crowd is worked out a few rounds in each frame, and gives way when that is done.
    """
    view = frame.view
    order = np.argsort(keys, kind="stable")
    if memory is None:
        return _all_at_once(centres, shape, order)
    key = (view.camera, view.neutral, view.selected, keys.tobytes())
    same = memory.target is not None and view.playing != 0 and memory.solved == key
    if same and memory.work is not None and memory.begun is not None:
        if memory.work.step(SLICE) or memory.work.rounds >= MANY_ROUNDS:
            target = np.empty_like(centres)
            target[order] = memory.work.at
            _settled(memory, key, view.wall, target - memory.begun)
    elif not same or not 0 <= view.wall - memory.solved_at < SOLVE_EVERY_S:
        if same and len(keys) > MANY:
            memory.work, memory.begun = Spread(centres[order], shape[order] - (2.0, 2.0)), centres
        else:
            _settled(memory, key, view.wall, _all_at_once(centres, shape, order))
    assert memory.target is not None
    return memory.target


def _settled(memory: Memory, key: tuple[object, ...], wall: float, offset: Floats) -> None:
    memory.solved, memory.solved_at, memory.target, memory.labelled = key, wall, offset, ()
    memory.work = memory.begun = None


def _all_at_once(centres: Floats, shape: Floats, order: Ints) -> Floats:
    work = Spread(centres[order], shape[order] - (2.0, 2.0))
    work.step(ROUNDS if len(centres) <= MANY else MANY_ROUNDS)
    target = np.empty_like(centres)
    target[order] = work.at
    return target - centres


def _damped(memory: Memory, keys: Ints, offset: Floats, wall: float) -> Floats:
    """Offsets that move no faster than 60 px a second towards where they should be."""
    step = math.inf if memory.wall is None else max(wall - memory.wall, 0.0) * DAMP_PX_PER_S
    who, before = memory.shown
    if who != keys.tobytes():
        memory.offsets.update(
            zip(np.frombuffer(who, dtype=np.int64).tolist(), map(tuple, before.tolist()), strict=True)
        )
        before = np.array([memory.offsets.get(k, (math.nan, math.nan)) for k in keys.tolist()])
    out = offset
    if math.isfinite(step):
        way = offset - before
        far = np.hypot(way[:, 0], way[:, 1])
        share = np.where(far > step, step / np.maximum(far, 1e-9), 1.0)
        out = np.where(np.isfinite(before), before + way * share[:, None], offset)
    memory.shown, memory.wall = (keys.tobytes(), out), wall
    return out
