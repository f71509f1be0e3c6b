"""Where rounds fell: a star or boxed plus when fresh, a ring or square as it grows old, gone after twenty minutes."""

from __future__ import annotations

import numpy as np

from viz.canvas import Canvas, Mark
from viz.frame import Frame
from viz.theme import Palette, Rect

SIDES = ("attackers", "defenders")
FRESH_MS, YOUNG_MS, OLD_MS = 60_000, 360_000, 1_200_000
HEAT_CELL, HEAT_ROWS = 10.0, 400


def draw(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Marks of the last twenty minutes, old under new."""
    if "impacts" not in frame.view.layers or frame.view.camera.width_m > 60_000:
        return
    window = 840_000 if frame.view.camera.width_m > 20_000 else OLD_MS
    at, side, age = frame.impacts()
    w, h = frame.view.camera.width, frame.view.camera.height
    seen = (at[:, 0] > -10) & (at[:, 0] < w + 10) & (at[:, 1] > -10) & (at[:, 1] < h + 10) & (age <= window)
    for i in np.flatnonzero(seen)[-1500:]:
        x, y = float(at[i, 0]), float(at[i, 1])
        who = SIDES[int(side[i])] if 0 <= side[i] < 2 else ""
        if age[i] <= FRESH_MS:
            canvas.circle((x, y), 9, palette.side(who), alpha=48)
            canvas.image(Mark("impact", 13, who), (x, y))
        elif age[i] <= YOUNG_MS:
            canvas.image(Mark("impact", 9, who), (x, y), alpha=230)
        else:
            fade = 1.0 - (age[i] - YOUNG_MS) / (window - YOUNG_MS)
            canvas.image(Mark("impact_old", 6, who), (x, y), alpha=int(40 + 170 * max(fade, 0.0)))


def heat(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """How many rounds fell where, up to now, as a soft glow in tens of pixels (log scale)."""
    if "heat" not in frame.view.layers:
        return
    camera, shots = frame.view.camera, frame.night.shots
    n = int(np.searchsorted(shots.mark_t, frame.t, side="right"))
    columns, rows = max(int(camera.width / HEAT_CELL), 2), max(int(camera.height / HEAT_CELL), 2)
    px = (shots.mark_x[:n] - camera.x) / camera.scale + camera.width / 2
    py = (camera.y - shots.mark_y[:n]) / camera.scale + camera.height / 2
    counts, _, _ = np.histogram2d(py, px, bins=(rows, columns), range=((0, camera.height), (0, camera.width)))
    for axis in (0, 1):
        for _ in range(2):
            counts = (np.roll(counts, 1, axis) + 2 * counts + np.roll(counts, -1, axis)) / 4
    if not counts.any():
        return
    share = np.log1p(counts * 4) / np.log1p(max(float(counts.max()) * 4, 4.0))
    picture = np.empty((rows, columns, 4), dtype=np.uint8)
    picture[..., :3] = palette.notice
    picture[..., 3] = np.clip(share * 150, 0, 150)
    canvas.pixels(picture, Rect(0, 0, camera.width, camera.height))
