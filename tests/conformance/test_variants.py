"""Every shipped variant: it asks something, bears on claims that exist, changes something, and runs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from sim import engine, metrics
from sim import scenario as room
from sim.claims import read
from sim.scenario.assembly import Draft, assemble, inline_sources, named_files, overriding
from sim.scenario.overlay import apply_all, in_order
from sim.scenario.writing import digest

FOLDER = Path(__file__).parents[2] / "scenarios"
BASE = FOLDER / "khusham.yaml"
FILES = sorted((FOLDER / "variants").glob("*.yaml"))
DOCS = FOLDER.parent / "docs" / "variants.md"
CLAIMS = {claim.id for claim in read((FOLDER / "khusham" / "claims.yaml").read_bytes()).claims}
NAMES = ("id", "title", "question")
NUMBERS = {f"V{i:02d}" for i in range(29)}


@cache
def listed() -> dict[str, room.Variant]:
    """What `khusham variants` knows of each variant, by id."""
    return {row.id: row for row in room.variants(FOLDER / "variants")}


def head(file: Path) -> str:
    """The remarks before the first key, as one line."""
    lines = []
    for line in file.read_text("utf-8").splitlines()[1:]:
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_says_which_claims_it_bears_on(file: Path) -> None:
    told = re.search(r"Bears on ((?:[CS]\d\d(?:, )?)+)\.", head(file))
    assert told is not None, head(file)
    assert set(told[1].split(", ")) <= CLAIMS
    row = listed()[file.stem]
    assert set(row.claims) == set(told[1].split(", "))
    assert row.row


def test_every_file_has_its_own_id_title_and_question() -> None:
    rows = room.variants(FOLDER / "variants")
    assert len(rows) == len(FILES)
    for row in rows:
        assert row.id == Path(row.path).stem
        assert row.question.endswith("?")
    for part in NAMES:
        values = [getattr(row, part) for row in rows]
        # the two that vary the breaking point ask the same
        assert len(set(values)) >= len(values) - (6 if part == "question" else 0), part


def nameless(draft: Draft) -> str:
    """The digest that a scenario would have under a name that all share: of all it says once it is laid over what it
    extends, and of the files it names; nothing is validated."""
    assert not draft.problems
    assert not apply_all(draft.tree, overriding([(name, "same") for name in NAMES]))
    tree = in_order(draft.tree)
    inline_sources(draft)
    named_files(draft)
    return digest(tree, draft.files)


def test_no_two_are_the_same_but_for_their_names() -> None:
    digests = {file.stem: nameless(assemble(file, str(file))) for file in [BASE, *FILES]}
    assert len(set(digests.values())) == len(digests)
    for file in (BASE, FILES[0]):
        assert digests[file.stem] == room.load(file, [f"{name}=same" for name in NAMES]).sha256


def test_the_docs_list_every_variant_and_every_number_of_the_plan() -> None:
    text = DOCS.read_text("utf-8")
    assert set(re.findall(r"\bV\d\d\b", text)) == NUMBERS
    listed = set(re.findall(r"`([a-z0-9-]+)\.yaml`", text))
    assert listed == {file.stem for file in FILES} | {"khusham"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_runs(file: Path) -> None:
    runs(file, 1)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_runs_often(file: Path) -> None:
    runs(file, 4)


def runs(file: Path, n: int) -> None:
    scenario = room.load(file)
    assert scenario.question
    strength = {
        side: sum(
            part.n
            for unit in scenario.units
            if next(f.side for f in scenario.formations if f.id == unit.formation) == side
            for part in unit.entities.values()
            if part.body == "person"
        )
        for side in metrics.SIDES
    }
    for replication in range(n):
        found = metrics.measure(engine.run(scenario, seed=7, replication=replication, record="events"))
        for side, people in strength.items():
            counted = [found[f"{side}_{state}"] for state in ("killed", "wounded", "unhurt")]
            assert sum(int(number or 0) for number in counted) == people
        went_on = found["censored"] and found["first_fire_side"] is not None
        assert not went_on or found["hq_held"] is False, "the headquarters holds and the fight outlasts the clock"


def test_sizes_are_what_their_names_say() -> None:
    for people, name in ((250, "attackers-250"), (300, "attackers-300"), (700, "attackers-700"), (500, "column")):
        scenario = room.load(FOLDER / "variants" / f"{name}.yaml")
        ours = {f.id for f in scenario.formations if f.side == "attackers"}
        assert people == sum(
            p.n for u in scenario.units if u.formation in ours for p in u.entities.values() if p.body == "person"
        )


def test_a_composition_changes_tags_and_authority_alone() -> None:
    base = room.load(BASE)
    files = [file for file in FILES if file.stem.startswith("composition-")]
    assert len(files) == 5
    for file in files:
        told = room.diff(base, room.load(file))
        paths = [line.partition(":")[0] for line in told]
        about = ("id", "title", "question")
        assert all(p in about or p.endswith(".tag") or ".authority." in p for p in paths), paths
