"""What is known of one number of a scenario: where it comes from, who says otherwise, and what it moves.

What it moves was measured once and lies beside the scenario (`screening.json`, which `make screening` writes): rank
correlations over histories in which every disputed input was drawn at once. It is of the scenario it names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.claims import Record
from sim.experiment import claims_table

if TYPE_CHECKING:
    from rich.console import Group

    from sim.scenario import Scenario
    from sim.scenario.schema import ProvenanceRow

SCREENING = "screening.json"
MOST = 5


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
        "readers": readers(row.path),
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


def in_words(path: str, row: ProvenanceRow, more: dict[str, Any]) -> Group:
    """All of it as a table of two columns."""
    from rich.console import Group
    from rich.text import Text

    from sim.report import text

    unit = f" {row.unit}" if row.unit else ""
    rows: list[tuple[str, object]] = [("value", f"{row.number}{unit}")]
    if row.lower is not None or row.upper is not None:
        rows.append(("range", f"{row.lower} to {row.upper}{unit}"))
    rows += [("basis", row.basis or "not said"), ("confidence", row.trust), ("note", row.remark)]
    for one in more["sources"]:
        rows.append(("source", f"{one['id']}: {one['title']}" + (f", {one['address']}" if one["address"] else "")))
    for key, words in (("claims", "stated by"), ("disputed_by", "disputed by")):
        rows += [(words, f"{one['id']}, {one['said_by']}: {one['says']}") for one in more[key]]
    if row.path != path:
        rows.append(("inherited from", Text(row.path)))
    if more["readers"]:
        rows.append(("read by", ", ".join(more["readers"])))
    for one in more["moves"]:
        clear = "stands out" if one["clear"] else "does not stand out from chance"
        rows.append(
            ("moves", f"{one['metric'].replace('_', ' ')}: rank correlation {one['rank_correlation']:+.2f}, {clear}")
        )
    if more["moves"]:
        rows.append(("screening", more["moves"][0]["of"]))
    return Group(text.table(path, ("", ""), [row for row in rows if row[1] is not None], left=2))
