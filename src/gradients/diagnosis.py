r"""Small trainings that fail or learn, and what to measure in them to tell which it is.

A network of $L$ hidden layers of 32 units learns to tell a disk from the ring around it, by gradient descent on all 64 examples at once.
Its weights have the variance $\sigma_w^2$ over the number of inputs of a unit, and its loss is the cross-entropy of one logistic output.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from gradients import _units, scalar
from gradients._checks import finite_float, natural

Array = NDArray[np.float64]

_ROUNDS, _NEAR = 60, 1e-5  # of the power method, and how far apart it takes two gradients
EXAMPLES, WIDTH, DEPTH, STEPS, SEEDS = 64, 32, 10, 300, 8
_CELLS, _SEQUENCES = 16, 32  # of the recurrent networks


class Training(TypedDict):
    """What was measured before each step and after the last, by step, layer and seed; infinite from where a training overflows.

    Attributes:
        loss: the mean cross-entropy in nats, shape (steps + 1, seeds).
        gradient: the length of the gradient by the outputs of each hidden layer, over all examples, shape (steps + 1, layers, seeds).
        ratio: what the first hidden layer gets of that, over what the last one gets, shape (steps + 1, seeds).
        update: the length of the step that each weight matrix is about to take, over its own, shape (steps + 1, layers + 1, seeds).
        dead: the share of units of each hidden layer whose slope is zero for every example, shape (steps + 1, layers, seeds).
        clipped: one where the gradient is longer than the threshold, else zero, shape (steps + 1, seeds).
        end: the step from which on a training has overflowed, infinite if it has not, shape (seeds,).
        layer: the first hidden layer whose outputs had then overflowed, counted from one, and zero if none had, shape (seeds,).
    """

    loss: Array
    gradient: Array
    ratio: Array
    update: Array
    dead: Array
    clipped: Array
    end: Array
    layer: Array


class Network(NamedTuple):
    """Networks of one shape, one for each seed, and what they have to learn.

    Attributes:
        points: shape (seeds, examples, 2).
        labels: zeros and ones, shape (seeds, examples).
        weights: one array a layer, that of the output last, each of shape (seeds, outputs, inputs).
        biases: one array a layer, each of shape (seeds, 1, outputs).
    """

    points: Array
    labels: Array
    weights: list[Array]
    biases: list[Array]


class Pass(NamedTuple):
    """What one run forward and back through some networks gives.

    Attributes:
        loss: shape (seeds,).
        outputs: of each hidden layer, each of shape (seeds, examples, width).
        by_outputs: the gradients by them, of the same shapes.
        by_weights: the gradients by the weights, of their shapes.
        by_biases: the gradients by the biases, of their shapes.
        dead: the share of units of each hidden layer whose slope is zero for every example, shape (layers, seeds).
    """

    loss: Array
    outputs: list[Array]
    by_outputs: list[Array]
    by_weights: list[Array]
    by_biases: list[Array]
    dead: Array


def examples(count: int, *, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return points in the plane, by turns from a disk around zero and from the ring around it.

    Args:
        count: number of points.
        rng: draws radius and angle.

    Returns: the points, shape (count, 2), and a label for each, zero in the disk and one in the ring, shape (count,).

    Raises:
        ValueError: if `count` is not a positive whole number.
    """
    count = natural("count", count, least=1)
    ring = np.arange(count) % 2.0
    radius = np.where(ring == 1, 1.5, 0.5) + 0.15 * rng.normal(size=count)
    angle = rng.uniform(0, 2 * np.pi, count)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), np.asarray(ring, dtype=np.float64)


def networks(scale: float, *, bias: float = 0.0, depth: int = DEPTH, seeds: int = SEEDS) -> Network:
    r"""Return networks as they are before the first step, with the seeds 0, 1 and so on, each with examples of its own.

    Args:
        scale: $\sigma_w$, of the weights of the hidden layers; that of the output is one.
        bias: of each hidden unit; that of the output is zero.
        depth: $L$, number of hidden layers.
        seeds: number of networks.

    Returns: the networks.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach.
    """
    scale, bias = finite_float("scale", scale, positive=True), finite_float("bias", bias)
    depth, seeds = natural("depth", depth, least=1, most=100), natural("seeds", seeds, least=1, most=1000)
    sizes = [2, *[WIDTH] * depth, 1]
    scales = [scale] * depth + [1.0]
    drawn = []
    for rng in map(np.random.default_rng, range(seeds)):
        points, labels = examples(EXAMPLES, rng=rng)
        weights = [
            each * rng.normal(size=(out, into)) / np.sqrt(into)
            for each, into, out in zip(scales, sizes, sizes[1:], strict=False)
        ]
        drawn.append((points, labels, *weights))
    points, labels, *weights = map(np.stack, zip(*drawn, strict=True))
    biases = [np.full((seeds, 1, size), bias) for size in sizes[1:-1]]
    return Network(points, labels, weights, [*biases, np.zeros((seeds, 1, 1))])


def backward(network: Network, activation: str, *, skip: float = 0.0) -> Pass:
    r"""Run networks forward and back on all their examples.

    Args:
        network: as `networks` returns it.
        activation: $\varphi$, of the hidden layers: "logistic", "tanh", "relu" or "linear".
        skip: if not zero, each hidden layer but the first adds this multiple of what its units say to its input, instead of replacing it.

    Returns: the loss, the gradients, and what they were made of.

    Raises:
        ValueError: if `activation` is another one, or `skip` is not a finite number.
    """
    function, slope = _units.named(activation)
    return _pass(function, slope, finite_float("skip", skip), network)


def train(
    activation: str,
    scale: float,
    *,
    rate: float,
    bias: float = 0.0,
    skip: float = 0.0,
    threshold: float = np.inf,
    depth: int = DEPTH,
    steps: int = STEPS,
    seeds: int = SEEDS,
) -> Training:
    r"""Train the networks of `networks` by gradient descent, and return what was measured on the way.

    Args:
        activation: $\varphi$, of the hidden layers: "logistic", "tanh", "relu" or "linear".
        scale: $\sigma_w$, of the weights at the start.
        rate: $\eta$, the learning rate.
        bias: of each hidden unit, at the start.
        skip: as in `backward`.
        threshold: $\tau$, of the norm of the whole gradient, above which it is clipped.
        depth: $L$, number of hidden layers.
        steps: number of steps.
        seeds: number of networks.

    Returns: the measurements, read-only. A training ends where its loss or the length of its gradient overflows.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach.
    """
    found = _train(
        activation,
        finite_float("scale", scale, positive=True),
        finite_float("bias", bias),
        natural("depth", depth, least=1, most=100),
        natural("seeds", seeds, least=1, most=1000),
        finite_float("rate", rate, positive=True),
        finite_float("skip", skip),
        np.inf if threshold == np.inf else finite_float("threshold", threshold, positive=True),
        natural("steps", steps, most=10_000),
    )
    return found.copy()


def sharpness(activation: str, scale: float, *, depth: int = DEPTH, seeds: int = SEEDS) -> Array:
    r"""Return the largest curvature of the loss at the start, the largest eigenvalue of its Hessian in magnitude.

    Near its lowest point a loss is a parabola of some curvature $h > 0$ in each direction. A step of gradient descent
    multiplies the distance from that point by $1 - \eta h$, which exceeds one in magnitude when $\eta$ is above $2 / h$.

    Args:
        activation: as in `backward`.
        scale: $\sigma_w$, as in `networks`.
        depth: as in `networks`.
        seeds: as in `networks`.

    Returns: the magnitude, to three digits or more, shape (seeds,).

    Raises:
        ValueError: as `networks` and `backward`.

    Source: Cohen et al. 2021, https://arxiv.org/abs/2103.00065, which follows it through training.
    """
    network = networks(scale, depth=depth, seeds=seeds)
    start = [*network.weights, *network.biases]
    rng = np.random.default_rng(0)
    direction = [rng.normal(size=each.shape) for each in start]
    for _ in range(_ROUNDS):
        length = np.hypot.reduce([_length(each) for each in direction])[:, None, None]
        ends = []
        for sign in (1, -1):
            moved = [old + sign * _NEAR * each / length for old, each in zip(start, direction, strict=True)]
            run = backward(network._replace(weights=moved[: depth + 1], biases=moved[depth + 1 :]), activation)
            ends.append(run.by_weights + run.by_biases)
        direction = [(far - near) / (2 * _NEAR) for far, near in zip(*ends, strict=True)]
    return np.asarray(np.hypot.reduce([_length(each) for each in direction]))


def recall(
    scale: float, *, lag: int = 30, rate: float = 0.2, steps: int = STEPS, seeds: int = SEEDS
) -> tuple[Array, Array, Array]:
    r"""Train recurrent networks to say which of two inputs they read first, after inputs that are noise.

    A network has 16 tanh units, and recurrent weights that are $\sigma_w$ times an orthogonal matrix. It reads plus or
    minus one and then normal numbers of deviation 0.1, new ones at each step, in 32 sequences. Its loss is the
    cross-entropy of one logistic output at the end.

    Args:
        scale: $\sigma_w$, the spectral norm of the recurrent weights at the start.
        lag: number of inputs in a sequence.
        rate: $\eta$, the learning rate.
        steps: number of steps of gradient descent.
        seeds: number of networks, with the seeds 0, 1 and so on.

    Returns: the loss before each step and after the last, shape (steps + 1, seeds); before the first step the length of
        the gradient by the first state over that by the last, and that by the recurrent weights, each of shape (seeds,).

    Raises:
        ValueError: if an argument is not a number of its kind and within reach.
    """
    scale, rate = finite_float("scale", scale, positive=True), finite_float("rate", rate, positive=True)
    lag, steps = natural("lag", lag, least=1, most=1000), natural("steps", steps, most=10_000)
    rngs = [np.random.default_rng(seed) for seed in range(natural("seeds", seeds, least=1, most=1000))]
    weights = scale * np.stack([np.linalg.qr(rng.normal(size=(_CELLS, _CELLS)))[0] for rng in rngs])
    into = np.stack([rng.normal(size=(_CELLS, 1)) for rng in rngs])
    out = np.stack([rng.normal(size=(_CELLS, 1)) for rng in rngs]) / np.sqrt(_CELLS)
    bias = np.zeros((len(rngs), 1, 1))
    labels = np.tile([[0.0], [1.0]], (_SEQUENCES // 2, 1))
    losses: list[Array] = []
    first: list[Array] = []
    for _ in range(steps + 1):
        inputs = 0.1 * np.stack([rng.normal(size=(lag, _SEQUENCES, 1)) for rng in rngs], axis=1)
        inputs[0] = 2 * labels - 1
        states = [np.zeros((len(rngs), _SEQUENCES, _CELLS))]
        for each in inputs:
            states.append(np.tanh(states[-1] @ weights.swapaxes(1, 2) + each @ into.swapaxes(1, 2)))
        said = states[-1] @ out + bias
        losses.append(np.mean(np.logaddexp(0, said) - labels * said, axis=(1, 2)))
        error = (_units.logistic(said) - labels) / _SEQUENCES
        row, by_out, by_bias = (
            error @ out.swapaxes(1, 2),
            states[-1].swapaxes(1, 2) @ error,
            error.sum(1, keepdims=True),
        )
        by_weights, by_into, lengths = np.zeros_like(weights), np.zeros_like(into), []
        for step in reversed(range(lag)):
            lengths.append(_length(row))
            by_sum = row * (1 - states[step + 1] ** 2)
            by_weights += by_sum.swapaxes(1, 2) @ states[step]
            by_into += by_sum.swapaxes(1, 2) @ inputs[step]
            row = by_sum @ weights
        first = first or [lengths[-1] / lengths[0], _length(by_weights)]
        weights, into = weights - rate * by_weights, into - rate * by_into
        out, bias = out - rate * by_out, bias - rate * by_bias
    return np.stack(losses), first[0], first[1]


def lost_update(dtype: str) -> tuple[float, float]:
    """Return the parts of a weight up to which an update is lost to rounding: always, and never beyond.

    Between the two it depends on where the weight lies between powers of two.

    Args:
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns: a quarter and a half of the spacing of the format's numbers at one.

    Raises:
        ValueError: for any other format.
    """
    smallest, normal, _ = scalar.number_range(dtype)
    return smallest / normal / 4, smallest / normal / 2


def moved(activation: str, scale: float, *, rate: float, dtype: str, depth: int = DEPTH, seeds: int = SEEDS) -> Array:
    r"""Return the share of each layer's weights that the first step changes at all, if weights and steps are rounded.

    Args:
        activation: as in `backward`.
        scale: $\sigma_w$, as in `networks`.
        rate: $\eta$, the learning rate.
        dtype: "float16", "float32" or "float64"; the gradient itself is computed in float64.
        depth: as in `networks`.
        seeds: as in `networks`.

    Returns: the shares, shape (layers + 1, seeds).

    Raises:
        ValueError: as `networks` and `backward`, and for a format that NumPy does not subtract in.
    """
    if dtype not in ("float16", "float32", "float64"):
        raise ValueError(f"`dtype` must be float16, float32 or float64, but is {dtype!r}")
    rate = finite_float("rate", rate, positive=True)
    network = networks(scale, depth=depth, seeds=seeds)
    run = backward(network, activation)
    shares = []
    for weights, gradient in zip(network.weights, run.by_weights, strict=True):
        old = weights.astype(dtype)
        shares.append((old - (rate * gradient).astype(dtype) != old).mean(axis=(1, 2)))
    return np.stack(shares)


@lru_cache(maxsize=16)  # a page asks one training for many numbers, each by itself
def _train(
    activation: str,
    scale: float,
    bias: float,
    depth: int,
    seeds: int,
    rate: float,
    skip: float,
    threshold: float,
    steps: int,
) -> Training:
    units = _units.named(activation)
    network = networks(scale, bias=bias, depth=depth, seeds=seeds)
    by_step, by_layer = (steps + 1, seeds), (steps + 1, depth, seeds)
    found: Training = {
        "loss": np.full(by_step, np.inf),
        "gradient": np.full(by_layer, np.inf),
        "ratio": np.full(by_step, np.inf),
        "update": np.full((steps + 1, depth + 1, seeds), np.inf),
        "dead": np.full(by_layer, np.inf),
        "clipped": np.full(by_step, np.inf),
        "end": np.full(seeds, np.inf),
        "layer": np.zeros(seeds),
    }
    alive = np.arange(seeds)
    for step in range(steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left out below, and said
            run = _pass(*units, skip, network)
            by_weights = np.stack([_length(each) for each in run.by_weights])
            by_biases = np.stack([_length(each) for each in run.by_biases])
            norm = np.hypot.reduce(np.concatenate([by_weights, by_biases]))
        fine = np.isfinite(norm) & np.isfinite(run.loss)
        lost = [~np.isfinite(each[~fine]).all(axis=(1, 2)) for each in run.outputs]
        found["end"][alive[~fine]] = step
        found["layer"][alive[~fine]] = np.where(np.any(lost, axis=0), np.argmax(lost, axis=0) + 1, 0)
        alive, norm = alive[fine], norm[fine]
        if not len(alive):
            break
        gradient = np.stack([_length(each[fine]) for each in run.by_outputs])
        pace = rate * threshold / np.maximum(norm, threshold) if threshold < np.inf else np.full(len(norm), rate)
        points, labels = network.points[fine], network.labels[fine]
        weights, biases = [each[fine] for each in network.weights], [each[fine] for each in network.biases]
        found["loss"][step, alive] = run.loss[fine]
        found["gradient"][step][:, alive] = gradient
        found["ratio"][step, alive] = gradient[0] / gradient[-1]
        found["update"][step][:, alive] = pace * by_weights[:, fine] / np.stack([_length(each) for each in weights])
        found["dead"][step][:, alive] = run.dead[:, fine]
        found["clipped"][step, alive] = norm > threshold
        by = pace[:, None, None]
        network = Network(
            points,
            labels,
            [old - by * each[fine] for old, each in zip(weights, run.by_weights, strict=True)],
            [old - by * each[fine] for old, each in zip(biases, run.by_biases, strict=True)],
        )
    for array in found.values():
        np.asarray(array).flags.writeable = False  # it is handed out again
    return found


def _pass(function: Callable[[Array], Array], slope: Callable[[Array], Array], skip: float, network: Network) -> Pass:
    points, labels, weights, biases = network
    depth, branch = len(weights) - 1, [1.0] + [skip or 1.0] * (len(weights) - 2)
    kept = [0.0] + [float(skip != 0)] * (depth - 1)  # of what enters a layer, beside its branch
    entering, before = [points], []
    for k in range(depth):
        before.append(entering[k] @ weights[k].swapaxes(1, 2) + biases[k])
        output = branch[k] * function(before[k])
        entering.append(entering[k] + output if kept[k] else output)
    z = (entering[depth] @ weights[depth].swapaxes(1, 2) + biases[depth])[:, :, 0]
    row = ((_units.logistic(z) - labels) / labels.shape[1])[:, :, None]
    by_outputs, by_weights, by_biases = [], [row.swapaxes(1, 2) @ entering[depth]], [row.sum(axis=1, keepdims=True)]
    row = row @ weights[depth]
    slopes = [slope(each) for each in before]
    for k in reversed(range(depth)):
        by_outputs.append(row)
        at = row * slopes[k] * branch[k]
        by_weights.append(at.swapaxes(1, 2) @ entering[k])
        by_biases.append(at.sum(axis=1, keepdims=True))
        if k:
            row = at @ weights[k] + row if kept[k] else at @ weights[k]
    dead = np.stack([(each == 0).all(axis=1).mean(axis=1) for each in slopes])
    losses = (np.logaddexp(0, z) - labels * z).mean(axis=1)
    return Pass(losses, entering[1:], by_outputs[::-1], by_weights[::-1], by_biases[::-1], dead)


def _length(matrices: Array) -> Array:
    """Return the Euclidean length of each matrix; one whose entries are finite overflows only if its length does."""
    largest = abs(matrices).max(axis=(1, 2), keepdims=True)
    largest[largest == 0] = 1.0
    return np.asarray(largest[:, 0, 0] * np.sqrt(((matrices / largest) ** 2).sum(axis=(1, 2))))
