"""Pictures of reports as SVG, the same bytes every time. Each says that it shows one of many, or many, simulated."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.metrics import View, minutes, series
from sim.metrics.hurt import count
from sim.metrics.lanchester import Comparator
from sim.metrics.series import hurt_by_weapon

INK, MUTED, ATTACK, DEFEND = "#1f2933", "#9aa5b1", "#b4441f", "#1f5f8b"
CYCLE = ("#1f5f8b", "#b4441f", "#4d7c3a", "#7a5195", "#8a6d1d", "#3d8c95", "#7f7f7f")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
STYLE: Any = {
    "svg.hashsalt": "khusham", "svg.fonttype": "path", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": MUTED, "axes.labelcolor": INK, "xtick.color": INK,
    "ytick.color": INK, "legend.frameon": False,
}  # fmt: skip


def drawn(draw: Callable[[Any], None], height: float = 2.9) -> str:
    """SVG text of what `draw` puts on axes."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.4, height))
        draw(figure.add_subplot())
        sink = io.BytesIO()
        figure.savefig(sink, format="svg", metadata={"Date": None}, bbox_inches="tight")
    text = sink.getvalue().decode()
    return text[text.index("<svg") :]


def hours(view: View, t_ms: Any) -> Any:
    """Minutes after T0, or after the first minute of the curves if nobody fired."""
    return (t_ms - (view.t0 if view.t0 is not None else t_ms[0])) / 60_000


def strength(view: View, stamp: str, bands: Mapping[str, Any] | None) -> str:
    """Unhurt people of both sides, and those in the fight; the ensemble's middle 80 %, if any."""
    curves = series(view)
    x = hours(view, curves["t_ms"])

    def draw(axes: Any) -> None:
        for side, colour in (("attackers", ATTACK), ("defenders", DEFEND)):
            if bands is not None:
                at = hours(view, np.asarray(bands["t_ms"], float))
                rows = bands["series"][f"{side}_unhurt"]
                axes.fill_between(at, rows["p10"], rows["p90"], color=colour, alpha=0.15, lw=0)
            axes.plot(x, curves[f"{side}_unhurt"], color=colour, label=f"{side}, unhurt")
            axes.plot(x, curves[f"{side}_effective"], color=colour, ls="--", label=f"{side}, unhurt and in the fight")
        axes.set_xlim(x[0], x[-1])
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"minutes after the first round    ({stamp})")
        axes.set_ylabel("people")
        axes.legend(fontsize=8)

    return drawn(draw)


def by_weapon(view: View, stamp: str) -> str:
    """Attackers out of action so far, by the weapon that first hurt them."""
    grid = minutes(view)
    curves = sorted(hurt_by_weapon(view, grid).items(), key=lambda row: -row[1][-1])
    x = hours(view, grid.astype(float))

    def draw(axes: Any) -> None:
        for n, (name, curve) in enumerate(curves[:7]):
            axes.plot(x, curve, color=CYCLE[n], ls=DASHES[n], label=f"{name}: {count(curve[-1])}")
        rest = sum((curve for _, curve in curves[7:]), np.zeros(len(x)))
        if len(curves) > 7:
            axes.plot(x, rest, color=MUTED, label=f"all others: {count(rest[-1])}")
        axes.set_xlim(x[0], x[-1])
        axes.set_xlabel(f"minutes after the first round    ({stamp})")
        axes.set_ylabel("attackers hurt so far")
        axes.legend(fontsize=8)

    return drawn(draw, 3.2)


def waterfall(links: Sequence[str], medians: Sequence[float | None], stamp: str) -> str:
    """Median waits along the chain of a supporting fire, one bar beginning where the last ended."""

    def draw(axes: Any) -> None:
        at = 0.0
        for n, median in enumerate(medians):
            wide = (median or 0.0) / 60
            axes.barh(n, wide, left=at, color=DEFEND if median is not None else MUTED, height=0.6)
            axes.text(at + wide, n, f"  {wide:.1f} min" if median is not None else "  -", va="center", fontsize=8)
            at += wide
        axes.set_yticks(range(len(links)), links)
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.set_xlabel(f"minutes, medians end to end    ({stamp})")

    return drawn(draw, 2.4)


LONGEST = 72


def shortened(words: str, longest: int = LONGEST) -> str:
    """A label, cut at a word."""
    return words if len(words) <= longest else words[:longest].rpartition(" ")[0] + " ..."


def timeline(lines: Sequence[tuple[Sequence[float], str, bool, bool]], stamp: str) -> str:
    """Rows of (hours of local time, words, hollow, of the record): a mark each, a bar where there are several."""

    def draw(axes: Any) -> None:
        for n, (hours_, words, hollow, record) in enumerate(lines):
            colour = INK if record else DEFEND
            axes.plot(hours_, [n] * len(hours_), color=colour, lw=4, alpha=0.35, solid_capstyle="butt")
            axes.plot(
                hours_, [n] * len(hours_), "s" if record else "o", ms=5, mec=colour, mfc="white" if hollow else colour
            )
            axes.annotate(words, (max(hours_), n), (8, 0), textcoords="offset points", va="center", fontsize=7)
        first, last = min(min(line[0]) for line in lines), max(max(line[0]) for line in lines)
        split = sum(record for *_, record in lines) - 0.5
        axes.axhline(split, color=MUTED, lw=0.8)
        axes.set_xlim(first - 0.25, last + 0.75 * (last - first))
        ticks = list(range(int(first), int(last) + 2, 2))
        axes.set_xticks(ticks, [f"{hour % 24:02d}:00" for hour in ticks])
        axes.set_ylim(len(lines) - 0.4, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(f"local time; above the line stated, below it this night    ({stamp})")

    return drawn(draw, 0.8 + 0.19 * len(lines)) if lines else ""


def lanchester(found: Comparator, stamp: str) -> str:
    """The run beside the two laws."""

    def draw(axes: Any) -> None:
        for side, colour, run, k in (
            ("attackers", ATTACK, found.attackers, 0),
            ("defenders", DEFEND, found.defenders, 1),
        ):
            axes.plot(found.minutes, run, color=colour, label=f"{side}, this run")
            axes.plot(found.minutes, found.square[k], color=colour, ls="--", lw=1, label=f"{side}, square law")
            axes.plot(found.minutes, found.linear[k], color=colour, ls=":", lw=1.4, label=f"{side}, linear law")
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"minutes after the first round    ({stamp})")
        axes.set_ylabel("unhurt people")
        axes.legend(fontsize=7, ncols=2)

    return drawn(draw)


def spread(columns: Mapping[str, Sequence[float]], label: str, stamp: str, band: tuple[float, float] | None) -> str:
    """One row of dots for each scenario: every run, its middle 90 % and its median; a claim's band behind them."""

    def draw(axes: Any) -> None:
        if band is not None:
            axes.axvspan(*band, color=MUTED, alpha=0.25, lw=0)
        for n, values in enumerate(columns.values()):
            found = np.sort(np.asarray(values, float))
            jitter = ((np.arange(len(found)) * 7919) % 31 / 31 - 0.5) * 0.36
            axes.plot(found, n + jitter, ".", color=CYCLE[n % 7], alpha=0.45, ms=4)
            if len(found):
                low, middle, high = np.quantile(found, (0.05, 0.5, 0.95))
                axes.plot((low, high), (n, n), color=INK, lw=1.2)
                axes.plot(middle, n, "|", color=INK, ms=16, mew=2)
        axes.set_yticks(range(len(columns)), list(columns))
        axes.set_ylim(len(columns) - 0.5, -0.5)
        axes.set_xlabel(f"{label}    ({stamp})")

    return drawn(draw, 0.9 + 0.55 * len(columns))
