"""Nights of the base scenario with a few values set, kept while the tests of a file look at them."""

from __future__ import annotations

from functools import cache

from sim import engine
from sim.draws import key, signed
from sim.recording import Recording
from tests import battle
from tests.battle import variant


@cache
def night(*sets: str, replication: int = 1, base: str = "", record: str = "events") -> Recording:
    """One replication of the base scenario, or of a shipped variant of it, with values set."""
    scenario = variant(base, *sets) if base else battle.base(*sets)
    return engine.run(scenario, seed=7, replication=replication, record=record)


def rows(recording: Recording, kind: str, **payload: int) -> list[int]:
    """Ids of the events of a kind whose payload is as given."""
    log = recording.events
    keep = [True] * len(log.of(kind))
    for name, value in payload.items():
        keep = [k and got == value for k, got in zip(keep, log.payload(kind)[name].tolist(), strict=True)]
    return [int(row) for row, k in zip(log.of(kind), keep, strict=True) if k]


def times(recording: Recording, kind: str, **payload: int) -> list[int]:
    """When they happened, ms."""
    return [int(recording.events.t_ms[row]) for row in rows(recording, kind, **payload)]


def of(recording: Recording, ids: list[int], *units: str) -> list[int]:
    """Those of the events whose actor is one of these units."""
    names = recording.actors["name"]
    return [row for row in ids if str(names[recording.events.actor[row]]) in units]


def named(name: str) -> int:
    """The key of a name as payloads hold it."""
    return signed(key(name))
