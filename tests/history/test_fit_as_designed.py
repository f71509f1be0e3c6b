"""What is fitted, to what, and by which numbers: held to what the design promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment import reading
from sim.experiment.design import Design
from sim.scenario import Scenario, load

ROOT = Path(__file__).resolve().parents[2]
SWEEP = ROOT / "benchmarks" / "sweeps" / "fit.yaml"


@pytest.fixture(scope="module")
def design() -> Design:
    return reading.read(SWEEP)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(ROOT / "scenarios" / "khusham.yaml")


def test_only_numbers_without_a_source_are_fitted(design: Design, scenario: Scenario) -> None:
    rows = {row.path: row for row in scenario.provenance}
    for factor in design.factors:
        for path in factor.paths:
            row = rows.get(path) or rows[f"{path}.time"]
            assert row.source_id is None, path
            assert row.claim_id is None, path
            assert row.basis in ("assumption", "analogue"), path


def test_no_multiple_is_for_one_sides_weapons_alone(design: Design, scenario: Scenario) -> None:
    """Whatever of a weapon is multiplied is multiplied for every weapon that has it."""
    have = [row.path for row in scenario.provenance if row.path.startswith("weapons.")]
    multiplied = [factor for factor in design.factors if factor.stated]
    assert len(multiplied) == 3
    for factor in multiplied:
        leaves = {path.split(".", 2)[2] for path in factor.paths}
        everywhere = {path for path in have if path.split(".", 2)[2] in leaves}
        assert set(factor.paths) == everywhere, factor.id
        side_of = {formation.id: formation.side for formation in scenario.formations}
        weapons = {path.split(".")[1] for path in factor.paths}
        carried = {side_of[unit.formation] for unit in scenario.units if weapons & unit.weapons.keys()}
        assert carried == {"attackers", "defenders"}, factor.id
