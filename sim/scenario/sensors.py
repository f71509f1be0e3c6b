"""Sensors: the parameters of sensing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.scenario.base import Light, NonNegative, Part, Positive, Share
from sim.scenario.quantity import Duration, Length


class Resolution(Part):
    """Looking by resolution (Johnson's criteria, the target transfer function of ACQUIRE).

    N = dimension / r * `cycles_per_mrad` cycles are resolved across a target at slant range r; its hazard is that of
    the signature and the light, times TTPF(N / `n50`) / `tau`. `frozen`: only the share TTPF of all observers ever sees
    a target so well resolved: each pair of observer and target has its rank, drawn once, and looks in vain beyond the
    distance at which the target is resolved well enough for it.
    """

    cycles_per_mrad: Positive
    n50: Positive
    tau_s: Duration = Field(alias="tau", gt=0)
    frozen: bool = False


class Sensor(Part):
    """Continuous looking with an inverse-cube hazard (Koopman, OEG 56), or by `resolution`.

    Hazard of a target of signature s at slant range r: s * light / reference_time * (reference_range / r)**3,
    none beyond `reach`. `fog`: share of the reach kept when weather cuts visibility below it (1 = blind to fog).
    `fix_error`: one sigma per axis of a position report. `tracks`: most contacts that one unit can follow at once.
    """

    reference_range_m: Length | None = Field(None, alias="reference_range", gt=0)
    reference_time_s: Duration | None = Field(None, alias="reference_time", gt=0)
    resolution: Resolution | None = None
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

    @model_validator(mode="after")
    def _one_law(self) -> Sensor:
        cube = (self.reference_range_m is not None, self.reference_time_s is not None)
        if cube[0] != cube[1] or cube[0] == (self.resolution is not None):
            raise ValueError("a sensor has `reference_range` and `reference_time`, or `resolution`")
        return self

    def hazard_constant(self, light: Light) -> float:
        """k of gamma = k / r**3, m3/s, in a light; by resolution, 1/s at a target resolved beyond doubt."""
        if self.reference_range_m is None or self.reference_time_s is None:
            assert self.resolution is not None
            return float(self.light[light] / self.resolution.tau_s)
        return float(self.reference_range_m**3 / self.reference_time_s * self.light[light])

    def found_m(self, light: Light, dimension_m: float) -> float:
        """How far off looking at a place finds what is there: within the reference time, or at N50 cycles."""
        if self.resolution is not None:
            return dimension_m * 1e3 * self.resolution.cycles_per_mrad / self.resolution.n50
        assert self.reference_range_m is not None
        return float(self.reference_range_m * self.light[light] ** (1.0 / 3.0))


def dimension_faults(
    path: tuple[str | int, ...], kind: Any, sensors: dict[str, Sensor]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with the `dimension` of a kind, at its path, in a scenario with these sensors."""
    resolving = next((name for name, sensor in sensors.items() if sensor.resolution is not None), None)
    if resolving is not None and kind.dimension_m is None and kind.air is None:
        yield path, f"is missing; sensor `{resolving}` looks by resolution"
    if resolving is None and kind.dimension_m is not None:
        yield path, "is for sensors that look by `resolution`; none does"
