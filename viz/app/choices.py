"""The rest of the actions: what to look at, panels, search, measuring, pop-ups. Functions on a session."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from viz import camera as cam
from viz.frame.happenings import CLASSES
from viz.panels.popup import Menu, Provenance

if TYPE_CHECKING:
    from viz.app.session import Session

Action = Callable[[object], None]
PANS = {"up": (0, 1), "down": (0, -1), "left": (1, 0), "right": (-1, 0)}


def choices(s: Session) -> dict[str, Action]:
    """Name to action, bound to a session."""
    v = s.view

    def flip(name: str) -> Action:
        def act(argument: object) -> None:
            setattr(v, name, not getattr(v, name))

        return act

    return {
        "layer": lambda a: _toggle(v.layers, str(a)),
        "filter": lambda a: _toggle(v.classes, int(a)),  # type: ignore[call-overload]
        "filter_side": lambda a: _toggle(v.sides, str(a)),
        "clear_filters": lambda a: _clear(s),
        "clear_search": lambda a: _clear_search(s),
        "ghost": lambda a: _needs_other(s, flip("ghost")),
        "beside": lambda a: _needs_other(s, flip("beside")),
        "neutral": flip("neutral"),
        "pan": lambda a: _pan(s, str(a)),
        "zoom": lambda a: setattr(
            v, "camera", cam.zoom_at(v.camera, v.camera.width / 2, v.camera.height / 2, float(a))
        ),  # type: ignore[arg-type]
        "zoom_at": lambda a: setattr(v, "camera", cam.zoom_at(v.camera, *a)),  # type: ignore[misc]
        "drag": lambda a: _drag(s, a),
        "fit": lambda a: s.go(cam.fit(v.camera, _living(s))),
        "follow": lambda a: _follow(s),
        "view_get": lambda a: _view_get(s, int(a)),  # type: ignore[call-overload]
        "view_set": lambda a: _view_set(s, int(a)),  # type: ignore[call-overload]
        "go": lambda a: _go(s, a),
        "minimap": lambda a: None,
        "centre_at": lambda a: s.go(cam.centred(v.camera, *a)),  # type: ignore[misc]
        "select": lambda a: _select(s, int(a)),  # type: ignore[call-overload]
        "second": lambda a: setattr(v, "second", -1 if v.second == a else int(a)),  # type: ignore[call-overload]
        "measure": lambda a: _measure(s),
        "measure_from": lambda a: setattr(v, "measure", [a]),
        "tab": lambda a: _tab(s, str(a)),
        "call": lambda a: _call(s, int(a)),  # type: ignore[call-overload]
        "chart": lambda a: setattr(v, "chart", (v.chart + 1) % 3),
        "lock": lambda a: _lock(s),
        "log_follow": lambda a: setattr(v, "log_scroll", None),
        "row": lambda a: _row(s, int(a)),  # type: ignore[call-overload]
        "event_at": lambda a: _event_at(s, int(a)),  # type: ignore[call-overload]
        "search": lambda a: _search(s),
        "pause_at_menu": lambda a: (s.do("pause_at", a), _pause_menu(s)),  # type: ignore[dict-item,return-value]
        "menu": lambda a: _pause_menu(s),
        "source": lambda a: _source(s),
        "provenance": lambda a: setattr(v, "popup", Provenance(str(a), v.hover_px or (s.layout.side.x, 200.0))),
        "bookmark": lambda a: _bookmark(s),
        "bookmark_at": lambda a: s.seek(v.bookmarks[int(a)].t_ms),  # type: ignore[call-overload]
        "legend": lambda a: setattr(v, "dialog", "" if v.dialog == "keys" else "keys"),
        "replay": lambda a: _replay(s),
        "snapshot": lambda a: setattr(s, "asked", "snapshot"),
        "resize_side": lambda a: None,
        "close": lambda a: _close(s),
        "none": lambda a: None,
    }


def _toggle(chosen: set, item: object) -> None:  # type: ignore[type-arg]
    chosen ^= {item}


def _clear(s: Session) -> None:
    s.view.classes, s.view.sides, s.view.query = set(range(len(CLASSES))), {"attackers", "defenders"}, ""


def _clear_search(s: Session) -> None:
    s.view.query, s.view.search_open = "", False


def _needs_other(s: Session, act: Action) -> None:
    if s.other is None:
        s.say("No second recording: open one with --ghost FILE")
        return
    act(None)


def _pan(s: Session, side: str) -> None:
    dx, dy = PANS[side]
    s.view.follow = False
    s.view.camera = cam.pan(s.view.camera, dx * s.view.camera.width * 0.1, dy * s.view.camera.height * 0.1)


def _drag(s: Session, by: object) -> None:
    s.view.follow = False
    s.view.camera = cam.pan(s.view.camera, *by)  # type: ignore[misc]


def _living(s: Session) -> list[tuple[float, float]]:
    """Where the action is: units on the ground, not out of action, within 15 km of the headquarters."""
    night = s.night
    at, out = night.positions(s.t), night.states.out(s.t)
    points = [night.hq]
    for i in range(night.n_units):
        x, y = float(at[i, 0]), float(at[i, 1])
        known = s.view.truth or (s.view.side == "attackers") == bool(night.attackers[i])
        if known and not out[i] and not night.air[i] and math.hypot(x - night.hq[0], y - night.hq[1]) < 15_000:
            points.append((x, y))
    return points


def _follow(s: Session) -> None:
    if not 0 <= s.view.selected < s.night.n_units:
        s.say("Select a unit first")
        return
    s.view.follow = not s.view.follow
    place = s.place_of(s.view.selected)
    if s.view.follow and place is not None:
        s.go(cam.centred(s.view.camera, *place))


def _view_get(s: Session, number: int) -> None:
    saved = s.view.views.get(number)
    if saved is None:
        s.say(f"No view {number}: Ctrl+{number} saves this one")
        return
    s.view.follow = False
    s.go(replace(saved, width=s.view.camera.width, height=s.view.camera.height))


def _view_set(s: Session, number: int) -> None:
    s.view.views[number] = s.view.camera
    s.say(f"View {number} saved: {number} brings it back")


def _go(s: Session, where: object) -> None:
    key, x, y = where  # type: ignore[misc]
    s.view.follow, s.view.selected = False, int(key)
    s.go(cam.centred(s.view.camera, x, y))


def _select(s: Session, unit: int) -> None:
    s.view.selected = unit
    s.view.tab, s.view.tab_scroll, s.view.second = "unit", 0, -1
    if unit < 0:
        s.view.follow = False


def _measure(s: Session) -> None:
    """M starts at the cursor; M again drops the end there; a third lets go."""
    v = s.view
    here = v.hover or (v.camera.x, v.camera.y)
    v.measure = [here] if v.measure is None else [v.measure[0], here] if len(v.measure) == 1 else None


def _tab(s: Session, name: str) -> None:
    s.view.tab, s.view.tab_scroll, s.view.popup = name, 0, None


def _call(s: Session, number: int) -> None:
    if not 0 <= number < len(s.night.calls):
        return
    call = s.night.calls[number]
    if not s.view.sees_future(s.t, call.t_ms):
        s.say("The future is hidden in a side's picture")
        return
    s.view.tab, s.view.call = "hotline", number
    s.seek(call.t_ms)


def _lock(s: Session) -> None:
    s.view.lock = not s.view.lock
    s.say("Log locked" if s.view.lock else "Log follows the playhead")
    if not s.view.lock:
        s.view.log_scroll = None


def _row(s: Session, row: int) -> None:
    """A row of the log: go there, select whom it is about, flash."""
    rows = s.night.rows
    if not 0 <= row < len(rows):
        return
    keep = s.view.log_scroll
    s.seek(int(rows.t_ms[row]))
    s.view.log_scroll = keep if s.view.lock else None
    unit = int(rows.unit[row])
    if unit >= 0:
        s.view.selected, s.view.second = unit, -1
        s.view.flash = (unit, s.view.wall)


def _event_at(s: Session, event: int) -> None:
    log = s.night.recording.events
    if 0 <= event < len(log):
        s.seek(int(log.t_ms[event]))


def _search(s: Session) -> None:
    s.view.search_open, s.view.log_scroll = True, None


def _pause_menu(s: Session) -> None:
    rows = (("First loss", "loss"), ("ROE change", "roe"), ("Hotline call", "hotline"))
    at = (s.layout.dock.x + 320, s.layout.dock.y - 40)
    s.view.popup = Menu("Pause at", tuple((w, "pause_at_menu", k, k in s.play.pause_at) for w, k in rows), at)


def _source(s: Session) -> None:
    """The source of the number under the cursor: whatever pop-up its place would open."""
    s.asked = "source"


def _bookmark(s: Session) -> None:
    """A new bookmark, or the note of the one under the playhead to be changed."""
    s.play.direction = 0
    here = s.bookmark_here()
    s.view.dialog, s.view.note = "note", here.note if here else ""


def _replay(s: Session) -> None:
    s.view.dialog = ""
    s.seek(s.night.t0)
    s.play.direction = 1


def _close(s: Session) -> None:
    """Esc: the topmost thing first."""
    v = s.view
    if v.popup is not None:
        v.popup = None
    elif v.dialog:
        v.dialog, v.note = "", ""
    elif v.search_open or v.query:
        _clear_search(s)
    elif v.measure is not None:
        v.measure = None
    elif v.second >= 0:
        v.second = -1
    elif v.selected >= 0:
        v.selected, v.follow = -1, False
    v.focus = -1
