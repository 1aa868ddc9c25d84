"""What accounts for each numeral of a page: a check that it holds, a check that it goes into, or the record, where it is noted."""

import bisect
import re
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from galley.check.outcome import Item, Mark, Outcome, PageChecks, Value
from galley.check.readings import Reading, Readings, TexNumber
from galley.check.relations import Relations
from galley.findings import Finding
from galley.maths import expressions
from galley.maths.printed import printed, show
from galley.maths.reals import Reals
from galley.page.numerals import DIGITS, Numeral, numerals
from galley.page.pieces import Section

MAX_STEPS = 100_000  # that all relations of a page may take together


class Accounts:
    """Collects what the checks of a page come to, and accounts for its numerals section by section."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self.page = readings.page
        self.items: list[Item] = []
        self.findings: list[Finding] = [*readings.findings]
        self.values: dict[str, Any] = {}
        self.places: dict[str, int] = {}
        self.states: dict[int, str] = {}  # of numerals, by their start
        self.equations, self.results = readings.bound("eq"), readings.bound("=", "cited")
        self._starts = sorted(
            [numeral.start for numeral in self.page.numerals]
            + [number.start for reading in readings.formulas for number in reading.numbers]
        )

    def take(self, outcomes: Iterable[Outcome]) -> None:
        """Keep what a check came to."""
        for outcome in outcomes:
            match outcome:
                case Item():
                    self.items.append(outcome)
                case Finding():
                    self.findings.append(outcome)
                case Mark(start, end, state):
                    first, last = (bisect.bisect_left(self._starts, place) for place in (start, end))
                    for place in self._starts[first:last]:
                        self.states.setdefault(place, state)
                case Value(key, value, place):
                    equation = key.startswith("eq: ") and key in self.values  # one function, two equations
                    self.values[key] = f"{self.values[key]}, {value}" if equation else value
                    self.places.setdefault(key, place)

    def account(self, section: Section, reals: Reals) -> None:
        """Check the relations of a section in order, then account for what is left of its numerals."""
        within = range(section.start, section.end)
        formulas = [reading for reading in self.readings.formulas if reading.start in within]
        prose = [numeral for numeral in self.page.numerals if numeral.start in within]
        relations = Relations(self.page, section.slug, reals)
        plain = [reading for reading in formulas if reading.start not in self.equations]
        for reading in plain:
            self.take(relations.check(reading))
        constants = {
            constant
            for binding in self.readings.bindings
            if binding.start in within and binding.kind in ("=", "holds")
            for constant in expressions.constants(binding.expression)
        }
        numbers: list[TexNumber | Numeral] = [*prose, *(number for reading in plain for number in reading.numbers)]
        constants |= {number.value for number in numbers if self.states.get(number.start) in ("checked", "wrong")}
        for setting in relations.settings:
            if setting.start in relations.used or setting.value in constants:
                self.take([Mark(setting.start, setting.end, "input")])
            elif setting.reading.start not in self.results:
                wrong = f"{setting.symbol} is set to {show(setting.value)}, but no later check of this section uses it"
                right = "bind it with <!-- = … --> if it is a result, use it in a check, or say a condition in words"
                finding = self.page.finding(setting.reading.start, wrong, right)
                self.take([finding, Mark(setting.start, setting.end, "wrong")])
        for reading in formulas:
            self._formula(reading, constants, relations.held)
        for numeral in prose:
            if numeral.start not in self.states:
                self._numeral(numeral, constants)

    def _formula(self, reading: Reading, constants: set[Fraction], held: set[int]) -> None:
        """Account for the numbers of a formula, and for each statement of a display equation that is bound to nothing."""
        for statement in reading.statements:
            for member, span in zip(statement.members, statement.spans, strict=True):
                whole = printed(member)
                if whole is not None and whole.value in constants:
                    self.take([Mark(*reading.place(span), "input")])
                for part in member.walk() if member else ():
                    inner = printed(part) if part.operation == "pow" else None  # 10^{-6} is one input, not a 10 and a 6
                    if inner is not None and inner.value in constants:
                        self.take([Mark(*reading.place((part.start, part.end)), "input")])
        display, equation = reading.formula.display, reading.start in self.equations
        for number in reading.numbers:
            if number.start in self.states:
                continue
            state = "input" if constants & {number.value, -number.value} else "noted"
            if state == "noted" and number.claims and not equation:
                state = "unchecked"
                if not display:
                    self._unchecked(
                        number.start,
                        f"{self.page.text[number.start : number.end]} in ${reading.formula.tex}$",
                        "bind it with <!-- = … --> or <!-- holds: … --> behind the formula, or use it in a check of this section",
                    )
            self.states[number.start] = state
        if display and not equation:
            starts = {reading.place(statement.spans[0])[0] for statement in reading.statements if statement.relations}
            left = min(starts - held, default=reading.start)
            if starts - held or not starts:
                right = "put <!-- eq: module.function --> on the line after it, or print a relation between numbers"
                place = reading.start if left == min(starts, default=left) else left
                self.findings.append(self.page.finding(place, "the display equation is bound to nothing", right))

    def _numeral(self, numeral: Numeral, constants: set[Fraction]) -> None:
        """Account for a numeral of prose that no check holds."""
        state = "noted"
        if not numeral.named and numeral.value in constants:
            state = "input"
        elif numeral.claims:
            state = "unchecked"
            right = "bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
            self._unchecked(numeral.start, numeral.text, right)
        self.states[numeral.start] = state

    def _unchecked(self, place: int, what: str, right: str) -> None:
        self.findings.append(self.page.finding(place, f"{what} is not checked", right))

    def close(self) -> PageChecks:
        """Return what the page came to, with all that is left for the record: all numerals but checked results."""
        page = self.page
        noted: list[tuple[int, str]] = []
        counts = Counter(self.states.values())
        for numeral in numerals(page.text, 0, page.body):
            if numeral.claims:
                self._unchecked(
                    numeral.start, numeral.text, "keep results out of the front matter, where no comment can stand"
                )
            counts["noted"] += 1
            noted.append((numeral.start, self._signed(numeral)))
        for numeral in page.numerals:
            if self.states[numeral.start] not in ("checked", "wrong"):
                noted.append((numeral.start, self._signed(numeral)))
        for reading in self.readings.formulas:
            if reading.numbers and reading.start not in self.equations:
                noted.append((reading.start, self._without_results(reading)))
        for piece in page.pieces:
            if getattr(piece, "kind", "") in ("code", "link", "tag", "attributes"):
                digits = [each.replace(" ", "") for each in DIGITS.findall(page.text[piece.start : piece.end])]
                if digits:
                    noted.append((piece.start, " ".join(digits)))
                    counts["noted"] += len(digits)
        blocks: dict[str, dict[int, list[tuple[int, str]]]] = {}
        for offset, text in sorted(noted):
            blocks.setdefault(page.section(offset).slug, {}).setdefault(page.block(offset), []).append((offset, text))
        return PageChecks(
            page,
            tuple(sorted(self.items, key=lambda item: item.start)),
            tuple(self.findings),
            self.values,
            self.places,
            {slug: list(section.values()) for slug, section in blocks.items()},
            counts,
        )

    def _signed(self, numeral: Numeral) -> str:
        """Return a numeral with the sign before it, which may stand apart."""
        sign = re.search(r"([-+\u2212]?) ?\Z", self.page.text[max(0, numeral.start - 2) : numeral.start])
        return (sign[1] if sign else "") + numeral.text

    def _without_results(self, reading: Reading) -> str:
        """Return a formula's TeX with its checked results left out: a check holds those already, as it does no bound."""
        text, at = reading.formula.tex, reading.formula.at
        results = [
            span
            for statement in reading.statements
            for span, member, relation in zip(
                statement.spans[1:], statement.members[1:], statement.relations, strict=True
            )
            if printed(member) and (relation in ("=", "~") or reading.start in self.results)
        ]
        for number in sorted(reading.numbers, key=lambda number: -number.start):
            start, end = number.start - at, number.end - at
            if self.states[number.start] == "checked" and any(first <= start < last for first, last in results):
                text = f"{text[:start]}#{text[end:]}"
        return " ".join(text.split())
