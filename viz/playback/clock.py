"""The playhead: where it is, which way it runs, and what stops it."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 150.0, 300.0, 600.0)


@dataclass
class Playback:
    """A playhead between `start` and `end` (ms). `direction` is 1, -1 or 0 (paused)."""

    start: int
    end: int
    t: float
    speed: float = 16.0
    direction: int = 0
    loop: tuple[int, int] | None = None
    stops: dict[str, Sequence[int]] = field(default_factory=dict)
    pause_at: set[str] = field(default_factory=set)
    stopped_by: str = ""

    @property
    def playing(self) -> bool:
        return self.direction != 0

    @property
    def at_end(self) -> bool:
        return self.t >= self.end

    def seek(self, t: float) -> None:
        """Go anywhere, in constant time: nothing is replayed."""
        self.t = min(max(t, self.start), self.end)
        self.stopped_by = ""

    def toggle(self, direction: int = 1) -> None:
        """Play that way, or pause if it already does; at the end, play from the beginning."""
        if self.direction == direction:
            self.direction = 0
            return
        if direction > 0 and self.at_end:
            self.t = float(self.start)
        if direction < 0 and self.t <= self.start:
            self.t = float(self.end)
        self.direction = direction
        self.stopped_by = ""

    def faster(self, steps: int) -> None:
        """Move along the list of speeds."""
        here = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.speed = SPEEDS[min(max(here + steps, 0), len(SPEEDS) - 1)]

    def tick(self, seconds: float) -> bool:
        """Let so much wall time pass; True if the playhead moved."""
        if not self.direction or seconds <= 0:
            return False
        before, after = self.t, self.t + self.direction * seconds * self.speed * 1000.0
        stop = self._first_stop(before, after)
        if stop is not None:
            self.t, self.direction, self.stopped_by = float(stop[0]), 0, stop[1]
            return True
        if self.loop and self.loop[0] < self.loop[1]:
            a, b = self.loop
            if after > b or after < a:
                after = float(a if self.direction > 0 else b)
        if after >= self.end or after <= self.start:
            self.direction = 0
        self.t = min(max(after, float(self.start)), float(self.end))
        return self.t != before

    def _first_stop(self, before: float, after: float) -> tuple[int, str] | None:
        """The nearest instant of a kind that pauses, strictly beyond `before`, up to `after`."""
        found: list[tuple[int, str]] = []
        for name in self.pause_at:
            times = self.stops.get(name, ())
            if after > before:
                i = bisect.bisect_right(times, before)
                if i < len(times) and times[i] <= after:
                    found.append((times[i], name))
            else:
                i = bisect.bisect_left(times, before) - 1
                if i >= 0 and times[i] >= after:
                    found.append((times[i], name))
        if not found:
            return None
        return min(found) if after > before else max(found)


def neighbour(times: Sequence[int], t: float, direction: int) -> int | None:
    """The next (or previous) of the sorted times, strictly beyond `t`; None at the end of the list."""
    if direction > 0:
        i = bisect.bisect_right(times, t)
        return times[i] if i < len(times) else None
    i = bisect.bisect_left(times, t) - 1
    return times[i] if i >= 0 else None
