"""What a run leaves behind: columns, events and a header, in memory and as one MCAP file.

Everything that looks at a run (metrics, why, claims, the viewer, exports) reads a `Recording` and
nothing else. `layout` says what is in one, `tables` is the data itself, `file` saves and loads it,
`checking` keeps nonsense out on both ways, `digest` is the number two equal runs share.
"""

from sim.recording.checking import RecordingError, check
from sim.recording.digest import digest, digest_rows
from sim.recording.file import checksum, load, save
from sim.recording.layout import CHANGE_FIELDS, SCHEMA
from sim.recording.tables import EventTable, Recording, Table, empty_table, one_of_many, positions, tracks

__all__ = [
    "CHANGE_FIELDS",
    "SCHEMA",
    "EventTable",
    "Recording",
    "RecordingError",
    "Table",
    "check",
    "checksum",
    "digest",
    "digest_rows",
    "empty_table",
    "load",
    "one_of_many",
    "positions",
    "save",
    "tracks",
]
