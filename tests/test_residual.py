"""The chapter *residual*: its derivation step by step, its library against independent truth, and what it refuses."""

import inspect
import json
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradients import residual

MLP = json.loads((Path(__file__).parent / "data" / "residual.json").read_text(encoding="utf-8"))["mlp"]
seeds = st.integers(0, 2**32 - 1)


def matrices(seed: int, count: int, size: int = 3, norm: float | None = None) -> np.ndarray:
    """Return random matrices, scaled to a spectral norm if one is given."""
    drawn = np.random.default_rng(seed).normal(size=(count, size, size))
    return drawn if norm is None else drawn * norm / np.linalg.norm(drawn, 2, axis=(1, 2))[:, None, None]


def chained(stack: np.ndarray) -> np.ndarray:
    """Multiply I + J over all J, the later ones on the left."""
    whole = np.eye(stack.shape[1])
    for jacobian in stack:
        whole = (np.eye(len(whole)) + jacobian) @ whole
    return whole


def numerical(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """Return the Jacobian of `function`, with an error of the fourth order in the distance of the points."""
    h, columns = 1e-3, []
    for unit in np.eye(at.size):
        near = function(at + h * unit) - function(at - h * unit)
        far = function(at + 2 * h * unit) - function(at - 2 * h * unit)
        columns.append((8 * near - far) / (12 * h))
    return np.stack(columns, axis=-1)


# The derivation, one test a step. A test's docstring carries the equation that it verifies.


def test_a_block_adds_to_what_enters() -> None:
    r"""A block hands on what it has received and adds what its branch makes of it.

    $$ z_k = z_{k-1} + F_k(z_{k-1}) $$

    The loss of the library's network is that of blocks which do so.
    """
    rng = np.random.default_rng(1)
    weights, biases = rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3))
    x, target = rng.normal(size=(2, 3))
    z = x
    for weight, bias in zip(weights, biases, strict=True):
        z = z + 0.7 * np.tanh(weight @ z + bias)
    made = residual.backward(weights, biases, x, target, activation="tanh", branch=0.7)
    assert made.loss == pytest.approx(np.sum((z - target) ** 2) / 2, rel=1e-13)


@given(seeds)
def test_the_jacobian_of_a_block(seed: int) -> None:
    r"""The state that is added has the identity for its Jacobian, and the Jacobians of a sum add up.

    For $k \in \{1, \dots, 3\}$, $W_1, \dots, W_3 \in \mathbb{R}^{n \times n}$, $z_0 \in \mathbb{R}^n$, where $z_k =
    z_{k-1} + \sin(W_k z_{k-1})$, $J_k = \operatorname{diag}(\cos(W_k z_{k-1})) W_k$, say:
    $$ \frac{\partial z_k}{\partial z_{k-1}} = I + J_k $$
    """
    rng = np.random.default_rng(seed)
    weight, z = rng.normal(size=(3, 3)), rng.normal(size=3)
    branch = numerical(lambda u: np.tanh(weight @ u), z)
    whole = numerical(lambda u: u + np.tanh(weight @ u), z)
    np.testing.assert_allclose(whole, np.eye(3) + branch, atol=1e-8)


@given(seeds)
def test_an_activation_after_the_sum_stands_before_both(seed: int) -> None:
    r"""A ReLU after the sum multiplies the identity as well as the branch.

    For $k \in \{1, \dots, 3\}$, $W_1, \dots, W_3 \in \mathbb{R}^{n \times n}$, $z_0 \in \mathbb{R}^n$, where $z_k =
    \varphi(h_k)$, $h_k = z_{k-1} + \sin(W_k z_{k-1})$, $J_k = \operatorname{diag}(\cos(W_k z_{k-1})) W_k$, $D_k =
    \operatorname{diag}(\varphi'(h_k))$, $\varphi(x) = \max(x, 0)$, say:
    $$ \frac{\partial z_k}{\partial z_{k-1}} = D_k (I + J_k) $$
    """
    rng = np.random.default_rng(seed)
    weight, z = rng.normal(size=(3, 3)), rng.normal(size=3)
    total = z + np.tanh(weight @ z)
    if abs(total).min() < 0.05:  # near its corner the ReLU has no slope to compare with
        return
    whole = numerical(lambda u: np.maximum(u + np.tanh(weight @ u), 0), z)
    gate = np.diag((total > 0).astype(float))
    np.testing.assert_allclose(whole, gate @ (np.eye(3) + numerical(lambda u: np.tanh(weight @ u), z)), atol=1e-8)


@given(seeds)
def test_a_projection_takes_the_place_of_the_identity(seed: int) -> None:
    r"""Where the sizes differ, a matrix has to stand on the skip, and its Jacobian is itself.

    For $k \in \{1, \dots, 3\}$, $W_1, \dots, W_3 \in \mathbb{R}^{n \times n}$, $P_1, \dots, P_3 \in \mathbb{R}^{n
    \times n}$, $z_0 \in \mathbb{R}^n$, where $z_k = P_k z_{k-1} + \sin(W_k z_{k-1})$, $J_k =
    \operatorname{diag}(\cos(W_k z_{k-1})) W_k$, say:
    $$ \frac{\partial z_k}{\partial z_{k-1}} = P_k + J_k $$
    """
    rng = np.random.default_rng(seed)
    weight, projection, z = rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), rng.normal(size=3)
    whole = numerical(lambda u: projection @ u + np.tanh(weight @ u), z)
    np.testing.assert_allclose(whole, projection + numerical(lambda u: np.tanh(weight @ u), z), atol=1e-8)


@given(seeds)
def test_two_blocks_make_four_terms(seed: int) -> None:
    r"""Two blocks multiplied out give one term for each choice of branch or skip.

    For $J_1, J_2, J_3 \in \mathbb{R}^{n \times n}$:
    $$ (I + J_2)(I + J_1) = I + J_1 + J_2 + J_2 J_1 $$
    """
    one, two = stack = matrices(seed, 2)
    np.testing.assert_allclose(residual.product(stack), np.eye(3) + one + two + two @ one, atol=1e-12)


@given(seeds)
def test_three_blocks_make_eight_terms(seed: int) -> None:
    r"""A third block doubles the terms: each is kept, and each is multiplied by its Jacobian.

    For $J_1, J_2, J_3 \in \mathbb{R}^{n \times n}$:
    $$ (I + J_3)(I + J_2)(I + J_1) = I + J_1 + J_2 + J_3 + J_2 J_1 + J_3 J_1 + J_3 J_2 + J_3 J_2 J_1 $$
    """
    one, two, three = stack = matrices(seed, 3)
    pairs = two @ one + three @ one + three @ two
    expected = np.eye(3) + one + two + three + pairs + three @ two @ one
    np.testing.assert_allclose(residual.product(stack), expected, atol=1e-11)


@given(seeds, st.integers(1, 6))
def test_the_product_is_a_sum_over_all_paths(seed: int, count: int) -> None:
    r"""Each set of blocks that a path enters gives one product of their Jacobians.

    $$ (I + J_L) \cdots (I + J_1) = \sum_{S \subseteq \{1, \dots, L\}} \; \prod_{k \in S} J_k $$
    """
    stack = matrices(seed, count)
    total = np.zeros((3, 3))
    for path in residual.paths(count):
        term = np.eye(3)
        for block in path:
            term = stack[block - 1] @ term
        total += term
    np.testing.assert_allclose(residual.product(stack), total, atol=1e-9 * abs(total).max() + 1e-9)


@pytest.mark.parametrize("blocks", range(13))
def test_paths_double_with_each_block(blocks: int) -> None:
    r"""There are as many paths of each length as there are choices of that many blocks, and they add up to a power of two.

    $$ \sum_{m=0}^{L} \binom{L}{m} = 2^{L} $$

    For $L \in \{0, \dots, 12\}$.
    """
    made = residual.paths(blocks)
    assert len(made) == len(set(made)) == 2**blocks
    for length in range(blocks + 1):
        assert sum(len(path) == length for path in made) == math.comb(blocks, length)
    assert [len(path) for path in made] == sorted(len(path) for path in made)


@given(st.floats(0, 2), st.integers(1, 12))
def test_paths_of_equal_blocks(ratio: float, blocks: int) -> None:
    r"""If each branch multiplies by the same small number, a path of m blocks weighs that number to the power of m.

    $$ (1 + \varepsilon)^{L} = \sum_{m=0}^{L} \binom{L}{m} \, \varepsilon^{m} $$

    For $\varepsilon \in [0, 2]$ and $L \in \{1, \dots, 12\}$.
    """
    exact = Fraction(ratio)
    assert (1 + exact) ** blocks == sum(math.comb(blocks, m) * exact**m for m in range(blocks + 1))
    if ratio > 0.001:
        for m in range(blocks + 1):
            share = float(math.comb(blocks, m) * exact**m / (1 + exact) ** blocks)
            assert residual.path_share(blocks, m, m, ratio=ratio) == pytest.approx(share, rel=1e-9)


@given(st.floats(0.01, 2), st.integers(1, 12))
def test_mean_length_of_the_paths_that_count(ratio: float, blocks: int) -> None:
    r"""Weighted by what they carry, paths are shorter than half the depth if the branches are weaker than the skip.

    $$ \frac{1}{(1 + \varepsilon)^{L}} \sum_{m=0}^{L} m \, \binom{L}{m} \, \varepsilon^{m} = \frac{L \, \varepsilon}{1 + \varepsilon} $$

    For $\varepsilon \in [0, 2]$ and $L \in \{1, \dots, 12\}$.
    """
    exact = Fraction(ratio)
    total = sum(m * math.comb(blocks, m) * exact**m for m in range(blocks + 1))
    assert total / (1 + exact) ** blocks == blocks * exact / (1 + exact)


@given(seeds)
def test_a_branch_that_undoes_the_skip(seed: int) -> None:
    r"""A direction that the branch turns round exactly is deleted by the block, and no other kind is.

    $$ (I + J) v = 0 \quad \iff \quad J v = -v $$
    """
    (basis,) = matrices(seed, 1)
    if np.linalg.cond(basis) > 100:
        return
    values = np.array([-1.0, 0.4, -1.9])
    jacobian = basis @ np.diag(values) @ np.linalg.inv(basis)
    np.testing.assert_allclose((np.eye(3) + jacobian) @ basis[:, 0], 0, atol=1e-10)
    assert residual.singular_values([jacobian])[-1] < 1e-10
    shifted = basis @ np.diag(values + 0.3) @ np.linalg.inv(basis)
    assert np.linalg.det(residual.product([shifted])) == pytest.approx(0.3 * 1.7 * -0.6, rel=1e-8)


@given(seeds, st.floats(0, 2))
def test_a_block_shrinks_nothing_below_one_minus_its_norm(seed: int, norm: float) -> None:
    r"""By the triangle inequality the branch can take away no more than its spectral norm.

    For $J \in \mathbb{R}^{n \times n}$, $v \in \mathbb{R}^n$:
    $$ \lVert (I + J) v \rVert \ge \lVert v \rVert - \lVert J v \rVert \ge (1 - \lVert J \rVert_2) \, \lVert v \rVert $$
    """
    (jacobian,) = matrices(seed, 1, norm=norm)
    v = np.random.default_rng([seed, 1]).normal(size=3)
    moved, taken = np.linalg.norm(v + jacobian @ v), np.linalg.norm(jacobian @ v)
    assert moved >= np.linalg.norm(v) - taken - 1e-12
    assert np.linalg.norm(v) - taken >= (1 - norm) * np.linalg.norm(v) - 1e-12
    worst = -norm * np.eye(3)
    assert np.linalg.norm(v + worst @ v) == pytest.approx(abs(1 - norm) * np.linalg.norm(v), abs=1e-12)


@given(seeds, st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_the_product_of_all_norms_above_is_an_exponential_of_their_sum(seed: int, norms: list[float]) -> None:
    r"""What all blocks together can add is bounded by the sum of their norms.

    $$ \prod_{k=1}^{L} (1 + \nu_k) \le \exp \left( \sum_{k=1}^{L} \nu_k \right) $$

    For $\nu_k \in [0, 1]$ and $L \in \{1, \dots, 8\}$.
    """
    assert residual.bounds(norms)[1] <= math.exp(sum(norms)) * (1 + 1e-12)
    stack = np.array([matrices(seed + k, 1, norm=norm)[0] for k, norm in enumerate(norms)])
    assert residual.singular_values(stack)[0] <= math.exp(sum(norms)) * (1 + 1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_what_remains_is_at_least_one_minus_the_sum(norms: list[float]) -> None:
    r"""Taking fractions away one after the other leaves at least what taking them all from the whole would.

    $$ \prod_{k=1}^{L} (1 - \nu_k) \ge 1 - \sum_{k=1}^{L} \nu_k $$

    For $\nu_k \in [0, 1]$ and $L \in \{1, \dots, 8\}$.
    """
    exact = [Fraction(norm) for norm in norms]
    assert math.prod(1 - a for a in exact) >= 1 - sum(exact)


@pytest.mark.parametrize("kappa", [0.5, 1.0, 2.0])
def test_norms_of_one_over_the_depth(kappa: float) -> None:
    r"""With norms that shrink as one over the depth, the lower bound stays above zero at every depth.

    $$ \lim_{L \to \infty} \left( 1 - \frac{\kappa}{L} \right)^{L} = e^{-\kappa} $$

    For $\kappa \in [0, 3]$.
    """
    lower = [residual.bounds([kappa / blocks] * blocks)[0] for blocks in (10, 100, 1000, 10_000)]
    assert lower == sorted(lower) and lower[-1] == pytest.approx(math.exp(-kappa), rel=1e-3)


@given(seeds, st.floats(-2, 2), st.lists(st.booleans(), min_size=2, max_size=2))
def test_mean_square_of_one_random_block(seed: int, branch: float, on: list[bool]) -> None:
    r"""Over all weights of mean zero and variance two over n, the squares of skip and branch add up.

    $$ \mathbb{E} \, \lVert v + \alpha W D v \rVert^2 = \lVert v \rVert^2 + 2 \alpha^2 \lVert D v \rVert^2 $$

    Only the first two moments of the weights matter: the mean over all signs of weights of one size is exact.
    """
    v = np.random.default_rng(seed).normal(size=2)
    gate = np.diag(np.array(on, dtype=float))
    signs = [np.array(each).reshape(2, 2) for each in product([-1.0, 1.0], repeat=4)]  # variance 1 = 2/n
    mean = np.mean([np.sum((v + branch * weight @ gate @ v) ** 2) for weight in signs])
    assert mean == pytest.approx(v @ v + 2 * branch**2 * np.sum((gate @ v) ** 2), rel=1e-12, abs=1e-12)


@given(seeds)
def test_random_directions_fare_alike_both_ways(seed: int) -> None:
    r"""The mean square gain of a random unit vector is the same forwards and backwards: that of the singular values.

    $$ \mathbb{E} \, \lVert A u \rVert^2 = \mathbb{E} \, \lVert u^{\top} A \rVert^2 = \frac{1}{n} \sum_{i=1}^{n} \sigma_i^2 $$

    The mean over the unit vectors of any orthonormal basis is that mean already.
    """
    whole = matrices(seed, 1)[0]
    basis = np.linalg.qr(matrices(seed + 1, 1)[0])[0]
    mean = np.mean(np.linalg.svd(whole, compute_uv=False) ** 2)
    assert np.mean([np.sum((whole @ u) ** 2) for u in basis]) == pytest.approx(mean, rel=1e-10)
    assert np.mean([np.sum((u @ whole) ** 2) for u in basis]) == pytest.approx(mean, rel=1e-10)


@pytest.mark.parametrize("c", [0.0, 0.5, 1.0, 2.0])
def test_branches_of_one_over_the_root_of_the_depth(c: float) -> None:
    r"""Divided by the root of the depth, the branches leave a gain that does not grow with the depth.

    $$ \lim_{L \to \infty} \left( 1 + \frac{c^2}{L} \right)^{L/2} = e^{c^2/2} $$

    For $c \in [0, 2]$.
    """
    gains = [residual.gain(c / math.sqrt(blocks), blocks) for blocks in (1, 10, 1000, 100_000)]
    assert gains == sorted(gains) and gains[-1] <= math.exp(c**2 / 2) * (1 + 1e-12)
    assert gains[-1] == pytest.approx(math.exp(c**2 / 2), rel=1e-4)


@pytest.mark.parametrize("blocks", [1, 2, 7, 50])
def test_normalised_branches_telescope(blocks: int) -> None:
    r"""If the k-th branch adds one part to k parts, all but the last numerator cancels.

    $$ \prod_{k=1}^{L} \left( 1 + \frac{1}{k} \right) = L + 1 $$

    For $L \in \{1, \dots, 12\}$.
    """
    assert math.prod(1 + Fraction(1, k) for k in range(1, blocks + 1)) == blocks + 1


@given(seeds, st.floats(-1.5, 1.5))
def test_the_gradient_by_the_weights_carries_the_branch_scale(seed: int, branch: float) -> None:
    r"""The loss reaches the weights of a block through its branch alone.

    For $k \in \{1, \dots, 3\}$, $W_1, \dots, W_3 \in \mathbb{R}^{n \times n}$, $b_1, \dots, b_3 \in \mathbb{R}^n$,
    $z_0 \in \mathbb{R}^n$, $\alpha \in \mathbb{R}$, where $z_k = z_{k-1} + \alpha \varphi(a_k)$, $\varphi(x) = \sin
    x$, $\mathcal{L} = \tfrac12 \lVert z_3 \rVert^2$, say:
    $$ \frac{\partial \mathcal{L}}{\partial W_k} =
    \alpha \left( \varphi'(a_k) \odot \left( \frac{\partial \mathcal{L}}{\partial z_k} \right)^{\top} \right) z_{k-1}^{\top} $$

    Here $a_k = W_k z_{k-1} + b_k$, and the gradient has the shape of $W_k$.
    """
    rng = np.random.default_rng(seed)
    weights, biases = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3))
    x, target = rng.normal(size=(2, 3))
    made = residual.backward(weights, biases, x, target, activation="tanh", branch=branch)
    a = weights[0] @ x + biases[0]
    expected = branch * np.outer((1 - np.tanh(a) ** 2) * made.states[0], x)
    np.testing.assert_allclose(made.weights[0], expected, atol=1e-12 * (1 + abs(expected).max()))


# The library against independent truth.


@pytest.mark.parametrize("case", MLP, ids=lambda case: f"{case['activation']}-{case['residual']}")
def test_backward_agrees_with_the_reference(case: dict) -> None:
    """Loss and gradients of ten layers, plain and residual, are those that automatic differentiation has computed."""
    made = residual.backward(
        case["W"], case["b"], case["x"], case["target"], activation=case["activation"], skip=case["residual"]
    )
    assert made.loss == pytest.approx(case["loss"], rel=1e-13)
    np.testing.assert_allclose(np.linalg.norm(made.states, axis=1), case["dL_dz_norm"], rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(made.weights, axis=(1, 2)), case["dL_dW_norm"], rtol=1e-12)
    first = np.array(case["dL_dW_first"])
    np.testing.assert_allclose(made.weights[0], first, atol=1e-12 * abs(first).max())


@pytest.mark.parametrize(("skip", "branch"), list(product([True, False], [1.0, 0.3, -0.5])))
@pytest.mark.parametrize("activation", ["tanh", "logistic", "linear"])
def test_backward_agrees_with_differences(activation: str, branch: float, skip: bool) -> None:
    """The gradient by a weight is the slope of the loss by that weight, and is nothing else."""
    rng = np.random.default_rng(3)
    weights, biases = rng.normal(size=(3, 2, 2)), rng.normal(size=(3, 2))
    x, target = rng.normal(size=(2, 2))

    def loss(flat: np.ndarray) -> np.ndarray:
        made = residual.backward(
            flat.reshape(weights.shape), biases, x, target, activation=activation, branch=branch, skip=skip
        )
        return np.array([made.loss])

    made = residual.backward(weights, biases, x, target, activation=activation, branch=branch, skip=skip)
    slopes = numerical(loss, weights.ravel())[0]
    np.testing.assert_allclose(made.weights.ravel(), slopes, rtol=1e-6, atol=1e-7)
    assert not np.allclose(made.weights.ravel() * 1.01, slopes, rtol=1e-6, atol=1e-7)


def test_one_branch_and_its_defaults() -> None:
    """Nothing said, the branch is added as it is, on top of the state."""
    one = residual.backward([[[1.0]]], [[0.0]], [0.5], [0.0], activation="linear")
    assert one.loss == 0.5 and one.states == 1.0 and one.weights == 0.5
    plain = residual.backward([[[1.0]]], [[0.0]], [0.5], [0.0], activation="linear", skip=False)
    assert plain.loss == 0.125


@given(seeds, st.integers(1, 6))
def test_product_and_its_singular_values(seed: int, count: int) -> None:
    """The product is that of all factors, the last on the left, and its singular values come largest first."""
    stack = matrices(seed, count)
    whole = chained(stack)
    np.testing.assert_allclose(residual.product(stack), whole, atol=1e-10 * (1 + abs(whole).max()))
    values = residual.singular_values(stack)
    assert np.all(np.diff(values) <= 0)
    assert np.sum(values**2) == pytest.approx(np.sum(whole**2), rel=1e-9)


def test_paths_of_three_blocks() -> None:
    """Paths come by length, then by block, and name the blocks that they enter."""
    assert residual.paths(3) == [(), (1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3)]
    assert len(residual.paths(16)) == 2**16


def test_share_of_the_paths_by_length() -> None:
    """The shares are those of all the paths counted one by one, ends included."""
    for shortest, longest in ((0, 12), (3, 5), (5, 3), (2, 99), (12, 12)):
        inside = sum(shortest <= len(path) <= longest for path in residual.paths(12))
        assert residual.path_share(12, shortest, longest) == pytest.approx(inside / 2**12, rel=1e-13)
    assert residual.path_share(54, 20, 34) == pytest.approx(0.9597764359, rel=1e-9)
    assert residual.path_share(1000, 0, 1000) == pytest.approx(1, rel=1e-12)


@given(seeds, st.lists(st.floats(0, 1.5), min_size=1, max_size=8))
def test_singular_values_lie_within_the_bounds(seed: int, norms: list[float]) -> None:
    r"""Whatever the branches do, no singular value leaves the bounds; branches along the identity reach them."""
    stack = np.array([matrices(seed + k, 1, norm=norm)[0] for k, norm in enumerate(norms)])
    lower, upper = residual.bounds(norms)
    values = residual.singular_values(stack)
    assert lower * (1 - 1e-9) - 1e-12 <= values[-1] <= values[0] <= upper * (1 + 1e-9)
    assert upper == pytest.approx(math.prod(1 + norm for norm in norms), rel=1e-12)
    assert lower == pytest.approx(math.prod(max(1 - norm, 0) for norm in norms), rel=1e-9, abs=1e-300)
    along = np.array(norms)[:, None, None] * np.eye(3)
    np.testing.assert_allclose(residual.singular_values(along), upper, rtol=1e-12)
    if max(norms) < 1:
        np.testing.assert_allclose(residual.singular_values(-along), lower, rtol=1e-9)


def test_bounds_at_the_edge_of_knowledge() -> None:
    """A norm of one or more leaves zero below; no blocks leave one; up to the edge of float64 a bound is a number."""
    assert list(residual.bounds([0.5, 1.0])) == [0, 3]
    assert list(residual.bounds([2.0])) == [0, 3]
    assert list(residual.bounds([])) == [1, 1]
    assert residual.bounds([0.5] * 1022)[0] == 2.0**-1022
    assert list(residual.bounds([1.0] * 1023)) == [0, 2.0**1023]


def test_extremes_of_random_products() -> None:
    """The first product is the identity, the next has singular values of one factor, and all respect the bounds."""
    made = residual.random_extremes(6, 12, 0.5, seeds=3)
    assert made.shape == (3, 13, 2)
    np.testing.assert_allclose(made[:, 0], 1)
    for seed in range(3):
        drawn = np.random.default_rng(seed).normal(size=(12, 6, 6))
        for depth in (1, 5, 12):
            stack = np.array([0.5 * each / np.linalg.svd(each)[1][0] for each in drawn[:depth]])
            values = np.linalg.svd(chained(stack), compute_uv=False)
            np.testing.assert_allclose(made[seed, depth], [values[0], values[-1]], rtol=1e-9)
    assert (made[..., 0] >= made[..., 1]).all()
    assert len(residual.random_extremes(1, 1, 0.5, seeds=1)) == 1


@pytest.mark.parametrize(
    ("branch", "blocks", "expected"),
    [(0, 50, 1), (1, 50, 2.0**25), (-1, 2, 2), (3, 0, 1), (1, 1, math.sqrt(2)), (1, 2046, 2.0**1023)],
)
def test_gain_in_closed_cases(branch: float, blocks: int, expected: float) -> None:
    """Full He branches double the mean square at each block; without a branch, a depth or a sign nothing changes."""
    assert residual.gain(branch, blocks) == pytest.approx(expected, rel=1e-12)


@given(st.floats(1, 1e6), st.integers(1, 1000))
def test_branch_scale_and_gain_are_inverse(ratio: float, blocks: int) -> None:
    """The branch scale for a gain has that gain."""
    assert residual.gain(residual.branch_for(ratio, blocks), blocks) == pytest.approx(ratio, rel=1e-9)


def test_root_scale_adds_up_to_its_square() -> None:
    """The squares of the branch scales of all blocks add up to the square of c, whose sign is kept."""
    assert residual.root_scale(50) ** 2 * 50 == pytest.approx(1, rel=1e-14)
    assert residual.root_scale(16, -3.0) == -0.75
    assert residual.root_scale(1) == 1


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(("skip", "normalised"), [(True, False), (True, True), (False, False)])
def test_relu_jacobians_are_slopes_of_the_blocks(skip: bool, normalised: bool, last: bool) -> None:
    """Each Jacobian is the numerical one of its block, at the state that the blocks before it have made."""
    size, blocks, branch = 6, 3, 0.7
    made = residual.relu_jacobians(
        size, blocks, branch=branch, skip=skip, normalised=normalised, last=last, rng=np.random.default_rng(5)
    )
    assert made.shape == (blocks, size, size)
    if not last:
        silent = residual.relu_jacobians(
            size, blocks, branch=branch, skip=skip, normalised=normalised, rng=np.random.default_rng(5)
        )
        assert np.array_equal(made, silent)
    rng = np.random.default_rng(5)
    z = rng.normal(size=size)
    for jacobian in made:
        weight = rng.normal(size=(size, size)) * math.sqrt(2 / size)

        def block(u: np.ndarray, weight: np.ndarray = weight) -> np.ndarray:
            seen = u / np.linalg.norm(u) * math.sqrt(size) if normalised else u
            return (u if skip else 0) + branch * (
                np.maximum(weight @ seen, 0) if last else weight @ np.maximum(seen, 0)
            )

        assert abs(weight @ z if last else z).min() > 0.005  # away from the corners of the ReLU
        np.testing.assert_allclose(jacobian, numerical(block, z), atol=1e-7)
        z = block(z)


def test_by_default_a_skip_and_no_normalisation() -> None:
    """Nothing said, the blocks are residual and see the state as it is."""
    given_both = residual.relu_jacobians(4, 3, branch=1, skip=True, normalised=False, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(residual.relu_jacobians(4, 3, branch=1, rng=np.random.default_rng(2)), given_both)
    np.testing.assert_array_equal(
        residual.relu_gains(4, 3, branch=1, seeds=2),
        residual.relu_gains(4, 3, branch=1, skip=True, normalised=False, seeds=2),
    )


@pytest.mark.parametrize(
    ("skip", "normalised", "last"),
    [(True, False, False), (True, True, False), (False, False, False), (True, False, True)],
)
def test_gains_are_those_of_the_jacobians(skip: bool, normalised: bool, last: bool) -> None:
    """A random row vector passes the Jacobians from the last to the first, and its norm is told at each."""
    made = residual.relu_gains(5, 4, branch=0.8, skip=skip, normalised=normalised, last=last, seeds=3)
    assert made.shape == (3, 5)
    np.testing.assert_allclose(made[:, 0], 1)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        stack = residual.relu_jacobians(5, 4, branch=0.8, skip=skip, normalised=normalised, last=last, rng=rng)
        row = rng.normal(size=5)
        for back in range(1, 5):
            whole = np.linalg.multi_dot([*stack[: -back - 1 : -1], np.eye(5)])
            expected = np.linalg.norm(row @ whole) / np.linalg.norm(row)
            assert made[seed, back] == pytest.approx(expected, rel=1e-10)


@given(seeds)
def test_a_gradient_along_the_last_state_grows_at_least_as_much_as_the_state(seed: int) -> None:
    """Blocks of ReLU without biases map the first state to the last by their own product, so Cauchy-Schwarz applies."""
    stack = residual.relu_jacobians(5, 4, branch=1, rng=np.random.default_rng(seed))
    first = np.random.default_rng(seed).normal(size=5)  # the generator's first draw, the input of the blocks
    whole = np.linalg.multi_dot(stack[::-1])
    last = whole @ first
    back = np.linalg.norm(last @ whole) / np.linalg.norm(last)
    assert back >= np.linalg.norm(last) / np.linalg.norm(first) * (1 - 1e-12)


def test_measured_gains_follow_the_mean_square() -> None:
    """At initialisation the mean square gain of residual blocks is close to its formula, with and without scaling.

    Few blocks, wide, and many networks: a sample mean of a deep product would be worth nothing.
    """
    for branch in (1.0, 0.5):
        made = residual.relu_gains(100, 4, branch=branch, seeds=60)[:, -1]
        assert math.sqrt(np.mean(made**2)) == pytest.approx(residual.gain(branch, 4), rel=0.06)
    made = residual.relu_gains(100, 4, branch=1, normalised=True, seeds=60)[:, -1]
    assert math.sqrt(np.mean(made**2)) == pytest.approx(math.sqrt(5), rel=0.06)
    made = residual.relu_gains(100, 4, branch=1, skip=False, seeds=60)[:, -1]
    assert math.sqrt(np.mean(made**2)) == pytest.approx(1, rel=0.08)


def test_a_relu_at_the_end_takes_the_rule_of_the_root_away() -> None:
    """Branches that end in a ReLU agree: over the root of the depth they explode, over the depth they do not."""
    for blocks in (100, 400):
        by_root = residual.relu_gains(32, blocks, branch=blocks**-0.5, last=True, seeds=9)[:, -1]
        by_depth = residual.relu_gains(32, blocks, branch=1 / blocks, last=True, seeds=9)[:, -1]
        first = residual.relu_gains(32, blocks, branch=blocks**-0.5, seeds=9)[:, -1]
        assert np.median(by_depth) < 1.2
        assert np.median(first) < 2.5
        assert np.median(by_root) > (3 if blocks == 100 else 300)


def test_singular_values_of_relu_blocks() -> None:
    """They are those of the multiplied Jacobians, seed by seed."""
    made = residual.relu_singular_values(5, 4, branch=0.6, seeds=2)
    assert made.shape == (2, 5)
    for seed in range(2):
        stack = residual.relu_jacobians(5, 4, branch=0.6, rng=np.random.default_rng(seed))
        values = np.linalg.svd(stack[3] @ stack[2] @ stack[1] @ stack[0], compute_uv=False)
        np.testing.assert_allclose(made[seed], values, rtol=1e-9)


@pytest.mark.parametrize("skip", [True, False])
def test_norms_of_random_networks(skip: bool) -> None:
    """They are the norms that the backward pass gives for weights of the stated scale, over those at the last block."""
    made = residual.gradient_norms(4, 3, scale=0.6, branch=0.7, skip=skip, activation="logistic", seeds=2)
    assert made.shape == (2, 2, 3)
    for seed in range(2):
        rng = np.random.default_rng(seed)
        weights = rng.normal(size=(3, 4, 4)) * 0.6 / 2
        x, target = rng.normal(size=4), rng.normal(size=4)
        back = residual.backward(weights, np.zeros((3, 4)), x, target, activation="logistic", branch=0.7, skip=skip)
        by_state = [np.linalg.norm(each) for each in back.states]
        by_weight = [np.linalg.norm(each) for each in back.weights]
        np.testing.assert_allclose(made[seed, 0], np.array(by_state) / by_state[-1], rtol=1e-12)
        np.testing.assert_allclose(made[seed, 1], np.array(by_weight) / by_weight[-1], rtol=1e-12)
    said = residual.gradient_norms(4, 3, scale=1, branch=1.0, skip=True, activation="tanh", seeds=1)
    np.testing.assert_array_equal(residual.gradient_norms(4, 3, scale=1, seeds=1), said)


def test_quantiles_are_taken_between_logarithms() -> None:
    """Half way between a hundredth and a hundred lies one, in each column on its own; an even count takes both sides."""
    np.testing.assert_allclose(residual.quantile([[0.01, 1.0], [100.0, 16.0]], 0.5), [1, 4], rtol=1e-12)
    np.testing.assert_allclose(residual.quantile([3.0, 1.0, 2.0], 0), 1)
    np.testing.assert_allclose(residual.quantile([3.0, 1.0, 2.0], 1), 3)
    assert residual.quantile([[1.0, 2.0]], 0.5).shape == (2,)


# What is refused.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: residual.paths(17), "`blocks` must be at most 16"),
        (lambda: residual.paths(-1), "`blocks` must be 0 or more"),
        (lambda: residual.path_share(1001, 0, 1), "`blocks` must be at most 1000"),
        (lambda: residual.path_share(5, -1, 1), "`shortest` must be 0 or more"),
        (lambda: residual.path_share(5, 0, 1.0), "`longest` must be an integer"),
        (lambda: residual.path_share(5, 1, 1, ratio=0.0), "`ratio` must be above zero"),
        (lambda: residual.root_scale(0), "`blocks` must be 1 or more"),
        (lambda: residual.root_scale(4, math.inf), "`c` must be finite"),
        (lambda: residual.singular_values([[1.0]]), "`jacobians` must have 3 axes"),
        (lambda: residual.product([[[1.0, 2.0]]]), "stack of square matrices"),
        (lambda: residual.product(np.ones((0, 2, 2))), "stack of square matrices"),
        (lambda: residual.product(np.ones((2, 0, 0))), "stack of square matrices"),
        (lambda: residual.singular_values([[[math.nan]]]), "must be finite"),
        (lambda: residual.bounds([0.5, -0.1]), "`norms` must be 0 or more"),
        (lambda: residual.bounds(0.5), "`norms` must have 1 axes"),
        (lambda: residual.bounds([1.0] * 1024), "normal range of float64"),
        (lambda: residual.bounds([0.5] * 1023), "normal range of float64"),
        (lambda: residual.random_extremes(0, 2, 0.5, seeds=1), "`size` must be 1 or more"),
        (lambda: residual.random_extremes(2, 0, 0.5, seeds=1), "`blocks` must be 1 or more"),
        (lambda: residual.random_extremes(2, 2, 0.5, seeds=0), "`seeds` must be 1 or more"),
        (lambda: residual.random_extremes(2, 2, 0.0, seeds=1), "`norm` must be above zero"),
        (lambda: residual.gain(math.nan, 2), "`branch` must be finite"),
        (lambda: residual.gain(1, 2048), "leaves the range of float64"),
        (lambda: residual.gain(1, -1), "`blocks` must be 0 or more"),
        (lambda: residual.gain(0, 2**53 + 1), "`blocks` must be at most"),
        (lambda: residual.branch_for(math.nan, 2), "`ratio` must be finite"),
        (lambda: residual.quantile([math.nan], 0.5), "`samples` must be finite"),
        (lambda: residual.quantile([1.0], math.nan), "`chance` must be finite"),
        (lambda: residual.branch_for(0.999, 2), "`ratio` must be 1 or more"),
        (lambda: residual.branch_for(2, 0), "`blocks` must be 1 or more"),
        (lambda: residual.relu_jacobians(201, 2, branch=1, rng=np.random.default_rng(0)), "`size` must be at most 200"),
        (lambda: residual.relu_jacobians(2, 2, branch=math.inf, rng=np.random.default_rng(0)), "`branch` must be"),
        (
            lambda: residual.relu_gains(2, 2, branch=1, skip=False, normalised=True, seeds=1),
            "`normalised` needs `skip`",
        ),
        (lambda: residual.relu_gains(2, 1001, branch=1, seeds=1), "`blocks` must be at most 1000"),
        (lambda: residual.relu_singular_values(2, 2, branch=1, seeds=101), "`seeds` must be at most 100"),
        (lambda: residual.quantile([[1.0, 0.0]], 0.5), "numbers above zero"),
        (lambda: residual.quantile([], 0.5), "a row for each seed"),
        (lambda: residual.quantile(1.0, 0.5), "a row for each seed"),
        (lambda: residual.quantile([1.0], 1.1), "between 0 and 1"),
        (lambda: residual.quantile([1.0], -0.1), "between 0 and 1"),
        (lambda: residual.gradient_norms(2, 2, scale=0, seeds=1), "`scale` must be above zero"),
        (lambda: residual.gradient_norms(2, 2, scale=1, activation="swish", seeds=1), "`activation` must be one of"),
        (lambda: residual.gradient_norms(2, 2, scale=1, seeds=0), "`seeds` must be 1 or more"),
        (lambda: residual.backward([[1.0]], [[0.0]], [1.0], [1.0], activation="tanh"), "`weights` must have 3 axes"),
        (
            lambda: residual.backward(np.ones((1, 1, 2)), [[0.0]], [1.0], [1.0], activation="tanh"),
            "`weights` must be a",
        ),
        (lambda: residual.backward([[[1.0]]], [0.0], [1.0], [1.0], activation="tanh"), "`biases` must have the shape"),
        (lambda: residual.backward([[[1.0]]], [[0.0]], [1.0, 2.0], [1.0], activation="tanh"), "`x` must have"),
        (lambda: residual.backward([[[1.0]]], [[0.0]], [1.0], [[1.0]], activation="tanh"), "`target` must have"),
        (lambda: residual.backward([[[1.0]]], [[0.0]], [1.0], [1.0], activation="step"), "`activation` must be one"),
        (
            lambda: residual.backward([[[1.0]]], [[0.0]], [1.0], [1.0], activation="tanh", branch="big"),
            "`branch` must",
        ),
    ],
)
def test_refusals_say_what_would_be_right(call: Callable[[], object], message: str) -> None:
    """An argument outside a function's domain is refused with a sentence about that domain."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_public_function_is_documented() -> None:
    """Each public function says what it takes, returns and refuses."""
    functions = [f for _, f in inspect.getmembers(residual, inspect.isfunction) if f.__module__ == residual.__name__]
    public = [f for f in functions if not f.__name__.startswith("_")]
    assert len(public) >= 12
    for function in public:
        for part in ("Args:", "Returns:", "Raises:"):
            assert part in (function.__doc__ or ""), f"{function.__name__} lacks {part}"
