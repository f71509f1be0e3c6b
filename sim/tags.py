"""Force tags, and who says so.

A tag (contractor, militia, ...) is a statement that somebody made about those who attacked, and no finding of ours.
Wherever it becomes a word, who says so and who contests it go with it: every door through which words leave (terminal,
JSON, page, table, picture) asks `Attributions` what to add, so that no caller can forget it. To add a tag, give it its
place in OF_SIDE.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

OF_SIDE = {
    "attackers": ("contractor", "regime_army", "militia", "tribal", "iran_backed"),
    "defenders": ("sdf", "coalition"),
}
"""Side -> its tags. Those of the defenders are names of parties as well, and nobody disputes them."""

OTHERWISE = {"regime_army": ("regular army",), "tribal": ("tribe",)}
"""Other words of a tag."""

SPELT = {"iran_backed": "Iran-backed"}
"""Tags that are not spelt as they are written in a scenario."""

WHOSE = "tags_attributed_to"
"""Key under which JSON and the metadata of files say who says so."""

NOBODY = "nobody named here"


def _pattern(tag: str) -> re.Pattern[str]:
    """The tag and its other words, in one or many, parts joined by blank, hyphen or underscore."""
    words = "|".join(re.sub("[_ ]", "[ _-]", word) for word in (tag, *OTHERWISE.get(tag, ())))
    return re.compile(rf"(?<![a-z])(?:{words})s?(?![a-z])", re.IGNORECASE)


_PATTERNS = {tag: _pattern(tag) for tag in OF_SIDE["attackers"]}


def word(tag: str) -> str:
    """A tag as people read it."""
    return SPELT.get(tag, tag.replace("_", " "))


def named(text: str) -> list[str]:
    """The tags of those who attack that a text names, in the order of OF_SIDE."""
    return [tag for tag, pattern in _PATTERNS.items() if pattern.search(text)]


class Attributions(dict[str, str]):
    """Tag -> who says so and who contests it, of one scenario; empty where nobody is named. `whose` is its id."""

    whose: str = ""

    @classmethod
    def of(cls, rows: Mapping[str, Mapping[str, Any]], whose: str = "") -> Attributions:
        """From rows of {attributed_to, contested_by}, as scenarios and recordings carry them."""
        told = {}
        for tag, row in rows.items():
            against = row.get("contested_by")
            told[tag] = f"{row['attributed_to']}; contested by {against}" if against else str(row["attributed_to"])
        return cls.told_in(told, whose)

    @classmethod
    def told_in(cls, told: Mapping[str, str], whose: str = "") -> Attributions:
        """From tag -> who says so."""
        made = cls(told)
        made.whose = whose
        return made

    def by(self, tag: str) -> str:
        """Who says so; that nobody is named, where nobody is."""
        return self.get(tag, NOBODY)

    def told(self, tag: str) -> str:
        """The tag with who says so, as a line of a legend."""
        return f"{word(tag)}: {self.by(tag)}"

    def of_text(self, text: str) -> dict[str, str]:
        """Of the tags that a text names without saying whose word they are: tag -> who says so."""
        plain = " ".join(text.split())
        return {tag: self.by(tag) for tag in named(plain) if not self._stands_in(plain, self.by(tag))}

    def _stands_in(self, plain: str, by: str) -> bool:
        """Whether a text says by itself who says so: not as a part of what is said of another tag."""
        for other in self.values():
            if by in other and by != other:
                plain = plain.replace(other, "")
        return by in plain

    def foot(self, text: str) -> str:
        """One line to stand under a text; "" if it names no tag, or says itself whose word each is."""
        found = [self.told(tag) for tag in self.of_text(text)]
        return f"Tags are attributions, not findings. {'. '.join(found)}." if found else ""


def feet(text: str, of: Iterable[Attributions]) -> list[str]:
    """The lines to stand under a text that tells of several scenarios: one for all if they agree, else one for each;
    without any scenario a tag is nobody's word."""
    lines: dict[str, str] = {}
    for one in list(of) or [Attributions()]:
        if line := one.foot(text):
            lines.setdefault(line, one.whose)
    return list(lines) if len(lines) < 2 else [f"{whose}: {line}" for line, whose in lines.items()]


def with_whose(body: Mapping[str, Any], of: Iterable[Attributions]) -> dict[str, Any]:
    """A JSON object with who says so of the tags it names, if it does not say so yet; of several scenarios the first
    one that tells."""
    found: dict[str, str] = {}
    if WHOSE not in body:
        text = json.dumps(body, ensure_ascii=False, default=str)
        for one in list(of) or [Attributions()]:
            found = one.of_text(text) | found
    return dict(body) | ({WHOSE: found} if found else {})
