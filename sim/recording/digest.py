"""The digest of a log: what two runs share if and only if the same happened in the same order."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.recording.tables import EventTable, Ints, Table

HEAD = 5
"""Fixed fields of one event: t_ms, kind code, actor key, target key, number of causes."""


def digest_rows(events: EventTable, actors: Table) -> tuple[Ints, Ints]:
    """The integers that are hashed, flat, and where each event starts in them (n+1,).

    One event is `t_ms, kind, actor key, target key (0 if none), number of causes, causes..., payload...`.
    Names enter through their keys, so the order of the actors' table is of no account.
    """
    n_causes, n_payload = np.diff(events.cause_offsets), np.diff(events.payload_offsets)
    starts = np.zeros(len(events) + 1, np.int64)
    np.cumsum(HEAD + n_causes + n_payload, out=starts[1:])
    keys = np.append(actors["key"].astype(np.int64), 0)  # the last one is what target -1 means
    flat = np.empty(int(starts[-1]), np.int64)
    at = starts[:-1]
    head: tuple[NDArray[Any], ...] = (
        events.t_ms,
        events.kind,
        keys[events.actor],
        keys[events.target],
        n_causes,
    )
    for i, column in enumerate(head):
        flat[at + i] = column
    _scatter(flat, at + HEAD, n_causes, events.causes)
    _scatter(flat, at + HEAD + n_causes, n_payload, events.flat_payload)
    return flat, starts


def _scatter(flat: Ints, at: Ints, lengths: NDArray[np.int64], values: Ints) -> None:
    """Writes the list of row i, `lengths[i]` long, to `flat[at[i]:]`, for all rows at once."""
    first = np.cumsum(lengths) - lengths
    flat[np.repeat(at - first, lengths) + np.arange(len(values))] = values


def digest(events: EventTable, actors: Table) -> str:
    """blake2b (16 bytes, as 32 hex digits) over `digest_rows` as little-endian int64."""
    flat, _ = digest_rows(events, actors)
    return blake2b(flat.astype("<i8").tobytes(), digest_size=16).hexdigest()
