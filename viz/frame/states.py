"""What was known of every unit at any instant: the last recorded change of each field, found by bisection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.recording import Recording, Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOVING, PINNED, BROKEN, WITHDRAWING, OUT, FIRING = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True)
class LastRow:
    """For rows with a time and an owner: the last row of each owner at an instant."""

    order: Ints
    keys: Ints
    span: int
    first: Ints
    owners: int

    @classmethod
    def of(cls, t_ms: NDArray[np.int64], owner: NDArray[np.int64], owners: int) -> LastRow:
        """Index rows in time order; owners run from 0 to `owners` - 1."""
        span = int(t_ms.max(initial=0)) + 2
        keys = owner.astype(np.int64) * span + t_ms
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.searchsorted(keys, np.arange(owners, dtype=np.int64) * span)
        return cls(order, keys, span, first, owners)

    def at(self, t: float) -> Ints:
        """Row of each owner at t, or -1."""
        if not len(self.keys):
            return np.full(self.owners, -1, dtype=np.int64)
        when = min(max(int(np.floor(t)), -1), self.span - 1)
        base = np.arange(self.owners, dtype=np.int64) * self.span
        found = np.searchsorted(self.keys, base + when, side="right") - 1
        rows = self.order[np.maximum(found, 0)]
        return np.where((found >= self.first) & (when >= 0), rows, -1)

    def of_owner(self, owner: int) -> Ints:
        """All rows of one owner in time order."""
        stop = self.first[owner + 1] if owner + 1 < self.owners else len(self.keys)
        return self.order[self.first[owner] : stop]


class States:
    """The fields of `changes` as functions of time."""

    def __init__(self, recording: Recording) -> None:
        self.units = len(recording.units["id"])
        self.people = recording.units["people"].astype(np.float64)
        self.fields = tuple(recording.change_fields)
        changes: Table = recording.changes
        self._value = changes["value"].astype(np.float64)
        field = changes["field"].astype(np.int64)
        self._index: dict[str, tuple[LastRow, Ints]] = {}
        for number, name in enumerate(self.fields):
            rows = np.flatnonzero(field == number)
            owner = changes["unit"][rows].astype(np.int64) + 1
            self._index[name] = (LastRow.of(changes["t_ms"][rows], owner, self.units + 1), rows)

    def column(self, name: str, t: float) -> Floats:
        """The field of every unit at t; NaN where nothing was recorded yet."""
        out = np.full(self.units, np.nan)
        found = self._index.get(name)
        if found is None:
            return out
        index, rows = found
        row = index.at(t)[1:]
        has = row >= 0
        out[has] = self._value[rows[row[has]]]
        return out

    def strength(self, t: float) -> Floats:
        """Unhurt people of every unit."""
        found = self.column("strength", t)
        return np.where(np.isnan(found), self.people, found)

    def bits(self, t: float) -> Ints:
        """The state bits of every unit."""
        return np.nan_to_num(self.column("state", t), nan=0.0, posinf=0.0, neginf=0.0).astype(np.int64)

    def effective(self, t: float) -> Floats:
        """People of units that are neither broken, withdrawing nor out of action."""
        lost = (self.bits(t) & (BROKEN | WITHDRAWING | OUT)) != 0
        return np.where(lost, 0.0, self.strength(t))

    def out(self, t: float) -> NDArray[np.bool_]:
        """Units out of action, or with nobody left unhurt."""
        return ((self.bits(t) & OUT) != 0) | ((self.people > 0) & (self.strength(t) <= 0))

    def since(self, name: str, unit: int, t: float) -> int | None:
        """When the field of a unit last changed."""
        found = self._index.get(name)
        if found is None:
            return None
        index, _rows = found
        row = index.at(t)[unit + 1]
        if row < 0:
            return None
        return int(index.keys[np.flatnonzero(index.order == row)[0]] - (unit + 1) * index.span)

    def ammunition(self, unit: int, t: float) -> list[tuple[str, float, float]]:
        """Per weapon: name, rounds now, rounds at first record."""
        out = []
        for name in self.fields:
            if not name.startswith("ammo:"):
                continue
            index, rows = self._index[name]
            own = rows[index.of_owner(unit + 1)]
            now = self.column(name, t)[unit]
            if len(own) and np.isfinite(now):
                out.append((name[5:], float(now), float(self._value[own].max())))
        return out
