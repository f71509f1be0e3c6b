"""The map region with what seldom changes kept between frames: the ground, the smoothed lines, the fire."""

from __future__ import annotations

import pygame

from viz.camera import Camera
from viz.canvas.fonts import Fonts
from viz.canvas.surface import SurfaceCanvas
from viz.frame import Frame, Sign
from viz.frame.build import columns_of
from viz.layers import furniture, ghost, impacts, land, names, overlay, units
from viz.symbols import Pictures
from viz.theme import Layout, Palette, Rect

REST_S, SLOW_S, MINI_S, GRID = 0.08, 0.1, 0.25, 64
FINE_LAND_PIXELS = 450_000


class MapView:
    """Draws the map of a frame on a surface of its region's size."""

    def __init__(self, layout: Layout, palette: Palette, fonts: Fonts, pictures: Pictures) -> None:
        self.layout, self.palette, self.fonts, self.pictures = layout, palette, fonts, pictures
        self.memory = units.Memory()
        self.placed: units.Placing | None = None
        self.signs: list[Sign] = []
        self.sign_columns = columns_of([])
        self.signs_key: tuple[object, ...] = ()
        self.signs_wall = -1.0
        self.busy = False
        self.shapes: dict[tuple[object, ...], pygame.Surface] = {}
        size = (max(round(layout.map.w * layout.u), 1), max(round(layout.map.h * layout.u), 1))
        self.map_size = size
        self.base = pygame.Surface(size)
        self.base_taken: list[Rect] = []
        self.base_named: set[str] = set()
        self.named: set[str] = set()
        self.covered: Rect | None = None  # by what is drawn over the map later
        self.base_key: tuple[object, ...] = ()
        self.base_camera: Camera | None = None
        self.last_camera: Camera | None = None
        self.moved_at = -9.0
        self.sheet = pygame.Surface((size[0] * 2, size[1] * 2), pygame.SRCALPHA)
        self.slow: pygame.Surface | None = None
        self.slow_at = pygame.Rect(0, 0, 0, 0)
        self.slow_key: tuple[object, ...] = ()
        self.slow_wall, self.slow_t = -1.0, -1.0
        self.ground = pygame.Surface(size)
        self.ground_key: tuple[object, ...] = ()
        self.mini: pygame.Surface | None = None
        self.mini_key: tuple[object, ...] = ()
        self.mini_wall, self.mini_t = -1.0, -1.0

    def map_canvas(self, surface: pygame.Surface, times: float = 1.0, overlay_: bool = False) -> SurfaceCanvas:
        """A canvas whose origin is the map's top left."""
        canvas = SurfaceCanvas(surface, self.layout.u * times, self.fonts, self.pictures, overlay=overlay_)
        canvas.shapes = self.shapes
        return canvas

    def draw(self, area: pygame.Surface, frame: Frame) -> None:
        """The map region, layer by layer."""
        canvas = self.map_canvas(area)
        self.named = canvas.named
        self._signs(frame)
        furniture.reserve(canvas, frame)
        frame.taken += [self.covered] if self.covered else []
        pills = furniture.pointers(canvas, frame)
        frame.taken += [pill.box for pill in pills]
        self._base(frame)
        frame.taken += self.base_taken
        self._slow(frame)
        self._ground(area, frame)
        self._fires(area, frame)
        impacts.draw(canvas, frame, self.palette)
        self.placed = units.place(frame, None if frame.view.film else self.memory)
        self._ring_names(canvas, frame)
        units.draw(canvas, frame, self.palette, self.placed, None if frame.view.film else self.memory)
        self._mini(area, frame)
        furniture.draw(canvas, frame, self.palette, pills)
        self.named |= self.base_named

    def _ring_names(self, canvas: SurfaceCanvas, frame: Frame) -> None:
        """Words of the rings keep off the symbols; labels then keep off the words, but not off their own symbols."""
        placed = self.placed
        boxes = [placed.box(k) for k in range(len(placed))] if placed is not None and len(placed) <= units.MANY else []
        n = len(frame.taken)
        frame.taken += boxes
        overlay.ring_names(canvas, frame, self.palette)
        frame.taken = frame.taken[:n] + frame.taken[n + len(boxes) :]

    def _signs(self, frame: Frame) -> None:
        """While time runs, who is drawn is asked ten times a second; where, every frame."""
        view = frame.view
        key = (id(frame.night), view.camera, view.side, view.selected)
        age = view.wall - self.signs_wall
        self.busy = False
        if view.playing and view.truth and not view.film and key == self.signs_key and 0 <= age < SLOW_S:
            frame.keep(self.signs, self.sign_columns)
        else:
            self.signs, self.signs_key, self.signs_wall, self.busy = frame.signs, key, view.wall, True
            self.sign_columns = columns_of(self.signs)

    def _mini(self, area: pygame.Surface, frame: Frame) -> None:
        """The mini-map: drawn anew four times a second, or when the camera moves."""
        box, view, u = furniture.minimap_box(frame), frame.view, self.layout.u
        if box is None:
            return
        furniture.minimap_hit(frame, box)
        corner = (round(box.x * u), round(box.y * u))
        size = (round(box.right * u) - corner[0] + 1, round(box.bottom * u) - corner[1] + 1)
        key = (id(frame.night), view.camera, view.side, box)
        waiting = view.playing and not view.film and 0 <= view.wall - self.mini_wall < MINI_S
        if self.mini is None or key != self.mini_key or not (waiting or frame.t == self.mini_t):
            self.mini = pygame.Surface(size, pygame.SRCALPHA)
            canvas = self.map_canvas(self.mini)
            canvas.origin = (-corner[0] / u, -corner[1] / u)
            furniture.minimap(canvas, frame, self.palette, box)
            self.mini_key, self.mini_wall, self.mini_t = key, view.wall, frame.t
        area.blit(self.mini, corner)

    def _base(self, frame: Frame) -> None:
        """The ground. While the camera moves the old one is shown scaled; it is redrawn when the camera rests."""
        view, camera = frame.view, frame.view.camera
        light = round(frame.night.light(frame.t), 2)
        key = (id(frame.night), camera, "grid" in view.layers, "names" in view.layers, light, view.side, self.covered)
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
        self.draw_base(frame)
        self.base_key, self.base_camera, self.last_camera = key, camera, camera

    def draw_base(self, frame: Frame) -> None:
        """The ground and the names on it."""
        canvas = self.map_canvas(self.base)
        pixels = self.map_size[0] * self.map_size[1]
        fine = self.layout.u * min(1.0, (FINE_LAND_PIXELS / pixels) ** 0.5)
        before, frame.taken = frame.taken, list(frame.taken)
        land.draw(canvas, frame, self.palette, fine=fine)
        frame.taken += [p.box.grown(4) for p in units.place(frame)]
        n = len(frame.taken)
        names.draw(canvas, frame, self.palette)
        self.base_taken, self.base_named = frame.taken[n:], canvas.named
        frame.taken = before

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

    def _slow(self, frame: Frame) -> None:
        """Ellipses, rings, trails: drawn at twice the size, smoothed once, kept for a tenth of a second."""
        view = frame.view
        key = (id(frame.night), view.camera, tuple(sorted(view.layers)), view.side, view.selected, view.ghost)
        # Not in the same frame as the signs, if it can wait.
        rest = SLOW_S * (1.5 if self.busy else 1.0)
        stale = frame.t != self.slow_t and (view.film or abs(view.wall - self.slow_wall) >= rest or not view.playing)
        if key == self.slow_key and not stale:
            return
        self.draw_slow(frame)
        self.slow_key, self.slow_t, self.slow_wall = key, frame.t, view.wall

    def draw_slow(self, frame: Frame) -> None:
        """Draw and smooth the slow lines, whether or not it is time."""
        canvas = self.map_canvas(self.sheet, 2.0, True)
        self.sheet.fill((0, 0, 0, 0), self.slow_at)
        overlay.draw_slow(canvas, frame, self.palette)
        if frame.view.ghost and frame.ghost is not None and not frame.view.beside:
            ghost.draw(canvas, frame, self.palette)
        self.slow_at = _even(canvas.touched, self.sheet)
        half = (self.slow_at.w // 2, self.slow_at.h // 2)
        if not all(half):
            self.slow = None
            return
        if self.slow is None or self.slow.get_size() != half:
            self.slow = pygame.Surface(half, pygame.SRCALPHA)
        pygame.transform.smoothscale(self.sheet.subsurface(self.slow_at), half, self.slow)

    def _ground(self, area: pygame.Surface, frame: Frame) -> None:
        """Ground, heat and slow lines, kept as one picture while the camera rests."""
        view, camera = frame.view, frame.view.camera
        if self.base_camera not in (None, camera):
            self._blit_base(area, frame)
            self._over(area, frame)
            return
        heat = frame.t // 1000 if "heat" in view.layers else None
        key = (self.base_key, self.slow_key, self.slow_t, self.slow_wall, heat)
        if key != self.ground_key:
            self.ground.blit(self.base, (0, 0))
            self._over(self.ground, frame)
            self.ground_key = key
        area.blit(self.ground, (0, 0))

    def _over(self, area: pygame.Surface, frame: Frame) -> None:
        impacts.heat(self.map_canvas(area), frame, self.palette)
        self.blit_slow(area)

    def blit_slow(self, area: pygame.Surface) -> None:
        """The smoothed lines, where there are any."""
        if self.slow is not None:
            corner = (self.slow_at.x // 2, self.slow_at.y // 2)
            area.blit(self.slow, corner, special_flags=pygame.BLEND_PREMULTIPLIED)

    def _fires(self, area: pygame.Surface, frame: Frame) -> None:
        """Lines of fire, each frame: only the part of the sheet that they touch is smoothed."""
        if "fire" not in frame.view.layers or not frame.fires():
            return
        # The sheet of the slow lines serves: what is drawn here is wiped at once, and theirs is kept smoothed.
        self.sheet.fill((0, 0, 0, 0), self.slow_at)
        self.slow_at, kept = pygame.Rect(0, 0, 0, 0), self.slow_at
        canvas = self.map_canvas(self.sheet, 2.0, True)
        overlay.draw_fires(canvas, frame, self.palette)
        bounds = _even(canvas.touched, self.sheet)
        if bounds.w and bounds.h:
            half = (bounds.w // 2, bounds.h // 2)
            small = pygame.transform.smoothscale(self.sheet.subsurface(bounds), half)
            area.blit(small, (bounds.x // 2, bounds.y // 2), special_flags=pygame.BLEND_PREMULTIPLIED)
            self.sheet.fill((0, 0, 0, 0), bounds)
        self.slow_at = kept


def _even(touched: list[pygame.Rect], sheet: pygame.Surface) -> pygame.Rect:
    """The box of all that was drawn, on a coarse grid of even pixels: halving moves nothing, and sizes come again."""
    if not touched:
        return pygame.Rect(0, 0, 0, 0)
    box = touched[0].unionall(touched[1:]).inflate(4, 4).clip(sheet.get_rect())
    x, y = box.x // GRID * GRID, box.y // GRID * GRID
    far = (-(-box.right // GRID) * GRID, -(-box.bottom // GRID) * GRID)
    return pygame.Rect(x, y, far[0] - x, far[1] - y).clip(sheet.get_rect())
