"""The whole engine against closed forms: the cheap cases at their full sample sizes, each able to fail.

n is fixed in `battles/plans.py`. A case passes if every number lies within 4 standard errors, and the value of a known
wrong engine lies at least 6 from the exact one, so that this engine would be refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.theory import adapter
from tests.theory.battles.judging import Estimate, estimated, estimates, powerful
from tests.theory.battles.plans import PLANS, seed_of

CASES = {case["id"]: case for case in adapter.CASES}


def judged(case: dict[str, Any]) -> list[Estimate]:
    """Estimates of a case at its own n and seed."""
    plan = PLANS[case["id"]]
    return estimates(case, adapter.simulate(case, plan.n, seed_of(case["id"])), adapter.exact(case))


def _check(name: str) -> None:
    found = judged(CASES[name])
    assert [row for row in found if not row.good] == []
    assert powerful(CASES[name], found)


@pytest.mark.parametrize("name", [name for name, plan in PLANS.items() if plan.quick])
def test_engine_meets_the_closed_form(name: str) -> None:
    _check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, plan in PLANS.items() if not plan.quick])
def test_engine_meets_the_closed_form_at_length(name: str) -> None:
    _check(name)


def test_every_engine_case_of_the_file_has_its_run() -> None:
    engine = {name for name, case in CASES.items() if "engine_mc" in case["kind"] or case["kind"] == "artefact"}
    assert len(engine) == 51
    assert set(PLANS) == engine


SAME_SHAPE: dict[str, tuple[dict[str, float], int]] = {
    "STO-09": ({"x0": 7, "y0": 4, "a": 0.3, "b": 0.05}, 400),
    "DIR-11": (
        {"t_flight_s": 0, "t_acquire_s": 0, "p_first": 0.8, "p_hit_after_miss": 0.2, "p_kill_given_hit": 0.3},
        300,
    ),
    "SUP-04": ({"impact_rate_per_s": 0.3, "decay_per_s": 1.0, "threshold": 0.5, "jump_mean": 3.0}, 60),
    "DET-13": ({"end_range_m": 0, "n50": 4.0, "speed_m_s": 25, "tau_s": 9}, 300),
}


@pytest.mark.parametrize("name", SAME_SHAPE)
def test_another_case_of_the_same_shape_is_answered(name: str) -> None:
    """Numbers nobody here tuned to. n = 300 or 400: 4 SE of a share are 0.1, of a mean time a quarter of it."""
    numbers, n = SAME_SHAPE[name]
    case = {"id": name, "inputs": {**CASES[name]["inputs"], **numbers}}
    found = estimates(case, adapter.simulate(case, n, 1), adapter.exact(case))
    assert [row for row in found if not row.good] == []


OTHERS: dict[str, dict[str, Any]] = {
    "QUE-02": {"servers": 5, "arrival_per_s": 0.003, "service_per_s": 0.001},
    "QUE-05": {"model": "M/M/2", "arrival_per_s": 30.0, "service_per_s": 25.0, "t_s": [0, 0.01, 0.1]},
    "QUE-06": {"arrival_per_s": 0.5, "service_mean_s": 1.0, "service_sd_s": 1.5},
    "QUE-07": {"arrival_per_s": 0.001, "service_s": 400.0},
    "QUE-08": {"arrival_per_s": 2.0, "service_per_s": [4.0, 5.0]},
    "QUE-09": {"arrival_per_s": [0.3, 0.1], "service_per_s": 1.0},
    "QUE-10": {"model": "first 12 customers", "arrival_per_s": 2.0, "service_per_s": 1.0},
    "QUE-11": {"model": "M/M/3/3", "arrival_per_s": 6.0, "service_per_s": 1.0},
    "KCH-01": {"stage_rates_per_s": [0.1, 0.1, 0.02, 0.05], "t_s": [20, 100]},
    "KCH-02": {"attackers": 40, "detect_rate_per_s": 1.0, "kill_rate_after_detect_per_s": 2.0, "exposure_s": 1.0},
    "KCH-04": {"attackers": 7, "defender_channels": 10, "kill_rate_per_channel_per_s": 0.01, "exposure_s": 60},
}
"""Queues and chains with numbers nobody tuned to: other units of time, loads, servers, stages, spreads."""


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_other_queues_and_chains_are_answered(name: str) -> None:
    """n = 40: within 5 SE, since the SE itself is uncertain by a ninth (of 30 numbers one in 3000 would miss)."""
    case = {"id": name, "inputs": OTHERS[name]}
    found = estimates(case, adapter.simulate(case, 40, seed_of(name)), adapter.exact(case))
    assert [row for row in found if abs(row.z) > 5.0] == []


def test_a_wrong_expectation_is_refused() -> None:
    """The comparison can fail: against an even split, 10 standard errors off at this n, random targets do."""
    case = CASES["DIR-12"]
    arrays = adapter.simulate(case, PLANS["DIR-12"].n, seed_of("DIR-12"))
    assert all(row.good for row in estimates(case, arrays, adapter.exact(case)))
    assert not any(row.good for row in estimates(case, arrays, adapter.evaluate(CASES["DIR-13"])))


def test_standard_errors_of_moments_and_median_are_those_of_theory() -> None:
    """Normal data, n = 40,000: SE of the variance is sqrt(2/n), of the deviation 1/sqrt(2n), of the median
    1.2533/sqrt n; 10 % allowed, the estimates of the SEs themselves scatter by 1 to 5 %."""
    values = np.random.default_rng(5).standard_normal(40_000)
    for how, se in (("mean", 1.0), ("var", 2.0**0.5), ("sd", 0.5**0.5), ("median", 1.2533)):
        assert estimated(values, how, 0.0)[1] == pytest.approx(se / 200.0, rel=0.1)
