"""The log: emit and subscribe. Integers only; an id is the place in the log; causes are ids of earlier events.

The log is given a clock; the two do not import each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sim.events import KINDS

Handler = Callable[..., Any]
Watcher = Callable[[int, str, int, int, tuple[int, ...]], None]
Worth = Callable[[int, int, tuple[int, ...]], bool]

Row = tuple[int, int, int, int, tuple[int, ...], tuple[int, ...]]
"""t_ms, code of the kind, actor, target (-1: none), causes, payload."""


class Clocklike(Protocol):
    """What the log asks of a clock."""

    now_ms: int

    def post(self, phase: int, actor: int, fn: Handler, args: tuple[Any, ...]) -> Any:
        """Book at this instant if legal, else a millisecond later."""


class Log:
    """Rows of what happened, and who is told. Deliveries are booked through the clock in a later phase."""

    def __init__(self, clock: Clocklike):
        self._clock, self._post = clock, clock.post
        # kind -> its code, its fields, who is called at once, who is told
        self._of: dict[
            str, tuple[int, tuple[str, ...], list[Watcher], list[tuple[int, int, Handler, Worth | None]]]
        ] = {kind.name: (kind.code, kind.fields, [], []) for kind in KINDS}
        self.rows: list[Row] = []
        self.aside: dict[int, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def next_id(self) -> int:
        """The id the next event will have."""
        return len(self.rows)

    def emit(self, kind: str, actor: int, target: int = -1, causes: tuple[int, ...] = (), **ints: int) -> int:
        """Write one event; `actor` and `target` are handles of actors. Returns its id.

        Raises KeyError for a kind or field that the catalogue does not have.
        """
        code, fields, watchers, told = self._of[kind]
        if tuple(ints) == fields:
            payload = tuple(ints.values())
        elif len(ints) == len(fields):
            payload = tuple([ints[name] for name in fields])
        else:
            raise KeyError(f"{kind} takes {fields}, got {tuple(ints)}")
        rows = self.rows
        id_ = len(rows)
        rows.append((self._clock.now_ms, code, actor, target, causes, payload))
        for watcher in watchers:
            watcher(id_, kind, actor, target, payload)
        if told:
            args, post = (id_, actor, target, *payload), self._post
            for phase, listener, fn, worth in told:
                if worth is None or worth(actor, target, payload):
                    post(phase, listener, fn, args)
        return id_

    def on(self, kind: str, phase: int, listener: int, fn: Handler, worth: Worth | None = None) -> None:
        """Book `fn(id, actor, target, *payload)` for `listener` in `phase` after each event of `kind`.

        `worth(actor, target, payload)` may spare bookings of which `fn` would make nothing. It is asked at the event,
        not in `phase`: it reads only what never alters, or what, once False, stays so.
        """
        self._of[kind][3].append((phase, listener, fn, worth))

    def watch(self, kind: str, fn: Watcher) -> None:
        """Call `fn` at once for events of a kind: for those who only count (conditions, the end), never to act."""
        watchers = self._of[kind][2]
        if fn not in watchers:
            watchers.append(fn)

    def note(self, id_: int, **facts: Any) -> None:
        """What `why` needs beyond ids (Pk, the draw, who stood near): side channel, outside the digest."""
        self.aside.setdefault(id_, {}).update(facts)
