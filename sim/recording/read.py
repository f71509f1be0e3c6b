"""The bytes of a file that may come from anywhere, taken apart without trusting any of its numbers."""

from __future__ import annotations

import io
import json
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.recording import encode
from sim.recording.checking import RecordingError, require

MAGIC = b"\x89MCAP0\r\n"
MAX_FILE = 2 * 2**30
MAX_CHUNK = 256 * 2**20
MAX_ATTACHMENT = 64 * 2**20
MAX_UNPACKED = 4 * 2**30


@dataclass
class Raw:
    """What stands in the file, by channel, as far as it is whole."""

    header: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    attachments: dict[str, bytes] = field(default_factory=dict)
    columns: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Columns channel -> names and types as the file's own schema gives them."""
    messages: list[encode.Message] = field(default_factory=list)
    until_ms: int = 0
    """All before this time is complete."""
    whole: bool = False
    """The end of the data was reached, and nothing on the way was damaged."""

    def of(self, name: str) -> list[bytes]:
        """Contents of the messages of one channel, in order."""
        return [data for channel, _, data in self.messages if channel == name]


def raw(path: Path) -> Raw:
    """Reads the file; a fault in its structure ends the reading there, `whole` stays False."""
    from mcap.exceptions import McapError
    from zstandard import ZstdError

    data = _contents(path)
    require(data, "the file is empty")
    require(data.startswith(MAGIC), "not a khusham recording")
    found = Raw()
    try:
        _walk(data, found)
    except (McapError, ZstdError, struct.error, UnicodeDecodeError, ValueError, KeyError) as fault:
        require(found.header, f"not a khusham recording, or cut before its header ({fault!r:.80})")
        require(found.until_ms, "cut or damaged before the first events")
    return found


def _contents(path: Path) -> bytes:
    try:
        require(path.exists(), "no such file")
        require(path.is_file(), "not a file")
        require(path.stat().st_size <= MAX_FILE, "larger than any recording (2 GiB)")
        return path.read_bytes()
    except OSError as fault:
        raise RecordingError(f"cannot be read: {fault.strerror}") from None


def _walk(data: bytes, found: Raw) -> None:
    """Record by record until the end of the data section."""
    from mcap.records import Attachment, Chunk, DataEnd, Header, Metadata
    from mcap.stream_reader import StreamReader, breakup_chunk

    unpacked, channels = 0, _Channels()
    reader = StreamReader(io.BytesIO(data), emit_chunks=True, record_size_limit=len(data))
    for record in reader.records:
        if isinstance(record, Header):
            require(record.profile == "khusham", f"an MCAP file, but not of khusham ({record.profile!r:.40})")
        elif isinstance(record, Metadata) and record.name == "run":
            found.header = record.metadata
        elif isinstance(record, Metadata) and record.name == "checksums":
            found.sums = record.metadata
        elif isinstance(record, Attachment):
            unpacked += _attach(record, found)
        elif isinstance(record, Chunk):
            unpacked += _size(record)
            require(unpacked <= MAX_UNPACKED, "unpacks to more than any recording (4 GiB)")
            _take(breakup_chunk(record, validate_crc=True), channels, found)
        elif isinstance(record, DataEnd):
            require(found.header, "an MCAP file without the header of a run")
            found.whole = True
            return


def _attach(record: Any, found: Raw) -> int:
    """Keeps an attachment, unzipped if its name says so; returns its size. A damaged one is left out: the checksum
    tells, and the run itself can still be read."""
    name, data = str(record.name), record.data
    if name.endswith(".gz"):
        name = name[:-3]
        unzip = zlib.decompressobj(wbits=31)
        try:
            data = unzip.decompress(data, MAX_ATTACHMENT)
        except zlib.error:
            return 0
        require(not unzip.unconsumed_tail, f"attachment {name} unpacks to more than 64 MiB")
        if not unzip.eof:
            return 0
    found.attachments[name] = data
    return len(data)


def _size(chunk: Any) -> int:
    """Bytes this chunk will unpack to, checked before it is unpacked."""
    from zstandard import get_frame_parameters

    size = int(chunk.uncompressed_size)
    if chunk.compression == "zstd":
        size = max(size, get_frame_parameters(chunk.data).content_size)
    require(size <= MAX_CHUNK, "a chunk claims to unpack to more than 256 MiB")
    return size


class _Channels:
    """Schemas and channels announced so far; messages of unknown channels are stepped over."""

    def __init__(self) -> None:
        self.schemas: dict[int, bytes] = {}
        self.topics: dict[int, str] = {}


def _take(records: list[Any], channels: _Channels, found: Raw) -> None:
    """The contents of one whole chunk."""
    from mcap.records import Channel, Message, Schema

    for record in records:
        if isinstance(record, Schema):
            channels.schemas[record.id] = record.data
        elif isinstance(record, Channel):
            channels.topics[record.id] = record.topic
            if record.topic in encode.COLUMN_CHANNELS:
                found.columns[record.topic] = _columns(channels.schemas[record.schema_id])
        elif isinstance(record, Message):
            name = channels.topics[record.channel_id]
            found.messages.append((name, 0, record.data))
            if name == "slices":
                found.until_ms = max(found.until_ms, int(json.loads(record.data)["until_ms"]))


def _columns(schema: bytes) -> list[tuple[str, str]]:
    listed = json.loads(schema)["x-columns"]
    return [(str(column), str(kind)) for column, kind in listed]
