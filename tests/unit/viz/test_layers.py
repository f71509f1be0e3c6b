"""Layers and panels as text: what they tell a canvas to draw."""

import itertools

import numpy as np
import pytest

from sim.metrics import METRICS, Kind
from sim.tags import Attributions
from viz import keys
from viz.camera import with_width
from viz.canvas import ScriptCanvas, dashes
from viz.frame import Frame, Night, View, build
from viz.layers import furniture, impacts, land, names, overlay, units
from viz.panels import charts, dialogs, hotline, log, popup, run, sources, status, tabs, timeline, topbar, unit
from viz.symbols import placing
from viz.theme import HIGH_CONTRAST, NIGHT, Layout, contrast, layout

HOUR = 3_600_000


@pytest.fixture
def frame(night: Night, view: View, grid: Layout) -> Frame:
    return build(night, view, night.t0 + HOUR, grid)


def written(draw: object, *args: object) -> ScriptCanvas:
    canvas = ScriptCanvas()
    draw(canvas, *args)  # type: ignore[operator]
    return canvas


def test_ground_has_relief_river_band_and_sketched_routes(frame: Frame) -> None:
    canvas = written(land.draw, frame, NIGHT)
    assert canvas.calls[0].startswith("pixels 0,0 1248x536")
    assert canvas.find("lines", "#4A7390", "alpha 26")
    assert canvas.find("lines", "#31536B")
    assert canvas.find("lines", "#56616B", "dashed")


def test_no_ground_is_a_flat_tint(frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame.night, "terrain", None)
    assert written(land.draw, frame, NIGHT).calls[0].startswith("rect 0,0 1248x536")


def test_names_of_places_and_lines(frame: Frame) -> None:
    said = written(names.draw, frame, NIGHT).said()
    assert any("° E" in s for s in said)
    assert any("±" in s or "assumption" in s for s in said)


def test_nothing_written_on_the_ground_overlaps(frame: Frame) -> None:
    canvas = written(names.draw, frame, NIGHT)
    flat = [(w, b) for w, b in canvas.boxes if "±" not in w and "assumption" not in w]
    for i, (_, a) in enumerate(flat):
        assert not any(a.meets(b) for _, b in flat[i + 1 :])


def test_trails_rings_and_fire_are_three_things(frame: Frame) -> None:
    frame.view.camera = with_width(frame.view.camera, 12_000)
    frame.view.layers |= {"rings", "trails", "fire"}
    frame.view.selected = frame.night.find_unit("t72-1")
    canvas = written(overlay.draw_slow, build(frame.night, frame.view, frame.night.t0 - 900_000, frame.layout), NIGHT)
    assert canvas.find("lines", "closed", "dashed", "#E6A23C")
    assert any("closed" not in c and "dashed" not in c for c in canvas.find("lines", "#E6A23C"))
    t = int(frame.night.shots.start[0]) + 300
    fire = written(overlay.draw_fires, build(frame.night, frame.view, t, frame.layout), NIGHT)
    assert fire.find("lines", "#F6C583") or fire.find("lines", "#9FD0F5")


def test_fresh_impacts_are_stars_and_old_ones_rings(night: Night, view: View, grid: Layout) -> None:
    t = int(night.shots.mark_t[20])
    assert written(impacts.draw, build(night, view, t, grid), NIGHT).find("image", "size 13 impact")
    old = written(impacts.draw, build(night, view, t + 700_000, grid), NIGHT)
    assert old.find("image", "size 6 impact_old")


def test_symbols_do_not_overlap_and_moved_ones_have_leaders(frame: Frame) -> None:
    placed = units.place(frame)
    boxes = [p.box.grown(-3) for p in placed]
    for i, a in enumerate(boxes):
        assert not any(a.meets(b) for b in boxes[i + 1 :])
    canvas = written(units.draw, frame, NIGHT, placed)
    assert len(canvas.find("lines", "#8592A0")) == sum(p.moved for p in placed)
    assert len(canvas.find("image", "unit")) == len(placed)


def test_a_crowd_worked_out_bit_by_bit_stands_where_it_would_at_once(
    frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "MANY", 5)
    view, memory = frame.view, placing.Memory()
    view.playing, view.reduced_motion = 1, True
    whole = placing.place(frame).corner
    first = placing.place(frame, memory).corner
    assert np.allclose(first, whole)
    memory.target = np.zeros_like(whole)
    working = 0
    for _ in range(30):
        view.wall += 1 / 60
        placing.place(frame, memory)
        working += memory.work is not None
    assert working > 1
    assert np.allclose(placing.place(frame, memory).corner, whole)
    assert len(whole) > 5


def test_what_moves_moves_no_faster_than_the_eye(frame: Frame) -> None:
    memory = placing.Memory()
    before = placing.place(frame, memory).corner
    assert memory.target is not None
    memory.solved_at, memory.target = 0.05, memory.target + np.array([50.0, 0.0])
    frame.view.playing, frame.view.wall = 1, 0.1
    after = placing.place(frame, memory).corner
    assert np.abs(after - before).max() == pytest.approx(6.0, abs=0.01)


def test_labels_do_not_overlap_symbols_or_each_other(frame: Frame) -> None:
    placed = units.place(frame)
    canvas = written(units.names, frame, NIGHT, placed)
    assert len(canvas.said()) > 5
    for words, box in canvas.boxes:
        inner = box.grown(-3)
        assert not any(inner.meets(p.box) for p in placed if p.sign.name != words and p.sign.sub != words)


def test_out_of_action_is_hollow_with_a_slash(night: Night, view: View, grid: Layout) -> None:
    view.camera = with_width(view.camera, 7900)
    frame = build(night, view, night.end, grid)
    gone = [s for s in frame.signs if night.states.out(night.end)[s.key] and len(s.units) == 1]
    assert all(s.state == "hollow slash" for s in gone)


def test_furniture_says_scale_north_credit_and_points_outside(frame: Frame) -> None:
    canvas = ScriptCanvas()
    pills = furniture.pointers(canvas, frame)
    furniture.draw(canvas, frame, NIGHT, pills)
    said = canvas.said()
    assert {"0", "N", "Names", "Heat"} <= set(said)
    assert any("NOAA" in s for s in said)
    assert pills
    assert any("km" in p.words for p in pills)
    assert {h.argument for h in frame.hits if h.action == "layer"} == set(keys.LAYER_KEYS.values())


def test_every_frame_says_simulated_replication_and_digest(frame: Frame) -> None:
    said = written(topbar.draw, frame, NIGHT).said() + written(status.draw, frame, NIGHT).said()
    digest = frame.night.recording.digest
    assert sum("simulated" in s for s in said) >= 2
    assert any(frame.night.one_of in s and digest[:8] in s for s in said)
    assert "Illustrative data, not a result" in said


def test_clocks_and_log_agree(frame: Frame) -> None:
    assert {"T+01:00:00", "23:30:00", "21:30:00"} <= set(written(topbar.draw, frame, NIGHT).said())
    current = int(frame.night.rows.t_ms[frame.row])
    assert frame.night.calendar.local(current) in written(log.draw, frame, NIGHT, tabs.log_box(frame)).said()


def test_the_timeline_hides_the_future_of_a_side(frame: Frame) -> None:
    assert "Weapons free" in written(timeline.draw_moving, frame, NIGHT).said()
    frame.view.side = "defenders"
    frame.t = frame.night.t0
    said = written(timeline.draw_moving, frame, NIGHT).said()
    assert "Weapons free" not in said
    assert "The future is hidden in a side's picture" in said


def test_the_band_tells_by_pattern(frame: Frame) -> None:
    canvas = written(timeline.draw_static, frame, NIGHT)
    assert canvas.find("rect", "#9DBDB0")
    assert canvas.find("rect", "edge #CFEBDD")


def test_charts_carry_the_stated_band_and_values(frame: Frame) -> None:
    canvas = ScriptCanvas()
    charts.draw_static(canvas, frame, NIGHT)
    charts.draw_moving(canvas, frame, NIGHT)
    assert "20–30 stated before first reply" in canvas.said()
    assert "of 500" in canvas.said()


@pytest.mark.parametrize("name", ["t72-1", "himars-1", "ac130", "hq-1"])
def test_the_card_of_a_unit(frame: Frame, name: str) -> None:
    frame.view.selected = frame.night.find_unit(name)
    said = written(unit.draw, frame, NIGHT, tabs.body(frame)).said()
    assert frame.night.label(frame.view.selected) in said
    assert "Movement" in said


def test_attribution_travels_with_the_tag_of_a_unit_and_of_a_contact(
    frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Attributions.told_in(dict.fromkeys(frame.night.recording.units["tag"], "some; contested by others"))
    monkeypatch.setitem(frame.night.recording.__dict__, "attributed", rows)
    frame.view.selected = frame.night.find_unit("t72-1")
    said = " ".join(written(unit.draw, frame, NIGHT, tabs.body(frame)).said())
    assert "contested by others" in said
    monkeypatch.setitem(frame.night.recording.__dict__, "attributed", Attributions())
    assert "nobody named" in " ".join(written(unit.draw, frame, NIGHT, tabs.body(frame)).said())


def test_people_who_were_hurt_are_rounded_at_the_end() -> None:
    assert dialogs.number(83, "attackers_killed") == "85"
    assert dialogs.number(3, "sdf_wounded") == "3"
    for name, metric in METRICS.items():
        assert dialogs.number(83, name) == ("85" if metric.kind is Kind.HURT else "83")
    assert dialogs.number(83) == "83"  # what was stated stands
    assert dialogs._title("strike_duration_s") == "Strike duration (s)"
    assert dialogs._title("tanks_m") == "Tanks, mobility kills"


def test_nothing_selected_says_how_to_select(frame: Frame) -> None:
    frame.view.selected = -1
    assert "Select a unit on the map or in the log" in written(unit.draw, frame, NIGHT, tabs.body(frame)).said()


def test_calls_are_reported_speech_with_a_tag(frame: Frame) -> None:
    said = written(hotline.draw, frame, NIGHT, tabs.body(frame)).said()
    assert any(s in said for s in ("reported", "modelled", "disputed"))
    assert any(s.startswith("No verbatim record is public") for s in said)
    assert not any('"' in s or "“" in s for s in said)


def test_sources_run_and_provenance(frame: Frame) -> None:
    assert any("C17" in s for s in written(sources.draw, frame, NIGHT, tabs.body(frame)).said())
    assert "Does the reader read?" in written(run.draw, frame, NIGHT, tabs.body(frame)).said()
    frame.view.popup = popup.Provenance("claim:C17", (200.0, 200.0))
    assert "a spokesman" in written(popup.draw, frame, NIGHT).said()
    title, rows, sourced = popup.about(frame, "path:units[t72-3].speed")
    assert title == "speed"
    assert dict(rows)["Basis"] == "assumption"
    assert not sourced


def test_the_end_holds_the_run_against_the_claims(frame: Frame) -> None:
    frame.view.dialog = "end"
    said = written(dialogs.draw, frame, NIGHT).said()
    assert any("claims by named sources" in s for s in said)
    assert {"inside", "below", "above"} & set(said)


def test_the_legend_has_every_key(frame: Frame) -> None:
    frame.view.dialog = "keys"
    said = written(dialogs.draw, frame, NIGHT).said()
    assert all(line.caps in said for line in keys.LEGEND)


def test_keys_are_bound_once_and_forgive_shift() -> None:
    listed = [k.key for line in keys.LEGEND for k in line.keys]
    assert len(set(listed)) == len(listed)
    assert keys.binding("space", shift=True).argument == -1  # type: ignore[union-attr]
    assert keys.binding("right", ctrl=True).argument == 60_000  # type: ignore[union-attr]
    assert keys.binding("e", ctrl=True) is None


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1600, 900), (1920, 1080), (2560, 1440), (3840, 2160)])
def test_the_map_keeps_its_share(size: tuple[int, int]) -> None:
    grid = layout(size)
    wide, high = grid.logical
    assert grid.map.w * grid.map.h >= 0.45 * wide * (high - 24)
    assert grid.map.bottom == pytest.approx(grid.dock.y)
    assert grid.u >= 1
    assert layout((300, 200)).size == (1024, 640)


def test_contrast_of_text_and_equal_weight_of_sides() -> None:
    for palette in (NIGHT, HIGH_CONTRAST):
        for colour in (
            palette.text,
            palette.text2,
            palette.text3,
            palette.notice,
            palette.attackers,
            palette.defenders,
        ):
            assert contrast(colour, palette.panel) >= 4.5
    assert contrast(NIGHT.attackers, NIGHT.defenders) < 1.05


def test_dashes_cover_their_share() -> None:
    flat, starts = dashes([(0, 0), (100, 0)], (6, 4))
    assert len(starts) == 11
    assert sum(flat[b - 1, 0] - flat[a, 0] for a, b in itertools.pairwise(starts)) == pytest.approx(60)


def test_corners_stay_in_a_dash_and_a_closed_line_closes() -> None:
    square = [(0, 0), (10, 0), (10, 10), (0, 10)]
    flat, starts = dashes(square, (8, 4), closed=True)
    pieces = [flat[a:b].tolist() for a, b in itertools.pairwise(starts)]
    assert pieces[0] == [[0, 0], [8, 0]]
    assert pieces[1] == [[10, 2], [10, 10]]
    assert pieces[2] == [[6, 10], [0, 10], [0, 8]]
    assert len(dashes([(0, 0), (float("nan"), 3)], (6, 4))[0]) == 0
    assert len(dashes([(0, 0), (1e9, 0)], (6, 4))[0]) == 0
