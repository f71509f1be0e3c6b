"""Guards against known faults, over the whole engine: each is a plain test here, and what `make mutants` turns red.

Sample sizes are fixed and stated with what they can see; seeds never change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats as reference

from sim import engine
from sim.rounds import _scatter
from tests.battle import ROOT, base
from tests.theory import adapter
from tests.theory.battles import duels, looking, shelling
from tests.theory.battles.judging import estimates
from tests.theory.battles.running import build, nights, tree
from tests.theory.verdicts import differences

CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in adapter.CASES}


def meets(name: str, n: int, seed: int = 1) -> None:
    """Every number of an engine case lies within 4 SE of the exact one at n runs."""
    case = CASES[name]
    found = estimates(case, adapter.simulate(case, n, seed), adapter.exact(case))
    assert [row for row in found if not row.good] == []


def test_pitfall_01_never_one_side_resolved_first() -> None:
    """Equal sides in step have equal chances: n = 800 sees a difference of 0.11; the fault makes one of 0.28."""
    meets("STO-15", 800)


def test_pitfall_02_no_dead_men_shooting() -> None:
    """Fights follow the square law: n = 600. If the dead went on shooting, x would keep 1 man more of 10 (7 SE)."""
    meets("STO-02", 600)


def test_pitfall_03_no_time_step_of_10_s_in_sensing() -> None:
    """Moments of detection are exponential: n = 2500 sees a step of 10 s (5 of 50 s in the mean are 5 SE)."""
    found = looking.standing({"rate_per_s": 0.02, "time_s": 85.0}, 2500, 1)["mean_s"]
    assert abs(found.mean() - 50.0) <= 4.0 * found.std() / 50.0
    assert reference.kstest(found, "expon", args=(0, 50.0)).pvalue > 6e-5


def test_pitfall_05_no_aim_error_redrawn_per_round() -> None:
    """Two rounds of a mission are correlated by sa^2/(sa^2 + sp^2) = 0.8: n = 500, SE of r (1 - r^2)/sqrt n = 0.016."""
    first, second = impacts(500, rounds=2)
    for axis in (0, 1):
        assert abs(np.corrcoef(first[:, axis], second[:, axis])[0, 1] - 0.8) <= 0.065


def impacts(n: int, rounds: int, rep_m: float = 1.0, dep_m: float = 1.0) -> list[Any]:
    """Per round (n, 2): where it fell; aim sigma twice the precision sigma (20 and 10 m)."""
    data = tree("shelling")
    shelling.scattered(data, 0.0, 20.0, 10.0)
    for errors in ("mpi", "precision"):
        row = data["weapons"]["gun"][errors]
        for key, factor in (("rep", rep_m), ("dep", dep_m)):
            row[key] = f"{float(row[key].split()[0]) * factor} m"
    data["orders"][0]["do"]["shell"]["rounds"] = rounds
    out = np.empty((rounds, n, 2))
    for k, night in enumerate(nights(build(data), n, 3)):
        for r, (_, _, _, payload) in enumerate(night.of("impact")):
            out[r, k] = np.array(payload[:2]) * 1e-3
    return list(out)


def test_pitfall_06_targets_share_the_impact() -> None:
    """Two men near one salvo die together as often as the closed form says: n = 800, SE 0.018; own aims 5 SE off."""
    meets("SAL-11", 800)


def test_pitfall_08_no_replication_index_ignored() -> None:
    """Ten replications and a second seed: eleven first losses at eleven times."""
    scenario = build(tree("duel"))
    first = [next(night.of("killed"))[0] for night in nights(scenario, 10, 1)]
    first += [next(night.of("killed"))[0] for night in nights(scenario, 1, 2)]
    assert len(set(first)) == 11


def test_pitfall_10_no_p_inf_redrawn_per_look() -> None:
    """Of observers who resolve 0.9 of N50 a share of 0.42 ever sees a target that stands there, 19 % within 5 s
    (DET-12): n = 500, SE 0.022. A rank drawn anew with every look would let all of them see in the end."""
    case = CASES["DET-12"]
    for time_s in (case["inputs"]["time_s"], 600.0):
        i = {**case["inputs"], "time_s": time_s}
        law = float(adapter.evaluate({**case, "inputs": i}))
        seen = looking.time_limited(i, 500, 8)[""]
        assert abs(seen.mean() - law) <= 4.0 * np.sqrt(law * (1.0 - law) / 500)


def test_pitfall_12_no_suppression_clock_restart_for_ignore() -> None:
    """Share of time pinned 0.600, 0.777 if restarted: n = 100 has an SE of 0.002."""
    meets("SUP-02", 100)
    meets("SUP-01", 100)


def test_pitfall_14_no_killed_entities_drawn_twice() -> None:
    """Sixty rounds fall on two men: each dies at most once, and both do."""
    data = tree("shelling")
    shelling.scattered(data, 40.0, 5.0, 10.0)
    data["orders"][0]["do"]["shell"]["rounds"] = 60
    for night in nights(build(data), 20, 1):
        killed = Counter((target, payload[0]) for _, _, target, payload in night.of("killed"))
        assert killed == {("one", 0): 1, ("two", 0): 1}


def test_pitfall_15_no_zero_flight_time() -> None:
    """5 km at 500 m/s are 10 s, to the millisecond; as many impacts as rounds fired."""
    for night in nights(build(tree("shelling")), 20, 1):
        fired = [t for t, *_ in night.of("fired")]
        assert [t for t, *_ in night.of("impact")] == [t + 10_000 for t in fired]
        assert len(fired) == 6


def test_pitfall_18_no_range_and_deflection_axes_swapped() -> None:
    """The gun fires north, its range error is four times the deflection: covariance of 600 rounds, SE 6 %; swapped
    axes would give a sixteenth."""
    (rounds,) = impacts(600, rounds=1, rep_m=4.0)
    east, north = rounds.var(axis=0)
    assert abs(north / (16.0 * 500.0) - 1.0) < 0.24
    assert abs(east / 500.0 - 1.0) < 0.24
    assert abs(np.corrcoef(rounds.T)[0, 1]) < 0.17


def test_pitfall_19_the_whole_distribution_of_survivors_is_right() -> None:
    """Final strengths of STO-02 against the exact chain, chi-square over cells of at least 10 expected: n = 800."""
    i = CASES["STO-02"]["inputs"]
    found = duels.fights(i, "square", 800, 5)
    exact = np.zeros((i["x0"] + 1, i["y0"] + 1))
    exact[i["x0"], i["y0"]] = 1.0
    for x in range(i["x0"], 0, -1):
        for y in range(i["y0"], 0, -1):
            p = i["b"] * x / (i["b"] * x + i["a"] * y)
            exact[x, y - 1] += p * exact[x, y]
            exact[x - 1, y] += (1.0 - p) * exact[x, y]
    cells = [(x, 0) for x in range(1, i["x0"] + 1)] + [(0, y) for y in range(1, i["y0"] + 1)]
    got = Counter(zip(found["e_x"].astype(int), found["e_y"].astype(int), strict=True))
    rows = [(got[cell], 800.0 * exact[cell]) for cell in cells]
    large = [row for row in rows if row[1] >= 10.0]
    rest = (sum(g for g, e in rows if e < 10.0), sum(e for g, e in rows if e < 10.0))
    counts, expected = zip(*large, rest, strict=True)
    assert sum(expected) > 799.999
    assert reference.chisquare(counts, np.array(expected) * 800.0 / sum(expected)).pvalue > 6e-5


def test_pitfall_20_a_fight_cut_off_by_the_clock_is_refused_not_counted() -> None:
    """With the end of the clock before the end of the fight the harness raises; at its own clock no run is cut."""
    scenario, stretch = duels.fight(CASES["STO-01"]["inputs"], "square")
    for night in nights(scenario, 50, 1):
        gone = Counter(target for _, _, target, _ in night.of("killed"))
        assert 5 in gone.values()
        assert night.end_ms < scenario.t_ms(scenario.clock.end)
    assert stretch > 1.0


def test_pitfall_21_blind_cases_carry_no_expected_value() -> None:
    """Nothing could be tuned to them: 51 cases with inputs alone."""
    blind = [case for case in adapter.CASES if case.get("blind")]
    assert len(blind) == 51
    assert all(not {"expected", "check", "published"} & set(case) for case in blind)


def median_miss(name: str, limit_of: Callable[[Any], float], axis: bool) -> None:
    """Half of 4000 rounds of a weapon lie within its probable error along the line, or within its CEP: SE 0.008."""
    ctx = engine.prepare(base(), seed=3, full=False)
    mount = next(m for m in ctx.world.mounts if m.name == name)
    places = np.array(_scatter(ctx.draws, mount, 0, 4000, (0.0, 0.0), 0.0))
    off = np.abs(places[:, 1]) if axis else np.hypot(*places.T)
    assert abs(float((off <= limit_of(mount.weapon)).mean()) - 0.5) <= 0.032


def test_pitfall_23_no_probable_error_taken_for_sigma() -> None:
    """Half of a gun's rounds lie within one REP along the line; taken for sigma it would hold 68 %."""
    median_miss("m777", lambda weapon: weapon.precision.rep_m, axis=True)


def test_pitfall_23_no_cep_taken_for_sigma() -> None:
    """Half of the guided rounds lie within the CEP; taken for sigma it would hold 39 %."""
    median_miss("gmlrs", lambda weapon: weapon.cep_m, axis=False)


def test_pitfall_16_no_wald_for_wilson() -> None:
    """The published intervals of Newcombe (1998), through the shipped function."""
    for name in ("OUT-01", "OUT-02", "OUT-03", "OUT-04"):
        case = CASES[name]
        if "expected" in case:
            assert differences(adapter.evaluate(case), case["expected"], case["tolerance"]) == []


def test_pitfall_07_variants_under_common_luck_are_correlated() -> None:
    """Shooters of p = 1 and p = 0.9 under the same seeds: strengths correlate (n = 100: 4 SE of r about 0 are 0.4)."""
    kept = []
    for p in (1.0, 0.9):
        data = tree("duel")
        duels.section(data, "x", 1, 0.05, p)
        duels.section(data, "y", 8, 1e-9, 0.0)
        kept.append([[t for t, *_ in night.of("killed")][3] for night in nights(build(data), 100, 6)])
    assert np.corrcoef(kept)[0, 1] > 0.5


def test_pitfall_13_strengths_are_whole_men_at_every_loss() -> None:
    """What the log says is lost and what the world says is left sum to the strength."""
    for night in nights(build(tree("duel")), 20, 1):
        lost = Counter(target for _, _, target, _ in night.of("killed"))
        for u, name in enumerate(night.world.ids):
            assert night.world.fit[u] + lost[name] == night.world.people[u]
            assert isinstance(night.world.fit[u], int)


def test_every_pitfall_has_a_test_of_its_number() -> None:
    """The 23 known pitfalls of combat simulation, by the names of the tests that hold them."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    names = re.findall(r"def test_pitfalls?_([0-9_]+)", text)
    named = {int(number) for name in names for number in name.split("_") if number}
    assert named == set(range(1, 24))
