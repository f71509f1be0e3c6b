"""The log as CSV (RFC 4180): a row for each event, times local and in milliseconds, payload by name."""

from __future__ import annotations

import csv as table
import io
from datetime import datetime, timedelta

from sim.recording import Recording, one_of_many

COLUMNS = ("id", "t_ms", "local_time", "kind", "actor", "target", "causes", "payload", "night")


def csv(recording: Recording) -> bytes:
    """One row per event; causes are ids joined by spaces, the payload is `name=integer` joined by spaces. Each row says
    of which night it is, since CSV has no other place for it."""
    said = one_of_many(recording)
    sink = io.StringIO()
    writer = table.writer(sink)
    writer.writerow(COLUMNS)
    start = datetime.fromisoformat(str(recording.meta["start"]))
    for row in range(len(recording.events)):
        event = recording.events.event(row)
        local = (start + timedelta(milliseconds=event.t_ms)).isoformat(timespec="milliseconds")
        causes = " ".join(map(str, event.causes))
        payload = " ".join(f"{name}={value}" for name, value in event.payload.items())
        writer.writerow([row, event.t_ms, local, event.kind, event.actor, event.target or "", causes, payload, said])
    return sink.getvalue().encode()
