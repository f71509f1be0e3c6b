"""Analysis on cases with known truth: planted effects, Ishigami's indices, planted trees and boxes, and pure noise.

Rates under noise: k trials at 5 % flag Binomial(k, 0.05); the bound is its 99.9 % quantile, so a sound method fails
here once in a thousand choices of the seed, and the seeds are fixed."""

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.stats import binom
from typer.testing import CliRunner

from sim import metrics
from sim.__main__ import app
from sim.experiment import analyse, box, effects, odd, pictures, reading, sensitivity, sweep, tree, words
from sim.experiment.backends import Serial
from sim.experiment.design import Design
from sim.experiment.ensemble import Replication
from sim.experiment.manifest import SweepError
from sim.experiment.responses import NotEnough, Runs
from sim.metrics import hurt
from sim.recording import load
from tests.theory import designs as known
from tests.unit.experiment import made

TRIALS = 200
MOST = int(binom.ppf(0.999, TRIALS, 0.05))


def luck(trial: int, *shape: int) -> Any:
    return np.random.default_rng([20180207, trial]).normal(size=shape)


SPACE = made.design("nolh", 6, ("a", "b", "c"), points=65)
"""65 points over six ranges and three levels."""


# ---------------------------------------------------------------- effects


def test_planted_effects_are_found_with_their_size() -> None:
    kinds = np.array([SPACE.factors[6].level(u) for u in SPACE.unit[:, 6]])
    truth = 10.0 * SPACE.unit[:, 0] - 6.0 * SPACE.unit[:, 3] + 4.0 * (kinds == 2)
    found = effects.main_effects(SPACE, made.response(truth[:, None] + luck(0, 65, 20)), exact=False)
    rows = {row.term: row for row in found.effects}
    assert {term for term, row in rows.items() if row.clear} == {"x1", "x4", "kind=c"}
    for term, size in {"x1": 10.0, "x4": -6.0, "kind=c": 4.0, "x2": 0.0, "kind=b": 0.0}.items():
        assert rows[term].low < size < rows[term].high
        assert rows[term].high - rows[term].low < 1.0
    assert found.r2 > found.r2_predicted > 0.95  # type: ignore[operator]


def test_a_factor_that_is_all_of_it_has_an_interval() -> None:
    """The largest F that `first_order` lets through: 28 degrees of freedom within, a millionth of the variance."""
    found = [sensitivity._share(28e6 / 3, 3.0, 28.0, q) for q in (0.975, 0.025)]
    assert 0.99 < found[0] < found[1] < 1.0


def test_of_pure_noise_one_sweep_in_twenty_shows_an_effect() -> None:
    def flagged(trial: int) -> bool:
        fit = effects.main_effects(SPACE, made.response(luck(trial, 65, 3)), exact=False)
        return any(row.clear for row in fit.effects)

    assert made.often(flagged, TRIALS) <= MOST


def test_intervals_cover_as_often_as_they_say() -> None:
    truth = 3.0 * SPACE.unit[:, 1]
    covered = 0
    for trial in range(TRIALS):
        fit = effects.main_effects(SPACE, made.response(truth[:, None] + luck(trial, 65, 4)), exact=False)
        row = next(row for row in fit.effects if row.term == "x2")
        covered += row.low < 3.0 < row.high
    assert binom.ppf(0.001, TRIALS, 0.95) <= covered <= binom.ppf(0.999, TRIALS, 0.95)


def test_interactions_and_squares_are_found() -> None:
    design = made.design("nolh", 4, points=65)
    u = design.unit - 0.5
    truth = 20.0 * u[:, 0] * u[:, 1] + 15.0 * u[:, 2] ** 2
    fit = effects.second_order(design, made.response(truth[:, None] + luck(2, 65, 10)), exact=False)
    rows = {row.term: row for row in fit.effects}
    assert {term for term, row in rows.items() if row.clear} == {"x1 x x2", "x3^2"}
    assert rows["x1 x x2"].low < 20.0 < rows["x1 x x2"].high
    assert rows["x3^2"].low < 15.0 < rows["x3^2"].high


MANY = made.design("nolh", 14, points=129)
"""14 ranges have 119 terms of second order: far more than 129 points carry."""


def test_a_surface_of_too_many_terms_is_looked_at_where_the_effects_are() -> None:
    u = MANY.unit - 0.5
    truth = 8.0 * u[:, 1] + 6.0 * u[:, 4] + 20.0 * u[:, 1] * u[:, 4] + 30.0 * u[:, 6]
    fit = effects.second_order(MANY, made.response(truth[:, None] + luck(4, 129, 10)), exact=False)
    rows = {row.term: row for row in fit.effects}
    assert {term for term, row in rows.items() if row.clear} == {"x2", "x5", "x7", "x2 x x5"}
    assert rows["x2 x x5"].low < 20.0 < rows["x2 x x5"].high
    assert set(fit.left_out) == {f"x{i}" for i in range(1, 15)} - {"x2", "x5", "x7"}
    assert fit.r2_predicted is not None
    assert fit.r2 - fit.r2_predicted < 0.05


def test_looking_where_the_effects_are_finds_no_products_of_noise() -> None:
    """Three planted lines and no product: of 200 sweeps at most Binomial(200, 0.05)'s 99.9 % quantile show one."""
    u = MANY.unit - 0.5
    truth = 8.0 * u[:, 1] + 6.0 * u[:, 4] + 10.0 * u[:, 6]

    def flagged(trial: int) -> bool:
        fit = effects.second_order(MANY, made.response(truth[:, None] + luck(trial, 129, 2)), exact=False)
        return any(row.clear and row.term not in ("x2", "x5", "x7") for row in fit.effects)

    assert made.often(flagged, TRIALS) <= MOST
    with pytest.raises(NotEnough, match=r"do not carry squares and products .* it takes 357; and no factor"):
        effects.second_order(MANY, made.response(luck(0, 129, 2)), exact=False)


def test_a_factorial_has_its_intervals_from_replications_even_under_common_luck() -> None:
    design = made.design("factorial", 3)
    shared = 50.0 * luck(0, 1, 40)  # moves all points together, as common luck does
    truth = 2.0 * design.unit[:, 0] + 3.0 * design.unit[:, 1] * design.unit[:, 2]
    y = truth[:, None] + shared + luck(2, 8, 40)
    main = {row.term: row for row in effects.main_effects(design, made.response(y), exact=True).effects}
    for term, size in {"x1": 2.0, "x2": 1.5, "x3": 1.5}.items():
        assert main[term].low < size < main[term].high
        assert main[term].high - main[term].low < 0.7
    second = {row.term: row for row in effects.second_order(design, made.response(y), exact=True).effects}
    assert second["x2 x x3"].low < 3.0 < second["x2 x x3"].high
    assert {term for term, row in second.items() if row.clear} == {"x1", "x2", "x3", "x2 x x3"}


def test_a_factor_that_changes_nothing_at_all_is_not_clear() -> None:
    """Under common luck its runs are the same runs; only rounding tells their means apart."""
    design = made.design("grid", 2, ("a", "b"))
    y = (1.0 + design.unit[:, 0])[:, None] * np.exp(luck(0, 1, 40)) * 1234.567
    rows = {row.term: row for row in effects.second_order(design, made.response(y), exact=True).effects}
    assert rows["x1"].clear
    for term in ("x2", "kind=b", "x1 x x2", "x2 x kind=b"):
        assert (rows[term].estimate, rows[term].low, rows[term].high, rows[term].clear) == (0.0, 0.0, 0.0, False)


def test_a_factorial_of_noise_shows_an_effect_at_the_stated_rate() -> None:
    design = made.design("factorial", 3)

    def flagged(trial: int) -> bool:
        y = made.response(luck(trial, 8, 12) + luck(1000 + trial, 1, 12))
        return any(row.clear for row in effects.second_order(design, y, exact=True).effects)

    assert made.often(flagged, TRIALS) <= MOST


def test_holm_is_holm() -> None:
    assert effects.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert effects.holm([0.9, 0.9]) == [1.0, 1.0]


REFUSED = [
    (made.design("lhs", 4, points=10), 5, "10 points for 4 terms; it takes 13"),
    (made.design("factorial", 2), 3, "3 replications are defined at every point; it takes 5"),
    (made.design("fractional", 5, resolution=3), 9, "8 points do not tell 15 terms apart"),
]


@pytest.mark.parametrize(("design", "n", "said"), REFUSED)
def test_too_little_is_refused_with_what_it_takes(design: Design, n: int, said: str) -> None:
    y = made.response(luck(0, design.n_points, n))
    exact = design.kind in ("factorial", "fractional")
    ask = effects.second_order if "tell" in said else effects.main_effects
    with pytest.raises(NotEnough, match=said):
        ask(design, y, exact)


def test_the_spread_is_a_response_too() -> None:
    sd = np.exp(1.5 * (SPACE.unit[:, 2] - 0.5))
    fit = effects.spread_effects(SPACE, made.response(sd[:, None] * luck(3, 65, 60)))
    rows = {row.term: row for row in fit.effects}
    assert {term for term, row in rows.items() if row.clear} == {"x3"}
    assert rows["x3"].low < 1.5 < rows["x3"].high


# ---------------------------------------------------------------- contrasts


@pytest.mark.parametrize("kind", ["factorial", "grid", "one_at_a_time"])
def test_contrasts_are_paired_by_luck(kind: str) -> None:
    design = made.design(kind, 2, ("a", "b"))
    truth = 4.0 * design.unit[:, 0] + 2.0 * (design.unit[:, 2] > 0.5)
    y = made.response(truth[:, None] + 10.0 * luck(0, 1, 30) + 0.1 * luck(1, design.n_points, 30))
    rows = [row for row in effects.contrasts(design, y) if row["factor"] == "kind"]
    assert [(row["from"], row["to"], row["n"]) for row in rows] == [("a", "b", 30)]
    assert rows[0]["difference"] == pytest.approx(2.0, abs=0.15)
    assert rows[0]["low"] < rows[0]["difference"] < rows[0]["high"]
    assert rows[0]["high"] - rows[0]["low"] < 0.2
    assert rows[0]["variance_reduction"] > 1000
    ends = [row for row in effects.contrasts(design, y) if row["factor"] == "x1" and row["to"] == 1.0]
    assert ends[0]["difference"] == pytest.approx(4.0 if ends[0]["from"] == 0.0 else 2.0, abs=0.2)


def test_contrasts_need_pairs() -> None:
    with pytest.raises(NotEnough, match="differ in more than one factor"):
        effects.contrasts(SPACE, made.response(luck(0, 65, 4)))
    own = made.design("factorial", 2, common_luck=False)
    with pytest.raises(NotEnough, match="luck of its own"):
        effects.contrasts(own, made.response(luck(0, 4, 4)))


# ---------------------------------------------------------------- shares of variance


def test_ishigami_from_a_saltelli_design() -> None:
    design = made.design("saltelli", 3, points=1024)
    y = np.repeat(made.ishigami(design.unit)[:, None], 2, axis=1)
    first, total = made.shares_of_ishigami()
    exact = known.ishigami(7.0, 0.1)
    assert (first, total) == (pytest.approx(exact["S1"]), pytest.approx(exact["ST"]))
    for row, s1, st in zip(sensitivity.sobol(design, made.response(y)), first, total, strict=True):
        assert row.low < s1 < row.high
        assert row.total_low < st < row.total_high  # type: ignore[operator]
        assert row.high - row.low < 0.25


def test_noisy_means_get_total_indices_only_when_the_noise_is_small() -> None:
    design = made.design("saltelli", 3, points=512)
    truth = made.ishigami(design.unit)[:, None]
    with pytest.raises(NotEnough, match="total effects of single runs are refused: the luck of a run"):
        sensitivity.sobol(design, made.response(truth + luck(0, len(truth), 1)))
    with pytest.raises(NotEnough, match=r"\d+ % of the variance between the points is luck.*times as many"):
        sensitivity.sobol(design, made.response(truth + 3.0 * luck(0, len(truth), 2)))
    rows = sensitivity.sobol(design, made.response(truth + luck(0, len(truth), 10)))
    for row, st in zip(rows, made.shares_of_ishigami()[1], strict=True):
        assert row.total == pytest.approx(st, abs=0.1)


def test_what_the_refusal_spares_us() -> None:
    """Without it two factors with no effect get large total indices from single noisy runs."""
    design = made.design("saltelli", 4, points=512)
    y = (design.unit[:, 0] + 0.6 * luck(0, len(design.unit))).reshape(6, 1, -1)
    _, total = sensitivity._indices(y)
    assert total[2:, 0].min() > 0.5


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_ishigami_from_any_design(kind: str) -> None:
    design = made.design(kind, 3, points=1024)
    rows = sensitivity.first_order(design, made.response(made.ishigami(design.unit)))
    for row, s1 in zip(rows, made.shares_of_ishigami()[0], strict=True):
        assert row.share == pytest.approx(s1, abs=0.06)
        assert row.clear == (s1 > 0.0)
    assert rows[0].low < made.shares_of_ishigami()[0][0] < rows[0].high


def test_of_pure_noise_one_sweep_in_twenty_shows_a_share() -> None:
    def flagged(trial: int) -> bool:
        rows = sensitivity.first_order(SPACE, made.response(luck(trial, 65)))
        return any(row.clear for row in rows)

    assert made.often(flagged, TRIALS) <= MOST


def test_morris_agrees_with_the_whole_grid() -> None:
    def model(u: Any) -> Any:
        return 5.0 * u[..., 0] + 8.0 * u[..., 1] * u[..., 2]

    exact = known.morris(model, 4, 4, 2 / 3)
    design = made.design("morris", 4, trajectories=60)
    rows = sensitivity.morris(design, made.response(model(design.unit)))
    for row, mu, star, sigma in zip(rows, exact["mu"], exact["mu_star"], exact["sigma"], strict=True):
        assert row.low - 1e-9 <= star <= row.high + 1e-9
        assert row.mu == pytest.approx(mu, abs=0.8)
        assert row.sigma == pytest.approx(sigma, abs=0.5)
    assert (rows[0].mu, rows[0].sigma) == (pytest.approx(5.0), pytest.approx(0.0, abs=1e-9))
    assert rows[3].mu_star == pytest.approx(0.0, abs=1e-9)


# ---------------------------------------------------------------- tree and box


FIELD = made.design("nolh", 8, ("a", "b", "c"), points=129)


def test_a_planted_tree_is_found() -> None:
    u = FIELD.unit
    truth = np.where(u[:, 0] < 0.4, 5.0, np.where(u[:, 1] > 0.7, 2.0, 0.0))
    root = tree.grow(FIELD, made.response(truth + 0.4 * luck(0, 129)))
    found = {tuple(words.split()[0] for words in leaf.conditions): leaf for leaf in root.leaves()}
    assert set(found) == {("x1",), ("x1", "x2")}
    leaves = sorted(root.leaves(), key=lambda leaf: leaf.mean)
    assert [leaf.mean for leaf in leaves] == pytest.approx([0.0, 2.0, 5.0], abs=0.2)
    cut = float(root.yes.conditions[0].split()[-1])  # type: ignore[union-attr]
    assert cut == pytest.approx(0.4, abs=0.03)
    assert sorted(point for leaf in root.leaves() for point in leaf.points) == list(range(129))


def test_a_condition_takes_the_place_of_those_it_implies() -> None:
    said = ("x < 5 km", "y > 1", "kind != a", "kind != b")
    assert tree.narrowed(said, "x < 3 km") == ("y > 1", "kind != a", "kind != b", "x < 3 km")
    assert tree.narrowed(said, "x > 1 km") == (*said, "x > 1 km")
    assert tree.narrowed(said, "kind = c") == ("x < 5 km", "y > 1", "kind = c")
    assert tree.narrowed(said, "kind != d") == (*said, "kind != d")


def test_a_planted_level_is_found() -> None:
    kinds = np.array([FIELD.factors[8].level(u) for u in FIELD.unit[:, 8]])
    root = tree.grow(FIELD, made.response((kinds == 1) * 3.0 + luck(0, 129)))
    assert [leaf.conditions for leaf in root.leaves()] == [("kind = b",), ("kind != b",)]


def test_of_pure_noise_one_tree_in_twenty_splits() -> None:
    def flagged(trial: int) -> bool:
        return tree.grow(SPACE, made.response(luck(trial, 65), name=f"noise {trial}")).yes is not None

    assert made.often(flagged, TRIALS) <= MOST


def test_a_planted_box_is_found_and_judged_on_points_it_did_not_see() -> None:
    inside = (FIELD.unit[:, 2] > 0.5) & (FIELD.unit[:, 5] < 0.6)
    share = np.where(inside, 0.9, 0.1)
    y = (np.random.default_rng(5).random((129, 40)) < share[:, None]).astype(float)
    found = box.find(FIELD, made.response(y, truth=True))
    assert {words.split()[0] for words in found.conditions} == {"x3", "x6"}
    assert found.density > 0.75
    assert found.coverage > 0.6
    assert found.base == pytest.approx(share.mean(), abs=0.1)


def test_a_box_of_noise_promises_nothing() -> None:
    beyond = 0
    for trial in range(60):
        y = (np.random.default_rng([7, trial]).random((129, 10)) < 0.3).astype(float)
        try:
            found = box.find(FIELD, made.response(y, truth=True, name=f"noise {trial}"))
        except NotEnough:
            continue
        beyond += not found.low <= 0.3 <= found.high
    assert beyond <= binom.ppf(0.999, 60, 0.05)


def test_a_rare_event_has_no_box() -> None:
    y = np.zeros((129, 10))
    y[:5, 0] = 1.0
    with pytest.raises(NotEnough, match="it happened in 5 of 1290 runs; a box takes 20 of either"):
        box.find(FIELD, made.response(y, truth=True))


# ---------------------------------------------------------------- odd runs


def test_the_band_is_left_at_the_first_minute_outside() -> None:
    def run(number: int, values: list[float]) -> Replication:
        t_ms = 60_000.0 * np.arange(len(values))
        return Replication(number, "", {}, {"t_ms": t_ms, "x": np.array(values), "y": np.zeros(len(values))})

    others = [run(i, [0.0, i, 2.0 * i]) for i in range(21)]
    assert odd.leaves_band(run(99, [0.0, 19.5, 39.0]), others) == (60_000, "x")
    assert odd.leaves_band(run(99, [0.0, 10.0, 39.0]), others) == (120_000, "x")
    assert odd.leaves_band(run(99, [0.0, 10.0, 20.0, 40.0]), others) == (180_000, "x")
    assert odd.leaves_band(run(99, [0.0, 10.0, 20.0]), others) is None


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished sweep of 40 points, 6 runs each."""
    folder = tmp_path_factory.mktemp("swept")
    path = made.design_file(folder, design="{kind: nolh, points: 40, seed: 0}", replications=6)
    sweep.sweep(reading.read(path), folder / "out", Serial)
    return folder / "out"


@pytest.fixture(scope="module")
def found(swept: Path) -> analyse.Analysis:
    return analyse.analyse(swept, ["attackers_killed", "fight_duration_s", "closest_approach_m"], ["hq_held=false"])


def test_every_section_answers_or_says_why_not(found: analyse.Analysis) -> None:
    body = json.loads(json.dumps(found.body, allow_nan=False))
    assert set(body["responses"]) == {"attackers_killed", "fight_duration_s", "closest_approach_m", "hq_held=false"}
    section = body["responses"]["attackers_killed"]
    assert len(section["main_effects"]["effects"]) == 3
    assert "elementary effects need the points of a `morris` design" in section["morris"]["refused"]
    assert "total effects need" in section["sobol"]["refused"]
    assert "differ in more than one factor" in section["contrasts"]["refused"]
    assert len(section["first_order"]) == 3
    spread = section["distribution"]
    values = [v for v in found.runs.columns["attackers_killed"] if v is not None]
    assert (spread["n_defined"], spread["mean"]) == (240, pytest.approx(np.mean(values)))
    assert spread["q50"]["low"] <= spread["q50"]["value"] <= spread["q50"]["high"]
    assert section["robust"]["low"][0]["sd"] == min(row["sd"] for row in section["robust"]["low"])


def test_odd_runs_can_be_seen_again_by_the_command_that_is_printed(
    found: analyse.Analysis, swept: Path, tmp_path: Path
) -> None:
    names = [one.name for one in found.odd]
    assert "medoid" in names
    assert {"lowest-attackers_killed", "highest-attackers_killed"} & set(names)
    assert len({(one.point, one.rep) for one in found.odd}) == len(found.odd)
    for one in found.odd[:3]:
        replay, view = one.command.split(" && ")
        file = str(swept / "odd" / f"{one.name}.mcap")
        assert shlex.split(replay) == ["khusham", "replay", str(swept), f"{one.point}-{one.rep}", "-o", file]
        result = CliRunner().invoke(app, shlex.split(replay)[1:])
        assert result.exit_code == 0, result.output
        assert result.stdout.splitlines()[-1] == view
        assert shlex.split(view) == ["khusham", "view", file, *(["--at", one.at] if one.at else [])]
        night = load(file)
        assert night.digest == one.digest
        assert json.loads(night.attachments["ensemble.json"])["replications"] == night.meta["replications"] == 240
        again = shlex.split(one.again)
        assert again[-2:] == ["-o", f"{one.name}.mcap"]
        result = CliRunner().invoke(app, [*again[1:-1], str(tmp_path / "again.mcap")])
        assert result.exit_code == 0, result.output
        assert load(tmp_path / "again.mcap").digest == one.digest


def test_people_who_were_hurt_are_rounded_in_words_and_exact_in_json(found: analyse.Analysis) -> None:
    assert words.span("attackers_killed", 83.456, 71.2, -40.03) == "83 [71, -40]"
    assert words.span("attackers_killed>150", 0.83456, 0.5, 0.9) == "0.8346 [0.5, 0.9]"
    assert words.span("rounds_within_500m", 83.456, None, None) == "83.46"
    said, spread = words.in_words(found), found.body["responses"]["attackers_killed"]["distribution"]
    at = said.index("attackers_killed")
    mean, low, high = (hurt.mean(spread[name]) for name in ("mean", "low", "high"))
    levels = ", ".join(f"{q * 100:g} %: {hurt.count(spread[f'q{q * 100:g}']['value'])}" for q in analyse.QUANTILES)
    assert said[at + 1] == f"  mean {mean} [{low}, {high}] over 240 runs; quantiles {levels}"
    assert words.NOTE in said
    for one in found.body["odd"]:
        if one["name"] == "highest-attackers_killed":
            assert one["value"] == max(v for v in found.runs.columns["attackers_killed"] if v is not None)


def test_the_runs_to_look_at_do_not_count_people_to_the_man() -> None:
    y = [83.0, 41.0, 187.0]
    runs = Runs(SPACE, {"stage": []})
    made_up = [made.response(y, name=name) for name in ("attackers_killed", "rounds_within_500m")]
    picked = odd.pick(runs, made_up[:1], {}) + odd.pick(runs, made_up[1:], {})
    assert [(why, value) for _, why, value, _, _ in picked] == [
        ("lowest attackers_killed of all runs: 40", 41.0),
        ("highest attackers_killed of all runs: 190", 187.0),
        ("lowest rounds_within_500m of all runs: 41", 41.0),
        ("highest rounds_within_500m of all runs: 187", 187.0),
    ]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("40-0", "there is no run 40-0 in the table; points 0 to 39"),
        ("3-6", "there is no run 3-6"),
        ("three", "'three' is not a run; allowed: POINT-REP, as 12-3"),
    ],
)
def test_a_run_that_is_not_there_cannot_be_replayed(swept: Path, run: str, said: str) -> None:
    refused = CliRunner().invoke(app, ["replay", str(swept), run])
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_a_metric_that_came_after_the_sweep_has_no_value(swept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(metrics.METRICS, "of_tomorrow", metrics.Metric(lambda view: 1.0, metrics.Kind.RATIO))
    result = CliRunner().invoke(app, ["replay", str(swept), "3-1", "-o", str(swept / "later.mcap")])
    assert result.exit_code == 0, result.output
    body = json.loads(load(swept / "later.mcap").attachments["ensemble.json"])
    assert body["summary"]["of_tomorrow"]["n_defined"] == 0


def test_any_run_can_be_replayed_by_its_number(swept: Path, tmp_path: Path) -> None:
    row = next(row for row in pq.read_table(swept / "runs.parquet").to_pylist() if row["run"] == 700_004)
    result = CliRunner().invoke(app, ["replay", str(swept), "700004", "-o", str(tmp_path / "x.mcap"), "--json"])
    assert json.loads(result.stdout)["recording"] == str(tmp_path / "x.mcap")
    assert load(tmp_path / "x.mcap").digest == row["digest"]
    changed = swept.parent / "changed"
    shutil.copytree(swept, changed)
    text = (changed / "scenario-0.yaml").read_text()
    (changed / "scenario-0.yaml").write_text(text.replace("drift: 1", "drift: 2"))
    refused = CliRunner().invoke(app, ["replay", str(changed), "7-4"])
    assert refused.exit_code == 2
    assert "has changed since the sweep" in refused.stderr


def test_what_is_written(found: analyse.Analysis, swept: Path) -> None:
    written = {path.name for path in analyse.write(swept, found)}
    assert {"analysis.json", "points.parquet", "effects.parquet", "shares.parquet", "odd.parquet"} <= written
    for kind in ("distribution", "effects", "shares", "factors", "robust"):
        assert f"{kind}-attackers_killed.svg" in written
    assert "effects-hq_held-false.svg" in written
    table = pq.read_table(swept / "analysis" / "points.parquet")
    assert table.num_rows == 4 * 40
    assert {"sight", "rounds", "light", "mean", "low", "high", "sd", "q95"} <= set(table.column_names)
    before = {path.name: path.read_bytes() for path in (swept / "analysis").iterdir()}
    analyse.write(swept, found)
    assert {path.name: path.read_bytes() for path in (swept / "analysis").iterdir()} == before
    assert (swept / "analysis" / "effects-attackers_killed.svg").read_text().startswith("<?xml")


def test_a_small_grid_is_drawn_cell_by_cell(tmp_path: Path) -> None:
    path = made.design_file(tmp_path, design="{kind: grid, levels: 2}", replications=6)
    sweep.sweep(reading.read(path), tmp_path / "out", Serial)
    grid = analyse.analyse(tmp_path / "out", ["attackers_killed"], ["attackers_killed>5"])
    drawn = pictures.draw(grid)
    assert {"cells-attackers_killed", "cells-attackers_killed-5", "factors-attackers_killed"} <= set(drawn)
    cells = drawn["cells-attackers_killed"].decode()
    assert cells.count("light bright") == cells.count("light dark") == 4
    said = words.in_words(grid)
    assert any(line.startswith("  light dark to bright, paired: ") for line in said)


def test_the_command(swept: Path) -> None:
    result = CliRunner().invoke(app, ["analyse", str(swept), "--metric", "attackers_killed"])
    assert result.exit_code == 0, result.output
    assert "Small: 240 runs at 40 points (nolh)" in result.stdout
    assert "odd runs" in result.stdout
    for more, said in {
        ("--metric", "attackers_kiled"): "did you mean `attackers_killed`",
        ("--metric", "first_fire_side"): "is a word; ask for one of its values",
        ("--event", "attackers_killed>many"): "'many' is not a number",
    }.items():
        refused = CliRunner().invoke(app, ["analyse", str(swept), *more])
        assert refused.exit_code == 2
        assert said in refused.stderr


def test_there_is_nothing_to_analyse(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="there is no sweep here"):
        analyse.analyse(tmp_path)
    design = reading.read(made.design_file(tmp_path))

    def broken(scenario: Any, **keys: Any) -> Any:
        raise RuntimeError("out of order")

    sweep.sweep(design, tmp_path / "out", Serial, run=broken)
    with pytest.raises(SweepError, match="every run failed; the first: RuntimeError: out of order"):
        analyse.analyse(tmp_path / "out")
    (tmp_path / "out" / "runs.parquet").unlink()
    with pytest.raises(SweepError, match=r"not finished \(runs.parquet is missing\)"):
        analyse.analyse(tmp_path / "out")
