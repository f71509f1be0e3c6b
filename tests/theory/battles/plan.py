"""What is fixed beforehand about an engine case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.theory.battles.duels import Arrays, Inputs


@dataclass(frozen=True)
class Plan:
    """`run(inputs, n, seed)` gives an array per leaf of the expected value; `wrong(inputs)` the (leaf, value) of a
    known-wrong engine, `fault` in words; `quick`: cheap enough for every test run."""

    run: Callable[[Inputs, int, int], Arrays]
    n: int
    fault: str
    wrong: Callable[[Inputs], tuple[str, float]]
    quick: bool = False
