"""A piece of aimed fire never outlasts the band of ranges that its bound was made for, at its edge neither."""

from __future__ import annotations

from functools import cache
from math import cos, hypot, isinf, sin
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim import engine
from sim.processes.direct_fire import DirectFire
from sim.processes.direct_fire.small_arms import Engagement
from tests.battle import base, variant


@cache
def room() -> tuple[Any, Any, int, int]:
    """(small arms, a mount of rifles, its unit, a target) before the first event of a run."""
    ctx = engine.prepare(base(), seed=7)
    fire = next(process for process in ctx.audited if isinstance(process, DirectFire))
    mount = next(m for m in ctx.world.mounts if m.name == "rifle" and ctx.world.side[m.unit] == 1)
    return fire.small, mount, mount.unit, next(u for u, side in enumerate(ctx.world.side) if side == 0)


@settings(max_examples=300)
@given(
    st.sampled_from([200.0, 500.0, 650.0]),
    st.sampled_from([0.0, 5e-8, -5e-8, 1e-13, -1e-13, 1e-4, -1e-4, 60.0, -60.0]),
    st.floats(0.0, 6.28),
    st.floats(0.0, 6.28),
    st.floats(0.05, 15.0),
)
@example(200.0, 5e-8, 0.0, 3.14159, 0.889)
def test_until_the_end_of_a_piece_the_range_stays_in_its_band(
    edge_m: float, off_m: float, bearing: float, course: float, speed_mps: float
) -> None:
    small, mount, u, j = room()
    world, small_curve = small.world, small.curve(mount)
    x, y = world.legs.at(u, 0)
    range_m = edge_m + off_m
    world.legs.place(j, 0, x + range_m * cos(bearing), y + range_m * sin(bearing))
    world.legs.set([j], 0, (speed_mps * cos(course), speed_mps * sin(course)))
    e = Engagement(mount, j, 1, 0, 0, -1)
    e.band = small_curve.band(small.range_m(u, j))
    end_s = small._band_end_s(e)
    low, high = small_curve.edges[e.band], small_curve.edges[e.band + 1]
    slack_m = 1e-3 + speed_mps * 1e-3  # a millisecond, by which the end may lie off
    last_s = 600.0 if isinf(end_s) else end_s
    for k in range(41):
        bx, by = world.legs.at(j, last_s * 1e3 * k / 40)
        assert low - slack_m <= hypot(bx - x, by - y) <= high + slack_m


def test_a_piece_that_begins_a_hair_before_an_edge_ends_at_it() -> None:
    """The night in which a range of 200.00000005 m had kept the bound of the band beyond 200 m."""
    engine.run(variant("full-moon"), seed=11, replication=9, record="events")
