"""The commands that ask of scenarios: compare, variants, explain. Nothing is imported before one is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.report import columns
from sim.report.columns import Beside

if TYPE_CHECKING:
    from sim.experiment.ensemble import Ensemble, Run
    from sim.scenario import Scenario

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).")]
BASE = "khusham.yaml"
"""The scenario of which the others are variants; who says so of a tag stands there."""
Seed = Annotated[int, typer.Option("--seed", min=0, help="Names all luck of the run.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=0, help="Processes; 0 means one for each processor.")]
Reps = Annotated[int, typer.Option("-n", min=1, help="Replications.")]


def many(scenario: Scenario, seed: int, numbers: range, jobs: int, words: str, run: Run | None = None) -> Ensemble:
    """Replications with progress on stderr."""
    from sim.experiment.ensemble import engine_run, ensemble, processors

    def done(n: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{words} {n} of {len(numbers)}", nl=n == len(numbers), err=True)

    workers = jobs or (processors() if len(numbers) >= 16 else 1)
    return ensemble(scenario, seed, numbers, workers=workers, run=run or engine_run, done=done)


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A scenario.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another; the effect is B minus A.")],
    n: Reps = 200,
    seed: Seed = 1,
    jobs: Jobs = 0,
    everything: Annotated[bool, typer.Option("--all", help="Also the metrics that never differ.")] = False,
    beside: Beside = None,
    json: Json = False,
) -> None:
    """Compare two scenarios under the same luck: effect, 95 % interval, what the common luck was worth. With --beside,
    what B changes in A is changed in these scenarios too, and the effects stand side by side."""
    from sim import scenario as room
    from sim.experiment import compare as pairs
    from sim.experiment.transfer import transferred
    from sim.report import out, paired

    couples = [(room.load(first), room.load(second))]
    couples += [transferred(second, first, other) for other in beside or ()]
    found = []
    for a, b in couples:
        one, other = (many(x, seed, range(n), jobs, x.id) for x in (a, b))
        found.append((pairs.compare(one, other), pairs.identical(one, other)))
    a, b = couples[0]
    effects, same = found[0]
    if json:
        bodies = [pairs.as_json(x.id, b.id, seed, *row) for (x, _), row in zip(couples, found, strict=True)]
        out.columns_as_json(bodies, [x for x, _ in couples])
    elif not beside:
        out.show(paired.comparison((a.title, b.title), n, effects, same, everything), a, b)
    else:
        head = f"{b.title}: what it changes, changed in each"
        told = paired.transferred(head, [x.id for x, _ in couples], n, [row for row, _ in found], everything)
        out.show(told, *(x for x, _ in couples))


def variants(json: Json = False) -> None:
    """List the shipped scenarios and variants, each with its question and the statements it bears on."""
    import os

    from rich.console import Group
    from rich.text import Text

    from sim import scenario as room
    from sim.report import out, text

    home = Path(room.__file__).resolve().parents[2] / "scenarios"
    found = {folder: room.variants(folder) for folder in (home, home / "variants")}
    whose = room.load(home / BASE)
    if json:
        out.as_json([row._asdict() for rows in found.values() for row in rows], whose)
        return
    parts = []
    for folder, rows in found.items():
        listed = [(Text(f"{row.id}.yaml"), row.question, row.row, ", ".join(row.claims)) for row in rows]
        parts.append(
            text.table(f"In {os.path.relpath(folder)}/", ("file", "question", "row", "bears on"), listed, left=4)
        )
    told = Group(*parts, Text("docs/variants.md tells more of each row; C and S are statements of `khusham claims`."))
    out.show(told, whose)


def explain(
    scenario: ScenarioFile,
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="Such as units[t72-1].speed, weapons.gmlrs (all below it), reports[mod], claims[C17].",
        ),
    ],
    overrides: Set = None,
    beside: Beside = None,
    json: Json = False,
) -> None:
    """What is known of a number: value, unit, range, basis, source, who disputes it, which metrics it moves."""
    from sim.report import explained, out
    from sim.scenario import ScenarioError

    told = columns.loaded(scenario, beside, overrides or ())
    if path.startswith("claims["):
        found = [explained.statement(one, path) for one in told]
        if json:
            out.columns_as_json([{"scenario": one.id} | row for one, row in zip(told, found, strict=True)], told)
        else:
            for one, name, row in zip(told, columns.heads(told), found, strict=True):
                out.show(explained.statement_in_words(name, row), one)
        return
    answers = [explained.answer(told[0], path)]
    for other in told[1:]:
        try:
            answers.append(explained.answer(other, path))
        except ScenarioError:  # a scenario of other units: its column says so
            answers.append([])
    if json:
        bodies = [{"scenario": one.id} | explained.as_json(row) for one, row in zip(told, answers, strict=True)]
        out.columns_as_json(bodies, told)
    else:
        out.show(explained.in_words(path, columns.heads(told), answers), *told)
