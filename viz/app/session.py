"""What the reader does: actions by name on playback and view. No pygame: tests drive it without a window."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from viz import camera as cam
from viz.app.command import command_line
from viz.frame import Night, View
from viz.frame.axis import moved, t_of, zoomed
from viz.frame.build import filtered_rows
from viz.frame.happenings import CALL
from viz.frame.view import SIDE_VIEWS
from viz.playback import Bookmark, Playback, save_bookmarks, sidecar
from viz.playback.bookmarks import SAME_MARK_MS
from viz.playback.clock import neighbour
from viz.theme import Layout

Action = Callable[[object], None]
MOVE_S, TOAST_S = 0.25, 4.0


class Session:
    """One reader of one recording (and perhaps a second one)."""

    def __init__(self, night: Night, view: View, t: float, layout: Layout, path: Path | None = None) -> None:
        self.night, self.view, self.layout, self.path = night, view, layout, path
        self.other: Night | None = None
        self.play = Playback(0, night.end, t, stops=night.stops)
        self.clip = ""
        self.asked = ""
        self._motion: tuple[cam.Camera, cam.Camera, float] | None = None
        self._toast_until = 0.0

    # ---------------------------------------------------------------- the passing of time

    @property
    def t(self) -> float:
        return self.play.t

    def tick(self, wall: float) -> None:
        """Let the wall clock come to `wall` (s)."""
        view, seconds = self.view, min(max(wall - self.view.wall, 0.0), 0.25)
        was = self.play.playing
        self.play.tick(seconds)
        view.wall = wall
        if was and not self.play.playing:
            self._stopped()
        view.speed, view.playing = self.play.speed, self.play.direction
        view.pause_at, view.loop = self.play.pause_at, self.play.loop
        self._keep_in_window()
        self._camera(wall, seconds)
        if view.toast and wall > self._toast_until > 0:
            view.toast, self._toast_until = "", 0.0

    def _stopped(self) -> None:
        if self.play.stopped_by:
            self.say(f"Paused at {self.night.calendar.local(self.t)}: {self.play.stopped_by}")
        elif self.play.at_end and not self.view.film:
            self.view.dialog = "end"

    def _keep_in_window(self) -> None:
        """While playing the timeline follows; at rest the reader may look elsewhere."""
        a, b = self.view.window
        if self.play.playing and not a <= self.t <= b:
            self.view.window = moved(self.view.window, self.t - (a + b) / 2, (0, max(self.night.end, b - a)))

    def _camera(self, wall: float, seconds: float) -> None:
        view = self.view
        if self._motion is not None:
            a, b, begun = self._motion
            share = 1.0 if view.reduced_motion else (wall - begun) / MOVE_S
            view.camera = cam.between(a, replace(b, width=view.camera.width, height=view.camera.height), share)
            if share >= 1:
                self._motion = None
        elif view.follow and 0 <= view.selected < self.night.n_units:
            at = self.place_of(view.selected)
            if at is not None:
                if view.reduced_motion:
                    view.camera = cam.centred(view.camera, *at)
                elif math.hypot(at[0] - view.camera.x, at[1] - view.camera.y) > view.camera.scale * 0.5:
                    view.camera = cam.following(view.camera, *at, seconds)

    def place_of(self, unit: int) -> tuple[float, float] | None:
        """Where a unit is, as far as this picture knows."""
        if not self.view.truth and (self.view.side == "attackers") != bool(self.night.attackers[unit]):
            contact = self.night.beliefs.last_seen(unit, self.view.side, self.t)
            return (contact.x, contact.y) if contact else None
        x, y = (float(v) for v in self.night.positions(self.t)[unit])
        return (x, y) if math.isfinite(x) and math.isfinite(y) else None

    def say(self, words: str) -> None:
        """A short word in the status line."""
        self.view.toast, self._toast_until = words, self.view.wall + TOAST_S

    def go(self, camera: cam.Camera) -> None:
        """Move the camera there, slow, fast, slow."""
        self._motion = (self.view.camera, camera, self.view.wall)
        if self.view.reduced_motion:
            self.view.camera, self._motion = camera, None

    def seek(self, t: float) -> None:
        """Go to an instant; a side's picture knows no future, so its own end is where it already is."""
        self.play.seek(t)
        a, b = self.view.window
        if not a <= self.play.t <= b:
            self.view.window = moved(self.view.window, self.play.t - (a + b) / 2, (0, max(self.night.end, b - a)))
        if not self.view.lock:
            self.view.log_scroll = None

    # ---------------------------------------------------------------- actions by name

    def do(self, action: str, argument: object = None) -> bool:
        """Carry out an action; False if there is none of that name."""
        found = getattr(self, f"_do_{action}", None) or self._more.get(action)
        if found is None:
            return False
        found(argument)
        return True

    @property
    def _more(self) -> dict[str, Action]:
        from viz.app.choices import choices

        return choices(self)

    def _do_play(self, argument: object) -> None:
        direction = argument if argument in (1, -1) else 1
        if self.play.playing:
            direction = self.play.direction
        self.view.dialog = "" if self.view.dialog == "end" else self.view.dialog
        self.play.toggle(int(direction))  # type: ignore[call-overload]

    def _do_step(self, argument: object) -> None:
        self.seek(self.t + float(argument or 0))  # type: ignore[arg-type]

    def _do_speed(self, argument: object) -> None:
        self.play.faster(int(argument or 1))  # type: ignore[call-overload]
        self.say(f"Speed {self.play.speed:g}×")

    def _do_set_speed(self, argument: object) -> None:
        self.play.speed = float(argument or 1)  # type: ignore[arg-type]

    def visible_times(self) -> list[int]:
        """Distinct instants of the rows that pass the filters."""
        rows = filtered_rows(self.night, self.view, self.t)
        return np.unique(self.night.rows.t_ms[rows]).tolist()

    def _do_event(self, argument: object) -> None:
        direction = int(argument or 1)  # type: ignore[call-overload]
        at = neighbour(self.visible_times(), self.t, direction)
        self.play.direction = 0
        if at is None:
            self.say("No later event in this picture" if direction > 0 else "No earlier event")
            return
        self.seek(at)

    def _do_same_kind(self, argument: object) -> None:
        row = self.night.row_at(self.t)
        if row < 0:
            self._do_event(argument)
            return
        group = int(self.night.rows.group[row])
        at = neighbour(self.night.times_of(group), self.t, int(argument or 1))  # type: ignore[call-overload]
        if at is None or not self.view.sees_future(self.t, at):
            self.say("No further event of this kind")
            return
        self.seek(at)

    def _do_first(self, argument: object) -> None:
        times = self.visible_times()
        self.seek(times[0] if times else 0)

    def _do_last(self, argument: object) -> None:
        times = self.visible_times()
        self.seek(times[-1] if times else self.night.end)

    def _do_seek(self, argument: object) -> None:
        self.seek(float(argument or 0))  # type: ignore[arg-type]

    def _do_loop(self, argument: object) -> None:
        """First press marks the start, the second the end, the third lets go."""
        loop, t = self.play.loop, round(self.t)
        if loop is None:
            self.play.loop = (t, t)
            self.say(f"Loop from {self.night.calendar.local(t)}: U again marks its end")
        elif loop[0] == loop[1]:
            self.play.loop = (min(loop[0], t), max(loop[0], t)) if t != loop[0] else None
            self.say("Looping" if self.play.loop else "No loop")
        else:
            self.play.loop = None
            self.say("No loop")

    def _do_pause_at(self, argument: object) -> None:
        self.play.pause_at ^= {str(argument)}
        self.view.pause_at = self.play.pause_at

    def _do_director(self, argument: object) -> None:
        """The next notable instant, with the camera on it."""
        times = [t for t in self.night.notable if self.view.sees_future(self.t, t)]
        at = neighbour(times, self.t, 1)
        if at is None:
            self.say("Nothing more of note" if self.view.truth else "The future is hidden in this picture")
            return
        self.seek(at)
        row = self.night.row_at(at)
        unit = int(self.night.rows.unit[row]) if row >= 0 else -1
        if unit >= 0 and (place := self.place_of(unit)) is not None:
            self.view.selected = unit
            self.go(cam.centred(self.view.camera, *place))
        if row >= 0 and int(self.night.rows.group[row]) == CALL:
            self.view.tab, self.view.call = "hotline", -1

    def _do_side(self, argument: object) -> None:
        view = self.view
        view.side = str(argument) if argument in SIDE_VIEWS else SIDE_VIEWS[(SIDE_VIEWS.index(view.side) + 1) % 3]
        view.log_scroll, view.call = None, -1

    def _do_scrub(self, argument: object) -> None:
        """The playhead to a pixel of the axis."""
        self.seek(t_of(self.layout.axis, self.view.window, float(argument or 0)))  # type: ignore[arg-type]

    def _do_time_zoom(self, argument: object) -> None:
        px, factor = argument  # type: ignore[misc]
        whole = (0, max(self.night.end, self.night.opening[1]))
        at = t_of(self.layout.axis, self.view.window, px)
        self.view.window = zoomed(self.view.window, at, factor, whole)

    def _do_time_pan(self, argument: object) -> None:
        a, b = self.view.window
        by = -float(argument or 0) / self.layout.axis.w * (b - a)  # type: ignore[arg-type]
        self.view.window = moved(self.view.window, by, (0, max(self.night.end, self.night.opening[1])))

    def _do_whole(self, argument: object) -> None:
        whole = (0, max(self.night.end, 1))
        self.view.window = self.night.opening if self.view.window == whole else whole

    def _do_copy(self, argument: object) -> None:
        self.clip = command_line(self)
        self.say("Copied: " + self.clip)

    def _do_copy_text(self, argument: object) -> None:
        self.clip = str(argument)
        self.say(f"Copied: {self.clip[:60]}")

    # ---------------------------------------------------------------- bookmarks

    def bookmark_here(self) -> Bookmark | None:
        """The bookmark under the playhead."""
        near = [m for m in self.view.bookmarks if abs(m.t_ms - self.t) <= SAME_MARK_MS]
        return min(near, key=lambda m: abs(m.t_ms - self.t), default=None)

    def keep_bookmark(self, note: str) -> None:
        """Add one at the playhead, or change the note of the one that is there; write the sidecar file."""
        here = self.bookmark_here()
        made = Bookmark(here.t_ms if here else round(self.t), note.strip())
        self.view.bookmarks = sorted([*(m for m in self.view.bookmarks if m != here), made], key=lambda m: m.t_ms)
        self._save_marks()

    def _do_unbookmark(self, argument: object) -> None:
        """Delete the bookmark nearest to the playhead, within a minute."""
        near = sorted(self.view.bookmarks, key=lambda m: abs(m.t_ms - self.t))
        if not near or abs(near[0].t_ms - self.t) > 60_000:
            self.say("No bookmark within a minute")
            return
        self.view.bookmarks = [m for m in self.view.bookmarks if m != near[0]]
        self._save_marks()

    def _save_marks(self) -> None:
        if self.path is None:
            self.say("Bookmark kept for this session only: the recording has no file")
            return
        try:
            save_bookmarks(sidecar(self.path), self.view.bookmarks)
        except OSError as error:
            self.say(f"Bookmarks not written: {error.strerror}")
            return
        self.say(f"{len(self.view.bookmarks)} bookmarks in {sidecar(self.path).name}")
