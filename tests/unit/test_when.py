"""Conditions: each fires once, at the first moment it holds, with its causes."""

from __future__ import annotations

from typing import Any

import pytest

from sim import engine
from sim.clock import Phase
from sim.context import Context
from sim.scenario.base import When
from tests.battle import base


@pytest.fixture
def ctx() -> Context:
    """A night before its first event."""
    return engine.prepare(base(), seed=3, full=False)


def fired(ctx: Context, spec: dict[str, Any], until_ms: int = 700_000_000) -> list[tuple[int, tuple[int, ...]]]:
    """(when, causes) of a condition over the whole night."""
    told: list[tuple[int, tuple[int, ...]]] = []
    ctx.conditions.when(
        When.model_validate(spec), "test", Phase.COMMAND, ctx.clock.handle("sim/audit"),
        lambda causes: told.append((ctx.clock.now_ms, causes)),
    )  # fmt: skip
    ctx.clock.run(until_ms)
    return told


def test_at(ctx: Context) -> None:
    assert fired(ctx, {"at": "2018-01-31T01:00+02:00"}, 10_000_000) == [(3_600_000, ())]


def test_at_after_the_script_is_refused(ctx: Context) -> None:
    with pytest.raises(ValueError, match="scripted_until"):
        fired(ctx, {"at": "2018-02-08T01:00+02:00"}, 1)


def test_an_event_and_its_delay(ctx: Context) -> None:
    told = fired(ctx, {"event": "first_fire", "delay": "90 s"})
    assert len(told) == 1
    (at, causes) = told[0]
    assert ctx.log.rows[causes[0]][0] + 90_000 == at
    assert ctx.world.t0_ms == at - 90_000


def test_all_any_not(ctx: Context) -> None:
    told = fired(ctx, {"all": [{"event": "permitted"}, {"any": [{"event": "approved"}, {"event": "halt_ordered"}]}]})
    assert len(told) == 1
    kinds = {ctx.log.rows[i][1] for i in told[0][1]}
    assert kinds == {401, 405}
    other = engine.prepare(base(), seed=3, full=False)
    assert fired(other, {"all": [{"event": "first_fire"}, {"not": {"event": "advance.begun"}}]}) == []


def test_losses_and_quiet(ctx: Context) -> None:
    told = fired(ctx, {"loss": 0.05, "of": "guns"})
    assert len(told) == 1
    other = engine.prepare(base(), seed=3, full=False)
    (at, _), *more = fired(other, {"quiet": {"point": "hq", "radius": "2 km", "for": "8 min"}})
    assert not more
    falls = [
        t for t, kind, *_, p in other.log.rows
        if kind == 702 and p[0] ** 2 + p[1] ** 2 <= 2_000_000**2 and t <= at
    ]  # fmt: skip
    assert at - max(falls) >= 8 * 60_000
