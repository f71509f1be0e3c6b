"""Luck by address: one generator at all widths, no state, no order."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws import Draws, Philox, Purpose, key, pair, signed, span_ms, truncated

WORD = st.integers(0, 2**64 - 1)


def test_philox_known_answer() -> None:
    """Random123's vector for zero counter and key."""
    assert [hex(int(x)) for x in Philox().raw((0, 0, 0, 0), (0, 0), 4)] == [
        "0x16554d9eca36314c", "0xdb20fe9d672d0fdc", "0xd7e772cee186176b", "0x7e68b68aec7ba23b",
    ]  # fmt: skip


@given(WORD, st.integers(0, 2**40), st.integers(1, 60), st.integers(1, 60))
def test_a_block_begins_like_every_wider_one(who: int, event: int, n: int, more: int) -> None:
    draws = Draws(3, 4)
    wide = draws.block(Purpose.HIT, who, event, n + more)
    assert np.array_equal(draws.block(Purpose.HIT, who, event, n), wide[:n])
    assert draws.one(Purpose.HIT, who, event) == wide[0]
    assert np.all((wide > 0.0) & (wide < 1.0))


@given(WORD, st.integers(0, 2**40))
def test_the_common_path_is_raw_from_block_one(who: int, event: int) -> None:
    philox = Philox()
    assert np.array_equal(philox.from_one(event, who, 5, 9, 8, 7), philox.raw((1, event, who, 5), (9, 8), 7))


def test_order_does_not_matter_and_addresses_differ() -> None:
    one, two = Draws(1, 0), Draws(1, 0)
    addresses = [(p, w, e) for p in (Purpose.MPI, Purpose.HIT) for w in (5, 6) for e in (0, 1)]
    forward = {a: one.one(*a) for a in addresses}
    backward = {a: two.one(*a) for a in reversed(addresses)}
    assert forward == backward
    assert len(set(forward.values())) == len(addresses)


def test_seed_and_replication_zero_are_themselves_and_negative_ones_refused() -> None:
    values = {Draws(s, r).one(Purpose.MPI, 1) for s in (0, 1) for r in (0, 1)}
    assert len(values) == 4
    with pytest.raises(ValueError, match="from 0"):
        Draws(-1, 0)


def test_history_is_addressed_apart_from_the_dice() -> None:
    a, b = Draws(1, 2, history=7), Draws(1, 3, history=7)
    assert a.one(Purpose.HISTORY, 5) == b.one(Purpose.HISTORY, 5)
    assert a.one(Purpose.MPI, 5) != b.one(Purpose.MPI, 5)
    assert Draws(1, 7).one(Purpose.HISTORY, 5) == a.one(Purpose.HISTORY, 5)


def test_uniforms_are_uniform() -> None:
    """n = 200,000 over structured addresses: mean and variance within 4 standard errors; a bias of 0.003 would show."""
    draws = Draws(11, 0)
    u = np.concatenate([draws.block(Purpose.DAMAGE, who, event, 20) for who in range(100) for event in range(100)])
    n = len(u)
    assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / n)
    assert abs(u.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / n)
    first = np.array([draws.one(Purpose.DAMAGE, who) for who in range(4000)])
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 4 / np.sqrt(len(first))


@given(st.text(min_size=1), st.text(min_size=1))
def test_pairs_are_ordered_and_keys_fit_64_bits(a: str, b: str) -> None:
    one, two = key(a), key(b)
    assert 0 <= pair(one, two) < 2**64
    assert -(2**63) <= signed(one) < 2**63
    if one != two:
        assert pair(one, two) != pair(two, one)


@pytest.mark.parametrize(
    ("law", "spread", "median"),
    [("fixed", None, 60_000), ("exponential", None, 41_589), ("lognormal", 2.0, 60_000), ("uniform", 0.5, 60_000)],
)
def test_delay_laws_by_inversion(law: str, spread: float | None, median: int) -> None:
    it = SimpleNamespace(law=law, time_s=60.0, spread=spread)
    assert span_ms(it, 0.5) == median
    assert span_ms(it, 1e-9) <= span_ms(it, 0.5) <= span_ms(it, 1 - 1e-9)


def test_gamma_delay_has_its_mean_and_truncated_law_its_bounds() -> None:
    """Mean of the gamma law by the midpoint rule over 4,000 uniforms: within 1 %."""
    it = SimpleNamespace(law="gamma", time_s=60.0, spread=0.5)
    u = (np.arange(4000) + 0.5) / 4000
    assert np.mean([span_ms(it, float(x)) for x in u]) == pytest.approx(60_000, rel=0.01)
    assert truncated(0.4, 0.0, 0.9) == 0.4
    assert 0.0 <= truncated(0.1, 0.3, 1e-6) <= truncated(0.1, 0.3, 1 - 1e-6) <= 1.0
