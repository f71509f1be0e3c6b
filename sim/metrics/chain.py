"""From an impact back to the sight that began it: the chain of causes of the supporting fires."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.events import BY_NAME
from sim.metrics.view import Ints, View

LINKS = ("seen", "act_observed", "reported", "permitted", "approved", "assigned", "fired", "impact")
"""The chain of a supporting fire, in order; `fired` is the round of the first impact."""

Times = NDArray[np.float64]


def ancestors(view: View, kinds: tuple[str, ...]) -> Ints:
    """(n_events, n_kinds) the latest event of each kind among all that led to an event, -1 if none.

    Each pass carries the answers one cause further, for all events at once, until nothing moves.
    """
    log = view.log
    found = np.full((len(log), len(kinds)), -1, np.int64)
    has = np.flatnonzero(np.diff(log.cause_offsets))
    if not len(has):
        return found
    codes = np.array([BY_NAME[kind].code for kind in kinds])
    itself = np.where(log.kind[log.causes][:, None] == codes, log.causes[:, None], -1)
    starts = log.cause_offsets[has]
    while True:
        reached = np.maximum.reduceat(np.maximum(found[log.causes], itself), starts, axis=0)
        if np.array_equal(reached, found[has]):
            return found
        found[has] = reached


def chain_times(view: View) -> Times:
    """(n_missions, n_links) seconds of the LINKS of every assigned mission that led to an impact; NaN where the
    log knows no such link."""
    log, missions = view.log, view.log.of("assigned")
    known = ancestors(view, LINKS[:-1])
    impacts, assigned, fired = log.of("impact"), LINKS.index("assigned"), LINKS.index("fired")
    cause = known[impacts, assigned]
    first = np.full(len(log), -1, np.int64)
    order = np.argsort(-log.t_ms[impacts], kind="stable")
    order = order[cause[order] >= 0]
    first[cause[order]] = impacts[order]
    ended = first[missions]
    missions, ended = missions[ended >= 0], ended[ended >= 0]
    links = np.column_stack((known[missions, :assigned], missions, known[ended, fired], ended))
    times: Times = np.where(links >= 0, log.t_ms[links], np.nan) / 1000
    return times
