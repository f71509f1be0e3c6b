"""Why someone was lost: the log read backwards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from sim.faults import Fault
from sim.recording import Recording
from sim.why.sentences import count, sentence, speaker

GRAVITY = ("killed", "died_of_wounds", "vehicle", "wounded", "surrendered", "broke", "withdrew", "pinned")
"""Fates from the gravest; the chain of a unit begins at its first event of the gravest kind it met."""

BY_TARGET = ("killed", "vehicle", "wounded")
"""Kinds whose target is the one who suffers; of the others it is the actor."""


CHANCES = (
    (("p", "pk"), "chance of this effect {:.3f}"),
    (("lethal",), "of those hurt {:.3f} die"),
    (("outcome",), "of what befalls a hull this is {:.3f}"),
)
"""Names of a chance in the side channel, and its words; each has its draw beside it."""


class NotFound(Fault):
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
    of_formation = units["id"][units["formation"] == name].tolist()
    if of_formation:
        raise NotFound(f"`{name}` is a formation; ask for one of its units: {', '.join(of_formation)}")
    near = get_close_matches(name, units["id"].tolist(), 3, 0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; allowed: {', '.join(units['id'][:6].tolist())}, ..."
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
    steps += _beside(recording, fate, steps)
    if len(total) > 1 and steps:
        more = count(len(total) - 1, "more loss or change of state", "more losses or changes of state")
        steps.append(Step(None, steps[-1].t_ms, f"{more} besides; this is the chain of the gravest"))
    return steps


def _latest_of_kind(recording: Recording, rows: list[int]) -> list[tuple[int, int]]:
    """(event, how many of its kind and side it stands for), in order; the last event always stands for itself."""
    latest: dict[tuple[int, str], tuple[int, int]] = {}
    log, sides = recording.events, recording.actors["side"]
    for row in rows:
        same = int(log.kind[row]), str(sides[log.actor[row]])
        latest[same] = (row, latest.get(same, (0, 0))[1] + 1)
    return sorted(latest.values())


def _beside(recording: Recording, fate: int, steps: list[Step]) -> list[Step]:
    """A remark if the fire that hurt somebody was aimed at somebody else."""
    log, unit = recording.events, np.append(recording.actors["unit"], -1)
    fired = [step.event for step in steps if step.event is not None and log.event(step.event).kind == "fired"]
    if not fired or log.event(fate).kind not in BY_TARGET:
        return []
    last = max(fired)
    aimed, hurt = int(unit[log.target[last]]), int(unit[log.target[fate]])
    if aimed < 0 or aimed == hurt or log.actor[last] != log.actor[fate]:
        return []
    say, ids = speaker(recording), recording.units["id"]
    text = f"The fire was aimed at {say.who(str(ids[aimed]))}; {say.who(str(ids[hurt]))} was near where it fell"
    return [Step(None, int(log.t_ms[fate]), text)]


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
    parts = []
    for names, words in CHANCES:
        chance = next((left.pop(name) for name in names if name in left), None)
        draw = left.pop(f"{names[0]}_draw" if names[0] != "p" else "draw", None)
        if chance is not None:
            parts.append(words.format(float(chance)))
        if draw is not None:
            parts.append(f"drawn {float(draw):.3f}")
    parts += [
        f"{k.replace('_', ' ')} {v:.3g}" if isinstance(v, float) else f"{k.replace('_', ' ')} {v}"
        for k, v in sorted(left.items())
    ]
    return ", ".join(parts)
