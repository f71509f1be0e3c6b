"""Colours, sizes and the layout grid of the viewer: data only, no drawing.

Both sides have the same luminance (a grey print relies on shape), there is no red and no saturated green,
and every text colour keeps at least 4.5:1 on a panel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from viz.theme.grid import Layout, Rect, layout

__all__ = ["HIGH_CONTRAST", "NIGHT", "SIDES", "Layout", "Palette", "Rect", "contrast", "layout", "mix", "rgb"]

SIDES = ("attackers", "defenders")
Colour = tuple[int, int, int]


def rgb(text: str) -> Colour:
    """`#RRGGBB` as three numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`share` of the way from `a` to `b`."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def contrast(a: Colour, b: Colour) -> float:
    """Contrast ratio of two colours after WCAG 2.1."""

    def luminance(colour: Colour) -> float:
        linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class Palette:
    """The roles that a colour can have."""

    window: Colour = (12, 16, 21)  # 0C1015
    panel: Colour = (17, 22, 28)  # 11161C
    raised: Colour = (25, 33, 42)  # 19212A
    line: Colour = (39, 49, 60)  # 27313C
    line_strong: Colour = (58, 71, 84)  # 3A4754
    text: Colour = (232, 236, 239)  # E8ECEF
    text2: Colour = (174, 184, 194)  # AEB8C2
    text3: Colour = (133, 146, 160)  # 8592A0
    attackers: Colour = (230, 162, 60)  # E6A23C
    defenders: Colour = (116, 182, 234)  # 74B6EA
    attackers_label: Colour = (244, 221, 180)  # F4DDB4
    defenders_label: Colour = (211, 232, 248)  # D3E8F8
    attackers_fire: Colour = (246, 197, 131)  # F6C583
    defenders_fire: Colour = (159, 208, 245)  # 9FD0F5
    neutral: Colour = (185, 194, 203)  # B9C2CB
    decision: Colour = (207, 235, 221)  # CFEBDD
    decision_line: Colour = (74, 106, 96)  # 4A6A60
    decision_full: Colour = (157, 189, 176)  # 9DBDB0
    notice: Colour = (242, 231, 182)  # F2E7B6
    playhead: Colour = (244, 246, 248)  # F4F6F8
    land_low: Colour = (30, 43, 47)  # 1E2B2F
    land_high: Colour = (66, 63, 58)  # 423F3A
    river: Colour = (49, 83, 107)  # 31536B
    bank: Colour = (74, 115, 144)  # 4A7390
    river_text: Colour = (127, 163, 188)  # 7FA3BC
    road: Colour = (86, 97, 107)  # 56616B
    glyph: Colour = (11, 15, 19)  # 0B0F13
    halo: Colour = (10, 13, 17)  # 0A0D11
    weapons: tuple[Colour, ...] = (
        (47, 76, 102),
        (62, 106, 144),
        (84, 137, 181),
        (116, 182, 234),
        (165, 208, 242),
        (220, 235, 247),
    )
    hairline: float = 1.0
    land_dim: float = 1.0

    def side(self, side: str) -> Colour:
        """Fill and line of a side; anything else is neutral."""
        return {"attackers": self.attackers, "defenders": self.defenders}.get(side, self.neutral)

    def label(self, side: str) -> Colour:
        """Names on the map, with halo."""
        return {"attackers": self.attackers_label, "defenders": self.defenders_label}.get(side, self.text)

    def fire(self, side: str) -> Colour:
        """Fire lines: lighter than trails."""
        return {"attackers": self.attackers_fire, "defenders": self.defenders_fire}.get(side, self.text)


NIGHT = Palette()
HIGH_CONTRAST = replace(NIGHT, text2=NIGHT.text, text3=rgb("#C3CCD4"), hairline=1.5, land_dim=0.6)
