"""From world and log to a recording: the only place that knows both. Arrays in, nothing of the engine kept."""

from __future__ import annotations

import json
import platform
from datetime import timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sim.context import Context
from sim.draws import key, signed
from sim.recording import CHANGE_FIELDS, SCHEMA, EventTable, Recording, Table, digest, empty_table
from sim.scenario.schema import Scenario
from sim.scenario.terrain import flat_grid, read_grid, read_places, to_flat
from sim.world import SIDES, World

MODEL_VERSION = "1"
"""Changes whenever the same scenario and seed give another log: such recordings can't be verified any more."""


def make(ctx: Context, *, seed: int, replication: int, history: int | None, record: str) -> Recording:
    """The recording of a finished run. `record`: "full", or "events" (static tables and the log only)."""
    world, log, scenario = ctx.world, ctx.log, ctx.scenario
    actors = _actors(ctx)
    rows = list(zip(log.t_ms, log.kind, log.actor, log.target, log.causes, log.payload, strict=True))
    events = EventTable.of_rows(rows, actors["name"])
    full = record == "full"
    changes, fields = _changes(world) if full else (empty_table("changes"), CHANGE_FIELDS)
    meta = _meta(ctx, seed, replication, history, record)
    meta["digest"] = digest(events, actors)
    return Recording(
        meta=meta,
        actors=actors,
        units=_units(world),
        entities=_entities(world),
        weapons=_weapons(ctx),
        places=_places(scenario) if full else empty_table("places"),
        lines=_lines(world),
        areas=[
            {"id": a.id, "key": signed(key(a.id)), "label": a.label, "x_m": a.x_m, "y_m": a.y_m, "radius_m": a.radius_m}
            for a in world.areas
        ],
        corridors=_corridors(ctx) if full else [],
        names=_names(scenario),
        legs=_legs(world) if full else empty_table("legs"),
        events=events,
        changes=changes,
        beliefs=_beliefs(world) if full else empty_table("beliefs"),
        transcript=list(ctx.transcript),
        side=dict(log.aside) if full else {},
        attachments=_attachments(scenario) if full else {},
        change_fields=fields,
    )


def _meta(ctx: Context, seed: int, replication: int, history: int | None, record: str) -> dict[str, Any]:
    scenario = ctx.scenario
    offset = scenario.clock.start.utcoffset() or timedelta(0)
    return {
        "schema": SCHEMA,
        "model_version": MODEL_VERSION,
        "program": f"khusham {version('khusham')}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seed": seed,
        "replication": replication,
        "history": replication if history is None else history,
        "replications": scenario.replications or None,
        "scenario_schema": scenario.khusham,
        "scenario_id": scenario.id,
        "scenario_title": scenario.title,
        "question": scenario.question,
        "scenario_sha256": scenario.sha256,
        "folder": scenario.folder,
        "origin": list(scenario.map.origin),
        "start": scenario.clock.start.isoformat(),
        "end_ms": ctx.clock.now_ms,
        "clock_end_ms": scenario.t_ms(scenario.clock.end),
        "utc_offset_min": int(offset.total_seconds() // 60),
        "attack_orders": [order.id for order in scenario.orders if order.do.assault is not None],
        "hq_units": _hq_units(ctx),
        "controllers": {
            f"command/{name}": sum(
                u.controllers for u, s in zip(ctx.world.unit, ctx.world.side, strict=True) if SIDES[s] == name
            )
            for name in SIDES
        },
        "record": record,
    }


def _hq_units(ctx: Context) -> list[str]:
    """Ids of the defenders' ground units that stand in the HQ's area when the clock starts."""
    world, area = ctx.world, next((area for area in ctx.world.areas if area.id == "hq"), None)
    if area is None:
        return []
    start: dict[int, tuple[float, float]] = {}
    for _, unit, x, y, _, _ in world.legs.history:
        start.setdefault(unit, (x, y))
    return [
        world.ids[u]
        for u, (x, y) in sorted(start.items())
        if world.side[u] == 1
        and not world.is_air[u]
        and (x - area.x_m) ** 2 + (y - area.y_m) ** 2 <= (area.radius_m + world.spread_m[u]) ** 2
    ]


def _actors(ctx: Context) -> Table:
    """One row per actor in the order of handles; a unit stands under its id, its key is that of its luck."""
    world = ctx.world
    name, role, unit, side = [], [], [], []
    for handle, luck in enumerate(ctx.clock.names):
        u = world.unit_of_actor.get(handle, -1)
        group, _, rest = luck.partition("/")
        unit.append(u)
        if u >= 0:
            name.append(world.ids[u])
            role.append("unit")
            side.append(SIDES[world.side[u]])
            continue
        name.append(luck)
        role.append({"sim": "referee"}.get(group, group))
        members = [i for i, f in enumerate(world.formations) if f.id == rest] if group == "formation" else []
        side.append(world.formations[members[0]].side if members else rest if rest in SIDES else "")
    return {
        "name": np.array(name),
        "key": np.array([signed(key(luck)) for luck in ctx.clock.names], dtype=np.int64),
        "role": np.array(role),
        "unit": np.array(unit, dtype=np.int32),
        "side": np.array(side),
    }


def _units(world: World) -> Table:
    formation = [world.formations[f] for f in world.formation]
    return {
        "id": np.array(world.ids),
        "label": np.array([unit.label for unit in world.unit]),
        "kind": np.array([unit.kind for unit in world.unit]),
        "side": np.array([SIDES[s] for s in world.side]),
        "tag": np.array([unit.tag for unit in world.unit]),
        "formation": np.array([f.id for f in formation]),
        "echelon": np.array([str(f.echelon) for f in formation]),
        "sidc": np.array(
            [
                unit.symbol[:3] + ("6" if s == 0 else "3") + unit.symbol[4:]
                for unit, s in zip(world.unit, world.side, strict=True)
            ]
        ),
        "people": np.array(world.people, dtype=np.int32),
        "first_entity": np.array(world.first, dtype=np.int32),
        "n_entities": np.array(world.count, dtype=np.int32),
        "altitude_m": np.array(world.altitude_m),
        "leader": np.array([unit.leader for unit in world.unit], dtype=np.uint8),
        "company": np.array(world.company),
    }


def _entities(world: World) -> Table:
    element = [world.unit[u].entities[part] for u, part in zip(world.entity_unit, world.part, strict=True)]
    first = np.array(world.first)[world.entity_unit]
    return {
        "unit": world.entity_unit.astype(np.int32),
        "part": np.array(world.part),
        "person": np.array([e.body == "person" for e in element], dtype=np.uint8),
        "counts_as": np.array([e.counts_as for e in element]),
        "vehicle": np.array([e.vehicle for e in element], dtype=np.uint8),
        "x_off_m": world.offset_m[:, 0].copy(),
        "y_off_m": world.offset_m[:, 1].copy(),
        "inside": np.where(world.inside >= 0, world.inside - first, -1).astype(np.int32),
    }


def _weapons(ctx: Context) -> Table:
    """One row per weapon; `reply`: an air or indirect weapon that some defenders' unit carries."""
    world, names = ctx.world, sorted(ctx.scenario.weapons)
    carried = {m.name for m in world.mounts if world.side[m.unit] == 1}
    weapon = [ctx.scenario.weapons[name] for name in names]
    return {
        "id": np.array(names, dtype=np.str_),
        "key": np.array([signed(key(name)) for name in names], dtype=np.int64),
        "kind": np.array([w.kind for w in weapon], dtype=np.str_),
        "label": np.array([w.label for w in weapon], dtype=np.str_),
        "range_m": np.array([w.range_m for w in weapon]),
        "reply": np.array(
            [
                name in carried and w.kind in ("indirect", "guided", "strafe")
                for name, w in zip(names, weapon, strict=True)
            ],
            dtype=np.uint8,
        ),
        "held": np.array([w.held for w in weapon], dtype=np.uint8),
    }


def _lines(world: World) -> list[dict[str, Any]]:
    return [
        {
            "id": line.id if len(line.parts) == 1 else f"{line.id}/{n}", "key": signed(key(line.id)), "role": line.role,
            "label": line.label, "points": part.tolist(), "error_m": line.error_m, "source": "", "basis": "",
        }
        for line in world.lines for n, part in enumerate(line.parts)
    ]  # fmt: skip


def _corridors(ctx: Context) -> list[dict[str, Any]]:
    rows = []
    for formation in ctx.world.formations:
        start = ctx.scenario.point(formation.at)
        for name, route in sorted(formation.routes.items()):
            points = [start, *(ctx.scenario.point(point) for point in route.points)]
            rows.append(
                {
                    "id": f"{formation.id}/{name}", "formation": formation.id, "label": f"{formation.id} {name}",
                    "points": [list(p) for p in points], "half_width_m": route.half_width_m,
                    "basis": "assumption", "note": "corridor, not a surveyed road",
                }
            )  # fmt: skip
    return rows


def _names(scenario: Scenario) -> dict[int, str]:
    """Every key that can stand in a payload."""
    names = [*scenario.weapons, *(order.id for order in scenario.orders)]
    names += [row.id for row in [*scenario.map.lines, *scenario.map.areas]]
    names += [call.id for call in scenario.hotline.calls] if scenario.hotline is not None else []
    names += [f"roe/{rule.id}" for roe in scenario.roe.values() for rule in roe.forbid]
    names += [*scenario.tags, *{unit.tag for unit in scenario.units}]
    return {signed(key(name)): name for name in names}


def _legs(world: World) -> Table:
    rows = sorted(world.legs.history, key=lambda row: row[0])
    columns = list(zip(*rows, strict=True))
    names = ("x_m", "y_m", "vx_mps", "vy_mps")
    return {
        "t_ms": np.array(columns[0], dtype=np.int64),
        "unit": np.array(columns[1], dtype=np.int32),
        **{name: np.array(columns[2 + i], dtype=np.float64) for i, name in enumerate(names)},
    }


def _changes(world: World) -> tuple[Table, tuple[str, ...]]:
    extra = sorted({name for _, _, name, _ in world.changes} - set(CHANGE_FIELDS))
    fields = (*CHANGE_FIELDS, *extra)
    index = {name: i for i, name in enumerate(fields)}
    return {
        "t_ms": np.array([row[0] for row in world.changes], dtype=np.int64),
        "unit": np.array([row[1] for row in world.changes], dtype=np.int32),
        "field": np.array([index[row[2]] for row in world.changes], dtype=np.int16),
        "value": np.array([row[3] for row in world.changes], dtype=np.float64),
    }, fields


def _beliefs(world: World) -> Table:
    rows = sorted((row for picture in world.beliefs for row in picture.rows), key=lambda row: row[0])
    if not rows:
        return empty_table("beliefs")
    c = [np.array(column) for column in zip(*rows, strict=True)]
    return {
        "t_ms": c[0].astype(np.int64), "side": c[1].astype(np.uint8), "unit": c[2].astype(np.int32),
        "status": c[3].astype(np.uint8), "x_m": c[4] * 1e-3, "y_m": c[5] * 1e-3, "sigma_m": c[6] * 1e-3,
        "vx_mps": c[7] * 1e-3, "vy_mps": c[8] * 1e-3, "act": c[9].astype(np.int32),
        "tag_key": c[10].astype(np.int64), "observer": c[11].astype(np.int32),
    }  # fmt: skip


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


def _places(scenario: Scenario) -> Table:
    _, rows = _map_files(scenario.folder, scenario.map.terrain, scenario.map.places, scenario.map.origin)
    if not rows:
        return empty_table("places")
    x, y = to_flat([row.lon for row in rows], [row.lat for row in rows], scenario.map.origin)
    return {
        "name": np.array([row.name for row in rows]), "x_m": x, "y_m": y, "kind": np.array(["place"] * len(rows)),
        "source": np.array([row.source for row in rows]), "confidence": np.array([row.confidence for row in rows]),
    }  # fmt: skip


def _attachments(scenario: Scenario) -> dict[str, bytes]:
    terrain, _ = _map_files(scenario.folder, scenario.map.terrain, scenario.map.places, scenario.map.origin)
    rows = [
        {
            "path": row.path, "value": str(row.number), "unit": row.unit, "low": row.lower, "high": row.upper,
            "basis": row.basis, "source": row.source_id, "claim": row.claim_id, "confidence": row.trust,
            "note": row.remark, "readers": [],
        }
        for row in scenario.provenance
    ]  # fmt: skip
    out = {
        "scenario.yaml": scenario.resolved_yaml.encode(),
        "terrain.json": terrain,
        "provenance.json": json.dumps(rows, default=str).encode(),
        "sources.json": json.dumps({k: s.model_dump() for k, s in scenario.sources.items()}, default=str).encode(),
    }
    for name in (scenario.map.terrain, scenario.map.rivers, scenario.map.places, scenario.claims_file):
        if name is not None:
            out[name] = (Path(scenario.folder) / name).read_bytes()
    if scenario.claims_file is not None:
        out["claims.yaml"] = (Path(scenario.folder) / scenario.claims_file).read_bytes()
    return out
