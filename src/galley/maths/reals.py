"""Numbers of any size: fractions as long as they stay exact and small, else reals to forty digits."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

from galley.maths.tokens import Unreadable

_REAL = mpmath.MPContext()
_REAL.dps = 40
MAX_BITS = 1 << 12  # of an exact number; what is longer is kept to forty digits
FARTHEST = 10**15  # that an exponent or an angle may be: beyond it a result has no digit that means anything

LONG = (r"\ln", r"\log_10", r"\log_2", r"\arctan")  # functions that make a number of any size small

Value = Any  # a Fraction, an mpmath number, a float or an array: whatever the algebra at hand computes with


class Undefined(Exception):
    """The expression has no value at these arguments."""


class Reals:
    """Fractions as long as they stay exact and small, else reals with an exponent of any size.

    Attributes:
        left: how many steps all further evaluations may take together.
    """

    steps = 10_000  # of one evaluation, sums of sums included

    def __init__(self, left: float = math.inf) -> None:
        self.left = left

    functions: Mapping[str, Callable[..., Value]] = {
        r"\ln": _REAL.log,
        r"\log_10": _REAL.log10,
        r"\log_2": lambda x: _REAL.log(x, 2),
        r"\exp": _REAL.exp,
        r"\sin": _REAL.sin,
        r"\cos": _REAL.cos,
        r"\tan": _REAL.tan,
        r"\tanh": _REAL.tanh,
        r"\arccos": _REAL.acos,
        r"\arctan": _REAL.atan,
    }
    constants: Mapping[str, Value] = {r"\pi": +_REAL.pi, r"\mathrm{e}": +_REAL.e, "e": +_REAL.e}

    def number(self, value: Fraction) -> Value:
        return value

    def power(self, base: Value, exponent: Value) -> Value:
        if isinstance(base, Fraction) and isinstance(exponent, Fraction):
            if base == 0 and exponent < 0:
                raise Undefined("zero has no negative power")
            bits = abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length())
            if exponent.denominator == 1 and (bits <= MAX_BITS or abs(base) in (0, 1)):
                return base ** int(exponent)
            if base < 0 and exponent.denominator == 1 and abs(exponent) <= FARTHEST:
                sign = -1 if exponent % 2 else 1
                return sign * _REAL.power(real(-base), real(exponent))
        if base < 0:
            raise Undefined("a negative number has no real power with a fraction in the exponent")
        return _REAL.power(real(base), within_reach(exponent))

    def call(self, name: str, values: list[Value]) -> Value:
        if name in (r"\max", r"\min"):
            return (max if name == r"\max" else min)(values, key=real)
        if name == r"\sqrt":
            root = exact_root(values[0])
            if real(values[0]) < 0:
                raise Undefined("a negative number has no real root")
            return _REAL.sqrt(real(values[0])) if root is None else root
        result = self.functions[name](real(values[0]) if name in LONG else within_reach(values[0]))
        if not isinstance(result, _REAL.mpf) or not _REAL.isfinite(result):
            raise Undefined(f"{name} has no real value there")
        return result

    def multiply(self, one: Value, other: Value) -> Value:
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return _short(one * other)
        return real(one) * real(other)

    def add(self, one: Value, other: Value) -> Value:
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return _short(one + other)
        return real(one) + real(other)

    def divide(self, one: Value, other: Value) -> Value:
        if other == 0:
            raise Undefined("it divides by zero")
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return _short(one / other)
        return real(one) / real(other)

    def absolute(self, value: Value) -> Value:
        return abs(value)

    def norm(self, value: Value, kind: str = "") -> Value:
        return abs(value)

    def of_matrices(self, operation: str, values: list[Value], columns: int) -> Value:
        raise Unreadable("a matrix has no value here")

    def derivative(self, function: Callable[[Value], Value], at: Value) -> Value:
        return _REAL.diff(lambda x: real(function(x)), real(at))

    slope = derivative


def _short(value: Fraction) -> Value:
    """Return a fraction as it is, or to forty digits if it is too long to go on with."""
    return value if max(value.numerator.bit_length(), value.denominator.bit_length()) <= MAX_BITS else real(value)


def real(value: Value) -> Any:
    """Return `value` as an mpmath number."""
    return _REAL.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else _REAL.mpf(value)


def within_reach(value: Value) -> Any:
    """Return `value` as an mpmath number; what is farther away would take time and memory without bound."""
    if abs(value) > FARTHEST:
        raise Undefined("an exponent or an argument is out of reach")
    return real(value)


def log10(value: Value) -> Any:
    """Return the decimal logarithm of a positive number of any size."""
    return _REAL.log10(real(value))


def text(value: Value) -> str:
    """Return fifteen digits of a number of any size."""
    return str(_REAL.nstr(real(value), 15))


def exact_root(value: Value) -> Fraction | None:
    """Return the square root of a fraction whose numerator and denominator are squares, else None."""
    if not isinstance(value, Fraction) or value < 0:
        return None
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(top, bottom) if (top * top, bottom * bottom) == (value.numerator, value.denominator) else None
