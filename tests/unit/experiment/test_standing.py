"""A fiftieth of the standing study, from the design file to the analysis: 129 points, two runs each."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.experiment import analyse, backends, reading, sweep

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_a_fiftieth_of_the_standing_study(tmp_path: Path) -> None:
    whole = reading.read(ROOT / "benchmarks" / "sweeps" / "standing.yaml")
    assert whole.n_points * whole.replications == 12_900
    small = replace(whole, replications=2)
    swept = sweep.sweep(small, tmp_path / "out", lambda: backends.local(2))
    assert (swept.runs, swept.failures) == (258, 0)
    table = pq.read_table(tmp_path / "out" / "runs.parquet")
    assert table.num_rows == len(set(table["digest"].to_pylist())) == 258
    found = analyse.analyse(tmp_path / "out")
    section = found.body["responses"]["attackers_killed"]
    assert len(section["main_effects"]["effects"]) == len(whole.factors)
    assert len(section["first_order"]) == len(whole.factors)
    assert "total effects" in section["sobol"]["refused"]
    assert found.odd
    assert analyse.write(tmp_path / "out", found)
