"""Keys and mouse of the window, turned into actions of the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from viz.app.mouse import SILENT, Mouse
from viz.keys import Key, binding

if TYPE_CHECKING:
    from viz.app.window import Window


class Inputs(Mouse):
    """What the mouse is doing, and which keys are down."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.down: set[int] = set()
        self.drag = ""
        self.pressed_at: tuple[float, float] = (0.0, 0.0)
        self.last: tuple[float, float] = (0.0, 0.0)
        self.moved = False
        self.clicked: tuple[float, tuple[float, float]] = (-9.0, (0.0, 0.0))
        self.rested = 0.0
        self.data: object = None

    @property
    def busy(self) -> bool:
        return bool(self.drag)

    def handle(self, event: pygame.event.Event) -> None:
        """One event of the window."""
        if event.type == pygame.QUIT:
            self.window.running = False
        elif event.type == pygame.VIDEORESIZE:
            self.window.resize((event.w, event.h))
        elif event.type == pygame.KEYDOWN:
            self.key(event)
        elif event.type == pygame.KEYUP:
            self.down.discard(event.key)
        elif event.type == pygame.MOUSEMOTION:
            self.motion(self._logical(event.pos))
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button in (1, 3):
            self.press(self._logical(event.pos), event.button)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == 1:
            self.release(self._logical(event.pos))
        elif event.type == pygame.MOUSEWHEEL:
            self.wheel(event.y)
        elif event.type == pygame.DROPFILE:
            self.window.open(Path(event.file))

    def _logical(self, at: tuple[int, int]) -> tuple[float, float]:
        return at[0] / self.window.layout.u, at[1] / self.window.layout.u

    # ---------------------------------------------------------------- keys

    def key(self, event: pygame.event.Event) -> None:
        """A key went down (or repeats)."""
        s = self.window.session
        if s is None:
            return
        again = event.key in self.down
        self.down.add(event.key)
        if self._typing(event):
            return
        ctrl, shift = bool(event.mod & pygame.KMOD_CTRL), bool(event.mod & pygame.KMOD_SHIFT)
        name = pygame.key.name(event.key)
        found = binding(name, shift=shift, ctrl=ctrl)
        if ctrl and name in ("=", "+", "-"):
            self.window.text_scale(-0.25 if name == "-" else 0.25)
            return
        if found is None and event.unicode:
            found = binding(event.unicode.lower() if not event.unicode.isalpha() else name, ctrl=ctrl)
        if found is None or (again and not found.repeats):
            return
        self._act(found)

    def _act(self, found: Key) -> None:
        s = self.window.session
        assert s is not None
        if found.action == "focus":
            self._focus(int(found.argument or 1))
        elif found.action == "act":
            frame = self.window.frame
            if frame and 0 <= s.view.focus < len(frame.hits):
                self._hit(frame.hits[s.view.focus], s.view.focus)
        else:
            s.do(found.action, found.argument)
            self._clipboard()

    def _typing(self, event: pygame.event.Event) -> bool:
        """Text fields swallow single letters."""
        s = self.window.session
        assert s is not None
        view = s.view
        if view.dialog != "note" and not view.search_open:
            return False
        if event.key == pygame.K_ESCAPE:
            s.do("close")
            return True
        text = view.note if view.dialog == "note" else view.query
        if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            if view.dialog == "note":
                view.dialog = ""
                s.keep_bookmark(text)
            else:
                view.search_open = False
            return True
        if event.key == pygame.K_BACKSPACE:
            text = text[:-1]
        elif event.unicode and event.unicode.isprintable():
            text = (text + event.unicode)[:200]
        if view.dialog == "note":
            view.note = text
        else:
            view.query, view.log_scroll = text, None
        return True

    def _focus(self, step: int) -> None:
        s, frame = self.window.session, self.window.frame
        assert s is not None
        if frame is None or not frame.hits:
            return
        n = len(frame.hits)
        i = s.view.focus
        for _ in range(n):
            i = (i + step) % n
            if frame.hits[i].action not in SILENT:
                break
        s.view.focus = i
