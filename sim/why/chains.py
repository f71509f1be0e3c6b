"""Why someone was lost, and why someone did not fire: the log read backwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from sim.events import BY_CODE
from sim.recording import Recording, positions
from sim.why.sentences import count, metres, sentence, speaker

GRAVITY = ("killed", "died_of_wounds", "vehicle", "wounded", "surrendered", "broke", "withdrew", "pinned")
"""Fates from the gravest; the chain of a unit begins at its first event of the gravest kind it met."""

BY_TARGET = ("killed", "vehicle", "wounded")
"""Kinds whose target is the one who suffers; of the others it is the actor."""


class NotFound(Exception):
    """Nobody of that name is in the recording; the message names the nearest."""


@dataclass(frozen=True)
class Step:
    """One link: the event (None for a remark), when, in words, and what the side channel knows of it."""

    event: int | None
    t_ms: int
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


def local_time(recording: Recording, t_ms: int) -> str:
    """hh:mm:ss of the scenario's own clock; days before the night of the fight carry their date."""
    start = datetime.fromisoformat(str(recording.meta["start"]))
    at = start + timedelta(milliseconds=t_ms)
    last = start + timedelta(milliseconds=int(recording.meta["end_ms"]))
    near = last - at < timedelta(hours=18)
    return at.strftime("%H:%M:%S") if near else at.strftime("%d %b %H:%M")


def find(recording: Recording, who: str) -> tuple[int, int | None]:
    """Unit and entity within it (None for the whole unit) that `who` names: a unit's id or label, or
    `unit/3` or `unit.tank` for one entity. Raises NotFound."""
    from difflib import get_close_matches

    name, _, part = who.strip().partition("/")
    units = recording.units
    for column in ("id", "label"):
        hits = np.flatnonzero(np.char.lower(units[column].astype(str)) == name.lower())
        if len(hits):
            unit = int(hits[0])
            return unit, _entity(recording, unit, part) if part else None
    near = get_close_matches(name, units["id"].tolist(), 3, 0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise NotFound(f"no unit {name!r} in this recording{hint}")


def _entity(recording: Recording, unit: int, part: str) -> int:
    """Index within the unit of `3` or of `tank`, `crew-2` (the second one)."""
    first, n = (int(recording.units[c][unit]) for c in ("first_entity", "n_entities"))
    parts = recording.entities["part"][first : first + n].tolist()
    if part.isdecimal() and int(part) < n:
        return int(part)
    named = re.fullmatch(r"(\w+?)(?:-(\d+))?", part)
    of_kind = [i for i, p in enumerate(parts) if named and p == named[1]]
    number = int(named[2] or 1) if named else 0
    if 0 < number <= len(of_kind):
        return of_kind[number - 1]
    kinds = ", ".join(f"{k} ({parts.count(k)})" for k in dict.fromkeys(parts))
    raise NotFound(f"unit {recording.units['id'][unit]} has no {part!r}; it has 0 to {n - 1}: {kinds}")


def fates(recording: Recording, unit: int, entity: int | None = None) -> list[int]:
    """Ids of what befell a unit or one entity of it, in order."""
    log, actor_unit = recording.events, np.append(recording.actors["unit"], -1)
    found: list[int] = []
    for kind in GRAVITY:
        rows = log.of(kind)
        sufferer = log.target[rows] if kind in BY_TARGET else log.actor[rows]
        mine = actor_unit[sufferer] == unit
        if entity is not None:
            mine &= log.payload(kind)["entity"] == entity if "entity" in log.payload(kind) else False
        found += rows[mine].tolist()
    return sorted(found)


def ancestors(recording: Recording, event: int) -> list[int]:
    """Ids of everything that led to an event, itself included, in order."""
    seen, todo = {event}, [event]
    while todo:
        fresh = set(recording.events.causes_of(todo.pop())) - seen
        seen |= fresh
        todo += fresh
    return sorted(seen)


def chain(recording: Recording, who: str | int) -> list[Step]:
    """The causal chain of a loss, from the first sight to the fate, in order of time.

    `who` names a unit, an entity (`find`), or is the id of an event. Of several causes of one kind the latest
    stands for all, with their number. Empty if nothing befell them.
    """
    if isinstance(who, int):
        fate, total = who, []
    else:
        total = fates(recording, *find(recording, who))
        if not total:
            return []
        kinds = {i: recording.events.event(i).kind for i in total}
        fate = min(total, key=lambda i: (GRAVITY.index(kinds[i]), i))
    steps = [_step(recording, row, n) for row, n in _latest_of_kind(recording, ancestors(recording, fate))]
    if len(total) > 1 and steps:
        more = count(len(total) - 1, "more loss or change of state", "more losses or changes of state")
        steps.append(Step(None, steps[-1].t_ms, f"{more} besides; this is the chain of the gravest"))
    return steps


def _latest_of_kind(recording: Recording, rows: list[int]) -> list[tuple[int, int]]:
    """(event, how many of its kind it stands for), in order; the last event always stands for itself."""
    latest: dict[int, tuple[int, int]] = {}
    for row in rows:
        code = int(recording.events.kind[row])
        latest[code] = (row, latest.get(code, (0, 0))[1] + 1)
    return sorted(latest.values())


def _step(recording: Recording, row: int, n: int) -> Step:
    facts = dict(recording.side.get(row, {}))
    text = sentence(recording, row)
    if n > 1:
        text += f" (the latest of {n})"
    if facts:
        text += f"; {facts_in_words(facts)}"
    return Step(row, int(recording.events.t_ms[row]), text, facts)


def facts_in_words(facts: dict[str, Any]) -> str:
    """Chance and draw first, the rest by name."""
    left = dict(facts)
    chance = left.pop("p", left.pop("pk", None))
    draw = left.pop("draw", None)
    parts = []
    if chance is not None:
        parts.append(f"chance of this effect {float(chance):.3f}")
    if draw is not None:
        parts.append(f"drawn {float(draw):.3f}")
    parts += [
        f"{k.replace('_', ' ')} {v:.3g}" if isinstance(v, float) else f"{k.replace('_', ' ')} {v}"
        for k, v in sorted(left.items())
    ]
    return ", ".join(parts)


# ---------------------------------------------------------------- why not


OWN = ("empty", "pinned", "broke", "withdrew", "surrendered", "ceased", "off_station", "bingo")
"""What a shooter itself met that stopped its fire."""

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
    if not any(mine[log.of(kind)].any() for kind in ("fired", "opened", "warning_fired")):
        side = _grouped(recording, _of_side(recording, unit))
        steps += [replace(step, text=f"On its side: {step.text}") for step in side]
        steps += [_never(recording, unit)]
    return sorted(steps + _held(recording, unit), key=lambda step: step.t_ms)


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


def _of_side(recording: Recording, unit: int) -> list[int]:
    """Refusals and waits that concern the whole side of a unit that never fired."""
    log, side = recording.events, recording.units["side"][unit]
    rows = [row for kind in MISSIONS for row in log.of(kind).tolist()]
    return [row for row in rows if recording.actors["side"][log.actor[row]] == side]


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
    """Rows of the weapons of a unit, known by the ammunition the recording keeps."""
    changes = recording.changes
    fields = np.unique(changes["field"][changes["unit"] == unit]).tolist()
    names = [recording.change_fields[f].removeprefix("ammo:") for f in fields]
    return [int(row) for row in np.flatnonzero(np.isin(recording.weapons["id"], names))]


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
