"""A gun and two men: shared impacts, stale aim, suppression - scenarios/verification/shelling.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.effects.delivery import pe_from_sigma
from tests.theory.battles.duels import Arrays, Inputs
from tests.theory.battles.running import Night, build, moment, nights, seconds, tree

WINDOW_S = (300.0, 1500.0)
"""Suppression is watched from long after the start to the end."""


def scattered(data: Any, b_m: float, aim_m: float, precision_m: float) -> None:
    """Gaussian damage of scale b, normal errors common to the mission and of each round."""
    for errors, sigma_m in (("mpi", aim_m), ("precision", precision_m)):
        pe = f"{float(pe_from_sigma(sigma_m))} m"
        data["weapons"]["gun"][errors] |= {"rep": pe, "dep": pe}
    # Carleton at d0 = 1 is exp(-(r/R)**2): R = b sqrt 2.
    data["weapons"]["gun"]["damage"]["radius"]["standing"] = f"{b_m * 2.0**0.5} m"


def both(i: Inputs, n: int, seed: int) -> Arrays:
    """Both men are killed by a salvo whose rounds share their impacts and their aim (SAL-11)."""
    data = tree("shelling")
    scattered(data, i["b_m"], i["sigma_aim_m"], i["sigma_precision_m"])
    data["weapons"]["gun"]["damage"]["d0"] = i["D0"]
    data["weapons"]["gun"]["damage"]["radius"]["standing"] = f"{i['b_m'] * (2.0 * i['D0']) ** 0.5} m"
    data["orders"][0]["do"]["shell"]["rounds"] = i["rounds"]
    for unit, x in zip(data["units"][1:], i["targets_x_m"], strict=True):
        unit["slot"] = [f"{x} m", 0]
    killed = [sum(1 for _ in night.of("killed")) for night in nights(build(data), n, seed)]
    return {"": (np.array(killed) == 2) * 1.0}


def stale(i: Inputs, n: int, seed: int) -> Arrays:
    """One round at where a walker was, in flight while he walks on (KCH-05)."""
    data = tree("shelling")
    scattered(data, i["b_m"], 0.0, i["sigma_m"])
    data["orders"][0]["do"]["shell"]["rounds"] = 1
    # He walks from the first instant on, so aim and delay begin together.
    data["weapons"]["gun"]["flight"] = f"{5000.0 / i['delay_s']} m/s"
    data["formations"][1]["routes"]["off"]["speed"] = f"{i['target_speed_m_s']} m/s"
    data["orders"].append({"id": "go", "who": "fm", "when": {"at": data["clock"]["start"]}, "do": {"move": "off"}})
    data["units"] = data["units"][:2]
    data["units"][1]["slot"] = [0, 0]
    return {"": np.array([sum(1 for _ in night.of("killed")) for night in nights(build(data), n, seed)]) * 1.0}


def _barrage(rate_per_s: float, model: str, end_s: float, **law: Any) -> Any:
    """Poisson impacts that only suppress; the first waits like the others."""
    data = tree("shelling")
    gap = {"law": "exponential", "time": seconds(1.0 / rate_per_s)}
    data["weapons"]["gun"] |= {"interval": gap, "lay": gap, "flight": "1e7 m/s", "suppress": law.pop("suppress")}
    data["orders"][0]["do"]["shell"]["rounds"] = 100_000
    data["suppression"] |= {"model": model, **law}
    data["clock"]["end"] = moment(end_s)
    data["clock"]["scripted_until"] = "2000-01-01T00:00:01Z"
    data["units"] = data["units"][:2]
    return data


def spells(night: Night) -> list[tuple[float, float]]:
    """(begin, end) of every time the first man was pinned, s; the last may be cut at the end of the run."""
    begin = [t * 1e-3 for t, who, *_ in night.of("pinned") if who == "one"]
    end = [t * 1e-3 for t, who, *_ in night.of("recovered") if who == "one"]
    return list(zip(begin, [*end, night.end_ms * 1e-3], strict=False))


def clocked(i: Inputs, model: str, n: int, seed: int) -> Arrays:
    """Share of the time pinned and the first spell, with a clock that restarts or ignores (SUP-01, SUP-02)."""
    tau = i["suppression_time_s"]
    data = _barrage(
        i["impact_rate_per_s"], model, WINDOW_S[1] + 10.0 * tau, suppress={"radius": "1 km", "push": 1},
        tau=seconds(tau), pin=1, recover=float(np.exp(-1.0)),
    )  # fmt: skip
    share, first = np.empty(n), np.empty(n)
    for k, night in enumerate(nights(build(data), n, seed)):
        rows = spells(night)
        inside = [max(0.0, min(end, WINDOW_S[1]) - max(begin, WINDOW_S[0])) for begin, end in rows]
        share[k] = sum(inside) / (WINDOW_S[1] - WINDOW_S[0])
        first[k] = rows[0][1] - rows[0][0]
    return {"fraction": share, "mean_spell_s": first} if model == "restart" else {"": share}


def level(i: Inputs, n: int, seed: int) -> Arrays:
    """The level of the leaky integrator at a time (SUP-03)."""
    jump = i["jump"]
    data = _barrage(
        i["impact_rate_per_s"], "leaky", i["time_s"], suppress={"radius": "1 km", "push": jump},
        tau=seconds(1.0 / i["decay_per_s"]), pin=1e6 * jump, recover=1e5 * jump,
    )  # fmt: skip
    found = np.array([_level(night) for night in nights(build(data), n, seed)])
    return {"mean": found, "var": found}


DECAY_S = 50.0
"""Stretched time of `exceeding`: a push decays in so long, so that rounding to 1 ms shifts nothing."""
BEGIN, LENGTH = 12.0, 40.0
"""Of decay times: from when on, and how long, its level is watched (what is left of the start: 6e-6)."""


def exceeding(i: Inputs, n: int, seed: int) -> Arrays:
    """Share of the time that the level of drawn pushes is above a threshold: pinned there and no longer (SUP-04)."""
    if i["jump_dist"] != "exponential":
        raise ValueError(f"the pushes of this case are exponential, not {i['jump_dist']}")
    begin_s, end_s = BEGIN * DECAY_S, (BEGIN + LENGTH) * DECAY_S
    data = _barrage(
        i["impact_rate_per_s"] / (i["decay_per_s"] * DECAY_S), "leaky", end_s,
        suppress={"radius": "1 km", "push": i["jump_mean"], "jumps": "exponential"},
        tau=seconds(DECAY_S), pin=i["threshold"], recover=i["threshold"],
    )  # fmt: skip
    above = [
        sum(max(0.0, min(end, end_s) - max(begin, begin_s)) for begin, end in spells(night)) / (end_s - begin_s)
        for night in nights(build(data), n, seed)
    ]
    return {"": np.array(above)}


def _level(night: Night) -> float:
    world = night.world
    one = world.ids.index("one")
    suppression: Any = next(fn.__self__ for phase, _, fn in world.impact_hooks if hasattr(fn.__self__, "since_ms"))
    settle: Callable[[int], None] = suppression._settle  # the level is kept as of the last impact: bring it to now
    world.clock.now_ms = night.end_ms
    settle(one)
    return float(world.level[one])


def markov(i: Inputs, n: int, seed: int) -> Arrays:
    """Pinned at a time and in the long run, when recovery is memoryless (SUP-06)."""
    data = _barrage(
        i["suppress_rate_per_s"], "markov", WINDOW_S[1], suppress={"radius": "1 km", "push": 1},
        tau=seconds(1.0 / i["recover_rate_per_s"]), pin=1, recover=0.5,
    )  # fmt: skip
    then, share = np.empty(n), np.empty(n)
    for k, night in enumerate(nights(build(data), n, seed)):
        rows = spells(night)
        then[k] = any(begin <= i["time_s"] < end for begin, end in rows)
        share[k] = sum(max(0.0, end - max(begin, WINDOW_S[0])) for begin, end in rows) / (WINDOW_S[1] - WINDOW_S[0])
    return {"p_suppressed": then, "stationary": share}
