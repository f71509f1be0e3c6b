"""The claims table in words: for a terminal, and as the page docs/claims.md.

Attribution stands beside every number. Text rounds casualty figures; `--json` is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from sim.claims import LEAST, Claim, Finding, Record, failed
from sim.claims.judging import Share
from sim.experiment.claims_table import Column, Quoted
from sim.metrics import Kind, hurt, kind
from sim.metrics.words import amount, label
from sim.report import text
from sim.tags import Attributions, feet

RIVALS = ("coalition", "SANA", "Russian MoD")
PARTIES = dict(zip(("coalition", "sana", "mod"), RIVALS, strict=True))

HOW = (
    "Statements are by those named and not ours; a verdict is *consistent* or *not consistent with these inputs*, "
    "never true or false. Inside: share of simulated nights that meet the statement, with Wilson's 95 % interval; a "
    f"statement is consistent from {LEAST:.0%} on, or from the share it demands. As reported: the same for what the "
    "speaker could have counted, by a stated model. Drawn: share of nights that meet it when every disputed input is "
    "drawn from its range; a check that half of them meet is no evidence. Fitted rows validate nothing, rows by "
    "construction cannot fail."
)


def spread(finding: Finding) -> str:
    """Median and the middle 90 % of the runs."""
    assert finding.claim.test is not None
    metric = finding.claim.test.first.metric
    if finding.p5 is None or kind(metric) is Kind.YES_OR_NO:
        return amount(metric, finding.median)
    low, high = amount(metric, finding.p5), amount(metric, finding.p95)
    return amount(metric, finding.median) if low == high else f"{amount(metric, finding.median)} ({low} to {high})"


def share(found: Share | None) -> str:
    """A share with its interval, in whole per cent."""
    if found is None:
        return "-"
    low, high = found.interval
    return f"{100 * found.share:.0f} % ({100 * low:.0f}-{100 * high:.0f})"


def band(finding: Finding) -> str:
    """Metric and band of the claim that was judged."""
    return band_of(finding.claim)


def band_of(claim: Claim) -> str:
    """Metric and band; its ends as `amount` tells them where the metric has a unit."""
    assert claim.test is not None
    first = claim.test.first
    name = label(first.metric)
    if kind(first.metric).unit:
        ends = [amount(first.metric, end) for end in (first.low, first.high) if end is not None]
        return f"{name}: {'at least ' if first.high is None else ''}{' to '.join(ends)}"
    demand = f" in {claim.test.share:.0%} of nights" if claim.test.share else ""
    return f"{name}: {claim.test.words}{demand}"


# ---------------------------------------------------------------- terminal


def terminal(record: Record, columns: Sequence[Column], seed: int) -> Group:
    """The table of one scenario, or the verdicts of several side by side."""
    parts: list[RenderableType] = [Text(line, style="bold") for line in titles(columns, seed)]
    parts += [Text(HOW.replace("*", "")), ""]
    one = columns[0].findings
    if len(columns) == 1:
        rows: list[tuple[Any, ...]] = [
            (f.claim.id, f.claim.said_by, band(f), spread(f), share(f.inside), share(f.reported), share(f.prior),
             f.standing, f.verdict)
            for f in one
        ]  # fmt: skip
        heads: tuple[str, ...] = ("", "said by", "statement", "simulated", "inside", "as reported", "drawn", "worth",
                                  "with these inputs")  # fmt: skip
        parts.append(text.table("", heads, rows, left=9))
    else:
        rows = [
            (f.claim.id, f.claim.said_by, band(f), *(beside(c.findings[i]) for c in columns)) for i, f in enumerate(one)
        ]
        parts.append(text.table("", ("", "said by", "statement", *(c.scenario for c in columns)), rows, left=9))
    for c in columns:
        parts += ["", reports(c), Text(closing(record, c))]
    return Group(*parts)


def titles(columns: Sequence[Column], seed: int) -> list[str]:
    """What was run."""
    return [f"{c.title}: {c.n} simulated nights and {c.n_drawn} with drawn inputs, seed {seed}" for c in columns]


def beside(finding: Finding) -> str:
    """One cell of a table of several scenarios."""
    return f"{spread(finding)}; {finding.inside.share:.0%} inside; {finding.verdict}"


def reports(column: Column) -> Group:
    """One night as each party could have told it."""
    rows = [
        (PARTIES.get(q.party, q.party), q.words, q.least if q.least == q.most else f"{q.least} / {q.most}")
        for q in column.said
    ]
    truth = f"{truth_of(column.said[0])}; 1 of {column.n}, simulated" if column.said else ""
    title = f"{column.scenario}: one night ({truth}) as each party could have reported it"
    return text.table(title, ("", "it could have said", "least and most within the ranges of its model"), rows, left=3)


def truth_of(quoted: Quoted) -> str:
    """What the run was of which a party tells, people rounded."""
    return f"{hurt.count(quoted.killed)} killed, {hurt.count(quoted.wounded)} wounded"


def closing(record: Record, column: Column) -> str:
    """How the rows that could fail have fared."""
    checks = [f for f in column.findings if f.claim.role == "check"]
    worth = sum(bool(f.evidence) for f in checks)
    out = failed(record, column.findings)
    names = ", ".join(f.claim.id for f in out)
    told = f"{len(checks)} check rows" + (f", {worth} of them evidence" if column.n_drawn else "")
    return f"{told}. " + (f"Fit and check rows not met: {names}." if out else "No fit or check row is missed.")


# ---------------------------------------------------------------- page


def page(record: Record, columns: Sequence[Column], seed: int, of: Sequence[Attributions]) -> str:
    """docs/claims.md; `of`: who says so of the tags of each column."""
    body = list(_page(record, columns, seed))
    head = ["# Claims", "", "Generated by `make claims`; do not edit. Every figure is simulated.", "", HOW, ""]
    below = [line for foot in feet("\n".join(body), of) for line in (foot, "")]
    return "\n".join([*head, *below, *body]) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _rows(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(_cell, row)) + " |"
    yield ""


def _page(record: Record, columns: Sequence[Column], seed: int) -> Iterator[str]:
    for title, c in zip(titles(columns, seed), columns, strict=True):
        yield f"- {title}; scenario {c.sha256[:12]}."
    yield from (
        "",
        "## Side by side",
        "",
        "Scenarios of equal standing; median (middle 90 %), share inside, verdict.",
        "",
    )
    first = columns[0].findings
    rows: list[Sequence[object]] = [
        (f.claim.id, f"{f.claim.says} ({f.claim.said_by}, [{f.claim.source}])", band(f),
         *(beside(c.findings[i]) for c in columns))
        for i, f in enumerate(first)
    ]  # fmt: skip
    yield from _rows(("", "statement", "test", *(c.scenario for c in columns)), rows)
    for c in columns:
        yield from (f"## {c.title}", "", closing(record, c), "")
        rows = [
            (f.claim.id, f.claim.said_by, band(f), share(f.inside), share(f.reported), share(f.prior), f.standing,
             f.verdict, ", ".join(f.claim.contests) or "-")
            for f in c.findings
        ]  # fmt: skip
        heads = ("", "said by", "test", "inside", "as reported", "drawn", "worth", "with these inputs", "contests")
        yield from _rows(heads, rows)
        rows = [(PARTIES.get(q.party, q.party), truth_of(q), q.words, q.least, q.most) for q in c.said]
        yield f"One night, replication {c.said[0].replication} (1 of {c.n}, simulated), as each party could have told:"
        yield ""
        yield from _rows(("", "the run", "could have said", "at least", "at most"), rows)
    yield from _rivals(record, columns)
    yield from ("## Statements without a test", "", "Inputs, context and what no metric reaches.", "")
    rows = [
        (c.id, c.says, c.said_by, c.source, c.role, ", ".join(c.contests) or "-") for c in record.claims if not c.test
    ]
    yield from _rows(("", "says", "said by", "source", "role", "contests"), rows)


def _rivals(record: Record, columns: Sequence[Column]) -> Iterator[str]:
    """The three parties' tested statements side by side."""
    yield from ("## Rivals", "", "What each party stated, and how each scenario lies to it as run and as reported.", "")
    for report in record.reports:
        yield from (f"### {PARTIES.get(report.id, report.id)}", "", f"{report.speaker}. {report.model}", "")
        names = [f.claim.id for f in columns[0].findings if f.claim.id in report.claims]
        rows = []
        for name in names:
            found = [next(f for f in c.findings if f.claim.id == name) for c in columns]
            cells = [f"{f.inside.share:.0%} as run, {f.reported.share:.0%} as reported" if f.reported
                     else f"{f.inside.share:.0%} as run" for f in found]  # fmt: skip
            rows.append((name, record.by_id(name).says, band(found[0]), *cells))
        yield from _rows(("", "says", "test", *(c.scenario for c in columns)), rows)
