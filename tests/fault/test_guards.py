"""The guards can fail: each planted fault turns exactly the guard named red."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim import losses
from sim.audit import AuditError
from sim.context import Context
from sim.processes.direct_fire.small_arms import Curve
from sim.processes.sensing import Sensing
from sim.world import World
from tests.battle import base, cut_legs, fight_ms, forget, planted
from tests.laws.test_luck import bystander_guard, with_bystander
from tests.laws.test_shared_impact import shared_impact_guard


def test_a_sensor_range_set_past_the_door_is_found_by_the_audit() -> None:
    def plant(ctx: Context) -> None:
        sensing = next(room for room in ctx.audited if isinstance(room, Sensing))

        def widen() -> None:
            for u, sensor in enumerate(sensing.sensor):
                if sensor is not None:
                    sensing.far[u] *= 1.5

        at = ctx.scenario.t_ms(ctx.scenario.clock.scripted_until) - 3_500_000
        ctx.clock.at(at, 1, ctx.clock.handle("sim/audit"), widen)

    with pytest.raises(AuditError):
        planted(base(), plant, audit=20)


def test_a_halved_bound_is_found_by_thinning(monkeypatch: pytest.MonkeyPatch) -> None:
    true = Curve.bound
    monkeypatch.setattr(Curve, "bound", lambda self, band: 0.5 * true(self, band))

    def nights() -> None:
        for replication in range(12):  # one in four brings riflemen within the range where it tells
            planted(base(), lambda ctx: None, replication=replication)

    with pytest.raises(AssertionError, match="acceptance"):
        nights()


def test_luck_by_index_is_found_by_the_bystander(monkeypatch: pytest.MonkeyPatch) -> None:
    true = World.__post_init__

    def by_index(self: World) -> None:
        true(self)
        self.keys = list(range(len(self.ids)))

    monkeypatch.setattr(World, "__post_init__", by_index)
    forget()
    try:
        with pytest.raises(AssertionError):
            bystander_guard(with_bystander(), range(2))
    finally:
        forget()


def test_an_impact_redrawn_per_target_is_found_by_the_joint_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    true: Callable[..., Any] = losses.carleton_at
    rng = np.random.default_rng(5)

    def redrawn(impact_xy: Any, target_xy: Any, rate: Any, peak: Any) -> Any:
        columns = [
            true(impact_xy + rng.normal(0.0, 30.0, impact_xy.shape), target_xy[i : i + 1], rate[i], peak[i])
            for i in range(len(target_xy))
        ]
        return np.concatenate(columns, axis=1)

    shared_impact_guard()
    monkeypatch.setattr(losses, "carleton_at", redrawn)
    with pytest.raises(AssertionError):
        shared_impact_guard()


def test_hazards_redrawn_at_a_cut_are_found_by_cutting(monkeypatch: pytest.MonkeyPatch) -> None:
    true = Sensing.account

    def redraw(self: Sensing, rows: Any, now: int) -> None:
        true(self, rows, now)
        self.need[rows] = [self.ctx.draws.exponential(97, self.who[row], now) for row in rows.tolist()]

    scenario = base()
    monkeypatch.setattr(Sensing, "account", redraw)
    straight = planted(scenario, lambda ctx: None)
    cut = planted(scenario, lambda ctx: cut_legs(ctx, fight_ms(scenario, 50)))
    assert straight.digest != cut.digest
