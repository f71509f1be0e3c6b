"""Holding numbers against what is said of them: claims, sources, bases, bounds; and the table of it all."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario import doubt, quantity
from sim.scenario.overlay import near, some
from sim.scenario.provenance import BASES, TRUST, Fact
from sim.scenario.reading import Problem, read_yaml
from sim.scenario.schema import ProvenanceRow

_NUMBERS = re.compile(r"^( +)numbers:.*\n?(?:\1 .*\n?|\n)*", re.MULTILINE)
_HEAD = re.compile(r"^ *- id: *(\S+) *$", re.MULTILINE)
_RATING = re.compile(r"^ +(confidence|source): *(\S+) *$", re.MULTILINE)


class Claims:
    """The claims a scenario may cite. Only those that are cited are parsed."""

    def __init__(self, text: str, shown: str) -> None:
        heads = list(_HEAD.finditer(text))
        ends = [*(head.start() for head in heads[1:]), len(text)][: len(heads)]
        self.shown = shown
        self._text = {head[1]: text[head.start() : end] for head, end in zip(heads, ends, strict=True)}
        self._numbers: dict[str, list[tuple[Any, str, str | None]]] = {}

    @property
    def ids(self) -> list[str]:
        """Every claim id of the file."""
        return list(self._text)

    def numbers(self, claim: str) -> list[tuple[Any, str, str | None]]:
        """(value, unit, absolute time or None) of every number in a claim."""
        if claim not in self._numbers:
            block = _NUMBERS.search(self._text[claim])
            root, _ = read_yaml(textwrap.dedent(block[0]), self.shown) if block else ({}, [])
            found = root.get("numbers") if isinstance(root, dict) else None
            rows = [row for row in found or () if isinstance(row, dict) and "value" in row]
            self._numbers[claim] = [(row["value"], str(row.get("unit") or ""), row.get("at")) for row in rows]
        return self._numbers[claim]

    def rating(self, claim: str) -> tuple[str | None, str | None]:
        """(confidence, source) as written at a claim, each None if it is not there."""
        found = dict(_RATING.findall(self._text[claim]))
        return found.get("confidence"), found.get("source")

    def holds(self, claim: str, raw: Any) -> bool:
        """Whether a number stands in a claim, compared in SI."""
        return any(_same(raw, *number) for number in self.numbers(claim))


def _same(raw: Any, value: Any, unit: str, at: str | None) -> bool:
    if isinstance(raw, str) and quantity.is_moment(raw):
        try:
            return at is not None and quantity.moment(raw) == quantity.moment(at)
        except ValueError:
            return False
    if not isinstance(value, int | float):
        return False
    mine = quantity.read(raw) if isinstance(raw, str) else None
    if mine is None:
        shares = (value, value / 100) if unit == "percent" else (value,)
        return not isinstance(raw, str) and any(math.isclose(raw, share, rel_tol=1e-9) for share in shares)
    theirs = quantity.read(f"{value} {unit}")
    return theirs is not None and theirs[1] is mine[1] and math.isclose(mine[0], theirs[0], rel_tol=1e-6)


def problems(facts: list[Fact], published: bool, sources: Mapping[str, Any], claims: Claims | None) -> list[Problem]:
    """What the facts of a scenario owe: basis, note, source, claim, order of low, value and high."""
    return [Problem(fact.mark, fact.path, text) for fact in facts for text in _faults(fact, published, sources, claims)]


def _names(given: Any) -> list[str]:
    return [str(name) for name in given] if isinstance(given, list) else [] if given is None else [str(given)]


def _faults(fact: Fact, published: bool, sources: Mapping[str, Any], claims: Claims | None) -> Iterator[str]:
    about, basis = fact.about, fact.about.get("basis")
    if basis is None:
        if published and fact.numeric:
            yield f"{fact.raw} has no basis; allowed: basis {some(BASES)}, here or at a map above"
    elif basis not in BASES:
        yield f"basis {basis!r} is not allowed; allowed: {some(BASES)}{near(str(basis), BASES)}"
    elif basis == "assumption" and not about.get("note"):
        yield "an assumption needs a `note` that says what it rests on"
    elif not any(about.get(key) for key in ("note", "source", "claim")):
        yield f"basis {basis} needs a source, a claim or a note"
    trust = about.get("confidence")
    if trust is not None and trust not in TRUST:
        yield f"confidence {trust!r} is not allowed; allowed: {some(TRUST)}"
    yield from doubt.faults(about.get("doubt"))
    for name in _names(about.get("source")):
        if name not in sources:
            yield f"there is no source `{name}`; allowed: an id of `sources`{near(name, list(sources))}"
    known = claims.ids if claims is not None else []
    for name in _names(about.get("claim")):
        if name not in known:
            yield f"there is no claim `{name}`; allowed: an id of `claims_file`{near(name, known)}"
    if basis == "stated":
        yield from _stated(fact, claims)
    yield from _bounds(fact)


def _stated(fact: Fact, claims: Claims | None) -> Iterator[str]:
    names = _names(fact.about.get("claim"))
    if not names:
        yield "`stated` needs the id of a `claim`"
    elif claims is None or not fact.numeric or not all(name in claims.ids for name in names):
        return
    elif not any(claims.holds(name, fact.raw) for name in names):
        rows = [row for name in names for row in claims.numbers(name)]
        has = [f"{value} {unit}".strip() if at is None else at for value, unit, at in rows]
        yield f"{fact.raw} is not among the numbers of claim {some(names)}; allowed: {some(has)}"


def _bounds(fact: Fact) -> Iterator[str]:
    for key in ("low", "high"):
        bound = fact.about.get(key)
        if bound is None or not fact.numeric:
            continue
        pair = _si(bound), _si(fact.raw)
        if pair[0] is None or pair[1] is None or pair[0][1] != pair[1][1]:
            yield f"{key} {bound!r} is not of the kind of the value {fact.raw!r}"
        elif (pair[0][0] > pair[1][0]) if key == "low" else (pair[0][0] < pair[1][0]):
            yield f"{key} {bound!r} is on the wrong side of the value {fact.raw!r}; allowed: low <= value <= high"


def _si(raw: Any) -> tuple[float, str] | None:
    """Comparable number and its kind."""
    if isinstance(raw, str):
        if quantity.is_moment(raw):
            try:
                return quantity.moment(raw).timestamp(), "time"
            except ValueError:
                return None
        found = quantity.read(raw)
        return (found[0], found[1].name) if found else None
    return (float(raw), "") if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def confidence(about: Mapping[str, Any], sources: Mapping[str, Any], claims: Claims | None) -> str | None:
    """H, M or L of a number: as written at it or above; else the lowest rating of what it is stated in or derived from.

    A claim that is contested or not rated counts as its source, contested at most as L. Analogues and assumptions are L
    even beside a claim: their numbers are not the claim's. None without a basis.
    """
    written, basis = about.get("confidence"), about.get("basis")
    if written is not None or basis is None:
        return written
    found = []
    if basis in ("stated", "derived"):
        for name in _names(about.get("claim")):
            own, source = claims.rating(name) if claims is not None else (None, None)
            found.append("L" if own == "contested" else own if own in TRUST else _of_source(source, sources))
        found += [_of_source(name, sources) for name in _names(about.get("source"))]
    return max(found, key=TRUST.index, default="L")


def _of_source(name: str | None, sources: Mapping[str, Any]) -> str:
    source = sources.get(name or "")
    rating = source.get("trust") if isinstance(source, Mapping) else None
    return rating if rating in TRUST else "L"


def row(fact: Fact, sources: Mapping[str, Any], claims: Claims | None) -> ProvenanceRow:
    """A line of the provenance table: numbers in the unit they were written in."""
    value, unit = _split(fact.raw)
    about = fact.about
    joined = {key: ", ".join(_names(about.get(key))) or None for key in ("source", "claim")}
    ends = _in_unit(about.get("low"), unit), _in_unit(about.get("high"), unit)
    disputed = tuple(value if end is None else end for end in ends) if ends != (None, None) else None
    least, most = disputed or doubt.bounds(fact.raw, value, unit, about.get("doubt"))
    return ProvenanceRow(
        path=fact.path, number=value, unit=unit, lower=ends[0], upper=ends[1], least=least, most=most,
        basis=about.get("basis"), source_id=joined["source"], claim_id=joined["claim"],
        trust=confidence(about, sources, claims), remark=about.get("note"),
    )  # fmt: skip


def _split(raw: Any) -> tuple[Any, str]:
    if isinstance(raw, str) and quantity.read(raw) is not None:
        found = re.match(quantity.NUMBER, raw)
        assert found is not None
        number = float(found[0])
        return (int(number) if number.is_integer() else number), raw[found.end() :].strip()
    return raw, ("time" if isinstance(raw, str) and quantity.is_moment(raw) else "")


def _in_unit(raw: Any, unit: str) -> Any:
    value, own = _split(raw)
    if raw is None or own == unit or unit in ("", "time"):
        return value
    mine, one = _si(raw), _si(f"1 {unit}")
    return float(f"{mine[0] / one[0]:.12g}") if mine is not None and one is not None else value
