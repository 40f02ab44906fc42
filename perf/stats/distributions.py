"""Distribution functions that the tests and bounds need, accurate to 1e-9."""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

_EPSILON = 1e-16
_TINY = 1e-300
_MAX_TERMS = 10_000
_STANDARD_NORMAL = NormalDist()


def normal_cdf(z: float) -> float:
    """Return P(Z ≤ z) for a standard normal Z."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(probability: float) -> float:
    """Return the z with P(Z ≤ z) = probability (Wichura 1988, AS 241); ValueError outside (0, 1)."""
    _require_probability(probability)
    return _STANDARD_NORMAL.inv_cdf(probability)


def regularised_beta(x: float, *, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 ≤ x ≤ 1.

    Lentz's continued fraction (DLMF 8.17.22), on the side where it converges quickly.
    """
    if not (0.0 <= x <= 1.0 and a > 0.0 and b > 0.0):
        raise ValueError(f"need 0 <= x <= 1 and a, b > 0, got x={x}, a={a}, b={b}")
    if x in (0.0, 1.0):
        return x
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _beta_fraction(x, a=a, b=b) / a
    return 1.0 - front * _beta_fraction(1.0 - x, a=b, b=a) / b


def _beta_fraction(x: float, *, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _MAX_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for step in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + step * d)
            c = _away_from_zero(1.0 + step / c)
            value *= c * d
        if abs(c * d - 1.0) < 4 * _EPSILON:
            return value
    raise ArithmeticError(f"incomplete beta did not converge for x={x}, a={a}, b={b}")


def regularised_gamma_upper(a: float, x: float) -> float:
    """Return Q(a, x), the regularised upper incomplete gamma function, for a > 0 and x ≥ 0.

    Series below x = a + 1, Lentz's continued fraction above (DLMF 8.7.1 and 8.9.2).
    """
    if not (a > 0.0 and x >= 0.0):
        raise ValueError(f"need a > 0 and x >= 0, got a={a}, x={x}")
    if x == 0.0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        return 1.0 - front * _gamma_series(a, x)
    return front * _gamma_fraction(a, x)


def _gamma_series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for k in range(1, _MAX_TERMS):
        term *= x / (a + k)
        total += term
        if term < total * _EPSILON:
            return total
    raise ArithmeticError(f"incomplete gamma series did not converge for a={a}, x={x}")


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / _away_from_zero(b)
    value = d
    for k in range(1, _MAX_TERMS):
        step = -k * (k - a)
        b += 2.0
        d = 1.0 / _away_from_zero(step * d + b)
        c = _away_from_zero(b + step / c)
        value *= c * d
        if abs(c * d - 1.0) < 4 * _EPSILON:
            return value
    raise ArithmeticError(f"incomplete gamma fraction did not converge for a={a}, x={x}")


def student_t_sf(t: float, df: float) -> float:
    """Return P(T > t) for Student's t with df degrees of freedom (df > 0, need not be whole)."""
    if not df > 0.0:
        raise ValueError(f"need df > 0, got {df}")
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    square = t * t
    if square < df:
        tail = 0.5 - 0.5 * regularised_beta(square / (df + square), a=0.5, b=df / 2.0)
    else:
        tail = 0.5 * regularised_beta(df / (df + square), a=df / 2.0, b=0.5)
    return tail if t >= 0 else 1.0 - tail


def student_t_cdf(t: float, df: float) -> float:
    """Return P(T ≤ t) for Student's t with df degrees of freedom."""
    return student_t_sf(-t, df)


@lru_cache(maxsize=4096)
def student_t_quantile(probability: float, df: float) -> float:
    """Return the t with P(T ≤ t) = probability; ValueError outside (0, 1)."""
    _require_probability(probability)
    if probability > 0.5:
        return student_t_upper_point(1.0 - probability, df)
    return -student_t_upper_point(probability, df)


@lru_cache(maxsize=4096)
def student_t_upper_point(tail: float, df: float) -> float:
    """Return the t with P(T > t) = tail, without the rounding of 1 − tail; ValueError outside (0, 1)."""
    _require_probability(tail)
    if tail > 0.5:
        return -student_t_upper_point(1.0 - tail, df)
    return _falling_root(lambda t: student_t_sf(t, df), tail)


def chi_square_sf(x: float, df: float) -> float:
    """Return P(X > x) for chi-square with df degrees of freedom."""
    return 1.0 if x <= 0.0 else regularised_gamma_upper(df / 2.0, x / 2.0)


def chi_square_upper_point(tail: float, df: float) -> float:
    """Return the x with P(X > x) = tail for chi-square; ValueError outside (0, 1)."""
    _require_probability(tail)
    return _falling_root(lambda x: chi_square_sf(x, df), tail)


def noncentral_chi_square_sf(x: float, df: float, *, noncentrality: float) -> float:
    """Return P(X > x) for noncentral chi-square, as a Poisson mixture of central ones (Patnaik 1949)."""
    if noncentrality < 0.0:
        raise ValueError(f"need noncentrality >= 0, got {noncentrality}")
    if noncentrality == 0.0:
        return chi_square_sf(x, df)
    half = noncentrality / 2.0
    reach = 12.0 * math.sqrt(half) + 40.0
    first, last = max(0, math.floor(half - reach)), math.ceil(half + reach)
    return math.fsum(
        math.exp(k * math.log(half) - half - math.lgamma(k + 1.0)) * chi_square_sf(x, df + 2.0 * k)
        for k in range(first, last + 1)
    )


def _falling_root(survival: Callable[[float], float], tail: float) -> float:
    low, high = 0.0, 1.0
    while survival(high) > tail:
        low, high = high, 2.0 * high
    while True:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            return middle
        low, high = (middle, high) if survival(middle) > tail else (low, middle)


def _require_probability(value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"need a probability strictly between 0 and 1, got {value}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
