"""From text to a frozen scenario: marks, messages, resolved text, digest, questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import scenario as room
from sim.scenario.reading import read_yaml
from sim.scenario.tree import MAX_DEPTH, scalar

MINI = Path(__file__).parent / "mini.yaml"


def told(tmp_path: Path, *changes: tuple[str, str], more: str = "") -> list[str]:
    """What `check` says of the small scenario with words replaced and text added."""
    text = MINI.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "m.yaml"
    file.write_text(text + more, encoding="utf-8")
    return [line.replace(f"{tmp_path}/", "") for line in room.check(file)]


def test_the_small_scenario_is_good(tmp_path: Path) -> None:
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3", -3), ("1e3", 1000.0), ("0.5", 0.5), ("true", True), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("on", "on"), ("22:30:00", "22:30:00"), ("0x1f", "0x1f"), (".inf", ".inf"), ("1_000", "1_000"),
        ("2018-02-07", "2018-02-07"), ("1e999", "1e999"), ("-", "-"), ("9" * 30, float("9" * 30)),
    ],
)  # fmt: skip
def test_plain_words_are_read_as_yaml_12(text: str, value: object) -> None:
    assert scalar(text) == value


def test_marks_count_from_one() -> None:
    tree, problems = read_yaml("a:\n  - {b: 1}\n  - {b: 2}\n", "f")
    assert problems == []
    assert str(tree.keys_at["a"]) == "f:1:1"
    assert str(tree["a"].items_at[1]) == "f:3:5"
    assert str(tree["a"][1].values_at["b"]) == "f:3:9"


def test_every_problem_is_told_at_once_in_file_order(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        ("rate: 6 /min", "rate: 1,5 /min"),
        ("lethal: 0.3", "lethal: 1.3"),
        ("who: fa", "who: fq"),
        ("fix_error:", "fix_eror:"),
    )
    paths = ["fix_error", "fix_eror", "rate", "lethal", "who"]
    assert [line.split(": ")[1].rpartition(".")[2] for line in lines] == paths
    assert lines[2] == (
        "m.yaml:15:11: weapons.rifle.rate: '1,5 /min' has a comma: write a decimal point and no thousands marks; "
        "allowed: a number with one of /min, such as `12 /min`"
    )
    assert "did you mean `fix_error`?" in lines[1]


def test_references_are_told_with_what_is_there(tmp_path: Path) -> None:
    lines = told(tmp_path, ("formation: fd, tag: sdf", "formation: fx, tag: sdf"), ("points: [hq]", "points: [hk]"))
    assert len(lines) == 3
    assert "formations[fd]: no unit is in formation `fd`" in lines[1]
    assert "units[d1].formation: no formation is named `fx`; allowed: fa, fd" in lines[2]
    assert "routes.main.points[0]: no point is named `hk`; allowed: hq; did you mean `hq`?" in lines[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sensor: eye", "sensor: aye", "no sensor is named `aye`; allowed: eye; did you mean `eye`?"),
        ("weapons: {rifle: {by: soldier", "weapons: {rifle: {by: sailor", "no part of this unit is named `sailor`"),
        ("weapons: {rifle: {rounds: 50}}", "weapons: {rifel: {by: soldier, rounds: 5}}", "did you mean `rifle`?"),
        ("kind: squad, formation: fd", "kind: squat, formation: fd", "no kind `squat`; allowed: squad; did you mean"),
        ("assault: main", "assault: mane", "no route of formation `fa` is named `mane`; allowed: main"),
        ("when: {at: 2018-02-07T22:10+02:00}", "when: {event: first_fite}", "did you mean `first_fire`?"),
        ("when: {at: 2018-02-07T22:10+02:00}", "when: {event: gone.done}", "order, call or aircraft is named `gone`"),
        ("when: {at: 2018-02-07T22:10+02:00}", "when: {event: go.dome}", "did you mean `done`?"),
        ("when: {at: 2018-02-07T22:10+02:00}", "when: {loss: 0.5, of: fb}", "no formation is named `fb`"),
        ("when: {at: 2018-02-07T22:10+02:00}", "when: {signal: flare}", "no order that gives the signal is named"),
        ("when: {at: 2018-02-07T22:10+02:00}", "when: {event: broke, loss: 0.5}", "give exactly one of"),
        ("who: fa", "who: fd", "no route of formation `fd` is named `main`"),
        ("tag: sdf", "tag: militia", "militia is no tag of the defenders"),
        ("half_width: 200 m", "half_width: 20 m", "the corridor (half width 20 m) misses unit `a1`"),
        ("end: 2018-02-08T02:00", "end: 2018-02-07T02:00", "is not after the start"),
        ("id: n, at: 2018-02-07T00:00", "id: n, at: 2018-02-07T23:00", "light: begins at"),
        ("dusk: 0.5, ", "", "`light` misses dusk"),
        ("{id: near, range: 0, p: 0.1}", "{id: near, range: 10 m, p: 0.1}", "the first at 0 m"),
        ("{id: near, range: 0, p: 0.1}", "{id: far, range: 0, p: 0.1}", "the id `far` is given twice"),
        ("formation: fd, tag: sdf", "formation: fd, tag: sdf, luck: a1", "shares the luck name `a1`"),
        ("id: d1", "id: fd", "also the id of a formation"),
        ("id: d1, kind: squad, ", "id: d1, ", "units[d1].kind: `kind` is missing"),
        ("body: person, counts_as: person", "body: person, counts_as: person, inside: tank", "no part of this unit"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    lines = told(tmp_path, (old, new))
    assert any(words in line for line in lines), lines


def test_a_fault_of_a_kind_is_told_once_and_not_for_each_unit(tmp_path: Path) -> None:
    assert len(told(tmp_path, ("    depth: 20 m\n", ""))) == 1
    assert len(told(tmp_path, ("depth: 20 m", "depth: 20 s"))) == 1


def test_resolved_text_holds_the_whole_scenario() -> None:
    scenario = room.load(MINI, ["end.quiet=7 min"])
    again = room.load_text(scenario.resolved_yaml, scenario.folder)
    assert again.model_dump() == scenario.model_dump()
    assert (again.sha256, again.resolved_yaml) == (scenario.sha256, scenario.resolved_yaml)
    assert again.provenance == scenario.provenance


def test_the_base_scenario_survives_the_way_through_a_recording(root: Path, tmp_path: Path) -> None:
    scenario = room.load(root / "scenarios" / "khusham.yaml")
    ground = scenario.map
    names = [ground.terrain, ground.rivers, ground.places, scenario.claims_file]
    files = {name: (root / "scenarios" / name).read_bytes() for name in names if name}
    again = room.load_text(scenario.resolved_yaml, tmp_path, files=files)
    assert again.model_dump() == scenario.model_dump()
    assert again.sha256 == scenario.sha256


def test_the_digest_sees_values_and_files(tmp_path: Path) -> None:
    one = room.load(MINI)
    assert room.load(MINI).sha256 == one.sha256
    assert room.load(MINI, ["end.quiet=31 min"]).sha256 != one.sha256
    (tmp_path / "m.yaml").write_text(MINI.read_text("utf-8") + "claims_file: c.yaml\n")
    (tmp_path / "c.yaml").write_text("claims: []\n")
    first = room.load(tmp_path / "m.yaml").sha256
    (tmp_path / "c.yaml").write_text("claims:  []\n")
    assert room.load(tmp_path / "m.yaml").sha256 != first


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.yaml", "a/../../b", "..\\b", "nowhere.yaml", "7"])
def test_named_files_stay_below_the_folder(tmp_path: Path, name: str) -> None:
    lines = told(tmp_path, more=f"claims_file: {name}\n")
    assert len(lines) >= 1
    assert lines[0].startswith("m.yaml:46:14: claims_file: ") or "claims_file" in lines[0]


def test_explain_finds_numbers_by_path_and_through_the_kind() -> None:
    scenario = room.load(MINI)
    assert room.explain(scenario, "units[a1].weapons.rifle.rounds").number == 50
    assert room.explain(scenario, "units[d1].weapons.rifle.rounds").number == 1000
    assert room.explain(scenario, "end.quiet").unit == "min"
    with pytest.raises(room.ScenarioError, match=r"did you mean `end\.quiet`"):
        room.explain(scenario, "end.quit")
    with pytest.raises(room.ScenarioError, match=r"it holds `kinds\.squad\.signature\.firing` and 2 more"):
        room.explain(scenario, "units[d1].signature")


def test_variants_are_listed(root: Path) -> None:
    rows = {row.id: row for row in room.variants(root / "scenarios" / "variants")}
    assert {"article-only", "no-himars", "no-supporting-fires", "double-attackers"} <= set(rows)
    assert all(row.title and row.question for row in rows.values())


def test_times_count_from_the_start() -> None:
    scenario = room.load(MINI)
    assert scenario.t_ms(scenario.clock.scripted_until) == 30 * 60 * 1000
    assert scenario.point("hq") == (0, 0)


def test_a_scenario_is_frozen() -> None:
    scenario = room.load(MINI)
    with pytest.raises(ValueError, match="frozen"):
        scenario.title = "other"  # type: ignore[misc]


def test_depth_has_a_limit_well_above_what_is_needed() -> None:
    assert MAX_DEPTH >= 20
