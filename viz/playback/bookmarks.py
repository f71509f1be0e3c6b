"""Bookmarks with notes, in a file beside the recording: the recording itself is never written."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path

MOST = 1000
SAME_MARK_MS = 500


@dataclass(frozen=True)
class Bookmark:
    """An instant (ms) and what somebody wrote about it."""

    t_ms: int
    note: str = ""


def sidecar(recording: Path) -> Path:
    """Where the bookmarks of a recording lie."""
    return recording.with_name(recording.name + ".marks.json")


def load_bookmarks(path: Path) -> tuple[list[Bookmark], str]:
    """The bookmarks of a file, in time order, and a complaint (empty if there is none)."""
    if not path.exists():
        return [], ""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["bookmarks"]
        marks = [Bookmark(_ms(row["t_ms"]), str(row.get("note", ""))[:2000]) for row in rows[:MOST]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [], f"bookmarks not read: {path.name} is not a bookmark file ({type(error).__name__})"
    return sorted(marks, key=lambda m: m.t_ms), ""


def _ms(value: object) -> int:
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number) or abs(number) > 1e12:
        raise ValueError("a bookmark needs a time in ms")
    return round(number)


def save_bookmarks(path: Path, marks: list[Bookmark]) -> None:
    """Write them all, whole or not at all."""
    text = json.dumps({"schema": 1, "bookmarks": [asdict(m) for m in marks]}, indent=1, ensure_ascii=False)
    part = path.with_name(path.name + ".part")
    part.write_text(text + "\n", encoding="utf-8")
    os.replace(part, path)
