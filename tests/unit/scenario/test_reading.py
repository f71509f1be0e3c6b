"""The fast reader equals the full one, marks included, or leaves the text to it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import load, plain
from sim.scenario.reading import ScenarioError, read_fully, read_yaml
from sim.scenario.tree import Map, Seq
from sim.scenario.writing import write_yaml

ROOT = Path(__file__).parents[3]
FILES = sorted([*(ROOT / "scenarios").rglob("*.yaml"), Path(__file__).parent / "mini.yaml"])
TEXT = (Path(__file__).parent / "mini.yaml").read_text("utf-8")


def seen(tree: Any) -> Any:
    """Everything a tree holds, with marks, kinds of scalars and order of keys."""
    if isinstance(tree, Map):
        inner = [(key, seen(value)) for key, value in tree.items()]
        return "map", tree.mark, dict(tree.keys_at), dict(tree.values_at), inner
    if isinstance(tree, Seq):
        return "list", tree.mark, tuple(tree.items_at), [seen(item) for item in tree]
    return type(tree).__name__, tree


def agree(text: str) -> bool:
    """Whether the fast reader took the text; if it did, the full one must say the same."""
    fast = plain.read(text, "f")
    if fast is None:
        return False
    tree, problems = read_fully(text, "f")
    assert problems == []
    assert seen(fast) == seen(tree)
    return True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_shipped_files_are_read_alike(file: Path) -> None:
    agree(file.read_text("utf-8"))


@pytest.mark.parametrize("name", ["khusham.yaml", "khusham/sources.yaml", "variants/article-only.yaml"])
def test_the_large_ones_are_plain(name: str) -> None:
    assert agree((ROOT / "scenarios" / name).read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "fast"),
    [
        ("a: 1", True), ("a:\n  b: [1, {c: d}]\n", True), ("a: # why\n  - b: 1\n    c: 2\n  - {d: 'x, y'}\n", True),
        ("a: it's\n", True), ("a: http://x.y/z#q\n", True), ('a: "x: y"\n', True), ("a: {b: 22:30}\n", True),
        ("a: [1,\n  2]\n", True), ("a: {}\nb: []\n", True), ("a: -1\nb: -x\n", True), ("a.b[c].d: 1\n", True),
        ("a: two\n  lines\n", False), ("a: |\n  x\n", False), ("a: >\n  x\n", False), ("a: &x 1\n", False),
        ("a: *x\n", False), ("a: !t 1\n", False), ("a: 1\na: 2\n", False), ("a: 'it''s'\n", False), ("a:\n", False),
        ("a: {b: 1, b: 2}\n", False), ("a: {b}\n", False), ("a: [b: 1]\n", False), ('a: "\\n"\n', False),
        ("a: b: c\n", False), ("a:\n    b: 1\n  c: 2\n", False), ("- a\n- b\n", True), ("- - a\n", False),
        ("a: [1, # no\n  2]\n", False), ("a: [1\n, 2]\n", False), ("5: a\n", False), ("true: a\n", False),
        ("a:1\n", False),
        ("? a\n: b\n", False), ("a: {b: 1,}\n", False), ("%YAML 1.1\n---\na: 1\n", False), ("a: [b]c\n", False),
        ("a: x #\n", True), ("a: 1 2  3\n", True), ("a: [x  y, z ]\n", True), ("a: {'b': 1}\n", True),
        ("a: 'x\n", False),
    ],
)  # fmt: skip
def test_plain_texts_are_taken_and_others_left(text: str, fast: bool) -> None:
    assert agree(text) is fast


PIECES = [
    " ", "  ", "\n", "\n  ", ":", ": ", "- ", "-", "#", " #", ",", "{", "}", "[", "]", "'", '"', "&", "*", "!", "|",
    ">", "%", "@", "`", "?", "a", "b: 1", "é", "0", "1e5", "null", "~", "---", "...", "\t", "\r",
]  # fmt: skip


@settings(max_examples=800)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_pieces_are_read_alike(text: str) -> None:
    safely(text)


@settings(max_examples=300)
@given(st.data())
def test_mangled_scenarios_are_read_alike(data: st.DataObject) -> None:
    lines = TEXT.splitlines(keepends=True)
    start = data.draw(st.integers(0, len(lines) - 1))
    text = "".join(lines[start : start + data.draw(st.integers(1, 6))])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + data.draw(st.integers(0, 2)) :]
    safely(text)


def safely(text: str) -> None:
    fast = plain.read(text, "f")
    if fast is not None:
        agree(text)
    else:
        with suppress(ScenarioError):  # and nothing else
            read_yaml(text, "f")


words = st.text("abc XYZ019_-.:/+", min_size=1, max_size=10)
trees = st.recursive(
    words | st.integers(-999, 999) | st.booleans(),
    lambda kids: (
        st.lists(kids, max_size=3) | st.dictionaries(st.text("abcd", min_size=1, max_size=4), kids, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abcd", min_size=1, max_size=4), trees, min_size=1, max_size=4))
def test_what_the_program_writes_is_read_alike(data: dict[str, Any]) -> None:
    agree(write_yaml(data))


def test_a_resolved_scenario_is_plain() -> None:
    """So a worker of a sweep spends no more on reading it than on the file it came from."""
    text = load(ROOT / "scenarios" / "khusham.yaml").resolved_yaml
    assert plain.read(text, "f") is not None
    assert "\n    - id: " in text
