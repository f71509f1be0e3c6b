"""Aimed direct fire: whom each direct weapon engages; small arms by thinned hits, heavy shots one by one.

An engagement is one weapon of one unit on one target unit: the nearest it may fire at and can hurt, kept until that
changes. The garrison's fire needs a hostile act and waits for nothing else; an attacker's needs an attack order.
"""

from __future__ import annotations


from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import Purpose, pair, span_ms
from sim.events import Act, Reason
from sim.processes.direct_fire.ranges import Ranges
from sim.processes.direct_fire.small_arms import Engagement, SmallArms
from sim.processes.direct_fire.victims import Victims
from sim.rounds import launch
from sim.world import Mount

PHASES = (Phase.ENGAGE, Phase.FIRE, Phase.IMPACT)
READS = ("legs", "beliefs", "pinned", "fit", "hull", "attacking", "present")
WRITES = ("mounts", "firing", "fate", "hull")


class DirectFire:
    """All mounts that fire direct, whom they may engage, whom they do."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        world = ctx.world
        self.actor = ctx.clock.handle("sim/fire")
        mounts = [m for m in world.mounts if m.weapon.kind in ("aimed", "shot") and not m.held]
        self.of_unit: dict[int, list[Mount]] = {}
        for mount in mounts:
            self.of_unit.setdefault(mount.unit, []).append(mount)
        self.active: dict[int, Engagement] = {}  # mount key -> engagement
        self.on_unit: list[set[int]] = [set() for _ in world.ids]  # unit -> mount keys engaging from or at it
        self.counts: dict[int, tuple[int, int]] = {}  # pair key -> candidates, pieces so far
        self.hostile: list[set[int]] = [set(), set()]
        self.fixed = [not world.formations[f].routes for f in world.formation]
        self.known = [bool(ctx.scenario.belief[side].known_points) for side in ("attackers", "defenders")]
        self.pending: set[int] = set()
        self.call: Call | None = None
        self.victims = Victims(world)
        self.small = SmallArms(ctx, self.victims, self.ran_dry)
        far = {u: max(m.weapon.range_m for m in rows) for u, rows in self.of_unit.items()}
        self.ranges = Ranges(ctx.clock, self.actor, world, far, self.flipped)

    # -- what makes units choose anew

    def replan(self, units: list[int]) -> None:
        """After changes: ranges, and in `engage` everybody whom they concern chooses anew."""
        self.victims.forget(units)
        self.ranges.replan(units)
        for u in units:
            if u in self.of_unit and (self.ranges.inside[u] or self.on_unit[u]):
                self.wake(u)
            for key in self.on_unit[u]:
                self.wake(self.active[key].mount.unit)

    def flipped(self, u: int, j: int, inside: bool) -> None:
        """j has come into or gone out of u's range."""
        self.wake(u)

    def wake(self, u: int) -> None:
        """Unit u chooses in this instant's `engage`."""
        self.pending.add(u)
        if self.call is None or self.call.fn is None:
            self.call = self.ctx.clock.soon(Phase.ENGAGE, self.actor, self._engage)

    def _engage(self) -> None:
        units, self.pending = sorted(self.pending), set()
        for u in units:
            self.choose(u)

    def observed(self, id_: int, actor: int, target: int, act: int) -> None:
        """A hostile act makes a target of a contact for the direct fire of those it threatens."""
        j = self.world.unit_of_actor[target]
        if act in (Act.FIRED, Act.ADVANCED):
            self.hostile[1 - int(self.world.side[j])].add(j)
            self.seen(id_, actor, target)

    def seen(self, id_: int, actor: int, target: int, *_: int) -> None:
        """Those who have j within range may have a target."""
        for u in self.ranges.near_of[self.world.unit_of_actor[target]]:
            self.wake(u)

    # -- choosing

    def may(self, u: int, j: int) -> bool:
        """Unit u knows or sees j, j is worth a round, and its side's fire is free against it."""
        world = self.world
        side = int(world.side[u])
        if not world.alive(j) or not world.present[j] or world.surrendered[j]:
            return False
        if side == 0:
            if not world.attacking[u]:
                return False
            return (self.known[0] and self.fixed[j]) or world.formation[u] in world.beliefs[0].holders[j]
        picture = world.beliefs[1]
        return j in self.hostile[1] and world.formation[u] in picture.holders[j] and not (
            picture.across[j] or picture.turned[j]
        )  # fmt: skip

    def choose(self, u: int) -> None:
        """Give each free direct weapon of unit u a target; end what has no sense any more."""
        world = self.world
        able = bool(world.present[u]) and world.alive(u) and not (world.broken[u] or world.surrendered[u])
        for mount in self.of_unit[u]:
            e = self.active.get(mount.key)
            if not able or mount.left == 0 or world.servers(mount) == 0:
                if e is not None:
                    self.stop(e, Reason.EMPTY if mount.left == 0 else Reason.BROKE if world.broken[u] else Reason.LOST)
                continue
            if e is not None:
                if self._good(mount, e.target):
                    if mount.weapon.kind == "aimed":
                        self.small.reconsider(e)
                    continue
                self.stop(e, Reason.OUT_OF_CONTACT)
            target = self._nearest(mount)
            if target is not None:
                self.open(mount, target)

    def _good(self, mount: Mount, j: int) -> bool:
        u = mount.unit
        return (
            j in self.ranges.inside[u]
            and self.may(u, j)
            and self.victims.exposure(mount, j)[1] > 0.0
            and self.small.range_m(u, j) <= mount.weapon.range_m
        )

    def _nearest(self, mount: Mount) -> int | None:
        u = mount.unit
        able = [j for j in sorted(self.ranges.inside[u]) if self.may(u, j) and self.victims.exposure(mount, j)[1] > 0.0]
        if not able:
            return None
        at = self.world.legs.all_at(self.ctx.clock.now_ms)
        gap = at[able] - at[u]
        far2 = (gap * gap).sum(axis=1)
        best = int(far2.argmin())
        return able[best] if far2[best] <= mount.weapon.range_m**2 else None

    # -- engagements

    def open(self, mount: Mount, j: int) -> None:
        """Begin to engage."""
        world, clock = self.world, self.ctx.clock
        who = pair(mount.key, world.keys[j])
        candidates, pieces = self.counts.get(who, (0, 0))
        e = Engagement(mount, j, who, candidates, pieces, self._cause(mount.unit, j))
        self.active[mount.key] = e
        self.on_unit[mount.unit].add(mount.key)
        self.on_unit[j].add(mount.key)
        world.flag("firing", mount.unit, True)
        if mount.weapon.kind == "shot":
            e.call = clock.at(clock.now_ms + self._cycle(mount), Phase.FIRE, world.actor[mount.unit], self._shoot, e)
            return
        if world.t0_ms is None:
            world.t0_ms = clock.now_ms
        cause = (e.cause,) if e.cause >= 0 else ()
        e.fired_id = self.ctx.log.emit(
            "opened", world.actor[mount.unit], world.actor[j], cause, weapon_key=mount.signed_key
        )
        self.small.begin(e)

    def _cause(self, u: int, j: int) -> int:
        """The act for which a defender fires, the order under which an attacker does, or the sighting."""
        picture = self.world.beliefs[self.world.side[u]]
        if self.world.side[u] == 1 and picture.act_id[j] >= 0:
            return picture.act_id[j]
        return self.world.order_id.get(u, picture.seen_id[j])

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

    def ran_dry(self, e: Engagement) -> None:
        """Nothing left of a mount's rounds."""
        self.ctx.log.emit("empty", self.world.actor[e.mount.unit], weapon_key=e.mount.signed_key)
        self.stop(e, Reason.EMPTY)

    # -- heavy shots

    def _cycle(self, mount: Mount) -> int:
        luck = self.ctx.draws.one(Purpose.DELAY, mount.key, mount.salvo)
        return max(1, span_ms(mount.weapon.interval, luck) // max(1, self.world.servers(mount)))

    def _shoot(self, e: Engagement) -> None:
        """One heavy shot: it hits with p of the range now, or bursts near the target; then the next."""
        world, mount, j = self.world, e.mount, e.target
        clock = self.ctx.clock
        if not world.pinned[mount.unit] or self.ctx.scenario.suppression.fire_factor > 0.0:
            self._fire_shot(e, mount, j)
            if mount.left == 0:
                self.ran_dry(e)
                return
        e.call = clock.at(clock.now_ms + self._cycle(mount), Phase.FIRE, world.actor[mount.unit], self._shoot, e)

    def _fire_shot(self, e: Engagement, mount: Mount, j: int) -> None:
        world, log, draws = self.world, self.ctx.log, self.ctx.draws
        shot = mount.salvo
        luck = draws.block(Purpose.SHOT, mount.key, shot, 3)
        p = self.small.p_now(e)

        def landed(ids: list[int]) -> None:
            if ids and luck[0] < p:
                which = (float(luck[1]), float(luck[2]))
                self.victims.hit(log, draws, mount, j, which, shot, ids[0], mount.weapon.damage, p)

        cause = (e.cause,) if e.cause >= 0 else ()
        aim = world.legs.at(j, self.ctx.clock.now_ms)
        id_ = launch(world, log, draws, mount, aim, 1, cause, target=j, landed=landed)
        log.note(id_, p=p, draw=float(luck[0]))


def start(ctx: Context) -> None:
    """Plan ranges, listen for acts and sightings."""
    fire = DirectFire(ctx)
    ctx.world.replanners.append(fire.replan)
    ctx.log.on("act_observed", Phase.ENGAGE, fire.actor, fire.observed)
    ctx.log.on("seen", Phase.ENGAGE, fire.actor, fire.seen)


