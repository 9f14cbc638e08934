"""Quantiles, survival and 95 % intervals, each as its source has it; nothing is simulated."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

Interval = tuple[float, float]
_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
_TAIL = 0.025
_FEW = 200
_EXACT = 100
"""Counts up to which a Poisson interval is computed exactly."""
_CONVERGED = 1e-15
_ROUNDING = 1e-9
"""What a product of floats may be off by where it is compared with one half."""


def quantile(ordered: Sequence[float], p: float) -> float:
    """Return the p-quantile (0 to 1) of numbers in ascending order, not none of them.

    Type 7 of Hyndman and Fan (1996), Sample quantiles in statistical packages: linear between the
    two next numbers; the pilot pack's, R's and NumPy's default (fit.md A9).
    """
    k = (len(ordered) - 1) * p
    below = int(k)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (k - below)


@lru_cache(maxsize=4096)
def median_ranks(n: int) -> tuple[int, int] | None:
    """Return the ranks, from 0, of the numbers between which the median lies; None: n below 6.

    Distribution-free (Conover 1999, Practical Nonparametric Statistics, 3.2): of n numbers those
    below the median are binomial (n, 1/2); the innermost pair with at most 2.5 % outside each.
    """
    near = int((n - _Z * math.sqrt(n)) / 2)  # where the normal distribution has it
    low, high = max(0, near - 2), min(max(0, near + 2), (n + 1) // 2)
    while low < high:  # the largest j with P(X <= j - 1) <= 2.5 %
        j = (low + high + 1) // 2
        if incomplete_beta(n - j + 1, j, 0.5) <= _TAIL:
            low = j
        else:
            high = j - 1
    return (low - 1, n - low) if low else None


def median_interval(ordered: Sequence[float]) -> Interval | None:
    """Return the 95 % interval of the median of numbers in ascending order; None: too few."""
    ranks = median_ranks(len(ordered))
    return (ordered[ranks[0]], ordered[ranks[1]]) if ranks else None


def wilson(hits: int, n: int) -> Interval | None:
    """Return the 95 % interval of a proportion; None of none.

    Wilson (1927), Probable inference, the law of succession; as in Brown, Cai, DasGupta (2001).
    """
    if not n:
        return None
    share, spread = hits / n, _Z * _Z / n
    middle = share + spread / 2
    width = _Z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = (middle - width) / (1 + spread), (middle + width) / (1 + spread)
    return (0.0 if hits == 0 else max(0.0, low), 1.0 if hits == n else min(1.0, high))


def poisson(count: int) -> Interval:
    """Return the 95 % interval of the mean of which `count` was seen.

    Exact (Garwood 1936, Fiducial limits for the Poisson distribution) up to 100, then Byar's
    approximation (Breslow and Day 1987, Statistical Methods in Cancer Research II, 2.3).
    """
    if count > _EXACT:
        return _byar(count, -_Z), _byar(count + 1, _Z)
    most = 2.0 * (count + 10)
    low = _root(lambda mean: 1 - _at_most(count - 1, mean) - _TAIL, most) if count else 0.0
    return low, _root(lambda mean: _TAIL - _at_most(count, mean), most)


def mean_of_gaps(total: float, gaps: int) -> Interval | None:
    """Return the 95 % interval of a mean gap of which `gaps` make `total`, were they exponential.

    2 total / mean is chi-squared with 2 gaps degrees of freedom (Epstein and Sobel 1953, Life
    testing); its quantiles are those of the exact Poisson interval, times two.
    """
    if not gaps or total <= 0:
        return None
    slowest, fastest = poisson(gaps)[0], poisson(gaps - 1)[1]
    return total / fastest, total / slowest


def mean_interval(numbers: Sequence[float]) -> Interval | None:
    """Return Student's 95 % interval of a mean; None: fewer than two numbers."""
    n = len(numbers)
    return mean_interval_of(math.fsum(numbers) / n, deviation(numbers), n) if n > 1 else None


def mean_interval_of(mean: float, spread: float, n: int) -> Interval:
    """Return it from the mean, the standard deviation of the sample, and its size of two or more.

    Student (1908), The probable error of a mean.
    """
    width = student(n - 1) * spread / math.sqrt(n)
    return mean - width, mean + width


def deviation(numbers: Sequence[float]) -> float:
    """Return the standard deviation of a sample of two or more."""
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1))


def ratio_interval(ratio: float, relative: float) -> Interval:
    """Return the 95 % interval of a ratio whose logarithm has this standard error (delta method).

    Casella and Berger (2002), Statistical Inference, 5.5.4.
    """
    factor = math.exp(_Z * relative)
    return ratio / factor, ratio * factor


def survival(ended: Sequence[float], going: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield each time at which something ended, and the share that lasts longer, in that order.

    Kaplan and Meier (1958), Nonparametric estimation from incomplete observations: those still
    going on are known to last longer than their age. Times may be negative: only order counts.
    """
    events, censored = sorted(ended), sorted(going)
    n, gone, done = len(events) + len(censored), 0, 0
    share, since = 1.0, n
    while done < len(events):
        time = events[done]
        before = bisect_left(censored, time, gone)  # what is as old as an end is still at risk
        if before > gone:  # between two of those the product is the plain share of what is left
            share *= (n - done - gone) / since
            since, gone = n - done - before, before
        while done < len(events) and events[done] == time:
            done += 1
        yield time, share * (n - done - gone) / since


def survival_median(ended: Sequence[float], going: Sequence[float]) -> float | None:
    """Return the first time that at most half last beyond; None: not reached yet."""
    return next((t for t, left in survival(ended, going) if left <= 0.5 + _ROUNDING), None)


def gaps(ordered: Sequence[float]) -> list[float]:
    """Return the distances between neighbours."""
    return [later - earlier for earlier, later in pairwise(ordered)]


def student(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t distribution.

    Beyond 200 degrees by its expansion about the normal one (Abramowitz and Stegun 26.7.5), which
    there is right to ten places.
    """
    if freedom > _FEW:
        z, v = _Z, float(freedom)
        first = (z**3 + z) / 4
        second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
        third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
        return z + first / v + second / v**2 + third / v**3
    return _root(
        lambda t: _TAIL - incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2, 16.0
    )


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function, which tails of t and binomials are made of.

    DLMF 8.17.22, the continued fraction, evaluated by Lentz's method.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    if x <= 0:
        return 0.0
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log + a * math.log(x) + b * math.log1p(-x)) / a
    tiny, most = 1e-300, 100_000
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    value = d
    for m in range(1, most):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            value *= c * d
        if abs(c * d - 1) < _CONVERGED:
            break
    return front * value


def _at_most(count: int, mean: float) -> float:
    """Return how likely a Poisson number is at most `count`."""
    return math.fsum(
        math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1)
    )


def _byar(count: int, z: float) -> float:
    return count * (1 - 1 / (9 * count) + z / (3 * math.sqrt(count))) ** 3


def _root(rising: Callable[[float], float], most: float) -> float:
    """Return where a function that rises from below zero crosses it, between 0 and `most`."""
    low, high = 0.0, most
    for _ in range(80):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return high
