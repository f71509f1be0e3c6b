"""Sweeps: the table is a function of the design alone, failures are kept, stopping looks at nothing but values."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sim import metrics
from sim.__main__ import app
from sim.engine import run as engine_run
from sim.experiment import backends, batches, reading, store, sweep
from sim.experiment.backends import Outcome, Serial
from sim.experiment.batches import Batch
from sim.experiment.design import Stop
from sim.experiment.manifest import SweepError
from sim.experiment.parts import Row
from tests.unit.experiment import made


class Unruly(Serial):
    """Many workers that finish in any order, and drop some batches."""

    def __init__(self, workers: int, seed: int, lost: float = 0.0) -> None:
        super().__init__()
        self.workers, self._luck, self._lost = workers, np.random.default_rng(seed), lost

    def collect(self) -> list[Outcome]:
        self._waiting.rotate(int(self._luck.integers(len(self._waiting))))
        batch = self._waiting.popleft()
        if len(batch.reps) > 1 and self._luck.random() < self._lost:
            return [Outcome(batch, None, "the worker died")]
        return [Outcome(batch, batches.make(batch))]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the small sweep, undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    return sweep.sweep(reading.read(made.design_file(folder)), folder / "out", Serial).table.read_bytes()


def rows(table: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(table).to_pylist()
    return found


# ---------------------------------------------------------------- the same table


@pytest.mark.parametrize(
    ("workers", "batch_s", "lost"), [(1, 1e-9, 0.0), (3, 0.03, 0.0), (5, 0.05, 0.5), (2, 9.0, 1.0)]
)
def test_workers_batches_and_order_change_nothing(
    tmp_path: Path, whole: bytes, workers: int, batch_s: float, lost: float
) -> None:
    found = sweep.sweep(
        reading.read(made.design_file(tmp_path)), tmp_path / "out", lambda: Unruly(workers, 7, lost), batch_s=batch_s
    )
    assert found.table.read_bytes() == whole


@pytest.mark.parametrize("after", [1, 5, 11, 23])
def test_a_sweep_that_was_cut_off_goes_on(tmp_path: Path, whole: bytes, after: int) -> None:
    class Cut(Serial):
        left = after

        def collect(self) -> list[Outcome]:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            return super().collect()

    design = reading.read(made.design_file(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        sweep.sweep(design, tmp_path / "out", Cut, batch_s=1e-9)
    assert len(list((tmp_path / "out" / "parts").iterdir())) == after
    assert not (tmp_path / "out" / "runs.parquet").exists()
    again = sweep.sweep(design, tmp_path / "out", lambda: Unruly(2, 1))
    assert again.table.read_bytes() == whole
    assert sweep.sweep(design, tmp_path / "out", lambda: pytest.fail("nothing is left to do")).runs == 24
    took = store.Store(tmp_path / "out", design).sessions()
    assert [(one["workers"], one["runs"], one["failures"]) for one in took] == [(1, after, 0), (2, 24 - after, 0)]
    assert all(0.0 < one["cpu_s"] <= one["seconds"] for one in took)


def test_the_table_says_what_was_run(tmp_path: Path) -> None:
    design = reading.read(made.design_file(tmp_path))
    found = rows(sweep.sweep(design, tmp_path / "out", Serial).table)
    assert [(row["point"], row["rep"]) for row in found] == [(p, r) for p in range(6) for r in range(4)]
    for row in (found[0], found[13]):
        scenario = batches.scenario_of(design.bases[""], tuple(design.settings(row["point"])))
        again = engine_run(scenario, seed=0, replication=row["replication"], record="events")
        assert row["digest"] == again.digest
        assert {name: row[name] for name in metrics.METRICS} == metrics.measure(again)
        assert (row["sight"], row["rounds"], row["light"]) == design.values(row["point"])
    types = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "out" / "runs.parquet")}
    assert (types["attackers_killed"], types["hq_held"], types["first_fire_side"]) == ("int64", "bool", "string")
    assert (types["sight"], types["light"], types["closest_approach_m"]) == ("double", "string", "double")


# ---------------------------------------------------------------- luck


@pytest.mark.parametrize(("luck", "seed"), [("common", 0), ("own", 1)])
def test_no_two_replications_are_the_same_run(tmp_path: Path, luck: str, seed: int) -> None:
    path = made.design_file(tmp_path, luck=luck, seed=seed, replications=8)
    found = rows(sweep.sweep(reading.read(path), tmp_path / "out", Serial).table)
    assert len({row["digest"] for row in found}) == len(found) == 48
    replications = [{row["replication"] for row in found if row["point"] == point} for point in range(6)]
    shared = set.intersection(*replications)
    assert shared == (set(range(8)) if luck == "common" else set())


def test_seed_0_is_not_seed_1(tmp_path: Path) -> None:
    digests = []
    for seed in (0, 1):
        path = made.design_file(tmp_path / str(seed), seed=seed, replications=1)
        digests += [row["digest"] for row in rows(sweep.sweep(reading.read(path), tmp_path / f"{seed}o", Serial).table)]
    assert len(set(digests)) == 12


# ---------------------------------------------------------------- failures


def fails_at(replication: int, fault: Exception) -> Callable[..., Any]:
    def run(scenario: Any, **keys: Any) -> Any:
        if keys["replication"] == replication:
            raise fault
        return engine_run(scenario, **keys)

    return run


def test_a_run_that_fails_is_kept_with_its_cause_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = sweep.sweep(
        reading.read(made.design_file(tmp_path)), tmp_path / "out", Serial, run=fails_at(2, ValueError("no\nmore"))
    )
    assert (found.runs, found.failures) == (24, 6)
    for row in rows(found.table):
        if row["rep"] == 2:
            assert (row["stage"], row["cause"]) == ("run", "ValueError: no | more (run)")
            assert row["digest"] is None
            assert row["attackers_killed"] is None
        else:
            assert row["stage"] is None
            assert row["digest"]


def test_a_point_that_does_not_load_is_a_failure_of_its_runs(tmp_path: Path) -> None:
    path = made.design_file(tmp_path, design="{kind: grid, levels: 2}")
    both = "[{id: no}, {id: yes, set: {'units[a2]': {kind: squad, formation: fb, tag: militia}}}]"
    other = "[{id: no}, {id: yes, set: {'formations[fb]': {side: attackers, at: [2 km, 0 m]}}}]"
    path.write_text(f"{path.read_text()}  - {{id: unit, over: {both}}}\n  - {{id: ground, over: {other}}}\n")
    found = sweep.sweep(reading.read(path), tmp_path / "out", Serial)
    bad = [row for row in rows(found.table) if row["stage"] is not None]
    assert found.failures == len(bad) == found.runs // 2
    assert {(row["unit"], row["ground"], row["stage"]) for row in bad} == {("yes", "no", "load"), ("no", "yes", "load")}
    assert all("`fb`" in row["cause"] for row in bad)


def test_a_metric_that_fails_is_a_failure_of_measuring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(view: metrics.View) -> float:
        return 1.0 / view.end_ms * float("inf")

    monkeypatch.setitem(metrics.METRICS, "hq_held", metrics.Metric(broken, metrics.Kind.RATIO))
    found = sweep.sweep(reading.read(made.design_file(tmp_path, replications=1)), tmp_path / "out", Serial)
    assert {row["stage"] for row in rows(found.table)} == {"measure"}


def test_a_run_that_kills_its_worker_is_found_and_kept(tmp_path: Path, whole: bytes) -> None:
    class Deadly(Unruly):
        def collect(self) -> list[Outcome]:
            batch = self._waiting.popleft()
            if batch.point == 3 and 1 in batch.reps:
                return [Outcome(batch, None, "the worker process died every time it was tried")]
            return [Outcome(batch, batches.make(batch))]

    found = sweep.sweep(reading.read(made.design_file(tmp_path)), tmp_path / "out", lambda: Deadly(2, 0), batch_s=9.0)
    assert found.failures == 1
    bad = [row for row in rows(found.table) if row["stage"]]
    assert [(row["point"], row["rep"], row["stage"]) for row in bad] == [(3, 1, "worker")]


# ---------------------------------------------------------------- stopping


STOP = "stop: {metric: attackers_killed, half_width: 1.2, block: 4, cap: 24}"


def test_stopping_depends_on_values_alone(tmp_path: Path) -> None:
    first = reading.read(made.design_file(tmp_path, more=STOP))
    one = sweep.sweep(first, tmp_path / "one", Serial, batch_s=1e-9)
    other = sweep.sweep(first, tmp_path / "other", lambda: Unruly(4, 3, 0.3), batch_s=0.05)
    assert one.table.read_bytes() == other.table.read_bytes()
    found = rows(one.table)
    sizes = []
    for point in range(6):
        values = [float(row["attackers_killed"]) for row in found if row["point"] == point]
        stops = [n for n in range(4, 25, 4) if n == 24 or Stop("", None, 1.2, 4, 24).enough(values[:n])]
        assert len(values) == stops[0]
        sizes.append(len(values))
    assert len(set(sizes)) > 1, "the rule stopped everywhere alike, so that this test shows nothing"
    resumed = tmp_path / "other" / "parts"
    for part in sorted(resumed.iterdir())[::3]:
        part.unlink()
    assert sweep.sweep(first, tmp_path / "other", Serial).table.read_bytes() == one.table.read_bytes()


def test_a_relative_rule_asks_for_a_smaller_ratio_than_it_promises() -> None:
    rule = Stop("", 0.1, None, 4, 100)
    assert rule.enough([10.0, 10.1, 9.9, 10.0])
    assert not rule.enough([10.0, 14.0, 6.0, 10.0])
    assert not rule.enough([10.0, 10.1, 9.9])


def test_a_sweep_can_be_made_longer(tmp_path: Path) -> None:
    short = sweep.sweep(reading.read(made.design_file(tmp_path)), tmp_path / "out", Serial)
    before = rows(short.table)
    made_now: list[Batch] = []

    class Counting(Serial):
        def submit(self, batch: Batch) -> None:
            made_now.append(batch)
            super().submit(batch)

    path = made.design_file(tmp_path, replications=6)
    longer = rows(sweep.sweep(reading.read(path), tmp_path / "out", Counting).table)
    assert [row for row in longer if row["rep"] < 4] == before
    assert sorted((b.point, rep) for b in made_now for rep in b.reps) == [(p, r) for p in range(6) for r in (4, 5)]


# ---------------------------------------------------------------- the folder


def test_a_changed_scenario_is_not_mixed(tmp_path: Path) -> None:
    text = made.SKIRMISH.read_text()
    scenario = tmp_path / "s.yaml"
    scenario.write_text(text)
    path = made.design_file(tmp_path, scenario=scenario)
    table = sweep.sweep(reading.read(path), tmp_path / "out", Serial).table.read_bytes()
    scenario.write_text(text.replace("drift: 1}", "drift: 2}"))
    with pytest.raises(SweepError, match=r"not mixed with this one: scenario .*s\.yaml has changed.*another folder"):
        sweep.sweep(reading.read(path), tmp_path / "out", Serial)
    assert (tmp_path / "out" / "runs.parquet").read_bytes() == table


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 3}, "seed is 3, was 0"),
        ({"luck": "own"}, "common_luck is False, was True"),
        ({"design": "{kind: lhs, points: 6, seed: 1}"}, "the points of the design have changed"),
        ({"more": STOP}, "the rule of stopping has changed"),
    ],
)
def test_another_design_is_not_mixed(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    sweep.sweep(reading.read(made.design_file(tmp_path)), tmp_path / "out", Serial)
    with pytest.raises(SweepError, match=said):
        sweep.sweep(reading.read(made.design_file(tmp_path, **changes)), tmp_path / "out", Serial)


def test_another_model_is_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = reading.read(made.design_file(tmp_path, replications=1))
    sweep.sweep(design, tmp_path / "out", Serial)
    monkeypatch.setattr("sim.recorder.MODEL_VERSION", "another")
    with pytest.raises(SweepError, match="model is version another, was"):
        sweep.sweep(design, tmp_path / "out", Serial)


def test_a_program_that_makes_other_runs_does_not_go_on(tmp_path: Path, whole: bytes) -> None:
    """Even if nobody told its version: a run that is there is made again first."""
    short = reading.read(made.design_file(tmp_path, replications=2))
    sweep.sweep(short, tmp_path / "out", Serial)

    def other(scenario: Any, **keys: Any) -> Any:
        return engine_run(scenario, **{**keys, "seed": 17})

    longer = reading.read(made.design_file(tmp_path))
    with pytest.raises(SweepError, match=r"run 0-0 has digest \w+ there, .* the program has changed since"):
        sweep.sweep(longer, tmp_path / "out", Serial, run=other)
    assert sweep.sweep(longer, tmp_path / "out", Serial).table.read_bytes() == whole


def test_two_drivers_do_not_write_to_one_folder(tmp_path: Path) -> None:
    design = reading.read(made.design_file(tmp_path))
    held = store.Store(tmp_path / "out", design)
    held.open()
    with pytest.raises(SweepError, match="another sweep is writing here"):
        sweep.sweep(design, tmp_path / "out", Serial)
    held.close()
    assert sweep.sweep(design, tmp_path / "out", Serial).runs == 24


@pytest.mark.parametrize("keep", [0, 7, 400, -1])
def test_a_torn_part_is_set_aside_and_made_again(tmp_path: Path, whole: bytes, keep: int) -> None:
    design = reading.read(made.design_file(tmp_path))
    sweep.sweep(design, tmp_path / "out", Serial)
    part = sorted((tmp_path / "out" / "parts").iterdir())[2]
    part.write_bytes(part.read_bytes()[:keep])
    (tmp_path / "out" / "parts" / "half.parquet.tmp").write_bytes(b"cut")
    warned: list[str] = []
    assert sweep.sweep(design, tmp_path / "out", Serial, warn=warned.append).table.read_bytes() == whole
    assert len(warned) == 1
    assert part.name in warned[0]
    assert not list((tmp_path / "out" / "parts").glob("*.tmp"))


def test_a_damaged_part_is_named_and_made_again_once_it_is_gone(tmp_path: Path, whole: bytes) -> None:
    design = reading.read(made.design_file(tmp_path))
    sweep.sweep(design, tmp_path / "out", Serial)
    part = sorted((tmp_path / "out" / "parts").iterdir())[1]
    sound = part.read_bytes()
    at = pq.ParquetFile(part).metadata.row_group(0).column(5).dictionary_page_offset + 60  # within the metrics
    part.write_bytes(sound[:at] + bytes(255 - b for b in sound[at : at + 8]) + sound[at + 8 :])
    with pytest.raises(SweepError, match=rf"{part.name}: is damaged .*; take it away, and the same command"):
        sweep.sweep(design, tmp_path / "out", Serial)
    part.unlink()
    assert sweep.sweep(design, tmp_path / "out", Serial).table.read_bytes() == whole


def test_progress_counts(tmp_path: Path) -> None:
    heard: list[sweep.Standing] = []
    design = reading.read(made.design_file(tmp_path))
    sweep.sweep(design, tmp_path / "out", Serial, progress=heard.append, run=fails_at(0, RuntimeError("x")))
    assert [standing.done for standing in heard] == sorted(standing.done for standing in heard)
    last = heard[-1]
    assert (last.done, last.wanted, last.failures) == (24, 24, 6)
    assert last.rate > 0
    assert "24 of 24 runs" in last.words()
    assert "6 failed" in last.words()


def test_rows_of_metrics_that_change_their_kind_are_refused(tmp_path: Path) -> None:
    folder = store.Store(tmp_path / "out", reading.read(made.design_file(tmp_path)))
    folder.open()
    folder.write([Row(0, 0, "d", json.dumps({"x": 1})), Row(0, 1, "d", json.dumps({"x": "word"}))])
    with pytest.raises(SweepError, match="metric x is a word in one run and a number in another"):
        folder.assemble(folder.done)
    folder.close()


# ---------------------------------------------------------------- the command


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    path = made.design_file(tmp_path)
    result = CliRunner().invoke(app, ["sweep", str(path), "--serial", "--json"])
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert (body["runs"], body["failures"], body["table"]) == (24, 0, "out/small/runs.parquet")
    assert (tmp_path / "out" / "small" / "runs.parquet").read_bytes() == whole
    path.write_text(path.read_text().replace("seed: 0\nrep", "seed: 5\nrep"))
    refused = CliRunner().invoke(app, ["sweep", str(path), "--serial"])
    assert refused.exit_code == 2
    assert "seed is 5, was 0" in refused.stderr
    assert "Traceback" not in refused.stderr
    path.write_text("sweep: 1\n")
    assert CliRunner().invoke(app, ["sweep", str(path), "--serial"]).exit_code == 2


def test_a_number_of_runs_can_be_asked_for(tmp_path: Path, whole: bytes) -> None:
    path, out = made.design_file(tmp_path), tmp_path / "out"
    for n, runs in (("2", 12), ("4", 24)):
        result = CliRunner().invoke(app, ["sweep", str(path), "-o", str(out), "--serial", "-n", n, "--json"])
        assert json.loads(result.stdout)["runs"] == runs
    assert (out / "runs.parquet").read_bytes() == whole
    path = made.design_file(tmp_path, more=STOP)
    refused = CliRunner().invoke(app, ["sweep", str(path), "-o", str(out), "-n", "2"])
    assert refused.exit_code == 2
    assert "`stop` decides how many runs a point gets" in refused.stderr


def test_nobody_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = backends.remote
    monkeypatch.setattr(backends, "remote", lambda address, file: patient(address, file, wait_s=0.5))
    path = made.design_file(tmp_path)
    words = ["sweep", str(path), "-o", str(tmp_path / "out"), "--scheduler", "tcp://127.0.0.1:9"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "there is no scheduler at tcp://127.0.0.1:9" in result.stderr


def test_a_worker_in_another_folder_finds_the_files_of_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).resolve().parents[3]
    monkeypatch.chdir(root)
    design = reading.read("benchmarks/sweeps/smoke.yaml")
    assert not Path(design.bases[""].folder).is_absolute()
    batch = batches.batch_of(design, 0, (0,), run=fails_at(0, RuntimeError("it was loaded")))
    monkeypatch.chdir(tmp_path)
    assert batches.make(batch)[0].stage == "run"
