"""The sources tab: what was said about the night, by whom, how sure; and where the scenario's numbers come from."""

from __future__ import annotations

from viz.canvas import Canvas
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.theme import Palette, Rect

ROW = 46.0


def rows_of(frame: Frame) -> list[tuple[str, str, str, str]]:
    """(key, head, words, foot) of every claim, then of every number; searched by the panel's query."""
    papers = frame.night.papers
    rows = []
    for c in papers.claims:
        foot = " · ".join(
            w for w in (c.speaker or c.source, c.confidence, c.kind, f"tests {c.metric}" if c.metric else "") if w
        )
        rows.append((f"claim:{c.id}", f"{c.id}  {c.value}".strip(), c.says, foot))
    for p in papers.provenance:
        spread = f" ({p.low}–{p.high})" if p.low and p.high and p.low != p.high else ""
        foot = " · ".join(w for w in (p.basis, p.claim, p.source, p.note) if w)
        rows.append((f"path:{p.path}", p.path, f"{p.value} {p.unit}{spread}".strip(), foot))
    words = frame.view.query.lower().split()
    return [r for r in rows if all(w in " ".join(r).lower() for w in words)] if words else rows


def draw(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """Counts by basis, then the rows."""
    papers = frame.night.papers
    canvas.text("Claims and numbers", (box.x + 14, box.y + 12), size=17, face="semibold", colour=palette.text)
    shares = papers.shares()
    total = sum(shares.values())
    said = (
        " · ".join(f"{name} {n}" for name, n in sorted(shares.items(), key=lambda s: -s[1]))
        if total
        else "no provenance table"
    )
    words = f"{len(papers.claims)} claims, {total} numbers: {said}"
    canvas.text(shorten(canvas, words, box.w - 28, 12.5), (box.x + 14, box.y + 36), size=12.5, colour=palette.text2)
    hint = f"search: {frame.view.query}" if frame.view.query else "/ searches here and in the log"
    canvas.text(hint, (box.x + 14, box.y + 53), size=12, colour=palette.text3)
    rows = rows_of(frame)
    area = Rect(box.x, box.y + 74, box.w, box.h - 80)
    if not rows:
        canvas.text("Nothing found. Clear the search.", (box.x + 14, area.y), size=13, colour=palette.text3)
        return
    visible = max(int(area.h // ROW), 1)
    first = max(min(frame.view.tab_scroll, len(rows) - visible), 0)
    canvas.clip(area)
    for k, (key, head, words, foot) in enumerate(rows[first : first + visible + 1]):
        y = area.y + k * ROW
        canvas.text(
            shorten(canvas, head, box.w - 28, 12.5, "semibold"),
            (box.x + 14, y),
            size=12.5,
            face="semibold",
            colour=palette.text,
        )
        lines = wrap(canvas, words, box.w - 28, 12.5)
        canvas.text(shorten(canvas, words, box.w - 28, 12.5), (box.x + 14, y + 15), size=12.5, colour=palette.text2)
        canvas.text(shorten(canvas, foot, box.w - 28, 12), (box.x + 14, y + 29), size=12, colour=palette.text3)
        if y + ROW <= area.bottom + 1:
            frame.hit(Rect(box.x + 8, y - 2, box.w - 16, ROW), "provenance", key, words if len(lines) > 1 else "")
    canvas.clip(None)
    canvas.text(
        f"{first + 1}–{min(first + visible, len(rows))} of {len(rows)}",
        (box.right - 14, box.y + 53),
        size=12,
        colour=palette.text3,
        anchor="rt",
    )
