"""Which tables a recording has, and the name and type of each column.

Types: `i8`, `i4`, `i2`, `u1` are little-endian integers of so many bytes, `f8` is a double, `str` is
text. Columns are only ever added; a reader skips those it does not know.
"""

from __future__ import annotations

SCHEMA = 1
"""Version of the format. A file with a higher one is refused with a clear sentence."""

STATE_BITS = {"moving": 1, "pinned": 2, "broken": 4, "withdrawing": 8, "out": 16, "firing": 32}
"""Bits of the change field `state`."""

CHANGE_FIELDS = ("strength", "wounded", "killed", "suppression", "state", "roe")
"""Names of the change fields every recording starts with; `ammo:<weapon>` are appended by the run."""


def _columns(text: str) -> dict[str, str]:
    """`"name:str key:i8"` -> {"name": "str", "key": "i8"}."""
    return dict(item.split(":") for item in text.split())


STATIC: dict[str, dict[str, str]] = {
    "actors": _columns("name:str key:i8 role:str unit:i4 side:str"),
    "units": _columns(
        "id:str label:str kind:str side:str tag:str formation:str echelon:str sidc:str people:i4 "
        "first_entity:i4 n_entities:i4 altitude_m:f8 leader:u1 company:str"
    ),
    "entities": _columns("unit:i4 part:str person:u1 counts_as:str vehicle:u1 x_off_m:f8 y_off_m:f8 inside:i4"),
    "weapons": _columns("id:str key:i8 kind:str label:str range_m:f8 reply:u1 held:u1"),
    "places": _columns("name:str x_m:f8 y_m:f8 kind:str source:str confidence:str"),
}
"""Tables that do not change during a run, one row per actor, unit, entity, weapon, place."""

MOVING: dict[str, dict[str, str]] = {
    "legs": _columns("t_ms:i8 unit:i4 x_m:f8 y_m:f8 vx_mps:f8 vy_mps:f8"),
    "changes": _columns("t_ms:i8 unit:i4 field:i2 value:f8"),
    "beliefs": _columns(
        "t_ms:i8 side:u1 unit:i4 status:u1 x_m:f8 y_m:f8 sigma_m:f8 vx_mps:f8 vy_mps:f8 act:i4 tag_key:i8 observer:i4"
    ),
}
"""Tables in time order; times are whole milliseconds from the start of the clock."""

EVENTS: dict[str, str] = _columns("t_ms:i8 kind:i4 actor:i4 target:i4 causes:ragged payload:ragged")
"""The log. `ragged` is a list of int64 per row."""

LISTS = ("lines", "areas", "corridors", "transcript")
"""Channels of JSON objects: few, with nested points or text."""

NAMES: dict[str, str] = _columns("key:i8 name:str")

DTYPES = {"i8": "<i8", "i4": "<i4", "i2": "<i2", "u1": "<u1", "f8": "<f8"}
