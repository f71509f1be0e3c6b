"""What a canvas can do. Coordinates are logical pixels; colours are three numbers; alpha is 0 to 255."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from viz.theme import Rect

Colour = tuple[int, int, int]
Point = tuple[float, float]


class Mark(NamedTuple):
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
        points: Sequence[Point] | NDArray[np.float64],
        colour: Colour,
        *,
        width: float = 1.0,
        closed: bool = False,
        dash: Sequence[float] | None = None,
        alpha: int = 255,
    ) -> None: ...

    def polygon(
        self,
        points: Sequence[Point] | NDArray[np.float64],
        colour: Colour,
        *,
        edge: Colour | None = None,
        alpha: int = 255,
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

    def hear(self, words: str) -> None:
        """Note which force tags are named; `text` does so itself, whoever breaks words into lines does it before."""
        ...

    def image(self, mark: Mark, at: Point, *, alpha: int = 255) -> None: ...

    def images(self, marks: Sequence[Mark], at: NDArray[np.float64], alphas: Sequence[int] = ()) -> None:
        """Many images at once, the first lowest; `at` (n, 2)."""
        ...

    def strokes(
        self, points: NDArray[np.float64], starts: NDArray[np.int64], colour: Colour, *, alpha: int = 255
    ) -> None:
        """Many hairlines at once: all points (n, 2), and where each line begins, with the end of the last."""
        ...

    def dots(self, centres: NDArray[np.float64], radius: float, colour: Colour, *, alpha: int = 255) -> None:
        """Many small discs of one kind at once: (n, 2)."""
        ...

    def pixels(self, picture: NDArray[np.uint8], box: Rect) -> None: ...

    def clip(self, box: Rect | None) -> None: ...

    def measure(self, words: str, size: float = 13, face: str = "regular", tracking: float = 0.0) -> Point: ...


def dashes(
    points: Sequence[Point] | NDArray[np.float64], pattern: Sequence[float], closed: bool = False, most: int = 4000
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A polyline cut into its dashes: `pattern` is on, off, on, off ... in pixels. Corners stay in a dash.

    Returns all points (n, 2) in one row, and where each dash begins (with the end of the last): no dash has less than
    two points. Nothing comes back for lines without a finite length or with more than `most` dashes.
    """
    none = np.zeros((0, 2)), np.zeros(1, dtype=np.int64)
    path = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if closed and len(path):
        path = np.concatenate([path, path[:1]])
    period = float(sum(pattern))
    if period <= 0 or len(path) < 2:
        return none
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    total = float(along[-1])
    if not 0 < total < most * period:
        return none
    edges = np.concatenate([[0.0], np.cumsum(pattern)])
    periods = np.arange(int(total / period) + 1)[:, None] * period
    begin = (periods + edges[:-1:2][None, :]).ravel()
    end = np.minimum((periods + edges[1::2][None, :]).ravel(), total)
    begin, end = begin[begin < total], end[begin < total]
    # The corners of the line that lie inside a dash stand between its ends.
    inner = np.searchsorted(along, begin, side="right")
    count = np.maximum(np.searchsorted(along, end, side="left") - inner, 0) + 2
    starts = np.concatenate([[0], np.cumsum(count)])
    step = np.arange(starts[-1]) - np.repeat(starts[:-1], count)
    corner = along[np.minimum(np.repeat(inner, count) + np.maximum(step - 1, 0), len(along) - 1)]
    corner[starts[:-1]], corner[starts[1:] - 1] = begin, end
    flat = np.stack([np.interp(corner, along, path[:, 0]), np.interp(corner, along, path[:, 1])], axis=1)
    return flat, starts


def wrap(canvas: Canvas, words: str, width: float, size: float = 13, face: str = "regular") -> list[str]:
    """Words broken into lines no wider than `width`; a single word that is too wide is cut."""
    canvas.hear(words)
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
