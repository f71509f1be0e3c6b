"""What is known of the numbers of a scenario: where they come from, who says otherwise, and what they move.

What a number moves was measured once and lies beside the scenario (`screening.json`, which `make screening` writes):
rank correlations over histories in which every disputed input was drawn at once. It is of the scenario it names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.claims import Record
from sim.experiment import claims_table
from sim.metrics.words import label
from sim.scenario import ScenarioError, numbers
from sim.scenario.overlay import near, parse, some
from sim.scenario.schema import ProvenanceRow

if TYPE_CHECKING:
    from rich.console import Group

    from sim.scenario import Scenario

SCREENING = "screening.json"
MOST = 5
Answer = list[tuple[ProvenanceRow, dict[str, Any]]]
"""Every number at a path with `about` it."""


def answer(scenario: Scenario, path: str) -> Answer:
    """All numbers at a path and below, those of the reporting models included. Raises ScenarioError."""
    reporting = (parse(path) or [""])[0] == "reports"
    rows = reported(scenario, path) if reporting else numbers(scenario, path)
    return [(row, about(scenario, row)) for row in rows]


def reported(scenario: Scenario, path: str) -> list[ProvenanceRow]:
    """The parameters of what a party could have reported, `reports[coalition].dead_seen`. Raises ScenarioError."""
    steps = [step for step in (parse(path) or [])[1:] if step != "parameters"]
    record = claims_table.record_of(scenario)
    rows = [
        ProvenanceRow(path=f"reports[{report.id}].{p.id}", number=p.number, unit=p.unit, lower=p.low, upper=p.high,
                      least=p.low, most=p.high,
                      basis=p.basis, claim_id=p.claim or None, remark="; ".join(filter(None, (p.what, p.note))))
        for report in record.reports for p in report.parameters
    ]  # fmt: skip
    found = [row for row in rows if (parse(row.path) or [])[1 : 1 + len(steps)] == steps]
    if not found:
        known = [row.path for row in rows]
        raise ScenarioError(
            [f"{scenario.id}: {path}: there is no number at this path; allowed: {some(known)}{near(path, known)}"]
        )
    return found


def about(scenario: Scenario, row: ProvenanceRow) -> dict[str, Any]:
    """{sources, claims, disputed_by, moves, readers}: each a list, empty where there is nothing."""
    from sim.recorder.readers import readers

    record = claims_table.record_of(scenario) if scenario.claims_file is not None else None
    ids = [name for name in _names(row.claim_id) if record is not None and name in {c.id for c in record.claims}]
    named = [*_names(row.source_id), *(record.by_id(name).source for name in ids if record is not None)]
    sources = [
        {"id": name, "title": scenario.sources[name].title, "address": scenario.sources[name].address}
        for name in dict.fromkeys(named)
        if name in scenario.sources
    ]
    told = [_claim(record, name) for name in ids] if record is not None else []
    against = dict.fromkeys(other for name in ids if record is not None for other in record.by_id(name).contests)
    disputed = [_claim(record, name) for name in against] if record is not None else []
    return {
        "sources": sources, "claims": told, "disputed_by": disputed, "moves": moves(scenario, row.path),
        "readers": ["claims"] if row.path.startswith("reports[") else readers(row.path),
    }  # fmt: skip


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _claim(record: Record, name: str) -> dict[str, str]:
    claim = record.by_id(name)
    return {"id": claim.id, "said_by": claim.said_by, "says": claim.says}


def moves(scenario: Scenario, path: str) -> list[dict[str, Any]]:
    """The metrics a number moves most, by the stored screening; those that stand out first."""
    if scenario.claims_file is None:
        return []
    file = Path(scenario.folder) / Path(scenario.claims_file).parent / SCREENING
    if not file.is_file():
        return []
    body = json.loads(file.read_text("utf-8"))
    rows = [
        {"metric": name, "rank_correlation": dials[path][0], "clear": dials[path][1],
         "of": f"{body['histories']} histories of {body['scenario']} {body['sha256'][:12]}"}
        for name, dials in body["metrics"].items()
        if path in dials
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row["clear"], -abs(row["rank_correlation"])))[:MOST]


def statement(scenario: Scenario, path: str) -> dict[str, Any]:
    """What is known of `claims[C17]`: who says it, who contests it, which numbers of the scenario rest on it. Raises
    ScenarioError."""
    record, name = claims_table.record_of(scenario), ((parse(path) or []) + [""])[1]
    known = [claim.id for claim in record.claims]
    if name not in known:
        raise ScenarioError(
            [f"{scenario.id}: {path}: there is no such statement; allowed: {some(known)}{near(name, known)}"]
        )
    claim, source = record.by_id(name), scenario.sources.get(record.by_id(name).source)
    from_ = ", ".join(filter(None, (f"{claim.source}: {source.title}", source.address))) if source else claim.source
    rest = [row.path for row in scenario.provenance if name in _names(row.claim_id)]
    return {
        "id": name, "says": claim.says, "said_by": claim.said_by, "when": claim.when, "role": claim.role,
        "confidence": claim.confidence, "test": f"{claim.test.first.metric} {claim.test.words}" if claim.test else "",
        "source": from_,
        "contested_by": [_claim(record, other) for other in claim.contests], "numbers": rest,
    }  # fmt: skip


def statement_in_words(scenario: str, told: dict[str, Any]) -> Group:
    """A statement as a table of two columns."""
    from rich.text import Text

    from sim.report import text

    keys = ("says", "said_by", "when", "source", "confidence", "role", "test")
    rows = [(key.replace("_", " "), str(told[key])) for key in keys if told[key]]
    rows += [("contested by", f"{one['id']}, {one['said_by']}: {one['says']}") for one in told["contested_by"]]
    rows += [(f"number of {scenario} that rests on it", path) for path in told["numbers"]]
    return text.table(told["id"], ("", ""), [(key, Text(words)) for key, words in rows], left=2)


# ---------------------------------------------------------------- as JSON and in words


def as_json(found: Answer) -> dict[str, Any]:
    """One number as it is; of several, a list."""
    rows = [row.model_dump(mode="json", by_alias=True) | more for row, more in found]
    return rows[0] if len(rows) == 1 else {"schema": 1, "numbers": rows}


def in_words(path: str, heads: Sequence[str], answers: Sequence[Answer]) -> Group:
    """One number in full, several in a line each; of several scenarios a column for each."""
    from rich.text import Text

    from sim.report import text

    if len(answers) == 1 and len(answers[0]) > 1:
        rows = [
            (
                Text(row.path),
                value(row),
                span(row),
                row.basis,
                row.trust,
                ", ".join(_names(row.claim_id) + _names(row.source_id)),
            )
            for row, _ in answers[0]
        ]
        columns = ("number", "value", "range", "basis", "confidence", "claim, source")
        return text.table(f"{path}: {len(rows)} numbers", columns, rows, left=6)
    if max(map(len, answers)) > 1:
        told = [{row.path: f"{value(row)} ({row.basis or '-'})" for row, _ in column} for column in answers]
        paths = dict.fromkeys(name for column in told for name in column)
        listed = [(Text(name), *(column.get(name, "is not there") for column in told)) for name in paths]
        return text.table(f"{path}: value (basis)", ("number", *heads), listed, left=9)
    facts = [_facts(path, *column[0]) if column else {"value": ["is not there"]} for column in answers]
    keys = [key for key in _ORDER if any(key in fact for fact in facts)]
    lines = [
        (
            Text(key if k == 0 else ""),
            *(Text(fact.get(key, [])[k] if k < len(fact.get(key, [])) else "") for fact in facts),
        )
        for key in keys
        for k in range(max(len(fact.get(key, [])) for fact in facts))
    ]
    return text.table(path, ("", *heads) if len(answers) > 1 else ("", ""), lines, left=9)


_ORDER = ("value", "range", "basis", "confidence", "note", "source", "stated by", "disputed by", "inherited from",
          "read by", "moves", "screening")  # fmt: skip


def value(row: ProvenanceRow) -> str:
    """A number with its unit."""
    return f"{row.number} {row.unit}".strip()


def span(row: ProvenanceRow) -> str:
    """How far a number may be out; a dash where nothing is said of it."""
    if row.least is None:
        return "-"
    return (f"{row.least} {row.unit}" if row.least == row.most else f"{row.least} to {row.most} {row.unit}").strip()


def disputed(row: ProvenanceRow) -> bool:
    """Whether histories draw it anew."""
    return row.lower is not None or row.upper is not None


def _facts(path: str, row: ProvenanceRow, more: dict[str, Any]) -> dict[str, list[str]]:
    """What is known of a number, by `_ORDER`, each fact a line; left out where nothing is known."""
    found: dict[str, list[str]] = {"value": [value(row)], "basis": [row.basis or "not said"]}
    if span(row) != "-":
        found["range"] = [span(row) if disputed(row) else f"{span(row)}; held, no history draws it"]
    found |= {key: [words] for key, words in (("confidence", row.trust), ("note", row.remark)) if words}
    found["source"] = [
        f"{s['id']}: {s['title']}" + (f", {s['address']}" if s["address"] else "") for s in more["sources"]
    ]
    for key, words in (("claims", "stated by"), ("disputed_by", "disputed by")):
        found[words] = [f"{one['id']}, {one['said_by']}: {one['says']}" for one in more[key]]
    if row.path != path:
        found["inherited from"] = [row.path]
    if more["readers"]:
        found["read by"] = [", ".join(more["readers"])]
    for one in more["moves"]:
        clear = "stands out" if one["clear"] else "does not stand out from chance"
        told = f"{label(one['metric'])}: rank correlation {one['rank_correlation']:+.2f}, {clear}"
        found.setdefault("moves", []).append(told)
    if not more["moves"]:
        none = "it is not among the inputs of the stored screening" if disputed(row) else "it is held"
        found["moves"] = [f"not measured: {none}"]
    if more["moves"]:
        found["screening"] = [more["moves"][0]["of"]]
    return {key: lines for key, lines in found.items() if lines}
