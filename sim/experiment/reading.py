"""Design files: YAML to a `Design`, every fault with file, line, column, and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.experiment import factors as room
from sim.experiment.design import STRIDE, Base, Design, Stop, coordinates
from sim.experiment.factors import Factor, Level, NoFactor
from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.overlay import near, some
from sim.scenario.reading import Problem, read_bytes, read_map
from sim.scenario.tree import Map, Mark, Seq

TOP = ("sweep", "id", "title", "question", "scenario", "seed", "replications", "luck", "stop", "design", "factors")
OPTIONS: dict[str, tuple[str, ...]] = {
    "factorial": (), "fractional": ("resolution",), "grid": ("levels",), "one_at_a_time": ("levels",),
    "lhs": ("points", "seed"), "nolh": ("points", "seed"), "sobol": ("points", "seed"),
    "saltelli": ("points", "seed"), "morris": ("trajectories", "levels", "seed"),
}  # fmt: skip
"""Every kind of design with what may be said of it."""
NEEDED = {"points": 4, "trajectories": 2}
"""What has no default, and the least it may be."""
MOST_POINTS = 100_000


@dataclass
class _Reader:
    """A design file being read; problems are collected."""

    file: str
    folder: Path
    problems: list[Problem] = field(default_factory=list)
    bases: dict[str, Base] = field(default_factory=dict)

    def wrong(self, mark: Mark, path: str, text: str) -> None:
        self.problems.append(Problem(mark, path, text))

    def done(self) -> None:
        """Raises what has been found so far."""
        if self.problems:
            raise ScenarioError([str(problem) for problem in self.problems])

    def keys(self, node: Map, path: str, allowed: Sequence[str], needed: Sequence[str] = ()) -> None:
        for key in node:
            if key not in allowed:
                text = f"unknown key `{key}`; allowed: {some(allowed)}{near(key, allowed)}"
                self.wrong(node.keys_at[key], path, text)
        for key in needed:
            if key not in node:
                self.wrong(node.mark, path, f"`{key}` is missing")

    def whole(self, node: Map, path: str, key: str, default: int, least: int, most: int) -> int:
        value = node.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            allowed = f"a whole number from {least} to {most}"
            self.wrong(node.values_at[key], f"{path}{key}", f"{value!r} is not allowed; allowed: {allowed}")
            return default
        return value

    def one_of(self, node: Map, path: str, key: str, default: str, allowed: Sequence[str]) -> str:
        value = node.get(key, default)
        if value not in allowed:
            text = f"{value!r} is not allowed; allowed: {some(allowed)}{near(str(value), allowed)}"
            self.wrong(node.values_at[key], f"{path}{key}", text)
            return default
        return str(value)

    def scenario(self, name: Any, at: Mark, path: str) -> tuple[Scenario, str] | None:
        """A scenario file named from the folder of the design, and how a user would name it."""
        if not isinstance(name, str):
            self.wrong(at, path, f"{name!r} is not the name of a scenario file")
            return None
        shown = _shown(self.folder / name)
        try:
            return load(shown), shown
        except ScenarioError as fault:
            more = f" (and {len(fault.messages) - 1} more)" if len(fault.messages) > 1 else ""
            self.wrong(at, path, f"{fault.messages[0]}{more}")
            return None

    def based(self, key: str, found: tuple[Scenario, str]) -> None:
        scenario, shown = found
        self.bases[key] = Base(
            shown, scenario.resolved_yaml, scenario.folder, scenario.sha256, scenario.clock.start.isoformat(),
            scenario.attributed,
        )  # fmt: skip


def _shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    whole = path.resolve()
    try:
        return str(whole.relative_to(Path.cwd()))
    except ValueError:
        return str(whole)


def _plain(value: Any) -> Any:
    """Without marks, so that it can be sent."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def read(path: str | Path, scenario: str | None = None) -> Design:
    """The design in a file, its scenarios loaded and its factors tried; raises ScenarioError with every message.
    `scenario` names another file to run it on than the one it gives."""
    file = Path(path)
    tree, problems = read_map(read_bytes(file, str(path)), str(path))
    reader = _Reader(str(path), file.parent, problems)
    reader.done()
    reader.keys(tree, "", TOP, ("sweep", "id", "scenario", "design", "factors"))
    if tree.get("sweep", 1) != 1:
        reader.wrong(tree.values_at["sweep"], "sweep", "is the version of the grammar; allowed: 1")
    reader.done()
    name = tree["scenario"] if scenario is None else str(Path(scenario).resolve())
    found = reader.scenario(name, tree.values_at["scenario"], "scenario")
    reader.done()
    assert found is not None
    reader.based("", found)
    factors = _factors(reader, tree, found[0])
    kind, options = _kind(reader, tree)
    seed = reader.whole(tree, "", "seed", 1, 0, 2**63 - 1)
    replications = reader.whole(tree, "", "replications", 10, 1, STRIDE)
    luck = reader.one_of(tree, "", "luck", "common", ("common", "own"))
    stop = _stop(reader, tree)
    reader.done()
    try:
        unit = coordinates(kind, options, factors)
    except ValueError as fault:
        raise ScenarioError([str(Problem(tree.values_at["design"], "design", str(fault)))]) from None
    if len(unit) > MOST_POINTS:
        text = f"{len(unit)} points; allowed: at most {MOST_POINTS}"
        raise ScenarioError([str(Problem(tree.values_at["design"], "design", text))])
    words = [str(tree.get(key) or "") for key in ("id", "title", "question")]
    design = Design(
        words[0], words[1], words[2], str(path), reader.bases, factors, kind, options, unit, seed, replications,
        luck == "common", stop,
    )  # fmt: skip
    _try_factors(reader, design, tree.values_at["factors"])
    return design


def of_size(design: Design, replications: int) -> Design:
    """The design with another number of replications: its first runs, or more of them; raises ScenarioError."""
    if design.stop is not None:
        raise ScenarioError([f"{design.file}: `stop` decides how many runs a point gets; it leaves nothing to ask for"])
    if replications > STRIDE:
        raise ScenarioError(
            [f"{replications} replications are not allowed; allowed: a whole number from 1 to {STRIDE}"]
        )
    return replace(design, replications=replications)


def _kind(reader: _Reader, tree: Map) -> tuple[str, dict[str, Any]]:
    node = tree["design"]
    if not isinstance(node, Map):
        reader.wrong(tree.values_at["design"], "design", f"is a map with `kind`; allowed: {some(list(OPTIONS))}")
        return "grid", {}
    kind = reader.one_of(node, "design.", "kind", "", list(OPTIONS)) if "kind" in node else ""
    if not kind:
        reader.keys(node, "design", list(node), ("kind",))
        return "grid", {}
    options = OPTIONS[kind]
    reader.keys(node, "design", ("kind", *options), [key for key in options if key in NEEDED])
    most = {"seed": 2**63 - 1, "levels": 100, "resolution": 5}
    least = {"seed": 0, "levels": 2, "resolution": 3} | NEEDED
    given = {
        key: reader.whole(node, "design.", key, 0, least[key], most.get(key, MOST_POINTS))
        for key in options
        if key in node
    }
    return kind, given


def _stop(reader: _Reader, tree: Map) -> Stop | None:
    from sim.metrics import METRICS

    node = tree.get("stop")
    if node is None:
        return None
    if not isinstance(node, Map):
        reader.wrong(tree.values_at["stop"], "stop", "is a map with metric, relative or half_width, block, cap")
        return None
    reader.keys(node, "stop", ("metric", "relative", "half_width", "block", "cap"), ("metric", "cap"))
    metric = reader.one_of(node, "stop.", "metric", "", list(METRICS)) if "metric" in node else ""
    widths = [node.get(key) for key in ("relative", "half_width")]
    if sum(width is not None for width in widths) != 1:
        reader.wrong(node.mark, "stop", "give exactly one of relative, half_width")
    for key, width in zip(("relative", "half_width"), widths, strict=True):
        if width is not None and (isinstance(width, bool) or not isinstance(width, int | float) or width <= 0):
            reader.wrong(node.values_at[key], f"stop.{key}", f"{width!r} is not allowed; allowed: a number above 0")
    block = reader.whole(node, "stop.", "block", 20, 2, STRIDE)
    cap = reader.whole(node, "stop.", "cap", STRIDE, 2, STRIDE)
    return Stop(metric, widths[0], widths[1], block, cap)


def _factors(reader: _Reader, tree: Map, scenario: Scenario) -> tuple[Factor, ...]:
    from sim.metrics import METRICS

    rows, found = tree["factors"], list[Factor]()
    if not isinstance(rows, Seq) or not rows:
        reader.wrong(tree.values_at["factors"], "factors", "is a list of factors, each with an id")
        return ()
    for n, row in enumerate(rows):
        if not isinstance(row, Map) or not isinstance(row.get("id"), str):
            reader.wrong(rows.items_at[n], f"factors[{n}]", "a factor is a map with an id")
            continue
        at = f"factors[{row['id']}]"
        if row["id"] in [factor.id for factor in found] or row["id"] in RESERVED | METRICS.keys():
            reader.wrong(row.values_at["id"], at, "this name is taken; allowed: any other")
        reader.keys(row, at, ("id", "path", "over", "scale", "note"), ("over",))
        try:
            found.append(_factor(reader, row, at, scenario))
        except NoFactor as fault:
            reader.wrong(row.values_at.get("over", row.mark), at, str(fault))
    return tuple(found)


RESERVED = frozenset({"run", "point", "rep", "replication", "stage", "cause", "digest"})
"""Columns of the table that are no factor."""


def _factor(reader: _Reader, row: Map, at: str, scenario: Scenario) -> Factor:
    over, path = row.get("over"), row.get("path")
    paths = [path] if isinstance(path, str) else list(path) if isinstance(path, list) else []
    if not all(isinstance(one, str) for one in paths):
        raise NoFactor("`path` is a path as in --set, or a list of them")
    if isinstance(over, Seq):
        return Factor(str(row["id"]), tuple(paths), _levels(reader, over, paths, at))
    if not paths:
        raise NoFactor("`path` is missing: which value is to be varied")
    paths = room.everywhere(paths, scenario)
    if isinstance(over, Map) and set(over) <= {"times", "scale"} and "times" in over:
        return room.multiples(str(row["id"]), paths, {"scale": row.get("scale", "linear"), **over}, scenario)
    if over == "range":
        return room.own_range(str(row["id"]), paths, str(row.get("scale", "linear")), scenario)
    if not isinstance(over, Map) or not {"low", "high"} <= set(over) <= {"low", "high", "scale"}:
        raise NoFactor(
            "`over` is not allowed; allowed: `range`, `{low: ..., high: ...}`, `{times: [.., ..]}`, a list of levels"
        )
    return room.a_range(str(row["id"]), paths, {"scale": row.get("scale", "linear"), **over}, scenario)


def _levels(reader: _Reader, rows: Seq, paths: list[str], at: str) -> tuple[Level, ...]:
    found: list[Level] = []
    for n, row in enumerate(rows):
        if isinstance(row, Map) and "id" in row and set(row) <= {"id", "set", "scenario"}:
            settings = row.get("set") or {}
            name = f"{at}.{row['id']}" if "scenario" in row else None
            if name is not None:
                scenario = reader.scenario(row["scenario"], row.values_at["scenario"], f"{at}[{row['id']}]")
                if scenario is not None:
                    reader.based(name, scenario)
            level = Level(str(row["id"]), tuple((key, _plain(value)) for key, value in settings.items()), name)
        elif paths:
            shown = str(row).lower() if isinstance(row, bool) else str(_plain(row))
            level = Level(shown, tuple((path, _plain(row)) for path in paths))
        else:
            reader.wrong(rows.items_at[n], at, "a level without a path is a map of id and `set` or `scenario`")
            continue
        if level.id in [other.id for other in found]:
            reader.wrong(rows.items_at[n], at, f"level `{level.id}` is given twice")
        found.append(level)
    if len(found) < 2:
        raise NoFactor("a factor has at least two levels")
    return tuple(found)


def _try_factors(reader: _Reader, design: Design, at: Mark) -> None:
    """Loads the shared scenario with the first levels of all factors, then the last: a wrong path is told before a
    single run."""
    for u in (0.0, 1.0):
        settings = [setting for factor in design.factors for setting in factor.settings(u)]
        levels = [factor.levels[factor.level(u)] for factor in design.factors if factor.levels]
        base = next((level.scenario for level in levels if level.scenario is not None), "")
        try:
            load(design.bases[base].shown, settings)
        except ScenarioError as fault:
            lines = [line.removeprefix("--set: ") for line in fault.messages]
            raise ScenarioError([f"{at}: factors: {line}" for line in lines]) from None
