"""The log as Parquet: typed columns, causes as lists, the payload as a map, the night in the file's metadata (extra
`export`)."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from sim.recording import Recording, one_of_many
from sim.tags import WHOSE


def parquet(recording: Recording) -> bytes:
    """A row for each event: `id`, `t_ms`, `time` (UTC, ms), `kind`, `actor`, `target` (null if none), `causes` (list of
    ids), `payload` (name -> integer), `actor_tag` (an attribution: who says so stands in the metadata)."""
    import json

    import pyarrow as pa
    from pyarrow.parquet import write_table

    meta, events = recording.meta, recording.events
    begin_ms = round(datetime.fromisoformat(str(meta["start"])).timestamp() * 1000)
    tag_of = dict(zip(recording.units["id"].tolist(), recording.units["tag"].tolist(), strict=True))
    rows = [events.event(n) for n in range(len(events))]
    columns: dict[str, Any] = {
        "id": pa.array(range(len(rows)), pa.int64()),
        "t_ms": pa.array(events.t_ms.tolist(), pa.int64()),
        "time": pa.array((events.t_ms + begin_ms).tolist(), pa.timestamp("ms", tz="UTC")),
        "kind": pa.array([row.kind for row in rows]),
        "actor": pa.array([row.actor for row in rows]),
        "actor_tag": pa.array([tag_of.get(row.actor) for row in rows], pa.string()),
        "target": pa.array([row.target for row in rows], pa.string()),
        "causes": pa.array([list(row.causes) for row in rows], pa.list_(pa.int64())),
        "payload": pa.array([list(row.payload.items()) for row in rows], pa.map_(pa.string(), pa.int64())),
    }
    about = {
        "title": str(meta["scenario_title"]), "night": one_of_many(recording), "digest": recording.digest,
        "scenario_sha256": str(meta["scenario_sha256"]), "names": json.dumps(recording.names),
        WHOSE: json.dumps(recording.attributed, ensure_ascii=False),
    }  # fmt: skip
    sink = io.BytesIO()
    write_table(pa.table(columns).replace_schema_metadata(about), sink, compression="zstd")
    return sink.getvalue()
