"""One observer, one target: moments and ranges of detection - scenarios/verification/looking.yaml."""

from __future__ import annotations

import numpy as np

from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import build, nights, seconds, tree

START_M = 100_000.0
"""From so far off a closing target has used up less than a thousandth of its hazard to 1 km by the start."""


def standing(i: Inputs, n: int, seed: int) -> Arrays:
    """A constant rate: seen by a time, and the mean time (DET-03)."""
    data = tree("looking")
    data["sensors"]["eye"]["reference_time"] = seconds(1.0 / i["rate_per_s"])
    t_s = np.array([next(night.of("seen"))[0] for night in nights(build(data), n, seed)]) * 1e-3
    return {"p": (t_s <= i["time_s"]) * 1.0, "mean_s": t_s}


def closing_ranges_m(i: Inputs, n: int, seed: int) -> np.ndarray:
    """(n,) ranges at which a target is detected that comes straight in from far."""
    data = tree("looking")
    k = i["kh_m3_per_s"]
    data["sensors"]["eye"] |= {"reference_range": "100 m", "reference_time": seconds(100.0**3 / k)}
    data["map"]["points"]["start"] = [f"{START_M} m", 0]
    data["formations"][0]["routes"]["in"]["speed"] = f"{i['closing_speed_m_s']} m/s"
    data["orders"] = [{"id": "go", "who": "fw", "when": {"at": data["clock"]["start"]}, "do": {"move": "in"}}]
    return np.array([next(night.of("seen"))[3][0] for night in nights(build(data), n, seed)]) * 1e-3


def closing(i: Inputs, n: int, seed: int) -> Arrays:
    """Detected by each of the ranges (DET-08)."""
    found = closing_ranges_m(i, n, seed)
    return {f"[{k}]": (found >= r) * 1.0 for k, r in enumerate(i["ranges_m"])}


def mean_range(i: Inputs, n: int, seed: int) -> Arrays:
    """The range itself, whose variance is infinite: judged by its median, which is mean / sqrt(pi ln 2) (DET-09)."""
    return {"": closing_ranges_m(i, n, seed) * np.sqrt(np.pi * np.log(2.0))}
