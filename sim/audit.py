"""Audit: at random instants, plan everything anew from recorded history; nothing may differ."""

from __future__ import annotations

from sim.context import Context


class AuditError(AssertionError):
    """Something planned differs from what history says it should be."""


class Audit:
    """Placeholder of the next step."""

    def __init__(self, ctx: Context, times: int):
        raise AuditError("not yet")
