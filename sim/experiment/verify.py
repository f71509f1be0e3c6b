"""Does a recording say what its scenario, seed and replication say? Run again, and compare event by event."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import recording as rec
from sim import why
from sim.experiment.ensemble import Run, engine_run
from sim.faults import Fault
from sim.recording import Recording

if TYPE_CHECKING:
    from sim.scenario import Scenario


class CannotVerify(Fault):
    """This program, or this scenario, is not the one that made the recording; the message says which."""


@dataclass(frozen=True)
class Verdict:
    """What verifying found. `same` is the answer: whole, unaltered, and equal when run again."""

    checksum_ok: bool | None
    """None for a cut file, which has no checksum to hold it to."""
    checksum_bad: tuple[str, ...]
    """Channels that are not as they were written."""
    digest: str
    """Of the events as they stand in the file."""
    digest_again: str
    difference: str | None
    """The first event that differs, in words."""
    event: int | None
    truncated: bool

    @property
    def same(self) -> bool:
        """Whether nothing at all differs."""
        return bool(self.checksum_ok) and self.difference is None and not self.truncated


Load = Callable[[Recording], "Scenario"]


def scenario_of(recording: Recording) -> Scenario:
    """The scenario that lies in a recording, with the data files that lie beside it there."""
    from sim.scenario import ScenarioError, load_text

    text = recording.attachments.get("scenario.yaml")
    if text is None:
        raise CannotVerify("the recording carries no scenario")
    folder = Path(str(recording.meta.get("folder", ".")))
    try:
        return load_text(text.decode(), folder, files=recording.attachments, shown="scenario.yaml")
    except ScenarioError as fault:
        more = f" (and {len(fault.messages) - 1} more)" if len(fault.messages) > 1 else ""
        raise CannotVerify(f"the scenario in the recording does not load: {fault.messages[0]}{more}") from None


def verify(path: str | os.PathLike[str], *, run: Run = engine_run, load: Load | None = None) -> Verdict:
    """Checks the file at `path` and runs its scenario again. Raises CannotVerify and RecordingError."""
    recording = rec.load(path)
    meta = recording.meta
    scenario = (load or scenario_of)(recording)
    if scenario.sha256 != meta["scenario_sha256"]:
        raise CannotVerify(
            f"the scenario in the recording is not the one it was made from: sha256 {scenario.sha256[:12]}, "
            f"recorded {str(meta['scenario_sha256'])[:12]}"
        )
    again = run(
        scenario,
        seed=int(meta["seed"]),
        replication=int(meta["replication"]),
        history=int(meta["history"]),
        record="events",
    )
    if again.meta["model_version"] != meta["model_version"]:
        raise CannotVerify(
            f"made by model version {meta['model_version']}, this is {again.meta['model_version']}: "
            "the runs may differ without either being wrong"
        )
    event, difference = first_difference(recording, again, whole=not meta["truncated"])
    digest = rec.digest(recording.events, recording.actors)
    if difference is None and digest != meta["digest"] and not meta["truncated"]:
        difference = f"no event differs, but the header gives the digest {meta['digest']}"
    return Verdict(
        checksum_ok=meta["checksum_ok"],
        checksum_bad=tuple(meta["checksum_bad"]),
        digest=digest,
        digest_again=rec.digest(again.events, again.actors),
        difference=difference,
        event=event,
        truncated=bool(meta["truncated"]),
    )


def first_difference(
    one: Recording, other: Recording, *, whole: bool = True, called: tuple[str, str] = ("recorded", "run again")
) -> tuple[int | None, str | None]:
    """The first event in which two logs differ, its id and in words; (None, None) if they are equal.

    With `whole` False the first log may end early: only what it has is compared. `called`: what the two are.
    """
    (a, a_at), (b, b_at) = (rec.digest_rows(r.events, r.actors) for r in (one, other))
    n = min(len(a_at), len(b_at)) - 1
    short = min(int(a_at[n]), int(b_at[n]))
    unlike = np.flatnonzero(a[:short] != b[:short])
    moved = np.flatnonzero(a_at[: n + 1] != b_at[: n + 1])
    at_value = int(np.searchsorted(a_at, unlike[0], side="right")) - 1 if len(unlike) else n
    at_row = int(moved[0]) - 1 if len(moved) else n
    event = min(at_value, at_row, n)
    if event < n:
        return event, f"event {event} differs: {called[0]} {_told(one, event)}; {called[1]} {_told(other, event)}"
    if len(one.events) > n:
        return n, f"event {n} is {called[0]} only: {_told(one, n)}"
    if len(other.events) > n and whole:
        return n, f"event {n} is {called[1]} only: {_told(other, n)}"
    return None, None


def _told(recording: Recording, event: int) -> str:
    """An event with everything the digest hears of it."""
    log = recording.events
    found = log.event(event)
    numbers = ", ".join(f"{k} {v}" for k, v in found.payload.items())
    causes = f", caused by {', '.join(map(str, found.causes))}" if found.causes else ""
    words = why.sentence(recording, event)
    return (
        f"{why.local_time(recording, found.t_ms)} (t {found.t_ms} ms) [{found.kind}] {words} ({numbers or '-'}{causes})"
    )


def in_words(verdict: Verdict) -> list[str]:
    """The verdict, a line for each thing that was looked at."""
    if verdict.truncated:
        lines = ["checksum: none to hold it to, the recording is cut"]
    elif verdict.checksum_ok:
        lines = ["checksum: as written"]
    else:
        lines = [f"checksum: altered since it was written: {', '.join(verdict.checksum_bad) or 'the sums themselves'}"]
    if verdict.difference is not None:
        lines.append(verdict.difference)
    elif verdict.truncated:
        lines.append("events: what is there is equal when run again")
    else:
        lines.append(f"events: equal when run again, digest {verdict.digest}")
    return [*lines, "verified" if verdict.same else "not verified"]
