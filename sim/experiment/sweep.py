"""Designed experiments, run: which runs are wanted, in batches, to a folder that survives whatever is killed.

The runs are a function of the design alone. Workers, batches and their order decide only when a run is made.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.experiment.backends import Backend
from sim.experiment.batches import Batch, batch_of, failed, make
from sim.experiment.design import Design
from sim.experiment.ensemble import Run, engine_run
from sim.experiment.manifest import SweepError
from sim.experiment.parts import Row
from sim.experiment.store import Store

BATCH_S = 1.0
"""CPU seconds of a batch: long beside what a scheduler needs for it, short beside what a kill may cost."""

AHEAD = 3
"""Batches under way for each worker, so that none waits for the driver."""


@dataclass
class Plan:
    """Which runs are wanted: by points, in blocks; after each block a stopping rule looks at the point's values in
    the order of replications, so that its answer cannot depend on who was ready first."""

    design: Design
    done: NDArray[np.bool_]
    wanted: NDArray[np.bool_] = field(init=False)
    """(n_points, cap): the runs the table will hold."""
    _values: dict[int, dict[int, float | None]] = field(default_factory=dict)
    _missing: deque[tuple[int, deque[int]]] = field(default_factory=deque)
    _open: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wanted = np.zeros_like(self.done)

    def begin(self, known: dict[int, dict[int, float | None]]) -> None:
        """Plans the first block of every point; `known`: values of the stopping metric in runs that are there."""
        self._values = known
        for point in range(self.design.n_points):
            self._further(point, 0)

    def _further(self, point: int, have: int) -> None:
        """Asks for the next block of a point that has `have` runs, and the next, until one has to be made."""
        stop = self.design.stop
        while True:
            upto = self.design.replications if stop is None else min(have + stop.block, stop.cap)
            self.wanted[point, have:upto] = True
            missing = [rep for rep in range(have, upto) if not self.done[point, rep]]
            if missing:
                self._missing.append((point, deque(missing)))
                self._open[point] = len(missing)
                return
            have = upto
            if stop is None or self._settled(point, have):
                self._values.pop(point, None)
                return

    def _settled(self, point: int, have: int) -> bool:
        """Whether a point needs no more runs."""
        stop = self.design.stop
        assert stop is not None
        values = self._values.get(point, {})
        defined = [value for rep, value in sorted(values.items()) if rep < have and value is not None]
        return have >= stop.cap or stop.enough(defined)

    def take(self, most: int) -> tuple[int, tuple[int, ...]] | None:
        """The next runs to be made, all of one point; None if all that are wanted by now are under way."""
        if not self._missing:
            return None
        point, reps = self._missing[0]
        taken = tuple(reps.popleft() for _ in range(min(most, len(reps))))
        if not reps:
            self._missing.popleft()
        return point, taken

    def give_back(self, point: int, reps: tuple[int, ...]) -> None:
        """Runs to be tried again, each alone."""
        self._missing.extendleft((point, deque([rep])) for rep in reversed(reps))

    def note(self, row: Row) -> None:
        """A run is safe."""
        stop = self.design.stop
        if stop is not None:
            self._values.setdefault(row.point, {})[row.rep] = stopping_value(row.metrics, stop.metric)
        self._open[row.point] -= 1
        if not self._open[row.point]:
            del self._open[row.point]
            if stop is not None:
                have = int(np.count_nonzero(self.wanted[row.point]))
                if not self._settled(row.point, have):
                    self._further(row.point, have)
                else:
                    self._values.pop(row.point, None)


def stopping_value(metrics: str | None, name: str) -> float | None:
    """A metric of a run as a number; None where it has none."""
    value = json.loads(metrics or "{}").get(name)
    return None if value is None or isinstance(value, str) else float(value)


@dataclass(frozen=True)
class Standing:
    """How far a sweep is."""

    done: int
    wanted: int
    """By now; with a stopping rule it may grow."""
    failures: int
    here: int
    """Runs made since this command began."""
    seconds: float

    @property
    def rate(self) -> float:
        """Runs a second."""
        return self.here / self.seconds if self.seconds > 0 else 0.0

    def words(self) -> str:
        """One line."""
        left = (self.wanted - self.done) / self.rate if self.rate else 0.0
        minutes, seconds = divmod(round(left), 60)
        return (
            f"{self.done} of {self.wanted} runs, {self.rate:.1f} a second, {minutes}:{seconds:02d} to go, "
            f"{self.failures} failed"
        )


@dataclass
class Took:
    """What one command made, and what it took."""

    workers: int = 0
    runs: int = 0
    failures: int = 0
    cpu_s: float = 0.0
    """Of the runs alone."""
    seconds: float = 0.0

    def standing(self, store: Store, plan: Plan, begin: float) -> Standing:
        """How far the sweep is now."""
        wanted = int(np.count_nonzero(plan.wanted))
        return Standing(store.n_done, wanted, self.failures, self.runs, time.monotonic() - begin)


@dataclass(frozen=True)
class Swept:
    """A finished sweep."""

    table: Path
    runs: int
    failures: int
    cpu_s: float
    """Of the runs made since the command began."""


def _batch(plan: Plan, design: Design, size: int, run: Run) -> Batch | None:
    found = plan.take(size)
    return None if found is None else batch_of(design, *found, run=run)


def sweep(
    design: Design,
    folder: Path,
    backend: Callable[[], Backend],
    *,
    batch_s: float = BATCH_S,
    run: Run = engine_run,
    progress: Callable[[Standing], None] = lambda standing: None,
    warn: Callable[[str], None] = lambda words: None,
) -> Swept:
    """Makes what is missing of a sweep, then its table. Raises SweepError; what is finished is safe however it ends."""
    store = Store(folder, design)
    try:
        store.open()
        for name in store.set_aside:
            warn(f"{name} could not be read and was set aside; its runs are made again")
        plan = Plan(design, store.done)
        plan.begin(_known(store))
        cpu_s = 0.0
        if int(np.count_nonzero(plan.wanted & ~store.done)):
            _probe(store, run)
            cpu_s = _farm(store, plan, backend, batch_s, run, progress)
        table, failures = store.assemble(plan.wanted)
        return Swept(table, int(np.count_nonzero(plan.wanted)), failures, cpu_s)
    finally:
        store.close()


def _probe(store: Store, run: Run) -> None:
    """Makes one of the runs that are there again: a program that would not make the same must not add to them, whatever
    its version says. Raises SweepError."""
    sound = (row for row in store.rows(store.done, ["point", "rep", "digest"]) if row["digest"] is not None)
    row = next(sound, None)
    if row is None:
        return
    (again,) = make(batch_of(store.design, row["point"], (row["rep"],), run=run))
    if again.digest != row["digest"]:
        raise SweepError(
            f"{store.folder}: run {row['point']}-{row['rep']} has digest {row['digest']} there, this program makes "
            f"{again.digest or again.cause} of it: the program has changed since, and its runs are not mixed with "
            "those that are there. Choose another folder with -o"
        )


def _known(store: Store) -> dict[int, dict[int, float | None]]:
    """Values of the stopping metric in the runs that are there."""
    found: dict[int, dict[int, float | None]] = {}
    stop = store.design.stop
    if stop is not None:
        for row in store.rows(store.done, ["point", "rep", "metrics"]):
            found.setdefault(row["point"], {})[row["rep"]] = stopping_value(row["metrics"], stop.metric)
    return found


def _farm(
    store: Store, plan: Plan, make_backend: Callable[[], Backend], batch_s: float, run: Run,
    progress: Callable[[Standing], None],
) -> float:  # fmt: skip
    """Keeps the workers busy until nothing is wanted; the CPU of the runs in seconds. However it ends, what it took is
    written down."""
    begin = time.monotonic()
    took = Took()
    try:
        backend = make_backend()
        took.workers = backend.workers
        try:
            _busy(store, plan, backend, batch_s, run, lambda: progress(took.standing(store, plan, begin)), took)
        finally:
            backend.close()
        return took.cpu_s
    finally:
        took.seconds = time.monotonic() - begin
        store.note_session(asdict(took))


def _busy(
    store: Store, plan: Plan, backend: Backend, batch_s: float, run: Run, progress: Callable[[], None], took: Took
) -> None:  # fmt: skip
    """The loop of `_farm`."""
    under_way, size = 0, 1
    while True:
        while under_way < backend.workers * AHEAD and (batch := _batch(plan, store.design, size, run)):
            backend.submit(batch)
            under_way += 1
        if not under_way:
            return
        for batch, rows, cause in backend.collect():
            under_way -= 1
            if rows is None and len(batch.reps) > 1:
                plan.give_back(batch.point, batch.reps)
                continue
            kept = rows if rows is not None else [failed(batch, batch.reps[0], "worker", cause)]
            store.write(kept)
            for row in kept:
                plan.note(row)
            took.runs += len(kept)
            took.failures += sum(row.stage is not None for row in kept)
            took.cpu_s += sum(row.cpu_s for row in kept)
            size = max(1, min(int(batch_s * took.runs / took.cpu_s) if took.cpu_s else 1, 1000))
        progress()
