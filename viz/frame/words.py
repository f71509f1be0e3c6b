"""One plain sentence for each row of the log: counts, never pictures; reported, never quoted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from sim.events import BY_CODE, Act, Answer, Hull, Reason, Rung, Says, Wait
from sim.recording import Recording
from viz.frame.decisions import ANSWER_WORDS, RUNG_WORDS, SAYS_WORDS, word

Speak = Callable[["Speaker", int, int, str, str, dict[str, int]], str]


SHORT = 20


def short_names(recording: Recording) -> list[str]:
    """One short, distinct name for each unit: its label if nobody shares it, else its id as words."""
    labels = [str(x) for x in recording.units["label"].tolist()]
    shared = Counter(labels)
    return [
        label if label and len(label) <= SHORT and shared[label] == 1 else id_words(str(name))
        for label, name in zip(labels, recording.units["id"].tolist(), strict=True)
    ]


def id_words(name: str) -> str:
    """`gun-truck-3` is `Gun truck 3`, `ifv-1` is `IFV-1`."""
    stem, _, number = name.rpartition("-")
    if not stem or not number.isdigit():
        stem, number = name, ""
    if len(stem) <= 4 or any(c.isdigit() for c in stem):
        return f"{stem.upper()}-{number}" if number else stem.upper()
    words = stem.replace("-", " ").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]} {number}".strip()


def actor_words(name: str) -> str:
    """`formation/guns` is `Guns`, `command/defenders` is `Defenders' command`."""
    role, _, rest = name.partition("/")
    words = id_words(rest or role)
    if role == "formation":
        parts = [w.upper() if len(w) == 1 else w for w in rest.split("-")]
        return " ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]])
    if role == "command" and rest:
        return f"{rest.capitalize()}' command"
    return {"roe": "ROE", "hotline": f"{words} (hotline)"}.get(role, words)


class Speaker:
    """Puts events of one recording into words."""

    def __init__(self, recording: Recording, headquarters: tuple[float, float]) -> None:
        self.recording, self.hq = recording, headquarters
        self._units = short_names(recording)
        self._weapons = {
            int(k): str(label or name)
            for k, label, name in zip(
                recording.weapons["key"], recording.weapons["label"], recording.weapons["id"], strict=True
            )
        }

        # Lines and areas are called what the map calls them.
        self._places = {
            str(row.get("id")): str(row.get("label") or row.get("id")).split(" (")[0]
            for row in (*recording.lines, *recording.areas)
        }

    def name(self, actor: int) -> str:
        """An actor as people call it."""
        if actor < 0:
            return ""
        unit = int(self.recording.actors["unit"][actor])
        return self._units[unit] if unit >= 0 else actor_words(str(self.recording.actors["name"][actor]))

    def unit_name(self, unit: int) -> str:
        """A unit as people call it."""
        return self._units[unit]

    def key(self, value: int) -> str:
        """The name behind a key: a weapon's label, an order, a line."""
        name = self.recording.names.get(value, "?")
        return self._weapons.get(value) or self._places.get(name) or name

    def aside(self, value: int) -> str:
        """The name behind a key in brackets, or nothing when there is none."""
        return f" ({self.key(value)})" if value else ""

    def part(self, actor: int, entity: int) -> str:
        """What a lost entity is: `tank 2`."""
        units, entities = self.recording.units, self.recording.entities
        unit = int(self.recording.actors["unit"][actor]) if actor >= 0 else -1
        if unit < 0 or not 0 <= entity < int(units["n_entities"][unit]):
            return "vehicle"
        return str(entities["part"][int(units["first_entity"][unit]) + entity])

    def sentence(self, event: int, count: int = 1) -> str:
        """The row of `count` like events that begins with `event`."""
        log = self.recording.events
        kind = BY_CODE.get(int(log.kind[event]))
        if kind is None:
            return f"An event of a newer program (kind {int(log.kind[event])})"
        payload = dict(zip(kind.fields, log.payload_of(event), strict=False))
        who, whom = self.name(int(log.actor[event])), self.name(int(log.target[event]))
        speak = _WORDS.get(kind.name)
        if speak is None:
            return f"{who}: {kind.name.replace('_', ' ')}" + (f", {whom}" if whom else "")
        return speak(self, event, count, who, whom, payload)


def _on(whom: str) -> str:
    return f" on {whom}" if whom else ""


def _times(count: int) -> str:
    return f" ({count}×)" if count > 1 else ""


def _impact(s: Speaker, event: int, count: int, who: str, whom: str, p: dict[str, int]) -> str:
    away = math.hypot(p["x_mm"] / 1000 - s.hq[0], p["y_mm"] / 1000 - s.hq[1])
    where = f"{away:.0f} m from HQ" if away < 2000 else f"{away / 1000:.1f} km from HQ"
    if count > 1:
        return f"{count} rounds of {who} land, first {where}"
    return f"Round of {who} lands {where}"


def _people(s: Speaker, event: int, count: int, who: str, whom: str, p: dict[str, int]) -> str:
    hurt = whom or who
    by = f" ({s.key(p['weapon_key'])})" if "weapon_key" in p else ""
    return f"{hurt}: {count} {'person' if count == 1 else 'people'} out of action{by}"


def _vehicle(s: Speaker, event: int, count: int, who: str, whom: str, p: dict[str, int]) -> str:
    flags = p["flags"]
    state = "destroyed" if flags & Hull.K else "immobilised" if flags & Hull.M else "cannot fire"
    if flags & Hull.M and flags & Hull.F and not flags & Hull.K:
        state = "out of action"
    victim = int(s.recording.events.target[event])
    part = s.part(victim if victim >= 0 else int(s.recording.events.actor[event]), p["entity"])
    return f"{whom or who}: {part} {state} ({s.key(p['weapon_key'])})"


def _fired(s: Speaker, event: int, count: int, who: str, whom: str, p: dict[str, int]) -> str:
    rounds = p["rounds"] if count == 1 else 0
    many = f", {rounds} rounds" if rounds > 1 else _times(count)
    return f"{who} fires {s.key(p['weapon_key'])}{_on(whom)}{many}"


def _call(s: Speaker, event: int, count: int, who: str, whom: str, p: dict[str, int]) -> str:
    topic = SAYS_WORDS.get(p["says"]) or word(Says, p["says"])  # type: ignore[call-overload]
    return f"To liaison: {topic}"


def _answer(s: Speaker, event: int, count: int, who: str, whom: str, p: dict[str, int]) -> str:
    return f"From liaison: {ANSWER_WORDS.get(p['answer']) or word(Answer, p['answer'])}"  # type: ignore[call-overload]


def _because(value: int) -> str:
    return word(Reason, value) if value else "no reason recorded"


_ROE = {k: v[0].lower() for k, v in RUNG_WORDS.items()}

_WORDS: dict[str, Speak] = {
    "impact": _impact,
    "dud": lambda s, e, n, a, b, p: f"Round of {a} does not explode{_times(n)}",
    "wounded": _people,
    "killed": _people,
    "died_of_wounds": lambda s, e, n, a, b, p: f"{b or a}: {n} died of wounds",
    "vehicle": _vehicle,
    "fired": _fired,
    "warning_fired": lambda s, e, n, a, b, p: f"{a} fires warning shots ({s.key(p['weapon_key'])})",
    "opened": lambda s, e, n, a, b, p: f"{a} opens fire with {s.key(p['weapon_key'])}{_on(b)}",
    "ceased": lambda s, e, n, a, b, p: f"{a} ceases fire: {_because(p['reason'])}",
    "empty": lambda s, e, n, a, b, p: f"{a} has no {s.key(p['weapon_key'])} rounds left",
    "show_of_force": lambda s, e, n, a, b, p: f"{a} makes a show of force{_times(n)}",
    "warning_noticed": lambda s, e, n, a, b, p: f"{a} {'heeds' if p['heeded'] else 'does not heed'} the warning",
    "seen": lambda s, e, n, a, b, p: f"{a} detects {b} at {p['range_mm'] / 1e6:.1f} km, ±{p['sigma_mm'] / 1000:.0f} m",
    "sight_lost": lambda s, e, n, a, b, p: f"{a} loses sight of {b}",
    "act_observed": lambda s, e, n, a, b, p: f"{a} sees {b}: {word(Act, p['act'])}",
    "affiliation_judged": lambda s, e, n, a, b, p: f"{a} takes {b} for {s.key(p['tag_key']).replace('_', ' ')}",
    "contact_stale": lambda s, e, n, a, b, p: f"Contact {b or a} grows stale",
    "contact_dropped": lambda s, e, n, a, b, p: f"Contact {b or a} is dropped",
    "located": lambda s, e, n, a, b, p: f"{a} locates {b} by its fire",
    "assessed": lambda s, e, n, a, b, p: (
        f"{a} judges the effect on {b or 'the target'}: {'yes' if p['judged'] else 'no'}"
    ),
    "arrived": lambda s, e, n, a, b, p: f"{a} arrives{s.aside(p['order_key'])}",
    "line_crossed": lambda s, e, n, a, b, p: f"{a} crosses {s.key(p['line_key'])}",
    "committed": lambda s, e, n, a, b, p: f"{a} is committed{s.aside(p['order_key'])}",
    "detached": lambda s, e, n, a, b, p: f"{a} leaves its formation: {_because(p['reason'])}",
    "order_begun": lambda s, e, n, a, b, p: f"{a} begins {s.key(p['order_key'])}",
    "order_done": lambda s, e, n, a, b, p: f"{a} completes {s.key(p['order_key'])}",
    "order_aborted": lambda s, e, n, a, b, p: f"{a} gives up {s.key(p['order_key'])}: {_because(p['why'])}",
    "pinned": lambda s, e, n, a, b, p: f"{a} is pinned",
    "recovered": lambda s, e, n, a, b, p: f"{a} recovers",
    "broke": lambda s, e, n, a, b, p: f"{a} breaks: {_because(p['reason'])}",
    "withdrew": lambda s, e, n, a, b, p: f"{a} withdraws: {_because(p['reason'])}",
    "surrendered": lambda s, e, n, a, b, p: f"{a} surrenders: {_because(p['reason'])}",
    "on_station": lambda s, e, n, a, b, p: f"{a} on station",
    "off_station": lambda s, e, n, a, b, p: f"{a} off station: {_because(p['why'])}",
    "bingo": lambda s, e, n, a, b, p: f"{a} must return for fuel",
    "rearmed": lambda s, e, n, a, b, p: f"{a} is rearmed",
    "roe_state": lambda s, e, n, a, b, p: f"ROE → {_ROE.get(p['rung']) or word(Rung, p['rung'])}",  # type: ignore[call-overload]
    "permitted": lambda s, e, n, a, b, p: f"Permitted against {b or a}: {word(Rung, p['rung'])}",
    "forbidden": lambda s, e, n, a, b, p: f"Forbidden against {b or a}: {s.key(p['rule_key'])}",
    "rung_passed": lambda s, e, n, a, b, p: f"ROE passes over {word(Rung, p['rung'])}: {_because(p['why'])}",
    "approval_asked": lambda s, e, n, a, b, p: f"{a} asks to fire on {b}{', in contact' if p['in_contact'] else ''}",
    "approved": lambda s, e, n, a, b, p: f"Fire on {b or a} approved",
    "denied": lambda s, e, n, a, b, p: f"Fire on {b or a} denied: {_because(p['why'])}",
    "assigned": lambda s, e, n, a, b, p: f"{a} given {b or 'a target'} ({s.key(p['weapon_key'])})",
    "waiting": lambda s, e, n, a, b, p: f"Fire on {b or a} waits for {word(Wait, p['what'])}",
    "controller_lost": lambda s, e, n, a, b, p: f"{a} loses a controller{f', that of {b}' if b else ''}",
    "broken_off": lambda s, e, n, a, b, p: f"{a} breaks off its run{_on(b)}: {_because(p['why'])}",
    "cancelled": lambda s, e, n, a, b, p: f"Fire on {b or a} cancelled: {_because(p['why'])}",
    "airspace_closed": lambda s, e, n, a, b, p: "Airspace closed for rockets",
    "airspace_open": lambda s, e, n, a, b, p: "Airspace open",
    "call_placed": _call,
    "call_answered": _answer,
    "call_unanswered": lambda s, e, n, a, b, p: "From liaison: no answer",
    "halt_ordered": lambda s, e, n, a, b, p: f"{a} orders a halt",
    "halt_obeyed": lambda s, e, n, a, b, p: f"{a} obeys the halt{_times(n)}",
    "line_busy": lambda s, e, n, a, b, p: f"To liaison: no free line, the call {'waits' if p['held'] else 'is lost'}",
    "line_taken": lambda s, e, n, a, b, p: "To liaison: a line is free",
    "halt_ignored": lambda s, e, n, a, b, p: f"{a} ignores the halt: {_because(p['why'])}",
    "end": lambda s, e, n, a, b, p: f"Recording ends: {_because(p['reason'])}",
}
