"""The vocabulary of the log: one row for each kind of thing that happens.

Codes and field order are frozen: the digest of every recording depends on them (docs/contract.md, "The log").
A code is its range times ten plus a number; ranges: 10 move, 20 belief, 30 hotline, 40 permission,
50 fires queue, 60 orders, 70 fire, 80 fate, 90 air and end. Payloads are integers; a field whose name ends
in `_key` holds the signed 64-bit key of a name (weapon, order, line, area, call), never a position in a list,
so that adding or shuffling entries of a scenario changes no payload.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: frozen code, name, and the names of its integer payload in order."""

    code: int
    name: str
    fields: tuple[str, ...] = ()

    @property
    def range(self) -> int:
        """The tens of the catalogue (10 move .. 90 air and end)."""
        return self.code // 100 * 10


_CATALOGUE: dict[int, tuple[tuple[str, str], ...]] = {
    10: (
        ("arrived", "order_key leg"),
        ("line_crossed", "line_key direction"),
        ("committed", "order_key"),
        ("detached", "reason"),
        ("closest", "distance_mm"),
    ),
    20: (
        ("seen", "range_mm sigma_mm"),
        ("sight_lost", ""),
        ("act_observed", "act"),
        ("affiliation_judged", "tag_key right"),
        ("reported", "serial"),
        ("contact_stale", "age_ms"),
        ("contact_dropped", "age_ms"),
        ("located", "sigma_mm"),
    ),
    30: (
        ("call_placed", "call_key phase says"),
        ("call_answered", "call_key answer"),
        ("call_unanswered", "call_key"),
        ("halt_ordered", "call_key"),
        ("halt_obeyed", ""),
        ("halt_ignored", "why"),
        ("line_busy", "call_key held"),
        ("line_taken", "call_key"),
    ),
    40: (
        ("roe_state", "rung"),
        ("permitted", "rung"),
        ("forbidden", "rule_key"),
        ("rung_passed", "rung why"),
        ("approval_asked", "in_contact"),
        ("approved", "in_contact"),
        ("denied", "why"),
    ),
    50: (
        ("nominated", "priority serial"),
        ("merged", "serial"),
        ("assigned", "weapon_key serial"),
        ("waiting", "what serial"),
        ("controller_taken", "serial"),
        ("controller_freed", "serial"),
        ("cancelled", "why serial"),
        ("closed", "result serial"),
        ("assessed", "judged true serial"),
        ("controller_lost", "serial"),
    ),
    60: (
        ("order_begun", "order_key"),
        ("order_done", "order_key"),
        ("order_aborted", "order_key why"),
        ("ceased", "reason"),
    ),
    70: (
        ("opened", "weapon_key"),
        ("fired", "weapon_key rounds range_mm salvo"),
        ("impact", "x_mm y_mm weapon_key salvo"),
        ("dud", "weapon_key salvo"),
        ("hit", "weapon_key salvo"),
        ("account", "weapon_key rounds hits"),
        ("empty", "weapon_key"),
        ("reloaded", "weapon_key rounds"),
        ("show_of_force", ""),
        ("warning_fired", "weapon_key rounds range_mm salvo"),
        ("warning_noticed", "heeded"),
    ),
    80: (
        ("wounded", "entity weapon_key salvo"),
        ("killed", "entity weapon_key salvo"),
        ("died_of_wounds", "entity"),
        ("vehicle", "entity weapon_key salvo flags"),
        ("pinned", ""),
        ("recovered", ""),
        ("broke", "reason"),
        ("withdrew", "reason"),
        ("surrendered", "reason"),
    ),
    90: (
        ("on_station", ""),
        ("off_station", "why"),
        ("bingo", ""),
        ("rearmed", ""),
        ("run_begun", "weapon_key serial"),
        ("airspace_closed", ""),
        ("airspace_open", ""),
        ("end", "reason"),
        ("broken_off", "why serial"),
    ),
}

KINDS: tuple[Kind, ...] = tuple(
    Kind(base * 10 + n, name, tuple(payload.split()))
    for base, rows in _CATALOGUE.items()
    for n, (name, payload) in enumerate(rows)
)
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
BY_CODE: dict[int, Kind] = {kind.code: kind for kind in KINDS}


class Act(IntEnum):
    """What was seen to be done (payload `act`)."""

    FIRED = 1
    ADVANCED = 2
    CROSSED_LINE = 3
    BUILD_UP = 4


GRAVITY = {0: 0, int(Act.BUILD_UP): 1, int(Act.CROSSED_LINE): 2, int(Act.ADVANCED): 3, int(Act.FIRED): 4}
"""How grave an act is; 0: none was seen."""


class Reason(IntEnum):
    """Why fire, an order or a unit's part in the fight ended (payloads `reason`, `why`, `result`)."""

    ORDERED = 1
    OUT_OF_CONTACT = 2
    TURNED_BACK = 3
    RECROSSED = 4
    EMPTY = 5
    LOST = 6
    BROKE = 7
    HALTED = 8
    GUNS_LOST = 10
    LEADER_LOST = 11
    NEIGHBOURS = 12
    UNANSWERED_FIRE = 13
    LOSSES = 14
    PINNED = 15
    NO_AUTHORITY = 20
    NO_KNOWLEDGE = 21
    NO_WILL = 22
    NO_UNIT_CAN = 30
    NOT_HEEDED = 31
    TIMED_OUT = 32
    RULE = 33
    DANGER_CLOSE = 34
    OUT_OF_RANGE = 35
    NO_TRACK = 36
    EFFECT_JUDGED = 37
    FUEL = 38
    QUIET = 40
    CLOCK = 41
    REACHED = 42
    CHANGED = 43
    NO_CONTROL = 44
    BUSY = 45


class Wait(IntEnum):
    """What a mission waits for (payload `what` of `waiting`)."""

    CONTROLLER = 1
    SHOOTER = 2
    AIRSPACE = 3
    APPROVAL = 4
    SAFE_DISTANCE = 5
    HOTLINE = 6


class Answer(IntEnum):
    """Kinds of answer over the hotline (payload `answer`)."""

    NONE = 0
    DISOWN = 1
    ASSURE = 2
    ASK_TIME = 3
    OWN_UP = 4
    HALT_ORDERED = 5


class Says(IntEnum):
    """What a hotline call says (payload `says`)."""

    POSITION = 1
    BUILD_UP = 2
    WARNING = 3
    STOP = 4
    AFTER = 5


class CallPhase(IntEnum):
    """Phase of the battle a call was planned for (payload `phase`); metrics place calls by T0 and the last round."""

    BEFORE = 1
    DURING = 2
    AFTER = 3


class Rung(IntEnum):
    """Rungs of the escalation ladder (payload `rung`), in the order of severity."""

    HOLD = 0
    HOTLINE_CALL = 1
    SHOW_OF_FORCE = 2
    WARNING_SHOTS = 3
    ENGAGE = 4


class Hull(IntEnum):
    """Bits of the payload `flags` of `vehicle`: mobility, firepower, catastrophic."""

    M = 1
    F = 2
    K = 4


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a recording as people read it. `causes` are ids of earlier events; `payload` by field name."""

    id: int
    t_ms: int
    kind: str
    actor: str
    target: str | None
    causes: tuple[int, ...]
    payload: dict[str, int]


EVENT_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Event))
