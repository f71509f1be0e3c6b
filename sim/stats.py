"""Statistics of replications: intervals, differences, quantiles, stopping.

The unit of analysis is the replication: one number from each, independent and identically distributed. Nothing here
draws a random number. Where an interval cannot be had (too few values) the answer is None, never a guess.
Sources: Law, *Simulation Modeling & Analysis*; Wilson 1927; Newcombe, Stat. Med. 17 (1998); Clopper & Pearson 1934.
"""

from collections.abc import Sequence
from math import ceil, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, betaincinv, ndtri

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """A two-sided confidence interval."""

    low: float
    high: float


class Difference(NamedTuple):
    """A mean difference, its interval (None when it cannot be had) and the degrees of freedom behind it."""

    mean: float
    interval: Interval | None
    df: float


class QuantileInterval(NamedTuple):
    """Order statistics around a quantile: 1-based ranks r < s, their values, and the exact coverage."""

    r: int
    s: int
    low: float
    high: float
    coverage: float


def _sample(values: ArrayLike) -> Floats:
    sample = np.asarray(values, dtype=np.float64).ravel()
    if not np.all(np.isfinite(sample)):
        raise ValueError("statistics need finite values; leave out the undefined replications first")
    return sample


def z_value(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95."""
    return float(ndtri(0.5 + 0.5 * confidence))


def t_value(df: float, confidence: float) -> float:
    """Two-sided Student quantile with df (any positive number) degrees of freedom."""
    # through the beta law of t**2/(df + t**2), which is more exact than `stdtrit` in older scipy
    share = float(betaincinv(0.5, 0.5 * df, confidence))
    return float(np.sqrt(df * share / (1.0 - share)))


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval | None:
    """t interval of the mean; None for fewer than two values."""
    return _about(_sample(values), confidence)


def _about(sample: Floats, confidence: float) -> Interval | None:
    if sample.size < 2:
        return None
    mean = float(np.mean(sample))
    half = t_value(sample.size - 1, confidence) * float(np.std(sample, ddof=1)) / sample.size**0.5
    return Interval(mean - half, mean + half)


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval of a proportion, right at 0 and at n successes; None for n = 0."""
    _check_count(successes, n)
    if n == 0:
        return None
    z = z_value(confidence)
    p, share = successes / n, z * z / n
    middle = p + 0.5 * share
    half = (share * (p * (1.0 - p) + 0.25 * share)) ** 0.5
    low = 0.0 if successes == 0 else (middle - half) / (1.0 + share)
    high = 1.0 if successes == n else (middle + half) / (1.0 + share)
    return Interval(low, high)


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Exact (conservative) interval of a proportion by beta quantiles; None for n = 0."""
    _check_count(successes, n)
    if n == 0:
        return None
    tail = 0.5 - 0.5 * confidence
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1.0 - tail))
    return Interval(low, high)


def _check_count(successes: int, n: int) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} trials: allowed are 0 to {n}")


def quantile(values: ArrayLike, q: float) -> float:
    """Sample quantile, linear between order statistics; refuses an empty sample."""
    return float(np.quantile(_sample(values), q))


def rank_coverage(n: int, q: float, r: int, s: int) -> float:
    """P(X(r) <= quantile < X(s)) for 1 <= r < s <= n of a continuous law: Bin(n, q) between r and s - 1."""
    return float(bdtr(s - 1.0, n, q) - bdtr(r - 1.0, n, q))


def quantile_interval(values: ArrayLike, q: float, confidence: float = 0.95) -> QuantileInterval | None:
    """Distribution-free interval of the q-quantile, with its exact coverage; None when n is too small for it.

    Equal tails: r is the highest rank with P(Bin < r) <= alpha/2, s the lowest with P(Bin >= s) <= alpha/2.
    """
    sample = np.sort(_sample(values))
    n, tail = sample.size, 0.5 - 0.5 * confidence
    if n == 0:
        return None
    below = bdtr(np.arange(n, dtype=np.float64), n, q)  # P(Bin <= k), k = 0 .. n-1
    low_ranks = np.flatnonzero(below <= tail)
    high_ranks = np.flatnonzero(1.0 - below <= tail)
    if not low_ranks.size or not high_ranks.size:
        return None
    r, s = int(low_ranks[-1]) + 1, int(high_ranks[0]) + 1
    return QuantileInterval(r, s, float(sample[r - 1]), float(sample[s - 1]), rank_coverage(n, q, r, s))


def paired(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Difference:
    """Mean of second - first over replications run under the same luck, with the paired-t interval."""
    a, b = _sample(first), _sample(second)
    if a.size != b.size or not a.size:
        raise ValueError(f"pairs need equal, non-zero numbers of values: {a.size} and {b.size}")
    gap = b - a
    return Difference(float(np.mean(gap)), _about(gap, confidence), gap.size - 1.0)


def welch(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Difference:
    """Mean of second - mean of first, independent samples of unequal variance (Welch-Satterthwaite)."""
    a, b = _sample(first), _sample(second)
    if min(a.size, b.size) < 2:
        raise ValueError(f"a comparison of independent samples needs two values each: {a.size} and {b.size}")
    gap = float(np.mean(b) - np.mean(a))
    return welch_from(gap, float(np.var(a, ddof=1)), a.size, float(np.var(b, ddof=1)), b.size, confidence)


def welch_from(
    mean_difference: float, var1: float, n1: int, var2: float, n2: int, confidence: float = 0.95
) -> Difference:
    """`welch` from sample variances (n - 1) and sizes; without any variance the interval is the point itself."""
    one, two = var1 / n1, var2 / n2
    if one + two == 0.0:
        return Difference(mean_difference, Interval(mean_difference, mean_difference), float(n1 + n2 - 2))
    df = (one + two) ** 2 / (one * one / (n1 - 1) + two * two / (n2 - 1))
    half = t_value(df, confidence) * (one + two) ** 0.5
    return Difference(mean_difference, Interval(mean_difference - half, mean_difference + half), df)


class PairedVariance(NamedTuple):
    """Variance of the mean difference of n pairs, with and without common luck, and the factor between them."""

    independent: float
    common: float
    factor: float


def paired_variance(var1: float, var2: float, rho: float, n: int) -> PairedVariance:
    """What common random numbers of correlation rho buy: Var = (v1 + v2 - 2 rho s1 s2)/n, (v1 + v2)/n without."""
    apart = (var1 + var2) / n
    together = max(var1 + var2 - 2.0 * rho * (var1 * var2) ** 0.5, 0.0) / n
    return PairedVariance(apart, together, _ratio(apart, together))


def variance_reduction(first: ArrayLike, second: ArrayLike) -> float | None:
    """(var first + var second)/var(second - first) of pairs: how many times fewer runs; inf when they never differ.

    None for fewer than two pairs. 1 means the common luck buys nothing.
    """
    a, b = _sample(first), _sample(second)
    if a.size != b.size:
        raise ValueError(f"pairs need equal numbers of values: {a.size} and {b.size}")
    if a.size < 2:
        return None
    apart = float(np.var(a, ddof=1) + np.var(b, ddof=1))
    return _ratio(apart, float(np.var(b - a, ddof=1)))


def _ratio(apart: float, together: float) -> float:
    if together > 0.0:
        return apart / together
    return float("inf") if apart > 0.0 else 1.0


def relative_target(gamma: float) -> float:
    """gamma' = gamma/(1 + gamma): demand this of half-width/|mean| to keep the true relative error below gamma."""
    return gamma / (1.0 + gamma)


def precise_enough(values: ArrayLike, gamma: float, confidence: float = 0.95, least: int = 20) -> bool:
    """Stopping rule: n >= least and half-width <= gamma/(1 + gamma) |mean|.

    Looking again and again under-covers slightly: `stop_at` looks in blocks, and the rule belongs in the report.
    """
    sample = _sample(values)
    bounds = _about(sample, confidence)
    if bounds is None or sample.size < least:
        return False
    return 0.5 * (bounds.high - bounds.low) <= relative_target(gamma) * abs(float(np.mean(sample)))


def stop_at(values: ArrayLike, gamma: float, block: int = 20, confidence: float = 0.95) -> int | None:
    """Replications after which a fixed-block rule stops: the first multiple of `block` precise enough, else None.

    A function of the values in replication order alone, so it cannot depend on which worker was ready first.
    """
    if block < 2:
        raise ValueError(f"a block needs two replications or more, not {block}")
    sample = _sample(values)
    for n in range(block, sample.size + 1, block):
        if precise_enough(sample[:n], gamma, confidence, least=block):
            return n
    return None


def proportion_size(p: float, half_width: float, confidence: float = 0.95) -> int:
    """Replications for a proportion p known to +- half_width: ceil(z**2 p(1 - p)/h**2) (planning, normal)."""
    return ceil(z_value(confidence) ** 2 * p * (1.0 - p) / half_width**2)


def nearest_to_median(values: ArrayLike) -> int:
    """Index of the value nearest to the sample median; the first of equals."""
    sample = _sample(values)
    return int(np.argmin(np.abs(sample - np.median(sample))))


def coarse(people: float) -> int:
    """People who were hurt in one night as text gives them: below ten as they are, since one wounded is not none; from
    ten on to the nearest five, from a hundred on to the nearest ten."""
    step = 1 if people < 9.5 else 5 if people < 97.5 else 10
    return step * round(people / step)


class Summary(NamedTuple):
    """What a table prints about one metric; low and high bound the mean (the proportion, for booleans)."""

    mean: float | None
    low: float | None
    high: float | None
    median: float | None
    p5: float | None
    p95: float | None
    n_defined: int


def summary(
    values: Sequence[float | bool | None] | Floats, confidence: float = 0.95, least: float | None = None
) -> dict[str, float | int | None]:
    """{mean, low, high, median, p5, p95, n_defined} of the defined values (None and NaN are undefined).

    low and high are the t interval of the mean, for booleans Wilson's; null with fewer than two defined values.
    `least`: what no value can lie below, as 0 for counts; nor can their mean, so the interval is cut there and covers
    as often.
    """
    defined = [v for v in values if v is not None and isfinite(v)]
    n = len(defined)
    if n == 0:
        return Summary(None, None, None, None, None, None, 0)._asdict()
    sample = np.asarray(defined, dtype=np.float64)
    truth = all(isinstance(v, (bool, np.bool_)) for v in defined)
    bounds: Interval | None = None
    if n > 1:
        bounds = wilson(int(sample.sum()), n, confidence) if truth else _about(sample, confidence)
    low, high = bounds or (None, None)
    if low is not None and least is not None:
        low = max(low, least)
    p5, median, p95 = (float(v) for v in np.quantile(sample, [0.05, 0.5, 0.95]))
    return Summary(float(np.mean(sample)), low, high, median, p5, p95, n)._asdict()
