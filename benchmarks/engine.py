"""What a replication of the base scenario costs, as a ratio to the calendar of the simulation alone.

The calibration loop does nothing but what any event queue must: `heapq.heapreplace` on a heap of 600 actors, with keys
as the clock has them. It is run before and after every replication, so that whatever slows the machine slows both.
"""

from __future__ import annotations

import dataclasses
import heapq
import time
from collections.abc import Callable
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


class TimeMetrics:
    """All metrics of one night, looked at anew each time."""

    def setup(self) -> None:
        from sim.engine import run
        from sim.scenario import load

        self.night = run(load(SCENARIO), seed=1, replication=0, record="events")
        self.time_metrics()

    def time_metrics(self, _: int = 0) -> None:
        from sim.metrics import measure

        measure(dataclasses.replace(self.night, events=dataclasses.replace(self.night.events)))


def measure(time_it: Callable[[int], None], rounds: int = ROUNDS) -> list[Cost]:
    """So many calls, each between two calibration loops; the first loop is thrown away."""
    calibration()
    found = []
    for replication in range(1, rounds + 1):
        before = calibration()
        begin = time.process_time()
        time_it(replication)
        seconds = time.process_time() - begin
        found.append(Cost(seconds, seconds / (0.5 * (before + calibration()))))
    return found


def tell(what: str, found: list[Cost]) -> None:
    """Prints the ratio and, for this machine, the milliseconds."""
    ratios = np.quantile([cost.ratio for cost in found], (0.25, 0.5, 0.75))
    ms = 1000.0 * np.array([cost.seconds for cost in found])
    print(
        f"{what}: {ratios[1]:.2g} times {STEPS} turns of a heap of {ACTORS} "
        f"(quartiles {ratios[0]:.2g} to {ratios[2]:.2g}, {len(found)} times)"
    )
    print(f"  on this machine: mean {ms.mean():.3g} ms CPU, {ms.min():.3g} to {ms.max():.3g}")


def main() -> None:
    """Both, one after the other."""
    night, metrics = TimeReplication(), TimeMetrics()
    night.setup()
    metrics.setup()
    tell("base replication", measure(night.time_replication))
    tell("its metrics", measure(metrics.time_metrics))


if __name__ == "__main__":
    main()
