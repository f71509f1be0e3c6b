"""The facts of one unit at an instant: shares, orders, who sees it, who fires at it, and why. No drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.events import BY_NAME
from viz.camera import range_bearing
from viz.frame.beliefs import age_words
from viz.frame.build import Frame
from viz.frame.place import distance_words
from viz.frame.signs import state_words

Rows = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Bar:
    """A share with its words."""

    name: str
    share: float
    words: str
    side: str
    source: str = ""


def bars_of(frame: Frame, unit: int) -> list[Bar]:
    """People, vehicles, ammunition by weapon, suppression."""
    night, t = frame.night, frame.t
    units, side = night.recording.units, night.side(unit)
    at_load = int(units["people"][unit])
    out = []
    if at_load:
        now = int(night.states.strength(t)[unit])
        out.append(Bar("People", now / at_load, f"{now} of {at_load}", side, f"units[{night.unit_id(unit)}]"))
    hulls = _hulls(frame, unit)
    if hulls[1]:
        out.append(
            Bar(hulls[2], hulls[0] / hulls[1], f"{hulls[0]} of {hulls[1]}", side, f"units[{night.unit_id(unit)}]")
        )
    labels = {
        str(n): str(label or n)
        for n, label in zip(night.recording.weapons["id"], night.recording.weapons["label"], strict=True)
    }
    for name, now_rounds, full in night.states.ammunition(unit, t)[:3]:
        share = now_rounds / full if full > 0 else 0.0
        words = labels.get(name, name)
        source = f"units[{night.unit_id(unit)}].weapons.{name}"
        out.append(Bar(words[:1].upper() + words[1:], share, f"{share:.0%}".replace("%", " %"), "", source))
    suppression = night.states.column("suppression", t)[unit]
    if np.isfinite(suppression):
        out.append(Bar("Suppression", float(suppression), f"{suppression:.2f}", ""))
    return out


def _hulls(frame: Frame, unit: int) -> tuple[int, int, str]:
    """What is left of vehicles, guns or aircraft, of how many, and what to call them."""
    recording, log = frame.night.recording, frame.night.recording.events
    first, n = int(recording.units["first_entity"][unit]), int(recording.units["n_entities"][unit])
    things = [i for i in range(n) if not recording.entities["person"][first + i]]
    if not things:
        return 0, 0, ""
    lost = set()
    at = BY_NAME["vehicle"].fields
    for row in log.of("vehicle").tolist():
        if log.t_ms[row] > frame.t:
            break
        who = int(log.target[row]) if log.target[row] >= 0 else int(log.actor[row])
        if frame.night.unit_of_actor[who] == unit:
            payload = log.payload_of(row)
            if payload[at.index("flags")] & 4 or payload[at.index("flags")] & 3 == 3:
                lost.add(payload[at.index("entity")])
    kinds = {str(recording.entities["counts_as"][first + i]) for i in things}
    name = "Aircraft" if kinds == {"aircraft"} else "Guns" if kinds <= {"artillery", "mortar"} else "Vehicles"
    return len(things) - len(lost & set(things)), len(things), name


def rows_of(frame: Frame, unit: int) -> Rows:
    """Order, movement, permission, who sees it, who fires at it, who is near."""
    night, t = frame.night, frame.t
    bits = int(night.states.bits(t)[unit])
    vx, vy = (float(v) for v in night.velocity(t)[unit])
    speed = math.hypot(vx, vy)
    heading = math.degrees(math.atan2(vx, vy)) % 360
    moves = f"{speed * 3.6:.1f} km/h, heading {heading:03.0f}°" if speed > 0.01 else "halted"
    words = state_words(bits, bool(night.states.out(t)[unit]))
    rows: Rows = []
    order = _order(frame, unit)
    if order:
        rows.append(("Order", order[0], f"orders[{order[1]}]"))
    rows.append(("Movement", moves if words in ("", "moving") else f"{words}; {moves}", ""))
    if not night.attackers[unit] and night.permissions:
        rows.append(("ROE state", night.permissions[night.permission(t)].words, "roe"))
    other = "defenders" if night.attackers[unit] else "attackers"
    contact = night.beliefs.last_seen(unit, other, t) if frame.view.truth else None
    if contact is not None:
        rows.append(
            (
                "Last seen by",
                f"{contact.observer or other}, {age_words(contact.age_ms)} ago, ±{contact.error_m:.0f} m",
                "",
            )
        )
    elif frame.view.truth:
        rows.append(("Last seen by", "nobody yet", ""))
    hit = _last_hit(frame, unit)
    if hit:
        rows.append(("Under fire from", hit, ""))
    if unit == night.hq_unit:
        rows.append(("Rounds ≤ 500 m", f"{night.series.near(t)} so far", "claim:C17"))
    near = _nearest(frame, unit)
    if near:
        rows.append(("Nearest opponent", near, ""))
    return rows


def _order(frame: Frame, unit: int) -> tuple[str, str] | None:
    """The last order begun or finished by the unit or its formation."""
    night, log = frame.night, frame.night.recording.events
    formation = str(night.recording.units["formation"][unit])
    names = night.recording.actors["name"]
    best: tuple[int, str, str] | None = None
    for kind, words in (("order_begun", ""), ("order_done", " (done)"), ("order_aborted", " (given up)")):
        payload = log.payload(kind)
        for i, row in enumerate(log.of(kind).tolist()):
            if log.t_ms[row] > frame.t:
                break
            actor = int(log.actor[row])
            if night.unit_of_actor[actor] == unit or str(names[actor]) == formation:
                key = night.speaker.key(int(payload["order_key"][i]))
                if best is None or row > best[0]:
                    best = (row, key.replace("_", " ") + words, key)
    return (best[1], best[2]) if best else None


def _last_hit(frame: Frame, unit: int) -> str:
    """Who last fired at it in the last ten minutes."""
    shots, t = frame.night.shots, frame.t
    rows = np.flatnonzero((shots.target == unit) & (shots.start <= t) & (shots.start > t - 600_000))
    if not len(rows):
        return ""
    shooter = int(shots.shooter[rows[np.argmax(shots.start[rows])]])
    if shooter < 0:
        return ""
    return frame.night.label(shooter) if frame.view.truth else "fire from somewhere"


def _nearest(frame: Frame, unit: int) -> str:
    """The nearest opponent that is not out of action, on the ground."""
    if not frame.view.truth:
        return ""
    night = frame.night
    at = night.positions(frame.t)
    away = np.hypot(at[:, 0] - at[unit, 0], at[:, 1] - at[unit, 1])
    foe = (night.attackers != night.attackers[unit]) & ~night.air & ~night.states.out(frame.t)
    away = np.where(foe & np.isfinite(away), away, np.inf)
    best = int(np.argmin(away)) if len(away) else -1
    return f"{night.label(best)}, {distance_words(float(away[best]))}" if best >= 0 and np.isfinite(away[best]) else ""


def pair(frame: Frame, unit: int, second: int) -> Rows:
    at = frame.night.positions(frame.t)
    metres, bearing = range_bearing(tuple(at[unit]), tuple(at[second]))
    return [("To " + frame.night.label(second)[:18], f"{distance_words(metres)}, {bearing:03.0f}°", "")]


def chain(frame: Frame, unit: int, most: int = 8) -> list[tuple[int, str]]:
    """From the unit's last fate or state change by t, back through first causes."""
    night, log = frame.night, frame.night.recording.events
    rows = night.rows
    last = int(np.searchsorted(rows.t_ms, frame.t, side="right"))
    mine = np.flatnonzero((rows.unit[:last] == unit) & np.isin(rows.group[:last], (0, 2, 4)))
    if not len(mine):
        return []
    event = int(rows.first[mine[-1]])
    out: list[tuple[int, str]] = []
    seen: set[int] = set()
    while event >= 0 and event not in seen and len(out) < most:
        seen.add(event)
        out.append((event, f"{night.speaker.sentence(event)} {night.calendar.local(int(log.t_ms[event]))}"))
        causes = log.causes_of(event)
        event = max(causes) if causes else -1
    return out
