"""How fast the viewer draws: each layer's row, a crowded frame, seeking, opening; in ms and as a ratio.

    python -m benchmarks.viewer [RECORDING]

The ratio is to a bare pygame loop that blits a background and as many symbols, labels and (as 20-point lines) trails
in the same process. Software rendering, no display. Times are the processor's (what the clock on the wall shows when
nothing else runs), the best of several medians: what else the machine does makes a run slower, never faster. Budgets
are those of the viewer's specification at 1280x720; the crowd's are the goal.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import pygame

from sim.recording import Recording, load
from viz.app import Options, start
from viz.app.opening import open_night
from viz.canvas import Mark
from viz.canvas.surface import SurfaceCanvas
from viz.capture import Scene, film, margin
from viz.frame import Frame, Night, build
from viz.frame.signs import signs_of
from viz.layers import impacts, overlay, units
from viz.panels import charts, log, status, tabs, timeline, topbar
from viz.theme import NIGHT, layout

SYMBOLS, TRAIL = 600, 20
SIZES = ((1280, 720), (1920, 1080))
Row = tuple[str, float, float, float]
BUDGET_MS = {(1280, 720): 14.0, (1920, 1080): 20.0}


def median_ms(act: Callable[[int], object], n: int = 40, warm: int = 4, parts: int = 5) -> float:
    """The best of the medians of `parts` runs of n / parts calls."""
    for i in range(warm):
        act(i)
    medians = []
    each = max(n // parts, 3)
    for part in range(parts):
        took = []
        for i in range(each):
            begun = time.process_time()
            act(warm + part * each + i)
            took.append((time.process_time() - begun) * 1000)
        medians.append(statistics.median(took))
    return min(medians)


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


def name_all(canvas: object, frame: Frame, placed: units.Placing) -> list[units.Label]:
    """A label beside every symbol, room or not: what 600 symbols with 600 labels cost to draw."""
    return [units.Label(k, 28.0, 6.0, "l") for k in range(len(placed))]


def frame_rows(recording: Recording, size: tuple[int, int]) -> list[Row]:
    """The crowded frame (with the labels that find room, with all), and the bare loop, in turns."""
    grid = layout(size)
    night = Night(crowded(recording))
    view, _ = start(night, Options(zoom=7.9, size=size), (grid.map.w, grid.map.h))
    view.selected, view.playing, view.speed = -1, 1, 16.0
    scene = Scene(grid)
    at = 678_600_000 + 5_400_000 + 20 * 60_000
    worst: list[float] = []

    def draw(i: int) -> None:
        view.wall = i / 60
        begun = time.process_time()
        scene.draw(night, view, at + i * 16_000 / 60)
        worst.append((time.process_time() - begun) * 1000)

    bare = bare_loop(scene, size)
    some = median_ms(draw, n=150, warm=30)
    tail = sorted(worst[30:])[int(0.95 * len(worst[30:]))]
    with patch.object(units, "find_labels", name_all):
        every = median_ms(lambda i: draw(i + 200), n=150, warm=30)
    bare = min(bare, bare_loop(scene, size))
    name, budget = f"{size[0]}x{size[1]}", BUDGET_MS[size]
    return [
        (f"600 symbols, trails, a label each {name}", every, every / bare, budget),
        (f"600 symbols, trails, labels with room {name}", some, some / bare, budget),
        (f"  of its frames 95 % take less than {name}", tail, 0.0, 0.0),
        (f"  bare loop {name}", bare, 1.0, 0.0),
    ]


def layer_rows(night: Night, size: tuple[int, int]) -> list[Row]:
    """Each layer of an ordinary moment, near enough for single units: the signs of the frame are worked out before."""
    grid = layout(size)
    view, _ = start(night, Options(zoom=6, size=size), (grid.map.w, grid.map.h))
    view.layers |= {"rings"}
    scene = Scene(grid)
    t = float(night.t0 + 2_400_000)
    frame = scene.draw(night, view, t)
    chart, whole = scene.maps[0], scene.canvas()
    area = pygame.Surface(chart.map_size)
    canvas = chart.map_canvas(area)
    memory = units.Memory()
    wall = [0.0]

    def warm_units(_: int) -> None:
        wall[0] += 1 / 60
        view.wall, view.playing = wall[0], 1
        frame.taken = list(chart.base_taken)
        units.draw(canvas, frame, NIGHT, units.place(frame, memory), memory)

    def cold_units(_: int) -> None:
        frame.taken = list(chart.base_taken)
        units.draw(canvas, frame, NIGHT, units.place(frame))

    def both(first: Callable[..., None], second: Callable[..., None], on: object) -> None:
        frame.taken, frame.hits = [], []
        first(on, frame, NIGHT)
        second(on, frame, NIGHT)

    def rebuild(_: int) -> None:
        chart.base_key = ()
        frame.taken = []
        chart.draw_base(frame)

    def slow(_: int) -> None:
        chart.draw_slow(frame)

    def dock(_: int) -> None:
        frame.hits = []
        margin.draw_dock(scene, frame, whole)

    def sheet() -> SurfaceCanvas:
        return chart.map_canvas(chart.sheet, 2.0, True)

    acts: list[tuple[str, Callable[[int], object], float]] = [
        ("base, cached blit", lambda i: area.blit(chart.ground, (0, 0)), 0.3),
        ("base rebuild on camera change", rebuild, 60.0),
        ("rings, ellipses, trails", lambda i: overlay.draw_slow(sheet(), frame, NIGHT), 3.5),
        ("  the same with 2x scaling, ten times a second", slow, 6.5),
        ("fire lines", lambda i: overlay.draw_fires(sheet(), frame, NIGHT), 0.5),
        ("impact marks", lambda i: impacts.draw(canvas, frame, NIGHT), 0.5),
        ("2x overlay blit", lambda i: chart.blit_slow(area), 3.0),
        ("signs, who is where", lambda i: signs_of(night, view, t), 0.0),
        ("symbols, labels, declutter (warm)", warm_units, 1.5),
        ("symbols, labels, declutter (cold)", cold_units, 0.0),
        ("timeline and charts, full rebuild", lambda i: both(timeline.draw_static, charts.draw_static, whole), 15.0),
        ("timeline and charts, cached + playhead", dock, 0.3),
        ("side panel, rebuilt", lambda i: log.draw(whole, frame, NIGHT, tabs.log_box(frame)), 1.5),
        ("top bar, status", lambda i: both(topbar.draw, status.draw, whole), 0.4),
    ]
    small = size == SIZES[0]
    out = [(name, median_ms(act, n=40), 0.0, budget if small else 0.0) for name, act, budget in acts]

    def play(i: int) -> None:
        view.wall, view.playing = 100 + i / 60, 1
        scene.draw(night, view, t + i * 16_000 / 60)

    return [*out, ("frame of the recording, playing", median_ms(play, n=150, warm=30), 0.0, BUDGET_MS[size])]


def seek_ms(night: Night) -> float:
    """A random moment: everything to draw worked out, no picture."""
    grid = layout((1280, 720))
    view, _ = start(night, Options(zoom=10), (grid.map.w, grid.map.h))
    luck = np.random.default_rng(0)

    def act(_: int) -> None:
        frame = build(night, view, float(luck.integers(0, night.end)), grid)
        _ = frame.signs, frame.trails(), frame.fires(), frame.impacts(), frame.row

    return median_ms(act, n=100)


def memory_mb(path: Path | None) -> float:
    """Peak memory of a process of its own that opens the recording and plays it for five seconds at 1920x1080."""
    words = "import sys, benchmarks.viewer as b; b.play_alone(sys.argv[1])"
    made = subprocess.run(
        [sys.executable, "-c", words, str(path or "")], capture_output=True, text=True, check=True, timeout=300
    )
    return float(made.stdout.split()[-1])


def play_alone(path: str) -> None:
    """Five seconds of playing without a window; prints the peak memory in MB."""
    film.headless()
    night = Night(read(Path(path) if path else None))
    grid = layout(SIZES[1])
    view, t = start(night, Options(zoom=10, size=SIZES[1]), (grid.map.w, grid.map.h))
    scene = Scene(grid)
    view.playing, view.speed = 1, 64.0
    for i in range(300):
        view.wall = i / 60
        scene.draw(night, view, t + i * 64_000 / 60)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def read(path: Path | None) -> Recording:
    """A recording, or the synthetic one of the tests."""
    if path is not None:
        return load(path)
    from tests.synthetic import recording

    return recording()


def main() -> int:
    """Print the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    recording = read(path)
    film.headless()
    rows: list[Row] = []
    if path is not None:
        rows.append(
            ("open and index the recording", median_ms(lambda i: open_night(path), n=9, warm=1, parts=3), 0, 2000)
        )
    night = Night(recording)
    gc.collect()
    gc.freeze()  # as the window does after opening
    rows.append(("seek to a random moment", seek_ms(night), 0.0, 20.0))
    for size in SIZES:
        rows += [(f"{name} {size[0]}x{size[1]}", *rest) for name, *rest in layer_rows(night, size)]
        rows += frame_rows(recording, size)
    rows.append(("peak memory, MB", memory_mb(path), 0.0, 300.0))
    for name, value, ratio, budget in rows:
        held = f"  budget {budget:g}{'' if value <= budget else '  MISSED'}" if budget else ""
        print(f"{name:58} {value:8.2f}" + (f"  {ratio:5.2f}x" if ratio else "        ") + held)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
