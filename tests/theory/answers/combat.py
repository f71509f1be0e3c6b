"""Answers about Lanchester laws, Markov combat, kill chains and queues: the reference solvers, mostly."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.effects import damage
from tests.theory import solvers
from tests.theory.answers.reading import Answers, Inputs, first_customers, ids, named, servers_and_places

# Combat laws.


def _strengths(i: Inputs) -> tuple[Any, ...]:
    return i["x0"], i["y0"], i["a"], i["b"]


_ENGEL = [(0.0, 1.0, 54000.0), (2.0, 3.0, 6000.0), (5.0, 6.0, 13000.0)]


def _lan_07(i: Inputs) -> Any:
    law = 0.0, i["J0"], i["a_per_day"], i["b_per_day"], _ENGEL
    days = [solvers.reinforced_law(*law, t) for t in i["days"]]
    return named("us japan", np.transpose(days))


def _lan_08(i: Inputs) -> Any:
    rates = i["a_per_day"], i["b_per_day"]
    us, japan = solvers.reinforced_law(0.0, i["J0"], *rates, _ENGEL, 6.0)
    final, days = solvers.square_law_end(us, japan, *rates)
    return {"day": 6.0 + days, "us": final}


def _markov(kind: str) -> Callable[[Inputs], Any]:
    def answer(i: Inputs) -> Any:
        a, b = i["a"], i["b"]
        x_loss: solvers.Rate = (lambda x, y: a * x * y) if kind == "linear" else (lambda x, y: a * y)
        y_loss: solvers.Rate = (lambda x, y: b * x) if kind == "square" else (lambda x, y: b * x * y)
        ends = i.get("x_break", 0), i.get("y_break", 0)
        return solvers.markov_combat(i["x0"], i["y0"], x_loss, y_loss, *ends)

    return answer


def _sto_11(i: Inputs) -> Any:
    square = _markov("square")
    return [square({"x0": x, "y0": y, "a": 1.0, "b": 1.0})["p_x_wins"] for x, y in i["cases"]]


def _salvo_combat(i: Inputs) -> dict[str, float]:
    return solvers.salvo_combat(i["x0"], i["y0"], i["p_x"], i["p_y"])


def _sto_17(i: Inputs) -> Any:
    return {
        "euler_simultaneous": solvers.euler_square(*_strengths(i), steps=i["t"], x_first=False),
        "euler_sequential_x_first": solvers.euler_square(*_strengths(i), steps=i["t"], x_first=True),
    }


# Chains and queues.


def _kch_02(i: Inputs) -> Any:
    through = 1.0 - solvers.hypoexponential(
        [i["detect_rate_per_s"], i["kill_rate_after_detect_per_s"]], i["exposure_s"]
    )
    n = i["attackers"]
    return {
        "p_survive": through,
        "mean_leakers": n * through,
        "sd_leakers": (n * through * (1.0 - through)) ** 0.5,
    }


def _kch_death(i: Inputs) -> Any:
    return solvers.pure_death(i["attackers"], i["defender_channels"], i["kill_rate_per_channel_per_s"], i["exposure_s"])


def _kch_05(i: Inputs) -> Any:
    stale = i["target_speed_m_s"] * i["delay_s"]
    return damage.expected_gaussian(1.0, i["b_m"], i["b_m"], i["sigma_m"], i["sigma_m"], stale)


def _que_07(i: Inputs) -> Any:
    load = i["arrival_per_s"] * i["service_s"]
    return {
        "Wq_s": solvers.pollaczek_khinchine(i["arrival_per_s"], i["service_s"], 0.0),
        "p0": 1.0 - load,
        "p1": (1.0 - load) * np.expm1(load),
    }


def _que_08(i: Inputs) -> Any:
    return sum(solvers.mmc(1, i["arrival_per_s"], mu)["W_s"] for mu in i["service_per_s"])


def _que_10(i: Inputs) -> Any:
    customers = first_customers(i["model"])
    delays = solvers.first_delays(i["arrival_per_s"], i["service_per_s"], customers)
    return {"mean_avg_delay": np.mean(delays), f"mean_delay_{customers}th": delays[-1]}


ANSWERS: Answers = {
    "LAN-01": lambda i: named("x y", solvers.square_law(*_strengths(i), i["t"])),
    "LAN-02": lambda i: named("x_final t_end", solvers.square_law_end(*_strengths(i))),
    "LAN-03": lambda i: named("x y", solvers.linear_law(*_strengths(i), i["t"])),
    "LAN-04": lambda i: named("x_t y_t x_final", solvers.mixed_law(*_strengths(i), i["t"])),
    "LAN-05": lambda i: named("x y", solvers.logarithmic_law(*_strengths(i), i["t"])),
    "LAN-06": lambda i: solvers.helmbold_law(*_strengths(i), i["w"], i["y_at"]),
    "LAN-07": _lan_07,
    "LAN-08": _lan_08,
    "LAN-09": lambda i: named("x_final t_end", solvers.square_law_end(*_strengths(i))),
    **dict.fromkeys(ids("STO", 1, 2, 3, 4, 5, 10), _markov("square")),
    **dict.fromkeys(ids("STO", 6, 7, 8), _markov("linear")),
    "STO-09": _markov("mixed"),
    "STO-11": _sto_11,
    "STO-12": lambda i: solvers.square_transient(*_strengths(i), i["t"]),
    **dict.fromkeys(ids("STO", 13, 14, 15), _salvo_combat),
    "STO-16": lambda i: solvers.salvo_combat(i["x0"], i["y0"], i["p_x"], i["p_y"], x_first=True)["x_wins"],
    "STO-17": _sto_17,
    "KCH-01": lambda i: {
        "cdf": [solvers.hypoexponential(i["stage_rates_per_s"], t) for t in i["t_s"]],
        "mean_s": sum(1.0 / rate for rate in i["stage_rates_per_s"]),
    },
    "KCH-02": _kch_02,
    **dict.fromkeys(ids("KCH", 3, 4), _kch_death),
    "KCH-05": _kch_05,
    **dict.fromkeys(
        ids("QUE", 1, 2, 3, 4), lambda i: solvers.mmc(i["servers"], i["arrival_per_s"], i["service_per_s"])
    ),
    "QUE-05": lambda i: solvers.mmc_tail(
        servers_and_places(i["model"])[0], i["arrival_per_s"], i["service_per_s"], i["t_s"]
    ),
    "QUE-06": lambda i: solvers.pollaczek_khinchine(i["arrival_per_s"], i["service_mean_s"], i["service_sd_s"]),
    "QUE-07": _que_07,
    "QUE-08": _que_08,
    "QUE-09": lambda i: solvers.cobham(i["arrival_per_s"], i["service_per_s"]),
    "QUE-10": _que_10,
    "QUE-11": lambda i: solvers.finite_queue(*servers_and_places(i["model"]), i["arrival_per_s"], i["service_per_s"]),
}
