"""Designs and responses with known truth, and the small sweep that the tests of this room run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.design import Design, coordinates
from sim.experiment.factors import Factor, Level
from sim.experiment.responses import Response

SKIRMISH = Path(__file__).with_name("skirmish.yaml")

TEXT = """
sweep: 1
id: small
title: Small
question: Does it hold together?
scenario: {scenario}
seed: {seed}
replications: {replications}
luck: {luck}
{more}
design: {design}
factors:
  - {{id: sight, path: sensors.eye.reference_range, over: range}}
  - {{id: rounds, path: 'units[a1].weapons.rifle.rounds', over: range}}
  - {{id: light, over: [{{id: dark}}, {{id: bright, set: {{'light[n].light': moon}}}}]}}
"""


def design_file(folder: Path, **changes: Any) -> Path:
    """A design file over the skirmish: 6 points of a Latin hypercube, 4 replications, unless changed."""
    keys = {"scenario": SKIRMISH, "seed": 0, "replications": 4, "luck": "common", "more": "",
            "design": "{kind: lhs, points: 6, seed: 0}"} | changes  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.yaml"
    path.write_text(TEXT.format(**keys))
    return path


def factors(numbers: int, levels: tuple[str, ...] = ()) -> tuple[Factor, ...]:
    """Ranges from 0 to 1 named x1, x2, ..., and one factor of levels."""
    ranges = tuple(Factor(f"x{i}") for i in range(1, numbers + 1))
    return (*ranges, Factor("kind", levels=tuple(Level(name) for name in levels))) if levels else ranges


def design(
    kind: str, numbers: int, levels: tuple[str, ...] = (), common_luck: bool = True, seed: int = 0, **options: Any
) -> Design:
    """A design of unit ranges (and levels)."""
    varied = factors(numbers, levels)
    unit = coordinates(kind, options, varied)
    return Design("made", "", "", "", {}, varied, kind, options, unit, seed, 1, common_luck)


def response(y: Any, truth: bool = False, name: str = "y") -> Response:
    """A response of values (n_points,) or (n_points, n)."""
    y = np.asarray(y, dtype=np.float64)
    return Response(name, y[:, None] if y.ndim == 1 else y, truth)


def ishigami(unit: Any) -> Any:
    """Ishigami's function with a = 7, b = 0.1 on the unit cube."""
    x = (2.0 * unit - 1.0) * np.pi
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def shares_of_ishigami() -> tuple[list[float], list[float]]:
    """First-order and total indices of `ishigami`, in closed form."""
    b = 0.1
    v1, v2 = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2, 49.0 / 8.0
    v13 = b * b * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    v = v1 + v2 + v13
    return [v1 / v, v2 / v, 0.0], [(v1 + v13) / v, v2 / v, v13 / v]


def often(flagged: Callable[[int], bool], trials: int) -> int:
    """In how many trials something was flagged."""
    return sum(flagged(trial) for trial in range(trials))
