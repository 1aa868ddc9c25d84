"""Float64 numbers and matrices; a vector is a matrix of one column, so that rows and columns are told apart."""

import functools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from galley.maths.reals import Undefined, Value
from galley.maths.tokens import Unreadable

MAX_STEPS = 60_000  # of one evaluation: derivatives by a vector take many
STEP = 1e-5  # of a derivative by differences


class Family(dict[int, Any]):
    """What an indexed symbol is worth at each of its indices."""


class Arrays:
    """The algebra of numbers and matrices, as float64 has them."""

    left = math.inf
    steps = MAX_STEPS
    constants: Mapping[str, Value] = {
        r"\pi": math.pi,
        r"\mathrm{e}": math.e,
        "e": math.e,
        r"\infty": math.inf,
        "I": 1.0,  # a number beside a matrix is so many times the identity
    }

    def number(self, value: Fraction) -> Value:
        return float(value)

    def taken(self, value: Value) -> Value:
        """Return the value of a symbol: a list of numbers is a column."""
        return value[:, None] if getattr(value, "ndim", 0) == 1 else value

    def entry(self, array: Value, index: int) -> Value:
        """Return an entry of a vector, counted from one, or a member of a family."""
        if isinstance(array, Family):
            if index not in array:
                raise Undefined(f"there is no member {index}")
            return self.taken(array[index])
        if not _ndim(array) or math.prod(array.shape) != len(array):
            raise Unreadable("only a vector has entries")
        if not 1 <= index <= len(array):
            raise Undefined(f"there is no entry {index}")
        return float(array[index - 1]) if array.ndim == 1 else self._plain(array[index - 1 : index])

    def power(self, base: Value, exponent: Value) -> Value:
        import numpy as np

        if _ndim(base) and base.shape[0] == base.shape[1] > 1 and exponent == int(exponent) >= 0:
            return np.linalg.matrix_power(base, int(exponent))
        if _ndim(base):
            return np.power(base, exponent)  # of each entry of a vector
        return math.pow(base, exponent)

    def call(self, name: str, values: list[Value]) -> Value:
        import numpy as np

        if name in (r"\max", r"\min"):
            return functools.reduce(np.maximum if name == r"\max" else np.minimum, values)
        functions: Mapping[str, Callable[[Any], Any]] = {
            r"\ln": np.log,
            r"\log_10": np.log10,
            r"\log_2": np.log2,
            r"\exp": np.exp,
            r"\sin": np.sin,
            r"\cos": np.cos,
            r"\tan": np.tan,
            r"\tanh": np.tanh,
            r"\arccos": np.arccos,
            r"\arctan": np.arctan,
            r"\sqrt": np.sqrt,
        }
        return self._plain(functions[name](*values))

    def multiply(self, one: Value, other: Value) -> Value:
        """Return a product: of two columns of one length, the dot product."""
        if not _ndim(one) or not _ndim(other):
            return one * other
        if one.shape == other.shape and one.shape[1] == 1:
            return float((one * other).sum())
        return self._plain(one @ other)

    def add(self, one: Value, other: Value) -> Value:
        import numpy as np

        if _ndim(one) == _ndim(other):
            if _ndim(one) and one.shape != other.shape:
                raise Undefined("matrices of different shapes are added")
            return one + other
        number, matrix = (other, one) if _ndim(one) else (one, other)
        if matrix.shape[0] == matrix.shape[1]:
            return matrix + number * np.eye(len(matrix))
        return matrix + number  # to each entry of a vector

    def divide(self, one: Value, other: Value) -> Value:
        return one / other

    def absolute(self, value: Value) -> Value:
        return abs(value)

    def norm(self, value: Value, kind: str = "") -> Value:
        """Return the length of a vector, and of a matrix the spectral norm if it is asked for, else the Frobenius norm."""
        import numpy as np

        if not _ndim(value):
            return abs(value)
        return float(np.linalg.norm(value, 2 if kind == "2" else "fro"))

    def of_matrices(self, operation: str, values: list[Value], columns: int) -> Value:
        """Return what only matrices have: a transpose, a diagonal matrix, products entry by entry, a spectral radius."""
        import numpy as np

        match operation:
            case "transpose":
                return values[0].T if _ndim(values[0]) else values[0]
            case "diag":
                return np.diagflat(values[0])
            case "hadamard":
                return values[0] * values[1]
            case "inner":
                return float(np.sum(values[0] * values[1]))
            case "matrix":
                return np.array(values, dtype=float).reshape(-1, columns)
            case "radius":
                return float(np.max(np.abs(np.linalg.eigvals(values[0])))) if _ndim(values[0]) else abs(values[0])
        raise Unreadable(f"{operation} has no value")

    def slope(self, function: Callable[[Value], Value], at: Value) -> Value:
        """Return the derivative of a function of numbers, of a vector entry by entry."""
        step = STEP * max(1.0, float(abs(at).max()) if _ndim(at) else abs(at))
        near, far = function(at + step) - function(at - step), function(at + 2 * step) - function(at - 2 * step)
        return (8 * near - far) / (12 * step)

    def derivative(self, function: Callable[[Value], Value], at: Value) -> Value:
        """Return a derivative in numerator layout: by a column the row or matrix of its entries, by a matrix one of its shape."""
        import numpy as np

        if not _ndim(at):
            return self.slope(function, at)
        parts = []
        for place in np.ndindex(at.shape):
            unit = np.zeros_like(at)
            unit[place] = 1.0
            parts.append(self.slope(functools.partial(_along, function, at, unit), 0.0))
        if not _ndim(parts[0]):
            return np.array(parts).reshape(at.shape if at.shape[1] > 1 else (1, -1))
        if at.shape[1] > 1 or parts[0].shape[1] > 1:
            raise Unreadable("a derivative of a matrix, or of a vector by a matrix, has no value here")
        return self._plain(np.hstack(parts))

    @staticmethod
    def _plain(value: Value) -> Value:
        """Return a matrix of one entry as a number."""
        return float(value) if not _ndim(value) else float(value[0, 0]) if value.shape == (1, 1) else value


def _along(function: Callable[[Value], Value], at: Value, unit: Value, x: float) -> Value:
    return function(at + x * unit)


def _ndim(value: Value) -> int:
    return getattr(value, "ndim", 0)
