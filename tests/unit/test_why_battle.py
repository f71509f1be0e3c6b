"""`why` on nights of the base scenario: what a chain and a refusal must say there."""

from __future__ import annotations

import re

import pytest

from sim import why
from sim.recording import Recording
from tests.unit.processes.nights import night, rows

DRAWN = re.compile(r"chance of this effect ([0-9.]+), drawn ([0-9.]+)")
DIES = re.compile(r"of those hurt ([0-9.]+) die, drawn ([0-9.]+)")


@pytest.fixture(scope="module")
def base() -> Recording:
    return night(record="full")


def said(steps: list[why.Step]) -> str:
    return "\n".join(step.text for step in steps)


def test_a_draw_stands_beside_the_chance_that_it_decided(base: Recording) -> None:
    seen = {"killed": 0, "wounded": 0}
    for kind in seen:
        for row in rows(base, kind):
            text = (
                why.chain(base, row)[-1].text if why.chain(base, row)[-1].event == row else said(why.chain(base, row))
            )
            for p, drawn in DRAWN.findall(text.splitlines()[0]):
                assert float(drawn) <= float(p), text
            for lethal, drawn in DIES.findall(text.splitlines()[0]):
                assert (float(drawn) <= float(lethal)) == (kind == "killed"), text
                seen[kind] += 1
    assert min(seen.values()) > 10


def test_a_chain_leads_from_a_sight_to_the_fate(base: Recording) -> None:
    log, sides = base.events, base.actors["side"]
    air = set(base.units["id"][base.units["altitude_m"] > 0].tolist())
    loss = next(i for i in rows(base, "killed") if log.event(i).actor in air)
    kinds = [log.event(step.event).kind for step in why.chain(base, loss) if step.event is not None]
    wanted = ["seen", "act_observed", "reported", "permitted", "approved", "assigned", "fired", "impact", "killed"]
    last = {k: i for i, k in enumerate(kinds)}
    assert [last[k] for k in wanted[3:]] == sorted(last[k] for k in wanted[3:])
    assert set(wanted) <= set(kinds)
    assert str(sides[log.actor[loss]]) == "defenders"


def test_who_was_hurt_beside_the_target_is_told_so(base: Recording) -> None:
    log = base.events
    beside = aimed = 0
    for loss in rows(base, "killed"):
        text = said(why.chain(base, loss))
        if "was near where it fell" in text:
            beside += 1
            assert log.event(loss).target not in text.split("The fire was aimed at ")[1].split(";")[0]
        else:
            aimed += 1
    assert beside > 0
    assert aimed > 0


def test_a_formation_names_its_units(base: Recording) -> None:
    with pytest.raises(why.NotFound, match="`tanks` is a formation; ask for one of its units: t72-1"):
        why.find(base, "tanks")


def test_roles_that_do_not_strike(base: Recording) -> None:
    assert "watches and never strikes" in said(why.why_not(base, "watch-1"))
    text = said(why.why_not(base, "f22-1"))
    assert "held in overwatch" in text
    assert "overwatch is lifted" in text
    assert "its longest weapon reaches 12.0 km" in text
    never = night("hotline.counterpart.assures=0", record="full")
    assert "overwatch is lifted" not in said(why.why_not(never, "f22-1"))


def test_an_attacker_without_an_order_to_attack(base: Recording) -> None:
    committed = {base.events.event(i).actor for i in rows(base, "committed")}
    ours = base.units["id"][base.units["side"] == "attackers"].tolist()
    idle = [u for u in ours if u not in committed and u.startswith("recon")]
    assert idle
    assert "never committed to an attack" in said(why.why_not(base, idle[0]))


def test_a_side_without_approval_says_so() -> None:
    quiet = night("roe.defenders.trigger.rounds=null", "roe.defenders.trigger.direct_fire=null", record="full")
    assert "were never approved against anybody" in said(why.why_not(quiet, "himars-1"))


def test_an_assurance_before_the_fight_frees_nobody() -> None:
    before = ("hotline.calls[stop-request]=null", "hotline.calls[warning]=null", "hotline.counterpart.assures=1")
    near = ("units[f22-1].station=[3 km, 3 km]", "hotline.counterpart.knows.p=0", "hotline.counterpart.answers=1")
    held = night(*before, *near)
    assert rows(held, "call_answered")
    assert not [i for i in rows(held, "run_begun") if held.events.event(i).actor == "f22-1"]
    freed = night(*before[1:], *near)
    assert [i for i in rows(freed, "run_begun") if freed.events.event(i).actor == "f22-1"]
