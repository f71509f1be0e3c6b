"""Conservation at every event of every run, over small random scenarios (tests/scenes.py) and nights.

`law` follows the log event by event; whatever it asserts holds after each of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sim import engine
from sim.recording import Recording
from sim.scenario import Scenario
from tests.battle import base, variant
from tests.scenes import scenes

SMALL = ("aimed",)
ROOTS = {"order_begun", "seen", "on_station", "act_observed"}
Salvo = tuple[str, int, int]


class Ledger:
    """What a log has told so far: who is whole, what flies, what was accounted."""

    def __init__(self, scenario: Scenario, recording: Recording):
        self.weapons = scenario.weapons
        self.name = dict(zip(recording.weapons["key"].tolist(), recording.weapons["id"], strict=True))
        self.unit_of = dict(zip(recording.actors["name"], recording.actors["unit"].tolist(), strict=True))
        units, entities = recording.units, recording.entities
        self.first: list[int] = units["first_entity"].tolist()
        self.count: list[int] = units["n_entities"].tolist()
        self.people: list[int] = units["people"].tolist()
        self.person: list[int] = entities["person"].tolist()
        self.state = ["unhurt" if person else "hull" for person in self.person]
        self.whole = list(self.people)
        self.hulls = [n - p for n, p in zip(self.count, self.people, strict=True)]
        self.lost: set[tuple[int, int]] = set()  # (unit, entity) of hulls catastrophically lost
        by_id = {unit.id: unit for unit in scenario.units}
        self.load = [by_id[name].weapons for name in units["id"]]
        self.flying: Counter[Salvo] = Counter()
        self.fired: dict[Salvo, tuple[int, int]] = {}  # salvo -> when, and least flight, ms
        self.total: Counter[str] = Counter()
        self.used: Counter[tuple[int, str]] = Counter()
        self.hits: Counter[tuple[int, str]] = Counter()
        self.accounted: Counter[tuple[int, str]] = Counter()

    def take_all(self, events: list[Any]) -> None:
        """All of these, one by one."""
        for event in events:
            self.take(event)

    def take(self, event: Any) -> None:
        """One more event."""
        if event.kind in ("fired", "warning_fired"):
            self._fired(event)
        elif event.kind in ("impact", "dud"):
            self._ended(event)
        elif event.kind in ("wounded", "killed", "died_of_wounds"):
            self._fate(event)
        elif event.kind == "vehicle":
            self._vehicle(event)
        elif event.kind == "opened":
            self.able(self.unit_of[event.actor], event)
        elif event.kind == "hit":
            self.hits[self._mount(event)] += 1
        elif event.kind == "rearmed":
            for mount in [mount for mount in self.used if mount[0] == self.unit_of[event.actor]]:
                del self.used[mount]
        elif event.kind == "account":
            self._account(event)
        in_flight = self.flying.total()
        assert self.total["fired"] == self.total["impact"] + self.total["dud"] + in_flight, event

    def _mount(self, event: Any) -> tuple[int, str]:
        return self.unit_of[event.actor], self.name[event.payload["weapon_key"]]

    def _salvo(self, event: Any) -> Salvo:
        return event.actor, event.payload["weapon_key"], event.payload["salvo"]

    def able(self, u: int, event: Any) -> None:
        """Somebody is whole, or (a unit without people on the map) a hull is not lost for good."""
        alive = self.whole[u] > 0 if self.people[u] else self.hulls[u] > sum(unit == u for unit, _ in self.lost)
        assert alive, ("a shot by the dead", event)

    def spend(self, mount: tuple[int, str], rounds: int, event: Any) -> None:
        """Rounds leave the stock of a mount, which cannot go below nothing."""
        self.used[mount] += rounds
        load = self.load[mount[0]][mount[1]].rounds
        assert load is None or self.used[mount] <= load, ("more rounds than there were", event)

    def _fired(self, event: Any) -> None:
        salvo, rounds = self._salvo(event), event.payload["rounds"]
        assert salvo not in self.fired, ("a salvo is fired once", event)
        assert rounds > 0, event
        self.able(self.unit_of[event.actor], event)
        weapon: Any = self.weapons[self._mount(event)[1]]
        least_ms = max(1, int(event.payload["range_mm"] / weapon.flight_mps) - 1)
        self.fired[salvo] = (event.t_ms, least_ms)
        self.flying[salvo] += rounds
        self.total["fired"] += rounds
        self.spend(self._mount(event), rounds, event)

    def _ended(self, event: Any) -> None:
        salvo = self._salvo(event)
        assert self.flying[salvo] > 0, ("the end of a round that was never fired", event)
        begun, least_ms = self.fired[salvo]
        assert event.t_ms >= begun + least_ms, ("an impact before launch and flight", event)
        self.flying[salvo] -= 1
        self.total[event.kind] += 1

    def _fate(self, event: Any) -> None:
        u, entity = self.unit_of[event.target], event.payload["entity"]
        assert 0 <= entity < self.count[u], event
        row = self.first[u] + entity
        before, after = self.state[row], "wounded" if event.kind == "wounded" else "killed"
        allowed = {"wounded": {"unhurt"}, "killed": {"unhurt", "wounded"}, "died_of_wounds": {"wounded"}}
        assert before in allowed[event.kind], (before, event)
        self.whole[u] -= before == "unhurt"
        self.state[row] = after
        people = self.state[self.first[u] : self.first[u] + self.count[u]]
        tally = Counter(people)
        assert tally["unhurt"] == self.whole[u] >= 0, event
        assert tally["unhurt"] + tally["wounded"] + tally["killed"] == self.people[u], event

    def _vehicle(self, event: Any) -> None:
        u, entity = self.unit_of[event.target], event.payload["entity"]
        assert not self.person[self.first[u] + entity], event
        assert (u, entity) not in self.lost, ("a hull is lost for good once", event)
        if event.payload["flags"] & 4:
            self.lost.add((u, entity))

    def _account(self, event: Any) -> None:
        rounds, hits = event.payload["rounds"], event.payload["hits"]
        assert rounds >= hits >= 0, event
        self.accounted[self._mount(event)] += hits
        self.spend(self._mount(event), rounds, event)


def roots(recording: Recording, row: int) -> set[str]:
    """Kinds of the events without a cause that an event goes back to."""
    todo, done, found = [row], set(), set()
    while todo:
        at = todo.pop()
        if at not in done:
            done.add(at)
            causes = recording.events.causes_of(at)
            todo += causes
            if not causes:
                found.add(recording.events.event(at).kind)
    return found


def law(scenario: Scenario, seed: int, replication: int = 0) -> Recording:
    """One run, followed event by event; then what can be said of its end and of its causes."""
    recording = engine.run(scenario, seed=seed, replication=replication, record="full")
    ledger = Ledger(scenario, recording)
    for row in range(len(recording.events)):
        ledger.take(recording.events.event(row))
    kinds = {name: weapon.kind for name, weapon in scenario.weapons.items()}
    for mount, hits in ledger.hits.items():
        if kinds[mount[1]] in SMALL:
            assert hits <= ledger.accounted[mount], (mount, "more hits landed than were fired")
    for name in ("wounded", "killed", "vehicle", "died_of_wounds"):
        for row in recording.events.of(name).tolist():
            assert roots(recording, row) & ROOTS, (recording.events.event(row), roots(recording, row))
    ammo = [i for i, name in enumerate(recording.change_fields) if name.startswith("ammo:")]
    stock = recording.changes["value"][np.isin(recording.changes["field"], ammo)]
    assert np.all(stock >= 0)
    return recording


DRAWN = settings(suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
"""Nothing is made smaller when a law breaks: a scene is small already, and loading one takes a third of a second."""


@settings(DRAWN, max_examples=16)
@given(scenes())
def test_everything_is_conserved_at_every_event_of_a_random_fight(scene: Scenario) -> None:
    law(scene, 1)


@pytest.mark.slow
@settings(DRAWN, max_examples=150)
@given(scenes())
def test_and_of_many_random_fights(scene: Scenario) -> None:
    law(scene, 2)


@pytest.mark.parametrize("name", ["", "article-only", "mod-version", "strafing-only"])
def test_everything_is_conserved_at_every_event_of_a_night(name: str) -> None:
    scenario = variant(name) if name else base()
    for replication in range(2):
        recording = law(scenario, 7, replication)
        assert len(recording.events.of("fired")) > 20


def test_the_ledger_finds_what_is_not_conserved() -> None:
    """Each of these changes of a true log must be found."""
    scenario = base()
    recording = engine.run(scenario, seed=7, record="full")
    events = [recording.events.event(row) for row in range(len(recording.events))]
    first = {
        kind: next(i for i, event in enumerate(events) if event.kind == kind) for kind in ("impact", "killed", "fired")
    }
    for log in (
        [*events[: first["impact"]], events[first["impact"]], *events[first["impact"] :]] * 1
        + [events[first["impact"]]] * 500,
        [event for i, event in enumerate(events) if i != first["fired"]],
        [*events[: first["killed"] + 1], events[first["killed"]]],
        [*events[: first["fired"] + 1], events[first["fired"]]],
    ):
        ledger = Ledger(scenario, recording)
        with pytest.raises(AssertionError):
            ledger.take_all(log)
