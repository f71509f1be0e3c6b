"""Two models of one thing: what weapons fired at what is seen are expected to do, by formula and by the whole engine,
with the parameters of every such weapon of the Khusham scenario.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from sim import engine
from sim.effects import damage, delivery, direct
from sim.processes.direct_fire.small_arms import Curve
from tests.battle import base
from tests.theory import solvers
from tests.theory.battles.running import Night, build, moment, nights, tree

ARMS = sorted(name for name, weapon in base().weapons.items() if weapon.kind == "aimed")
SHOTS = sorted(name for name, weapon in base().weapons.items() if weapon.kind == "shot")
SHOOTERS, MEN, N = 4, 8, 300


def with_weapon(data: Any, name: str, weapon: Any) -> Any:
    """The scenario of such data, one weapon in the place of another."""
    scenario = build(data)
    scenario = scenario.model_copy(update={"weapons": {**scenario.weapons, name: weapon}})
    scenario._kept = {}  # nothing derived from the weapon it had
    return scenario


@pytest.mark.parametrize("name", ARMS)
def test_small_arms_hurt_as_many_as_a_stream_of_hits_would(name: str) -> None:
    """Men come from the end of the curve to 150 m, across all its bands. Hits are Poisson of mean shooters times rate
    times the integral of p along the way, here 2 by the rate; a hit hurts one of those who stand. n = 300, SE 0.08 of
    2: p held at its value of the far end of each band would hurt less than half as many."""
    weapon = base().weapons[name]
    curve, begin, end, speed = Curve(weapon.curve), weapon.range_m - 1.0, 150.0, 4.0
    time_s = (begin - end) / speed
    cuts = [r for r in curve.edges if end < r < begin]
    way = quad(curve.at, end, begin, points=cuts)[0] / speed
    hits = SHOOTERS * weapon.rate_per_min / 60.0 * way
    faster = 2.0 / hits  # so that a quarter is hurt: no section is without ammunition, nor gone
    data = tree("duel")
    data["clock"]["end"] = moment(time_s)
    data["map"]["points"] = {"west": [0, 0], "east": [f"{begin} m", 0]}
    data["kinds"]["section_x"]["entities"]["soldier"]["n"] = SHOOTERS
    data["kinds"]["section_y"]["entities"]["soldier"]["n"] = MEN
    data["kinds"]["section_y"] |= {"weapons": {}, "sensor": None}
    del data["weapons"]["rifle_y"]
    data["formations"][1]["routes"] = {"in": {"points": ["west"], "half_width": "10 m", "speed": f"{speed} m/s"}}
    data["orders"].append({"id": "go", "who": "fy", "when": {"at": data["clock"]["start"]}, "do": {"move": "in"}})
    data["suppression"]["pin"] = 1e9
    arm = weapon.model_copy(update={"rate_per_min": weapon.rate_per_min * faster})
    scenario = with_weapon(data, "rifle_x", arm)
    hurt = np.array([_hurt(night) for night in nights(scenario, N, 11)], dtype=float)
    expected = MEN - solvers.pure_death(MEN, 1, 2.0, 1.0)["mean_leakers"]
    assert abs(hurt.mean() - expected) <= 4.0 * hurt.std() / np.sqrt(N), (hurt.mean(), expected)


def _hurt(night: Night) -> int:
    return sum(1 for kind in ("wounded", "killed") for _ in night.of(kind))


@pytest.mark.parametrize("name", SHOTS)
def test_single_shots_kill_hulls_as_often_as_their_formula_says(name: str) -> None:
    """Three shots at a hull 300 m off. A shot kills by its hit, or by the burst of a near miss: 1 - (1 - p k)(1 - q k).
    n = 400: SE at most 0.025; a hit that counted twice, or a burst that never reached its own target, would be off
    by that much or more in a share of a half."""
    weapon, rounds, n, range_m = base().weapons[name], 3, 400, 300.0
    body = next(kind for kind in ("armour", "soft") if kind in weapon.targets)
    data = tree("ranging")
    data["map"]["points"]["east"] = [f"{range_m} m", 0]
    data["sensors"]["sight"]["reference_time"] = "1e-6 s"
    data["clock"]["end"] = moment(3600.0)
    data["end"]["quiet"] = "1 min"  # the last round is to land
    data["kinds"]["gun"]["weapons"]["gun"]["rounds"] = rounds
    data["kinds"]["hull"]["entities"]["hull"]["body"] = body
    data["suppression"]["pin"] = 1e9
    scenario = with_weapon(data, "gun", weapon)
    killed = [any(row[3][-1] & 4 for row in night.of("vehicle")) for night in nights(scenario, n, 12)]
    p = Curve(weapon.curve).at(range_m) * weapon.exposure[body]
    sigma = delivery.sigma_from_pe(np.array([weapon.miss.rep_m, weapon.miss.dep_m]))
    b = damage.carleton_scale(weapon.damage.radius_m[body], weapon.damage.d0)
    q, k = float(damage.expected_gaussian(weapon.damage.d0, b, b, *sigma)), weapon.damage.hull.k
    shot = 1.0 - (1.0 - p * k) * (1.0 - q * k)
    expected = float(direct.kill_within(shot, 1.0, rounds))
    assert abs(np.mean(killed) - expected) <= 4.0 * np.sqrt(expected * (1.0 - expected) / n), (
        np.mean(killed),
        expected,
    )


def test_every_direct_weapon_is_here() -> None:
    kinds = {weapon.kind for weapon in base().weapons.values()}
    assert kinds == {"aimed", "shot", "indirect", "guided", "strafe"}
    mounts = engine.prepare(base(), seed=1, full=False).world.mounts
    assert {mount.name for mount in mounts if mount.weapon.kind in ("aimed", "shot")} <= {*ARMS, *SHOTS}
