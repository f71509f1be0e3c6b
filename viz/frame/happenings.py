"""The log as people read it: seven kinds of happening, several like events of one moment in one row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import events as catalogue
from sim.recording import Recording

Ints = NDArray[np.int64]
CLASSES = ("fire", "impact", "loss", "detect", "move", "roe", "call")
FIRE, IMPACT, LOSS, DETECT, MOVE, ROE, CALL = range(7)
SIDE_CODES = {"attackers": 0, "defenders": 1}

_KINDS = {
    "fire": "opened fired warning_fired show_of_force ceased empty",
    "impact": "impact dud",
    "loss": "wounded killed died_of_wounds vehicle",
    "detect": "seen sight_lost act_observed affiliation_judged contact_stale contact_dropped located assessed",
    "move": "arrived line_crossed committed detached order_begun order_done order_aborted pinned recovered "
    "broke withdrew surrendered on_station off_station bingo rearmed warning_noticed",
    "roe": "roe_state permitted forbidden rung_passed approval_asked approved denied assigned cancelled "
    "controller_lost broken_off airspace_closed airspace_open end",
    "call": "call_placed call_answered call_unanswered halt_ordered halt_obeyed halt_ignored line_busy line_taken",
}
CLASS_OF = {
    catalogue.BY_NAME[name].code: CLASSES.index(group) for group, names in _KINDS.items() for name in names.split()
}
# Like events that follow within so many ms of each other are one row.
TOGETHER_MS = {FIRE: 8000, IMPACT: 8000, LOSS: 1500, DETECT: 1500, MOVE: 1500, ROE: 1500, CALL: 0}


@dataclass(frozen=True)
class Rows:
    """Rows of the log, in time order. `first` is the event a row stands for, `count` how many it joins."""

    t_ms: Ints
    first: Ints
    count: Ints
    group: Ints
    side: Ints
    unit: Ints

    def __len__(self) -> int:
        return len(self.t_ms)


def code_table(values: dict[int, int], missing: int = -1) -> Ints:
    """A lookup from event code to a small number."""
    table = np.full(max(catalogue.BY_CODE) + 2, missing, dtype=np.int64)
    for code, value in values.items():
        table[code] = value
    return table


def classes(kind: NDArray[np.int32]) -> Ints:
    """The class of each event, -1 for what the log does not show (and for kinds of a newer program)."""
    table = code_table(CLASS_OF)
    known = (kind >= 0) & (kind < len(table))
    return np.where(known, table[np.where(known, kind, 0)], -1)


def actor_units(recording: Recording) -> tuple[Ints, Ints]:
    """Unit (or -1) and side code (or -1) of each actor."""
    unit = recording.actors["unit"].astype(np.int64)
    side = np.array([SIDE_CODES.get(str(s), -1) for s in recording.actors["side"]], dtype=np.int64)
    of_unit = np.array([SIDE_CODES.get(str(s), -1) for s in recording.units["side"]], dtype=np.int64)
    if len(of_unit):
        side = np.where((side < 0) & (unit >= 0), of_unit[np.maximum(unit, 0)], side)
    return unit, side


def victims(recording: Recording) -> Ints:
    """The actor each event is about: who was hurt, for a fate; the doer, for anything else."""
    fate = recording.events.kind // 100 == 8
    named = recording.events.target >= 0
    return np.where(fate & named, recording.events.target, recording.events.actor).astype(np.int64)


def rows_of(recording: Recording) -> Rows:
    """Join what belongs together: one salvo, one burst of losses, one look around."""
    log = recording.events
    unit_of, side_of = actor_units(recording)
    group = classes(log.kind)
    shown = np.flatnonzero(group >= 0)
    about = victims(recording)[shown]
    unit = unit_of[about] if len(unit_of) else np.full(len(shown), -1)
    side = side_of[about] if len(side_of) else np.full(len(shown), -1)
    side = np.where(np.isin(group[shown], (ROE, CALL)), -1, side)
    key_other = np.where(group[shown] == LOSS, log.actor[shown], log.target[shown]).astype(np.int64)
    # Wounded and killed are one count: out of action.
    hurt = (catalogue.BY_NAME["wounded"].code, catalogue.BY_NAME["killed"].code)
    kind = np.where(log.kind == hurt[1], hurt[0], log.kind)
    order = np.lexsort((shown, key_other, about, kind[shown], group[shown]))
    picked = shown[order]
    gap = np.array([TOGETHER_MS[g] for g in range(7)])[group[picked]]
    new = np.ones(len(picked), dtype=bool)
    if len(picked) > 1:
        same = (
            (kind[picked][1:] == kind[picked][:-1])
            & (about[order][1:] == about[order][:-1])
            & (key_other[order][1:] == key_other[order][:-1])
            & (log.t_ms[picked][1:] - log.t_ms[picked][:-1] <= gap[1:])
        )
        new[1:] = ~same
    starts = np.flatnonzero(new)
    counts = np.diff(np.append(starts, len(picked)))
    first = picked[starts]
    at = order[starts]
    by_time = np.lexsort((first, log.t_ms[first]))
    return Rows(
        log.t_ms[first][by_time],
        first[by_time].astype(np.int64),
        counts[by_time].astype(np.int64),
        group[first][by_time],
        side[at][by_time].astype(np.int64),
        unit[at][by_time].astype(np.int64),
    )
