"""Where the runs of a sweep lie: parts of Parquet, one for each batch, and the table made of them.

A part is written under a temporary name and renamed, so whatever is killed when, a part is whole or not there. The
table `runs.parquet` is a function of the runs alone: the same whatever the batches, the workers and their order.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment import manifest, parts
from sim.experiment.design import STRIDE, Design
from sim.experiment.manifest import SweepError
from sim.experiment.parts import Row

TABLE = "runs.parquet"
PARTS = "parts"
SESSIONS = "sessions.jsonl"
ROW_GROUP = 4096
KEPT = ("point", "rep", "stage", "cause", "digest", "metrics")
"""Columns of a part that the table is made of; the curves stay in the parts."""


class Lock:
    """One driver at a time for a folder; the system lets go of it however the driver ends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a")
        try:
            import fcntl
        except ImportError:  # no such lock there: atomic parts alone protect the folder
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise SweepError(f"{path.parent}: another sweep is writing here; wait for it, or end it") from None

    def release(self) -> None:
        """Let another driver in."""
        self._file.close()


class Store:
    """The folder of one sweep."""

    def __init__(self, folder: Path, design: Design) -> None:
        self.folder, self.design = folder, design
        self.done: NDArray[np.bool_] = np.zeros((design.n_points, design.cap), dtype=bool)
        """(n_points, cap): which runs lie in a part."""
        self.set_aside: list[str] = []
        """Parts that could not be read; their runs are made again."""
        self._lock: Lock | None = None
        self._read: list[tuple[Path, NDArray[np.int64], NDArray[np.int64]]] = []

    @property
    def n_done(self) -> int:
        """How many runs are safe."""
        return int(np.count_nonzero(self.done))

    def open(self) -> None:
        """Takes the folder: makes it, or checks that its runs belong to this design. Raises SweepError."""
        try:
            (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
            self._lock = Lock(self.folder / "lock")
            self._settle()
            for left in (self.folder / PARTS).glob("*.tmp"):
                left.unlink()
            for path, points, reps in self._keys():
                inside = (points < self.design.n_points) & (reps < self.design.cap)
                if not len(points):
                    raise SweepError(f"{path}: is an empty part; take it away and run again")
                self.done[points[inside], reps[inside]] = True
        except OSError as fault:
            raise self.trouble(fault) from None

    def _settle(self) -> None:
        """Writes the manifest, or holds the design to the one that is there."""
        if (self.folder / manifest.NAME).exists():
            old = manifest.read(self.folder)
            unlike = manifest.differences(old, self.design)
            if unlike:
                raise SweepError(
                    f"{self.folder}: its runs are of another sweep and are not mixed with this one: "
                    f"{'; '.join(unlike)}. Choose another folder with -o"
                )
        body = {"schema": manifest.SCHEMA, "versions": manifest.versions(), "design": manifest.plain(self.design)}
        write_atomically(self.folder / manifest.NAME, json.dumps(body, indent=1).encode())
        for name, base in self.design.bases.items():
            write_atomically(self._scenario(name), base.text.encode())

    def _scenario(self, name: str) -> Path:
        return self.folder / f"scenario-{list(self.design.bases).index(name)}.yaml"

    def scenario_text(self, name: str) -> str:
        """A scenario of the sweep, by its key in the design, as it was then; raises SweepError."""
        try:
            return self._scenario(name).read_text("utf-8")
        except OSError as fault:
            raise SweepError(f"{self._scenario(name)}: cannot be read: {fault.strerror or fault}") from None

    def note_session(self, took: Mapping[str, float]) -> None:
        """Writes down what a command took; about the machine, and no part of the table. A folder that takes no more
        bytes is told where rows are written."""
        with suppress(OSError), (self.folder / SESSIONS).open("a") as file:
            file.write(json.dumps(took) + "\n")

    def sessions(self) -> list[dict[str, Any]]:
        """What every command that was not killed took: workers, runs, failures, cpu_s, seconds."""
        path = self.folder / SESSIONS
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def close(self) -> None:
        """Lets go of the folder."""
        if self._lock is not None:
            self._lock.release()

    def trouble(self, fault: OSError) -> SweepError:
        """What the system refused, in words that say what is safe."""
        return SweepError(
            f"{fault.filename or self.folder}: cannot be written: {fault.strerror or fault}; {self.n_done} runs are "
            "safe, the same command goes on from there"
        )

    def write(self, rows: Sequence[Row]) -> None:
        """One part, whole or not at all."""
        kept = sorted(rows, key=lambda row: (row.point, row.rep))
        name = f"{kept[0].point:06d}-{kept[0].rep:05d}-{len(kept)}.parquet"
        try:
            write_atomically(self.folder / PARTS / name, parts.written(kept))
        except OSError as fault:
            raise self.trouble(fault) from None
        places = np.array([(row.point, row.rep) for row in kept], dtype=np.int64)
        self.done[places[:, 0], places[:, 1]] = True
        self._read.append((self.folder / PARTS / name, places[:, 0], places[:, 1]))

    def _paths(self) -> list[Path]:
        return sorted((self.folder / PARTS).glob("*.parquet"))

    def _keys(self) -> list[tuple[Path, NDArray[np.int64], NDArray[np.int64]]]:
        """Point and rep of every row of every part, read again only for parts that are new."""
        known = {found[0]: found for found in self._read}
        keys = [known[path] if path in known else self._key(path) for path in self._paths()]
        self._read = [found for found in keys if found is not None]
        return self._read

    def _key(self, path: Path) -> tuple[Path, NDArray[np.int64], NDArray[np.int64]] | None:
        """Point and rep of the rows of a part; None for one that cannot be read, which is set aside."""
        import pyarrow as pa

        try:
            table = parts.read(path, ["point", "rep"])
        except (pa.ArrowInvalid, OSError):
            path.rename(path.with_suffix(".unreadable"))
            self.set_aside.append(path.name)
            return None
        return path, table["point"].to_numpy(), table["rep"].to_numpy()

    def rows(self, wanted: NDArray[np.bool_], columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """The wanted runs (n_points, cap) in order, as plain rows, a few parts in memory at a time."""
        paths, keys = list[Path](), list[NDArray[np.int64]]()
        for path, points, reps in self._keys():
            keys.append(np.column_stack([points, reps, np.full(len(points), len(paths)), np.arange(len(points))]))
            paths.append(path)
        places = np.vstack(keys) if keys else np.zeros((0, 4), dtype=np.int64)
        places = places[(places[:, 0] < wanted.shape[0]) & (places[:, 1] < wanted.shape[1])]
        places = places[wanted[places[:, 0], places[:, 1]]]
        places = places[np.unique(places[:, 0] * wanted.shape[1] + places[:, 1], return_index=True)[1]]
        held: dict[int, list[dict[str, Any]]] = {}
        for part, at in places[:, 2:].tolist():
            if part not in held:
                held[part] = self._rows(paths[part], columns)
                if len(held) > 16:
                    del held[next(iter(held))]
            yield held[part][at]

    def _rows(self, path: Path, columns: Sequence[str] | None) -> list[dict[str, Any]]:
        """The rows of a part; raises SweepError if its bytes are not those that were written."""
        import pyarrow as pa

        try:
            rows: list[dict[str, Any]] = parts.read(path, columns).to_pylist()
        except (pa.ArrowInvalid, OSError) as fault:
            why = str(fault).splitlines()[0][:200]
            raise SweepError(
                f"{path}: is damaged ({why}); take it away, and the same command makes its runs again"
            ) from None
        return rows

    def cpu_s(self) -> float:
        """CPU of all runs in the parts, in seconds."""
        return sum(parts.cpu_s(path) for path in self._paths())

    def assemble(self, wanted: NDArray[np.bool_]) -> tuple[Path, int]:
        """Writes the table of the wanted runs: factors, metrics with their own types, failures; how many failed."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = _kinds(self.rows(wanted, ["metrics"]))
        design = self.design
        fields = [("run", pa.int64()), ("point", pa.int64()), ("rep", pa.int64()), ("replication", pa.int64())]
        fields += [(f.id, pa.float64() if f.numeric else pa.string()) for f in design.factors]
        fields += [(name, pa.string()) for name in ("stage", "cause", "digest")]
        fields += [(name, {"b": pa.bool_(), "i": pa.int64(), "f": pa.float64(), "s": pa.string()}[kind])
                   for name, kind in kinds.items()]  # fmt: skip
        schema = pa.schema(fields).with_metadata({"khusham_sweep": design.sha256})
        new, failures = self.folder / f"{TABLE}.tmp", 0
        try:
            with pq.ParquetWriter(new, schema, compression="zstd") as writer:
                for chunk in _chunks(self.rows(wanted, KEPT), ROW_GROUP):
                    failures += sum(row["stage"] is not None for row in chunk)
                    lines = [_line(design, row, kinds) for row in chunk]
                    writer.write_table(pa.Table.from_pylist(lines, schema=schema), row_group_size=ROW_GROUP)
            os.replace(new, self.folder / TABLE)
        except OSError as fault:
            with suppress(OSError):
                new.unlink()
            raise self.trouble(fault) from None
        return self.folder / TABLE, failures


def write_atomically(path: Path, data: bytes) -> None:
    """The file whole, or not at all; a failed attempt leaves nothing."""
    new = path.with_name(f"{path.name}.tmp")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def _kinds(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Type of every metric over all runs: b, i, f or s; f where numbers are mixed or none has a value."""
    letters = {bool: "b", int: "i", float: "f", str: "s"}
    found: dict[str, set[str]] = {}
    for row in rows:
        for name, value in json.loads(row["metrics"] or "{}").items():
            found.setdefault(name, set()).update(() if value is None else letters[type(value)])
    mixed = [name for name, kinds in found.items() if "s" in kinds and len(kinds) > 1]
    if mixed:
        raise SweepError(f"metric {mixed[0]} is a word in one run and a number in another")
    return {name: kinds.pop() if len(kinds) == 1 else "f" for name, kinds in found.items()}


def _line(design: Design, row: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
    """A row of the table."""
    point, rep = row["point"], row["rep"]
    head = {"run": point * STRIDE + rep, "point": point, "rep": rep, "replication": design.replication(point, rep)}
    names = [factor.id for factor in design.factors]
    values = dict(zip(names, design.values(point), strict=True))
    end = {name: row[name] for name in ("stage", "cause", "digest")}
    metrics = json.loads(row["metrics"] or "{}")
    numbers = {name: float(v) if kinds[name] == "f" and v is not None else v for name, v in metrics.items()}
    return head | values | end | numbers


def _chunks(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
