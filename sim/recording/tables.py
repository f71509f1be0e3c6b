"""The data of a run in memory: tables are dicts of equally long numpy columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import events as catalogue
from sim.recording.layout import CHANGE_FIELDS, DTYPES, MOVING, STATIC
from sim.tags import Attributions

Table = dict[str, NDArray[Any]]
"""Column name -> array; all columns of a table have the same length."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def empty_table(name: str) -> Table:
    """A table of `layout` with no rows."""
    columns = {**STATIC, **MOVING}[name]
    return {c: np.empty(0, dtype=DTYPES.get(kind, "<U1")) for c, kind in columns.items()}


def _ragged(rows: Iterable[Sequence[int]]) -> tuple[Ints, Ints]:
    """Offsets (n+1,) and flat values of a list of lists."""
    listed = list(rows)
    offsets = np.zeros(len(listed) + 1, np.int64)
    np.cumsum([*map(len, listed)], out=offsets[1:])
    return offsets, np.array([*chain.from_iterable(listed)], np.int64)


@dataclass(frozen=True, eq=False)
class EventTable:
    """The log as columns. The id of an event is its row.

    `t_ms` int64, `kind` int32 (code), `actor` and `target` int32 (rows of actors; target -1 = none),
    all of shape (n,). Causes and payload of row i are `causes[cause_offsets[i]:cause_offsets[i+1]]`
    and likewise for the payload. `actor_names` (n_actors,) is only there to print events.
    """

    t_ms: Ints
    kind: NDArray[np.int32]
    actor: NDArray[np.int32]
    target: NDArray[np.int32]
    cause_offsets: Ints
    causes: Ints
    payload_offsets: Ints
    flat_payload: Ints
    actor_names: NDArray[Any]

    @classmethod
    def of_rows(
        cls,
        rows: Sequence[tuple[int, int, int, int, Sequence[int], Sequence[int]]],
        actor_names: Sequence[str] | NDArray[Any],
    ) -> EventTable:
        """From rows (t_ms, kind code, actor row, target row or -1, cause ids, payload)."""
        t_ms, kind, actor, target, causes, payload = zip(*rows, strict=True) if rows else [()] * 6
        cause_offsets, flat_causes = _ragged(causes)
        payload_offsets, flat_payload = _ragged(payload)
        return cls(
            np.array(t_ms, np.int64),
            np.array(kind, np.int32),
            np.array(actor, np.int32),
            np.array(target, np.int32),
            cause_offsets,
            flat_causes,
            payload_offsets,
            flat_payload,
            np.asarray(actor_names, dtype=np.str_),
        )

    def __len__(self) -> int:
        return len(self.t_ms)

    @cached_property
    def _by_kind(self) -> tuple[Ints, NDArray[np.int32]]:
        """Rows sorted by (kind, id), and the kind of each."""
        order = np.argsort(self.kind, kind="stable")
        return order, self.kind[order]

    @cached_property
    def _payloads(self) -> dict[str, dict[str, Ints]]:
        return {}

    def of(self, name: str) -> Ints:
        """Rows of the kind `name`, ascending, shape (m,)."""
        order, kinds = self._by_kind
        code = catalogue.BY_NAME[name].code
        first, last = np.searchsorted(kinds, (code, code + 1))
        return order[first:last]

    def payload(self, name: str) -> dict[str, Ints]:
        """Payload of all events of the kind `name`: field -> int64 array, aligned with `of(name)`."""
        known = self._payloads
        if name not in known:
            starts = self.payload_offsets[self.of(name)]
            fields = catalogue.BY_NAME[name].fields
            known[name] = {f: self.flat_payload[starts + i] for i, f in enumerate(fields)}
        return known[name]

    def causes_of(self, row: int) -> list[int]:
        """Ids of the events that caused this one."""
        first, last = self.cause_offsets[row : row + 2]
        return [int(cause) for cause in self.causes[first:last]]

    def payload_of(self, row: int) -> list[int]:
        """The integer payload of one event, in the order of its kind's fields."""
        first, last = self.payload_offsets[row : row + 2]
        return [int(value) for value in self.flat_payload[first:last]]

    def first(self, n: int) -> EventTable:
        """The log of the first n events."""
        return EventTable(
            self.t_ms[:n],
            self.kind[:n],
            self.actor[:n],
            self.target[:n],
            self.cause_offsets[: n + 1],
            self.causes[: self.cause_offsets[n]],
            self.payload_offsets[: n + 1],
            self.flat_payload[: self.payload_offsets[n]],
            self.actor_names,
        )

    def event(self, row: int) -> catalogue.Event:
        """One event as people read it. A kind of a newer program is named `kind <code>`."""
        code, target = int(self.kind[row]), int(self.target[row])
        known = catalogue.BY_CODE.get(code)
        return catalogue.Event(
            id=row,
            t_ms=int(self.t_ms[row]),
            kind=known.name if known else f"kind {code}",
            actor=str(self.actor_names[self.actor[row]]),
            target=str(self.actor_names[target]) if target >= 0 else None,
            causes=tuple(self.causes_of(row)),
            payload=dict(zip(known.fields if known else (), self.payload_of(row), strict=False)),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """One run, complete: who and where (static tables), what moved, what happened, and why.

    Metres are flat, east and north of `meta["origin"]`; times are ms from `meta["start"]`. `changes`
    has one row per change of a unit's state, `field` indexing `change_fields`; unit -1 is side-wide.
    """

    meta: dict[str, Any]
    actors: Table
    units: Table
    entities: Table
    weapons: Table
    places: Table
    lines: list[dict[str, Any]]
    areas: list[dict[str, Any]]
    corridors: list[dict[str, Any]]
    names: dict[int, str]
    legs: Table
    events: EventTable
    changes: Table
    beliefs: Table
    transcript: list[dict[str, Any]]
    side: dict[int, dict[str, Any]]
    attachments: dict[str, bytes]
    change_fields: tuple[str, ...] = field(default=CHANGE_FIELDS)

    @property
    def digest(self) -> str:
        """The number two equal runs share, 32 hex digits."""
        return str(self.meta["digest"])

    @cached_property
    def attributed(self) -> Attributions:
        """Tag -> who says so, and who contests it. Empty for recordings that do not carry it."""
        rows = json.loads(self.attachments.get("tags.json", b"{}"))
        return Attributions.of(rows, str(self.meta.get("scenario_id", "")))

    @cached_property
    def leg_index(self) -> tuple[Ints, Ints, int]:
        """Legs in order of (unit, time), their sort keys `unit * span + t_ms`, and the span."""
        t_ms, unit = self.legs["t_ms"], self.legs["unit"].astype(np.int64)
        span = int(t_ms.max(initial=0)) + 2
        order = np.argsort(unit * span + t_ms, kind="stable")
        return order, (unit * span + t_ms)[order], span


def positions(recording: Recording, t_ms: float) -> Floats:
    """Where every unit is at `t_ms`: (n_units, 2) metres east and north.

    Exact at any time: a unit is on its last leg begun by then. Before its first leg it stands at
    that leg's start; a unit without any leg is NaN.
    """
    order, keys, span = recording.leg_index
    n_units = len(recording.units["id"])
    here = np.full((n_units, 2), np.nan)
    if not len(keys):
        return here
    unit = np.arange(n_units, dtype=np.int64)
    first = np.searchsorted(keys, unit * span)
    by_then = unit * span + min(max(int(np.floor(t_ms)), 0), span - 1)
    at = np.maximum(np.searchsorted(keys, by_then, side="right") - 1, first)
    has = first < np.searchsorted(keys, (unit + 1) * span)
    leg = order[np.minimum(at, len(keys) - 1)]
    legs = recording.legs
    since_s = np.maximum(t_ms - legs["t_ms"][leg], 0.0) / 1000.0
    here[:, 0] = legs["x_m"][leg] + legs["vx_mps"][leg] * since_s
    here[:, 1] = legs["y_m"][leg] + legs["vy_mps"][leg] * since_s
    here[~has] = np.nan
    return here


def tracks(recording: Recording) -> Iterator[tuple[int, list[int], Floats]]:
    """(unit, times in ms, (n, 2) metres) of every unit that moves or stands: a vertex at each leg and one at the end.

    Between two vertices a unit goes straight and evenly, so that nothing is lost.
    """
    legs, end_ms = recording.legs, int(recording.meta["end_ms"])
    last = positions(recording, end_ms)
    for unit in range(len(recording.units["id"])):
        mine = np.flatnonzero(legs["unit"] == unit)
        if not len(mine):
            continue
        mine = mine[np.argsort(legs["t_ms"][mine], kind="stable")]
        xy = np.stack([legs["x_m"][mine], legs["y_m"][mine]], axis=1)
        yield unit, [*legs["t_ms"][mine].tolist(), end_ms], np.vstack([xy, last[unit]])


def one_of_many(recording: Recording) -> str:
    """What must stand at everything that shows a run: 1 of N, simulated, and which one."""
    meta = recording.meta
    of = f"1 of {meta['replications']:,}" if meta.get("replications") else "1 of many possible nights"
    return f"{of}, simulated; seed {meta['seed']}, replication {meta['replication']}"
