"""The 95 % intervals that `khusham run -n` prints cover the truth 95 times in a hundred, over the whole engine."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as reference

from sim import stats
from tests.theory import solvers
from tests.theory.battles import duels

GROUPS, N = 1000, 20
SALVO = {"shooters": 20, "targets": 8, "p": 0.4}


@pytest.mark.slow
def test_pitfall_16_printed_intervals_cover_95_of_100() -> None:
    """1,000 ensembles of 20 runs each of a volley whose losses have a known law: the interval of the mean loss and
    that of the chance of five or more. 95 +- 2 % are 2.9 standard errors of a coverage at 1,000 ensembles.

    Wilson's interval covers exactly so much as the binomial says at this p and n, which is checked as well.
    """
    killed = duels.one_volley(SALVO, "random", GROUPS * N, 17)[""].reshape(GROUPS, N)
    law = solvers.kills_of_salvo(SALVO["shooters"], SALVO["targets"], SALVO["p"])
    mean, p = float(law @ np.arange(9)), float(law[5:].sum())
    means = [stats.summary(row) for row in killed]
    shares = [stats.summary([bool(k >= 5) for k in row]) for row in killed]
    for truth, rows in ((mean, means), (p, shares)):
        covered = sum(row["low"] <= truth <= row["high"] for row in rows)  # type: ignore[operator]
        assert 0.93 * GROUPS <= covered <= 0.97 * GROUPS
    exact = sum(
        reference.binom.pmf(k, N, p)
        for k in range(N + 1)
        if stats.wilson(k, N)[0] <= p <= stats.wilson(k, N)[1]  # type: ignore[index]
    )
    assert 0.93 <= exact <= 0.97
