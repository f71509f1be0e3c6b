"""What a metric is: people who were hurt, a count, a span, a length. Whoever tells a value asks here how."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from sim.metrics.view import Undefined, Value, View


class Kind(StrEnum):
    """What the values of a metric are."""

    HURT = "people who were hurt"
    """Text never gives them to the man (`sim.metrics.hurt`)."""
    COUNT = "count"
    SECONDS = "span of time in seconds"
    HOURS = "span of time in hours"
    METRES = "length in metres"
    SHARE = "share"
    RATIO = "ratio"
    YES_OR_NO = "yes or no"
    WORD = "word"

    @property
    def unit(self) -> str:
        """What the name of a metric ends in, `_s` as "s"; "" for what has no unit."""
        return {Kind.SECONDS: "s", Kind.HOURS: "h", Kind.METRES: "m"}.get(self, "")


class Metric(NamedTuple):
    """A line of the table of metrics."""

    of: Callable[[View], Value | Undefined]
    """The number, the word, or why there is none."""
    kind: Kind
    signed: bool = False
    """A span between two moments of which either may come first; no other metric can lie below zero."""
    words: str = ""
    """What it is called where its name does not say it."""
