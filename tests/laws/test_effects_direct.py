"""Laws of direct fire: rectangles clip and add, luck ends, duels are fair, looking beats sharing beats chance."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom

from sim.effects import direct

sides = st.floats(0.1, 6.0)
sigmas = st.floats(0.1, 4.0)
biases = st.floats(-6.0, 6.0)
chances = st.floats(0.001, 0.999)
groups = st.integers(1, 40)


@given(sides, sides, sigmas, sigmas, biases, biases)
def test_rectangle_hit_is_bounded_mirrors_and_grows_with_the_target(
    w: float, h: float, sx: float, sy: float, mx: float, my: float
) -> None:
    p = direct.rectangle_hit(w, h, sx, sy, mx, my)
    assert 0.0 <= p <= 1.0
    assert direct.rectangle_hit(w, h, sx, sy, -mx, my) == pytest.approx(p, rel=1e-12)
    assert direct.rectangle_hit(h, w, sy, sx, my, mx) == pytest.approx(p, rel=1e-12)
    assert direct.rectangle_hit(w * 1.1, h, sx, sy, mx, my) >= p
    assert direct.rectangle_hit(w, h, sx, sy, 1.5 * mx, my) <= p * (1.0 + 1e-12)
    assert direct.rectangle_hit(w * 3, h * 3, sx * 3, sy * 3, mx * 3, my * 3) == pytest.approx(p, rel=1e-9)


@given(st.floats(50.0, 3e3), st.floats(0.1, 3.0), st.floats(0.1, 3.0), sides, sides)
def test_hit_probability_falls_with_range(r: float, mx: float, my: float, w: float, h: float) -> None:
    p = direct.hit_at_range(r, mx, my, w, h)
    assert 0.0 < p <= 1.0
    assert direct.hit_at_range(1.2 * r, mx, my, w, h) <= p
    mil = 2.0 * np.pi / 6400.0 * r
    assert p == pytest.approx(direct.rectangle_hit(w, h, mx * mil, my * mil), rel=1e-9)
    assert direct.hit_at_range(1e-6, mx, my, w, h) == 1.0


rectangles = st.tuples(biases, sides, biases, sides).map(lambda r: np.array([r[0], r[0] + r[1], r[2], r[2] + r[3]]))


@given(rectangles, rectangles, sigmas, sigmas)
def test_what_is_seen_and_what_is_hidden_make_the_whole(
    target: np.ndarray, cover: np.ndarray, sx: float, sy: float
) -> None:
    parts = direct.visible_parts(target, cover)
    area = np.sum((parts[:, 1] - parts[:, 0]) * (parts[:, 3] - parts[:, 2]))
    both = np.array([*np.clip(cover[:2], *target[:2]), *np.clip(cover[2:], *target[2:])])
    hidden = (both[1] - both[0]) * (both[3] - both[2])
    assert area + hidden == pytest.approx((target[1] - target[0]) * (target[3] - target[2]), rel=1e-9)
    whole = direct.parts_hit(target[None], sx, sy)
    assert direct.parts_hit(parts, sx, sy) + direct.parts_hit(both[None], sx, sy) == pytest.approx(
        whole, rel=1e-9, abs=1e-14
    )
    middle = 0.5 * (target[0] + target[1]), 0.5 * (target[2] + target[3])
    upright = direct.rectangle_hit(target[1] - target[0], target[3] - target[2], sx, sy, *middle)
    assert upright == pytest.approx(whole, rel=1e-9, abs=1e-300)


def test_a_covered_target_cannot_be_hit() -> None:
    target = np.array([0.0, 1.0, 0.0, 2.0])
    parts = direct.visible_parts(target, np.array([-1.0, 2.0, -1.0, 3.0]))
    assert parts.shape == (0, 4)
    assert direct.parts_hit(parts, 1.0, 1.0) == 0.0
    beside = direct.visible_parts(target, np.array([1.0, 2.0, 0.0, 2.0]))
    assert beside.tolist() == [target.tolist()]


@given(st.floats(1.0, 8.0), st.floats(1.0, 4.0), st.floats(-7.0, 7.0))
def test_presented_width_lies_between_nothing_less_than_a_side_and_the_diagonal(
    length: float, width: float, aspect: float
) -> None:
    shown = direct.presented_width(length, width, aspect)
    assert min(length, width) - 1e-12 <= shown <= np.hypot(length, width) + 1e-12
    assert direct.presented_width(length, width, -aspect) == pytest.approx(shown)
    assert direct.presented_width(length, width, 0.0) == width


# Bursts.


@given(st.integers(2, 20), sides, sides, sigmas, sigmas, st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_pitfall_05_a_burst_with_a_common_error_is_worse_than_single_shots(
    n: int, w: float, h: float, sr: float, sa: float, mx: float, my: float
) -> None:
    assume(0.05 < sa / sr < 20.0)
    total = float(np.hypot(sr, sa))
    single = float(direct.rectangle_hit(w, h, total, total, mx, my))
    burst = direct.burst_hit(n, w, h, sr, sa, mx, my)
    assert direct.burst_hit(1, w, h, sr, sa, mx, my) == pytest.approx(single, rel=1e-7, abs=1e-14)
    assert single * (1.0 - 1e-7) - 1e-14 <= burst <= direct.kill_within(single, 1.0, n) + 1e-9
    assert direct.burst_hit(n, w, h, sr, sa, -mx, my) == pytest.approx(burst, rel=1e-9, abs=1e-14)


# Shots to a kill.


@given(chances, chances)
def test_shots_for_is_the_fewest_that_do(confidence: float, p: float) -> None:
    n = float(direct.shots_for(confidence, p))
    assert n >= 1.0
    assert direct.kill_within(p, 1.0, n) >= confidence * (1.0 - 1e-9)
    assert direct.kill_within(p, 1.0, n - 1.0) <= confidence * (1.0 + 1e-9)


def test_shots_for_an_exact_power_is_not_one_too_many() -> None:
    assert direct.shots_for(1.0 - 0.5**7, 0.5) == 7.0
    assert direct.expected_shots(0.25) == 4.0


@given(chances, chances, st.integers(0, 50))
def test_hits_that_do_not_kill_only_thin_the_fire(hit: float, kill: float, n: int) -> None:
    assert direct.kill_within(hit, kill, n) == pytest.approx(direct.kill_within(hit * kill, 1.0, n), rel=1e-12)
    assert direct.kill_within(hit, kill, n) <= direct.kill_within(hit, 1.0, n)


# Rates.


def test_rates_tend_to_the_square_and_to_the_linear_law() -> None:
    aimed = direct.aimed_rate(0.1, 0.3)
    assert direct.acquired_rate(1e9, 5.0, aimed) == pytest.approx(aimed, rel=1e-6)
    scarce = direct.acquired_rate(1e-7, np.array([1.0, 10.0]), aimed)
    assert scarce[1] / scarce[0] == pytest.approx(10.0, rel=1e-3)
    assert direct.area_rate(0.1, 300.0, 9e4) == pytest.approx(0.1 / 300.0)


@given(chances, chances, chances, chances, st.floats(0.1, 20.0), st.floats(0.1, 20.0))
def test_bonder_farrell_meets_the_absorbing_chain(
    first: float, after_hit: float, after_miss: float, kill: float, t_hit: float, t_miss: float
) -> None:
    """States: just hit without a kill, just missed; mean time to go from each by a linear solve."""
    flight, begin = 1.5, 8.0
    move = np.array([[after_hit * (1 - kill), 1 - after_hit], [after_miss * (1 - kill), 1 - after_miss]])
    to_go = np.linalg.solve(np.eye(2) - move, [t_hit + flight, t_miss + flight])
    want = begin + flight + np.array([first * (1 - kill), 1 - first]) @ to_go
    got = direct.bonder_farrell(5.0, 3.0, t_hit, t_miss, flight, first, after_hit, after_miss, kill)
    assert got == pytest.approx(want, rel=1e-6)


# Duels.


@given(chances, chances)
def test_pitfall_01_simultaneous_fire_is_not_first_fire(a: float, b: float) -> None:
    wins_a, wins_b, draw = direct.duel_simultaneous(a, b)
    assert wins_a + wins_b + draw == pytest.approx(1.0, rel=1e-12)
    assert direct.duel_simultaneous(b, a)[0] == pytest.approx(wins_b, rel=1e-12)
    first, second = direct.duel_first(a, b)
    assert first + second == pytest.approx(1.0, rel=1e-12)
    assert first == pytest.approx(wins_a + draw, rel=1e-12)  # what order alone gives away
    assert first > wins_a


@given(chances, chances, st.floats(0.01, 2.0), st.floats(0.01, 2.0), st.floats(0.1, 10.0))
def test_exponential_duels_are_fair_and_scale_with_the_unit_of_time(
    pa: float, pb: float, ra: float, rb: float, k: float
) -> None:
    wins, time = direct.duel_exponential(ra, pa, rb, pb)
    assert wins + direct.duel_exponential(rb, pb, ra, pa)[0] == pytest.approx(1.0, rel=1e-12)
    faster, sooner = direct.duel_exponential(ra * k, pa, rb * k, pb)
    assert faster == pytest.approx(wins, rel=1e-12)
    assert sooner * k == pytest.approx(time, rel=1e-12)
    assert direct.duel_exponential(ra, pa, ra, pa)[0] == 0.5


# Distribution of fire.


@given(groups, groups, st.floats(0.0, 1.0))
def test_pitfall_04_chance_then_sharing_then_looking(shooters: int, targets: int, p: float) -> None:
    """Kills of one salvo: random <= evenly shared <= shoot-look-shoot, all within what can be killed."""
    random = float(direct.killed_random(shooters, targets, p))
    even = float(direct.killed_even(shooters, targets, p))
    looking = float(direct.killed_looking(shooters, targets, p))
    assert 0.0 <= random <= even + 1e-9
    assert even <= looking + 1e-9
    assert looking <= min(targets, shooters * p) + 1e-9
    if shooters == 1:
        assert random == pytest.approx(looking, abs=1e-12)


@given(groups, groups, chances)
def test_killed_looking_is_the_truncated_mean(shooters: int, targets: int, p: float) -> None:
    k = np.arange(shooters + 1)
    mean = np.sum(np.minimum(k, targets) * binom.pmf(k, shooters, p))
    assert direct.killed_looking(shooters, targets, p) == pytest.approx(mean, abs=1e-9)


def test_nobody_fires_or_everything_kills() -> None:
    assert direct.killed_random(0, 5, 0.5) == 0.0
    assert direct.killed_looking(0, 5, 0.5) == 0.0
    assert direct.killed_even(0, 5, 0.5) == 0.0
    assert direct.killed_random(3, 1, 1.0) == 1.0
    assert direct.killed_even(7, 3, 1.0) == 3.0
    assert direct.killed_looking(7, 3, 1.0) == 3.0
