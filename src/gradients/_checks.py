"""Argument checks that every chapter's module shares.

Each takes the name of the argument as the caller knows it, and either returns the value in the one type the
mathematics works with (float, int, float64 array) or raises ValueError with a sentence that says what would be right.
"""

import math
import numbers
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_WANTED = "real numbers (int or float64)"


def finite_float(name: str, value: object, *, positive: bool = False) -> float:
    """Return `value` as a float.

    Args:
        name: what the caller calls the argument.
        value: an int, a float, a NumPy integer or float64, or an array of shape ().
        positive: whether the value must also exceed zero.

    Returns: the float.

    Raises:
        ValueError: for a bool, a complex number, a lower or higher precision than float64, anything that is not a
            number, an array with axes, NaN, an infinity; with `positive`, for zero and below.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            result = float(value)
        except OverflowError:
            raise ValueError(f"`{name}` must fit float64, but is an integer of {value.bit_length()} bits") from None
    else:
        result = float(real_array(name, value, shape=(), finite=False))
    if not math.isfinite(result):
        raise ValueError(f"`{name}` must be finite, but is {result}")
    if positive and result <= 0:
        raise ValueError(f"`{name}` must be above zero, but is {result!r}")
    return result


def natural(name: str, value: object, *, least: int = 0, most: int | None = None) -> int:
    """Return `value` as an int from `least` to `most`.

    Args:
        name: what the caller calls the argument.
        value: an int or a NumPy integer.
        least: the smallest value allowed.
        most: the largest value allowed; None for any.

    Returns: the int.

    Raises:
        ValueError: for a bool, a float (even a whole one), anything else that is not an integer, below `least` and
            above `most`.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"`{name}` must be an integer, but is {_described(value)}")
    result = int(value)
    if result < least:
        raise ValueError(f"`{name}` must be {least} or more, but is {result}")
    if most is not None and result > most:
        raise ValueError(f"`{name}` must be at most {most}, but is an integer of {result.bit_length()} bits")
    return result


def real_array(
    name: str,
    value: object,
    *,
    ndim: int | None = None,
    shape: tuple[int, ...] | None = None,
    finite: bool = True,
) -> NDArray[np.float64]:
    """Return `value` as a new float64 array; integers are converted, nothing else is.

    Args:
        name: what the caller calls the argument.
        value: a number, a nested sequence of numbers, or an array of integers or float64.
        ndim: how many axes the array must have; None for any.
        shape: the shape it must have; None for any.
        finite: whether NaN and infinities are refused.

    Returns: a copy, so that changing it does not change the argument.

    Raises:
        ValueError: for a bool, complex, object or text array, a lower or higher precision than float64, a ragged
            sequence, a masked array, another shape or number of axes and, with `finite`, for NaN and infinities.
    """
    if _holds_bool(value):
        raise ValueError(f"`{name}` must hold {_WANTED}, but holds a bool")
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"`{name}` must hold {_WANTED} without a mask")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"`{name}` must hold {_WANTED} in rows of equal length") from None
    if array.dtype.kind not in "iu" and array.dtype != np.float64:
        raise ValueError(f"`{name}` must hold {_WANTED}, but its type is {array.dtype}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"`{name}` must have the shape {shape}, but its shape is {array.shape}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"`{name}` must have {ndim} axes, but has {array.ndim}")
    result = np.array(array, dtype=np.float64)
    if finite and not np.isfinite(result).all():
        raise ValueError(f"`{name}` must be finite, but holds NaN or an infinity")
    return result


def _holds_bool(value: object) -> bool:
    """Say whether a list or tuple hides a bool, which NumPy would turn into a number."""
    if isinstance(value, (list, tuple)):
        return any(map(_holds_bool, value))
    return isinstance(value, (bool, np.bool_))


def _described(value: object) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"of type {type(value).__name__}"
    return f"{value!r} of type {type(value).__name__}"
