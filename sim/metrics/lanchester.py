"""A comparator: what Lanchester's laws, fitted to the ends of a run, would have made of its course.

Square law (aimed fire): dA/dt = -b D, dD/dt = -a A. Linear law (area fire): dA/dt = -b A D, dD/dt = -a A D. Rates are
those that give the run's own losses when the run's own curves are put in (so that each law loses about as many), and
the closed forms then say when. It explains nothing: most losses of this night come from outside the garrison, and
neither law knows of distance, cover or permission. Source: Lanchester, Aircraft in Warfare (1916); Taylor, Lanchester
Models of Warfare (1983).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.metrics.series import series
from sim.metrics.view import View

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Comparator:
    """Unhurt people of the run and of the two laws, by the minute from T0 to the last loss; all of shape (n,)."""

    minutes: Floats
    attackers: Floats
    defenders: Floats
    square: tuple[Floats, Floats]
    linear: tuple[Floats, Floats]
    exchange: float | None
    """Attackers hurt for one defender hurt; None if no defender was."""

    def error(self, law: tuple[Floats, Floats]) -> float:
        """Root of the mean square gap between a law's attackers and the run's, people."""
        return float(np.sqrt(np.mean((law[0] - self.attackers) ** 2)))


def square_law(a0: float, d0: float, a: float, b: float, t: Floats) -> tuple[Floats, Floats]:
    """Closed form of the square law; a, b per minute, cut at zero. a = 0 or b = 0 give the one-sided lines."""
    if a == 0.0 or b == 0.0:
        return np.maximum(a0 - b * d0 * t, 0.0), np.maximum(d0 - a * a0 * t, 0.0)
    root, ratio = np.sqrt(a * b), np.sqrt(b / a)
    attackers = a0 * np.cosh(root * t) - d0 * ratio * np.sinh(root * t)
    defenders = d0 * np.cosh(root * t) - a0 / ratio * np.sinh(root * t)
    return np.maximum(attackers, 0.0), np.maximum(defenders, 0.0)


def linear_law(a0: float, d0: float, a: float, b: float, t: Floats) -> tuple[Floats, Floats]:
    """Closed form of the linear law; a, b per person and minute. L = a A - b D stays what it was."""
    l0 = a * a0 - b * d0
    if abs(l0) < 1e-15:
        attackers = a0 / (1.0 + a * a0 * t)
    else:
        attackers = l0 * a0 / (a * a0 - b * d0 * np.exp(-l0 * t))
    if b == 0.0:
        return np.full(len(t), a0), d0 * np.exp(-a * a0 * t)
    return attackers, (a * attackers - l0) / b


def comparator(view: View) -> Comparator | None:
    """The laws beside a run; None if nobody fired or nobody was hurt."""
    if view.t0 is None:
        return None
    curves = series(view)
    attackers, defenders = curves["attackers_unhurt"], curves["defenders_unhurt"]
    inside = curves["t_ms"] >= view.t0
    lost = (attackers < attackers[-1] + 0.5) & (defenders < defenders[-1] + 0.5)
    inside &= curves["t_ms"] <= curves["t_ms"][int(np.argmax(lost))]
    if np.count_nonzero(inside) < 3 or attackers[inside][0] == attackers[inside][-1]:
        return None
    x, y = attackers[inside], defenders[inside]
    t = (curves["t_ms"][inside] - curves["t_ms"][inside][0]) / 60_000
    hurt_x, hurt_y = x[0] - x[-1], y[0] - y[-1]
    over_x, over_y, both = (float(np.sum((z[1:] + z[:-1]) / 2 * np.diff(t))) for z in (x, y, x * y))
    square = square_law(x[0], y[0], hurt_y / over_x, hurt_x / over_y, t)
    linear = linear_law(x[0], y[0], hurt_y / both, hurt_x / both, t)
    return Comparator(t, x, y, square, linear, float(hurt_x / hurt_y) if hurt_y else None)
