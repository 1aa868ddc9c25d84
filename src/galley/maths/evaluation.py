"""What a parsed formula is worth: exactly where it is rational, to forty digits where it is not, in float64 for arrays."""

import contextlib
import functools
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from galley.maths.arrays import Arrays
from galley.maths.reals import FARTHEST, Reals, Undefined, Value, text
from galley.maths.scope import Definition, Scope
from galley.maths.tokens import Unreadable
from galley.maths.tree import Node

MAX_FACTORIAL, MAX_DERIVATIVES = 1000, 3
FAR = 10**6  # stands for infinity where a limit is taken


def evaluate(
    node: Node, symbols: Mapping[str, Value], algebra: Reals | Arrays, definitions: Sequence[Definition] = ()
) -> Value:
    """Return what `node` is worth where its symbols have the values given, or those that follow by a definition.

    Raises:
        Undefined: if it has no value there (a division by zero, a negative root, a result past any range).
        Unreadable: if a symbol has no value.
    """
    try:
        with _strict() if isinstance(algebra, Arrays) else contextlib.nullcontext():
            return _Evaluation(algebra, definitions).value(node, Scope(symbols))
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise Undefined(str(error)) from error


def _strict() -> contextlib.AbstractContextManager[None]:
    """Let what leaves float64 be an error."""
    import numpy as np  # here, because a page whose checks are all relations needs no NumPy

    return np.errstate(all="raise", under="ignore")


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
        if self.steps > algebra.steps or algebra.left < 0:
            raise Undefined("it takes too many steps")
        match node.operation:
            case "number":
                return algebra.number(node.value)
            case "symbol" | "constant" if node.name in algebra.constants and not scope.has(node.name):
                return algebra.constants[node.name]
            case "symbol":
                return self.symbol(node, scope)
            case "derivative" | "partial":
                if not self.definitions and not node.operands[1].symbols() & node.operands[0].symbols():
                    raise Unreadable("nothing says how the one follows from the other")
                return self.derivative(node, self.named(node.operands[1], scope)[0], scope)
            case "limit" if isinstance(algebra, Arrays):  # going far shows no number exactly
                return self.value(node.operands[0], scope.bind(node.name, algebra.number(Fraction(FAR))))
            case "sum" | "prod":
                return self.repeated(node, scope)
            case "sum of" | "prod of":
                return self.going_on(node, scope)
            case "cases":
                return self.case(node, scope)
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
                return algebra.norm(values[0], node.name)
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
            case "transpose" | "diag" | "hadamard" | "inner" | "matrix":
                return algebra.of_matrices(node.operation, values, int(node.value))
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
        """Return a sum or a product over an index."""
        lower, upper = (_whole(self.value(end, scope), -FARTHEST, FARTHEST) for end in node.operands[:2])
        indices = range(lower, upper + 1)
        if node.operation == "prod":
            indices = indices[::-1]  # matrices stand as they act: each further one on the left
        scopes = (scope.bind(node.name, self.algebra.number(Fraction(index))) for index in indices)
        return self.combined(node.operation, (self.value(node.operands[2], inner) for inner in scopes))

    def going_on(self, node: Node, scope: Scope) -> Value:
        """Return a sum or a product with an ellipsis: from the first of its rows of indices to the last, as the ones between go."""
        template, *written = node.operands
        rows = [[_whole(self.value(index, scope), -FARTHEST, FARTHEST) for index in row.operands] for row in written]
        first, last = rows[0], rows[-1]
        step = rows[1][0] - first[0] if len(rows) > 2 else 1 if last[0] >= first[0] else -1
        count, rest = divmod(last[0] - first[0], step) if step else (-1, 1)
        if count > self.algebra.steps:
            raise Undefined("it takes too many steps")
        for number, row in enumerate([*rows[:-1], last]):
            steps = count if row is last else number
            if rest or count < -1 or any(one - other != steps * step for one, other in zip(row, first, strict=True)):
                raise Undefined("the indices around an ellipsis do not go on evenly")
        terms = []
        for steps in range(count + 1):
            inner = scope
            for place, index in enumerate(first):
                inner = inner.bind(rf"\cdots{place}", float(index + steps * step))
            terms.append(self.value(template, inner))
        return self.combined(node.operation.removesuffix(" of"), terms)

    def combined(self, operation: str, terms: Iterable[Value]) -> Value:
        """Return a sum or a product, term by term."""
        algebra, product = self.algebra, operation == "prod"
        combine = algebra.multiply if product else algebra.add
        return functools.reduce(combine, terms, algebra.number(Fraction(product)))

    def case(self, node: Node, scope: Scope) -> Value:
        """Return the value of the first case whose condition holds."""
        parts = iter(node.operands)
        for value, one, relation, other in zip(parts, parts, node.name.split(), parts, strict=True):
            if _HOLDS[relation](self.value(one, scope), self.value(other, scope)):
                return self.value(value, scope)
        raise Undefined("no case holds")

    def named(self, symbol: Node, scope: Scope) -> tuple[str, int | None]:
        """Return a symbol's name, and its index, which stands in the name if it has a value."""
        index = None if scope.has(symbol.name) else self.index(symbol, scope)
        return symbol.name if index is None else f"{symbol.base}_{index}", index

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
        algebra = self.algebra
        if scope.has(name):
            return algebra.taken(scope.get(name)) if isinstance(algebra, Arrays) else scope.get(name)
        if name not in scope.found:
            scope.found[name] = self.followed(symbol, name, index, scope)
        return scope.found[name]

    def followed(self, symbol: Node, name: str, index: int | None, scope: Scope) -> Value:
        """Return the value of a symbol that follows from others: by its definition, or as a part of what has one."""
        if found := self.definition(symbol, name, index):
            body, bound = found  # which sees no more than what is given
            return self.value(body, Scope(scope.free, bound, scope.found))
        whole = scope.has(symbol.base) or any(each.symbol.name == symbol.base for each in self.definitions)
        if index is None or not whole or not isinstance(self.algebra, Arrays):
            raise Unreadable(f"{symbol.name} has no value")
        given = (
            scope.get(symbol.base) if scope.has(symbol.base) else self.symbol(Node("symbol", name=symbol.base), scope)
        )
        return self.algebra.entry(given, index)

    def definition(self, symbol: Node, name: str, index: int | None) -> tuple[Node, dict[str, Value]] | None:
        """Return what defines a symbol: its own definition, or one for every index with the letter of the index."""
        known = [each for each in self.definitions if not each.parameter and each.symbol.base == symbol.base]
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
        return None

    def applied(self, node: Node, primes: int, at: Value, scope: Scope) -> Value:
        """Return the value of a defined function, or of its derivative."""
        for definition in self.definitions:
            if definition.parameter and definition.symbol.name == node.name + "'" * primes:
                return self.value(definition.body, Scope(scope.free, {definition.parameter: at}, scope.found))
        if primes:
            return self.algebra.slope(lambda x: self.applied(node, primes - 1, x, scope), at)
        if node.name == r"\rho":
            return self.algebra.of_matrices("radius", [at], 0)
        raise Unreadable(f"{node.name} is not defined")


_HOLDS: Mapping[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


def _whole(value: Value, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    if not least <= value <= most or value != int(value):
        raise Undefined(f"{text(value)} is no whole number from {least} to {most}")
    return int(value)
