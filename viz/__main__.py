"""`python -m viz RECORDING` (also `khusham view`): the window, or a snapshot, a GIF, a video without one."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

EXAMPLES = """examples:
  khusham view out/khusham.mcap
  khusham view out/khusham.mcap --at 23:42:12 --follow t72-1 --zoom 6
  khusham view out/khusham.mcap --snapshot out/night.png --at 22:41:30 --size 1600x900
  khusham view out/khusham.mcap --gif out/night.gif --from 22:20 --to 23:20 --speed 300 --size 1024x640
  khusham view out/khusham.mcap --video out/night.mp4 --from 22:00 --to 02:30 --speed 120 --captions
"""


def parser() -> argparse.ArgumentParser:
    """Every option, with its words."""
    p = argparse.ArgumentParser(
        prog="khusham view",
        description="Watch a recording: what was simulated, why, and how sure one can be.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("recording", nargs="?", type=Path, help="a .mcap file written by `khusham run`")
    p.add_argument("--at", metavar="TIME", help="22:41:30, T+1:12 or an ISO date and time")
    p.add_argument("--follow", metavar="UNIT", help="select a unit and keep it in the middle")
    p.add_argument("--select", metavar="UNIT", help="select a unit")
    p.add_argument("--zoom", type=float, metavar="KM", help="how many km the map shows across (0.5 to 120)")
    p.add_argument("--center", metavar="LAT,LON", help="where the map looks")
    p.add_argument("--layers", metavar="NAMES", help="names,trails,fire,impacts,rings,ellipses,grid,heat")
    p.add_argument("--side", default="truth", metavar="WHO", help="truth, defenders or attackers: whose picture")
    p.add_argument("--tab", metavar="NAME", help="unit, hotline, sources or run")
    p.add_argument("--window", metavar="A..B", help="what the timeline shows, as 20:30..02:30")
    p.add_argument("--neutral", action="store_true", help="symbols without friend and hostile frames")
    p.add_argument("--ghost", type=Path, metavar="FILE", help="a second recording, ghosted on the map (O)")
    p.add_argument("--beside", type=Path, metavar="FILE", help="a second recording, side by side (Y)")
    p.add_argument("--size", default="1600x900", metavar="WxH", help="window or picture size (1024x640 to 7680x4320)")
    p.add_argument("--text-scale", type=float, default=1.0, metavar="X", help="1 to 2")
    p.add_argument("--high-contrast", action="store_true")
    p.add_argument("--reduced-motion", action="store_true", help="nothing glides, nothing fades")
    p.add_argument("--narrate", action="store_true", help="the log as plain text on stdout")
    out = p.add_argument_group("without a window")
    out.add_argument("--snapshot", type=Path, metavar="F.png")
    out.add_argument("--gif", type=Path, metavar="F.gif")
    out.add_argument("--video", type=Path, metavar="F.mp4")
    out.add_argument("--from", dest="start", metavar="TIME", help="first instant of a film (else --at)")
    out.add_argument("--to", dest="end", metavar="TIME", help="last instant of a film (else the end)")
    out.add_argument("--speed", type=float, default=64.0, metavar="X", help="seconds of the night in one of the film")
    out.add_argument("--panel", default="", metavar="NAME", help="none, unit, hotline, sources or run")
    out.add_argument("--caption", default="", metavar="WORDS", help="one sentence under the picture")
    out.add_argument("--captions", action="store_true", help="the last notable event under the picture")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when shown, 2 with a sentence when that cannot be done."""
    args = parser().parse_args(argv)
    from sim.faults import Fault

    try:
        return _run(args)
    except Fault as fault:
        print(f"khusham view: {fault}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"khusham view: {error.filename or ''}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _size(words: str) -> tuple[int, int]:
    from viz.app.opening import Refused

    found = re.fullmatch(r"(\d{3,5})[xX×](\d{3,5})", words.strip())
    if not found:
        raise Refused(f"--size: '{words}' is not WIDTHxHEIGHT, like 1600x900")
    return int(found[1]), int(found[2])


def _run(args: argparse.Namespace) -> int:
    from viz.app.opening import Options

    panel = args.panel if args.panel not in ("", "none", "log") else None
    options = Options(
        at=args.at, follow=args.follow, select=args.select, zoom=args.zoom, center=args.center, layers=args.layers,
        side=args.side, tab=args.tab or panel, window=args.window, neutral=args.neutral,
        reduced_motion=args.reduced_motion, size=_size(args.size), text_scale=args.text_scale,
        high_contrast=args.high_contrast,
    )  # fmt: skip
    if args.snapshot or args.gif or args.video or (args.narrate and args.recording and not _has_display()):
        return _film(args, options)
    from viz.app.window import view_recording

    return view_recording(args.recording, options, args.beside or args.ghost, args.narrate)


def _has_display() -> bool:
    return os.environ.get("SDL_VIDEODRIVER") == "dummy" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("win32", "darwin")
    )


def _film(args: argparse.Namespace, options: object) -> int:
    """Pictures and films of one recording."""
    from viz.app.opening import Options, Refused, open_night, span, start
    from viz.capture import film
    from viz.theme import HIGH_CONTRAST, NIGHT, layout

    assert isinstance(options, Options)
    if args.recording is None:
        raise Refused("a picture needs a recording: khusham view RECORDING --snapshot F.png")
    night = open_night(args.recording)
    second = args.beside or args.ghost
    panel = args.panel != "none"
    grid = layout(options.size, panel=panel, caption=args.captions or bool(args.caption), text_scale=options.text_scale)
    view, t = start(night, options, (grid.map.w, grid.map.h), args.recording)
    view.beside, view.caption = bool(args.beside), args.caption
    if not args.speed > 0:
        raise Refused(f"--speed: {args.speed:g} is not above 0")
    begin = args.start or (night.calendar.at(t).isoformat() if args.at or args.end else None)
    a, b = night.opening[0] if begin is None else round(t), night.end
    if args.gif or args.video:
        last = args.end or night.calendar.at(night.end).isoformat()
        a, b = span(f"{begin or night.calendar.at(night.opening[0]).isoformat()}..{last}", night)
    shot = film.Shot(
        size=options.size, start=a, end=b, speed=args.speed, panel=panel, captions=args.captions,
        palette=HIGH_CONTRAST if options.high_contrast else NIGHT, text_scale=options.text_scale,
        other=open_night(second) if second else None,
    )  # fmt: skip
    if args.narrate:
        for i in range(len(night.rows)):
            print(night.calendar.local(int(night.rows.t_ms[i])), night.sentence_of(i))
    if args.snapshot:
        film.snapshot(night, view, t, shot, args.snapshot)
        print(
            f"{args.snapshot}: {night.calendar.at(t).isoformat()}, {night.one_of}",
            file=sys.stderr,
        )
    if args.gif:
        n = film.gif(night, view, shot, args.gif, film.Bar(str(args.gif)))
        print(f"{args.gif}: {n} frames", file=sys.stderr)
    if args.video:
        n = film.video(night, view, shot, args.video, film.Bar(str(args.video)))
        print(f"{args.video}: {n} frames", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
