"""A warning keeps a number off the page, but not one of what a package will change one day."""

import warnings

import pytest

from galley.run.doubts import refused
from tests.galley.book import Book, make

LATER = (
    "import warnings\n    warnings.warn('gone in the next release', {kind}, stacklevel=2)\n    return float(w) ** depth"
)


@pytest.mark.parametrize("kind", [DeprecationWarning, PendingDeprecationWarning, FutureWarning])
def test_what_will_change_is_no_doubt(kind: type[Warning]) -> None:
    """A deprecation passes in silence."""
    with refused():
        warnings.warn("gone in the next release", kind, stacklevel=1)


@pytest.mark.parametrize("kind", [RuntimeWarning, UserWarning, SyntaxWarning])
def test_a_doubt_is_an_error(kind: type[Warning]) -> None:
    """An overflow, or whatever else a package warns of, is raised."""
    with pytest.raises(kind), refused():
        warnings.warn("overflow", kind, stacklevel=1)


@pytest.fixture
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book."""
    return make(tmp_path_factory.mktemp("doubts"))


def test_a_book_outlives_a_deprecation(book: Book) -> None:
    """A library and a figure that a package tells of its next release are checked and drawn; an overflow is told."""
    book.edit("src/toys/power.py", "return float(w) ** depth", LATER.format(kind="DeprecationWarning"))
    assert book.problems() == []
    book.edit("src/toys/power.py", "DeprecationWarning", "RuntimeWarning")
    assert any("RuntimeWarning: gone in the next release" in problem for problem in book.problems())
    assert any(problem.startswith("figures/power.py:9:") for problem in book.problems())
