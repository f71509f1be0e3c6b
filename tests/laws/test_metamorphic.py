"""What must not matter, and what must only help: relations between runs of the whole engine that need no oracle.

Under common luck most of them hold exactly, run by run; mirror and split change who draws what and are statistical.
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.theory.battles import duels, shelling
from tests.theory.battles.running import build, nights, tree

FEW = settings(max_examples=6)
metres = st.integers(-20_000, 20_000)
seeds = st.integers(0, 1000)
shares = st.floats(0.05, 1.0).map(lambda p: round(p, 3))


def duel(**how: Any) -> Any:
    """Seven against five; `how` goes into the rifle of x."""
    data = tree("duel")
    duels.section(data, "x", 7, 0.01, **how)
    duels.section(data, "y", 5, 0.015, 0.7)
    return data


def kills(data: Any, seed: int, n: int = 3) -> list[list[tuple[int, str, int]]]:
    """(t_ms, unit, entity) of every death, by replication."""
    return [[(t, who, p[0]) for t, _, who, p in night.of("killed")] for night in nights(build(data), n, seed)]


@FEW
@given(metres, metres, st.integers(0, 359), seeds)
def test_a_fight_moved_and_turned_is_the_same_fight(east: int, north: int, degrees: int, seed: int) -> None:
    moved = duel()
    turn = radians(degrees)
    moved["map"]["points"] = {
        "west": [f"{east} m", f"{north} m"],
        "east": [f"{east + 100.0 * cos(turn):.9f} m", f"{north + 100.0 * sin(turn):.9f} m"],
    }
    assert kills(moved, seed) == kills(duel(), seed)


@FEW
@given(metres, metres, seeds)
def test_a_shelling_moved_is_the_same_shelling(east: int, north: int, seed: int) -> None:
    """Places to the millimetre (rounding may fall either way), fates exactly."""
    here, there = tree("shelling"), tree("shelling")
    for data in (here, there):
        shelling.scattered(data, 15.0, 10.0, 5.0)
    there["map"]["points"] |= {
        "battery": [f"{east} m", f"{north - 5000} m"], "target": [f"{east} m", f"{north} m"],
    }  # fmt: skip
    assert kills(there, seed) == kills(here, seed)


@FEW
@given(st.sampled_from([0.25, 0.5, 2.0, 10.0]), seeds)
def test_all_rates_times_k_is_all_times_by_k(k: float, seed: int) -> None:
    """The same men fall in the same order, each a few milliseconds of rounding off."""
    faster = tree("duel")
    duels.section(faster, "x", 7, 0.01 * k)
    duels.section(faster, "y", 5, 0.015 * k, 0.7)
    for one, other in zip(kills(duel(), seed), kills(faster, seed), strict=True):
        assert [row[1:] for row in one] == [row[1:] for row in other]
        for (t, *_), (u, *_) in zip(one, other, strict=True):
            assert abs(t - k * u) <= 40.0 * (1.0 + k)


def lone(p: float, n: int = 1, targets: int = 8) -> Any:
    """n shooters against men who do not shoot back."""
    data = tree("duel")
    duels.section(data, "x", n, 0.05, p)
    duels.section(data, "y", targets, 1e-9, 0.0)
    return data


def times(data: Any, seed: int) -> np.ndarray:
    """Moments of the deaths, ms, one row per replication."""
    return np.array([[t for t, *_ in rows] for rows in kills(data, seed)])


@FEW
@given(shares, shares, seeds)
def test_a_better_shot_kills_no_later(p: float, q: float, seed: int) -> None:
    """Under common luck, man for man; rounding of a few ms."""
    worse, better = sorted((p, q))
    assert (times(lone(better), seed) <= times(lone(worse), seed) + 20).all()


@FEW
@given(st.integers(1, 6), st.integers(1, 6), seeds)
def test_more_shooters_kill_no_later(n: int, m: int, seed: int) -> None:
    fewer, more = sorted((n, m))
    assert (times(lone(0.5, more), seed) <= times(lone(0.5, fewer), seed) + 20).all()


@FEW
@given(shares, shares, seeds)
def test_better_cover_dies_no_sooner(e: float, f: float, seed: int) -> None:
    thick, thin = (lone(0.8) for _ in range(2))
    thick["weapons"]["rifle_x"]["exposure"]["standing"] = min(e, f)
    thin["weapons"]["rifle_x"]["exposure"]["standing"] = max(e, f)
    assert (times(thin, seed) <= times(thick, seed) + 20).all()


@FEW
@given(seeds)
def test_without_lethality_nobody_dies(seed: int) -> None:
    data = duel(lethal=0)
    data["weapons"]["rifle_y"]["lethal"] = 0
    shells = tree("shelling")
    shelling.scattered(shells, 40.0, 5.0, 10.0)
    shells["weapons"]["gun"]["damage"]["lethal"] = 0
    for scenario in (build(data), build(shells)):
        for night in nights(scenario, 2, seed):
            assert not list(night.of("killed"))
            assert list(night.of("wounded"))


@FEW
@given(seeds)
def test_accuracy_without_limit_leaves_nothing_to_luck(seed: int) -> None:
    """A volley of eight that cannot miss, shared out evenly, leaves none of five at its one moment of impact."""
    data = tree("duel")
    duels.section(data, "x", 8, 0.1, interval="fixed", allocation="even")
    duels.section(data, "y", 5, 1e-9, 0.0)
    for rows in kills(data, seed):
        assert sorted(entity for _, _, entity in rows) == [0, 1, 2, 3, 4]
        assert len({t for t, *_ in rows}) == 1


def test_sides_exchanged_exchange_their_chances() -> None:
    """P(x wins) of 8 against 6 is P(y wins) of 6 against 8 with the rates exchanged: n = 300 each, SE of the difference
    0.03; who opens fire first makes no difference of 0.12."""
    one = duels.fights({"x0": 8, "y0": 6, "a": 0.03, "b": 0.02}, "square", 300, 1)["p_x_wins"]
    two = 1.0 - duels.fights({"x0": 6, "y0": 8, "a": 0.02, "b": 0.03}, "square", 300, 2)["p_x_wins"]
    assert abs(one.mean() - two.mean()) <= 4.0 * np.sqrt(one.var() / 300 + two.var() / 300)


def test_a_unit_split_in_two_fights_no_worse() -> None:
    """Eight men in one unit or in two of four beside each other, against six: n = 300 each, 4 SE of a difference of
    P(x wins) are 0.16; halves that fought one after the other would lose 0.3."""
    whole = duels.fights({"x0": 8, "y0": 6, "a": 0.02, "b": 0.02}, "square", 300, 3)["p_x_wins"]
    data = tree("duel")
    duels.section(data, "x", 4, 0.02)
    duels.section(data, "y", 6, 0.02)
    data["units"].append({**data["units"][0], "id": "x2"})
    split = np.array(
        [sum(who == "y" for _, who, _ in rows) == 6 for rows in kills(data, 4, n=300)], dtype=float
    )  # fmt: skip
    assert abs(whole.mean() - split.mean()) <= 4.0 * np.sqrt(whole.var() / 300 + split.var() / 300)
