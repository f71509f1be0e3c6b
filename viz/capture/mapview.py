"""The map region with what seldom changes kept between frames: the ground, the smoothed lines, the fire."""

from __future__ import annotations

import pygame

from viz.camera import Camera
from viz.canvas.fonts import Fonts
from viz.canvas.surface import SurfaceCanvas
from viz.frame import Frame, Sign
from viz.layers import furniture, ghost, impacts, land, names, overlay, units
from viz.symbols import Pictures
from viz.theme import Layout, Palette, Rect

REST_S, SLOW_S = 0.08, 0.1
FINE_LAND_PIXELS = 450_000


class MapView:
    """Draws the map of a frame on a surface of its region's size."""

    def __init__(self, layout: Layout, palette: Palette, fonts: Fonts, pictures: Pictures) -> None:
        self.layout, self.palette, self.fonts, self.pictures = layout, palette, fonts, pictures
        self.memory = units.Memory()
        self.placed: list[units.Placed] = []
        self.signs: list[Sign] = []
        self.signs_key: tuple[object, ...] = ()
        self.signs_wall = -1.0
        self.shapes: dict[tuple[object, ...], pygame.Surface] = {}
        size = (max(round(layout.map.w * layout.u), 1), max(round(layout.map.h * layout.u), 1))
        self.map_size = size
        self.base = pygame.Surface(size)
        self.base_taken: list[Rect] = []
        self.base_key: tuple[object, ...] = ()
        self.base_camera: Camera | None = None
        self.last_camera: Camera | None = None
        self.moved_at = -9.0
        self.sheet = pygame.Surface((size[0] * 2, size[1] * 2), pygame.SRCALPHA)
        self.slow = pygame.Surface(size, pygame.SRCALPHA)
        self.slow_key: tuple[object, ...] = ()
        self.slow_wall, self.slow_t = -1.0, -1.0
        self.slow_bounds = pygame.Rect(0, 0, 0, 0)
        self.fire_sheet = pygame.Surface((size[0] * 2, size[1] * 2), pygame.SRCALPHA)
        self.fire_bounds: pygame.Rect | None = None

    def map_canvas(self, surface: pygame.Surface, times: float = 1.0, overlay_: bool = False) -> SurfaceCanvas:
        """A canvas whose origin is the map's top left."""
        canvas = SurfaceCanvas(surface, self.layout.u * times, self.fonts, self.pictures, overlay=overlay_)
        canvas.shapes = self.shapes
        return canvas

    def draw(self, area: pygame.Surface, frame: Frame) -> None:
        """The map region, layer by layer."""
        canvas = self.map_canvas(area)
        self._signs(frame)
        furniture.reserve(canvas, frame)
        pills = furniture.pointers(canvas, frame)
        frame.taken += [pill.box for pill in pills]
        self._base(frame)
        frame.taken += self.base_taken
        self._blit_base(area, frame)
        impacts.heat(canvas, frame, self.palette)
        self._slow(area, frame)
        self._fires(area, frame)
        impacts.draw(canvas, frame, self.palette)
        overlay.ring_names(canvas, frame, self.palette)
        self.placed = units.place(frame, None if frame.view.film else self.memory)
        units.draw(canvas, frame, self.palette, self.placed, None if frame.view.film else self.memory)
        furniture.draw(canvas, frame, self.palette, pills)

    def _signs(self, frame: Frame) -> None:
        """While time runs, who is drawn is asked ten times a second; where, every frame."""
        view = frame.view
        key = (id(frame.night), view.camera, view.side, view.selected)
        age = view.wall - self.signs_wall
        if view.playing and view.truth and not view.film and key == self.signs_key and 0 <= age < SLOW_S:
            frame.keep(self.signs)
        else:
            self.signs, self.signs_key, self.signs_wall = frame.signs, key, view.wall

    def _base(self, frame: Frame) -> None:
        """The ground. While the camera moves the old one is shown scaled; it is redrawn when the camera rests."""
        view, camera = frame.view, frame.view.camera
        light = round(frame.night.light(frame.t), 2)
        key = (id(frame.night), camera, "grid" in view.layers, "names" in view.layers, light, view.side)
        if key == self.base_key:
            return
        if self.base_key and not view.film and self.base_camera != camera and view.wall - self.moved_at < REST_S:
            if self.last_camera != camera:
                self.moved_at = view.wall
                self.last_camera = camera
            return
        if self.base_key and not view.film and self.base_camera != camera and self.last_camera != camera:
            self.last_camera, self.moved_at = camera, view.wall
            return
        canvas = self.map_canvas(self.base)
        pixels = self.map_size[0] * self.map_size[1]
        fine = self.layout.u * min(1.0, (FINE_LAND_PIXELS / pixels) ** 0.5)
        before, frame.taken = frame.taken, list(frame.taken)
        land.draw(canvas, frame, self.palette, fine=fine)
        frame.taken += [p.box.grown(4) for p in units.place(frame)]
        n = len(frame.taken)
        names.draw(canvas, frame, self.palette)
        self.base_taken = frame.taken[n:]
        frame.taken = before
        self.base_key, self.base_camera, self.last_camera = key, camera, camera

    def _blit_base(self, area: pygame.Surface, frame: Frame) -> None:
        old, now = self.base_camera, frame.view.camera
        if old is None or old == now:
            area.blit(self.base, (0, 0))
            return
        k = old.scale / now.scale
        w, h = self.map_size
        u = self.layout.u
        x = w / 2 + (old.x - now.x) / now.scale * u - w * k / 2
        y = h / 2 - (old.y - now.y) / now.scale * u - h * k / 2
        if abs(k - 1) < 1e-9:
            area.fill(self.palette.land_low)
            area.blit(self.base, (round(x), round(y)))
            return
        # Only what is seen is scaled: the part of the old picture under the window.
        part = pygame.Rect(
            round(max(-x / k, 0)), round(max(-y / k, 0)), round(min(w / k, w) + 2), round(min(h / k, h) + 2)
        )
        part = part.clip(self.base.get_rect())
        area.fill(self.palette.land_low)
        if part.w > 1 and part.h > 1:
            size = (max(round(part.w * k), 1), max(round(part.h * k), 1))
            area.blit(
                pygame.transform.scale(self.base.subsurface(part), size), (round(x + part.x * k), round(y + part.y * k))
            )

    def _slow(self, area: pygame.Surface, frame: Frame) -> None:
        """Ellipses, rings, trails: drawn at twice the size, smoothed once, kept for a tenth of a second."""
        view = frame.view
        key = (id(frame.night), view.camera, tuple(sorted(view.layers)), view.side, view.selected, self.layout.size)
        stale = frame.t != self.slow_t and (view.film or abs(view.wall - self.slow_wall) >= SLOW_S or not view.playing)
        if key != self.slow_key or stale:
            self.sheet.fill((0, 0, 0, 0))
            overlay.draw_slow(self.map_canvas(self.sheet, 2.0, True), frame, self.palette)
            if view.ghost and frame.ghost is not None and not view.beside:
                ghost.draw(self.map_canvas(self.sheet, 2.0, True), frame, self.palette)
            pygame.transform.smoothscale(self.sheet, self.map_size, self.slow)
            self.slow_bounds = self.slow.get_bounding_rect()
            self.slow_key, self.slow_t, self.slow_wall = key, frame.t, view.wall
        if self.slow_bounds.w:
            area.blit(self.slow, self.slow_bounds, self.slow_bounds, special_flags=pygame.BLEND_PREMULTIPLIED)

    def _fires(self, area: pygame.Surface, frame: Frame) -> None:
        """Lines of fire, each frame: only the part of the sheet that they touch is smoothed."""
        if "fire" not in frame.view.layers:
            return
        self.fire_sheet.fill((0, 0, 0, 0), self.fire_bounds)
        overlay.draw_fires(self.map_canvas(self.fire_sheet, 2.0, True), frame, self.palette)
        lines = frame.fires()
        self.fire_bounds = bounds = _reach(lines, self.layout.u * 2).clip(self.fire_sheet.get_rect())
        bounds.w, bounds.h = bounds.w // 2 * 2, bounds.h // 2 * 2
        if not lines or bounds.w < 2 or bounds.h < 2:
            return
        small = pygame.transform.smoothscale(self.fire_sheet.subsurface(bounds), (bounds.w // 2, bounds.h // 2))
        area.blit(small, (bounds.x // 2, bounds.y // 2), special_flags=pygame.BLEND_PREMULTIPLIED)


def _reach(lines: list[object], scale: float) -> pygame.Rect:
    """The box that all lines of fire stay in (arcs rise above their ends), on even pixels."""
    if not lines:
        return pygame.Rect(0, 0, 0, 0)
    xs = [p[0] for line in lines for p in (line.a, line.b)]  # type: ignore[attr-defined]
    ys = [p[1] for line in lines for p in (line.a, line.b)]  # type: ignore[attr-defined]
    rise = max(abs(line.b[0] - line.a[0]) + abs(line.b[1] - line.a[1]) for line in lines) * 0.15  # type: ignore[attr-defined]
    x, y = (min(xs) - 6) * scale, (min(ys) - rise - 6) * scale
    right, bottom = (max(xs) + 6) * scale, (max(ys) + 6) * scale
    held = [round(min(max(v, -60_000), 60_000)) // 2 * 2 for v in (x, y, right, bottom)]
    return pygame.Rect(held[0], held[1], max(held[2] - held[0], 0), max(held[3] - held[1], 0))
