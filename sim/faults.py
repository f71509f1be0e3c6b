"""What people are told when something they gave cannot be used, instead of a traceback."""

from __future__ import annotations

EXTRAS = {
    "dask": "sweep", "distributed": "sweep", "imageio_ffmpeg": "video", "jinja2": "report", "matplotlib": "report",
    "PIL": "video", "pyarrow": "export", "simplekml": "export",
}  # fmt: skip
"""Module that need not be installed -> the extra that brings it."""


class Fault(Exception):
    """A file, a number or a name that somebody gave cannot be used: the text says where, what is wrong, what is allowed
    and, where it can be guessed, what was meant. Every door of the program shows the text and no more."""


def missing(module: str, extra: str = "") -> str:
    """The words for a module that is not installed: what brings it. Raises KeyError for one that no extra brings."""
    return f"this needs {module}: pip install 'khusham[{extra or EXTRAS[module]}]'"
