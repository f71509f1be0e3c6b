"""The one frozen bundle that a process is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.clock import Clock
from sim.draws import Draws
from sim.log import Log
from sim.scenario.schema import Scenario
from sim.when import Conditions
from sim.world import World


@dataclass(frozen=True, repr=False)
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
    before_change: list[Callable[[], None]] = field(default_factory=list)  # settle accounts under the old rules
    # (phase, actor, fn): what was derived from the rules is derived anew; all else is read when it is needed
    after_change: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)

    def truth(self, unit: int) -> bool:
        """Whether a unit is truly out of action: for the log's `assessed.true` and nothing else."""
        return not self.world.alive(unit)
