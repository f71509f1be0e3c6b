"""Published test functions of sensitivity analysis and variance reduction, with their exact indices."""

from collections.abc import Callable, Sequence
from math import exp, expm1

import numpy as np


def ishigami(a: float, b: float) -> dict[str, object]:
    """Sobol indices of sin x1 + a sin^2 x2 + b x3^4 sin x1 on (-pi, pi)^3."""
    v1 = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2
    v2 = a * a / 8.0
    v13 = b * b * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    total = v1 + v2 + v13
    return {"S1": [v1 / total, v2 / total, 0.0], "ST": [(v1 + v13) / total, v2 / total, v13 / total], "var": total}


def sobol_g(a: Sequence[float]) -> dict[str, object]:
    """Sobol indices of prod (|4x - 2| + a)/(1 + a)."""
    part = [1.0 / (3.0 * (1.0 + v) ** 2) for v in a]
    everything = float(np.prod([1.0 + p for p in part]))
    total = everything - 1.0
    return {
        "S1": [p / total for p in part],
        "ST": [p * everything / (1.0 + p) / total for p in part],
        "var": total,
    }


def pawn_sum(points: Sequence[float]) -> dict[str, object]:
    """PAWN of X1 in X1 + X2, both uniform: Kolmogorov distance (1 - min(x, 1-x))**2/2 at x, and over all x."""
    return {
        "ks": [0.5 * (1.0 - min(x, 1.0 - x)) ** 2 for x in points],
        "pawn_median": 0.5 * 0.75**2,  # min(x, 1-x) is uniform on (0, 1/2)
        "pawn_mean": 7.0 / 24.0,
        "pawn_max": 0.5,
    }


def morris(
    model: Callable[[np.ndarray], np.ndarray], factors: int, levels: int, delta: float
) -> dict[str, list[float]]:
    """Mean, mean absolute and standard deviation of every elementary effect on the full grid."""
    axis = np.linspace(0.0, 1.0, levels)
    grid = np.stack(np.meshgrid(*[axis] * factors, indexing="ij"), axis=-1).reshape(-1, factors)
    out: dict[str, list[float]] = {"mu": [], "mu_star": [], "sigma": []}
    for i in range(factors):
        base = grid[grid[:, i] + delta <= 1.0 + 1e-12]
        moved = base.copy()
        moved[:, i] += delta
        effect = (model(moved) - model(base)) / delta
        out["mu"].append(float(effect.mean()))
        out["mu_star"].append(float(np.abs(effect).mean()))
        out["sigma"].append(float(effect.std()))
    return out


def antithetic_exp() -> dict[str, float]:
    """E[exp U] and the variance of half the sum of exp U and exp(1 - U), or of two independent ones."""
    e = exp(1.0)
    variance, covariance = (-e * e + 4.0 * e - 3.0) / 2.0, e - (e - 1.0) ** 2
    return {
        "mean": expm1(1.0),
        "var_pair_average": (variance + covariance) / 2.0,
        "var_two_independent": variance / 2.0,
    }
