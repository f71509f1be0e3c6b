"""A part: the runs of one batch as a file of Parquet, with sums over its pages by which damage is found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Row:
    """What is kept of a run. A run that failed has a stage and a cause and nothing else."""

    point: int
    rep: int
    digest: str | None = None
    metrics: str | None = None
    """JSON of name -> value, exact."""
    curve_t_ms: int = 0
    """Instant of the first value of every curve; one a minute follows."""
    curves: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    stage: str | None = None
    cause: str | None = None
    cpu_s: float = 0.0
    """CPU of the run in seconds: about the machine, so never in the table."""


def written(rows: Sequence[Row]) -> bytes:
    """The bytes of a part."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist([_plain(row) for row in rows], schema=_schema())
    cpu = {b"cpu_s": json.dumps([row.cpu_s for row in rows]).encode()}
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(cpu), sink, compression="zstd", write_page_checksum=True)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def read(path: Path, columns: Sequence[str] | None) -> Any:
    """Columns of a part, all by default, checked against the sums that were written with them."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(columns=list(columns) if columns else None)


def cpu_s(path: Path) -> float:
    """CPU of the runs of a part, in seconds."""
    import pyarrow.parquet as pq

    return float(sum(json.loads(pq.read_schema(path).metadata[b"cpu_s"])))


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema(
        [
            ("point", pa.int64()), ("rep", pa.int64()), ("stage", pa.string()), ("cause", pa.string()),
            ("digest", pa.string()), ("metrics", pa.string()), ("curve_t_ms", pa.int64()),
            ("curves", pa.map_(pa.string(), pa.list_(pa.int32()))),
        ]
    )  # fmt: skip


def _plain(row: Row) -> dict[str, Any]:
    return {
        "point": row.point, "rep": row.rep, "stage": row.stage, "cause": row.cause, "digest": row.digest,
        "metrics": row.metrics, "curve_t_ms": row.curve_t_ms, "curves": sorted(row.curves.items()),
    }  # fmt: skip
