"""Three charts under the timeline, on its axis and with its playhead: people, rounds near the HQ, losses by weapon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.stats import coarse
from viz.canvas import Canvas, Mark
from viz.canvas.base import shorten
from viz.frame import Frame
from viz.frame.axis import x_of
from viz.frame.series import Band
from viz.theme import Palette, Rect, mix

TOP, HEIGHT = 134.0, 50.0
TITLES = (
    ("Effective people", "run · band 80 % of {n}", "run"),
    ("Rounds within 500 m", "of HQ, cumulative", "of HQ, cumulative"),
    ("Attackers out of action", "by weapon, cumulative", "by weapon, cumulative"),
)
STATED_ROUNDS = (20, 30)
Points = list[tuple[float, float]]


def shown(frame: Frame) -> list[tuple[int, Rect]]:
    """Which charts there is room for, and where."""
    axis, dock = frame.layout.axis, frame.layout.dock
    n = frame.layout.charts
    numbers = [frame.view.chart % 3] if n == 1 else list(range(n))
    return [(c, Rect(axis.x, dock.y + TOP + i * HEIGHT, axis.w, HEIGHT - 2)) for i, c in enumerate(numbers)]


def draw_static(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Curves and titles."""
    for number, box in shown(frame):
        _title(canvas, frame, palette, number, box)
        canvas.lines([(box.x, box.bottom + 1), (box.right, box.bottom + 1)], mix(palette.panel, palette.line, 0.8))
        canvas.clip(box.grown(1))
        (_people, _near, _losses)[number](canvas, frame, palette, box)
        canvas.clip(None)
        if number == 2:
            _legend(canvas, frame, palette, box)


def _title(canvas: Canvas, frame: Frame, palette: Palette, number: int, box: Rect) -> None:
    title, sub, alone = TITLES[number]
    if number == 2 and not frame.view.truth:
        title = "Enemy losses claimed" if frame.view.side == "defenders" else "Own people lost"
    n = frame.night.series.replications
    sub = sub.format(n=n) if n or number else alone
    if number == 0 and not frame.view.truth:
        sub = "other side estimated"
    x = frame.layout.dock.x + 16
    canvas.text(title, (x, box.y + 6), size=12.5, face="semibold", colour=palette.text)
    canvas.text(sub, (x, box.y + 22), size=12, colour=palette.text3)
    frame.hit(Rect(x, box.y + 2, 138, 38), "chart", 1, "Next chart (K)")


def _curve(frame: Frame, box: Rect, t: NDArray[np.int64], values: NDArray[np.float64], top: float) -> Points:
    """Pixels of a step curve."""
    out: Points = []
    for x0, v in zip(t.tolist(), values.tolist(), strict=True):
        x, y = x_of(box, frame.view.window, x0), box.bottom - v / max(top, 1e-9) * (box.h - 8)
        if out and abs(out[-1][1] - y) > 0.01:
            out.append((x, out[-1][1]))
        out.append((x, y))
    return out


def _band(canvas: Canvas, frame: Frame, box: Rect, band: Band, top: float, colour: tuple[int, int, int]) -> None:
    low = _curve(frame, box, band.t_ms, band.low, top)
    high = _curve(frame, box, band.t_ms, band.high, top)
    canvas.polygon(high + low[::-1], colour, alpha=52)


def _people(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    series = frame.night.series
    top = max(max(series.at_load.values(), default=1), 1)
    own = None if frame.view.truth else frame.view.side
    for side in ("attackers", "defenders"):
        band = series.bands.get(f"{side}_effective")
        if own is not None and side != own:
            _estimate(canvas, frame, palette, box, side, top)
            continue
        if band is not None and own is None:
            _band(canvas, frame, box, band, top, palette.side(side))
        points = _curve(frame, box, series.grid, series.people[side], top)
        canvas.lines(points, palette.side(side), width=2)


def estimate(frame: Frame, side: str, t: float) -> float:
    """People of `side` as the other side holds them: the units of its contacts, at their strength on paper."""
    other = "defenders" if side == "attackers" else "attackers"
    people = frame.night.recording.units["people"]
    return float(sum(int(people[c.unit]) for c in frame.night.beliefs.contacts(other, t)))


def _estimate(canvas: Canvas, frame: Frame, palette: Palette, box: Rect, side: str, top: float) -> None:
    grid = frame.night.series.grid
    t = grid[:: max(len(grid) // 80, 1)]
    values = np.array([estimate(frame, side, float(x)) for x in t])
    band = Band(t, values * 0.7, np.minimum(values * 1.3, top * 1.05))
    _band(canvas, frame, box, band, top, palette.side(side))
    canvas.lines(_curve(frame, box, t, np.minimum(values, top), top), palette.side(side), width=2, dash=(7, 5))


def _near(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    times = frame.night.series.near_t
    total = max(len(times), STATED_ROUNDS[1] + 8)
    low, high = (box.bottom - v / total * (box.h - 8) for v in STATED_ROUNDS)
    canvas.rect(Rect(box.x, high, box.w, max(low - high, 1)), palette.text3, alpha=40)
    a, b = frame.view.window
    if len(times):
        step = 300_000
        first = (times - a) // step
        counts = np.bincount(first[first >= 0]) if (first >= 0).any() else np.zeros(0)
        tallest = max(float(counts.max()) if len(counts) else 1.0, 1.0)
        for k in np.flatnonzero(counts):
            x0, x1 = (x_of(box, frame.view.window, a + (k + j) * step) for j in (0, 1))
            h = counts[k] / tallest * (box.h * 0.3)
            canvas.rect(Rect(x0, box.bottom - h, max(x1 - x0 - 1, 1), h), mix(palette.panel, palette.attackers, 0.3))
    band = frame.night.series.bands.get("rounds_within_500m")
    if band is not None and frame.view.truth:
        _band(canvas, frame, box, band, total, palette.attackers)
    t = np.concatenate([[a], times, [b]])
    v = np.concatenate([[0], np.arange(1, len(times) + 1), [len(times)]]).astype(np.float64)
    canvas.lines(_curve(frame, box, t, v, total), palette.attackers, width=2)


def stated_words(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """The stated band with its attribution: a claim by a named source, not ground truth."""
    for number, box in shown(frame):
        if number != 1:
            continue
        total = max(len(frame.night.series.near_t), STATED_ROUNDS[1] + 8)
        y = min(box.bottom - STATED_ROUNDS[1] / total * (box.h - 8), box.bottom - 24)
        words = f"{STATED_ROUNDS[0]}–{STATED_ROUNDS[1]} stated before first reply"
        w = canvas.measure(words, 12.5)[0]
        canvas.text(words, (box.x + 6, y + 1), size=12.5, colour=palette.text2, anchor="lm", halo=True)
        dotted(canvas, box.x + 6, box.x + 6 + w, y + 9, palette.text3)
        frame.hit(Rect(box.x + 4, y - 10, w + 6, 22), "provenance", "claim:C17", "Who stated it (Q)")


def dotted(canvas: Canvas, a: float, b: float, y: float, colour: tuple[int, int, int]) -> None:
    """The mark of a number with a source."""
    canvas.lines([(a, y), (b, y)], colour, dash=(1.5, 2.5))


def _losses(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    series = frame.night.series
    total = max(sum(len(t) for t in series.loss_t.values()), 1)
    grid = series.grid
    base = np.zeros(len(grid))
    for colour, (_, times) in zip(_colours(palette), series.loss_t.items(), strict=False):
        upper = base + np.searchsorted(times, grid, side="right")
        canvas.polygon(_curve(frame, box, grid, upper, total) + _curve(frame, box, grid, base, total)[::-1], colour)
        base = upper
    canvas.lines(_curve(frame, box, grid, base, total), mix(palette.panel, palette.text, 0.6), width=1)


def _colours(palette: Palette) -> tuple[tuple[int, int, int], ...]:
    return palette.weapons


def _legend(canvas: Canvas, frame: Frame, palette: Palette, box: Rect) -> None:
    """Which tone is which weapon, in two rows over the part of the curve that is still low."""
    x, y = box.x + 6.0, box.y + 8
    for colour, name in zip(_colours(palette), frame.night.series.weapons, strict=False):
        name = shorten(canvas, name, 150, 12)
        w = canvas.measure(name, 12)[0]
        if x + w + 24 > box.x + box.w * 0.5:
            x, y = box.x + 6.0, y + 15
            if y > box.y + 26:
                break
        canvas.rect(Rect(x, y - 4, 9, 9), colour)
        canvas.text(name, (x + 14, y), size=12, colour=palette.text2, anchor="lm", halo=True)
        x += w + 28


def draw_moving(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """Values at the playhead in the gutter on the right."""
    stated_words(canvas, frame, palette)
    night, t = frame.night, frame.t
    x = frame.layout.axis.right + 12
    for number, box in shown(frame):
        if number == 0:
            now = night.states.effective(t)
            rows = []
            for side in ("attackers", "defenders"):
                mine = night.attackers if side == "attackers" else ~night.attackers
                if frame.view.truth or frame.view.side == side:
                    rows.append((side, f"{int(now[mine].sum())}", f"of {night.series.at_load[side]}"))
                else:
                    guess = round(estimate(frame, side, t), -1)
                    rows.append((side, f"≈{int(guess)}", "est."))
            for i, (side, value, of) in enumerate(rows):
                y = box.y + 14 + 16 * i
                canvas.image(Mark("key", 8, side), (x + 3, y))
                w = canvas.text(value, (x + 11, y), size=12.5, face="semibold", colour=palette.side(side), anchor="lm")
                canvas.text(of, (x + 11 + w + 5, y), size=12, colour=palette.text3, anchor="lm")
        elif number == 1:
            canvas.image(Mark("key", 8, "attackers"), (x + 3, box.y + 12))
            w = canvas.text(
                f"{night.series.near(t)}",
                (x + 11, box.y + 12),
                size=12.5,
                face="semibold",
                colour=palette.attackers,
                anchor="lm",
            )
            canvas.text("so far", (x + 11 + w + 5, box.y + 12), size=12, colour=palette.text3, anchor="lm")
        else:
            w = canvas.text(
                f"{coarse(night.series.losses(t))}",
                (x, box.y + 12),
                size=12.5,
                face="semibold",
                colour=palette.text,
                anchor="lm",
            )
            canvas.text("so far", (x + w + 6, box.y + 12), size=12, colour=palette.text3, anchor="lm")
            canvas.text("people", (x, box.y + 28), size=12, colour=palette.text3, anchor="lm")
    _hover(canvas, frame, palette)


def _hover(canvas: Canvas, frame: Frame, palette: Palette) -> None:
    """A hairline with the local time where the cursor is over the dock."""
    at, axis = frame.view.hover_px, frame.layout.axis
    if at is None or frame.view.film or not axis.has(*at):
        return
    a, b = frame.view.window
    t = a + (at[0] - axis.x) / axis.w * (b - a)
    if not frame.view.sees_future(frame.t, t):
        return
    canvas.lines([(at[0], axis.y + 14), (at[0], axis.bottom - 4)], palette.text3)
    near, lost = frame.night.series.near(t), coarse(frame.night.series.losses(t))
    words = f"{frame.night.calendar.local(t)} · {near} near HQ · {lost} out of action"
    w = canvas.measure(words, 12)[0] + 12
    x = min(max(at[0] + 8, axis.x), axis.right - w)
    canvas.rect(Rect(x, axis.bottom - 24, w, 18), palette.window, edge=palette.line_strong, radius=3, alpha=235)
    canvas.text(words, (x + 6, axis.bottom - 15), size=12, colour=palette.text2, anchor="lm")
