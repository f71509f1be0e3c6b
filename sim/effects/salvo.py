"""Salvos: several rounds on one target, and on several that share the impacts.

The rounds of a volley share its aim error u ~ N(m, sa**2 per axis); given u they are independent. Forgetting that is
the largest single error a toy model makes: 0.990 for 0.789 in the textbook case below. With diffuse damage of scale b
and precision sp, s**2 = b**2 + sp**2, one round kills with chance p(u) = q exp(-|u|**2/2s**2), q = D0 b**2/s**2.
Sources: Washburn, *Notes on Firing Theory*, NPS 2002; Eckler & Burr, MORS 1972.
"""

from itertools import pairwise

import numpy as np
from scipy.special import i0e

from sim.effects.damage import expected_gaussian
from sim.effects.delivery import circle_probability
from sim.geometry import Floats, Real

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_REACH = 9.0
"""Standard deviations beyond which a normal density is left out: 2e-19."""


def independent(p: Real, rounds: Real) -> Floats:
    """P(at least one of n independent rounds kills): 1 - (1 - p)**n, to full precision for small p."""
    chance = np.asarray(p, dtype=np.float64)
    sure = chance >= 1.0
    out: Floats = -np.expm1(rounds * np.log1p(-np.where(sure, 0.0, chance)))
    return np.where(sure & (np.asarray(rounds) > 0), 1.0, out)


def common_aim(rounds: Real, d0: Real, b: Real, sigma_precision: Real, sigma_aim: Real) -> Floats:
    """P(kill) of n rounds (whole numbers) with a common, unbiased aim error; sigma_aim = 0 is `independent`.

    In closed form 1 - 2F1(-n, rho; rho + 1; q), rho = s**2/sa**2. Integration by parts turns that into a recursion of
    positive terms, P_n = (rho (1 - (1 - q)**n) + n P_(n-1))/(rho + n), which keeps every digit where the alternating
    binomial sum loses all (n = 80) and library 2F1 some (5e-6 at n = 39, rho = 37). E.g. n = 18, b = 15, sp = 12,
    sa = 25 m: 0.7885.
    """
    q, k = _single(d0, b, sigma_precision, sigma_aim)
    n = np.asarray(rounds)
    p = np.zeros(np.broadcast_shapes(n.shape, q.shape, k.shape))
    for i in range(1, int(np.max(n, initial=0)) + 1):
        p = np.where(i <= n, (independent(q, i) + i * k * p) / (1.0 + i * k), p)
    return p


def common_aim_poisson(mean_rounds: float, d0: Real, b: Real, sigma_precision: Real, sigma_aim: Real) -> Floats:
    """The same for a Poisson number of rounds: 1 - rho (nq)**-rho gammalower(rho, nq), by mixing `common_aim`.

    mean_rounds < 700. The mixture of positive terms stops ten standard deviations and 30 rounds above the mean.
    """
    q, k = _single(d0, b, sigma_precision, sigma_aim)
    weight = np.exp(-mean_rounds)
    left, p = 1.0 - weight, np.zeros(np.broadcast_shapes(q.shape, k.shape))
    total = p
    for i in range(1, int(mean_rounds + 10.0 * np.sqrt(mean_rounds)) + 31):
        weight *= mean_rounds / i
        left -= weight
        p = (independent(q, i) + i * k * p) / (1.0 + i * k)
        total = total + weight * p
    out: Floats = total + max(left, 0.0) * p
    return out


def _single(d0: Real, b: Real, sigma_precision: Real, sigma_aim: Real) -> tuple[Floats, Floats]:
    """(q, 1/rho): a round's chance when the aim is perfect, and the aim variance by the scale of p(u) squared."""
    s2 = np.square(b) + np.square(sigma_precision)
    return np.asarray(d0 * np.square(b) / s2), np.asarray(np.square(sigma_aim) / s2)


def common_aim_biased(
    rounds: float, d0: float, b: float, sigma_precision: float, sigma_aim: float, bias: float
) -> float:
    """P(kill) of n rounds whose common aim error has a mean `bias` (m) off the target.

    Gauss-Legendre over the Rice density of the miss of the mean point of impact, in eight panels that end where no
    round can matter (n p(u) < 1e-18). sigma_aim > 0.
    """
    s2 = b * b + sigma_precision**2
    q = d0 * b * b / s2
    far = np.sqrt(2.0 * s2 * max(np.log(rounds * q / 1e-18), 0.0)) if rounds * q > 0.0 else 0.0
    low, high = max(bias - _REACH * sigma_aim, 0.0), min(bias + _REACH * sigma_aim, far)
    if high <= low:
        return 0.0
    u, weight = _panels(low, high, 8)
    sa2 = sigma_aim**2
    density = u / sa2 * i0e(u * bias / sa2) * np.exp(-0.5 * np.square(u - bias) / sa2)
    kill = independent(q * np.exp(-0.5 * np.square(u) / s2), rounds)
    return min(float(np.sum(weight * density * kill)), 1.0)


def common_aim_cookie(rounds: float, radius: float, sigma_precision: float, sigma_aim: float) -> float:
    """P(kill) of n rounds with kill radius R and a common, unbiased aim error, both errors > 0.

    Offset circle probability given the aim error, integrated over its Rayleigh density; panels close in on the rim,
    where the conditional chance falls off within a few sigma_precision.
    """
    end = min(_REACH * sigma_aim, radius + 12.0 * sigma_precision)
    cuts = np.clip(
        [0.0, radius - 12.0 * sigma_precision, radius - 4.0 * sigma_precision, radius, end],
        0.0,
        end,
    )
    total = 0.0
    for low, high in pairwise(cuts):
        if high > low:
            u, weight = _panels(low, high, 3)
            density = u / sigma_aim**2 * np.exp(-0.5 * np.square(u / sigma_aim))
            hit = independent(circle_probability(radius, sigma_precision, u), rounds)
            total += float(np.sum(weight * density * hit))
    return min(total, 1.0)


def expected_salvo(
    target_xy: Floats, rounds: float, d0: float, b: Real, sigma_precision: Floats, sigma_aim: Floats, order: int = 75
) -> Floats:
    """Kill probability (m,) of each of many targets under one volley, without a single random number.

    target_xy (m, 2): along range and across it, from the aim point; b: damage scale, (m,) or a number;
    sigma_precision, sigma_aim: (2,) by the same axes. Given one of a grid of aim errors the rounds are independent
    and a round's chance is closed form. `order` nodes an axis, more where sigma_aim is wide against the reach of a
    round: error below 1e-8 for up to 80 rounds and sigma_aim <= 6 s.
    """
    scale = np.broadcast_to(np.asarray(b, dtype=np.float64), target_xy.shape[:1])
    aim, weight = _normal_grid(sigma_aim, np.hypot(np.min(scale), sigma_precision), order)
    pairs = zip(target_xy, scale, strict=True)
    chances = [_conditional(aim, at, d0, size, sigma_precision) for at, size in pairs]
    return np.array([float(weight @ (1.0 - _alive(p, rounds))) for p in chances])


def expected_pass(
    target_xy: Floats, rounds_xy: Floats, d0: float, b: Real, sigma_precision: Floats, sigma_aim: Floats,
    order: int = 75,
) -> Floats:  # fmt: skip
    """`expected_salvo` (m,) of rounds that are aimed at places of their own (k, 2) and share one aim error.

    A strafing pass walks its bursts along the run-in line: places at equal distances along the first axis.
    """
    scale = np.broadcast_to(np.asarray(b, dtype=np.float64), target_xy.shape[:1])
    aim, weight = _normal_grid(sigma_aim, np.hypot(np.min(scale), sigma_precision), order)
    chances = []
    for at, size in zip(target_xy, scale, strict=True):
        missed = np.ones(len(aim))
        for place in rounds_xy:
            missed *= 1.0 - _conditional(aim, at - place, d0, size, sigma_precision)
        chances.append(float(weight @ (1.0 - missed)))
    return np.array(chances)


def joint_kill(
    target_xy: Floats, rounds: float, d0: float, b: float, sigma_precision: float, sigma_aim: float
) -> float:
    """P(both of two targets (2, 2) are killed) when every round has one impact point that both share.

    Given the aim error u both survive with chance (1 - p1 - p2 + p12)**n, where p12 = E[D1 D2 | u] is closed form.
    """
    mean, variance = kill_moments(target_xy, rounds, d0, b, np.full(2, sigma_precision), np.full(2, sigma_aim))
    return 0.5 * (variance + mean * mean - mean)  # E[K (K - 1)]/2


def joint_kill_redrawn(
    target_xy: Floats, rounds: float, d0: float, b: float, sigma_precision: float, sigma_aim: float
) -> float:
    """What `joint_kill` becomes if each target, wrongly, gets its own precision errors: the artefact to tell apart."""
    aim, weight = _normal_grid(np.full(2, sigma_aim), np.full(2, np.hypot(b, sigma_precision)), 75)
    one, two = (_conditional(aim, at, d0, b, np.full(2, sigma_precision)) for at in target_xy)
    return float(weight @ ((1.0 - _alive(one, rounds)) * (1.0 - _alive(two, rounds))))


def kill_moments(
    target_xy: Floats, rounds: float, d0: float, b: Real, sigma_precision: Floats, sigma_aim: Floats, order: int = 75
) -> tuple[float, float]:
    """(mean, variance) of the number of targets killed by one volley, impacts and aim error shared.

    Arguments as for `expected_salvo`; work grows with m**2, meant for m up to a few dozen.
    """
    scale = np.broadcast_to(np.asarray(b, dtype=np.float64), target_xy.shape[:1])
    aim, weight = _normal_grid(sigma_aim, np.hypot(np.min(scale), sigma_precision), order)
    pairs = zip(target_xy, scale, strict=True)
    p = [_conditional(aim, at, d0, size, sigma_precision) for at, size in pairs]
    survive = np.array([float(weight @ _alive(chance, rounds)) for chance in p])
    variance = float(np.sum(survive * (1.0 - survive)))
    for i in range(len(p)):
        for j in range(i):
            p12 = _both(aim, target_xy[i], target_xy[j], d0, scale[i], scale[j], sigma_precision)
            neither = weight @ _alive(p[i] + p[j] - p12, rounds)
            variance += 2.0 * float(neither - survive[i] * survive[j])
    return float(np.sum(1.0 - survive)), variance


def _panels(low: float, high: float, count: int) -> tuple[Floats, Floats]:
    """Nodes and weights (96 count,) of composite Gauss-Legendre on [low, high]."""
    edges = np.linspace(low, high, count + 1)
    half = 0.5 * (edges[1] - edges[0])
    nodes = (0.5 * (edges[:-1] + edges[1:]))[:, None] + half * _NODES
    return nodes.ravel(), np.tile(half * _WEIGHTS, count)


def _normal_grid(sigma: Floats, reach: Floats, order: int) -> tuple[Floats, Floats]:
    """Aim errors (k, 2) and their weights: Gauss-Legendre over +-7 sigma of each normal axis.

    `order` nodes where sigma does not exceed the scale on which chances change (`reach`), more in proportion above.
    """
    axes, masses = [], []
    for s, scale in zip(sigma, reach, strict=True):
        nodes, weights = np.polynomial.legendre.leggauss(int(np.clip(order * s / scale, order, 6 * order)))
        z = 7.0 * nodes
        mass = weights * np.exp(-0.5 * z * z)
        axes.append(s * z)
        masses.append(mass / np.sum(mass))
    x, y = np.meshgrid(*axes, indexing="ij")
    return np.stack((x.ravel(), y.ravel()), axis=1), np.outer(*masses).ravel()


def _alive(p: Floats, rounds: float) -> Floats:
    """(1 - p)**n of chances that rounding may have carried past one."""
    out: Floats = np.exp(rounds * np.log1p(-np.minimum(p, 1.0 - 1e-16)))
    return out


def _conditional(aim: Floats, at: Floats, d0: float, b: float, sigma: Floats) -> Floats:
    """Kill chance (k,) of one round on a target (2,), given each of the aim errors (k, 2)."""
    return expected_gaussian(d0, b, b, sigma[0], sigma[1], at[0] - aim[:, 0], at[1] - aim[:, 1])


def _both(aim: Floats, one: Floats, two: Floats, d0: float, b1: float, b2: float, sigma: Floats) -> Floats:
    """E[D1 D2] (k,) of one impact on both targets given the aim error: a Gaussian product about a mean point."""
    w = b1 * b1 + b2 * b2
    centre = (one * b2 * b2 + two * b1 * b1) / w
    narrow = b1 * b2 / np.sqrt(w)
    apart = float(np.exp(-0.5 * np.sum(np.square(one - two)) / w))
    gap = centre - aim
    return expected_gaussian(d0 * d0 * apart, narrow, narrow, sigma[0], sigma[1], gap[:, 0], gap[:, 1])
