"""`khusham explain` tells who reads a number: each of the base has one, and the table is what is seen in runs."""

from __future__ import annotations

import pytest

from sim.recorder.readers import general, readers, table
from tests.battle import base


def test_every_number_of_the_base_has_a_reader() -> None:
    assert not [row.path for row in base().provenance if not readers(row.path)]


def test_names_of_things_do_not_matter() -> None:
    assert general("kinds.t72.weapons.tank_gun.rounds") == "kinds.*.weapons.*.rounds"
    assert general("orders[shelling].do.shell.rounds") == "orders[].do.shell.rounds"
    assert "hotline" in readers("hotline.counterpart.answers")
    assert readers("nothing.of.the.kind") == []


@pytest.mark.slow
def test_the_table_is_what_is_read() -> None:
    """Red: `make readers`, and look at what changed."""
    from tests.readers import watched_reads

    assert watched_reads() == table()
