"""Planting a fault in the shipped code for the length of one test, and asking its guard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sim.audit import AuditError
from tests import battle


@dataclass(frozen=True)
class Mutant:
    """A fault and the test that must see it."""

    plant: Callable[[pytest.MonkeyPatch], None]
    guard: Callable[[], Any]


def caught(mutant: Mutant, patch: pytest.MonkeyPatch) -> None:
    """The guard passes before the fault is planted and fails after."""
    battle.forget()
    mutant.guard()
    mutant.plant(patch)
    battle.forget()
    try:
        with pytest.raises((AssertionError, AuditError)):
            mutant.guard()
    finally:
        battle.forget()


def strangers(mutants: dict[str, Mutant]) -> dict[str, str]:
    """Faults whose guard is no test that bears their name, with what the guard is called."""
    names = {fault: mutant.guard.__name__ for fault, mutant in mutants.items()}
    return {
        fault: name
        for fault, name in names.items()
        if not name.startswith("test_") or fault.lower().replace(" ", "_").replace(".", "_") not in name
    }
