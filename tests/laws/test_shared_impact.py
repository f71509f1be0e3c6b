"""One impact is shared by all it can hurt: fates of neighbours are correlated, as the closed form says."""

from __future__ import annotations

import numpy as np

from sim import engine
from sim.losses import strike
from sim.world import Fate, blast
from tests.battle import base

N = 6000


def shared_impact_guard() -> None:
    """Two people side by side under a single Carleton round with normal error: joint hurt against the closed form.

    With D = d0 exp(-d0 r^2/R^2), b^2 = R^2/(2 d0), error s per axis: P(one) = d0 b^2/(b^2+s^2), and for two at the
    same place P(both) = d0^2 (b^2/2)/(b^2/2+s^2). Independent impacts would give P(one)^2, far more than 4 standard
    errors away at n = 6000 (0.228 against 0.132; SE 0.0054).
    """
    ctx = engine.prepare(base(), seed=3, full=False)
    world = ctx.world
    mount = next(m for m in world.mounts if m.name == "m777")
    damage = mount.weapon.damage.model_copy(
        update={"d0": 0.9, "radius_m": dict.fromkeys(("standing", "prone", "dug_in"), 40.0), "lethal": 0.0}
    )
    burst = blast(damage, world.spread_m, world.on_foot)
    unit = next(u for u in range(len(world.ids)) if world.unit[u].kind == "rifle_section")
    world.legs.place(unit, 0, 50_000.0, 50_000.0)
    rows = world.rows_of[unit]
    world.offset_m = np.zeros_like(world.offset_m)
    sigma, both, one = 30.0, 0, 0
    rng = np.random.default_rng(8)
    for salvo in range(N):
        xy = np.array([[50_000.0, 50_000.0]]) + rng.normal(0.0, sigma, (1, 2))
        gap = world.legs.all_at(0)[None] - xy[:, None]
        world.fate[rows] = Fate.UNHURT
        world.fit[unit] = world.people[unit]
        strike(
            world, ctx.log, ctx.draws, mount, salvo, xy, [0], burst, (gap * gap).sum(axis=2)[0], world.legs.all_at(0)
        )
        hurt = world.fate[rows[:2]] != Fate.UNHURT
        one += int(hurt[0])
        both += int(hurt.all())
    b2, s2, d0 = 40.0**2 / (2 * 0.9), sigma**2, 0.9
    p_one, p_both = d0 * b2 / (b2 + s2), d0**2 * (b2 / 2) / (b2 / 2 + s2)
    for got, expected in ((one / N, p_one), (both / N, p_both)):
        assert abs(got - expected) <= 4 * np.sqrt(expected * (1 - expected) / N), (got, expected)
    assert abs(p_both - p_one**2) > 4 * np.sqrt(p_both * (1 - p_both) / N)


def test_pitfall_06_no_impact_redrawn_per_target() -> None:
    shared_impact_guard()
