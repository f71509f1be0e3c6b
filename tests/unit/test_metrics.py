"""Metrics: each rule on a night told for it, and the made-up night recounted by plain loops."""

import dataclasses
import math
from collections import Counter

import numpy as np
import pytest

from sim import events as ev
from sim import metrics
from sim.metrics import METRICS, Kind, Metric, Undefined, View, measure, people, tables, undefined
from sim.recording import EventTable, Recording
from tests import synthetic
from tests.synthetic import MINUTE, T0_MS, Night, assemble


@pytest.fixture(scope="module")
def night() -> Recording:
    return synthetic.recording()


@pytest.fixture(scope="module")
def measured(night: Recording) -> dict[str, metrics.Value | None]:
    return measure(night)


@pytest.fixture
def story() -> Night:
    """Everyone in place, nothing told yet."""
    n = Night(0, 240)
    synthetic._deploy(n)
    return n


def shot(n: Night, t: int, shooter: str, weapon: str, at: tuple[float, float] = (0, 0), salvo: int = 0) -> int:
    """One round that lands a second later; returns the impact."""
    fired = n.emit(t, "fired", shooter, None, (), weapon_key=weapon, rounds=1, range_mm=10**6, salvo=salvo)
    return n.emit(
        t + 1000,
        "impact",
        shooter,
        None,
        (fired,),
        x_mm=at[0] * 1000,
        y_mm=at[1] * 1000,
        weapon_key=weapon,
        salvo=salvo,
    )


def told(n: Night) -> dict[str, metrics.Value | None]:
    return measure(assemble(n, 240))


# ---------------------------------------------------------------- the table


def test_every_value_is_plain(measured: dict[str, metrics.Value | None]) -> None:
    assert list(measured) == list(METRICS)
    for name, value in measured.items():
        assert value is None or type(value) in (int, float, bool, str), (name, type(value))
        assert not isinstance(value, float) or math.isfinite(value), name


THE_OTHERS = """
rounds_within_500m rounds_within_500m_before_reply rounds_within_500m_before_warning
rounds_within_500m_before_lethal first_fire_side first_fire_kind time_to_first_effect_s
strike_duration_s fight_duration_s censored hq_held advance_stopped recrossed_people
recrossed_engaged recrossed_hit_by_error river_rule_denied closest_approach_m
engagement_range_median_m hotline_before hotline_during hotline_after wait_seen_reported_s
wait_reported_permitted_s wait_permitted_approved_s wait_approved_assigned_s
wait_assigned_impact_s controller_load
"""


def test_the_names_of_the_contract() -> None:
    who = ["attackers", "contractors", "regime_army", "militia", "tribal", "iran_backed", "sdf", "coalition"]
    wanted = {f"{w}_{state}" for w in who for state in ("killed", "wounded", "unhurt")}
    for matter in ("tanks", "artillery", "mortars", "vehicles"):
        wanted |= {f"{matter}_{suffix}" for suffix in ("destroyed", "m", "f", "k")}
    wanted |= set(THE_OTHERS.split())
    assert wanted <= set(METRICS)


def test_none_has_a_reason_and_only_none(story: Night) -> None:
    recording = assemble(story, 240)
    reasons = undefined(recording)
    assert set(reasons) == {name for name, value in measure(recording).items() if value is None}
    assert reasons["first_fire_side"] == "no round was fired"
    assert reasons["rounds_within_500m_before_reply"] == "the defenders' supporting fires never replied"
    assert reasons["advance_stopped"] == "no attack task was begun"
    assert all(reason and reason == reason.strip() for reason in reasons.values())


def test_a_newcomer_adds_a_metric_by_one_function(night: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def duds(view: View) -> int | Undefined:
        return len(view.log.of("dud"))

    monkeypatch.setitem(METRICS, "duds", Metric(duds, Kind.COUNT))
    assert measure(night)["duds"] == len(night.events.of("dud"))


def test_a_recording_without_anything_measures(night: Recording) -> None:
    empty = EventTable.of_rows([], night.actors["name"])
    bare = dataclasses.replace(night, events=empty, side={}, areas=[], lines=[])
    values = measure(bare)
    assert values["attackers_unhurt"] == 500
    assert values["hq_held"] is None
    assert values["censored"] == 1
    for table in tables(bare).values():
        assert len({len(column) for column in table.values()}) <= 1


def test_events_alone_are_enough(night: Recording, measured: dict[str, metrics.Value | None]) -> None:
    lean = {name: {c: v[:0] for c, v in getattr(night, name).items()} for name in ("changes", "beliefs")}
    meta = night.meta | {"hq_units": ["hq-1", "hq-2"]}
    legs = {c: v[:0] for c, v in night.legs.items()}
    assert measure(dataclasses.replace(night, meta=meta, legs=legs, **lean)) == measured


# ---------------------------------------------------------------- people and matter


def test_people_sum_to_strength(night: Recording, measured: dict[str, metrics.Value | None]) -> None:
    def total(*who: str) -> int:
        return sum(int(measured[f"{w}_{state}"] or 0) for w in who for state in people.STATES)

    assert total("attackers") == 500
    assert total("contractors", "regime_army", "militia", "tribal", "iran_backed") == 500
    assert total("sdf", "coalition") == total("defenders")
    assert sum(tables(night)["disposition"]["people"]) == 500
    losses = tables(night)["losses"]
    assert sum(losses["killed"]) == measured["attackers_killed"] + measured["defenders_killed"]


def test_people_recounted_by_a_plain_loop(night: Recording, measured: dict[str, metrics.Value | None]) -> None:
    state: dict[tuple[str, int], str] = {}
    for i in range(len(night.events)):
        event = night.events.event(i)
        if event.kind == "killed":
            state[event.target or "", event.payload["entity"]] = "killed"
        elif event.kind == "wounded":
            state.setdefault((event.target or "", event.payload["entity"]), "wounded")
    tag = dict(zip(night.units["id"].tolist(), night.units["tag"].tolist(), strict=True))
    counted = Counter((tag[unit], what) for (unit, _), what in state.items())
    for name, word in people.TAGS.items():
        assert measured[f"{name}_killed"] == counted[word, "killed"]
        assert measured[f"{name}_wounded"] == counted[word, "wounded"]


def test_the_dead_are_no_longer_wounded(story: Night) -> None:
    impact = shot(story, T0_MS, "himars-1", "himars")
    story.hurt_one(T0_MS + 1000, "wounded", "himars-1", "a-1", impact, "himars", 0, 3)
    story.hurt_one(T0_MS + 1000, "wounded", "himars-1", "a-1", impact, "himars", 0, 4)
    story.emit(T0_MS + 30 * MINUTE, "died_of_wounds", "a-1", None, (impact,), entity=3)
    values = told(story)
    assert (values["contractors_killed"], values["contractors_wounded"]) == (1, 1)


@pytest.mark.parametrize(("flags", "destroyed"), [([1], 0), ([2], 0), ([1, 2], 1), ([3], 1), ([4], 1), ([1, 1], 0)])
def test_what_counts_as_destroyed(story: Night, flags: list[int], destroyed: int) -> None:
    impact = shot(story, T0_MS, "f15-1", "gbu")
    for i, bits in enumerate(flags):
        for unit in ("t72-1", "gun-1", "mor-1", "rl-1"):
            story.emit(T0_MS + 2000 + i, "vehicle", "f15-1", unit, (impact,), entity=0, weapon_key="gbu", salvo=0,
                       flags=bits)  # fmt: skip
    values = told(story)
    assert values["tanks_destroyed"] == destroyed
    assert values["artillery_destroyed"] == 2 * destroyed
    assert values["mortars_destroyed"] == destroyed
    assert values["vehicles_destroyed"] == 2 * destroyed  # the tank and the launcher; guns and tubes are none
    assert values["tanks_m"] == int(any(bits & 1 for bits in flags))
    assert values["tanks_k"] == int(any(bits & 4 for bits in flags))


# ---------------------------------------------------------------- fires


def test_what_counts_before_the_reply(story: Night) -> None:
    """Tube artillery and tank guns within 500 m, before the reply; no mortars, no rockets, no far ones."""
    for i, (unit, weapon) in enumerate(
        [("gun-1", "d30"), ("t72-1", "tank_gun"), ("mor-1", "mortar"), ("rl-1", "bm21"), ("ifv-1", "tank_gun")]
    ):
        shot(story, T0_MS + i, unit, weapon, (300, 399), salvo=i)
    shot(story, T0_MS + 10, "gun-2", "d30", (300, 401))
    shot(story, T0_MS + 5 * MINUTE, "mq9-1", "hellfire", (-3000, 3000))
    shot(story, T0_MS + 6 * MINUTE, "gun-2", "d30", (10, 10))
    values = told(story)
    assert values["rounds_within_500m_before_reply"] == 2
    assert values["rounds_within_500m"] == 6
    assert values["time_to_reply_s"] == 300
    near = tables(assemble(story, 240))["rounds_within_500m"]
    assert sum(near["rounds"]) == 6
    assert dict(zip(near["weapon"], near["before_reply"], strict=True))["d30"] == 1


def test_warning_shots_and_the_screen_are_no_reply(story: Night) -> None:
    shot(story, T0_MS, "gun-1", "d30", (10, 10))
    fired = story.emit(
        T0_MS + 2000, "warning_fired", "how", None, (), weapon_key="howitzer", rounds=1, range_mm=1, salvo=0
    )
    story.emit(T0_MS + 3000, "impact", "how", None, (fired,), x_mm=0, y_mm=0, weapon_key="howitzer", salvo=0)
    shot(story, T0_MS + 4000, "gun-1", "d30", (10, 10))
    story.emit(T0_MS + 6000, "opened", "screen", "c-1", (), weapon_key="rifle")
    shot(story, T0_MS + 7000, "gun-1", "d30", (10, 10))
    values = told(story)
    assert values["time_to_reply_s"] is None
    assert values["strike_duration_s"] is None
    assert values["rounds_within_500m_before_reply"] is None
    assert values["rounds_within_500m_before_warning"] == 1
    assert values["rounds_within_500m_before_lethal"] == 2
    assert values["time_to_warning_s"] == 2


@pytest.mark.parametrize(
    ("kind", "shooter", "weapon", "side", "word"),
    [
        ("opened", "a-1", "rifle", "attackers", "small_arms"),
        ("fired", "gun-1", "d30", "attackers", "indirect"),
        ("fired", "t72-1", "tank_gun", "attackers", "shot"),
        ("fired", "mq9-1", "hellfire", "defenders", "guided"),
        ("fired", "ac130", "gunship", "defenders", "strafe"),
        ("warning_fired", "how", "howitzer", "defenders", "warning"),
    ],
)
def test_who_fired_first(story: Night, kind: str, shooter: str, weapon: str, side: str, word: str) -> None:
    more = {} if kind == "opened" else {"rounds": 1, "range_mm": 1, "salvo": 0}
    story.emit(T0_MS - 5, kind, shooter, None, (), weapon_key=weapon, **more)
    shot(story, T0_MS, "gun-1", "d30")
    values = told(story)
    assert values["first_fire_side"] == side
    assert values["first_fire_kind"] == word


def test_first_effect_is_by_a_reply_weapon_fired_for_effect(story: Night) -> None:
    shot(story, T0_MS, "gun-1", "d30")
    hit = story.emit(T0_MS + 9_000, "hit", "screen", "c-1", (), weapon_key="rifle", salvo=0)
    story.hurt_one(T0_MS + 9_000, "killed", "screen", "c-1", hit, "rifle", 0, 0)
    assert told(story)["time_to_first_effect_s"] is None
    fired = story.emit(
        T0_MS + 9_500, "warning_fired", "how", None, (), weapon_key="howitzer", rounds=1, range_mm=1, salvo=0
    )
    strayed = story.emit(T0_MS + 9_900, "impact", "how", None, (fired,), x_mm=0, y_mm=0, weapon_key="howitzer", salvo=0)
    story.hurt_one(T0_MS + 9_900, "wounded", "how", "c-1", strayed, "howitzer", 0, 2)
    assert told(story)["time_to_first_effect_s"] is None
    impact = shot(story, T0_MS + 20_000, "f15-1", "gbu")
    story.hurt_one(T0_MS + 21_000, "wounded", "f15-1", "c-1", impact, "gbu", 0, 1)
    assert told(story)["time_to_first_effect_s"] == 21


def test_the_weapons_table_accounts_for_all_rounds(night: Recording) -> None:
    table = tables(night)["weapons"]
    log = night.events
    fired = int(log.payload("fired")["rounds"].sum() + log.payload("account")["rounds"].sum())
    assert sum(table["rounds"]) == fired
    assert sum(table["impacts"]) == len(log.of("impact"))
    hurt = sum(table["wounded"]) + sum(table["killed"])
    assert hurt == len(log.of("wounded")) + len(log.of("killed"))
    silent = table["weapon"].index("f22_gun")
    assert table["held"][silent] is True
    assert table["rounds"][silent] == 0


# ---------------------------------------------------------------- outcome


def test_the_headquarters_falls_when_its_holders_break(story: Night) -> None:
    holders = ["hq-1", "hq-2", "sdf-1", "sdf-2", "sdf-3", "sdf-4"]
    assert told(story)["hq_held"] is True
    for unit in holders[:-1]:
        story.emit(T0_MS, "broke", unit, None, (), reason=ev.Reason.LOSSES)
    assert told(story)["hq_held"] is True
    story.emit(T0_MS, "withdrew", holders[-1], None, (), reason=ev.Reason.LOSSES)
    assert told(story)["hq_held"] is False


@pytest.mark.parametrize(("broke_at", "held"), [(-1, True), (1, False), (None, False)])
def test_an_effective_attacker_inside_takes_it(story: Night, broke_at: int | None, held: bool) -> None:
    story.emit(T0_MS, "line_crossed", "a-1", None, (), line_key="hq", direction=1)
    story.emit(T0_MS, "line_crossed", "sdf-1", None, (), line_key="hq", direction=1)
    if broke_at is not None:
        story.emit(T0_MS + broke_at, "broke", "a-1", None, (), reason=ev.Reason.LOSSES)
    assert told(story)["hq_held"] is held


def test_the_holders_may_be_named(story: Night) -> None:
    recording = assemble(story, 240)
    recording.meta["hq_units"] = ["screen"]
    assert measure(recording)["hq_held"] is True
    recording.meta["hq_units"] = ["hq-1"]
    bare = dataclasses.replace(recording, legs={c: v[:0] for c, v in recording.legs.items()})
    assert measure(bare)["hq_held"] is True
    del bare.meta["hq_units"]
    assert undefined(bare)["hq_held"] == "the recording does not say who holds the headquarters"
    recording.meta["hq_units"] = []
    assert undefined(recording)["hq_held"] == "nobody holds the headquarters"


def begin(n: Night, order: str, actor: str) -> None:
    n.emit(T0_MS, "order_begun", actor, None, (), order_key=order)


def test_the_advance_is_stopped_when_all_its_tasks_ended(story: Night) -> None:
    begin(story, "advance", "lead")
    assert told(story)["advance_stopped"] is False
    story.emit(T0_MS + 1, "order_aborted", "lead", None, (), order_key="advance", why=ev.Reason.BROKE)
    assert told(story)["advance_stopped"] is True
    begin(story, "assault", "lead")
    assert told(story)["advance_stopped"] is False
    for unit in story.of("attackers"):
        if story.units[story.unit_id[unit]][5] == "lead":
            story.emit(T0_MS + 2, "broke", unit, None, (), reason=ev.Reason.LOSSES)
    assert told(story)["advance_stopped"] is True
    story.emit(T0_MS + 3, "order_done", "lead", None, (), order_key="advance")
    assert told(story)["advance_stopped"] is False


def test_other_orders_are_no_attack(story: Night) -> None:
    begin(story, "shelling", "guns")
    story.emit(T0_MS + 1, "order_done", "guns", None, (), order_key="shelling")
    assert told(story)["advance_stopped"] is None


def cross(n: Night, t: int, unit: str, direction: int, line: str = "river") -> int:
    return n.emit(t, "line_crossed", unit, None, (), line_key=line, direction=direction)


def test_who_recrossed(story: Night) -> None:
    cross(story, T0_MS, "a-1", -1)  # 25 people, west at the end
    cross(story, T0_MS, "a-2", -1)
    cross(story, T0_MS + 1, "a-2", 1)  # came back
    cross(story, T0_MS, "a-3", 1)
    cross(story, T0_MS, "a-4", -1, line="deconfliction")  # another line
    cross(story, T0_MS, "sdf-1", -1)  # not an attacker
    impact = shot(story, T0_MS - 5000, "f15-1", "gbu")
    story.hurt_one(T0_MS - 4000, "killed", "f15-1", "a-1", impact, "gbu", 0, 0)
    story.hurt_one(T0_MS - 4000, "wounded", "f15-1", "a-1", impact, "gbu", 0, 1)
    values = told(story)
    assert values["recrossed_people"] == 24
    assert values["recrossed_hit_by_error"] == 0
    where = tables(assemble(story, 240))["disposition"]
    assert dict(zip(where["where"], where["people"], strict=True))["recrossed"] == 23


def test_hurt_across_the_river(story: Night) -> None:
    cross(story, T0_MS, "a-1", -1)
    impact = shot(story, T0_MS + 5000, "f15-1", "gbu")
    story.hurt_one(T0_MS + 6000, "wounded", "f15-1", "a-1", impact, "gbu", 0, 1)
    story.hurt_one(T0_MS + 6000, "killed", "f15-1", "a-2", impact, "gbu", 0, 1)
    own = shot(story, T0_MS + 7000, "gun-1", "d30")
    story.hurt_one(T0_MS + 8000, "wounded", "gun-1", "a-1", own, "d30", 0, 2)
    assert told(story)["recrossed_hit_by_error"] == 1


def test_a_decision_to_fire_at_one_believed_across_is_found(story: Night) -> None:
    def assign(t: int, target: str) -> None:
        story.emit(t, "assigned", "f15-1", target, (), weapon_key="gbu", serial=0)

    story.emit(T0_MS, "seen", "f15-1", "a-1", (), range_mm=0, sigma_mm=0)
    assign(T0_MS + 1, "a-1")
    cross(story, T0_MS + 2, "a-1", -1)  # in sight
    cross(story, T0_MS + 2, "a-2", -1)  # nobody sees it
    assign(T0_MS + 3, "a-2")
    assert told(story)["recrossed_engaged"] == 0
    assign(T0_MS + 4, "a-1")
    assert told(story)["recrossed_engaged"] == 1
    story.emit(T0_MS + 5, "seen", "f15-1", "a-2", (), range_mm=0, sigma_mm=0)
    assign(T0_MS + 6, "a-2")
    assert told(story)["recrossed_engaged"] == 2
    cross(story, T0_MS + 7, "a-1", 1)  # and back to the east
    assign(T0_MS + 8, "a-1")
    assert told(story)["recrossed_engaged"] == 2


def test_refusals_are_counted(story: Night) -> None:
    story.emit(T0_MS, "forbidden", "roe", "a-1", (), rule_key="roe/river")
    assert told(story)["river_rule_denied"] == 1


def test_another_rule_is_not_the_rivers(story: Night) -> None:
    story.emit(T0_MS, "forbidden", "roe", "a-1", (), rule_key="roe/line")
    assert told(story)["river_rule_denied"] == 0


@pytest.mark.parametrize(("reason", "censored"), [(ev.Reason.QUIET, 0), (ev.Reason.CLOCK, 1), (None, 1)])
def test_the_clock_censors(story: Night, reason: ev.Reason | None, censored: int) -> None:
    shot(story, T0_MS, "gun-1", "d30")
    story.emit(T0_MS + 60_000, "opened", "c-1", "screen", (), weapon_key="rifle")
    story.emit(T0_MS + 90_000, "account", "c-1", "screen", (), weapon_key="rifle", rounds=9, hits=0)
    if reason is not None:
        story.emit(story.end_ms, "end", "referee", None, (), reason=reason)
    values = told(story)
    assert values["censored"] == censored
    assert values["fight_duration_s"] == (None if censored else 90)


def test_closest_approach_is_the_attackers(story: Night) -> None:
    for unit, mm in (("a-1", 900_500), ("a-2", 1_200_000), ("sdf-1", 10)):
        story.emit(story.end_ms, "closest", unit, None, (), distance_mm=mm)
    assert told(story)["closest_approach_m"] == 900.5


# ---------------------------------------------------------------- command


def test_calls_are_placed_by_the_clock_not_by_their_label(story: Night) -> None:
    for i, t in enumerate((T0_MS - 1, T0_MS, T0_MS + 5000, T0_MS + 10_001)):
        story.emit(t, "call_placed", "hotline/coalition", None, (), call_key=f"c{i}", phase=1, says=1)
    shot(story, T0_MS, "gun-1", "d30")
    shot(story, T0_MS + 10_000, "gun-1", "d30")
    values = told(story)
    assert [values[f"hotline_{p}"] for p in ("before", "during", "after")] == [1, 2, 1]


def test_answers(night: Recording) -> None:
    table = tables(night)["answers"]
    assert table["answer"] == ["assure", "disown", "ask_time", "unanswered", "assure"]
    assert table["phase"] == ["before", "before", "during", "during", "after"]
    assert table["answer_s"] == [90, 90, 90, 120, 90]


def test_a_call_made_again_has_its_own_answer(story: Night) -> None:
    first, second = (
        story.emit(t, "call_placed", "hotline/coalition", None, (), call_key="stop", phase=2, says=4)
        for t in (T0_MS, T0_MS + 60_000)
    )
    story.emit(T0_MS + 70_000, "call_answered", "hotline/russian", None, (second,), call_key="stop", answer=1)
    story.emit(T0_MS + 80_000, "call_answered", "hotline/russian", None, (first,), call_key="stop", answer=2)
    third = story.emit(T0_MS + 90_000, "call_placed", "hotline/coalition", None, (), call_key="stop", phase=2, says=4)
    table = tables(assemble(story, 240))["answers"]
    assert third
    assert table["answer"] == ["assure", "disown", "none"]
    assert table["answer_s"] == [80, 10, None]


def test_waits_follow_the_causes_and_not_the_clock(story: Night) -> None:
    """Two missions interleaved in time; each keeps its own times."""
    for serial, (target, gap) in enumerate((("t72-1", 1000), ("t72-2", 3000))):
        steps = [("seen", "mq9-1", {"range_mm": 1, "sigma_mm": 1}), ("act_observed", "mq9-1", {"act": 1}),
                 ("reported", "mq9-1", {"serial": serial}), ("permitted", "roe", {"rung": 4}),
                 ("approved", "command", {"in_contact": 0}),
                 ("assigned", "f15-1", {"weapon_key": "gbu", "serial": serial}),
                 ("fired", "f15-1", {"weapon_key": "gbu", "rounds": 2, "range_mm": 1, "salvo": serial})]  # fmt: skip
        t, cause = T0_MS + serial, ()
        for kind, actor, payload in steps:
            cause = (story.emit(t, kind, actor, target, cause, **payload),)
            t += gap
        for k in range(2):
            story.emit(t + k, "impact", "f15-1", target, cause, x_mm=0, y_mm=0, weapon_key="gbu", salvo=serial)
    values = told(story)
    assert values["wait_seen_reported_s"] == 4
    assert values["wait_act_observed_reported_s"] == 2
    assert values["wait_act_observed_impact_s"] == 12
    assert values["wait_reported_permitted_s"] == 2
    assert values["wait_permitted_approved_s"] == 2
    assert values["wait_approved_assigned_s"] == 2
    assert values["wait_assigned_impact_s"] == 4
    assert values["wait_seen_impact_s"] == 14
    assert tables(assemble(story, 240))["waits"]["missions"] == [2] * 7


def test_the_controllers_of_a_command(story: Night) -> None:
    """A command that takes controllers: as many as it says, or as were ever taken at once."""
    shot(story, T0_MS, "gun-1", "d30")
    shot(story, T0_MS + 100_000, "gun-1", "d30")
    for serial, (begun, freed) in enumerate([(0, 50_000), (10_000, 20_000), (20_000, 40_000)]):
        story.emit(T0_MS + begun, "controller_taken", "command", "a-1", (), serial=serial)
        story.emit(T0_MS + freed, "controller_freed", "command", "a-1", (), serial=serial)
    recording = assemble(story, 240)
    recording.actors["role"][recording.actors["role"] == "controller"] = "x"
    assert measure(recording)["controller_load"] == pytest.approx(80 / 200)
    recording.meta["controllers"] = {"command": 4}
    assert measure(recording)["controller_load"] == pytest.approx(80 / 400)


def test_controller_load(story: Night) -> None:
    shot(story, T0_MS, "gun-1", "d30")
    shot(story, T0_MS + 100_000, "gun-1", "d30")
    for serial, (begun, freed) in enumerate([(10_000, 30_000), (30_000, 50_000), (90_000, None)]):
        taken = story.emit(T0_MS + begun, "controller_taken", "jtac-1", "f15-1", (), serial=serial)
        if freed is not None:
            story.emit(T0_MS + freed, "controller_freed", "jtac-1", "f15-1", (taken,), serial=serial)
    values = told(story)
    assert values["controller_load"] == pytest.approx((20 + 20 + 10) / 200)
    table = tables(assemble(story, 240))["controllers"]
    assert table["missions"] == [3, 0]


# ---------------------------------------------------------------- curves


def test_curves_agree_with_the_scalars(night: Recording, measured: dict[str, metrics.Value | None]) -> None:
    view = View(night)
    curves = metrics.series(view)
    assert curves["t_ms"][0] <= T0_MS - 60 * MINUTE
    assert curves["t_ms"][-1] >= night.meta["end_ms"]
    assert curves["attackers_unhurt"][0] == 500
    assert curves["attackers_unhurt"][-1] == measured["attackers_unhurt"]
    assert curves["attackers_killed"][-1] == measured["attackers_killed"]
    assert curves["rounds_within_500m"][-1] == measured["rounds_within_500m"]
    assert (curves["attackers_effective"] <= curves["attackers_unhurt"]).all()
    for name in ("attackers_unhurt", "attackers_effective"):
        assert (np.diff(curves[name]) <= 0).all()
    out = tables(night)["out_of_action"]
    hurt = sum(column[-1] for name, column in out.items() if name != "t_ms")
    assert hurt == measured["attackers_killed"] + measured["attackers_wounded"]


def test_scoreboard_sums_to_the_losses(night: Recording) -> None:
    board = tables(night)["scoreboard"]
    log = night.events
    for column, kind in (("killed", "killed"), ("wounded", "wounded"), ("vehicles", "vehicle")):
        assert sum(board[column]) == len(log.of(kind))
