"""Luck has an address: variants are compared under the same dice, and nobody shifts another's."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sim import engine
from sim.draws import Draws
from sim.metrics import measure
from sim.scenario import Scenario
from tests.battle import base, battle, fates, from_tree, shuffled, tree


def null_variant() -> Scenario:
    """Every list shuffled, an unused kind and an unused weapon added."""
    data = shuffled(tree(), random.Random(11))
    data["kinds"]["unused_section"] = dict(data["kinds"]["rifle_section"])
    data["weapons"]["a_unused_rifle"] = dict(data["weapons"]["rifle"])
    return from_tree(data)


def with_bystander() -> Scenario:
    """An idle truck inside the corridor of the watching drone, never shooting, never shot at, first in the list."""
    data = tree()
    note = {"basis": "assumption", "note": "a bystander of the tests"}
    data["formations"].insert(
        0,
        {"id": "a-bystander", "side": "attackers", "at": {"value": ["2500 m", "-5500 m"], **note}, "provenance": note},
    )
    data["units"].insert(
        0,
        {"id": "a-0-bystander", "kind": "aid_truck", "formation": "a-bystander", "tag": "militia", "provenance": note},
    )
    return from_tree(data)


def renamed() -> Scenario:
    """Every unit under another name, its luck kept."""
    data = tree()
    for n, unit in enumerate(sorted(data["units"], key=lambda unit: unit["id"], reverse=True)):
        unit["luck"] = unit["id"]
        unit["id"] = f"zz-{n:03d}"
    return from_tree(data)


def differences(a: Scenario, b: Scenario, seeds: range) -> dict[str, Any]:
    """Metrics that differ in any replication."""
    found = {}
    for n in seeds:
        one = measure(engine.run(a, seed=7, replication=n, record="events"))
        two = measure(engine.run(b, seed=7, replication=n, record="events"))
        found.update({k: (n, one[k], two[k]) for k in one if one[k] != two[k]})
    return found


def test_pitfall_07_no_variant_id_in_the_key() -> None:
    assert differences(base(), null_variant(), range(3)) == {}


@pytest.mark.slow
def test_a_null_variant_differs_by_exactly_nothing_over_50_seeds() -> None:
    assert differences(base(), null_variant(), range(50)) == {}


def bystander_guard(scenario: Scenario, replications: range) -> None:
    """Raises AssertionError if anybody's fate differs from the base."""
    for n in replications:
        other = engine.run(scenario, seed=7, replication=n, record="events")
        names = other.actors["name"][other.events.target[other.events.of("seen")]]
        assert "a-0-bystander" in names, "the bystander stands where nobody looks: the test would prove nothing"
        assert fates(other) == fates(battle(n)), f"replication {n}"


def test_pitfall_07_no_one_stream_per_purpose() -> None:
    bystander_guard(with_bystander(), range(3))


def test_renaming_units_changes_no_time_and_no_fate() -> None:
    assert [engine.run(renamed(), seed=7, replication=n, record="events").digest for n in range(2)] == [
        battle(n).digest for n in range(2)
    ]


class Watched(Draws):
    """Keeps what was drawn where."""

    drawn: dict[tuple[int, int, int], float]

    def kept(self, purpose: int, who: int, event: int, first: float) -> None:
        self.__dict__.setdefault("drawn", {})[(purpose, who, event)] = first

    def block(self, purpose: int, who: int, event: int, n: int) -> Any:
        out = super().block(purpose, who, event, n)
        self.kept(purpose, who, event, float(out[0]))
        return out

    def few(self, purpose: int, who: int, event: int, n: int) -> list[float]:
        out = super().few(purpose, who, event, n)
        self.kept(purpose, who, event, out[0])
        return out

    def one(self, purpose: int, who: int, event: int = 0) -> float:
        out = super().one(purpose, who, event)
        self.kept(purpose, who, event, out)
        return out


def draws_of(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int, int, int], float]:
    """Every draw of a run by address."""
    kept: list[Watched] = []

    def make(seed: int, replication: int, history: int | None = None) -> Watched:
        kept.append(Watched(seed, replication, history))
        return kept[-1]

    monkeypatch.setattr(engine, "Draws", make)
    engine.run(scenario, seed=7, record="events")
    return kept[0].drawn


def test_removing_a_weapon_leaves_the_draws_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with_all = draws_of(base(), monkeypatch)
    without = draws_of(
        base("units[himars-1].weapons.gmlrs.rounds=0", "units[himars-2].weapons.gmlrs.rounds=0"), monkeypatch
    )
    shared = with_all.keys() & without.keys()
    assert len(shared) > 0.4 * len(with_all), "two nights that share little would prove little"
    assert {k for k in shared if with_all[k] != without[k]} == set()
