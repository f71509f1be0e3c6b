"""The log keeps its catalogue; legs are exact; crossings keep only the earliest on the clock."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import Clock, Phase
from sim.crossings import Crossings
from sim.legs import Legs, positions
from sim.log import Log


def test_an_event_takes_exactly_its_fields() -> None:
    clock = Clock(["a", "b"])
    log = Log(clock)
    assert log.next_id == 0
    assert log.emit("pinned", 0) == 0
    with pytest.raises(KeyError):
        log.emit("pinned", 0, reason=1)
    with pytest.raises(KeyError):
        log.emit("no_such_kind", 0)
    with pytest.raises(KeyError):
        log.on("no_such_kind", Phase.MOVE, 0, print)


def test_deliveries_come_in_a_later_phase_or_a_millisecond_later() -> None:
    clock, heard = Clock(["a", "b"]), []
    log = Log(clock)
    log.on("pinned", Phase.COMMAND, 1, lambda id_, actor, target: heard.append(("command", clock.now_ms, id_)))
    log.on("pinned", Phase.MOVE, 1, lambda id_, actor, target: heard.append(("move", clock.now_ms, id_)))
    clock.at(5, Phase.SUPPRESS, 0, log.emit, "pinned", 0)
    clock.run(10)
    assert heard == [("command", 5, 0), ("move", 6, 0)]


def test_legs_are_exact_and_cutting_changes_no_place() -> None:
    legs = Legs(np.array([[0.0, 0.0], [10.0, 0.0]]))
    assert legs.set([0, 1], 1_000, (2.0, 0.0)) == [0, 1]
    assert legs.set([0], 2_000, (2.0, 0.0)) == [], "an equal velocity is no new leg"
    assert legs.at(0, 4_000) == (6.0, 0.0)
    before = legs.all_at(9_000)
    legs.cut(5_000)
    assert np.allclose(legs.all_at(9_000), before, atol=1e-12)
    assert legs.at(1, 9_000) == pytest.approx(tuple(before[1]))
    legs.place(0, 6_000, -1.0, -2.0)
    assert legs.at(0, 60_000) == (-1.0, -2.0)
    assert legs.speed_of(0) == (0.0, 0.0)


def test_positions_from_recorded_legs() -> None:
    t, unit = np.array([0, 0, 1_000]), np.array([0, 1, 0])
    xy, v = np.array([[0.0, 0.0], [5.0, 5.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    assert np.allclose(positions(3_000, t, unit, xy, v, 2), [[2.0, 0.0], [5.0, 5.0]])


def test_only_the_earliest_crossing_is_booked_and_all_due_come_in_pair_order() -> None:
    clock, came = Clock(["a"]), []
    crossings = Crossings(clock, Phase.COMMAND, 0, 3, lambda rows, now: came.append((now, rows)))
    crossings.plan([0, 1, 2], [50.2, 20.0, 50.4])
    crossings.put(1, 30.0)  # later than it was: the earliest is to be looked for anew
    crossings.settle()
    clock.run(100)
    assert came == [(30, [1]), (50, [0, 2])]
