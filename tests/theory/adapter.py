"""Answers to the oracle cases: `evaluate(case)` through the shipped functions of `sim`, `simulate(case, n, seed)`
through the whole engine.

Where the product states the law, the answer comes from the product. Laws that only the running engine shows (combat,
queues, chains) and published test functions come from the reference solvers next door. Keys and units of a case's
inputs are its own; the answer has the shape of its `expected`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.theory.answers import combat, fire, looking, output
from tests.theory.answers.reading import Answers
from tests.theory.battles.plans import PLANS

CASES: list[dict[str, Any]] = json.loads((Path(__file__).with_name("oracles.json")).read_text())["cases"]


ANSWERS: Answers = {**fire.ANSWERS, **looking.ANSWERS, **combat.ANSWERS, **output.ANSWERS}


def is_engine_only(case: dict[str, Any]) -> bool:
    """Whether the case is about the running engine alone (or a known-wrong one)."""
    return case["kind"] in ("engine_mc", "artefact")


def evaluate(case: dict[str, Any]) -> Any:
    """The product's value for a case, as plain numbers, lists and dictionaries."""
    return _plain(ANSWERS[case["id"]](case["inputs"]))


def simulate(case: dict[str, Any], n: int, seed: int) -> dict[str, np.ndarray]:
    """(n,) observations per number of the answer, from n runs of the whole engine on a verification scenario.

    Their mean estimates the number; for `var...` and `sd_...` the variance and standard deviation do, for DET-09
    (infinite variance) the median. Raises KeyError for a case that the grammar of scenarios cannot state.
    """
    return PLANS[case["id"]].run(case["inputs"], n, seed)


def exact(case: dict[str, Any]) -> Any:
    """What a right engine gives: the answer, and for an artefact the answer of the case whose fault it is."""
    right = {"STO-16": "STO-15", "STO-17": "STO-12"}.get(case["id"], case["id"])
    return _plain(ANSWERS[right](case["inputs"]))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value
