"""Quantities are read strictly and agree with pint."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sim.scenario import quantity as q

PINT_NAMES = {"mi": "mile", "ft": "foot", "d": "day", "mil": "nato_mil", "/min": "1/minute", "deg": "degree"}
PINT_SI = {"m": "m", "s": "s", "m/s": "m/s", "rad": "rad", "/min": "1/minute"}
UNITS = [(unit, dimension) for dimension in q.DIMENSIONS for unit in dimension.units]


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    registry = pint.UnitRegistry()
    registry.define("nato_mil = turn / 6400")  # pint's own mil is an inch / 1000
    return registry


@pytest.mark.parametrize(("unit", "dimension"), UNITS, ids=lambda item: getattr(item, "name", item))
def test_every_unit_agrees_with_pint(registry: pint.UnitRegistry, unit: str, dimension: q.Dimension) -> None:
    theirs = registry.Quantity(12.5, PINT_NAMES.get(unit, unit)).to(PINT_SI[dimension.si]).magnitude
    assert q.parse(f"12.5 {unit}", dimension) == pytest.approx(theirs, rel=1e-12)


@given(st.floats(-1e9, 1e9), st.sampled_from(UNITS))
def test_a_number_written_by_python_is_read_back(number: float, pair: tuple[str, q.Dimension]) -> None:
    unit, dimension = pair
    if len(f"{number!r} {unit}") <= 40:
        assert q.parse(f"{number!r} {unit}", dimension) == number * dimension.units[unit]


@pytest.mark.parametrize(
    "text",
    [
        "1,5 km", "1.500,0 m", "1 000 m", "km", "5", "5 kilometres", "5 KM", "5  km", "5 km ", "5 km\n", " 5 km",
        "5 m/s", "0x5 m",
        ".5 km", "5. km", "9**9 m", "{} m", "1e999 m", "nan m", "inf km", "5 km/h", "٥ m", "1_000 m", "", "5 min",
        "1" * 50 + " m",
    ],
)  # fmt: skip
def test_what_is_no_length_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: a number with one of m, km, mi, ft"):
        q.parse(text, q.LENGTH)


def test_a_comma_a_missing_unit_and_a_wrong_dimension_are_named() -> None:
    for text, words in (("1,5 km", "comma"), ("15", "no unit"), ("15 min", "is a duration, a length is wanted")):
        with pytest.raises(ValueError, match=words):
            q.parse(text, q.LENGTH)


@pytest.mark.parametrize("given_", [0, 0.0, "0 m", "0 km"])
def test_nothing_needs_no_unit(given_: object) -> None:
    assert q.parse(given_, q.LENGTH) == 0


@pytest.mark.parametrize("given_", [5, 5.0, True, None, [], {}])
def test_bare_numbers_and_other_things_are_refused(given_: object) -> None:
    with pytest.raises(ValueError, match="allowed"):
        q.parse(given_, q.LENGTH)


def test_angles_in_mil_are_parts_of_6400() -> None:
    assert q.parse("6400 mil", q.ANGLE) == pytest.approx(2 * math.pi)


def test_types_hold_floats_and_describe_their_text() -> None:
    adapter = TypeAdapter(q.Speed)
    assert adapter.validate_python("36 km/h") == pytest.approx(10)
    form = adapter.json_schema()
    assert "km/h" in form["anyOf"][0]["pattern"]
    with pytest.raises(ValidationError):
        adapter.validate_python("36 m")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018-02-07T22:00", "no offset"), ("22:00", "not a time"), ("2018-13-07T22:00+02:00", "month"),
        ("2018-02-07", "not a time"), ("yesterday", "not a time"),
    ],
)  # fmt: skip
def test_times_need_their_offset(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        q.moment(text)


def test_times_are_absolute() -> None:
    assert q.moment("2018-02-07T22:00+02:00") == datetime(2018, 2, 7, 20, tzinfo=UTC)
    for other in (2018, True, None, datetime(2018, 2, 7)):  # noqa: DTZ001
        with pytest.raises(ValueError, match="not a time"):
            q.moment(other)
