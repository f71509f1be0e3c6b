"""Every metric says what kind it is: its values are of that kind, its name carries the unit, and text tells it so."""

from __future__ import annotations

import re

import pytest

from sim import metrics
from sim.metrics import METRICS, Kind, Value, words
from tests.battle import battle

TOLD = {
    Kind.HURT: ("85", "83", "-0.1"),
    Kind.COUNT: ("83", "83.4", "-0.1"),
    Kind.SECONDS: ("83 s", "83 s", "-0 s"),
    Kind.HOURS: ("3.5 d", "3.5 d", "-6 min"),
    Kind.METRES: ("83 m", "83 m", "-0 m"),
    Kind.SHARE: ("8340%", "8340%", "-10%"),
    Kind.RATIO: ("83.4", "83.4", "-0.1"),
    Kind.YES_OR_NO: ("yes", "8340%", "-10%"),
    Kind.WORD: ("attackers", "-", "-"),
}
"""Kind -> how 83.4 is told of one night and as a mean, and a difference of means of -0.1; of a word the word."""

OF_PEOPLE_WHO_WERE_HURT = re.compile("killed|wounded|(?<!un)hurt|hit_by|die_")


def holds(kind: Kind, value: Value) -> bool:
    """Whether a value can be one of this kind."""
    if kind in (Kind.YES_OR_NO, Kind.WORD):
        return isinstance(value, bool if kind is Kind.YES_OR_NO else str)
    if isinstance(value, bool | str) or (kind is Kind.SHARE and not 0 <= value <= 1):
        return False
    return isinstance(value, int) or kind not in (Kind.HURT, Kind.COUNT)


@pytest.mark.parametrize("name", METRICS)
def test_the_name_of_a_metric_agrees_with_its_kind(name: str) -> None:
    kind = metrics.kind(name)
    if kind.unit:
        assert name.endswith(f"_{kind.unit}")
        assert not words.label(name).endswith(f" {kind.unit}")
    else:
        assert not name.endswith(("_s", "_h"))
        assert not name.endswith("_m") or METRICS[name].words
    counts_them = OF_PEOPLE_WHO_WERE_HURT.search(name) is not None and kind is not Kind.RATIO
    assert (kind is Kind.HURT) is counts_them
    assert not METRICS[name].signed or kind in (Kind.SECONDS, Kind.HOURS)


def test_values_are_of_the_kind_that_the_metric_names() -> None:
    seen = set()
    for night in map(battle, range(3)):
        for name, value in metrics.measure(night).items():
            if value is not None:
                seen.add(metrics.kind(name))
                assert holds(metrics.kind(name), value), (name, value)
                assert isinstance(value, str) or value >= 0 or METRICS[name].signed, (name, value)
    assert seen == set(Kind)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_told_as_its_kind_is(name: str) -> None:
    kind = metrics.kind(name)
    one, mean, less = TOLD[kind]
    if kind is Kind.WORD:
        assert words.amount(name, "attackers") == one
        return
    assert words.amount(name, 83.4) == one
    assert words.mean(name, 83.4) == mean
    assert words.mean(name, -0.1) == less
    assert words.amount(name, None) == words.mean(name, None) == "-"


def test_a_test_of_a_metric_is_a_yes_or_no_whatever_the_metric_is() -> None:
    for name in METRICS:
        assert {metrics.kind(f"{name}{test}") for test in ("=x", ">150", "<=2", "=false")} == {Kind.YES_OR_NO}
    for unknown in ("attackers_kiled", "nothing=1", "attackers_killed_", ""):
        with pytest.raises(KeyError):
            metrics.kind(unknown)
    assert words.mean("attackers_killed>150", 0.25) == "25%"
    assert words.label("tanks_m") == "tanks, mobility kills"


def test_the_table_of_kinds_is_whole() -> None:
    assert set(TOLD) == set(Kind) == {metric.kind for metric in METRICS.values()}
