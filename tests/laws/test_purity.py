"""A run is a pure function of (scenario, seed, replication): same in, same digest out, anywhere."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from sim import engine
from tests.battle import ROOT, base, battle, cut_legs, fight_ms, planted

PROGRAM = (
    "import sys; import sim.scenario as s; from sim.engine import run; "
    "print(run(s.load(sys.argv[1]), seed=7, record='events').digest)"
)


def elsewhere(python: str = sys.executable, code: str = PROGRAM, **environment: str) -> str:
    """The digest of seed 7 as another process finds it."""
    done = subprocess.run(
        [python, "-W", "error", "-c", code, str(ROOT / "scenarios" / "khusham.yaml")],
        env={**os.environ, **environment}, capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return done.stdout.strip().splitlines()[-1]


def test_the_same_twice() -> None:
    again = engine.run(base(), seed=7, replication=0, record="events")
    assert again.digest == battle(0).digest


def test_record_full_or_events_is_the_same_battle() -> None:
    assert engine.run(base(), seed=7, record="full").digest == battle(0).digest


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_in_another_process_under_another_hash_seed(hash_seed: str) -> None:
    assert elsewhere(PYTHONHASHSEED=hash_seed) == battle(0).digest


def test_without_vector_instructions() -> None:
    """With the names this numpy accepts; the child checks that the features really went off."""
    from numpy._core._multiarray_umath import __cpu_features__ as features

    if "X86_V3" in features:
        names = [name for name in ("X86_V4", "X86_V3", "AVX512_ICL", "AVX512_SPR") if name in features]
    else:
        names = [n for n in ("AVX2", "FMA3", "AVX512F", "AVX512_SKX", "AVX512CD") if n in features]
    there = [name for name in names if features[name]]
    if not there:
        pytest.skip("this processor has no vector features that numpy could switch off")
    check = (
        "from numpy._core._multiarray_umath import __cpu_features__ as f; "
        f"assert not any(f[n] for n in {there!r}), 'still on'; "
    )
    assert elsewhere(code=check + PROGRAM, NPY_DISABLE_CPU_FEATURES=" ".join(there)) == battle(0).digest


def cut_guard(replication: int) -> None:
    """Raises AssertionError if a night whose legs are all cut at 50 random moments is another night."""
    scenario = base()
    cut = planted(scenario, lambda ctx: cut_legs(ctx, fight_ms(scenario, 50)), replication=replication)
    assert cut.digest == battle(replication).digest


@pytest.mark.parametrize("replication", [0, 2, 9])
def test_cutting_every_leg_at_50_random_moments_changes_nothing(replication: int) -> None:
    """Nothing waits to be noticed: whoever may open or must cease fire does so at once (2: at a crew whose tank is
    knocked out; 9: when the shooters' formation loses sight)."""
    cut_guard(replication)


@pytest.mark.slow
def test_cutting_every_leg_changes_nothing_in_40_nights() -> None:
    for replication in range(40):
        cut_guard(replication)


def test_replications_and_seeds_differ_and_zero_is_a_seed() -> None:
    digests = {battle(0).digest, battle(1).digest, battle(2).digest}
    digests |= {engine.run(base(), seed=0, record="events").digest}
    assert len(digests) == 4


def test_history_and_dice_are_apart() -> None:
    """The same dice under another history draw other latent states, and the other way round."""
    one = engine.run(base(), seed=7, replication=3, history=5, record="events")
    two = engine.run(base(), seed=7, replication=3, history=6, record="events")
    three = engine.run(base(), seed=7, replication=4, history=5, record="events")
    assert one.meta["history"] == 5
    assert len({one.digest, two.digest, three.digest}) >= 2
    assert one.digest != three.digest


def test_the_log_is_in_order_and_causes_come_before() -> None:
    events = battle(0).events
    assert np.all(np.diff(events.t_ms) >= 0)
    of = np.repeat(np.arange(len(events)), np.diff(events.cause_offsets))
    assert np.all(events.causes < of)
    assert np.all(events.causes >= 0)
