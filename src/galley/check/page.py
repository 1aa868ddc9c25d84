"""The checks of a page: what only the library can compute is named first, and its results come in at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from galley.check import bindings, equations
from galley.check.accounting import MAX_STEPS, Accounts
from galley.check.outcome import Outcome, PageChecks
from galley.check.readings import Readings, read
from galley.maths import expressions
from galley.maths.reals import Reals
from galley.page.pieces import Binding, Page
from galley.project import Project
from galley.run.library import Library
from galley.run.workers import Job


@dataclass(frozen=True)
class Plan:
    """What a page asks of the library: a job for each binding that can be judged, and what was seen wrong without any.

    Behind the jobs of bindings stands one for each module of tests that equations are bound to.
    """

    readings: Readings
    project: Project
    library: Library
    waiting: tuple[Binding, ...]
    jobs: tuple[Job, ...]
    seen: tuple[Outcome, ...]

    def finish(self, results: Sequence[Any]) -> PageChecks:
        """Take the results of the jobs, in order, and account for every numeral."""
        accounts = Accounts(self.readings)
        accounts.take(self.seen)
        count = len(self.waiting)
        tested = equations.tested(self.jobs[count:], results[count:])
        for binding, value in zip(self.waiting, results[:count], strict=True):
            source = self._source(binding)
            if binding.kind == "eq":
                accounts.take(
                    equations.judge(self.readings, binding, value, tested.get(binding.expression, ""), source)
                )
            else:
                accounts.take(bindings.judge(self.readings, binding, value, source))
        reals = Reals(left=MAX_STEPS)
        for section in self.readings.page.sections:
            accounts.account(section, reals)
        return accounts.close()

    def _source(self, binding: Binding) -> str:
        """Return where the functions stand that a binding names."""
        names = [binding.expression] if binding.kind == "eq" else sorted(expressions.functions(binding.expression))
        known = {**self.library.functions, **self.library.steps}
        return ", ".join(known[name].place(self.project.root) for name in names)


def plan(page: Page, project: Project, library: Library) -> Plan:
    """Return the checks of a page, with the jobs that they wait for."""
    readings = read(page)
    waiting: list[Binding] = []
    jobs: list[Job] = []
    seen: list[Outcome] = []
    for binding in readings.bindings:
        job = equations.job if binding.kind == "eq" else bindings.job
        for found in job(readings, binding, project, library):
            if isinstance(found, tuple):
                waiting.append(binding)
                jobs.append(found)
            else:
                seen.append(found)
    jobs += equations.tests(waiting, project)
    return Plan(readings, project, library, tuple(waiting), tuple(jobs), tuple(seen))
