"""Mutants of numerals: each one of every page, whatever it stands in, with its last digit, its sign or one digit changed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.studies.desk import Desk, Section
from tests.studies.rows import Row, Survivor
from tests.studies.truth import numeral_holds

_UPPER = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_VULGAR = "½¼¾⅓⅔⅛⅜⅝⅞"
_LOWER = "₀₁₂₃₄₅₆₇₈₉"
_NUMERAL = re.compile(rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|[{_UPPER}]+|[{_LOWER}]+|[{_VULGAR}]")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Mutant:
    """A section with one numeral changed."""

    section: Section
    kind: str
    old: str
    text: str
    start: int  # of the numeral that stands there now
    end: int

    @property
    def change(self) -> str:
        """What was changed, with a little of what stands around."""
        around = slice(max(0, self.start - 20), self.end + 20)
        return f"{self.kind}: {self.old} → …{' '.join(self.text[around].split())}…"


def mutants(section: Section, *, inputs: bool) -> Iterator[Mutant]:
    """Yield the mutants of the numerals outside of comments, or of those inside."""
    text = section.text
    comments = [match.span() for match in _COMMENT.finditer(text)]
    for match in _NUMERAL.finditer(text):
        start, end = match.span()
        if inputs is not any(first <= start < last for first, last in comments):
            continue
        for kind, first, new in sorted(set(_changes(text, start, end))):
            yield Mutant(section, kind, match.group(), text[:first] + new + text[end:], first, first + len(new))


def _changes(text: str, start: int, end: int) -> Iterator[tuple[str, int, str]]:
    """Yield the kind of each change, where it begins, and what stands from there to the end of the numeral."""
    numeral = text[start:end]
    if numeral in _VULGAR:
        yield "digit", start, _VULGAR[(_VULGAR.index(numeral) + 1) % len(_VULGAR)]
        yield "sign", start, f"−{numeral}"
        return
    digits = next((each for each in (_UPPER, _LOWER) if numeral[0] in each), "0123456789")
    yield "digit", start, numeral[:-1] + digits[(digits.index(numeral[-1]) + 1) % 10]
    for place, digit in enumerate(numeral):
        rest = numeral[:place] + numeral[place + 1 :]
        if digit in digits and rest and rest[0] != "," and len(numeral) > 1:
            yield "dropped", start, rest.rstrip(".").replace(",,", ",")
    before = text[:start].rstrip(" ")
    if digits is _UPPER:
        yield ("sign", start - 1, numeral) if before.endswith("⁻") else ("sign", start, f"⁻{numeral}")
    elif digits is _LOWER:
        return
    elif before.endswith(("-", "−", "+")):
        binary = re.search(r"[\w})\]][-−+]\Z", before) or (text[start - 1] == " " and before[:-1].strip())
        binary = binary and not re.search(r"\d[eE][-+]\Z", before)
        other = {"-": "+", "−": "+", "+": "-"}[before[-1]] if binary else ""
        yield "sign", len(before) - 1, other + text[len(before) : start] + numeral
    elif not re.search(r"[\w.:/#_^\\&;?%~]\Z", text[:start]):  # no part of a name, an address or a script
        yield "sign", start, f"-{numeral}"


def run(desk: Desk, choose: Callable[[list[Mutant]], list[Mutant]] = list) -> list[Row]:
    """Check the mutants that are chosen, and return a row for the pages' own numerals and one for those of their bindings."""
    rows = []
    for name, inputs in (("(a) numerals of pages", False), ("(a) numerals of bindings", True)):
        chosen = choose([mutant for section in desk.sections for mutant in mutants(section, inputs=inputs)])
        passed = [mutant for mutant in chosen if not desk.problems(mutant.section, mutant.text)]
        package = desk.project.package.name
        true = [each for each in passed if not inputs and numeral_holds(each.text, each.start, each.end, package)]
        survivors = [
            Survivor(each.section.name, *each.section.place(each.start), each.change)
            for each in passed
            if each not in true
        ]
        rows.append(Row(name, len(chosen) - len(passed), len(chosen) - len(true), len(true), survivors))
    return rows
