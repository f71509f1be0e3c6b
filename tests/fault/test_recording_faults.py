"""Recordings from anywhere: cut, bent, foreign or hostile files end in one sentence, never in a crash."""

import dataclasses
import io
import json
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.stream_reader import StreamReader
from mcap.writer import Writer

from sim import recording as rec
from sim.recording import Recording, RecordingError, encode, file
from tests import synthetic


@pytest.fixture(scope="module")
def night() -> Recording:
    return synthetic.recording(seed=3)


@pytest.fixture(scope="module")
def contents(night: Recording, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "night.mcap"
    rec.save(night, path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def long_contents(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Enough events for several slices and chunks."""
    night = synthetic.recording(seed=4)
    copies = 12
    log = night.events
    repeated = [
        (
            int(log.t_ms[i]) + c,
            int(log.kind[i]),
            int(log.actor[i]),
            int(log.target[i]),
            (),
            log.payload_of(i),
        )
        for i in range(len(log))
        for c in range(copies)
    ]
    repeated.sort(key=lambda row: row[0])
    wide = dataclasses.replace(night, events=rec.EventTable.of_rows(repeated, night.actors["name"]), side={})
    path = tmp_path_factory.mktemp("long") / "night.mcap"
    rec.save(wide, path)
    return path.read_bytes()


def rewritten(
    contents: bytes,
    message: Callable[[str, bytes], bytes] = lambda topic, data: data,
    header: dict[str, str] | None = None,
    schema: Callable[[str, bytes], bytes] = lambda topic, data: data,
    extra: tuple[tuple[str, bytes], ...] = (),
    profile: str = "khusham",
) -> bytes:
    """The same file as someone with an MCAP library could write it, with parts replaced."""
    out = io.BytesIO()
    writer = Writer(out)
    writer.start(profile=profile)
    schemas: dict[int, tuple[str, bytes]] = {}
    known: dict[int, int] = {}
    topics: dict[int, str] = {}
    for record in StreamReader(io.BytesIO(contents)).records:
        match type(record).__name__:
            case "Metadata":
                new = {**record.metadata, **(header or {})} if record.name == "run" else record.metadata
                writer.add_metadata(record.name, new)
            case "Attachment":
                writer.add_attachment(0, 0, record.name, record.media_type, record.data)
            case "Schema":
                schemas[record.id] = (record.name, record.data)
            case "Channel" if record.id not in known:
                name, data = schemas[record.schema_id]
                number = writer.register_schema(name, "jsonschema", schema(record.topic, data))
                known[record.id] = writer.register_channel(record.topic, record.message_encoding, number)
                topics[record.id] = record.topic
            case "Message":
                data = message(topics[record.channel_id], record.data)
                writer.add_message(known[record.channel_id], record.log_time, data, record.log_time)
            case "DataEnd":
                break
    for topic, data in extra:
        number = writer.register_schema(topic, "jsonschema", b"{}")
        writer.add_message(writer.register_channel(topic, "json", number), 0, data, 0)
    writer.finish()
    return out.getvalue()


def opened(tmp_path: Path, data: bytes) -> Recording:
    path = tmp_path / "some.mcap"
    path.write_bytes(data)
    return rec.load(path)


def refused(tmp_path: Path, data: bytes) -> str:
    """The one sentence that loading these bytes ends in."""
    with pytest.raises(RecordingError) as fault:
        opened(tmp_path, data)
    said = str(fault.value)
    assert said.startswith(f"{tmp_path / 'some.mcap'}: ")
    assert "\n" not in said
    return said


# ---------------------------------------------------------------- files that are something else


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"khusham: 1\nid: a scenario\n", "not a khusham recording"),
        (os.urandom(4096), "not a khusham recording"),
        (b"\x89MCAP0\r\n", "cut before its header"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not a khusham recording"),
    ],
)
def test_foreign_bytes(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refused(tmp_path, data)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="not a file"):
        rec.load(tmp_path)
    with pytest.raises(RecordingError, match="no such file"):
        rec.load(tmp_path / "nothing.mcap")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingError, match="not a file"):
        rec.load(tmp_path / "pipe")


def test_an_mcap_file_of_another_program(tmp_path: Path, contents: bytes) -> None:
    assert "not of khusham ('ros2')" in refused(tmp_path, rewritten(contents, profile="ros2"))


def test_an_mcap_file_without_a_run(tmp_path: Path) -> None:
    out = io.BytesIO()
    writer = Writer(out)
    writer.start(profile="khusham")
    writer.finish()
    assert "without the header of a run" in refused(tmp_path, out.getvalue())


# ---------------------------------------------------------------- newer files


def test_a_newer_format_is_refused_by_name(tmp_path: Path, contents: bytes) -> None:
    said = refused(tmp_path, rewritten(contents, header={"schema": "2"}))
    assert "written by a newer khusham (format 2); this one reads up to format 1" in said


def test_unknown_channels_are_stepped_over(tmp_path: Path, contents: bytes, night: Recording) -> None:
    again = opened(tmp_path, rewritten(contents, extra=(("weather", b'{"fog": 1}'),)))
    assert rec.digest(again.events, again.actors) == night.digest
    assert again.meta["checksum_bad"] == ["weather"]


def test_unknown_columns_are_stepped_over(tmp_path: Path, contents: bytes, night: Recording) -> None:
    def schema(topic: str, data: bytes) -> bytes:
        described = json.loads(data)
        if topic == "legs":
            described["x-columns"].insert(2, ["mood", "some new type"])
        return json.dumps(described).encode()

    def message(topic: str, data: bytes) -> bytes:
        if topic != "legs":
            return data
        at = 4
        for _ in range(2):
            at += 8 + struct.unpack_from("<Q", data, at)[0]
        return data[:at] + struct.pack("<Q", 3) + b"abc" + data[at:]

    again = opened(tmp_path, rewritten(contents, message=message, schema=schema))
    assert list(again.legs) == list(night.legs)
    np.testing.assert_array_equal(again.legs["x_m"], night.legs["x_m"])


def test_unknown_kinds_keep_their_place(tmp_path: Path, night: Recording) -> None:
    kind = night.events.kind.copy()
    kind[10] = 999
    path = tmp_path / "new.mcap"
    rec.save(dataclasses.replace(night, events=dataclasses.replace(night.events, kind=kind)), path)
    again = rec.load(path)
    assert len(again.events) == len(night.events)
    assert again.events.event(10).kind == "kind 999"
    assert again.events.event(10).payload == {}


# ---------------------------------------------------------------- tampering


def test_a_tampered_position_is_found(tmp_path: Path, contents: bytes, night: Recording) -> None:
    """One coordinate by one millimetre: outside the digest, inside the checksum."""
    legs = {name: column.copy() for name, column in night.legs.items()}
    legs["x_m"][40] += 0.001
    moved = dataclasses.replace(night, legs=legs)
    new = [data for name, _, data in encode.messages(moved) if name == "legs"]
    replacements = iter(new)
    bent = rewritten(contents, message=lambda topic, d: next(replacements) if topic == "legs" else d)
    again = opened(tmp_path, bent)
    assert rec.digest(again.events, again.actors) == night.digest
    assert again.meta["checksum_ok"] is False
    assert again.meta["checksum_bad"] == ["legs"]
    assert rec.checksum(again) != again.meta["checksum"]


def test_a_tampered_header_is_found(tmp_path: Path, contents: bytes) -> None:
    again = opened(tmp_path, rewritten(contents, header={"seed": "8"}))
    assert again.meta["seed"] == 8
    assert again.meta["checksum_bad"] == ["run"]


def test_rewriting_alone_changes_nothing(tmp_path: Path, contents: bytes) -> None:
    assert opened(tmp_path, rewritten(contents)).meta["checksum_ok"] is True


# ---------------------------------------------------------------- hostile numbers


def legs_with(contents: bytes, change: Callable[[bytearray], Any]) -> bytes:
    def message(topic: str, data: bytes) -> bytes:
        bent = bytearray(data)
        if topic == "legs":
            change(bent)
        return bytes(bent)

    return rewritten(contents, message=message)


def put(form: str, at: int, value: Any) -> Callable[[bytearray], Any]:
    return lambda data: struct.pack_into(form, data, at, value)


X_M = 4 + 8 + 8  # rows, length of t_ms, first t_ms


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("<I", 0, 2**32 - 1), "does not have 4294967295 rows"),
        (put("<Q", 4, 2**63), "column t_ms is longer than its message"),
        (put("<q", 12, -1), "channel legs: a time is negative"),
        (put("<q", 12, 2**62), "channel legs: a time lies beyond"),
        (put("<q", 12, 10**9), "channel legs: times go backwards"),
    ],
)
def test_hostile_numbers(tmp_path: Path, contents: bytes, change: Callable[[bytearray], Any], said: str) -> None:
    begun = time.perf_counter()
    assert said in refused(tmp_path, legs_with(contents, change))
    assert time.perf_counter() - begun < 5


def with_table(night: Recording, name: str, column: str, value: Any) -> Recording:
    table = dict(getattr(night, name))
    values = table[column].copy()
    values[0] = value
    return dataclasses.replace(night, **{name: table | {column: values}})


@pytest.mark.parametrize(
    ("name", "column", "value", "said"),
    [
        ("legs", "x_m", float("nan"), "table legs: x_m is not finite everywhere"),
        ("beliefs", "sigma_m", float("inf"), "table beliefs: sigma_m is not finite everywhere"),
        ("legs", "unit", 10_000, "table legs: unit must lie in 0..66"),
        ("legs", "t_ms", -1, "channel legs: a time is negative"),
        ("actors", "unit", 400, "table actors: unit must lie in -1..66"),
        ("units", "people", -1, "table units: people must lie in 0.."),
        ("units", "first_entity", 600, "a unit's rows belong to another unit"),
        ("units", "n_entities", 9000, "a unit's entities lie outside the table of entities"),
        ("changes", "field", 999, "table changes: field must lie in"),
    ],
)
def test_nonsense_is_refused_before_it_is_written(
    night: Recording, tmp_path: Path, name: str, column: str, value: Any, said: str
) -> None:
    with pytest.raises(RecordingError, match=said):
        rec.save(with_table(night, name, column, value), tmp_path / "bad.mcap")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("actor", -1, "table events: actor"),
        ("target", 5000, "table events: target"),
        ("t_ms", 10**15, "a time lies beyond"),
        ("causes", 10**6, "an event is caused by a later one"),
        ("cause_offsets", 5, "causes do not add up"),
    ],
)
def test_a_log_that_cannot_be(night: Recording, column: str, value: int, said: str) -> None:
    values = getattr(night.events, column).copy()
    values[0] = value
    with pytest.raises(RecordingError, match=said):
        rec.check(dataclasses.replace(night, events=dataclasses.replace(night.events, **{column: values})))


def test_a_short_payload(night: Recording) -> None:
    row = int(night.events.of("call_placed")[0])
    kind = night.events.kind.copy()
    kind[row - 1 if row else 1] = night.events.kind[row]
    with pytest.raises(RecordingError, match="is too short"):
        rec.check(dataclasses.replace(night, events=dataclasses.replace(night.events, kind=kind)))


def test_a_fate_of_nobody(night: Recording) -> None:
    flat = night.events.flat_payload.copy()
    row = int(night.events.of("killed")[0])
    flat[night.events.payload_offsets[row]] = 90
    with pytest.raises(RecordingError, match="killed names no entity of a unit"):
        rec.check(dataclasses.replace(night, events=dataclasses.replace(night.events, flat_payload=flat)))


@pytest.mark.parametrize(
    ("entry", "value", "said"),
    [
        ("start", '"yesterday"', "start is 'yesterday', not a date"),
        ("start", '"2018-01-31T00:00:00"', "no offset from UTC"),
        ("end_ms", "-4", "end_ms is -4"),
        ("end_ms", '"soon"', "end_ms is 'soon'"),
        ("origin", "[1]", "origin is [1]"),
        ("origin", "[NaN, 3]", "origin is [nan, 3]"),
        ("schema", '"one"', "no format version"),
        ("seed", "{", "damaged beyond reading"),
        ("start", "[" * 100_000, "damaged beyond reading"),
    ],
)
def test_a_bent_header(tmp_path: Path, contents: bytes, entry: str, value: str, said: str) -> None:
    assert said in refused(tmp_path, rewritten(contents, header={entry: value}))


def test_a_damaged_attachment_costs_only_itself(tmp_path: Path, contents: bytes, night: Recording) -> None:
    at = contents.index(b"provenance.json.gz") + 60
    bent = contents[:at] + bytes([contents[at] ^ 0xFF]) + contents[at + 1 :]
    again = opened(tmp_path, bent)
    assert rec.digest(again.events, again.actors) == night.digest
    assert again.meta["truncated"] is False
    assert again.meta["checksum_bad"] == ["attachment provenance.json"]


def test_a_bomb_in_an_attachment(tmp_path: Path, contents: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.recording import read

    monkeypatch.setattr(read, "MAX_ATTACHMENT", 100)
    assert "unpacks to more than 64 MiB" in refused(tmp_path, contents)


def test_a_bomb_is_not_unpacked(tmp_path: Path, contents: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.recording import read

    monkeypatch.setattr(read, "MAX_CHUNK", 1000)
    assert "claims to unpack to more than" in refused(tmp_path, contents)
    monkeypatch.undo()
    monkeypatch.setattr(read, "MAX_UNPACKED", 1000)
    assert "unpacks to more than any recording" in refused(tmp_path, contents)


# ---------------------------------------------------------------- cut files


def test_a_cut_file_opens_to_its_last_whole_chunk(tmp_path: Path, long_contents: bytes) -> None:
    whole = opened(tmp_path, long_contents)
    assert len(file.encode.slices(whole)) > 3
    kept = []
    for share in np.linspace(0.05, 0.999, 25):
        data = long_contents[: int(share * len(long_contents))]
        try:
            part = opened(tmp_path, data)
        except RecordingError as fault:
            assert "cut" in str(fault)  # noqa: PT017
            continue
        n = len(part.events)
        kept.append(n)
        np.testing.assert_array_equal(part.events.t_ms, whole.events.t_ms[:n])
        if part.meta["truncated"]:
            assert part.meta["checksum_ok"] is None
            assert (part.events.t_ms < part.meta["truncated_at_ms"]).all()
            assert (whole.events.t_ms[n:] >= part.meta["truncated_at_ms"]).all()
    assert kept == sorted(kept)
    assert len(set(kept)) > 3
    assert kept[-1] == len(whole.events)


def test_a_damaged_chunk_ends_the_reading_there(tmp_path: Path, long_contents: bytes) -> None:
    bent = bytearray(long_contents)
    bent[len(bent) * 3 // 4] ^= 0x40
    part = opened(tmp_path, bytes(bent))
    assert part.meta["truncated"] is True
    assert 0 < len(part.events) < 12 * 965


def bend(data: bytes, edits: list[tuple[float, int, int]]) -> bytes:
    """Edits (where as a share, what, how): flip, insert, delete, cut, or overwrite with 0xFF."""
    bent = bytearray(data)
    for share, how, value in edits:
        at = int(share * max(len(bent) - 1, 0))
        match how:
            case 0:
                bent[at : at + 1] = bytes([value])
            case 1:
                bent[at:at] = bytes([value]) * (value % 40)
            case 2:
                del bent[at : at + value]
            case 3:
                del bent[at:]
            case 4:
                bent[at : at + 8] = b"\xff" * 8
    return bytes(bent)


EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), st.integers(0, 255)), min_size=1, max_size=6)


@settings(max_examples=200)
@given(edits=EDITS)
def test_a_mutated_file_opens_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, contents: bytes, edits: list[tuple[float, int, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.mcap"
    path.write_bytes(bend(contents, edits))
    begun = time.perf_counter()
    try:
        again = rec.load(path)
    except RecordingError as fault:
        assert "\n" not in str(fault)  # noqa: PT017
    else:
        rec.check(again)
        rec.positions(again, float(synthetic.T0_MS))
    assert time.perf_counter() - begun < 5


@settings(max_examples=150)
@given(topic=st.sampled_from(sorted(encode.COLUMN_CHANNELS) + list(encode.JSON_CHANNELS)), edits=EDITS)
def test_a_mutated_channel_opens_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
    contents: bytes,
    topic: str,
    edits: list[tuple[float, int, int]],
) -> None:
    """Bent behind the checks of MCAP, as by someone who writes valid chunks."""
    data = rewritten(contents, message=lambda t, d: bend(d, edits) if t == topic else d)
    path = tmp_path_factory.getbasetemp() / "mutated-channel.mcap"
    path.write_bytes(data)
    try:
        again = rec.load(path)
    except RecordingError as fault:
        assert "\n" not in str(fault)  # noqa: PT017
    else:
        rec.check(again)
        rec.positions(again, float(synthetic.T0_MS))
        for row in range(0, len(again.events), 50):
            again.events.event(row)
