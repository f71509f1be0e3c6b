"""The tables of docs/calibration.md, as lines of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.fit import FITTED, Fit, Share, compatible, together
from benchmarks.tables import number, table
from sim import stats
from sim.claims import Record
from sim.experiment import responses

BINS = 5
SHOWN = ("attackers_killed", "rounds_within_500m_before_reply", "sdf_wounded")
"""The fitted metrics."""


@dataclass(frozen=True)
class Column:
    """One scenario: the nights at the drawn points, and nights at what it states."""

    name: str
    drawn: responses.Runs
    stated: tuple[dict[str, Any], ...]
    """Metrics of the nights as stated."""
    record: Record
    model: str
    """Version of the model that made the drawn nights."""

    def fit(self, rows: str) -> Fit:
        """The drawn nights with the rows of one fit."""
        return Fit(self.drawn, self.record, FITTED[rows])


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
    for said, names_ in FITTED.items():
        fits = [one.fit(said) for one in columns]
        rows.append([f"all of {', '.join(names_)}", *(fit.before(fit.kept).words for fit in fits)])
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
    compared = compatible(columns[0].record, fits[0].checks)
    cells, apart = [], []
    for fit in fits:
        meets = np.logical_and.reduce([fit.meets(claim) for claim in compared])
        cells += [fit.before(meets).words, fit.after(meets).words]
        shares = [fit.after(fit.meets(claim)) for claim in compared]
        apart += ["", f"{100 * float(np.prod([one.k / one.n for one in shares])):.2g}%"]
    rows.append([f"all of {', '.join(claim.id for claim in compared)} in one night", *cells])
    rows.append(["the product of their shares, were they independent", *apart])
    head = [f"{one.name}, {what}" for one in columns for what in ("ranges", "fitted")]
    return table(["check row", *head], rows)


def how_many(columns: Sequence[Column], said: str) -> list[str]:
    """In how many of the judging nights so many check rows are met."""
    fits = [one.fit(said) for one in columns]
    compared = compatible(columns[0].record, fits[0].checks)
    rows = [["all nights, the ranges alone"], ["judging nights, fitted"]]
    for fit in fits:
        met = np.sum([fit.meets(claim) for claim in compared], axis=0)
        for row, values in zip(rows, (met.ravel(), fit.judged(met)), strict=True):
            row.append(f"{np.median(values):.0f} ({np.quantile(values, 0.05):.0f} to {np.quantile(values, 0.95):.0f})")
    return table([f"rows met of {len(compared)}, median (middle 90 %)", *(one.name for one in columns)], rows)


def middle(columns: Sequence[Column], said: str) -> list[str]:
    """The rule for what the scenario states, and what it states."""
    design = columns[0].drawn.design
    found = together([one.fit(said) for one in columns])
    rows = []
    for factor, marginal in zip(design.factors, found, strict=True):
        now = f"{number(factor.number(factor.base))} {factor.unit}".strip()
        kept = f"{number(marginal.q50)} ({number(marginal.q5)} to {number(marginal.q95)})"
        rows.append([factor.id, now, kept, "narrowed" if marginal.clear else "as drawn"])
    return table(["factor", "stated", "kept, median (middle 90 %)", "by the fitted rows"], rows)


def as_stated(columns: Sequence[Column]) -> list[str]:
    """The fitted metrics at what the scenario states, over the nights that have them."""
    rows = []
    for metric in SHOWN:
        cells = []
        for one in columns:
            y = np.array([float(night[metric]) for night in one.stated if night[metric] is not None])
            found = stats.quantile_interval(y, 0.5)
            assert found is not None
            low, high = np.quantile(y, (0.05, 0.95))
            cells.append(f"{np.median(y):.0f} ({found.low:.0f}-{found.high:.0f}); {low:.0f} to {high:.0f}")
        rows.append([metric.replace("_", " "), *cells])
    return table(["median (its 95 % interval); middle 90 %", *(one.name for one in columns)], rows)
