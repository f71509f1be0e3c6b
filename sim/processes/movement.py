"""Movement: formations go leg by leg along their routes; the pinned stop, the recovered follow; lines are crossed.

A mover is a set of units in step: the units of a formation, or one unit that was held up or has turned back. All
units of a mover share velocity and instants, so their legs are re-planned together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import key, signed
from sim.geometry import range_entry_one, segment_crossing_one
from sim.world import Status
from sim.world.near import Discs

PHASES = (Phase.MOVE,)
READS = ("pinned", "broken", "surrendered", "fate", "hull")
WRITES = ("legs", "moving", "recrossed")
MARGIN_M = 1.0
"""By so much boxes are widened, so that rounding loses nothing."""
Floats = NDArray[np.float64]
TASKS = ("move", "assault", "reinforce", "withdraw")


class Mover:
    """Units in step along a track: `points` are formation points, each unit keeps its slot."""

    def __init__(
        self, units: list[int], points: list[tuple[float, float]], speed_mps: float, order_key: int, cause: int
    ):
        self.units, self.points, self.speed_mps = units, points, speed_mps
        self.order_key, self.cause = order_key, cause
        self.step = 0
        self.arrival: Call | None = None
        self.crossings: list[Call] = []


class Movement:
    """All movers, and the lines and areas they may cross."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.mover_of: dict[int, Mover] = {}
        self.tracks = {
            (f, name): ([ctx.scenario.point(point) for point in route.points], float(route.speed_mps))
            for f, formation in enumerate(self.world.formations)
            for name, route in formation.routes.items()
        }
        self.orders = {signed(key(order.id)): order for order in ctx.scenario.orders}
        starts, ends, self.owner = [], [], []
        for line in self.world.lines:
            for part in line.parts:
                starts.append(part[:-1])
                ends.append(part[1:])
                self.owner += [line] * (len(part) - 1)
        a = np.concatenate(starts) if starts else np.empty((0, 2))
        b = np.concatenate(ends) if ends else np.empty((0, 2))
        low, high = np.minimum(a, b) - MARGIN_M, np.maximum(a, b) + MARGIN_M
        self.seg_box = np.concatenate((low.T, -high.T))  # rows: least x, least y, less largest x, less largest y
        self.segments: list[list[float]] = np.concatenate((a, b), axis=1).tolist()
        self.discs = Discs((area.x_m, area.y_m, area.radius_m, area) for area in self.world.areas)
        self.fixed_key = {row.id: signed(key(row.id)) for row in [*self.world.lines, *self.world.areas]}
        self.forbidding = {
            rule.line: (side, rule)
            for side, name in enumerate(("attackers", "defenders"))
            if name in ctx.scenario.roe
            for rule in ctx.scenario.roe[name].forbid
        }
        for side, rule in self.forbidding.values():
            if rule.scope == "anyone":
                self._already_beyond(side, rule)

    def _already_beyond(self, side: int, rule: Any) -> None:
        """Whoever of the other side stands beyond a line from the start, by the segment of it that is nearest."""
        line = next(line for line in self.world.lines if line.id == rule.line)
        a, b = (np.concatenate([part[ends] for part in line.parts]) for ends in (slice(-1), slice(1, None)))
        way = b - a
        for u, (x, y) in enumerate(self.world.legs.pos.tolist()):
            if self.world.side[u] != side:
                off = (x, y) - a
                along = np.clip((off * way).sum(axis=1) / (way * way).sum(axis=1), 0.0, 1.0)
                near = int(np.square(off - along[:, None] * way).sum(axis=1).argmin())
                left = way[near, 0] * off[near, 1] - way[near, 1] * off[near, 0] > 0.0
                if left == (rule.beyond == "left"):
                    self.world.beyond.setdefault(u, set()).add(rule.line)

    # -- starting and stopping

    def begin(self, id_: int, formation_actor: int, target: int, order_key: int) -> None:
        """An order of a formation has begun: set it in motion if it is a task of movement."""
        order = self.orders[order_key]
        name = next((task for task in TASKS if getattr(order.do, task) is not None), None)
        if name is None:
            return
        f = self.world.formation_actor.index(formation_actor)
        points, speed_mps = self.tracks[(f, getattr(order.do, name))]
        units = [u for u in self.world.members[f] if self.world.present[u] and not self.world.withdrawing[u]]
        self.launch(units, points, speed_mps, order_key, id_)

    def turn_back(self, id_: int, actor: int, target: int, reason: int) -> None:
        """A unit withdraws along the route its morale or its orders chose."""
        u = self.world.unit_of_actor[actor]
        choice = self.world.retreats.get(u)
        if choice is not None:
            route_name, factor = choice
            points, speed_mps = self.tracks[(self.world.formation[u], route_name)]
            self.launch([u], points, speed_mps * factor, 0, id_)

    def launch(
        self, units: list[int], points: list[tuple[float, float]], speed_mps: float, order_key: int, cause: int
    ) -> None:
        """New mover for `units` along `points`; those that cannot move now follow when they recover."""
        for u in units:
            self._leave(u)
        ready = [u for u in units if self.world.can_move(u)]
        mover = Mover(ready, points, speed_mps, order_key, cause)
        for u in units:
            self.mover_of[u] = mover
        if ready:
            self._next_leg(mover)

    def _leave(self, u: int) -> None:
        mover = self.mover_of.pop(u, None)
        if mover is not None and u in mover.units:
            mover.units.remove(u)
            if not mover.units and mover.arrival is not None:
                mover.arrival.cancel()

    def broke(self, id_: int, actor: int, *_: int) -> None:
        """A unit has had enough: it goes no further."""
        u = self.world.unit_of_actor[actor]
        self._leave(u)
        self.halt([u])

    def halt(self, units: list[int]) -> None:
        """Stop where they are."""
        for u in self.world.legs.set(units, self.ctx.clock.now_ms, (0.0, 0.0)):
            self.world.flag("moving", u, False)
            self.world.change(u)

    def stop_unit(self, id_: int, actor: int, *_: int) -> None:
        """Pinned, surrendered or out: halt; its mover goes on without it."""
        u = self.world.unit_of_actor[actor]
        mover = self.mover_of.get(u)
        if mover is None or self.world.can_move(u):
            return
        if u in mover.units:
            mover.units.remove(u)
        self.halt([u])

    def lost(self, u: int) -> None:
        """After losses: a unit that can no longer move stops."""
        if self.world.moving[u] and not self.world.can_move(u):
            self.stop_unit(-1, self.world.actor[u])

    def recovered(self, id_: int, actor: int, *_: int) -> None:
        """Follow the mover that went on: the rest of its track, alone."""
        u = self.world.unit_of_actor[actor]
        mover = self.mover_of.get(u)
        if mover is None or u in mover.units or not self.world.can_move(u):
            return
        own = Mover([u], mover.points, mover.speed_mps, mover.order_key, mover.cause)
        own.step = min(mover.step, len(mover.points) - 1)
        self.mover_of[u] = own
        self._next_leg(own)

    # -- legs

    def _next_leg(self, mover: Mover) -> None:
        world, now = self.world, self.ctx.clock.now_ms
        while mover.step < len(mover.points) and mover.units:
            lead = mover.units[0]
            x, y = world.legs.at(lead, now)
            slot = world.unit[lead].slot
            dx, dy = mover.points[mover.step][0] + slot[0] - x, mover.points[mover.step][1] + slot[1] - y
            far = float(np.sqrt(dx * dx + dy * dy))
            if far < 0.5:
                mover.step += 1
                continue
            velocity = (dx / far * mover.speed_mps, dy / far * mover.speed_mps)
            duration_s = far / mover.speed_mps
            for u in world.legs.set(mover.units, now, velocity):
                world.flag("moving", u, True)
                world.change(u)
            self._foresee(mover, duration_s, velocity)
            later = now + max(1, round(duration_s * 1000))
            mover.arrival = self.ctx.clock.at(later, Phase.MOVE, world.actor[lead], self._leg_ends, mover)
            return
        self._finish(mover)

    def _leg_ends(self, mover: Mover) -> None:
        if mover.units:
            mover.step += 1
            self._next_leg(mover)

    def _finish(self, mover: Mover) -> None:
        self.halt(list(mover.units))
        if mover.units:
            self.ctx.log.emit(
                "arrived", self.world.actor[mover.units[0]], causes=(mover.cause,),
                order_key=mover.order_key, leg=mover.step,
            )  # fmt: skip

    # -- lines and areas

    def _foresee(self, mover: Mover, duration_s: float, velocity: tuple[float, float]) -> None:
        """Book the crossings of the new leg: lines by segments, areas by entering and leaving their discs."""
        world = self.world
        for call in mover.crossings:
            call.cancel()
        mover.crossings = []
        (vx, vy), now = velocity, self.ctx.clock.now_ms
        places = [(u, *world.legs.at(u, now)) for u in mover.units]
        xs, ys, dx, dy = [x for _, x, _ in places], [y for _, _, y in places], vx * duration_s, vy * duration_s
        ends = min(xs) + min(dx, 0.0), min(ys) + min(dy, 0.0), max(xs) + max(dx, 0.0), max(ys) + max(dy, 0.0)
        near = self._segments_near(*ends)
        for u, x, y in places:
            for s in near:
                t_s, way = segment_crossing_one(x, y, vx, vy, duration_s, *self.segments[s])
                if way:
                    self._book(mover, u, t_s, self.owner[s], way)
        far = abs(dx) + MARGIN_M, abs(dy) + MARGIN_M
        areas = self.discs.about(ends[0] - MARGIN_M, ends[1] - MARGIN_M, ends[2] + MARGIN_M, ends[3] + MARGIN_M)
        for u, x, y in places:
            for area in areas:
                px, py = x - area.x_m, y - area.y_m
                if abs(px) > area.radius_m + far[0] or abs(py) > area.radius_m + far[1]:
                    continue  # out of its reach on this leg
                t_in, t_out = range_entry_one(px, py, vx, vy, area.radius_m)
                if 0.0 < t_in <= duration_s:
                    self._book(mover, u, t_in, area, 1)
                if t_out <= duration_s:
                    self._book(mover, u, t_out, area, -1)

    def _segments_near(self, x0: float, y0: float, x1: float, y1: float) -> list[int]:
        """Segments of lines whose boxes meet the box of some legs: no others can be crossed."""
        meets = self.seg_box <= np.array(((x1,), (y1,), (-x0,), (-y0,)))
        near: list[int] = np.logical_and.reduce(meets).nonzero()[0].tolist()
        return near

    def _book(self, mover: Mover, u: int, t_s: float, row: Any, way: int) -> None:
        now = self.ctx.clock.now_ms
        t_ms = now + max(1, round(t_s * 1000))
        call = self.ctx.clock.at(t_ms, Phase.MOVE, self.world.actor[u], self._crossed, mover, u, row, way)
        mover.crossings.append(call)

    def _crossed(self, mover: Mover, u: int, row: Any, way: int) -> None:
        world = self.world
        if self.mover_of.get(u) is not mover or u not in mover.units:
            return
        self.ctx.log.emit(
            "line_crossed", world.actor[u], causes=(mover.cause,), line_key=self.fixed_key[row.id], direction=way
        )
        rule = self.forbidding.get(row.id)
        if rule is not None:
            side, forbid = rule
            beyond = (way > 0) == (forbid.beyond == "left")
            lines = world.beyond.setdefault(u, set())
            lines.add(row.id) if beyond else lines.discard(row.id)
            world.recrossed[u] = bool(lines)
            picture = world.beliefs[side]
            if picture.status[u] == Status.HELD:
                others = picture.across[u] - {row.id}
                picture.believe_across(u, others | {row.id} if beyond else others)
                world.change(u)  # whoever fires at it now is to look at the rules


def start(ctx: Context) -> None:
    """Listen for orders, withdrawals, pinning, recovery and losses."""
    movement = Movement(ctx)
    referee = ctx.clock.handle("sim/orders")
    ctx.log.on("order_begun", Phase.MOVE, referee, movement.begin)
    ctx.log.on("withdrew", Phase.MOVE, referee, movement.turn_back)
    ctx.log.on("broke", Phase.MOVE, referee, movement.broke)
    ctx.log.on("pinned", Phase.MOVE, referee, movement.stop_unit)
    ctx.log.on("surrendered", Phase.MOVE, referee, movement.stop_unit)
    ctx.log.on("recovered", Phase.MOVE, referee, movement.recovered)
    ctx.world.loss_hooks.append((Phase.MOVE, movement.lost))
