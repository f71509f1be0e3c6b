"""A recording and an instant turned into everything that can be drawn. No pygame, no files, no clock.

`Night` is the index made once at load: positions come from the recorded legs, states from the recorded changes,
so any instant costs the same. `View` is what the reader chose to look at; `build` joins the two into a `Frame`.
"""

from viz.frame.build import Frame, Hit, build
from viz.frame.night import Night
from viz.frame.signs import Sign
from viz.frame.view import LAYERS, View

__all__ = ["LAYERS", "Frame", "Hit", "Night", "Sign", "View", "build"]
