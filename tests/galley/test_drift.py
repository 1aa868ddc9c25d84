"""The real book, changed in one place at a time: `make check` goes red where the change is, and says why."""

import re
import shutil
from pathlib import Path

import pytest

from tests.galley.book import ROOT, Book

SCALAR, CLIPPING = "docs/scalar.md", "docs/clipping.md"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the book that shares the packages and the cache."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("docs", "figures", "src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (ROOT / ".cache").mkdir(exist_ok=True)
    for name in ("node_modules", ".cache"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def check(folder: Path, *pages: str) -> tuple[int, str]:
    """Return the exit status of the check of some pages, or of all, and what it says."""
    done = Book(folder).run("check", *pages)
    return done.returncode, done.stderr


def test_the_book_passes(copy: Path) -> None:
    """As it stands, nothing is wrong."""
    status, said = check(copy)
    assert (status, said) == (0, ""), said


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "why"),
    [
        (SCALAR, r"$0.9^{50} \approx 0.005$", r"$0.9^{50} \approx 0.006$", SCALAR, "is false: the value is 0.00515"),
        (SCALAR, r"$0.9^{50} \approx 0.005$", r"$0.8^{50} \approx 0.005$", SCALAR, "is false: the value is 1.427"),
        (SCALAR, r"$1.1^{50} \approx 117$", r"$1.1^{50} \approx 118$", SCALAR, "is false: the value is 117.39"),
        (SCALAR, r"\partial z_{k-1}} = w", r"\partial z_{k-2}} = w", SCALAR, "the equation is not the one in the docstring of"),
        (SCALAR, "factors}} = w^{L}", "factors}} = w^{L-1}", SCALAR, "the equation is not the one in the docstring of"),
        (SCALAR, "1994", "1995", SCALAR, "stands where"),
        (CLIPPING, r"\max(\lVert g \rVert,\ \tau)}", r"\max(\lVert g \rVert,\ \tau^2)}", CLIPPING, "the equation is not the one in the docstring of"),
        ("src/gradients/scalar.py", "depth_to_reach(0.5, w)", "depth_to_reach(0.50001, w)", SCALAR, "the equation is false: at "),
        ("src/gradients/clipping.py", "1e-6", "1e-7", "docs/", ""),
        ("figures/scalar.py", "(0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2)", "(0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.21)", SCALAR, "scalar.power: "),
        ("figures/clipping.py", "threshold: float = 1.0", "threshold: float = 1.01", CLIPPING, "clipping."),
    ],
)  # fmt: skip
def test_one_change(copy: Path, path: str, old: str, new: str, where: str, why: str) -> None:
    """Each change alone makes the check fail at the right place with the reason."""
    original = (copy / path).read_text(encoding="utf-8")
    assert old in original, f"{path} no longer says {old!r}"
    (copy / path).write_text(original.replace(old, new, 1), encoding="utf-8")
    try:
        status, said = check(copy, SCALAR, CLIPPING)  # the chapters that are changed
    finally:
        (copy / path).write_text(original, encoding="utf-8")
    assert status == 1
    lines = said.splitlines()
    assert all(re.match(r"[\w/.]+:\d+:\d+: .+; .+", line) for line in lines), said
    assert any(line.startswith(where) and why in line for line in lines), said
    if path.startswith("docs/"):
        changed = original[: original.index(old)].count("\n") + 1
        assert any(line.startswith(where) and abs(int(line.split(":")[1]) - changed) <= 3 for line in lines), said
