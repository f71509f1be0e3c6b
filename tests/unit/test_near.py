"""What is sorted out as far is far: in a battle, every answer from near alone is the answer from all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import engine
from sim.processes.command.closeness import Closeness
from sim.processes.command.shooters import Shooters
from sim.processes.morale import Morale
from sim.world import World
from sim.world.near import Discs, gaps, square
from tests.battle import base, variant

METRES = st.floats(-3e5, 3e5)
RADII = st.floats(0.0, 5e4)


@given(st.lists(st.tuples(METRES, METRES, RADII), max_size=12), METRES, METRES, RADII, RADII)
def test_no_disc_is_overlooked(rows: list[tuple[float, float, float]], x: float, y: float, w: float, h: float) -> None:
    discs = Discs((*row, i) for i, row in enumerate(rows))
    found = discs.about(x, y, x + w, y + h)
    assert found == sorted(set(found))
    for i, (cx, cy, radius) in enumerate(rows):
        gap = math.hypot(max(x - cx, cx - x - w, 0.0), max(y - cy, cy - y - h, 0.0))
        assert gap > radius or i in found
    for i in range(len(rows)):
        discs.remove(i)
    assert discs.about(x, y, x + w, y + h) == []


@given(METRES, METRES, METRES, METRES, RADII, RADII)
def test_a_gap_from_a_square_is_no_greater_than_from_a_place_in_it(
    x: float, y: float, left: float, low: float, w: float, h: float
) -> None:
    box = np.array([[left, low, left + w, low + h]])
    gap = math.hypot(max(left - x, x - left - w, 0.0), max(low - y, y - low - h, 0.0))
    assert gaps(box, square(x, y))[0] <= gap + 1e-6


def all_own(world: World, side: int, place: Any) -> float:
    """The distance to the nearest own unit, over all units."""
    own = np.flatnonzero((world.side == side) & world.on_ground & world.present)
    at = world.legs.at_many(own, world.clock.now_ms)
    return float(np.hypot(*(at - place).T).min(initial=np.inf))


@pytest.mark.parametrize(("name", "seed"), [("khusham", 3), ("two-axes", 4), ("air-defence", 2)])
def test_answers_from_near_are_those_from_all(name: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = dict.fromkeys(("first", "nearest", "choose", "lost"), 0)
    first, nearest, choose, lost = Closeness.first, World.nearest_own, Shooters.choose, Morale.lost

    def whose_turn(self: Closeness, waiting: list[tuple[int, int]]) -> int:
        asked["first"] += 1
        places = self.picture.places([b for b, _ in waiting], self.ctx.clock.now_ms)
        close = [all_own(self.world, self.side, place) <= self.near_m for place in places]
        ranks = [base + self.more * near for (_, base), near in zip(waiting, close, strict=True)]
        found = first(self, waiting)
        assert found == ranks.index(max(ranks))
        return found

    def measured(self: World, side: int, places: Any, within_m: float) -> list[float]:
        asked["nearest"] += 1
        found = nearest(self, side, places, within_m)
        for gap, place in zip(found, places, strict=True):
            true = all_own(self, side, place)
            assert math.isclose(gap, true, abs_tol=1e-6) or (true > within_m and gap >= true - 1e-6)
        return found

    def chosen(self: Shooters, b: int, weapons: tuple[str, ...], now_ms: int) -> Any:
        asked["choose"] += 1
        self.about = lambda name, at: self.mounts.get(name, [])  # type: ignore[method-assign]
        expected = choose(self, b, weapons, now_ms)
        del self.about
        assert choose(self, b, weapons, now_ms) is expected
        return expected

    def shaken(self: Morale, u: int) -> None:
        lost(self, u)
        if u in self.serves:
            asked["lost"] += 1
            for company in self.of_side[self.world.sides[u]]:
                there = any(self.world.alive(v) and self.world.present[v] for v in company.units)
                if there and not company.broken and company.units[0] != u:
                    assert self.pressure(company)[0] < company.resolve

    for room, method, fn in (
        (Closeness, "first", whose_turn), (World, "nearest_own", measured), (Shooters, "choose", chosen),
        (Morale, "lost", shaken),
    ):  # fmt: skip
        monkeypatch.setattr(room, method, fn)
    engine.run(base() if name == "khusham" else variant(name), seed=seed, record="events")
    assert min(asked.values()) > 5, asked
