"""The legend of force tags: whose word each is that this picture names, and who contests it. No finding of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.tags import OF_SIDE, Attributions
from viz.canvas import Canvas
from viz.canvas.base import wrap
from viz.theme import Palette, Rect

HEAD = "Tags are attributions, not findings"
SIZE, LINE, WIDEST = 12.0, 15.0, 620.0
ABOVE_THE_SCALE = 56.0


def lines_of(tags: Iterable[str], of: Sequence[Attributions]) -> list[str]:
    """A line for each tag that is named and for each thing said of it: two runs may name different people."""
    wanted = set(tags)
    return list(dict.fromkeys(one.told(tag) for tag in OF_SIDE["attackers"] if tag in wanted for one in of))


def draw(canvas: Canvas, palette: Palette, area: Rect, tags: Iterable[str], of: Sequence[Attributions]) -> Rect | None:
    """At the foot of the map, above its scale; the box it took, None where no tag is named.

    `area` is the region of the map in logical pixels of the page.
    """
    said = lines_of(tags, of)
    if not said:
        return None
    room = min(area.w - 40, WIDEST)
    rows = [HEAD, *(row for line in said for row in wrap(canvas, line, room, SIZE))]
    wide = max(canvas.measure(row, SIZE, "semibold" if row == HEAD else "regular")[0] for row in rows)
    high = LINE * len(rows) + 10
    box = Rect(area.x + 10, area.bottom - ABOVE_THE_SCALE - high, wide + 16, high)
    canvas.rect(box, palette.window, radius=5, alpha=215)
    for k, row in enumerate(rows):
        at = (box.x + 8, box.y + 5 + LINE * k)
        face, colour = ("semibold", palette.text2) if not k else ("regular", palette.text)
        canvas.text(row, at, size=SIZE, face=face, colour=colour)
    return box
