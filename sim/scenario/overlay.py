"""Variants: one path grammar, `extends:` with `set:`, and `--set`.

A path is keys joined by dots; items of a list are addressed by their id in brackets, never by position:
`units[t72-1].weapons.tank_gun.rounds`. (A list without ids, such as a point, takes a position.) A unit is seen
together with its kind: what it inherits may be overridden by path. `set:` replaces the value at a path, adds a
list item (`units[new-id]: {...}`) or a key, and deletes with `null`; an unknown path is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from sim.scenario.reading import Problem
from sim.scenario.tree import Map, Mark, Seq

ORDERED = frozenset({"ladder"})  # lists with ids whose order means something

Step = str | int
_STEP = re.compile(r"\.?([A-Za-z0-9_<>-]+)|\[([A-Za-z0-9_.-]+)\]")


def parse(path: str) -> list[str] | None:
    """Steps of a path; None if it is not one."""
    steps, at = [], 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None or (at == 0 and path.startswith(".")):
            return None
        if at and found[1] and not path.startswith(".", at):
            return None
        steps.append(found[1] or found[2])
        at = found.end()
    return steps or None


def show(tree: Any, steps: Sequence[Step]) -> str:
    """Path text of steps (keys, and positions in lists) into a tree: lists by id where items have one."""
    text, node = "", tree
    for step in steps:
        if isinstance(node, list) and isinstance(step, int):
            item = node[step] if step < len(node) else None
            name = item.get("id", step) if isinstance(item, dict) else step
            text, node = f"{text}[{name}]", item
        else:
            text = f"{text}.{step}" if text else str(step)
            node = node.get(step) if isinstance(node, dict) else None
    return text


def near(word: str, allowed: Sequence[str]) -> str:
    """`; did you mean ...` or nothing."""
    best = get_close_matches(str(word), [str(name) for name in allowed], n=1, cutoff=0.5)
    return f"; did you mean `{best[0]}`?" if best else ""


def some(names: Sequence[str], most: int = 12) -> str:
    """A short list for a message."""
    shown = ", ".join(str(name) for name in list(names)[:most])
    return f"{shown}, ..." if len(names) > most else shown or "nothing"


def through(node: Any) -> Any:
    """A list or map that stands as `{value: ..., basis: ...}` is itself in every path."""
    inner = node.get("value") if isinstance(node, Map) else None
    return inner if isinstance(inner, Map | Seq) else node


def has_ids(items: Sequence[Any]) -> bool:
    """Whether a list is addressed by id."""
    return bool(items) and all(isinstance(item, dict) and "id" in item for item in items)


def place_of(items: Sequence[Any], step: str) -> int | None:
    """Position of a list item by id, or by position in a list without ids."""
    if has_ids(items):
        return next((n for n, item in enumerate(items) if item["id"] == step), None)
    return int(step) if step.isdigit() and int(step) < len(items) else None


def merge(below: Map, above: Map) -> Map:
    """Deep merge of maps, `above` winning; lists are replaced whole; null takes away."""
    out = Map(above.mark)
    for key, value in below.items():
        if key not in above:
            out.copy_from(below, key, value)
    for key, value in above.items():
        if value is None and key in below:
            continue
        under = below.get(key)
        if isinstance(value, Map) and isinstance(under, Map) and "value" not in value and "value" not in under:
            value = merge(under, value)
        out.copy_from(above, key, value)
    return out


@dataclass(frozen=True)
class Setting:
    """One entry of `set:` or of the command line."""

    path: str
    value: Any
    key_at: Mark
    value_at: Mark
    note: str  # provenance of a number that comes without its own


def _with_note(setting: Setting, value: Any) -> Any:
    """A changed number that says nothing about itself is an assumption of whoever changed it."""
    if isinstance(value, Map | bool | None) or not isinstance(value, str | int | float | list):
        return value
    out = Map(setting.value_at)
    for key, item in (("value", value), ("basis", "assumption"), ("note", setting.note)):
        out.put(key, item, setting.key_at, setting.value_at)
    return out


def _inherited(tree: Map, steps: Sequence[str]) -> Any:
    """What a unit's kind holds at the rest of a path `units[x]...`."""
    node = _kind_of(tree, steps) if len(steps) > 2 else None
    for step in steps[2:]:
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _kind_of(tree: Map, steps: Sequence[str]) -> Any:
    """The kind of the unit that a path `units[x]...` goes through."""
    units, kinds = through(tree.get("units")), through(tree.get("kinds"))
    if len(steps) < 2 or steps[0] != "units" or not isinstance(units, list) or not isinstance(kinds, dict):
        return None
    at = place_of(units, steps[1])
    return kinds.get(units[at].get("kind")) if at is not None and isinstance(units[at], dict) else None


def _step_into(tree: Map, node: Any, steps: Sequence[str], depth: int, setting: Setting) -> tuple[Any, str]:
    """The child of `node` at `steps[depth]`, or why there is none."""
    step, node = steps[depth], through(node)
    if isinstance(node, Seq):
        at = place_of(node, step)
        names = [str(item["id"]) for item in node] if has_ids(node) else [str(n) for n in range(len(node))]
        if at is not None:
            return node[at], ""
        return None, f"there is no [{step}]; allowed: {some(names)}{near(step, names)}"
    if isinstance(node, Map) and "value" not in node:
        if step in node:
            return node[step], ""
        if isinstance(_inherited(tree, steps[: depth + 1]), Map):
            node.put(step, Map(setting.value_at), setting.key_at, setting.value_at)
            return node[step], ""
        kind = _inherited(tree, steps[:depth]) if depth > 2 else _kind_of(tree, steps)
        names = list(dict.fromkeys([*node, *(kind if isinstance(kind, Map) else ())]))
        return None, f"there is no `{step}`; allowed: {some(names)}{near(step, names)}"
    return None, f"`{steps[depth - 1]}` is a single value, there is nothing below it"


def _delete(node: Map | Seq, step: str, inherited: Any) -> str | None:
    if isinstance(node, Seq):
        at = place_of(node, step)
        names = [str(item.get("id")) for item in node if isinstance(item, dict)]
        if at is None:
            return f"there is no [{step}] to take away; allowed: {some(names)}{near(step, names)}"
        del node[at], node.items_at[at]
    elif inherited is not None:
        node.put(step, None, node.mark, node.mark)
    elif step in node:
        del node[step]
    else:
        return f"there is no `{step}` to take away; allowed: {some(list(node))}{near(step, list(node))}"
    return None


def _add_item(node: Seq, step: str, setting: Setting) -> str | None:
    if not isinstance(setting.value, Map):
        names = [str(item.get("id")) for item in node if isinstance(item, dict)]
        return f"there is no [{step}]; a new item is a map; allowed: {some(names)}{near(step, names)}"
    fresh = Map(setting.value.mark)
    fresh.put("id", step, setting.key_at, setting.key_at)
    for key in setting.value:
        fresh.copy_from(setting.value, key, setting.value[key])
    node.add(fresh, setting.value_at)
    return None


def apply(tree: Map, setting: Setting) -> str | None:
    """Carry out one setting in place; a text says why it cannot be done."""
    steps = parse(setting.path)
    if steps is None:
        return "is not a path; allowed: keys joined by dots, list items as [id], as in `units[x].weapons.gun.rounds`"
    node: Any = tree
    for depth in range(len(steps) - 1):
        node, why = _step_into(tree, node, steps, depth, setting)
        if why:
            return why
    last, node = steps[-1], through(node)
    if setting.value is None and isinstance(node, Map | Seq):
        return _delete(node, last, _inherited(tree, steps))
    if isinstance(node, Map) and ("value" not in node or last in node):
        value = _with_note(setting, setting.value)
        node.put(last, value, setting.key_at, setting.value_at)
        return None
    if isinstance(node, Seq):
        at = place_of(node, last)
        if at is None:
            return _add_item(node, last, setting)
        value = setting.value
        if has_ids(node) and isinstance(value, Map) and "id" not in value:
            value.put("id", last, setting.key_at, setting.key_at)
        node[at], node.items_at[at] = value, setting.value_at
        return None
    return f"`{steps[-2]}` is a single value, there is nothing below it"


def apply_all(tree: Map, settings: Sequence[Setting]) -> list[Problem]:
    """Carry out settings in order."""
    problems = []
    for setting in settings:
        why = apply(tree, setting)
        if why is not None:
            problems.append(Problem(setting.key_at, setting.path, why))
    return problems


def in_order(tree: Any, key: str = "") -> Any:
    """The same tree with every list of items with ids sorted, so that order in a list means nothing.

    Curves go by range, schedules by time, all else by id; ladders keep their order.
    """
    if isinstance(tree, Map):
        for name, value in tree.items():
            if isinstance(value, Map | Seq):
                tree[name] = in_order(value, name)
    elif isinstance(tree, Seq):
        for item in tree:
            in_order(item)
        if key not in ORDERED and has_ids(tree):
            pairs = sorted(zip(tree, tree.items_at, strict=True), key=lambda pair: _rank(pair[0]))
            tree[:] = [pair[0] for pair in pairs]
            tree.items_at[:] = [pair[1] for pair in pairs]
    return tree


def _rank(item: Map) -> tuple[str, str]:
    at = item.get("at") if "light" in item or "visibility" in item else None
    at = at.get("value") if isinstance(at, dict) else at
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC).isoformat() if isinstance(at, str) else ""
    except ValueError:
        moment = ""
    return moment, str(item["id"])


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a tree with its path text."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list):
        ids = has_ids(tree)
        for n, value in enumerate(tree):
            yield from leaves(value, f"{path}[{value['id'] if ids else n}]")
    else:
        yield path, tree
