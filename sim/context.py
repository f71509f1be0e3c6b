"""The one frozen bundle that a process is handed."""

from __future__ import annotations

from dataclasses import dataclass

from sim.clock import Clock
from sim.draws import Draws
from sim.log import Log
from sim.scenario.schema import Scenario
from sim.when import Conditions
from sim.world import World


@dataclass(frozen=True)
class Context:
    """Scenario (frozen), world (moving), clock, draws, log, conditions; `transcript` collects the hotline's words."""

    scenario: Scenario
    world: World
    clock: Clock
    draws: Draws
    log: Log
    conditions: Conditions
    transcript: list[dict[str, object]]
    audited: list[object]  # processes whose plans an audit computes anew

    def truth(self, unit: int) -> bool:
        """Whether a unit is truly out of action: for the log's `assessed.true` and nothing else."""
        return not self.world.alive(unit)
