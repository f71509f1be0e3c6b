"""Time: playing, stopping, looping, stepping; the words for instants; bookmarks. No pygame."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.playback import (
    SPEEDS,
    Bookmark,
    Calendar,
    Playback,
    elapsed,
    load_bookmarks,
    parse_at,
    save_bookmarks,
    sidecar,
)
from viz.playback.clock import neighbour

START = datetime.fromisoformat("2018-02-07T20:00:00+02:00")
CALENDAR = Calendar(START, 120, 9_000_000)


def test_playback_frame_and_camera_need_no_pygame() -> None:
    code = "import sys, viz.playback, viz.camera, viz.frame, viz.keys; sys.exit('pygame' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_plays_forwards_and_backwards() -> None:
    play = Playback(0, 100_000, 50_000.0, speed=16.0)
    play.toggle(1)
    assert play.tick(1.0)
    assert play.t == 66_000
    play.toggle(1)
    assert not play.playing
    play.toggle(-1)
    play.tick(0.5)
    assert play.t == 58_000


def test_stops_at_the_end_and_begins_anew() -> None:
    play = Playback(0, 10_000, 9_000.0, speed=600.0)
    play.toggle(1)
    play.tick(1.0)
    assert play.at_end
    assert not play.playing
    play.toggle(1)
    assert play.t == 0


def test_pauses_at_an_event_exactly_and_only_once() -> None:
    play = Playback(0, 100_000, 0.0, speed=64.0, stops={"roe": [30_000, 60_000]}, pause_at={"roe"})
    play.toggle(1)
    play.tick(0.6)
    assert play.t == 30_000
    assert play.stopped_by == "roe"
    play.toggle(1)
    play.tick(0.1)
    assert play.t == pytest.approx(36_400)


def test_loops_a_span() -> None:
    play = Playback(0, 100_000, 19_000.0, speed=1.0, loop=(10_000, 20_000))
    play.toggle(1)
    play.tick(2.0)
    assert play.t == 10_000


@given(st.lists(st.integers(0, 10**6), max_size=30), st.floats(0, 1e6), st.sampled_from((1, -1)))
def test_the_neighbour_is_the_nearest_beyond(times: list[int], t: float, direction: int) -> None:
    found = neighbour(sorted(times), t, direction)
    beyond = [x for x in times if (x > t if direction > 0 else x < t)]
    assert found == ((min if direction > 0 else max)(beyond) if beyond else None)


def test_speeds_run_from_a_tenth_to_six_hundred() -> None:
    play = Playback(0, 10, 0.0)
    play.faster(-99)
    assert play.speed == SPEEDS[0] == 0.1
    play.faster(99)
    assert play.speed == SPEEDS[-1] == 600.0


@pytest.mark.parametrize(
    ("said", "ms"),
    [
        ("22:41:30", 9_690_000),
        ("22:41", 9_660_000),
        ("01:00", 18_000_000),
        ("T+1:12", 9_000_000 + 72 * 60_000),
        ("T-0:30:05", 9_000_000 - 1_805_000),
        ("2018-02-07T21:00:00+02:00", 3_600_000),
        ("2018-02-07T19:00:00+00:00", 3_600_000),
    ],
)
def test_times_are_understood(said: str, ms: int) -> None:
    assert parse_at(said, CALENDAR) == ms


@pytest.mark.parametrize("said", ["", "noon", "25:00", "22:61", "T+1", "2018-13-01"])
def test_nonsense_is_refused_with_a_sentence(said: str) -> None:
    with pytest.raises(ValueError, match=r"is no time|hour goes|minutes and seconds"):
        parse_at(said, CALENDAR)


def test_three_clocks() -> None:
    assert CALENDAR.local(9_690_000) == "22:41:30"
    assert CALENDAR.utc(9_690_000) == "20:41:30"
    assert elapsed(4_332_000) == "T+01:12:12"
    assert elapsed(-60_000) == "T\u221200:01:00"


def test_bookmarks_are_kept_beside_the_recording(tmp_path: Path) -> None:
    path = sidecar(tmp_path / "night.mcap")
    save_bookmarks(path, [Bookmark(5, "b"), Bookmark(3, "ä")])
    assert load_bookmarks(path) == ([Bookmark(3, "ä"), Bookmark(5, "b")], "")


@pytest.mark.parametrize("text", ["", "[]", '{"bookmarks": [{"t_ms": "x"}]}', '{"bookmarks": [{"t_ms": NaN}]}', "\x00"])
def test_a_foreign_sidecar_is_a_complaint(tmp_path: Path, text: str) -> None:
    path = tmp_path / "night.mcap.marks.json"
    path.write_text(text)
    marks, complaint = load_bookmarks(path)
    assert not marks
    assert "not a bookmark file" in complaint
