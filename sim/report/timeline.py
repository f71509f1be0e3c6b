"""Hours on record beside those of one night: what is disputed as a bar, what is set and what emerged told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sim import claims, why
from sim.metrics import View
from sim.recording import Recording
from sim.report import figures, text
from sim.report.page import Grid, Picture, grid

EVENING = timedelta(hours=11, minutes=30)
"""Before the end of the clock; what lies earlier is in the tables and not in the picture."""


@dataclass(frozen=True)
class Stated:
    """An hour that somebody states."""

    claim: str
    speaker: str
    what: str
    at: datetime
    role: str


def stated(recording: Recording) -> list[Stated]:
    """Every hour on record from the evening on, by time."""
    return sorted(_stated(recording), key=lambda row: (row.at, row.claim))


def _stated(recording: Recording) -> Iterator[Stated]:
    from sim.scenario.reading import read_map

    raw = recording.attachments.get("claims.yaml")
    if raw is None:
        return
    tree, _ = read_map(raw, "claims")
    start = datetime.fromisoformat(str(recording.meta["start"]))
    end = start + timedelta(milliseconds=int(recording.meta["clock_end_ms"]))
    for claim in tree["claims"]:
        for number in claim.get("numbers") or ():
            if "at" in number and number.get("unit") == "min":
                at = datetime.fromisoformat(str(number["at"]))
                if end - timedelta(hours=18) < at < end:
                    yield Stated(claim["id"], claim["said_by"], str(number["what"]), at, str(claim["role"]))


def disputes(rows: Sequence[Stated], record: claims.Record) -> list[tuple[Stated, ...]]:
    """The stated hours, those together whose statements contest each other, by their first hour."""
    groups: list[list[Stated]] = []
    for row in rows:
        against = {row.claim, *record.by_id(row.claim).contests}
        mine = [group for group in groups if any(one.claim in against for one in group if one.claim != row.claim)]
        groups = [group for group in groups if group not in mine] + [[*(one for group in mine for one in group), row]]
    return sorted(
        (tuple(sorted(group, key=lambda one: one.at)) for group in groups), key=lambda g: (g[0].at, g[0].claim)
    )


def table(view: View, said: str) -> Grid:
    """Hours that the record states, by their speaker, beside T of the night."""
    recording, rows = view.recording, []
    start = datetime.fromisoformat(str(recording.meta["start"]))
    for one in stated(recording):
        t_ms = round((one.at - start) / timedelta(milliseconds=1))
        before = view.t0 is None or t_ms < view.t0 - 60_000
        kind = "an input" if one.role == "input" else "before the first round" if before else "to compare with"
        rows.append(
            (f"{one.at:%d %b %H:%M}", text.after(view, t_ms), one.what, f"{one.claim}, {one.speaker}", kind)
        )  # fmt: skip
    return grid(
        f"Hours on record, beside T of this night ({said})", ("stated", "T here", "what", "claim", "is"), rows, 5
    )


def picture(view: View, said: str) -> Picture:
    """Above the hours on record, disputed ones as bars from the first to the last that is stated; below the first of
    each thing in this night, hollow where the scenario sets it."""
    recording = view.recording
    raw, start = recording.attachments.get("claims.yaml"), datetime.fromisoformat(str(recording.meta["start"]))
    end = start + timedelta(milliseconds=int(recording.meta["clock_end_ms"]))
    groups = disputes(stated(recording), claims.read(raw)) if raw is not None else []
    shown = [group for group in groups if group[-1].at > end - EVENING]
    lines = [
        ([_hour(one.at) for one in group], _words(group), all(one.role == "input" for one in group), True)
        for group in shown
    ]
    for t_ms, words, given in sorted(text.moments(view)):
        at = start + timedelta(milliseconds=t_ms)
        if at > end - EVENING:
            lines.append(([_hour(at)], figures.shortened(words), given, False))
    alt = (
        "Hours stated by the record (above, with their speakers; a bar joins hours that contradict each other) and the "
        f"first of each thing in this night (below). Hollow: set by the scenario; full: emerged, or stated and to be "
        f"compared with. Local time; {said}."
    )
    return Picture(figures.timeline(lines, said), alt)


def _hour(at: datetime) -> float:
    """Hours after the midnight with which 7 February begins or, past midnight, 24 and more."""
    return at.hour + at.minute / 60 + at.second / 3600 + (24.0 if at.hour < 12 else 0.0)


def _words(group: Sequence[Stated]) -> str:
    """What is stated, by whom; in a dispute each with its hour."""
    several = len(group) > 1
    told = (f"{one.at:%H:%M} " * several + f"{one.what} ({one.claim}, {one.speaker})" for one in group)
    return figures.shortened("; ".join(told), 120)


def rows(view: View) -> list[tuple[Any, ...]]:
    """The first of each thing in the night: local time, T, what, whether the scenario set it."""
    return [
        (why.local_time(view.recording, t), text.after(view, t), words, "set" if given else "emerged")
        for t, words, given in sorted(text.moments(view))
    ]
