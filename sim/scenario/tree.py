"""The tree of a YAML text: maps, lists and scalars that remember where they stood."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

MAX_DEPTH = 30

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)


class Mark(NamedTuple):
    """A place in a file, counted from 1; line 0 where there is none (`--set`)."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Map(dict[str, Any]):
    """A mapping with its own mark and those of its keys and values."""

    __slots__ = ("keys_at", "mark", "values_at")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}

    def put(self, key: str, value: Any, key_at: Mark, value_at: Mark) -> None:
        """Set a key with its marks."""
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at

    def copy_from(self, other: Map, key: str, value: Any) -> None:
        """Set a key with the marks it has elsewhere."""
        self.put(key, value, other.keys_at[key], other.values_at[key])


class Seq(list[Any]):
    """A list with its own mark and those of its items."""

    __slots__ = ("items_at", "mark")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.items_at: list[Mark] = []

    def add(self, item: Any, at: Mark) -> None:
        """Append an item with its mark."""
        self.append(item)
        self.items_at.append(at)


def scalar(text: str) -> Any:
    """Value of a plain (unquoted) scalar under the YAML 1.2 core rules, as far as scenarios use them."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-.":
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            return number if abs(number) < 1e300 else text
    return text
