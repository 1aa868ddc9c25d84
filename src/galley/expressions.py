"""The language of bindings: a small part of Python's expressions, checked before it is run and bounded when it is."""

import ast
import difflib
import importlib
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from galley.library import Library

MAX_LENGTH, MAX_NODES, MAX_DEPTH, MAX_CALLS, MAX_ITEMS, MAX_BITS = 400, 200, 25, 30, 100_000, 4096
_ALLOWED = "numbers, strings, lists, + - * / **, comparisons, indexing, module.function(…) of the library, and "
_CONSTANTS = {"pi": math.pi, "inf": math.inf, "nan": math.nan, "True": True, "False": False}
_FUNCTIONS = "abs all any arange array exp isinf isnan len linspace log log10 logspace max mean median min norm prod round sqrt std sum".split()
ALLOWED = _ALLOWED + ", ".join(_FUNCTIONS)


@dataclass(frozen=True)
class Mistake:
    """What is wrong in an expression, `offset` characters into it."""

    offset: int
    wrong: str
    right: str


class Refused(Exception):
    """The expression asks for more than a page may."""


def mistakes(text: str, library: Library) -> list[Mistake]:
    """Return all that keeps `text` from being evaluated, without running anything."""
    if len(text) > MAX_LENGTH:
        return [Mistake(0, f"the expression has {len(text)} characters", f"at most {MAX_LENGTH} are read")]
    if not text.isascii():
        odd = next(index for index, character in enumerate(text) if not character.isascii())
        return [
            Mistake(odd, f"{text[odd]!r} is no character of the expression language", "write ASCII characters only")
        ]
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (getattr(error, "offset", None) or 1) - 1
        return [
            Mistake(
                offset,
                f"the expression does not parse: {getattr(error, 'msg', None) or 'it is nested too deeply'}",
                f"allowed are {ALLOWED}",
            )
        ]
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES or _depth(tree) > MAX_DEPTH:
        return [Mistake(0, "the expression is too large", f"at most {MAX_NODES} parts and {MAX_DEPTH} levels are read")]
    if sum(isinstance(node, ast.Call) for node in ast.walk(tree)) > MAX_CALLS:
        return [Mistake(0, "the expression makes too many calls", f"at most {MAX_CALLS} are run")]
    return list(_walk(tree.body, library))


def _depth(node: ast.AST) -> int:
    return 1 + max((_depth(child) for child in ast.iter_child_nodes(node)), default=0)


def _walk(node: ast.expr, library: Library) -> Iterator[Mistake]:
    """Yield the mistakes of `node` and below it."""
    at = node.col_offset
    match node:
        case ast.Constant(value=bool() | int() | float() | str()):
            if isinstance(node.value, int) and node.value.bit_length() > MAX_BITS:
                yield Mistake(at, "the number is too large", f"at most {MAX_BITS} bits are read")
        case ast.Name(id=name):
            if name not in _CONSTANTS:
                yield Mistake(
                    at, f"the name {name} is unknown", meant(name, [*_CONSTANTS, *_FUNCTIONS, *library.functions])
                )
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                yield from _walk(item, library)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not(), operand=operand):
            yield from _walk(operand, library)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow()):
            yield from _walk(node.left, library)
            yield from _walk(node.right, library)
        case ast.BoolOp():
            for value in node.values:
                yield from _walk(value, library)
        case ast.Compare(ops=operations) if all(
            isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq) for op in operations
        ):
            yield from _walk(node.left, library)
            for item in node.comparators:
                yield from _walk(item, library)
        case ast.Subscript(slice=ast.Constant(value=int() | str()) | ast.UnaryOp(operand=ast.Constant(value=int()))):
            yield from _walk(node.value, library)
        case ast.Call():
            yield from _call(node, library)
        case _:
            yield Mistake(
                at, f"{ast.unparse(node)[:40]} is not part of the expression language", f"allowed are {ALLOWED}"
            )


def _call(node: ast.Call, library: Library) -> Iterator[Mistake]:
    match node.func:
        case ast.Name(id=name):
            if name not in _FUNCTIONS:
                yield Mistake(
                    node.col_offset, f"the function {name} is unknown", meant(name, [*_FUNCTIONS, *library.functions])
                )
        case ast.Attribute(value=ast.Name(id=module), attr=attribute):
            name = f"{module}.{attribute}"
            if name not in library.functions:
                yield Mistake(node.col_offset, f"the function {name} is unknown", meant(name, list(library.functions)))
            elif not any(isinstance(argument, ast.Starred) for argument in node.args) and all(
                keyword.arg for keyword in node.keywords
            ):
                function = library.functions[name]
                try:
                    function.signature.bind(
                        *node.args, **{keyword.arg or "": keyword.value for keyword in node.keywords}
                    )
                except TypeError as error:
                    yield Mistake(
                        node.col_offset, f"{name} is called wrongly: {error}", f"write {function.call_text()}"
                    )
        case _:
            yield Mistake(
                node.col_offset, f"{ast.unparse(node.func)[:40]} cannot be called here", f"allowed are {ALLOWED}"
            )
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        yield from _walk(argument, library)
    for keyword in node.keywords:
        if keyword.arg is None:
            yield Mistake(
                node.col_offset, "** is not part of the expression language", "write the arguments one by one"
            )


def meant(name: str, known: list[str]) -> str:
    """Return a sentence that names what may have been meant."""
    module, _, attribute = name.rpartition(".")
    siblings = [entry for entry in known if module and entry.rpartition(".")[0] == module]
    twins = [entry for entry in known if attribute and entry.rpartition(".")[2] == attribute]
    near = [
        f"{module}.{entry}"
        for entry in difflib.get_close_matches(
            attribute, [entry.rpartition(".")[2] for entry in siblings], n=2, cutoff=0.7
        )
    ]
    near = near or twins or difflib.get_close_matches(name, known, n=2, cutoff=0.75)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return (
        f"{module} has {', '.join(entry.rpartition('.')[2] for entry in siblings)}"
        if siblings
        else f"allowed are {ALLOWED}"
    )


def constants(text: str) -> set[Fraction]:
    """Return the numbers written in a checked expression, with their signs; a quotient of two counts as one more."""
    found: set[Fraction] = set()

    def number(node: ast.AST) -> Fraction | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return Fraction(ast.get_source_segment(source, node) or "0") if math.isfinite(node.value) else None
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = number(node.operand)
            return None if inner is None else -inner
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            top, bottom = number(node.left), number(node.right)
            return top / bottom if top is not None and bottom else None
        return None

    source = text.strip()
    for node in ast.walk(ast.parse(source, mode="eval")):
        value = number(node)
        if value is not None:
            found.add(value)
    return found


def functions(text: str) -> set[str]:
    """Return the library functions that a checked expression calls."""
    return {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(ast.parse(text.strip(), mode="eval"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }


def evaluate(text: str, package: Path) -> Any:
    """Return the value of a checked expression as numbers, strings and lists; runs in a worker, with its limits.

    Raises:
        Refused: if a number or an array grows past what a page may ask for, or the value is none of these.
        Exception: whatever a library function raises.
    """
    if str(package.parent) not in sys.path:
        sys.path.insert(0, str(package.parent))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # an overflow that NumPy only warns of is no result
        return _plain(_value(ast.parse(text.strip(), mode="eval").body, package.name))


def _value(node: ast.expr, package: str) -> Any:
    import numpy as np  # here, because checking a page whose proofs are all relations needs no NumPy

    def of(inner: ast.expr) -> Any:
        return _value(inner, package)

    def number(inner: ast.expr) -> Any:
        value = of(inner)
        if isinstance(value, str | dict):
            raise Refused("arithmetic takes numbers and arrays")
        return np.asarray(value) if isinstance(value, list | tuple) else value

    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _CONSTANTS[node.id]
        case ast.List() | ast.Tuple():
            return [of(item) for item in node.elts]
        case ast.UnaryOp(op=ast.Not()):
            return not number(node.operand)
        case ast.UnaryOp():
            return -number(node.operand) if isinstance(node.op, ast.USub) else number(node.operand)
        case ast.BinOp():
            return _arithmetic(node.op, number(node.left), number(node.right))
        case ast.BoolOp():
            values = [bool(np.all(number(value))) for value in node.values]
            return all(values) if isinstance(node.op, ast.And) else any(values)
        case ast.Compare():
            items = [of(item) for item in [node.left, *node.comparators]]
            pairs = [_compare(op, one, other) for op, one, other in zip(node.ops, items, items[1:], strict=False)]
            return np.all([np.all(pair) for pair in pairs]) if len(pairs) > 1 else pairs[0]
        case ast.Subscript():
            return of(node.value)[ast.literal_eval(node.slice)]
        case ast.Call():
            arguments = [of(argument) for argument in node.args]
            options = {keyword.arg or "": of(keyword.value) for keyword in node.keywords}
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                module = importlib.import_module(f"{package}.{node.func.value.id}")
                return getattr(module, node.func.attr)(*arguments, **options)
            return _reduce(ast.unparse(node.func), arguments, options)
    raise Refused(f"{type(node).__name__} is not part of the expression language")


def _arithmetic(operation: ast.operator, one: Any, other: Any) -> Any:
    match operation:
        case ast.Add():
            return one + other
        case ast.Sub():
            return one - other
        case ast.Mult():
            return one * other
        case ast.Div():
            return one / other
    if isinstance(one, int) and isinstance(other, int):
        if abs(other) * max(one.bit_length(), 1) > MAX_BITS:
            raise Refused(f"the power has more than {MAX_BITS} bits")
    elif not isinstance(one, float) and isinstance(one, int) and one.bit_length() > 1000:
        raise Refused("the power is too large")
    return one**other


def _compare(operation: ast.cmpop, one: Any, other: Any) -> Any:
    import numpy as np

    if isinstance(one, list) or isinstance(other, list):
        one, other = np.asarray(one), np.asarray(other)
    match operation:
        case ast.Lt():
            return one < other
        case ast.LtE():
            return one <= other
        case ast.Gt():
            return one > other
        case ast.GtE():
            return one >= other
        case ast.Eq():
            return one == other
    return one != other


def _reduce(name: str, arguments: list[Any], options: dict[str, Any]) -> Any:
    """Return the value of one of the language's own functions."""
    import numpy as np

    if name in ("linspace", "logspace", "arange"):
        count = float(arguments[2] if name != "arange" and len(arguments) > 2 else options.get("num", 50))
        if name == "arange":
            steps = [float(value) for value in arguments]
            start, stop, step = (0.0, *steps, 1.0) if len(steps) == 1 else (*steps, 1.0)[:3]
            count = (stop - start) / step if step else math.inf
        if not abs(count) <= MAX_ITEMS:
            raise Refused(f"{name} makes at most {MAX_ITEMS} numbers")
    if name in ("len", "round"):
        return len(*arguments) if name == "len" else round(*arguments, **options)
    plain: Callable[..., Any] = np.linalg.norm if name == "norm" else getattr(np, name)
    if name in ("max", "min") and len(arguments) > 1:
        arguments = [arguments]
    return plain(*arguments, **options)


def _plain(value: Any) -> Any:
    """Return `value` as Python's own numbers, strings, lists and dictionaries."""
    if hasattr(value, "tolist"):
        if getattr(value, "size", 1) > MAX_ITEMS:
            raise Refused(f"the value has more than {MAX_ITEMS} numbers")
        return value.tolist()
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    raise Refused(f"the value is a {type(value).__name__}, not a number, a string or a list of them")
