"""Time in the viewer: playing, stepping, seeking, bookmarks and the words for instants. No pygame."""

from viz.playback.bookmarks import Bookmark, load_bookmarks, save_bookmarks, sidecar
from viz.playback.clock import SPEEDS, Playback
from viz.playback.words import Calendar, elapsed, parse_at

__all__ = [
    "SPEEDS",
    "Bookmark",
    "Calendar",
    "Playback",
    "elapsed",
    "load_bookmarks",
    "parse_at",
    "save_bookmarks",
    "sidecar",
]
