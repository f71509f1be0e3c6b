"""Tables of a recording from the world: who and where, what moved, what was believed."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.context import Context
from sim.draws import key, signed
from sim.recording import CHANGE_FIELDS, Table, empty_table
from sim.scenario.schema import Scenario
from sim.world import SIDES, World


def actors(ctx: Context) -> Table:
    """One row per actor in the order of handles; a unit stands under its id, its key is that of its luck."""
    world = ctx.world
    name, role, unit = [], [], []
    side: list[str] = []
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


def units(world: World) -> Table:
    """Units by index of the world; the affiliation digit of the symbol is set by side."""
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


def entities(world: World) -> Table:
    """The smallest things that can be lost."""
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


def weapons(ctx: Context) -> Table:
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


def lines(world: World) -> list[dict[str, Any]]:
    """Lines of the map; a river of several parts has a row for each, under one key."""
    return [
        {
            "id": line.id if len(line.parts) == 1 else f"{line.id}/{n}", "key": signed(key(line.id)), "role": line.role,
            "label": line.label, "points": part.tolist(), "error_m": line.error_m, "source": "", "basis": "",
        }
        for line in world.lines for n, part in enumerate(line.parts)
    ]  # fmt: skip


def areas(world: World) -> list[dict[str, Any]]:
    """Areas of the map."""
    return [
        {"id": a.id, "key": signed(key(a.id)), "label": a.label, "x_m": a.x_m, "y_m": a.y_m, "radius_m": a.radius_m}
        for a in world.areas
    ]


def corridors(ctx: Context) -> list[dict[str, Any]]:
    """Routes, labelled as the assumptions they are."""
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


def names(scenario: Scenario) -> dict[int, str]:
    """Every key that can stand in a payload."""
    names = [*scenario.weapons, *(order.id for order in scenario.orders)]
    names += [line.id for line in scenario.map.lines] + [area.id for area in scenario.map.areas]
    names += [call.id for call in scenario.hotline.calls] if scenario.hotline is not None else []
    names += [f"roe/{rule.id}" for roe in scenario.roe.values() for rule in roe.forbid]
    names += [*scenario.tags, *{unit.tag for unit in scenario.units}]
    return {signed(key(name)): name for name in names}


def legs(world: World) -> Table:
    """Every leg in time order."""
    rows = sorted(world.legs.history, key=lambda row: row[0])
    columns = list(zip(*rows, strict=True))
    names = ("x_m", "y_m", "vx_mps", "vy_mps")
    return {
        "t_ms": np.array(columns[0], dtype=np.int64),
        "unit": np.array(columns[1], dtype=np.int32),
        **{name: np.array(columns[2 + i], dtype=np.float64) for i, name in enumerate(names)},
    }


def changes(world: World) -> tuple[Table, tuple[str, ...]]:
    """Changes of unit state in time order, and the names of the change fields."""
    extra = sorted({name for _, _, name, _ in world.changes} - set(CHANGE_FIELDS))
    fields = (*CHANGE_FIELDS, *extra)
    index = {name: i for i, name in enumerate(fields)}
    return {
        "t_ms": np.array([row[0] for row in world.changes], dtype=np.int64),
        "unit": np.array([row[1] for row in world.changes], dtype=np.int32),
        "field": np.array([index[row[2]] for row in world.changes], dtype=np.int16),
        "value": np.array([row[3] for row in world.changes], dtype=np.float64),
    }, fields


def beliefs(world: World) -> Table:
    """What each side believed, when."""
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
