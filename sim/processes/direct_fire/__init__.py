"""Aimed direct fire: whom each direct weapon engages; small arms by thinned hits, heavy shots one by one.

An engagement is one weapon of one unit on one target unit: the nearest it may fire at and can hurt, kept until that
changes. The garrison's fire needs a hostile act and waits for nothing else; an attacker's needs an attack order.
"""

from __future__ import annotations

import math

from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import pair
from sim.events import Act, Reason
from sim.processes.direct_fire.heavy import HeavyShots
from sim.processes.direct_fire.licence import Licence
from sim.processes.direct_fire.reach import NEVER_MS, Search, entry_ms, listed
from sim.processes.direct_fire.small_arms import Engagement, SmallArms
from sim.processes.direct_fire.victims import Victims
from sim.world import Mount

PHASES = (Phase.ENGAGE, Phase.FIRE, Phase.IMPACT)
READS = ("legs", "beliefs", "pinned", "fit", "hull", "attacking", "present")
WRITES = ("mounts", "firing", "fate", "hull")
HOSTILE = (int(Act.FIRED), int(Act.ADVANCED), int(Act.CROSSED_LINE))


class DirectFire:
    """All mounts that fire direct, whom they may engage, whom they do."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        world = ctx.world
        self.actor = ctx.clock.handle("sim/fire")
        self.of_unit: dict[int, list[Mount]] = {}
        for mount in world.mounts:
            if mount.weapon.kind in ("aimed", "shot") and not mount.held and not world.is_air[mount.unit]:
                self.of_unit.setdefault(mount.unit, []).append(mount)
        self.active: dict[int, Engagement] = {}  # mount key -> engagement
        self.on_unit: list[set[int]] = [set() for _ in world.ids]  # unit -> mount keys engaging from or at it
        self.counts: dict[int, tuple[int, int]] = {}  # pair key -> candidates, pieces so far
        self.near, self.near_of = ctx.scenario.once("direct_fire", lambda: listed(world, self.of_unit))
        self.licence = Licence(ctx, self.near)
        self.light = world.light
        self.pending: set[int] = set()  # units to choose in this instant
        self.shaken: set[int] = set()  # mount keys whose engagement is to be looked at
        self.rank = {m.key: i for i, m in enumerate(m for u in sorted(self.of_unit) for m in self.of_unit[u])}
        self.call: Call | None = None
        self.entry: dict[int, Call] = {}  # unit -> when the next target comes into range
        self.leg = [world.legs.leg(u) for u in range(len(world.ids))]
        self.was_attacking = [False] * len(world.ids)
        self.reach: dict[int, dict[tuple[str, ...], float]] = {u: {} for u in self.of_unit}  # by what is offered
        self.victims = Victims(world)
        self.offered = [self.victims.offers(u) for u in range(len(world.ids))]
        self.search = Search(world, self.victims, self.licence)
        self.small = SmallArms(ctx, self.victims, self.ran_dry, self.out_of_range)
        self.heavy = HeavyShots(ctx, self.victims, self.small, self._reaches, self.out_of_range, self.ran_dry)

    # -- what makes units choose anew

    def replan(self, units: list[int]) -> None:
        """After changes: in `engage` everybody whom they concern chooses anew."""
        self.victims.forget(units)
        self.licence.renew(units)
        legs, attacking = self.world.legs, self.world.attacking
        if self.world.light != self.light:
            self.light = self.world.light
            if self.licence.hostile or self.active or any(attacking):
                for u in self.of_unit:
                    self.wake(u)
        for u in units:
            if attacking[u] != self.was_attacking[u]:
                self.was_attacking[u] = attacking[u]
                if u in self.of_unit:
                    self.wake(u)
            if self.on_unit[u]:
                self.shaken.update(self.on_unit[u])
                self._book()
            leg, offers = legs.leg(u), self.victims.offers(u)
            turned = leg is not self.leg[u]
            if turned or offers != self.offered[u]:  # or a crew without its hull, a man who has got up
                self.leg[u], self.offered[u] = leg, offers
                self.came(u)
                if turned and u in self.of_unit and self._idle(u):
                    self.wake(u)

    def came(self, j: int) -> None:
        """j is new, on a new leg, or offers another target: idle units near it fire, or wait until it is in range."""
        world, picture = self.world, self.world.beliefs[1 - self.world.sides[j]]
        holders = picture.holders[j]
        barred = world.sides[j] == 0 and (j not in self.licence.hostile or picture.barred[j])
        if not self.licence.known[j] and (barred or not holders):
            return
        groups = self.near_of[j]
        for f in groups if self.licence.known[j] else [f for f in holders if f in groups]:
            self.approach(groups[f], j)

    def approach(self, units: list[int], j: int) -> None:
        """Each of `units` that has an idle weapon fires at target j now, if it is in range, else when it will be."""
        legs, now, pending, entries = self.world.legs.rows, self.ctx.clock.now_ms, self.pending, self.entry
        (x, y), (vx, vy) = self.world.legs.at(j, now), self.world.legs.speed_of(j)
        reach, offers, exposure, active = self.reach, self.victims.offers(j), self.victims.exposure, self.active
        if self.world.sides[j] == 1:  # an attacker's fire needs the order
            units = [u for u in units if self.world.attacking[u]]
        for u in units:
            far = reach[u].get(offers)
            if far is None:
                far = reach[u][offers] = self._reach_m(u, j)
            if far == 0.0 or u in pending:
                continue  # nothing to hurt it with, or asked anyway
            t0, ux, uy, wx, wy = legs[u]
            dt = (now - t0) * 1e-3
            px, py, qx, qy = x - (ux + wx * dt), y - (uy + wy * dt), vx - wx, vy - wy
            range2, entry = px * px + py * py, entries.get(u)
            booked = entry.t_ms if entry is not None and entry.fn is not None else NEVER_MS
            if range2 > far * far:
                if px * qx + py * qy >= 0.0:
                    continue  # out of everything's range and not coming nearer
                covers_m = math.sqrt(qx * qx + qy * qy) * (booked - now + 1) * 1e-3
                if range2 > (far + covers_m) ** 2:
                    continue  # not before the next that is waited for, whatever its course
            ready = [
                m.range_m for m in self.of_unit[u] if m.key not in active and m.left != 0 and exposure(m, j)[1] > 0.0
            ]
            at = entry_ms((px, py), (qx, qy), max(ready), now) if ready else NEVER_MS
            if at == now:
                self.wake(u)
            elif at < booked:
                self._book_entry(u, at)

    def _reach_m(self, u: int, j: int) -> float:
        """Range of the farthest weapon of unit u, busy or not, that can hurt what unit j offers now; 0: none can."""
        return max([m.range_m for m in self.of_unit[u] if self.victims.exposure(m, j)[1] > 0.0], default=0.0)

    def _book_entry(self, u: int, at: int) -> None:
        old = self.entry.get(u)
        if old is not None:
            old.cancel()
        self.entry[u] = self.ctx.clock.at(at, Phase.ENGAGE, self.actor, self.wake, u)

    def wake(self, u: int) -> None:
        """Unit u chooses in this instant's `engage`, if it has any business with fire."""
        if not (self.world.attacking[u] if self.world.sides[u] == 0 else self.licence.hostile) and not self.on_unit[u]:
            return
        self.pending.add(u)
        self._book()

    def _book(self) -> None:
        if self.call is None or self.call.fn is None:
            self.call = self.ctx.clock.soon(Phase.ENGAGE, self.actor, self._engage)

    def _engage(self) -> None:
        """Engagements of the changed first, then the choices of the free."""
        shaken, self.shaken = self.shaken, set()
        for key in sorted(shaken, key=self.rank.__getitem__):
            if key in self.active:
                self._reconsider(self.active[key])
        units, self.pending = sorted(self.pending), set()
        for u in units:
            self.choose(u)

    def _reconsider(self, e: Engagement) -> None:
        """Shooter or target has changed: go on at the new rate, or end and choose anew."""
        mount, u = e.mount, e.mount.unit
        if mount.left == 0 or not self.licence.able(u) or self.world.servers(mount) == 0:
            why = Reason.EMPTY if mount.left == 0 else Reason.BROKE if self.world.broken[u] else Reason.LOST
            self.stop(e, why)
        elif not self.licence.free(u, e.target) or not self._reaches(mount, e.target):
            self.stop(e, self.licence.why_not(u, e.target))
            self.pending.add(u)
        elif mount.weapon.kind == "aimed":
            self.small.reconsider(e)

    def observed(self, id_: int, actor: int, target: int, act: int) -> None:
        """A hostile act makes a target of a contact for the direct fire of those it threatens."""
        j = self.world.unit_of_actor[target]
        if act in HOSTILE and j not in self.licence.hostile:
            self.licence.threaten(j)
            self.came(j)
        if act == Act.FIRED and not self.licence.provoked:  # the first fire seen makes a threat of every advance
            self.licence.provoked = True
            for u in self.of_unit:
                self.wake(u)

    def seen(self, id_: int, actor: int, target: int, *_: int) -> None:
        """Those of the observer's formation who are near j may have a target."""
        world, j = self.world, self.world.unit_of_actor[target]
        f = world.formation[world.unit_of_actor[actor]]
        if world.sides[j] == 0 and (j not in self.licence.hostile or world.beliefs[1].barred[j]):
            return
        units = self.near_of[j].get(f)
        if units is not None:
            self.approach(units, j)

    def lost(self, id_: int, observer: int, target: int) -> None:
        """A formation has lost sight of j: those of it that fire at j ask whether they still may."""
        world, j = self.world, self.world.unit_of_actor[target]
        f, keys = world.formation[world.unit_of_actor[observer]], self.on_unit[j]
        keys = {
            key for key in keys if self.active[key].target == j and world.formation[self.active[key].mount.unit] == f
        }
        if keys:
            self.shaken |= keys
            self._book()

    def _idle(self, u: int) -> bool:
        return any(m.key not in self.active and m.left != 0 for m in self.of_unit[u])

    # -- choosing

    def choose(self, u: int) -> None:
        """Give each free direct weapon of unit u the nearest target it can hurt."""
        world = self.world
        entry = self.entry.pop(u, None)
        if entry is not None:
            entry.cancel()
        idle = [m for m in self.of_unit[u] if m.key not in self.active and m.left != 0 and world.servers(m) > 0]
        if idle and self.licence.able(u) and (world.sides[u] == 1 or world.attacking[u]):
            wait_s = self.licence.sure_wait_s(u, idle, self.near[u])
            if wait_s > 0.0:
                if wait_s < 1e7:
                    self._book_entry(u, self.ctx.clock.now_ms + max(1, int(wait_s * 1e3)))
                return
            targets = self.licence.targets(u, self.near[u])
            if targets:
                chosen, wait_s = self.search.nearest(u, idle, targets, self.ctx.clock.now_ms)
                for mount, j in zip(idle, chosen, strict=True):
                    if j >= 0:
                        self.open(mount, j)
                if wait_s < 1e7:
                    self._book_entry(u, self.ctx.clock.now_ms + max(1, math.ceil(wait_s * 1e3)))

    def _reaches(self, mount: Mount, j: int) -> bool:
        far_m = self.licence.limit_m(mount, j) + 1e-3
        return self.victims.exposure(mount, j)[1] > 0.0 and self.small.range_m(mount.unit, j) <= far_m

    # -- engagements

    def open(self, mount: Mount, j: int) -> None:
        """Begin to engage."""
        world, clock = self.world, self.ctx.clock
        who = pair(mount.key, world.keys[j])
        candidates, pieces = self.counts.get(who, (0, 0))
        e = Engagement(mount, j, who, candidates, pieces, self.licence.cause(mount.unit, j))
        self.active[mount.key] = e
        self.on_unit[mount.unit].add(mount.key)
        self.on_unit[j].add(mount.key)
        world.flag("firing", mount.unit, True)
        if mount.weapon.kind == "shot":
            self.heavy.book(e)
            return
        if world.t0_ms is None:
            world.t0_ms = clock.now_ms
        cause = (e.cause,) if e.cause >= 0 else ()
        e.fired_id = self.ctx.log.emit(
            "opened", world.actor[mount.unit], world.actor[j], cause, weapon_key=mount.signed_key
        )
        self.small.begin(e)

    def stop(self, e: Engagement, reason: Reason) -> None:
        """End an engagement; account its last piece."""
        e.cancel()
        mount, u = e.mount, e.mount.unit
        del self.active[mount.key]
        if mount.weapon.kind == "aimed":
            self.small.account(e)
            self.counts[e.key] = (e.candidate, e.pieces)
            self.world.fire_at(e.target, mount.key, 0.0, e.fired_id)
        self.on_unit[u].discard(mount.key)
        self.on_unit[e.target].discard(mount.key)
        if not any(m.key in self.active for m in self.of_unit[u]):
            self.world.flag("firing", u, False)
            self.ctx.log.emit("ceased", self.world.actor[u], self.world.actor[e.target], reason=int(reason))

    def out_of_range(self, e: Engagement) -> None:
        """The target has left the weapon's range."""
        self.stop(e, Reason.OUT_OF_RANGE)
        self.wake(e.mount.unit)

    def ran_dry(self, e: Engagement) -> None:
        """Nothing left of a mount's rounds."""
        self.ctx.log.emit("empty", self.world.actor[e.mount.unit], weapon_key=e.mount.signed_key)
        self.stop(e, Reason.EMPTY)


def start(ctx: Context) -> None:
    """Listen for changes, acts and sightings."""
    fire = DirectFire(ctx)
    ctx.world.replanners.append(fire.replan)
    ctx.audited.append(fire)
    ctx.log.on("act_observed", Phase.ENGAGE, fire.actor, fire.observed)
    ctx.log.on("seen", Phase.ENGAGE, fire.actor, fire.seen)
    ctx.log.on("sight_lost", Phase.ENGAGE, fire.actor, fire.lost)
