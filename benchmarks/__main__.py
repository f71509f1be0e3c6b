"""`python -m benchmarks [NAME ...]`: run the benchmarks named, or all that need no window, and print their rows."""

from __future__ import annotations

import importlib
import sys

BENCHMARKS = {
    "engine": "CPU of a base replication as a ratio to an interleaved calibration loop",
    "start": "CPU of the command line before anything happens, against bare Python and the libraries",
}


def main() -> int:
    """Print each benchmark's rows; unknown names are told with what there is."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names:
        print(f"{name}: {BENCHMARKS[name]}")
        for row in importlib.import_module(f"benchmarks.{name}").rows():
            print(f"  {row}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
