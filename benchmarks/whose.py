"""Who says so of the tags that a written page names: the line at its end."""

from __future__ import annotations

from pathlib import Path

from sim import scenario as room

BASE = Path(__file__).resolve().parents[1] / "scenarios" / "khusham.yaml"


def signed(text: str) -> str:
    """The page with that line, by the base scenario; as it is if it names no tag or says so itself."""
    foot = room.load(BASE).attributed.foot(text)
    return f"{text}\n{foot}\n" if foot else text
