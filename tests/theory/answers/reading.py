"""What the four books of answers share: reading inputs and naming results."""

from collections.abc import Callable
from typing import Any

import numpy as np

Inputs = dict[str, Any]
Answers = dict[str, Callable[[Inputs], Any]]


def array(value: Any) -> np.ndarray:
    """Numbers of a case as floats."""
    return np.asarray(value, dtype=np.float64)


def named(names: str, values: Any) -> dict[str, Any]:
    """Values under the keys that the oracle file uses."""
    return dict(zip(names.split(), values, strict=True))


def ids(prefix: str, *numbers: int) -> list[str]:
    """Case identities of one family."""
    return [f"{prefix}-{n:02d}" for n in numbers]
