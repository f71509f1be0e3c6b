"""A scenario before it is judged: its file, what it extends, what is set on top, the files it names.

Files that a scenario names (map, sources, claims) are looked up from the folder of the scenario at the root of
`extends`, and never outside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sim.scenario.evidence import Claims
from sim.scenario.overlay import Setting, apply_all, merge
from sim.scenario.reading import Problem, ScenarioError, decode, fail, read_bytes, read_map, read_yaml
from sim.scenario.tree import Map, Mark, Seq

MOST_EXTENDS = 5
Override = str | tuple[str, Any]
NAMED_FILES = (("map", "terrain"), ("map", "rivers"), ("map", "places"), ("", "claims_file"))


@dataclass
class Draft:
    """A scenario on its way: tree after overlay, the folder it counts from, problems so far."""

    tree: Map
    folder: Path
    problems: list[Problem] = field(default_factory=list)
    given: Mapping[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def wrong(self, mark: Mark, path: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(mark, path, text))

    def file(self, name: Any, mark: Mark, path: str) -> bytes | None:
        """Content of a named data file; a problem if it cannot be had."""
        if not isinstance(name, str) or not name:
            self.wrong(mark, path, "is not a file name")
        elif name in self.given:
            return self.given[name]
        elif PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            self.wrong(mark, path, f"`{name}` is not below the folder of the scenario")
        else:
            try:
                return read_bytes(self.folder / name, str(self.folder / name))
            except ScenarioError as trouble:
                self.wrong(mark, path, f"file {trouble.messages[0]}")
        return None


def assemble(path: Path, shown: str, seen: tuple[Path, ...] = ()) -> Draft:
    """The scenario in a file with all it extends."""
    tree, problems = read_map(read_bytes(path, shown), shown)
    return extended(tree, problems, path.parent, shown, (*seen, path.resolve()))


def extended(tree: Map, problems: list[Problem], folder: Path, shown: str, seen: tuple[Path, ...] = ()) -> Draft:
    """A tree laid over what it extends."""
    base = tree.get("extends")
    if base is None:
        draft = Draft(tree, folder, problems)
    else:
        at = tree.values_at["extends"]
        target = folder / base if isinstance(base, str) else None
        if target is None or len(seen) > MOST_EXTENDS or target.resolve() in seen:
            why = "is not a file name" if target is None else "leads back to itself or through too many files"
            raise fail(shown, f"extends: {base!r} {why}", at.line, at.column)
        try:
            draft = assemble(target, str(target), seen)
        except ScenarioError as trouble:
            if len(trouble.messages) == 1 and not target.exists():
                raise fail(shown, f"extends: {trouble.messages[0]}", at.line, at.column) from None
            raise
        draft.problems += problems
        own = Map(tree.mark)
        for key in tree:
            if key not in ("extends", "set"):
                own.copy_from(tree, key, tree[key])
        draft.tree = merge(draft.tree, own)
    draft.problems += apply_all(draft.tree, _settings(tree, draft))
    for key in ("extends", "set"):
        draft.tree.pop(key, None)
    return draft


def _settings(tree: Map, draft: Draft) -> list[Setting]:
    rows = tree.get("set")
    if rows is None:
        return []
    if not isinstance(rows, Map):
        draft.wrong(tree.values_at["set"], "set", "is a map of `path: value`")
        return []
    note = f"changed by {tree.get('id', 'this scenario')}"
    return [Setting(path, rows[path], rows.keys_at[path], rows.values_at[path], note) for path in rows]


def overriding(overrides: Sequence[Override]) -> list[Setting]:
    """Settings of the command line or of a tool."""
    settings = []
    for item in overrides:
        path, value = item if isinstance(item, tuple) else item.partition("=")[::2]
        mark = Mark("--set", 0, 0)
        if isinstance(item, str):
            if "=" not in item:
                raise fail(f"--set {item}", "is not of the form path=value")
            root, problems = read_yaml(decode(value.encode(), mark.file), mark.file)
            if problems:
                raise ScenarioError([f"{mark}: {path}: {problem.text}" for problem in problems])
        else:
            root = value
        settings.append(Setting(path.strip(), _marked(root, mark), mark, mark, "set for this run"))
    return settings


def _marked(value: Any, mark: Mark) -> Any:
    """Plain data with one mark everywhere."""
    if isinstance(value, dict):
        out = Map(mark)
        for key, item in value.items():
            out.put(str(key), _marked(item, mark), mark, mark)
        return out
    if isinstance(value, list | tuple):
        items = Seq(mark)
        for item in value:
            items.add(_marked(item, mark), mark)
        return items
    return value


def inline_sources(draft: Draft) -> None:
    """`sources:` may name a file; either way its rows get the keys of `Source`, and the scenario holds them."""
    tree = draft.tree
    rows = tree.get("sources")
    if isinstance(rows, str):
        raw = draft.file(rows, tree.values_at["sources"], "sources")
        if raw is None:
            tree["sources"] = Map(tree.mark)
            return
        rows, problems = read_map(raw, str(draft.folder / rows))
        draft.problems += problems
        tree["sources"] = rows
    if not isinstance(rows, Map):
        return
    for row in rows.values():
        if not isinstance(row, Map):
            continue
        for old, new in (("confidence", "trust"), ("note", "remark")):
            if old in row and new not in row:
                row.copy_from(row, old, row[old])
                row.put(new, row.pop(old), row.keys_at[old], row.values_at[old])
        more = row.pop("also", None)
        if isinstance(more, list) and more:
            row["address"] = "; ".join([*([row["address"]] if row.get("address") else []), *map(str, more)])
        for key in [key for key, value in row.items() if value is None]:
            del row[key]


def named_files(draft: Draft) -> Claims | None:
    """Read the data files a scenario names, for the digest; the claims are returned."""
    claims = None
    for part, key in NAMED_FILES:
        node: Any = draft.tree.get(part) if part else draft.tree
        name = node.get(key) if isinstance(node, Map) else None
        if name is None or not isinstance(node, Map):
            continue
        path = f"{part}.{key}" if part else key
        raw = draft.file(name, node.values_at[key], path)
        if raw is not None:
            draft.files[path] = raw
            if key == "claims_file":
                shown = str(draft.folder / name)
                claims = Claims(decode(raw, shown), shown)
    return claims
