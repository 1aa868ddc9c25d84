"""Gradient clipping against independent values, closed forms, and the steps of its derivation."""

import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradients import clipping

CASES = json.loads((Path(__file__).parent / "data" / "clipping.json").read_text(encoding="utf-8"))["cases"]
ULP = np.finfo(np.float64).eps

entries = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
vectors = arrays(np.float64, st.integers(1, 8), elements=entries)
pairs = st.integers(1, 8).flatmap(lambda n: st.tuples(*[arrays(np.float64, n, elements=entries)] * 2))
thresholds = st.floats(1e-4, 1e4)
rng_seeds = range(40)


def sample(seed: int, size: int = 5) -> tuple[np.ndarray, float]:
    """Return a gradient and a threshold, of any proportion of norms."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=size) * 10 ** rng.uniform(-3, 3), 10 ** rng.uniform(-3, 3)


# The rule against values that others computed


@pytest.mark.parametrize("case", CASES)
def test_norm_clipping_agrees_with_the_reference(case: dict) -> None:
    """The norm and the clipped arrays are those of 40-digit arithmetic, to a few units in the last place."""
    gradients = [np.array(gradient) for gradient in case["gradient"]]
    flat = np.concatenate([gradient.ravel() for gradient in gradients])
    assert clipping.global_norm(gradients) == pytest.approx(case["norm"], rel=4 * ULP)
    clipped = clipping.clip_by_global_norm(gradients, case["threshold"])
    assert [one.shape for one in clipped] == [one.shape for one in gradients]
    np.testing.assert_allclose(np.concatenate([one.ravel() for one in clipped]), case["exact"], rtol=8 * ULP)
    np.testing.assert_allclose(clipping.clip_by_norm(flat, case["threshold"]), case["exact"], rtol=8 * ULP)
    np.testing.assert_allclose(clipping.clip_like("formula", flat, case["threshold"]), case["exact"], rtol=8 * ULP)


@pytest.mark.parametrize("case", CASES)
def test_library_rules_agree_with_the_libraries(case: dict) -> None:
    """What we say PyTorch and optax compute is what PyTorch and optax have computed."""
    flat = np.concatenate([np.ravel(gradient) for gradient in case["gradient"]])
    np.testing.assert_allclose(clipping.clip_like("pytorch", flat, case["threshold"]), case["torch"], rtol=8 * ULP)
    np.testing.assert_allclose(clipping.clip_like("optax", flat, case["threshold"]), case["optax"], rtol=8 * ULP)
    factor = clipping.torch_coefficient(case["torch_norm"], case["threshold"])
    np.testing.assert_allclose(flat * factor, case["torch"], rtol=8 * ULP)


@given(vectors, thresholds)
def test_never_longer_than_the_threshold(g: np.ndarray, tau: float) -> None:
    """The clipped norm is at most the threshold, to within rounding."""
    assert np.linalg.norm(clipping.clip_by_norm(g, tau)) <= tau * (1 + 4 * ULP)


@given(vectors, st.floats(1 + 1e-14, 1e6))
def test_a_short_gradient_is_left_alone_to_the_bit(g: np.ndarray, times: float) -> None:
    """At or below the threshold nothing changes, not by one bit, and the result is a copy."""
    tau = times * max(np.linalg.norm(g), 1e-3)
    clipped = clipping.clip_by_norm(g, tau)
    np.testing.assert_array_equal(clipped, g)
    assert clipped is not g and not np.shares_memory(clipped, g)
    if np.any(g):  # the threshold itself is let through
        np.testing.assert_array_equal(clipping.clip_by_norm(g, clipping.global_norm([g])), g)


@given(vectors, thresholds)
def test_direction_is_kept(g: np.ndarray, tau: float) -> None:
    """The clipped gradient points where the gradient points."""
    assume(np.any(g))
    assert clipping.angle(g, clipping.clip_by_norm(g, tau)) < 1e-6


@given(pairs, thresholds)
def test_no_point_of_the_ball_is_nearer(pair: tuple[np.ndarray, np.ndarray], tau: float) -> None:
    """Of all vectors no longer than the threshold, the clipped gradient is the nearest to the gradient."""
    g, other = pair
    inside = other * min(1.0, tau / np.linalg.norm(other)) if np.any(other) else other
    assert np.linalg.norm(g - clipping.clip_by_norm(g, tau)) <= np.linalg.norm(g - inside) * (1 + 1e-12) + 1e-9


@given(pairs, thresholds)
def test_two_gradients_never_move_apart(pair: tuple[np.ndarray, np.ndarray], tau: float) -> None:
    """As a projection on a convex set, clipping does not increase any distance."""
    a, b = pair
    apart = np.linalg.norm(clipping.clip_by_norm(a, tau) - clipping.clip_by_norm(b, tau))
    assert apart <= np.linalg.norm(a - b) * (1 + 1e-12) + 1e-9


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 1.7e308])
def test_no_overflow_and_no_underflow_of_the_norm(size: float) -> None:
    """The norm of finite float64 entries survives where a sum of their squares would not."""
    clipped = clipping.clip_by_norm(np.full(4, size), size)
    np.testing.assert_allclose(clipped, size / 2, rtol=1e-3 if size < 1e-300 else 4 * ULP)
    assert clipping.global_norm([np.full(4, 1e200)]) == pytest.approx(2e200, rel=4 * ULP)
    assert clipping.global_norm([np.full(4, 1.7e308)]) == math.inf


# Each step of the derivation


@pytest.mark.parametrize("seed", rng_seeds)
def test_step_is_as_long_as_the_gradient(seed: int) -> None:
    r"""The step of plain gradient descent is the learning rate times the gradient's norm.

    $$ \lVert -\eta \, g \rVert = \eta \, \lVert g \rVert $$

    For $g \in \mathbb{R}^n$ and $\eta \in (0, 1]$.
    """
    g, _ = sample(seed)
    eta = np.random.default_rng(seed).uniform(0.001, 1)
    before = np.random.default_rng(seed + 1).normal(size=g.shape)
    after = before - eta * g
    assert np.linalg.norm(after - before) == pytest.approx(eta * clipping.global_norm([g]), rel=1e-9)


@pytest.mark.parametrize("seed", rng_seeds)
def test_a_positive_factor_keeps_the_direction(seed: int) -> None:
    r"""The unit vector of c g is that of g.

    $$ \frac{c \, g}{\lVert c \, g \rVert} = \frac{g}{\lVert g \rVert} $$

    For $g \in \mathbb{R}^n$ and $c \in (0, 1]$.
    """
    g, _ = sample(seed)
    c = np.random.default_rng(seed).uniform(0.001, 1)
    np.testing.assert_allclose(c * g / clipping.global_norm([c * g]), g / clipping.global_norm([g]), rtol=1e-12)


@pytest.mark.parametrize("seed", rng_seeds)
def test_the_largest_factor_allowed(seed: int) -> None:
    r"""Of all factors up to one that respect the threshold, the largest is the smaller of 1 and the quotient.

    $$ c = \min\left(1,\ \frac{\tau}{\lVert g \rVert}\right) $$

    For $g \in \mathbb{R}^n$ and $\tau \in (0, \infty)$, where $c = \tau / \max(\tau, \lVert g \rVert)$.
    """
    g, tau = sample(seed)
    norm = np.linalg.norm(g)
    c = min(1.0, tau / norm)
    assert c * norm <= tau * (1 + 4 * ULP)
    larger = c * (1 + 1e-9)
    assert larger > 1 or larger * norm > tau
    assert clipping.coefficient(norm, tau) == pytest.approx(c, rel=4 * ULP)


@pytest.mark.parametrize("seed", rng_seeds)
def test_one_fraction_for_both_cases(seed: int) -> None:
    r"""The smaller of 1 and the quotient is one fraction.

    $$ \min\left(1,\ \frac{\tau}{\lVert g \rVert}\right) = \frac{\tau}{\max(\lVert g \rVert,\ \tau)} $$

    For $g \in \mathbb{R}^n$ and $\tau \in (0, \infty)$.
    """
    g, tau = sample(seed)
    norm = np.linalg.norm(g)
    assert clipping.coefficient(norm, tau) == pytest.approx(min(1.0, tau / norm), rel=4 * ULP)
    np.testing.assert_allclose(clipping.clip_by_norm(g, tau), g * min(1.0, tau / norm), rtol=8 * ULP)


@pytest.mark.parametrize("seed", rng_seeds)
def test_the_clipped_norm_is_the_smaller_one(seed: int) -> None:
    r"""What comes out is as long as the shorter of the gradient and the threshold.

    $$ \left\lVert g \cdot \frac{\tau}{\max(\lVert g \rVert,\ \tau)} \right\rVert = \min(\lVert g \rVert,\ \tau) $$

    For $g \in \mathbb{R}^n$ and $\tau \in (0, \infty)$.
    """
    g, tau = sample(seed)
    assert np.linalg.norm(clipping.clip_by_norm(g, tau)) == pytest.approx(min(np.linalg.norm(g), tau), rel=1e-14)


@pytest.mark.parametrize("seed", rng_seeds)
def test_clipping_twice_is_clipping_once(seed: int) -> None:
    """A clipped gradient is not changed by the same threshold again."""
    g, tau = sample(seed)
    once = clipping.clip_by_norm(g, tau)
    np.testing.assert_allclose(clipping.clip_by_norm(once, tau), once, rtol=4 * ULP)


@pytest.mark.parametrize("seed", rng_seeds)
def test_no_shorter_vector_is_nearer_than_the_difference_of_norms(seed: int) -> None:
    r"""The triangle inequality, read backwards.

    $$ \lVert g - u \rVert \ge \lVert g \rVert - \lVert u \rVert $$

    For $g \in \mathbb{R}^n$ and $u \in \mathbb{R}^n$.
    """
    g, tau = sample(seed)
    u = clipping.clip_by_norm(np.random.default_rng(seed + 1).normal(size=g.shape) * tau, tau)
    distance = np.linalg.norm(g - u)
    assert distance >= np.linalg.norm(g) - np.linalg.norm(u) - 1e-12 * np.linalg.norm(g)
    assert distance >= (np.linalg.norm(g) - tau) * (1 - 1e-12)


@pytest.mark.parametrize("seed", rng_seeds)
def test_clipping_attains_the_least_distance(seed: int) -> None:
    r"""What clipping takes away is as long as what the gradient had too much, and nothing else could be shorter.

    $$ \lVert g \rVert - \min(\lVert g \rVert, \tau) = \max(\lVert g \rVert - \tau, 0) $$

    For $g \in \mathbb{R}^n$ and $\tau \in (0, \infty)$.
    """
    g, tau = sample(seed)
    taken = np.linalg.norm(g - clipping.clip_by_norm(g, tau))
    assert taken == pytest.approx(max(np.linalg.norm(g) - tau, 0), rel=1e-9, abs=1e-12 * np.linalg.norm(g))


@pytest.mark.parametrize("seed", rng_seeds)
def test_the_threshold_has_the_gradients_unit(seed: int) -> None:
    r"""Clipping a scaled gradient is scaling a gradient clipped at a scaled threshold: the factors are equal.

    $$ \frac{\tau}{\max(\lVert S \, g \rVert,\ \tau)} = \frac{\tau / S}{\max(\lVert g \rVert,\ \tau / S)} $$

    For $g \in \mathbb{R}^n$, $S \in (0, \infty)$ and $\tau \in (0, \infty)$.
    """
    g, tau = sample(seed)
    s = 10 ** np.random.default_rng(seed).uniform(-5, 5)
    np.testing.assert_allclose(clipping.clip_by_norm(s * g, tau), s * clipping.clip_by_norm(g, tau / s), rtol=1e-13)


@pytest.mark.parametrize("seed", rng_seeds)
def test_the_clipped_step_is_bounded(seed: int) -> None:
    r"""No step of plain descent is longer than the learning rate times the threshold.

    $$ \eta \left\lVert g \cdot \frac{\tau}{\max(\lVert g \rVert,\ \tau)} \right\rVert \le \eta \, \tau $$

    For $g \in \mathbb{R}^n$, $\eta \in (0, 1]$ and $\tau \in (0, \infty)$.
    """
    path = clipping.cliff_descent(4.4 + seed / 100, -2.4, 0.5, 30, 0.1)
    assert np.max(np.linalg.norm(np.diff(path, axis=0), axis=1)) <= 0.5 * 0.1 * (1 + 1e-9)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99])
def test_momentum_multiplies_the_bound(beta: float) -> None:
    r"""A velocity that adds up clipped gradients stays below the threshold over one less the momentum.

    $$ \sum_{k=0}^{t-1} \beta^{k} = \frac{1 - \beta^{t}}{1 - \beta} \le \frac{1}{1 - \beta} $$

    For $\beta \in [0, 0.99]$ and $t \in \{1, \dots, 60\}$.
    """
    tau, rng = 1.5, np.random.default_rng(5)
    for gradients in (rng.normal(size=(400, 3)) * 10, np.full((2000, 3), 10.0)):
        velocity, longest = np.zeros(3), 0.0
        for g in gradients:
            velocity = beta * velocity + clipping.clip_by_norm(g, tau)
            longest = max(longest, float(np.linalg.norm(velocity)))
        assert longest <= tau / (1 - beta) * (1 + 1e-12)
    assert longest == pytest.approx(tau / (1 - beta), rel=1e-6)  # the second run attains it: always the same way


@pytest.mark.parametrize("seed", rng_seeds)
def test_one_factor_keeps_the_proportions_of_the_layers(seed: int) -> None:
    r"""Global clipping leaves the quotient of two layers' norms as it was.

    $$ \frac{\lVert c \, G_1 \rVert}{\lVert c \, G_2 \rVert} = \frac{\lVert G_1 \rVert}{\lVert G_2 \rVert} $$

    For $G_1 \in \mathbb{R}^n$, $G_2 \in \mathbb{R}^n$ and $c \in (0, 1]$.
    """
    (first, tau), (second, _) = sample(seed, 3), sample(seed + 100, 7)
    one, two = clipping.clip_by_global_norm([first, second], tau)
    quotient = np.linalg.norm(first) / np.linalg.norm(second)
    assert np.linalg.norm(one) / np.linalg.norm(two) == pytest.approx(quotient, rel=1e-12)


@given(st.lists(vectors, min_size=1, max_size=4), thresholds)
def test_global_clipping_is_clipping_of_the_one_long_vector(gradients: list[np.ndarray], tau: float) -> None:
    """Several arrays are clipped as if they were laid end to end."""
    flat = np.concatenate(gradients)
    assert clipping.global_norm(gradients) == pytest.approx(np.linalg.norm(flat), rel=1e-12)
    clipped = np.concatenate(clipping.clip_by_global_norm(gradients, tau))
    np.testing.assert_allclose(clipped, clipping.clip_by_norm(flat, tau), rtol=1e-12)


@given(vectors, st.floats(0.01, 100))
def test_value_clipping_still_goes_down(g: np.ndarray, limit: float) -> None:
    r"""Every entry keeps its sign, so the step still descends: no term of the product is negative.

    $$ g_i \cdot \max(-\kappa,\ \min(g_i,\ \kappa)) \ge 0 $$

    For $g_i \in \mathbb{R}$ and $\kappa \in (0, \infty)$.
    """
    clipped = clipping.clip_by_value(g, limit)
    assert np.all(g * clipped >= 0)
    assert np.max(np.abs(clipped)) <= limit
    np.testing.assert_array_equal(clipping.clip_by_value(clipped, limit), clipped)
    np.testing.assert_array_equal(clipped[np.abs(g) <= limit], g[np.abs(g) <= limit])


@given(vectors, st.floats(0.01, 100))
def test_value_clipping_bounds_the_norm_only_by_the_dimension(g: np.ndarray, limit: float) -> None:
    r"""The norm after clipping by value can be the limit times the root of the number of entries, and no more.

    $$ \sqrt{\kappa^2 + \kappa^2 + \dots + \kappa^2} = \kappa \sqrt{n} $$
    """
    bound = limit * math.sqrt(g.size)
    assert np.linalg.norm(clipping.clip_by_value(g, limit)) <= bound * (1 + 4 * ULP)
    assert np.linalg.norm(clipping.clip_by_value(np.full(g.size, 2 * limit), limit)) == pytest.approx(bound)


@given(st.floats(1, 1e6))
def test_the_turn_of_value_clipping_in_closed_form(h: float) -> None:
    r"""Clipping (h, 1) to (1, 1) turns it by the angle between the diagonal and the gradient.

    $$ \theta = 45^\circ - \arctan \frac{1}{h} $$

    For $h \in [1, \infty)$. By the dot product, $\theta = \arccos((h + 1) / (\sqrt{2} \cdot \sqrt{h^2 + 1}))$.
    """
    turned = clipping.angle([h, 1.0], clipping.clip_by_value([h, 1.0], 1.0))
    assert turned == pytest.approx(45 - math.degrees(math.atan(1 / h)), rel=1e-9, abs=1e-9)


@given(vectors, st.floats(0.01, 100))
def test_no_turn_of_value_clipping_exceeds_that_to_the_diagonal(g: np.ndarray, limit: float) -> None:
    """The turn is at most the angle between an axis and the diagonal, and one huge entry comes near it."""
    assume(np.any(g))
    most = math.degrees(math.acos(1 / math.sqrt(g.size)))
    assert clipping.angle(g, clipping.clip_by_value(g, limit)) <= most + 1e-6
    worst = np.array([1e9 * limit, *[limit] * (g.size - 1)])
    assert clipping.angle(worst, clipping.clip_by_value(worst, limit)) == pytest.approx(most, abs=1e-5)


def test_known_angles() -> None:
    """Angles that geometry knows, and a small one that an arccosine would lose."""
    assert clipping.angle([1, 0], [0, 2]) == pytest.approx(90)
    assert clipping.angle([1, 0], [-3, 0]) == pytest.approx(180)
    assert clipping.angle([1, 1, 1], [1, 0, 0]) == pytest.approx(math.degrees(math.acos(1 / math.sqrt(3))))
    assert clipping.angle([1, 0], [1, 1e-9]) == pytest.approx(math.degrees(1e-9), rel=1e-9)
    assert clipping.angle([1e300, 0], [1e-300, 1e-300]) == pytest.approx(45)


# The libraries: epsilon, and what is not finite


@given(st.floats(0, 1e6), st.floats(1e-8, 1e4))
def test_pytorch_falls_short_by_a_share_of_the_norm(norm: float, tau: float) -> None:
    r"""PyTorch's factor is never above the formula's, and from the threshold on this share of the norm is missing.

    $$ 1 - \frac{\nu}{\nu + 10^{-6}} = \frac{10^{-6}}{\nu + 10^{-6}} $$

    For $\nu \in (0, \infty)$.
    """
    exact, torch = clipping.coefficient(norm, tau), clipping.torch_coefficient(norm, tau)
    assert torch <= exact * (1 + 4 * ULP)
    if norm >= tau:
        assert 1 - torch / exact == pytest.approx(1e-6 / (norm + 1e-6), rel=1e-6, abs=4 * ULP)


RULES = ("formula", "branch", "pytorch", "tensorflow", "optax")
INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("gradient", "threshold", "expected"),
    [
        ([0, 0], 1, {rule: [0, 0] for rule in RULES}),
        (
            [0, 0],
            0,
            {"formula": [NAN, NAN], "branch": [0, 0], "pytorch": [0, 0], "tensorflow": [NAN, NAN], "optax": [NAN, NAN]},
        ),
        ([INF, 1], 1, {rule: [NAN, NAN] if rule == "tensorflow" else [NAN, 0] for rule in RULES}),
        ([NAN, 1], 1, {rule: [NAN, 1] if rule == "branch" else [NAN, NAN] for rule in RULES}),
        ([3, 4], -1, {rule: [3, 4] if rule == "tensorflow" else [-0.6, -0.8] for rule in RULES}),
    ],
)
def test_edge_cases_of_every_rule(gradient: list[float], threshold: float, expected: dict) -> None:
    """Zero, infinite and NaN gradients and senseless thresholds come out of each rule as the chapter's table says."""
    for rule, values in expected.items():
        np.testing.assert_allclose(clipping.clip_like(rule, gradient, threshold), values, rtol=1e-6, err_msg=rule)


@pytest.mark.parametrize("seed", rng_seeds)
def test_every_rule_is_the_formula_where_nothing_is_odd(seed: int) -> None:
    """On finite gradients and thresholds above zero all rules agree, PyTorch's but for its epsilon."""
    g, tau = sample(seed)
    expected = g * min(1, tau / np.linalg.norm(g))
    for rule in RULES:
        small = 1e-6 / np.linalg.norm(g) if rule == "pytorch" else 0
        np.testing.assert_allclose(clipping.clip_like(rule, g, tau), expected, rtol=1e-13 + small, err_msg=rule)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("bits", [16, 32])
def test_a_rule_rounds_to_its_format(rule: str, bits: int) -> None:
    """What a narrow format cannot hold is rounded before anything else, and comes back as float64."""
    g = np.array([0.1, -0.3, 3e-6])
    clipped = clipping.clip_like(rule, g, 64, bits)
    np.testing.assert_array_equal(clipped, g.astype(f"float{bits}"))
    assert clipped.dtype == np.float64


@pytest.mark.parametrize("gradient", [[INF, 1.0], [-INF, INF], [NAN, 1.0], [NAN, INF], [0.0, 0.0], []])
def test_the_formula_at_its_edges(gradient: list[float]) -> None:
    """Our own clipping agrees with the plain formula where a gradient is zero, infinite, NaN or empty, on any array."""
    np.testing.assert_array_equal(clipping.clip_by_norm(gradient, 2), clipping.clip_like("formula", gradient, 2))
    here, there = clipping.clip_by_global_norm([gradient, [5.0]], 2)
    both = clipping.clip_like("formula", [*gradient, 5.0], 2)
    np.testing.assert_allclose([*here, *there], both, rtol=4 * ULP)


def test_pythons_max_depends_on_the_order() -> None:
    """A rule written with Python's max lets a NaN norm pass or not, by the order of its arguments."""
    assert max(1.0, NAN) == 1.0
    assert math.isnan(max(NAN, 1.0))
    assert math.isnan(np.maximum(1.0, NAN)) and math.isnan(np.maximum(NAN, 1.0))


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_the_norm_overflows_from_the_root_of_the_largest_number(bits: int) -> None:
    """An entry just above the bound makes the norm infinite and the clipped gradient zero; just below, nothing."""
    bound = clipping.largest_square(bits)
    assert bound**2 == pytest.approx({16: 65504, 32: 2.0**128 * (1 - 2.0**-24), 64: np.finfo(float).max}[bits])
    above, below = bound * 1.01, bound * 0.99
    np.testing.assert_array_equal(clipping.clip_like("pytorch", [above], 1, bits), [0])
    np.testing.assert_allclose(clipping.clip_like("pytorch", [below], 1, bits), [1], rtol=0.01)


def test_float32_makes_a_hundred_large_entries_zero() -> None:
    """Where the exact answer is 0.1 each, a norm kept in float32 silently gives zeros, or NaN by TensorFlow's rule."""
    gradient = np.full(100, 1e20)
    np.testing.assert_allclose(clipping.clip_by_norm(gradient, 1), 0.1, rtol=4 * ULP)
    for rule in ("formula", "branch", "pytorch", "optax"):
        np.testing.assert_array_equal(clipping.clip_like(rule, gradient, 1, 32), 0)
    assert np.isnan(clipping.clip_like("tensorflow", gradient, 1, 32)).all()


# The cliff


def numerical(w: float, b: float, step: float = 1e-6) -> list[float]:
    """Return central differences of the loss along w and b."""
    return [
        (clipping.cliff_loss(w + step, b) - clipping.cliff_loss(w - step, b)) / (2 * step),
        (clipping.cliff_loss(w, b + step) - clipping.cliff_loss(w, b - step)) / (2 * step),
    ]


GRID = [
    (2.0, -1.0),
    (3.0, -0.5),
    (4.2, -2.0),
    (4.9, -3.1),
    (4.9, -2.5),
    (5.5, -2.4),
    (7.0, -4.9),
    (-3.0, 1.0),
    (-6.0, 3.5),  # swings between two states for ever
    (0.0, 0.0),
]


@pytest.mark.parametrize(("w", "b"), GRID)
def test_backpropagation_agrees_with_central_differences(w: float, b: float) -> None:
    """The gradient on the cliff is the slope of the loss."""
    np.testing.assert_allclose(clipping.cliff_gradient(w, b), numerical(w, b), rtol=1e-6, atol=1e-9)


def test_many_parameters_at_once() -> None:
    """Weights and biases broadcast, and each pair comes out as it does alone."""
    weights, biases = np.array([[3.0], [4.9]]), np.array([-3.1, -2.5, -1.0])
    for function in (clipping.cliff_states, clipping.cliff_loss, clipping.cliff_factors, clipping.cliff_gradient):
        together = function(weights, biases)
        for row, column in np.ndindex(2, 3):
            alone = function(float(weights[row, 0]), float(biases[column]))
            np.testing.assert_allclose(together[..., row, column], alone, rtol=1e-14)
    np.testing.assert_array_equal(clipping.cliff_gradient(4.9, biases), clipping.cliff_gradient(weights, biases)[:, 1])


def test_a_wrong_gradient_is_caught() -> None:
    """The check above fails for a gradient with the unit's own output slope left out."""
    w, b = 4.9, -2.5
    last = 1 / (1 + math.exp(-clipping.cliff_states(w, b)[-1]))
    wrong = clipping.cliff_gradient(w, b) / (last * (1 - last))
    assert not np.allclose(wrong, numerical(w, b), rtol=1e-6, atol=1e-9)


def test_the_states_follow_the_recurrence() -> None:
    """The states start at 0.5 and each is w σ(x) + b of the one before, here by exponentials."""
    states = clipping.cliff_states(3.0, -1.0)
    assert states.shape == (51,) and states[0] == 0.5
    np.testing.assert_allclose(states[1:], 3.0 / (1 + np.exp(-states[:-1])) - 1.0, rtol=1e-14)
    assert clipping.cliff_loss(3.0, -1.0) == pytest.approx((1 / (1 + np.exp(-states[-1])) - 0.7) ** 2)


@pytest.mark.parametrize(("w", "b"), GRID)
def test_the_last_slope(w: float, b: float) -> None:
    r"""The loss's slope with respect to the last state.

    $$ \frac{\partial \mathcal{L}}{\partial a_{50}} = 2 \left(\sigma(a_{50}) - 0.7\right) \sigma'(a_{50}) $$

    For $a_{50} \in [-5, 5]$, where $\mathcal{L} = (\sigma(a_{50}) - 0.7)^2$ and $\sigma(x) = 1 / (1 + e^{-x})$.
    """

    def loss(x: float) -> float:
        return (1 / (1 + math.exp(-x)) - 0.7) ** 2

    x = float(clipping.cliff_states(w, b)[-1])
    s = 1 / (1 + math.exp(-x))
    assert 2 * (s - 0.7) * s * (1 - s) == pytest.approx((loss(x + 1e-6) - loss(x - 1e-6)) / 2e-6, rel=1e-6, abs=1e-10)
    assert clipping.cliff_loss(w, b) == pytest.approx(loss(x), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("w", "b"), GRID)
def test_one_step_back_multiplies_by_the_local_slope(w: float, b: float) -> None:
    r"""Each state hands the loss's slope to the one before it, times the local slope.

    $$ \frac{\partial \mathcal{L}}{\partial a_t}
    = \frac{\partial \mathcal{L}}{\partial a_{t+1}} \cdot w \, \sigma'(a_t) $$

    For $a_t \in [-5, 5]$, $w \in [-5, 5]$ and $b \in [-5, 5]$, where $a_{t+1} = w \, \sigma(a_t) + b$ and, for the last
    step, $\mathcal{L} = (\sigma(a_{t+1}) - 0.7)^2$. Here $\sigma(x) = 1 / (1 + e^{-x})$.
    """
    states, factors = clipping.cliff_states(w, b), clipping.cliff_factors(w, b)
    assert factors.shape == (50,)

    def following(x: float) -> float:
        return w / (1 + math.exp(-x)) + b

    slopes = [(following(x + 1e-6) - following(x - 1e-6)) / 2e-6 for x in states[:-1]]
    np.testing.assert_allclose(factors, slopes, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("w", "b"), GRID)
def test_fifty_steps_back_are_a_product(w: float, b: float) -> None:
    r"""From the last state to the first, the slope is the product of all local slopes.

    $$ \frac{\partial a_{50}}{\partial a_0} = \prod_{t=0}^{49} w \, \sigma'(a_t) $$

    Near a resting point no slope is extreme: for $w \in [3.9, 4.1]$ and $a_0 \in [-0.01, 0.01]$, with $b = -w / 2$,
    $a_{t+1} = w \, \sigma(a_t) + b$ and $\sigma(x) = 1 / (1 + e^{-x})$.
    """

    def last(x: float) -> float:
        for _ in range(50):
            x = w / (1 + math.exp(-x)) + b
        return x

    step = 1e-6
    slope = (last(0.5 + step) - last(0.5 - step)) / (2 * step)
    assert math.prod(clipping.cliff_factors(w, b)) == pytest.approx(slope, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("w", [4.0, 4.3, 4.94, 6.0, 7.0])
def test_on_the_watershed_all_slopes_are_equal(w: float) -> None:
    r"""With the bias that holds the state at its start, the product of slopes is the power of one number.

    $$ b = 0.5 - w \, \sigma(0.5) $$

    $$ \frac{\partial a_{50}}{\partial a_0} = \left(w \, \sigma'(0.5)\right)^{50} $$

    For $w \in [4, 4.5]$, with $a_0 = 0.5$, $b = 0.5 - w / (1 + e^{-0.5})$, $a_{t+1} = w \, \sigma(a_t) + b$ and
    $\sigma(x) = 1 / (1 + e^{-x})$.
    """
    s = 1 / (1 + math.exp(-0.5))
    b = 0.5 - w * s
    np.testing.assert_allclose(clipping.cliff_states(w, b), 0.5, atol=1e-4)
    assert math.prod(clipping.cliff_factors(w, b)) == pytest.approx((w * s * (1 - s)) ** 50, rel=1e-3)
    low, high = clipping.cliff_loss(w, b - 1e-3), clipping.cliff_loss(w, b + 1e-3)
    assert (low - high > 0.25) == (w > 4.5)  # the wall itself, once the slopes exceed one


def test_the_wall_throws_an_unclipped_descent_and_not_a_clipped_one() -> None:
    """From (4.9, -3.1) one plain step is longer than 2; with τ = 1/2 none exceeds 0.025, and the loss ends below 1 %.

    After many steps along the wall the path depends on the last bit; what is asserted holds for all starts nearby.
    From a tenth of a step away, where an unclipped one lands is chance, and a clipped one still ends below 1 %.
    """
    for shift in (0.0, 1e-12, 1e-9, 1e-6):
        plain = clipping.cliff_descent(4.9 + shift, -3.1, 0.05, 600)
        clipped = clipping.cliff_descent(4.9 + shift, -3.1, 0.05, 600, 0.5)
        plain_steps, clipped_steps = (np.linalg.norm(np.diff(path, axis=0), axis=1) for path in (plain, clipped))
        assert plain_steps.argmax() == 77 and plain_steps.max() > 2
        assert clipped_steps.max() <= 0.025 * (1 + 1e-9)
        assert clipping.cliff_loss(*plain[-1]) > 0.44
        assert max(clipping.cliff_loss(*point) for point in clipped[-100:]) < 0.01
    starts = np.linspace(4.85, 4.95, 201)
    assert clipping.cliff_loss(*clipping.cliff_descent(starts, -3.1, 0.05, 600, 0.5)[-1]).max() < 0.01
    ends = clipping.cliff_loss(*clipping.cliff_descent(starts, -3.1, 0.05, 600)[-1])
    assert 10 < np.count_nonzero(ends < 0.01) < 30 and 3 < np.count_nonzero(ends > 0.38) < 12


def test_a_descent_from_many_starts_is_the_descent_from_each() -> None:
    """Columns do not touch each other: a path among others equals the path alone, to rounding, clipped or not."""
    w, b = np.array([[4.9, 4.5], [4.2, 6.0]]), np.array([-3.1, -2.4])
    for threshold in (math.inf, 0.1):
        together = clipping.cliff_descent(w, b, 0.05, 40, threshold)
        assert together.shape == (41, 2, 2, 2)
        for row, column in np.ndindex(2, 2):
            alone = clipping.cliff_descent(w[row, column], b[column], 0.05, 40, threshold)
            np.testing.assert_allclose(together[:, :, row, column], alone, rtol=1e-9)


def test_the_first_hundred_steps_are_well_conditioned() -> None:
    """What the figures draw of both paths moves by no more than 100 000 times a change of the start."""
    for threshold in (math.inf, 0.5):
        path = clipping.cliff_descent(4.9, -3.1, 0.05, 100, threshold)
        moved = clipping.cliff_descent(4.9 + 1e-10, -3.1, 0.05, 100, threshold)
        assert np.max(np.abs(path - moved)) < 1e-5


def test_quartic_descent_diverges_unless_it_is_clipped() -> None:
    """From 10 at rate 0.01, plain descent on x⁴ jumps to -30, 1050 and out of float64; clipped at 100 it walks down."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = clipping.quartic_descent(10, 0.01, 60)
        clipped = clipping.quartic_descent(10, 0.01, 60, 100)
    assert plain.shape == clipped.shape == (61,)
    np.testing.assert_allclose(plain[:4], [10, -30, 1050, 1050 - 0.04 * 1050**3], rtol=1e-14)
    assert not np.isfinite(plain[-1])
    np.testing.assert_allclose(clipped[:9], np.arange(10, 1, -1), rtol=1e-14)
    assert np.all(np.diff(clipped) < 0) and 0 < clipped[-1] < 0.5


# What becomes of a step behind the rule


def test_the_mean_of_clipped_gradients_in_closed_form() -> None:
    """For +10 once in ten and -1 otherwise the mean is 0.1 min(10, τ) - 0.9 min(1, τ), below zero for τ below 9."""
    for tau in (0.5, 1, 2, 8.9, 9.1, 10, 20):
        mean = clipping.clipped_mean([10, -1], [0.1, 0.9], tau)
        assert mean == pytest.approx(0.1 * min(10, tau) - 0.9 * min(1, tau), abs=1e-14)
        assert clipping.clipped_mean([10, -1, 5], [0.1, 0.9, 0], tau) == mean  # what never occurs does not count
        assert (mean > 0) == (tau > 9)


def test_the_clipped_mean_agrees_with_sampling() -> None:
    """The mean over many draws is the one computed."""
    rng = np.random.default_rng(7)
    draws = rng.choice([4.0, -1.0, 0.5], p=[0.2, 0.5, 0.3], size=200_000)
    mean = np.mean([*np.minimum(draws, 2.0)])
    assert clipping.clipped_mean([4, -1, 0.5], [0.2, 0.5, 0.3], 2) == pytest.approx(mean, abs=0.01)


def adam(gradients: np.ndarray) -> np.ndarray:
    """Return Adam's steps by its closed-form weighted sums rather than by recursion."""
    steps = []
    for t in range(1, len(gradients) + 1):
        ages = np.arange(t)[::-1]
        mean = np.sum(0.1 * 0.9**ages * gradients[:t]) / (1 - 0.9**t)
        square = np.sum(0.001 * 0.999**ages * gradients[:t] ** 2) / (1 - 0.999**t)
        steps.append(mean / (math.sqrt(square) + 1e-8))
    return np.array(steps)


@pytest.mark.parametrize(("spike", "steps"), [(1, 1), (1, 40), (21, 200), (300, 400)])
def test_adam_agrees_with_weighted_sums(spike: int, steps: int) -> None:
    """The steps are those of exponentially weighted averages, with and without clipping."""
    gradients = np.ones(steps)
    gradients[spike - 1] = 1000.0
    np.testing.assert_allclose(clipping.adam_response(spike, 1000, steps), adam(gradients), rtol=1e-10)
    np.testing.assert_allclose(clipping.adam_response(spike, 1000, steps, 1), adam(np.ones(steps)), rtol=1e-10)


def test_adam_forgets_the_scale_but_not_a_spike() -> None:
    r"""Multiplied by the same number throughout, the gradients give the same steps; a spike starves the later ones.

    $$ \frac{c \, m_t}{\sqrt{c^2 \, v_t}} = \frac{m_t}{\sqrt{v_t}} $$

    For $c \in (0, \infty)$, $m_t \in \mathbb{R}$ and $v_t \in (0, \infty)$.
    """
    rng = np.random.default_rng(3)
    gradients = rng.normal(size=50)
    np.testing.assert_allclose(adam(gradients * 1e-3), adam(gradients), rtol=1e-4)
    response = clipping.adam_response(1000, 1000, 2000)
    assert response[998] == pytest.approx(1) and response[999] > 2.5 and response[1099] < 0.05


def test_a_lone_spike_moves_adam_by_a_fixed_amount() -> None:
    r"""However high a spike after a long calm, it moves Adam by this many learning rates, its own height cancelled.

    $$ \frac{(1 - \beta_1) \, h}{\sqrt{(1 - \beta_2) \, h^2}} = \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} $$

    For $\beta_1 \in (0, 1)$, $\beta_2 \in (0, 1)$ and $h \in (0, \infty)$.
    """
    steps = [clipping.adam_response(15_000, height, 15_000)[-1] for height in (1e4, 1e6, 1e8)]
    np.testing.assert_allclose(steps[1:], 0.1 / math.sqrt(0.001), rtol=1e-4)
    assert steps[2] / steps[1] == pytest.approx(1, abs=1e-4)


def test_adams_means_are_weighted_sums() -> None:
    r"""The running means, begun at zero, are sums over the past with weights that fall off geometrically.

    $$ m_t = \sum_{k=0}^{t-1} (1 - \beta_1) \, \beta_1^{k} \, g_{t-k} $$

    $$ v_t = \sum_{k=0}^{t-1} (1 - \beta_2) \, \beta_2^{k} \, g_{t-k}^2 $$

    For $g \in \mathbb{R}^t$, $\beta_1 \in [0, 1)$ and $\beta_2 \in [0, 1)$, with $m_0 = 0$, $v_0 = 0$,
    $m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t$ and $v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2$.
    """
    gradients = np.random.default_rng(11).normal(size=200)
    mean = square = 0.0
    for gradient in gradients:
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
    ages = np.arange(200)
    assert mean == pytest.approx(np.sum(0.1 * 0.9**ages * gradients[::-1]), rel=1e-12)
    assert square == pytest.approx(np.sum(0.001 * 0.999**ages * gradients[::-1] ** 2), rel=1e-12)


def test_adams_step_is_bounded_by_cauchy_and_schwarz() -> None:
    r"""No gradients make Adam's quotient larger than this, and some come near; with the corrections it is no larger.

    $$ \sum_{k=0}^{t-1} \frac{(1 - \beta_1)^2 \, \beta_1^{2k}}{(1 - \beta_2) \, \beta_2^{k}}
    \le \frac{(1 - \beta_1)^2}{1 - \beta_2} \cdot \frac{1}{1 - \beta_1^2 / \beta_2} $$

    For $\beta_1 \in [0, 0.9]$, $\beta_2 \in [0.95, 0.999]$ and $t \in \{1, \dots, 60\}$.

    $$ \frac{\lvert m_t \rvert}{\sqrt{v_t}} \le \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \cdot
    \frac{1}{\sqrt{1 - \beta_1^2 / \beta_2}} $$

    It comes near for $g_k = (\beta_2 / \beta_1)^k$, with $m_0 = 0$, $m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t$,
    $v_0 = 0$ and $v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2$.
    """
    bound = 0.1 / math.sqrt(0.001) / math.sqrt(1 - 0.81 / 0.999)
    rng = np.random.default_rng(12)
    for gradients in (rng.normal(size=300), rng.standard_cauchy(300), 2.0 ** np.arange(300), 1.11 ** np.arange(300)):
        assert np.max(np.abs(adam(gradients))) <= bound
    ages = np.arange(400)
    worst = (0.9 / 0.999) ** ages
    mean, square = np.sum(0.1 * 0.9**ages * worst), np.sum(0.001 * 0.999**ages * worst**2)
    assert mean / math.sqrt(square) == pytest.approx(bound, rel=1e-12)
    t = np.arange(1, 20_000)
    longest = 0.1 / math.sqrt(0.001) * np.sqrt((1 - (0.81 / 0.999) ** t) / (1 - 0.81 / 0.999))
    assert np.max(longest * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)) <= bound * (1 + 1e-12)


# What is refused, and that nothing warns


@pytest.mark.parametrize("threshold", [0, -1, -0.0, INF, NAN, "1", None, True, 1j, [1.0, 2.0]])
def test_a_threshold_that_is_no_positive_number_is_refused(threshold: object) -> None:
    """Zero stops learning and a negative threshold turns descent into ascent, so both are errors here."""
    for call in (
        lambda: clipping.clip_by_norm([3, 4], threshold),
        lambda: clipping.clip_by_global_norm([[3, 4]], threshold),
        lambda: clipping.clip_by_value([3, 4], threshold),
        lambda: clipping.coefficient(5, threshold),
        lambda: clipping.torch_coefficient(5, threshold),
        lambda: clipping.clipped_mean([1], [1], threshold),
    ):
        with pytest.raises(ValueError, match="threshold|limit"):
            call()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: clipping.clip_by_norm([True, False], 1), "gradients"),
        (lambda: clipping.clip_by_norm(["3"], 1), "gradients"),
        (lambda: clipping.clip_by_norm([[1.0], [1.0, 2.0]], 1), "gradients"),
        (lambda: clipping.clip_by_norm([1j], 1), "gradients"),
        (lambda: clipping.clip_by_norm(np.float32([1]), 1), "gradients"),
        (lambda: clipping.clip_by_global_norm([], 1), "gradients"),
        (lambda: clipping.global_norm([]), "gradients"),
        (lambda: clipping.clip_by_value([1j], 1), "gradient"),
        (lambda: clipping.coefficient(-1, 1), "norm"),
        (lambda: clipping.coefficient(NAN, 1), "norm"),
        (lambda: clipping.torch_coefficient([1, -1], 1), "norm"),
        (lambda: clipping.angle([0, 0], [1, 0]), "a"),
        (lambda: clipping.angle([1, 0], [0, 0]), "b"),
        (lambda: clipping.angle([1, 0], [1, 0, 0]), "b"),
        (lambda: clipping.angle([INF, 0], [1, 0]), "a"),
        (lambda: clipping.angle([[1, 0]], [[0, 1]]), "a"),
        (lambda: clipping.clip_like("keras", [1], 1), "rule"),
        (lambda: clipping.clip_like("optax", [1j], 1), "gradient"),
        (lambda: clipping.clip_like("optax", [1], INF), "threshold"),
        (lambda: clipping.clip_like("optax", [1], 1, 8), "bits"),
        (lambda: clipping.largest_square(80), "bits"),
        (lambda: clipping.clipped_mean([1, NAN], [1, 0], 1), "values"),
        (lambda: clipping.clipped_mean([[1]], [[1]], 1), "values"),
        (lambda: clipping.clipped_mean([1, 2], [1], 1), "probabilities"),
        (lambda: clipping.clipped_mean([1, 2], [0.5, 0.6], 1), "probabilities"),
        (lambda: clipping.clipped_mean([1, 2], [0.5, 0.5 + 1e-10], 1), "probabilities"),
        (lambda: clipping.clipped_mean([1, 2], [1.5, -0.5], 1), "probabilities"),
        (lambda: clipping.adam_response(0, 1, 5), "spike"),
        (lambda: clipping.adam_response(6, 1, 5), "steps"),
        (lambda: clipping.adam_response(1, INF, 5), "height"),
        (lambda: clipping.adam_response(1, 1, 5, -1), "threshold"),
        (lambda: clipping.cliff_states(NAN, 0), "w"),
        (lambda: clipping.cliff_states(0, NAN), "b"),
        (lambda: clipping.cliff_gradient(NAN, 0), "w"),
        (lambda: clipping.cliff_gradient(0, NAN), "b"),
        (lambda: clipping.cliff_descent(NAN, -2, 0.1, 10), "w"),
        (lambda: clipping.cliff_descent(5, NAN, 0.1, 10), "b"),
        (lambda: clipping.cliff_descent(5, -2, 0, 10), "rate"),
        (lambda: clipping.cliff_descent(5, -2, 0.1, -1), "steps"),
        (lambda: clipping.cliff_descent(5, -2, 0.1, 1, 0), "threshold"),
        (lambda: clipping.quartic_descent(INF, 0.1, 1), "start"),
    ],
)
def test_senseless_arguments_are_refused(call: Callable[[], object], name: str) -> None:
    """Each raises ValueError with a sentence that names the argument."""
    with pytest.raises(ValueError, match=f"`{name}` must"):
        call()


@settings(max_examples=200)
@given(
    arrays(np.float64, st.integers(0, 6), elements=st.floats(allow_nan=True, allow_infinity=True)),
    st.floats(5e-324, 1.7e308),
)
def test_no_gradient_makes_numpy_warn(g: np.ndarray, tau: float) -> None:
    """Any float64 gradient and any positive threshold pass without a warning, and a finite one stays finite."""
    with warnings.catch_warnings(), np.errstate(over="warn", invalid="warn", divide="warn"):
        warnings.simplefilter("error")
        clipped = clipping.clip_by_norm(g, tau)
        clipping.clip_by_value(g, tau)
        for rule in RULES:
            clipping.clip_like(rule, g, tau)
            clipping.clip_like(rule, g, min(tau, 1e300), 32)
    assert clipped.shape == g.shape
    assert np.isfinite(clipped).all() == np.isfinite(g).all()


@pytest.mark.parametrize(("w", "b"), [(1e6, -1e6), (-1e8, 3.0), (1e300, 1e300)])
def test_extreme_parameters_do_not_warn(w: float, b: float) -> None:
    """The unit saturates without overflow."""
    assert np.isfinite(clipping.cliff_gradient(w, b)).all()
    assert 0 <= clipping.cliff_loss(w, b) <= 0.49
