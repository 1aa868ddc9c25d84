"""What the press says when a page and the mathematics disagree."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake at one place: what is wrong, and what would be right."""

    path: Path
    line: int
    column: int
    wrong: str
    right: str

    def __str__(self) -> str:
        return _line(f"{shown(self.path)}:{self.line}:{self.column}: {self.wrong}; {self.right}")

    def annotation(self) -> str:
        """Return the finding as a hosted CI shows it beside the line."""
        message = _line(f"{self.wrong}; {self.right}").replace("%", "%25")
        file = _line(shown(self.path)).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        return f"::error file={file},line={self.line},col={self.column}::{message}"


class Findings(Exception):
    """All the findings of one run."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(set(findings))
        super().__init__("\n".join(str(finding) for finding in self.findings))


def _line(text: str) -> str:
    """Return a text on one line, with what a terminal or a hosted CI would obey spelled out: it may come from a stranger."""
    joined = re.sub(r"\s*[\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]\s*", " ", text)
    return "".join(
        character if character.isprintable() or character.isspace() else f"\\u{ord(character):04x}"
        for character in joined
    )


def shown(path: Path) -> str:
    """Return `path` as a reader at the current folder would type it."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()  # of a link its own place, and not where it leads
    except ValueError:
        return path.as_posix()


def report(findings: Iterable[Finding]) -> str:
    """Return one line for each finding, with its annotation on a hosted CI."""
    lines = []
    for finding in findings:
        lines.append(str(finding))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            lines.append(finding.annotation())
    return "\n".join(lines)
