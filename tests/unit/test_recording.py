"""Recording: the digest's layout, the file's round trip, positions between legs."""

import dataclasses
import os
import struct
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest

from sim import events as catalogue
from sim import recording as rec
from sim.recording import EventTable, Recording, RecordingError
from tests import synthetic


@pytest.fixture(scope="module")
def night() -> Recording:
    return synthetic.recording()


@pytest.fixture
def stored(night: Recording, tmp_path: Path) -> Path:
    path = tmp_path / "night.mcap"
    rec.save(night, path)
    return path


def same_table(a: rec.Table, b: rec.Table) -> None:
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_digest_is_what_the_contract_says(night: Recording) -> None:
    """Written out by hand, event by event, with struct."""
    keys = dict(enumerate(night.actors["key"].tolist())) | {-1: 0}
    h = blake2b(digest_size=16)
    log = night.events
    for i in range(len(log)):
        causes, payload = log.causes_of(i), log.payload_of(i)
        head = (int(log.t_ms[i]), int(log.kind[i]), keys[int(log.actor[i])], keys[int(log.target[i])])
        row = [*head, len(causes), *causes, *payload]
        h.update(struct.pack(f"<{len(row)}q", *row))
    assert h.hexdigest() == rec.digest(log, night.actors) == night.digest


def test_digest_does_not_depend_on_the_order_of_the_actors(night: Recording) -> None:
    order = np.random.default_rng(5).permutation(len(night.actors["name"]))
    place = np.append(np.argsort(order), -1).astype(np.int32)
    actors = {name: column[order] for name, column in night.actors.items()}
    log = dataclasses.replace(night.events, actor=place[night.events.actor], target=place[night.events.target])
    assert rec.digest(log, actors) == night.digest


@pytest.mark.parametrize("column", ["t_ms", "kind", "actor", "target", "causes", "flat_payload"])
def test_digest_hears_every_column(night: Recording, column: str) -> None:
    values = getattr(night.events, column).copy()
    values[3] += 1
    changed = dataclasses.replace(night.events, **{column: values})
    assert rec.digest(changed, night.actors) != night.digest


def test_digest_of_nothing() -> None:
    log = EventTable.of_rows([], ["a"])
    assert rec.digest(log, {"key": np.array([7])}) == blake2b(digest_size=16).hexdigest()


def test_events_read_as_people_read_them(night: Recording) -> None:
    log = night.events
    row = int(log.of("assigned")[0])
    event = log.event(row)
    assert event.kind == "assigned"
    assert event.actor == "himars-1"
    assert night.names[event.payload["weapon_key"]] == "himars"
    assert all(cause < row for cause in event.causes)
    payload = log.payload("assigned")
    assert payload["serial"][0] == event.payload["serial"]
    for kind in catalogue.KINDS:
        assert (log.kind[log.of(kind.name)] == kind.code).all()
    assert sum(len(log.of(kind.name)) for kind in catalogue.KINDS) == len(log)


def test_round_trip(night: Recording, stored: Path) -> None:
    again = rec.load(stored)
    for name in ("actors", "units", "entities", "weapons", "places", "legs", "changes", "beliefs"):
        same_table(getattr(night, name), getattr(again, name))
    for name in ("lines", "areas", "corridors", "names", "transcript", "side", "attachments"):
        assert getattr(night, name) == getattr(again, name), name
    assert again.change_fields == night.change_fields
    assert {**again.meta, **night.meta} == again.meta
    assert again.meta["truncated"] is False
    assert again.meta["checksum_ok"] is True
    assert rec.digest(again.events, again.actors) == night.digest
    assert again.events.event(100) == night.events.event(100)
    assert rec.checksum(again) == rec.checksum(night) == again.meta["checksum"]


def test_saving_again_gives_the_same_bytes(stored: Path, tmp_path: Path) -> None:
    rec.save(rec.load(stored), tmp_path / "again.mcap")
    assert (tmp_path / "again.mcap").read_bytes() == stored.read_bytes()


def test_a_foreign_tool_can_list_the_file(stored: Path) -> None:
    from mcap.reader import make_reader

    with stored.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        topics = {channel.topic for channel in summary.channels.values()}
        assert {"legs", "events", "changes", "beliefs", "transcript", "side", "units"} <= topics
        attached = {attachment.name.removesuffix(".gz") for attachment in reader.iter_attachments()}
        assert attached == {
            "scenario.yaml",
            "terrain.json",
            "claims.yaml",
            "sources.yaml",
            "provenance.json",
        }
        times = [message.log_time for _, _, message in reader.iter_messages()]
    assert times == sorted(times)


def test_an_events_only_recording(night: Recording, tmp_path: Path) -> None:
    lean = dataclasses.replace(
        night,
        legs=rec.empty_table("legs"),
        changes=rec.empty_table("changes"),
        beliefs=rec.empty_table("beliefs"),
        side={},
        transcript=[],
    )
    rec.save(lean, tmp_path / "lean.mcap")
    again = rec.load(tmp_path / "lean.mcap")
    assert rec.digest(again.events, again.actors) == night.digest
    assert np.isnan(rec.positions(again, 0)).all()


def test_a_run_in_which_nothing_happened(night: Recording, tmp_path: Path) -> None:
    empty = EventTable.of_rows([], night.actors["name"])
    rec.save(dataclasses.replace(night, events=empty, side={}), tmp_path / "quiet.mcap")
    assert len(rec.load(tmp_path / "quiet.mcap").events) == 0


def test_many_rows_at_one_instant(night: Recording, tmp_path: Path) -> None:
    """More rows at one time than fit a message: several messages, nothing lost."""
    n = 9_000
    legs = {name: np.resize(column, n) for name, column in night.legs.items()}
    legs["t_ms"] = np.zeros(n, np.int64)
    rec.save(dataclasses.replace(night, legs=legs), tmp_path / "wide.mcap")
    same_table(rec.load(tmp_path / "wide.mcap").legs, legs)


def test_positions_are_exact_between_legs(night: Recording) -> None:
    legs = night.legs
    rng = np.random.default_rng(1)
    for t in [0, -5, synthetic.T0_MS + 0.5, 10**9, *rng.integers(0, night.meta["end_ms"], 20)]:
        found = rec.positions(night, float(t))
        for unit in range(len(night.units["id"])):
            rows = np.flatnonzero(legs["unit"] == unit)
            begun = rows[legs["t_ms"][rows] <= t]
            leg = begun[-1] if len(begun) else rows[0]
            s = max(t - legs["t_ms"][leg], 0) / 1000
            want = [legs[f"{a}_m"][leg] + legs[f"v{a}_mps"][leg] * s for a in "xy"]
            np.testing.assert_allclose(found[unit], want, rtol=0, atol=1e-9)


def test_positions_take_the_last_of_several_legs_of_an_instant(night: Recording) -> None:
    columns = {"t_ms": [0, 0], "unit": [0, 0], "x_m": [1.0, 2.0], "y_m": [0.0, 0.0]}
    legs = {k: np.array(v) for k, v in columns.items()}
    legs |= {"vx_mps": np.zeros(2), "vy_mps": np.array([0.0, 4.0])}
    found = rec.positions(dataclasses.replace(night, legs=legs), 500)
    assert found[0].tolist() == [2.0, 2.0]
    assert np.isnan(found[1:]).all()


def test_saving_is_all_or_nothing(night: Recording, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rec.save(night, stored)
    assert stored.read_bytes() == before
    assert os.listdir(stored.parent) == [stored.name]


def test_a_folder_that_is_not_there(night: Recording, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written: No such file"):
        rec.save(night, tmp_path / "nowhere" / "night.mcap")


def test_the_room_needs_no_engine() -> None:
    code = "import sys, sim.recording; print([m for m in ('simpy', 'scipy', 'pydantic', 'mcap') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
