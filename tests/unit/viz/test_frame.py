"""From a recording and an instant to what can be drawn."""

import itertools

import numpy as np
import pytest

from sim.recording import positions
from viz.frame import Frame, Night, View, build
from viz.frame.declutter import Taken, Wanted, place_labels, spread
from viz.frame.happenings import CLASS_OF, IMPACT, LOSS
from viz.frame.sky import moonrises
from viz.frame.terrain import Slopes, Terrain, shade
from viz.theme import Layout, Rect

HOUR = 3_600_000


def test_the_axis_begins_two_hours_before_the_first_round(night: Night) -> None:
    assert night.calendar.local(night.t0) == "22:30:00"
    assert night.calendar.local(night.opening[0]) == "20:30:00"


def test_moonrise_is_computed(night: Night) -> None:
    assert [night.calendar.local(m, False) for m in night.moonrises] == ["00:09"]
    a, b = night.calendar.at(night.opening[0]), night.calendar.at(night.opening[1])
    assert len(moonrises(a, b, 35.3, 40.3)) == 1


def test_positions_are_those_of_the_legs(night: Night) -> None:
    for t in (0, night.t0, night.t0 + HOUR + 17, night.end):
        units = np.arange(night.n_units)
        assert np.allclose(night.where(units, np.full(night.n_units, t)), positions(night.recording, t), equal_nan=True)


def test_states_are_the_last_change(night: Night) -> None:
    changes = night.recording.changes
    t = night.t0 + HOUR
    for unit in range(0, night.n_units, 7):
        field = night.states.fields.index("strength")
        mine = (changes["unit"] == unit) & (changes["field"] == field) & (changes["t_ms"] <= t)
        assert night.states.strength(t)[unit] == changes["value"][mine][-1]


def test_any_instant_can_be_asked_for_in_any_order(night: Night, view: View, grid: Layout) -> None:
    for t in (night.t0, night.end - 1, night.t0 + HOUR):
        frame = build(night, view, t, grid)
        assert frame.signs
        assert frame.trails() is not None


def test_rows_are_in_time_order_and_join_what_belongs_together(night: Night) -> None:
    rows = night.rows
    assert (np.diff(rows.t_ms) >= 0).all()
    codes = np.isin(night.recording.events.kind, list(CLASS_OF))
    assert rows.count.sum() == codes.sum()
    losses = np.flatnonzero((rows.group == LOSS) & (rows.count > 1))
    assert any("people out of action" in night.sentence_of(int(i)) for i in losses)


def test_every_row_has_a_plain_sentence(night: Night) -> None:
    for i in range(len(night.rows)):
        words = night.sentence_of(i)
        assert words
        assert "?" not in words
        assert not any(w in words.lower() for w in ("kill", "destroyed the enemy", "victory", "glor"))


def test_far_away_formations_share_a_sign(night: Night, view: View, grid: Layout) -> None:
    from viz.camera import with_width

    view.camera = with_width(view.camera, 40_000)
    far = len(build(night, view, night.t0, grid).signs)
    view.camera, view.grouped = with_width(view.camera, 5000), False
    near = build(night, view, night.t0, grid)
    assert far < len(near.signs) == night.n_units
    assert all(len(s.units) == 1 for s in near.signs)


def test_a_side_knows_only_what_was_reported(night: Night, view: View, grid: Layout) -> None:
    view.side = "attackers"
    frame = build(night, view, night.t0, grid)
    theirs = [s for s in frame.signs if s.side != "attackers"]
    contacts = {c.unit for c in night.beliefs.contacts("attackers", night.t0)}
    assert {u for s in theirs for u in s.units} == contacts
    assert len(contacts) < (~night.attackers).sum()
    assert all("hollow" in s.state for s in theirs)
    assert frame.rows.size
    assert night.rows.t_ms[frame.rows].max() <= night.t0


def test_the_future_is_not_told(view: View) -> None:
    assert view.sees_future(10, 20)
    view.side = "defenders"
    assert not view.sees_future(10, 20)
    assert view.sees_future(10, 10)


def test_filters_and_search(night: Night, view: View, grid: Layout) -> None:
    view.classes = {IMPACT}
    frame = build(night, view, night.t0, grid)
    assert set(night.rows.group[frame.rows]) == {IMPACT}
    view.classes, view.query = set(range(7)), "himars fires"
    words = [night.sentence_of(int(i)).lower() for i in build(night, view, night.t0, grid).rows]
    assert words
    assert all("himars" in w and "fires" in w for w in words)


def test_impacts_fade_and_go(night: Night, view: View, grid: Layout) -> None:
    t = night.t0 + HOUR
    _, _, age = build(night, view, t, grid).impacts()
    assert (age >= 0).all()
    assert (age <= 1_200_000).all()
    assert len(Frame(night, view, night.t0 - 1, grid).impacts()[2]) == 0


def test_permission_and_calls(night: Night) -> None:
    spans = night.permissions
    assert spans[0].words == "Hold"
    assert all(a.end == b.start for a, b in itertools.pairwise(spans))
    assert len(night.calls) == 5
    assert night.calls[3].outcome == "unanswered"
    assert all(m.text for c in night.calls for m in c.messages)


def test_symbols_end_apart_and_in_the_same_place() -> None:
    luck = np.random.default_rng(4)
    centres, sizes = luck.uniform(0, 300, (60, 2)), np.full((60, 2), (30.0, 26.0))
    out = spread(centres, sizes, rounds=300)
    assert (out == spread(centres, sizes, rounds=300)).all()
    apart = np.abs(out[:, None] - out[None])
    clash = (apart[..., 0] < 29) & (apart[..., 1] < 25)
    assert clash.sum() == 60


def test_labels_never_overlap() -> None:
    taken = Taken(Rect(0, 0, 500, 400))
    boxes = [Rect(40 * i, 150, 30, 26) for i in range(10)]
    for i, box in enumerate(boxes):
        taken.add(box, i)
    placed = place_labels(taken, [Wanted(90, 20, box, i) for i, box in enumerate(boxes)])
    rects = [r for r, _ in placed.values()] + boxes
    for i, a in enumerate(rects):
        assert not any(a.meets(b) for b in rects[i + 1 :] if a is not b)


def test_terrain_is_smooth_and_its_slope_is_its_derivative(night: Night, view: View) -> None:
    ground = night.terrain
    assert ground is not None
    z, east, _ = Slopes.of(ground, view.camera, 200, 100).band(0, 100)
    step = view.camera.width_m / 200
    assert np.abs(np.gradient(z, axis=1)[:, 1:-1] / step - east[:, 1:-1]).max() < 2e-3
    picture = shade(ground, view.camera, 64, 32, (30, 43, 47), (66, 63, 58))
    assert picture.shape == (32, 64, 3)
    assert picture.max() <= 120


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"x0":0,"y0":0,"dx":0,"dy":1,"rows":[[1,2],[3,4]]}', b"\xff"])
def test_a_ground_that_is_none(data: bytes) -> None:
    assert Terrain.read(data) is None
