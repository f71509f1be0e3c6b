"""Tables of a study page, as lines of Markdown. People who were hurt are rounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim import stats
from sim.metrics.words import people_rounded

DASH = "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def number(value: float | None) -> str:
    """Three digits, or four before the point."""
    if value is None:
        return DASH
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def told(response: str, value: float | None, many: bool = True) -> str:
    """A mean or difference of a response, or a value of one run."""
    return DASH if value is None else people_rounded(response, value, number, many)


def span(response: str, value: float | None, low: float | None, high: float | None) -> str:
    """A mean or difference of a response with its interval."""
    mean = told(response, value)
    return mean if low is None or high is None else f"{mean} [{told(response, low)}, {told(response, high)}]"


def factors(design: Any) -> list[str]:
    """What was varied, and over what."""
    rows = []
    for factor in design.factors:
        if factor.levels:
            rows.append([factor.id, ", ".join(level.id for level in factor.levels), "", "levels"])
            continue
        scale = "log" if factor.log_scale else "whole numbers" if factor.whole else "range"
        base = f"{factor.number(factor.base):.4g} {factor.unit}".strip()
        over = f"{factor.low:g} to {factor.high:g} {factor.unit}".strip()
        rows.append([factor.id, over, base, f"{scale}: `{factor.paths[0]}`" + more(factor.paths)])
    return table(["factor", "over", "in the scenario", "what"], rows)


def more(paths: Sequence[str]) -> str:
    """How many other places a factor sets."""
    return f" and {len(paths) - 1} more" if len(paths) > 1 else ""


def outcomes(found: Any) -> list[str]:
    """Mean and quantiles of every response over all runs."""
    rows = []
    for response in found.responses:
        section = found.body["responses"][response.name]
        if "refused" in section:
            rows.append([response.name, section["refused"], "", "", ""])
            continue
        spread = section["distribution"]
        mean = span(response.name, spread["mean"], spread["low"], spread["high"])
        levels = [] if response.truth else [spread[q]["value"] for q in ("q5", "q50", "q95")]
        quantiles = [told(response.name, value, many=False) for value in levels] or [DASH] * 3
        rows.append([response.name, mean, *quantiles])
    return table(["response", "mean [95 %]", "5 %", "median", "95 %"], rows)


def cells(found: Any) -> list[str]:
    """Every setting of a design that is the question itself, with the mean of every response."""
    design = found.runs.design
    rows = []
    for point in range(design.n_points):
        row = [setting(factor, value) for factor, value in zip(design.factors, design.values(point), strict=True)]
        for response in found.responses:
            y = response.y[point][np.isfinite(response.y[point])]
            if response.truth:
                interval = stats.wilson(int(y.sum()), len(y))
            else:
                interval = stats.mean_interval(y)
            low, high = interval or (None, None)
            row.append(span(response.name, float(y.mean()) if len(y) else None, low, high))
        rows.append(row)
    return table([*(factor.id for factor in design.factors), *(response.name for response in found.responses)], rows)


def setting(factor: Any, value: Any) -> str:
    """A value of a factor with its unit."""
    return f"{value:g} {factor.unit}".strip() if isinstance(value, float) else str(value)


def contrasts(found: Any) -> list[str]:
    """Paired differences, those that are clear in bold."""
    rows = []
    for response in found.responses:
        for row in clean(found.body["responses"][response.name].get("contrasts")):
            factor = next(one for one in found.runs.design.factors if one.id == row["factor"])
            said = span(response.name, row["difference"], row["low"], row["high"])
            clear = row["low"] is not None and (row["low"] > 0.0 or row["high"] < 0.0)
            way = f"{setting(factor, row['from'])} to {setting(factor, row['to'])}"
            bought = row["variance_reduction"]
            rows.append([response.name, row["factor"], way, f"**{said}**" if clear else said,
                         f"{bought:.1f}" if bought is not None else DASH])  # fmt: skip
    return table(["response", "factor", "from, to", "difference [95 %]", "worth of common luck"], rows)


def clean(answer: Any) -> list[dict[str, Any]]:
    """Rows of an answer; none if it was refused."""
    return answer if isinstance(answer, list) else []


def effects(found: Any) -> list[str]:
    """Clear main effects with their share of the variance, then what goes beyond lines."""
    rows = []
    for response in found.responses:
        section = found.body["responses"][response.name]
        if "refused" in section:
            continue
        shares = {row["factor"]: row for row in clean(section["first_order"])}
        for model in ("main_effects", "second_order"):
            for row in sorted(section[model].get("effects", ()), key=lambda row: -abs(row["estimate"])):
                beyond = " x " in row["term"] or "^" in row["term"]
                if not row["clear"] or beyond != (model == "second_order"):
                    continue
                share = shares.get(row["term"])
                said = "beyond lines" if beyond else DASH
                if share is not None:
                    part = [f"{100 * max(share[key], 0.0):.0f}" for key in ("share", "low", "high")]
                    said = f"{part[0]} % [{part[1]}, {part[2]}]"
                effect = span(response.name, row["estimate"], row["low"], row["high"])
                rows.append([response.name, row["term"], effect, said])
    head = ["response", "factor", "low to high end [95 %]", "share of the variance between points"]
    return [*table(head, rows), "", *fits(found)]


def fits(found: Any) -> list[str]:
    """How much of the variance of the point means the lines explain."""
    rows = []
    for response in found.responses:
        section = found.body["responses"][response.name]
        if "refused" in section:
            continue
        lines, squares = section["main_effects"], section["second_order"]
        luck = section["distribution"]["noise_share"]
        rows.append([
            response.name, number(lines.get("r2")), number(lines.get("r2_predicted")),
            number(squares.get("r2_predicted")), number(luck),
        ])  # fmt: skip
    head = ["response", "R2 of the lines", "of points left out", "with squares and products, left out", "luck's share"]
    return table(head, rows)


def regions(found: Any) -> list[str]:
    """The boxes of events, and the leaves of the trees of events and of the first response."""
    lines = []
    for response in found.responses:
        section = found.body["responses"][response.name]
        box = section.get("box", {"refused": ""})
        if response.truth and "refused" not in box:
            share = span(response.name, box["density"], box["low"], box["high"])
            lines.append(
                f"- **{response.name}** in {share} of the runs where {' and '.join(box['conditions'])}, against "
                f"{number(box['base'])} anywhere; that is {100 * box['coverage']:.0f} % of all such runs."
            )
    for response in found.responses:
        root = found.body["responses"][response.name].get("tree", {})
        if "yes" in root and (response.truth or response is found.responses[0]):
            rows = [
                [" and ".join(leaf["conditions"]), str(leaf["points"]), told(response.name, leaf["mean"])]
                for leaf in leaves(root)
            ]
            lines += ["", *table([f"tree of {response.name}: where", "points", "mean"], rows)]
    return lines or ["No region stands out."]


def leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Leaves of a tree as JSON."""
    return [*leaves(node["yes"]), *leaves(node["no"])] if "yes" in node else [node]


def odd(found: Any) -> list[str]:
    """The odd runs."""
    rows = [
        [f"{one.point}-{one.rep}", one.why, f"{one.at[5:16].replace('T', ' ')}, {one.left_band}" if one.at else "never"]
        for one in found.odd
    ]
    return table(["run", "why", "left the band of its fellows"], rows)


def refusals(found: Any) -> list[str]:
    """What the analysis would not say, each reason once with the responses it was said of."""
    why: dict[tuple[str, str], list[str]] = {}
    for response in found.responses:
        for section, answer in found.body["responses"][response.name].items():
            if isinstance(answer, dict) and "refused" in answer:
                text = answer["refused"].removeprefix(f"{response.name} is no event; ")
                why.setdefault((section.replace("_", " "), text), []).append(response.name)
    rows = [[section, ", ".join(names) if len(names) < len(found.responses) else "all", text]
            for (section, text), names in why.items()]  # fmt: skip
    return table(["asked for", "of", "why not"], rows) if rows else ["Nothing was refused."]
