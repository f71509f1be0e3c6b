"""Integer-millisecond time, and the one place where order within an instant is decided.

Everything booked carries the key (t_ms, phase, actor, booking). Actors are compared by luck name (a unit's
`luck`, else its name), so neither the order of a list nor a new label changes the order of an instant; `booking`
only keeps an actor's own bookings in the order made. simpy holds what is booked for later and refuses events without a
key; the running instant and the loop are the clock's own (docs/decisions/095).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Generator, Iterable
from heapq import heappop, heappush
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import simpy
from simpy.events import Event

Steps = Generator["Call", None, Any]


class Phase:
    """Order within an instant (docs/contract.md, "The instant"). Plain ints: they are read a million times."""

    IMPACT = 0
    MOVE = 1
    SUPPRESS = 2
    MORALE = 3
    REPLAN = 4
    COMMAND = 5
    ENGAGE = 6
    FIRE = 7
    AUDIT = 8


PHASES: tuple[tuple[str, str], ...] = (
    ("impact", "rounds land, hits take effect, the wounded die"),
    ("move", "legs begin and end, lines are crossed"),
    ("suppress", "units are pinned and recover"),
    ("morale", "companies break, halt, turn back"),
    ("replan", "rates and crossings are solved anew for all that changed in the instant"),
    ("command", "sightings, reports, rules, hotline, approval, queue, assessment"),
    ("engage", "units choose whom to engage"),
    ("fire", "candidates of aimed fire are accepted, rounds leave the tube"),
    ("audit", "everything planned is checked against history; the end of the run"),
)


def order_table() -> list[tuple[int, str, str]]:
    """(number, phase, who uses it) for `khusham order`."""
    return [(number, name, uses) for number, (name, uses) in enumerate(PHASES)]


_KEYED = 1 << 62
_ACTOR_BITS = 40


class UnkeyedEventError(RuntimeError):
    """An event without a key of the instant was put on the clock."""


class KeyedEnvironment(simpy.Environment):
    """simpy's environment, refusing what would overtake every phase."""

    def schedule(self, event: Event, priority: int = 1, delay: float = 0) -> None:
        """Put `event` on the heap; `priority` must be a key made by `Clock`."""
        if priority < _KEYED:
            raise UnkeyedEventError("book through Clock.at, soon, wait or start: a bare simpy event has no phase")
        super().schedule(event, priority, delay)  # type: ignore[arg-type]


class Call(Event):
    """One booking; `cancel()` makes it do nothing. `fn` is None once run or cancelled.

    The clock fills it in: an `__init__` of its own would cost more than all it holds.
    """

    __slots__ = ("actor", "args", "fn", "phase", "t_ms")
    _ok = True
    _value = None
    if TYPE_CHECKING:

        def __init__(self) -> None: ...
    else:
        __init__ = object.__init__
    t_ms: int
    phase: int
    actor: int
    fn: Callable[..., Any] | None
    args: tuple[Any, ...]

    def cancel(self) -> None:
        """Do nothing when the time comes."""
        self.fn = None

    @property
    def pending(self) -> bool:
        """Booked and not yet run nor cancelled."""
        return self.fn is not None


def _idle() -> None:
    """What a wait does when nobody has taken it up."""


class Clock:
    """The only clock. `actors`: luck names of everything that may book; a handle is the place in sorted order.

    `now_ms`: milliseconds since the start of the scenario's clock.
    """

    def __init__(self, actors: Iterable[str], start_ms: int = 0):
        self.names = sorted(actors)
        if len(set(self.names)) != len(self.names):
            raise ValueError("two actors share a luck name")
        self._handle = {name: index for index, name in enumerate(self.names)}
        self.env = KeyedEnvironment(initial_time=start_ms)
        self._queue: list[Any] = self.env._queue  # what is booked for later
        self._instant: list[Any] = []  # what is booked for now: most bookings are, and few others are with them
        self._next_booking = self.env._eid.__next__
        self.now_ms = start_ms
        self.phase = -1
        self.actor = -1
        self.stopped = False

    def handle(self, name: str) -> int:
        """The handle of an actor by its luck name."""
        return self._handle[name]

    def _legal(self, phase: int, actor: int) -> int:
        """Now, or the next millisecond when the key would not come after the running one.

        Within an instant an actor may book another only in a strictly later phase, itself also in the same.
        """
        if phase > self.phase or (phase == self.phase and actor == self.actor):
            return self.now_ms
        return self.now_ms + 1

    def at(self, t_ms: int, phase: int, actor: int, fn: Callable[..., Any], *args: Any) -> Call:
        """Book `fn(*args)` for `actor` at `t_ms`, or at the next legal key after now."""
        now, queue = self.now_ms, self._queue
        if t_ms <= now:  # `_legal`, written out: this runs ten thousand times in a battle
            if phase > self.phase or (phase == self.phase and actor == self.actor):
                t_ms, queue = now, self._instant
            else:
                t_ms = now + 1
        call, booking = Call(), self._next_booking
        call.t_ms, call.phase, call.actor, call.fn, call.args = t_ms, phase, actor, fn, args
        heappush(queue, (t_ms, _KEYED | (phase << _ACTOR_BITS) | actor, booking(), call))  # as simpy's
        return call

    def soon(self, phase: int, actor: int, fn: Callable[..., Any], *args: Any) -> Call:
        """Book at this instant if legal, else a millisecond later."""
        return self.post(phase, actor, fn, args)

    def post(self, phase: int, actor: int, fn: Callable[..., Any], args: tuple[Any, ...]) -> Call:
        """`soon`, with the arguments as they are."""
        t_ms, queue = self.now_ms, self._instant
        if not (phase > self.phase or (phase == self.phase and actor == self.actor)):
            t_ms, queue = t_ms + 1, self._queue
        call, booking = Call(), self._next_booking
        call.t_ms, call.phase, call.actor, call.fn, call.args = t_ms, phase, actor, fn, args
        heappush(queue, (t_ms, _KEYED | (phase << _ACTOR_BITS) | actor, booking(), call))
        return call

    def wait(self, delay_ms: int, phase: int, actor: int) -> Call:
        """For scripts: `yield clock.wait(...)` goes on after the delay."""
        return self.at(self.now_ms + delay_ms, phase, actor, _idle)

    def gate(self, phase: int, actor: int) -> Call:
        """For scripts: an unbooked call to wait on; `open_gate` books it soon."""
        call = Call()
        call.t_ms, call.phase, call.actor, call.fn, call.args = -1, phase, actor, _idle, ()
        return call

    def open_gate(self, call: Call) -> None:
        """Let the script waiting on `call` go on (no effect if it was opened or cancelled before)."""
        if call.t_ms < 0 and call.fn is not None:
            call.t_ms = t_ms = self._legal(call.phase, call.actor)
            queue = self._instant if t_ms == self.now_ms else self._queue
            key = _KEYED | (call.phase << _ACTOR_BITS) | call.actor
            heappush(queue, (t_ms, key, self._next_booking(), call))

    def start(self, phase: int, actor: int, steps: Steps) -> Script:
        """Start a script (a generator that yields calls) through the clock."""
        return Script(self, phase, actor, steps)

    def stop(self) -> None:
        """End the run after the running call."""
        self.stopped = True

    def run(self, until_ms: int) -> None:
        """Run to `until_ms` inclusive, or until `stop`.

        simpy's step, knowing that all events are calls: its queue in its order, but no list of callbacks, and an
        instant apart from what is later.
        """
        env, queue, instant = self.env, self._queue, self._instant
        while not self.stopped:
            if instant:
                call = heappop(instant)[3]
            elif queue and queue[0][0] <= until_ms:
                t_ms, _, _, call = heappop(queue)
                self.now_ms = env._now = t_ms
                while queue and queue[0][0] == t_ms:
                    instant.append(heappop(queue))  # in order, and so a heap
            else:
                break
            fn = call.fn
            if fn is not None:
                self.phase, self.actor = call.phase, call.actor
                call.fn = None
                fn(*call.args)
        self.phase = self.actor = -1


class Script:
    """A generator on the clock: its place is its only state. Use it where only the actor itself decides when."""

    __slots__ = ("_steps", "call")

    def __init__(self, clock: Clock, phase: int, actor: int, steps: Steps):
        self._steps = steps
        self.call: Call | None = clock.soon(phase, actor, self._resume)

    def _resume(self) -> None:
        call = next(self._steps, None)
        self.call = call
        if call is not None:
            call.fn, call.args = self._resume, ()

    def cancel(self) -> None:
        """Stop it for good, running its `finally` blocks."""
        if self.call is not None:
            self.call.cancel()
        self._steps.close()
        self.call = None


class Pool:
    """`size` equal servers (controllers); grants go through the clock.

    Who wait stand in the order of their keys; `first(subjects)` is asked anew at every grant whose turn it is.
    """

    def __init__(self, clock: Clock, size: int, first: Callable[[list[Any]], int]):
        self.clock = clock
        self.free = size
        self.first = first
        self.queue: list[tuple[tuple[int, ...], Any, Call]] = []

    def request(self, subject: Any, key: tuple[int, ...], phase: int, actor: int) -> Call:
        """A gate that opens when a server is yours."""
        gate = self.clock.gate(phase, actor)
        insort(self.queue, (key, subject, gate), key=itemgetter(0))
        self._grant()
        return gate

    def release(self) -> None:
        """Give a server back."""
        self.free += 1
        self._grant()

    def shrink(self) -> None:
        """A server that serves nobody is gone. With none free one was promised: whose gate opens finds nobody."""
        self.free -= self.free > 0

    def withdraw(self, gate: Call) -> None:
        """Leave the queue."""
        self.queue = [row for row in self.queue if row[2] is not gate]

    def _grant(self) -> None:
        while self.free and self.queue:
            turn = self.first([subject for _, subject, _ in self.queue]) if len(self.queue) > 1 else 0
            _, _, gate = self.queue.pop(turn)
            if gate.fn is not None:
                self.free -= 1
                self.clock.open_gate(gate)
