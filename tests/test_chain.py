"""The chapter *chain*: its derivation step by step, its library against independent truth, and what it refuses."""

import inspect
import json
import math
from collections.abc import Callable
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gradients import chain

Array = NDArray[np.float64]

REFERENCE = json.loads((Path(__file__).parent / "data" / "chain.json").read_text())
PAIRS = {"shift": ([[0, 2], [0, 0]], [[0, 0], [2, 0]]), "diagonal": ([[2, 0], [0, 0.1]], [[0.1, 0], [0, 2]])}
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "logistic": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "linear": lambda a: a,
}

small = st.floats(-2, 2)


def central(function: Callable[[float], float], at: float) -> float:
    """Return the slope of `function` between near points, with an error of the fourth order in their distance."""
    h = 1e-3
    near, far = function(at + h) - function(at - h), function(at + 2 * h) - function(at - 2 * h)
    return (8 * near - far) / (12 * h)


def differences(function: Callable[[Array], Array], at: Array) -> Array:
    """Return the Jacobian of `function` by central differences, a row for each output."""
    columns = []
    for unit in np.eye(at.size).reshape(at.size, *at.shape):
        h = 1e-3
        near = function(at + h * unit) - function(at - h * unit)
        far = function(at + 2 * h * unit) - function(at - 2 * h * unit)
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=-1)


def two_layers(w1: float, w2: float, b1: float, b2: float, x: float, y: float) -> float:
    """Run the two-layer network as it is written."""
    a1 = 1 / (1 + math.exp(-(w1 * x + b1)))
    return (1 / (1 + math.exp(-(w2 * a1 + b2))) - y) ** 2 / 2


def forward(activation: str, network: chain.Network) -> list[Array]:
    """Run a network layer by layer and return its input and all outputs."""
    signal = [np.asarray(network.x, dtype=float)]
    for weight, bias in zip(network.weights, network.biases, strict=True):
        signal.append(FUNCTIONS[activation](np.asarray(weight) @ signal[-1] + bias))
    return signal


def rest(activation: str, network: chain.Network, layer: int) -> Callable[[Array], float]:
    """Return the loss as a function of the output of a layer, counted from 0 for the input."""
    later = chain.Network(network.weights[layer:], network.biases[layer:], network.x, network.target)

    def loss(z: Array) -> float:
        return float(np.sum((forward(activation, later._replace(x=z))[-1] - network.target) ** 2) / 2)

    return loss


def drawn(depth: int = 4, width: int = 3, scale: float = 1.3, bias: float = 0.4, seed: int = 0) -> chain.Network:
    """Return a small random network."""
    return chain.random_network(depth, width, scale=scale, bias=bias, rng=np.random.default_rng(seed))


def narrowing() -> chain.Network:
    """Return a network whose layers have 3, 4 and 2 units behind an input of 2."""
    rng = np.random.default_rng(5)
    sizes = [2, 3, 4, 2]
    weights = [rng.standard_normal((rows, columns)) for columns, rows in zip(sizes, sizes[1:], strict=False)]
    return chain.Network(weights, [rng.standard_normal(rows) for rows in sizes[1:]], [0.3, -0.7], [0.5, 0.1])


# The derivation, one test a step. A test's docstring carries the equation that it verifies.


@given(small, small, small, small, small, small)
def test_each_factor_of_two_layers(w1: float, w2: float, b1: float, b2: float, x: float, y: float) -> None:
    r"""Each of the five factors is the slope of one line of the forward pass.

    For $w_1, w_2, b_1, b_2, x, y \in \mathbb{R}$, where $a_1 = w_1 x + b_1$, $z_1 = \sigma(a_1)$, $a_2 = w_2 z_1 +
    b_2$, $\hat y = \sigma(a_2)$, $\mathcal{L} = \tfrac12 (\hat y - y)^2$, $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \frac{\partial \mathcal{L}}{\partial \hat y} = \hat y - y, \quad \frac{\partial \hat y}{\partial a_2} = \sigma'(a_2), \quad
    \frac{\partial a_2}{\partial z_1} = w_2, \quad \frac{\partial z_1}{\partial a_1} = \sigma'(a_1), \quad
    \frac{\partial a_1}{\partial w_1} = x $$
    """
    a1, z1, a2, output, loss = chain.two_layer_values(w1, w2, b1, b2, x, y)

    def logistic(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    assert loss == pytest.approx(two_layers(w1, w2, b1, b2, x, y), rel=1e-12, abs=1e-15)
    assert chain.two_layer_factors(w1, w2, b1, b2, x, y) == pytest.approx(
        [
            central(lambda v: (v - y) ** 2 / 2, output),
            central(logistic, a2),
            central(lambda v: w2 * v + b2, z1),
            central(logistic, a1),
            central(lambda v: v * x + b1, w1),
        ],
        rel=1e-9,
        abs=1e-9,
    )


@given(small, small, small, small, small, small)
def test_product_of_the_five_factors(w1: float, w2: float, b1: float, b2: float, x: float, y: float) -> None:
    r"""The product of the five factors is the slope of the loss by the first weight.

    For $w_1, w_2, b_1, b_2, x, y \in \mathbb{R}$, where $a_1 = w_1 x + b_1$, $z_1 = \sigma(a_1)$, $a_2 = w_2 z_1 +
    b_2$, $\hat y = \sigma(a_2)$, $\mathcal{L} = \tfrac12 (\hat y - y)^2$, $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \frac{\partial \mathcal{L}}{\partial w_1} = (\hat y - y) \cdot \sigma'(a_2) \cdot w_2 \cdot \sigma'(a_1) \cdot x $$
    """
    slope = central(lambda w: two_layers(w, w2, b1, b2, x, y), w1)
    assert math.prod(chain.two_layer_factors(w1, w2, b1, b2, x, y)) == pytest.approx(slope, rel=1e-7, abs=1e-10)


@given(small, small, small, small, small, small)
def test_second_weight_shares_two_factors(w1: float, w2: float, b1: float, b2: float, x: float, y: float) -> None:
    r"""The slope by the second weight starts with the same two factors and ends with what enters its layer.

    For $w_1, w_2, b_1, b_2, x, y \in \mathbb{R}$, where $a_1 = w_1 x + b_1$, $z_1 = \sigma(a_1)$, $a_2 = w_2 z_1 +
    b_2$, $\hat y = \sigma(a_2)$, $\mathcal{L} = \tfrac12 (\hat y - y)^2$, $\sigma(x) = 1 / (1 + e^{-x})$:
    $$ \frac{\partial \mathcal{L}}{\partial w_2} = (\hat y - y) \cdot \sigma'(a_2) \cdot z_1 $$
    """
    first, second, *_ = chain.two_layer_factors(w1, w2, b1, b2, x, y)
    z1 = chain.two_layer_values(w1, w2, b1, b2, x, y)[1]
    slope = central(lambda w: two_layers(w1, w, b1, b2, x, y), w2)
    assert first * second * z1 == pytest.approx(slope, rel=1e-7, abs=1e-10)


@given(small, small)
def test_scalar_by_vector_is_a_row(x: float, y: float) -> None:
    r"""The derivative of one number by two has two entries, in a row.

    For $\theta \in \mathbb{R}^2$, where $x = \theta_1$, $y = \theta_2$, $u = x^2 + y^2$:
    $$ \frac{\partial u}{\partial \theta} = \begin{pmatrix} \frac{\partial u}{\partial x} &
    \frac{\partial u}{\partial y} \end{pmatrix} = \begin{pmatrix} 2x & 2y \end{pmatrix} $$
    """
    row = differences(lambda v: np.array([v[0] ** 2 + v[1] ** 2]), np.array([x, y]))
    assert row.shape == (1, 2)
    assert row == pytest.approx(np.array([[2 * x, 2 * y]]), abs=1e-9)


@given(small, small)
def test_vector_by_vector_is_a_matrix(x: float, y: float) -> None:
    r"""The derivative of two numbers by two is a matrix, with a row for each of the numbers that are differentiated.

    For $\theta \in \mathbb{R}^2$, where $x = \theta_1$, $y = \theta_2$, $u = \begin{pmatrix} x^2 + y^2 \\ x^3 + y^3
    \end{pmatrix}$:
    $$ \frac{\partial u}{\partial \theta} = \begin{pmatrix}
    \frac{\partial u_1}{\partial x} & \frac{\partial u_1}{\partial y} \\
    \frac{\partial u_2}{\partial x} & \frac{\partial u_2}{\partial y} \end{pmatrix}
    = \begin{pmatrix} 2x & 2y \\ 3x^2 & 3y^2 \end{pmatrix} $$
    """

    def function(v: Array) -> Array:
        return np.array([v[0] ** 2 + v[1] ** 2, v[0] ** 3 + v[1] ** 3])

    expected = np.array([[2 * x, 2 * y], [3 * x**2, 3 * y**2]])
    assert differences(function, np.array([x, y])) == pytest.approx(expected, abs=1e-8)
    assert differences(function, np.array([1.0, 2.0])) == pytest.approx(np.array([[2, 4], [3, 12]]), abs=1e-8)


@given(small, small)
def test_jacobians_multiply(x: float, y: float) -> None:
    r"""The Jacobian of one function after another is the product of theirs, the first to act on the right.

    For $\theta \in \mathbb{R}^2$, where $x = \theta_1$, $y = \theta_2$, $u = \begin{pmatrix} x^2 + y^2 \\ x^3 + y^3
    \end{pmatrix}$, $v = \begin{pmatrix} u_1 u_2 \\ \sin u_1 \end{pmatrix}$, say:
    $$ \frac{\partial v}{\partial \theta} = \frac{\partial v}{\partial u} \, \frac{\partial u}{\partial \theta} $$
    """

    def inner(v: Array) -> Array:
        return np.array([v[0] ** 2 + v[1] ** 2, v[0] ** 3 + v[1] ** 3, v[0] - v[1]])

    def outer(z: Array) -> Array:
        return np.array([z[0] * z[1], math.sin(z[2]) + z[0]])

    at = np.array([x, y])
    parts = [differences(inner, at), differences(outer, inner(at))]
    whole = differences(lambda v: outer(inner(v)), at)
    assert parts[1] @ parts[0] == pytest.approx(whole, rel=1e-6, abs=1e-6)
    assert chain.product(parts) == pytest.approx(parts[1] @ parts[0], rel=1e-12, abs=1e-12)
    assert chain.product(parts[::-1]).shape == (3, 3)  # the wrong order is not even of the right shape


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_chain_of_layers(depth: int) -> None:
    r"""The loss depends on a weight of the first layer through one layer after another.

    For $L \in \{3, \dots, 5\}$, $W_1, \dots, W_L \in \mathbb{R}^{n \times n}$, $\theta_1 \in \mathbb{R}^n$, where
    $z_1 = \sin(W_1 \theta_1)$, $z_k = \sin(W_k z_{k-1})$, $\mathcal{L} = \tfrac12 \lVert z_L \rVert^2$, say:
    $$ \frac{\partial \mathcal{L}}{\partial \theta_1} = \frac{\partial \mathcal{L}}{\partial z_L} \,
    \frac{\partial z_L}{\partial z_{L-1}} \, \frac{\partial z_{L-1}}{\partial z_{L-2}} \cdots
    \frac{\partial z_2}{\partial z_1} \, \frac{\partial z_1}{\partial \theta_1} $$
    """
    network = drawn(depth)
    signal = forward("tanh", network)
    row = (signal[-1] - network.target)[np.newaxis]
    for layer in range(depth, 1, -1):
        step = network._replace(weights=network.weights[layer - 1 : layer], biases=network.biases[layer - 1 : layer])
        row = row @ differences(lambda z, step=step: forward("tanh", step._replace(x=z))[-1], signal[layer - 1])
    last = np.zeros((3, 1))
    last[1] = (1 - signal[1][1] ** 2) * np.asarray(network.x)[2]  # by the weight from input 2 to unit 1

    def loss(theta: float) -> float:
        first = np.array(network.weights[0])
        first[1, 2] = theta
        return rest("tanh", network._replace(weights=[first, *network.weights[1:]]), 0)(np.asarray(network.x))

    assert (row @ last).item() == pytest.approx(central(loss, network.weights[0][1][2]), rel=1e-8)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_named_jacobians(depth: int) -> None:
    r"""With a name for each Jacobian, the product holds one factor less than there are layers, the last one first.

    For $L \in \{3, \dots, 5\}$, $W_1, \dots, W_L \in \mathbb{R}^{n \times n}$, $\theta_1 \in \mathbb{R}^n$, where
    $z_1 = \sin(W_1 \theta_1)$, $z_k = \sin(W_k z_{k-1})$, $\mathcal{L} = \tfrac12 \lVert z_L \rVert^2$, say:
    $$ \frac{\partial \mathcal{L}}{\partial \theta_1} = \frac{\partial \mathcal{L}}{\partial z_L} \,
    J_L J_{L-1} \cdots J_2 \, \frac{\partial z_1}{\partial \theta_1}, \qquad
    J_k = \frac{\partial z_k}{\partial z_{k-1}} $$
    """
    network = drawn(depth)
    between = chain.jacobians("tanh", network)[1:]
    assert len(between) == depth - 1
    row = forward("tanh", network)[-1] - network.target
    by_first = row @ chain.product(between) if between else row
    assert by_first == pytest.approx(differences(rest("tanh", network, 1), forward("tanh", network)[1]), rel=1e-8)
    assert by_first == pytest.approx(chain.output_gradients("tanh", network)[0], rel=1e-12)


@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu", "linear"])
def test_gradient_by_the_sum(activation: str) -> None:
    r"""The gradient by a pre-activation is that by the output of its unit, times the slope of the activation there.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $b_1, \dots, b_4 \in \mathbb{R}^n$,
    $z_0, y \in \mathbb{R}^n$, where $z_k = \varphi(a_k)$, $a_k = W_k z_{k-1} + b_k$, $\varphi(x) = \sin x$,
    $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$, $\delta_k = \left( \frac{\partial \mathcal{L}}{\partial a_k}
    \right)^{\mathsf T}$, say:
    $$ \delta_k = \operatorname{diag}(\varphi'(a_k)) \left( \frac{\partial \mathcal{L}}{\partial z_k} \right)^{\top} $$
    """
    network = narrowing()
    signal = forward(activation, network)
    for layer, gradient in enumerate(chain.output_gradients(activation, network), start=1):
        total = np.asarray(network.weights[layer - 1]) @ signal[layer - 1] + network.biases[layer - 1]
        slopes = [central(lambda a: float(FUNCTIONS[activation](np.array(a))), each) for each in total]
        by_sum = differences(lambda a, k=layer: rest(activation, network, k)(FUNCTIONS[activation](a)), total)
        assert np.diag(slopes) @ gradient == pytest.approx(by_sum, rel=1e-7, abs=1e-10)


def test_backward_pass_in_numbers() -> None:
    r"""Two layers of two ReLU units, worked by hand: a closed unit zeroes a row before it and a column behind it.

    Where $W_1 = \begin{pmatrix} 1 & -1 \\ 0.5 & 1 \end{pmatrix}$, $W_2 = \begin{pmatrix} 1 & 2 \\ -1 & 1 \end{pmatrix}$,
    $z_0 = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, $y = \begin{pmatrix} 4 \\ 3.5 \end{pmatrix}$, $\varphi(x) = \max(x, 0)$,
    $a_1 = W_1 z_0$, $z_1 = \varphi(a_1)$, $a_2 = W_2 z_1$, $z_2 = \varphi(a_2)$, $\mathcal{L} = \tfrac12 \lVert z_2 - y
    \rVert^2$, $\delta_1 = \left( \frac{\partial \mathcal{L}}{\partial a_1} \right)^{\mathsf T}$,
    $\delta_2 = \left( \frac{\partial \mathcal{L}}{\partial a_2} \right)^{\mathsf T}$, say:
    $$ W_1 = \begin{pmatrix} 1 & -1 \\ \tfrac12 & 1 \end{pmatrix}, \quad
    W_2 = \begin{pmatrix} 1 & 2 \\ -1 & 1 \end{pmatrix}, \quad
    z_0 = \begin{pmatrix} 1 \\ 2 \end{pmatrix}, \quad y = \begin{pmatrix} 4 \\ \tfrac72 \end{pmatrix} $$
    $$ a_1 = W_1 z_0 = \begin{pmatrix} -1 \\ \tfrac52 \end{pmatrix}, \quad
    z_1 = \begin{pmatrix} 0 \\ \tfrac52 \end{pmatrix}, \quad
    a_2 = W_2 z_1 = \begin{pmatrix} 5 \\ \tfrac52 \end{pmatrix} = z_2 $$
    $$ \frac{\partial \mathcal{L}}{\partial z_2} = (z_2 - y)^{\top} = \begin{pmatrix} 1 & -1 \end{pmatrix}, \quad
    \delta_2 = \begin{pmatrix} 1 \\ -1 \end{pmatrix}, \quad
    \frac{\partial \mathcal{L}}{\partial W_2} = \delta_2 \, z_1^{\top}
    = \begin{pmatrix} 0 & \tfrac52 \\ 0 & -\tfrac52 \end{pmatrix} $$
    $$ \frac{\partial \mathcal{L}}{\partial z_1} = \delta_2^{\top} W_2 = \begin{pmatrix} 2 & 1 \end{pmatrix}, \quad
    \delta_1 = \begin{pmatrix} 0 \\ 1 \end{pmatrix}, \quad
    \frac{\partial \mathcal{L}}{\partial W_1} = \delta_1 \, z_0^{\top}
    = \begin{pmatrix} 0 & 0 \\ 1 & 2 \end{pmatrix} $$
    """
    network = chain.Network([[[1, -1], [0.5, 1]], [[1, 2], [-1, 1]]], [[0, 0], [0, 0]], [1, 2], [4, 3.5])
    assert [signal.tolist() for signal in forward("relu", network)] == [[1, 2], [0, 2.5], [5, 2.5]]
    assert [row.tolist() for row in chain.output_gradients("relu", network)] == [[2, 1], [1, -1]]
    assert [part.tolist() for part in chain.weight_gradients("relu", network)] == [
        [[0, 0], [1, 2]],
        [[0, 2.5], [0, -2.5]],
    ]

    def loss(entries: Array) -> float:
        first, second = entries.reshape(2, 2, 2)
        return rest("relu", network._replace(weights=[first, second]), 0)(np.array([1.0, 2.0]))

    slopes = differences(loss, np.array([1, -1, 0.5, 1, 1, 2, -1, 1.0]))
    assert slopes.reshape(2, 2, 2) == pytest.approx(np.array([[[0, 0], [1, 2]], [[0, 2.5], [0, -2.5]]]), abs=1e-8)


def test_order_of_the_factors() -> None:
    r"""Two matrices in the wrong order give another product.

    $$ J_3 = \begin{pmatrix} 0 & 0 \\ 2 & 0 \end{pmatrix}, \quad J_2 = \begin{pmatrix} 0 & 2 \\ 0 & 0 \end{pmatrix}, \quad
    J_3 J_2 = \begin{pmatrix} 0 & 0 \\ 0 & 4 \end{pmatrix}, \quad
    J_2 J_3 = \begin{pmatrix} 4 & 0 \\ 0 & 0 \end{pmatrix} $$
    """
    second, third = PAIRS["shift"]
    assert chain.product([second, third]).tolist() == [[0, 0], [0, 4]]
    assert chain.product([third, second]).tolist() == [[4, 0], [0, 0]]


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20))
def test_log_gains_add_up(gains: list[float]) -> None:
    r"""The length of a row after all layers is that before them times the gains of all layers.

    For $L \in \{1, \dots, 6\}$, $g_0, \dots, g_L \in \mathbb{R}^n$:
    $$ \log_{10} \frac{\lVert g_0 \rVert}{\lVert g_L \rVert}
    = \sum_{k=1}^{L} \log_{10} \frac{\lVert g_{k-1} \rVert}{\lVert g_k \rVert} $$
    """
    lengths = np.cumprod([1.0, *gains])[::-1]  # of g_0 to g_L, as the row travels from L to 0
    steps = [math.log10(lengths[k - 1] / lengths[k]) for k in range(1, len(lengths))]
    assert math.fsum(steps) == pytest.approx(math.log10(lengths[0] / lengths[-1]), abs=1e-9)


@pytest.mark.parametrize("matrix", [[[0.9, 10], [0, 0.9]], [[0, 1.5], [-1.5, 0]], [[0.5, 0.2], [0.1, 0.3]]])
def test_powers_grow_as_the_spectral_radius(matrix: list[list[float]]) -> None:
    r"""The powers of one matrix grow or shrink, in the long run, as its spectral radius says.

    $$ \lim_{L \to \infty} \lVert A^{L} \rVert_2^{1/L} = \rho(A) $$
    """
    at = [10 ** (chain.product_norms([matrix], depth)[-1] / depth) for depth in (10, 100, 1000)]
    errors = [abs(each - chain.spectral_radius(matrix)) for each in at]
    assert errors[2] < 0.01
    assert errors[2] <= errors[1] + 1e-12 <= errors[0] + 2e-12


@pytest.mark.parametrize("name", list(PAIRS))
def test_repeated_pair(name: str) -> None:
    r"""A pair of matrices used in turn grows per factor by the root of the spectral radius of their product.

    $$ \Lambda = \lim_{L \to \infty} \frac{1}{L} \ln \lVert J_L \cdots J_1 \rVert_2
    = \tfrac12 \ln \rho(J_2 J_1) $$
    """
    growth = math.log(chain.spectral_radius(chain.product(PAIRS[name]))) / 2
    for repeats in (50, 500):
        slope = chain.product_norms(PAIRS[name], repeats)[-1] * math.log(10) / (2 * repeats)
        assert slope == pytest.approx(growth, abs=2 / repeats)
    assert growth == pytest.approx(math.log(2) if name == "shift" else math.log(0.2) / 2, rel=1e-12)


def test_an_error_that_is_the_output_grows() -> None:
    r"""At He's scale an error that is the output itself grows, layer by layer, as the root of the distance.

    $$ \frac{\lVert g_{L-j} \rVert}{\lVert g_L \rVert} \approx \sqrt{2j + 1}, \qquad
    \frac{\lVert \partial \mathcal{L} / \partial W_{L-j} \rVert}{\lVert \partial \mathcal{L} / \partial W_L \rVert}
    \approx \sqrt{j + 1} $$
    """
    width, depth, rng = 400, 9, np.random.default_rng(3)
    outputs, weights = [], []
    for _ in range(12):
        matrices = rng.standard_normal((depth, width, width)) * math.sqrt(2 / width)
        signal = [rng.standard_normal(width)]
        for matrix in matrices:
            signal.append(np.maximum(matrix @ signal[-1], 0))
        row, lengths, products = signal[-1], [], []  # the error, where the target is zero
        for layer in reversed(range(depth)):
            lengths.append(np.linalg.norm(row))
            row = row * (signal[layer + 1] > 0)
            products.append(np.linalg.norm(row) * np.linalg.norm(signal[layer]))
            row = row @ matrices[layer]
        outputs.append(np.array(lengths) / lengths[0])
        weights.append(np.array(products) / products[0])
    j = np.arange(depth)
    assert np.median(outputs, axis=0) == pytest.approx(np.sqrt(2 * j + 1), rel=0.08)
    assert np.median(weights, axis=0) == pytest.approx(np.sqrt(j + 1), rel=0.08)


def test_a_batch_is_the_mean_of_its_inputs() -> None:
    """The gradient of a batch is the mean of the gradients of its inputs, each by backpropagation of its own."""
    depth, width, inputs = 4, 5, 3
    for seed, logs in enumerate(chain.batch_norms("tanh", 1.2, depth, width, 2, inputs).T):
        rng = np.random.default_rng(seed)
        drawn = chain.random_network(depth, width, scale=1.2, rng=rng)
        x, target = rng.standard_normal((2, width, inputs))
        target /= np.linalg.norm(target, axis=0)
        each = [
            chain.weight_gradients("tanh", chain.Network(drawn.weights, drawn.biases, x[:, i], target[:, i]))
            for i in range(inputs)
        ]
        means = [np.linalg.norm(np.mean([one[layer] for one in each], axis=0)) for layer in range(depth)]
        assert 10**logs == pytest.approx(means, rel=1e-12)
    with pytest.raises(ValueError, match="`inputs` must be 1 or more, but is 0"):
        chain.batch_norms("relu", 1, 2, 2, 1, 0)


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 20))
def test_norm_and_its_columns(size: int, factors: int, seed: int) -> None:
    r"""The norm of a matrix lies between its longest column and a fixed multiple of that.

    $$ \max_i \lVert P e_i \rVert \le \lVert P \rVert_2 \le \sqrt{n} \cdot \max_i \lVert P e_i \rVert $$
    """
    matrices = list(np.random.default_rng(seed).standard_normal((factors, size, size)))
    whole = np.linalg.multi_dot([*matrices[::-1], np.eye(size)])
    longest = max(math.hypot(*column) for column in whole.T)
    norm = 10 ** chain.product_norms(matrices)[-1]
    assert longest * (1 - 1e-12) <= norm <= math.sqrt(size) * longest * (1 + 1e-12)


@pytest.mark.parametrize("size", [1, 2, 4, 9])
def test_a_gaussian_matrix_forgets_the_direction(size: int) -> None:
    r"""What a normal matrix does to the length of a vector does not depend on where the vector points.

    $$ \mathbb{E} \ln \frac{\lVert G u \rVert}{\lVert u \rVert} = \tfrac12 \, \mathbb{E} \ln \chi^2_n $$
    """

    def term(v: mpmath.mpf) -> mpmath.mpf:
        """The logarithm times the density of chi-squared with that many degrees of freedom."""
        return mpmath.log(v) * v ** (size / 2 - 1) * mpmath.exp(-v / 2) / (2 ** (size / 2) * mpmath.gamma(size / 2))

    expected = float(mpmath.quad(term, [0, 1, size, 40 + 8 * size])) / 2
    assert chain.lyapunov_exponent(size) == pytest.approx(expected, abs=1e-6)
    many = np.random.default_rng(1).standard_normal((40_000, size, size))
    for vector in (np.eye(size)[0], np.arange(1.0, size + 1)):
        lengths = np.linalg.norm(many @ vector, axis=1) / np.linalg.norm(vector)
        assert np.log(lengths).mean() == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("size", [1, 4, 7])
def test_mean_square_of_a_gaussian_product(size: int) -> None:
    r"""The mean square of the length grows by the number of rows at each factor, faster than the typical square.

    $$ \mathbb{E} \lVert G_k \cdots G_1 u \rVert^2 = n^{k} \lVert u \rVert^2, \qquad \Lambda < \tfrac12 \ln n $$
    """
    vector = np.arange(1.0, size + 1)
    one = (
        np.random.default_rng(2).standard_normal((60_000, size, size)) @ vector
    )  # a single factor, so that means settle
    assert (one**2).sum(axis=1).mean() == pytest.approx(size * (vector**2).sum(), rel=0.05)
    assert chain.lyapunov_exponent(size) < math.log(size) / 2


@given(st.floats(-5, 5))
def test_relu_is_its_slope_times_its_argument(a: float) -> None:
    r"""A rectified linear unit equals its slope times its argument, on both sides of zero.

    For $a \in \mathbb{R}$, where $\varphi(x) = \max(x, 0)$:
    $$ \varphi(a) = \varphi'(a) \cdot a $$
    """
    slope = 1.0 if a > 0 else 0.0
    assert FUNCTIONS["relu"](np.array(a)) == slope * a
    if abs(a) > 1e-300:
        network = chain.Network([[[1.0]]], [[0.0]], [a], [0.0])
        assert chain.jacobians("relu", network)[0].item() * a == FUNCTIONS["relu"](np.array(a))


def measured_sums(activation: str, network: chain.Network) -> list[float]:
    """Return for each layer the sum of each weight times its own derivative."""
    gradients = chain.weight_gradients(activation, network)
    return [float(np.sum(weight * each)) for weight, each in zip(network.weights, gradients, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_the_sum_is_the_same_behind_the_activation(seed: int) -> None:
    r"""Without bias, the weights of a ReLU layer pair with their derivatives as its output does with its own.

    For $k \in \{1, \dots, 4\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $z_0, y \in \mathbb{R}^n$, where $z_k
    = \varphi(a_k)$, $a_k = W_k z_{k-1}$, $\varphi(x) = \max(x, 0)$, $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$,
    $\delta_k = \left( \frac{\partial \mathcal{L}}{\partial a_k} \right)^{\mathsf T}$, say:
    $$ \delta_k \cdot a_k = \frac{\partial \mathcal{L}}{\partial z_k} \, z_k $$
    """
    network = drawn(6, 8, 1.4, 0.0, seed)
    signal = forward("relu", network)
    gradients = chain.output_gradients("relu", network)
    for layer, total in enumerate(measured_sums("relu", network), start=1):
        assert total == pytest.approx(gradients[layer - 1] @ signal[layer], rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_sum_is_the_same_in_the_next_layer(seed: int) -> None:
    r"""What pairs with the output of a layer pairs with the weights of the next layer alike.

    For $k \in \{1, \dots, 3\}$, $W_1, \dots, W_4 \in \mathbb{R}^{n \times n}$, $z_0, y \in \mathbb{R}^n$, where $z_k
    = \varphi(a_k)$, $a_k = W_k z_{k-1}$, $\varphi(x) = \max(x, 0)$, $\mathcal{L} = \tfrac12 \lVert z_4 - y \rVert^2$,
    $\delta_k = \left( \frac{\partial \mathcal{L}}{\partial a_k} \right)^{\mathsf T}$, say:
    $$ \frac{\partial \mathcal{L}}{\partial z_k} \, z_k = \delta_{k+1} \cdot (W_{k+1} z_k) = \delta_{k+1} \cdot a_{k+1} $$
    """
    network = drawn(6, 8, 1.4, 0.0, seed)
    signal = forward("relu", network)
    gradients = chain.output_gradients("relu", network)
    for layer, total in enumerate(measured_sums("relu", network)[1:], start=1):
        assert gradients[layer - 1] @ signal[layer] == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(
    ("activation", "bias", "same"),
    [("relu", 0, True), ("linear", 0, True), ("tanh", 0, False), ("relu", 0.5, False), ("logistic", 0, False)],
)
def test_one_sum_for_all_layers(activation: str, bias: float, same: bool) -> None:
    r"""Without biases the sum of each weight times its derivative is one number for all layers of a ReLU network.

    $$ \langle W_1, \, \partial \mathcal{L} / \partial W_1 \rangle = \cdots
    = \langle W_L, \, \partial \mathcal{L} / \partial W_L \rangle $$
    """
    sums = chain.pairings(activation, 1.2, 8, 16, 5, bias=bias)
    assert sums.shape == (8, 5)
    assert (abs(sums[:-1] - 1) < 1e-9).all() == same
    for seed in range(5):
        network = drawn(8, 16, 1.2, bias, seed)
        whole = measured_sums(activation, network)
        assert sums[:, seed] == pytest.approx(np.array(whole) / whole[-1], rel=1e-9)


# The library against independent truth.


@pytest.mark.parametrize("row", REFERENCE["two_layer_sigmoid"], ids=lambda row: f"w1={row['w1']:.2f}")
def test_two_layers_agree_with_the_reference(row: dict[str, float]) -> None:
    """Loss and both slopes of the two-layer network agree with automatic differentiation."""
    arguments = [row[name] for name in ("w1", "w2", "b1", "b2", "x", "y")]
    factors, values = chain.two_layer_factors(*arguments), chain.two_layer_values(*arguments)
    assert math.prod(factors) == pytest.approx(row["dJ_dw1"], rel=1e-12, abs=0)
    assert factors[0] * factors[1] * values[1] == pytest.approx(row["dJ_dw2"], rel=1e-12, abs=0)
    assert values[4] == pytest.approx(row["loss"], rel=1e-12, abs=0)


@pytest.mark.parametrize("row", REFERENCE["mlp"], ids=lambda row: row["activation"])
def test_networks_agree_with_the_reference(row: dict) -> None:
    """Ten layers of each activation give the gradients that automatic differentiation gives."""
    network = chain.Network(row["W"], row["b"], row["x"], row["target"])
    outputs = chain.output_gradients(row["activation"], network)
    weights = chain.weight_gradients(row["activation"], network)
    assert [float(np.linalg.norm(each)) for each in outputs] == pytest.approx(row["dL_dz_norm"], rel=1e-12, abs=0)
    assert [float(np.linalg.norm(each)) for each in weights] == pytest.approx(row["dL_dW_norm"], rel=1e-12, abs=0)
    assert weights[0] == pytest.approx(np.array(row["dL_dW_first"]), rel=1e-11, abs=1e-20)
    error = forward(row["activation"], network)[-1] - row["target"]
    for layer in range(1, 10):  # and product by product
        running = chain.product(chain.jacobians(row["activation"], network)[layer:])
        assert error @ running == pytest.approx(outputs[layer - 1], rel=1e-11, abs=1e-20)


@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu", "linear"])
def test_layers_of_different_widths(activation: str) -> None:
    """Layers of different widths give Jacobians and gradients of their shapes, as central differences do."""
    network = narrowing()
    signal = forward(activation, network)
    shapes = [(3, 2), (4, 3), (2, 4)]
    assert [each.shape for each in chain.jacobians(activation, network)] == shapes
    for layer, jacobian in enumerate(chain.jacobians(activation, network)):
        step = network._replace(weights=network.weights[layer : layer + 1], biases=network.biases[layer : layer + 1])
        expected = differences(lambda z, step=step: forward(activation, step._replace(x=z))[-1], signal[layer])
        assert jacobian == pytest.approx(expected, rel=1e-8, abs=1e-9)
    for layer, gradient in enumerate(chain.weight_gradients(activation, network)):

        def loss(weight: Array, layer: int = layer) -> float:
            weights = [*network.weights[:layer], weight, *network.weights[layer + 1 :]]
            return rest(activation, network._replace(weights=weights), 0)(np.asarray(network.x))

        changed = np.asarray(network.weights[layer])
        for place in np.ndindex(gradient.shape):
            unit = np.zeros(gradient.shape)
            unit[place] = 1
            slope = central(lambda v, unit=unit, changed=changed, loss=loss: loss(changed + v * unit), 0.0)
            assert gradient[place] == pytest.approx(slope, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize(("activation", "law", "bias"), [("tanh", "normal", 0.2), ("relu", "uniform", 0.0)])
def test_studies_measure_the_networks_they_draw(activation: str, law: str, bias: float) -> None:
    """Each column of a study holds the norms of the gradients of the network that its seed draws."""
    outputs = chain.output_norms(activation, 1.3, 5, 7, 3, bias=bias, law=law)
    weights = chain.weight_norms(activation, 1.3, 5, 7, 3, bias=bias, law=law)
    signals = chain.signal_norms(activation, 1.3, 5, 7, 3, bias=bias, law=law)
    assert outputs.shape == weights.shape == signals.shape == (5, 3)
    for seed in range(3):
        network = chain.random_network(5, 7, scale=1.3, bias=bias, law=law, rng=np.random.default_rng(seed))
        by_output = [math.hypot(*each) for each in chain.output_gradients(activation, network)]
        by_weight = [math.hypot(*each.ravel()) for each in chain.weight_gradients(activation, network)]
        entering = [math.hypot(*each) for each in forward(activation, network)[:-1]]
        assert 10 ** signals[:, seed] == pytest.approx(entering, rel=1e-12)
        assert 10 ** outputs[:, seed] == pytest.approx(by_output, rel=1e-12)
        assert 10 ** weights[:, seed] == pytest.approx(by_weight, rel=1e-12)


@pytest.mark.parametrize(("law", "kurtosis"), [("normal", 3.0), ("uniform", 1.8)])
def test_random_networks_have_the_variance_asked_for(law: str, kurtosis: float) -> None:
    """Weights and biases have mean zero, the variance asked for and the shape of their law; the target has length one."""
    network = chain.random_network(40, 50, scale=1.5, bias=0.3, law=law, rng=np.random.default_rng(3))
    for values, deviation in ((network.weights, 1.5 / math.sqrt(50)), (network.biases, 0.3)):
        standard = np.asarray(values).ravel() / deviation
        assert abs(standard.mean()) < 5 / math.sqrt(standard.size)
        assert (standard**2).mean() == pytest.approx(1, abs=0.1)
        assert (standard**4).mean() == pytest.approx(kurtosis, rel=0.15)
        assert law == "normal" or abs(standard).max() < math.sqrt(3)
    assert np.asarray(network.weights).shape == (40, 50, 50)
    assert np.asarray(network.biases).shape == (40, 50)
    assert np.shape(network.x) == (50,)
    assert 0.6 < np.std(network.x) < 1.5
    assert math.hypot(*network.target) == pytest.approx(1, rel=1e-12)


def test_networks_are_drawn_in_the_order_that_is_said() -> None:
    """A generator gives weights, biases, input and target, in this order."""
    network = chain.random_network(2, 3, scale=math.sqrt(3), bias=1.0, rng=np.random.default_rng(7))
    rng = np.random.default_rng(7)
    assert np.asarray(network.weights) == pytest.approx(rng.standard_normal((2, 3, 3)), rel=1e-15)
    assert np.asarray(network.biases) == pytest.approx(rng.standard_normal((2, 3)), rel=1e-15)
    assert network.x == pytest.approx(rng.standard_normal(3), rel=1e-15)
    target = rng.standard_normal(3)
    assert network.target * np.linalg.norm(target) == pytest.approx(target, rel=1e-15)


def test_networks_have_no_biases_unless_asked_for() -> None:
    """Without a deviation of the biases they are zero."""
    assert not np.any(chain.random_network(2, 3, scale=1.0, rng=np.random.default_rng(0)).biases)
    for study in (chain.signal_norms, chain.output_norms, chain.weight_norms, chain.pairings):
        assert study("tanh", 1.0, 3, 4, 1).tolist() == study("tanh", 1.0, 3, 4, 1, bias=0.0).tolist()


@pytest.mark.parametrize(("scale", "gain"), [(1.0, math.sqrt(1 / 2)), (math.sqrt(2), 1.0), (2.0, math.sqrt(2))])
def test_relu_gains_follow_the_scale(scale: float, gain: float) -> None:
    """In wide ReLU networks the gradient changes per layer by the scale over the root of two, in the median over seeds."""
    norms = chain.output_norms("relu", scale, 20, 128, 9)
    assert np.median(norms[0] - norms[14]) / 14 == pytest.approx(math.log10(gain), abs=0.03)
    by_weights = chain.weight_norms("relu", scale, 20, 128, 9)
    assert abs(np.median(by_weights[0]) - np.median(by_weights[-1])) < 1  # and by the weights it hardly changes


@pytest.mark.parametrize("hidden", [1, 2])
def test_layer_speeds_are_slopes_of_the_cross_entropy(hidden: int) -> None:
    """The speed of a layer is the length of the slopes of the mean cross-entropy by its biases, by central differences."""
    images, rng = 3, np.random.default_rng(1)
    sizes = [784, *[30] * hidden, 10]
    weights = [rng.normal(size=(rows, columns)) / columns**0.5 for columns, rows in zip(sizes, sizes[1:], strict=False)]
    biases = [rng.normal(size=rows) for rows in sizes[1:]]
    pixels = np.where(rng.random((images, 784)) < 0.19, rng.random((images, 784)), 0)
    labels = rng.integers(0, 10, images)

    def cost(layer: int, bias: Array) -> float:
        signal = pixels
        for index, weight in enumerate(weights):
            signal = 1 / (1 + np.exp(-(signal @ weight.T + (bias if index == layer else biases[index]))))
        right = np.eye(10)[labels]
        return float(-(right * np.log(signal) + (1 - right) * np.log(1 - signal)).sum() / images)

    speeds = chain.layer_speeds(hidden, 2, images)
    assert speeds.shape == (hidden, 2)
    for layer in range(hidden):
        slopes = [
            central(lambda v, layer=layer, unit=unit: cost(layer, biases[layer] + v * unit), 0.0) for unit in np.eye(30)
        ]
        assert speeds[layer, 1] == pytest.approx(math.hypot(*slopes), rel=1e-7)


def test_layer_speeds_replicate_the_published_ones() -> None:
    """Without its pictures, the medians come near the speeds that the book measured in single networks."""
    published = {2: [0.07, 0.31], 3: [0.012, 0.060, 0.283], 4: [0.003, 0.017, 0.070, 0.285]}
    for hidden, speeds in published.items():
        medians = chain.quantile(chain.layer_speeds(hidden, 30), 0.5)
        assert np.log(medians / speeds) == pytest.approx(np.zeros(hidden), abs=math.log(1.6))


def test_default_number_of_images() -> None:
    """Without a number of images there are a hundred."""
    assert chain.layer_speeds(1, 1).tolist() == chain.layer_speeds(1, 1, 100).tolist()
    assert chain.layer_speeds(1, 1).tolist() != chain.layer_speeds(1, 1, 101).tolist()


# Products of matrices


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 30))
def test_spectral_norm_is_what_no_vector_exceeds(rows: int, columns: int, seed: int) -> None:
    """No vector is lengthened by more than the spectral norm, and the power method finds one that is."""
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((rows, columns))
    norm = chain.spectral_norm(matrix)
    for vector in rng.standard_normal((20, columns)):
        assert np.linalg.norm(matrix @ vector) <= norm * np.linalg.norm(vector) * (1 + 1e-12)
    assert norm**2 == pytest.approx(max(np.linalg.eigvalsh(matrix.T @ matrix)), rel=1e-10)


def test_spectral_radius_of_known_matrices() -> None:
    """The radius counts magnitudes of eigenvalues, complex and negative ones too, and is no norm."""
    assert chain.spectral_radius([[0, 2], [0, 0]]) == 0
    assert chain.spectral_radius([[0, -3], [3, 0]]) == pytest.approx(3, rel=1e-12)
    assert chain.spectral_radius([[-4, 1], [0, 2]]) == 4
    assert chain.spectral_norm([[0, 2], [0, 0]]) == 2


@given(st.integers(1, 4), st.integers(1, 10), st.integers(0, 20))
def test_products_and_their_norms_agree(size: int, factors: int, seed: int) -> None:
    """The norms are those of the products so far, and the product of the norms bounds each of them."""
    matrices = list(np.random.default_rng(seed).standard_normal((factors, size, size)) * 10)
    norms, bounds = chain.product_norms(matrices), chain.norm_bounds(matrices)
    assert norms.shape == bounds.shape == (factors,)
    whole, bound = np.eye(size), 1.0
    for count, matrix in enumerate(matrices, start=1):
        whole, bound = matrix @ whole, bound * np.linalg.norm(matrix, 2)
        assert chain.product(matrices[:count]) == pytest.approx(whole, rel=1e-10, abs=1e-10 * abs(whole).max())
        assert norms[count - 1] == pytest.approx(math.log10(np.linalg.norm(whole, 2)), abs=1e-9)
        assert bounds[count - 1] == pytest.approx(math.log10(bound), abs=1e-9)
        assert norms[count - 1] <= bounds[count - 1] + 1e-9
    assert chain.product_norms(matrices, 2)[-1] == pytest.approx(math.log10(np.linalg.norm(whole @ whole, 2)), abs=1e-8)
    assert chain.norm_bounds(matrices, 2)[-1] == pytest.approx(2 * math.log10(bound), abs=1e-8)


def test_published_pairs_of_matrices() -> None:
    """The pair of spectral radius zero explodes, and the pair of spectral radius two vanishes."""
    assert [chain.spectral_radius(each) for each in PAIRS["shift"]] == [0, 0]
    assert [chain.spectral_radius(each) for each in PAIRS["diagonal"]] == [2, 2]
    assert chain.spectral_norm(chain.product(PAIRS["shift"], 25)) == 4.0**25
    assert chain.spectral_norm(chain.product(PAIRS["diagonal"], 25)) == pytest.approx(0.2**25, rel=1e-12)
    assert chain.product_norms(PAIRS["shift"], 25) == pytest.approx(np.arange(1, 51) * math.log10(2), rel=1e-12)
    assert chain.norm_bounds(PAIRS["diagonal"], 25) == pytest.approx(np.arange(1, 51) * math.log10(2), rel=1e-12)


def test_long_products_have_a_logarithm() -> None:
    """A product beyond float64 has a norm in logarithms, and the product itself is refused; a zero stays zero."""
    assert chain.product_norms([[[3.0]]], 1000)[-1] == pytest.approx(1000 * math.log10(3), rel=1e-12)
    assert chain.product_norms([[[0.3]]], 1000)[-1] == pytest.approx(1000 * math.log10(0.3), rel=1e-12)
    for entry in (3.0, 0.3):
        with pytest.raises(ValueError, match="leaves the normal range of float64; ask for the logarithm of its norm"):
            chain.product([[[entry]]], 1000)
    smallest = float(np.finfo(float).smallest_normal)
    assert chain.product([[[0.5]]], 1000).item() == 0.5**1000
    assert chain.product([[[smallest]]]).item() == smallest
    with pytest.raises(ValueError, match="normal range"):
        chain.product([[[smallest]], [[0.5]]])
    assert chain.product([[[0, 2], [0, 0]]], 2).tolist() == [[0, 0], [0, 0]]
    assert chain.product_norms([[[0, 2], [0, 0]]], 3).tolist() == [math.log10(2), -math.inf, -math.inf]
    assert chain.norm_bounds([[[0]], [[2]]]).tolist() == [-math.inf, -math.inf]


def test_gaussian_products_multiply_what_the_seed_draws() -> None:
    """Each column of a study is the product of the matrices that its seed draws, the first on the right."""
    norms, bounds = chain.gaussian_products(3, 4, 2), chain.gaussian_bounds(3, 4, 2)
    assert norms.shape == bounds.shape == (4, 2)
    for seed in range(2):
        matrices = list(np.random.default_rng(seed).standard_normal((4, 3, 3)))
        assert norms[:, seed] == pytest.approx(chain.product_norms(matrices), rel=1e-12)
        assert bounds[:, seed] == pytest.approx(chain.norm_bounds(matrices), rel=1e-12)


@pytest.mark.parametrize("size", [1, 2, 4, 16])
def test_gaussian_products_grow_as_the_exponent_says(size: int) -> None:
    """The median over seeds of the growth per factor comes near the Lyapunov exponent."""
    norms = chain.gaussian_products(size, 400, 15)
    slope = (np.median(norms[-1]) - np.median(norms[99])) / 300 * math.log(10)
    assert slope == pytest.approx(chain.lyapunov_exponent(size), abs=0.08)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 10, 11, 100, 101, 999_999, 10**6])
def test_digamma_agrees_with_high_precision(count: int) -> None:
    """The closed form of the digamma function at halves agrees with one computed to many digits."""
    assert chain.digamma_half(count) == pytest.approx(float(mpmath.digamma(mpmath.mpf(count) / 2)), rel=1e-14)


def test_known_exponents() -> None:
    """The exponent of four rows is the published one, and the neutral deviation is its exponential's inverse."""
    assert chain.lyapunov_exponent(4) == pytest.approx(0.557966, abs=5e-7)
    assert chain.lyapunov_exponent(4) == pytest.approx((math.log(2) + 1 - 0.5772156649015329) / 2, rel=1e-14)
    assert math.exp(-chain.lyapunov_exponent(4)) == pytest.approx(0.5724, abs=5e-5)
    assert math.exp(-chain.lyapunov_exponent(100)) == pytest.approx(0.1005, abs=5e-5)


def test_quantiles_over_seeds() -> None:
    """A quantile is taken along the last axis, between the two nearest values."""
    values = [[3.0, 1.0, 2.0], [-7.0, -9.0, 0.0]]
    assert chain.quantile(values, 0.5).tolist() == [2.0, -7.0]
    assert chain.quantile(values, 1).tolist() == [3.0, 0.0]
    assert chain.quantile([4.0, 0.0], 0.25).tolist() == 1.0
    assert chain.quantile([4.0, 0.0], 0).tolist() == 0.0


@pytest.mark.parametrize("width", [1, 4, 256])
def test_default_of_the_framework(width: int) -> None:
    r"""The default deviations are those of numbers that are uniform within one over the root of the width.

    For $n \in \mathbb{N}$:
    $$ \sigma_w^2 = n \cdot \frac{1}{3} \left( \frac{1}{\sqrt{n}} \right)^2 = \frac{1}{3}, \qquad
    \sigma_b^2 = \frac{1}{3 n} $$
    """
    bound = 1 / math.sqrt(width)
    variance = float(mpmath.quad(lambda v: v**2 / (2 * bound), [-bound, bound]))
    scale, deviation = chain.torch_default(width)
    assert scale**2 == pytest.approx(width * variance, rel=1e-12)
    assert deviation**2 == pytest.approx(variance, rel=1e-12)


def test_magnitudes_undo_logarithms() -> None:
    """A magnitude has the logarithm that was given, in base ten or another, or is refused."""
    assert chain.magnitude([2.0, -3.0]) == pytest.approx([100, 0.001], rel=1e-15)
    assert chain.magnitude(3, 2.0) == 8
    smallest = np.finfo(float).smallest_normal
    assert chain.magnitude(-1022, 2.0) == smallest
    for logs in (308.3, [0.0, -308.0], -400.0):
        with pytest.raises(ValueError, match="a number leaves the normal range of float64; leave it as a logarithm"):
            chain.magnitude(logs)


# Where float64 ends


def test_gradients_beyond_float64_have_a_logarithm() -> None:
    """A gradient too small or too large for float64 has a norm in logarithms, and is refused itself."""
    for activation, weight, depth in (("logistic", 0.01, 130), ("linear", 100.0, 80)):
        network = chain.Network([[[weight]]] * depth, [[0.0]] * depth, [1.0], [1.0])
        with pytest.raises(ValueError, match="leaves the normal range of float64"):
            chain.output_gradients(activation, network)
        with pytest.raises(ValueError, match="leaves the normal range of float64"):
            chain.weight_gradients(activation, network)
    scale = 1e-3
    norms = chain.output_norms("relu", scale, 90, 64, 2)
    assert norms[-1] == pytest.approx(np.zeros(2), abs=1e-6)
    assert norms[0] == pytest.approx(np.full(2, 89 * math.log10(scale / math.sqrt(2))), abs=4)
    assert chain.weight_norms("relu", scale, 90, 64, 2)[0].max() < -250
    sums = chain.pairings("linear", 60.0, 100, 5, 2)
    assert sums == pytest.approx(np.ones((100, 2)), rel=1e-9)


def test_a_dead_network_has_no_gradient() -> None:
    """Where every unit is dead the gradient is exactly zero, and its logarithm minus infinity."""
    dead = chain.Network([[[1.0]], [[1.0]]], [[0.0], [0.0]], [-1.0], [1.0])
    assert [each.tolist() for each in chain.output_gradients("relu", dead)] == [[0.0], [-1.0]]
    assert [each.tolist() for each in chain.weight_gradients("relu", dead)] == [[[0.0]], [[0.0]]]
    assert chain.output_norms("relu", 0.0, 3, 2, 1).ravel() == pytest.approx([-math.inf, -math.inf, 0.0], abs=1e-12)
    assert chain.weight_norms("relu", 0.0, 2, 2, 1).ravel().tolist() == [-math.inf, -math.inf]
    with pytest.raises(ValueError, match="the sum of the last layer is zero"):
        chain.pairings("relu", 0.0, 3, 2, 1)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_signals_beyond_float64_are_refused(scale: float) -> None:
    """A signal that overflows or loses digits is refused with a sentence, without a warning."""
    with pytest.raises(ValueError, match="the signal leaves the range of float64; take fewer layers or a gain nearer"):
        chain.output_norms("relu", scale, 200, 8, 1)


def test_the_smallest_normal_signal_is_accepted() -> None:
    """A signal as small as the smallest normal number has all its digits, one below has not."""
    smallest = float(np.finfo(float).smallest_normal)
    network = chain.Network([[[1.0]]], [[0.0]], [smallest], [1.0])
    assert chain.jacobians("linear", network)[0].tolist() == [[1.0]]
    with pytest.raises(ValueError, match="the signal leaves the range"):
        chain.jacobians("linear", network._replace(weights=[[[0.5]]]))


# What the functions refuse


def one(**changes: object) -> chain.Network:
    """Return a network of one layer with two inputs and one output, but for some changes."""
    return chain.Network([[[1.0, 2.0]]], [[0.0]], [0.5, 0.25], [1.0])._replace(**changes)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: chain.two_layer_values("a", 1, 0, 0, 1, 1), "`w1` must hold real numbers"),
        (lambda: chain.two_layer_values(1, math.nan, 0, 0, 1, 1), "`w2` must be finite"),
        (lambda: chain.two_layer_values(1, 1, math.inf, 0, 1, 1), "`b1` must be finite"),
        (lambda: chain.two_layer_values(1, 1, 0, math.inf, 1, 1), "`b2` must be finite"),
        (lambda: chain.two_layer_values(1, 1, 0, 0, math.nan, 1), "`x` must be finite"),
        (lambda: chain.two_layer_values(1, 1, 0, 0, 1, math.nan), "`y` must be finite"),
        (lambda: chain.two_layer_factors(1, 1, 0, 0, 1, math.nan), "`y` must be finite"),
        (lambda: chain.jacobians("sigmoid", one()), "`activation` must be one of"),
        (lambda: chain.jacobians("relu", one(weights=[], biases=[])), "`weights` must hold the matrix of at least one"),
        (lambda: chain.jacobians("relu", one(biases=[])), "each layer has one bias vector, but 1 have 0"),
        (lambda: chain.jacobians("relu", one(biases=[[0.0, 0.0]])), r"`biases` must have the shape \(1,\)"),
        (lambda: chain.jacobians("relu", one(weights=[[1.0, 2.0]])), "`weights` must have 2 axes"),
        (lambda: chain.jacobians("relu", one(weights=[[[]]])), "`weights` must hold matrices with at least one entry"),
        (lambda: chain.jacobians("relu", one(x=[1.0])), "a layer with 2 inputs follows 1 outputs"),
        (lambda: chain.jacobians("relu", one(x=[[1.0, 2.0]])), "`x` must have 1 axes"),
        (lambda: chain.output_gradients("relu", one(target=[1.0, 2.0])), r"`target` must have the shape \(1,\)"),
        (lambda: chain.random_network(0, 1, scale=1, rng=np.random.default_rng()), "`depth` must be 1 or more"),
        (lambda: chain.random_network(1001, 1, scale=1, rng=np.random.default_rng()), "`depth` must be at most 1000"),
        (lambda: chain.random_network(1, 0, scale=1, rng=np.random.default_rng()), "`width` must be 1 or more"),
        (lambda: chain.random_network(1, 1, scale=-1, rng=np.random.default_rng()), "`scale` must not be negative"),
        (lambda: chain.output_norms("relu", 1, 1, 1, 1, bias=-0.1), "`bias` must not be negative, but is -0.1"),
        (lambda: chain.output_norms("relu", 1, 1, 1, 1, bias=math.nan), "`bias` must be finite"),
        (lambda: chain.weight_norms("relu", 1, 1, 1, 1, law="cauchy"), "`law` must be one of normal, uniform, but"),
        (lambda: chain.weight_norms("relu", 1, 1, 1, 0), "`seeds` must be 1 or more"),
        (lambda: chain.pairings("relu", 1, 1, 1, 1001), "`seeds` must be at most 1000"),
        (lambda: chain.layer_speeds(0, 1), "`hidden` must be 1 or more"),
        (lambda: chain.layer_speeds(1001, 1), "`hidden` must be at most 1000"),
        (lambda: chain.layer_speeds(1, 0), "`seeds` must be 1 or more"),
        (lambda: chain.layer_speeds(1, 1, 0), "`images` must be 1 or more"),
        (lambda: chain.spectral_norm([1.0, 2.0]), "`matrix` must have 2 axes"),
        (lambda: chain.spectral_norm([[]]), "`matrix` must hold matrices with at least one entry, but one is empty"),
        (lambda: chain.spectral_radius([1.0, 2.0]), "`matrix` must have 2 axes"),
        (lambda: chain.quantile([1.0], math.nan), "`chance` must be finite"),
        (lambda: chain.spectral_radius([[1.0, 2.0]]), "`matrix` must be square to have eigenvalues"),
        (lambda: chain.product([]), "`matrices` must hold at least one matrix, but is empty"),
        (lambda: chain.product([[1.0]]), "`matrices` must have 2 axes"),
        (lambda: chain.product([[[1.0, 2.0]]], 2), r"a matrix of shape \(1, 2\) cannot follow one of shape \(1, 2\)"),
        (lambda: chain.product([[[1.0]]], 0), "`repeats` must be 1 or more"),
        (lambda: chain.product_norms([[[1.0]]], 1001), "`repeats` must be at most 1000"),
        (lambda: chain.gaussian_products(0, 1, 1), "`size` must be 1 or more"),
        (lambda: chain.gaussian_products(1, 0, 1), "`factors` must be 1 or more"),
        (lambda: chain.gaussian_bounds(1, 1001, 1), "`factors` must be at most 1000"),
        (lambda: chain.gaussian_bounds(1, 1, 0), "`seeds` must be 1 or more"),
        (lambda: chain.digamma_half(0), "`count` must be 1 or more"),
        (lambda: chain.digamma_half(10**6 + 1), "`count` must be at most 1000000"),
        (lambda: chain.lyapunov_exponent(0), "`size` must be 1 or more"),
        (lambda: chain.torch_default(0), "`width` must be 1 or more"),
        (lambda: chain.magnitude([math.inf]), "`logs` must be finite"),
        (lambda: chain.magnitude(1.0, 0.0), "`base` must be above zero"),
        (lambda: chain.quantile(1.0, 0.5), "`values` must hold at least one value per row, but has none"),
        (lambda: chain.quantile([-math.inf, 0.0], 0.5), "`values` must be finite"),
        (lambda: chain.quantile([], 0.5), "`values` must hold at least one value per row"),
        (lambda: chain.quantile([1.0], -0.1), "`chance` must be from 0 to 1, but is -0.1"),
        (lambda: chain.quantile([1.0], 1.1), "`chance` must be from 0 to 1"),
    ],
)
def test_what_is_refused(call: Callable[[], object], sentence: str) -> None:
    """An argument out of its set is refused with a sentence that names it."""
    with pytest.raises(ValueError, match=sentence):
        call()


def test_every_function_says_what_it_takes_returns_and_raises() -> None:
    """Each public function's docstring has the three parts."""
    public = [
        value for name, value in vars(chain).items() if inspect.isfunction(value) and value.__module__ == chain.__name__
    ]
    public = [value for value in public if not value.__name__.startswith("_")]
    assert len(public) >= 15
    for function in public:
        for part in ("Args:", "Returns:", "Raises:"):
            assert part in (function.__doc__ or ""), f"{function.__name__} lacks {part}"
