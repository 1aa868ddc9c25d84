"""Relations between numbers, which check themselves, and the symbols that a section sets for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from galley.check.outcome import Item, Mark, Outcome, Value
from galley.check.readings import Reading
from galley.maths.evaluation import evaluate
from galley.maths.printed import agrees, printed, show, suggest
from galley.maths.reals import Reals, Undefined
from galley.maths.tokens import Unreadable
from galley.maths.tree import Chain, Node
from galley.page.pieces import Page


@dataclass(frozen=True)
class Setting:
    """A symbol set to a numeral, which stands between two offsets."""

    symbol: str
    value: Fraction
    reading: Reading
    start: int
    end: int


@dataclass
class Relations:
    """The relations of one section, checked formula by formula, with the symbols set so far and those that a check has needed."""

    page: Page
    slug: str
    reals: Reals
    now: dict[str, Setting] = field(default_factory=dict)
    settings: list[Setting] = field(default_factory=list)
    used: set[int] = field(default_factory=set)  # by where the numeral starts
    held: set[int] = field(default_factory=set)  # the statements that set or compare something, by where they start

    def check(self, reading: Reading) -> Iterator[Outcome]:
        """Check the statements of a formula in order, or take them as settings."""
        for statement in reading.statements:
            yield from self._check(reading, statement, self._set(reading, statement))

    def _set(self, reading: Reading, statement: Chain) -> int:
        """Take a statement that begins with a symbol as setting it, and return how many of its members are done by that."""
        first, second = [*statement.members, None][:2]
        if first is None or second is None or first.operation != "symbol" or statement.relations[0] != "=":
            return 0
        value = self._value(second)
        if not isinstance(value, Fraction) or first.name in second.symbols():
            return 0
        setting = Setting(first.name, value, reading, *reading.place(statement.spans[1]))
        self._use(second)
        if printed(second) is None or len(statement.members) > 2:
            self.used.add(setting.start)
        self.now[first.name] = setting
        self.held.add(reading.place(statement.spans[0])[0])
        self.settings.append(setting)
        return 1 if len(statement.members) > 2 else 2

    def _check(self, reading: Reading, statement: Chain, done: int) -> Iterator[Outcome]:
        """Check the relations of a statement, but for the members that are done."""
        members, relations = statement.members[done:], statement.relations[done:]
        values = [self._value(member) for member in members]
        for value in values:
            if isinstance(value, Undefined):
                wrong = f"${reading.formula.tex}$ has no value: {value}"
                yield self.page.finding(reading.start, wrong, "print an expression that has one")
        values = [None if isinstance(value, Undefined) else value for value in values]
        checked: set[int] = set()
        good = True
        for index, relation in enumerate(relations):
            if relation == "|" or values[index] is None or values[index + 1] is None:
                continue
            if mistake := _compare(relation, values, members, index):
                good = False
                yield self.page.finding(reading.start, f"${reading.formula.tex}$ {mistake[0]}", mistake[1])
            checked |= {index, index + 1}
        for index in sorted(checked):
            yield Mark(*reading.place(statement.spans[index + done]), "checked")
            self._use(members[index])
        if checked:
            self.held.add(reading.place(statement.spans[0])[0])
        if not checked or not good:
            return
        for index in sorted(checked):
            if printed(members[index]) is None:
                key = f"{self.slug}: {reading.text.strip('$')} [{index + done + 1}]"
                yield Value(key, values[index], reading.start)
        shown = [show(value) for value in values if value is not None]
        note = _inputs(members, {name: setting.value for name, setting in self.now.items()})
        yield Item("relation", reading.start, reading.end, reading.text, " | ".join(shown), shown[0], "", note)

    def _use(self, member: Node | None) -> None:
        self.used |= {self.now[symbol].start for symbol in (member.symbols() if member else ()) if symbol in self.now}

    def _value(self, member: Node | None) -> Any:
        """Return what a member is worth, None if that cannot be said, or why it has no value."""
        known = {symbol: setting.value for symbol, setting in self.now.items()}
        if member is None or member.symbols() - set(known) - {"e"}:
            return None
        try:
            return evaluate(member, known, self.reals)
        except Unreadable:
            return None
        except Undefined as error:
            return error


def _compare(
    relation: str, values: Sequence[Any], members: Sequence[Node | None], index: int
) -> tuple[str, str] | None:
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


def _inputs(members: Sequence[Node | None], known: Mapping[str, Fraction]) -> str:
    used = sorted(set().union(*(member.symbols() for member in members if member)) & set(known))
    return "with " + ", ".join(f"{symbol} = {show(known[symbol])}" for symbol in used) if used else ""
