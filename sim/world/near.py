"""How far many places are from the nearest of many others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MANY = 5_000
"""So many pairs are cheaper by a tree than one by one."""


def least_gaps(at: Floats, places: Floats) -> Floats:
    """(k,) distances, m, from `places` (k, 2) to the nearest of `at` (n, 2); inf where there is none."""
    if not len(at):
        return np.full(len(places), np.inf)
    if len(at) * len(places) > MANY:
        from scipy.spatial import cKDTree

        found: Floats = cKDTree(at).query(places)[0]
        return found
    dx, dy = np.subtract.outer(places[:, 0], at[:, 0]), np.subtract.outer(places[:, 1], at[:, 1])
    dx *= dx
    dy *= dy
    dx += dy
    least: Floats = np.sqrt(np.minimum.reduce(dx, axis=1))
    return least
