"""Who is drawn where: single units when near, one sign for a formation when far, contacts in a side's picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viz.camera import to_screen
from viz.frame.beliefs import Contact, age_words
from viz.frame.night import Night
from viz.frame.states import BROKEN, FIRING, MOVING, OUT, PINNED, WITHDRAWING
from viz.frame.view import View

Floats = NDArray[np.float64]
GROUPS_BEYOND_M, MERGE_WITHIN_M = 20_000.0, 8_000.0
MERGE_PX = 30.0
IDENTIFIED_M = 160.0
DIM_AFTER_MS = 1_800_000
THIN = "\u2009"


@dataclass(frozen=True)
class Sign:
    """One symbol on the map, and the words beside it. `x`, `y` in metres is the true (or believed) place."""

    key: int
    units: tuple[int, ...]
    code: str
    side: str
    name: str
    sub: str
    x: float
    y: float
    state: str = ""
    ring_m: float = 0.0
    alpha: int = 255
    rank: float = 0.0
    air: bool = False


def state_words(bits: int, out: bool) -> str:
    """What a unit does, in one word or none."""
    if out:
        return "out of action"
    for bit, words in (
        (WITHDRAWING, "withdrawing"),
        (BROKEN, "broken"),
        (PINNED, "pinned"),
        (FIRING, "firing"),
        (MOVING, "moving"),
    ):
        if bits & bit:
            return words
    return ""


def title(formation: str) -> str:
    """A formation's id as a title: `company-a` is `Company A`."""
    words = formation.replace("-", " ").replace("_", " ").strip()
    parts = [w.upper() if len(w) == 1 or w in ("hq", "sdf") else w for w in words.split()]
    return " ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]]) if parts else ""


def hysteresis(view: View) -> bool:
    """Whether formations are drawn as one sign: beyond 20 km across, with 10 % of inertia."""
    edge = GROUPS_BEYOND_M * (0.95 if view.grouped else 1.05)
    return view.camera.width_m > edge


def signs_of(night: Night, view: View, t: float) -> list[Sign]:
    """All signs of the chosen picture at t, most important last."""
    at = night.positions(t)
    strength, bits, out = night.states.strength(t), night.states.bits(t), night.states.out(t)
    own = np.ones(night.n_units, dtype=bool)
    if not view.truth:
        own = night.attackers if view.side == "attackers" else ~night.attackers
    shown = np.isfinite(at).all(axis=1) & own
    signs = _truth(night, view, t, at, strength, bits, out, shown)
    if not view.truth:
        signs += _contacts(night, view, [c for c in night.beliefs.contacts(view.side, t) if not own[c.unit]])
    return sorted(signs, key=lambda s: (view.selected in s.units, s.rank, -s.key))


def _truth(
    night: Night,
    view: View,
    t: float,
    at: Floats,
    strength: Floats,
    bits: NDArray[np.int64],
    out: NDArray[np.bool_],
    shown: NDArray[np.bool_],
) -> list[Sign]:
    groups = _grouped(night, view, at, shown, out)
    signs = []
    for members in groups:
        if len(members) == 1:
            signs.append(_single(night, members[0], t, at, strength, bits, out))
        else:
            signs.append(_group(night, members, at, strength, bits, out))
    return signs


def _grouped(night: Night, view: View, at: Floats, shown: NDArray[np.bool_], out: NDArray[np.bool_]) -> list[list[int]]:
    """Which units share a sign. Aircraft never do; nor does a unit that is out of action with one that is not."""
    width = view.camera.width_m
    index = [int(i) for i in np.flatnonzero(shown)]
    if width <= MERGE_WITHIN_M:
        return [[i] for i in index]
    formation = night.recording.units["formation"]
    together: dict[tuple[str, str, bool], list[int]] = {}
    alone: list[list[int]] = []
    for i in index:
        if night.air[i] or not str(formation[i]) or (i == view.selected and not hysteresis(view)):
            alone.append([i])
        else:
            together.setdefault((night.side(i), str(formation[i]), bool(out[i])), []).append(i)
    if hysteresis(view):
        return alone + [g for members in together.values() for g in _clusters(view, at, members, 90.0)]
    return alone + [g for members in together.values() for g in _clusters(view, at, members, MERGE_PX)]


def _clusters(view: View, at: Floats, members: list[int], reach: float) -> list[list[int]]:
    """Members whose places on the screen overlap, in id order (so the same places give the same groups)."""
    screen = to_screen(view.camera, at[members])
    groups: list[tuple[Floats, list[int]]] = []
    for place, unit in zip(screen, members, strict=True):
        for k, (centre, group) in enumerate(groups):
            if np.abs(place - centre).max() < reach:
                group.append(unit)
                groups[k] = (centre + (place - centre) / len(group), group)
                break
        else:
            groups.append((place, [unit]))
    return [group for _, group in groups]


def _single(
    night: Night,
    unit: int,
    t: float,
    at: Floats,
    strength: Floats,
    bits: NDArray[np.int64],
    out: NDArray[np.bool_],
) -> Sign:
    gone = bool(out[unit])
    since = night.states.since("state", unit, t) if gone else None
    away = gone and (unit, since) in night.left_station
    gone = gone and not away
    words = "off station" if away else state_words(int(bits[unit]), gone)
    people = int(strength[unit])
    if night.air[unit]:
        altitude = float(night.recording.units["altitude_m"][unit])
        sub = words or (f"{altitude:,.0f} m".replace(",", THIN) if altitude > 0 else "")
    else:
        sub = " · ".join(w for w in (words, f"{people} people" if people and not gone else "") if w)
    old = gone and since is not None and t - since > DIM_AFTER_MS
    side = night.side(unit)
    hq = unit == night.hq_unit
    return Sign(
        key=unit,
        units=(unit,),
        code=night.code(unit),
        side=side,
        name=night.label(unit),
        sub=sub,
        x=float(at[unit, 0]),
        y=float(at[unit, 1]),
        state="hollow slash" if gone else "",
        alpha=115 if old or away else 255,
        rank=(90.0 if hq else 0.0) + (0.0 if gone else 10.0) + min(people, 50) / 10 + (5.0 if night.air[unit] else 0),
        air=bool(night.air[unit]),
    )


def _group(
    night: Night,
    members: list[int],
    at: Floats,
    strength: Floats,
    bits: NDArray[np.int64],
    out: NDArray[np.bool_],
) -> Sign:
    people = int(strength[members].sum())
    biggest = max(members, key=lambda i: (i == night.hq_unit, strength[i], -i))
    weight = np.maximum(strength[members], 0.01)[:, None]
    centre = (at[members] * weight).sum(axis=0) / weight.sum()
    gone = bool(out[members].all())
    words = state_words(int(np.bitwise_or.reduce(bits[members])) & (FIRING | MOVING), gone)
    if not gone and (bits[members] & (WITHDRAWING | BROKEN)).astype(bool).all():
        words = "withdrawing"
    formation = str(night.recording.units["formation"][members[0]])
    sub = f"{len(members)} units · {people} people" if people else f"{len(members)} units"
    return Sign(
        key=biggest,
        units=tuple(members),
        code=night.code(biggest),
        side=night.side(biggest),
        name=title(formation),
        sub=f"{sub} · {words}" if gone or words == "withdrawing" else sub,
        x=float(centre[0]),
        y=float(centre[1]),
        state="hollow slash" if gone else "",
        rank=(90.0 if night.hq_unit in members else 0.0) + (0.0 if gone else 20.0) + min(people, 300) / 10,
    )


RING_AGE_MS = 5_400_000


def _contacts(night: Night, view: View, contacts: list[Contact]) -> list[Sign]:
    """Contacts that would lie on each other share a sign: the freshest speaks, the others are counted."""
    if view.camera.width_m <= MERGE_WITHIN_M or len(contacts) < 2:
        return [_contact(night, c) for c in contacts]
    fresh = sorted(contacts, key=lambda c: (c.age_ms, c.unit))
    places = to_screen(view.camera, np.array([(c.x, c.y) for c in fresh]))
    reach = 44.0 if hysteresis(view) else MERGE_PX
    groups: list[tuple[Floats, list[Contact]]] = []
    for place, contact in zip(places, fresh, strict=True):
        home = next((g for p, g in groups if np.abs(p - place).max() < reach), None)
        if home is None:
            groups.append((place, [contact]))
        else:
            home.append(contact)
    out = []
    for _, members in groups:
        sign = _contact(night, members[0])
        if len(members) > 1:
            name = f"{sign.name} +{len(members) - 1}"
            sign = replace(sign, units=tuple(c.unit for c in members), name=name, rank=sign.rank + len(members))
        out.append(sign)
    return out


def _contact(night: Night, contact: Contact) -> Sign:
    """The other side's unit as this side last had it: hollow, with age and error; unknown if unidentified."""
    unit = contact.unit
    code = night.code(unit)
    known = bool(contact.tag) or contact.error_m < IDENTIFIED_M or contact.act > 0
    tag = contact.tag.replace("_", " ").capitalize() if contact.tag else "Contact" if known else "Unknown"
    kind = night.full_label(unit).split(",")[0].split("(")[0].strip() if known else "section"
    kind = " ".join(w if any(c.isdigit() for c in w) else w.lower() for w in kind.split())
    who = night.find_unit(contact.observer) if contact.observer else -1
    by = night.label(who) if who >= 0 else contact.observer
    return Sign(
        key=unit,
        units=(unit,),
        code=code if known else "unknown" + code,
        side=night.side(unit) if known else "",
        name=f"{tag}, {kind}?" if kind else f"{tag}?",
        sub=f"{by}, {age_words(contact.age_ms)} ago" if by else f"{age_words(contact.age_ms)} ago",
        x=contact.x,
        y=contact.y,
        state="hollow",
        ring_m=contact.error_m if contact.age_ms < RING_AGE_MS else 0.0,
        alpha=150 if contact.stale else 255,
        rank=12.0 - min(contact.age_ms / 600_000, 10.0),
        air=bool(night.air[unit]),
    )


__all__ = ["OUT", "Sign", "hysteresis", "signs_of", "state_words", "title"]
