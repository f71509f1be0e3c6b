"""Delivery error: where rounds fall, and how often a circle, an ellipse or a box catches them.

Impact of round j of volley i: X_ij = m + U_i + V_ij. The bias m is fixed, U_i (mean point of impact: survey, met,
target location) is common to the volley, V_ij (precision) belongs to the round. Range errors lie along the line of
fire, deflection across it. sigma is a standard deviation per axis; PE is the half-width holding 50 % on one axis; CEP
the radius holding 50 % of a circular normal: three different numbers.
Sources: Washburn, *Notes on Firing Theory*, NPS 2002; Eckler & Burr, MORS 1972; Przemieniecki, AIAA.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import chndtr, erf, ndtr, ndtri

from sim.geometry import RAD_PER_MIL, Floats, Real, rotate

PE_PER_SIGMA = float(ndtri(0.75))
CEP_PER_SIGMA = float(np.sqrt(2.0 * np.log(2.0)))

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_REACH = 9.0
"""Standard deviations beyond which a normal density is left out: 2e-19."""


def impacts(
    aim_x: Real,
    aim_y: Real,
    bearing_rad: Real,
    sigma_range: Real,
    sigma_defl: Real,
    mpi_z: Floats,
    prec_z: Floats,
    mpi_range: Real,
    mpi_defl: Real,
) -> Floats:
    """Impact points (..., n, 2), east and north in metres, of volleys aimed at (aim_x, aim_y).

    bearing_rad runs from gun to target. sigma_range, sigma_defl: precision; mpi_range, mpi_defl: the error common to
    the volley (standard deviations, m). mpi_z (..., 2) and prec_z (..., n, 2) are standard normals, range first. aim,
    bearing and sigmas are numbers, or have shape (..., 1) for several volleys at once.
    """
    along = prec_z[..., 0] * sigma_range + (mpi_z[..., 0] * mpi_range)[..., None]
    across = prec_z[..., 1] * sigma_defl + (mpi_z[..., 1] * mpi_defl)[..., None]
    east, north = rotate(along, across, bearing_rad)
    return np.stack((aim_x + east, aim_y + north), axis=-1)


def sigma_from_cep(cep_m: Real) -> Floats:
    """sigma = CEP/1.17741 (circular normal)."""
    return np.asarray(cep_m) / CEP_PER_SIGMA


def cep_from_sigma(sigma_m: Real) -> Floats:
    """CEP = sigma sqrt(2 ln 2) (circular normal)."""
    return np.asarray(sigma_m) * CEP_PER_SIGMA


def sigma_from_pe(pe_m: Real) -> Floats:
    """sigma = PE/0.67449, for either axis."""
    return np.asarray(pe_m) / PE_PER_SIGMA


def pe_from_sigma(sigma_m: Real) -> Floats:
    """PE = 0.67449 sigma, for either axis."""
    return np.asarray(sigma_m) * PE_PER_SIGMA


def sigma_from_mil(dispersion_mil: Real, range_m: Real) -> Floats:
    """sigma (m) at range_m of an angular sigma in mil of 1/6400 circle (small angle)."""
    return np.asarray(dispersion_mil) * RAD_PER_MIL * range_m


def radial_quantile(sigma_m: Real, q: Real) -> Floats:
    """Radius holding the share q of a circular normal: sigma sqrt(-2 ln(1 - q)) (Rayleigh)."""
    out: Floats = sigma_m * np.sqrt(-2.0 * np.log1p(-np.asarray(q)))
    return out


def mean_radial_error(sigma_m: Real) -> Floats:
    """E[miss distance] of a circular normal: sigma sqrt(pi/2)."""
    return np.asarray(sigma_m * np.sqrt(0.5 * np.pi))


def drms(sigma_range: Real, sigma_defl: Real) -> Floats:
    """Root mean square miss distance: sqrt(sigma_r**2 + sigma_d**2)."""
    out: Floats = np.hypot(sigma_range, sigma_defl)
    return out


def within_pe(forks: Real) -> Floats:
    """P(|error on one axis| <= k PE): 50.0, 82.3, 95.7, 99.3 % for k = 1 to 4."""
    out: Floats = erf(np.asarray(forks) * (PE_PER_SIGMA / np.sqrt(2.0)))
    return out


def total_sigma(sigma_aim: Real, sigma_precision: Real) -> Floats:
    """Standard deviation of a single round, aim and precision together."""
    out: Floats = np.hypot(sigma_aim, sigma_precision)
    return out


def volley_correlation(sigma_aim: Real, sigma_precision: Real) -> Floats:
    """Correlation between two rounds of a volley on one axis: sa**2/(sa**2 + sp**2)."""
    aim2 = np.square(sigma_aim)
    return np.asarray(aim2 / (aim2 + np.square(sigma_precision)))


def volley_mean_variance(sigma_aim: Real, sigma_precision: Real, rounds: Real) -> Floats:
    """Variance (m2, one axis) of the mean point of n rounds: sa**2 + sp**2/n."""
    return np.asarray(np.square(sigma_aim) + np.square(sigma_precision) / rounds)


def spread_about_mean(sigma_precision: Real, rounds: Real) -> Floats:
    """E|X_ij - volley mean|**2 (m2, both axes): 2 sp**2 (n - 1)/n; the common error has no part in it."""
    return np.asarray(2.0 * np.square(sigma_precision) * (np.asarray(rounds) - 1.0) / rounds)


def interval_probability(low: Real, high: Real) -> Floats:
    """P(low < Z < high) of a standard normal, in the smaller tail so that it never cancels."""
    right = np.asarray(low) > 0.0
    a, b = np.where(right, -np.asarray(high), low), np.where(right, -np.asarray(low), high)
    out: Floats = ndtr(b) - ndtr(a)
    return out


def box_probability(
    half_range: Real,
    half_defl: Real,
    sigma_range: Real,
    sigma_defl: Real,
    off_range: Real = 0.0,
    off_defl: Real = 0.0,
) -> Floats:
    """P(impact inside a box of those half-sides, its centre off the mean point of impact)."""
    along = interval_probability(
        (np.asarray(off_range) - half_range) / sigma_range,
        (np.asarray(off_range) + half_range) / sigma_range,
    )
    across = interval_probability(
        (np.asarray(off_defl) - half_defl) / sigma_defl,
        (np.asarray(off_defl) + half_defl) / sigma_defl,
    )
    return np.asarray(along * across)


def circle_probability(radius: Real, sigma: Real, offset: Real = 0.0) -> Floats:
    """P(impact within `radius` of a point `offset` from the mean), circular normal: 1 - Q1(d/s, R/s).

    The offset circle probability, as the noncentral chi-square cdf; -expm1(-R**2/2 s**2) without offset.
    """
    x = np.square(np.asarray(radius, dtype=np.float64) / sigma)
    nc = np.square(np.asarray(offset, dtype=np.float64) / sigma)
    # below 1e-30 the offset is without effect, and the library loses digits at subnormal nc
    out: Floats = np.where(nc > 1e-30, np.minimum(chndtr(x, 2.0, nc), 1.0), -np.expm1(-0.5 * x))
    return out


def rice_median(sigma: float, bias: float) -> float:
    """Median miss distance (m) of a circular normal whose mean is off by `bias` (Rice law)."""
    return _median(lambda r: float(circle_probability(r, sigma, bias)), sigma + bias)


def elliptical_probability(radius: float, sigma_range: float, sigma_defl: float) -> float:
    """P(impact within `radius` of the mean) of an elliptical normal (Hoyt law).

    One smooth periodic integral over the angle; the trapezoid rule on the full circle converges geometrically. 1024
    points serve up to axes of 40:1, above that the slabs of `offset_ellipse_probability` take over.
    """
    if max(sigma_range, sigma_defl) > 40.0 * min(sigma_range, sigma_defl):
        return offset_ellipse_probability(radius, sigma_range, sigma_defl, 0.0, 0.0)
    angle = np.arange(256) * (0.5 * np.pi / 256.0)
    # four-fold symmetry: a quarter of the circle, its two ends sharing one weight
    g = np.append(
        np.square(np.cos(angle) / sigma_range) + np.square(np.sin(angle) / sigma_defl),
        1.0 / sigma_defl**2,
    )
    value = -np.expm1(-0.5 * radius * radius * g) / g
    mean = (np.sum(value[1:-1]) + 0.5 * (value[0] + value[-1])) / 256.0
    return min(float(mean / (sigma_range * sigma_defl)), 1.0)


def elliptical_cep(sigma_range: float, sigma_defl: float) -> float:
    """Median miss distance (m) of an elliptical normal: the root of the Hoyt law."""
    return _median(lambda r: elliptical_probability(r, sigma_range, sigma_defl), max(sigma_range, sigma_defl))


def offset_ellipse_probability(
    radius: float, sigma_range: float, sigma_defl: float, off_range: float, off_defl: float
) -> float:
    """P(impact inside a circle) of an elliptical normal, circle offset from the mean.

    Slabs across the wider axis, x = R sin t to lift the root singularity at the rim, eight Gauss-Legendre panels over
    the part of the circle that the normal reaches. Absolute error below 1e-12 for axes up to 100:1.
    """
    if sigma_range < sigma_defl:
        sigma_range, sigma_defl, off_range, off_defl = sigma_defl, sigma_range, off_defl, off_range
    reach = _REACH * sigma_range
    low = np.arcsin(np.clip((-off_range - reach) / radius, -1.0, 1.0))
    high = np.arcsin(np.clip((-off_range + reach) / radius, -1.0, 1.0))
    edges = np.linspace(low, high, 9)
    half = 0.5 * (edges[1] - edges[0])
    t = (0.5 * (edges[:-1] + edges[1:]))[:, None] + half * _NODES
    x, h = radius * np.sin(t), radius * np.cos(t)
    density = np.exp(-0.5 * np.square((x + off_range) / sigma_range)) / (sigma_range * np.sqrt(2.0 * np.pi))
    slab = interval_probability((off_defl - h) / sigma_defl, (off_defl + h) / sigma_defl)
    return min(float(half * np.sum(_WEIGHTS * density * slab * h)), 1.0)


def _median(cdf: Callable[[float], float], scale: float) -> float:
    """The r with cdf(r) = 1/2, by bisection to the last digit, between 0 and four times `scale`."""
    low, high = 0.0, 4.0 * scale
    for _ in range(64):
        middle = 0.5 * (low + high)
        if cdf(middle) < 0.5:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
