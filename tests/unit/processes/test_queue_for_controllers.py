"""The queue for controllers: by the priority of the class, then as they came; an attack once begun goes on."""

from __future__ import annotations

import numpy as np

from tests.theory.battles.running import Night, build, nights
from tests.theory.battles.targets import SERVICE_S, exponential, stage, streams, until, waits_s

MEN, TRUCKS = 12, 6


def busy(controllers: int, n: int = 3) -> list[Night]:
    """Trucks and men who set out within about one attack, and are attacked one after another."""
    data = stage(["truck"] * TRUCKS + ["man"] * MEN, controllers, controllers + 1)
    streams(data, [TRUCKS / SERVICE_S, MEN / SERVICE_S], [TRUCKS, MEN])
    data["command"]["defenders"]["control"] = exponential(SERVICE_S)
    until(data, 100.0 * SERVICE_S)
    return list(nights(build(data), n, 17))


def test_no_priorities_ignored_and_no_attack_broken_off() -> None:
    """Whoever is taken has nobody of a higher class, or of his own and earlier, waiting."""
    for night in busy(1):
        joined, wait = waits_s(night, TRUCKS + MEN)
        taken, truck = joined + wait, np.arange(TRUCKS + MEN) < TRUCKS
        assert np.isfinite(taken).all()
        assert (np.diff(np.sort(taken)) > 0.005).all()  # one after another: a round flies for 5 ms
        for k in range(TRUCKS + MEN):
            there = (joined < taken[k] - 0.005) & (taken > taken[k])
            assert not (there & truck & ~truck[k]).any()
            assert not (there & (truck == truck[k]) & (joined < joined[k])).any()
        later_yet_before = (joined[:TRUCKS] > joined[TRUCKS:, None]) & (taken[:TRUCKS] < taken[TRUCKS:, None])
        assert later_yet_before.any()


def test_no_controller_is_left_idle_beside_a_contact_that_waits() -> None:
    for night in busy(3):
        joined, wait = waits_s(night, TRUCKS + MEN)
        freed = np.sort([t * 1e-3 for t, *_ in night.of("controller_freed")])
        taken = np.sort(joined + wait)
        at = [t for t, w in zip(joined + 0.5 * wait, wait, strict=True) if w > 1.0]
        assert len(at) > 5
        assert {int((taken < t).sum() - (freed < t).sum()) for t in at} == {3}
