"""Snapshots, GIFs and videos: a fixed frame clock, never wall time; no display, no sound."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pygame

from sim.faults import Fault, missing
from viz.capture.png import png_bytes, write_whole
from viz.capture.scene import Scene
from viz.frame import Night, View
from viz.frame.happenings import CALL, LOSS, ROE
from viz.panels.status import identity
from viz.theme import NIGHT, Palette, layout

GIF_FPS, VIDEO_FPS, END_CARD_S, MOST_FRAMES = 15, 30, 4.0, 20_000
NOTABLE_MS = 600_000
SAME = 200  # the palette's last entry: "as before", which packs to almost nothing
Progress = Callable[[int, int], None]


class CaptureError(Fault):
    """A picture or film cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class Shot:
    """What to film: size, view, span (ms), speed, captions."""

    size: tuple[int, int] = (1600, 900)
    start: int = 0
    end: int = 0
    speed: float = 64.0
    panel: bool = True
    captions: bool = False
    palette: Palette = NIGHT
    text_scale: float = 1.0
    other: Night | None = field(default=None)


def headless() -> None:
    """Drivers that need neither screen nor speaker."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    if not pygame.display.get_init():
        pygame.display.init()
    pygame.font.init()
    if pygame.display.get_surface() is None:
        pygame.display.set_mode((1, 1))


def about(night: Night, t: float) -> dict[str, str]:
    """The words that a picture carries inside."""
    meta = night.recording.meta
    return {
        "Title": f"khusham: {meta.get('scenario_title', '')}, {night.calendar.at(t).isoformat()}",
        "Description": f"{night.one_of}. Not a record of events.",
        "Source": f"scenario {meta.get('scenario_id')}, seed {meta.get('seed')}, digest {meta.get('digest')}",
        "Software": f"{meta.get('program', 'khusham')}, model {meta.get('model_version', '?')}",
    }


def snapshot(night: Night, view: View, t: float, shot: Shot, path: Path) -> None:
    """One PNG."""
    headless()
    scene, view = _scene(night, view, shot)
    if shot.captions:
        view.caption = view.caption or caption(night, t)
    scene.draw(night, view, t, shot.other)
    if scene.legend is not None:
        scene.draw(night, view, t, shot.other)  # now that the legend has its place, names keep off it
    write_whole(path, png_bytes(scene.target, about(night, t)))


def _scene(night: Night, view: View, shot: Shot) -> tuple[Scene, View]:
    strip = shot.captions or bool(view.caption)
    grid = layout(shot.size, panel=shot.panel, caption=strip, text_scale=shot.text_scale)
    from viz.camera import with_width

    width = view.camera.width_m
    camera = replace(view.camera, width=grid.map.w, height=grid.map.h)
    view = replace(view, camera=with_width(camera, width), film=True, hover=None, hover_px=None, focus=-1)
    return Scene(grid, shot.palette), view


def caption(night: Night, t: float) -> str:
    """The last notable thing, with its time: for people who cannot follow the log."""
    rows = night.rows
    last = night.row_at(t)
    for i in range(last, max(last - 400, -1), -1):
        if t - rows.t_ms[i] > NOTABLE_MS:
            break
        if rows.group[i] in (ROE, CALL, LOSS):
            return f"{night.calendar.local(int(rows.t_ms[i]))}  {night.sentence_of(i)}  (simulated)"
    return f"{night.calendar.local(t)}  (simulated)"


def frames(night: Night, view: View, shot: Shot, fps: int) -> Iterator[pygame.Surface]:
    """All pictures of a film, then the end card if the span reaches the end."""
    headless()
    scene, view = _scene(night, view, shot)
    view.speed, view.playing = shot.speed, 1
    for i in range(count(shot, fps)):
        t = min(shot.start + i * shot.speed * 1000.0 / fps, float(shot.end))
        view.wall = i / fps
        if shot.captions:
            view.caption = caption(night, t)
        if view.follow and 0 <= view.selected < night.n_units:
            x, y = (float(v) for v in night.positions(t)[view.selected])
            if np.isfinite([x, y]).all():
                view.camera = replace(view.camera, x=x, y=y)
        scene.draw(night, view, t, shot.other)
        yield scene.target
    if shot.end >= night.end:
        view.dialog = "end"
        scene.draw(night, view, float(night.end), shot.other)
        for _ in range(round(END_CARD_S * fps)):
            yield scene.target


def count(shot: Shot, fps: int) -> int:
    """How many pictures the span takes, without the end card."""
    if shot.end <= shot.start:
        raise CaptureError("the span is empty: --to must lie after --from")
    n = int((shot.end - shot.start) / 1000 / shot.speed * fps) + 1
    if n > MOST_FRAMES:
        faster = (shot.end - shot.start) / 1000 * fps / MOST_FRAMES
        raise CaptureError(
            f"{n} frames are more than {MOST_FRAMES}: shorten the span, or use --speed {faster:.0f} or more"
        )
    return n


def gif(night: Night, view: View, shot: Shot, path: Path, progress: Progress | None = None, fps: int = GIF_FPS) -> int:
    """An animated GIF with one palette for all frames; returns the number of frames."""
    try:
        from PIL import Image
    except ImportError:
        raise CaptureError(f"a GIF: {missing('PIL')}") from None
    total = count(shot, fps)
    pictures = []
    shared = before = None
    for i, surface in enumerate(frames(night, view, shot, fps)):
        picture = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
        if shared is None:
            shared = picture.quantize(colors=SAME, method=Image.Quantize.MEDIANCUT)
        pixels = np.array(picture.quantize(palette=shared, dither=Image.Dither.NONE))
        changed = pixels if before is None else np.where(pixels == before, np.uint8(SAME), pixels)
        made = Image.fromarray(changed, mode=None)
        made.putpalette(shared.getpalette() or [])
        pictures.append(made)
        before = pixels
        if progress:
            progress(min(i + 1, total), total)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    comment = "; ".join(about(night, shot.start).values())
    pictures[0].save(
        part, format="GIF", save_all=True, append_images=pictures[1:], duration=round(1000 / fps), loop=0,
        optimize=False, comment=comment.encode(), transparency=SAME, disposal=1,
    )  # fmt: skip
    os.replace(part, path)
    return len(pictures)


def video(
    night: Night, view: View, shot: Shot, path: Path, progress: Progress | None = None, fps: int = VIDEO_FPS
) -> int:
    """An H.264 file; returns the number of frames."""
    try:
        import imageio_ffmpeg
    except ImportError:
        raise CaptureError(f"a video: {missing('imageio_ffmpeg')}") from None
    total = count(shot, fps)
    grid = layout(shot.size)
    size = (grid.size[0] // 2 * 2, grid.size[1] // 2 * 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.stem + ".part" + path.suffix)
    tags = [f"-metadata:g={k.lower()}={v}" for k, v in about(night, shot.start).items()]
    writer = imageio_ffmpeg.write_frames(
        str(part), size, fps=fps, quality=7, macro_block_size=2, ffmpeg_log_level="error",
        output_params=[word for tag in tags for word in ("-metadata", tag.split("=", 1)[1])],
    )  # fmt: skip
    writer.send(None)
    done = 0
    try:
        for surface in frames(night, view, shot, fps):
            part_of = surface.subsurface(pygame.Rect(0, 0, *size))
            writer.send(pygame.image.tobytes(part_of, "RGB"))
            done += 1
            if progress:
                progress(min(done, total), total)
    finally:
        writer.close()
    os.replace(part, path)
    return done


class Bar:
    """A progress bar on stderr, at most ten times a second."""

    def __init__(self, words: str) -> None:
        self.words, self.last = words, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.last < 0.1 and done < total:
            return
        self.last = now
        full = int(30 * done / max(total, 1))
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{self.words} [{'#' * full}{'.' * (30 - full)}] {done}/{total}{end}")
        sys.stderr.flush()


__all__ = [
    "Bar",
    "CaptureError",
    "Shot",
    "about",
    "caption",
    "gif",
    "headless",
    "identity",
    "snapshot",
    "video",
]
