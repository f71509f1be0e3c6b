"""`khusham explain`: source with address, who disputes it, and what it moves by the stored screening."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import scenario as room
from sim.__main__ import app
from sim.experiment.uncertain import dials
from sim.report import explained

SCENARIOS = Path(__file__).parents[3] / "scenarios"
BASE = SCENARIOS / "khusham.yaml"
SCREENING = SCENARIOS / "khusham" / explained.SCREENING


@pytest.fixture(scope="module")
def base() -> room.Scenario:
    return room.load(BASE)


def test_a_stated_number_names_its_claim_its_source_and_who_disputes_it(base: room.Scenario) -> None:
    disputed = next(row for row in base.provenance if row.claim_id and explained.about(base, row)["disputed_by"])
    body = json.loads(CliRunner().invoke(app, ["explain", str(BASE), disputed.path, "--json"]).stdout)
    assert body["claims"][0]["id"] in str(disputed.claim_id)
    assert body["sources"][0]["address"]
    said = CliRunner().invoke(app, ["explain", str(BASE), disputed.path]).stdout
    for words in ("stated by", "disputed by", "source", "basis"):
        assert words in said


def test_every_dispute_of_the_screening_is_a_dial_of_the_base_and_every_dial_is_screened(base: room.Scenario) -> None:
    """Not older than the scenario's set of disputed inputs; `make screening` writes it anew."""
    body = json.loads(SCREENING.read_text("utf-8"))
    paths = {dial.path for dial in dials(base)}
    for rows in body["metrics"].values():
        assert not rows or set(rows) == paths
    assert sum(bool(rows) for rows in body["metrics"].values()) >= 5
    assert body["scenario"] == base.id


def test_what_a_number_moves_is_told(base: room.Scenario) -> None:
    body = json.loads(SCREENING.read_text("utf-8"))
    metric, path = next((m, p) for m, rows in body["metrics"].items() for p, row in rows.items() if row[1])
    told = explained.moves(base, path)
    assert told[0]["clear"]
    assert metric in {row["metric"] for row in told}
    said = CliRunner().invoke(app, ["explain", str(BASE), path]).stdout
    assert "stands out" in said
