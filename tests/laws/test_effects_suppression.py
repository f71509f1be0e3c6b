"""Laws of suppression: no step anywhere, the two clock rules told apart, break points by inversion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.effects import suppression as s

levels = st.floats(0.0, 20.0)
taus = st.floats(1.0, 300.0)
inflows = st.floats(0.0, 1.0)
spans = st.floats(0.0, 600.0)


@given(levels, inflows, taus, st.lists(spans, min_size=1, max_size=6))
def test_pitfall_03_pieces_of_time_add_up(level: float, inflow: float, tau: float, pieces: list[float]) -> None:
    stepped, decayed = level, level
    for dt in pieces:
        stepped = float(s.with_inflow(stepped, inflow, tau, dt))
        decayed = float(s.decay(decayed, dt, tau))
    assert stepped == pytest.approx(s.with_inflow(level, inflow, tau, sum(pieces)), rel=1e-9, abs=1e-12)
    assert decayed == pytest.approx(s.decay(level, sum(pieces), tau), rel=1e-9, abs=1e-12)


@given(levels, inflows, taus, spans)
def test_the_level_stays_between_where_it_is_and_where_it_tends(
    level: float, inflow: float, tau: float, dt: float
) -> None:
    low, high = sorted((level, inflow * tau))
    slack = 1e-12 * (1.0 + high)
    assert low - slack <= s.with_inflow(level, inflow, tau, dt) <= high + slack
    assert s.with_inflow(level, 0.0, tau, dt) == pytest.approx(s.decay(level, dt, tau), rel=1e-9, abs=1e-12)


@given(levels, inflows, taus, st.floats(0.0, 20.0))
def test_time_to_level_is_when_the_level_gets_there(level: float, inflow: float, tau: float, goal: float) -> None:
    t = float(s.time_to_level(level, inflow, tau, goal))
    asymptote = inflow * tau
    assert t >= 0.0
    if t == np.inf:
        # behind the level, beyond the asymptote, or the asymptote itself
        assert not (min(level, asymptote) < goal < max(level, asymptote))
    else:
        assert s.with_inflow(level, inflow, tau, t) == pytest.approx(goal, abs=1e-9)


def test_time_to_level_at_its_edges() -> None:
    got = s.time_to_level(np.array([3.0, 3.0, 3.0, 2.0, 0.0, 2.0]), np.array([0.0, 0, 0, 0.1, 0.1, 0.1]), 20.0,
                          np.array([3.0, 0.0, 4.0, 2.0, 2.0, 2.5]))  # fmt: skip
    # there now; never quite zero; not upwards; at rest there; the asymptote from below; beyond it
    assert got.tolist() == [0.0, np.inf, np.inf, 0.0, np.inf, np.inf]


@given(levels, taus, st.floats(0.01, 20.0))
def test_recovery_is_the_case_without_inflow(level: float, tau: float, goal: float) -> None:
    got = float(s.recovery_time(level, goal, tau))
    if level > goal:
        assert got == pytest.approx(s.time_to_level(level, 0.0, tau, goal), rel=1e-9, abs=1e-9)
    else:
        assert got == 0.0


@given(st.floats(1e-3, 1.0), st.floats(1.0, 120.0))
def test_pitfall_12_restarting_and_ignoring_clocks_differ(rate: float, tau: float) -> None:
    restart, ignore = s.restarting_fraction(rate, tau), s.ignoring_fraction(rate, tau)
    assert 0.0 < ignore < restart <= 1.0
    # renewal: suppressed spells and gaps of mean 1/rate alternate
    spell = s.restarting_mean_spell(rate, tau)
    assert spell / (spell + 1.0 / rate) == pytest.approx(restart, rel=1e-9)
    assert spell >= tau


def test_pitfall_12_the_two_clocks_by_simulation() -> None:
    rng = np.random.default_rng(7)
    rate, tau, count = 0.05, 30.0, 40_000
    gaps = rng.exponential(1.0 / rate, count)
    times = np.cumsum(gaps)
    restarting = np.sum(np.minimum(gaps, tau)) / times[-1]
    ignoring, until = 0.0, -np.inf
    for t in times:
        if t >= until:
            ignoring, until = ignoring + tau, t + tau
    # 4 SE: a gap's covered part has sd 9.3 s, a cycle of the other rule sd 20 s
    assert restarting == pytest.approx(float(s.restarting_fraction(rate, tau)), abs=4 * 0.0025)
    assert ignoring / times[-1] == pytest.approx(float(s.ignoring_fraction(rate, tau)), abs=4 * 0.0025)


def test_shot_noise_moments_by_lazy_updates() -> None:
    """20,000 histories of exponential jumps, updated at events only, against Campbell and the stationary gamma."""
    rng = np.random.default_rng(11)
    n, rate, tau, horizon = 20_000, 0.05, 50.0, 400.0
    level, now = np.zeros(n), np.zeros(n)
    while np.any(now < horizon):
        later = np.minimum(now + rng.exponential(1.0 / rate, n), horizon)
        level = s.decay(level, later - now, tau) + np.where(later < horizon, rng.exponential(1.0, n), 0.0)
        now = later
    mean, variance = s.shot_noise(rate, 1.0, 2.0, tau, horizon)
    assert np.mean(level) == pytest.approx(float(mean), abs=4 * np.sqrt(float(variance) / n))
    assert np.var(level) == pytest.approx(float(variance), rel=0.06)
    share = float(s.stationary_exceedance(rate, 1.0, tau, 4.0))
    assert np.mean(level > 4.0) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n) + 1e-3)


@given(levels, taus, spans)
def test_shot_noise_without_impacts_is_decay(level: float, tau: float, t: float) -> None:
    mean, variance = s.shot_noise(0.0, 1.0, 1.0, tau, t, level)
    assert mean == pytest.approx(s.decay(level, t, tau), abs=1e-12)
    assert variance == 0.0


@given(st.floats(1e-3, 1.0), st.floats(1e-3, 1.0), spans)
def test_two_states_tend_to_their_share(suppress: float, recover: float, t: float) -> None:
    now, share = s.two_state(suppress, recover, t)
    assert 0.0 <= now <= share <= 1.0
    assert share == pytest.approx(suppress / (suppress + recover))
    assert s.two_state(suppress, recover, 1e9)[0] == pytest.approx(share)


# Break points.


@given(st.floats(0.0, 1.0), st.floats(0.05, 0.95), st.floats(0.02, 0.4))
def test_break_fraction_undoes_break_probability(u: float, mean: float, sd: float) -> None:
    fraction = float(s.break_fraction(u, mean, sd))
    assert 0.0 <= fraction <= 1.0
    assert s.break_probability(fraction, mean, sd) == pytest.approx(u, abs=1e-7)


@given(st.floats(0.05, 0.95), st.floats(0.02, 0.4), st.floats(-0.5, 1.5), st.floats(-0.5, 1.5))
def test_break_probability_rises_from_none_to_all(mean: float, sd: float, one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert 0.0 <= s.break_probability(low, mean, sd) <= s.break_probability(high, mean, sd) <= 1.0
    assert (s.break_probability(0.0, mean, sd), s.break_probability(1.0, mean, sd)) == (0.0, 1.0)
    assert s.logistic_break(mean, mean, sd) == 0.5
    assert s.logistic_break(low, mean, sd) <= s.logistic_break(high, mean, sd)


def test_break_fraction_at_the_ends_of_luck() -> None:
    ends = s.break_fraction(np.array([0.0, 0.5, np.nextafter(1.0, 0.0), 1.0]), 0.3, 0.08)
    assert ends[0] == pytest.approx(0.0, abs=1e-9)
    assert ends[1] == pytest.approx(0.3, abs=1e-4)
    assert ends[1] < ends[2] <= ends[3] <= 1.0
