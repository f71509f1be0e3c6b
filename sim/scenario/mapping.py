"""Lines and areas of a scenario as flat geometry: metres east and north of the map origin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.scenario.schema import Line, Scenario
from sim.scenario.terrain import read_rivers, to_flat


@dataclass(frozen=True)
class MapLine:
    """A line as drawn; +1 of a crossing is towards its left. `parts`: (k, 2) polylines in m; `error_m`: doubt."""

    id: str
    role: str
    label: str
    parts: tuple[NDArray[np.float64], ...]
    error_m: float


@dataclass(frozen=True)
class MapArea:
    """A round footprint in m."""

    id: str
    label: str
    x_m: float
    y_m: float
    radius_m: float


def lines(scenario: Scenario) -> list[MapLine]:
    """The lines of the map; one from the rivers file has a part for each of its features, a drawn one has one."""
    rivers: dict[str, list[NDArray[np.float64]]] = {}
    if scenario.map.rivers is not None and any(line.feature for line in scenario.map.lines):
        for river in read_rivers(Path(scenario.folder) / scenario.map.rivers):
            x, y = to_flat(river.lon_lat[:, 0], river.lon_lat[:, 1], scenario.map.origin)
            rivers.setdefault(river.name, []).append(np.column_stack([x, y]))
    return [_line(scenario, line, rivers) for line in scenario.map.lines]


def _line(scenario: Scenario, line: Line, rivers: dict[str, list[NDArray[np.float64]]]) -> MapLine:
    if line.points is not None:
        parts = [np.array([scenario.point(point) for point in line.points])]
    else:
        parts = rivers[line.feature or ""]
    return MapLine(line.id, line.role, line.label, tuple(parts), line.error_m)


def areas(scenario: Scenario) -> list[MapArea]:
    """The areas of the map."""
    found = []
    for area in scenario.map.areas:
        x, y = scenario.point(area.centre)
        found.append(MapArea(area.id, area.label, x, y, area.radius_m))
    return found
