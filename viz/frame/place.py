"""Places in words: degrees and the military grid, for display. Flat metres come in, text goes out.

Degrees by the radii of the ellipsoid at the map's origin (a few metres off at 50 km); the grid by Krueger's series.
"""

from __future__ import annotations

import math

A, F = 6_378_137.0, 1 / 298.257223563
E2 = F * (2 - F)
BANDS = "CDEFGHJKLMNPQRSTUVWX"


def _radii(lat: float) -> tuple[float, float]:
    s = math.sin(math.radians(lat))
    w = math.sqrt(1 - E2 * s * s)
    return A * (1 - E2) / w**3, A / w


def degrees(origin: tuple[float, float], x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a place."""
    lat0, lon0 = origin
    m, n = _radii(lat0)
    lat = lat0 + math.degrees(y / m)
    lat -= math.degrees(math.tan(math.radians(lat0)) * x * x / (2 * m * n))
    lon = lon0 + math.degrees(x / (n * math.cos(math.radians((lat0 + lat) / 2))))
    return lat, lon


def metres(origin: tuple[float, float], lat: float, lon: float) -> tuple[float, float]:
    """The flat place of a latitude and longitude (the inverse of `degrees`, to a metre on this map)."""
    lat0, lon0 = origin
    m, n = _radii(lat0)
    x = math.radians(lon - lon0) * n * math.cos(math.radians((lat0 + lat) / 2))
    y = math.radians(lat - lat0) * m + math.tan(math.radians(lat0)) * x * x / (2 * n)
    return x, y


def utm(lat: float, lon: float) -> tuple[int, float, float]:
    """Zone, easting, northing."""
    zone = int((lon + 180) // 6) % 60 + 1
    away = math.radians(lon - (zone * 6 - 183))
    n = F / (2 - F)
    e = math.sqrt(E2)
    s = math.sin(math.radians(lat))
    t = math.sinh(math.atanh(s) - e * math.atanh(e * s))
    xi, eta = math.atan2(t, math.cos(away)), math.atanh(math.sin(away) / math.sqrt(1 + t * t))
    alpha = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
    east, north = eta, xi
    for j, a in enumerate(alpha, 1):
        east += a * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
        north += a * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
    k = 0.9996 * A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    return zone, 500_000 + k * east, k * north + (0 if lat >= 0 else 10_000_000)


def grid_reference(lat: float, lon: float) -> str:
    """Military grid, 10 m: `37S FV 1720 0717`. Empty beyond its latitudes."""
    if not -80 <= lat < 84:
        return ""
    zone, east, north = utm(lat, lon)
    column = "ABCDEFGHJKLMNPQRSTUVWXYZ"[(zone - 1) % 3 * 8 + int(east // 100_000) - 1]
    row = "ABCDEFGHJKLMNPQRSTUV"[(int(north // 100_000) + (5 if zone % 2 == 0 else 0)) % 20]
    band = BANDS[min(int((lat + 80) // 8), 19)]
    return f"{zone}{band} {column}{row} {int(east % 100_000) // 10:04d} {int(north % 100_000) // 10:04d}"


def degree_words(lat: float, lon: float, digits: int = 4) -> str:
    """`35.3009° N  40.2891° E`."""
    ns, ew = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"{abs(lat):.{digits}f}° {ns}  {abs(lon):.{digits}f}° {ew}"


def tick_step(span_degrees: float) -> float:
    """A round step that gives two to five ticks."""
    for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0):
        if span_degrees / step <= 5:
            return step
    return 2.0


def distance_words(metres_: float) -> str:
    """`450 m`, `4.31 km`, `41 km`."""
    if metres_ < 950:
        return f"{metres_:.0f} m"
    km = metres_ / 1000
    return f"{km:.2f} km" if km < 9.995 else f"{km:.0f} km"
