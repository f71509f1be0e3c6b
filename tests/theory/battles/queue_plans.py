"""Plans of the queue cases: n, and the wrong engine each must tell apart (see plans.py)."""

from __future__ import annotations

from math import exp, sqrt

from tests.theory import solvers
from tests.theory.answers.reading import servers_and_places
from tests.theory.battles import calls
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


QUEUES: dict[str, Plan] = {
    "QUE-01": Plan(calls.delays, 60, "calls of fixed length", _fixed_service),
    "QUE-02": Plan(calls.delays, 30, "calls of fixed length", _fixed_service, quick=True),
    "QUE-03": Plan(calls.delays, 60, "calls of fixed length", _fixed_service),
    "QUE-04": Plan(calls.delays, 60, "calls of fixed length", _fixed_service),
    "QUE-05": Plan(calls.tail, 200, "every call waits, the mean being right", _exponential_waits),
    "QUE-11": Plan(calls.finite, 90, "a holding place too many", _a_place_more),
}
