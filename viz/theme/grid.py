"""Where the map, the dock, the side panel and the bars lie, for a window of any size.

Everything is in logical pixels; `u` is what one of them measures on the screen. Text never shrinks:
a small window drops content, a large one scales.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

SMALLEST = (1024, 640)
LARGEST = (7680, 4320)
TIMELINE, CHART = 134, 50


class Rect(NamedTuple):
    """A box in logical pixels."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def has(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def meets(self, other: Rect) -> bool:
        """Whether two boxes share a pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def moved(self, x: float, y: float) -> Rect:
        """The same box elsewhere."""
        return Rect(self.x + x, self.y + y, self.w, self.h)

    def grown(self, by: float) -> Rect:
        """The same box with a margin all round (negative: shrunk)."""
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)


@dataclass(frozen=True)
class Layout:
    """The regions of the window and what fits in them."""

    size: tuple[int, int]
    u: float
    top: Rect
    map: Rect
    dock: Rect
    side: Rect
    status: Rect
    charts: int
    compact: bool
    narrow: bool

    @property
    def logical(self) -> tuple[float, float]:
        return self.size[0] / self.u, self.size[1] / self.u

    @property
    def axis(self) -> Rect:
        """The part of the dock that carries time: between the label gutter and the value gutter."""
        return Rect(self.dock.x + 158, self.dock.y + 40, self.dock.w - 158 - 84, self.dock.h - 40)


def scale_of(width: int, height: int, text_scale: float = 1.0) -> float:
    """Screen pixels per logical pixel: eighths, never below one (times the reader's text scale)."""
    u = max(1.0, math.floor(8 * min(width / 1600, height / 900)) / 8)
    return u * min(max(text_scale, 1.0), 2.0)


def layout(
    size: tuple[int, int],
    *,
    side: float | None = None,
    text_scale: float = 1.0,
    panel: bool = True,
    caption: bool = False,
) -> Layout:
    """The grid of section "Layout" of docs/viewer.md for a window of `size` screen pixels."""
    width = min(max(int(size[0]), SMALLEST[0]), LARGEST[0])
    height = min(max(int(size[1]), SMALLEST[1]), LARGEST[1])
    u = scale_of(width, height, text_scale)
    w, h = width / u, height / u
    compact, narrow = w < 1400 or h < 800, w < 1200
    charts = 3 if h >= 860 and w >= 1200 else 1 if h >= 680 else 0
    aside = 0.0 if not panel else side or (264.0 if narrow else 304.0 if compact else 352.0)
    aside = min(aside, 480.0, w * 0.4)
    foot = 24.0
    strip = 40.0 if caption else 0.0
    dock = TIMELINE + (CHART * charts + 8 if charts else 4)
    middle = h - 48 - foot - strip
    dock = min(dock, middle * 0.6)
    return Layout(
        size=(width, height),
        u=u,
        top=Rect(0, 0, w, 48),
        map=Rect(0, 48, w - aside, middle - dock),
        dock=Rect(0, 48 + middle - dock, w - aside, dock),
        side=Rect(w - aside, 48, aside, middle),
        status=Rect(0, h - foot - strip, w, foot),
        charts=charts,
        compact=compact,
        narrow=narrow,
    )
