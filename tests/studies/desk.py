"""A desk to check changed pages at, hundreds of them a second: a change stays in memory, and so does what code computes.

A page is cut into its sections, since the checks of one share nothing with those of another but the record. Code runs once for each
expression and each equation, and the tests of a page run together, as when it is checked. A changed expression is not run: it is taken
to give what it gave before the change, so that nothing but the record, which names every expression, can notice it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from galley.check import recorded, steps
from galley.check.page import Plan, plan
from galley.findings import Finding
from galley.page.scanner import scan
from galley.project import Project
from galley.run import workers
from galley.run.library import Library
from galley.run.work import Task, results

SECONDS = 20.0


class Unchecked(Exception):
    """The book has problems by itself, so that nothing can be learned from changing it."""


@dataclass(frozen=True)
class Section:
    """A section of a page as a text by itself, with what it needs to be checked as a part of its page."""

    path: Path
    line: int  # of the page on which it begins
    text: str
    results: list[Any]  # of its jobs, in order
    values: dict[str, Any]  # what other sections of the page give
    record: Path

    @property
    def name(self) -> str:
        """The page, as survivors name it."""
        return f"{self.path.parent.name}/{self.path.name}"

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column on the page of an offset into this text."""
        return self.line + self.text.count("\n", 0, offset), offset - self.text.rfind("\n", 0, offset)


@dataclass
class Desk:
    """The sections of a book's pages, and what its code gave for them."""

    project: Project
    folder: Path  # for the records
    sections: list[Section] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)  # results of jobs
    tested: dict[tuple[Path, str], Any] = field(default_factory=dict)  # what each test came to, by its file and name

    def __post_init__(self) -> None:
        self.library = self.project.library
        for path in self.project.pages():
            self._lay(path)

    def _lay(self, path: Path) -> None:
        """Cut a page into sections, check each, and record it."""
        page, _ = scan(path)
        starts = [0, *(section.start for section in page.sections[1:])]
        texts = [page.text[start:end] for start, end in zip(starts, [*starts[1:], len(page.text)], strict=True)]
        plans = [plan(scan(path, text)[0], self.project, self.library) for text in texts]
        self.run(job for job in plan(page, self.project, self.library).jobs if job[0] is steps.run)
        self.run(job for each in plans for job in each.jobs if job[0] is not steps.run)
        given = [[self._result(job) for job in each.jobs] for each in plans]
        checks = [each.finish(batch) for each, batch in zip(plans, given, strict=True)]
        if any(problems := [check.findings for check in checks]):
            raise Unchecked(f"{path.name}: {next(filter(None, problems))[0].wrong}; mend the book first")
        values = [check.values for check in checks]
        for start, text, result, check in zip(starts, texts, given, checks, strict=True):
            others = {key: value for each in values if each is not check.values for key, value in each.items()}
            whole = replace(check, values={**others, **check.values})
            record = self.folder / f"{path.stem}-{start}.json"
            record.write_text(recorded.dump(recorded.state(whole, {})), encoding="utf-8")
            line = page.text.count("\n", 0, start) + 1
            self.sections.append(Section(path, line, text, result, others, record))

    def run(self, jobs: Iterable[workers.Job]) -> None:
        """Run those jobs that have not been run before."""
        new = {repr(job): job for job in jobs if repr(job) not in self.known}
        tasks = [Task(*job) for job in new.values()]
        made = results(tasks, self.project.root, self.project.cache, count=workers.cores(), seconds=SECONDS)
        self.known.update(zip(new, made, strict=True))
        for (function, given), result in zip(new.values(), made, strict=True):
            if function is steps.run:
                module, names, _ = given
                self.tested |= {
                    (module, name): result if isinstance(result, workers.Failure) else result[name] for name in names
                }

    def _result(self, job: workers.Job) -> Any:
        """Return what a job gave, which for some tests of a page is a part of what all of them gave."""
        if job[0] is steps.run:
            return {name: self.tested[job[1][0], name] for name in job[1][1]}
        return self.known[repr(job)]

    def plan(self, section: Section, text: str, library: Library | None = None) -> Plan:
        """Return the checks of a text in the place of a section."""
        return plan(scan(section.path, text)[0], self.project, library or self.library)

    def problems(self, section: Section, text: str, library: Library | None = None) -> list[Finding]:
        """Return what the press says of a text in the place of a section."""
        checks = self.plan(section, text, library)
        given = []
        for number, job in enumerate(checks.jobs):
            before = section.results[number] if number < len(section.results) else None
            given.append(self._result(job) if job[0] is steps.run else self.known.get(repr(job), before))
        done = checks.finish(given)
        done = replace(done, values={**section.values, **done.values})
        return [*scan(section.path, text)[1], *done.findings, *recorded.compare(section.record, done, {}, {})]
