"""What must not matter to an effect, and what must only help: units, mirrors, turns, doubling of parts, nothing to
kill with. Over every function of `sim.effects`: one that is in no table, and not excused, is a failure.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sim.effects import damage, delivery, direct, resolution, salvo, seeing, suppression
from tests.laws.effect_tables import (
    BY_OTHER_MEANS,
    CLOCKED,
    DIMENSION,
    MIRRORS,
    MORE,
    NONE,
    NOTHING,
    PROBABILITIES,
    RESULT,
    SPECIAL,
    SPLIT,
    Powers,
)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function
    for module in (damage, delivery, direct, resolution, salvo, seeing, suppression)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}
FEW = settings(max_examples=5, phases=(Phase.explicit, Phase.generate))

lengths = st.floats(2.0, 60.0).map(lambda v: round(v, 3))
signed = st.floats(-60.0, 60.0).map(lambda v: round(v, 3))
shares = st.floats(0.05, 0.9).map(lambda v: round(v, 3))
whole = st.integers(1, 12)


def _points(most: int) -> st.SearchStrategy[np.ndarray]:
    return st.lists(st.tuples(signed, signed), min_size=2, max_size=most).map(np.array)


STRATEGY: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("dx", "dy", "off_range", "off_defl", "bias_x", "bias_y", "mean_x", "mean_y"), signed),
    **dict.fromkeys(("px", "py", "vx", "vy", "aim_x", "aim_y"), signed),
    **dict.fromkeys(["rounds", "targets", "shooters", "shots", "looks"], whole),
    "z": st.floats(1.0, 60.0),  # nothing passes through the observer himself
    "target_xy": st.lists(st.tuples(signed, signed), min_size=2, max_size=2).map(np.array),
    "impact_xy": _points(4),
    "rounds_xy": _points(4),
    "kill": st.lists(st.lists(shares, min_size=3, max_size=3), min_size=1, max_size=4).map(np.array),
    "mpi_z": st.tuples(shares, shares).map(np.array),
    "prec_z": _points(4).map(lambda v: v / 60.0),
    "parts": st.just(np.array([[0.0, 3.0, -2.0, 2.0], [4.0, 9.0, 0.0, 7.0]])),
    "target": st.just(np.array([-3.0, 5.0, 0.0, 4.0])),
    "cover": st.tuples(signed, lengths, signed, lengths).map(
        lambda v: np.array([v[0], v[0] + v[1], v[2], v[2] + v[3]])
    ),
    "axis": st.just(0),
    "order": st.just(40),
    "d0": shares,
    "mean_rounds": st.floats(0.5, 12.0),
    "start_m": st.floats(300.0, 900.0),
    "end_m": st.floats(30.0, 200.0),
    "forks": st.floats(0.1, 4.0),
    "n_over_n50": st.floats(0.1, 4.0),
    "n50": st.floats(0.5, 6.0),
    "cycles_per_mrad": st.floats(0.01, 0.2),
    "rate": st.floats(-0.1, -0.001),
    "h": st.floats(1e-4, 1e-2),
    "low": st.floats(-3.0, 0.0),
    "high": st.floats(0.1, 3.0),
    "area_m2": st.floats(1e3, 1e5),
    **dict.fromkeys(["sigma_precision", "sigma_aim"], lengths),
}
PAIRED = {"expected_salvo", "expected_pass", "kill_moments"}
"""These take errors by axis, (2,)."""


def arguments(draw: Any, name: str) -> dict[str, Any]:
    """A value for each parameter of a function."""
    out: dict[str, Any] = {}
    for parameter in inspect.signature(FUNCTIONS[name]).parameters:
        dimension = dimension_of(name, parameter)
        strategy = STRATEGY.get(parameter)
        if strategy is None:
            strategy = shares if dimension == NONE or dimension == (0, -1, 0) else lengths
        out[parameter] = draw(strategy)
        if parameter in ("sigma_precision", "sigma_aim") and name in PAIRED:
            out[parameter] = np.array([out[parameter], draw(lengths)])
    return out


def dimension_of(name: str, parameter: str) -> Powers:
    """Powers of the units in which a parameter of a function is given; KeyError for a name nobody has placed."""
    return SPECIAL[name, parameter] if (name, parameter) in SPECIAL else DIMENSION[parameter]


def answer(name: str, values: dict[str, Any]) -> list[np.ndarray]:
    """What a function says, as a list of arrays."""
    found = FUNCTIONS[name](**values)
    return [np.asarray(part, dtype=float) for part in (found if isinstance(found, tuple) else (found,))]


def same(one: list[np.ndarray], two: list[np.ndarray], rel: float = 1e-6) -> bool:
    """Whether two answers agree, small ones to 1e-9."""
    return all(np.allclose(a, b, rtol=rel, atol=1e-9) for a, b in zip(one, two, strict=True))


def times(value: Any, factor: float) -> Any:
    return value if factor == 1.0 else value * factor


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - CLOCKED))
@FEW
@given(st.data(), st.sampled_from([0.1, 0.5, 3.0, 10.0]), st.sampled_from([0.1, 0.5, 3.0, 10.0]))
def test_the_units_of_length_time_and_level_do_not_matter(name: str, data: Any, metre: float, second: float) -> None:
    values, level = arguments(data.draw, name), 7.0

    def factor(powers: Powers) -> float:
        return float(metre ** powers[0] * second ** powers[1] * level ** powers[2])

    other = {key: times(value, factor(dimension_of(name, key))) for key, value in values.items()}
    plain = answer(name, values)
    powers = RESULT.get(name, (NONE,) * len(plain))
    scaled = [part / factor(p) for part, p in zip(answer(name, other), powers, strict=True)]
    assert same(scaled, plain), (values, other)


MIRRORED = sorted(
    {name for name, f in FUNCTIONS.items() if {g[0] for g in MIRRORS} & {*inspect.signature(f).parameters}}
)


@pytest.mark.parametrize("name", MIRRORED)
@FEW
@given(st.data())
def test_left_and_right_near_and_far_are_alike(name: str, data: Any) -> None:
    values = arguments(data.draw, name)
    for group in MIRRORS:
        held = [key for key in group if key in values]
        flip: Any = np.array([-1.0, 1.0]) if group[0] == "target_xy" else -1.0
        if held:
            assert same(answer(name, values | {key: values[key] * flip for key in held}), answer(name, values)), held


TURNED = ("carleton_at", "kill_probability", "joint_kill", "joint_kill_redrawn")
"""Functions of places whose errors and damage are round."""


@pytest.mark.parametrize("name", TURNED)
@FEW
@given(st.data(), st.floats(-7.0, 7.0), signed)
def test_bearings_do_not_matter_nor_places_where_no_aim_is_given(name: str, data: Any, turn: float, by: float) -> None:
    values = arguments(data.draw, name)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shift = 0.0 if "sigma_aim" in values else by
    moved = {key: value @ matrix + shift for key, value in values.items() if key.endswith("_xy")}
    assert same(answer(name, values | moved), answer(name, values))


@pytest.mark.parametrize("name", sorted(MORE))
@FEW
@given(st.data(), st.floats(1.05, 3.0))
def test_more_is_never_less(name: str, data: Any, factor: float) -> None:
    values = arguments(data.draw, name)
    for sign, parameter in ((word[0], word[1:]) for word in MORE[name].split()):
        old = values[parameter]
        new: Any = old + 1 if isinstance(old, int) else old * factor
        if dimension_of(name, parameter) == NONE and isinstance(old, float) and parameter in PROBABILITIES:
            new = min(new, 0.999)
        before, after = answer(name, values)[0], answer(name, values | {parameter: new})[0]
        low, high = (before, after) if sign == "+" else (after, before)
        assert np.all(high >= low - 1e-9 * np.minimum(1.0 + np.abs(low), 1e6)), (parameter, values, new)


@pytest.mark.parametrize("name", sorted(NOTHING))
@FEW
@given(st.data())
def test_nothing_comes_of_nothing(name: str, data: Any) -> None:
    values = arguments(data.draw, name) | NOTHING[name]
    assert np.all(np.abs(answer(name, values)[0]) <= 1e-12)


@pytest.mark.parametrize("name", sorted(SPLIT))
@FEW
@given(st.data(), st.integers(1, 9))
def test_two_halves_do_what_the_whole_does(name: str, data: Any, other: int) -> None:
    values, key = arguments(data.draw, name), SPLIT[name]
    one, two, both = (1.0 - answer(name, values | {key: part})[0] for part in (values[key], other, values[key] + other))
    assert both == pytest.approx(one * two, rel=1e-9, abs=1e-12)


ONE_BY_ONE = {"decay": "dt_s", "with_inflow": "dt_s", "with_inflow_one": "dt_s"}


@pytest.mark.parametrize("name", sorted(ONE_BY_ONE))
@FEW
@given(st.data(), lengths)
def test_two_spans_do_what_their_sum_does(name: str, data: Any, other: float) -> None:
    values, key = arguments(data.draw, name), ONE_BY_ONE[name]
    halfway = float(answer(name, values)[0])
    whole_way = answer(name, values | {key: values[key] + other})
    assert same(answer(name, values | {"level": halfway, key: other}), whole_way)


def test_every_effect_is_in_the_tables() -> None:
    assert FUNCTIONS.keys() == MORE.keys() | BY_OTHER_MEANS.keys()
    assert not MORE.keys() & BY_OTHER_MEANS.keys()
    assert {*RESULT, *NOTHING, *SPLIT, *ONE_BY_ONE, *TURNED, *CLOCKED} <= FUNCTIONS.keys()


def test_the_tables_find_planted_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock, a side, a law that turns round, and something out of nothing, one by one."""
    plants: tuple[tuple[str, Callable[..., Any], Callable[..., None]], ...] = (
        ("decay", lambda level, dt_s, tau_s: level * np.exp(-(dt_s + 1.0) / tau_s), units),
        ("carleton", lambda dx, dy, d0, rx, ry: d0 * np.exp(-d0 * ((dx - 1.0) / rx) ** 2), mirrors),
        ("sweep_width", lambda k_over_speed_m2: 1.0 / k_over_speed_m2, more),
        ("ttpf", lambda n_over_n50: 0.1 + 0.0 * n_over_n50, nothing),
        ("random_search", lambda sweep_width_m, track_m, area_m2: sweep_width_m * track_m / area_m2, halves),
    )
    for name, wrong, law in plants:
        law(name=name)
        with monkeypatch.context() as patch:
            patch.setitem(FUNCTIONS, name, wrong)
            with pytest.raises(AssertionError):
                law(name=name)


units, mirrors, more, nothing, halves = (
    test_the_units_of_length_time_and_level_do_not_matter, test_left_and_right_near_and_far_are_alike,
    test_more_is_never_less, test_nothing_comes_of_nothing, test_two_halves_do_what_the_whole_does,
)  # fmt: skip
