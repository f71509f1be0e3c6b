"""Lines of the hotline: never more calls than lines, nobody waits beside a free one, first come first served."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from sim.scenario import ScenarioError, load_text
from tests.battle import battle
from tests.theory.battles.calls import EXPONENTIAL, Traffic, traffic
from tests.theory.battles.running import FOLDER, build, nights, tree


def runs(lines: int, holding: int | None, n: int = 3) -> list[Traffic]:
    """Calls at twice what the lines can carry."""
    return traffic(2.0 * lines, EXPONENTIAL, lines, n, 11, mean=1.0, warm=0, holding=holding, calls=200)


def on_lines(run: Traffic, t_s: float) -> int:
    """Calls that have a line at an instant, those that take it or give it back then left out."""
    return int(((run.taken < t_s) & (run.ended > t_s)).sum())


def test_lines_are_all_used_and_never_a_place_too_many() -> None:
    for lines, holding in ((1, None), (2, 0), (3, 4)):
        for run in runs(lines, holding):
            assert max(on_lines(run, t) for t in run.placed) == lines
            waiting = [int(((run.placed < t) & (run.taken > t) & np.isfinite(run.taken)).sum()) for t in run.placed]
            lost = np.isinf(run.taken)
            assert holding is None or max(waiting) <= holding
            assert lost.any() == (holding is not None)
            assert not run.busy[~lost].all()


def test_calls_are_not_served_last_come_first_served() -> None:
    for run in runs(1, None) + runs(3, 4):
        assert (np.diff(run.taken[np.isfinite(run.taken)]) >= 0.0).all()


def test_no_call_waits_beside_a_line_left_idle() -> None:
    for lines, holding in ((1, None), (3, 4)):
        for run in runs(lines, holding):
            waited = np.flatnonzero(np.isfinite(run.taken) & (run.taken - run.placed > 1e-5))
            assert len(waited) > 20
            assert all(on_lines(run, 0.5 * (run.placed[k] + run.taken[k])) == lines for k in waited)


def test_littles_law_holds_to_rounding_on_a_drained_run() -> None:
    """The area under the number present is the sum of the times spent, counted in two ways."""
    (run,) = runs(2, None, n=1)
    edges = np.sort(np.concatenate([run.placed, run.ended]))
    present = [int(((run.placed <= t) & (run.ended > t)).sum()) for t in edges[:-1]]
    area = float((np.array(present) * np.diff(edges)).sum())
    assert area == pytest.approx(float((run.ended - run.placed).sum()), rel=1e-9)


def test_a_lost_call_is_unanswered_at_once_and_told_of() -> None:
    data = tree("calls")
    data["hotline"] |= {"lines": 1, "holding": 0}
    (night,) = nights(build(data), 1, 3)
    lost = [t for t, _, _, payload in night.of("line_busy") if payload[1] == 0]
    assert lost
    assert lost == [t for t, *_ in night.of("call_unanswered")]


def test_places_to_wait_without_lines_are_refused() -> None:
    data = tree("calls")
    del data["hotline"]["lines"]
    data["hotline"]["holding"] = 2
    with pytest.raises(ScenarioError, match=r"hotline.*`holding` goes with `lines`"):
        build(data)
    assert load_text((FOLDER / "calls.yaml").read_text("utf-8"), FOLDER).hotline is not None


def test_words_over_the_line_carry_what_the_record_says_of_them() -> None:
    """An assurance is on record and contested; a call is on record once, its repetitions are the model's."""
    rows = [row for replication in (0, 1) for row in battle(replication).transcript]
    tags: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for row in rows:
        out = row["direction"] == "out"
        tags[row["direction"], row["says"] if out else row["answer"], out and row["turn"] > 0].add(row["tag"])
    assert tags["out", "stop", False] == tags["out", "build_up", False] == {"reported"}
    assert tags["out", "stop", True] == tags["out", "warning", False] == {"modelled"}
    assert tags["in", "assure", False] == {"disputed"}
    assert tags["in", "none", False] == {"modelled"}
    assert tags["in", "disown", False] == {"reported"}
