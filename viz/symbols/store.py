"""Marks to pictures, each made once per (mark, scale): rendered at four times the size and smoothed down."""

from __future__ import annotations

import io
from collections import OrderedDict

import pygame

from viz.canvas import Mark
from viz.canvas.fonts import Fonts
from viz.symbols.app6 import box_of, neutral_code, svg
from viz.symbols.glyphs import draw_glyph
from viz.theme import NIGHT, Palette

FINE = 4
Picture = tuple[pygame.Surface, tuple[float, float]]


class Pictures:
    """The cache that a canvas asks for pictures. Call it with a mark and a scale."""

    def __init__(self, fonts: Fonts, palette: Palette = NIGHT, keep: int = 4000) -> None:
        self.fonts, self.palette, self.neutral = fonts, palette, False
        self._keep = keep
        self._made: OrderedDict[tuple[Mark, float, bool], Picture] = OrderedDict()

    def __call__(self, mark: Mark, scale: float) -> Picture:
        key = (mark, scale, self.neutral)
        found = self._made.get(key)
        if found is None:
            found = self._unit(mark, scale) if mark.kind == "unit" else self._glyph(mark, scale)
            self._made[key] = found
            if len(self._made) > self._keep:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return found

    def _unit(self, mark: Mark, scale: float) -> Picture:
        code = neutral_code(mark.code) if self.neutral else mark.code
        w, h, ax, ay = box_of(code, mark.side, mark.size)
        words = mark.state.split()
        hollow = "hollow" in words
        per_unit = mark.size / 100.0 * scale * FINE
        text, (x, y, _, _), letters = svg(code, mark.side, hollow, per_unit, self.palette)
        large = pygame.image.load(io.BytesIO(text.encode()), "symbol.svg")
        ink = self.palette.side(mark.side) if hollow else self.palette.glyph
        for letter, lx, ly, size in letters:
            made = self.fonts.picture(letter, "semibold", size * per_unit * 1.15, ink)
            large.blit(made, made.get_rect(center=((lx - x) * per_unit, (ly - y - 4) * per_unit)))
        if "slash" in words:
            self._slash(large)
        size = (max(1, round(w * scale)), max(1, round(h * scale)))
        made = pygame.transform.smoothscale(large.convert_alpha() if pygame.display.get_surface() else large, size)
        if self.neutral:
            made = self._with_key(made, mark.side, scale)
        return made, (ax * scale, ay * scale)

    def _slash(self, large: pygame.Surface) -> None:
        """One thin diagonal: out of action."""
        w, h = large.get_size()
        reach = min(w, h) * 0.46
        a, b = (w / 2 - reach, h * 0.52 + reach), (w / 2 + reach, h * 0.52 - reach)
        pygame.draw.line(large, self.palette.glyph, a, b, FINE * 5)
        pygame.draw.line(large, self.palette.text2, a, b, FINE * 2)

    def _with_key(self, made: pygame.Surface, side: str, scale: float) -> pygame.Surface:
        """In neutral frames the side is still told by shape: a small key in the lower right corner."""
        key, _ = self(Mark("key", 8, side), scale)
        made.blit(key, (made.get_width() - key.get_width(), made.get_height() - key.get_height()))
        return made

    def _glyph(self, mark: Mark, scale: float) -> Picture:
        n = max(1, round(mark.size * scale))
        large = pygame.Surface((n * FINE, n * FINE), pygame.SRCALPHA)
        colour = self._colour(mark)
        large.fill((*colour, 0))
        draw_glyph(large, mark.kind, mark.side, colour, self.palette, mark.state)
        return pygame.transform.smoothscale(large, (n, n)), (n / 2, n / 2)

    def _colour(self, mark: Mark) -> tuple[int, int, int]:
        if mark.code.startswith("#"):
            return int(mark.code[1:3], 16), int(mark.code[3:5], 16), int(mark.code[5:7], 16)
        if mark.kind in ("roe", "call", "call_in"):
            return self.palette.decision
        if mark.kind in ("bookmark", "moon"):
            return self.palette.notice
        return self.palette.side(mark.side) if mark.side else self.palette.text2
