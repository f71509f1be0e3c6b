"""Whether the z-scores of many independent checks look like what they are: standard normal.

A mean off zero is a bias that no single check sees; a spread above one, standard errors that are too small; below one,
checks that compare a thing with itself. Limits are two-sided at the level of 4 standard errors (6e-5).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

LEVEL = 2.0 * norm.sf(4.0)
SURE = 0.9


def limits(k: int) -> tuple[float, float, float]:
    """(largest |mean|, least and largest standard deviation) of k scores."""
    low, high = np.sqrt(chi2.ppf([LEVEL / 2.0, 1.0 - LEVEL / 2.0], k - 1) / (k - 1))
    return 4.0 / sqrt(k), float(low), float(high)


def power(k: int) -> tuple[float, float, float]:
    """(common bias, true spread below and above one) that k scores betray with probability SURE."""
    mean, low, high = limits(k)
    tails = np.sqrt((k - 1) / chi2.ppf([SURE, 1.0 - SURE], k - 1))
    return mean + float(norm.ppf(SURE)) / sqrt(k), low * float(tails[0]), high * float(tails[1])


def strange(z: NDArray[np.float64]) -> list[str]:
    """What is wrong with (k,) independent scores; empty if nothing is."""
    mean, low, high = limits(len(z))
    found = []
    if abs(z.mean()) > mean:
        found.append(f"mean of the z-scores {z.mean():+.2f}, allowed {mean:.2f} either way")
    if not low <= z.std(ddof=1) <= high:
        found.append(f"spread of the z-scores {z.std(ddof=1):.2f}, allowed {low:.2f} to {high:.2f}")
    return found
