"""What one run of the press came to: what the site is made from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galley.check.outcome import PageChecks
from galley.drawing.drawing import Drawing
from galley.findings import Finding
from galley.page.pieces import Page, images
from galley.project import Project


@dataclass
class Edition:
    """What one run of the press came to."""

    project: Project
    pages: dict[Path, PageChecks] = field(default_factory=dict)
    formulas: dict[tuple[str, bool], str] = field(default_factory=dict)
    figures: dict[tuple[str, str], Drawing] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    beside: dict[str, Any] = field(
        default_factory=dict
    )  # what pages that are no pages of the press may show, for the audit
    parts: dict[Path, list[str]] = field(default_factory=dict)  # the press's own HTML on the pages that it has set

    def add(self, other: "Edition", path: Path) -> None:
        """Take over what another run says of one page."""
        self.pages[path] = other.pages[path]
        self.formulas |= other.formulas
        self.figures |= other.figures
        self.findings = sorted({each for each in self.findings if each.path != path} | set(other.findings))

    def drawings(self, page: Page) -> dict[str, dict[str, Any]]:
        """Return what the figures of a page drew, by `chapter.name`."""
        named = [image.figure for image in images(page) if image.figure]
        return {".".join(name): self.figures[name].record for name in named if name in self.figures}
