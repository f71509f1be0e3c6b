"""What the command line costs before anything happens: whole processes, CPU, median of several."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

RUNS = 7
BASE = Path(__file__).resolve().parent.parent / "scenarios" / "khusham.yaml"
BEFORE_THE_FIRST_EVENT = (
    "import sys, sim.__main__, sim.scenario as s; from sim.engine import prepare; prepare(s.load(sys.argv[1]), seed=1)"
)


def cpu_s(*command: str) -> float:
    """Median CPU seconds of a command as a whole process."""
    spent = []
    for _ in range(RUNS):
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = getrusage(RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(spent)


def rows() -> Iterator[str]:
    """`--help` against a bare interpreter; a run up to its first event against the libraries it stands on."""
    python = sys.executable
    bare, libraries = cpu_s(python, "-c", "pass"), cpu_s(python, "-c", "import numpy, simpy")
    helped = cpu_s(python, "-m", "sim", "--help")
    ready = cpu_s(python, "-c", BEFORE_THE_FIRST_EVENT, str(BASE))
    yield f"khusham --help {helped * 1e3:.0f} ms, bare Python {bare * 1e3:.0f} ms: {helped / bare:.1f}x"
    yield (
        f"run before its first event {ready * 1e3:.0f} ms, import numpy, simpy {libraries * 1e3:.0f} ms: "
        f"{ready / libraries:.1f}x"
    )
