"""Numerals and statements that are bound to an expression: each has to be what the expression is worth."""

import math
import re
from collections.abc import Iterator
from typing import Any

from galley.check.outcome import Item, Mark, Outcome, Value
from galley.check.readings import Reading, Readings
from galley.maths import expressions, values
from galley.maths.printed import Printed, agrees, printed, show, suggest
from galley.page.numerals import Numeral
from galley.page.pieces import Binding, Other, Piece
from galley.project import Project
from galley.run import imports
from galley.run.library import Library
from galley.run.workers import Failure, Job, OverLimit


def job(readings: Readings, binding: Binding, project: Project, library: Library) -> Iterator[Job | Outcome]:
    """Yield the evaluation of a binding's expression, or what keeps it from being evaluated."""
    if binding.kind == "cited":
        yield from _cited(readings, binding)
        return
    if library.unknowable(binding.expression):
        yield from spoiled(readings, binding)
        return
    wrong = expressions.mistakes(binding.expression, library) or _empty(readings, binding)
    for mistake in wrong:
        yield readings.page.finding(binding.at + mistake.offset, mistake.wrong, mistake.right)
    if wrong:
        yield from spoiled(readings, binding)
    else:
        yield values.evaluate, (binding.expression, project.package)


def _empty(readings: Readings, binding: Binding) -> list[expressions.Mistake]:
    """Return what is wrong with a binding that computes nothing: its number again, or a truth by itself."""
    target = readings.targets.get(binding.start)
    goal = _goal(target) if target is not None else None
    if goal and expressions.repeats(binding.expression, goal.value):
        right = "compute it, or name its source: <!-- cited: … -->"
        return [expressions.Mistake(0, "the binding only repeats its number", right)]
    if binding.kind == "holds" and binding.expression in ("True", "not False"):
        return [expressions.Mistake(0, "the statement computes nothing", "say what it is to be, as in … < 1")]
    return []


def spoiled(readings: Readings, binding: Binding) -> Iterator[Mark]:
    """Take what a failed binding stands behind as told of: it needs no second finding."""
    target = readings.targets.get(binding.start)
    if target is not None:
        yield Mark(target.start, target.end, "wrong")


def judge(readings: Readings, binding: Binding, value: Any, source: str) -> Iterator[Outcome]:
    """Hold what stands before a binding against the value of its expression."""
    if isinstance(value, Failure):
        right = (
            "ask for less" if isinstance(value.error, OverLimit | MemoryError) else "give it arguments that it takes"
        )
        yield failed(readings, binding.at, f"{binding.expression} failed", value, right)
        yield from spoiled(readings, binding)
        return
    yield Value(binding.expression, value, binding.start)
    if binding.kind == "holds":
        yield _statement(readings, binding, value, source)
        return
    target = readings.targets.get(binding.start)
    if target is None:
        return
    found = _result(readings, binding, target, value, source)
    yield found
    if isinstance(found, Item):
        yield Mark(*_last(target), "checked")
    else:
        yield from spoiled(readings, binding)


def _cited(readings: Readings, binding: Binding) -> Iterator[Outcome]:
    """Take a numeral as quoted from a source, which proves nothing: it is listed, and cannot change unseen."""
    target = readings.targets.get(binding.start)
    if not binding.expression:
        yield readings.page.finding(
            binding.start, "the comment names no source", "write it as in cited: He et al. 2015, table 3"
        )
        yield from spoiled(readings, binding)
    elif target is not None:
        text = target.text if isinstance(target, Numeral) else f"${target.formula.tex}$"
        yield Mark(*_last(target), "cited")
        yield Item("citation", target.start, target.end, text, binding.expression)
        # so that the source cannot change unseen either
        yield Value(f"cited: {binding.expression}", True, binding.start)


def _last(target: Reading | Numeral) -> tuple[int, int]:
    """Return the place of the numeral that a binding is about: the last of a formula."""
    if isinstance(target, Numeral) or not target.statements:
        return target.start, target.end
    return target.place(target.statements[-1].spans[-1])


def _goal(target: Reading | Numeral) -> Printed | None:
    """Return what is printed there, or None if the formula does not end in a numeral."""
    if isinstance(target, Numeral):
        return Printed(target.value, target.unit)
    return printed(target.statements[-1].members[-1]) if target.statements else None


def failed(readings: Readings, place: int, wrong: str, failure: Failure, right: str) -> Outcome:
    """Return the finding of a failed job; if a module cannot be imported, that is the mistake, at its place."""
    error = failure.error
    if isinstance(error, imports.Broken):
        return error.finding
    said = (
        str(error)
        if isinstance(error, ValueError | OverLimit | expressions.Refused)
        else f"{type(error).__name__}: {error}"
    )
    if isinstance(error, MemoryError):
        said = "it took more memory than it may"
    return readings.page.finding(place, f"{wrong}: {said}", right)


def _statement(readings: Readings, binding: Binding, value: Any, source: str) -> Outcome:
    """Return the item of a statement, from where it begins: behind the check before it on its line, or in its cell."""
    page = readings.page
    if not _true(value):
        false = _truths(value)
        return page.finding(
            binding.at,
            f"the statement is {'false' if false else 'no comparison'}: {binding.expression} is {show(value)}",
            "mend the statement or the sentence" if false else "say what it is to be, as in … < 1",
        )
    line = page.line_start(binding.start)
    cell = page.text.rfind(" | ", line, binding.start) + 3 if page.text.startswith("|", line) else line
    parts = (other.end for other in page.pieces if _parts(other) and other.end <= binding.start)
    start = max(line, cell, *parts)
    said = page.text[start : binding.start].strip(" ,;:.\n")
    return Item("statement", start, binding.start, said, binding.expression, value, source)


def _result(readings: Readings, binding: Binding, target: Reading | Numeral, value: Any, source: str) -> Outcome:
    """Return the item of a printed result, or what is wrong with it."""
    page, expression = readings.page, binding.expression
    text, goal = target.text if isinstance(target, Numeral) else f"${target.formula.tex}$", _goal(target)
    if goal is None:
        return page.finding(
            binding.start,
            f"the formula {text} does not end in a numeral",
            "put the comment behind a formula whose last part is one",
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        several = isinstance(value, list) and value
        right = "take one of them, as in …[0]" if several else "bind the numeral to a number"
        return page.finding(binding.at, f"{expression} is {show(value)}, not one number", right)
    if not math.isfinite(value):
        return page.finding(
            binding.at,
            f"{text} is printed, but {expression} = {show(value)}",
            "give it arguments at which it is finite, or state with holds: that it is not",
        )
    if not agrees(goal, value):
        percent = bool(re.search(r"%\$?\Z|per\s?cent|pct", text))
        like = suggest(value, goal, tex=text[0] == "$", percent=percent)
        return page.finding(target.start, f"{text} is printed, but {expression} = {show(value)}", f"print {like}")
    return Item("number", target.start, target.end, text, expression, value, source)


def _parts(piece: Piece) -> bool:
    """Tell whether a piece ends what a later statement says."""
    return isinstance(piece, Binding) or isinstance(piece, Other) and piece.kind == "code"


def _truths(value: Any) -> bool:
    """Tell whether a value is a truth value, or a list of them."""
    return bool(value) and all(_truths(item) for item in value) if isinstance(value, list) else isinstance(value, bool)


def _true(value: Any) -> bool:
    return all(_true(item) for item in value) and bool(value) if isinstance(value, list) else value is True
