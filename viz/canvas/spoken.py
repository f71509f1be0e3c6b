"""What the words of a picture name: force tags are somebody's word, and the picture is to say whose."""

from __future__ import annotations

from functools import lru_cache

from sim.tags import named


@lru_cache(maxsize=8192)
def tags_of(words: str) -> frozenset[str]:
    """The force tags that words name; the same words come again in every frame."""
    return frozenset(named(words))
