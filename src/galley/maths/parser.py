"""Expressions read by recursive descent, one method for each level of binding strength."""

import contextlib
import re
from collections.abc import Callable, Collection
from fractions import Fraction

from galley.maths.tokens import ACCENTS, ELLIPSES, GREEK, IGNORED, Token, Unreadable
from galley.maths.tree import Node, going_on, joined

MAX_TOKENS, MAX_DEPTH = 400, 60  # so that neither reading a formula nor computing it exhausts the stack

FENCES = {
    "(": ")",
    "[": "]",
    r"\lvert": r"\rvert",
    "|": "|",
    r"\lVert": r"\rVert",
    r"\|": r"\|",
    r"\langle": r"\rangle",
}
_PRODUCTS = {r"\cdot": "mul", r"\times": "mul", "/": "div", r"\odot": "hadamard"}


def parse(stream: list[Token], functions: Collection[str] = (), depth: int = 0) -> Node:
    """Return the expression that the tokens spell, `depth` levels within another.

    Raises:
        Unreadable: if any of them has no value here, or nothing is there.
    """
    cells = any(token.kind == "environment" for token in stream)
    kept = [token for token in stream if token.text not in IGNORED and (cells or token.text != "&")]
    if len(kept) > MAX_TOKENS:
        raise Unreadable("the formula is too long")
    parser = Parser(kept, functions, depth)
    node = parser.sum()
    if parser.at < len(kept):
        raise Unreadable(f"{kept[parser.at].text} is not expected here")
    level = [node]
    for _ in range(2 * MAX_DEPTH):
        level = [operand for each in level for operand in each.operands]
    if level:
        raise Unreadable("the formula is nested too deeply")
    return node


class Parser:
    """Reads one stream of tokens; what commands build stands in `constructs`."""

    def __init__(self, stream: list[Token], functions: Collection[str], depth: int) -> None:
        from galley.maths.constructs import COMMANDS  # here, because they read their parts by a parser

        self.commands: dict[str, Callable[[Parser, Token], Node]] = COMMANDS
        self.stream = stream
        self.functions = functions
        self.at = 0
        self.depth = depth
        self.fences: list[str] = []  # the closing marks that are due, innermost last: | opens and closes

    def parse(self, stream: list[Token]) -> Node:
        """Return the expression that other tokens spell, at this depth."""
        return parse(stream, self.functions, self.depth)

    def peek(self) -> str:
        """Return the text of the next token."""
        return self.stream[self.at].text if self.at < len(self.stream) else ""

    def take(self, expected: str | None = None) -> Token:
        """Return the next token and go on behind it."""
        if self.at >= len(self.stream) or (expected is not None and self.peek() != expected):
            raise Unreadable(f"{expected or 'more'} is missing")
        self.at += 1
        return self.stream[self.at - 1]

    def skip(self, *texts: str) -> str:
        """Go on behind the next token if it is one of these, and return its text."""
        return self.take().text if self.peek() in texts else ""

    def sum(self) -> Node:
        """Read terms with signs between them."""
        node = self.product()
        terms = [node]
        while sign := self.skip("+", "-"):
            if sign == "+" and self.skip(*ELLIPSES):
                self.take("+")
                rest, node = going_on("sum", terms, self.product())
                terms = [*rest, node]
                node = joined("add", terms)
                continue
            right = self.product()
            node = Node("add" if sign == "+" else "sub", (node, right), start=node.start, end=right.end)
            terms = [*terms, right] if sign == "+" else [node]
        return node

    def product(self) -> Node:
        """Read factors, with signs between them or side by side."""
        if self.peek() in ("+", "-"):
            sign = self.take()
            if self.peek() in ("+", "-"):
                raise Unreadable("a sign follows a sign")
            inner = self.product()
            return inner if sign.text == "+" else Node("neg", (inner,), start=sign.start, end=inner.end)
        node = self.factor()
        factors = [node]
        while self.starts_factor() or self.peek() in ELLIPSES:
            if self.skip(*ELLIPSES):
                self.skip(r"\cdot", r"\times")
                rest, node = going_on("prod", factors, self.factor())
                factors = [*rest, node]
                node = joined("mul", factors)
                continue
            times = self.skip(*_PRODUCTS)
            if times and self.peek() in ELLIPSES:
                continue
            if not times and self.stream[self.at].kind == "number":
                raise Unreadable("a number follows a factor without a sign between them")
            right = self.signed_factor() if times else self.factor()
            operation = _PRODUCTS.get(times, "mul")
            node = Node(operation, (node, right), start=node.start, end=right.end)
            factors = [*factors, right] if operation == "mul" else [node]
        return node

    def signed_factor(self) -> Node:
        """Read a factor that may have a sign, as behind a dot."""
        if self.peek() == "-":
            sign = self.take()
            inner = self.factor()
            return Node("neg", (inner,), start=sign.start, end=inner.end)
        return self.factor()

    def starts_factor(self) -> bool:
        """Tell whether the next token begins another factor."""
        if self.at >= len(self.stream):
            return False
        token = self.stream[self.at]
        if token.text in ("|", r"\|"):
            return self.fences[-1:] != [token.text]
        if token.text in ("[", r"\lim", r"\partial"):  # which begin an expression and do not go on with one
            return False
        return self.is_symbol(token) or token.text in {"{", *_PRODUCTS, *self.commands} or token.kind == "number"

    def is_symbol(self, token: Token) -> bool:
        """Tell whether a token begins a symbol."""
        return token.kind == "letter" or token.text in GREEK or token.text in ACCENTS or token.text in self.functions

    def factor(self) -> Node:
        """Read one factor with what stands behind it: exponent, factorial, percent sign."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("the formula is nested too deeply")
        node = self.base()
        if self.peek() == "^":
            self.take()
            node = self.raised(node)
        if self.peek() == "!":
            node = Node("factorial", (node,), start=node.start, end=self.take().end)
        if self.peek() == r"\%":
            end = self.take().end
            if node.operation == "number":
                unit = None if node.unit is None else node.unit / 100
                node = Node("number", value=node.value / 100, unit=unit, start=node.start, end=end)
            else:
                node = Node("percent", (node,), start=node.start, end=end)
        self.depth -= 1
        return node

    def raised(self, node: Node) -> Node:
        """Read what is raised behind a factor: degrees, a transposition, a power."""
        at = self.at
        texts = "".join(token.text for token in self.raw_argument() if token.text not in "{}")
        end = self.stream[self.at - 1].end
        if texts == r"\circ":
            node = Node("degrees", (node,), start=node.start, end=end)
            if not self.skip("^"):
                return node
            return self.raised(node)
        if texts == "*" and node.operation == "symbol":
            return Node("symbol", node.operands, f"{node.name}^*", start=node.start, end=end)
        if texts in (r"\top", r"\mathsfT"):
            return Node("transpose", (node,), start=node.start, end=end)
        self.at = at
        exponent = self.argument()
        return Node("pow", (node, exponent), start=node.start, end=exponent.end)

    def base(self) -> Node:
        """Read a number, a symbol, a group or what a command builds."""
        token = self.take()
        text = token.text
        if token.kind == "number":
            digits = re.sub(r"\\,|\{,\}|\\ ", "", text)
            unit = Fraction(1, 10 ** len(digits.partition(".")[2]))
            return Node("number", value=Fraction(digits), unit=unit, start=token.start, end=token.end)
        if text in self.commands:
            return self.commands[text](self, token)
        if self.is_symbol(token):
            return self.symbol(token)
        if text == "{":
            node = self.sum()
            self.take("}")
            return node
        raise Unreadable(f"{text} has no value here")

    def symbol(self, token: Token) -> Node:
        """Read a symbol with its accent, index and primes, or a function and what it applies to."""
        name, end = token.text, token.end
        index: tuple[Node, ...] = ()
        if name in ACCENTS:
            name += "".join(part.text for part in self.raw_argument())
        if self.skip("_"):
            argument = self.raw_argument()
            name += "_" + "".join(part.text for part in argument if part.text not in "{}")
            end = argument[-1].end if argument else end
            with contextlib.suppress(Unreadable):  # an index may be a word or a star
                index = (self.parse(argument),)
        plain, primes = name, 0
        while self.peek() in ("'", r"\prime"):
            name, primes = f"{name}'", primes + 1
            end = self.take().end
        if plain in self.functions and self.peek() in ("(", r"\left"):
            inner = self.base()
            return Node("apply", (inner,), plain, Fraction(primes), start=token.start, end=inner.end)
        return Node("symbol", index, name, start=token.start, end=end)

    def raw_argument(self) -> list[Token]:
        """Return the tokens of one argument, without its braces."""
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
            return self.parse(self.raw_argument())
        token = self.take()
        if token.kind == "number" and not token.text[0].isdigit():
            raise Unreadable("an argument begins within a number")
        if token.kind == "number" and len(token.text) > 1:  # \tfrac12 takes one digit at a time
            rest = Token("number", token.text[1:], token.start + 1, token.end)
            self.at -= 1
            self.stream = [*self.stream[: self.at], rest, *self.stream[self.at + 1 :]]
            token = Token("number", token.text[0], token.start, token.start + 1)
        return self.parse([token])
