"""Intervals, comparisons and stopping, against scipy.stats and by their own promises.

Older scipy has its own t quantile right to nine digits only: hence the tolerances here; the oracles are tighter.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from sim import stats

samples = st.lists(st.integers(-1000, 1000).map(lambda v: v / 8.0), min_size=2, max_size=60)


def luck() -> np.random.Generator:
    """The same numbers for every test, in whatever order tests run."""
    return np.random.default_rng(20180207)


@given(samples, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_mean_interval_is_the_t_interval(values: list[float], confidence: float) -> None:
    got = stats.mean_interval(values, confidence)
    assert got is not None
    half = reference.t.ppf(0.5 + confidence / 2, len(values) - 1) * np.std(values, ddof=1) / len(values) ** 0.5
    assert got == pytest.approx((np.mean(values) - half, np.mean(values) + half), rel=1e-6, abs=1e-6)


def test_one_value_has_no_interval_and_infinity_is_refused() -> None:
    assert stats.mean_interval([3.0]) is None
    assert stats.mean_interval([]) is None
    with pytest.raises(ValueError, match="finite"):
        stats.mean_interval([1.0, np.nan])


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_proportion_intervals_meet_scipy(case: tuple[int, int]) -> None:
    k, n = case
    test = reference.binomtest(k, n)
    for mine, method in ((stats.wilson, "wilson"), (stats.clopper_pearson, "exact")):
        low, high = test.proportion_ci(0.95, method)
        assert mine(k, n) == pytest.approx((low, high), abs=1e-12)


def test_proportion_edges_and_mistakes() -> None:
    assert stats.wilson(0, 0) is None
    assert stats.clopper_pearson(0, 0) is None
    assert stats.wilson(0, 20)[0] == 0.0  # type: ignore[index]
    assert stats.wilson(20, 20)[1] == 1.0  # type: ignore[index]
    for wrong in (-1, 21):
        with pytest.raises(ValueError, match="0 to 20"):
            stats.wilson(wrong, 20)


def test_pitfall_16_t_intervals_cover_what_they_promise() -> None:
    """1,000 intervals from 30 values each cover the mean 93 to 97 times in a hundred."""
    values = luck().normal(5.0, 2.0, (1000, 30))
    covered = sum(low <= 5.0 <= high for low, high in map(stats.mean_interval, values))  # type: ignore[misc]
    assert 930 <= covered <= 970


def test_pitfall_16_wilson_covers_where_wald_does_not() -> None:
    """Exact coverage of 50 trials, averaged over p from 0.01 to 0.99."""
    n, k = 50, np.arange(51)
    wilson = np.array([stats.wilson(int(v), n) for v in k])
    half = 1.96 * np.sqrt(k / n * (1 - k / n) / n)
    wald = np.stack((k / n - half, k / n + half), axis=1)
    p = np.arange(1, 100)[:, None] / 100
    chance = reference.binom.pmf(k, n, p)

    def coverage(bounds: np.ndarray) -> float:
        return float(np.mean(np.sum(chance * ((bounds[:, 0] <= p) & (p <= bounds[:, 1])), axis=1)))

    assert coverage(wilson) == pytest.approx(0.95, abs=0.01)
    assert coverage(wald) < 0.93


# Quantiles.


@given(st.integers(1, 300), st.sampled_from([0.05, 0.25, 0.5, 0.9]))
def test_quantile_interval_has_the_coverage_it_states_or_is_refused(n: int, q: float) -> None:
    got = stats.quantile_interval(np.arange(n, dtype=float), q)
    binomial = reference.binom(n, q)
    if got is None:
        # no rank leaves 2.5 % or less below it, or none above it
        assert binomial.pmf(0) > 0.025 - 1e-12 or binomial.pmf(n) > 0.025 - 1e-12
        return
    exact = binomial.cdf(got.s - 1) - binomial.cdf(got.r - 1)
    assert got.coverage == pytest.approx(exact, abs=1e-12)
    assert got.coverage >= 0.95 - 1e-12
    assert (got.low, got.high) == (got.r - 1.0, got.s - 1.0)
    # no rank could be drawn in without breaking its tail
    assert binomial.cdf(got.r) > 0.025 - 1e-12
    assert binomial.sf(got.s - 2) > 0.025 - 1e-12


def test_quantile_interval_refuses_small_samples() -> None:
    assert stats.quantile_interval([], 0.5) is None
    assert stats.quantile_interval(range(5), 0.5) is None
    assert stats.quantile_interval(range(6), 0.5) is not None
    assert stats.quantile_interval(range(70), 0.95) is None
    assert stats.quantile([4.0, 1.0, 3.0], 0.5) == 3.0


# Comparisons.


@given(samples)
def test_paired_and_welch_meet_scipy(values: list[float]) -> None:
    a = np.asarray(values)
    b = a * 1.5 + np.arange(a.size)
    found = stats.paired(a, b)
    want = reference.ttest_rel(b, a).confidence_interval(0.95)
    assert found.mean == pytest.approx(np.mean(b - a), abs=1e-9)
    assert found.interval == pytest.approx((want.low, want.high), rel=1e-6, abs=1e-6)
    other = np.append(b, 7.25)
    if np.var(a) > 0.0:
        test = reference.ttest_ind(other, a, equal_var=False)
        got = stats.welch(a, other)
        assert got.interval == pytest.approx(tuple(test.confidence_interval(0.95)), rel=1e-6, abs=1e-6)
        assert got.df == pytest.approx(test.df, rel=1e-9)


def test_a_null_variant_differs_by_exactly_nothing() -> None:
    same = [3.0, 5.0, 8.0]
    assert stats.paired(same, same) == (0.0, (0.0, 0.0), 2.0)
    assert stats.variance_reduction(same, same) == np.inf
    assert stats.welch([1.0, 1.0], [2.0, 2.0]).interval == (1.0, 1.0)
    assert stats.variance_reduction([1.0, 1.0], [2.0, 2.0]) == 1.0
    assert stats.variance_reduction([1.0], [2.0]) is None


def test_variance_reduction_is_the_ratio_of_variances() -> None:
    rng = luck()
    a = rng.normal(0.0, 3.0, 4000)
    b = 0.8 * a * 4.0 / 3.0 + 0.6 * rng.normal(0.0, 4.0, 4000)
    expected = stats.paired_variance(9.0, 16.0, 0.8, 1).factor
    assert stats.variance_reduction(a, b) == pytest.approx(expected, rel=0.1)
    assert stats.paired_variance(9.0, 16.0, 0.0, 10).factor == 1.0


@pytest.mark.parametrize("call", [stats.paired, stats.welch, stats.variance_reduction])
def test_comparisons_say_what_is_wrong(call: object) -> None:
    with pytest.raises(ValueError, match="need"):
        call([1.0], [1.0, 2.0])  # type: ignore[operator]


# Stopping and planning.


def test_stopping_looks_only_at_whole_blocks_and_only_backwards() -> None:
    values = luck().normal(100.0, 30.0, 400)
    n = stats.stop_at(values, 0.05, block=20)
    assert n is not None
    assert n % 20 == 0
    assert stats.precise_enough(values[:n], 0.05)
    assert not stats.precise_enough(values[: n - 20], 0.05)
    assert stats.stop_at(np.append(values[:n], 1e6), 0.05, block=20) == n
    assert stats.stop_at(values[: n - 1], 0.05, block=20) is None


def test_stopping_asks_for_the_adjusted_precision_and_enough_values() -> None:
    # half-width t s/sqrt n: between gamma' and gamma of the mean it must go on
    values = np.tile([90.0, 110.0], 10)
    bounds = stats.mean_interval(values)
    assert bounds is not None
    half = (bounds.high - bounds.low) / 200.0
    assert not stats.precise_enough(values, half)
    assert stats.precise_enough(values, half / (1.0 - half) * 1.000001)
    assert not stats.precise_enough(values[:18], 0.5)
    assert not stats.precise_enough([1.0], 0.5, least=1)
    with pytest.raises(ValueError, match="block"):
        stats.stop_at(values, 0.1, block=1)


@given(st.floats(0.01, 0.99), st.floats(0.005, 0.2))
def test_proportion_size_is_the_least_that_does(p: float, half: float) -> None:
    n = stats.proportion_size(p, half)
    z = reference.norm.ppf(0.975)
    assert z * (p * (1 - p) / n) ** 0.5 <= half * (1 + 1e-12)
    assert n == 1 or z * (p * (1 - p) / (n - 1)) ** 0.5 >= half * (1 - 1e-12)


# What tables print.


def test_nearest_to_median_takes_the_first_of_equals() -> None:
    assert stats.nearest_to_median([9.0, 1.0, 5.0, 4.0, 6.0]) == 2
    assert stats.nearest_to_median([1.0, 3.0, 3.0, 1.0]) == 0


def test_summary_of_numbers_leaves_out_the_undefined() -> None:
    got = stats.summary([1.0, None, 2.0, float("nan"), 6.0])
    low, high = stats.mean_interval([1.0, 2.0, 6.0])  # type: ignore[misc]
    assert got == {
        "mean": 3.0,
        "low": low,
        "high": high,
        "median": 2.0,
        "p5": pytest.approx(1.1),
        "p95": pytest.approx(5.6),
        "n_defined": 3,
    }


def test_summary_of_truths_uses_wilson_and_of_one_or_none_has_no_interval() -> None:
    got = stats.summary([True, False, True, None])
    assert (got["mean"], (got["low"], got["high"])) == (pytest.approx(2 / 3), stats.wilson(2, 3))
    one = stats.summary([7])
    assert (one["mean"], one["low"], one["high"], one["n_defined"]) == (7.0, None, None, 1)
    empty = stats.summary([None])
    assert set(empty.values()) == {None, 0}
    # a count of zeros and ones is no truth
    assert stats.summary([1, 0])["low"] != stats.summary([True, False])["low"]
