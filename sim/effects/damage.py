"""Damage functions, lethal areas and area targets: what one impact does, and what it does on average.

Three forms, never just "radius": cookie cutter (certain within R), diffuse Gaussian D0 exp(-x**2/2bx**2 -
y**2/2by**2) with damage scale b, and Carleton D0 exp(-D0[(x/Rx)**2 + (y/Ry)**2]), which is the Gaussian with b =
R/sqrt(2 D0) and has lethal area pi Rx Ry for every D0. All are coarse and abstract; none is a real weapon table.
Sources: Washburn, *Notes on Firing Theory*, NPS 2002; Eckler & Burr, MORS 1972; Koopman, OEG 56.
"""

import numpy as np
from scipy.special import chndtr, erf

from sim.geometry import Floats, Real

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


def cookie_cutter(dx: Real, dy: Real, radius: Real) -> Floats:
    """1 within the kill radius (its rim included), else 0."""
    inside = np.square(dx) + np.square(dy) <= np.square(radius)
    return np.where(inside, 1.0, 0.0)


def gaussian(dx: Real, dy: Real, d0: Real, bx: Real, by: Real) -> Floats:
    """Diffuse Gaussian damage probability at (dx, dy) from the impact, scales b in m."""
    out: Floats = d0 * np.exp(-0.5 * (np.square(np.asarray(dx) / bx) + np.square(np.asarray(dy) / by)))
    return out


def carleton(dx: Real, dy: Real, d0: Real, rx: Real, ry: Real) -> Floats:
    """Carleton damage probability at (dx, dy) from the impact, axes along and across the fall of shot."""
    out: Floats = d0 * np.exp(-d0 * (np.square(np.asarray(dx) / rx) + np.square(np.asarray(dy) / ry)))
    return out


def carleton_scale(radius: Real, d0: Real) -> Floats:
    """Gaussian scale b (m) of a Carleton radius: R/sqrt(2 D0)."""
    return np.asarray(radius / np.sqrt(2.0 * np.asarray(d0)))


NEGLIGIBLE = 1e-9
"""Chance of damage that counts as none: a battle has some thousand pairs of impact and entity with less."""


def carleton_reach(d0: float, radius: float) -> float:
    """Distance (m) beyond which Carleton damage is `NEGLIGIBLE`: nobody farther away need be looked at."""
    return float(radius * np.sqrt(max(np.log(d0 / NEGLIGIBLE), 0.0) / d0))


def kill_probability(impact_xy: Floats, target_xy: Floats, d0: float, radius: Real) -> Floats:
    """Carleton kill probability (n, m) of each impact (n, 2) on each target (m, 2); radius (m,) or a number.

    One impact serves all the targets: that is what correlates their fates. Radius 0 means out of its reach.
    """
    return carleton_at(impact_xy, target_xy, *carleton_terms(d0, radius))


def carleton_terms(d0: float, radius: Real) -> tuple[Floats, Floats]:
    """(rate 1/m2, peak) of Carleton damage peak * exp(rate * distance**2); radius 0 (out of reach): peak 0."""
    reach = np.asarray(radius)
    return -d0 / np.maximum(reach * reach, 1e-12), np.where(reach > 0.0, d0, 0.0)


def carleton_at(impact_xy: Floats, target_xy: Floats, rate: Floats, peak: Floats) -> Floats:
    """`kill_probability` from the terms of each target (m,)."""
    gap = impact_xy.T[:, :, None] - target_xy.T[:, None]
    gap *= gap
    out: Floats = gap[0]
    out += gap[1]
    out *= rate
    np.exp(out, out=out)
    out *= peak
    return out


def log_survival(kill: Floats, axis: int = 0) -> Floats:
    """Log of the chance to survive all impacts along `axis`: sum of log1p(-kill); -inf after a certain kill."""
    doomed = kill >= 1.0
    out: Floats = np.sum(np.log1p(-np.where(doomed, 0.0, kill)), axis=axis)
    return np.where(np.any(doomed, axis=axis), -np.inf, out)


def killed(kill: Floats, u: Floats, axis: int = 0) -> Floats:
    """1.0 where the target falls to any of the impacts along `axis`, given its uniform u in [0, 1)."""
    out: Floats = np.where(u < -np.expm1(log_survival(kill, axis)), 1.0, 0.0)
    return out


def lethal_area_gaussian(d0: Real, bx: Real, by: Real) -> Floats:
    """Mean lethal area (m2) of the diffuse Gaussian: 2 pi D0 bx by."""
    return np.asarray(2.0 * np.pi * np.asarray(d0) * bx * by)


def lethal_area_carleton(rx: Real, ry: Real) -> Floats:
    """Mean lethal area (m2) of the Carleton form: pi Rx Ry, whatever D0."""
    return np.asarray(np.pi * np.asarray(rx) * ry)


def expected_gaussian(
    d0: Real,
    bx: Real,
    by: Real,
    sigma_range: Real,
    sigma_defl: Real,
    off_range: Real = 0.0,
    off_defl: Real = 0.0,
) -> Floats:
    """Kill probability of one round, diffuse Gaussian damage against Gaussian delivery with offset (m).

    With v**2 = b**2 + s**2 per axis: D0 (bx/vx)(by/vy) exp(-dx**2/2vx**2 - dy**2/2vy**2). For Carleton damage pass b
    = `carleton_scale`.
    """
    vx, vy = np.hypot(bx, sigma_range), np.hypot(by, sigma_defl)
    miss = np.square(np.asarray(off_range) / vx) + np.square(np.asarray(off_defl) / vy)
    out: Floats = d0 * (bx / vx) * (by / vy) * np.exp(-0.5 * miss)
    return out


def expected_rectangle(
    length: Real,
    width: Real,
    d0: Real,
    bx: Real,
    by: Real,
    sigma_range: Real,
    sigma_defl: Real,
    off_range: Real = 0.0,
    off_defl: Real = 0.0,
) -> Floats:
    """Expected share of a uniform rectangle (length along range) killed by one round of diffuse damage.

    `expected_gaussian` averaged over the rectangle, whose centre is off by (off_range, off_defl): separable, in erf.
    """

    def axis(side: Real, b: Real, sigma: Real, off: Real) -> Floats:
        v = np.sqrt(2.0) * np.hypot(b, sigma)
        high, low = (0.5 * np.asarray(side) + off) / v, (0.5 * np.asarray(side) - off) / v
        out: Floats = np.sqrt(0.5 * np.pi) * b * (erf(high) + erf(low)) / side
        return out

    return np.asarray(d0 * axis(length, bx, sigma_range, off_range) * axis(width, by, sigma_defl, off_defl))


def lens_area(r1: Real, r2: Real, distance: Real) -> Floats:
    """Area (m2) common to two circles; acos arguments and the Heron product are clamped."""
    a, b = np.asarray(r1, dtype=np.float64), np.asarray(r2, dtype=np.float64)
    d = np.asarray(distance, dtype=np.float64)
    apart, nested = d >= a + b, d <= np.abs(a - b)
    safe = np.where(apart | nested, 1.0, d)
    one = np.where(apart | nested, 1.0, a)
    two = np.where(apart | nested, 1.0, b)
    alpha = np.arccos(np.clip((safe**2 + one**2 - two**2) / (2.0 * safe * one), -1.0, 1.0))
    beta = np.arccos(np.clip((safe**2 + two**2 - one**2) / (2.0 * safe * two), -1.0, 1.0))
    heron = (one + two - safe) * (safe + one - two) * (safe - one + two) * (safe + one + two)
    lens = one**2 * alpha + two**2 * beta - 0.5 * np.sqrt(np.maximum(heron, 0.0))
    smaller = np.pi * np.minimum(a, b) ** 2
    return np.where(apart, 0.0, np.where(nested, smaller, lens))


def expected_disc(lethal_radius: float, target_radius: float, sigma: float) -> float:
    """Expected share of a uniform disc covered by one cookie cutter aimed at its centre, circular normal error.

    The offset circle probability averaged over the disc, by Gauss-Legendre in four panels of the radius.
    """
    edges = np.linspace(0.0, target_radius, 5)
    half = 0.5 * edges[1]
    r = (0.5 * (edges[:-1] + edges[1:]))[:, None] + half * _NODES
    hit = chndtr((lethal_radius / sigma) ** 2, 2.0, np.square(r / sigma))
    return min(float(half * np.sum(_WEIGHTS * hit * r) * 2.0 / target_radius**2), 1.0)


def random_fire(rounds: Real, lethal_area_m2: Real, area_m2: Real) -> Floats:
    """Expected share killed by n rounds placed at random in an area, no edges: 1 - (1 - a/A)**n, a < A."""
    out: Floats = -np.expm1(rounds * np.log1p(-np.asarray(lethal_area_m2) / area_m2))
    return out


def random_fire_poisson(rounds: Real, lethal_area_m2: Real, area_m2: Real) -> Floats:
    """The same for a Poisson number of rounds: 1 - exp(-n a/A); hence Lanchester's linear law."""
    out: Floats = -np.expm1(-(np.asarray(rounds) * lethal_area_m2 / area_m2))
    return out


def confetti(rounds: Real, lethal_area_m2: Real, sigma_target: Real) -> Floats:
    """Best kill probability of many small independently placed lethal increments (Koopman).

    Against a circular-normal target location, z = n a/(pi sigma**2): 1 - (1 + sqrt z) exp(-sqrt z).
    """
    root = np.sqrt(np.asarray(rounds) * lethal_area_m2 / (np.pi * np.square(sigma_target)))
    out: Floats = -np.expm1(np.log1p(root) - root)
    return out


def best_pattern(rounds: Real, lethal_area_m2: Real, sigma_target: Real) -> Floats:
    """The bound no pattern of that total lethal area exceeds: 1 - exp(-z/2), z as in `confetti`."""
    out: Floats = -np.expm1(-np.asarray(rounds) * lethal_area_m2 / (2.0 * np.pi * np.square(sigma_target)))
    return out
