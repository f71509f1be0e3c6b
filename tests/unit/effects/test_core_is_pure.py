"""What every function of the core promises: it leaves its inputs alone and says the same twice; imports are few."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim import geometry
from sim.effects import damage, delivery, direct, resolution, salvo, seeing, suppression

MODULES = [damage, delivery, direct, resolution, salvo, seeing, suppression, geometry]
HEIGHTS = np.add.outer(np.arange(6.0), np.arange(6.0)) ** 1.5

# An argument for every parameter name of the core, valid wherever the name is used.
VALUES: dict[str, object] = {
    "impact_xy": np.array([[0.0, 1.0], [4.0, 4.0]]),
    "target_xy": np.array([[0.0, 3.0], [8.0, 1.0]]),
    "kill": np.array([[0.2, 0.4], [0.1, 0.9]]),
    "u": np.array([0.3, 0.6]),
    "axis": 0,
    "mpi_z": np.array([0.3, -1.0]),
    "prec_z": np.array([[0.1, 0.2], [1.0, -2.0]]),
    "sigma_precision": np.array([5.0, 5.0]),
    "sigma_aim": np.array([7.0, 7.0]),
    "parts": np.array([[0.0, 1.0, 0.0, 2.0]]),
    "target": np.array([0.0, 1.0, 0.0, 2.0]),
    "cover": np.array([0.5, 3.0, 0.0, 1.0]),
    "points": np.array([[0.5, 0.5], [3.0, 2.0]]),
    "polygon": np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]),
    "polyline": np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]),
    "heights": HEIGHTS,
    "origin": (0.0, 0.0),
    "observer": np.array([0.0, 0.0, 2.0]),
    "velocity": np.array([0.5, 0.5]),
    "order": 24,
    "shooters": 5,
    "targets": 3,
    "rounds": 3,
    "looks": 3,
    "shots": 3,
    "mean_rounds": 3.0,
    "d0": 0.5,
    "radius": 5.0,
    "area_m2": 900.0,
    "start_m": 900.0,
    "end_m": 300.0,
}
# Scalars by default; where a name means a vector in one function only, it is given here.
SPECIAL: dict[str, dict[str, object]] = {
    "segment_crossings": {
        "p": np.array([[0.0, -1.0], [1.0, 1.0]]),
        "v": np.array([0.5, 1.0]),
        "a": np.array([[-1.0, 0.0]]),
        "b": np.array([[3.0, 0.5]]),
    },
    "polyline_crossings": {"p": np.array([0.0, -1.0]), "v": np.array([0.5, 1.0])},
    "clearance": {"a": np.array([0.0, 0.0, 2.0]), "b": np.array([[4.0, 3.0, 2.0]])},
    "visible_intervals": {"target": np.array([4.0, 0.0, 2.0])},
    "expected_pass": {"rounds_xy": np.array([[0.0, 0.0], [5.0, 0.0]])},
    "common_aim_poisson": {"mean_rounds": 3.0},
    "common_aim_biased": {"sigma_precision": 5.0, "sigma_aim": 7.0},
    "common_aim_cookie": {"sigma_precision": 5.0, "sigma_aim": 7.0},
    "burst_hit": {"sigma_aim": 0.7},
    "joint_kill": {"sigma_precision": 5.0, "sigma_aim": 7.0},
    "joint_kill_redrawn": {"sigma_precision": 5.0, "sigma_aim": 7.0},
}

FUNCTIONS = [
    function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]


def arguments(function: object) -> dict[str, object]:
    special = SPECIAL.get(function.__name__, {})  # type: ignore[attr-defined]
    names = inspect.signature(function).parameters  # type: ignore[arg-type]
    return {name: special.get(name, VALUES.get(name, 0.5)) for name in names}


def frozen(values: dict[str, object]) -> dict[str, object]:
    for value in values.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return values


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__.split('.')[-1]}.{f.__name__}")
def test_function_is_pure_and_finite(function: object) -> None:
    """Read-only inputs are accepted, two calls agree to the last bit, nothing is nan, the docstring speaks."""
    values = frozen(arguments(function))
    one, two = function(**values), function(**values)  # type: ignore[operator]
    for a, b in zip(_flat(one), _flat(two), strict=True):
        assert np.array_equal(a, b)
        assert not np.any(np.isnan(a))
    assert (function.__doc__ or "").strip().endswith(".")


def _flat(value: object) -> list[np.ndarray]:
    return [np.asarray(item) for item in value] if isinstance(value, tuple) else [np.asarray(value)]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_module_names_no_generator_and_no_clock(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not names & {"random", "default_rng", "seterr", "errstate", "time"}


def test_the_core_starts_without_anything_heavy() -> None:
    code = (
        "import sys; from sim import geometry, stats; from sim.effects import salvo, direct, resolution, seeing; "
        "from sim.effects import suppression; "
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'simpy', 'pydantic', 'pandas') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
