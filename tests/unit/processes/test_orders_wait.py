"""Orders to fire that find their gun busy: passed over, or waiting in turn; with a lost gun they lapse."""

from __future__ import annotations

from typing import Any

import pytest

from sim import engine
from sim.draws import key, signed
from sim.events import Reason
from tests.theory.battles.missions import when
from tests.theory.battles.running import Night, build, nights, tree

AT = "2000-01-01T00:00:0{}Z"


def three_orders(waits: bool, **task: Any) -> Any:
    """A gun that takes 10 s to lay, and three orders in its first three seconds."""
    data = tree("missions")
    del data["hotline"]
    data["weapons"]["gun"]["lay"] = "10 s"
    shell = data["orders"][1]["do"]["shell"] | {"waits": waits, **task}
    data["orders"] = [
        {"id": f"fire-{k}", "who": "guns", "when": {"at": AT.format(k)}, "do": {"shell": shell}} for k in range(3)
    ]
    return data


def first(data: Any) -> Night:
    return next(iter(nights(build(data), 1, 1)))


def test_orders_that_wait_do_not_overtake() -> None:
    night = first(three_orders(True, rounds=2))
    assert list(when(night, "order_done", "fire", 3).round(1)) == [10.0, 20.0, 30.0]
    assert len(list(night.of("fired"))) == 6


def test_who_does_not_wait_is_passed_over() -> None:
    night = first(three_orders(False))
    assert list(when(night, "order_done", "fire", 3).round(1)) == [10.0, float("inf"), float("inf")]
    assert [payload[0] for *_, payload in night.of("order_aborted")] == [signed(key("fire-1")), signed(key("fire-2"))]


def test_orders_lapse_with_the_last_gun_and_are_said_to_be_lost() -> None:
    """The gun has one round: after the first order nothing can be fired, and the others are aborted once each."""
    data = three_orders(True)
    data["kinds"]["battery"]["weapons"]["gun"]["rounds"] = 1
    night = first(data)
    assert len(list(night.of("order_done"))) == 1
    assert [payload for *_, payload in night.of("order_aborted")] == [
        (signed(key(f"fire-{k}")), int(Reason.EMPTY)) for k in (1, 2)
    ]


def test_orders_wait_for_a_gun_at_a_task_of_the_command() -> None:
    """The gun lays 100 s for a contact; an order given meanwhile begins when that round has landed."""
    data = tree("targets")
    data["command"]["defenders"]["control"] = "0 s"
    data["weapons"]["gun"]["lay"] = "100 s"
    data["units"] = [unit for unit in data["units"] if unit["id"] not in ("gun-2", "truck-1")]
    shell = {"weapon": "gun", "at": "goal", "rounds": 1, "waits": True}
    data["orders"].append(
        {"id": "fire-0", "who": "fg", "when": {"event": "approved", "delay": "5 s"}, "do": {"shell": shell}}
    )
    scenario = build(data)
    context = engine.prepare(scenario, seed=1, full=False)
    context.clock.run(scenario.t_ms(scenario.clock.end))
    night = Night(context)
    assert [round(t * 1e-3, 1) for t, *_ in night.of("fired")] == [100.0, 200.0]
    assert len(list(night.of("order_done"))) == 1


def test_each_gun_of_a_battery_comes_to_the_order_in_its_own_time() -> None:
    """Two guns that lay for different times: an order is done when the slower one of that order is."""
    data = three_orders(True)
    data["weapons"]["gun"]["lay"] = {"law": "exponential", "time": "10 s"}
    data["units"][0] |= {"formation": "guns"}
    del data["formations"][0]
    night = first(data)
    fired = {who: [t * 1e-3 for t, unit, *_ in night.of("fired") if unit == who] for who in ("gun", "ranging-gun")}
    slower = [max(both) for both in zip(*fired.values(), strict=True)]
    assert len(slower) == 3
    assert list(when(night, "order_done", "fire", 3)) == pytest.approx(slower, abs=0.01)
