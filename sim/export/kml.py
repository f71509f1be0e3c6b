"""Tracks with their times, impacts and places as KML 2.2 with Google's tracks, for virtual globes (extra `export`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sim.recording import Recording, one_of_many, tracks
from sim.scenario.terrain import to_degrees

COLOURS = {"attackers": "ff1f44b4", "defenders": "ff8b5f1f"}
"""aabbggrr, as KML has it: those of the reports."""


def kml(recording: Recording) -> bytes:
    """A folder for each side (a track for each unit, exact between its vertices), the impacts, the places.

    Aircraft fly at their altitude above the ground; everything else lies on it. A tag is told with its attribution.
    """
    import simplekml

    meta, units, events = recording.meta, recording.units, recording.events
    start, origin, said = datetime.fromisoformat(str(meta["start"])), meta["origin"], one_of_many(recording)

    def when(t_ms: int) -> str:
        return (start + timedelta(milliseconds=int(t_ms))).isoformat(timespec="milliseconds")

    simplekml.Kml.resetidcounter()  # the same recording gives the same bytes
    found = simplekml.Kml(name=f"{meta['scenario_title']} ({said})")
    sides: dict[str, Any] = {side: found.newfolder(name=f"{side.capitalize()} ({said})") for side in COLOURS}
    for u, times, xy in tracks(recording):
        side, tag, up = str(units["side"][u]), str(units["tag"][u]), float(units["altitude_m"][u])
        row = sides[side].newgxtrack(name=str(units["label"][u]))
        row.altitudemode = "relativeToGround" if up else "clampToGround"
        row.newwhen([when(t) for t in times])
        row.newgxcoord([(lon, lat, up) for lon, lat in to_degrees(xy[:, 0], xy[:, 1], origin)])
        by = recording.attributed.get(tag, "nobody named")
        row.description = f"{units['id'][u]}; tag {tag.replace('_', ' ')}, attributed to {by}. {said}."
        row.style.linestyle.color = row.style.iconstyle.color = COLOURS[side]
    impacts, at = found.newfolder(name=f"Impacts ({said})"), events.payload("impact")
    where = to_degrees(at["x_mm"] / 1000, at["y_mm"] / 1000, origin)
    for event, point, weapon in zip(events.of("impact").tolist(), where, at["weapon_key"].tolist(), strict=True):
        row = impacts.newpoint(name=recording.names.get(weapon, str(weapon)), coords=[tuple(point)])
        row.timestamp.when, row.description = when(int(events.t_ms[event])), f"event {event}; {said}"
    names, sources = recording.places["name"], recording.places["source"]
    places = found.newfolder(name="Places")
    for n, point in enumerate(to_degrees(recording.places["x_m"], recording.places["y_m"], origin)):
        places.newpoint(name=str(names[n]), coords=[tuple(point)]).description = f"source: {sources[n]}"
    text: str = found.kml()
    return text.encode()
