"""Counter-battery as an order, the sheaf, and at which level the common error of a mission is drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim import scenario
from sim.recording import Recording, positions
from tests.battle import BASE
from tests.unit.processes.nights import named, night, of, rows, times

COUNTER = (
    "orders[answer]={who: field-artillery, when: {event: first_fire}, do: {counter: {weapon: m777, rounds: 3,"
    " chance: %s, locate: 90 s, location_error: %s, provenance: {basis: assumption, note: a test}}}}"
)
GUNS = ("howitzer-1", "howitzer-2", "howitzer-3", "howitzer-4")


def at(run: Recording, ids: list[int]) -> list[int]:
    return [int(run.events.t_ms[row]) for row in ids]


def test_guns_that_fire_are_located_and_answered() -> None:
    run = night(COUNTER % (1, "0 m"), record="full")
    log = run.events
    located = rows(run, "located")
    assert located
    for row in located:
        event = log.event(row)
        causes = [log.event(c) for c in event.causes]
        assert {c.kind for c in causes} == {"order_begun", "fired"}
        salvo = next(c for c in causes if c.kind == "fired")
        assert salvo.actor == event.target
        assert event.t_ms - salvo.t_ms - 90_000 in (0, 1)
    answers = [i for i in rows(run, "fired", weapon_key=named("m777")) if set(log.causes_of(i)) & set(located)]
    assert answers
    for i in answers:
        cause = next(c for c in log.causes_of(i) if c in located)
        gun = run.units["id"].tolist().index(str(log.event(cause).target))
        salvo = next(c for c in log.causes_of(cause) if log.event(c).kind == "fired")
        impacts = [k for k in rows(run, "impact", weapon_key=named("m777")) if i in log.causes_of(k)]
        x, y = (log.payload("impact")[c][np.searchsorted(log.of("impact"), impacts)] / 1000 for c in ("x_mm", "y_mm"))
        where = positions(run, int(log.t_ms[salvo]))[gun]
        assert np.hypot(x - where[0], y - where[1]).max(initial=0.0) < 400.0


def test_nobody_is_answered_twice_at_once_and_only_those_who_fired() -> None:
    run = night(COUNTER % (1, "50 m"))
    log = run.events
    by_gun: dict[str, list[int]] = {}
    for row in rows(run, "located"):
        by_gun.setdefault(str(log.event(row).target), []).append(int(log.t_ms[row]))
    for gun, when in by_gun.items():
        assert min(at(run, of(run, rows(run, "fired"), gun))) < min(when)
        assert all(b - a >= 90_000 for a, b in pairwise(when))


def test_a_chance_of_nothing_locates_nobody() -> None:
    none = night(COUNTER % (0, "50 m"))
    assert rows(none, "located") == []
    assert times(none, "killed") == times(night(), "killed")


def test_who_is_answered_suffers() -> None:
    hurt = []
    for sets in ((), (COUNTER % (1, "20 m"),)):
        runs = [night(*sets, replication=r) for r in range(4)]
        gun_units = [u for u in runs[0].units["id"].tolist() if u.startswith(("howitzer", "mortar", "launcher"))]
        hurt.append(
            sum(
                str(run.events.event(i).target) in gun_units and run.events.event(i).actor.startswith("m777")
                for run in runs
                for i in rows(run, "killed") + rows(run, "wounded")
            )
        )
    assert hurt[1] > hurt[0]


def offsets(level: str, *sets: str) -> np.ndarray:
    """Mean fall of each howitzer's rounds in its first order to shell, m, without error of place or single rounds."""
    exact = ("weapons.d30.precision.rep=0 m", "weapons.d30.precision.dep=0 m", "weapons.d30.reliability=1")
    place = ("orders[shelling].do.shell.location_error=0 m", "orders[shelling].do.shell.observer=null")
    run = night(*exact, *place, f"weapons.d30.mpi.redrawn={level}", *sets)
    log = run.events
    begun = next(i for i in rows(run, "order_begun", order_key=named("shelling")))
    found = []
    for gun in GUNS:
        salvos = [i for i in of(run, rows(run, "fired", weapon_key=named("d30")), gun) if begun in log.causes_of(i)]
        falls = [k for k in rows(run, "impact", weapon_key=named("d30")) if set(log.causes_of(k)) & set(salvos)]
        if falls:
            k = np.searchsorted(log.of("impact"), falls[:2])
            found.append([log.payload("impact")["x_mm"][k] / 1000, log.payload("impact")["y_mm"][k] / 1000])
    return np.array(found)  # (guns, 2, rounds)


def test_at_the_level_mission_all_guns_err_together_at_gun_each_for_itself() -> None:
    mission, gun, volley = (offsets(level) for level in ("mission", "gun", "volley"))
    assert len(mission) >= 3
    spread = [float(np.ptp(falls[:, 0, 0])) for falls in (mission, gun)]
    assert spread[0] < 25.0, "only the bearing of each gun differs"
    assert spread[1] > 40.0
    assert np.abs(gun[:, :, 0] - gun[:, :, 1]).max() < 0.01, "one error through the mission"
    assert np.abs(volley[:, :, 0] - volley[:, :, 1]).max() > 1.0


def test_a_parallel_sheaf_lies_as_the_guns_stand() -> None:
    together, apart = (
        offsets("mission", f"orders[shelling].do.shell.sheaf={word}") for word in ("converged", "parallel")
    )
    slots = {u.id: u.slot for u in scenario.load(BASE).units if u.id in GUNS}
    shift = (apart - together)[:, :, 0]
    wanted = np.array([slots[gun] for gun in GUNS][: len(shift)])
    assert np.abs(shift - wanted).max() < 30.0, "but for the bearing, which differs a little"


def test_a_weapon_that_the_formation_lacks_is_refused() -> None:
    wrong = (COUNTER % (1, "0 m")).replace("m777", "d30")
    with pytest.raises(scenario.ScenarioError, match=r"no weapon in formation `field-artillery` is named `d30`"):
        scenario.load(BASE, [wrong])
