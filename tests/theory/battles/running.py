"""Runs for the theory: a verification scenario with other numbers, many replications, the log of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim import engine
from sim.events import BY_CODE, BY_NAME
from sim.scenario import Scenario
from tests.battle import from_tree

FOLDER = Path(__file__).resolve().parents[3] / "scenarios" / "verification"


@lru_cache(maxsize=16)
def _text(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def tree(name: str) -> Any:
    """A verification scenario as plain data, to be given other numbers."""
    return YAML(typ="safe").load(_text(name))


def build(data: Any) -> Scenario:
    """The scenario of such data."""
    return from_tree(data, FOLDER)


class Night:
    """What a run left: its log, by kind; times in ms."""

    def __init__(self, context: Any):
        self.world, self.log, self.end_ms = context.world, context.log, context.clock.now_ms
        self._unit = context.world.unit_of_actor

    def of(self, kind: str) -> Iterator[tuple[int, str, str, tuple[int, ...]]]:
        """(t_ms, unit that acts, unit it concerns or "", payload) of every event of a kind, in order."""
        code, ids = BY_NAME[kind].code, self.world.ids
        for t_ms, found, actor, target, _, payload in self.log.rows:
            if found == code:
                one, other = self._unit.get(actor, -1), self._unit.get(target, -1)
                yield t_ms, ids[one] if one >= 0 else "", ids[other] if other >= 0 else "", payload

    def told(self) -> Iterator[tuple[int, str, tuple[int, ...]]]:
        """(t_ms, kind, ids of its causes) of every event, by id."""
        return ((t_ms, BY_CODE[code].name, causes) for t_ms, code, _, _, causes, _ in self.log.rows)


def nights(scenario: Scenario, n: int, seed: int) -> Iterator[Night]:
    """n replications from 0 on, run to their end."""
    end_ms = scenario.t_ms(scenario.clock.end)
    for replication in range(n):
        context = engine.prepare(scenario, seed=seed, replication=replication, full=False)
        context.clock.run(end_ms)
        yield Night(context)


def seconds(value: float) -> str:
    """A duration as the grammar wants it."""
    return f"{value:.12e} s"


def moment(after_s: float) -> str:
    """A time so long after the start of a verification scenario, as the grammar wants it."""
    return (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=after_s)).isoformat(timespec="milliseconds")


def until(data: Any, end_s: float) -> None:
    """End the clock a little after so many seconds of the engine."""
    data["clock"]["end"] = moment(end_s + 2.0)
