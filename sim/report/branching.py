"""The commands `branch` and `diff`: one decision changed under the same luck; what differs between two of a sort."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.report.comparing import Json

if TYPE_CHECKING:
    from rich.console import Group

    from sim.experiment.branch import Branch
    from sim.recording import Recording

Decision = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="The decision; repeatable.")]


def branch(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording (.mcap).")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="22:40, T+0:10 or an ISO date and time.")],
    overrides: Decision = None,
    halt: Annotated[
        list[str] | None, typer.Option("--halt", metavar="TAG", help="A halt reaches all of this tag; repeatable.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the branch.")] = None,
    json: Json = False,
) -> None:
    """Same night and luck until a moment, one decision changed from there on. Exit 1 if it changes nothing."""
    from sim.experiment import branch as room
    from sim.recording import load, save
    from sim.report import out
    from sim.scenario import ScenarioError

    if output is not None and not output.absolute().parent.is_dir():
        raise ScenarioError([f"{output}: there is no folder {output.parent} to write it to"])
    parent = load(recording)
    found = room.branch(parent, room.moment(parent, at), overrides or (), halt or ())
    if output is not None:
        save(found.child, output)
        typer.echo(f"wrote {output}", err=True)
    if json:
        out.as_json(as_json(found), found.parent)
    else:
        out.show(in_words(found), found.parent)
    raise typer.Exit(0 if found.difference is not None else 1)


def as_json(found: Branch) -> dict[str, Any]:
    """What `khusham branch --json` prints: exact."""
    from sim import metrics

    return {
        "schema": 1, "at_ms": found.at_ms, "set": list(found.settings), "shared_events": found.shared,
        "shared_digest": found.shared_digest, "difference_ms": found.difference_ms, "difference": found.difference,
        "parent": {"digest": found.parent.digest, "metrics": metrics.measure(found.parent)},
        "branch": {"digest": found.child.digest, "metrics": metrics.measure(found.child)},
    }  # fmt: skip


def in_words(found: Branch) -> Group:
    """The branch beside its parent."""
    from rich.console import Group
    from rich.text import Text

    from sim import why
    from sim.report import text

    at = why.local_time(found.parent, found.at_ms)
    shared = (
        f"The first {found.shared:,} of {len(found.parent.events):,} events are shared, digest {found.shared_digest}."
    )
    return Group(
        text.head(found.child), "",
        Text(f"From {at} on: {', '.join(found.settings)}.", style="bold"), Text(shared),
        Text(first_words(found) or "Nothing differs: under this luck the decision decided nothing."), "",
        beside(("", "parent", "branch"), (found.parent, found.child)),
    )  # fmt: skip


def first_words(found: Branch) -> str:
    """The first event that differs, as each of the two has it; "" if none does."""
    from sim import why

    if found.difference is None:
        return ""
    told = []
    for name, night in (("the parent", found.parent), ("the branch", found.child)):
        if found.shared < len(night.events):
            at = why.local_time(night, int(night.events.t_ms[found.shared]))
            told.append(f"in {name} {at} {why.sentence(night, found.shared)}")
        else:
            told.append(f"in {name} nothing more happens")
    return f"Then, {'; '.join(told)}."


def beside(heads: Sequence[str], recordings: Sequence[Recording]) -> Group:
    """The outcome of two runs side by side; each is one of many, simulated."""
    from rich.console import Group
    from rich.text import Text

    from sim import metrics
    from sim.metrics import words
    from sim.report import people, text

    found = [metrics.measure(recording) for recording in recordings]
    rows = [
        (words.label(name), *(words.amount(name, one[name]) for one in found))
        for name in metrics.METRICS
        if found[0][name] != found[1][name]
    ]
    found_table = text.table("What came out differently (each 1 of many possible nights, simulated)", heads, rows)
    return Group(found_table, Text(f"{people.NOTE} {people.NO_INTERVAL}", style="dim"))


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="A scenario, or a recording (.mcap).")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another of the same sort.")],
    json: Json = False,
) -> None:
    """Say what differs: of two scenarios every value, of two recordings the first event. Exit 1 if anything does."""
    from rich.console import Group

    from sim import recording as rec
    from sim import scenario as room
    from sim.experiment.verify import first_difference, scenario_of
    from sim.report import out

    kinds = {path.suffix == ".mcap" for path in (first, second)}
    if len(kinds) > 1:
        raise room.ScenarioError([f"{first}, {second}: one is a recording and one a scenario; give two of a sort"])
    event, words = None, None
    nights: list[Recording] = []
    if kinds == {True}:
        nights = [rec.load(first), rec.load(second)]
        a, b = (scenario_of(night) for night in nights)
        event, words = first_difference(nights[0], nights[1], called=("in A", "in B"))
    else:
        a, b = room.load(first), room.load(second)
    settings = room.diff(a, b)
    if json:
        body = {"schema": 1, "a": a.id, "b": b.id, "settings": settings, "event": event, "difference": words}
        out.as_json(body, a, b)
    else:
        lines = _told(a.title, b.title, settings)
        if nights:
            runs = [(night.meta["seed"], night.meta["replication"]) for night in nights]
            lines.append("" if runs[0] == runs[1] else f"\nSeed and replication differ: {runs[0]}, {runs[1]}.")
            lines.append(words or f"No event differs: both are {nights[0].digest}.")
        what = Group("", beside(("", "A", "B"), nights)) if words else Group()
        out.show(what, a, b, before=lines)
    raise typer.Exit(1 if settings or words else 0)


ABOUT = ("id", "title", "question")


_LINE = re.compile(
    r"(?P<part>\w+)(?:\[(?P<item>[^\]]+)\])?(?P<rest>.*): (?P<value>.*) (?P<verb>is taken away|is added)\."
)


def _told(first: str, second: str, settings: Sequence[str]) -> list[str]:
    """The settings by the part of the scenario that they belong to; what comes or goes whole is one line, names and
    questions are no difference."""
    lines, last = [f"A  {first}", f"B  {second}", ""], ""
    real = [line for line in settings if line.partition(":")[0] not in ABOUT]
    if not real:
        return [*lines, "No value differs."]
    for line in sorted(_whole(_replaced(real)), key=lambda line: line.split(".")[0].split("[")[0]):
        part = line.split(".")[0].split("[")[0].split(":")[0]
        if part != last:
            lines.append(part)
            last = part
        lines.append(f"  {line}")
    return lines


def _whole(settings: Sequence[str]) -> list[str]:
    """One line for every unit, formation or order that comes or goes whole; units of a kind and formation together."""
    found = [(line, match) for line in settings if (match := _LINE.fullmatch(line))]
    whole = {(m["part"], m["item"], m["verb"]) for _, m in found if m["rest"] == ".id"}
    of = {(m["part"], m["item"], m["rest"]): m["value"] for _, m in found if (m["part"], m["item"], m["verb"]) in whole}
    swallowed = {line for line, m in found if (m["part"], m["item"], m["verb"]) in whole}
    groups: dict[tuple[str, str, str], list[str]] = {}
    for part, item, verb in sorted(whole):
        known = [of[key] for rest in (".label", ".kind", ".formation") if (key := (part, item, rest)) in of]
        groups.setdefault((part, ", ".join(known), verb), []).append(item)
    told = []
    for (part, about, verb), items in groups.items():
        named = f" ({about})" if about else ""
        told.append(f"{part}[{', '.join(items)}]{named} {verb if len(items) == 1 else verb.replace('is', 'are', 1)}.")
    return [line for line in settings if line not in swallowed] + told


def _replaced(settings: Sequence[str]) -> list[str]:
    """A law that becomes a plain value, or the other way round, as one line."""
    found = {line: re.fullmatch(r"(.*?): (.*) (is taken away|is added)\.", line) for line in settings}
    plain = {m[1]: m for m in found.values() if m}
    told, gone = [], set[str]()
    for path, single in plain.items():
        parts = [(line, m) for line, m in found.items() if m and m[1].startswith(f"{path}.") and m[3] != single[3]]
        if parts:
            law = ", ".join(f"{m[1].removeprefix(path + '.')} {m[2]}" for _, m in parts)
            before, after = (law, single[2]) if single[3] == "is added" else (single[2], law)
            told.append(f"{path}: {before} becomes {after}.")
            gone |= {single[0], *(line for line, _ in parts)}
    return [line for line in settings if line not in gone] + told
