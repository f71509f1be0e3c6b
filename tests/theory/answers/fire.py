"""Answers about delivery, damage, area targets, salvos and direct fire."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.effects import damage, delivery, direct, salvo
from tests.theory.answers.reading import Answers, Inputs, array, ids, named

# Delivery.


def _del_04(i: Inputs) -> Any:
    return {
        "sigma_range_m": delivery.sigma_from_pe(i["rep_m"]),
        "sigma_deflection_m": delivery.sigma_from_pe(i["dep_m"]),
    }


def _del_05(i: Inputs) -> Any:
    sigma = delivery.sigma_from_pe(array([i["rep_m"], i["dep_m"]]))
    return delivery.box_probability(i["box_half_range_m"], i["box_half_deflection_m"], *sigma)


def _del_11(i: Inputs) -> Any:
    aim, precision = i["sigma_aim_m"], i["sigma_precision_m"]
    return {
        "sigma_single_round_m": delivery.total_sigma(aim, precision),
        "within_volley_corr": delivery.volley_correlation(aim, precision),
        "expected_msd_about_volley_mean_m2_n6": delivery.spread_about_mean(precision, 6),
        "var_volley_mean_per_axis_m2_n6": delivery.volley_mean_variance(aim, precision, 6),
    }


def _ellipse_axes(i: Inputs) -> tuple[float, float]:
    return i["sigma_range_m"], i["sigma_deflection_m"]


def _offset(i: Inputs) -> tuple[float, float]:
    return i["offset_range_m"], i["offset_deflection_m"]


def _coo(i: Inputs) -> Any:
    return delivery.circle_probability(i["lethal_radius_m"], i["sigma_m"], i["offset_m"])


def _coo_07(i: Inputs) -> Any:
    hit = _coo(i)
    return {"p_hit": hit, "marcum_q1_2_1": 1.0 - hit}


# Damage and area targets.


def _dmg(i: Inputs) -> Any:
    b = i["b_range_m"], i["b_deflection_m"]
    return damage.expected_gaussian(i["D0"], *b, *_ellipse_axes(i), *_offset(i))


def _dmg_carleton(i: Inputs) -> Any:
    b = damage.carleton_scale(array([i["R_range_m"], i["R_deflection_m"]]), i["D0"])
    return damage.expected_gaussian(i["D0"], *b, *_ellipse_axes(i), *_offset(i))


def _dmg_07(i: Inputs) -> Any:
    # the diffuse area of the equivalent Gaussian: it must not depend on D0
    d0 = array(i["D0"])
    b = [damage.carleton_scale(i[side], d0) for side in ("R_range_m", "R_deflection_m")]
    return damage.lethal_area_gaussian(d0, *b)


def _dmg_08(i: Inputs) -> Any:
    radius, sigma = np.sqrt(i["lethal_area_m2"] / np.pi), array(i["sigma_m"])
    b = damage.carleton_scale(radius, 1.0)
    return {
        "cookie": delivery.circle_probability(radius, sigma),
        "gaussian": damage.expected_gaussian(1.0, b, b, sigma, sigma),
    }


def _are_disc(i: Inputs) -> Any:
    return damage.expected_disc(i["lethal_radius_m"], i["target_radius_m"], i["sigma_m"])


def _are_03(i: Inputs) -> Any:
    b = i["b_range_m"], i["b_deflection_m"]
    return damage.expected_rectangle(i["length_m"], i["width_m"], i["D0"], *b, *_ellipse_axes(i), *_offset(i))


def _are_04(i: Inputs) -> Any:
    fire = i["rounds"], i["lethal_area_m2"], i["area_m2"]
    return {"binomial": damage.random_fire(*fire), "poisson": damage.random_fire_poisson(*fire)}


# Salvos.


def _sal(i: Inputs) -> Any:
    errors = i["D0"], i["b_m"], i["sigma_precision_m"], i["sigma_aim_m"]
    if "poisson_mean_rounds" in i:
        return salvo.common_aim_poisson(i["poisson_mean_rounds"], *errors)
    if i["bias_m"]:
        return salvo.common_aim_biased(i["rounds"], *errors, i["bias_m"])
    return salvo.common_aim(i["rounds"], *errors)


def _sal_cookie(i: Inputs) -> Any:
    return salvo.common_aim_cookie(i["rounds"], i["lethal_radius_m"], i["sigma_precision_m"], i["sigma_aim_m"])


def _sal_pair(joint: Callable[..., float]) -> Callable[[Inputs], Any]:
    def answer(i: Inputs) -> Any:
        at = np.stack((array(i["targets_x_m"]), np.zeros(2)), axis=1)
        return joint(at, i["rounds"], i["D0"], i["b_m"], i["sigma_precision_m"], i["sigma_aim_m"])

    return answer


# Direct fire.


def _dir_rectangle(i: Inputs) -> Any:
    return direct.rectangle_hit(
        i["width_m"], i["height_m"], i["sigma_x_m"], i["sigma_y_m"], i["bias_x_m"], i["bias_y_m"]
    )


def _dir_04(i: Inputs) -> Any:
    mils = i["dispersion_mil_x"], i["dispersion_mil_y"]
    return direct.hit_at_range(i["range_m"], *mils, i["width_m"], i["height_m"])


def _dir_burst(i: Inputs) -> Any:
    return direct.burst_hit(i["burst"], i["width_m"], i["height_m"], i["sigma_round_m"], i["sigma_aim_m"])


def _dir_07(i: Inputs) -> Any:
    p = i["p_hit"] * i["p_kill_given_hit"]
    return {
        "p_kill_n": direct.kill_within(i["p_hit"], i["p_kill_given_hit"], i["shots"]),
        "expected_shots": direct.expected_shots(p),
        "shots_for_90pct": direct.shots_for(0.9, p),
    }


def _dir_11(i: Inputs) -> Any:
    times = [i[f"t_{name}_s"] for name in ("acquire", "first", "after_hit", "after_miss", "flight")]
    chances = [i[f"p_{name}"] for name in ("first", "hit_after_hit", "hit_after_miss", "kill_given_hit")]
    return direct.bonder_farrell(*times, *chances)


def _distribution(law: Callable[..., Any]) -> Callable[[Inputs], Any]:
    return lambda i: law(i["shooters"], i["targets"], i["p"])


ANSWERS: Answers = {
    "DEL-01": lambda i: delivery.cep_from_sigma(i["sigma_m"]),
    "DEL-02": lambda i: delivery.sigma_from_cep(i["cep_m"]),
    "DEL-03": lambda i: delivery.radial_quantile(i["sigma_m"], array(i["quantiles"])),
    "DEL-04": _del_04,
    "DEL-05": _del_05,
    "DEL-06": lambda i: delivery.within_pe(array(i["forks"])),
    "DEL-07": lambda i: delivery.mean_radial_error(i["sigma_m"]),
    "DEL-08": lambda i: delivery.elliptical_cep(*_ellipse_axes(i)),
    "DEL-09": lambda i: delivery.elliptical_probability(i["radius_m"], *_ellipse_axes(i)),
    "DEL-10": lambda i: delivery.rice_median(i["sigma_m"], i["bias_m"]),
    "DEL-11": _del_11,
    **dict.fromkeys(ids("COO", 1, 2, 3, 4, 5, 6, 8, 10), _coo),
    "COO-07": _coo_07,
    "COO-09": lambda i: delivery.offset_ellipse_probability(i["lethal_radius_m"], *_ellipse_axes(i), *_offset(i)),
    **dict.fromkeys(ids("DMG", 1, 2, 3, 4), _dmg),
    **dict.fromkeys(ids("DMG", 5, 6), _dmg_carleton),
    "DMG-07": _dmg_07,
    "DMG-08": _dmg_08,
    **dict.fromkeys(ids("ARE", 1, 2), _are_disc),
    "ARE-03": _are_03,
    "ARE-04": _are_04,
    "ARE-05": lambda i: damage.confetti(i["rounds"], i["lethal_area_m2"], i["sigma_target_m"]),
    **dict.fromkeys(ids("SAL", 1, 2), lambda i: salvo.independent(i["p"], i["n"])),
    **dict.fromkeys(ids("SAL", 3, 4, 5, 6, 7), _sal),
    **dict.fromkeys(ids("SAL", 8, 9), _sal_cookie),
    "SAL-10": _sal_pair(salvo.joint_kill_redrawn),
    "SAL-11": _sal_pair(salvo.joint_kill),
    **dict.fromkeys(ids("DIR", 1, 2, 3), _dir_rectangle),
    "DIR-04": _dir_04,
    **dict.fromkeys(ids("DIR", 5, 6), _dir_burst),
    "DIR-07": _dir_07,
    "DIR-08": lambda i: named(
        "p_a_wins mean_duel_time_s",
        direct.duel_exponential(i["rate_a_per_s"], i["p_a"], i["rate_b_per_s"], i["p_b"]),
    ),
    "DIR-09": lambda i: named("a b draw", direct.duel_simultaneous(i["p_a"], i["p_b"])),
    "DIR-10": lambda i: named("a b", direct.duel_first(i["p_a"], i["p_b"])),
    "DIR-11": _dir_11,
    "DIR-12": _distribution(direct.killed_random),
    "DIR-13": _distribution(direct.killed_even),
    "DIR-14": _distribution(direct.killed_looking),
}
