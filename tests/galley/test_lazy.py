"""What the site is made with when nothing has to be drawn: no matplotlib, and drawings kept as plain data."""

import subprocess
import sys
from pathlib import Path

import pytest

from galley.run.workers import Workers
from tests.galley.book import make

MODULES = "galley.drawing.drawing galley.figure.controls galley.figure.palette galley.site.flipbook galley.build"


@pytest.mark.parametrize("module", MODULES.split())
def test_a_site_without_a_figure_to_draw_needs_no_matplotlib(module: str) -> None:
    """What sets a page with drawings that are known already does not import matplotlib."""
    code = f"import sys, {module}; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_what_stands_beside_the_book_is_computed_nothing_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder more in that of the project, such as the site itself, and what tools keep there: tests of equations are not run again."""
    book = make(tmp_path)
    (tmp_path / ".cache").unlink()  # what other runs have kept
    book.write("pyproject.toml", "[tool.pytest.ini_options]\n")
    book.edit(
        "docs/power.md",
        "$$\nw^{L}\n$$\n<!-- eq: power.power -->",
        "$$\nw \\cdot w = w^2\n$$\n<!-- eq: tests.power.test_step -->",
    )
    book.edit("tests/test_power.py", "def test_step():", "@given(integers())\ndef test_step(w):")
    book.edit("tests/test_power.py", "assert 3 * 3 == 3**2", "assert w * w == w**2")
    book.edit(
        "tests/test_power.py",
        "from toys",
        "from hypothesis import given\nfrom hypothesis.strategies import integers\nfrom toys",
    )
    given: list[str] = []
    give = Workers.give

    def noted(self: Workers, name: str, *rest: object, **more: object) -> None:
        given.append(name)
        give(self, name, *rest, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Workers, "give", noted)
    first = book.check()
    assert given
    given.clear()
    book.write("site/index.html", "")
    book.write(".hypothesis/constants/1", "")
    assert book.check().pages == first.pages
    assert not given
