"""Where the map is looked at from: a frozen record and functions that return a new one.

The camera is in metres of the map (x east, y north); the screen is in logical pixels from the top left of the
map region, y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

NARROWEST_M, WIDEST_M = 500.0, 120_000.0


@dataclass(frozen=True)
class Camera:
    """Centre (m), metres per pixel, and the size of the view in pixels."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 20.0
    width: float = 1248.0
    height: float = 536.0

    @property
    def width_m(self) -> float:
        return self.scale * self.width

    @property
    def height_m(self) -> float:
        return self.scale * self.height


def _held(camera: Camera) -> Camera:
    low, high = NARROWEST_M / camera.width, WIDEST_M / camera.width
    return replace(camera, scale=min(max(camera.scale, low), high))


def to_screen(camera: Camera, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map metres (n, 2) to pixels (n, 2)."""
    out = np.empty(np.shape(points), dtype=np.float64)
    out[..., 0] = (points[..., 0] - camera.x) / camera.scale + camera.width / 2
    out[..., 1] = (camera.y - points[..., 1]) / camera.scale + camera.height / 2
    return out


def to_map(camera: Camera, px: float, py: float) -> tuple[float, float]:
    """A pixel as map metres."""
    return (
        camera.x + (px - camera.width / 2) * camera.scale,
        camera.y - (py - camera.height / 2) * camera.scale,
    )


def pan(camera: Camera, dx: float, dy: float) -> Camera:
    """Move what is seen by so many pixels (a drag to the right shows what lies left)."""
    return replace(camera, x=camera.x - dx * camera.scale, y=camera.y + dy * camera.scale)


def zoom_at(camera: Camera, px: float, py: float, factor: float) -> Camera:
    """Zoom in by `factor`, keeping the place under the pixel where it is."""
    x, y = to_map(camera, px, py)
    nearer = _held(replace(camera, scale=camera.scale / factor))
    return replace(
        nearer,
        x=x - (px - camera.width / 2) * nearer.scale,
        y=y + (py - camera.height / 2) * nearer.scale,
    )


def resized(camera: Camera, width: float, height: float) -> Camera:
    """The same centre and scale in a region of another size."""
    return _held(replace(camera, width=max(width, 1.0), height=max(height, 1.0)))


def centred(camera: Camera, x: float, y: float) -> Camera:
    """Look at a place."""
    return replace(camera, x=x, y=y)


def with_width(camera: Camera, metres: float) -> Camera:
    """Show so many metres across."""
    return _held(replace(camera, scale=metres / camera.width))


def fit(camera: Camera, points: Iterable[tuple[float, float]], margin: float = 0.18) -> Camera:
    """Show all the points with a margin; none leaves the camera as it is."""
    finite = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    if not finite:
        return camera
    xs, ys = [p[0] for p in finite], [p[1] for p in finite]
    spread_x, spread_y = max(xs) - min(xs), max(ys) - min(ys)
    scale = max(spread_x / (camera.width * (1 - 2 * margin)), spread_y / (camera.height * (1 - 2 * margin)), 1e-3)
    return _held(replace(camera, x=(max(xs) + min(xs)) / 2, y=(max(ys) + min(ys)) / 2, scale=max(scale, 3.0)))


def between(a: Camera, b: Camera, share: float) -> Camera:
    """On the way from one camera to another: slow, fast, slow; the scale moves in its logarithm."""
    s = min(max(share, 0.0), 1.0)
    s = s * s * (3 - 2 * s)
    return replace(
        b,
        x=a.x + (b.x - a.x) * s,
        y=a.y + (b.y - a.y) * s,
        scale=a.scale * (b.scale / a.scale) ** s,
    )


def following(camera: Camera, x: float, y: float, seconds: float, damping: float = 0.4) -> Camera:
    """Drift towards a place, critically damped: after `damping` seconds two thirds of the way."""
    share = 1.0 - math.exp(-max(seconds, 0.0) / damping)
    return replace(camera, x=camera.x + (x - camera.x) * share, y=camera.y + (y - camera.y) * share)


def round_length(camera: Camera, longest_px: float = 150.0) -> tuple[float, float]:
    """The scale bar: a length of 1, 2 or 5 times a power of ten (m) and its pixels."""
    longest = camera.scale * longest_px
    power = 10.0 ** math.floor(math.log10(longest))
    length = next(power * m for m in (5, 2, 1) if power * m <= longest)
    return length, length / camera.scale


def range_bearing(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Distance (m) and bearing (degrees from north) from `a` to `b`."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return math.hypot(dx, dy), math.degrees(math.atan2(dx, dy)) % 360.0
