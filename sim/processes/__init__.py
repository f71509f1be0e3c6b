"""The table of processes, in the order in which they are started (and in which replanners run).

A process is a module with PHASES, READS, WRITES (columns of the world) and `start(ctx)`. Processes do not import
each other; they meet in the world, the clock and the log.
"""

from __future__ import annotations

from types import ModuleType

from sim.processes import (
    air,
    air_defence,
    approval,
    changes,
    command,
    direct_fire,
    hotline,
    indirect_fire,
    morale,
    movement,
    orders,
    recognition,
    referee,
    roe,
    sensing,
    suppression,
)

PROCESSES: tuple[tuple[str, ModuleType], ...] = (
    ("movement", movement),
    ("sensing", sensing),
    ("recognition", recognition),
    ("direct_fire", direct_fire),
    ("indirect_fire", indirect_fire),
    ("air", air),
    ("air_defence", air_defence),
    ("suppression", suppression),
    ("morale", morale),
    ("roe", roe),
    ("approval", approval),
    ("command", command),
    ("hotline", hotline),
    ("orders", orders),
    ("referee", referee),
    ("changes", changes),
)
