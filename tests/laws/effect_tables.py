"""Tables of the effects for `test_metamorphic_effects.py`: units, what helps, what is nothing, what may be split."""

from __future__ import annotations

from typing import Any

# Dimensions: powers of a metre, a second, and of the unit of suppression.

Powers = tuple[int, int, int]
NONE: Powers = (0, 0, 0)
_NAMES: dict[Powers, str] = {
    (1, 0, 0): "dx dy rx ry radius lethal_radius target_radius sigma sigma_range sigma_defl off_range off_defl bx by b "
    "length width height r1 r2 distance half_range half_defl offset sigma_m cep_m pe_m bias sigma_precision sigma_aim "
    "sigma_round sigma_x sigma_y bias_x bias_y mean_x mean_y range_m x_m sweep_width_m spacing_m track_m sigma_target "
    "px py z start_m end_m dimension_m halfway target_xy impact_xy rounds_xy parts target cover aim_x aim_y mpi_range "
    "mpi_defl",
    (2, 0, 0): "lethal_area_m2 area_m2 k_over_speed_m2",
    (1, -1, 0): "vx vy closing_mps speed_mps",
    (3, -1, 0): "k_m3ps",
    (0, 1, 0): "t time_s dt_s tau_s t_acquire t_first t_after_hit t_after_miss t_flight",
    (0, -1, 0): "rate_a rate_b acquire_per_s kill_per_s shots_per_s rate_per_s impacts_per_s suppress_per_s "
    "recover_per_s",
    (0, 0, 1): "level jump_mean threshold",
    (0, 0, 2): "jump_square",
    (0, -1, 1): "inflow_per_s",
    NONE: "d0 kill u axis low high mpi_z prec_z bearing_rad dispersion_mil rounds q forks p targets shooters shots "
    "confidence p_a p_b p_first p_after_hit p_after_miss p_kill_given_hit p_hit mil_x mil_y aspect_rad "
    "cycles_per_mrad n50 n_over_n50 u_ever u_when mean_rounds order g looks peak loss mean sd half scale",
}
DIMENSION = {name: powers for powers, names in _NAMES.items() for name in names.split()}
SPECIAL = {
    ("carleton_at", "rate"): (-2, 0, 0),
    ("time_to_exposure", "h"): (-3, 1, 0),
    ("time_to_exposure_one", "h"): (-3, 1, 0),
    ("time_to_resolved", "h"): (0, 1, 0),
}
_RESULTS: dict[tuple[Powers, ...], str] = {
    ((1, 0, 0),): "carleton_reach carleton_scale cep_from_sigma drms elliptical_cep impacts mean_radial_error "
    "pe_from_sigma radial_quantile rice_median sigma_from_cep sigma_from_mil sigma_from_pe total_sigma presented_width "
    "visible_parts halfway_m sweep_width head_on_mean_range",
    ((2, 0, 0),): "lens_area lethal_area_carleton lethal_area_gaussian spread_about_mean volley_mean_variance",
    ((0, 1, 0),): "bonder_farrell resolved_exposure time_to_resolved time_to_exposure time_to_exposure_one "
    "recovery_time restarting_mean_spell time_to_level time_to_level_one",
    ((0, -1, 0),): "acquired_rate aimed_rate area_rate glimpse_rate",
    ((-3, 1, 0),): "exposure exposure_one",
    ((0, 0, 1),): "decay with_inflow with_inflow_one",
    ((-2, 0, 0), NONE): "carleton_terms",
    (NONE, (0, 1, 0)): "duel_exponential",
    ((0, 0, 1), (0, 0, 2)): "shot_noise",
}
RESULT = {name: powers for powers, names in _RESULTS.items() for name in names.split()}
CLOCKED = {"ttpf_rate", "time_limited", "time_to_detect"}
"""ACQUIRE's 3.4 s are seconds: these have a clock of their own."""

MIRRORS = (
    ("dx",), ("dy",), ("off_range",), ("off_defl",), ("bias_x",), ("bias_y",), ("px", "vx"), ("py", "vy"), ("z",),
    ("target_xy", "impact_xy", "rounds_xy"),
)  # fmt: skip

MORE: dict[str, str] = {
    "carleton": "+rx +ry", "gaussian": "+d0 +bx +by", "cookie_cutter": "+radius", "carleton_reach": "+radius",
    "carleton_scale": "+radius -d0", "lethal_area_carleton": "+rx +ry", "lethal_area_gaussian": "+d0 +bx +by",
    "expected_gaussian": "+d0 +bx +by", "expected_rectangle": "+d0", "expected_disc": "+lethal_radius -target_radius",
    "random_fire": "+rounds +lethal_area_m2 -area_m2", "random_fire_poisson": "+rounds +lethal_area_m2 -area_m2",
    "confetti": "+rounds +lethal_area_m2 -sigma_target", "best_pattern": "+rounds +lethal_area_m2 -sigma_target",
    "lens_area": "+r1 +r2 -distance", "kill_probability": "+radius", "box_probability": "+half_range +half_defl",
    "circle_probability": "+radius -offset", "elliptical_probability": "+radius -sigma_range -sigma_defl",
    "offset_ellipse_probability": "+radius", "within_pe": "+forks", "interval_probability": "+high",
    "cep_from_sigma": "+sigma_m", "sigma_from_cep": "+cep_m", "sigma_from_pe": "+pe_m", "pe_from_sigma": "+sigma_m",
    "sigma_from_mil": "+dispersion_mil +range_m", "radial_quantile": "+sigma_m +q", "rice_median": "+sigma +bias",
    "mean_radial_error": "+sigma_m", "drms": "+sigma_range +sigma_defl", "elliptical_cep": "+sigma_range +sigma_defl",
    "total_sigma": "+sigma_aim +sigma_precision", "volley_correlation": "+sigma_aim -sigma_precision",
    "volley_mean_variance": "+sigma_aim +sigma_precision -rounds", "spread_about_mean": "+sigma_precision +rounds",
    "rectangle_hit": "+width +height", "hit_at_range": "+width +height -range_m -mil_x -mil_y",
    "burst_hit": "+rounds +width +height", "kill_within": "+p_hit +p_kill_given_hit +shots", "expected_shots": "-p",
    "shots_for": "+confidence -p", "aimed_rate": "+shots_per_s +p",
    "area_rate": "+shots_per_s +lethal_area_m2 -area_m2",
    "acquired_rate": "+acquire_per_s +targets +kill_per_s", "killed_random": "+shooters +p",
    "killed_even": "+shooters +p", "killed_looking": "+shooters +targets +p",
    "bonder_farrell": "+t_acquire +t_first +t_after_hit +t_after_miss +t_flight -p_first -p_after_miss "
    "-p_kill_given_hit",
    "resolvable_cycles": "+dimension_m -range_m +cycles_per_mrad", "halfway_m": "+dimension_m +cycles_per_mrad -n50",
    "ttpf": "+n_over_n50", "ttpf_rate": "+n_over_n50", "ttpf_inverse": "+p", "time_limited": "+n_over_n50 +time_s",
    "time_to_detect": "-n_over_n50 +u_ever +u_when", "resolved_exposure": "+t +halfway",
    "time_to_resolved": "+h -halfway", "approach_detection": "+dimension_m +cycles_per_mrad -n50 -tau_s -speed_mps",
    "independent": "+p +rounds", "common_aim": "+rounds +d0", "common_aim_biased": "+rounds +d0 -bias",
    "common_aim_cookie": "+rounds +radius", "common_aim_poisson": "+mean_rounds +d0", "expected_salvo": "+rounds +d0",
    "expected_pass": "+d0", "joint_kill": "+rounds +d0", "joint_kill_redrawn": "+rounds +d0",
    "exposure": "+t", "exposure_one": "+t", "time_to_exposure": "+h", "time_to_exposure_one": "+h",
    "glimpse_rate": "+g -dt_s", "repeated_glimpse": "+g +looks", "continuous_looking": "+rate_per_s +time_s",
    "lateral_range": "+sweep_width_m -x_m", "sweep_width": "+k_over_speed_m2",
    "parallel_sweeps": "+sweep_width_m -spacing_m", "random_search": "+sweep_width_m +track_m -area_m2",
    "head_on": "+k_m3ps -closing_mps -range_m", "head_on_mean_range": "+k_m3ps -closing_mps",
    "decay": "+level -dt_s +tau_s", "with_inflow": "+level +inflow_per_s", "with_inflow_one": "+level +inflow_per_s",
    "recovery_time": "+level -threshold +tau_s", "restarting_fraction": "+impacts_per_s +tau_s",
    "restarting_mean_spell": "+tau_s", "ignoring_fraction": "+impacts_per_s +tau_s",
    "stationary_exceedance": "+impacts_per_s +jump_mean +tau_s -threshold", "break_probability": "+loss",
    "break_fraction": "+u", "logistic_break": "+loss", "two_state": "+suppress_per_s +time_s",
}  # fmt: skip
"""Parameters with which an answer (its first part) can only grow (+) or fall (-)."""


PROBABILITIES = {
    "d0", "p", "p_hit", "p_kill_given_hit", "p_first", "p_after_miss", "confidence", "q", "g", "u", "u_ever", "u_when",
    "loss",
}  # fmt: skip

NOTHING: dict[str, dict[str, Any]] = {
    "kill_probability": {"radius": 0.0}, "carleton_reach": {"radius": 0.0}, "expected_gaussian": {"d0": 0.0},
    "expected_rectangle": {"d0": 0.0}, "random_fire": {"lethal_area_m2": 0.0}, "confetti": {"lethal_area_m2": 0.0},
    "random_fire_poisson": {"lethal_area_m2": 0.0}, "best_pattern": {"lethal_area_m2": 0.0}, "aimed_rate": {"p": 0.0},
    "area_rate": {"lethal_area_m2": 0.0}, "kill_within": {"p_kill_given_hit": 0.0}, "killed_random": {"p": 0.0},
    "killed_even": {"p": 0.0}, "killed_looking": {"p": 0.0}, "independent": {"p": 0.0}, "expected_salvo": {"d0": 0.0},
    "expected_pass": {"d0": 0.0}, "joint_kill": {"d0": 0.0}, "joint_kill_redrawn": {"d0": 0.0},
    "kill_moments": {"d0": 0.0}, "glimpse_rate": {"g": 0.0}, "repeated_glimpse": {"g": 0.0},
    "continuous_looking": {"rate_per_s": 0.0}, "head_on": {"k_m3ps": 0.0}, "lateral_range": {"sweep_width_m": 0.0},
    "random_search": {"sweep_width_m": 0.0}, "parallel_sweeps": {"sweep_width_m": 0.0}, "ttpf": {"n_over_n50": 0.0},
    "time_limited": {"n_over_n50": 0.0}, "duel_simultaneous": {"p_a": 0.0}, "duel_first": {"p_a": 0.0},
    "duel_exponential": {"p_a": 0.0}, "restarting_fraction": {"impacts_per_s": 0.0},
    "shot_noise": {"impacts_per_s": 0.0, "level": 0.0},
    "ignoring_fraction": {"impacts_per_s": 0.0}, "two_state": {"suppress_per_s": 0.0},
}  # fmt: skip
"""What leaves nothing to kill, to see or to suppress with: then the first part of the answer is nothing."""


SPLIT = {
    "independent": "rounds", "random_fire": "rounds", "random_fire_poisson": "rounds", "repeated_glimpse": "looks",
    "kill_within": "shots", "continuous_looking": "time_s", "random_search": "track_m",
}  # fmt: skip
"""Chances whose parts are independent: what two parts leave is the product of what each leaves."""


BY_OTHER_MEANS = {
    "carleton_at": "kill_probability is made of it", "carleton_terms": "likewise",
    "killed": "luck, test_effects_damage",
    "log_survival": "split volleys, test_effects_damage", "impacts": "turns and shifts, test_effects_delivery",
    "presented_width": "between a side and the diagonal, test_effects_direct",
    "visible_parts": "parts and cover make the whole, test_effects_direct", "parts_hit": "likewise",
    "kill_moments": "moments of one and of two targets, test_effects_salvo",
    "glimpses": "any order, test_effects_seeing",
    "time_to_level": "undoes with_inflow, test_effects_suppression", "time_to_level_one": "is time_to_level",
    "duel_exponential": "fair and scaled, test_effects_direct", "duel_first": "likewise",
    "duel_simultaneous": "likewise",
    "shot_noise": "Campbell's moments, test_effects_suppression",
}  # fmt: skip
"""No parameter of theirs says 'more': which other test holds them."""
