"""The chapter *recurrence*: its derivation step by step, its library against independent truth, and what it refuses."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gradients import activations, recurrence

REFERENCE = json.loads((Path(__file__).parent / "data" / "recurrence.json").read_text())["rnn"]
ACTIVATIONS = ["logistic", "tanh", "relu", "linear"]
ROTATION = np.array([[0.6, -0.8], [0.8, 0.6]])
JORDAN = np.array([[0.9, 10.0], [0.0, 0.9]])

Array = NDArray[np.float64]


def slopes(function: Callable[[Array], Any], at: Array) -> Array:
    """Return the central differences of `function` by each entry of `at`, of the fourth order, entries of `at` last."""
    h, result = 1e-4, []
    for index in np.ndindex(at.shape):
        move = np.zeros(at.shape)
        move[index] = h
        near = np.asarray(function(at + move)) - np.asarray(function(at - move))
        far = np.asarray(function(at + 2 * move)) - np.asarray(function(at - 2 * move))
        result.append((8 * near - far) / (12 * h))
    return np.moveaxis(np.array(result), 0, -1).reshape(*np.shape(result[0]), *at.shape)


def network(seed: int, width: int = 3, steps: int = 5, size: float = 1.2) -> tuple[Array, Array, Array]:
    """Return weights, drive and first state of a small random network."""
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0, size / math.sqrt(width), (width, width)),
        rng.normal(0, 1, (steps, width)),
        rng.normal(0, 1, width),
    )


def last(W: Array, drive: Array, start: Array, activation: str = "tanh") -> Array:
    """Return the last state, by the definition and nothing else."""
    function, _ = activations.named(activation)
    state = start
    for given_step in drive:
        state = function(W @ state + given_step)
    return state


# The derivation, one test a step. A test's docstring carries the equation that it verifies.


@pytest.mark.parametrize("seed", range(3))
def test_one_term_for_each_copy(seed: int) -> None:
    r"""The derivative by shared weights is the sum of the derivatives by the copy of each step.

    For $W \in \mathbb{R}^{n \times n}$, $s_0 \in \mathbb{R}^n$, where $t = 3$, $W_k = W$, $s_j = \sin(W_j s_{j-1})$,
    $\mathcal{L} = \tfrac12 \lVert s_3 \rVert^2$, say:
    $$ \frac{\partial \mathcal{L}}{\partial W} = \sum_{k=1}^{t} \frac{\partial \mathcal{L}}{\partial W_k} $$
    """
    W, drive, start = network(seed)
    slope = np.array([1.0, -2.0, 0.5])

    def loss(copies: Array) -> float:
        state = start
        for copy, given_step in zip(copies, drive, strict=True):
            state = np.tanh(copy @ state + given_step)
        return float(slope @ state)

    by_copy = slopes(loss, np.array([W] * len(drive)))
    shared = slopes(lambda both: loss(np.array([both] * len(drive))), W)
    assert by_copy.sum(axis=0) == pytest.approx(shared, rel=1e-8, abs=1e-10)
    parts = recurrence.gradient_parts(W, drive, slope, start=start)
    assert parts == pytest.approx(by_copy, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_sum_over_the_steps(activation: str) -> None:
    r"""Each copy acts through its own state, and from there through all the states after it.

    $$ \frac{\partial \mathcal{L}}{\partial W} = \sum_{k=1}^{t} \frac{\partial \mathcal{L}}{\partial s_t} \,
    \frac{\partial s_t}{\partial s_k} \, \frac{\partial^{+} s_k}{\partial W} $$
    """
    W, drive, start = network(4)
    target = np.array([0.3, -0.2, 0.9])

    def loss(weights: Array) -> float:
        return float(((last(weights, drive, start, activation) - target) ** 2).sum() / 2)

    parts = recurrence.gradient_parts(
        W, drive, last(W, drive, start, activation) - target, activation=activation, start=start
    )
    assert parts.sum(axis=0) == pytest.approx(slopes(loss, W), rel=1e-8, abs=1e-9)


def test_immediate_derivative() -> None:
    r"""With the state before held fixed, a weight moves only the entry of its own row.

    $$ \frac{\partial^{+} s_{k,i}}{\partial W_{pq}} = \begin{cases} \varphi'(a_{k,p}) \, s_{k-1,q} & i = p \\
    0 & i \ne p \end{cases} $$
    """
    W, drive, start = network(5, steps=1)
    measured = slopes(lambda weights: np.tanh(weights @ start + drive[0]), W)
    slope = activations.tanh_slope(W @ start + drive[0])
    for i, p, q in np.ndindex(3, 3, 3):
        assert measured[i, p, q] == pytest.approx(slope[p] * start[q] if i == p else 0, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("w", [-0.8, 0.5, 0.9, 1.3])
def test_total_derivative_counts_again(w: float) -> None:
    r"""With the total derivative in the last place, the part of step k is counted once for each step from k on.

    $$ \begin{aligned} & \sum_{k=1}^{t} \frac{\partial s_t}{\partial s_k} \, \frac{d s_k}{d w} \\
    & = \sum_{k=1}^{t} (t - k + 1) \, \frac{\partial s_t}{\partial s_k} \,
    \frac{\partial^{+} s_k}{\partial w} \end{aligned} $$
    """
    steps, drive = 6, 0.1
    totals = [
        slopes(lambda v, k=k: recurrence.unit_states(float(v[0]), drive, k)[-1], np.array([w]))[0]
        for k in range(1, steps + 1)
    ]
    factors = recurrence.unit_factors(w, drive, steps)
    wrong = sum(math.prod(factors[k:]) * totals[k - 1] for k in range(1, steps + 1))
    parts = recurrence.unit_parts(w, drive, steps)
    counts = np.arange(steps, 0, -1)
    assert wrong == pytest.approx((counts * parts).sum(), rel=1e-9)
    assert parts.sum() == pytest.approx(totals[-1], rel=1e-9)
    assert abs(wrong - totals[-1]) > 0.1 * abs(totals[-1])


@pytest.mark.parametrize(("t", "k"), [(5, 5), (5, 4), (5, 2), (5, 0)])
def test_state_derivative_is_a_product(t: int, k: int) -> None:
    r"""From one state to a later one there is one factor a step, the last step leftmost; from a state to itself none.

    For $t \in \{3, \dots, 5\}$, $k \in \{0, \dots, 3\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$,
    where $s_j = \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, say:
    $$ \begin{aligned} \frac{\partial s_t}{\partial s_k} &= \prod_{j=k+1}^{t}
    \frac{\partial s_j}{\partial s_{j-1}} \\ &= \frac{\partial s_t}{\partial s_{t-1}} \,
    \frac{\partial s_{t-1}}{\partial s_{t-2}} \cdots \frac{\partial s_{k+1}}{\partial s_k} \end{aligned} $$
    """
    W, drive, start = network(6)
    before, states = recurrence.run(W, drive, start=start)
    factors = recurrence.jacobians(W, before)[k:t]
    assert len(factors) == t - k
    product = np.eye(3)
    for factor in factors:
        product = factor @ product
    measured = slopes(lambda state: last(W, drive[k:t], state), states[k])
    assert product == pytest.approx(measured, rel=1e-8, abs=1e-10)
    scaled, logs = recurrence.running_products(factors)
    assert scaled[-1] * 10 ** logs[-1] == pytest.approx(product, rel=1e-12)
    if t - k > 1:  # the other order is another matrix
        assert not np.allclose(np.linalg.multi_dot([*factors, np.eye(3)]), product, rtol=0.01)


def test_one_factor_has_two_parts() -> None:
    r"""A state depends on the one before through its pre-activation only.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, say:
    $$ \frac{\partial s_j}{\partial s_{j-1}} = \frac{\partial s_j}{\partial a_j} \,
    \frac{\partial a_j}{\partial s_{j-1}} $$
    """
    W, drive, start = network(7, steps=1)
    outer = slopes(np.tanh, W @ start + drive[0])
    inner = slopes(lambda state: W @ state + drive[0], start)
    whole = slopes(lambda state: np.tanh(W @ state + drive[0]), start)
    assert whole == pytest.approx(outer @ inner, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_elementwise_function_has_a_diagonal_derivative(activation: str) -> None:
    r"""Each entry of the state depends on its own entry of the pre-activation and on no other.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, say:
    $$ \begin{aligned} \frac{\partial s_j}{\partial a_j} &= \begin{bmatrix} \varphi'(a_{j,1}) & \cdots & 0 \\
    \vdots & \ddots & \vdots \\ 0 & \cdots & \varphi'(a_{j,n}) \end{bmatrix} \\
    &= \operatorname{diag}(\varphi'(a_j)) \end{aligned} $$
    """
    function, slope = activations.named(activation)
    a = np.array([0.3, -1.2, 2.0])
    assert slopes(function, a) == pytest.approx(np.diag(slope(a)), rel=1e-9, abs=1e-11)


def test_inner_derivative_is_the_weight_matrix() -> None:
    r"""The pre-activation is linear in the state before; input and bias do not depend on it.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, say:
    $$ \frac{\partial a_j}{\partial s_{j-1}} = W $$
    """
    W, drive, start = network(8)
    assert slopes(lambda state: W @ state + drive[0], start) == pytest.approx(W, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_rows_are_outputs(activation: str) -> None:
    """Each factor agrees with central differences; its transpose, and the slopes put on the other side, do not."""
    W, drive, start = network(9)
    before, states = recurrence.run(W, drive, activation=activation, start=start)
    function, slope = activations.named(activation)
    for j, factor in enumerate(recurrence.jacobians(W, before, activation=activation)):
        measured = slopes(lambda state, j=j: function(W @ state + drive[j]), states[j])
        assert factor == pytest.approx(measured, rel=1e-8, abs=1e-10)
        transposed = W.T @ np.diag(slope(before[j]))
        assert transposed == pytest.approx(factor.T, rel=1e-15)
        assert abs(transposed - measured).max() > 0.1
    if activation in ("logistic", "tanh"):
        assert abs(W @ np.diag(slope(before[-1])) - measured).max() > 0.01


def test_derivative_between_pre_activations() -> None:
    r"""Between pre-activations the slopes stand on the right, and there is no transpose there either.

    For $j \in \{2, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, say:
    $$ \frac{\partial a_j}{\partial a_{j-1}} = W \operatorname{diag}(\varphi'(a_{j-1})) $$
    """
    W, drive, a = network(10)
    measured = slopes(lambda before: W @ np.tanh(before) + drive[0], a)
    slope = np.diag(activations.tanh_slope(a))
    assert pytest.approx(measured, rel=1e-8, abs=1e-10) == W @ slope
    assert abs(W.T @ slope - measured).max() > 0.1
    W, a = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([0.0, 0.8813735870195430])  # the slopes are 1 and ½
    assert W @ np.diag(activations.tanh_slope(a)) == pytest.approx(np.array([[1, 1], [0, 0.5]]), rel=1e-12)
    assert W.T @ np.diag(activations.tanh_slope(a)) == pytest.approx(np.array([[1, 0], [2, 0.5]]), rel=1e-12)


@given(st.floats(0, 1))
def test_logistic_slope_in_the_state(s: float) -> None:
    r"""The slope of the logistic function is a parabola in its value, with its top at one half.

    $$ s (1 - s) = \frac{1}{4} - \left( s - \frac{1}{2} \right)^{2} $$

    For $s \in [0, 1]$.
    """
    assert s * (1 - s) == pytest.approx(0.25 - (s - 0.5) ** 2, abs=1e-15)
    if 0 < s < 1:
        a = math.log(s) - math.log1p(-s)
        assert float(activations.logistic_slope(a)) == pytest.approx(s * (1 - s), rel=1e-9, abs=1e-15)


@given(st.floats(-20, 20))
def test_slopes_of_the_two_functions_in_the_state(a: float) -> None:
    r"""Both slopes are functions of the state; put the pre-activation there instead, and the result is another.

    $$ \begin{aligned} \varphi'(a_j) &= s_j (1 - s_j) & \text{(logistic)} \\ \varphi'(a_j) &= 1 - s_j^2 & \text{(tanh)}
    \end{aligned} $$
    """
    logistic, tanh = float(activations.logistic(a)), math.tanh(a)
    at = np.array([a])
    assert slopes(activations.logistic, at)[0, 0] == pytest.approx(logistic * (1 - logistic), rel=1e-7, abs=1e-10)
    assert slopes(activations.tanh, at)[0, 0] == pytest.approx(1 - tanh**2, rel=1e-7, abs=1e-10)
    assert abs(3 * (1 - 3) - float(activations.logistic_slope(3.0))) > 6


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6))
def test_norm_of_a_diagonal_matrix(entries: list[float]) -> None:
    r"""The spectral norm of a diagonal matrix is its largest entry; its Frobenius norm collects all of them.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, and $\gamma = 1$, $\lambda = \lVert W \rVert_2$, say:
    $$ \lVert \operatorname{diag}(\varphi'(a_j)) \rVert_2 = \max_{i} \lvert \varphi'(a_{j,i}) \rvert \le \gamma $$
    """
    slope = activations.tanh_slope(entries)
    norm = recurrence.spectral_norm(np.diag(slope))
    assert norm == pytest.approx(slope.max(), rel=1e-12)
    assert norm <= recurrence.steepest("tanh") * (1 + 1e-15)
    assert float(np.linalg.norm(np.diag(slope))) <= math.sqrt(len(entries)) + 1e-12


def test_frobenius_norm_grows_with_the_width() -> None:
    r"""In the Frobenius norm the diagonal matrix is as large as the steepest slope times the root of the width.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, and $\gamma = 1$, $\lambda = \lVert W \rVert_2$, say:
    $$ \lVert \operatorname{diag}(\varphi'(a_j)) \rVert_F \le \gamma \sqrt{n} $$
    """
    for width in (1, 4, 100):
        flat = activations.logistic_slope(np.zeros(width))
        assert float(np.linalg.norm(np.diag(flat))) == pytest.approx(0.25 * math.sqrt(width), rel=1e-14)
        other = activations.logistic_slope(np.random.default_rng(width).normal(size=width))
        assert float(np.linalg.norm(np.diag(other))) < 0.25 * math.sqrt(width)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(4))
def test_one_factor_is_bounded(activation: str, seed: int) -> None:
    r"""No factor lengthens a vector by more than the steepest slope times the spectral norm of the weights.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, and $\gamma = 1$, $\lambda = \lVert W \rVert_2$, say:
    $$ \begin{aligned} \left\lVert \frac{\partial s_j}{\partial s_{j-1}} \right\rVert_2
    &\le \lVert \operatorname{diag}(\varphi'(a_j)) \rVert_2 \, \lVert W \rVert_2 \\ &\le \gamma \lambda \end{aligned} $$
    """
    W, drive, start = network(seed)
    before, _ = recurrence.run(W, drive, activation=activation, start=start)
    _, slope = activations.named(activation)
    bound = recurrence.steepest(activation) * recurrence.spectral_norm(W)
    for a, factor in zip(before, recurrence.jacobians(W, before, activation=activation), strict=True):
        middle = float(np.linalg.norm(np.diag(slope(a)), 2)) * float(np.linalg.norm(W, 2))
        assert float(np.linalg.norm(factor, 2)) <= middle * (1 + 1e-12) <= bound * (1 + 1e-11)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(4))
def test_product_is_bounded(activation: str, seed: int) -> None:
    r"""The product is bounded by the power; the product of equal bounds is not below the power but is it.

    For $t \in \{3, \dots, 5\}$, $k \in \{0, \dots, 3\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$,
    where $s_j = \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, and $\gamma = 1$, $\lambda = \lVert W
    \rVert_2$, say:
    $$ \left\lVert \frac{\partial s_t}{\partial s_k} \right\rVert_2 \le \prod_{j=k+1}^{t} \gamma \lambda =
    (\gamma \lambda)^{t-k} $$
    """
    W, drive, start = network(seed, steps=30)
    before, _ = recurrence.run(W, drive, activation=activation, start=start)
    logs = recurrence.log10_norms(recurrence.jacobians(W, before, activation=activation))
    norm = recurrence.spectral_norm(W)
    bounds = [recurrence.log10_bound(norm, activation, lag) for lag in range(31)]
    assert (logs <= np.array(bounds) + 1e-9).all()
    assert bounds[30] == pytest.approx(30 * math.log10({"logistic": 0.25}.get(activation, 1.0) * norm), rel=1e-12)


@given(st.floats(0.05, 0.95), st.integers(0, 20), st.integers(1, 200))
def test_distant_terms_are_bounded_together(bound: float, m: int, t: int) -> None:
    r"""Below one, the bounds of all the terms from some lag on add up to a geometric series.

    $$ \sum_{i=m}^{t-1} (\gamma \lambda)^{i} \le \frac{(\gamma \lambda)^{m}}{1 - \gamma \lambda} $$

    For $\gamma \in (0, 1)$, $\lambda \in (0, 0.95)$, $m \in \{1, \dots, 9\}$ and $t \in \{10, \dots, 60\}$.
    """
    assert math.fsum(bound**i for i in range(m, t)) <= bound**m / (1 - bound) * (1 + 1e-12)


@pytest.mark.parametrize(("w", "recent"), [(0.5, 5), (0.9, 10), (-0.7, 3)])
def test_distant_terms_of_a_unit(w: float, recent: int) -> None:
    """What all the steps before the recent ones contribute stays below the geometric bound; the sum does not vanish."""
    parts = recurrence.unit_parts(w, 0.4, 50)
    distant = abs(parts[:-recent].sum())
    assert distant <= abs(w) ** recent / (1 - abs(w))
    assert abs(parts.sum()) > 0.1


@pytest.mark.parametrize("steps", [1, 5, 20])
def test_bound_is_sharp_for_a_scaled_rotation(steps: int) -> None:
    r"""Where all slopes are the steepest and the weights stretch every direction alike, the bound is the norm itself.

    For $c \in (0, \infty)$, $x \in \mathbb{R}$, $k \in \{1, \dots, 9\}$, where $Q = \begin{bmatrix} \cos x & -\sin x
    \\ \sin x & \cos x \end{bmatrix}$, say:
    $$ \lVert (c \, Q)^{k} \rVert_2 = c^{k} $$
    """
    before, _ = recurrence.run(1.3 * ROTATION, np.zeros((steps, 2)))
    logs = recurrence.log10_norms(recurrence.jacobians(1.3 * ROTATION, before))
    assert logs[-1] == pytest.approx(steps * math.log10(1.3), rel=1e-12)
    q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(20, 20)))
    assert 10 ** recurrence.log10_powers(1.3 * q, 20)[-1] == pytest.approx(190.0496, abs=5e-5)


def test_bound_is_sharp_for_a_centred_logistic() -> None:
    """A bias of minus half the row sums keeps the logistic function at its steepest; the weights may be orthogonal."""
    q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(10, 10)))
    W = 5 * q
    before, states = recurrence.run(
        W, np.tile(-W.sum(axis=1) / 2, (20, 1)), activation="logistic", start=np.full(10, 0.5)
    )
    assert abs(before).max() < 1e-9  # the fixed point is unstable: rounding grows by 1.25 a step
    factors = recurrence.jacobians(W, before, activation="logistic")
    assert recurrence.log10_norms(factors) == pytest.approx(np.arange(21) * math.log10(1.25), abs=1e-9)
    assert states[1:] == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(5))
def test_radius_below_norm(seed: int) -> None:
    r"""A power of a matrix is at least as large as that of its spectral radius, at most as that of its spectral norm.

    For $W \in \mathbb{R}^{n \times n}$, $k \in \{1, \dots, 6\}$:
    $$ \rho(W)^{k} \le \lVert W^{k} \rVert_2 \le \lVert W \rVert_2^{k} $$
    """
    W, _, _ = network(seed, width=5)
    powers = recurrence.log10_powers(W, 40)
    steps = np.arange(41)
    low, high = math.log10(recurrence.spectral_radius(W)), math.log10(recurrence.spectral_norm(W))
    assert (steps * low - 1e-9 <= powers).all()
    assert (powers <= steps * high + 1e-9).all()
    assert powers[7] == pytest.approx(math.log10(float(np.linalg.norm(np.linalg.matrix_power(W, 7), 2))), abs=1e-12)
    far = recurrence.log10_powers(W, 4000)[-1] / 4000
    assert far == pytest.approx(low, abs=1e-3)


def test_powers_of_a_block_that_grows_first() -> None:
    r"""The corner of the power carries the count of steps, which delays the fall and cannot stop it.

    For $r, c \in \mathbb{R}$, $k \in \{1, \dots, 9\}$:
    $$ \begin{bmatrix} r & c \\ 0 & r \end{bmatrix}^{k} = \begin{bmatrix} r^{k} & k \, c \, r^{k-1} \\ 0 & r^{k}
    \end{bmatrix} $$
    """
    powers = 10 ** recurrence.log10_powers(JORDAN, 200)
    for k in (1, 9, 50, 200):
        exact = np.array([[0.9**k, k * 10 * 0.9 ** (k - 1)], [0, 0.9**k]])
        assert np.linalg.matrix_power(JORDAN, k) == pytest.approx(exact, rel=1e-12)
        assert powers[k] == pytest.approx(float(np.linalg.norm(exact, 2)), rel=1e-12)
    assert powers.argmax() == 9
    assert [powers[9], powers[50], powers[100]] == pytest.approx([38.746, 2.8632, 0.029513], rel=2e-5)
    assert recurrence.spectral_norm(JORDAN) == pytest.approx(10.08035, abs=1e-5)
    assert recurrence.spectral_radius(JORDAN) == 0.9


@pytest.mark.parametrize("seed", range(4))
def test_update_moves_the_norm(seed: int) -> None:
    r"""One update changes the spectral norm by at most the step's own; nothing else limits it.

    For $W, G \in \mathbb{R}^{n \times n}$, $\eta \in (0, \infty)$:
    $$ \lVert W - \eta \, G \rVert_2 \le \lVert W \rVert_2 + \eta \, \lVert G \rVert_2 $$
    """
    W, _, _ = network(seed)
    G, _, _ = network(seed + 100)
    assert recurrence.spectral_norm(W - 0.3 * G) <= recurrence.spectral_norm(W) + 0.3 * recurrence.spectral_norm(G)
    assert recurrence.spectral_norm(W + 0.3 * W) == pytest.approx(1.3 * recurrence.spectral_norm(W), rel=1e-14)


def test_update_is_gradient_descent() -> None:
    r"""The update subtracts the derivative of the loss by the weights, times the learning rate.

    $$ W \leftarrow W - \eta \, \frac{\partial \mathcal{L}}{\partial W} $$
    """

    def loss(v: Array) -> float:
        return float((recurrence.unit_states(float(v[0]), 0.4, 20)[-1] - 0.9) ** 2 / 2)

    path = recurrence.unit_descent(0.5, 0.4, 0.9, rate=0.3, updates=5)
    for old, new in zip(path, path[1:], strict=False):
        assert new - old == pytest.approx(-0.3 * slopes(loss, np.array([old]))[0], rel=1e-7)
    assert len(path) == 6
    assert path[0] == 0.5


# The library against independent truth.


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: f"{row['activation']}-{row['spectral_norm_W']}")
def test_networks_agree_with_the_reference(row: dict[str, Any]) -> None:
    """States, the derivative by the weights, its part from each step and the norms agree with those of PyTorch."""
    W, U, b = np.array(row["W"]), np.array(row["U"]), np.array(row["b"])
    drive, activation = np.array(row["x"]) @ U.T + b, row["activation"]
    before, states = recurrence.run(W, drive, activation=activation)
    assert states[1:] == pytest.approx(np.array(row["states"]), rel=1e-12, abs=1e-13)
    assert (states[0] == 0).all()
    assert recurrence.spectral_norm(W) == pytest.approx(row["spectral_norm_W"], rel=1e-12)
    parts = recurrence.gradient_parts(W, drive, states[-1] - np.array(row["target"]), activation=activation)
    assert parts == pytest.approx(np.array(row["dL_dW_by_step"]), rel=1e-9, abs=1e-18)
    assert parts.sum(axis=0) == pytest.approx(np.array(row["dL_dW"]), rel=1e-10, abs=1e-14)
    factors = recurrence.jacobians(W, before, activation=activation)
    backwards = recurrence.log10_norms(factors[:0:-1].transpose(0, 2, 1))[::-1]  # from the last state back to the first
    expected = np.array(row["jacobian_norm_last_wrt_step"])
    assert 10**backwards == pytest.approx(expected, rel=1e-8, abs=1e-18)


def test_running_products_of_two_matrices() -> None:
    """The later factor stands on the left, each product has Frobenius norm one, the logarithms hold the sizes."""
    one, two = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [5.0, 0.0]])
    products, logs = recurrence.running_products([one, two])
    for product, log, expected in zip(products, logs, (np.eye(2), one, two @ one), strict=True):
        assert float(np.linalg.norm(product)) == pytest.approx(1, rel=1e-15)
        assert product * 10**log == pytest.approx(expected, rel=1e-14, abs=1e-15)
    norms = [float(np.linalg.norm(matrix, 2)) for matrix in (np.eye(2), one, two @ one)]
    assert 10 ** recurrence.log10_norms([one, two]) == pytest.approx(norms, rel=1e-14)
    assert 10 ** recurrence.log10_norms([one, two], every=2) == pytest.approx(norms[::2], rel=1e-14)


def test_products_far_beyond_float64_are_answered_in_logs() -> None:
    """Ten thousand factors of 2 or of one half have a logarithm; no factor at all leaves the identity."""
    for gain in (2.0, 0.5):
        assert recurrence.log10_powers([[gain]], 10_000)[-1] == pytest.approx(10_000 * math.log10(gain), rel=1e-12)
    assert recurrence.log10_powers(JORDAN, 0) == pytest.approx([0], abs=1e-15)
    assert recurrence.log10_norms(np.empty((0, 3, 3))) == pytest.approx([0], abs=1e-15)


def test_a_product_that_is_zero_has_the_logarithm_minus_infinity() -> None:
    """The square of a nilpotent matrix is zero although its norm is two, and its spectral radius is zero."""
    nilpotent = [[0, 2], [0, 0]]
    assert recurrence.log10_powers(nilpotent, 3).tolist() == pytest.approx([0, math.log10(2), -math.inf, -math.inf])
    assert recurrence.running_products([nilpotent, nilpotent])[1][2] == -math.inf
    assert recurrence.spectral_norm(nilpotent) == 2
    assert recurrence.spectral_radius(nilpotent) == 0
    assert recurrence.spectral_radius([[0, -3], [3, 0]]) == pytest.approx(3)  # of a pair of complex eigenvalues


@pytest.mark.parametrize(("activation", "gamma"), [("logistic", 0.25), ("tanh", 1), ("relu", 1), ("linear", 1)])
def test_steepest_slopes(activation: str, gamma: float) -> None:
    """No slope on a fine grid exceeds the steepest one, and one reaches it."""
    _, slope = activations.named(activation)
    grid = slope(np.linspace(-5, 5, 1001))
    assert grid.max() == recurrence.steepest(activation) == gamma
    assert recurrence.log10_bound(8, activation, 10) == pytest.approx(10 * math.log10(8 * gamma), rel=1e-15)
    assert recurrence.log10_bound(8, activation, 0) == 0


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("w", "drive", "start"), [(0.9, 0.3, 0.0), (-1.1, 0.2, 0.7), (0.4, -0.6, -0.2)])
def test_units_by_their_recursion(activation: str, w: float, drive: float, start: float) -> None:
    """A single unit runs, and is differentiated, as its one-line recursion says."""
    function, slope = activations.named(activation)
    state, factors, derivative = start, [], 0.0
    states = [start]
    for _ in range(9):
        a = w * state + drive
        factors.append(w * float(slope(a)))
        derivative = float(slope(a)) * (state + w * derivative)  # the product rule, forwards in time
        state = float(function(a))
        states.append(state)
    call = {"activation": activation, "start": start}
    assert recurrence.unit_states(w, drive, 9, **call) == pytest.approx(states, rel=1e-13)
    assert recurrence.unit_factors(w, drive, 9, **call) == pytest.approx(factors, rel=1e-13)
    parts = recurrence.unit_parts(w, drive, 9, **call)
    assert parts.sum() == pytest.approx(derivative, rel=1e-12)
    assert parts[-1] == pytest.approx(factors[-1] / w * states[-2], rel=1e-12)
    assert parts[0] == pytest.approx(math.prod(factors) / w * start, rel=1e-12)


def test_units_rest_by_default() -> None:
    """Without a start a unit begins at zero, is a tanh unit, and its first part is zero."""
    assert recurrence.unit_states(0.9, 0.1, 2).tolist() == pytest.approx(
        [0, math.tanh(0.1), math.tanh(0.9 * math.tanh(0.1) + 0.1)]
    )
    assert recurrence.unit_parts(0.9, 0.1, 3)[0] == 0
    assert recurrence.unit_parts(0.9, 0.1, 0).shape == (0,)
    assert recurrence.unit_factors(0.9, 0.0, 1) == pytest.approx([0.9])
    assert recurrence.unit_descent(0.5, 0.4, 0.9, rate=1, updates=0).tolist() == [0.5]
    state, derivative = 0.8 * (1 - 0.5**20), 1.6 * (1 - 0.5**20) - 0.8 * 20 * 0.5**19  # of the linear unit, closed
    assert recurrence.unit_descent(0.5, 0.4, 0.9, rate=1, updates=1, activation="linear")[1] == pytest.approx(
        0.5 - (state - 0.9) * derivative, rel=1e-13
    )


def test_a_large_bound_proves_nothing() -> None:
    """Above one the bound allows growth, and saturated or nilpotent networks vanish all the same."""
    saturated = recurrence.unit_factors(20, 0, 50, activation="logistic", start=0.5)
    assert np.log10(saturated).sum() < -300
    assert recurrence.log10_bound(20, "logistic", 50) == pytest.approx(math.log10(8.9e34), abs=0.01)
    at_rest = recurrence.unit_factors(4, 0, 200, activation="logistic", start=0.5)[-1]
    s = recurrence.unit_states(4, 0, 200, activation="logistic", start=0.5)[-1]
    assert at_rest == pytest.approx(4 * s * (1 - s), rel=1e-12) == pytest.approx(0.0761, abs=5e-5)
    assert recurrence.unit_factors(2, 0, 200, start=0.5)[-1] == pytest.approx(0.16637, abs=5e-6)
    assert recurrence.unit_factors(5, -2.5, 50, activation="logistic", start=0.5) == pytest.approx([1.25] * 50)


def test_random_networks_by_their_definition() -> None:
    """The measured gains are those of networks drawn in the stated order, computed by plain matrix products."""
    for activation in ACTIVATIONS:
        gains = recurrence.gain_by_lag(activation, norm=1.5, width=5, lags=12, every=4, noise=0.3, seeds=2)
        assert gains.shape == (2, 4)
        for seed, row in enumerate(gains):
            rng = np.random.default_rng(seed)
            W = rng.standard_normal((5, 5))
            W *= 1.5 / np.linalg.norm(W, 2)
            state, product = rng.standard_normal(5), np.eye(5)
            drive = 0.3 * rng.standard_normal((12, 5))
            function, slope = activations.named(activation)
            for lag in range(13):
                if lag % 4 == 0:
                    assert 10 ** row[lag // 4] == pytest.approx(float(np.linalg.norm(product, 2)), rel=1e-9)
                if lag < 12:
                    a = W @ state + drive[lag]
                    state, product = function(a), slope(a)[:, None] * W @ product


def test_measured_gains_stay_below_the_bound_and_near_known_values() -> None:
    """At twice the unit norm the median gains at lag fifty are those of 200 other networks, drawn by other code."""
    expected = {"linear": 2.1, "tanh": -0.3, "relu": -6.2, "logistic": -29.4}
    for activation, value in expected.items():
        gains = recurrence.gain_by_lag(activation, norm=2.0)
        assert gains.shape == (100, 11)
        assert float(np.median(gains[:, -1])) == pytest.approx(value, abs=0.3)
        bound = [recurrence.log10_bound(2.0, activation, lag) for lag in range(0, 51, 5)]
        assert (gains <= np.array(bound) + 1e-9).all()


def test_gain_at_one_lag() -> None:
    """The gain at one lag is the end of the gains by lag."""
    by_lag = recurrence.gain_by_lag("tanh", norm=1.7, width=6, lags=10, every=5, noise=0.4, seeds=3)
    assert recurrence.gain("tanh", 10, norm=1.7, width=6, noise=0.4, seeds=3) == pytest.approx(by_lag[:, -1], rel=1e-12)
    far = recurrence.gain_by_lag("tanh", norm=1.7, width=3, lags=60, every=60, seeds=2)
    assert recurrence.gain("tanh", 60, norm=1.7, width=3, seeds=2) == pytest.approx(far[:, -1], rel=1e-12)
    assert recurrence.gain_by_lag("linear", norm=1.0, width=2, every=1, seeds=1).shape == (1, 51)
    default = recurrence.gain_by_lag("logistic", norm=3.0, lags=4, every=4)
    assert recurrence.gain("logistic", 4, norm=3.0) == pytest.approx(default[:, -1], rel=1e-12)


def test_numbers_from_their_logarithms() -> None:
    """Logarithms become numbers again, and minus infinity zero."""
    assert recurrence.from_log10([0, 2, -3, -math.inf]).tolist() == pytest.approx([1, 100, 1e-3, 0])
    assert recurrence.from_log10([[308.0]]) == pytest.approx(1e308, rel=1e-12)


def test_share_of_the_recent_terms() -> None:
    """The share of the last terms is their sum over that of all."""
    assert recurrence.recent_share([1, 2, 5], 1) == 0.625
    assert recurrence.recent_share([1, 2, 5], 2) == 0.875
    assert recurrence.recent_share([1, 2, 5], 0) == 0
    assert recurrence.recent_share([1, 2, -5], 3) == 1


@pytest.mark.parametrize(("width", "norm"), [(1, 0.5), (7, 2.0), (64, 1.3)])
def test_gaussian_matrices_have_the_norm_asked_for(width: int, norm: float) -> None:
    """A random matrix is scaled to its norm, and the generator decides the rest."""
    made = recurrence.gaussian(width, norm, rng=np.random.default_rng(3))
    assert made.shape == (width, width)
    assert recurrence.spectral_norm(made) == pytest.approx(norm, rel=1e-13)
    entries = np.random.default_rng(3).standard_normal((width, width))
    assert made / made[0, 0] == pytest.approx(entries / entries[0, 0], rel=1e-12)


# What is refused.


SQUARE = np.eye(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recurrence.run([[1, 2]], [[1]]), r"`W` must be a square matrix, but its shape is \(1, 2\)"),
        (lambda: recurrence.run(np.empty((0, 0)), [[1]]), r"`W` must be a square matrix, but its shape is \(0, 0\)"),
        (lambda: recurrence.run(SQUARE, [1, 2]), "`drive` must have 2 axes, but has 1"),
        (lambda: recurrence.run(SQUARE, [[1]]), "`drive` must have 2 columns, one for each row of `W`, but has 1"),
        (lambda: recurrence.run(SQUARE, [[1, math.nan]]), "`drive` must be finite"),
        (lambda: recurrence.run(SQUARE, [[1, 2]], start=[1]), r"`start` must have the shape \(2,\)"),
        (lambda: recurrence.run(SQUARE, [[1, 2]], activation="relu6"), "`activation` must be one of logistic"),
        (
            lambda: recurrence.run([[1e200]], [[1e200], [0], [0]], activation="linear"),
            "the states leave float64 at step 2; take fewer steps or smaller weights",
        ),
        (
            lambda: recurrence.jacobians(SQUARE, [[1]]),
            "`before` must have 2 columns, one for each row of `W`, but has 1",
        ),
        (lambda: recurrence.jacobians(SQUARE, [1, 2]), "`before` must have 2 axes"),
        (
            lambda: recurrence.run(np.tile([1e200, -1e200], (16, 8)), np.full((2, 16), 1e200), activation="linear"),
            "the states leave float64 at step 2; take fewer steps or smaller weights",
        ),
        (lambda: recurrence.jacobians([1], [[1]]), "`W` must have 2 axes"),
        (lambda: recurrence.running_products(SQUARE), "`factors` must have 3 axes"),
        (lambda: recurrence.running_products([[[1, 2]]]), r"square matrices, but their shape is \(1, 2\)"),
        (lambda: recurrence.running_products(np.empty((1, 0, 0))), r"square matrices, but their shape is \(0, 0\)"),
        (lambda: recurrence.log10_norms([SQUARE], every=0), "`every` must be 1 or more"),
        (lambda: recurrence.gradient_parts(SQUARE, [[1, 2]], [1]), r"`slope` must have the shape \(2,\)"),
        (lambda: recurrence.unit_states(math.inf, 0, 1), "`w` must be finite"),
        (lambda: recurrence.unit_states(1, math.inf, 1), "`drive` must be finite"),
        (lambda: recurrence.unit_states(1, 0, -1), "`steps` must be 0 or more"),
        (lambda: recurrence.unit_states(1, 0, 10_001), "`steps` must be at most 10000"),
        (lambda: recurrence.unit_states(1, 0, 1, start=math.nan), "`start` must be finite"),
        (lambda: recurrence.unit_parts(math.nan, 0, 1), "`w` must be finite"),
        (lambda: recurrence.unit_parts(1, 0, 1, start=math.nan), "`start` must be finite"),
        (lambda: recurrence.unit_descent(1, 0, math.nan, rate=1, updates=1), "`target` must be finite"),
        (lambda: recurrence.unit_descent(1, 0, 0, rate=0, updates=1), "`rate` must be above zero"),
        (lambda: recurrence.unit_descent(1, 0, 0, rate=1, updates=10_001), "`updates` must be at most 10000"),
        (lambda: recurrence.unit_descent(math.nan, 0, 0, rate=1, updates=0), "`w` must be finite"),
        (lambda: recurrence.steepest("sigmoid"), "`activation` must be one of logistic, tanh, relu, linear"),
        (lambda: recurrence.log10_bound(0, "tanh", 3), "`norm` must be above zero"),
        (lambda: recurrence.log10_bound(1, "tanh", -3), "`lag` must be 0 or more"),
        (lambda: recurrence.spectral_norm([[1, 2]]), "`W` must be a square matrix"),
        (lambda: recurrence.spectral_radius([[1, 2]]), "`W` must be a square matrix"),
        (lambda: recurrence.log10_powers([[1, 2]], 3), "`W` must be a square matrix"),
        (lambda: recurrence.log10_powers(SQUARE, 10_001), "`steps` must be at most 10000"),
        (lambda: recurrence.gaussian(0, 1, rng=np.random.default_rng(0)), "`width` must be 1 or more"),
        (lambda: recurrence.gaussian(1001, 1, rng=np.random.default_rng(0)), "`width` must be at most 1000"),
        (lambda: recurrence.gaussian(2, 0, rng=np.random.default_rng(0)), "`norm` must be above zero"),
        (lambda: recurrence.gain_by_lag("tanh", norm=1, noise=math.nan), "`noise` must be finite"),
        (lambda: recurrence.gain_by_lag("tanh", norm=1, lags=10_001), "`lags` must be at most 10000"),
        (lambda: recurrence.gain("tanh", 0, norm=1), "`every` must be 1 or more"),
        (lambda: recurrence.from_log10([0, 308.1]), "`logs` must be at most 308"),
        (lambda: recurrence.from_log10([0, math.nan]), "`logs` must be at most 308"),
        (lambda: recurrence.from_log10(["1"]), "`logs` must hold real numbers"),
        (lambda: recurrence.recent_share([1, 2], 3), "`recent` must be at most 2"),
        (lambda: recurrence.recent_share([1, -1], 1), "the sum of `parts` must not be zero"),
        (lambda: recurrence.recent_share([[1, 2]], 1), "`parts` must have 1 axes"),
        (lambda: recurrence.recent_share([1, math.inf], 1), "`parts` must be finite"),
        (lambda: recurrence.gain_by_lag("tanh", norm=1, seeds=0), "`seeds` must be 1 or more"),
    ],
)
def test_refusals_say_what_would_be_right(call: Callable[[], object], message: str) -> None:
    """An argument outside a function's domain is refused with a sentence about that domain."""
    with pytest.raises(ValueError, match=message):
        call()


def test_arguments_stay_as_they_are() -> None:
    """No function changes the arrays that it is given."""
    W, drive, start = network(11)
    copies = W.copy(), drive.copy(), start.copy()
    before, _ = recurrence.run(W, drive, start=start)
    kept = before.copy()
    recurrence.log10_norms(recurrence.jacobians(W, before))
    recurrence.gradient_parts(W, drive, start, start=start)
    for now, then in zip((W, drive, start, before), (*copies, kept), strict=True):
        assert np.array_equal(now, then)
