"""What every pixel canvas shares: logical pixels to real ones, ink, kept shapes; and many marks or lines at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pygame
from numpy.typing import NDArray

from viz.canvas.base import Colour, Mark, Point
from viz.canvas.fonts import Fonts

Painter = Callable[[Mark, float], tuple[pygame.Surface, tuple[float, float]]]
FAR, CROWD = 16_000.0, 150


class Ink:
    """A surface with a scale. `overlay` surfaces are transparent and premultiplied: colours overwrite.

    `touched` holds the boxes of what was drawn on an overlay; `named` the force tags that were written.
    """

    def __init__(
        self,
        surface: pygame.Surface,
        scale: float,
        fonts: Fonts,
        painter: Painter,
        *,
        overlay: bool = False,
        origin: Point = (0.0, 0.0),
    ) -> None:
        self.surface, self.scale, self.fonts, self.painter = surface, scale, fonts, painter
        self.overlay, self.origin = overlay, origin
        self.shapes: dict[tuple[object, ...], pygame.Surface] = {}
        self.touched: list[pygame.Rect] = []
        self.named: set[str] = set()

    def _at(self, point: Point) -> tuple[int, int]:
        x = (point[0] + self.origin[0]) * self.scale
        y = (point[1] + self.origin[1]) * self.scale
        if not (-FAR < x < FAR and -FAR < y < FAR):
            x, y = min(max(x, -FAR), FAR), min(max(y, -FAR), FAR)
        return round(x), round(y)

    def _all_at(self, points: NDArray[np.float64]) -> list[list[int]]:
        """Many points as whole pixels."""
        at = (points + self.origin) * self.scale
        return np.rint(np.fmax(np.fmin(at, FAR), -FAR)).astype(np.int64).tolist()

    def _ink(self, colour: Colour, alpha: int) -> tuple[int, ...]:
        if not self.overlay:
            return colour
        a = min(max(int(alpha), 0), 255)
        return (colour[0] * a // 255, colour[1] * a // 255, colour[2] * a // 255, a)

    def _wide(self, width: float) -> int:
        return max(1, round(width * self.scale))

    def _keep(self, key: tuple[object, ...], made: pygame.Surface) -> None:
        if len(self.shapes) > 800:
            self.shapes.clear()
        self.shapes[key] = made

    def images(self, marks: Sequence[Mark], at: NDArray[np.float64], alphas: Sequence[int] = ()) -> None:
        if not len(marks):
            return
        known: dict[tuple[Mark, int], int] = {}
        made: list[pygame.Surface] = []
        hooks: list[tuple[float, float]] = []
        which = []
        for key in zip(marks, alphas or [255] * len(marks), strict=True):
            number = known.get(key)
            if number is None:
                picture, hook = self.painter(key[0], self.scale)
                if key[1] < 255:
                    picture = picture.copy()
                    picture.set_alpha(key[1])
                number = known[key] = len(made)
                made.append(picture)
                hooks.append(hook)
            which.append(number)
        corners = (at + self.origin) * self.scale - np.array(hooks)[which]
        corners = np.rint(np.fmax(np.fmin(corners, FAR), -FAR)).astype(np.int64)
        self.surface.blits(list(zip([made[k] for k in which], corners.tolist(), strict=True)), False)

    def strokes(
        self, points: NDArray[np.float64], starts: NDArray[np.int64], colour: Colour, *, alpha: int = 255
    ) -> None:
        ink, flat = self._ink(colour, alpha), self._all_at(points)
        draw = pygame.draw.lines if self.overlay or len(starts) > CROWD else pygame.draw.aalines
        for a, b in itertools.pairwise(starts.tolist()):
            if b - a > 1:
                self.touched.append(draw(self.surface, ink, False, flat[a:b]))

    def dots(self, centres: NDArray[np.float64], radius: float, colour: Colour, *, alpha: int = 255) -> None:
        if not len(centres):
            return
        pixels, ink = max(1, round(radius * self.scale)), self._ink(colour, alpha)
        for at in self._all_at(centres):
            self.touched.append(pygame.draw.circle(self.surface, ink, at, pixels))
