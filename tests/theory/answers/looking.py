"""Answers about seeing, suppression and morale."""

from typing import Any

from sim.effects import resolution, seeing, suppression
from tests.theory.answers.reading import Answers, Inputs, array, named, normal_of

# Seeing.


def _det_11(i: Inputs) -> Any:
    cycles = resolution.resolvable_cycles(i["target_dim_m"], i["range_m"], i["resolvable_cycles_per_mrad"])
    return {"cycles": cycles, "p": resolution.ttpf(cycles / i["n50"])}


def _det_13(i: Inputs) -> Any:
    leg = i["start_range_m"], i["end_range_m"], i["speed_m_s"]
    return resolution.approach_detection(*leg, i["target_dim_m"], i["cycles_per_mrad"], i["n50"], i["tau_s"])


# Suppression and morale.


def _sup_01(i: Inputs) -> Any:
    load = i["impact_rate_per_s"], i["suppression_time_s"]
    return {
        "fraction": suppression.restarting_fraction(*load),
        "mean_spell_s": suppression.restarting_mean_spell(*load),
    }


def _sup_03(i: Inputs) -> Any:
    jump = i["jump"]
    return named(
        "mean var",
        suppression.shot_noise(i["impact_rate_per_s"], jump, jump * jump, 1.0 / i["decay_per_s"], i["time_s"], i["s0"]),
    )


def _sup_04(i: Inputs) -> Any:
    return suppression.stationary_exceedance(
        i["impact_rate_per_s"], i["jump_mean"], 1.0 / i["decay_per_s"], i["threshold"]
    )


def _sup_06(i: Inputs) -> Any:
    rates = i["suppress_rate_per_s"], i["recover_rate_per_s"]
    return named("p_suppressed stationary", suppression.two_state(*rates, i["time_s"]))


ANSWERS: Answers = {
    "DET-01": lambda i: seeing.repeated_glimpse(i["glimpse_p"], i["glimpses"]),
    "DET-02": lambda i: seeing.glimpses(array(i["glimpse_p"])),
    "DET-03": lambda i: {
        "p": seeing.continuous_looking(i["rate_per_s"], i["time_s"]),
        "mean_s": 1.0 / i["rate_per_s"],
    },
    "DET-04": lambda i: seeing.lateral_range(array(i["lateral_range_m"]), i["sweep_width_m"]),
    "DET-05": lambda i: seeing.sweep_width(i["kh_over_w_m2"]),
    "DET-06": lambda i: seeing.parallel_sweeps(i["sweep_width_m"], array(i["track_spacing_m"])),
    "DET-07": lambda i: seeing.random_search(i["sweep_width_m"], i["track_length_m"], i["area_m2"]),
    "DET-08": lambda i: seeing.head_on(i["kh_m3_per_s"], i["closing_speed_m_s"], array(i["ranges_m"])),
    "DET-09": lambda i: seeing.head_on_mean_range(i["kh_m3_per_s"], i["closing_speed_m_s"]),
    "DET-10": lambda i: resolution.ttpf(array(i["n_over_n50"])),
    "DET-11": _det_11,
    "DET-12": lambda i: resolution.time_limited(i["n_over_n50"], i["time_s"]),
    "DET-13": _det_13,
    "SUP-01": _sup_01,
    "SUP-02": lambda i: suppression.ignoring_fraction(i["impact_rate_per_s"], i["suppression_time_s"]),
    "SUP-03": _sup_03,
    "SUP-04": _sup_04,
    "SUP-05": lambda i: suppression.recovery_time(i["level0"], i["threshold"], 1.0 / i["decay_per_s"]),
    "SUP-06": _sup_06,
    "MOR-01": lambda i: suppression.break_probability(
        array(i["casualty_fraction"]), *normal_of(i["break_fraction_dist"])
    ),
    "MOR-02": lambda i: suppression.logistic_break(array(i["casualties"]), i["c50"], i["scale"]),
}
