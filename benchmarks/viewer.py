"""How fast the viewer draws: each layer's row, a crowded frame, seeking, opening; in ms and as a ratio.

    python -m benchmarks.viewer [RECORDING]

The ratio is to a bare pygame loop that blits a background and as many symbols, labels and (as 20-point lines) trails
in the same process. Software rendering, no display. Rows are medians.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import pygame

from sim.recording import Recording, load
from viz.app import Options, start
from viz.canvas import Mark
from viz.capture import Scene, film
from viz.frame import Night, build
from viz.layers import impacts, land, names, overlay, units
from viz.panels import charts, log, status, tabs, timeline, topbar
from viz.theme import NIGHT, layout

SYMBOLS, TRAIL = 600, 20
SIZES = ((1280, 720), (1920, 1080))
BUDGET_MS = {(1280, 720): 14.0, (1920, 1080): 20.0}


def median_ms(act: Callable[[int], object], n: int = 40, warm: int = 4) -> float:
    """Median of n calls."""
    for i in range(warm):
        act(i)
    took = []
    for i in range(n):
        begun = time.perf_counter()
        act(i + warm)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def crowded(recording: Recording) -> Recording:
    """600 units on the move, each with a trail of 20 legs, in the frame of a recording."""
    luck = np.random.default_rng(1)
    n = len(recording.units["id"])
    pick = np.arange(SYMBOLS) % n
    units_ = {c: v[pick] for c, v in recording.units.items()}
    units_["id"] = np.array([f"u{i}" for i in range(SYMBOLS)])
    units_["formation"] = units_["id"]
    t0 = 678_600_000 + 5_400_000
    when = np.tile(np.arange(TRAIL) * 60_000 + t0, SYMBOLS)
    home = np.repeat(luck.uniform((-3400, -1500), (3400, 1500), (SYMBOLS, 2)), TRAIL, axis=0)
    walk = luck.uniform(-220, 220, (SYMBOLS * TRAIL, 2))
    legs = {
        "t_ms": when, "unit": np.repeat(np.arange(SYMBOLS), TRAIL).astype(np.int32),
        "x_m": home[:, 0] + walk[:, 0], "y_m": home[:, 1] + walk[:, 1],
        "vx_mps": np.full(len(when), 1.2), "vy_mps": np.full(len(when), 0.7),
    }  # fmt: skip
    order = np.argsort(when, kind="stable")
    return replace(recording, units=units_, legs={c: v[order] for c, v in legs.items()})


def bare_loop(scene: Scene, size: tuple[int, int]) -> float:
    """The same number of blits and lines with nothing around them."""
    luck = np.random.default_rng(2)
    target, ground = pygame.Surface(size), pygame.Surface(size)
    symbol, _ = scene.pictures(Mark("unit", 25, "attackers", "10061000131211000000"), scene.layout.u)
    label = scene.fonts.picture("Rifle section", "semibold", 13 * scene.layout.u, (255, 255, 255), (0, 0, 0))
    at = luck.uniform(0, 1, (SYMBOLS, 2)) * size
    trails = [[tuple(p) for p in place + luck.uniform(-40, 40, (TRAIL, 2))] for place in at]

    def draw(_: int) -> None:
        target.blit(ground, (0, 0))
        for trail in trails:
            pygame.draw.lines(target, (230, 162, 60), False, trail)
        for place in at:
            target.blit(symbol, place)
            target.blit(label, place + 20)

    return median_ms(draw)


def frame_rows(recording: Recording, size: tuple[int, int]) -> list[tuple[str, float, float]]:
    """The crowded frame, and the bare loop: name, ms, ratio."""
    grid = layout(size)
    night = Night(crowded(recording))
    view, _ = start(night, Options(zoom=7.9, size=size), (grid.map.w, grid.map.h))
    view.selected, view.playing, view.speed = -1, 1, 16.0
    scene = Scene(grid)
    bare = bare_loop(scene, size)
    at = 678_600_000 + 5_400_000 + 20 * 60_000

    def draw(i: int) -> None:
        view.wall = i / 60
        scene.draw(night, view, at + i * 16_000 / 60)

    ms = median_ms(draw, n=120)
    name = f"{size[0]}x{size[1]}"
    return [(f"600 symbols, labels, trails {name}", ms, ms / bare), (f"  bare loop {name}", bare, 1.0)]


def layer_rows(night: Night, size: tuple[int, int]) -> list[tuple[str, float, float]]:
    """Each layer of an ordinary moment."""
    grid = layout(size)
    view, _ = start(night, Options(zoom=6, size=size), (grid.map.w, grid.map.h))
    view.layers |= {"rings"}
    scene = Scene(grid)
    t = float(night.t0 + 2_400_000)
    scene.draw(night, view, t)
    chart = scene.maps[0]
    area = pygame.Surface(chart.map_size)
    canvas, sheet = chart.map_canvas(area), chart.map_canvas(chart.sheet, 2.0, True)
    whole = scene.canvas()

    def fresh() -> object:
        return build(night, view, t, grid)

    def both(first: Callable[..., None], second: Callable[..., None], on: object) -> None:
        frame = fresh()
        first(on, frame, NIGHT)
        second(on, frame, NIGHT)

    acts: dict[str, Callable[[int], object]] = {
        "base, cached blit": lambda i: area.blit(chart.base, (0, 0)),
        "base rebuild on camera change": lambda i: both(land.draw, names.draw, canvas),
        "rings, ellipses, trails": lambda i: overlay.draw_slow(sheet, fresh(), NIGHT),
        "fire lines": lambda i: overlay.draw_fires(sheet, fresh(), NIGHT),
        "impact marks": lambda i: impacts.draw(canvas, fresh(), NIGHT),
        "2x overlay scale": lambda i: pygame.transform.smoothscale(chart.sheet, chart.map_size, chart.slow),
        "symbols, labels, declutter (warm)": lambda i: units.draw(canvas, f := fresh(), NIGHT, units.place(f)),
        "timeline and charts, full rebuild": lambda i: both(timeline.draw_static, charts.draw_static, whole),
        "timeline and charts, playhead": lambda i: both(timeline.draw_moving, charts.draw_moving, whole),
        "side panel, rebuilt": lambda i: log.draw(whole, f := fresh(), NIGHT, tabs.log_box(f)),
        "top bar, status": lambda i: both(topbar.draw, status.draw, whole),
    }
    out = [(name, median_ms(act, n=15), 0.0) for name, act in acts.items()]

    def play(i: int) -> None:
        view.wall, view.playing = i / 60, 1
        scene.draw(night, view, t + i * 16_000 / 60)

    return [*out, ("frame of the recording, playing", median_ms(play, n=80), 0.0)]


def seek_ms(night: Night) -> float:
    """A random moment: everything to draw worked out, no picture."""
    grid = layout((1280, 720))
    view, _ = start(night, Options(zoom=10), (grid.map.w, grid.map.h))
    luck = np.random.default_rng(0)

    def act(_: int) -> None:
        frame = build(night, view, float(luck.integers(0, night.end)), grid)
        _ = frame.signs, frame.trails(), frame.fires(), frame.impacts(), frame.row

    return median_ms(act, n=100)


def main() -> int:
    """Print the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if path is None:
        from tests.synthetic import recording as synthetic

        recording = synthetic()
    else:
        recording = load(path)
    film.headless()
    rows = []
    if path is not None:
        rows.append(("open and index the recording", median_ms(lambda i: Night(load(path)), n=3, warm=1), 0.0))
    night = Night(recording)
    rows.append(("seek to a random moment", seek_ms(night), 0.0))
    for size in SIZES:
        rows += [(f"{name} {size[0]}x{size[1]}", ms, ratio) for name, ms, ratio in layer_rows(night, size)]
        rows += frame_rows(recording, size)
    for name, ms, ratio in rows:
        print(f"{name:52} {ms:9.2f} ms" + (f"  {ratio:5.2f}x" if ratio else ""))
    print(f"{'peak memory':52} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:9.0f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
