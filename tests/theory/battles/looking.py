"""One observer, one target: moments and ranges of detection - scenarios/verification/looking.yaml."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.effects.resolution import ttpf, ttpf_rate
from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import build, moment, nights, seconds, tree

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


def by_resolution(cycles_per_mrad: float, n50: float, tau_s: float, dimension_m: float, frozen: bool = False) -> Any:
    """The scenario with a sight that resolves cycles, and a target of this dimension."""
    data = tree("looking")
    eye = data["sensors"]["eye"]
    del eye["reference_range"], eye["reference_time"]
    eye["resolution"] = {"cycles_per_mrad": cycles_per_mrad, "n50": n50, "tau": seconds(tau_s), "frozen": frozen}
    for kind in data["kinds"].values():
        kind["dimension"] = f"{dimension_m:.12e} m"
    return data


def approaching(i: Inputs, n: int, seed: int) -> Arrays:
    """Detected by the end of the way under the hazard TTPF(N/N50)/tau (DET-13)."""
    if i["hazard"] != "TTPF(N/N50)/tau":
        raise ValueError(f"the hazard of this case is TTPF(N/N50)/tau, not {i['hazard']}")
    data = by_resolution(i["cycles_per_mrad"], i["n50"], i["tau_s"], i["target_dim_m"])
    data["map"]["points"]["start"] = [f"{i['start_range_m']} m", 0]
    data["formations"][0]["routes"]["in"]["speed"] = f"{i['speed_m_s']} m/s"
    data["orders"] = [{"id": "go", "who": "fw", "when": {"at": data["clock"]["start"]}, "do": {"move": "in"}}]
    # By time and not by range: at the end of a way that leads to the observer the range stays at nothing.
    way_s = (i["start_range_m"] - i["end_range_m"]) / i["speed_m_s"]
    seen_s = np.array([next(night.of("seen"))[0] for night in nights(build(data), n, seed)]) * 1e-3
    return {"": (seen_s <= way_s) * 1.0}


def time_limited(i: Inputs, n: int, seed: int) -> Arrays:
    """Detected within a time by an ensemble of observers of whom only the share P_inf ever detects (DET-12)."""
    x = i["n_over_n50"]
    data = by_resolution(1.0, 1.0, float(ttpf(x) / ttpf_rate(x)), 0.1 * x, frozen=True)  # 100 m off
    data["clock"]["end"] = moment(i["time_s"] + 1.0)
    data["clock"]["scripted_until"] = "2000-01-01T00:00:01Z"
    seen = [next(night.of("seen"), None) for night in nights(build(data), n, seed)]
    return {"": np.array([row is not None and row[0] <= i["time_s"] * 1e3 for row in seen]) * 1.0}
