"""From YAML to a frozen Scenario: read, overlay, take provenance off, merge kinds, validate, check.

All problems of a file are told at once, each `file:line:column: path: what is wrong; what is allowed; did you mean`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.scenario import evidence, references
from sim.scenario.assembly import Draft, Override, assemble, extended, inline_sources, named_files, overriding
from sim.scenario.faults import problems_of, prune
from sim.scenario.overlay import Step, apply_all, has_ids, in_order, merge, near, show, some
from sim.scenario.provenance import take_off
from sim.scenario.reading import Problem, ScenarioError, read_map
from sim.scenario.schema import Scenario
from sim.scenario.tree import Map, Mark, Seq
from sim.scenario.writing import digest, write_yaml

MOST_MESSAGES = 60


def load(path: str | Path, overrides: Sequence[Override] = ()) -> Scenario:
    """The scenario in a file, with `path=value` overrides on top; raises ScenarioError with every message."""
    draft = assemble(Path(path), str(path))
    return _build(draft, overrides)


def load_text(
    text: str, folder: str | Path, overrides: Sequence[Override] = (), files: Mapping[str, bytes] | None = None,
    shown: str = "scenario",
) -> Scenario:  # fmt: skip
    """The scenario in a text, as a recording holds it; `files` stand in for those of the folder, by name."""
    tree, problems = read_map(text.encode(), shown)
    draft = extended(tree, problems, Path(folder), shown)
    draft.given = files or {}
    return _build(draft, overrides)


def check(path: str | Path, overrides: Sequence[Override] = ()) -> list[str]:
    """What is wrong with a scenario; empty if nothing is."""
    try:
        load(path, overrides)
    except ScenarioError as trouble:
        return trouble.messages
    return []


def changed(scenario: Scenario, count: int) -> Scenario:
    """The scenario as it stands after its first `count` changes, in time order."""
    rows = sorted(scenario.changes, key=lambda change: change.at)[:count]
    settings: list[Override] = [(path, value) for change in rows for path, value in change.set.items()]
    if scenario.changes:
        settings.append(("changes", None))
    return load_text(scenario.resolved_yaml, scenario.folder, settings, scenario._given)


def _build(draft: Draft, overrides: Sequence[Override]) -> Scenario:
    draft.problems += apply_all(draft.tree, overriding(overrides))
    tree: Map = in_order(draft.tree)
    inline_sources(draft)
    claims = named_files(draft)
    bare = take_off(tree)
    draft.problems += bare.problems
    whole = _merged_kinds(bare.tree, draft)
    scenario, trouble = _validated(whole)
    if trouble is not None:
        draft.problems += problems_of(trouble, whole)
        draft.problems += _of_the_rest(whole, trouble)
    sources = tree.get("sources")
    cited = sources if isinstance(sources, dict) else {}
    draft.problems += evidence.problems(bare.facts, tree.get("published") is True, cited, claims)
    if scenario is not None:
        for steps, text in references.problems(scenario):
            draft.wrong(_mark(whole, steps), show(whole, steps), text)
    if draft.problems or scenario is None:
        raise ScenarioError(_told(draft.problems))
    scenario._folder = str(draft.folder)
    scenario._resolved_yaml = write_yaml(tree)
    scenario._sha256 = digest(tree, draft.files)
    rows = (evidence.row(fact, cited, claims) for fact in bare.facts)
    scenario._provenance = tuple(sorted(rows, key=lambda row: row.path))
    scenario._overrides = tuple(item if isinstance(item, str) else f"{item[0]}={item[1]}" for item in overrides)
    scenario._given = dict(draft.given)
    _try_changes(scenario, _mark(whole, ("changes",)))
    return scenario


def _try_changes(scenario: Scenario, mark: Mark) -> None:
    """A change that cannot be made is told now, not in the middle of the night."""
    for count in range(1, len(scenario.changes) + 1):
        try:
            changed(scenario, count)
        except ScenarioError as trouble:
            raise ScenarioError(
                [f"{mark}: changes: {line.removeprefix('--set: ')}" for line in trouble.messages]
            ) from None


def _validated(tree: Map) -> tuple[Scenario | None, ValidationError | None]:
    try:
        return Scenario.model_validate(tree), None
    except ValidationError as trouble:
        return None, trouble


def _of_the_rest(tree: Map, trouble: ValidationError) -> list[Problem]:
    """Dangling references among the parts that are sound, so that they need no second look at the file."""
    rest, gone = prune(tree, [item["loc"] for item in trouble.errors(include_url=False, include_input=False)])
    scenario, more = _validated(rest)
    if scenario is None or more is not None:
        return []
    return [
        Problem(_mark(rest, steps), show(rest, steps), text)
        for steps, text in references.problems(scenario)
        if not any(f"named `{name}`" in text for name in gone) and "no unit is in" not in text
    ]


def _told(problems: Sequence[Problem]) -> list[str]:
    """Messages in the order of the file; one place that cannot be read is told once."""
    forbidden = {problem.mark for problem in problems if not problem.path and problem.mark.line}
    kept = [problem for problem in problems if not problem.path or problem.mark not in forbidden]
    lines = list(dict.fromkeys(str(problem) for problem in sorted(kept, key=lambda problem: problem.mark)))
    if len(lines) > MOST_MESSAGES:
        lines[MOST_MESSAGES:] = [f"{problems[0].mark.file}: and {len(lines) - MOST_MESSAGES} more"]
    return lines


def _mark(tree: Any, steps: Sequence[Step]) -> Mark:
    """Mark of the deepest step that is there."""
    node: Any = tree
    mark: Mark = tree.mark
    for step in steps:
        if isinstance(node, Map) and isinstance(step, str) and step in node:
            node, mark = node[step], node.values_at[step]
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            node, mark = node[step], node.items_at[step]
        else:
            break
    return mark


def _merged_kinds(tree: Map, draft: Draft) -> Map:
    """The tree with every unit laid over its kind; a unit of an unknown kind is told and left out."""
    units, kinds = tree.get("units"), tree.get("kinds")
    if not isinstance(units, Seq) or not isinstance(kinds, Map):
        return tree
    whole, merged = Map(tree.mark), Seq(units.mark)
    for n, unit in enumerate(units):
        name = unit.get("kind") if isinstance(unit, Map) else None
        kind = kinds.get(name) if isinstance(name, str) else None
        if isinstance(kind, Map):
            merged.add(merge(kind, unit), units.items_at[n])
        elif isinstance(name, str):
            names = list(kinds)
            text = f"there is no kind `{name}`; allowed: {some(names)}{near(name, names)}"
            path = f"units[{unit['id'] if has_ids(units) else n}].kind"
            draft.wrong(unit.values_at["kind"], path, text)
        else:
            merged.add(unit, units.items_at[n])
    for key, value in tree.items():
        whole.copy_from(tree, key, merged if key == "units" and merged else value)
    return whole
