"""Ends that differ: turned back, halted, recrossed, surrendered; the wounded who die later; fire at one's own."""

from __future__ import annotations

import pytest

from sim import scenario
from sim.events import Reason
from sim.metrics import measure, tables, undefined
from tests.battle import BASE
from tests.unit.processes.nights import night, of, rows

OBEY = tuple(
    f"hotline.counterpart.{key}=1"
    for key in ("answers", "knows.p", "will.p", *(f"authority.{t}" for t in ("contractor", "regime_army", "militia")))
)


def where(run) -> dict[str, int]:  # type: ignore[no-untyped-def]
    table = tables(run)["disposition"]
    return dict(zip(table["where"], table["people"], strict=True))


@pytest.mark.parametrize(
    ("sets", "row"),
    [
        (("morale.attackers.recross=1", "morale.attackers.surrender=0"), "recrossed"),
        (("morale.attackers.recross=0", "morale.attackers.surrender=0"), "enclave"),
        (("morale.attackers.surrender=1",), "surrendered"),
        ((*OBEY, "hotline.counterpart.halt_delay=1 min", "hotline.calls[build-up-notice]=null"), "halted"),
    ],
)
def test_each_end_has_its_row(sets: tuple[str, ...], row: str) -> None:
    found = {
        name: sum(where(night(*sets, replication=r))[name] for r in range(2))
        for name in ("recrossed", "enclave", "surrendered", "halted")
    }
    assert found[row] == max(found.values())
    assert found[row] > 50
    others = {"surrendered", "recrossed", "halted"} - {row}
    if row != "halted":
        assert all(found[name] <= 30 for name in others), found


@pytest.mark.parametrize("replication", range(3))
def test_the_rows_exclude_each_other_and_sum_to_the_strength(replication: int) -> None:
    run = night(replication=replication)
    strength = run.units["people"][run.units["side"] == "attackers"].sum()
    assert sum(where(run).values()) == strength


def test_reasons_to_break_are_several() -> None:
    reasons = {int(r) for k in range(4) for r in night(replication=k).events.payload("broke")["reason"].tolist()}
    assert len(reasons) >= 2
    assert reasons <= {
        Reason.LOSSES, Reason.GUNS_LOST, Reason.LEADER_LOST, Reason.NEIGHBOURS, Reason.UNANSWERED_FIRE,
        Reason.TURNED_BACK,
    }  # fmt: skip


def test_the_wounded_die_in_the_run_or_within_the_horizon_or_live() -> None:
    long, short, none = (
        [night("wounds.p_die=0.5", f"wounds.horizon={h}", replication=r) for r in range(3)]
        for h in ("30 d", "1 min", "null")
    )
    later = [sum(int(measure(run)["attackers_die_later"] or 0) for run in runs) for runs in (long, short)]
    assert later[0] > later[1] == 0
    assert "horizon" in undefined(none[0])["attackers_die_later"]
    assert [run.digest for run in long] == [run.digest for run in none]
    wounded = sum(int(measure(run)["attackers_wounded"] or 0) for run in long)
    died = sum(len(rows(run, "died_of_wounds")) for run in long)
    hurt = wounded + died
    assert abs((later[0] + died) / hurt - 0.5) < 0.15, "n about 250 a draw at 0.5: three sigma is 0.1"


def test_fire_at_ones_own_is_counted() -> None:
    close = night(
        "weapons.m777.mpi.rep=2 km", "weapons.m777.mpi.dep=2 km", "formations[field-artillery].at=[2 km, 0 km]"
    )
    log, sides = close.events, close.units["side"]
    unit = close.actors["unit"]
    own = set()
    for kind in ("wounded", "killed"):
        for row, entity in zip(log.of(kind).tolist(), log.payload(kind)["entity"].tolist(), strict=True):
            a, b = unit[log.actor[row]], unit[log.target[row]]
            if sides[a] == sides[b]:
                own.add((int(b), entity))
    assert measure(close)["hurt_by_own_side"] == len(own)


def test_safe_distances_make_attacks_slower_and_count() -> None:
    wide, none = night("weapons.hellfire.danger_close=9 km"), night("weapons.hellfire.danger_close=0 m")
    assert int(measure(wide)["attacks_close_to_own"] or 0) > int(measure(none)["attacks_close_to_own"] or 0)
    slow, quick = (
        [
            min(wide_t - t for wide_t in later)
            for t in [int(run.events.t_ms[i]) for i in of(run, rows(run, "run_begun"), "mq9-1")]
            if (later := [x for x in map(int, run.events.t_ms[of(run, rows(run, "fired"), "mq9-1")]) if x > t])
        ]
        for run in (wide, none)
    )
    assert sum(slow) / len(slow) > sum(quick) / len(quick)


def test_quiet_ends_no_night_before_its_scripted_part_is_over() -> None:
    run = night(base="roe-fire-at-crossing")
    assert int(run.events.t_ms[rows(run, "fired")[0]]) < scripted_ms() - 30 * 60_000
    assert int(run.events.t_ms[-1]) >= scripted_ms()
    assert rows(run, "committed"), "the attack of 22:00 is not forgotten"


def scripted_ms() -> int:
    base = scenario.load(BASE)
    return base.t_ms(base.clock.scripted_until)
