"""Where in the author's file a line stands, once an engine, its plugins and its snippets have had their turn with it."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from os.path import commonprefix


def origins(text: Sequence[str], raw: Sequence[str]) -> list[int]:
    """Return for each line of `text` the line of `raw` that it comes from, both counted from zero.

    What is left between equal lines is told line by line where as many came out as went in, at the last of them where a snippet
    brought more.
    """
    here, there = (
        [line.expandtabs(4).rstrip() for line in lines] for lines in (text, raw)
    )  # as engines make them uniform
    found: list[int] = []
    for _, first, last, low, high in SequenceMatcher(None, there, here).get_opcodes():
        found += [
            min(first + line, max(last, 1) - 1) if first < last else max(first - 1, 0) for line in range(high - low)
        ]
    return found


def column(line: str, origin: str, across: int) -> int:
    """Return where in `origin` the place `across` of a line is that came from it: the two may begin and end alike."""
    start = len(commonprefix([line, origin]))
    if across < start or line == origin:
        return across
    end = len(commonprefix([line[start:][::-1], origin[start:][::-1]]))
    return across - len(line) + len(origin) if across >= len(line) - end else start
