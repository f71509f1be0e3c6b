"""Pictures of an analysis as SVG: a distribution and the main effects of every response. The same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.tags import Attributions, feet

if TYPE_CHECKING:
    from sim.experiment.analyse import Analysis

INK, MUTED, CLEAR = "#1f2933", "#9aa5b1", "#2a6f97"
STYLE: Any = {
    "svg.hashsalt": "khusham", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": MUTED, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
}  # fmt: skip


def draw(found: Analysis) -> dict[str, bytes]:
    """File name (without ending) -> SVG."""
    import matplotlib

    from sim.experiment import portraits

    with matplotlib.rc_context(STYLE):
        pictures: dict[str, Any] = {}
        for response in found.responses:
            section = found.body["responses"][response.name]
            if "refused" in section:
                continue
            drawn: dict[str, Any] = {}
            if not response.truth and len(response.values) > 1:
                drawn["distribution"] = _distribution(response.name, response.values, response.mean)
            rows = section["main_effects"].get("effects")
            if rows:
                drawn["effects"] = _effects(response.name, rows, section["main_effects"]["interval_from"])
            for kind in ("sobol", "first_order"):
                if isinstance(section[kind], list) and "shares" not in drawn:
                    drawn["shares"] = _shares(response.name, section[kind])
            if isinstance(section["morris"], list):
                drawn["morris"] = _morris(response.name, section["morris"])
            drawn |= portraits.draw(found, response, section)
            name = "".join(c if c.isalnum() or c in "-_" else "-" for c in response.name)
            pictures |= {f"{kind}-{name}": figure for kind, figure in drawn.items()}
        whose = [base.attributed for base in found.runs.design.bases.values()]
        return {name: svg(figure, whose) for name, figure in pictures.items()}


def svg(figure: Any, of: Sequence[Attributions]) -> bytes:
    """The bytes of a figure, without a date; below it who says so of the tags that it names."""
    from textwrap import fill

    from matplotlib.text import Text

    said = "\n".join(one.get_text() for one in figure.findobj(Text))
    for line in feet(said, of):
        figure.text(0.0, -0.02, fill(line, 100), fontsize=6, color=MUTED, va="top")
    sink = io.BytesIO()
    figure.savefig(sink, format="svg", metadata={"Date": None}, bbox_inches="tight")
    return sink.getvalue()


def _distribution(name: str, values: Any, means: Any) -> Any:
    """Runs as a histogram, point means as ticks below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 2.6))
    axes = figure.add_subplot()
    axes.hist(values, bins=min(40, max(5, int(len(values) ** 0.5))), color=CLEAR, alpha=0.85)
    known = means[np.isfinite(means)]
    axes.plot(known, np.zeros(len(known)), "|", color=INK, markersize=9, clip_on=False)
    axes.set_xlabel(f"{name} (bars: {len(values)} runs; ticks: means of {len(known)} points)")
    axes.set_ylabel("runs")
    return figure


def _effects(name: str, rows: list[dict[str, Any]], interval_from: str) -> Any:
    """Effects with their intervals, the largest on top; those that are clear in colour."""
    from matplotlib.figure import Figure

    kept = sorted(rows, key=lambda row: abs(row["estimate"]))[-30:]
    figure = Figure(figsize=(5.2, 0.8 + 0.24 * len(kept)))
    axes = figure.add_subplot()
    for at, row in enumerate(kept):
        colour = CLEAR if row["clear"] else MUTED
        axes.plot([row["low"], row["high"]], [at, at], color=colour, linewidth=1.5)
        axes.plot([row["estimate"]], [at], "o", color=colour, markersize=4)
    axes.axvline(0.0, color=INK, linewidth=0.6)
    axes.set_yticks(range(len(kept)), [row["term"] for row in kept])
    axes.set_xlabel(f"change of the mean of {name}, low to high end (95 % interval over {interval_from})")
    return figure


def _shares(name: str, rows: list[dict[str, Any]]) -> Any:
    """Shares of variance with intervals; total indices, where there are any, as hollow marks."""
    from matplotlib.figure import Figure

    kept = sorted(rows, key=lambda row: row["share"])[-30:]
    figure = Figure(figsize=(5.2, 0.8 + 0.24 * len(kept)))
    axes = figure.add_subplot()
    for at, row in enumerate(kept):
        colour = MUTED if row["clear"] is False else CLEAR
        axes.plot([row["low"], row["high"]], [at, at], color=colour, linewidth=1.5)
        axes.plot([row["share"]], [at], "o", color=colour, markersize=4)
        if row["total"] is not None:
            axes.plot([row["total"]], [at], "o", color=colour, markersize=6, markerfacecolor="none")
    axes.axvline(0.0, color=INK, linewidth=0.6)
    axes.set_yticks(range(len(kept)), [row["factor"] for row in kept])
    hollow = "; hollow: total" if any(row["total"] is not None for row in kept) else ""
    axes.set_xlabel(f"share of the variance of {name} between points (95 % interval{hollow})")
    return figure


def _morris(name: str, rows: list[dict[str, Any]]) -> Any:
    """Size against spread of the elementary effects: to the right is influence, upwards curvature or interaction."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.4))
    axes = figure.add_subplot()
    for row in rows:
        axes.plot([row["low"], row["high"]], [row["sigma"]] * 2, color=MUTED, linewidth=1.0)
        axes.plot([row["mu_star"]], [row["sigma"]], "o", color=CLEAR, markersize=4)
        axes.annotate(row["factor"], (row["mu_star"], row["sigma"]), (4, 4), textcoords="offset points", color=INK)
    axes.set_xlabel(f"mean size of the elementary effects on {name}, mu* (95 % interval)")
    axes.set_ylabel("their spread, sigma")
    return figure
