"""Numbers that can be worked by hand or looked up, one function at a time."""

import numpy as np
import pytest

from sim.effects import damage, delivery, direct, resolution, salvo, seeing, suppression


def test_delivery_conversions() -> None:
    assert delivery.cep_from_sigma(1.0) == pytest.approx(1.177410)
    assert delivery.radial_quantile(1.0, np.array([0.9, 0.95])) == pytest.approx([2.1460, 2.4477], abs=5e-5)
    assert delivery.mean_radial_error(20.0) == pytest.approx(25.0663, abs=5e-5)
    assert delivery.drms(3.0, 4.0) == 5.0
    assert delivery.pe_from_sigma(1.0) == pytest.approx(0.6744898)
    assert delivery.total_sigma(3.0, 4.0) == 5.0
    assert delivery.volley_correlation(3.0, 4.0) == pytest.approx(9.0 / 25.0)
    assert delivery.volley_mean_variance(3.0, 4.0, 8) == pytest.approx(11.0)
    assert delivery.spread_about_mean(4.0, 8) == pytest.approx(28.0)


def test_the_dispersion_ladder() -> None:
    within = np.append(0.0, delivery.within_pe(np.arange(1.0, 5.0)))
    assert np.diff(within) / 2.0 == pytest.approx([0.25, 0.16, 0.07, 0.02], abs=0.004)


def test_delivery_axes_over_and_right() -> None:
    """Fired east, a round 30 m over and 5 m right falls 30 m east and 5 m south of the aim point."""
    one = delivery.impacts(100.0, 200.0, np.pi / 2, 30.0, 5.0, np.zeros(2), np.ones((1, 2)), 0.0, 0.0)
    assert one[0] == pytest.approx([130.0, 195.0])


def test_boxes_and_circles() -> None:
    assert delivery.box_probability(1.0, 1.0, 1.0, 1.0) == pytest.approx(0.6826895**2)
    assert delivery.box_probability(1.0, 1e9, 1.0, 1.0, 8.0) == pytest.approx(1.2798e-12 - 1.13e-19, rel=1e-4)
    assert delivery.circle_probability(np.array([0.0, 2.0]), 1.0) == pytest.approx([0.0, 1.0 - np.exp(-2.0)])
    assert delivery.offset_ellipse_probability(1.0, 100.0, 0.001, 0.0, 0.0) == pytest.approx(0.0079788, rel=1e-4)
    assert delivery.elliptical_probability(1.0, 100.0, 0.001) == pytest.approx(0.0079788, rel=1e-4)


def test_damage_forms() -> None:
    assert damage.gaussian(3.0, 4.0, 0.5, 3.0, 4.0) == pytest.approx(0.5 * np.exp(-1.0))
    assert damage.carleton(3.0, 4.0, 0.5, 3.0, 4.0) == pytest.approx(0.5 * np.exp(-1.0))
    assert damage.carleton_scale(10.0, 0.5) == 10.0
    assert damage.lethal_area_gaussian(0.5, 2.0, 3.0) == pytest.approx(6.0 * np.pi)
    assert damage.lens_area(1.0, 1.0, 1.0) == pytest.approx(1.2283697)
    assert damage.lens_area(3.0, 1.0, np.array([0.0, 2.0, 4.0, 9.0])) == pytest.approx([np.pi, np.pi, 0.0, 0.0])
    assert damage.random_fire(1, 10.0, 100.0) == pytest.approx(0.1)
    assert damage.confetti(np.pi, 1.0, 1.0) == pytest.approx(1.0 - 2.0 / np.e)
    assert damage.best_pattern(2.0 * np.pi, 1.0, 1.0) == pytest.approx(1.0 - 1.0 / np.e)
    assert damage.expected_disc(1000.0, 1.0, 5.0) == pytest.approx(1.0, rel=1e-12)


def test_one_target_between_two_impacts() -> None:
    kill = damage.kill_probability(np.array([[0.0, 0.0], [6.0, 0.0]]), np.array([[3.0, 0.0]]), 1.0, 3.0)
    assert kill == pytest.approx(np.full((2, 1), np.exp(-1.0)))
    survive = (1.0 - np.exp(-1.0)) ** 2
    assert np.exp(damage.log_survival(kill)) == pytest.approx([survive])
    assert damage.killed(kill, np.array([1.0 - survive - 1e-9])).tolist() == [1.0]
    assert damage.killed(kill, np.array([1.0 - survive + 1e-9])).tolist() == [0.0]


def test_salvo_of_two_by_hand() -> None:
    """P2 = 2 q rho/(rho + 1) - q**2 rho/(rho + 2), with rho = s**2/sa**2."""
    q, rho = 0.64, 225.0 / 400.0
    two = 2.0 * q * rho / (rho + 1.0) - q * q * rho / (rho + 2.0)
    assert salvo.common_aim(2, 1.0, 12.0, 9.0, 20.0) == pytest.approx(two)
    assert salvo.common_aim_biased(2, 1.0, 12.0, 9.0, 20.0, 0.0) == pytest.approx(two)
    assert salvo.common_aim(np.array([1, 2]), 1.0, 12.0, 9.0, 20.0).shape == (2,)


def test_direct_fire_plain() -> None:
    assert direct.rectangle_hit(2.0, 2e9, 1.0, 1.0) == pytest.approx(0.6826895)
    assert direct.kill_within(0.5, 0.5, 2) == pytest.approx(0.4375)
    assert direct.shots_for(0.9, 0.14) == 16.0
    assert direct.presented_width(7.0, 3.0, np.pi / 2) == pytest.approx(7.0)
    assert direct.killed_random(2, 2, 1.0) == pytest.approx(1.5)
    assert direct.killed_even(3, 2, 0.5) == pytest.approx(0.75 + 0.5)
    assert direct.killed_looking(3, 2, 0.5) == pytest.approx(0.375 + 2 * 0.375 + 2 * 0.125)
    assert direct.bonder_farrell(0.0, 2.0, 2.0, 2.0, 1.0, 0.5, 0.5, 0.5, 1.0) == pytest.approx(6.0)


def test_a_corner_of_cover_leaves_two_parts() -> None:
    parts = direct.visible_parts(np.array([0.0, 2.0, 0.0, 2.0]), np.array([1.0, 5.0, -1.0, 1.0]))
    assert parts.tolist() == [[0.0, 2.0, 1.0, 2.0], [0.0, 1.0, 0.0, 1.0]]


def test_seeing_plain() -> None:
    assert seeing.exposure(3.0, 4.0, 0.0, 0.0, 0.0, 10.0) == pytest.approx(0.08)
    assert seeing.time_to_exposure(3.0, 4.0, 0.0, 0.0, 0.0, 0.08) == pytest.approx(10.0)
    # past a point 1 m off at 1 m/s, from abreast: t/sqrt(1 + t**2)
    assert seeing.exposure(0.0, 1.0, 1.0, 0.0, 0.0, 1.0) == pytest.approx(np.sqrt(0.5))
    assert seeing.exposure(-1.0, 0.0, 1.0, 0.0, 1.0, 2.0) == pytest.approx(2.0 * np.sqrt(0.5))
    assert seeing.time_to_exposure(0.0, 1.0, 1.0, 0.0, 0.0, 1.001) == np.inf
    assert seeing.sweep_width(1.0 / (8.0 * np.pi)) == pytest.approx(1.0)
    assert resolution.resolvable_cycles(2.0, 1000.0, 1.5) == pytest.approx(3.0)
    assert resolution.ttpf(2.0) == pytest.approx(2.0**4.1 / (1.0 + 2.0**4.1))
    assert resolution.ttpf_rate(np.array([1.0, 2.0])) == pytest.approx([0.5 / 3.4, 2.0 / 6.8])
    assert seeing.head_on_mean_range(2.0 / np.pi, 1.0) == pytest.approx(1.0)
    assert list(resolution.JOHNSON_N50.values()) == sorted(resolution.JOHNSON_N50.values())


def test_suppression_plain() -> None:
    assert suppression.decay(2.0, 10.0, 10.0) == pytest.approx(2.0 / np.e)
    assert suppression.with_inflow(0.0, 0.3, 10.0, 10.0) == pytest.approx(3.0 * (1.0 - 1.0 / np.e))
    assert suppression.time_to_level(0.0, 0.3, 10.0, 1.5) == pytest.approx(10.0 * np.log(2.0))
    assert suppression.recovery_time(np.array([4.0, 1.0]), 2.0, 10.0) == pytest.approx([10.0 * np.log(2.0), 0.0])
    assert suppression.restarting_fraction(1.0, 1.0) == pytest.approx(1.0 - 1.0 / np.e)
    assert suppression.restarting_mean_spell(1.0, 1.0) == pytest.approx(np.e - 1.0)
    assert suppression.ignoring_fraction(1.0, 1.0) == 0.5
    assert suppression.shot_noise(1.0, 2.0, 4.0, 3.0, 1e9) == pytest.approx((6.0, 6.0))
    assert suppression.stationary_exceedance(0.5, 1.0, 2.0, 3.0) == pytest.approx(np.exp(-3.0))
    assert suppression.logistic_break(0.4, 0.3, 0.1) == pytest.approx(1.0 / (1.0 + 1.0 / np.e))
    assert suppression.break_fraction(0.5, 0.5, 0.1) == pytest.approx(0.5)
