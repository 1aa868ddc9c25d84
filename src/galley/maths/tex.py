"""The part of TeX that has a value: formulas parsed into chains of relations between expressions.

The parser knows mathematics as a chapter prints it and refuses the rest with `Unreadable`, so that a formula is either understood whole or not at all.
"""

import contextlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

RELATIONS = {
    "=": "=",
    "<": "<",
    ">": ">",
    r"\le": "<=",
    r"\leq": "<=",
    r"\ge": ">=",
    r"\geq": ">=",
    r"\lt": "<",
    r"\gt": ">",
    r"\ne": "!=",
    r"\neq": "!=",
    r"\approx": "~",
    r"\propto": "|",
    r"\to": "|",
    r"\leftarrow": "|",
    r"\sim": "|",
    r"\in": "|",
    r"\implies": "|",
    r"\iff": "|",
    r"\Rightarrow": "|",
    r"\mapsto": "|",
}
"""TeX's relations; "|" stands between two statements that are not compared."""

FUNCTIONS = {
    r"\ln",
    r"\log",
    r"\exp",
    r"\sin",
    r"\cos",
    r"\tan",
    r"\tanh",
    r"\arccos",
    r"\arctan",
    r"\max",
    r"\min",
    r"\sqrt",
}
GREEK = set(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \kappa \lambda \mu \nu \xi \rho \sigma \tau \phi \varphi \chi \psi \omega"
    r" \Gamma \Delta \Theta \Lambda \Sigma \Phi \Psi \Omega \ell".split()
)
_FENCES = {"(": ")", r"\lvert": r"\rvert", r"\lVert": r"\rVert", r"\|": r"\|", "|": "|", "[": "]"}
_IGNORED = {
    r"\,",
    r"\;",
    r"\:",
    r"\!",
    r"\ ",
    r"\left",
    r"\right",
    r"\big",
    r"\Big",
    r"\bigl",
    r"\bigr",
    r"\Bigl",
    r"\Bigr",
    r"\displaystyle",
    "&",
    "~",
}
_MAX_NAME = 12  # tokens of a symbol that is an expression
_MAX_TOKENS, _MAX_DEPTH = 400, 60  # so that neither reading a formula nor computing it exhausts the stack

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|%[^\n]*\n?)
  | (?P<number>\d{1,3}(?:(?:\\,|\{,\}|\\\ )\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)
  | (?P<environment>\\(?:begin|end)\{[a-z*]+\})
  | (?P<text>\\(?:text|mathrm|textbf|operatorname)\{[^{}]*\})
  | (?P<command>\\[A-Za-z]+|\\.)
  | (?P<letter>[A-Za-z])
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Unreadable(Exception):
    """The formula holds something that has no value here."""


@dataclass(frozen=True)
class Token:
    """A piece of TeX and where it stands."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    """An operation and its operands; a number carries its value and the unit of its last digit, a symbol its name.

    The operand of a symbol is its index, where that has a value of its own. A function that the page names carries the number of its primes.
    """

    operation: str
    operands: tuple["Node", ...] = ()
    name: str = ""
    value: Fraction = Fraction(0)
    unit: Fraction | None = None
    start: int = 0
    end: int = 0

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it."""
        yield self
        for operand in self.operands:
            yield from operand.walk()

    def symbols(self) -> set[str]:
        """Return the names of the symbols that need a value; a sum's own index does not."""
        if self.operation == "symbol":  # an index is part of the name
            return {self.name}
        inner: set[str] = set().union(*(operand.symbols() for operand in self.operands), set())
        return inner - {self.name} if self.operation in ("sum", "prod", "limit") else inner


@dataclass(frozen=True)
class Chain:
    """Members with the relations between them: `members[i] relations[i] members[i + 1]`; a member without value is None."""

    members: list[Node | None]
    relations: list[str]
    spans: list[tuple[int, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # why a member has no value


def tokens(tex: str) -> list[Token]:
    """Return the tokens of `tex`, white space left out, so that two spellings of one formula have the same texts."""
    return [Token(m.lastgroup or "", m.group(), *m.span()) for m in _TOKEN.finditer(tex) if m.lastgroup != "space"]


def same(one: str, other: str) -> bool:
    """Tell whether two formulas are the same token for token."""
    return [token.text for token in tokens(one)] == [token.text for token in tokens(other)]


def fused(stream: list[Token], names: Collection[str]) -> list[Token]:
    r"""Return the tokens with each symbol that is written as an expression, such as `\sigma^2`, as one letter."""
    patterns = [[token.text for token in _bare(tokens(name))] for name in names]
    patterns = sorted((pattern for pattern in patterns if "^" in pattern), key=len, reverse=True)
    if not patterns:
        return stream
    stream, found = _bare(stream), []
    while stream:
        texts = [token.text for token in stream[:_MAX_NAME]]
        length = next((len(pattern) for pattern in patterns if texts[: len(pattern)] == pattern), 1)
        part, stream = stream[:length], stream[length:]
        whole = Token(
            "letter", "".join(token.text for token in part if token.text not in "{}"), part[0].start, part[-1].end
        )
        found.append(whole if length > 1 else part[0])
    return found


def _bare(stream: list[Token]) -> list[Token]:
    """Return the tokens without the braces around a single one, which say nothing."""
    found: list[Token] = []
    for token in stream:
        found.append(token)
        if token.text == "}" and len(found) > 3 and found[-3].text == "{" and found[-4].text in ("^", "_"):
            found[-3:] = [found[-2]]
    return found


def chains(tex: str, functions: Collection[str] = (), names: Collection[str] = ()) -> list[Chain]:
    r"""Return the statements of a formula: commas, words and wide spaces at the top level part them.

    Args:
        tex: the formula.
        functions: the symbols that are functions, and so apply to what stands between parentheses behind them.
        names: the symbols that are declared: one that is an expression, such as `\sigma^2`, is a symbol all the same.
    """
    found: list[Chain] = []
    relations: list[str] = []
    parts: list[list[Token]] = [[]]

    def close() -> None:
        nonlocal relations, parts
        if any(parts):
            spans = [(part[0].start, part[-1].end) if part else (0, 0) for part in parts]
            members = [_member(part, functions) for part in parts]
            nodes = [None if isinstance(member, str) else member for member in members]
            found.append(
                Chain(nodes, relations, spans, [member if isinstance(member, str) else "" for member in members])
            )
        relations, parts = [], [[]]

    depth = 0
    stream = fused(tokens(tex), names)
    for index, token in enumerate(stream):
        text = token.text
        if text in ("{", "(", "[", r"\{") or token.text.startswith(r"\begin"):
            depth += 0 if _transparent(token) else 1
        elif text in ("}", ")", "]", r"\}") or token.text.startswith(r"\end"):
            depth -= 0 if _transparent(token) else 1
        if _transparent(token) or text == "&":
            continue
        if depth == 0 and text in RELATIONS:
            relations.append(RELATIONS[text])
            parts.append([])
        elif depth == 0 and text == r"\\":
            following = next((later.text for later in stream[index + 1 :] if later.text != "&"), "")
            if following not in RELATIONS:
                close()
        elif depth == 0 and (text in (",", ";", r"\quad", r"\qquad") or text.startswith(r"\text{")):
            close()
        else:
            parts[-1].append(token)
    if parts[-1] and parts[-1][-1].text == ".":  # a sentence may end in a formula
        parts[-1].pop()
    close()
    return found


def _transparent(token: Token) -> bool:
    return token.kind == "environment" and ("aligned" in token.text or "gathered" in token.text)


def _member(part: list[Token], functions: Collection[str]) -> Node | str:
    """Return the expression that a member is, or why it has no value."""
    while part and part[-1].text == "." and part[-1].kind == "mark":
        part = part[:-1]
    try:
        return parse(part, functions)
    except Unreadable as error:
        return str(error)


def parse(stream: list[Token], functions: Collection[str] = (), depth: int = 0) -> Node:
    """Return the expression that the tokens spell, `depth` levels within another.

    Raises:
        Unreadable: if any of them has no value here, or nothing is there.
    """
    kept = [token for token in stream if token.text not in _IGNORED]
    if len(kept) > _MAX_TOKENS:
        raise Unreadable("the formula is too long")
    parser = _Parser(kept, functions, depth)
    node = parser.sum()
    if parser.at < len(kept):
        raise Unreadable(f"{kept[parser.at].text} is not expected here")
    level = [node]
    for _ in range(2 * _MAX_DEPTH):
        level = [operand for each in level for operand in each.operands]
    if level:
        raise Unreadable("the formula is nested too deeply")
    return node


class _Parser:
    """Recursive descent, one method for each level of binding strength."""

    def __init__(self, stream: list[Token], functions: Collection[str], depth: int) -> None:
        self.stream = stream
        self.functions = functions
        self.at = 0
        self.depth = depth
        self.fences: list[str] = []  # the closing marks that are due, innermost last: | opens and closes

    def parse(self, stream: list[Token]) -> Node:
        return parse(stream, self.functions, self.depth)

    def peek(self) -> str:
        return self.stream[self.at].text if self.at < len(self.stream) else ""

    def take(self, expected: str | None = None) -> Token:
        if self.at >= len(self.stream) or (expected is not None and self.peek() != expected):
            raise Unreadable(f"{expected or 'more'} is missing")
        self.at += 1
        return self.stream[self.at - 1]

    def sum(self) -> Node:
        node = self.product()
        while self.peek() in ("+", "-"):
            operation = "add" if self.take().text == "+" else "sub"
            right = self.product()
            node = Node(operation, (node, right), start=node.start, end=right.end)
        return node

    def product(self) -> Node:
        if self.peek() in ("+", "-"):
            sign = self.take()
            if self.peek() in ("+", "-"):
                raise Unreadable("a sign follows a sign")
            inner = self.product()
            if sign.text == "+":
                return inner
            return Node("neg", (inner,), start=sign.start, end=inner.end)
        node = self.factor()
        while self.starts_factor():
            text = self.peek()
            if text in (r"\cdot", r"\times", "/"):
                self.take()
                right = self.signed_factor()
            else:
                if self.stream[self.at].kind == "number":
                    raise Unreadable("a number follows a factor without a sign between them")
                right = self.factor()
            node = Node("div" if text == "/" else "mul", (node, right), start=node.start, end=right.end)
        return node

    def signed_factor(self) -> Node:
        if self.peek() == "-":
            sign = self.take()
            inner = self.factor()
            return Node("neg", (inner,), start=sign.start, end=inner.end)
        return self.factor()

    def starts_factor(self) -> bool:
        if self.at >= len(self.stream):
            return False
        token = self.stream[self.at]
        if token.text in (r"\cdot", r"\times", "/"):
            return True
        if token.text in ("|", r"\|"):
            return self.fences[-1:] != [token.text]
        return (
            token.kind in ("number", "letter")
            or token.text in GREEK
            or token.text in FUNCTIONS
            or token.text
            in (
                "(",
                "{",
                r"\lvert",
                r"\lVert",
                r"\frac",
                r"\tfrac",
                r"\dfrac",
                r"\binom",
                r"\underbrace",
                r"\sum",
                r"\prod",
                r"\mathcal",
                r"\pi",
                r"\mathrm{e}",
            )
        )

    def factor(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Unreadable("the formula is nested too deeply")
        node = self.base()
        if [token.text for token in self.stream[self.at : self.at + 2]] == ["^", r"\circ"]:
            self.at += 2
            node = Node("degrees", (node,), start=node.start, end=self.stream[self.at - 1].end)
        if self.peek() == "^":
            self.take()
            exponent = self.argument()
            node = Node("pow", (node, exponent), start=node.start, end=exponent.end)
        if self.peek() == "!":
            end = self.take().end
            node = Node("factorial", (node,), start=node.start, end=end)
        if self.peek() == r"\%":
            end = self.take().end
            unit = None if node.unit is None else node.unit / 100
            node = (
                Node("number", value=node.value / 100, unit=unit, start=node.start, end=end)
                if node.operation == "number"
                else Node("percent", (node,), start=node.start, end=end)
            )
        self.depth -= 1
        return node

    def base(self) -> Node:
        token = self.take()
        text = token.text
        if token.kind == "number":
            digits = re.sub(r"\\,|\{,\}|\\ ", "", text)
            unit = Fraction(1, 10 ** len(digits.partition(".")[2]))
            return Node("number", value=Fraction(digits), unit=unit, start=token.start, end=token.end)
        if token.kind == "letter" or text in GREEK or text == r"\mathcal":
            return self.symbol(token)
        if text in (r"\pi", r"\mathrm{e}"):
            return Node("constant", name=text, start=token.start, end=token.end)
        if text in (r"\frac", r"\tfrac", r"\dfrac"):
            return self.fraction(token)
        if text == r"\binom":
            operands = self.argument(), self.argument()
            return Node("binomial", operands, start=token.start, end=operands[1].end)
        if text in FUNCTIONS:
            return self.function(token)
        if text in (r"\sum", r"\prod"):
            return self.repeated(token)
        if text == r"\lim":
            return self.limit(token)
        if text == r"\underbrace":
            return self.underbrace(token)
        if text == "{":
            node = self.sum()
            self.take("}")
            return node
        if text in _FENCES:
            self.fences.append(_FENCES[text])
            node = self.sum()
            end = self.take(_FENCES[text]).end
            self.fences.pop()
            operation = {"(": "group", "[": "group", r"\lvert": "abs", "|": "abs", r"\lVert": "norm", r"\|": "norm"}[
                text
            ]
            if operation == "norm" and self.peek() == "_":
                self.take()
                if [part.text for part in self.raw_argument()] != ["2"]:
                    raise Unreadable("only the Euclidean norm has a value here")
            return Node(operation, (node,), start=token.start, end=end)
        raise Unreadable(f"{text} has no value here")

    def symbol(self, token: Token) -> Node:
        name, end = token.text, token.end
        index: tuple[Node, ...] = ()
        if name == r"\mathcal":
            argument = self.raw_argument()
            name += "".join(part.text for part in argument)
        if self.peek() == "_":
            self.take()
            argument = self.raw_argument()
            name += "_" + "".join(part.text for part in argument)
            end = argument[-1].end if argument else end
            with contextlib.suppress(Unreadable):  # an index may be a word or a star
                index = (self.parse(argument),)
        plain, primes = name, 0
        while self.peek() in ("'", r"\prime"):
            name, primes = f"{name}'", primes + 1
            end = self.take().end
        if plain in self.functions and self.peek() == "(":
            inner = self.base()
            return Node("apply", (inner,), plain, Fraction(primes), start=token.start, end=inner.end)
        return Node("symbol", index, name, start=token.start, end=end)

    def raw_argument(self) -> list[Token]:
        if self.peek() != "{":
            return [self.take()]
        self.take()
        depth, found = 1, []
        while depth:
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            found.append(token)
        return found[:-1]

    def argument(self) -> Node:
        """Return one argument: a group in braces, or a single digit or token as TeX takes it."""
        if self.peek() == "{":
            inner = self.raw_argument()
            return self.parse(inner)
        token = self.take()
        if token.kind == "number" and not token.text[0].isdigit():
            raise Unreadable("an argument begins within a number")
        if token.kind == "number" and len(token.text) > 1:  # \tfrac12 takes one digit at a time
            rest = Token("number", token.text[1:], token.start + 1, token.end)
            self.at -= 1
            self.stream = [*self.stream[: self.at], rest, *self.stream[self.at + 1 :]]
            token = Token("number", token.text[0], token.start, token.start + 1)
        return self.parse([token])

    def fraction(self, token: Token) -> Node:
        if self.is_derivative():
            self.raw_argument()
            variable = self.raw_argument()[1:]
            operand = self.product()
            inner = self.parse(variable)
            return Node("derivative", (operand, inner), name=inner.name, start=token.start, end=operand.end)
        if self.stream[self.at + 1 : self.at + 2] and self.stream[self.at + 1].text == r"\partial":
            return self.partial(token)
        top = self.argument()
        bottom = self.argument()
        return Node("div", (top, bottom), start=token.start, end=bottom.end)

    def partial(self, token: Token) -> Node:
        """Return the derivative of what stands on top, or behind the fraction, by the symbol below."""
        top = self.raw_argument()[1:]
        bottom = self.raw_argument()
        end = self.stream[self.at - 1].end
        if not bottom or bottom[0].text != r"\partial":
            raise Unreadable("a derivative is by something")
        variable = self.parse(bottom[1:])
        operand = self.parse(top) if top else self.product()
        if variable.operation != "symbol":
            raise Unreadable("a derivative is by a symbol")
        return Node("partial", (operand, variable), start=token.start, end=max(end, operand.end))

    def is_derivative(self) -> bool:
        texts = [token.text for token in self.stream[self.at : self.at + 5]]
        return texts[:3] == ["{", "d", "}"] and texts[3:5] == ["{", "d"]

    def function(self, token: Token) -> Node:
        name = token.text
        if name == r"\sqrt":
            if self.peek() == "[":
                raise Unreadable("only square roots have a value here")
            operand = self.argument()
            return Node("call", (operand,), name=name, start=token.start, end=operand.end)
        if name == r"\log":
            if self.peek() != "_":
                raise Unreadable("a logarithm without a base; write \\ln or \\log_{10}")
            self.take()
            name += "_" + "".join(part.text for part in self.raw_argument())
            if name not in (r"\log_10", r"\log_2"):
                raise Unreadable("only base ten and base two have a value here")
        power = None
        if self.peek() == "^":
            self.take()
            power = self.argument()
        if self.peek() == "(":
            self.take()
            operands = [self.sum()]
            while self.peek() == ",":
                self.take()
                operands.append(self.sum())
            end = self.take(")").end
        else:
            operands = [self.function_operand()]
            end = operands[0].end
        if (name in (r"\max", r"\min")) == (len(operands) == 1):
            raise Unreadable(f"{name} takes {'several arguments' if len(operands) == 1 else 'one argument'}")
        node = Node("call", tuple(operands), name=name, start=token.start, end=end)
        return node if power is None else Node("pow", (node, power), start=token.start, end=end)

    def function_operand(self) -> Node:
        """Return what a function without parentheses applies to: the factors up to the next sign."""
        node = self.factor()
        while (
            self.starts_factor()
            and self.peek() not in (r"\cdot", r"\times", "/")
            and self.peek() not in FUNCTIONS
            and self.peek() != "("
        ):
            right = self.factor()
            node = Node("mul", (node, right), start=node.start, end=right.end)
        return node

    def repeated(self, token: Token) -> Node:
        self.take("_")
        lower = self.raw_argument()
        if len(lower) < 3 or lower[1].text != "=":
            raise Unreadable("a sum runs from i = … to …")
        self.take("^")
        upper = self.argument()
        body = self.product()
        return Node(
            token.text[1:], (self.parse(lower[2:]), upper, body), name=lower[0].text, start=token.start, end=body.end
        )

    def limit(self, token: Token) -> Node:
        self.take("_")
        variable, *rest = self.raw_argument()
        if [part.text for part in rest] != [r"\to", r"\infty"]:
            raise Unreadable("only limits at infinity have a value here")
        body = self.product()
        return Node("limit", (body,), name=variable.text, start=token.start, end=body.end)

    def underbrace(self, token: Token) -> Node:
        """Return a power for w · w ⋯ w over its count."""
        content = self.raw_argument()
        self.take("_")
        count = [part for part in self.raw_argument() if part.kind != "text" and part.text not in _IGNORED]
        pieces: list[list[Token]] = [[]]
        for part in content:
            if part.text in (r"\cdot", r"\cdots", r"\times"):
                pieces.append([])
            else:
                pieces[-1].append(part)
        factors = [[part.text for part in piece] for piece in pieces if piece]
        if not any(part.text == r"\cdots" for part in content) or any(factor != factors[0] for factor in factors):
            raise Unreadable("a brace with a count stands under equal factors")
        base, exponent = self.parse(next(piece for piece in pieces if piece)), self.parse(count)
        return Node("pow", (base, exponent), start=token.start, end=exponent.end)
