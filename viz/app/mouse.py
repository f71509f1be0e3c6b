"""The mouse of the window, turned into actions of the session."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pygame

from viz.camera import to_map
from viz.frame import Hit
from viz.frame.place import degree_words, degrees, grid_reference
from viz.panels.log import ROW, window_of
from viz.panels.popup import Menu, unit_tip
from viz.panels.tabs import body, log_box

if TYPE_CHECKING:
    from viz.app.window import Window

DOUBLE_S, HOVER_S, CLICK_PX = 0.35, 0.3, 4.0
SILENT = ("none", "scrub", "resize_side", "minimap")


class Mouse:
    """What the mouse is doing: dragging, clicking, resting."""

    window: Window
    drag: str
    pressed_at: tuple[float, float]
    last: tuple[float, float]
    moved: bool
    clicked: tuple[float, tuple[float, float]]
    rested: float
    data: object

    def _clipboard(self) -> None:
        """What was copied also goes to the system, where there is such a thing."""
        s = self.window.session
        if s is None or not s.clip:
            return
        with contextlib.suppress(pygame.error):
            if not pygame.scrap.get_init():
                pygame.scrap.init()
            pygame.scrap.put(pygame.SCRAP_TEXT, s.clip.encode() + b"\0")
        s.clip = ""

    # ---------------------------------------------------------------- mouse

    def hit_at(self, x: float, y: float) -> Hit | None:
        """The topmost thing that reacts there."""
        frame = self.window.frame
        if frame is None:
            return None
        return next((h for h in reversed(frame.hits) if h.box.has(x, y)), None)

    def map_point(self, x: float, y: float) -> tuple[float, float] | None:
        """A place of the map in pixels of its region (of its half, side by side)."""
        region, s = self.window.layout.map, self.window.session
        if s is None or not region.has(x, y):
            return None
        px, py = x - region.x, y - region.y
        half = region.w / 2
        if s.view.beside and s.other is not None:
            px = px % half + half / 2
        return px, py

    def unit_at(self, x: float, y: float) -> list[int]:
        """Units under the cursor, topmost first."""
        region, scene = self.window.layout.map, self.window.scene
        px, py = x - region.x, y - region.y
        found: list[int] = []
        for p in reversed(scene.placed if scene else []):
            if p.box.grown(2).has(px, py):
                found += [u for u in (p.sign.key, *p.sign.units) if u not in found]
        return found

    def press(self, at: tuple[float, float], button: int) -> None:
        s = self.window.session
        if s is None:
            return
        self.pressed_at = self.last = at
        self.moved, self.drag, self.data = False, "", None
        hit = self.hit_at(*at)
        s.view.focus = -1
        if isinstance(s.view.popup, Menu) and (hit is None or hit.action not in ("pause_at_menu", "none")):
            s.view.popup = None
        if button == 3:
            self._right(at)
        elif hit is None:
            self.drag = "map" if self.map_point(*at) else ""
        elif hit.action == "scrub":
            self.drag = (
                "axis"
                if at[1] < self.window.layout.axis.y + 14 and pygame.key.get_mods() & pygame.KMOD_ALT
                else "scrub"
            )
            self._double_axis(at)
            if self.drag == "scrub":
                s.do("scrub", at[0])
        elif hit.action in ("minimap", "resize_side"):
            self.drag, self.data = hit.action, hit.argument
            self.motion(at)
        else:
            self._hit(hit, -1)

    def _hit(self, hit: Hit, focus: int) -> None:
        s = self.window.session
        assert s is not None
        s.do(hit.action, hit.argument)
        s.view.focus = focus
        self._clipboard()

    def _double_axis(self, at: tuple[float, float]) -> None:
        s = self.window.session
        assert s is not None
        if s.view.wall - self.clicked[0] < DOUBLE_S and at[1] < self.window.layout.axis.y + 14:
            s.do("whole")
        self.clicked = (s.view.wall, at)

    def _right(self, at: tuple[float, float]) -> None:
        """Right click: copy coordinates, measure from here."""
        s, point = self.window.session, self.map_point(*at)
        assert s is not None
        if point is None:
            return
        x, y = to_map(s.view.camera, *point)
        lat, lon = degrees(tuple(float(v) for v in s.night.recording.meta["origin"]), x, y)  # type: ignore[arg-type]
        rows = (
            (f"Copy {degree_words(lat, lon)}", "copy_text", f"{lat:.6f},{lon:.6f}", False),
            (f"Copy {grid_reference(lat, lon)}", "copy_text", grid_reference(lat, lon), False),
            ("Measure from here (M)", "measure_from", (x, y), False),
            ("Centre here", "centre_at", (x, y), False),
        )
        s.view.popup = Menu("This place", rows, at)

    def motion(self, at: tuple[float, float]) -> None:
        s = self.window.session
        if s is None:
            return
        dx, dy = at[0] - self.last[0], at[1] - self.last[1]
        self.last = at
        self.rested = s.view.wall
        s.view.hover_px = at
        point = self.map_point(*at)
        s.view.hover = to_map(s.view.camera, *point) if point else None
        if abs(at[0] - self.pressed_at[0]) + abs(at[1] - self.pressed_at[1]) > CLICK_PX:
            self.moved = True
        if self.drag == "map" and self.moved:
            s.do("drag", (dx, dy))
        elif self.drag == "scrub":
            slow = pygame.key.get_mods() & pygame.KMOD_SHIFT
            a, b = s.view.window
            if slow:
                s.seek(s.t + dx * 0.1 / self.window.layout.axis.w * (b - a))
            elif self.moved:
                s.do("scrub", at[0])
        elif self.drag == "axis":
            s.do("time_pan", dx)
        elif self.drag == "minimap":
            box, scale, centre = self.data  # type: ignore[misc]
            region = self.window.layout.map
            x = centre[0] + (at[0] - region.x - box.x - box.w / 2) * scale
            y = centre[1] - (at[1] - region.y - box.y - box.h / 2) * scale
            s.do("centre_at", (x, y))
        elif self.drag == "resize_side" and self.moved:
            wide = self.window.layout.logical[0]
            self.window.side_width = min(max(wide - at[0], 264.0), 480.0)
            self.window.resize(self.window.screen.get_size())

    def release(self, at: tuple[float, float]) -> None:
        s = self.window.session
        was, self.drag = self.drag, ""
        if s is None or was != "map" or self.moved:
            return
        if s.view.wall - self.clicked[0] < DOUBLE_S and not self.unit_at(*at):
            point = self.map_point(*at)
            if point:
                s.do("zoom_at", (*point, 2.0))
            self.clicked = (-9.0, at)
            return
        self.clicked = (s.view.wall, at)
        under = self.unit_at(*at)
        if not under:
            s.do("select", -1)
        elif pygame.key.get_mods() & pygame.KMOD_SHIFT:
            s.do("second", under[0])
        elif s.view.selected in under:
            s.do("select", under[(under.index(s.view.selected) + 1) % len(under)])
        else:
            s.do("select", under[0])

    def wheel(self, notches: int) -> None:
        s = self.window.session
        if s is None:
            return
        x, y = self.last
        point = self.map_point(x, y)
        if point:
            s.do("zoom_at", (*point, 1.25**notches))
        elif self.window.layout.dock.has(x, y):
            s.do("time_zoom", (x, 1.5**notches))
        elif self.window.frame is not None and self.window.layout.side.has(x, y):
            frame = self.window.frame
            if log_box(frame).has(x, y):
                visible = max(int((log_box(frame).h - 70) // ROW), 1)
                first, _ = window_of(frame, visible)
                s.view.log_scroll = max(min(first - 3 * notches, len(frame.rows) - visible), 0)
            elif body(frame).has(x, y):
                s.view.tab_scroll = max(s.view.tab_scroll - 3 * notches, 0)

    # ---------------------------------------------------------------- what the cursor says

    def tip(self) -> str:
        """Words for what the cursor rests on."""
        s = self.window.session
        if s is None or s.view.hover_px is None or self.drag or s.view.wall - self.rested < HOVER_S:
            return ""
        hit = self.hit_at(*s.view.hover_px)
        if hit is not None:
            return hit.tip
        under = self.unit_at(*s.view.hover_px) if self.map_point(*s.view.hover_px) else []
        return unit_tip(self.window.frame, under[0]) if under and self.window.frame else ""

    def source(self) -> None:
        """Q: the pop-up of the number under the cursor."""
        s = self.window.session
        assert s is not None
        hit = self.hit_at(*s.view.hover_px) if s.view.hover_px else None
        if hit is not None and hit.action == "provenance":
            s.do("provenance", hit.argument)
        else:
            s.say("No sourced number under the cursor")
