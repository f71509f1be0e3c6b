"""Real frames without a display, held against golden pictures; films; hostile files."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.recording import Recording, RecordingError, load, save
from tests import synthetic
from viz.__main__ import main
from viz.app import Options, start
from viz.app.opening import open_night
from viz.camera import with_width
from viz.canvas import ScriptCanvas
from viz.capture import Scene, film
from viz.frame import Night, build
from viz.panels import charts, dialogs
from viz.theme import NIGHT, layout

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "viz"
HOUR = 3_600_000
CASES = {
    "overview": (Options(at="23:42:12"), (1600, 900)),
    "engagement": (Options(at="22:36", zoom=7.5, layers="names,trails,fire,impacts,rings,ellipses,grid"), (1280, 720)),
    "belief": (Options(at="22:47", side="defenders", tab="hotline", zoom=14), (1024, 640)),
    "neutral-heat": (Options(at="23:30", neutral=True, layers="names,heat", tab="sources", zoom=12), (1280, 720)),
}


def assert_names(said: str, *words: str) -> None:
    assert any(w in said for w in words), said


def rendered(night: Night, options: Options, size: tuple[int, int]) -> pygame.Surface:
    film.headless()
    grid = layout(size)
    view, t = start(night, options, (grid.map.w, grid.map.h))
    view.film = True
    scene = Scene(grid)
    scene.draw(night, view, t)
    return scene.target


@pytest.mark.parametrize("name", CASES)
def test_golden(night: Night, name: str, update_golden: bool) -> None:
    """Small copies are compared: a pixel of text may differ between font renderers, a layout may not."""
    small = pygame.transform.smoothscale(rendered(night, *CASES[name]), (400, 225))
    path = GOLDEN / f"{name}.png"
    if update_golden:
        GOLDEN.mkdir(parents=True, exist_ok=True)
        pygame.image.save(small, str(path))
    stored = pygame.image.load(str(path))
    a, b = (np.frombuffer(pygame.image.tobytes(s, "RGB"), np.uint8).astype(int) for s in (small, stored))
    assert np.abs(a - b).mean() < 1.5, "look at the picture; --update-golden writes it anew"
    assert (np.abs(a - b) > 60).mean() < 0.01


def test_the_same_snapshot_has_the_same_bytes(file: Path, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        assert main([str(file), "--snapshot", str(tmp_path / name), "--at", "22:41:30", "--size", "1024x640"]) == 0
    data = (tmp_path / "a.png").read_bytes()
    assert data == (tmp_path / "b.png").read_bytes()
    assert b"simulated \xc2\xb7 replication 0" in data
    assert load(file).digest.encode() in data


def test_a_gif_of_a_minute(file: Path, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="a GIF needs Pillow")
    path = tmp_path / "a.gif"
    args = [
        "--gif",
        str(path),
        "--from",
        "22:30",
        "--to",
        "22:31",
        "--speed",
        "150",
        "--size",
        "1024x640",
        "--captions",
    ]
    assert main([str(file), *args]) == 0
    with image.open(path) as gif:
        assert gif.n_frames >= 5
        assert gif.size == (1024, 640)


@pytest.mark.slow
def test_a_video(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="a video needs the extra [video]")
    path = tmp_path / "a.mp4"
    args = ["--video", str(path), "--from", "22:30", "--to", "22:31", "--speed", "60", "--size", "1024x640"]
    assert main([str(file), *args]) == 0
    assert path.stat().st_size > 10_000


def test_two_runs_on_one_clock(night: Night) -> None:
    other = Night(synthetic.recording(seed=3))
    film.headless()
    grid = layout((1280, 720))
    view, t = start(night, Options(at="23:30", zoom=12), (grid.map.w, grid.map.h))
    view.film = True
    scene = Scene(grid)
    alone = pygame.image.tobytes(_copy(scene, night, view, t, None), "RGB")
    ghosted = pygame.image.tobytes(_copy(scene, night, view, t, other), "RGB")
    view.beside = True
    beside = pygame.image.tobytes(_copy(scene, night, view, t, other), "RGB")
    assert len({alone, ghosted, beside}) == 3


def _copy(scene: Scene, night: Night, view: object, t: float, other: Night | None) -> pygame.Surface:
    scene.maps = []
    scene.draw(night, view, t, other)  # type: ignore[arg-type]
    return scene.target.copy()


def test_another_level_of_detail_fades_in(night: Night) -> None:
    film.headless()
    grid = layout((1024, 640))
    view, t = start(night, Options(at="23:00", zoom=21), (grid.map.w, grid.map.h))
    scene = Scene(grid)

    def picture(wall: float, zoom: float) -> np.ndarray:
        view.wall, view.camera = wall, with_width(view.camera, zoom)
        scene.draw(night, view, t)
        return pygame.surfarray.array3d(scene.target.subsurface((0, 48, 700, 380))).astype(int)

    picture(0.9, 21_000)
    far = picture(1.0, 21_000)
    first, middle, last = picture(1.1, 19_000), picture(1.175, 19_000), picture(1.3, 19_000)
    assert np.abs(first - far).mean() < 0.5
    assert np.abs(middle - last).mean() > 0.5
    assert np.abs(middle - last).mean() < np.abs(first - last).mean()
    assert scene.map_fade.picture is None
    view.reduced_motion = True
    picture(1.5, 21_000)
    assert scene.map_fade.picture is None


def test_the_ensemble_is_shown_beside_the_run(recording: Recording) -> None:
    """Bands on the charts and medians at the end come from what `khusham run -n` attaches."""
    grid_ms = list(range(0, int(recording.meta["end_ms"]), 60_000))
    flat = {f"p{q}": [float(q)] * len(grid_ms) for q in (10, 25, 50, 75, 90)}
    body = {
        "schema": 1, "replications": 24, "t_ms": grid_ms,
        "series": dict.fromkeys(("attackers_effective", "defenders_effective", "rounds_within_500m"), flat),
        "summary": {"rounds_within_500m_before_reply": {"median": 83.5, "p5": 38.5, "p95": 110.0},
                    "first_fire_side": {"median": None, "p5": None, "p95": None}},
    }  # fmt: skip
    carried = recording.attachments | {"ensemble.json": json.dumps(body).encode()}
    night = Night(dataclasses.replace(recording, attachments=carried))
    assert sorted(night.series.typical) == ["rounds_within_500m_before_reply"]
    grid = layout((1600, 900))
    view, _ = start(night, Options(), (grid.map.w, grid.map.h))
    view.dialog = "end"
    canvas = ScriptCanvas()
    frame = build(night, view, float(night.end), grid)
    dialogs.draw(canvas, frame, NIGHT)
    charts.draw_static(canvas, frame, NIGHT)
    assert "Median of 24 (5–95 %)" in canvas.said()
    assert "run · band 80 % of 24" in canvas.said()
    assert len(canvas.find("polygon", "alpha 52")) == 3
    broken = recording.attachments | {"ensemble.json": b'{"series": [1], "t_ms": "x"}'}
    assert not Night(dataclasses.replace(recording, attachments=broken)).series.bands


@pytest.mark.slow
def test_a_million_events(recording: Recording, tmp_path: Path) -> None:
    """Every event a thousand times: it opens, says so many, and is drawn."""
    log = recording.events
    pick = np.repeat(np.arange(len(log)), -(-1_000_000 // len(log)))
    count = np.diff(log.payload_offsets)[pick]
    offsets = np.concatenate([[0], np.cumsum(count)])
    step = np.arange(offsets[-1]) - np.repeat(offsets[:-1], count)
    events = dataclasses.replace(
        log, t_ms=log.t_ms[pick], kind=log.kind[pick], actor=log.actor[pick], target=log.target[pick],
        causes=log.causes[:0], cause_offsets=np.zeros(len(pick) + 1, log.cause_offsets.dtype),
        payload_offsets=offsets.astype(log.payload_offsets.dtype),
        flat_payload=log.flat_payload[np.repeat(log.payload_offsets[pick], count) + step],
    )  # fmt: skip
    path = tmp_path / "million.mcap"
    save(dataclasses.replace(recording, events=events), path)
    told: list[str] = []
    night = open_night(path, told.append)
    assert any("1,00" in words for words in told)
    rendered(night, Options(at="22:50"), (1024, 640))
    rendered(night, Options(at="23:50", side="attackers"), (1024, 640))


def test_an_empty_recording_is_shown(recording: Recording) -> None:
    """Nobody, nothing: a page all the same."""

    def none(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {c: v[:0] for c, v in table.items()}

    bare = dataclasses.replace(
        recording, events=recording.events.first(0), legs=none(recording.legs), changes=none(recording.changes),
        beliefs=none(recording.beliefs), transcript=[], side={}, attachments={}, lines=[], areas=[], corridors=[],
    )  # fmt: skip
    for side in ("truth", "defenders", "attackers"):
        rendered(Night(bare), Options(side=side, tab="hotline"), (1024, 640))


def test_a_cut_file_says_so(file: Path, tmp_path: Path) -> None:
    from viz.frame import Frame
    from viz.panels.status import notice

    data = file.read_bytes()
    path = tmp_path / "cut.mcap"
    path.write_bytes(data[: len(data) * 2 // 3])
    try:
        night = Night(load(path))
    except RecordingError as error:
        assert_names(str(error), "cut", "damaged")
        return
    view, t = start(night, Options(), (800, 400))
    assert notice(Frame(night, view, t, layout((1024, 640)))).startswith("Cut file")
    rendered(night, Options(), (1024, 640))


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutated_files_never_crash_nor_hang(file: Path, tmp_path: Path, data: st.DataObject) -> None:
    """200 files with bytes changed, cut out or repeated: a sentence, or a picture; never a traceback."""
    whole = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        how = data.draw(st.sampled_from(("flip", "cut", "zero", "repeat")))
        if how == "flip":
            whole[at] ^= data.draw(st.integers(1, 255))
        elif how == "cut":
            whole = whole[:at] or bytearray(b"\0")
        elif how == "zero":
            whole[at : at + 64] = bytes(len(whole[at : at + 64]))
        else:
            whole[at:at] = whole[at : at + 200]
    path = tmp_path / "mutated.mcap"
    path.write_bytes(bytes(whole))
    try:
        night = Night(load(path))
    except RecordingError as error:
        assert_names(str(error), str(path))
        return
    rendered(night, Options(), (1024, 640))


def hostile(recording: Recording, **meta: object) -> Recording:
    return dataclasses.replace(recording, meta=recording.meta | meta)


@pytest.mark.parametrize(
    "meta",
    [{"scenario_title": "x" * 5000}, {"utc_offset_min": 10**9}, {"replications": -3}, {"origin": [89.9, 179.9]},
     {"hq_units": ["nobody"]}, {"end_ms": 10**11}, {"question": None}],
)  # fmt: skip
def test_strange_headers_are_shown(recording: Recording, meta: dict[str, object]) -> None:
    rendered(Night(hostile(recording, **meta)), Options(tab="run"), (1024, 640))


def test_numbers_beyond_reason_are_shown(recording: Recording) -> None:
    far = dict(recording.legs)
    far["x_m"] = far["x_m"].copy()
    far["x_m"][::3] = 1e300
    far["vx_mps"] = far["vx_mps"].copy()
    far["vx_mps"][1::3] = -1e300
    with np.errstate(all="ignore"):
        rendered(Night(dataclasses.replace(recording, legs=far)), Options(at="23:00"), (1024, 640))


def test_saved_and_loaded_is_the_same_picture(recording: Recording, tmp_path: Path) -> None:
    save(recording, tmp_path / "a.mcap")
    a, b = Night(recording), Night(load(tmp_path / "a.mcap"))
    assert a.t0 == b.t0
    assert len(a.rows) == len(b.rows)
