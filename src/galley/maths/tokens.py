"""TeX cut into tokens: numbers, letters, commands, marks."""

import re
from collections.abc import Collection
from dataclasses import dataclass

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
ACCENTS = {r"\mathcal", r"\hat", r"\bar", r"\tilde"}  # which make another symbol of the one behind them
IGNORED = set(r"\, \; \: \! \left \right \big \Big \bigl \bigr \Bigl \Bigr \displaystyle ~".split()) | {r"\ "}
ELLIPSES = {r"\cdots", r"\dots", r"\ldots"}
MAX_NAME = 12  # tokens of a symbol that is an expression

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


def tokens(tex: str) -> list[Token]:
    """Return the tokens of `tex`, white space left out, so that two spellings of one formula have the same texts."""
    return [Token(m.lastgroup or "", m.group(), *m.span()) for m in _TOKEN.finditer(tex) if m.lastgroup != "space"]


def same(one: str, other: str) -> bool:
    """Tell whether two formulas are the same token for token."""
    return [token.text for token in tokens(one)] == [token.text for token in tokens(other)]


def symbol_name(symbol: str) -> str:
    """Return the name of a symbol as the parser gives it."""
    return re.sub(r"[{}\s]", "", symbol)


def fused(stream: list[Token], names: Collection[str]) -> list[Token]:
    r"""Return the tokens with each symbol that is written as an expression, such as `\sigma^2`, as one letter."""
    patterns = [[token.text for token in _bare(tokens(name))] for name in names]
    patterns = sorted((pattern for pattern in patterns if "^" in pattern), key=len, reverse=True)
    if not patterns:
        return stream
    stream, found, at = _bare(stream), [], 0
    while at < len(stream):
        texts = [token.text for token in stream[at : at + MAX_NAME]]
        length = next((len(pattern) for pattern in patterns if texts[: len(pattern)] == pattern), 1)
        name = symbol_name("".join(texts[:length]))
        whole = Token("letter", name, stream[at].start, stream[at + length - 1].end)
        found.append(whole if length > 1 else stream[at])
        at += length
    return found


def _bare(stream: list[Token]) -> list[Token]:
    """Return the tokens without the braces around a single one, which say nothing."""
    found: list[Token] = []
    for token in stream:
        found.append(token)
        if token.text == "}" and len(found) > 3 and found[-3].text == "{" and found[-4].text in ("^", "_"):
            found[-3:] = [found[-2]]
    return found


def split(stream: list[Token], *marks: str) -> list[list[Token]]:
    """Return what stands between the marks, those within braces and environments left alone."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in stream:
        depth += token.text == "{" or token.text.startswith(r"\begin{")
        depth -= token.text == "}" or token.text.startswith(r"\end{")
        if not depth and token.text in marks:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
