"""Reports: one file that needs no other, every picture and table stamped, attribution beside every tag."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from typer.testing import CliRunner

from sim import claims, engine, tags
from sim import recording as rec
from sim import scenario as room
from sim.__main__ import app
from sim.metrics import View, tables
from sim.metrics.chain import LINKS, chain_times
from sim.metrics.lanchester import comparator, linear_law, square_law
from sim.recording import Recording
from sim.report import people, text, timeline
from tests.naming import unsaid

SCENARIOS = Path(__file__).parents[3] / "scenarios"
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Checker(HTMLParser):
    """Every tag closed in order; what is pointed at, what is said in captions."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.said: dict[str, list[str]] = {"caption": [], "figcaption": []}
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        self.links += [found[key] or "" for key in ("href", "src", "xlink:href") if key in found]
        if tag not in VOID:
            self.open.append(tag)
        if tag in self.said:
            self.said[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag, words in self.said.items():
            if tag in self.open:
                words[-1] += data


def read(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert not checker.open
    assert "script" not in checker.tags
    assert all(link.startswith("#") for link in checker.links), "it needs something else"
    assert {link[1:] for link in checker.links if link.startswith("#p")} <= checker.ids
    return checker


@pytest.fixture(scope="module")
def night() -> Recording:
    return engine.run(room.load(SCENARIOS / "khusham.yaml"), seed=1, replication=0)


def test_the_report_of_a_night(night: Recording, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    rec.save(night, tmp_path / "n.mcap")
    command = ["report", str(tmp_path / "n.mcap"), "-o", str(tmp_path / "n.html")]
    assert CliRunner().invoke(app, command).exit_code == 0
    page = (tmp_path / "n.html").read_text("utf-8")
    found = read(page)
    captions = [words for words in found.said["caption"] if not words.startswith("Sources")]
    assert len(captions) > 12
    assert len(found.said["figcaption"]) == 5
    for said in (*captions, *found.said["figcaption"]):
        assert "1 of many possible nights, simulated" in said
    assert page.count("1 of many possible nights, simulated") >= len(captions) + 8  # on the pictures' labels too
    for words in ("two US defence officials (C44)", "Not modelled: civilians", "C17", "Lanchester", night.digest,
                  "The bottleneck is", "dead not mentioned", "the run itself"):  # fmt: skip
        assert words in page
    parts = re.findall(r'<div class="wide">.*?</div>|<figure>.*?</figure>|<header>.*?</header>', page, re.DOTALL)
    naming = [part for part in parts if tags.named(part)]
    assert len(naming) > 2
    assert not any(unsaid(part, night.attributed) for part in naming), "a table or picture leaves out whose word it is"
    assert CliRunner().invoke(app, command).exit_code == 0
    first = (tmp_path / "n.html").read_text("utf-8")
    assert first == page, "the same night gives the same bytes"


def test_the_report_of_scenarios_side_by_side(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    files = [str(SCENARIOS / "variants" / f"{name}.yaml") for name in ("mod-version", "hotline-halt")]
    out = tmp_path / "r.html"
    said = CliRunner().invoke(app, ["report", *files, "-n", "3", "-j", "1", "-o", str(out)])
    assert said.exit_code == 0, said.output
    page = out.read_text("utf-8")
    found = read(page)
    assert all("simulated" in words for words in found.said["figcaption"])
    for words in ("3 nights of each, simulated", "Stated by: coalition", "Stated by: SANA", "Stated by: Russian MoD",
                  "Under the same luck", "C61"):  # fmt: skip
        assert words in page


def test_a_recording_and_a_scenario_make_no_report(night: Recording, tmp_path: Path) -> None:
    rec.save(night, tmp_path / "n.mcap")
    said = CliRunner().invoke(app, ["report", str(tmp_path / "n.mcap"), str(SCENARIOS / "khusham.yaml")])
    assert said.exit_code == 2
    assert "one recording" in said.stderr


def test_hours_that_contradict_each_other_are_one_bar_and_no_other(night: Recording) -> None:
    record, rows = claims.read(night.attachments["claims.yaml"]), timeline.stated(night)
    groups = timeline.disputes(rows, record)
    assert sorted((one for group in groups for one in group), key=id) == sorted(rows, key=id)
    assert any(len(group) > 1 for group in groups)
    for group in groups:
        assert [one.at for one in group] == sorted(one.at for one in group)
        for one in group:
            rivals = [other for other in group if other.claim in record.by_id(one.claim).contests]
            assert rivals or len(group) == 1
    for a, b in combinations(groups, 2):
        assert not any(one.claim in record.by_id(other.claim).contests for one in a for other in b)


def test_only_orders_and_calls_before_the_first_round_are_set(night: Recording) -> None:
    view = View(night)
    given = [(t, words) for t, words, is_set in text.moments(view) if is_set]
    assert given
    assert all(view.t0 is not None and t < view.t0 for t, _ in given)
    assert not any(words.startswith(("First round", "Reply", "Rules")) for _, words in given)


def test_the_attackers_are_somewhere_at_the_end_by_tag(night: Recording) -> None:
    rows = tables(night)["disposition"]
    tags = [name for name in rows if name not in ("where", "people")]
    assert len(tags) >= 3
    assert [sum(cells) for cells in zip(*(rows[tag] for tag in tags), strict=True)] == rows["people"]
    losses = tables(night)["losses"]
    for tag in tags:
        assert sum(rows[tag]) == losses["strength"][losses["tag"].index(tag)]
    assert people.where(rows)["all"][-1] == sum(rows["people"])


def test_a_link_of_the_chain_begins_where_the_last_ended(night: Recording) -> None:
    times = chain_times(View(night))
    assert len(times) > 5
    assert (np.diff(times[:, LINKS.index("reported") :], axis=1) >= 0).all()
    assert np.isfinite(times[:, LINKS.index("fired")]).all()


@pytest.mark.parametrize("law", ["square", "linear"])
@pytest.mark.parametrize(("a", "b"), [(0.004, 0.02), (0.03, 0.003), (0.01, 0.01)])
def test_closed_forms_solve_their_equations(law: str, a: float, b: float) -> None:
    scale = 1.0 if law == "square" else 200.0
    a, b, t = a / scale, b / scale, np.linspace(0.0, 30.0, 61)

    def slope(_: float, state: np.ndarray) -> list[float]:
        x, y = state
        return [-b * y, -a * x] if law == "square" else [-b * x * y, -a * x * y]

    true = solve_ivp(slope, (0.0, 30.0), (200.0, 200.0), t_eval=t, rtol=1e-10, atol=1e-9).y
    found = (square_law if law == "square" else linear_law)(200.0, 200.0, a, b, t)
    alive = (true > 0).all(axis=0)
    assert np.count_nonzero(alive) > 20
    np.testing.assert_allclose(np.array(found)[:, alive], true[:, alive], rtol=1e-6, atol=1e-6)


def test_the_comparator_starts_where_the_run_does_and_counts_the_exchange(night: Recording) -> None:
    found = comparator(View(night))
    assert found is not None
    for law in (found.square, found.linear):
        assert law[0][0] == pytest.approx(found.attackers[0])
        assert law[1][0] == pytest.approx(found.defenders[0])
        assert found.error(law) < np.ptp(found.attackers)
        # rates from the run's own curves: the law loses about what the run lost
        assert abs(law[0][-1] - found.attackers[-1]) < 0.25 * np.ptp(found.attackers)
    hurt = [float(np.ptp(side)) for side in (found.attackers, found.defenders)]
    assert found.exchange == pytest.approx(hurt[0] / hurt[1])
