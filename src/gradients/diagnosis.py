r"""Small trainings that fail in four ways, and what to measure in them to tell which it is.

A network of $L$ hidden layers of $n$ units learns to tell a disk from the ring around it, by gradient descent on all examples at once.
Its weights have the variance $\sigma_w^2$ over the number of inputs of a unit, its loss is the cross-entropy of one logistic output.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradients import _units
from gradients._checks import finite_float, natural

Array = NDArray[np.float64]

EXAMPLES, WIDTH, DEPTH = 64, 32, 10


class Training(NamedTuple):
    """What was measured before each step, and after the last one; all of it is infinite from where a training overflows.

    Attributes:
        loss: Shape (seeds, steps + 1).
        outputs: The norm of the gradient by the outputs of each hidden layer, over all examples, shape (seeds, steps + 1, layers).
        updates: The length of the step that each weight matrix is about to take, over its own, shape (seeds, steps + 1, layers + 1).
        dead: The share of units of each hidden layer that are at or below zero for every example, shape (seeds, steps + 1, layers).
        clipped: Whether the gradient is longer than the threshold, as zero or one, shape (seeds, steps + 1).
    """

    loss: Array
    outputs: Array
    updates: Array
    dead: Array
    clipped: Array


def examples(count: int, *, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return points in the plane, by turns from a disk around zero and from the ring around it, and which they are.

    Args:
        count: number of points.
        rng: draws radius and angle.

    Returns: the points, shape (count, 2), and for each zero in the disk and one in the ring, shape (count,).

    Raises:
        ValueError: if `count` is not a positive whole number.
    """
    count = natural("count", count, least=1)
    ring = np.arange(count) % 2.0
    radius = np.where(ring == 1, 1.5, 0.5) + 0.15 * rng.normal(size=count)
    angle = rng.uniform(0, 2 * np.pi, count)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), ring


def train(
    activation: str,
    scale: float,
    *,
    rate: float,
    bias: float = 0.0,
    skip: float = 0.0,
    threshold: float = np.inf,
    depth: int = DEPTH,
    steps: int = 300,
    seeds: int,
) -> Training:
    r"""Train networks and return what was measured on the way.

    Args:
        activation: of the hidden layers, a name that `activations.named` knows.
        scale: $\sigma_w$, of the weights at the start.
        rate: the learning rate.
        bias: of each hidden unit, at the start.
        skip: if above zero, each hidden layer but the first adds this multiple of its output to its input, instead of replacing it.
        threshold: of the global norm, above which a gradient is clipped.
        depth: $L$, number of hidden layers.
        steps: number of steps.
        seeds: number of networks, with the seeds 0, 1 and so on, each with examples of its own.

    Returns: the measurements. A training whose loss or gradient overflows ends there, and its measurements are infinite from there on.

    Raises:
        ValueError: if an argument is not a number of its kind and within reach.
    """
    return _train(
        activation,
        finite_float("scale", scale, positive=True),
        finite_float("rate", rate, positive=True),
        finite_float("bias", bias),
        finite_float("skip", skip),
        float(threshold) if threshold == np.inf else finite_float("threshold", threshold, positive=True),
        natural("depth", depth, least=1, most=100),
        natural("steps", steps, most=10_000),
        natural("seeds", seeds, least=1, most=1000),
    )


def loss(activation: str, scale: float, *, rate: float, step: int, seeds: int, **options: float) -> Array:
    """Return the loss of some networks before one step of their training.

    Args:
        activation: as in `train`.
        scale: as in `train`.
        rate: as in `train`.
        step: which step, from zero on.
        seeds: as in `train`.
        options: the other options of `train`.

    Returns: shape (seeds,), infinite where the training has overflowed.

    Raises:
        ValueError: as `train`.
    """
    return _taken(activation, scale, rate, step, seeds, options).loss[:, step]


def ratio(activation: str, scale: float, *, rate: float, step: int, seeds: int, **options: float) -> Array:
    """Return how the gradient by the outputs of the first hidden layer compares with that of the last.

    Arguments and errors are those of `loss`.

    Returns: the quotient of the two norms, shape (seeds,); zero where nothing arrives at the first layer.
    """
    outputs = _taken(activation, scale, rate, step, seeds, options).outputs[:, step]
    return np.divide(outputs[:, 0], outputs[:, -1], out=np.zeros(len(outputs)), where=outputs[:, -1] > 0)


def update(activation: str, scale: float, *, rate: float, step: int, seeds: int, **options: float) -> Array:
    """Return how far a step moves the first layer's weights, over their own length.

    Arguments and errors are those of `loss`.

    Returns: the quotient of the two norms, shape (seeds,).
    """
    return _taken(activation, scale, rate, step, seeds, options).updates[:, step, 0]


def dead(activation: str, scale: float, *, rate: float, step: int, seeds: int, **options: float) -> Array:
    """Return the share of hidden units that are closed for every example, in the layer that has most of them.

    Arguments and errors are those of `loss`.

    Returns: the share, shape (seeds,).
    """
    return _taken(activation, scale, rate, step, seeds, options).dead[:, step].max(axis=1)


def overflow_step(activation: str, scale: float, *, rate: float, seeds: int, **options: float) -> Array:
    """Return the step before which the loss is no longer a finite number.

    Arguments and errors are those of `loss`, without the step.

    Returns: the step, shape (seeds,); infinite where the loss is finite to the end.
    """
    lost = np.isinf(_taken(activation, scale, rate, 0, seeds, options).loss)
    return np.where(lost.any(axis=1), lost.argmax(axis=1), np.inf)


def _taken(
    activation: str, scale: float, rate: float, step: int, seeds: int, options: dict[str, float]
) -> Training:
    found = train(activation, scale, rate=rate, seeds=seeds, **options)  # type: ignore[arg-type]  # whole numbers are floats to a type, and `train` checks them
    natural("step", step, most=found.loss.shape[1] - 1)
    return found


@lru_cache(maxsize=32)
def _train(
    activation: str,
    scale: float,
    rate: float,
    bias: float,
    skip: float,
    threshold: float,
    depth: int,
    steps: int,
    seeds: int,
) -> Training:
    function, slope = _units.named(activation)
    points, labels, weights, biases = _start(scale, bias, depth, seeds)
    layers = depth + 1
    measured = Training(
        *(np.full((seeds, steps + 1, *shape), np.inf) for shape in ((), (depth,), (layers,), (depth,), ()))
    )
    alive = np.arange(seeds)
    for step in range(steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left out below, and said
            found = _pass(function, slope, skip, points[alive], labels[alive], weights, biases)
            lengths = [np.sqrt((each**2).sum(axis=(1, 2))) for each in found.by_weights]
            squares = sum(each**2 for each in lengths) + sum((each**2).sum(axis=(1, 2)) for each in found.by_biases)
            norm = np.sqrt(squares)
        fine = np.isfinite(norm) & np.isfinite(found.loss)
        alive, norm, kept = alive[fine], norm[fine], [each[fine] for each in weights]
        if not len(alive):
            break
        shrink = np.minimum(1.0, threshold / np.maximum(norm, np.finfo(float).tiny))
        measured.loss[alive, step] = found.loss[fine]
        measured.outputs[alive, step] = found.outputs[fine]
        measured.dead[alive, step] = found.dead[fine]
        measured.clipped[alive, step] = shrink < 1
        for k, (weight, length) in enumerate(zip(kept, lengths, strict=True)):
            measured.updates[alive, step, k] = rate * shrink * length[fine] / np.sqrt((weight**2).sum(axis=(1, 2)))
        pace = (rate * shrink)[:, None, None]
        weights = [weight - pace * each[fine] for weight, each in zip(kept, found.by_weights, strict=True)]
        biases = [old[fine] - pace * each[fine] for old, each in zip(biases, found.by_biases, strict=True)]
    for array in measured:
        array.flags.writeable = False  # it is handed out again
    return measured


class _Pass(NamedTuple):
    """One pass forward and back, for each network: its loss, its gradients, what arrives at each layer, and who is dead."""

    loss: Array
    by_weights: list[Array]
    by_biases: list[Array]
    outputs: Array
    dead: Array


def _start(scale: float, bias: float, depth: int, seeds: int) -> tuple[Array, Array, list[Array], list[Array]]:
    """Return examples and networks for each seed: points, labels, and by layer the weights and the biases (as rows)."""
    points, labels, networks = [], [], []
    sizes = [2, *[WIDTH] * depth, 1]
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x, y = examples(EXAMPLES, rng=rng)
        points.append(x)
        labels.append(y)
        scales = [scale] * depth + [1.0]
        networks.append(
            [
                each * rng.normal(size=(out, into)) / np.sqrt(into)
                for each, into, out in zip(scales, sizes, sizes[1:], strict=False)
            ]
        )
    weights = [np.stack(layer) for layer in zip(*networks, strict=True)]
    biases = [np.full((seeds, 1, size), bias if k < depth else 0.0) for k, size in enumerate(sizes[1:])]
    return np.stack(points), np.stack(labels), weights, biases


def _pass(
    function: Callable[[Array], Array],
    slope: Callable[[Array], Array],
    skip: float,
    points: Array,
    labels: Array,
    weights: list[Array],
    biases: list[Array],
) -> _Pass:
    """Run networks forward and back on all their examples; each array has the networks on its first axis."""
    depth, branch = len(weights) - 1, skip if skip > 0 else 1.0
    entering, before = [points], []
    for k in range(depth):
        before.append(entering[k] @ weights[k].swapaxes(1, 2) + biases[k])
        adds = entering[k] if skip > 0 and k else 0.0
        entering.append(adds + (branch if k else 1.0) * function(before[k]))
    z = (entering[depth] @ weights[depth].swapaxes(1, 2) + biases[depth])[:, :, 0]
    losses = (np.logaddexp(0, z) - labels * z).mean(axis=1)
    row = ((_units.logistic(z) - labels) / labels.shape[1])[:, :, None]
    by_weights, by_biases, outputs = [row.swapaxes(1, 2) @ entering[depth]], [row.sum(axis=1, keepdims=True)], []
    row = row @ weights[depth]
    for k in reversed(range(depth)):
        outputs.append(np.sqrt((row**2).sum(axis=(1, 2))))
        at = row * slope(before[k]) * (branch if k else 1.0)
        by_weights.append(at.swapaxes(1, 2) @ entering[k])
        by_biases.append(at.sum(axis=1, keepdims=True))
        row = at @ weights[k] + (row if skip > 0 and k else 0.0)
    closed = np.stack([(each <= 0).all(axis=1).mean(axis=1) for each in before], axis=1)
    return _Pass(losses, by_weights[::-1], by_biases[::-1], np.stack(outputs[::-1], axis=1), closed)
