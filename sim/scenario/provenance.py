"""Every number has a unit, a source and a doubt: provenance is read here and taken off the tree.

`{value, low, high, doubt, basis, source, claim, confidence, note}` stands at a value; the same keys without value, low
and high, or a `provenance:` map of them, stand at a map and hold for what lies below, until a map or value below
names a basis of its own. A unit's own numbers (its slot) inherit from its formation. `stated` is never inherited:
it names a claim, and the number is among that claim's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.scenario import quantity
from sim.scenario.overlay import has_ids, near, some, through
from sim.scenario.reading import Problem
from sim.scenario.tree import Map, Mark, Seq

BASES = ("stated", "derived", "analogue", "assumption")
KEYS = frozenset({"basis", "source", "claim", "low", "high", "doubt", "confidence", "note"})
TRUST = ("H", "M", "L")
NO_NUMBERS = frozenset({"sources", "khusham", "replications", "tags"})  # of the root: nothing there to account for


@dataclass(frozen=True)
class Fact:
    """One value and what is known about it, as written."""

    path: str
    raw: Any
    mark: Mark
    about: Mapping[str, Any]

    @property
    def numeric(self) -> bool:
        """Whether the value is a number, a quantity or a time."""
        return is_number(self.raw)


def is_number(raw: Any) -> bool:
    """Whether a scalar of the tree is a number, a quantity or a time."""
    if isinstance(raw, str):
        return quantity.read(raw) is not None or quantity.is_moment(raw)
    return isinstance(raw, int | float) and not isinstance(raw, bool)


@dataclass
class TakenOff:
    """A tree without provenance, the facts that were in it, and what is wrong with their form."""

    tree: Map
    facts: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, mark: Mark, path: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(mark, path, text))


def _own(node: Map, path: str, out: TakenOff) -> dict[str, Any]:
    """Provenance keys of a map, from its `provenance:` map and beside its other keys."""
    own: dict[str, Any] = {}
    inner = node.get("provenance")
    if isinstance(inner, Map):
        for key in inner:
            if key not in KEYS:
                text = f"unknown key `{key}`; allowed: {some(sorted(KEYS))}{near(key, sorted(KEYS))}"
                out.wrong(inner.keys_at[key], f"{path}.provenance", text)
        own |= {key: inner[key] for key in inner if key in KEYS}
    elif "provenance" in node:
        out.wrong(node.values_at["provenance"], path, f"`provenance` is a map; allowed keys: {some(sorted(KEYS))}")
    return own | {key: node[key] for key in node if key in KEYS}


def _joined(above: Mapping[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What holds below: a basis of its own replaces what comes from above, anything less adds to it."""
    base = {} if "basis" in own or above.get("basis") == "stated" else dict(above)
    return base | own


def _valued(node: Map, path: str, above: Mapping[str, Any], out: TakenOff) -> Any:
    """A map with `value`: the value alone goes on."""
    for key in node:
        if key != "value" and key not in KEYS:
            allowed = ["value", *sorted(KEYS)]
            text = f"unknown key `{key}` beside `value`; allowed: {some(allowed)}{near(key, allowed)}"
            out.wrong(node.keys_at[key], path, text)
    about = _joined(above, _own(node, path, out))
    value, mark = node["value"], node.values_at["value"]
    if isinstance(value, Map | Seq):
        for key in ("low", "high"):
            if key in node:
                out.wrong(node.keys_at[key], path, f"`{key}` stands beside a single value")
        return _walk(value, path, mark, about, out)
    out.facts.append(Fact(path, value, mark, about))
    return value


def _walk(node: Any, path: str, mark: Mark, above: Mapping[str, Any], out: TakenOff) -> Any:
    if isinstance(node, Map):
        if "value" in node:
            return _valued(node, path, above, out)
        own = _own(node, path, out)
        for key in ("low", "high"):
            if own.pop(key, None) is not None:
                out.wrong(node.mark, path, f"`{key}` stands beside a single `value`")
        if own.get("basis") == "stated":
            out.wrong(node.mark, path, "`stated` holds for one value; write it beside `value`, not at a map")
        about, clean = _joined(above, own), Map(node.mark)
        for key, value in node.items():
            if key not in KEYS and key != "provenance":
                at = node.values_at[key]
                below = f"{path}.{key}"
                clean.put(key, _walk(value, below, at, about, out), node.keys_at[key], at)
        return clean
    if isinstance(node, Seq):
        items, ids = Seq(node.mark), has_ids(node)
        for n, item in enumerate(node):
            name = f"{path}[{item['id'] if ids else n}]"
            items.add(_walk(item, name, node.items_at[n], above, out), node.items_at[n])
        return items
    if is_number(node):
        out.facts.append(Fact(path, node, mark, above))
    return node


def take_off(tree: Map) -> TakenOff:
    """Split a resolved tree into the bare tree and what is known about its numbers."""
    out = TakenOff(Map(tree.mark))
    root = _own(tree, "", out)
    formations = _of_formations(tree, root, out)
    for key, value in tree.items():
        if key in KEYS or key == "provenance":
            continue
        at = tree.values_at[key]
        if key in NO_NUMBERS:
            clean = value
        elif key == "units" and isinstance(value, Seq):
            clean = Seq(value.mark)
            for n, unit in enumerate(value):
                name, above = str(n), dict(root)
                if isinstance(unit, Map):
                    name, above = str(unit.get("id", n)), formations.get(str(unit.get("formation")), root)
                clean.add(_walk(unit, f"units[{name}]", value.items_at[n], above, out), value.items_at[n])
        else:
            clean = _walk(value, key, at, root, out)
        out.tree.put(key, clean, tree.keys_at[key], at)
    return out


def _of_formations(tree: Map, root: Mapping[str, Any], out: TakenOff) -> dict[str, dict[str, Any]]:
    rows = through(tree.get("formations"))
    quiet = TakenOff(out.tree)
    if not isinstance(rows, Seq):
        return {}
    return {str(row.get("id")): _joined(root, _own(row, "", quiet)) for row in rows if isinstance(row, Map)}
