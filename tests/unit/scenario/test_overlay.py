"""Overlay laws: paths, merging, setting, order of lists."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import scenario as room
from sim.scenario.overlay import leaves, merge, parse, show
from sim.scenario.reading import read_yaml
from sim.scenario.tree import Map, Seq
from sim.scenario.writing import write_yaml

MINI = Path(__file__).parent / "mini.yaml"

words = st.text("abcxyz0123456789_-", min_size=1, max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e6, 1e6)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
trees = st.recursive(scalars, lambda kids: st.dictionaries(words, kids, max_size=4), max_leaves=12)
maps = st.dictionaries(words, trees, max_size=5)


def tree_of(data: dict[str, Any]) -> Map:
    return read_yaml(write_yaml(data) if data else "{}", "test")[0]


def plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else node


@given(st.dictionaries(words, trees | st.lists(trees, max_size=3), max_size=5))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    assert plain(tree_of(data)) == data


@given(maps)
def test_merging_nothing_changes_nothing(data: dict[str, Any]) -> None:
    tree = tree_of(data)
    assert plain(merge(tree, tree_of({}))) == data
    assert plain(merge(tree_of({}), tree)) == data


@given(maps, maps, maps)
def test_merging_is_associative_without_deletions(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    one, two, three = (tree_of(drop_nothing(data)) for data in (a, b, c))
    left, right = merge(merge(one, two), three), merge(one, merge(two, three))
    assert plain(left) == plain(right)


def drop_nothing(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: drop_nothing(value) for key, value in node.items() if value is not None and key != "value"}
    return node


@given(maps, maps)
def test_the_upper_map_wins(a: dict[str, Any], b: dict[str, Any]) -> None:
    merged = dict(leaves(merge(tree_of(drop_nothing(a)), tree_of(drop_nothing(b)))))
    for path, value in leaves(tree_of(drop_nothing(b))):
        assert merged[path] == value


def test_lists_are_replaced_whole_and_null_takes_away() -> None:
    below, above = tree_of({"a": [1, 2], "b": {"c": 1, "d": 2}}), tree_of({"a": [3], "b": {"c": None}})
    assert plain(merge(below, above)) == {"a": [3], "b": {"d": 2}}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("units[t72-1].weapons.gun.rounds", ["units", "t72-1", "weapons", "gun", "rounds"]), ("a", ["a"]),
        ("slot[0]", ["slot", "0"]), ("kinds[a.b].depth", ["kinds", "a.b", "depth"]),
        ("", None), (".a", None), ("a..b", None), ("a b", None), ("a[", None), ("a[]", None), ("a.[b].", None),
    ],
)  # fmt: skip
def test_paths_are_read(path: str, steps: list[str] | None) -> None:
    assert parse(path) == steps


def test_paths_are_shown_by_id() -> None:
    tree = read_yaml("units: [{id: a, slot: [1 m, 2 m]}, {id: b, slot: [3 m, 4 m]}]", "test")[0]
    assert show(tree, ["units", 1, "slot", 0]) == "units[b].slot[0]"


# ---------------------------------------------------------------- through the loader


def test_a_path_sets_what_a_unit_inherits_for_this_unit_alone() -> None:
    scenario = room.load(MINI, ["units[d1].weapons.rifle.rounds=7"])
    rounds = {unit.id: unit.weapons["rifle"].rounds for unit in scenario.units}
    assert rounds == {"a1": 50, "d1": 7}
    assert scenario.kinds["squad"].weapons["rifle"].rounds == 1000
    assert scenario.overrides == ("units[d1].weapons.rifle.rounds=7",)


def test_items_are_added_and_taken_away_by_id() -> None:
    scenario = room.load(MINI, ["units[a2]={kind: squad, formation: fa, tag: militia}", "orders[go]=null"])
    assert [unit.id for unit in scenario.units] == ["a1", "a2", "d1"]
    assert scenario.orders == ()


def test_a_tool_may_give_values_instead_of_text() -> None:
    assert room.load(MINI, [("end.quiet", "5 min")]).end.quiet_s == 300
    law = {"law": "exponential", "time": "5 min"}
    assert room.load(MINI, [("wounds", {"p_die": 0.1, "delay": law})]).wounds is not None


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("units[d2].weapons.rifle.rounds=0", "there is no [d2]; allowed: a1, d1"),
        ("units[d1].weapon.rifle.rounds=0", "did you mean `weapons`?"),
        ("weapons.rifl.rate=1 /min", "did you mean `rifle`?"),
        ("weapons.rifle.rat=1 /min", "did you mean `rate`?"),
        ("units[d9]=null", "no [d9] to take away"),
        ("sensors.ear=null", "no `ear` to take away; allowed: eye"),
        ("end.quiet.more=1", "single value"),
        ("end quiet=1", "is not a path"),
        ("end.quiet", "not of the form path=value"),
        ("units[1].kind=squad", "there is no [1]"),
        ("end.quiet=&a 1 min", "anchor"),
        ("weapons.rifle.rate=2 /mn", "allowed: a number with one of /min"),
    ],
)
def test_an_unknown_path_is_an_error_with_a_hint(override: str, words: str) -> None:
    with pytest.raises(room.ScenarioError) as caught:
        room.load(MINI, [override])
    assert words in str(caught.value)
    assert all(line.startswith("--set") for line in caught.value.messages)


def test_extends_lies_over_a_base_and_set_comes_last(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_bytes(MINI.read_bytes())
    (tmp_path / "sub").mkdir()
    variant = tmp_path / "sub" / "variant.yaml"
    variant.write_text(
        "extends: ../base.yaml\nid: variant\nend: {quiet: 10 min}\nset:\n  units[d1].weapons.rifle.rounds: 3\n"
        "  end.quiet: 20 min\n"
    )
    scenario = room.load(variant)
    assert (scenario.id, scenario.title, scenario.end.quiet_s) == ("variant", "Mini", 1200)
    assert scenario.folder == str(tmp_path / "sub" / "..")
    told = room.diff(room.load(tmp_path / "base.yaml"), scenario)
    assert "end.quiet: 30 min becomes 20 min." in told
    assert "units[d1].weapons.rifle.rounds: 3 is added." in told


def test_extending_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    (tmp_path / "c.yaml").write_text("extends: nowhere.yaml\n")
    assert "leads back to itself" in room.check(tmp_path / "a.yaml")[0]
    assert "there is no such file" in room.check(tmp_path / "c.yaml")[0]


def shuffled(node: Any, luck: random.Random) -> Any:
    """Every list of items with ids in another order; ladders apart."""
    if isinstance(node, dict):
        return {key: value if key == "ladder" else shuffled(value, luck) for key, value in node.items()}
    if isinstance(node, list):
        items = [shuffled(item, luck) for item in node]
        if all(isinstance(item, dict) and "id" in item for item in items):
            luck.shuffle(items)
        return items
    return node


@pytest.mark.parametrize("name", ["khusham", "mini"])
def test_order_in_a_list_means_nothing(root: Path, name: str) -> None:
    file = MINI if name == "mini" else root / "scenarios" / "khusham.yaml"
    scenario = room.load(file)
    other = write_yaml(shuffled(plain(read_yaml(file.read_text("utf-8"), "x")[0]), random.Random(7)))
    again = room.load_text(other, scenario.folder)
    assert again.sha256 == scenario.sha256
    assert again.model_dump() == scenario.model_dump()
    assert isinstance(read_yaml(other, "x")[0]["units"], Seq)


def test_changes_apply_in_time_order(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    change = "changes: [{at: 2018-02-07T23:00+02:00, set: {suppression.pin: 2}}]\n"
    file.write_text(MINI.read_text() + change)
    scenario = room.load(file)
    assert scenario.suppression.pin == 1
    assert room.changed(scenario, 1).suppression.pin == 2
    assert room.changed(scenario, 0).suppression.pin == 1
    file.write_text(MINI.read_text() + change.replace("pin: 2", "pin: -2"))
    assert "suppression.pin: -2 is out of bounds" in room.check(file)[0]
    file.write_text(MINI.read_text() + change.replace("pin: 2", "pinn: 2"))
    assert "did you mean `pin`?" in room.check(file)[0]
    file.write_text(MINI.read_text() + change.replace("suppression.pin", "end.quiet"))
    assert "may not change in mid-run; allowed" in room.check(file)[0]
