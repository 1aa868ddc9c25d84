"""The language of bindings: a small part of Python's expressions, checked before it is run and bounded when it is."""

import ast
import difflib
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from galley.maths.arithmetic import FUNCTIONS, MAX_BITS, Refused
from galley.run.library import Library

__all__ = ["Mistake", "Refused", "constants", "functions", "meant", "mistakes"]
MAX_LENGTH, MAX_NODES, MAX_DEPTH, MAX_CALLS = 400, 200, 25, 30
_ALLOWED = "numbers, strings, lists, + - * / **, comparisons, indexing, module.function(…) of the library, and "
CONSTANTS = {"pi": math.pi, "inf": math.inf, "nan": math.nan}
ALLOWED = _ALLOWED + ", ".join(sorted(FUNCTIONS))
_CALLABLE = f"functions are {', '.join(sorted(FUNCTIONS))}, and module.function of the library"
_STRANGE = re.compile(r"[^ -~\n\t]|[#\\]")  # a remark would read as part of the check, an escape hides what it says
_ASCII = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=", "“": '"', "”": '"'}


@dataclass(frozen=True)
class Mistake:
    """What is wrong in an expression, `offset` characters into it."""

    offset: int
    wrong: str
    right: str


def mistakes(text: str, library: Library) -> list[Mistake]:
    """Return all that keeps `text` from being evaluated, without running anything."""
    if len(text) > MAX_LENGTH:
        return [Mistake(0, f"the expression has {len(text)} characters", f"at most {MAX_LENGTH} are read")]
    if odd := _STRANGE.search(text):
        right = f"write {_ASCII[odd[0]]}" if odd[0] in _ASCII else "write plain ASCII, and remarks in a note: comment"
        return [Mistake(odd.start(), f"{odd[0]!r} is no character of the expression language", right)]
    if not text.strip():
        return [Mistake(0, "the comment holds no expression", "write one, such as module.function(…)")]
    start = len(text) - len(text.lstrip())
    try:
        found = list(_walk(parse(text), library))
    except SyntaxError as error:
        found = [Mistake((error.offset or 1) - 1, error.msg, "write it as in Python")]
    except _TooLarge:
        found = [
            Mistake(
                0,
                "the expression is too large",
                f"at most {MAX_NODES} parts, {MAX_DEPTH} levels and {MAX_CALLS} calls are read",
            )
        ]
    return [Mistake(start + mistake.offset, mistake.wrong, mistake.right) for mistake in found]


class _TooLarge(Exception):
    """The expression has more parts than one may."""


def parse(text: str) -> ast.expr:
    """Return the tree of an expression, of bounded size; its columns count from the first character that is no space.

    Raises:
        SyntaxError: if it is no expression of Python's.
        _TooLarge: if it has too many parts.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python only has doubts about is not read either
            tree = ast.parse(re.sub(r"\s", " ", text.strip()), mode="eval")
    except SyntaxError as error:
        raise SyntaxError(f"the expression does not parse: {error.msg}", ("", 1, error.offset, "")) from None
    except (ValueError, RecursionError, MemoryError, Warning) as error:
        raise SyntaxError("the expression does not parse: it is nested too deeply") from error
    level: list[ast.AST] = [tree.body]
    parts: list[ast.AST] = []
    depth = 0
    while level:
        parts, depth = parts + level, depth + 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    calls = sum(isinstance(node, ast.Call) for node in parts)
    if len(parts) > MAX_NODES or depth > MAX_DEPTH or calls > MAX_CALLS:
        raise _TooLarge
    return tree.body


def _walk(node: ast.expr, library: Library) -> Iterator[Mistake]:
    """Yield the mistakes of `node` and below it."""
    at = node.col_offset
    match node:
        case ast.Constant(value=bool() | int() | float() | str()):
            if isinstance(node.value, int) and node.value.bit_length() > MAX_BITS:
                yield Mistake(at, "the number is too large", f"at most {MAX_BITS} bits are read")
        case ast.Name(id=name):
            if name not in CONSTANTS:
                yield Mistake(
                    at, f"the name {name} is unknown", meant(name, [*CONSTANTS, *FUNCTIONS, *library.functions])
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
        case ast.BinOp(op=ast.BitXor()):
            yield Mistake(at, "^ is no power in the expression language", "write **")
        case ast.Attribute(value=ast.Name()) if ast.unparse(node) in library.functions:
            function = library.functions[ast.unparse(node)]
            yield Mistake(at, f"{function.name} is not called", f"write {function.call_text()}")
        case ast.Subscript() if all(
            part is None or _whole(part) or isinstance(part, ast.Constant) and isinstance(part.value, str)
            for part in parts(node.slice)
        ):
            yield from _walk(node.value, library)
        case ast.Call():
            yield from _call(node, library)
        case _:
            yield Mistake(
                at, f"{ast.unparse(node)[:40]} is not part of the expression language", f"allowed are {ALLOWED}"
            )


def parts(index: ast.expr) -> list[ast.expr | None]:
    """Return what stands between brackets: an index, or the ends of a slice and its step."""
    return [index.lower, index.upper, index.step] if isinstance(index, ast.Slice) else [index]


def _whole(node: ast.expr) -> bool:
    """Tell whether a part of an index is a whole number."""
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(inner, ast.Constant) and type(inner.value) is int


def _call(node: ast.Call, library: Library) -> Iterator[Mistake]:
    at = node.col_offset
    name, right, signature = ast.unparse(node.func), "", None
    if isinstance(node.func, ast.Name) and name in FUNCTIONS:
        signature, right = FUNCTIONS[name], f"{name}{FUNCTIONS[name]}".replace("=None", "=…")
    elif name in library.functions:
        signature, right = library.functions[name].signature, library.functions[name].call_text()
    elif isinstance(node.func, ast.Name):
        yield Mistake(at, f"the function {name} is unknown", meant(name, [*FUNCTIONS, *library.functions]))
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        yield Mistake(at, f"the function {name} is unknown", meant(name, list(library.functions)))
    else:
        yield Mistake(at, f"{name[:40]} cannot be called here", f"allowed are {ALLOWED}")
    names = [keyword.arg for keyword in node.keywords]
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        yield from _walk(argument, library)
    if None in names:
        yield Mistake(at, "** is not part of the expression language", "write the arguments one by one")
    elif len(set(names)) < len(names):
        yield Mistake(at, f"{name} is given an argument twice", "give it once")
    elif signature and not any(isinstance(argument, ast.Starred) for argument in node.args):
        try:
            signature.bind(*node.args, **dict.fromkeys(str(given) for given in names))
        except TypeError as error:
            yield Mistake(at, f"{name} is called wrongly: {error}", f"write {right}")


def meant(name: str, known: list[str], otherwise: str = _CALLABLE) -> str:
    """Return a sentence that names what may have been meant, or `otherwise` if nothing comes near."""
    module, _, attribute = name.rpartition(".")
    siblings = [entry for entry in known if module and entry.rpartition(".")[0] == module]
    twins = [entry for entry in known if attribute and entry.rpartition(".")[2] == attribute]
    near = [
        f"{module}.{entry}"
        for entry in difflib.get_close_matches(
            attribute, [entry.rpartition(".")[2] for entry in siblings], n=2, cutoff=0.7
        )
    ]
    alike = difflib.get_close_matches(attribute, {entry.rpartition(".")[2]: None for entry in known}, n=2, cutoff=0.75)
    near = near or twins or [entry for entry in known if entry.rpartition(".")[2] in alike][:2]
    near = near or difflib.get_close_matches(name, known, n=2, cutoff=0.75)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"{module} has {', '.join(entry.rpartition('.')[2] for entry in siblings)}" if siblings else otherwise


def constants(text: str) -> set[Fraction]:
    """Return the numbers written in an expression, with their signs; a quotient of two counts as one more.

    An expression that is wrong has them too: the mistake is told once, and not again at each of its arguments.
    """
    source = text[:MAX_LENGTH].strip()
    try:
        tree = parse(source)
    except (SyntaxError, _TooLarge):
        return {Fraction(digits) for digits in re.findall(r"\d+(?:\.\d+)?", source)}
    return {value for node in ast.walk(tree) if (value := _written(node, source)) is not None}


def repeats(text: str, printed: Fraction) -> bool:
    """Tell whether a checked expression calls nothing and only repeats a printed number, alone or among others."""
    nodes = list(ast.walk(parse(text)))
    literals = [_written(node, text.strip()) for node in nodes if isinstance(node, ast.Constant)]
    return abs(printed) in literals and not any(isinstance(node, ast.Call) for node in nodes)


def _written(node: ast.AST, source: str) -> Fraction | None:
    """Return a number that is written out, with its sign, or as a quotient of two."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            if isinstance(value, int) or not value:  # 0e9 and 1e-999 have digits that nobody can write out
                return Fraction(value)
            return Fraction(source[node.col_offset : node.end_col_offset]) if math.isfinite(value) else None
        case ast.UnaryOp(op=ast.USub()):
            inner = _written(node.operand, source)
            return None if inner is None else -inner
        case ast.BinOp(op=ast.Div()):
            top, bottom = _written(node.left, source), _written(node.right, source)
            return top / bottom if top is not None and bottom else None
    return None


def functions(text: str) -> set[str]:
    """Return the library functions that a checked expression calls."""
    return {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }
