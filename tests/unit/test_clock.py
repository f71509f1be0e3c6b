"""The instant: what comes first, who may book whom, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from simpy.events import Event

from sim.clock import Clock, KeyedEnvironment, Phase, Pool, UnkeyedEventError, order_table


def clock() -> Clock:
    return Clock(["c", "a", "b"])


def test_an_instant_is_ordered_by_phase_then_name_then_booking() -> None:
    it, done = clock(), []
    a, b = it.handle("a"), it.handle("b")
    it.at(5, Phase.FIRE, a, done.append, "a fires")
    it.at(5, Phase.MOVE, b, done.append, "b moves")
    it.at(5, Phase.MOVE, a, done.append, "a moves")
    it.at(5, Phase.MOVE, a, done.append, "a moves again")
    it.at(4, Phase.AUDIT, b, done.append, "before")
    it.run(10)
    assert done == ["before", "a moves", "a moves again", "b moves", "a fires"]


def test_handles_are_places_in_sorted_order() -> None:
    assert [clock().handle(name) for name in "abc"] == [0, 1, 2]
    with pytest.raises(ValueError, match="luck name"):
        Clock(["a", "a"])


def test_another_may_be_booked_only_in_a_later_phase_of_the_instant() -> None:
    it, done = clock(), []
    a, b = it.handle("a"), it.handle("b")

    def act() -> None:
        it.soon(Phase.COMMAND, b, lambda: done.append(("another, same phase", it.now_ms)))
        it.soon(Phase.ENGAGE, b, lambda: done.append(("another, later phase", it.now_ms)))
        it.soon(Phase.COMMAND, a, lambda: done.append(("itself, same phase", it.now_ms)))
        it.soon(Phase.MOVE, a, lambda: done.append(("itself, earlier phase", it.now_ms)))

    it.at(7, Phase.COMMAND, a, act)
    it.run(20)
    assert dict(done) == {
        "another, same phase": 8,
        "another, later phase": 7,
        "itself, same phase": 7,
        "itself, earlier phase": 8,
    }


def test_a_bare_event_is_refused() -> None:
    it = clock()
    with pytest.raises(UnkeyedEventError):
        it.env.timeout(1)


class BySimpy:
    """The same bookings in simpy's heap alone, each run by simpy's own step."""

    def __init__(self) -> None:
        self.env = KeyedEnvironment()
        self.rule = clock()  # for what is legal; it books nothing

    def at(self, t_ms: int, phase: int, actor: int, fn: Callable[..., None], *args: Any) -> None:
        t_ms = max(t_ms, self.rule._legal(phase, actor))
        event = Event(self.env)
        event._ok, event._value = True, None

        def go(_: Event) -> None:
            self.rule.now_ms, self.rule.phase, self.rule.actor = t_ms, phase, actor
            fn(*args)

        event.callbacks.append(go)
        self.env.schedule(event, 1 << 62 | phase << 40 | actor, t_ms - self.env.now)

    def run(self, until_ms: int) -> None:
        while self.env.peek() <= until_ms:
            self.env.step()


def program(it: Clock | BySimpy, seed: int) -> list[tuple[int, int, int, int]]:
    """Drawn bookings, each of which books up to three more; what ran: (number, phase, actor, ms asked for)."""
    done: list[tuple[int, int, int, int]] = []

    def act(number: int, t_ms: int, phase: int, actor: int) -> None:
        done.append((number, phase, actor, t_ms))
        rng = random.Random(f"{seed} {number}")
        for child in range(rng.randrange(1, 4) if number < 10_000 else 0):
            row = 4 * number + child, t_ms + rng.randrange(-1, 3), rng.randrange(9), rng.randrange(3)
            it.at(*row[1:], act, *row)

    for number in range(1, 4):
        it.at(number, number, 0, act, number, number, number, 0)
    it.run(60)
    return done


@pytest.mark.parametrize("seed", range(5))
def test_the_loop_of_the_clock_does_what_simpys_own_step_does(seed: int) -> None:
    ours, theirs = program(clock(), seed), program(BySimpy(), seed)
    assert ours == theirs
    assert len(ours) >= 100


def test_a_cancelled_call_does_nothing_and_the_end_is_inclusive() -> None:
    it, done = clock(), []
    it.at(3, Phase.MOVE, 0, done.append, "cancelled").cancel()
    it.at(9, Phase.MOVE, 0, done.append, "at the end")
    it.at(10, Phase.MOVE, 0, done.append, "after")
    it.run(9)
    assert done == ["at the end"]


def test_a_script_waits_and_gates_open_once() -> None:
    it, done = clock(), []
    gate = it.gate(Phase.MOVE, 0)

    def script():  # type: ignore[no-untyped-def]
        yield it.wait(5, Phase.MOVE, 0)
        done.append(it.now_ms)
        yield gate
        done.append(it.now_ms)

    it.start(Phase.MOVE, 0, script())
    it.at(12, Phase.IMPACT, 1, it.open_gate, gate)
    it.at(13, Phase.IMPACT, 1, it.open_gate, gate)
    it.run(30)
    assert done == [5, 12]


def test_a_cancelled_script_runs_its_finally() -> None:
    it, done = clock(), []

    def script():  # type: ignore[no-untyped-def]
        try:
            yield it.wait(5, Phase.MOVE, 0)
        finally:
            done.append("closed")

    running = it.start(Phase.MOVE, 0, script())
    it.at(2, Phase.MOVE, 1, running.cancel)
    it.run(30)
    assert done == ["closed"]


def test_a_pool_serves_by_priority_then_key_and_asks_anew() -> None:
    it, done, urgent = clock(), [], {"b": 1}
    pool = Pool(it, 1, lambda names: max(range(len(names)), key=lambda i: (urgent.get(names[i], 0), -i)))

    def wanted(name: str, key: int):  # type: ignore[no-untyped-def]
        yield pool.request(name, (key,), Phase.COMMAND, 0)
        done.append((name, it.now_ms))
        yield it.wait(10, Phase.COMMAND, 0)
        pool.release()

    for n, name in enumerate("abcd"):
        it.start(Phase.COMMAND, 0, wanted(name, n))
    it.at(15, Phase.MOVE, 0, urgent.update, {"d": 5})
    it.run(100)
    assert [name for name, _ in done] == ["a", "b", "d", "c"]


def test_the_order_is_printed_for_every_phase() -> None:
    assert [name for _, name, _ in order_table()] == [
        "impact", "move", "suppress", "morale", "replan", "command", "engage", "fire", "audit",
    ]  # fmt: skip
