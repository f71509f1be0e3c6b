"""Event glyphs and button signs. Shape says what happened, colour says who: the same shape in log, timeline, map."""

from __future__ import annotations

import math
from collections.abc import Callable

import pygame

from viz.theme import Palette

Colour = tuple[int, int, int]
Draw = Callable[[pygame.Surface, float, Colour], None]


def _ring(s: pygame.Surface, n: float, c: Colour, radius: float = 0.4, width: float = 0.11) -> None:
    pygame.draw.circle(s, c, (n / 2, n / 2), n * radius, max(1, round(n * width)))


def _dot(s: pygame.Surface, n: float, c: Colour, radius: float = 0.16) -> None:
    pygame.draw.circle(s, c, (n / 2, n / 2), n * radius)


def _poly(s: pygame.Surface, n: float, c: Colour, points: list[tuple[float, float]], width: float = 0) -> None:
    at = [(x * n, y * n) for x, y in points]
    if width:
        pygame.draw.lines(s, c, True, at, max(1, round(n * width)))
    else:
        pygame.draw.polygon(s, c, at)


def _star(s: pygame.Surface, n: float, c: Colour) -> None:
    for k in range(4):
        a = k * math.pi / 4
        r = n * (0.48 if k % 2 == 0 else 0.4)
        dx, dy = math.cos(a) * r, math.sin(a) * r
        pygame.draw.line(s, c, (n / 2 - dx, n / 2 - dy), (n / 2 + dx, n / 2 + dy), max(1, round(n * 0.09)))


def _boxed_plus(s: pygame.Surface, n: float, c: Colour) -> None:
    w = max(1, round(n * 0.09))
    pygame.draw.rect(s, c, (n * 0.14, n * 0.14, n * 0.72, n * 0.72), w)
    pygame.draw.line(s, c, (n / 2, n * 0.04), (n / 2, n * 0.96), w)
    pygame.draw.line(s, c, (n * 0.04, n / 2), (n * 0.96, n / 2), w)


def _cross(s: pygame.Surface, n: float, c: Colour, width: float = 0.12) -> None:
    w = max(1, round(n * width))
    pygame.draw.line(s, c, (n * 0.14, n * 0.14), (n * 0.86, n * 0.86), w)
    pygame.draw.line(s, c, (n * 0.14, n * 0.86), (n * 0.86, n * 0.14), w)


def _moon(s: pygame.Surface, n: float, c: Colour) -> None:
    pygame.draw.circle(s, c, (n * 0.5, n * 0.5), n * 0.42)
    pygame.draw.circle(s, (*c, 0), (n * 0.68, n * 0.4), n * 0.36)


def _bars(s: pygame.Surface, n: float, c: Colour) -> None:
    s.fill(c, (n * 0.22, n * 0.16, n * 0.2, n * 0.68))
    s.fill(c, (n * 0.58, n * 0.16, n * 0.2, n * 0.68))


def _skip(s: pygame.Surface, n: float, c: Colour, forward: bool) -> None:
    points = [(0.16, 0.16), (0.72, 0.5), (0.16, 0.84)]
    if not forward:
        points = [(1 - x, y) for x, y in points]
    _poly(s, n, c, points)
    s.fill(c, (n * (0.74 if forward else 0.14), n * 0.16, n * 0.12, n * 0.68))


def _detect(s: pygame.Surface, n: float, c: Colour) -> None:
    _ring(s, n, c, 0.44, 0.09)
    _dot(s, n, c, 0.15)


def _call(s: pygame.Surface, n: float, c: Colour) -> None:
    pygame.draw.circle(s, c, (n / 2, n / 2), n * 0.45)
    pygame.draw.circle(s, (*c, 0), (n / 2, n / 2), n * 0.16)


def _frame_corners(s: pygame.Surface, n: float, c: Colour) -> None:
    w, arm = max(1, round(n * 0.05)), n * 0.26
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        px, py = (0.0 if not x else n - w), (0.0 if not y else n - w)
        s.fill(c, (px if not x else n - arm, py, arm, w))
        s.fill(c, (px, py if not y else n - arm, w, arm))


KEYS: dict[str, list[tuple[float, float]]] = {
    "attackers": [(0.5, 0.06), (0.94, 0.5), (0.5, 0.94), (0.06, 0.5)],
    "defenders": [(0.02, 0.26), (0.98, 0.26), (0.98, 0.74), (0.02, 0.74)],
}
SHAPES: dict[str, Draw] = {
    "fire": lambda s, n, c: _poly(s, n, c, [(0.5, 0.1), (0.94, 0.88), (0.06, 0.88)]),
    "loss": _cross,
    "detect": _detect,
    "move": lambda s, n, c: _poly(s, n, c, [(0.1, 0.12), (0.92, 0.5), (0.1, 0.88), (0.3, 0.5)]),
    "roe": lambda s, n, c: _poly(s, n, c, [(0.16, 0.16), (0.84, 0.16), (0.84, 0.84), (0.16, 0.84)]),
    "call": _call,
    "call_in": lambda s, n, c: _ring(s, n, c, 0.42, 0.13),
    "bookmark": lambda s, n, c: _poly(s, n, c, [(0.2, 0.0), (0.8, 0.0), (0.8, 0.95), (0.5, 0.66), (0.2, 0.95)]),
    "moon": _moon,
    "star": _star,
    "plus": _boxed_plus,
    "ring": lambda s, n, c: _ring(s, n, c, 0.4, 0.14),
    "square": lambda s, n, c: pygame.draw.rect(s, c, (n * 0.14, n * 0.14, n * 0.72, n * 0.72), max(1, round(n * 0.13))),
    "pause": _bars,
    "play": lambda s, n, c: _poly(s, n, c, [(0.2, 0.12), (0.9, 0.5), (0.2, 0.88)]),
    "back": lambda s, n, c: _poly(s, n, c, [(0.8, 0.12), (0.1, 0.5), (0.8, 0.88)]),
    "next": lambda s, n, c: _skip(s, n, c, True),
    "previous": lambda s, n, c: _skip(s, n, c, False),
    "close": lambda s, n, c: _cross(s, n, c, 0.09),
    "disc": lambda s, n, c: _dot(s, n, c, 0.48),
    "selection": _frame_corners,
    "north": lambda s, n, c: _poly(s, n, c, [(0.5, 0.02), (0.78, 0.98), (0.5, 0.74), (0.22, 0.98)], 0.05),
    "target": lambda s, n, c: (_ring(s, n, c, 0.46, 0.06), _dot(s, n, c, 0.1)),  # type: ignore[dict-item]
}


def draw_glyph(
    surface: pygame.Surface, kind: str, side: str, colour: Colour, palette: Palette, state: str = ""
) -> None:
    """Draw one sign to fill the (large) surface. Unknown kinds are a small square: seen, never silent."""
    n = float(surface.get_width())
    if kind in ("key", "key_outline"):
        points = KEYS.get(side, [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)])
        _poly(surface, n, colour, points, 0.1 if kind == "key_outline" else 0)
        return
    if kind == "impact":
        kind = "plus" if side == "defenders" else "star"
    if kind == "impact_old":
        kind = "square" if side == "defenders" else "ring"
    if kind == "arrow":
        a = math.radians(float(state or 0))
        dx, dy = math.sin(a), -math.cos(a)
        tip = (n / 2 + dx * n * 0.46, n / 2 + dy * n * 0.46)
        left = (n / 2 - dx * n * 0.36 - dy * n * 0.3, n / 2 - dy * n * 0.36 + dx * n * 0.3)
        right = (n / 2 - dx * n * 0.36 + dy * n * 0.3, n / 2 - dy * n * 0.36 - dx * n * 0.3)
        pygame.draw.polygon(surface, colour, [tip, left, (n / 2 - dx * n * 0.14, n / 2 - dy * n * 0.14), right])
        return
    SHAPES.get(kind, SHAPES["roe"])(surface, n, colour)
