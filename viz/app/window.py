"""The window: opens, loads, loops. What is done with keys and mouse stands in `inputs`."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pygame

from viz.app.inputs import Inputs
from viz.app.opening import Options, Refused, open_night, start
from viz.app.session import Session
from viz.app.welcome import choices, remember, run_example
from viz.camera import resized
from viz.canvas.fonts import Fonts
from viz.canvas.surface import SurfaceCanvas
from viz.capture.film import about
from viz.capture.png import png_bytes, write_whole
from viz.capture.scene import Scene
from viz.frame import Frame, Night
from viz.panels import dialogs, popup
from viz.symbols import Pictures
from viz.theme import HIGH_CONTRAST, NIGHT, Rect, layout

FPS = 60
ENTER = -2
DROP_HINT = "Drop a recording here, or Esc to leave."


@dataclass
class Loading:
    """A recording being read in the background."""

    path: Path
    example: bool = False
    night: Night | None = None
    error: str = ""
    done: bool = False
    stage: str = "reading"

    def run(self) -> None:
        """Read it; what is wrong is kept as a sentence for the page."""
        try:
            if self.example:
                self.stage = "running the example"
                self.error = run_example(Path.cwd())
            if not self.error:
                self.night = open_night(self.path, self._told)
        except Refused as refused:
            self.error = str(refused)
        except MemoryError:
            self.error = f"{self.path}: larger than the memory of this machine"
        finally:
            self.done = True

    def _told(self, words: str) -> None:
        self.stage = words


class Window:
    """One window, one session at a time."""

    def __init__(self, options: Options, narrate: bool = False) -> None:
        self.options, self.narrate = options, narrate
        pygame.display.init()
        pygame.font.init()
        self.palette = HIGH_CONTRAST if options.high_contrast else NIGHT
        self.screen = pygame.display.set_mode(options.size, pygame.RESIZABLE)
        pygame.display.set_caption("khusham (simulated)")
        pygame.key.set_repeat(300, 50)
        self.fonts = Fonts()
        self.layout = layout(self.screen.get_size(), text_scale=options.text_scale)
        self.side_width: float | None = None
        self.scene: Scene | None = None
        self.session: Session | None = None
        self.frame: Frame | None = None
        self.inputs = Inputs(self)
        self.running = True
        self.said_row = -1
        self.frames = 0

    # ---------------------------------------------------------------- opening

    def open(self, path: Path, other: Path | None = None, *, example: bool = False) -> bool:
        """Load with a page that shows it; False if the reader left. A broken file is a page too."""
        pages = [Loading(p, example) for p in (path, other) if p is not None]
        for page in pages:
            threading.Thread(target=page.run, daemon=True).start()
        begun = time.monotonic()
        while self.running and not all(p.done for p in pages):
            waited = time.monotonic() - begun
            if waited > 0.15:
                size = f": {path.stat().st_size / 1e6:.1f} MB" if path.is_file() else ""
                words = f"{path.name}{size}\n{pages[0].stage}, {waited:.0f} s"
                self.page("Opening the recording", words, hint="Esc cancels")
            self._pump()
        if not self.running:
            return False
        bad = next((p for p in pages if p.error), None)
        if bad is not None or pages[0].night is None:
            self.refuse(bad.error if bad else "nothing was read")
            return False
        self.begin(pages[0].night, path)
        if len(pages) > 1 and self.session:
            self.session.other = pages[1].night
        if pygame.display.get_driver() != "dummy":
            remember(path)
        return True

    def begin(self, night: Night, path: Path | None) -> None:
        """Show a loaded recording."""
        region = self.layout.map
        view, t = start(night, self.options, (region.w, region.h), path)
        self.session = Session(night, view, t, self.layout, path)
        self.scene = Scene(self.layout, self.palette, self.fonts)
        pygame.display.set_caption(f"khusham (simulated): {night.recording.meta.get('scenario_title', '')}")

    def refuse(self, words: str) -> None:
        """A page that says what is wrong, until the reader leaves or drops another file."""
        if pygame.display.get_driver() == "dummy":
            raise Refused(words)
        while self.running:
            self.page("This recording cannot be shown", words, hint=DROP_HINT)
            dropped = self._pump()
            if dropped and self.open(dropped):
                self.loop()
                return

    def empty(self) -> None:
        """A page with nothing open: what was seen lately, what lies here, the example."""
        rows = choices(Path.cwd())
        first = 0
        while self.running:
            boxes = self.page(
                "No recording open",
                "A number, or Up, Down and Enter, or a click opens one." if rows else
                "Start with one:\nkhusham run scenarios/khusham.yaml -o out/khusham.mcap",
                hint=DROP_HINT, rows=tuple(row.words for row in rows), focus=first,
            )  # fmt: skip
            dropped, picked, step = self._chosen(boxes)
            first = (first + step) % max(len(rows), 1)
            picked = first if picked == ENTER else picked
            if dropped is None and not 0 <= picked < len(rows):
                continue
            row = rows[picked] if dropped is None else None
            opened = self.open(dropped) if dropped else row is not None and self.open(row.path, example=not row.made)
            if opened:
                self.loop()
                return

    def _chosen(self, boxes: list[Rect]) -> tuple[Path | None, int, int]:
        """A dropped file, the number of a row (or `ENTER`, or -1), and a step of the focus."""
        picked, step = -1, 0
        left = []
        for event in pygame.event.get():
            if event.type == pygame.KEYDOWN and event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
                picked = ENTER
            elif event.type == pygame.KEYDOWN and event.key in (pygame.K_UP, pygame.K_DOWN):
                step = 1 if event.key == pygame.K_DOWN else -1
            elif event.type == pygame.KEYDOWN and event.unicode.isdigit():
                picked = int(event.unicode) - 1
            elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
                x, y = event.pos[0] / self.layout.u, event.pos[1] / self.layout.u
                picked = next((i for i, box in enumerate(boxes) if box.has(x, y)), picked)
            else:
                left.append(event)
        return self._pump(left), picked, step

    def page(
        self, title: str, words: str, *, hint: str = "", rows: tuple[str, ...] = (), focus: int = -1
    ) -> list[Rect]:
        """A picture without a recording; where its rows are."""
        canvas = SurfaceCanvas(self.screen, self.layout.u, self.fonts, Pictures(self.fonts, self.palette))
        boxes = dialogs.message(
            canvas, self.palette, self.layout.logical, title, words, rows=rows, focus=focus, hint=hint
        )
        pygame.display.flip()
        self.frames += 1
        return boxes

    def _pump(self, events: list[pygame.event.Event] | None = None) -> Path | None:
        """Events of a page: leaving, resizing, a dropped file."""
        dropped = None
        for event in pygame.event.get() if events is None else events:
            if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
                self.running = False
            elif event.type == pygame.VIDEORESIZE:
                self.resize((event.w, event.h))
            elif event.type == pygame.DROPFILE:
                dropped = Path(event.file)
        pygame.time.wait(15)
        return dropped

    # ---------------------------------------------------------------- the loop

    def loop(self, seconds: float | None = None) -> None:
        """Input, time, picture, sixty times a second at most."""
        clock = pygame.time.Clock()
        begun = time.monotonic()
        while self.running and self.session and (seconds is None or time.monotonic() - begun < seconds):
            for event in pygame.event.get():
                self.inputs.handle(event)
            self.session.tick(time.monotonic() - begun)
            self.draw()
            self._asked()
            clock.tick(FPS if self.session.play.playing or self.inputs.busy else 30)

    def draw(self) -> None:
        """One frame on the screen."""
        assert self.scene is not None
        assert self.session is not None
        s = self.session
        self.frame = self.scene.draw(s.night, s.view, s.t, s.other)
        words = self.inputs.tip()
        if words:
            popup.tip(self.scene.canvas(), self.frame, self.palette, words)
        self.screen.blit(self.scene.target, (0, 0))
        pygame.display.flip()
        self.frames += 1
        if self.narrate:
            self._narrate()

    def _narrate(self) -> None:
        """Rows of the log on stdout as the playhead passes them, for screen readers."""
        assert self.frame is not None
        row = self.frame.row
        if row != self.said_row and row >= 0:
            first = self.said_row + 1 if self.said_row < row <= self.said_row + 50 else row
            for i in range(first, row + 1):
                night = self.frame.night
                sys.stdout.write(f"{night.calendar.local(int(night.rows.t_ms[i]))} {night.sentence_of(i)}\n")
            sys.stdout.flush()
        self.said_row = row

    def _asked(self) -> None:
        s = self.session
        if s is None or not s.asked:
            return
        asked, s.asked = s.asked, ""
        if asked == "snapshot":
            self.snapshot()
        elif asked == "source":
            self.inputs.source()

    def snapshot(self) -> None:
        """The page as it is, beside the recording."""
        s, scene = self.session, self.scene
        assert s is not None
        assert scene is not None
        stem = s.path.with_suffix("") if s.path else Path("khusham")
        path = stem.with_name(f"{stem.name}-{s.night.calendar.local(s.t).replace(':', '-')}.png")
        try:
            write_whole(path, png_bytes(scene.target, about(s.night, s.t)))
        except OSError as error:
            s.say(f"Snapshot not written: {error.strerror}")
            return
        s.say(f"Snapshot: {path}")

    def resize(self, size: tuple[int, int]) -> None:
        """Another window size or side width: a new grid, the same view."""
        self.layout = layout(size, side=self.side_width, text_scale=self.options.text_scale)
        if self.session and self.scene:
            self.session.layout = self.layout
            region = self.layout.map
            self.session.view.camera = resized(self.session.view.camera, region.w, region.h)
            self.scene.resize(self.layout)

    def text_scale(self, by: float) -> None:
        """Larger or smaller text (100 to 200 %)."""
        scale = min(max(self.options.text_scale + by, 1.0), 2.0)
        self.options = replace(self.options, text_scale=scale)
        self.resize(self.screen.get_size())
        if self.session:
            self.session.say(f"Text {scale:.0%}")


def view_recording(path: Path | None, options: Options, other: Path | None = None, narrate: bool = False) -> int:
    """Open the window and stay until the reader leaves."""
    for file in (path, other):
        if file is not None and not file.is_file():
            raise Refused(f"{file}: no such file")
    try:
        window = Window(options, narrate)
    except pygame.error as error:
        raise Refused(f"no window can be opened ({error}); --snapshot needs none") from error
    try:
        if path is None:
            window.empty()
        elif window.open(path, other):
            window.loop()
    finally:
        pygame.display.quit()
    return 0
