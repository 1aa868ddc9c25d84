r"""Activation functions, their slopes, and what the slopes do to a gradient beside the weights."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradients import _units
from gradients._checks import finite_float, natural, real_array

Array = NDArray[np.float64]

_HALVINGS = 60  # of an interval: beyond the last bit of float64
_ROUNDS = 40  # of the method of Newton, at most: four do for the logistic function, more for `tanh` near a scale of one
_SMALLEST = 0.001
_LARGEST = 25.0  # the largest scale at which the nodes below resolve a step
_NODES = np.linspace(-9, 9, 2304)  # in pairs about zero, so that a step at zero is halved exactly
_NODE_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()


def logistic(a: ArrayLike) -> Array:
    r"""Return the logistic function, the activation that most texts call *the* sigmoid.

    $$ \sigma(a) = \frac{1}{1 + e^{-a}} $$

    Args:
        a: $a \in \mathbb{R}$, pre-activations of any shape.

    Returns: values between 0 and 1, of the shape of `a`; zero where the true value lies below the range of float64.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.logistic(real_array("a", a))


def logistic_slope(a: ArrayLike) -> Array:
    r"""Return the derivative of the logistic function, at most 1/4.

    Where $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \sigma'(a) = \sigma(a) (1 - \sigma(a)) $$

    Args:
        a: $a \in \mathbb{R}$, pre-activations of any shape.

    Returns: slopes from 0 to 1/4, of the shape of `a`, each to a few units in its last place.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.logistic_slope(real_array("a", a))


def tanh(a: ArrayLike) -> Array:
    r"""Return the hyperbolic tangent.

    $$ \tanh(a) = \frac{e^{a} - e^{-a}}{e^{a} + e^{-a}} $$

    Args:
        a: $a \in \mathbb{R}$, pre-activations of any shape.

    Returns: values between -1 and 1, of the shape of `a`.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.tanh(real_array("a", a))


def tanh_slope(a: ArrayLike) -> Array:
    r"""Return the derivative of the hyperbolic tangent, at most 1.

    $$ \tanh'(a) = 1 - \tanh(a)^2 $$

    Args:
        a: $a \in \mathbb{R}$, pre-activations of any shape.

    Returns: slopes from 0 to 1, of the shape of `a`, each to a few units in its last place.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.tanh_slope(real_array("a", a))


def relu(a: ArrayLike) -> Array:
    r"""Return the rectified linear function.

    $$ \operatorname{ReLU}(a) = \max(a, 0) $$

    Args:
        a: $a \in \mathbb{R}$, pre-activations of any shape.

    Returns: values from 0 up, of the shape of `a`.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.relu(real_array("a", a))


def relu_slope(a: ArrayLike) -> Array:
    r"""Return the derivative of the rectified linear function: 1 above zero, 0 below, and 0 at zero by convention.

    Where $\operatorname{ReLU}(x) = \max(x, 0)$:
    $$ \operatorname{ReLU}'(a) = \begin{cases} 1 & a > 0 \\ 0 & a \le 0 \end{cases} $$

    Args:
        a: $a \in \mathbb{R}$, pre-activations of any shape.

    Returns: zeros and ones, of the shape of `a`.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.relu_slope(real_array("a", a))


def linear(a: ArrayLike) -> Array:
    """Return the pre-activations as they are: the activation of a layer without one.

    Args:
        a: pre-activations of any shape.

    Returns: a copy of `a`.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return real_array("a", a)


def linear_slope(a: ArrayLike) -> Array:
    """Return the derivative of `linear`, which is 1 everywhere.

    Args:
        a: pre-activations of any shape.

    Returns: ones, of the shape of `a`.

    Raises:
        ValueError: if `a` holds anything but finite numbers.
    """
    return _units.linear_slope(real_array("a", a))


_NAMED: dict[str, tuple[Callable[[ArrayLike], Array], Callable[[ArrayLike], Array]]] = {
    "logistic": (logistic, logistic_slope),
    "tanh": (tanh, tanh_slope),
    "relu": (relu, relu_slope),
    "linear": (linear, linear_slope),
}


def named(activation: str) -> tuple[Callable[[ArrayLike], Array], Callable[[ArrayLike], Array]]:
    """Return an activation function and its derivative.

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.

    Returns: the function and its slope.

    Raises:
        ValueError: if the name is another.
    """
    _units.named(activation)  # refuses an unknown one
    return _NAMED[activation]


def first_weight_factors(w1: float, b1: float, w2: float, b2: float, x: float, y: float) -> Array:
    r"""Return the factors of the first weight's derivative in a chain of two logistic units, with half the squared error.

    $$ \frac{\partial \mathcal{L}}{\partial w_1} = \frac{\partial \mathcal{L}}{\partial \hat{y}} \cdot \frac{\partial \hat{y}}{\partial a_2} \cdot
    \frac{\partial a_2}{\partial z_1} \cdot \frac{\partial z_1}{\partial a_1} \cdot \frac{\partial a_1}{\partial w_1}
    = (\hat{y} - y) \cdot \sigma'(a_2) \cdot w_2 \cdot \sigma'(a_1) \cdot x $$

    Args:
        w1: $w_1 \in \mathbb{R}$, the weight of the first unit.
        b1: $b_1 \in \mathbb{R}$, its bias.
        w2: $w_2 \in \mathbb{R}$, the weight of the second unit.
        b2: $b_2 \in \mathbb{R}$, its bias.
        x: $x \in \mathbb{R}$, the input.
        y: $y \in \mathbb{R}$, the target.

    Returns: shape (5,), the factors in the order of the equation; their product is the derivative.

    Raises:
        ValueError: if an argument is not a finite number.
    """
    w1, b1, w2, b2 = (finite_float(*pair) for pair in (("w1", w1), ("b1", b1), ("w2", w2), ("b2", b2)))
    x, y = finite_float("x", x), finite_float("y", y)
    a1 = w1 * x + b1
    a2 = w2 * float(logistic(a1)) + b2
    return np.array([float(logistic(a2)) - y, float(logistic_slope(a2)), w2, float(logistic_slope(a1)), x])


def cross_entropy_slope(a: ArrayLike, y: float) -> Array:
    r"""Return the derivative of the cross-entropy by the output of a logistic unit.

    For $y \in [0, 1]$, $\hat{y} \in (0.05, 0.95)$, where $\mathcal{L} = -y \ln \hat{y} - (1 - y) \ln (1 - \hat{y})$:
    $$ \frac{\partial \mathcal{L}}{\partial \hat{y}} = \frac{1 - y}{1 - \hat{y}} - \frac{y}{\hat{y}} $$

    Args:
        a: pre-activations of the unit, any shape, of magnitude at most 700.
        y: the target, from 0 to 1.

    Returns: derivatives of the shape of `a`, without bound.

    Raises:
        ValueError: if `a` is not finite or its magnitude exceeds 700; if `y` is not from 0 to 1.
    """
    a, y = real_array("a", a), _target(y)
    if (abs(a) > 700).any():
        raise ValueError("`a` must be of magnitude 700 at most, for the derivative grows as its exponential")
    return np.asarray((1 - y) / logistic(-a) - y / logistic(a))


def cross_entropy_gradient(a: ArrayLike, y: float) -> Array:
    r"""Return the derivative of the cross-entropy by the pre-activation of a logistic unit: its error.

    For $y \in [0, 1]$, $a_2 \in [-5, 5]$, where $\mathcal{L} = -y \ln \hat{y} - (1 - y) \ln (1 - \hat{y})$, $\hat{y} =
    \sigma(a_2)$, $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \frac{\partial \mathcal{L}}{\partial a_2} = \hat{y} - y $$

    Args:
        a: pre-activations of the unit, any shape.
        y: the target, from 0 to 1.

    Returns: derivatives of the shape of `a`, from -1 to 1, without cancellation.

    Raises:
        ValueError: if `a` is not finite or `y` is not from 0 to 1.
    """
    a, y = real_array("a", a), _target(y)
    return np.asarray((1 - y) * logistic(a) - y * logistic(-a))


def squared_error_gradient(a: ArrayLike, y: float) -> Array:
    r"""Return the derivative of half the squared error by the pre-activation of a logistic unit.

    For $y \in [0, 1]$, $a_2 \in [-5, 5]$, where $\mathcal{L} = \tfrac12 (\hat{y} - y)^2$, $\hat{y} = \sigma(a_2)$, $\sigma(x) =
    1 / (1 + e^{-x})$:
    $$ \frac{\partial \mathcal{L}}{\partial a_2} = (\hat{y} - y) \cdot \sigma'(a_2) $$

    Args:
        a: pre-activations of the unit, any shape.
        y: the target, from 0 to 1.

    Returns: derivatives of the shape of `a`, of magnitude at most 1/4.

    Raises:
        ValueError: if `a` is not finite or `y` is not from 0 to 1.
    """
    return cross_entropy_gradient(a, y) * logistic_slope(a)


def amplification(z: ArrayLike, w: float, b: float) -> Array:
    r"""Return by how much a logistic unit magnifies a small change of its input.

    Where $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \lvert w \rvert \, \sigma'(w z + b) $$

    Args:
        z: $z \in \mathbb{R}$, inputs of any shape.
        w: $w \in \mathbb{R}$, the weight.
        b: $b \in \mathbb{R}$, the bias.

    Returns: gains from 0 to a quarter of the weight's magnitude, of the shape of `z`.

    Raises:
        ValueError: if an argument is not finite.
    """
    w = finite_float("w", w)
    return np.asarray(abs(w) * logistic_slope(w * real_array("z", z) + finite_float("b", b)))


def window_width(w: ArrayLike) -> Array:
    r"""Return the width of the set of inputs at which a logistic unit does not shrink a small change.

    $$ \Delta = \frac{4}{\lvert w \rvert} \ln \frac{\sqrt{\lvert w \rvert} + \sqrt{\lvert w \rvert - 4}}{2} $$

    Args:
        w: $w \in [4, 100]$, weights of either sign and any magnitude and shape.

    Returns: widths of the shape of `w`; zero for magnitudes of 4 and below.

    Raises:
        ValueError: if `w` is not finite.

    Source: Nielsen, Neural Networks and Deep Learning (2015), chapter 5, whose exercise asks for it,
        http://neuralnetworksanddeeplearning.com/chap5.html
    """
    size = np.maximum(abs(real_array("w", w)), 4.0)
    return np.asarray(4 / size * np.arcsinh(np.sqrt(size - 4) / 2))  # the logarithm, also where it is near zero


def widest_window() -> tuple[float, float, float]:
    r"""Return where the window of a logistic unit is widest: its edge in $a$, the weight, and its width.

    $$ a^{*} \tanh \frac{a^{*}}{2} = 1, \qquad w^{*} = \frac{1}{\sigma'(a^{*})}, \qquad \Delta^{*} = 2 a^{*} \sigma'(a^{*}) $$

    Returns: the three numbers, to the last bits.
    """
    low, high = 1.0, 2.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * np.tanh(middle / 2) < 1 else (low, middle)
    slope = float(logistic_slope(low))
    return low, 1 / slope, 2 * low * slope


def largest_amplification(z: ArrayLike) -> Array:
    r"""Return the largest gain that any weight can give a logistic unit without a bias.

    $$ \max_{w} \, \lvert w \rvert \, \sigma'(w z) = \frac{a^{*} \sigma'(a^{*})}{\lvert z \rvert} $$

    Args:
        z: $z \in \mathbb{R}$, inputs of any shape, not zero.

    Returns: gains of the shape of `z`; $a^{*}$ is the edge of the widest window.

    Raises:
        ValueError: if `z` holds a zero, where the gain has no bound, or is not finite.
    """
    z = real_array("z", z)
    if not z.all():
        raise ValueError("`z` must not be zero, where the gain grows with the weight without bound")
    return np.asarray(widest_window()[2] / 2 / abs(z))


def chain_factors(weights: ArrayLike, biases: ArrayLike, start: float) -> Array:
    r"""Return the factor that each unit of a chain of logistic units contributes to the derivative.

    $$ \frac{\partial z_k}{\partial z_{k-1}} = \sigma'(a_k) \, w_k $$

    Args:
        weights: $w \in \mathbb{R}^L$, one weight a unit.
        biases: $b \in \mathbb{R}^L$, one bias a unit.
        start: $z_0 \in \mathbb{R}$, the input.

    Returns: shape (L,), the factors in the order in which the units act.

    Raises:
        ValueError: if an argument is not finite, `weights` has not exactly one axis, or `biases` another shape.
    """
    weights = real_array("weights", weights, ndim=1)
    biases = real_array("biases", biases, shape=weights.shape)
    z, factors = finite_float("start", start), np.empty_like(weights)
    for k, w in enumerate(weights):
        a = w * z + biases[k]
        z, factors[k] = float(logistic(a)), w * float(logistic_slope(a))
    return factors


def mean_square(activation: str, variance: ArrayLike) -> Array:
    r"""Return the mean square of an activation function over normally distributed pre-activations.

    $$ \mathbb{E} [\varphi(\sqrt{q} \, \xi)^2] $$

    Args:
        activation: as in `named`.
        variance: $q \in [0, 625]$, variances of the pre-activations, any shape.

    Returns: means of the shape of `variance`, to some 1e-12.

    Raises:
        ValueError: if the activation is unknown or a variance lies outside its range.
    """
    return _normal_mean_square(_units.named(activation)[0], variance)


def mean_square_slope(activation: str, variance: ArrayLike) -> Array:
    r"""Return the mean square of an activation's slope over normally distributed pre-activations.

    $$ \mathbb{E} [\varphi'(\sqrt{q} \, \xi)^2] $$

    Args:
        activation: as in `named`.
        variance: $q \in [0, 625]$, variances of the pre-activations, any shape.

    Returns: means of the shape of `variance`, to some 1e-12.

    Raises:
        ValueError: if the activation is unknown or a variance lies outside its range.
    """
    return _normal_mean_square(_units.named(activation)[1], variance)


def next_variance(activation: str, scale: ArrayLike, variance: ArrayLike) -> Array:
    r"""Return the variance of the pre-activations of the next wide random layer without biases.

    $$ \sigma_w^2 \, \mathbb{E} [\varphi(\sqrt{q} \, \xi)^2] $$

    Args:
        activation: as in `named`.
        scale: $\sigma_w \in [0.001, 25]$, standard deviation of the weights times the root of the width, any shape.
        variance: $q \in [0, 625]$, variance of the pre-activations of this layer, any shape that broadcasts.

    Returns: the variances, of the shape to which the two broadcast.

    Raises:
        ValueError: if the activation is unknown or a number lies outside its range.

    Source: Poole et al. (2016), https://arxiv.org/abs/1606.05340
    """
    return np.asarray(_scales(scale) ** 2 * mean_square(activation, variance))


def stationary_variance(activation: str, scale: ArrayLike) -> Array:
    r"""Return the variance of the pre-activations that one wide random layer hands on to the next unchanged.

    $$ q = \sigma_w^2 \, \mathbb{E} [\varphi(\sqrt{q} \, \xi)^2] $$

    Args:
        activation: `logistic` or `tanh`.
        scale: $\sigma_w \in [0.001, 25]$, standard deviations of the weights times the root of the width, any shape.

    Returns: variances of the shape of `scale`; for `tanh` and scales up to 1 zero.

    Raises:
        ValueError: if the activation is another (it keeps a variance at one scale only) or a scale is out of its range.

    Source: Poole et al. (2016), https://arxiv.org/abs/1606.05340
    """
    if activation in ("relu", "linear"):
        raise ValueError(
            f"`activation` must be logistic or tanh: at most scales no variance is stationary with {activation}"
        )
    return _settled(activation, _scales(scale))


def layer_gain(activation: str, scale: ArrayLike) -> Array:
    r"""Return the gain of one wide random layer without biases: the root of the mean growth of a squared gradient.

    $$ \sqrt{\chi_1} = \sigma_w \sqrt{\mathbb{E} [\varphi'(\sqrt{q} \, \xi)^2]} $$

    Args:
        activation: as in `named`.
        scale: $\sigma_w \in [0.001, 25]$, standard deviations of the weights times the root of the width, any shape.

    Returns: gains of the shape of `scale`, at the stationary variance; for `relu` and `linear` at any variance.

    Raises:
        ValueError: if the activation is unknown or a scale lies outside its range.

    Source: Schoenholz et al. (2017), https://arxiv.org/abs/1611.01232
    """
    scale = _scales(scale)
    return np.asarray(scale * np.sqrt(mean_square_slope(activation, _settled(activation, scale))))


def critical_scale(activation: str) -> float:
    r"""Return the scale of the weights at which the gain of a wide random layer without biases reaches one.

    $$ \sigma_w^2 \, \mathbb{E} [\varphi'(\sqrt{q} \, \xi)^2] = 1 $$

    Args:
        activation: as in `named`.

    Returns: the scale, rounded to the 11 decimals that are certain.

    Raises:
        ValueError: if the activation is unknown.
    """
    low, high = -32.0, 6.0  # logarithms of variances; near the first, `tanh` is as good as linear
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        q = np.exp(middle)  # the scale for which this variance is stationary has the squared gain of the next line
        reached = q * mean_square_slope(activation, q) / mean_square(activation, q) > 1 - 1e-13
        low, high = (low, middle) if reached else (middle, high)
    return round(float(np.sqrt(np.exp(high) / mean_square(activation, np.exp(high)))), 11)


def lengths(activation: str, scale: ArrayLike, *, width: int, depth: int, seeds: int, centred: bool = False) -> Array:
    r"""Return how long a gradient is that is sent back through random networks, after each layer it has passed.

    Each layer computes $a = W z + b$ and $\varphi(a)$, and takes the gradient $g$ to $g \, \mathrm{diag}(\varphi'(a)) W$.
    The generator of each seed draws, all standard normal: the input, the matrices from the first to the last, the
    gradient at the output. The matrices are multiplied by `scale` over the root of `width`.

    Args:
        activation: as in `named`.
        scale: $\sigma_w \in [0.001, 25]$, of any shape: networks that differ in nothing but their scale.
        width: $n \in \mathbb{N}$, units of each layer, at most 1000.
        depth: $L \in \mathbb{N}$, number of layers, at most 1000.
        seeds: number of networks; their seeds are 0, 1, 2 and so on.
        centred: whether each layer has the bias that takes one half off its inputs; without it there is no bias.

    Returns: shape (seeds, depth + 1) and that of `scale`: lengths relative to that at the output, which come first; zero
        from where no unit of a layer lets anything through.

    Raises:
        ValueError: if the activation is unknown, another argument lies outside its range, or a signal or a length that is
            not zero comes within 18 decades of the ends of float64.
    """
    function, slope = _units.named(activation)
    factor = _scales(scale) / np.sqrt(natural("width", width, least=1, most=1000))
    depth, offset = natural("depth", depth, least=1, most=1000), 0.5 if centred else 0.0
    logs = np.zeros((natural("seeds", seeds, least=1), depth + 1, *factor.shape))
    alike = (width, *[1] * factor.ndim)
    for seed, row in enumerate(logs):
        rng = np.random.default_rng(seed)
        signal = rng.standard_normal(width).reshape(alike)
        matrices, slopes = rng.standard_normal((depth, width, width)), []
        with np.errstate(divide="ignore"):  # what is zero has the logarithm of minus infinity
            for matrix in matrices:
                pre = factor * np.tensordot(matrix, signal - offset, axes=1)
                _refuse_extremes(np.log10(abs(pre).max(axis=0)))
                signal = function(pre)
                slopes.append(slope(pre))
            gradient = rng.standard_normal(width).reshape(alike)
            before = np.asarray(np.linalg.norm(gradient))
            for passed in range(1, depth + 1):
                gradient = factor * np.tensordot(matrices[-passed], slopes[-passed] * gradient / before, axes=(0, 0))
                length = np.linalg.norm(gradient, axis=0)
                row[passed] = row[passed - 1] + np.log10(length)
                before = np.where(length > 0, length, 1.0)
    _refuse_extremes(logs)
    return np.asarray(10**logs)


def total_gain(
    activation: str, scale: ArrayLike, *, width: int, depth: int, seeds: int, centred: bool = False
) -> Array:
    """Return by how much random networks lengthen a gradient that is sent back through all their layers.

    Args and Raises as for `lengths`.

    Returns: one row a seed, each of the shape of `scale`.
    """
    return lengths(activation, scale, width=width, depth=depth, seeds=seeds, centred=centred)[:, -1]


def _target(y: float) -> float:
    y = finite_float("y", y)
    if not 0 <= y <= 1:
        raise ValueError(f"`y` must lie between 0 and 1, but is {y!r}")
    return y


def _scales(scale: ArrayLike) -> Array:
    scale = real_array("scale", scale)
    if not ((scale >= _SMALLEST) & (scale <= _LARGEST)).all():
        raise ValueError(f"`scale` must be {_SMALLEST} or more, and at most {_LARGEST:.0f}")
    return scale


def _refuse_extremes(logs: Array) -> None:
    """Refuse sizes, given as base-ten logarithms, that come near the ends of float64; zero is a size like any other."""
    if (np.isfinite(logs) & (abs(logs) > 290)).any():
        raise ValueError("a signal or a gradient comes near the ends of float64; ask for fewer layers")


def _normal_mean_square(function: _units.Function, variance: ArrayLike) -> Array:
    """Return the mean square of a function of normal numbers by the midpoint rule, which is exact but for 1e-12 here."""
    variance = real_array("variance", variance)
    if not ((variance >= 0) & (variance <= _LARGEST**2)).all():
        raise ValueError(f"`variance` must be 0 or more, and at most {_LARGEST**2:.0f}")
    return np.asarray(function(np.sqrt(variance)[..., None] * _NODES) ** 2 @ _NODE_WEIGHTS)


def _settled(activation: str, scale: Array) -> Array:
    """Return the largest variance, up to the squared scale, that a layer does not make smaller.

    Newton's method for ln q, from the squared scale down: the growth of a layer falls as q rises.
    """
    function, slope = _units.named(activation)
    q = scale**2
    if activation in ("relu", "linear"):
        return q  # any variance will do
    shrinks = q <= 1 if activation == "tanh" else np.zeros(q.shape, dtype=bool)
    for _ in range(_ROUNDS):
        pre = np.sqrt(q)[..., None] * _NODES
        value = function(pre)
        square = value**2 @ _NODE_WEIGHTS
        power = (pre * value * slope(pre)) @ _NODE_WEIGHTS / square  # d ln E[φ²] / d ln q
        step = np.where(shrinks, 0.0, np.log(scale**2 * square / q) / (1 - power))
        q = q * np.exp(step)
        if (abs(step) < 1e-8).all():  # and the next one would be the square of it
            break
    return np.where(shrinks, 0.0, q)
