"""`python -m benchmarks [NAME ...]`: all benchmarks, or those named; words after `--` go to the last of them."""

from __future__ import annotations

import importlib
import platform
import sys
from importlib.metadata import version

MODULES = {
    "engine": "what a replication costs",
    "scale": "what larger forces cost",
    "start": "what it costs to start",
    "sweep": "what a sweep adds to its runs",
    "viewer": "what a picture of the viewer costs",
}
"""Modules of this folder with a `main`, in the order they run. A new benchmark is a file and its line here."""


def main(words: list[str]) -> int:
    """Runs the named benchmarks, all of them if none is named."""
    names, more = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(MODULES)}", file=sys.stderr)
        return 2
    machine = f"Python {platform.python_version()}, numpy {version('numpy')}, {platform.machine()}"
    print(f"khusham {version('khusham')}, {machine}")
    for name in names or MODULES:
        print(f"\n{name}: {MODULES[name]}")
        sys.argv = [f"python -m benchmarks {name}", *(more if names and name == names[-1] else [])]
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
