"""The three charts as numbers: effective people by side, rounds near the headquarters, losses by weapon."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import events as catalogue
from sim.recording import Recording
from viz.frame.happenings import actor_units
from viz.frame.shots import Shots
from viz.frame.states import States

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NEAR_M = 500.0
POINTS = 480
ABOVE_SMALL_ARMS = ("shot", "indirect", "guided", "strafe")


@dataclass(frozen=True)
class Band:
    """A quantile band over time from the ensemble that a recording carries."""

    t_ms: Ints
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Typical:
    """A metric over all replications: median, and the 5 % and 95 % quantiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Series:
    """What the charts draw."""

    grid: Ints
    people: dict[str, Floats]
    at_load: dict[str, int]
    near_t: Ints
    loss_t: dict[str, Ints]
    weapons: tuple[str, ...]
    bands: dict[str, Band] = field(default_factory=dict)
    replications: int | None = None
    typical: dict[str, Typical] = field(default_factory=dict)

    def near(self, t: float) -> int:
        """Rounds of the attackers within 500 m of the headquarters so far."""
        return int(np.searchsorted(self.near_t, t, side="right"))

    def losses(self, t: float) -> int:
        """Attackers out of action so far."""
        return sum(int(np.searchsorted(times, t, side="right")) for times in self.loss_t.values())


def headquarters(recording: Recording) -> tuple[float, float]:
    """The point that counts as the headquarters: the area or place of that name, else the map's origin."""
    for area in recording.areas:
        if "hq" in str(area.get("id", "")).lower() or "headquarters" in str(area.get("label", "")).lower():
            return float(area["x_m"]), float(area["y_m"])
    places = recording.places
    for i, kind in enumerate(places["kind"].tolist()):
        if kind == "hq":
            return float(places["x_m"][i]), float(places["y_m"][i])
    return 0.0, 0.0


def series_of(recording: Recording, states: States, shots: Shots, start: int, end: int) -> Series:
    """All curves, once."""
    grid = np.unique(np.linspace(start, end, POINTS).astype(np.int64))
    sides = {s: recording.units["side"].astype(str) == s for s in ("attackers", "defenders")}
    people = {s: np.zeros(len(grid)) for s in sides}
    for i, t in enumerate(grid.tolist()):
        now = states.effective(t)
        for side, mine in sides.items():
            people[side][i] = now[mine].sum()
    hq = headquarters(recording)
    heavy = {
        int(k): str(kind) in ABOVE_SMALL_ARMS
        for k, kind in zip(recording.weapons["key"], recording.weapons["kind"], strict=True)
    }
    close = np.hypot(shots.mark_x - hq[0], shots.mark_y - hq[1]) <= NEAR_M
    counted = np.array([heavy.get(int(k), True) for k in shots.mark_weapon], dtype=bool)
    near = shots.mark_t[close & counted & (shots.mark_side == 0)] if len(close) else shots.mark_t
    losses = _losses(recording)
    bands, replications, typical = ensemble(recording)
    return Series(
        grid=grid,
        people=people,
        at_load={s: int(recording.units["people"][mine].sum()) for s, mine in sides.items()},
        near_t=np.sort(near),
        loss_t=losses,
        weapons=tuple(losses),
        bands=bands,
        replications=replications,
        typical=typical,
    )


def _losses(recording: Recording) -> dict[str, Ints]:
    """Per weapon label (heaviest toll last six): when a person of the attackers was wounded or killed."""
    log = recording.events
    _, sides = actor_units(recording)
    labels = {
        int(k): str(label or name)
        for k, label, name in zip(
            recording.weapons["key"], recording.weapons["label"], recording.weapons["id"], strict=True
        )
    }
    found: dict[str, list[int]] = {}
    for kind in ("wounded", "killed"):
        rows = log.of(kind)
        at = catalogue.BY_NAME[kind].fields.index("weapon_key")
        keys = log.flat_payload[log.payload_offsets[rows] + at] if len(rows) else []
        about = np.where(log.target[rows] >= 0, log.target[rows], log.actor[rows])
        for row, key, who in zip(rows.tolist(), list(keys), about.tolist(), strict=True):
            if sides[who] == 0:
                name = labels.get(int(key)) or recording.names.get(int(key), "other")
                found.setdefault(name, []).append(int(log.t_ms[row]))
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    top = dict(ranked[:5])
    rest = [t for _, times in ranked[5:] for t in times]
    if rest:
        top["other"] = rest
    return {name: np.sort(np.array(times, dtype=np.int64)) for name, times in top.items()}


def ensemble(recording: Recording) -> tuple[dict[str, Band], int | None, dict[str, Typical]]:
    """The bands and typical values of all replications, if the recording carries any that can be read."""
    data = recording.attachments.get("ensemble.json")
    if not data:
        return {}, None, {}
    try:
        told = json.loads(data)
        if not isinstance(told, dict):
            return {}, None, {}
        n = told.get("replications")
        return _bands(told), int(n) if isinstance(n, int) else None, _typical(told.get("summary") or {})
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}, None, {}


def _bands(told: dict[str, Any]) -> dict[str, Band]:
    times = np.asarray(told.get("t_ms", []), dtype=np.int64)
    out: dict[str, Band] = {}
    for name, row in (told.get("series") or {}).items():
        low, high = row.get("p10"), row.get("p90")
        if low is None or high is None or len(low) != len(times) or len(high) != len(times):
            continue
        lows, highs = np.asarray(low, np.float64), np.asarray(high, np.float64)
        if np.isfinite(lows).all() and np.isfinite(highs).all():
            out[str(name)] = Band(times, lows, highs)
    return out


def _typical(summary: dict[str, Any]) -> dict[str, Typical]:
    out = {}
    for name, row in summary.items():
        numbers = [row.get(k) for k in ("median", "p5", "p95")]
        if all(isinstance(v, int | float) and math.isfinite(v) for v in numbers):
            out[str(name)] = Typical(*(float(v) for v in numbers))
    return out
