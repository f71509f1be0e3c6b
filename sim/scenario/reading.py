"""YAML text to a plain tree that remembers where everything stood; nothing in it is judged yet.

YAML 1.2 without anchors, aliases, tags, merge keys and duplicate keys. Scalars are text, whole numbers,
decimals, true/false and null; clock times stay text. The tree is built from the parser's events without
recursion, so that deep nesting meets a limit and not the interpreter's.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.faults import Fault
from sim.scenario import plain
from sim.scenario.tree import MAX_DEPTH, Map, Mark, Seq, scalar

MAX_BYTES = 1_000_000
"""Of a file; a text that a program makes may be MAX_TEXT long (a hundred times the base has 3 MB)."""
MAX_TEXT = 10_000_000

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place; `path` in the grammar of overlay.py, empty for the file as a whole."""

    mark: Mark
    path: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.mark), self.path, self.text) if part)


class ScenarioError(Fault):
    """A scenario that cannot be used: every message names file, place, path and what is allowed."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


def fail(file: str, text: str, line: int = 0, column: int = 0) -> ScenarioError:
    """One message about a whole file."""
    return ScenarioError([str(Problem(Mark(file, line, column), "", text))])


def read_bytes(path: Path, shown: str) -> bytes:
    """Content of a regular file within the size limit."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise fail(shown, "is a folder; a scenario is a YAML file")
        if not stat.S_ISREG(about.st_mode):
            raise fail(shown, "is not an ordinary file")
        if about.st_size > MAX_BYTES:
            raise fail(shown, f"has {about.st_size / 1e6:.1f} MB; a scenario has at most {MAX_BYTES / 1e6:.0f} MB")
        return path.read_bytes()
    except FileNotFoundError:
        raise fail(shown, "there is no such file") from None
    except (OSError, ValueError) as trouble:
        raise fail(shown, f"cannot be read: {getattr(trouble, 'strerror', None) or trouble}") from None


def decode(raw: bytes, shown: str) -> str:
    """UTF-8 text, or one clear line."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        raise fail(shown, f"is not a text file in UTF-8 (byte {trouble.start})") from None
    if (odd := _UNPRINTABLE.search(text)) is not None:
        raise fail(shown, f"is not a text file (character {ord(odd[0])} at {odd.start()})")
    return text


@dataclass
class _Builder:
    """Turns parser events into Map, Seq and scalars, collecting what is forbidden."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[Map | Seq] = field(default_factory=list)
    keys: list[tuple[str, Mark] | None] = field(default_factory=list)  # pending key per open collection
    root: Any = None

    def mark(self, event: Any) -> Mark:
        at = event.start_mark
        return Mark(self.file, at.line + 1, at.column + 1)

    def wrong(self, mark: Mark, text: str) -> None:
        self.problems.append(Problem(mark, "", text))

    def place(self, value: Any, mark: Mark) -> None:
        """Put a finished or just opened value where it belongs."""
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if isinstance(top, Seq):
            top.add(value, mark)
            return
        pending = self.keys[-1]
        if pending is not None:
            top.put(pending[0], value, pending[1], mark)
            self.keys[-1] = None
            return
        if not isinstance(value, str):
            self.wrong(mark, f"a key is text, not {type(value).__name__ if value is not None else 'nothing'}")
            value = str(value)
        if value in top:
            first = top.keys_at[value]
            self.wrong(mark, f"duplicate key `{value[:60]}`; it stands already at line {first.line}")
        self.keys[-1] = (value, mark)

    def forbidden(self, event: Any, kind: str, mark: Mark) -> None:
        if kind == "AliasEvent":
            self.wrong(mark, f"alias *{event.anchor} is not allowed; use `kinds:` or `extends:` for what is shared")
        elif getattr(event, "anchor", None):
            self.wrong(mark, f"anchor &{event.anchor} is not allowed; use `kinds:` or `extends:` for what is shared")
        if getattr(event, "ctag", None) or getattr(event, "tag", None):
            self.wrong(mark, f"tag {event.tag} is not allowed; write the plain value")

    def take(self, event: Any) -> None:
        """One event of the parser."""
        kind = type(event).__name__
        if kind == "ScalarEvent":
            mark = self.mark(event)
            if event.anchor or event.tag:
                self.forbidden(event, kind, mark)
            self.place(scalar(event.value) if event.style is None else event.value, mark)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            mark = self.mark(event)
            if event.anchor or event.tag:
                self.forbidden(event, kind, mark)
            if len(self.stack) >= MAX_DEPTH:
                raise fail(*self._deep(mark))
            if self.stack and isinstance(self.stack[-1], Map) and self.keys[-1] is None:
                raise fail(self.file, "a key is text, not a list or a map", mark.line, mark.column)
            fresh: Map | Seq = Map(mark) if kind == "MappingStartEvent" else Seq(mark)
            self.place(fresh, mark)
            self.stack.append(fresh)
            self.keys.append(None)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()
            self.keys.pop()
        elif kind == "AliasEvent":
            mark = self.mark(event)
            self.forbidden(event, kind, mark)
            self.place("alias", mark)

    def _deep(self, mark: Mark) -> tuple[str, str, int, int]:
        return self.file, f"nested deeper than {MAX_DEPTH} levels", mark.line, mark.column


def read_yaml(text: str, shown: str) -> tuple[Any, list[Problem]]:
    """The tree of a text and what is forbidden in it; a text that is no YAML at all raises."""
    tree = plain.read(text, shown)
    return (tree, []) if tree is not None else read_fully(text, shown)


def read_fully(text: str, shown: str) -> tuple[Any, list[Problem]]:
    """As `read_yaml`, by the full parser."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    builder, documents = _Builder(shown), 0
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if type(event).__name__ == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise fail(shown, "holds more than one document", event.start_mark.line + 1, 1)
            builder.take(event)
    except MarkedYAMLError as trouble:
        at = trouble.problem_mark or trouble.context_mark
        why = f"not valid YAML: {trouble.problem or trouble.context}"
        first = [str(problem) for problem in builder.problems]
        last = fail(shown, why, at.line + 1, at.column + 1) if at else fail(shown, why)
        raise ScenarioError([*first, *last.messages]) from None
    except (YAMLError, RecursionError) as trouble:
        raise fail(shown, f"not valid YAML: {str(trouble).splitlines()[0]}") from None
    return builder.root, builder.problems


def read_map(raw: bytes, shown: str) -> tuple[Map, list[Problem]]:
    """A file whose top level is a mapping."""
    if not raw.strip():
        raise fail(shown, "the file is empty")
    if len(raw) > MAX_TEXT:
        raise fail(shown, f"has {len(raw) / 1e6:.1f} MB; a scenario has at most {MAX_TEXT / 1e6:.0f} MB")
    root, problems = read_yaml(decode(raw, shown), shown)
    if not isinstance(root, Map):
        raise fail(shown, "holds no keys; a scenario is a map of `key: value`", 1, 1)
    return root, problems
