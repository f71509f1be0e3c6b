"""One recording, one MCAP file: written whole or not at all, read as far as it is whole.

The header is the metadata record `run` (JSON values), the checksums of the channels are the record
`checksums`, attachments come next (each gzipped, named `name.gz`), then static tables, then slices of time
(`encode` describes the messages). Any MCAP tool can list and cut such a file.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
from collections.abc import Iterable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from sim.recording import encode, read
from sim.recording.checking import RecordingError, check, require, start_of
from sim.recording.layout import LISTS, MOVING, STATIC
from sim.recording.tables import EventTable, Recording, Table

CHUNK_BYTES = 64 * 1024
LOCAL = ("checksum", "checksum_ok", "checksum_bad", "truncated", "truncated_at_ms")
"""Header entries that speak of the file, not of the run: not part of the checksum."""


def _header(meta: dict[str, Any]) -> dict[str, str]:
    return {k: encode.to_json(v).decode() for k, v in meta.items() if k not in LOCAL}


def _sums(header: dict[str, str], attachments: dict[str, bytes], messages: Iterable[encode.Message]) -> dict[str, str]:
    """blake2b (16 bytes) of every channel, of the header and of every attachment, by name."""
    sums = {"run": blake2b(encode.to_json(header), digest_size=16)}
    for name, data in attachments.items():
        sums[f"attachment {name}"] = blake2b(data, digest_size=16)
    for name, _, data in messages:
        if name not in sums:
            sums[name] = blake2b(digest_size=16)
        sums[name].update(data)
    return {name: found.hexdigest() for name, found in sums.items()}


def _checksum(sums: dict[str, str]) -> str:
    """blake2b (16 bytes) over the sorted lines `name digest` of all channels."""
    lines = "".join(f"{name} {found}\n" for name, found in sorted(sums.items()))
    return blake2b(lines.encode(), digest_size=16).hexdigest()


def checksum(recording: Recording) -> str:
    """What a file of this recording carries: over every channel, attachment and the header, so that
    a changed position is found as well as a changed event."""
    header = _header(recording.meta)
    return _checksum(_sums(header, recording.attachments, encode.messages(recording)))


def save(recording: Recording, path: str | os.PathLike[str]) -> str:
    """Writes the recording; returns its checksum. The file appears whole or not at all."""
    check(recording)
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    data, found = _bytes_of(recording)
    try:
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise RecordingError(f"{target}: cannot be written: {fault.strerror}") from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return found


def _bytes_of(recording: Recording) -> tuple[bytes, str]:
    """The file's contents and its checksum."""
    from mcap.writer import Writer

    stored = list(encode.messages(recording))
    header = _header(recording.meta)
    sums = _sums(header, recording.attachments, stored)
    found = _checksum(sums)
    start_ns = int(start_of(recording.meta).timestamp()) * 10**9
    out = io.BytesIO()
    writer = Writer(out, chunk_size=CHUNK_BYTES)
    writer.start(profile="khusham", library=str(recording.meta.get("program", "khusham")))
    writer.add_metadata("run", header)
    writer.add_metadata("checksums", {**sums, "": found})
    for name, data in recording.attachments.items():
        packed = gzip.compress(data, mtime=0)
        writer.add_attachment(start_ns, start_ns, f"{name}.gz", "application/gzip", packed)
    channels = {}
    for name in (*encode.COLUMN_CHANNELS, *encode.JSON_CHANNELS):
        schema = encode.to_json(encode.schema_of(name))
        known = writer.register_schema(f"khusham.{name}", "jsonschema", schema)
        kind = "columns" if name in encode.COLUMN_CHANNELS else "json"
        channels[name] = writer.register_channel(name, kind, known)
    for number, (name, t_ms, data) in enumerate(stored):
        at_ns = start_ns + t_ms * 10**6
        writer.add_message(channels[name], at_ns, data, at_ns, number)
    writer.finish()  # type: ignore[no-untyped-call]
    return out.getvalue(), found


def load(path: str | os.PathLike[str]) -> Recording:
    """Reads a recording. A damaged or cut file opens to its last whole slice of time and says so in
    `meta["truncated"]`; anything that is no recording is a RecordingError."""
    try:
        raw = read.raw(Path(path))
        return _build(raw)
    except RecordingError as fault:
        raise RecordingError(f"{path}: {fault}") from None
    except (ValueError, KeyError, TypeError, struct.error, OverflowError, RecursionError) as fault:
        raise RecordingError(f"{path}: damaged beyond reading ({type(fault).__name__})") from None


def _build(raw: read.Raw) -> Recording:
    """Tables out of channels; the last incomplete slice of a cut file is dropped."""
    meta = {name: json.loads(value) for name, value in raw.header.items()}
    start_of(meta)
    fields = _objects(raw, "fields")
    require(all(isinstance(f, str) for f in fields), "channel fields: not a list of names")
    side = _objects(raw, "side")
    require(
        all(isinstance(row, list) and len(row) == 2 and isinstance(row[1], dict) for row in side),
        "channel side: not pairs of event and facts",
    )
    tables: dict[str, Any] = {name: _table(raw, name) for name in (*STATIC, *MOVING)}
    names, log = _table(raw, "names"), _table(raw, "events")
    columns: list[Any] = [log[c] for c in ("t_ms", "kind", "actor", "target")]
    columns += [*log["causes"], *log["payload"], tables["actors"]["name"]]
    lists: dict[str, Any] = {name: _objects(raw, name) for name in LISTS}
    recording = Recording(
        meta=meta,
        names=dict(zip(names["key"].tolist(), names["name"].tolist(), strict=True)),
        events=EventTable(*columns),
        side={row[0]: row[1] for row in side},
        attachments=raw.attachments,
        change_fields=tuple(fields),
        **tables,
        **lists,
    )
    if not raw.whole:
        recording = _until(recording, raw.until_ms)
    meta |= _verdict(raw)
    check(recording)
    return recording


def _verdict(raw: read.Raw) -> dict[str, Any]:
    """Whether the file is what was written: the header's entries named in LOCAL."""
    verdict: dict[str, Any] = {"checksum": raw.sums.get("", ""), "truncated": not raw.whole}
    if not raw.whole:
        return verdict | {"checksum_ok": None, "checksum_bad": [], "truncated_at_ms": raw.until_ms}
    found = _sums(raw.header, raw.attachments, raw.messages)
    bad = sorted(n for n in {*found, *raw.sums} - {""} if found.get(n) != raw.sums.get(n))
    return verdict | {
        "checksum_ok": not bad and _checksum(found) == verdict["checksum"],
        "checksum_bad": bad,
    }


def _table(raw: read.Raw, name: str) -> dict[str, Any]:
    """The columns of one channel over all its messages."""
    columns = encode.COLUMN_CHANNELS[name]
    parts = [encode.unpack(name, raw.columns[name], data) for data in raw.of(name)]
    require(parts or name in MOVING or name == "events", f"no table {name}")
    if not parts:
        parts = [encode.unpack(name, list(columns.items()), encode.nothing(columns))]
    return {column: encode.join(parts, column) for column in columns}


def _objects(raw: read.Raw, name: str) -> list[Any]:
    """All rows of a JSON channel."""
    rows: list[Any] = []
    for data in raw.of(name):
        value = json.loads(data)
        require(isinstance(value, list), f"channel {name}: not a list")
        rows += value
    plain = name in ("fields", "side")
    require(plain or all(isinstance(row, dict) for row in rows), f"channel {name}: not objects")
    return rows


def _until(recording: Recording, until_ms: int) -> Recording:
    """What was recorded before `until_ms`."""

    def cut(table: Table) -> Table:
        n = int(np.searchsorted(table["t_ms"], until_ms))
        return {column: values[:n] for column, values in table.items()}

    log = recording.events.first(int(np.searchsorted(recording.events.t_ms, until_ms)))
    return replace(
        recording,
        legs=cut(recording.legs),
        changes=cut(recording.changes),
        beliefs=cut(recording.beliefs),
        events=log,
        side={i: facts for i, facts in recording.side.items() if i < len(log)},
        transcript=[call for call in recording.transcript if call.get("t_ms", 0) < until_ms],
    )
