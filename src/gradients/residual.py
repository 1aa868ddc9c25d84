r"""Residual connections: what adding the identity to every Jacobian guarantees, and how residual networks fail.

A block is $z_k = z_{k-1} + F_k(z_{k-1})$, the Jacobian of its branch $F_k$ is $J_k$, that of the block $I + J_k$.
"""

import math
import sys
from itertools import accumulate, combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradients import _units
from gradients._checks import finite_float, natural, real_array
from gradients.activations import named
from gradients.scalar import count_chances

Array = NDArray[np.float64]


class Backward(NamedTuple):
    """What a backward pass returns: the loss, its gradients by the states z_1 to z_L, and by the weights W_1 to W_L."""

    loss: float
    states: Array
    weights: Array


# Paths


def paths(blocks: int) -> list[tuple[int, ...]]:
    """Return the ways through `blocks` blocks: for each the numbers of the blocks that it enters, the shortest first.

    Args:
        blocks: number of blocks, at most 16.

    Returns: all subsets of the numbers from 1 on, from the empty one (skip all) to the whole (enter all).

    Raises:
        ValueError: if `blocks` is not a natural number up to 16.
    """
    count = natural("blocks", blocks, most=16)
    return [path for length in range(count + 1) for path in combinations(range(1, count + 1), length)]


def path_share(blocks: int, shortest: int, longest: int, *, ratio: float = 1.0) -> float:
    r"""Return the share of all paths that enter at least `shortest` and at most `longest` blocks.

    $$ \frac{1}{2^{L}} \sum_{m=a}^{b} \binom{L}{m} $$

    Args:
        blocks: $L \in \{0, 1, \dots\}$, number of blocks, at most 1000.
        shortest: $a \in \{0, 1, \dots\}$, the least number of blocks entered.
        longest: $b \in \{0, 1, \dots\}$, the largest number of blocks entered.
        ratio: what a branch carries beside the skip; a path then counts as much as it carries. With 1 all count alike.

    Returns: the share.

    Raises:
        ValueError: if a count is not a natural number, `blocks` exceeds its limit, or `ratio` is not above zero.

    Source: Veit, Wilber, Belongie 2016, https://arxiv.org/abs/1605.06431
    """
    ratio = finite_float("ratio", ratio, positive=True)
    shares = count_chances(ratio / (1 + ratio), natural("blocks", blocks, most=1000))
    return float(shares[natural("shortest", shortest) : natural("longest", longest) + 1].sum())


# The product and its bounds


def product(jacobians: ArrayLike) -> Array:
    r"""Return the Jacobian of a chain of residual blocks.

    For $L \in \{1, \dots, 6\}$, $z_0 \in \mathbb{R}^n$, where $z_k =
    z_{k-1} + J_k z_{k-1}$:
    $$ \frac{\partial z_L}{\partial z_0} = (I + J_L) (I + J_{L-1}) \cdots (I + J_1) $$

    Args:
        jacobians: $J_1, \dots, J_L \in \mathbb{R}^{n \times n}$, those of the branches, shape (L, n, n).

    Returns: the product, shape (n, n).

    Raises:
        ValueError: if `jacobians` is not a stack of square matrices of finite numbers.
    """
    stack = _stack(jacobians)
    whole = np.eye(len(stack[0]))
    for jacobian in stack:
        whole = whole + jacobian @ whole
    return whole


def singular_values(jacobians: ArrayLike) -> Array:
    """Return the singular values of the product of all I + J, the largest first.

    Args:
        jacobians: those of the branches, shape (L, n, n).

    Returns: n numbers; what lies below some 1e-15 of the first is rounding.

    Raises:
        ValueError: if `jacobians` is not a stack of square matrices of finite numbers.
    """
    return np.asarray(np.linalg.svdvals(product(jacobians)))


def bounds(norms: ArrayLike) -> Array:
    r"""Return between which numbers all singular values of the product lie, whatever the branches do.

    $$ \prod_{k=1}^{L} (1 - \lVert J_k \rVert_2) \le \sigma_{\min} \le \sigma_{\max}
    \le \prod_{k=1}^{L} (1 + \lVert J_k \rVert_2) $$

    Args:
        norms: $\lVert J_k \rVert_2 \in [0, \infty)$, the spectral norms of the branches, shape (L,).

    Returns: the lower and the upper bound; the lower one is 0 where a norm is 1 or more, for then nothing is known.

    Raises:
        ValueError: if a norm is negative or not finite, or a bound leaves the normal range of float64.
    """
    sizes = real_array("norms", norms, ndim=1)
    if (sizes < 0).any():
        raise ValueError("`norms` must be 0 or more")
    lower, upper = math.prod((1 - np.minimum(sizes, 1)).tolist()), math.prod((1 + sizes).tolist())
    if upper == math.inf or lower < sys.float_info.min and (sizes < 1).all():
        raise ValueError("a bound leaves the normal range of float64; take fewer blocks or smaller norms")
    return np.array([lower, upper])


def random_extremes(size: int, blocks: int, norm: float, *, seeds: int) -> Array:
    """Return the largest and the smallest singular value of products of I + J, at each depth, for random J of one norm.

    Each J has independent normal entries and is then scaled to the spectral norm `norm`.

    Args:
        size: n, rows of a matrix.
        blocks: number of factors in the deepest product.
        norm: the spectral norm of each J.
        seeds: number of draws, with the seeds 0, 1 and so on.

    Returns: shape (seeds, blocks + 1, 2), for the products of 0, 1, … factors.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach, or `norm` is not above zero.
    """
    size, blocks = _shape(size, blocks)
    norm = finite_float("norm", norm, positive=True)
    generators = _generators(seeds)
    extremes = np.ones((len(generators), blocks + 1, 2))
    for seed, rng in enumerate(generators):
        drawn = rng.normal(size=(blocks, size, size))
        drawn *= norm / np.linalg.norm(drawn, 2, axis=(1, 2))[:, None, None]
        whole = np.eye(size)
        for k, jacobian in enumerate(drawn):
            whole = whole + jacobian @ whole
            extremes[seed, k + 1] = np.linalg.svdvals(whole)[[0, -1]]
    return extremes


# Random ReLU blocks


def gain(branch: float, blocks: int) -> float:
    r"""Return the root of the mean square gain of random ReLU blocks whose branches have the mean square gain α².

    $$ (1 + \alpha^{2})^{L/2} $$

    Args:
        branch: $\alpha \in \mathbb{R}$, the number that multiplies each branch.
        blocks: $L \in \{0, 1, \dots\}$, number of blocks.

    Returns: the gain, 1 or more.

    Raises:
        ValueError: if `branch` is not finite, `blocks` not natural, or the gain beyond float64.

    Source: De, Smith 2020, https://arxiv.org/abs/2002.10444
    """
    branch, blocks = finite_float("branch", branch), natural("blocks", blocks, most=2**53)
    try:
        return math.exp(blocks * math.log(math.hypot(1.0, branch)))
    except OverflowError:
        raise ValueError("the gain leaves the range of float64; take fewer blocks or a smaller branch") from None


def root_scale(blocks: int, c: float = 1.0) -> float:
    r"""Return the branch scale whose squares add up to c² over all blocks.

    $$ \alpha = \frac{c}{\sqrt{L}} $$

    Args:
        blocks: $L \in \mathbb{N}$, number of blocks.
        c: $c \in \mathbb{R}$, the scale in units of one over the root of the depth.

    Returns: the scale.

    Raises:
        ValueError: if `blocks` is not a number of blocks or `c` is not finite.
    """
    return finite_float("c", c) / math.sqrt(natural("blocks", blocks, least=1))


def branch_for(ratio: float, blocks: int) -> float:
    r"""Return the branch scale at which random blocks multiply a gradient by `ratio` in all.

    $$ \alpha_r = \sqrt{r^{2/L} - 1} $$

    Args:
        ratio: $r \in [1, \infty)$, the gain of all blocks together.
        blocks: $L \in \mathbb{N}$, number of blocks.

    Returns: the scale, 0 or more.

    Raises:
        ValueError: if `ratio` is below 1, which no branch scale reaches, or `blocks` is not a number of blocks.
    """
    ratio, blocks = finite_float("ratio", ratio), natural("blocks", blocks, least=1)
    if ratio < 1:
        raise ValueError(
            f"`ratio` must be 1 or more, for independent random branches add to the gain, but is {ratio!r}"
        )
    return math.sqrt(math.expm1(2 * math.log(ratio) / blocks))


def relu_jacobians(
    size: int,
    blocks: int,
    *,
    branch: float,
    skip: bool = True,
    normalised: bool = False,
    last: bool = False,
    rng: np.random.Generator,
) -> Array:
    r"""Return the Jacobians of random ReLU blocks, each at the state that enters it.

    $$ z_k = z_{k-1} + \alpha \, W_k \operatorname{ReLU}(z_{k-1}) $$

    The entries of W are normal with variance 2/n (He initialisation), the input is normal with variance 1.

    Args:
        size: n, entries of a state.
        blocks: $L$, number of blocks.
        branch: $\alpha$, the number that multiplies each branch.
        skip: whether the state itself is added; without it the layers are plain.
        normalised: whether the branch sees the state divided by the root of its mean square (pre-norm); with a skip only.
        last: whether the ReLU is the last step of the branch, $\alpha \operatorname{ReLU}(W_k z_{k-1})$.
        rng: the generator of input and weights, in this order.

    Returns: the Jacobians of the whole blocks, shape (blocks, n, n), the first block first.

    Raises:
        ValueError: if `size`, `blocks` or `branch` is not a number of its kind and within reach, or `normalised` is
            asked of plain layers, whose state may be zero and then has no size to divide by.
    """
    network = _relu_network(size, blocks, branch=branch, skip=skip, normalised=normalised, last=last, rng=rng)
    return np.array([block.back(np.eye(len(block.weight))) for block in network])


def relu_gains(
    size: int,
    blocks: int,
    *,
    branch: float,
    skip: bool = True,
    normalised: bool = False,
    last: bool = False,
    seeds: int,
) -> Array:
    """Return by how much the norm of a random gradient changes on its way back through random ReLU blocks.

    Args:
        size: n, entries of a state.
        blocks: number of blocks.
        branch: the number that multiplies each branch.
        skip: whether the state itself is added.
        normalised: whether the branch sees a normalised state.
        last: whether the ReLU is the last step of the branch.
        seeds: number of networks, with the seeds 0, 1 and so on.

    Returns: shape (seeds, blocks + 1): the norm of the gradient over its norm at the output, after 0, 1, … blocks.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach.
    """
    generators = _generators(seeds)
    gains = []
    for rng in generators:
        network = _relu_network(size, blocks, branch=branch, skip=skip, normalised=normalised, last=last, rng=rng)
        rows = accumulate(reversed(network), lambda row, block: block.back(row), initial=rng.normal(size=size))
        norms = np.linalg.norm(list(rows), axis=1)
        gains.append(norms / norms[0])
    return np.array(gains)


class _Block(NamedTuple):
    """A ReLU block at the state that enters it: its branch has the Jacobian diag(after) W diag(before)."""

    weight: Array
    after: Array
    before: Array
    skip: bool
    normalised: Array | None  # the state, where the divisor moves with it

    def back(self, rows: Array) -> Array:
        """Return rows times the Jacobian of the whole block."""
        through = (rows * self.after) @ self.weight * self.before
        if self.normalised is not None:  # the part of a change along the state is taken out
            z = self.normalised
            through -= (through @ z)[..., None] * z / (z @ z)
        return through + rows if self.skip else through


def _relu_network(
    size: int, blocks: int, *, branch: float, skip: bool, normalised: bool, last: bool, rng: np.random.Generator
) -> list[_Block]:
    """Return the blocks of `relu_jacobians`, the first block first."""
    size, blocks = _shape(size, blocks)
    branch = finite_float("branch", branch)
    if normalised and not skip:
        raise ValueError("`normalised` needs `skip`: the state of plain layers may be zero")
    z, ones, network = rng.normal(size=size), np.ones(size), []
    for weight in math.sqrt(2 / size) * rng.normal(size=(blocks, size, size)):
        rms = math.sqrt(np.mean(z * z)) if normalised else 1.0
        if last:
            a = weight @ z / rms
            after, before, out = _units.relu_slope(a), ones / rms, _units.relu(a)
        else:
            after, before, out = ones, _units.relu_slope(z) / rms, weight @ _units.relu(z / rms)
        network.append(_Block(weight, branch * after, before, skip, z if normalised else None))
        z = z + branch * out if skip else branch * out
    return network


def relu_singular_values(size: int, blocks: int, *, branch: float, seeds: int) -> Array:
    """Return the singular values of the whole Jacobian of random residual ReLU blocks.

    Args:
        size: n, entries of a state.
        blocks: number of blocks.
        branch: the number that multiplies each branch.
        seeds: number of networks, with the seeds 0, 1 and so on.

    Returns: shape (seeds, n), each row from the largest down.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach.
    """
    size, blocks = _shape(size, blocks)
    stacks = [relu_jacobians(size, blocks, branch=branch, rng=rng) - np.eye(size) for rng in _generators(seeds)]
    return np.array([singular_values(stack) for stack in stacks])


def quantile(samples: ArrayLike, chance: float) -> Array:
    """Return a quantile over the first axis, interpolated between logarithms: products belong on a log scale.

    Args:
        samples: positive numbers, one row for each seed.
        chance: between 0 and 1; a half gives the median.

    Returns: the quantile, of the shape of a row.

    Raises:
        ValueError: if a sample is not above zero, there is none, or `chance` is not between 0 and 1.
    """
    rows, chance = real_array("samples", samples), finite_float("chance", chance)
    if rows.ndim == 0 or rows.size == 0 or (rows <= 0).any():
        raise ValueError("`samples` must have a row for each seed and hold numbers above zero")
    if not 0 <= chance <= 1:
        raise ValueError(f"`chance` must be between 0 and 1, but is {chance!r}")
    return np.asarray(np.exp(np.quantile(np.log(rows), chance, axis=0)))


# Networks with weights, biases and a loss


def backward(
    weights: ArrayLike,
    biases: ArrayLike,
    x: ArrayLike,
    target: ArrayLike,
    *,
    activation: str,
    branch: float = 1.0,
    skip: bool = True,
) -> Backward:
    r"""Return the loss of a residual network and its gradients, by one pass forward and one back.

    $$ z_k = z_{k-1} + \alpha \, \varphi(W_k z_{k-1} + b_k), \qquad
    \mathcal{L} = \tfrac{1}{2} \lVert z_L - y \rVert^2 $$

    Args:
        weights: $W_1, \dots, W_L$, shape (L, n, n).
        biases: $b_1, \dots, b_L$, shape (L, n).
        x: $z_0$, the input, shape (n,).
        target: $y$, shape (n,).
        activation: $\varphi$, a name that `activations.named` knows.
        branch: $\alpha$, the number that multiplies each branch.
        skip: whether $z_{k-1}$ is added; without it the network is plain.

    Returns: the loss, the gradients by z_1 to z_L, shape (L, n), and by W_1 to W_L, shape (L, n, n).

    Raises:
        ValueError: if shapes do not fit, a number is not finite, or the activation is unknown.
    """
    matrices, branch = _stack(weights, "weights"), finite_float("branch", branch)
    count, size, _ = matrices.shape
    shifts = real_array("biases", biases, shape=(count, size))
    z, goal = real_array("x", x, shape=(size,)), real_array("target", target, shape=(size,))
    function, slope = named(activation)
    entering, slopes = np.empty((count, size)), np.empty((count, size))
    for k in range(count):
        a = matrices[k] @ z + shifts[k]
        entering[k], slopes[k] = z, branch * slope(a)
        z = branch * function(a) + (z if skip else 0.0)
    row = z - goal
    loss = float(row @ row) / 2
    by_state, by_weight = np.empty((count, size)), np.empty((count, size, size))
    for k in reversed(range(count)):
        by_state[k] = row
        at_branch = row * slopes[k]
        by_weight[k] = np.outer(at_branch, entering[k])
        row = at_branch @ matrices[k] + (row if skip else 0.0)
    return Backward(loss, by_state, by_weight)


def gradient_norms(
    size: int,
    blocks: int,
    *,
    scale: float,
    branch: float = 1.0,
    skip: bool = True,
    activation: str = "tanh",
    seeds: int,
) -> Array:
    r"""Return the norms of the gradients of random networks, block by block.

    Weights are normal with variance `scale`²/n, biases zero, input and target normal with variance 1.

    Args:
        size: n, entries of a state.
        blocks: number of blocks.
        scale: the gain of a weight matrix on a random vector.
        branch: the number that multiplies each branch.
        skip: whether the state itself is added.
        activation: a name that `activations.named` knows.
        seeds: number of networks, with the seeds 0, 1 and so on.

    Returns: shape (seeds, 2, blocks): first the norms of the gradients by the states z_1 to z_L, each over that of the
        last, then the norms of those by the weights W_1 to W_L, likewise.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach, or the activation is unknown.
    """
    size, blocks = _shape(size, blocks)
    scale = finite_float("scale", scale, positive=True)
    generators = _generators(seeds)
    norms = np.empty((len(generators), 2, blocks))
    for seed, rng in enumerate(generators):
        weights = scale / math.sqrt(size) * rng.normal(size=(blocks, size, size))
        x, target = rng.normal(size=(2, size))
        biases = np.zeros((blocks, size))
        made = backward(weights, biases, x, target, activation=activation, branch=branch, skip=skip)
        norms[seed] = np.linalg.norm(made.states, axis=1), np.linalg.norm(made.weights, axis=(1, 2))
    return norms / norms[:, :, -1:]


def _shape(size: int, blocks: int) -> tuple[int, int]:
    """Return two counts that keep a study within a second or so."""
    return natural("size", size, least=1, most=200), natural("blocks", blocks, least=1, most=1000)


def _generators(seeds: int) -> list[np.random.Generator]:
    """Return a generator for each of the seeds 0, 1 and so on."""
    return [np.random.default_rng(seed) for seed in range(natural("seeds", seeds, least=1, most=100))]


def _stack(matrices: ArrayLike, name: str = "jacobians") -> Array:
    """Return a stack of square matrices of one size, at least one."""
    stack = real_array(name, matrices, ndim=3)
    if stack.size == 0 or stack.shape[1] != stack.shape[2]:
        raise ValueError(f"`{name}` must be a stack of square matrices, but its shape is {stack.shape}")
    return stack
