"""Replications of one scenario: metrics of each, bands of the curves, and the run nearest the median.

Replication i of seed s is the same run wherever and in whatever company it is made, so the number of
workers changes nothing but the time it takes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import metrics, stats
from sim.metrics import Series, Value
from sim.recording import Recording

if TYPE_CHECKING:
    from sim.scenario import Scenario

Run = Callable[..., Recording]
"""`engine.run` or what stands in for it."""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Of the curves, by the minute: the band of 80 % and its inside."""

TYPICAL = ("attackers_killed", "attackers_wounded", "rounds_within_500m", "fight_duration_s", "tanks_destroyed")
"""The metrics by which a run is near the median of its ensemble, or far from it."""

SUMMARY = ("mean", "low", "high", "median", "p5", "p95", "n_defined")


@dataclass(frozen=True)
class Replication:
    """One run of an ensemble, without its events."""

    replication: int
    digest: str
    metrics: dict[str, Value | None]
    curves: Series


@dataclass(frozen=True)
class Ensemble:
    """Runs of one scenario and seed, in the order of their numbers."""

    seed: int
    runs: tuple[Replication, ...]

    def column(self, name: str) -> list[Value | None]:
        """One metric over the replications."""
        return [run.metrics[name] for run in self.runs]

    @property
    def nearest(self) -> Replication:
        """The run nearest the median of TYPICAL, the distance in interquartile ranges, summed."""
        far = sum((_distance(self.column(name)) for name in TYPICAL), np.zeros(len(self.runs)))
        return self.runs[int(np.argmin(far))]


def _distance(values: Sequence[Value | None]) -> NDArray[np.float64]:
    """|value - median| / interquartile range of each; an undefined value is one range away."""
    numbers = np.array([np.nan if v is None or isinstance(v, str) else float(v) for v in values])
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return np.zeros(len(numbers))
    q25, q50, q75 = np.quantile(known, (0.25, 0.5, 0.75))
    far: NDArray[np.float64] = np.abs(numbers - q50) / max(q75 - q25, 1e-9)
    return np.where(np.isnan(far), 1.0, far)


def engine_run(*args: Any, **keys: Any) -> Recording:
    """The engine, imported when first needed."""
    from sim.engine import run

    return run(*args, **keys)


def measured(replication: int, recording: Recording) -> Replication:
    """What an ensemble keeps of a run."""
    view = metrics.View(recording)
    return Replication(replication, recording.digest, metrics.measure(view), metrics.series(view))


def replicate(scenario: Scenario, seed: int, replication: int, run: Run = engine_run) -> Replication:
    """One replication, measured; its events are forgotten."""
    return measured(replication, run(scenario, seed=seed, replication=replication, record="events"))


def ensemble(
    scenario: Scenario,
    seed: int,
    replications: Iterable[int],
    *,
    workers: int = 1,
    run: Run = engine_run,
    done: Callable[[int], None] = lambda n: None,
) -> Ensemble:
    """Runs and measures replications. `workers` > 1 spreads them over processes; `done(n)` hears how many are
    finished."""
    numbers = list(replications)
    runs: list[Replication] = []
    for one in _each(scenario, seed, numbers, min(workers, len(numbers)), run):
        runs.append(one)
        done(len(runs))
    return Ensemble(seed, tuple(runs))


def _each(scenario: Scenario, seed: int, numbers: list[int], workers: int, run: Run) -> Iterator[Replication]:
    """The replications in order."""
    if workers < 2:
        for number in numbers:
            yield replicate(scenario, seed, number, run)
        return
    pool = ProcessPoolExecutor(workers, initializer=_begin_worker, initargs=(scenario, seed, run))
    futures: list[Future[Replication]] = [pool.submit(_in_worker, number) for number in numbers]
    try:
        for future in futures:
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_worker: dict[str, Any] = {}


def _begin_worker(scenario: Scenario, seed: int, run: Run) -> None:
    """Keeps what all replications share; an interrupt is the parent's business."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker.update(scenario=scenario, seed=seed, run=run)


def _in_worker(number: int) -> Replication:
    return replicate(_worker["scenario"], _worker["seed"], number, _worker["run"])


def processors() -> int:
    """How many processes this machine lets us use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


# ---------------------------------------------------------------- summaries


def summarise(name: str, values: Sequence[Value | None]) -> dict[str, Any]:
    """{mean, low, high, median, p5, p95, n_defined} of a metric; for words, shares with Wilson's interval."""
    words = [v for v in values if isinstance(v, str)]
    if not words:
        least = None if metrics.METRICS[name].signed else 0.0
        return stats.summary([v for v in values if not isinstance(v, str)], least=least)
    shares = {}
    for word in sorted(set(words)):
        interval = stats.wilson(words.count(word), len(words)) if len(words) > 1 else None
        low, high = interval or (None, None)
        shares[word] = {"share": words.count(word) / len(words), "low": low, "high": high}
    return dict.fromkeys(SUMMARY[:-1]) | {"n_defined": len(words), "shares": shares}


def summary(found: Ensemble) -> dict[str, dict[str, Any]]:
    """Every metric summarised over the replications."""
    return {name: summarise(name, found.column(name)) for name in metrics.METRICS}


def as_json(scenario_id: str, found: Ensemble) -> dict[str, Any]:
    """What `khusham run --json` prints."""
    return {
        "schema": 1,
        "scenario": scenario_id,
        "seed": found.seed,
        "replications": [
            {"replication": run.replication, "digest": run.digest, "metrics": run.metrics} for run in found.runs
        ],
        "summary": summary(found),
    }


# ---------------------------------------------------------------- what a recording carries of it


def bands(found: Ensemble) -> dict[str, Any]:
    """Quantiles by the minute of every curve, over the minutes any run has. A run that ended earlier, or whose
    curves begin later, keeps its last or first value."""
    first = min(run.curves["t_ms"][0] for run in found.runs)
    last = max(run.curves["t_ms"][-1] for run in found.runs)
    grid = np.arange(first, last + 1, metrics.MINUTE_MS)
    curves = {}
    for name in found.runs[0].curves:
        if name == "t_ms":
            continue
        rows = []
        for run in found.runs:
            at = np.searchsorted(run.curves["t_ms"], grid, side="right") - 1
            rows.append(run.curves[name][np.clip(at, 0, len(run.curves[name]) - 1)])
        levels = np.quantile(np.array(rows), QUANTILES, axis=0)
        curves[name] = {f"p{q * 100:.0f}": row.round(1).tolist() for q, row in zip(QUANTILES, levels, strict=True)}
    return {"t_ms": grid.astype(int).tolist(), "series": curves}


def attachment(found: Ensemble) -> bytes:
    """`ensemble.json`: bands, summary, and which replications are nearest the median and at the tails."""
    killed = [(-1 if v is None else v, i) for i, v in enumerate(found.column("attackers_killed"))]
    picks = {
        "nearest": found.nearest,
        "fewest_killed": found.runs[min(killed)[1]],
        "most_killed": found.runs[max(killed)[1]],
    }
    body = {
        "schema": 1,
        "seed": found.seed,
        "replications": len(found.runs),
        "runs": {
            name: {
                "seed": found.seed,
                "replication": run.replication,
                "digest": run.digest,
                "attackers_killed": run.metrics["attackers_killed"],
            }
            for name, run in picks.items()
        },
        **bands(found),
        "summary": summary(found),
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def with_ensemble(recording: Recording, found: Ensemble) -> Recording:
    """The recording as one of the ensemble's N, with the ensemble attached."""
    return replace(
        recording,
        meta=recording.meta | {"replications": len(found.runs)},
        attachments=recording.attachments | {"ensemble.json": attachment(found)},
    )
