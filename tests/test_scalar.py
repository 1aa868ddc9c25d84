"""The chapter *scalar*: its derivation step by step, its library against independent truth, and what it refuses."""

import inspect
import json
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradients import _checks, scalar

REFERENCE = json.loads((Path(__file__).parent / "data" / "scalar.json").read_text())
NUMPY_FORMATS = ["float16", "float32", "float64"]

weights = st.floats(-2, 2).filter(lambda w: w == 0 or abs(w) > 0.01)
depths = st.integers(0, 60)


def central(function: Callable[[float], float], at: float) -> float:
    """Return the slope of `function` between two near points, with an error of the fourth order in their distance."""
    h = 1e-4
    near, far = function(at + h) - function(at - h), function(at + 2 * h) - function(at - 2 * h)
    return (8 * near - far) / (12 * h)


def forward(z: float, weights: list[float]) -> float:
    """Run the linear chain z ← w·z layer by layer."""
    for w in weights:
        z = w * z
    return z


# The derivation, one test a step. A test's docstring carries the equation that it verifies.


@pytest.mark.parametrize("w", [-1.1, -0.3, 0.0, 0.9, 1.0, 1.1])
def test_slope_of_one_layer(w: float) -> None:
    r"""The slope of one linear layer is its weight.

    $$ \frac{\partial z_k}{\partial z_{k-1}} = w $$

    For $w \in [-2, 2]$ and $z_{k-1} \in [-2, 2]$, where $z_k = w z_{k-1}$.
    """
    assert central(lambda z: forward(z, [w]), 0.7) == pytest.approx(w, rel=1e-10, abs=1e-12)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=8))
def test_chain_rule_multiplies_the_slopes(ws: list[float]) -> None:
    r"""The slope of the whole chain is the product of the layers' slopes.

    For $L \in \{2, \dots, 9\}$, $w_1, \dots, w_L \in \mathbb{R}$, $z_0 \in \mathbb{R}$, where $z_k = w_k z_{k-1}$:
    $$ \frac{\partial z_L}{\partial z_0} = \frac{\partial z_L}{\partial z_{L-1}} \cdot
    \frac{\partial z_{L-1}}{\partial z_{L-2}} \cdots \frac{\partial z_1}{\partial z_0} $$
    """
    slopes = [central(lambda z, w=w: forward(z, [w]), 0.7) for w in ws]
    assert central(lambda z: forward(z, ws), 0.7) == pytest.approx(math.prod(slopes), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(("w", "depth"), list(product([-1.1, 0.5, 0.9, 1.0, 1.1], [1, 2, 7, 50])))
def test_slope_from_the_first_layer(w: float, depth: int) -> None:
    r"""From the first layer's output, and so from its weight, one factor less lies on the way.

    $$ \frac{\partial z_L}{\partial z_1} = w^{L-1}, \qquad \frac{\partial z_L}{\partial \theta_1} = w^{L-1} x $$

    For $w \in [0.2, 2]$, $L \in \{2, \dots, 12\}$, $x \in [-2, 2]$ and $\theta_1 \in [-2, 2]$, where $z_1 = \theta_1 x$
    and $z_L = w^{L-1} z_1$.
    """
    x, later = 0.7, [w] * (depth - 1)
    assert central(lambda z: forward(z, later), 1.3) == pytest.approx(scalar.factor(w, depth - 1), rel=1e-8, abs=0)
    assert central(lambda theta: forward(x, [theta, *later]), w) == pytest.approx(
        scalar.factor(w, depth - 1) * x, rel=1e-8, abs=0
    )
    if abs(w) != 1:  # the usual miscount is caught
        assert central(lambda z: forward(z, later), 1.3) != pytest.approx(scalar.factor(w, depth), rel=0.05, abs=0)


@pytest.mark.parametrize(("w", "layer"), list(product([-1.1, 0.5, 0.9, 1.1], range(1, 13))))
def test_every_weight_has_the_same_slope(w: float, layer: int) -> None:
    r"""What the signal loses on its way in, the derivative need not lose on its way back: the sum of both is fixed.

    For $w \in [0.2, 2]$, $x \in [-2, 2]$, $L \in \{12, \dots, 20\}$ and $k \in \{1, \dots, 12\}$.

    $$ \frac{\partial z_L}{\partial \theta_k} = w^{L-k} \cdot w^{k-1} x = w^{L-1} x $$

    The weight of layer k is $\theta_k \in [-2, 2]$, so that $z_L = w^{L-1} x \theta_k$.
    """
    x, depth = 0.7, 12
    slope = central(lambda theta: forward(x, [w] * (layer - 1) + [theta] + [w] * (depth - layer)), w)
    assert slope == pytest.approx(scalar.factor(w, depth - 1) * x, rel=1e-8, abs=0)
    entering = forward(x, [w] * (layer - 1))
    assert slope == pytest.approx(scalar.factor(w, depth - layer) * entering, rel=1e-8, abs=0)


@given(st.lists(st.floats(0.1, 2), min_size=1, max_size=12))
def test_weight_times_its_slope_is_the_output(ws: list[float]) -> None:
    """Where the weights differ, each weight times its own derivative is still the same number: the output."""
    output = forward(0.7, ws)
    for k, w in enumerate(ws):
        slope = central(lambda theta, k=k: forward(0.7, [*ws[:k], theta, *ws[k + 1 :]]), w)
        assert w * slope == pytest.approx(output, rel=1e-7, abs=0)


@pytest.mark.parametrize(("w", "depth", "y"), list(product([-1.1, 0.9, 1.0, 1.1], [1, 5, 50], [-1.0, 0.0, 2.0])))
def test_loss_is_one_more_factor(w: float, depth: int, y: float) -> None:
    r"""The loss's own slope multiplies the slope of the chain.

    $$ \frac{\partial \mathcal{L}}{\partial \theta_1}
    = \frac{\partial \mathcal{L}}{\partial z_L} \cdot \frac{\partial z_L}{\partial \theta_1} $$

    For $w \in [0.2, 2]$, $L \in \{2, \dots, 12\}$, $x \in [-2, 2]$, $y \in [-2, 2]$ and $\theta_1 \in [-2, 2]$,
    where $\mathcal{L} = (z_L - y)^2 / 2$ and $z_L = w^{L-1} x \theta_1$.
    """
    x, later = 0.7, [w] * (depth - 1)

    def loss(theta: float) -> float:
        return (forward(x, [theta, *later]) - y) ** 2 / 2

    expected = scalar.first_gradient(w, depth, x, y)
    assert central(loss, w) == pytest.approx(expected, rel=1e-7, abs=1e-9)
    assert central(lambda z: (z - y) ** 2 / 2, forward(x, [w] * depth)) * central(
        lambda theta: forward(x, [theta, *later]), w
    ) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("w", [-1.5, -1.0, -0.5, 0.0, 0.9, 1.0, 1.1, 1.5])
def test_limit_of_the_magnitude(w: float) -> None:
    r"""The magnitude has a limit for every weight, decided by which side of one its magnitude lies.

    For $w \in \mathbb{R}$:
    $$ \lim_{L \to \infty} \lvert w \rvert^{L} = \begin{cases} 0 & \lvert w \rvert < 1 \\
    1 & \lvert w \rvert = 1 \\ \infty & \lvert w \rvert > 1 \end{cases} $$
    """
    logs = [scalar.log10_magnitude(w, 10**k) for k in range(7)]
    if abs(w) == 1:
        assert logs == [0.0] * 7
    else:  # monotone, and past any bound: a thousand decades at a depth of a million
        assert logs == sorted(logs, reverse=abs(w) < 1)
        assert logs[-1] > 1000 if abs(w) > 1 else logs[-1] < -1000
    assert scalar.limit(abs(w)) == (0 if abs(w) < 1 else 1 if abs(w) == 1 else math.inf)


@given(st.floats(-0.9, 2), st.integers(0, 60))
def test_exponential_bound(epsilon: float, depth: int) -> None:
    r"""A power of one plus a little stays below the exponential of their product.

    For $\varepsilon \in [-0.9, 2]$ and $L \in \{0, \dots, 60\}$.

    $$ (1 + \varepsilon)^{L} \le e^{\varepsilon L} $$
    """
    assert scalar.factor(1 + epsilon, depth) <= math.exp((1 + epsilon - 1) * depth) * (1 + 1e-12)


@pytest.mark.parametrize("c", [-5.0, -1.0, 0.0, 1.0, 5.0])
def test_limit_with_depth_times_distance_fixed(c: float) -> None:
    r"""When the distance to one shrinks as one over the depth, the power tends to a number of its own.

    $$ \lim_{L \to \infty} \left( 1 + \frac{c}{L} \right)^{L} = e^{c} $$

    For $c \in [-3, 3]$.
    """
    errors = [abs(scalar.factor(1 + c / depth, depth) / math.exp(c) - 1) for depth in (10**2, 10**4, 10**6)]
    assert errors[2] < 2e-5
    assert c == 0 or errors[0] > 10 * errors[1] > 100 * errors[2]


@given(st.floats(-2, 2), st.integers(1, 12))
def test_product_rule_one_term_a_place(w: float, depth: int) -> None:
    r"""The product rule differentiates one factor at a time; all the terms are equal.

    For $w \in [-2, 2]$ and $L \in \{1, \dots, 12\}$.

    $$ \frac{d}{dw} w^{L} = \sum_{k=1}^{L} w^{k-1} \cdot 1 \cdot w^{L-k} = L \cdot w^{L-1} $$
    """
    exact = Fraction(w)
    terms = sum(exact ** (k - 1) * 1 * exact ** (depth - k) for k in range(1, depth + 1))
    assert terms == depth * exact ** (depth - 1)
    assert central(lambda v: forward(1.0, [v] * depth), w) == pytest.approx(float(terms), rel=1e-6, abs=1e-6)


@given(st.integers(1, 10_000), st.floats(0.01, 2))
def test_growth_of_the_tied_derivative(depth: int, w: float) -> None:
    r"""From one depth to the next the shared weight's derivative changes by the weight times a little more than one.

    For $w \in [0.01, 2]$ and $L \in \{1, \dots, 50\}$.

    $$ \frac{(L + 1) \cdot w^{L}}{L \cdot w^{L-1}} = \left( 1 + \frac{1}{L} \right) \cdot w $$
    """
    exact = Fraction(w)
    assert (depth + 1) * exact**2 / (depth * exact) == (1 + Fraction(1, depth)) * exact
    if depth < 50:
        ratio = scalar.tied_derivative(w, depth + 1) / scalar.tied_derivative(w, depth)
        assert ratio == pytest.approx((1 + 1 / depth) * w, rel=1e-12)


@given(st.floats(0.01, 2), st.integers(1, 50))
def test_logarithm_of_the_tied_derivative(w: float, depth: int) -> None:
    """In logs, sharing adds the logarithm of the depth to a straight line."""
    derivative = scalar.tied_derivative(w, depth)
    assert math.log(derivative) == pytest.approx(math.log(depth) + (depth - 1) * math.log(w), rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=20))
def test_arithmetic_mean_bounds_the_product(factors: list[float]) -> None:
    r"""No product exceeds the power of the arithmetic mean; equal factors reach it.

    $$ \prod_{k=1}^{L} \lvert f_k \rvert \le \left( \frac{1}{L} \sum_{k=1}^{L} \lvert f_k \rvert \right)^{L} $$

    For $f \in \mathbb{R}^L$.
    """
    exact = [Fraction(f) for f in factors]
    assert math.prod(exact) <= (sum(exact) / len(exact)) ** len(exact)
    assert math.prod(exact[:1] * 5) == (sum(exact[:1] * 5) / 5) ** 5
    assert scalar.geometric_mean(factors) <= float(np.mean(factors)) * (1 + 1e-12)


@given(st.integers(0, 60), st.data())
def test_product_of_halves_and_three_halves(depth: int, data: st.DataObject) -> None:
    r"""Only the count of high factors matters, not their order.

    For $L \in \{0, \dots, 60\}$ and $k \in \{0, \dots, 60\}$.

    $$ \left( \frac{1}{2} \right)^{L-k} \cdot \left( \frac{3}{2} \right)^{k} = \frac{3^{k}}{2^{L}} $$
    """
    highs = data.draw(st.integers(0, depth))
    order = data.draw(st.permutations([0.5] * (depth - highs) + [1.5] * highs))
    assert math.prod(order) == pytest.approx(3**highs / 2**depth, rel=1e-13, abs=0)


@pytest.mark.parametrize("depth", [0, 1, 2, 10, 50])
def test_mean_product_is_one(depth: int) -> None:
    r"""Weighted with their chances, the products add up to one at every depth: the binomial theorem for 1 + 3.

    $$ \sum_{k=0}^{L} \frac{1}{2^{L}} \binom{L}{k} \cdot \frac{3^{k}}{2^{L}} = \frac{(1 + 3)^{L}}{4^{L}} = 1 $$

    For $L \in \{0, \dots, 20\}$.
    """
    assert sum(Fraction(math.comb(depth, k) * 3**k, 4**depth) for k in range(depth + 1)) == 1
    if depth <= 10:  # by brute force over all draws, with no binomial in it
        products = [math.prod(draw) for draw in product([Fraction(1, 2), Fraction(3, 2)], repeat=depth)]
        assert sum(products) / len(products) == 1


@pytest.mark.parametrize(("w", "depth"), list(product([0.5, 0.9, 0.99, 1.1], [1, 2, 50])))
def test_shared_bias(w: float, depth: int) -> None:
    r"""A bias that all layers share sums one power for each place; the last places never fade.

    For $w \in [0.1, 0.9]$ and $L \in \{1, \dots, 50\}$.

    $$ \frac{\partial z_L}{\partial b} = \sum_{k=1}^{L} w^{L-k} = \frac{1 - w^{L}}{1 - w} $$

    The chain starts at $z_0 \in [-2, 2]$ and goes on as $z_k = w z_{k-1} + b$, with $b \in [-2, 2]$.
    """

    def run(bias: float) -> float:
        z = 0.7
        for _ in range(depth):
            z = w * z + bias
        return z

    assert central(run, 0.2) == pytest.approx((1 - w**depth) / (1 - w), rel=1e-7)
    assert sum(scalar.factor(w, depth - k) for k in range(1, depth + 1)) == pytest.approx(central(run, 0.2), rel=1e-7)


# The library against independent truth.


@pytest.mark.parametrize("row", REFERENCE["scalar"], ids=lambda row: f"{row['w']}^{row['depth']}")
def test_powers_agree_with_the_reference(row: dict[str, str]) -> None:
    """Powers and their logarithms agree with numbers computed elsewhere in high precision."""
    w, depth = float(row["w"]), int(row["depth"])
    assert scalar.factor(w, depth) == pytest.approx(float(row["factor"]), rel=1e-14, abs=0)
    expected = -math.inf if row["log10_abs"] is None else float(row["log10_abs"])
    assert scalar.log10_magnitude(w, depth) == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("row", REFERENCE["large_scalar"], ids=lambda row: f"{row['w']}^{row['depth']}")
def test_deep_powers_are_answered_in_logs(row: dict[str, str]) -> None:
    """A depth of a million has a logarithm, and the power itself is refused, not rounded to zero or infinity."""
    w, depth = float(row["w"]), int(row["depth"])
    assert scalar.log10_magnitude(w, depth) == pytest.approx(float(row["log10_abs"]), rel=1e-14)
    with pytest.raises(ValueError, match="log10_magnitude"):
        scalar.factor(w, depth)


@given(weights, depths, depths)
def test_powers_add_their_depths(w: float, one: int, other: int) -> None:
    """Two chains in a row are one chain of their summed depth."""
    combined = scalar.factor(w, one) * scalar.factor(w, other)
    assert combined == pytest.approx(scalar.factor(w, one + other), rel=1e-13, abs=0)


@given(weights, depths)
def test_power_and_logarithm_agree(w: float, depth: int) -> None:
    """The logarithm is the power's, and the sign is the power's own affair."""
    power = scalar.factor(w, depth)
    expected = math.log10(abs(power)) if power else -math.inf
    assert scalar.log10_magnitude(w, depth) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert math.copysign(1, power) == (1 if depth % 2 == 0 or math.copysign(1, w) > 0 else -1)


@given(st.floats(-3, 3), st.integers(0, 300))
def test_every_power_is_right_or_refused(w: float, depth: int) -> None:
    """A power that float64 holds as a normal number, or an exact zero, is right; any other is refused."""
    exact = Fraction(w) ** depth
    if exact == 0 or Fraction(2) ** -1022 <= abs(exact) <= Fraction(np.finfo(float).max):
        assert scalar.factor(w, depth) == pytest.approx(float(exact), rel=1e-15, abs=0)
    else:
        with pytest.raises(ValueError, match="normal range"):
            scalar.factor(w, depth)


def test_the_ends_of_the_normal_range_are_within_it() -> None:
    """The smallest and the largest normal number of float64 are powers like any other, and 2^53 a depth like any other."""
    smallest, largest = np.finfo(float).smallest_normal, np.finfo(float).max
    assert scalar.factor(0.5, 1022) == scalar.factor(float(smallest), 1) == smallest
    assert scalar.factor(float(largest), 1) == largest
    assert scalar.log10_magnitude(0.1, 2**53) == -(2.0**53)
    with pytest.raises(ValueError, match="`depth` must be at most 9007199254740992"):
        scalar.log10_magnitude(0.1, 2**53 + 1)


def test_empty_and_zero_products() -> None:
    """No factor makes one, also of zeros; a zero factor makes an exact zero, whose logarithm is minus infinity."""
    assert scalar.factor(0, 0) == scalar.factor(0.3, 0) == 1
    assert scalar.factor(0, 3) == 0
    assert scalar.log10_magnitude(0, 0) == 0
    assert scalar.log10_magnitude(0, 3) == -math.inf
    assert scalar.tied_derivative(0, 0) == scalar.tied_derivative(0, 2) == 0
    assert scalar.tied_derivative(0, 1) == 1


@pytest.mark.parametrize(
    ("w", "expected"), [(-1.0000001, None), (-1, None), (-0.999, 0), (0, 0), (0.999, 0), (1, 1), (1.001, math.inf)]
)
def test_limit_of_the_power(w: float, expected: float | None) -> None:
    """The power has a limit above minus one; from there down its sign never settles."""
    assert scalar.limit(w) == expected if expected is not None else math.isnan(scalar.limit(w))
    even, odd = scalar.factor(w, 1000), scalar.factor(w, 1001)
    if expected is None:
        assert abs(even - odd) >= 2
    elif expected == 0:
        assert abs(scalar.log10_magnitude(w, 10**6)) > 400
    elif expected == 1:
        assert even == odd == 1
    else:
        assert odd > even > 1


@given(st.floats(0.01, 100), st.floats(0.05, 3).filter(lambda w: abs(w - 1) > 1e-3))
def test_depth_to_reach_inverts_the_power(ratio: float, w: float) -> None:
    """At the depth to reach a ratio the power is that ratio; the weight for that ratio takes a chain there."""
    depth = scalar.depth_to_reach(ratio, w)
    assert abs(w) ** depth == pytest.approx(ratio, rel=1e-9)
    assert scalar.depth_to_reach(ratio, -w) == depth
    assert scalar.factor(scalar.weight_for(ratio, 37), 37) == pytest.approx(ratio, rel=1e-12)


def test_half_life_and_doubling_depth() -> None:
    """Both follow from logarithms computed in high precision; a weight and its inverse mirror each other."""
    with mpmath.workdps(40):
        assert scalar.half_life(0.9) == pytest.approx(float(mpmath.log(2) / -mpmath.log(mpmath.mpf("0.9"))), rel=1e-14)
        assert scalar.doubling_depth(1.1) == pytest.approx(
            float(mpmath.log(2) / mpmath.log(mpmath.mpf("1.1"))), rel=1e-14
        )
    assert scalar.half_life(0.5) == scalar.doubling_depth(-2) == 1
    assert scalar.half_life(-0.9) == pytest.approx(scalar.doubling_depth(1 / 0.9), rel=1e-14)
    assert scalar.half_life(1 / 1.1) < scalar.doubling_depth(1.0999)


@given(st.floats(-1.5, 1.5), st.integers(0, 30))
def test_tied_derivative_against_differences(w: float, depth: int) -> None:
    """The shared weight's derivative is the slope of the power; the derivative of an untied weight is not."""
    slope = central(lambda v: forward(1.0, [v] * depth), w)
    if abs(w) > 0.05:
        assert scalar.tied_derivative(w, depth) == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_a_wrong_derivative_is_caught() -> None:
    """The check by differences tells the right derivative from the forgotten factor and from the miscounted power."""
    slope = central(lambda v: forward(1.0, [v] * 50), 0.9)
    assert scalar.tied_derivative(0.9, 50) == pytest.approx(slope, rel=1e-7)
    assert slope == pytest.approx(0.28632084, abs=5e-9)
    assert scalar.factor(0.9, 49) != pytest.approx(slope, rel=0.5)
    assert 50 * scalar.factor(0.9, 50) != pytest.approx(slope, rel=0.05)


def test_gradients_of_exactly_zero_are_no_underflow() -> None:
    """A gradient is zero where the error or the slope is; one that float64 would make zero or subnormal is refused."""
    assert scalar.first_gradient(1, 5, 0.7, 0.7) == 0
    assert scalar.first_gradient(0, 5, 0.7, 1) == scalar.first_gradient(0.9, 5, 0, 1) == 0
    for w, x, t in ((1, 1e-310, -1), (3e-308, 1, 2.9e-308), (1, 1e-200, 0)):
        with pytest.raises(ValueError, match="normal range"):
            scalar.first_gradient(w, 1, x, t)


@given(st.floats(-0.995, 0.995).filter(lambda w: abs(w) > 0.01))
def test_tied_peak_is_the_largest(w: float) -> None:
    """No depth has a larger derivative than the whole number at or just below the peak (in exact fractions)."""
    exact = Fraction(abs(w))
    peak = math.floor(1 / (1 - exact))
    assert abs(scalar.tied_peak(w) - 1 / (1 - exact)) < 1e-9
    value = Fraction(peak)
    for depth in (peak - 1, peak + 1):
        assert depth * exact ** (depth - peak) <= value if depth else value > 0


def test_tied_peak_of_nine_tenths_is_a_tie() -> None:
    """With nine tenths exactly, the ninth and the tenth depth tie, and all others are below."""
    values = {depth: depth * Fraction(9, 10) ** (depth - 1) for depth in range(1, 200)}
    assert [depth for depth in values if values[depth] == max(values.values())] == [9, 10]
    assert scalar.tied_peak(0.9) == pytest.approx(10, rel=1e-14)


@given(st.lists(st.floats(-1e3, 1e3).filter(lambda f: f == 0 or abs(f) > 1e-6), min_size=1, max_size=20))
def test_geometric_mean_replaces_every_factor(factors: list[float]) -> None:
    """The geometric mean, used at each layer, gives the product of the magnitudes."""
    exact = abs(math.prod(map(Fraction, factors)))
    mean = scalar.geometric_mean(factors)
    assert Fraction(mean) ** len(factors) == pytest.approx(exact, rel=1e-9, abs=0) if exact else mean == 0


def test_geometric_mean_survives_extremes() -> None:
    """Products far beyond float64 have an ordinary geometric mean; no warning is raised at either end of the range."""
    assert scalar.geometric_mean([1e300] * 500 + [1e-300] * 500) == pytest.approx(1, rel=1e-12)
    top = float(np.finfo(float).max)
    assert scalar.geometric_mean([top] * 7) == top
    assert scalar.geometric_mean([5e-324] * 3) == 5e-324
    assert scalar.geometric_mean([1, 2, 4]) == pytest.approx(2, rel=1e-15)


@pytest.mark.parametrize(
    ("low", "high", "depth"), [(0.5, 1.5, 12), (0.5, 2.0, 11), (0.9, 1.1, 10), (1.0, 1.5, 6), (0.5, 0.75, 6)]
)
def test_random_products_by_brute_force(low: float, high: float, depth: int) -> None:
    """Chance, share and quantiles equal a count over all draws of the factors."""
    draws = sorted(math.prod(map(Fraction, draw)) for draw in product([low, high], repeat=depth))
    assert scalar.chance_below_one(low, high, depth) == sum(p < 1 for p in draws) / len(draws)
    share = sum(p for p in draws if p >= 1) / sum(draws)
    assert scalar.share_of_rare(low, high, depth) == pytest.approx(float(share), rel=1e-15)
    for chance in (1e-9, 0.1, 0.5, 0.9, 1 - 1e-9):
        expected = draws[math.ceil(Fraction(chance) * len(draws)) - 1]
        assert scalar.quantile(chance, low, high, depth) == pytest.approx(float(expected), rel=1e-15, abs=0)


def test_products_that_never_reach_one() -> None:
    """Where both factors are below one, so is every product, at any depth; none carries a share of the mean."""
    assert [scalar.chance_below_one(0.8, 0.9, depth) for depth in (0, 1, 100, 1000)] == [0, 1, 1, 1]
    assert [scalar.share_of_rare(0.8, 0.9, depth) for depth in (0, 1, 100, 1000)] == [1, 0, 0, 0]


@pytest.mark.parametrize(("chance", "depth"), [(0.5, 0), (0.5, 7), (0.75, 7), (0.1, 12)])
def test_counts_by_brute_force(chance: float, depth: int) -> None:
    """The chance of a count is the summed chance of the draws that have it."""
    expected = [Fraction(0)] * (depth + 1)
    for draw in product([0, 1], repeat=depth):
        expected[sum(draw)] += math.prod(Fraction(chance) if high else 1 - Fraction(chance) for high in draw)
    assert scalar.count_chances(chance, depth) == pytest.approx([float(p) for p in expected], rel=1e-15, abs=0)
    assert scalar.count_chances(chance, 1000).sum() == pytest.approx(1, rel=1e-13)


def test_mean_is_carried_as_if_the_coin_were_tilted() -> None:
    """The share of the mean that each count carries is its chance under a coin that favours three halves by 3 to 1."""
    tilted, below = scalar.count_chances(0.75, 50), 32
    assert scalar.share_of_rare(0.5, 1.5, 50) == pytest.approx(tilted[below:].sum(), rel=1e-14)
    assert scalar.chance_below_one(0.5, 1.5, 50) == pytest.approx(
        scalar.count_chances(0.5, 50)[:below].sum(), rel=1e-14
    )


def test_typical_product_of_halves_and_three_halves() -> None:
    """At fifty layers the median is the power of the geometric mean, though the mean product is one."""
    assert scalar.quantile(0.5, 0.5, 1.5, 50) == 0.75**25
    assert scalar.geometric_mean([0.5, 1.5]) == pytest.approx(math.sqrt(0.75), rel=1e-15)
    assert scalar.chance_below_one(0.5, 1.5, 50) == float(Fraction(sum(math.comb(50, k) for k in range(32)), 2**50))
    assert scalar.share_of_rare(0.5, 1.5, 50) == pytest.approx(0.9713, abs=5e-5)


def test_sampled_products_scatter_around_the_median() -> None:
    """Drawn products have the exact median and quantiles on a log scale; their sample mean is not asserted."""
    logs = np.array([0.5, 1.5])[np.random.default_rng(1).integers(0, 2, size=(20_000, 50))]
    sample = np.log10(logs).sum(axis=1)
    for chance in (0.1, 0.5, 0.9):  # the lattice of products has steps of log10(3)
        assert (
            abs(np.quantile(sample, chance) - math.log10(scalar.quantile(chance, 0.5, 1.5, 50))) <= math.log10(3) + 1e-9
        )
    assert abs((sample < 0).mean() - scalar.chance_below_one(0.5, 1.5, 50)) < 0.006


# Floating point.


@pytest.mark.parametrize("dtype", NUMPY_FORMATS)
def test_ranges_are_those_of_numpy(dtype: str) -> None:
    """The ends of a format, computed from its bits, are those NumPy reports."""
    info = np.finfo(dtype)
    assert scalar.number_range(dtype) == (float(info.smallest_subnormal), float(info.smallest_normal), float(info.max))


def test_bfloat16_is_float32_cut_short() -> None:
    """The format bfloat16 keeps the exponents of float32; its largest number is float32's with the last bits cut."""
    bits = np.array(np.finfo(np.float32).max).view(np.uint32)
    largest = float((bits & np.uint32(0xFFFF0000)).view(np.float32))
    assert scalar.number_range("bfloat16")[2] == largest
    assert scalar.number_range("bfloat16")[1] == scalar.number_range("float32")[1]


@pytest.mark.parametrize("dtype", NUMPY_FORMATS)
@pytest.mark.parametrize("w", [0.3, 0.5, 0.75, 0.9, -0.95])
def test_small_depths_by_exact_powers(w: float, dtype: str) -> None:
    """Each depth is where an exact power, rounded by NumPy, first loses digits, vanishes, or no longer moves a one."""
    tiny = Fraction(float(np.finfo(dtype).smallest_normal))
    exact = Fraction(abs(w))

    def rounded(value: Fraction) -> float:
        """Round once to `dtype`: floor and remainder in units of the smallest subnormal, ties to even."""
        unit = Fraction(float(np.finfo(dtype).smallest_subnormal))
        return round(value / unit) * unit

    subnormal, zero = scalar.subnormal_depth(w, dtype), scalar.zero_depth(w, dtype)
    assert exact**subnormal < tiny <= exact ** (subnormal - 1)
    assert rounded(exact**zero) == 0 < rounded(exact ** (zero - 1))
    lost = scalar.lost_depth(w, dtype)
    spacing = Fraction(float(np.finfo(dtype).eps))
    assert round(exact**lost / spacing) == 0 < round(exact ** (lost - 1) / spacing)


@pytest.mark.parametrize("dtype", NUMPY_FORMATS)
@pytest.mark.parametrize("w", [1.01, 1.1, -1.5, 2.0, 3.0, 65519.0, 65521.0])  # 65520 decides in float16
def test_overflow_depth_by_exact_powers(w: float, dtype: str) -> None:
    """The power rounds to infinity at that depth and not one before; half a unit above the largest number decides."""
    info = np.finfo(dtype)
    threshold = Fraction(float(info.max)) + Fraction(2) ** (int(info.maxexp) - int(info.nmant) - 2)
    depth, exact = scalar.overflow_depth(w, dtype), Fraction(abs(w))
    assert exact ** (depth - 1) < threshold <= exact**depth


def test_known_depths_at_nine_and_eleven_tenths() -> None:
    """The depths of the chapter's two weights agree with a table computed elsewhere."""
    assert [scalar.overflow_depth(1.1, dtype) for dtype in NUMPY_FORMATS] == [117, 931, 7448]
    assert [scalar.subnormal_depth(0.9, dtype) for dtype in NUMPY_FORMATS] == [93, 829, 6724]


@pytest.mark.parametrize("dtype", NUMPY_FORMATS)
def test_rounding_every_time_sticks_above_zero(dtype: str) -> None:
    """Nine tenths multiplied again and again stops at a subnormal number, while halves reach zero.

    Both come out quietly, also where NumPy has been told to raise.
    """
    with np.errstate(all="raise"):
        stuck = scalar.running_product(0.9, 10_000, dtype)
        assert stuck == scalar.running_product(0.9, 20_000, dtype) > 0
        assert stuck / scalar.number_range(dtype)[0] in (4, 5)
        assert scalar.running_product(0.5, 10_000, dtype) == 0
        assert scalar.running_product(1.1, 10_000, dtype) == math.inf
    assert scalar.running_product(0.9, 50, dtype) == pytest.approx(0.9**50, rel=50 * float(np.finfo(dtype).eps))


# What is refused.

NOT_REAL = [True, 1j, "0.9", None, np.float32(0.9), np.float16(0.9), [0.9], math.nan, math.inf, 10**400]
NOT_A_DEPTH = [True, 2.0, -1, "3", None, np.float64(3), [3], 2**60]


@pytest.mark.parametrize("bad", NOT_REAL, ids=lambda bad: repr(bad)[:16])
@pytest.mark.parametrize(
    "call",
    [
        lambda w: scalar.factor(w, 2),
        lambda w: scalar.log10_magnitude(w, 2),
        lambda w: scalar.limit(w),
        lambda w: scalar.depth_to_reach(0.5, w),
        lambda w: scalar.half_life(w),
        lambda w: scalar.doubling_depth(w),
        lambda w: scalar.first_gradient(w, 2, 1, 1),
        lambda w: scalar.tied_derivative(w, 0),
        lambda w: scalar.tied_peak(w),
        lambda w: scalar.overflow_depth(w, "float32"),
        lambda w: scalar.zero_depth(w, "float32"),
        lambda w: scalar.running_product(w, 2, "float32"),
    ],
)
def test_weights_must_be_finite_real_numbers(call: Callable[[object], float], bad: object) -> None:
    """Whatever is not a finite real number of full precision is refused with the argument's name."""
    with pytest.raises(ValueError, match="`w` must"):
        call(bad)


@pytest.mark.parametrize("bad", NOT_A_DEPTH, ids=lambda bad: repr(bad)[:16])
@pytest.mark.parametrize(
    "call",
    [
        lambda depth: scalar.factor(0.9, depth),
        lambda depth: scalar.log10_magnitude(0.9, depth),
        lambda depth: scalar.weight_for(2, depth),
        lambda depth: scalar.first_gradient(0.9, depth, 1, 1),
        lambda depth: scalar.tied_derivative(0.9, depth),
        lambda depth: scalar.chance_below_one(0.5, 1.5, depth),
        lambda depth: scalar.share_of_rare(0.5, 1.5, depth),
        lambda depth: scalar.quantile(0.5, 0.5, 1.5, depth),
        lambda depth: scalar.count_chances(0.5, depth),
        lambda depth: scalar.running_product(0.9, depth, "float32"),
    ],
)
def test_depths_must_be_natural_numbers(call: Callable[[object], float], bad: object) -> None:
    """Whatever is not a natural number of layers within reach is refused with the argument's name."""
    with pytest.raises(ValueError, match="`depth` must"):
        call(bad)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scalar.depth_to_reach(0.5, -1), "neither 0 nor of magnitude 1"),
        (lambda: scalar.depth_to_reach(0.5, 0), "neither 0 nor of magnitude 1"),
        (lambda: scalar.depth_to_reach(0, 0.9), "`ratio` must be above zero"),
        (lambda: scalar.half_life(1), "to have a half-life"),
        (lambda: scalar.half_life(1.1), "to have a half-life"),
        (lambda: scalar.half_life(0), "to have a half-life"),
        (lambda: scalar.doubling_depth(1), "to have a doubling depth"),
        (lambda: scalar.weight_for(-2, 5), "`ratio` must be above zero"),
        (lambda: scalar.weight_for(2, 0), "`depth` must be 1 or more"),
        (lambda: scalar.first_gradient(0.9, 0, 1, 1), "`depth` must be 1 or more"),
        (lambda: scalar.first_gradient(1.1, 7000, 1, 0), "normal range of float64"),
        (lambda: scalar.first_gradient(1.1, 2, math.nan, 0), "`x` must be finite, but is nan"),
        (lambda: scalar.first_gradient(1.1, 2, 1, math.inf), "`y` must be finite"),
        (lambda: scalar.tied_derivative(2, 1024), "normal range of float64"),
        (lambda: scalar.tied_peak(-1), "to have a peak"),
        (lambda: scalar.geometric_mean([]), "at least one factor"),
        (lambda: scalar.geometric_mean([[1.0]]), "must have 1 axes"),
        (lambda: scalar.geometric_mean([1.0, math.nan]), "`factors` must be finite"),
        (lambda: scalar.quantile(1, 0.5, 1.5, 5), "`chance` must be below 1"),
        (lambda: scalar.quantile(0.5, 0.5, 0.5, 1000 + 24), "`depth` must be at most 1000"),
        (lambda: scalar.quantile(0.5, 1e-9, 1e-9, 50), "normal range of float64"),
        (lambda: scalar.quantile(0.5, 1e9, 1e9, 50), "normal range of float64"),
        (lambda: scalar.count_chances(1, 5), "`chance` must be below 1"),
        (lambda: scalar.quantile(0, 0.5, 1.5, 5), "`chance` must be above zero"),
        (lambda: scalar.chance_below_one(1.5, 0.5, 5), "must not exceed `high`"),
        (lambda: scalar.chance_below_one(0, 0.5, 5), "`low` must be above zero"),
        (lambda: scalar.chance_below_one(0.5, 0, 5), "`high` must be above zero"),
        (lambda: scalar.number_range("float8"), "`dtype` must be one of float16, bfloat16, float32, float64"),
        (lambda: scalar.overflow_depth(0.9, "float32"), "to overflow"),
        (lambda: scalar.overflow_depth(1, "float32"), "to overflow"),
        (lambda: scalar.subnormal_depth(1.0, "float32"), "to vanish"),
        (lambda: scalar.lost_depth(0.0, "float32"), "to vanish"),
        (lambda: scalar.running_product(0.9, 5, "bfloat16"), "NumPy does not multiply in bfloat16"),
        (lambda: scalar.running_product(0.9, 10**6 + 1, "float16"), "`depth` must be at most 1000000"),
        (lambda: scalar.factor(0.9, "3"), "`depth` must be an integer, but is '3' of type str"),
        (lambda: scalar.factor(0.9, [3]), "`depth` must be an integer, but is of type list"),
    ],
)
def test_refusals_say_what_would_be_right(call: Callable[[], float], message: str) -> None:
    """An argument outside a function's domain is refused with a sentence about that domain."""
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([True, 1.0], r"must hold real numbers \(int or float64\), but holds a bool"),
        (np.array([True]), "holds a bool|type is bool"),
        ([[1.0, 2.0], [3.0]], "rows of equal length"),
        (np.ones(2, dtype=np.float32), "type is float32"),
        (np.ones(2, dtype=np.longdouble), "type is float"),
        (np.ones(2, dtype=complex), "type is complex128"),
        (np.array([1, None]), "type is object"),
        (np.ma.array([1.0], mask=[True]), "without a mask"),
        ([1.0, math.inf], "must be finite"),
    ],
)
def test_arrays_of_anything_but_numbers_are_refused(value: object, message: str) -> None:
    """The shared array check takes integers and float64 and nothing else."""
    with pytest.raises(ValueError, match=message):
        _checks.real_array("g", value)


def test_arrays_are_checked_and_copied() -> None:
    """Integers become float64, the argument itself is never handed on, shapes are held to."""
    given_array = np.arange(3.0)
    returned = _checks.real_array("g", given_array, ndim=1, shape=(3,))
    returned[0] = 7
    assert given_array[0] == 0
    assert _checks.real_array("g", [1, 2]).dtype == np.float64
    assert math.isnan(_checks.real_array("g", [math.nan], finite=False)[0])
    with pytest.raises(ValueError, match=r"shape \(2,\), but its shape is \(3,\)"):
        _checks.real_array("g", given_array, shape=(2,))
    with pytest.raises(ValueError, match="must have 2 axes, but has 1"):
        _checks.real_array("g", given_array, ndim=2)


def test_every_public_function_is_documented() -> None:
    """Each public function says what it takes, returns and refuses."""
    functions = [f for name, f in inspect.getmembers(scalar, inspect.isfunction) if f.__module__ == scalar.__name__]
    public = [f for f in functions if not f.__name__.startswith("_")]
    assert len(public) >= 15
    for function in public:
        for part in ("Args:", "Returns:", "Raises:"):
            assert part in (function.__doc__ or ""), f"{function.__name__} lacks {part}"
