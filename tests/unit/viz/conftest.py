"""A made-up night for the viewer's tests: synthetic, with a ground to draw."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from sim.recording import Recording, save
from tests import synthetic
from viz.frame import Night, View
from viz.frame.view import first_view
from viz.theme import Layout, layout


def night_of(recording: Recording) -> Night:
    return Night(recording)


@pytest.fixture(scope="session")
def recording() -> Recording:
    made = synthetic.recording(seed=0)
    x, y = np.meshgrid(np.arange(-20_000, 30_001, 1000.0), np.arange(-20_000, 20_001, 1000.0))
    rows = (230 + 45 * np.sin(x / 5200) * np.cos(y / 4100) + 0.002 * x).round(1).tolist()
    ground = {"x0": -20_000.0, "y0": -20_000.0, "dx": 1000.0, "dy": 1000.0, "rows": rows}
    claims = (
        "claims:\n- {id: C17, says: Rounds before the reply., said_by: a spokesman, source: article, confidence: H, "
        "role: fit, numbers: [{value: 20, unit: rounds}], "
        "test: {metric: rounds_within_500m_before_reply, band: [20, 30]}}\n"
    )
    held = made.attachments | {"terrain.json": json.dumps(ground).encode(), "claims.yaml": claims.encode()}
    return dataclasses.replace(made, attachments=held)


@pytest.fixture(scope="session")
def night(recording: Recording) -> Night:
    return Night(recording)


@pytest.fixture
def grid() -> Layout:
    return layout((1600, 900))


@pytest.fixture
def view(night: Night, grid: Layout) -> View:
    return first_view(night, grid.map.w, grid.map.h)


@pytest.fixture(scope="session")
def file(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("night") / "night.mcap"
    save(recording, path)
    return path
