"""What a sweep varies: ranges with units, whole numbers, levels of any kind, whole variants.

A factor maps a coordinate in [0, 1] of the design to settings of the scenario, by the same paths as `--set`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, isfinite, log
from typing import TYPE_CHECKING, Any

from sim.scenario import quantity

if TYPE_CHECKING:
    from sim.scenario import Scenario

Setting = tuple[str, Any]
"""A path and the value to stand there, as `sim.scenario.load` takes them."""


Stated = tuple[float, str]
"""A number of the scenario and the unit it stands in."""


@dataclass(frozen=True)
class Level:
    """One value of a factor that has a few: settings, or a scenario of its own, or both."""

    id: str
    settings: tuple[Setting, ...] = ()
    scenario: str | None = None
    """Key of the design's scenarios; None for the one all points share."""


@dataclass(frozen=True)
class Factor:
    """One thing that is varied: `levels`, or a range from `low` to `high` in `unit` of the values at `paths`."""

    id: str
    paths: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    whole: bool = False
    log_scale: bool = False
    base: float = 0.5
    """Coordinate of what the scenario itself says (one-at-a-time designs start there)."""
    stated: tuple[Stated, ...] = ()
    """What the scenario says at each path, if the range is of multiples of it."""

    @property
    def numeric(self) -> bool:
        """Whether it is a range, whose values can be put in order and fitted by a line."""
        return not self.levels

    @property
    def sizes(self) -> int | None:
        """How many values it can take; None for a continuous one."""
        if self.levels:
            return len(self.levels)
        return round(self.high - self.low) + 1 if self.whole else None

    def number(self, u: float) -> float:
        """The value of a range at coordinate u, in `unit`; whole numbers by equal shares of [0, 1]."""
        if self.whole:
            return self.low + min(int(u * (self.high - self.low + 1.0)), self.high - self.low)
        if self.log_scale:
            return exp(log(self.low) + u * (log(self.high) - log(self.low)))
        return self.low + u * (self.high - self.low)

    def level(self, u: float) -> int:
        """Position of the level at coordinate u."""
        return min(int(u * len(self.levels)), len(self.levels) - 1)

    def value(self, u: float) -> float | str:
        """What the table says of it: a number in `unit` with six digits, or the name of a level."""
        return float(f"{self.number(u):.6g}") if self.numeric else self.levels[self.level(u)].id

    def settings(self, u: float) -> tuple[Setting, ...]:
        """What it sets in the scenario."""
        if not self.numeric:
            return self.levels[self.level(u)].settings
        if self.stated:
            of_each = zip(self.paths, self.stated, strict=True)
            return tuple((path, _written(number * self.number(u), unit)) for path, (number, unit) in of_each)
        written = _written(self.number(u), self.unit, self.whole)
        return tuple((path, written) for path in self.paths)

    def coordinate(self, number: float) -> float:
        """Where in [0, 1] a number of the range lies."""
        if self.whole:
            return (number - self.low + 0.5) / (self.high - self.low + 1.0)
        if self.log_scale:
            return (log(number) - log(self.low)) / (log(self.high) - log(self.low))
        return (number - self.low) / (self.high - self.low)

    def plain(self) -> dict[str, Any]:
        """Everything that decides what it sets, as plain data."""
        if self.levels:
            rows = [
                {"id": level.id, "set": [list(setting) for setting in level.settings], "scenario": level.scenario}
                for level in self.levels
            ]
            return {"id": self.id, "levels": rows}
        scale = "log" if self.log_scale else "whole" if self.whole else "linear"
        return {
            "id": self.id, "paths": list(self.paths), "low": self.low, "high": self.high, "unit": self.unit,
            "scale": scale, **({"stated": [list(one) for one in self.stated]} if self.stated else {}),
        }  # fmt: skip


def _written(number: float, unit: str, whole: bool = False) -> Any:
    """A number as it stands in a scenario, with six digits."""
    text = f"{number:.6g}"
    return f"{text} {unit}" if unit else int(float(text)) if whole else float(text)


class NoFactor(Exception):
    """Why something written under `factors` is none; the text says what is allowed."""


def split(raw: Any) -> tuple[float, str]:
    """Number and unit of what is written: `5 min` is (5, min); a plain number has no unit."""
    if isinstance(raw, str):
        if quantity.read(raw) is None:
            raise NoFactor(f"{raw!r} is not a quantity; allowed: a number, or a number and a unit such as `5 min`")
        found = re.match(quantity.NUMBER, raw)
        assert found is not None
        return float(found[0]), raw[found.end() :].strip()
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(raw):
        raise NoFactor(f"{raw!r} is not a number; allowed: a number, or a number and a unit such as `5 min`")
    return float(raw), ""


def in_unit(number: float, unit: str, wanted: str) -> float:
    """A number in another unit of the same kind."""
    if unit == wanted or (number == 0.0 and not unit):
        return number
    here, there = quantity.read(f"1 {unit}"), quantity.read(f"1 {wanted}")
    if here is None or there is None or here[1] is not there[1]:
        raise NoFactor(f"`{unit or 'a bare number'}` and `{wanted or 'a bare number'}` do not measure the same")
    return float(f"{number * here[0] / there[0]:.12g}")


def everywhere(paths: Sequence[str], scenario: Scenario) -> list[str]:
    """Paths with `*` for any one step, as `weapons.*.damage.lethal`, put out in full; raises NoFactor for one that
    stands for nothing."""
    found = []
    for path in paths:
        if "*" not in path:
            found.append(path)
            continue
        pattern = re.compile("[^.[\\]]+".join(map(re.escape, path.split("*"))) + r"(?:\.time)?")
        matched = [row.path for row in scenario.provenance if pattern.fullmatch(row.path)]
        if not matched:
            raise NoFactor(
                f"`{path}` stands for no number of {scenario.id}; `*` is any one name between dots or brackets"
            )
        found += matched
    return found


def multiples(name: str, paths: Sequence[str], over: Mapping[str, Any], scenario: Scenario) -> Factor:
    """A factor from `over: {times: [low, high]}`: one multiple for what each path says; raises NoFactor."""
    from sim.scenario import ScenarioError, explain

    ends = over["times"]
    if not isinstance(ends, list | tuple) or len(ends) != 2 or not all(isinstance(end, int | float) for end in ends):
        raise NoFactor(f"`times: {ends}` is not allowed; allowed: two numbers, the least and the greatest multiple")
    stated: list[Stated] = []
    for path in paths:
        try:
            row = explain(scenario, path)
        except ScenarioError as fault:
            raise NoFactor(fault.messages[0].partition(": ")[2]) from None
        if isinstance(row.number, bool) or not isinstance(row.number, int | float):
            raise NoFactor(f"{path} is {row.number!r}, which has no multiples")
        stated.append((float(row.number), row.unit))
    factor = _checked(name, paths, float(ends[0]), float(ends[1]), "", str(over.get("scale", "linear")), scenario)
    base = factor.coordinate(1.0) if factor.low <= 1.0 <= factor.high else 0.5
    return replace(factor, base=base, stated=tuple(stated))


def a_range(name: str, paths: Sequence[str], over: Mapping[str, Any], scenario: Scenario) -> Factor:
    """A factor from `over: {low, high, scale}`; raises NoFactor."""
    low, unit = split(over["low"])
    high, other = split(over["high"])
    if low == 0.0 and not unit:
        unit = other
    return _checked(name, paths, low, in_unit(high, other, unit), unit, str(over.get("scale", "linear")), scenario)


def own_range(name: str, paths: Sequence[str], scale: str, scenario: Scenario) -> Factor:
    """A factor from `over: range`: the range that the scenario gives for the value itself, disputed or held."""
    from sim.scenario import ScenarioError, explain

    try:
        row = explain(scenario, paths[0])
    except ScenarioError as fault:
        raise NoFactor(fault.messages[0].partition(": ")[2]) from None
    if row.least is None or row.most is None or isinstance(row.number, str):
        raise NoFactor(f"{paths[0]} has no range of its own in the scenario; allowed: `over: {{low: ..., high: ...}}`")
    whole = scale == "linear" and not row.unit and all(isinstance(v, int) for v in (row.number, row.least, row.most))
    if whole and (row.least, row.most) != (0, 1):
        scale = "whole"
    law = ".time" if row.path.endswith(".time") and not paths[0].endswith(".time") else ""
    return _checked(
        name, [f"{path}{law}" for path in paths], float(row.least), float(row.most), row.unit, scale, scenario
    )


def _checked(
    name: str, paths: Sequence[str], low: float, high: float, unit: str, scale: str, scenario: Scenario
) -> Factor:
    if scale not in ("linear", "log", "whole"):
        raise NoFactor(f"scale {scale!r} is not allowed; allowed: linear, log, whole")
    if not low < high:
        raise NoFactor(f"a range runs from low to high, not from {low:g} to {high:g}")
    if scale == "log" and low <= 0.0:
        raise NoFactor(f"a log scale begins above 0, not at {low:g}")
    if scale == "whole" and not (low.is_integer() and high.is_integer()):
        raise NoFactor(f"a range of whole numbers has whole ends, not {low:g} and {high:g}")
    factor = Factor(name, tuple(paths), (), low, high, unit, scale == "whole", scale == "log")
    return replace(factor, base=_base(factor, scenario))


def _base(factor: Factor, scenario: Scenario) -> float:
    """Coordinate of the scenario's own value; the middle if it has none or it lies outside the range."""
    from sim.scenario import ScenarioError, explain

    try:
        row = explain(scenario, factor.paths[0])
        number = in_unit(float(row.number), row.unit, factor.unit)
    except (ScenarioError, NoFactor, TypeError, ValueError):
        return 0.5
    return factor.coordinate(number) if factor.low <= number <= factor.high else 0.5
