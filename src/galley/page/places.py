"""Where in the author's file a line stands, once an engine, its plugins and its snippets have had their turn with it."""

import bisect
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from os.path import commonprefix


def origins(text: Sequence[str], raw: Sequence[str]) -> list[int]:
    """Return for each line of `text` the line of `raw` that it comes from, both counted from zero.

    Lines that stand once in both hold the two together, and equal lines beside them. What is left in between is told at what
    stood there: line by line where as many came out as went in, at the last of them where a snippet brought more.
    """
    here, there = [_plain(line) for line in text], [_plain(line) for line in raw]
    found = [0] * len(here)
    for (top, over), (bottom, under) in pairwise([(-1, -1), *_anchors(here, there), (len(here), len(there))]):
        low, first, high, last = top + 1, over + 1, bottom, under
        if bottom < len(here):
            found[bottom] = under
        while low < high and first < last and here[low] == there[first]:
            found[low] = first
            low, first = low + 1, first + 1
        while low < high and first < last and here[high - 1] == there[last - 1]:
            high, last = high - 1, last - 1
            found[high] = last
        for line in range(low, high):
            found[line] = min(first + line - low, last - 1) if first < last else max(first - 1, 0)
    return found


def column(line: str, origin: str, across: int) -> int:
    """Return where in `origin` the place `across` of a line is that came from it: the two may begin and end alike."""
    start = len(commonprefix([line, origin]))
    if across < start or line == origin:
        return across
    end = len(commonprefix([line[start:][::-1], origin[start:][::-1]]))
    return across - len(line) + len(origin) if across >= len(line) - end else start


def _plain(line: str) -> str:
    """Return a line without what engines make uniform."""
    return line.expandtabs(4).rstrip()


def _anchors(here: Sequence[str], there: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest row of pairs of equal lines that stand once in each, in the order of both."""
    count, other = Counter(here), Counter(there)
    places = {line: place for place, line in enumerate(there) if other[line] == 1}
    pairs = [(place, places[line]) for place, line in enumerate(here) if line and count[line] == 1 and line in places]
    ends: list[int] = []  # of the rows so far, by their length: each the pair with the smallest second place
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect.bisect_left(ends, place, key=lambda end: pairs[end][1])
        before.append(ends[at - 1] if at else -1)
        ends[at : at + 1] = [index]
    row, index = [], ends[-1] if ends else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]
