"""What TeX's commands build: fractions and derivatives, functions, sums, limits, matrices, cases."""

from collections.abc import Callable
from fractions import Fraction

from galley.maths.parser import FENCES, Parser
from galley.maths.tokens import FUNCTIONS, IGNORED, Token, Unreadable, split
from galley.maths.tree import Node

_FENCED = {
    **dict.fromkeys(("(", "["), "group"),
    **dict.fromkeys((r"\lvert", "|"), "abs"),
    **dict.fromkeys((r"\lVert", r"\|"), "norm"),
    r"\langle": "inner",
}
_ORDER = {
    "<": "<",
    ">": ">",
    "=": "=",
    r"\le": "<=",
    r"\leq": "<=",
    r"\ge": ">=",
    r"\geq": ">=",
    r"\ne": "!=",
    r"\neq": "!=",
}


def constant(parser: Parser, token: Token) -> Node:
    """Read a constant."""
    return Node("constant", name=token.text, start=token.start, end=token.end)


def fraction(parser: Parser, token: Token) -> Node:
    """Read a quotient, or a derivative: of what stands on top, or behind the fraction."""
    at, mark = parser.at, "".join(part.text for part in parser.stream[parser.at : parser.at + 2])[1:]
    top = parser.raw_argument() if mark in ("d", r"\partial") else []
    bottom = parser.raw_argument() if top else []
    if len(bottom) < 2 or bottom[0].text != mark:
        parser.at = at
        operands = parser.argument(), parser.argument()
        return Node("div", operands, start=token.start, end=operands[1].end)
    end = parser.stream[parser.at - 1].end
    variable = parser.parse(bottom[1:])
    operand = parser.parse(top[1:]) if len(top) > 1 else parser.product()
    if variable.operation != "symbol":
        raise Unreadable("a derivative is by a symbol")
    operation = "derivative" if mark == "d" else "partial"
    return Node(operation, (operand, variable), start=token.start, end=max(end, operand.end))


def fenced(parser: Parser, token: Token) -> Node:
    """Read what stands between a pair of fences: a group, a magnitude, a norm, an inner product."""
    parser.fences.append(FENCES[token.text])
    operands = [parser.sum()]
    if token.text == r"\langle":
        parser.take(",")
        operands.append(parser.sum())
    end = parser.take(parser.fences.pop()).end
    operation, name = _FENCED[token.text], ""
    if operation == "norm" and parser.skip("_"):
        name = "".join(part.text for part in parser.raw_argument())
        if name not in ("2", "F"):
            raise Unreadable("only the Euclidean, the spectral and the Frobenius norm have a value here")
    return Node(operation, tuple(operands), name, start=token.start, end=end)


def slashed(parser: Parser, token: Token) -> Node:
    """Read a derivative on one line."""
    operand = parser.factor()
    parser.take("/")
    parser.take(r"\partial")
    variable = parser.factor()
    if variable.operation != "symbol":
        raise Unreadable("a derivative is by a symbol")
    return Node("partial", (operand, variable), start=token.start, end=variable.end)


def binomial(parser: Parser, token: Token) -> Node:
    """Read a binomial coefficient."""
    operands = parser.argument(), parser.argument()
    return Node("binomial", operands, start=token.start, end=operands[1].end)


def diagonal(parser: Parser, token: Token) -> Node:
    """Read the diagonal matrix of a vector."""
    parser.take("(")
    inner = parser.sum()
    return Node("diag", (inner,), start=token.start, end=parser.take(")").end)


def function(parser: Parser, token: Token) -> Node:
    """Read a function that has a name of its own, with its power, and what it applies to."""
    name = token.text
    if name == r"\sqrt":
        if parser.peek() == "[":
            raise Unreadable("only square roots have a value here")
        operand = parser.argument()
        return Node("call", (operand,), name=name, start=token.start, end=operand.end)
    if name == r"\log":
        if parser.peek() != "_":
            raise Unreadable("a logarithm without a base; write \\ln or \\log_{10}")
        parser.take()
        name += "_" + "".join(part.text for part in parser.raw_argument())
        if name not in (r"\log_10", r"\log_2"):
            raise Unreadable("only base ten and base two have a value here")
    power = parser.argument() if parser.skip("^") else None
    if parser.skip("("):
        operands = [parser.sum()]
        while parser.skip(","):
            operands.append(parser.sum())
        end = parser.take(")").end
    else:
        operands = [_operand(parser)]
        end = operands[0].end
    if (name in (r"\max", r"\min")) == (len(operands) == 1):
        raise Unreadable(f"{name} takes {'several arguments' if len(operands) == 1 else 'one argument'}")
    node = Node("call", tuple(operands), name=name, start=token.start, end=end)
    return node if power is None else Node("pow", (node, power), start=token.start, end=end)


def _operand(parser: Parser) -> Node:
    """Read what a function without parentheses applies to: the factors up to the next sign."""
    node = parser.factor()
    while (
        parser.starts_factor()
        and parser.peek() not in (r"\cdot", r"\times", "/", r"\odot", "(")
        and parser.peek() not in FUNCTIONS
    ):
        right = parser.factor()
        node = Node("mul", (node, right), start=node.start, end=right.end)
    return node


def repeated(parser: Parser, token: Token) -> Node:
    """Read a sum or a product over an index."""
    parser.take("_")
    lower = parser.raw_argument()
    if len(lower) < 3 or lower[1].text != "=":
        raise Unreadable("a sum runs from i = … to …")
    parser.take("^")
    upper = parser.argument()
    body = parser.product()
    operands = parser.parse(lower[2:]), upper, body
    return Node(token.text[1:], operands, name=lower[0].text, start=token.start, end=body.end)


def limit(parser: Parser, token: Token) -> Node:
    """Read a limit at infinity."""
    parser.take("_")
    variable, *rest = parser.raw_argument()
    if [part.text for part in rest] != [r"\to", r"\infty"]:
        raise Unreadable("only limits at infinity have a value here")
    body = parser.product()
    return Node("limit", (body,), name=variable.text, start=token.start, end=body.end)


def underbrace(parser: Parser, token: Token) -> Node:
    """Read w · w ⋯ w over its count as a power."""
    content = parser.raw_argument()
    parser.take("_")
    count = [part for part in parser.raw_argument() if part.kind != "text" and part.text not in IGNORED]
    pieces = [piece for piece in split(content, r"\cdot", r"\cdots", r"\times") if piece]
    factors = [[part.text for part in piece] for piece in pieces]
    if not any(part.text == r"\cdots" for part in content) or any(factor != factors[0] for factor in factors):
        raise Unreadable("a brace with a count stands under equal factors")
    base, exponent = parser.parse(pieces[0]), parser.parse(count)
    return Node("pow", (base, exponent), start=token.start, end=exponent.end)


def _environment(parser: Parser, token: Token) -> tuple[list[list[list[Token]]], int]:
    """Return the cells of an environment, row by row, and where it ends."""
    end = token.text.replace("begin", "end")
    content = []
    while parser.peek() != end:
        content.append(parser.take())
    rows = [row for row in split(content, r"\\") if row]
    return [split(row, "&") for row in rows], parser.take().end


def matrix(parser: Parser, token: Token) -> Node:
    """Read a matrix; its value is the number of its columns."""
    rows, end = _environment(parser, token)
    columns = {len(row) for row in rows}
    if len(columns) != 1:
        raise Unreadable("the rows of a matrix have one length")
    entries = tuple(parser.parse(cell) for row in rows for cell in row)
    return Node("matrix", entries, value=Fraction(columns.pop()), start=token.start, end=end)


def cases(parser: Parser, token: Token) -> Node:
    """Read values with the conditions under which they stand: the operands go by threes, the name holds the relations."""
    rows, end = _environment(parser, token)
    operands, relations = [], []
    for cell, *condition in rows:
        held = [
            part for part in (condition[0] if condition else ()) if part.kind != "text" and part.text not in IGNORED
        ]
        relation = next((part.text for part in held if part.text in _ORDER), "=")
        one, *other = split(held, relation) if held else [[Token("number", "0", 0, 0)]] * 2
        if len(other) != 1:
            raise Unreadable("a case holds under one relation")
        operands += [parser.parse(cell), parser.parse(one), parser.parse(other[0])]
        relations.append(_ORDER[relation])
    return Node("cases", tuple(operands), " ".join(relations), start=token.start, end=end)


COMMANDS: dict[str, Callable[[Parser, Token], Node]] = {
    **dict.fromkeys((r"\pi", r"\mathrm{e}", r"\infty"), constant),
    **dict.fromkeys(FENCES, fenced),
    **dict.fromkeys((r"\frac", r"\tfrac", r"\dfrac"), fraction),
    **dict.fromkeys(FUNCTIONS, function),
    **dict.fromkeys((r"\sum", r"\prod"), repeated),
    **dict.fromkeys((r"\begin{pmatrix}", r"\begin{bmatrix}"), matrix),
    r"\begin{cases}": cases,
    r"\binom": binomial,
    r"\operatorname{diag}": diagonal,
    r"\partial": slashed,
    r"\lim": limit,
    r"\underbrace": underbrace,
}
