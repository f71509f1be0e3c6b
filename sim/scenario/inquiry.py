"""Questions to scenarios: what is known of a number, how two differ, which variants lie in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from sim.scenario.overlay import leaves, near, parse
from sim.scenario.reading import Problem, ScenarioError, read_bytes, read_map, read_yaml
from sim.scenario.schema import ProvenanceRow, Scenario
from sim.scenario.tree import Map, Mark, Seq

_ABOUT = frozenset({"basis", "source", "claim", "low", "high", "confidence", "note"})


class Variant(NamedTuple):
    """A scenario file of a folder."""

    path: str
    id: str
    title: str
    question: str


def variants(folder: str | Path) -> list[Variant]:
    """The scenario files of a folder, by name; what cannot be read is left out (`check` tells why)."""
    rows = []
    for file in sorted(Path(folder).glob("*.yaml")):
        try:
            tree, _ = read_map(read_bytes(file, str(file)), str(file))
        except ScenarioError:
            continue
        if "khusham" in tree or "extends" in tree:
            words = [str(tree.get(key) or "") for key in ("id", "title", "question")]
            rows.append(Variant(str(file), *words))
    return rows


def explain(scenario: Scenario, path: str) -> ProvenanceRow:
    """What is known of the number at a path; a unit's inherited number is found in its kind."""
    rows = {row.path: row for row in scenario.provenance}
    steps = parse(path) or []
    tried = [path]
    if len(steps) > 2 and steps[0] == "units":
        kind = next((unit.kind for unit in scenario.units if unit.id == steps[1]), None)
        rest = path.partition("]")[2]
        tried.append(f"kinds.{kind}{rest}")
    for name in [*tried, *(f"{name}.time" for name in tried)]:
        if name in rows:
            return rows[name]
    below = [name for name in rows if any(name.startswith((f"{start}.", f"{start}[")) for start in tried)]
    hint = f"; it holds `{below[0]}` and {len(below) - 1} more" if below else near(path, list(rows))
    raise ScenarioError([str(Problem(Mark(scenario.id, 0, 0), path, f"there is no number at this path{hint}"))])


def bare(tree: Any) -> Any:
    """A resolved tree without its provenance, in place of values with it."""
    if isinstance(tree, Map):
        if "value" in tree:
            return bare(tree["value"])
        out = Map(tree.mark)
        for key, value in tree.items():
            if key not in _ABOUT and key != "provenance":
                out.copy_from(tree, key, bare(value))
        return out
    if isinstance(tree, Seq):
        items = Seq(tree.mark)
        for n, item in enumerate(tree):
            items.add(bare(item), tree.items_at[n])
        return items
    return tree


def _values(scenario: Scenario) -> dict[str, Any]:
    tree, _ = read_yaml(scenario.resolved_yaml, scenario.id)
    return {path: value for path, value in leaves(bare(tree)) if not path.startswith(("sources.", "replications"))}


def diff(one: Scenario, other: Scenario) -> list[str]:
    """How the second scenario differs from the first, a sentence for each value; provenance aside."""
    old, new = _values(one), _values(other)
    told = []
    for path in dict.fromkeys([*old, *new]):
        if path not in new:
            told.append(f"{path}: {old[path]} is taken away.")
        elif path not in old:
            told.append(f"{path}: {new[path]} is added.")
        elif old[path] != new[path]:
            told.append(f"{path}: {old[path]} becomes {new[path]}.")
    return told
