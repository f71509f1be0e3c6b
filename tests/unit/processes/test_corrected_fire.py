"""Fire that is corrected by its last round: what the round did sets when the next leaves and how likely it hits."""

from __future__ import annotations

from typing import Any

import pytest

from sim.scenario.reading import ScenarioError
from tests.theory.battles.running import Night, build, nights, tree


def gun(first: float, after_hit: float, after_miss: float, kill: float = 0.0, rounds: int = 5) -> Night:
    """Rounds of known fate: 1 km at 100 m/s, first after 30 s, then 20 s after a hit and 40 s after a miss."""
    data = tree("ranging")
    weapon = data["weapons"]["gun"]
    weapon["markov"] |= {"hit_after_hit": after_hit, "hit_after_miss": after_miss}
    weapon["damage"]["hull"]["k"] = kill
    data["sensors"]["sight"]["reference_time"] = "1e-6 s"
    data["kinds"]["gun"]["weapons"]["gun"]["rounds"] = rounds
    for band in weapon["curve"]:
        band["p"] = first
    return next(nights(build(data), 1, 5))


def times(night: Night, kind: str) -> list[int]:
    """Whole seconds after the first event of the run at which events of a kind happened."""
    start = next(night.of("seen"))[0]
    return [round((t - start) * 1e-3) for t, *_ in night.of(kind)]


def test_every_next_round_waits_for_the_fall_of_the_last() -> None:
    """Misses: 10 s of flight, then 40 s. Hits: 10 s, then 20 s. First miss, then hits: once 50 s, then 30 s."""
    assert times(gun(0.0, 0.0, 0.0), "fired") == [30, 80, 130, 180, 230]
    assert times(gun(1.0, 1.0, 0.0), "fired") == [30, 60, 90, 120, 150]
    assert times(gun(0.0, 1.0, 1.0), "fired") == [30, 80, 110, 140, 170]
    assert times(gun(1.0, 0.0, 1.0), "fired") == [30, 60, 110, 140, 190]  # hit and miss in turn


def test_a_kill_ends_it() -> None:
    night = gun(0.0, 1.0, 1.0, kill=1.0)
    assert times(night, "vehicle") == [90]
    assert times(night, "fired") == [30, 80]


def test_fire_is_as_likely_to_hit_as_the_last_round_allows() -> None:
    """What `why` tells of each round: the curve, then the chance after a miss, then after a hit."""
    night = gun(0.0, 0.25, 1.0)
    told = [night.log.aside[n]["p"] for n, row in enumerate(night.log.rows) if n in night.log.aside and row[5][1:2]]
    fired = [p for p in told if p in (0.0, 0.25, 1.0)]
    assert fired[:3] == [0.0, 1.0, 0.25]


def shelled(**push: Any) -> Any:
    data = tree("shelling")
    data["weapons"]["gun"]["suppress"] = {"radius": "1 km", "push": 0.5, **push}
    data["suppression"] |= {"pin": 1e6, "recover": 1}
    return data


def levels(data: Any, n: int = 40) -> list[float]:
    """Suppression level of the first man as of the last impact, one for each replication."""
    return [float(night.world.level[night.world.ids.index("one")]) for night in nights(build(data), n, 3)]


def test_drawn_pushes_differ_and_fixed_ones_do_not() -> None:
    assert len(set(levels(shelled(), 5))) == 1
    assert len(set(levels(shelled(jumps="exponential"), 5))) == 5


def battery(*who: str) -> Any:
    """The scenario with two batteries side by side, of which these fire."""
    data = shelled(jumps="exponential")
    data["formations"].append({**data["formations"][0], "id": "other"})
    data["units"].append({**data["units"][0], "id": "a-gun", "formation": "other"})
    data["orders"] = [{**data["orders"][0], "id": f"shell-{name}", "who": name} for name in who]
    return data


def test_the_pushes_of_two_guns_add_up_each_with_its_own_luck() -> None:
    """Levels leak linearly, so that of both is the sum: a shared stream of luck would shift the second gun's."""
    both, one, other = (levels(battery(*who), 5) for who in (("fg", "other"), ("fg",), ("other",)))
    assert both == pytest.approx([a + b for a, b in zip(one, other, strict=True)], rel=1e-12)
    assert one != other


def test_the_pushes_of_aimed_fire_are_a_stream() -> None:
    data = tree("duel")
    data["weapons"]["rifle_x"]["suppress"]["jumps"] = "exponential"
    with pytest.raises(ScenarioError, match="goes with a `radius`"):
        build(data)
