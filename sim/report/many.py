"""Many nights as a table: of one scenario every metric, of several side by side the same metric in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from sim.metrics import Kind, kind, words
from sim.metrics.words import label, shown
from sim.report import people
from sim.report.text import table

if TYPE_CHECKING:
    from sim.scenario import Scenario

Summary = Mapping[str, Mapping[str, Any]]
HOW = (
    "95 %: of the mean, Student's t, cut at zero for what cannot be negative; of a yes or no its share, Wilson. All "
    "alike: no night differs, so that no interval can be had."
)


def ensemble(title: str, n: int, seed: int, summary: Summary) -> Group:
    """Every metric over n replications: mean with its 95 % interval, median and the middle 90 %."""
    rows = [_row(name, s) for name, s in summary.items() if s["n_defined"]]
    missing = ", ".join(label(name) for name, s in summary.items() if not s["n_defined"])
    columns = ("metric", "mean", "95 %", "median", "middle 90 %", "n")
    return Group(
        Text(f"{title}\n{n} simulated nights, seed {seed}. People are rounded; --json is exact.", style="bold"),
        Text(HOW), Text(""),
        table("", columns, rows),
        Text(f"Undefined in every run: {missing}." if missing else "Every metric is defined in some run."),
    )  # fmt: skip


def _row(name: str, s: Mapping[str, Any]) -> tuple[object, ...]:
    if "shares" in s:
        return label(name), cell(name, s), None, None, None, s["n_defined"]
    bound = words.between(name, s["low"], s["high"])
    if kind(name) is Kind.YES_OR_NO:
        return label(name), words.mean(name, s["mean"]), bound, None, None, s["n_defined"]
    middle = [words.mean(name, s["mean"]), bound, words.amount(name, s["median"])]
    return label(name), *middle, people.usual(s, partial(words.amount, name)), s["n_defined"]


def cell(name: str, s: Mapping[str, Any]) -> str:
    """Median and middle 90 %, people rounded; of a yes or no the share with its interval."""
    if "shares" in s:
        return ", ".join(f"{shown(word)} {row['share']:.0%}" for word, row in s["shares"].items())
    if not s["n_defined"]:
        return "-"
    if kind(name) is Kind.YES_OR_NO:
        between = "" if s["low"] is None else f" ({s['low']:.0%} to {s['high']:.0%})"
        return f"{s['mean']:.0%}{between}"
    middle, low, high = (words.amount(name, s[key]) for key in ("median", "p5", "p95"))
    return middle if low == high else f"{middle} ({low} to {high})"


def beside(scenarios: Sequence[Scenario], n: int, seed: int, summaries: Sequence[Summary]) -> Group:
    """Every metric that is defined anywhere, a column for each scenario."""
    rows = [
        (label(name), *(cell(name, summary[name]) for summary in summaries))
        for name in summaries[0]
        if any(summary[name]["n_defined"] for summary in summaries)
    ]
    head = f"{n} simulated nights of each, seed {seed}: median and middle 90 %, of a yes or no its share (95 %)."
    titles = "\n".join(f"{one.id}: {one.title}" for one in scenarios)
    return Group(
        Text(f"{titles}\n{head} People are rounded; --json is exact.", style="bold"), Text(""),
        table("", ("metric", *(one.id for one in scenarios)), rows),
    )  # fmt: skip
