"""A sweep as its design file says it: scenario, factors, points, replications, luck, when to stop."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.experiment import points
from sim.experiment.factors import Factor, Setting
from sim.experiment.points import Unit
from sim.tags import Attributions

STRIDE = 100_000
"""Replications that a point may have. With luck of its own, point p uses the numbers from p * STRIDE on."""

EXACT = frozenset({"factorial", "fractional", "grid", "one_at_a_time"})
"""Designs whose points are the question itself, not a sample of a space."""


@dataclass(frozen=True)
class Base:
    """A scenario that points are made from, whole: a worker needs no file of the driver's but those it names."""

    shown: str
    text: str
    folder: str
    sha256: str
    start: str
    """Beginning of its clock, ISO."""

    attributed: Attributions = field(default_factory=Attributions, hash=False)
    """Tag -> who says so, and who contests it."""


@dataclass(frozen=True)
class Stop:
    """Blocks of replications until the 95 % interval of a metric's mean is narrow enough, or the cap is reached."""

    metric: str
    relative: float | None
    half_width: float | None
    block: int
    cap: int

    def enough(self, values: list[float]) -> bool:
        """Whether the values of one point, in the order of replications, are."""
        from sim import stats

        if self.relative is not None:
            return stats.precise_enough(values, self.relative, least=self.block)
        found = stats.mean_interval(values) if len(values) >= self.block else None
        return found is not None and self.half_width is not None and (found.high - found.low) / 2.0 <= self.half_width


@dataclass(frozen=True)
class Design:
    """Everything that decides which runs a sweep consists of."""

    id: str
    title: str
    question: str
    file: str
    bases: dict[str, Base]
    """By the name a level gives; "" is the one all points share."""
    factors: tuple[Factor, ...]
    kind: str
    options: dict[str, Any]
    unit: Unit
    """(n_points, n_factors) coordinates."""
    seed: int
    replications: int
    common_luck: bool
    stop: Stop | None = None

    @property
    def n_points(self) -> int:
        """How many settings of the factors are run."""
        return len(self.unit)

    @property
    def cap(self) -> int:
        """The most replications a point can get."""
        return self.stop.cap if self.stop is not None else self.replications

    def values(self, point: int) -> tuple[float | str, ...]:
        """What the table says of each factor at a point."""
        return tuple(factor.value(float(u)) for factor, u in zip(self.factors, self.unit[point], strict=True))

    def settings(self, point: int) -> list[Setting]:
        """What a point sets in its scenario, in the order of the factors."""
        pairs = zip(self.factors, self.unit[point], strict=True)
        return [setting for factor, u in pairs for setting in factor.settings(float(u))]

    def base(self, point: int) -> str:
        """Which scenario a point is made from."""
        for factor, u in zip(self.factors, self.unit[point], strict=True):
            if factor.levels and factor.levels[factor.level(float(u))].scenario is not None:
                return str(factor.levels[factor.level(float(u))].scenario)
        return ""

    def replication(self, point: int, rep: int) -> int:
        """The engine's replication number of the rep-th run of a point: what names its luck beside the seed."""
        return rep if self.common_luck else point * STRIDE + rep

    @cached_property
    def sha256(self) -> str:
        """Digest of what decides the outcome of a run by its point and number; how many runs there are is no part
        of it, so that a sweep can be made longer."""
        stop = self.stop
        plain = {
            "scenarios": {name: base.sha256 for name, base in self.bases.items()},
            "factors": [factor.plain() for factor in self.factors],
            "kind": self.kind,
            "unit": self.unit.tolist(),
            "seed": self.seed,
            "common_luck": self.common_luck,
            "stop": [stop.metric, stop.relative, stop.half_width, stop.block] if stop is not None else None,
        }
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    def command(self, point: int, rep: int) -> list[str]:
        """The words after `khusham run` that make one run of the sweep again."""
        words = [self.bases[self.base(point)].shown, "--seed", str(self.seed), "--rep"]
        words.append(str(self.replication(point, rep)))
        for path, value in self.settings(point):
            words += ["--set", f"{path}={value if isinstance(value, str) else json.dumps(value)}"]
        return words


def coordinates(kind: str, options: dict[str, Any], factors: tuple[Factor, ...]) -> Unit:
    """The points of a design; raises ValueError with what is allowed. Every column a factor."""
    d, n, seed = len(factors), int(options.get("points", 0)), int(options.get("seed", 0))
    if kind == "lhs":
        return points.latin(n, d, seed)
    if kind == "nolh":
        return points.nearly_orthogonal(n, d, seed)
    if kind == "sobol":
        return points.sobol(n, d, seed)
    if kind == "saltelli":
        return points.saltelli(n, d, seed)
    if kind == "morris":
        _no_levels(kind, factors)
        return points.morris(int(options["trajectories"]), d, int(options.get("levels", 4)), seed)
    if kind == "fractional":
        for factor in factors:
            if factor.sizes is not None and factor.levels and factor.sizes != 2:
                raise ValueError(f"{factor.id} has {factor.sizes} levels; a fraction takes two of each factor")
        return _at_ends(points.fractional(d, int(options.get("resolution", 4))), factors)
    count = 2 if kind == "factorial" else int(options.get("levels", 3 if kind == "grid" else 2))
    columns = [_levels(factor, count) for factor in factors]
    if kind == "one_at_a_time":
        import numpy as np

        base = [factor.base if factor.numeric else _middle(factor, 0) for factor in factors]
        return points.one_at_a_time(np.array(base), columns)
    return points.grid(columns)


def _no_levels(kind: str, factors: tuple[Factor, ...]) -> None:
    """Morris moves along an axis; names have none unless there are two."""
    for factor in factors:
        if factor.levels and len(factor.levels) > 2:
            raise ValueError(f"{factor.id} has more than two levels without an order; {kind} needs ranges")


def _middle(factor: Factor, level: int) -> float:
    """Coordinate of a level or of a whole number, counted from 0: the middle of its share."""
    return (level + 0.5) / (factor.sizes or 1)


def _at_ends(unit: Unit, factors: tuple[Factor, ...]) -> Unit:
    """0 and 1 of a two-level design, where they are levels or whole numbers, moved to the middle of their share."""
    out = unit.copy()
    for j, factor in enumerate(factors):
        if factor.sizes is not None:
            out[unit[:, j] == 0.0, j] = _middle(factor, 0)
            out[unit[:, j] == 1.0, j] = _middle(factor, factor.sizes - 1)
    return out


def _levels(factor: Factor, count: int) -> Any:
    """Coordinates of the levels of a factor; of a range, `count` of them from end to end."""
    import numpy as np

    if factor.levels:
        return np.array([_middle(factor, i) for i in range(len(factor.levels))])
    even = np.linspace(0.0, 1.0, max(count, 2))
    if factor.sizes is None:
        return even
    places = np.unique(np.round(even * (factor.sizes - 1)).astype(int))
    return np.array([_middle(factor, int(i)) for i in places])
