"""Designs on the unit cube: pure functions of their size and a seed, each returning (n_points, n_factors) in [0, 1].

No global luck and no library generator: permutations and jitter are addressed draws, so a design is the same in
every version of numpy and scipy. Seed 0 is a seed like any other. Sources: McKay, Beckman & Conover 1979 (LHS);
Owen, JASA 89 (1994) and Cioppa & Lucas, Technometrics 49 (2007) (nearly orthogonal LHS); Owen 1997 (scrambling);
Morris, Technometrics 33 (1991); Saltelli et al., CPC 181 (2010); Box, Hunter & Hunter (fractions).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws, key

Unit = NDArray[np.float64]
"""(n_points, n_factors), each in [0, 1]."""

DESIGN = 200
"""Purpose of the draws that make designs; no process of a run uses it."""

NEARLY = 0.03
"""Largest absolute pairwise correlation of a nearly orthogonal design (Cioppa & Lucas 2007)."""

STARTS, ROUNDS = 12, 200
SOBOL_BITS = 30


def uniforms(seed: int, what: str, count: int, n: int) -> NDArray[np.float64]:
    """(n,) uniforms of one column of one design."""
    return Draws(seed, 0).block(DESIGN, key(what), count, n)


def permutation(seed: int, what: str, count: int, n: int) -> NDArray[np.intp]:
    """A random order of 0 .. n-1."""
    return np.argsort(uniforms(seed, what, count, n), kind="stable")


def latin(n: int, d: int, seed: int) -> Unit:
    """Latin hypercube: in every column one point, anywhere, in each of n equal strata."""
    columns = [
        (permutation(seed, "lhs/order", j, n) + uniforms(seed, "lhs/within", j, n)) / n for j in range(d)
    ]  # fmt: skip
    return np.column_stack(columns)


def largest_correlation(unit: Unit) -> float:
    """The largest absolute pairwise correlation of the columns; 0 for a single column."""
    if unit.shape[1] < 2:
        return 0.0
    found = np.atleast_2d(np.corrcoef(unit, rowvar=False))
    return float(np.max(np.abs(found[np.triu_indices(unit.shape[1], 1)])))


def _closest(unit: Unit) -> float:
    """The smallest squared distance of two points."""
    square = np.sum(unit * unit, axis=1)
    apart = square[:, None] + square[None, :] - 2.0 * unit @ unit.T
    return float(np.min(apart[np.triu_indices(len(unit), 1)]))


def _ranked(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks 0 .. n-1, centred."""
    out = np.empty(len(column))
    out[np.argsort(column, kind="stable")] = np.arange(len(column))
    return out - 0.5 * (len(column) - 1)


def _less_correlated(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranked Gram-Schmidt, forwards and backwards (Owen 1994), until the ranks no longer get better."""
    best, least = ranks, largest_correlation(ranks)
    stale = 0
    for turn in range(ROUNDS):
        columns = range(ranks.shape[1]) if turn % 2 == 0 else range(ranks.shape[1] - 1, -1, -1)
        ranks, done = ranks.copy(), list[int]()
        for j in columns:
            for i in done:
                ranks[:, j] -= ranks[:, i] * (ranks[:, i] @ ranks[:, j]) / (ranks[:, i] @ ranks[:, i])
            ranks[:, j] = _ranked(ranks[:, j])
            done.append(j)
        now = largest_correlation(ranks)
        if now < least:
            best, least, stale = ranks, now, 0
        else:
            stale += 1
        if stale > 20:
            break
    return best


def _swapped(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Swaps pairs within columns, each time the pair that helps most, until none helps."""
    ranks = ranks.copy()
    idle, j = 0, 0
    while idle < ranks.shape[1]:
        column, others = ranks[:, j], np.delete(ranks, j, axis=1)
        change = (column[None, :] - column[:, None])[:, :, None] * (others[:, None, :] - others[None, :, :])
        cost = np.sum((others.T @ column + change) ** 4, axis=2)
        a, b = np.unravel_index(int(np.argmin(cost)), cost.shape)
        idle = 0 if cost[a, b] < cost[0, 0] * (1.0 - 1e-9) else idle + 1
        if not idle:
            ranks[[a, b], j] = ranks[[b, a], j]
        j = (j + 1) % ranks.shape[1]
    return ranks


def nearly_orthogonal(n: int, d: int, seed: int) -> Unit:
    """Latin hypercube of stratum centres, no two columns correlated by NEARLY or more; of several starts the one
    whose closest points lie farthest apart. Raises ValueError if n is too small for d columns."""
    found: list[tuple[float, Unit]] = []
    least = 1.0
    for start in range(STARTS):
        ranks = np.column_stack([_ranked(uniforms(seed, "nolh", start * 1000 + j, n)) for j in range(d)])
        ranks = _less_correlated(ranks)
        if d > 1 and largest_correlation(ranks) >= NEARLY:
            ranks = _swapped(ranks)
        unit = (ranks + 0.5 * n) / n
        least = min(least, largest_correlation(unit))
        if largest_correlation(unit) < NEARLY:
            found.append((_closest(unit), unit))
    if not found:
        raise ValueError(
            f"{n} points leave {d} factors correlated by up to {least:.3f}; allowed: below {NEARLY}; take more points"
        )
    unit = max(found, key=lambda pair: pair[0])[1]
    assert largest_correlation(unit) < NEARLY
    return unit


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64: a bijection that leaves no pattern."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def sobol(n: int, d: int, seed: int) -> Unit:
    """n = 2**m points of Sobol's sequence under nested scrambling: every bit is turned or not by the bits above it."""
    if n < 2 or n & (n - 1):
        raise ValueError(f"{n} is not allowed; allowed: a power of two, as 64 or 128: other numbers lose the balance")
    from scipy.stats import qmc

    plain = qmc.Sobol(d, scramble=False, bits=SOBOL_BITS).random_base2(n.bit_length() - 1)
    words = (plain * 2.0**SOBOL_BITS).astype(np.uint64)
    out = np.zeros_like(words)
    for j in range(d):
        salt = int(uniforms(seed, "sobol", j, 1)[0] * 2.0**52)
        for bit in range(SOBOL_BITS):
            above = words[:, j] >> np.uint64(SOBOL_BITS - bit)
            turn = _mixed(_mixed(above + np.uint64(salt << 8 & (1 << 63) - 1)) + np.uint64(bit + 1)) & np.uint64(1)
            place = np.uint64(SOBOL_BITS - 1 - bit)
            out[:, j] |= (words[:, j] >> place & np.uint64(1) ^ turn) << place
    points: Unit = (out + 0.5) / 2.0**SOBOL_BITS
    return points


def grid(levels: Sequence[NDArray[np.float64]]) -> Unit:
    """Every combination of the levels of each factor, the last running fastest. Two levels each: the full factorial."""
    return np.array(list(product(*levels)))


def words_of(resolution: int, base: int, longest_first: bool) -> Iterator[tuple[int, ...]]:
    """Products of `base` letters that may define a further factor."""
    sizes = range(max(resolution - 1, 1), base + 1)
    for size in reversed(sizes) if longest_first else sizes:
        yield from combinations(range(base), size)


def _shortest(generators: Sequence[tuple[int, ...]], base: int) -> int:
    """Resolution of a fraction: the shortest word of its defining relation."""
    rows = [sum(1 << letter for letter in word) | 1 << (base + i) for i, word in enumerate(generators)]
    shortest, relation = base + len(rows) + 1, [0]
    for row in rows:
        relation += [word ^ row for word in relation]
    for word in relation[1:]:
        shortest = min(shortest, word.bit_count())
    return shortest


def generators(d: int, resolution: int) -> tuple[int, list[tuple[int, ...]]]:
    """How many factors run freely, and the product of them that each of the others follows: the smallest two-level
    fraction found for d factors of at least the resolution (each word taken when it still fits)."""
    for base, longest_first in product(range(min(d, max(2, (d - 1).bit_length())), d + 1), (False, True)):
        chosen: list[tuple[int, ...]] = []
        for word in words_of(resolution, base, longest_first):
            if len(chosen) == d - base:
                break
            if _shortest([*chosen, word], base) >= resolution:
                chosen.append(word)
        if len(chosen) == d - base:
            return base, chosen
    raise AssertionError("the full factorial always fits")


def fractional(d: int, resolution: int) -> Unit:
    """Two-level fraction, 0 and 1, of at least the resolution (3: main effects clear of each other, 4: also of pairs,
    5: pairs clear of pairs)."""
    base, chosen = generators(d, resolution)
    free = grid([np.array([0.0, 1.0])] * base)
    signs = 2.0 * free - 1.0
    rest = [np.prod(signs[:, list(word)], axis=1) for word in chosen]
    return (np.column_stack([signs, *rest]) + 1.0) / 2.0


def morris(trajectories: int, d: int, levels: int, seed: int) -> Unit:
    """Morris' trajectories, one after the other, each d + 1 points: every factor moves once by levels/(2(levels-1))."""
    if levels < 2 or levels % 2:
        raise ValueError(f"{levels} levels are not allowed; allowed: an even number, as 4")
    step = levels // 2
    rows = []
    for t in range(trajectories):
        start = np.floor(uniforms(seed, "morris/start", t, d) * levels).astype(int)
        place = start.copy()
        rows.append(place.copy())
        for j in permutation(seed, "morris/order", t, d):
            place[j] += step if place[j] < step else -step
            rows.append(place.copy())
    return np.array(rows) / (levels - 1.0)


def saltelli(n: int, d: int, seed: int) -> Unit:
    """Blocks A, B, and A with one column of B in turn: n(d + 2) points, n a power of two."""
    both = sobol(n, 2 * d, seed)
    a, b = both[:, :d], both[:, d:]
    mixed = []
    for j in range(d):
        one = a.copy()
        one[:, j] = b[:, j]
        mixed.append(one)
    return np.vstack([a, b, *mixed])


def one_at_a_time(base: NDArray[np.float64], levels: Sequence[NDArray[np.float64]]) -> Unit:
    """The base point, then each factor at each of its levels in turn, all others at the base."""
    rows = [base]
    for j, column in enumerate(levels):
        for level in column:
            if level != base[j]:
                row = base.copy()
                row[j] = level
                rows.append(row)
    return np.array(rows)
