"""The world: one structure of arrays for everything that changes, and the doors through which it may change."""

from sim.world.beliefs import Beliefs, Status, fix
from sim.world.build import build
from sim.world.parts import SIDES, TARGETS, Blast, Body, Fate, Mount, Task, blast
from sim.world.state import COLUMNS, World

__all__ = [
    "COLUMNS",
    "SIDES",
    "TARGETS",
    "Beliefs",
    "Blast",
    "Body",
    "Fate",
    "Mount",
    "Status",
    "Task",
    "World",
    "blast",
    "build",
    "fix",
]
