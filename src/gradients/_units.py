"""The activation functions and their slopes on float64 arrays, without a check: for loops that check once, outside.

`activations` says what each of them is. None of them overflows, whatever finite numbers it is given.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


def logistic(a: Array) -> Array:
    small = np.exp(-abs(a))  # at most one, so that nothing overflows
    return np.asarray(np.where(a >= 0, 1.0, small) / (1 + small))


def logistic_slope(a: Array) -> Array:
    small = np.exp(-abs(a))
    return np.asarray(small / (1 + small) ** 2)


def tanh(a: Array) -> Array:
    return np.asarray(np.tanh(a))


def tanh_slope(a: Array) -> Array:
    small = np.exp(-abs(a)) ** 2  # 1 - tanh² would cancel far from zero
    return np.asarray(4 * small / (1 + small) ** 2)


def relu(a: Array) -> Array:
    return np.asarray(np.maximum(a, 0.0))


def relu_slope(a: Array) -> Array:
    return np.asarray(a > 0, dtype=np.float64)


def linear(a: Array) -> Array:
    return np.array(a)


def linear_slope(a: Array) -> Array:
    return np.ones_like(a)


_NAMED: dict[str, tuple[Function, Function]] = {
    "logistic": (logistic, logistic_slope),
    "tanh": (tanh, tanh_slope),
    "relu": (relu, relu_slope),
    "linear": (linear, linear_slope),
}


def named(activation: str) -> tuple[Function, Function]:
    """Return the function of that name and its slope, or raise ValueError with the names there are."""
    if activation not in _NAMED:
        raise ValueError(f"`activation` must be one of {', '.join(_NAMED)}, but is {activation!r}")
    return _NAMED[activation]
