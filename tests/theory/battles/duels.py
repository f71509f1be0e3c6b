"""Two sections: square, linear and mixed laws, break-points, volleys, duels - scenarios/verification/duel.yaml."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from tests.theory.answers.reading import normal_of
from tests.theory.battles.running import Night, build, moment, nights, tree

Arrays = dict[str, NDArray[np.float64]]
Inputs = dict[str, Any]

FIRST_EVENT_S = 30.0
"""Stretched time: the first loss is to be expected after so long, so a flight of 1 ms shifts nothing."""
VOLLEY_S = 10.0


def section(data: Any, side: str, n: int, per_s: float, p: float = 1.0, **weapon: Any) -> None:
    """n shooters at `per_s` rounds each, every round hitting with p."""
    data["kinds"][f"section_{side}"]["entities"]["soldier"]["n"] = n
    curve = [{"id": "near", "range": 0, "p": p}, {"id": "far", "range": "1 km", "p": p}]
    data["weapons"][f"rifle_{side}"] |= {"rate": f"{60.0 * per_s:.12e} /min", "curve": curve, **weapon}


def fight(i: Inputs, law: str, until_s: float | None = None) -> tuple[Scenario, float]:
    """The scenario of a Lanchester case, and how many engine seconds one second of the case lasts.

    `a`: what one of y does to x (to each of x, under area fire), `b` the other way round. `until_s`: seconds of the
    case after which nothing is asked any more.
    """
    x0, y0, a, b = i["x0"], i["y0"], i["a"], i["b"]
    area_y, area_x = law == "linear", law in ("linear", "mixed")
    busiest = a * y0 * (x0 if area_y else 1) + b * x0 * (y0 if area_x else 1)
    stretch = FIRST_EVENT_S * busiest
    data = tree("duel")
    for side, n, rate, area, foes in (("x", x0, b, area_x, y0), ("y", y0, a, area_y, x0)):
        # Under area fire a round counts for each foe there: p = 1 / foes keeps it a probability.
        p = 1.0 / foes if area else 1.0
        section(data, side, n, rate / (p if area else 1.0) / stretch, p, fire="area" if area else "aimed")
    for side, n, least in (("attackers", x0, i.get("x_break", 0)), ("defenders", y0, i.get("y_break", 0))):
        # It breaks with its (n - least)-th loss: half a loss below, so that no rounding decides.
        data["morale"][side]["loss_fraction"]["mean"] = (n - least - 0.5) / n if least else 1
    if until_s is not None:
        data["clock"]["end"] = moment(until_s * stretch + 1.0)
    return build(data), stretch


def losses(night: Night) -> list[tuple[int, str]]:
    """(t_ms, side) of every loss until the first side broke."""
    broke = min((t for t, *_ in night.of("broke")), default=night.end_ms)
    return [(t, target) for t, _, target, _ in night.of("killed") if t <= broke]


def fights(i: Inputs, law: str, n: int, seed: int) -> Arrays:
    """Who wins, what is left of both, when it is over (s of the case)."""
    scenario, stretch = fight(i, law)
    out = np.empty((4, n))
    for k, night in enumerate(nights(scenario, n, seed)):
        rows = losses(night)
        x = i["x0"] - sum(side == "x" for _, side in rows)
        y = i["y0"] - sum(side == "y" for _, side in rows)
        if x > i.get("x_break", 0) and y > i.get("y_break", 0):
            raise AssertionError("the clock ended before the fight: a censored run proves nothing")
        out[:, k] = x > i.get("x_break", 0), x, y, rows[-1][0] * 1e-3 / stretch
    return dict(zip(("p_x_wins", "e_x", "e_y", "e_t"), out, strict=True))


def transient(i: Inputs, n: int, seed: int) -> Arrays:
    """Strengths at a time, and whether it is over by then."""
    scenario, stretch = fight(i, "square", i["t"])
    end_ms = i["t"] * stretch * 1e3
    x, y = np.empty(n), np.empty(n)
    for k, night in enumerate(nights(scenario, n, seed)):
        rows = [side for t, side in losses(night) if t <= end_ms]
        x[k], y[k] = i["x0"] - rows.count("x"), i["y0"] - rows.count("y")
    return {"e_x": x, "e_y": y, "p_over": ((x == 0) | (y == 0)).astype(float), "var_x": x}


def small_fights(i: Inputs, n: int, seed: int) -> Arrays:
    """The square law at equal effectiveness, one pair of strengths after the other."""
    return {
        f"[{k}]": fights({"x0": x, "y0": y, "a": 1.0, "b": 1.0}, "square", n, seed)["p_x_wins"]
        for k, (x, y) in enumerate(i["cases"])
    }


def volleys(x0: int, y0: int, p_x: float, p_y: float, n: int, seed: int, *, x_first: bool = False) -> NDArray[np.int64]:
    """(n, 2) what is left of both after volleys at random targets until one side is gone.

    Rounds fly for a tenth of an interval, so both sides' volleys have left before either lands; with `x_first` they
    fly for an instant, and y, who opens fire when it sees x fire, comes a little later each time.
    """
    data = tree("duel")
    fixed = {"interval": "fixed", "allocation": "random", "flight": "1e5 m/s" if x_first else f"{1000 / VOLLEY_S} m/s"}
    section(data, "x", x0, 1.0 / VOLLEY_S, p_x, **fixed)
    section(data, "y", y0, 1.0 / VOLLEY_S, p_y, **fixed)
    out = np.empty((n, 2), dtype=np.int64)
    for k, night in enumerate(nights(build(data), n, seed)):
        rows = [target for _, _, target, _ in night.of("killed")]
        out[k] = x0 - rows.count("x"), y0 - rows.count("y")
    if (out > 0).all(axis=1).any():
        raise AssertionError("the clock ended before the fight: a censored run proves nothing")
    return out


def salvo_fights(i: Inputs, n: int, seed: int) -> Arrays:
    """Volleys in step: one side left, or none."""
    left = volleys(i["x0"], i["y0"], i["p_x"], i["p_y"], n, seed)
    x, y = left[:, 0] > 0, left[:, 1] > 0
    return {"x_wins": x * 1.0, "y_wins": y * 1.0, "mutual_annihilation": ~(x | y) * 1.0}


def one_volley(i: Inputs, allocation: str, n: int, seed: int) -> Arrays:
    """Targets down after one volley of all shooters."""
    data = tree("duel")
    section(data, "x", i["shooters"], 1.0 / VOLLEY_S, i["p"], interval="fixed", allocation=allocation)
    section(data, "y", i["targets"], 1e-9, 0.0)
    data["kinds"]["section_x"]["weapons"]["rifle_x"]["rounds"] = i["shooters"]
    data["clock"]["end"] = "2000-01-01T00:02Z"
    return {"": np.array([sum(1 for _ in night.of("killed")) for night in nights(build(data), n, seed)], dtype=float)}


def timed_duel(i: Inputs, n: int, seed: int, *, x_first: bool) -> Arrays:
    """Two who fire at equal intervals: at once, or a strictly first."""
    left = volleys(1, 1, i["p_a"], i["p_b"], n, seed, x_first=x_first)
    a, b = left[:, 0] > 0, left[:, 1] > 0
    return {"a": a * 1.0, "b": b * 1.0} | ({} if x_first else {"draw": ~(a | b) * 1.0})


def markov_duel(i: Inputs, n: int, seed: int) -> Arrays:
    """Two who fire at exponential intervals, not every round hitting."""
    stretch = FIRST_EVENT_S * (i["rate_a_per_s"] + i["rate_b_per_s"])
    data = tree("duel")
    section(data, "x", 1, i["rate_a_per_s"] / stretch, i["p_a"])
    section(data, "y", 1, i["rate_b_per_s"] / stretch, i["p_b"])
    rows = [next(night.of("killed")) for night in nights(build(data), n, seed)]
    return {
        "p_a_wins": np.array([row[2] == "y" for row in rows], dtype=float),
        "mean_duel_time_s": np.array([row[0] * 1e-3 / stretch for row in rows]),
    }


def one_channel(i: Inputs, n: int, seed: int) -> Arrays:
    """What gets past a single channel in the time of exposure (KCH-03; more channels go through the command)."""
    data = tree("duel")
    rate, n0 = i["kill_rate_per_channel_per_s"], i["attackers"]
    stretch = FIRST_EVENT_S * rate
    section(data, "x", 1, rate / stretch)
    section(data, "y", n0, 1e-9, 0.0)
    data["clock"]["end"] = moment(i["exposure_s"] * stretch + 1.0)
    end_ms = i["exposure_s"] * stretch * 1e3
    left = np.array([n0 - sum(t <= end_ms for t, *_ in night.of("killed")) for night in nights(build(data), n, seed)])
    return {"mean_leakers": left * 1.0, "sd_leakers": left * 1.0, "p_none": (left == 0) * 1.0}


def break_points(i: Inputs, n: int, seed: int) -> Arrays:
    """Broken by each share of losses, when the break-point is drawn anew for each fight (MOR-01).

    The section is so large that every share is a whole number of men.
    """
    shares = [Fraction(share).limit_denominator(1000) for share in i["casualty_fraction"]]
    men, (mean, sd) = lcm(*(share.denominator for share in shares)), normal_of(i["break_fraction_dist"])
    data = tree("duel")
    section(data, "x", men, 1e-9, 0.0)
    section(data, "y", 1, 1.0 / FIRST_EVENT_S)
    data["morale"]["attackers"]["loss_fraction"] = {"mean": mean, "sd": sd}
    data["clock"]["end"] = moment(FIRST_EVENT_S * (men + 10.0 * men**0.5 + 100.0))
    lost = np.empty(n, dtype=int)
    for k, night in enumerate(nights(build(data), n, seed)):
        lost[k] = len(losses(night))
        if lost[k] < men and next(night.of("broke"), None) is None:
            raise AssertionError("the clock ended before the section broke: a censored run proves nothing")
    return {f"[{k}]": (lost <= share * men) * 1.0 for k, share in enumerate(shares)}
