"""A gun that corrects its fire until a hull is lost - scenarios/verification/ranging.yaml."""

from __future__ import annotations

import numpy as np

from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import build, nights, seconds, tree

LAST_S = 1000.0
"""Stretched time: the spans of the case together last so long, so that rounding to 1 ms shifts nothing."""
RANGE_M = 1000.0


def until_killed(i: Inputs, n: int, seed: int) -> Arrays:
    """Seconds until the kill, from the moment the search begins (DIR-11).

    The law gives the mean alone, so any law of acquisition of that mean will do: here the gun's own sight, exponential.
    """
    spans = {name: i[f"t_{name}_s"] for name in ("acquire", "first", "after_hit", "after_miss", "flight")}
    stretch = LAST_S / sum(spans.values())
    data = tree("ranging")
    gun = data["weapons"]["gun"]
    data["sensors"]["sight"]["reference_time"] = seconds(max(spans["acquire"] * stretch, 1e-6))
    gun["interval"] = seconds(spans["after_miss"] * stretch)
    gun["markov"] = {
        "first": seconds(spans["first"] * stretch), "after_hit": seconds(spans["after_hit"] * stretch),
        "hit_after_hit": i["p_hit_after_hit"], "hit_after_miss": i["p_hit_after_miss"],
    }  # fmt: skip
    gun["flight"] = f"{RANGE_M / max(spans['flight'] * stretch, 1e-3):.12e} m/s"
    for band in gun["curve"]:
        band["p"] = i["p_first"]
    gun["damage"]["hull"]["k"] = i["p_kill_given_hit"]
    t_s = np.array([next(night.of("vehicle"))[0] for night in nights(build(data), n, seed)]) * 1e-3
    return {"": t_s / stretch}
