"""The one door for fates: who is hurt, by what, with which luck.

One impact is shared by all it can hurt: its place is drawn once, distances decide. Every entity of a target has
its own uniforms at the address (shooter/weapon towards target, salvo), dead ones included, so that nobody's fate
shifts when a neighbour dies earlier.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Phase
from sim.draws import Draws, Purpose, pair, span_ms
from sim.effects.damage import NEGLIGIBLE, carleton_reach, kill_probability
from sim.events import Hull
from sim.log import Log
from sim.world import TARGETS, Body, Fate, Mount, World

Floats = NDArray[np.float64]


def strike(
    world: World, log: Log, draws: Draws, mount: Mount, salvo: int, xy: Floats, ids: list[int], damage: Any, d2: Floats,
    at: Floats,
) -> None:  # fmt: skip
    """Let impacts xy (k, 2), logged as `ids`, hurt whoever is there, friend or foe.

    d2: (k, n_units) squared distances of the impacts from all units, m2 (inf: nobody to hurt); at: (n_units, 2).
    """
    reach_m, radii = _reach(damage)
    if reach_m <= 0.0:
        return
    reach = reach_m + world.spread_m
    closest = d2[0] if len(xy) == 1 else d2.min(axis=0)
    near = ((closest <= reach * reach) & world.present).nonzero()[0].tolist()
    if not near:
        return
    rows = np.concatenate([world.rows_of[u] for u in near]) if len(near) > 1 else world.rows_of[near[0]]
    radius = radii[world.target_class[rows]]
    where = at[world.entity_unit[rows]] + world.offset_m[rows]
    kill = kill_probability(xy, where, damage.d0, radius)
    p_hurt = kill[0] if len(xy) == 1 else 1.0 - (1.0 - kill).prod(axis=0)
    ends = list(accumulate([world.count[u] for u in near]))
    starts = [0, *ends[:-1]]
    worst = np.maximum.reduceat(p_hurt, starts).tolist()
    for u, start, end, p in zip(near, starts, ends, worst, strict=True):
        if p >= NEGLIGIBLE:
            _hurt(world, log, draws, mount, salvo, ids, u, p_hurt[start:end], kill[:, start:end])


@lru_cache(maxsize=256)
def _reaches(d0: float, radii: tuple[float, ...]) -> tuple[float, Floats]:
    widest = max(radii)
    return carleton_reach(d0, widest) if widest > 0.0 else 0.0, np.array([*radii, 0.0])


def _reach(damage: Any) -> tuple[float, Floats]:
    """(distance beyond which nobody is hurt, radius by class with 0 for the covered), m."""
    return _reaches(damage.d0, tuple([damage.radius_m.get(name, 0.0) for name in TARGETS]))


def _hurt(
    world: World, log: Log, draws: Draws, mount: Mount, salvo: int, ids: list[int], u: int, p_hurt: Floats,
    kill: Floats,
) -> None:  # fmt: skip
    """Draw the fates of the entities of unit u: p_hurt (n,) over all rounds, kill (k, n) of each."""
    n = world.count[u]
    luck = draws.block(Purpose.DAMAGE, pair(mount.key, world.keys[u]), salvo, 2 * n)
    hurt = (luck[:n] < p_hurt).nonzero()[0].tolist()
    if not hurt:
        return
    first = world.first[u]
    for i in hurt:
        row, cause = first + i, ids[int(kill[:, i].argmax())]
        facts = {"p": float(p_hurt[i]), "draw": float(luck[i])}
        if world.body[row] == Body.PERSON:
            wound(world, log, draws, row, luck[n + i] < mount.odds.lethal, mount, salvo, cause, facts)
        else:
            outcome = float(luck[n + i])
            break_hull(world, log, draws, row, outcome, mount, salvo, cause, facts)
    touched(world, u)


def touched(world: World, u: int) -> None:
    """After losses in a unit: re-plan it and tell those who watch losses, once."""
    world.mark(u, "strength", world.fit[u])
    if world.record_changes:
        world.mark(u, "state", world.bits(u))
    world.change(u)
    for phase, fn in world.loss_hooks:
        world.clock.soon(phase, world.actor[u], fn, u)


def wound(
    world: World, log: Log, draws: Draws, row: int, dies: bool, mount: Mount, salvo: int, cause: int,
    facts: dict[str, Any],
) -> None:  # fmt: skip
    """A person is hurt: wounded, or killed if `dies`; one wounded before can only be killed now."""
    now = world.fate[row]
    if now == Fate.KILLED or (now == Fate.WOUNDED and not dies):
        return
    u = int(world.entity_unit[row])
    if now == Fate.UNHURT:
        world.fit[u] -= 1
    world.fate[row] = Fate.KILLED if dies else Fate.WOUNDED
    entity = row - world.first[u]
    id_ = log.emit(
        "killed" if dies else "wounded", world.actor[mount.unit], world.actor[u], (cause,),
        entity=entity, weapon_key=mount.signed_key, salvo=salvo,
    )  # fmt: skip
    log.note(id_, **facts)
    wounds = world.scenario.wounds
    if not dies and wounds is not None:
        luck = draws.block(Purpose.WOUND, world.keys[u], entity, 2)
        if luck[0] < wounds.p_die:
            later = world.clock.now_ms + max(1, span_ms(wounds.delay, float(luck[1])))
            world.clock.at(later, Phase.IMPACT, world.actor[u], _die, world, log, row, id_)


def _die(world: World, log: Log, row: int, cause: int) -> None:
    if world.fate[row] == Fate.WOUNDED:
        world.fate[row] = Fate.KILLED
        u = int(world.entity_unit[row])
        log.emit("died_of_wounds", world.actor[u], world.actor[u], (cause,), entity=row - world.first[u])


def break_hull(
    world: World, log: Log, draws: Draws, row: int, luck: float, mount: Mount, salvo: int, cause: int,
    facts: dict[str, Any],
) -> None:  # fmt: skip
    """A hull, gun or launcher is hit for damage: `luck` says whether and how it is lost; a K kill exposes the crew."""
    if world.hull[row] & Hull.K:
        return
    odds = mount.odds
    if luck < odds.m:
        flag = Hull.M
    elif luck < odds.f:
        flag = Hull.F
    elif luck < odds.k:
        flag = Hull.K
    else:
        return
    if world.hull[row] & flag:
        return
    world.hull[row] |= flag
    u = int(world.entity_unit[row])
    world.hull_hits[u] += 1
    id_ = log.emit(
        "vehicle", world.actor[mount.unit], world.actor[u], (cause,),
        entity=row - world.first[u], weapon_key=mount.signed_key, salvo=salvo, flags=int(world.hull[row]),
    )  # fmt: skip
    log.note(id_, **facts)
    if flag is Hull.K:
        crew = np.flatnonzero(world.inside == row)
        n = world.count[u]
        own = draws.block(Purpose.CREW, pair(mount.key, world.keys[u]), salvo, 2 * n)
        for member in crew.tolist():
            i = member - world.first[u]
            if own[i] < odds.crew_hurt:
                fate = {"p": odds.crew_hurt, "draw": float(own[i])}
                wound(world, log, draws, member, bool(own[n + i] < odds.lethal), mount, salvo, id_, fate)
