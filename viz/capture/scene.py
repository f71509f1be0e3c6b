"""The scene: layers and panels put together on one surface, for a window, a snapshot or a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pygame

from viz.camera import resized
from viz.canvas.fonts import Fonts
from viz.canvas.surface import SurfaceCanvas
from viz.capture.fade import Fade, level
from viz.capture.mapview import MapView
from viz.capture.margin import draw_margin, draw_over
from viz.frame import Frame, Night, View, build
from viz.frame.place import distance_words
from viz.layers import ghost, units
from viz.panels import whose
from viz.symbols import Pictures
from viz.theme import NIGHT, Layout, Palette, Rect

LEVEL_FADE_S, PANEL_FADE_S = 0.15, 0.12


class Scene:
    """Draws frames of one window. Ask `draw`; what it caches is an affair of its own."""

    def __init__(self, layout: Layout, palette: Palette = NIGHT, fonts: Fonts | None = None) -> None:
        if not pygame.display.get_init():
            pygame.display.init()
        self.fonts = fonts or Fonts()
        self.palette = palette
        self.pictures = Pictures(self.fonts, palette)
        self.resize(layout)

    def resize(self, layout: Layout) -> None:
        """Start anew at another size."""
        self.layout = layout
        self.target = pygame.Surface(layout.size)
        self.maps: list[MapView] = []
        self.shapes: dict[tuple[object, ...], pygame.Surface] = {}
        self.dock = pygame.Surface(self._pixels(layout.dock))
        self.dock_veiled = self.dock.copy()
        self.dock_key: tuple[object, ...] = ()
        self.dock_hits: list[object] = []
        self.side_key: tuple[object, ...] = ()
        self.side_picture: pygame.Surface | None = None
        self.side_hits: list[object] = []
        self.side_t, self.side_wall = -1.0, -1.0
        self.named: set[str] = set()
        self.dock_named: set[str] = set()
        self.side_named: set[str] = set()
        self.legend: Rect | None = None
        self.map_fade, self.side_fade = Fade(LEVEL_FADE_S), Fade(PANEL_FADE_S)

    def _pixels(self, box: Rect) -> tuple[int, int]:
        return max(round(box.w * self.layout.u), 1), max(round(box.h * self.layout.u), 1)

    @property
    def placed(self) -> Sequence[units.Placed]:
        """Where the signs of the (left) map were drawn."""
        placing = self.maps[0].placed if self.maps else None
        return placing.rows if placing is not None else []

    def canvas(self) -> SurfaceCanvas:
        """A canvas over the whole window."""
        made = SurfaceCanvas(self.target, self.layout.u, self.fonts, self.pictures)
        made.shapes, made.named = self.shapes, self.named
        return made

    def draw(self, night: Night, view: View, t: float, other: Night | None = None) -> Frame:
        """Draw an instant on `target`; the frame that comes back knows what reacts to a click."""
        self.pictures.neutral = view.neutral
        frame = build(night, view, t, self.layout)
        frame.ghost = other
        still = view.film or view.reduced_motion
        self.map_fade.watch((level(view.camera), view.side), self._part(self.layout.map), view.wall, still=still)
        self.side_fade.watch(view.tab, self._part(self.layout.side), view.wall, still=still)
        self.target.fill(self.palette.window)
        self.named.clear()
        boxes = self._regions(2 if view.beside and other is not None else 1)
        self._draw_map(0, boxes[0], frame, view)
        if len(boxes) > 1 and other is not None:
            right = build(other, view, ghost.shared_time(night, other, t), self.layout)
            self._draw_map(1, boxes[1], right, view)
            self._titles(frame, right, boxes)
        self.map_fade.over(self._part(self.layout.map), view.wall)
        draw_margin(self, frame)
        self.side_fade.over(self._part(self.layout.side), view.wall)
        nights = [night] if len(boxes) == 1 or other is None else [night, other]
        self._whose(boxes[0], nights)
        draw_over(self, frame)
        return frame

    def _whose(self, box: Rect, nights: Sequence[Night]) -> None:
        """Who says so of each force tag that the picture names. Where it stood is kept when no tag is named any more:
        a label that gave way to it would come back, name its tag, and give way again."""
        attributed = [night.recording.attributed for night in nights]
        drawn = whose.draw(self.canvas(), self.palette, box, sorted(self.named), attributed)
        self.legend = drawn or self.legend

    def _part(self, box: Rect) -> pygame.Surface:
        """A region of the picture."""
        u = self.layout.u
        part = pygame.Rect(round(box.x * u), round(box.y * u), round(box.w * u), round(box.h * u))
        return self.target.subsurface(part.clip(self.target.get_rect()))

    def _regions(self, n: int) -> list[Rect]:
        """The map region, or its two halves; map views are made to measure."""
        whole = self.layout.map
        w = whole.w / n
        boxes = [Rect(whole.x + w * i, whole.y, w, whole.h) for i in range(n)]
        if len(self.maps) != n:
            self.maps = [
                MapView(replace(self.layout, map=box), self.palette, self.fonts, self.pictures) for box in boxes
            ]
        return boxes

    def _draw_map(self, number: int, box: Rect, frame: Frame, view: View) -> None:
        chart = self.maps[number]
        frame.layout = chart.layout
        frame.view = replace(view, camera=resized(view.camera, box.w, box.h))
        if self.legend is not None and not number:  # where it stood a moment ago: names keep off
            chart.covered = self.legend.moved(-box.x, -box.y)
        u = self.layout.u
        corner = (round(box.x * u), round(box.y * u))
        area = pygame.Rect(corner, chart.map_size).clip(self.target.get_rect())
        chart.draw(self.target.subsurface(area), frame)
        self.named |= chart.named
        frame.layout, frame.view = self.layout, view

    def _titles(self, left: Frame, right: Frame, boxes: list[Rect]) -> None:
        """Which run is which, and how far the same unit is apart in the two."""
        canvas = self.canvas()
        for frame, box in zip((left, right), boxes, strict=True):
            meta = frame.night.recording.meta
            words = f"{meta.get('scenario_id')} · replication {meta.get('replication')} · {str(meta.get('digest'))[:8]}"
            if frame is right and 0 <= left.view.selected < left.night.n_units:
                twin = right.night.find_unit(left.night.unit_id(left.view.selected))
                if twin >= 0:
                    a = left.night.positions(left.t)[left.view.selected]
                    b = right.night.positions(right.t)[twin]
                    apart = float(((a - b) ** 2).sum() ** 0.5)
                    words += f" · {right.night.label(twin)} {distance_words(apart)} apart" if apart == apart else ""
            w = canvas.measure(words, 13)[0] + 24
            pill = Rect(box.right - w - 12, box.bottom - 40 if frame is left else box.y + 12, w, 26)
            canvas.rect(pill, self.palette.window, edge=self.palette.line_strong, radius=13, alpha=225)
            canvas.text(words, pill.centre, size=13, colour=self.palette.text, anchor="mm")
        canvas.lines([(boxes[1].x, boxes[1].y), (boxes[1].x, boxes[1].bottom)], self.palette.playhead)
