"""The fit on nights whose truth is known: a toll that follows the product of two factors and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import calibration, ridges
from benchmarks.fit import FITTED, Fit, compatible, together
from benchmarks.fit_tables import Column
from sim import claims
from sim.claims import Record
from sim.experiment.design import Base
from sim.experiment.factors import Factor
from sim.experiment.points import uniforms
from sim.experiment.responses import Runs
from tests.unit.experiment import made

CLAIMS = b"""
claims:
  - {id: C02, says: a, said_by: b, when: c, source: d, kind: article, contests: [], role: fit,
     test: {metric: attackers_killed, band: [80, 130]}}
  - {id: C31, says: a, said_by: b, when: c, source: d, kind: article, contests: [], role: fit,
     test: {metric: attackers_killed, band: [101, .inf]}}
  - {id: C17, says: a, said_by: b, when: c, source: d, kind: article, contests: [], role: fit,
     test: {metric: rounds_within_500m_before_reply, band: [15, 40]}}
  - {id: C34, says: a, said_by: b, when: c, source: d, kind: article, contests: [], role: fit,
     test: {metric: sdf_wounded, band: [0, 3]}}
  - {id: K1, says: a, said_by: b, when: c, source: d, kind: article, contests: [K2], role: check,
     test: {metric: attackers_wounded, band: [20, 30]}}
  - {id: K2, says: a, said_by: b, when: c, source: d, kind: article, contests: [K1], role: check,
     test: {metric: attackers_wounded, band: [200, 300]}}
  - {id: K3, says: a, said_by: b, when: c, source: d, kind: article, contests: [], role: check,
     test: {metric: censored, band: [1, 1]}}
"""
POINTS = 600


@pytest.fixture(scope="module")
def record() -> Record:
    return claims.read(CLAIMS)


@pytest.fixture(scope="module")
def fit(record: Record) -> Fit:
    """x1 * x2 decides the toll (a fifth up or down by luck), x3 nothing; a coin that no factor moves."""
    design = made.design("lhs", 3, common_luck=False, points=POINTS, seed=3)
    luck = uniforms(3, "nights", 0, POINTS * 4).reshape(POINTS, 2, 2)
    toll = 400.0 * (design.unit[:, 0] * design.unit[:, 1])[:, None] * (0.8 + 0.4 * luck[:, :, 0])
    columns = {
        "run": list(range(2 * POINTS)), "point": [p for p in range(POINTS) for _ in range(2)], "rep": [0, 1] * POINTS,
        "digest": ["-"] * (2 * POINTS), "attackers_killed": toll.ravel().tolist(),
        "rounds_within_500m_before_reply": [20] * (2 * POINTS), "sdf_wounded": [1] * (2 * POINTS),
        "attackers_wounded": [25] * (2 * POINTS), "censored": (luck[:, :, 1].ravel() < 0.5).astype(int).tolist(),
    }  # fmt: skip
    return Fit(Runs(design, columns), record, FITTED["about 100"])


def test_what_is_kept_are_the_points_of_nights_in_the_bands(fit: Fit) -> None:
    toll = np.array(fit.runs.columns["attackers_killed"]).reshape(POINTS, 2)
    assert np.array_equal(fit.kept, (toll >= 80) & (toll <= 130))
    assert len(fit.unit(np.arange(POINTS))) == fit.kept.sum()


def test_two_factors_that_make_up_for_each_other_are_a_ridge(fit: Fit) -> None:
    """Some 140 nights are kept; a correlation of -0.5 has an interval of +-0.13 there."""
    (pair, *others) = fit.pairs()
    assert {pair.one, pair.other} == {"x1", "x2"}
    assert pair.high < -0.4
    assert not others


def test_a_factor_that_does_nothing_is_left_as_drawn(fit: Fit) -> None:
    found = {row.factor: row for row in fit.marginals()}
    assert found["x1"].clear
    assert found["x2"].clear
    assert not found["x3"].clear
    assert abs(found["x3"].q50 - 0.5) < 0.15
    assert [row.p for row in together([fit] * 5)] == [row.p for row in fit.marginals()]


def test_no_night_judges_itself(fit: Fit, record: Record) -> None:
    """Half of the coins are heads, whatever was kept; and the other night of a kept point misses the band at times."""
    heads = fit.after(fit.meets(record.by_id("K3")))
    assert abs(heads.k / heads.n - 0.5) < 4 * 0.5 / heads.n**0.5
    again = fit.after(fit.kept)
    assert fit.before(fit.kept).k / fit.before(fit.kept).n < again.k / again.n < 1.0


def test_cells_hold_every_night_once(fit: Fit) -> None:
    kept, nights = fit.cells("x1", "x2", 5)
    assert nights.sum() == 2 * POINTS
    assert kept.sum() == fit.kept.sum()
    assert kept[0, 0] == 0
    assert kept[4, 4] == 0
    assert kept[2, 3] > 0


def test_the_page_says_what_was_kept_and_what_was_not_learnt(fit: Fit, record: Record) -> None:
    names = ("loss_fraction", "lethality", "reach", "cover", "location_error")
    design = replace(
        fit.runs.design, unit=np.column_stack([fit.runs.design.unit, fit.runs.design.unit[::-1, :2]]),
        factors=tuple(Factor(name, (name,)) for name in names), bases={"": Base("made.yaml", "", "", "0" * 64, "")},
    )  # fmt: skip
    runs = Runs(design, fit.runs.columns)
    night = {"attackers_killed": 90, "rounds_within_500m_before_reply": 20, "sdf_wounded": 1}
    columns = [Column(name, runs, (night,) * 9, record, "1") for name in "ab"]
    text = calibration.page(columns, "none.svg")
    kept = int(fit.kept.sum())
    assert f"Kept for *about 100*: {kept}, {kept} nights." in text
    ends = {line.split(" | ")[0]: line for line in text.partition("## What the scenario states")[2].splitlines()}
    assert ends["| loss_fraction"].endswith("| narrowed |")
    assert ends["| reach"].endswith("| as drawn |")
    assert "| all of K3 in one night |" in text
    assert ridges.draw([("a", Fit(runs, record, FITTED["about 100"]))], calibration.RIDGES).startswith(b"<?xml")


def test_statements_that_deny_each_other_are_no_joint_row(record: Record) -> None:
    assert [claim.id for claim in compatible(record, [claim for claim in record.claims if claim.role == "check"])] == [
        "K3"
    ]
