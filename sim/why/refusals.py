"""Why someone did not fire: its role, its own state, its missions, the rules of its side, its range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from sim.events import BY_CODE, Answer
from sim.recording import Recording, positions
from sim.why.chains import Step, find, local_time
from sim.why.sentences import metres, sentence, speaker

OWN = ("empty", "pinned", "broke", "withdrew", "surrendered", "ceased", "off_station", "bingo", "broken_off")
"""What a shooter itself met that stopped its fire."""

SUPPORTING = {"indirect", "guided", "strafe"}
"""Kinds of weapons that wait for rules and approval."""

MISSIONS = ("waiting", "cancelled", "denied", "forbidden", "merged")
"""What a mission against a contact met."""


def why_not(recording: Recording, shooter: str) -> list[Step]:
    """What kept a shooter from firing: its own state, its missions' waits and refusals, the rules that held its
    whole side, weapons declared held, and range. One step for each reason, with its number and span of time."""
    unit, _ = find(recording, shooter)
    log = recording.events
    mine = recording.actors["unit"][log.actor] == unit
    rows = [row for kind in OWN for row in log.of(kind)[mine[log.of(kind)]].tolist()]
    steps = _grouped(recording, rows)
    steps += _grouped(recording, _of_missions(recording, unit))
    steps += _role(recording, unit)
    if not any(mine[log.of(kind)].any() for kind in ("fired", "opened", "warning_fired")):
        steps += [*_of_side(recording, unit), _never(recording, unit)]
    return sorted(steps + _held(recording, unit), key=lambda step: step.t_ms)


def _role(recording: Recording, unit: int) -> list[Step]:
    """What an aircraft is there for, if not to strike; for one in overwatch also when an assurance freed it."""
    who = str(recording.units["id"][unit])
    role = dict(recording.meta.get("air_roles") or {}).get(who)
    label = speaker(recording).who(who)
    if role == "watch":
        return [Step(None, 0, f"{label} watches and never strikes")]
    if role != "overwatch":
        return []
    steps = [
        Step(None, 0, f"{label} is held in overwatch, for air defence, until the risk of an intervention is lifted")
    ]
    log = recording.events
    given = log.of("call_answered")[log.payload("call_answered")["answer"] == Answer.ASSURE]
    first = min((int(rows[0]) for rows in map(log.of, ("opened", "fired", "warning_fired")) if len(rows)), default=-1)
    given = given[given > first] if first >= 0 else given[:0]  # those of the fight
    if len(given) and recording.meta.get("assurance_releases", False):
        text = f"{sentence(recording, int(given[0]))}: overwatch is lifted"
        steps.append(Step(int(given[0]), int(log.t_ms[given[0]]), text))
    return steps


def _of_missions(recording: Recording, unit: int) -> list[int]:
    """Waits and refusals of the missions once assigned to this unit: those that share their serial."""
    log = recording.events
    assigned = log.payload("assigned")["serial"]
    serials = assigned[recording.actors["unit"][log.actor[log.of("assigned")]] == unit]
    rows: list[int] = []
    for kind in MISSIONS:
        payload = log.payload(kind)
        if "serial" in payload:
            rows += log.of(kind)[np.isin(payload["serial"], serials)].tolist()
    return rows


def _of_side(recording: Recording, unit: int) -> list[Step]:
    """For one that never fired: whether its side's supporting fires had leave at all, since when, what was refused."""
    log, side = recording.events, recording.units["side"][unit]

    def ours(kind: str) -> list[int]:
        rows = log.of(kind)
        return [int(row) for row in rows[recording.actors["side"][log.actor[rows]] == side]]

    kinds = set(recording.weapons["kind"][_weapons(recording, unit)].tolist())
    if not kinds & SUPPORTING:
        return []
    approved = ours("approved")
    if not approved:
        end = int(recording.meta["end_ms"])
        return [Step(None, end, f"The supporting fires of the {side} were never approved against anybody")]
    first = approved[0]
    steps = [Step(first, int(log.t_ms[first]), f"The first approval of its side: {sentence(recording, first)}")]
    refused = _grouped(recording, [*ours("denied"), *ours("forbidden")])
    return steps + [replace(step, text=f"On its side: {step.text}") for step in refused]


def _grouped(recording: Recording, rows: Iterable[int]) -> list[Step]:
    """One step for all events of one kind and one reason (the payload without serial numbers)."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row in sorted(set(rows)):
        event = recording.events.event(row)
        reason = tuple(v for k, v in event.payload.items() if k != "serial")
        groups.setdefault((int(recording.events.kind[row]), reason), []).append(row)
    steps = []
    for (code, _), found in groups.items():
        text = sentence(recording, found[0])
        if len(found) > 1:
            until = local_time(recording, int(recording.events.t_ms[found[-1]]))
            text += f" (and {len(found) - 1} more of the kind, until {until})"
        assert code in BY_CODE
        steps.append(Step(found[0], int(recording.events.t_ms[found[0]]), text))
    return steps


def _weapons(recording: Recording, unit: int) -> list[int]:
    """Rows of the weapons of a unit; in a recording that does not list them, of those whose ammunition it kept."""
    listed = dict(recording.meta.get("loads") or {}).get(str(recording.units["id"][unit]))
    if listed is None:
        changes = recording.changes
        fields = np.unique(changes["field"][changes["unit"] == unit]).tolist()
        listed = [recording.change_fields[f].removeprefix("ammo:") for f in fields]
    return [int(row) for row in np.flatnonzero(np.isin(recording.weapons["id"], listed))]


def _held(recording: Recording, unit: int) -> list[Step]:
    """Weapons of this unit that the scenario declares held."""
    weapons = recording.weapons
    held = [row for row in _weapons(recording, unit) if weapons["held"][row]]
    return [Step(None, 0, f"{weapons['label'][row]}: held by the scenario") for row in held]


def _never(recording: Recording, unit: int) -> Step:
    """That it never fired: whether it had a mission, how near an opponent ever came (by the minute of the last twelve
    hours), and how far its weapons reach."""
    end, log = int(recording.meta["end_ms"]), recording.events
    text = f"{speaker(recording).who(str(recording.units['id'][unit]))} never fired"
    if not (recording.actors["unit"][log.actor[log.of("assigned")]] == unit).any():
        text += "; no mission was assigned to it"
    committed = recording.actors["unit"][log.actor[log.of("committed")]]
    if recording.units["side"][unit] == "attackers" and not (committed == unit).any():
        text += "; it was never committed to an attack, and attackers fire direct only under such an order"
    theirs = recording.units["side"] != recording.units["side"][unit]
    nearest = np.inf
    if len(recording.legs["unit"]) and theirs.any():
        for t in range(max(end - 12 * 3_600_000, 0), end + 1, 60_000):
            at = positions(recording, t)
            nearest = float(np.fmin.reduce(np.hypot(*(at[theirs] - at[unit]).T), initial=nearest))
    if np.isfinite(nearest):
        text += f"; no opponent came nearer than {metres(round(nearest * 1000))}"
    reach = [float(recording.weapons["range_m"][row]) for row in _weapons(recording, unit)]
    if reach:
        text += f"; its longest weapon reaches {metres(round(max(reach) * 1000))}"
    return Step(None, end, text)
