"""What is fired lands or lies dud, who is hurt was whole, and every fate has a cause - at every event of a run."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from sim import engine
from sim.recording import Recording
from tests.battle import base, battle, variant

HEAVY = ("shot", "indirect", "guided", "strafe")


def runs() -> list[Recording]:
    """Battles of several kinds."""
    return [battle(0), battle(1), battle(2), engine.run(variant("article-only"), seed=7, record="events")]


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """Kept for the module."""
    return runs()


def test_rounds_are_conserved_at_every_event(recordings: list[Recording]) -> None:
    for recording in recordings:
        flying: Counter[tuple[int, int, int]] = Counter()
        fired_at: dict[tuple[int, int, int], int] = {}
        total = Counter()  # type: ignore[var-annotated]
        for row in range(len(recording.events)):
            event = recording.events.event(row)
            salvo = (
                int(recording.events.actor[row]),
                event.payload.get("weapon_key", 0),
                event.payload.get("salvo", 0),
            )
            if event.kind in ("fired", "warning_fired"):
                assert salvo not in fired_at, "a salvo is fired once"
                flying[salvo] += event.payload["rounds"]
                fired_at[salvo] = event.t_ms
                total["fired"] += event.payload["rounds"]
            elif event.kind in ("impact", "dud"):
                assert flying[salvo] > 0, "an impact of a round that was never fired"
                assert event.t_ms > fired_at[salvo], "flight takes time"
                flying[salvo] -= 1
                total[event.kind] += 1
            assert total["fired"] == total["impact"] + total["dud"] + flying.total()
        assert total["fired"] > 100


def test_small_arms_account_for_every_round(recordings: list[Recording]) -> None:
    for recording in recordings:
        events = recording.events
        account = events.payload("account")
        assert np.all(account["rounds"] >= account["hits"])
        aimed = {
            int(k)
            for k, kind in zip(recording.weapons["key"], recording.weapons["kind"], strict=True)
            if kind == "aimed"
        }
        hits = sum(int(k) in aimed for k in events.payload("hit")["weapon_key"])
        assert hits <= int(account["hits"].sum())


def test_people_are_conserved_and_die_once(recordings: list[Recording]) -> None:
    for recording in recordings:
        state: dict[tuple[int, int], str] = {}
        for row in range(len(recording.events)):
            event = recording.events.event(row)
            if event.kind not in ("wounded", "killed", "died_of_wounds"):
                continue
            unit = int(recording.actors["unit"][recording.events.target[row]])
            who = (unit, event.payload["entity"])
            assert event.payload["entity"] < recording.units["n_entities"][unit]
            assert recording.entities["person"][recording.units["first_entity"][unit] + event.payload["entity"]]
            before = state.get(who, "unhurt")
            assert before != "killed", "nobody is hurt after death"
            assert event.kind != "wounded" or before == "unhurt"
            assert event.kind != "died_of_wounds" or before == "wounded"
            state[who] = "wounded" if event.kind == "wounded" else "killed"
        hurt: Counter[int] = Counter(unit for unit, _ in state)
        assert all(hurt[unit] <= recording.units["people"][unit] for unit in hurt)


def test_no_shot_by_the_dead(recordings: list[Recording]) -> None:
    """Direct fire and guns need somebody alive: after the last person of a unit is hurt, it opens no fire."""
    for recording in recordings:
        left = dict(enumerate(recording.units["people"].tolist()))
        hurt: set[tuple[int, int]] = set()
        for row in range(len(recording.events)):
            event = recording.events.event(row)
            if event.kind in ("wounded", "killed"):
                unit = int(recording.actors["unit"][recording.events.target[row]])
                if (unit, event.payload["entity"]) not in hurt:
                    hurt.add((unit, event.payload["entity"]))
                    left[unit] -= 1
            elif event.kind in ("fired", "opened"):
                unit = int(recording.actors["unit"][recording.events.actor[row]])
                if recording.units["people"][unit]:
                    assert left[unit] > 0, event


def test_every_supporting_round_walks_back_to_a_sighting(recordings: list[Recording]) -> None:
    """fired -> assigned -> approved -> permitted -> act_observed -> seen, by causes."""
    for recording in recordings:
        events = recording.events
        reply = {int(k) for k, r in zip(recording.weapons["key"], recording.weapons["reply"], strict=True) if r}
        side = recording.actors["side"]
        checked = 0
        for row, weapon in zip(
            events.of("fired").tolist(), events.payload("fired")["weapon_key"].tolist(), strict=True
        ):
            if weapon not in reply or side[events.actor[row]] != "defenders":
                continue
            kinds, todo, seen = set(), [row], set()
            while todo:
                at = todo.pop()
                if at not in seen:
                    seen.add(at)
                    kinds.add(events.event(at).kind)
                    todo += events.causes_of(at)
            assert {"assigned", "approved", "permitted", "act_observed", "seen"} <= kinds, (row, kinds)
            checked += 1
        assert checked > 0


def test_every_fate_has_a_cause(recordings: list[Recording]) -> None:
    for recording in recordings:
        events = recording.events
        for kind in ("wounded", "killed", "vehicle"):
            for row in events.of(kind).tolist():
                todo, roots = [row], set()
                while todo:
                    at = todo.pop()
                    causes = events.causes_of(at)
                    todo += causes
                    if not causes:
                        roots.add(events.event(at).kind)
                assert roots & {"order_begun", "seen", "on_station", "arrived"} or roots <= {"order_begun"}, (
                    row,
                    roots,
                )


def test_ammunition_is_never_negative_and_empty_means_empty() -> None:
    recording = engine.run(base(), seed=7, record="full")
    left: dict[tuple[int, str], float] = defaultdict(lambda: np.inf)
    fields = recording.change_fields
    for unit, name, value in zip(
        recording.changes["unit"], recording.changes["field"], recording.changes["value"], strict=True
    ):
        if fields[name].startswith("ammo:"):
            assert value >= 0
            left[(int(unit), fields[name])] = value
    assert left
