"""Until when could it still have been stopped? Every action, begun at one moment after the other, under the same luck.

A night with an action is the same night with a change (a branch) at that moment. Over n nights, killed(t) - (1 - share)
killed(never), paired, has a mean with a 95 % interval: while the whole interval is at or below nothing, the action
*surely* still spared that share of the dead of both sides, and while its low end is, *possibly*. The last such moments
bound the answer. It is the model's answer under its inputs; it says nothing of what anybody could have known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import stats
from sim.experiment.branch import earlier
from sim.experiment.ensemble import Ensemble, Run, engine_run, ensemble

if TYPE_CHECKING:
    from sim.scenario import Scenario

ACTIONS = "actions.yaml"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Action:
    """What somebody could have done."""

    id: str
    who: str
    what: str
    set: Mapping[str, Any]
    halt: tuple[str, ...]


@dataclass(frozen=True)
class At:
    """An action begun at a moment: what came of it. Arrays are (n,), one value a night."""

    when: datetime
    attackers: Floats
    defenders: Floats

    @property
    def killed(self) -> Floats:
        """Of both sides."""
        return self.attackers + self.defenders


@dataclass(frozen=True)
class Last:
    """The last of the moments looked at, of each kind; None: at none of them."""

    surely: datetime | None
    possibly: datetime | None


def actions(file: Path) -> list[Action]:
    """The actions of a file. Raises ScenarioError."""
    from sim.scenario import ScenarioError
    from sim.scenario.reading import read_bytes, read_map

    tree, problems = read_map(read_bytes(file, str(file)), str(file))
    if problems:
        raise ScenarioError([str(problem) for problem in problems])
    found = []
    for row in tree.get("actions") or ():
        wrong = sorted({"id", "who", "what", "set", "halt"}.symmetric_difference(row) - {"set", "halt"})
        if wrong or not (row.get("set") or row.get("halt")):
            said = ", ".join(wrong) or "neither `set` nor `halt`"
            raise ScenarioError([f"{file}: an action has id, who, what, and set or halt; of {row.get('id')}: {said}"])
        found.append(
            Action(row["id"], row["who"], row["what"], dict(row.get("set") or {}), tuple(row.get("halt") or ()))
        )
    if not found:
        raise ScenarioError([f"{file}: holds no `actions`"])
    return found


def moments(scenario: Scenario, first: str, last: str, every_min: int) -> list[datetime]:
    """Times of day, as HH:MM, nearest to the end of what is scripted. Raises ScenarioError."""
    from sim.scenario import ScenarioError

    middle = scenario.clock.scripted_until
    ends = []
    for text in (first, last):
        try:
            clock = datetime.strptime(text, "%H:%M").replace(tzinfo=middle.tzinfo)
        except ValueError:
            raise ScenarioError([f"{text}: is no time of day; allowed: 22:40"]) from None
        day = middle.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        ends.append(min((day + timedelta(days=k) for k in (-1, 0, 1)), key=lambda when: abs(when - middle)))
    start, end = ends
    if end < start:
        raise ScenarioError([f"{first} to {last}: the last moment comes before the first"])
    count = (end - start) // timedelta(minutes=every_min)
    return [start + k * timedelta(minutes=every_min) for k in range(count + 1)]


def with_action(scenario: Scenario, action: Action, when: datetime) -> Scenario:
    """The scenario in which the action begins then. Raises ScenarioError for what may not change in mid-run."""
    from sim.scenario import load_text

    row = {"at": when.isoformat(timespec="seconds"), "set": dict(action.set), "halt": list(action.halt)}
    changes: list[tuple[str, Any]] = [("changes", [*earlier(scenario), row])]
    return load_text(scenario.resolved_yaml, scenario.folder, changes, scenario._given)


def looked_at(found: Ensemble, when: datetime) -> At:
    """The dead of every night of an ensemble."""
    columns = (np.array([float(v or 0) for v in found.column(f"{side}_killed")]) for side in ("attackers", "defenders"))
    return At(when, *columns)


def run(
    scenario: Scenario, wanted: Sequence[Action], when: Sequence[datetime], *, seed: int, numbers: Sequence[int],
    workers: int = 1, run: Run = engine_run, done: Callable[[int], None] = lambda n: None,
) -> tuple[At, dict[str, list[At]]]:  # fmt: skip
    """(the nights in which nobody does anything of it, action -> the nights in which it begins at each moment)."""
    plain = looked_at(ensemble(scenario, seed, numbers, workers=workers, run=run), scenario.clock.end)
    rows: dict[str, list[At]] = {}
    for action in wanted:
        for moment in when:
            nights = ensemble(with_action(scenario, action, moment), seed, numbers, workers=workers, run=run)
            rows.setdefault(action.id, []).append(looked_at(nights, moment))
            done(sum(map(len, rows.values())))
    return plain, rows


def last(plain: At, rows: Sequence[At], share: float) -> Last:
    """The last moments at which a share of the dead was still spared, surely and possibly. One night knows no doubt.
    Nights in which nobody dies anyway spare nobody."""
    surely = possibly = None
    for row in rows:
        left = row.killed - (1.0 - share) * plain.killed
        bound = stats.mean_interval(left)
        low, high = (float(left.mean()),) * 2 if bound is None else (bound[0], bound[1])
        if plain.killed.sum() > 0 and low <= 0.0:
            possibly = row.when
            surely = row.when if high <= 0.0 else surely
    return Last(surely, possibly)


def as_json(seed: int, share: float, plain: At, rows: Mapping[str, Sequence[At]]) -> dict[str, Any]:
    """What `khusham last --json` prints: every night's dead, exact."""

    def told(row: At) -> dict[str, Any]:
        return {"at": row.when.isoformat(), "attackers_killed": row.attackers.tolist(),
                "defenders_killed": row.defenders.tolist()}  # fmt: skip

    found = {}
    for name, column in rows.items():
        ends = last(plain, column, share)
        ended = {key: None if at is None else at.isoformat() for key, at in vars(ends).items()}
        found[name] = {"last": ended, "moments": [told(row) for row in column]}
    return {"schema": 1, "seed": seed, "spares": share, "never": told(plain), "actions": found}
