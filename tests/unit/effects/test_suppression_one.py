"""The plain-float twins agree with the array forms."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from sim.effects.suppression import time_to_level, time_to_level_one, with_inflow, with_inflow_one

LEVEL = st.floats(0.0, 20.0)
RATE = st.floats(0.0, 1.0)
TAU = st.floats(1.0, 600.0)


@given(LEVEL, RATE, TAU, st.floats(0.0, 3600.0))
def test_with_inflow(level: float, inflow: float, tau: float, dt: float) -> None:
    assert math.isclose(
        with_inflow_one(level, inflow, tau, dt),
        float(with_inflow(level, inflow, tau, dt)),
        rel_tol=1e-12,
        abs_tol=1e-12,
    )


@given(LEVEL, RATE, TAU, st.floats(0.01, 5.0))
def test_time_to_level(level: float, inflow: float, tau: float, threshold: float) -> None:
    one, many = time_to_level_one(level, inflow, tau, threshold), float(time_to_level(level, inflow, tau, threshold))
    assert one == many or math.isclose(one, many, rel_tol=1e-9, abs_tol=1e-9)
