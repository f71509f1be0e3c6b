"""Every shipped scenario loads, is fully accounted for, and holds what the record says it holds."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from sim import scenario as room
from sim.scenario.base import When
from sim.scenario.provenance import TRUST
from sim.scenario.quantity import LENGTH, parse

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios"
BASE = FOLDER / "khusham.yaml"
LOADED_HERE = sorted([BASE, *FOLDER.glob("verification/*.yaml")])
"""The variants are loaded where they run, in `test_variants`."""
FILES = [*LOADED_HERE, *sorted(FOLDER.glob("variants/*.yaml"))]
ATTACKERS = {"contractor", "regime_army", "militia", "tribal", "iran_backed"}


@pytest.fixture(scope="module")
def base() -> room.Scenario:
    return room.load(BASE)


def people(scenario: room.Scenario, side: str) -> int:
    sides = {formation.id: formation.side for formation in scenario.formations}
    return sum(
        element.n
        for unit in scenario.units
        if sides[unit.formation] == side
        for element in unit.entities.values()
        if element.body == "person"
    )


def vehicles(scenario: room.Scenario) -> int:
    return sum(e.n for unit in scenario.units for e in unit.entities.values() if e.vehicle)


@pytest.mark.parametrize("file", LOADED_HERE, ids=lambda file: file.stem)
def test_it_loads(file: Path) -> None:
    assert room.check(file) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_head_points_editors_to_the_schema_and_asks_its_question(file: Path) -> None:
    first, *rest = file.read_text("utf-8").splitlines()
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found is not None
    assert (file.parent / found[1]).resolve() == FOLDER / "schema.json"
    assert len([line for line in rest if re.match(r"question: .*\w", line)]) == 1


def test_the_schema_is_what_the_models_say() -> None:
    assert (FOLDER / "schema.json").read_text("utf-8") == room.schema_json(), (
        "scenarios/schema.json is old; write sim.scenario.schema_json() there"
    )
    json.loads(room.schema_json())


def test_every_number_of_the_base_has_a_basis_and_says_on_what(base: room.Scenario) -> None:
    assert base.published
    assert len(base.provenance) > 1000
    for row in base.provenance:
        assert row.basis is not None, row.path
        assert row.trust in TRUST, row.path
        chosen = isinstance(row.number, bool) or row.path == "hotline.effect_on_fires"
        assert (row.least is None) == chosen, row.path
        assert row.remark or row.source_id or row.claim_id, row.path
    shares = Counter(row.basis for row in base.provenance)
    assert shares["stated"] >= 8


def test_the_base_holds_the_force_on_record(base: room.Scenario) -> None:
    assert people(base, "attackers") == 500
    assert vehicles(base) == 27
    tags = Counter(unit.tag for unit in base.units)
    assert {"contractor", "regime_army", "militia", "tribal", "sdf", "coalition"} == set(tags)
    by = Counter(
        {
            tag: sum(e.n for u in base.units if u.tag == tag for e in u.entities.values() if e.body == "person")
            for tag in tags
        }
    )
    assert by["sdf"] == 120
    crews = {"mrap": 16, "himars": 6, "m777_gun": 16}
    assert by["coalition"] == 30 + sum(crews.values())
    assert sum(unit.controllers for unit in base.units) == 2
    rockets = sum(unit.weapons["gmlrs"].rounds or 0 for unit in base.units if "gmlrs" in unit.weapons)
    assert rockets == 12
    aircraft = Counter({u.kind: 0 for u in base.units if u.air is not None})
    for unit in base.units:
        if unit.air is not None:
            aircraft[unit.kind] += unit.entities["aircraft"].n
    assert aircraft == {"mq9": 2, "f22": 2, "f15": 4, "ac130": 1, "ah64": 4, "b52": 1, "watch_uav": 1}


def test_the_article_alone_has_500_people_and_18_vehicles() -> None:
    scenario = room.load(FOLDER / "variants" / "article-only.yaml")
    assert people(scenario, "attackers") == 500
    assert vehicles(scenario) == 18
    kinds = {unit.kind for unit in scenario.units}
    assert not kinds & {"t55", "ifv", "bm21_launcher", "mrap", "m777_gun", "ac130", "ah64", "b52", "large_section"}


def test_variants_change_what_they_say() -> None:
    fires = {"gmlrs", "m777", "gbu", "jdam", "hellfire", "ac130_gun", "ah64_gun", "f15_strafe"}
    carried = {
        name: {weapon for unit in room.load(FOLDER / "variants" / f"{name}.yaml").units for weapon in unit.weapons}
        for name in ("no-himars", "no-supporting-fires")
    }
    assert carried["no-himars"] & fires == fires - {"gmlrs"}
    assert not carried["no-supporting-fires"] & fires
    double = room.load(FOLDER / "variants" / "double-attackers.yaml")
    assert people(double, "attackers") == 1000
    assert vehicles(double) == 54
    assert people(double, "defenders") == people(room.load(BASE), "defenders")


def absolute(when: When | None) -> list[object]:
    """Absolute times of a condition."""
    if when is None:
        return []
    parts = [*(when.all or ()), *(when.any or ()), *([when.not_] if when.not_ else [])]
    return [*([when.at] if when.at else []), *(time for part in parts for time in absolute(part))]


def test_nothing_after_the_first_round_has_an_absolute_time(base: room.Scenario) -> None:
    whens = [order.when for order in base.orders] + [unit.arrives for unit in base.units]
    whens += [call.when for call in base.hotline.calls] if base.hotline else []
    times = [time for when in whens for time in absolute(when)]
    assert times
    assert all(time < base.clock.scripted_until for time in times)


def test_no_order_lets_an_attacker_go_home(base: room.Scenario) -> None:
    sides = {formation.id: formation.side for formation in base.formations}
    assert not [o.id for o in base.orders if o.do.withdraw and sides[o.who] == "attackers"]


def test_the_three_lines_are_three_and_the_calls_have_three_phases(base: room.Scenario) -> None:
    assert {line.role for line in base.map.lines} == {"river", "deconfliction", "front"}
    assert base.hotline is not None
    assert {call.phase for call in base.hotline.calls} == {"before", "during", "after"}


def test_nothing_of_the_base_is_named_and_not_used(base: room.Scenario) -> None:
    units = base.units
    assert {unit.kind for unit in units} == set(base.kinds)
    assert {unit.sensor for unit in units if unit.sensor} == set(base.sensors)
    assert {name for unit in units for name in unit.weapons} == set(base.weapons)


def test_light_covers_the_whole_clock_with_every_kind(base: room.Scenario) -> None:
    at = [row.at for row in base.light]
    assert at == sorted(at)
    assert at[0] <= base.clock.start
    assert {row.light for row in base.light} == {"day", "dusk", "night", "moon"}
    assert all(one.light != two.light for one, two in zip(base.light, base.light[1:], strict=False))
    before = [row.light for row in base.light if row.at <= base.clock.scripted_until]
    assert before[-1] == "night"  # the first hour and a half of the fight is moonless


def test_a_number_is_explained_in_the_words_of_its_source(base: room.Scenario) -> None:
    row = room.explain(base, "roe.defenders.trigger.near")
    assert (row.number, row.unit, row.basis, row.claim_id) == (500, "m", "stated", "C17")
    row = room.explain(base, "units[himars-1].weapons.gmlrs.rounds")
    assert (row.number, row.claim_id) == (6, "S50")
    assert parse(f"{row.number} m", LENGTH) == 6


# ---------------------------------------------------------------- what docs/scenario.md promises


def blocks() -> list[str]:
    """The examples of the guide that are whole variants."""
    text = (ROOT / "docs" / "scenario.md").read_text("utf-8")
    return [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith("extends:")]


def test_the_guide_has_its_examples() -> None:
    assert len(blocks()) >= 3


@pytest.mark.parametrize("number", range(3))
def test_an_example_of_the_guide_loads_and_is_short(tmp_path: Path, number: int) -> None:
    block = blocks()[number]
    assert len(block.splitlines()) < 15 + 1
    file = tmp_path / "example.yaml"
    file.write_text(block.replace("../khusham.yaml", BASE.as_posix()), encoding="utf-8")
    assert room.check(file) == []
    assert room.diff(room.load(BASE), room.load(file))
