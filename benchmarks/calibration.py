"""`python -m benchmarks.calibration`: makes the runs of the fit, as far as they are missing, and docs/calibration.md.

The page is written from the runs alone; what a person reads in them stands in `sweeps/readings/fit.md`, for just
these runs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import fit_tables, ridges, whose
from benchmarks.fit import FITTED
from benchmarks.fit_tables import Column
from benchmarks.studies import digest, reading
from benchmarks.tables import factors
from sim.experiment import responses

ROOT = Path(__file__).resolve().parent.parent
SWEEPS = ROOT / "benchmarks" / "sweeps"
SCENARIOS = ("variants/article-only", "variants/article-briefing", "khusham")
RIDGES = (("loss_fraction", "lethality"), ("loss_fraction", "reach"), ("cover", "location_error"))
STATED = 200
"""Nights at what the scenario states."""


def made(scenario: str, out: Path, jobs: int) -> responses.Runs:
    """The runs of the fit on a scenario; those that are there are not made again. Raises SweepError."""
    from sim.experiment import backends, sweep
    from sim.experiment import reading as designs

    plan = designs.read(SWEEPS / "fit.yaml", str(ROOT / "scenarios" / f"{scenario}.yaml"))
    sweep.sweep(plan, out, lambda: backends.local(jobs), warn=lambda words: print(words, file=sys.stderr))
    return responses.read(out)


def column(scenario: str, folder: Path, jobs: int) -> Column:
    """Everything of one scenario."""
    from sim.experiment import manifest
    from sim.experiment.claims_table import record_of
    from sim.experiment.ensemble import ensemble
    from sim.scenario import load

    there = load(ROOT / "scenarios" / f"{scenario}.yaml")
    out = folder / "fit" / there.id
    drawn = made(scenario, out, jobs)
    nights = ensemble(there, drawn.design.seed, range(STATED), workers=jobs)
    model = str(manifest.read(out)["versions"]["model"])
    return Column(there.id, drawn, tuple(dict(run.metrics) for run in nights.runs), record_of(there), model)


def runs_of(columns: Sequence[Column]) -> str:
    """A name for all the runs of the page."""
    words = "".join(digest(one.drawn.columns) for one in columns)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def page(columns: Sequence[Column], picture: str) -> str:
    """docs/calibration.md."""
    design = columns[0].drawn.design
    scenarios = ", ".join(f"`{one.drawn.design.bases[''].shown}`" for one in columns)
    nights = sum(one.drawn.n for one in columns)
    kept = {said: [int(one.fit(said).kept.sum()) for one in columns] for said in FITTED}
    lines = [
        "# Calibration", "", f"*{design.question}*", "",
        "Written by `make calibration` from its runs; what is fitted, to what, by which numbers, over which ranges, "
        "with which seeds and how the nights are split was committed before the first of them: "
        "[benchmarks/sweeps/fit.yaml](../benchmarks/sweeps/fit.yaml).", "",
        f"{nights} nights at {design.n_points} points (Latin hypercube, seed {design.seed}, model {columns[0].model}): "
        f"{scenarios}; runs {runs_of(columns)}. "
        + " ".join(f"Kept for *{said}*: {', '.join(map(str, n))} nights." for said, n in kept.items()), "",
        "## Reading", "", *reading("fit", runs_of(columns)), "",
        "## What was varied", "", *factors(design), "",
        "## The fitted rows", "", "They validate nothing: they were asked for. How often they are met at all:", "",
        *fit_tables.fitted_rows(columns), "",
    ]  # fmt: skip
    for said, rows in FITTED.items():
        lines += [
            f"## What is kept: {said} killed ({', '.join(rows)})", "",
            "Median and middle 90 % of the kept points; *as drawn* where the rows do not narrow a range "
            "(Kolmogorov-Smirnov, Holm over the factors).", "", *fit_tables.marginals(columns, said), "",
        ]  # fmt: skip
    first = next(iter(FITTED))
    lines += [
        "## The ridge", "",
        f"Not one point fits but a whole ridge: factors that make up for each other (*{first}*; bootstrap over points, "
        "those whose interval leaves out 0).", "", *fit_tables.pairs(columns, first), "",
        f"![Kept points by two factors at a time]({picture})", "",
    ]  # fmt: skip
    for one, other in RIDGES:
        lines += [f"Share of nights that meet all rows of *{first}*, all scenarios together:", "",
                  *fit_tables.ridge(columns, first, one, other), ""]  # fmt: skip
    lines += [
        "## The check rows", "",
        "Neither fitted nor true by construction; judged at the kept points by nights that kept nothing. *Ranges*: "
        "share of all nights, before any fit. A row that half of them meet is no evidence.", "",
        *fit_tables.check_rows(columns, first), "", *fit_tables.how_many(columns, first), "",
        "## What the scenario states", "",
        "The middle of what is kept, all three scenarios together, of the factors that the rows narrow; multiples are "
        "of what stands in the scenario, so that 1 is where it has moved to.", "",
        *fit_tables.middle(columns, first), "",
        f"{STATED} nights at what the scenarios state, the dice alone differing:", "", *fit_tables.as_stated(columns),
    ]  # fmt: skip
    return whose.signed("\n".join(lines).rstrip() + "\n")


def main() -> int:
    """Makes the runs that are missing and writes the page."""
    from sim.experiment.ensemble import processors
    from sim.experiment.manifest import SweepError

    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--runs", type=Path, default=ROOT / "out", metavar="DIR", help="where the runs lie")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "calibration.md", metavar="FILE")
    parser.add_argument("-j", "--jobs", type=int, default=processors(), help="workers")
    given = parser.parse_args()
    try:
        columns = [column(name, given.runs, given.jobs) for name in SCENARIOS]
    except SweepError as fault:
        print(fault, file=sys.stderr)
        return 2
    picture = given.page.parent / "pictures" / "calibration.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(ridges.draw([(one.name, one.fit(next(iter(FITTED)))) for one in columns], RIDGES))
    given.page.write_text(page(columns, f"pictures/{picture.name}"), "utf-8")
    print(f"wrote {given.page}; runs {runs_of(columns)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
