"""What a parsed formula is worth: exactly where it is rational, to forty digits where it is not, in float64 for arrays."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import mpmath

from galley.maths.tex import Node, Unreadable

_REAL = mpmath.MPContext()
_REAL.dps = 40
MAX_BITS = 1 << 12  # of an exact number; what is longer is kept to forty digits
MAX_FACTORIAL, MAX_DERIVATIVES = 1000, 3
MAX_STEPS = 10_000  # of one evaluation, sums of sums included
FAR = 10**6  # stands for infinity where a limit is taken
FARTHEST = 10**15  # that an exponent or an angle may be: beyond it a result has no digit that means anything

LONG = (r"\ln", r"\log_10", r"\log_2", r"\arctan")  # functions that make a number of any size small

Value = Any  # a Fraction, an mpmath number, a float or an array: whatever the algebra at hand computes with


class Undefined(Exception):
    """The expression has no value at these arguments."""


@dataclass(frozen=True)
class Definition:
    """What a symbol equals: `x`, or `x_{t+1}` for every whole t, or a function `f(x)`, which has a parameter."""

    symbol: Node
    body: Node
    parameter: str = ""


@dataclass(frozen=True)
class Scope:
    """What symbols are worth: those that are given, those that a sum or a function binds, and those found by a definition."""

    free: Mapping[str, Value]
    bound: Mapping[str, Value] = field(default_factory=dict)
    found: dict[str, Value] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether a symbol has a value without its definition."""
        return name in self.bound or name in self.free

    def get(self, name: str) -> Value:
        """Return that value, or None."""
        return self.bound[name] if name in self.bound else self.free.get(name)

    def bind(self, name: str, value: Value) -> "Scope":
        """Return the scope inside of a sum: a definition does not see what it binds."""
        return Scope(self.free, {**self.bound, name: value}, self.found)

    def vary(self, name: str, value: Value) -> "Scope":
        """Return the scope in which one symbol has another value, and what follows from it too."""
        return Scope({**self.free, name: value}, {key: kept for key, kept in self.bound.items() if key != name})


class Reals:
    """Fractions as long as they stay exact and small, else reals with an exponent of any size.

    Attributes:
        left: how many steps all further evaluations may take together.
    """

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

    norm = absolute

    def derivative(self, function: Callable[[Value], Value], at: Value) -> Value:
        return _REAL.diff(lambda x: real(function(x)), real(at))


class Arrays:
    """Float64 numbers, vectors and matrices; a product of two of them is the dot or the matrix product."""

    left = math.inf
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
        if getattr(value, "ndim", 0) > 1:
            raise Unreadable("the norm of a matrix has no value here")
        return math.hypot(*value) if getattr(value, "ndim", 0) == 1 else abs(float(value))

    def derivative(self, function: Callable[[Value], Value], at: Value) -> Value:
        step = 1e-5 * max(1.0, abs(at))
        return (8 * (function(at + step) - function(at - step)) - function(at + 2 * step) + function(at - 2 * step)) / (
            12 * step
        )


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


def evaluate(
    node: Node, symbols: Mapping[str, Value], algebra: Reals | Arrays, definitions: Sequence[Definition] = ()
) -> Value:
    """Return what `node` is worth where its symbols have the values given, or those that follow by a definition.

    Raises:
        Undefined: if it has no value there (a division by zero, a negative root, a result past any range).
        Unreadable: if a symbol has no value.
    """
    try:
        return _Evaluation(algebra, definitions).value(node, Scope(symbols))
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise Undefined(str(error)) from error


class _Evaluation:
    """One evaluation, which ends after so many steps."""

    def __init__(self, algebra: Reals | Arrays, definitions: Sequence[Definition]) -> None:
        self.algebra = algebra
        self.definitions = definitions
        self.steps = 0
        self.differentiating = 0  # how many derivatives stand around what is being evaluated

    def value(self, node: Node, scope: Scope) -> Value:
        algebra = self.algebra
        self.steps += 1
        algebra.left -= 1
        if self.steps > MAX_STEPS or algebra.left < 0:
            raise Undefined("it takes too many steps")
        match node.operation:
            case "number":
                return algebra.number(node.value)
            case "symbol" if node.name == "e" and not scope.has("e"):
                return algebra.constants[r"\mathrm{e}"]
            case "symbol":
                return self.symbol(node, scope)
            case "constant":
                return algebra.constants[node.name]
            case "derivative":
                return self.derivative(node, node.name, scope)
            case "partial":
                if not self.definitions and not node.operands[1].symbols() & node.operands[0].symbols():
                    raise Unreadable("nothing says how the one follows from the other")
                return self.derivative(node, self.named(node.operands[1], scope)[0], scope)
            case "limit" if isinstance(algebra, Arrays):  # going far shows no number exactly
                return self.value(node.operands[0], scope.bind(node.name, algebra.number(Fraction(FAR))))
            case "sum" | "prod":
                return self.repeated(node, scope)
        values = [self.value(operand, scope) for operand in node.operands]
        match node.operation:
            case "add":
                return algebra.add(*values)
            case "sub":
                return algebra.add(values[0], -values[1])
            case "neg":
                return -values[0]
            case "mul":
                return algebra.multiply(*values)
            case "div":
                return algebra.divide(*values)
            case "pow":
                return algebra.power(*values)
            case "group":
                return values[0]
            case "abs":
                return algebra.absolute(*values)
            case "norm":
                return algebra.norm(*values)
            case "percent":
                return algebra.divide(values[0], algebra.number(Fraction(100)))
            case "factorial":
                return algebra.number(Fraction(math.factorial(_whole(values[0], 0, MAX_FACTORIAL))))
            case "degrees":
                return algebra.multiply(
                    values[0], algebra.divide(algebra.constants[r"\pi"], algebra.number(Fraction(180)))
                )
            case "binomial":
                ways = math.comb(*(_whole(value, 0, MAX_FACTORIAL) for value in values))
                return algebra.number(Fraction(ways))
            case "apply":
                return self.applied(node, int(node.value), values[0], scope)
            case "call":
                return algebra.call(node.name, values)
        raise Unreadable(f"{node.operation} has no value")

    def derivative(self, node: Node, name: str, scope: Scope) -> Value:
        """Return a derivative; each one within another doubles the digits that are computed with."""
        self.differentiating += 1
        if self.differentiating > MAX_DERIVATIVES:
            raise Undefined("too many derivatives stand within each other")
        inner, variable = node.operands
        at = self.value(variable, scope)
        result = self.algebra.derivative(lambda x: self.value(inner, scope.vary(name, x)), at)
        self.differentiating -= 1
        return result

    def repeated(self, node: Node, scope: Scope) -> Value:
        """Return a sum or a product, term by term."""
        algebra, first = self.algebra, node.operation == "prod"
        combine = algebra.multiply if first else algebra.add
        total = algebra.number(Fraction(first))
        lower, upper = (_whole(self.value(end, scope), -FARTHEST, FARTHEST) for end in node.operands[:2])
        for index in range(lower, upper + 1):
            term = self.value(node.operands[2], scope.bind(node.name, algebra.number(Fraction(index))))
            total = combine(total, term)
        return total

    def named(self, symbol: Node, scope: Scope) -> tuple[str, int | None]:
        """Return a symbol's name, and its index, which stands in the name if it has a value."""
        index = None if scope.has(symbol.name) else self.index(symbol, scope)
        return symbol.name if index is None else f"{_base(symbol)}_{index}", index

    def index(self, symbol: Node, scope: Scope) -> int | None:
        """Return the index of a symbol, if it has one that is a whole number here."""
        try:
            value = self.value(symbol.operands[0], scope) if symbol.operands else math.inf
        except Unreadable:
            return None
        return int(value) if abs(value) < FARTHEST and value == int(value) else None

    def symbol(self, symbol: Node, scope: Scope) -> Value:
        """Return the value of a symbol: its own, that of an array's entry, or what its definition says."""
        name, index = self.named(symbol, scope)
        if scope.has(name):
            return scope.get(name)
        array = scope.get(_base(symbol))
        if index is not None and getattr(array, "ndim", 0) == 1:
            return _entry(array, index)
        if name not in scope.found:
            body, bound = self.definition(symbol, name, index)  # which sees no more than what is given
            scope.found[name] = self.value(body, Scope(scope.free, bound, scope.found))
        return scope.found[name]

    def definition(self, symbol: Node, name: str, index: int | None) -> tuple[Node, dict[str, Value]]:
        """Return what defines a symbol: its own definition, or one for every index with the letter of the index."""
        known = [each for each in self.definitions if not each.parameter and _base(each.symbol) == _base(symbol)]
        for each in known:
            if each.symbol.name == name:
                return each.body, {}
        for each in known:
            letters = each.symbol.operands[0].symbols() if each.symbol.operands else set()
            if index is not None and len(letters) == 1:
                (letter,) = letters
                first = self.index(each.symbol, Scope({letter: self.algebra.number(Fraction(0))}))
                if first is not None and index >= first:
                    return each.body, {letter: self.algebra.number(Fraction(index - first))}
        raise Unreadable(f"{symbol.name} has no value")

    def applied(self, node: Node, primes: int, at: Value, scope: Scope) -> Value:
        """Return the value of a defined function, or of its derivative."""
        if primes:
            return self.algebra.derivative(lambda x: self.applied(node, primes - 1, x, scope), at)
        for definition in self.definitions:
            if definition.parameter and definition.symbol.name == node.name:
                return self.value(definition.body, Scope(scope.free, {definition.parameter: at}, scope.found))
        raise Unreadable(f"{node.name} is not defined")


def _base(symbol: Node) -> str:
    return symbol.name.partition("_")[0]


def _entry(array: Value, index: int) -> Value:
    """Return an entry of an array, counted from one."""
    if not 1 <= index <= len(array):
        raise Undefined(f"there is no entry {index}")
    return array[index - 1]


def _whole(value: Value, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    if not least <= value <= most or value != int(value):
        raise Undefined(f"{text(value)} is no whole number from {least} to {most}")
    return int(value)
