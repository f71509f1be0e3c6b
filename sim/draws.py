"""Luck by address: every uniform is a function of (seed, replication, purpose, who, event, index).

Philox4x64-10 (Salmon et al., SC11) is aimed, not streamed: key = (seed, replication), counter =
(block of four, event, who, purpose). There is no state, so no order: drawing more, less or earlier for one
cannot shift another. One generator serves all widths: `block(..., n)[:k] == block(..., k)`.
"""

from __future__ import annotations

import hashlib
import math
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

_HISTORY_BIT = 1 << 63
_MASK = (1 << 64) - 1
_LOW_BITS = np.uint64(12)


class Purpose:
    """What a draw is for. Frozen numbers: never renumber, never reuse."""

    MPI = 1
    PRECISION = 2
    DAMAGE = 3
    SEEING = 4
    HIT = 5
    FIX = 6
    DELAY = 7
    DUD = 8
    MORALE = 9
    ASSESS = 10
    MISSES = 11
    NOTICE = 12
    ANSWER = 13
    AFFILIATION = 14
    WOUND = 15
    LOCATION = 16
    SHOT = 17
    CREW = 18
    SPOTTING = 19
    ANTI_AIR = 20
    PUSH = 21
    RANK = 22
    HISTORY = 30
    AUDIT = 99


@cache
def key(name: str) -> int:
    """The unsigned 64-bit key of a name (blake2b); names, not places in a list, address luck."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def signed(unsigned: int) -> int:
    """The same 64 bits as a signed integer, as the log stores them."""
    return unsigned - (1 << 64) if unsigned >= _HISTORY_BIT else unsigned


@lru_cache(maxsize=1 << 12)
def pair(a: int, b: int) -> int:
    """The key of an ordered pair (a towards b): a mixed with a turned b, so that (a, b) and (b, a) differ."""
    mixed = (a ^ ((b << 31 | b >> 33) & _MASK)) * 0x9E3779B97F4A7C15 & _MASK
    mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9 & _MASK
    return mixed ^ (mixed >> 32)


class Philox:
    """Philox4x64-10 aimed at (counter, key) words; the counter is that of the Random123 papers."""

    def __init__(self) -> None:
        self._generator = np.random.Philox(key=0)
        # numpy reads these item by item: tuples of plain numbers cost it half of what arrays do
        self._inner: dict[str, tuple[int, ...]] = {"counter": (0, 0, 0, 0), "key": (0, 0)}
        self._state: dict[str, Any] = {
            "bit_generator": "Philox", "state": self._inner, "buffer": (0, 0, 0, 0),
            "buffer_pos": 4, "has_uint32": 0, "uinteger": 0,
        }  # fmt: skip

    def raw(self, counter: tuple[int, int, int, int], key_words: tuple[int, int], n: int) -> NDArray[np.uint64]:
        """(n,) raw words from the block at `counter` on (numpy counts up before each block, hence the step back)."""
        number = counter[0] | counter[1] << 64 | counter[2] << 128 | counter[3] << 192
        number = (number - 1) % (1 << 256)
        self._inner["counter"] = tuple(number >> bits & _MASK for bits in (0, 64, 128, 192))
        self._inner["key"] = key_words
        self._generator.state = self._state  # type: ignore[assignment]
        out: NDArray[np.uint64] = self._generator.random_raw(n)
        return out

    def first(self, event: int, who: int, purpose: int, seed: int, second: int) -> int:
        """The first raw word of the block at counter (1, event, who, purpose)."""
        self._inner["counter"] = (0, event, who, purpose)
        self._inner["key"] = (seed, second)
        self._generator.state = self._state  # type: ignore[assignment]
        return self._generator.random_raw()

    def from_one(self, event: int, who: int, purpose: int, seed: int, second: int, n: int) -> NDArray[np.uint64]:
        """`raw` from counter (1, event, who, purpose) on: the block count runs in the low word and never carries."""
        self._inner["counter"] = (0, event, who, purpose)
        self._inner["key"] = (seed, second)
        self._generator.state = self._state  # type: ignore[assignment]
        out: NDArray[np.uint64] = self._generator.random_raw(n)
        return out


def uniforms(raw: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Raw words to uniforms strictly between 0 and 1, symmetric about 1/2: (top 52 bits + 1/2) / 2**52."""
    out: NDArray[np.float64] = (raw >> _LOW_BITS).astype(np.float64)
    out += 0.5
    out *= 2.0**-52
    return out


class Draws:
    """The luck of one replication, and the luck of one history (disputed inputs, latent states)."""

    def __init__(self, seed: int, replication: int, history: int | None = None):
        if seed < 0 or replication < 0 or (history is not None and history < 0):
            raise ValueError("seed, replication and history are whole numbers from 0")
        self._philox = Philox()
        self._seed = seed & _MASK
        self._dice = replication & (_HISTORY_BIT - 1)
        self._past = (replication if history is None else history) & (_HISTORY_BIT - 1) | _HISTORY_BIT

    def block(self, purpose: int, who: int, event: int, n: int) -> NDArray[np.float64]:
        """(n,) uniforms at an address. `who`: key of a name or pair; `event`: that who's own count, from 0."""
        second = self._past if purpose == 30 else self._dice
        return uniforms(self._philox.from_one(event, who, purpose, self._seed, second, n))

    def one(self, purpose: int, who: int, event: int = 0) -> float:
        """The first uniform of the block at an address."""
        second = self._past if purpose == 30 else self._dice
        return ((self._philox.first(event, who, purpose, self._seed, second) >> 12) + 0.5) * 2.0**-52

    def few(self, purpose: int, who: int, event: int, n: int) -> list[float]:
        """`block` as plain numbers: half its cost for a handful."""
        second = self._past if purpose == 30 else self._dice
        raw = self._philox.from_one(event, who, purpose, self._seed, second, n)
        return [((word >> 12) + 0.5) * 2.0**-52 for word in raw.tolist()]

    def exponential(self, purpose: int, who: int, event: int = 0) -> float:
        """Exp(1) at an address."""
        return -math.log(self.one(purpose, who, event))


def span_ms(law: Any, u: float) -> int:
    """A time span in whole ms from a delay law (see scenario.base.DelayLaw) by inversion of one uniform."""
    kind, time_s, spread = law.law, law.time_s, law.spread
    if kind == "fixed":
        value = time_s
    elif kind == "exponential":
        value = -time_s * math.log1p(-u)
    elif kind == "lognormal":
        value = time_s * math.exp(math.log(spread) * ndtri(u))
    elif kind == "gamma":
        shape = 1.0 / max(spread, 1e-9) ** 2
        value = time_s * gammaincinv(shape, u) / shape
    else:
        width = 0.5 if spread is None else spread
        value = time_s * (1.0 + width * (2.0 * u - 1.0))
    return max(0, round(float(value) * 1000.0))


def truncated(mean: float, sd: float, u: float) -> float:
    """A share from a normal law truncated to [0, 1], by inversion; sd 0 gives the mean."""
    from sim.effects.suppression import break_fraction

    return mean if sd == 0.0 else float(break_fraction(u, mean, sd))
