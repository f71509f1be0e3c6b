"""Crossings: pairs with a time each, of which only the earliest is on the clock.

Used twice: when an observer sees a target (remaining hazard runs out), when a target enters or leaves a weapon's
range. Planned times are kept unrounded (ms, float) so that an audit can compare them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heapify, heappop, heappush

from sim.clock import Call, Clock


class Crossings:
    """m pairs. `due(pairs, t_ms)` is called when pairs come due, in pair order.

    time_ms: planned times, inf when none. Set one with `put`, then `settle`; or many with `plan`.
    """

    def __init__(self, clock: Clock, phase: int, actor: int, m: int, due: Callable[[list[int], int], None]):
        self.time_ms = [math.inf] * m
        self._heap: list[tuple[float, int]] = []  # times and pairs; one that is not planned (any more) is passed over
        self._clock, self._phase, self._actor, self._due = clock, phase, actor, due
        self._call: Call | None = None

    def put(self, pair: int, time_ms: float) -> None:
        """Set one planned time; `settle` must follow."""
        self.time_ms[pair] = time_ms
        if time_ms < math.inf:
            heappush(self._heap, (time_ms, pair))

    def drop(self, pairs: list[int]) -> None:
        """These are not planned any more; `settle` should follow."""
        for pair in pairs:
            self.time_ms[pair] = math.inf

    def plan(self, pairs: list[int], times_ms: list[float]) -> None:
        """Set these planned times and keep the earliest on the clock."""
        planned, heap, never = self.time_ms, self._heap, math.inf
        for pair, time_ms in zip(pairs, times_ms, strict=True):
            planned[pair] = time_ms
            if time_ms < never:
                heappush(heap, (time_ms, pair))
        self.settle()

    def settle(self) -> None:
        """Keep the earliest on the clock."""
        planned, heap = self.time_ms, self._heap
        if len(heap) > 4 * len(planned) + 64:
            heap[:] = [(time_ms, pair) for pair, time_ms in enumerate(planned) if time_ms < math.inf]
            heapify(heap)
        while heap and planned[heap[0][1]] != heap[0][0]:
            heappop(heap)
        if not heap:
            if self._call is not None:
                self._call.cancel()
                self._call = None
            return
        t_ms = round(heap[0][0])
        if self._call is not None and self._call.fn is not None:
            if self._call.t_ms == t_ms:
                return
            self._call.cancel()
        self._call = self._clock.at(t_ms, self._phase, self._actor, self._come_due)

    def _come_due(self) -> None:
        now, planned, heap = self._clock.now_ms, self.time_ms, self._heap
        self._call = None
        pairs = []
        while heap and heap[0][0] <= now + 0.5:
            time_ms, pair = heappop(heap)
            if planned[pair] == time_ms:
                planned[pair] = math.inf
                pairs.append(pair)
        if pairs:
            self._due(sorted(pairs), now)
        self.settle()
