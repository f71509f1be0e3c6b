"""A hotline of so many lines: waits, losses, numbers present - scenarios/verification/calls.yaml.

A run starts empty; the first calls are left out: five relaxation times of the queue, 1 / (sqrt(c mu) - sqrt(lam))**2
(Cohen), by which the wait has come within 1 % of its mean. What remains is averaged within a run, so that
autocorrelation stays inside it: the n averages are independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.theory.answers.reading import servers_and_places
from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import build, nights, seconds, tree, until

SERVICE_S = 1000.0
"""Stretched time: a call takes so long, so that a millisecond of the clock shifts nothing."""
MEASURED = 1500
"""Calls of a run that count."""


@dataclass(frozen=True)
class Traffic:
    """Calls of one run, s of the case: placed, with a line (inf: lost), answered (inf: lost), and whether it had to
    wait; the first of them (warm-up) are still in it."""

    placed: NDArray[np.float64]
    taken: NDArray[np.float64]
    ended: NDArray[np.float64]
    busy: NDArray[np.bool_]
    warm: int

    @property
    def counted(self) -> slice:
        """The calls after the warm-up."""
        return slice(self.warm, None)

    @property
    def waits(self) -> NDArray[np.float64]:
        """Waits for a line of the calls that count."""
        return (self.taken - self.placed)[self.counted]

    def present(self, begin: NDArray[np.float64], end: NDArray[np.float64]) -> float:
        """Time average of the number of calls between `begin` and `end`, over the time of the calls that count."""
        since, until = self.placed[self.warm], self.placed[-1]
        inside = np.minimum(end, until) - np.maximum(begin, since)
        return float(np.maximum(inside, 0.0).sum() / (until - since))


def warm_up(servers: int, arrival: float, service: float) -> int:
    """Calls in five relaxation times of M/M/c."""
    return ceil(5.0 * arrival / (sqrt(servers * service) - sqrt(arrival)) ** 2)


def traffic(
    arrival: float, service: Any, lines: int, n: int, seed: int, *, mean: float, warm: int, holding: int | None = None,
    calls: int = MEASURED,
) -> list[Traffic]:  # fmt: skip
    """n runs of a Poisson stream of calls. `service`: law of the answer without its mean; `mean`: its mean, s."""
    stretch = SERVICE_S / mean
    data = tree("calls")
    line = data["hotline"]
    line |= {"lines": lines} | ({} if holding is None else {"holding": holding})
    every = {"law": "exponential", "time": seconds(stretch / arrival)}
    line["calls"][0]["repeat"] |= {"every": every, "times": warm + calls}
    until(data, 10.0 * (warm + calls) * (stretch / arrival + SERVICE_S) + 60.0)
    line["counterpart"]["answer_delay"] = {**service, "time": seconds(stretch * mean)}
    return [_traffic(night, stretch, warm) for night in nights(build(data), n, seed)]


def _traffic(night: Any, stretch: float, warm: int) -> Traffic:
    rows = {"call_placed": [], "line_taken": [], "line_busy": [], "call_answered": []}
    number: dict[int, int] = {}
    for id_, (t_ms, kind, causes) in enumerate(night.told()):
        if kind == "call_placed":
            number[id_] = len(number)
        if kind in rows:
            rows[kind].append((number[id_ if kind == "call_placed" else causes[0]], t_ms))
    placed, taken, ended = (np.full(len(number), np.inf) for _ in range(3))
    for name, into in (("call_placed", placed), ("line_taken", taken), ("call_answered", ended)):
        for k, t_ms in rows[name]:
            into[k] = t_ms * 1e-3 / stretch
    busy = np.zeros(len(number), dtype=bool)
    busy[[k for k, _ in rows["line_busy"]]] = True
    if not np.isfinite(ended[np.isfinite(taken)]).all():
        raise AssertionError("the clock ended before the last answer: a censored run proves nothing")
    return Traffic(placed, taken, ended, busy, warm)


EXPONENTIAL = {"law": "exponential"}


def _exponential(i: Inputs, servers: int, n: int, seed: int, holding: int | None = None) -> list[Traffic]:
    arrival, service = i["arrival_per_s"], i["service_per_s"]
    stable = arrival < servers * service and holding is None
    warm = warm_up(servers, arrival, service) if stable else 100 * servers
    return traffic(arrival, EXPONENTIAL, servers, n, seed, mean=1.0 / service, warm=warm, holding=holding)


def delays(i: Inputs, n: int, seed: int) -> Arrays:
    """M/M/c: who waits, how many, how long; and, with no place to wait, who is lost (QUE-01 to QUE-04)."""
    runs = _exponential(i, i["servers"], n, seed)
    lossy = _exponential(i, i["servers"], n, seed + 1, holding=0)
    return {
        "erlang_c": np.array([run.busy[run.counted].mean() for run in runs]),
        "erlang_b": np.array([run.busy[run.counted].mean() for run in lossy]),
        "Lq": np.array([run.present(run.placed, run.taken) for run in runs]),
        "Wq_s": np.array([run.waits.mean() for run in runs]),
        "W_s": np.array([(run.ended - run.placed)[run.counted].mean() for run in runs]),
    }


def tail(i: Inputs, n: int, seed: int) -> Arrays:
    """M/M/c: share of calls that wait longer than each of the times (QUE-05)."""
    runs = _exponential(i, servers_and_places(i["model"])[0], n, seed)
    return {
        f"[{k}]": np.array([(run.waits > t).mean() if t > 0 else run.busy[run.counted].mean() for run in runs])
        for k, t in enumerate(i["t_s"])
    }


def finite(i: Inputs, n: int, seed: int) -> Arrays:
    """M/M/c/K: calls lost, and how many are there (QUE-11)."""
    servers, places = servers_and_places(i["model"])
    runs = _exponential(i, servers, n, seed, holding=places - servers)
    there = [np.where(np.isfinite(run.taken), run.ended, run.placed) for run in runs]
    return {
        "p_block": np.array([np.isinf(run.taken[run.counted]).mean() for run in runs]),
        "L": np.array([run.present(run.placed, end) for run, end in zip(runs, there, strict=True)]),
    }
