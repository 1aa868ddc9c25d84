"""Display equations that are bound to a function or to the test of a step: the same TeX in its docstring, and compared with it."""

from collections.abc import Iterator, Sequence
from typing import Any

from galley.check import steps
from galley.check.bindings import failed
from galley.check.compare import Comparison, compare
from galley.check.outcome import Item, Mark, Outcome, Value
from galley.check.readings import Reading, Readings
from galley.maths import expressions
from galley.maths.tokens import same
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
    function, (module, own) = known[name], name.split(".", 1)
    if not any(same(equation, reading.formula.tex) for equation in function.equations):
        carries = " or ".join(" ".join(equation.split()) for equation in function.equations) or "no equation"
        place = function.place(project.root)
        wrong = f"the equation is not the one in the docstring of {name}"
        yield page.finding(reading.start, wrong, f"the docstring ({place}) carries {carries}")
    elif step and not name.split(".")[2].startswith("test_"):
        yield page.finding(binding.at, f"{name} is no test", "bind a step to a function test_… that verifies it")
    elif not step and own not in library.tested(module):
        if f"tests.{module}" not in library.broken:
            wrong = f"no test in tests/test_{module}.py calls {name} and asserts something"
            yield page.finding(binding.at, wrong, "add one that holds it against an independent value")
    else:
        said = (tuple(table.items()) for table in (function.arguments, function.domains, function.settings))
        yield compare, (reading.formula.tex, name, None if step else project.package, *said)


def tests(bindings: Sequence[Binding], project: Project) -> Iterator[Job]:
    """Yield the run of the tests that steps are bound to, one for each module of them."""
    modules: dict[str, dict[str, None]] = {}
    for binding in bindings:
        if binding.kind == "eq" and binding.expression.startswith("tests."):
            _, module, name = binding.expression.split(".")
            modules.setdefault(module, {})[name] = None
    for module, names in modules.items():
        yield steps.run, (project.tests / f"test_{module}.py", tuple(names), project.package)


def tested(jobs: Sequence[Job], results: Sequence[Any]) -> dict[str, str | Failure]:
    """Return what each test came to, by the name that an equation is bound to: nothing if it passed."""
    found: dict[str, str | Failure] = {}
    for (_, (module, names, _)), result in zip(jobs, results, strict=True):
        stem = module.stem.removeprefix("test_")
        found |= {f"tests.{stem}.{name}": result if isinstance(result, Failure) else result[name] for name in names}
    return found


def judge(readings: Readings, binding: Binding, value: Any, said: str | Failure, source: str) -> Iterator[Outcome]:
    """Say what became of an equation, whose test, if it is bound to one, said something if it did not pass."""
    page, name = readings.page, binding.expression
    reading = readings.targets[binding.start]
    if isinstance(value, Failure):
        yield failed(readings, binding.at, f"comparing {name} failed", value, "mend the function or the equation")
        return
    if isinstance(said, Failure):
        yield failed(readings, binding.at, f"running {name} failed", said, "mend the test")
        return
    if said:
        yield page.finding(reading.start, f"the test {name} fails: {said}", "mend the equation, or the test")
        return
    found = Comparison(**value)
    if found.mismatch or found.broken:
        wrong, right = (
            f"the equation is false: {found.mismatch}",
            "mend the TeX here and in the docstring, or the function",
        )
        if found.broken:
            wrong, right = (
                f"the equation is not compared: {found.left}",
                f"declare other sets in the docstring of {name}",
            )
        yield page.finding(reading.start, wrong, right)
        return
    tex = reading.text.strip("$")
    passed = "its test passes" if name.startswith("tests.") else "same TeX in the docstring of a tested function"
    if not found.pairs:  # what is noted cannot change unseen, on the page and in the docstring alike
        yield Mark(reading.start, reading.end, "noted")
        yield Value(f"eq: {name}", f"not compared: {tex}", reading.start)
        yield Item(
            "uncompared", reading.start, reading.end, tex, name, None, source, f"{passed}; not compared: {found.left}"
        )
        return
    note = f"TeX compared at {found.inputs} random inputs"
    if found.left:
        note += f", {found.pairs} of {found.relations} relations; the rest is not: {found.left}"
    yield Mark(reading.start, reading.end, "checked")
    yield Value(f"eq: {name}", f"{found.pairs} compared at {found.inputs} inputs", reading.start)
    yield Item("equation", reading.start, reading.end, tex, name, None, source, note)
