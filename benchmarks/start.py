"""What it costs to start: `khusham --help` against bare Python, a run before its first event against its imports."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 7

BARE = "pass"
HELP = "import sys; sys.argv = ['khusham', '--help']; from sim.__main__ import main; main()"
IMPORTS = "import numpy, simpy"
BEFORE = """
from sim.__main__ import app
from sim.scenario import load
from sim.engine import prepare
prepare(load('scenarios/khusham.yaml'), seed=1, full=False)
"""


def cpu_of(code: str) -> float:
    """CPU seconds of a fresh interpreter that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(one: str, other: str, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median of one/other over interleaved rounds, and the median CPU seconds of the one."""
    cpu_of(one)
    pairs = [(cpu_of(one), cpu_of(other)) for _ in range(rounds)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def track_help() -> float:
    """`khusham --help` in bare Python starts."""
    return ratio(HELP, BARE)[0]


def track_before_the_first_event() -> float:
    """A run up to its first event, in `import numpy, simpy`."""
    return ratio(BEFORE, IMPORTS)[0]


def main() -> None:
    """Prints both ratios."""
    for words, one, other, unit in (
        ("khusham --help", HELP, BARE, "bare Python starts"),
        ("before the first event", BEFORE, IMPORTS, "times `import numpy, simpy`"),
    ):
        times, seconds = ratio(one, other)
        print(f"{words}: {times:.1f} {unit} (on this machine {1000 * seconds:.0f} ms CPU)")


if __name__ == "__main__":
    main()
