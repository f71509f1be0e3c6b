"""Cross references: whatever a scenario names must be there, and the parts must fit each other.

Checks yield (path into the model, what is wrong). They run after the models themselves have been accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from math import hypot
from typing import Any

from sim.scenario.base import When
from sim.scenario.forces import Formation, Kind, Order, Unit
from sim.scenario.overlay import Step, near, some
from sim.scenario.schema import Scenario
from sim.scenario.sensors import dimension_faults
from sim.tags import OF_SIDE

Finding = tuple[tuple[Step, ...], str]

EVENTS = (
    "first_fire", "act_observed", "permitted", "approved", "show_of_force", "warning_shots", "halt_ordered", "broke",
    "ceased",
)  # fmt: skip
ORDER_EVENTS, CALL_EVENTS = ("begun", "done"), ("placed", "answered")
AIR_EVENTS = ("on_station", "bingo", "off_station")
CHANGEABLE = (
    "belief.*.stale", "belief.*.drop", "belief.*.drift", "command.*.report*", "command.*.approval*",
    "command.*.control*", "command.*.assess*", "command.*.miss_*", "command.*.attacks", "command.*.retry*",
    "command.*.merge_radius", "command.*.contact_*", "command.*.monitoring.*", "command.*.targets*",
    "hotline.counterpart.*", "hotline.effect_on_fires", "hotline.gate_timeout", "hotline.assurance_releases",
    "hotline.withhold*", "morale.*.*", "roe.*.trigger.rounds", "roe.*.trigger.near", "roe.*.trigger.advance_within",
    "roe.*.trigger.build_up", "roe.*.trigger.own_losses", "roe.*.trigger.direct_fire", "roe.*.ladder*",
    "roe.*.danger_close_slower*", "roe.*.approval_needed", "roe.*.pursue", "suppression.*", "weather*.visibility",
)  # fmt: skip
"""Patterns of the paths that may change in mid-run: what is read, or derived anew, when it is needed."""


def problems(scenario: Scenario) -> Iterator[Finding]:
    """Every dangling or ill-fitting reference."""
    for check in (_unique, _clock, _map, _kinds, _units, _formations, _orders, _control, _hotline, _changes):
        yield from check(scenario)


def _known(path: tuple[Step, ...], what: str, name: str | None, names: Iterable[str]) -> Iterator[Finding]:
    allowed = list(names)
    if name is not None and name not in allowed:
        yield path, f"no {what} is named `{name}`; allowed: {some(allowed)}{near(name, allowed)}"


def _point(path: tuple[Step, ...], point: Any, scenario: Scenario) -> Iterator[Finding]:
    if isinstance(point, str):
        yield from _known(path, "point", point, scenario.map.points)


def _unique(scenario: Scenario) -> Iterator[Finding]:
    lists: dict[tuple[Step, ...], Sequence[Any]] = {
        ("units",): scenario.units, ("formations",): scenario.formations, ("orders",): scenario.orders,
        ("light",): scenario.light, ("weather",): scenario.weather,
        ("map", "lines"): scenario.map.lines, ("map", "areas"): scenario.map.areas,
        ("hotline", "calls"): scenario.hotline.calls if scenario.hotline else (),
    }  # fmt: skip
    lists |= {("command", side, "targets"): command.targets for side, command in scenario.command.items()}
    lists |= {("roe", side, "ladder"): roe.ladder for side, roe in scenario.roe.items()}
    lists |= {("roe", side, "forbid"): roe.forbid for side, roe in scenario.roe.items()}
    for name, weapon in scenario.weapons.items():
        lists[("weapons", name, "curve")] = getattr(weapon, "curve", ())
    for path, items in lists.items():
        seen: set[str] = set()
        for n, item in enumerate(items):
            if item.id in seen:
                yield (*path, n, "id"), f"the id `{item.id}` is given twice; ids are unique within a list"
            seen.add(item.id)
    # Units and formations are actors of one clock; luck names address the draws of units.
    formations = {formation.id for formation in scenario.formations}
    luck: dict[str, str] = {}
    for n, unit in enumerate(scenario.units):
        if unit.id in formations:
            yield ("units", n, "id"), f"`{unit.id}` is also the id of a formation"
        other = luck.setdefault(unit.luck or unit.id, unit.id)
        if other != unit.id:
            yield ("units", n), f"shares the luck name `{unit.luck or unit.id}` with unit `{other}`"
    calls = {call.id for call in scenario.hotline.calls} if scenario.hotline else set()
    for n, order in enumerate(scenario.orders):
        if order.id in calls:
            yield ("orders", n, "id"), f"`{order.id}` is also the id of a call"


def _clock(scenario: Scenario) -> Iterator[Finding]:
    clock = scenario.clock
    if not clock.start < clock.end:
        yield ("clock", "end"), f"{_time(clock.end)} is not after the start, {_time(clock.start)}"
    if not clock.start <= clock.scripted_until <= clock.end:
        yield ("clock", "scripted_until"), f"{_time(clock.scripted_until)} is not between start and end"
    for key, times in (
        ("light", [row.at for row in scenario.light]),
        ("weather", [row.at for row in scenario.weather]),
    ):
        if min(times) > clock.start:
            yield (key,), f"begins at {_time(min(times))}, after the start of the clock, {_time(clock.start)}"


def _time(when: datetime) -> str:
    return when.isoformat(timespec="minutes")


def _map(scenario: Scenario) -> Iterator[Finding]:
    ground = scenario.map
    for n, line in enumerate(ground.lines):
        if (line.points is None) == (line.feature is None):
            yield ("map", "lines", n), "a line has either `points` or a `feature` of the rivers file"
        if line.feature is not None and ground.rivers is None:
            yield ("map", "lines", n, "feature"), "the map names no rivers file"
        if line.points is not None and len(line.points) < 2:
            yield ("map", "lines", n, "points"), "a line has at least two points"
        for k, point in enumerate(line.points or ()):
            yield from _point(("map", "lines", n, "points", k), point, scenario)
    for n, area in enumerate(ground.areas):
        yield from _point(("map", "areas", n, "centre"), area.centre, scenario)
    lat, lon = ground.origin
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        yield ("map", "origin"), f"[{lat}, {lon}] is not a latitude and a longitude in degrees"


def _kind(path: tuple[Step, ...], kind: Kind, scenario: Scenario) -> Iterator[Finding]:
    yield from _known((*path, "sensor"), "sensor", kind.sensor, scenario.sensors)
    yield from dimension_faults((*path, "dimension"), kind, scenario.sensors)
    for name, load in kind.weapons.items():
        yield from _known((*path, "weapons", name), "weapon", name, scenario.weapons)
        yield from _known((*path, "weapons", name, "by"), "part of this unit", load.by, kind.entities)
    for name, element in kind.entities.items():
        yield from _known((*path, "entities", name, "inside"), "part of this unit", element.inside, kind.entities)
        if element.inside == name:
            yield (*path, "entities", name, "inside"), "a part cannot be inside itself"


def _kinds(scenario: Scenario) -> Iterator[Finding]:
    for name, kind in scenario.kinds.items():
        yield from _kind(("kinds", name), kind, scenario)


def _units(scenario: Scenario) -> Iterator[Finding]:
    sides = {formation.id: formation.side for formation in scenario.formations}
    inherited = {name: set(_kind(("units",), kind, scenario)) for name, kind in scenario.kinds.items()}
    for n, unit in enumerate(scenario.units):
        yield from _known(("units", n, "formation"), "formation", unit.formation, sides)
        known = {text for _, text in inherited.get(unit.kind, ())}
        yield from (found for found in _kind(("units", n), unit, scenario) if found[1] not in known)
        yield from _point(("units", n, "station"), unit.station, scenario)
        yield from _point(("units", n, "enters"), unit.enters, scenario)
        for key, when in (("arrives", unit.arrives), ("released", unit.released)):
            if when is not None:
                yield from _when(("units", n, key), when, scenario)
        if unit.controllers > (people := sum(part.n for part in unit.entities.values() if part.body == "person")):
            yield ("units", n, "controllers"), f"{unit.controllers} controllers; allowed: at most its {people} people"
        side = sides.get(unit.formation)
        if side is not None and unit.tag not in OF_SIDE[side]:
            words = f"{unit.tag} is no tag of the {side}, to whom formation `{unit.formation}` belongs"
            yield ("units", n, "tag"), f"{words}; allowed: {some(OF_SIDE[side])}"


def _formations(scenario: Scenario) -> Iterator[Finding]:
    groups = {formation.id for formation in scenario.formations} | {
        formation.company for formation in scenario.formations if formation.company
    }
    members: dict[str, list[Unit]] = {}
    for unit in scenario.units:
        members.setdefault(unit.formation, []).append(unit)
    for n, formation in enumerate(scenario.formations):
        path: tuple[Step, ...] = ("formations", n)
        yield from _point((*path, "at"), formation.at, scenario)
        for k, name in enumerate(formation.neighbours):
            yield from _known((*path, "neighbours", k), "formation or company", name, sorted(groups))
        for name, route in formation.routes.items():
            for k, point in enumerate(route.points):
                yield from _point((*path, "routes", name, "points", k), point, scenario)
        yield from _corridor(path, formation, members.get(formation.id, []))
        if formation.id not in members:
            yield path, f"no unit is in formation `{formation.id}`"


def _corridor(path: tuple[Step, ...], formation: Formation, units: list[Unit]) -> Iterator[Finding]:
    """Pairs that may see each other are listed from the corridors: a corridor must hold its formation."""
    reach = max(
        ((hypot(*unit.slot) + hypot(unit.frontage_m, unit.depth_m) / 2, unit.id) for unit in units), default=None
    )
    for name, route in formation.routes.items():
        if reach is not None and reach[0] > route.half_width_m:
            text = f"the corridor (half width {route.half_width_m:.0f} m) misses unit `{reach[1]}`, which stands up to"
            allowed = f"{reach[0]:.0f} m from the route"
            yield (*path, "routes", name, "half_width"), f"{text} {allowed}; allowed: at least that"


def _when(path: tuple[Step, ...], when: When, scenario: Scenario) -> Iterator[Finding]:
    clock = scenario.clock
    if when.at is not None and not clock.start <= when.at < clock.scripted_until:
        text = f"{_time(when.at)} is not within the scripted part of the clock; allowed: {_time(clock.start)} to before"
        yield (*path, "at"), f"{text} {_time(clock.scripted_until)}, and after that only conditions such as `event`"
    if when.event is not None:
        yield from _event((*path, "event"), when.event, scenario)
    if when.of is not None:
        names = [formation.id for formation in scenario.formations]
        names += [formation.company for formation in scenario.formations if formation.company]
        yield from _known((*path, "of"), "formation", when.of, names)
    if when.signal is not None:
        given = [order.do.signal for order in scenario.orders if order.do.signal]
        yield from _known((*path, "signal"), "order that gives the signal", when.signal, given)
    if when.quiet is not None:
        yield from _point((*path, "quiet", "point"), when.quiet.point, scenario)
    for key, parts in (("all", when.all), ("any", when.any)):
        for n, part in enumerate(parts or ()):
            yield from _when((*path, key, n), part, scenario)
    if when.not_ is not None:
        yield from _when((*path, "not"), when.not_, scenario)


def _event(path: tuple[Step, ...], event: str, scenario: Scenario) -> Iterator[Finding]:
    who, _, what = event.partition(".")
    orders = [order.id for order in scenario.orders]
    calls = [call.id for call in scenario.hotline.calls] if scenario.hotline else []
    aircraft = [unit.id for unit in scenario.units if unit.air is not None]
    if not what:
        yield from _known(path, "event", event, [*EVENTS, *(f"{order}.begun" for order in orders)])
    elif who in orders:
        yield from _known(path, "event of an order", what, ORDER_EVENTS)
    elif who in calls:
        yield from _known(path, "event of a call", what, CALL_EVENTS)
    elif who in aircraft:
        yield from _known(path, "event of an aircraft", what, AIR_EVENTS)
    else:
        yield from _known(path, "order, call or aircraft", who, [*orders, *calls, *aircraft])


def _orders(scenario: Scenario) -> Iterator[Finding]:
    formations = {formation.id: formation for formation in scenario.formations}
    for n, order in enumerate(scenario.orders):
        path: tuple[Step, ...] = ("orders", n)
        yield from _known((*path, "who"), "formation", order.who, formations)
        yield from _when((*path, "when"), order.when, scenario)
        if order.who in formations:
            yield from _task((*path, "do"), order, formations[order.who], scenario)


def _task(path: tuple[Step, ...], order: Order, formation: Formation, scenario: Scenario) -> Iterator[Finding]:
    for key in ("move", "assault", "reinforce", "withdraw"):
        name = getattr(order.do, key)
        yield from _known((*path, key), f"route of formation `{formation.id}`", name, formation.routes)
    for key, task in (("shell", order.do.shell), ("counter", order.do.counter)):
        if task is None:
            continue
        carried = {name for unit in scenario.units if unit.formation == formation.id for name in unit.weapons}
        yield from _known((*path, key, "weapon"), f"weapon in formation `{formation.id}`", task.weapon, sorted(carried))
        names = [other.id for other in scenario.formations if other.side == formation.side]
        yield from _known((*path, key, "observer"), "formation of this side", task.observer, names)
    if order.do.shell is not None:
        yield from _point((*path, "shell", "at"), order.do.shell.at, scenario)


def _control(scenario: Scenario) -> Iterator[Finding]:
    lines = [line.id for line in scenario.map.lines]
    for side, roe in scenario.roe.items():
        path: tuple[Step, ...] = ("roe", side)
        yield from _point((*path, "trigger", "point"), roe.trigger.point, scenario)
        yield from _known((*path, "trigger", "line_crossing"), "line", roe.trigger.line_crossing, lines)
        for n, rung in enumerate(roe.ladder):
            yield from _known((*path, "ladder", n, "weapon"), "weapon", rung.weapon, scenario.weapons)
        for n, forbid in enumerate(roe.forbid):
            yield from _known((*path, "forbid", n, "line"), "line", forbid.line, lines)
    for side, command in scenario.command.items():
        for n, target in enumerate(command.targets):
            for k, weapon in enumerate(target.weapons):
                yield from _known(("command", side, "targets", n, "weapons", k), "weapon", weapon, scenario.weapons)
    for side, morale in scenario.morale.items():
        routes = {name for formation in scenario.formations if formation.side == side for name in formation.routes}
        ours = {f.id for f in scenario.formations if f.side == side}
        attacking = any(order.do.assault for order in scenario.orders if order.who in ours)
        for key in ("retreat", "home"):
            if routes and attacking:
                words = f"route of a formation of the {side}"
                yield from _known(("morale", side, key), words, getattr(morale, key), sorted(routes))


def _hotline(scenario: Scenario) -> Iterator[Finding]:
    for n, call in enumerate(scenario.hotline.calls if scenario.hotline else ()):
        yield from _when(("hotline", "calls", n, "when"), call.when, scenario)


def _changes(scenario: Scenario) -> Iterator[Finding]:
    for n, change in enumerate(scenario.changes):
        if not scenario.clock.start <= change.at <= scenario.clock.end:
            yield ("changes", n, "at"), f"{_time(change.at)} is outside the clock"
        for path in change.set:
            if not any(fnmatchcase(path, pattern) for pattern in CHANGEABLE):
                text = f"`{path}` may not change in mid-run; allowed: "
                yield ("changes", n, "set", path), text + some(CHANGEABLE, len(CHANGEABLE)) + near(path, CHANGEABLE)
