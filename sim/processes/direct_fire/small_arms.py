"""Small arms: a section's fire at a unit as a point process of hits, realised by thinning.

Candidates come at a bound that is constant over a piece (a range band of the weapon's curve and a state); a candidate
is accepted with true rate over bound, its hit lands in `impact`. What remains of the Exp(1) to the next candidate is
rescaled when the bound changes, never redrawn; a piece ends only at a band edge, a change of state, or when its
expected rounds reach half of what is left. Misses of a piece are a Poisson draw at its end, capped at what is left;
the cap biases rounds down by at most a few of the last piece (pieces below 30 rounds run to the last one).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

import numpy as np
from scipy.special import pdtrik

from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import Purpose
from sim.geometry import STILL_M2PS2, range_entry_one
from sim.processes.direct_fire.victims import Victims
from sim.processes.direct_fire.volleys import Volleys
from sim.rounds import flight_ms, spend
from sim.world import Mount


class Curve:
    """Hit probability by range: linear between points, none beyond the last."""

    def __init__(self, bands: Any):
        rows = sorted(bands, key=lambda band: band.range_m)
        self.edges = [float(band.range_m) for band in rows]
        self.p = [float(band.p) for band in rows]

    def band(self, range_m: float) -> int:
        """Index of the band (between two points) in which a range lies; the last one beyond."""
        return max(0, min(bisect_right(self.edges, range_m) - 1, len(self.edges) - 2))

    def at(self, range_m: float) -> float:
        """p at a range."""
        if range_m > self.edges[-1]:
            return 0.0
        k = self.band(range_m)
        x0, x1, p0, p1 = self.edges[k], self.edges[k + 1], self.p[k], self.p[k + 1]
        return p0 + (p1 - p0) * (range_m - x0) / (x1 - x0)

    def bound(self, band: int) -> float:
        """Largest p in a band."""
        return max(self.p[band], self.p[band + 1])


class Engagement:
    """One mount on one target: what is left of the Exp(1) to its next candidate, and its piece."""

    __slots__ = (
        "band", "bound", "call", "candidate", "cause", "end", "fired_id", "hits", "key", "motion", "mount", "need",
        "p_start", "piece_ms", "pieces", "rate", "since_ms", "target",
    )  # fmt: skip

    def __init__(self, mount: Mount, target: int, pair_key: int, candidate: int, pieces: int, cause: int):
        self.mount, self.target, self.key = mount, target, pair_key
        self.candidate, self.pieces, self.cause = candidate, pieces, cause
        self.need = self.p_start = self.bound = self.rate = 0.0
        self.call: Call | None = None
        self.end: Call | None = None
        self.motion = (0.0, 0.0)
        self.piece_ms = self.since_ms = 0
        self.band = self.hits = 0
        self.fired_id = -1

    def cancel(self) -> None:
        """Take its bookings off the clock."""
        for call in (self.call, self.end):
            if call is not None:
                call.cancel()
        self.call = self.end = None


class SmallArms:
    """Pieces and candidates of all engagements of small arms. `ended(engagement)` hears of an empty weapon,
    `left(engagement)` of a target that has left its range."""

    def __init__(self, ctx: Context, victims: Victims, ended: Any, left: Any):
        self.ctx, self.world, self.victims, self.ended, self.left = ctx, ctx.world, victims, ended, left
        self.curves: dict[str, Curve] = {}
        self.volleys = Volleys(self)

    def curve(self, mount: Mount) -> Curve:
        """The curve of a mount's weapon."""
        found = self.curves.get(mount.name)
        if found is None:
            found = self.curves[mount.name] = Curve(mount.weapon.curve)
        return found

    def range_m(self, u: int, j: int) -> float:
        """Distance between two units now."""
        now = self.ctx.clock.now_ms
        ax, ay = self.world.legs.at(u, now)
        bx, by = self.world.legs.at(j, now)
        dx, dy = bx - ax, by - ay
        return float((dx * dx + dy * dy) ** 0.5)

    def p_now(self, e: Engagement) -> float:
        """Hit probability of a round of an engagement now."""
        return self._p_at(e, self.range_m(e.mount.unit, e.target))

    def _p_at(self, e: Engagement, range_m: float) -> float:
        return self.curve(e.mount).at(range_m) * self.victims.exposure(e.mount, e.target)[1]

    def begin(self, e: Engagement) -> None:
        """First need, first piece; at a fixed interval the first volley is booked instead."""
        if e.mount.weapon.interval == "fixed":
            self.volleys.book(e)
            return
        self._next_need(e)
        self.piece(e, self.range_m(e.mount.unit, e.target))

    def _next_need(self, e: Engagement) -> None:
        e.need = self.ctx.draws.exponential(Purpose.HIT, e.key, e.candidate)
        e.since_ms = self.ctx.clock.now_ms

    def use_up(self, e: Engagement) -> None:
        """Take off the need what the bound has used since it was last reckoned."""
        now = self.ctx.clock.now_ms
        e.need = max(e.need - e.bound * (now - e.since_ms) * 1e-3, 0.0)
        e.since_ms = now

    def state(self, e: Engagement) -> tuple[float, float, int]:
        """(rounds per second, bound per second, band) as they are now."""
        return self._state_at(e, self.range_m(e.mount.unit, e.target))

    def _state_at(self, e: Engagement, range_m: float) -> tuple[float, float, int]:
        world, mount, curve = self.world, e.mount, self.curve(e.mount)
        rate = world.servers(mount) * mount.weapon.rate_per_min / 60.0
        if world.pinned[mount.unit]:
            rate *= self.ctx.scenario.suppression.fire_factor
        band = curve.band(range_m)
        return rate, rate * curve.bound(band) * self.victims.exposure(mount, e.target)[1], band

    def reconsider(self, e: Engagement) -> None:
        """Something of shooter or target has changed: a new piece if a rate has, else only a new end of this one."""
        if e.mount.weapon.interval == "fixed":
            return  # a volley asks who is there when it leaves
        range_m = self.range_m(e.mount.unit, e.target)
        rate, bound, band = self._state_at(e, range_m)
        if rate == e.rate and bound == e.bound and band == e.band:
            if self._motion(e) != e.motion:
                self._book_end(e)
            return
        self.use_up(e)
        self._account_at(e, range_m)
        self.piece(e, range_m)

    def piece(self, e: Engagement, range_m: float) -> None:
        """Begin a piece with the bound at this range (that of now), and book its next candidate."""
        now = self.ctx.clock.now_ms
        e.rate, e.bound, e.band = self._state_at(e, range_m)
        e.piece_ms, e.p_start = now, self._p_at(e, range_m)
        e.pieces += 1
        self.world.fire_at(e.target, e.mount.key, e.rate * e.mount.weapon.suppress.push, e.fired_id)
        self._book_end(e)
        self._book_candidate(e)

    def _book_candidate(self, e: Engagement) -> None:
        if e.call is not None:
            e.call.cancel()
            e.call = None
        if e.bound > 0.0:
            at = self.ctx.clock.now_ms + max(1, round(e.need / e.bound * 1e3))
            e.call = self.ctx.clock.at(at, Phase.FIRE, self.world.actor[e.mount.unit], self._candidate, e)

    def _book_end(self, e: Engagement) -> None:
        if e.end is not None:
            e.end.cancel()
            e.end = None
        end_s, left = self._band_end_s(e), e.mount.left
        if left is not None and e.rate > 0.0:
            spent_s = (self.ctx.clock.now_ms - e.piece_ms) * 1e-3
            share = 1.0 if left <= 30 else 0.5
            end_s = min(end_s, max(share * left / e.rate - spent_s, 1e-3))
        if end_s < 1e7:
            at = self.ctx.clock.now_ms + max(1, round(end_s * 1e3))
            e.end = self.ctx.clock.at(at, Phase.FIRE, self.world.actor[e.mount.unit], self._piece_ends, e)

    def _motion(self, e: Engagement) -> tuple[float, float]:
        """Relative velocity, m/s."""
        (vx, vy), (wx, wy) = self.world.legs.speed_of(e.target), self.world.legs.speed_of(e.mount.unit)
        return vx - wx, vy - wy

    def _band_end_s(self, e: Engagement) -> float:
        """Seconds until the range leaves the band, inf if it never does."""
        legs, now = self.world.legs, self.ctx.clock.now_ms
        vx, vy = e.motion = self._motion(e)
        if vx * vx + vy * vy <= STILL_M2PS2:
            return np.inf
        ax, ay = legs.at(e.mount.unit, now)
        bx, by = legs.at(e.target, now)
        px, py = bx - ax, by - ay
        edges = self.curve(e.mount).edges
        inner = np.inf
        if edges[e.band] > 0.0:  # 0: it is on that edge already, as far as rounding can tell
            inner = range_entry_one(px, py, vx, vy, edges[e.band])[0]
        outer = range_entry_one(px, py, vx, vy, edges[e.band + 1])[1]
        if outer == np.inf and px * vx + py * vy > 0.0:
            outer = 0.0
        return min(inner, outer)

    def _piece_ends(self, e: Engagement) -> None:
        range_m = self.range_m(e.mount.unit, e.target)
        self.use_up(e)
        self._account_at(e, range_m)
        if e.mount.left == 0:
            self.ended(e)
        elif range_m >= self.curve(e.mount).edges[-1] - 1e-3:
            self.left(e)
        else:
            self.piece(e, range_m)

    def _candidate(self, e: Engagement) -> None:
        """A candidate of the bounding process: accepted with true rate over bound by those alive now."""
        world, mount = self.world, e.mount
        luck = self.ctx.draws.few(Purpose.HIT, e.key, e.candidate, 4)
        range_m = self.range_m(mount.unit, e.target)
        p = self.curve(mount).at(range_m) * self.victims.exposure(mount, e.target)[1]
        accept = e.rate * p / e.bound
        if accept > 1.0 + 1e-6:
            raise AssertionError(f"thinning met an acceptance of {accept}: a rate changed without world.change")
        if luck[1] < accept and mount.left != 0:
            spend(world, mount, 1)
            e.hits += 1
            self.ctx.clock.at(
                self.ctx.clock.now_ms + flight_ms(mount.weapon, range_m), Phase.IMPACT, world.actor[mount.unit],
                self.victims.hit, self.ctx.log, self.ctx.draws, mount, e.target, (float(luck[2]), float(luck[3])),
                e.candidate, e.fired_id, p,
            )  # fmt: skip
        e.candidate += 1
        if mount.left == 0:
            self.ended(e)
            return
        self._next_need(e)
        self._book_candidate(e)

    def account(self, e: Engagement) -> None:
        """Close a piece: misses are Poisson (thinned hits and misses are independent), capped at what is left."""
        self._account_at(e, self.range_m(e.mount.unit, e.target))

    def _account_at(self, e: Engagement, range_m: float) -> None:
        mount, now = e.mount, self.ctx.clock.now_ms
        expected = e.rate * (now - e.piece_ms) * 1e-3
        misses = 0
        if expected > 0.0:
            u = self.ctx.draws.one(Purpose.MISSES, e.key, e.pieces)
            misses = poisson(expected * max(0.0, 1.0 - 0.5 * (e.p_start + self._p_at(e, range_m))), u)
            misses = misses if mount.left is None else min(misses, mount.left)
            spend(self.world, mount, misses)
        if misses or e.hits:
            self.ctx.log.emit(
                "account", self.world.actor[mount.unit], self.world.actor[e.target], (e.fired_id,),
                weapon_key=mount.signed_key, rounds=misses + e.hits, hits=e.hits,
            )  # fmt: skip
        e.hits = 0
        e.piece_ms = now


def poisson(mean: float, u: float) -> int:
    """Poisson by inversion of one uniform."""
    return max(0, math.ceil(float(pdtrik(u, mean)) - 1e-9)) if mean > 0.0 else 0
