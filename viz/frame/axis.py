"""The one time axis of the dock: milliseconds to pixels and back, and where its ticks stand."""

from __future__ import annotations

from viz.theme import Rect

MINUTE = 60_000
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880)


def x_of(axis: Rect, window: tuple[int, int], t: float) -> float:
    """Pixel of an instant."""
    a, b = window
    return axis.x + (t - a) / max(b - a, 1) * axis.w


def t_of(axis: Rect, window: tuple[int, int], x: float) -> float:
    """Instant of a pixel."""
    a, b = window
    return a + (x - axis.x) / max(axis.w, 1) * (b - a)


def ticks(axis: Rect, window: tuple[int, int], offset_ms: int, room: float = 76.0) -> list[int]:
    """Round local instants, at least `room` pixels apart. `offset_ms` brings the start to local midnight."""
    span = max(window[1] - window[0], 1)
    step = (
        next((s for s in STEPS if s * MINUTE / span * axis.w >= room), 1440 * (span // (86_400_000 * 8) + 1)) * MINUTE
    )
    first = -(-(window[0] - offset_ms) // step) * step + offset_ms
    return list(range(int(first), int(window[1]) + 1, int(step)))


def zoomed(window: tuple[int, int], at: float, factor: float, whole: tuple[int, int]) -> tuple[int, int]:
    """Zoom the window about an instant; never narrower than a minute, never outside the recording."""
    a, b = window
    span = min(max((b - a) / factor, MINUTE), whole[1] - whole[0])
    share = (at - a) / max(b - a, 1)
    return moved((round(at - span * share), round(at - span * share + span)), 0, whole)


def moved(window: tuple[int, int], by: float, whole: tuple[int, int]) -> tuple[int, int]:
    """Shift the window, held inside the recording."""
    span = window[1] - window[0]
    a = min(max(window[0] + by, whole[0]), max(whole[1] - span, whole[0]))
    return round(a), round(a + span)
