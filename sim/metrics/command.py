"""The hotline, and how long each link of the chain from sight to impact took."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.events import Wait
from sim.metrics.chain import LINKS, chain_times
from sim.metrics.view import Ints, Undefined, Value, View


def calls_in(phase: str) -> Callable[[View], Value | Undefined]:
    """A metric: calls placed before T0, during the fight, or after its last round, by the clock and not
    by the label they carry. Without a round all calls are before."""

    def calls(view: View) -> Value | Undefined:
        return int(np.count_nonzero(phase_of(view, view.log.t_ms[view.log.of("call_placed")]) == phase))

    calls.__doc__ = f"Calls {phase} the fight."
    return calls


def phase_of(view: View, t_ms: Ints) -> NDArray[np.str_]:
    """before, during or after, for each time."""
    if view.t0 is None or view.last_round is None:
        return np.full(len(t_ms), "before")
    return np.where(t_ms < view.t0, "before", np.where(t_ms <= view.last_round, "during", "after"))


def wait(begin: str, end: str) -> Callable[[View], Value | Undefined]:
    """A metric: median seconds between two links of the chain over the missions that have both."""
    i, j = LINKS.index(begin), LINKS.index(end)

    def median(view: View) -> Value | Undefined:
        times = view.get(chain_times)
        gaps = times[:, j] - times[:, i]
        gaps = gaps[~np.isnan(gaps)]
        return float(np.median(gaps)) if len(gaps) else Undefined("no mission went that way")

    median.__doc__ = f"Median seconds from {begin} to {end}."
    return median


WAITS = {
    f"wait_{a}_{b}_s": (a, b)
    for a, b in [("seen", "reported"), *pairwise(link for link in LINKS[1:] if link != "fired"), ("seen", "impact"),
                 ("act_observed", "impact")]
}  # fmt: skip
"""Metric -> links. The first sight may lie days before; the act that counts is what a report is made of."""


def controller_busy(view: View) -> tuple[Ints, Ints, Ints]:
    """Controller (actor), from, until of every time one was taken; until the end if never freed."""
    log = view.log
    taken, freed, lost = (log.of(f"controller_{what}") for what in ("taken", "freed", "lost"))
    serials = [log.payload(f"controller_{what}")["serial"] for what in ("taken", "freed", "lost")]
    freed = np.concatenate((freed, lost))
    _, mission = np.unique(np.concatenate(serials), return_inverse=True)
    n, m = len(log) + 1, len(mission) + 1
    start = (log.actor[taken].astype(np.int64) * m + mission[: len(taken)]) * n
    ends = np.sort((log.actor[freed].astype(np.int64) * m + mission[len(taken) :]) * n + freed)
    at = np.searchsorted(ends, start + taken)
    end = np.append(ends, -1)[at]
    mine = (end >= start) & (end < start + n)
    until = np.where(mine, log.t_ms[np.where(mine, end - start, 0)], view.end_ms) if len(log) else end
    return log.actor[taken].astype(np.int64), log.t_ms[taken], until


def controllers(view: View, actor: Ints, begun: Ints, until: Ints) -> dict[int, int]:
    """Actor -> how many controllers it has: one for an actor that is a controller itself; for a command what
    `meta["controllers"]` says, or the most that were ever taken at once."""
    names, roles = view.recording.actors["name"], view.recording.actors["role"]
    told = dict(view.meta.get("controllers") or {})
    found = {}
    for who in {*np.flatnonzero(roles == "controller").tolist(), *np.unique(actor).tolist()}:
        mine = actor == who
        steps = np.concatenate([np.sort(begun[mine]) * 2 + 1, np.sort(until[mine]) * 2])
        level = np.cumsum(np.where(np.sort(steps) % 2, 1, -1)).max(initial=0)
        found[who] = int(told.get(str(names[who]), 1 if roles[who] == "controller" else level))
    return found


def controller_load(view: View) -> Value | Undefined:
    """Share of the controllers' time between T0 and the last round in which they had a mission."""
    actor, begun, until = controller_busy(view)
    n = sum(controllers(view, actor, begun, until).values())
    if not n:
        return Undefined("no controller was ever taken")
    if view.t0 is None or view.last_round is None or view.last_round == view.t0:
        return Undefined("there was no fight")
    busy = np.minimum(until, view.last_round) - np.maximum(begun, view.t0)
    return float(np.maximum(busy, 0).sum() / (n * (view.last_round - view.t0)))


def attacks_close_to_own(view: View) -> Value | Undefined:
    """Attacks given out although own troops were nearer than the weapon's safe distance: slower, and a counted risk."""
    return int(np.count_nonzero(view.log.payload("waiting")["what"] == Wait.SAFE_DISTANCE))


def first_sight_lead(view: View) -> Value | Undefined:
    """Hours from the defenders' first sight of an attacker to T0: how long the build-up was seen."""
    rows = view.of_side("seen", 1)
    seen = view.first(rows[view.unit_side[view.target_unit[rows]] == 0])
    if view.t0 is None:
        return Undefined("no round was fired")
    return Undefined("no attacker was seen") if seen is None else (view.t0 - seen) / 3_600_000
