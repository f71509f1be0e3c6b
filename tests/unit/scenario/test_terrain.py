"""The map files are read as they stand, and a faulty one is named by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.terrain import flat_grid, read_grid, read_places, read_rivers, to_flat

DATA = Path(__file__).parents[3] / "scenarios" / "khusham"
PLANT = (35.3361, 40.3094)
HEAD = "ncols 3\nnrows 2\nxllcorner 40\nyllcorner 35\ncellsize 0.5\nNODATA_value -9999\n"


def distance_m(line_x, line_y):
    """Shortest distance (m) from the origin to a polyline of flat points (n,)."""
    a = np.column_stack((line_x, line_y))
    start, step = a[:-1], np.diff(a, axis=0)
    share = np.clip(-(start * step).sum(1) / (step**2).sum(1), 0, 1)
    return float(np.hypot(*(start + share[:, None] * step).T).min())


def test_shipped_grid_has_the_stated_box_and_heights():
    grid = read_grid(DATA / "terrain.asc")
    assert grid.height_m.shape == (66, 84)
    assert (grid.west_deg, grid.south_deg) == (39.95, 35.05)
    assert grid.cell_deg * 120 == pytest.approx(1, abs=1e-12)
    assert (grid.height_m.min(), grid.height_m.max()) == (166, 348)
    town, city = (35.2986, 40.2933), (35.336, 40.145)
    lat, lon = np.transpose([PLANT, town, city])
    assert grid.height_at(lon, lat).tolist() == [215, 195, 193]
    assert np.isnan(grid.height_at(41.0, 35.3))


def test_first_row_of_the_file_is_north_and_first_column_west(tmp_path):
    path = tmp_path / "g.asc"
    path.write_text(HEAD + "1 2 3\n4 5 -9999\n")
    grid = read_grid(path)
    assert grid.height_at(40.1, 35.9) == 1
    assert grid.height_at([40.1, 40.6], [35.1, 35.49]).tolist() == [4, 5]
    assert np.isnan(grid.height_at(41.4, 35.1))
    lon_deg, lat_deg = grid.centres()
    assert lon_deg.tolist() == [40.25, 40.75, 41.25]
    assert lat_deg.tolist() == [35.75, 35.25]


def test_records_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        read_grid(DATA / "terrain.asc").height_m[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        read_rivers(DATA / "rivers.geojson")[0].lon_lat[0, 0] = 1


def test_euphrates_passes_the_plant_at_5_31_km_and_khusham_at_1_55_km():
    rivers = read_rivers(DATA / "rivers.geojson")
    assert [river.name for river in rivers] == ["Euphrates"] * 4 + ["Khabur"]
    assert {river.note for river in rivers} == {"by position"}

    def nearest_km(lat, lon):
        lines = [to_flat(*river.lon_lat.T, (lat, lon)) for river in rivers]
        return min(distance_m(*line) for line in lines) / 1000

    assert nearest_km(*PLANT) == pytest.approx(5.31, abs=0.005)
    assert nearest_km(35.30088, 40.28916) == pytest.approx(1.55, abs=0.005)


def test_places_without_a_sourced_point_are_left_out():
    places = {place.name: place for place in read_places(DATA / "places.csv")}
    assert len(places) == 26
    assert (places["Khusham"].lat, places["Khusham"].lon) == (35.30088, 40.28916)
    assert (
        places["Conoco / Tabiyeh gas plant"].lat,
        places["Conoco / Tabiyeh gas plant"].lon,
    ) == PLANT
    assert not [name for name in places if "REJECTED" in name]
    assert not {"Husayniyah", "Mazlum"} & set(places)
    assert "Salihiyah (north, opposite Deir ez-Zor)" not in places
    assert all(place.source and place.confidence for place in places.values())


def test_flat_metres_agree_with_the_radii_of_wgs84():
    lat = np.radians(PLANT[0])
    a, e2 = 6378137.0, 6.69437999014e-3
    curve = 1 - e2 * np.sin(lat) ** 2
    east, north = a / np.sqrt(curve) * np.cos(lat), a * (1 - e2) / curve**1.5
    small = 1e-4
    x_m, y_m = to_flat(PLANT[1] + small, PLANT[0] + small, PLANT)
    assert x_m == pytest.approx(east * np.radians(small), rel=1e-5)
    assert y_m == pytest.approx(north * np.radians(small), rel=1e-5)
    assert to_flat(PLANT[1], PLANT[0], PLANT) == pytest.approx((0, 0), abs=1e-6)


def test_flat_grid_holds_the_plant_in_its_own_cell():
    flat = flat_grid(read_grid(DATA / "terrain.asc"), PLANT)
    assert flat.x_m.shape == flat.y_m.shape == flat.height_m.shape == (66, 84)
    assert (np.diff(flat.x_m, axis=1) > 0).all()
    assert (np.diff(flat.y_m, axis=0) < 0).all()
    nearest = np.unravel_index(np.hypot(flat.x_m, flat.y_m).argmin(), flat.x_m.shape)
    assert flat.height_m[nearest] == 215


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (HEAD + "1 2 3\n4 5\n", 8, "2 heights, ncols says 3"),
        (HEAD + "1 2 3\n4 5 x\n", 8, "'x' is not a number"),
        (HEAD + "1 2 3\n4 nan 6\n", 8, "'nan' is not a number"),
        (HEAD + "1 2 3\n", 7, "1 rows of heights, nrows says 2"),
        (HEAD.replace("cellsize", "cell"), 5, "'cell 0.5' is no header line"),
        (HEAD.replace("yllcorner 35\n", ""), 1, "header without yllcorner"),
        ("", 1, "header without ncols"),
    ],
)
def test_a_faulty_grid_is_named_by_line(tmp_path, text, line, message):
    path = tmp_path / "g.asc"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared below
        read_grid(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)


def feature(points, **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": points},
    }


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (feature([[40, 35]], feature="Euphrates"), "features[1]: expected a LineString"),
        (feature([[40, 35], [41, 35]]), "property 'feature'"),
        (feature([[40, 35], [41, 135]], feature="Euphrates"), "[41, 135] is not [longitude,"),
        (feature([[40, 35], ["x", 35]], feature="Euphrates"), "['x', 35] is not [longitude,"),
    ],
)
def test_a_faulty_river_is_named_by_line(tmp_path, faulty, message):
    path = tmp_path / "r.geojson"
    good = json.dumps(feature([[40, 35], [41, 35]], feature="Euphrates (by position)"))
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{good},\n{json.dumps(faulty)}\n]}}')
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared below
        read_rivers(path)
    assert str(caught.value).startswith(f"{path}:3: ")
    assert message in str(caught.value)


def test_broken_json_is_named_by_line(tmp_path):
    path = tmp_path / "r.geojson"
    path.write_text('{\n"features": [}\n')
    with pytest.raises(ValueError, match=r"r\.geojson:2: not JSON"):
        read_rivers(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A,,91,40,s,high", "lat of A: 91 is outside -90 to 90 degrees"),
        ("A,,35,forty,s,high", "lon of A: 'forty' is not a number"),
        ("A,,35,,s,high", "lon of A: '' is not a number"),
        ("A,,35,40,,high", "a place needs name, source and confidence"),
        ("A,,35", "a place needs name, source and confidence"),
    ],
)
def test_a_faulty_place_is_named_by_line(tmp_path, row, message):
    path = tmp_path / "p.csv"
    path.write_text(f"name,alt_names,lat,lon,source,confidence\nB,,35,40,s,high\n{row}\n")
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared below
        read_places(path)
    assert str(caught.value).startswith(f"{path}:3: ")
    assert message in str(caught.value)


def test_files_that_cannot_be_read_say_so(tmp_path):
    with pytest.raises(ValueError, match=r"none\.csv:1: cannot be read"):
        read_places(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"name\n\xff\n")
    with pytest.raises(ValueError, match=r"latin\.csv:2: not UTF-8"):
        read_places(tmp_path / "latin.csv")
    (tmp_path / "no.csv").write_text("name,lat\n")
    with pytest.raises(ValueError, match=r"no\.csv:1: no column lon, source, confidence"):
        read_places(tmp_path / "no.csv")
