"""What is true, told without the press: printed numerals by decimal arithmetic, bindings by Python itself, TeX by a reader of its own.

Only mutants that the press lets pass are brought here. None means that nothing here can tell, which leaves the mutant a survivor.
"""

import importlib
import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

DRAWS, LEAST = 1000, 100
NEAR = 1e-6  # relative: what rounding and differences may cost

# Printed numerals

_BOUND = re.compile(r"\s*<!-- = (?P<expression>.*?) -->", re.DOTALL)
_PRINTED = re.compile(
    r"(?P<sign>[-−+]\s?)?(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE](?P<e>-?\d+)|\s*(?:×|\\times)\s*10(?P<power>\^\{-?\d+\}|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?"
    r"(?P<percent>\s?(?:\\?%|percent))?[^\w]*\Z"
)
_FUNCTIONS = (
    "abs all any arange array exp isinf isnan linspace log log10 logspace max mean median min prod sqrt std sum"
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", "^{}")


def numeral_holds(text: str, start: int, end: int, package: str) -> bool | None:
    """Tell whether the statement that a numeral is a part of is true: its binding, or the relation of its formula.

    Args:
        text: the text around it.
        start: where the numeral starts.
        end: where it ends.
        package: the library that a binding calls.
    """
    formula = next((each for each in re.finditer(r"\$([^$]+)\$", text) if each.start() < start < each.end()), None)
    bound = _BOUND.search(text, end)
    line = text[text.rfind("\n", 0, start) + 1 : bound.start() if bound else end]
    line = line[line.rfind("-->") + 3 :] if "-->" in line else line
    if bound and "\n" not in text[end : bound.start()] and "<!--" not in text[end : bound.start()]:
        printed = _PRINTED.search(line.replace("$", ""))
        return None if printed is None else _rounds(printed, _value(bound["expression"], package))
    return relation_holds(formula[1])({}) if formula else None


def _rounds(printed: re.Match[str], value: Any) -> bool:
    """Tell whether a value rounds to what is printed. Only zero is printed as zero, and a power is no rounded number."""
    ten = int((printed["e"] or printed["power"] or "0").translate(_RAISED)) - (2 if printed["percent"] else 0)
    digits = Decimal(printed["digits"].replace(",", ""))
    unit = Decimal(1).scaleb(digits.as_tuple().exponent + ten)
    number = digits.scaleb(ten) * (-1 if (printed["sign"] or "").strip() in ("-", "−") else 1)
    if printed["raised"]:
        return math.isclose(float(value), float(number) ** int(printed["raised"].translate(_RAISED)), rel_tol=1e-12)
    try:
        error = abs(Decimal(float(value)) - number)
    except InvalidOperation:
        return False
    return bool(error <= unit * Decimal("0.5000000001")) if number else error == 0


def _value(expression: str, package: str) -> Any:
    """Return what Python makes of a binding."""
    names: dict[str, Any] = {name: getattr(np, name) for name in _FUNCTIONS.split()}
    names |= {
        "max": lambda *of: np.max(of[0] if len(of) == 1 else of),
        "min": lambda *of: np.min(of[0] if len(of) == 1 else of),
    }
    names |= {"norm": np.linalg.norm, "len": len, "round": round, "pi": math.pi, "inf": math.inf, "nan": math.nan}
    for module in set(re.findall(r"\b([a-z]+)\.[a-z]", expression)):
        names[module] = importlib.import_module(f"{package}.{module}")
    return eval(expression, {"__builtins__": {}}, names)


# Formulas

_TOKEN = re.compile(r"\\(?:text|mathrm)\{[^{}]*\}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
_SKIPPED = {r"\,", r"\;", r"\ ", r"\left", r"\right", r"\displaystyle"}
_RELATIONS = {"=": "==", r"\approx": "~", "<": "<", ">": ">", r"\le": "<=", r"\ge": ">="}
_CALLS = {rf"\{name}": name for name in "ln exp min max arctan arccos".split()}


class _Unknown(Exception):
    """The formula holds something that is not known here."""


def relation_holds(tex: str) -> Callable[[dict[str, Any]], bool | None]:
    """Return what tells whether the relations of a formula hold, of what its symbols are worth."""
    try:
        members, relations = _Reader(tex).chain()
    except _Unknown:
        return lambda given: None

    def holds(given: dict[str, Any]) -> bool | None:
        try:
            values = [member(given) for member in members]
            pairs = zip(values, relations, values[1:], strict=False)
            return bool(relations) and all(_holds(one, relation, other, tex) for one, relation, other in pairs)
        except (LookupError, TypeError, ArithmeticError, ValueError):
            return None

    return holds


def _holds(one: Any, relation: str, other: Any, tex: str) -> bool:
    scale = max(np.max(np.abs(one)), np.max(np.abs(other)))
    apart = np.max(np.abs(np.subtract(one, other)))
    if relation == "~":  # to the digits of the last numeral
        decimals = len((re.findall(r"\d+(?:\.(\d+))?", tex) or [""])[-1])
        return bool(apart <= 0.5000000001 * 10.0**-decimals)
    if relation == "==":
        return bool(apart <= (1e-4 if r"\lim" in tex else NEAR) * scale)
    sign = 1 if relation in ("<", "<=") else -1
    return bool(sign * (other - one) > (0 if relation in "<>" else -NEAR * scale))


def equation_holds(tex: str, docstring: str) -> bool | None:
    """Tell whether an equation holds wherever the sets of a docstring allow its symbols to be.

    Args:
        tex: the equation.
        docstring: what declares the sets.
    """
    rng, told, holds = np.random.default_rng(1), 0, relation_holds(tex)
    for _ in range(DRAWS):
        given: dict[str, Any] = {}
        for symbol, domain in re.findall(r"\$([^$]+?)\s*\\in\s+([^$]+?)\$", docstring):
            _draw(_plain(symbol), domain, given, rng)
        found = holds(given)
        if found is False:
            return False
        told += found is True
    return True if told >= LEAST else None


def _plain(symbol: str) -> str:
    return re.sub(r"[{}\s]", "", symbol)


def _draw(symbol: str, domain: str, given: dict[str, Any], rng: np.random.Generator) -> None:
    """Put a value from a set among those that are given: near the middle at times, at times near an end."""
    if array := re.fullmatch(r"\\mathbb\{R\}\^(\w)", domain):
        size = given.setdefault(array[1], int(rng.integers(2, 6)))
        given[symbol] = rng.normal(size=size) * 10 ** rng.uniform(-2, 2)
    elif whole := re.fullmatch(r"\\\{(-?\d+),.*?(\d+)?\s*\\\}", domain):
        given[symbol] = int(rng.integers(int(whole[1]), int(whole[2] or 12) + 1))
    elif domain == r"\mathbb{R}":
        given[symbol] = rng.normal() * 10 ** rng.uniform(-1, 1)
    elif interval := re.fullmatch(r"[\[(]\s*(-?[\d.]+|-\\infty),\s*(-?[\d.]+|\\infty)[\])]", domain):
        low, high = (float(end.replace(r"\infty", "inf")) for end in interval.groups())
        if math.isinf(high):
            given[symbol] = low + 10 ** rng.uniform(-2, 2)
        else:
            given[symbol] = low + (high - low) * rng.beta(0.5, 0.5)


class _Reader:
    """Turns TeX into Python functions of the values that its symbols are given."""

    def __init__(self, tex: str) -> None:
        self.tokens = [token for token in _TOKEN.findall(tex) if token not in _SKIPPED]
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise _Unknown(token)
        self.at += 1
        return token

    def chain(self) -> tuple[list[Callable], list[str]]:
        members, relations = [self.sum()], []
        while self.peek() in _RELATIONS:
            relations.append(_RELATIONS[self.take()])
            members.append(self.sum())
        if self.peek():
            raise _Unknown(self.peek())
        return members, relations

    def sum(self) -> Callable:
        sign = self.take() if self.peek() in ("+", "-") else "+"
        total = self.product()
        total = (lambda inner: lambda given: -inner(given))(total) if sign == "-" else total
        while self.peek() in ("+", "-"):
            sign, right = self.take(), self.product()
            total = (lambda a, b, s: lambda given: a(given) + s * b(given))(total, right, 1 if sign == "+" else -1)
        return total

    def product(self) -> Callable:
        total = self.power()
        while self.peek() and self.peek() not in ("+", "-", ")", "}", "|", ",", *_RELATIONS) and not self.closes():
            divides = self.peek() == "/"
            if self.peek() in (r"\cdot", r"\times", "/"):
                self.take()
            total = (lambda a, b, d: lambda given: a(given) / b(given) if d else _times(a(given), b(given)))(
                total, self.power(), divides
            )
        return total

    def closes(self) -> bool:
        return self.peek() in (r"\rvert", r"\rVert", "&", r"\\", r"\quad", r"\qquad")

    def power(self) -> Callable:
        base = self.atom()
        if self.peek() == "^":
            self.take()
            exponent = self.argument()
            return lambda given: base(given) ** exponent(given)
        return base

    def argument(self) -> Callable:
        if self.peek() != "{":
            return self.atom()
        self.take("{")
        inner = self.sum()
        self.take("}")
        return inner

    def fenced(self, closing: str) -> list[Callable]:
        inside = [self.sum()]
        while self.peek() == ",":
            self.take()
            inside.append(self.sum())
        self.take(closing)
        return inside

    def atom(self) -> Callable:
        token = self.take()
        if token[0].isdigit():
            return lambda given: float(token)
        if token in ("(", r"\lvert", "|", r"\lVert"):
            (inner,) = self.fenced({"(": ")", r"\lvert": r"\rvert", "|": "|", r"\lVert": r"\rVert"}[token])
            kind = {"(": lambda x: x, r"\lVert": np.linalg.norm}.get(token, np.abs)
            return lambda given: kind(inner(given))
        if token == r"\frac" and self.tokens[self.at : self.at + 6] == ["{", "d", "}", "{", "d", "w"]:
            self.at += 7
            body = self.product()
            return lambda given: _slope(lambda w: body({**given, "w": w}), given["w"])
        if token in (r"\frac", r"\binom"):
            top, bottom = self.argument(), self.argument()
            if token == r"\frac":
                return lambda given: top(given) / bottom(given)
            return lambda given: float(math.comb(int(top(given)), int(bottom(given))))
        if token == r"\sqrt":
            inner = self.argument()
            return lambda given: math.sqrt(inner(given))
        if token == r"\log":
            for part in ("_", "{", "10", "}"):
                self.take(part)
            (inner,) = self.fenced(")") if self.peek() == "(" and self.take() else [self.power()]
            return lambda given: math.log10(inner(given))
        if token in _CALLS:
            function = {
                "ln": math.log,
                "min": min,
                "max": max,
                "exp": math.exp,
                "arctan": math.atan,
                "arccos": math.acos,
            }[_CALLS[token]]
            inside = self.fenced(")") if self.peek() == "(" and self.take() else [self.power()]
            return lambda given: function(*(each(given) for each in inside))
        if token in (r"\sum", r"\prod", r"\lim"):
            return self.repeated(token)
        if token in ("e", r"\mathrm{e}") and self.peek() != "_":
            return lambda given: math.e
        if token == r"\pi":
            return lambda given: math.pi
        if token.isalpha() or re.fullmatch(r"\\[a-z]+", token):
            return self.symbol(token)
        raise _Unknown(token)

    def symbol(self, name: str) -> Callable:
        if self.peek() != "_":
            return lambda given: given[name]
        self.take()
        start = self.at
        try:
            index: Callable | None = self.argument()
        except _Unknown:
            index = None
        full = f"{name}_{_plain(''.join(self.tokens[start : self.at]))}"

        def value(given: dict[str, Any]) -> Any:
            if full in given or index is None:
                return given[full]
            return given[name][int(index(given)) - 1]

        return value

    def repeated(self, token: str) -> Callable:
        self.take("_")
        self.take("{")
        letter = self.take()
        self.take(r"\to" if token == r"\lim" else "=")
        if token == r"\lim":
            self.take(r"\infty")
            self.take("}")
            body = self.product()
            return lambda given: body({**given, letter: 10.0**7})
        first = self.sum()
        self.take("}")
        self.take("^")
        last, body = self.argument(), self.product()

        def terms(given: dict[str, Any]) -> Iterator[Any]:
            return (body({**given, letter: k}) for k in range(int(first(given)), int(last(given)) + 1))

        return lambda given: float((sum if token == r"\sum" else math.prod)(terms(given)))


def _times(one: Any, other: Any) -> Any:
    return one @ other if np.ndim(one) and np.ndim(other) else one * other


def _slope(function: Callable[[float], float], at: float) -> float:
    step = 1e-3 * abs(at)
    return (8 * (function(at + step) - function(at - step)) - function(at + 2 * step) + function(at - 2 * step)) / (
        12 * step
    )
