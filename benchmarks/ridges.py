"""The picture of the ridge: the kept points of every scenario, two factors at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.fit import Fit
from sim.experiment.pictures import CLEAR, INK, STYLE, svg


def draw(fits: Sequence[tuple[str, Fit]], pairs: Sequence[tuple[str, str]]) -> bytes:
    """A row for each scenario, a column for each pair: the kept points, larger if both nights kept them. The drawn ones
    lie evenly over the whole of every square."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(3.1 * len(pairs), 2.7 * len(fits)), layout="constrained")
        grid = figure.subplots(len(fits), len(pairs), squeeze=False)
        for row, (name, fit) in zip(grid, fits, strict=True):
            by_id = {factor.id: n for n, factor in enumerate(fit.runs.design.factors)}
            for axes, (one, other) in zip(row, pairs, strict=True):
                x, y = by_id[one], by_id[other]
                unit, times = fit.runs.design.unit, fit.kept.sum(axis=1)
                for often, size in ((1, 4.0), (2, 7.0)):
                    axes.plot(unit[times == often, x], unit[times == often, y], ".", color=CLEAR, markersize=size)
                for axis, factor in ((axes.xaxis, x), (axes.yaxis, y)):
                    told = fit.runs.design.factors[factor]
                    places = np.linspace(0.0, 1.0, 5)
                    axis.set_ticks(places, [f"{told.number(float(place)):.3g}" for place in places])
                    unit_words = told.unit or ("times" if told.stated else "")
                    axis.set_label_text(f"{told.id}{f' ({unit_words})' if unit_words else ''}", color=INK)
                axes.set_title(f"{name}: {int(times.sum())} nights kept", fontsize=8, color=INK, loc="left")
        return svg(figure, [base.attributed for _, fit in fits for base in fit.runs.design.bases.values()])
