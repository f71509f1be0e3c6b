"""Everything that one picture needs, worked out when asked and kept for the picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viz.camera import to_screen
from viz.frame.night import Night
from viz.frame.shots import fitted_ellipse
from viz.frame.signs import Sign, signs_of
from viz.frame.trails import Trail, trails_of
from viz.frame.view import View
from viz.theme import Layout, Rect

Floats = NDArray[np.float64]
IMPACT_MS = 1_200_000


@dataclass(frozen=True)
class FireLine:
    """A line of fire in pixels; `share` is how far the round has got (1: there), `fade` 1 fresh to 0 gone."""

    a: tuple[float, float]
    b: tuple[float, float]
    side: int
    indirect: bool
    small: bool
    share: float
    fade: float


@dataclass(frozen=True)
class Ellipse:
    """Where the rounds of one shooter at one target fell: fitted, not assumed."""

    x: float
    y: float
    along: float
    across: float
    bearing: float
    side: int
    count: int


class Hit(NamedTuple):
    """A place that reacts: what a click there does, and the words of its tip."""

    box: Rect
    action: str
    argument: object = None
    tip: str = ""


def columns_of(signs: list[Sign]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Places (m) of signs, which of them are single units, and the numbers of those units: for `Frame.keep`."""
    single = [i for i, s in enumerate(signs) if len(s.units) == 1 and not s.ring_m]
    places = np.array([(s.x, s.y) for s in signs]).reshape(-1, 2)
    return places, np.array(single, dtype=np.int64), np.array([signs[i].key for i in single], dtype=np.int64)


class Frame:
    """The drawable state of one recording at one instant for one view."""

    def __init__(self, night: Night, view: View, t: float, layout: Layout) -> None:
        self.night, self.view, self.t, self.layout = night, view, t, layout
        self.hits: list[Hit] = []
        self.taken: list[Rect] = []
        self.ghost: Night | None = None

    def hit(self, box: Rect, action: str, argument: object = None, tip: str = "") -> None:
        """Register a place that reacts; later ones lie on top."""
        self.hits.append(Hit(box, action, argument, tip))

    @cached_property
    def signs(self) -> list[Sign]:
        return signs_of(self.night, self.view, self.t)

    @cached_property
    def screen(self) -> Floats:
        """True places of the signs in pixels of the map region."""
        if not self.signs:
            return np.zeros((0, 2))
        return to_screen(self.view.camera, np.array([(s.x, s.y) for s in self.signs]))

    def keep(self, signs: list[Sign], columns: tuple[Floats, NDArray[np.int64], NDArray[np.int64]]) -> None:
        """Take signs worked out a moment ago: who and how, not where. Single units stand where they now are."""
        places, single, unit = columns
        if len(single):
            places = places.copy()
            places[single] = self.night.positions(self.t)[unit]
        self.__dict__["signs"] = signs
        self.__dict__["screen"] = to_screen(self.view.camera, places)

    def known_side(self, side: int) -> bool:
        """Whether the picture shows the true doings of a side."""
        return self.view.truth or (side == 0) == (self.view.side == "attackers")

    # ---------------------------------------------------------------- trails

    def trail_units(self) -> NDArray[np.int64]:
        """Units with a trail: all of the picture that is told true; ground only when near enough."""
        near = self.view.camera.width_m <= 60_000
        own = np.ones(self.night.n_units, dtype=bool)
        if not self.view.truth:
            own = self.night.attackers if self.view.side == "attackers" else ~self.night.attackers
        return np.flatnonzero(own & (near | self.night.air))

    def trails(self) -> list[Trail]:
        """Unit, its path in pixels, and the times (ms) of the points."""
        return trails_of(self.night, self.view, self.t, self.trail_units())

    # ---------------------------------------------------------------- fire

    def fires(self) -> list[FireLine]:
        """Lines of fire that are in the air, or just were."""
        shots, t = self.night.shots, self.t
        linger = 600.0 * max(self.view.speed, 1.0)
        active = shots.active(t, linger)[:400]
        ends = self.night.shot_lines[active]
        screen_a = to_screen(self.view.camera, ends[:, :2])
        screen_b = to_screen(self.view.camera, ends[:, 2:])
        out = []
        for k, i in enumerate(active):
            side = int(shots.side[i])
            if not np.isfinite(ends[k]).all() or not self.known_side(side):
                continue
            flight = max(float(shots.end[i] - shots.start[i]), 1.0)
            share = min((t - shots.start[i]) / flight, 1.0)
            fade = 1.0 - max(t - float(shots.end[i]), 0.0) / linger
            out.append(
                FireLine(
                    a=(float(screen_a[k, 0]), float(screen_a[k, 1])),
                    b=(float(screen_b[k, 0]), float(screen_b[k, 1])),
                    side=side,
                    indirect=bool(shots.indirect[i]),
                    small=bool(shots.small[i]),
                    share=1.0 if shots.small[i] else float(share),
                    fade=float(max(min(fade, 1.0), 0.0)),
                )
            )
        return out

    def impacts(self) -> tuple[Floats, NDArray[np.int64], Floats]:
        """Impacts younger than 20 minutes: pixels, side code, age in ms. Both sides see what explodes."""
        shots = self.night.shots
        rows = shots.marks(self.t, IMPACT_MS)
        at = to_screen(self.view.camera, np.stack([shots.mark_x[rows], shots.mark_y[rows]], axis=1))
        return at, shots.mark_side[rows], self.t - shots.mark_t[rows]

    def ellipses(self) -> list[Ellipse]:
        """The scatter of what fell in the last twenty minutes, by shooter and target (four rounds or more)."""
        shots = self.night.shots
        rows = shots.marks(self.t, IMPACT_MS)[-3000:]
        found: dict[tuple[int, int], list[int]] = {}
        for row in rows.tolist():
            shot = int(shots.mark_shot[row])
            target = int(shots.target[shot]) if shot >= 0 else -1
            found.setdefault((int(shots.mark_shooter[row]), target), []).append(row)
        out = []
        for rows_of in sorted(found.values(), key=lambda r: -r[-1])[:6]:
            side = int(shots.mark_side[rows_of[0]])
            fitted = fitted_ellipse(shots.mark_x[rows_of], shots.mark_y[rows_of])
            if fitted is None or not self.known_side(side):
                continue
            x, y, along, across, bearing = fitted
            if 1.0 < along < 1500.0:
                out.append(Ellipse(x, y, along, across, bearing, side, len(rows_of)))
        return out

    # ---------------------------------------------------------------- words

    @cached_property
    def row(self) -> int:
        """The row of the log at the playhead."""
        return self.night.row_at(self.t)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the log that pass the filters, and that this picture may know."""
        return filtered_rows(self.night, self.view, self.t)


def filtered_rows(night: Night, view: View, t: float) -> NDArray[np.int64]:
    """Rows by class, side, search words and what a side can know."""
    rows = night.rows
    keep = np.isin(rows.group, sorted(view.classes))
    codes = {-1} | ({0} if "attackers" in view.sides else set()) | ({1} if "defenders" in view.sides else set())
    keep &= np.isin(rows.side, sorted(codes))
    if not view.truth:
        mine = 0 if view.side == "attackers" else 1
        doer = night.side_of_actor[night.recording.events.actor[rows.first]] if len(rows) else rows.side
        keep &= (doer == mine) | np.isin(rows.group, (1, 6)) & (rows.side >= -1) & ((rows.group == 1) | (mine == 1))
        keep &= (rows.group != 5) | (mine == 1)
        keep &= rows.t_ms <= t
    found = np.flatnonzero(keep)
    if view.query:
        words = view.query.lower().split()
        said = ((i, night.sentence_of(int(i)).lower()) for i in found[:200_000])
        found = np.array([i for i, s in said if all(w in s for w in words)], dtype=np.int64)
    return found


def build(night: Night, view: View, t: float, layout: Layout) -> Frame:
    """The frame of an instant."""
    return Frame(night, view, t, layout)
