"""Display equations that are bound to a function or to the test of a step: the same TeX in its docstring, and compared with it."""

from collections.abc import Iterator
from typing import Any

from galley.check.bindings import failed
from galley.check.compare import Comparison, compare
from galley.check.outcome import Item, Mark, Outcome, Value
from galley.check.readings import Reading, Readings
from galley.maths import expressions
from galley.maths.tex import same
from galley.page.pieces import Binding
from galley.project import Project
from galley.run.library import Library
from galley.run.workers import Failure, Job


def job(readings: Readings, binding: Binding, project: Project, library: Library) -> Iterator[Job | Outcome]:
    """Yield the comparison of an equation with what it is bound to, or what keeps it from being compared."""
    reading, name, page = readings.targets.get(binding.start), binding.expression, readings.page
    if not isinstance(reading, Reading) or library.unknowable(name):
        return
    step = name.startswith("tests.")
    known = library.steps if step else library.functions
    if name not in known:
        every = [*library.functions, *library.steps]
        right = "name one as module.function, or the test of a step as tests.module.test_…"
        wrong = f"the function {name} does not exist" if name else "the comment names no function"
        yield page.finding(binding.at, wrong, expressions.meant(name.partition("(")[0], every, right))
        return
    function, module = known[name], name.split(".")[0]
    if not any(same(equation, reading.formula.tex) for equation in function.equations):
        carries = " or ".join(" ".join(equation.split()) for equation in function.equations) or "no equation"
        place = function.place(project.root)
        wrong = f"the equation is not the one in the docstring of {name}"
        yield page.finding(reading.start, wrong, f"the docstring ({place}) carries {carries}")
    elif step and not name.split(".")[2].startswith("test_"):
        yield page.finding(binding.at, f"{name} is no test", "bind a step to a function test_… that verifies it")
    elif not step and name not in library.tested:
        if f"tests.{module}" not in library.broken:
            wrong = f"no test in tests/test_{module}.py calls {name} and asserts something"
            yield page.finding(binding.at, wrong, "add one that holds it against an independent value")
    else:
        said = (tuple(table.items()) for table in (function.arguments, function.domains, function.settings))
        yield compare, (reading.formula.tex, name, None if step else project.package, *said)


def judge(readings: Readings, binding: Binding, value: Any, source: str) -> Iterator[Outcome]:
    """Say what the comparison of an equation came to."""
    page, name = readings.page, binding.expression
    reading = readings.targets[binding.start]
    if isinstance(value, Failure):
        yield failed(readings, binding.at, f"comparing {name} failed", value, "mend the function or the equation")
        return
    found = Comparison(**value)
    if found.mismatch:
        right = "mend the TeX here and in the docstring, or the function"
        yield page.finding(reading.start, f"the equation is false: {found.mismatch}", right)
        return
    note = "same TeX in the docstring of a tested function"
    yield Mark(reading.start, reading.end, "checked")
    if found.inputs:  # noted, because a change after which nothing can be compared would pass else
        note = f"TeX compared at {found.inputs} random inputs"
        yield Value(f"eq: {name}", f"{found.pairs} compared at {found.inputs} inputs", reading.start)
    yield Item("equation", reading.start, reading.end, reading.text.strip("$"), name, None, source, note)
