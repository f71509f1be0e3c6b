"""What a side believed: the contact it last held of each unit, with its age, its error and who reported it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.recording import Recording
from viz.frame.happenings import SIDE_CODES
from viz.frame.states import LastRow

HELD, STALE = 1, 2
WALK_MPS = 1.6
MOST_ERROR_M = 6000.0


@dataclass(frozen=True)
class Contact:
    """A unit as the other side last had it."""

    unit: int
    x: float
    y: float
    error_m: float
    age_ms: int
    stale: bool
    tag: str
    observer: str
    act: int
    vx: float
    vy: float


class Beliefs:
    """The contacts of both sides as functions of time."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        table = recording.beliefs
        self._table = table
        self._index: dict[str, tuple[LastRow, np.ndarray]] = {}
        units = len(recording.units["id"])
        for side, code in SIDE_CODES.items():
            rows = np.flatnonzero((table["side"] == code) & (table["unit"] >= 0))
            owner = table["unit"][rows].astype(np.int64)
            self._index[side] = (LastRow.of(table["t_ms"][rows], owner, units), rows)

    def contacts(self, side: str, t: float) -> list[Contact]:
        """What `side` holds at t, held or stale."""
        index, rows = self._index[side]
        last = index.at(t)
        table, out = self._table, []
        for unit in np.flatnonzero(last >= 0):
            row = rows[last[unit]]
            status = int(table["status"][row])
            if status not in (HELD, STALE):
                continue
            age = max(int(t) - int(table["t_ms"][row]), 0)
            error = float(table["sigma_m"][row]) + WALK_MPS * age / 1000.0
            out.append(
                Contact(
                    unit=int(unit),
                    x=float(table["x_m"][row]),
                    y=float(table["y_m"][row]),
                    error_m=min(error, MOST_ERROR_M),
                    age_ms=age,
                    stale=status == STALE,
                    tag=self.recording.names.get(int(table["tag_key"][row]), ""),
                    observer=self._observer(int(table["observer"][row])),
                    act=int(table["act"][row]),
                    vx=float(table["vx_mps"][row]),
                    vy=float(table["vy_mps"][row]),
                )
            )
        return out

    def last_seen(self, unit: int, by: str, t: float) -> Contact | None:
        """The contact that a side has of one unit."""
        return next((c for c in self.contacts(by, t) if c.unit == unit), None)

    def _observer(self, row: int) -> str:
        """The unit that reported, by id."""
        names = self.recording.units["id"]
        return str(names[row]) if 0 <= row < len(names) else ""


def age_words(ms: float) -> str:
    """`14 s`, `9 min`, `3 h`, `2 d` of age."""
    s = ms / 1000
    if s < 90:
        return f"{s:.0f} s"
    if s < 5400:
        return f"{s / 60:.0f} min"
    return f"{s / 3600:.0f} h" if s < 129_600 else f"{s / 86_400:.0f} d"
