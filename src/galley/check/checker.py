"""The checks of a page: every numeral, relation, statement, equation and figure, each held against what it says."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from galley.check import equations
from galley.findings import Finding
from galley.maths import expressions
from galley.maths.evaluation import Reals, Undefined, evaluate
from galley.maths.printed import Printed, agrees, printed, show, suggest
from galley.maths.tex import Chain, Node, Token, Unreadable, chains, same, tokens
from galley.page.numerals import DIGITS, Numeral, numerals
from galley.page.scanner import Binding, Formula, Other, Page, Piece, Section
from galley.project import Project
from galley.run import imports
from galley.run.library import Function, Library
from galley.run.workers import Failure, Job, OverLimit

MAX_STEPS = 100_000  # that all relations of a page may take together


@dataclass
class Item:
    """One thing that was checked: what is printed where, what it was held against, and what that gave."""

    kind: str  # number, relation, statement, equation, input or figure
    start: int
    end: int
    text: str
    expression: str
    value: Any = None
    source: str = ""
    note: str = ""


@dataclass
class TexNumber:
    """A number inside a formula: its place on the page, its value, and whether it is printed as a result is."""

    start: int
    end: int
    value: Fraction
    claims: bool
    state: str = ""  # checked or input, once something accounts for it


@dataclass
class Reading:
    """A formula with what it says."""

    formula: Formula
    statements: list[Chain]
    numbers: list[TexNumber]
    binding: Binding | None = None
    equation: Binding | None = None


@dataclass
class Setting:
    """A symbol set to a numeral; `used` once a check of its section has needed it."""

    symbol: str
    value: Fraction
    reading: Reading
    span: tuple[int, int]
    used: bool = False


@dataclass
class PageChecks:
    """What the checks of one page came to."""

    page: Page
    items: list[Item] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    value_places: dict[str, int] = field(default_factory=dict)
    recorded: dict[str, list[list[tuple[int, str]]]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


class PageChecker:
    """Checks one page in two steps: `jobs` names the work for the library, `finish` takes its results."""

    def __init__(self, page: Page, project: Project, library: Library) -> None:
        self.page = page
        self.findings: list[Finding] = []
        self.project = project
        self.library = library
        self.result = PageChecks(page)
        self.bindings = [piece for piece in page.pieces if isinstance(piece, Binding) and piece.kind != "note"]
        self.readings = [read(piece) for piece in page.pieces if isinstance(piece, Formula)]
        self.targets: dict[int, Reading | Numeral] = {}  # by the start of the binding
        self.states: dict[int, str] = {}  # of prose numerals, by their start
        self.waiting: list[tuple[Binding, Any]] = []
        self.reals = Reals(left=MAX_STEPS)
        self._attach()

    def _attach(self) -> None:
        """Tie each binding to what stands before it."""
        page = self.page
        for binding in self.bindings:
            before = [reading for reading in self.readings if reading.formula.end <= binding.start]
            if binding.kind == "eq":
                if (
                    before
                    and before[-1].formula.display
                    and not page.text[before[-1].formula.end : binding.start].strip()
                ):
                    before[-1].equation = binding
                    self.targets[binding.start] = before[-1]
                else:
                    self.note(
                        binding.start,
                        "no display equation stands right before this comment",
                        "put it on the line after the closing $$",
                    )
                continue
            line = page.line_start(binding.start)
            numeral = next((n for n in reversed(page.numerals) if line <= n.start and n.end <= binding.start), None)
            formula = next(
                (r for r in reversed(before) if line <= r.formula.end and r.numbers and not r.formula.display), None
            )
            target: Reading | Numeral | None = numeral
            if formula and (numeral is None or formula.formula.end > numeral.end):
                target = formula
            if binding.kind == "=":
                if target is None:
                    self.note(
                        binding.start,
                        "no numeral stands before this comment on its line",
                        "put the comment right behind the numeral that it checks",
                    )
                    continue
                if target in self.targets.values():
                    self.note(
                        binding.start,
                        "the numeral before this comment is bound already",
                        "put each comment right behind its own numeral, or join a second claim with holds:",
                    )
                    continue
                self.targets[binding.start] = target
                if isinstance(target, Reading):
                    target.binding = binding

    def note(self, offset: int, wrong: str, right: str) -> None:
        """Note a mistake at an offset of the page."""
        self.findings.append(self.page.finding(offset, wrong, right))

    def jobs(self) -> list[Job]:
        """Return the work that only the library can do, after noting what can be seen wrong without it."""
        found: list[Job] = []
        for binding in self.bindings:
            if binding.kind == "eq":
                found.extend(self._equation_job(binding))
                continue
            if self.library.unknowable(binding.expression):
                self._spoil(binding)
                continue
            wrong = expressions.mistakes(binding.expression, self.library)
            for mistake in wrong:
                self.note(binding.at + mistake.offset, mistake.wrong, mistake.right)
            if wrong:
                self._spoil(binding)
            else:
                self.waiting.append((binding, None))
                found.append((expressions.evaluate, (binding.expression, self.project.package)))
        return found

    def _equation_job(self, binding: Binding) -> Iterable[Job]:
        reading, name = self.targets.get(binding.start), binding.expression
        if not isinstance(reading, Reading) or self.library.unknowable(name):
            return
        step = name.startswith("tests.")
        known = self.library.steps if step else self.library.functions
        if name not in known:
            self.note(
                binding.at,
                f"the function {name} does not exist" if name else "the comment names no function",
                expressions.meant(
                    name.partition("(")[0],
                    [*self.library.functions, *self.library.steps],
                    "name one as module.function, or the test of a step as tests.module.test_…",
                ),
            )
            return
        function = known[name]
        if not any(same(equation, reading.formula.tex) for equation in function.equations):
            carries = " or ".join(" ".join(equation.split()) for equation in function.equations) or "no equation"
            self.note(
                reading.formula.start,
                f"the equation is not the one in the docstring of {name}",
                f"the docstring ({self._source(function)}) carries {carries}",
            )
            return
        if not step and name not in self.library.tested:
            module = name.split(".")[0]
            if f"tests.{module}" in self.library.broken:
                return
            self.note(
                binding.at,
                f"no test in tests/test_{module}.py calls {name} and asserts something",
                "add one that holds it against an independent value",
            )
            return
        if step and not name.split(".")[2].startswith("test_"):
            self.note(binding.at, f"{name} is no test", "bind a step to a function test_… that verifies it")
            return
        self.waiting.append((binding, function))
        yield (
            equations.compare,
            (
                reading.formula.tex,
                name,
                None if step else self.project.package,
                function.arguments,
                function.domains,
                function.settings,
            ),
        )

    def finish(self, results: list[Any]) -> PageChecks:
        """Take the results of `jobs` and account for every numeral."""
        for (binding, function), value in zip(self.waiting, results, strict=True):
            if binding.kind == "eq":
                self._finish_equation(binding, function, value)
            else:
                self._finish_expression(binding, value)
        for section in self.page.sections:
            self._account(section)
        for numeral in numerals(self.page.text, 0, self.page.body):
            if numeral.claims:
                right = "keep results out of the front matter, where no comment can stand"
                self.note(numeral.start, f"{numeral.text} is not checked", right)
        self._record()
        self.result.items.sort(key=lambda item: item.start)
        return self.result

    def _finish_equation(self, binding: Binding, function: Function, value: Any) -> None:
        reading = self.targets[binding.start]
        assert isinstance(reading, Reading)  # _attach ties eq: to display equations only
        if isinstance(value, Failure):
            if self._is_broken(value):
                return
            self.note(
                binding.at,
                f"comparing {binding.expression} failed: {_say(value.error)}",
                "mend the function or the equation",
            )
            return
        if value.mismatch:
            self.note(
                reading.formula.start,
                f"the equation is false: {value.mismatch}",
                "mend the TeX here and in the docstring, or the function",
            )
            return
        note = (
            f"TeX compared at {value.inputs} random inputs"
            if value.inputs
            else "same TeX in the docstring of a tested function"
        )
        self._mark(reading, "checked")
        if value.inputs:  # recorded, because a change after which nothing can be compared would pass else
            key = f"eq: {binding.expression}"
            earlier = f"{self.result.values[key]}, " if key in self.result.values else ""
            self._keep(key, f"{earlier}{value.pairs} compared at {value.inputs} inputs", reading.formula.start)
        self.result.items.append(
            Item(
                "equation",
                reading.formula.start,
                reading.formula.end,
                " ".join(reading.formula.tex.split()),
                binding.expression,
                None,
                self._source(function),
                note,
            )
        )

    def _finish_expression(self, binding: Binding, value: Any) -> None:
        page = self.page
        if isinstance(value, Failure):
            if not self._is_broken(value):
                right = (
                    "ask for less"
                    if isinstance(value.error, OverLimit | MemoryError)
                    else "give it arguments that it takes"
                )
                self.note(binding.at, f"{binding.expression} failed: {_say(value.error)}", right)
            self._spoil(binding)
            return
        self._keep(binding.expression, value, binding.start)
        source = self._sources(binding.expression)
        if binding.kind == "holds":
            if not _true(value):
                false = _truths(value)
                self.note(
                    binding.at,
                    f"the statement is {'false' if false else 'no comparison'}: {binding.expression} is {show(value)}",
                    "mend the statement or the sentence" if false else "say what it is to be, as in … < 1",
                )
                return
            line = page.line_start(binding.start)
            cell = page.text.rfind(" | ", line, binding.start) + 3 if page.text.startswith("|", line) else line
            start = max(
                line, cell, *(other.end for other in page.pieces if _parts(other) and other.end <= binding.start)
            )
            self.result.items.append(
                Item(
                    "statement",
                    start,
                    binding.start,
                    page.text[start : binding.start].strip(" ,;:.\n"),
                    binding.expression,
                    value,
                    source,
                )
            )
            return
        target = self.targets.get(binding.start)
        if target is None:
            return
        if isinstance(target, Numeral):
            text, place, goal = target.text, (target.start, target.end), Printed(target.value, target.unit)
        else:
            member = target.statements[-1].members[-1] if target.statements else None
            found = printed(member)
            text, place = f"${target.formula.tex}$", (target.formula.start, target.formula.end)
            if found is None:
                self.note(
                    binding.start,
                    f"the formula {text} does not end in a numeral",
                    "put the comment behind a formula whose last part is one",
                )
                return
            goal = found
        if isinstance(value, bool) or not isinstance(value, int | float):
            right = (
                "take one of them, as in …[0]" if isinstance(value, list) and value else "bind the numeral to a number"
            )
            self.note(binding.at, f"{binding.expression} is {show(value)}, not one number", right)
            self._spoil(binding)
            return
        if not math.isfinite(value):
            self.note(
                binding.at,
                f"{text} is printed, but {binding.expression} = {show(value)}",
                "give it arguments at which it is finite, or state with holds: that it is not",
            )
            self._spoil(binding)
            return
        if not agrees(goal, value):
            self.note(
                place[0],
                f"{text} is printed, but {binding.expression} = {show(value)}",
                f"print {suggest(value, goal, tex=text[0] == '$', percent=text.rstrip('$')[-1] == '%')}",
            )
            self._spoil(binding)
            return
        if isinstance(target, Numeral):
            self.states[target.start] = "checked"
        else:
            first, last = target.statements[-1].spans[-1]
            for number in target.numbers:
                if target.formula.at + first <= number.start < target.formula.at + last:
                    number.state = "checked"
        self.result.items.append(Item("number", *place, text, binding.expression, value, source))

    def _account(self, section: Section) -> None:
        """Check the relations of a section in order, then account for what is left of its numerals."""
        readings = [reading for reading in self.readings if section.start <= reading.formula.start < section.end]
        constants: set[Fraction] = set()
        for binding in self.bindings:
            if section.start <= binding.start < section.end and binding.kind != "eq":
                constants |= expressions.constants(binding.expression)
        settings: dict[str, Setting] = {}
        every: list[Setting] = []
        for reading in readings:
            if not reading.equation:
                for statement in reading.statements:
                    self._relation(reading, statement, settings, every, constants, section)
        for reading in readings:
            constants |= {
                number.value for number in reading.numbers if number.state == "checked" and not reading.equation
            }
        constants |= {
            numeral.value
            for numeral in self.page.numerals
            if self.states.get(numeral.start) == "checked" and section.start <= numeral.start < section.end
        }
        for setting in every:
            if setting.used or setting.value in constants:
                self._mark_span(setting.reading, setting.span, "input")
            elif not setting.reading.binding:
                self._mark_span(setting.reading, setting.span, "wrong")
                self.note(
                    setting.reading.formula.start,
                    f"{setting.symbol} is set to {show(setting.value)}, but no later check of this section uses it",
                    "bind it with <!-- = … --> if it is a result, or use it in a check",
                )
        for reading in readings:
            self._account_formula(reading, constants)
        for numeral in self.page.numerals:
            if section.start <= numeral.start < section.end and numeral.start not in self.states:
                self._account_numeral(numeral, constants)

    def _relation(
        self,
        reading: Reading,
        statement: Chain,
        settings: dict[str, Setting],
        every: list[Setting],
        constants: set[Fraction],
        section: Section,
    ) -> None:
        """Check one statement of a formula, or take it as a setting."""
        members, relations = statement.members, statement.relations
        known = {symbol: setting.value for symbol, setting in settings.items()}
        first = members[0]
        if (
            first is not None
            and first.operation == "symbol"
            and relations[:1] == ["="]
            and members[1] is not None
            and not members[1].symbols() - set(known) - {first.name}
        ):
            value = self._value(members[1], known, reading)
            if isinstance(value, Fraction) and first.name not in members[1].symbols():
                start, end = statement.spans[1]
                setting = Setting(first.name, value, reading, (reading.formula.at + start, reading.formula.at + end))
                for symbol in members[1].symbols():
                    settings[symbol].used = True
                setting.used = printed(members[1]) is None or len(members) > 2
                settings[first.name] = setting
                every.append(setting)
                if len(members) == 2:
                    return
                members, relations = members[1:], relations[1:]
                known[first.name] = value
        values = [
            None if member is None or member.symbols() - set(known) - {"e"} else self._value(member, known, reading)
            for member in members
        ]
        checked = set()
        good = True
        for index, relation in enumerate(relations):
            if relation == "|" or values[index] is None or values[index + 1] is None:
                continue
            wrong = _compare(relation, values, members, index)
            if wrong:
                good = False
                self.note(reading.formula.start, f"${reading.formula.tex}$ {wrong[0]}", wrong[1])
            checked |= {index, index + 1}
        if not checked:
            return
        offset = len(statement.members) - len(members)
        for index in checked:
            start, end = statement.spans[index + offset]
            self._mark_span(reading, (reading.formula.at + start, reading.formula.at + end), "checked")
            member = members[index]
            for symbol in member.symbols() if member else ():
                if symbol in settings:
                    settings[symbol].used = True
        if good:
            shown = [show(value) for value in values if value is not None]
            key = f"{section.slug}: {' '.join(reading.formula.tex.split())}"
            for index in sorted(checked):
                if printed(members[index]) is None:
                    self._keep(f"{key} [{index + offset + 1}]", values[index], reading.formula.start)
            self.result.items.append(
                Item(
                    "relation",
                    reading.formula.start,
                    reading.formula.end,
                    f"${' '.join(reading.formula.tex.split())}$",
                    " | ".join(shown),
                    shown[0],
                    "",
                    _inputs(members, known),
                )
            )

    def _value(self, member: Node, known: Mapping[str, Fraction], reading: Reading) -> Any:
        try:
            return evaluate(member, known, self.reals)
        except Unreadable:
            return None
        except Undefined as error:
            self.note(
                reading.formula.start,
                f"${reading.formula.tex}$ has no value: {error}",
                "print an expression that has one",
            )
            return None

    def _account_formula(self, reading: Reading, constants: set[Fraction]) -> None:
        for statement in reading.statements:
            for member, (start, end) in zip(statement.members, statement.spans, strict=True):
                whole = printed(member)
                if whole is not None and whole.value in constants:
                    self._mark_span(reading, (reading.formula.at + start, reading.formula.at + end), "input")
                for part in member.walk() if member else ():
                    inner = printed(part) if part.operation == "pow" else None  # 10^{-6} is one input, not a 10 and a 6
                    if inner is not None and inner.value in constants:
                        self._mark_span(
                            reading, (reading.formula.at + part.start, reading.formula.at + part.end), "input"
                        )
        for number in reading.numbers:
            if not number.state and (number.value in constants or -number.value in constants):
                number.state = "input"
            if not number.state and number.claims and not reading.equation:
                number.state = "unchecked"
                if not reading.formula.display:
                    self.note(
                        number.start,
                        f"{self.page.text[number.start : number.end]} in ${reading.formula.tex}$ is not checked",
                        "bind it with <!-- = … --> or <!-- holds: … --> behind the formula, or use it in a check of this section",
                    )
            self.result.counts[number.state or "recorded"] += 1
        if (
            reading.formula.display
            and not reading.equation
            and not any(number.state == "checked" for number in reading.numbers)
        ):
            self.note(
                reading.formula.start,
                "the display equation is bound to nothing",
                "put <!-- eq: module.function --> on the line after it, or print a relation between numbers",
            )

    def _account_numeral(self, numeral: Numeral, constants: set[Fraction]) -> None:
        state = "recorded"
        if not numeral.named and numeral.value in constants:
            state = "input"
        elif numeral.claims:
            state = "unchecked"
            self.note(
                numeral.start,
                f"{numeral.text} is not checked",
                "bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section",
            )
        self.states[numeral.start] = state

    def _record(self) -> None:
        """Collect what is left for the record: all numerals but checked results, by section and block."""
        page, found = self.page, []
        for numeral in [*numerals(page.text, 0, page.body), *page.numerals]:
            state = self.states.get(numeral.start, "recorded")  # of the front matter: no comment can stand there
            self.result.counts[state] += 1
            if state not in ("checked", "wrong"):
                sign = re.search(r"([-+\u2212]?) ?\Z", page.text[max(0, numeral.start - 2) : numeral.start])
                found.append((numeral.start, (sign[1] if sign else "") + numeral.text))
        for reading in self.readings:
            if reading.numbers and not reading.equation:
                found.append((reading.formula.start, _without_results(reading)))
        for piece in page.pieces:
            kind = getattr(piece, "kind", "")
            if kind in ("code", "link", "tag", "attributes"):
                digits = DIGITS.findall(page.text[piece.start : piece.end])
                if digits:
                    found.append((piece.start, " ".join(each.replace(" ", "") for each in digits)))
                    self.result.counts["recorded"] += len(digits)
        blocks: dict[str, dict[int, list[tuple[int, str]]]] = {}
        for offset, text in sorted(found):
            blocks.setdefault(page.section(offset).slug, {}).setdefault(page.block(offset), []).append((offset, text))
        self.result.recorded = {slug: list(section.values()) for slug, section in blocks.items()}

    def _is_broken(self, failure: Failure) -> bool:
        """Tell whether a module that cannot be imported is behind a failure; then that is the mistake, at its place."""
        error = failure.error
        if isinstance(error, imports.Broken):
            self.findings.append(error.finding)
        return isinstance(error, imports.Broken)

    def _keep(self, key: str, value: Any, offset: int) -> None:
        self.result.values[key] = value
        self.result.value_places.setdefault(key, offset)

    def _spoil(self, binding: Binding) -> None:
        """Take what a failed binding stood behind as told of: it needs no second problem."""
        target = self.targets.get(binding.start)
        if isinstance(target, Numeral):
            self.states[target.start] = "wrong"
        elif target is not None:
            self._mark(target, "wrong")

    def _mark(self, reading: Reading, state: str) -> None:
        for number in reading.numbers:
            number.state = state

    def _mark_span(self, reading: Reading, span: tuple[int, int], state: str) -> None:
        for number in reading.numbers:
            if span[0] <= number.start < span[1] and not number.state:
                number.state = state

    def _source(self, function: Function) -> str:
        return f"{function.path.relative_to(self.project.root).as_posix()}:{function.line}"

    def _sources(self, expression: str) -> str:
        return ", ".join(
            self._source(self.library.functions[name]) for name in sorted(expressions.functions(expression))
        )


def read(formula: Formula) -> Reading:
    """Return what a formula says, and its numbers.

    A number claims to be a result if it has a decimal point, is a power of ten or a percentage, or is what stands right of a relation;
    a coefficient or an index beside symbols (2b, L - 1) states no result.
    """
    statements = chains(formula.tex)
    results = [
        span
        for statement in statements
        for span, member in zip(statement.spans[1:], statement.members[1:], strict=True)
        if member is None or not member.symbols()
    ]
    numbers = []
    stream = tokens(formula.tex)
    scripts = _scripts(stream)
    for index, token in enumerate(stream):
        if token.kind == "number":
            following = stream[index + 1].text if index + 1 < len(stream) else ""
            digits = re.sub(r"\\,|\{,\}|\\ ", "", token.text)
            right = index not in scripts and any(start <= token.start < end for start, end in results)
            claims = "." in digits or (digits == "10" and following == "^") or following == r"\%" or right
            numbers.append(TexNumber(formula.at + token.start, formula.at + token.end, Fraction(digits), claims))
    return Reading(formula, statements, numbers)


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


def _compare(relation: str, values: list[Any], members: list[Node | None], index: int) -> tuple[str, str] | None:
    """Return what is wrong with a relation between two values and what would be right, or None."""
    one, other = values[index], values[index + 1]
    shown = f"the left side is {show(one)} and the right side {show(other)}"
    if relation == "~":
        goal, value = next((found for member in members[index + 1 :] if (found := printed(member))), None), one
        if goal is None:
            goal, value = printed(members[index]), other
        if goal is None:
            return "does not say how precisely it holds", r"let the chain of \approx end in a numeral"
        if not agrees(goal, value):
            return f"is false: the value is {show(value)}", f"print {suggest(value, goal, tex=True)}"
        return None
    exact = isinstance(one, Fraction) and isinstance(other, Fraction)
    if relation == "=" and not exact:
        return f"is not exact: {shown}, irrational or too long to be compared", r"write \approx"
    holds = {
        "=": one == other,
        "!=": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }[relation]
    return None if holds else (f"is false: {shown}", "print a relation that holds")


def _parts(piece: Piece) -> bool:
    """Tell whether a piece ends what a later statement says."""
    return isinstance(piece, Binding) or isinstance(piece, Other) and piece.kind == "code"


def _truths(value: Any) -> bool:
    """Tell whether a value is a truth value, or a list of them."""
    return bool(value) and all(_truths(item) for item in value) if isinstance(value, list) else isinstance(value, bool)


def _true(value: Any) -> bool:
    return all(_true(item) for item in value) and bool(value) if isinstance(value, list) else value is True


def _say(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it took more memory than it may"
    return (
        str(error)
        if isinstance(error, ValueError | OverLimit | expressions.Refused)
        else f"{type(error).__name__}: {error}"
    )


def _inputs(members: list[Node | None], known: Mapping[str, Fraction]) -> str:
    used = sorted(set().union(*(member.symbols() for member in members if member)) & set(known))
    return "with " + ", ".join(f"{symbol} = {show(known[symbol])}" for symbol in used) if used else ""


def _without_results(reading: Reading) -> str:
    """Return a formula's TeX with its checked results left out: a check holds those already, as it does no bound."""
    text, at = reading.formula.tex, reading.formula.at
    results = [
        span
        for statement in reading.statements
        for span, member, relation in zip(statement.spans[1:], statement.members[1:], statement.relations, strict=True)
        if printed(member) and (relation in ("=", "~") or reading.binding)
    ]
    for number in sorted(reading.numbers, key=lambda number: -number.start):
        start, end = number.start - at, number.end - at
        if number.state == "checked" and any(first <= start < last for first, last in results):
            text = f"{text[:start]}#{text[end:]}"
    return " ".join(text.split())
