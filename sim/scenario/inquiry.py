"""Questions to scenarios: what is known of a number, how two differ, which variants lie in a folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from sim.scenario.overlay import leaves, parse, some
from sim.scenario.provenance import KEYS
from sim.scenario.reading import Problem, ScenarioError, read_bytes, read_map, read_yaml
from sim.scenario.schema import ProvenanceRow, Scenario
from sim.scenario.tree import Map, Mark, Seq

_HEAD = re.compile(r"^# ([^.\n]+)\. Bears on ((?:[CS]\d\d(?:, (?:\n# )?|,\n# )?)+)\.", re.MULTILINE)
"""The comment with which a shipped variant begins: its row of docs/variants.md and the statements it bears on."""


class Variant(NamedTuple):
    """A scenario file of a folder."""

    path: str
    id: str
    title: str
    question: str
    row: str
    """As `V06, ablation`; "" where the file begins with no such comment."""
    claims: tuple[str, ...]


def variants(folder: str | Path) -> list[Variant]:
    """The scenario files of a folder, by name; what cannot be read is left out (`check` tells why)."""
    rows = []
    for file in sorted(Path(folder).glob("*.yaml")):
        try:
            raw = read_bytes(file, str(file))
            tree, _ = read_map(raw, str(file))
        except ScenarioError:
            continue
        if "khusham" in tree or "extends" in tree:
            words = [str(tree.get(key) or "") for key in ("id", "title", "question")]
            head = _HEAD.search(raw.decode())
            claims = tuple(re.findall(r"[CS]\d\d", head[2])) if head else ()
            rows.append(Variant(str(file), words[0], words[1], words[2], head[1] if head else "", claims))
    return rows


def numbers(scenario: Scenario, path: str) -> list[ProvenanceRow]:
    """What is known of every number at a path and below. A unit has the numbers of its kind too, save those it gives
    itself; of what neither holds (its speed) it has what bears that name in its formation. Raises ScenarioError."""
    index = {tuple(parse(row.path) or ()): row for row in scenario.provenance}
    steps = tuple(parse(path) or ())
    found = {at[len(steps) :]: row for at, row in index.items() if at[: len(steps)] == steps} if steps else {}
    unit = next((unit for unit in scenario.units if steps[:1] == ("units",) and unit.id in steps[1:2]), None)
    known = list(index)
    if unit is not None:
        kind, legs = ("kinds", unit.kind, *steps[2:]), ("formations", unit.formation)
        found = {at[len(kind) :]: row for at, row in index.items() if at[: len(kind)] == kind} | found
        if not found:
            found = {at: row for at, row in index.items() if at[:2] == legs and at[-1:] == steps[2:]}
        known += [(*steps[:2], *at[2:]) for at in index if at[:2] == kind[:2]]
        known += [(*steps[:2], at[-1]) for at in index if at[:2] == legs and not at[-1].isdigit()]
    if not found:
        raise ScenarioError([str(Problem(Mark(scenario.id, 0, 0), path, _astray(index, known, path)))])
    return list(found.values())


def explain(scenario: Scenario, path: str) -> ProvenanceRow:
    """What is known of the one number at a path, or of the time of a delay; a unit's inherited number is found in its
    kind. Raises ScenarioError."""
    rows = {row.path: row for row in scenario.provenance}
    steps, tried = parse(path) or [], [path]
    if len(steps) > 2 and steps[0] == "units":
        kind = next((unit.kind for unit in scenario.units if unit.id == steps[1]), None)
        tried.append(f"kinds.{kind}{path.partition(']')[2]}")
    for name in [*tried, *(f"{name}.time" for name in tried)]:
        if name in rows:
            return rows[name]
    found = [row.path for row in numbers(scenario, path)]
    hint = f"there is no number at this path; it holds `{found[0]}`" + (
        f" and {len(found) - 1} more" if found[1:] else ""
    )
    raise ScenarioError([str(Problem(Mark(scenario.id, 0, 0), path, hint))])


def _astray(index: Mapping[tuple[str, ...], ProvenanceRow], known: Sequence[tuple[str, ...]], path: str) -> str:
    """Where a path leaves what there is, and what could have been meant."""
    steps = tuple(parse(path) or ())
    if not steps:
        return "is no path; allowed: such as units[t72-1].weapons.tank_gun.rounds"
    right = max(n for n in range(len(steps)) if any(at[:n] == steps[:n] for at in known))
    below = list(dict.fromkeys(at[right] for at in known if at[:right] == steps[:right] and len(at) > right))
    close = get_close_matches(steps[right], below, n=1, cutoff=0.5)
    hint = f"; did you mean `{close[0].join(path.rsplit(steps[right], 1))}`?" if close else ""
    alike = [row.path for at, row in index.items() if at[-1] == steps[-1]]
    here = [row.path for at, row in index.items() if at[-1] == steps[-1] and at[:right] == steps[:right] and right]
    if here and not hint:
        hint = f"; did you mean `{here[0]}`?"
    elif alike and not hint:
        hint = f"; a number of that name stands at `{alike[0]}`" + (f" and {len(alike) - 1} more" if alike[1:] else "")
    return f"there is no number at this path; there is no `{steps[right]}`; allowed: {some(below)}{hint}"


def bare(tree: Any) -> Any:
    """A resolved tree without its provenance, in place of values with it."""
    if isinstance(tree, Map):
        if "value" in tree:
            return bare(tree["value"])
        out = Map(tree.mark)
        for key, value in tree.items():
            if key not in KEYS and key != "provenance":
                out.copy_from(tree, key, bare(value))
        return out
    if isinstance(tree, Seq):
        items = Seq(tree.mark)
        for n, item in enumerate(tree):
            items.add(bare(item), tree.items_at[n])
        return items
    return tree


def values(scenario: Scenario) -> dict[str, Any]:
    """Every scalar by its path, provenance aside."""
    tree, _ = read_yaml(scenario.resolved_yaml, scenario.id)
    return {path: value for path, value in leaves(bare(tree)) if not path.startswith(("sources.", "replications"))}


def diff(one: Scenario, other: Scenario) -> list[str]:
    """How the second scenario differs from the first, a sentence for each value; provenance aside."""
    old, new = values(one), values(other)
    told = []
    for path in dict.fromkeys([*old, *new]):
        if path not in new:
            told.append(f"{path}: {old[path]} is taken away.")
        elif path not in old:
            told.append(f"{path}: {new[path]} is added.")
        elif old[path] != new[path]:
            told.append(f"{path}: {old[path]} becomes {new[path]}.")
    return told
