"""Answers about output analysis and random numbers."""

from typing import Any

import numpy as np

from sim import stats
from sim.draws import Philox
from tests.theory import designs
from tests.theory.answers.reading import Answers, Inputs, array, ids, named


def _out_05(i: Inputs) -> Any:
    gaps = array(i["differences"])
    found = stats.paired(np.zeros_like(gaps), gaps, 0.9)
    assert found.interval is not None
    return {"mean": found.mean, "lo": found.interval.low, "hi": found.interval.high}


def _out_06(i: Inputs) -> Any:
    found = stats.welch_from(i["mean_diff"], i["s1sq"], i["n1"], i["s2sq"], i["n2"], 0.9)
    assert found.interval is not None
    return {"df": found.df, "lo": found.interval.low, "hi": found.interval.high}


def _out_11(i: Inputs) -> Any:
    return designs.morris(lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 0.5 * x[:, 2] + 4 * x[:, 0] * x[:, 1], 3, 4, 2 / 3)


def _out_14(i: Inputs) -> Any:
    return named("independent crn speedup", stats.paired_variance(i["var1"], i["var2"], i["rho"], i["n"]))


def _philox(i: Inputs) -> list[str]:
    counter, key = (tuple(int(word, 16) for word in i[name]) for name in ("counter", "key"))
    return [f"0x{word:016x}" for word in Philox().raw(counter, key, 4).tolist()]


def _seed_words(i: Inputs) -> list[str]:
    state = np.random.SeedSequence([int(word) for word in i["seed_words"]]).generate_state(2, np.uint64)
    return [str(word) for word in state]


def _spawned(i: Inputs) -> list[str]:
    seed = np.random.SeedSequence(int(i["entropy"]), spawn_key=i["spawn_key"])
    return [f"0x{int(word):016x}" for word in np.random.Philox(seed).random_raw(8)]


def _wilson(i: Inputs) -> Any:
    return stats.wilson(i["successes"], i["n"])


ANSWERS: Answers = {
    **dict.fromkeys(ids("RNG", 1, 2, 3), _philox),
    "RNG-04": _seed_words,
    **dict.fromkeys(ids("RNG", 5, 6, 7), _spawned),
    "RNG-08": lambda i: designs.antithetic_exp(),
    **dict.fromkeys(ids("OUT", 1, 2, 3, 4), _wilson),
    "OUT-05": _out_05,
    "OUT-06": _out_06,
    "OUT-07": lambda i: stats.rank_coverage(100, 0.9, i["r"], i["s"]),
    "OUT-08": lambda i: designs.ishigami(7.0, 0.1),
    "OUT-09": lambda i: designs.sobol_g(i["a"]),
    "OUT-10": lambda i: designs.pawn_sum(i["x1"]),
    "OUT-11": _out_11,
    "OUT-12": lambda i: [stats.proportion_size(p, h) for p, h in zip(i["p"], i["h"], strict=True)],
    "OUT-13": lambda i: stats.relative_target(i["gamma"]),
    "OUT-14": _out_14,
    "OUT-15": lambda i: stats.clopper_pearson(i["successes"], i["n"]),
}
