"""The canvas of pixels: pygame surfaces, logical pixels times a scale, cached rounded shapes and words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pygame
from numpy.typing import NDArray

from viz.canvas.base import Colour, Mark, Point, dashes
from viz.canvas.ink import FAR, Ink
from viz.canvas.spoken import tags_of
from viz.theme import NIGHT, Rect


class SurfaceCanvas(Ink):
    """Draws on a surface, one thing at a time or (from `Ink`) many."""

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
        x, y = self._at((box.x, box.y))
        right, bottom = self._at((box.right, box.bottom))
        w, h = max(right - x, 1), max(bottom - y, 1)
        if dash and edge:
            corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
            self.lines(corners, edge, width=width, closed=True, dash=dash, alpha=alpha)
            edge = None
        if radius or (alpha < 255 and not self.overlay):
            if colour is not None or edge is not None:
                shape = self._shape(w, h, colour, edge, self._wide(width), radius * self.scale, alpha)
                self.surface.blit(shape, (x, y))
            return
        area = pygame.Rect(x, y, w, h)
        if colour is not None:
            self.surface.fill(self._ink(colour, alpha), area)
        if edge is not None:
            pygame.draw.rect(self.surface, self._ink(edge, alpha), area, self._wide(width))

    def _shape(
        self, w: int, h: int, colour: Colour | None, edge: Colour | None, width: int, radius: float, alpha: int
    ) -> pygame.Surface:
        key = (w, h, colour, edge, width, radius, alpha)
        found = self.shapes.get(key)
        if found is not None:
            return found
        k = 3 if radius and w * h < 400_000 else 1
        made = pygame.Surface((w * k, h * k), pygame.SRCALPHA)
        whole = made.get_rect()
        r = round(min(radius * k, min(w, h) * k / 2))
        if colour is not None:
            pygame.draw.rect(made, (*colour, alpha), whole, border_radius=r)
        elif edge is not None:
            made.fill((*edge, 0))
        if edge is not None:
            pygame.draw.rect(
                made, (*edge, 255 if colour is None else max(alpha, 160)), whole, width * k, border_radius=r
            )
        if k > 1:
            made = pygame.transform.smoothscale(made, (w, h))
        self._keep(key, made)
        return made

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
        if len(points) < 2 or alpha <= 0:
            return
        if alpha < 255 and not self.overlay:
            self._through(points, lambda c, p: c.lines(p, colour, width=width, closed=closed, dash=dash), alpha)
            return
        ink, thick = self._ink(colour, alpha), self._wide(width)
        if dash:
            self._dashed(points, dash, closed, ink, thick)
            return
        at = self._all_at(points) if isinstance(points, np.ndarray) else [self._at(p) for p in points]
        self._piece(at, ink, thick, closed)

    def _dashed(
        self,
        points: Sequence[Point] | NDArray[np.float64],
        dash: Sequence[float],
        closed: bool,
        ink: tuple[int, ...],
        thick: int,
    ) -> None:
        """The dashes that meet the surface."""
        flat, starts = dashes(points, dash, closed)
        if len(starts) < 2:
            return
        clip = self.surface.get_clip()
        at = (flat + self.origin) * self.scale
        edge, far = np.array([clip.x - thick, clip.y - thick]), np.array([clip.right + thick, clip.bottom + thick])
        low, high = np.minimum.reduceat(at, starts[:-1]), np.maximum.reduceat(at, starts[:-1])
        seen = ((high >= edge) & (low <= far)).all(axis=1)
        where, bounds = self._all_at(flat), starts.tolist()
        for k in np.flatnonzero(seen).tolist():
            self._piece(where[bounds[k] : bounds[k + 1]], ink, thick, False)

    def _piece(self, at: Sequence[Sequence[int]], ink: tuple[int, ...], thick: int, shut: bool) -> None:
        """One unbroken line of whole pixels: smoothed when thin and slanted, with round joints when wide."""
        if thick == 1 and not self.overlay and not _straight(at):
            pygame.draw.aalines(self.surface, ink, shut, at)
            return
        touched = pygame.draw.lines(self.surface, ink, shut, at, thick)
        if self.overlay:
            self.touched.append(touched)
        if thick >= 4:
            for joint in at[0 if shut else 1 : len(at) if shut else -1]:
                pygame.draw.circle(self.surface, ink, joint, thick // 2)

    def _through(
        self,
        points: Sequence[Point] | NDArray[np.float64],
        draw: Callable[[SurfaceCanvas, Sequence[Point] | NDArray[np.float64]], None],
        alpha: int,
    ) -> None:
        """Draw by way of a small transparent surface, for an alpha on opaque ground."""
        at = [self._at(p) for p in points]
        around = pygame.Rect(min(x for x, _ in at), min(y for _, y in at), 1, 1).union(
            pygame.Rect(max(x for x, _ in at), max(y for _, y in at), 1, 1)
        )
        around = around.inflate(24 * self.scale, 24 * self.scale).clip(self.surface.get_clip())
        if not around.w or not around.h:
            return
        sheet = pygame.Surface(around.size, pygame.SRCALPHA)
        shift = (self.origin[0] - around.x / self.scale, self.origin[1] - around.y / self.scale)
        draw(SurfaceCanvas(sheet, self.scale, self.fonts, self.painter, origin=shift), points)
        sheet.set_alpha(alpha)
        self.surface.blit(sheet, around)

    def polygon(
        self,
        points: Sequence[Point] | NDArray[np.float64],
        colour: Colour,
        *,
        edge: Colour | None = None,
        alpha: int = 255,
    ) -> None:
        if len(points) < 3:
            return
        if alpha < 255 and not self.overlay:
            self._through(points, lambda c, p: c.polygon(p, colour, edge=edge), alpha)
            return
        at = self._all_at(points) if isinstance(points, np.ndarray) else [self._at(p) for p in points]
        touched = pygame.draw.polygon(self.surface, self._ink(colour, alpha), at)
        if self.overlay:
            self.touched.append(touched)
        if edge is not None:
            pygame.draw.lines(self.surface, self._ink(edge, 255), True, at, self._wide(1))
        elif not self.overlay:
            pygame.draw.aalines(self.surface, colour, True, at)

    def circle(
        self,
        centre: Point,
        radius: float,
        colour: Colour,
        *,
        width: float = 0.0,
        alpha: int = 255,
    ) -> None:
        if radius <= 0 or alpha <= 0:
            return
        if alpha < 255 and not self.overlay and radius * self.scale <= 40:
            self._disc(centre, radius, colour, width, alpha)
            return
        if alpha < 255 and not self.overlay:
            reach = [(centre[0] - radius, centre[1] - radius), (centre[0] + radius, centre[1] + radius)]
            self._through(reach, lambda c, p: c.circle(centre, radius, colour, width=width), alpha)
            return
        pixels = min(max(1, round(radius * self.scale)), round(FAR))
        thick = 0 if not width else self._wide(width)
        touched = pygame.draw.circle(self.surface, self._ink(colour, alpha), self._at(centre), pixels, thick)
        if self.overlay:
            self.touched.append(touched)

    def _disc(self, centre: Point, radius: float, colour: Colour, width: float, alpha: int) -> None:
        """A small see-through circle, kept as a picture."""
        pixels = max(1, round(radius * self.scale))
        thick = self._wide(width) if width else 0
        key = ("disc", pixels, thick, colour, alpha)
        made = self.shapes.get(key)
        if made is None:
            made = pygame.Surface((2 * pixels + 2, 2 * pixels + 2), pygame.SRCALPHA)
            made.fill((*colour, 0))
            pygame.draw.circle(made, (*colour, alpha), (pixels, pixels), pixels, thick)
            self._keep(key, made)
        x, y = self._at(centre)
        self.surface.blit(made, (x - pixels, y - pixels))

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
        if not words:
            return 0.0
        self.hear(words)
        shade = NIGHT.halo if halo else None
        made = self.fonts.picture(words, face, size * self.scale, colour, shade, tracking * self.scale, angle)
        w, h = made.get_size()
        edge = max(1, round(size * self.scale / 13)) if halo else 0
        x, y = self._at(at)
        x -= {"l": edge, "m": w // 2, "r": w - edge}[anchor[0]]
        y -= {"t": edge, "m": h // 2, "b": h - edge}[anchor[1]]
        if alpha < 255:
            made = made.copy()
            made.set_alpha(alpha)
        self.surface.blit(made, (x, y))
        return (w - 2 * edge) / self.scale

    def hear(self, words: str) -> None:
        self.named |= tags_of(words)

    def image(self, mark: Mark, at: Point, *, alpha: int = 255) -> None:
        made, (ax, ay) = self.painter(mark, self.scale)
        x, y = self._at(at)
        if alpha < 255:
            made = made.copy()
            made.set_alpha(alpha)
        self.surface.blit(made, (x - round(ax), y - round(ay)))

    def pixels(self, picture: NDArray[np.uint8], box: Rect) -> None:
        """Numbers as a picture: (rows, columns, 3 or 4), stretched to the box."""
        h, w, depth = picture.shape
        made = pygame.image.frombuffer(np.ascontiguousarray(picture), (w, h), "RGBA" if depth == 4 else "RGB")
        x, y = self._at((box.x, box.y))
        right, bottom = self._at((box.right, box.bottom))
        size = (max(right - x, 1), max(bottom - y, 1))
        if size != (w, h):
            made = pygame.transform.smoothscale(made.convert_alpha() if depth == 4 else made, size)
        self.surface.blit(made, (x, y))

    def clip(self, box: Rect | None) -> None:
        if box is None:
            self.surface.set_clip(None)
            return
        x, y = self._at((box.x, box.y))
        right, bottom = self._at((box.right, box.bottom))
        self.surface.set_clip(pygame.Rect(x, y, max(right - x, 0), max(bottom - y, 0)))

    def measure(self, words: str, size: float = 13, face: str = "regular", tracking: float = 0.0) -> Point:
        w, h = self.fonts.size(words, face, size * self.scale)
        return w / self.scale + tracking * len(words), h / self.scale


def _straight(points: Sequence[Sequence[int]]) -> bool:
    """Whether every piece runs along an axis: then no smoothing is wanted."""
    return all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(points))
