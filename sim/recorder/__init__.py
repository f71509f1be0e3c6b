"""From world and log to a recording: the only place that knows both. Arrays in, nothing of the engine kept."""

from __future__ import annotations

import platform
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from sim.context import Context
from sim.recorder import attachments, tables
from sim.recording import CHANGE_FIELDS, SCHEMA, EventTable, Recording, digest, empty_table
from sim.world import SIDES, Fate

MODEL_VERSION = "4"
"""Changes whenever the same scenario and seed give another log: such recordings can't be verified any more."""


def make(ctx: Context, *, seed: int, replication: int, history: int | None, record: str) -> Recording:
    """The recording of a finished run. `record`: "full", or "events" (static tables and the log only)."""
    world, log, scenario = ctx.world, ctx.log, ctx.scenario
    fixed = scenario.once("recorder", lambda: _fixed(ctx))
    actors = fixed["actors"]
    events = EventTable.of_rows(log.rows, actors["name"])
    full = record == "full"
    changes, fields = tables.changes(world) if full else (empty_table("changes"), CHANGE_FIELDS)
    meta = _meta(ctx, seed, replication, history, record)
    meta["digest"] = digest(events, actors)
    return Recording(
        meta=meta,
        actors=actors,
        units=fixed["units"],
        entities=fixed["entities"],
        weapons=fixed["weapons"],
        places=attachments.places(scenario) if full else empty_table("places"),
        lines=tables.lines(world),
        areas=tables.areas(world),
        corridors=tables.corridors(ctx) if full else [],
        names=dict(fixed["names"]),
        legs=tables.legs(world) if full else empty_table("legs"),
        events=events,
        changes=changes,
        beliefs=tables.beliefs(world) if full else empty_table("beliefs"),
        transcript=list(ctx.transcript),
        side=dict(log.aside) if full else {},
        attachments=attachments.attachments(scenario) if full else {},
        change_fields=fields,
    )


@cache
def _program() -> str:
    return f"khusham {version('khusham')}"


def _fixed(ctx: Context) -> dict[str, Any]:
    """What is the same in every run of a scenario."""
    return {
        "actors": tables.actors(ctx),
        "units": tables.units(ctx.world),
        "entities": tables.entities(ctx.world),
        "weapons": tables.weapons(ctx),
        "names": tables.names(ctx.scenario),
    }


def _meta(ctx: Context, seed: int, replication: int, history: int | None, record: str) -> dict[str, Any]:
    scenario = ctx.scenario
    offset = scenario.clock.start.utcoffset() or timedelta(0)
    return {
        "schema": SCHEMA,
        "model_version": MODEL_VERSION,
        "program": _program(),
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
        "loads": {unit.id: sorted(unit.weapons) for unit in ctx.world.unit if unit.weapons},
        "air_roles": {unit.id: unit.air.role for unit in ctx.world.unit if unit.air is not None},
        "assurance_releases": scenario.hotline is not None and scenario.hotline.assurance_releases,
        "die_later": _die_later(ctx),
        "record": record,
    }


def _die_later(ctx: Context) -> dict[str, int] | None:
    """People wounded at the end whose time comes within the horizon of their wound, by tag; None: no horizon."""
    wounds, world = ctx.scenario.wounds, ctx.world
    if wounds is None or wounds.horizon_s is None:
        return None
    counts: dict[str, int] = {}
    for row, (hurt_ms, dies_ms) in world.dying.items():
        if world.fate[row] == Fate.WOUNDED and dies_ms - hurt_ms <= wounds.horizon_s * 1000:
            tag = str(world.unit[int(world.entity_unit[row])].tag)
            counts[tag] = counts.get(tag, 0) + 1
    return counts


def _hq_units(ctx: Context) -> list[str]:
    """Ids of the defenders' ground units that stand in the HQ's area when the clock starts."""
    world, area = ctx.world, next((area for area in ctx.world.areas if area.id == "hq"), None)
    if area is None:
        return []
    return [
        world.ids[u]
        for _, u, x, y, _, _ in world.legs.history[: len(world.ids)]  # begins with the places of all at the start
        if world.side[u] == 1
        and not world.is_air[u]
        and (x - area.x_m) ** 2 + (y - area.y_m) ** 2 <= (area.radius_m + world.spread_m[u]) ** 2
    ]
