"""Command, rules and approval read beliefs: of the other side's true place or state they can read nothing.

Each of them is handed a world behind a veil that lets through what is fixed and known (ids, keys, sides), its own
side's picture and its own side's units, and raises at all else. Behind it a run must be the same run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sim import engine
from sim.context import Context
from sim.events import Act
from sim.processes import approval, command, roe
from sim.recorder import make
from sim.world import COLUMNS, World
from tests.battle import base, battle

FIXED = {"ids", "keys", "actor", "unit_of_actor", "side", "is_air", "formation", "formations", "fix_error_m"}
"""Never changes, and tells neither place nor state."""
SIDES_OWN = {"tasks", "airspace", "visibility_m", "air_released", "warning_aim", "t0_ms", "free_hooks", "clock", "mark",
    "arrivals",
}  # fmt: skip
"""Of the side itself or of the night as a whole; `mark` writes for the replay."""
OF_A_UNIT = {
    "unit", "present", "altitude_m", "people", "fit", "moving", "firing", "pinned", "broken", "withdrawing",
    "attacking", "surrendered", "halted", "recrossed", "level", "members", "mounts_of", "box", "controls",
}  # fmt: skip
"""Columns by unit: those of own units alone."""
ASKS = {"alive", "effective", "posture", "can_move", "bits"}
"""Methods that take a unit."""


class TruthReadError(AssertionError):
    """A true place or state of the other side was read."""


@dataclass
class Own:
    """A column, own rows of it."""

    column: Any
    name: str
    veil: Veil

    def __getitem__(self, unit: int) -> Any:
        self.veil.own(unit, self.name)
        return self.column[unit]


@dataclass
class OwnLegs:
    """True places of own units."""

    veil: Veil

    def at(self, unit: int, t_ms: int) -> tuple[float, float]:
        self.veil.own(unit, "legs.at")
        return self.veil.world.legs.at(unit, t_ms)

    def speed_of(self, unit: int) -> tuple[float, float]:
        self.veil.own(unit, "legs.speed_of")
        return self.veil.world.legs.speed_of(unit)


@dataclass
class Stranger:
    """A weapon of the other side: whose it is, and no more."""

    unit: int


class Veil:
    """What a process of one side may see of the world."""

    def __init__(self, world: World, side: int, read: Counter[str]):
        self.__dict__.update(world=world, mine=side, read=read)

    def own(self, unit: int, what: str) -> None:
        """Raises unless the unit is of the own side."""
        if int(self.world.side[unit]) != self.mine:
            raise TruthReadError(f"{what} of {self.world.ids[unit]} was read by the other side")

    def __getattr__(self, name: str) -> Any:
        world = self.world
        self.read[name] += 1
        if name in FIXED or name in SIDES_OWN:
            return getattr(world, name)
        if name in OF_A_UNIT:
            return Own(getattr(world, name), name, self)
        if name in ASKS:
            return lambda unit: self.own(unit, name) or getattr(world, name)(unit)
        if name == "beliefs":
            return [picture if side == self.mine else None for side, picture in enumerate(world.beliefs)]
        if name == "legs":
            return OwnLegs(self)
        if name == "mounts":
            return [m if world.side[m.unit] == self.mine else Stranger(m.unit) for m in world.mounts]
        if name == "servers":
            return lambda mount: self.own(mount.unit, name) or world.servers(mount)
        if name == "nearest_own":
            return self._nearest_own
        raise TruthReadError(f"world.{name} is not open to command, rules and approval")

    def _nearest_own(self, side: int, *places: Any) -> Any:
        if side != self.mine:
            raise TruthReadError("the nearest unit of the other side was asked for")
        return self.world.nearest_own(side, *places)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in SIDES_OWN:
            raise TruthReadError(f"world.{name} was written")
        setattr(self.world, name, value)


class VeiledContext(Context):
    """A context whose world is veiled; the truth of an assessment is counted."""

    def truth(self, unit: int) -> bool:
        veil: Any = self.world
        veil.read["truth"] += 1
        return not veil.world.alive(unit)


ROOMS = ((command, "Command"), (roe, "Roe"), (approval, "Approval"))


def veiled(
    monkeypatch: pytest.MonkeyPatch, replication: int, plant: Callable[[str, Any], None] = lambda name, room: None
) -> tuple[str, Counter[str]]:
    """(digest, reads by name) of a run with every such process behind its veil; `plant` may spoil each."""
    read: Counter[str] = Counter()
    for module, name in ROOMS:
        true = getattr(module, name)

        def behind(ctx: Context, side: int, true: Any = true, name: str = name) -> Any:
            parts = {key: getattr(ctx, key) for key in Context.__dataclass_fields__}
            room = true(VeiledContext(**{**parts, "world": Veil(ctx.world, side, read)}), side)
            plant(name, room)
            return room

        monkeypatch.setattr(module, name, behind)
    scenario = base()
    ctx = engine.prepare(scenario, seed=7, replication=replication, full=False)
    ctx.clock.run(scenario.t_ms(scenario.clock.end))
    monkeypatch.undo()
    return make(ctx, seed=7, replication=replication, history=None, record="events").digest, read


def test_every_column_of_the_world_is_open_for_own_units_or_shut() -> None:
    """A new column must be put into one of the lists above before command may read it at all."""
    shut = {"fate", "hull", "light"}
    special = {"legs", "mounts"}
    assert set(COLUMNS) == shut | special | (OF_A_UNIT & set(COLUMNS))
    assert not (FIXED | SIDES_OWN) & set(COLUMNS)


@pytest.mark.parametrize("replication", [0, 1, 2])
def test_behind_the_veil_a_night_is_the_same_night(monkeypatch: pytest.MonkeyPatch, replication: int) -> None:
    digest, read = veiled(monkeypatch, replication)
    assert digest == battle(replication).digest
    assert read["beliefs"] >= 3
    assert read["truth"] > 0, "what an assessment errs about is handed to it"


def test_the_truth_is_asked_for_assessments_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    _, read = veiled(monkeypatch, 0)
    assert read["truth"] == len(battle(0).events.of("assessed"))


PLANTS: dict[str, tuple[str, str, Callable[[Any, int], Any]]] = {
    "a true place": ("Command", "worth", lambda room, b: room.world.legs.at(b, 0)),
    "whether it lives": ("Command", "nominate", lambda room, b: room.world.alive(b)),
    "whether it moves": ("Roe", "permit", lambda room, b: room.world.moving[b]),
    "what it is": ("Approval", "in_contact", lambda room, b: room.world.unit[b]),
    "who is unhurt": ("Approval", "in_contact", lambda room, b: room.world.fate),
    "the other picture": ("Roe", "permit", lambda room, b: room.world.beliefs[1 - room.side].status),
    "their weapons": ("Command", "worth", lambda room, b: room.world.mounts_of[b]),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_read_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    wanted, method, peek = PLANTS[name]

    def plant(room_name: str, room: Any) -> None:
        if room_name == wanted:
            true = getattr(room, method)

            def spoiled(b: int, *rest: Any) -> Any:
                peek(room, b)
                return true(b, *rest)

            setattr(room, method, spoiled)

    with pytest.raises((TruthReadError, AttributeError)):
        veiled(monkeypatch, 0, plant)


def test_a_place_is_believed_with_its_error() -> None:
    """Two runs that differ in the errors of fixes alone differ in what command does: it does not see through them."""
    acts: list[list[tuple[int, ...]]] = []
    for error in ("8 m", "400 m"):
        events = battle(0, 7, *(f"sensors.{name}.fix_error={error}" for name in base().sensors)).events
        assert Act.FIRED in events.payload("act_observed")["act"].tolist()
        acts.append([(int(events.t_ms[row]), *events.payload_of(row)) for row in events.of("assigned").tolist()])
    assert acts[0] != acts[1]
