"""Which engine case runs how: the number of replications, fixed beforehand, and the wrong engine it must tell apart.

n comes from the power check: the value of the artefact lies POWER standard errors or more from the right one, so an
engine with that fault is accepted (within 4 SE) less than once in forty; most cases have 8 and more. Seeds follow from
the id of the case; nothing here was ever re-seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any
from zlib import crc32

from sim.effects.resolution import resolvable_cycles, ttpf
from sim.effects.salvo import common_aim_biased
from tests.theory import solvers
from tests.theory.answers import combat, fire, looking
from tests.theory.answers.reading import normal_of
from tests.theory.battles import duels, ranging, shelling
from tests.theory.battles import looking as sights
from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.plan import Plan
from tests.theory.battles.queue_plans import QUEUES

POWER = 6.0
ACCEPT = 4.0


def seed_of(case: str) -> int:
    """The fixed seed of a case."""
    return crc32(case.encode())


def _law(law: str) -> Callable[[Inputs, int, int], Arrays]:
    return lambda i, n, seed: duels.fights(i, law, n, seed)


def _square_end(i: Inputs) -> tuple[str, float]:
    if i["b"] * i["x0"] ** 2 <= i["a"] * i["y0"] ** 2:
        return "e_x", 0.0
    return "e_x", solvers.square_law_end(i["x0"], i["y0"], i["a"], i["b"])[0]


def _linear_end(i: Inputs) -> tuple[str, float]:
    return "e_x", max(0.0, i["x0"] - i["a"] / i["b"] * i["y0"])


def _both_aimed(i: Inputs) -> tuple[str, float]:
    return "e_x", solvers.markov_combat(i["x0"], i["y0"], lambda x, y: i["a"] * y, lambda x, y: i["b"] * x)["e_x"]


def _both_area(i: Inputs) -> tuple[str, float]:
    def loss(rate: float) -> solvers.Rate:
        return lambda x, y: rate * x * y

    return "e_x", solvers.markov_combat(i["x0"], i["y0"], loss(i["a"]), loss(i["b"]))["e_x"]


def _aim_of_his_own(i: Inputs) -> tuple[str, float]:
    law = i["rounds"], i["D0"], i["b_m"], i["sigma_precision_m"], i["sigma_aim_m"]
    one, two = (common_aim_biased(*law, abs(x)) for x in i["targets_x_m"])
    return "", one * two


def _a_loss_late(i: Inputs) -> tuple[str, float]:
    return "e_y", combat.ANSWERS["STO-10"]({**i, "x_break": i["x_break"] - 1, "y_break": i["y_break"] - 1})["e_y"]


def _linear_small(i: Inputs) -> tuple[str, float]:
    (x, y), *_ = i["cases"]
    return "[0]", solvers.markov_combat(x, y, lambda x, y: float(x * y), lambda x, y: float(x * y))["p_x_wins"]


def _poisson_losses(i: Inputs) -> tuple[str, float]:
    return "var_x", i["x0"] - combat.ANSWERS["STO-12"](i)["e_x"]


def _x_first(i: Inputs) -> tuple[str, float]:
    return "x_wins", solvers.salvo_combat(i["x0"], i["y0"], i["p_x"], i["p_y"], x_first=True)["x_wins"]


def _euler(i: Inputs) -> tuple[str, float]:
    return "e_x", solvers.euler_square(i["x0"], i["y0"], i["a"], i["b"], steps=i["t"], x_first=False)[0]


def _coin(i: Inputs) -> tuple[str, float]:
    a, b = i["rate_a_per_s"] * i["p_a"], i["rate_b_per_s"] * i["p_b"]
    return "mean_duel_time_s", 1.0 / a + 1.0 / b


def _no_spread(i: Inputs) -> tuple[str, float]:
    mean, _ = normal_of(i["break_fraction_dist"])
    # the share next below the mean, where nobody would have broken
    k = max(k for k, share in enumerate(i["casualty_fraction"]) if share < mean)
    return f"[{k}]", 0.0


def _other(answers: dict[str, Callable[[Inputs], Any]], case: str, leaf: str = "") -> Callable[[Inputs], Any]:
    """The value of another case of the file at these inputs: what the wrong engine does."""

    def value(i: Inputs) -> tuple[str, float]:
        found = answers[case](i)
        return leaf, float(found[leaf] if leaf and isinstance(found, dict) else found)

    return value


def _stepped(i: Inputs) -> tuple[str, float]:
    return "p", 1.0 - (1.0 - 10.0 * i["rate_per_s"]) ** (i["time_s"] / 10.0)


def _middle(i: Inputs) -> tuple[str, float]:
    middle_m = 0.5 * (i["start_range_m"] + i["end_range_m"])
    cycles = resolvable_cycles(i["target_dim_m"], middle_m, i["cycles_per_mrad"])
    time_s = (i["start_range_m"] - i["end_range_m"]) / i["speed_m_s"]
    return "", 1.0 - exp(-time_s / i["tau_s"] * float(ttpf(cycles / i["n50"])))


def _no_stretch(i: Inputs) -> tuple[str, float]:
    return "", 1.0 * i["impact_rate_per_s"] * i["suppression_time_s"] / (
        1.0 + i["impact_rate_per_s"] * i["suppression_time_s"]
    )


def _forgetful(i: Inputs) -> tuple[str, float]:
    return "", fire.ANSWERS["DIR-11"]({**i, "p_hit_after_hit": i["p_hit_after_miss"]}).item()


def _equal_jumps(i: Inputs) -> tuple[str, float]:
    shape, level = i["impact_rate_per_s"] / i["decay_per_s"], i["threshold"] / i["jump_mean"]
    return "", solvers.fixed_jumps_exceed(shape, level)


PLANS: dict[str, Plan] = {
    "STO-01": Plan(_law("square"), 1000, "deterministic square law", _square_end),
    "STO-02": Plan(_law("square"), 1200, "deterministic square law", _square_end),
    "STO-03": Plan(_law("square"), 2100, "deterministic square law", _square_end),
    "STO-04": Plan(_law("square"), 1800, "deterministic square law", _square_end),
    "STO-05": Plan(_law("square"), 300, "area fire on both sides", _both_area),
    "STO-06": Plan(_law("linear"), 500, "deterministic linear law", _linear_end),
    "STO-07": Plan(_law("linear"), 400, "deterministic linear law", _linear_end),
    "STO-08": Plan(_law("linear"), 150, "aimed fire on both sides", _both_aimed),
    "STO-09": Plan(_law("mixed"), 500, "aimed fire on both sides", _both_aimed),
    "STO-10": Plan(_law("square"), 400, "breaks one loss late", _a_loss_late, quick=True),
    "STO-11": Plan(duels.small_fights, 1200, "linear law", _linear_small),
    "STO-12": Plan(duels.transient, 8000, "losses as a Poisson process", _poisson_losses),
    "STO-13": Plan(duels.salvo_fights, 1500, "x fires and kills first", _x_first),
    "STO-14": Plan(duels.salvo_fights, 1000, "x fires and kills first", _x_first),
    "STO-15": Plan(duels.salvo_fights, 800, "x fires and kills first", _x_first),
    "STO-16": Plan(duels.salvo_fights, 800, "this is the fault itself", _x_first),
    "STO-17": Plan(duels.transient, 7500, "this is the fault itself", _euler),
    "DIR-08": Plan(duels.markov_duel, 1500, "shots that wait for each other", _coin),
    "DIR-09": Plan(
        lambda i, n, seed: duels.timed_duel(i, n, seed, x_first=False), 1000, "a resolved before b",
        _other(fire.ANSWERS, "DIR-10", "a"), quick=True,
    ),
    "DIR-10": Plan(
        lambda i, n, seed: duels.timed_duel(i, n, seed, x_first=True), 1000, "both at once",
        _other(fire.ANSWERS, "DIR-09", "a"),
    ),
    "DIR-11": Plan(ranging.until_killed, 3000, "a hit does not help the next round", _forgetful),
    "DIR-12": Plan(
        lambda i, n, seed: duels.one_volley(i, "random", n, seed), 500, "even split",
        _other(fire.ANSWERS, "DIR-13"), quick=True,
    ),
    "DIR-13": Plan(
        lambda i, n, seed: duels.one_volley(i, "even", n, seed), 500, "random targets",
        _other(fire.ANSWERS, "DIR-12"), quick=True,
    ),
    "DIR-14": Plan(
        lambda i, n, seed: duels.one_volley(i, "shoot_look_shoot", n, seed), 300, "even split",
        _other(fire.ANSWERS, "DIR-13"), quick=True,
    ),
    "KCH-03": Plan(duels.one_channel, 1600, "negative leakers counted",
                   lambda i: ("mean_leakers", i["attackers"] - i["kill_rate_per_channel_per_s"] * i["exposure_s"])),
    "KCH-05": Plan(shelling.stale, 3000, "a fresh aim point",
                   lambda i: _other(combat.ANSWERS, "KCH-05")({**i, "delay_s": 0.0})),
    "SAL-11": Plan(shelling.both, 1500, "an aim of his own for each target", _aim_of_his_own),
    "SUP-01": Plan(
        lambda i, n, seed: shelling.clocked(i, "restart", n, seed), 200, "impacts while pinned are ignored",
        lambda i: ("fraction", _no_stretch(i)[1]),
    ),
    "SUP-02": Plan(
        lambda i, n, seed: shelling.clocked(i, "ignore", n, seed), 200, "each impact restarts the clock",
        lambda i: ("", looking.ANSWERS["SUP-01"](i)["fraction"]),
    ),
    "SUP-03": Plan(shelling.level, 2500, "no decay",
                   lambda i: ("mean", i["impact_rate_per_s"] * i["time_s"] * i["jump"]), quick=True),
    "SUP-04": Plan(shelling.exceeding, 200, "pushes of one size", _equal_jumps),
    "SUP-06": Plan(shelling.markov, 300, "no recovery",
                   lambda i: ("p_suppressed", 1.0 - exp(-i["suppress_rate_per_s"] * i["time_s"]))),
    "DET-03": Plan(sights.standing, 9000, "looks of 10 s, each rate times 10 s", _stepped),
    "DET-08": Plan(sights.closing, 2000, "a factor 2 in the exponent",
                   lambda i: ("[2]", looking.ANSWERS["DET-08"]({**i, "kh_m3_per_s": 2.0 * i["kh_m3_per_s"]})[2])),
    "DET-13": Plan(sights.approaching, 1500, "one hazard all the way, that of its middle", _middle),
    "DET-09": Plan(sights.mean_range, 2000, "a factor 2 in the exponent",
                   lambda i: ("", float(looking.ANSWERS["DET-09"]({**i, "kh_m3_per_s": 2.0 * i["kh_m3_per_s"]})))),
    "MOR-01": Plan(duels.break_points, 1000, "one break-point for all", _no_spread),
    **QUEUES,
}  # fmt: skip
