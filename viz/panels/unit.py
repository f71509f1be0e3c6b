"""The unit card: who it is, how it fares, what it does, who sees it, and why its state last changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.events import BY_NAME
from viz.camera import range_bearing
from viz.canvas import Canvas, Mark
from viz.canvas.base import shorten, wrap
from viz.frame import Frame
from viz.frame.beliefs import age_words
from viz.frame.place import distance_words
from viz.frame.signs import state_words, title
from viz.symbols import box_of
from viz.theme import Palette, Rect

Rows = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Bar:
    """A share with its words."""

    name: str
    share: float
    words: str
    side: str
    source: str = ""


def draw(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """The card of the selected unit (and a second one beside it), or a list to choose from."""
    unit = frame.view.selected
    if not 0 <= unit < frame.night.n_units:
        _choose(canvas, frame, palette, box)
        return
    if not frame.known_side(0 if frame.night.attackers[unit] else 1):
        _believed(canvas, frame, palette, box, unit)
        return
    y = _head(canvas, frame, palette, box, unit)
    bars = bars_of(frame, unit)
    rows = rows_of(frame, unit)
    if 0 <= frame.view.second < frame.night.n_units:
        rows = _pair(frame, unit, frame.view.second) + rows
    for bar in bars:
        if y + 20 > box.bottom:
            return
        _bar(canvas, frame, palette, box, y, bar)
        y += 22
    canvas.lines([(box.x + 14, y + 5), (box.right - 14, y + 5)], palette.line)
    y += 12
    for name, value, source in rows:
        if y + 20 > box.bottom - 44:
            break
        canvas.text(name, (box.x + 14, y + 9), size=13, colour=palette.text2, anchor="lm")
        room = box.w - 42 - canvas.measure(name, 13)[0]
        words = shorten(canvas, value, room, 13, "semibold")
        w = canvas.text(words, (box.right - 14, y + 9), size=13, face="semibold", colour=palette.text, anchor="rm")
        if source:
            canvas.lines([(box.right - 14 - w, y + 19), (box.right - 14, y + 19)], palette.text3, dash=(1.5, 2.5))
            frame.hit(Rect(box.right - 14 - w, y, w, 22), "provenance", source, "Where this comes from (Q)")
        y += 22
    _why(canvas, frame, palette, Rect(box.x + 14, y + 4, box.w - 28, box.bottom - y - 10), unit)


def _head(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, unit: int) -> float:
    night = frame.night
    side = night.side(unit)
    gone = bool(night.states.out(frame.t)[unit])
    code = night.code(unit)
    w, h, ax, ay = box_of(code, side, 27)
    left = box.x + 34
    mark = Mark("unit", 27, side, code, "hollow slash" if gone else "")
    canvas.image(mark, (left - w / 2 + ax, box.y + 34 - min(h, 52) / 2 + ay))
    name = shorten(canvas, night.label(unit), box.w - 66 - 78, 17, "semibold")
    canvas.text(name, (box.x + 64, box.y + 12), size=17, face="semibold", colour=palette.text)
    tag = str(night.recording.units["tag"][unit]).replace("_", " ")
    about = f"{night.unit_id(unit)} · {side} · {tag}"
    canvas.text(shorten(canvas, about, box.w - 78, 12.5), (box.x + 64, box.y + 34), size=12.5, colour=palette.text2)
    button = Rect(box.right - 72, box.y + 12, 58, 22)
    on = frame.view.follow
    canvas.rect(button, palette.line_strong if on else palette.panel, edge=palette.line_strong, radius=11)
    canvas.text("Follow", button.centre, size=12.5, colour=palette.text if on else palette.text2, anchor="mm")
    frame.hit(Rect(button.x, button.y - 1, button.w, 24), "follow", None, "Centre on it and follow (C)")
    return box.y + 62


def _bar(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, y: float, bar: Bar) -> None:
    canvas.text(shorten(canvas, bar.name, 88, 13), (box.x + 14, y + 9), size=13, colour=palette.text2, anchor="lm")
    left, wide = box.x + 14 + 96, box.w - 28 - 96 - 78
    canvas.rect(Rect(left, y + 6, wide, 6), palette.window, radius=2)
    share = min(max(bar.share, 0.0), 1.0) if math.isfinite(bar.share) else 0.0
    if share > 0:
        colour = palette.side(bar.side) if bar.side else palette.text3
        canvas.rect(Rect(left, y + 6, max(wide * share, 2), 6), colour, radius=2)
    w = canvas.text(bar.words, (box.right - 14, y + 9), size=13, face="semibold", colour=palette.text, anchor="rm")
    if bar.source:
        canvas.lines([(box.right - 14 - w, y + 19), (box.right - 14, y + 19)], palette.text3, dash=(1.5, 2.5))
        frame.hit(Rect(box.right - 16 - w, y, w + 4, 22), "provenance", bar.source, "Where this comes from (Q)")


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
        out.append(Bar(hulls[2], hulls[0] / hulls[1], f"{hulls[0]} of {hulls[1]}", side, f"units[{night.unit_id(unit)}]"))
    labels = {str(n): str(label or n) for n, label in zip(night.recording.weapons["id"], night.recording.weapons["label"], strict=True)}
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
        rows.append(("Last seen by", f"{contact.observer or other}, {age_words(contact.age_ms)} ago, ±{contact.error_m:.0f} m", ""))
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


def _pair(frame: Frame, unit: int, second: int) -> Rows:
    at = frame.night.positions(frame.t)
    metres, bearing = range_bearing(tuple(at[unit]), tuple(at[second]))
    return [("To " + frame.night.label(second)[:18], f"{distance_words(metres)}, {bearing:03.0f}°", "")]


def _why(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, unit: int) -> None:
    """The chain behind the latest change, newest first; every link seeks."""
    links = chain(frame, unit)
    if not links or box.h < 40:
        return
    canvas.rect(Rect(box.x, box.y, box.w, box.h), palette.raised, radius=4)
    y = box.y + 6
    lead = "Why: " if frame.view.truth else "Known: "
    for i, (event, words) in enumerate(links):
        text = (lead if i == 0 else "← ") + words
        for line in wrap(canvas, text, box.w - 16, 12.5)[:2]:
            if y + 16 > box.bottom - 2:
                return
            canvas.text(line, (box.x + 8, y), size=12.5, colour=palette.text if i == 0 else palette.text2)
            frame.hit(Rect(box.x + 4, y - 1, box.w - 8, 17), "event_at", event, "Go to this event")
            y += 16


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


def _believed(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, unit: int) -> None:
    """What this side knows of a unit of the other."""
    night, side = frame.night, frame.view.side
    contact = night.beliefs.last_seen(unit, side, frame.t)
    canvas.text("Contact" if contact else "Unknown to this side", (box.x + 14, box.y + 12), size=17, face="semibold", colour=palette.text)
    if contact is None:
        canvas.text("Nothing was reported of this unit.", (box.x + 14, box.y + 40), size=13, colour=palette.text2)
        return
    rows = (
        ("Taken for", contact.tag.replace("_", " ") or "not judged"),
        ("Reported by", contact.observer or "unknown"),
        ("Age", age_words(contact.age_ms)),
        ("Error now", f"±{contact.error_m:.0f} m"),
        ("State", "stale" if contact.stale else "held"),
    )
    for i, (name, value) in enumerate(rows):
        y = box.y + 50 + 22 * i
        canvas.text(name, (box.x + 14, y), size=13, colour=palette.text2, anchor="lm")
        canvas.text(value, (box.right - 14, y), size=13, face="semibold", colour=palette.text, anchor="rm")


def _choose(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """Nothing selected: say how to, and offer everybody by formation."""
    canvas.text("Select a unit on the map or in the log", (box.x + 14, box.y + 12), size=13, colour=palette.text2)
    night = frame.night
    y = box.y + 40 - frame.view.tab_scroll * 22
    for side in ("attackers", "defenders"):
        if not frame.known_side(0 if side == "attackers" else 1):
            continue
        if y > box.y + 30:
            canvas.text(side.upper(), (box.x + 14, y), size=11, face="semibold", colour=palette.side(side), tracking=0.8)
        y += 18
        for i in range(night.n_units):
            if night.side(i) != side:
                continue
            if box.y + 34 < y < box.bottom - 18:
                words = f"{night.label(i)} · {title(str(night.recording.units['formation'][i]))}"
                canvas.text(shorten(canvas, words, box.w - 40, 13), (box.x + 14, y), size=13, colour=palette.text)
                frame.hit(Rect(box.x + 8, y - 2, box.w - 16, 20), "select", i, "")
            y += 22
