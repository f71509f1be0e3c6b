"""Two models of one thing: expected salvo effects without a random number against Monte Carlo through the engine's
rounds, impacts and fates, with the parameters of every bursting weapon of the Khusham scenario.

Weapons that are fired at what is seen, small arms and single shots, have theirs in `test_analytic_direct.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import engine
from sim.effects.salvo import expected_pass, expected_salvo
from sim.rounds import launch, mean_point
from sim.world import Fate
from tests.battle import base
from tests.theory.battles.running import build, tree

N = 1500
PLACES = {"one": (12.0, 0.0), "two": (0.0, -30.0)}
"""Along and across the line of fire from the aim, m."""

WEAPONS = sorted(name for name, weapon in base().weapons.items() if weapon.kind != "aimed" and not weapon.held)


def field(weapon: Any) -> Any:
    """A battery with this weapon and nothing to do, and two men, before the first event."""
    data = tree("shelling")
    data["orders"], data["suppression"]["pin"] = [], 1e9
    data["clock"]["end"] = "2009-01-01T00:00Z"
    for unit in data["units"][1:]:
        along, across = PLACES[unit["id"]]
        unit["slot"] = [f"{across} m", f"{along} m"]  # the gun stands south of them and fires north
    scenario = build(data).model_copy(update={"weapons": {"gun": weapon}})
    scenario._kept = {}  # nothing derived from the gun it had
    return engine.prepare(scenario, seed=9, full=False)


def simulated(weapon: Any, rounds: int) -> np.ndarray:
    """(2,) share of N salvos that hurt each man."""
    ctx = field(weapon)
    world, (mount,) = ctx.world, ctx.world.mounts
    men = [world.first[world.ids.index(name)] for name in PLACES]
    hurt = np.zeros(2)
    for salvo in range(N):
        world.fate[:] = Fate.UNHURT
        world.fit = list(world.people)
        for u in range(len(world.ids)):
            world.change(u)
        ctx.clock.run(ctx.clock.now_ms + 1000)
        mean = mean_point(ctx.draws, mount, salvo, 0.0) if hasattr(weapon, "mpi") else (0.0, 0.0)
        launch(world, ctx.log, ctx.draws, mount, (0.0, 0.0), rounds, (), mean=mean)
        ctx.clock.run(ctx.clock.now_ms + 120_000)
        hurt += world.fate[men] != Fate.UNHURT
    return hurt / N


@pytest.mark.parametrize("name", WEAPONS)
def test_expected_effects_meet_the_engine(name: str) -> None:
    """4 standard errors at n = 1500: 0.05 at most. An aim redrawn for each round of four would be off by 0.1 and more
    for the guns; the bursts of a strafing pass laid on one point instead of along its line by as much. Of single shots
    this is the burst of a miss."""
    weapon = base().weapons[name]
    rounds = 1 if weapon.kind == "shot" else weapon.volley if weapon.kind == "strafe" else 4
    d0, radius = weapon.damage.d0, weapon.damage.radius_m.get("standing", 0.0)
    if radius == 0.0:
        pytest.fail(f"{name} hurts nobody who stands: give the test another target")
    (mount,) = field(weapon).world.mounts
    aim, precision = np.array(mount.mpi_m), np.array(mount.precision_m)
    works = float(getattr(weapon, "reliability", 1.0))
    places, errors = np.array(list(PLACES.values())), (precision, np.maximum(aim, 1e-6))
    scale = radius / np.sqrt(2.0 * d0)
    if weapon.kind == "strafe":
        assert works == 1.0
        along = ((np.arange(rounds) + 0.5) / rounds - 0.5) * weapon.length_m
        chance = expected_pass(places, np.stack((along, 0.0 * along), axis=1), d0, scale, *errors)
    else:  # a round that may be a dud: so many of four burst, by the binomial law
        law = binomial(rounds, works)
        chance = sum(
            (law[k] * expected_salvo(places, k, d0, scale, *errors) for k in range(1, rounds + 1) if law[k]),
            start=np.zeros(2),
        )
    got = simulated(weapon, rounds)
    assert np.all(np.abs(got - chance) <= 4.0 * np.sqrt(np.maximum(chance * (1.0 - chance), 1.0 / N) / N)), (
        got,
        chance,
    )


def binomial(n: int, p: float) -> np.ndarray:
    """(n + 1,) chances of 0 to n."""
    law = np.ones(1)
    for _ in range(n):
        law = np.convolve(law, [1.0 - p, p])
    return law
