"""`python -m benchmarks.studies [ID ...]`: the pages of docs/studies, written from the folders of finished sweeps.

A page holds what the runs say, and the reading that a person wrote for exactly these runs (`sweeps/readings/ID.md`). If
the runs have changed since it was written, the page says so.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import tables, whose

ROOT = Path(__file__).resolve().parent.parent
SWEEPS, PAGES = ROOT / "benchmarks" / "sweeps", ROOT / "docs" / "studies"
READINGS = SWEEPS / "readings"


@dataclass(frozen=True)
class Study:
    """What the page of a sweep shows: metrics and events that are analysed, and the pictures it keeps."""

    metrics: tuple[str, ...]
    events: tuple[str, ...]
    pictures: tuple[str, ...]


STUDIES = {
    "hotline": Study(
        ("attackers_killed", "contractors_killed", "regime_army_killed", "attackers_wounded", "defenders_killed",
         "rounds_within_500m"),
        ("hq_held=false", "advance_stopped=true"),
        ("factors-attackers_killed", "cells-attackers_killed", "cells-hq_held-false"),
    ),
    "fires": Study(
        ("attackers_killed", "attackers_wounded", "defenders_killed", "vehicles_destroyed", "rounds_within_500m",
         "fight_duration_s"),
        ("hq_held=false", "attackers_killed>150", "coalition_killed>0"),
        ("cells-attackers_killed", "factors-attackers_killed", "cells-hq_held-false", "cells-rounds_within_500m"),
    ),
    "standing": Study(
        ("attackers_killed", "attackers_wounded", "defenders_killed", "rounds_within_500m", "time_to_first_effect_s",
         "fight_duration_s"),
        ("hq_held=false", "attackers_killed>150"),
        ("distribution-attackers_killed", "effects-attackers_killed", "factors-attackers_killed",
         "tree-attackers_killed", "robust-attackers_killed", "effects-hq_held-false", "factors-hq_held-false",
         "tree-hq_held-false"),
    ),
}  # fmt: skip
"""By the id of the design. A new study is a line here, its design, and its reading."""


def digest(columns: dict[str, list[Any]]) -> str:
    """A name for the runs of a table, whatever wrote the file."""
    words = "\n".join(str(value) for value in columns["digest"])
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def reading(name: str, runs: str) -> list[str]:
    """The reading of a study, with a warning if it was written for other runs."""
    path = READINGS / f"{name}.md"
    if not path.exists():
        return [f"Nobody has read these runs yet; a reading belongs in `benchmarks/sweeps/readings/{name}.md`."]
    head, _, text = path.read_text("utf-8").partition("\n")
    meant = head.removeprefix("<!-- runs ").removesuffix(" -->")
    if meant == runs:
        return [text.strip()]
    return [f"*Written for the runs {meant}; these are {runs}. Read it again before you rely on it.*", "", text.strip()]


def took(folder: Path, found: Any) -> str:
    """What the runs cost, as far as it is known."""
    from sim.experiment.store import Store

    store = Store(folder, found.runs.design)
    cpu_s, sessions = store.cpu_s(), store.sessions()
    words = f"The runs took {cpu_s / 60:.1f} minutes of CPU, {1000 * cpu_s / max(found.runs.n, 1):.0f} ms each"
    made = sum(one["runs"] for one in sessions)
    if made == found.runs.n:
        minutes = sum(one["seconds"] for one in sessions) / 60
        workers = " and ".join(sorted({str(one["workers"]) for one in sessions}))
        words += f", and {minutes:.1f} minutes in all on {workers} workers"
    return f"{words}."


def page(name: str, folder: Path, found: Any) -> str:
    """The page of a study as Markdown."""
    from sim.experiment import manifest

    body, design, study = found.body, found.runs.design, STUDIES[name]
    versions = manifest.read(folder)["versions"]
    base = design.bases[""]
    lines = [
        f"# {body['title']}", "", f"*{body['question']}*", "",
        f"{body['runs']} runs at {body['points']} points ({body['design']}), "
        f"{'the same luck' if design.common_luck else 'luck of its own'} at every point, seed {design.seed}. "
        f"`{base.shown}` {base.sha256[:12]}, khusham {versions['khusham']}, model {versions['model']}. "
        f"{took(folder, found)}", "",
        "Killed and wounded are rounded; `analysis.json` beside the runs is exact.", "",
        "This page is written by `make studies` from the runs; how to make them again:", "",
        f"    khusham sweep benchmarks/sweeps/{name}.yaml -o out/{name}",
        f"    khusham analyse out/{name}", "    make studies", "",
        "## Reading", "", *reading(name, digest(found.runs.columns)), "",
        "## What was varied", "", *tables.factors(design), "",
        "## What came out", "", *tables.outcomes(found), "",
    ]  # fmt: skip
    for picture in study.pictures:
        if (folder / "analysis" / f"{picture}.svg").exists():
            lines += [f"![{picture.replace('-', ': ', 1)}](pictures/{name}-{picture}.svg)", ""]
    if found.runs.exact:
        lines += ["## Every setting", "", *tables.cells(found), "", "## What each factor does", "",
                  "Every level against the first, paired by luck and averaged over whatever else is varied.", "",
                  *tables.contrasts(found), ""]  # fmt: skip
    else:
        lines += [
            "## What each factor does",
            "",
            *tables.effects(found),
            "",
            "## Where",
            "",
            *tables.regions(found),
            "",
        ]
    if found.runs.failures:
        lines += [f"{len(found.runs.failures)} runs failed; the first: {found.runs.failures[0]['cause']}", ""]
    lines += ["## Runs to look at", "", f"Each can be seen with `khusham replay out/{name} RUN`.", "",
              *tables.odd(found), "", "## What cannot be said", "", *tables.refusals(found)]  # fmt: skip
    return whose.signed("\n".join(lines).rstrip() + "\n")


def write(name: str, folder: Path, pages: Path = PAGES) -> Path:
    """Analyses the sweep in a folder and writes its page and pictures; raises SweepError."""
    from sim.experiment import analyse

    study = STUDIES[name]
    found = analyse.analyse(folder, study.metrics, study.events)
    analyse.write(folder, found)
    text = page(name, folder, found)
    (pages / "pictures").mkdir(parents=True, exist_ok=True)
    for picture in study.pictures:
        source = folder / "analysis" / f"{picture}.svg"
        if source.exists():
            shutil.copyfile(source, pages / "pictures" / f"{name}-{picture}.svg")
    (pages / f"{name}.md").write_text(text, "utf-8")
    return pages / f"{name}.md"


def main() -> int:
    """Writes the pages of all studies whose runs are there, or of those named."""
    from sim.experiment.manifest import SweepError

    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="ID", help=f"{', '.join(STUDIES)}; all by default")
    parser.add_argument("--runs", type=Path, default=Path("out"), metavar="DIR", help="where the sweeps lie")
    parser.add_argument("--pages", type=Path, default=PAGES, metavar="DIR", help="where the pages go")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in STUDIES]
    if unknown:
        parser.error(f"there is no study {', '.join(unknown)}; there are {', '.join(STUDIES)}")
    written, faults = 0, 0
    for name in given.names or STUDIES:
        folder = given.runs / name
        if not folder.exists():
            print(f"{name}: no runs in {folder}; khusham sweep benchmarks/sweeps/{name}.yaml -o {folder}")
            continue
        try:
            print(f"wrote {write(name, folder, given.pages)}")
            written += 1
        except SweepError as fault:
            faults += 1
            print(fault, file=sys.stderr)
    return 2 if faults or not written else 0


if __name__ == "__main__":
    raise SystemExit(main())
