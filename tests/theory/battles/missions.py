"""Orders that wait for a gun, and three servers in a row - scenarios/verification/missions.yaml.

Runs start empty; the first orders are left out, as in `calls`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import key, signed
from tests.theory.battles.calls import SERVICE_S, warm_up
from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import Night, build, nights, seconds, tree, until

MEASURED = 300
"""Orders of a run of one gun that count."""
IN_A_ROW = 100
"""Calls of a run through three servers that count."""


def law(mean_s: float, sd_s: float) -> dict[str, Any]:
    """A delay law of that mean and standard deviation."""
    if sd_s == 0.0:
        return {"law": "fixed", "time": seconds(mean_s)}
    return {"law": "gamma", "time": seconds(mean_s), "spread": sd_s / mean_s}


def when(night: Night, kind: str, name: str, count: int) -> NDArray[np.float64]:
    """(count,) s when `name-0`, `name-1`, ... began, were done, placed or answered; inf for those that were not."""
    number = {signed(key(f"{name}-{k}")): k for k in range(count)}
    out = np.full(count, np.inf)
    for t, _, _, payload in night.of(kind):
        if payload[0] in number:
            out[number[payload[0]]] = t * 1e-3
    return out


def poisson(first: dict[str, Any], mean_s: float, event: str, count: int) -> list[dict[str, Any]]:
    """Copies of an order or call, each so long after the one before."""
    stem, gap = first["id"].rpartition("-")[0], {"law": "exponential", "time": seconds(mean_s)}
    rows = [first | {"id": f"{stem}-0", "when": {"at": "2000-01-01T00:00Z"}}]
    for k in range(1, count):
        rows.append(first | {"id": f"{stem}-{k}", "when": {"event": f"{stem}-{k - 1}.{event}", "delay": gap}})
    return rows


def one_gun(arrival: float, mean: float, sd: float, n: int, seed: int) -> tuple[list[NDArray[np.float64]], int]:
    """([(2, orders): given, done, s of the case] for each run, how many are the warm-up)."""
    stretch, warm = SERVICE_S / mean, warm_up(1, arrival, 1.0 / mean)
    data, count = tree("missions"), warm + MEASURED
    del data["hotline"]
    data["weapons"]["gun"]["lay"] = law(SERVICE_S, stretch * sd)
    data["orders"] = poisson(data["orders"][1], stretch / arrival, "begun", count)
    until(data, 10.0 * count * (stretch / arrival + SERVICE_S))
    runs = []
    for night in nights(build(data), n, seed):
        begun, done = when(night, "order_begun", "fire", count), when(night, "order_done", "fire", count)
        if not np.isfinite(done).all():
            raise AssertionError("the clock ended before the last order was done: a censored run proves nothing")
        runs.append(np.array([begun, done]) / stretch)
    return runs, warm


def waits(begun: NDArray[np.float64], done: NDArray[np.float64]) -> NDArray[np.float64]:
    """Until the order before was done, if it was not yet when this one was given."""
    free = np.concatenate([[-np.inf], done[:-1]])
    return np.maximum(free - begun, 0.0)


def general(i: Inputs, n: int, seed: int) -> Arrays:
    """M/G/1 with gamma times (QUE-06)."""
    runs, warm = one_gun(i["arrival_per_s"], i["service_mean_s"], i["service_sd_s"], n, seed)
    return {"": np.array([waits(*run)[warm:].mean() for run in runs])}


def fixed(i: Inputs, n: int, seed: int) -> Arrays:
    """M/D/1: waits, and how often an order finds nobody, or one, before it (QUE-07; Poisson arrivals see averages)."""
    runs, warm = one_gun(i["arrival_per_s"], i["service_s"], 0.0, n, seed)
    found = [np.array([(run[1][:k] > run[0][k]).sum() for k in range(warm, run.shape[1])]) for run in runs]
    return {
        "Wq_s": np.array([waits(*run)[warm:].mean() for run in runs]),
        "p0": np.array([(row == 0).mean() for row in found]),
        "p1": np.array([(row == 1).mean() for row in found]),
    }


def in_a_row(i: Inputs, n: int, seed: int) -> Arrays:
    """From the placing of a call to the last round: a line, then one gun after another (QUE-08: finding, firing)."""
    line, *guns = rates = i["service_per_s"]
    arrival, stretch = i["arrival_per_s"], SERVICE_S * max(rates)
    warm = max(warm_up(1, arrival, rate) for rate in rates)
    data, count = tree("missions"), warm + IN_A_ROW
    data["hotline"]["calls"] = poisson(data["hotline"]["calls"][0], stretch / arrival, "placed", count)
    data["hotline"]["counterpart"]["answer_delay"] = {"law": "exponential", "time": seconds(stretch / line)}
    order, kind, weapon = data["orders"][1], data["kinds"].pop("battery"), data["weapons"].pop("gun")
    data["orders"], data["formations"], data["units"], before = [], [], [], "call-{}.answered"
    for s, rate in enumerate(guns):
        data["weapons"][f"w{s}"] = weapon | {"lay": {"law": "exponential", "time": seconds(stretch / rate)}}
        data["kinds"][f"k{s}"] = kind | {"weapons": {f"w{s}": {"by": "tube", "rounds": None}}}
        data["formations"].append({"id": f"f{s}", "side": "defenders", "at": "battery"})
        data["units"].append({"id": f"u{s}", "kind": f"k{s}", "formation": f"f{s}", "tag": "sdf"})
        task = {"shell": order["do"]["shell"] | {"weapon": f"w{s}"}}
        data["orders"] += [
            {"id": f"o{s}-{k}", "who": f"f{s}", "when": {"event": before.format(k)}, "do": task} for k in range(count)
        ]
        before = f"o{s}-{{}}.done"
    until(data, 10.0 * count * (stretch / arrival + stretch * sum(1.0 / rate for rate in rates)))
    spans = []
    for night in nights(build(data), n, seed):
        span = when(night, "order_done", f"o{len(guns) - 1}", count) - when(night, "call_placed", "call", count)
        if not np.isfinite(span).all():
            raise AssertionError("the clock ended before the last round: a censored run proves nothing")
        spans.append(span[warm:].mean() / stretch)
    return {"": np.array(spans)}
