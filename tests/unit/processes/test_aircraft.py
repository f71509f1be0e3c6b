"""Aircraft: fuel and rearming, check-in, routes, heights closed for rockets, release from overwatch, weather, and
air defence that fires at them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim import scenario
from sim.events import Reason, Wait
from sim.metrics import measure
from sim.recording import Recording
from tests.battle import BASE
from tests.unit.processes.nights import named, night, of, rows, times

F15 = ("f15-1", "f15-2")
MQ9 = ("mq9-1", "mq9-2")
SHORT = "kinds.f15.air.on_station=20 min"


def at(recording: Recording, ids: list[int]) -> list[int]:
    return [int(recording.events.t_ms[row]) for row in ids]


def test_a_tanker_brings_back_sooner_those_who_still_have_rounds() -> None:
    few, many = "kinds.f15.weapons.gbu.rounds=0", "kinds.f15.weapons.gbu.rounds=500"
    tanker = "kinds.f15.air.tanker=7 min"
    strafe = "kinds.f15.weapons.f15_strafe.rounds=5000"
    armed = night(SHORT, tanker, many, strafe)
    assert not of(armed, rows(armed, "rearmed"), *F15)
    came, left = (at(armed, of(armed, rows(armed, kind), "f15-1")) for kind in ("on_station", "off_station"))
    assert [b - a for a, b in zip(left, came[1:], strict=False)] == [420_000] * (len(came) - 1)
    assert len(came) > 2
    empty = night(SHORT, tanker, few, "kinds.f15.weapons.f15_strafe.rounds=6")
    assert of(empty, rows(empty, "rearmed"), *F15), "empty ones go to rearm"


def test_nobody_is_given_a_task_before_he_has_checked_in() -> None:
    run = night("kinds.f15.air.check_in=25 min", replication=2)
    came = at(run, of(run, rows(run, "on_station"), "f15-1"))
    begun = at(run, of(run, rows(run, "run_begun"), "f15-1"))
    assert begun
    for t in begun:
        assert any(t - c >= 25 * 60_000 for c in came if c <= t)
        assert t - max(c for c in came if c <= t) >= 25 * 60_000
    base = night(replication=2)
    first = at(base, of(base, rows(base, "run_begun"), "f15-1"))[0]
    assert first - at(base, of(base, rows(base, "on_station"), "f15-1"))[0] < 25 * 60_000


def test_the_way_in_takes_its_time_and_is_flown() -> None:
    run = night("units[f15-1].enters=[104 km, 6 km]", "kinds.f15.air.speed=250 m/s", record="full")
    base = night(record="full")
    early, late = (at(r, of(r, rows(r, "on_station"), "f15-1"))[0] for r in (base, run))
    assert late - early == 400_000
    unit = run.units["id"].tolist().index("f15-1")
    legs = run.legs
    mine = np.flatnonzero((legs["unit"] == unit) & (legs["t_ms"] > 0))
    speed = np.hypot(legs["vx_mps"][mine], legs["vy_mps"][mine])
    assert math.isclose(float(speed.max()), 250.0, rel_tol=1e-9)


def target(run: Recording, row: int) -> str:
    return str(run.actors["name"][run.events.target[row]])


def test_aircraft_above_the_closed_heights_fly_on() -> None:
    near = [f"formations[rocket-artillery].at=[20 km, {k} km]" for k in (0,)]
    nights = (8, 21, 27)  # of 40, four let aircraft and rockets meet: a test of one must have some
    closed = [night(*near, replication=r) for r in nights]
    waited = [row for run in closed for row in rows(run, "waiting", what=int(Wait.AIRSPACE))]
    assert waited, "somebody waits for rockets"
    above = [night(*near, "weapons.gmlrs.closes_below=100 m", replication=r) for r in nights]
    assert not [row for run in above for row in rows(run, "waiting", what=int(Wait.AIRSPACE))]


def test_one_takes_over_when_the_other_has_to_leave() -> None:
    run = night("units[f15-2].arrives={event: f15-1.bingo}", SHORT)
    other = at(run, of(run, rows(run, "bingo"), "f15-1"))
    came = at(run, of(run, rows(run, "on_station"), "f15-2"))
    assert 0 <= came[0] - other[0] <= 1
    cause = run.events.causes_of(of(run, rows(run, "on_station"), "f15-2")[0])
    assert [str(run.events.event(c).actor) for c in cause] == ["f15-1"]


def test_nothing_is_released_into_closed_airspace() -> None:
    for r in range(8):
        run = night("formations[rocket-artillery].at=[20 km, 0 km]", replication=r)
        shut, opened = times(run, "airspace_closed"), times(run, "airspace_open")
        assert len(shut) - len(opened) in (0, 1)
        bombs = at(run, of(run, rows(run, "fired", weapon_key=named("gbu")), *F15))
        for begin, end in zip(shut, opened, strict=False):
            assert not [t for t in bombs if begin < t < end]


def test_the_airspace_opens_when_the_last_rocket_is_down() -> None:
    fired = 0
    for r in range(4):
        run = night("formations[rocket-artillery].at=[20 km, 0 km]", replication=r)
        spans = list(zip(times(run, "airspace_closed"), times(run, "airspace_open"), strict=False))
        rockets = times(run, "fired", weapon_key=named("gmlrs"))
        down = times(run, "impact", weapon_key=named("gmlrs")) + times(run, "dud", weapon_key=named("gmlrs"))
        fired += len(rockets)
        assert all(any(begin <= t <= end for begin, end in spans) for t in rockets + down)
        assert all(end in down for _, end in spans), "no longer than needed"
    assert fired


def test_who_is_short_of_fuel_before_closed_airspace_hands_the_target_over() -> None:
    handed = 0
    for r in (7, 8, 13, 14):  # nights in which somebody runs short with a target in hand
        run = night(
            "weapons.gmlrs.flight=30 m/s", "kinds.f15.air.on_station=25 min", "kinds.ah64.air.on_station=25 min",
            "formations[rocket-artillery].at=[20 km, 0 km]", replication=r,
        )  # fmt: skip
        log = run.events
        for row in rows(run, "broken_off", why=int(Reason.FUEL)):
            serial = log.event(row).payload["serial"]
            assert [log.event(c).kind for c in log.causes_of(row)] == ["run_begun", "bingo"]
            after = [i for i in rows(run, "assigned", serial=serial) if row in log.causes_of(i)]
            freed = [i for i in rows(run, "controller_freed", serial=serial) if i > row]
            assert str(run.actors["name"][log.actor[row]]) not in {str(run.actors["name"][log.actor[i]]) for i in after}
            for i in after:
                assert not freed or freed[0] > i, "the controller keeps the target"
                handed += 1
    assert handed > 0


def test_overwatch_ends_with_an_assurance_or_with_its_own_condition() -> None:
    near = ("units[f22-1].station=[3 km, 3 km]", "hotline.counterpart.assures=0")
    held = night(*near)
    freed = night(*near, "units[f22-1].released={event: first_fire, delay: 30 min}")
    assert not of(held, rows(held, "run_begun"), "f22-1")
    begun = at(freed, of(freed, rows(freed, "run_begun"), "f22-1"))
    assert begun
    assert min(begun) >= min(times(freed, "fired") + times(freed, "opened")) + 30 * 60_000


def test_a_weapon_that_needs_clear_sight_stays_away_in_haze() -> None:
    assert rows(night(), "fired", weapon_key=named("gbu"))
    assert not rows(night("weapons.gbu.clear=7 km"), "fired", weapon_key=named("gbu"))


def test_air_defence_hits_and_those_hit_leave_for_good() -> None:
    lost = 0
    for r in range(4):
        run = night("weapons.sam.p_hit=0.9", replication=r, base="air-defence-braved")
        log, names = run.events, run.actors["name"]
        shots = rows(run, "fired", weapon_key=named("sam"))
        ends = len(rows(run, "impact", weapon_key=named("sam"))) + len(rows(run, "dud", weapon_key=named("sam")))
        assert shots
        assert ends == len(shots)
        for row in rows(run, "vehicle", weapon_key=named("sam")):
            who, t = str(names[log.target[row]]), int(log.t_ms[row])
            gone = [i for i in of(run, rows(run, "off_station", why=int(Reason.LOST)), who) if log.t_ms[i] - t <= 1]
            assert gone, who
            assert not [x for x in at(run, of(run, [*rows(run, "on_station"), *rows(run, "fired")], who)) if x > t + 1]
        lost += int(measure(run)["aircraft_destroyed"] or 0)
    assert lost > 0


def test_those_that_only_orbit_are_fired_at_from_the_first_round_on_and_within_reach() -> None:
    watch = ("kinds.mq9.air.role=watch", "weapons.sam.p_hit=1", "weapons.sam.hull={m: 0, f: 0, k: 1, crew_hurt: 0}")
    shot, lost = 0, 0
    for r in range(3):
        run = night(*watch, replication=r, base="air-defence-braved")
        assert not of(run, rows(run, "run_begun"), *MQ9)
        at_them = [row for row in rows(run, "fired", weapon_key=named("sam")) if target(run, row) in MQ9]
        begun = min(times(run, "fired") + times(run, "opened") + times(run, "warning_fired"))
        assert all(t > begun for t in at(run, at_them))
        assert all(
            [str(run.events.event(c).kind) for c in run.events.causes_of(row)] == ["on_station"] for row in at_them
        )
        shot += len(at_them)
        lost += len([row for row in rows(run, "vehicle", weapon_key=named("sam")) if target(run, row) in MQ9])
        far = night(
            *watch, "kinds.mq9.air.altitude=6.5 km", replication=r, base="air-defence-braved"
        )  # above the ceiling
        assert not [row for row in rows(far, "fired", weapon_key=named("sam")) if target(far, row) in MQ9]
    assert shot > 3
    assert lost > 1


def test_who_keeps_clear_orbits_elsewhere_once_a_shot_has_been_seen() -> None:
    watch = ("kinds.mq9.air.role=watch", "weapons.sam.p_hit=0", "kinds.mq9.air.evade=null")
    some = [[night(*watch, more, replication=r, base="air-defence-braved") for r in range(3)]
            for more in ("kinds.mq9.air.keeps_clear=true", "kinds.mq9.air.keeps_clear=false")]  # fmt: skip
    clear, brave = (sum(target(run, row) in MQ9 for run in runs for row in rows(run, "fired", weapon_key=named("sam")))
                    for runs in some)  # fmt: skip
    assert 0 < clear <= 2 * 3 < brave  # a shot of each of the two vehicles a night at most


def test_a_round_at_an_aircraft_is_none_at_the_headquarters() -> None:
    over_it = ("weapons.sam.p_hit=1", "units[mq9-1].station=[0 km, 0 km]")
    run = night(*over_it, base="air-defence-braved", replication=1)
    log = run.events
    hits = rows(run, "impact", weapon_key=named("sam"))
    fell = np.hypot(log.payload("impact")["x_mm"], log.payload("impact")["y_mm"]) <= 500_000
    near = {int(row) for row, close in zip(log.of("impact"), fell, strict=True) if close}
    assert near & set(hits)
    theirs = {row for row in near if run.units["side"][run.actors["unit"][log.actor[row]]] == "attackers"}
    assert measure(run)["rounds_within_500m"] == len(theirs - set(hits))


def test_those_who_keep_clear_begin_fewer_runs_once_fired_at() -> None:
    clear = [night(base="air-defence", replication=r) for r in range(5)]
    brave = [night(base="air-defence-braved", replication=r) for r in range(5)]
    runs = [sum(len(rows(run, "run_begun")) for run in some) for some in (clear, brave)]
    shots = [sum(len(rows(run, "fired", weapon_key=named("sam"))) for run in some) for some in (clear, brave)]
    assert runs[0] < 0.8 * runs[1]
    assert 0 < shots[0] < shots[1]


def test_evading_delays_the_release() -> None:
    pressed = night("kinds.mq9.air.evade=null", "kinds.ac130.air.evade=null", base="air-defence-braved", replication=1)
    evading = night("kinds.mq9.air.evade=20 min", base="air-defence-braved", replication=1)
    assert pressed.digest != evading.digest
    log, names = evading.events, evading.actors["name"]
    for row in rows(evading, "fired", weapon_key=named("sam")):
        who, t = str(names[log.target[row]]), int(log.t_ms[row])
        if who.startswith("mq9"):
            fired = [x for x in at(evading, of(evading, rows(evading, "fired"), who)) if t + 1 < x < t + 20 * 60_000]
            assert not fired


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("units[f15-1].enters=[100 km, 0 km]", "speed"),
        ("units[f15-1].released={event: first_fire}", "overwatch"),
        ("units[f15-2].arrives={event: f15-1.bingoo}", "event of an aircraft"),
        ("units[t72-1].enters=[1 km, 0 km]", "belong to aircraft"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: str, said: str) -> None:
    with pytest.raises(scenario.ScenarioError, match=said):
        scenario.load(BASE, [wrong])
