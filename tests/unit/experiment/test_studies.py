"""The pages of docs/studies: written from runs, with a reading that says for which runs it was written."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import studies, tables
from sim.experiment import reading, sweep
from sim.experiment.backends import Serial
from sim.metrics import hurt
from tests.unit.experiment import made

ROOT = Path(__file__).resolve().parents[3]


def pictures_of(text: str) -> list[str]:
    return re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished sweep over a grid of eight points."""
    folder = tmp_path_factory.mktemp("grid")
    path = made.design_file(folder, design="{kind: grid, levels: 2}", replications=6)
    sweep.sweep(reading.read(path), folder / "out", Serial)
    return folder / "out"


def test_a_page_says_what_the_table_holds(grid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "READINGS", tmp_path / "readings")
    text = studies.write("hotline", grid, tmp_path).read_text("utf-8")
    rows = pq.read_table(grid / "runs.parquet").to_pylist()
    killed = [row["attackers_killed"] for row in rows]
    assert f"| attackers_killed | {hurt.mean(sum(killed) / 48)} [" in text
    first = [row["attackers_killed"] for row in rows if row["point"] == 0]
    line = next(line for line in text.splitlines() if line.startswith("| 300 m | 10 | dark |"))
    assert f"| {hurt.mean(sum(first) / 6)} [" in line
    assert "48 runs at 8 points (grid)" in text
    assert "Nobody has read these runs yet" in text
    assert "minutes in all on 1 workers" in text
    assert len(pictures_of(text)) == 3
    assert all((tmp_path / name).is_file() for name in pictures_of(text))
    assert studies.write("hotline", grid, tmp_path).read_text("utf-8") == text


def test_a_reading_says_for_which_runs_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "READINGS", tmp_path)
    runs = "fedcba987654"
    (tmp_path / "hotline.md").write_text(f"<!-- runs {runs} -->\n\nWhat it means.\n")
    assert studies.reading("hotline", runs) == ["What it means."]
    (tmp_path / "hotline.md").write_text("<!-- runs 0123456789ab -->\n\nWhat it means.\n")
    warning, *_, text = studies.reading("hotline", runs)
    assert warning.startswith(f"*Written for the runs 0123456789ab; these are {runs}. Read it again")
    assert text == "What it means."


def test_people_who_were_hurt_are_rounded_in_every_table() -> None:
    assert tables.span("attackers_killed", 83.4, 70.6, 96.2) == "83 [71, 96]"
    assert tables.span("attackers_killed>150", 0.834, 0.706, 0.962) == "0.834 [0.706, 0.962]"
    assert tables.told("attackers_wounded", 83.0, many=False) == "85"
    assert tables.told("rounds_within_500m", 83.0, many=False) == "83"
    assert tables.told("sdf_killed", None) == tables.DASH


@pytest.mark.slow
def test_a_sample_of_a_space_has_effects_and_regions(tmp_path: Path) -> None:
    path = made.design_file(tmp_path, design="{kind: nolh, points: 40, seed: 0}", replications=6)
    sweep.sweep(reading.read(path), tmp_path / "standing", Serial)
    text = studies.write("standing", tmp_path / "standing", tmp_path / "pages").read_text("utf-8")
    for words in ("share of the variance between points", "R2 of the lines", "## Where", "## Runs to look at"):
        assert words in text
    assert all((tmp_path / "pages" / name).is_file() for name in pictures_of(text))


def test_every_study_is_a_shipped_sweep_and_analyses_metrics_that_exist() -> None:
    from sim.metrics import METRICS

    for name, study in studies.STUDIES.items():
        assert reading.read(studies.SWEEPS / f"{name}.yaml").id == name
        named = [*study.metrics, *(re.split("[<>=]", event)[0] for event in study.events)]
        assert set(named) <= set(METRICS)


def test_the_shipped_pages_are_whole_and_their_readings_are_of_their_runs() -> None:
    pages = sorted((ROOT / "docs" / "studies").glob("*.md"))
    assert pages
    for page in pages:
        text = page.read_text("utf-8")
        assert all((page.parent / name).is_file() for name in pictures_of(text))
        assert "Written for the runs" not in text
        assert (studies.READINGS / page.name).exists() == ("Nobody has read these runs yet" not in text)
