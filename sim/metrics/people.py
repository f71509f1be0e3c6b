"""Who was hurt and what was lost. People count by the tag of their unit, crews included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.events import Hull
from sim.metrics.view import ATTACKERS, NEVER, SIDES, Mask, Undefined, Value, View
from sim.tags import OF_SIDE

STATES = ("killed", "wounded", "unhurt")
OF_TAG = {tag: tag for tags in OF_SIDE.values() for tag in tags} | {"contractor": "contractors"}
"""Force tag -> first word of its metrics."""
TAGS = {name: tag for tag, name in OF_TAG.items()}
"""The same the other way round."""

ARTILLERY = ("artillery", "rocket_launcher")


def of_state(view: View, state: str) -> Mask:
    """(n_entities,) the people in one of STATES at the end; the three exclude each other."""
    dead, hurt = view.dead_ms < NEVER, view.hurt_ms < NEVER
    return view.person & {"killed": dead, "wounded": hurt & ~dead, "unhurt": ~hurt}[state]


def count(who: str, state: str) -> Callable[[View], Value | Undefined]:
    """A metric: people of a side or of a tag who are in a state at the end."""

    def people(view: View) -> Value | Undefined:
        units = view.recording.units
        ours = units["side"] == who if who in SIDES else units["tag"] == TAGS[who]
        return int(np.count_nonzero(of_state(view, state) & ours[view.entity_unit]))

    people.__doc__ = f"People of the {who} {state} at the end."
    return people


def wounded_per_killed(view: View) -> Value | Undefined:
    """Attackers wounded for each attacker killed, at the end."""
    killed, wounded = (count("attackers", state)(view) for state in ("killed", "wounded"))
    assert isinstance(killed, int)
    assert isinstance(wounded, int)
    return wounded / killed if killed else Undefined("no attacker was killed")


def committed(view: View) -> Value | Undefined:
    """Attackers whose unit was committed to the attack at any time."""
    units = view.unit[view.log.of("committed")]
    ours = np.zeros(len(view.unit_side), bool)
    ours[units[units >= 0]] = True
    ours &= view.unit_side == ATTACKERS
    return int(np.count_nonzero(view.person & ours[view.entity_unit]))


def attackers_matter(view: View, counts_as: tuple[str, ...]) -> Mask:
    """(n_entities,) the attackers' vehicles, guns or tubes of these kinds; "vehicle" means the counted
    vehicles of the force, whatever they are."""
    entities = view.recording.entities
    ours: Mask = view.unit_side[view.entity_unit] == ATTACKERS
    if counts_as == ("vehicle",):
        kind: Mask = entities["vehicle"] == 1
    else:
        kind = np.isin(entities["counts_as"], counts_as)
    return ours & kind


def destroyed(*counts_as: str) -> Callable[[View], Value | Undefined]:
    """A metric: catastrophic kill, or mobility and firepower both."""

    def lost(view: View) -> Value | Undefined:
        both = Hull.M | Hull.F
        gone = (view.flags & Hull.K != 0) | (view.flags & both == both)
        return int(np.count_nonzero(gone & attackers_matter(view, counts_as)))

    lost.__doc__ = f"Attackers' {' and '.join(counts_as)} destroyed."
    return lost


def die_later(view: View) -> Value | Undefined:
    """Attackers wounded at the end who die of it afterwards, within the scenario's horizon; not among the killed."""
    counts = view.meta.get("die_later")
    if counts is None:
        return Undefined("the scenario names no horizon for the wounded")
    units = view.recording.units
    tags = set(units["tag"][units["side"] == SIDES[ATTACKERS]].tolist())
    return int(sum(n for tag, n in counts.items() if tag in tags))


def hurt_by_own_side(view: View) -> Value | Undefined:
    """People of either side hurt by rounds of their own."""
    fates = view.fates
    sides = np.append(view.unit_side, -1)
    own = (fates.what < 2) & (sides[fates.shooter] == sides[fates.victim]) & (sides[fates.shooter] >= 0)
    return len(np.unique(fates.entity[own]))


def aircraft_destroyed(view: View) -> Value | Undefined:
    """Aircraft of either side lost for good."""
    aircraft = view.recording.entities["counts_as"] == "aircraft"
    return int(np.count_nonzero((view.flags & Hull.K != 0) & aircraft))


def damaged(flag: Hull, *counts_as: str) -> Callable[[View], Value | Undefined]:
    """A metric: those that suffered this flag, whatever else they suffered."""

    def hit(view: View) -> Value | Undefined:
        return int(np.count_nonzero((view.flags & flag != 0) & attackers_matter(view, counts_as)))

    hit.__doc__ = f"Attackers' {' and '.join(counts_as)} with flag {flag.name}."
    return hit
