"""Sensors that look by resolution: what a scenario must give for them, and who never sees."""

from __future__ import annotations

from typing import Any

import pytest

from sim.effects.resolution import ttpf_inverse
from sim.scenario.reading import ScenarioError
from tests.theory.battles.looking import by_resolution
from tests.theory.battles.running import build, moment, nights, tree


def test_a_sensor_has_one_law() -> None:
    data = by_resolution(1.0, 1.0, 10.0, 0.1)
    data["sensors"]["eye"]["reference_range"] = "100 m"
    with pytest.raises(ScenarioError, match="`reference_range` and `reference_time`, or `resolution`"):
        build(data)


def test_dimensions_and_resolution_go_together() -> None:
    data = by_resolution(1.0, 1.0, 10.0, 0.1)
    del data["kinds"]["walker"]["dimension"]
    with pytest.raises(ScenarioError, match=r"kinds\.walker\.dimension: is missing; sensor `eye` looks by resolution"):
        build(data)
    plain = tree("looking")
    plain["kinds"]["walker"]["dimension"] = "1 m"
    with pytest.raises(ScenarioError, match=r"kinds\.walker\.dimension: is for sensors that look by `resolution`"):
        build(plain)


def seen_at_m(data: Any, n: int = 40) -> list[float]:
    """Ranges of the first sighting while a target walks past the observer and away, inf if there is none."""
    data["clock"]["end"] = moment(600.0)
    data["map"]["points"] |= {"start": ["-900 m", 0], "beyond": ["900 m", 0]}
    data["formations"][0]["routes"]["in"] = {"points": ["beyond"], "half_width": "10 m", "speed": "5 m/s"}
    data["orders"] = [{"id": "go", "who": "fw", "when": {"at": data["clock"]["start"]}, "do": {"move": "in"}}]
    rows = [next(night.of("seen"), None) for night in nights(build(data), n, 2)]
    return [float("inf") if row is None else row[3][0] * 1e-3 for row in rows]


def test_who_is_of_a_low_rank_sees_only_what_is_close() -> None:
    """At a hazard without end everybody sees a target at the very distance that his rank asks for (C = 300 m)."""
    frozen = seen_at_m(by_resolution(1.0, 1.0, 1e-6, 0.3, frozen=True))
    loose = seen_at_m(by_resolution(1.0, 1.0, 1e-6, 0.3))
    assert all(range_m == pytest.approx(900.0, abs=1.0) for range_m in loose)
    assert len({round(range_m) for range_m in frozen}) > 30
    assert min(frozen) > 300.0 / ttpf_inverse(0.999)
    median = sorted(frozen)[20]
    assert 200.0 < median < 450.0  # half of them within C; n = 40, a rank of 0.5 +- 0.3 lies at C / 1.5 to C / 0.7
