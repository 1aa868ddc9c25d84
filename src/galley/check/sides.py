"""The sides of an equation at one input: whether they agree, to which tolerance, and what is said where they do not."""

import math
from collections.abc import Mapping
from typing import Any

from galley.maths.arrays import Family
from galley.maths.reals import Undefined
from galley.maths.tokens import Unreadable
from galley.maths.tree import Chain

TOLERANCE = 1e-9
DERIVATIVE_TOLERANCE = 1e-6  # where the TeX differentiates, which is done by differences
LIMIT_TOLERANCE = 1e-4  # where it takes a limit, which is done by going far


class Mismatch(Exception):
    """Two members differ."""


def finite(value: Any) -> Any:
    """Return a value as it is, or that it is none if it is not finite."""
    import numpy as np

    return value if np.all(np.isfinite(np.asarray(value, dtype=float))) else Undefined("it is not finite")


def last(statement: Chain, values: list[Any]) -> list[Any]:
    """Return the values of the last members, which the statement says to be equal: those that can be said, or the last one."""
    first = len(values) - 1
    while first and statement.relations[first - 1] == "=":
        first -= 1
    return [value for value in values[first:] if not isinstance(value, Unreadable)] or values[-1:]


def agree(statement: Chain, values: list[Any], name: str, result: Any, symbols: Mapping[str, Any]) -> None:
    """Hold what the last members are worth against the function, for which a row and a column are both a list."""
    import numpy as np

    for value in values:
        listed = value.ravel() if getattr(value, "ndim", 0) == 2 and 1 in value.shape and np.ndim(result) < 2 else value
        if isinstance(finite(result), Undefined) or _difference(listed, result) > _tolerance(statement):
            raise Mismatch(f"at {_show(symbols)} the TeX is {_short(value)} and {name} returns {_short(result)}")


def differ(statement: Chain, place: int, values: list[Any], symbols: Mapping[str, Any]) -> bool:
    """Hold the two sides of a relation against each other, and tell whether they differ."""
    relation, tolerance, (one, other) = statement.relations[place], _tolerance(statement), values[place : place + 2]
    apart = _difference(one, other) > tolerance
    if relation in ("=", "~", "!="):
        holds = apart is (relation == "!=")
    else:
        slack = tolerance * max(abs(float(one)), abs(float(other)))
        holds = one <= other + slack if relation in ("<", "<=") else one >= other - slack
    if not holds:
        raise Mismatch(f"at {_show(symbols)} one side is {_short(one)} and the other {_short(other)}")
    return apart


def is_array(value: Any) -> bool:
    """Tell whether a value is a number or an array of numbers."""
    import numpy as np

    try:
        np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    return value is not None  # of which NumPy makes a number


def _tolerance(statement: Chain) -> float:
    nodes = [node for member in statement.members if member for node in member.walk()]
    derivative = any(
        node.operation in ("derivative", "partial") or (node.operation == "apply" and node.value) for node in nodes
    )
    if any(node.operation == "limit" for node in nodes):
        return LIMIT_TOLERANCE
    return DERIVATIVE_TOLERANCE if derivative else TOLERANCE


def _difference(one: Any, other: Any) -> float:
    """Return the largest difference, relative to the largest magnitude; shapes that differ differ by infinity.

    A number beside a square matrix is so many times the identity, as an empty product of matrices is.
    """
    import numpy as np

    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if first.ndim < second.ndim == 2:
        first, second = second, first
    if first.ndim == 2 and not second.ndim and first.shape[0] == first.shape[1]:
        second = second * np.eye(len(first))
    if first.shape != second.shape:
        return math.inf
    scale = max(np.max(np.abs(first), initial=0), np.max(np.abs(second), initial=0))
    return float(np.max(np.abs(first - second), initial=0) / scale) if scale else 0.0


def _short(value: Any) -> str:
    return " ".join(
        str(value.round(6) if hasattr(value, "round") and not isinstance(value, float) else f"{value:.6g}").split()
    )


def _show(symbols: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} = {_short(value)}" for name, value in symbols.items() if not isinstance(value, Family | list)
    )
