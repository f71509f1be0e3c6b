"""What a sweep adds to the runs it is made of: replications per CPU second, efficiency, fixed cost, cost of a point.

The runs' own CPU is what the workers measure around each run (run, measure, curves). Everything else of all processes
is overhead: loading the scenario of each point, sending, writing, the scheduler. Both are read from the system when
the processes have ended.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

SWEEPS = Path(__file__).resolve().parent / "sweeps"


@dataclass(frozen=True)
class Measured:
    """One sweep."""

    workers: int
    runs: int
    points: int
    wall_s: float
    runs_cpu_s: float
    all_cpu_s: float
    start_s: float
    """Wall time until the design is read and the workers are ready: the fixed cost."""
    memory_mb: float
    """The most any worker held."""

    @property
    def efficiency(self) -> float:
        """Share of all CPU that the runs themselves took, the fixed start apart."""
        return self.runs_cpu_s / self.all_cpu_s

    def words(self) -> str:
        """One line."""
        return (
            f"{self.workers} workers: {self.runs} runs at {self.points} points in {self.wall_s:.0f} s; "
            f"{self.runs / self.all_cpu_s:.2f} runs a CPU second, efficiency {self.efficiency:.3f}, "
            f"{1000 * (self.all_cpu_s - self.runs_cpu_s) / self.points:.0f} ms overhead a point, "
            f"start {self.start_s:.1f} s, workers at most {self.memory_mb:.0f} MB"
        )


def cpu_s() -> float:
    """CPU of this process and of its children that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in found)


class Watch(threading.Thread):
    """Looks at the memory of all child processes, and at their CPU once the first batch is done."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_mb, self.over = 0.0, threading.Event()

    def run(self) -> None:
        import psutil

        me = psutil.Process()
        while not self.over.wait(5.0):
            for child in me.children(recursive=True):
                try:
                    self.most_mb = max(self.most_mb, child.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue


def children_cpu_s() -> float:
    """CPU of the children that live."""
    import psutil

    total = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def measure(workers: int, points: int, replications: int, name: str = "standing.yaml") -> Measured:
    """The first points of a shipped sweep on so many workers."""
    from sim.experiment import backends, reading, sweep

    began = {"all": time.monotonic()}
    design = reading.read(SWEEPS / name)
    design = replace(design, unit=design.unit[:points], replications=replications)

    def backend() -> backends.Backend:
        began["wall"] = time.monotonic()
        found = backends.local(workers)
        began["ready"] = time.monotonic()
        began["cpu"] = cpu_s() + children_cpu_s()
        return found

    watch = Watch()
    watch.start()
    with tempfile.TemporaryDirectory() as folder:
        found = sweep.sweep(design, Path(folder) / "out", backend)
    watch.over.set()
    return Measured(
        workers, found.runs, points, time.monotonic() - began["wall"], found.cpu_s, cpu_s() - began["cpu"],
        began["ready"] - began["all"], watch.most_mb,
    )  # fmt: skip


def main() -> None:
    """Prints a line for each number of workers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sweep", description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--points", type=int, default=3)
    parser.add_argument("--replications", type=int, default=100)
    given = parser.parse_args()
    for workers in given.workers:
        print(measure(workers, given.points, given.replications).words())


if __name__ == "__main__":
    main()
