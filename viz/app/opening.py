"""From a command line to the first picture: load, check what was asked for, choose instant and view."""

from __future__ import annotations

import difflib
import gc
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.faults import Fault
from sim.recording import RecordingError, load
from viz.camera import centred, with_width
from viz.frame import LAYERS, Night, View
from viz.frame.place import metres
from viz.frame.view import SIDE_VIEWS, TABS, first_view
from viz.playback import load_bookmarks, parse_at, sidecar


class Refused(Fault):
    """What was asked for cannot be done; the message says why, in one sentence."""


@dataclass
class Options:
    """What the command line may say."""

    at: str | None = None
    follow: str | None = None
    select: str | None = None
    zoom: float | None = None
    center: str | None = None
    layers: str | None = None
    side: str = "truth"
    tab: str | None = None
    window: str | None = None
    neutral: bool = False
    reduced_motion: bool = False
    size: tuple[int, int] = (1600, 900)
    text_scale: float = 1.0
    high_contrast: bool = False


def open_night(path: Path, told: Callable[[str], None] = lambda words: None) -> Night:
    """Load and index a recording; anything wrong with it is one clear sentence. `told` hears how far it has come."""
    told("reading the file")
    try:
        recording = load(path)
        told(f"indexing {len(recording.events):,} events of {len(recording.units['id']):,} units")
        night = Night(recording)
    except RecordingError as error:
        raise Refused(str(error)) from error
    # The tables live as long as the window: the collector need not walk them while frames are drawn.
    gc.collect()
    gc.freeze()
    return night


def start(
    night: Night, options: Options, map_size: tuple[float, float], path: Path | None = None
) -> tuple[View, float]:
    """The first view and instant."""
    view = first_view(night, *map_size)
    t = float(night.t0 if night.fired else night.opening[0])
    if options.at:
        try:
            t = float(parse_at(options.at, night.calendar))
        except ValueError as error:
            raise Refused(f"--at: {error}") from error
        t = min(max(t, 0.0), float(night.end))
    if options.window:
        view.window = span(options.window, night)
    elif not view.window[0] <= t <= view.window[1]:
        view.window = (0, night.end)
    _choices(night, view, options)
    _units(night, view, options, t)
    if options.center:
        view.camera = centred(view.camera, *_centre(options.center, night))
    if options.zoom is not None:
        if not (math.isfinite(options.zoom) and 0.5 <= options.zoom <= 120):
            raise Refused(f"--zoom: {options.zoom:g} km; the map shows 0.5 to 120 km across")
        if not (options.center or options.follow):
            picked = view.selected if options.select else -1
            x, y = (float(v) for v in night.positions(t)[picked]) if picked >= 0 else night.hq
            view.camera = centred(view.camera, x, y) if math.isfinite(x) and math.isfinite(y) else view.camera
        view.camera = with_width(view.camera, options.zoom * 1000)
    if path is not None:
        view.bookmarks, complaint = load_bookmarks(sidecar(path))
        view.toast = complaint
    return view, t


def _choices(night: Night, view: View, options: Options) -> None:
    view.neutral, view.reduced_motion = options.neutral, options.reduced_motion
    if options.layers is not None:
        wanted = [w.strip().lower() for w in options.layers.split(",") if w.strip()]
        view.layers = {_one_of("--layers", w, LAYERS) for w in wanted}
    view.side = _one_of("--side", options.side, SIDE_VIEWS)
    if options.tab:
        view.tab = _one_of("--tab", options.tab, TABS)


def _units(night: Night, view: View, options: Options, t: float) -> None:
    for flag, words in (("--select", options.select), ("--follow", options.follow)):
        if not words:
            continue
        unit = night.find_unit(words)
        if unit < 0:
            names = [night.unit_id(i) for i in range(night.n_units)]
            near = difflib.get_close_matches(words, names, 3, 0.4)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise Refused(f"{flag}: no unit '{words}' in this recording{hint}")
        view.selected = unit
        if flag == "--follow":
            view.follow = True
            x, y = (float(v) for v in night.positions(t)[unit])
            if math.isfinite(x) and math.isfinite(y):
                view.camera = centred(view.camera, x, y)


def _one_of(flag: str, word: str, known: tuple[str, ...]) -> str:
    if word in known:
        return word
    near = difflib.get_close_matches(word, known, 1, 0.4)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise Refused(f"{flag}: '{word}' is none of {', '.join(known)}{hint}")


def _centre(words: str, night: Night) -> tuple[float, float]:
    parts = words.replace(",", " ").split()
    try:
        lat, lon = float(parts[0]), float(parts[1])
    except (ValueError, IndexError) as error:
        raise Refused(f"--center: '{words}' is not LAT,LON") from error
    lat0, lon0 = (float(v) for v in night.recording.meta["origin"])
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat - lat0) < 3 and abs(lon - lon0) < 3):
        raise Refused(f"--center: {words} is not on this map (around {lat0:.2f}, {lon0:.2f})")
    return metres((lat0, lon0), lat, lon)


def span(words: str, night: Night) -> tuple[int, int]:
    """`22:00..23:30` as instants."""
    a, _, b = words.partition("..")
    try:
        start_ms, end_ms = parse_at(a, night.calendar), parse_at(b, night.calendar)
    except ValueError as error:
        raise Refused(f"a span is written 22:00..23:30: {error}") from error
    start_ms, end_ms = max(start_ms, 0), min(end_ms, night.end)
    if end_ms <= start_ms:
        raise Refused(f"the span {words} is empty in this recording")
    return start_ms, end_ms
