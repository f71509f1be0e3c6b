"""Designs on the unit cube, and design files."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from sim.experiment import manifest, points, reading
from sim.experiment.design import coordinates
from sim.experiment.factors import Factor, Level
from sim.scenario import ScenarioError
from tests.unit.experiment import made

ROOT = Path(__file__).resolve().parents[3]


def strata(unit: points.Unit) -> bool:
    """Whether every column has one point in each of n equal strata."""
    n = len(unit)
    return all(sorted(np.floor(column * n).astype(int)) == list(range(n)) for column in unit.T)


# ---------------------------------------------------------------- points


@pytest.mark.parametrize("seed", [0, 1, 77])
def test_latin_hypercubes_have_one_point_in_each_stratum(seed: int) -> None:
    assert strata(points.latin(50, 7, seed))


@pytest.mark.parametrize(("n", "d"), [(17, 4), (33, 7), (65, 12), (129, 12), (129, 20)])
@pytest.mark.parametrize("seed", [0, 1])
def test_nearly_orthogonal_means_what_it_says(n: int, d: int, seed: int) -> None:
    unit = points.nearly_orthogonal(n, d, seed)
    assert strata(unit)
    correlations = np.corrcoef(unit, rowvar=False) - np.eye(d)
    assert np.abs(correlations).max() < 0.03
    assert points.largest_correlation(points.latin(n, d, seed)) > points.largest_correlation(unit)


def test_too_few_points_are_refused_with_a_number() -> None:
    with pytest.raises(ValueError, match=r"17 points leave 14 factors correlated by up to 0\.\d+.*below 0\.03"):
        points.nearly_orthogonal(17, 14, 0)


def test_sobol_points_fill_every_elementary_interval() -> None:
    unit = points.sobol(64, 5, 0)
    assert strata(unit)
    for rows in range(7):  # the first two columns are a (0, 6, 2) net: every box of area 1/64 holds one point
        boxes = {(int(a * 2**rows), int(b * 2 ** (6 - rows))) for a, b in unit[:, :2]}
        assert len(boxes) == 64
    with pytest.raises(ValueError, match="a power of two"):
        points.sobol(100, 2, 0)


def test_scrambling_spreads_every_point_evenly() -> None:
    first = np.array([points.sobol(8, 3, seed)[0] for seed in range(400)])
    assert np.abs(first.mean(axis=0) - 0.5).max() < 4.0 * (1 / 12 / 400) ** 0.5


@pytest.mark.parametrize("kind", ["lhs", "nolh", "sobol", "saltelli", "morris"])
def test_seed_0_is_a_seed(kind: str) -> None:
    sizes = {"points": 64, "trajectories": 5}
    zero, again, one = (coordinates(kind, sizes | {"seed": seed}, made.factors(4)) for seed in (0, 0, 1))
    assert np.array_equal(zero, again)
    assert not np.array_equal(zero, one)


@pytest.mark.parametrize("d", range(1, 12))
@pytest.mark.parametrize("resolution", [3, 4, 5])
def test_fractions_keep_their_resolution(d: int, resolution: int) -> None:
    signs = 2.0 * points.fractional(d, resolution) - 1.0
    assert len(np.unique(signs, axis=0)) == len(signs)
    for size in range(1, min(resolution, d + 1)):  # no product of fewer factors than the resolution is constant
        for word in itertools.combinations(range(d), size):
            assert abs(np.prod(signs[:, list(word)], axis=1).sum()) < len(signs)


@pytest.mark.parametrize(("d", "resolution", "runs"), [(7, 3, 8), (8, 4, 16), (5, 5, 16), (15, 3, 16), (11, 5, 128)])
def test_fractions_are_as_small_as_the_tables_say(d: int, resolution: int, runs: int) -> None:
    assert len(points.fractional(d, resolution)) == runs


def test_trajectories_move_every_factor_once() -> None:
    unit = points.morris(8, 5, 4, 0).reshape(8, 6, 5)
    assert unit.min() >= 0
    assert unit.max() <= 1
    for steps in np.diff(unit, axis=1):
        assert (np.count_nonzero(np.abs(steps) > 1e-12, axis=1) == 1).all()
        assert np.allclose(np.abs(steps).sum(axis=0), 2 / 3)


def test_one_at_a_time_starts_from_the_base() -> None:
    unit = points.one_at_a_time(np.array([0.25, 0.5]), [np.array([0.0, 1.0]), np.array([0.5, 1.0])])
    assert unit.tolist() == [[0.25, 0.5], [0.0, 0.5], [1.0, 0.5], [0.25, 1.0]]


# ---------------------------------------------------------------- factors


def test_whole_numbers_and_levels_get_equal_shares() -> None:
    whole = Factor("n", ("a",), low=1, high=10, whole=True)
    kinds = Factor("k", levels=(Level("x"), Level("y"), Level("z")))
    unit = (np.arange(300) + 0.5) / 300
    assert np.bincount([int(whole.number(u)) for u in unit])[1:].tolist() == [30] * 10
    assert np.bincount([kinds.level(u) for u in unit]).tolist() == [100] * 3
    assert (whole.number(0.0), whole.number(1.0), kinds.level(1.0)) == (1, 10, 2)
    assert all(whole.number(whole.coordinate(n)) == n for n in range(1, 11))


def test_settings_are_written_as_a_user_would() -> None:
    assert Factor("f", ("a", "b"), low=2, high=20, unit="min").settings(1 / 3) == (("a", "8 min"), ("b", "8 min"))
    assert Factor("f", ("a",), low=1, high=100, log_scale=True).settings(0.5) == (("a", 10.0),)
    ((_, value),) = Factor("f", ("a",), low=1, high=10, whole=True).settings(0.31)
    assert value == 4
    assert isinstance(value, int)


# ---------------------------------------------------------------- design files


def test_the_word_range_takes_the_range_of_the_provenance(tmp_path: Path) -> None:
    found = reading.read(made.design_file(tmp_path))
    sight, rounds, light = found.factors
    assert (sight.low, sight.high, sight.unit, sight.whole) == (300, 900, "m", False)
    assert (rounds.low, rounds.high, rounds.unit, rounds.whole) == (10, 90, "", True)
    assert [level.id for level in light.levels] == ["dark", "bright"]
    assert sight.number(sight.base) == pytest.approx(500)
    assert rounds.number(rounds.base) == 50
    assert found.seed == 0
    assert found.n_points == 6
    assert found.common_luck


def test_a_run_is_named_by_its_command(tmp_path: Path) -> None:
    found = reading.read(made.design_file(tmp_path, luck="own"))
    words = found.command(2, 3)
    assert words[1:5] == ["--seed", "0", "--rep", "200003"]
    assert sum(word == "--set" for word in words) in (2, 3)
    common = reading.read(made.design_file(tmp_path))
    assert common.command(2, 3)[4] == "3"


def test_a_whole_variant_is_a_level(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(
        f"extends: {made.SKIRMISH}\nid: long\ntitle: Long\nquestion: Longer?\nset: {{end.quiet: 45 min}}\n"
    )
    path = made.design_file(tmp_path, design="{kind: grid, levels: 2}")
    path.write_text(
        path.read_text() + f"  - {{id: night, over: [{{id: base, scenario: {made.SKIRMISH}}}, "
        "{id: long, scenario: long.yaml}]}\n"
    )
    found = reading.read(path)
    assert found.n_points == 16
    assert {found.base(point) for point in range(16)} == {"factors[night].base", "factors[night].long"}
    long = next(point for point in range(16) if found.base(point).endswith("long"))
    assert found.bases[found.base(long)].shown.endswith("long.yaml")
    assert "value: 45 min" in found.bases[found.base(long)].text


FAULTS = [
    ({"design": "{kind: nohl, points: 6}"}, "small.yaml:11:16: design.kind: .nohl. is not.*did you mean `nolh`"),
    ({"design": "{kind: lhs}"}, "design: `points` is missing"),
    ({"design": "{kind: sobol, points: 6}"}, "design: 6 is not allowed; allowed: a power of two"),
    ({"design": "{kind: lhs, points: 6, levels: 3}"}, "unknown key `levels`; allowed: kind, points, seed"),
    ({"seed": -1}, "seed: -1 is not allowed; allowed: a whole number from 0"),
    ({"luck": "shared"}, "luck: 'shared' is not allowed; allowed: common, own"),
    ({"scenario": "nowhere.yaml"}, "small.yaml:6:11: scenario: .*nowhere.yaml.*no such file"),
    ({"more": "stop: {metric: attackers_kiled, relative: 0.1, cap: 40}"}, "did you mean `attackers_killed`"),
    ({"more": "stop: {metric: hq_held, cap: 40}"}, "exactly one of relative, half_width"),
    ({"more": "replicatons: 3"}, "unknown key `replicatons`.*did you mean `replications`"),
    ({"design": "{kind: morris, trajectories: 4, levels: 3}"}, "3 levels are not allowed; allowed: an even number"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), FAULTS)
def test_faults_are_told_with_their_place(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        reading.read(made.design_file(tmp_path, **changes))


ROWS = [
    ("{id: z, path: sensors.eye.referense_range, over: range}", "factors.z.: .*did you mean"),
    ("{id: z, path: sensors.eye.fix_error, over: range}", "has no range of its own in the scenario"),
    ("{id: z, path: sensors.eye.fix_error, over: {low: 9 m, high: 3 m}}", "from low to high, not from 9 to 3"),
    ("{id: z, path: sensors.eye.fix_error, over: {low: 1 m, high: 3 s}}", "do not measure the same"),
    ("{id: z, path: sensors.eye.fix_error, over: [5 m]}", "at least two levels"),
    ("{id: z, path: sensors.eye.fix_err, over: [5 m, 9 m]}", "factors: sensors.eye: unknown key|fix_err"),
    ("{id: z, over: range}", "`path` is missing"),
    ("{id: sight, path: sensors.eye.fix_error, over: [5 m, 9 m]}", "this name is taken"),
    ("{id: hq_held, path: sensors.eye.fix_error, over: [5 m, 9 m]}", "this name is taken"),
    ("{id: z, path: sensors.eye.fix_error, over: {low: 0 m, high: 3 m}, scale: log}", "a log scale begins above 0"),
    ("{id: z, path: 'sensors.*.fix_eror', over: range}", "stands for no number of skirmish"),
    ("{id: z, path: sensors.eye.fix_error, over: {times: 2}}", "allowed: two numbers, the least and the greatest"),
    ("{id: z, path: 'light[n].light', over: {times: [1, 2]}}", "there is no number at this path"),
]


@pytest.mark.parametrize(("row", "said"), ROWS)
def test_faults_of_factors(tmp_path: Path, row: str, said: str) -> None:
    path = made.design_file(tmp_path)
    path.write_text(path.read_text() + f"  - {row}\n")
    with pytest.raises(ScenarioError, match=said):
        reading.read(path)


def test_a_multiple_is_of_what_stands_at_each_path(tmp_path: Path) -> None:
    path = made.design_file(tmp_path)
    path.write_text(path.read_text() + "  - {id: z, path: 'belief.*.stale', over: {times: [0.5, 2]}, scale: log}\n")
    other = tmp_path / "other.yaml"
    other.write_text(made.SKIRMISH.read_text().replace("attackers: {stale: 5 min", "attackers: {stale: 90 s"))
    found = reading.read(path, str(other))
    factor = found.factors[-1]
    assert dict(factor.settings(1.0)) == {"belief.attackers.stale": "180 s", "belief.defenders.stale": "10 min"}
    assert dict(factor.settings(factor.base)) == {"belief.attackers.stale": "90 s", "belief.defenders.stale": "5 min"}
    assert manifest.design_of(json.loads(json.dumps(manifest.plain(found)))).sha256 == found.sha256


def test_a_design_on_another_scenario_has_the_same_points(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(made.SKIRMISH.read_text().replace("id: skirmish", "id: other"))
    path = made.design_file(tmp_path)
    found, again = reading.read(path, str(other)), reading.read(path)
    assert np.array_equal(found.unit, again.unit)
    assert found.bases[""].sha256 != again.bases[""].sha256
    with pytest.raises(ScenarioError, match="no such file"):
        reading.read(path, str(tmp_path / "nowhere.yaml"))


def test_a_manifest_gives_the_design_back(tmp_path: Path) -> None:
    stop = "stop: {metric: attackers_killed, half_width: 0.5, block: 4, cap: 12}"
    found = reading.read(made.design_file(tmp_path, more=stop))
    again = manifest.design_of(json.loads(json.dumps(manifest.plain(found))))
    assert again.sha256 == found.sha256
    assert np.array_equal(again.unit, found.unit)
    assert (again.factors, again.stop, again.cap) == (found.factors, found.stop, 12)
    assert [again.command(p, 1) for p in range(6)] == [found.command(p, 1) for p in range(6)]


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "benchmarks" / "sweeps").glob("*.yaml")))
def test_the_shipped_sweeps_can_be_read(name: str) -> None:
    found = reading.read(ROOT / "benchmarks" / "sweeps" / name)
    assert found.question
    assert len({(*tuple(map(str, found.settings(p))), found.base(p)) for p in range(found.n_points)}) == found.n_points


def test_the_standing_study_has_the_size_it_promises() -> None:
    found = reading.read(ROOT / "benchmarks" / "sweeps" / "standing.yaml")
    assert (found.n_points, found.replications, found.kind) == (129, 100, "nolh")
    assert len(found.factors) >= 12
    assert points.largest_correlation(found.unit) < 0.03


def test_the_design_in_the_recipes_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    block = text.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "mine.yaml").write_text(block.replace("../scenarios", str(ROOT / "scenarios")))
    found = reading.read(tmp_path / "mine.yaml")
    assert (found.n_points, found.cap, len(found.factors)) == (65, 200, 7)
    assert set(found.bases) == {"", "factors[side].base", "factors[side].no-himars"}
    for kind in reading.OPTIONS:
        assert f"`{kind}`" in text
