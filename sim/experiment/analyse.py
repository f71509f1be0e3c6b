"""What a sweep says: distributions, effects, shares of variance, tree, boxes, robust settings, odd runs.

Every section either answers or says why it cannot be answered from these runs. Written as JSON, as tables of Parquet,
and as pictures, beside the runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim import stats
from sim.experiment import box, effects, odd, responses, sensitivity, tree
from sim.experiment.manifest import SweepError
from sim.experiment.odd import Odd
from sim.experiment.responses import DEFAULT, EVENTS, NotEnough, Response, Runs
from sim.experiment.store import write_atomically
from sim.tags import WHOSE, with_whose

FOLDER = "analysis"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Analysis:
    """Everything found. `body` is plain JSON."""

    runs: Runs
    responses: tuple[Response, ...]
    body: dict[str, Any]
    odd: tuple[Odd, ...]


def _or_why(answer: Callable[[], Any]) -> Any:
    """The answer as JSON, or {"refused": why}."""
    try:
        return answer()
    except NotEnough as fault:
        return {"refused": str(fault)}


def distribution(values: Any, truth: bool) -> dict[str, Any]:
    """n, mean with its interval, spread, and quantiles with exact distribution-free intervals; a share for an event."""
    found: dict[str, Any] = dict(stats.summary(np.asarray(values, dtype=bool).tolist() if truth else values))
    if truth or len(values) < 2:
        return found
    found["sd"] = float(np.std(values, ddof=1))
    for q in QUANTILES:
        around = stats.quantile_interval(values, q)
        found[f"q{q * 100:g}"] = {
            "value": stats.quantile(values, q), "low": around.low if around else None,
            "high": around.high if around else None,
        }  # fmt: skip
    return found


def overall(response: Response, exact: bool) -> dict[str, Any]:
    """The distribution over all runs. Runs of a point are alike and, under common luck, runs of a number too: the
    interval of the mean is that of the point means, or over replications where the points are the question."""
    found = distribution(response.values, response.truth)
    means = response.complete.mean(axis=0) if exact else response.mean[response.n > 0]
    interval = stats.mean_interval(means)
    if response.truth and interval is not None:
        same = float(np.ptp(means)) == 0.0 and means[0] in (0.0, 1.0)  # then the points are all there is to go by
        around = stats.wilson(len(means) if means[0] else 0, len(means)) if same else interval
        interval = stats.Interval(max(0.0, around.low), min(1.0, around.high)) if around is not None else None
    found["low"], found["high"] = interval or (None, None)
    known = int(np.count_nonzero(response.n > 0))
    return found | {"points": known, "noise_share": response.noise_share}


def robust(runs: Runs, response: Response) -> dict[str, Any]:
    """Points no other point beats in both mean and spread (small spread; low and high mean apart), and what each
    factor does to the spread."""
    usable = np.flatnonzero(response.n > 1)
    if response.truth or len(usable) < 2 or response.n[usable].min() < effects.LEAST_REPLICATIONS:
        raise NotEnough(f"mean and spread of a point take {effects.LEAST_REPLICATIONS} runs of a number")
    mean, sd = response.mean[usable], response.variance[usable] ** 0.5
    found: dict[str, Any] = {}
    for name, way in (("low", 1.0), ("high", -1.0)):
        best = [
            i for i in range(len(usable))
            if not np.any((way * mean <= way * mean[i]) & (sd <= sd[i]) & ((mean != mean[i]) | (sd != sd[i])))
        ]  # fmt: skip
        rows = sorted(best, key=lambda i: sd[i])
        found[name] = [
            {"point": int(usable[i]), "mean": float(mean[i]), "sd": float(sd[i])} | _settings(runs, int(usable[i]))
            for i in rows
        ]
    return found | {"spread": _or_why(lambda: effects.spread_effects(runs.design, response).plain())}


def _settings(runs: Runs, point: int) -> dict[str, Any]:
    names = [factor.id for factor in runs.design.factors]
    return {"settings": dict(zip(names, runs.design.values(point), strict=True))}


def analyse(folder: Path, metrics: Sequence[str] | None = None, events: Sequence[str] | None = None) -> Analysis:
    """Analyses the sweep in a folder; raises SweepError."""
    runs = responses.read(folder)
    design = runs.design
    if not any(stage is None for stage in runs.columns["stage"]):
        raise SweepError(f"{folder}: every run failed; the first: {runs.failures[0]['cause']}")
    asked = [*(metrics or DEFAULT), *(EVENTS if events is None and metrics is None else events or ())]
    found = [runs.response(name) for name in dict.fromkeys(asked)]
    sections: dict[str, Any] = {}
    trees: dict[str, tree.Node] = {}
    for response in found:
        if not len(response.values):
            sections[response.name] = {"refused": "no run has a value"}
            continue
        try:
            trees[response.name] = tree.grow(design, response)
            grown: dict[str, Any] = trees[response.name].plain()
        except NotEnough as fault:
            grown = {"refused": str(fault)}
        sections[response.name] = _section(runs, response) | {"tree": grown}
    strange = odd.find(folder, runs, found, trees)
    body = {
        "schema": 1,
        "sweep": design.id,
        "title": design.title,
        "question": design.question,
        "sha256": design.sha256,
        "design": design.kind,
        "points": design.n_points,
        "runs": runs.n,
        "factors": {factor.id: factor.plain() for factor in design.factors},
        "failures": runs.failures,
        "responses": sections,
        "odd": [one.plain() for one in strange],
    }
    whose = [base.attributed for base in design.bases.values()]
    return Analysis(runs, tuple(found), with_whose(body, whose), tuple(strange))


def _section(runs: Runs, response: Response) -> dict[str, Any]:
    """All that is said of one response, the tree apart."""
    design, exact = runs.design, runs.exact
    return {
        "distribution": overall(response, exact),
        "main_effects": _or_why(lambda: effects.main_effects(design, response, exact).plain()),
        "second_order": _or_why(lambda: effects.second_order(design, response, exact).plain()),
        "first_order": _or_why(lambda: [asdict(one) for one in _shares(runs, response)]),
        "sobol": _or_why(lambda: [asdict(one) for one in sensitivity.sobol(design, response)]),
        "morris": _or_why(lambda: [asdict(one) for one in sensitivity.morris(design, response)]),
        "box": _or_why(lambda: asdict(box.find(design, response))),
        "robust": _or_why(lambda: robust(runs, response)),
        "contrasts": _or_why(lambda: effects.contrasts(design, response)),
    }


def _shares(runs: Runs, response: Response) -> list[sensitivity.Index]:
    if runs.design.kind not in ("lhs", "nolh", "sobol", "factorial", "grid", "fractional"):
        raise NotEnough(f"shares of variance need points that fill the space; those of {runs.design.kind} do not")
    return sensitivity.first_order(runs.design, response)


# ---------------------------------------------------------------- written and said


def tables(found: Analysis) -> dict[str, list[dict[str, Any]]]:
    """The flat tables by name: points, effects, shares, odd."""
    points, terms, shares = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for response in found.responses:
        sd = response.variance**0.5
        for point in range(found.runs.design.n_points):
            n = int(response.n[point])
            y = response.y[point][np.isfinite(response.y[point])]
            levels = np.quantile(y, QUANTILES).tolist() if n else [None] * len(QUANTILES)
            low, high = stats.mean_interval(y) or (None, None)
            points.append(
                {"response": response.name, "point": point} | _settings(found.runs, point)["settings"]
                | {"n": n, "mean": float(response.mean[point]) if n else None, "low": low, "high": high,
                   "sd": float(sd[point]) if n > 1 else None}
                | dict(zip([f"q{q * 100:g}" for q in QUANTILES], levels, strict=True))
            )  # fmt: skip
        section = found.body["responses"][response.name]
        for model in ("main_effects", "second_order"):
            for row in section.get(model, {}).get("effects", ()):
                terms.append({"response": response.name, "model": model} | row)
        for kind in ("first_order", "sobol"):
            rows = section.get(kind)
            shares += (
                [{"response": response.name, "kind": kind} | row for row in rows] if isinstance(rows, list) else []
            )
    return {"points": points, "effects": terms, "shares": shares, "odd": [one.plain() for one in found.odd]}


def write(folder: Path, found: Analysis) -> list[Path]:
    """Writes analysis.json, tables and pictures; the paths. Raises SweepError if they cannot be written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.experiment import pictures

    out = folder / FOLDER
    written: list[Path] = []
    files = {"analysis.json": json.dumps(found.body, indent=1, allow_nan=False).encode()}
    for name, rows in tables(found).items():
        if rows:
            sink = pa.BufferOutputStream()
            whose = {WHOSE: json.dumps(found.body.get(WHOSE, {}), ensure_ascii=False)}
            pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata(whose), sink)
            files[f"{name}.parquet"] = sink.getvalue().to_pybytes()
    files |= {f"{name}.svg": data for name, data in pictures.draw(found).items()}
    try:
        out.mkdir(exist_ok=True)
        for name, data in files.items():
            write_atomically(out / name, data)
            written.append(out / name)
    except OSError as fault:
        raise SweepError(f"{fault.filename or out}: cannot be written: {fault.strerror or fault}") from None
    return written


def write_recordings(folder: Path, found: Analysis, said: Callable[[str], None]) -> list[Path]:
    """Runs every odd run again and writes it with its ensemble attached."""
    paths = []
    for one in found.odd:
        paths.append(odd.file_of(folder, one.name))
        odd.write(folder, found.runs, one.point, one.rep, paths[-1])
        said(f"wrote {paths[-1]}: {one.why}")
    return paths
