"""The window: what the reader does, turned into time and view. `session` knows no pygame, `window` little else."""

from viz.app.opening import Options, Refused, open_night, start
from viz.app.session import Session

__all__ = ["Options", "Refused", "Session", "open_night", "start"]
