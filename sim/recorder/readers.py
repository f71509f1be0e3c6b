"""Which rooms read a number in a run: a table made by `make readers`, by paths with the names of things left out."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("readers.json")
_THINGS = re.compile(r"\b(weapons|sensors|kinds|entities|routes|points|tags|authority|light|radius|exposure)\.[^.\[]+")
_IDS = re.compile(r"\[[^\]]*\]")


def general(path: str) -> str:
    """A path without the names of things: `kinds.t72.weapons.tank_gun.rounds` is `kinds.*.weapons.*.rounds`."""
    return _THINGS.sub(r"\1.*", _IDS.sub("[]", path))


@cache
def table() -> dict[str, list[str]]:
    """General path -> rooms that read numbers there."""
    found: dict[str, list[str]] = json.loads(TABLE.read_text("utf-8"))
    return found


def readers(path: str) -> list[str]:
    """Rooms that read the number at a path of a scenario; empty if none has been seen to."""
    return table().get(general(path), [])
