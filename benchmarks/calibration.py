"""`python -m benchmarks.calibration`: makes the runs of the fit, as far as they are missing, and docs/calibration.md.

The page is written from the runs alone; what a person reads in them stands in `sweeps/readings/fit.md`, for just
these runs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import ridges
from benchmarks.fit import FITTED, Fit, Share, compatible
from benchmarks.studies import digest, reading
from benchmarks.tables import factors, number, table
from sim import stats
from sim.claims import Record
from sim.experiment import responses

ROOT = Path(__file__).resolve().parent.parent
SWEEPS = ROOT / "benchmarks" / "sweeps"
SCENARIOS = ("variants/article-only", "variants/article-briefing", "khusham")
BINS = 5
RIDGES = (("loss_fraction", "lethality"), ("loss_fraction", "reach"), ("cover", "location_error"))
SHOWN = ("attackers_killed", "rounds_within_500m_before_reply", "sdf_wounded")
"""The fitted metrics."""


@dataclass(frozen=True)
class Column:
    """One scenario: the drawn points and the grid of candidates for what it states."""

    name: str
    drawn: responses.Runs
    grid: responses.Runs
    record: Record

    def fit(self, rows: str) -> Fit:
        """The drawn nights with the rows of one fit."""
        return Fit(self.drawn, self.record, FITTED[rows])


def made(design: str, scenario: str, folder: Path, jobs: int) -> responses.Runs:
    """The runs of a design on a scenario; those that are there are not made again. Raises SweepError."""
    from sim.experiment import backends, sweep
    from sim.experiment import reading as designs

    plan = designs.read(SWEEPS / f"{design}.yaml", str(ROOT / "scenarios" / f"{scenario}.yaml"))
    out = folder / design / scenario.rpartition("/")[2]
    sweep.sweep(plan, out, lambda: backends.local(jobs), warn=lambda words: print(words, file=sys.stderr))
    return responses.read(out)


def column(scenario: str, folder: Path, jobs: int) -> Column:
    """Everything of one scenario."""
    from sim.experiment.claims_table import record_of
    from sim.scenario import load

    drawn, grid = (made(design, scenario, folder, jobs) for design in ("fit", "fit-stated"))
    return Column(scenario.rpartition("/")[2], drawn, grid, record_of(load(ROOT / "scenarios" / f"{scenario}.yaml")))


def fitted_rows(columns: Sequence[Column]) -> list[str]:
    """How often the ranges alone meet each fitted row, and all of a fit together."""
    names = sorted({name for rows in FITTED.values() for name in rows})
    record = columns[0].record
    rows = []
    for name in names:
        claim = record.by_id(name)
        assert claim.test is not None
        words = f"{name}: {claim.test.first.metric.replace('_', ' ')} {claim.test.words} ({claim.said_by})"
        rows.append([words, *(fit.before(fit.meets(claim)).words for fit in (one.fit("about 100") for one in columns))])
    for said, together in FITTED.items():
        fits = [one.fit(said) for one in columns]
        rows.append([f"all of {', '.join(together)}", *(fit.before(fit.kept).words for fit in fits)])
        rows.append(["the same, where another night of the point met it", *(fit.after(fit.kept).words for fit in fits)])
    return table(["share of nights", *(one.name for one in columns)], rows)


def marginals(columns: Sequence[Column], said: str) -> list[str]:
    """What the rows say of every factor."""
    rows = []
    found = [one.fit(said).marginals() for one in columns]
    for j, factor in enumerate(columns[0].drawn.design.factors):
        cells = []
        for marginals_ in found:
            one = marginals_[j]
            cells.append(
                f"{number(one.q50)} ({number(one.q5)} to {number(one.q95)}){'' if one.clear else ', as drawn'}"
            )
        over = f"{factor.low:g} to {factor.high:g} {factor.unit or ('times' if factor.stated else '')}".strip()
        rows.append([factor.id, over, *cells])
    return table(["factor", "drawn over", *(one.name for one in columns)], rows)


def pairs(columns: Sequence[Column], said: str) -> list[str]:
    """Which factors make up for each other."""
    rows = [
        [
            one.name,
            f"{pair.one} and {pair.other}",
            f"{pair.rank_correlation:+.2f} ({pair.low:+.2f} to {pair.high:+.2f})",
        ]
        for one in columns
        for pair in one.fit(said).pairs()
    ]
    return table(["scenario", "factors", "rank correlation of what is kept"], rows)


def ridge(columns: Sequence[Column], said: str, one: str, other: str) -> list[str]:
    """Share of nights that meet all fitted rows, by equal parts of two ranges; all scenarios together."""
    kept, nights = np.zeros((BINS, BINS), dtype=int), np.zeros((BINS, BINS), dtype=int)
    for column_ in columns:
        k, n = column_.fit(said).cells(one, other, BINS)
        kept, nights = kept + k, nights + n
    by_id = {factor.id: factor for factor in columns[0].drawn.design.factors}
    edges = {
        name: [number(by_id[name].number(at / BINS)) for at in range(BINS)] + [number(by_id[name].high)]
        for name in (one, other)
    }
    head = [f"{one} \\ {other}", *(f"{a} to {b}" for a, b in zip(edges[other], edges[other][1:], strict=False))]
    rows = [
        [
            f"{edges[one][i]} to {edges[one][i + 1]}",
            *(Share(int(kept[i, j]), int(nights[i, j])).words for j in range(BINS)),
        ]
        for i in range(BINS)
    ]
    return table(head, rows)


def check_rows(columns: Sequence[Column], said: str) -> list[str]:
    """Every check row before and after the fit, and all that do not deny one another together."""
    fits = [one.fit(said) for one in columns]
    rows = []
    for claim in fits[0].checks:
        assert claim.test is not None
        words = f"{claim.id}: {claim.test.first.metric.replace('_', ' ')} {claim.test.words} ({claim.said_by})"
        cells = []
        for fit in fits:
            meets = fit.meets(claim)
            before = fit.before(meets)
            worth = "" if 2 * before.k < before.n else ", no evidence"
            cells += [before.words, fit.after(meets).words + worth]
        rows.append([words, *cells])
    together = compatible(columns[0].record, fits[0].checks)
    cells, apart = [], []
    for fit in fits:
        meets = np.logical_and.reduce([fit.meets(claim) for claim in together])
        cells += [fit.before(meets).words, fit.after(meets).words]
        shares = [fit.after(fit.meets(claim)) for claim in together]
        apart += ["", f"{100 * float(np.prod([one.k / one.n for one in shares])):.2g}%"]
    rows.append([f"all of {', '.join(claim.id for claim in together)} in one night", *cells])
    rows.append(["the product of their shares, were they independent", *apart])
    head = [f"{one.name}, {what}" for one in columns for what in ("ranges", "fitted")]
    return table(["check row", *head], rows)


def how_many(columns: Sequence[Column], said: str) -> list[str]:
    """In how many of the judging nights so many check rows are met."""
    fits = [one.fit(said) for one in columns]
    together = compatible(columns[0].record, fits[0].checks)
    rows = [["all nights, the ranges alone"], ["judging nights, fitted"]]
    for fit in fits:
        met = np.sum([fit.meets(claim) for claim in together], axis=0)
        for row, values in zip(rows, (met.ravel(), fit.judged(met)), strict=True):
            row.append(f"{np.median(values):.0f} ({np.quantile(values, 0.05):.0f} to {np.quantile(values, 0.95):.0f})")
    return table([f"rows met of {len(together)}, median (middle 90 %)", *(one.name for one in columns)], rows)


def stated(columns: Sequence[Column]) -> list[str]:
    """Medians of the fitted metrics at the candidates for what the scenario states."""
    design = columns[0].grid.design
    rows = []
    for point in range(design.n_points):
        cells = [number(float(value)) for value in design.values(point)]
        for one in columns:
            for metric in SHOWN:
                y = one.grid.response(metric).y[point]
                found = stats.quantile_interval(y[np.isfinite(y)], 0.5)
                assert found is not None
                cells.append(f"{found.value:.0f} ({found.low:.0f}-{found.high:.0f})")
        rows.append(cells)
    short = ("killed", "rounds", "SDF wounded")
    return table([*(f.id for f in design.factors), *(f"{one.name}: {what}" for one in columns for what in short)], rows)


def runs_of(columns: Sequence[Column]) -> str:
    """A name for all the runs of the page."""
    words = "".join(digest(one.drawn.columns) + digest(one.grid.columns) for one in columns)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def page(columns: Sequence[Column], picture: str) -> str:
    """docs/calibration.md."""
    from sim import MODEL_VERSION

    design = columns[0].drawn.design
    scenarios = ", ".join(
        f"`{one.drawn.design.bases[''].shown}` {one.drawn.design.bases[''].sha256[:12]}" for one in columns
    )
    nights = sum(one.drawn.n for one in columns)
    kept = {said: [int(one.fit(said).kept.sum()) for one in columns] for said in FITTED}
    lines = [
        "# Calibration", "", f"*{design.question}*", "",
        "Written by `make calibration` from its runs; what is fitted, to what, by which numbers, over which ranges, "
        "with which seeds and how the nights are split was committed before the first of them: "
        "[benchmarks/sweeps/fit.yaml](../benchmarks/sweeps/fit.yaml).", "",
        f"{nights} nights at {design.n_points} points (Latin hypercube, seed {design.seed}, model {MODEL_VERSION}): "
        f"{scenarios}. "
        + " ".join(f"Kept for *{said}*: {', '.join(map(str, n))} nights." for said, n in kept.items()), "",
        "## Reading", "", *reading("fit", runs_of(columns)), "",
        "## What was varied", "", *factors(design), "",
        "## The fitted rows", "", "They validate nothing: they were asked for. How often they are met at all:", "",
        *fitted_rows(columns), "",
    ]  # fmt: skip
    for said, rows in FITTED.items():
        lines += [
            f"## What is kept: {said} killed ({', '.join(rows)})", "",
            "Median and middle 90 % of the kept points; *as drawn* where the rows do not narrow a range "
            "(Kolmogorov-Smirnov, Holm over the factors).", "", *marginals(columns, said), "",
        ]  # fmt: skip
    first = next(iter(FITTED))
    lines += [
        "## The ridge", "",
        f"Not one point fits but a whole ridge: factors that make up for each other (*{first}*; bootstrap over points, "
        "those whose interval leaves out 0).", "", *pairs(columns, first), "",
        f"![Kept points by two factors at a time]({picture})", "",
    ]  # fmt: skip
    for one, other in RIDGES:
        lines += [f"Share of nights that meet all rows of *{first}*, all scenarios together:", "",
                  *ridge(columns, first, one, other), ""]  # fmt: skip
    lines += [
        "## The check rows", "",
        "Neither fitted nor true by construction; judged at the kept points by nights that kept nothing. *Ranges*: "
        "share of all nights, before any fit. A row that half of them meet is no evidence.", "",
        *check_rows(columns, first), "", *how_many(columns, first), "",
        "## What the scenario states", "",
        f"{columns[0].grid.design.replications} nights each under common luck, every multiple at 1; medians with "
        "their 95 % interval. The rule was set before: what moves least such that all medians lie in their bands.", "",
        *stated(columns),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


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
