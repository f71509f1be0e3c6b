"""A command line that reopens exactly this: instant, view, place, zoom, selection."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from viz.frame.place import degrees

if TYPE_CHECKING:
    from viz.app.session import Session


def command_line(session: Session) -> str:
    """`khusham view out/khusham.mcap --at ... --zoom ... --center ...`."""
    view, night = session.view, session.night
    at = night.calendar.at(session.t).isoformat(timespec="milliseconds")
    lat, lon = degrees(tuple(float(v) for v in night.recording.meta["origin"]), view.camera.x, view.camera.y)  # type: ignore[arg-type]
    words = ["khusham", "view", str(session.path or "RECORDING"), "--at", at]
    words += ["--zoom", f"{view.camera.width_m / 1000:.3f}", "--center", f"{lat:.6f},{lon:.6f}"]
    words += ["--layers", ",".join(sorted(view.layers))]
    if view.side != "truth":
        words += ["--side", view.side]
    if 0 <= view.selected < night.n_units:
        words += ["--follow" if view.follow else "--select", night.unit_id(view.selected)]
    if view.tab != "unit":
        words += ["--tab", view.tab]
    if view.neutral:
        words.append("--neutral")
    return shlex.join(words)
