r"""Gradient clipping: a gradient longer than a threshold is shortened to it and keeps its direction.

The rule and what it is compared with (several arrays, clipping by value, the rules of four libraries), the cliff
on which it is watched, and what becomes of a step behind it (a noisy mean, Adam).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradients import _units
from gradients._checks import finite_float, natural, real_array

Array = NDArray[np.float64]


def coefficient(norm: ArrayLike, threshold: float) -> Array:
    r"""Return the factor by which clipping multiplies a gradient of a given norm.

    $$ \frac{\tau}{\max(\nu, \tau)} $$

    Args:
        norm: $\nu \in [0, \infty)$, the norm of the gradient, of any shape.
        threshold: $\tau \in (0, \infty)$, the largest norm let through, in the unit of the gradient.

    Returns: the factor, between 0 and 1, of the shape of `norm`.

    Raises:
        ValueError: if `norm` is negative or not finite, or `threshold` is not above zero and finite.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, Algorithm 1.
    """
    norms = _norms(norm)
    limit = finite_float("threshold", threshold, positive=True)
    return limit / np.maximum(norms, limit)


def clip_by_norm(gradient: ArrayLike, threshold: float) -> Array:
    r"""Return the gradient, shortened to `threshold` where it is longer.

    $$ g \leftarrow g \cdot \frac{\tau}{\max(\lVert g \rVert,\ \tau)} $$

    No square is taken of a number above one, so that no finite gradient overflows. Other gradients come out as the
    formula has it: one with an infinite entry as NaN there and zero elsewhere, one with a NaN as NaN throughout.

    Args:
        gradient: $g \in \mathbb{R}^n$, the gradient, of any shape.
        threshold: $\tau \in (0, \infty)$, the largest norm let through, in the unit of the gradient.

    Returns: a new array of the shape of `gradient`.

    Raises:
        ValueError: if `threshold` is not above zero and finite: zero would stop all learning, and a negative one
            would turn descent into ascent.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, Algorithm 1.
    """
    return clip_by_global_norm([gradient], threshold)[0]


def global_norm(gradients: Sequence[ArrayLike]) -> float:
    r"""Return the norm of several arrays laid end to end.

    $$ \nu = \sqrt{\lVert G_1 \rVert^2 + \lVert G_2 \rVert^2 + \dots + \lVert G_K \rVert^2} $$

    Args:
        gradients: $G_1, \dots, G_K \in \mathbb{R}^{p \times q}$, arrays, which may each have a shape of its own.

    Returns: the norm, in the unit of the gradients; infinite only if it exceeds float64 or an entry is infinite,
        NaN if an entry is.

    Raises:
        ValueError: if there is no array, or one does not hold real numbers.

    Source: the same algorithm, with every parameter's gradient in one vector.
    """
    scale, size = _scaled_norm(_arrays(gradients))
    return scale * size


def clip_by_global_norm(gradients: Sequence[ArrayLike], threshold: float) -> list[Array]:
    r"""Return several arrays, all multiplied by the one factor that their global norm asks for.

    $$ G_k \leftarrow G_k \cdot \frac{\tau}{\max(\nu,\ \tau)} $$

    Args:
        gradients: the arrays $G_1, \dots, G_K$, each of its own shape.
        threshold: $\tau \in (0, \infty)$, the largest global norm let through.

    Returns: new arrays of the same shapes; infinite and NaN entries act as in `clip_by_norm`, on all arrays.

    Raises:
        ValueError: if there is no array, or `threshold` is not above zero and finite.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, Algorithm 1.
    """
    arrays = _arrays(gradients)
    limit = finite_float("threshold", threshold, positive=True)
    scale, size = _scaled_norm(arrays)
    if scale * size <= limit:
        return arrays
    if not math.isfinite(scale):
        with np.errstate(invalid="ignore"):  # infinity times zero is the NaN that the docstring promises
            return [array * (limit / scale) for array in arrays]
    return [array / scale * (limit / size) for array in arrays]


def clip_by_value(gradient: ArrayLike, limit: float) -> Array:
    r"""Return the gradient with every entry moved into [-limit, limit] on its own.

    $$ g_i \leftarrow \max(-\kappa,\ \min(g_i,\ \kappa)) $$

    Args:
        gradient: $g_i \in \mathbb{R}$, the entries of the gradient, of any shape. Infinities become the limit with
            their sign, NaN stays NaN.
        limit: $\kappa \in (0, \infty)$, the largest magnitude of an entry, in the unit of the gradient.

    Returns: a new array of the shape of `gradient`.

    Raises:
        ValueError: if `limit` is not above zero and finite.

    Source: Mikolov 2012, *Statistical language models based on neural networks*, PhD thesis, Brno.
    """
    bound = finite_float("limit", limit, positive=True)
    return np.clip(real_array("gradient", gradient, finite=False), -bound, bound)


def angle(a: ArrayLike, b: ArrayLike) -> float:
    r"""Return the angle between two vectors, exact also where it is small.

    $$ \theta = \frac{180}{\pi} \arccos \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert} $$

    Args:
        a: $a \in \mathbb{R}^n$, a vector other than zero.
        b: $b \in \mathbb{R}^n$, another one.

    Returns: the angle in degrees, between 0 and 180.

    Raises:
        ValueError: if the shapes differ, an entry is not finite, or a vector is zero and so has no direction.

    Source: Kahan 2006, *How futile are mindless assessments of roundoff*, section 12: the arctangent of the sum and
        the difference of the unit vectors, where the arccosine would lose half of the digits.
    """
    first = real_array("a", a, ndim=1)
    second = real_array("b", b, shape=first.shape)
    units = []
    for name, vector in (("a", first), ("b", second)):
        scale, size = _scaled_norm([vector])
        if scale == 0:
            raise ValueError(f"`{name}` must not be zero, for zero has no direction")
        units.append(vector / scale / size)
    apart, together = global_norm([units[0] - units[1]]), global_norm([units[0] + units[1]])
    return math.degrees(2 * math.atan2(apart, together))


def torch_coefficient(norm: ArrayLike, threshold: float) -> Array:
    r"""Return the factor that PyTorch multiplies a gradient of a given norm by.

    $$ \min\left(1,\ \frac{\tau}{\nu + 10^{-6}}\right) $$

    Args:
        norm: $\nu \in [0, \infty)$, the norm of the gradient, of any shape.
        threshold: $\tau \in (0, \infty)$, called `maa_norm` there.

    Returns: the factor, of the shape of `norm`.

    Raises:
        ValueError: if `norm` is negative or not finite, or `threshold` is not above zero and finite.

    Source: PyTorch, `torch/nn/utils/clip_grad.py`,
        https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
    """
    norms = _norms(norm)
    limit = finite_float("threshold", threshold, positive=True)
    return np.minimum(1.0, limit / (norms + 1e-6))


_RULES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "formula": lambda g, n, tau: g * (tau / np.maximum(n, tau)),
    "branch": lambda g, n, tau: g * (tau / n) if n > tau else g,
    "pytorch": lambda g, n, tau: g * np.minimum(type(n)(1), tau / (n + type(n)(1e-6))),
    "tensorflow": lambda g, n, tau: g * (tau * np.minimum(1 / n, 1 / tau) + (n - n)),
    "optax": lambda g, n, tau: g if n < tau else g / n * tau,
}
_FORMATS: dict[int, type[np.floating[Any]]] = {16: np.float16, 32: np.float32, 64: np.float64}


def clip_like(rule: str, gradient: ArrayLike, threshold: float, bits: int = 64) -> Array:
    """Return what a rule makes of any gradient and any threshold, in the arithmetic of a number format.

    For a gradient g of norm n, computed as the root of the sum of squares and without any care for overflow:
    "formula" g·(τ/max(n, τ)); "branch" g·(τ/n) if n > τ, else g; "pytorch" g·clamp(τ/(n + 1e-6), max=1);
    "tensorflow" g·(τ·min(1/n, 1/τ) + (n − n)); "optax" g if n < τ, else g/n·τ.

    Args:
        rule: one of the five names.
        gradient: the gradient, of any shape; NaN and infinities are let in.
        threshold: any finite number, for the libraries do not check it.
        bits: 16, 32 or 64, the IEEE 754 format in which all of it is computed. (The libraries may add up squares in
            a wider one.)

    Returns: a new float64 array of the shape of `gradient`; NaN where the rule divides zero by zero or multiplies an
        infinity by zero.

    Raises:
        ValueError: if there is no such rule or format, or `threshold` is not finite.

    Source: PyTorch `clip_grad_norm_`, TensorFlow `clip_by_global_norm`, optax `clip_by_global_norm`, read in 2026.
    """
    if rule not in _RULES:
        raise ValueError(f"`rule` must be one of {', '.join(_RULES)}, but is {rule!r}")
    kind = _format(bits)
    array = real_array("gradient", gradient, finite=False)
    limit = finite_float("threshold", threshold)
    with np.errstate(all="ignore"):  # overflow and invalid operations are the subject here
        values = array.astype(kind)
        norm = np.sqrt(np.sum(values * values))
        return np.asarray(_RULES[rule](values, norm, kind(limit)), dtype=np.float64)


def largest_square(bits: int) -> float:
    """Return the largest number whose square a format still holds; one entry above it makes a norm infinite.

    Args:
        bits: 16, 32 or 64, an IEEE 754 format.

    Returns: the root of the format's largest number.

    Raises:
        ValueError: if there is no such format.

    Source: IEEE 754-2019, https://doi.org/10.1109/IEEESTD.2019.8766229
    """
    return math.sqrt(float(np.finfo(_format(bits)).max))


def clipped_mean(values: ArrayLike, probabilities: ArrayLike, threshold: float) -> float:
    r"""Return the mean of a noisy one-dimensional gradient after each sample has been clipped.

    $$ \bar{g}_\tau = \sum_{i=1}^{k} p_i \, g_i \, \frac{\tau}{\max(|g_i|,\ \tau)} $$

    Args:
        values: the gradients $g_1, \dots, g_k$ that occur, shape (k,).
        probabilities: how often, $p_1, \dots, p_k$, none negative, one in sum, shape (k,).
        threshold: $\tau \in (0, \infty)$, the largest magnitude let through.

    Returns: the mean, in the unit of the gradient.

    Raises:
        ValueError: if the shapes differ, the probabilities are none, or `threshold` is not above zero and finite.

    Source: Chen, Wu & Hong 2020, *Understanding gradient clipping in private SGD*, https://arxiv.org/abs/2006.15429
    """
    samples = real_array("values", values, ndim=1)
    chances = real_array("probabilities", probabilities, shape=samples.shape)
    if np.any(chances < 0) or not math.isclose(math.fsum(chances), 1.0, rel_tol=1e-12):
        raise ValueError("`probabilities` must be zero or more and sum to one")
    return float(chances @ (samples * coefficient(np.abs(samples), threshold)))


def adam_response(spike: int, height: float, steps: int, threshold: float = math.inf) -> Array:
    r"""Return Adam's steps, in units of its learning rate, on gradients of 1 with a single one of another height.

    $$ \frac{m_t / (1 - \beta_1^t)}{\sqrt{v_t / (1 - \beta_2^t)} + \epsilon} $$

    The averages run as $m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t$ and $v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2$,
    with the usual decays 0.9 and 0.999 and an ε of 1e-8.

    Args:
        spike: at which step, counted from 1, the gradient is `height`.
        height: the gradient there.
        steps: how many steps, at least `spike`.
        threshold: the largest magnitude let through to Adam; infinite for no clipping.

    Returns: the steps, shape (steps,).

    Raises:
        ValueError: if a count is not a positive integer, `spike` exceeds `steps`, `height` is not finite, or
            `threshold` is not above zero.

    Source: Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, Algorithm 1.
    """
    count = natural("steps", steps, least=natural("spike", spike, least=1))
    gradients = np.ones(count)
    gradients[spike - 1] = finite_float("height", height)
    if threshold != math.inf:
        gradients *= coefficient(np.abs(gradients), threshold)
    mean = square = 0.0
    result = np.empty(count)
    for index, gradient in enumerate(gradients):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        result[index] = mean / (1 - 0.9 ** (index + 1)) / (math.sqrt(square / (1 - 0.999 ** (index + 1))) + 1e-8)
    return result


STEPS, START, TARGET = 50, 0.5, 0.7  # of the cliff: how often the unit runs, from where, and what it should put out


def cliff_states(w: ArrayLike, b: ArrayLike) -> Array:
    r"""Return the states of one recurrent unit, run 50 times from 0.5.

    $$ a_{t+1} = w \, \sigma(a_t) + b $$

    Args:
        w: the weight, without unit, any shape that broadcasts with `b`.
        b: the bias, likewise.

    Returns: the states from $a_0$ to $a_{50}$, shape (51, …).

    Raises:
        ValueError: if an entry is not finite.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, section 2.3.
    """
    weight, bias = np.broadcast_arrays(real_array("w", w), real_array("b", b))
    states = np.empty((STEPS + 1, *weight.shape))
    states[0] = START
    for step in range(STEPS):
        states[step + 1] = weight * _units.logistic(states[step]) + bias
    return states


def cliff_loss(w: ArrayLike, b: ArrayLike) -> Array:
    r"""Return the squared distance of the unit's last output from 0.7.

    $$ \mathcal{L} = \left(\sigma(a_{50}) - 0.7\right)^2 $$

    Args and Raises as for `cliff_states`.

    Returns: the loss, of the shape to which `w` and `b` broadcast.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, section 2.3.
    """
    return np.asarray((_units.logistic(cliff_states(w, b)[-1]) - TARGET) ** 2)


def cliff_factors(w: float, b: float) -> Array:
    r"""Return the local slopes whose product carries the gradient from the last state to the first.

    For $w, b \in \mathbb{R}$, $t \in \{0, \dots, 9\}$, where $a_{t+1} = w \, \sigma(a_t) + b$, $a_0 = 0.5$,
    $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \frac{\partial a_{t+1}}{\partial a_t} = w \, \sigma'(a_t) $$

    Args and Raises as for `cliff_states`.

    Returns: the factors for t from 0 to 49, shape (50, …).

    Source: the derivative of `cliff_states`.
    """
    outputs = _units.logistic(cliff_states(w, b)[:-1])
    return np.asarray(w) * outputs * (1 - outputs)


def cliff_gradient(w: ArrayLike, b: ArrayLike) -> Array:
    r"""Return the gradient of the loss on the cliff, by backpropagation through the 50 steps.

    $$ \frac{\partial \mathcal{L}}{\partial w} = \sum_{t=0}^{49} \frac{\partial \mathcal{L}}{\partial a_{t+1}} \, \sigma(a_t) $$

    $$ \frac{\partial \mathcal{L}}{\partial b} = \sum_{t=0}^{49} \frac{\partial \mathcal{L}}{\partial a_{t+1}} $$

    Args and Raises as for `cliff_states`.

    Returns: the slopes along `w` and along `b`, shape (2, …).

    Source: the chain rule; central differences confirm it in the tests.
    """
    outputs = _units.logistic(cliff_states(w, b))
    slopes = outputs * (1 - outputs)
    slopes[1:-1] *= real_array("w", w)  # at the end the slope by a_50, before it the factor of each step
    slopes[-1] *= 2 * (outputs[-1] - TARGET)
    by_state = np.cumprod(slopes[:0:-1], axis=0)[::-1]  # from a_1 to a_50
    return np.stack([(by_state * outputs[:-1]).sum(axis=0), by_state.sum(axis=0)])


def cliff_descent(w: ArrayLike, b: ArrayLike, rate: float, steps: int, threshold: float = math.inf) -> Array:
    """Return the path of gradient descent on the cliff, or one path for each start.

    Args:
        w: the weight at the start, any shape that broadcasts with `b`.
        b: the bias at the start, likewise.
        rate: the learning rate.
        steps: how many steps.
        threshold: the largest gradient norm let through; infinite for no clipping.

    Returns: the parameters (w, b) before the first step and after each, shape (steps + 1, 2, …).

    Raises:
        ValueError: if a number is not finite, `rate` or `threshold` is not above zero, or `steps` is negative.

    Source: `cliff_gradient`.
    """
    start = np.stack(np.broadcast_arrays(real_array("w", w), real_array("b", b)))
    return _descent(lambda point: cliff_gradient(point[0], point[1]), start, rate, steps, threshold)


def quartic_descent(start: float, rate: float, steps: int, threshold: float = math.inf) -> Array:
    r"""Return the path of gradient descent on $f(x) = x^4$, whose slope $4x^3$ outgrows any fixed rate.

    Args:
        start: where it begins.
        rate: the learning rate.
        steps: how many steps.
        threshold: the largest slope let through; infinite for no clipping.

    Returns: x before the first step and after each, shape (steps + 1,); infinite or NaN once it has left float64.

    Raises:
        ValueError: as `cliff_descent`.

    Source: Zhang, He, Sra & Jadbabaie 2020, https://arxiv.org/abs/1905.11881, for why such slopes ask for clipping.
    """
    begin = np.array([finite_float("start", start)])
    return _descent(lambda point: 4 * point**3, begin, rate, steps, threshold)[:, 0]


def _descent(gradient: Callable[[Array], Array], start: Array, rate: float, steps: int, threshold: float) -> Array:
    """Return the points from `start` on, whose first axis holds the parameters and the others, if any, the walks."""
    eta = finite_float("rate", rate, positive=True)
    path = np.empty((natural("steps", steps) + 1, *start.shape))
    path[0] = start
    for index in range(len(path) - 1):
        with np.errstate(over="ignore", invalid="ignore"):  # a descent that diverges is part of the story
            slope = gradient(path[index])
            share = 1.0 if threshold == math.inf else coefficient(np.abs(np.hypot.reduce(slope)), threshold)
            path[index + 1] = path[index] - eta * share * slope
    return path


def _arrays(gradients: Sequence[ArrayLike]) -> list[Array]:
    if len(gradients) == 0:
        raise ValueError("`gradients` must hold at least one array")
    return [real_array("gradients", gradient, finite=False) for gradient in gradients]


def _scaled_norm(arrays: Sequence[Array]) -> tuple[float, float]:
    """Return the largest magnitude of all entries, and the norm in units of it: no square overflows or vanishes."""
    scale = float(np.max([np.max(np.abs(array), initial=0.0) for array in arrays]))
    if scale == 0 or not math.isfinite(scale):
        return scale, 1.0
    return scale, math.sqrt(math.fsum(float(np.sum((array / scale) ** 2)) for array in arrays))


def _norms(norm: ArrayLike) -> Array:
    norms = real_array("norm", norm)
    if np.any(norms < 0):
        raise ValueError("`norm` must be zero or more")
    return norms


def _format(bits: int) -> type[np.floating[Any]]:
    if bits not in _FORMATS:
        raise ValueError(f"`bits` must be 16, 32 or 64, but is {bits!r}")
    return _FORMATS[bits]
