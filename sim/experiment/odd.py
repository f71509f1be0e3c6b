"""The runs worth watching: tails, the middle, one of each leaf of the tree; and the moment each became odd.

That moment is the first minute in which one of its cumulative curves leaves the 90 % band of the ensemble: of the
runs of its point if there are LEAST_ENSEMBLE, else of runs of the whole sweep.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.design import STRIDE, Base, Design
from sim.experiment.ensemble import TYPICAL, Replication
from sim.experiment.manifest import SweepError
from sim.experiment.responses import Floats, Response, Runs
from sim.experiment.store import Store
from sim.experiment.tree import Node
from sim.metrics import METRICS, MINUTE_MS
from sim.metrics.words import people_rounded

BAND = (0.05, 0.95)
LEAST_ENSEMBLE, MOST_ENSEMBLE = 20, 1000


@dataclass(frozen=True)
class Odd:
    """A run, why it is worth watching, and how to see it."""

    name: str
    why: str
    """In words: people who were hurt are rounded, `value` is exact."""
    value: float | None
    """Of the response that is lowest or highest here; None where it is odd in another way."""
    point: int
    rep: int
    replication: int
    digest: str
    left_band: str | None
    """The curve that left the band first; None if none did."""
    at: str | None
    """When, as local time in ISO form."""
    ensemble: str
    """Which runs the band is of."""
    command: str
    """Writes the run with its ensemble, and shows it at that moment."""
    again: str
    """The same run without the folder of the sweep: scenario, seed, replication and every setting spelled out."""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return dict(self.__dict__)


Picked = tuple[str, str, float | None, int, int]


def pick(runs: Runs, responses: Sequence[Response], trees: dict[str, Node]) -> list[Picked]:
    """(name, why, value, point, rep) of the odd runs, each run once, under the first reason; leaves of the first tree
    that has any."""
    found: list[Picked] = []
    near = _distances(runs)
    if near:
        found.append(
            ("medoid", "nearest the medians of all runs", None, *divmod(min(near, key=lambda k: (near[k], k)), STRIDE))
        )
    for response in responses:
        if response.truth or not len(response.values) or np.ptp(response.values) == 0.0:
            continue
        for way, at in (("lowest", np.nanargmin(response.y)), ("highest", np.nanargmax(response.y))):
            point, rep = (int(v) for v in np.unravel_index(int(at), response.y.shape))
            value = float(response.y[point, rep])
            told = people_rounded(response.name, value, "{:g}".format, many=False)
            found.append((f"{way}-{response.name}", f"{way} {response.name} of all runs: {told}", value, point, rep))
    for name, root in [(name, root) for name, root in trees.items() if root.yes is not None][:1]:
        for number, leaf in enumerate(root.leaves(), 1):
            inside = {key: far for key, far in near.items() if key // STRIDE in set(leaf.points)}
            if inside:
                key = min(inside, key=lambda k: (inside[k], k))
                words = f"typical of the leaf of {name} in which {' and '.join(leaf.conditions)}"
                found.append((f"leaf-{number}-{_safe(name)}", words, None, *divmod(key, STRIDE)))
    first = {row[-2:]: row for row in reversed(found)}
    return [row for row in found if first[row[-2:]] is row]


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)


def _distances(runs: Runs) -> dict[int, float]:
    """Run number -> sum over TYPICAL of the distance from the median in interquartile ranges; undefined is one off."""
    good = [i for i, stage in enumerate(runs.columns["stage"]) if stage is None]
    if not good:
        return {}
    far = np.zeros(len(good))
    for name in TYPICAL:
        column = runs.columns.get(name, [])
        values = np.array([np.nan if not column or column[i] is None else float(column[i]) for i in good])
        known = values[np.isfinite(values)]
        if len(known):
            low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
            far += np.nan_to_num(np.abs(values - middle) / max(high - low, 1e-9), nan=1.0)
    return {runs.columns["run"][i]: float(v) for i, v in zip(good, far, strict=True)}


def replication_of(design: Design, row: dict[str, Any]) -> Replication:
    """A stored run in the form of an ensemble's."""
    curves: dict[str, Floats] = {name: np.array(values, dtype=np.float64) for name, values in row["curves"]}
    n = len(next(iter(curves.values()), ()))
    curves["t_ms"] = row["curve_t_ms"] + np.arange(n, dtype=np.float64) * MINUTE_MS
    known = dict.fromkeys(METRICS) | json.loads(row["metrics"])  # a metric that came after the sweep has no value
    return Replication(design.replication(row["point"], row["rep"]), row["digest"], known, curves)


def company(store: Store, runs: Runs, point: int) -> tuple[list[Replication], str]:
    """The runs whose band is the measure for a run of this point, and what they are."""
    good = np.zeros((runs.design.n_points, runs.design.cap), dtype=bool)
    for p, r, stage in zip(*(runs.columns[name] for name in ("point", "rep", "stage")), strict=True):
        good[p, r] = stage is None
    wanted = np.zeros_like(good)
    wanted[point] = good[point]
    n = int(np.count_nonzero(wanted))
    words = f"the {n} runs of point {point}"
    if n < LEAST_ENSEMBLE:
        all_of_them = np.flatnonzero(good)
        some = all_of_them[np.unique(np.linspace(0, len(all_of_them) - 1, MOST_ENSEMBLE).astype(int))]
        wanted = np.zeros_like(good)
        wanted.flat[some] = True
        words = f"{len(some)} runs of the whole sweep"
    return [replication_of(runs.design, row) for row in store.rows(wanted)], words


def leaves_band(run: Replication, others: Sequence[Replication]) -> tuple[int, str] | None:
    """(ms, curve) of the first minute in which a curve of a run lies outside the middle 90 % of the others; None if
    none ever does. Before its first minute and after its last a curve has its first and last value."""
    first: tuple[int, str] | None = None
    grid = run.curves["t_ms"]
    for name, curve in run.curves.items():
        if name == "t_ms":
            continue
        rows = np.array([_on(other, name, grid) for other in others])
        low, high = np.quantile(rows, BAND, axis=0)
        out = np.flatnonzero((curve < low) | (curve > high))
        if len(out) and (first is None or (int(grid[out[0]]), name) < first):
            first = int(grid[out[0]]), name
    return first


def _on(run: Replication, name: str, grid: Floats) -> Floats:
    at = np.searchsorted(run.curves["t_ms"], grid, side="right") - 1
    values: Floats = run.curves[name][np.clip(at, 0, len(run.curves[name]) - 1)]
    return values


def moment(store: Store, runs: Runs, point: int, rep: int, others: Sequence[Replication]) -> tuple[str, str] | None:
    """(local time in ISO form, curve) when a run leaves the band of others; None if it never does."""
    design = runs.design
    wanted = np.zeros((design.n_points, design.cap), dtype=bool)
    wanted[point, rep] = True
    left = leaves_band(replication_of(design, next(store.rows(wanted))), others)
    return (clock_time(design.bases[design.base(point)], left[0]), left[1]) if left is not None else None


def file_of(folder: Path, name: str) -> Path:
    """Where the recording of an odd run lies."""
    return folder / "odd" / f"{name}.mcap"


def find(folder: Path, runs: Runs, responses: Sequence[Response], trees: dict[str, Node]) -> list[Odd]:
    """The odd runs of a sweep, each with the commands that show it."""
    store, design = Store(folder, runs.design), runs.design
    found, known = list[Odd](), dict[int, tuple[list[Replication], str]]()
    for name, why, value, point, rep in pick(runs, responses, trees):
        if point not in known:
            known = {point: company(store, runs, point)}
        others, words = known[point]
        left = moment(store, runs, point, rep, others)
        at, curve = left if left is not None else (None, None)
        file = str(file_of(folder, name))
        replay = shlex.join(["khusham", "replay", str(folder), f"{point}-{rep}", "-o", file])
        again = shlex.join(["khusham", "run", *design.command(point, rep), "-o", f"{name}.mcap"])
        found.append(
            Odd(
                name, why, value, point, rep, design.replication(point, rep), runs.row(point, rep)["digest"], curve, at,
                words, f"{replay} && {shlex.join(view_words(file, at))}", again,
            )
        )  # fmt: skip
    return found


def view_words(file: str, at: str | None) -> list[str]:
    """The command that shows a recording at a moment."""
    return ["khusham", "view", file, *(["--at", at] if at else [])]


def clock_time(base: Base, t_ms: int) -> str:
    """An instant of a run as local time in ISO form."""
    return (datetime.fromisoformat(base.start) + timedelta(milliseconds=t_ms)).isoformat(timespec="seconds")


def run_of(runs: Runs, words: str) -> tuple[int, int]:
    """Point and rep named as `12-3`, or as the number in the column `run`; raises SweepError."""
    parts = words.split("-")
    if len(parts) not in (1, 2) or not all(part.isdigit() for part in parts):
        raise SweepError(f"{words!r} is not a run; allowed: POINT-REP, as 12-3, or a number of the column `run`")
    point, rep = (int(parts[0]), int(parts[1])) if len(parts) == 2 else divmod(int(parts[0]), STRIDE)
    if point * STRIDE + rep not in runs.columns["run"] or rep >= STRIDE:
        raise SweepError(f"there is no run {point}-{rep} in the table; points 0 to {runs.design.n_points - 1}")
    row = runs.row(point, rep)
    if row["stage"] is not None:
        raise SweepError(f"run {point}-{rep} failed in `{row['stage']}`: {row['cause']}")
    return point, rep


def write(folder: Path, runs: Runs, point: int, rep: int, path: Path) -> None:
    """Runs a run of the sweep again, whole, from the scenario that lies in the folder, and writes it with its ensemble
    attached. Raises SweepError if it is not the same run any more."""
    from sim.experiment.ensemble import Ensemble, engine_run, with_ensemble
    from sim.recording import save
    from sim.scenario import load_text

    design, store = runs.design, Store(folder, runs.design)
    base = design.bases[design.base(point)]
    text = store.scenario_text(design.base(point))
    if load_text(text, base.folder, shown=base.shown).sha256 != base.sha256:
        raise SweepError(
            f"the scenario in {folder}, or a file beside {base.shown}, has changed since the sweep: this is another run"
        )
    scenario = load_text(text, base.folder, design.settings(point), shown=base.shown)
    number, wanted = design.replication(point, rep), runs.row(point, rep)["digest"]
    recording = engine_run(scenario, seed=design.seed, replication=number, record="full")
    if recording.digest != wanted:
        raise SweepError(
            f"run {point}-{rep} has digest {recording.digest}, in the sweep it had {wanted}: the program changed"
        )
    others, _ = company(store, runs, point)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(with_ensemble(recording, Ensemble(design.seed, tuple(others))), path)
    except OSError as fault:
        raise SweepError(f"{fault.filename or path}: cannot be written: {fault.strerror or fault}") from None


def replay(folder: Path, words: str, output: Path | None) -> tuple[Path, str, str]:
    """Writes a run named in words; its file, when and how it became odd, and the command that shows that moment."""
    from sim.experiment.responses import read

    runs = read(folder)
    point, rep = run_of(runs, words)
    path = output or file_of(folder, f"{point}-{rep}")
    write(folder, runs, point, rep, path)
    store = Store(folder, runs.design)
    others, named = company(store, runs, point)
    left = moment(store, runs, point, rep, others)
    said = f"at {left[0]} its {left[1]} left the band of {named}" if left else f"it never left the band of {named}"
    return path, said, shlex.join(view_words(str(path), left[0] if left else None))
