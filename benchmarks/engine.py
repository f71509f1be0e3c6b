"""CPU of one replication of the base scenario, without a recording, beside a calibration loop in the same process.

The calibration is a bare heap of 600 actors, `heapreplace` and a table of delays (0.37 us a step on the machine of the
first trial). Each replication is timed between two calibrations, so that a slow minute of the machine slows both.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from time import process_time

STEPS = 200_000
ACTORS = 600
REPLICATIONS = 20
BASE = Path(__file__).resolve().parent.parent / "scenarios" / "khusham.yaml"


def calibration_s() -> float:
    """CPU seconds of one step of the bare heap."""
    delays = [(n * 0.6180339887498949) % 1.0 + 1e-3 for n in range(997)]
    heap = [(delays[n % 997], n) for n in range(ACTORS)]
    heapq.heapify(heap)
    begun = process_time()
    for n in range(STEPS):
        at, actor = heap[0]
        heapq.heapreplace(heap, (at + delays[n % 997], actor))
    return (process_time() - begun) / STEPS


def rows() -> Iterator[str]:
    """Mean, median and largest CPU of a replication, in ms and in thousands of calibration steps."""
    import sim.scenario
    from sim.engine import run

    scenario = sim.scenario.load(BASE)
    run(scenario, seed=1, replication=0, record="events")
    spent, steps = [], []
    for n in range(REPLICATIONS):
        before = calibration_s()
        begun = process_time()
        run(scenario, seed=1, replication=n, record="events")
        spent.append(process_time() - begun)
        steps.append(spent[-1] / ((before + calibration_s()) / 2))
    yield f"replications {REPLICATIONS}, record events, seed 1"
    yield f"CPU ms: mean {mean(spent) * 1e3:.0f}, median {median(spent) * 1e3:.0f}, largest {max(spent) * 1e3:.0f}"
    yield f"in thousands of calibration steps: mean {mean(steps) / 1e3:.0f}, median {median(steps) / 1e3:.0f}"
