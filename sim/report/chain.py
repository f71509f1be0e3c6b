"""The kill chain of a night in words: how long each link took, which was the longest, how busy the controllers were."""

from __future__ import annotations

from collections.abc import Mapping

from sim.metrics import Rows, Value
from sim.metrics.words import amount, span

LINKS = {
    "reported": "act seen to report", "permitted": "report to permission", "approved": "permission to approval",
    "assigned": "queued for shooter and controller", "fired": "assignment to first round", "impact": "in flight",
}  # fmt: skip
"""End of a link -> what passes on it."""


def medians(waits: Rows) -> dict[str, float | None]:
    """Words of a link -> median seconds over the missions that reached an impact."""
    found = dict(zip([link.partition(" to ")[2] for link in waits["link"]], waits["median"], strict=True))
    return {words: found[link] for link, words in LINKS.items()}


def notes(waits: Rows, found: Mapping[str, Value | None]) -> tuple[str, ...]:
    """The bottleneck and the load, a sentence each."""
    known = {words: median for words, median in medians(waits).items() if median is not None}
    if not known:
        return ("No mission of supporting fires reached an impact.",)
    worst = max(known, key=lambda words: known[words])
    told = [f"The bottleneck is `{worst}`, {span(known[worst])} in the median of {max(waits['missions'])} missions."]
    load = found["controller_load"]
    if load is not None:
        told.append(
            f"Controllers were busy {amount('controller_load', load)} of the time from the first to the last round."
        )
    return tuple(told)
