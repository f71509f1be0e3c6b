"""`python -m benchmarks.pictures`: the pictures of docs/pictures, of the night nearest the median of sixty.

They show the base scenario as it is: when the model or a number has moved they are to be made, and looked at, anew.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from sim.__main__ import app
from sim.recording import load
from viz.__main__ import main as view
from viz.app import Options, start
from viz.app.opening import open_night
from viz.camera import with_width
from viz.capture import film
from viz.theme import layout

ROOT = Path(__file__).resolve().parent.parent
PICTURES, SCENARIO = ROOT / "docs" / "pictures", ROOT / "scenarios" / "khusham.yaml"
OTHER = ROOT / "scenarios" / "variants" / "no-himars.yaml"
NIGHTS = 60

SNAPSHOTS = {
    "overview": "--at 22:52 --size 1600x900",
    "engagement": "--at 22:50 --size 1600x900 --zoom 6 --select t72-1 --layers names,trails,fire,impacts,rings",
    "hotline": "--at 23:11 --size 1600x900 --tab hotline",
    "belief": "--at 23:05 --size 1600x900 --side defenders",
    "small": "--at 23:30 --size 1280x720 --neutral --layers names,trails,fire,impacts,heat",
}
"""Name -> what `khusham view` is told."""
FILM = "--from 22:20 --to 23:20 --speed 600 --size 1024x640"


def _command(*words: object) -> None:
    told = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    if told.exit_code:
        sys.exit(told.output)


def _view(*words: object) -> None:
    if code := view([str(word) for word in words]):
        sys.exit(code)


def _end(recording: Path) -> None:
    """The card at the end: the night beside its like and beside what was stated."""
    night, size = open_night(recording), (1280, 720)
    grid = layout(size)
    shown, _ = start(night, Options(), (grid.map.w, grid.map.h))
    shown.dialog, shown.camera = "end", with_width(shown.camera, shown.camera.width_m)
    film.snapshot(night, shown, float(night.end), film.Shot(size=size, start=0, end=night.end), PICTURES / "end.png")


def main() -> None:
    """Run the nights and draw."""
    with tempfile.TemporaryDirectory() as folder:
        night, other = Path(folder) / "night.mcap", Path(folder) / "other.mcap"
        _command("run", SCENARIO, "-n", NIGHTS, "-o", night)
        _command("run", OTHER, "--rep", load(night).meta["replication"], "-o", other)
        for name, words in SNAPSHOTS.items():
            _view(night, "--snapshot", PICTURES / f"{name}.png", *words.split())
        beside = PICTURES / "beside.png"
        _view(night, "--snapshot", beside, "--at", "23:05", "--size", "1600x900", "--beside", other)
        _view(night, "--gif", PICTURES / "night.gif", *FILM.split())
        _end(night)


if __name__ == "__main__":
    main()
