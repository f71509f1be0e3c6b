"""A report as one HTML file that needs nothing else: parts of notes, pictures and tables, put into one template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sim.metrics import Rows
from sim.metrics.words import shown
from sim.tags import Attributions, feet

SENTENCE, SHORT = 32, 18
"""Characters: longer is words and no figure; up to so many stay on one line."""


@dataclass(frozen=True)
class Grid:
    """A table of text cells; the first `left` columns are words."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1

    @property
    def words(self) -> str:
        """All that it says."""
        return "\n".join((self.caption, *self.heads, *(cell for row in self.rows for cell in row)))

    @cached_property
    def worded(self) -> frozenset[int]:
        """Columns that read from the left: the first ones, and those in which somebody says something."""
        long = {k for row in self.rows for k, cell in enumerate(row) if len(cell) > SENTENCE}
        return frozenset(long | set(range(self.left)))

    def style(self, column: int, cell: str) -> str:
        """Classes of a cell: l reads from the left, s is short and stays on its line, w is a sentence and wants room, u
        may break anywhere."""
        address = "://" in cell
        found = ["l"] * (column in self.worded) + ["s"] * (len(cell) <= SHORT) + ["u"] * address
        found += ["w"] * (len(cell) > SENTENCE and not address)
        return " ".join(found)


@dataclass(frozen=True)
class Picture:
    """An SVG and what it shows, in words."""

    svg: str
    alt: str

    @property
    def words(self) -> str:
        """All that it says: its words in the picture are text."""
        return f"{self.alt}\n{self.svg}"


@dataclass(frozen=True)
class Section:
    """A part of a report."""

    title: str
    notes: tuple[str, ...] = ()
    figures: tuple[Picture, ...] = ()
    grids: tuple[Grid, ...] = ()


def grid(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], left: int = 1) -> Grid:
    """A table of any values."""
    return Grid(caption, tuple(heads), tuple(tuple(shown(value) for value in row) for row in rows), left)


def of_rows(caption: str, rows: Rows, left: int = 1, drop: Sequence[str] = ()) -> Grid:
    """A table of `sim.metrics` as it stands, without some columns."""
    names = [name for name in rows if name not in drop]
    listed = zip(*(rows[name] for name in names), strict=True)
    return grid(caption, [name.replace("_", " ") for name in names], listed, left)


def html(
    title: str, question: str, stamp: str, parts: Sequence[Section], foot: Sequence[str], of: Sequence[Attributions]
) -> str:
    """The whole file; `of`: who says so of the tags, which stands under each table and picture that names one."""
    from jinja2 import Environment

    template = (Path(__file__).parent / "page.html.j2").read_text("utf-8")
    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
    head = feet(f"{title}\n{question}\n" + "\n".join(note for part in parts for note in (part.title, *part.notes)), of)

    def below(what: Grid | Picture) -> list[str]:
        return feet(what.words, of)

    said = {"title": title, "question": question, "stamp": stamp, "head": head, "parts": parts, "foot": foot}
    return made.render(**said, below=below) + "\n"
