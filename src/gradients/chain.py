r"""The gradient as a product of Jacobians: what each layer of a network receives, and what a long product does.

Norms of deep gradients and products are answered as base-ten logarithms. Products are rescaled by powers of two on the
way, which rounds nothing. A study takes a number of seeds; its arrays hold one column per seed, and seed $s$ is the
generator `default_rng(s)`.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradients import _units
from gradients._checks import finite_float, natural, real_array
from gradients.activations import first_weight_factors, logistic

Array = NDArray[np.float64]

_MOST_SEEDS = 1000
_MOST_LAYERS = 1000
_EULER = 0.5772156649015328606  # Euler's constant, −ψ(1)
_LAWS = ("normal", "uniform")


# Two layers of one number each


def two_layer_values(w1: float, w2: float, b1: float, b2: float, x: float, y: float) -> Array:
    r"""Return what the two-layer network computes on its way to the loss.

    $$ a_1 = w_1 x + b_1, \quad z_1 = \sigma(a_1), \quad a_2 = w_2 z_1 + b_2, \quad \hat y = \sigma(a_2), \quad
    \mathcal{L} = \tfrac12 (\hat y - y)^2 $$

    Args:
        w1: $w_1 \in \mathbb{R}$, the weight of the first layer.
        w2: $w_2 \in \mathbb{R}$, the weight of the second layer.
        b1: $b_1 \in \mathbb{R}$, the bias of the first layer.
        b2: $b_2 \in \mathbb{R}$, the bias of the second layer.
        x: $x \in \mathbb{R}$, the input.
        y: $y \in \mathbb{R}$, the target.

    Returns: shape (5,), $a_1, z_1, a_2, \hat y, \mathcal{L}$.

    Raises:
        ValueError: if an argument is not a finite number.
    """
    a1 = finite_float("w1", w1) * finite_float("x", x) + finite_float("b1", b1)
    z1 = float(logistic(a1))
    a2 = finite_float("w2", w2) * z1 + finite_float("b2", b2)
    output = float(logistic(a2))
    return np.array([a1, z1, a2, output, (output - finite_float("y", y)) ** 2 / 2])


def two_layer_factors(w1: float, w2: float, b1: float, b2: float, x: float, y: float) -> Array:
    r"""Return the five factors whose product is the derivative of the loss by the first weight.

    $$ \frac{\partial \mathcal{L}}{\partial w_1} = \frac{\partial \mathcal{L}}{\partial \hat y} \cdot \frac{\partial \hat y}{\partial a_2}
    \cdot \frac{\partial a_2}{\partial z_1} \cdot \frac{\partial z_1}{\partial a_1}
    \cdot \frac{\partial a_1}{\partial w_1} $$

    Args:
        w1: $w_1 \in \mathbb{R}$, the weight of the first layer.
        w2: $w_2 \in \mathbb{R}$, the weight of the second layer.
        b1: $b_1 \in \mathbb{R}$, the bias of the first layer.
        b2: $b_2 \in \mathbb{R}$, the bias of the second layer.
        x: $x \in \mathbb{R}$, the input.
        y: $y \in \mathbb{R}$, the target.

    Returns: shape (5,), in the order of the equation.

    Raises:
        ValueError: if an argument is not a finite number.
    """
    return first_weight_factors(w1, b1, w2, b2, x, y)


# Networks of many layers


class Network(NamedTuple):
    r"""The layers $z_k = \varphi(W_k z_{k-1} + b_k)$ of a network, its input and the target of its output."""

    weights: Sequence[ArrayLike]
    biases: Sequence[ArrayLike]
    x: ArrayLike
    target: ArrayLike


class _Arrays(NamedTuple):
    """A network whose parts are float64 arrays that fit each other."""

    weights: Sequence[Array]
    biases: Sequence[Array]
    x: Array
    target: Array


class _Layer(NamedTuple):
    """What the forward pass leaves behind at one layer."""

    weights: Array  # W_k
    entering: Array  # z_{k-1}
    weighted: Array  # W_k z_{k-1}
    slopes: Array  # φ′(a_k)


class _Pass(NamedTuple):
    """What backpropagation adds to it; the true gradients are `power` powers of two larger."""

    layer: _Layer
    by_output: Array  # ∂L/∂z_k
    by_sum: Array  # ∂L/∂a_k
    power: int


def random_network(
    depth: int, width: int, *, scale: float, bias: float = 0.0, law: str = "normal", rng: np.random.Generator
) -> Network:
    r"""Return a network of random square weights, a normal input and a target of length one.

    Args:
        depth: $L \in \mathbb{N}$, number of layers, at most 1000.
        width: $n \in \mathbb{N}$, units of each layer.
        scale: $\sigma_w \in [0, \infty)$; each weight has mean zero and the variance $\sigma_w^2 / n$.
        bias: $\sigma_b \in [0, \infty)$, the standard deviation of each bias.
        law: `normal` or `uniform`, the distribution of weights and biases.
        rng: where the random numbers come from: weights, biases, input, target, in this order.

    Returns: weights of shape (depth, width, width), biases of shape (depth, width), input and target of shape (width,).

    Raises:
        ValueError: if an argument is out of its set.
    """
    return Network(*_drawn(depth, width, scale, bias, law, rng))


def torch_default(width: int) -> tuple[float, float]:
    r"""Return the scale of the weights and the deviation of the biases that PyTorch gives a linear layer by default.

    Args:
        width: $n \in \mathbb{N}$, inputs of the layer; weights and biases are uniform within one over its root.

    Returns: $\sigma_w$ and $\sigma_b$, as `random_network` takes them.

    Raises:
        ValueError: if `width` is not a positive integer.

    Source: PyTorch, torch.nn.Linear, https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """
    return math.sqrt(1 / 3), math.sqrt(1 / (3 * natural("width", width, least=1)))


def jacobians(activation: str, network: Network) -> list[Array]:
    r"""Return the Jacobian of each layer, in numerator layout: a row for each output, a column for each input.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $b_1, \dots, b_4 \in \mathbb{R}^n$,
    $z_0, y \in \mathbb{R}^n$, where $z_k = \varphi(a_k)$, $a_k = W_k z_{k-1} + b_k$, $\varphi(x) = \sin x$,
    $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$, say:
    $$ J_k = \frac{\partial z_k}{\partial z_{k-1}} = \operatorname{diag}(\varphi'(a_k)) \, W_k $$

    Args:
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.
        network: the layers, whose pre-activations are $a_k = W_k z_{k-1} + b_k$.

    Returns: $J_1$ to $J_L$, each of the shape of its weights.

    Raises:
        ValueError: if the activation is unknown, a shape does not fit, or the signal leaves the range of float64.
    """
    layers, _ = _forward(activation, _checked(network))
    return [layer.slopes[:, np.newaxis] * layer.weights for layer in layers]


def output_gradients(activation: str, network: Network) -> list[Array]:
    r"""Return the gradient of half the squared error by the output of each layer.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $b_1, \dots, b_4 \in \mathbb{R}^n$,
    $z_0, y \in \mathbb{R}^n$, where $z_k = \varphi(a_k)$, $a_k = W_k z_{k-1} + b_k$, $\varphi(x) = \sin x$,
    $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$, $J_k = \frac{\partial z_k}{\partial z_{k-1}}$, say:
    $$ \frac{\partial \mathcal{L}}{\partial z_{k-1}} = \frac{\partial \mathcal{L}}{\partial z_k} \, J_k $$

    Args:
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.
        network: the layers, the input and the target $y$ of the loss $\tfrac12 \lVert z_L - y \rVert^2$.

    Returns: a row $\partial \mathcal{L} / \partial z_k$ for each layer from 1 to $L$.

    Raises:
        ValueError: if the activation is unknown, a shape does not fit, or a number leaves the range of float64.
    """
    return [_restored(each.by_output, each.power) for each in _backward(activation, _checked(network))]


def weight_gradients(activation: str, network: Network) -> list[Array]:
    r"""Return the gradient of half the squared error by the weights of each layer.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $b_1, \dots, b_4 \in \mathbb{R}^n$,
    $z_0, y \in \mathbb{R}^n$, where $z_k = \varphi(a_k)$, $a_k = W_k z_{k-1} + b_k$, $\varphi(x) = \sin x$,
    $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$, $\delta_k = \left( \frac{\partial \mathcal{L}}{\partial a_k}
    \right)^{\mathsf T}$, say:
    $$ \frac{\partial \mathcal{L}}{\partial W_k} = \delta_k \, z_{k-1}^{\top} $$

    Args:
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.
        network: the layers, the input and the target $y$ of the loss $\tfrac12 \lVert z_L - y \rVert^2$.

    Returns: for each layer from 1 to $L$ a matrix of the shape of its weights, its entry the derivative by that weight.

    Raises:
        ValueError: if the activation is unknown, a shape does not fit, or a number leaves the range of float64.
    """
    return [
        _restored(np.outer(each.by_sum, each.layer.entering), each.power)
        for each in _backward(activation, _checked(network))
    ]


def signal_norms(
    activation: str, scale: float, depth: int, width: int, seeds: int, *, bias: float = 0.0, law: str = "normal"
) -> Array:
    r"""Return $\log_{10}$ of the norm of the signal that enters each layer, in random networks.

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        scale: $\sigma_w$, as `random_network` takes it.
        depth: number of layers.
        width: units of each layer.
        seeds: number of networks, at most 1000.
        bias: $\sigma_b$, as `random_network` takes it.
        law: `normal` or `uniform`.

    Returns: shape (depth, seeds), of $z_0$ to $z_{L-1}$; minus infinity where a signal is exactly zero.

    Raises:
        ValueError: if an argument is out of its set or the signal leaves the range of float64.
    """
    return _study(
        lambda each, _: _log10_norm(each.layer.entering, 0), activation, scale, depth, width, seeds, bias, law
    )


def output_norms(
    activation: str, scale: float, depth: int, width: int, seeds: int, *, bias: float = 0.0, law: str = "normal"
) -> Array:
    r"""Return $\log_{10}$ of the norm of the gradient by each layer's output, in random networks.

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        scale: $\sigma_w$, as `random_network` takes it.
        depth: number of layers.
        width: units of each layer.
        seeds: number of networks, at most 1000.
        bias: $\sigma_b$, as `random_network` takes it.
        law: `normal` or `uniform`.

    Returns: shape (depth, seeds); minus infinity where a gradient is exactly zero.

    Raises:
        ValueError: if an argument is out of its set or the signal leaves the range of float64.
    """
    return _study(
        lambda each, _: _log10_norm(each.by_output, each.power), activation, scale, depth, width, seeds, bias, law
    )


def weight_norms(
    activation: str, scale: float, depth: int, width: int, seeds: int, *, bias: float = 0.0, law: str = "normal"
) -> Array:
    r"""Return $\log_{10}$ of the Frobenius norm of the gradient by each layer's weights, in random networks.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $b_1, \dots, b_4 \in \mathbb{R}^n$,
    $z_0, y \in \mathbb{R}^n$, where $z_k = \varphi(a_k)$, $a_k = W_k z_{k-1} + b_k$, $\varphi(x) = \sin x$,
    $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$, $\delta_k = \left( \frac{\partial \mathcal{L}}{\partial a_k}
    \right)^{\mathsf T}$, say:
    $$ \left\lVert \frac{\partial \mathcal{L}}{\partial W_k} \right\rVert
    = \lVert \delta_k \rVert \cdot \lVert z_{k-1} \rVert $$

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        scale: $\sigma_w$, as `random_network` takes it.
        depth: number of layers.
        width: units of each layer.
        seeds: number of networks, at most 1000.
        bias: $\sigma_b$, as `random_network` takes it.
        law: `normal` or `uniform`.

    Returns: shape (depth, seeds); minus infinity where a gradient is exactly zero.

    Raises:
        ValueError: if an argument is out of its set or the signal leaves the range of float64.
    """
    return _study(
        lambda each, _: _log10_norm(each.by_sum, each.power) + _log10_norm(each.layer.entering, 0),
        *(activation, scale, depth, width, seeds, bias, law),
    )


def batch_norms(activation: str, scale: float, depth: int, width: int, seeds: int, inputs: int) -> Array:
    r"""Return $\log_{10}$ of the norm of the gradient by each layer's weights, averaged over a batch of inputs.

    $$ \frac{1}{m} \left\lVert \sum_{i=1}^{m} \delta_k^{(i)} \, z_{k-1}^{(i) \top} \right\rVert $$

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        scale: $\sigma_w$, as `random_network` takes it; there are no biases.
        depth: number of layers.
        width: units of each layer.
        seeds: number of networks, at most 1000.
        inputs: $m \in \mathbb{N}$, number of inputs, normal, each with a target of length one of its own. They are
            drawn after the weights, first all inputs, then all targets.

    Returns: shape (depth, seeds); minus infinity where a gradient is exactly zero.

    Raises:
        ValueError: if an argument is out of its set or the signal leaves the range of float64.
    """
    count = natural("inputs", inputs, least=1)
    columns = []
    for seed in range(_seeds(seeds)):
        rng = np.random.default_rng(seed)
        drawn = _drawn(depth, width, scale, 0.0, "normal", rng)
        x, target = rng.standard_normal((2, width, count))
        together = _Arrays(drawn.weights, [np.zeros((width, 1))] * depth, x, target / np.linalg.norm(target, axis=0))
        passes = _backward(activation, together)
        columns.append([_log10_norm(each.by_sum @ each.layer.entering.T / count, each.power) for each in passes])
    return np.array(columns).T


def pairings(
    activation: str, scale: float, depth: int, width: int, seeds: int, *, bias: float = 0.0, law: str = "normal"
) -> Array:
    r"""Return the sum of each weight times its own derivative, layer by layer, in random networks.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $z_0, y \in \mathbb{R}^n$, where $z_k
    = \varphi(a_k)$, $a_k = W_k z_{k-1}$, $\varphi(x) = \max(x, 0)$, $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$,
    $\delta_k = \left( \frac{\partial \mathcal{L}}{\partial a_k} \right)^{\mathsf T}$, say:
    $$ \langle W_k, \, \partial \mathcal{L} / \partial W_k \rangle = \delta_k \cdot (W_k z_{k-1}) $$

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        scale: $\sigma_w$, as `random_network` takes it.
        depth: number of layers.
        width: units of each layer.
        seeds: number of networks, at most 1000.
        bias: $\sigma_b$, as `random_network` takes it.
        law: `normal` or `uniform`.

    Returns: shape (depth, seeds), as multiples of the last layer's sum, so that the last row holds ones.

    Raises:
        ValueError: if an argument is out of its set, the signal leaves the range of float64, or the last layer's sum
            is zero.
    """

    def ratio(each: _Pass, last: _Pass) -> float:
        whole = float(last.by_sum @ last.layer.weighted)
        if whole == 0:
            raise ValueError("the sum of the last layer is zero, and nothing is a multiple of it")
        return math.ldexp(float(each.by_sum @ each.layer.weighted) / whole, each.power - last.power)

    return _study(ratio, activation, scale, depth, width, seeds, bias, law)


def layer_speeds(hidden: int, seeds: int, images: int = 100) -> Array:
    r"""Return how fast the biases of each hidden layer learn at the start, in Nielsen's networks of logistic units.

    The networks have 784 inputs, `hidden` layers of 30 units and 10 outputs. A weight has mean zero and the variance of
    one over the number of its layer's inputs, a bias the variance one. The loss is the cross-entropy, averaged over
    `images`. No picture is read: about a fifth of the pixels of an image (0.19) are uniform between 0 and 1, the others
    zero, and its label is one of ten with equal chance. The generator gives weights, biases, which pixels are on, their
    values and labels, in this order.

    Args:
        hidden: number of hidden layers.
        seeds: number of networks, at most 1000.
        images: number of images, at least 1.

    Returns: shape (hidden, seeds), the norm of the gradient by the biases of each hidden layer.

    Raises:
        ValueError: if an argument is not a positive integer.

    Source: Nielsen, Neural Networks and Deep Learning (2015), chapter 5,
        http://neuralnetworksanddeeplearning.com/chap5.html
    """
    hidden, images = natural("hidden", hidden, least=1, most=_MOST_LAYERS), natural("images", images, least=1)
    sizes = [784, *[30] * hidden, 10]
    speeds = np.empty((hidden, _seeds(seeds)))
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        weights = [rng.standard_normal((rows, columns)) / math.sqrt(columns) for columns, rows in pairwise(sizes)]
        biases = [rng.standard_normal(rows) for rows in sizes[1:]]
        pixels = np.where(rng.random((images, 784)) < 0.19, rng.random((images, 784)), 0.0)
        target = np.eye(10)[rng.integers(10, size=images)]
        sums, signal = [], pixels
        for layer, weight in enumerate(weights):
            sums.append(signal @ weight.T + biases[layer])
            signal = _units.logistic(sums[-1])
        delta = signal - target  # the slope of the last logistic layer cancels against that of the cross-entropy
        for layer in reversed(range(hidden)):
            delta = delta @ weights[layer + 1] * _units.logistic_slope(sums[layer])
            speeds[layer, seed] = np.linalg.norm(delta.mean(axis=0))
    return speeds


# Products of matrices


def spectral_norm(matrix: ArrayLike) -> float:
    r"""Return the largest factor by which the matrix lengthens a vector: its largest singular value.

    $$ \lVert A \rVert_2 = \max_{\lVert u \rVert = 1} \lVert A u \rVert $$

    Args:
        matrix: $A \in \mathbb{R}^{m \times n}$, with at least one entry.

    Returns: the norm.

    Raises:
        ValueError: if `matrix` is empty, has not exactly two axes, or holds anything but finite numbers.
    """
    return float(np.linalg.norm(_matrix("matrix", matrix), 2))


def spectral_radius(matrix: ArrayLike) -> float:
    r"""Return the largest magnitude of an eigenvalue.

    $$ \rho(A) = \max_i \lvert \mu_i(A) \rvert $$

    Args:
        matrix: $A \in \mathbb{R}^{n \times n}$, with at least one entry.

    Returns: the radius.

    Raises:
        ValueError: if `matrix` is not square, is empty, or holds anything but finite numbers.
    """
    square = _matrix("matrix", matrix)
    if square.shape[0] != square.shape[1]:
        raise ValueError(f"`matrix` must be square to have eigenvalues, but its shape is {square.shape}")
    return float(abs(np.linalg.eigvals(square)).max())


def product(matrices: Sequence[ArrayLike], repeats: int = 1) -> Array:
    r"""Return the product of the matrices in the order in which layers act: the first on the right.

    $$ J_L J_{L-1} \cdots J_1 $$

    Args:
        matrices: $J_1$ to $J_L$, at least one, each with as many columns as the one before has rows.
        repeats: how often the whole sequence is applied, at least once; more than once only if it is square.

    Returns: the product.

    Raises:
        ValueError: if a shape does not fit, an argument is empty or not finite, or the product leaves the range of
            float64.
    """
    return _restored(*_running(_chained(matrices, repeats))[-1])


def product_norms(matrices: Sequence[ArrayLike], repeats: int = 1) -> Array:
    r"""Return $\log_{10}$ of the spectral norm of the product so far, after each factor.

    Args:
        matrices: $J_1$ to $J_L$, as `product` takes them.
        repeats: how often the whole sequence is applied, at least once.

    Returns: shape (L · repeats,); minus infinity from where the product is exactly zero.

    Raises:
        ValueError: if a shape does not fit, or an argument is empty or not finite.
    """
    return np.stack([_log10_spectral(*each) for each in _running(_chained(matrices, repeats))])


def norm_bounds(matrices: Sequence[ArrayLike], repeats: int = 1) -> Array:
    r"""Return $\log_{10}$ of the product of the spectral norms so far: an upper bound on `product_norms`.

    For $L \in \{1, \dots, 6\}$, $J_1, \dots, J_L \in \mathbb{R}^{n \times n}$:
    $$ \lVert J_L \cdots J_1 \rVert_2 \le \lVert J_L \rVert_2 \cdots \lVert J_1 \rVert_2 $$

    Args:
        matrices: $J_1$ to $J_L$, as `product` takes them.
        repeats: how often the whole sequence is applied, at least once.

    Returns: shape (L · repeats,); minus infinity from the first zero matrix on.

    Raises:
        ValueError: if a shape does not fit, or an argument is empty or not finite.
    """
    return np.cumsum([_log10_spectral(each, 0) for each in _chained(matrices, repeats)])


def gaussian_products(size: int, factors: int, seeds: int) -> Array:
    r"""Return $\log_{10}$ of the spectral norm of products of random matrices, after each factor.

    Args:
        size: $n \in \mathbb{N}$; the matrices are square, their entries independent and standard normal.
        factors: number of matrices, at most 1000.
        seeds: number of products, at most 1000.

    Returns: shape (factors, seeds).

    Raises:
        ValueError: if an argument is not a positive integer in its range.
    """
    return np.stack([_log10_spectral(*each) for each in _running(_gaussian(size, factors, seeds))])


def gaussian_bounds(size: int, factors: int, seeds: int) -> Array:
    r"""Return $\log_{10}$ of the product of the spectral norms of the same random matrices, after each factor.

    Args:
        size: $n \in \mathbb{N}$, as `gaussian_products` takes it.
        factors: number of matrices, at most 1000.
        seeds: number of products, at most 1000.

    Returns: shape (factors, seeds).

    Raises:
        ValueError: if an argument is not a positive integer in its range.
    """
    return np.cumsum([_log10_spectral(each, 0) for each in _gaussian(size, factors, seeds)], axis=0)


def digamma_half(count: int) -> float:
    r"""Return the digamma function at half of a positive whole number, in closed form.

    $$ \psi(1) = -\gamma, \qquad \psi(\tfrac12) = -\gamma - 2 \ln 2, \qquad \psi(x + 1) = \psi(x) + \frac{1}{x} $$

    Args:
        count: $n \in \mathbb{N}$, twice the argument, at most a million.

    Returns: $\psi(n / 2)$, where $\gamma$ is Euler's constant, about 0.5772.

    Raises:
        ValueError: if `count` is not a positive integer in its range.

    Source: NIST Digital Library of Mathematical Functions, 5.4.12, 5.4.13 and 5.5.2, https://dlmf.nist.gov/5.4
    """
    count = natural("count", count, least=1, most=10**6)
    start = -_EULER - (2 * math.log(2) if count % 2 else 0)
    return start + math.fsum(2 / twice for twice in range(2 - count % 2, count, 2))


def lyapunov_exponent(size: int) -> float:
    r"""Return the growth per factor, in natural logarithms, of a long product of standard normal matrices.

    $$ \Lambda = \tfrac12 \left( \ln 2 + \psi \left( \tfrac{n}{2} \right) \right) $$

    Entries of standard deviation $s$ instead of 1 add $\ln s$.

    Args:
        size: $n \in \mathbb{N}$, rows and columns of each matrix, at most a million.

    Returns: the largest Lyapunov exponent.

    Raises:
        ValueError: if `size` is not a positive integer in its range.

    Source: Newman, The distribution of Lyapunov exponents: exact results for random matrices (1986),
        https://doi.org/10.1007/BF01464284
    """
    return (math.log(2) + digamma_half(natural("size", size, least=1))) / 2


def quantile(values: ArrayLike, chance: float) -> Array:
    r"""Return the quantile over seeds, between the two nearest values where it falls between them.

    Args:
        values: one value per seed along the last axis, at least one.
        chance: $p \in [0, 1]$; 0.5 asks for the median.

    Returns: the shape of `values` without its last axis.

    Raises:
        ValueError: if `values` is empty, a number alone or not finite, or `chance` is not from 0 to 1.
    """
    array, chance = real_array("values", values), finite_float("chance", chance)
    if array.ndim == 0 or array.size == 0:
        raise ValueError("`values` must hold at least one value per row, but has none")
    if not 0 <= chance <= 1:
        raise ValueError(f"`chance` must be from 0 to 1, but is {chance!r}")
    return np.asarray(np.quantile(array, chance, axis=-1))


def magnitude(logs: ArrayLike, base: float = 10.0) -> Array:
    r"""Return the numbers that have the given logarithms, $\beta^{x}$.

    Args:
        logs: $x \in \mathbb{R}$, logarithms of any shape.
        base: $\beta \in (0, \infty)$, their base.

    Returns: the numbers, of the shape of `logs`.

    Raises:
        ValueError: if an argument is not finite, `base` is not above zero, or a number leaves the normal range of
            float64.
    """
    exponents, base = real_array("logs", logs), finite_float("base", base, positive=True)
    with np.errstate(over="ignore"):  # said below
        numbers = np.asarray(base**exponents)
    if np.isinf(numbers).any() or (numbers < np.finfo(float).smallest_normal).any():
        raise ValueError("a number leaves the normal range of float64; leave it as a logarithm")
    return numbers


# What the functions above share


def _drawn(depth: int, width: int, scale: float, bias: float, law: str, rng: np.random.Generator) -> _Arrays:
    """Return what `random_network` asks for, which needs no check any more."""
    depth, width = natural("depth", depth, least=1, most=_MOST_LAYERS), natural("width", width, least=1)
    scale, bias = _deviation("scale", scale), _deviation("bias", bias)
    if law not in _LAWS:
        raise ValueError(f"`law` must be one of {', '.join(_LAWS)}, but is {law!r}")
    draw = rng.standard_normal if law == "normal" else lambda shape: rng.uniform(-math.sqrt(3), math.sqrt(3), shape)
    weights = draw((depth, width, width)) * (scale / math.sqrt(width))
    biases = draw((depth, width)) * bias
    x, target = rng.standard_normal(width), rng.standard_normal(width)
    return _Arrays(list(weights), list(biases), x, target / np.linalg.norm(target))


def _checked(network: Network) -> _Arrays:
    """Return the parts of a network that someone else has put together, if they fit each other."""
    x = real_array("x", network.x, ndim=1)
    if len(network.weights) == 0:
        raise ValueError("`weights` must hold the matrix of at least one layer, but is empty")
    if len(network.weights) != len(network.biases):
        raise ValueError(f"each layer has one bias vector, but {len(network.weights)} have {len(network.biases)}")
    weights, biases, size = [], [], x.size
    for matrix, bias in zip(network.weights, network.biases, strict=True):
        weights.append(_matrix("weights", matrix))
        if weights[-1].shape[1] != size:
            raise ValueError(f"a layer with {weights[-1].shape[1]} inputs follows {size} outputs")
        size = len(weights[-1])
        biases.append(real_array("biases", bias, shape=(size,)))
    return _Arrays(weights, biases, x, real_array("target", network.target, shape=(size,)))


def _forward(activation: str, network: _Arrays) -> tuple[list[_Layer], Array]:
    """Return what happens at each layer, and the output of the last."""
    function, slope = _units.named(activation)
    signal, layers = network.x, []
    for weights, bias in zip(network.weights, network.biases, strict=True):
        with np.errstate(over="ignore", invalid="ignore"):  # said below
            weighted = weights @ signal
        total = weighted + bias
        if not np.isfinite(total).all() or 0 < abs(total).max() < np.finfo(float).smallest_normal:
            raise ValueError("the signal leaves the range of float64; take fewer layers or a gain nearer to one")
        layers.append(_Layer(weights, signal, weighted, slope(total)))
        signal = function(total)
    return layers, signal


def _backward(activation: str, network: _Arrays) -> list[_Pass]:
    """Run backpropagation for half the squared error, keeping the gradient near one."""
    layers, output = _forward(activation, network)
    passes: list[_Pass] = []
    gradient, power = output - network.target, 0
    for layer in reversed(layers):
        gradient, shift = _halved(gradient)
        power += shift
        by_sum = gradient * layer.slopes
        passes.append(_Pass(layer, gradient, by_sum, power))
        gradient = layer.weights.T @ by_sum  # of one input, or of one input a column
    return passes[::-1]


def _study(
    measure: Callable[[_Pass, _Pass], float],
    activation: str,
    scale: float,
    depth: int,
    width: int,
    seeds: int,
    bias: float,
    law: str,
) -> Array:
    """Return a measure of each layer and the last one, a row for each layer and a column for each seed."""
    columns = []
    for seed in range(_seeds(seeds)):
        passes = _backward(activation, _drawn(depth, width, scale, bias, law, np.random.default_rng(seed)))
        columns.append([measure(each, passes[-1]) for each in passes])
    return np.array(columns).T


def _gaussian(size: int, factors: int, seeds: int) -> Array:
    """Return standard normal matrices of the shape (factors, seeds, size, size)."""
    size, factors = natural("size", size, least=1), natural("factors", factors, least=1, most=_MOST_LAYERS)
    drawn = [np.random.default_rng(seed).standard_normal((factors, size, size)) for seed in range(_seeds(seeds))]
    return np.stack(drawn, axis=1)


def _chained(matrices: Sequence[ArrayLike], repeats: int) -> list[Array]:
    """Return the factors in the order in which they act, each of them checked against the one before."""
    once = [_matrix("matrices", each) for each in matrices]
    if not once:
        raise ValueError("`matrices` must hold at least one matrix, but is empty")
    factors = once * natural("repeats", repeats, least=1, most=_MOST_LAYERS)
    for earlier, later in pairwise(factors):
        if later.shape[1] != earlier.shape[0]:
            raise ValueError(f"a matrix of shape {later.shape} cannot follow one of shape {earlier.shape}")
    return factors


def _running(factors: Sequence[Array] | Array) -> list[tuple[Array, int]]:
    """Return the product after each factor, with a largest entry from 1/2 to 1, and the power of two taken out."""
    products = [_halved(factors[0])]
    for each in factors[1:]:
        entries, shift = _halved(each @ products[-1][0])
        products.append((entries, products[-1][1] + shift))
    return products


def _halved(array: Array) -> tuple[Array, int]:
    """Return the array with a largest magnitude from 1/2 to 1, and the power of two taken out."""
    power = math.frexp(float(abs(array).max()))[1]
    return np.ldexp(array, -power), power


def _restored(array: Array, power: int) -> Array:
    """Return the array times a power of two, if its largest magnitude stays in the normal range of float64."""
    with np.errstate(over="ignore"):  # said below
        full = np.ldexp(array, power)
    top = abs(full).max()
    if np.isinf(top) or top < np.finfo(float).smallest_normal and array.any():
        raise ValueError("the result leaves the normal range of float64; ask for the logarithm of its norm")
    return full


def _log10_norm(vector: Array, power: int) -> float:
    entries, shift = _halved(vector)
    if not entries.any():
        return -math.inf
    return math.log10(np.linalg.norm(entries)) + (shift + power) * math.log10(2)


def _log10_spectral(matrices: Array, power: int) -> Array:
    norms = np.linalg.norm(matrices, 2, axis=(-2, -1))
    logs = np.log10(norms, out=np.full(np.shape(norms), -math.inf), where=norms > 0)
    return np.asarray(logs + power * math.log10(2))


def _matrix(name: str, value: ArrayLike) -> Array:
    matrix = real_array(name, value, ndim=2)
    if matrix.size == 0:
        raise ValueError(f"`{name}` must hold matrices with at least one entry, but one is empty")
    return matrix


def _deviation(name: str, value: float) -> float:
    deviation = finite_float(name, value)
    if deviation < 0:
        raise ValueError(f"`{name}` must not be negative, but is {deviation!r}")
    return deviation


def _seeds(seeds: int) -> int:
    return natural("seeds", seeds, least=1, most=_MOST_SEEDS)
