"""An analysis in words: the answers a reader looks for first, a line each."""

from __future__ import annotations

from typing import Any

from sim.experiment.analyse import QUANTILES, Analysis
from sim.experiment.design import Design
from sim.experiment.responses import Response

MOST_SHARES = 5


def in_words(found: Analysis) -> list[str]:
    """The whole analysis, a line each."""
    body = found.body
    lines = [f"{body['title'] or body['sweep']}: {body['runs']} runs at {body['points']} points ({body['design']})"]
    if body["failures"]:
        first = body["failures"][0]
        lines.append(f"{len(body['failures'])} runs failed; the first in `{first['stage']}`: {first['cause']}")
    for response in found.responses:
        section = body["responses"][response.name]
        said = [section["refused"]] if "refused" in section else _said(found.runs.design, response, section)
        lines += ["", response.name, *(f"  {line}" for line in said)]
    lines += ["", "odd runs"]
    for one in found.odd:
        when = f"; at {one.at} its {one.left_band} left the band of {one.ensemble}" if one.at else ""
        lines += [f"  {one.name}: {one.why}{when}", f"    {one.command}"]
    return lines


def _said(design: Design, response: Response, section: dict[str, Any]) -> list[str]:
    spread = section["distribution"]
    lines = [f"mean {span(spread['mean'], spread['low'], spread['high'])} over {spread['n_defined']} runs"]
    if not response.truth and spread["n_defined"] > 1:
        quantiles = ", ".join(f"{q * 100:g} %: {spread[f'q{q * 100:g}']['value']:.4g}" for q in QUANTILES)
        lines[0] += f"; quantiles {quantiles}"
    lines += _main(design, section["main_effects"])
    lines += _beyond(section["second_order"])
    shares = section["sobol"] if isinstance(section["sobol"], list) else section["first_order"]
    if isinstance(shares, list):
        clear = sorted((row for row in shares if row["clear"] is not False), key=lambda row: -row["share"])
        named = [f"{row['factor']} {100 * row['share']:.0f} %" for row in clear[:MOST_SHARES]]
        lines.append(f"shares of the variance between points: {', '.join(named) or 'none is clear'}")
    if isinstance(section["morris"], list):
        rows = sorted(section["morris"], key=lambda row: -row["mu_star"])
        named = [f"{row['factor']} {row['mu_star']:.3g} (sigma {row['sigma']:.3g})" for row in rows]
        lines.append(f"size of elementary effects, mu*: {', '.join(named)}")
    if isinstance(section["contrasts"], list):
        lines += [
            f"{row['factor']} {row['from']} to {row['to']}, paired: {span(row['difference'], row['low'], row['high'])}"
            for row in section["contrasts"]
            if row["difference"] is not None
        ]
    leaves = _leaves(section["tree"]) if "refused" not in section["tree"] else []
    if len(leaves) > 1:
        lines.append("tree")
        lines += [f"  {mean:.4g} at {n} points where {' and '.join(said)}" for said, n, mean in leaves]
    if response.truth:
        box = section["box"]
        if "refused" in box:
            lines.append(f"box: {box['refused']}")
        else:
            share = span(box["density"], box["low"], box["high"])
            lines.append(f"box: share {share} where {' and '.join(box['conditions'])}; {box['base']:.3g} anywhere")
    return lines


def _main(design: Design, main: dict[str, Any]) -> list[str]:
    if "refused" in main:
        return [f"main effects: not enough runs for this: {main['refused']}"]
    clear = sorted((row for row in main["effects"] if row["clear"]), key=lambda row: -abs(row["estimate"]))
    if not clear:
        return ["no factor has a clear effect on the mean"]
    return [f"{_term(design, row['term'])}: {span(row['estimate'], row['low'], row['high'])}" for row in clear]


def _beyond(second: dict[str, Any]) -> list[str]:
    """Clear squares and products."""
    rows = [row for row in second.get("effects", ()) if row["clear"] and (" x " in row["term"] or "^" in row["term"])]
    rows = sorted(rows, key=lambda row: -abs(row["estimate"]))
    return [f"beyond the lines, {row['term']}: {span(row['estimate'], row['low'], row['high'])}" for row in rows]


def _term(design: Design, term: str) -> str:
    """A main effect with what it compares."""
    for factor in design.factors:
        if factor.id == term:
            return f"{term}, {factor.low:g} to {factor.high:g} {factor.unit}".rstrip()
        if factor.levels and term.startswith(f"{factor.id}="):
            return f"{term} against {factor.levels[0].id}"
    return term


def _leaves(node: dict[str, Any]) -> list[tuple[list[str], int, float]]:
    """Conditions, number of points and mean of every leaf of a tree as JSON."""
    if "yes" not in node:
        return [(node["conditions"], node["points"], node["mean"])]
    return _leaves(node["yes"]) + _leaves(node["no"])


def span(value: float, low: float | None, high: float | None) -> str:
    """A value with its interval."""
    return f"{value:.4g}" if low is None or high is None else f"{value:.4g} [{low:.4g}, {high:.4g}]"
