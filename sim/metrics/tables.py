"""Tables of a run: columns of equal length, plain Python values, ready to print or to write as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from sim.events import Answer, Reason, Says, Wait
from sim.metrics import command
from sim.metrics.chain import LINKS, chain_times
from sim.metrics.command import controller_busy, phase_of
from sim.metrics.fires import near
from sim.metrics.people import STATES, of_state
from sim.metrics.river import recrossed_ms
from sim.metrics.series import hurt_by_weapon, minutes, series
from sim.metrics.view import ATTACKERS, NEVER, SIDES, Mask, View

Rows = dict[str, list[Any]]
"""Column -> values."""


def rows_of(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Rows:
    """A table out of rows."""
    names, listed = list(columns), [list(row) for row in rows]
    return {name: [row[i] for row in listed] for i, name in enumerate(names)}


def _side_name(code: int) -> str:
    return SIDES[code] if code >= 0 else ""


def _weapon_names(view: View, column: str = "id") -> list[str]:
    """Of every weapon row; the last one stands for -1, unknown."""
    return [*view.recording.weapons[column].tolist(), "unknown"]


def scoreboard(view: View) -> Rows:
    """Who hurt whom with what: killer kind and weapon against victim kind, people and vehicles."""
    fates, kinds = view.fates, [*view.recording.units["kind"].tolist(), "unknown"]
    counts: dict[tuple[int, int, int], list[int]] = {}
    weapon_id = _weapon_names(view)
    kind_code = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
    code = np.array([kind_code[kind] for kind in kinds])
    names = list(kind_code)
    who = zip(code[fates.shooter].tolist(), fates.weapon.tolist(), code[fates.victim].tolist(), strict=True)
    for key, what in zip(who, fates.what.tolist(), strict=True):
        counts.setdefault(key, [0, 0, 0])[what] += 1
    return rows_of(
        ("shooter", "weapon", "victim", "wounded", "killed", "vehicles"),
        ((names[a], weapon_id[w], names[b], *n) for (a, w, b), n in sorted(counts.items())),
    )


def weapons(view: View) -> Rows:
    """What each weapon did, by the side that fired it: rounds, impacts, duds, hits of small arms, people
    and vehicles hurt. A weapon nobody fired has one row of zeros."""
    log = view.log
    n = len(view.recording.weapons["id"])

    def tally(kind: str, amount: str | None = None) -> np.ndarray[Any, Any]:
        rows, payload = log.of(kind), log.payload(kind)
        table = np.zeros((n + 1, 3), np.int64)
        value = payload[amount] if amount else 1
        np.add.at(table, (view.weapon(payload["weapon_key"]), view.side[rows]), value)
        return table

    rounds = tally("fired", "rounds") + tally("account", "rounds")
    warned = tally("warning_fired", "rounds")
    parts = [rounds, warned, tally("impact"), tally("dud"), tally("account", "hits")]
    fates = view.fates
    for what in range(3):
        table = np.zeros((n + 1, 3), np.int64)
        mine = fates.what == what
        sides = np.append(view.unit_side, -1)[fates.shooter[mine]]
        np.add.at(table, (fates.weapon[mine], sides), 1)
        parts.append(table)
    names, labels = _weapon_names(view), _weapon_names(view, "label")
    held = [*view.recording.weapons["held"].tolist(), 0]
    rows = []
    for weapon in range(n + 1):
        used = [s for s in (0, 1, -1) if any(part[weapon, s] for part in parts)]
        for side in used or [-1] * (weapon < n):
            counts = [int(part[weapon, side]) for part in parts]
            rows.append([names[weapon], labels[weapon], _side_name(side), bool(held[weapon]), *counts])
    columns = "weapon label side held rounds warning_rounds impacts duds hits wounded killed vehicles"
    return rows_of(columns.split(), rows)


def rounds_near_hq(view: View) -> Rows:
    """Impacts within 500 m of the headquarters by weapon and by the tag of the shooter."""
    close = near(view)
    rows = view.log.of("impact")[close]
    weapon, unit = view.impact_weapon[close].tolist(), view.unit[rows].tolist()
    before = view.log.t_ms[rows] < (view.reply_ms if view.reply_ms is not None else NEVER)
    names, tags = _weapon_names(view), [*view.recording.units["tag"].tolist(), ""]
    counts: Counter[tuple[str, str]] = Counter()
    early: Counter[tuple[str, str]] = Counter()
    for w, u, b in zip(weapon, unit, before.tolist(), strict=True):
        counts[names[w], tags[u]] += 1
        early[names[w], tags[u]] += b
    return rows_of(
        ("weapon", "tag", "rounds", "before_reply"),
        ((*key, n, early[key]) for key, n in sorted(counts.items())),
    )


def ranges(view: View) -> Rows:
    """Ranges of engagement, m, by side and weapon: rounds fired, and quartiles of their range."""
    fired, rows = view.log.payload("fired"), view.log.of("fired")
    weapon, side, names = view.weapon(fired["weapon_key"]), view.side[rows], _weapon_names(view)
    out = []
    for code, row in sorted(set(zip(side.tolist(), weapon.tolist(), strict=True))):
        mine = fired["range_mm"][(side == code) & (weapon == row)] / 1000
        points = np.quantile(mine, (0, 0.25, 0.5, 0.75, 1)).round(1).tolist()
        out.append([_side_name(code), names[row], len(mine), *points])
    return rows_of(("side", "weapon", "fired", "min", "q25", "median", "q75", "max"), out)


def answers(view: View) -> Rows:
    """The hotline: every call, its phase by the clock, what it said, the answer and how long it took."""
    log, names = view.log, view.recording.names
    rows, placed = log.of("call_placed").tolist(), log.payload("call_placed")
    phases = phase_of(view, log.t_ms[rows]).tolist()
    outcome = _outcomes(view, dict(zip(rows, placed["call_key"].tolist(), strict=True)))
    out = []
    for row, key, says, phase in zip(rows, placed["call_key"].tolist(), placed["says"].tolist(), phases, strict=True):
        at, (when, word) = int(log.t_ms[row]), outcome.get(row, (None, "none"))
        wait_s = None if when is None else (when - at) / 1000
        out.append([names.get(key, str(key)), at, phase, name_of(Says, says), word, wait_s])
    return rows_of(("call", "t_ms", "phase", "says", "answer", "answer_s"), out)


def _outcomes(view: View, placed: dict[int, int]) -> dict[int, tuple[int | None, str]]:
    """Call (event id) -> when and what was answered. An answer belongs to the call among its causes, or, if it names
    none, to the latest call of its key."""
    log, found = view.log, dict[int, tuple[int | None, str]]()
    for kind in ("call_answered", "call_unanswered"):
        payload = log.payload(kind)
        words = [name_of(Answer, a) for a in payload["answer"].tolist()] if "answer" in payload else None
        for i, row in enumerate(log.of(kind).tolist()):
            calls = [cause for cause in log.causes_of(row) if cause in placed]
            key = int(payload["call_key"][i])
            calls = calls or [call for call, k in placed.items() if k == key and call < row]
            if calls:
                found[calls[-1]] = int(log.t_ms[row]), words[i] if words else "unanswered"
    return found


def name_of(words: Any, value: int) -> str:
    """A payload's number in words; a number of a newer program stays one."""
    try:
        return str(words(value).name).lower()
    except ValueError:
        return str(value)


def losses(view: View) -> Rows:
    """People by tag at the end, and vehicles destroyed."""
    units = view.recording.units
    tag, side = units["tag"][view.entity_unit], view.unit_side[view.entity_unit]
    gone = (view.flags & 4 != 0) | (view.flags & 3 == 3)
    out = []
    for code in (0, 1):
        for name in sorted(set(tag[side == code].tolist())):
            ours = (tag == name) & (side == code)
            people = [int(np.count_nonzero(ours & of_state(view, s))) for s in STATES]
            hulls = int(np.count_nonzero(ours & gone & ~view.person))
            out.append([SIDES[code], name, sum(people), *people, hulls])
    return rows_of(("side", "tag", "strength", *STATES, "vehicles_and_guns_lost"), out)


def disposition(view: View) -> Rows:
    """Where the attackers are at the end, all and by tag: the rows exclude each other and sum to the strength."""
    ours = view.person & (view.unit_side[view.entity_unit] == ATTACKERS)
    unhurt = of_state(view, "unhurt") & ours
    n_units = len(view.unit_side)

    def units_of(kind: str) -> Mask:
        found = np.zeros(n_units, bool)
        units = view.unit[view.log.of(kind)]
        found[units[units >= 0]] = True
        return found

    across = view.get(recrossed_ms) < NEVER
    went = view.unit[view.log.of("withdrew")]
    ordered = np.zeros(n_units, bool)
    ordered[went[(view.log.payload("withdrew")["reason"] == Reason.HALTED) & (went >= 0)]] = True
    came = units_of("committed") | units_of("broke") | units_of("withdrew")
    gave_up = units_of("surrendered") & ~across
    fighting = came & ~across & ~gave_up & (view.ineffective_ms == NEVER)
    halted = came & ordered & ~across & ~gave_up
    enclave = came & ~across & ~gave_up & ~fighting & ~halted
    parts = {
        "never_committed": unhurt & ~(came | across | gave_up)[view.entity_unit],
        "recrossed": unhurt & across[view.entity_unit],
        "enclave": unhurt & enclave[view.entity_unit],
        "halted": unhurt & halted[view.entity_unit],
        "still_in_the_fight": unhurt & fighting[view.entity_unit],
        "surrendered": unhurt & gave_up[view.entity_unit],
        "wounded": of_state(view, "wounded") & ours,
        "killed": of_state(view, "killed") & ours,
    }
    tags = view.recording.units["tag"][view.entity_unit]
    names = sorted(set(tags[ours].tolist()))
    rows = (
        (k, int(np.count_nonzero(v)), *(int(np.count_nonzero(v & (tags == name))) for name in names))
        for k, v in parts.items()
    )
    return rows_of(("where", "people", *names), rows)


def waits(view: View) -> Rows:
    """Seconds between the links of the chain, over missions that reached an impact."""
    times = view.get(chain_times)
    out = []
    for i, (a, b) in enumerate(pairwise(LINKS)):
        gaps = times[:, i + 1] - times[:, i]
        gaps = gaps[~np.isnan(gaps)]
        points = np.quantile(gaps, (0, 0.5, 0.9, 1)).round(1).tolist() if len(gaps) else [None] * 4
        out.append([f"{a} to {b}", len(gaps), *points])
    return rows_of(("link", "missions", "min", "median", "p90", "max"), out)


def waiting(view: View) -> Rows:
    """What missions waited for, and how often."""
    what = Counter(view.log.payload("waiting")["what"].tolist())
    return rows_of(("for", "times"), ((name_of(Wait, w), n) for w, n in sorted(what.items())))


def controllers(view: View) -> Rows:
    """Missions and busy minutes of each controller, or of each command's controllers, whole run."""
    actor, begun, until = controller_busy(view)
    names = view.recording.actors["name"]
    out = []
    for row, number in sorted(command.controllers(view, actor, begun, until).items()):
        mine = actor == row
        busy = float((until - begun)[mine].sum()) / 60_000
        out.append([str(names[row]), number, int(np.count_nonzero(mine)), round(busy, 1)])
    return rows_of(("who", "controllers", "missions", "busy_min"), out)


def endings(view: View) -> Rows:
    """Why fire, missions and orders ended, by event and reason."""
    fields = {"ceased": "reason", "closed": "result", "cancelled": "why", "order_aborted": "why",
              "broke": "reason", "withdrew": "reason", "surrendered": "reason", "denied": "why",
              "end": "reason"}  # fmt: skip
    counts: Counter[tuple[str, str, int]] = Counter()
    for kind, column in fields.items():
        sides = view.side[view.log.of(kind)].tolist()
        for side, reason in zip(sides, view.log.payload(kind)[column].tolist(), strict=True):
            counts[kind, _side_name(side), reason] += 1
    return rows_of(
        ("what", "side", "why", "times"),
        ((kind, side, name_of(Reason, why), n) for (kind, side, why), n in sorted(counts.items())),
    )


def strength(view: View) -> Rows:
    """The curves of `series`, as whole numbers by the minute."""
    return {name: curve.astype(int).tolist() for name, curve in series(view).items()}


def out_of_action(view: View) -> Rows:
    """Attackers hurt so far by the weapon that first hurt them, by the minute."""
    grid = minutes(view)
    curves = hurt_by_weapon(view, grid)
    return {"t_ms": grid.tolist()} | {name: c.astype(int).tolist() for name, c in curves.items()}


TABLES: dict[str, Callable[[View], Rows]] = {
    "scoreboard": scoreboard,
    "weapons": weapons,
    "rounds_within_500m": rounds_near_hq,
    "engagement_ranges": ranges,
    "answers": answers,
    "losses": losses,
    "disposition": disposition,
    "waits": waits,
    "waiting": waiting,
    "controllers": controllers,
    "endings": endings,
    "strength": strength,
    "out_of_action": out_of_action,
}
"""Every table by name: to add one, write a function of the view and give it a line here."""
