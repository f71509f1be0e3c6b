"""Exports hold what the recording holds, and lie where it lies."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import engine, export
from sim import recording as rec
from sim import scenario as room
from sim.__main__ import app
from sim.recording import Recording
from sim.scenario.terrain import to_flat

BASE = Path(__file__).parents[3] / "scenarios" / "khusham.yaml"


@pytest.fixture(scope="module")
def night() -> Recording:
    return engine.run(room.load(BASE), seed=1, replication=0)


def test_the_log_as_csv(night: Recording) -> None:
    rows = list(csv.DictReader(io.StringIO(export.csv(night).decode())))
    assert len(rows) == len(night.events)
    for n in (0, len(rows) // 2, len(rows) - 1):
        event = night.events.event(n)
        assert (int(rows[n]["t_ms"]), rows[n]["kind"], rows[n]["actor"]) == (event.t_ms, event.kind, event.actor)
        assert rows[n]["causes"].split() == [str(cause) for cause in event.causes]
        assert rows[n]["night"] == "1 of many possible nights, simulated; seed 1, replication 0"


def test_tracks_and_impacts_lie_where_the_recording_has_them(night: Recording) -> None:
    body = json.loads(export.geojson(night))
    kinds = [feature["properties"]["kind"] for feature in body["features"]]
    assert kinds.count("impact") == len(night.events.of("impact"))
    assert kinds.count("place") == len(night.places["name"])
    assert "simulated" in body["note"]
    points = np.array([f["geometry"]["coordinates"] for f in body["features"] if f["properties"]["kind"] == "impact"])
    x_m, y_m = to_flat(points[:, 0], points[:, 1], tuple(night.meta["origin"]))
    at = night.events.payload("impact")
    # six decimals are 0.1 m; the plane and the ellipsoid below it part by a few metres at 40 km
    assert np.abs(x_m - at["x_mm"] / 1000).max() < 1.0
    assert np.abs(y_m - at["y_mm"] / 1000).max() < 1.0
    track = next(f for f in body["features"] if f["properties"].get("id") == "t72-1")
    assert len(track["geometry"]["coordinates"]) == len(track["properties"]["times"]) >= 2
    assert track["properties"]["tag_attributed_to"] == night.attributed[track["properties"]["tag"]] != ""


def test_kml_holds_the_same_tracks_and_impacts(night: Recording) -> None:
    pytest.importorskip("simplekml")
    raw = export.kml(night)
    assert raw == export.kml(night), "the same night gives the same bytes"
    space = {"k": "http://www.opengis.net/kml/2.2", "gx": "http://www.google.com/kml/ext/2.2"}
    root = ElementTree.fromstring(raw)
    body = json.loads(export.geojson(night))["features"]
    lines = [feature for feature in body if feature["properties"]["kind"] == "track"]
    found = root.findall(".//gx:Track", space)
    assert len(found) == len(lines)
    marks = {mark.findtext("k:name", None, space): mark for mark in root.iterfind(".//k:Placemark", space)}
    for line in lines[:: max(len(lines) // 7, 1)]:
        mark = marks[line["properties"]["label"]]
        said = str(mark.findtext("k:description", None, space))
        assert line["properties"]["tag_attributed_to"] in said
        assert "1 of many possible nights, simulated" in said
    points = [[float(x) for x in row.text.split()[:2]] for track in found for row in track.iterfind("gx:coord", space)]
    assert sorted(points) == sorted(point for line in lines for point in line["geometry"]["coordinates"])
    stamps = root.findall(".//k:TimeStamp", space)
    assert len(stamps) == len(night.events.of("impact"))


def test_the_log_as_parquet(night: Recording) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(export.parquet(night)))
    assert table.num_rows == len(night.events)
    about = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert about["digest"] == night.digest
    assert about["night"].startswith("1 of many possible nights, simulated")
    assert json.loads(about["tags_attributed_to"]) == night.attributed
    rows = table.slice(table.num_rows // 2, 50).to_pylist()
    start = datetime.fromisoformat(str(night.meta["start"]))
    for row in rows:
        event = night.events.event(row["id"])
        assert (row["kind"], row["actor"], row["target"]) == (event.kind, event.actor, event.target)
        assert row["causes"] == list(event.causes)
        assert dict(row["payload"]) == event.payload
        assert row["time"] - start == timedelta(milliseconds=event.t_ms)
    tags = dict(zip(night.units["id"].tolist(), night.units["tag"].tolist(), strict=True))
    assert {row["actor_tag"] for row in rows} <= {*tags.values(), None}


def test_the_command(night: Recording, tmp_path: Path) -> None:
    rec.save(night, tmp_path / "n.mcap")
    words = ["export", str(tmp_path / "n.mcap"), "-o"]
    assert CliRunner().invoke(app, [*words, str(tmp_path / "n.csv")]).exit_code == 0
    assert (tmp_path / "n.csv").read_bytes().startswith(b"id,t_ms,local_time")
    said = CliRunner().invoke(app, [*words, str(tmp_path / "n.xyz")])
    assert said.exit_code == 2
    assert "allowed: .csv, .parquet, .geojson, .kml" in said.stderr
