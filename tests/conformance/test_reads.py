"""Every number of the base scenario is read during a run: none is accepted and ignored."""

from __future__ import annotations

from tests.readers import unread

REPLICATIONS = 14


def test_every_number_is_read() -> None:
    assert unread(REPLICATIONS) == []
