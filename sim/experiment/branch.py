"""A recorded night until a moment, and from there on with one decision changed: the same world, the same luck."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sim.experiment.ensemble import Run, engine_run
from sim.experiment.verify import CannotVerify, first_difference, scenario_of
from sim.metrics import View
from sim.recording import Recording, digest_rows
from sim.tags import OF_SIDE

if TYPE_CHECKING:
    from sim.scenario import Scenario

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SINCE = re.compile(r"T([+-])(\d+):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True)
class Branch:
    """A branch beside its parent."""

    parent: Recording
    child: Recording
    at_ms: int
    settings: tuple[str, ...]
    shared: int
    """Events before the first that differs."""
    shared_digest: str
    """Of these events; of the child and of the parent it is the same, or there would be no branch."""
    difference: str | None
    """The first event that differs, in words; None if the decision changed nothing."""
    difference_ms: int | None


def moment(recording: Recording, text: str) -> int:
    """`22:40`, `22:40:30` (nearest to the first round), `T+1:12`, or an ISO date and time, as ms of the recording's
    clock. Raises ScenarioError for what is no time."""
    from sim.scenario import ScenarioError

    said, meta = text.strip(), recording.meta
    start = datetime.fromisoformat(str(meta["start"]))
    t0 = View(recording).t0
    middle = int(meta["end_ms"]) if t0 is None else t0
    if found := _SINCE.fullmatch(said):
        sign = 1 if found[1] == "+" else -1
        return middle + sign * 1000 * (int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0))
    if found := _CLOCK.fullmatch(said):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        if hour < 24 and minute < 60 and second < 60:
            day = (start + timedelta(milliseconds=middle)).replace(
                hour=hour, minute=minute, second=second, microsecond=0
            )
            times = [round((day + timedelta(days=k) - start) / timedelta(milliseconds=1)) for k in (-1, 0, 1)]
            return min(times, key=lambda ms: abs(ms - middle))
    try:
        when = datetime.fromisoformat(said)
    except ValueError:
        allowed = "22:40, 22:40:30, T+1:12 or 2018-02-07T22:40:00+02:00"
        raise ScenarioError([f"--at {said}: is no time; allowed: {allowed}"]) from None
    when = when if when.tzinfo is not None else when.replace(tzinfo=start.tzinfo)
    return round((when - start) / timedelta(milliseconds=1))


def branch(
    parent: Recording, at_ms: int, settings: Sequence[str], halt: Sequence[str] = (), *, run: Run = engine_run
) -> Branch:
    """Runs the parent's scenario again with `settings` (path=value) from `at_ms` on, and a halt then of these tags.

    Raises ScenarioError for what cannot be set in mid-run, and CannotVerify if the parent is not what this program
    makes of its scenario, so that the two would not share their past.
    """
    from sim.scenario import ScenarioError, load_text
    from sim.scenario.overlay import near, some

    if parent.meta.get("truncated"):
        raise CannotVerify("the recording is cut: a branch needs the whole of its parent")
    scenario = scenario_of(parent)
    if not settings and not halt:
        raise ScenarioError(["a branch needs a decision: --set path=value or --halt TAG"])
    if not 0 <= at_ms <= int(parent.meta["end_ms"]):
        raise ScenarioError([f"--at: the recording goes from {scenario.clock.start.isoformat()} for "
                             f"{int(parent.meta['end_ms']) / 3_600_000:.1f} h; this is outside"])  # fmt: skip
    for tag in halt:
        if tag not in (known := OF_SIDE["attackers"]):
            raise ScenarioError(
                [f"--halt {tag}: is no tag that a halt can reach; allowed: {some(known)}{near(tag, known)}"]
            )
    at_s = at_ms // 1000
    when = (scenario.clock.start + timedelta(seconds=at_s)).isoformat(timespec="seconds")
    decisions = (*settings, *(f"a halt of {tag}" for tag in halt))
    change = {"at": when, "set": dict(setting(text) for text in settings), "halt": list(halt)}
    told = f"{scenario.title}, from {when[11:19]} with {', '.join(decisions)}"
    changes: list[tuple[str, Any]] = [("changes", [*earlier(scenario), change]), ("title", told)]
    other = load_text(scenario.resolved_yaml, scenario.folder, changes, scenario._given)
    meta = parent.meta
    child = run(other, seed=int(meta["seed"]), replication=int(meta["replication"]), history=int(meta["history"]))
    event, words = first_difference(parent, child, called=("in the parent", "in the branch"))
    n = len(parent.events) if event is None else event
    when_ms = None if event is None else _time_of(parent, child, event)
    if when_ms is not None and when_ms < at_s * 1000:
        raise CannotVerify(
            f"the past of the recording is not what this program makes of its scenario: {words}; "
            "`khusham verify` tells more"
        )
    return Branch(parent, child, at_s * 1000, decisions, n, prefix_digest(child, n), words, when_ms)


def earlier(scenario: Scenario) -> list[dict[str, Any]]:
    """The changes that a scenario has already, as it would write them."""
    return [
        {"at": row.at.isoformat(timespec="seconds"), "set": dict(row.set), "halt": list(row.halt)}
        for row in scenario.changes
    ]


def setting(text: str) -> tuple[str, Any]:
    """`path=value` with the value read as YAML."""
    from sim.scenario import ScenarioError
    from sim.scenario.reading import read_yaml

    path, equals, value = text.partition("=")
    if not equals:
        raise ScenarioError([f"--set {text}: is not of the form path=value"])
    root, problems = read_yaml(value, "--set")
    if problems:
        raise ScenarioError([str(problem) for problem in problems])
    return path.strip(), root


def _time_of(one: Recording, other: Recording, event: int) -> int:
    return min(int(r.events.t_ms[event]) for r in (one, other) if event < len(r.events))


def prefix_digest(recording: Recording, n: int) -> str:
    """Digest of the first n events of a recording, as `sim.recording.digest` of a log that has no more."""
    from hashlib import blake2b

    flat, starts = digest_rows(recording.events, recording.actors)
    return blake2b(flat[: int(starts[n])].astype("<i8").tobytes(), digest_size=16).hexdigest()
