"""One plain sentence for each kind of event: the words of the log, of `why` and of the viewer.

Sober on purpose: counts, names, times; no colour. To change how an event reads, change its line in
SENTENCES. In a line, `{actor}` and `{target}` are labels, a payload field `x_key` stands as `{x}`, a length
in millimetres as metres under its name without the unit, an enumerated field as its word.
"""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import Any
from weakref import WeakKeyDictionary

from sim.events import Act, Answer, CallPhase, Event, Hull, Reason, Rung, Says, Wait
from sim.recording import Recording
from sim.tags import word

SENTENCES: dict[str, str] = {
    "arrived": "{actor} arrived ({order})",
    "line_crossed": "{actor} {crossing}",
    "committed": "{actor} was committed ({order})",
    "detached": "{actor} left its formation: {reason}",
    "closest": "{actor} came no nearer to the headquarters than {distance}",
    "seen": "{actor} saw {target} at {range}, place known to {sigma}",
    "sight_lost": "{actor} lost sight of {target}",
    "act_observed": "{actor} observed that {target} {act}",
    "affiliation_judged": "{actor} judged {target} to be {tag}{right}",
    "reported": "{actor} reported {target}",
    "contact_stale": "{actor}: last sight of {target} is {age} old",
    "contact_dropped": "{actor} gave up the track of {target} after {age}",
    "located": "{actor} located {target} by its fire, place known to {sigma}",
    "call_placed": "{actor} called: {says}",
    "call_answered": "{actor} answered: {answer}",
    "call_unanswered": "The call {call} was not answered",
    "halt_ordered": "{actor} ordered {target} to halt",
    "halt_obeyed": "{actor} obeyed the order to halt",
    "halt_ignored": "{actor} did not obey the order to halt: {why}",
    "line_busy": "{actor} found no free line for the call {call}{held}",
    "line_taken": "{actor} got a line for the call {call}",
    "roe_state": "Rules of engagement: {rung}",
    "permitted": "The rules permit action against {target}: {rung}",
    "forbidden": "The rules forbid fire on {target}: {rule}",
    "rung_passed": "The step {rung} was passed over: {why}",
    "approval_asked": "{actor} asked for approval to engage {target}{in_contact}",
    "approved": "{actor} approved the engagement of {target}{in_contact}",
    "denied": "{actor} denied the engagement of {target}: {why}",
    "nominated": "{target} was put on the target list, priority {priority}",
    "merged": "A report of {target} was merged with one already on the list",
    "assigned": "{actor} was assigned {target} ({weapon})",
    "waiting": "The mission against {target} waits for {what}",
    "controller_taken": "{actor} took the mission of {target}",
    "controller_freed": "{actor} is free again",
    "controller_lost": "{actor} lost a controller{of_attack}",
    "cancelled": "The mission against {target} was cancelled: {why}",
    "closed": "The mission against {target} was closed: {result}",
    "assessed": "{actor} judged {target} {judged}; in truth {true}",
    "order_begun": "{actor} began {order}",
    "order_done": "{actor} completed {order}",
    "order_aborted": "{actor} broke off {order}: {why}",
    "ceased": "{actor} ceased fire: {reason}",
    "opened": "{actor} opened fire{at_target} ({weapon})",
    "fired": "{actor} fired {n_rounds}{at_target} ({weapon}), range {range}",
    "impact": "A round of {actor} landed at {place} ({weapon})",
    "dud": "A round of {actor} did not go off ({weapon})",
    "hit": "{actor} hit {target} ({weapon})",
    "account": "{actor}: {n_rounds}{at_target} ({weapon}), {hits}",
    "empty": "{actor} has no rounds left ({weapon})",
    "reloaded": "{actor} reloaded {n_rounds} ({weapon})",
    "show_of_force": "{actor} made a show of force{at_target}",
    "warning_fired": "{actor} fired {n_rounds} in warning{at_target} ({weapon})",
    "warning_noticed": "{actor} noticed the warning{heeded}",
    "wounded": "{actor}: 1 person of {target} wounded ({weapon})",
    "killed": "{actor}: 1 person of {target} killed ({weapon})",
    "died_of_wounds": "{actor}: 1 person died of wounds",
    "vehicle": "{actor}: {part} of {target} {flags} ({weapon})",
    "pinned": "{actor} is pinned down",
    "recovered": "{actor} is no longer pinned down",
    "broke": "{actor} is no longer able to fight on: {reason}",
    "withdrew": "{actor} withdraws: {reason}",
    "surrendered": "{actor} surrendered: {reason}",
    "on_station": "{actor} is on station",
    "off_station": "{actor} left its station: {why}",
    "bingo": "{actor} is low on fuel",
    "rearmed": "{actor} is refuelled and rearmed",
    "broken_off": "{actor} broke off its run{at_target}: {why}",
    "run_begun": "{actor} began a firing run{at_target} ({weapon})",
    "airspace_closed": "The airspace is closed",
    "airspace_open": "The airspace is open",
    "end": "The run ends: {reason}",
}
"""Kind -> sentence."""

WORDS: dict[type[IntEnum], dict[int, str]] = {
    Act: {1: "fired", 2: "advanced", 3: "crossed the line", 4: "gathered forces"},
    Reason: {
        1: "as ordered", 2: "out of contact", 3: "turned back", 4: "recrossed the river", 5: "no rounds left",
        6: "lost", 7: "unit broken", 8: "halted", 10: "guns lost", 11: "leader lost", 12: "neighbours withdrew",
        13: "fire that could not be answered", 14: "losses", 15: "pinned down", 20: "no authority",
        21: "did not know", 22: "unwilling", 30: "no unit can perform it", 31: "not heeded", 32: "time ran out",
        33: "a rule forbids it", 34: "own troops too near", 35: "out of range", 36: "no track",
        37: "effect judged sufficient", 38: "fuel", 40: "both sides quiet", 41: "the clock ended",
        42: "reached", 43: "decision changed", 44: "no controller", 45: "the guns were busy",
    },
    Wait: {1: "a controller", 2: "a shooter", 3: "the airspace", 4: "approval", 5: "a safe distance", 6: "the hotline"},
    Answer: {
        0: "nothing of substance", 1: "not our forces", 2: "an assurance", 3: "a request for time",
        4: "these are our forces", 5: "a halt is ordered",
    },
    Says: {1: "position of the garrison", 2: "notice of the build-up", 3: "a warning", 4: "a request to stop",
           5: "notice after the fight"},
    CallPhase: {1: "before", 2: "during", 3: "after"},
    Rung: {0: "hold fire", 1: "call over the hotline", 2: "show of force", 3: "warning shots", 4: "engage"},
}  # fmt: skip
"""Words for enumerated payloads; every member has one (tested)."""

FIELDS: dict[str, type[IntEnum]] = {
    "act": Act, "reason": Reason, "why": Reason, "result": Reason, "what": Wait, "answer": Answer,
    "says": Says, "phase": CallPhase, "rung": Rung,
}  # fmt: skip


ACTORS = {
    "formation": "formation {rest}",
    "command": "command of the {rest}",
    "side": "the {rest}",
    "roe": "rules of the {rest}",
    "morale": "the {rest}",
    "hotline": "{Rest} (hotline)",
}
"""First part of an actor's name -> what it is called."""


def metres(mm: int) -> str:
    """A length in words: m below a kilometre, km above."""
    return f"{mm / 1000:,.0f} m" if abs(mm) < 1_000_000 else f"{mm / 1e6:,.1f} km"


def duration(ms: int) -> str:
    """A time span in words: s, min or h."""
    s = ms / 1000
    return f"{s:.0f} s" if s < 120 else f"{s / 60:.0f} min" if s < 7200 else f"{s / 3600:.1f} h"


def count(n: int, one: str, many: str = "") -> str:
    """`1 round`, `3 rounds`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def unit_labels(recording: Recording) -> list[str]:
    """What each unit is called: its label, with its id where several share the label."""
    labels, ids = recording.units["label"].tolist(), recording.units["id"].tolist()
    times = Counter(labels)
    return [f"{label} {id_}" if times[label] > 1 else label for label, id_ in zip(labels, ids, strict=True)]


def actor_label(name: str) -> str:
    """What an actor that is no unit is called: `formation/tanks`, `command/defenders`, `hotline/coalition`."""
    group, _, rest = name.partition("/")
    return ACTORS.get(group, "{rest}" if rest else name).format(rest=rest.replace("_", " "), Rest=rest.capitalize())


class Speaker:
    """The labels of one recording. Holds no reference to it, so that it may be kept beside it."""

    def __init__(self, recording: Recording) -> None:
        units = recording.actors["unit"].tolist()
        names = recording.actors["name"].tolist()
        labels = [*unit_labels(recording), ""]
        self.label = {n: labels[u] if u >= 0 else actor_label(n) for n, u in zip(names, units, strict=True)}
        self.unit = dict(zip(names, units, strict=True))
        weapons = recording.weapons
        self.names = dict(recording.names)
        self.names |= dict(zip(weapons["key"].tolist(), weapons["label"].tolist(), strict=True))
        self.attributed = recording.attributed
        self.lines = {line["key"]: line for line in recording.lines}
        self.areas = {area["key"]: area for area in recording.areas}
        self.first = recording.units["first_entity"].tolist()
        self.parts = recording.entities["part"].tolist()

    def say(self, event: Event) -> str:
        """The sentence of an event; a kind this program does not know is named by its code."""
        form = SENTENCES.get(event.kind)
        if form is None:
            return f"{self.who(event.actor)}: {event.kind}"
        said = form.format_map(self.words(event))
        return said[:1].upper() + said[1:]

    def who(self, name: str | None) -> str:
        """Label of an actor."""
        return self.label.get(name, name) if name else "an unknown unit"

    def named(self, key: int) -> str:
        """What a key of the log stands for, without the prefix of its room (`roe/river` is `river`)."""
        name = self.names.get(key, "an unnamed one" if key else "no order")
        return name.rpartition("/")[2].replace("_", " ") if "/" in name else name

    def words(self, event: Event) -> dict[str, Any]:
        """What may stand in braces in a line of SENTENCES."""
        target = self.who(event.target)
        words: dict[str, Any] = {
            "actor": self.who(event.actor),
            "target": target,
            "at_target": f" at {target}" if event.target else "",
            "of_attack": f", that of the attack on {target}" if event.target else "",
        }
        for field, value in event.payload.items():
            words |= self._field(field, value)
        if "x_mm" in event.payload:
            x, y = event.payload["x_mm"], event.payload["y_mm"]
            words["place"] = f"{metres(abs(x))} {'east' if x >= 0 else 'west'}, "
            words["place"] += f"{metres(abs(y))} {'north' if y >= 0 else 'south'}"
        if event.kind == "vehicle":
            words["part"] = self.part(event.target, event.payload["entity"])
        if event.kind == "line_crossed":
            words["crossing"] = self._crossing(event.payload["line_key"], event.payload["direction"])
        return words

    def part(self, unit: str | None, entity: int) -> str:
        """What an entity of a unit is: tank, gun, soldier."""
        row = self.unit.get(unit or "", -1)
        at = self.first[row] + entity if row >= 0 else -1
        return f"the {self.parts[at].replace('_', ' ')}" if 0 <= at < len(self.parts) else "a part"

    def _field(self, field: str, value: int) -> dict[str, Any]:
        if field in FIELDS:
            return {field: WORDS[FIELDS[field]].get(value, str(value))}
        if field == "tag_key":
            return {"tag": self._so_called(value)}
        if field.endswith("_key"):
            return {field[:-4]: self.named(value)}
        if field.endswith("_mm"):
            return {field[:-3]: metres(value)}
        if field.endswith("_ms"):
            return {field[:-3]: duration(value)}
        if field == "flags":
            return {field: hull_words(value)}
        if field in ("rounds", "hits"):
            return {"n_rounds" if field == "rounds" else field: count(value, field[:-1])}
        if field in ("judged", "true"):
            return {field: "out of action" if value else "still in action"}
        spoken = {
            "in_contact": ", troops in contact" if value else "",
            "right": "" if value else ", wrongly",
            "held": ", which waits" if value else ", which is lost",
            "heeded": " and turned back" if value else " and went on",
        }
        return {field: spoken.get(field, value)}

    def _so_called(self, key: int) -> str:
        """A tag, with who says so: a judgement within the model goes by the tags that the scenario was given."""
        tag = self.names.get(key, "")
        return f"{word(tag)} (so called by {self.attributed.by(tag)})" if tag else "of no known tag"

    def _crossing(self, key: int, direction: int) -> str:
        if key in self.areas:
            return f"{'entered' if direction > 0 else 'left'} {self.areas[key]['label']}"
        line = self.lines.get(key)
        if line is None:
            return f"crossed {self.names.get(key, 'a line')}"
        side = "left" if direction > 0 else "right"
        bank = "bank of" if line["role"] == "river" else "side of"
        return f"crossed to the {side} {bank} {line['label']}"


def hull_words(flags: int) -> str:
    """What the flags M, F, K mean for a vehicle or gun."""
    if flags & Hull.K:
        return "destroyed"
    parts = [word for bit, word in ((Hull.M, "unable to move"), (Hull.F, "unable to fire")) if flags & bit]
    return " and ".join(parts) or "hit"


_SPEAKERS: WeakKeyDictionary[Recording, Speaker] = WeakKeyDictionary()


def speaker(recording: Recording) -> Speaker:
    """The labels of a recording, made once."""
    found = _SPEAKERS.get(recording)
    if found is None:
        found = _SPEAKERS[recording] = Speaker(recording)
    return found


def sentence(recording: Recording, event_id: int) -> str:
    """One plain sentence for an event of the log."""
    return speaker(recording).say(recording.events.event(event_id))


def losses(recording: Recording, event_ids: list[int]) -> str:
    """One sentence for the losses of one shooter in several events: `AC-130: 3 people out of action`."""
    events = [recording.events.event(i) for i in event_ids]
    people = {(e.target, e.payload["entity"]) for e in events if e.kind in ("wounded", "killed")}
    hulls = {(e.target, e.payload["entity"]) for e in events if e.kind == "vehicle"}
    parts = [count(len(people), "person", "people")] if people else []
    parts += [count(len(hulls), "vehicle or gun", "vehicles or guns")] if hulls else []
    return f"{speaker(recording).who(events[0].actor)}: {' and '.join(parts)} out of action"
