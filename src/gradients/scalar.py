r"""One number per layer: the power $w^L$, what decides its fate, and where floating point ends it.

Magnitudes beyond float64 are answered as base-ten logarithms; no function rounds a result to zero or infinity unsaid.
"""

import math
import sys
from bisect import bisect_left
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradients._checks import finite_float, natural, real_array

_MOST_LAYERS = 2**53  # beyond it float64 skips integers
_MOST_RANDOM_LAYERS = 1000  # exact binomial sums in integers stay within milliseconds
_FORMATS = {"float16": (11, 15), "bfloat16": (8, 127), "float32": (24, 127), "float64": (53, 1023)}


def factor(w: float, depth: int) -> float:
    r"""Return the product of `depth` equal factors `w`; an empty product is 1.

    $$ \underbrace{w \cdot w \cdots w}_{L\ \text{factors}} = w^{L} $$

    Args:
        w: $w \in \mathbb{R}$, the slope of one layer.
        depth: $L \in \{0, 1, \dots\}$, number of factors, at most 2^53.

    Returns: the power, to the last bit or two.

    Raises:
        ValueError: if an argument is not finite, not a number, or `depth` is negative; if the power is not zero and
            its magnitude leaves the normal range of float64 (ask `log10_magnitude` instead).

    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 8.2.5,
        https://www.deeplearningbook.org/contents/optimization.html
    """
    w, depth = finite_float("w", w), natural("depth", depth, most=_MOST_LAYERS)
    try:
        power = w**depth
    except OverflowError:
        power = math.inf
    return _normal(power, exact_zero=w == 0)


def log10_magnitude(w: float, depth: int) -> float:
    r"""Return the base-ten logarithm of the magnitude of the power, at any depth.

    $$ \log_{10} (\lvert w \rvert^{L}) = L \cdot \log_{10} \lvert w \rvert $$

    Args:
        w: $w \in \mathbb{R}$, the slope of one layer.
        depth: $L \in \{0, 1, \dots\}$, number of factors, at most 2^53.

    Returns: the logarithm in decades; minus infinity where the power is exactly zero.

    Raises:
        ValueError: if an argument is not finite, not a number, or `depth` is negative.
    """
    w, depth = finite_float("w", w), natural("depth", depth, most=_MOST_LAYERS)
    if depth == 0:
        return 0.0
    return depth * math.log10(abs(w)) if w else -math.inf


def limit(w: float) -> float:
    r"""Return the limit of the power as the depth grows; NaN where there is none.

    $$ \lim_{L \to \infty} w^{L} = \begin{cases} 0 & \lvert w \rvert < 1 \\ 1 & w = 1 \\ \infty & w > 1 \\
    \text{none} & w \le -1 \end{cases} $$

    Args:
        w: $w \in \mathbb{R}$, the slope of one layer.

    Returns: 0.0, 1.0, infinity, or NaN for `w` of -1 and below, where the sign alternates for ever.

    Raises:
        ValueError: if `w` is not a finite number.
    """
    w = finite_float("w", w)
    if w <= -1:
        return math.nan
    return 0.0 if w < 1 else 1.0 if w == 1 else math.inf


def depth_to_reach(ratio: float, w: float) -> float:
    r"""Return the depth, a real number, at which the magnitude of the power is `ratio`.

    $$ L_r = \frac{\ln r}{\ln \lvert w \rvert} $$

    Args:
        ratio: $r \in (0, \infty)$, the magnitude to reach.
        w: $w \in (0, 1)$ or beyond 1 in magnitude; neither 0 nor of magnitude 1, where the magnitude never moves.

    Returns: the depth in layers; negative when the power moves the other way.

    Raises:
        ValueError: if `ratio` is not above zero or `w` is 0, 1 or -1, or either is not a finite number.
    """
    ratio, w = finite_float("ratio", ratio, positive=True), finite_float("w", w)
    if abs(w) in (0.0, 1.0):
        raise ValueError(f"`w` must be neither 0 nor of magnitude 1, where |w|^L never moves with depth, but is {w!r}")
    return math.log(ratio) / math.log(abs(w))


def half_life(w: float) -> float:
    r"""Return the number of layers after which the magnitude has halved.

    $$ L_{1/2} = \frac{\ln 2}{-\ln \lvert w \rvert} $$

    Args:
        w: $w \in (0, 1)$, or the same with a minus sign.

    Returns: a positive number of layers.

    Raises:
        ValueError: if the magnitude of `w` is not between 0 and 1.
    """
    if not 0 < abs(finite_float("w", w)) < 1:
        raise ValueError(f"`w` must have a magnitude between 0 and 1 to have a half-life, but is {w!r}")
    return depth_to_reach(0.5, w)


def doubling_depth(w: float) -> float:
    r"""Return the number of layers after which the magnitude has doubled.

    $$ L_2 = \frac{\ln 2}{\ln \lvert w \rvert} $$

    Args:
        w: $w \in (1, \infty)$, or the same with a minus sign.

    Returns: a positive number of layers.

    Raises:
        ValueError: if the magnitude of `w` is not above 1.
    """
    if not abs(finite_float("w", w)) > 1:
        raise ValueError(f"`w` must have a magnitude above 1 to have a doubling depth, but is {w!r}")
    return depth_to_reach(2.0, w)


def weight_for(ratio: float, depth: int) -> float:
    r"""Return the positive weight whose power at `depth` is `ratio`: the inverse of `depth_to_reach`.

    $$ w_r = r^{1/L} = e^{(\ln r) / L} $$

    Args:
        ratio: $r \in (0, \infty)$, the magnitude to reach.
        depth: $L \in \{1, 2, \dots\}$, number of factors, at most 2^53.

    Returns: the weight.

    Raises:
        ValueError: if `ratio` is not a finite number above zero or `depth` is not a positive integer.
    """
    ratio, depth = finite_float("ratio", ratio, positive=True), natural("depth", depth, least=1, most=_MOST_LAYERS)
    return math.exp(math.log(ratio) / depth)


def first_gradient(w: float, depth: int, x: float, y: float) -> float:
    r"""Return the derivative of half the squared error by the first layer's weight, all weights being `w`.

    $$ \frac{\partial \mathcal{L}}{\partial \theta_1} = (w^{L} x - y) \cdot w^{L-1} x $$

    Args:
        w: $w \in \mathbb{R}$, the weight of every layer, the first included.
        depth: $L \in \{1, 2, \dots\}$, number of layers.
        x: $x \in \mathbb{R}$, the input.
        y: $y \in \mathbb{R}$, the target of the output.

    Returns: the derivative, the other weights being held fixed.

    Raises:
        ValueError: if an argument is not finite or not a number, `depth` is not a positive integer, or a power of `w`
            or the result leaves the normal range of float64.
    """
    depth, x, y = natural("depth", depth, least=1), finite_float("x", x), finite_float("y", y)
    error = factor(w, depth) * x - y
    slope = factor(w, depth - 1) * x
    return _normal(error * slope, exact_zero=error == 0 or slope == 0)


def tied_derivative(w: float, depth: int) -> float:
    r"""Return the derivative of the power by one weight that all layers share.

    $$ \frac{d}{dw} w^{L} = \sum_{k=1}^{L} w^{k-1} \cdot 1 \cdot w^{L-k} = L \cdot w^{L-1} $$

    Args:
        w: $w \in \mathbb{R}$, the shared weight.
        depth: $L \in \{0, 1, \dots\}$, number of layers.

    Returns: the derivative; zero for no layer.

    Raises:
        ValueError: if an argument is not finite, not a number, or `depth` is negative; if the power or the result is
            not zero and leaves the normal range of float64.
    """
    if natural("depth", depth) == 0:
        finite_float("w", w)
        return 0.0
    power = factor(w, depth - 1)
    return _normal(depth * power, exact_zero=power == 0)


def tied_peak(w: float) -> float:
    r"""Return the depth at or just below which the shared weight's derivative is largest.

    $$ L^{*} = \frac{1}{1 - \lvert w \rvert} $$

    The largest integer not above it is the depth of the peak. Where it is itself whole, the depth before ties with it.

    Args:
        w: $w \in (-1, 1)$, the shared weight.

    Returns: a real number of layers, at least 1.

    Raises:
        ValueError: if the magnitude of `w` is not below 1: the derivative then grows without end.
    """
    if not abs(finite_float("w", w)) < 1:
        raise ValueError(f"`w` must have a magnitude below 1 for L·|w|^(L−1) to have a peak, but is {w!r}")
    return 1 / (1 - abs(w))


def geometric_mean(factors: ArrayLike) -> float:
    r"""Return the one factor that, used at every layer, gives a product of the same magnitude.

    $$ \left( \prod_{k=1}^{L} \lvert f_k \rvert \right)^{1/L}
    = \exp \left( \frac{1}{L} \sum_{k=1}^{L} \ln \lvert f_k \rvert \right) $$

    Args:
        factors: $f \in \mathbb{R}^L$, one factor a layer, at least one; equally likely values serve as well.

    Returns: the geometric mean of the magnitudes; zero as soon as one factor is zero.

    Raises:
        ValueError: if `factors` is empty, has not exactly one axis, or holds anything but finite real numbers.
    """
    magnitudes = np.abs(real_array("factors", factors, ndim=1))
    if magnitudes.size == 0:
        raise ValueError("`factors` must hold at least one factor, but is empty")
    if not magnitudes.all():
        return 0.0
    largest = magnitudes.max()  # taken out first, so that the exponential cannot overflow
    return float(largest * np.exp(np.mean(np.log(magnitudes) - np.log(largest))))


def quantile(chance: float, low: float, high: float, depth: int) -> float:
    r"""Return a quantile of the product of random factors, `low` or `high` with equal chance at each layer.

    The product is $a^{L-k} b^{k}$ where $k$ of the $L$ factors are the high one, and $k$ is binomial: the quantile
    is exact, no sample is drawn.

    Args:
        chance: $p \in (0, 1)$, the chance that the product does not exceed the quantile; 0.5 asks for the median.
        low: $a \in (0, \infty)$, the low factor.
        high: $b \in (0, \infty)$, the high factor, at least `low`.
        depth: $L \in \{0, 1, \dots\}$, number of factors, at most 1000.

    Returns: the smallest product that is not exceeded with at least that chance.

    Raises:
        ValueError: if `chance` is not between 0 and 1, the factors are not positive, finite and in order, `depth` is
            not in its range, or the product leaves the normal range of float64.

    Source: Redner, Random multiplicative processes: an elementary tutorial (1990), https://doi.org/10.1119/1.16497
    """
    low, high, depth = _two_factors(low, high, depth)
    needed, total = Fraction(_chance(chance)) * 2**depth, 0
    highs = 0
    while (total := total + math.comb(depth, highs)) < needed:
        highs += 1
    return _rounded(Fraction(low) ** (depth - highs) * Fraction(high) ** highs)


def count_chances(chance: float, depth: int) -> NDArray[np.float64]:
    r"""Return how likely each count of high factors is when every layer has one with the same chance.

    $$ \binom{L}{k} q^{k} (1 - q)^{L-k} $$

    Args:
        chance: $q \in (0, 1)$, the chance of a high factor at one layer.
        depth: $L \in \{0, 1, \dots\}$, number of factors, at most 1000.

    Returns: shape (depth + 1,), the chance of $k$ high factors at index $k$, each summed in integers and rounded once.

    Raises:
        ValueError: if `chance` is not between 0 and 1 or `depth` is not in its range.
    """
    q, depth = Fraction(_chance(chance)), natural("depth", depth, most=_MOST_RANDOM_LAYERS)
    high, both = q.as_integer_ratio()
    ways = (math.comb(depth, k) * high**k * (both - high) ** (depth - k) for k in range(depth + 1))
    return np.array([count / both**depth for count in ways])


def chance_below_one(low: float, high: float, depth: int) -> float:
    r"""Return the chance that the product of factors `low` or `high`, equally likely at each layer, is below one.

    $$ P = \frac{1}{2^{L}} \sum_{k=0}^{m} \binom{L}{k} $$

    Here $m$ is the largest number of high factors with which the product is still below one.

    Args:
        low: $a \in (0, \infty)$, the low factor.
        high: $b \in (0, \infty)$, the high factor, at least `low`.
        depth: $L \in \{0, 1, \dots\}$, number of factors, at most 1000.

    Returns: the chance, summed in integers and rounded once.

    Raises:
        ValueError: if the factors are not positive, finite and in order, or `depth` is not in its range.
    """
    low, high, depth = _two_factors(low, high, depth)
    count = sum(math.comb(depth, highs) for highs in range(_highs_to_one(low, high, depth)))
    return float(Fraction(count, 2**depth))


def share_of_rare(low: float, high: float, depth: int) -> float:
    r"""Return the share of the mean product that the draws contribute whose product is one or more.

    $$ S = \frac{1}{(a + b)^{L}} \sum_{k=m+1}^{L} \binom{L}{k} a^{L-k} b^{k} $$

    Here $m$ is the largest number of high factors with which the product is still below one.

    Args:
        low: $a \in (0, \infty)$, the low factor.
        high: $b \in (0, \infty)$, the high factor, at least `low`.
        depth: $L \in \{0, 1, \dots\}$, number of factors, at most 1000.

    Returns: the share, between 0 and 1, summed in integers and rounded once.

    Raises:
        ValueError: if the factors are not positive, finite and in order, or `depth` is not in its range.
    """
    low, high, depth = _two_factors(low, high, depth)
    ratio = Fraction(high) / Fraction(low)
    a, b = ratio.denominator, ratio.numerator
    first = _highs_to_one(low, high, depth)
    part = sum(math.comb(depth, highs) * a ** (depth - highs) * b**highs for highs in range(first, depth + 1))
    return float(Fraction(part, (a + b) ** depth))


def number_range(dtype: str) -> tuple[float, float, float]:
    r"""Return the smallest subnormal, the smallest normal and the largest finite number of a floating-point format.

    With a significand of $p$ bits and a largest exponent $E$ they are $2^{2-E-p}$, $2^{1-E}$ and $(2 - 2^{1-p}) 2^{E}$.

    Args:
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns: the three numbers, exactly.

    Raises:
        ValueError: for any other format.

    Source: IEEE 754-2019, https://doi.org/10.1109/IEEESTD.2019.8766229 (bfloat16: float32 with 16 bits cut off).
    """
    bits, top = _format(dtype)
    return 2.0 ** (2 - top - bits), 2.0 ** (1 - top), (2 - 2.0 ** (1 - bits)) * 2.0**top


def overflow_depth(w: float, dtype: str) -> int:
    r"""Return the first depth at which the magnitude of the power rounds to infinity.

    Rounding to nearest does so from half a unit beyond the largest number on, $(2 - 2^{-p}) 2^{E}$.

    Args:
        w: the slope of one layer, of magnitude above 1.
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns: the depth; exact unless the crossing lies within some 1e-15 of its relative size of a whole number.

    Raises:
        ValueError: if `w` is not a finite number of magnitude above 1, or the format is unknown.
    """
    bits, top = _format(dtype)
    if not abs(finite_float("w", w)) > 1:
        raise ValueError(f"`w` must have a magnitude above 1 to overflow, but is {w!r}")
    return math.ceil((top + 1 + math.log2(1 - 2.0 ** (-bits - 1))) / math.log2(abs(w)))


def subnormal_depth(w: float, dtype: str) -> int:
    r"""Return the first depth at which the power is below the smallest normal number, so that digits are lost.

    Args:
        w: the slope of one layer, of magnitude between 0 and 1.
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns: the depth; exact unless the crossing lies within some 1e-15 of its relative size of a whole number.

    Raises:
        ValueError: if `w` is not a number of magnitude between 0 and 1, or the format is unknown.
    """
    _, top = _format(dtype)
    return math.floor(_halvings(1 - top, w)) + 1


def zero_depth(w: float, dtype: str) -> int:
    r"""Return the first depth at which the power rounds to zero: at most half the smallest subnormal number.

    Args:
        w: the slope of one layer, of magnitude between 0 and 1.
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns: the depth; exact unless the crossing lies within some 1e-15 of its relative size of a whole number.

    Raises:
        ValueError: if `w` is not a number of magnitude between 0 and 1, or the format is unknown.
    """
    bits, top = _format(dtype)
    return math.ceil(_halvings(1 - top - bits, w))


def lost_depth(w: float, dtype: str) -> int:
    r"""Return the first depth at which adding the power to a weight of 1 leaves the weight unchanged.

    Rounding to nearest drops whatever is at most half the spacing above one, $2^{-p}$.

    Args:
        w: the slope of one layer, of magnitude between 0 and 1.
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns: the depth; exact unless the crossing lies within some 1e-15 of its relative size of a whole number.

    Raises:
        ValueError: if `w` is not a number of magnitude between 0 and 1, or the format is unknown.
    """
    bits, _ = _format(dtype)
    return math.ceil(_halvings(-bits, w))


def running_product(w: float, depth: int, dtype: str) -> float:
    r"""Return what comes out when a program multiplies 1 by `w` again and again, rounding to `dtype` every time.

    Args:
        w: the slope of one layer; it is rounded to `dtype` first.
        depth: number of multiplications, at most a million.
        dtype: "float16", "float32" or "float64".

    Returns: the product as rounded, which may be infinite, zero, or stuck at a subnormal number that never falls.

    Raises:
        ValueError: if `w` is not a finite number, `depth` is not in its range or the format is unknown to NumPy.
    """
    if _format(dtype) == _FORMATS["bfloat16"]:
        raise ValueError("`dtype` must be float16, float32 or float64: NumPy does not multiply in bfloat16")
    kind = np.dtype(dtype).type
    with np.errstate(over="ignore", under="ignore"):  # rounding to infinity and zero is what this function shows
        step, product = kind(finite_float("w", w)), kind(1)
        for _ in range(natural("depth", depth, most=10**6)):
            product = kind(product * step)
    return float(product)


def _normal(value: float, *, exact_zero: bool) -> float:
    """Return `value` unless float64 lost it to an infinity, a subnormal number or a zero that is not exact."""
    if exact_zero or sys.float_info.min <= abs(value) <= sys.float_info.max:
        return value
    raise ValueError("the result leaves the normal range of float64; `log10_magnitude` gives the power at any depth")


def _rounded(exact: Fraction) -> float:
    """Return the float64 nearest to `exact`, which is not zero, if it is a normal number."""
    try:
        value = float(exact)
    except OverflowError:
        value = math.inf
    return _normal(value, exact_zero=False)


def _chance(value: float) -> float:
    chance = finite_float("chance", value, positive=True)
    if chance >= 1:
        raise ValueError(f"`chance` must be below 1, but is {chance!r}")
    return chance


def _two_factors(low: float, high: float, depth: int) -> tuple[float, float, int]:
    low, high = finite_float("low", low, positive=True), finite_float("high", high, positive=True)
    if low > high:
        raise ValueError(f"`low` must not exceed `high`, but {low!r} exceeds {high!r}")
    return low, high, natural("depth", depth, most=_MOST_RANDOM_LAYERS)


def _highs_to_one(low: float, high: float, depth: int) -> int:
    """Return how many high factors the product needs to reach one; depth + 1 if it never does. Exact, in integers."""
    (a, c), (b, d) = Fraction(low).as_integer_ratio(), Fraction(high).as_integer_ratio()

    def reaches(highs: int) -> bool:
        return bool(b**highs * a ** (depth - highs) >= d**highs * c ** (depth - highs))

    return bisect_left(range(depth + 1), True, key=reaches)


def _format(dtype: str) -> tuple[int, int]:
    """Return the bits of the significand and the largest exponent of a format."""
    if dtype not in _FORMATS:
        raise ValueError(f"`dtype` must be one of {', '.join(_FORMATS)}, but is {dtype!r}")
    return _FORMATS[dtype]


def _halvings(power_of_two: int, w: float) -> float:
    """Return the depth, a real number, at which the magnitude of the power is two to `power_of_two`."""
    if not 0 < abs(finite_float("w", w)) < 1:
        raise ValueError(f"`w` must have a magnitude between 0 and 1 to vanish, but is {w!r}")
    return power_of_two / math.log2(abs(w))
