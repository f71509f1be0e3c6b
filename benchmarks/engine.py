"""What a replication of the base scenario costs, as a ratio to the calendar of the simulation alone.

The calibration loop does nothing but what any event queue must: `heapq.heapreplace` on a heap of 600 actors, with keys
as the clock has them. It is run before and after every replication, so that whatever slows the machine slows both.
"""

from __future__ import annotations

import heapq
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "khusham.yaml"
ACTORS, STEPS = 600, 100_000
ROUNDS = 30
"""Enough that the mean is that of many nights: the first twelve are lighter, 3,600 events a run against 3,950."""


def calibration() -> float:
    """CPU seconds of STEPS turns of a heap of ACTORS keys (t_ms, phase, actor, booking)."""
    heap = [(actor * 7919 % 100_000, 3, actor, actor) for actor in range(ACTORS)]
    heapq.heapify(heap)
    begin = time.process_time()
    for booking in range(STEPS):
        t_ms, phase, actor, _ = heap[0]
        heapq.heapreplace(heap, (t_ms + 1 + (actor * 104_729 + booking) % 60_000, phase, actor, booking))
    return time.process_time() - begin


class Cost(NamedTuple):
    """CPU of a replication."""

    seconds: float
    ratio: float
    """To the calibration loop around it."""


class TimeReplication:
    """One replication of the base scenario, `record="events"`, another each time."""

    def setup(self) -> None:
        from sim.scenario import load

        self.scenario = load(SCENARIO)
        self.time_replication(0)

    def time_replication(self, replication: int = 0) -> None:
        from sim.engine import run

        run(self.scenario, seed=1, replication=replication, record="events")


def measure(rounds: int = ROUNDS) -> list[Cost]:
    """So many replications, each between two calibration loops; the first is thrown away."""
    case = TimeReplication()
    case.setup()
    calibration()
    found = []
    for replication in range(1, rounds + 1):
        before = calibration()
        begin = time.process_time()
        case.time_replication(replication)
        seconds = time.process_time() - begin
        found.append(Cost(seconds, seconds / (0.5 * (before + calibration()))))
    return found


def main() -> None:
    """Prints the ratio and, for this machine, the milliseconds."""
    found = measure()
    ratios = np.quantile([cost.ratio for cost in found], (0.25, 0.5, 0.75))
    ms = 1000.0 * np.array([cost.seconds for cost in found])
    print(
        f"base replication: {ratios[1]:.1f} times {STEPS} turns of a heap of {ACTORS} "
        f"(quartiles {ratios[0]:.1f} to {ratios[2]:.1f}, {len(found)} replications)"
    )
    print(f"  on this machine: mean {ms.mean():.0f} ms CPU, {ms.min():.0f} to {ms.max():.0f}")


if __name__ == "__main__":
    main()
