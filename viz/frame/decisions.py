"""Who might shoot, and who called whom: the state of permission as intervals, hotline calls with their messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.events import Answer, CallPhase, Rung, Says
from sim.recording import Recording

RUNG_WORDS = {
    Rung.HOLD: ("Hold", "Hold"),
    Rung.HOTLINE_CALL: ("Hold, hotline call", "Call"),
    Rung.SHOW_OF_FORCE: ("Show of force", "Show"),
    Rung.WARNING_SHOTS: ("Warning shots", "Warn"),
    Rung.ENGAGE: ("Weapons free", "Free"),
}
ON_RECORD = ("reported", "disputed")
"""Tags of a call of which the record tells; of others it does not."""

SAYS_WORDS = {
    Says.POSITION: "gives its position",
    Says.BUILD_UP: "build-up notice",
    Says.WARNING: "warning",
    Says.STOP: "stop request",
    Says.AFTER: "after the fight",
}
ANSWER_WORDS = {
    Answer.NONE: "no answer",
    Answer.DISOWN: "says the force is not theirs",
    Answer.ASSURE: "gives an assurance",
    Answer.ASK_TIME: "asks for time",
    Answer.OWN_UP: "says the force is theirs",
    Answer.HALT_ORDERED: "says a halt was ordered",
}


@dataclass(frozen=True)
class Permission:
    """From when to when which rung of the ladder held."""

    start: int
    end: int
    rung: int
    words: str
    short: str
    event: int


@dataclass(frozen=True)
class Message:
    """One thing said, in reported speech."""

    t_ms: int
    outgoing: bool
    text: str
    tag: str
    note: str


@dataclass(frozen=True)
class Call:
    """One hotline call: when, in which phase, what about, how it ended."""

    key: str
    t_ms: int
    end_ms: int
    phase: str
    outgoing: bool
    topic: str
    outcome: str
    inferred: bool
    event: int
    messages: tuple[Message, ...]


def word(kind: type, value: int) -> str:
    """The name of a member of an enumeration, or its number when a newer program wrote it."""
    try:
        return str(kind(value).name).lower().replace("_", " ")
    except ValueError:
        return f"{kind.__name__.lower()} {value}"


def permissions(recording: Recording, start: int, end: int) -> list[Permission]:
    """The ROE state over the whole run. Before the first change it is hold; hold after engage is a cease."""
    log = recording.events
    changes = [(start, 0, -1)]
    for row, rung in zip(log.of("roe_state").tolist(), log.payload("roe_state")["rung"].tolist(), strict=True):
        if rung != changes[-1][1]:
            changes.append((int(log.t_ms[row]), int(rung), int(row)))
    out = []
    engaged = False
    for i, (t, rung, event) in enumerate(changes[:5000]):
        until = changes[i + 1][0] if i + 1 < len(changes) else end
        engaged = engaged or rung == Rung.ENGAGE
        words, short = RUNG_WORDS.get(rung, (f"rung {rung}", f"{rung}"))  # type: ignore[call-overload]
        if engaged and rung == Rung.HOLD:
            words, short = "Cease", "Cease"
        if until > t:
            out.append(Permission(t, until, rung, words, short, event))
    return out


def _text(row: dict[str, Any], key: str, most: int = 600) -> str:
    value = row.get(key)
    return "" if value is None else str(value)[:most]


def _messages(rows: list[dict[str, Any]]) -> tuple[Message, ...]:
    out = []
    for row in rows[:40]:
        tag = _text(row, "tag", 20).lower() or "modelled"
        note = _text(row, "note", 200) or (f"claim {_text(row, 'claim', 20)}" if row.get("claim") else "")
        text = _text(row, "text") or _text(row, "says", 80)
        out.append(Message(int(row["t_ms"]), not _incoming(row), text, tag, note))
    return tuple(out)


def _incoming(row: dict[str, Any]) -> bool:
    return _text(row, "direction", 20).lower() in ("in", "incoming", "from", "answer", "from_liaison")


def calls(recording: Recording) -> list[Call]:
    """Calls in time order, from the log; what was said from the transcript."""
    log = recording.events
    said: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(recording.transcript, key=lambda r: r["t_ms"])[:20_000]:
        said.setdefault(_text(row, "call", 80), []).append(row)
    ends: dict[int, tuple[int, str]] = {}
    for kind in ("call_answered", "call_unanswered"):
        payload = log.payload(kind)
        for i, row in enumerate(log.of(kind).tolist()):
            answer = int(payload["answer"][i]) if kind == "call_answered" else 0
            words = ANSWER_WORDS.get(answer, f"answer {answer}") if kind == "call_answered" else "unanswered"  # type: ignore[call-overload]
            for cause in log.causes_of(row) or [-1]:
                ends.setdefault(cause, (int(log.t_ms[row]), words))
            ends.setdefault(-int(payload["call_key"][i]) - 10, (int(log.t_ms[row]), words))
    out = []
    placed = log.payload("call_placed")
    turns: dict[str, int] = {}
    for i, row in enumerate(log.of("call_placed").tolist()):
        key = recording.names.get(int(placed["call_key"][i]), f"call {i + 1}")
        t = int(log.t_ms[row])
        end, outcome = ends.get(row) or ends.get(-int(placed["call_key"][i]) - 10) or (t, "no outcome recorded")
        turn = turns.get(key, 0)
        turns[key] = turn + 1
        near = [r for r in said.get(key, []) if r.get("turn", turn) == turn]
        out.append(
            Call(
                key=key,
                t_ms=t,
                end_ms=max(end, t),
                phase=word(CallPhase, int(placed["phase"][i])),
                outgoing=not (near and _incoming(near[0])),
                topic=SAYS_WORDS.get(int(placed["says"][i]), f"topic {int(placed['says'][i])}"),  # type: ignore[call-overload]
                outcome=outcome,
                inferred=not any(not _incoming(r) and _text(r, "tag", 20).lower() in ON_RECORD for r in near),
                event=int(row),
                messages=_messages(near),
            )
        )
    return sorted(out, key=lambda c: c.t_ms)


def sides_of_units(recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Boolean columns: attackers, defenders."""
    side = recording.units["side"].astype(str)
    return side == "attackers", side == "defenders"
