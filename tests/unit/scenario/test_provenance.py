"""Every number has a unit, a source and a doubt, or the scenario does not load."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import scenario as room
from sim.scenario.evidence import Claims, confidence
from sim.scenario.provenance import take_off
from sim.scenario.reading import read_yaml

MINI = Path(__file__).parent / "mini.yaml"
CLAIMS = """
claims:
  - id: C1
    says: Some 500 came.
    numbers:
      - {value: 500, unit: people}
      - {value: 500, unit: m, what: distance}
      - {value: 47, unit: percent}
      - {value: 1350, unit: min, at: "2018-02-07T22:30+02:00"}
  - id: C2
    says: Five miles off.
    numbers: [{value: 8.0, unit: km}]
  - id: C3
    says: Nothing in figures.
    numbers: []
framing: [[C1, C2]]
"""


def told(tmp_path: Path, value: str, path: str = "weapons.rifle.suppress.radius", more: str = "") -> list[str]:
    """What is said of one value with its provenance, in a scenario with claims and one source."""
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    file = tmp_path / "m.yaml"
    text = MINI.read_text("utf-8") + "claims_file: claims.yaml\nsources: {book: {title: A book}}\n"
    file.write_text(text + f"set:\n  {path}: {value}\n" + more)
    return [line.replace(f"{tmp_path}/", "") for line in room.check(file)]


@pytest.mark.parametrize(
    "value",
    [
        "{value: 500 m, basis: stated, claim: C1}",
        "{value: 0.5 km, basis: stated, claim: [C3, C1]}",
        "{value: 8 km, basis: stated, claim: C2}",
        "{value: 10 m, low: 5 m, high: 0.02 km, basis: assumption, note: ours, confidence: L}",
        "{value: 10 m, basis: derived, source: book}",
        "{value: 10 m, basis: analogue, note: like others}",
        "{value: 10 m, low: 10 m, high: 10 m}",
        "10 m",
    ],
)
def test_what_is_accounted_for_loads(tmp_path: Path, value: str) -> None:
    assert told(tmp_path, value) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{value: 501 m, basis: stated, claim: C1}", "501 m is not among the numbers of claim C1; allowed: 500 people"),
        ("{value: 500 m, basis: stated, claim: C2}", "is not among the numbers of claim C2; allowed: 8.0 km"),
        ("{value: 500 m, basis: stated}", "`stated` needs the id of a `claim`"),
        (
            "{value: 500 m, basis: stated, claim: C11}",
            "there is no claim `C11`; allowed: an id of `claims_file`; did you",
        ),
        ("{value: 10 m, basis: assumption}", "an assumption needs a `note`"),
        ("{value: 10 m, basis: derived}", "needs a source, a claim or a note"),
        ("{value: 10 m, basis: asumption, note: x}", "did you mean `assumption`?"),
        (
            "{value: 10 m, basis: derived, source: bok}",
            "there is no source `bok`; allowed: an id of `sources`; did you",
        ),
        ("{value: 10 m, low: 11 m}", "low '11 m' is on the wrong side"),
        ("{value: 10 m, high: 9 m}", "allowed: low <= value <= high"),
        ("{value: 10 m, high: 9 s}", "is not of the kind of the value"),
        ("{value: 10 m, confidence: sure}", "allowed: H, M, L"),
        ("{value: 10 m, bassis: derived}", "unknown key `bassis` beside `value`"),
        ("{value: [1 m], low: 0 m}", "`low` stands beside a single value"),
    ],
)
def test_what_is_not_is_named(tmp_path: Path, value: str, words: str) -> None:
    lines = told(tmp_path, value)
    assert any(words in line for line in lines), lines
    assert all(line.startswith("m.yaml:") for line in lines)


def test_shares_and_times_are_held_against_claims() -> None:
    claims = Claims(CLAIMS, "claims.yaml")
    assert claims.ids == ["C1", "C2", "C3"]
    assert claims.holds("C1", 0.47)
    assert claims.holds("C1", 47)
    assert claims.holds("C1", 500)
    assert claims.holds("C1", "2018-02-07T20:30Z")
    assert not claims.holds("C1", "2018-02-07T22:31+02:00")
    assert not claims.holds("C1", "500 s")
    assert not claims.holds("C3", 0)


def test_a_published_scenario_owes_a_basis_for_every_number(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(MINI.read_text("utf-8") + "published: true\n")
    lines = room.check(file)
    assert len(lines) > 30
    assert all("has no basis; allowed: basis stated, derived, analogue, assumption" in line for line in lines)
    file.write_text(file.read_text("utf-8") + "provenance: {basis: assumption, note: a toy}\n")
    assert room.check(file) == []


TREE = """
a:
  provenance: {basis: assumption, note: ours, confidence: L}
  b: 1
  c: {value: 2, basis: derived, source: s}
  d: {value: 3, confidence: M}
  e:
    basis: stated
    claim: C1
    f: 4
    g: {value: 5, basis: stated, claim: C1}
  h: [6, {value: 7, note: seven}]
  i: {value: [8, {id: x}], basis: derived, note: listed}
"""


def test_inheritance_goes_down_and_stated_does_not() -> None:
    out = take_off(read_yaml(TREE, "t")[0])
    about = {fact.path: dict(fact.about) for fact in out.facts}
    assert about["a.b"] == {"basis": "assumption", "note": "ours", "confidence": "L"}
    assert about["a.c"] == {"basis": "derived", "source": "s"}
    assert about["a.d"] == {"basis": "assumption", "note": "ours", "confidence": "M"}
    assert about["a.e.g"] == {"basis": "stated", "claim": "C1"}
    assert about["a.h[1]"]["note"] == "seven"
    assert about["a.i[0]"] == {"basis": "derived", "note": "listed"}
    assert out.tree == {"a": {"b": 1, "c": 2, "d": 3, "e": {"f": 4, "g": 5}, "h": [6, 7], "i": [8, {"id": "x"}]}}
    assert [problem.text.split(";")[0] for problem in out.problems] == ["`stated` holds for one value"]


def test_nothing_below_a_stated_map_inherits_it() -> None:
    tree = read_yaml("a: {provenance: {basis: stated, claim: C1}, b: {c: 1}}", "t")[0]
    out = take_off(tree)
    assert out.problems
    deeper = take_off(read_yaml("a: {value: {b: {c: 1}}, basis: stated, claim: C1}", "t")[0])
    assert dict(deeper.facts[0].about) == {}


def test_a_slot_inherits_from_the_formation() -> None:
    tree = read_yaml(
        "formations: [{id: f, provenance: {basis: assumption, note: drawn}}]\n"
        "units: [{id: u, formation: f, slot: [1 m, 2 m]}, {id: v, formation: g, slot: [3 m, 4 m]}]\n",
        "t",
    )[0]
    about = {fact.path: dict(fact.about) for fact in take_off(tree).facts}
    assert about["units[u].slot[0]"] == {"basis": "assumption", "note": "drawn"}
    assert about["units[v].slot[0]"] == {}


def test_rows_keep_the_unit_as_written_and_carry_the_bounds_over() -> None:
    override = ("end.quiet", {"value": "1 h", "low": "30 min", "high": "2 h", "basis": "assumption", "note": "n"})
    row = room.explain(room.load(MINI, [override]), "end.quiet")
    assert (row.number, row.unit, row.lower, row.upper, row.basis) == (1, "h", 0.5, 2, "assumption")


def test_a_number_set_for_a_run_says_so() -> None:
    row = room.explain(room.load(MINI, ["end.quiet=5 min"]), "end.quiet")
    assert (row.basis, row.remark) == ("assumption", "set for this run")


@pytest.mark.parametrize(
    ("about", "wanted"),
    [
        ({"basis": "stated", "claim": "C1"}, "M"),
        ({"basis": "stated", "claim": ["C1", "C2"]}, "L"),
        ({"basis": "derived", "claim": "C3"}, "H"),
        ({"basis": "derived", "source": ["book", "hearsay"]}, "L"),
        ({"basis": "derived", "claim": "C1", "source": "book"}, "M"),
        ({"basis": "derived", "note": "computed"}, "L"),
        ({"basis": "derived", "note": "computed", "confidence": "H"}, "H"),
        ({"basis": "assumption", "claim": "C3", "note": "its size is ours"}, "L"),
        ({"basis": "analogue", "source": "book"}, "L"),
        ({}, None),
    ],
)
def test_confidence_is_the_lowest_of_what_is_cited(about: dict[str, object], wanted: str | None) -> None:
    sources = {"book": {"trust": "H"}, "hearsay": {}}
    text = "\n".join(
        [
            "claims:",
            *("  - id: C1", "    source: book", "    confidence: M"),
            *("  - id: C2", "    source: book", "    confidence: contested"),
            *("  - id: C3", "    source: book"),
        ]
    )
    assert confidence(about, sources, Claims(text, "claims.yaml")) == wanted
