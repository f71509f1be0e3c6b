"""Who did how much: Shapley's shares of an effect over arms, each arm being what a variant takes away.

The worth of a coalition of arms is the metric in nights in which only these arms are there, under the same luck. An
arm's share is its mean contribution over all orders in which the arms could have come (Shapley 1953), computed exactly
for each replication over all 2^k coalitions, so that shares sum to the whole effect of all arms together and no order
is preferred. The interval is over replications. It answers what the model's arms do together; it is no finding of
fault, and an arm that only finds targets for others is credited for what is lost without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import stats
from sim.experiment.ensemble import Run, engine_run, ensemble
from sim.experiment.transfer import changes, fitting

if TYPE_CHECKING:
    from sim.scenario import Scenario

MOST_ARMS = 6
"""2^6 coalitions; more would be hours."""

Coalition = frozenset[int]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """What one arm contributed to the mean of the metric."""

    arm: str
    share: float
    low: float | None
    high: float | None
    alone: float
    """The metric with this arm only, less that with none."""
    last: float
    """The metric with all arms, less that without this one."""


@dataclass(frozen=True)
class Shares:
    """Shares of one metric; `shares` sum to `everything` - `nothing`."""

    metric: str
    n: int
    nothing: float
    everything: float
    whole_low: float | None
    whole_high: float | None
    """95 % interval of everything - nothing, paired."""
    shares: tuple[Share, ...]


def coalitions(arms: int) -> list[Coalition]:
    """All subsets of 0 .. arms - 1, the empty one first."""
    return [frozenset(some) for size in range(arms + 1) for some in combinations(range(arms), size)]


def shapley(arms: int, worth: dict[Coalition, Floats]) -> Floats:
    """(arms, n) shares of n games at once; `worth[coalition]` is (n,)."""
    found = np.zeros((arms, len(worth[frozenset()])))
    for arm in range(arms):
        for some in worth:
            if arm not in some:
                weight = factorial(len(some)) * factorial(arms - len(some) - 1) / factorial(arms)
                found[arm] += weight * (worth[some | {arm}] - worth[some])
    return found


def shares(metric: str, arms: Sequence[str], worth: dict[Coalition, Floats]) -> Shares:
    """Shares with their intervals, from the worth of every coalition in every replication."""
    each, every = shapley(len(arms), worth), frozenset(range(len(arms)))
    nothing, everything = float(worth[frozenset()].mean()), float(worth[every].mean())
    rows = []
    for n, arm in enumerate(arms):
        low, high = stats.mean_interval(each[n]) or (None, None)
        alone = float(worth[frozenset({n})].mean()) - nothing
        rows.append(Share(arm, float(each[n].mean()), low, high, alone, everything - float(worth[every - {n}].mean())))
    at_least, at_most = stats.mean_interval(worth[every] - worth[frozenset()]) or (None, None)
    return Shares(metric, each.shape[1], nothing, everything, at_least, at_most, tuple(rows))


def scenarios(
    base: Path, without: Sequence[Path], other: Path | None = None
) -> tuple[list[str], dict[Coalition, Scenario]]:
    """Names of the arms and the scenario of every coalition. `without`: variants of `base`, each of which takes its
    arm away by `set` alone. `other`: where they are taken away instead; an arm that is not there contributes nothing.
    Raises ScenarioError for what is no such variant."""
    from sim import scenario as room

    if not 2 <= len(without) <= MOST_ARMS:
        raise room.ScenarioError(
            [f"shares take from 2 to {MOST_ARMS} arms, each a variant without it; got {len(without)}"]
        )
    arms, sets = list[str](), list[list[tuple[str, Any]]]()
    for path in without:
        name, rows = changes(path, base)
        arms.append(name.removeprefix("no-"))
        sets.append(rows)
    place = other or base
    whole, found = room.load(place), {}
    sets = [fitting(whole, rows) for rows in sets]
    for some in coalitions(len(arms)):
        gone = dict(row for n, rows in enumerate(sets) if n not in some for row in rows)
        found[some] = room.load(place, list((gone | _emptied(whole, gone)).items()))
    return arms, found


def _emptied(scenario: Scenario, gone: dict[str, Any]) -> dict[str, Any]:
    """What goes with the last unit of a formation: the formation, and its orders."""
    left = {unit.formation for unit in scenario.units if gone.get(f"units[{unit.id}]", unit) is not None}
    empty = {formation.id for formation in scenario.formations} - left
    rows = [f"formations[{name}]" for name in sorted(empty)]
    rows += [f"orders[{order.id}]" for order in scenario.orders if order.who in empty]
    return dict.fromkeys(row for row in rows if row not in gone)


def run(
    made: dict[Coalition, Scenario], metrics: Sequence[str], *, seed: int, n: int, workers: int = 1,
    run: Run = engine_run, done: Callable[[int], None] = lambda n: None,
) -> dict[str, dict[Coalition, Floats]]:  # fmt: skip
    """Metric -> coalition -> (n,) values; a metric without a value counts as 0, as nobody was hurt or hit."""
    worth: dict[str, dict[Coalition, Floats]] = {name: {} for name in metrics}
    for count, (some, scenario) in enumerate(made.items(), start=1):
        nights = ensemble(scenario, seed, range(n), workers=workers, run=run)
        for name in metrics:
            worth[name][some] = np.array([_number(value) for value in nights.column(name)])
        done(count)
    return worth


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)


def as_json(seed: int, found: Sequence[Shares]) -> dict[str, Any]:
    """What `khusham shares --json` prints."""
    rows = [{**vars(one), "shares": [vars(share) for share in one.shares]} for one in found]
    return {"schema": 1, "seed": seed, "metrics": rows}
