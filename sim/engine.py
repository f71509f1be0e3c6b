"""The engine: build clock, world, draws and log, start the processes, run, return the recording. No rules of war."""

from __future__ import annotations

import gc

from sim.audit import Audit
from sim.clock import Clock
from sim.context import Context
from sim.draws import Draws
from sim.log import Log
from sim.processes import PROCESSES
from sim.recorder import make
from sim.recording import Recording
from sim.scenario.schema import Scenario
from sim.when import Conditions
from sim.world import build
from sim.world.build import actor_names


def prepare(
    scenario: Scenario, *, seed: int, replication: int = 0, history: int | None = None, full: bool = True
) -> Context:
    """Everything in place and every process started, before the first event."""
    scenario = scenario.for_a_run()
    clock = Clock(actor_names(scenario))
    log = Log(clock)
    draws = Draws(seed, replication, history)
    world = build(scenario, clock)
    world.record_changes = full
    conditions = Conditions(clock, log, draws, world)
    ctx = Context(scenario, world, clock, draws, log, conditions, [], [])
    for _, process in PROCESSES:
        process.start(ctx)
    return ctx


def run(
    scenario: Scenario,
    *,
    seed: int,
    replication: int = 0,
    history: int | None = None,
    record: str = "full",
    audit: int = 0,
) -> Recording:
    """One battle: a pure function of (scenario, seed, replication, history).

    `record`: "full", or "events" for metrics alone; the digest is the same. `audit`: so many checks of everything
    planned, at random instants; a finding raises AuditError. Raises ValueError for a negative seed or replication.
    """
    if record not in ("full", "events"):
        raise ValueError(f"record is 'full' or 'events', not {record!r}")
    collecting = gc.isenabled()
    gc.disable()  # thousands of short-lived objects, no cycles worth a scan
    try:
        ctx = prepare(scenario, seed=seed, replication=replication, history=history, full=record == "full")
        if audit:
            Audit(ctx, audit)
        ctx.clock.run(scenario.t_ms(scenario.clock.end))
        recording = make(ctx, seed=seed, replication=replication, history=history, record=record)
        ctx.log.rows.clear()  # in arrays now; the collector need not search them
        return recording
    finally:
        if collecting:
            gc.enable()
