"""Engine cases against closed forms: estimates, standard errors, z-scores, and the power check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.theory.battles.plans import ACCEPT, PLANS, POWER
from tests.theory.verdicts import leaves

ONE_EVENT = 1e-12


@dataclass(frozen=True)
class Estimate:
    """What the engine gives for one number, and what is expected of it."""

    leaf: str
    got: float
    se: float
    expected: float

    @property
    def z(self) -> float:
        """(got - expected) / SE."""
        return (self.got - self.expected) / self.se

    @property
    def good(self) -> bool:
        """Within ACCEPT standard errors."""
        return abs(self.z) <= ACCEPT


def statistic(case: str, leaf: str) -> str:
    """What of the observations estimates a leaf: nearly always the mean."""
    if case == "DET-09":
        return "median"
    return "var" if leaf.startswith("var") else "sd" if leaf.startswith("sd_") else "mean"


def estimated(values: NDArray[np.float64], how: str, expected: float) -> tuple[float, float]:
    """(estimate, standard error) of a mean, variance, standard deviation or median of (n,) observations."""
    n = len(values)
    if how == "median":
        ordered, half = np.sort(values), int(np.sqrt(n))
        return float(np.median(values)), float(ordered[n // 2 + half] - ordered[n // 2 - half]) / 4.0
    mean, var = float(values.mean()), float(values.var(ddof=1))
    if how == "mean":
        # Nothing rare was seen: counts and shares of mean m have at least the variance m - m**2 of a coin.
        least = max(expected - expected**2, 0.0) if var == 0.0 else 0.0
        return mean, float(np.sqrt(max(var, least) / n)) or ONE_EVENT
    fourth = float(((values - mean) ** 4).mean())
    se = float(np.sqrt(max(fourth - var**2, 0.0) / n))
    return (var, se) if how == "var" else (var**0.5, se / (2.0 * var**0.5))


def estimates(case: dict[str, Any], arrays: dict[str, NDArray[np.float64]], exact: Any) -> list[Estimate]:
    """One estimate per leaf of the exact answer."""
    wanted = dict(leaves(exact))
    found = []
    for leaf, values in arrays.items():
        expected = float(wanted[leaf])
        found.append(Estimate(leaf, *estimated(values, statistic(case["id"], leaf), expected), expected))
    return found


def powers(case: dict[str, Any], found: list[Estimate]) -> float:
    """How many standard errors the known-wrong engine's value lies from the exact one."""
    leaf, wrong = PLANS[case["id"]].wrong(case["inputs"])
    row = next(row for row in found if row.leaf == leaf)
    return abs(wrong - row.expected) / row.se


def powerful(case: dict[str, Any], found: list[Estimate]) -> bool:
    """Whether the check could see the known-wrong engine."""
    return powers(case, found) >= POWER
