"""Bad input: clear lines with file, place, path and what is allowed; no traceback, under 5 s, whatever comes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import scenario as room

MINI = Path(__file__).parents[1] / "unit" / "scenario" / "mini.yaml"
TEXT = MINI.read_text("utf-8")
LIMIT_S = 5


def told(file: Path) -> list[str]:
    """What `check` says, in time."""
    begun = time.process_time()
    lines = room.check(file)
    assert time.process_time() - begun < LIMIT_S
    for line in lines:
        assert "\n" not in line
        assert "Traceback" not in line
        assert len(line) < 600
    return lines


def with_text(tmp_path: Path, text: str | bytes) -> list[str]:
    file = tmp_path / "bad.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return told(file)


FAULTS = {  # name: (what stands in the good file, what comes instead, what the message says)
    "unknown key": (
        "end: {quiet:",
        "end: {quite: 1, quiet:",
        "end.quite: unknown key; allowed: quiet; did you mean `quiet`?",
    ),
    "unknown top key": ("belief:", "beliefs: {}\nbelief:", "beliefs: unknown key"),
    "duplicate key": ("title: Mini", "title: Mini\ntitle: Maxi", "duplicate key `title`; it stands already at line 4"),
    "alias": ("title: Mini", "title: &t Mini\nquestion: *t", "alias *t is not allowed; use `kinds:` or `extends:`"),
    "merge key": ("end: {quiet:", "end: {<<: {a: 1}, quiet:", "end.<<: unknown key"),
    "tag": ("title: Mini", "title: !!python/name:os.system Mini", "tag"),
    "wrong unit": (
        "depth: 20 m",
        "depth: 20 s",
        "kinds.squad.depth: '20 s' is a duration, a length is wanted; allowed",
    ),
    "unknown unit": ("depth: 20 m", "depth: 20 yards", "allowed: a number with one of m, km, mi, ft"),
    "decimal comma": ("depth: 20 m", "depth: 1,5 km", "'1,5 km' has a comma"),
    "comma in braces": ("tau: 60 s", "tau: 1,5 min", "a comma ends a value inside braces"),
    "no unit": ("depth: 20 m", "depth: 20", "20 has no unit"),
    "missing id": ("{id: d1, kind", "{kind", "`id` is missing"),
    "missing key": ("title: Mini\n", "", "title: `title` is missing"),
    "dangling unit": (
        "formation: fd, tag",
        "formation: fdd, tag",
        "no formation is named `fdd`; allowed: fa, fd; did you",
    ),
    "dangling sensor": ("sensor: eye", "sensor: ear", "no sensor is named `ear`; allowed: eye"),
    "negative strength": (
        "{n: 9",
        "{n: -9",
        "kinds.squad.entities.soldier.n: -9 is out of bounds; allowed: at least 0",
    ),
    "half a man": ("{n: 9", "{n: 8.5", "8.5 is not allowed; allowed: a whole number"),
    "share above one": ("lethal: 0.3", "lethal: 3", "weapons.rifle.lethal: 3 is out of bounds; allowed: at most 1"),
    "corridor": ("half_width: 200 m", "half_width: 5 m", "the corridor (half width 5 m) misses unit `a1`"),
    "time without offset": (
        "{at: 2018-02-07T22:10+02:00}",
        "{at: 2018-02-07T22:10}",
        "has no offset from UTC; allowed",
    ),
    "late order": (
        "{at: 2018-02-07T22:10+02:00}",
        "{at: 2018-02-07T22:31+02:00}",
        "not within the scripted part of the clock",
    ),
    "unknown word": ("side: defenders", "side: defender", "allowed: attackers, defenders; did you mean `defenders`?"),
    "map for a number": ("depth: 20 m", "depth: {a: 1}", "kinds.squad.depth"),
    "text for a map": ("end: {quiet: 30 min}", "end: soon", "end: 'soon' is not allowed; allowed: a map"),
    "list for a map": ("end: {quiet: 30 min}", "end: [1]", "end: a list is not allowed; allowed: a map"),
    "nothing for a map": ("end: {quiet: 30 min}", "end:", "end: nothing is not allowed; allowed: a map"),
    "version": ("khusham: 1", "khusham: 2", "khusham: 2 is not allowed; allowed: 1"),
    "not a number": ("lethal: 0.3", "lethal: .nan", "weapons.rifle.lethal: '.nan' is not allowed; allowed: a number"),
    "endless": ("lethal: 0.3", "lethal: 1e999", "weapons.rifle.lethal"),
    "tab": ("title: Mini", "title: Mini\n\tid: x", "not valid YAML"),
    "open bracket": ("title: Mini", "title: [Mini", "not valid YAML"),
    "two documents": ("title: Mini", "title: Mini\n---\nid: b", "more than one document"),
    "list as key": ("title: Mini", "title: {? [a] : b}", "a key is text"),
    "number as key": ("depth: 20 m", "depth: 20 m\n    5: x", "a key is text, not int"),
    "set is a list": ("title: Mini", "title: Mini\nset: [a]", "set: is a map of `path: value`"),
    "extends a number": ("title: Mini", "title: Mini\nextends: 5", "is not a file name"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_at_its_place(tmp_path: Path, name: str) -> None:
    old, new, words = FAULTS[name]
    assert old in TEXT
    lines = with_text(tmp_path, TEXT.replace(old, new, 1))
    assert any(words in line for line in lines), lines
    assert all(line.startswith(f"{tmp_path / 'bad.yaml'}:") for line in lines)
    assert len(lines) <= 4, lines


def test_a_stated_number_must_stand_in_its_claim(root: Path, tmp_path: Path) -> None:
    base = (root / "scenarios" / "khusham.yaml").as_posix()
    lines = with_text(
        tmp_path, f"extends: {base}\nset:\n  roe.defenders.trigger.near: {{value: 501 m, basis: stated, claim: C17}}\n"
    )
    assert len(lines) == 1
    assert "501 m is not among the numbers of claim C17; allowed: 20 rounds, 30 rounds, 500 m" in lines[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"  \n\n", "the file is empty"),
        (b"# only a remark\n", "holds no keys"),
        (b"just words", "holds no keys"),
        (b"- a\n- b\n", "holds no keys"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a text file"),
        (b"a: \x00\n", "is not a text file"),
        (TEXT.encode("utf-16"), "is not a text file"),
        (b"a: \xff\n", "is not a text file"),
        (b"a: " + b"[" * 100_000, "nested deeper than"),
        (b"a: " + b"{b: " * 100_000, "nested deeper than"),
        (b"\n".join(b" " * n + b"k:" for n in range(900)), "nested deeper than"),
        (b"#" * 2_000_000, "has 2.0 MB; a scenario has at most 1 MB"),
    ],
    ids=lambda item: item[:12] if isinstance(item, bytes) else None,
)
def test_what_is_no_scenario_gets_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    lines = with_text(tmp_path, content)
    assert len(lines) == 1
    assert words in lines[0]


def test_folders_missing_files_and_pipes_get_one_line(tmp_path: Path) -> None:
    assert told(tmp_path) == [f"{tmp_path}: is a folder; a scenario is a YAML file"]
    assert told(tmp_path / "none.yaml") == [f"{tmp_path / 'none.yaml'}: there is no such file"]
    assert len(told(Path("a\0b"))) == 1
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert told(tmp_path / "pipe") == [f"{tmp_path / 'pipe'}: is not an ordinary file"]


def test_a_file_of_nearly_a_megabyte_of_faults_is_told_in_time(tmp_path: Path) -> None:
    lines = with_text(tmp_path, TEXT + "".join(f"unknown{n}: 1\n" for n in range(20_000)))
    assert 1 < len(lines) < 100
    assert "more" in lines[-1]


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    lines = with_text(tmp_path, bomb)
    assert any("anchor &a0 is not allowed" in line for line in lines)


# ---------------------------------------------------------------- whatever comes

PIECES = sorted({*TEXT.split(), "{", "}", "[", "]", ":", "-", "&a", "*a", "!t", "null", "1e9", "\n", "\t", "'", '"'})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mangled_scenario_is_answered_in_words(tmp_path: Path, data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + length :]
    with_text(tmp_path, text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_in_words(tmp_path: Path, content: bytes) -> None:
    assert with_text(tmp_path, content)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS, lambda kids: st.lists(kids, max_size=3) | st.dictionaries(st.text(max_size=6), kids, max_size=3)
)
WORDS = """
units units[a1] units[a1].kind units[a1].id units[a1].slot kinds kinds.squad kinds.squad.weapons
kinds.squad.weapons.rifle formations formations[fa].at formations[fa].routes formations[fa].routes.main
weapons weapons.rifle weapons.rifle.curve weapons.rifle.kind weapons.rifle.exposure orders orders[go].when
orders[go].do clock clock.start light map map.points map.lines sources claims_file changes hotline roe morale
command belief end tags published id khusham
"""
PATHS = WORDS.split()


@settings(max_examples=300)
@given(st.sampled_from(PATHS), VALUES)
def test_any_value_at_any_path_is_answered_in_words(path: str, value: object) -> None:
    room.check(MINI, [(path, value)])
