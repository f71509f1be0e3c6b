"""What must not matter, and what must only help, to looking, shelling and suppression in the whole engine.

Fights of two sections are in `test_metamorphic.py`. Under common luck all but the splitting of a crowd is exact.
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.theory.battles import shelling
from tests.theory.battles.running import Night, build, moment, nights, tree

FEW = settings(max_examples=5)
seeds = st.integers(0, 1000)
degrees = st.integers(0, 359)
metres = st.integers(-20_000, 20_000)
factors = st.sampled_from([0.2, 0.5, 3.0, 10.0])
Place = tuple[float, float]
FATES = ("wounded", "killed")


def at(place: Place) -> list[str]:
    return [f"{place[0]:.9f} m", f"{place[1]:.9f} m"]


def turned(place: Place, by_degrees: int, east: int = 0, north: int = 0, flip: float = 1.0) -> Place:
    """A place mirrored at the north axis (`flip` -1), turned clockwise and moved."""
    x, y, a = flip * place[0], place[1], radians(by_degrees)
    return x * cos(a) + y * sin(a) + east, -x * sin(a) + y * cos(a) + north


def shelled(move: Any = lambda place: place, factor: float = 1.0, rounds: int = 8, **damage: Any) -> Any:
    """Eight rounds at two men, range error four times the deflection; places moved, times divided by `factor`."""
    data = tree("shelling")
    shelling.scattered(data, 15.0, 10.0, 5.0)
    gun = data["weapons"]["gun"]
    gun["precision"]["rep"] = "20 m"
    gun["damage"] |= damage
    gun |= {"interval": {"law": "exponential", "time": f"{60.0 / factor:.9f} s"}, "flight": f"{500.0 * factor} m/s"}
    data["clock"]["end"] = moment(7200.0 / factor)
    data["end"]["quiet"] = f"{600.0 / factor:.9f} s"
    data["orders"][0]["do"]["shell"]["rounds"] = rounds
    data["map"]["points"] |= {"battery": at(move((0.0, -5000.0))), "target": at(move((0.0, 0.0)))}
    middle = move((0.0, 0.0))
    for unit, x in zip(data["units"][1:], (-10.0, 10.0), strict=True):
        place = move((x, 4.0))
        unit["slot"] = at((place[0] - middle[0], place[1] - middle[1]))
    return data


def fates(data: Any, seed: int, n: int = 3) -> list[list[tuple[int, str, str]]]:
    """(t_ms, unit, fate) of everybody hurt, by replication."""
    return [
        sorted((t, who, kind) for kind in FATES for t, _, who, _ in night.of(kind))
        for night in nights(build(data), n, seed)
    ]


@FEW
@given(metres, metres, degrees, seeds)
def test_a_shelling_moved_and_turned_is_the_same_shelling(east: int, north: int, by: int, seed: int) -> None:
    """Errors lie along the line of fire wherever it points."""
    assert fates(shelled(lambda place: turned(place, by, east, north)), seed) == fates(shelled(), seed)


@FEW
@given(factors, seeds)
def test_a_shelling_in_other_seconds_is_the_same_shelling(k: float, seed: int) -> None:
    for one, other in zip(fates(shelled(), seed), fates(shelled(factor=k), seed), strict=True):
        assert [row[1:] for row in one] == [row[1:] for row in other]
        assert all(abs(t - k * u) <= 10.0 * (1.0 + k) for (t, *_), (u, *_) in zip(one, other, strict=True))


@FEW
@given(st.integers(1, 8), st.integers(1, 8), seeds)
def test_more_rounds_hurt_no_fewer(n: int, m: int, seed: int) -> None:
    fewer, more = (fates(shelled(rounds=k), seed) for k in sorted((n, m)))
    assert all({*a} <= {*b} for a, b in zip(fewer, more, strict=True))


@FEW
@given(st.floats(2.0, 60.0), st.floats(2.0, 60.0), seeds)
def test_a_wider_burst_hurts_no_later(a: float, b: float, seed: int) -> None:
    """At full strength in the middle, the chance at every distance grows with the radius."""
    narrow, wide = (
        fates(shelled(d0=1, radius={"standing": f"{radius} m"}), seed) for radius in sorted((a, b))
    )  # fmt: skip
    for one, two in zip(narrow, wide, strict=True):
        later = {who: t for t, who, _ in two}
        assert all(later[who] <= t for t, who, _ in one)


@FEW
@given(seeds)
def test_what_never_bursts_hurts_nobody(seed: int) -> None:
    duds = shelled()
    duds["weapons"]["gun"]["reliability"] = 0
    for night in nights(build(duds), 2, seed):
        assert len(list(night.of("dud"))) == 8
        assert not [row for kind in ("impact", *FATES) for row in night.of(kind)]


# Looking.


def passing(move: Any = lambda place: place, factor: float = 1.0, range_m: float = 100.0) -> Any:
    """A target walks past the observer, 150 m off."""
    data = tree("looking")
    eye = data["sensors"]["eye"]
    eye |= {"reference_range": f"{range_m} m", "reference_time": f"{50.0 / factor:.9f} s", "reach": "2 km"}
    points = {"post": (0.0, 0.0), "start": (-900.0, 150.0), "beyond": (900.0, 150.0)}
    data["map"]["points"] = {name: at(move(place)) for name, place in points.items()}
    data["formations"][0]["routes"]["in"] = {
        "points": ["beyond"], "half_width": "10 m", "speed": f"{5.0 * factor} m/s",
    }  # fmt: skip
    data["orders"] = [{"id": "go", "who": "fw", "when": {"at": data["clock"]["start"]}, "do": {"move": "in"}}]
    return data


def sighted(data: Any, seed: int, n: int = 6) -> list[tuple[int, int]]:
    """(t_ms, range_mm) of the first sighting, by replication."""
    rows = [next(night.of("seen")) for night in nights(build(data), n, seed)]
    return [(row[0], row[3][0]) for row in rows]


@FEW
@given(metres, metres, degrees, st.sampled_from([1.0, -1.0]), seeds)
def test_looking_is_blind_to_where_and_which_way(east: int, north: int, by: int, flip: float, seed: int) -> None:
    """Moved, turned, mirrored: the same moments to a millisecond of rounding, the same ranges to the millimetres."""
    there = sighted(passing(lambda place: turned(place, by, east, north, flip)), seed)
    for (t, range_mm), (u, other_mm) in zip(sighted(passing(), seed), there, strict=True):
        assert abs(t - u) <= 1
        assert abs(range_mm - other_mm) <= 10


@FEW
@given(factors, seeds)
def test_looking_in_other_seconds_sees_at_the_same_places(k: float, seed: int) -> None:
    for (t, range_mm), (u, other_mm) in zip(sighted(passing(), seed), sighted(passing(factor=k), seed), strict=True):
        assert abs(t - k * u) <= 1.0 + k
        assert abs(range_mm - other_mm) <= 10.0 * (1.0 + k)


@FEW
@given(st.floats(60.0, 400.0), st.floats(60.0, 400.0), seeds)
def test_a_sharper_eye_sees_no_later(a: float, b: float, seed: int) -> None:
    blunt, sharp = (sighted(passing(range_m=r), seed) for r in sorted((a, b)))
    assert all(s[0] <= b[0] for s, b in zip(sharp, blunt, strict=True))


# Suppression.


def pinned(push: float, factor: float = 1.0) -> Any:
    data = shelled(factor=factor, rounds=30, radius={"standing": 0})
    data["weapons"]["gun"]["suppress"] = {"radius": "1 km", "push": push}
    data["suppression"] |= {"tau": f"{120.0 / factor:.9f} s", "pin": 1, "recover": 0.4}
    return data


def spells(data: Any, seed: int) -> list[list[tuple[float, float]]]:
    return [shelling.spells(night) for night in nights(build(data), 3, seed)]


@FEW
@given(factors, seeds)
def test_suppression_in_other_seconds_is_the_same(k: float, seed: int) -> None:
    for one, two in zip(spells(pinned(0.6), seed), spells(pinned(0.6, k), seed), strict=True):
        assert len(one) == len(two) > 0
        ends = [t for spell in one for t in spell][:-1], [k * t for spell in two for t in spell][:-1]
        assert np.allclose(*ends, atol=0.1 * (1.0 + k))


@FEW
@given(st.floats(0.05, 1.5), st.floats(0.05, 1.5), seeds)
def test_a_heavier_push_pins_no_later_and_none_never(a: float, b: float, seed: int) -> None:
    light, heavy = (spells(pinned(push), seed) for push in sorted((a, b)))
    for one, two in zip(light, heavy, strict=True):
        assert not one or two[0][0] <= one[0][0]
    assert spells(pinned(0.0), seed) == [[], [], []]


def crowd(*sizes: int) -> Any:
    """Men at one place, in units of these sizes."""
    data = shelled()
    data["weapons"]["gun"]["damage"]["d0"] = 0.3
    data["units"] = data["units"][:1]
    for n, size in enumerate(sizes):
        data["kinds"][f"men{n}"] = {**data["kinds"]["man"], "entities": {"soldier": {
            "n": size, "body": "person", "counts_as": "person"}}}  # fmt: skip
        data["units"].append({"id": f"m{n}", "kind": f"men{n}", "formation": "fm", "tag": "sdf", "slot": [0, 0]})
    return data


def test_a_crowd_split_in_two_suffers_alike() -> None:
    """Twelve men in one unit, or in two of eight and four, at one place: n = 200 each, 4 SE of a difference are 0.66 of
    9.3 in the mean and 1.6 of 2.7 in the variance; a half that was spared would be missed by 3."""

    def hurt(night: Night) -> int:
        return sum(1 for kind in FATES for _ in night.of(kind))

    whole, split = (
        np.array([hurt(night) for night in nights(build(crowd(*sizes)), 200, seed)], dtype=float)
        for sizes, seed in (((12,), 3), ((8, 4), 4))
    )
    assert abs(whole.mean() - split.mean()) <= 4.0 * np.sqrt((whole.var() + split.var()) / 200)
    fourth = ((whole - whole.mean()) ** 4).mean()
    assert abs(whole.var() - split.var()) <= 4.0 * np.sqrt(2.0 * (fourth - whole.var() ** 2) / 200)
