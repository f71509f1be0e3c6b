"""Tracks, impacts and places as GeoJSON (RFC 7946): WGS84 longitude and latitude, six decimals (0.1 m)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sim.recording import Recording, one_of_many, tracks
from sim.scenario.terrain import to_degrees


def geojson(recording: Recording) -> bytes:
    """A feature for each unit (its track, a vertex at every leg and at the end), each impact, each place. A unit's tag
    is an attribution and says whose."""
    meta, units = recording.meta, recording.units
    start, origin, said = datetime.fromisoformat(str(meta["start"])), meta["origin"], one_of_many(recording)

    def when(t_ms: int) -> str:
        return (start + timedelta(milliseconds=int(t_ms))).isoformat(timespec="seconds")

    features = list[dict[str, Any]]()
    for u, times, xy in tracks(recording):
        about: dict[str, Any] = {name: str(units[name][u]) for name in ("id", "label", "side", "tag")}
        about |= {"kind": "track", "times": [when(t) for t in times], "night": said,
                  "tag_attributed_to": recording.attributed.get(about["tag"], "")}  # fmt: skip
        features.append(_feature("LineString", to_degrees(xy[:, 0], xy[:, 1], origin), about))
    rows, at = recording.events.of("impact"), recording.events.payload("impact")
    where = to_degrees(at["x_mm"] / 1000, at["y_mm"] / 1000, origin)
    for row, point, weapon in zip(rows.tolist(), where, at["weapon_key"].tolist(), strict=True):
        about = {"kind": "impact", "event": row, "time": when(int(recording.events.t_ms[row])),
                 "weapon": recording.names.get(weapon, str(weapon)), "night": said}  # fmt: skip
        features.append(_feature("Point", point, about))
    places = recording.places
    for n, point in enumerate(to_degrees(places["x_m"], places["y_m"], origin)):
        about = {"kind": "place", "name": str(places["name"][n]), "source": str(places["source"][n])}
        features.append(_feature("Point", point, about))
    body = {"type": "FeatureCollection", "title": str(meta["scenario_title"]), "note": said, "features": features}
    return (json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def _feature(shape: str, where: Any, about: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": where}, "properties": about}
