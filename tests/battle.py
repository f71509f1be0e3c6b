"""Battles for the laws: the base scenario, small changes of it, and runs with something planted."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import sim.scenario
from sim import engine
from sim.audit import Audit
from sim.context import Context
from sim.recorder import make
from sim.recording import Recording
from sim.scenario import Scenario

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "scenarios" / "khusham.yaml"
FATES = ("wounded", "killed", "died_of_wounds", "vehicle")


@cache
def base(*overrides: str) -> Scenario:
    """The base scenario with overrides."""
    return sim.scenario.load(BASE, overrides)


@cache
def variant(name: str, *overrides: str) -> Scenario:
    """A shipped variant with overrides."""
    return sim.scenario.load(ROOT / "scenarios" / "variants" / f"{name}.yaml", overrides)


@cache
def battle(replication: int, seed: int = 7, *overrides: str) -> Recording:
    """One replication of the base scenario, log and tables only, kept."""
    return engine.run(base(*overrides), seed=seed, replication=replication, record="events")


def forget() -> None:
    """Drop what is kept: battles, and what a scenario has worked out for itself (under a planted fault: wrongly)."""
    battle.cache_clear()
    base.cache_clear()


def planted(
    scenario: Scenario, plant: Callable[[Context], None], *, seed: int = 7, replication: int = 0, audit: int = 0
) -> Recording:
    """A run into which something was planted before the first event."""
    ctx = engine.prepare(scenario, seed=seed, replication=replication, full=False)
    plant(ctx)
    if audit:
        Audit(ctx, audit)
    ctx.clock.run(scenario.t_ms(scenario.clock.end))
    return make(ctx, seed=seed, replication=replication, history=None, record="events")


def tree() -> Any:
    """The base scenario as plain data."""
    return YAML(typ="safe").load(BASE.read_text())


def from_tree(data: Any, folder: Path = BASE.parent) -> Scenario:
    """A scenario from plain data, through the loader that every scenario takes; its files lie in `folder`."""
    from io import StringIO

    out = StringIO()
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda *_: True
    yaml.width = 10_000
    yaml.dump(data, out)
    return sim.scenario.load_text(out.getvalue(), folder)


def shuffled(data: Any, rng: random.Random) -> Any:
    """The same data with every list of things with ids in another order."""
    if isinstance(data, dict):
        return {k: v if k == "ladder" else shuffled(v, rng) for k, v in data.items()}
    if isinstance(data, list):
        rows = [shuffled(item, rng) for item in data]
        if rows and all(isinstance(item, dict) and "id" in item for item in rows):
            rng.shuffle(rows)
        return rows
    return data


def fates(recording: Recording) -> list[tuple[int, str, str, int]]:
    """(time, what, whose entity) of every fate, whoever else is in the log."""
    events, names = recording.events, recording.actors["name"]
    rows = []
    for kind in FATES:
        for row, entity in zip(events.of(kind), events.payload(kind)["entity"], strict=True):
            rows.append((int(events.t_ms[row]), kind, str(names[events.target[row]]), int(entity)))
    return sorted(rows)


def cut_legs(ctx: Context, times_ms: list[int]) -> None:
    """Restart every leg at these moments and have everything re-planned: must change nothing."""

    def cut() -> None:
        ctx.world.legs.cut(ctx.clock.now_ms)
        for unit in range(len(ctx.world.ids)):
            ctx.world.change(unit)

    for t_ms in times_ms:
        ctx.clock.at(t_ms, 1, ctx.clock.handle("sim/audit"), cut)


def fight_ms(scenario: Scenario, n: int, seed: int = 3) -> list[int]:
    """n random moments of the first three hours of the fight."""
    start = scenario.t_ms(scenario.clock.scripted_until)
    rng = random.Random(seed)
    return sorted(start + rng.randrange(3 * 3_600_000) for _ in range(n))
