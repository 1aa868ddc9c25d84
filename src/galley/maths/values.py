"""What an expression of a binding is worth: a checked one is run here, with what the library makes of its calls."""

import ast
import operator
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from galley.maths import arithmetic
from galley.maths.arithmetic import Refused
from galley.maths.expressions import CONSTANTS, parse, parts
from galley.run import doubts
from galley.run.imports import load

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def evaluate(text: str, package: Path, known: Mapping[str, bytes] | None = None) -> Any:
    """Return the value of a checked expression as numbers, strings and lists; runs in a worker, with its limits.

    Args:
        text: the expression.
        package: the folder of the library's package.
        known: the results of calls in it that have been made already (`galley.maths.shared`).

    Raises:
        Refused: if a number or an array grows past what a page may ask for, or the value is none of these.
        Exception: whatever a library function raises.
    """
    with doubts.refused():  # an overflow that NumPy only warns of is no result
        return arithmetic.plain(value(text, package, known or {}))


def value(text: str, package: Path, known: Mapping[str, bytes]) -> Any:
    """Return the value of a checked expression as it is."""
    return _value(parse(text), package, known)


def _value(node: ast.expr, package: Path, known: Mapping[str, bytes]) -> Any:
    def of(inner: ast.expr) -> Any:
        return _value(inner, package, known)

    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return CONSTANTS[node.id]
        case ast.List() | ast.Tuple():
            return [of(item) for item in node.elts]
        case ast.UnaryOp(op=ast.Not()):
            return arithmetic.apply(operator.not_, of(node.operand))
        case ast.UnaryOp():
            return arithmetic.apply(operator.neg if isinstance(node.op, ast.USub) else operator.pos, of(node.operand))
        case ast.BinOp(op=ast.Pow()):
            return arithmetic.power(of(node.left), of(node.right))
        case ast.BinOp():
            return arithmetic.apply(_OPERATORS[type(node.op)], of(node.left), of(node.right))
        case ast.BoolOp():
            values = [_holds(of(value)) for value in node.values]
            return all(values) if isinstance(node.op, ast.And) else any(values)
        case ast.Compare():
            items = [of(item) for item in [node.left, *node.comparators]]
            pairs = [
                arithmetic.compare(_OPERATORS[type(op)], one, other)
                for op, one, other in zip(node.ops, items, items[1:], strict=False)
            ]
            return all(map(_holds, pairs)) if len(pairs) > 1 else pairs[0]
        case ast.Subscript():
            index = [None if part is None else ast.literal_eval(part) for part in parts(node.slice)]
            return of(node.value)[slice(*index) if isinstance(node.slice, ast.Slice) else index[0]]
        case ast.Call() if made := known.get(ast.unparse(node)):
            load(package, ast.unparse(node.func).partition(".")[0])  # which may have to know what it is
            return pickle.loads(
                made
            )  # by a worker of this very run: a copy for each, so that nobody can change another's
        case ast.Call():
            arguments = [of(argument) for argument in node.args]
            options = {keyword.arg or "": of(keyword.value) for keyword in node.keywords}
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                return getattr(load(package, node.func.value.id), node.func.attr)(*arguments, **options)
            return arithmetic.call(ast.unparse(node.func), arguments, options)
    raise Refused(f"{type(node).__name__} is not part of the expression language")


def _holds(value: Any) -> bool:
    """Return the truth of a value, of an array that of all its items."""
    return bool(arithmetic.call("all", [value], {}))
