"""What the four books of answers share: reading inputs and naming results."""

import re
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


def servers_and_places(model: str) -> tuple[int, int]:
    """c and K of `M/M/c` or `M/M/c/K`; without K there is room for everybody (0)."""
    found = re.search(r"M/M/(\d+)(?:/(\d+))?", model)
    if found is None:
        raise ValueError(f"{model!r} names no queue M/M/c")
    return int(found[1]), int(found[2] or 0)


def first_customers(model: str) -> int:
    """How many `first N customers` are."""
    found = re.search(r"first (\d+) customers", model)
    if found is None:
        raise ValueError(f"{model!r} does not say how many customers")
    return int(found[1])


def normal_of(law: str) -> tuple[float, float]:
    """Mean and standard deviation of `Normal(mean,sd) ...`."""
    found = re.search(r"Normal\(([\d.]+), *([\d.]+)\)", law)
    if found is None:
        raise ValueError(f"{law!r} names no normal law")
    return float(found[1]), float(found[2])


def ids(prefix: str, *numbers: int) -> list[str]:
    """Case identities of one family."""
    return [f"{prefix}-{n:02d}" for n in numbers]
