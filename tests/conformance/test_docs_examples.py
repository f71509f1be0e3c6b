"""What the docs show a newcomer works as it stands there: the very examples are taken out of them and run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import engine, metrics
from sim import scenario as room
from sim.draws import key, signed
from sim.scenario import Scenario
from tests.battle import BASE, ROOT, base, battle

MOST_LINES = 15


def blocks(file: Path, language: str) -> list[str]:
    """Fenced blocks of a language in a page."""
    return re.findall(rf"```{language}\n(.*?)```", file.read_text("utf-8"), re.DOTALL)


def example(word: str) -> str:
    """The YAML block of docs/scenario.md that follows **A word.**"""
    text = (ROOT / "docs" / "scenario.md").read_text("utf-8")
    found = re.search(rf"\*\*{word}\.\*\*.*?```yaml\n(.*?)```", text, re.DOTALL)
    assert found is not None, word
    return found[1]


def made(word: str, tmp_path: Path) -> Scenario:
    """The scenario of an example, as a newcomer would lay it beside the variants."""
    text = example(word)
    assert text.count("\n") < MOST_LINES
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace("../khusham.yaml", BASE.as_posix()), encoding="utf-8")
    assert room.check(file) == []
    return room.load(file)


def test_a_weapon_by_yaml_alone_is_fired(tmp_path: Path) -> None:
    scenario = made("A weapon", tmp_path)
    new = set(scenario.weapons) - set(base().weapons)
    assert len(new) == 1
    fired = 0
    for replication in range(3):
        table = metrics.tables(engine.run(scenario, seed=7, replication=replication, record="events"))["weapons"]
        fired += table["rounds"][list(table["weapon"]).index(new.copy().pop())]
    assert fired > 0


def test_a_unit_by_yaml_alone_is_there_and_moves(tmp_path: Path) -> None:
    scenario = made("A unit", tmp_path)
    (new,) = {unit.id for unit in scenario.units} - {unit.id for unit in base().units}
    recording = engine.run(scenario, seed=7, record="full")
    u = list(recording.units["id"]).index(new)
    legs = recording.legs["unit"] == u
    assert np.hypot(recording.legs["vx_mps"][legs], recording.legs["vy_mps"][legs]).max() > 0


def test_a_rule_by_yaml_alone_forbids(tmp_path: Path) -> None:
    scenario = made("A rule", tmp_path)
    (new,) = {r.id for r in scenario.roe["defenders"].forbid} - {r.id for r in base().roe["defenders"].forbid}
    rule = signed(key(f"roe/{new}"))
    refused = engine.run(scenario, seed=7, record="events").events.payload("forbidden")["rule_key"]
    assert rule in refused
    assert rule not in battle(0).events.payload("forbidden")["rule_key"]


def test_a_metric_by_one_function_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = [block for block in blocks(ROOT / "CONTRIBUTING.md", "python") if "METRICS" in block]
    assert text.count("\n") < MOST_LINES
    monkeypatch.setattr(metrics, "METRICS", dict(metrics.METRICS))
    before = set(metrics.METRICS)
    scope: dict[str, Any] = {}
    exec(compile(text, "CONTRIBUTING.md", "exec"), scope)
    (new,) = set(metrics.METRICS) - before
    values = [metrics.measure(battle(replication))[new] for replication in range(3)]
    assert any(isinstance(value, int) and value > 0 for value in values), values
