"""What a recording carries besides the run: resolved scenario, map, sources, tags with who attributes them,
claims, provenance of every number."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.recorder.readers import readers
from sim.recording import Table, empty_table
from sim.scenario.schema import Scenario
from sim.scenario.terrain import flat_grid, read_grid, read_places, to_flat


@lru_cache(maxsize=4)
def _map_files(folder: str, terrain: str | None, places: str | None, origin: tuple[float, float]) -> tuple[bytes, Any]:
    grid: dict[str, Any] = {}
    if terrain is not None:
        flat = flat_grid(read_grid(Path(folder) / terrain), origin)
        grid = {
            "x0": float(flat.x_m[0, 0]), "y0": float(flat.y_m[0, 0]),
            "dx": float((flat.x_m[0, -1] - flat.x_m[0, 0]) / (flat.x_m.shape[1] - 1)),
            "dy": float((flat.y_m[-1, 0] - flat.y_m[0, 0]) / (flat.y_m.shape[0] - 1)),
            "rows": flat.height_m.astype(int).tolist(),
        }  # fmt: skip
    rows = read_places(Path(folder) / places) if places is not None else []
    return json.dumps(grid).encode(), rows


def places(scenario: Scenario) -> Table:
    """Places with a source, on the flat map."""
    _, rows = _map_files(scenario.folder, scenario.map.terrain, scenario.map.places, scenario.map.origin)
    if not rows:
        return empty_table("places")
    x, y = to_flat([row.lon for row in rows], [row.lat for row in rows], scenario.map.origin)
    return {
        "name": np.array([row.name for row in rows]), "x_m": x, "y_m": y, "kind": np.array(["place"] * len(rows)),
        "source": np.array([row.source for row in rows]), "confidence": np.array([row.confidence for row in rows]),
    }  # fmt: skip


def attachments(scenario: Scenario) -> dict[str, bytes]:
    """Files by name; data files under the names the scenario uses, so that it can be loaded from them."""
    terrain, _ = _map_files(scenario.folder, scenario.map.terrain, scenario.map.places, scenario.map.origin)
    rows = [
        {
            "path": row.path, "value": str(row.number), "unit": row.unit, "low": row.lower, "high": row.upper,
            "least": row.least, "most": row.most,
            "basis": row.basis, "source": row.source_id, "claim": row.claim_id, "confidence": row.trust,
            "note": row.remark, "readers": readers(row.path),
        }
        for row in scenario.provenance
    ]  # fmt: skip
    out = {
        "scenario.yaml": scenario.resolved_yaml.encode(),
        "terrain.json": terrain,
        "provenance.json": json.dumps(rows, default=str).encode(),
        "tags.json": json.dumps({k: tag.model_dump() for k, tag in scenario.tags.items()}).encode(),
        "sources.json": json.dumps({k: s.model_dump() for k, s in scenario.sources.items()}, default=str).encode(),
    }
    for name in (scenario.map.terrain, scenario.map.rivers, scenario.map.places, scenario.claims_file):
        if name is not None:
            out[name] = (Path(scenario.folder) / name).read_bytes()
    if scenario.claims_file is not None:
        out["claims.yaml"] = (Path(scenario.folder) / scenario.claims_file).read_bytes()
    return out
