"""Who is on which bank. A crossing westward means having been east before: those who start there count."""

from __future__ import annotations

import numpy as np

from sim.metrics.view import ATTACKERS, DEFENDERS, NEVER, Ints, View


def _rivers(view: View) -> list[int]:
    return [line["key"] for line in view.recording.lines if line.get("role") == "river"]


def crossings(view: View) -> tuple[Ints, Ints, Ints]:
    """Crossings of the river by units, in time order: unit, time, direction (-1 is westward)."""
    rows, crossed = view.log.of("line_crossed"), view.log.payload("line_crossed")
    mine = np.isin(crossed["line_key"], _rivers(view)) & (view.unit[rows] >= 0)
    return view.unit[rows[mine]], view.log.t_ms[rows[mine]], crossed["direction"][mine]


def west_since(view: View, at_ms: int | Ints, unit: Ints) -> Ints:
    """When each unit last recrossed the river, if it is west of it at `at_ms`; else NEVER."""
    units, times, direction = view.get(crossings)
    if not len(units):
        return np.full(len(unit), NEVER)
    span = int(times.max()) + 2
    order = np.argsort(units * span + times, kind="stable")
    keys = (units * span + times)[order]
    at = np.searchsorted(keys, unit * span + np.minimum(at_ms, span - 1), side="right") - 1
    last = order[np.maximum(at, 0)]
    west = (at >= 0) & (units[last] == unit) & (direction[last] < 0)
    return np.where(west, times[last], NEVER)


def recrossed_ms(view: View) -> Ints:
    """(n_units,) when a unit that is west of the river at the end went there, else NEVER."""
    return west_since(view, view.end_ms, np.arange(len(view.unit_side)))


def believed_across(view: View) -> list[tuple[int, int, int]]:
    """(unit, from, until) ids of events between which the defenders believe that an attacker unit has recrossed: they
    hold it in sight as it goes west, or see it there later; until it comes back."""
    log, n = view.log, len(view.log)
    units, _, direction = view.get(crossings)
    rows = log.of("line_crossed")[np.isin(log.payload("line_crossed")["line_key"], _rivers(view))]
    rows = rows[view.unit[rows] >= 0]
    ours = view.unit_side[units] == ATTACKERS
    seen, lost = view.of_side("seen", DEFENDERS), view.of_side("sight_lost", DEFENDERS)
    found = []
    for i in np.flatnonzero(ours & (direction < 0)).tolist():
        unit, at = int(units[i]), int(rows[i])
        mine, gone = seen[view.target_unit[seen] == unit], lost[view.target_unit[lost] == unit]
        held = np.count_nonzero(mine < at) > np.count_nonzero(gone < at)
        begin = at if held else int(mine[mine > at].min(initial=n))
        back = rows[(units == unit) & (direction > 0) & (rows > at)]
        end = int(back.min(initial=n))
        if begin < end:
            found.append((unit, begin, end))
    return found
