"""Readers of the map files beside a scenario (elevation, rivers, places), and the way into metres.

Files hold WGS84 longitude and latitude in degrees. Inside the simulator everything is flat metres
east and north of the map origin, a pair (latitude, longitude) in degrees as it stands in the
scenario; `to_flat` is the door between the two. A faulty file raises ValueError that begins with
file:line. Arrays of the records below are read-only.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Origin = tuple[float, float]

GRID_HEAD = ("ncols", "nrows", "xllcorner", "yllcorner", "cellsize", "nodata_value")
PLACE_COLUMNS = ("name", "lat", "lon", "source", "confidence")


@dataclass(frozen=True, eq=False)
class Grid:
    """Elevation by cell. `west_deg` and `south_deg` are outer corners; centres lie half in."""

    west_deg: float
    south_deg: float
    cell_deg: float
    height_m: Floats
    """Shape (rows, cols), metres above mean sea level, north row first; NaN where no data."""

    def centres(self) -> tuple[Floats, Floats]:
        """Cell centres in degrees: longitude (cols,) eastward and latitude (rows,) southward."""
        rows, cols = self.height_m.shape
        lon_deg = self.west_deg + (np.arange(cols, dtype=float) + 0.5) * self.cell_deg
        lat_deg = self.south_deg + (rows - np.arange(rows, dtype=float) - 0.5) * self.cell_deg
        return lon_deg, lat_deg

    def height_at(self, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """Height in metres of the cell that holds each point (degrees); NaN outside the grid."""
        rows, cols = self.height_m.shape
        east, north = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        col = np.floor((east - self.west_deg) / self.cell_deg)
        row = rows - 1 - np.floor((north - self.south_deg) / self.cell_deg)
        inside = (col >= 0) & (col < cols) & (row >= 0) & (row < rows)
        row, col = np.where(inside, row, 0), np.where(inside, col, 0)
        return np.where(inside, self.height_m[row.astype(int), col.astype(int)], np.nan)


@dataclass(frozen=True, eq=False)
class FlatGrid:
    """A `Grid` in flat metres of the map origin: east and north of every cell centre, and height.

    All three have shape (rows, cols), north row first. Meridians converge, so columns do too.
    """

    x_m: Floats
    y_m: Floats
    height_m: Floats


@dataclass(frozen=True, eq=False)
class River:
    """One stretch of a named river, `lon_lat` (n, 2) in degrees; `note` says how it was named."""

    name: str
    note: str
    lon_lat: Floats


@dataclass(frozen=True)
class Place:
    """A named point in degrees; where it comes from and how far to trust it, both in words."""

    name: str
    lat: float
    lon: float
    source: str
    confidence: str


def read_grid(path: str | Path) -> Grid:
    """Elevation in metres from an ESRI ASCII grid placed by its outer corner, in degrees."""
    lines = [(n, line) for n, line in enumerate(_text(path).splitlines(), 1) if line.strip()]
    head: dict[str, float] = {}
    while lines and not _is_number(lines[0][1].split()[0]):
        number, line = lines.pop(0)
        key, *values = line.split()
        if key.lower() not in GRID_HEAD or len(values) != 1:
            allowed = ", ".join(GRID_HEAD)
            raise _fault(path, number, f"{line.strip()!r} is no header line; allowed: {allowed}")
        head[key.lower()] = _number(path, number, key, values[0])
    last = lines[-1][0] if lines else 1
    if missing := [key for key in GRID_HEAD[:5] if key not in head]:
        raise _fault(path, 1, f"header without {', '.join(missing)}")
    cols, rows = int(head["ncols"]), int(head["nrows"])
    if cols < 1 or rows < 1 or head["cellsize"] <= 0:
        raise _fault(path, 1, "ncols, nrows and cellsize must be above zero")
    if len(lines) != rows:
        raise _fault(path, last, f"{len(lines)} rows of heights, nrows says {rows}")
    height_m = np.empty((rows, cols))
    for row, (number, line) in enumerate(lines):
        words = line.split()
        if len(words) != cols:
            raise _fault(path, number, f"{len(words)} heights, ncols says {cols}")
        height_m[row] = [_number(path, number, "height", word) for word in words]
    if "nodata_value" in head:
        height_m[height_m == head["nodata_value"]] = np.nan
    return Grid(head["xllcorner"], head["yllcorner"], head["cellsize"], _fixed(height_m))


def read_rivers(path: str | Path) -> list[River]:
    """LineStrings of a GeoJSON FeatureCollection, named by property `feature`: "Name (note)"."""
    text = _text(path)
    try:
        data: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise _fault(path, error.lineno, f"not JSON: {error.msg}") from error
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        raise _fault(path, 1, "not a GeoJSON FeatureCollection: no list of features")
    starts = [m.start() for m in re.finditer(r'"type"\s*:\s*"Feature"', text)]
    lines = [text.count("\n", 0, start) + 1 for start in starts]
    lines += [1] * len(data["features"])  # a feature that does not call itself one
    return [_river(path, lines[i], f"features[{i}]", feature) for i, feature in enumerate(data["features"])]


def read_places(path: str | Path) -> list[Place]:
    """Named points of a CSV table, in file order.

    Rows without a sourced point are left out: no coordinate, a `confidence` that begins with
    "rejected", a `source` that begins with "interpolated". They stay in the file so that nobody
    imports them again.
    """
    table = csv.DictReader(_text(path).splitlines())
    if missing := [column for column in PLACE_COLUMNS if column not in (table.fieldnames or ())]:
        raise _fault(path, 1, f"no column {', '.join(missing)}")
    places = []
    for row in table:
        name, lat, lon, source, confidence = (str(row[c] or "").strip() for c in PLACE_COLUMNS)
        if not name or not source or not confidence:
            raise _fault(path, table.line_num, "a place needs name, source and confidence")
        rejected = confidence.lower().startswith("rejected")
        if rejected or source.lower().startswith("interpolated") or not (lat or lon):
            continue
        lat_deg = _degrees(path, table.line_num, f"lat of {name}", lat, 90)
        lon_deg = _degrees(path, table.line_num, f"lon of {name}", lon, 180)
        places.append(Place(name, lat_deg, lon_deg, source, confidence))
    return places


def to_flat(lon: ArrayLike, lat: ArrayLike, origin: Origin) -> tuple[Floats, Floats]:
    """East and north in metres of points in degrees, on the plane that touches WGS84 at `origin`.

    `origin` is (latitude, longitude) in degrees; points have any one shape. Every point counts as
    at ellipsoid height 0: one 200 m higher, 40 km away, is thereby less than 2 m off.
    """
    from pymap3d import geodetic2enu

    east, north = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    x_m, y_m, _ = geodetic2enu(north, east, np.zeros(east.shape), origin[0], origin[1], 0.0)
    return np.asarray(x_m, float), np.asarray(y_m, float)


def to_degrees(x_m: ArrayLike, y_m: ArrayLike, origin: Origin) -> list[list[float]]:
    """[longitude, latitude] of points on the flat map, in WGS84 degrees to six decimals (0.1 m): (n, 2) as lists.

    The plane touches at the origin; a point stands for the one below it on the ellipsoid, as in `to_flat`.
    """
    from pymap3d import enu2geodetic

    x, y = np.asarray(x_m, float), np.asarray(y_m, float)
    if not x.size:
        return []
    lat, lon, _ = enu2geodetic(x, y, np.zeros(x.shape), origin[0], origin[1], 0.0)
    found: list[list[float]] = np.round(np.stack([lon, lat], axis=1), 6).tolist()
    return found


def flat_grid(grid: Grid, origin: Origin) -> FlatGrid:
    """The grid's cell centres in flat metres of `origin` (latitude, longitude in degrees)."""
    lon_deg, lat_deg = np.meshgrid(*grid.centres())
    x_m, y_m = to_flat(lon_deg, lat_deg, origin)
    return FlatGrid(_fixed(x_m), _fixed(y_m), grid.height_m)


def _river(path: str | Path, line: int, where: str, feature: Any) -> River:
    match feature:
        case {
            "geometry": {"type": "LineString", "coordinates": [_, _, *_] as points},
            "properties": {"feature": str(title)},
        }:
            pass
        case _:
            wanted = "a LineString of two points or more with the property 'feature'"
            raise _fault(path, line, f"{where}: expected {wanted}")
    for point in points:
        match point:
            case [float() | int() as lon, float() | int() as lat] if max(abs(lon), 2 * abs(lat)) <= 180:
                pass
            case _:
                raise _fault(path, line, f"{where}: {point!r} is not [longitude, latitude]")
    name, _, note = title.partition(" (")
    return River(name, note.removesuffix(")"), _fixed(np.array(points, float)))


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _fault(path, 1, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _fault(path, line, "not UTF-8 text") from error


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _number(path: str | Path, line: int, what: str, word: str) -> float:
    if not _is_number(word) or not isfinite(float(word)):
        raise _fault(path, line, f"{what}: {word!r} is not a number")
    return float(word)


def _degrees(path: str | Path, line: int, what: str, word: str, limit: int) -> float:
    value = _number(path, line, what, word)
    if abs(value) > limit:
        raise _fault(path, line, f"{what}: {word} is outside -{limit} to {limit} degrees")
    return value


def _fixed(array: Floats) -> Floats:
    array.setflags(write=False)
    return array


def _fault(path: str | Path, line: int, message: str) -> ValueError:
    return ValueError(f"{path}:{line}: {message}")
