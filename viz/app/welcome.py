"""What can be opened when nothing was named: recordings seen lately, those lying here, and an example to run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MOST = 8
EXAMPLE = Path("scenarios/khusham.yaml")
RESULT = Path("out/khusham.mcap")


@dataclass(frozen=True)
class Choice:
    """A row of the first page: what it says, and which file it opens; `made` if it must be run first."""

    words: str
    path: Path
    made: bool = True


def state_file() -> Path:
    """Where the list of recordings seen lately is kept."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "khusham" / "recent.json"


def recent() -> list[Path]:
    """Recordings seen lately that still exist, the last first; a list that cannot be read is an empty one."""
    try:
        rows = json.loads(state_file().read_text(encoding="utf-8"))["recent"]
        paths = [Path(row) for row in rows if isinstance(row, str)]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [p for p in paths if p.is_file()][:MOST]


def remember(path: Path) -> None:
    """Put a recording at the head of the list. A list that cannot be written is not worth a complaint."""
    path = path.resolve()
    rows = [path, *(p for p in recent() if p != path)][:MOST]
    file = state_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"recent": [str(p) for p in rows]}, indent=1), encoding="utf-8")
        os.replace(part, file)
    except OSError:
        return


def choices(here: Path) -> list[Choice]:
    """Seen lately first, then what lies in `here` and `here/out`, newest first; last the example, if it is here."""
    known = recent()
    lying = [p.resolve() for folder in (here / "out", here) if folder.is_dir() for p in folder.glob("*.mcap")]
    lying = sorted({p for p in lying if p not in known}, key=lambda p: (-p.stat().st_mtime, p.name))
    rows = [Choice(shown(p, here), p) for p in [*known, *lying][:MOST]]
    if (here / EXAMPLE).is_file():
        rows.append(Choice("Run the example: one night near Khusham, some seconds", here / RESULT, made=False))
    return rows


def shown(path: Path, here: Path) -> str:
    """A path as short as it is clear."""
    try:
        return str(path.relative_to(here.resolve()))
    except ValueError:
        return str(path)


def run_example(here: Path) -> str:
    """Run the example scenario by the command line, as a reader would; what went wrong, or nothing."""
    (here / RESULT).parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "sim", "run", str(EXAMPLE), "-o", str(RESULT)]
    try:
        made = subprocess.run(words, cwd=here, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the example could not be run: {error}"
    return "" if made.returncode == 0 else made.stderr.strip()[-400:] or f"the run ended with {made.returncode}"
