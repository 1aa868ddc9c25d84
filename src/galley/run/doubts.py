"""What counts as a doubt of a package in what it was asked: its warnings, but not of what it will change one day."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LATER = (
    DeprecationWarning,
    PendingDeprecationWarning,
    FutureWarning,
)  # for a release that pyproject does not allow yet


@contextmanager
def refused() -> Iterator[None]:
    """Make an error of a warning, such as NumPy's of an overflow: a number with a doubt is not printed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in LATER:
            warnings.simplefilter("ignore", kind)
        yield
