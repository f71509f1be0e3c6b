"""Pictures of points: a response against each factor, by cell of a grid, by leaf of a tree, and mean against spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim import stats
from sim.experiment.factors import Factor
from sim.experiment.pictures import CLEAR, INK, MUTED
from sim.experiment.responses import Floats, Response

if TYPE_CHECKING:
    from sim.experiment.analyse import Analysis

MOST_PANELS, MOST_CELLS, BINS = 6, 40, 7


def draw(found: Analysis, response: Response, section: dict[str, Any]) -> dict[str, Any]:
    """Kind of picture -> figure."""
    drawn = {}
    if np.count_nonzero(response.n > 0) > 2:
        drawn["factors"] = _factors(found, response, section)
    if found.runs.exact and found.runs.design.n_points <= MOST_CELLS:
        drawn["cells"] = _cells(found, response)
    if "yes" in section["tree"]:
        drawn["tree"] = _tree(response, section["tree"])
    if "low" in section["robust"]:
        drawn["robust"] = _robust(response, section["robust"])
    return drawn


def _shown(found: Analysis, section: dict[str, Any]) -> list[int]:
    """The factors that matter most, by the size of their largest main effect; the first ones if none is known."""
    factors = found.runs.design.factors
    size = dict.fromkeys(range(len(factors)), 0.0)
    for row in section["main_effects"].get("effects", ()):
        for j, factor in enumerate(factors):
            if row["term"] == factor.id or (factor.levels and row["term"].startswith(f"{factor.id}=")):
                size[j] = max(size[j], abs(row["estimate"]))
    return sorted(size, key=lambda j: -size[j])[:MOST_PANELS]


def _factors(found: Analysis, response: Response, section: dict[str, Any]) -> Any:
    """Point means against the factors that matter most, with the mean of each level or of equal parts of a range."""
    from matplotlib.figure import Figure

    design, known = found.runs.design, response.n > 0
    shown = _shown(found, section)
    rows = -(-len(shown) // 3)
    figure = Figure(figsize=(7.2, 0.3 + 1.9 * rows), layout="constrained")
    panels = figure.subplots(rows, min(3, len(shown)), sharey=True, squeeze=False).ravel()
    for axes in panels[len(shown) :]:
        axes.axis("off")
    for axes, j in zip(panels, shown, strict=False):
        factor = design.factors[j]
        _against(axes, factor, design.unit[known, j], response.mean[known])
        axes.set_xlabel(f"{factor.id} ({factor.unit})" if factor.unit else factor.id)
    figure.supylabel(response.name, fontsize=9, color=INK)
    return figure


def _against(axes: Any, factor: Factor, unit: Floats, means: Floats) -> None:
    """One panel."""
    if factor.levels:
        x = np.array([factor.level(float(u)) for u in unit], dtype=float)
        axes.set_xticks(range(len(factor.levels)), [level.id for level in factor.levels])
        axes.set_xlim(-0.6, len(factor.levels) - 0.4)
    else:
        x = np.array([factor.number(float(u)) for u in unit])
    axes.plot(x, means, ".", color=MUTED, markersize=3)
    distinct = np.unique(x)
    parts = [x == value for value in distinct]
    if len(distinct) > BINS:
        borders = np.quantile(x, np.linspace(0.0, 1.0, BINS + 1)[1:-1])
        parts = [np.searchsorted(borders, x) == part for part in range(BINS)]
    middle = [(float(x[part].mean()), means[part]) for part in parts if part.any()]
    for at, values in middle:
        low, high = stats.mean_interval(values) or (None, None)
        if low is not None:
            axes.plot([at, at], [low, high], color=CLEAR, linewidth=1.5)
    style = "o" if factor.levels else "o-"
    axes.plot([at for at, _ in middle], [values.mean() for _, values in middle], style, color=CLEAR, markersize=4)


def _cells(found: Analysis, response: Response) -> Any:
    """Every point of a small design with its mean and interval."""
    from matplotlib.figure import Figure

    design = found.runs.design
    figure = Figure(figsize=(5.6, 0.8 + 0.2 * design.n_points))
    axes = figure.add_subplot()
    names = []
    for point in range(design.n_points):
        at = design.n_points - 1 - point
        y = response.y[point][np.isfinite(response.y[point])]
        values = design.values(point)
        parts = [
            f"{v:g} {f.unit}".strip() if isinstance(v, float) else f"{f.id} {v}"
            for f, v in zip(design.factors, values, strict=True)
        ]
        names.append(", ".join(parts))
        interval = _interval(y, response.truth)
        if interval is not None:
            axes.plot(list(interval), [at, at], color=CLEAR, linewidth=1.5)
        if len(y):
            axes.plot([y.mean()], [at], "o", color=CLEAR, markersize=4)
    axes.set_yticks(range(design.n_points - 1, -1, -1), names)
    axes.set_xlabel(f"mean of {response.name} (95 % interval)")
    axes.grid(axis="x", color=MUTED, linewidth=0.3)
    return figure


def _interval(y: Floats, truth: bool) -> stats.Interval | None:
    if truth:
        return stats.wilson(int(y.sum()), len(y))
    return stats.mean_interval(y)


def _tree(response: Response, root: dict[str, Any]) -> Any:
    """The leaves of a tree, lowest mean first: their conditions, and the means of their points."""
    from matplotlib.figure import Figure

    leaves = sorted(_leaves(root), key=lambda leaf: -leaf["mean"])
    figure = Figure(figsize=(5.6, 0.8 + 0.42 * len(leaves)))
    axes = figure.add_subplot()
    for at, leaf in enumerate(leaves):
        axes.plot([leaf["mean"]], [at], "o", color=CLEAR, markersize=3.0 + 0.7 * leaf["points"] ** 0.5)
    names = ["\n".join(_in_lines(leaf["conditions"])) + f" ({leaf['points']} points)" for leaf in leaves]
    axes.set_yticks(range(len(leaves)), names, fontsize=7)
    axes.margins(x=0.1, y=0.1)
    axes.grid(axis="x", color=MUTED, linewidth=0.3)
    axes.set_xlabel(f"mean of {response.name} in each leaf of the tree")
    return figure


def _leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [*_leaves(node["yes"]), *_leaves(node["no"])] if "yes" in node else [node]


def _in_lines(conditions: list[str]) -> list[str]:
    """Conditions, two in a line."""
    return [", ".join(conditions[i : i + 2]) for i in range(0, len(conditions), 2)]


def _robust(response: Response, found: dict[str, Any]) -> Any:
    """Mean against spread of every point; in colour those that no other beats in both, small spread being good."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.2))
    axes = figure.add_subplot()
    axes.plot(response.mean, response.variance**0.5, ".", color=MUTED, markersize=4)
    for way, mark in (("low", "v"), ("high", "^")):
        rows = found[way]
        means, spreads = [row["mean"] for row in rows], [row["sd"] for row in rows]
        axes.plot(means, spreads, mark, color=CLEAR, markersize=5, label=f"{way} mean and small spread")
    axes.set_xlabel(f"mean of {response.name} at each point")
    axes.set_ylabel("standard deviation")
    axes.legend(frameon=False, fontsize=8)
    return figure
