"""Detection: looking as a hazard, and what it adds up to along straight legs.

The working law is the inverse cube (Koopman, *Search and Screening*, OEG 56, 1946): a target at slant distance r is
found at the rate gamma = k / r**3, k in m3/s. A unit is detected when k times its `exposure` reaches a pre-drawn
Exp(1); `time_to_exposure` says when. Both are exact along a leg, head-on included, so cutting a leg changes nothing.
"""

import math

import numpy as np
from scipy.special import erf

from sim.geometry import STILL_M2PS2, Floats, Real

_NEAREST_M2 = 1e-12
_ENDLESS = 1e30


def exposure(px: Real, py: Real, vx: Real, vy: Real, z: Real, t: Real) -> Floats:
    """int_0^t r**-3 dt in s/m3 along p + v t with height difference z, r**2 = |p + v t|**2 + z**2; t finite.

    p (m) and v (m/s) are relative position and velocity; arrays broadcast. Exact, no step: with c = v.v, u = p.v and
    D = c (closest distance)**2 it is (u1/r1 - u0/r0)/D, and when approach or recession is one-way the same thing
    written without D, which vanishes head-on. Passing through the observer itself gives inf.
    """
    qx, qy, z2 = px + vx * t, py + vy * t, z * z
    c = vx * vx + vy * vy
    u0, u1 = px * vx + py * vy, qx * vx + qy * vy
    a = np.maximum(px * px + py * py + z2, _NEAREST_M2)
    r0 = np.sqrt(a)
    r1 = np.sqrt(np.maximum(qx * qx + qy * qy + z2, _NEAREST_M2))
    cross = px * vy - py * vx
    d = c * z2 + cross * cross
    one_way = u0 * u1 > 0.0
    moving = c > STILL_M2PS2
    passing = moving & ~one_way & (d > 0.0)
    oblique = (u1 / r1 - u0 / r0) / np.where(passing, d, 1.0)
    straight = t * (u0 + u1) / (r0 * r1 * np.where(one_way, u1 * r0 + u0 * r1, 1.0))
    moved = np.where(one_way, straight, np.where(passing, oblique, np.inf))
    still = t / (a * r0)
    return np.where(moving & (t > 0.0), moved, still)


def exposure_one(px: float, py: float, vx: float, vy: float, z: float, t: float) -> float:
    """`exposure` of one pair in plain floats: the same operations in the same order, a tenth of the cost."""
    z2 = z * z
    c = vx * vx + vy * vy
    a = px * px + py * py + z2
    if a < _NEAREST_M2:
        a = _NEAREST_M2
    r0 = math.sqrt(a)
    if not (c > STILL_M2PS2 and t > 0.0):
        return t / (a * r0)
    qx, qy = px + vx * t, py + vy * t
    u0, u1 = px * vx + py * vy, qx * vx + qy * vy
    end = qx * qx + qy * qy + z2
    r1 = math.sqrt(end if end > _NEAREST_M2 else _NEAREST_M2)
    if u0 * u1 > 0.0:
        return t * (u0 + u1) / (r0 * r1 * (u1 * r0 + u0 * r1))
    cross = px * vy - py * vx
    d = c * z2 + cross * cross
    return (u1 / r1 - u0 / r0) / d if d > 0.0 else math.inf


def time_to_exposure(px: Real, py: Real, vx: Real, vy: Real, z: Real, h: Real) -> Floats:
    """Seconds until `exposure` reaches h (s/m3), inf if it never does; h = inf is allowed and gives inf.

    No iteration and no branch on geometry: with w0 = u0/r0 and Q = 1/a - 2 w0 h - h**2 D the answer is ((w0 + h
    D)/sqrt(Q) - u0)/c, written here with h drawn out so that short times keep their digits.
    """
    z2 = z * z
    c = vx * vx + vy * vy
    u0 = px * vx + py * vy
    a = np.maximum(px * px + py * py + z2, _NEAREST_M2)
    cross = px * vy - py * vx
    d = c * z2 + cross * cross
    inverse_r0 = 1.0 / np.sqrt(a)
    bounded = np.minimum(h, _ENDLESS)
    bend = 2.0 * u0 * inverse_r0 + bounded * d
    q = inverse_r0 * inverse_r0 - bounded * bend
    root = np.sqrt(np.maximum(q, 1e-300))
    moving = c > STILL_M2PS2
    t = bounded * (d + u0 * bend / (inverse_r0 + root)) / (root * np.where(moving, c, 1.0))
    reached = (q > 0.0) & (h < _ENDLESS)
    return np.where(moving, np.where(reached, t, np.inf), h * a / inverse_r0)


def time_to_exposure_one(px: float, py: float, vx: float, vy: float, z: float, h: float) -> float:
    """`time_to_exposure` of one pair in plain floats: the same operations in the same order."""
    z2 = z * z
    c = vx * vx + vy * vy
    u0 = px * vx + py * vy
    a = px * px + py * py + z2
    if a < _NEAREST_M2:
        a = _NEAREST_M2
    inverse_r0 = 1.0 / math.sqrt(a)
    if not c > STILL_M2PS2:
        return h * a / inverse_r0
    cross = px * vy - py * vx
    d = c * z2 + cross * cross
    bounded = h if h < _ENDLESS else _ENDLESS
    bend = 2.0 * u0 * inverse_r0 + bounded * d
    q = inverse_r0 * inverse_r0 - bounded * bend
    if not (q > 0.0 and h < _ENDLESS):
        return math.inf
    root = math.sqrt(q if q > 1e-300 else 1e-300)
    return bounded * (d + u0 * bend / (inverse_r0 + root)) / (root * c)


def glimpses(g: Real, axis: int = -1) -> Floats:
    """P(found by at least one look) from independent looks g along `axis`: 1 - prod(1 - g)."""
    return _at_least_one(np.sum(_log_miss(np.asarray(g, dtype=np.float64)), axis=axis))


def repeated_glimpse(g: Real, looks: Real) -> Floats:
    """P(found in n equal independent looks): 1 - (1 - g)**n, to full precision for small g."""
    return _at_least_one(looks * _log_miss(np.asarray(g, dtype=np.float64)))


def glimpse_rate(g: Real, dt_s: Real) -> Floats:
    """The rate (1/s) of continuous looking worth one look of chance g each dt_s: -log(1 - g)/dt, never g/dt."""
    out: Floats = -_log_miss(np.asarray(g, dtype=np.float64)) / dt_s
    return out


def _log_miss(g: Floats) -> Floats:
    out: Floats = np.where(g < 1.0, np.log1p(-np.where(g < 1.0, g, 0.0)), -np.inf)
    return out


def _at_least_one(log_miss: Real) -> Floats:
    out: Floats = -np.expm1(log_miss)
    return out


def continuous_looking(rate_per_s: Real, time_s: Real) -> Floats:
    """P(found within time_s) at a constant rate; the mean time is 1/rate."""
    return _at_least_one(-(np.asarray(rate_per_s) * time_s))


def lateral_range(x_m: Real, sweep_width_m: Real) -> Floats:
    """P(found) of a whole straight pass at lateral range x under the inverse cube: 1 - exp(-W**2/(4 pi x**2))."""
    x2 = np.square(np.asarray(x_m, dtype=np.float64))
    some = x2 > 0.0
    w2 = np.square(np.asarray(sweep_width_m, dtype=np.float64))
    exponent = w2 / (4.0 * np.pi * np.where(some, x2, 1.0))
    return np.where(some, -np.expm1(-exponent), np.where(w2 > 0.0, 1.0, 0.0))


def sweep_width(k_over_speed_m2: Real) -> Floats:
    """Sweep width W (m) of the inverse cube, int p(x) dx = 2 sqrt(2 pi k/w); for a definite range R it is 2 R."""
    out: Floats = 2.0 * np.sqrt(2.0 * np.pi * np.asarray(k_over_speed_m2))
    return out


def parallel_sweeps(sweep_width_m: Real, spacing_m: Real) -> Floats:
    """P(found) of a target placed evenly between endless parallel tracks: erf(sqrt(pi) W/(2 S)) (Koopman)."""
    out: Floats = erf(0.5 * np.sqrt(np.pi) * np.asarray(sweep_width_m) / spacing_m)
    return out


def random_search(sweep_width_m: Real, track_m: Real, area_m2: Real) -> Floats:
    """P(found) of a random track of that length in the area: 1 - exp(-W L/A) (Koopman)."""
    return _at_least_one(-(np.asarray(sweep_width_m) * track_m / area_m2))


def head_on(k_m3ps: Real, closing_mps: Real, range_m: Real) -> Floats:
    """P(found before range_m) of a target closing head-on from far: 1 - exp(-k/(2 v R**2))."""
    return _at_least_one(-(np.asarray(k_m3ps) / (2.0 * closing_mps * np.square(range_m))))


def head_on_mean_range(k_m3ps: Real, closing_mps: Real) -> Floats:
    """Mean range (m) at which a head-on target is found: sqrt(pi k/(2 v)); its variance is infinite."""
    out: Floats = np.sqrt(np.pi * np.asarray(k_m3ps) / (2.0 * np.asarray(closing_mps)))
    return out
