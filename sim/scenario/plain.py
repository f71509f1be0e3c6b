"""The plain part of YAML, read fast: what scenarios are written in, and nothing else.

Block maps and lists by indentation, flow maps and lists, quoted words without escapes, plain words on one line,
remarks. Whatever goes beyond that, is doubtful or is wrong makes `read` give up with None, and the full parser
takes over, to read it or to say what is wrong. What is read here must equal, marks included, what the full parser
makes of it: the tests hold the two against each other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from sim.scenario.tree import MAX_DEPTH, Map, Mark, Seq, scalar

_KEY = r"[A-Za-z_][A-Za-z0-9_.\[\]-]*"
_ENTRY = re.compile(rf"({_KEY}):(?: +(?=[^ #])| *(?: #.*)?$)")
_ITEM = re.compile(r"-( +)(?=[^ #])")
_REST = re.compile(r" *(?: #[^\n]*)?(?=\n|\Z)")
_START = r"(?:[A-Za-z0-9_./+~(]|-(?=[A-Za-z0-9.]))"
_BLOCK_WORD = re.compile(rf"(?={_START})(?:[^\s:]|:(?=\S))+(?: +(?:[^\s:#]|:(?=\S))(?:[^\s:]|:(?=\S))*)*")
_FLOW_CHAR = r"(?:[^\s:,\[\]{}#'\"]|:(?=[^\s,\[\]{}])|'(?=\w))"
_FLOW_WORD = rf"(?={_START}){_FLOW_CHAR}+(?: +{_FLOW_CHAR}+)*"
_QUOTED = r"\"[^\"\\\n]*\"|'[^'\n]*'(?!')"
_TOKEN = re.compile(rf"\s*(?:([{{}}\[\],])|({_QUOTED}|{_FLOW_WORD})(:(?= ))?)")
_TEXT = re.compile(_QUOTED)


_ODD = re.compile("[\t\r\x85\xa0\u2028\u2029\ufeff]")


class _GiveUp(Exception):
    """Not plain: the full parser decides."""


class _Reader:
    """One text; `lines` holds (start offset, indent) of every line that is neither empty nor a remark."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.lines: list[tuple[int, int]] = []  # offset of the first character, its column
        for start in self.starts:
            at = start
            while text.startswith(" ", at):
                at += 1
            if at < len(text) and text[at] not in "\n#":
                self.lines.append((at, at - start))
        self.now = 0

    def mark(self, at: int) -> Mark:
        line = bisect_right(self.starts, at)
        return Mark(self.file, line, at - self.starts[line - 1] + 1)

    def block(self, indent: int, depth: int) -> tuple[Map | Seq, Mark]:
        """The collection whose entries stand at `indent`."""
        if depth > MAX_DEPTH:
            raise _GiveUp
        at = self.lines[self.now][0]
        mark = self.mark(at)
        out: Map | Seq = Seq(mark) if self.text.startswith("- ", at) else Map(mark)
        while self.now < len(self.lines) and self.lines[self.now][1] >= indent:
            at, column = self.lines[self.now]
            if column != indent:
                raise _GiveUp
            if isinstance(out, Seq):
                self.item(out, at, indent, depth)
            else:
                self.entry(out, at, indent, depth)
        return out, mark

    def entry(self, out: Map, at: int, indent: int, depth: int) -> None:
        found = _ENTRY.match(self.text, at, self.end_of_line(at))
        if found is None or found[1] in out or not isinstance(scalar(found[1]), str):
            raise _GiveUp
        value, value_at = self.value(found.end(), indent, depth)
        out.put(found[1], value, self.mark(at), value_at)

    def item(self, out: Seq, at: int, indent: int, depth: int) -> None:
        found = _ITEM.match(self.text, at)
        if found is None:
            raise _GiveUp
        inner = found.end()
        if _ENTRY.match(self.text, inner, self.end_of_line(inner)):
            self.lines[self.now] = (inner, indent + inner - at)
            value, value_at = self.block(indent + inner - at, depth + 1)
        else:
            value, value_at = self.value(inner, indent, depth)
        out.add(value, value_at)

    def end_of_line(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def value(self, at: int, indent: int, depth: int) -> tuple[Any, Mark]:
        """What follows a key or a dash; moves on to the next line."""
        text = self.text
        first = text[at : at + 1]
        if first in ("", "\n"):
            self.now += 1
            if self.now == len(self.lines) or self.lines[self.now][1] <= indent:
                raise _GiveUp
            return self.block(self.lines[self.now][1], depth + 1)
        value: Any
        if first in "{[":
            value, end = self.flow(at, depth + 1)
            self.pass_by(at, end, indent)
        else:
            found = (_TEXT if first in "\"'" else _BLOCK_WORD).match(text, at)
            if found is None:
                raise _GiveUp
            end = found.end()
            value = found[0][1:-1] if first in "\"'" else scalar(found[0])
        if not _REST.match(text, end):
            raise _GiveUp
        self.now += 1
        if self.now < len(self.lines) and self.lines[self.now][1] > indent:
            raise _GiveUp  # a word that goes on in the next line, or a slip of indentation
        return value, self.mark(at)

    def pass_by(self, at: int, end: int, indent: int) -> None:
        """Move over the lines of a flow collection; they are indented deeper than its key."""
        while self.now + 1 < len(self.lines) and self.lines[self.now + 1][0] < end:
            self.now += 1
            if self.lines[self.now][1] <= indent:
                raise _GiveUp
        if self.text.count("\n", at, end) and "#" in self.text[at:end]:
            raise _GiveUp

    def flow(self, at: int, depth: int) -> tuple[Map | Seq, int]:
        """A flow collection that begins at `at`, and where it ends."""
        if depth > MAX_DEPTH:
            raise _GiveUp
        closing = "}" if self.text[at] == "{" else "]"
        out: Map | Seq = Map(self.mark(at)) if closing == "}" else Seq(self.mark(at))
        at += 1
        while True:
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise _GiveUp
            if found[1] == closing and not out:
                return out, found.end()
            key, key_at = None, 0
            if isinstance(out, Map):
                key, key_at, at = self.flow_key(found, out)
                found = _TOKEN.match(self.text, at)
            if found is None or found[3]:
                raise _GiveUp
            value, value_at, at = self.flow_value(found, depth)
            if isinstance(out, Map):
                out.put(str(key), value, self.mark(key_at), self.mark(value_at))
            else:
                out.add(value, self.mark(value_at))
            found = _TOKEN.match(self.text, at)
            if found is None or found[1] not in (",", closing):
                raise _GiveUp
            at = found.end()
            if found[1] == closing:
                return out, at

    def flow_key(self, found: re.Match[str], out: Map) -> tuple[str, int, int]:
        """Key text, its place, and where its value begins."""
        word = found[2]
        if not found[3] or word is None:
            raise _GiveUp
        key = word[1:-1] if word[0] in "\"'" else scalar(word)
        if not isinstance(key, str) or key in out or "\n" in word:
            raise _GiveUp
        return key, found.start(2), found.end()

    def flow_value(self, found: re.Match[str], depth: int) -> tuple[Any, int, int]:
        """Value, its place, and where it ends."""
        if found[1] in ("{", "["):
            value, end = self.flow(found.start(1), depth + 1)
            return value, found.start(1), end
        word = found[2]
        if word is None:
            raise _GiveUp
        return (word[1:-1] if word[0] in "\"'" else scalar(word)), found.start(2), found.end()


def read(text: str, file: str) -> Map | Seq | None:
    """The tree of a plain text; None if it is not plain throughout."""
    if _ODD.search(text):
        return None
    reader = _Reader(text, file)
    if not reader.lines or any(text.startswith(("---", "...", "%"), at) for at, column in reader.lines if not column):
        return None
    try:
        tree, _ = reader.block(reader.lines[0][1], 1)
        return tree if reader.now == len(reader.lines) else None
    except _GiveUp:
        return None
