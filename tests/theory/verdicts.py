"""Comparing an answer with an oracle's expected value, element by element, within the case's own tolerance."""

from collections.abc import Iterator
from math import isfinite
from typing import Any


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(path, plain value) of everything inside nested lists and dictionaries, in order."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{name}[{index}]")
    else:
        yield name, value


def allowance(expected: float, tolerance: dict[str, float]) -> float:
    """What the oracle file allows: max(abs, rel |expected|), 1e-12 where the expected value is zero."""
    if expected == 0:
        return max(tolerance["abs"], 1e-12)
    return max(tolerance["abs"], tolerance["rel"] * abs(expected))


def differences(got: Any, expected: Any, tolerance: dict[str, float]) -> list[str]:
    """One line for each value that is missing, superfluous or out of tolerance; empty is a pass."""
    have, want = dict(leaves(got)), dict(leaves(expected))
    faults = [f"{path}: only in one of the two" for path in have.keys() ^ want.keys()]
    for path in [path for path in want if path in have]:
        one, two = have[path], want[path]
        if isinstance(two, str):
            if one != two:
                faults.append(f"{path}: {one} is not {two}")
        elif not abs(one - two) <= allowance(two, tolerance):
            faults.append(f"{path}: {one!r} is not {two!r} within {allowance(two, tolerance):.1e}")
    return faults


def well_formed(value: Any) -> bool:
    """Whether an answer holds at least one value, every number of it finite and every string not empty."""
    values = [item for _, item in leaves(value)]
    return bool(values) and all(v != "" if isinstance(v, str) else isfinite(v) for v in values)
