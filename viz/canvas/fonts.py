"""Source Sans Pro, in the sizes that are asked for, with every rendered word kept until it is old."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pygame

HERE = Path(__file__).resolve().parent.parent / "fonts"
FILES = {
    "regular": "SourceSansPro-Regular.ttf",
    "semibold": "SourceSansPro-Semibold.ttf",
    "italic": "SourceSansPro-It.ttf",
}
LACKING = str.maketrans({"→": ">", "←": "<", "≈": "~", "−": "-", "\u2009": " ", "≤": "<", "×": "x", "≥": ">"})
Colour = tuple[int, int, int]
Key = tuple[str, float, str, Colour, bool, float, float]


class Fonts:
    """A store of fonts and of rendered words. `fallback` is true when the font files are missing."""

    def __init__(self, folder: Path = HERE, keep: int = 6000) -> None:
        if not pygame.font.get_init():
            pygame.font.init()
        self.folder = folder
        self.fallback = not all((folder / name).is_file() for name in FILES.values())
        self._keep = keep
        self._fonts: dict[tuple[str, int], pygame.font.Font] = {}
        self._words: OrderedDict[Key, pygame.Surface] = OrderedDict()
        self._sizes: dict[tuple[str, str, int], tuple[int, int]] = {}

    def font(self, face: str, pixels: float) -> pygame.font.Font:
        """The font of a face, so many screen pixels large."""
        key = (face, max(round(pixels), 6))
        if key not in self._fonts:
            path = None if self.fallback else str(self.folder / FILES[face])
            self._fonts[key] = pygame.font.Font(path, key[1])
        return self._fonts[key]

    def size(self, words: str, face: str, pixels: float) -> tuple[int, int]:
        """Width and height of words in screen pixels."""
        key = (words, face, max(round(pixels), 6))
        found = self._sizes.get(key)
        if found is None:
            if len(self._sizes) > 40_000:
                self._sizes.clear()
            found = self.font(face, pixels).size(self._plain(words))
            self._sizes[key] = found
        return found

    def picture(
        self,
        words: str,
        face: str,
        pixels: float,
        colour: Colour,
        halo: Colour | None = None,
        tracking: float = 0.0,
        angle: float = 0.0,
    ) -> pygame.Surface:
        """Words as a picture, from the store if they were there lately."""
        key = (words, pixels, face, colour, halo is not None, tracking, angle)
        found = self._words.get(key)
        if found is not None:
            self._words.move_to_end(key)
            return found
        made = self._spaced(words, face, pixels, colour, tracking)
        if halo is not None:
            dark = self._spaced(words, face, pixels, halo, tracking)
            made = _with_halo(made, dark, max(1, round(pixels / 13)))
        if angle:
            made = pygame.transform.rotozoom(made, angle, 1.0)
        self._words[key] = made
        if len(self._words) > self._keep:
            self._words.popitem(last=False)
        return made

    def _plain(self, words: str) -> str:
        clean = words.replace("\x00", "").replace("\n", " ")
        return clean.translate(LACKING) if self.fallback else clean

    def _spaced(self, words: str, face: str, pixels: float, colour: Colour, tracking: float) -> pygame.Surface:
        font = self.font(face, pixels)
        if not tracking:
            return font.render(self._plain(words), True, colour)
        letters = [font.render(c, True, colour) for c in self._plain(words)]
        width = sum(s.get_width() for s in letters) + tracking * len(letters)
        out = pygame.Surface((max(1, round(width)), font.get_height()), pygame.SRCALPHA)
        x = 0.0
        for letter in letters:
            out.blit(letter, (round(x), 0))
            x += letter.get_width() + tracking
        return out


def _with_halo(words: pygame.Surface, dark: pygame.Surface, px: int) -> pygame.Surface:
    w, h = words.get_size()
    under = pygame.Surface((w + 2 * px, h + 2 * px), pygame.SRCALPHA)
    for dx in (-px, 0, px):
        for dy in (-px, 0, px):
            if dx or dy:
                under.blit(dark, (px + dx, px + dy))
    under.set_alpha(200)
    out = pygame.Surface(under.get_size(), pygame.SRCALPHA)
    out.blit(under, (0, 0))
    out.blit(words, (px, px))
    return out
