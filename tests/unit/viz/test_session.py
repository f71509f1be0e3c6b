"""What the reader can do, without a window."""

import shlex
from pathlib import Path

import pytest

from viz.__main__ import main
from viz.app import Options, Refused, Session, start, welcome
from viz.frame import Night
from viz.keys import LEGEND
from viz.playback import load_bookmarks, sidecar
from viz.theme import Layout

HOUR = 3_600_000


@pytest.fixture
def session(night: Night, grid: Layout, tmp_path: Path) -> Session:
    view, t = start(night, Options(at="23:00"), (grid.map.w, grid.map.h))
    return Session(night, view, t, grid, tmp_path / "night.mcap")


def test_every_key_does_something(session: Session) -> None:
    for line in LEGEND:
        for key in line.keys:
            if key.action not in ("focus", "act"):
                assert session.do(key.action, key.argument), key
    session.tick(0.1)


def test_stepping_and_playing(session: Session) -> None:
    t = session.t
    session.do("step", 60_000)
    assert session.t == t + 60_000
    session.do("event", -1)
    assert session.t <= t + 60_000
    session.do("play", 1)
    session.tick(0.1)
    session.tick(0.2)
    assert session.t > t


def test_the_director_goes_from_note_to_note(session: Session) -> None:
    session.seek(session.night.t0 - HOUR)
    seen = []
    for _ in range(4):
        session.do("director")
        seen.append(session.t)
    assert seen == session.night.notable[session.night.notable.index(seen[0]) :][:4]


def test_a_row_seeks_and_selects(session: Session) -> None:
    row = next(i for i in range(len(session.night.rows)) if session.night.rows.unit[i] >= 0)
    session.do("row", row)
    assert session.t == session.night.rows.t_ms[row]
    assert session.view.selected == session.night.rows.unit[row]


def test_bookmarks_survive(session: Session) -> None:
    session.keep_bookmark("here the first call")
    assert session.path is not None
    marks, _ = load_bookmarks(sidecar(session.path))
    assert [m.note for m in marks] == ["here the first call"]
    session.do("unbookmark")
    assert load_bookmarks(sidecar(session.path))[0] == []


def test_a_bookmark_is_edited_where_it_stands(session: Session) -> None:
    session.keep_bookmark("a call")
    before = session.view.bookmarks[0].t_ms
    session.do("step", 60_000)
    session.do("bookmark_at", 0)
    session.do("bookmark")
    assert (session.view.dialog, session.view.note) == ("note", "a call")
    session.keep_bookmark("the second call")
    assert [(m.t_ms, m.note) for m in session.view.bookmarks] == [(before, "the second call")]
    assert session.path is not None
    assert load_bookmarks(sidecar(session.path))[0] == session.view.bookmarks


def test_the_first_page_offers_what_was_seen_and_what_lies_here(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert welcome.choices(tmp_path) == []
    (tmp_path / "out").mkdir()
    lying = tmp_path / "out" / "a.mcap"
    lying.write_bytes(file.read_bytes())
    welcome.remember(file)
    welcome.remember(tmp_path / "gone.mcap")
    assert [c.path for c in welcome.choices(tmp_path)] == [file.resolve(), lying.resolve()]
    assert welcome.choices(tmp_path)[1].words == "out/a.mcap"
    welcome.state_file().write_text("[1")
    assert [c.path for c in welcome.choices(tmp_path)] == [lying.resolve()]
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "khusham.yaml").write_text("id: nothing\n")
    example = welcome.choices(tmp_path)[-1]
    assert not example.made
    assert len(welcome.run_example(tmp_path)) > 15


def test_the_command_reopens_this_moment(session: Session, grid: Layout) -> None:
    session.do("select", session.night.find_unit("t72-1"))
    session.do("layer", "heat")
    session.do("zoom", 2.0)
    session.do("side", "defenders")
    session.seek(session.t + 12_345)
    session.do("copy")
    words = shlex.split(session.clip)
    said = {words[i]: words[i + 1] for i in range(3, len(words) - 1, 2)}
    options = Options(
        at=said["--at"], zoom=float(said["--zoom"]), center=said["--center"], layers=said["--layers"],
        side=said["--side"], select=said["--select"],
    )  # fmt: skip
    view, t = start(session.night, options, (grid.map.w, grid.map.h))
    assert t == session.t
    assert (view.selected, view.layers, view.side) == (session.view.selected, session.view.layers, "defenders")
    assert view.camera.x == pytest.approx(session.view.camera.x, abs=1)
    assert view.camera.scale == pytest.approx(session.view.camera.scale, rel=1e-3)


def test_escape_closes_the_topmost(session: Session) -> None:
    session.do("legend")
    session.do("menu", "pause")
    session.do("close")
    assert session.view.popup is None
    assert session.view.dialog == "keys"
    session.do("close")
    assert session.view.dialog == ""


@pytest.mark.parametrize(
    "options",
    [Options(at="yesterday"), Options(follow="t73-9"), Options(layers="names,fyre"), Options(side="east"),
     Options(zoom=0.1),
     Options(center="north"), Options(window="23:00..22:00"), Options(tab="units")],
)  # fmt: skip
def test_what_cannot_be_done_is_said(night: Night, options: Options) -> None:
    with pytest.raises(Refused) as refused:
        start(night, options, (1248, 536))
    assert len(str(refused.value)) > 15


def test_the_command_line_refuses_in_one_sentence(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.mcap")]) == 2
    assert main([str(file), "--snapshot", str(tmp_path / "a.png"), "--follow", "nobody"]) == 2
    assert main([str(file), "--snapshot", str(tmp_path / "a.png"), "--size", "big"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 3
    assert all(line.startswith("khusham view: ") for line in said)
