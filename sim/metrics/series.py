"""Numbers by the minute, for charts and for the ensemble's bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.metrics.fires import near
from sim.metrics.view import ATTACKERS, SIDES, Ints, View

MINUTE_MS = 60_000
BEFORE_MS = 60 * MINUTE_MS
"""How long before the first round the charts begin."""

Series = dict[str, NDArray[np.float64]]


def minutes(view: View) -> Ints:
    """Full minutes from an hour before T0 (before the end, if nobody fired) to the end of the run."""
    begin = (view.t0 if view.t0 is not None else view.end_ms) - BEFORE_MS
    return np.arange(max(begin, 0) // MINUTE_MS, -(-view.end_ms // MINUTE_MS) + 1) * MINUTE_MS


def _by(times: Ints, grid: Ints) -> NDArray[np.float64]:
    """How many of `times` lie at or before each minute."""
    return np.searchsorted(np.sort(times), grid, side="right").astype(float)


def series(view: View, grid: Ints | None = None) -> Series:
    """Curves over `grid` (ms), all of shape (n_minutes,): unhurt and effective people of each side,
    attackers killed and wounded so far, rounds within 500 m so far, and `t_ms`. Effective people are the
    unhurt of units still in the fight."""
    grid = minutes(view) if grid is None else grid
    curves: Series = {"t_ms": grid.astype(float)}
    for code, side in enumerate(SIDES):
        ours = view.person & (view.unit_side[view.entity_unit] == code)
        n = np.count_nonzero(ours)
        curves[f"{side}_unhurt"] = n - _by(view.hurt_ms[ours], grid)
        out = np.minimum(view.hurt_ms, view.ineffective_ms[view.entity_unit])[ours]
        curves[f"{side}_effective"] = n - _by(out, grid)
    theirs = view.person & (view.unit_side[view.entity_unit] == ATTACKERS)
    curves["attackers_killed"] = _by(view.dead_ms[theirs], grid)
    curves["attackers_hurt"] = _by(view.hurt_ms[theirs], grid)
    close = view.log.t_ms[view.log.of("impact")][near(view)]
    curves["rounds_within_500m"] = _by(close, grid)
    return curves


def hurt_by_weapon(view: View, grid: Ints) -> Series:
    """Attackers out of action so far, by the label of the weapon that first hurt them."""
    fates = view.fates
    people = (fates.what < 2) & (view.unit_side[fates.victim] == ATTACKERS)
    first = people & (fates.t_ms == view.hurt_ms[fates.entity])
    labels = np.append(view.recording.weapons["label"], "unknown")
    return {
        str(labels[weapon]): _by(fates.t_ms[first & (fates.weapon == weapon)], grid)
        for weapon in np.unique(fates.weapon[first])
    }
