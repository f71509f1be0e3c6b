"""PNG with a description inside: which run a picture shows travels with it."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import pygame


def png_bytes(surface: pygame.Surface, about: dict[str, str]) -> bytes:
    """The same surface and words always give the same bytes."""
    out = io.BytesIO()
    pygame.image.save(surface, out, "picture.png")
    data = out.getvalue()
    head = 8 + 12 + struct.unpack(">I", data[8:12])[0]
    chunks = b"".join(_text(key, value) for key, value in about.items())
    return data[:head] + chunks + data[head:]


def _text(key: str, value: str) -> bytes:
    body = key.encode("latin-1", "replace")[:79] + b"\0\0\0\0\0" + value.encode("utf-8")
    return struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)
