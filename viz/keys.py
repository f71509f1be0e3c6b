"""Every key of the viewer, once: what it does, and the words of the legend.

A key is named as pygame names it (`pygame.key.name`), with `shift+`, `ctrl+` in front. Several keys may share
one line of the legend. No pygame here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A binding. `repeats`: held down, it acts again."""

    key: str
    action: str
    argument: float | str | None = None
    repeats: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the legend: the caps that are shown, and the words."""

    group: str
    caps: str
    words: str
    keys: tuple[Key, ...]


def _k(key: str, action: str, argument: float | str | None = None, repeats: bool = False) -> Key:
    return Key(key, action, argument, repeats)


LAYER_KEYS = {
    "n": "names",
    "t": "trails",
    "f": "fire",
    "i": "impacts",
    "r": "rings",
    "e": "ellipses",
    "g": "grid",
    "h": "heat",
}

LEGEND: tuple[Line, ...] = (
    Line("Time", "Space", "play / pause", (_k("space", "play", 1),)),
    Line("Time", "Shift Space", "play backwards", (_k("shift+space", "play", -1),)),
    Line(
        "Time",
        "← →",
        "step 1 s  (Shift 10 s, Ctrl 1 min)",
        tuple(
            _k(f"{mod}{name}", "step", sign * ms, True)
            for mod, ms in (("", 1000), ("shift+", 10_000), ("ctrl+", 60_000))
            for name, sign in (("left", -1), ("right", 1))
        ),
    ),
    Line(
        "Time",
        ", .",
        "previous / next event",
        (_k(",", "event", -1, True), _k(".", "event", 1, True)),
    ),
    Line(
        "Time",
        "[ ]",
        "previous / next event of this kind",
        (_k("[", "same_kind", -1, True), _k("]", "same_kind", 1, True)),
    ),
    Line(
        "Time",
        "− +",
        "slower / faster, 0.1× to 600×",
        (
            _k("-", "speed", -1, True),
            _k("=", "speed", 1, True),
            _k("shift+=", "speed", 1, True),
            _k("+", "speed", 1, True),
            _k("[-]", "speed", -1, True),
            _k("[+]", "speed", 1, True),
        ),
    ),
    Line("Time", "Home End", "first / last event", (_k("home", "first"), _k("end", "last"))),
    Line("Time", "P", "pause at event kinds", (_k("p", "menu", "pause"),)),
    Line("Time", "U", "loop: mark start, end, off", (_k("u", "loop"),)),
    Line(
        "Layers",
        "N T F I",
        "names, trails, fire lines, impact marks",
        tuple(_k(k, "layer", LAYER_KEYS[k]) for k in "ntfi"),
    ),
    Line("Layers", "R", "range rings of selected unit", (_k("r", "layer", "rings"),)),
    Line(
        "Layers",
        "E G",
        "dispersion ellipses, grid",
        tuple(_k(k, "layer", LAYER_KEYS[k]) for k in "eg"),
    ),
    Line("Layers", "H", "heat map of impacts", (_k("h", "layer", "heat"),)),
    Line("Layers", "O Y", "ghost of second run · side by side", (_k("o", "ghost"), _k("y", "beside"))),
    Line("Layers", "X", "neutral symbols: no friend or hostile frames", (_k("x", "neutral"),)),
    Line("Map", "Drag, wheel", "pan, zoom at cursor", ()),
    Line(
        "Map",
        "W A S D",
        "pan · Page up, down zoom",
        (
            *tuple(
                _k(key, "pan", side, True) for key, side in (("w", "up"), ("a", "left"), ("s", "down"), ("d", "right"))
            ),
            _k("page up", "zoom", 1.25, True),
            _k("page down", "zoom", 0.8, True),
        ),
    ),
    Line("Map", "C", "centre on and follow selected unit", (_k("c", "follow"),)),
    Line("Map", "0", "fit all action", (_k("0", "fit"),)),
    Line(
        "Map",
        "1–9",
        "saved views (Ctrl to save)",
        tuple(_k(str(n), "view_get", n) for n in range(1, 10))
        + tuple(_k(f"ctrl+{n}", "view_set", n) for n in range(1, 10)),
    ),
    Line("Map", "J", "director: go to the next notable event", (_k("j", "director"),)),
    Line("Map", "M", "measure range, bearing, time to walk it", (_k("m", "measure"),)),
    Line("Map", "V", "view: truth, defenders, attackers", (_k("v", "side"),)),
    Line(
        "Record",
        "B",
        "bookmark; on one, its note (Shift deletes it)",
        (_k("b", "bookmark"), _k("shift+b", "unbookmark")),
    ),
    Line("Record", "/", "search the log", (_k("/", "search"), _k("ctrl+f", "search"))),
    Line("Record", "L K", "lock log to playhead · next chart", (_k("l", "lock"), _k("k", "chart"))),
    Line("Record", "Q", "source of the number under the cursor", (_k("q", "source"),)),
    Line(
        "Record",
        "Tab Enter",
        "next control, use it  (F2 F3 F4 F5 panel tabs)",
        (
            _k("tab", "focus", 1, True),
            _k("shift+tab", "focus", -1, True),
            _k("return", "act"),
            *tuple(_k(f"f{n + 2}", "tab", name) for n, name in enumerate(("unit", "hotline", "sources", "run"))),
        ),
    ),
    Line("Record", "F12", "snapshot · Ctrl C copies the command", (_k("f12", "snapshot"), _k("ctrl+c", "copy"))),
    Line("Record", "Esc", "close, deselect", (_k("escape", "close"),)),
    Line("Record", "?", "this page", (_k("?", "legend"), _k("shift+/", "legend"), _k("f1", "legend"))),
)

BINDINGS: dict[str, Key] = {key.key: key for line in LEGEND for key in line.keys}
GROUPS = ("Time", "Map", "Layers", "Record")
REPEAT_AFTER_MS, REPEAT_EVERY_MS = 300, 50


def binding(name: str, *, shift: bool = False, ctrl: bool = False) -> Key | None:
    """The binding of a key with its modifiers; shift is forgiven where the key has no shifted meaning."""
    mods = ("ctrl+" if ctrl else "") + ("shift+" if shift else "")
    found = BINDINGS.get(mods + name)
    if found is None and shift and not ctrl and not name.isalpha():
        found = BINDINGS.get(name)
    return found


def action_name(action: str, argument: object) -> str:
    """How an action is written in tests and logs: `layer:names`."""
    return action if argument is None else f"{action}:{argument}"
