"""What a weapon's fire does besides hitting: how it pushes, and how it remembers its last round."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sim.scenario.base import Delay, NonNegative, Part, Share
from sim.scenario.quantity import Length


class Suppress(Part):
    """Push on the suppression level of a unit: by an impact within `radius`, or per aimed round (no radius).

    `jumps`: each impact pushes by exactly `push` (fixed), or by a drawn amount of that mean (exponential).
    """

    radius_m: Length | None = Field(None, alias="radius")
    push: NonNegative
    jumps: Literal["fixed", "exponential"] = "fixed"

    @model_validator(mode="after")
    def _who_jumps(self) -> Suppress:
        if self.jumps == "exponential" and self.radius_m is None:
            raise ValueError("`jumps: exponential` goes with a `radius`: aimed fire pushes as a steady stream")
        return self


class Markov(Part):
    """Fire that is corrected by its last round, which it awaits (Markov-dependent fire, Bonder & Farrell 1970).

    `first`: from taking up a target to the first round, which hits with the chance of the curve. From the fall of a
    round to the next: `after_hit`, or the weapon's `interval` after a miss. `hit_after_hit`, `hit_after_miss`: chance
    of that next round at any range within the curve, times the exposure of the target's class.
    """

    first: Delay
    after_hit: Delay
    hit_after_hit: Share
    hit_after_miss: Share
