"""Direct fire: hits on rectangles, shots to a kill, rates, duels and how a group spreads its fire.

Errors on the target plane are normal per axis: a fixed bias, an aim (occasion) error common to a burst, and a round
error. P(kill) = P(hit) P(kill | hit).
Sources: Washburn, *Notes on Firing Theory*, NPS 2002; Bonder & Farrell 1970; Williams & Ancker, Opns Res 11 (1963);
Washburn & Kress, *Combat Modeling*, Springer 2009.
"""

import numpy as np
from scipy.special import bdtrc, erf, ndtr

from sim.geometry import RAD_PER_MIL, Floats, Real

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_REACH = 9.0
"""Standard deviations beyond which a normal density is left out: 2e-19."""


def _between(low: Floats, high: Floats) -> Floats:
    """P(low < Z < high) of a standard normal, in the smaller tail so that it never cancels."""
    right = low > 0.0
    out: Floats = ndtr(np.where(right, -low, high)) - ndtr(np.where(right, -high, low))
    return out


def rectangle_hit(
    width: Real, height: Real, sigma_x: Real, sigma_y: Real, bias_x: Real = 0.0, bias_y: Real = 0.0
) -> Floats:
    """Single-shot hit probability on an upright width x height rectangle, its centre off the mean by the bias."""
    x, y = 0.5 * np.asarray(width), 0.5 * np.asarray(height)
    across = _between((-x - bias_x) / sigma_x, (x - bias_x) / sigma_x)
    upright = _between((-y - bias_y) / sigma_y, (y - bias_y) / sigma_y)
    return np.asarray(across * upright)


def hit_at_range(range_m: Real, mil_x: Real, mil_y: Real, width: Real, height: Real) -> Floats:
    """Unbiased single-shot hit probability at range_m with angular errors in mil of 1/6400 circle; range_m > 0."""
    scale = np.sqrt(0.125) / (RAD_PER_MIL * np.asarray(range_m))
    out: Floats = erf(scale * width / mil_x) * erf(scale * height / mil_y)
    return out


def visible_parts(target: Floats, cover: Floats) -> Floats:
    """Parts (k, 4) of the rectangle `target` that the rectangle `cover` leaves in sight, k from 0 to 4.

    A rectangle is (x low, x high, y low, y high) in the target plane, metres. Parts do not overlap.
    """
    x0, x1, y0, y1 = (float(v) for v in target)
    cx0, cx1 = np.clip(cover[:2], x0, x1)
    cy0, cy1 = np.clip(cover[2:], y0, y1)
    if cx1 <= cx0 or cy1 <= cy0:
        return np.array([[x0, x1, y0, y1]])
    parts = np.array([[x0, x1, y0, cy0], [x0, x1, cy1, y1], [x0, cx0, cy0, cy1], [cx1, x1, cy0, cy1]])
    seen: Floats = parts[(parts[:, 1] > parts[:, 0]) & (parts[:, 3] > parts[:, 2])]
    return seen


def parts_hit(parts: Floats, sigma_x: Real, sigma_y: Real, mean_x: Real = 0.0, mean_y: Real = 0.0) -> Floats:
    """Single-shot hit probability on rectangles (k, 4) that do not overlap; impacts about (mean_x, mean_y)."""
    across = _between((parts[:, 0] - mean_x) / sigma_x, (parts[:, 1] - mean_x) / sigma_x)
    upright = _between((parts[:, 2] - mean_y) / sigma_y, (parts[:, 3] - mean_y) / sigma_y)
    return np.asarray(np.sum(across * upright, axis=0))


def presented_width(length: Real, width: Real, aspect_rad: Real) -> Floats:
    """Width (m) a length x width hull shows at the aspect angle between its axis and the line of sight."""
    out: Floats = np.abs(length * np.sin(aspect_rad)) + np.abs(width * np.cos(aspect_rad))
    return out


def burst_hit(
    rounds: float,
    width: float,
    height: float,
    sigma_round: float,
    sigma_aim: float,
    bias_x: float = 0.0,
    bias_y: float = 0.0,
) -> float:
    """P(at least one hit) of a burst on a rectangle: 1 - E_u[(1 - p(u))**n], u common to the burst.

    Composite Gauss-Legendre over the aim error, six panels an axis where a hit is possible; both errors > 0. Error
    below 1e-9 while width, height and sigma_aim are within 1:50 of sigma_round.
    """

    def axis(side: float, bias: float) -> tuple[Floats, Floats]:
        near = 0.5 * side + _REACH * sigma_round
        low = max(bias - _REACH * sigma_aim, -near)
        high = max(min(bias + _REACH * sigma_aim, near), low)
        edges = np.linspace(low, high, 7)
        half = 0.5 * (edges[1] - edges[0])
        u = ((0.5 * (edges[:-1] + edges[1:]))[:, None] + half * _NODES).ravel()
        density = np.exp(-0.5 * np.square((u - bias) / sigma_aim)) / (sigma_aim * np.sqrt(2.0 * np.pi))
        hit = _between((-0.5 * side - u) / sigma_round, (0.5 * side - u) / sigma_round)
        return hit, np.tile(half * _WEIGHTS, 6) * density

    hit_x, weight_x = axis(width, bias_x)
    hit_y, weight_y = axis(height, bias_y)
    any_hit = -np.expm1(rounds * np.log1p(-np.minimum(np.outer(hit_x, hit_y), 1.0 - 1e-16)))
    return float(weight_x @ any_hit @ weight_y)


def kill_within(p_hit: Real, p_kill_given_hit: Real, shots: Real) -> Floats:
    """P(killed within n independent shots): 1 - (1 - p)**n with p = P(hit) P(kill | hit)."""
    p = np.asarray(p_hit) * p_kill_given_hit
    sure = p >= 1.0
    out: Floats = -np.expm1(shots * np.log1p(-np.where(sure, 0.0, p)))
    return np.where(sure & (np.asarray(shots) > 0), 1.0, out)


def expected_shots(p: Real) -> Floats:
    """Mean shots to the first success of chance p: 1/p."""
    return np.asarray(1.0 / np.asarray(p))


def shots_for(confidence: Real, p: Real) -> Floats:
    """Fewest shots giving at least that chance of a success: ceil(log(1 - g)/log(1 - p)), 0 < g, p < 1."""
    needed = np.log1p(-np.asarray(confidence)) / np.log1p(-np.asarray(p))
    return np.asarray(np.ceil(needed * (1.0 - 1e-14)))


def aimed_rate(shots_per_s: Real, p: Real) -> Floats:
    """Kill rate (1/s) of one shooter with aimed fire, whatever the number of targets: v p (square law)."""
    return np.asarray(shots_per_s) * p


def area_rate(shots_per_s: Real, lethal_area_m2: Real, area_m2: Real) -> Floats:
    """Kill rate (1/s) of one shooter on each target in an area under unaimed fire: v a/A (linear law)."""
    return np.asarray(shots_per_s) * lethal_area_m2 / area_m2


def acquired_rate(acquire_per_s: Real, targets: Real, kill_per_s: Real) -> Floats:
    """Kill rate (1/s) of one shooter who must first find one of `targets` > 0: 1/(1/(acq y) + 1/(v p))."""
    return np.asarray(1.0 / (1.0 / (np.asarray(acquire_per_s) * targets) + 1.0 / np.asarray(kill_per_s)))


def bonder_farrell(
    t_acquire: Real,
    t_first: Real,
    t_after_hit: Real,
    t_after_miss: Real,
    t_flight: Real,
    p_first: Real,
    p_after_hit: Real,
    p_after_miss: Real,
    p_kill_given_hit: Real,
) -> Floats:
    """Mean seconds to a kill with Markov-dependent fire; the attrition rate is its inverse (Bonder & Farrell 1970).

    Times in s: to acquire, to fire the first round, the next after a hit or a miss, in flight. Chances: first hit,
    hit after hit, hit after miss, kill given hit (independent of the round).
    """
    follow = (t_after_hit + t_flight) / np.asarray(p_kill_given_hit)
    misses = (1.0 - np.asarray(p_after_hit)) / p_kill_given_hit + p_after_hit - p_first
    out: Floats = (
        np.asarray(t_acquire)
        + t_first
        - t_after_hit
        + follow
        + (np.asarray(t_after_miss) + t_flight) / p_after_miss * misses
    )
    return out


def duel_exponential(rate_a: Real, p_a: Real, rate_b: Real, p_b: Real) -> tuple[Floats, Floats]:
    """(P(A wins), mean seconds) of a duel with exponential firing intervals (Williams & Ancker 1963)."""
    a, b = np.asarray(rate_a) * p_a, np.asarray(rate_b) * p_b
    return np.asarray(a / (a + b)), np.asarray(1.0 / (a + b))


def duel_simultaneous(p_a: Real, p_b: Real) -> tuple[Floats, Floats, Floats]:
    """(A wins, B wins, both fall) when both fire at the same fixed times and the shots of one instant both count."""
    a, b = np.asarray(p_a, dtype=np.float64), np.asarray(p_b, dtype=np.float64)
    some = a + b - a * b
    return (
        np.asarray(a * (1.0 - b) / some),
        np.asarray(b * (1.0 - a) / some),
        np.asarray(a * b / some),
    )


def duel_first(p_a: Real, p_b: Real) -> tuple[Floats, Floats]:
    """(A wins, B wins) when A always fires just before B."""
    a, b = np.asarray(p_a, dtype=np.float64), np.asarray(p_b, dtype=np.float64)
    some = a + b - a * b
    return np.asarray(a / some), np.asarray(b * (1.0 - a) / some)


def killed_random(shooters: Real, targets: Real, p: Real) -> Floats:
    """Expected targets killed by one salvo, each shot at a target drawn at random: m(1 - (1 - p/m)**n)."""
    m = np.asarray(targets, dtype=np.float64)
    chance = np.asarray(p) / m
    sure = chance >= 1.0
    out: Floats = -m * np.expm1(shooters * np.log1p(-np.where(sure, 0.0, chance)))
    return np.where(sure & (np.asarray(shooters) > 0), m, out)


def killed_even(shooters: Real, targets: Real, p: Real) -> Floats:
    """Expected targets killed by one salvo split as evenly as can be."""
    m, n = np.asarray(targets, dtype=np.float64), np.asarray(shooters, dtype=np.float64)
    each = np.floor(n / m)
    more = n - each * m
    q = 1.0 - np.asarray(p, dtype=np.float64)
    out: Floats = more * (1.0 - q ** (each + 1.0)) + (m - more) * (1.0 - q**each)
    return out


def killed_looking(shooters: int, targets: int, p: Real) -> Floats:
    """Expected targets killed with a perfect look after each shot: E[min(Bin(n, p), m)]."""
    below = np.arange(min(targets, shooters), dtype=np.float64)
    out: Floats = np.sum(bdtrc(below, shooters, np.asarray(p)[..., None]), axis=-1)
    return out
