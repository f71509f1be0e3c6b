"""A recording in open formats: one format, one file, one line in FORMATS."""

from collections.abc import Callable

from sim.export.geojson import geojson
from sim.export.kml import kml
from sim.export.log import csv
from sim.export.parquet import parquet
from sim.recording import Recording

FORMATS: dict[str, Callable[[Recording], bytes]] = {
    ".csv": csv, ".parquet": parquet, ".geojson": geojson, ".kml": kml
}  # fmt: skip
"""Ending of the file -> what writes its bytes."""

__all__ = ["FORMATS", "csv", "geojson", "kml", "parquet"]
