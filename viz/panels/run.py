"""The run tab: which run this is, of which program, whether the file is whole, and the conventions of drawing."""

from __future__ import annotations

from viz.canvas import Canvas
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.theme import Palette, Rect

CONVENTIONS = (
    "Simulated throughout: positions, losses and calls are a model's.",
    "Frame shapes follow APP-6 with the coalition as own side: a drawing convention (X draws neutral frames).",
    "Solid is known, hollow is believed, stale or out of action. The 80 % band is of all replications.",
    "Elevation NOAA GLOBE 1 km, ±30 m. Rivers: CIA WDB II via GSHHG, ±1 km.",
    "Places: each with its source. Routes are assumed.",
    "Font Source Sans Pro (SIL OFL 1.1). Symbols drawn by milsymbol.",
)


def rows_of(frame: Frame) -> list[tuple[str, str]]:
    """Pairs to show, in order."""
    meta = frame.night.recording.meta
    log = frame.night.recording.events
    verdict = {True: "matches", False: "DOES NOT MATCH: " + ", ".join(map(str, meta.get("checksum_bad", [])))}
    digest = str(meta.get("digest", ""))
    pairs = [
        ("Scenario", str(meta.get("scenario_id", ""))),
        ("This night", frame.night.one_of),
        ("Seed · history", f"{meta.get('seed', '?')} · {meta.get('history', '?')}"),
        ("Digest", f"{digest[:16]}…" if len(digest) > 16 else digest),
        ("Checksum", verdict.get(meta.get("checksum_ok"), "not checked")),  # type: ignore[arg-type]
        ("Events · legs", f"{len(log):,} · {len(frame.night.recording.legs['t_ms']):,}".replace(",", "\u2009")),
        ("Model · program", f"{meta.get('model_version', '?')} · {meta.get('program', '?')}"),
        ("Python · numpy", f"{meta.get('python', '?')} · {meta.get('numpy', '?')}"),
        ("Scenario sha256", str(meta.get("scenario_sha256", ""))[:16] + "…"),
    ]
    if frame.ghost is not None:
        other = frame.ghost.recording.meta
        pairs.append(
            (
                "Second run",
                f"{other.get('scenario_id')} rep. {other.get('replication')} · {str(other.get('digest'))[:8]}",
            )
        )
    return pairs


def draw(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """The question, the pairs, the conventions."""
    meta = frame.night.recording.meta
    canvas.text("This run", (box.x + 14, box.y + 12), size=17, face="semibold", colour=palette.text)
    y = box.y + 36
    for line in wrap(canvas, str(meta.get("question") or ""), box.w - 28, 13)[:3]:
        canvas.text(line, (box.x + 14, y), size=13, colour=palette.text2)
        y += 17
    y += 8
    for name, value in rows_of(frame):
        if y + 18 > box.bottom:
            return
        canvas.text(name, (box.x + 14, y), size=13, colour=palette.text2)
        words = shorten(canvas, value, box.w - 140, 13, "semibold")
        canvas.text(words, (box.right - 14, y), size=13, face="semibold", colour=palette.text, anchor="rt")
        frame.hit(Rect(box.x + 8, y - 2, box.w - 16, 20), "copy_text", value, "Click copies")
        y += 20
    y += 6
    for words in CONVENTIONS:
        for line in wrap(canvas, words, box.w - 28, 12.5):
            if y + 14 > box.bottom:
                return
            canvas.text(line, (box.x + 14, y), size=12.5, colour=palette.text3)
            y += 15
        y += 4
