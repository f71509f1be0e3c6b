"""Conditions of a scenario (`when:`) as watchers of the log: each fires once, at the first moment it is true.

Nothing is polled: times are booked, events are watched, losses are told, quiet is a timer that impacts restart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.clock import Call, Clock, Phase
from sim.draws import Draws, Purpose, key, signed, span_ms
from sim.log import Log
from sim.world import World
from sim.world.near import Discs

Then = Callable[[tuple[int, ...]], None]
FIRST_FIRE = ("opened", "fired", "warning_fired")
NAMED = {
    "act_observed": "act_observed",
    "permitted": "permitted",
    "approved": "approved",
    "show_of_force": "show_of_force",
    "warning_shots": "warning_fired",
    "halt_ordered": "halt_ordered",
    "broke": "broke",
    "ceased": "ceased",
}
SUFFIX = {
    "begun": ("order_begun",),
    "done": ("order_done",),
    "placed": ("call_placed",),
    "answered": ("call_answered",),
}
FLOWN = ("on_station", "bingo", "off_station")
"""What may be waited for of an aircraft, by its id."""


class Conditions:
    """Holds every open condition; `signal` lets an order's signal through."""

    def __init__(self, clock: Clock, log: Log, draws: Draws, world: World):
        self._clock, self._log, self._draws, self._world = clock, log, draws, world
        self._by_event: dict[str, dict[int | None, list[tuple[int | None, Node]]]] = {}  # kind, first field
        self._signals: dict[str, list[Node]] = {}
        self._losses: dict[int, list[tuple[Node, list[int]]]] = {}
        self._quiet: Discs | None = None
        world.loss_hooks.append((Phase.MORALE, self._lost))

    def when(self, condition: Any, label: str, phase: int, actor: int, then: Then) -> None:
        """Call `then(causes)` for `actor` in `phase` when `condition` first holds. `label` addresses its delays."""
        Node(self, condition, label, phase, actor, None, then).arm()

    def signal(self, name: str, cause: int) -> None:
        """An order gives a signal."""
        for node in self._signals.pop(name, []):
            node.happened((cause,))

    # -- sources

    def watch_event(self, name: str, node: Node) -> None:
        """Arm a node on a named event (see When.event)."""
        if name == "first_fire":
            for kind in FIRST_FIRE:
                self._watch(kind, None, node)
            return
        stem, _, suffix = name.partition(".")
        if suffix in FLOWN:
            self._watch(suffix, None, node, self._world.actor[self._world.ids.index(stem)])
        elif suffix:
            for kind in SUFFIX[suffix]:
                self._watch(kind, signed(key(stem)), node)
        else:
            self._watch(NAMED[name], None, node)

    def _watch(self, kind: str, first: int | None, node: Node, actor: int | None = None) -> None:
        """Arm a node on events of a kind, of those whose first field is `first` and of that actor, if given."""
        self._by_event.setdefault(kind, {}).setdefault(first, []).append((actor, node))
        self._log.watch(kind, self._seen)

    def watch_signal(self, name: str, node: Node) -> None:
        """Arm a node on a signal."""
        self._signals.setdefault(name, []).append(node)

    def watch_losses(self, formation: str, node: Node) -> None:
        """Arm a node on losses of a formation, or of a company of them."""
        of = {f for f, row in enumerate(self._world.formations) if formation in (row.id, row.company)}
        for f in of:
            self._losses.setdefault(f, []).append((node, sorted(of)))

    def watch_quiet(self, node: Node) -> None:
        """Arm a node on quiet at a point."""
        if self._quiet is None:
            self._quiet = Discs()
            self._world.fall_watchers.append(partial(self._fell, self._quiet))
        self._quiet.add(*node.place, node.condition.quiet.radius_m, node)

    def no_longer_quiet(self, node: Node) -> None:
        """A node has held: no round concerns it any more."""
        assert self._quiet is not None
        self._quiet.remove(node)

    # -- what comes in

    def _seen(self, id_: int, kind: str, actor: int, target: int, payload: tuple[int, ...]) -> None:
        waiting = self._by_event[kind]
        for first in (None, *payload[:1]) if waiting else ():
            rows = waiting.get(first, [])
            for row in [r for r in rows if r[0] in (None, actor)]:
                rows.remove(row)
                row[1].happened((id_,))
            if not rows:
                waiting.pop(first, None)

    def _lost(self, unit: int) -> None:
        formation = self._world.formation[unit]
        nodes = self._losses.get(formation)
        if nodes:
            for node, of in list(nodes):
                members = [u for f in of for u in self._world.members[f]]
                total = sum(self._world.people[u] for u in members)
                if total and 1.0 - sum(self._world.fit[u] for u in members) / total >= node.condition.loss:
                    nodes.remove((node, of))
                    node.happened(())

    def _fell(self, quiet: Discs, places: list[tuple[float, float]]) -> None:
        x, y = [place[0] for place in places], [place[1] for place in places]
        for node in quiet.about(min(x), min(y), max(x), max(y)):
            node.disturbed(places)


class Node:
    """One condition of a tree. `true` never turns false again, but under `not`."""

    def __init__(
        self,
        room: Conditions,
        condition: Any,
        label: str,
        phase: int,
        actor: int,
        parent: Node | None,
        then: Then | None,
    ):
        self.room, self.condition, self.label = room, condition, label
        self.phase, self.actor, self.parent, self.then = phase, actor, parent, then
        self.true = False
        self.causes: tuple[int, ...] = ()
        self._timer: Call | None = None
        self._last_ms = -1
        self.place = (0.0, 0.0)
        self.parts: list[Node] = []

    def arm(self) -> None:
        """Start watching; a condition that holds at once fires at once."""
        c, room = self.condition, self.room
        if c.at is not None:
            scenario = room._world.scenario
            t_ms = scenario.t_ms(c.at)
            if c.at > scenario.clock.scripted_until:
                raise ValueError(f"{self.label}: {c.at} lies after clock.scripted_until")
            room._clock.at(t_ms, self.phase, self.actor, self._hold, ())
        elif c.event is not None:
            room.watch_event(c.event, self)
        elif c.signal is not None:
            room.watch_signal(c.signal, self)
        elif c.loss is not None:
            room.watch_losses(c.of, self)
        elif c.quiet is not None:
            self.place = room._world.scenario.point(c.quiet.point)
            room.watch_quiet(self)
        else:
            inner = c.all or c.any or (c.not_,)
            self.parts = [
                Node(room, part, f"{self.label}/{i}", self.phase, self.actor, self, None)
                for i, part in enumerate(inner)
            ]
            for part in self.parts:
                part.arm()
            self._check()

    def happened(self, causes: tuple[int, ...]) -> None:
        """The watched thing happened: hold after the drawn delay."""
        delay = self.condition.delay
        room, wait_ms = self.room, 0
        if delay is not None:
            wait_ms = span_ms(delay, room._draws.one(Purpose.DELAY, key(f"when/{self.label}")))
        room._clock.at(room._clock.now_ms + wait_ms, self.phase, self.actor, self._hold, causes)

    def disturbed(self, xy: list[tuple[float, float]]) -> None:
        """Rounds fell at xy: if one was near enough, it has been quiet only since now."""
        quiet, room = self.condition.quiet, self.room
        x, y = self.place
        near_m2 = quiet.radius_m**2
        if any((a - x) ** 2 + (b - y) ** 2 <= near_m2 for a, b in xy):
            self._last_ms = room._clock.now_ms
            if self._timer is None or self._timer.fn is None:
                self._wait()

    def _wait(self) -> None:
        later = self._last_ms + round(self.condition.quiet.for_s * 1000)
        self._timer = self.room._clock.at(later, self.phase, self.actor, self._perhaps)

    def _perhaps(self) -> None:
        """Quiet long enough since the last round, or wait on from it."""
        if self.room._clock.now_ms >= self._last_ms + round(self.condition.quiet.for_s * 1000):
            self._hold(())
        else:
            self._wait()

    def _hold(self, causes: tuple[int, ...]) -> None:
        if self.true:
            return
        self.true, self.causes = True, causes
        if self.condition.quiet is not None:
            self.room.no_longer_quiet(self)
        self._tell()

    def _tell(self) -> None:
        if self.parent is not None:
            self.parent._check()
        elif self.then is not None:
            then, self.then = self.then, None
            then(self.causes)

    def _check(self) -> None:
        c = self.condition
        states = [part.true for part in self.parts]
        was = self.true
        if c.not_ is not None:
            self.true = not states[0]
        else:
            self.true = all(states) if c.all is not None else any(states)
        if self.true:
            self.causes = tuple(sorted({id_ for part in self.parts for id_ in part.causes}))
        if self.true != was:
            self._tell() if self.true or self.parent is not None else None
