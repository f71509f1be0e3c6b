"""What a canvas can do. Coordinates are logical pixels; colours are three numbers; alpha is 0 to 255."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz.theme import Rect

Colour = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """A sign to be drawn: what it is, how large, whose, and in which state. The symbols room makes pictures of it."""

    kind: str
    size: float
    side: str = ""
    code: str = ""
    state: str = ""


class Canvas(Protocol):
    """The verbs. `text` returns the width that it took."""

    def rect(
        self,
        box: Rect,
        colour: Colour | None,
        *,
        edge: Colour | None = None,
        width: float = 1.0,
        radius: float = 0.0,
        alpha: int = 255,
        dash: Sequence[float] | None = None,
    ) -> None: ...

    def lines(
        self,
        points: Sequence[Point],
        colour: Colour,
        *,
        width: float = 1.0,
        closed: bool = False,
        dash: Sequence[float] | None = None,
        alpha: int = 255,
    ) -> None: ...

    def polygon(
        self, points: Sequence[Point], colour: Colour, *, edge: Colour | None = None, alpha: int = 255
    ) -> None: ...

    def circle(
        self,
        centre: Point,
        radius: float,
        colour: Colour,
        *,
        width: float = 0.0,
        alpha: int = 255,
    ) -> None: ...

    def text(
        self,
        words: str,
        at: Point,
        *,
        size: float = 13,
        face: str = "regular",
        colour: Colour,
        anchor: str = "lt",
        halo: bool = False,
        tracking: float = 0.0,
        alpha: int = 255,
        angle: float = 0.0,
    ) -> float: ...

    def image(self, mark: Mark, at: Point, *, alpha: int = 255) -> None: ...

    def pixels(self, picture: NDArray[np.uint8], box: Rect) -> None: ...

    def clip(self, box: Rect | None) -> None: ...

    def measure(self, words: str, size: float = 13, face: str = "regular", tracking: float = 0.0) -> Point: ...


def dashes(
    points: Sequence[Point], pattern: Sequence[float], closed: bool = False, most: int = 4000
) -> Iterator[list[Point]]:
    """A polyline cut into its dashes: `pattern` is on, off, on, off ... in pixels. Corners stay in a dash."""
    path = [*points, points[0]] if closed and points else list(points)
    period = sum(pattern)
    if period <= 0 or len(path) < 2:
        return
    index, left, on = 0, float(pattern[0]), True
    piece: list[Point] = [path[0]]
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        length = math.hypot(x1 - x0, y1 - y0)
        if not math.isfinite(length) or length / period > most:
            return
        done = 0.0
        while length - done > left:
            done += left
            at = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if on:
                yield [*piece, at]
            index = (index + 1) % len(pattern)
            left, on, piece = float(pattern[index]), not on, [at]
        left -= length - done
        if on:
            piece.append((x1, y1))
    if on and len(piece) > 1:
        yield piece


def wrap(canvas: Canvas, words: str, width: float, size: float = 13, face: str = "regular") -> list[str]:
    """Words broken into lines no wider than `width`; a single word that is too wide is cut."""
    out: list[str] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if not line or canvas.measure(longer, size, face)[0] <= width:
            line = longer
        else:
            out.append(line)
            line = word
    if line:
        out.append(line)
    return [shorten(canvas, row, width, size, face) for row in out]


def shorten(canvas: Canvas, words: str, width: float, size: float = 13, face: str = "regular") -> str:
    """Words that fit, with an ellipsis if they had to be cut."""
    if canvas.measure(words, size, face)[0] <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if canvas.measure(words[:middle].rstrip() + "…", size, face)[0] <= width:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip() + "…" if low else ""
