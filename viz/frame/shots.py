"""Fire as lines and marks: who fired at whom and when it landed, joined once at load from the causes in the log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import events as catalogue
from sim.recording import EventTable, Recording
from viz.frame.happenings import actor_units

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
OPEN_MS, SHORT_MS = 60_000, 600


@dataclass(frozen=True)
class Shots:
    """Lines of fire (one row each) and impacts (one row each)."""

    event: Ints
    shooter: Ints
    target: Ints
    side: Ints
    start: Ints
    end: Ints
    x: Floats
    y: Floats
    weapon: Ints
    indirect: NDArray[np.bool_]
    small: NDArray[np.bool_]
    mark_event: Ints
    mark_t: Ints
    mark_x: Floats
    mark_y: Floats
    mark_side: Ints
    mark_weapon: Ints
    mark_shooter: Ints
    mark_shot: Ints

    def active(self, t: float, linger: float = 0.0) -> Ints:
        """Lines in the air at t (or that ended less than `linger` ms ago)."""
        return np.flatnonzero((self.start <= t) & (self.end + linger >= t))

    def marks(self, t: float, window_ms: float = 1_200_000) -> Ints:
        """Impacts not older than the window."""
        a, b = np.searchsorted(self.mark_t, (t - window_ms, t), side="right")
        return np.arange(a, b)


def _payload(log: EventTable, rows: Ints, name: str, field: str) -> Ints:
    at = catalogue.BY_NAME[name].fields.index(field)
    return log.flat_payload[log.payload_offsets[rows] + at] if len(rows) else np.zeros(0, np.int64)


def _first_cause(log: EventTable, rows: Ints, kinds: tuple[str, ...]) -> Ints:
    """Of each event: the first cause that is of one of the kinds, or -1."""
    codes = [catalogue.BY_NAME[k].code for k in kinds]
    out = np.full(len(rows), -1, dtype=np.int64)
    for i, row in enumerate(rows.tolist()):
        for cause in log.causes[log.cause_offsets[row] : log.cause_offsets[row + 1]]:
            if log.kind[cause] in codes:
                out[i] = cause
                break
    return out


def shots_of(recording: Recording) -> Shots:
    """Join rounds with their impacts, and bursts with their end."""
    log = recording.events
    units, sides = actor_units(recording)
    heavy = np.sort(np.concatenate([log.of("fired"), log.of("warning_fired")])).astype(np.int64)
    bursts = log.of("opened").astype(np.int64)
    impacts = log.of("impact").astype(np.int64)
    x = _payload(log, impacts, "impact", "x_mm") / 1000.0
    y = _payload(log, impacts, "impact", "y_mm") / 1000.0
    weapon = _payload(log, heavy, "fired", "weapon_key")
    parent = _first_cause(log, impacts, ("fired", "warning_fired"))
    place = {int(e): i for i, e in enumerate(heavy)}
    known = np.array([place.get(int(p), -1) for p in parent], dtype=np.int64)
    n = len(heavy)
    hits = np.bincount(known[known >= 0], minlength=n).astype(float) if n else np.zeros(0)
    tx = np.full(n, np.nan)
    ty = np.full(n, np.nan)
    end = log.t_ms[heavy] + SHORT_MS
    good = known >= 0
    if n and good.any():
        has = hits > 0
        tx[has] = (np.bincount(known[good], x[good], minlength=n) / np.maximum(hits, 1))[has]
        ty[has] = (np.bincount(known[good], y[good], minlength=n) / np.maximum(hits, 1))[has]
        late = np.zeros(n, dtype=np.int64)
        np.maximum.at(late, known[good], log.t_ms[impacts[good]])
        end = np.maximum(end, late)
    burst_end = _burst_ends(log, bursts)
    kinds = {int(k): str(v) for k, v in zip(recording.weapons["key"], recording.weapons["kind"], strict=True)}
    burst_weapon = _payload(log, bursts, "opened", "weapon_key")
    event = np.concatenate([heavy, bursts])
    blank = np.full(len(bursts), np.nan)
    target = log.target[event].astype(np.int64)
    keys = np.concatenate([weapon, burst_weapon])
    return Shots(
        event=event,
        shooter=units[log.actor[event]],
        target=np.where(target >= 0, units[np.maximum(target, 0)], -1),
        side=sides[log.actor[event]],
        start=log.t_ms[event].astype(np.int64),
        end=np.concatenate([end, burst_end]).astype(np.int64),
        x=np.concatenate([tx, blank]),
        y=np.concatenate([ty, blank]),
        weapon=keys,
        indirect=np.array([kinds.get(int(k)) == "indirect" for k in keys], dtype=bool),
        small=np.arange(len(event)) >= n,
        mark_event=impacts,
        mark_t=log.t_ms[impacts].astype(np.int64),
        mark_x=x,
        mark_y=y,
        mark_side=sides[log.actor[impacts]],
        mark_weapon=_payload(log, impacts, "impact", "weapon_key"),
        mark_shooter=units[log.actor[impacts]],
        mark_shot=known,
    )


def _burst_ends(log: EventTable, bursts: Ints) -> Ints:
    """A burst of small arms lasts until it is accounted for; without an account, at most a minute."""
    end = log.t_ms[bursts] + OPEN_MS
    accounts = log.of("account").astype(np.int64)
    parent = _first_cause(log, accounts, ("opened",))
    at = {int(b): i for i, b in enumerate(bursts)}
    for account, cause in zip(accounts.tolist(), parent.tolist(), strict=True):
        if cause in at:
            end[at[cause]] = max(int(log.t_ms[account]), int(log.t_ms[cause]) + SHORT_MS)
    return end


def fitted_ellipse(x: Floats, y: Floats) -> tuple[float, float, float, float, float] | None:
    """Centre, the two standard deviations (m) and the bearing of the long one, of at least four impacts."""
    if len(x) < 4:
        return None
    covariance = np.cov(np.stack([x, y]))
    values, vectors = np.linalg.eigh(covariance)
    if not np.isfinite(values).all():
        return None
    along, across = np.sqrt(max(values[1], 0.0)), np.sqrt(max(values[0], 0.0))
    bearing = float(np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180.0)
    return float(x.mean()), float(y.mean()), float(along), float(across), bearing
