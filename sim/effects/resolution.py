"""Looking by resolution: how many cycles a sight resolves across a target, and what that adds up to on the way.

The working law is the target transfer function of ACQUIRE on Johnson's criteria: at slant distance r the hazard is
TTPF(C/r)/tau, where C = H f/N50 (m) is the distance at which N50 cycles lie across a target of dimension H. Along
straight legs it is integrated by Gauss-Legendre on panels that grow with the distance: no step, cutting a leg changes
nothing beyond the twelfth digit.
Sources: Johnson 1958; Ratches and Holst (ACQUIRE); Koopman for the hazard along a path.
"""

import math

import numpy as np
from scipy.special import expit, logit

from sim.geometry import STILL_M2PS2, Floats, Real

JOHNSON_N50 = {"detect": 1.0, "orient": 1.4, "recognise": 4.0, "identify": 6.4}
"""Resolvable cycles across the target for a 50 % chance (Johnson 1958, as quoted in textbooks)."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)
_FEW_NODES, _FEW_WEIGHTS = np.polynomial.legendre.leggauss(16)
_SURE = 16.0
"""At so many N50 across the target TTPF is 1 to the last digit."""
_GROWTH = 1.7
_NEAREST_M = 1e-6
_ENDLESS_S = 1e9


def resolvable_cycles(dimension_m: Real, range_m: Real, cycles_per_mrad: Real) -> Floats:
    """Resolvable cycles N = (H/R) f across a target of critical dimension H, R in thousands of metres per mrad."""
    out: Floats = np.asarray(dimension_m) / np.asarray(range_m) * 1e3 * cycles_per_mrad
    return out


def ttpf(n_over_n50: Real) -> Floats:
    """Target transfer function of ACQUIRE: x**E/(1 + x**E), x = N/N50, E = 2.7 + 0.7 x.

    It is the fraction of an ensemble of observers that will *ever* see the target. Freeze one uniform for each
    observer-target pair; do not redraw it at each look.
    """
    x = np.asarray(n_over_n50, dtype=np.float64)
    some = x > 0.0
    out: Floats = np.where(some, expit((2.7 + 0.7 * x) * np.log(np.where(some, x, 1.0))), 0.0)
    return out


def ttpf_rate(n_over_n50: Real) -> Floats:
    """Rate (1/s) at which those who will see it do: P_inf/3.4, from P_inf = 0.9 on (N/N50)/6.8 (ACQUIRE)."""
    p = ttpf(n_over_n50)
    return np.where(p < 0.9, p / 3.4, np.asarray(n_over_n50) / 6.8)


def time_limited(n_over_n50: Real, time_s: Real) -> Floats:
    """P(detected within time_s): P_inf (1 - exp(-rate t)); it saturates at P_inf, not at 1."""
    out: Floats = ttpf(n_over_n50) * -np.expm1(-(ttpf_rate(n_over_n50) * time_s))
    return out


def time_to_detect(n_over_n50: Real, u_ever: Real, u_when: Real) -> Floats:
    """Seconds to detection from two uniforms in [0, 1): inf unless u_ever < P_inf (frozen for the pair)."""
    rate = ttpf_rate(n_over_n50)
    ever = (np.asarray(u_ever) < ttpf(n_over_n50)) & (rate > 0.0)
    return np.where(ever, -np.log1p(-np.asarray(u_when)) / np.where(ever, rate, 1.0), np.inf)


def approach_detection(
    start_m: float,
    end_m: float,
    speed_mps: float,
    dimension_m: float,
    cycles_per_mrad: float,
    n50: float,
    tau_s: float,
) -> float:
    """P(detected) on a straight approach from start_m to end_m with the hazard TTPF(N(r)/N50)/tau.

    Gauss-Legendre in range with 128 nodes: the integrand is smooth, error below 1e-12 for ratios start/end to 10.
    """
    half = 0.5 * (start_m - end_m)
    r = 0.5 * (start_m + end_m) + half * _NODES
    hazard = ttpf(resolvable_cycles(dimension_m, r, cycles_per_mrad) / n50) / tau_s
    return float(-np.expm1(-half * np.sum(_WEIGHTS * hazard) / speed_mps))


def halfway_m(dimension_m: Real, cycles_per_mrad: Real, n50: Real) -> Floats:
    """C (m): the distance at which N50 cycles are resolved across the target, TTPF one half."""
    out: Floats = np.asarray(dimension_m) * 1e3 * cycles_per_mrad / n50
    return out


def ttpf_inverse(p: float) -> float:
    """The N/N50 at which TTPF is p, 0 < p < 1: how well a target must be resolved for an observer of that rank."""
    wanted, low, high = float(logit(p)), 1e-9, 1e3
    for _ in range(200):
        x = math.sqrt(low * high)
        low, high = (x, high) if (2.7 + 0.7 * x) * math.log(x) < wanted else (low, x)
    return math.sqrt(low * high)


def resolved_exposure(px: float, py: float, vx: float, vy: float, z: float, t: float, halfway: float) -> float:
    """int_0^t TTPF(C/r) ds in s along p + v s with height difference z, C the `halfway` distance (m); t finite."""
    c = vx * vx + vy * vy
    a = px * px + py * py + z * z
    if not c > STILL_M2PS2:
        return t * float(ttpf(halfway / max(math.sqrt(a), _NEAREST_M)))
    begin = (px * vx + py * vy) / c  # seconds since the closest point, which lies at 0
    d2 = max(a - begin * begin * c, 0.0)
    first = max(math.sqrt(d2), halfway / _SURE, _NEAREST_M) / math.sqrt(c)
    last = max(abs(begin), abs(begin + t))
    panels = 1 + max(0, math.ceil(math.log(max(last / first, 1.0)) / math.log(_GROWTH)))
    grid = np.concatenate(([0.0], first * _GROWTH ** np.arange(panels + 1.0)))
    edges = np.clip(np.concatenate((-grid[:0:-1], grid)), begin, begin + t)
    half = 0.5 * np.diff(edges)
    w = 0.5 * (edges[1:] + edges[:-1])[:, None] + half[:, None] * _FEW_NODES
    hazard = ttpf(halfway / np.maximum(np.sqrt(d2 + c * w * w), _NEAREST_M))
    return float(half @ (hazard @ _FEW_WEIGHTS))


def time_to_resolved(px: float, py: float, vx: float, vy: float, z: float, h: float, halfway: float) -> float:
    """Seconds until `resolved_exposure` reaches h (s), inf if it never does; Newton within a bracket."""
    if h <= 0.0:
        return 0.0

    def rate(t: float) -> float:
        r = math.sqrt((px + vx * t) ** 2 + (py + vy * t) ** 2 + z * z)
        return float(ttpf(halfway / max(r, _NEAREST_M)))

    if not vx * vx + vy * vy > STILL_M2PS2:
        still = rate(0.0)
        return h / still if still * _ENDLESS_S > h else math.inf
    low, high = h, 2.0 * h  # TTPF is at most 1
    while resolved_exposure(px, py, vx, vy, z, high, halfway) < h:
        low, high = high, 2.0 * high
        if low > _ENDLESS_S:
            return math.inf
    t = low
    for _ in range(100):
        missing = h - resolved_exposure(px, py, vx, vy, z, t, halfway)
        low, high = (t, high) if missing > 0.0 else (low, t)
        speed = rate(t)
        step = missing / speed if speed > 0.0 else math.inf
        after = t + step if low <= t + step <= high else 0.5 * (low + high)
        if abs(after - t) <= 1e-12 * after:
            return after
        t = after
    return t
