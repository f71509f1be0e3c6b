"""Many nights as a table: of one scenario every metric, of several side by side the same metric in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from sim.report import claims, people
from sim.report.text import table
from sim.report.words import shown

if TYPE_CHECKING:
    from sim.scenario import Scenario

Summary = Mapping[str, Mapping[str, Any]]


def attributions(scenario: Scenario) -> str:
    """Who attributes the tags of a scenario to those who attack in it, in one line."""
    sides = {formation.id: formation.side for formation in scenario.formations}
    tags = dict.fromkeys(str(unit.tag) for unit in scenario.units if sides[unit.formation] == "attackers")
    told = {
        name: row.attributed_to + (f"; contested by {row.contested_by}" if row.contested_by else "")
        for name, row in scenario.tags.items()
    }
    return people.attributions(told, sorted(tags))


def ensemble(title: str, n: int, seed: int, summary: Summary, foot: str = "") -> Group:
    """Every metric over n replications: mean with its 95 % interval, median and the middle 90 %."""
    rows = [_row(name, s) for name, s in summary.items() if s["n_defined"]]
    missing = ", ".join(shown(name) for name, s in summary.items() if not s["n_defined"])
    columns = ("metric", "mean", "95 %", "median", "middle 90 %", "n")
    parts: list[RenderableType] = [
        Text(f"{title}\n{n} simulated nights, seed {seed}; 95 %: of the mean. People are rounded; --json is exact.",
             style="bold"),
        Text(""),
        table("", columns, rows),
        Text(f"Undefined in every run: {missing}." if missing else "Every metric is defined in some run."),
    ]  # fmt: skip
    return Group(*parts, *([Text(foot)] if foot else []))


def _row(name: str, s: Mapping[str, Any]) -> tuple[object, ...]:
    if "shares" in s:
        return name, cell(name, s), None, None, None, s["n_defined"]
    if people.is_of_people(name):
        middle = [people.mean(s["mean"]), people.between(s["low"], s["high"]), people.count(s["median"])]
        return (name, *middle, people.usual(s), s["n_defined"])
    bound = None if s["low"] is None else f"{shown(s['low'])} to {shown(s['high'])}"
    span = None if s["p5"] is None else f"{shown(s['p5'])} to {shown(s['p95'])}"
    return (name, s["mean"], bound, s["median"], span, s["n_defined"])


def cell(name: str, s: Mapping[str, Any]) -> str:
    """Median and middle 90 %, people rounded; of a yes or no the share with its interval."""
    if "shares" in s:
        return ", ".join(f"{word} {row['share']:.0%}" for word, row in s["shares"].items())
    if not s["n_defined"]:
        return "-"
    if name in claims.YES_OR_NO:
        between = "" if s["low"] is None else f" ({s['low']:.0%} to {s['high']:.0%})"
        return f"{s['mean']:.0%}{between}"
    told = people.count if people.is_of_people(name) else lambda value: claims.number(value, name)
    middle, low, high = ("-" if s[key] is None else told(s[key]) for key in ("median", "p5", "p95"))
    return middle if low == high else f"{middle} ({low} to {high})"


def label(name: str) -> str:
    """A metric in words, without the unit that its cells carry."""
    hulls = name in claims.HULLS
    return (name if hulls else name.removesuffix("_s").removesuffix("_m")).replace("_", " ")


def beside(scenarios: Sequence[Scenario], n: int, seed: int, summaries: Sequence[Summary]) -> Group:
    """Every metric that is defined anywhere, a column for each scenario."""
    rows = [
        (label(name), *(cell(name, summary[name]) for summary in summaries))
        for name in summaries[0]
        if any(summary[name]["n_defined"] for summary in summaries)
    ]
    head = f"{n} simulated nights of each, seed {seed}: median and middle 90 %, of a yes or no its share (95 %)."
    feet = dict.fromkeys(f"{one.id}: {attributions(one)}" for one in scenarios if attributions(one))
    titles = "\n".join(f"{one.id}: {one.title}" for one in scenarios)
    return Group(
        Text(f"{titles}\n{head} People are rounded; --json is exact.", style="bold"), Text(""),
        table("", ("metric", *(one.id for one in scenarios)), rows), *map(Text, feet),
    )  # fmt: skip
