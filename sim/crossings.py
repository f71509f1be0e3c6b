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


class Crossings:
    """m pairs. `due(pairs, t_ms)` is called when pairs come due, in pair order.

    time_ms: (m,) planned times, inf when none. Set one with `put`, then `settle`; or many in place, then `book`.
    """

    def __init__(self, clock: Clock, phase: int, actor: int, m: int, due: Callable[[Ints, int], None]):
        self.time_ms = np.full(m, np.inf)
        view: Any = memoryview
        self.times = view(self.time_ms)  # the same, for one pair at a time
        self._next_ms = np.inf  # the least of time_ms when last looked at all
        self._stale = False  # whether it may be greater by now
        self._clock, self._phase, self._actor, self._due = clock, phase, actor, due
        self._call: Call | None = None

    def put(self, pair: int, time_ms: float) -> None:
        """Set one planned time; `settle` must follow."""
        if self.times[pair] == self._next_ms:
            self._stale = True
        self.times[pair] = time_ms
        if time_ms < self._next_ms:
            self._next_ms = time_ms

    def plan(self, pairs: list[int], times_ms: list[float]) -> None:
        """Set these planned times and keep the earliest on the clock."""
        times, least = self.times, self._next_ms
        for pair, time_ms in zip(pairs, times_ms, strict=True):
            if times[pair] == least:
                self._stale = True
            times[pair] = time_ms
            if time_ms < least:
                least = time_ms
        self._next_ms = least
        self.settle()

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
