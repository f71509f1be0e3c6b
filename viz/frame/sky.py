"""Sun and moon over the place, by the low-precision series of the Astronomical Almanac (about 0.01 and 0.3 degrees).

Good to a few minutes for rise and set: enough for light on a map and a mark on an axis.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def _days(when: datetime) -> float:
    return (when - J2000) / timedelta(days=1)


def _altitude(ra: float, dec: float, when: datetime, lat: float, lon: float) -> float:
    sidereal = math.radians((280.46062 + 360.98564737 * _days(when) + lon) % 360.0)
    hour, phi = sidereal - ra, math.radians(lat)
    return math.degrees(math.asin(math.sin(phi) * math.sin(dec) + math.cos(phi) * math.cos(dec) * math.cos(hour)))


def _equatorial(lon: float, lat: float, days: float) -> tuple[float, float]:
    tilt = math.radians(23.439 - 0.0000004 * days)
    x = math.cos(lat) * math.cos(lon)
    y = math.cos(tilt) * math.cos(lat) * math.sin(lon) - math.sin(tilt) * math.sin(lat)
    z = math.sin(tilt) * math.cos(lat) * math.sin(lon) + math.cos(tilt) * math.sin(lat)
    return math.atan2(y, x), math.asin(z)


def _sun_longitude(days: float) -> float:
    mean = math.radians((357.528 + 0.9856003 * days) % 360)
    degrees = 280.460 + 0.9856474 * days + 1.915 * math.sin(mean) + 0.020 * math.sin(2 * mean)
    return math.radians(degrees % 360)


def _moon(days: float) -> tuple[float, float, float]:
    """Ecliptic longitude, latitude (radians) and horizontal parallax (degrees)."""
    t = days / 36525.0

    def term(size: float, at: float, rate: float) -> float:
        return size * math.sin(math.radians(at + rate * t))

    lon = 218.32 + 481267.881 * t + term(6.29, 135.0, 477198.87) - term(1.27, 259.3, -413335.36)
    lon += term(0.66, 235.7, 890534.22) + term(0.21, 269.9, 954397.74)
    lon -= term(0.19, 357.5, 35999.05) + term(0.11, 186.5, 966404.03)
    lat = term(5.13, 93.3, 483202.02) + term(0.28, 228.2, 960400.89)
    lat -= term(0.28, 318.3, 6003.15) + term(0.17, 217.6, -407332.21)
    parallax = 0.9508 + 0.0518 * math.cos(math.radians(135.0 + 477198.87 * t))
    return math.radians(lon % 360), math.radians(lat), parallax


def sun_altitude(when: datetime, lat: float, lon: float) -> float:
    """Degrees above the horizon."""
    days = _days(when)
    ra, dec = _equatorial(_sun_longitude(days), 0.0, days)
    return _altitude(ra, dec, when, lat, lon)


def moon_altitude(when: datetime, lat: float, lon: float) -> float:
    """Degrees above the horizon as seen from the ground (parallax taken off)."""
    days = _days(when)
    longitude, latitude, parallax = _moon(days)
    ra, dec = _equatorial(longitude, latitude, days)
    altitude = _altitude(ra, dec, when, lat, lon)
    return altitude - parallax * math.cos(math.radians(altitude))


def moon_lit(when: datetime) -> float:
    """Lit share of the disc, 0 to 1."""
    days = _days(when)
    longitude, latitude, _ = _moon(days)
    away = math.acos(math.cos(latitude) * math.cos(longitude - _sun_longitude(days)))
    return (1 - math.cos(away)) / 2


def moonrises(start: datetime, end: datetime, lat: float, lon: float) -> list[datetime]:
    """When the upper limb comes over the horizon (refraction 34', radius 15')."""
    edge, step, out = -0.83, timedelta(minutes=10), []
    at, before = start, moon_altitude(start, lat, lon)
    while at < end and len(out) < 40:
        after = moon_altitude(at + step, lat, lon)
        if before < edge <= after:
            out.append(at + step * ((edge - before) / (after - before)))
        at, before = at + step, after
    return out


def light(when: datetime, lat: float, lon: float) -> float:
    """How light the land is drawn: 1 by night, more at dusk and under the moon, most by day."""
    sun = sun_altitude(when, lat, lon)
    day = min(max((sun + 12.0) / 18.0, 0.0), 1.0)
    moon = moon_lit(when) if moon_altitude(when, lat, lon) > 0 else 0.0
    return 1.0 + 0.55 * day + 0.10 * moon * (1 - day)
