"""Asks a text whose word its tags are."""

from __future__ import annotations

import json

from sim import tags


def unsaid(text: str, of: tags.Attributions) -> list[str]:
    """The tags that a text names without their attribution, as it would stand on a line, in JSON or on a page."""
    told = " ".join(text.replace("&#39;", "'").split())
    return [tag for tag in tags.named(told) if of[tag] not in told and json.dumps(of[tag])[1:-1] not in told]
