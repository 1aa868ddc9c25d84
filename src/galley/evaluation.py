"""What a parsed formula is worth: exactly where it is rational, to forty digits where it is not, in float64 for arrays."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

from galley.tex import Node, Unreadable

_REAL = mpmath.MPContext()
_REAL.dps = 40
MAX_BITS = 1 << 19  # of an exact power; what is longer is compared in logs
MAX_TERMS = 10_000

Value = Any  # a Fraction, an mpmath number, a float or an array: whatever the algebra at hand computes with


class Undefined(Exception):
    """The expression has no value at these arguments."""


class Reals:
    """Fractions as long as they stay exact and small, else reals with an exponent of any size."""

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
    constants: Mapping[str, Value] = {r"\pi": +_REAL.pi, r"\mathrm{e}": +_REAL.e}

    def number(self, value: Fraction) -> Value:
        return value

    def power(self, base: Value, exponent: Value) -> Value:
        if isinstance(base, Fraction) and isinstance(exponent, Fraction):
            if base == 0 and exponent < 0:
                raise Undefined("zero has no negative power")
            bits = abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length())
            if exponent.denominator == 1 and (bits <= MAX_BITS or abs(base) in (0, 1)):
                return base ** int(exponent)
            if base < 0 and exponent.denominator == 1:
                sign = -1 if exponent % 2 else 1
                return sign * _REAL.power(real(-base), real(exponent))
        if base < 0:
            raise Undefined("a negative number has no real power with a fraction in the exponent")
        return _REAL.power(real(base), real(exponent))

    def call(self, name: str, values: list[Value]) -> Value:
        if name in (r"\max", r"\min"):
            return (max if name == r"\max" else min)(values, key=real)
        if name == r"\sqrt":
            root = exact_root(values[0])
            if real(values[0]) < 0:
                raise Undefined("a negative number has no real root")
            return _REAL.sqrt(real(values[0])) if root is None else root
        result = self.functions[name](real(values[0]))
        if not isinstance(result, _REAL.mpf) or not _REAL.isfinite(result):
            raise Undefined(f"{name} has no real value there")
        return result

    def multiply(self, one: Value, other: Value) -> Value:
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return one * other
        return real(one) * real(other)

    def add(self, one: Value, other: Value) -> Value:
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return one + other
        return real(one) + real(other)

    def divide(self, one: Value, other: Value) -> Value:
        if other == 0:
            raise Undefined("it divides by zero")
        if isinstance(one, Fraction) and isinstance(other, Fraction):
            return one / other
        return real(one) / real(other)

    def absolute(self, value: Value) -> Value:
        return abs(value)

    norm = absolute

    def derivative(self, function: Callable[[Value], Value], at: Value) -> Value:
        return _REAL.diff(lambda x: real(function(x)), real(at))


class Arrays:
    """Float64 numbers, vectors and matrices; a product of two of them is the dot or the matrix product."""

    functions: Mapping[str, Callable[[float], float]] = {
        r"\ln": math.log,
        r"\log_10": math.log10,
        r"\log_2": math.log2,
        r"\exp": math.exp,
        r"\sin": math.sin,
        r"\cos": math.cos,
        r"\tan": math.tan,
        r"\tanh": math.tanh,
        r"\arccos": math.acos,
        r"\arctan": math.atan,
        r"\sqrt": math.sqrt,
    }
    constants: Mapping[str, Value] = {r"\pi": math.pi, r"\mathrm{e}": math.e}

    def number(self, value: Fraction) -> Value:
        return float(value)

    def power(self, base: Value, exponent: Value) -> Value:
        return math.pow(base, exponent)

    def call(self, name: str, values: list[Value]) -> Value:
        if name in (r"\max", r"\min"):
            return (max if name == r"\max" else min)(values)
        return self.functions[name](*values)

    def multiply(self, one: Value, other: Value) -> Value:
        return one @ other if getattr(one, "ndim", 0) and getattr(other, "ndim", 0) else one * other

    def add(self, one: Value, other: Value) -> Value:
        return one + other

    def divide(self, one: Value, other: Value) -> Value:
        return one / other

    def absolute(self, value: Value) -> Value:
        return abs(float(value))

    def norm(self, value: Value) -> Value:
        return math.hypot(*value) if getattr(value, "ndim", 0) == 1 else abs(float(value))

    def derivative(self, function: Callable[[Value], Value], at: Value) -> Value:
        step = 1e-5 * max(1.0, abs(at))
        return (8 * (function(at + step) - function(at - step)) - function(at + 2 * step) + function(at - 2 * step)) / (
            12 * step
        )


def real(value: Value) -> Any:
    """Return `value` as an mpmath number."""
    return _REAL.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else _REAL.mpf(value)


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


def evaluate(node: Node, symbols: Mapping[str, Value], algebra: Reals | Arrays) -> Value:
    """Return what `node` is worth where its symbols have the values given.

    Raises:
        Undefined: if it has no value there (a division by zero, a negative root, a result past any range).
        Unreadable: if a symbol has no value.
    """
    try:
        return _value(node, symbols, algebra)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise Undefined(str(error)) from error


def _value(node: Node, symbols: Mapping[str, Value], algebra: Reals | Arrays) -> Value:
    def of(inner: Node) -> Value:
        return _value(inner, symbols, algebra)

    one = node.operands[0] if node.operands else node
    match node.operation:
        case "number":
            return algebra.number(node.value)
        case "symbol" if node.name == "e" and "e" not in symbols:
            return algebra.constants[r"\mathrm{e}"]
        case "symbol":
            if node.name not in symbols:
                raise Unreadable(f"{node.name} has no value")
            return symbols[node.name]
        case "constant":
            return algebra.constants[node.name]
        case "add":
            return algebra.add(of(one), of(node.operands[1]))
        case "sub":
            return algebra.add(of(one), -of(node.operands[1]))
        case "neg":
            return -of(one)
        case "mul":
            return algebra.multiply(of(one), of(node.operands[1]))
        case "div":
            return algebra.divide(of(one), of(node.operands[1]))
        case "pow":
            return algebra.power(of(one), of(node.operands[1]))
        case "group":
            return of(one)
        case "abs":
            return algebra.absolute(of(one))
        case "norm":
            return algebra.norm(of(one))
        case "percent":
            return algebra.divide(of(one), algebra.number(Fraction(100)))
        case "factorial":
            return algebra.number(Fraction(math.factorial(_count(of(one)))))
        case "call":
            return algebra.call(node.name, [of(operand) for operand in node.operands])
        case "derivative":
            return algebra.derivative(lambda x: _value(one, {**symbols, node.name: x}, algebra), of(node.operands[1]))
        case "sum" | "prod":
            combine = algebra.add if node.operation == "sum" else algebra.multiply
            total = algebra.number(Fraction(0 if node.operation == "sum" else 1))
            lower, upper = int(of(one)), int(of(node.operands[1]))
            if upper - lower > MAX_TERMS:
                raise Undefined("it has too many terms")
            for index in range(lower, upper + 1):
                total = combine(
                    total, _value(node.operands[2], {**symbols, node.name: algebra.number(Fraction(index))}, algebra)
                )
            return total
    raise Unreadable(f"{node.operation} has no value")


def _count(value: Value) -> int:
    if value != int(value) or not 0 <= value <= 1000:
        raise Undefined("a factorial takes a whole number up to 1000")
    return int(value)
