"""What a recording must be to be believed: the same check on the way to disk and back.

A file may come from anywhere. Whatever is wrong with it ends here in one `RecordingError` with one
sentence, before any reader indexes with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import events as catalogue
from sim.faults import Fault
from sim.recording.layout import DTYPES, MOVING, SCHEMA, STATIC
from sim.recording.tables import EventTable, Recording, Table

MAX_MS = 10**12
"""Latest believable time, 31 years: sums of times stay far from overflow."""


class RecordingError(Fault):
    """The file or the data is not a usable recording; the message is one clear sentence."""


def require(condition: object, sentence: str) -> None:
    """Raises RecordingError with `sentence` unless `condition` holds."""
    if not condition:
        raise RecordingError(sentence)


def check(recording: Recording) -> None:
    """Raises RecordingError at the first thing that makes this recording unusable."""
    start_of(recording.meta)
    for name, columns in {**STATIC, **MOVING}.items():
        _table(name, getattr(recording, name), columns)
    n_units, n_actors = len(recording.units["id"]), len(recording.actors["name"])
    n_entities = len(recording.entities["unit"])
    _index("actors", recording.actors, "unit", -1, n_units)
    _index("entities", recording.entities, "unit", 0, n_units)
    _index("legs", recording.legs, "unit", 0, n_units)
    _index("changes", recording.changes, "unit", -1, n_units)
    _index("changes", recording.changes, "field", 0, len(recording.change_fields))
    _index("beliefs", recording.beliefs, "unit", -1, n_units)
    _index("beliefs", recording.beliefs, "side", 0, 2)
    _index("units", recording.units, "first_entity", 0, n_entities + 1)
    _index("units", recording.units, "people", 0, n_entities + 1)
    first, count = recording.units["first_entity"], recording.units["n_entities"]
    require(
        np.all(count >= 0) and np.all(first.astype(np.int64) + count <= n_entities),
        "table units: a unit's entities lie outside the table of entities",
    )
    of_unit = np.repeat(np.arange(n_units), count)
    within = np.arange(len(of_unit)) - np.repeat(np.cumsum(count) - count, count)
    require(
        np.array_equal(recording.entities["unit"][np.repeat(first, count) + within], of_unit),
        "table entities: a unit's rows belong to another unit",
    )
    for name in MOVING:
        _times(name, getattr(recording, name)["t_ms"])
    check_events(recording.events, n_actors)
    _fates(recording)
    require(
        all(isinstance(i, int) and 0 <= i < len(recording.events) for i in recording.side),
        "side channel: it speaks of an event that is not in the log",
    )
    for name in ("lines", "areas", "corridors"):
        _places_of(name, getattr(recording, name))
    require(
        all(_is_time(row.get("t_ms")) for row in recording.transcript),
        "transcript: a call has no valid time t_ms",
    )


def start_of(meta: dict[str, Any]) -> datetime:
    """The moment of t_ms = 0; also checks the few entries of the header that readers rely on."""
    schema = meta.get("schema")
    require(
        isinstance(schema, int) and not isinstance(schema, bool) and schema >= 1,
        f"the header gives no format version (schema is {schema!r})",
    )
    require(
        schema is None or schema <= SCHEMA,
        f"written by a newer khusham (format {schema}); this one reads up to format {SCHEMA}",
    )
    for name in ("end_ms", "clock_end_ms"):
        require(_is_time(meta.get(name)), f"the header's {name} is {meta.get(name)!r}, not a time")
    origin = meta.get("origin")
    require(
        isinstance(origin, list | tuple) and len(origin) == 2 and all(map(_is_number, origin)),
        f"the header's origin is {origin!r}, not [latitude, longitude]",
    )
    try:
        start = datetime.fromisoformat(str(meta.get("start")))
    except ValueError:
        raise RecordingError(f"the header's start is {meta.get('start')!r}, not a date") from None
    require(start.tzinfo is not None, "the header's start has no offset from UTC")
    require(start.year >= 1971, "the header's start lies before 1971")
    return start


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_MS


def _table(name: str, table: Table, columns: dict[str, str]) -> None:
    """Every known column is there, of its type, equally long and finite."""
    lengths = set()
    for column, kind in columns.items():
        require(column in table, f"table {name}: no column {column}")
        values = table[column]
        lengths.add(len(values))
        wanted = {"str": "UO", "f": "f", "i": "iu", "u": "iub"}[kind if kind == "str" else kind[0]]
        require(
            values.ndim == 1 and values.dtype.kind in wanted,
            f"table {name}: column {column} holds {values.dtype}, expected {kind}",
        )
        if kind == "f8":
            require(np.isfinite(values).all(), f"table {name}: {column} is not finite everywhere")
        elif kind != "str" and values.dtype.kind != "b" and len(values):
            room = np.iinfo(DTYPES[kind])
            require(
                room.min <= int(values.min()) and int(values.max()) <= room.max,
                f"table {name}: {column} does not fit its type {kind}",
            )
    require(len(lengths) == 1, f"table {name}: columns of different lengths {sorted(lengths)}")


def _index(name: str, table: Table, column: str, low: int, high: int) -> None:
    values = table[column]
    require(
        not len(values) or (int(values.min()) >= low and int(values.max()) < high),
        f"table {name}: {column} must lie in {low}..{high - 1}",
    )


def _times(name: str, t_ms: NDArray[Any]) -> None:
    if len(t_ms):
        require(int(t_ms[0]) >= 0, f"channel {name}: a time is negative")
        require(int(t_ms.max()) <= MAX_MS, f"channel {name}: a time lies beyond {MAX_MS} ms")
        require(np.all(np.diff(t_ms) >= 0), f"channel {name}: times go backwards")


def _offsets(name: str, offsets: NDArray[Any], flat: NDArray[Any], n: int) -> None:
    require(
        len(offsets) == n + 1
        and int(offsets[0]) == 0
        and int(offsets[-1]) == len(flat)
        and np.all(np.diff(offsets) >= 0),
        f"channel events: {name} do not add up",
    )


def check_events(events: EventTable, n_actors: int) -> None:
    """Times, actors, causes (earlier events only) and payload lengths of the log."""
    n = len(events)
    columns = (events.kind, events.actor, events.target)
    require(all(len(c) == n for c in columns), "channel events: columns of different lengths")
    _times("events", events.t_ms)
    _offsets("causes", events.cause_offsets, events.causes, n)
    _offsets("payloads", events.payload_offsets, events.flat_payload, n)
    _index("events", {"actor": events.actor}, "actor", 0, n_actors)
    _index("events", {"target": events.target}, "target", -1, n_actors)
    effect = np.repeat(np.arange(n), np.diff(events.cause_offsets))
    require(
        np.all(events.causes >= 0) and np.all(events.causes < effect),
        "channel events: an event is caused by a later one",
    )
    most = max(catalogue.BY_CODE) + 1
    needed = np.zeros(most, np.int64)
    for code, kind in catalogue.BY_CODE.items():
        needed[code] = len(kind.fields)
    known = np.clip(events.kind, 0, most - 1)
    known = np.where(events.kind == known, known, 0)
    short = np.flatnonzero(np.diff(events.payload_offsets) < needed[known])
    require(not len(short), f"channel events: the payload of event {short[:1]} is too short")


def _fates(recording: Recording) -> None:
    """Who is lost is a unit, and the entity is one of it."""
    log = recording.events
    for name in ("wounded", "killed", "vehicle", "died_of_wounds"):
        who = log.actor if name == "died_of_wounds" else log.target
        unit = np.append(recording.actors["unit"], -1)[who[log.of(name)]]
        entity = log.payload(name)["entity"]
        size = np.append(recording.units["n_entities"], 0)[unit]
        require(
            np.all(unit >= 0) and np.all((entity >= 0) & (entity < size)),
            f"channel events: {name} names no entity of a unit",
        )


def _places_of(name: str, rows: list[dict[str, Any]]) -> None:
    """Points of map objects are finite pairs of metres."""
    for row in rows:
        if name == "areas":
            numbers = [row.get(k) for k in ("x_m", "y_m", "radius_m")]
            require(all(map(_is_number, numbers)), f"areas: {row.get('id')!r} has no finite place")
            continue
        try:
            points = np.asarray(row.get("points"), float)
        except (TypeError, ValueError):
            points = np.empty(0)
        require(
            points.ndim == 2 and points.shape[1:] == (2,) and np.isfinite(points).all(),
            f"{name}: the points of {row.get('id')!r} are not pairs of metres",
        )
