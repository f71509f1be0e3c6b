"""Who may ever see whom: what never changes in a scenario."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Pairs:
    """m pairs (a sees b) of units in pair order, as arrays and as plain lists: what never changes in a scenario.

    widest_m: (m,) largest distance there can ever be; z_m: (m,) height between; of_a, of_b: pairs of each unit.
    """

    def __init__(self, a: Ints, b: Ints, widest_m: Floats, z_m: Floats, n_units: int):
        self.a, self.b, self.widest_m, self.z_m = a, b, widest_m, z_m
        self.first: list[int] = a.tolist()
        self.second: list[int] = b.tolist()
        self.widest: list[float] = widest_m.tolist()
        self.z: list[float] = z_m.tolist()
        self.of_a: list[list[int]] = [[] for _ in range(n_units)]
        self.of_b: list[list[int]] = [[] for _ in range(n_units)]
        for row, (i, j) in enumerate(zip(self.first, self.second, strict=True)):
            self.of_a[i].append(row)
            self.of_b[j].append(row)

        self._of_a = [np.array(rows, dtype=np.int64) for rows in self.of_a]
        self._of_b = [np.array(rows, dtype=np.int64) for rows in self.of_b]

    def touching(self, first: Iterable[int], second: Iterable[int]) -> Ints:
        """Pairs whose first is in `first` or whose second in `second`, in pair order."""
        mark = np.zeros(len(self.a), dtype=bool)
        for rows in [*[self._of_a[u] for u in first], *[self._of_b[u] for u in second]]:
            mark[rows] = True
        return np.asarray(mark.nonzero()[0], dtype=np.int64)
