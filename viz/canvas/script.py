"""A canvas that writes down what it was told: layers and panels are tested as text."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viz.canvas.base import Colour, Mark, Point
from viz.canvas.spoken import tags_of
from viz.theme import Rect


def _colour(colour: Colour | None) -> str:
    return "-" if colour is None else "#" + "".join(f"{c:02X}" for c in colour)


def _points(points: Sequence[Point] | NDArray[np.float64]) -> str:
    shown = [f"{x:.0f},{y:.0f}" for x, y in points[:6]]
    return " ".join(shown) + (f" +{len(points) - 6}" if len(points) > 6 else "")


class ScriptCanvas:
    """Every call is a line of `calls`. Text is as wide as its letters are many: no font is needed."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.boxes: list[tuple[str, Rect]] = []
        self.named: set[str] = set()

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
    ) -> None:
        more = f" edge {_colour(edge)}" if edge else ""
        more += f" alpha {alpha}" if alpha != 255 else ""
        more += " dashed" if dash else ""
        self.calls.append(f"rect {box.x:.0f},{box.y:.0f} {box.w:.0f}x{box.h:.0f} {_colour(colour)}{more}")

    def lines(
        self,
        points: Sequence[Point] | NDArray[np.float64],
        colour: Colour,
        *,
        width: float = 1.0,
        closed: bool = False,
        dash: Sequence[float] | None = None,
        alpha: int = 255,
    ) -> None:
        more = (" closed" if closed else "") + (" dashed" if dash else "")
        more += f" alpha {alpha}" if alpha != 255 else ""
        self.calls.append(f"lines {_points(points)} {_colour(colour)} width {width:g}{more}")

    def polygon(
        self,
        points: Sequence[Point] | NDArray[np.float64],
        colour: Colour,
        *,
        edge: Colour | None = None,
        alpha: int = 255,
    ) -> None:
        more = f" alpha {alpha}" if alpha != 255 else ""
        self.calls.append(f"polygon {_points(points)} {_colour(colour)}{more}")

    def circle(
        self,
        centre: Point,
        radius: float,
        colour: Colour,
        *,
        width: float = 0.0,
        alpha: int = 255,
    ) -> None:
        more = f" width {width:g}" if width else " full"
        more += f" alpha {alpha}" if alpha != 255 else ""
        self.calls.append(f"circle {centre[0]:.0f},{centre[1]:.0f} r {radius:.0f} {_colour(colour)}{more}")

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
    ) -> float:
        self.hear(words)
        w, h = self.measure(words, size, face, tracking)
        x = at[0] - {"l": 0.0, "m": w / 2, "r": w}[anchor[0]]
        y = at[1] - {"t": 0.0, "m": h / 2, "b": h}[anchor[1]]
        self.boxes.append((words, Rect(x, y, w, h)))
        more = (" halo" if halo else "") + (f" angle {angle:.0f}" if angle else "")
        more += f" alpha {alpha}" if alpha != 255 else ""
        self.calls.append(f"text {x:.0f},{y:.0f} {size:g} {face} {_colour(colour)}{more} | {words}")
        return w

    def hear(self, words: str) -> None:
        self.named |= tags_of(words)

    def image(self, mark: Mark, at: Point, *, alpha: int = 255) -> None:
        words = " ".join(w for w in (mark.kind, mark.side, mark.code, mark.state) if w)
        more = f" alpha {alpha}" if alpha != 255 else ""
        self.calls.append(f"image {at[0]:.0f},{at[1]:.0f} size {mark.size:g} {words}{more}")

    def images(self, marks: Sequence[Mark], at: NDArray[np.float64], alphas: Sequence[int] = ()) -> None:
        for mark, (x, y), alpha in zip(marks, at, alphas or [255] * len(marks), strict=True):
            self.image(mark, (x, y), alpha=alpha)

    def strokes(
        self, points: NDArray[np.float64], starts: NDArray[np.int64], colour: Colour, *, alpha: int = 255
    ) -> None:
        for a, b in itertools.pairwise(starts.tolist()):
            self.lines(points[a:b], colour, alpha=alpha)

    def dots(self, centres: NDArray[np.float64], radius: float, colour: Colour, *, alpha: int = 255) -> None:
        for x, y in centres:
            self.circle((x, y), radius, colour, alpha=alpha)

    def pixels(self, picture: NDArray[np.uint8], box: Rect) -> None:
        h, w = picture.shape[:2]
        self.calls.append(f"pixels {box.x:.0f},{box.y:.0f} {box.w:.0f}x{box.h:.0f} of {w}x{h}x{picture.shape[2]}")

    def clip(self, box: Rect | None) -> None:
        self.calls.append("clip off" if box is None else f"clip {box.x:.0f},{box.y:.0f} {box.w:.0f}x{box.h:.0f}")

    def measure(self, words: str, size: float = 13, face: str = "regular", tracking: float = 0.0) -> Point:
        return len(words) * (size * 0.5 + tracking), size * 1.25

    def find(self, *needles: str) -> list[str]:
        """The calls that contain all the needles."""
        return [call for call in self.calls if all(n in call for n in needles)]

    def said(self) -> list[str]:
        """All the words that were written, in order."""
        return [call.split(" | ", 1)[1] for call in self.calls if call.startswith("text ")]
