"""What a recording says about itself and its numbers: claims, sources, provenance rows, verdicts. No drawing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sim.recording import Recording

MOST_ROWS = 20_000


@dataclass(frozen=True)
class Claim:
    """A thing that was said about the night, by whom, and how sure."""

    id: str
    says: str
    value: str
    source: str
    confidence: str
    kind: str
    metric: str
    low: float | None = None
    high: float | None = None
    speaker: str = ""
    contests: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where a number of the scenario comes from."""

    path: str
    value: str
    unit: str
    low: str
    high: str
    basis: str
    source: str
    claim: str
    confidence: str
    note: str
    readers: tuple[str, ...]


def _yaml(data: bytes | None) -> Any:
    if not data or len(data) > 4_000_000:
        return None
    from ruamel.yaml import YAML, YAMLError

    try:
        return YAML(typ="safe", pure=True).load(data.decode("utf-8", "replace"))
    except (YAMLError, ValueError, RecursionError):
        return None


def _say(value: Any, most: int = 400) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_say(v, 60) for v in list(value)[:8])
    return " ".join(str(value).split())[:most]


def _rows(told: Any, key: str) -> list[dict[str, Any]]:
    """Rows of a list or a mapping of ids, or of either under `key`."""
    if isinstance(told, dict) and isinstance(told.get(key), list | dict):
        told = told[key]
    if isinstance(told, dict):
        told = [{"id": name, **row} for name, row in told.items() if isinstance(row, dict)]
    return [row for row in told if isinstance(row, dict)][:MOST_ROWS] if isinstance(told, list) else []


def _numbers(row: dict[str, Any]) -> str:
    """The numbers of a claim: `20 rounds, 30 rounds, 500 m`."""
    told = row.get("numbers", row.get("value"))
    if isinstance(told, list):
        parts = [
            f"{_say(n.get('value'))} {_say(n.get('unit'))}".strip() if isinstance(n, dict) else _say(n)
            for n in told[:6]
        ]
        return ", ".join(dict.fromkeys(p for p in parts if p))
    return _say(told)


def _band(test: Any) -> tuple[str, float | None, float | None]:
    """The metric that a claim tests, and its band."""
    if not isinstance(test, dict):
        return _say(test), None, None
    band = test.get("band")
    ends: list[float | None] = [None, None]
    if isinstance(band, list) and len(band) == 2:
        ends = [float(v) if isinstance(v, int | float) and not isinstance(v, bool) else None for v in band]
    return _say(test.get("metric")), ends[0], ends[1]


def claims(recording: Recording) -> list[Claim]:
    """The claims that lie in the recording."""
    out = []
    for row in _rows(_yaml(recording.attachments.get("claims.yaml")), "claims"):
        metric, low, high = _band(row.get("test", row.get("metric")))
        out.append(
            Claim(
                id=_say(row.get("id")),
                says=_say(row.get("says") or row.get("text")),
                value=_numbers(row),
                source=_say(row.get("source")),
                confidence=_say(row.get("confidence")),
                kind=_say(row.get("role") or row.get("class")),
                metric=metric,
                low=low,
                high=high,
                speaker=_say(row.get("said_by")),
                contests=_say(row.get("contests")),
            )
        )
    return out


def sources(recording: Recording) -> dict[str, str]:
    """Source id to title."""
    data = recording.attachments.get("sources.json") or recording.attachments.get("sources.yaml")
    rows = _rows(_yaml(data), "sources")
    return {_say(row.get("id")): _say(row.get("title") or row.get("name")) for row in rows}


def provenance(recording: Recording) -> list[Provenance]:
    """The flat table of numbers with their basis."""
    data = recording.attachments.get("provenance.json")
    if not data:
        return []
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return []
    out = []
    for row in _rows(told, "rows"):
        readers = row.get("readers")
        out.append(
            Provenance(
                *(_say(row.get(k)) for k in ("path", "value", "unit", "low", "high", "basis")),
                *(_say(row.get(k)) for k in ("source", "claim", "confidence", "note")),
                readers=tuple(_say(r, 60) for r in readers[:12]) if isinstance(readers, list) else (),
            )
        )
    return out


@dataclass(frozen=True)
class Papers:
    """All of it, read once and only when somebody asks."""

    claims: tuple[Claim, ...]
    sources: dict[str, str]
    provenance: tuple[Provenance, ...]

    @classmethod
    def of(cls, recording: Recording) -> Papers:
        """Read the attachments."""
        return cls(tuple(claims(recording)), sources(recording), tuple(provenance(recording)))

    def about(self, path_part: str) -> Provenance | None:
        """The first row whose path contains these words."""
        return next((p for p in self.provenance if path_part and path_part in p.path), None)

    def claim(self, name: str) -> Claim | None:
        """One claim by its id."""
        return next((c for c in self.claims if c.id == name), None)

    def shares(self) -> dict[str, int]:
        """How many numbers are stated, derived, analogue, assumption."""
        out: dict[str, int] = {}
        for row in self.provenance:
            out[row.basis or "unknown"] = out.get(row.basis or "unknown", 0) + 1
        return out
