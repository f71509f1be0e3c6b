"""What a worker does: make runs, measure them, and say what went wrong with those that failed.

Everything a batch needs travels with it. Nothing a worker does depends on what it did before.
"""

from __future__ import annotations

import json
import time
import traceback
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import metrics
from sim.experiment.design import Base, Design
from sim.experiment.ensemble import Run, engine_run
from sim.experiment.factors import Setting
from sim.experiment.parts import Row

if TYPE_CHECKING:
    from sim.scenario import Scenario

HELD = 4
"""Scenarios a worker keeps, so that the batches of a point load it once."""


@dataclass(frozen=True)
class Batch:
    """Some replications of one point."""

    point: int
    reps: tuple[int, ...]
    replications: tuple[int, ...]
    seed: int
    base: Base
    settings: tuple[Setting, ...]
    run: Run = engine_run

    @property
    def name(self) -> str:
        """Distinct for distinct batches."""
        return f"point-{self.point}-runs-{self.reps[0]}-{self.reps[-1]}-{len(self.reps)}"


def batch_of(design: Design, point: int, reps: tuple[int, ...], run: Run = engine_run) -> Batch:
    """The batch of these replications of a point."""
    numbers = tuple(design.replication(point, rep) for rep in reps)
    base = design.bases[design.base(point)]
    base = replace(base, folder=str(Path(base.folder).absolute()))  # a worker may stand in another folder
    return Batch(point, reps, numbers, design.seed, base, tuple(design.settings(point)), run)


_held: OrderedDict[tuple[str, str], Scenario] = OrderedDict()


def scenario_of(base: Base, settings: tuple[Setting, ...]) -> Scenario:
    """The scenario of a point, kept for the next batch."""
    from sim.scenario import load_text

    name = (base.sha256, json.dumps(settings))
    if name in _held:
        _held.move_to_end(name)
    else:
        _held[name] = load_text(base.text, base.folder, settings, shown=base.shown)
        if len(_held) > HELD:
            _held.popitem(last=False)
    return _held[name]


def prepare() -> None:
    """Imports what every run needs, so that it is there when the first batch comes."""
    import sim.engine
    import sim.scenario  # noqa: F401


def make(batch: Batch) -> list[Row]:
    """The runs of a batch, each measured; one that fails costs nobody but itself."""
    try:
        scenario = scenario_of(batch.base, batch.settings)
    except Exception as fault:  # noqa: BLE001 - kept with its cause in the table, for every run of the batch
        return [failed(batch, rep, "load", _cause(fault)) for rep in batch.reps]
    return [_one(batch, scenario, rep, n) for rep, n in zip(batch.reps, batch.replications, strict=True)]


def _one(batch: Batch, scenario: Scenario, rep: int, replication: int) -> Row:
    stage = "run"
    begin = time.process_time()
    try:
        recording = batch.run(scenario, seed=batch.seed, replication=replication, record="events")
        stage = "measure"
        view = metrics.View(recording)
        found = json.dumps(metrics.measure(view), allow_nan=False, default=_number)
        curves = metrics.series(view)
    except Exception as fault:  # noqa: BLE001 - kept with its cause in the table
        return failed(batch, rep, stage, _cause(fault))
    t_ms = curves.pop("t_ms")
    whole = {name: np.rint(curve).astype(np.int32) for name, curve in curves.items()}
    cpu_s = time.process_time() - begin
    return Row(batch.point, rep, recording.digest, found, int(t_ms[0]), whole, cpu_s=cpu_s)


def _number(value: object) -> object:
    """A numpy number as a plain one."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a metric is a number, a word or nothing, not {type(value).__name__}")


def failed(batch: Batch, rep: int, stage: str, cause: str) -> Row:
    """A run that has no result."""
    return Row(batch.point, rep, stage=stage, cause=cause)


def _cause(fault: Exception) -> str:
    """Kind, words and place of a failure, in one line that is the same wherever it happens."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" ({frames[-1].name})" if frames else ""
    return f"{type(fault).__name__}: {' | '.join(str(fault).splitlines())[:500]}{place}"
