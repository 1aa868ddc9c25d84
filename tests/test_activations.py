"""The chapter *activations*: its derivation step by step, its library against independent truth, and what it refuses."""

import inspect
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradients import activations

REFERENCE = json.loads((Path(__file__).parent / "data" / "activations.json").read_text())
NAMES = ["logistic", "tanh", "relu", "linear"]
EXACT: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {  # in mpmath, each written in its own way
    "logistic": (lambda a: (1 + mpmath.tanh(a / 2)) / 2, lambda a: mpmath.sech(a / 2) ** 2 / 4),
    "tanh": (lambda a: 1 - 2 / (mpmath.exp(2 * a) + 1), lambda a: mpmath.sech(a) ** 2),
    "relu": (lambda a: (a + abs(a)) / 2, lambda a: mpmath.mpf(a > 0)),
    "linear": (lambda a: a, lambda a: mpmath.mpf(1)),
}

points = st.floats(-30, 30)


def central(function: Callable[[float], float], at: float) -> float:
    """Return the slope of `function` between near points, with an error of the fourth order in their distance."""
    h = 1e-3
    near, far = function(at + h) - function(at - h), function(at + 2 * h) - function(at - 2 * h)
    return (8 * near - far) / (12 * h)


def sigma(a: float) -> float:
    """Return the logistic function as a learner would type it."""
    return 1 / (1 + math.exp(-a))


def normal_mean(function: Callable[[Any], Any]) -> float:
    """Return the mean of a function of a standard normal number, by adaptive quadrature in high precision."""
    with mpmath.workdps(20):
        pieces = [-12, -3, -1, -0.2, -0.05, 0, 0.05, 0.2, 1, 3, 12]
        return float(mpmath.quad(lambda z: function(z) * mpmath.npdf(z), pieces))


# The derivation, one test a step. A test's docstring carries the equation that it verifies.


@pytest.mark.parametrize("row", REFERENCE["two_layer_sigmoid"], ids=lambda row: f"w2={row['w2']:.2f}")
def test_five_factors(row: dict[str, float]) -> None:
    """The five factors multiply to the derivative that automatic differentiation finds; each is a slope of its own."""
    w1, b1, w2, b2, x, y = (row[name] for name in ("w1", "b1", "w2", "b2", "x", "y"))
    factors = activations.first_weight_factors(w1, b1, w2, b2, x, y)
    assert math.prod(factors) == pytest.approx(row["dJ_dw1"], rel=1e-12)
    z1 = w1 * x + b1
    z2 = w2 * sigma(z1) + b2
    slopes = [
        central(lambda out: (out - y) ** 2 / 2, sigma(z2)),
        central(sigma, z2),
        central(lambda a: w2 * a + b2, sigma(z1)),
        central(sigma, z1),
        central(lambda w: w * x + b1, w1),
    ]
    assert factors == pytest.approx(slopes, rel=1e-9)
    assert factors[1] * factors[0] * sigma(z1) == pytest.approx(row["dJ_dw2"], rel=1e-12)


@given(points)
def test_derivative_of_the_logistic(a: float) -> None:
    r"""The derivative of the logistic function is its value times what its value lacks to one.

    For $a \in [-8, 8]$.

    $$ \frac{d}{da} \frac{1}{1 + e^{-a}} = \frac{e^{-a}}{(1 + e^{-a})^2}
    = \frac{1}{1 + e^{-a}} \cdot \left( 1 - \frac{1}{1 + e^{-a}} \right) $$
    """
    assert central(sigma, a) == pytest.approx(float(activations.logistic_slope(a)), rel=1e-6, abs=1e-10)
    assert math.exp(-a) / (1 + math.exp(-a)) ** 2 == pytest.approx(float(activations.logistic_slope(a)), rel=1e-13)
    assert sigma(a) * (1 - sigma(a)) == pytest.approx(float(activations.logistic_slope(a)), rel=1e-9, abs=1e-15)


@given(st.floats(0.001, 0.999))
def test_two_parts_of_one(s: float) -> None:
    r"""The geometric mean of two numbers that add up to one is at most their arithmetic mean, one half.

    For $z \in (0, 1)$.

    $$ \sqrt{z (1 - z)} \le \frac{z + (1 - z)}{2} = \frac{1}{2} $$
    """
    assert s * (1 - s) <= 0.25
    assert 0.25 - s * (1 - s) == pytest.approx((s - 0.5) ** 2, abs=1e-15)
    assert float(activations.logistic_slope(math.log(s / (1 - s)))) == pytest.approx(s * (1 - s), rel=1e-12)


@given(points)
def test_tails_of_the_logistic_slope(a: float) -> None:
    r"""The slope is even and falls at least as fast as an exponential on both sides.

    For $a \in [-30, 30]$.

    $$ \sigma'(a) = \frac{e^{-a}}{(1 + e^{-a})^2} = \frac{1}{(e^{a/2} + e^{-a/2})^2} \le e^{-\lvert a \rvert} $$
    """
    slope = float(activations.logistic_slope(a))
    assert slope == float(activations.logistic_slope(-a)) <= math.exp(-abs(a))
    assert slope == pytest.approx(1 / (math.exp(a / 2) + math.exp(-a / 2)) ** 2, rel=1e-13)


@given(st.floats(-8, 8))
def test_tanh_is_a_stretched_logistic(a: float) -> None:
    r"""The hyperbolic tangent is the logistic function, twice as fast and twice as high.

    For $a \in [-8, 8]$.

    $$ \tanh a = \frac{2}{1 + e^{-2a}} - 1, \qquad 1 - (\tanh a)^2 = \frac{4 e^{-2a}}{(1 + e^{-2a})^2} $$
    """
    assert float(activations.tanh(a)) == pytest.approx(2 * sigma(2 * a) - 1, abs=1e-15)
    assert float(activations.tanh_slope(a)) == pytest.approx(4 * float(activations.logistic_slope(2 * a)), rel=1e-14)
    assert float(activations.tanh_slope(a)) == pytest.approx(central(math.tanh, a), rel=1e-6, abs=1e-9)


@given(st.floats(-8, 8), st.floats(0, 1))
def test_cross_entropy_cancels_the_slope(z: float, y: float) -> None:
    r"""The slope of the cross-entropy has in its denominator what the output unit multiplies by.

    For $\hat{y} \in (0, 1)$ and $y \in [0, 1]$.

    $$ \left( \frac{1 - y}{1 - \hat{y}} - \frac{y}{\hat{y}} \right) \cdot \hat{y} (1 - \hat{y}) = \hat{y} - y $$
    """
    p = sigma(z)

    def loss(out: float) -> float:
        return -y * math.log(out) - (1 - y) * math.log(1 - out)

    slope = float(activations.cross_entropy_slope(z, y))
    with mpmath.workdps(40):
        exact = mpmath.diff(lambda out: -y * mpmath.log(out) - (1 - y) * mpmath.log(1 - out), mpmath.mpf(p))
    assert slope == pytest.approx(float(exact), rel=1e-7, abs=1e-9)
    assert slope * float(activations.logistic_slope(z)) == pytest.approx(p - y, abs=1e-12)
    assert float(activations.cross_entropy_gradient(z, y)) == pytest.approx(p - y, abs=1e-15)
    assert float(activations.cross_entropy_gradient(z, y)) == pytest.approx(
        central(lambda at: loss(sigma(at)), z), abs=1e-9
    )


@given(st.floats(-100, 100), st.floats(-3, 3), st.floats(-3, 3))
def test_a_factor_is_at_most_a_quarter_of_the_weight(w: float, a: float, b: float) -> None:
    r"""No input brings the factor of a logistic unit above a quarter of its weight.

    For $w \in [-100, 100]$, $z \in [-3, 3]$ and $b \in [-3, 3]$, where $\sigma'(x) = e^{-x} / (1 + e^{-x})^2$.

    $$ \lvert w \rvert \, \sigma'(w z + b) \le \frac{\lvert w \rvert}{4} $$
    """
    assert float(activations.amplification(a, w, b)) <= abs(w) / 4 * (1 + 1e-15)
    assert float(activations.amplification(a, w, -w * a)) == pytest.approx(abs(w) / 4, rel=1e-15)


@given(st.floats(4, 1e4))
def test_larger_root(w: float) -> None:
    r"""Of the two solutions the larger is at least one; the other is its inverse.

    $$ u = \frac{\sqrt{\lvert w \rvert} + \sqrt{\lvert w \rvert - 4}}{2} $$
    """
    root = (math.sqrt(abs(w)) + math.sqrt(abs(w) - 4)) / 2
    other = (math.sqrt(abs(w)) - math.sqrt(abs(w) - 4)) / 2
    assert root >= 1 >= other
    assert root * other == pytest.approx(1, rel=1e-9)
    assert root**2 - math.sqrt(w) * root + 1 == pytest.approx(0, abs=1e-11 * w)


@given(st.floats(4, 1e4))
def test_edge_of_the_window(w: float) -> None:
    r"""The edge solves a quadratic equation: the sum of a number and its inverse is the root of the weight.

    For $w \in [4, 10000]$, where $u = (\sqrt{w} + \sqrt{w - 4}) / 2$.

    $$ u + \frac{1}{u} = \sqrt{\lvert w \rvert} $$
    """
    u = (math.sqrt(w) + math.sqrt(w - 4)) / 2
    assert u + 1 / u == pytest.approx(math.sqrt(w), rel=1e-14)
    assert float(activations.amplification(2 * math.log(u) / w, w, 0)) == pytest.approx(1, rel=1e-12)


@given(st.floats(-8, 8))
def test_second_derivative_of_the_logistic(z: float) -> None:
    r"""The slope itself has a slope: minus it times the hyperbolic tangent of half the pre-activation.

    For $a \in [-8, 8]$, where $\sigma'(x) = e^{-x} / (1 + e^{-x})^2$.

    $$ \frac{d}{da} \sigma'(a) = -\sigma'(a) \tanh \frac{a}{2} $$
    """
    slope = central(lambda at: float(activations.logistic_slope(at)), z)
    assert slope == pytest.approx(-float(activations.logistic_slope(z)) * math.tanh(z / 2), abs=1e-10)


@given(st.floats(-8, 8))
def test_slope_of_the_width(z: float) -> None:
    r"""The width of the window stops growing where its edge times a hyperbolic tangent is one.

    For $a \in [-8, 8]$, where $\sigma'(x) = e^{-x} / (1 + e^{-x})^2$.

    $$ \frac{d}{da} (2 a \, \sigma'(a)) = 2 \sigma'(a) \left( 1 - a \tanh \frac{a}{2} \right) $$
    """
    slope = central(lambda at: 2 * at * float(activations.logistic_slope(at)), z)
    assert slope == pytest.approx(
        2 * float(activations.logistic_slope(z)) * (1 - z * math.tanh(z / 2)), rel=1e-7, abs=1e-9
    )


@pytest.mark.parametrize(("n", "c"), [(1, 2.0), (3, 0.5), (100, 0.05)])
def test_norm_of_equal_entries(n: int, c: float) -> None:
    r"""A matrix of equal entries stretches the vector of ones by their number times their size.

    $$ \lVert W \rVert_2 = n c, \qquad \frac{\lVert W \rVert_F}{\sqrt{n}} = \sqrt{n} \, c $$
    """
    matrix = np.full((n, n), c)
    assert np.linalg.norm(matrix, 2) == pytest.approx(n * c, rel=1e-12)
    assert np.linalg.norm(matrix) / math.sqrt(n) == pytest.approx(math.sqrt(n) * c, rel=1e-12)
    stretch = np.linalg.norm(matrix @ np.eye(n), axis=0)  # of each of a set of orthogonal directions
    assert np.sqrt(np.mean(stretch**2)) == pytest.approx(math.sqrt(n) * c, rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_mean_growth_in_a_random_layer(n: int) -> None:
    r"""A random layer multiplies a squared length, on average, by its weights' variance times the slopes' squares.

    $$ \mathbb{E} \lVert g D W \rVert^2 = \sigma_w^2 \sum_{i=1}^{n} \varphi'(a_i)^2 \, g_i^2 $$

    The mean is taken over all matrices of entries of one magnitude, which have the same variance.
    """
    g, slopes, scale = np.array([0.7, -1.2, 0.4])[:n], np.array([0.25, 0.1, 1.0])[:n], 1.7
    squares = [
        np.sum((g * slopes @ (scale / math.sqrt(n) * np.reshape(signs, (n, n)))) ** 2)
        for signs in itertools.product([-1.0, 1.0], repeat=n * n)
    ]
    assert np.mean(squares) == pytest.approx(scale**2 * np.sum(slopes**2 * g**2), rel=1e-12)


@pytest.mark.parametrize("q", [0.01, 1.0, 600.0])
def test_half_of_relu_is_open(q: float) -> None:
    r"""Half of the pre-activations are positive, so the mean square of the slope is one half, whatever their variance.

    $$ \mathbb{E} [\operatorname{ReLU}'(\sqrt{q} \, \xi)^2] = \frac{1}{2}, \qquad \sqrt{\chi_1} = \frac{\sigma_w}{\sqrt{2}} $$
    """
    assert float(activations.mean_square_slope("relu", q)) == pytest.approx(0.5, rel=1e-13)
    assert float(activations.mean_square("relu", q)) == pytest.approx(q / 2, rel=1e-13)
    assert activations.layer_gain("relu", [0.16, 1.0, 20.0]) == pytest.approx(
        [0.16 / math.sqrt(2), 1 / math.sqrt(2), 20 / math.sqrt(2)], rel=1e-13
    )


@pytest.mark.parametrize("alpha", [0.0, 0.01, 0.2, 1.0])
def test_gain_of_a_leaky_unit(alpha: float) -> None:
    r"""A leak adds its square to the half of the slopes that are open.

    $$ \sqrt{\chi_1} = \sigma_w \sqrt{\frac{1 + \alpha^2}{2}} $$
    """
    mean = normal_mean(lambda z: 1 if z > 0 else alpha**2)
    assert math.sqrt(mean) == pytest.approx(math.sqrt((1 + alpha**2) / 2), rel=1e-9)
    relu, linear = (float(activations.mean_square_slope(name, 1.0)) for name in ("relu", "linear"))
    assert relu + alpha**2 * (linear - relu) == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_centred_logistic_is_tanh(seed: int) -> None:
    r"""Without its mean a logistic layer is a layer of hyperbolic tangents with a quarter of the weights.

    For $W \in \mathbb{R}^{m \times n}$, $z \in \mathbb{R}^n$, where $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ 2 \sigma \left( W z - \tfrac{1}{2} W \mathbf{1} \right) - 1 = \tanh \left( \tfrac{1}{4} W (2 z - \mathbf{1}) \right) $$
    """
    rng = np.random.default_rng(seed)
    matrix, s = 3 * rng.standard_normal((6, 6)), rng.uniform(size=6)
    left = 2 * activations.logistic(matrix @ s - matrix @ np.full(6, 0.5)) - 1
    assert left == pytest.approx(np.tanh(matrix @ (2 * s - 1) / 4), abs=1e-14)
    pre = matrix @ (s - 0.5)
    jacobian = activations.logistic_slope(pre)[:, None] * matrix
    assert jacobian == pytest.approx(activations.tanh_slope(pre / 2)[:, None] * matrix / 4, rel=1e-12, abs=1e-15)


def test_gain_of_large_weights() -> None:
    r"""With growing weights a layer that saturates gains as the root of their scale.

    $$ \lim_{\sigma_w \to \infty} \frac{\chi_1}{\sigma_w} = \frac{1}{6 \sqrt{\pi}} $$
    """
    assert normal_mean(lambda z: mpmath.sech(250 * z) ** 4 / 16) * 500 * math.sqrt(2 * math.pi) == pytest.approx(
        1 / 6, rel=1e-4
    )
    errors = [6 * math.sqrt(math.pi) * float(activations.layer_gain("logistic", s)) ** 2 / s - 1 for s in (6, 12, 24)]
    assert errors[0] > errors[1] > errors[2] > 0
    assert errors[2] < 0.03
    tanh = [3 * math.sqrt(2 * math.pi) / 4 * float(activations.layer_gain("tanh", s)) ** 2 / s - 1 for s in (6, 12, 24)]
    assert tanh[0] > tanh[1] > tanh[2] > 0
    assert tanh[2] < 0.03


# The elementary functions against independent truth.


@pytest.mark.parametrize("row", REFERENCE["activations"], ids=lambda row: f"z={row['z']:.3g}")
def test_elementary_functions_agree_with_the_reference(row: dict[str, float]) -> None:
    """Functions and slopes agree with numbers computed elsewhere in high precision, also far from zero."""
    z = row["z"]
    assert activations.logistic(z) == pytest.approx(row["logistic"], rel=1e-15, abs=0)
    assert activations.logistic_slope(z) == pytest.approx(row["d_logistic"], rel=1e-15, abs=0)
    assert activations.tanh(z) == pytest.approx(row["tanh"], rel=1e-15, abs=0)
    assert activations.tanh_slope(z) == pytest.approx(row["d_tanh"], rel=1e-15, abs=0)


@pytest.mark.parametrize("name", NAMES)
@given(a=st.floats(-40, 40).filter(lambda a: a == 0 or abs(a) > 3e-3))
def test_functions_and_slopes_in_high_precision(name: str, a: float) -> None:
    """Each function and its slope keep their digits at every pre-activation, and belong together."""
    function, slope = activations.named(name)
    with mpmath.workdps(50):
        assert float(function(a)) == pytest.approx(float(EXACT[name][0](mpmath.mpf(a))), rel=1e-14, abs=0)
        assert float(slope(a)) == pytest.approx(float(EXACT[name][1](mpmath.mpf(a))), rel=1e-14, abs=0)
    if a != 0 or name != "relu":
        assert float(slope(a)) == pytest.approx(central(lambda at: float(function(at)), a), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_functions_keep_shapes_and_reach_far(name: str) -> None:
    """A function answers in the shape it is asked, without a warning, out to the ends of float64."""
    far = np.array([[-1e308, -800, 0], [0, 800, 1e308]])
    for part in activations.named(name):
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            assert part(far).shape == (2, 3)
            assert part(3).shape == ()
            assert part([]).shape == (0,)
        given_array = np.array([1.0, -2.0])
        part(given_array)[0] = 9
        assert given_array.tolist() == [1, -2]
    limits = {
        "logistic": (0, 1, 0, 0),
        "tanh": (-1, 1, 0, 0),
        "relu": (0, 1e308, 0, 1),
        "linear": (-1e308, 1e308, 1, 1),
    }
    function, slope = activations.named(name)
    ends = [*function([-1e308, 1e308]), *slope([-1e308, 1e308])]
    assert ends == list(limits[name])


def test_next_variance_is_that_of_a_wide_random_layer() -> None:
    """The next layer adds up many outputs of normal inputs: the squared scale times their mean square, an integral."""
    z = np.linspace(-12, 12, 100_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    outputs = {"logistic": 1 / (1 + np.exp(-np.sqrt(0.8) * z)), "tanh": np.tanh(np.sqrt(0.8) * z)}
    for name, output in outputs.items():
        expected = 1.5**2 * np.trapezoid(output**2 * density, z)
        assert activations.next_variance(name, 1.5, 0.8) == pytest.approx(expected, rel=1e-9)
    assert activations.next_variance("relu", [1, 2], 0.8) == pytest.approx([0.4, 1.6], rel=1e-12)
    settled = activations.stationary_variance("tanh", 1.5)
    assert activations.next_variance("tanh", 1.5, settled) == pytest.approx(settled, rel=1e-12)
    with pytest.raises(ValueError, match="`scale` must be 0.001 or more"):
        activations.next_variance("tanh", 0, 1)


def test_named_functions_are_those_of_the_module() -> None:
    """A name leads to the function of that name and to its slope."""
    for name in NAMES:
        assert activations.named(name) == (getattr(activations, name), getattr(activations, f"{name}_slope"))


def test_pieces_that_are_straight() -> None:
    """ReLU stops what is not positive and passes the rest; a linear layer passes everything."""
    assert activations.relu([-2.5, 0, 3]).tolist() == [0, 0, 3]
    assert activations.linear([-2.5, 0, 3]).tolist() == [-2.5, 0, 3]
    assert activations.linear_slope([-2.5, 0, 3]).tolist() == [1, 1, 1]
    for function in (activations.relu, activations.relu_slope, activations.linear, activations.linear_slope):
        assert function([1, 2]).dtype == np.float64


def test_slopes_are_largest_at_zero() -> None:
    """The logistic slope peaks at zero with a quarter, that of tanh with one; the kink of ReLU counts as closed."""
    a = np.linspace(-5, 5, 1001)
    for slope, peak in ((activations.logistic_slope, 0.25), (activations.tanh_slope, 1.0)):
        assert slope(0) == peak
        assert a[np.argmax(slope(a))] == pytest.approx(0, abs=1e-12)
        assert (np.sort(slope(a[500:]))[::-1] == slope(a[500:])).all()
    assert activations.relu_slope([-1e-9, 0, 1e-9]).tolist() == [0, 0, 1]


# One unit.


def test_output_of_a_confident_mistake() -> None:
    """At a pre-activation of minus six and a target of one the cross-entropy undoes the flat slope in full."""
    with mpmath.workdps(30):
        out = 1 / (1 + mpmath.exp(6))
        assert float(activations.cross_entropy_slope(-6, 1)) == pytest.approx(float(-1 / out), rel=1e-13)
        assert float(activations.cross_entropy_gradient(-6, 1)) == pytest.approx(float(out - 1), rel=1e-14)
        expected = float((out - 1) * out * (1 - out))
        assert float(activations.squared_error_gradient(-6, 1)) == pytest.approx(expected, rel=1e-14)
    assert activations.cross_entropy_gradient([40.0, -40.0], 1) == pytest.approx([-math.exp(-40), -1], rel=1e-12, abs=0)
    assert activations.cross_entropy_gradient([40.0, -40.0], 0) == pytest.approx([1, math.exp(-40)], rel=1e-12, abs=0)
    assert activations.cross_entropy_slope([700, -700], 0) == pytest.approx([math.exp(700), 1], rel=1e-12)
    assert activations.cross_entropy_slope([0, 1], 0.5).shape == (2,)


@given(st.floats(-8, 8), st.floats(0, 1))
def test_squared_error_against_differences(z: float, y: float) -> None:
    """Half the squared error of a logistic unit has the slope that its formula says."""
    slope = central(lambda at: (sigma(at) - y) ** 2 / 2, z)
    assert float(activations.squared_error_gradient(z, y)) == pytest.approx(slope, abs=1e-9)


@given(st.floats(-1, 1), st.floats(-30, 30), st.floats(-3, 3))
def test_amplification_is_the_slope_of_a_unit(a: float, w: float, b: float) -> None:
    """The gain of a unit is the magnitude of its slope by the input."""
    slope = central(lambda at: sigma(w * at + b), a)
    assert float(activations.amplification(a, w, b)) == pytest.approx(abs(slope), rel=1e-4, abs=1e-6)
    assert activations.amplification([a, a], w, b).shape == (2,)


@pytest.mark.parametrize("row", REFERENCE["sigmoid_window"]["widths"], ids=lambda row: f"w={row['w']}")
def test_widths_agree_with_the_reference(row: dict[str, Any]) -> None:
    """The width agrees with high precision, and with the share of a fine grid of inputs that is amplified."""
    w, width = row["w"], float(row["width"])
    assert activations.window_width([w, -w]) == pytest.approx([width, width], rel=1e-14, abs=1e-15)
    grid = np.linspace(-1, 1, 200_001)
    for b in (0.0, 0.3 * w, -0.5 * w):  # the bias moves the window and does not stretch it
        assert np.mean(activations.amplification(grid, w, b) > 1) * 2 == pytest.approx(width, abs=2e-5)


def test_window_opens_at_four() -> None:
    """Up to a magnitude of four there is no window; just above, it opens as a square root."""
    assert activations.window_width([[0.0, 1.0], [-4.0, 3.999]]).tolist() == [[0, 0], [0, 0]]
    with mpmath.workdps(40):
        w = mpmath.mpf(4 + 2**-30)
        exact = 4 / w * mpmath.acosh(mpmath.sqrt(w) / 2)
    assert float(activations.window_width(4 + 2**-30)) == pytest.approx(float(exact), rel=1e-14)
    assert float(activations.window_width(1e300)) == pytest.approx(2e-300 * math.log(1e300), rel=1e-12)


def test_widest_window_agrees_with_the_reference() -> None:
    """The peak agrees with high precision; no other weight has a wider window."""
    z, w, width = activations.widest_window()
    assert w == pytest.approx(float(REFERENCE["sigmoid_window"]["peak_w"]), rel=1e-13)
    assert width == pytest.approx(float(REFERENCE["sigmoid_window"]["peak_width"]), rel=1e-14)
    assert z * math.tanh(z / 2) == pytest.approx(1, rel=1e-14)
    assert float(activations.window_width(w)) == pytest.approx(width, rel=1e-14)
    assert max(activations.window_width(np.linspace(4, 40, 9999))) <= width


@given(st.floats(-2, 2).filter(lambda a: abs(a) > 0.01))
def test_no_weight_without_bias_exceeds_the_bound(a: float) -> None:
    """Without a bias no weight does better than the bound; the weight whose product with the input is z* reaches it."""
    bound = float(activations.largest_amplification(a))
    weights = np.geomspace(0.01, 1000, 500)
    assert all(float(activations.amplification(a, w, 0)) <= bound * (1 + 1e-12) for w in weights[::25])
    best = activations.widest_window()[0] / a
    assert float(activations.amplification(a, best, 0)) == pytest.approx(bound, rel=1e-12)
    assert bound == pytest.approx(0.2238716023471521 / abs(a), rel=1e-12)


def test_chain_factors_multiply_to_the_slope() -> None:
    """The factors of a chain multiply to its derivative; each unit has the weight and the bias of its place."""
    weights, biases = [3.0, -5.0, 8.0], [-1.0, 2.0, -0.5]

    def run(a: float) -> float:
        for w, b in zip(weights, biases, strict=True):
            a = sigma(w * a + b)
        return a

    factors = activations.chain_factors(weights, biases, 0.3)
    assert factors.shape == (3,)
    assert math.prod(factors) == pytest.approx(central(run, 0.3), rel=1e-8)
    assert factors[0] == pytest.approx(central(lambda a: sigma(3 * a - 1), 0.3), rel=1e-9)
    assert activations.chain_factors([8.0] * 30, [-4.0] * 30, 0.5).tolist() == [2.0] * 30
    assert activations.chain_factors([], [], 0.5).shape == (0,)


# Wide layers.


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("q", [0.04, 1.0, 45.6, 400.0])
def test_means_over_normal_numbers(name: str, q: float) -> None:
    """Means over normal pre-activations agree with adaptive quadrature in high precision, also where they are steep."""
    function, slope = EXACT[name]
    root = math.sqrt(q)
    assert float(activations.mean_square(name, q)) == pytest.approx(
        normal_mean(lambda z: function(root * z) ** 2), rel=3e-12
    )
    assert float(activations.mean_square_slope(name, q)) == pytest.approx(
        normal_mean(lambda z: slope(root * z) ** 2), rel=3e-12
    )


def test_means_keep_shapes_and_ends() -> None:
    """A table of variances gives a table of means; a variance of zero leaves the value at zero."""
    assert activations.mean_square("tanh", [[0, 1, 2]]).shape == (1, 3)
    assert float(activations.mean_square("logistic", 0)) == pytest.approx(0.25, rel=1e-14)
    assert float(activations.mean_square_slope("logistic", 0)) == pytest.approx(1 / 16, rel=1e-14)
    assert float(activations.mean_square("linear", 625)) == pytest.approx(625, rel=1e-13)


@pytest.mark.parametrize("row", REFERENCE["mean_field"], ids=lambda row: f"{row['sigma_w2']:.2f}")
def test_tanh_agrees_with_the_reference(row: dict[str, float]) -> None:
    """Stationary variance and squared gain of a layer of hyperbolic tangents agree with an independent quadrature."""
    scale = math.sqrt(row["sigma_w2"])
    assert float(activations.stationary_variance("tanh", scale)) == pytest.approx(row["q_star"], rel=1e-9, abs=1e-13)
    assert float(activations.layer_gain("tanh", scale)) ** 2 == pytest.approx(row["chi_1"], rel=3e-9)


@pytest.mark.parametrize(("name", "scale"), [("logistic", 0.5), ("logistic", 1.0), ("logistic", 20.0), ("tanh", 1.5)])
def test_stationary_variance_is_handed_on(name: str, scale: float) -> None:
    """One layer hands the stationary variance on unchanged, and brings others nearer to it."""
    q = float(activations.stationary_variance(name, scale))
    assert scale**2 * normal_mean(lambda z: EXACT[name][0](math.sqrt(q) * z) ** 2) == pytest.approx(q, rel=1e-10)
    for other in (q / 2, 2 * q):
        handed = scale**2 * float(activations.mean_square(name, other))
        assert abs(handed - q) < abs(other - q)
    gain = scale * math.sqrt(normal_mean(lambda z: EXACT[name][1](math.sqrt(q) * z) ** 2))
    assert float(activations.layer_gain(name, scale)) == pytest.approx(gain, rel=1e-10)


def test_critical_scales() -> None:
    """The critical scales are one for tanh and linear, root two for ReLU, and 10.149 for the logistic function."""
    assert activations.critical_scale("tanh") == 1
    assert activations.critical_scale("linear") == 1
    assert activations.critical_scale("relu") == 1.41421356237
    logistic = activations.critical_scale("logistic")
    assert logistic == pytest.approx(10.1493, abs=5e-5)
    with mpmath.workdps(20):
        q = mpmath.findroot(
            lambda q: (
                mpmath.quad(lambda z: mpmath.sech(mpmath.sqrt(q) * z / 2) ** 4 / 16 * mpmath.npdf(z), [-9, -1, 0, 1, 9])
                * q
                - mpmath.quad(
                    lambda z: (1 + mpmath.tanh(mpmath.sqrt(q) * z / 2)) ** 2 / 4 * mpmath.npdf(z), [-9, -1, 0, 1, 9]
                )
            ),
            45,
        )
    assert float(activations.stationary_variance("logistic", logistic)) == pytest.approx(float(q), rel=1e-9)
    assert float(activations.layer_gain("logistic", logistic)) == pytest.approx(1, rel=1e-11)


def test_gains_keep_shapes() -> None:
    """A table of scales gives a table of gains, rising with the scale, up to the largest scale allowed."""
    gains = activations.layer_gain("logistic", [[0.5, 5.0], [15.0, 25.0]])
    assert gains.shape == (2, 2)
    assert (np.diff(gains.ravel()) > 0).all()
    assert activations.stationary_variance("tanh", [0.5, 1]).tolist() == pytest.approx([0, 0], abs=1e-12)
    assert activations.layer_gain("tanh", [0.3, 1]).tolist() == pytest.approx([0.3, 1], rel=1e-13)


# Random networks.


def backward(name: str, scale: float, width: int, depth: int, seed: int, centre: float) -> list[float]:
    """Return the lengths of a gradient, layer by layer, from Jacobians found by differences; the draws are documented."""
    rng = np.random.default_rng(seed)
    signal, matrices = rng.standard_normal(width), rng.standard_normal((depth, width, width))
    g = rng.standard_normal(width)
    functions: dict[str, Callable[[Any], Any]] = {
        "tanh": np.tanh,
        "logistic": lambda a: 1 / (1 + np.exp(-a)),
        "relu": lambda a: a * (a > 0),
    }
    function = functions[name]
    jacobians = []
    for matrix in matrices:
        weights = scale / math.sqrt(width) * matrix
        columns = []
        for unit in np.eye(width):
            h = 1e-5
            ahead, behind = (function(weights @ (signal + step * unit - centre)) for step in (h, -h))
            columns.append((ahead - behind) / (2 * h))
        jacobians.append(np.array(columns).T)
        signal = function(weights @ (signal - centre))
    lengths, start = [1.0], np.linalg.norm(g)
    for jacobian in reversed(jacobians):
        g = g @ jacobian
        lengths.append(float(np.linalg.norm(g) / start))
    return lengths


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("name", ["logistic", "tanh", "relu"])
def test_gradients_against_differences(name: str, centred: bool) -> None:
    """The lengths of a gradient on its way back are those of a product of Jacobians found by differences."""
    found = activations.lengths(name, [0.8, 2.5], width=7, depth=3, seeds=2, centred=centred)
    assert found.shape == (2, 4, 2)
    for seed, (column, scale) in itertools.product(range(2), enumerate([0.8, 2.5])):
        expected = backward(name, scale, 7, 3, seed, 0.5 if centred else 0.0)
        assert found[seed, :, column] == pytest.approx(expected, rel=1e-6)
        alone = activations.lengths(name, scale, width=7, depth=3, seeds=2, centred=centred)
        assert alone.shape == (2, 4)
        assert alone[seed] == pytest.approx(found[seed, :, column], rel=1e-12)
        total = activations.total_gain(name, scale, width=7, depth=3, seeds=2, centred=centred)
        assert total == pytest.approx(alone[:, -1], rel=1e-12)


def test_a_closed_unit_lets_nothing_through() -> None:
    """In networks one unit wide a single closed unit ends the gradient for good, without a warning."""
    found = activations.lengths("relu", [[2.0]], width=1, depth=6, seeds=40)
    assert found.shape == (40, 7, 1, 1)
    assert (found == 0).any()
    for row, rng in zip(found[:, :, 0, 0], map(np.random.default_rng, range(40)), strict=True):
        signal, weights = rng.standard_normal(), rng.standard_normal((6,))
        gains = []
        for w in weights:
            gains.append(2 * abs(w) if w * signal > 0 else 0.0)
            signal = max(2 * w * signal, 0)
        assert row == pytest.approx([1.0, *np.cumprod(gains[::-1])], rel=1e-12, abs=0)


def test_lengths_out_of_range_are_refused() -> None:
    """A length that float64 would round to zero or to infinity is refused; one just inside is given."""
    for scale, depths in ((1e-3, (94, 98)), (25, (204, 212))):
        total = activations.total_gain("linear", scale, width=60, depth=depths[0], seeds=1)
        assert 280 < abs(math.log10(float(total[0]))) < 290
        with pytest.raises(ValueError, match="comes near the ends of float64; ask for fewer layers"):
            activations.lengths("linear", scale, width=60, depth=depths[1], seeds=1)


def test_gradients_out_of_range_are_refused() -> None:
    """A gradient that leaves the range is refused although the signals of its network do not."""
    inside = activations.total_gain("logistic", 0.005113, width=20, depth=100, seeds=1)
    assert 289.9 < -math.log10(float(inside[0])) < 290
    with pytest.raises(ValueError, match="comes near the ends of float64; ask for fewer layers"):
        activations.lengths("logistic", 0.00505, width=20, depth=100, seeds=1)


@pytest.mark.parametrize(("seed_scale", "depth"), [(1e-3, 120), (25.0, 240)])
def test_signals_out_of_range_are_refused(seed_scale: float, depth: int) -> None:
    """A signal that leaves the range is refused without a warning, even where another scale would do."""
    with pytest.raises(ValueError, match="comes near the ends of float64; ask for fewer layers"):
        activations.lengths("relu", [1.4, seed_scale], width=60, depth=depth, seeds=1)


@pytest.mark.parametrize(
    ("name", "scale", "tolerance"),
    [("relu", 1.0, 0.02), ("relu", 2.0, 0.02), ("logistic", 1.0, 0.03), ("logistic", 10.0, 0.05), ("tanh", 2.0, 0.05)],
)
def test_wide_layers_gain_what_theory_says(name: str, scale: float, tolerance: float) -> None:
    """The median gain of a layer in random networks lies close to that of an infinitely wide one."""
    gains = activations.total_gain(name, scale, width=120, depth=20, seeds=9) ** (1 / 20)
    assert np.median(gains) == pytest.approx(float(activations.layer_gain(name, scale)), rel=tolerance)


def test_centred_layers_gain_as_tanh() -> None:
    """A centred logistic layer gains what a layer of hyperbolic tangents with a quarter of the weights gains."""
    gains = activations.total_gain("logistic", 8.0, width=120, depth=20, seeds=9, centred=True) ** (1 / 20)
    assert np.median(gains) == pytest.approx(float(activations.layer_gain("tanh", 2.0)), rel=0.05)


# What is refused.

NOT_REAL = [True, 1j, "0.9", None, np.float32(0.9), math.nan, math.inf, [True], [[1], [1, 2]]]


@pytest.mark.parametrize("bad", NOT_REAL, ids=lambda bad: repr(bad)[:16])
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda bad: activations.logistic(bad), "a"),
        (lambda bad: activations.logistic_slope(bad), "a"),
        (lambda bad: activations.tanh(bad), "a"),
        (lambda bad: activations.tanh_slope(bad), "a"),
        (lambda bad: activations.relu(bad), "a"),
        (lambda bad: activations.relu_slope(bad), "a"),
        (lambda bad: activations.linear(bad), "a"),
        (lambda bad: activations.linear_slope(bad), "a"),
        (lambda bad: activations.cross_entropy_slope(bad, 1), "a"),
        (lambda bad: activations.cross_entropy_gradient(bad, 1), "a"),
        (lambda bad: activations.squared_error_gradient(bad, 1), "a"),
        (lambda bad: activations.amplification(bad, 1, 0), "z"),
        (lambda bad: activations.window_width(bad), "w"),
        (lambda bad: activations.largest_amplification(bad), "z"),
        (lambda bad: activations.mean_square("tanh", bad), "variance"),
        (lambda bad: activations.mean_square_slope("tanh", bad), "variance"),
        (lambda bad: activations.layer_gain("tanh", bad), "scale"),
        (lambda bad: activations.stationary_variance("tanh", bad), "scale"),
        (lambda bad: activations.lengths("tanh", bad, width=2, depth=2, seeds=1), "scale"),
        (lambda bad: activations.chain_factors([bad], [0.0], 0.5), "weights"),
        (lambda bad: activations.chain_factors([1.0], [bad], 0.5), "biases"),
    ],
)
def test_arguments_that_are_no_real_numbers_are_refused(call: Callable[[Any], Any], name: str, bad: object) -> None:
    """Anything but finite real numbers is refused with a sentence that names the argument."""
    with pytest.raises(ValueError, match=f"`{name}` must"):
        call(bad)


@pytest.mark.parametrize("position", range(6))
def test_each_number_of_the_two_units_is_checked(position: int) -> None:
    """Each of the six numbers of the two units is refused by its own name if it is not finite."""
    given_numbers = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    given_numbers[position] = math.inf
    with pytest.raises(ValueError, match=f"`{['w1', 'b1', 'w2', 'b2', 'x', 'y'][position]}` must be finite"):
        activations.first_weight_factors(*given_numbers)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: activations.named("selu"), "`activation` must be one of logistic, tanh, relu, linear, but is 'selu'"),
        (lambda: activations.mean_square("gelu", 1), "must be one of logistic, tanh, relu, linear, but is 'gelu'"),
        (lambda: activations.mean_square_slope("gelu", 1), "but is 'gelu'"),
        (lambda: activations.layer_gain("gelu", 1), "but is 'gelu'"),
        (lambda: activations.stationary_variance("gelu", 1), "but is 'gelu'"),
        (lambda: activations.critical_scale("gelu"), "but is 'gelu'"),
        (lambda: activations.lengths("gelu", 1, width=2, depth=2, seeds=1), "but is 'gelu'"),
        (lambda: activations.stationary_variance("relu", 1), "must be logistic or tanh: .* with relu"),
        (lambda: activations.stationary_variance("linear", 1), "must be logistic or tanh: .* with linear"),
        (lambda: activations.mean_square("tanh", -1e-9), "`variance` must be 0 or more, and at most 625"),
        (lambda: activations.mean_square_slope("tanh", [1, 625.001]), "`variance` must be 0 or more, and at most 625"),
        (lambda: activations.layer_gain("tanh", 0.000999), "`scale` must be 0.001 or more, and at most 25"),
        (lambda: activations.layer_gain("tanh", [1, 25.001]), "`scale` must be 0.001 or more, and at most 25"),
        (lambda: activations.largest_amplification([1, 0]), "`z` must not be zero"),
        (lambda: activations.cross_entropy_slope(700.001, 1), "`a` must be of magnitude 700 at most"),
        (lambda: activations.cross_entropy_slope([0, -701], 1), "`a` must be of magnitude 700 at most"),
        (lambda: activations.cross_entropy_slope(0, 1.001), "`y` must lie between 0 and 1, but is 1.001"),
        (lambda: activations.cross_entropy_gradient(0, -0.001), "`y` must lie between 0 and 1, but is -0.001"),
        (lambda: activations.squared_error_gradient(0, math.nan), "`y` must be finite"),
        (lambda: activations.amplification(0, math.nan, 0), "`w` must be finite"),
        (lambda: activations.amplification(0, 1, math.nan), "`b` must be finite"),
        (lambda: activations.chain_factors(1.0, 1.0, 0.5), "`weights` must have 1 axes"),
        (lambda: activations.chain_factors([1.0], [1.0, 2.0], 0.5), r"`biases` must have the shape \(1,\)"),
        (lambda: activations.chain_factors([1.0], [1.0], math.inf), "`start` must be finite"),
        (lambda: activations.lengths("tanh", 1, width=0, depth=2, seeds=1), "`width` must be 1 or more"),
        (lambda: activations.lengths("tanh", 1, width=1001, depth=2, seeds=1), "`width` must be at most 1000"),
        (lambda: activations.lengths("tanh", 1, width=2, depth=0, seeds=1), "`depth` must be 1 or more"),
        (lambda: activations.lengths("tanh", 1, width=2, depth=1001, seeds=1), "`depth` must be at most 1000"),
        (lambda: activations.lengths("tanh", 1, width=2, depth=2, seeds=0), "`seeds` must be 1 or more"),
    ],
)
def test_values_out_of_range_are_refused(call: Callable[[], Any], message: str) -> None:
    """A value out of its range is refused with a sentence that says what would be right."""
    with pytest.raises(ValueError, match=message):
        call()


def test_limits_of_the_ranges_are_within_them() -> None:
    """The ends of each range are allowed."""
    assert (
        activations.layer_gain("tanh", [0.001, 25.0])[0].shape
        == activations.mean_square("tanh", [625, 0])[0].shape
        == ()
    )
    assert activations.cross_entropy_gradient(0, 0) == -activations.cross_entropy_gradient(0, 1) == 0.5
    assert activations.lengths("linear", 1, width=1000, depth=1, seeds=1).shape == (1, 2)
    assert activations.lengths("linear", 1, width=90, depth=1000, seeds=1).shape == (1, 1001)


def test_every_public_function_is_documented() -> None:
    """Each public function says what it takes, returns and refuses."""
    functions = [
        f for _, f in inspect.getmembers(activations, inspect.isfunction) if f.__module__ == activations.__name__
    ]
    public = [f for f in functions if not f.__name__.startswith("_")]
    assert len(public) >= 20
    for function in public:
        if "Args and Raises as for" in (function.__doc__ or ""):
            continue
        parts = ("Args:", "Returns:", "Raises:") if inspect.signature(function).parameters else ("Returns:",)
        for part in parts:
            assert part in (function.__doc__ or ""), f"{function.__name__} lacks {part}"
