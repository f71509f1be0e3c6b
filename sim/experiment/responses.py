"""The runs of a sweep as arrays: for each response one number a run, by point and replication."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment import manifest
from sim.experiment.design import EXACT, STRIDE, Design
from sim.experiment.manifest import SweepError
from sim.experiment.store import TABLE
from sim.metrics import METRICS

Floats = NDArray[np.float64]

DEFAULT = (
    "attackers_killed", "attackers_wounded", "defenders_killed", "hq_held", "rounds_within_500m",
    "time_to_first_effect_s", "fight_duration_s",
)  # fmt: skip
"""What is analysed if nobody asks for anything else."""

EVENTS = ("hq_held=false", "attackers_killed>150")
"""Events looked for in boxes and trees if nobody names others."""

_TEST = re.compile(r"([a-z0-9_]+)\s*(>=|<=|>|<|=)\s*([A-Za-z0-9_.+-]+)")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "=": operator.eq,
}  # fmt: skip


class NotEnough(Exception):
    """This cannot be said honestly from these runs; the text says why, and what it would take."""


@dataclass(frozen=True)
class Response:
    """One number a run: `y` has the shape (n_points, most replications of any), NaN where a run has none."""

    name: str
    y: Floats
    truth: bool
    """Whether it is 0 or 1: an event, whose mean is a share."""

    @property
    def n(self) -> NDArray[np.int64]:
        """(n_points,) runs that have a value."""
        found: NDArray[np.int64] = np.count_nonzero(np.isfinite(self.y), axis=1)
        return found

    @property
    def mean(self) -> Floats:
        """(n_points,) means of the runs that have a value; NaN without any."""
        n = self.n
        total = np.where(np.isfinite(self.y), self.y, 0.0).sum(axis=1)
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    @property
    def variance(self) -> Floats:
        """(n_points,) sample variances; NaN for fewer than two runs."""
        n = self.n
        gap = np.where(np.isfinite(self.y), self.y - self.mean[:, None], 0.0)
        return np.where(n > 1, (gap * gap).sum(axis=1) / np.maximum(n - 1, 1), np.nan)

    @property
    def values(self) -> Floats:
        """All values, in the order of the runs."""
        return self.y[np.isfinite(self.y)]

    @property
    def noise_share(self) -> float | None:
        """Share of luck in the variance of the point means; None if there are no replications to tell."""
        known = self.n > 1
        if np.count_nonzero(known) < 2:
            return None
        spread = float(np.var(self.mean[known], ddof=1))
        noise = float(np.mean(self.variance[known] / self.n[known]))
        return min(1.0, noise / spread) if spread > 0.0 else 1.0

    @property
    def complete(self) -> Floats:
        """(n_points, n) the replications that every point has."""
        return self.y[:, np.isfinite(self.y).all(axis=0)]


@dataclass(frozen=True)
class Runs:
    """The table of a sweep with its design."""

    design: Design
    columns: dict[str, list[Any]]

    @property
    def n(self) -> int:
        """Rows of the table."""
        return len(self.columns["run"])

    @property
    def exact(self) -> bool:
        """Whether the points are the question itself, so that only luck is uncertain."""
        return self.design.kind in EXACT

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The runs that failed, with stage and cause."""
        names = ("point", "rep", "stage", "cause")
        rows = zip(*(self.columns[name] for name in names), strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows if row[2] is not None]

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics in the table; one that this program no longer has is not among them."""
        names = list(self.columns)
        return [name for name in names[names.index("digest") + 1 :] if name in METRICS]

    def response(self, name: str) -> Response:
        """A metric by its name, or an event such as `attackers_killed>150` or `first_fire_side=attackers`."""
        test = _TEST.fullmatch(name)
        metric = test[1] if test else name
        if metric not in self.metrics:
            from sim.scenario.overlay import near

            raise SweepError(f"there is no metric `{metric}` in the table{near(metric, self.metrics)}")
        values = self.columns[metric]
        if test is not None:
            wanted = _value(test[3], values, name)
            compare = _COMPARE[test[2]]
            values = [None if v is None else bool(compare(v, wanted)) for v in values]
        if any(isinstance(v, str) for v in values):
            raise SweepError(f"{metric} is a word; ask for one of its values, as in `{metric}={_word(values)}`")
        points, reps = np.array(self.columns["point"], dtype=int), np.array(self.columns["rep"], dtype=int)
        y = np.full((self.design.n_points, int(reps.max(initial=0)) + 1), np.nan)
        y[points, reps] = [np.nan if v is None else float(v) for v in values]
        return Response(name, y, all(isinstance(v, bool) for v in values if v is not None))

    def row(self, point: int, rep: int) -> dict[str, Any]:
        """One run, by column."""
        at = self.columns["run"].index(point * STRIDE + rep)
        return {name: values[at] for name, values in self.columns.items()}


def _word(values: list[Any]) -> str:
    return next(v for v in values if isinstance(v, str))


def _value(text: str, values: list[Any], name: str) -> Any:
    """What an event compares with, of the kind of the metric."""
    known = next((v for v in values if v is not None), None)
    if isinstance(known, str):
        return text
    words = {"true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return float(text)
    except ValueError:
        raise SweepError(f"`{name}`: {text!r} is not a number; allowed: a number, true or false") from None


def read(folder: Path) -> Runs:
    """The table of a finished sweep; raises SweepError if it is not there or not of this sweep."""
    import pyarrow.parquet as pq

    design = manifest.design_of(manifest.read(folder)["design"])
    path = folder / TABLE
    if not path.exists():
        raise SweepError(f"{folder}: the sweep is not finished ({TABLE} is missing); run it again and it goes on")
    table = pq.read_table(path)
    if (table.schema.metadata or {}).get(b"khusham_sweep") != design.sha256.encode():
        raise SweepError(f"{path}: is not the table of the sweep in {manifest.NAME}; run the sweep again")
    return Runs(design, table.to_pydict())
