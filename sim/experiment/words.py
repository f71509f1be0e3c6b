"""An analysis in words: the answers a reader looks for first, a line each. People who were hurt are rounded."""

from __future__ import annotations

from typing import Any

from sim.experiment.analyse import QUANTILES, Analysis
from sim.experiment.design import Design
from sim.experiment.responses import Response
from sim.metrics.words import people_rounded

MOST_SHARES = 5
NOTE = "Killed and wounded are rounded; --json is exact."


def in_words(found: Analysis) -> list[str]:
    """The whole analysis, a line each."""
    body = found.body
    lines = [
        f"{body['title'] or body['sweep']}: {body['runs']} runs at {body['points']} points ({body['design']})",
        NOTE,
    ]
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
    spread, name = section["distribution"], response.name
    lines = [f"mean {span(name, spread['mean'], spread['low'], spread['high'])} over {spread['n_defined']} runs"]
    if not response.truth and spread["n_defined"] > 1:
        levels = [(f"{q * 100:g}", spread[f"q{q * 100:g}"]["value"]) for q in QUANTILES]
        quantiles = [f"{q} %: {people_rounded(name, value, '{:.4g}'.format, many=False)}" for q, value in levels]
        lines[0] += f"; quantiles {', '.join(quantiles)}"
    lines += _main(design, name, section["main_effects"])
    lines += _beyond(name, section["second_order"])
    shares = section["sobol"] if isinstance(section["sobol"], list) else section["first_order"]
    if isinstance(shares, list):
        clear = sorted((row for row in shares if row["clear"] is not False), key=lambda row: -row["share"])
        named = [f"{row['factor']} {100 * row['share']:.0f} %" for row in clear[:MOST_SHARES]]
        lines.append(f"shares of the variance between points: {', '.join(named) or 'none is clear'}")
    if isinstance(section["morris"], list):
        rows = sorted(section["morris"], key=lambda row: -row["mu_star"])
        named = [f"{row['factor']} {number(name, row['mu_star'])} (sigma {number(name, row['sigma'])})" for row in rows]
        lines.append(f"size of elementary effects, mu*: {', '.join(named)}")
    if isinstance(section["contrasts"], list):
        for row in section["contrasts"]:
            if row["difference"] is not None:
                told = span(name, row["difference"], row["low"], row["high"])
                lines.append(f"{row['factor']} {row['from']} to {row['to']}, paired: {told}")
    leaves = _leaves(section["tree"]) if "refused" not in section["tree"] else []
    if len(leaves) > 1:
        lines.append("tree")
        lines += [f"  {number(name, mean)} at {n} points where {' and '.join(said)}" for said, n, mean in leaves]
    if response.truth:
        box = section["box"]
        if "refused" in box:
            lines.append(f"box: {box['refused']}")
        else:
            share = span(name, box["density"], box["low"], box["high"])
            lines.append(f"box: share {share} where {' and '.join(box['conditions'])}; {box['base']:.3g} anywhere")
    return lines


def _main(design: Design, response: str, main: dict[str, Any]) -> list[str]:
    if "refused" in main:
        return [f"main effects: not enough runs for this: {main['refused']}"]
    clear = sorted((row for row in main["effects"] if row["clear"]), key=lambda row: -abs(row["estimate"]))
    if not clear:
        return ["no factor has a clear effect on the mean"]
    return [
        f"{_term(design, row['term'])}: {span(response, row['estimate'], row['low'], row['high'])}" for row in clear
    ]


def _beyond(response: str, second: dict[str, Any]) -> list[str]:
    """Clear squares and products."""
    rows = [row for row in second.get("effects", ()) if row["clear"] and (" x " in row["term"] or "^" in row["term"])]
    rows = sorted(rows, key=lambda row: -abs(row["estimate"]))
    return [
        f"beyond the lines, {row['term']}: {span(response, row['estimate'], row['low'], row['high'])}" for row in rows
    ]


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


def number(response: str, value: float) -> str:
    """A mean of a response, or a difference of means, to four digits."""
    return people_rounded(response, value, "{:.4g}".format)


def span(response: str, value: float, low: float | None, high: float | None) -> str:
    """The same with its interval."""
    told = number(response, value)
    return told if low is None or high is None else f"{told} [{number(response, low)}, {number(response, high)}]"
