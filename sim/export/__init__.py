"""A recording in open formats: one format, one file, one line in FORMATS."""

from collections.abc import Callable

from sim.export.geojson import geojson
from sim.export.log import csv
from sim.recording import Recording

FORMATS: dict[str, Callable[[Recording], str]] = {".csv": csv, ".geojson": geojson}
"""Ending of the file -> what writes its text."""

__all__ = ["FORMATS", "csv", "geojson"]
