"""docs/claims.md is there, tells of the shipped scenarios, and holds every statement of the record as it is worded."""

from __future__ import annotations

from pathlib import Path

from sim import scenario as room
from sim.claims import read

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
PAGE = (ROOT / "docs" / "claims.md").read_text("utf-8")
COLUMNS = ("variants/article-only", "variants/article-briefing", "khusham")


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def test_it_holds_every_statement_with_its_speaker() -> None:
    record = read((SCENARIOS / "khusham" / "claims.yaml").read_bytes())
    missing = [c.id for c in record.claims if cell(c.says) not in PAGE or cell(c.said_by) not in PAGE]
    assert not missing, "`make claims` writes the page anew"


def test_it_tells_of_the_three_scenarios_of_equal_standing() -> None:
    for name in COLUMNS:
        scenario = room.load(SCENARIOS / f"{name}.yaml")
        assert f"- {scenario.title}: " in PAGE
        assert f"## {scenario.title}\n" in PAGE
    assert "Every figure is simulated." in PAGE
    assert "(1 of " in PAGE
