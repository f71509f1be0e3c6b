"""Exports hold what the recording holds, and lie where it lies."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

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
    rows = list(csv.DictReader(io.StringIO(export.csv(night))))
    assert len(rows) == len(night.events)
    for n in (0, len(rows) // 2, len(rows) - 1):
        event = night.events.event(n)
        assert (int(rows[n]["t_ms"]), rows[n]["kind"], rows[n]["actor"]) == (event.t_ms, event.kind, event.actor)
        assert rows[n]["causes"].split() == [str(cause) for cause in event.causes]


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


def test_the_command(night: Recording, tmp_path: Path) -> None:
    rec.save(night, tmp_path / "n.mcap")
    words = ["export", str(tmp_path / "n.mcap"), "-o"]
    assert CliRunner().invoke(app, [*words, str(tmp_path / "n.csv")]).exit_code == 0
    assert (tmp_path / "n.csv").read_bytes().startswith(b"id,t_ms,local_time")
    said = CliRunner().invoke(app, [*words, str(tmp_path / "n.xyz")])
    assert said.exit_code == 2
    assert "allowed: .csv, .geojson" in said.stderr
