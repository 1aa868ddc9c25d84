"""What checks come to: items that held, findings, numerals accounted for, and values to note; all of it plain data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from galley.findings import Finding
from galley.page.pieces import Page


@dataclass(frozen=True)
class Item:
    """One thing that was checked: what is printed where, what it was held against, and what that gave."""

    kind: str  # number, relation, statement, equation, uncompared (an equation too), citation or figure
    start: int
    end: int
    text: str
    expression: str
    value: Any = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Mark:
    """How the numerals between two offsets are accounted for; the first mark of a numeral is the one that counts."""

    start: int
    end: int
    state: str  # checked, input, noted, cited, or wrong where a finding tells of it already


@dataclass(frozen=True)
class Value:
    """A value that is noted under a key, for the place that gave it."""

    key: str
    value: Any
    place: int


Outcome = Item | Finding | Mark | Value


@dataclass(frozen=True)
class PageChecks:
    """What the checks of one page came to."""

    page: Page
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]
    values: Mapping[str, Any]
    value_places: Mapping[str, int]
    recorded: Mapping[str, list[list[tuple[int, str]]]]
    counts: Counter[str]

    def with_items(self, items: Iterable[Item]) -> "PageChecks":
        """Return the same with more items, such as the figures that were drawn."""
        return replace(self, items=tuple(sorted([*self.items, *items], key=lambda item: item.start)))
