"""The elevation grid of a recording, smoothly interpolated, and its shading as numbers. Only numpy.

The grid is of 1 km cells, +-30 m: it reads as relief and no more. Interpolation is by cubic B-splines as two small
matrices, so height and slope of a whole view are three matrix products.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz.camera import Camera

Floats = NDArray[np.float64]
MOST_CELLS = 4_000_000
BAND_PIXELS = 24_000


@dataclass(frozen=True)
class Terrain:
    """Heights (m) at x0 + i dx, y0 + j dy; row j runs east."""

    x0: float
    y0: float
    dx: float
    dy: float
    rows: Floats

    @classmethod
    def read(cls, data: bytes | None) -> Terrain | None:
        """From the attachment `terrain.json`; None when there is none or it is no grid."""
        if not data:
            return None
        try:
            grid = json.loads(data)
            rows = np.asarray(grid["rows"], dtype=np.float64)
            x0, y0, dx, dy = (float(grid[k]) for k in ("x0", "y0", "dx", "dy"))
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            return None
        numbers = (x0, y0, dx, dy)
        if rows.ndim != 2 or min(rows.shape) < 2 or rows.size > MOST_CELLS or not all(map(math.isfinite, numbers)):
            return None
        if dx == 0 or dy == 0:
            return None
        typical = float(np.nanmedian(np.where(np.isfinite(rows), rows, np.nan))) if np.isfinite(rows).any() else 0.0
        rows = np.clip(np.where(np.isfinite(rows), rows, typical), -500.0, 9000.0)
        if dx < 0:
            x0, dx, rows = x0 + dx * (rows.shape[1] - 1), -dx, rows[:, ::-1]
        if dy < 0:
            y0, dy, rows = y0 + dy * (rows.shape[0] - 1), -dy, rows[::-1]
        return cls(x0, y0, dx, dy, np.ascontiguousarray(rows))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north (m)."""
        return (
            self.x0,
            self.y0,
            self.x0 + self.dx * (self.rows.shape[1] - 1),
            self.y0 + self.dy * (self.rows.shape[0] - 1),
        )

    def at(self, x: float, y: float) -> float | None:
        """Height of one place, bilinear; None outside."""
        i, j = (x - self.x0) / self.dx, (y - self.y0) / self.dy
        n, m = self.rows.shape[1], self.rows.shape[0]
        if not (0 <= i <= n - 1 and 0 <= j <= m - 1):
            return None
        a, b = min(int(i), n - 2), min(int(j), m - 2)
        u, v = i - a, j - b
        z = self.rows
        low = z[b, a] * (1 - u) + z[b, a + 1] * u
        high = z[b + 1, a] * (1 - u) + z[b + 1, a + 1] * u
        return float(low * (1 - v) + high * v)


def _weights(at: Floats, n: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Spline weights and their slopes, (len(at), n), for fractional positions; held at the edges."""
    held = np.clip(at, 0.0, n - 1.0)
    cell = np.minimum(held.astype(np.int64), n - 2)
    u = held - cell
    parts = ((1 - u) ** 3 / 6, (3 * u**3 - 6 * u**2 + 4) / 6, (-3 * u**3 + 3 * u**2 + 3 * u + 1) / 6, u**3 / 6)
    slopes = (-((1 - u) ** 2) / 2, (3 * u**2 - 4 * u) / 2, (-3 * u**2 + 2 * u + 1) / 2, u**2 / 2)
    weight = np.zeros((len(at), n), dtype=np.float32)
    slope = np.zeros((len(at), n), dtype=np.float32)
    row = np.arange(len(at))
    for k in range(4):
        column = np.clip(cell + k - 1, 0, n - 1)
        np.add.at(weight, (row, column), parts[k].astype(np.float32))
        np.add.at(slope, (row, column), slopes[k].astype(np.float32))
    return weight, slope


@dataclass(frozen=True)
class Slopes:
    """Height (m) and its slopes east and north (m per m) of a view, a band of pixel rows at a time."""

    across: NDArray[np.float32]
    east_across: NDArray[np.float32]
    wy: NDArray[np.float32]
    sy: NDArray[np.float32]
    dx: np.float32
    dy: np.float32

    @classmethod
    def of(cls, terrain: Terrain, camera: Camera, width: int, height: int) -> Slopes:
        """For a view of so many pixels."""
        px = (np.arange(width) + 0.5) / width * camera.width
        py = (np.arange(height) + 0.5) / height * camera.height
        x = camera.x + (px - camera.width / 2) * camera.scale
        y = camera.y - (py - camera.height / 2) * camera.scale
        wx, sx = _weights((x - terrain.x0) / terrain.dx, terrain.rows.shape[1])
        wy, sy = _weights((y - terrain.y0) / terrain.dy, terrain.rows.shape[0])
        # By einsum: as small as this, a threaded product spends its time waiting for threads.
        z = terrain.rows.astype(np.float32)
        across, east = np.einsum("rc,xc->rx", z, wx), np.einsum("rc,xc->rx", z, sx)
        return cls(across, east, wy, sy, np.float32(terrain.dx), np.float32(terrain.dy))

    def band(self, a: int, b: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Rows a to b of the picture, each (b - a, width)."""
        # Only the rows of the grid that these pixels lie in have weight.
        used = np.flatnonzero(self.wy[a:b].any(axis=0) | self.sy[a:b].any(axis=0))
        low, high = int(used[0]), int(used[-1]) + 1
        wy, sy = self.wy[a:b, low:high], self.sy[a:b, low:high]
        across, east = self.across[low:high], self.east_across[low:high]
        return wy @ across, wy @ east / self.dx, sy @ across / self.dy


def shade(
    terrain: Terrain,
    camera: Camera,
    width: int,
    height: int,
    low: tuple[int, int, int],
    high: tuple[int, int, int],
    *,
    light: float = 1.0,
    contour_m: float = 20.0,
) -> NDArray[np.uint8]:
    """An RGB picture (height, width, 3) of the land: colour by height, light from the north-west, faint contours.

    Worked out in bands that fit the processor's cache.
    """
    slopes = Slopes.of(terrain, camera, width, height)
    bottom, top = (np.float32(v) for v in np.percentile(terrain.rows, (2, 98)))
    reach = np.float32(max(top - bottom, 1.0))
    exaggeration = np.float32(min(max(9.0, camera.scale * 0.55), 26.0))
    pixel_m = np.float32(camera.scale * camera.width / width)
    most = 92 if light <= 1.15 else 120
    out = np.empty((height, width, 3), dtype=np.uint8)
    rows = max(BAND_PIXELS // width, 1)
    for a in range(0, height, rows):
        b = min(a + rows, height)
        z, east, north = slopes.band(a, b)
        share = np.clip((z - bottom) / reach, 0.0, 1.0)
        steep = east * east + north * north
        lit = (east - north) * (exaggeration / np.float32(1.4142)) + np.float32(1.0)
        lit /= np.sqrt(steep * (exaggeration * exaggeration) + np.float32(1.0))
        shine = np.clip(lit * np.float32(0.42) + np.float32(0.62), 0.52, 1.32) * np.float32(light)
        if contour_m > 0:
            steep = np.sqrt(steep) * pixel_m
            level = z / np.float32(contour_m)
            away = np.abs(level - np.rint(level)) * np.float32(contour_m) / np.maximum(steep, np.float32(1e-6))
            shine += np.clip(np.float32(1.1) - away, 0.0, 1.0) * (steep > 0.04) * np.float32(0.055)
        for c in range(3):
            channel = (np.float32(low[c]) + np.float32(high[c] - low[c]) * share) * shine
            out[a:b, :, c] = np.clip(channel, 12, most)
    return out
