r"""What the bound on a recurrent network's gradient says, what it does not say, and what is measured beside it.

The network is $s_j = \varphi(U x_j + W s_{j-1} + b)$. Only $W s_{j-1}$ depends on the state before; the rest,
$U x_j + b$, is the *drive*. Products over many steps are kept at norm one, their sizes apart as base-ten logarithms.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradients import _units
from gradients._checks import finite_float, natural, real_array

Array = NDArray[np.float64]

_STEEPEST = {"logistic": 0.25, "tanh": 1.0, "relu": 1.0, "linear": 1.0}
_MOST_STEPS = 10_000


def run(
    W: ArrayLike, drive: ArrayLike, *, activation: str = "tanh", start: ArrayLike | None = None
) -> tuple[Array, Array]:
    r"""Return the pre-activations and the states of a recurrent network.

    $$ \begin{aligned} a_j &= U x_j + W s_{j-1} + b \\ s_j &= \varphi(a_j) \end{aligned} $$

    Args:
        W: the recurrent weights $W$, shape (d, d).
        drive: $U x_j + b$ for each step, shape (n, d).
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.
        start: the state $s_0$ before the first step, shape (d,); zero if not given.

    Returns: the pre-activations $a_1$ to $a_n$, shape (n, d), and the states $s_0$ to $s_n$, shape (n + 1, d).

    Raises:
        ValueError: if the shapes do not fit, an entry is not finite, the activation is unknown, or a state leaves
            float64.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, section 1.1.
    """
    weights = _square("W", W)
    width = len(weights)
    driven = real_array("drive", drive, ndim=2)
    if driven.shape[1] != width:
        raise ValueError(f"`drive` must have {width} columns, one for each row of `W`, but has {driven.shape[1]}")
    function, _ = _units.named(activation)
    before = np.empty_like(driven)
    states = np.zeros((len(driven) + 1, width))
    if start is not None:
        states[0] = real_array("start", start, shape=(width,))
    with np.errstate(over="ignore", invalid="ignore"):  # refused below, with a sentence
        for step, given in enumerate(driven):
            before[step] = weights @ states[step] + given
            states[step + 1] = function(before[step])
    if not np.isfinite(before).all():
        step = int(np.isfinite(before).all(axis=1).argmin())
        raise ValueError(f"the states leave float64 at step {step + 1}; take fewer steps or smaller weights")
    return before, states


def jacobians(W: ArrayLike, before: ArrayLike, *, activation: str = "tanh") -> Array:
    r"""Return the derivative of each state by the one before it.

    For $j \in \{1, \dots, 4\}$, $W \in \mathbb{R}^{n \times n}$, $s_0, b \in \mathbb{R}^n$, where $s_j =
    \varphi(a_j)$, $a_j = W s_{j-1} + b$, $\varphi(x) = \sin x$, say:
    $$ \frac{\partial s_j}{\partial s_{j-1}} = \operatorname{diag}(\varphi'(a_j)) \, W $$

    Args:
        W: the recurrent weights $W$, shape (d, d).
        before: the pre-activations $a_1$ to $a_n$, shape (n, d).
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.

    Returns: the factors, shape (n, d, d); rows are outputs, columns inputs.

    Raises:
        ValueError: if the shapes do not fit, an entry is not finite, or the activation is unknown.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, equation 5, with its transpose put right.
    """
    weights = _square("W", W)
    values = real_array("before", before, ndim=2)
    if values.shape[1] != len(weights):
        raise ValueError(
            f"`before` must have {len(weights)} columns, one for each row of `W`, but has {values.shape[1]}"
        )
    _, slope = _units.named(activation)
    return slope(values)[:, :, None] * weights


def running_products(factors: ArrayLike) -> tuple[Array, Array]:
    r"""Return the products of the first factors, each scaled to norm one, and the logarithms of what was taken out.

    $$ \prod_{j=1}^{k} J_j = J_k J_{k-1} \cdots J_1 $$

    Args:
        factors: $J_1$ to $J_n$ in the order in which they act, shape (n, d, d).

    Returns: the products of none, one, … and all factors, each divided by its Frobenius norm, shape (n + 1, d, d); and
        the base-ten logarithms of these norms, shape (n + 1,), minus infinity where a product is zero.

    Raises:
        ValueError: if `factors` has not three axes, the last two equal, or an entry is not finite.
    """
    given = real_array("factors", factors, ndim=3)
    count, rows, columns = given.shape
    if rows != columns or rows == 0:
        raise ValueError(f"`factors` must hold square matrices, but their shape is {(rows, columns)}")
    products = np.empty((count + 1, rows, rows))
    logs = np.empty(count + 1)
    products[0], logs[0] = np.eye(rows) / math.sqrt(rows), math.log10(rows) / 2
    for index, factor in enumerate(given):
        product = factor @ products[index]
        size = float(np.linalg.norm(product))
        products[index + 1] = product / size if size else product
        logs[index + 1] = logs[index] + math.log10(size) if size else -math.inf
    return products, logs


def log10_norms(factors: ArrayLike, *, every: int = 1) -> Array:
    r"""Return the base-ten logarithms of the spectral norms of the running products.

    $$ \log_{10} \left\lVert \frac{\partial s_k}{\partial s_0} \right\rVert_2 $$

    Args:
        factors: $J_1$ to $J_n$ in the order in which they act, shape (n, d, d).
        every: at how many steps apart a norm is wanted, $k = 0$ first.

    Returns: the logarithms, minus infinity where a product is zero.

    Raises:
        ValueError: as `running_products`, or if `every` is not a positive integer.
    """
    apart = natural("every", every, least=1)
    products, logs = running_products(factors)
    norms = np.linalg.norm(products[::apart], 2, axis=(1, 2))
    found = norms > 0
    result = np.full(norms.shape, -math.inf)
    result[found] = logs[::apart][found] + np.log10(norms[found])
    return result


def gradient_parts(
    W: ArrayLike, drive: ArrayLike, slope: ArrayLike, *, activation: str = "tanh", start: ArrayLike | None = None
) -> Array:
    r"""Return what each step contributes to the derivative of the loss by the recurrent weights.

    $$ \frac{\partial \mathcal{L}}{\partial s_t} \, \frac{\partial s_t}{\partial s_k} \,
    \frac{\partial^{+} s_k}{\partial W} $$

    Args:
        W: the recurrent weights $W$, shape (d, d).
        drive: $U x_j + b$ for each step, shape (t, d).
        slope: $\partial \mathcal{L} / \partial s_t$, shape (d,).
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.
        start: the state $s_0$, shape (d,); zero if not given.

    Returns: the parts of $k = 1$ to $t$, shape (t, d, d); their sum is $\partial \mathcal{L} / \partial W$.

    Raises:
        ValueError: as `run`, or if `slope` does not fit.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, equations 3 and 4.
    """
    before, states = run(W, drive, activation=activation, start=start)
    factors = jacobians(W, before, activation=activation)
    back = real_array("slope", slope, shape=states[0].shape)
    _, steepness = _units.named(activation)
    parts = np.empty_like(factors)
    for step in range(len(factors) - 1, -1, -1):
        parts[step] = np.outer(back * steepness(before[step]), states[step])
        back = back @ factors[step]
    return parts


def unit_states(w: float, drive: float, steps: int, *, activation: str = "tanh", start: float = 0.0) -> Array:
    r"""Return the states of a single recurrent unit with the same drive at every step.

    $$ s_j = \varphi(w \, s_{j-1} + c) $$

    Args:
        w: the recurrent weight $w$.
        drive: what is added to it at every step, $c$.
        steps: how many steps, at most 10 000.
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.
        start: the state $s_0$.

    Returns: the states from $s_0$ on, shape (steps + 1,).

    Raises:
        ValueError: if a number is not finite, `steps` is not a natural number up to 10 000, the activation is unknown,
            or a state leaves float64.
    """
    return _unit(w, drive, steps, activation, start)[1][:, 0]


def unit_factors(w: float, drive: float, steps: int, *, activation: str = "tanh", start: float = 0.0) -> Array:
    r"""Return the factors whose product carries the gradient through a single recurrent unit.

    $$ \frac{\partial s_j}{\partial s_{j-1}} = \varphi'(a_j) \, w $$

    Args and Raises as for `unit_states`.

    Returns: the factors of the steps 1 to `steps`.
    """
    before, _ = _unit(w, drive, steps, activation, start)
    return jacobians([[w]], before, activation=activation)[:, 0, 0]


def unit_parts(w: float, drive: float, steps: int, *, activation: str = "tanh", start: float = 0.0) -> Array:
    r"""Return what each step contributes to the derivative of a single unit's last state by its weight.

    $$ \frac{d s_t}{d w} = \sum_{k=1}^{t} \frac{\partial s_t}{\partial s_k} \, \varphi'(a_k) \, s_{k-1} $$

    Args and Raises as for `unit_states`.

    Returns: the terms of $k = 1$ to `steps`; their sum is the derivative.
    """
    return _unit_parts(finite_float("w", w), *_unit(w, drive, steps, activation, start), activation)


def unit_descent(
    w: float, drive: float, target: float, *, rate: float, updates: int, steps: int = 20, activation: str = "tanh"
) -> Array:
    r"""Return the weight of a single unit along gradient descent on half the squared error of its last state.

    $$ w \leftarrow w - \eta \, \frac{\partial \mathcal{L}}{\partial w} $$

    Args:
        w: the weight before the first update.
        drive: what is added at every step.
        target: what the state $s_t$ should be; the loss is half of the squared difference.
        rate: the learning rate $\eta$.
        updates: how many updates, at most 10 000.
        steps: the number $t$ of steps that the unit runs from the state zero.
        activation: the name of $\varphi$: `logistic`, `tanh`, `relu` or `linear`.

    Returns: the weights before the first update and after each, shape (updates + 1,).

    Raises:
        ValueError: as for `unit_states`, or if `target` is not finite or `rate` is not above zero.
    """
    eta, wanted = finite_float("rate", rate, positive=True), finite_float("target", target)
    path = np.empty(natural("updates", updates, most=_MOST_STEPS) + 1)
    path[0] = finite_float("w", w)
    for index in range(len(path) - 1):
        weight = float(path[index])
        before, states = _unit(weight, drive, steps, activation, 0.0)
        error = states[-1, 0] - wanted
        path[index + 1] = weight - eta * error * _unit_parts(weight, before, states, activation).sum()
    return path


def steepest(activation: str) -> float:
    r"""Return the largest slope of an activation function.

    $$ \gamma = \max_{a} \varphi'(a) $$

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.

    Returns: 1/4 for the logistic function, 1 for the others.

    Raises:
        ValueError: if the activation is unknown.
    """
    _units.named(activation)  # refuses an unknown one
    return _STEEPEST[activation]


def log10_bound(norm: float, activation: str, lag: int) -> float:
    r"""Return the base-ten logarithm of the bound on the derivative of a state by one `lag` steps before.

    For $\gamma, \lambda \in (0, \infty)$, $k \in \{0, \dots, 9\}$, $t \in \{10, \dots, 30\}$:
    $$ \log_{10} \left( (\gamma \lambda)^{t-k} \right) = (t - k) \cdot \log_{10} (\gamma \lambda) $$

    Args:
        norm: $\lambda$, above zero: the spectral norm of the recurrent weights, or anything above it.
        activation: the activation function, for its steepest slope $\gamma$.
        lag: $t - k$, from 0 up.

    Returns: the logarithm.

    Raises:
        ValueError: if `norm` is not above zero, the activation is unknown, or `lag` is not a natural number.
    """
    return natural("lag", lag) * math.log10(steepest(activation) * finite_float("norm", norm, positive=True))


def spectral_norm(W: ArrayLike) -> float:
    r"""Return the largest singular value of a matrix: the most by which it lengthens any vector.

    $$ \lVert W \rVert_2 = \max_{\lVert v \rVert = 1} \lVert W v \rVert $$

    Args:
        W: a square matrix, shape (d, d).

    Returns: the norm.

    Raises:
        ValueError: if `W` is not a square matrix of finite numbers.
    """
    return float(np.linalg.norm(_square("W", W), 2))


def spectral_radius(W: ArrayLike) -> float:
    r"""Return the largest magnitude of an eigenvalue of a matrix.

    $$ \rho(W) = \max_{i} \lvert \mu_i(W) \rvert = \lim_{k \to \infty} \lVert W^{k} \rVert^{1/k} $$

    Args:
        W: a square matrix, shape (d, d).

    Returns: the spectral radius.

    Raises:
        ValueError: if `W` is not a square matrix of finite numbers.
    """
    return float(np.abs(np.linalg.eigvals(_square("W", W))).max())


def log10_powers(W: ArrayLike, steps: int) -> Array:
    r"""Return the base-ten logarithms of the spectral norms of the powers of a matrix, from the power 0 on.

    $$ \log_{10} \lVert W^{k} \rVert_2 $$

    Args:
        W: a square matrix, shape (d, d).
        steps: the highest power, at most 10 000.

    Returns: the logarithms, shape (steps + 1,), minus infinity where a power is zero.

    Raises:
        ValueError: if `W` is not a square matrix of finite numbers or `steps` is not a natural number up to 10 000.
    """
    matrix = _square("W", W)
    return log10_norms(np.broadcast_to(matrix, (natural("steps", steps, most=_MOST_STEPS), *matrix.shape)))


def gaussian(width: int, norm: float, *, rng: np.random.Generator) -> Array:
    r"""Return a random matrix with independent normal entries, scaled to a given spectral norm.

    Args:
        width: how many rows and columns, 1 to 1000.
        norm: the spectral norm $\lambda$, above zero.
        rng: where the entries come from.

    Returns: the matrix, shape (width, width).

    Raises:
        ValueError: if `width` is not in its range or `norm` is not above zero.
    """
    count = natural("width", width, least=1, most=1000)
    scale = finite_float("norm", norm, positive=True)
    entries = rng.standard_normal((count, count))
    return entries * (scale / np.linalg.norm(entries, 2))


def gain_by_lag(
    activation: str,
    *,
    norm: float,
    width: int = 64,
    lags: int = 50,
    every: int = 5,
    noise: float = 0.1,
    seeds: int = 100,
) -> Array:
    r"""Measure the derivative of a state by the first one, over the lag, in networks drawn at random.

    The recurrent weights are normal and scaled to the spectral norm `norm`, the entries of the first state are
    standard normal, those of the drive are normal with the standard deviation `noise`.

    $$ \log_{10} \left\lVert \frac{\partial s_t}{\partial s_0} \right\rVert_2 $$

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        norm: the spectral norm of the recurrent weights, above zero.
        width: the number of units.
        lags: the longest lag.
        every: how many lags apart the norm is measured, 0 first.
        noise: the standard deviation of the drive.
        seeds: how many networks, with the seeds 0, 1, …

    Returns: the logarithms, one row a seed, one column a lag.

    Raises:
        ValueError: if an argument is not in its range, the activation is unknown, or the states leave float64.

    Source: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063, section 2.1, for what is bounded.
    """
    spread, longest = finite_float("noise", noise), natural("lags", lags, most=_MOST_STEPS)
    rows = []
    for seed in range(natural("seeds", seeds, least=1)):
        rng = np.random.default_rng(seed)
        weights = gaussian(width, norm, rng=rng)
        start = rng.standard_normal(width)
        before, _ = run(weights, spread * rng.standard_normal((longest, width)), activation=activation, start=start)
        rows.append(log10_norms(jacobians(weights, before, activation=activation), every=every))
    return np.array(rows)


def gain(activation: str, lag: int, *, norm: float, width: int = 64, noise: float = 0.1, seeds: int = 100) -> Array:
    r"""Measure the derivative of a state by the first one at one lag: the last column of `gain_by_lag`.

    Args:
        activation: `logistic`, `tanh`, `relu` or `linear`.
        lag: the lag, 1 to 10 000.
        norm: the spectral norm of the recurrent weights, above zero.
        width: the number of units.
        noise: the standard deviation of the drive.
        seeds: how many networks, with the seeds 0, 1, …

    Returns: the base-ten logarithm of the norm for each seed.

    Raises:
        ValueError: as `gain_by_lag`, or if `lag` is zero.
    """
    gains = gain_by_lag(activation, norm=norm, width=width, lags=lag, every=lag, noise=noise, seeds=seeds)
    return gains[:, 1]


def from_log10(logs: ArrayLike) -> Array:
    """Return the numbers that have these base-ten logarithms.

    Args:
        logs: logarithms of any shape, each at most 308; minus infinity stands for zero.

    Returns: the numbers, of the shape of `logs`.

    Raises:
        ValueError: if a logarithm is NaN or above 308, where the number leaves float64.
    """
    given = real_array("logs", logs, finite=False)
    if not (given <= 308).all():
        raise ValueError("`logs` must be at most 308, for float64 ends there")
    return np.asarray(10.0**given)


def recent_share(parts: ArrayLike, recent: int) -> float:
    """Return the share of a sum that its last terms hold.

    Args:
        parts: the terms, oldest first, shape (n,).
        recent: how many of the last terms, 0 to n.

    Returns: their sum over the sum of all; below 0 or above 1 where the terms differ in sign.

    Raises:
        ValueError: if `recent` is not in its range, a term is not finite, or the sum is zero.
    """
    terms = real_array("parts", parts, ndim=1)
    count = natural("recent", recent, most=len(terms))
    total = float(terms.sum())
    if total == 0:
        raise ValueError("the sum of `parts` must not be zero, for then there is nothing to share")
    return float(terms[len(terms) - count :].sum()) / total


def _unit(w: float, drive: float, steps: int, activation: str, start: float) -> tuple[Array, Array]:
    return run([[finite_float("w", w)]], _drive(drive, steps), activation=activation, start=_start(start))


def _unit_parts(w: float, before: Array, states: Array, activation: str) -> Array:
    """Return the terms of `unit_parts`: the product of the factors behind each step, times the step's own share."""
    slopes = _units.named(activation)[1](before[:, 0])
    behind = np.ones_like(slopes)
    behind[:-1] = np.cumprod((slopes * w)[:0:-1])[::-1]
    return np.asarray(behind * slopes * states[:-1, 0])


def _drive(drive: float, steps: int) -> Array:
    return np.full((natural("steps", steps, most=_MOST_STEPS), 1), finite_float("drive", drive))


def _start(start: float) -> list[float]:
    return [finite_float("start", start)]


def _square(name: str, value: ArrayLike) -> Array:
    matrix = real_array(name, value, ndim=2)
    if matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"`{name}` must be a square matrix, but its shape is {matrix.shape}")
    return matrix
