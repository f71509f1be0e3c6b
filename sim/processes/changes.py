"""Decisions changed in mid-run: from its time on, a change of the scenario holds; what was before stays as it was.

The run has its own copy of the sections that may change, and the new values are put into the very objects that the
processes hold. No change of a value is logged: a branch and its parent share every event until something happens
otherwise. A halt is an event: it reaches formations by the tag of their first unit, as one over the hotline does.
"""

from __future__ import annotations

from sim.clock import Phase
from sim.context import Context
from sim.scenario import changed
from sim.scenario.base import adopt

PHASES = (Phase.IMPACT, Phase.COMMAND)
READS = ()
WRITES = ()


def start(ctx: Context) -> None:
    """Book every change of the scenario."""
    scenario = ctx.scenario
    if not scenario.changes:
        return
    actor = ctx.clock.handle("sim/changes")

    def change(number: int) -> None:
        fresh = scenario.once(f"changed {number}", lambda: changed(scenario, number))
        for settle in ctx.before_change:
            settle()
        for section in scenario.CHANGING:
            adopt(getattr(scenario, section), getattr(fresh, section))
        for phase, who, fn in ctx.after_change:
            ctx.clock.soon(phase, who, fn)

    def halt(tags: tuple[str, ...]) -> None:
        for f, formation in enumerate(ctx.world.formations):
            if any(str(ctx.world.unit[u].tag) in tags for u in ctx.world.members[f][:1]):
                ctx.log.emit("halt_obeyed", ctx.clock.handle(f"formation/{formation.id}"))

    for number, row in enumerate(sorted(scenario.changes, key=lambda row: row.at), start=1):
        ctx.clock.at(scenario.t_ms(row.at), Phase.IMPACT, actor, change, number)
        if row.halt:
            ctx.clock.at(scenario.t_ms(row.at), Phase.COMMAND, actor, halt, row.halt)
