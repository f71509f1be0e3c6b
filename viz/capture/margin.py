"""The margin around the map: dock, side panel, bars, and what lies over the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame

from viz.canvas.surface import SurfaceCanvas
from viz.frame import Frame
from viz.panels import charts, dialogs, hotline, log, popup, run, sources, status, tabs, timeline, topbar, unit
from viz.theme import Rect

if TYPE_CHECKING:
    from viz.capture.scene import Scene

SIDE_EVERY_S = 0.1
TAB_BODIES = {"unit": unit.draw, "hotline": hotline.draw, "sources": sources.draw, "run": run.draw}


def draw_margin(scene: Scene, frame: Frame) -> None:
    """Everything beside the map."""
    canvas = scene.canvas()
    draw_dock(scene, frame, canvas)
    if frame.layout.side.w:
        _side(scene, frame)
    topbar.draw(canvas, frame, scene.palette)
    status.draw(canvas, frame, scene.palette, fallback_font=scene.fonts.fallback)
    if frame.view.caption:
        _caption(scene, frame, canvas)


def draw_over(scene: Scene, frame: Frame) -> None:
    """What lies over the page. It covers the legend of tags, and says itself whose word those are that it names."""
    canvas = scene.canvas()
    popup.draw(canvas, frame, scene.palette)
    dialogs.draw(canvas, frame, scene.palette)
    if not frame.view.film:
        popup.focus_ring(canvas, frame, scene.palette)


def draw_dock(scene: Scene, frame: Frame, canvas: SurfaceCanvas) -> None:
    """The static part is kept; the playhead, the veil and the values are drawn each frame."""
    view = frame.view
    key = (
        id(frame.night),
        scene.layout,
        view.window,
        view.side,
        tuple(sorted(view.classes)),
        tuple(sorted(view.sides)),
        view.chart,
        view.query if not view.truth else "",
        int(frame.t) // 30_000 if not view.truth else 0,
        (view.playing, view.speed, tuple(sorted(view.pause_at))),
    )
    dock = scene.layout.dock
    if key != scene.dock_key:
        inner = SurfaceCanvas(scene.dock, scene.layout.u, scene.fonts, scene.pictures, origin=(-dock.x, -dock.y))
        inner.shapes = scene.shapes
        before, frame.hits = frame.hits, []
        timeline.draw_static(inner, frame, scene.palette)
        charts.draw_static(inner, frame, scene.palette)
        scene.dock_hits, frame.hits, scene.dock_named = list(frame.hits), before, inner.named
        scene.dock_veiled.blit(scene.dock, (0, 0))
        inner.surface = scene.dock_veiled
        timeline.draw_veil(inner, frame, scene.palette)
        scene.dock_key = key
    u = scene.layout.u
    corner = (round(dock.x * u), round(dock.y * u))
    scene.target.blit(scene.dock, corner)
    box = timeline.veil_box(frame)
    part = pygame.Rect(round(box.x * u) - corner[0], 0, round(box.w * u), scene.dock.get_height())
    if part.w:
        scene.target.blit(scene.dock_veiled, (corner[0] + part.x, corner[1]), part)
    frame.hits += scene.dock_hits  # type: ignore[arg-type]
    scene.named |= scene.dock_named
    timeline.draw_moving(canvas, frame, scene.palette)
    charts.draw_moving(canvas, frame, scene.palette)


def _side(scene: Scene, frame: Frame) -> None:
    """The side panel: at once on input, ten times a second while playing."""
    side, view = scene.layout.side, frame.view
    u = scene.layout.u
    size = (max(round(side.w * u), 1), max(round(side.h * u), 1))
    ask = (
        view.tab, view.selected, view.second, view.call, view.follow, view.side, tuple(sorted(view.classes)),
        tuple(sorted(view.sides)), view.query, view.search_open, view.lock, view.log_scroll, view.tab_scroll,
    )  # fmt: skip
    key = (id(frame.night), scene.layout, ask)
    fresh = scene.side_picture is not None and key == scene.side_key
    waited = view.wall - scene.side_wall
    if fresh and (frame.t == scene.side_t or (view.playing and not view.film and 0 <= waited < SIDE_EVERY_S)):
        frame.hits += scene.side_hits  # type: ignore[arg-type]
    else:
        if scene.side_picture is None or scene.side_picture.get_size() != size:
            scene.side_picture = pygame.Surface(size)
        canvas = SurfaceCanvas(scene.side_picture, u, scene.fonts, scene.pictures, origin=(-side.x, -side.y))
        canvas.shapes = scene.shapes
        before, frame.hits = frame.hits, []
        tabs.draw(canvas, frame, scene.palette)
        body = tabs.body(frame)
        canvas.clip(body)
        TAB_BODIES[view.tab](canvas, frame, scene.palette, body)
        canvas.clip(None)
        below = tabs.log_box(frame)
        canvas.lines([(below.x, below.y), (below.right, below.y)], scene.palette.line)
        log.draw(canvas, frame, scene.palette, below)
        scene.side_hits, frame.hits, scene.side_named = list(frame.hits), before + frame.hits, canvas.named
        scene.side_key, scene.side_t, scene.side_wall = key, frame.t, view.wall
    scene.named |= scene.side_named
    scene.target.blit(scene.side_picture, (round(side.x * u), round(side.y * u)))


def _caption(scene: Scene, frame: Frame, canvas: SurfaceCanvas) -> None:
    """One sentence and its source under a film or snapshot."""
    wide, high = scene.layout.logical
    strip = Rect(0, high - 40, wide, 40)
    canvas.rect(strip, scene.palette.raised)
    canvas.text(frame.view.caption, (16, high - 20), size=15, colour=scene.palette.text, anchor="lm")
