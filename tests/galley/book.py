"""A small book in a folder of its own, to try the press on: one chapter *power*, its figure, its library and its tests."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from galley.build import accept, check
from galley.cli import main
from galley.findings import Findings
from galley.project import load
from galley.site.edition import Edition

ROOT = Path(__file__).parents[2]

FILES = {
    "mkdocs.yml": """\
site_name: Powers
nav: [index.md, power.md]
theme: {name: material, font: false}
plugins: [search, galley]
markdown_extensions:
  - galley: {library: src/toys, tests: tests}
  - pymdownx.blocks.caption
""",
    "docs/index.md": "# Start\n\nRead about [powers](power.md#a-power).\n",
    "docs/power.md": """\
---
title: Powers
---

# Powers

## A power

With $w = 0.9$ the power is $w^{50} \\approx 0.005$, in words 0.0052<!-- = power.power(0.9, 50) -->, after 50 layers.

$$
w^{L}
$$
<!-- eq: power.power -->

It was known in 1991, and never above 1<!-- holds: power.power(0.9, 3) <= 1 -->.

![A power falls.](figures/power/fall.svg)

/// caption
A power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.
///
""",
    "src/toys/__init__.py": "",
    "src/toys/power.py": '''\
def power(w: float, depth: int) -> float:
    r"""Return a power.

    $$ w^{L} $$

    Args:
        w: $w \\in \\mathbb{R}$, the weight.
        depth: $L \\in \\{0, 1, \\dots\\}$, how often.
    """
    return float(w) ** depth


def untested(w: float) -> float:
    r"""Return twice a number.

    $$ 2 w $$
    """
    return 2 * w


def slow() -> float:
    """Never return."""
    while True:
        pass


def greedy() -> float:
    """Ask for more memory than there is."""
    return float(len(bytearray(64 << 30)))
''',
    "tests/test_power.py": '''\
from toys import power


def test_power():
    """A power is a product."""
    assert power.power(2, 3) == 8


def test_step():
    r"""A step. For $w \\in \\mathbb{R}$: $$ w \\cdot w = w^2 $$"""
    assert 3 * 3 == 3**2
''',
    "figures/power.py": '''\
"""The figures of the chapter *power*."""

from toys import power


def fall(figure, *, depth=10):
    """A power falls."""
    axes = figure.subplots()
    axes.plot(range(depth + 1), [power.power(0.9, k) for k in range(depth + 1)], color="cool", label="power")
''',
}


@dataclass
class Book:
    """The small book; its cache is the project's own, so that formulas are set only once."""

    root: Path

    def write(self, path: str, text: str) -> None:
        """Write a file whole."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the one place where a file says `old`."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} says {old!r} {text.count(old)} times"
        self.write(path, text.replace(old, new))

    def check(self, *, compare: bool = False) -> Edition:
        """Check all pages."""
        return check(load(self.root), compare=compare)

    def problems(self, *, compare: bool = False) -> list[str]:
        """Return the problems of all pages, each as it is printed, its path relative to the book."""
        try:
            found = self.check(compare=compare).findings
        except Findings as all_of_them:
            found = all_of_them.findings
        return [str(problem).replace(f"{self.root}/", "") for problem in found]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the press in the book's folder, within this process, whose workers have loaded by now what they need."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.root)
            patch.setenv("GALLEY_QUIET", "1")
            patch.delenv("GITHUB_ACTIONS", raising=False)
            status = main(arguments)
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    def spawn(self, *command: str, module: str = "galley.cli") -> "subprocess.CompletedProcess[str]":
        """Run a command of the press, or of another module, in the book's folder by a process of its own, as an author does."""
        environment = {**os.environ, "NO_COLOR": "1", "GALLEY_QUIET": "1"}
        environment.pop("GITHUB_ACTIONS", None)
        command = (sys.executable, "-m", module, *command)
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, env=environment, check=False)


def make(folder: Path) -> Book:
    """Return a fresh small book in an empty folder."""
    book = Book(folder)
    for path, text in FILES.items():
        book.write(path, text)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (ROOT / ".cache").mkdir(exist_ok=True)
    (folder / ".cache").symlink_to(ROOT / ".cache")
    return book


def make_noted(folder: Path) -> Book:
    """Return a fresh small book in an empty folder, with what it holds noted."""
    book = make(folder)
    for path, text in _records().items():
        book.write(path, text)
    return book


def copied(folder: Path) -> Book:
    """Return a copy of this book in an empty folder, with nothing kept."""
    for room in ROOT.iterdir():  # also those of themes and hooks
        if room.is_dir() and not room.name.startswith(".") and room.name not in ("node_modules", "site", "dist"):
            shutil.copytree(room, folder / room.name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return Book(folder)


@cache
def _records() -> dict[str, str]:
    """Return the records of the small book by their paths, which are the same for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        book = make(Path(folder))
        assert accept(load(book.root), lambda _: None) == []
        return {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in (book.root / "tests/recorded").iterdir()
        }
