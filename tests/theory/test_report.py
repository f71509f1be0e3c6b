"""The verification page names every case and turns red when one is missed."""

from pathlib import Path
from typing import Any

import pytest

from tests.theory import adapter, report
from tests.theory.battles.judging import Estimate
from tests.theory.battles.page import Judged


def test_page_has_a_row_for_every_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.md"
    assert report.main(["-o", str(target)]) == 0
    written = target.read_text(encoding="utf-8")
    assert [case["id"] for case in adapter.CASES if written.count(f"\n| {case['id']} |") != 1] == []
    assert report.FAIL not in written
    assert str(target) in capsys.readouterr().out


def test_a_missed_case_is_exit_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(inputs: dict[str, Any]) -> float:
        return 1.2 * inputs["cep_m"]

    monkeypatch.setitem(adapter.ANSWERS, "DEL-02", wrong)
    assert report.main(["-o", str(tmp_path / "page.md")]) == 1
    assert "missed: DEL-02" in capsys.readouterr().err


def test_scores_that_are_too_good_are_exit_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {case["id"]: case for case in adapter.CASES}

    def same(names: list[str], workers: int) -> list[Judged]:
        return [Judged(cases[name], [Estimate("", 1.0, 0.1, 1.0)], 9.0) for name in names]

    monkeypatch.setattr(report, "simulated", same)
    target = tmp_path / "page.md"
    assert report.main(["--full", "-o", str(target)]) == 1
    assert "missed: spread of the z-scores 0.00" in capsys.readouterr().err
    assert "**FAIL**" in target.read_text(encoding="utf-8")


def test_a_blind_case_that_is_not_finite_is_a_failure() -> None:
    case = next(case for case in adapter.CASES if case["id"] == "DEL-01")
    assert report.verdict(case, 23.5) == report.BLIND
    assert report.verdict(case, float("nan")) == report.FAIL
