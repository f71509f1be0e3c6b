"""A made-up night in the shape of a real one, for tests of what reads recordings.

Nothing here is a result: times, places and losses are drawn from a seeded generator to look plausible.
`recording(seed)` is deterministic; it needs no engine, no scenario and no file.
"""

from __future__ import annotations

import json
import math
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np

from sim import events as ev
from sim.recording import CHANGE_FIELDS, EventTable, Recording, Table, digest, empty_table
from sim.tags import Attributions

MINUTE = 60_000
HOUR = 60 * MINUTE
T0_MS = (7 * 24 * 60 + 22 * 60 + 30) * MINUTE
"""First round: 22:30 on 7 February, counted from 00:00 on 31 January."""

RIVER = [(-8000.0, 6000.0), (-2000.0, -500.0), (4000.0, -7000.0)]
STATE = {"moving": 1, "pinned": 2, "broken": 4, "withdrawing": 8, "out": 16, "firing": 32}

# id, kind, tag, formation, how many, (part, person, counts_as, vehicle) of one unit, symbol set + entity
Parts = list[tuple[str, int, str, int]]
MAN = ("soldier", 1, "person", 0)
CREW = ("crew", 1, "person", 0)
ATTACKERS: list[tuple[str, str, str, str, int, Parts, str]] = [
    ("a0", "command", "contractor", "rear", 1, [("car", 0, "light_vehicle", 1)] * 2 + [MAN] * 14, "121100"),
    ("t72", "t72", "regime_army", "lead", 3, [("tank", 0, "tank", 1)] + [CREW] * 3, "120500"),
    ("t55", "t55", "regime_army", "lead", 3, [("tank", 0, "tank", 1)] + [CREW] * 4, "120500"),
    ("ifv", "ifv", "regime_army", "lead", 4, [("hull", 0, "ifv", 1)] + [CREW] * 3, "121102"),
    ("gt", "gun_truck", "tribal", "lead", 6, [("truck", 0, "gun_truck", 1)] + [CREW] * 3, "121103"),
    ("gun", "d30", "regime_army", "guns", 4,
     [("gun", 0, "artillery", 0), ("tow", 0, "truck", 1)] + [CREW] * 8, "130300"),
    ("rl", "bm21", "regime_army", "guns", 2, [("launcher", 0, "rocket_launcher", 1)] + [CREW] * 4, "130303"),
    ("mor", "mortar", "militia", "guns", 4, [("tube", 0, "mortar", 0)] + [CREW] * 6, "130800"),
    ("motor", "mortar_truck", "militia", "rear", 2, [("truck", 0, "truck", 1)], "140000"),
    ("med", "medical", "militia", "rear", 1, [("truck", 0, "truck", 1)] + [CREW] * 6, "161300"),
    ("a", "rifle", "contractor", "company-a", 4, [MAN] * 25, "121100"),
    ("b", "rifle", "contractor", "company-b", 4, [MAN] * 25, "121100"),
    ("c", "rifle", "militia", "company-c", 4, [MAN] * 25, "121100"),
    ("d", "rifle", "tribal", "company-d", 2, [MAN] * 27, "121100"),
    ("recon", "recon", "contractor", "lead", 1, [MAN] * 11, "121300"),
]  # fmt: skip
DEFENDERS: list[tuple[str, str, str, str, int, Parts, str]] = [
    ("hq", "adviser", "coalition", "hq", 2, [MAN] * 15, "121100"),
    ("sdf", "rifle", "sdf", "hq", 4, [MAN] * 25, "121100"),
    ("screen", "rifle", "sdf", "screen", 1, [MAN] * 20, "121100"),
    ("mrap", "mrap", "coalition", "reaction", 4, [("truck", 0, "truck", 0)] + [CREW] * 4, "120500"),
    ("himars", "himars", "coalition", "fires", 2, [("launcher", 0, "rocket_launcher", 0)] + [CREW] * 3, "130303"),
    ("how", "howitzer", "coalition", "fires", 1, [("gun", 0, "artillery", 0)] * 2 + [CREW] * 12, "130300"),
    ("mq9", "mq9", "coalition", "air", 2, [("aircraft", 0, "aircraft", 0)], "110300"),
    ("f22", "f22", "coalition", "air", 1, [("aircraft", 0, "aircraft", 0)] * 2, "110104"),
    ("f15", "f15", "coalition", "air", 2, [("aircraft", 0, "aircraft", 0)] * 2, "110104"),
    ("ac130", "ac130", "coalition", "air", 1, [("aircraft", 0, "aircraft", 0)], "110100"),
    ("ah64", "ah64", "coalition", "air", 2, [("aircraft", 0, "aircraft", 0)] * 2, "110200"),
]  # fmt: skip
WEAPONS = [  # id, kind, label, range_m, reply, held
    ("rifle", "aimed", "rifles and machine guns", 600.0, 0, 0),
    ("tank_gun", "shot", "tank gun", 2500.0, 0, 0),
    ("d30", "indirect", "122 mm howitzer", 15000.0, 0, 0),
    ("bm21", "indirect", "122 mm rockets", 20000.0, 0, 0),
    ("mortar", "indirect", "82 mm mortar", 4000.0, 0, 0),
    ("howitzer", "indirect", "155 mm howitzer", 20000.0, 1, 0),
    ("himars", "indirect", "HIMARS", 70000.0, 1, 0),
    ("hellfire", "guided", "Hellfire", 8000.0, 1, 0),
    ("gbu", "guided", "guided bomb", 15000.0, 1, 0),
    ("gunship", "strafe", "AC-130 guns", 5000.0, 1, 0),
    ("f22_gun", "strafe", "F-22 gun", 1500.0, 1, 1),
]
NON_UNITS = [  # name, role, side
    ("attackers", "side", "attackers"), ("defenders", "side", "defenders"),
    ("lead", "formation", "attackers"), ("guns", "formation", "attackers"),
    ("hotline/coalition", "hotline", "defenders"), ("hotline/russian", "hotline", "attackers"),
    ("command", "command", "defenders"), ("roe", "roe", "defenders"),
    ("jtac-1", "controller", "defenders"), ("jtac-2", "controller", "defenders"),
    ("referee", "referee", ""),
]  # fmt: skip
ATTACK_ORDERS = ("advance", "assault")


def key(name: str) -> int:
    """A signed 64-bit key of a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)


def _table(columns: list[str], rows: list[tuple[Any, ...]]) -> Table:
    return {c: np.array(v) for c, v in zip(columns, zip(*rows, strict=True), strict=True)}


class Night:
    """Collects rows while the story is told in any order; `recording` sorts and numbers them."""

    def __init__(self, seed: int, minutes: int) -> None:
        self.luck = np.random.default_rng(seed)
        self.seed, self.end_ms = seed, T0_MS + minutes * MINUTE
        self.names: dict[int, str] = {}
        self.units: list[tuple[Any, ...]] = []
        self.entities: list[tuple[Any, ...]] = []
        self.rows: list[tuple[int, int, int, int, int, list[int], list[int]]] = []
        self.facts: dict[int, dict[str, Any]] = {}
        self.legs: list[tuple[Any, ...]] = []
        self.changes: list[tuple[int, int, int, float]] = []
        self.beliefs: list[tuple[Any, ...]] = []
        self.transcript: list[dict[str, Any]] = []
        self.ammo: dict[str, int] = {}
        self.where: dict[int, tuple[int, float, float, float, float]] = {}
        for side, roster in (("attackers", ATTACKERS), ("defenders", DEFENDERS)):
            for row in roster:
                self._raise(side, *row)
        self.unit_id = {u[0]: i for i, u in enumerate(self.units)}
        self.actor = {name: i for i, name in enumerate([*self.unit_id, *(n[0] for n in NON_UNITS)])}
        self.living = [list(range(u[9])) for u in self.units]
        self.unhurt = [int(u[8]) for u in self.units]
        self.hurt: dict[str, list[int]] = {"wounded": [0] * len(self.units), "killed": [0] * len(self.units)}

    def _raise(
        self, side: str, stem: str, kind: str, tag: str, formation: str, n: int, parts: Parts, symbol: str
    ) -> None:
        frame = "6" if side == "attackers" else "3"
        air = any(p[0] == "aircraft" for p in parts)
        for number in range(n):
            name = f"{stem}-{number + 1}" if n > 1 else stem
            sidc = f"100{frame}{'01' if air else '10'}00{'00' if air else '13'}{symbol}0000"
            people = sum(p[1] for p in parts)
            self.units.append(
                (name, name.upper(), kind, side, tag, formation, "section", sidc, people, len(parts),
                 len(self.entities), 6000.0 if air else 0.0, stem == "a0", formation)
            )  # fmt: skip
            for i, (part, person, counts, vehicle) in enumerate(parts):
                x, y = (5.0 * (i % 5), 5.0 * (i // 5)) if not air else (200.0 * i, 0.0)
                inside = 0 if part == "crew" else -1
                self.entities.append((len(self.units) - 1, part, person, counts, vehicle, x, y, inside))

    def emit(self, t_ms: float, kind: str, actor: str, target: str | None = None,
             causes: tuple[int, ...] = (), **payload: Any) -> int:  # fmt: skip
        """Notes an event; returns a handle to name it as a cause. Values of `_key` fields are names."""
        known = ev.BY_NAME[kind]
        assert set(payload) == set(known.fields), (kind, payload)
        values = []
        for name in known.fields:
            value = payload[name]
            if name.endswith("_key"):
                self.names[key(value)] = value
                value = key(value)
            values.append(int(value))
        goal = self.actor[target] if target else -1
        self.rows.append((int(t_ms), len(self.rows), known.code, self.actor[actor], goal, list(causes), values))
        return len(self.rows) - 1

    def change(self, t_ms: float, unit: str, field: str, value: float) -> None:
        self.changes.append((int(t_ms), self.unit_id[unit], self.field(field), float(value)))

    def field(self, name: str) -> int:
        known = {f: i for i, f in enumerate(CHANGE_FIELDS)}
        return known[name] if name in known else self.ammo.setdefault(name, len(known) + len(self.ammo))

    def move(self, t_ms: float, unit: str, to: tuple[float, float], speed_mps: float) -> int:
        """A leg from where the unit then is to `to`; returns the time of arrival."""
        x, y = self.at(t_ms, unit)
        far = math.hypot(to[0] - x, to[1] - y)
        vx, vy = (to[0] - x) / far * speed_mps, (to[1] - y) / far * speed_mps
        arrival = int(t_ms + far / speed_mps * 1000)
        self.leg(t_ms, unit, x, y, vx, vy)
        self.leg(arrival, unit, *to, 0.0, 0.0)
        return arrival

    def leg(self, t_ms: float, unit: str, x: float, y: float, vx: float, vy: float) -> None:
        i = self.unit_id[unit]
        self.legs.append((int(t_ms), i, x, y, vx, vy))
        self.where[i] = (int(t_ms), x, y, vx, vy)

    def at(self, t_ms: float, unit: str) -> tuple[float, float]:
        """Where the unit's newest leg puts it."""
        t, x, y, vx, vy = self.where[self.unit_id[unit]]
        s = max(t_ms - t, 0) / 1000
        return x + vx * s, y + vy * s

    def of(self, side: str, *kinds: str) -> list[str]:
        return [u[0] for u in self.units if u[3] == side and (not kinds or u[2] in kinds)]

    def hurt_one(self, t_ms: float, kind: str, shooter: str, victim: str, cause: int, weapon: str,
                 salvo: int, entity: int) -> None:  # fmt: skip
        """One person wounded or killed, with the changes that follow."""
        i = self.unit_id[victim]
        self.living[i].remove(entity)
        self.unhurt[i] -= 1
        self.hurt[kind][i] += 1
        event = self.emit(t_ms, kind, shooter, victim, (cause,), entity=entity, weapon_key=weapon, salvo=salvo)
        self.facts[event] = {"pk": 0.35, "draw": round(float(self.luck.uniform(0, 0.35)), 4)}
        self.change(t_ms, victim, "strength", self.unhurt[i])
        self.change(t_ms, victim, kind, self.hurt[kind][i])

    def people(self, unit: str) -> list[int]:
        """Unhurt people of a unit, by index in it."""
        i = self.unit_id[unit]
        first = self.units[i][10]
        return [e for e in self.living[i] if self.entities[first + e][2]]


def _deploy(n: Night) -> None:
    """First legs at t = 0 and the state of everyone."""
    posts = {"lead": (-3600.0, 3600.0), "guns": (-4600.0, 4200.0), "rear": (-4800.0, 4600.0),
             "hq": (0.0, 0.0), "screen": (-900.0, 500.0), "reaction": (9000.0, 2500.0),
             "fires": (26000.0, 6000.0), "air": (3000.0, 9000.0)}  # fmt: skip
    companies = {f"company-{c}": (-4000.0 - 120 * i, 3300.0 + 150 * i) for i, c in enumerate("abcd")}
    for unit in n.units:
        x, y = (posts | companies)[unit[5]]
        dx, dy = n.luck.uniform(-180, 180, 2).round(1)
        spread = 0.5 if unit[5] == "hq" else 1.0
        n.leg(0, unit[0], x + spread * dx, y + spread * dy, 0.0, 0.0)
        n.change(0, unit[0], "strength", unit[8])
        n.change(0, unit[0], "state", 0)


def _calls(n: Night) -> list[int]:
    """The hotline before, during and after; returns the answers."""
    plan = [(T0_MS - 34 * HOUR, 1, ev.Says.POSITION, ev.Answer.ASSURE, "reported"),
            (T0_MS - 2 * HOUR, 1, ev.Says.BUILD_UP, ev.Answer.DISOWN, "reported"),
            (T0_MS + 6 * MINUTE, 2, ev.Says.STOP, ev.Answer.ASK_TIME, "modelled"),
            (T0_MS + 70 * MINUTE, 2, ev.Says.STOP, None, "modelled"),
            (n.end_ms - 3 * MINUTE, 3, ev.Says.AFTER, ev.Answer.ASSURE, "disputed")]  # fmt: skip
    answers = []
    for i, (t, phase, says, answer, tag) in enumerate(plan):
        name = f"call-{i + 1}"
        placed = n.emit(t, "call_placed", "hotline/coalition", "hotline/russian",
                        call_key=name, phase=phase, says=says)  # fmt: skip
        if answer is None:
            answers.append(n.emit(t + 2 * MINUTE, "call_unanswered", "hotline/russian", None, (placed,), call_key=name))
        else:
            answers.append(n.emit(t + 90_000, "call_answered", "hotline/russian", None, (placed,),
                                  call_key=name, answer=answer))  # fmt: skip
        n.transcript.append(
            {"t_ms": t, "call": name, "phase": ["before", "during", "after"][phase - 1], "direction": "out",
             "says": says.name.lower(), "answer": answer.name.lower() if answer else "unanswered",
             "text": f"The coalition is said to have given a {says.name.lower()} notice.", "tag": tag, "claim": "C53"}
        )  # fmt: skip
    return answers


def _watch(n: Night) -> dict[str, int]:
    """Who sees whom first; returns unit -> its `seen` event."""
    seen = {}
    for i, unit in enumerate(n.of("attackers")):
        t = T0_MS - 6 * 24 * HOUR + i * 37 * MINUTE
        eye = f"mq9-{1 + i % 2}"
        seen[unit] = n.emit(t, "seen", eye, unit, range_mm=6_000_000 + i, sigma_mm=90_000)
        x, y = n.at(t, unit)
        n.beliefs.append((t, 1, n.unit_id[unit], 1, x + 60, y - 40, 90.0, 0.0, 0.0, 0, 0, n.actor[eye]))
    for i, unit in enumerate(["hq-1", "sdf-1", "screen"]):
        t = T0_MS - 3 * HOUR
        n.emit(t, "seen", "recon", unit, range_mm=2_500_000, sigma_mm=150_000)
        n.beliefs.append((t, 0, n.unit_id[unit], 1, 150.0 * i, 100.0, 150.0, 0.0, 0.0, 0, 0, n.actor["recon"]))
    return seen


def _advance(n: Night, seen: dict[str, int]) -> dict[str, int]:
    """The march and the first acts; returns unit -> its `act_observed` event."""
    acts = {}
    for order, formation in (("advance", "lead"), ("assault", "lead"), ("shelling", "guns")):
        n.emit(T0_MS - 55 * MINUTE, "order_begun", formation, order_key=order)
    marching = n.of("attackers", "t72", "t55", "ifv", "gun_truck") + [f"{c}-{i}" for c in "abc" for i in (1, 2)]
    for i, unit in enumerate(marching):
        start = T0_MS - 50 * MINUTE + i * 20_000
        n.emit(start, "committed", unit, order_key="advance")
        n.change(start, unit, "state", STATE["moving"])
        x, y = n.at(start, unit)
        arrival = n.move(start, unit, (x * 0.32 - 100, y * 0.30 + 60), 1.6 + 0.02 * i)
        n.emit(arrival, "arrived", unit, order_key="advance", leg=0)
        n.change(arrival, unit, "state", STATE["firing"])
        acts[unit] = n.emit(T0_MS - 20 * MINUTE + i * 9_000, "act_observed", f"mq9-{1 + i % 2}", unit,
                            (seen[unit],), act=ev.Act.ADVANCED)  # fmt: skip
    return acts


def _shelling(n: Night, seen: dict[str, int], acts: dict[str, int]) -> None:
    """Guns and mortars fire on the headquarters; some rounds fall far off."""
    salvo = 0
    for i, (unit, weapon) in enumerate([(f"gun-{k}", "d30") for k in range(1, 5)]
                                       + [(f"mor-{k}", "mortar") for k in range(1, 5)]
                                       + [("rl-1", "bm21"), ("t72-1", "tank_gun")]):  # fmt: skip
        for k in range(9):
            t = T0_MS + i * 15_000 + k * 110_000
            fired = n.emit(t, "fired", unit, None, (), weapon_key=weapon, rounds=1, range_mm=5_900_000, salvo=salvo)
            n.change(t, unit, f"ammo:{weapon}", 60 - k)
            x, y = n.luck.normal(0, 330, 2)
            flight = 18_000 if weapon != "tank_gun" else 1_800
            if n.luck.uniform() < 0.03:
                n.emit(t + flight, "dud", unit, None, (fired,), weapon_key=weapon, salvo=salvo)
            else:
                hit = n.emit(t + flight, "impact", unit, None, (fired,), x_mm=x * 1000, y_mm=y * 1000,
                             weapon_key=weapon, salvo=salvo)  # fmt: skip
                if i == 2 and k == 4:
                    n.hurt_one(t + flight, "wounded", unit, "sdf-2", hit, weapon, salvo, n.people("sdf-2")[0])
                if k == 6 and i < 3:
                    n.change(t + flight, "sdf-1", "suppression", 0.4 + 0.1 * i)
            if unit not in acts:
                acts[unit] = n.emit(t + 6_000, "act_observed", "mq9-1", unit, (seen[unit], fired), act=ev.Act.FIRED)
            salvo += 1


def _small_arms(n: Night) -> None:
    """The screen and a section exchange fire."""
    opened = {}
    for shooter, victim in (("screen", "c-1"), ("c-1", "screen"), ("a-1", "screen")):
        t = T0_MS + 24 * MINUTE
        opened[shooter] = n.emit(t, "opened", shooter, victim, (), weapon_key="rifle")
        hit = n.emit(t + 70_000, "hit", shooter, victim, (opened[shooter],), weapon_key="rifle", salvo=0)
        if shooter == "screen":
            n.hurt_one(t + 70_000, "killed", shooter, victim, hit, "rifle", 0, n.people(victim)[0])
        n.emit(t + 240_000, "account", shooter, victim, (opened[shooter],), weapon_key="rifle", rounds=340, hits=1)
    n.emit(T0_MS + 26 * MINUTE, "pinned", "c-1", None, ())
    n.change(T0_MS + 26 * MINUTE, "c-1", "state", STATE["pinned"])
    n.emit(T0_MS + 33 * MINUTE, "recovered", "c-1", None, ())


def _permission(n: Night, answers: list[int]) -> int:
    """Up the ladder; returns the ROE state that lets supporting fires be asked for."""
    call = n.emit(T0_MS + 5 * MINUTE, "roe_state", "roe", None, (answers[1],), rung=ev.Rung.HOTLINE_CALL)
    n.emit(T0_MS + 8 * MINUTE, "rung_passed", "roe", None, (call,), rung=ev.Rung.SHOW_OF_FORCE,
           why=ev.Reason.NO_UNIT_CAN)  # fmt: skip
    shots = n.emit(T0_MS + 14 * MINUTE, "roe_state", "roe", None, (call,), rung=ev.Rung.WARNING_SHOTS)
    for k in range(2):
        t = T0_MS + (15 + k) * MINUTE
        fired = n.emit(t, "warning_fired", "how", None, (shots,), weapon_key="howitzer", rounds=1,
                       range_mm=21_000_000, salvo=k)  # fmt: skip
        fell = n.emit(t + 40_000, "impact", "how", None, (fired,), x_mm=-2_600_000, y_mm=1_200_000 + k,
                      weapon_key="howitzer", salvo=k)  # fmt: skip
    n.emit(T0_MS + 17 * MINUTE, "warning_noticed", "a-1", None, (fell,), heeded=0)
    return n.emit(T0_MS + 19 * MINUTE, "roe_state", "roe", None, (shots,), rung=ev.Rung.ENGAGE)


def _mission(n: Night, serial: int, t: int, target: str, shooter: str, weapon: str, acts: dict[str, int],
             state: int) -> int:  # fmt: skip
    """One supporting-fire mission from report to closure; returns when it is over."""
    jtac = f"jtac-{1 + serial % 2}"
    reported = n.emit(t, "reported", "mq9-1", target, (acts[target],), serial=serial)
    permitted = n.emit(t + 4_000, "permitted", "roe", target, (reported, state), rung=ev.Rung.ENGAGE)
    asked = n.emit(t + 5_000, "approval_asked", "command", target, (permitted,), in_contact=serial % 2)
    approved = n.emit(t + 95_000, "approved", "command", target, (asked, permitted), in_contact=serial % 2)
    named = n.emit(t + 96_000, "nominated", "command", target, (approved,), priority=serial % 4, serial=serial)
    if serial % 3 == 0:
        n.emit(t + 97_000, "waiting", "command", target, (named,), what=ev.Wait.CONTROLLER, serial=serial)
    if serial % 5 == 1:
        n.emit(t + 99_000, "merged", "command", target, (named,), serial=serial)
    taken = n.emit(t + 130_000, "controller_taken", jtac, shooter, (named,), serial=serial)
    assigned = n.emit(t + 135_000, "assigned", shooter, target, (approved, named, taken),
                      weapon_key=weapon, serial=serial)  # fmt: skip
    if weapon == "gunship":
        n.emit(t + 136_000, "run_begun", shooter, target, (assigned,), weapon_key=weapon, serial=serial)
    rounds = 3 if weapon in ("himars", "gunship") else 1
    fired = n.emit(t + 160_000, "fired", shooter, target, (assigned,), weapon_key=weapon, rounds=rounds,
                   range_mm=7_500_000, salvo=serial)  # fmt: skip
    x, y = n.at(t, target)
    landed = t + 160_000 + 35_000
    for k in range(rounds):
        dx, dy = n.luck.normal(0, 25, 2)
        impact = n.emit(landed + 900 * k, "impact", shooter, target, (fired,), x_mm=(x + dx) * 1000,
                        y_mm=(y + dy) * 1000, weapon_key=weapon, salvo=serial)  # fmt: skip
        _harm(n, landed + 900 * k, shooter, target, impact, weapon, serial)
    judged = n.emit(landed + 60_000, "assessed", "mq9-2", target, (impact,), judged=1, true=int(serial % 6 != 0),
                    serial=serial)  # fmt: skip
    n.emit(landed + 65_000, "controller_freed", jtac, shooter, (taken,), serial=serial)
    n.emit(landed + 66_000, "closed", "command", target, (judged,), result=ev.Reason.EFFECT_JUDGED, serial=serial)
    return landed + 66_000


def _harm(n: Night, t: int, shooter: str, target: str, impact: int, weapon: str, salvo: int) -> None:
    """What one impact does to the unit it falls on."""
    i = n.unit_id[target]
    first = n.units[i][10]
    hulls = [e for e in n.living[i] if not n.entities[first + e][2]]
    if hulls and n.luck.uniform() < 0.7:
        flags = int(n.luck.choice([ev.Hull.M, ev.Hull.M | ev.Hull.F, ev.Hull.K]))
        lost = n.emit(t, "vehicle", shooter, target, (impact,), entity=hulls[0], weapon_key=weapon, salvo=salvo,
                      flags=flags)  # fmt: skip
        n.facts[lost] = {"pk": 0.7, "draw": 0.21, "miss_m": 3.5}
        n.living[i].remove(hulls[0])
    for entity in n.people(target)[:8]:
        luck = n.luck.uniform()
        if luck < 0.45:
            kind = "killed" if luck < 0.2 else "wounded"
            n.hurt_one(t, kind, shooter, target, impact, weapon, salvo, entity)
    n.change(t, target, "suppression", round(float(n.luck.uniform(0.4, 1.0)), 3))


def _strikes(n: Night, acts: dict[str, int], state: int, minutes: int) -> None:
    """Missions one after the other until the attackers break."""
    targets = [u for u in acts if u in n.unit_id][:34]
    ways = [("himars-1", "himars"), ("mq9-1", "hellfire"), ("f15-1", "gbu"), ("ac130", "gunship"),
            ("himars-2", "himars"), ("ah64-1", "hellfire"), ("f15-2", "gbu")]  # fmt: skip
    room = max(minutes - 40, 10) * MINUTE
    order = list(n.luck.permutation(len(targets)))
    for serial, pick in enumerate(order):
        shooter, weapon = ways[serial % len(ways)]
        start = T0_MS + 20 * MINUTE + int(serial * room / len(order))
        if start + 6 * MINUTE < n.end_ms:
            _mission(n, serial, start, targets[pick], shooter, weapon, acts, state)
    n.emit(T0_MS + 22 * MINUTE, "airspace_closed", "command", None, ())
    n.emit(T0_MS + 25 * MINUTE, "airspace_open", "command", None, ())


def _ending(n: Night, minutes: int, state: int) -> None:
    """Breaks, the way back, those who recross, and the referee."""
    half = T0_MS + minutes * MINUTE // 2
    for i, unit in enumerate(n.of("attackers", "t72", "t55", "ifv", "gun_truck")):
        n.emit(half + i * 40_000, "broke", unit, None, (), reason=ev.Reason.GUNS_LOST)
        n.change(half + i * 40_000, unit, "state", STATE["broken"] | STATE["withdrawing"])
        n.move(half + i * 40_000, unit, (-4200.0 - 30 * i, 4300.0), 2.5)
    for i, unit in enumerate([f"{c}-{k}" for c in "abc" for k in (1, 2)]):
        t = half + 5 * MINUTE + i * 30_000
        n.emit(t, "withdrew", unit, None, (), reason=ev.Reason.LOSSES)
        n.change(t, unit, "state", STATE["withdrawing"])
        if unit in ("a-1", "c-1"):
            x, y = n.at(t, unit)
            n.move(t, unit, (x - 6000.0, y - 1200.0), 3.0)
            crossed = n.emit(t + 25 * MINUTE, "line_crossed", unit, None, (), line_key="river", direction=-1)
            n.emit(t + 27 * MINUTE, "forbidden", "roe", unit, (crossed, state), rule_key="roe/river")
        else:
            n.move(t, unit, (-4100.0, 4200.0), 2.2)
    for order, formation in (("advance", "lead"), ("assault", "lead")):
        n.emit(half + 20 * MINUTE, "order_aborted", formation, None, (), order_key=order, why=ev.Reason.BROKE)
    n.emit(half + 21 * MINUTE, "ceased", "attackers", None, (), reason=ev.Reason.TURNED_BACK)
    n.emit(half + 22 * MINUTE, "ceased", "defenders", None, (), reason=ev.Reason.OUT_OF_CONTACT)
    for unit in n.of("attackers"):
        x, y = n.at(n.end_ms, unit)
        n.emit(n.end_ms, "closest", unit, None, (), distance_mm=min(math.hypot(x, y) * 1000, 4_000_000))
    n.emit(n.end_ms, "end", "referee", None, (), reason=ev.Reason.QUIET)


def _attachments() -> dict[str, bytes]:
    """Small stand-ins for the map and the sources."""
    x, y = np.meshgrid(np.arange(-14_000, 30_001, 2000.0), np.arange(-14_000, 16_001, 2000.0))
    height = 210 + 40 * np.sin(x / 7000) * np.cos(y / 5000) + 0.004 * (x + y)
    terrain = {"x0": -14_000.0, "y0": -14_000.0, "dx": 2000.0, "dy": 2000.0, "rows": height.round(1).tolist()}
    bases = ["stated", "derived", "analogue", "assumption", "assumption", "assumption"]
    provenance = [
        {"path": f"units[t72-{i}].speed", "value": 6 + i, "unit": "km/h", "low": 4, "high": 12, "basis": basis,
         "source": "article", "claim": "C15", "confidence": "M", "note": "made up", "readers": ["movement"]}
        for i, basis in enumerate(bases)
    ]  # fmt: skip
    return {
        "scenario.yaml": b"khusham: 1\nid: synthetic\ntitle: A made-up night\n",
        "terrain.json": json.dumps(terrain).encode(),
        "claims.yaml": (
            b"claims: [{id: C17, says: 20-30 rounds within 500 m before the reply, said_by: a spokesman, when: '2018',"
            b" source: article, kind: article, role: context, contests: [], numbers: []}]\n"
        ),
        "sources.yaml": b"article: {title: Report of February 2018, confidence: H}\n",
        "provenance.json": json.dumps(provenance).encode(),
    }


def _lines() -> list[dict[str, Any]]:
    def line(name: str, role: str, points: list[tuple[float, float]], error: float, basis: str) -> dict[str, Any]:
        return {"id": name, "key": key(name), "role": role, "label": name.title(), "points": [list(p) for p in points],
                "error_m": error, "source": "synthetic", "basis": basis}  # fmt: skip

    return [
        line("river", "river", RIVER, 1000.0, "stated"),
        line("deconfliction", "deconfliction", [(-14000.0, 2000.0), (-8000.0, -5000.0)], 3000.0, "assumption"),
        line("front", "front", [(-5200.0, 5600.0), (-2400.0, 2400.0), (1000.0, -2500.0)], 500.0, "assumption"),
    ]


def _areas() -> list[dict[str, Any]]:
    rows = [("hq", 0.0, 0.0, 300.0), ("plant", 250.0, 100.0, 700.0), ("oilfield", 5200.0, -1800.0, 2500.0)]
    return [
        {"id": name, "key": key(name), "label": name.upper(), "x_m": x, "y_m": y, "radius_m": r}
        for name, x, y, r in rows
    ]


def _meta(n: Night, minutes: int) -> dict[str, Any]:
    return {
        "schema": 1, "model_version": "synthetic-1", "program": "khusham 0.1.0", "python": "3.11", "numpy": "2.0",
        "seed": n.seed, "replication": 0, "history": 0, "replications": None, "scenario_id": "synthetic",
        "scenario_title": "A made-up night", "question": "Does the reader read?", "scenario_sha256": "0" * 64,
        "origin": [35.3361, 40.3094], "start": "2018-01-31T00:00:00+02:00", "end_ms": n.end_ms,
        "clock_end_ms": T0_MS + 570 * MINUTE, "utc_offset_min": 120, "record": "full",
        "attack_orders": list(ATTACK_ORDERS), "synthetic": True,
    }  # fmt: skip


def _sorted_log(n: Night) -> tuple[list[tuple[Any, ...]], dict[int, int]]:
    """Rows in order of time, causes and all, and handle -> id."""
    order = sorted(range(len(n.rows)), key=lambda i: (n.rows[i][0], n.rows[i][1]))
    number = {handle: i for i, handle in enumerate(order)}
    rows = []
    for handle in order:
        t, _, kind, actor, target, causes, payload = n.rows[handle]
        ids = sorted(number[c] for c in causes)
        assert all(c < number[handle] for c in ids), (t, ev.BY_CODE[kind].name)
        rows.append((t, kind, actor, target, ids, payload))
    return rows, number


def recording(seed: int = 0, minutes: int = 240) -> Recording:
    """A plausible night of `minutes` after the first round: 500 attackers, 60-odd units, some 600 events."""
    n = Night(seed, minutes)
    _deploy(n)
    n.change(0, "f22", "ammo:f22_gun", 480)
    answers = _calls(n)
    seen = _watch(n)
    acts = _advance(n, seen)
    _shelling(n, seen, acts)
    _small_arms(n)
    state = _permission(n, answers)
    _strikes(n, acts, state, minutes)
    _ending(n, minutes, state)
    return assemble(n, minutes)


class Scenario:
    """Stands in for a scenario where only its names matter."""

    id, title, sha256 = "synthetic", "A made-up night", "0" * 64
    formations: tuple[()] = ()
    units: tuple[()] = ()
    tags: ClassVar[dict[str, str]] = {}
    attributed: ClassVar[Attributions] = Attributions()

    def __init__(self, minutes: int = 240) -> None:
        self.minutes = minutes


def run(scenario: Scenario, *, seed: int, replication: int = 0, history: int | None = None,
        record: str = "full") -> Recording:  # fmt: skip
    """Stands in for the engine: the same arguments give the same night."""
    night = recording(seed * 10_007 + replication, scenario.minutes)
    told = {"seed": seed, "replication": replication, "history": replication if history is None else history}
    night.meta.update(told, record=record)
    return night


def assemble(n: Night, minutes: int) -> Recording:
    """The recording of a told night."""
    rows, number = _sorted_log(n)
    names = [*n.unit_id, *(row[0] for row in NON_UNITS)]
    sides = [u[3] for u in n.units] + [row[2] for row in NON_UNITS]
    actors: Table = {
        "name": np.array(names), "key": np.array([key(x) for x in names], np.int64),
        "role": np.array(["unit"] * len(n.units) + [row[1] for row in NON_UNITS]),
        "unit": np.array([*range(len(n.units)), *[-1] * len(NON_UNITS)], np.int32), "side": np.array(sides),
    }  # fmt: skip
    log = EventTable.of_rows(rows, names)
    unit_columns = ["id", "label", "kind", "side", "tag", "formation", "echelon", "sidc", "people", "n_entities",
                    "first_entity", "altitude_m", "leader", "company"]  # fmt: skip
    weapons = [(i, key(i), kind, label, far, reply, held) for i, kind, label, far, reply, held in WEAPONS]
    places = [("HQ", 0.0, 0.0, "hq", "article", "M"), ("Khusham", -2100.0, -2600.0, "town", "places", "H"),
              ("Tabiyeh", -4700.0, 4800.0, "village", "places", "M")]  # fmt: skip
    named = [w[0] for w in WEAPONS] + ["river", "deconfliction", "front", "hq", "plant", "oilfield"]
    return Recording(
        meta=_meta(n, minutes) | {"digest": digest(log, actors)},
        actors=actors,
        units=_table(unit_columns, n.units),
        entities=_table(["unit", "part", "person", "counts_as", "vehicle", "x_off_m", "y_off_m", "inside"], n.entities),
        weapons=_table(["id", "key", "kind", "label", "range_m", "reply", "held"], weapons),
        places=_table(["name", "x_m", "y_m", "kind", "source", "confidence"], places),
        lines=_lines(),
        areas=_areas(),
        corridors=[{"id": "axis-main", "formation": "lead", "label": "Main axis",
                    "points": [[-3600.0, 3600.0], [-1200.0, 1100.0]], "half_width_m": 400.0,
                    "basis": "assumption", "note": "drawn"}],
        names=n.names | {key(name): name for name in named},
        legs=_table(["t_ms", "unit", "x_m", "y_m", "vx_mps", "vy_mps"], sorted(n.legs, key=lambda r: r[:2])),
        events=log,
        changes=_table(["t_ms", "unit", "field", "value"], sorted(n.changes, key=lambda r: r[0])),
        beliefs=_table(["t_ms", "side", "unit", "status", "x_m", "y_m", "sigma_m", "vx_mps", "vy_mps", "act", "tag_key",
                        "observer"], sorted(n.beliefs, key=lambda r: r[0]))
        if n.beliefs else empty_table("beliefs"),
        transcript=n.transcript,
        side={number[h]: facts for h, facts in n.facts.items()},
        attachments=_attachments(),
        change_fields=(*CHANGE_FIELDS, *n.ammo),
    )  # fmt: skip
