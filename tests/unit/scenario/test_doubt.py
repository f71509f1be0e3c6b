"""Doubt of a number that is held: a factor, give or take, and what fits which number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.doubt import bounds, faults


@pytest.mark.parametrize(
    ("raw", "number", "unit", "doubt", "wanted"),
    [
        ("10 km/h", 10, "km/h", "x2", (5, 20)),
        ("10 km/h", 10, "km/h", "300 m", (None, None)),
        ("10 km/h", 10, "km/h", ["300 m", "x2"], (5, 20)),
        ("2 km", 2, "km", ["x2", "300 m"], (1.7, 2.3)),
        ("-2 km", -2, "km", "x2", (-4, -1)),
        (0.8, 0.8, "", "x2", (0.4, 1)),
        (3, 3, "", "x1.5", (2, 4)),
        (0, 0, "", "x2", (0, 0)),
        ("0 m", 0, "m", "300 m", (-300, 300)),
        (35.3361, 35.3361, "", 0.01, (35.33, 35.35)),
        ("2018-02-07T22:30+02:00", "2018-02-07T22:30+02:00", "time", ["x2", "30 min"],
         ("2018-02-07T22:00+02:00", "2018-02-07T23:00+02:00")),
        ("2018-02-07T22:30+02:00", "2018-02-07T22:30+02:00", "time", "x2", (None, None)),
        (True, True, "", "x2", (None, None)),
        ("10 m", 10, "m", None, (None, None)),
    ],
)  # fmt: skip
def test_the_first_that_fits_holds(raw: Any, number: Any, unit: str, doubt: Any, wanted: tuple[Any, Any]) -> None:
    assert bounds(raw, number, unit, doubt) == wanted


@given(st.floats(-1e6, 1e6), st.floats(1.01, 100.0))
def test_a_number_lies_within_its_doubt(number: float, factor: float) -> None:
    """To the four digits in which a doubt is told."""
    least, most = bounds(f"{number:.6f} m", number, "m", f"x{factor:.6f}")
    slack = 1e-3 * abs(number) + 1e-9
    assert least - slack <= number <= most + slack


@pytest.mark.parametrize("doubt", ["x2", "300 m", 0.01, ["x1.5", "300 m", "30 min"], None])
def test_what_may_be_written(doubt: Any) -> None:
    assert not list(faults(doubt))


@pytest.mark.parametrize("doubt", ["x1", "x0.5", "two", "0 m", -1, True, ["x2", "much"], {"times": 2}])
def test_what_may_not_is_told_with_what_is_allowed(doubt: Any) -> None:
    (told,) = faults(doubt)
    assert "allowed: a factor above 1 as `x2`, a quantity as `300 m`" in told
