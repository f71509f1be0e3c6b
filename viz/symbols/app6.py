"""APP-6 symbols as SVG text in our colours. The only module that knows milsymbol (an alpha project, pinned).

Solid means known, hollow believed, stale or contested. Parts outside the frame (echelon marks, headquarters staff)
take the side's colour: black would vanish on night land. No pygame here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from milsymbol import Symbol

from viz.theme import NIGHT, Palette

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SIDC = re.compile(r"\d{20}$")
FALLBACK = {"attackers": "10061000001211000000", "defenders": "10031000001211000000"}
SCALE = 100.0  # milsymbol: a symbol of size 100 has one pixel for each unit of its drawing


def _with_identity(code: str, digit: str) -> str:
    return code[:3] + digit + code[4:]


def neutral_code(code: str) -> str:
    """The same symbol in a neutral frame: neither friend nor hostile."""
    return _with_identity(code, "4") if SIDC.match(code) else code


def unknown_code(code: str) -> str:
    """The same dimension in an unknown frame, with no icon and no echelon: nothing was identified."""
    return f"10{code[2]}1{code[4:6]}0000" + "0" * 10 if SIDC.match(code) else "10011000000000000000"


def valid_code(code: str, side: str) -> str:
    """The code itself, or infantry of the side when it is none."""
    if SIDC.match(code) and Symbol(code, size=20).is_valid():
        return code
    return FALLBACK.get(side, "10041000001211000000")


@lru_cache(maxsize=2048)
def box_of(code: str, side: str, size: float) -> tuple[float, float, float, float]:
    """Width, height and anchor of a symbol in logical pixels."""
    symbol = Symbol(valid_code(code, side), size=size)
    extent, anchor = symbol.get_size(), symbol.get_anchor()
    return extent["width"], extent["height"], anchor["x"], anchor["y"]


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{c:02X}" for c in colour)


def _path_ys(path: str) -> list[float]:
    """The heights that a path goes through (control points included), relative commands followed."""
    ys: list[float] = []
    y = 0.0
    for command, rest in re.findall(r"([MmLlCcHhVvZzAaSsQqTt])([^MmLlCcHhVvZzAaSsQqTt]*)", path):
        numbers = [float(n) for n in NUMBER.findall(rest)]
        low = command.lower()
        if low in "zh" or low == "a":
            continue
        values = numbers if low == "v" else numbers[1::2]
        step = {"c": 3, "s": 2, "q": 2}.get(low, 1)
        for k, value in enumerate(values):
            at = y + value if command.islower() else value
            ys.append(at)
            if (k + 1) % step == 0:
                y = at
    return ys


def _span(element: ElementTree.Element) -> tuple[float, float]:
    """Top and bottom of what an element draws, as far as its coordinates tell."""
    ys: list[float] = []
    for node in element.iter():
        if "r" in node.attrib and "cy" in node.attrib:
            cy, r = float(node.attrib["cy"]), float(node.attrib["r"])
            ys += [cy - r, cy + r]
        for name in ("cy", "y", "y1", "y2"):
            if name in node.attrib:
                ys.append(float(node.attrib[name]))
        ys += _path_ys(node.attrib.get("d", ""))
    return (min(ys), max(ys)) if ys else (100.0, 100.0)


def _paint(node: ElementTree.Element, ink: str, wider: float = 0.0) -> None:
    for part in node.iter():
        for name in ("stroke", "fill"):
            if part.attrib.get(name) not in (None, "none"):
                part.attrib[name] = ink
        if wider and "stroke-width" in part.attrib:
            part.attrib["stroke-width"] = str(float(part.attrib["stroke-width"]) + wider)


@lru_cache(maxsize=2048)
def svg(
    code: str, side: str, hollow: bool, pixels: float, palette: Palette = NIGHT
) -> tuple[str, tuple[float, float, float, float], tuple[tuple[str, float, float, float], ...]]:
    """SVG text of a symbol at `pixels` per unit, its view box, and the letters that must be drawn with our font."""
    plain = Symbol(valid_code(code, side), size=100).as_svg()
    root = ElementTree.fromstring(plain)
    space = root.tag[: root.tag.index("}") + 1] if root.tag.startswith("{") else ""
    x, y, w, h = (float(v) for v in root.attrib["viewBox"].split())
    parts = list(root)
    frame, inner = parts[0], parts[1:]
    top, bottom = _span(frame)
    body, dark = _hex(palette.side(side)), _hex(palette.glyph)
    letters: list[tuple[str, float, float, float]] = []
    under: list[ElementTree.Element] = []
    for part in inner:
        for node in [n for n in part.iter() if n.tag == f"{space}text"]:
            letters.append(
                (node.text or "", float(node.attrib["x"]), float(node.attrib["y"]), float(node.attrib["font-size"]))
            )
            node.attrib["fill"], node.text = "none", ""
        low, high = _span(part)
        outside = low < top - 2 or high > bottom + 2
        if outside:
            shadow = ElementTree.fromstring(ElementTree.tostring(part))
            _paint(shadow, dark, wider=5.0)
            under.append(shadow)
        _paint(part, body if outside or hollow else dark)
    edge = ElementTree.fromstring(ElementTree.tostring(frame))
    edge.attrib.update({"stroke": dark, "stroke-width": "13", "fill": "none"})
    frame.attrib.update(
        {"fill": dark, "fill-opacity": "0.62", "stroke": body, "stroke-width": "6"}
        if hollow
        else {"fill": body, "stroke": dark, "stroke-width": "4"}
    )
    for child in list(root):
        root.remove(child)
    root.extend([*under, edge, *parts])
    root.attrib.update({"width": f"{w * pixels:.2f}", "height": f"{h * pixels:.2f}"})
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    return ElementTree.tostring(root, encoding="unicode"), (x, y, w, h), tuple(letters)
