"""How it ended: the headquarters, the advance, the river, the clock."""

from __future__ import annotations

import numpy as np

from sim.events import Reason
from sim.metrics.fires import NO_FIRE, NO_HQ
from sim.metrics.river import believed_across, recrossed_ms, west_since
from sim.metrics.view import ATTACKERS, DEFENDERS, NEVER, Ints, Mask, Undefined, Value, View
from sim.recording import positions

RIVER_RULE = "roe/river"
"""Name of the rule that protects those who recrossed."""


def censored(view: View) -> Value | Undefined:
    """1 if the clock ran out (or the recording is cut) before the fight was over."""
    return int(view.end_reason in (None, Reason.CLOCK))


def fight_duration(view: View) -> Value | Undefined:
    """T0 to the last round of either side, seconds."""
    if view.t0 is None or view.last_round is None:
        return NO_FIRE
    if censored(view):
        return Undefined("the clock ended before the fight")
    return (view.last_round - view.t0) / 1000


def holders(view: View) -> Mask:
    """(n_units,) who holds the headquarters: the units of `meta["hq_units"]`, or, where a recording does
    not say, the defenders' ground units inside its footprint at the start."""
    units = view.recording.units
    ours: Mask = view.unit_side == DEFENDERS
    named = view.meta.get("hq_units")
    if named is not None:
        return ours & np.isin(units["id"], named)
    if view.hq is None:
        return np.zeros_like(ours)
    at = positions(view.recording, 0) - (view.hq["x_m"], view.hq["y_m"])
    ground: Mask = units["altitude_m"] == 0
    inside: Mask = np.hypot(*at.T) <= view.hq["radius_m"]
    return ours & ground & inside


def hq_held(view: View) -> Value | Undefined:
    """The headquarters is unbroken at the end, and no effective attacker was ever in its footprint."""
    if view.hq is None:
        return NO_HQ
    if "hq_units" not in view.meta and not len(view.recording.legs["unit"]):
        return Undefined("the recording does not say who holds the headquarters")
    holding = holders(view)
    if not holding.any():
        return Undefined("nobody holds the headquarters")
    unbroken = bool((view.ineffective_ms[holding] == NEVER).any())
    rows, crossed = view.log.of("line_crossed"), view.log.payload("line_crossed")
    unit = view.unit[rows]
    inside = (crossed["line_key"] == view.hq["key"]) & (crossed["direction"] > 0) & (unit >= 0)
    inside &= view.side[rows] == ATTACKERS
    effective = view.log.t_ms[rows] < view.ineffective_ms[unit]
    return unbroken and not bool((inside & effective).any())


def attack(view: View, kind: str) -> tuple[Ints, Ints]:
    """Ids and order keys of the events of a kind that concern an attack task."""
    keys = [view.key_of(str(order)) for order in view.meta.get("attack_orders", ())]
    of_kind = view.log.payload(kind)["order_key"]
    ours = np.isin(of_kind, [key for key in keys if key is not None])
    return view.log.of(kind)[ours], of_kind[ours]


def advance_stopped(view: View) -> Value | Undefined:
    """Every attack task ended by loss, break, halt or withdrawal; none was completed."""
    begun, _ = attack(view, "order_begun")
    done, _ = attack(view, "order_done")
    aborted, _ = attack(view, "order_aborted")
    why = view.log.payload("order_aborted")["why"][np.isin(view.log.of("order_aborted"), aborted)]
    if not len(begun) and not len(aborted):
        return Undefined("no attack task was begun")
    if len(done) or (why == Reason.REACHED).any():
        return False
    return not bool(_still_attacking(view).any())


def _still_attacking(view: View) -> Mask:
    """(n_units,) effective units with an attack task that was begun and has no end in the log."""
    (begun, orders), (ended, done) = attack(view, "order_begun"), attack(view, "order_aborted")
    over = set(zip(view.log.actor[ended].tolist(), done.tolist(), strict=True))
    open_tasks = set(zip(view.log.actor[begun].tolist(), orders.tolist(), strict=True)) - over
    attacking = np.zeros(len(view.unit_side), bool)
    for actor in {actor for actor, _ in open_tasks}:
        unit = int(view.recording.actors["unit"][actor])
        name = str(view.recording.actors["name"][actor]).removeprefix("formation/")
        attacking |= np.arange(len(attacking)) == unit if unit >= 0 else view.recording.units["formation"] == name
    able: Mask = view.ineffective_ms == NEVER
    return attacking & able


def recrossed_people(view: View) -> Value | Undefined:
    """Attackers west of the river at the end after having been east of it, alive when they crossed."""
    since = np.where(view.unit_side == ATTACKERS, view.get(recrossed_ms), NEVER)[view.entity_unit]
    return int(np.count_nonzero(view.person & (since < NEVER) & (view.dead_ms > since)))


def recrossed_engaged(view: View) -> Value | Undefined:
    """Defenders' decisions to fire (an attack assigned, fire opened, a round for effect) at an attacker unit believed
    to have recrossed the river: 0 under the rule, more in a pursuit without it."""
    since = view.get(believed_across)
    if not since:
        return 0
    log = view.log
    decisions = np.concatenate([view.of_side(k, DEFENDERS) for k in ("assigned", "opened", "fired")])
    target = np.where(log.target[decisions] >= 0, view.target_unit[decisions], -1)
    spans = [(target == u) & (decisions > begin) & (decisions < end) for u, begin, end in since]
    return int(np.count_nonzero(np.logical_or.reduce(spans)))


def _rulings(view: View) -> tuple[Ints, Mask]:
    """Ids of the rulings on a contact, and whether each was the river's rule forbidding it."""
    no, yes = view.log.of("forbidden"), view.log.of("permitted")
    river = view.log.payload("forbidden")["rule_key"] == view.key_of(RIVER_RULE)
    no = no[river]
    rows = np.concatenate([no, yes])
    forbidden = np.repeat([True, False], [len(no), len(yes)])
    known = view.log.target[rows] >= 0
    return rows[known].astype(np.int64), forbidden[known]


def recrossed_hit_by_error(view: View) -> Value | Undefined:
    """Attackers truly across who were hurt by the defenders all the same."""
    fates = view.fates
    people = (fates.what < 2) & (view.unit_side[fates.victim] == ATTACKERS)
    people &= np.append(view.unit_side, -1)[fates.shooter] == DEFENDERS
    across = west_since(view, fates.t_ms, fates.victim) < NEVER
    return len(np.unique(fates.entity[people & across]))


def river_rule_denied(view: View) -> Value | Undefined:
    """Fire decisions that the river's rule refused."""
    _, forbidden = _rulings(view)
    return int(np.count_nonzero(forbidden))


def closest_approach(view: View) -> Value | Undefined:
    """The nearest an effective attacker unit came to the point of the headquarters, m."""
    rows = view.log.of("closest")
    mm = view.log.payload("closest")["distance_mm"][view.side[rows] == ATTACKERS]
    return float(mm.min()) / 1000 if len(mm) else Undefined("no attacker's closest point was noted")
