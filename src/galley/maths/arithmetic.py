"""What an expression of a page computes with: numbers and arrays of bounded size, and the language's own functions on them.

Every operand and every result passes through `number`, so nothing here can grow past what a page may ask for,
and nothing but numbers is ever handed to an operator.
"""

import inspect
import math
import operator
from collections.abc import Callable
from typing import Any

MAX_ITEMS, MAX_BITS = 100_000, 4096
FLOAT_BITS = 1023  # of an integer that float64 holds
MAX_DIGITS = 400  # that a number is rounded to, before the point or behind it


class Refused(Exception):
    """The expression asks for more than a page may."""


def _signature(parameters: str) -> inspect.Signature:
    """Return the signature that a line such as "x axis?" stands for; a star takes any number of arguments."""
    found: list[inspect.Parameter] = []
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    for parameter in parameters.split():
        name = parameter.strip("*?")
        if parameter.startswith("*"):
            found.append(inspect.Parameter(name, inspect.Parameter.VAR_POSITIONAL))
            kind = inspect.Parameter.KEYWORD_ONLY
        else:
            default = None if parameter.endswith("?") else inspect.Parameter.empty
            found.append(inspect.Parameter(name, kind, default=default))
    return inspect.Signature(found)


FUNCTIONS = {
    **dict.fromkeys(("abs", "array", "exp", "isinf", "isnan", "len", "log", "log10", "sqrt"), _signature("x")),
    **dict.fromkeys(("all", "any", "mean", "median", "prod", "std", "sum"), _signature("x axis?")),
    **dict.fromkeys(("max", "min"), _signature("*x axis?")),
    **dict.fromkeys(("linspace", "logspace"), _signature("start stop num?")),
    "arange": _signature("start stop? step?"),
    "norm": _signature("x ord?"),
    "round": _signature("x digits?"),
}
"""The language's own functions; they have the meaning of NumPy's, `len` and `round` that of Python's."""


def number(value: Any) -> Any:
    """Return `value` as a number or an array; a list becomes an array.

    Raises:
        Refused: if it is neither, or too large.
    """
    import numpy as np  # here, because checking a page whose checks are all relations needs no NumPy

    if isinstance(value, list | tuple):
        value = np.asarray(value)
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise Refused(f"a number has more than {MAX_BITS} bits")
    elif isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind not in "biufc":
            raise Refused("only numbers are computed with")
        if value.size > MAX_ITEMS:
            raise Refused(f"an array has more than {MAX_ITEMS} numbers")
    elif not isinstance(value, float):
        raise Refused("only numbers are computed with")
    return value


def apply(operation: Callable[..., Any], *operands: Any) -> Any:
    """Return the result of an operation on numbers and arrays.

    Raises:
        Refused: if it is too large, or an integer of an array, which has 64 bits, would wrap round.
    """
    import numpy as np

    values = [number(operand) for operand in operands]
    if math.prod(np.broadcast_shapes(*(np.shape(value) for value in values))) > MAX_ITEMS:
        raise Refused(f"an array has more than {MAX_ITEMS} numbers")
    result = number(operation(*values))
    if isinstance(result, np.ndarray | np.generic) and result.dtype.kind in "iu":
        if np.any(np.abs(operation(*(np.asarray(value, dtype=np.float64) for value in values))) >= 2.0**63):
            raise Refused("an integer leaves 64 bits; write it with a decimal point")
    return result


def power(one: Any, other: Any) -> Any:
    """Return a power, its length bounded before it is computed."""
    if isinstance(one, int) and isinstance(other, int) and abs(other) * max(one.bit_length(), 1) > MAX_BITS:
        raise Refused(f"a number has more than {MAX_BITS} bits")
    return apply(operator.pow, one, other)


def compare(operation: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """Return whether a comparison holds, for arrays item by item."""
    if isinstance(one, str) and isinstance(other, str):
        return operation(one, other)
    return apply(operation, one, other)


def call(name: str, arguments: list[Any], options: dict[str, Any]) -> Any:
    """Return the value of one of the language's own functions."""
    import numpy as np

    given = FUNCTIONS[name].bind(*arguments, **options).arguments
    if name == "len":
        return len(given["x"])
    if name in ("linspace", "logspace", "arange"):
        return _range(name, **{key: _scalar(value) for key, value in given.items()})
    x = given["x"][0] if name in ("max", "min") and len(given["x"]) == 1 else given["x"]
    rest = {key: _scalar(value) for key, value in given.items() if key != "x"}
    if name == "round":
        digits = rest.get("digits")
        if digits is not None and not abs(digits) <= MAX_DIGITS:
            raise Refused(f"a number is rounded to at most {MAX_DIGITS} digits")
        return round(number(x), digits)
    function: Callable[..., Any] = np.linalg.norm if name == "norm" else getattr(np, name)
    return apply(lambda value: function(value, **rest), x)


def _scalar(value: Any) -> Any:
    if getattr(number(value), "shape", ()):
        raise Refused("one number is wanted, not a list")
    return value


def _range(name: str, start: Any, stop: Any = None, num: Any = 50, step: Any = 1) -> Any:
    """Return evenly spaced numbers, counted before they are made."""
    import numpy as np

    if name == "arange":
        start, stop = (0, start) if stop is None else (start, stop)
        num = (float(stop) - float(start)) / float(step) if step else math.inf
    if not abs(num) <= MAX_ITEMS:
        raise Refused(f"{name} makes at most {MAX_ITEMS} numbers")
    if name == "arange":
        return np.arange(start, stop, step)
    return (np.linspace if name == "linspace" else np.logspace)(start, stop, num)


def plain(value: Any) -> Any:
    """Return `value` as Python's own numbers, strings, lists and dictionaries.

    Raises:
        Refused: if it is none of these, or too large.
    """
    found = _plain(value)
    if _size(found) > MAX_ITEMS:
        raise Refused(f"the value has more than {MAX_ITEMS} numbers or characters")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, int):
        if value.bit_length() > FLOAT_BITS:
            raise Refused("the value leaves float64")
        return value
    if isinstance(value, str):
        if not value.isprintable():
            raise Refused("the value is no text that can be read")
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if getattr(getattr(value, "dtype", None), "kind", "") in tuple("biuf") and value.dtype.itemsize <= 8:
        return number(value).tolist()
    raise Refused(f"the value is a {type(value).__name__}, not a number, a string or a list of them")


def _size(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(len(key) + _size(item) for key, item in value.items())
    return len(value) if isinstance(value, str) else 1
