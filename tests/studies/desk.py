"""A desk to proof changed pages at, hundreds of them a second: a change stays in memory, and so does what code computes.

A page is cut into its sections, since the proofs of one share nothing with those of another but the record. Code runs once for each
expression and each equation. A changed expression is not run: it is taken to give what it gave before the change, so that nothing but
the record, which names every expression, can notice it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galley import recorded, workers
from galley.library import Library
from galley.page import scan
from galley.problems import Problem
from galley.project import Project
from galley.proofs import PageProofer, PageProofs

SECONDS = 20.0


class Unproofed(Exception):
    """The book has problems by itself, so that nothing can be learned from changing it."""


@dataclass(frozen=True)
class Section:
    """A section of a page as a text by itself, with what it needs to be proofed as a part of its page."""

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

    def __post_init__(self) -> None:
        self.library = self.project.library
        for path in self.project.pages():
            self._lay(path)

    def _lay(self, path: Path) -> None:
        """Cut a page into sections, proof each, and record it."""
        page = scan(path)
        starts = [0, *(section.start for section in page.sections[1:])]
        texts = [page.text[start:end] for start, end in zip(starts, [*starts[1:], len(page.text)], strict=True)]
        proofers = [PageProofer(scan(path, text), self.project, self.library) for text in texts]
        jobs = [proofer.jobs() for proofer in proofers]
        self.run(job for batch in jobs for job in batch)
        results = [[self.known[repr(job)] for job in batch] for batch in jobs]
        proofs = [proofer.finish(batch) for proofer, batch in zip(proofers, results, strict=True)]
        if any(problems := [proof.page.problems for proof in proofs]):
            raise Unproofed(f"{path.name}: {next(filter(None, problems))[0].wrong}; mend the book first")
        values = [proof.values for proof in proofs]
        for start, text, result, proof in zip(starts, texts, results, proofs, strict=True):
            others = {key: value for each in values if each is not proof.values for key, value in each.items()}
            proof.values = {**others, **proof.values}
            record = self.folder / f"{path.stem}-{start}.json"
            record.write_text(recorded.dump(recorded.state(proof, {})), encoding="utf-8")
            line = page.text.count("\n", 0, start) + 1
            self.sections.append(Section(path, line, text, result, others, record))

    def run(self, jobs: Iterable[workers.Job]) -> None:
        """Run those jobs that have not been run before."""
        new = {repr(job): job for job in jobs if repr(job) not in self.known}
        self.known.update(zip(new, workers.run(list(new.values()), count=2, seconds=SECONDS), strict=True))

    def proofer(self, section: Section, text: str, library: Library | None = None) -> PageProofer:
        """Return the proofer of a text in the place of a section."""
        return PageProofer(scan(section.path, text), self.project, library or self.library)

    def problems(self, section: Section, text: str, library: Library | None = None) -> list[Problem]:
        """Return what the press says of a text in the place of a section."""
        proofer = self.proofer(section, text, library)
        results = []
        for number, job in enumerate(proofer.jobs()):
            before = section.results[number] if number < len(section.results) else None
            results.append(self.known.get(repr(job), before))
        proofs: PageProofs = proofer.finish(results)
        proofs.values = {**section.values, **proofs.values}
        return [*proofs.page.problems, *recorded.compare(section.record, proofs, {}, {})]
