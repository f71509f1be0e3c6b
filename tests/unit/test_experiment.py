"""Ensembles, comparisons under the same luck, and verification, with a stand-in for the engine."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from sim import metrics
from sim import recording as rec
from sim.experiment import compare, ensemble, verify
from sim.experiment.ensemble import Ensemble, Replication
from sim.experiment.verify import CannotVerify
from sim.recording import Recording
from tests import synthetic

SCENARIO = synthetic.Scenario(minutes=90)


@pytest.fixture(scope="module")
def twelve() -> Ensemble:
    return ensemble.ensemble(SCENARIO, 3, range(12), run=synthetic.run)


def with_values(column: list[metrics.Value | None], name: str = "attackers_killed", seed: int = 1) -> Ensemble:
    """An ensemble in which one metric has these values and all else is alike."""
    bare = dict.fromkeys(metrics.METRICS)
    curves = {"t_ms": np.zeros(1), "x": np.zeros(1)}
    runs = [Replication(i, f"{value}", bare | {name: value}, curves) for i, value in enumerate(column)]
    return Ensemble(seed, tuple(runs))


# ---------------------------------------------------------------- ensembles


def test_company_and_workers_change_nothing(twelve: Ensemble) -> None:
    alone = ensemble.ensemble(SCENARIO, 3, [7], run=synthetic.run).runs[0]
    assert alone.digest == twelve.runs[7].digest
    assert alone.metrics == twelve.runs[7].metrics
    heard: list[int] = []
    spread = ensemble.ensemble(SCENARIO, 3, range(12), workers=2, run=synthetic.run, done=heard.append)
    assert [run.digest for run in spread.runs] == [run.digest for run in twelve.runs]
    assert [run.metrics for run in spread.runs] == [run.metrics for run in twelve.runs]
    assert heard == list(range(1, 13))


def test_a_fault_in_a_worker_is_not_swallowed() -> None:
    with pytest.raises(AttributeError):
        ensemble.ensemble(object(), 3, range(4), workers=2, run=synthetic.run)  # type: ignore[arg-type]


def test_the_nearest_to_the_median() -> None:
    found = with_values([90, 110, 40, 101, 300, 99, 100])
    assert found.nearest.metrics["attackers_killed"] == 100
    assert with_values([None, None]).nearest.replication == 0
    assert with_values([None, 5, 9, 7, None]).nearest.replication == 3


def test_the_summary_is_plain_json(twelve: Ensemble) -> None:
    body = json.loads(json.dumps(ensemble.as_json("synthetic", twelve), allow_nan=False))
    assert set(body) == {"schema", "scenario", "seed", "replications", "summary"}
    assert [row["replication"] for row in body["replications"]] == list(range(12))
    assert set(body["summary"]) == set(metrics.METRICS)
    killed = body["summary"]["attackers_killed"]
    assert set(killed) == {"mean", "low", "high", "median", "p5", "p95", "n_defined"}
    values = [row["metrics"]["attackers_killed"] for row in body["replications"]]
    assert killed["mean"] == pytest.approx(np.mean(values))
    assert killed["low"] < killed["mean"] < killed["high"]


def test_of_one_run_there_is_no_interval() -> None:
    one = ensemble.summary(with_values([5]))["attackers_killed"]
    assert (one["mean"], one["low"], one["high"], one["n_defined"]) == (5, None, None, 1)


def test_truths_and_words_get_wilson_intervals() -> None:
    held = ensemble.summary(with_values([True] * 9 + [None], "hq_held"))["hq_held"]
    assert (held["mean"], held["high"], held["n_defined"]) == (1, 1, 9)
    assert 0.6 < held["low"] < 0.75
    side = ensemble.summary(with_values(["attackers"] * 3 + ["defenders"], "first_fire_side"))["first_fire_side"]
    assert side["shares"]["attackers"]["share"] == 0.75
    assert side["mean"] is None


def test_bands_cover_every_minute_of_any_run() -> None:
    def run(name: int, begin: int, values: list[float]) -> Replication:
        minutes = begin + np.arange(len(values)) * metrics.MINUTE_MS
        return Replication(name, "", {}, {"t_ms": minutes.astype(float), "x": np.array(values)})

    found = ensemble.bands(Ensemble(1, (run(0, 0, [1, 2, 3]), run(1, 60_000, [5, 6, 7, 8]))))
    assert found["t_ms"] == [0, 60_000, 120_000, 180_000, 240_000]
    assert found["series"]["x"]["p50"] == [3, 3.5, 4.5, 5, 5.5]
    low, high = found["series"]["x"]["p10"], found["series"]["x"]["p90"]
    assert all(a <= b for a, b in zip(low, high, strict=True))


def test_a_recording_carries_its_ensemble(twelve: Ensemble, tmp_path: Path) -> None:
    number = twelve.nearest.replication
    night = synthetic.run(SCENARIO, seed=3, replication=number)
    rec.save(ensemble.with_ensemble(night, twelve), tmp_path / "night.mcap")
    again = rec.load(tmp_path / "night.mcap")
    assert again.meta["replications"] == 12
    assert json.loads(again.attachments["ensemble.json"])["replications"] == 12
    assert again.meta["checksum_ok"] is True
    body = json.loads(again.attachments["ensemble.json"])
    assert body["runs"]["nearest"] == {
        "seed": 3,
        "replication": number,
        "digest": night.digest,
        "attackers_killed": metrics.measure(night)["attackers_killed"],
    }
    killed = twelve.column("attackers_killed")
    assert body["runs"]["most_killed"]["attackers_killed"] == max(killed)
    assert body["runs"]["fewest_killed"]["attackers_killed"] == min(killed)
    assert len(body["series"]["attackers_effective"]["p50"]) == len(body["t_ms"])


# ---------------------------------------------------------------- comparisons


def test_a_comparison_with_itself_is_exactly_zero(twelve: Ensemble) -> None:
    again = ensemble.ensemble(SCENARIO, 3, range(12), run=synthetic.run)
    assert compare.identical(twelve, again)
    for effect in compare.compare(twelve, again):
        assert effect.changed == 0
        if effect.n:
            assert (effect.difference, effect.low, effect.high) == (0, 0, 0)
        assert not effect.clear


def test_a_constant_shift_has_no_spread() -> None:
    effect = compare.effect("x", [10, 30, 20], [13, 33, 23])
    assert (effect.mean_a, effect.mean_b, effect.difference) == (20, 23, 3)
    assert (effect.low, effect.high) == (3, 3)
    assert effect.clear
    assert effect.changed == 3


def test_common_luck_is_worth_runs() -> None:
    rng = np.random.default_rng(4)
    luck = rng.normal(100, 20, 50)
    effect = compare.effect("x", luck.tolist(), (luck + rng.normal(2, 1, 50)).tolist())
    assert effect.variance_reduction is not None
    assert effect.variance_reduction > 100
    assert effect.clear


def test_undefined_pairs_are_left_out_and_counted() -> None:
    effect = compare.effect("x", [1, None, 3, None], [2, 5, None, None])
    assert (effect.n, effect.difference, effect.changed) == (1, 1, 3)
    assert effect.low is None
    empty = compare.effect("x", [None], [None])
    assert (empty.n, empty.difference, empty.changed) == (0, None, 0)


def test_truths_and_words_are_compared_as_shares() -> None:
    a, b = [True, True, True, False], [False, False, True, False]
    effects = {e.metric: e for e in compare.compare(with_values(a, "hq_held"), with_values(b, "hq_held"))}
    assert effects["hq_held"].difference == -0.5
    words = [with_values(column, "first_fire_side") for column in (["attackers"] * 4, ["attackers", "defenders"] * 2)]
    effects = {e.metric: e for e in compare.compare(*words)}
    assert effects["first_fire_side=defenders"].difference == 0.5
    assert effects["first_fire_side=attackers"].difference == -0.5


def test_only_the_same_replications_pair() -> None:
    with pytest.raises(ValueError, match="same replications"):
        compare.compare(with_values([1, 2]), with_values([1, 2, 3]))
    with pytest.raises(ValueError, match="same replications"):
        compare.compare(with_values([1, 2]), with_values([1, 2], seed=2))


def test_a_comparison_is_plain_json(twelve: Ensemble) -> None:
    body = compare.as_json("a", "b", 3, compare.compare(twelve, twelve), True)
    again = json.loads(json.dumps(body, allow_nan=False))
    assert again["effects"]["attackers_killed"]["difference"] == 0


# ---------------------------------------------------------------- verification


def stored(night: Recording, tmp_path: Path) -> Path:
    path = tmp_path / "night.mcap"
    rec.save(night, path)
    return path


@pytest.fixture
def night() -> Recording:
    return synthetic.run(SCENARIO, seed=3, replication=2)


def check(path: Path) -> verify.Verdict:
    return verify.verify(path, run=synthetic.run, load=lambda _: SCENARIO)  # type: ignore[arg-type,return-value]


def test_a_true_recording_verifies(night: Recording, tmp_path: Path) -> None:
    verdict = check(stored(night, tmp_path))
    assert verdict.same
    assert verdict.digest == verdict.digest_again == night.digest
    assert verify.in_words(verdict)[-1] == "verified"


def with_log(night: Recording, **columns: np.ndarray) -> Recording:
    log = dataclasses.replace(night.events, **columns)
    return dataclasses.replace(night, events=log, meta=night.meta | {"digest": rec.digest(log, night.actors)})


def test_a_tampered_event_is_named(night: Recording, tmp_path: Path) -> None:
    """One more killed out of a wounded: checksum and digest made to fit, the re-run tells."""
    log = night.events
    row = int(log.of("wounded")[3])
    kind = log.kind.copy()
    kind[row] = log.kind[log.of("killed")[0]]
    verdict = check(stored(with_log(night, kind=kind), tmp_path))
    assert verdict.checksum_ok
    assert not verdict.same
    assert verdict.event == row
    assert verdict.difference is not None
    assert verdict.difference.startswith(f"event {row} differs: recorded ")
    assert "[killed]" in verdict.difference
    assert "[wounded]" in verdict.difference


@pytest.mark.parametrize("column", ["t_ms", "flat_payload", "target"])
def test_the_first_of_many_is_named(night: Recording, column: str) -> None:
    values = getattr(night.events, column).copy()
    rows = night.events.of("impact")[[4, 9, 20]]
    places = night.events.payload_offsets[rows] if column == "flat_payload" else rows
    values[places] += 1
    event, _ = verify.first_difference(with_log(night, **{column: values}), night)
    assert event == rows[0]


def without(night: Recording, row: int) -> Recording:
    """The log with one event cut out, later ids shifted, causes on it forgotten."""
    log = night.events
    rows = [
        (int(log.t_ms[i]), int(log.kind[i]), int(log.actor[i]), int(log.target[i]),
         [c - (c > row) for c in log.causes_of(i) if c != row], log.payload_of(i))
        for i in range(len(log)) if i != row
    ]  # fmt: skip
    cut = rec.EventTable.of_rows(rows, night.actors["name"])
    return dataclasses.replace(night, events=cut, side={})


def test_a_missing_event_is_named(night: Recording) -> None:
    row = int(night.events.of("impact")[7])
    assert verify.first_difference(without(night, row), night)[0] == row
    last = len(night.events) - 1
    short = dataclasses.replace(night, events=night.events.first(last))
    event, words = verify.first_difference(short, night)
    assert event == last
    assert words is not None
    assert words.startswith(f"event {last} is run again only: ")
    event, words = verify.first_difference(night, short)
    assert words is not None
    assert words.startswith(f"event {last} is recorded only: ")
    assert verify.first_difference(short, night, whole=False) == (None, None)
    assert verify.first_difference(night, night) == (None, None)


def test_a_tampered_position_is_no_difference_of_events(night: Recording, tmp_path: Path) -> None:
    path = stored(night, tmp_path)
    legs = {name: column.copy() for name, column in night.legs.items()}
    legs["x_m"][30] += 1
    other = dataclasses.replace(night, legs=legs)
    whole, bent = path.read_bytes(), stored(other, tmp_path / "..").read_bytes()
    assert whole != bent
    # The altered channels under the checksums of the true file: splice its metadata in.
    found = rec.load(path)
    from sim.recording import file

    monkey = pytest.MonkeyPatch()
    true_sums = file._sums(file._header(night.meta), night.attachments, rec.encode.messages(night))
    monkey.setattr(file, "_sums", lambda *_: true_sums)
    rec.save(other, path)
    monkey.undo()
    verdict = check(path)
    assert verdict.checksum_ok is False
    assert verdict.checksum_bad == ("legs",)
    assert verdict.difference is None
    assert not verdict.same
    assert verify.in_words(verdict)[0] == "checksum: altered since it was written: legs"
    assert found.digest == verdict.digest


def test_a_forged_digest(night: Recording, tmp_path: Path) -> None:
    forged = dataclasses.replace(night, meta=night.meta | {"digest": "f" * 32})
    verdict = check(stored(forged, tmp_path))
    assert not verdict.same
    assert verdict.difference == f"no event differs, but the header gives the digest {'f' * 32}"


def test_a_cut_recording_is_not_verified_but_compared(tmp_path: Path) -> None:
    night = synthetic.run(SCENARIO, seed=3)
    log = night.events
    rows = [
        (int(log.t_ms[i]) + k, int(log.kind[i]), int(log.actor[i]), int(log.target[i]), [], log.payload_of(i))
        for i in range(len(log)) for k in range(9)
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0])
    wide = rec.EventTable.of_rows(rows, night.actors["name"])
    big = dataclasses.replace(night, events=wide, side={}, meta=night.meta | {"digest": rec.digest(wide, night.actors)})
    path = stored(big, tmp_path)
    path.write_bytes(path.read_bytes()[:-20_000])
    verdict = verify.verify(path, run=lambda *_, **__: big, load=lambda _: SCENARIO)  # type: ignore[arg-type,return-value]
    assert verdict.truncated
    assert not verdict.same
    assert verdict.difference is None
    assert "what is there is equal" in " ".join(verify.in_words(verdict))


def test_another_scenario_and_another_model(night: Recording, tmp_path: Path) -> None:
    path = stored(night, tmp_path)
    other = synthetic.Scenario()
    other.sha256 = "1" * 64
    with pytest.raises(CannotVerify, match="is not the one it was made from"):
        verify.verify(path, run=synthetic.run, load=lambda _: other)  # type: ignore[arg-type,return-value]

    def newer(*args: object, **keys: object) -> Recording:
        again = synthetic.run(*args, **keys)  # type: ignore[arg-type]
        again.meta["model_version"] = "synthetic-2"
        return again

    with pytest.raises(CannotVerify, match="made by model version synthetic-1, this is synthetic-2"):
        verify.verify(path, run=newer, load=lambda _: SCENARIO)  # type: ignore[arg-type,return-value]


def test_a_recording_without_its_scenario(night: Recording) -> None:
    with pytest.raises(CannotVerify, match="carries no scenario"):
        verify.scenario_of(dataclasses.replace(night, attachments={}))
