"""What the press says when a page and the mathematics disagree."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake at one place: what is wrong, and what would be right."""

    path: Path
    line: int
    column: int
    wrong: str
    right: str

    def __str__(self) -> str:
        return _line(f"{shown(self.path)}:{self.line}:{self.column}: {self.wrong}; {self.right}")

    def annotation(self) -> str:
        """Return the problem as a hosted CI shows it beside the line."""
        message = _line(f"{self.wrong}; {self.right}").replace("%", "%25")
        file = _line(shown(self.path)).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        return f"::error file={file},line={self.line},col={self.column}::{message}"


class Problems(Exception):
    """All the problems of one run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


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
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def report(problems: Iterable[Problem]) -> str:
    """Return one line for each problem, with its annotation on a hosted CI."""
    lines = []
    for problem in problems:
        lines.append(str(problem))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            lines.append(problem.annotation())
    return "\n".join(lines)
