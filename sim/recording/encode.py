"""From tables to the bytes of the channels and back; no file format here.

A *columns* message is: uint32 number of rows; then for each column in the order of the channel's
schema, uint64 number of bytes and the bytes. Numbers are little-endian; a `str` or `ragged` column is
a uint32 length per row followed by the UTF-8 text or the int64 values of all rows. So a reader can
step over a column whose type it does not know. A *json* message is one JSON value.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.recording.checking import RecordingError, require
from sim.recording.layout import DTYPES, EVENTS, LISTS, MOVING, NAMES, STATIC
from sim.recording.tables import Ints, Recording, Table

ROWS = 2000
"""Most rows of one message, and of one slice of time."""

COLUMN_CHANNELS: dict[str, dict[str, str]] = {**STATIC, "names": NAMES, **MOVING, "events": EVENTS}
JSON_CHANNELS: tuple[str, ...] = (*LISTS, "fields", "side", "slices")

Ragged = tuple[Ints, Ints]
"""Offsets (n+1,) and flat values."""

Column = NDArray[Any] | Ragged
Message = tuple[str, int, bytes]
"""Channel, time of its first row in ms, contents."""


def _pack_column(kind: str, column: Column, first: int, last: int) -> bytes:
    """Rows first..last of one column."""
    if isinstance(column, tuple):
        offsets, flat = column
        lengths = np.diff(offsets[first : last + 1]).astype("<u4")
        return lengths.tobytes() + flat[offsets[first] : offsets[last]].astype("<i8").tobytes()
    if kind == "str":
        texts = [str(value).encode() for value in column[first:last].tolist()]
        return np.array([len(text) for text in texts], "<u4").tobytes() + b"".join(texts)
    return column[first:last].astype(DTYPES[kind]).tobytes()


def pack(columns: Mapping[str, str], table: Mapping[str, Column], first: int, last: int) -> bytes:
    """One columns message with rows first..last of `table`."""
    parts = [struct.pack("<I", last - first)]
    for name, kind in columns.items():
        data = _pack_column(kind, table[name], first, last)
        parts += [struct.pack("<Q", len(data)), data]
    return b"".join(parts)


def nothing(columns: Mapping[str, str]) -> bytes:
    """A columns message without rows."""
    return struct.pack("<I", 0) + bytes(8 * len(columns))


def to_json(value: object) -> bytes:
    """Compact, sorted JSON; numpy numbers and arrays become plain ones; NaN is refused."""
    try:
        return json.dumps(
            value,
            default=_plain,
            sort_keys=True,
            allow_nan=False,
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
    except (TypeError, ValueError) as fault:
        raise RecordingError(f"cannot be written as JSON: {fault}") from None


def _plain(value: object) -> object:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, tuple | frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def events_table(recording: Recording) -> dict[str, Column]:
    """The log as the columns of its channel."""
    log = recording.events
    return {
        "t_ms": log.t_ms,
        "kind": log.kind,
        "actor": log.actor,
        "target": log.target,
        "causes": (log.cause_offsets, log.causes),
        "payload": (log.payload_offsets, log.flat_payload),
    }


def slices(recording: Recording) -> list[tuple[int, int]]:
    """Spans [from, until) of time in ms, each with at most ROWS rows of any channel if times allow."""
    moving = [recording.legs, recording.changes, recording.beliefs]
    times = [table["t_ms"] for table in moving] + [recording.events.t_ms]
    last = max([int(t[-1]) for t in times if len(t)], default=0)
    edges = sorted({0, *(int(t) for column in times for t in column[ROWS::ROWS]), last + 1})
    return list(pairwise(edges))


def messages(recording: Recording) -> Iterator[Message]:
    """Everything a recording holds but header and attachments, static first, then in time order.

    Each slice of time ends with a `slices` message: all before its `until_ms` is complete.
    """
    for name, columns in STATIC.items():
        yield from _batches(name, columns, getattr(recording, name))
    keys = np.array(list(recording.names), np.int64)
    names: Table = {"key": keys, "name": np.array(list(recording.names.values()), np.str_)}
    yield from _batches("names", NAMES, names)
    for name in LISTS:
        yield name, 0, to_json(getattr(recording, name))
    yield "fields", 0, to_json(recording.change_fields)
    moving: dict[str, Mapping[str, Column]] = {n: getattr(recording, n) for n in MOVING}
    moving["events"] = events_table(recording)
    side = sorted(recording.side.items())
    side_t = recording.events.t_ms[[i for i, _ in side]] if side else np.empty(0, np.int64)
    for start, until in slices(recording):
        for name, table in moving.items():
            first, last = np.searchsorted(np.asarray(table["t_ms"]), (start, until)).tolist()
            for i in range(first, last, ROWS):
                columns = COLUMN_CHANNELS[name]
                yield name, start, pack(columns, table, i, min(i + ROWS, last))
        first, last = np.searchsorted(side_t, (start, until)).tolist()
        yield "side", start, to_json(side[first:last])
        yield "slices", start, to_json({"until_ms": until})


def _batches(name: str, columns: Mapping[str, str], table: Table) -> Iterator[Message]:
    n = len(next(iter(table.values())))
    for first in range(0, max(n, 1), ROWS):
        yield name, 0, pack(columns, table, first, min(first + ROWS, n))


def schema_of(name: str) -> dict[str, Any]:
    """A jsonschema of one channel; for columns, `x-columns` gives their order and types."""
    schema: dict[str, Any] = {"title": f"khusham.{name}"}
    if name not in COLUMN_CHANNELS:
        return schema | {"type": "object" if name == "slices" else "array"}
    columns = COLUMN_CHANNELS[name]
    items = {"str": {"type": "string"}, "f8": {"type": "number"}}
    items["ragged"] = {"type": "array", "items": {"type": "integer"}}  # type: ignore[dict-item]
    return schema | {
        "description": __doc__,
        "type": "object",
        "properties": {
            column: {"type": "array", "items": items.get(kind, {"type": "integer"})} for column, kind in columns.items()
        },
        "x-columns": [[column, kind] for column, kind in columns.items()],
    }


# ---------------------------------------------------------------- back again


def unpack(name: str, written: list[tuple[str, str]], data: bytes) -> dict[str, Column]:
    """The columns of one message that this program knows; `written` is the file's own schema."""
    wanted = COLUMN_CHANNELS[name]
    require(len(data) >= 4, f"channel {name}: a message is too short")
    (rows,) = struct.unpack_from("<I", data)
    at, table = 4, {}
    for column, kind in written:
        require(at + 8 <= len(data), f"channel {name}: a message ends before column {column}")
        (size,) = struct.unpack_from("<Q", data, at)
        at += 8
        require(size <= len(data) - at, f"channel {name}: column {column} is longer than its message")
        if column in wanted:
            where = f"channel {name}: column {column}"
            require(kind == wanted[column], f"{where} is {kind}, expected {wanted[column]}")
            table[column] = _unpack_column(where, kind, rows, data[at : at + size])
        at += size
    missing = [column for column in wanted if column not in table]
    require(not missing, f"channel {name}: no column {missing[:1]}")
    return table


def _unpack_column(where: str, kind: str, rows: int, data: bytes) -> Column:
    if kind not in ("str", "ragged"):
        wide = np.dtype(DTYPES[kind])
        require(len(data) == rows * wide.itemsize, f"{where} does not have {rows} rows")
        return np.frombuffer(data, wide)
    require(4 * rows <= len(data), f"{where} does not have {rows} rows")
    offsets = np.zeros(rows + 1, np.int64)
    np.cumsum(np.frombuffer(data, "<u4", rows), dtype=np.int64, out=offsets[1:])
    rest = data[4 * rows :]
    unit = 8 if kind == "ragged" else 1
    require(int(offsets[-1]) * unit == len(rest), f"{where} is cut or too long")
    if kind == "ragged":
        return offsets, np.frombuffer(rest, "<i8")
    ends = offsets.tolist()
    texts = [rest[a:b].decode() for a, b in pairwise(ends)]
    return np.array(texts, np.str_)


def join(parts: list[dict[str, Column]], column: str) -> Column:
    """One column of several messages, end to end."""
    pieces = [part[column] for part in parts]
    if not isinstance(pieces[0], tuple):
        return np.concatenate(pieces)
    lengths = np.concatenate([np.diff(offsets) for offsets, _ in pieces])
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets, np.concatenate([flat for _, flat in pieces])
