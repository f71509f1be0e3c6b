"""Dice and history taken apart: planted parts are found, and a planted dispute stands out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.__main__ import app
from sim.experiment import spread
from sim.metrics import METRICS, Value

BASE = Path(__file__).parents[3] / "scenarios" / "khusham.yaml"
H, M, DIALS = 400, 3, 30


def made(sd_history: float, sd_dice: float, slope: float = 0.0, seed: int = 7) -> spread.Nested:
    """Nights whose toll is a sum of planted parts; dial 4 moves it by `slope` over its range."""
    luck = np.random.default_rng(seed)
    dials = luck.random((H, DIALS))
    toll = 80.0 + sd_history * luck.normal(size=(H, 1)) + sd_dice * luck.normal(size=(H, M))
    toll = toll + slope * (dials[:, 4:5] - 0.5)
    nothing: dict[str, Value | None] = dict.fromkeys(METRICS)
    nights = tuple(tuple(nothing | {"attackers_killed": float(v)} for v in row) for row in toll)
    return spread.Nested(seed, tuple(f"dial-{n}" for n in range(DIALS)), dials, nights)


@pytest.mark.parametrize(("sd_history", "sd_dice"), [(10.0, 10.0), (3.0, 12.0), (0.0, 8.0), (9.0, 1.0)])
def test_planted_parts_are_found(sd_history: float, sd_dice: float) -> None:
    """400 histories of 3 dice: the standard error of the share is at most 0.03, so 0.12 is 4 of them."""
    found = spread.parts(made(sd_history, sd_dice), "attackers_killed")
    assert found is not None
    true = sd_history**2 / (sd_history**2 + sd_dice**2)
    assert abs(found.history_share - true) < 0.12
    assert abs(found.sd_dice - sd_dice) < 0.1 * sd_dice


def test_the_interval_covers_the_planted_share() -> None:
    """40 made-up samples: were the coverage 0.93, fewer than 31 inside would come once in 10,000; were it 0.6, 31 or
    more twice in 100."""
    inside = 0
    for seed in range(40):
        found = spread.parts(made(10.0, 10.0, seed=seed), "attackers_killed")
        assert found is not None
        inside += found.low <= 0.5 <= found.high
    assert inside >= 31


def test_a_planted_dispute_stands_out_and_no_other() -> None:
    ranked = spread.disputes(made(2.0, 2.0, slope=20.0), "attackers_killed")
    assert ranked[0].path == "dial-4"
    assert ranked[0].clear
    assert ranked[0].rank_correlation > 0.8
    assert not any(row.clear for row in ranked[1:])


def test_too_few_histories_are_not_split() -> None:
    few = made(5.0, 5.0)
    few = spread.Nested(few.seed, few.paths, few.dials[:10], few.nights[:10])
    assert spread.parts(few, "attackers_killed") is None
    assert spread.disputes(few, "attackers_killed") == []
    assert spread.parts(made(5.0, 5.0), "hq_held") is None, "no values, no spread"


def test_the_command_nests_dice_in_histories() -> None:
    words = ["run", str(BASE), "--uncertain", "-n", "4", "--dice", "2", "-j", "1"]
    body = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert (body["histories"], body["dice"], len(body["nights"])) == (2, 2, 2)
    assert body["dials"] > 50
    assert body["nights"][0][0] != body["nights"][0][1] != body["nights"][1][0]
    said = CliRunner().invoke(app, [*words, "--history", "3"])
    assert said.exit_code == 2
    assert "histories of its own" in said.stderr


def test_a_history_may_be_held_while_the_dice_fall_anew() -> None:
    words = ["run", str(BASE), "--json", "--rep", "3"]
    digests = [
        json.loads(CliRunner().invoke(app, [*words, *more]).stdout)["replications"][0]["digest"]
        for more in ((), ("--history", "3"), ("--history", "1"))
    ]
    assert digests[0] == digests[1] != digests[2]
