"""Controllers are people: lost when they are hurt or their unit is out of action, and what they were at is not as if
nothing had been."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from sim import scenario
from sim.clock import Phase
from sim.context import Context
from sim.events import Reason, Wait
from sim.losses import touched, wound
from sim.metrics import measure
from sim.recording import Recording
from tests.battle import BASE, base, planted, variant
from tests.unit.processes.nights import rows

ADVISERS = ("advisers-1", "advisers-2")


def hurt(ctx: Context, units: tuple[str, ...], cause: int) -> None:
    """The controllers of these units are killed."""
    world = ctx.world
    mount = next(m for m in world.mounts if world.side[m.unit] == 0)
    for u in (world.ids.index(name) for name in units):
        for entity in world.controls[u]:
            wound(world, ctx.log, ctx.draws, world.first[u] + entity, True, mount, 0, cause, {})
        touched(world, u)


@cache
def night(kind: str, number: int, *units: str, replication: int = 0, of: str = "") -> Recording:
    """At the `number`th event of a kind, a second later, the controllers of these units are killed."""

    def plant(ctx: Context) -> None:
        heard: list[int] = []

        def hear(id_: int, *_: int) -> None:
            heard.append(id_)
            if len(heard) == number:
                at = ctx.clock.now_ms + 1000
                ctx.clock.at(at, Phase.IMPACT, ctx.clock.handle("sim/fire"), hurt, ctx, units, id_)

        ctx.log.on(kind, Phase.FIRE, ctx.clock.handle("sim/fire"), hear)

    return planted(variant(of) if of else base(), plant, seed=7, replication=replication)


def busy(run: Recording) -> dict[int, int]:
    """Id of each event at which the number of controllers with a mission alters -> that number from then on."""
    log, now, out = run.events, {}, {}  # type: ignore[var-annotated]
    for row in sorted(rows(run, "controller_taken") + rows(run, "controller_freed") + rows(run, "controller_lost")):
        event = log.event(row)
        if event.target is not None:
            now[event.payload["serial"]] = event.kind == "controller_taken"
        out[row] = sum(now.values())
    return out


def test_the_loss_of_one_who_sets_up_an_attack_is_noticed_at_once() -> None:
    noticed = 0
    for replication in range(3):
        run = night("controller_taken", 10, *ADVISERS[:1], replication=replication)
        (lost,) = rows(run, "controller_lost")
        serial = run.events.event(lost).payload["serial"]
        of_it = [row for row in range(len(run.events)) if run.events.event(row).payload.get("serial") == serial]
        before, after = ([row for row in of_it if side * (row - lost) > 0] for side in (-1, 1))
        if serial and run.events.event(before[-1]).kind == "controller_taken":
            noticed += 1
            assert run.events.t_ms[after[0]] == run.events.t_ms[lost]
            assert run.events.event(after[0]).kind in ("waiting", "controller_taken")
    assert noticed


@pytest.mark.parametrize("replication", range(3))
def test_one_lost_while_setting_up_is_replaced_and_missed_for_good(replication: int) -> None:
    run = night("controller_taken", 10, *ADVISERS[:1], replication=replication)
    (lost,) = rows(run, "controller_lost")
    event = run.events.event(lost)
    assert run.events.event(event.causes[0]).kind == "killed"
    if event.target is not None:  # he was at an attack: it waits for another, or is given up
        serial = event.payload["serial"]
        after = [run.events.event(row) for row in range(lost + 1, len(run.events))]
        of_it = [e.kind for e in after if e.payload.get("serial") == serial and e.target == event.target]
        assert of_it[0] in ("waiting", "controller_taken", "cancelled", "broken_off"), of_it
    assert max(n for row, n in busy(run).items() if row < lost) == 2
    assert max(n for row, n in busy(run).items() if row > lost) == 1
    assert [row for row in rows(run, "controller_taken") if row > lost], "the other goes on"


def test_with_the_last_one_gone_nothing_more_is_begun() -> None:
    run = night("controller_taken", 12, *ADVISERS)
    last = rows(run, "controller_lost")[1]
    assert not [row for kind in ("controller_taken", "assigned") for row in rows(run, kind) if row > last]
    assert [row for row in rows(run, "waiting", what=int(Wait.CONTROLLER)) if row > last]


def test_from_afar_goes_on_without_them() -> None:
    remote = scenario.load(BASE, ["command.defenders.remote={attacks: 1, control: 5 min}"])

    def plant(ctx: Context) -> None:
        ctx.clock.at(1, Phase.IMPACT, ctx.clock.handle("sim/fire"), hurt, ctx, ADVISERS, 0)
        ctx.log.emit("order_done", ctx.clock.handle("sim/orders"), order_key=0)  # a cause for it

    run = planted(remote, plant)
    assert len(rows(run, "controller_lost")) == 2
    assert rows(run, "assigned")
    assert max(busy(run).values()) == 1


def test_an_aircraft_on_a_run_breaks_off_and_what_flies_lands() -> None:
    broken = 0
    for r in range(4):
        run = night("run_begun", 6, *ADVISERS, replication=r)
        log, ends = run.events, rows(run, "controller_lost")
        for row in rows(run, "broken_off", why=int(Reason.NO_CONTROL)):
            broken += 1
            assert set(log.causes_of(row)) & set(ends)
            who, t = log.event(row).actor, int(log.t_ms[row])
            later = [i for i in rows(run, "fired") if i > row and log.event(i).actor == who and int(log.t_ms[i]) >= t]
            assert not later, "nothing is released without a controller"
        fired = sum(log.event(i).payload["rounds"] for i in rows(run, "fired") + rows(run, "warning_fired"))
        assert fired == len(rows(run, "impact")) + len(rows(run, "dud"))
    assert broken > 0


@pytest.mark.parametrize("how", ["broke", "withdrew", "surrendered"])
def test_with_their_unit_out_of_action_so_are_they(how: str) -> None:
    def plant(ctx: Context) -> None:
        actor = ctx.world.actor[ctx.world.ids.index(ADVISERS[0])]
        tell: Callable[[], Any] = lambda: ctx.log.emit(how, actor, reason=int(Reason.LOSSES))  # noqa: E731
        ctx.clock.at(1, Phase.MORALE, actor, tell)

    run = planted(base(), plant)
    (lost,) = rows(run, "controller_lost")
    assert run.events.event(run.events.causes_of(lost)[0]).kind == how
    assert max(busy(run).values()) == 1


def test_fewer_controllers_mean_longer_waits_and_the_load_is_still_told() -> None:
    runs = [(night("controller_taken", 3, ADVISERS[0], replication=r), night("controller_taken", 10**6, replication=r))
            for r in range(4)]  # fmt: skip
    waits = [[float(measure(run)["wait_approved_assigned_s"] or 0.0) for run in pair] for pair in runs]
    assert sum(less > both for less, both in waits) >= 3, waits
    assert all(0.0 < float(measure(run)["controller_load"] or 0.0) <= 1.0 for pair in runs for run in pair)


def test_no_more_controllers_than_people() -> None:
    with pytest.raises(scenario.ScenarioError, match="controllers"):
        scenario.load(BASE, ["units[advisers-1].controllers=100"])
