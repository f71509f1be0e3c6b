"""Aimed direct fire: small arms as a point process of hits (thinning), single heavy shots with time of flight.

An engagement is one weapon of one unit on one target unit. Small arms: candidates come at a bound that is constant
over a piece (a range band of the weapon's curve and a state); a candidate is accepted with true rate over bound, its
hit lands in `impact`. Misses of a piece are a Poisson draw at its end, capped at what is left; the cap biases rounds
down by at most half of the last piece, since a piece ends when its expected rounds reach half of what is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import pdtrik

from sim.clock import Call, Phase
from sim.context import Context
from sim.crossings import Crossings
from sim.draws import Purpose, pair, span_ms
from sim.events import Reason
from sim.geometry import range_entry
from sim.losses import break_hull, touched, wound
from sim.rounds import flight_ms, launch, spend
from sim.world import Body, Fate, Mount

PHASES = (Phase.ENGAGE, Phase.FIRE, Phase.IMPACT)
READS = ("legs", "beliefs", "pinned", "fit", "hull", "attacking", "present")
WRITES = ("mounts", "firing", "fate", "hull")
CLASSES = {Body.SOFT: "soft", Body.ARMOUR: "armour", Body.GUN: "gun"}


class Curve:
    """Hit probability by range: linear between points, none beyond the last."""

    def __init__(self, bands: Any):
        rows = sorted(bands, key=lambda band: band.range_m)
        self.edges = [band.range_m for band in rows]
        self.p = [band.p for band in rows]

    def at(self, range_m: float) -> float:
        """p at a range."""
        return float(np.interp(range_m, self.edges, self.p)) if range_m <= self.edges[-1] else 0.0

    def band(self, range_m: float) -> int:
        """Index of the band (between two points) in which a range lies; the last one beyond."""
        return max(0, min(int(np.searchsorted(self.edges, range_m, side="right")) - 1, len(self.edges) - 2))

    def bound(self, band: int) -> float:
        """Largest p in a band."""
        return max(self.p[band], self.p[band + 1])


class Engagement:
    """One mount on one target: what is left of the Exp(1) to its next candidate, and its piece."""

    __slots__ = (
        "bound", "call", "candidate", "cause", "end", "fired_id", "hits", "key", "mount", "need", "opened_ms",
        "p_start", "piece_ms", "pieces", "rate", "target",
    )  # fmt: skip

    def __init__(self, mount: Mount, target: int, pair_key: int, candidate: int, cause: int):
        self.mount, self.target, self.key = mount, target, pair_key
        self.candidate, self.cause = candidate, cause
        self.need = self.p_start = 0.0
        self.bound = self.rate = 0.0
        self.call: Call | None = None
        self.end: Call | None = None
        self.opened_ms = self.piece_ms = 0
        self.hits = self.pieces = 0
        self.fired_id = -1


class DirectFire:
    """All mounts that fire direct, whom they may engage, whom they do."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.curves: dict[str, Curve] = {}
        self.mounts = [m for m in ctx.world.mounts if m.weapon.kind in ("aimed", "shot") and not m.held]
        for mount in self.mounts:
            self.curves.setdefault(mount.name, Curve(mount.weapon.curve))
        self.of_unit: dict[int, list[Mount]] = {}
        for mount in self.mounts:
            self.of_unit.setdefault(mount.unit, []).append(mount)
        self.active: dict[int, Engagement] = {}
        self.by_unit: dict[int, set[int]] = {}
        self.candidates: dict[tuple[int, int], int] = {}
        self.index = {id(mount): i for i, mount in enumerate(self.mounts)}
        self.inside: dict[int, set[int]] = {unit: set() for unit in self.of_unit}
        self.hostile: list[set[int]] = [set(), set()]
        self._range_pairs()

    def _range_pairs(self) -> None:
        """Pairs (unit, enemy unit): the range of the unit's farthest direct weapon."""
        world = self.world
        far = {u: max(m.weapon.range_m for m in mounts) for u, mounts in self.of_unit.items()}
        a, b = [], []
        for u in sorted(far):
            for j in range(len(world.ids)):
                if world.side[j] != world.side[u] and not world.is_air[j] and not world.is_air[u]:
                    a.append(u)
                    b.append(j)
        self.far = np.array([far[u] for u in a])
        actor = self.ctx.clock.handle("sim/fire")
        self.reach = Crossings(
            self.ctx.clock, Phase.COMMAND, actor, np.array(a, dtype=np.int64), np.array(b, dtype=np.int64),
            len(world.ids), self._range_crossed,
        )  # fmt: skip

    # -- range

    def replan(self, units: list[int]) -> None:
        """New times of entering or leaving range, and new pieces of what is going on."""
        rows = self.reach.touching(units)
        if len(rows):
            self._solve(rows)
        for u in units:
            for i in sorted(self.by_unit.get(u, ())):
                engagement = self.active[i]
                self.ctx.clock.soon(Phase.ENGAGE, self.world.actor[engagement.mount.unit], self._reconsider, i)
            if u in self.of_unit:
                self.ctx.clock.soon(Phase.ENGAGE, self.world.actor[u], self.choose, u)

    def _solve(self, rows: Any) -> None:
        world, now = self.world, self.ctx.clock.now_ms
        a, b = self.reach.a[rows], self.reach.b[rows]
        at = world.legs.all_at(now)
        p, v = at[b] - at[a], world.legs.vel[b] - world.legs.vel[a]
        t_in, t_out = range_entry(p[:, 0], p[:, 1], v[:, 0], v[:, 1], self.far[rows])
        for row, u, j, begin, leave in zip(rows.tolist(), a.tolist(), b.tolist(), t_in, t_out, strict=True):
            within = j in self.inside[u]
            if begin == 0.0 and not within:
                self.inside[u].add(j)
                self.ctx.clock.soon(Phase.ENGAGE, world.actor[u], self.choose, u)
                within = True
            elif begin > 0.0 and within:
                self.inside[u].discard(j)
                within = False
            self.reach.time_ms[row] = now + (leave if within else begin) * 1e3
        self.reach.book()

    def _range_crossed(self, rows: Any, now: int) -> None:
        for row in rows.tolist():
            u, j = int(self.reach.a[row]), int(self.reach.b[row])
            if j in self.inside[u]:
                self.inside[u].discard(j)
                self._stop_on(u, j, Reason.OUT_OF_RANGE)
            else:
                self.inside[u].add(j)
            self.ctx.clock.soon(Phase.ENGAGE, self.world.actor[u], self.choose, u)
            a, b = self.world.legs.at(u, now), self.world.legs.at(j, now)
            va, vb = self.world.legs.vel[u], self.world.legs.vel[j]
            if j in self.inside[u]:
                _, leave = range_entry(b[0] - a[0], b[1] - a[1], vb[0] - va[0], vb[1] - va[1], self.far[row])
                self.reach.time_ms[row] = now + max(float(leave) * 1e3, 1.0)

    # -- choosing

    def may(self, u: int, j: int) -> bool:
        """Unit u knows or sees j, j is worth a round, and its side's fire is free against it."""
        world = self.world
        side = int(world.side[u])
        if not (world.alive(j) and world.present[j]) or world.surrendered[j]:
            return False
        if side == 0:
            known = self.ctx.scenario.belief["attackers"].known_points and not world.formations[world.formation[j]].routes
            return bool(world.attacking[u]) and (known or self._sees(u, j))
        return j in self.hostile[side] and self._sees(u, j) and not world.beliefs[side].across[j]

    def _sees(self, u: int, j: int) -> bool:
        return self.world.formation[u] in self.world.beliefs[self.world.side[u]].holders[j]

    def choose(self, u: int) -> None:
        """Give each free direct weapon of unit u a target: the nearest it may engage and can hurt."""
        world = self.world
        able = bool(world.present[u]) and world.alive(u) and not (world.broken[u] or world.surrendered[u])
        for mount in self.of_unit.get(u, ()):
            i = self.index[id(mount)]
            current = self.active.get(i)
            if not able or mount.left == 0 or world.servers(mount) == 0:
                if current is not None:
                    self.stop(i, Reason.EMPTY if mount.left == 0 else Reason.OUT_OF_CONTACT)
                continue
            if current is not None and self._good(mount, current.target):
                continue
            if current is not None:
                self.stop(i, Reason.OUT_OF_CONTACT)
            target = self._nearest(mount)
            if target is not None:
                self.open(i, mount, target)

    def _good(self, mount: Mount, j: int) -> bool:
        return (
            j in self.inside[mount.unit]
            and self.may(mount.unit, j)
            and self._exposure(mount, j) > 0.0
            and self._range(mount.unit, j) <= mount.weapon.range_m
        )

    def _nearest(self, mount: Mount) -> int | None:
        best, found = np.inf, None
        for j in sorted(self.inside[mount.unit]):
            if self.may(mount.unit, j) and self._exposure(mount, j) > 0.0:
                far = self._range(mount.unit, j)
                if far <= mount.weapon.range_m and far < best:
                    best, found = far, j
        return found

    def _range(self, u: int, j: int) -> float:
        now = self.ctx.clock.now_ms
        a, b = self.world.legs.at(u, now), self.world.legs.at(j, now)
        return float(np.hypot(b[0] - a[0], b[1] - a[1]))

    def target_class(self, mount: Mount, j: int) -> str | None:
        """The class a weapon fires at in unit j: a live hull it can hurt first, else people."""
        world = self.world
        rows = slice(world.first[j], world.first[j] + world.count[j])
        hulls = world.body[rows][(world.hull[rows] & 4) == 0]
        for body in (Body.ARMOUR, Body.SOFT, Body.GUN):
            name = CLASSES[body]
            if name in mount.weapon.targets and bool((hulls == body).any()) and mount.weapon.exposure.get(name, 0.0) > 0:
                return name
        posture = world.posture(j)
        exposed = world.fit[j] > 0 and posture in mount.weapon.targets
        return posture if exposed and len(self._people(j)) else None

    def _people(self, j: int) -> Any:
        """Unhurt people of unit j not inside a live hull."""
        world = self.world
        rows = np.arange(world.first[j], world.first[j] + world.count[j])
        host = world.inside[rows]
        covered = (host >= 0) & (world.hull[np.maximum(host, 0)] & 4 == 0)
        return rows[(world.body[rows] == Body.PERSON) & (world.fate[rows] == Fate.UNHURT) & ~covered]

    def _exposure(self, mount: Mount, j: int) -> float:
        name = self.target_class(mount, j)
        return float(mount.weapon.exposure.get(name, 0.0)) if name is not None else 0.0

    # -- engagements

    def open(self, i: int, mount: Mount, j: int) -> None:
        """Begin to engage."""
        world = self.world
        who = pair(mount.key, world.keys[j])
        cause = self._cause(mount.unit, j)
        engagement = Engagement(mount, j, who, self.candidates.get((i, j), 0), cause)
        self.active[i] = engagement
        for u in (mount.unit, j):
            self.by_unit.setdefault(u, set()).add(i)
        if world.t0_ms is None:
            world.t0_ms = self.ctx.clock.now_ms
        world.flag("firing", mount.unit, True)
        if mount.weapon.kind == "shot":
            engagement.call = self.ctx.clock.at(
                self.ctx.clock.now_ms + self._cycle(mount), Phase.FIRE, world.actor[mount.unit], self._shoot, i
            )
            return
        engagement.fired_id = self.ctx.log.emit(
            "opened", world.actor[mount.unit], world.actor[j], (cause,) if cause >= 0 else (),
            weapon_key=mount.signed_key,
        )  # fmt: skip
        self._next_need(engagement)
        self._piece(i)

    def _cause(self, u: int, j: int) -> int:
        world = self.world
        picture = world.beliefs[world.side[u]]
        if world.side[u] == 1 and picture.act_id[j] >= 0:
            return picture.act_id[j]
        if picture.seen_id[j] >= 0:
            return picture.seen_id[j]
        return world.order_id.get(u, -1)

    def stop(self, i: int, reason: Reason) -> None:
        """End an engagement; account its last piece."""
        engagement = self.active.pop(i)
        for call in (engagement.call, engagement.end):
            if call is not None:
                call.cancel()
        if engagement.mount.weapon.kind == "aimed":
            self._account(engagement)
            self.candidates[(i, engagement.target)] = engagement.candidate
            self.world.fire_at(engagement.target, engagement.mount.key, 0.0, engagement.fired_id)
        u = engagement.mount.unit
        for unit in (u, engagement.target):
            self.by_unit[unit].discard(i)
        if not any(self.index[id(m)] in self.active for m in self.of_unit[u]):
            self.world.flag("firing", u, False)
            self.ctx.log.emit("ceased", self.world.actor[u], self.world.actor[engagement.target], reason=int(reason))

    def _stop_on(self, u: int, j: int, reason: Reason) -> None:
        for mount in self.of_unit[u]:
            i = self.index[id(mount)]
            if i in self.active and self.active[i].target == j:
                self.stop(i, reason)

    def _reconsider(self, i: int) -> None:
        """A rate of shooter or target has changed."""
        engagement = self.active.get(i)
        if engagement is None:
            return
        mount = engagement.mount
        if mount.left == 0 or self.world.servers(mount) == 0 or not self._good(mount, engagement.target):
            self.stop(i, Reason.OUT_OF_CONTACT)
            self.choose(mount.unit)
        elif mount.weapon.kind == "aimed":
            self._rescale(engagement)
            self._piece(i)

    # -- small arms: pieces and candidates

    def _next_need(self, e: Engagement) -> None:
        luck = self.ctx.draws.block(Purpose.HIT, e.key, e.candidate, 1)
        e.need = -float(np.log(luck[0]))

    def _rescale(self, e: Engagement) -> None:
        """Keep what remains of the Exp(1) when the bound changes; account the piece."""
        elapsed_s = (self.ctx.clock.now_ms - e.piece_ms) * 1e-3
        e.need = max(e.need - e.bound * elapsed_s, 0.0)
        self._account(e)

    def _fire_rate(self, e: Engagement) -> float:
        """Rounds per second now."""
        world, mount = self.world, e.mount
        rate = world.servers(mount) * mount.weapon.rate_per_min / 60.0
        if world.pinned[mount.unit]:
            rate *= self.ctx.scenario.suppression.fire_factor
        return float(rate)

    def _p_now(self, e: Engagement) -> float:
        """Hit probability of a round now."""
        p = self.curves[e.mount.name].at(self._range(e.mount.unit, e.target))
        return p * self._exposure(e.mount, e.target)

    def _piece(self, i: int) -> None:
        """Begin a piece: constant bound until a band edge, a change of state, or half the rounds left."""
        e, clock = self.active[i], self.ctx.clock
        for call in (e.call, e.end):
            if call is not None:
                call.cancel()
        now = clock.now_ms
        mount, curve = e.mount, self.curves[e.mount.name]
        band = curve.band(self._range(mount.unit, e.target))
        e.rate = self._fire_rate(e)
        e.bound = e.rate * curve.bound(band) * self._exposure(mount, e.target)
        e.piece_ms = now
        e.p_start = self._p_now(e)
        e.pieces += 1
        actor = self.world.actor[mount.unit]
        end_s = self._band_end_s(e, curve, band)
        if mount.left is not None and e.rate > 0.0:
            share = 1.0 if mount.left <= 30 else 0.5
            end_s = min(end_s, max(share * mount.left / e.rate, 1e-3))
        self.world.fire_at(e.target, mount.key, e.rate * mount.weapon.suppress.push, e.fired_id)
        e.end = None
        if np.isfinite(end_s):
            e.end = clock.at(now + max(1, round(end_s * 1e3)), Phase.FIRE, actor, self._piece_ends, i)
        e.call = None
        if e.bound > 0.0:
            at = now + max(1, round(e.need / e.bound * 1e3))
            e.call = clock.at(at, Phase.FIRE, actor, self._candidate, i)

    def _band_end_s(self, e: Engagement, curve: Curve, band: int) -> float:
        """Seconds until the range leaves the band, inf if it never does."""
        legs, now = self.world.legs, self.ctx.clock.now_ms
        a, b = legs.at(e.mount.unit, now), legs.at(e.target, now)
        va, vb = legs.vel[e.mount.unit], legs.vel[e.target]
        dx, dy, vx, vy = b[0] - a[0], b[1] - a[1], float(vb[0] - va[0]), float(vb[1] - va[1])
        if vx == 0.0 and vy == 0.0:
            return float(np.inf)
        enter, _ = range_entry(dx, dy, vx, vy, curve.edges[band])
        _, leave = range_entry(dx, dy, vx, vy, curve.edges[band + 1])
        times = [float(t) for t in (enter if curve.edges[band] > 0.0 else np.inf, leave) if float(t) > 1e-6]
        return min(times, default=float(np.inf))

    def _piece_ends(self, i: int) -> None:
        self._rescale(self.active[i])
        mount = self.active[i].mount
        if mount.left == 0:
            self._empty(mount)
            self.stop(i, Reason.EMPTY)
            self.choose(mount.unit)
        else:
            self._piece(i)

    def _candidate(self, i: int) -> None:
        """A candidate of the bounding process: accepted with true rate over bound by those alive now."""
        e, world = self.active[i], self.world
        luck = self.ctx.draws.block(Purpose.HIT, e.key, e.candidate, 4)
        e.candidate += 1
        mount = e.mount
        accept = e.rate * self._p_now(e) / e.bound
        if accept > 1.0 + 1e-9:
            raise AssertionError(f"thinning met an acceptance of {accept}: a rate changed without world.change")
        self._rescale(e)
        if luck[1] < accept and mount.left != 0:
            spend(world, mount, 1)
            e.hits += 1
            delay = flight_ms(mount.weapon, self._range(mount.unit, e.target))
            self.ctx.clock.at(
                self.ctx.clock.now_ms + delay, Phase.IMPACT, world.actor[mount.unit],
                self._hit, mount, e.target, e.candidate - 1, float(luck[2]), float(luck[3]), e.fired_id, accept,
            )  # fmt: skip
        if mount.left == 0:
            self._empty(mount)
            self.stop(i, Reason.EMPTY)
            self.choose(mount.unit)
            return
        self._next_need(e)
        self._piece(i)

    def _hit(
        self, mount: Mount, j: int, salvo: int, victim: float, outcome: float, cause: int, accept: float
    ) -> None:  # fmt: skip
        """A hit lands on one of those alive now (people), or on the hull the weapon fires at."""
        world, log, draws = self.world, self.ctx.log, self.ctx.draws
        name = self.target_class(mount, j)
        if name is None:
            return
        id_ = log.emit("hit", world.actor[mount.unit], world.actor[j], (cause,), weapon_key=mount.signed_key, salvo=salvo)
        facts = {"p": accept, "draw": outcome}
        if name in ("soft", "armour", "gun"):
            rows = np.arange(world.first[j], world.first[j] + world.count[j])
            body = {v: k for k, v in CLASSES.items()}[name]
            hulls = rows[(world.body[rows] == body) & (world.hull[rows] & 4 == 0)]
            row = int(hulls[min(int(victim * len(hulls)), len(hulls) - 1)])
            break_hull(world, log, draws, row, outcome, mount.weapon.hull, mount.weapon.lethal, mount, salvo, id_, facts)
        else:
            people = self._people(j)
            row = int(people[min(int(victim * len(people)), len(people) - 1)])
            wound(world, log, draws, row, outcome < mount.weapon.lethal, mount, salvo, id_, facts)
        touched(world, j)

    def _account(self, e: Engagement) -> None:
        """Close a piece: misses are Poisson (thinned hits and misses are independent), capped at what is left."""
        mount, now = e.mount, self.ctx.clock.now_ms
        expected = max(0.0, e.rate * (now - e.piece_ms) * 1e-3)
        misses = 0
        if expected > 0.0:
            u = self.ctx.draws.one(Purpose.MISSES, e.key, e.pieces)
            misses = poisson(expected * max(0.0, 1.0 - 0.5 * (e.p_start + self._p_now(e))), u)
            if mount.left is not None:
                misses = min(misses, mount.left)
            spend(self.world, mount, misses)
        if misses or e.hits:
            self.ctx.log.emit(
                "account", self.world.actor[mount.unit], self.world.actor[e.target],
                (e.fired_id,) if e.fired_id >= 0 else (),
                weapon_key=mount.signed_key, rounds=misses + e.hits, hits=e.hits,
            )  # fmt: skip
        e.hits = 0
        e.piece_ms = now

    def _empty(self, mount: Mount) -> None:
        self.ctx.log.emit("empty", self.world.actor[mount.unit], weapon_key=mount.signed_key)

    # -- heavy shots

    def _cycle(self, mount: Mount) -> int:
        luck = self.ctx.draws.one(Purpose.DELAY, mount.key, mount.salvo)
        return max(1, span_ms(mount.weapon.interval, luck) // max(1, self.world.servers(mount)))

    def _shoot(self, i: int) -> None:
        """One heavy shot: it hits with p of the range now, or bursts near the target."""
        e, world = self.active[i], self.world
        mount, j = e.mount, e.target
        if world.pinned[mount.unit] and self.ctx.scenario.suppression.fire_factor == 0.0:
            e.call = self.ctx.clock.at(
                self.ctx.clock.now_ms + self._cycle(mount), Phase.FIRE, world.actor[mount.unit], self._shoot, i
            )
            return
        shot = mount.salvo
        luck = self.ctx.draws.block(Purpose.SHOT, mount.key, shot, 3)
        p = self.curves[mount.name].at(self._range(mount.unit, j)) * self._exposure(mount, j)
        cause = (e.cause,) if e.cause >= 0 else ()
        aim = world.legs.at(j, self.ctx.clock.now_ms)
        hits = bool(luck[0] < p)
        id_ = launch(
            world, self.ctx.log, self.ctx.draws, mount, aim, 1, cause, target=j,
            landed=(lambda ids: self._shot_lands(mount, j, shot, float(luck[1]), float(luck[2]), p, ids)) if hits else None,
        )  # fmt: skip
        self.ctx.log.note(id_, p=p, draw=float(luck[0]))
        if mount.left == 0:
            self._empty(mount)
            self.stop(i, Reason.EMPTY)
            self.choose(mount.unit)
            return
        e.call = self.ctx.clock.at(
            self.ctx.clock.now_ms + self._cycle(mount), Phase.FIRE, world.actor[mount.unit], self._shoot, i
        )

    def _shot_lands(
        self, mount: Mount, j: int, shot: int, victim: float, outcome: float, p: float, ids: list[int]
    ) -> None:  # fmt: skip
        if not ids:
            return
        damage = mount.weapon.damage
        world, log, draws = self.world, self.ctx.log, self.ctx.draws
        name = self.target_class(mount, j)
        if name is None:
            return
        id_ = log.emit("hit", world.actor[mount.unit], world.actor[j], (ids[0],), weapon_key=mount.signed_key, salvo=shot)
        facts = {"p": p, "draw": outcome}
        if name in ("soft", "armour", "gun"):
            rows = np.arange(world.first[j], world.first[j] + world.count[j])
            body = {v: k for k, v in CLASSES.items()}[name]
            hulls = rows[(world.body[rows] == body) & (world.hull[rows] & 4 == 0)]
            row = int(hulls[min(int(victim * len(hulls)), len(hulls) - 1)])
            break_hull(world, log, draws, row, outcome, damage.hull, damage.lethal, mount, shot, id_, facts)
        else:
            people = self._people(j)
            row = int(people[min(int(victim * len(people)), len(people) - 1)])
            wound(world, log, draws, row, outcome < damage.lethal, mount, shot, id_, facts)
        touched(world, j)

    # -- who may be fired at

    def became_hostile(self, id_: int, actor: int, target: int, act: int) -> None:
        """The garrison's own fire needs a hostile act and waits for nothing else."""
        j = self.world.unit_of_actor[target]
        side = 1 - int(self.world.side[j])
        if act in (1, 2):
            self.hostile[side].add(j)
            self.ready(j)

    def ready(self, j: int) -> None:
        """Units that have j within range choose anew."""
        for u, inside in self.inside.items():
            if j in inside:
                self.ctx.clock.soon(Phase.ENGAGE, self.world.actor[u], self.choose, u)


def poisson(mean: float, u: float) -> int:
    """Poisson by inversion of one uniform."""
    if mean <= 0.0:
        return 0
    return max(0, int(np.ceil(float(pdtrik(u, mean)) - 1e-9)))


def start(ctx: Context) -> None:
    """Plan ranges, listen for acts and sightings."""
    fire = DirectFire(ctx)
    ctx.world.replanners.append(fire.replan)
    actor = ctx.clock.handle("sim/fire")
    ctx.log.on("act_observed", Phase.ENGAGE, actor, fire.became_hostile)
    ctx.log.on("seen", Phase.ENGAGE, actor, lambda id_, a, target, *_: fire.ready(ctx.world.unit_of_actor[target]))

