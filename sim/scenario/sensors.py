"""Sensors: the parameters of sensing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sim.scenario.base import Light, NonNegative, Part, Share
from sim.scenario.quantity import Duration, Length


class Sensor(Part):
    """Continuous looking with an inverse-cube hazard (Koopman, OEG 56).

    Hazard of a target of signature s at slant range r: s * light / reference_time * (reference_range / r)**3,
    none beyond `reach`. `fog`: share of the reach kept when weather cuts visibility below it (1 = blind to fog).
    `fix_error`: one sigma per axis of a position report. `tracks`: most contacts that one unit can follow at once.
    """

    reference_range_m: Length = Field(alias="reference_range", gt=0)
    reference_time_s: Duration = Field(alias="reference_time", gt=0)
    reach_m: Length = Field(alias="reach", gt=0)
    light: dict[Light, NonNegative]
    through_fog: Share
    fix_error_m: Length = Field(alias="fix_error", gt=0)
    tracks: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _all_lights(self) -> Sensor:
        missing = [name for name in ("day", "dusk", "night", "moon") if name not in self.light]
        if missing:
            raise ValueError(f"`light` misses {', '.join(missing)}")
        return self
