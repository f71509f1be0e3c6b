"""The few drawing verbs that layers and panels use, and two canvases: pixels, and text for tests."""

from viz.canvas.base import Canvas, Mark, dashes
from viz.canvas.script import ScriptCanvas

__all__ = ["Canvas", "Mark", "ScriptCanvas", "dashes"]
