"""The reference solvers against second methods: published closed forms, the incomplete beta, Little's law, limits."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp, trapezoid
from scipy.special import betainc

from tests.theory import solvers


@pytest.mark.parametrize(("x0", "y0"), [(2, 3), (2, 7), (3, 2), (3, 6), (5, 1), (9, 1)])
def test_square_markov_combat_meets_hankin(x0: int, y0: int) -> None:
    got = solvers.markov_combat(x0, y0, lambda x, y: y, lambda x, y: x)["p_x_wins"]
    assert got == pytest.approx(solvers.hankin(x0, y0), rel=1e-13)


@pytest.mark.parametrize(("x0", "y0", "a", "b"), [(10, 10, 0.002, 0.002), (40, 60, 0.001, 0.0016), (3, 1, 1.0, 5.0)])
def test_linear_markov_combat_is_an_incomplete_beta(x0: int, y0: int, a: float, b: float) -> None:
    got = solvers.markov_combat(x0, y0, lambda x, y: a * x * y, lambda x, y: b * x * y)["p_x_wins"]
    assert got == pytest.approx(betainc(y0, x0, b / (a + b)), rel=1e-12)


def test_reinforced_law_meets_an_ode_solver() -> None:
    landings = [(0.0, 1.0, 54000.0), (2.0, 3.0, 6000.0), (5.0, 6.0, 13000.0)]

    def slope(t: float, s: np.ndarray) -> list[float]:
        rate = sum(r for start, stop, r in landings if start <= t < stop)
        return [rate - 0.0544 * s[1], -0.0106 * s[0]]

    state = np.array([0.0, 21500.0])
    for start, stop in ((0, 1), (1, 2), (2, 3), (3, 5), (5, 6), (6, 20)):
        state = solve_ivp(slope, (start, stop - 1e-12), state, rtol=1e-11, atol=1e-7).y[:, -1]
    assert solvers.reinforced_law(0.0, 21500.0, 0.0544, 0.0106, landings, 20.0) == pytest.approx(state, rel=1e-7)


def test_linear_law_at_parity_is_the_limit() -> None:
    at = solvers.linear_law(100.0, 100.0, 0.001, 0.001, 30.0)
    near = solvers.linear_law(100.0, 100.0 * (1.0 + 1e-9), 0.001, 0.001, 30.0)
    assert near == pytest.approx(at, rel=1e-7)


def test_salvo_kills_sum_to_one_and_have_the_random_fire_mean() -> None:
    pmf = solvers.kills_of_salvo(20, 8, 0.4)
    assert pmf.sum() == pytest.approx(1.0, rel=1e-13)
    assert pmf @ np.arange(9) == pytest.approx(8 * (1 - (1 - 0.4 / 8) ** 20), rel=1e-12)


def test_queue_length_and_waiting_time_agree() -> None:
    """L = lambda W, blocked customers left out."""
    queue = solvers.finite_queue(2, 200, 0.03, 0.02)
    endless = solvers.mmc(2, 0.03, 0.02)
    assert queue["L"] == pytest.approx(0.03 * endless["W_s"], rel=1e-9)


def test_late_customers_wait_as_in_the_steady_state() -> None:
    assert solvers.first_delays(0.5, 1.0, 200)[-1] == pytest.approx(solvers.mmc(1, 0.5, 1.0)["Wq_s"], rel=1e-6)


def test_equal_jumps_have_the_moments_of_campbell() -> None:
    """Mean shape and variance shape / 2, from the tail of the law."""
    x = np.arange(0.0, 14.0, 0.05)
    tail = np.array([solvers.fixed_jumps_exceed(2.5, level, per_jump=200) for level in x])
    mean, second = trapezoid(tail, x), 2.0 * trapezoid(x * tail, x)
    assert mean == pytest.approx(2.5, rel=1e-3)
    assert second - mean**2 == pytest.approx(1.25, rel=1e-2)


# Known-wrong engines, and the distance to them.


def test_pitfall_02_the_dead_do_not_shoot_and_nobody_shoots_first() -> None:
    fair = solvers.salvo_combat(8, 8, 0.2, 0.2)
    biased = solvers.salvo_combat(8, 8, 0.2, 0.2, x_first=True)
    assert fair["x_wins"] == pytest.approx(fair["y_wins"], rel=1e-12)
    assert biased["x_wins"] - fair["x_wins"] > 0.14
    assert biased["mutual_annihilation"] == 0.0


def test_pitfall_03_euler_closes_in_on_the_law_from_one_side() -> None:
    exact = solvers.square_law(100.0, 80.0, 0.02, 0.03, 10.0)
    gaps = []
    for cut in (1, 2, 4, 8):
        rough = solvers.euler_square(100.0, 80.0, 0.02 / cut, 0.03 / cut, steps=10 * cut, x_first=False)
        gaps.append(exact[0] - rough[0])
    assert min(gaps) > 0.0
    assert np.array(gaps[:-1]) / gaps[1:] == pytest.approx(2.0, rel=0.05)


def test_pitfall_09_the_deterministic_law_is_not_the_mean_of_the_stochastic_one() -> None:
    """Ten against eight: law 6 and 0, mean 5.2 and 0.9; ten times the size, farther from parity, they meet."""
    law, _ = solvers.square_law_end(10.0, 8.0, 0.02, 0.02)
    mean = solvers.markov_combat(10, 8, lambda x, y: 0.02 * y, lambda x, y: 0.02 * x)
    assert law == pytest.approx(6.0)
    assert mean["e_x"] < 5.3
    assert mean["e_y"] > 0.8
    big, _ = solvers.square_law_end(100.0, 50.0, 0.02, 0.02)
    assert solvers.markov_combat(100, 50, lambda x, y: 0.02 * y, lambda x, y: 0.02 * x)["e_x"] == pytest.approx(
        big, rel=0.01
    )
