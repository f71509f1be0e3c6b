"""Chains to a kill, and queues of contacts for a controller - scenarios/verification/targets.yaml."""

from __future__ import annotations

from math import ceil, cos, pi, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.theory.answers.reading import first_customers
from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import Night, build, nights, seconds, tree, until

CIRCLE_M = 50_000.0
SERVICE_S = 1000.0
"""Stretched time of the queues: an attack takes so long that the milliseconds of flight and command do not matter."""
MEASURED = 100
"""Contacts of a run of a steady queue that count."""
CONTACTS = 10
"""Independent contacts of one run of a chain."""


def exponential(mean_s: float) -> dict[str, str]:
    """A delay law."""
    return {"law": "exponential", "time": seconds(mean_s)}


def stage(kinds: list[str], controllers: int, guns: int) -> Any:
    """So many contacts about the observer, all in the first formation."""
    data = tree("targets")
    others = [unit for unit in data["units"] if unit["kind"] == "observer"]
    others[0] |= {"controllers": controllers, "entities": {"soldier": {"n": controllers}}}
    tubes = [{"id": f"gun-{k}", "kind": "tube", "formation": "fg", "tag": "sdf"} for k in range(guns)]
    data["units"] = [*others, *tubes]
    for k, kind in enumerate(kinds):
        turn = 2.0 * pi * k / len(kinds)
        slot = [f"{CIRCLE_M * cos(turn):.3f} m", f"{CIRCLE_M * sin(turn):.3f} m"]
        data["units"].append({"id": f"c{k}", "kind": kind, "formation": "first", "tag": "militia", "slot": slot})
    return data


# Chains: nobody waits for anybody.


def kills_s(night: Night, count: int) -> NDArray[np.float64]:
    """(count,) when each contact was killed, s; inf for those who were not."""
    out = np.full(count, np.inf)
    rows = [t * 1e-3 for t, *_ in night.of("killed")]
    out[: len(rows)] = rows
    return out


def chain(i: Inputs, n: int, seed: int) -> Arrays:
    """Detected, reported, hit: exponential stages (KCH-01); of four the third is the controller's, without a queue."""
    detect, report, *control, kill = (1.0 / rate for rate in i["stage_rates_per_s"])
    data = stage(["man"] * CONTACTS, CONTACTS, CONTACTS)
    data["sensors"]["eye"]["reference_time"] = seconds(detect)
    if len(control) > 1:
        raise ValueError("a chain has three stages, or four with one for the controller")
    law = exponential(control[0]) if control else "0 s"
    data["command"]["defenders"] |= {"report": exponential(report), "control": law}
    data["weapons"]["gun"]["lay"] = exponential(kill)
    until(data, 60.0 * (detect + report + sum(control) + kill))
    times = np.array([kills_s(night, CONTACTS) for night in nights(build(data), n, seed)])
    if not np.isfinite(times).all():
        raise AssertionError("the clock ended before the last kill: a censored run proves nothing")
    out = {f"cdf[{k}]": (times <= t).mean(axis=1) for k, t in enumerate(i["t_s"])}
    return {**out, "mean_s": times.mean(axis=1)}


def gauntlet(i: Inputs, n: int, seed: int) -> Arrays:
    """Many who are detected and hit each on his own while exposed (KCH-02)."""
    count, exposure = i["attackers"], i["exposure_s"]
    data = stage(["man"] * count, count, count)
    data["sensors"]["eye"]["reference_time"] = seconds(1.0 / i["detect_rate_per_s"])
    data["command"]["defenders"]["control"] = "0 s"
    data["weapons"]["gun"]["lay"] = exponential(1.0 / i["kill_rate_after_detect_per_s"])
    until(data, exposure)
    left = count - np.array([(kills_s(night, count) <= exposure).sum() for night in nights(build(data), n, seed)])
    return {"p_survive": left / count, "mean_leakers": left * 1.0, "sd_leakers": left * 1.0}


def channels(i: Inputs, n: int, seed: int) -> Arrays:
    """More contacts than controllers, each of whom takes one after another (KCH-04)."""
    count, mean = i["attackers"], 1.0 / i["kill_rate_per_channel_per_s"]
    stretch, c = SERVICE_S / mean, i["defender_channels"]
    data = stage(["man"] * count, c, c + 1)
    data["command"]["defenders"]["control"] = exponential(SERVICE_S)
    until(data, i["exposure_s"] * stretch)
    end = i["exposure_s"] * stretch
    left = count - np.array([(kills_s(night, count) <= end).sum() for night in nights(build(data), n, seed)])
    return {"mean_leakers": left * 1.0, "sd_leakers": left * 1.0, "p_none": (left == 0) * 1.0}


# Queues: contacts set out one after another, as a Poisson stream, and wait for the one controller.


def streams(data: Any, rates: list[float], counts: list[int]) -> None:
    """Give each contact a formation and an order of its own that follows the one before; one chain for each class."""
    route, first = data["formations"].pop()["routes"], 0
    data["orders"] = []
    for rate, count in zip(rates, counts, strict=True):
        for k in range(first, first + count):
            data["formations"].append({"id": f"f{k}", "side": "attackers", "at": "post", "routes": route})
            before = {"event": f"go-{k - 1}.begun", "delay": exponential(1.0 / rate)}
            # The first of a chain begins with the clock; the time to the next is already memoryless.
            when = before if k > first else {"at": data["clock"]["start"]}
            data["orders"].append({"id": f"go-{k}", "who": f"f{k}", "when": when, "do": {"assault": "on"}})
        first += count
    for k, unit in enumerate(unit for unit in data["units"] if unit["id"][0] == "c"):
        unit["formation"] = f"f{k}"


def waits_s(night: Night, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """((count,) when each contact joined the queue, (count,) how long until a controller was his), s of the engine."""
    joined, taken = np.full(count, np.inf), np.full(count, np.inf)
    for into, kind in ((joined, "nominated"), (taken, "controller_taken")):
        for t, _, contact, _ in night.of(kind):
            into[int(contact[1:])] = t * 1e-3
    there = np.isfinite(joined)
    return joined, np.subtract(taken, joined, out=np.full(count, np.inf), where=there)


def first_delays(i: Inputs, n: int, seed: int) -> Arrays:
    """Waits of the first contacts of a queue that starts empty (QUE-10)."""
    customers = first_customers(i["model"])
    stretch = SERVICE_S * i["service_per_s"]
    data = stage(["man"] * customers, 1, 2)
    streams(data, [i["arrival_per_s"] / stretch], [customers])
    data["command"]["defenders"]["control"] = exponential(SERVICE_S)
    until(data, 10.0 * customers * (SERVICE_S + stretch / i["arrival_per_s"]))
    waits = np.empty((n, customers))
    for k, night in enumerate(nights(build(data), n, seed)):
        joined, wait = waits_s(night, customers)
        waits[k] = wait[np.argsort(joined)] / stretch
    if not np.isfinite(waits).all():
        raise AssertionError("the clock ended before the last contact was served: a censored run proves nothing")
    return {"mean_avg_delay": waits.mean(axis=1), f"mean_delay_{customers}th": waits[:, -1]}


def priorities(i: Inputs, n: int, seed: int) -> Arrays:
    """Waits of two classes of contacts, trucks before men, an attack once begun going on (QUE-09).

    Counted are those who join between a warm-up of five relaxation times and the time when `MEASURED` have joined;
    both streams go on for six standard deviations longer, so that nobody counted is spared the later ones.
    """
    arrivals, service = i["arrival_per_s"], i["service_per_s"]
    stretch, total = SERVICE_S * service, sum(arrivals)
    begin = 5.0 / (sqrt(service) - sqrt(total)) ** 2
    end = begin + MEASURED / total
    counts = [ceil(rate * end + 6.0 * sqrt(rate * end)) for rate in arrivals]
    data = stage(["truck"] * counts[0] + ["man"] * counts[1], 1, 2)
    streams(data, [rate / stretch for rate in arrivals], counts)
    data["command"]["defenders"]["control"] = exponential(SERVICE_S)
    until(data, 2.0 * end * stretch)
    waits = np.empty((n, 2))
    for k, night in enumerate(nights(build(data), n, seed)):
        joined, wait = (rows / stretch for rows in waits_s(night, sum(counts)))
        inside = (joined >= begin) & (joined < end)
        waits[k] = wait[: counts[0]][inside[: counts[0]]].mean(), wait[counts[0] :][inside[counts[0] :]].mean()
    if not np.isfinite(waits).all():
        raise AssertionError("a contact that counts was never served: a censored run proves nothing")
    return {"[0]": waits[:, 0], "[1]": waits[:, 1]}
