"""A tag is a statement that somebody made: no view names one without saying whose word it is.

The views are those of the program itself (its commands, formats, pages), so that a new one is asked too.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from sim import engine, tags, why
from sim import recording as rec
from sim.__main__ import app
from sim.experiment import flip
from sim.export import FORMATS
from tests.battle import BASE, ROOT, base
from tests.naming import unsaid

NO_HIMARS, NO_MQ9 = (ROOT / "scenarios" / "variants" / f"{name}.yaml" for name in ("no-himars", "no-mq9"))
MILITIA = ROOT / "scenarios" / "variants" / "composition-militia.yaml"

VIEWS: dict[str, tuple[object, ...] | str] = {
    "run": ("NIGHT-RUN",),
    "why": ("NIGHT", "t72-1"),
    "branch": ("NIGHT", "--at", "22:00", "--halt", "contractor"),
    "diff": (BASE, MILITIA),
    "variants": (),
    "explain": (BASE, "hotline.counterpart.authority.contractor"),
    "compare": (BASE, NO_HIMARS, "-n", 2, "-j", 1, "--all"),
    "claims": (BASE, "-n", 2, "--drawn", 2, "-j", 1),
    "shares": (BASE, NO_HIMARS, NO_MQ9, "-n", 2, "-j", 1, "--metric", "contractors_killed"),
    "last": (BASE, "-n", 2, "-j", 1, "--from", "22:00", "--to", "22:00", "--action", "halt-contractors"),
    "flip": "test_a_headline_turned_by_an_input_of_a_tag_says_it",
    "report": "tests/unit/report/test_report.py",
    "export": "test_every_format_says_it",
    "view": "tests/unit/viz/test_attribution.py",
    "sweep": "names files and counts",
    "analyse": "tests/unit/experiment/test_analyse.py",
    "replay": "names a file",
    "verify": "names events, whose sentences say it",
    "order": "of no scenario",
    "check": "of what is wrong with a file",
    "schema": "the grammar",
}
"""Command -> words that make it name a tag; or where it is looked at, or why it names none."""
DEAR = ("compare", "claims", "shares", "last")


@pytest.fixture(scope="module")
def said() -> tags.Attributions:
    return base().attributed


@pytest.fixture(scope="module")
def night() -> rec.Recording:
    return engine.run(base(), seed=7)


@pytest.fixture(scope="module")
def file(night: rec.Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("night") / "n.mcap"
    rec.save(night, found)
    return found


def answered(told: Result) -> bool:
    """Whether a command came to its end; a broken one leaves with 1 as well."""
    return told.exit_code in (0, 1) and (told.exception is None or isinstance(told.exception, SystemExit))


def test_every_command_is_looked_at() -> None:
    assert set(typer.main.get_command(app).commands) == set(VIEWS)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in DEAR else [])
        for name, words in VIEWS.items()
        if not isinstance(words, str)
    ],
)
def test_a_command_says_whose_word_a_tag_is(command: str, file: Path, said: tags.Attributions) -> None:
    words = [{"NIGHT": file, "NIGHT-RUN": BASE}.get(str(word), word) for word in VIEWS[command]]
    for more in ([], ["--json"]):
        told = CliRunner().invoke(app, [command, *map(str, words), *more])
        assert answered(told), told.output
        if command != "why":  # its chains seldom name any; sentences are asked below
            assert tags.named(told.stdout), "this view was to name a tag"
        assert not unsaid(told.stdout, said), more


def test_a_headline_turned_by_an_input_of_a_tag_says_it(
    said: tags.Attributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of those that the stored screening ranks first is of a tag; here one is."""
    ranked = flip.ranked

    def of_a_tag(*args: Any) -> list[flip.Moved]:
        return sorted(ranked(*args), key=lambda row: "authority.contractor" not in row.dial.path)

    monkeypatch.setattr(flip, "ranked", of_a_tag)
    words = [
        "flip",
        str(BASE),
        "-n",
        "2",
        "-j",
        "1",
        "--steps",
        "2",
        "--most",
        "1",
        "--headline",
        "attackers_killed<=1",
    ]
    for more in ([], ["--json"]):
        told = CliRunner().invoke(app, [*words, *more])
        assert answered(told), told.output
        assert "authority.contractor" in told.stdout
        assert not unsaid(told.stdout, said), more


DOORS = {"sim/report/out.py"}
PLAIN = {
    ("sim/__main__.py", "schema"): "the grammar of scenarios",
    ("sim/__main__.py", "check"): "that nothing is wrong with a file",
}
"""Who may print what stands for an answer, and what it says without going through a door."""


def test_answers_leave_through_the_doors_alone() -> None:
    """Everything that the commands print on stdout goes by functions that add the attribution."""
    found = set()
    for path in sorted((ROOT / "sim").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        source = path.read_text("utf-8")
        if name in DOORS or not re.search(r"\b(print|echo|Console|stdout)\b", source):
            continue
        for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)):
            for call in ast.walk(function):
                words = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
                to_stderr = isinstance(call, ast.Call) and any(key.arg == "err" for key in call.keywords)
                if words in ("print", "typer.echo", "Console", "sys.stdout.write") and not to_stderr:
                    found.add((name, function.name))
    assert found == set(PLAIN)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_says_it(ending: str, night: rec.Recording, said: tags.Attributions) -> None:
    if ending == ".parquet":
        pq = pytest.importorskip("pyarrow.parquet")
        from io import BytesIO

        table = pq.read_table(BytesIO(FORMATS[ending](night)))
        named = {tag for tag in table["actor_tag"].to_pylist() if tag}
        assert named <= set(json.loads(table.schema.metadata[tags.WHOSE.encode()]))
        return
    if ending == ".kml":
        pytest.importorskip("simplekml")
    assert not unsaid(FORMATS[ending](night).decode(), said)


def test_a_sentence_says_whose_word_its_tag_is(night: rec.Recording, said: tags.Attributions) -> None:
    judged = night.events.of("affiliation_judged").tolist()
    assert judged, "nobody was judged"
    for row in judged:
        sentence = why.sentence(night, row)
        assert tags.named(sentence)
        assert not unsaid(sentence, said)


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "studies").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_says_it(page: Path, said: tags.Attributions) -> None:
    text = page.read_text("utf-8")
    assert not unsaid(text, said), f"add: {said.foot(text)}"
