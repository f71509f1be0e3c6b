"""Suppression as a level that leaks away, and its stationary laws; break points of morale.

The level S is a dimensionless leaky integrator: each near impact adds a jump, and between changes S(t) = s8 + (S0 -
s8) exp(-t/tau) with s8 = inflow * tau. Evaluated lazily at events this is exact at any t: no step. A constant inflow
stands for a stream of near misses: a fluid approximation of many small jumps, exact in the mean but without their
scatter.
"""

import math

import numpy as np
from scipy.special import expit, gammaincc, ndtr, ndtri

from sim.geometry import Floats, Real


def decay(level: Real, dt_s: Real, tau_s: Real) -> Floats:
    """Level after dt_s without new impacts: S exp(-dt/tau)."""
    out: Floats = level * np.exp(-np.asarray(dt_s) / tau_s)
    return out


def with_inflow(level: Real, inflow_per_s: Real, tau_s: Real, dt_s: Real) -> Floats:
    """Level after dt_s under a constant inflow: s8 + (S - s8) exp(-dt/tau), s8 = inflow * tau."""
    fade = np.expm1(-np.asarray(dt_s) / tau_s)
    out: Floats = level + (level - np.asarray(inflow_per_s) * tau_s) * fade
    return out


def time_to_level(level: Real, inflow_per_s: Real, tau_s: Real, threshold: Real) -> Floats:
    """Seconds until the level stands at the threshold, from either side; 0 if it does now, inf if it never will.

    The asymptote s8 itself is never reached: a threshold equal to it gives inf.
    """
    asymptote = np.asarray(inflow_per_s) * tau_s
    now, then = level - asymptote, threshold - asymptote
    ahead = (np.sign(now) == np.sign(then)) & (np.abs(then) < np.abs(now))
    ratio = np.where(ahead, then, 1.0) / np.where(ahead, now, 1.0)
    # the smallest subnormals may round the ratio to nothing; then the wait is as good as endless
    t = -tau_s * np.log(np.maximum(ratio, 5e-324))
    return np.where(ahead, t, np.where(now == then, 0.0, np.inf))


def with_inflow_one(level: float, inflow_per_s: float, tau_s: float, dt_s: float) -> float:
    """`with_inflow` of one unit in plain floats."""
    return level + (level - inflow_per_s * tau_s) * math.expm1(-dt_s / tau_s)


def time_to_level_one(level: float, inflow_per_s: float, tau_s: float, threshold: float) -> float:
    """`time_to_level` of one unit in plain floats."""
    asymptote = inflow_per_s * tau_s
    now, then = level - asymptote, threshold - asymptote
    if now == then:
        return 0.0
    if now * then <= 0.0 or abs(then) >= abs(now):
        return math.inf
    return -tau_s * math.log(max(then / now, 5e-324))


def recovery_time(level: Real, threshold: Real, tau_s: Real) -> Floats:
    """Seconds until an undisturbed level has sunk to the threshold > 0; 0 if it is there."""
    out: Floats = tau_s * np.log(np.maximum(np.asarray(level) / threshold, 1.0))
    return out


def restarting_fraction(impacts_per_s: Real, tau_s: Real) -> Floats:
    """Long-run suppressed fraction if each impact suppresses for tau more: 1 - exp(-lam tau) (M/G/inf busy)."""
    out: Floats = -np.expm1(-(np.asarray(impacts_per_s) * tau_s))
    return out


def restarting_mean_spell(impacts_per_s: Real, tau_s: Real) -> Floats:
    """Mean length (s) of a suppressed spell under the restarting rule: (exp(lam tau) - 1)/lam, lam > 0."""
    out: Floats = np.expm1(np.asarray(impacts_per_s) * tau_s) / impacts_per_s
    return out


def ignoring_fraction(impacts_per_s: Real, tau_s: Real) -> Floats:
    """Long-run suppressed fraction if impacts on the suppressed are ignored: lam tau/(1 + lam tau) (renewal)."""
    load = np.asarray(impacts_per_s) * tau_s
    out: Floats = load / (1.0 + load)
    return out


def shot_noise(
    impacts_per_s: Real,
    jump_mean: Real,
    jump_square: Real,
    tau_s: Real,
    time_s: Real,
    level: Real = 0.0,
) -> tuple[Floats, Floats]:
    """(mean, variance) of the leaky level at time_s under Poisson impacts (Campbell's theorem).

    jump_mean = E[J], jump_square = E[J**2]; `level` is the known level at time 0.
    """
    x = np.asarray(time_s) / tau_s
    mean: Floats = level * np.exp(-x) - np.asarray(impacts_per_s) * jump_mean * tau_s * np.expm1(-x)
    variance: Floats = -0.5 * np.asarray(impacts_per_s) * jump_square * tau_s * np.expm1(-2.0 * x)
    return mean, variance


def stationary_exceedance(impacts_per_s: Real, jump_mean: Real, tau_s: Real, threshold: Real) -> Floats:
    """Long-run P(level > threshold) with exponential jumps: the level is Gamma(lam tau, scale jump_mean)."""
    shape = np.asarray(impacts_per_s, dtype=np.float64) * tau_s
    out: Floats = gammaincc(shape, np.asarray(threshold) / jump_mean)
    return out


def two_state(suppress_per_s: Real, recover_per_s: Real, time_s: Real) -> tuple[Floats, Floats]:
    """(P(suppressed at time_s), stationary share) of the two-state Markov chain that starts unsuppressed."""
    total = np.asarray(suppress_per_s) + recover_per_s
    share: Floats = suppress_per_s / total
    now: Floats = -share * np.expm1(-total * time_s)
    return now, share


def break_probability(loss: Real, mean: Real, sd: Real) -> Floats:
    """P(broken at this loss fraction), the break point normal(mean, sd) truncated to (0, 1)."""
    low, high = ndtr(-np.asarray(mean) / sd), ndtr((1.0 - np.asarray(mean)) / sd)
    out: Floats = (ndtr((np.clip(loss, 0.0, 1.0) - mean) / sd) - low) / (high - low)
    return out


def break_fraction(u: Real, mean: Real, sd: Real) -> Floats:
    """The break point (loss fraction in [0, 1]) belonging to a uniform u in [0, 1]; inverse of the above."""
    low, high = ndtr(-np.asarray(mean) / sd), ndtr((1.0 - np.asarray(mean)) / sd)
    out: Floats = np.clip(mean + sd * ndtri(low + u * (high - low)), 0.0, 1.0)
    return out


def logistic_break(loss: Real, half: Real, scale: Real) -> Floats:
    """P(broken at this loss fraction), logistic with its half-way point at `half`."""
    out: Floats = expit((np.asarray(loss) - half) / scale)
    return out
