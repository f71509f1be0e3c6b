"""The base scenario against the record: bands that could fail. n and tolerances are fixed here.

The fast part takes 24 replications: with a true share of 0.95 the chance that fewer than 19 hold is below 1e-3, with
0.6 it is above 0.95. The slow part takes the 100 replications of the record's own check.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import engine, stats
from sim.metrics import measure, tables
from tests.battle import base, variant

SEED = 7


@cache
def metrics(name: str, n: int, *overrides: str) -> tuple[dict[str, Any], ...]:
    """Metrics of n replications of the base ("") or a variant."""
    scenario = variant(name) if name else base(*overrides)
    return tuple(measure(engine.run(scenario, seed=SEED, replication=i, record="events")) for i in range(n))


def check_base(rows: tuple[dict[str, Any], ...], least: float) -> None:
    """The lines of the record that the base scenario has to meet."""
    n = len(rows)
    assert sum(row["hq_held"] for row in rows) >= least * n
    assert sum(row["advance_stopped"] for row in rows) >= least * n
    first = [row["first_fire_side"] for row in rows]  # None: a halt was obeyed, and nobody fired
    assert "defenders" not in first, "the coalition never fires first"
    assert sum(side == "attackers" for side in first) >= 0.9 * n
    for phase in ("before", "during", "after"):
        assert sum(row[f"hotline_{phase}"] > 0 for row in rows) >= 0.95 * n, phase
    assert 55 <= np.median([row["attackers_killed"] for row in rows]) <= 300
    assert sum(row["recrossed_people"] > 0 for row in rows) > 0
    assert sum(row["river_rule_denied"] for row in rows) > 0
    assert all(row["recrossed_engaged"] == 0 for row in rows)


def test_the_base_scenario_meets_the_record() -> None:
    check_base(metrics("", 24), 0.79)


@pytest.mark.slow
def test_the_base_scenario_meets_the_record_in_100_replications() -> None:
    check_base(metrics("", 100), 0.9)


def paired(a: tuple[dict[str, Any], ...], b: tuple[dict[str, Any], ...], name: str) -> tuple[float, float, float]:
    """(mean, low, high) of a - b under the same luck, 95 %."""
    one, two = (np.array([float(row[name]) for row in rows]) for rows in (a, b))
    found = stats.mean_interval(one - two)
    return float((one - two).mean()), found[0], found[1]


def test_without_supporting_fires_the_headquarters_is_lost_more_often() -> None:
    mean, low, _ = paired(metrics("", 24), metrics("no-supporting-fires", 24), "hq_held")
    assert mean >= 0.2
    assert low > 0.0


@pytest.mark.slow
def test_more_attackers_and_less_lethal_weapons_move_the_toll_the_right_way() -> None:
    n = 40
    _, low, _ = paired(metrics("double-attackers", n), metrics("", n), "attackers_killed")
    assert low > 0.0
    halved = tuple(
        f"weapons.{name}.damage.lethal={0.5 * base().weapons[name].damage.lethal:g}"
        for name in ("gbu", "hellfire", "m777", "ac130_gun", "gmlrs")
    )
    _, _, high = paired(metrics("", n, *halved), metrics("", n), "attackers_killed")
    assert high < 0.0


@pytest.mark.slow
def test_no_arm_is_decoration() -> None:
    """Over 100 replications every weapon is used, fires, lands and hurts, unless it is declared held."""
    rows: dict[str, np.ndarray[Any, Any]] = {}
    scenario = base()
    for i in range(100):
        table = tables(engine.run(scenario, seed=SEED, replication=i, record="events"))["weapons"]
        for k, weapon in enumerate(table["weapon"]):
            rounds = table["rounds"][k]
            hurt = table["wounded"][k] + table["killed"][k] + table["vehicles"][k]
            landed = table["impacts"][k] + table["hits"][k]
            rows.setdefault(weapon, np.zeros(4))
            rows[weapon] += (rounds > 0, rounds, landed, hurt)
    idle = {weapon: row for weapon, row in rows.items() if not row.all() and not scenario.weapons[weapon].held}
    assert not idle
    assert set(rows) == set(scenario.weapons)


def test_no_attacker_is_ordered_to_withdraw() -> None:
    scenario = base()
    sides = {formation.id: formation.side for formation in scenario.formations}
    assert not [order.id for order in scenario.orders if order.do.withdraw and sides[order.who] == "attackers"]
