"""Tracks, impacts and places as GeoJSON (RFC 7946): WGS84 longitude and latitude, six decimals (0.1 m)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from sim.recording import Recording, positions


def geojson(recording: Recording) -> str:
    """A feature for each unit (its track, a vertex at every leg and at the end), each impact, each place."""
    meta = recording.meta
    start, origin = datetime.fromisoformat(str(meta["start"])), meta["origin"]

    def when(t_ms: int) -> str:
        return (start + timedelta(milliseconds=int(t_ms))).isoformat(timespec="seconds")

    units, legs, end = recording.units, recording.legs, int(meta["end_ms"])
    last, features = positions(recording, end), list[dict[str, Any]]()
    for u in range(len(units["id"])):
        mine = np.flatnonzero(legs["unit"] == u)
        if not len(mine):
            continue
        mine = mine[np.argsort(legs["t_ms"][mine], kind="stable")]
        x, y = np.append(legs["x_m"][mine], last[u, 0]), np.append(legs["y_m"][mine], last[u, 1])
        about: dict[str, Any] = {name: str(units[name][u]) for name in ("id", "label", "side", "tag")}
        about |= {"kind": "track", "times": [when(t) for t in (*legs["t_ms"][mine].tolist(), end)]}
        features.append(_feature("LineString", _degrees(x, y, origin), about))
    rows, at = recording.events.of("impact"), recording.events.payload("impact")
    where = _degrees(at["x_mm"] / 1000, at["y_mm"] / 1000, origin)
    for row, point, weapon in zip(rows.tolist(), where, at["weapon_key"].tolist(), strict=True):
        about = {"kind": "impact", "event": row, "time": when(int(recording.events.t_ms[row])),
                 "weapon": recording.names.get(weapon, str(weapon))}  # fmt: skip
        features.append(_feature("Point", point, about))
    places = recording.places
    for n, point in enumerate(_degrees(places["x_m"], places["y_m"], origin)):
        about = {"kind": "place", "name": str(places["name"][n]), "source": str(places["source"][n])}
        features.append(_feature("Point", point, about))
    note = f"1 of many possible nights, simulated; seed {meta['seed']}, replication {meta['replication']}"
    body = {"type": "FeatureCollection", "title": str(meta["scenario_title"]), "note": note, "features": features}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _feature(shape: str, where: Any, about: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": where}, "properties": about}


def _degrees(x_m: Any, y_m: Any, origin: Any) -> list[list[float]]:
    """[longitude, latitude] of points on the flat map."""
    from pymap3d import enu2geodetic

    x, y = np.asarray(x_m, float), np.asarray(y_m, float)
    if not x.size:
        return []
    # the flat map is the plane that touches at the origin: the point below it on the ellipsoid
    lat, lon, _ = enu2geodetic(x, y, np.zeros(x.shape), origin[0], origin[1], 0.0)
    return np.round(np.stack([lon, lat], axis=1), 6).tolist()  # type: ignore[no-any-return]
