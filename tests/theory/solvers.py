"""Reference solvers for laws the engine must show but no function of `sim` states: combat, chains, queues.

Small, exact and slow on purpose. Nothing here is imported by the product.
"""

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from math import atanh, cosh, exp, expm1, factorial, gamma, lgamma, log, sinh, sqrt, tanh

import numpy as np
from scipy.linalg import expm
from scipy.special import gammainc

Rate = Callable[[int, int], float]
Pair = tuple[float, float]


# Deterministic Lanchester laws: a is what y does to x, b what x does to y.


def square_law(x0: float, y0: float, a: float, b: float, t: float) -> Pair:
    """x' = -a y, y' = -b x."""
    r = sqrt(a * b)
    return (
        x0 * cosh(r * t) - sqrt(a / b) * y0 * sinh(r * t),
        y0 * cosh(r * t) - sqrt(b / a) * x0 * sinh(r * t),
    )


def square_law_end(x0: float, y0: float, a: float, b: float) -> Pair:
    """(final x, time) when x wins the square law."""
    ratio = sqrt(a / b) * y0 / x0
    return x0 * sqrt((1.0 - ratio) * (1.0 + ratio)), atanh(ratio) / sqrt(a * b)


def linear_law(x0: float, y0: float, a: float, b: float, t: float) -> Pair:
    """x' = -a x y, y' = -b x y."""
    c = b * x0 - a * y0
    if c == 0.0:
        shrink = 1.0 / (1.0 + a * y0 * t)
        return x0 * shrink, y0 * shrink
    # b x0 - a y0 exp(-c t) without the loss of digits near parity
    x = x0 * c / (c - a * y0 * expm1(-c * t))
    return x, (b * x - c) / a


def mixed_law(x0: float, y0: float, a: float, b: float, t: float) -> tuple[float, float, float]:
    """(x, y, final x) of x' = -a y (aimed), y' = -b x y (area), for b x0**2/2 > a y0 (x wins)."""
    final = sqrt(x0 * x0 - 2.0 * a * y0 / b)
    # x' = -(b/2)(x**2 - final**2): x = final coth(phase + b final t/2)
    x = final / tanh(atanh(final / x0) + 0.5 * b * final * t)
    return x, 0.5 * b / a * (x - final) * (x + final), final


def logarithmic_law(x0: float, y0: float, a: float, b: float, t: float) -> Pair:
    """x' = -a x, y' = -b y."""
    return x0 * exp(-a * t), y0 * exp(-b * t)


def helmbold_law(x0: float, y0: float, a: float, b: float, w: float, y: float) -> float:
    """x when y is left, from the invariant b x**2w - a y**2w."""
    return float((x0 ** (2 * w) - a / b * (y0 ** (2 * w) - y ** (2 * w))) ** (0.5 / w))


def reinforced_law(
    x0: float, y0: float, a: float, b: float, landings: Sequence[tuple[float, float, float]], t: float
) -> Pair:
    """Square law with x reinforced at (from, to, rate) pieces: a square law in (x, y - rate/a) on each piece."""
    cuts = sorted({0.0, t, *(s for s, _, _ in landings if s < t), *(e for _, e, _ in landings if e < t)})
    x, y = x0, y0
    for start, stop in pairwise(cuts):
        rate = sum(r for s, e, r in landings if s <= start < e)
        x, y = square_law(x, y - rate / a, a, b, stop - start)
        y += rate / a
    return x, y


# Markov combat.


def markov_combat(x0: int, y0: int, x_loss: Rate, y_loss: Rate, x_break: int = 0, y_break: int = 0) -> dict[str, float]:
    """Exact backward recursion (Brown 1963): chance that x wins, expected final strengths and duration."""
    size = (x0 + 1, y0 + 1)
    wins, x_end, y_end, time = (np.zeros(size) for _ in range(4))
    for x in range(x_break, x0 + 1):
        for y in range(y_break, y0 + 1):
            if x == x_break or y == y_break:
                wins[x, y], x_end[x, y], y_end[x, y] = float(x > x_break), x, y
                continue
            u, v = x_loss(x, y), y_loss(x, y)
            for table in (wins, x_end, y_end, time):
                table[x, y] = (u * table[x - 1, y] + v * table[x, y - 1]) / (u + v)
            time[x, y] += 1.0 / (u + v)
    end = (x0, y0)
    return {"p_x_wins": float(wins[end]), "e_x": float(x_end[end]), "e_y": float(y_end[end]), "e_t": float(time[end])}


def square_transient(x0: int, y0: int, a: float, b: float, t: float) -> dict[str, float]:
    """Moments of the stochastic square law at t by uniformisation: Poisson many steps of the embedded chain at the
    largest rate; all terms positive, cut where less than 1e-16 is left."""
    x, y = np.meshgrid(np.arange(x0 + 1.0), np.arange(y0 + 1.0), indexing="ij")
    fought = (x > 0) & (y > 0)
    fastest = a * y0 + b * x0
    lost_x, lost_y = np.where(fought, a * y, 0.0) / fastest, np.where(fought, b * x, 0.0) / fastest
    now = np.zeros((x0 + 1, y0 + 1))
    now[x0, y0] = 1.0
    p, mean = np.zeros_like(now), fastest * t
    for k in range(int(mean + 12.0 * sqrt(mean) + 40.0)):
        p += now * exp(k * log(mean) - mean - lgamma(k + 1.0))
        after = now * (1.0 - lost_x - lost_y)
        after[:-1] += (now * lost_x)[1:]
        after[:, :-1] += (now * lost_y)[:, 1:]
        now = after
    e_x = float((p * x).sum())
    over = float(p[~fought].sum())
    return {"e_x": e_x, "e_y": float((p * y).sum()), "p_over": over, "var_x": float((p * (x - e_x) ** 2).sum())}


def kills_of_salvo(shooters: int, targets: int, p: float) -> np.ndarray:
    """Probabilities of 0..targets kills when each shot falls on one of `targets` at random, all at once."""
    pmf = np.zeros(targets + 1)
    pmf[0] = 1.0
    fresh = p * (targets - np.arange(targets + 1)) / targets
    for _ in range(shooters):
        pmf = pmf * (1.0 - fresh) + np.concatenate(([0.0], (pmf * fresh)[:-1]))
    return pmf


def salvo_combat(x0: int, y0: int, p_x: float, p_y: float, x_first: bool = False) -> dict[str, float]:
    """Outcome chances of synchronous salvo rounds; x_first applies x's kills before y fires (the known bug)."""
    out = np.zeros((x0 + 1, y0 + 1, 3))
    for x in range(x0 + 1):
        for y in range(y0 + 1):
            if not x or not y:
                out[x, y, 0 if x else 1 if y else 2] = 1.0
                continue
            move = np.zeros((x + 1, y + 1))
            for killed_y, chance in enumerate(kills_of_salvo(x, y, p_x)):
                left = y - killed_y if x_first else y
                replies = kills_of_salvo(left, x, p_y)
                move[:, y - killed_y] += chance * replies[::-1]
            stay = move[x, y]
            move[x, y] = 0.0
            out[x, y] = np.einsum("ij,ijk->k", move, out[: x + 1, : y + 1]) / (1.0 - stay)
    return dict(zip(("x_wins", "y_wins", "mutual_annihilation"), out[x0, y0].tolist(), strict=True))


def euler_square(x0: float, y0: float, a: float, b: float, steps: int, x_first: bool) -> list[float]:
    """The time-step artefact: the square law in unit steps, losses at once or x's losses taken before y's."""
    x, y = x0, y0
    for _ in range(steps):
        x_next = x - a * y
        x, y = x_next, y - b * (x_next if x_first else x)
    return [x, y]


# Chains.


def hypoexponential(rates: Sequence[float], t: float) -> float:
    """P(all stages done by t), exponential stages in series: partial fractions, or, where rates (nearly) coincide, the
    exponential of the generator."""
    if any(abs(r / s - 1.0) < 1e-4 for r, s in combinations(rates, 2)):
        return float(1.0 - expm((np.diag(rates[:-1], 1) - np.diag(rates)) * t)[0].sum())
    total = 0.0
    for i, r in enumerate(rates):
        weight = np.prod([s / (s - r) for j, s in enumerate(rates) if j != i])
        total -= weight * expm1(-r * t)
    return float(total)


def pure_death(count: int, channels: int, rate: float, t: float) -> dict[str, float]:
    """Those left of `count` after t when min(left, channels) are killed at `rate` each."""
    q = np.zeros((count + 1, count + 1))
    for n in range(1, count + 1):
        q[n, n - 1] = rate * min(n, channels)
        q[n, n] = -q[n, n - 1]
    p = expm(q * t)[count]
    left = np.arange(count + 1.0)
    mean = float(p @ left)
    return {"mean_leakers": mean, "sd_leakers": sqrt(float(p @ (left - mean) ** 2)), "p_none": float(p[0])}


# Queues.


def mmc(servers: int, arrival: float, service: float) -> dict[str, float]:
    """M/M/c by the Erlang B recursion."""
    load, b = arrival / service, 1.0
    for k in range(1, servers + 1):
        b = load * b / (k + load * b)
    c = servers * b / (servers - load * (1.0 - b))
    wait = c / (servers * service - arrival)
    return {"erlang_c": c, "erlang_b": b, "Lq": arrival * wait, "Wq_s": wait, "W_s": wait + 1.0 / service}


def mmc_tail(servers: int, arrival: float, service: float, times: Sequence[float]) -> list[float]:
    """P(wait > t), first come first served."""
    c = mmc(servers, arrival, service)["erlang_c"]
    return [c * exp(-(servers * service - arrival) * t) for t in times]


def pollaczek_khinchine(arrival: float, mean: float, sd: float) -> float:
    """Mean wait of M/G/1."""
    return arrival * (mean * mean + sd * sd) / (2.0 * (1.0 - arrival * mean))


def cobham(arrivals: Sequence[float], service: float) -> list[float]:
    """Mean waits of the classes of a non-preemptive M/M/1, most urgent first."""
    residual = sum(arrivals) / service**2
    waits, before = [], 0.0
    for arrival in arrivals:
        after = before + arrival / service
        waits.append(residual / ((1.0 - before) * (1.0 - after)))
        before = after
    return waits


def first_delays(arrival: float, service: float, customers: int) -> list[float]:
    """Mean delay of each of the first customers of an M/M/1 that starts empty, by the number each one meets."""
    served = service / (arrival + service)
    met = np.zeros(customers + 1)
    met[0] = 1.0
    delays = []
    for _ in range(customers):
        delays.append(float(met @ np.arange(customers + 1)) / service)
        after = np.zeros_like(met)
        for n in np.flatnonzero(met):
            done = np.arange(n + 1)
            after[n + 1 - done] += met[n] * served**done * (1.0 - served)
            after[0] += met[n] * served ** (n + 1)
        met = after
    return delays


def first_delays_fixed(arrival: float, service_s: float, customers: int) -> list[float]:
    """Mean delay of each of the first customers of an M/D/1 that starts empty (Spitzer's identity)."""
    k = np.arange(1.0, customers)
    late = k * service_s * gammainc(k, arrival * k * service_s)
    late -= k / arrival * gammainc(k + 1.0, arrival * k * service_s)
    return [0.0, *np.cumsum(late / k).tolist()]


def finite_queue(servers: int, places: int, arrival: float, service: float) -> dict[str, float]:
    """M/M/c/K: blocking chance and mean number present."""
    weight = np.ones(places + 1)
    for n in range(1, places + 1):
        weight[n] = weight[n - 1] * arrival / (service * min(n, servers))
    p = weight / weight.sum()
    return {"p_block": float(p[-1]), "L": float(p @ np.arange(places + 1))}


def fixed_jumps_exceed(shape: float, level: float, per_jump: int = 1000) -> float:
    """Long-run P(level above) of shot noise whose jumps are all 1, `shape` impacts in a decay time.

    The law F of the level obeys x F'(x) = shape (F(x) - F(x - 1)): a power up to 1 (a generalised Dickman function),
    beyond it by the trapezoid; error below 1e-6 at 1000 steps a jump.
    """
    count = round(level * per_jump)
    x = np.arange(count + 1) / per_jump
    factor = exp(-np.euler_gamma * shape) / gamma(shape + 1.0)
    law = factor * x**shape
    for k in range(per_jump, count):
        slope = law[k - per_jump] * x[k] ** (-shape - 1.0) + law[k + 1 - per_jump] * x[k + 1] ** (-shape - 1.0)
        factor -= 0.5 * shape * slope / per_jump
        law[k + 1] = factor * x[k + 1] ** shape
    return float(1.0 - law[count])


def hankin(x0: int, y0: int) -> float | None:
    """Published closed forms of P(x wins) at equal effectiveness, for x0 <= 3 or y0 = 1 (arXiv 2405.20740)."""
    n = y0
    if y0 == 1:
        return 1.0 - 1.0 / factorial(x0 + 1)
    if x0 == 2:
        return (2 ** (n + 2) - n - 2) / factorial(n + 2)
    if x0 == 3:
        return (54 * 3**n - 16 * (n + 3) * 2**n + (n + 3) * (n + 2)) / (2 * factorial(n + 3))
    return None
