"""Rounds in flight: launch and land. What leaves the tube lands whatever becomes of the shooter.

The mean point of impact is common to the rounds that share it (per mission, volley, gun or adjustment); precision
is per round. A salvo is the rounds of one mount that land at one instant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.clock import Call, Phase
from sim.draws import Draws, Purpose, span_ms
from sim.log import Log
from sim.losses import strike
from sim.world import Mount, Status, World

Landed = Callable[[list[int]], None]


def mean_point(
    draws: Draws, mount: Mount, event: int, bearing_rad: float, who: int | None = None
) -> tuple[float, float]:  # fmt: skip
    """The common (MPI) error, flat metres, of the mission, volley or adjustment `event` of a mount (or of `who`)."""
    u, v = draws.few(Purpose.MPI, mount.key if who is None else who, event, 2)
    along, across = float(ndtri(u)) * mount.mpi_m[0], float(ndtri(v)) * mount.mpi_m[1]
    sine, cosine = math.sin(bearing_rad), math.cos(bearing_rad)
    return along * sine + across * cosine, along * cosine - across * sine


def flight_ms(weapon: Any, range_m: float) -> int:
    """Time of flight, at least 1 ms."""
    return max(1, round(range_m / float(weapon.flight_mps) * 1000.0))


def spend(world: World, mount: Mount, rounds: int) -> None:
    """Take rounds off a mount's stock; never below nothing."""
    if mount.left is not None:
        if rounds > mount.left:
            raise AssertionError(f"{mount.name}: {rounds} rounds asked of {mount.left}")
        mount.left -= rounds
        world.mark(mount.unit, f"ammo:{mount.name}", mount.left)
    if mount.loaded is not None:
        mount.loaded -= rounds


def launch(
    world: World, log: Log, draws: Draws, mount: Mount, aim: tuple[float, float], rounds: int, cause: tuple[int, ...],
    *, mean: tuple[float, float] = (0.0, 0.0), target: int = -1, laser: bool = False, kind: str = "fired",
    landed: Landed | None = None,
) -> int:  # fmt: skip
    """Fire a salvo of `rounds` at `aim` (m); returns the id of `fired`. `landed` hears the ids of the impacts.

    `target`: the contact's unit (index) or -1. `laser`: rounds follow the target while the side holds it.
    """
    weapon, now = mount.weapon, world.clock.now_ms
    x, y = world.legs.at(mount.unit, now)
    dx, dy = aim[0] - x, aim[1] - y
    range_m = math.sqrt(dx * dx + dy * dy + float(world.altitude_m[mount.unit]) ** 2)
    if weapon.kind == "strafe":
        range_m = min(range_m, weapon.range_m)  # released on a pass flown to the target
    salvo = mount.salvo
    mount.salvo += 1
    spend(world, mount, rounds)
    toward = world.actor[target] if target >= 0 else -1
    id_ = log.emit(
        kind, world.actor[mount.unit], toward, cause,
        weapon_key=mount.signed_key, rounds=rounds, range_mm=round(range_m * 1000), salvo=salvo,
    )  # fmt: skip
    if world.t0_ms is None:
        world.t0_ms = now
    scatter = _scatter(draws, mount, salvo, rounds, mean, math.atan2(dx, dy))
    good = [True] * rounds  # who cannot fail needs no luck
    if mount.reliability < 1.0:
        good = [u < mount.reliability for u in draws.few(Purpose.DUD, mount.key, salvo, rounds)]
    world.clock.at(
        now + flight_ms(weapon, range_m), Phase.IMPACT, world.actor[mount.unit],
        _land, world, log, draws, mount, salvo, aim, scatter, good, id_, target, laser, landed,
    )  # fmt: skip
    return id_


def _scatter(
    draws: Draws, mount: Mount, salvo: int, rounds: int, mean: tuple[float, float], turn_rad: float
) -> list[tuple[float, float]]:  # fmt: skip
    """Where the rounds of a salvo fall about the aim, m: `effects.delivery.impacts`, round by round in plain floats."""
    z = [float(ndtri(u)) for u in draws.few(Purpose.PRECISION, mount.key, salvo, 2 * rounds)]
    sigma_along, sigma_across = mount.precision_m
    line_m = mount.weapon.length_m if mount.weapon.kind == "strafe" else 0.0  # rounds of a pass lie along a line
    sine, cosine = math.sin(turn_rad), math.cos(turn_rad)
    out = []
    for i in range(rounds):
        along, across = z[2 * i] * sigma_along, z[2 * i + 1] * sigma_across
        if line_m:
            along += ((i + 0.5) / rounds - 0.5) * line_m
        out.append((mean[0] + (along * sine + across * cosine), mean[1] + (along * cosine - across * sine)))
    return out


def _land(
    world: World, log: Log, draws: Draws, mount: Mount, salvo: int, aim: tuple[float, float],
    scatter: list[tuple[float, float]], good: list[bool], cause: int, target: int, laser: bool, landed: Landed | None,
) -> None:  # fmt: skip
    """Impacts and duds of a salvo; then damage, then those who watch where rounds fall."""
    if laser and world.beliefs[world.side[mount.unit]].status[target] == Status.HELD:
        aim = world.legs.at(target, world.clock.now_ms)
    shooter, toward = world.actor[mount.unit], world.actor[target] if target >= 0 else -1
    causes, key = (cause,), mount.signed_key
    ids: list[int] = []
    places: list[tuple[float, float]] = []
    for (east, north), burst in zip(scatter, good, strict=True):
        if burst:
            x, y = east + aim[0], north + aim[1]
            places.append((x, y))
            x_mm, y_mm = round(x * 1000), round(y * 1000)
            ids.append(log.emit("impact", shooter, toward, causes, x_mm=x_mm, y_mm=y_mm, weapon_key=key, salvo=salvo))
        else:
            log.emit("dud", shooter, toward, causes, weapon_key=key, salvo=salvo)
    if ids:
        _hurt_and_tell(world, log, draws, mount, salvo, places, ids)
    if landed is not None:
        landed(ids)


def _hurt_and_tell(
    world: World, log: Log, draws: Draws, mount: Mount, salvo: int, places: list[tuple[float, float]], ids: list[int]
) -> None:
    """Damage by impacts at these places; then, where somebody is near, those who watch where rounds fall."""
    at, xy = world.legs.all_at(world.clock.now_ms), np.array(places)
    gap = at.T[:, None] - xy.T[:, :, None]
    gap *= gap
    d2 = gap[0]
    d2 += gap[1]
    d2 += world.unhurt_m2
    closest_m2 = d2[0] if len(ids) == 1 else np.minimum.reduce(d2)
    nearest_m2 = float(np.minimum.reduce(closest_m2))
    if mount.blast is not None and nearest_m2 <= mount.blast.widest_m2:
        strike(world, log, draws, mount, salvo, xy, ids, mount.blast, closest_m2, at)
    nearest = nearest_m2**0.5
    for phase, radius_m, fn in world.impact_hooks:
        if nearest <= radius_m(mount):
            world.clock.soon(phase, world.actor[mount.unit], fn, mount, d2, ids)
    for watcher in world.fall_watchers:
        watcher(places)


def reload_call(world: World, log: Log, draws: Draws, mount: Mount, then: Callable[[], None]) -> Call:
    """Book the refill of an empty launcher or rack from its stock; `then` runs when it is ready."""
    weapon = mount.weapon
    luck = draws.one(Purpose.DELAY, mount.key ^ 1, mount.salvo)

    def ready() -> None:
        room = weapon.reload.rounds * len(mount.served_by)
        mount.loaded = room if mount.left is None else min(room, mount.left)
        log.emit("reloaded", world.actor[mount.unit], weapon_key=mount.signed_key, rounds=mount.loaded)
        then()

    later = world.clock.now_ms + max(1, span_ms(weapon.reload.time, luck))
    return world.clock.at(later, Phase.FIRE, world.actor[mount.unit], ready)
