"""Who fired first, what fell near the headquarters, how long it lasted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.metrics.view import ATTACKERS, DEFENDERS, SIDES, Ints, Mask, Undefined, Value, View

NEAR_M = 500.0
KIND_WORDS = {"aimed": "small_arms"}
"""Weapon kinds as `first_fire_kind` names them; the others keep their name."""

NO_FIRE = Undefined("no round was fired")
NO_HQ = Undefined("the scenario names no headquarters")


def near(view: View) -> Mask:
    """(n_impacts,) impacts of attackers' weapons above small arms within 500 m of the headquarters."""
    rows = view.log.of("impact")
    theirs: Mask = view.side[rows] == ATTACKERS
    return theirs & (view.impact_m <= NEAR_M) & ~view.weapon_has(view.impact_weapon, "kind", "anti_air")


def guns_and_tanks(view: View) -> Mask:
    """(n_impacts,) impacts of tube artillery and tank guns: what the article counts."""
    rows, weapon = view.log.of("impact"), view.impact_weapon
    shooter = view.unit[rows]
    tube = np.append(view.units_with("artillery"), False)[shooter]
    tank = np.append(view.units_with("tank"), False)[shooter]
    indirect = view.weapon_has(weapon, "kind", "indirect")
    return (tube & indirect) | (tank & view.weapon_has(weapon, "kind", "shot"))


def rounds_near(view: View) -> Value | Undefined:
    """Attackers' rounds within 500 m of the headquarters, all weapons above small arms, whole run."""
    return NO_HQ if view.hq is None else int(np.count_nonzero(near(view)))


def _rounds_before(view: View, moment: int | None, missing: str) -> Value | Undefined:
    if view.hq is None:
        return NO_HQ
    if moment is None:
        return Undefined(missing)
    early = view.log.t_ms[view.log.of("impact")] < moment
    return int(np.count_nonzero(near(view) & guns_and_tanks(view) & early))


def rounds_before_reply(view: View) -> Value | Undefined:
    """Artillery and tank rounds within 500 m before the defenders' air or indirect weapons replied."""
    return _rounds_before(view, view.reply_ms, "the defenders' supporting fires never replied")


def rounds_before_warning(view: View) -> Value | Undefined:
    """The same before the first warning shot."""
    warned = view.first(view.of_side("warning_fired", DEFENDERS))
    return _rounds_before(view, warned, "no warning shot was fired")


def lethal_ms(view: View) -> int | None:
    """The defenders' first round for effect, small arms included."""
    rows = [view.of_side(kind, DEFENDERS) for kind in ("opened", "fired")]
    return view.first(np.concatenate(rows))


def rounds_before_lethal(view: View) -> Value | Undefined:
    """The same before the defenders' first round for effect of any weapon."""
    return _rounds_before(view, lethal_ms(view), "the defenders never fired for effect")


def first_fire_side(view: View) -> Value | Undefined:
    """Side of the first round of any weapon."""
    if not len(view.rounds):
        return NO_FIRE
    side = int(view.side[view.rounds[0]])
    return SIDES[side] if side >= 0 else Undefined("the first round was of neither side")


def first_fire_kind(view: View) -> Value | Undefined:
    """Kind of the first round: warning, small_arms, shot, indirect, guided or strafe."""
    if not len(view.rounds):
        return NO_FIRE
    row = int(view.rounds[0])
    if row in view.log.of("warning_fired"):
        return "warning"
    weapon = view.weapon(np.array(view.log.payload_of(row)[:1]))[0]
    if weapon < 0:
        return Undefined("the first weapon is not in the table of weapons")
    kind = str(view.recording.weapons["kind"][weapon])
    return KIND_WORDS.get(kind, kind)


def time_to_first_effect(view: View) -> Value | Undefined:
    """From the attackers' first round to the first of them hurt by a reply weapon, seconds; whom a warning shot hurts
    was not hurt by the reply."""
    begun = view.first(view.rounds[view.side[view.rounds] == ATTACKERS])
    fates = view.fates
    hurt = view.weapon_has(fates.weapon, "reply", 1) & (view.unit_side[fates.victim] == ATTACKERS)
    hurt &= ~view.caused_by(fates.row, warnings(view))
    if begun is None:
        return Undefined("the attackers never fired")
    if not hurt.any():
        return Undefined("no attacker was hurt by a reply weapon")
    return (int(fates.t_ms[hurt][0]) - begun) / 1000


def warnings(view: View) -> Ints:
    """Ids of the impacts of warning shots."""
    rows = view.log.of("impact")
    return rows[view.caused_by(rows, "warning_fired")]


def strikes(view: View) -> Ints:
    """Ids of the impacts of reply weapons fired for effect."""
    rows = view.log.of("impact")
    reply: Mask = view.weapon_has(view.impact_weapon, "reply", 1) & (view.side[rows] == DEFENDERS)
    return rows[reply & ~np.isin(rows, warnings(view))]


def strike_duration(view: View) -> Value | Undefined:
    """First to last impact of reply weapons, seconds; warning rounds are no strikes."""
    times = view.log.t_ms[strikes(view)]
    return int(np.ptp(times)) / 1000 if len(times) else Undefined("no reply weapon struck")


def delay_to(moment: Callable[[View], int | None], missing: str) -> Callable[[View], Value | Undefined]:
    """A metric: seconds from T0 to a moment (negative if it came before)."""

    def delay(view: View) -> Value | Undefined:
        at = moment(view)
        if view.t0 is None:
            return NO_FIRE
        return Undefined(missing) if at is None else (at - view.t0) / 1000

    return delay


def warning_ms(view: View) -> int | None:
    """The first warning shot."""
    return view.first(view.log.of("warning_fired"))


def engagement_range(quantile: float) -> Callable[[View], Value | Undefined]:
    """A metric: quantile over the defenders' rounds for effect of the range they were fired at, m."""

    def distance(view: View) -> Value | Undefined:
        rows, fired = view.log.of("fired"), view.log.payload("fired")
        ours = view.side[rows] == DEFENDERS
        if not ours.any():
            return Undefined("the defenders fired no heavy, indirect or guided round")
        return float(np.quantile(fired["range_mm"][ours] / 1000, quantile))

    return distance
