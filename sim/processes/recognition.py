"""Recognition: what is made of a sighting - the act, the affiliation, a fresh fix - and how contacts age.

Track, act and affiliation are kept apart: only acts feed the rules of engagement, affiliation is a judgement that
may be wrong.
"""

from __future__ import annotations

from typing import Any

from sim.clock import Call, Phase
from sim.context import Context
from sim.draws import Purpose, key, signed, span_ms
from sim.events import GRAVITY, Act
from sim.world import SIDES, Status, fix

PHASES = (Phase.COMMAND,)
READS = ("beliefs", "firing", "attacking", "moving")
WRITES = ("beliefs",)


class Recognition:
    """Acts, affiliation and age of all contacts of both sides."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.actor = ctx.clock.handle("sim/sensing")
        self.ageing: dict[tuple[int, int], Call] = {}
        sides = self.world.side.tolist()
        self.tags = [
            sorted({str(u.tag) for u, s in zip(self.world.unit, sides, strict=True) if s == k}) for k in (0, 1)
        ]
        rules = [ctx.scenario.roe.get(name) for name in SIDES]
        self.rules = rules
        lines = [rule.trigger.line_crossing if rule is not None else None for rule in rules]
        self.line = [None if name is None else signed(key(name)) for name in lines]
        self.over: set[int] = set()  # units that have gone over the line that the other side's rules name

    def rules_changed(self) -> None:
        """The error of a lost contact grows as the scenario now says."""
        for picture, name in zip(self.world.beliefs, SIDES, strict=True):
            picture.drift_mps = self.ctx.scenario.belief[name].drift_mps

    def _of(self, actor: int) -> tuple[Any, int]:
        """(the other side's picture, unit) of a unit's actor."""
        b = self.world.unit_of_actor[actor]
        return self.world.beliefs[1 - self.world.sides[b]], b

    # -- sight gained and lost

    def seen(self, id_: int, observer: int, target: int, *_: int) -> None:
        """In sight: it ages no more, and what it is doing now may be an act."""
        picture, b = self._of(target)
        call = self.ageing.pop((picture.side, b), None)
        if call is not None:
            call.cancel()
        a = self.world.unit_of_actor[observer]
        self.record(picture, b, a)
        if self.world.firing[b]:
            self.observe(picture, b, observer, Act.FIRED, (id_,))
        elif self.world.attacking[b] and self.world.moving[b]:
            self.observe(picture, b, observer, Act.ADVANCED, (id_,))
        elif b in self.over:
            self.observe(picture, b, observer, Act.CROSSED_LINE, (id_,))
        elif self.world.t0_ms is None:
            self.observe(picture, b, observer, Act.BUILD_UP, (id_,))

    def lost(self, id_: int, observer: int, target: int) -> None:
        """Out of everybody's sight: stale after a time, dropped after another."""
        picture, b = self._of(target)
        if picture.status[b] != Status.STALE or (picture.side, b) in self.ageing:
            return
        self.record(picture, b, -1)
        law = self.ctx.scenario.belief[SIDES[picture.side]]
        at = picture.lost_ms[b] + round(law.stale_s * 1000)
        self.ageing[(picture.side, b)] = self.ctx.clock.at(
            at, Phase.COMMAND, self.actor, self._stale, picture, b, id_, round(law.drop_s * 1000)
        )

    def _stale(self, picture: Any, b: int, cause: int, drop_ms: int) -> None:
        now, side = self.ctx.clock.now_ms, self.ctx.clock.handle(f"side/{SIDES[picture.side]}")
        age_ms = now - picture.lost_ms[b]
        id_ = self.ctx.log.emit("contact_stale", side, self.world.actor[b], (cause,), age_ms=age_ms)
        self.ageing[(picture.side, b)] = self.ctx.clock.at(
            now + drop_ms, Phase.COMMAND, self.actor, self._drop, picture, b, id_
        )

    def _drop(self, picture: Any, b: int, cause: int) -> None:
        del self.ageing[(picture.side, b)]
        picture.drop(b)
        side = self.ctx.clock.handle(f"side/{SIDES[picture.side]}")
        age_ms = self.ctx.clock.now_ms - picture.lost_ms[b]
        self.ctx.log.emit("contact_dropped", side, self.world.actor[b], (cause,), age_ms=age_ms)
        self.record(picture, b, -1)

    def record(self, picture: Any, b: int, observer: int) -> None:
        """A row of the picture for the replay."""
        if self.world.record_changes:
            tag = picture.tag[b]
            picture.record(b, self.ctx.clock.now_ms, signed(key(tag)) if tag else 0, observer)

    # -- acts

    def news(self, actor: int, *_: Any) -> bool:
        """A unit has not been seen to fire before: no act is graver."""
        picture, b = self._of(actor)
        return bool(picture.act[b] != Act.FIRED)

    def fired(self, id_: int, actor: int, *_: int) -> None:
        """A unit fires."""
        self.acted(id_, actor, Act.FIRED)

    def committed(self, id_: int, actor: int, *_: int) -> None:
        """A unit sets out to attack."""
        self.acted(id_, actor, Act.ADVANCED)

    def names(self, mover: int, target: int, payload: tuple[int, ...]) -> bool:
        """Whether the other side's rules name the line that a unit crosses."""
        return bool(payload[0] == self.line[1 - self.world.sides[self.world.unit_of_actor[mover]]])

    def crossed(self, id_: int, mover: int, *_: int) -> None:
        """A unit goes over a line that makes it hostile: those who hold it see that, others when they see it there."""
        self.over.add(self.world.unit_of_actor[mover])
        self.acted(id_, mover, Act.CROSSED_LINE)

    def acted(self, id_: int, actor: int, act: Act) -> None:
        """Those who hold a unit see what it does."""
        picture, b = self._of(actor)
        if picture.status[b] == Status.HELD and picture.holders[b] and GRAVITY[act] > GRAVITY[picture.act[b]]:
            a = picture.holders[b][min(picture.holders[b])]
            self.observe(picture, b, self.world.actor[a], act, (picture.seen_id[b], id_))

    def observe(self, picture: Any, b: int, observer: int, act: Act, causes: tuple[int, ...]) -> None:
        """Log an act the first time it is seen of a contact, or a graver one."""
        if GRAVITY[act] <= GRAVITY[picture.act[b]]:
            return
        picture.act[b] = int(act)
        picture.act_id[b] = self.ctx.log.emit("act_observed", observer, self.world.actor[b], causes, act=int(act))
        self._affiliation(picture, b, picture.act_id[b])

    def turned_back(self, id_: int, actor: int, *_: int) -> None:
        """A unit withdraws: those who hold it see that it has turned back, and spare it unless they pursue."""
        picture, b = self._of(actor)
        rules = self.rules[picture.side]
        if picture.status[b] == Status.HELD and not (rules is not None and rules.pursue):
            picture.turn(b)

    def refix(self, id_: int, shooter: int, target: int, *_: int) -> None:
        """An attack is assigned: whoever holds the contact reports it anew."""
        picture, b = self._of(target)
        if picture.holders[b]:
            fix(self.ctx.draws, self.world, picture.holders[b][min(picture.holders[b])], b)

    # -- affiliation

    def _affiliation(self, picture: Any, b: int, cause: int) -> None:
        command = self.ctx.scenario.command.get(SIDES[picture.side])
        if command is None or command.monitoring is None or picture.tag[b] is not None:
            return
        picture.tag[b] = ""
        luck = self.ctx.draws.few(Purpose.AFFILIATION, self.world.keys[b], picture.side, 2)
        at = self.ctx.clock.now_ms + span_ms(command.monitoring.delay, float(luck[0]))
        right = float(luck[1]) < command.monitoring.p_right
        self.ctx.clock.at(at, Phase.COMMAND, self.actor, self._judge, picture, b, right, cause)

    def _judge(self, picture: Any, b: int, right: bool, cause: int) -> None:
        tag = str(self.world.unit[b].tag)
        wrong = [other for other in self.tags[1 - picture.side] if other != tag]
        picture.tag[b] = tag if right or not wrong else wrong[0]
        command = self.ctx.clock.handle(f"command/{SIDES[picture.side]}")
        self.ctx.log.emit(
            "affiliation_judged", command, self.world.actor[b], (cause,),
            tag_key=signed(key(picture.tag[b])), right=int(picture.tag[b] == tag),
        )  # fmt: skip


def start(ctx: Context) -> None:
    """Listen for sightings and for what the seen do."""
    recognition = Recognition(ctx)
    actor = recognition.actor
    ctx.after_change.append((Phase.COMMAND, actor, recognition.rules_changed))
    for kind, fn in (
        ("seen", recognition.seen),
        ("sight_lost", recognition.lost),
        ("committed", recognition.committed),
        ("withdrew", recognition.turned_back),
        ("assigned", recognition.refix),
    ):
        ctx.log.on(kind, Phase.COMMAND, actor, fn)
    if any(line is not None for line in recognition.line):
        ctx.log.on("line_crossed", Phase.COMMAND, actor, recognition.crossed, recognition.names)
    for kind in ("opened", "fired"):
        ctx.log.on(kind, Phase.COMMAND, actor, recognition.fired, recognition.news)
