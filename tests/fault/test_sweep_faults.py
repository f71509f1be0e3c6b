"""Sweeps and SIGKILL: a worker, all workers, the driver, at moments that differ from time to time; and a system that
refuses to write. Nothing that was finished is lost, nothing is there twice, the table is that of a quiet sweep."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import psutil
import pyarrow.parquet as pq
import pytest

from sim.experiment import backends, reading, sweep
from sim.experiment.backends import Serial
from sim.experiment.batches import Batch
from sim.experiment.manifest import SweepError
from sim.recorder import MODEL_VERSION
from tests.unit.experiment import made

# A cluster whose workers were killed leaves sockets of its own to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings(r"ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).resolve().parents[2]
SIZE = {"design": "{kind: lhs, points: 8, seed: 0}", "replications": 20}
RUNS = 160
TIMES = [pytest.param(1), *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))]
"""Once in the normal tests, five times in all of them; each at another moment."""


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of a sweep that nobody disturbed."""
    folder = tmp_path_factory.mktemp("quiet")
    return sweep.sweep(reading.read(made.design_file(folder, **SIZE)), folder / "out", Serial).table.read_bytes()


def runs_in_parts(folder: Path) -> list[tuple[int, int]]:
    """Point and rep of every run in every part."""
    found: list[tuple[int, int]] = []
    for part in sorted((folder / "parts").glob("*.parquet")):
        table = pq.read_table(part, columns=["point", "rep"])
        found += zip(table["point"].to_pylist(), table["rep"].to_pylist(), strict=True)
    return found


def workers_of(backend: backends.Local) -> list[int]:
    """Process ids of the workers of a cluster of our own."""
    found = [worker.pid for worker in backend.cluster.workers.values() if worker.pid is not None]
    return [int(pid) for pid in found]


def disturbed(
    folder: Path, when: list[int], kill: Callable[[list[int]], list[int]]
) -> tuple[sweep.Swept, int]:  # fmt: skip
    """A sweep on two workers, of which some are killed when so many runs are done; and how many were killed."""
    design = reading.read(made.design_file(folder, **SIZE))
    held: list[backends.Local] = []
    killed: list[int] = []

    def backend() -> backends.Local:
        held.append(backends.local(2))
        return held[0]

    def progress(standing: sweep.Standing) -> None:
        if when and standing.done >= when[0]:
            when.pop(0)
            for pid in kill(workers_of(held[0])):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    return sweep.sweep(design, folder / "out", backend, batch_s=0.05, progress=progress), len(killed)


def nothing_twice(folder: Path, table: bytes, quiet: bytes) -> None:
    found = runs_in_parts(folder)
    assert len(found) == len(set(found)) == RUNS
    assert table == quiet


@pytest.mark.parametrize("time_of_day", TIMES)
def test_a_killed_worker_costs_nothing(tmp_path: Path, quiet: bytes, time_of_day: int) -> None:
    found, killed = disturbed(tmp_path, [10 + 20 * time_of_day], lambda pids: pids[time_of_day % 2 :][:1])
    assert killed == 1
    assert found.failures == 0
    nothing_twice(tmp_path / "out", found.table.read_bytes(), quiet)


@pytest.mark.parametrize("time_of_day", TIMES)
def test_all_workers_killed_cost_nothing(tmp_path: Path, quiet: bytes, time_of_day: int) -> None:
    found, killed = disturbed(tmp_path, [25 * time_of_day], lambda pids: pids)
    assert killed == 2
    assert found.failures == 0
    nothing_twice(tmp_path / "out", found.table.read_bytes(), quiet)


@pytest.mark.slow
def test_workers_killed_again_and_again_cost_nothing(tmp_path: Path, quiet: bytes) -> None:
    found, killed = disturbed(tmp_path, list(range(10, 150, 20)), lambda pids: pids)
    assert killed >= 6
    assert found.failures == 0
    nothing_twice(tmp_path / "out", found.table.read_bytes(), quiet)


def test_workers_that_nobody_replaces_are_replaced(tmp_path: Path, quiet: bytes) -> None:
    design = reading.read(made.design_file(tmp_path, **SIZE))
    held: list[backends.Local] = []

    def backend() -> backends.Local:
        held.append(backends.Local(2, replace_after_s=1.0))
        return held[0]

    def progress(standing: sweep.Standing) -> None:
        if not first:
            first.append(held[0].cluster)
            held[0].cluster.scale(0)

    first: list[object] = []
    found = sweep.sweep(design, tmp_path / "out", backend, batch_s=0.05, progress=progress)
    assert held[0].cluster is not first[0]
    nothing_twice(tmp_path / "out", found.table.read_bytes(), quiet)


def test_workers_that_do_not_end_in_time_are_ended(
    tmp_path: Path, quiet: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = reading.read(made.design_file(tmp_path, **SIZE))
    held: list[backends.Local] = []
    pids: list[int] = []

    def backend() -> backends.Local:
        held.append(backends.local(2))
        return held[0]

    def progress(standing: sweep.Standing) -> None:
        pids[:] = workers_of(held[0])

    ends = held_up(monkeypatch)
    found = sweep.sweep(design, tmp_path / "out", backend, batch_s=0.05, progress=progress)
    assert ends == [True]
    nothing_twice(tmp_path / "out", found.table.read_bytes(), quiet)
    wait_for(lambda: not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids))
    held[0].cluster.close()


def held_up(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Makes the first end of a cluster time out, as on a crowded machine; says that it did."""
    from distributed import LocalCluster

    close, ends = LocalCluster.close, list[bool]()

    def late(self: LocalCluster, timeout: float | None = None) -> None:
        if not ends:
            ends.append(True)
            raise TimeoutError
        close(self, timeout)

    monkeypatch.setattr(LocalCluster, "close", late)
    return ends


# ---------------------------------------------------------------- the driver


DRIVER = """
import sys
from functools import partial
from pathlib import Path
from sim.experiment import backends, reading, sweep
if __name__ == "__main__":
    backend = backends.Serial if sys.argv[3] == "serial" else lambda: backends.local(2)
    sweep.sweep(reading.read(sys.argv[1]), Path(sys.argv[2]), backend, batch_s=0.05)
"""


def start_driver(folder: Path, how: str) -> subprocess.Popen[bytes]:
    script = folder / "driver.py"
    script.write_text(DRIVER)
    words = [sys.executable, str(script), str(folder / "small.yaml"), str(folder / "out"), how]
    return subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)


def wait_for(what: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("time_of_day", TIMES)
@pytest.mark.parametrize("how", ["serial", "dask"])
def test_a_killed_driver_loses_only_what_was_under_way(
    tmp_path: Path, quiet: bytes, how: str, time_of_day: int
) -> None:
    design = reading.read(made.design_file(tmp_path, **SIZE))
    driver = start_driver(tmp_path, how)
    parts = tmp_path / "out" / "parts"
    wait_for(lambda: parts.exists() and len(list(parts.glob("*.parquet"))) >= 3 * time_of_day)
    children = psutil.Process(driver.pid).children(recursive=True)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    wait_for(lambda: not any(child.is_running() and child.status() != "zombie" for child in alive(children)))
    safe = runs_in_parts(tmp_path / "out")
    assert 0 < len(safe) < RUNS
    again: list[Batch] = []

    class Counting(Serial):
        def submit(self, batch: Batch) -> None:
            again.append(batch)
            super().submit(batch)

    found = sweep.sweep(design, tmp_path / "out", Counting)
    assert sum(len(batch.reps) for batch in again) == RUNS - len(safe)
    nothing_twice(tmp_path / "out", found.table.read_bytes(), quiet)


def alive(processes: list[psutil.Process]) -> Iterator[psutil.Process]:
    """Those that have not gone while we look."""
    for process in processes:
        try:
            process.status()
        except psutil.NoSuchProcess:
            continue
        yield process


def test_an_interrupt_ends_with_130_and_goes_on_later(tmp_path: Path, quiet: bytes) -> None:
    design = reading.read(made.design_file(tmp_path, **SIZE))
    words = [
        sys.executable,
        "-m",
        "sim",
        "sweep",
        str(tmp_path / "small.yaml"),
        "-o",
        str(tmp_path / "out"),
        "--serial",
        "-n",
        "2000",  # far more than are made before the interrupt
    ]
    driver = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    parts = tmp_path / "out" / "parts"
    wait_for(lambda: parts.exists() and len(list(parts.glob("*.parquet"))) >= 2)
    driver.send_signal(signal.SIGINT)
    out, err = driver.communicate(timeout=60)
    assert driver.returncode == 130, err
    assert b"the same command goes on" in err
    assert b"Traceback" not in err
    assert out == b""
    assert sweep.sweep(design, tmp_path / "out", Serial).table.read_bytes() == quiet


# ---------------------------------------------------------------- a system that refuses


def test_a_full_disk_is_told_and_nothing_half_written_stays(
    tmp_path: Path, quiet: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = reading.read(made.design_file(tmp_path, **SIZE))
    sync, left = os.fsync, [7]

    def full(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SweepError, match=r"No space left on device; \d+ runs are safe, the same command goes on"):
        sweep.sweep(design, tmp_path / "out", Serial, batch_s=0.05)
    assert not list((tmp_path / "out").rglob("*.tmp"))
    monkeypatch.setattr(os, "fsync", sync)
    assert sweep.sweep(design, tmp_path / "out", Serial).table.read_bytes() == quiet


def test_a_system_that_takes_no_more_bytes(tmp_path: Path, quiet: bytes) -> None:
    """The real thing: the system itself refuses to let a file grow, first in a part, then in the table."""
    design = reading.read(made.design_file(tmp_path, **SIZE))
    words = [
        sys.executable,
        "-m",
        "sim",
        "sweep",
        str(tmp_path / "small.yaml"),
        "-o",
        str(tmp_path / "out"),
        "--serial",
    ]

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    driver = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, preexec_fn=small, check=False)
    assert driver.returncode == 2, driver.stderr
    assert "cannot be written" in driver.stderr
    assert "Traceback" not in driver.stderr
    assert not (tmp_path / "out" / "runs.parquet").exists()
    assert sweep.sweep(design, tmp_path / "out", Serial).table.read_bytes() == quiet


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    design = reading.read(made.design_file(tmp_path, **SIZE))
    (tmp_path / "file").write_text("not a folder")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/sweep")):
        with pytest.raises(SweepError, match="cannot be written"):
            sweep.sweep(design, folder, Serial)


# ---------------------------------------------------------------- a scheduler of one's own


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes], subprocess.Popen[bytes]]]:
    """A scheduler and a worker as a user would start them."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    quietly = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    begin = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show"]
    one = subprocess.Popen([*begin, "--no-dashboard", "--scheduler-file", str(file)], **quietly)  # type: ignore[call-overload]
    serve = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1"]
    wait_for(file.exists)
    other = subprocess.Popen([*serve, "--no-nanny", "--no-dashboard"], **quietly)  # type: ignore[call-overload]
    yield file, one, other
    for process in (other, one):
        process.kill()
        process.wait()


def with_a_worker(file: Path) -> backends.Dask:
    """The scheduler, once its worker is there."""
    until = time.monotonic() + 60
    while True:
        try:
            return backends.remote(None, str(file))
        except SweepError:  # no workers yet
            assert time.monotonic() < until, "no worker came"
            time.sleep(0.2)


def test_a_vanished_scheduler_is_told_and_the_sweep_goes_on_elsewhere(
    tmp_path: Path, quiet: bytes, scheduler: tuple[Path, subprocess.Popen[bytes], subprocess.Popen[bytes]]
) -> None:
    file, process, _ = scheduler
    design = reading.read(made.design_file(tmp_path, **SIZE))

    def backend() -> backends.Dask:
        found = with_a_worker(file)
        return backends.Dask(found.client, lost_after_s=1.0)

    def progress(standing: sweep.Standing) -> None:
        if standing.done >= 40:
            process.kill()

    watchdog = threading.Timer(90.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    watchdog.start()
    try:
        with pytest.raises(SweepError, match="the scheduler has vanished; what was finished is safe"):
            sweep.sweep(design, tmp_path / "out", backend, batch_s=0.05, progress=progress)
    finally:
        watchdog.cancel()
    assert len(runs_in_parts(tmp_path / "out")) >= 40
    assert sweep.sweep(design, tmp_path / "out", Serial).table.read_bytes() == quiet


def test_workers_whose_numbers_are_not_ours_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheduler: tuple[Path, subprocess.Popen[bytes], subprocess.Popen[bytes]],
) -> None:
    file, _, _ = scheduler
    with_a_worker(file).close()
    ours = backends.versions
    monkeypatch.setattr(backends, "versions", Other(ours()))
    with pytest.raises(SweepError, match=f"has model {MODEL_VERSION}, this is other; install the same version"):
        backends.remote(None, str(file))


class Other:
    """Says another version here than there."""

    def __init__(self, found: dict[str, str]) -> None:
        self.found = found

    def __call__(self) -> dict[str, str]:
        return self.found | {"model": "other"}

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return partial, (dict, self.found)


# ---------------------------------------------------------------- memory


@pytest.mark.slow
def test_memory_stays_flat(tmp_path: Path) -> None:
    """Over some 500 batches nobody grows by more than 4 MB once a third is done: a driver and workers that keep their
    last thousand messages, scenarios and all, as they do by default, do."""
    text = made.SKIRMISH.read_text().replace("title: ", "title: " + 40_000 * "x", 1)
    (tmp_path / "s.yaml").write_text(text)  # of the length of a real one
    path = made.design_file(tmp_path, scenario=tmp_path / "s.yaml", design="{kind: lhs, points: 12, seed: 0}")
    design = reading.of_size(reading.read(path), 100)
    held: dict[int, list[float]] = {}

    def progress(standing: sweep.Standing) -> None:
        if standing.done >= standing.wanted / 3:
            for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
                held.setdefault(process.pid, []).append(process.memory_info().rss / 1e6)

    sweep.sweep(design, tmp_path / "out", lambda: backends.local(2), batch_s=0.01, progress=progress)
    assert len(list((tmp_path / "out" / "parts").iterdir())) > 300
    assert len(held) >= 3
    tenth = max(
        1, min(map(len, held.values())) // 10
    )  # medians: a passing peak is no leak, one of 71 MB showed in both
    assert max(median(sizes[-tenth:]) - median(sizes[:tenth]) for sizes in held.values()) < 4.0
    assert max(max(sizes) for pid, sizes in held.items() if pid != os.getpid()) < 200.0
