"""Crossings: pairs with a time each, of which only the earliest is on the clock.

Used twice: when an observer sees a target (remaining hazard runs out), when a target enters or leaves a weapon's
range. Planned times are kept unrounded (ms, float) so that an audit can compare them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Call, Clock

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NONE: Ints = np.empty(0, dtype=np.int64)


def _lists(index: Ints, n: int) -> list[Ints]:
    order = np.argsort(index, kind="stable")
    cuts = np.searchsorted(index[order], np.arange(n + 1))
    return [order[cuts[i] : cuts[i + 1]] for i in range(n)]


class Crossings:
    """m pairs (a, b) of units. `due(pairs, t_ms)` is called when pairs come due, in pair order.

    a, b: (m,) unit indices; time_ms: (m,) planned times, inf when none; open: (m,) False once closed for good.
    """

    def __init__(
        self, clock: Clock, phase: int, actor: int, a: Ints, b: Ints, n_units: int, due: Callable[[Ints, int], None]
    ):
        self.a, self.b = a, b
        self.time_ms = np.full(len(a), np.inf)
        view: Any = memoryview
        self.times = view(self.time_ms)  # the same, for one pair at a time
        self.open = np.ones(len(a), dtype=bool)
        self._next_ms = np.inf  # the least of time_ms when last looked at all
        self._stale = False  # whether it may be greater by now
        self._of_a = _lists(a, n_units)
        self._of_b = _lists(b, n_units)
        self._clock, self._phase, self._actor, self._due = clock, phase, actor, due
        self._call: Call | None = None

    def touching(self, first: list[int], second: list[int] | None = None) -> Ints:
        """Open pairs whose first is in `first` or whose second in `second` (left out: the same), in pair order."""
        second = first if second is None else second
        parts = [self._of_a[u] for u in first] + [self._of_b[u] for u in second]
        if len(parts) == 1:
            rows = parts[0]
        elif len(parts) == 2 and first == second:  # a unit is never on both sides of a pair
            rows = np.concatenate(parts)
            rows.sort()
        elif parts:
            mark = np.zeros(len(self.a), dtype=bool)
            mark[np.concatenate(parts)] = True
            rows = mark.nonzero()[0]
        else:
            rows = _NONE
        return rows[self.open[rows]]

    def between(self, a: int, b: int) -> int:
        """The pair (a, b), or -1."""
        rows = self._of_a[a]
        hit = rows[self.b[rows] == b]
        return int(hit[0]) if len(hit) else -1

    def of_a(self, unit: int) -> Ints:
        """Pairs whose first is `unit`."""
        return self._of_a[unit]

    def of_b(self, unit: int) -> Ints:
        """Pairs whose second is `unit`."""
        return self._of_b[unit]

    def update(self, pairs: Ints, time_ms: Floats) -> None:
        """Set planned times (unrounded ms) and keep the earliest of all on the clock."""
        self.time_ms[pairs] = time_ms
        self.book()

    def close(self, pairs: Ints) -> None:
        """No more times for these pairs."""
        self.open[pairs] = False
        self.time_ms[pairs] = np.inf

    def put(self, pair: int, time_ms: float) -> None:
        """Set one planned time; `settle` must follow."""
        if self.times[pair] == self._next_ms:
            self._stale = True
        self.times[pair] = time_ms
        if time_ms < self._next_ms:
            self._next_ms = time_ms

    def settle(self) -> None:
        """Keep the earliest on the clock after `put`."""
        if self._stale:
            self.book()
        else:
            self._book(self._next_ms)

    def book(self) -> None:
        """Look for the earliest and put it on the clock unless it is there already."""
        self._stale = False
        self._next_ms = float(np.minimum.reduce(self.time_ms, initial=np.inf))
        self._book(self._next_ms)

    def _book(self, first: float) -> None:
        if first == np.inf:
            if self._call is not None:
                self._call.cancel()
                self._call = None
            return
        t_ms = round(first)
        if self._call is not None and self._call.fn is not None:
            if self._call.t_ms == t_ms:
                return
            self._call.cancel()
        self._call = self._clock.at(t_ms, self._phase, self._actor, self._come_due)

    def _come_due(self) -> None:
        now = self._clock.now_ms
        pairs = (self.time_ms <= now + 0.5).nonzero()[0]
        self.time_ms[pairs] = np.inf
        self._call = None
        self._stale = True
        if len(pairs):
            self._due(pairs, now)
        self.book()
