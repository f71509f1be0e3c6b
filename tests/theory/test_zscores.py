"""The check on all z-scores together can fail, as often as it says, and seldom fails by chance.

2000 samples of 49 scores each, seed fixed; a share of 0.9 has a standard error of 0.007: 4 of them are allowed.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.theory.battles.zscores import SURE, power, strange

K, SAMPLES = 49, 2000


def refused(mean: float, sd: float) -> float:
    """Share of samples of scores with that mean and spread that are refused."""
    z = np.random.default_rng(49).normal(mean, sd, (SAMPLES, K))
    return float(np.mean([bool(strange(row)) for row in z]))


def test_standard_normal_scores_are_accepted() -> None:
    assert refused(0.0, 1.0) <= 0.001


@pytest.mark.parametrize("which", ["bias", "too small", "too large"])
def test_what_it_sees_it_sees_as_often_as_it_says(which: str) -> None:
    shift, small, large = power(K)
    mean, sd = {"bias": (shift, 1.0), "too small": (0.0, small), "too large": (0.0, large)}[which]
    assert refused(mean, sd) == pytest.approx(SURE, abs=4.0 * (SURE * (1.0 - SURE) / SAMPLES) ** 0.5)


def test_checks_that_compare_a_thing_with_itself_are_refused() -> None:
    assert strange(np.full(K, 1e-9))
