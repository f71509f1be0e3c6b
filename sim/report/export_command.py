"""The command `khusham export`: a recording in an open format, by the ending of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording (.mcap).")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Ends in .csv, .parquet, .geojson or .kml.")
    ],
) -> None:
    """Write the log (CSV, Parquet), or tracks, impacts and places (GeoJSON, KML). Parquet, KML: extra `export`."""
    from sim.export import FORMATS
    from sim.recording import load
    from sim.scenario import ScenarioError

    if output.suffix not in FORMATS:
        raise ScenarioError([f"{output}: `{output.suffix}` is no format; allowed: {', '.join(FORMATS)}"])
    if not output.absolute().parent.is_dir():
        raise ScenarioError([f"{output}: there is no folder {output.parent} to write it to"])
    output.write_bytes(FORMATS[output.suffix](load(recording)))
    typer.echo(f"wrote {output}", err=True)
