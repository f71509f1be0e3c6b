"""In text nobody who was hurt is counted to the man, every number of many nights has its interval, --json is exact."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from sim import engine, metrics
from sim import scenario as room
from sim.__main__ import app
from sim.metrics import hurt
from sim.recording import Recording
from sim.report import people

SCENARIOS = Path(__file__).parents[3] / "scenarios"
BASE = SCENARIOS / "khusham.yaml"
ARTICLE = SCENARIOS / "variants" / "article-only.yaml"


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def night() -> Recording:
    return engine.run(room.load(BASE), seed=1, replication=0)


@given(st.integers(0, 2000))
def test_a_count_is_near_what_was_counted(n: int) -> None:
    told = int(hurt.count(n).replace(",", ""))
    assert abs(told - n) <= (0 if n < 10 else 2.5 if n < 98 else 5)
    assert told % (1 if n < 10 else 5 if n < 98 else 10) == 0
    assert (told > 0) == (n > 0)


def test_means_are_whole_from_ten_on_and_never_minus_nothing() -> None:
    assert [hurt.mean(x) for x in (82.4, 9.96, 1.25, -0.04, None)] == ["82", "10.0", "1.2", "0.0", "-"]
    assert hurt.between(-31.6, 0.04, "+") == "-32 to +0.0"


def test_one_night_in_words_and_exactly(night: Recording) -> None:
    said = call("run", BASE).stdout
    found = metrics.measure(night)
    words = [f"{hurt.count(found[f'attackers_{state}'])}" for state in ("killed", "wounded")]
    assert re.search(rf"Attackers killed / wounded +{words[0]} / {words[1]}\n", said)
    titles = [line for line in said.splitlines() if line.endswith("simulated)")]
    assert len(titles) >= 9
    assert "contested by US assessment (C44)" in " ".join(said.split())
    assert people.NO_INTERVAL in said
    body = json.loads(call("run", BASE, "--json").stdout)
    assert body["replications"][0]["metrics"] == found
    assert body["tables"]["disposition"] == metrics.tables(night)["disposition"]
    assert sum(body["tables"]["disposition"]["people"]) == 500


def test_a_night_that_knows_its_fellows_gives_the_interval(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "n.mcap"
    body = json.loads(call("run", BASE, "-n", 4, "-j", 1, "-o", file, "--json").stdout)
    usual = people.usual(body["summary"]["attackers_killed"])
    assert " to " in usual
    assert call("report", file, "--beside", ARTICLE, "-n", 2, "-j", 1, "-o", tmp_path / "n.html").exit_code == 0
    page = (tmp_path / "n.html").read_text("utf-8")
    assert usual in page
    assert "2 simulated nights of each" in page
    assert "article-only" in page


def test_scenarios_stand_side_by_side() -> None:
    said = call("run", BASE, "-n", 2, "-j", 1, "--beside", ARTICLE)
    assert said.exit_code == 0, said.output
    head = next(line for line in said.stdout.splitlines() if line.startswith("metric"))
    assert head.split() == ["metric", "khusham", "article-only"]
    body = json.loads(call("run", BASE, "-n", 2, "-j", 1, "--beside", ARTICLE, "--json").stdout)
    alone = json.loads(call("run", ARTICLE, "-n", 2, "-j", 1, "--json").stdout)
    assert body["beside"][1] == alone
    refused = call("run", BASE, "--beside", ARTICLE)
    assert refused.exit_code == 2
    assert "-n 2 or more" in refused.stderr


def test_a_change_is_made_to_each_scenario() -> None:
    words = ("compare", BASE, SCENARIOS / "variants" / "no-himars.yaml", "-n", 2, "-j", 1)
    body = json.loads(call(*words, "--beside", ARTICLE, "--json").stdout)
    alone = json.loads(call(*words, "--json").stdout)
    assert [row["a"] for row in body["beside"]] == ["khusham", "article-only"]
    assert body["beside"][0]["effects"] == alone["effects"]
    assert body["beside"][1]["effects"]["coalition_unhurt"]["difference"] == -6  # the launchers' crews
    said = call(*words, "--beside", ARTICLE)
    assert "what it changes, changed in each" in said.stdout
    strange = call("compare", ARTICLE, SCENARIOS / "variants" / "no-himars.yaml", "-n", 2, "--beside", BASE)
    assert strange.exit_code == 2
    assert "is no variant of" in strange.stderr
