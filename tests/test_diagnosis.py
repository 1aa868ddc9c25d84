"""The page *diagnosis*: its trainings against plain loops and differences, its claims over eight seeds, its code as it was tried."""

import inspect
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradients import activations, diagnosis
from tests.studies import pytorch

HE = math.sqrt(2)
FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {  # as a learner would type them
    "logistic": (lambda a: 1 / (1 + math.exp(-a)), lambda a: math.exp(-a) / (1 + math.exp(-a)) ** 2),
    "tanh": (math.tanh, lambda a: 1 - math.tanh(a) ** 2),
    "relu": (lambda a: max(a, 0.0), lambda a: float(a > 0)),
    "linear": (lambda a: a, lambda a: 1.0),
}
positive = st.floats(0.01, 100)


def alone(network: diagnosis.Network, seed: int) -> diagnosis.Network:
    """Return one of several networks."""
    one = slice(seed, seed + 1)
    weights, biases = [each[one] for each in network.weights], [each[one] for each in network.biases]
    return diagnosis.Network(network.points[one], network.labels[one], weights, biases)


# The derivation, one test a step. A test's docstring carries the equation that it verifies.


@given(st.integers(1, 1000))
def test_loss_of_a_network_that_knows_nothing(count: int) -> None:
    r"""The cross-entropy of equal chances is the logarithm of their number, whichever class is right.

    For $C \in \mathbb{N}$.

    $$ -\ln \frac{1}{C} = \ln C $$
    """
    logits = np.full(count, 0.3)
    losses = np.log(np.exp(logits).sum()) - logits
    np.testing.assert_allclose(losses, math.log(count), rtol=1e-12, atol=1e-12)
    still = diagnosis.train("relu", HE, rate=0.1, bias=-1.0, steps=0)["loss"]
    np.testing.assert_allclose(still, math.log(2), rtol=1e-15)


@given(st.floats(-10, 10), positive, positive)
def test_one_step_on_a_parabola(x: float, rate: float, curvature: float) -> None:
    r"""A step multiplies the distance from the lowest point, by more than one in magnitude beyond two over the curvature.

    For $\theta \in \mathbb{R}$, $\eta \in (0, 3)$ and $h \in (0, 3)$.

    $$ \theta - \eta h \, \theta = (1 - \eta h) \, \theta $$
    """
    slope = (curvature * (x + 1) ** 2 / 2 - curvature * (x - 1) ** 2 / 2) / 2  # exact for a parabola
    assert x - rate * slope == pytest.approx((1 - rate * curvature) * x, rel=1e-9, abs=1e-9)
    if abs(rate - 2 / curvature) > 1e-9 * rate:
        assert (abs(1 - rate * curvature) > 1) == (rate > 2 / curvature)


@given(st.integers(0, 2**32 - 1), st.integers(1, 50), st.floats(1e-4, 0.1))
def test_steps_add_up_to_at_most_their_number(seed: int, count: int, share: float) -> None:
    r"""Steps of one share of a length move by at most their number times that share, and by as much if they agree.

    $$ u + u + \dots + u = N u $$
    """
    steps = np.random.default_rng(seed).normal(size=(count, 5))
    steps *= share / np.linalg.norm(steps, axis=1, keepdims=True)
    assert np.linalg.norm(steps.sum(axis=0)) <= count * share * (1 + 1e-12)
    assert np.linalg.norm(np.tile(steps[:1], (count, 1)).sum(axis=0)) == pytest.approx(count * share)


# What is trained.


def test_points_of_a_disk_and_of_the_ring_around_it() -> None:
    """By turns, points lie about half and one and a half from zero, in every direction."""
    points, labels = diagnosis.examples(4000, rng=np.random.default_rng(1))
    assert points.shape == (4000, 2) and labels.tolist() == [0.0, 1.0] * 2000
    radius = np.linalg.norm(points, axis=1)
    assert radius[labels == 0].mean() == pytest.approx(0.5, abs=0.02)
    assert radius[labels == 1].mean() == pytest.approx(1.5, abs=0.02)
    assert radius[labels == 1].std() == pytest.approx(0.15, rel=0.05)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.06)


def test_networks_start_as_said_and_each_seed_for_itself() -> None:
    """Weights have the variance asked for over the number of inputs; a network does not depend on how many there are."""
    many = diagnosis.networks(3.0, bias=0.5, seeds=20)
    assert [each.shape[1:] for each in many.weights] == [(32, 2), *[(32, 32)] * 9, (1, 32)]
    for weights, scale in zip(many.weights, [3.0] * 10 + [1.0], strict=True):
        assert weights.std() * math.sqrt(weights.shape[2]) == pytest.approx(scale, rel=0.1)
    assert [{*each.flat} for each in many.biases] == [{0.5}] * 10 + [{0.0}]
    few = diagnosis.networks(3.0, bias=0.5, seeds=2)
    for each, other in zip(few.weights, many.weights, strict=True):
        assert (each == other[:2]).all()
    assert (few.points == many.points[:2]).all() and not (few.points[0] == few.points[1]).any()


@pytest.mark.parametrize("skip", [0.0, 0.7])
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_gradients_agree_with_differences(activation: str, skip: float) -> None:
    """The gradient by any weight or bias is what the loss changes by when it is moved a little."""
    network = diagnosis.networks(1.3, bias=0.1, depth=3, seeds=2)
    run = diagnosis.backward(network, activation, skip=skip)
    rng = np.random.default_rng(3)
    for arrays, gradients in ((network.weights, run.by_weights), (network.biases, run.by_biases)):
        for array, gradient in zip(arrays, gradients, strict=True):
            for _ in range(3):
                at = tuple(int(rng.integers(size)) for size in array.shape)
                kept, losses = array[at], []
                for moved in (1e-6, -1e-6):
                    array[at] = kept + moved
                    losses.append(diagnosis.backward(network, activation, skip=skip).loss)
                array[at] = kept
                differences = (losses[0] - losses[1]) / 2e-6
                assert gradient[at] == pytest.approx(differences[at[0]], rel=1e-5, abs=1e-9)
                assert differences[1 - at[0]] == 0  # the other network does not hear of it


@pytest.mark.parametrize("skip", [0.0, 0.7])
def test_gradients_by_outputs_agree_with_differences(skip: float) -> None:
    """Moving one output of a layer through the bias of its unit changes the loss by the sum of the gradients by it."""
    network = diagnosis.networks(1.2, depth=4, seeds=1)
    run = diagnosis.backward(network, "linear", skip=skip)
    for layer in range(4):
        moved = [each.copy() for each in network.biases]
        moved[layer][0, 0, 5] += 1e-6
        loss = diagnosis.backward(network._replace(biases=moved), "linear", skip=skip).loss
        branch = skip if skip and layer else 1.0
        slope = run.by_outputs[layer][0, :, 5].sum() * branch
        assert (loss[0] - run.loss[0]) / 1e-6 == pytest.approx(slope, rel=1e-3, abs=1e-9)


def by_hand(
    network: diagnosis.Network, activation: str, rate: float, skip: float, threshold: float
) -> tuple[dict[str, list[float]], diagnosis.Network]:
    """Measure and move one network in plain loops, as a learner would write them."""
    function, slope = FUNCTIONS[activation]
    weights, biases = [each[0] for each in network.weights], [each[0, 0] for each in network.biases]
    depth, count = len(weights) - 1, len(network.labels[0])
    by_weights, by_biases = [np.zeros_like(each) for each in weights], [np.zeros_like(each) for each in biases]
    squares, open_units, loss = np.zeros(depth), [np.zeros(len(each), bool) for each in biases[:-1]], 0.0
    for x, y in zip(network.points[0], network.labels[0], strict=True):
        states, before = [x], []
        for k in range(depth):
            before.append(weights[k] @ states[k] + biases[k])
            value = np.array([function(a) for a in before[k]])
            states.append(states[k] + skip * value if skip and k else value)
            open_units[k] |= np.array([slope(a) != 0 for a in before[k]])
        chance = 1 / (1 + math.exp(-(weights[-1] @ states[-1] + biases[-1])[0]))
        loss -= math.log(chance if y else 1 - chance) / count
        row = np.array([(chance - y) / count])
        by_weights[-1] += np.outer(row, states[-1])
        by_biases[-1] += row
        row = row @ weights[-1]
        for k in reversed(range(depth)):
            squares[k] += row @ row
            at = row * [slope(a) for a in before[k]] * (skip if skip and k else 1.0)
            by_weights[k] += np.outer(at, states[k])
            by_biases[k] += at
            row = at @ weights[k] + (row if skip and k else 0.0)
    norm = math.sqrt(sum((each**2).sum() for each in by_weights + by_biases))
    pace = rate * min(1.0, threshold / norm)
    lengths = np.sqrt(squares)
    found = {
        "loss": [loss],
        "gradient": [*lengths],
        "ratio": [lengths[0] / lengths[-1]],
        "update": [pace * np.linalg.norm(g) / np.linalg.norm(w) for g, w in zip(by_weights, weights, strict=True)],
        "dead": [1 - each.mean() for each in open_units],
        "clipped": [float(norm > threshold)],
    }
    moved = network._replace(
        weights=[(w - pace * g)[None] for w, g in zip(weights, by_weights, strict=True)],
        biases=[(b - pace * g)[None, None] for b, g in zip(biases, by_biases, strict=True)],
    )
    return found, moved


@pytest.mark.parametrize(
    ("activation", "scale", "options"),
    [
        ("logistic", 1.0, {"rate": 1.0}),
        ("logistic", 1.0, {"rate": 1.0, "skip": 0.3}),
        ("tanh", 1.2, {"rate": 0.2, "bias": 0.1}),
        ("relu", HE, {"rate": 0.1, "bias": -0.3}),
        ("relu", 2.1, {"rate": 0.1, "threshold": 1.0}),
        ("linear", 1.0, {"rate": 0.1, "skip": -0.5}),
    ],
)
def test_trainings_agree_with_plain_loops(activation: str, scale: float, options: dict[str, float]) -> None:
    """What a training measures at each step is what loops over examples, layers and units find."""
    made = diagnosis.train(activation, scale, depth=4, steps=3, seeds=2, **options)  # type: ignore[arg-type]  # some options are whole numbers, none of these
    network = alone(diagnosis.networks(scale, bias=options.get("bias", 0.0), depth=4, seeds=2), 1)
    for step in range(4):
        rate, skip, threshold = options["rate"], options.get("skip", 0.0), options.get("threshold", math.inf)
        expected, network = by_hand(network, activation, rate, skip, threshold)
        for name, values in expected.items():
            np.testing.assert_allclose(np.ravel(made[name][step, ..., 1]), values, rtol=1e-9, atol=1e-14, err_msg=name)  # type: ignore[literal-required]  # the names are those of the dictionary


@given(st.permutations(range(32)), st.sampled_from(sorted(FUNCTIONS)))
def test_the_order_of_units_does_not_matter(order: list[int], activation: str) -> None:
    """Units of a layer that change places, with their weights and biases, leave the loss and all lengths as they were."""
    network = diagnosis.networks(1.2, bias=0.1, depth=2, seeds=1)
    weights, biases = [each.copy() for each in network.weights], [each.copy() for each in network.biases]
    weights[1], biases[1], weights[2] = weights[1][:, order], biases[1][:, :, order], weights[2][:, :, order]
    made = diagnosis.backward(network._replace(weights=weights, biases=biases), activation)
    plain = diagnosis.backward(network, activation)
    np.testing.assert_allclose(made.loss, plain.loss, rtol=1e-12)
    for each, other in zip(made.by_outputs, plain.by_outputs, strict=True):
        assert np.linalg.norm(each) == pytest.approx(np.linalg.norm(other), rel=1e-12)


def test_measurements_are_read_only_and_the_same_again() -> None:
    """A training is made once, and nobody can change what another one is handed."""
    made = diagnosis.train("relu", HE, rate=0.1, steps=2)
    with pytest.raises(ValueError, match="read-only"):
        made["loss"][0] = 0
    made["loss"] = np.zeros(1)
    again = diagnosis.train("relu", HE, rate=0.1, steps=2)
    assert again["loss"].shape == (3, 8) and (again["loss"] > 0).all()


# Overflow, rounding and curvature.


def test_a_training_ends_where_it_overflows() -> None:
    """From that step on everything is infinite; before it, and in the other networks, nothing is."""
    made = diagnosis.train("relu", HE, rate=3.0)
    assert (made["end"] >= 4).all() and (made["end"] <= 6).all()
    for seed, end in enumerate(made["end"].astype(int)):
        for name in ("loss", "gradient", "ratio", "update", "dead", "clipped"):
            values = made[name][..., seed]  # type: ignore[literal-required]  # the names are those of the dictionary
            assert np.isfinite(values[:end]).all() and np.isinf(values[end:]).all()
    network = alone(diagnosis.networks(HE), 2)
    for _ in range(int(made["end"][2])):
        run = diagnosis.backward(network, "relu")
        assert np.isfinite(run.loss).all()
        network = network._replace(
            weights=[w - 3.0 * g for w, g in zip(network.weights, run.by_weights, strict=True)],
            biases=[b - 3.0 * g for b, g in zip(network.biases, run.by_biases, strict=True)],
        )
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = diagnosis.backward(network, "relu").outputs
    assert [bool(np.isfinite(each).all()) for each in outputs].index(False) + 1 == made["layer"][2]


@pytest.mark.parametrize(("activation", "scale"), [("tanh", 1.0), ("relu", HE)])
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian(activation: str, scale: float) -> None:
    """With one hidden layer the whole Hessian can be had by differences of gradients, column by column."""
    network = diagnosis.networks(scale, depth=1, seeds=1)
    arrays = [*network.weights, *network.biases]

    def gradient(at: np.ndarray) -> np.ndarray:
        parts = np.split(at, np.cumsum([each.size for each in arrays])[:-1])
        shaped = [part.reshape(each.shape) for part, each in zip(parts, arrays, strict=True)]
        run = diagnosis.backward(network._replace(weights=shaped[:2], biases=shaped[2:]), activation)
        return np.concatenate([each.ravel() for each in run.by_weights + run.by_biases])

    start = np.concatenate([each.ravel() for each in arrays])
    units = 1e-6 * np.eye(start.size)
    hessian = np.stack([(gradient(start + unit) - gradient(start - unit)) / 2e-6 for unit in units])
    largest = abs(np.linalg.eigvalsh((hessian + hessian.T) / 2)).max()
    assert diagnosis.sharpness(activation, scale, depth=1, seeds=1) == pytest.approx(largest, rel=1e-3)


def test_recurrent_trainings_agree_with_plain_loops() -> None:
    """Two steps of each network of its own, with gradients by differences, lead to the same losses."""
    losses, ratio, length = diagnosis.recall(1.2, lag=4, rate=0.8, steps=2, seeds=2)
    assert losses.shape == (3, 2)
    rng = np.random.default_rng(1)
    matrix = 1.2 * np.linalg.qr(rng.normal(size=(16, 16)))[0]
    parts = np.concatenate([matrix.ravel(), rng.normal(size=16), rng.normal(size=16) / 4, [0.0]])
    labels = np.array([0.0, 1.0] * 16)
    for step in range(3):
        inputs = 0.1 * rng.normal(size=(4, 32))
        inputs[0] = [-1.0, 1.0] * 16

        def run(
            each: np.ndarray, start: np.ndarray | None = None, inputs: np.ndarray = inputs
        ) -> tuple[float, np.ndarray]:
            state = np.tanh(np.outer(inputs[0], each[256:272])) if start is None else start
            for x in inputs[1:]:
                state = np.tanh(state @ each[:256].reshape(16, 16).T + np.outer(x, each[256:272]))
            chance = 1 / (1 + np.exp(-(state @ each[272:288] + each[288])))
            return float(-np.mean(np.log(np.where(labels == 1, chance, 1 - chance)))), state

        moves = 1e-5 * np.eye(len(parts))
        gradient = np.array([(run(parts + each)[0] - run(parts - each)[0]) / 2e-5 for each in moves])
        assert losses[step, 1] == pytest.approx(run(parts)[0], rel=1e-7)
        if step == 0:
            assert length[1] == pytest.approx(np.linalg.norm(gradient[:256]), rel=1e-6)
            begin = np.tanh(np.outer(inputs[0], parts[256:272]))
            by_first = [
                (run(parts, begin + each.reshape(32, 16))[0] - run(parts, begin - each.reshape(32, 16))[0]) / 2e-5
                for each in 1e-5 * np.eye(512)
            ]
            chance = 1 / (1 + np.exp(-(run(parts)[1] @ parts[272:288])))
            by_last = np.outer((chance - labels) / 32, parts[272:288])
            assert ratio[1] == pytest.approx(np.linalg.norm(by_first) / np.linalg.norm(by_last), rel=1e-6)
        parts = parts - 0.8 * gradient


def test_a_recurrent_network_learns_what_its_first_state_hears() -> None:
    """At a spectral norm of 0.7 all networks stay at the constant answer, at one all learn."""
    blind, hears = diagnosis.recall(0.7, seeds=12), diagnosis.recall(1.0, seeds=12)
    assert (abs(blind[0][-1] - math.log(2)) < 0.02).all()
    assert (hears[0][-1] < 0.02).all()  # how far below hangs on rounding
    assert blind[1].max() < 1e-4 < 0.05 < hears[1].min()
    assert blind[2].min() > 0.01  # the gradient by the weights is none the shorter for it


def test_a_sequence_of_one_input_has_one_state() -> None:
    """Its first state is its last, so the one hears as much as the other; sequences have thirty inputs unless another number is named."""
    _, ratio, _ = diagnosis.recall(1.0, lag=1, steps=0, seeds=1)
    assert ratio == 1
    named, silent = diagnosis.recall(1.0, lag=30, steps=0, seeds=1), diagnosis.recall(1.0, steps=0, seeds=1)
    assert all(map(np.array_equal, named, silent))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@given(st.floats(0.01, 100), st.floats(0, 1), st.sampled_from([1, -1]))
def test_small_updates_are_lost_to_rounding(dtype: str, weight: float, part: float, sign: int) -> None:
    """An update of a quarter of the spacing at one, as a part of the weight, changes no weight; beyond half it changes each."""
    always, never = diagnosis.lost_update(dtype)
    kind = np.dtype(dtype).type
    rounded = kind(weight)
    assert never == np.finfo(dtype).eps / 2 == 2 * always
    update = np.float64(rounded) * always * part
    assert kind(np.float64(rounded) + update) == rounded
    assert kind(np.float64(rounded) + sign * np.float64(rounded) * never * (1.001 + part)) != rounded


def test_what_a_first_step_moves() -> None:
    """In float64 a step moves all weights that have a gradient; in float32 it leaves most of a layer alone whose gradient has vanished."""
    shares = diagnosis.moved("logistic", 1.0, rate=1.0, dtype="float64", seeds=2)
    assert shares.shape == (11, 2) and (shares[1:] == 1).all()
    single = diagnosis.moved("logistic", 1.0, rate=1.0, dtype="float32")
    assert (single[0] < 0.25).all() and (single[9:] > 0.95).all()
    assert (diagnosis.moved("logistic", 1.0, rate=1.0, dtype="float16")[0] == 0).all()
    start = diagnosis.networks(1.0, seeds=1)
    gradient = diagnosis.backward(start, "logistic").by_weights[0].ravel()
    old = [float(np.float32(each)) for each in start.weights[0].ravel()]
    new = [float(np.float32(each - float(np.float32(g)))) for each, g in zip(old, gradient, strict=True)]
    assert single[0, 0] == np.mean([each != other for each, other in zip(old, new, strict=True)])
    assert diagnosis.moved("logistic", 1.0, rate=1.0, dtype="float32", depth=2).shape == (3, 8)


# What the page says of its trainings, over eight seeds.


def test_vanishing_networks_answer_all_inputs_alike() -> None:
    """They keep the loss of the best constant, whatever the rate; their first layer hears a millionth of what the last one does."""
    made = diagnosis.train("logistic", 1.0, rate=1.0)
    assert made["loss"].shape == (301, 8)  # before each of 300 steps, and after the last
    assert (made["ratio"][0] < 1e-5).all() and (made["update"][0, 0] < 1.1e-8).all()
    np.testing.assert_allclose(made["loss"][300], math.log(2), atol=1e-7)
    gains = made["ratio"][0] ** (1 / 9)
    np.testing.assert_allclose(gains, float(activations.layer_gain("logistic", 1.0)), rtol=0.05)
    assert (diagnosis.train("logistic", 1.0, rate=10.0)["loss"][300] > 1).all()


def test_skips_and_tanh_repair_what_vanishes() -> None:
    """With skips the gradient is level from the start; with them, or with tanh, all eight learn."""
    skips = diagnosis.train("logistic", 1.0, rate=1.0, skip=0.1)
    assert (abs(np.log(skips["ratio"][0])) < 0.05).all() and (skips["loss"][300] < 0.14).all()
    assert skips["loss"].max() == skips["loss"][2].max() > 5
    assert (diagnosis.train("tanh", 1.0, rate=0.1)["loss"][300] < 0.003).all()


def test_exploding_networks_survive_clipped_and_learn_with_smaller_weights() -> None:
    """Without clipping all overflow; clipped, nearly each early step is; at the healthy scale all learn."""
    made = diagnosis.train("relu", 2.1, rate=0.1)
    assert (made["ratio"][0] > 10).all() and (made["loss"][0] > 1.3).all()
    assert ((4 <= made["end"]) & (made["end"] <= 6)).all() and (made["layer"] >= 1).all()
    clipped = diagnosis.train("relu", 2.1, rate=0.1, threshold=1.0)
    assert clipped["clipped"][:100].mean() > 0.95 and (clipped["loss"][300] < 0.004).all()
    healthy = diagnosis.train("relu", HE, rate=0.1)
    assert (healthy["loss"][300] < 0.0005).all() and (healthy["ratio"][0] > 0.3).all()


def test_too_large_a_rate_exceeds_two_over_the_curvature() -> None:
    """The rate that overflows is above the bound in all eight networks; one that learns is above it in some, and below in most."""
    bound = 2 / diagnosis.sharpness("relu", HE)
    assert np.array_equal(bound, 2 / diagnosis.sharpness("relu", HE))  # nothing is left to chance
    assert (bound < 3).all() and 0 < (bound < 0.1).sum() < 4


def test_dead_networks_never_move() -> None:
    """No weight and no bias of the hidden layers moves, and the loss is that of the constant answer."""
    made = diagnosis.train("relu", HE, rate=0.1, bias=-1.0)
    assert (made["dead"][0, 3:] == 1).all() and (made["update"] == 0).all()
    assert (made["loss"] == made["loss"][0]).all()
    assert (diagnosis.train("relu", HE, rate=0.1, steps=0)["dead"] < 0.5).all()


# The code on the page.


def rows_in_numpy(activation: str, scale: float, rate: float) -> tuple[float, list[dict[str, Any]]]:
    """Run the page's logger for NumPy on the first network of a setting."""
    space: dict[str, Any] = {}
    exec(compile(pytorch.code("NumPy"), "docs/diagnosis.md", "exec"), space)
    network = diagnosis.networks(scale, seeds=1)
    run = diagnosis.backward(network, activation)
    outputs, by_outputs = ([each[0] for each in arrays] for arrays in (run.outputs, run.by_outputs))
    weights, by_weights = ([each[0] for each in arrays] for arrays in (network.weights, run.by_weights))
    return float(run.loss[0]), space["log"](outputs, by_outputs, weights, by_weights, [rate * g for g in by_weights])


def test_loggers_are_short() -> None:
    """Each of the two has at most 25 lines."""
    for logger in (pytorch.code("PyTorch").partition("\nlog = ")[0], pytorch.code("NumPy")):
        assert 5 < len([line for line in logger.splitlines() if line.strip()]) <= 25


@pytest.mark.parametrize(("activation", "scale", "rate"), [("logistic", 1.0, 1.0), ("relu", HE, 0.1)])
def test_the_logger_for_numpy_says_what_the_trainings_measure(activation: str, scale: float, rate: float) -> None:
    """Its rows have the numbers of the training before its first step."""
    _, rows = rows_in_numpy(activation, scale, rate)
    made = diagnosis.train(activation, scale, rate=rate, steps=0, seeds=1)
    np.testing.assert_allclose([row["by_output"] for row in rows], made["gradient"][0, :, 0], rtol=1e-12)
    np.testing.assert_allclose([row["update"] for row in rows], made["update"][0, :10, 0], rtol=1e-12)
    if activation == "relu":
        assert [row["dead"] for row in rows] == made["dead"][0, :, 0].tolist()
    assert all(row["finite"] for row in rows)


KEPT = json.loads(pytorch.KEPT.read_text(encoding="utf-8"))


def test_the_code_for_pytorch_is_that_which_was_tried() -> None:
    """The page's code has the digest of the code that PyTorch ran, and the page shows what it printed."""
    assert pytorch.digest(pytorch.code("PyTorch")) == KEPT["code"], "the code was changed: make torch tries it again"
    assert pytorch.code("Output") == KEPT["runs"][0]["printed"]
    assert KEPT["made_with"]["torch"].startswith("2.")


@pytest.mark.parametrize("run", KEPT["runs"], ids=lambda run: f"{run['activation']}-{run['dtype']}")
def test_pytorch_and_numpy_agree(run: dict[str, Any]) -> None:
    """On the same weights and points, PyTorch's logger and NumPy's find the same numbers, as far as the format goes."""
    loss, rows = rows_in_numpy(run["activation"], run["scale"], run["rate"])
    double = run["dtype"] == "float64"
    near = 1e-9 if double else 1e-3
    assert run["loss"] == pytest.approx(loss, rel=near)
    for k, row in enumerate(rows):
        outputs, weights = run["rows"][str(2 * k + 1)], run["rows"][f"{2 * k}.weight"]
        assert outputs["gradient"] == pytest.approx(row["by_output"], rel=near)
        assert weights["gradient"] == pytest.approx(row["by_weight"], rel=near)
        assert outputs["finite"] and outputs.get("dead", row["dead"]) == row["dead"]
        if double:
            assert weights["update"] == pytest.approx(
                row["update"], rel=1e-6
            )  # it subtracts weights that hardly differ
    if not double:  # rounding loses part of the step of the first layer
        assert run["rows"]["0.weight"]["update"] < 0.8 * rows[0]["update"]


# What is refused.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: diagnosis.recall(0.0), "`scale` must"),
        (lambda: diagnosis.recall(1.0, rate=math.nan), "`rate` must"),
        (lambda: diagnosis.recall(1.0, rate=0.0), "`rate` must be above zero"),
        (lambda: diagnosis.recall(1.0, lag=0), "`lag` must be 1 or more"),
        (lambda: diagnosis.recall(1.0, lag=1001), "`lag` must be at most 1000"),
        (lambda: diagnosis.recall(1.0, steps=-1), "`steps` must"),
        (lambda: diagnosis.recall(1.0, steps=10_001), "`steps` must be at most 10000"),
        (lambda: diagnosis.recall(1.0, seeds=0), "`seeds` must be 1 or more"),
        (lambda: diagnosis.recall(1.0, seeds=1001), "`seeds` must be at most 1000"),
        (lambda: diagnosis.examples(0, rng=np.random.default_rng(0)), "`count` must be 1 or more"),
        (lambda: diagnosis.networks(0.0), "`scale` must be above zero"),
        (lambda: diagnosis.networks(1.0, bias=math.nan), "`bias` must be finite"),
        (lambda: diagnosis.networks(1.0, depth=0), "`depth` must be 1 or more"),
        (lambda: diagnosis.networks(1.0, depth=101), "`depth` must be at most 100"),
        (lambda: diagnosis.networks(1.0, seeds=1001), "`seeds` must be at most 1000"),
        (lambda: diagnosis.networks(1.0, seeds=0), "`seeds` must be 1 or more"),
        (lambda: diagnosis.backward(diagnosis.networks(1.0), "swish"), "`activation` must be one of"),
        (lambda: diagnosis.backward(diagnosis.networks(1.0), "relu", skip=math.inf), "`skip` must be finite"),
        (lambda: diagnosis.train("swish", 1.0, rate=1.0), "`activation` must be one of"),
        (lambda: diagnosis.train("relu", -1.0, rate=1.0), "`scale` must be above zero"),
        (lambda: diagnosis.train("relu", 1.0, rate=0.0), "`rate` must be above zero"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, bias=math.inf), "`bias` must be finite"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, skip=math.nan), "`skip` must be finite"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, threshold=0.0), "`threshold` must be above zero"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, threshold=math.nan), "`threshold` must be finite"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, depth=0), "`depth` must be 1 or more"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, steps=10_001), "`steps` must be at most 10000"),
        (lambda: diagnosis.train("relu", 1.0, rate=1.0, seeds=1001), "`seeds` must be at most 1000"),
        (lambda: diagnosis.sharpness("swish", 1.0), "`activation` must be one of"),
        (lambda: diagnosis.lost_update("float8"), "float8"),
        (lambda: diagnosis.moved("relu", 1.0, rate=1.0, dtype="bfloat16"), "`dtype` must be float16, float32 or"),
        (lambda: diagnosis.moved("relu", 1.0, rate=-1.0, dtype="float32"), "`rate` must be above zero"),
    ],
)
def test_refusals_say_what_would_be_right(call: Callable[[], object], message: str) -> None:
    """An argument outside a function's domain is refused with a sentence about that domain."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_public_function_is_documented() -> None:
    """Each public function says what it takes, returns and refuses."""
    functions = [f for _, f in inspect.getmembers(diagnosis, inspect.isfunction) if f.__module__ == diagnosis.__name__]
    public = [f for f in functions if not f.__name__.startswith("_")]
    assert len(public) == 8
    for function in public:
        for part in ("Args:", "Returns:", "Raises:"):
            assert part in (function.__doc__ or ""), f"{function.__name__} lacks {part}"
