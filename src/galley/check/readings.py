"""What a page says to its checks: formulas read, and bindings tied to what stands before them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from galley.findings import Finding
from galley.maths.tex import chains
from galley.maths.tokens import Token, tokens
from galley.maths.tree import Chain
from galley.page.numerals import Numeral
from galley.page.pieces import Binding, Formula, Page


@dataclass(frozen=True)
class TexNumber:
    """A number inside a formula: its place on the page, its value, and whether it is printed as a result is."""

    start: int
    end: int
    value: Fraction
    claims: bool


@dataclass(frozen=True)
class Reading:
    """A formula with what it says."""

    formula: Formula
    statements: tuple[Chain, ...]
    numbers: tuple[TexNumber, ...]

    @property
    def start(self) -> int:
        """Where the formula starts on the page."""
        return self.formula.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.formula.end

    @property
    def text(self) -> str:
        """The formula on one line, with its dollars."""
        return f"${' '.join(self.formula.tex.split())}$"

    def place(self, span: tuple[int, int]) -> tuple[int, int]:
        """Return the place on the page of a part of the TeX."""
        return self.formula.at + span[0], self.formula.at + span[1]


@dataclass(frozen=True)
class Readings:
    """A page with its formulas read and its bindings tied: `targets` holds by a binding's start what it binds."""

    page: Page
    formulas: tuple[Reading, ...]
    bindings: tuple[Binding, ...]
    targets: Mapping[int, Reading | Numeral]
    findings: tuple[Finding, ...]

    def bound(self, *kinds: str) -> set[int]:
        """Return where the formulas start that bindings of these kinds bind."""
        targets = (self.targets.get(binding.start) for binding in self.bindings if binding.kind in kinds)
        return {target.start for target in targets if isinstance(target, Reading)}


def read(page: Page) -> Readings:
    """Return what the page says, with a finding for each binding that binds nothing."""
    formulas = tuple(formula(piece) for piece in page.pieces if isinstance(piece, Formula))
    bindings = tuple(piece for piece in page.pieces if isinstance(piece, Binding) and piece.kind != "note")
    targets: dict[int, Reading | Numeral] = {}
    findings = []
    for binding in bindings:
        if binding.kind == "holds":
            continue
        target = _equation(page, formulas, binding) if binding.kind == "eq" else _result(page, formulas, binding)
        if target is None and binding.kind == "eq":
            wrong, right = (
                "no display equation stands right before this comment",
                "put it on the line after the closing $$",
            )
        elif target is None:
            wrong, right = (
                "no numeral stands before this comment on its line",
                "put the comment right behind the numeral that it checks",
            )
        elif binding.kind != "eq" and any(target.start == other.start for other in targets.values()):
            wrong, right = (
                "the numeral before this comment is bound already",
                "put each comment right behind its own numeral, or join a second claim with holds:",
            )
        else:
            targets[binding.start] = target
            continue
        findings.append(page.finding(binding.start, wrong, right))
    return Readings(page, formulas, bindings, targets, tuple(findings))


def _equation(page: Page, formulas: tuple[Reading, ...], binding: Binding) -> Reading | None:
    """Return the display equation right before a binding."""
    before = next((reading for reading in reversed(formulas) if reading.end <= binding.start), None)
    if before is None or not before.formula.display or page.text[before.end : binding.start].strip(" \t\n>"):
        return None
    return before


def _result(page: Page, formulas: tuple[Reading, ...], binding: Binding) -> Reading | Numeral | None:
    """Return the numeral before a binding on its line, or the inline formula that ends in one."""
    line = page.line_start(binding.start)
    targets: list[Reading | Numeral] = [
        *(numeral for numeral in page.numerals if line <= numeral.start and numeral.end <= binding.start),
        *(
            reading
            for reading in formulas
            if line <= reading.end <= binding.start and reading.numbers and not reading.formula.display
        ),
    ]
    return max(targets, key=lambda target: target.end, default=None)


def formula(piece: Formula) -> Reading:
    """Return what a formula says, and its numbers.

    A number claims to be a result if it has a decimal point, is a power of ten or a percentage, or is what stands right of a relation;
    a coefficient or an index beside symbols (2b, L - 1) states no result.
    """
    statements = chains(piece.tex)
    results = [
        span
        for statement in statements
        for span, member in zip(statement.spans[1:], statement.members[1:], strict=True)
        if member is None or not member.symbols()
    ]
    numbers = []
    stream = tokens(piece.tex)
    scripts = _scripts(stream)
    for index, token in enumerate(stream):
        if token.kind == "number":
            following = stream[index + 1].text if index + 1 < len(stream) else ""
            digits = re.sub(r"\\,|\{,\}|\\ ", "", token.text)
            right = index not in scripts and any(start <= token.start < end for start, end in results)
            claims = "." in digits or (digits == "10" and following == "^") or following == r"\%" or right
            numbers.append(TexNumber(piece.at + token.start, piece.at + token.end, Fraction(digits), claims))
    return Reading(piece, tuple(statements), tuple(numbers))


def _scripts(stream: list[Token]) -> set[int]:
    """Return the places of the tokens inside subscripts, and inside superscripts that hold a letter."""
    found: set[int] = set()
    for index, token in enumerate(stream):
        if token.text not in ("_", "^"):
            continue
        end, depth = index + 1, 0
        while end < len(stream):
            depth += {"{": 1, "}": -1}.get(stream[end].text, 0)
            end += 1
            if depth <= 0:
                break
        inside = range(index + 1, end)
        if token.text == "_" or any(stream[place].kind == "letter" for place in inside):
            found.update(inside)
    return found
