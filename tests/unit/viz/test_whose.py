"""Whose word a force tag is: the legend of each picture, whatever part of it names the tag, and whenever."""

import dataclasses
import json

import pytest

from sim.recording import Recording
from sim.tags import OF_SIDE, Attributions, named
from viz.app import Options, start
from viz.canvas import ScriptCanvas
from viz.canvas.base import wrap
from viz.canvas.surface import SurfaceCanvas
from viz.capture import Scene, film
from viz.frame import Frame, Night, View, build
from viz.panels import dialogs, popup, whose
from viz.theme import NIGHT, Layout, Rect, layout

MAP = Rect(0, 48, 760, 430)
TOLD = Attributions.told_in({"contractor": "two officials; contested by a ministry", "militia": "a ministry"})


class Overheard(SurfaceCanvas):
    """Keeps every word that reaches a surface."""

    words: list[str] = []  # noqa: RUF012  one list for all canvases of a picture

    def text(self, words: str, *args: object, **more: object) -> float:
        self.words.append(words)
        return super().text(words, *args, **more)  # type: ignore[arg-type]


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    Overheard.words = []
    for room in ("scene", "margin", "mapview"):
        monkeypatch.setattr(f"viz.capture.{room}.SurfaceCanvas", Overheard)
    return Overheard.words


def attributed(recording: Recording) -> Recording:
    rows = {tag: {"attributed_to": f"witness {k}"} for k, tag in enumerate(OF_SIDE["attackers"])}
    held = recording.attachments | {"tags.json": json.dumps(rows).encode()}
    return dataclasses.replace(recording, attachments=held)


def scene_of(night: Night, size: tuple[int, int], **options: object) -> tuple[Scene, View, float]:
    film.headless()
    grid = layout(size)
    view, t = start(night, Options(**options), (grid.map.w, grid.map.h))  # type: ignore[arg-type]
    return Scene(grid), view, t


def test_no_tag_no_legend() -> None:
    canvas = ScriptCanvas()
    assert whose.draw(canvas, NIGHT, MAP, (), [TOLD]) is None
    assert canvas.calls == []


def test_each_tag_has_its_line_and_the_box_lies_on_the_map() -> None:
    canvas = ScriptCanvas()
    box = whose.draw(canvas, NIGHT, MAP, ("militia", "contractor", "tribal"), [TOLD])
    said = canvas.said()
    assert said[0] == whose.HEAD
    assert said[1:] == [TOLD.told("contractor"), TOLD.told("militia"), "tribal: nobody named here"]
    assert box is not None
    assert MAP.x < box.x
    assert box.right < MAP.right
    assert MAP.y < box.y
    assert box.bottom < MAP.bottom
    assert all(box.x <= words.x and words.right <= box.right for _, words in canvas.boxes)


def test_two_runs_that_attribute_differently_are_both_heard() -> None:
    other = Attributions.told_in({"contractor": "somebody else", "militia": "a ministry"})
    assert whose.lines_of(("contractor", "militia"), [TOLD, other]) == [
        TOLD.told("contractor"), other.told("contractor"), TOLD.told("militia"),
    ]  # fmt: skip


def test_a_tag_broken_by_the_end_of_a_line_is_heard() -> None:
    canvas = ScriptCanvas()
    lines = wrap(canvas, "Seen from afar, units of the regime army", 240)
    assert not any(named(line) for line in lines)
    assert canvas.named == {"regime_army"}


@pytest.mark.parametrize("size", [(1024, 640), (1600, 900)])
@pytest.mark.parametrize("tab", ["unit", "hotline", "sources", "run"])
@pytest.mark.parametrize("side", ["truth", "defenders", "attackers"])
def test_whatever_names_a_tag_has_its_legend(
    recording: Recording, overheard: list[str], size: tuple[int, int], tab: str, side: str
) -> None:
    night = Night(attributed(recording))
    scene, view, t = scene_of(night, size, at="22:50", side=side, select="t72-1", tab=tab)
    scene.draw(night, view, t)
    said, legend = _parted(overheard)
    assert {tag for line in legend for tag in named(line)} == {tag for words in said for tag in named(words)}
    assert all("witness" in line for line in legend)


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """The words of a picture, and the lines of its legend, which come last."""
    if whose.HEAD not in words:
        return words, []
    at = words.index(whose.HEAD)
    return words[:at], words[at + 1 :]


def test_pictures_with_tags_were_among_those(recording: Recording, overheard: list[str]) -> None:
    night = Night(attributed(recording))
    scene, view, t = scene_of(night, (1600, 900), at="22:50", select="t72-1")
    scene.draw(night, view, t)
    assert _parted(overheard)[1]


def test_the_side_panel_drawn_a_moment_ago_is_still_heard(recording: Recording, overheard: list[str]) -> None:
    night = Night(attributed(recording))
    scene, view, t = scene_of(night, (1600, 900), at="22:50", select="t72-1")
    view.film = False
    for _ in range(2):
        overheard.clear()
        scene.draw(night, view, t)
    assert not any(named(w) for w in _parted(overheard)[0]), "the panel was drawn again"
    assert _parted(overheard)[1]


def test_a_second_picture_says_no_more_than_it_names(recording: Recording, overheard: list[str]) -> None:
    night = Night(attributed(recording))
    scene, view, t = scene_of(night, (1600, 900), at="22:50", select="t72-1")
    scene.draw(night, view, t)
    assert _parted(overheard)[1]
    overheard.clear()
    view.selected = int((~night.attackers).argmax())
    view.query = "no row has these words"
    scene.draw(night, view, t)
    assert not any(named(w) for w in overheard)


def test_a_tip_that_names_a_tag_says_whose_word_it_is(frame: Frame) -> None:
    canvas = ScriptCanvas()
    frame.view.hover_px = (300, 300)
    popup.tip(canvas, frame, NIGHT, "Defenders' command takes C-07 for militia")
    assert any("nobody named here" in words for words in canvas.said())
    plain = ScriptCanvas()
    popup.tip(plain, frame, NIGHT, "Defenders' command takes C-07 for lost")
    assert plain.said() == ["Defenders' command takes C-07 for lost"]


@pytest.fixture
def frame(night: Night, view: View, grid: Layout) -> Frame:
    return build(night, view, night.t0 + 3_600_000, grid)


@pytest.mark.parametrize("tag", OF_SIDE["attackers"])
def test_a_number_of_a_tag_says_whose_word_it_is_and_cuts_nothing_off(
    night: Night, view: View, grid: Layout, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    long = " ".join(f"witness {k}" for k in range(40))
    monkeypatch.setitem(night.recording.__dict__, "attributed", Attributions.told_in({tag: long}))
    shown = build(night, view, night.t0 + 3_600_000, grid)
    shown.view.popup = popup.Provenance(f"path:hotline.counterpart.authority.{tag}", (200.0, 200.0))
    canvas = ScriptCanvas()
    popup.draw(canvas, shown, NIGHT)
    assert long in " ".join(canvas.said())


def test_the_card_at_the_end_says_whose_word_its_rows_are(frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    row = dialogs.Measure("Contractors killed", "35", "1 or more, an official", "inside", "C44")
    monkeypatch.setattr(dialogs, "measures", lambda _: [row])
    canvas = ScriptCanvas()
    frame.view.dialog = "end"
    dialogs.draw(canvas, frame, NIGHT)
    assert "contractor: nobody named here" in " ".join(canvas.said())
