"""The index of one recording, made once at load: after it, any instant costs the same."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.recording import Recording, positions
from viz.frame import sky
from viz.frame.beliefs import Beliefs
from viz.frame.decisions import calls, permissions
from viz.frame.happenings import CLASSES, Rows, actor_units, rows_of
from viz.frame.series import headquarters, series_of
from viz.frame.shots import shots_of
from viz.frame.sources import Papers
from viz.frame.states import LastRow, States
from viz.frame.terrain import Terrain
from viz.frame.words import Speaker
from viz.playback.words import Calendar

Floats = NDArray[np.float64]
LEAD_MS, QUARTER_MS = 7_200_000, 900_000
FIRST_ROUND = ("fired", "opened", "warning_fired")
NOTABLE = ("roe", "call", "loss")
AIR = "01"


class Night:
    """One recording, ready to be looked at."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        meta = recording.meta
        log = recording.events
        self.end = max(int(meta["end_ms"]), int(log.t_ms[-1]) if len(log) else 0, 1)
        if meta.get("truncated"):
            self.end = max(int(meta.get("truncated_at_ms") or 0), int(log.t_ms[-1]) if len(log) else 0, 1)
        first = [int(log.t_ms[rows[0]]) for name in FIRST_ROUND if len(rows := log.of(name))]
        self.t0 = min(first, default=0)
        self.fired = bool(first)
        offset = meta.get("utc_offset_min")
        offset = int(offset) if isinstance(offset, int | float) and abs(offset) < 1440 else 0
        self.calendar = Calendar(datetime.fromisoformat(str(meta["start"])), offset, self.t0)
        self.opening = self._opening()
        self.states = States(recording)
        self.shots = shots_of(recording)
        self.rows: Rows = rows_of(recording)
        self.permissions = permissions(recording, 0, self.end)
        self.calls = calls(recording)
        self.beliefs = Beliefs(recording)
        self.hq = headquarters(recording)
        self.speaker = Speaker(recording, self.hq)
        self.terrain = Terrain.read(recording.attachments.get("terrain.json"))
        self.series = series_of(recording, self.states, self.shots, *self.opening)
        self._said: dict[int, str] = {}
        self.unit_of_actor, self.side_of_actor = actor_units(recording)
        self.legs = LastRow.of(
            recording.legs["t_ms"], recording.legs["unit"].astype(np.int64), len(recording.units["id"])
        )

    # ---------------------------------------------------------------- what stands in the tables

    @property
    def n_units(self) -> int:
        return len(self.recording.units["id"])

    @property
    def one_of(self) -> str:
        """What every picture of a night says: 1 of how many, simulated; and which."""
        meta = self.recording.meta
        total = meta.get("replications") or self.series.replications
        many = f"1 of {total:,}" if isinstance(total, int) and total > 0 else "1 of many possible nights"
        return f"{many}, simulated · replication {meta.get('replication', 'unknown')}"

    @cached_property
    def _sides(self) -> list[str]:
        return [str(s) for s in self.recording.units["side"]]

    @cached_property
    def _codes(self) -> list[str]:
        return [str(s) for s in self.recording.units["sidc"]]

    def side(self, unit: int) -> str:
        return self._sides[unit]

    def label(self, unit: int) -> str:
        """A short name that no other unit has."""
        return self.speaker.unit_name(unit)

    def full_label(self, unit: int) -> str:
        """The label as the scenario gives it."""
        return str(self.recording.units["label"][unit] or self.label(unit))

    def unit_id(self, unit: int) -> str:
        return str(self.recording.units["id"][unit])

    def code(self, unit: int) -> str:
        return self._codes[unit]

    def is_air(self, unit: int) -> bool:
        return self.code(unit)[4:6] == AIR

    @cached_property
    def air(self) -> NDArray[np.bool_]:
        return np.array([self.is_air(i) for i in range(self.n_units)], dtype=bool)

    @cached_property
    def attackers(self) -> NDArray[np.bool_]:
        return np.asarray(self.recording.units["side"].astype(str) == "attackers", dtype=bool)

    @cached_property
    def hq_unit(self) -> int:
        """The unit that stands for the headquarters: a defender nearest to its point, advisers first."""
        if not self.n_units or self.attackers.all():
            return -1
        holders = self.recording.meta.get("hq_units")
        if isinstance(holders, list) and holders and (unit := self.find_unit(str(holders[0]))) >= 0:
            return unit
        at = positions(self.recording, self.t0)
        away = np.hypot(at[:, 0] - self.hq[0], at[:, 1] - self.hq[1])
        away = np.where(np.isfinite(away) & ~self.attackers & ~self.air, away, np.inf)
        named = np.array([self.code(i)[7:8] == "2" or "hq" in self.unit_id(i).lower() for i in range(self.n_units)])
        best = np.where(named, away - 3000.0, away)
        return int(np.argmin(best)) if np.isfinite(best).any() else -1

    def find_unit(self, words: str) -> int:
        """A unit by id or label (exact, then beginning, then anywhere); -1 if there is none."""
        wanted = words.strip().lower()
        names = [(self.unit_id(i).lower(), self.label(i).lower()) for i in range(self.n_units)]
        for test in (str.__eq__, str.startswith, str.__contains__):
            for i, both in enumerate(names):
                if wanted and any(test(name, wanted) for name in both):
                    return i
        return -1

    # ---------------------------------------------------------------- at an instant

    def positions(self, t: float) -> Floats:
        """Where every unit truly is (NaN: no leg)."""
        return positions(self.recording, t)

    def where(self, units: NDArray[np.int64], times: NDArray[np.int64]) -> Floats:
        """Positions of many (unit, time) pairs; NaN for a unit without legs or number -1."""
        out = np.full((len(units), 2), np.nan)
        index, legs = self.legs, self.recording.legs
        if not len(index.keys) or not len(units):
            return out
        safe = np.maximum(units, 0)
        by_then = safe * index.span + np.clip(times, 0, index.span - 1)
        first = index.first[safe]
        at = np.maximum(np.searchsorted(index.keys, by_then, side="right") - 1, first)
        leg = index.order[np.minimum(at, len(index.keys) - 1)]
        has = (units >= 0) & (legs["unit"][leg] == safe)
        since = np.maximum(times - legs["t_ms"][leg], 0) / 1000.0
        out[:, 0] = legs["x_m"][leg] + legs["vx_mps"][leg] * since
        out[:, 1] = legs["y_m"][leg] + legs["vy_mps"][leg] * since
        out[~has] = np.nan
        return out

    @cached_property
    def shot_lines(self) -> Floats:
        """Per line of fire: where the shooter stood, where it went (n, 4); the impacts' mean, else the target."""
        shots = self.shots
        a = self.where(shots.shooter, shots.start)
        b = np.stack([shots.x, shots.y], axis=1)
        there = self.where(shots.target, shots.end)
        b = np.where(np.isfinite(b), b, there)
        return np.concatenate([a, b], axis=1)

    def velocity(self, t: float) -> Floats:
        """Metres per second of every unit."""
        last = self.legs.at(t)
        out = np.zeros((self.n_units, 2))
        has = last >= 0
        legs = self.recording.legs
        out[has, 0], out[has, 1] = legs["vx_mps"][last[has]], legs["vy_mps"][last[has]]
        return out

    def row_at(self, t: float) -> int:
        """The last row of the log at or before t, or -1."""
        return int(np.searchsorted(self.rows.t_ms, t, side="right")) - 1

    def sentence_of(self, row: int) -> str:
        """The words of one row of the log, kept."""
        found = self._said.get(row)
        if found is None:
            found = self.speaker.sentence(int(self.rows.first[row]), int(self.rows.count[row]))
            if len(self._said) > 300_000:
                self._said.clear()
            self._said[row] = found
        return found

    def permission(self, t: float) -> int:
        """Which interval of permission holds, or -1."""
        return next((i for i, p in enumerate(self.permissions) if p.start <= t < p.end), len(self.permissions) - 1)

    def call_at(self, t: float) -> int:
        """The last call begun by t, or -1."""
        return sum(1 for c in self.calls if c.t_ms <= t) - 1

    @cached_property
    def call_tips(self) -> list[str]:
        """One line about each call."""
        return [f"{self.calendar.local(c.t_ms, False)} {c.topic}: {c.outcome}" for c in self.calls]

    @cached_property
    def event_times(self) -> list[int]:
        """Distinct instants of the log's rows."""
        return np.unique(self.rows.t_ms).tolist()

    def times_of(self, group: int) -> list[int]:
        """Distinct instants of one class of rows."""
        return np.unique(self.rows.t_ms[self.rows.group == group]).tolist()

    @cached_property
    def stops(self) -> dict[str, list[int]]:
        """What playing can pause at."""
        losses = self.times_of(CLASSES.index("loss"))
        return {
            "loss": losses[:1],
            "roe": [p.start for p in self.permissions if p.event >= 0],
            "hotline": [c.t_ms for c in self.calls],
        }

    @cached_property
    def notable(self) -> list[int]:
        """Instants that the director goes to: permission, calls, and the first of each minute's losses."""
        losses = np.array(self.times_of(CLASSES.index("loss")), dtype=np.int64)
        firsts = losses[np.append(True, np.diff(losses // 120_000) > 0)].tolist() if len(losses) else []
        return sorted({self.t0, *self.stops["roe"], *self.stops["hotline"], *firsts})

    # ---------------------------------------------------------------- where and when to begin

    def _opening(self) -> tuple[int, int]:
        """The part of the clock worth a first look: from two hours before the first round."""
        if not self.fired:
            return 0, self.end
        start = max((self.t0 - LEAD_MS) // QUARTER_MS * QUARTER_MS, 0)
        return start, max(-(-self.end // QUARTER_MS) * QUARTER_MS, start + QUARTER_MS)

    def action(self) -> list[tuple[float, float]]:
        """Points that a first look must show: the headquarters, and the ground units within 15 km at two moments."""
        points = [self.hq]
        for t in (self.t0, (self.t0 + self.end) // 2):
            at = self.positions(t)
            away = np.hypot(at[:, 0] - self.hq[0], at[:, 1] - self.hq[1])
            near = np.isfinite(away) & (away < 15_000)
            points += [(float(x), float(y)) for x, y in at[near]]
        return points

    # ---------------------------------------------------------------- the sky and the papers

    @cached_property
    def left_station(self) -> set[tuple[int, int]]:
        """Aircraft and when they left their station: out of the fight, but not lost."""
        log = self.recording.events
        rows = log.of("off_station")
        return set(zip(self.unit_of_actor[log.actor[rows]].tolist(), log.t_ms[rows].tolist(), strict=True))

    @cached_property
    def moonrises(self) -> list[int]:
        lat, lon = self.recording.meta["origin"]
        a, b = self.opening
        return [self.calendar.ms_of(m) for m in sky.moonrises(self.calendar.at(a), self.calendar.at(b), lat, lon)]

    def light(self, t: float) -> float:
        lat, lon = self.recording.meta["origin"]
        return sky.light(self.calendar.at(t), float(lat), float(lon))

    @cached_property
    def papers(self) -> Papers:
        return Papers.of(self.recording)
