"""Every closed form of the oracle file against the shipped functions, at the file's own tolerances."""

from typing import Any

import pytest

from tests.theory import adapter
from tests.theory.verdicts import differences, well_formed

OPEN = [case for case in adapter.CASES if "expected" in case]
BLIND = [case for case in adapter.CASES if "expected" not in case]

# What a blind answer must look like, where that is more than one number.
BLIND_SHAPE: dict[str, Any] = {
    "DEL-03": 3,
    "MOR-02": 4,
    "LAN-02": {"x_final", "t_end"},
    "LAN-07": {"us", "japan"},
    "LAN-09": {"x_final", "t_end"},
    "QUE-01": {"erlang_c", "erlang_b", "Lq", "Wq_s", "W_s"},
    "QUE-09": 2,
    "RNG-05": 8,
    "RNG-06": 8,
    "RNG-07": 8,
    "OUT-09": {"S1", "ST", "var"},
    "OUT-11": {"mu", "mu_star", "sigma"},
    "OUT-15": 2,
    **{f"STO-{n:02d}": {"p_x_wins", "e_x", "e_y", "e_t"} for n in (3, 6, 8, 10)},
    **{f"STO-{n:02d}": {"x_wins", "y_wins", "mutual_annihilation"} for n in (13, 14)},
    "KCH-02": {"p_survive", "mean_leakers", "sd_leakers"},
    "KCH-04": {"mean_leakers", "sd_leakers", "p_none"},
}


def _identity(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", OPEN, ids=_identity)
def test_open_case_is_met(case: dict[str, Any]) -> None:
    assert differences(adapter.evaluate(case), case["expected"], case["tolerance"]) == []


@pytest.mark.parametrize(
    "case", [case for case in OPEN if "published" in case and case["kind"] != "bit_exact"], ids=_identity
)
def test_open_case_meets_the_published_digits(case: dict[str, Any]) -> None:
    """Books print two to four digits: half a unit of the coarsest is allowed, in the dispersion ladder a whole one."""
    allowed = 0.01 if case["id"] == "DEL-06" else 0.005
    got, printed = adapter.evaluate(case), case["published"]
    if isinstance(printed, dict):
        got = {key: got[key] for key in printed}
    assert differences(got, printed, {"abs": allowed, "rel": allowed}) == []


@pytest.mark.parametrize("case", BLIND, ids=_identity)
def test_blind_case_has_a_finite_answer_of_the_right_shape(case: dict[str, Any]) -> None:
    got = adapter.evaluate(case)
    assert well_formed(got)
    shape = BLIND_SHAPE.get(case["id"])
    if shape is None:
        assert isinstance(got, float)
    else:
        assert (set(got) if isinstance(got, dict) else len(got)) == shape


def test_every_case_has_an_answer_and_every_answer_a_case() -> None:
    assert set(adapter.ANSWERS) == {case["id"] for case in adapter.CASES}


@pytest.mark.parametrize("case", [case for case in OPEN if case["kind"] != "bit_exact"], ids=_identity)
def test_the_comparison_can_fail(case: dict[str, Any]) -> None:
    """A planted error of ten times the tolerance in any one number of the answer is reported."""
    got = adapter.evaluate(case)
    tolerance = {"abs": case["tolerance"]["abs"], "rel": case["tolerance"]["rel"]}

    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            key = next(iter(value))
            return {**value, key: spoilt(value[key])}
        if isinstance(value, list):
            return [spoilt(value[0]), *value[1:]]
        return value + max(10.0 * tolerance["rel"] * abs(value), 1e-11) + (1.0 if tolerance["rel"] == 0 else 0.0)

    assert len(differences(spoilt(got), case["expected"], tolerance)) == 1
