"""The architecture is a passing test: the order of the rooms, their size, and what no room may do.

The contracts of `.importlinter` run on the real tree and on copies with one fault planted; the
scans below run on the real tree and on a line that each of them must find.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("sim", "viz")
SCENARIO = ROOT / "scenarios" / "khusham.yaml"

FILE_LINES, FUNCTION_LINES, ENGINE_LINES = 300, 60, 150
VIZ_SEES = {"recording", "metrics", "claims", "why", "events", "legs", "geometry", "stats", "tags", "faults"}
STDLIB_OF_THE_CORE = {
    "itertools",
    "operator",
    "__future__",
    "collections",
    "dataclasses",
    "enum",
    "functools",
    "math",
    "typing",
}
HEAVY = ("scipy.stats", "dask", "distributed", "pyarrow", "matplotlib", "pygame", "pandas", "pint")
NO_NAME_FOR_A_ROOM = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler"}


# ---------------------------------------------------------------- the contracts can fail


def lint(tree: Path) -> tuple[int, str]:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as f; f()",
            "--no-cache",
        ],
        cwd=tree,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def module_file(tree: Path, name: str) -> Path:
    """The file of a dotted module, made with its packages if the tree has none yet."""
    path = tree.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for package in file.relative_to(tree).parents[:-1]:
        (tree / package).mkdir(exist_ok=True)
        (tree / package / "__init__.py").touch()
    file.touch()
    return file


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_imports_run_downwards() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


WRONG_IMPORTS = [
    ("sim.geometry", "import sim.world", "sim: imports run strictly downwards"),
    ("sim.scenario.loader", "import sim.metrics", "sim: imports run strictly downwards"),
    ("sim.clock", "import sim.log", "sim: imports run strictly downwards"),
    (
        "sim.world",
        "if TYPE_CHECKING:\n    import sim.context",
        "sim: imports run strictly downwards",
    ),
    ("sim.metrics", "import sim.draws", "what reads a recording cannot reach what made it"),
    ("sim.recording", "import simpy", "what reads a recording cannot reach what made it"),
    ("sim.processes.air", "import sim.processes.roe", "processes meet only in"),
    ("sim.effects.delivery", "import sim.effects.damage", "effects do not know each other"),
    ("sim.effects.direct", "import sim.effects.salvo", "effects do not know each other"),
    ("sim.effects.seeing", "import pydantic", "effects, geometry, stats and legs know no clock"),
    ("sim.export.kml", "import sim.export.czml", "one export format, one file"),
    ("sim.engine", "import pygame", "sim draws nothing"),
    ("sim.experiment.sweep", "import viz.app", "sim draws nothing"),
    ("viz.camera", "import viz.canvas", "viz: imports run strictly downwards"),
    ("viz.frame", "import pygame", "playback, frame and camera know no pygame"),
    ("viz.app", "import sim.engine", "viz sees of sim"),
    ("viz.app", "import simpy", "the viewer runs nothing"),
    ("viz.layers.trails", "import viz.layers.units", "map layers do not know each other"),
    ("viz.panels.timeline", "import viz.panels.legend", "panels do not know each other"),
]


@pytest.mark.parametrize(("where", "line", "contract"), WRONG_IMPORTS)
def test_a_wrong_import_is_found(copy: Path, where: str, line: str, contract: str) -> None:
    target = line.split()[-1]
    if target.split(".")[0] in ROOMS:
        module_file(copy, target)
    with module_file(copy, where).open("a") as file:
        file.write(f"\n{line}\n")
    code, said = lint(copy)
    assert code == 1, said
    assert [words for words in said.splitlines() if contract in words and "BROKEN" in words], said


@pytest.mark.parametrize("stray", ["sim/utils.py", "viz/helpers.py", "sim/tools/__init__.py"])
def test_a_stray_module_is_found(copy: Path, stray: str) -> None:
    (copy / stray).parent.mkdir(exist_ok=True)
    (copy / stray).touch()
    code, said = lint(copy)
    assert code == 1, said
    assert "imports run strictly downwards BROKEN" in said


# ---------------------------------------------------------------- scans of the source

Finding = str
Scan = Callable[[str, ast.Module], Iterator[Finding]]  # (dotted module, its tree) -> what is wrong


def source_files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every absolute module that a tree imports, with its line; `from a import b` counts as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def luck_without_address(module: str, tree: ast.Module) -> Iterator[Finding]:
    """No luck but by draws: no `random`, no `np.random`, and no salted `hash`."""
    if not within(module, "sim"):
        return
    for name, line in imports(tree):
        if within(name, "random", "secrets") or (within(name, "numpy.random") and module != "sim.draws"):
            yield f"{line}: imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"np.random", "numpy.random"}:
            if module != "sim.draws":
                yield f"{node.lineno}: uses {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "hash":
            yield f"{node.lineno}: hash() changes with PYTHONHASHSEED"


def bare_timeouts(module: str, tree: ast.Module) -> Iterator[Finding]:
    """Time passes through the clock alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "timeout" and within(module, "sim"):
            owner = ast.unparse(node.value).rpartition(".")[2].strip("_")
            if owner in {"env", "environment"}:
                yield f"{node.lineno}: {ast.unparse(node)}"


def core_imports(module: str, tree: ast.Module) -> Iterator[Finding]:
    """Effects see numpy, scipy.special, geometry, a little standard library; geometry less."""
    if not within(module, "sim.effects", "sim.geometry"):
        return
    more = ("scipy.special", "sim.geometry", "sim.effects") if within(module, "sim.effects") else ()
    for name, line in imports(tree):
        if not within(name, "numpy", *STDLIB_OF_THE_CORE, *more):
            yield f"{line}: imports {name}"


def viewer_imports(module: str, tree: ast.Module) -> Iterator[Finding]:
    """What viz may see of sim, as a list of what is allowed."""
    for name, line in imports(tree):
        if within(module, "viz") and within(name, "sim") and name.split(".")[1] not in VIZ_SEES:
            yield f"{line}: imports {name}"


def viz_outside_view(module: str, tree: ast.Module) -> Iterator[Finding]:
    """The command line reaches the viewer inside `view` and nowhere else."""
    if module != "sim.__main__":
        return
    views = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "view"]
    allowed = {line for view in views for name, line in imports(view)}
    for name, line in imports(tree):
        if within(name, "viz") and line not in allowed:
            yield f"{line}: imports {name} outside of view"


def engine_callers(module: str, tree: ast.Module) -> Iterator[Finding]:
    """The engine has two callers; the globe is known to scenario and export alone."""
    for name, line in imports(tree):
        if within(name, "sim.engine") and not within(module, "sim.experiment", "sim.__main__", "sim.engine"):
            yield f"{line}: imports {name}"
        if within(name, "pymap3d") and not within(module, "sim.scenario", "sim.export"):
            yield f"{line}: geodesy at the border only, imports {name}"


def roots_import_nothing(module: str, tree: ast.Module) -> Iterator[Finding]:
    """The two __init__ files are a tour, not a room."""
    if module in ROOMS:
        yield from (f"{line}: imports {name}" for name, line in imports(tree) if within(name, *ROOMS))


def sizes(module: str, tree: ast.Module) -> Iterator[Finding]:
    """Functions that fit on a screen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def unfinished(module: str, tree: ast.Module) -> Iterator[Finding]:
    """A room is finished or not there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield f"{node.lineno}: NotImplementedError"


SCANS: dict[Scan, tuple[str, str]] = {  # each with a module and a line that it must find
    luck_without_address: ("sim.world", "x = np.random.default_rng()"),
    bare_timeouts: ("sim.processes.air", "yield self.env.timeout(3)"),
    core_imports: ("sim.effects.direct", "from scipy import stats"),
    viewer_imports: ("viz.app", "from sim import scenario"),
    viz_outside_view: ("sim.__main__", "def run():\n    import viz.app"),
    engine_callers: ("sim.report.page", "from sim.engine import run"),
    roots_import_nothing: ("sim", "from sim.engine import run"),
    sizes: ("sim.world", "def long():" + "\n    x = 1" * FUNCTION_LINES),
    unfinished: ("sim.world", "raise NotImplementedError"),
}


@pytest.mark.parametrize("scan", SCANS, ids=lambda scan: scan.__name__)
def test_scan(scan: Scan) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{finding}"
        for path in source_files()
        for finding in scan(dotted(path), ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "\n".join([scan.__doc__ or "", *found])


@pytest.mark.parametrize("scan", SCANS, ids=lambda scan: scan.__name__)
def test_scan_can_fail(scan: Scan) -> None:
    module, line = SCANS[scan]
    assert list(scan(module, ast.parse(line)))


# ---------------------------------------------------------------- whole files


def test_files_fit_a_sitting() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in source_files()}
    limit = {ROOT / "sim" / "engine.py": ENGINE_LINES}
    found = [f"{p.relative_to(ROOT)}: {n}" for p, n in lengths.items() if n > limit.get(p, FILE_LINES)]
    assert not found, f"more lines than the limit: {found}"


def test_no_promises_in_the_source() -> None:
    marks = ("TODO", "FIXME", "XXX")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in source_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if any(mark in line for mark in marks)
    ]
    assert not found, "\n".join(found)


def test_modules_are_named_for_what_they_are() -> None:
    found = [path for path in source_files() if path.stem in NO_NAME_FOR_A_ROOM]
    assert not found


def test_every_folder_is_a_package() -> None:
    """A folder without __init__.py is invisible to the contracts and missing from the wheel."""
    found = {p.parent for p in source_files() if not (p.parent / "__init__.py").exists()}
    assert not found


def unit_ids() -> set[str]:
    from ruamel.yaml import YAML

    units = YAML(typ="safe").load(SCENARIO.read_text("utf-8"))["units"]
    ids = {unit["id"] for unit in units}
    assert ids, "the scenario names no unit"
    return ids


def literals(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """String literals that are not docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value, node.lineno


def test_no_behaviour_is_keyed_to_a_name() -> None:
    ids = unit_ids()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in sorted((ROOT / "sim" / "processes").rglob("*.py"))
        for text, line in literals(ast.parse(path.read_text("utf-8")))
        if text in ids
    ]
    assert not found, "a process names a unit of the scenario: " + "; ".join(found)


# ---------------------------------------------------------------- what a start costs


@pytest.mark.parametrize("module", ["sim.__main__", "sim.engine"])
def test_a_run_needs_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[]", run.stdout + run.stderr
