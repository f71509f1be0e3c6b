"""What is under way while something else happens: clocks that go on, and calls whose observer dies."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any

from scipy import stats as reference

from benchmarks.scale import flow
from sim import engine
from sim.clock import Phase
from sim.context import Context
from sim.events import BY_NAME, Reason
from sim.losses import touched, wound
from sim.scenario import load_text
from tests.battle import BASE, tree
from tests.theory.battles import running, shelling
from tests.theory.battles.running import build, nights

# Pitfall 11: a clock that is not exponential may not begin anew because something else has happened.


def changed_every(ctx: Context, every_s: int, until_s: int) -> None:
    """Every unit is re-planned at these moments, as after a loss."""

    def stir() -> None:
        for u in range(len(ctx.world.ids)):
            ctx.world.change(u)

    for t in range(every_s, until_s, every_s):
        ctx.clock.at(t * 1000, Phase.MOVE, ctx.clock.handle("sim/audit"), stir)


def fired_at(scenario: Any, kind: str, every_s: int) -> list[int]:
    """Moments, ms, of events of a kind while everything is re-planned every so often."""
    ctx = engine.prepare(scenario, seed=5, full=False)
    if every_s:
        changed_every(ctx, every_s, 400)
    ctx.clock.run(400_000)
    return [row[0] for row in ctx.log.rows if row[1] == BY_NAME[kind].code]


def test_pitfall_11_a_fixed_cycle_goes_on_when_everything_is_replanned() -> None:
    """A gun that loads for 40 s and volleys every 30 s: re-planned every 7 s both fire as if nothing had been, where a
    wait that began anew would never end."""
    gun = running.tree("ranging")
    del gun["weapons"]["gun"]["markov"]
    gun["weapons"]["gun"]["damage"]["hull"]["k"] = 0
    gun["sensors"]["sight"]["reference_time"] = "1e-6 s"
    volleys = running.tree("duel")
    for weapon in volleys["weapons"].values():
        weapon |= {"interval": "fixed", "rate": "2 /min", "lethal": 0, "exposure": {"standing": 1e-9}}
    for data, kind in ((gun, "fired"), (volleys, "account")):
        scenario = build(data)
        quiet = fired_at(scenario, kind, 0)
        assert len(quiet) >= 9
        assert fired_at(scenario, kind, 7) == quiet


def test_pitfall_11_a_wound_that_will_kill_is_not_put_off_by_another_hit() -> None:
    """Rounds fall every 10 s on two crowds of 20, each wound kills after a gamma time of mean 90 s: the times of n =
    1000 from the first wound on follow that law (Kolmogorov, p above 6e-5: sees a shift of 0.07 in the law), though
    the wounded are hit again; a clock begun anew with each hit would let few die while the fire lasts."""
    data = running.tree("shelling")
    shelling.scattered(data, 150.0, 0.0, 1.0)
    data["weapons"]["gun"]["damage"] |= {"lethal": 0, "d0": 0.1}
    data["orders"][0]["do"]["shell"]["rounds"] = 60
    data["kinds"]["man"]["entities"]["soldier"]["n"] = 20
    data["wounds"] = {"p_die": 1, "delay": {"law": "gamma", "time": "90 s", "spread": 0.5}}
    spans: list[float] = []
    for night in nights(build(data), 25, 6):
        wounded = {(who, row[0]): t for t, _, who, row in reversed(list(night.of("wounded")))}  # the first time
        died = {(who, row[0]): t for t, _, who, row in night.of("died_of_wounds")}
        assert set(wounded) == set(died)
        spans += [(died[man] - wounded[man]) * 1e-3 for man in wounded]
    assert len(spans) > 980
    assert reference.kstest(spans, "gamma", args=(4.0, 0.0, 22.5)).pvalue > 6e-5


# Pitfall 22: observers die while calls are queued. The rule: a call stands while its contact is not dropped.


def watched(control: str) -> Any:
    """One section watches armed men come nearer; two of their tracks are asked for, the controller takes `control`."""
    data = tree()
    data.update(id="watched", title="Watched", published=False)
    data["clock"] |= {"start": "2018-02-07T21:30+02:00", "end": "2018-02-08T00:30+02:00"}
    data["clock"]["scripted_until"] = "2018-02-07T22:30+02:00"
    data["light"] = [{"id": "l", "at": "2018-02-07T00:00+02:00", "light": "day"}]
    data["weather"] = [{"id": "w", "at": "2018-02-07T00:00+02:00", "visibility": "10 km"}]
    routes = {name: {"points": ["hq"], "half_width": "9 km", "speed": "2 km/h"} for name in ("main", "home", "retreat")}
    stay = {"retreat": {"points": ["hq"], "half_width": "9 km", "speed": "2 km/h"}}
    data["formations"] = [
        {"id": "come", "side": "attackers", "at": ["0 m", "-3 km"], "routes": routes},
        {"id": "watch", "side": "defenders", "at": "hq", "routes": stay},
        {"id": "call", "side": "defenders", "at": ["0 m", "20 km"]},
        {"id": "fires", "side": "defenders", "at": ["0 m", "15 km"]},
    ]
    data["units"] = [
        {"id": "men", "kind": "rifle_section", "formation": "come", "tag": "militia"},
        {"id": "post", "kind": "adviser_team", "formation": "watch", "tag": "sdf", "weapons": None},
        {"id": "cell", "kind": "adviser_team", "formation": "call", "tag": "coalition", "controllers": 1},
        {"id": "howitzer", "kind": "m777_gun", "formation": "fires", "tag": "coalition"},
    ]
    go = {"at": "2018-02-07T21:31+02:00"}
    data["orders"] = [{"id": "go", "who": "come", "when": go, "do": {"assault": "main"}}]
    data["roe"]["defenders"]["trigger"] |= {"rounds": 1, "advance_within": "20 km"}
    data["roe"]["defenders"]["ladder"] = [{"id": "engage"}]
    data["command"]["defenders"] |= dict.fromkeys(("report", "approval", "approval_in_contact", "assess"), "10 s")
    data["command"]["defenders"] |= {"control": control, "monitoring": None}
    data["belief"]["defenders"] |= {"stale": "2 min", "drop": "5 min", "drift": 0}
    data["hotline"] = data["wounds"] = None
    text = "".join(f"{key}: {flow(value)}\n" for key, value in data.items() if value is not None)
    return load_text(text, BASE.parent)


def killed(ctx: Context, unit: str) -> None:
    """Everybody of a unit is killed at once."""
    world, u = ctx.world, ctx.world.ids.index(unit)
    mount = next(m for m in world.mounts if world.sides[m.unit] == 0)
    for row in world.rows_of[u]:
        wound(world, ctx.log, ctx.draws, int(row), True, mount, 0, 0, {})
    touched(world, u)


def after_the_observer_died(control: str) -> defaultdict[str, list[tuple[int, tuple[int, ...]]]]:
    """(seconds after his death, payload) of what happened to the contact he had called."""
    scenario = watched(control)
    ctx = engine.prepare(scenario, seed=5, full=False)
    deaths: list[int] = []

    def called(id_: int, kind: str, actor: int, target: int, payload: tuple[int, ...]) -> None:
        if not deaths:
            deaths.append(ctx.clock.now_ms + 30_000)
            ctx.clock.at(deaths[0], Phase.IMPACT, ctx.clock.handle("sim/audit"), partial(killed, ctx, "post"))

    ctx.log.watch("controller_taken", called)
    ctx.clock.run(scenario.t_ms(scenario.clock.end))
    names = {kind.code: name for name, kind in BY_NAME.items()}
    found: defaultdict[str, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    for t_ms, code, _, target, _, payload in ctx.log.rows:
        if deaths and t_ms >= deaths[0] and target == ctx.world.actor[ctx.world.ids.index("men")]:
            found[names[code]].append((round((t_ms - deaths[0]) * 1e-3), payload))
    return found


def test_pitfall_22_a_call_outlives_its_observer_until_the_contact_is_dropped() -> None:
    """Control takes 30 min; he dies half a minute into it, so the contact is dropped 7 min later and the call is
    cancelled for want of a track when the controller is ready: nothing is fired."""
    seen = after_the_observer_died("30 min")
    assert [t for t, _ in seen["sight_lost"]] == [0]
    assert [t for t, _ in seen["contact_stale"]] == [120]
    assert [t for t, _ in seen["contact_dropped"]] == [420]
    assert [(t, row[0]) for t, row in seen["cancelled"]] == [(1770, Reason.NO_TRACK)]
    assert not {"assigned", "fired", "impact"} & set(seen)


def test_pitfall_22_a_call_within_the_life_of_the_contact_is_carried_out() -> None:
    """Control takes 3 min: the track is stale by then but not dropped, and the guns fire at where it was."""
    seen = after_the_observer_died("3 min")
    assert [t for t, _ in seen["assigned"]][:1] == [150]
    assert seen["impact"]
    assert all(t < 420 + 150 for t, _ in seen["assigned"])
    assert len(seen["cancelled"]) + len(seen["closed"]) == 1
