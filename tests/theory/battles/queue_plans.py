"""Plans of the queue cases: n, and the wrong engine each must tell apart (see plans.py)."""

from __future__ import annotations

from math import exp, sqrt

from tests.theory import solvers
from tests.theory.answers.reading import first_customers, servers_and_places
from tests.theory.battles import calls, missions, targets
from tests.theory.battles.duels import Inputs
from tests.theory.battles.plan import Plan


def _fixed_service(i: Inputs) -> tuple[str, float]:
    """M/D/c: half the wait of M/M/c, exactly for c = 1, else by Cosmetatos' approximation (1976)."""
    c, wait = i["servers"], solvers.mmc(i["servers"], i["arrival_per_s"], i["service_per_s"])["Wq_s"]
    load = i["arrival_per_s"] / (c * i["service_per_s"])
    return "Wq_s", 0.5 * wait * (1.0 + (1.0 - load) * (c - 1) * (sqrt(4.0 + 5.0 * c) - 2.0) / (16.0 * load * c))


def _exponential_waits(i: Inputs) -> tuple[str, float]:
    law = servers_and_places(i["model"])[0], i["arrival_per_s"], i["service_per_s"]
    k, t = next((k, t) for k, t in enumerate(i["t_s"]) if t > 0)
    return f"[{k}]", exp(-t / solvers.mmc(*law)["Wq_s"])


def _a_place_more(i: Inputs) -> tuple[str, float]:
    servers, places = servers_and_places(i["model"])
    return "p_block", solvers.finite_queue(servers, places + 1, i["arrival_per_s"], i["service_per_s"])["p_block"]


def _fixed_attacks(i: Inputs) -> tuple[str, float]:
    late = solvers.first_delays_fixed(i["arrival_per_s"], 1.0 / i["service_per_s"], first_customers(i["model"]))
    return "mean_avg_delay", sum(late) / len(late)


def _exponential_times(i: Inputs) -> tuple[str, float]:
    return "", solvers.mmc(1, i["arrival_per_s"], 1.0 / i["service_mean_s"])["Wq_s"]


def _exponential_fixed(i: Inputs) -> tuple[str, float]:
    return "Wq_s", solvers.mmc(1, i["arrival_per_s"], 1.0 / i["service_s"])["Wq_s"]


def _side_by_side(i: Inputs) -> tuple[str, float]:
    return "", sum(1.0 / rate for rate in i["service_per_s"])


def _one_class(i: Inputs) -> tuple[str, float]:
    return "[0]", solvers.mmc(1, sum(i["arrival_per_s"]), i["service_per_s"])["Wq_s"]


def _two_stages(i: Inputs) -> tuple[str, float]:
    """The report takes no time of its own."""
    detect, _, kill = i["stage_rates_per_s"]
    return "mean_s", 1.0 / detect + 1.0 / kill


def _seen_at_once(i: Inputs) -> tuple[str, float]:
    return "p_survive", exp(-i["kill_rate_after_detect_per_s"] * i["exposure_s"])


def _a_channel_less(i: Inputs) -> tuple[str, float]:
    law = i["attackers"], i["defender_channels"] - 1, i["kill_rate_per_channel_per_s"], i["exposure_s"]
    return "mean_leakers", solvers.pure_death(*law)["mean_leakers"]


QUEUES: dict[str, Plan] = {
    "QUE-01": Plan(calls.delays, 60, "calls of fixed length", _fixed_service),
    "QUE-02": Plan(calls.delays, 30, "calls of fixed length", _fixed_service, quick=True),
    "QUE-03": Plan(calls.delays, 60, "calls of fixed length", _fixed_service),
    "QUE-04": Plan(calls.delays, 60, "calls of fixed length", _fixed_service),
    "QUE-05": Plan(calls.tail, 200, "every call waits, the mean being right", _exponential_waits),
    "QUE-06": Plan(missions.general, 60, "times of exponential spread", _exponential_times),
    "QUE-07": Plan(missions.fixed, 60, "times of exponential spread", _exponential_fixed),
    "QUE-08": Plan(missions.in_a_row, 60, "nobody waits for anybody", _side_by_side),
    "QUE-09": Plan(targets.priorities, 60, "served in the order of arrival", _one_class),
    "QUE-10": Plan(targets.first_delays, 400, "attacks of fixed length", _fixed_attacks),
    "QUE-11": Plan(calls.finite, 90, "a holding place too many", _a_place_more),
    "KCH-01": Plan(targets.chain, 300, "reports that take no time", _two_stages),
    "KCH-02": Plan(targets.gauntlet, 30, "all seen at once", _seen_at_once),
    "KCH-04": Plan(targets.channels, 100, "a controller less", _a_channel_less),
}
