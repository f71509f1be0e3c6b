"""The one door for fates: who is hurt, by what, with which luck.

One impact is shared by all it can hurt: its place is drawn once, distances decide. Every entity of a target has
its own uniforms at the address (shooter/weapon towards target, salvo), dead ones included, so that nobody's fate
shifts when a neighbour dies earlier.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import Phase
from sim.draws import Draws, Purpose, pair, span_ms
from sim.effects.damage import NEGLIGIBLE, carleton_at
from sim.events import Hull
from sim.log import Log
from sim.world import Blast, Body, Fate, Mount, World

Floats = NDArray[np.float64]


def strike(
    world: World, log: Log, draws: Draws, mount: Mount, salvo: int, xy: Floats, ids: list[int], blast: Blast,
    closest_m2: Floats, at: Floats,
) -> None:  # fmt: skip
    """Let impacts xy (k, 2), logged as `ids`, hurt whoever is there, friend or foe.

    closest_m2: (n_units,) least squared distance of an impact from each unit (inf: nobody to hurt); at: (n_units, 2).
    """
    within_m2 = blast.within_m2.take(world.reach_row)
    units: list[int] = ((closest_m2 <= within_m2) & world.there).nonzero()[0].tolist()
    if not units:
        return
    rows: slice | NDArray[np.int64]
    if len(units) == 1:
        rows, middle = slice(world.first[units[0]], world.first[units[0]] + world.count[units[0]]), at[units[0]]
    else:
        rows = np.concatenate([world.rows_of[u] for u in units])
        middle = at[world.entity_unit[rows]]
    seen = world.target_class[rows]
    kill = carleton_at(xy, world.offset_m[rows] + middle, blast.rate[seen], blast.peak[seen])
    p_hurt = kill[0] if len(xy) == 1 else 1.0 - np.multiply.reduce(1.0 - kill)
    begin = 0
    for u in units:
        end = begin + world.count[u]
        if np.maximum.reduce(p_hurt[begin:end]) >= NEGLIGIBLE:
            _hurt(world, log, draws, mount, salvo, ids, u, p_hurt[begin:end], kill[:, begin:end])
        begin = end


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
        row, cause = first + i, ids[int(kill[:, i].argmax()) if len(ids) > 1 else 0]
        outcome = float(luck[n + i])
        facts = {"p": float(p_hurt[i]), "draw": float(luck[i])}
        if world.body[row] == Body.PERSON:
            facts |= {"lethal": mount.odds.lethal, "lethal_draw": outcome}
            wound(world, log, draws, row, outcome < mount.odds.lethal, mount, salvo, cause, facts)
        else:
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
        luck = draws.few(Purpose.WOUND, world.keys[u], entity, 2)
        if luck[0] < wounds.p_die:
            later = world.clock.now_ms + max(1, span_ms(wounds.delay, float(luck[1])))
            world.dying[row] = world.clock.now_ms, later
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
        flag, share = Hull.M, odds.m
    elif luck < odds.f:
        flag, share = Hull.F, odds.f - odds.m
    elif luck < odds.k:
        flag, share = Hull.K, odds.k - odds.f
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
    log.note(id_, **facts, outcome=share, outcome_draw=luck)
    if flag is Hull.K:
        crew = np.flatnonzero(world.inside == row)
        n = world.count[u]
        own = draws.block(Purpose.CREW, pair(mount.key, world.keys[u]), salvo, 2 * n)
        for member in crew.tolist():
            i = member - world.first[u]
            if own[i] < odds.crew_hurt:
                dies = float(own[n + i])
                fate = {"p": odds.crew_hurt, "draw": float(own[i]), "lethal": odds.lethal, "lethal_draw": dies}
                wound(world, log, draws, member, dies < odds.lethal, mount, salvo, id_, fate)
