"""Orders to fire: passed over where the gun is busy, or waiting in turn; how they end, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from sim import engine
from sim.clock import Phase
from sim.context import Context
from sim.draws import key, signed
from sim.events import Reason
from sim.losses import touched, wound
from tests.battle import planted
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


def aborted(night: Night) -> list[tuple[str, Reason]]:
    """(order, why) of those given up."""
    names = {signed(key(f"fire-{k}")): f"fire-{k}" for k in range(3)}
    return [(names[payload[0]], Reason(payload[1])) for *_, payload in night.of("order_aborted")]


def test_orders_that_wait_do_not_overtake() -> None:
    night = first(three_orders(True, rounds=2))
    assert list(when(night, "order_done", "fire", 3).round(1)) == [10.0, 20.0, 30.0]
    assert len(list(night.of("fired"))) == 6


def test_who_does_not_wait_is_passed_over() -> None:
    night = first(three_orders(False))
    assert list(when(night, "order_done", "fire", 3).round(1)) == [10.0, float("inf"), float("inf")]
    assert aborted(night) == [(f"fire-{k}", Reason.BUSY) for k in (1, 2)]


def test_orders_lapse_with_the_last_gun_and_are_said_to_be_lost() -> None:
    """The gun has one round: after the first order nothing can be fired, and the others are aborted once each."""
    data = three_orders(True)
    data["kinds"]["battery"]["weapons"]["gun"]["rounds"] = 1
    night = first(data)
    assert len(list(night.of("order_done"))) == 1
    assert aborted(night) == [(f"fire-{k}", Reason.EMPTY) for k in (1, 2)]


@pytest.mark.parametrize(
    ("range_", "held", "why"),
    [("20 km", False, None), ("20 km", True, Reason.NO_UNIT_CAN), ("4 km", False, Reason.OUT_OF_RANGE)],
)
def test_no_gun_takes_up_an_order_and_it_is_said_why(range_: str, held: bool, why: Reason | None) -> None:
    data = three_orders(False)
    data["weapons"]["gun"] |= {"range": range_, "held": held}
    del data["orders"][1:]
    assert aborted(first(data)) == ([("fire-0", why)] if why else [])


def test_what_a_gun_could_not_fire_to_the_end_is_not_done() -> None:
    """Of an order of three rounds the only gun has two; of two guns one has all three, and the order is done."""
    data = three_orders(False, rounds=3)
    del data["orders"][1:]
    data["kinds"]["battery"]["weapons"]["gun"]["rounds"] = 2
    night = first(data)
    assert len(list(night.of("fired"))) == 2
    assert aborted(night) == [("fire-0", Reason.EMPTY)]
    assert not list(night.of("order_done"))
    data["units"][0] |= {"formation": "guns", "weapons": {"gun": {"rounds": 9}}}
    del data["formations"][0]
    night = first(data)
    assert len(list(night.of("fired"))) == 5
    assert not aborted(night)
    assert len(list(night.of("order_done"))) == 1


def test_an_order_whose_gun_is_lost_is_aborted() -> None:
    """The crew is hurt after the first of two rounds."""

    def plant(ctx: Context) -> None:
        world = ctx.world
        mount = next(m for m in world.mounts if world.ids[m.unit] == "gun")

        def hurt(id_: int, *_: int) -> None:
            for entity in range(world.first[mount.unit], world.first[mount.unit + 1]):
                wound(world, ctx.log, ctx.draws, entity, True, mount, 0, id_, {})
            touched(world, mount.unit)

        ctx.log.on("impact", Phase.IMPACT, ctx.clock.handle("sim/fire"), hurt)

    data = three_orders(False, rounds=2)
    data["weapons"]["gun"]["interval"] = "5 s"
    del data["orders"][1:]
    run = planted(build(data), plant, seed=1)
    assert len(run.events.of("fired")) == 1
    assert run.events.payload("order_aborted")["why"].tolist() == [int(Reason.LOST)]
    assert not len(run.events.of("order_done"))


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
