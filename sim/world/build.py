"""Build a world from a scenario: sorted units, entities on their ground, mounts, empty beliefs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Clock
from sim.draws import key, signed
from sim.effects.delivery import sigma_from_cep, sigma_from_pe
from sim.legs import Legs
from sim.scenario.mapping import areas, lines
from sim.scenario.schema import Scenario
from sim.world.beliefs import Beliefs
from sim.world.near import Troops
from sim.world.parts import BODIES, SIDES, Blast, Body, Mount, Odds, blast
from sim.world.state import World

Floats = NDArray[np.float64]
GOLDEN_ANGLE_RAD = np.pi * (3.0 - np.sqrt(5.0))


def luck_of(unit: Any) -> str:
    """The name that addresses a unit's luck and its place in an instant."""
    return str(unit.luck or unit.id)


def actor_names(scenario: Scenario) -> list[str]:
    """Luck names of everything that may book on the clock or stand in the log."""
    names = [luck_of(unit) for unit in scenario.units]
    names += [f"formation/{formation.id}" for formation in scenario.formations]
    names += [f"{role}/{side}" for role in ("command", "roe", "side", "morale") for side in SIDES]
    names += ["hotline/coalition", "hotline/russia"]
    names += [f"sim/{name}" for name in ("replan", "sensing", "light", "orders", "referee", "audit", "air", "fire")]
    names += ["sim/changes"] if scenario.changes else []
    return names


def build(scenario: Scenario, clock: Clock) -> World:
    """The world at the start of the clock; what never changes in it is made once for a scenario."""
    frame = scenario.once("world", lambda: _frame(scenario))
    fixed, starts, box, mounts = frame
    units, n_formations = fixed["unit"], len(fixed["formations"])
    legs = Legs(starts)
    world = World(
        clock=clock,
        scenario=scenario,
        actor=[clock.handle(luck_of(unit)) for unit in units],
        unit_of_actor={clock.handle(luck_of(unit)): u for u, unit in enumerate(units)},
        formation_actor=[clock.handle(f"formation/{f.id}") for f in fixed["formations"]],
        mounts=[],
        mounts_of=[[] for _ in units],
        legs=legs,
        beliefs=[
            Beliefs(s, len(units), n_formations, legs, scenario.belief[name].drift_mps) for s, name in enumerate(SIDES)
        ],
        **fixed,
    )
    for parts in mounts:
        mount = Mount(**parts)
        world.mounts.append(mount)
        world.mounts_of[mount.unit].append(mount)
    world.box = box
    world.troops = Troops(legs, clock, box, world.there, [world.on_ground & (world.side == k) for k in (0, 1)])
    return world


def _frame(scenario: Scenario) -> tuple[dict[str, Any], Floats, Floats, list[dict[str, Any]]]:
    """(columns that never change, places at the start (n, 2), boxes (n, 4), parts of every mount)."""
    units = sorted(scenario.units, key=luck_of)
    formations = sorted(scenario.formations, key=lambda formation: formation.id)
    index = {formation.id: i for i, formation in enumerate(formations)}
    formation = [index[unit.formation] for unit in units]
    company = [formations[i].company or formations[i].id for i in formation]
    companies: dict[str, list[int]] = {}
    for u, name in enumerate(company):
        companies.setdefault(name, []).append(u)
    fixed = {
        "unit": units,
        "ids": [unit.id for unit in units],
        "keys": [key(luck_of(unit)) for unit in units],
        "side": np.array([SIDES.index(formations[i].side) for i in formation], dtype=np.int8),
        "sides": [SIDES.index(formations[i].side) for i in formation],
        "formation": formation,
        "formations": formations,
        "members": [[u for u, i in enumerate(formation) if i == f] for f in range(len(formations))],
        "company": company,
        "companies": companies,
        "altitude_m": np.array([0.0 if unit.air is None else unit.air.altitude_m for unit in units]),
        "is_air": np.array([unit.air is not None for unit in units]),
        "fix_error_m": [scenario.sensors[unit.sensor].fix_error_m if unit.sensor else 0.0 for unit in units],
        "lines": lines(scenario),
        "areas": areas(scenario),
        **_entities(units),
    }
    starts = np.array([_start(scenario, unit, formations[i]) for unit, i in zip(units, formation, strict=True)])
    box = np.array([_box(scenario, formations[i], u, xy) for u, i, xy in zip(units, formation, starts, strict=True)])
    blasts = {
        name: blast(damage, fixed["spread_m"], fixed["on_foot"])
        for name, weapon in scenario.weapons.items()
        if (damage := getattr(weapon, "damage", None)) is not None
    }
    mounts = [parts for u, unit in enumerate(units) for parts in _mounts(scenario, fixed, blasts, u, unit)]
    return fixed, starts, box, mounts


def _box(scenario: Scenario, formation: Any, unit: Any, start: Floats) -> tuple[float, float, float, float]:
    """Bounds (x, y, x, y) of where a unit can ever be: its start and the corridors of its formation's routes."""
    xs, ys, wide = [float(start[0])], [float(start[1])], 0.0
    for route in formation.routes.values():
        wide = max(wide, route.half_width_m)
        for point in route.points:
            px, py = scenario.point(point)
            xs.append(px + unit.slot[0])
            ys.append(py + unit.slot[1])
    return min(xs) - wide, min(ys) - wide, max(xs) + wide, max(ys) + wide


def _start(scenario: Scenario, unit: Any, formation: Any) -> tuple[float, float]:
    x, y = scenario.point(unit.station if unit.station is not None else formation.at)
    return x + unit.slot[0], y + unit.slot[1]


def _entities(units: list[Any]) -> dict[str, Any]:
    """Columns of entities; people inside a hull share its place, all others lie on a sunflower over the ground."""
    first, count, part, people, spread = [], [], [], [], []
    of_unit: list[int] = []
    body: list[int] = []
    inside: list[int] = []
    offset: list[tuple[float, float]] = []
    crew_at: list[list[int]] = []
    controls: list[list[int]] = []
    for u, unit in enumerate(units):
        start = len(of_unit)
        first.append(start)
        rows: dict[str, list[int]] = {}
        for name in sorted(unit.entities, key=lambda name: unit.entities[name].inside is not None):
            element = unit.entities[name]
            rows[name] = list(range(len(of_unit), len(of_unit) + element.n))
            for i in range(element.n):
                hulls = rows.get(element.inside or "", [])
                of_unit.append(u)
                part.append(name)
                body.append(BODIES[element.body])
                inside.append(hulls[i * len(hulls) // element.n] if hulls else -1)
        n = len(of_unit) - start
        count.append(n)
        ground = _sunflower(n, unit.frontage_m, unit.depth_m)
        for row in range(start, start + n):
            host = inside[row]
            offset.append(ground[row - start] if host < 0 else ground[host - start])
        persons = [row - start for row in range(start, start + n) if body[row] == Body.PERSON]
        people.append(len(persons))
        controls.append(persons[: unit.controllers])
        spread.append(0.5 * float(np.hypot(unit.frontage_m, unit.depth_m)))
        crew_at.append(sorted({host for host in inside[start:] if host >= 0 and body[host] != Body.GUN}))
    bodies = np.array(body, dtype=np.int8)
    return {
        "on_foot": np.array(
            [bool((bodies[a : a + n] == Body.PERSON).all()) for a, n in zip(first, count, strict=True)]
        ),
        "first": first,
        "count": count,
        "entity_unit": np.array(of_unit, dtype=np.int64),
        "body": bodies,
        "part": part,
        "offset_m": np.array(offset, dtype=np.float64).reshape(-1, 2).copy(order="F"),
        "inside": np.array(inside, dtype=np.int64),
        "people": people,
        "spread_m": np.array(spread),
        "crew_at": crew_at,
        "controls": controls,
    }


def _sunflower(n: int, frontage_m: float, depth_m: float) -> list[tuple[float, float]]:
    """n points spread evenly over the ellipse frontage x depth (Vogel's spiral)."""
    i = np.arange(n)
    r, angle = np.sqrt((i + 0.5) / max(n, 1)), i * GOLDEN_ANGLE_RAD
    return [
        (float(x), float(y))
        for x, y in zip(0.5 * frontage_m * r * np.cos(angle), 0.5 * depth_m * r * np.sin(angle), strict=True)
    ]


def _precision(weapon: Any) -> tuple[float, float]:
    """(along, across) standard deviations, m, of one round about the mean point; small arms have none here."""
    if weapon.kind in ("aimed", "anti_air"):
        return 0.0, 0.0
    if weapon.kind == "guided":
        sigma = float(sigma_from_cep(weapon.cep_m))
        return sigma, sigma
    errors = weapon.miss if weapon.kind == "shot" else weapon.precision
    return float(sigma_from_pe(errors.rep_m)), float(sigma_from_pe(errors.dep_m))


def _mean_error(weapon: Any) -> tuple[float, float]:
    """(along, across) standard deviations, m, of the mean point of impact; none where a weapon has no common error."""
    errors = getattr(weapon, "mpi", None)
    return (0.0, 0.0) if errors is None else (float(sigma_from_pe(errors.rep_m)), float(sigma_from_pe(errors.dep_m)))


def _odds(weapon: Any) -> Odds:
    """The odds of a weapon's hits, from its damage (bursts) or itself (small arms)."""
    damage = getattr(weapon, "damage", weapon)
    hull = damage.hull
    return Odds(damage.lethal, hull.m, hull.m + hull.f, hull.m + hull.f + hull.k, hull.crew_hurt)


def _mounts(
    scenario: Scenario, fixed: dict[str, Any], blasts: dict[str, Blast], u: int, unit: Any
) -> list[dict[str, Any]]:  # fmt: skip
    """Parts of the mounts of a unit, in order of weapon."""
    rows = range(fixed["first"][u], fixed["first"][u] + fixed["count"][u])
    found = []
    for name in sorted(unit.weapons):
        load, weapon = unit.weapons[name], scenario.weapons[name]
        served = np.array([row for row in rows if fixed["part"][row] == load.by], dtype=np.int64)
        reload, room = getattr(weapon, "reload", None), None
        if reload is not None:
            room = reload.rounds * len(served)
            room = room if load.rounds is None else min(room, load.rounds)
        found.append(
            {
                "unit": u, "name": name, "weapon": weapon, "key": key(f"{luck_of(unit)}/{name}"),
                "signed_key": signed(key(name)), "served_by": served,
                "by_people": bool(len(served) and (fixed["body"][served] == Body.PERSON).all()),
                "left": load.rounds, "loaded": room, "held": weapon.held, "odds": _odds(weapon),
                "blast": blasts.get(name),
                "range_m": float(weapon.range_m), "precision_m": _precision(weapon), "mpi_m": _mean_error(weapon),
                "reliability": float(getattr(weapon, "reliability", 1.0)),
            }
        )  # fmt: skip
    return found
