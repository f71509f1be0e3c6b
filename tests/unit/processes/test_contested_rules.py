"""What a scenario may say of rules, control and answers beyond the base: each acts, and only where it is asked for."""

from __future__ import annotations

import pytest

from sim.events import BY_NAME, Act, Answer, Reason, Wait
from sim.metrics import measure
from tests.battle import base
from tests.unit.processes.nights import named, night, times

NOTHING = ("roe.defenders.trigger.rounds=null", "roe.defenders.trigger.direct_fire=null")
RECROSS = "morale.attackers.recross=0.5"
PURSUE = "roe.defenders.pursue=true"


def test_pursuit_engages_those_who_recrossed_only_without_the_river_rule() -> None:
    spared = measure(night(RECROSS, replication=5))
    to_the_river = measure(night(RECROSS, PURSUE, replication=5))
    beyond = measure(night(RECROSS, PURSUE, "roe.defenders.forbid[river]=null", replication=5))
    assert spared["recrossed_engaged"] == to_the_river["recrossed_engaged"] == 0
    assert beyond["recrossed_engaged"] > 0
    assert spared["attackers_killed"] < to_the_river["attackers_killed"]
    assert beyond["recrossed_people"] < spared["recrossed_people"]


def test_own_losses_open_the_ladder() -> None:
    late = night(*NOTHING, "roe.defenders.trigger.own_losses=3")
    log = late.events
    hurt: list[int] = []
    for kind in ("wounded", "killed"):
        for row in log.of(kind).tolist():
            unit = late.actors["unit"][log.target[row]]
            if unit >= 0 and late.units["side"][unit] == "defenders":
                hurt.append(int(log.t_ms[row]))
    opened = times(late, "roe_state")[0]
    assert sorted(hurt)[2] <= opened <= sorted(hurt)[2] + 1
    assert opened > times(night(), "roe_state")[0]


def test_nothing_opens_a_ladder_without_triggers() -> None:
    assert times(night(*NOTHING), "roe_state") == []


@pytest.mark.parametrize("enough", [1, 3])
def test_direct_fire_at_own_people_opens_the_ladder(enough: int) -> None:
    """Silent guns, so that nothing else can: the ladder opens with so many units that fire, at the very instant."""
    found = night("roe.defenders.trigger.rounds=null", f"roe.defenders.trigger.direct_fire={enough}")
    scenario, log, side = base(), found.events, found.units["side"]
    direct = {name for name, weapon in scenario.weapons.items() if weapon.kind in ("aimed", "shot")}
    first: dict[str, int] = {}
    for row in sorted([*log.of("opened").tolist(), *log.of("fired").tolist()]):
        event, target = log.event(row), found.actors["unit"][log.target[row]]
        shooter = found.actors["unit"][log.actor[row]]
        ours = target >= 0 and side[target] == "defenders"
        if ours and side[shooter] == "attackers" and found.names[event.payload["weapon_key"]] in direct:
            first.setdefault(event.actor, event.t_ms)
    assert len(first) >= enough
    then = sorted(first.values())[enough - 1]
    assert then <= times(found, "roe_state")[0] <= then + 1


def test_a_line_that_makes_hostile_permits_fire_at_who_crosses_it() -> None:
    ladder = [f"roe.defenders.ladder[{rung}]=null" for rung in ("hotline_call", "show_of_force", "warning_shots")]
    line = "roe.defenders.trigger.line_crossing=front"
    alone, base = night(line, *ladder), night()
    assert times(base, "act_observed", act=int(Act.CROSSED_LINE)) == []
    crossed = times(alone, "act_observed", act=int(Act.CROSSED_LINE))
    assert crossed
    assert min(crossed) >= min(times(alone, "line_crossed", line_key=named("front")))
    assert min(times(alone, "permitted")) < min(times(base, "permitted"))


@pytest.mark.parametrize("kind", ["own_up", "assure"])
def test_an_answer_withholds_approvals_for_its_time(kind: str) -> None:
    other = "hotline.counterpart"
    always = [f"{other}.answers=1", f"{other}.knows.p={int(kind == 'own_up')}", f"{other}.will.p=0"]
    always += [f"{other}.admits={int(kind == 'own_up')}", f"{other}.assures={int(kind == 'assure')}"]
    free = night(*always)
    held = night(*always, f"hotline.withhold=[{kind}]", "hotline.withhold_for=40 min")
    answers = times(held, "call_answered", answer=int(Answer[kind.upper()]))
    assert answers
    for t in times(held, "approved"):
        assert not any(0 <= t - at < 40 * 60_000 for at in answers), "approved while held back"
    assert times(held, "waiting", what=int(Wait.HOTLINE))
    assert not times(free, "waiting", what=int(Wait.HOTLINE))
    assert min(times(free, "approved")) < min(times(held, "approved"), default=10**12)


def test_other_answers_withhold_nothing() -> None:
    sets = ["hotline.withhold=[halt_ordered]", "hotline.withhold_for=2 h", "hotline.counterpart.will.p=0"]
    assert night(*sets).digest == night(sets[-1]).digest


def test_a_cell_far_away_controls_where_nobody_is_left_to() -> None:
    alone = night(base="no-advisers")
    far = night("command.defenders.remote={attacks: 1, control: 10 min}", base="no-advisers")
    assert times(alone, "assigned") == []
    taken, assigned = times(far, "controller_taken"), times(far, "assigned")
    assert assigned
    assert min(assigned) - min(taken) >= 600_000
    log = far.events
    kinds = [BY_NAME["controller_taken"].code, BY_NAME["controller_freed"].code]
    level = peak = 0
    for kind in log.kind.tolist():
        level += (kind == kinds[0]) - (kind == kinds[1])
        peak = max(peak, level)
    assert peak == 1


def test_a_cell_far_away_helps_controllers_on_the_ground_only_when_they_are_busy() -> None:
    more, base = night("command.defenders.remote={attacks: 2, control: 10 min}"), night()
    queues = [len(times(run, "waiting", what=int(Wait.CONTROLLER))) for run in (more, base)]
    assert queues[0] < queues[1]
    busy = min(times(base, "waiting", what=int(Wait.CONTROLLER)))
    before = [[t for t in times(run, "assigned") if t <= busy] for run in (more, base)]
    assert before[0] == before[1]


def test_fire_that_ends_says_why() -> None:
    reasons = {int(r) for r in night(RECROSS).events.payload("ceased")["reason"].tolist()}
    assert {Reason.TURNED_BACK, Reason.ORDERED} <= reasons
