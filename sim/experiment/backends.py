"""Where batches are made: here, one after the other, or by workers of dask.distributed. One small interface."""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import logging
import os
import signal
import time
from collections import deque
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from sim.experiment.batches import Batch, make, prepare
from sim.experiment.manifest import SweepError, versions
from sim.experiment.parts import Row
from sim.faults import missing

CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)

RESULT_S = 5.0
"""How long the rows of a finished batch may take to arrive before we look whether its worker is still there."""

REPLACE_AFTER_S = 15.0
"""How long a cluster of our own may lack workers before it is made anew."""

WAIT_S, TEND_S = 2.0, 3.0
"""How often a driver that waits looks whether there is still a scheduler, and whether its workers are all there."""

CLOSE_S = 10.0
"""How long workers may take to end before they are ended."""

LOST_AFTER_S = 10.0
"""How long a scheduler may be silent before the sweep gives up."""

QUIET: dict[str, Any] = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.limit": "1h",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "30s",
    "distributed.admin.low-level-log-length": 10,
    "distributed.scheduler.work-stealing-interval": "1s",
}
"""What a cluster of our own does less: its servers look at themselves fifty times a second and keep the last thousand
messages, scenarios and all, for diagnostics that nobody sees here, and take time and memory from the runs."""


class Outcome(NamedTuple):
    """A batch and its rows; None, with the cause, if the workers that took it up died."""

    batch: Batch
    rows: list[Row] | None
    cause: str = ""


class Backend(Protocol):
    """Takes batches in any number, gives outcomes in any order."""

    workers: int

    def submit(self, batch: Batch) -> None:
        """Take a batch; returns at once."""

    def collect(self) -> list[Outcome]:
        """Wait until at least one batch is done; empty if nothing happened for a while."""

    def close(self) -> None:
        """Let go of the workers."""


class Serial:
    """In this process, in order: for debugging."""

    workers = 1

    def __init__(self) -> None:
        self._waiting: deque[Batch] = deque()

    def submit(self, batch: Batch) -> None:
        """Take a batch."""
        self._waiting.append(batch)

    def collect(self) -> list[Outcome]:
        """Make the next batch."""
        batch = self._waiting.popleft()
        return [Outcome(batch, make(batch))]

    def close(self) -> None:
        """Nothing to let go of."""


class Dask:
    """Workers of a dask scheduler. A batch whose worker dies is made again by another; one that kills several is
    given back."""

    def __init__(self, client: Any, lost_after_s: float = LOST_AFTER_S) -> None:
        self.client, self._lost_after_s = client, lost_after_s
        self.workers = max(1, sum(client.nthreads().values()))
        self._futures: dict[Any, Batch] = {}
        self._count = 0

    def submit(self, batch: Batch) -> None:
        """Take a batch."""
        self._count += 1
        future = self.client.submit(make, batch, pure=False, retries=0, key=f"{batch.name}-{self._count}")
        self._futures[future] = batch

    def collect(self) -> list[Outcome]:
        """Wait for the first batches to be done; raises SweepError when the scheduler is gone."""
        silent_since = time.monotonic()
        while True:
            outcomes = [found for future in self._done() if (found := self._outcome(future)) is not None]
            self._tend()
            if outcomes:
                return outcomes
            if self.client.status == "running":
                silent_since = time.monotonic()
            elif time.monotonic() - silent_since > self._lost_after_s or self.client.status == "closed":
                raise self._vanished()

    def _tend(self) -> None:
        """Looks after the workers, if they are ours to look after."""

    def _done(self) -> list[Any]:
        """Futures that have come to an end; those that the client has given up are among them."""
        try:
            found = _distributed().wait(list(self._futures), timeout=WAIT_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        except CANCELLED:
            time.sleep(0.1)
            return [future for future in self._futures if future.done()]
        return list(found.done)

    def _outcome(self, future: Any) -> Outcome | None:
        """What became of a batch. None if its result died with the worker that held it: it is made again."""
        if future.status in ("finished", "error"):
            try:
                fault = future.exception()
                rows = future.result(timeout=RESULT_S) if fault is None else None
            except TimeoutError:
                return None
            except CANCELLED:
                self._again(future)
                return None
            batch = self._futures.pop(future)
            if fault is None or isinstance(fault, _distributed().KilledWorker):
                return Outcome(batch, rows, "the worker process died every time it was tried")
            raise SweepError(f"a worker cannot make runs: {type(fault).__name__}: {fault}")
        self._again(future)
        return None

    def _again(self, future: Any) -> None:
        """Submits a batch once more if there is a scheduler to take it."""
        if self.client.status == "running" and future.status == "cancelled":
            self.submit(self._futures.pop(future))
        else:
            time.sleep(0.1)

    def _vanished(self) -> SweepError:
        return SweepError("the scheduler has vanished; what was finished is safe, the same command goes on from there")

    def close(self) -> None:
        """Drops what is waiting."""
        if self.client.status == "running":
            self.client.cancel(list(self._futures))
        with suppress(TimeoutError):  # the system ends what does not say goodbye in time
            self.client.close(timeout=CLOSE_S)


class Local(Dask):
    """A cluster of our own on this machine. A worker that dies is replaced by its nanny; if one died while it was
    starting, when nobody replaces it, the whole cluster is made anew and given the batches that were under way."""

    def __init__(self, workers: int, replace_after_s: float = REPLACE_AFTER_S) -> None:
        self._wanted, self._replace_after_s = workers, replace_after_s
        self._looked = self._whole = time.monotonic()
        self.cluster = self._cluster()
        super().__init__(_distributed().Client(self.cluster))
        self.workers = workers
        self.client.run(prepare)

    def _cluster(self) -> Any:
        import dask

        dask.config.set(QUIET)
        return _distributed().LocalCluster(
            n_workers=self._wanted, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
            memory_limit=0, silence_logs=logging.CRITICAL, protocol="tcp://", host="127.0.0.1",
        )  # fmt: skip

    def _tend(self) -> None:
        now = time.monotonic()
        if now - self._looked < min(TEND_S, self._replace_after_s):
            return
        self._looked = now
        if len(self.client.nthreads()) >= self._wanted:
            self._whole = now
        elif now - self._whole > self._replace_after_s:
            self._renew()

    def _renew(self) -> None:
        batches, self._futures = list(self._futures.values()), {}
        self.close()
        self.cluster = self._cluster()
        self.client = _distributed().Client(self.cluster)
        self._whole = time.monotonic()
        for batch in batches:
            self.submit(batch)

    def close(self) -> None:
        """Drops what is waiting, and ends the cluster."""
        super().close()
        pids = [nanny.pid for nanny in self.cluster.workers.values() if nanny.pid is not None]
        try:
            self.cluster.close(timeout=CLOSE_S)
        except TimeoutError:  # on a crowded machine; nothing of theirs is wanted any more
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)


def local(workers: int) -> Local:
    """Worker processes on this machine, one thread each."""
    return Local(workers)


def remote(address: str | None, scheduler_file: str | None, wait_s: float = LOST_AFTER_S) -> Dask:
    """The user's own scheduler, by address or by the file it wrote. Raises SweepError if it cannot be used."""
    distributed = _distributed()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    where = address or scheduler_file
    try:
        client = distributed.Client(address=address, scheduler_file=scheduler_file, timeout=wait_s)
    except (OSError, TimeoutError, ValueError) as fault:
        raise SweepError(f"there is no scheduler at {where}: {str(fault).splitlines()[0][:200]}") from None
    try:
        found = client.run(versions)
    except Exception as fault:  # noqa: BLE001 - whatever a foreign worker says when it does not know this program
        client.close()
        raise SweepError(
            f"the workers at {where} cannot run this program; is khusham installed there? {fault}"
        ) from None
    if not found:
        client.close()
        raise SweepError(f"the scheduler at {where} has no workers; start some and run the same command again")
    mine = versions()
    for worker, theirs in found.items():
        for key in ("model", "khusham"):
            if theirs[key] != mine[key]:
                client.close()
                raise SweepError(
                    f"worker {worker} has {key} {theirs[key]}, this is {mine[key]}; install the same version"
                )
    return Dask(client)


def _distributed() -> Any:
    """dask.distributed, imported when a sweep first needs it."""
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise SweepError(f"a sweep by workers: {missing('distributed')}, or use --serial") from None
