"""What the reader chose to look at: data only. The app changes it, panels and layers read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from viz.camera import Camera
from viz.playback.bookmarks import Bookmark

if TYPE_CHECKING:
    from viz.frame.night import Night

LAYERS = ("names", "trails", "fire", "impacts", "rings", "ellipses", "grid", "heat")
DEFAULT_LAYERS = frozenset({"names", "trails", "fire", "impacts", "ellipses", "grid"})
TABS = ("unit", "hotline", "sources", "run")
SIDE_VIEWS = ("truth", "defenders", "attackers")


@dataclass
class View:
    """Everything that can be chosen."""

    camera: Camera = field(default_factory=Camera)
    side: str = "truth"
    layers: set[str] = field(default_factory=lambda: set(DEFAULT_LAYERS))
    selected: int = -1
    second: int = -1
    follow: bool = False
    tab: str = "unit"
    call: int = -1
    classes: set[int] = field(default_factory=lambda: set(range(7)))
    sides: set[str] = field(default_factory=lambda: {"attackers", "defenders"})
    query: str = ""
    search_open: bool = False
    lock: bool = False
    log_scroll: int | None = None
    tab_scroll: int = 0
    chart: int = 0
    window: tuple[int, int] = (0, 1)
    neutral: bool = False
    ghost: bool = True
    beside: bool = False
    reduced_motion: bool = False
    measure: list[tuple[float, float]] | None = None
    popup: object | None = None
    dialog: str = ""
    note: str = ""
    hover: tuple[float, float] | None = None
    tip_unit: int = -1
    hover_px: tuple[float, float] | None = None
    focus: int = -1
    bookmarks: list[Bookmark] = field(default_factory=list)
    views: dict[int, Camera] = field(default_factory=dict)
    flash: tuple[int, float] = (-1, 0.0)
    grouped: bool = True
    film: bool = False
    caption: str = ""
    wall: float = 0.0
    speed: float = 16.0
    playing: int = 0
    pause_at: set[str] = field(default_factory=set)
    toast: str = ""
    loop: tuple[int, int] | None = None
    director: bool = False

    @property
    def truth(self) -> bool:
        return self.side == "truth"

    def sees_future(self, t: float, of: float) -> bool:
        """Whether an instant may be shown: a side's picture hides the future everywhere."""
        return self.truth or of <= t


def first_view(night: Night, width: float, height: float) -> View:
    """Where the reader starts: the whole action, the opening window of the timeline, the headquarters selected."""
    from viz.camera import fit

    camera = Camera(width=width, height=height)
    view = View(camera=fit(camera, night.action()), window=night.opening)
    view.selected = night.hq_unit
    return view
